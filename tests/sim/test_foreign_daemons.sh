#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The two modem daemons of Linux drive the virtual module: ModemManager with its
# SimTech plugin, oFono with its driver for modems behind a TCP port. Both live
# on a bus of their own here and see no other hardware.
. "$(dirname "$0")/../pack/maker.bash"
. "$root/tests/support/sim.bash"
make_pair >/dev/null || { result 1 "releases and keys"; exit; }
new="--release a --trust release.pub --flash-speed fast"
PATH=$PATH:/usr/sbin:/sbin # where Debian keeps daemons

printf -v serial '9%09d' $((($$ * 32768 + RANDOM) % 1000000000))
stop_bus()
{
    rm -rf "/var/lib/ofono/46011$serial" "/var/lib/ofono/46011$serial"-[0-9]*
    [ ! -s bus.pid ] || kill "$(cat bus.pid)" 2>/dev/null
    stop_all
}
trap stop_bus EXIT

# A session's bus that also stands for the system's.
dbus-daemon --session --fork --print-address=5 --print-pid=6 5>address 6>bus.pid
read -r DBUS_SESSION_BUS_ADDRESS <address
export DBUS_SESSION_BUS_ADDRESS
export DBUS_SYSTEM_BUS_ADDRESS=$DBUS_SESSION_BUS_ADDRESS
[ -n "$DBUS_SESSION_BUS_ADDRESS" ]
result $? "a bus of our own"

call() # SERVICE OBJECT METHOD ARGUMENT...
{
    local service=$1
    shift
    timeout "$limit" dbus-send --system --print-reply --dest="$service" "$@" \
        >reply 2>&1
}

# COMMAND prints a line with every TEXT.
shows() # "COMMAND..." TEXT...
{
    local command=$1 text
    shift
    timeout "$limit" $command >out 2>&1 || return 1
    for text; do
        grep -qF -- "$text" out || return 1
    done
}

# --- ModemManager -----------------------------------------------------------

# A virtual port of ModemManager is a Unix socket, which socat makes of the
# module's TCP port: one peer at a time, however often it closes and opens.
start_sim m1 $new --tcp 127.0.0.1:0 --sms "+4915112345678:look now@0" &&
    line_open && hear '^[+]CMTI: "SM",1$'
result $? "a module with an SMS waits for ModemManager"
line_close
socat -t 0 UNIX-LISTEN:modem.port,fork "TCP:${port#tcp:}" 2>socat.log &
ModemManager --test-session --test-enable --test-no-udev --test-no-qrtr \
    --test-no-suspend-resume --no-auto-scan --debug >manager.log 2>&1 &
manager=$!
until_true [ -S modem.port ] &&
    until_true grep -q 'service name .* was acquired' manager.log &&
    call org.freedesktop.ModemManager1 /org/freedesktop/ModemManager1 \
        org.freedesktop.ModemManager1.Test.SetProfile string:farfix \
        string:simtech array:string:modem.port
result $? "ModemManager takes the port for a modem of SimTech"

until_true shows "mmcli -m any" 'plugin: simtech' 'manufacturer: SIMCOM_Ltd' \
    'model: SIMCOM_SIM7000G' 'firmware revision: Revision:A' \
    'equipment id: 866425030000006'
result $? "mmcli shows maker, model, the release's version, IMEI"
timeout "$limit" mmcli -m any -e >out 2>&1
result $? "ModemManager enables the modem"
until_true shows "mmcli -m any" 'state: registered' 'signal quality: 87%' \
    'operator id: 46011' 'operator name: CHN-CT' 'own: +8613912345678' \
    'packet service state: attached'
result $? "it is registered: operator, signal, own number"
shows "mmcli -i any" 'imsi: 460115030000006' 'iccid: 8986036425030000006'
result $? "the SIM is read"

until_true shows "mmcli -m any --messaging-list-sms" '(received)' &&
    shows "mmcli -s 0" 'number: +4915112345678' 'text: look now' \
        'state: received'
