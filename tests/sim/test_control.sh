#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The virtual module as a process that is told what goes wrong: its control
# socket, trace, rates, a second port, and many modules at once.
. "$(dirname "$0")/../pack/maker.bash"
. "$root/tests/support/sim.bash"
new="--version 1529B08SIM7000G --flash-speed fast"

# --- a client of the control socket -----------------------------------------

# Client NAME on SOCKET; it stays until the test ends.
client() # NAME SOCKET
{
    mkfifo "$1.in" "$1.out"
    socat - "UNIX-CONNECT:$2" <"$1.in" >"$1.out" 2>/dev/null &
    if [ "$1" = one ]; then
        exec 8>"$1.in" 9<"$1.out"
    else
        exec 5>"$1.in" 6<"$1.out"
    fi
}

# Reads an answer into the file `reply`; 0: its last line is ok.
answered() # DESCRIPTOR
{
    local said
    : >reply
    while IFS= read -r -t "$limit" said <&"$1"; do
        printf '%s\n' "$said" >>reply
        case $said in
        ok) return 0 ;;
        error:*) return 1 ;;
        esac
    done
    return 2
}

tell() # COMMAND: as client one
{
    printf '%s\n' "$1" >&8
    answered 9
}

# Exit code CODE, and WORDS are the last that is said; the module booted first.
ends() # CODE WORDS SENTENCE COMMAND...
{
    local code=$1 words=$2 sentence=$3
    shift 3
    timeout "$limit" "$@" >out 2>err
    [ $? -eq "$code" ] && tail -n 1 err | grep -qF -- "$words"
    result $? "$sentence"
}

refuses() # COMMAND WORDS
{
    ! tell "$1" && [ "$(wc -l <reply)" -eq 1 ] && grep -qF -- "$2" reply
}

# --- questions and faults ---------------------------------------------------

start_sim m1 $new --control ctl --tcp 127.0.0.1:0 && client one ctl
result $? "a module with --control is ready"
line_open && until_true at AT
tell status && grep -qx 'state runs' reply &&
    grep -qx 'version 1529B08SIM7000G' reply && grep -q '^rx-bytes [1-9]' reply
result $? "status says what it does and what has passed"
tell pins && [ "$(cut -d' ' -f1 reply | tr '\n' ' ')" = 'DCD RI CTS DTR ok ' ]
result $? "pins are named"
tell 'every line 2 mute' && tell 'at line 1000 late 5' && tell faults &&
    grep -qx 'every line 2 mute: 0 times' reply &&
    grep -qx 'at line 1000 late 5: 0 times' reply
result $? "faults are listed with how often they happened"
printf 'AT+GMR\rAT+CSQ\rAT+GMR\rAT+CSQ\rATE0\r' >&7
hear '^OK$' && hear '^OK$' && tell faults &&
    grep -qx 'every line 2 mute: [23] times' reply
result $? "what happened is counted"
tell clear && tell faults && [ "$(cat reply)" = ok ]
result $? "clear forgets all of them"
tell 'now signal 3' && until_true at ATE0 && answers AT+CSQ '+CSQ: 3,99'
result $? "what happens now, happens"
refuses 'now drop' 'now knows:' && refuses 'at line x mute' 'line knows:' &&
    refuses gibberish 'triggers:' && refuses 'now damage nose' 'is no fault' &&
    refuses 'now newline 123456789' 'is no fault' &&
    refuses 'module 2 now cut' 'N is 1 to 1' && tell 'module 1 status'
result $? "what is no command is refused in one line"
refuses "$(printf 'a%.0s' {1..300})" 'longer than 255 characters' && tell status
result $? "a line that is too long is refused as a whole"
{ head -c 3000 /dev/zero | tr '\0' '\377'; printf '\1\2\0\r\n'; } >&8
! answered 9 && tell status
result $? "bytes that are no text are refused, and the next line counts"

client two ctl
printf 'status\n' >&5
answered 6 && tell status
result $? "two clients are served side by side"
yes status | timeout "$limit" socat -u - UNIX-CONNECT:ctl 2>/dev/null
[ $? -ne 124 ] && tell status
result $? "a client that asks without reading is let go"
exec 5>&- 6<&-

tell 'now cut'
until_true grep -q 'power cut' m1.log && tell status
result $? "the socket answers while the module is off"
line_close
until_true tell status && until_true runs 1529B08SIM7000G
result $? "and the module is back"
stop_sim
[ ! -e ctl ]
result $? "the socket is gone with the process"
exec 8>&- 9<&-

# --- the path ---------------------------------------------------------------

start_sim m1 --control ctl --tcp 127.0.0.1:0
stop_sim KILL
[ -S ctl ]
result $? "a killed process leaves its socket"
start_sim m1 --control ctl --tcp 127.0.0.1:0 &&
    rm -f one.in one.out && client one ctl && tell status
result $? "the next one takes its place"
ends 1 "in use" "a socket that somebody answers is not taken" \
    "$FARFIX" sim run --state m2 $new --control ctl --tcp 127.0.0.1:0
tell status
result $? "and goes on being answered"
stop_sim
exec 8>&- 9<&-
echo precious >file
ends 1 "in use or no socket" "a file is not replaced" \
    "$FARFIX" sim run --state m2 $new --control file --tcp 127.0.0.1:0
[ "$(cat file)" = precious ]
result $? "and keeps what it holds"
ends 3 "cannot listen" "a socket in a missing directory is exit 3" \
    "$FARFIX" sim run --state m2 $new --control none/ctl --tcp 127.0.0.1:0
ends 64 "longer than" "a path too long for a socket is exit 64" \
    "$FARFIX" sim run --state m2 $new --control "$(printf 'p%.0s' {1..200})" \
    --tcp 127.0.0.1:0

