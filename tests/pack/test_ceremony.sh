#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Keys that are elsewhere: delegation to a public key, its end and renewal, and
# releases that are signed on a machine without farfix.
. "$(dirname "$0")/maker.bash"
make_pair >/dev/null || { result 1 "releases and keys"; exit; }
openssl ecparam -name prime256v1 -genkey -noout -out far.key
openssl ec -in far.key -pubout -out far.pub 2>/dev/null
openssl ec -in release.key -out offline.pem 2>/dev/null
delegate() # NAME MORE...
{
    local name=$1
    shift
    "$FARFIX" key delegate "$name" --signed-by release.key --model SIM7000G "$@"
}
pack() # KEY TO MORE...
{
    local key=$1 to=$2
    shift 2
    "$FARFIX" package make --from a --to "$to" --key "$key" --full "$@"
}

# --- delegation -------------------------------------------------------------

mkdir server && mv far.key server/
says 0 "far.cert  may sign packages for SIM7000G up to sequence 65536" \
    "a public key is delegated to" delegate far.pub
openssl dgst -sha256 -verify release.pub -signature far.cert.sig far.cert \
    >out 2>err && grep -q OK out
result $? "openssl verifies the delegation"
cp far.cert far.cert.sig server/
says 0 "A -> B" "beside the private key it does its work" \
    pack server/far.key b -o far.zip
says 0 good "a device takes what it packed" \
    "$FARFIX" package verify far.zip --trust release.pub --from a
cp far.cert before.cert
says 1 "far.cert is already there: --renew" \
    "a certificate is not replaced unasked" delegate far.pub --max-sequence 6
cmp -s far.cert before.cert
result $? "... and stays as it was"
says 0 '"max_sequence":6' "a delegation ends with a sequence" \
    delegate far.pub --max-sequence 6 --renew --json
cp far.cert far.cert.sig server/
says 0 "A -> B" "its last release is packed" pack server/far.key b -o far.zip
release c C 7 SIM7000G && "$FARFIX" release sign c --key release.key >/dev/null
says 1 "ends with sequence 6" "a30_the_maker_packs_nothing_behind_its_end" \
    pack server/far.key c -o late.zip
says 0 "up to sequence 7" "renewed it goes on" \
    delegate far.pub --max-sequence 7 --renew
cp far.cert far.cert.sig server/
says 0 "A -> C" "... with the same private key" pack server/far.key c -o c.zip
cp store.cert far.cert
says 1 "not a certificate of this key" \
    "a certificate of another key is never replaced" delegate far.pub --renew
echo odd >far.cert
says 1 "not a certificate of this key" "nor is any other file" \
    delegate far.pub --renew
rm far.cert far.cert.sig
says 1 "private key" "the private half is not asked for" \
    delegate server/far.key
says 64 "release key itself" "the release key needs no delegation" \
    delegate release.pub
says 1 "delegated package key" "a package key cannot delegate" \
    "$FARFIX" key delegate far.pub --signed-by store.key --model SIM7000G
says 64 "one model" "a model that is none is refused" \
    "$FARFIX" key delegate far.pub --signed-by release.key --model "SIM 7"
says 64 "both needed" "who delegates must be said" \
    "$FARFIX" key delegate far.pub --model SIM7000G
says 3 "none.pub" "a missing public key is exit 3" delegate none.pub
[ ! -e far.cert ]
result $? "a refused delegation leaves no file"

# --- releases that are signed elsewhere -------------------------------------

"$FARFIX" key make new >/dev/null
text=$(sha256sum <b/release)
says 0 "prepared SIM7000G B, sequence 6" "a release is prepared" \
    "$FARFIX" release sign b --prepare
[ "$(sha256sum <b/release)" = "$text" ] && [ ! -e b/release.sig ]
result $? "the text is that of a signed release, and the old signature goes"
says 1 "farfix release sign" "a release that waits is not packed" \
    pack store.key b -o x.zip
