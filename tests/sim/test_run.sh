#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The virtual module as a process: its line, its state, its end.
. "$(dirname "$0")/../pack/maker.bash"
. "$root/tests/support/sim.bash"
make_pair >/dev/null || { result 1 "releases and keys"; exit; }
"$FARFIX" package make --from a --to b --key store.key --full -o update.zip \
    >/dev/null || { result 1 "package"; exit; }
new="--release a --trust release.pub"
fast="--flash-speed fast"

push_file() # STATE FILE: as if it had come over the air
{
    mkdir -p "$1/fota" && cp "$2" "$1/fota/update.zip"
}

# --- what cannot start ------------------------------------------------------

says 64 "--state" "a module needs a directory" "$FARFIX" sim run
says 1 "needs --release" "the first start needs a release" \
    "$FARFIX" sim run --state m0
says 64 "belong together" "a release needs a key to trust" \
    "$FARFIX" sim run --state m0 --release a
says 3 "none" "a missing release is exit 3" \
    "$FARFIX" sim run --state m0 --release none --trust release.pub
says 1 "was not made by the key" "a release of another key is refused" \
    "$FARFIX" sim run --state m0 --release a --trust store.pub
says 64 "exclude each other" "a module has one line" \
    "$FARFIX" sim run --state m0 --stdio --tcp 127.0.0.1:0
says 64 "note or manual" "an unknown profile is refused" \
    "$FARFIX" sim run --state m0 --profile x
says 64 "SHA256=FROM:TO" "a malformed --vendor is refused" \
    "$FARFIX" sim run --state m0 --vendor abc
says 64 "--trust" "a vendor's file without a key to check it is refused" \
    "$FARFIX" sim run --state m0 --vendor abc.zip
says 64 "'flat-tyre'" "an unknown --bug is refused by its name" \
    "$FARFIX" sim run --state m0 --bug urc-before-flash,flat-tyre
says 64 "'flat-tyre'" "an unknown --damage is refused by its name" \
    "$FARFIX" sim run --state m0 --damage sim,flat-tyre
says 64 "15 digits" "a malformed --imei is refused" \
    "$FARFIX" sim run --state m0 --imei 123
says 64 "FROM:TEXT@SECONDS" "a malformed --sms is refused" \
    "$FARFIX" sim run --state m0 --sms hello
says 64 "HOST:PORT" "a malformed --tcp is refused" \
    "$FARFIX" sim run --state m0 $new --tcp 4711
says 64 "HOST:PORT" "a port above 65535 is refused, not taken for another" \
    "$FARFIX" sim run --state m0 $new --tcp 127.0.0.1:70000
says 64 "end behind 65535" "so many modules need so many ports" \
    "$FARFIX" sim run --state m0 $new --tcp 127.0.0.1:65534 --count 3
[ ! -e m0/0001 ]
result $? "and none of them is made before that is said"
says 64 "--count" "--pty2 is one module's" \
    "$FARFIX" sim run --state m0 $new --tcp 127.0.0.1:0 --count 2 --pty2 usb
says 64 "--version" "--model without --version is refused" \
    "$FARFIX" sim run --state m0 --model SIM7000E
says 64 "600000" "a boot of seven weeks is refused" \
    "$FARFIX" sim run --state m0 $new --stdio --boot-ms 4294967295
says 64 "63 characters" "an access point with a name too long is refused" \
    "$FARFIX" sim run --state m0 $new --stdio --apn "$(printf '%064d' 1)"
says 64 "FROM:TEXT@SECONDS" "an SMS of two numbers is refused" \
    "$FARFIX" sim run --state m0 $new --stdio --sms '+49 1:hello@1'
says 1 "needs 1344 open files" "too few descriptors are said in advance" \
    bash -c 'ulimit -n 1024; exec "$@"' - \
    "$FARFIX" sim run --state m0 $new --tcp 127.0.0.1:0 --count 80
says 3 "cannot read --ca" "missing roots are exit 3" \
    "$FARFIX" sim run --state m0 --ca none.pem --stdio
printf 'seed 3\nat flash 9 tear 13\n' >faults
says 1 "line 2" "a fault that is none is named by its line" \
    "$FARFIX" sim run --state m0 --faults faults
says 3 "cannot read --faults" "a missing fault file is exit 3" \
    "$FARFIX" sim run --state m0 --faults none

# --- the line ---------------------------------------------------------------

