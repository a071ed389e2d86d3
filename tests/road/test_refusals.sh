#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What goes wrong on the note's road. Each case ends with A running, the
# status or error that the design names, exit 1, and one line that says the
# cause and the next step; and the same module then takes the good package.
. "$(dirname "$0")/../pack/maker.bash"
. "$root/tests/support/sim.bash"
. "$root/tests/support/stage.bash"
export FARFIX_FTP_USER=ftp FARFIX_FTP_PASSWORD=tmf123
trust="--trust $work/release.pub"
path=$model/${A}___$B/update.zip

# --- packages ---------------------------------------------------------------

mkdir www
package() # FROM TO FILE [OPTION...]
{
    make_package "$1" "$2" "www/$3" "${@:4}"
}

{
    make_firmware && key=store.key package releases/$A releases/$B good.zip &&
        key=store.key package releases/$A releases/$B full.zip --full
} >maker.log 2>&1
result $? "the good packages are made"

# The same images as A's or B's: only what the name says is wrong.
{
    make_variant past releases/$A 1529B04SIM7000G 4 &&
        package past releases/$B source.zip &&
        make_variant model_a releases/$A $A 5 SIM7000E &&
        make_variant model_b releases/$B $B 6 SIM7000E &&
        package model_a model_b model.zip &&
        make_variant prefix_a releases/$A $A 5 SIM7000G-N &&
        make_variant prefix_b releases/$B $B 6 SIM7000G-N &&
        package prefix_a prefix_b prefix.zip &&
        make_variant a3 releases/$A $A 3 &&
        make_variant b4 releases/$B $B 4 &&
        package a3 b4 older.zip &&
        make_variant b5 releases/$B $B 5 &&
        package a3 b5 equal.zip &&
        make_variant a6 releases/$A $A 6 &&
        make_variant b66 releases/$B $B 65542 &&
        package a6 b66 leap.zip &&
        cp -r releases/$A rebuilt && echo >>rebuilt/ap.bin &&
        "$FARFIX" release sign rebuilt --key release.key &&
        package rebuilt releases/$B rebuilt.zip &&
        "$FARFIX" key make stranger && key=stranger.key &&
        make_variant stranger_a releases/$A $A 5 &&
        make_variant stranger_b releases/$B $B 6 &&
        package stranger_a stranger_b stranger.zip
} >>maker.log 2>&1
result $? "packages with one wrong fact each are made by the maker itself"
[ "$count" -eq 2 ] && ! grep -q '^farfix:' maker.log ||
    sed 's/^/# /' maker.log

