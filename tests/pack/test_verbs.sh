#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The verbs of key, release and package: exit codes and sentences.
. "$(dirname "$0")/maker.bash"
make_pair >/dev/null || { result 1 "releases and keys"; exit; }
make_package() # TO MORE...
{
    local to=$1
    shift
    "$FARFIX" package make --from a --to "$to" --key store.key -o update.zip \
        "$@"
}
verify() # MORE...
{
    "$FARFIX" package verify "$@" --trust release.pub
}

# --- key --------------------------------------------------------------------

[ "$(stat -c %a release.key store.key)" = "$(printf '600\n600')" ]
result $? "key files are readable by their owner alone"
says 1 "already there" "key make overwrites nothing" \
    "$FARFIX" key make release
says 64 "belong together" "a package key needs its model" \
    "$FARFIX" key make x --signed-by release.key
says 64 "--signed-by" "a release key has no last sequence" \
    "$FARFIX" key make x --max-sequence 9
says 1 "delegated package key" "a package key cannot delegate" \
    "$FARFIX" key make x --signed-by store.key --model SIM7000G
says 3 "cannot open none.key" "a missing release key is exit 3" \
    "$FARFIX" key make x --signed-by none.key --model SIM7000G
says 64 "one model" "a model that is none is refused" \
    "$FARFIX" key make x --signed-by release.key --model "SIM 7000"
says 0 '"max_sequence":7' "key make reports as JSON" \
    "$FARFIX" key make seven --signed-by release.key --model SIM7000G \
    --max-sequence 7 --json
grep -qx max_sequence=7 seven.cert
result $? "--max-sequence stands in the certificate"
says 0 '"max_sequence":10' "a number with a leading 0 is decimal" \
    "$FARFIX" key make ten --signed-by release.key --model SIM7000G \
    --max-sequence 010 --json
for n in 18014398509481985K 4294967296 4096M -1 0x 5KB ''; do
    says 64 "not a number" "'$n' is no number" "$FARFIX" key make huge \
        --signed-by release.key --model SIM7000G --max-sequence "$n"
done
says 64 "could sign no package" "a delegation up to 0 is refused" \
    "$FARFIX" key make none --signed-by release.key --model SIM7000G \
    --max-sequence 0
grep -qx max_sequence=65536 store.cert
result $? "without --max-sequence a package key ends at 65536"

# --- release ----------------------------------------------------------------

says 3 "cannot open none" "a missing release directory is exit 3" \
    "$FARFIX" release sign none --key release.key
says 3 "none.key" "a missing key is exit 3" \
    "$FARFIX" release sign b --key none.key
says 64 "--key" "release sign asks who signs" "$FARFIX" release sign b
says 1 "delegated package key" "a package key signs no release" \
    "$FARFIX" release sign b --key store.key
says 0 '"name":"ap"' "release sign reports as JSON" \
    "$FARFIX" release sign b --key release.key --json
"$FARFIX" key make new >/dev/null
cp -r b turn
says 0 '"next_key":"' "release sign introduces a key" "$FARFIX" release sign \
    turn --key release.key --next-key new.pub --json
says 1 "--next-key none" "release sign drops no key unawares" \
    "$FARFIX" release sign turn --key release.key
says 0 "revokes     key" "release sign names the key that it revokes" \
    "$FARFIX" release sign turn --key new.key --next-key none \
    --revoke release.pub
says 64 "no key follows" "the signing key does not go without a successor" \
    "$FARFIX" release sign turn --key release.key --next-key none \
    --revoke release.pub
says 64 "trust it already" "the signing key is no next key" \
    "$FARFIX" release sign turn --key release.key --next-key release.pub
says 64 "the same key" "a key does not come and go at once" \
    "$FARFIX" release sign turn --key release.key --next-key new.pub \
    --revoke new.pub
says 1 "private key" "the next key is named by its public half" \
    "$FARFIX" release sign turn --key release.key --next-key new.key
openssl ecparam -name secp384r1 -genkey -noout 2>/dev/null |
    openssl ec -pubout -out p384.pub 2>/dev/null
says 1 "P-256" "the next key is of our curve" \
    "$FARFIX" release sign turn --key release.key --next-key p384.pub
"$FARFIX" release sign turn --key release.key --next-key new.pub \
    --revoke none >/dev/null
"$FARFIX" package make --from a --to turn --key store.key -o turn.zip >/dev/null
says 0 "next key    key" "package info shows the key that comes" \
    "$FARFIX" package info turn.zip --trust release.pub
says 0 "is trusted once this release runs" \
    "package verify shows the key that comes" \
    "$FARFIX" package verify turn.zip --trust new.pub --trust release.pub
says 64 "too often" "more than two keys are not trusted" \
    "$FARFIX" package verify turn.zip --trust new.pub --trust release.pub \
    --trust new.pub
