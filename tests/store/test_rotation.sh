#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A store in the time of two release keys: what it offers is what a device that
# asks would take.
. "$(dirname "$0")/store.bash"
make_keys && "$fast" key make new >/dev/null && "$fast" key make stranger >/dev/null
signed() # DIR VERSION SEQUENCE SIGN-OPTION...
{
    release "$1" "$2" "$3"
    rm -f "$1"/release "$1"/release.sig
    "$fast" release sign "$1" "${@:4}" >/dev/null
}
signed releases/a A 1 --key release.key
signed releases/b B 2 --key release.key --next-key new.pub
signed releases/c C 3 --key new.key
signed releases/d D 4 --key new.key --revoke release.pub
signed releases/s S 5 --key stranger.key
signed releases/0 B 2 --key stranger.key
check "it starts" start
check "a stranger's twin does not put out the genuine release" logged \
    'left out releases/0: release.sig is not by'

# --- the certificate is by the old key -----------------------------------------

check "a device that never heard of the new key is led to who introduces it" \
    status 200 '^to=B$' "$url/M/A/next"
check "there is no package past that" status 404 'introduces it' \
    "$url/M/A___C/update.zip"
check "the page says why" status 200 'other key</td>' "$url/"
check "a device that trusts both goes on, though the certificate is old" \
    status 200 '^to=D$' "$url/M/B/next"
get -o zip "$url/M/B___D/update.zip"
check "its package rests on both" "$fast" package verify zip --trust release.pub \
    --trust new.pub --from releases/b
check "a release of a stranger is left out, and named" logged \
    'left out releases/s: release.sig is not by the release key behind'
check "it is not offered" status 404 'no release S' "$url/M/S/next"
check "who has revoked the old key gets nothing more by it" status 200 '^to=none$' \
    "$url/M/D/next"
signed releases/e E 5 --key new.key
check "not even what came since; the way out is named" seen 404 \
    'key delegate --renew' "$url/M/D___E/update.zip"
check "and offered is nothing" status 200 '^to=none$' "$url/M/D/next"

# --- it is renewed ------------------------------------------------------------------

check "it ends with 0" halt
"$fast" key delegate store.pub --signed-by new.key --model M --renew >/dev/null
check "it starts with a certificate of the new key" start
check "who has revoked the old key goes on" status 200 '^to=E$' "$url/M/D/next"
check "who trusts both, too" status 200 '^to=E$' "$url/M/B/next"
check "who never heard of the new key waits for the other store" \
    status 200 '^to=none$' "$url/M/A/next"
check "all releases of the chain are still known" status 404 'delegate --renew' \
    "$url/M/A___B/update.zip"
check "it writes them into files, too" "$farfix" store build --releases releases \
    --key store.key -o public
check "and none that nobody would take" test ! -e public/M/A___C
check "it ends with 0 again" halt
finish