# OFFSET of the first byte of the content of entry NAME.
inside() # NAME
{
    LC_ALL=C grep -aobF "$1" www/good.zip | sed -n "1s/:.*//p" |
        { read -r at && echo $((at + ${#1})); }
}

flip() # FILE OFFSET BIT: as good.zip, but one bit is the other way round
{
    local byte
    byte=$(od -An -tu1 -j "$2" -N 1 www/good.zip)
    cp www/good.zip "www/$1"
    printf "\\x$(printf %x $((byte ^ (1 << $3))))" |
        dd of="www/$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
    ! cmp -s www/good.zip "www/$1"
}

size=$(stat -c %s www/good.zip)
directory=$(LC_ALL=C grep -aobP 'PK\x01\x02' www/good.zip | head -n 1)
directory=${directory%%:*}
head -c $((size / 2)) www/good.zip >www/half.zip
head -c $((size - 1)) www/good.zip >www/short.zip
head -c "$directory" www/good.zip >www/headless.zip
head -c 7 www/good.zip >www/scrap.zip
{ cat www/good.zip && echo; } >www/long.zip
head -c 5000 /dev/urandom >www/noise.zip
: >www/empty.zip

# --- servers ----------------------------------------------------------------

# Says 200 and CONTENT_LENGTH, then sends good.zip whatever that means.
start_liar() # NAME CONTENT_LENGTH
{
    cat >"$1.sh" <<SH
while read -r line && [ "\${#line}" -gt 1 ]; do :; done
printf 'HTTP/1.1 200 OK\r\nContent-Length: $2\r\nConnection: close\r\n\r\n'
cat www/good.zip
SH
    : >"$1.log"
    socat -d -d TCP-LISTEN:0,bind=127.0.0.1,fork EXEC:"sh $1.sh" 2>"$1.log" &
    until_true grep -q 'listening on' "$1.log" || return 1
    liar=127.0.0.1:$(sed -n 's/.*listening on .*:\([0-9]*\)$/\1/p' "$1.log")
}

start_store releases store.key && start_nginx && start_ftp "$work/www"
result $? "the store, nginx and vsftpd run"
start_liar boaster $((size + 1000)) && boaster=$liar &&
    start_liar miser $((size - 100)) && miser=$liar
result $? "servers that lie about lengths run"

# --- refused by the module --------------------------------------------------

takes_the_good_one() # NAME
{
    update "http://$files/good.zip" $trust
    [ "$code" -eq 0 ] && reports result done && runs $B
    result $? "$1: the good package after it makes it B"
}

is_refused() # NAME WORD
{
    [ "$code" -eq 1 ] && reports result refused && reports ok false &&
        reports cfota 7
    result $? "$1: exit 1, refused, status 7"
    complains "$2"
    result $? "$1: one line says '$2'"
    runs $A && status_is 7
    result $? "$1: A runs, AT+CFOTA? says 7"
}

refused() # NAME WORD SOURCE [UPDATE_OPTION...]
{
    new_module
    update "$3" "${@:4}"
    is_refused "$1" "$2"
    takes_the_good_one "$1"
}

bad() # FILE WORD NAME
{
    scene refused "$3" "$2" "http://$files/$1" $trust
}

bad source.zip "starts from 1529B04" "another source version"
bad rebuilt.zip "differs from release" "another build of the source version"
bad model.zip "made for SIM7000E" "another model"
bad prefix.zip "made for SIM7000G-N" "a model whose name only begins so"
bad older.zip "sequence" "an older sequence"
bad equal.zip "sequence" "an equal sequence"
bad leap.zip "sequence" "a sequence too far ahead"
bad stranger.zip "trusted key" "a stranger's signatures"
bad noise.zip "not made by farfix" "a file of noise"
bad half.zip "truncated" "half a package"
bad short.zip "truncated" "a package without its last byte"
bad headless.zip "truncated" "a package without its directory"
bad scrap.zip "truncated" "seven bytes of a package"
bad long.zip "altered" "a package with one byte more"

flipped() # NAME OFFSET WORD
{
    flip "flip_$2.zip" "$2" $(($2 % 8)) &&
        bad "flip_$2.zip" "$3" "one bit of $1 (byte $2 of $size)"
}
flipped "the first magic" 2 "altered"
flipped "the release" $(($(inside release) + 20)) "trusted key"
flipped "the release's signature" $(($(inside release.sig) + 30)) "trusted key"
flipped "the certificate" $(($(inside cert) + 40)) "trusted key"
flipped "the package's manifest" $(($(inside package) + 40)) "trusted key"
flipped "the package's signature" $(($(inside package.sig) + 9)) "trusted key"
flipped "a payload" $((directory - 1)) "payload"
flipped "a payload's size" $(($(inside package.sig) - 23)) "altered"
flipped "the directory" $((directory + 11)) "altered"
flipped "the last byte" $((size - 1)) "altered"

scene refused "no --trust" "--trust" "$work/www/source.zip"
scene refused "no --trust, by ftp" "--trust" "$(ftp_url model.zip)"
scene refused "a server that sends too little" "truncated" \
    "http://$miser/update.zip" $trust

# --- not even sent ----------------------------------------------------------

unsent() # FILE WORD NAME
{
    new_module
    update "$work/www/$1" $trust
    [ "$code" -eq 1 ] && complains "$2" && [ ! -e m/fota/update.zip ]
    result $? "$3: exit 1, nothing is sent, one line says '$2'"
    runs $A && status_is 8
    result $? "$3: A runs, status 8"
}
flip unsent.zip $((directory - 9)) 3
scene unsent unsent.zip "payload" "with --trust a flipped bit"
scene unsent half.zip "truncated" "with --trust half a package"
scene unsent source.zip "1529B04" "with --trust another source version"
scene unsent model.zip "SIM7000E" "with --trust another model"
scene unsent prefix.zip "SIM7000G-N" "with --trust a longer model name"
scene unsent stranger.zip "trusted key" "with --trust a stranger's signatures"

# Read a second time it would be the good one.
changing()
{
    new_module
    mkfifo package.zip
    (
        cat "$work/www/unsent.zip" >package.zip
        sleep 1
        exec cat "$work/www/good.zip" >package.zip
    ) &
    walker=$!
    update package.zip $trust
    [ "$code" -eq 1 ] && complains payload && status_is 8 && runs $A
    result $? "with --trust a file that changes: what is checked is what is sent"
}
scene changing
scene unsent empty.zip "empty" "an empty file"

no_file()
{
    new_module
    update "$work/www/none.zip"
    [ "$code" -eq 3 ] && [ "$(wc -l <err)" -eq 1 ] && grep -q none.zip err &&
        runs $A
    result $? "a file that does not exist: exit 3, one line names it"
}
scene no_file

# --- never arrived ----------------------------------------------------------

fails() # NAME RESULT WORD SOURCE [UPDATE_OPTION...]
{
    update "$4" --tries 1 "${@:5}"
    [ "$code" -eq 1 ] && reports result "$2" && reports ok false &&
        reports cfota 8
    result $? "$1: exit 1, the report says $2"
    complains "$3"
    result $? "$1: one line says '$3'"
    runs $A && status_is 8
    result $? "$1: A runs, status 8"
}

http_errors()
{
    local store=http://$http
    new_module
    fails "404" not-found "404" "$store/$model/${A}___1529B09/update.zip"
    fails "403" http-refused "403" "http://$files/forbidden"
    fails "503" http-failed "503" "http://$files/broken"
    fails "a redirect" http-status "302" "http://$files/moved"
    fails "a dead server" server "601" "http://127.0.0.1:1/update.zip"
    fails "a server that hangs up early" server "601" "http://$boaster/u.zip"
    fails "an empty file by http" size "size" "http://$files/empty.zip"
    takes_the_good_one "after all these"
}
scene http_errors

tls_errors()
{
    new_module --ca "$work/ca.crt"
    fails "a self-signed certificate" tls "certificate" "https://$self/$path"
    fails "another host's certificate" tls "certificate" \
        "https://$stranger/$path"
    fails "an expired certificate" tls "certificate" "https://$expired/$path"
    update "https://$https/$path"
    [ "$code" -eq 0 ] && runs $B
    result $? "the right certificate is taken after these"
}
scene tls_errors

unknown_ca()
{
    new_module
    fails "a CA that the module does not know" tls "certificate" \
        "https://$https/$path"
}
scene unknown_ca

ftp_errors()
{
    new_module
    FARFIX_FTP_PASSWORD=wrong fails "a wrong FTP password" ftp-login \
        "password" "$(ftp_url good.zip)"
    fails "a file that the FTP server does not have" ftp-file "file" \
        "$(ftp_url none.zip)"
    fails "a dead FTP server" server "server" "ftp://127.0.0.1:1/update.zip"
    takes_the_good_one "after FTP failed"
}
scene ftp_errors

fails_on() # NAME RESULT WORD SOURCE SIM_OPTION...
{
    new_module "${@:5}"
    fails "$1" "$2" "$3" "$4"
}
scene fails_on "no SIM" no-sim "SIM" "http://$files/good.zip" --no-sim
scene fails_on "no bearer" no-bearer "bearer" "http://$files/good.zip" \
    --no-bearer
echo SIM_PIN=1234 >pin
scene fails_on "a locked SIM" sim-pin "PIN" "http://$files/good.zip" \
    --secrets "$work/pin"
scene fails_on "FTP to firmware that has none" ftp-unsupported "http" \
    "$(ftp_url good.zip)" --profile manual

# --- no room ----------------------------------------------------------------

full_module()
{
    new_module
    mkdir -p m/datatx && truncate -s 22151000 m/datatx/big
    fails "a full file system, by push" no-space "full" "$work/www/full.zip"
    fails "a full file system, by http" no-space "full" \
        "http://$files/full.zip"
    fails "a full file system, by ftp" no-space "full" "$(ftp_url full.zip)"
    rm m/datatx/big
    takes_the_good_one "with room again"
}
scene full_module

# --- by hand, in the note's words -------------------------------------------

refuses() # COMMAND
{
    ! at "$1" && [ "$line" = '+CME ERROR: 3' ]
}

fetches() # URL FILE STATUS
{
    at "AT+HTTPTOFS=\"$1\",\"/fota/$2\"" && hear '^[+]HTTPTOFS: ' &&
        [[ $line == "+HTTPTOFS: $3,"* ]]
}

by_hand()
{
    new_module
    line_open && until_true answers 'AT+CGATT?' '+CGATT: 1' &&
        at AT+CMEE=1
    refuses AT+CFOTA=1
    result $? "AT+CFOTA=1 without a package: CME 3"
    fetches "http://$files/good.zip" update.zip 601
    result $? "AT+HTTPTOFS without a bearer: 601"
    at AT+CNACT=1 && hear 'PDP: ACTIVE' &&
        fetches "http://$files/good.zip" other.zip 200 &&
        [ -s m/fota/other.zip ]
    result $? "AT+HTTPTOFS takes any name"
    refuses AT+CFOTA=1
    result $? "but AT+CFOTA=1 takes update.zip only: CME 3"
    fetches "http://$files/good.zip" update.zip 200 && at AT+CFSINIT &&
        refuses AT+CFOTA=1
    result $? "AT+CFOTA=1 while the file buffer is held: CME 3"
    at AT+CFSTERM && answers AT+GMR Revision:$A &&
        answers 'AT+CFOTA?' '+CFOTA: 8'
    result $? "A runs, status 8"
    at AT+CNACT=0 && hear 'PDP: DEACTIVE' &&
        fetches "http://$files/good.zip" update.zip 601
    result $? "AT+HTTPTOFS after AT+CNACT=0: 601"
    line_close
    takes_the_good_one "after the note by hand"
}
scene by_hand

curtain
