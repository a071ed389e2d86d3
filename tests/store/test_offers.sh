#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Who is offered what, over HTTP: channels by list, by percent and by name,
# step by step where one step would be too far, and never back.
. "$(dirname "$0")/store.bash"

make_keys
"$fast" key make far --signed-by release.key --model M --max-sequence 200000 >/dev/null
for i in 1 2 3 4; do
    release releases/$i V$i $i 4000
done
cat >releases/channels.ini <<INI
[channel M/stable]
version = V2
[channel M/beta]
version = V3
percent = 30
[channel M/canary]
version = V4
imei = canaries.txt
INI
# One that no percentage takes before the list does is found below.
: >releases/canaries.txt
start

offered() # VERSION FROM [QUERY]
{
    status 200 "^to=$1\$" "$url/M/$2/next${3:+?$3}"
}
imei() # NUMBER
{
    printf '8610750300%05d' "$1"
}

# --- by percent ---------------------------------------------------------------

# Channel by channel as docs/man/farfix-store.1 says: the first four bytes of
# the digest, modulo 100.
bucket() # VERSION IMEI
{
    echo $((0x$(printf 'M/%s/%s' "$1" "$2" | sha256sum | head -c 8) % 100))
}
by_percent()
{
    local i n betas=0
    for i in $(seq 120); do
        n=$(imei $i)
        if [ "$(bucket V3 "$n")" -lt 30 ]; then
            betas=$((betas + 1))
            offered V3 V1 "imei=$n" || return
        else
            offered V2 V1 "imei=$n" || return
            stable=$n # somebody who is in no other channel
        fi
    done
    echo "# $betas of 120 are betas"
    [ $betas -ge 15 ] && [ $betas -le 60 ]
}
check "30 percent are those that the manual's formula says" by_percent

# --- by list ------------------------------------------------------------------

check "who is on no list is in stable" offered V2 V1 "imei=$stable"
echo "$stable # the first" >releases/canaries.txt
check "who is on the list is a canary, within a second" seen 200 '^to=V4$' \
    "$url/M/V1/next?imei=$stable"
check "without an IMEI it is stable" offered V2 V1
check "a canary's number in 14 digits is another number" offered V2 V1 \
    "imei=${stable%?}"

# --- by name ------------------------------------------------------------------

check "who names a channel is in it" offered V4 V1 channel=canary
check "whatever his IMEI says" offered V2 V1 "channel=stable&imei=$stable"
check "an unknown channel is 404, which names those there are" status 404 \
    'no channel nightly: ask for stable, beta, canary' "$url/M/V1/next?channel=nightly"
for query in imei=1 imei=86107503000000x imei= channel= channel=A \
    'imei=861075030000001&imei=861075030000001'; do
    check "?$query is 400" status 400 '' "$url/M/V1/next?$query"
done
check "a channel of an unknown model is 404" status 404 '' \
    "$url/N/V1/next?channel=canary"

# --- never back ---------------------------------------------------------------

check "who has the version of his channel is offered none" offered none V2
check "who is ahead of his channel is offered none" offered none V4
check "however he asks" offered none V3 channel=stable
check "a canary that is ahead is offered none" offered none V4 "imei=$stable"
check "stable is not offered what a channel has to itself" eval '
    rm releases/canaries.txt; printf "[channel M/beta]\nversion = V3\n[channel M/canary]\nversion = V4\n" >releases/channels.ini
    seen 404 "" "$url/M/V1/next?channel=x" && seen 200 "^to=V2$" "$url/M/V1/next" &&
    offered none V2'
check "a channel whose version is not here offers nothing" eval '
    printf "[channel M/stable]\nversion = V9\n" >releases/channels.ini
    seen 200 "^to=none$" "$url/M/V1/next"'
halt

# --- too far for one step -----------------------------------------------------

rm releases/channels.ini
release releases/5 V5 60000 4000
release releases/6 V6 125000 4000
start --key far.key
walks() # the way to V6: 4, then 60000, then 125000
{
    offered V5 V1 channel=far && offered V6 V5 channel=far &&
        offered none V6 channel=far && status 200 '' "$url/M/V1___V5/update.zip" &&
        is_package body releases/1 && status 200 '' "$url/M/V5___V6/update.zip" &&
        is_package body releases/5
}
check "a channel that is too far ahead leads step by step" eval '
    printf "[channel M/far]\nversion = V6\n" >releases/channels.ini
    seen 200 "^to=V5$" "$url/M/V1/next?channel=far" && walks'
