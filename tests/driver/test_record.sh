#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# farfix modem record writes a dialogue down without what is its owner's;
# replay holds it again with another module.
. "$(dirname "$0")/../pack/maker.bash"
. "$root/tests/support/sim.bash"
record() { timeout 60 "$FARFIX" modem record ./modem -o "$@"; }
replay() { timeout 60 "$FARFIX" modem replay "$@" ./modem --timeout 1; }
bare="--version 1529B05SIM7000G --flash-speed fast --pty modem"
cat >ask <<'LINES'
# who it is, what it has
ATI
AT+GMR
AT+GSN
AT+CPIN="4711"
: wait 600
AT+CCID
AT+CIMI
AT+CNUM
AT+CMEE=1
AT+CNCFG=1,"ctnb","someone","hunter2"
AT+CNCFG?
AT+CNACT=1
: wait 800
AT+CNACT?
AT+CCLK?
AT+FTPUN="joe";+FTPPW=12345
AT+FTPUN?
AT+FTPPW?
ATE0
AT+CFOTA?
ATE1
AT+CFSINIT
AT+CFSGFIS=1,"none"
AT+CFSTERM
AT+HTTPTOFS="http://bob:topsecret@nowhere.invalid/x","/fota/x",10,5
LINES
export FARFIX_SIM_PIN=4711

# A new module that has said all that it says while it starts.
new() # STATE OPTION...
{
    start_sim "$1" $bare "${@:2}" && line_open && until_true at AT &&
        while IFS= read -r -t 0.7 line <&7; do :; done
    line_close
}

new m
record a.txt <ask >out
result $? "a session is written down"
! grep -E '4711|hunter2|someone|joe|12345|bob|topsecret' a.txt
result $? "without PIN, logins and a URL's user"
! grep -E '[0-9]{14}|[+][0-9]{7}|[0-9]+[.][0-9]+[.][0-9]+[.][0-9]' a.txt
result $? "without IMEI, ICCID, IMSI, numbers and addresses"
for line in '< {imei}' '> AT+CPIN="{pin}"' '< +CNUM: "","+{n}",145' \
    '> AT+CNCFG=1,"ctnb","{apn_user}","{apn_password}"' \
    '< +CNACT: 0,1,"{ip}"' '> AT+FTPUN="{user}";+FTPPW={password}' \
    '< +FTPPW: "{password}"' ': echo off' '< +CFOTA: 8' ': echo on' \
    '< +CME ERROR: 3' '< +APP PDP: ACTIVE' '< Revision:1529B05SIM7000G'; do
    grep -qxF -- "$line" a.txt
    result $? "it has the line $line"
done
head -1 a.txt | grep -q '^# '
result $? "and a first line that says what it is"
stop_sim

# Without the answer that a name server decides.
sed '/HTTPTOFS/,$d' a.txt >b.txt

secrets="FARFIX_FTP_USER=joe FARFIX_FTP_PASSWORD=12345
    FARFIX_APN_USER=someone FARFIX_APN_PASSWORD=hunter2"
new o --imei 490154203237518
env $secrets timeout 60 "$FARFIX" modem replay b.txt ./modem --timeout 3 >out
result $? "another module of the kind says the same"
stop_sim
new p --profile manual
env $secrets timeout 60 "$FARFIX" modem replay b.txt ./modem --timeout 3 >out 2>err
[ $? -eq 1 ] && [ "$(wc -l <err)" -eq 1 ] &&
    grep -qF "b.txt:$(grep -n '+CNACT: 0,1' b.txt | cut -d: -f1):" err &&
    grep -qF "+CNACT: 1," err
result $? "one of another profile differs, in the line that is named"
says 1 "FARFIX_APN_USER" "a login that is not known is asked for" \
    env FARFIX_SIM_PIN=4711 FARFIX_FTP_USER=joe "$FARFIX" modem replay \
    <(grep CNCFG= b.txt) ./modem
printf '> AT\n< OK\n> AT+GMR\n< Revision:1529B05SIM7000G\n' >c.txt
says 1 "the file ends, the module says" "an answer that goes on is seen" \
    replay c.txt
printf '> AT\n< OK\n<\n< +CFOTA: 6\n' >c.txt
says 1 "c.txt:3: the module says nothing" "an answer that ends too soon is seen" \
    replay c.txt
printf ': boot\n' >c.txt
says 1 "c.txt:1: only" "what cannot be played is refused by its line" replay c.txt
printf '> AT+GSN={imei}\n' >c.txt
says 1 "{imei} was masked" "a masked line cannot be typed" replay c.txt

printf 'AT+CFSINIT\nAT+CFSWFILE=1,"y",0,5,100\n' >c
says 1 "is no text" "a command that wants bytes ends a record" record d.txt <c
[ ! -e d.txt ]
result $? "and nothing is written"
echo hello >c
says 1 "line 1 is no AT command" "what is no AT line is not sent" record d.txt <c
stop_sim
# A module that has what this one has not: it says after each line what the
# file `said` has for it.
cat >said <<'LINES'
AT+CGAUTH=1,1,"someone","hunter2" OK
AT+CMGR=1 +CMGR: "REC READ","+4915112345678",,"26/11/26,10:00:00+04"|your code is 482913|and more|OK
AT+CMGL=4 +CMGL: 1,1,,24|07919471010709F3040C919451112143650000AE83|+CMGL: 2,1,,24|07919471010709F3040C919451112143650000AE84|OK
ATD015112345678; +CUSD: 0,"it is 015112345678",15|OK
AT+CGNSINF +CGNSINF: 1,1,20261126100000.000,52.520008,13.404954,34.000|OK
AT+CIPGSMLOC=1,1 +CIPGSMLOC: 0,13.404954,52.520008,2026/11/26,10:00:00|OK
AT+FTPREST=? +FTPREST: (0-4294967295)|+SIZE: 0.0.0.0,1.234|OK
LINES
cat >speaker <<'SPEAKER'
while IFS= read -r -d $'\r' asked; do
    grep -F -- "$asked " said | sed "s|^[^ ]* ||" | tr '|' '\n' |
        sed 's/$/\r/'
done
SPEAKER
socat PTY,link=speaker.pty,raw,echo=0 EXEC:'bash speaker' &
until_true [ -e speaker.pty ]
sed 's/ .*//' said | timeout 60 "$FARFIX" modem record ./speaker.pty -o e.txt \
    --timeout 5 >out
result $? "a module with messages and positions is recorded"
! grep -E 'code|more|0791|AE8|1511234|52[.]|13[.]4|someone|hunter2' e.txt
result $? "without text or PDU of its messages, number called, place, login"
for line in '< {text}' '> ATD{n};' '< +CGNSINF: 1,1,{n}.000,{position},{position},34.000' \
    '< +CIPGSMLOC: 0,{position},{position},{time}' '< +CMGL: 2,1,,24' \
    '< +FTPREST: (0-4294967295)' '< +SIZE: 0.0.0.0,1.234' \
    '> AT+CGAUTH=1,1,"{apn_user}","{apn_password}"'; do
    grep -qxF -- "$line" e.txt
    result $? "it has the line $line"
done
sed -n '/^: echo off/p;/^> AT+CMGR/,/^< OK/p;/^> AT+CGNSINF/,/^< OK/p' e.txt >f.txt
timeout 60 "$FARFIX" modem replay f.txt ./speaker.pty --timeout 3 >out 2>err
result $? "and can be held again"

says 64 "-o FILE" "record wants a file" "$FARFIX" modem record ./modem
says 3 "none.txt" "a dialogue that is not there is exit 3" replay none.txt
