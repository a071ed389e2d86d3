#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The verbs of modem, and what of update the road tests leave out: options,
# exit codes, dry run, trace, JSON, the reason of a refusal.
. "$(dirname "$0")/../pack/maker.bash"
. "$root/tests/support/sim.bash"
. "$root/tests/support/stage.bash"
make_pair >/dev/null || { result 1 "releases and keys"; exit; }
modem() { timeout 60 "$FARFIX" modem "$@"; }
update() { timeout 120 "$FARFIX" update "$@"; }
"$FARFIX" package make --from a --to b --key store.key --full -o update.zip \
    >/dev/null
result $? "a package"

# --- before a byte is sent --------------------------------------------------

says 64 "argument missing" "update wants PORT and SOURCE" update ./modem
says 64 "--to VERSION" "update wants --to" update ./modem update.zip
says 3 "update.zip.none" "a missing file is exit 3" \
    update ./modem update.zip.none --to B
says 3 "nowhere" "a missing port is exit 3" update ./nowhere update.zip --to B
says 3 "no.pub" "a missing key is exit 3" \
    update ./modem update.zip --to B --trust no.pub
says 3 "other side" "a TCP port without listener is exit 3" \
    update tcp:127.0.0.1:1 update.zip --to B
says 1 "PTY or tcp" "a plain file is no port" update ./a/ap.bin update.zip --to B
says 64 "SOURCE is" "an unknown scheme is refused" \
    update ./modem gopher://x/y --to B
says 64 "no FTP address" "an FTP address without a file is refused" \
    update ./modem ftp://host/dir/ --to B
says 1 "255" "a URL longer than AT+HTTPTOFS takes is refused" \
    update ./modem "http://x/$(printf '%0300d' 0)" --to B
says 64 "none or rts" "an unknown --flow is refused" \
    update ./modem update.zip --to B --flow x
says 1 "baud" "an unknown rate is refused" modem info ./modem --baud 12345

# --- modem ------------------------------------------------------------------

start_sim m --release a --trust release.pub --pty modem --flash-speed fast
result $? "a module on a pseudo terminal"
says 1 "busy (flock, process " "one program at a time has the port, and is named" \
    flock ./modem "$FARFIX" modem info ./modem
modem info ./modem >out && grep -q '^model  *SIM7000G$' out &&
    grep -q '^version  *A$' out && grep -q '^imei  *[0-9]\{15\}$' out
result $? "modem info shows model, version and IMEI"
modem info ./modem --json >out && grep -q '"model":"SIM7000G","version":"A"' out
result $? "modem info --json is an object"
says 0 "8 no update pending" "modem status explains the number" \
    modem status ./modem
says 0 "cleared" "modem clear clears" modem clear ./modem

head -c 25000 /dev/urandom >bytes
modem put ./modem bytes customer/some.bin >out
result $? "modem put copies a file into the module"
cmp -s bytes m/customer/some.bin
result $? "byte for byte"
modem put ./modem bytes >out && cmp -s bytes m/fota/bytes
result $? "without a place it goes to fota under its own name"
modem get ./modem customer/some.bin -o back >out && cmp -s bytes back
result $? "modem get brings it back"
rm m/fota/bytes
says 1 "no customer/none" "a file that is not there is named" \
    modem get ./modem customer/none -o back2
says 64 "DIR/NAME" "a place that is none is refused" \
    modem get ./modem nowhere/x -o back2
says 64 "at most 50" "a name that is too long is refused" \
    modem put ./modem bytes "fota/$(printf '%051d' 0)"
: >empty
says 1 "empty" "an empty file is refused" modem put ./modem empty

# --- update -----------------------------------------------------------------

update ./modem update.zip --to B --dry-run >out 2>err &&
    grep -q 'runs A' out && grep -q 'would fetch' out
result $? "a dry run says what would be done"
[ ! -e m/fota/update.zip ] && modem status ./modem | grep -q '^8 '
result $? "and leaves the module alone"
says 1 "it runs A" "--from stops at another version" \
    update ./modem update.zip --to B --from Z
says 1 "leads to B, not to C" "--trust stops at another target" \
    update ./modem update.zip --to C --trust release.pub

