#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Row A42: no private key of a test in what is released, and no byte of a
# maker's private key in anything but its own file.
. "$(dirname "$0")/maker.bash"
export LC_ALL=C
build=$root/${BUILD:-build}

# All bytes of FILEs as one line of hex, letters small.
hex_of() # FILE...
{
    cat "$@" | od -An -v -tx1 | tr -d ' \n'
}
turned() # HEX: the last byte first
{
    echo "$1" | fold -w 2 | tac | tr -d '\n'
}
scalar_of() # PEM
{
    openssl ec -in "$1" -noout -text 2>/dev/null |
        sed -n '/^priv:/,/^pub:/{/^ /p}' | tr -d ' :\n' |
        sed 's/^\(00\)*\(.\{64\}\)$/\2/'
}

# --- what is released -------------------------------------------------------

# tests/support/forge.c: 7001 to 7003; RFC 6979, A.2.5.
zeros=00000000000000000000000000000000000000000000000000000000
published="${zeros}00001b59 ${zeros}00001b5a ${zeros}00001b5b
c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721"
base64='MDECAQEEIMmvqdhFunUWa1whV2ex1pNOUMPbNuibEnuKYisSD2ch'
for scalar in $published; do
    echo "$scalar"
    turned "$scalar"
    echo
    printf %s "$scalar" | od -An -v -tx1 | tr -d ' \n' # said as hex
    echo
done >patterns
printf %s "$base64" | od -An -v -tx1 | tr -d ' \n' >>patterns
mkdir members
(cd members && ar x "$build/libfarfix.a")
hex_of "$build/farfix" >farfix.hex
hex_of members/*.o >library.hex # what ar puts between them is not looked at
lost=
while read -r pattern || [ -n "$pattern" ]; do
    (cat library.hex && echo "${pattern}00") | grep -qF "$pattern" &&
        echo "$pattern" | grep -qFf patterns || lost="$lost $pattern"
done <patterns
[ -z "$lost" ] && [ "$(grep -c . patterns)" -eq 13 ] &&
    [ "$(wc -c <farfix.hex)" -gt 200000 ] && grep -q 7f454c46 library.hex
result $? "a42_the_scanner_sees_a_key_that_is_planted"
! grep -qFf patterns farfix.hex && ! grep -qFf patterns library.hex
result $? "a42_no_private_test_key_is_in_farfix_or_libfarfix"
! nm "$build/farfix" "$build/libfarfix.a" 2>/dev/null | grep -qw 'forge_.*'
result $? "a42_no_code_of_the_forger_is_in_farfix_or_libfarfix"

# --- the tree ---------------------------------------------------------------

# A private key may stand where the list of test keys knows it, and nowhere.
strange=$(cd "$root" && grep -rIl --exclude-dir=build --exclude-dir='build*' \
    --exclude-dir=.git --exclude-dir=demo \
    -e '-----BEGIN [A-Z ]*PRIVATE KEY-----' . |
    grep -vx -e ./tests/pack/test_keys.c)
[ -z "$strange" ]
result $? "a42_no_file_of_the_tree_holds_a_private_key_that_is_not_listed"
[ -z "$strange" ] || echo "# $strange"

# --- what a maker's commands say and write ----------------------------------

{
    make_pair
    "$FARFIX" release sign b --key release.key --json
    "$FARFIX" package make --from a --to b --key store.key -o update.zip
    "$FARFIX" package info update.zip --trust release.pub --json
    "$FARFIX" package verify update.zip --trust release.pub
    "$FARFIX" key make release
    "$FARFIX" release sign b --key store.key
    cp release.key odd.key && echo x >>odd.key && "$FARFIX" release sign b \
        --key odd.key
    sed 's/A/B/' release.key >bent.key && "$FARFIX" release sign b \
        --key bent.key
    "$FARFIX" package verify update.zip --trust release.key
} >said 2>&1
out=
for key in release.key store.key; do
    scalar=$(scalar_of $key)
    [ ${#scalar} -eq 64 ] || out="$out $key?"
    body=$(sed '/^---/d' $key | head -n 1)
    for file in said *.pub *.cert *.sig a/* b/* update.zip; do
        hex_of "$file" | grep -qF -e "$scalar" -e "$(turned "$scalar")" &&
            out="$out $file"
        grep -qiF -e "$scalar" -e "$body" "$file" && out="$out $file"
    done
done
[ -z "$out" ] && grep -q 'private key' said
result $? "a42_no_byte_of_a_private_key_is_said_or_written_elsewhere"
[ -z "$out" ] || echo "# $out"

echo "1..$count"
