#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A release key's life on a module (row A30): B introduces the next one, C is
# by that one and revokes the old one, and then whoever has the old one has
# nothing.
. "$(dirname "$0")/../pack/maker.bash"
. "$root/tests/support/sim.bash"
. "$root/tests/support/stage.bash"
C=1529B07SIM7000G D=1529B08SIM7000G

# As if it had never been signed: the maker then asks no questions.
bare() # DIR
{
    mkdir -p "bare/$1" && cp "$1"/*.bin "$1/release.ini" "bare/$1"
}

mkdir www
{
    make_firmware && "$FARFIX" key make new &&
        make_variant c releases/$B $C 7 && echo more >>c/ap.bin &&
        make_variant d releases/$A $D 8 &&
        "$FARFIX" release sign releases/$B --key release.key \
            --next-key new.pub &&
        "$FARFIX" release sign c --key new.key --revoke release.pub &&
        key=store.key make_package releases/$A releases/$B www/b.zip &&
        key=store.key make_package releases/$B c www/c.zip &&
        bare c && make_package bare/c d www/d.zip &&
        bare releases/$A && key=new.key make_package bare/releases/$A c \
        www/past.zip
} >maker.log 2>&1
result $? "the maker goes through the rotation, and does a thief's work"
[ "$count" -eq 1 ] && ! grep -q '^farfix:' maker.log || sed 's/^/# /' maker.log
key=store.key make_package releases/$A c www/x.zip 2>err
[ $? -ne 0 ] && grep -q 'need not trust' err
result $? "a30_the_maker_makes_no_package_past_the_introduction"

takes() # FILE VERSION [UPDATE_OPTION...]
{
    B=$2 update "$work/www/$1" "${@:3}"
    [ "$code" -eq 0 ] && reports result done && runs "$2"
}
refuses() # FILE VERSION RUNNING
{
    B=$2 update "$work/www/$1"
    [ "$code" -eq 1 ] && reports result refused && reports cfota 7 && runs "$3"
}

rotation()
{
    new_module
    takes b.zip $B
    result $? "B, by the old key, is taken"
    B=$C update "$work/www/c.zip" --trust "$work/new.pub"
    [ "$code" -eq 1 ] && complains "both, old and new" && runs $B
    result $? "one trusted key is not enough for what rests on two"
    takes c.zip $C --trust "$work/release.pub" --trust "$work/new.pub"
    result $? "C, by the new key in a package of the old delegation, is taken"
    refuses d.zip $D $C
    result $? "a30_after_the_revocation_the_old_key_is_refused"
}
past()
{
    new_module
    refuses past.zip $C $A
    result $? "a30_a_device_that_never_heard_of_the_new_key_refuses_it"
}
scene rotation
scene past
curtain

echo "1..$count"
