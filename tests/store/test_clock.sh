#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The wall clock jumps by years, back and forth, while the store serves. Only
# CLOCK_REALTIME is faked; time that has passed passes on. The program that
# users get: libfaketime and the sanitizers both want to be loaded first.
. "$(dirname "$0")/store.bash"

for library in /usr/lib/*/faketime/libfaketimeMT.so.1 \
    /usr/lib/faketime/libfaketimeMT.so.1 /usr/lib64/faketime/libfaketimeMT.so.1; do
    [ ! -e "$library" ] || break
done
if [ ! -e "$library" ]; then
    skip "there is no libfaketime here" "the clock jumps"
    finish
    exit
fi

make_keys
for i in 1 2 3; do
    release releases/$i V$i $i
done
head -c 12000000 /dev/urandom >releases/large.zip
vendor releases/large.zip L1 L2
clock() # TIME: what the store reads from now on
{
    echo "$1" >clock.new && mv clock.new clock
}
cat >faked <<END
#!/bin/sh
export LD_PRELOAD="$library" FAKETIME_TIMESTAMP_FILE="$work/clock"
export FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1 FAKETIME_DONT_RESET=1
exec "$fast" "\$@"
END
chmod +x faked
program=$work/faked
clock '@2026-01-01 00:00:00'
start --rate 1 --access-log access
in_access() { until_true grep -q "^$1" access; }
get -o /dev/null "$url/"
check "the store's clock is the one that the test sets" in_access 2026-01-0

# --- there and back -----------------------------------------------------------

other=0 # clients: the rate limit is for each
ask() # STATUS-ARGUMENT...: as somebody new
{
    other=$((other + 1))
    status "$@" --interface "127.1.$((other / 200)).$((other % 200 + 1))"
}
get "$url/M/L1___L2/update.zip" --interface 127.0.2.1 2>/dev/null | {
    until told go; do sleep 0.1; done
    cmp - releases/large.zip
} &
download=$!
step=3
jump() # TIME
{
    clock "@$1"
    step=$((step + 1))
    release releases/$step V$step $step
    check "in ${1%%-*} a package is built" ask 200 '' \
        "$url/M/V1___V$((step - 1))/update.zip"
    check "and the watcher sees a new release" until_true \
        ask 200 "^to=V$step\$" "$url/M/V1/next"
    check "and the log has the store's time" in_access "${1%%-*}-"
}
jump '2036-06-01 00:00:00'
jump '1999-12-31 23:59:50'
jump '2026-01-01 00:00:00'
jump '2037-12-31 00:00:00'

# --- the rate limit -----------------------------------------------------------

limited() # refused sooner or later
{
    local i
    for i in $(seq 40); do
        status 429 '' "$url/" >seen.out && return
    done
    return 1
}
check "the rate limit holds" limited
clock '@2030-01-01 00:00:00'
no_more() # than one for each second that this takes
{
    local i passed=0 start=$SECONDS
    for i in $(seq 30); do
        status 200 '' "$url/" >seen.out && passed=$((passed + 1))
    done
    echo "$passed passed"
    [ $passed -le $((SECONDS - start + 2)) ]
}
check "a jump ahead gives nobody more" no_more
clock '@2000-01-01 00:00:00'
check "a jump back takes nothing away: it ends with the seconds that pass" \
    until_true status 200 '' "$url/"

# --- what is under way ----------------------------------------------------------

touch go
check "a download from before the jumps arrives whole" wait $download
exec 5<>"/dev/tcp/127.0.0.1/$port"
printf 'GET / HTTP/1.1\r\n' >&5
clock '@2035-01-01 00:00:00'
ask 200 '' "$url/" >/dev/null
printf 'Host: x\r\nConnection: close\r\n\r\n' >&5
answer=$(timeout 10 head -c 12 <&5)
exec 5>&-
check "no connection times out by the wall clock" test \
    "${answer% *}" = HTTP/1.1
check "SIGTERM ends it with 0" halt
finish
