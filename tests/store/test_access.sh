#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Who asks: the rate limit, proxies in front, the access log.
. "$(dirname "$0")/store.bash"

make_keys
release releases/one A 1
release releases/two B 2
head -c 20000000 /dev/urandom >releases/large.zip # more than sockets hold
vendor releases/large.zip L1 L2

lines() # PATTERN: how often in the access log
{
    grep -c -- "$1" access
}
has_line() # PATTERN
{
    until_true grep -q -- "$1" access || { tail -n 5 access; return 1; }
}

# --- the rate limit -----------------------------------------------------------

start --rate 1 --access-log access
burst()
{
    local i codes=
    for i in $(seq 30); do
        codes="$codes $(get -o /dev/null -w '%{http_code}' "$url/M/B/next")"
    done
    echo "$codes"
    # ten at once; more only for the seconds that this took
    [ "$(echo "$codes" | grep -o 200 | wc -l)" -ge 10 ] &&
        [ "$(echo "$codes" | grep -o 429 | wc -l)" -ge 1 ] &&
        [ "$(echo "$codes" | grep -Eo '[0-9]+' | sort -u | tr '\n' ' ')" = "200 429 " ]
}
check "after ten at once there are no more" burst
retry_after()
{
    local i wait
    for i in $(seq 40); do
        wait=$(header Retry-After "$url/M/B/next")
        [ -z "$wait" ] || break
    done
    [ "$wait" -ge 1 ] && sleep "$wait" && sleep 0.3 && status 200 '' "$url/M/B/next"
}
check "who waits as long as Retry-After says is answered" retry_after
is_refused() # CURL-ARGUMENT...: sooner or later
{
    local i
    for i in $(seq 40); do
        status 429 'too many requests from this address' "$@" >seen.out && return
    done
    return 1
}
check "429 says why" is_refused "$url/"
check "another address is another client" status 200 '' \
    --interface 127.0.0.2 "$url/M/B/next"
check "a lie about the address is not believed without --proxy" is_refused \
    -H "X-Forwarded-For: 10.1.1.7" "$url/"
check "what was refused is in the log" has_line '127.0.0.1 "GET / HTTP\|127.0.0.1 "GET /" 429 '
halt

# --- proxies ------------------------------------------------------------------

start --proxy 127.0.0.1,fd00::1 --access-log access
asks_as() # WHO CURL-ARGUMENT...
{
    local who=$1 mark=/M/$RANDOM$RANDOM/next
    shift
    get -o /dev/null "$@" "$url$mark" && has_line " $who \"GET $mark\" 404 "
}
check "a proxy's word is believed" asks_as 10.0.0.7 -H 'X-Forwarded-For: 10.0.0.7'
check "of a list the last one" asks_as 10.0.0.8 \
    -H 'X-Forwarded-For: 1.2.3.4, 10.0.0.7,  10.0.0.8'
check "of two lines the last one" asks_as 10.0.0.9 \
    -H 'X-Forwarded-For: 1.2.3.4' -H 'X-Forwarded-For: 10.0.0.9'
check "blanks behind it do no harm" asks_as 10.0.0.7 -H 'X-Forwarded-For: 10.0.0.7 	 '
check "IPv6 as well" asks_as 2001:db8::7 -H 'X-Forwarded-For: 2001:DB8:0::7'
check "IPv4 inside IPv6 is IPv4" asks_as 10.0.0.7 -H 'X-Forwarded-For: ::ffff:10.0.0.7'
for garbage in unknown '' , 10.0.0.7, 10.0.0.256 'a"b' 10.0.0.7:80 \
    "$(head -c 3000 /dev/zero | tr '\0' 1)"; do
    check "'${garbage:0:20}' is nobody: it was the proxy" asks_as 127.0.0.1 \
        -H "X-Forwarded-For: $garbage"
