#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The bounds of `make size` hold: a whole update by the real agent on an
# emulated Cortex-M3, on a painted stack (bench/mcu/agent_stack.c).
set -u
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
farfix=$(realpath "$BUILD")/asan/farfix
images=firmware/images A=1529B05SIM7000G B=1529B06SIM7000G
count=0

result() # VERDICT SENTENCE
{
    count=$((count + 1))
    [ "$1" -eq 0 ] && echo "ok $count - $2" || {
        echo "not ok $count - $2"
        sed 's/^/# /' "$work/said"
    }
}

make_package()
{
    cp -r $images "$work/releases" && cd "$work" || return
    "$farfix" key make release &&
        "$farfix" release sign releases/$A --key release.key &&
        "$farfix" release sign releases/$B --key release.key &&
        "$farfix" package make --from releases/$A --to releases/$B \
            --key release.key -o update.zip
}

words() # NUMBER...: little endian, 32 bits each
{
    for word in "$@"; do
        printf '%b' "$(printf '\\x%02x' $((word & 255)) \
            $((word >> 8 & 255)) $((word >> 16 & 255)) $((word >> 24 & 255)))"
    done
}

update() # on the machine; what it says in $work/said
{
    words "$(stat -c %s "$work/update.zip")" \
        "$(stat -c %s $images/$A/modem.bin)" "$(stat -c %s $images/$A/ap.bin)" \
        >"$work/job"
    local old=$images/$A raw=force-raw=on
    timeout 120 qemu-system-arm -M mps2-an385 -nographic -monitor none \
        -serial none -chardev stdio,id=out \
        -semihosting-config enable=on,target=native,chardev=out \
        -kernel "$BUILD/agent-stack.elf" \
        -device "loader,file=$work/job,addr=0x21000000,$raw" \
        -device "loader,file=$work/update.zip,addr=0x21001000,$raw" \
        -device "loader,file=$old/modem.bin,addr=0x21140000,$raw" \
        -device "loader,file=$old/ap.bin,addr=0x21150000,$raw" \
        </dev/null >"$work/said" 2>&1
}

# Every frame of the program's own ports at once, 8 bytes that their way to
# another stack takes, and 32 for memcpy and memset.
ports()
{
    sed -n 's/.*"port_.*n\([0-9]*\) bytes .*/\1/p' \
        "$BUILD/cortex-m3/bench/mcu/agent_stack.ci" |
        awk '{ sum += $1 } END { print sum + 8 + 32 }'
}

(make_package) >"$work/said" 2>&1 && update
result $? "the agent takes both components from A to B on an emulated Cortex-M3"

more=$(ports)
grep '^ffx_' "$work/said" | while read -r call painted; do
    bound=$(awk -v f="$call" '$1 == f { print $2 }' "$BUILD/cortex-m3/stack")
    echo "# $call: painted $painted, bound $bound, ports at most $more" >&2
    [ "$painted" -gt 0 ] && [ "$painted" -le $((bound + more)) ] ||
        echo "$call"
done >"$work/wrong"
[ ! -s "$work/wrong" ] && [ "$(grep -c '^ffx_' "$work/said")" -eq 7 ]
result $? "no call of the agent goes deeper than its bound and the ports"
run=$(awk '$1 == "ffx_agent_run" { print $2 }' "$work/said")
bound=$(awk '$1 == "ffx_agent_run" { print $2 }' "$BUILD/cortex-m3/stack")
[ $((run * 3)) -gt "$bound" ]
result $? "and the update goes through more than a third of it"
echo "1..$count"