check "the package that would be too far is 404 and says why" status 404 \
    '65536 ahead' "$url/M/V1___V6/update.zip"
rm -r releases/5
check "without a step between it offers the farthest that can be reached" seen \
    200 '^to=V4$' "$url/M/V1/next?channel=far"
check "and then none" offered none V4 channel=far
halt

# --- nothing to do ------------------------------------------------------------

cp -r releases/4 releases/7 # the same images
write_ini releases/7 V7 7
"$fast" release sign releases/7 --key release.key >/dev/null
start
same_images()
{
    local i
    for i in 1 2 3; do
        status 404 'nothing to do: V4 and V7 have the same images' \
            "$url/M/V4___V7/update.zip" &&
            offered none V4 && offered V7 V1 && status 404 'nothing to do' \
            "$url/M/V4___V7/ap.svg" || return
    done
}
check "between releases with the same images there is nothing to do" same_images
halt
# --- one sequence number -------------------------------------------------------

rm -r releases
release releases/a A 1 4000
release releases/1 Y 3 4000 # the directories in another order than the versions
release releases/2 X 3 4000
start
channels() # STABLE CANARY: they are known
{
    printf '[channel M/stable]\nversion = %s\n[channel M/canary]\nversion = %s\n' \
        "$1" "$2" >releases/channels.ini
    seen 200 "<th scope=\"row\">canary</th><td>$2<" "$url/"
}
check "of two with one sequence number the page and the offer name the same" eval '
    offered Y A && status 200 "stable</th><td>Y<" "$url/"'
check "a channel offers its version, not another one with its sequence number" eval '
    channels Y X && offered Y A && offered X A channel=canary'
check "whichever of them it is" eval '
    channels X Y && offered X A && offered Y A channel=canary'
halt

# --- a vendor's way down -------------------------------------------------------

rm -r releases
release releases/a A 1 4000
release releases/b B 2 4000
seq 1000 >releases/down.zip
vendor releases/down.zip B A
start
check "a vendor's package for the way down is there" eval \
    'get "$url/M/B___A/update.zip" | cmp - releases/down.zip'
check "but nobody is led there" offered none B
check "and not back and forth" offered B A
check "not even by the name of a channel" eval '
    printf "[channel M/old]\nversion = A\n" >releases/channels.ini
    seen 200 "^to=none$" "$url/M/B/next?channel=old"'
halt

# --- vendors' packages in a circle ----------------------------------------------

rm -r releases
mkdir releases
for step in "V1 V2" "V2 V3" "V3 V2" "V3 V4"; do
    echo "$step" >"releases/${step% *}-${step#* }.zip"
    # shellcheck disable=SC2086 # two words
    vendor "releases/${step% *}-${step#* }.zip" $step
done
start
check "a vendor's package that leads to a circle is offered" offered V2 V1
check "one that leads round is not" offered none V2
check "where another leads out it is taken" offered V4 V3
check "a channel says where devices stop" eval '
    printf "[channel M/stable]\nversion = V3\n" >releases/channels.ini
    seen 200 "^to=V3$" "$url/M/V2/next" && offered none V3'
halt

# --- what the certificate does not cover ----------------------------------------

"$fast" key make foreign --signed-by release.key --model N >/dev/null
seq 2000 >releases/foreign.zip
"$fast" package import releases/foreign.zip --model N --from 1 --to 2 \
    --key foreign.key >/dev/null
start
check "a vendor's package of a model that the key is not for is left out" logged \
    'left out releases/foreign.zip: this package key is for model M, not for N'
check "neither offered nor sent" eval '
    status 404 "model N" "$url/N/1/next" && status 404 "model N" "$url/N/1___2/update.zip"'
halt
check "the others are written into files all the same" "$farfix" store build \
    --releases releases --key store.key -o public

# --- models and versions with hyphens -------------------------------------------

rm -r releases
for name in "A B-C" "A-B C"; do
    release "releases/$name" "${name#* }" 1 4000
    sed -i "s/model = M/model = ${name% *}/" "releases/$name/release.ini"
    "$fast" release sign "releases/$name" --key release.key >/dev/null
done
start --key release.key
offer_is_for() # MODEL FROM
{
    status 200 "^model=$1\$" "$url/$1/$2/next" && grep -qx "from=$2" body
}
check "the offer of none is for the model and version that were asked for" eval '
    offer_is_for A B-C && offer_is_for A-B C'
halt

check "no sanitizer says a word" eval '! grep -E "Sanitizer|runtime error" log'
finish
