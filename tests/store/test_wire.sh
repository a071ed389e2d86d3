#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What no browser sends: the store answers or closes, and lives.
. "$(dirname "$0")/store.bash"

make_keys
release releases/one A 1
release releases/two B 2
start --access-log access
zip=$url/M/A___B/update.zip
check "the package is built" get -f -o want.zip "$zip"
size=$(wc -c <want.zip)

# What comes back for the bytes of standard input, until the store closes or
# is silent for a second.
raw()
{
    timeout 30 socat -t 1 - "TCP:127.0.0.1:$port" >answer 2>/dev/null
    tr -d '\r\0' <answer
}

# Standard input is answered with CODE, and the store lives.
answers() # CODE
{
    local got
    got=$(raw | sed -n 's|^HTTP/1.[01] \([0-9]*\).*|\1|p' | head -n 1)
    [ "$got" = "$1" ] && alive && return
    echo "answered '$got', wanted $1"
    return 1
}

# Answered with one of CODES, or closed without a word.
refuses() # CODE...
{
    local got
    got=$(raw | sed -n 's|^HTTP/1.[01] \([0-9]*\).*|\1|p' | head -n 1)
    case " $* " in *" ${got:-closed} "*) alive && return ;; esac
    echo "answered '${got:-closed}', wanted one of: $*"
    return 1
}

bytes() # COUNT CHARACTER
{
    head -c "$1" /dev/zero | tr '\0' "$2"
}

# --- versions and shapes ------------------------------------------------------

http10() { printf 'GET /M/A/next HTTP/1.0\r\n\r\n' | answers 200; }
check "HTTP/1.0 without Host is answered" http10
http10_closes()
{
    printf 'GET / HTTP/1.0\r\n\r\n' | raw | grep -qi '^connection: close'
}
check "HTTP/1.0 is closed after its answer" http10_closes
http09() { printf 'GET /\r\n\r\n' | refuses 400 505 200 closed; }
check "a line like HTTP/0.9 does no harm" http09
only_get() { printf 'GET\r\n\r\n' | refuses 400 501 closed; }
check "a method alone does no harm" only_get
no_host() { printf 'GET / HTTP/1.1\r\n\r\n' | refuses 400 200; }
check "HTTP/1.1 without Host does no harm" no_host
two_hosts()
{
    printf 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n' | refuses 400 200
}
check "two Host headers do no harm" two_hosts
http2() { printf 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n' | refuses 400 405 505 closed; }
check "HTTP/2's greeting is refused" http2
tls() { printf '\026\003\001\002\000\001\000\001\374\003\003' | refuses 400 closed; }
check "TLS on the plain port is refused" tls
garbage() { head -c 4000 /dev/urandom | refuses 400 405 414 431 501 505 closed; }
for try in 1 2 3; do
    check "random bytes do no harm, $try" garbage
done
newlines() { bytes 200000 '\n' | refuses 400 414 431 closed; }
check "nothing but newlines does no harm" newlines

# --- targets ------------------------------------------------------------------

target() # TARGET CODE...
{
    printf 'GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n' "$1" |
        refuses "${@:2}"
}
check "a target with a scheme is 400" target "http://x/M/A/next" 400
check "a target of another scheme is 400" target "file:///etc/passwd" 400
check "an asterisk is 400" target '*' 400
check "two slashes are 404" target //M/A/next 404
check "a path that climbs is 404" target /M/../../../../etc/passwd 404
check "a fragment is 400" target '/M/A/next#x' 400
check "a backslash is 400" target '/M\A\next' 400
check "bytes above 127 are 400" target "$(printf '/M/\303\244/next')" 400
check "a query of 10 kB is 400 for an offer" target \
    "/M/A/next?$(bytes 10000 q)" 400
check "a query of 10 kB is nothing to a package" target \
    "/M/A___B/update.zip?$(bytes 10000 q)" 200
check "a target of 100 kB is refused" target "/$(bytes 100000 a)" 414 431 closed
nul_inside()
{
    printf 'GET /M/A/next\0x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n' |
        refuses 200 400 404 closed
}
check "a NUL in a target does no harm" nul_inside

# --- headers ------------------------------------------------------------------

large_header()
{
    { printf 'GET / HTTP/1.1\r\nHost: x\r\nX-A: '; bytes 100000 a
      printf '\r\n\r\n'; } | refuses 431 closed
}
check "a header of 100 kB is refused" large_header
curl_sees_431()
{
    status 431 '' -H "X-A: $(bytes 100000 a)" "$url/"
}
check "and whoever sends it hears 431" curl_sees_431
endless()
{
    { printf 'GET / HTTP/1.1\r\nHost: x\r\nX-A: '; bytes 5000000 a; } |
        refuses 431 closed
}
check "a header that never ends is refused" endless
many_headers()
{
    { printf 'GET / HTTP/1.1\r\nHost: x\r\n'
      seq 20000 | sed 's/.*/X-&: y\r/'; printf '\r\n'; } | refuses 431 closed
}
check "twenty thousand headers are refused" many_headers
folded()
{
    printf 'GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n c\r\nConnection: close\r\n\r\n' |
        refuses 200 400
}
check "folded headers do no harm" folded
nameless()
{
    printf 'GET / HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n' | refuses 200 400 closed
}
check "a header without a name does no harm" nameless

# --- bodies -------------------------------------------------------------------

get_with_body()
{
    { printf 'GET /M/A/next HTTP/1.1\r\nHost: x\r\nConnection: close\r\n'
      printf 'Content-Length: 100000\r\n\r\n'; bytes 100000 b; } | answers 200
}
check "a body of a GET is read and forgotten" get_with_body
chunked()
{
    { printf 'GET /M/A/next HTTP/1.1\r\nHost: x\r\nConnection: close\r\n'
      printf 'Transfer-Encoding: chunked\r\n\r\n'
      printf '5\r\nhello\r\n3;a=b\r\nyou\r\n0\r\nTrailer: x\r\n\r\n'; } | answers 200
}
check "a body in chunks is read and forgotten" chunked
huge_chunk()
{
    { printf 'GET /M/A/next HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n'
      printf 'ffffffffffffffffffff\r\nhello\r\n'; } | refuses 400 413 closed
}
check "a chunk of more than there is, is refused" huge_chunk
bad_length() # VALUE
{
    printf 'GET /M/A/next HTTP/1.1\r\nHost: x\r\nContent-Length: %s\r\n\r\nx' "$1" |
        refuses 400 413 200 closed
}
for length in -1 x 99999999999999999999999 0x10; do
    check "Content-Length: $length does no harm" bad_length $length
done
two_lengths()
{
    printf 'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabcde' |
        refuses 400 200 closed
}
check "two lengths do no harm" two_lengths
smuggled()
{
    printf 'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /hidden HTTP/1.1\r\nHost: x\r\n\r\n' |
        refuses 400 200 closed
}
check "a length beside chunks does no harm" smuggled
check "a body of 3 MB to a POST is refused before it is read" \
    eval 'bytes 3000000 p | status 405 "only GET" -H "Expect:" --data-binary @- "$url/"'
check "100-continue is answered" status 200 '' -X GET -H 'Expect: 100-continue' \
    -d hello "$url/M/A/next"

# --- one after the other ------------------------------------------------------

pipelined()
{
    for i in $(seq 49); do
        printf 'GET /M/A___B/update.zip HTTP/1.1\r\nHost: x\r\n\r\n'
    done >fifty
    printf 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n' >>fifty
    raw <fifty >/dev/null
    [ "$(grep -ao 'HTTP/1.1 200' answer | wc -l)" -eq 50 ] &&
        [ "$(wc -c <answer)" -gt $((49 * size)) ]
}
check "fifty requests in one packet get fifty answers" pipelined
left_early()
{
    for i in $(seq 200); do
        printf 'GET /M/A___B/update.zip HTTP/1.1\r\nHost: x\r\n\r\n'
    done | timeout 5 socat -u - "TCP:127.0.0.1:$port"
    alive
}
check "who asks two hundred times and leaves does no harm" left_early

# --- ranges -------------------------------------------------------------------

part() # RANGE FIRST LENGTH
{
    get -H "Range: bytes=$1" -o part "$zip" &&
        tail -c +$(($2 + 1)) want.zip | head -c "$3" | cmp - part
}
check "one byte is one byte" part 7-7 7 1
check "the last ten are the last ten" part -10 $((size - 10)) 10
check "more than there is, is what there is" part 10-99999999 10 $((size - 10))
check "all from 0 is all" part 0- 0 "$size"
for range in '' - 1 a-b 5-4 0-0,2-2 0-0,-1 ' 1-2' 99999999999999999999999-; do
    check "bytes=$range is none: the whole file" part "$range" 0 "$size"
done
check "a range of another unit is none" eval \
    'get -H "Range: lines=1-2" -o part "$zip" && cmp part want.zip'
for range in "$size-" -0; do
    check "bytes=$range is 416" status 416 '' -H "Range: bytes=$range" "$zip"
done
check "416 says how long the file is" test \
    "$(header Content-Range -r 999999- "$zip")" = "bytes */$size"
check "a range of what is not there is 404" status 404 '' -r 0-10 \
    "$url/M/A___X/update.zip"
etag=$(header ETag "$zip")
check "If-Range with this file's ETag gives the part" status 206 '' \
    -r 5- -H "If-Range: $etag" "$zip"
check "If-Range with a date gives the whole" status 200 '' \
    -r 5- -H "If-Range: Wed, 21 Oct 2026 07:28:00 GMT" "$zip"
check "If-None-Match comes before the range" status 304 '' \
    -r 5- -H "If-None-Match: $etag" "$zip"
check "304 has the length of the file, or none" eval '
    case $(header Content-Length -H "If-None-Match: $etag" "$zip") in
    "" | "$size") ;; *) false ;; esac'
