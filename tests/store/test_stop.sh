#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# SIGTERM while fifty clients download and five wait for a build: nobody gets
# less than the whole, and the sanitizers find nothing left over.
. "$(dirname "$0")/store.bash"

make_keys
for i in 1 2 3 4 5 6; do
    release releases/$i V$i $i 120000
done
head -c 16000000 /dev/urandom >releases/large.zip # more than sockets hold
vendor releases/large.zip L1 L2
start
check "the store runs" status 200 farfix "$url/"

# --- fifty downloads, five builds -------------------------------------------

# What curl gets goes into a pipe that nobody empties until SIGTERM was sent.
slow_download()
{
    get "$url/M/L1___L2/update.zip" 2>>downloads.err | {
        until told go; do sleep 0.1; done
        cmp - releases/large.zip
    } >>downloads.err 2>&1
}
in_hand=()
for i in $(seq 50); do
    slow_download &
    in_hand+=($!)
done
waiting=()
for i in 1 2 3 4 5; do
    get -o wait.$i -w '%{http_code}' "$url/M/V${i}___V6/update.zip" \
        >wait.$i.code &
    waiting+=($!)
done

# Every download has its first bytes once so many sockets are open.
open_sockets()
{
    find /proc/"$server"/fd -lname 'socket:*' | wc -l
}
check "fifty downloads and five builds are in hand" until_true \
    eval '[ "$(open_sockets)" -ge 55 ] && sleep 0.3'
check "not one of the downloads has ended" test \
    "$(in_log 'L1___L2/update.zip" 200')" -eq 0

start=$SECONDS
kill -TERM "$server"
kill -TERM "$server"
until_true grep -q stopping log
check "who comes now is turned away" eval '! get -o /dev/null "$url/"'
kill -INT "$server"
sleep 3 # within the ten seconds, and longer than any build here
touch go

whole=0
for pid in "${in_hand[@]}"; do
    wait "$pid" && whole=$((whole + 1))
done
check "each of the fifty downloads arrives whole" test $whole -eq 50
wait "${waiting[@]}"
told=0
for i in 1 2 3 4 5; do
    case $(cat wait.$i.code) in
    200) is_package wait.$i releases/$i >/dev/null && told=$((told + 1)) ;;
    503) grep -q 'ask again' wait.$i && told=$((told + 1)) ;;
    esac
done
check "who waits for a build gets it, or hears that he has to ask again" \
    test $told -eq 5
echo "# $(cat wait.?.code | sed 's/.\{3\}/& /g')in $((SECONDS - start)) s"
wait "$server"
check "four signals end it once, with 0 and nothing leaked" test $? -eq 0
server=
check "no sanitizer says a word" eval \
    '! grep -E "Sanitizer|runtime error" log'
check "no half-written file is in the cache" eval \
    '! find releases/.cache -type f ! -name "*.zip" | grep .'

# --- at other moments ---------------------------------------------------------

stops_at_once()
{
    local start=$SECONDS
    kill -TERM "$server"
    wait "$server" && [ $((SECONDS - start)) -lt 9 ]
}
start
exec 5<>"/dev/tcp/127.0.0.1/$port"
check "a silent connection does not hold it up" stops_at_once
exec 5>&-
start
exec 5<>"/dev/tcp/127.0.0.1/$port"
printf 'GET / HTTP/1.1\r\nHost: x\r\n\r\n' >&5
read -r line <&5
check "nor does a connection that was answered and kept" stops_at_once
exec 5>&-
start
check "a store that nobody asked ends at once" stops_at_once
finish
