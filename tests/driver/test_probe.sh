#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# farfix modem probe finds what a module was told to be, leaves it as it was,
# and its file makes a module of the same kind.
. "$(dirname "$0")/../pack/maker.bash"
. "$root/tests/support/sim.bash"
. "$root/tests/support/stage.bash"
probe() { timeout 60 "$FARFIX" modem probe "$@"; }
bare="--version 1529B05SIM7000G --flash-speed fast"

# What needs an update, a reset, or the network to be seen.
hidden="D2 D9 D10 D11 D13 D22 D23 D24 D25"

# Every switch that shows: its values. D17 needs FTPTOFSST (D16).
table="D1 ok error
D3 3 22 188
D4 drop keep
D5 error ok
D6 truncate overwrite
D7 none rtscts
D8 end both
D12 sim7000 note sim7070
D14 error alias
D15 fota custapp
D16 yes error
D17 busy done
D18 plain blank
D19 blank plain
D20 inclusive exclusive
D21 free size
D26 error cme"

# The [quirks] that a module of this profile has, without the hidden ones.
expected() # PROFILE
{
    local name value rest
    while read -r name value rest; do
        case $1$name in
        noteD12) value=note ;;
        noteD14) value=alias ;;
        manualD16) value=error ;;
        manualD17) value=unknown ;;
        sim7070D12) value=sim7070 ;;
        esac
        echo "$name = $value"
    done <<<"$table"
    printf '%s = unknown\n' $hidden
}

with_value() # NAME VALUE: of expected's lines
{
    local also=
    case $1=$2 in
    D16=yes) also='s/^D17 = .*/D17 = busy/' ;;
    D16=*) also='s/^D17 = .*/D17 = unknown/' ;;
    D17=*) also='s/^D16 = .*/D16 = yes/' ;;
    esac
    sed "s/^$1 = .*/$1 = $2/; $also"
}

quirks_of() # FILE
{
    sed -n '/^\[quirks\]/,/^$/p' "$1" | grep '^D' | sort
}

# What a program can see of settings and files, and the files themselves;
# without what a module says by itself while it starts.
state_of() # FILE
{
    local command
    line_open && until_true at AT
    for command in AT+CMEE? AT+IFC? AT+IPR? AT+CNACT? AT+CNCFG? AT+CSCLK? \
        AT+CFOTA? AT+FTPTYPE? AT+CFSTERM AT+CFSINIT \
        AT+CFSGFRS? 'AT+CFSGFIS=2,"farfix.probe"' 'AT+CFSGFIS=2,"mine"' \
        AT+CFSTERM; do
        at "$command"
        grep -vx 'RDY\|+CFUN: 1\|+CPIN: READY\|SMS Ready\|' heard
    done >"$1"
    line_close
    (cd m && find . -type f ! -name flash.bin -exec cksum {} +) | sort >>"$1"
}

finds() # PROFILE NAME VALUE
{
    local extra=
    [ "$2" != D17 ] || extra=,D16=yes
    start_sim m $bare --pty "$PWD/modem" --profile "$1" --quirk "$2=$3$extra"
    mkdir -p m/datatx && echo mine >m/datatx/mine
    state_of before
    probe "$port" -o found.ini 2>err
    local result=$?
    state_of after
    stop_sim
    expected "$1" | with_value "$2" "$3" | sort >wanted
    quirks_of found.ini | diff wanted - >err.log && [ $result -eq 0 ]
    result $? "$1: $2 is found to be $3, and all others as they are"
    diff before after >changed.log && [ -s before ]
    result $? "$1: $2=$3: settings and files are as they were"
}

# --- the file ---------------------------------------------------------------

switches=D3=188,D6=overwrite,D12=sim7070,D16=yes,D26=cme

