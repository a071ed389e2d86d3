#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The doors to other boot loaders, from the maker's files on: ESP-IDF's
# partitions by stubs of its declarations, and examples/mcuboot as it stands,
# with a virtual module that fetches its package.
. "$(dirname "$0")/../pack/maker.bash"
. "$root/tests/support/sim.bash"
fake=$root/tests/ports/fake
example=$root/examples/mcuboot
strict="-Wall -Wextra -Wconversion -Wshadow -Wundef -Wcast-qual -Werror
    -Wstrict-prototypes -Wmissing-prototypes"
c="gcc -std=c11 -D_GNU_SOURCE $strict -O1 -g -fsanitize=address,undefined
    -fno-sanitize-recover=all -I$root/include -I$root/ports -I$root/host"
esp="-I$root/tests/ports/stubs/esp-idf -I$root/ports/esp-idf"
core="$root/$BUILD/asan/libhost.a -lmbedcrypto"

builds() # SENTENCE COMMAND...: silent, and ends with 0
{
    local sentence=$1
    shift
    "$@" >out 2>&1
    result $? "$sentence"
    sed 's/^/# /' out
}

point() # PUBLIC-KEY: its 65 bytes, as docs/doors.md says
{
    openssl pkey -pubin -in "$1" -outform DER | tail -c 65
}

# --- ESP-IDF -------------------------------------------------------------------

make_pair >out 2>&1 && "$FARFIX" package make --from a --to b \
    --key store.key -o update.zip >out 2>&1 && point release.pub >point
result $? "two releases and a package"
builds "the port compiles for a 32-bit processor" arm-none-eabi-gcc \
    -mcpu=cortex-m4 -mthumb -std=c11 -Os $strict -I"$root/include" $esp \
    -c "$root/ports/esp-idf/farfix_esp_slot.c" -o object
builds "ESP-IDF's partitions over a fake" $c $esp -o esp \
    "$root/ports/esp-idf/farfix_esp_slot.c" "$fake/fake_esp_slot.c" $core
builds_b() # SENTENCE PACKAGE WORD...
{
    local sentence=$1
    shift
    timeout 60 ./esp "$1" point a/ap.bin b/ap.bin ${2:-} >said 2>&1
    result $? "$sentence"
    sed 's/^/# /' said
}
builds_b "the next partition holds B" update.zip
builds_b "so it does under flash encryption" update.zip encrypted
head -c -1 update.zip >short.zip
timeout 60 ./esp short.zip point a/ap.bin b/ap.bin >said 2>&1
[ $? -eq 1 ] && grep -q package said
result $? "a package that lacks a byte is refused"

# --- MCUboot -------------------------------------------------------------------

board() # DIR VERSION SEQUENCE
{
    mkdir "$1" && seq "$3" 9000 >"$1/app.bin" &&
        cat >"$1/release.ini" <<INI
[release]
model = BOARD-1
version = $2
sequence = $3

[component app]
file = app.bin
slot_size = 224K
sector = 4K
step = 16K
ram = 32K
INI
    "$FARFIX" release sign "$1" --key release.key
}
mkdir www
{ board board-a 1.0.0 5 && board board-b 1.1.0 6 &&
    "$FARFIX" package make --from board-a --to board-b --key release.key \
        -o www/app.zip; } >out 2>&1
result $? "a package for the board: $(stat -c %s www/app.zip) bytes"

python3 -m http.server --directory www --bind 127.0.0.1 0 >http 2>&1 &
server=$!
until_true grep -q 'port [0-9]' http
http=$(sed -n 's/.*port \([0-9]*\).*/\1/p' http | head -n 1)

cp "$example"/* .
sed -i "s|http://fota.example/BOARD-1|http://127.0.0.1:$http|" fetch.c
grep -q "127.0.0.1:$http" fetch.c
result $? "a server, and the example with its address"
builds "the example compiles as it stands" \
    $c -c "$example/fetch.c" -o object -I"$example"
builds "the example over a fake board" $c -Dmain=example_main \
    -Wno-missing-prototypes -c main.c -o main.o
builds "with its walk" $c -o board fetch.c main.o "$fake/fake_mcuboot.c" \
    "$root/ports/template/template_port.c" "$root/ports/posix/posix_port.c" \
    $core
start_sim module --release a --trust release.pub --pty line \
    --flash-speed fast
result $? "a module"
timeout 120 ./board ./line point board-a/app.bin slot-1 >said 2>&1
result $? "it fetches, and B is made"
sed 's/^/# /' said

cmp -n "$(stat -c %s board-b/app.bin)" slot-1 board-b/app.bin
result $? "slot 1 holds B"
# 229,376 bytes, align 8: magic at 229,360; swap info, a trial, at 229,336.
[ "$(od -An -tx1 -j 229360 slot-1 | tr -d ' \n')" = \
    77c295f360d2ef7f3552500f2cb67980 ] &&
    [ "$(od -An -tx1 -j 229336 -N 24 slot-1 | tr -d ' \n')" = \
        02ffffffffffffffffffffffffffffffffffffffffffffff ]
result $? "and MCUboot's mark for one trial"

long=$(wc -l "$example"/*.c | awk '$2 != "total" && $1 >= 60')
[ -z "$long" ]
result $? "no file of the example has 60 lines${long:+: $long}"
echo "1..$count"
