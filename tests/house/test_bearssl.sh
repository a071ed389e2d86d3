#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# scripts/bearssl takes the source that it knows and no other, and says what to
# do where it cannot have it.
set -u
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
count=0

result() # VERDICT SENTENCE
{
    count=$((count + 1))
    [ "$1" -eq 0 ] && echo "ok $count - $2" || {
        echo "not ok $count - $2"
        sed 's/^/# /' "$work/said"
    }
}

# A machine without apt, and nothing kept from before.
mkdir "$work/bin"
for tool in sh rm mkdir sha256sum tar cp ls touch; do
    ln -s "$(command -v $tool)" "$work/bin"
done
fetch() # [BEARSSL=FILE]
{
    env -i PATH="$work/bin" XDG_CACHE_HOME="$work/cache" "$@" \
        sh scripts/bearssl "$work/bearssl" >"$work/said" 2>&1
}

! fetch && grep -q 'no apt-get here' "$work/said" &&
    grep -q 'name it: make ... BEARSSL=FILE' "$work/said"
result $? "without apt it says which file to bring, and stops"
[ ! -e "$work/bearssl/.done" ]
result $? "and nothing looks finished"

echo something >"$work/other"
! fetch BEARSSL="$work/other" && grep -q 'is not the source' "$work/said"
result $? "another file is refused"

mkdir -p "$work/cache/farfix"
echo half >"$work/cache/farfix/bearssl_0.6+dfsg.1.orig.tar.xz"
! fetch && grep -q 'no apt-get here' "$work/said"
result $? "a damaged file that was kept does not count"
echo "1..$count"
