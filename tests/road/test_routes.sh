#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The note's road with the commands that a user types, from A to B on real
# firmware: by HTTP, HTTPS, FTP and through the AT port; with the module or
# farfix killed, or the power cut, in the middle.
. "$(dirname "$0")/../pack/maker.bash"
. "$root/tests/support/sim.bash"
. "$root/tests/support/stage.bash"
export FARFIX_FTP_USER=ftp FARFIX_FTP_PASSWORD=tmf123

mkdir www
make_firmware >maker.log && key=store.key make_package releases/$A \
    releases/$B www/delta.zip >>maker.log && key=store.key make_package \
    releases/$A releases/$B www/full.zip --full >>maker.log &&
    [ "$(stat -c %s www/delta.zip)" -lt "$(stat -c %s www/full.zip)" ]
result $? "a delta and a full package of real firmware are made"

head -c 5000 /dev/urandom >releases/vendor.zip
"$FARFIX" package import releases/vendor.zip --model $model --from $A --to $B \
    --key store.key >>maker.log
result $? "a vendor's package gets its signed side-file"
# The store serves one package for A to B: here the vendor's has its own store.
mkdir vendor && mv releases/vendor.zip* vendor
start_store vendor store.key
result $? "a store serves the vendor's package"
vendor_store=$http
start_store releases store.key && start_nginx && start_ftp "$work/www"
result $? "the store, nginx and vsftpd run"
path=$model/${A}___$B/update.zip

# --- all routes -------------------------------------------------------------

package_is_gone()
{
    line_open && until_true at AT && at AT+CFSINIT &&
        ! at 'AT+CFSGFIS=1,"update.zip"' && at AT+CFSTERM &&
        [ ! -e m/fota/update.zip ]
    local result=$?
    line_close
    return $result
}

arrives() # NAME: what counts as success of the farfix update before
{
    [ "$code" -eq 0 ] && reports result done && reports from $A &&
        reports version $B && reports cfota 6 && [ ! -s err ]
    result $? "$1: farfix update ends with 0 and says from where to where"
    socat_sees $B
    result $? "$1: AT+GMR says B after"
    status_is 6
    result $? "$1: AT+CFOTA? says 6"
    package_is_gone
    result $? "$1: update.zip is gone"
}

road() # NAME SOURCE SIM_OPTION...
{
    local name=$1 source=$2
    new_module "${@:3}"
    socat_sees $A
    result $? "$name: AT+GMR says A before"
    update "$source" --trust "$work/release.pub"
    arrives "$name"
    [[ $source != *:* ]] && reports data_used 0 ||
        { [[ $source == *:* ]] && reports data_used "[1-9][0-9]*"; }
    result $? "$name: the report counts what went over the air"
    update "$source" --trust "$work/release.pub"
    [ "$code" -eq 2 ] && reports result nothing && [ ! -s err ]
    result $? "$name: once more is exit 2, nothing to do"
}

tcp="--tcp 127.0.0.1:0"
scene road "http, delta" "http://$http/$path"
scene road "https, delta" "https://$https/$path" --ca "$work/ca.crt"
scene road "ftp, full" "$(ftp_url full.zip)"
scene road "file, delta" "$work/www/delta.zip"
scene road "file, full" "$work/www/full.zip"
scene road "http over tcp, full" "http://$files/full.zip" $tcp
scene road "ftp over tcp, delta" "$(ftp_url delta.zip)" $tcp
scene road "file over tcp, full" "$work/www/full.zip" $tcp
scene road "http, profile manual" "http://$http/$path" --profile manual
scene road "file, profile manual" "$work/www/full.zip" --profile manual
scene road "file, no SIM" "$work/www/delta.zip" --no-sim

# --- on the way -------------------------------------------------------------

dry_run()
{
    new_module
    update "http://$http/$path" --dry-run
    [ "$code" -eq 0 ] && reports result dry-run && status_is 8 &&
        [ ! -e m/fota/update.zip ] && runs $A
    result $? "--dry-run changes nothing"
}
scene dry_run

vendor() # NAME SOURCE
{
    local digest
    digest=$(sha256sum "$work/vendor/vendor.zip" | cut -d' ' -f1)
    new_module --vendor "$digest=$A:$B"
    update "$2" --trust "$work/release.pub"
    arrives "$1"
}
scene vendor "vendor's file" "$work/vendor/vendor.zip"
scene vendor "vendor's file, by its side-file" "$work/vendor/vendor.zip.info"

# The side-file says what to play, and what must have arrived.
signed_vendor() # NAME SOURCE
{
    new_module --vendor "$work/vendor/vendor.zip"
    update "$2" --trust "$work/release.pub" --info "$work/vendor/vendor.zip.info"
    arrives "$1"
}
scene signed_vendor "vendor's file by http" "http://$vendor_store/$path"

