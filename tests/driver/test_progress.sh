#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What is shown of a transfer: a bar on a terminal, lines without one, nothing
# beside JSON and trace.
. "$(dirname "$0")/../pack/maker.bash"
. "$root/tests/support/sim.bash"
make_pair >/dev/null || { result 1 "releases and keys"; exit; }
"$FARFIX" package make --from a --to b --key store.key --full -o update.zip \
    >/dev/null
start_sim m --release a --trust release.pub --pty modem --flash-speed fast
result $? "a module on a pseudo terminal"
head -c 100000 /dev/urandom >bytes

terminal() # COMMAND...: on a terminal; what it shows in `shown`
{
    printf '#!/bin/sh\nexec' >command
    printf " '%s'" "$@" >>command
    timeout 60 socat -u EXEC:"sh ./command",pty,stderr - >shown
    tr '\r' '\n' <shown >bars
}

tens() # WORD: "WORD n %" for 10, 20, ... 100, once each and nothing else
{
    [ "$(sed -n "s/^$1 \([0-9]*\) %.*/\1/p" err | tr '\n' ' ')" = \
        "10 20 30 40 50 60 70 80 90 100 " ]
}

terminal "$FARFIX" modem put ./modem bytes
grep -qE '^write +\[#+\.+\] +40 %  40\.0 kB of 100\.0 kB' bars &&
    grep -qE '^write +\[#{16}\] 100 %  100\.0 kB of 100\.0 kB' bars
result $? "on a terminal a bar shows bytes and per cent"
! sed 's/\x1b\[K//' bars | grep -q '.\{81\}'
result $? "within 80 columns"

"$FARFIX" modem put ./modem bytes >out 2>err && tens write &&
    ! grep -q '[[#]' err
result $? "without a terminal there is a line every ten per cent"
"$FARFIX" modem get ./modem fota/bytes -o back >out 2>err && tens read &&
    cmp -s bytes back
result $? "back as well"
rm m/fota/bytes
stop_sim

# Ten thousand bytes take most of a second at this rate.
start_sim s --release a --trust release.pub --pty modem --flash-speed fast \
    --baud 115200
head -c 20000 /dev/urandom >bytes
terminal "$FARFIX" modem put ./modem bytes
grep -qE '50 %  10\.0 kB of 20\.0 kB  [0-9.]+ kB/s  0:[0-9]+ left' bars
result $? "the rate and the time that is left are shown"
rm s/fota/bytes
stop_sim

start_sim u --release a --trust release.pub --pty modem --flash-speed fast
"$FARFIX" update ./modem update.zip --to B >out 2>err &&
    grep -q '^download 100 %  ' err && grep -qE '^check [0-9]+ %  ' err &&
    grep -qE '^update [0-9]+ %$' err && [ "$(wc -l <out)" -eq 1 ]
result $? "update shows download, check and update, stdout is the result's"
stop_sim

start_sim j --release a --trust release.pub --pty modem --flash-speed fast
"$FARFIX" update ./modem update.zip --to B --json >out 2>err &&
    [ ! -s err ] && [ "$(wc -l <out)" -eq 1 ]
result $? "beside JSON there are no lines"
stop_sim
