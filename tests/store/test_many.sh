#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# One build for many who ask at once, nobody waits for another's long build,
# and a cache with a limit.
. "$(dirname "$0")/store.bash"

make_keys
for i in 1 2 3 4 5 6; do
    release releases/$i V$i $i 40000
done

# --- a hundred at once --------------------------------------------------------

start
for i in $(seq 100); do
    printf 'url = "%s/M/V%d___V6/update.zip"\noutput = "many.%d"\n' \
        "$url" $((i % 5 + 1)) "$i"
done >config
check "a hundred who ask at once for five packages are answered" \
    get -f -Z --parallel-max 100 -K config
check "with five builds" test "$(in_log ' built M ')" -eq 5
# many.N is the package from V(N % 5 + 1): many.5, many.1 ... many.4
all_the_same()
{
    local i
    for i in $(seq 6 100); do
        same "many.$i" "many.$(((i - 1) % 5 + 1))" || return
    done
    is_package many.5 releases/1
}
check "and each gets the package he asked for" all_the_same
check "a picture is drawn once for many" eval '
    for i in $(seq 30); do printf "url = \"%s/M/V1___V6/ap.svg\"\noutput = /dev/null\n" "$url"
    done >config; get -f -Z --parallel-max 30 -K config && [ "$(in_log " built M ")" -eq 5 ]'
halt

# --- who asks for what is there -----------------------------------------------

release releases/7 V7 7 1500000
start # nothing is in memory now
get -o /dev/null "$url/M/V6___V7/update.zip" & # many seconds
long=$!
until_true eval 'get -o seen "$url/" && grep -q V6___V7 seen'
check "what lies in the cache does not wait for a long build" status 200 '' \
    "$url/M/V1___V6/update.zip"
check "nor does an offer whose package lies there" status 200 '^to=none$' \
    "$url/M/V7/next"
check "nor the page" status 200 farfix "$url/"
check "nor a refusal" status 404 'no release X' "$url/M/X/next"
check "the long build is still in work" kill -0 $long
halt KILL
wait $long 2>/dev/null
rm -r releases/7

# --- a cache of one MiB -------------------------------------------------------

# Packages of 380 kB each: two fit, a third does not.
rm -r releases/[1-6] releases/.cache
release releases/0 V0 1 2000
for i in 1 2 3; do
    release releases/$i V$i $((i + 1)) 2000
    head -c 400000 /dev/urandom >>releases/$i/ap.bin
    "$fast" release sign releases/$i --key release.key >/dev/null
done
program=$fast # building them takes its time
ask() # TO: the package from V0 to VTO, as it was before
{
    get -f -o body "$url/M/V0___V$1/update.zip" || return
    [ -e "first.$1" ] || cp body "first.$1"
    cmp body "first.$1"
}
# The file of the package to VTO, which is known by its digest.
file_of() # TO
{
    local digest file
    digest=$(sha256sum <"first.$1")
    for file in cache/*.zip; do
        [ "$(sha256sum <"$file")" != "$digest" ] || { echo "$file"; return 0; }
    done
    return 1
}
cached() { file_of "$1" >/dev/null; }
small_enough() { [ "$(cat cache/*.zip | wc -c)" -le 1048576 ]; }
mkdir cache
echo mine >cache/README
echo mine >cache/update.zip.tmp-1-1
start --cache cache --cache-mib 1
check "two packages fit" eval 'ask 1 && ask 2 && cached 1 && cached 2'
check "of three the one goes that was not asked for longest" eval \
    'ask 1 && ask 3 && cached 1 && ! cached 2 && cached 3 && small_enough'
check "what went is served with the same bytes" ask 2
check "by memory: nothing was built again" test "$(in_log 'built M V0 -> V2')" -eq 1
halt

start --cache cache --cache-mib 1
check "after a restart they come from the disk" eval \
    'ask 1 && ask 3 && [ "$(in_log "built M V0 -> V[13]")" -eq 2 ]'
sleep 1.5 # what was used until now is in the file times
first=$(file_of 1)
touch -d '2 hours ago' "$first"
touch -d '1 hour ago' "$(file_of 3)"
check "the older one is sent from memory" ask 1
check "which its file tells the next process, within a second or two" until_true \
    eval '[ -n "$(find "$first" -mmin -10)" ]'
halt
start --cache cache --cache-mib 1
check "so the next process lets the other one go" eval \
    'ask 2 && cached 1 && ! cached 3 && cached 2'
check "what was built again has the same bytes" test \
    "$(in_log 'built M V0 -> V2')" -eq 2
halt
check "foreign files in the cache are left alone" eval \
    '[ "$(cat cache/README cache/update.zip.tmp-1-1)" = "mine
mine" ]'

# Another process in the same directory, killed while it writes.
name=$(basename "$(ls cache/*.zip | head -n 1)")
echo half >"cache/$name.tmp-4242-1"
echo half >"cache/$name.tmp-4242-2"
(
    flock 9
    exec sleep 600
) 9<"cache/$name.tmp-4242-2" &
holder=$!
until_true eval '! flock -n "cache/$name.tmp-4242-2" true'
start --cache cache --cache-mib 1
check "what a killed writer left is swept out" test ! -e "cache/$name.tmp-4242-1"
check "what a living one writes stays" test -e "cache/$name.tmp-4242-2"
halt
kill $holder

# --- little memory ------------------------------------------------------------

head -c 44000000 /dev/zero >releases/a.zip
head -c 46000000 /dev/zero >releases/b.zip
head -c 48000000 /dev/zero >releases/c.zip
vendor releases/a.zip L1 L2
vendor releases/b.zip L1 L3
vendor releases/c.zip L1 L4
start --cache cache
memory() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$server/status"; }
for round in 1 2; do
    for to in 2 3 4; do
        get "$url/M/L1___L$to/update.zip" 2>/dev/null | head -c 10 >/dev/null
    done
done
echo "# VmRSS $(memory) kB after files of 138 MB were asked for twice"
check "files that are pushed out of memory do not stay there" until_true eval \
    '[ "$(memory)" -lt 160000 ]'
check "and come whole" eval 'get "$url/M/L1___L2/update.zip" | cmp - releases/a.zip'
halt
finish