bent_vendor()
{
    new_module --vendor "$work/vendor/vendor.zip"
    update "$1" --trust "$work/release.pub" \
        --info "$work/vendor/vendor.zip.info" --tries 1
    [ "$code" -eq 1 ] && grep -q "$2" err && status_is 8 && runs $A
    result $? "a vendor's file that is not its side-file's is never used: $3"
}
{ head -c 4999 vendor/vendor.zip && printf x; } >www/bent.zip
head -c 4999 vendor/vendor.zip >www/short.zip
scene bent_vendor "http://$files/bent.zip" "not the package" "by http, other bytes"
scene bent_vendor "http://$files/short.zip" size "by http, shorter"
scene bent_vendor "$work/www/bent.zip" digest "through the AT port"

# --from cannot make another source of the one that is signed.
other_source()
{
    new_module --vendor "$work/vendor/vendor.zip"
    update "$work/other/vendor.zip" --trust "$work/release.pub" --from $A \
        "$@"
    [ "$code" -eq 1 ] && complains 1529B04 && status_is 8 && runs $A
    result $? "a vendor's file from another version is not sent, whatever --from says${1:+, with $1}"
}
mkdir other && cp vendor/vendor.zip other
"$FARFIX" package import other/vendor.zip --model $model \
    --from 1529B04SIM7000G --to $B --key store.key >maker.log
scene other_source
scene other_source --info "$work/other/vendor.zip.info"

# What the store answers to "anything for me?" serves as well.
offered()
{
    new_module
    curl -sSf "http://$http/$model/$A/next" >next.info
    update "http://$http/$path" --trust "$work/release.pub" --info next.info
    arrives "by next"
}
scene offered

# --- killed -----------------------------------------------------------------

# farfix update in the background until its trace has PATTERN.
begin_update() # SOURCE [PATTERN]
{
    : >walker.log
    "$FARFIX" update "$port" "$1" --to $B --json --trace >report.json \
        2>walker.log &
    walker=$!
    until_true grep -qE "${2:-\"Updating\",[1-9]}" walker.log
}

end_update()
{
    until_true gone_walker || return 1
    wait "$walker"
    code=$?
    : >err # it holds the trace
    walker=
}

gone_walker()
{
    ! kill -0 "$walker" 2>/dev/null
}

module_killed() # NAME SIM_OPTION...
{
    local name=$1
    new_module --flash-speed real "${@:2}"
    set -- "${@:2}"
    begin_update "$work/www/full.zip" && kill_module
    ! grep -q 'update done' m.log
    result $? "$name is killed in mid-update, farfix update waits"
    [[ $port != tcp:* ]] || set -- --tcp "${port#tcp:}"
    [ $# -gt 0 ] || set -- --pty "$PWD/modem"
    start_sim m --flash-speed fast "$@" && end_update
    result $? "$name comes back, farfix update sees its end"
    arrives "$name, killed"
}
scene module_killed "a module on a PTY"
scene module_killed "a module on TCP" $tcp

killed_while_it_fetches() # NAME SOURCE PATTERN
{
    new_module
    begin_update "$2" "$3" && kill_module
    ! grep -q 'reset: AT+CFOTA=1' m.log && [ ! -e m/fota/update.zip ]
    result $? "$1: the module is killed while the package comes"
    start_sim m --pty "$PWD/modem" --flash-speed fast && end_update
    result $? "$1: the module comes back, farfix update begins anew"
    arrives "$1, killed on the way"
}
scene killed_while_it_fetches "http" "http://$files/slow/full.zip" \
    'HTTPTOFSRL: 1,[1-9]'

module_killed_alone()
{
    new_module --flash-speed real
    mkdir -p m/fota && cp "$work/www/full.zip" m/fota/update.zip
    line_open && until_true at AT && at AT+CFOTA=1 &&
        hear '"Updating",[1-9]'
    line_close
    kill_module
    ! grep -q 'update done' m.log
    result $? "a module is killed in mid-update, alone"
    start_sim m --pty "$PWD/modem" --flash-speed fast && socat_sees $B &&
        status_is 6
    result $? "started again it ends as B by itself"
    update "$work/www/full.zip"
    [ "$code" -eq 2 ]
    result $? "and farfix update has nothing left to do"
}
scene module_killed_alone

farfix_killed()
{
    new_module --flash-speed real
    begin_update "$work/www/full.zip" && kill -9 "$walker"
    wait "$walker" 2>/dev/null
    ! grep -q 'update done' m.log
    result $? "farfix update is killed in mid-update"
    update "$work/www/full.zip"
    [ "$code" -eq 0 ] && reports result done && reports version $B &&
        status_is 6
    result $? "started again it waits for the end, and the end is B"
}
scene farfix_killed

power_cuts() # NAME CUT...
{
    local name=$1
    printf 'seed 7\n' >faults
    printf 'at flash %d tear %d\n' "${@:2}" >>faults
    new_module --faults faults --off-ms 200
    update "$work/www/full.zip"
    [ "$(grep -c 'power cut' m.log)" -eq $((($# - 1) / 2)) ]
    result $? "$name: the power is cut $((($# - 1) / 2)) times inside the update"
    arrives "$name"
}
scene power_cuts "cut early" 1 0
scene power_cuts "cut in the middle" 60 3
scene power_cuts "cut again and again" 12 1 3 2 40 4 25 5

curtain
