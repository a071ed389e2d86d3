#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# ModemManager is asked to leave a USB module alone while its port is ours, and
# is always told when that ends. mmcli is played here, and so is sysfs.
. "$(dirname "$0")/../pack/maker.bash"
. "$root/tests/support/sim.bash"
make_pair >/dev/null || { result 1 "releases and keys"; exit; }
"$FARFIX" package make --from a --to b --key store.key --full -o update.zip \
    >/dev/null

mkdir bin
cat >bin/mmcli <<'SH'
#!/bin/sh
echo "$*" >>mmcli.log
echo $$ >mmcli.pid
case $MANAGER in
none) echo "error: couldn't find the ModemManager process" >&2; exit 1 ;;
deaf) exec sleep 60 ;;
esac
trap 'echo released >>mmcli.log; exit 0' TERM
echo "successfully inhibited device with uid '${1#*=}'"
echo "type Ctrl+C to abort this program and remove the inhibition"
while :; do sleep 0.02; done
SH
chmod +x bin/mmcli
PATH=$work/bin:$PATH
export MANAGER=there

# What sysfs tells of a module in the USB socket 1-2, for the port $port.
plug_in()
{
    local device=$work/sys/devices/usb1/1-2 tty
    tty=$(stat -L -c %Hr:%Lr "$port")
    mkdir -p "$device/1-2:1.2/ttyUSB2/tty/ttyUSB2" sys/dev/char
    echo 1e0e >"$device/idVendor"
    ln -sfn "$device/1-2:1.2/ttyUSB2/tty/ttyUSB2" "sys/dev/char/$tty"
    export SYSFS_PATH=$work/sys
}

start_sim m --release a --trust release.pub --pty modem --flash-speed fast
result $? "a module"
modem() { timeout 60 "$FARFIX" modem "$@"; }
gone_manager() { ! kill -0 "$(cat mmcli.pid)" 2>/dev/null; }

modem status ./modem >out 2>err && [ ! -e mmcli.log ]
result $? "a port that is not on USB troubles nobody"
plug_in
modem status ./modem --trace >out 2>err &&
    [ "$(head -n 1 mmcli.log)" = "--inhibit-device=$work/sys/devices/usb1/1-2" ]
result $? "ModemManager is asked by the USB device's path"
[ "$(tail -n 1 mmcli.log)" = released ] && gone_manager
result $? "and told when the port is closed"
sed -n 1p err | grep -q '# ModemManager leaves the module alone'
result $? "before anything is said to the module"
rm mmcli.log
modem status ./modem --no-inhibit >out && [ ! -e mmcli.log ]
result $? "--no-inhibit leaves it out"
MANAGER=none modem status ./modem >out 2>err && [ ! -s err ] && gone_manager
result $? "without ModemManager all goes on"
MANAGER=deaf modem status ./modem >out 2>err && [ ! -s err ] && gone_manager
result $? "a ModemManager that does not answer is not waited for long"
mkdir tools && for tool in timeout "$FARFIX"; do
    ln -s "$(command -v "$tool")" tools
done
PATH=$work/tools modem status ./modem >out 2>err && [ ! -s err ]
result $? "without mmcli as well"
rm -f mmcli.log
says 1 "busy" "a port that is busy ends it" \
    flock ./modem "$FARFIX" modem info ./modem
[ "$(tail -n 1 mmcli.log)" = released ] && gone_manager
result $? "and ModemManager is told then, too"

# --- however it ends --------------------------------------------------------

begin_update()
{
    rm -f mmcli.log
    : >err
    env --default-signal=INT "$FARFIX" update ./modem update.zip --to B \
        --trace >out 2>err &
    walker=$!
    until_true grep -q '# ModemManager' err
}
for name in KILL INT TERM; do
    begin_update && ! gone_manager
    result $? "it is kept away before SIG$name"
    kill "-$name" "$walker"
    wait "$walker" 2>/dev/null
    until_true gone_manager
    result $? "SIG$name to farfix: ModemManager is free again"
done
stop_sim