done
check "without the header it was the proxy" asks_as 127.0.0.1
check "another address is believed nothing" asks_as 127.0.0.2 \
    --interface 127.0.0.2 -H 'X-Forwarded-For: 10.0.0.7'
halt
for list in localhost 10.0.0.0/8 127.0.0.1, ''; do
    check "--proxy '$list' is refused by name" eval \
        '"$farfix" store serve --releases releases --key store.key --listen \
         127.0.0.1:0 --proxy "$list" >/dev/null 2>refused
         [ $? -eq 64 ] && grep -q "is not an address" refused'
done
if program=$farfix start --listen '[::]:0' --proxy 127.0.0.1 --access-log access; then
    url=http://127.0.0.1:$port
    check "a proxy that comes as IPv4 to an IPv6 socket is the same" asks_as \
        10.0.0.7 -H 'X-Forwarded-For: 10.0.0.7'
    check "and has its IPv4 spelling in the log" asks_as 127.0.0.1
    halt
else
    skip "no IPv6 here" "an IPv4 proxy on an IPv6 socket"
fi

# --- the access log -----------------------------------------------------------

rm access
start --access-log access
get -o /dev/null "$url/M/A___B/update.zip"
check "a package has its line" has_line '"GET /M/A___B/update.zip" 200 [1-9][0-9]*$'
get -o /dev/null -r 0-9 "$url/M/A___B/update.zip"
check "a part has its own" has_line '"GET /M/A___B/update.zip" 206 10$'
get -o /dev/null -I "$url/M/A/next"
check "HEAD has its own, and sent nothing" has_line '"HEAD /M/A/next" 200 0$'
get -o /dev/null "$url/M/A/next?imei=861075030000001&channel=stable"
check "a query stands there as it was asked" has_line \
    '"GET /M/A/next?imei=861075030000001&channel=stable" 200 '
get -o /dev/null "$url/M/X/next"
check "what is not here has its line" has_line '"GET /M/X/next" 404 '
get -o /dev/null -d x "$url/"
check "what is not allowed has its line" has_line '"POST /" 405 '
get "$url/M/L1___L2/update.zip" 2>/dev/null | head -c 100 >/dev/null
check "who leaves in the middle is named as such" has_line \
    '"GET /M/L1___L2/update.zip" 200 20000000 aborted$'
check "a download to its end is not" eval '
    get -o /dev/null "$url/M/L1___L2/update.zip"
    has_line "L2/update.zip\" 200 20000000$"'
check "times are those of UTC" grep -q "^$(date -u +%Y-%m-%dT%H):..:..Z " access

mv access access.1
get -o /dev/null "$url/M/A/next?before"
check "a renamed log is still written to" grep -q '?before' access.1
kill -HUP "$server"
check "after SIGHUP it is opened anew" until_true eval \
    'get -o /dev/null "$url/M/A/next?after"; grep -q "?after" access 2>/dev/null'
mkdir gone
halt
start --access-log gone/access
rm -r gone
kill -HUP "$server"
check "a log that cannot be opened anew is named" logged 'cannot open gone/access anew'
check "and the store goes on" status 200 '' "$url/"
halt
check "a log that cannot be opened at all is an error" eval \
    '! start --access-log no/where && grep -q "cannot write to no/where" log'

# Lines of many who ask at once do not mix.
rm access
start --access-log access
many()
{
    local i
    for i in $(seq 300); do
        printf 'url = "%s/M/A/next?%s"\noutput = /dev/null\n' "$url" $i
    done >config
    get -Z --parallel-max 60 -K config
    until_true eval '[ $(wc -l <access) -eq 300 ]' &&
        [ "$(sed -n 's/.*"GET .M.A.next?\([0-9]*\)" 200 [0-9]*$/\1/p' access |
            sort -un | wc -l)" -eq 300 ]
}
check "three hundred who ask at once have three hundred whole lines" many
check "SIGTERM ends it with 0" halt
check "no sanitizer says a word" eval '! grep -E "Sanitizer|runtime error" log'
finish
