#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# farfix modem probe --network finds what only a transfer shows, over real
# HTTP, HTTPS and FTP servers, and leaves the module as it was.
. "$(dirname "$0")/../pack/maker.bash"
. "$root/tests/support/sim.bash"
. "$root/tests/support/stage.bash"
probe() { timeout 120 "$FARFIX" modem probe "$port" "$@"; }
bare="--version 1529B05SIM7000G --flash-speed fast"

https_server() # CERTIFICATE PORT: the same files, behind TLS
{
    cat <<CONF
    server {
        listen 127.0.0.1:$2 ssl;
        ssl_certificate $work/$1.crt;
        ssl_certificate_key $work/$1.key;
        root $work/www;
    }
CONF
}

mkdir www && seq 1 120 >www/small.txt && seq 1 200000 >www/long.txt
start_nginx && start_ftp "$work"
result $? "servers for HTTP, HTTPS and FTP are there"
ftp_file=$(ftp_url small.txt) long_file=$(ftp_url long.txt)
ftp_file=ftp://ftp:tmf123@${ftp_file#ftp://}
three=http://$files/small.txt,https://$https/small.txt,$ftp_file

# Every switch that needs the network, as each profile has it.
expected() # PROFILE
{
    printf 'D9 = yes\nD11 = %s\n' "$([ "$1" = sim7070 ] && echo cnact || echo any)"
    case $1 in
    manual-1.03) printf 'D10 = unknown\nD16 = error\nD17 = unknown\nD22 = error\n' ;;
    manual*) printf 'D10 = equal\nD16 = error\nD17 = unknown\nD22 = accept\n' ;;
    *) printf 'D10 = equal\nD16 = yes\nD17 = busy\nD22 = accept\n' ;;
    esac
}

quirks_of() # FILE
{
    sed -n '/^\[quirks\]/,/^$/p' "$1" |
        grep -E '^D(9|10|11|16|17|22) ' | sort
}

# Bearer, settings of FTP, files: what a program can see of a module.
state_of() # FILE
{
    local command
    line_open && until_true at AT
    for command in AT+CMEE? AT+CNACT? AT+SAPBR=2,1 AT+FTPCID? AT+FTPPORT? \
        AT+FTPMODE? AT+FTPTYPE? AT+FTPSERV? AT+FTPUN? AT+FTPPW? \
        AT+FTPGETNAME? AT+FTPGETPATH? AT+CFSTERM AT+CFSINIT AT+CFSGFRS? \
        AT+CFSTERM; do
        at "$command"
        grep -vx 'RDY\|+CFUN: 1\|+CPIN: READY\|SMS Ready\|' heard
    done >"$1"
    line_close
    (cd m && find . -type f ! -name flash.bin -exec cksum {} +) | sort >>"$1"
}

new_one() # PROFILE OPTION...
{
    start_sim m $bare --pty "$PWD/modem" --ca "$work/ca.crt" --profile "$@"
    mkdir -p m/fota && echo mine >m/fota/update.zip
    line_open && until_true answers AT+CPIN? '+CPIN: READY'
    line_close
}

finds() # PROFILE [NAME=VALUE]
{
    local switch=${2-} sentence="$1 ${2-as it is}" also=
    [ "$switch" != D16=error ] || also='s/^D17 = .*/D17 = unknown/'
    new_one "$1" ${switch:+--quirk "$switch"}
    state_of before
    probe --network "$three" -o found.ini 2>err
    local result=$?
    state_of after
    expected "$1" | sed "s/^${switch%=*} = .*/${switch%=*} = ${switch#*=}/
        $also" | sort >wanted
    quirks_of found.ini | diff wanted - >err.log && [ $result -eq 0 ]
    result $? "$sentence: what needs the network is found"
    grep -qx "profile = $1" found.ini
    result $? "$sentence: the nearest profile is named"
    diff before after >changed.log && [ -s before ]
    result $? "$sentence: bearer, settings and files are as they were"
    ! grep -q tmf123 err found.ini
    result $? "$sentence: nobody is told the login"
}

a_bearer_that_was_open_stays_open()
{
    new_one note
    line_open && at AT+CNACT=1 && hear "PDP: ACTIVE"
    result $? "a bearer is open"
    line_close
    state_of before
    probe --network "$three" -o found.ini 2>err
    result $? "such a module is probed"
    state_of after
    diff before after >changed.log && grep -q '+CNACT: 0,1,"' after
    result $? "and the bearer is open as before"
    { expected note | sed 's/^D11 = .*/D11 = unknown/' | sort; } >wanted
    quirks_of found.ini | diff wanted - >err.log
    result $? "so that D11 is not seen, and all else is"
}

