#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Patches of real firmware, decoded by a reader under ASan and UBSan, and not
# larger than they were. CORPUS=DIR has a folder for each pair, with old.bin
# and new.bin in it; without it the demo's firmware does the work. Patches are
# made by the release build: ASan would take minutes for them.
# SOAK=1: all pairs however large, all profiles, more steps.
set -u
corpus=${CORPUS:-../shared/corpus}
soak=${SOAK:-}
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
make=$BUILD/farfix
reader=$BUILD/asan/tests/delta/corpus_reader
count=0

result() # VERDICT SENTENCE
{
    count=$((count + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $count - $2"
    else
        echo "not ok $count - $2"
        sed 's/^/# /' "$work/said"
    fi
}

# --- sizes -------------------------------------------------------------------

# Bytes of patches in 16 KiB, plain and in steps of 16384, as they were when
# this table was written. Smaller ones belong in here; larger ones want a
# reason.
cat >"$work/figures" <<'EOT'
ap 484 514
modem 234 254
cyw4343w-wifi-7.45.98.95-117 4185 4274
hackrf-one-2022.09-2024.02 7802 7864
nordic-s132-connectivity-1.2.1-1.2.3 3059 3230
particle-boron-boot-2.0.1-2.1.0 319 333
particle-boron-sys-1.5.0-1.5.2 3742 3985
particle-boron-sys-1.5.2-2.0.1 207576 209011
u-boot-h3-a7-2023.01-2025.01 109501 116874
busybox-armhf-1.35-1.37 442974 451859
openssl-libcrypto-armhf-3.0.17-3.0.20 119809 130107
linux-armv6-6.1.170-6.1.176-8M 36159 67643
EOT

figure() # PAIR STEP: nothing when the table has none
{
    awk -v pair="$1" -v step="$2" \
        '$1 == pair { print step == 0 ? $2 : $3 }' "$work/figures"
}

small_enough() # PAIR STEP: 2 % are allowed
{
    was=$(figure "$1" "$2") is=$(wc -c <"$work/patch")
    echo "# $1 $2: $is bytes"
    [ -z "$was" ] || [ $((is * 100)) -le $((was * 102)) ] || {
        echo "$is bytes, was $was" >>"$work/said"
        return 1
    }
}

# --- one pair ----------------------------------------------------------------

larger() # OLD NEW
{
    wc -c "$1" "$2" | awk '$2 != "total" && $1 > m { m = $1 } END { print m }'
}

build() # OLD NEW RAM STEP: step 0 is plain
{
    if [ "$4" -eq 0 ]; then
        "$make" delta make "$1" "$2" -o "$work/patch" --ram "$3"
    else
        steps=$((($(larger "$1" "$2") + $4 - 1) / $4))
        "$make" delta make "$1" "$2" -o "$work/patch" --ram "$3" --in-place \
            --sector "$4" --step "$4" --region $((steps * $4))
    fi >"$work/said" 2>&1
}

check() # PAIR OLD NEW RAM STEP [steps]
{
    build "$2" "$3" "$4" "$5" &&
        "$reader" "$2" "$3" "$work/patch" ${6:+steps} >>"$work/said" 2>&1 &&
        case $4:$5 in 16K:0 | 16K:16384) small_enough "$1" "$5" ;; esac
    result $? "$1: $4, steps of $5${6:+, a fresh reader for each}"
}

# Where the ranks of the steps would take more than half of the copy map there
# is no patch.
room_for() # RAM BYTES STEP
{
    case $1 in 8K) most=288 ;; 16K) most=716 ;; 64K) most=1580 ;;
    *) most=16384 ;; esac
    [ "$3" -eq 0 ] || [ $((($2 + $3 - 1) / $3)) -le $most ]
}

# Every step is made by a reader that knows nothing but a checkpoint.
every_way() # PAIR OLD NEW
{
    for ram in 8K 16K 64K 256K; do
        for step in 0 16384 4096 3333; do
            room_for $ram "$(wc -c <"$3")" $step &&
                check "$1" "$2" "$3" $ram $step steps
        done
    done
}

# --- pairs -------------------------------------------------------------------

one_pair() # PAIR OLD NEW
{
    case ${soak:+all-}$1 in
    all-* | hackrf-* | particle-boron-boot-* | modem)
        every_way "$@"
        return
        ;;
    esac
    [ "$(larger "$2" "$3")" -lt 700000 ] || return
    check "$@" 16K 0
    check "$@" 16K 16384
}

if [ ! -d "$corpus" ]; then
    count=$((count + 1))
    echo "ok $count - patches of the corpus # SKIP skipped: no corpus"
fi
for image in ap modem; do
    one_pair $image firmware/images/1529B05SIM7000G/$image.bin \
        firmware/images/1529B06SIM7000G/$image.bin
done
for folder in "$corpus"/*/; do
    [ ! -f "$folder/old.bin" ] || [ ! -f "$folder/new.bin" ] ||
        one_pair "$(basename "$folder")" "$folder/old.bin" "$folder/new.bin"
done
echo "1..$count"
