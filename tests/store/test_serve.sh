#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The store as curl sees it.
. "$(dirname "$0")/store.bash"
FARFIX=$farfix
exits() { # exits CODE TEXT COMMAND...: that code, TEXT on stderr
    want=$1 text=$2
    shift 2
    timeout 20 "$@" >o 2>e
    got=$?
    [ "$got" -eq "$want" ] && grep -q -- "$text" e && return
    echo "exit $got, not $want"
    cat e
    return 1
}

# --- three releases of one model, one of another, a vendor package -----------

release() { # release DIR MODEL VERSION SEQUENCE: our own program is its image
    mkdir -p "$1"
    {
        head -c 30000 "$fast"
        echo "release $3"
        tail -c +30001 "$fast" | head -c 20000
    } >"$1/ap.bin"
    cat >"$1/release.ini" <<END
[release]
model = $2
version = $3
sequence = $4
[component ap]
file = ap.bin
slot_size = 128K
sector = 4K
step = 16K
ram = 16K
END
    "$FARFIX" release sign "$1" --key release.key >/dev/null
}
"$FARFIX" key make release >/dev/null
"$FARFIX" key make store --signed-by release.key --model SIM7000G >/dev/null
release releases/one SIM7000G B05 5
release releases/two SIM7000G B06 6
release releases/three SIM7000G B07 7
release releases/other SIM7000E E01 1
head -c 9000 "$fast" >releases/vendor.zip
"$FARFIX" package import releases/vendor.zip --model SIM7000G --from V1 --to V2 \
    --key store.key >/dev/null
mkdir releases/broken
echo nonsense >releases/broken/release.ini
cp -r releases/one releases/unsigned
rm releases/unsigned/release.sig releases/unsigned/release
sed -i 's/B05/B99/' releases/unsigned/release.ini
cp -r releases/one releases/twin
head -c 100 "$fast" >releases/lone.zip
cp releases/vendor.zip.info releases/lone.zip.info
cp releases/vendor.zip.info releases/bent.zip.info
{ head -c 8999 releases/vendor.zip; printf x; } >releases/bent.zip

start
zip=$url/SIM7000G/B05___B07/update.zip

# --- packages ----------------------------------------------------------------

check "ready names the address" test -n "$url"
check "a package is built when first asked for" get -f -o first.zip "$zip"
check "it is the package that was asked for" sh -c \
    "'$FARFIX' package verify first.zip --trust release.pub --from releases/one &&
     '$FARFIX' package info first.zip --trust release.pub | grep -q B07"
check "it travels as a delta" sh -c "[ \$(wc -c <first.zip) -lt 5000 ]"
check "the second answer is the same bytes" sh -c \
    "curl -sSf -o second.zip '$zip' && cmp first.zip second.zip"
check "Content-Length is the size" test \
    "$(header Content-Length "$zip")" = "$(wc -c <first.zip)"
check "Content-Type is application/zip" test \
    "$(header Content-Type "$zip")" = application/zip
check "ETag is the digest" test "$(header ETag "$zip")" = \
    "\"$(sha256sum first.zip | cut -d' ' -f1)\""
check "HEAD has the length and no body" test \
    "$(header Content-Length -I "$zip")" = "$(wc -c <first.zip)"
check "If-None-Match answers 304" status 304 '' \
    -H "If-None-Match: $(header ETag "$zip")" "$zip"
check "a download is taken up where it stopped" sh -c \
    "head -c 700 first.zip >part; curl -sSf -C - -o part '$zip' && cmp part first.zip"
check "a part in the middle is that part" sh -c \
    "curl -sSf -r 100-199 '$zip' >part; tail -c +101 first.zip | head -c 100 | cmp - part"
check "a part of another file is not sent" sh -c \
    "curl -sSf -r 100-199 -H 'If-Range: \"x\"' '$zip' | cmp - first.zip"