start_sim m1 $new $fast --pty modem
result $? "the module is ready on a pseudo terminal"
until_true grep -q 'boot: SIM7000G, version A, status 8' m1.log
result $? "the log names model, version and status"
printf 'AT+GMR\r' | socat -t 3 - ./modem,raw,echo=0 | tr -d '\r' >out
grep -qx 'Revision:A' out
result $? "socat on the terminal sees A in AT+GMR"
runs A
result $? "the next peer sees it as well"
says 1 "another module runs" "a second module in the directory is refused" \
    "$FARFIX" sim run --state m1 --tcp 127.0.0.1:0
stop_sim
result $? "SIGTERM ends the module with 0"
[ ! -L modem ]
result $? "the link is gone with it"

start_sim m1 $new $fast --tcp 127.0.0.1:0 && grep -q 'are ignored' m1.log
result $? "a later start ignores --release, and says so"
exec 7<>"/dev/tcp/127.0.0.1/${port##*:}" && until_true at AT &&
    answers AT+GMR Revision:A
result $? "a TCP port answers"
printf 'AT+CPOWD=1\r' >&7
hear '^NORMAL POWER DOWN$' && wait_sim && [ "$code" -eq 0 ]
result $? "AT+CPOWD=1 ends the process with 0"
exec 7>&-

# --- what lasts -------------------------------------------------------------

start_sim m1 $fast --pty modem && line_open && until_true at AT
at AT+CFSINIT && answers 'AT+CFSGFRS?' '+CFSGFRS: 22151168'
result $? "an empty module has 22151168 bytes"
printf 'AT+CFSWFILE=3,"a.txt",0,5,1000\r' >&7
hear DOWNLOAD && printf hello >&7 && hear '^OK$' && [ "$(cat m1/customer/a.txt)" = hello ]
result $? "a file pushed through the line is a file of the directory"
answers 'AT+CFSGFRS?' '+CFSGFRS: 22151163'
result $? "it takes its space"
truncate -s 22151160 m1/datatx/big
printf 'AT+CFSWFILE=3,"a.txt",1,4,1000\r' >&7
hear 'DOWNLOAD|ERROR' && { [[ $line != DOWNLOAD ]] || printf 1234 >&7; } &&
    { [[ $line == *ERROR* ]] || hear 'OK|ERROR'; } && [[ $line == *ERROR* ]] &&
    [ "$(cat m1/customer/a.txt)" = hello ]
result $? "what does not fit is refused, and nothing of it is kept"
rm m1/datatx/big
at AT+CFSTERM && at 'AT+CGDCONT=1,"IP","internet"'
line_close
stop_sim KILL
start_sim m1 $fast --pty modem && line_open && until_true at AT
at 'AT+CGDCONT?' && grep -q '"internet"' heard && at AT+CFSINIT &&
    answers 'AT+CFSGFIS=3,"a.txt"' '+CFSGFIS: 5'
result $? "settings and files outlive SIGKILL"
line_close
stop_sim
start_sim m7070 --version 1951B16SIM7070 --model SIM7070 --profile sim7070 \
    $fast --pty modem7070 && line_open && until_true at AT && at AT+CFSINIT &&
    answers 'AT+CFSGFRS?' '+CFSGFRS: 6391808' && truncate -s 6391800 \
    m7070/datatx/big && answers 'AT+CFSGFRS?' '+CFSGFRS: 8'
result $? "a SIM7070 has 6391808 bytes"
line_close
stop_sim

# --- an update --------------------------------------------------------------

update() # sends AT+CFOTA=1 and hears the end of the update
{
    line_open && until_true at AT && at AT+CFOTA=1 &&
        hear 'wait for reset' && hear '^SMS Ready$'
}

status() # STATUS VERSION
{
    answers 'AT+CFOTA?' "+CFOTA: $1" && answers AT+GMR "Revision:$2"
}

"$FARFIX" package make --from a --to b --key store.key --full -o flip.zip \
    >/dev/null
printf 'X' | dd of=flip.zip bs=1 seek=60000 conv=notrunc 2>/dev/null
push_file m2 flip.zip
start_sim m2 $new $fast --pty modem && update && status 7 A &&
    grep -q 'update refused: .* (status 7)' m2.log
result $? "a damaged package is refused: status 7, the cause in the log"
line_close
push_file m2 update.zip
update && status 6 B
result $? "the good one after it makes it B: status 6"
[ ! -e m2/fota/update.zip ]
result $? "the package is gone after success"
line_close
stop_sim

