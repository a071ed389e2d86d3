#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A release key's life on a module (row A30): B introduces the next one, C is
# its first release, D revokes the old one, and then whoever has the old one
# has nothing.
. "$(dirname "$0")/../pack/maker.bash"
. "$root/tests/support/sim.bash"
. "$root/tests/support/stage.bash"
C=1529B07SIM7000G D=1529B08SIM7000G E=1529B09SIM7000G F=1529B10SIM7000G

mkdir www
sign() # DIR OPTION...
{
    "$FARFIX" release sign "$1" "${@:2}"
}
{
    make_firmware && "$FARFIX" key make new &&
        make_variant c releases/$A $C 7 && make_variant d releases/$B $D 8 &&
        make_variant e releases/$A $E 9 && make_variant f releases/$A $F 10 &&
        sign releases/$B --key release.key --next-key new.pub &&
        sign c --key new.key && sign d --key new.key --revoke release.pub &&
        sign f --key new.key &&
        key=store.key make_package releases/$A releases/$B www/b.zip &&
        key=store.key make_package releases/$B c www/c.zip &&
        "$FARFIX" key delegate store.pub --signed-by new.key --model $model \
            --renew && key=store.key make_package c d www/d.zip &&
        key=store.key make_package d f www/f.zip
} >maker.log 2>&1
result $? "the maker goes through the rotation with one store key"
key=store.key make_package releases/$A c www/x.zip 2>err
[ $? -ne 0 ] && grep -q 'need not trust' err
result $? "a30_the_maker_makes_no_package_past_the_introduction"

# The thief has the old key; his maker asks no questions. For D, and for A.
cp -r d thief && rm thief/release thief/release.sig
{
    make_package thief e www/e.zip --full && cp -r releases/$A bare &&
        rm bare/release bare/release.sig && key=store.key make_package bare d \
            www/past.zip --full
} >>maker.log 2>&1
result $? "packages that the maker would not make are made by force"
[ "$count" -eq 3 ] && ! grep -q '^farfix:' maker.log || sed 's/^/# /' maker.log

takes() # FILE VERSION
{
    B=$2 update "$work/www/$1"
    [ "$code" -eq 0 ] && reports result done && runs "$2"
}
refuses() # FILE VERSION RUNNING
{
    B=$2 update "$work/www/$1"
    [ "$code" -eq 1 ] && reports result refused && reports cfota 7 && runs "$3"
}

new_module
refuses past.zip $D $A
result $? "a30_a_device_that_never_heard_of_the_new_key_refuses_it"
takes b.zip $B
result $? "B, by the old key, is taken"
takes c.zip $C
result $? "C, by the new key in a package of the old delegation, is taken"
takes d.zip $D
result $? "D, which revokes the old key, is taken"
refuses e.zip $E $D
result $? "a30_after_the_revocation_the_old_key_is_refused"
takes f.zip $F
result $? "the new key goes on"
kill_module

echo "1..$count"