it_says_what_it_costs()
{
    new_one note
    probe --network "http://$files/small.txt" --json >out 2>err
    result $? "one file is fetched"
    grep -q "fetches 1 file.* 24 KB" err &&
        grep -q "$(wc -c <"$work/www/small.txt") bytes were fetched" err
    result $? "what it may cost is said before, what came behind"
    grep -q '"D10":"equal"' out && grep -q '"D22":"accept"' out &&
        grep -q '"D9":"unknown"' out && grep -q '"D11":"unknown"' out
    result $? "http alone says nothing of https and FTP"
    [ "$(grep -c 'transfer\|small.txt' m.log)" -le 2 ]
    result $? "it is fetched once"
}

a_long_file_is_cut_off()
{
    new_one note
    state_of before
    probe --network "http://$files/slow/long.txt" -o found.ini 2>err
    [ $? -eq 1 ] && grep -q 'longer than 16384 bytes' err
    result $? "a file that is long is not fetched to its end"
    state_of after && diff before after >changed.log
    result $? "the bearer is closed, and nothing of the file stays"
    grep -q '^D12 = note' found.ini
    result $? "what else was found is written down"
    probe --network "ftp://ftp:tmf123@${long_file#ftp://}" -o found.ini 2>err
    [ $? -eq 1 ] && grep -q 'name one of 16384 at most' err
    result $? "of one by FTP the size is asked first"
    grep -q '^D11 = any$' found.ini && [ ! -e m/datatx/farfix.probe ]
    result $? "it is not fetched, and D11 is found all the same"
}

what_is_missing_is_named()
{
    new_one note
    probe --network "http://$files/none.txt" -o found.ini 2>err
    [ $? -eq 1 ] && grep -q 'status 404' err && grep -q 'D22 = accept' found.ini
    result $? "a file that is missing is named by its status; D22 is found"
    stop_sim
    new_one note --no-bearer
    probe --network "http://$files/small.txt" -o found.ini 2>err
    [ $? -eq 1 ] && grep -q 'no bearer' err
    result $? "no bearer is said"
}

a_certificate_that_nobody_trusts_says_nothing()
{
    new_one note
    probe --network "https://$self/small.txt" -o found.ini 2>err
    [ $? -eq 1 ] && grep -q 'D9 = unknown' found.ini && grep -q 'status 601' err
    result $? "https alone, and it fails: D9 stays unknown"
}

a_signal_ends_it()
{
    echo 'at url 1 stall' >faults
    new_one note --faults faults
    "$FARFIX" modem probe "$port" --network "http://$files/small.txt" --trace \
        >out 2>err &
    walker=$!
    until_true grep -q '> AT+HTTPTOFSRL' err && kill -TERM $walker
    ! wait $walker && [ ! -s out ]
    result $? "a signal ends a transfer that stalls"
    line_open && answers AT+CNACT? '+CNACT: 0,0,"0.0.0.0"' &&
        answers AT+CMEE? '+CMEE: 0' && [ ! -e m/customer/farfix.probe ] &&
        [ "$(cat m/fota/update.zip)" = mine ]
    result $? "once the bearer is closed and all is put back"
}

for profile in note manual manual-1.03 manual-1.04 sim7070; do
    scene finds $profile
done
for switch in D9=603 D9=601 D10=differ D11=sapbr D11=cnact D16=error \
    D17=done D22=error; do
    scene finds note $switch
done
scene a_bearer_that_was_open_stays_open
scene it_says_what_it_costs
scene a_long_file_is_cut_off
scene what_is_missing_is_named
scene a_certificate_that_nobody_trusts_says_nothing
scene a_signal_ends_it
curtain

says 64 "small file" "--network wants addresses" \
    "$FARFIX" modem probe ./nowhere --network www/small.txt
says 64 "6 addresses" "six of them at most" "$FARFIX" modem probe ./nowhere \
    --network http://a/,http://b/,http://c/,http://d/,http://e/,http://f/,http://g/
says 64 "is no FTP address" "a wrong one is refused before the port is opened" \
    "$FARFIX" modem probe ./nowhere --network ftp://a
