#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# farfix modem record --pty writes down what another program says to a module;
# replay holds the whole session again.
. "$(dirname "$0")/../pack/maker.bash"
. "$root/tests/support/sim.bash"
make_pair >/dev/null && "$FARFIX" package make --from a --to b \
    --key store.key --full -o update.zip >/dev/null
fast="--flash-speed fast --pty modem"

# A module that runs A and has said all that it says while it starts.
new() # STATE OPTION...
{
    start_sim "$1" --release a --trust release.pub $fast "${@:2}" &&
        line_open && until_true at AT &&
        while IFS= read -r -t 0.7 line <&7; do :; done
    line_close
}

# $tap is its process.
start_tap() # FILE OPTION...
{
    : >tap.ready
    timeout 120 "$FARFIX" modem record ./modem -o "$1" --pty tap "${@:2}" \
        >tap.ready 2>tap.err &
    tap=$!
    until_true grep -q '^ready tap$' tap.ready
}

replay() # FILE OPTION...
{
    timeout 120 "$FARFIX" modem replay "$1" ./modem --timeout 20 "${@:2}"
}

# --- a whole update ---------------------------------------------------------

new m1
start_tap push.txt
result $? "a tap says when it is ready"
timeout 100 "$FARFIX" update tap update.zip --to B --trust release.pub \
    >report 2>err
result $? "an update runs through it"
wait $tap
result $? "and ends it"
[ ! -e tap ] && [ ! -L tap ]
result $? "its link is gone"
stop_sim
[ "$(sed -n 's/^: send //p' push.txt | awk '{ n += $1 } END { print n }')" = \
    "$(wc -c <update.zip)" ]
result $? "all bytes of the file were counted"
[ "$(grep -c '^> AT+CFOTA=1$' push.txt)" -eq 1 ] &&
    grep -qx '< +CFOTA: "Update successfully, please wait for reset"' push.txt &&
    [ "$(grep -c '"Updating"' push.txt)" -le 2 ] &&
    grep -qx '< Revision:A' push.txt && grep -qx '< Revision:B' push.txt
result $? "the update is in it, its progress as one line"
[ "$(wc -c <push.txt)" -lt 8000 ] && ! LC_ALL=C grep -q '[^ -~]' push.txt
result $? "no byte of the file is"
! grep -E '[0-9]{14}' push.txt && grep -qx '< {imei}' push.txt
result $? "neither is the IMEI"

new m2 --imei 490154203237518
replay push.txt --package update.zip >out 2>err
result $? "another module goes through the same update"
line_open && answers AT+GMR Revision:B
result $? "and runs B"
line_close
stop_sim

new m3
{ head -c 44000 update.zip && head -c $(($(wc -c <update.zip) - 44000)) \
    /dev/zero; } >other.zip
says 1 "the module says" "what the module says of it is compared" \
    replay push.txt --package other.zip
stop_sim

# --- by hand ----------------------------------------------------------------

tap_open()
{
    port=tap && line_open
}

new h --secrets <(echo SIM_PIN=4711)
start_tap hand.txt --keep
tap_open && at ATE0 && at 'AT+CPIN="4711"' && hear 'SMS Ready' &&
    at 'AT+CNCFG=1,"ctnb","someone","hunter2"' && at 'AT+FTPUN="joe"' &&
    at AT+CIMI && at AT+CFSINIT
result $? "a person types"
at AT+CMGF=1 && printf 'AT+CMGS="+8613900000000"\r' >&7 && sleep 0.5 &&
    printf 'for your eyes only\x1a' >&7 && hear '^[+]CMGS' && hear '^OK$' &&
    at ATE1 && printf 'AT+CMGS="+8613900000000"\r' >&7 && sleep 0.5 &&
    printf 'for your eyes\ronly\x1a' >&7 && hear '^[+]CMGS' && hear '^OK$' &&
    at ATE0
result $? "and sends messages, with and without an echo"
printf 'AT+CFSWFILE=3,"secret.pem",0,20,300\r' >&7 && hear DOWNLOAD &&
    printf 'PRIVATE KE' >&7 && hear ERROR
printf 'AT+CFSWFILE=3,"secret.pem",0,11,5000\r' >&7 && hear DOWNLOAD &&
    printf 'PRIVATE KEY' >&7 && hear OK && at AT+CFSTERM && line_close
result $? "and puts a file into the module, at the second try"
"$FARFIX" modem get tap customer/secret.pem -o got.pem >out 2>err &&
    grep -q 'PRIVATE KEY' got.pem
result $? "a second program comes when the first has gone"
"$FARFIX" modem info tap >out
result $? "and a third"
kill -TERM $tap
wait $tap
result $? "with --keep a signal ends it"
[ -s hand.txt ] && ! grep -E \
    'PRIVATE|your eyes|4711|someone|hunter2|joe|[0-9]{14}' hand.txt
result $? "neither secrets nor the file are written down"
grep -qx '# a message was typed' hand.txt &&
    grep -qx '> AT+CMGS="+{n}"' hand.txt
result $? "nor is a message, only that there was one"
[ "$(grep '^: send' hand.txt | tr '\n' ' ')" = ': send 10 : send 11 ' ] &&
    grep -qx '<: 11 0' hand.txt
result $? "but how many bytes went, and came"
grep -A2 '^: send 10$' hand.txt | tr '\n' ' ' | grep -qx ': send 10 < < ERROR '
result $? "before what the module said of them"
stop_sim

echo 'at line 3 lose' >faults
new l --faults faults
line_open && at ATE0 && line_close
start_tap lost.txt
tap_open && printf 'AT+GMR\r' >&7 && sleep 0.3 && at AT && line_close
wait $tap
grep -qx '# no answer: AT+GMR' lost.txt && ! grep -q '^> AT+GMR' lost.txt
result $? "what nobody answered is a comment"
stop_sim
new k
line_open && at ATE0 && line_close
replay lost.txt >out
result $? "so that it can be held again"
stop_sim

says 64 "belongs to --pty" "--keep wants --pty" \
    "$FARFIX" modem record ./modem -o x.txt --keep
new n
echo ': send 20' >sends.txt && echo '<: 20 0' >reads.txt
says 1 "--package" "a file that is not named cannot be sent" replay sends.txt
says 1 "--package" "nor compared" replay reads.txt
head -c 19 update.zip >short.zip
says 1 "has only 19 bytes" "nor can more of it than there is" \
    replay sends.txt --package short.zip
says 1 "reads.txt:1: byte 0 is not" "bytes that do not come are missed" \
    timeout 60 "$FARFIX" modem replay reads.txt ./modem --timeout 1 \
    --package update.zip
says 3 "none.zip" "a package that is not there is exit 3" \
    replay sends.txt --package none.zip
touch notes
says 1 "notes exists" "a file is not replaced by the link" \
    "$FARFIX" modem record ./modem -o x.txt --pty notes
stop_sim
says 3 "nowhere" "a port that is not there is exit 3" \
    "$FARFIX" modem record ./nowhere -o x.txt --pty tap
