#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# make demo-faults: noise, a lost bearer and two power cuts end in B, and the
# story names each of them, what the driver did, and the price.
. "$(dirname "$0")/../pack/maker.bash"

told() # PATTERN: a line of the story
{
    grep -qE "^ +[0-9]+\.[0-9] s  $1" demo/story
}

in_order() # PATTERN...: lines of the story, each behind the one before
{
    local at=0 next
    for pattern in "$@"; do
        next=$(tail -n +$((at + 1)) demo/story | grep -nEm1 "$pattern") ||
            return
        at=$((at + ${next%%:*}))
    done
}

(cd "$root" && SPEED=fast DEMO=$work/demo timeout 300 scripts/demo-faults) \
    >out 2>err
result $? "the update survives the faults"
[ ! -s err ] || sed 's/^/# /' err
told "line +noise: " && told "network takes the bearer away, behind 1200 bytes"
result $? "noise and the lost bearer are told"
in_order "tells the module to fetch .* try 1" "takes the bearer away" \
    "waits, opens the bearer again" "try 2" "POWER +fails, 2000 bytes" \
    "sees its port go" "has its port again" "rewrites itself" \
    "POWER +fails, in mid-update" "goes on where its power failed" \
    "has rewritten itself" "version 1529B06SIM7000G, status 6"
result $? "what happened stands in its order, each with what was done about it"
grep -q "power$" demo/summary && grep -q "cut 2 times" demo/summary &&
    grep -qE "[0-9]+ s, [3-9] downloads, [0-9]{4,} bytes" demo/summary &&
    grep -q "1529B05SIM7000G -> 1529B06SIM7000G" demo/summary
result $? "the end says what was done to it, and what it cost"
grep -q "version *1529B06SIM7000G" demo/info
result $? "the module says that it runs B"
(cd "$root" && SEED=x DEMO=$work/bad timeout 60 scripts/demo-faults) >out 2>err
[ $? -eq 1 ] && grep -q "demo FAILED: the module does not start" err
result $? "a seed that is none is a failure, not a story"
echo "1..$count"
