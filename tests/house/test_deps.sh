#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# scripts/deps on machines where things are missing: a PATH of our own choice,
# with an apt-get that only writes down what it was told.
set -u
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
count=0

result() # VERDICT SENTENCE
{
    count=$((count + 1))
    [ "$1" -eq 0 ] && echo "ok $count - $2" || echo "not ok $count - $2"
}

# A machine with what every Debian has; $1: more of it.
machine()
{
    rm -rf "$work/bin" "$work/told" && mkdir "$work/bin"
    for tool in sh env id printf cat grep rm chmod uname true $1; do
        ln -s "$(command -v $tool)" "$work/bin/$tool"
    done
}
apt()
{
    printf '#!/bin/sh\necho "$@" >>"%s"\n' "$work/told" >"$work/bin/apt-get"
    chmod +x "$work/bin/apt-get"
}
run() # GOAL: without a terminal; CI as the caller set it
{
    DEPS_POLICY=$work/policy PATH=$work/bin scripts/deps "$1" >"$work/said" 2>&1 </dev/null
}

scripts/deps test </dev/null >"$work/said" 2>&1 && [ ! -s "$work/said" ]
result $? "a machine that has everything is left alone"

machine ""
run demo
[ $? -eq 1 ] && grep -q "libmbedtls-dev" "$work/said" &&
    ! grep -q "libcmocka-dev" "$work/said"
result $? "without apt the packages of the demo are named, and it stops"

run test
[ $? -eq 1 ] && grep -q "libcmocka-dev" "$work/said"
result $? "without apt the packages of the tests are named, and it stops"

run bench
[ $? -eq 1 ] && grep -q "libdivsufsort-dev.* bsdiff" "$work/said" &&
    ! grep -q "libcmocka-dev" "$work/said"
result $? "without apt the packages of the bench are named, and it stops"

machine ""
apt
CI=1 run test
[ $? -eq 0 ] && grep -q "^install -y .*libmbedtls-dev.*cmake" "$work/told"
result $? "with CI set what is missing is installed without a question"

if [ "$(id -u)" -eq 0 ]; then
    machine ""
    apt
    (unset CI && run demo)
    [ $? -eq 0 ] && grep -q "^install -y .*libmicrohttpd-dev" "$work/told"
    result $? "root without a terminal is not asked"
else
    machine ""
    apt
    (unset CI && run demo)
    [ $? -eq 1 ] && [ ! -e "$work/told" ] &&
        grep -q "run: sudo apt-get install" "$work/said"
    result $? "somebody else without a terminal is told the line"
fi
echo "1..$count"
