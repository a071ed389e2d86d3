#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Programs that know nothing of us talk to the virtual module's terminal as to
# any modem: chat, picocom, minicom's script engine, pyserial, a shell, gammu.
. "$(dirname "$0")/../pack/maker.bash"
. "$root/tests/support/sim.bash"
make_pair >/dev/null || { result 1 "releases and keys"; exit; }
export LC_ALL=C.UTF-8
PATH=$PATH:/usr/sbin:/sbin # where Debian keeps chat

start_sim m1 --release a --trust release.pub --flash-speed fast --pty modem \
    --sms "+4915112345678:look now@0" && line_open && hear '^[+]CMTI: "SM",1$'
result $? "the module is ready and has an SMS"
line_close

# --- chat (of pppd) ---------------------------------------------------------

cat >dial <<'CHAT'
ABORT "NO CARRIER"
ABORT ERROR
REPORT +CSQ:
TIMEOUT 20
'' AT
OK ATE0
OK AT+CMEE=0
OK AT+CSQ
OK AT+GMR
Revision:A \c
OK
CHAT
timeout 60 chat -s -f dial <modem >modem 2>report && grep -q '+CSQ: 27,99' report
result $? "chat runs a script to its end and reports the signal"
timeout 60 chat ABORT "NO CARRIER" ABORT ERROR TIMEOUT 20 '' AT OK AT+NOSUCH OK \
    <modem >modem
[ $? -eq 5 ]
result $? "chat aborts at the second ABORT string, ERROR"
timeout 60 chat ABORT "NO CARRIER" TIMEOUT 20 '' AT OK 'ATD*99#' CONNECT \
    <modem >modem
[ $? -eq 4 ]
result $? "chat aborts at NO CARRIER: the module carries no data call"
timeout 60 chat TIMEOUT 1 '' AT NEVER <modem >modem
[ $? -eq 3 ]
result $? "chat times out on what the module never says"

# --- terminal programs ------------------------------------------------------

said() # LINE: it stands in the file `out`
{
    tr -d '\r' <out | grep -qxF -- "$1"
}

timeout 60 picocom -q -b 115200 -t $'AT+GMR\r' -x 3000 modem </dev/null >out &&
    said Revision:A && said OK
result $? "picocom shows what its init string asks"
{
    printf 'AT+CGMM\r'
    until_true said SIMCOM_SIM7000G
    printf 'AT+CGSN\r'
    until_true said 866425030000006
} | timeout 60 picocom -q -b 9600 --flow h -x 3000 modem >out
said 866425030000006
result $? "picocom holds a dialogue, at another rate and with RTS/CTS"

cat >script <<'RUNSCRIPT'
timeout 60
send "AT+CPIN?"
expect {
    "READY" goto ready
    "ERROR" goto failed
    timeout 20 goto failed
}
ready:
send "AT+NOSUCH"
expect {
    "OK" goto failed
    "ERROR" goto done
    timeout 20 goto failed
}
done:
exit 0
failed:
exit 1
RUNSCRIPT
timeout 60 runscript script <modem >modem 2>out
result $? "a script of minicom finds its way by what the module answers"

# Debian's own interpreter: the package is for that one. (A pseudo terminal has
# no DTR and RTS, so neither has this test.)
timeout 60 /usr/bin/python3 - modem <<'PYTHON' >out
import sys, serial

with serial.Serial(sys.argv[1], 115200, timeout=20, exclusive=True) as port:
    port.reset_input_buffer()
    port.reset_output_buffer()
    port.write(b"ATE0\r")
    port.read_until(b"OK\r\n")
    try:
        serial.Serial(sys.argv[1], exclusive=True)
        print("not exclusive")
    except serial.SerialException:
        pass
    port.baudrate = 9600
    port.rtscts = True
    port.write(b"AT+GMR\r")
    print(port.read_until(b"OK\r\n"))
    port.timeout = 0.1
    print(port.read(1), port.in_waiting)
    port.send_break(0.01)
PYTHON
grep -qF 'Revision:A\r\n\r\nOK\r\n' out
result $? "pyserial: buffers, a new rate, RTS/CTS and a break do no harm"
! grep -q 'not exclusive' out && grep -qxF "b'' 0" out
result $? "pyserial: a second owner is refused, silence is no data"

# A shell and the two oldest programs. It keeps the line open: what a peer
# leaves unread when it goes is lost, and cat may come late.
exec 9<>modem
stty -F modem 115200 raw -echo
cat modem >out &
reader=$!
printf 'ATI\r' >modem
until_true said 'SIM7000G RA'
result $? "stty and cat are enough"
kill "$reader" && wait "$reader" 2>/dev/null
exec 9>&-

# --- gammu, which speaks PDU mode -------------------------------------------

cat >gammurc <<GAMMU
[gammu]
device = $PWD/modem
connection = at115200
GAMMU
cat >talk <<'BATCH'
identify
networkinfo
monitor 1
getallsms
getsms 1 1
sendsms TEXT +4915199999999 -text "hello from gammu"
sendsms TEXT +8613912345678 -unicode -text "grüße €"
deletesms 0 1
getallsms
deletesms 0 2
getallsms
BATCH
timeout 60 gammu -c gammurc batch talk >out 2>&1
result $? "gammu runs eleven commands over one connection"

# What one command of the batch printed.
part() # N
{
    sed -n "/- command $1:/,/^Executing/p" out
}

shows() # N TEXT...: command N shows every one of them
{
    local n=$1 text
    shift
    for text; do
        part "$n" | grep -qF -- "$text" || return 1
    done
}

shows 1 'SIMCOM_Ltd' 'SIMCOM_SIM7000G' ': Revision:A' ': 866425030000006'
result $? "gammu identify: maker, model, the release's version, IMEI"
shows 2 'home network' '460 11' 'LAC 74CE' 'attached'
result $? "gammu networkinfo: registered, operator, area, attached"
shows 3 'Signal strength      : -59 dBm' 'SIM SMS status       : 1 used' \
    'Battery level        : 80 percent'
result $? "gammu monitor: signal, storage, battery"
shows 4 '"+4915112345678"' 'Default GSM alphabet' 'UnRead' 'look now' \
    '1 SMS parts' && shows 5 'look now' ': Read'
result $? "gammu getallsms and getsms: the SMS that came, then it is read"
shows 6 'OK, message reference=1' &&
    grep -q 'SMS to +4915199999999: hello from gammu$' m1.log
result $? "gammu sendsms: the network has the text and the number"
shows 7 'OK, message reference=2' && shows 9 'Unicode' 'grüße €' '1 SMS parts'
result $? "an SMS to the own number comes back, letters beyond GSM included"
shows 11 '0 SMS parts' && ! shows 9 'look now'
result $? "gammu deletesms: what it deletes is gone"

# --- and we are still there -------------------------------------------------

runs A
result $? "after all of them the module answers as before"
stop_sim
result $? "and ends with 0"
