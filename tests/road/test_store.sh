#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# farfix update PORT STORE/: the module itself asks the store what there is
# for it, and gets what is signed and newer. From a live store and from its
# tree behind nginx.
. "$(dirname "$0")/../pack/maker.bash"
. "$root/tests/support/sim.bash"
. "$root/tests/support/stage.bash"

mkdir www
make_firmware >maker.log && "$FARFIX" key make foreign >>maker.log &&
    start_store releases store.key
result $? "a store serves A and B"
"$FARFIX" store build --releases releases --key store.key -o www/tree \
    >>maker.log 2>&1 && start_nginx
result $? "its tree stands behind nginx"

# As update() of stage.bash, but the store says where to go.
ask() # STORE OPTION...
{
    timeout --foreground 120 "$FARFIX" update "$port" "$1" --json "${@:2}" \
        >report.json 2>err
    code=$?
}

nothing_is_left()
{
    [ -z "$(ls m/customer 2>/dev/null)" ]
}

newest() # NAME STORE
{
    new_module
    ask "$2" --trust "$work/release.pub"
    [ "$code" -eq 0 ] && reports result done && reports from $A &&
        reports version $B && reports to $B && [ ! -s err ]
    result $? "$1: the module gets what the store has for it"
    status_is 6 && runs $B && nothing_is_left
    result $? "$1: it runs B, and nothing is left in it"
    ask "$2" --trust "$work/release.pub"
    [ "$code" -eq 2 ] && reports result nothing && status_is 6 &&
        nothing_is_left
    result $? "$1: once more is exit 2, nothing newer"
}
scene newest "a live store" "http://$http/"
scene newest "a tree behind nginx" "http://$files/tree/"

untouched() # NAME CODE WORD STORE OPTION...
{
    new_module
    ask "${@:4}"
    [ "$code" -eq "$2" ] && { complains "$3" || reports next ".*$3.*"; } &&
        [ "$(wc -l <report.json)" -eq 1 ] && reports ok false &&
        status_is 8 && runs $A && nothing_is_left &&
        [ ! -e m/fota/update.zip ]
    result $? "$1"
}
scene untouched "an offer under another key is none" 1 \
    "offer is not good" "http://$http/" --trust "$work/foreign.pub"
scene untouched "an address without offers is none" 1 \
    "knows no $model $A" "http://$http/elsewhere/" --trust "$work/release.pub"
scene untouched "--to that is not what it offers is refused" 1 \
    "offers $B" "http://$http/" --trust "$work/release.pub" --to 1529B09SIM7000G
scene untouched "--from that the module does not run is refused" 1 \
    "not from 1529B01" "http://$http/" --trust "$work/release.pub" \
    --from 1529B01SIM7000G

# What the store says of another version, under this one's name.
mkdir -p www/replay/$model/$A
make_variant releases/other "$root/firmware/images/$A" 1529B04SIM7000G 1 \
    >>maker.log 2>&1 && "$FARFIX" store build --releases releases \
    --key store.key -o other >>maker.log 2>&1
cp other/$model/1529B04SIM7000G/next www/replay/$model/$A/next
result $? "an offer for another version is at hand"
scene untouched "an offer for another version is none, whoever signed it" 1 \
    "offers something to $model 1529B04SIM7000G" "http://$files/replay/" \
    --trust "$work/release.pub"

mkdir -p www/long/$model/$A
head -c 5000 /dev/zero | tr '\0' x >www/long/$model/$A/next
scene untouched "an offer that does not end is none" 1 "offer is not good" \
    "http://$files/long/" --trust "$work/release.pub"

dry_run()
{
    new_module
    ask "http://$http/" --trust "$work/release.pub" --dry-run
    [ "$code" -eq 0 ] && reports result dry-run && reports to $B &&
        status_is 8 && runs $A && nothing_is_left &&
        [ ! -e m/fota/update.zip ]
    result $? "--dry-run asks what there is, and stops"
    timeout 120 "$FARFIX" update "$port" "http://me:hidden@$http/" --dry-run \
        --trust "$work/release.pub" --trace >out 2>err
    [ $? -eq 0 ] && grep -q "would fetch http://.*/update.zip as" out &&
        grep -q HTTPTOFS err && ! grep hidden out err
    result $? "it names the package, and never the store's login"
}
scene dry_run

# Who comes while an update runs waits for its end, and then asks.
busy()
{
    new_module --flash-speed real
    "$FARFIX" update "$port" "http://$http/" --trust "$work/release.pub" \
        --trace >walker.log 2>&1 &
    walker=$!
    until_true grep -q '"Updating",[1-9]' walker.log
    kill -9 "$walker"
    wait "$walker" 2>/dev/null
    ask "http://$http/" --trust "$work/release.pub" --trace
    [ "$code" -eq 2 ] && reports result nothing && reports version $B &&
        grep -q '"Updating",[1-9]' err && runs $B && nothing_is_left
    result $? "who comes while the module updates itself waits for the end"
}
scene busy
curtain

"$FARFIX" update nowhere http://$http/ 2>err
[ $? -eq 64 ] && grep -q -- '--trust' err
result $? "a store needs --trust"
"$FARFIX" update nowhere http://$http/ --trust release.pub --info x 2>err
[ $? -eq 64 ] && grep -q -- '--info' err
result $? "a store needs no --info"
"$FARFIX" update nowhere http://$http/x.zip --to $B --channel x 2>err
[ $? -eq 64 ] && grep -q -- '--channel' err
result $? "--channel is a store's"
for bad in http:// http:/// http://me:pw@/ "http://$http/a b/" 'http://x"y/' \
    "http://$http/?x=/" "http://$http/#/"; do
    "$FARFIX" update nowhere "$bad" --trust release.pub 2>err
    [ $? -eq 64 ] && grep -q 'no address of a store' err && ! grep pw err
    result $? "$bad is no store, which is said at once"
done
for bad in '' 'a b' 'a&b=c' 'a"b' ../x Beta; do
    "$FARFIX" update nowhere http://$http/ --trust release.pub \
        --channel "$bad" 2>err
    [ $? -eq 64 ] && grep -q -- '--channel' err
    result $? "'$bad' is no channel, which is said at once"
done
"$FARFIX" update nowhere http://me:pw@$http/x --to $B --channel x 2>err
[ $? -eq 64 ] && grep -q -- '--channel' err && ! grep pw err
result $? "a login stays hidden when an address is refused"
"$FARFIX" update nowhere http://$http/ --trust release.pub \
    --secrets missing.txt 2>err
[ $? -eq 3 ] && grep -q missing.txt err
result $? "secrets that are not there are exit 3"