# --- trace, second port -----------------------------------------------------

start_sim m3 $new --trace --pty m3.link --pty2 m3.usb && line_open &&
    until_true at AT
at 'AT&C1' && at AT+CFSINIT
printf 'AT+CFSWFILE=3,"a",0,5,5000\r' >&7
hear DOWNLOAD && sleep 0.02 && printf hello >&7 && hear '^OK$'
result $? "a file is pushed under --trace"
grep -Eq '^ *[0-9]+\.[0-9]{3} > AT' m3.log &&
    grep -Eq '^ *[0-9]+\.[0-9]{3} < .*DOWNLOAD' m3.log
result $? "and both directions, with their time"
line_close
port=m3.usb
line_open && until_true at AT && answers AT+GMR 'Revision:1529B08SIM7000G'
result $? "the second port answers as well"
line_close
grep -Eq '^ *[0-9]+\.[0-9]{3} 2> AT' m3.log
result $? "and has its mark in the trace"
stop_sim
[ ! -L m3.link ] && [ ! -L m3.usb ]
result $? "both links go with the process"
# Data without a line end are shown late, but with their time.
awk '/\| DCD low/ { low = $1 } /\| DCD high/ { high = $1 }
    />.*hello/ { data = $1 } END { exit !(low < data && data <= high) }' m3.log
result $? "the trace shows DCD low until the data are there"

# --- rates ------------------------------------------------------------------

printf 'at boot 1 baud 9600\nat boot 2 cut\n' >slow
start_sim m4 $new --faults slow --baud 9600 --tcp 127.0.0.1:0 && line_open &&
    until_true at ATE0
start=$(date +%s%N)
for _ in 1 2 3 4 5 6 7 8; do at 'AT+GMR;+GMR;+GMR'; done
took=$((($(date +%s%N) - start) / 1000000))
# 8 times 17 bytes in, 3 x 29 + 6 out, less what the first byte costs.
[ "$took" -ge 780 ]
result $? "at 9600 bits per second bytes take their time"
line_close
stop_sim
grep -q '^sim: at boot 1 baud 9600: 1 times$' m4.log &&
    grep -q '^sim: at boot 2 cut: 0 times$' m4.log
result $? "when it is stopped it says which faults of its file came"
start_sim m4 --baud tty --pty m4.link
stty -F m4.link 9600 raw -echo
line_open
! { printf 'AT\r' >&7; IFS= read -r -t 1 line <&7 && [[ $line == *OK* ]]; }
result $? "a terminal at 9600 does not hear a module at 115200"
stty -F m4.link 115200 raw -echo
until_true at AT && answers AT+GMR 'Revision:1529B08SIM7000G'
result $? "at 115200 it does"
line_close
stop_sim

# --- many -------------------------------------------------------------------

start_sim crowd $new --count 3 --tcp 127.0.0.1:0 --control ctl \
    --imei 866425030000980
until_true eval '[ "$(grep -c "^ready tcp:" crowd.ready)" -eq 3 ]' &&
    rm -f one.in one.out && client one ctl
result $? "three modules are ready, each on its port"
ports=$(sed -n 's/^ready //p' crowd.ready)
imeis=
for port in $ports; do
    line_open && until_true at ATE0 && at AT+GSN
    imeis="$imeis $(grep -x '[0-9]\{15\}' heard)"
    line_close
done
# TS 23.003, annex B: the double of every second digit.
[ "$imeis" = ' 866425030000980 866425030000998 866425030001004' ]
result $? "each has an IMEI with its check digit"
[ -f crowd/0001/flash.bin ] && [ -f crowd/0003/flash.bin ] &&
    [ ! -e crowd/0004 ]
result $? "and a directory"
refuses 'now cut' "say 'module N COMMAND', N is 1 to 3" &&
    refuses 'module 4 now cut' 'N is 1 to 3' &&
    refuses 'module 0 now cut' 'N is 1 to 3'
result $? "with many, a command says whom it means"
tell 'module 2 now cut' && until_true grep -q '2 power cut' crowd.log &&
    [ "$(grep -c 'power cut' crowd.log)" -eq 1 ]
result $? "a cut hits the second alone"
n=0
for port in $ports; do
    until_true line_open 2>/dev/null && until_true at ATE0
    printf 'AT+CPOWD=1\r' >&7
    hear 'NORMAL POWER DOWN' && ! hear NOTHING && n=$((n + 1))
    line_close
    [ "$n" -ne 1 ] || refuses 'module 1 status' 'switched off'
done
[ "$n" -eq 3 ] && wait_sim && [ "$code" -eq 0 ]
result $? "when all are switched off the process ends with 0"
exec 8>&- 9<&-

# --- options ----------------------------------------------------------------

run="$FARFIX sim run --state m9 $new"
for case in '--baud fast' '--baud 299' '--baud 4000001' '--baud 9600x' \
    '--baud tty --tcp 127.0.0.1:0' '--count 0 --tcp 127.0.0.1:0' \
    '--count 4097 --tcp 127.0.0.1:0' '--count 2' \
    '--count 3 --tcp 127.0.0.1:65534' '--model SIM_7000' '--damage nose' \
    '--tcp 127.0.0.1:' '--off-ms x'; do
    timeout "$limit" $run $case >out 2>err </dev/null
    got=$?
    [ "$got" -eq 64 ] && [ -s err ]
    result $? "exit 64 says what is wrong with $case"
    [ "$got" -eq 64 ] || { echo "# exit code $got"; sed 's/^/# /' err; }
done
says 3 "cannot read --faults" "missing faults are exit 3" \
    $run --faults none
printf 'at boot 1 cut\n' >cut
ends 75 "power cut" "with --once a cut is exit 75" \
    $run --once --faults cut --tcp 127.0.0.1:0
