#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The note's road with the command line that a user types: A to B by HTTP,
# HTTPS, FTP and through the AT port.
. "$(dirname "$0")/../pack/maker.bash"
. "$root/tests/support/sim.bash"
. "$root/tests/road/servers.bash"
make_pair >/dev/null || { result 1 "releases and keys"; exit; }
mkdir -p releases www && cp -r a b releases/
"$FARFIX" package make --from a --to b --key store.key --full -o www/update.zip \
    >/dev/null
result $? "package make --full"
start_store releases store.key && start_tls && start_ftp "$work/www"
result $? "HTTP, HTTPS and FTP servers run"

# A new module per route (customer: HTTPS, the root lies in /customer), AT+GMR before and after by hand.
road() # ROUTE SOURCE SIM_OPTION...
{
    local route=$1 source=$2 got
    shift 2
    start_sim "$route" --release a --trust release.pub --pty modem \
        --flash-speed fast "$@"
    runs A
    result $? "$route: AT+GMR says A before"
    timeout 120 "$FARFIX" update ./modem "$source" --to B --trust release.pub \
        --json >"$route.json" 2>"$route.err"
    got=$?
    [ "$got" -eq 0 ] && grep -q '"ok":true' "$route.json"
    result $? "$route: farfix update ends with 0"
    [ "$got" -eq 0 ] || sed 's/^/# /' "$route.json" "$route.err" "$log"
    runs B
    result $? "$route: AT+GMR says B after"
    line_open && answers 'AT+CFOTA?' '+CFOTA: 6'
    result $? "$route: AT+CFOTA? says 6"
    line_close
    timeout 120 "$FARFIX" update ./modem "$source" --to B >out 2>&1
    got=$?
    [ "$got" -eq 2 ]
    result $? "$route: once more is exit 2, nothing to do"
    stop_sim
}

path=SIM7000G/A___B/update.zip
export FARFIX_FTP_USER=ftp FARFIX_FTP_PASSWORD=tmf123
road http "http://$http/$path"
road https "https://$https/$path" --ca tls.crt
mkdir -p customer/customer && cp tls.crt customer/customer/
road customer "https://$https/$path"
# %2F: the server's root (RFC 1738, 3.2.2)
road ftp "ftp://$ftp/%2F${work#/}/www/update.zip"
road push www/update.zip
road manual www/update.zip --profile manual

# --- killed in mid-update ---------------------------------------------------

start_sim killed --release a --trust release.pub --pty modem
timeout 120 "$FARFIX" update ./modem www/update.zip --to B --trust release.pub \
    >update.out 2>&1 &
update=$!
until_true grep -q 'update begins' killed.log
sleep "0.$((5 + RANDOM % 5))"
stop_sim KILL
[ $? -eq 137 ] && ! grep -q 'update done' killed.log
result $? "the module is killed with SIGKILL in mid-update"
start_sim killed --pty modem --flash-speed fast
wait "$update"
result $? "started again it completes the update, and farfix update sees it"
sed 's/^/# /' update.out
runs B
result $? "it runs B"
timeout 120 "$FARFIX" update ./modem www/update.zip --to B >out 2>&1
[ $? -eq 2 ]
result $? "farfix update, started again, has nothing to do"
stop_sim
