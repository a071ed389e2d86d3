#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The examples for a Linux gateway: the units pass systemd's own check, and
# what they start asks a store and updates a module.
. "$(dirname "$0")/../pack/maker.bash"
. "$root/tests/support/sim.bash"
. "$root/tests/support/stage.bash"

skip() # SENTENCE WHY
{
    count=$((count + 1))
    echo "ok $count - $1 # SKIP $2"
}

sentence="systemd takes the units"
if command -v systemd-analyze >/dev/null; then
    mkdir units && cp "$root"/examples/systemd/*@.* units &&
        sed -i 's|^ExecStart=[^ ]*|ExecStart=/bin/true|' units/*.service
    systemd-analyze verify --man=no units/farfix-watch@farfix-modem.service \
        units/farfix-update@farfix-modem.{service,timer} \
        >verify.log 2>&1 && [ ! -s verify.log ]
    result $? "$sentence"
else
    skip "$sentence" "no systemd"
fi
sentence="udev takes the rules"
if udevadm verify --help >/dev/null 2>&1; then
    udevadm verify "$root/examples/udev/60-farfix.rules" >verify.log 2>&1
    result $? "$sentence"
else
    skip "$sentence" "no udevadm verify"
fi

make_firmware >maker.log &&
    mkdir old && cp -r releases/$A old
result $? "releases"
start_store releases store.key && new_store=$http &&
    start_store old store.key && old_store=$http
result $? "a store with news and one without"
mkdir bin && ln -s "$FARFIX" bin/farfix && PATH=$work/bin:$PATH

# As the unit does it; its exit code in $code.
gateway() # STORE [TRUST]
{
    mkdir -p state
    start_gateway "$@"
    wait "$walker"
    code=$?
    walker=
}

# A session of its own: one signal reaches all of it.
start_gateway() # STORE [TRUST]
{
    STORE=http://$1 TRUST=${2:-$work/release.pub} STATE_DIRECTORY=$PWD/state \
        DEVICES=$PWD setsid timeout --foreground 120 \
        "$root/examples/systemd/farfix-update" modem \
        >out 2>err 8<&- &
    walker=$!
}

daily()
{
    new_module
    gateway "$old_store"
    [ "$code" -eq 0 ] && [ -z "$(ls state)" ] && runs $A
    result $? "without news nothing happens"
    gateway "$new_store" "$work/store.pub"
    [ "$code" -ne 0 ] && status_is 8 && runs $A
    result $? "an offer that another key signed is not followed"
    gateway "$new_store"
    [ "$code" -eq 0 ] && [ -z "$(ls state)" ] && runs $B
    result $? "with news the module is updated"
    gateway 127.0.0.1:1
    [ "$code" -ne 0 ] && runs $B
    result $? "a store that is away is a failure to see"
}
scene daily

cut_off()
{
    new_module --flash-speed real
    mkdir state
    : >err
    start_gateway "$new_store"
    until_true grep -q '^update ' err && kill -9 -- "-$walker" &&
        [ -s state/next ]
    result $? "cut off in mid-update it has kept the offer"
    wait "$walker" 2>/dev/null
    kill_module
    ! grep -q 'update done' m.log
    result $? "and the module is in the middle"
    start_sim m --flash-speed fast --pty "$PWD/modem"
    # Right after the start the update goes on; the end of it is waited for.
    gateway "$new_store"
    [ "$code" -eq 0 ] && [ -z "$(ls state)" ] && runs $B
    result $? "started again it sees the update's end"
}
scene cut_off
curtain