for range in 700-5 5-2,8 0-1,4-5 5-x; do
    check "the range $range is none: the whole file" sh -c \
        "curl -sSf --max-time 20 -H 'Range: bytes=$range' '$zip' | cmp - first.zip"
done
check "a part behind the end answers 416" status 416 '' -r 9999999- "$zip"
check "many who ask at once get one build and one file" sh -c \
    "for i in 1 2 3 4 5 6 7 8; do
         curl -sSf -o m\$i '$url/SIM7000G/B06___B07/update.zip' & done; wait
     for i in 2 3 4 5 6 7 8; do cmp m1 m\$i || exit 1; done
     [ \$(grep -c 'built SIM7000G B06' log) -eq 1 ]"
check "the cache holds nothing half-written" sh -c \
    "[ \$(ls releases/.cache | wc -l) -eq 2 ] && ! ls releases/.cache | grep -v 'zip$'"
check "a vendor package is the vendor's bytes" sh -c \
    "curl -sSf '$url/SIM7000G/V1___V2/update.zip' | cmp - releases/vendor.zip"
check "a query is ignored" status 200 '' "$zip?imei=1&channel=a"

# --- next --------------------------------------------------------------------

check "next offers the newest" status 200 '^to=B07$' "$url/SIM7000G/B05/next"
check "its digest is that of the package" status 200 \
    "^sha256=$(sha256sum first.zip | cut -d' ' -f1)\$" "$url/SIM7000G/B05/next"
check "its size is that of the package" status 200 \
    "^size=$(wc -c <first.zip)\$" "$url/SIM7000G/B05/next"
check "next says none to the newest" status 200 '^to=none$' "$url/SIM7000G/B07/next"
check "next is signed" status 200 '^sig=3' "$url/SIM7000G/B07/next"
check "next takes imei and channel" status 200 '^to=B07$' \
    "$url/SIM7000G/B06/next?imei=861075030000017&channel=stable"
check "next offers the vendor's package" status 200 '^to=V2$' "$url/SIM7000G/V1/next"
check "next knows where a vendor's package led" status 200 '^to=none$' \
    "$url/SIM7000G/V2/next"

# --- refusals ----------------------------------------------------------------

check "an unknown model is 404 by name" status 404 'model SIM7600' \
    "$url/SIM7600/B05___B07/update.zip"
check "an unknown source is 404 by name" status 404 'release B01' \
    "$url/SIM7000G/B01___B07/update.zip"
check "an unknown target is 404 by name" status 404 'release B99' \
    "$url/SIM7000G/B05___B99/update.zip"
check "the same version is 404" status 404 'nothing would change' \
    "$url/SIM7000G/B05___B05/update.zip"
check "an older version is 404" status 404 'not newer' \
    "$url/SIM7000G/B07___B05/update.zip"
check "a model that this key may not sign for is 404" status 404 'model SIM7000E' \
    "$url/SIM7000E/E01/next"
check "next of an unknown version is 404" status 404 'release B01' \
    "$url/SIM7000G/B01/next"
check "another path is 404" status 404 'ask for' "$url/robots.txt"
check "dots are 404" status 404 'ask for' "$url/SIM7000G/../../../etc/passwd"
check "escaped slashes are 400" status 400 'ask for' "$url/SIM7000G/..%2f..%2fetc/next"
check "escaped letters are 400" status 400 'ask for' "$url/SIM7000%47/B05/next"
check "an escaped NUL is 400" status 400 'ask for' "$url/SIM7000G/B05/next%00"
check "a long path is 400" status 400 'ask for' \
    "$url/$(head -c 3000 /dev/zero | tr '\0' a)/B05/next"
check "POST is 405" status 405 'only GET' -d x "$url/"
check "DELETE is 405 and says what is allowed" test \
    "$(header Allow -X DELETE "$url/")" = "GET, HEAD"

# --- the page ----------------------------------------------------------------

