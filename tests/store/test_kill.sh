#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The store is killed thirty times, at any moment; clients take up their
# downloads where they stopped, and get the bytes that farfix package make
# writes. The program that users get: it is faster to kill.
. "$(dirname "$0")/store.bash"
program=$fast
kills=30

# --- what everybody is to get -------------------------------------------------

make_keys
for i in 1 2 3 4 5; do
    release releases/$i V$i $i 20000
    head -c 20000 /dev/urandom >>releases/$i/ap.bin # it travels as it is
    "$fast" release sign releases/$i --key release.key >/dev/null
done
head -c 6000000 /dev/urandom >releases/large.zip
vendor releases/large.zip L1 L2
mkdir want
cp releases/large.zip want/L1___L2
for to in 2 3 4 5; do
    for from in $(seq $((to - 1))); do
        "$fast" package make --from releases/$from --to releases/$to \
            --key store.key -o want/V${from}___V$to >/dev/null
    done
done
pairs=(want/*)
check "ten packages and a vendor's file are made for comparison" \
    test ${#pairs[@]} -eq 11

# --- clients ------------------------------------------------------------------

# Until it is whole. `restarts` counts what could not be taken up: another
# ETag, so other bytes.
download() # PAIR PART
{
    local etag=
    rm -f "$2" "$2.head"
    until [ "$SECONDS" -ge "$deadline" ] || [ ! -d "$work" ]; do
        curl -sS --max-time 30 --limit-rate 12M ${etag:+-H "If-Range: $etag"} \
            -f -C - -D "$2.head" -o "$2" "$url/M/$1/update.zip" 2>>"$2.err"
        case $? in
        0) cmp "$2" want/"$1" && return || return 1 ;;
        33 | 22) echo "$1 $etag" >>restarts ;;
        18 | 56) echo x >>resumes ;;
        esac
        [ -n "$etag" ] || etag=$(tr -d '\r' <"$2.head" 2>/dev/null |
            sed -n 's/^etag: //Ip')
        sleep 0.02
    done
    return 1
}

client() # NUMBER
{
    local pair
    until told enough; do
        pair=${pairs[RANDOM % 11]##*/}
        [ $((RANDOM % 2)) -gt 0 ] || pair=L1___L2
        download "$pair" "part.$1" >>"bad.$1" 2>&1 || {
            echo "$pair: other bytes" >>"bad.$1"
            continue
        }
        echo x >>"good.$1"
    done
}

asker() # whom next promises a package gets it
{
    local size
    until told enough; do
        get -f -o next "$url/M/V$((RANDOM % 4 + 1))/next" 2>/dev/null || continue
        size=$(sed -n 's/^size=//p' next)
        from=$(sed -n 's/^from=//p' next)
        grep -q '^to=V5$' next && [ "$size" -eq "$(wc -c <"want/${from}___V5")" ] &&
            grep -q "^sha256=$(sha256sum <"want/${from}___V5" | cut -d' ' -f1)" \
                next || cp next bad.next
        echo x >>good.next
    done
}

deadline=$((SECONDS + 150)) # of whom nobody serves any more
start
listen=$port
for i in 1 2 3 4 5; do
    client $i &
    clients[i]=$!
done
asker &
clients[6]=$!

# --- thirty kills -------------------------------------------------------------

again() # on the same port
{
    : >ready
    "$program" store serve --releases releases --key store.key \
        --listen "127.0.0.1:$listen" --access-log /dev/null >ready 2>>log &
    server=$!
    until_true ready_or_gone && grep -q ^ready ready
}
started=0
for kill in $(seq $kills); do
    sleep 0.$((RANDOM % 3))$((RANDOM % 10))
    [ $((kill % 3)) -ne 0 ] || rm -f releases/.cache/*.zip # builds again
    halt KILL
    again && started=$((started + 1))
done
count() { cat "$@" 2>/dev/null | wc -l; }
until_true eval '[ "$(count good.?)" -ge 20 ] && [ -e good.next ]'
touch enough
wait "${clients[@]}"
check "it starts again after each of $kills kills" test $started -eq $kills
echo "# $(count good.?) downloads, $(count resumes) of them taken up again," \
    "$(count good.next) offers"
check "the downloads that were asked for arrive" test "$(count good.?)" -ge 20
check "some of them were cut and taken up again" test "$(count resumes)" -ge 1
check "each has the bytes that it is to have" test "$(count bad.?)" -eq 0
check "the part that a client has is never of another file" \
    eval '[ ! -e restarts ]'
check "each offer names the package that comes" eval \
    '[ ! -e bad.next ] && [ -e good.next ]'

# --- what is left on disk -----------------------------------------------------

halt
again
check "nothing half-written stays in the cache" eval \
    '! find releases/.cache -type f ! -name "*.zip" | grep .'
whole=1
sha256sum want/* | cut -d' ' -f1 >known
for file in releases/.cache/*.zip; do
    grep -q "$(sha256sum <"$file" | cut -d' ' -f1)" known || whole=0
done
check "each file in the cache is a whole package" test $whole -eq 1
check "the store has never called a file of its own foreign" eval \
    '! grep foreign log'
halt
finish
