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

stop_bus()
{
    [ ! -s bus.pid ] || kill "$(cat bus.pid)" 2>/dev/null
    stop_all
}
trap stop_bus EXIT

# A session's bus that also stands for the system's.
dbus-daemon --session --fork --print-address=5 --print-pid=6 5>address 6>bus.pid
read -r DBUS_SESSION_BUS_ADDRESS <address
export DBUS_SESSION_BUS_ADDRESS
export DBUS_SYSTEM_BUS_ADDRESS=$DBUS_SESSION_BUS_ADDRESS
[ -S "$(sed 's/.*path=\([^,]*\).*/\1/' address)" ] || [ -s address ]
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

# --- oFono ------------------------------------------------------------------

# oFono 1.31 dereferences null when AT+CPIN? says ERROR: the SIM is up first.
limit=8; start_sim m2 $new --tcp 127.0.0.1:0 && line_open && hear '^SMS Ready$'
result $? "a module waits for oFono"
line_close
cat >phonesim.conf <<CONF
[farfix]
Address=127.0.0.1
Port=${port##*:}
CONF
OFONO_PHONESIM_CONFIG=$PWD/phonesim.conf OFONO_AT_DEBUG=1 ofonod -n -d >ofono.log 2>&1 &
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
    until_true property Modem Serial 866425030000005
result $? "oFono knows maker, model, the release's version, IMEI"
until_true property SimManager SubscriberIdentity 460115030000005 &&
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
cp ofono.log signals reply m2.log /tmp/fg/; stop_sim
result $? "the module ends with 0"