release c C 7 SIM7000E
"$FARFIX" release sign c --key release.key >/dev/null
release ae A 5 SIM7000E
"$FARFIX" release sign ae --key release.key >/dev/null
"$FARFIX" package make --from ae --to c --key release.key --full -o e.zip \
    >/dev/null
push_file m3 e.zip
start_sim m3 $new $fast --pty modem && update && status 7 A
result $? "a package for a SIM7000E is refused by a SIM7000G: status 7"
line_close
stop_sim

# --- killed in mid-update ---------------------------------------------------

push_file m4 update.zip
start_sim m4 $new --pty modem && line_open && until_true at AT && at AT+CFOTA=1
kills=0
while hear '"Updating",'; do
    sleep "0.$((RANDOM % 3))$((RANDOM % 10))"
    line_close
    stop_sim KILL
    ! grep -q 'update done' m4.log && [ "$kills" -lt 8 ] || break
    kills=$((kills + 1))
    start_sim m4 --pty modem && line_open
done
line_close
echo "# killed $kills times in mid-update"
[ "$kills" -ge 2 ]
result $? "the module was killed with SIGKILL in mid-update, at random moments"
start_sim m4 $fast --pty modem && until_true grep -q 'version B, status 6' m4.log
result $? "started again it completes the update by itself"
runs B
result $? "and runs B"
stop_sim

# --- power cuts -------------------------------------------------------------

printf '# cuts\nseed 7\nat flash 9 tear 4\nat flash 20 tear 5\n' >faults
push_file m5 update.zip
start_sim m5 $new $fast --pty modem --faults faults --off-ms 300 &&
    line_open && until_true at AT && at AT+CFOTA=1
! hear 'wait for reset'
result $? "a power cut hangs up the line"
line_close
until_true grep -q 'version B, status 6' m5.log && runs B
result $? "it powers up under the same link and completes the update"
[ "$(grep -c 'power cut' m5.log)" -eq 2 ]
result $? "each line of the fault file cut once"
stop_sim

# Operation 12 of each boot is inside the update; the last one is not cut.
for tear in 0 1 2 3 4 5 6 7 8 9 10 11 12; do
    echo "at flash 12 tear $tear"
done >tears
push_file m20 update.zip
start_sim m20 $new $fast --pty modem --faults tears --off-ms 50 &&
    line_open && until_true at AT && at AT+CFOTA=1
line_close
until_true grep -q 'version B, status 6' m20.log && runs B
result $? "cut by every tear of the instrument it ends in B by itself"
[ "$(grep -c 'power cut' m20.log)" -eq 13 ]
result $? "each of the thirteen cuts fired"
stop_sim

push_file m6 update.zip
start_sim m6 $new $fast --pty modem --faults faults --once &&
    line_open && until_true at AT && at AT+CFOTA=1
wait_sim
[ "$code" -eq 75 ]
result $? "with --once a power cut ends the process with 75"
line_close
start_sim m6 $fast --pty modem && until_true grep -q 'version B, status 6' m6.log
result $? "the next start completes the update"
stop_sim

push_file m8 update.zip
start_sim m8 $new $fast --tcp 127.0.0.1:0 --faults faults --off-ms 300 &&
    exec 7<>"/dev/tcp/127.0.0.1/${port##*:}" && until_true at AT &&
    at AT+CFOTA=1
! hear 'wait for reset'
result $? "a power cut closes a TCP connection"
exec 7<>"/dev/tcp/127.0.0.1/${port##*:}"
until_true grep -q 'version B, status 6' m8.log
exec 7<>"/dev/tcp/127.0.0.1/${port##*:}"
until_true at AT && answers AT+GMR Revision:B
result $? "the port keeps its number, and the module is B"
line_close
stop_sim

# --- a vendor's package -----------------------------------------------------

head -c 5000 /dev/urandom >vendor.zip
digest=$(sha256sum vendor.zip | cut -d' ' -f1)
push_file m7 vendor.zip
start_sim m7 $new $fast --pty modem --vendor "$digest=A:A1" && update &&
    status 6 A1
result $? "a vendor's package is played: progress, status 6, its version"
line_close
stop_sim KILL
push_file m7 vendor.zip
start_sim m7 $fast --pty modem --vendor "$digest=A:A1" && runs A1
result $? "the vendor's version outlives the process"
update && status 7 A1
result $? "a vendor's package for another version is refused: status 7"
line_close
stop_sim
push_file m7 vendor.zip
start_sim m7 $fast --pty modem && update && status 7 A1
result $? "without --vendor it is no package of ours: status 7"
line_close
stop_sim