check "the page links every way up" status 200 'href="SIM7000G/B05___B06/update.zip"' "$url/"
check "the page knows sizes of what was built" status 200 \
    ">$(wc -c <first.zip | sed 's/\([0-9]\)\(...\)$/\1,\2/')</a>" "$url/"
check "the page links no way down" sh -c \
    "! curl -sSf '$url/' | grep -q B07___B05"
check "the page names the vendor's package" status 200 '<td>V1</td><td>V2</td>' "$url/"

# --- the log -----------------------------------------------------------------

check "what is broken is named in the log" grep -q 'left out releases/broken' log
check "what is not signed is named in the log" grep -q 'left out releases/unsigned.*sign' log
check "a second release of the same version is named in the log" \
    grep -q 'left out releases/twin: releases/one already is B05 of model SIM7000G' log
get -o /dev/null "$url/a\"b"
check "a quote in a path cannot end it in the log" logged 'GET /a?b" 400' log
check "a file that is not its side-file's is named in the log" \
    grep -q 'left out releases/lone.zip.*import' log
check "a file of the same size that is not its side-file's, too" \
    grep -q 'left out releases/bent.zip.*import' log
check "a release that this key may not package is named in the log" \
    grep -q 'left out releases/other.*model SIM7000G' log
check "requests are in the log" logged '127.0.0.1 "GET /SIM7000G/B05___B07/update.zip" 200' log

# --- changes -----------------------------------------------------------------

release releases/four SIM7000G B08 8
check "a new release is seen without a restart" seen 200 '^to=B08$' \
    "$url/SIM7000G/B05/next"
get -o before.zip "$url/SIM7000G/B07___B08/update.zip"
echo changed >>releases/four/ap.bin
"$FARFIX" release sign releases/four --key release.key >/dev/null
sleep 2
check "a changed release is packed anew" sh -c \
    "curl -sSf -o after.zip '$url/SIM7000G/B07___B08/update.zip' && ! cmp -s before.zip after.zip &&
     '$FARFIX' package verify after.zip --trust release.pub --from releases/three"
echo more >>releases/four/ap.bin
check "a release that does not fit its signature any more is left out" seen 404 \
    'release B08' "$url/SIM7000G/B07___B08/update.zip"
