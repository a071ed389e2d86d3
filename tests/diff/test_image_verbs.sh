#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Raw, HEX and ELF images on the command line, and in a release.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
number=0
check() { # check NAME COMMAND...
    name=$1
    shift
    number=$((number + 1))
    if "$@" >"$work/out" 2>"$work/err"; then
        echo "ok $number - $name"
    else
        echo "not ok $number - $name"
        sed 's/^/# /' "$work/out" "$work/err"
    fi
}
case $FARFIX in /*) ;; *) FARFIX=$PWD/$FARFIX ;; esac
images=$PWD/firmware/images
cd "$work" || exit 1
cp "$images/1529B05SIM7000G/ap.bin" a.bin
cp "$images/1529B06SIM7000G/ap.bin" b.bin
for v in a b; do
    arm-none-eabi-objcopy -I binary -O ihex --change-addresses 0x08020000 \
        $v.bin $v.data
    arm-none-eabi-objcopy -I binary -O elf32-littlearm \
        --rename-section .data=.text,alloc,load,code,contents $v.bin $v.o
    # A name says nothing: the content decides.
    arm-none-eabi-ld -Ttext=0x08020000 -e 0x08020000 $v.o -o $v.hex
done

round_trip() { # round_trip OLD NEW
    "$FARFIX" delta make "$1" "$2" -o p && "$FARFIX" delta apply "$1" p -o got &&
        cmp got b.bin && "$FARFIX" delta apply a.bin p -o got && cmp got b.bin
}
check "HEX images go there and back" round_trip a.data b.data
check "ELF images go there and back" round_trip a.hex b.hex
check "each side may be of another kind" round_trip a.hex b.data
check "with the address said, kinds make the same patch" sh -c \
    "'$FARFIX' delta make a.bin b.bin -o p --base 0x8020000 &&
     '$FARFIX' delta make a.data b.hex -o q --base 0x8020000 && cmp p q"
check "what is not raw is named with its address" sh -c \
    "'$FARFIX' delta make a.data b.bin -o p |
        grep -q '^a.data: Intel HEX, 102152 bytes from 0x08020000'"
check "--json stays one object" sh -c \
    "'$FARFIX' delta make a.data b.hex -o p --json | head -n 1 | grep -q '^{'"
check "a damaged line is named" sh -c \
    "sed '3s/.\$/x/' a.data >bad; ! '$FARFIX' delta make bad b.bin -o x 2>err &&
     grep -q '^farfix: bad: line 3: ' err && [ ! -e x ]"
check "a base that is no number is a usage error" sh -c \
    "'$FARFIX' delta make a.bin b.bin -o x --base flash; [ \$? -eq 64 ]"

release() { # release DIR AP-FILE: signed
    cp -r "$images/1529B05SIM7000G" "$1" && cp "$2" "$1/ap.bin" &&
        "$FARFIX" release sign "$1" --key k.key
}
same_release() { # same_release DIR AP-FILE: signs what the raw one signs
    release "$1" "$2" && cmp "$1/release" raw/release
}
"$FARFIX" key make k >key.txt
check "a release of raw images is signed" release raw a.bin
check "a release with a HEX image is the same" same_release hex a.data
check "a release with an ELF image is the same" same_release elf a.hex
check "a damaged HEX image is no release" sh -c \
    "cp -r hex bad-hex && echo x >>bad-hex/ap.bin &&
     ! '$FARFIX' release sign bad-hex --key k.key 2>err &&
     grep -q 'bad-hex/ap.bin: line [0-9]*: does not begin' err"
echo "1..$number"