result $? "the SMS that came is listed and read"
timeout "$limit" mmcli -m any --messaging-create-sms \
    "number='+4915199999999',text='hello from ModemManager'" >out 2>&1 &&
    sms=$(grep -o '/org/[^ ]*/SMS/[0-9]*' out) &&
    timeout "$limit" mmcli -s "$sms" --send >out 2>&1 &&
    grep -q 'SMS to +4915199999999: hello from ModemManager$' m1.log
result $? "an SMS leaves through ModemManager"
timeout "$limit" mmcli -m any --messaging-create-sms \
    "number='+8613912345678',text='to myself'" >out 2>&1 &&
    sms=$(grep -o '/org/[^ ]*/SMS/[0-9]*' out) &&
    timeout "$limit" mmcli -s "$sms" --send >out 2>&1 &&
    until_true grep -q 'CMTI: "' manager.log &&
    until_true shows "mmcli -s 3" 'text: to myself' 'state: received'
result $? "an SMS that comes while it runs is announced and read"
timeout "$limit" mmcli -m any --messaging-delete-sms=0 >out 2>&1 &&
    ! shows "mmcli -s 0" 'look now'
result $? "an SMS is deleted"
timeout "$limit" mmcli -m any -d >out 2>&1
result $? "ModemManager disables the modem"
kill "$manager" && wait "$manager" 2>/dev/null
stop_sim

# --- oFono ------------------------------------------------------------------

# oFono 1.31 dereferences null when AT+CPIN? says ERROR: the SIM is up first. Its
# driver expects no echo. As root it keeps messages in /var/lib/ofono/IMSI: ours
# is one that nobody else has.
start_sim m2 $new --tcp 127.0.0.1:0 --imei "86642$serial" && line_open &&
    hear '^SMS Ready$' && at ATE0
result $? "a module waits for oFono"
line_close
cat >phonesim.conf <<CONF
[farfix]
Address=127.0.0.1
Port=${port##*:}
CONF
OFONO_PHONESIM_CONFIG=$PWD/phonesim.conf ofonod -n >ofono.log 2>&1 &
ofono=$!
dbus-monitor --system "type='signal',sender='org.ofono'" >signals 2>&1 &

property() # INTERFACE NAME VALUE: it has that value
{
    call org.ofono /farfix "org.ofono.$1.GetProperties" || return 1
    grep -A 1 -F "string \"$2\"" reply | grep -qE "variant +[a-z0-9]+ \"?$3\"?$"
}

set_modem() # NAME
{
    call org.ofono /farfix org.ofono.Modem.SetProperty "string:$1" \
        variant:boolean:true
}

until_true set_modem Powered && property Modem Powered true
result $? "oFono powers the modem"
until_true property Modem Manufacturer SIMCOM_Ltd &&
    until_true property Modem Model SIMCOM_SIM7000G &&
    until_true property Modem Revision Revision:A &&
    until_true property Modem Serial "86642$serial"
result $? "oFono knows maker, model, the release's version, IMEI"
until_true property SimManager SubscriberIdentity "46011$serial" &&
    property SimManager PinRequired none
result $? "the SIM is read"
set_modem Online && until_true property NetworkRegistration Status registered &&
    until_true property NetworkRegistration Name CHN-CT &&
    until_true property NetworkRegistration Strength 87
result $? "it is online: registered, operator, signal"
until_true property MessageManager ServiceCenterAddress '[+]8613800100500' &&
    call org.ofono /farfix org.ofono.MessageManager.SendMessage \
        string:+4915199999999 'string:hello from oFono' &&
    until_true grep -q 'SMS to +4915199999999: hello from oFono$' m2.log
result $? "an SMS leaves through oFono"
call org.ofono /farfix org.ofono.MessageManager.SendMessage \
    string:+8613912345678 'string:to myself' &&
    until_true grep -q 'member=IncomingMessage' signals &&
    until_true grep -q '"to myself"' signals
result $? "an SMS that comes is a signal on the bus"
kill "$ofono" && wait "$ofono" 2>/dev/null
stop_sim
result $? "the module ends with 0"
