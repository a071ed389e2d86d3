#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A port that goes away in the middle of an update, as a USB module's does in
# its reset: it comes back, comes back as another device, or never.
. "$(dirname "$0")/../pack/maker.bash"
. "$root/tests/support/sim.bash"
. "$root/tests/support/stage.bash"
make_firmware >maker.log && key=store.key make_package releases/$A \
    releases/$B full.zip --full >>maker.log
result $? "a package of real firmware"

# farfix update in the background, until its trace has PATTERN. A job in the
# background would not hear SIGINT.
begin_update() # PATTERN OPTION...
{
    env --default-signal=INT "$FARFIX" update "$port" "$work/full.zip" --to $B --trace "${@:2}" \
        >out 2>walker.log 8<&- &
    walker=$!
    until_true grep -q "$1" walker.log
}

end_update()
{
    until_true gone_walker || return 1
    wait "$walker" 2>/dev/null
    code=$?
    walker=
}

gone_walker()
{
    ! kill -0 "$walker" 2>/dev/null
}

updated()
{
    [ "$code" -eq 0 ] && grep -q -- "-> $B in" out
}

told() # in this order: gone, back, the module's status
{
    sed -n '/# the port is gone/,$p' walker.log |
        sed -n '/# the port is back/,$p' | grep -q '< +CFOTA: 6'
}

cut_off()
{
    echo 'at percent 30 cut' >faults
    new_module --flash-speed real --faults faults --off-ms 1500
    begin_update '"Updating"'
    end_update && updated
    result $? "the link vanishes at 30 percent and returns: updated"
    told
    result $? "the trace says when the port went and came back"
}
scene cut_off

# Other tests take and give back numbers as well: modules are started until
# one of them has DEVICE. They are in $others.
occupy() # DEVICE
{
    local n
    for n in 1 2 3 4 5 6 7 8; do
        "$FARFIX" sim run --state "other$n" --version V1 \
            --pty "$PWD/other$n.pty" >"other$n.log" 2>&1 8<&- &
        others="$others $!"
        until_true test -L "other$n.pty"
        [ "$(readlink "other$n.pty")" != "$1" ] || return 0
    done
    [ -e "$1" ] # another test's has it
}

another_device()
{
    local before others=
    new_module --flash-speed real
    before=$(readlink modem)
    begin_update '"Updating"'
    kill_module
    until_true grep -q 'the port is gone' walker.log
    occupy "$before"
    result $? "somebody has the number that became free"
    start_sim m --flash-speed fast --pty "$PWD/modem" &&
        end_update && updated && told
    result $? "the link returns and leads to another device: updated"
    [ "$(readlink modem)" != "$before" ]
    result $? "it was another device"
    # shellcheck disable=SC2086 # a list of numbers
    kill $others
    # shellcheck disable=SC2086
    wait $others 2>/dev/null
}
scene another_device

never()
{
    new_module --flash-speed real
    begin_update '"Updating"' --update-limit 3 --json
    kill_module
    end_update
    [ "$code" -eq 1 ] && grep -q '"result":"update-timeout"' out
    result $? "the link never returns: exit 1 after --update-limit"
    grep -q "farfix: .*$PWD/modem went away and did not come back" walker.log
    result $? "and the port is named"
}
scene never

interrupted() # SIGNAL CODE
{
    new_module --flash-speed real
    begin_update '"Updating"'
    kill_module
    until_true grep -q 'the port is gone' walker.log
    kill "-$1" "$walker"
    end_update
    [ "$code" -eq "$2" ] && grep -q 'farfix: stopped; .*keep its power on' \
        walker.log
    result $? "SIG$1 while the port is away ends it at once, and says how to go on"
    start_sim m --flash-speed fast --pty "$PWD/modem"
    update "$work/full.zip"
    [ "$code" -eq 0 ] && reports version $B || { [ "$code" -eq 2 ]; }
    result $? "run again it sees the end of the update"
}
scene interrupted INT 130
scene interrupted TERM 143

says 64 "at most 86400" "--update-limit has a limit" \
    "$FARFIX" update ./modem full.zip --to B --update-limit 1M

curtain