# By name: its side-file says what it is, when the key vouches for it.
vouch() # MODEL OUT
{
    cp vendor.zip "$2" && "$FARFIX" package import "$2" --model "$1" --from A \
        --to A1 --key store.key >/dev/null
}
vouch SIM7000G good.zip
"$FARFIX" key make elsewhere --signed-by release.key --model SIM7000E \
    >/dev/null
cp vendor.zip other.zip && "$FARFIX" package import other.zip --model SIM7000E \
    --from A --to A1 --key elsewhere.key >/dev/null
cp good.zip bent.zip && cp good.zip.info bent.zip.info && printf x >>bent.zip
cp good.zip bare.zip
run="$FARFIX sim run --state m9 $new $fast --stdio"
says 1 "bent.zip is not good" "a vendor's file that differs from its side-file is refused" \
    $run --vendor bent.zip
says 1 "no side-file bare.zip.info" "a vendor's file without side-file is refused" \
    $run --vendor bare.zip
says 1 "good.zip is not good" "a side-file that the key does not vouch for is refused" \
    "$FARFIX" sim run --state m9 --release a --trust store.pub --stdio \
    --vendor good.zip
says 3 "none.zip" "a vendor's file that is not there is exit 3" \
    $run --vendor none.zip
push_file m10 vendor.zip
start_sim m10 $new $fast --pty modem --vendor good.zip && update && status 6 A1
result $? "a vendor's file is played by what its side-file says"
line_close
stop_sim
push_file m11 vendor.zip
start_sim m11 $new $fast --pty modem --vendor other.zip && update && status 7 A
result $? "a vendor's file for another model is refused: status 7"
line_close
stop_sim

# --- standard input ---------------------------------------------------------

printf 'AT+GMR\r' | timeout 30 "$FARFIX" sim run --state m1 --stdio 2>/dev/null |
    tr -d '\r' | grep -qx Revision:A
result $? "a script on standard input is answered, then the module ends"
FARFIX_SIM_PIN=1234 sh -c \
    "printf 'AT+CPIN?\r' | timeout 30 '$FARFIX' sim run --state m1 --stdio" \
    2>/dev/null | tr -d '\r' | grep -qx '+CPIN: SIM PIN'
result $? "a SIM with a PIN asks for it"
start_sim m1 $fast --pty modem --no-sim && line_open && hear 'NOT INSERTED'
at AT+CMEE=1 && ! at 'AT+CPIN?' && [ "$line" = '+CME ERROR: 10' ]
result $? "without a SIM the module says CME 10"
line_close
stop_sim
echo 'at line 1 hang' >faults
printf 'AT\r' | timeout 30 "$FARFIX" sim run --state m1 --stdio --faults faults \
    >/dev/null 2>&1
result $? "a module that hangs ends with its script, too"

# --- descriptors and names --------------------------------------------------

"$FARFIX" sim run --state m12 $new --tcp 127.0.0.1:0 <&- >&- 2>m12.log &
module=$!
until_true grep -q 'boot:' m12.log &&
    [ "$(readlink /proc/$module/fd/0 /proc/$module/fd/1)" = "/dev/null
/dev/null" ]
result $? "no file of the module's takes the place of a stream that is closed"
stop_sim
deep=$(printf '%060d/%060d/%060d' 1 2 3)
mkdir -p "$deep"
start_sim m12 --pty "$deep/modem" && [ "$port" = "$deep/modem" ] && runs A
result $? "a long name of a terminal is said in full"
stop_sim

start_sim m12 $fast --pty modem --control control
printf status | socat -t 5 - UNIX-CONNECT:control | grep -qx 'state runs'
result $? "the last command at the control socket needs no line end"
stop_sim

# --- a crowd ----------------------------------------------------------------

start_sim crowd $new $fast --tcp 127.0.0.1:0 --count 2
result $? "two modules in one process"
both=$port
port=${both%%$'\n'*} && line_open && until_true at AT && printf 'AT+CPOWD=1\r' >&7
until_true grep -q '1 switched off' crowd.log
! (line_open) 2>/dev/null
result $? "one that is switched off gives up its port"
line_close
port=${both##*$'\n'} && runs A
result $? "the other goes on"
line_open && until_true at AT && printf 'AT+CPOWD=1\r' >&7
wait_sim && [ "$code" -eq 0 ]
result $? "and when it is off as well, the process ends"
line_close