rm -r turn turn.zip
cp -r b bad && sed -i 's/step = 16K/step = 5K/' bad/release.ini
says 1 "bad/release.ini:6: component modem: step 5120 is not a multiple" \
    "a wrong step is named with file and line" \
    "$FARFIX" release sign bad --key release.key
rm -r bad

# --- package make -----------------------------------------------------------

says 0 "A -> B" "package make makes deltas" make_package b
"$FARFIX" package info update.zip --trust release.pub | grep -q '^ap  *delta '
result $? "package info names the delta"
says 64 "all needed" "package make wants its four options" \
    "$FARFIX" package make --full
says 0 "A -> B" "package make --full makes images" make_package b --full
says 1 "both releases have version A" "equal versions are refused" \
    make_package a --full
release same C 7 SIM7000G && cp a/*.bin same/
"$FARFIX" release sign same --key release.key >/dev/null
says 2 "nothing to do" "equal images are exit 2" make_package same --full
release other C 7 SIM7000E && "$FARFIX" release sign other --key release.key \
    >/dev/null
says 1 "model" "another model is refused" make_package other --full
release old C 5 SIM7000G && "$FARFIX" release sign old --key release.key \
    >/dev/null
says 1 "sequence must grow" "an older sequence is refused" \
    make_package old --full
release far C 65542 SIM7000G && "$FARFIX" release sign far --key release.key \
    >/dev/null
says 1 "at most 65536 at once" "a sequence too far ahead is refused" \
    make_package far --full
release bare C 7 SIM7000G
says 1 "farfix release sign" "an unsigned B is refused with what to do" \
    make_package bare --full
head -c 131073 /dev/zero >bare/ap.bin
says 1 "its slot only 131072" "an image beyond its slot is refused" \
    make_package bare --full
says 3 "cannot open none" "a missing B is exit 3" make_package none --full
"$FARFIX" release sign far --key release.key >/dev/null
"$FARFIX" key make short --signed-by release.key --model SIM7000G \
    --max-sequence 5 >/dev/null
says 1 "ends with sequence 5" "a package key that has ended is refused" \
    "$FARFIX" package make --from a --to b --key short.key --full -o x.zip
"$FARFIX" key make foreign --signed-by release.key --model SIM7000E >/dev/null
says 1 "for model SIM7000E" "a package key of another model is refused" \
    "$FARFIX" package make --from a --to b --key foreign.key --full -o x.zip
"$FARFIX" key make stranger >/dev/null
says 1 "not signed by this key" "a strange key is refused" \
    "$FARFIX" package make --from a --to b --key stranger.key --full -o x.zip
[ ! -e x.zip ]
result $? "a refused package leaves no file"
cp update.zip before.zip
says 1 "not signed by this key" "a later failure is a failure" \
    "$FARFIX" package make --from a --to b --key stranger.key --full \
    -o update.zip
cmp before.zip update.zip
result $? "a refused package leaves the old file alone"
says 1 "cannot write small.zip: File too large" "a limit on files is named" \
    bash -c 'ulimit -f 1; exec "$@"' limited \
    "$FARFIX" package make --from a --to b --key store.key --full -o small.zip
[ -z "$(find . -name 'small.zip*')" ]
result $? "a package that was not written whole leaves no file"
"$FARFIX" package info update.zip --trust release.pub --json >/dev/full 2>err
[ $? -eq 1 ] && grep -q "standard output: No space" err
result $? "a report that could not be written is a failure"
says 3 "cannot write" "a place that is not there is exit 3" \
    "$FARFIX" package make --from a --to b --key store.key --full \
    -o update.zip/x

# --- package info -----------------------------------------------------------

"$FARFIX" package info update.zip --trust release.pub --from a >out
grep -q '^update  *A -> B$' out && grep -q '^sequence  *6$' out &&
    grep -q 'until sequence 65536$' out &&
    grep -qE '^modem +unchanged +[0-9]+ +[0-9]+ +-$' out &&
    grep -qE '^ap +image +[0-9]+ +[0-9]+ +[0-9]+$' out &&
    grep -q 'a device that runs a takes it' out
result $? "package info shows update, sequence, delegation and components"
says 0 '"max_sequence":65536' "package info reports as JSON" \
    "$FARFIX" package info update.zip --trust release.pub --json
says 1 "runs B" "package info says when a device would not take it" \
    "$FARFIX" package info update.zip --trust release.pub --from b
says 1 "not signed by the trusted key" "info shows nothing under another key" \
    "$FARFIX" package info update.zip --trust stranger.pub
says 64 "--trust" "info without a trusted key is a question" \
    "$FARFIX" package info update.zip
says 1 "private key" "a private key is no trust" \
    "$FARFIX" package info update.zip --trust release.key

# --- package verify ---------------------------------------------------------

verify update.zip --from a >out
[ "$(grep -c '^ok ' out)" -eq 5 ] && [ "$(tail -n 1 out)" = good ]
result $? "verify prints five checks and ends with good"
says 0 '"good":true' "verify reports as JSON" verify update.zip --json
says 1 "starts from version A, the device runs B" \
    "verify names the wrong source" verify update.zip --from b
says 3 "cannot open none.zip" "a missing package is exit 3" verify none.zip
says 3 "cannot open none.pub" "a missing trusted key is exit 3" \
    "$FARFIX" package verify update.zip --trust none.pub
size=$(stat -c %s update.zip)
flip() # OFFSET
{
    local byte
    byte=$(od -An -tu1 -j "$1" -N 1 update.zip)
    cp update.zip bent.zip
    printf "\\x$(printf %x $((byte ^ 1)))" |
        dd of=bent.zip bs=1 seek="$1" conv=notrunc status=none
}
survivors=
for offset in 0 40 400 700 1200 $((size / 2)) $((size - 300)) $((size - 1)); do
    flip "$offset"
    verify bent.zip >out 2>err
    [ $? -eq 1 ] && grep -q ^FAILED out && [ "$(wc -l <err)" -eq 1 ] ||
        survivors="$survivors $offset"
done
[ -z "$survivors" ]
result $? "a flipped bit is found wherever it is"
[ -z "$survivors" ] || echo "# not at$survivors"
head -c $((size - 1)) update.zip >bent.zip
says 1 "truncated" "a truncated package is called so" verify bent.zip
(cat update.zip && printf x) >bent.zip
says 1 "FAILED" "one byte too many is found" verify bent.zip
: >bent.zip
says 1 "truncated" "an empty file is no package" verify bent.zip

# --- package import ---------------------------------------------------------

seq 1 3000 >vendor.zip
import() # MORE...
{
    "$FARFIX" package import vendor.zip --model SIM7000G --from A "$@"
}
says 1 "needs its .info" "a vendor's file needs its side-file" \
    verify vendor.zip
says 0 "vendor.zip.info: SIM7000G A -> W" "import says what it wrote" \
    import --to W --key store.key
[ "$(wc -c <vendor.zip.info)" -le 1024 ]
result $? "a side-file has at most 1024 bytes"
sed '/^sig=/d' vendor.zip.info >signed
sed -n 's/^sig=//p' vendor.zip.info | sed 's/../\\x&/g' >hex
printf %b "$(cat hex)" >signature
openssl dgst -sha256 -verify store.pub -signature signature signed >/dev/null
result $? "openssl verifies a side-file with the package key"
grep -qx "sha256=$(sha256sum vendor.zip | cut -d ' ' -f 1)" vendor.zip.info
result $? "a side-file holds the digest that sha256sum finds"
says 0 good "verify checks a vendor's file by its side-file" \
    verify vendor.zip --from a
says 0 good "verify takes the side-file's name as well" verify vendor.zip.info
says 1 "the device is SIM7000G B" "verify names the wrong source of it" \
    verify vendor.zip --from b
says 0 '"kind":"vendor"' "info shows a vendor's file" \
    "$FARFIX" package info vendor.zip --trust release.pub --json
says 1 "not signed by the trusted key" "a side-file needs the trusted key" \
    "$FARFIX" package verify vendor.zip --trust stranger.pub
sed -i s/3000/3001/ vendor.zip
says 1 "SHA-256 differs" "a changed vendor's file is found" verify vendor.zip
echo >>vendor.zip
says 1 "size" "a grown vendor's file is found" verify vendor.zip
sed -i s/to=W/to=X/ vendor.zip.info
says 1 "FAILED" "a changed side-file is found" verify vendor.zip
rm vendor.zip
says 3 "cannot open vendor.zip" "a side-file alone is not enough" \
    verify vendor.zip.info
seq 1 3000 >vendor.zip
says 64 "nothing would change" "import from A to A is refused" \
    import --to A --key store.key
says 64 "without ___" "import refuses a version that is none" \
    import --to A___B --key store.key
says 64 "a version is" "import refuses a version that is too long" \
    import --to "$(printf 'x%.0s' {1..40})" --key store.key
says 1 "for model SIM7000E" "import refuses a key of another model" \
    import --to W --key foreign.key
says 64 "all needed" "import wants its options" import
for verb in "key make" "key delegate" "release sign" "package make" "package import" \
    "package info" "package verify"; do
    # shellcheck disable=SC2086
    says 0 Usage: "farfix $verb --help explains itself" "$FARFIX" $verb --help
    missing=
    # shellcheck disable=SC2086
    for option in $("$FARFIX" $verb --help | grep -oE '^  --?[a-z-]+'); do
        [ "$option" = --help ] ||
            grep -qE "^\.(It|Op)? ?.*Fl ${option#-}( |$)" \
                "$root/docs/man/farfix-${verb% *}.1" || missing="$missing $option"
    done
    [ -z "$missing" ]
    result $? "the man page of farfix $verb knows every option"
done