# C's package expects B; the module itself refuses it, and farfix says why.
release c C 7 SIM7000G && "$FARFIX" release sign c --key release.key >/dev/null
mkdir releases && cp -r b c releases && start_store releases release.key
says 1 "starts from B, the module runs A" \
    "a refused package is read back and the failed check is named" \
    update ./modem "http://$http/SIM7000G/B___C/update.zip" --to C \
    --trust release.pub
says 1 "farfix package verify" "without --trust the advice names the verb" \
    update ./modem "http://$http/SIM7000G/B___C/update.zip" --to C
says 0 "7 the last package was refused" "modem status says 7" \
    modem status ./modem

printf 'APN_USER=someone\nAPN_PASSWORD=hunter2\n' >secrets
update ./modem update.zip --to B --json --trace --secrets secrets \
    --trust release.pub >out 2>err
result $? "the good package is taken"
grep -q '"result":"done","ok":true' out && grep -q '"version":"B"' out
result $? "--json ends with one object"
grep -q '"lwm2m":1,"owed":""' out
result $? "it has the result's number in LwM2M"
grep -q '> AT+CFOTA=1' err && grep -q '< Revision:B' err &&
    grep -q '# hold power' err
result $? "--trace shows both sides of the dialogue"
! grep -q hunter2 err
result $? "and no secret"
says 2 "nothing to do" "once more is exit 2" update ./modem update.zip --to B
stop_sim

# --- power saving -----------------------------------------------------------

echo 'at line 20 urc UNDER-VOLTAGE POWER DOWN' >faults
start_sim s --release a --trust release.pub --pty modem --flash-speed fast \
    --faults faults
exec 3<>modem
printf 'AT+CSCLK=1\r' >&3
timeout 10 grep -q OK <&3
exec 3>&-
says 1 "run again, or say AT+CSCLK=1" \
    "a module that could not be told is the user's to tell" \
    update ./modem update.zip --to B
update ./modem update.zip --to B >out 2>err
result $? "the next run updates it"
modem info ./modem >out && grep -q '^version  *B$' out
result $? "and it runs B"
stop_sim

# --- a SIM with a PIN, an APN with a password -------------------------------

export FARFIX_SIM_PIN=4711
start_sim p --release a --trust release.pub --pty modem --flash-speed fast
cp -r a releases
path="http://$http/SIM7000G/A___B/update.zip"
env -u FARFIX_SIM_PIN timeout 60 "$FARFIX" update ./modem "$path" --to B \
    --dry-run >out 2>err
[ $? -eq 1 ] && grep -q "PIN is missing" err
result $? "without the PIN the cause is the PIN"
timeout 60 "$FARFIX" update ./modem "$path" --to B --secrets secrets \
    --trace >out 2>err
result $? "with it the module is updated over the air"
grep -q 'AT+CPIN=\*\*\*' err && grep -q 'AT+CNCFG=\*\*\*' err &&
    ! grep -q '4711\|hunter2' err
result $? "the trace shows neither PIN nor password"
path=someone:hunter2@${path#http://}
timeout 60 "$FARFIX" update ./modem "http://$path" --to A --tries 1 --trace \
    >out 2>err
grep -q 'AT+HTTPTOFS="http://\*\*\*@127' err && ! grep -q hunter2 out err
result $? "a login in an address is not shown in the trace"
timeout 60 "$FARFIX" update ./modem "http://$path" --to A --dry-run >out 2>err
grep -q 'would fetch http://\*\*\*@127' out && ! grep -q hunter2 out err
result $? "nor in a dry run"
FARFIX_FTP_PASSWORD=4712 timeout 60 "$FARFIX" update ./modem \
    ftp://127.0.0.1:1/d/f.zip --to A --tries 1 --trace >out 2>err
grep -q 'AT+FTPPW=\*\*\*' err && ! grep -q 4712 out err
result $? "nor the password of FTP"
for url in ftp://someone:hunter2@host/d/ gopher://someone:hunter2@host/d; do
    says 64 '***@host' "nor in a complaint about ${url%%:*}" \
        update ./modem $url --to B
    ! grep -q hunter2 out err
    result $? "the password is left out there"
done
stop_sim
