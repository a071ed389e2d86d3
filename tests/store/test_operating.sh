#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# docs/operating-a-store.md: its five commands, typed as they stand there.
. "$(dirname "$0")/../pack/maker.bash"
. "$root/tests/support/sim.bash"
three()
{
    local version sequence=5
    for version in 1529B05 1529B06 1529B07; do
        release "releases/$version" "$version" $sequence SIM7000G
        sequence=$((sequence + 1))
    done
}
three
mkdir bin && ln -s "$FARFIX" bin/farfix
PATH=$PWD/bin:$PATH
sed -n '/^## From three releases/,/^## The key/p' "$root/docs/operating-a-store.md" |
    sed -n '/^```sh/,/^```/p' | grep -v '^```' >commands
[ "$(wc -l <commands)" -eq 5 ] && [ "$(grep -c farfix commands)" -eq 5 ]
result $? "the page says five commands"

# A port that somebody has already is no fault of the page.
port_number=$(shuf -i 20000-32000 -n 1)
sed -i "s/127.0.0.1:8080/127.0.0.1:$port_number/" commands
head -n 3 commands >first && sed -n 4p commands >fourth && sed -n 5p commands >fifth
bash -e first >log 2>&1
result $? "keys are made and three releases are signed"
. ./fourth 2>store.log >ready
store=$!
until_true grep -q ready ready
result $? "they are served"
start_sim m --release releases/1529B05 --trust release.pub --flash-speed fast
result $? "a module runs the oldest"
PORT=$port bash -e fifth >>log 2>&1
result $? "it comes to the newest"
line_open && until_true at AT && answers AT+GMR Revision:1529B07
result $? "AT+GMR says so"
line_close
stop_sim
kill $store && wait $store
result $? "the store ends when it is told to"