after_each_other() # no answer has bytes too many
{
    local request
    for request in "GET|If-None-Match: $etag" 'GET|Range: bytes=5-9' \
        "GET|Range: bytes=$size-" 'HEAD|X: y' 'HEAD|Range: bytes=5-9' \
        "HEAD|If-None-Match: $etag" 'GET|Connection: close'; do
        printf '%s /M/A___B/update.zip HTTP/1.1\r\nHost: x\r\n%s\r\n\r\n' \
            "${request%|*}" "${request#*|}"
    done | raw >/dev/null
    tail -c "$size" answer | cmp - want.zip &&
        [ "$(grep -ao "HTTP/1.1 [0-9]*" answer | sed "s/.* //" |
            tr "\n" " ")" = "304 206 416 200 206 304 200 " ]
}
check "on one connection each answer ends where the next begins" after_each_other

# --- the log ------------------------------------------------------------------

printf 'G"E\001T / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n' | raw >/dev/null
check "no method can end its quotes in the log" until_true \
    grep -q '"G?E?T /" 405 ' access
shape='^[0-9-]*T[0-9:]*Z [0-9.-]* "[!#-~]* [!#-~]*" [0-9]* [0-9]*\( aborted\)\{0,1\}$'
check "every line of the log has its one shape" eval \
    '! grep -v "$shape" access | grep -a .'
check "SIGTERM ends it with 0, nothing leaked" halt
check "no sanitizer says a word" eval '! grep -E "Sanitizer|runtime error" log'
finish