# openssl draws its signatures by lot, so both kinds come.
high=0 low=0
for i in $(seq 40); do
    openssl dgst -sha256 -sign offline.pem -out signature b/release
    s=$(openssl asn1parse -inform DER -in signature | tail -n 1 | sed 's/.*://')
    if [ ${#s} -lt 64 ] || [[ $s < 7FFFFFFF80000000 ]]; then
        low=$((low + 1))
        cp signature low.sig
    else
        high=$((high + 1))
        cp signature high.sig
    fi
    [ $high -gt 0 ] && [ $low -gt 0 ] && break
done
for kind in low high; do
    rm -f b/release.sig
    says 0 "signed SIM7000G B" "a signature with a $kind s is taken" \
        "$FARFIX" release sign b --key release.pub --signature $kind.sig
    openssl dgst -sha256 -verify release.pub -signature b/release.sig \
        b/release >out 2>err && grep -q OK out
    result $? "openssl verifies what became of the $kind one"
    says 0 "A -> B" "it is packed" pack store.key b -o x.zip
    says 0 good "a device takes it" \
        "$FARFIX" package verify x.zip --trust release.pub --from a
done
cp high.sig b/release.sig
says 1 "b/release.sig has a high s" "a high s in the directory is named" \
    pack store.key b -o x.zip
grep -qF 'release sign b --key RELEASE.pub --signature b/release.sig' err
result $? "... with the command that mends it"
says 0 signed "... which mends it where it lies" "$FARFIX" release sign b \
    --key release.pub --signature b/release.sig
head -c 60 low.sig >b/release.sig
says 1 "no signature on P-256 in DER" "what is no signature is named" \
    pack store.key b -o x.zip
"$FARFIX" release sign b --key release.key >/dev/null
cp b/release.sig good.sig
says 1 "not this key's signature" "another key's signature is refused" \
    "$FARFIX" release sign b --key new.pub --signature low.sig
says 1 "not this key's signature" "a signature of another text is refused" \
    "$FARFIX" release sign c --key release.pub --signature low.sig
says 1 "no signature on P-256" "a file that is no signature is refused" \
    "$FARFIX" release sign b --key release.pub --signature b/release
says 3 "none.sig" "a missing signature is exit 3" \
    "$FARFIX" release sign b --key release.pub --signature none.sig
says 1 "private key" "a private key is not asked for" \
    "$FARFIX" release sign b --key release.key --signature low.sig
cmp -s b/release.sig good.sig
result $? "a refused signature leaves the old one"
says 64 "leave --key" "--prepare signs nothing" \
    "$FARFIX" release sign b --prepare --key release.key
says 64 "whose signature" "--signature wants its public key" \
    "$FARFIX" release sign b --signature low.sig
says 64 "belong to --prepare" "the text is settled before it is signed" \
    "$FARFIX" release sign b --key release.pub --signature low.sig \
    --next-key new.pub

# --- a rotation with both ---------------------------------------------------

says 0 "next key" "keys are prepared with the text" \
    "$FARFIX" release sign b --prepare --next-key new.pub
openssl dgst -sha256 -sign offline.pem -out signature b/release
says 0 "next key" "... and signed with it" \
    "$FARFIX" release sign b --key release.pub --signature signature
"$FARFIX" release sign b --prepare --next-key release.pub >/dev/null
openssl dgst -sha256 -sign offline.pem -out signature b/release
says 64 "trust it already" "what leads nowhere shows when the signer is known" \
    "$FARFIX" release sign b --key release.pub --signature signature

"$FARFIX" release sign b --key release.key --next-key none >/dev/null
"$FARFIX" release sign c --key new.key >/dev/null
mkdir bare && cp a/*.bin a/release.ini bare
"$FARFIX" package make --from bare --to c --key new.key --full -o past.zip \
    >/dev/null
says 1 "FAILED  source" "verify knows which release keys a device trusts" \
    "$FARFIX" package verify past.zip --trust new.pub --from a
says 0 good "... as far as its release is signed" \
    "$FARFIX" package verify past.zip --trust new.pub --from bare

echo "1..$count"