a_file_is_written()
{
    start_sim q $bare --pty modem --profile manual --quirk $switches
    mkdir kinds
    probe ./modem -o kinds --json >out
    result $? "a module with five switches is probed"
    grep -q '"D3":"188"' out && grep -q '"D2":"unknown"' out
    result $? "--json is an object"
    local file=kinds/1529B05SIM7000G.ini
    grep -q '^imei = 86642503\*\*\*\*\*\*\*$' $file &&
        grep -q '^revision = 1529B05SIM7000G$' $file &&
        grep -q '^model = SIM7000G$' $file && ! grep -q 866425030 $file out
    result $? "its file has the revision's name, and hides who it is"
    grep -q '^CNACT = (0-3),(0-2)$' $file
    result $? "and has its test forms"
}

somebody_was_there()
{
    start_sim q $bare --pty modem
    line_open && at ATE0 && at AT+CMEE=2 && at AT+CFSINIT &&
        printf 'AT+CFSWFILE=2,"farfix.probe",0,3,5000\r' >&7 &&
        hear DOWNLOAD && printf abc >&7 && hear OK
    line_close
    probe ./modem -o touched.ini && grep -q '^D7 = unknown$' touched.ini
    result $? "where somebody was before, flow control is no default"
    line_open && at AT+CMEE? && grep -qx '+CMEE: 2' heard && ! grep -q AT heard
    result $? "and what he set stays: CMEE, and no echo"
    grep -q '^D3 = 3$' touched.ini && [ ! -e q/datatx/farfix.probe ]
    result $? "a run that was cut short is tidied up by the next"
}

a_signal_waits()
{
    start_sim q $bare --pty modem
    "$FARFIX" modem probe ./modem --trace >out 2>err &
    walker=$!
    until_true grep -q 'AT+CFSWFILE=2,"farfix.probe",0,16,1000' err &&
        kill -TERM $walker
    ! wait $walker && [ ! -s out ]
    result $? "a signal ends it"
    line_open && at AT+CMEE? && grep -qx '+CMEE: 0' heard &&
        grep -q AT+CMEE heard && [ ! -e q/datatx/farfix.probe ]
    result $? "once all is put back"
}

a_file_is_played()
{
    start_sim q $bare --pty modem --profile manual --quirk $switches
    probe ./modem -o first.ini
    stop_sim
    start_sim r $bare --pty modem --quirk-file first.ini
    probe ./modem -o second.ini && diff first.ini second.ini >out
    result $? "--quirk-file makes a module of the same kind"
    stop_sim
    start_sim r $bare --pty modem --quirk-file first.ini --quirk D3=22
    probe ./modem -o third.ini && grep -q '^D3 = 22$' third.ini
    result $? "and --quirk goes on top of it"
}

an_update_waits()
{
    make_pair >/dev/null && "$FARFIX" package make --from a --to b \
        --key store.key --full -o update.zip >/dev/null
    start_sim u --release a --trust release.pub --pty modem --quirk D2=wait \
        --flash-speed fast && "$FARFIX" modem put ./modem update.zip >out &&
        line_open && at AT+CFOTA=1 && line_close
    result $? "a module waits for the reset that starts its update"
    says 1 "an update is under way" "such a module is left alone" \
        probe ./modem
    line_open && answers AT+CFOTA? "+CFOTA: 1"
    result $? "its update waits as before"
}

# The values that a profile has by itself are seen in every scene.
for profile in note manual sim7070; do
    while read -r name values; do
        for value in $values; do
            expected $profile | grep -qx "$name = $value" ||
                scene finds $profile "$name" "$value"
        done
    done <<<"$table"
done
scene a_file_is_written
scene somebody_was_there
scene a_signal_waits
scene a_file_is_played
scene an_update_waits
curtain

run="$FARFIX sim run --state x --version V --stdio --quirk-file"
says 3 "none.ini" "a file that is not there is exit 3" $run none.ini
printf '[module]\nmodel = x\n' >bad.ini
says 1 "[quirks]" "a file without switches is refused" $run bad.ini
printf '[quirks]\nD1 = maybe\n' >bad.ini
says 1 "bad.ini:2:" "a value that does not exist is refused by its line" \
    $run bad.ini
says 3 "nowhere" "a port that is not there is exit 3" \
    "$FARFIX" modem probe ./nowhere