rm -r releases/four
check "a release that is gone is gone" seen 200 '^to=B07$' "$url/SIM7000G/B05/next"
cp first.zip keep.zip
rm releases/.cache/*
check "an emptied cache does no harm" sh -c "curl -sSf '$zip' | cmp - keep.zip"
head -c 24000000 /dev/zero >releases/large.zip # more than sockets hold
cp releases/large.zip large.copy
"$FARFIX" package import releases/large.zip --model SIM7000G --from L1 --to L2 \
    --key store.key >/dev/null
seen 200 '' -I "$url/SIM7000G/L1___L2/update.zip" >/dev/null
check "a file that changes while it is sent arrives as it was" sh -c \
    "curl -sSf --limit-rate 12M --max-time 15 -o cut '$url/SIM7000G/L1___L2/update.zip' &
     sleep 1; tr '\\0' x <large.copy >releases/large.zip; wait \$! && cmp cut large.copy"
check "a vendor's file that differs from its side-file is not served" seen 404 L1 \
    "$url/SIM7000G/L1___L2/update.zip"
rm releases/large.zip*
halt
start
zip=$url/SIM7000G/B05___B07/update.zip
check "a removed package is built again, to the same bytes" sh -c \
    "curl -sSf '$zip' | cmp - keep.zip"
halt
for file in releases/.cache/*; do head -c "$(wc -c <"$file")" /dev/zero >zeros; cp zeros "$file"; done
start
zip=$url/SIM7000G/B05___B07/update.zip
check "a file changed under the cache's hands is not sent" sh -c \
    "curl -sSf '$zip' | cmp - keep.zip"
check "who changed the cache is in the log" grep -q 'foreign file as .*zip: .*reader' log
kill -HUP "$server"
check "SIGHUP does no harm" status 200 '' "$zip"
head -c 24000000 /dev/zero >releases/large.zip
"$FARFIX" package import releases/large.zip --model SIM7000G --from L1 --to L2 \
    --key store.key >/dev/null
seen 200 '' -I "$url/SIM7000G/L1___L2/update.zip" >/dev/null
get --limit-rate 8M -o large.zip "$url/SIM7000G/L1___L2/update.zip" 2>/dev/null &
download=$!
sleep 1
check "SIGTERM ends it with 0" halt
wait $download
check "a download in hand comes to its end all the same" cmp large.zip releases/large.zip
rm releases/large.zip* large.zip
start --cache elsewhere
check "the next process serves the same bytes" sh -c \
    "curl -sSf '$url/SIM7000G/B05___B07/update.zip' | cmp - keep.zip"
check "--cache names another directory" sh -c "[ \$(ls elsewhere | wc -l) -eq 1 ]"
get -o /dev/null "$url/SIM7000G/B06___B07/update.zip"
cached=$(ls elsewhere/*.zip)
halt
set -- $cached
cp "$1" swap && cp "$2" "$1" && cp swap "$2"
start --cache elsewhere
check "a good package of another pair is not sent for this one" sh -c \
    "curl -sSf '$url/SIM7000G/B05___B07/update.zip' | cmp - keep.zip"
halt
echo poison >"$1"
start --cache elsewhere
check "a foreign file in the cache is not offered" sh -c \
    "curl -sSf '$url/SIM7000G/B05/next' | grep -q '^size=$(wc -c <keep.zip)\$'"
halt
"$FARFIX" key make second --signed-by release.key --model SIM7000G >/dev/null
start --cache elsewhere --key second.key
check "another key signs for itself what the first had signed" sh -c \
    "curl -sSf -o second.zip '$url/SIM7000G/B05___B07/update.zip' && ! cmp -s second.zip keep.zip &&
     '$FARFIX' package verify second.zip --trust release.pub --from releases/one"
sed -i 's/step = 16K/step = 8K/' releases/three/release.ini
sleep 2
check "another geometry of a release makes another package" sh -c \
    "curl -sSf -o steps.zip '$url/SIM7000G/B05___B07/update.zip' &&
     '$FARFIX' package info steps.zip --trust release.pub --json | grep -q '\"step\":8192'"
halt
"$FARFIX" key make third --signed-by release.key --model SIM7000G --max-sequence 6 >/dev/null
start --key third.key
check "a release behind the key's last sequence is not offered" status 200 '^to=B06$' \
    "$url/SIM7000G/B05/next"
check "why it is left out is in the log" grep -q \
    'left out releases/three: this package key ends with sequence 6, the release has 7' log
halt
release releases/far SIM7000G B99 70000
start --key release.key
check "what is too far ahead for one step is not offered" status 200 '^to=B07$' \
    "$url/SIM7000G/B05/next"
check "the newest of another model is not offered" status 200 '^to=none$' \
    "$url/SIM7000E/E01/next"
port=${url##*:}

# --- what keeps it from starting ----------------------------------------------

serve="$FARFIX store serve --key store.key"
check "no directory is exit 3" exits 3 nowhere $serve --releases nowhere
check "no key is exit 3" exits 3 nokey "$FARFIX" store serve --releases releases --key nokey
mkdir empty
check "nothing to serve is exit 1" exits 1 'nothing to serve' $serve --releases empty
check "a busy port is exit 1" exits 1 "listen on" \
    $serve --releases releases --listen "127.0.0.1:$port"
check "an address without a port is a usage error" exits 64 "HOST:PORT" \
    $serve --releases releases --listen localhost
check "missing options are a usage error" exits 64 "needed" "$FARFIX" store serve
check "--help teaches" sh -c "'$FARFIX' store serve --help | grep -q update.zip"
halt
finish
