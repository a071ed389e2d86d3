#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Keys in a token, by SoftHSM and the engine of libp11.
. "$(dirname "$0")/maker.bash"
make_pair >/dev/null || { result 1 "releases and keys"; exit; }

mkdir tokens
cat >softhsm2.conf <<CONF
directories.tokendir = $work/tokens
objectstore.backend = file
log.level = ERROR
CONF
export SOFTHSM2_CONF=$work/softhsm2.conf
for module in /usr/lib/softhsm/libsofthsm2.so \
    /usr/lib/*/softhsm/libsofthsm2.so /usr/lib*/pkcs11/libsofthsm2.so; do
    [ ! -e "$module" ] || export PKCS11_MODULE_PATH=$module
done
pin=$RANDOM$RANDOM
printf '%s' "$pin" >pin
{
    softhsm2-util --init-token --free --label farfix --so-pin 12345678 \
        --pin "$pin" &&
        openssl ecparam -name prime256v1 -genkey -noout -out soft.pem &&
        openssl pkcs8 -topk8 -nocrypt -in soft.pem -out soft.p8 &&
        openssl ec -in soft.pem -pubout -out soft.pub &&
        softhsm2-util --import soft.p8 --token farfix --label release \
            --id 01 --pin "$pin" &&
        openssl ecparam -name prime256v1 -genkey -noout |
        openssl pkcs8 -topk8 -nocrypt -out store.p8 &&
        softhsm2-util --import store.p8 --token farfix --label store \
            --id 02 --pin "$pin" &&
        openssl ecparam -name secp384r1 -genkey -noout |
        openssl pkcs8 -topk8 -nocrypt -out p384.p8 &&
        softhsm2-util --import p384.p8 --token farfix --label p384 --id 03 \
            --pin "$pin"
} >token.log 2>&1
result $? "a token with two keys of openssl"
rm -f soft.p8 soft.pem store.p8 p384.p8 # from here on only the token has them

release_uri="pkcs11:token=farfix;object=release;type=private"
with_file="$release_uri?pin-source=file:$work/pin"
store_uri="pkcs11:token=farfix;object=store;type=private"

# --- a release --------------------------------------------------------------

says 0 "signed SIM7000G B" "a key in a token signs a release" \
    "$FARFIX" release sign b --key "$with_file"
openssl dgst -sha256 -verify soft.pub -signature b/release.sig b/release \
    >out 2>err && grep -q OK out
result $? "openssl verifies it"
"$FARFIX" release sign a --key "$with_file" >/dev/null
says 0 "A -> B" "a package key that the token delegates to packs it" \
    bash -c '"$0" key make s2 --signed-by "$1" --model SIM7000G &&
    "$0" package make --from a --to b --key s2.key -o s2.zip' \
    "$FARFIX" "$with_file"
says 0 good "the device's reader takes it" \
    "$FARFIX" package verify s2.zip --trust soft.pub --from a
good=0
for i in 1 2 3 4 5 6 7 8; do # half of what a token signs has a high s
    "$FARFIX" release sign b --key "$with_file" >/dev/null &&
        "$FARFIX" package make --from a --to b --key s2.key --full -o s2.zip \
            >/dev/null && good=$((good + 1))
    sha256sum <b/release.sig >>sigs
done
[ $good -eq 8 ]
result $? "every signature of a token comes out in its one spelling"
[ "$(sort -u sigs | wc -l)" -gt 1 ]
result $? "a token signs with other bytes each time, as the docs say"

# --- where the PIN is -------------------------------------------------------

says 0 "signed" "the PIN may come from the environment" \
    env FARFIX_PKCS11_PIN="$pin" "$FARFIX" release sign b --key "$release_uri"
says 64 "can be seen by everybody" "a PIN among the arguments is refused" \
    "$FARFIX" release sign b --key "$release_uri;pin-value=$pin"
says 1 "openssl cannot sign with" "a wrong PIN is a failure" \
    env FARFIX_PKCS11_PIN=0000 "$FARFIX" release sign b --key "$release_uri"
says 1 "No PIN" "no PIN and no terminal is a failure" \
    setsid -w "$FARFIX" release sign b --key "$release_uri"
# Whoever looks at the processes meanwhile.
mkdir spy
cat >spy/openssl <<SPY
#!/bin/sh
echo "\$@" >>$work/arguments
exec $(command -v openssl) "\$@"
SPY
chmod +x spy/openssl
FARFIX_PKCS11_PIN=$pin PATH=$work/spy:$PATH \
    "$FARFIX" release sign b --key "$release_uri" >/dev/null &&
    grep -q -- '-sign pkcs11:token=farfix' arguments &&
    ! grep -qF "$pin" arguments
