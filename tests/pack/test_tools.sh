#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# openssl, unzip and bsdtar agree with us, and we with keys that openssl made.
. "$(dirname "$0")/maker.bash"
make_pair >/dev/null || { result 1 "releases and keys"; exit; }
make_package() # OUT KEY
{
    "$FARFIX" package make --from a --to b --key "$2" --full -o "$1" >/dev/null
}
verified() # KEY SIGNATURE TEXT
{
    [ "$(openssl dgst -sha256 -verify "$1" -signature "$2" "$3" 2>&1)" = \
        "Verified OK" ]
}

# --- what comes out ---------------------------------------------------------

make_package update.zip store.key
result $? "package make with a delegated key succeeds"
unzip -tqq update.zip && mkdir unzipped && unzip -qq update.zip -d unzipped
result $? "unzip tests and opens the package without a warning"
mkdir untarred && bsdtar -xf update.zip -C untarred
result $? "bsdtar opens the package"
diff -r unzipped untarred
result $? "unzip and bsdtar give the same bytes"
[ "$(bsdtar -tf update.zip | tr '\n' ' ')" = \
    "release release.sig cert cert.sig package package.sig ap.bin " ]
result $? "entries stand in the order of the format, unchanged modem left out"
cmp unzipped/ap.bin b/ap.bin && cmp unzipped/release b/release
result $? "payload and release text are those of B"
[ "$(stat -c %a unzipped/ap.bin)" = 644 ]
result $? "unzipped files have mode 0644"
verified release.pub unzipped/release.sig unzipped/release
result $? "openssl verifies release with the release key"
verified release.pub unzipped/cert.sig unzipped/cert
result $? "openssl verifies cert with the release key"
verified store.pub unzipped/package.sig unzipped/package
result $? "openssl verifies package with the package key"
! verified store.pub unzipped/release.sig unzipped/release
result $? "openssl refuses release under the package key"
[ "$(openssl pkey -in release.key -pubout)" = "$(cat release.pub)" ]
result $? "openssl finds release.pub in release.key"
openssl pkey -in store.key -noout -text | grep -q 'NIST CURVE: P-256'
result $? "openssl sees a P-256 key"

# --- keys that openssl made -------------------------------------------------

openssl ecparam -name prime256v1 -genkey -out sec1.key 2>/dev/null
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 \
    -out pkcs8.key 2>/dev/null
for kind in sec1 pkcs8; do
    openssl pkey -in $kind.key -pubout -out $kind.pub
    "$FARFIX" release sign a --key $kind.key >/dev/null &&
        "$FARFIX" release sign b --key $kind.key >/dev/null &&
        verified $kind.pub b/release.sig b/release &&
        make_package $kind.zip $kind.key &&
        "$FARFIX" package verify $kind.zip --trust $kind.pub >/dev/null
    result $? "a $kind key of openssl signs releases and packages"
    "$FARFIX" key make by-$kind --signed-by $kind.key --model SIM7000G \
        >/dev/null && make_package by-$kind.zip by-$kind.key &&
        "$FARFIX" package verify by-$kind.zip --trust $kind.pub >/dev/null
    result $? "a $kind key of openssl delegates"
done
openssl ecparam -name secp384r1 -genkey -noout -out p384.key
says 1 "P-256" "a P-384 key is refused" \
    "$FARFIX" release sign b --key p384.key
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.key \
    2>/dev/null
says 1 "P-256" "an RSA key is refused" "$FARFIX" release sign b --key rsa.key
openssl pkey -in sec1.key -aes128 -passout pass:secret -out locked.key
says 1 "password" "a key under a password is refused with the way out" \
    "$FARFIX" release sign b --key locked.key
