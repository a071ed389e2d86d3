#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The demo's firmware is what its sources say, and runs.
set -u
images=firmware/images
work=$(mktemp -d)
machine=
trap '[ -z "$machine" ] || kill "$machine" 2>/dev/null; rm -rf "$work"' EXIT
count=0

result() # VERDICT SENTENCE
{
    count=$((count + 1))
    [ "$1" -eq 0 ] && echo "ok $count - $2" || echo "not ok $count - $2"
}

skip() # SENTENCE REASON
{
    count=$((count + 1))
    echo "ok $count - $1 # SKIP $2"
}

large_enough()
{
    for release in "$images"/*/; do
        [ "$(wc -c <"$release/ap.bin")" -ge 65536 ] &&
            [ "$(wc -c <"$release/modem.bin")" -ge 16384 ] || return 1
    done
}
large_enough
result $? "ap.bin holds at least 64 KiB and modem.bin at least 16 KiB"

same="the sources give the committed images byte for byte"
pinned=$(cat firmware/SOURCES)
if ! firmware/compiler | cmp -s - firmware/COMPILER; then
    skip "$same" "another compiler than firmware/COMPILER"
elif ! git cat-file -e "$pinned^{commit}" 2>/dev/null; then
    skip "$same" "this clone has no commit $pinned"
else
    make -s -C firmware BUILD="$work" >"$work/log" 2>&1
    for image in "$images"/*/*.bin; do
        cmp "$image" "$work/firmware/${image#"$images"/}" || touch "$work/bad"
    done 2>&1 | sed 's/^/# /'
    [ ! -e "$work/bad" ]
    result $? "$same"
fi

# Starts an image, says a command when it is ready, gives what it answers. The
# machine begins at 0x08000000 with a stack and an entry; an image elsewhere
# lends it its own first two words.
ask() # IMAGE ADDRESS COMMAND
{
    mkfifo "$work/in"
    head -c 8 "$1" >"$work/vectors"
    local place=("-device" "loader,file=$1,addr=$2,force-raw=on")
    [ "$2" = 0x08000000 ] || place+=("-device"
        "loader,file=$work/vectors,addr=0x08000000,force-raw=on")
    qemu-system-arm -M netduinoplus2 -display none -monitor none \
        -serial stdio "${place[@]}" <"$work/in" >"$work/out" 2>&1 &
    machine=$!
    exec 3>"$work/in"
    await 'Ready\|RDY' && printf '%s\r' "$3" >&3 && await '^OK\|^ERROR' &&
        tr -d '\r' <"$work/out"
    exec 3>&-
    kill "$machine"
    wait "$machine" 2>/dev/null
    machine=
    rm "$work/in"
}

await() # PATTERN: up to 20 seconds
{
    for _ in $(seq 200); do
        grep -q "$1" "$work/out" && return 0
        sleep 0.1
    done
    return 1
}

boots_as() # VERSION IMAGE ADDRESS
{
    ask "$2" "$3" AT+GMR | grep -qx "Revision:$1"
    result $? "$(basename "$2") of $1 boots on an emulated Cortex-M and says so"
}

for release in "$images"/*/; do
    version=$(basename "$release")
    boots_as "$version" "$release/ap.bin" 0x08020000
    boots_as "$version" "$release/modem.bin" 0x08000000
done

ask "$images/1529B06SIM7000G/ap.bin" 0x08020000 AT+SELFTEST >"$work/said"
[ "$(grep -c ',"right"$' "$work/said")" -eq 12 ] &&
    ! grep -q WRONG "$work/said" && grep -qx OK "$work/said"
result $? "the update agent walks from factory to refusal on that processor"
echo "1..$count"