result $? "no argument of openssl holds the PIN"
# A store that many clients talk to has other numbers free than a fresh one.
with_open_files() # LAST COMMAND...
{
    local last=$1 n
    for ((n = 3; n <= last; n++)); do
        eval "exec $n</dev/null"
    done
    exec "${@:2}"
}
good=0
for last in {90..106}; do
    (with_open_files "$last" env FARFIX_PKCS11_PIN="$pin" "$FARFIX" \
        release sign b --key "$release_uri" >>open.log 2>&1) &&
        good=$((good + 1))
done
[ $good -eq 17 ]
result $? "a token signs whatever files are open"

# --- a file that names the token --------------------------------------------

echo "$store_uri?pin-source=file:$work/pin" >hsm.key
says 0 "may sign packages for SIM7000G" "a key in a token is delegated to" \
    "$FARFIX" key delegate hsm.key --signed-by "$with_file" --model SIM7000G
openssl dgst -sha256 -verify soft.pub -signature hsm.cert.sig hsm.cert \
    >out 2>err && grep -q OK out
result $? "openssl verifies the delegation"
says 0 "A -> B" "a key in a token signs a package" \
    "$FARFIX" package make --from a --to b --key hsm.key -o hsm.zip
says 0 good "the device's reader takes the token's package" \
    "$FARFIX" package verify hsm.zip --trust soft.pub --from a
"$FARFIX" package info hsm.zip --trust soft.pub | grep -q 'delegated for SIM'
result $? "the package carries the certificate beside the file"
"$FARFIX" store serve --releases . --key hsm.key --listen 127.0.0.1:0 \
    >ready 2>store.log &
store=$!
for try in $(seq 100); do
    grep -q ^ready ready && break
    sleep 0.1
done
curl -s -m 10 -o served.zip \
    "$(sed -n 's/^ready //p' ready)/SIM7000G/A___B/update.zip"
kill $store && wait $store 2>/dev/null
says 0 good "a store serves what the token signs" \
    "$FARFIX" package verify served.zip --trust soft.pub --from a
says 64 "a certificate lies beside a file" "a bare URI has no place for one" \
    "$FARFIX" key delegate "$store_uri" --signed-by "$with_file" \
    --model SIM7000G
cp soft.pub hsm.pub
says 1 "another key than hsm.key" "a .pub beside it is what counts" \
    "$FARFIX" package make --from a --to b --key hsm.key -o x.zip
rm hsm.cert hsm.cert.sig
says 1 "does not verify under its public key" \
    "a signature by another key is never used" \
    "$FARFIX" release sign b --key hsm.key
rm hsm.pub

# --- what is not there ------------------------------------------------------

says 1 "openssl cannot find" "a key that is not in the token is named" \
    env FARFIX_PKCS11_PIN="$pin" "$FARFIX" release sign b \
    --key "pkcs11:token=farfix;object=none"
says 1 "P-256" "a key on another curve is refused" \
    env FARFIX_PKCS11_PIN="$pin" "$FARFIX" release sign b \
    --key "pkcs11:token=farfix;object=p384"
says 1 "does not start" "openssl itself may be missing" \
    env PATH=/nonexistent "$FARFIX" release sign b --key "$release_uri"
says 64 "engine or provider" "FARFIX_PKCS11 has two values" \
    env FARFIX_PKCS11=token "$FARFIX" release sign b --key "$release_uri"
says 64 "odd characters" "a URI is one word" \
    "$FARFIX" release sign b --key "pkcs11:token=a b"
openssl dgst -sha256 -verify soft.pub -signature b/release.sig b/release \
    >out 2>err && grep -q OK out
result $? "what was signed before is still there"

# --- the provider -----------------------------------------------------------

# Debian 12 has none; what openssl is told is checked, and done by the engine.
cat >spy/openssl <<SPY
#!/bin/bash
case " \$* " in
*" -provider pkcs11 -provider default "*) ;;
*) exit 1 ;;
esac
words=()
for word; do
    case \$word in
    -provider | pkcs11 | default) ;;
    *) words+=("\$word") ;;
    esac
done
form=-inform
[ "\$1" = pkey ] || form=-keyform
exec $(command -v openssl) "\${words[@]:0:1}" -engine pkcs11 \$form engine \
    "\${words[@]:1}"
SPY
says 0 "signed" "FARFIX_PKCS11=provider goes by the provider" env \
    FARFIX_PKCS11=provider PATH="$work/spy:$PATH" \
    "$FARFIX" release sign b --key "$with_file"

echo "1..$count"
