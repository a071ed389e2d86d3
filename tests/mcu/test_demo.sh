#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# make demo-mcu: the microcontroller gets 1.1 through a power cut, and keeps it.
. "$(dirname "$0")/../pack/maker.bash"

(cd "$root" && DEMO=$work/demo timeout 120 scripts/demo-mcu) >out 2>err
result $? "the demo ends well"
[ ! -s err ] || sed 's/^/# /' err

in_order() # TEXT...: lines of the demo, each behind the one before
{
    local at=0 next text
    for text in "$@"; do
        next=$(tail -n +$((at + 1)) out | grep -nFm1 -- "$text") || return
        at=$((at + ${next%%:*}))
    done
}

in_order "application 1.0 runs" "what comes next?" "fetches it" "reset" \
    "boot stage: " "the supply fails" "boot stage: 100 %" \
    "application 1.1 runs"
result $? "1.0 asks, its boot stage makes 1.1, through a power cut"
in_order "1.1 -> 1.0" "refused: release is not newer" "application 1.1 runs"
result $? "a package that leads back is refused, whoever signed it"
