#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Threat A32, a package that depends on who made it: two builders that are given
# the same releases and keys come to the same bytes. The builders are three
# builds, gcc's with optimisation, gcc's under sanitizers and clang's; each is
# put into another time zone, language, umask, directory, order of files, heap
# and processor.
. "$(dirname "$0")/maker.bash"
make_pair >/dev/null || { result 1 "releases and keys"; exit; }
builds="$root/$BUILD/farfix $FARFIX $root/$BUILD/fuzz/farfix"

# The pair of the demo, so that the deltas are of real code.
for release in 1529B05SIM7000G 1529B06SIM7000G; do
    cp -r "$root/firmware/images/$release" .
    "$FARFIX" release sign $release --key release.key >/dev/null
done

make_all() # FARFIX TO
{
    mkdir -p "$2" && cp -r a b store.* release.key 1529B0* "$2" &&
        cd "$2" && rm -f ./*/release ./*/release.sig &&
        for release in a b 1529B05SIM7000G 1529B06SIM7000G; do
            "$1" release sign $release --key release.key || return 1
        done &&
        "$1" package make --from a --to b --key store.key -o delta.zip &&
        "$1" package make --from a --to b --key store.key --full \
            -o full.zip &&
        "$1" package make --from 1529B05SIM7000G --to 1529B06SIM7000G \
            --key release.key -o demo.zip
} >/dev/null

# Everything that was made, in one digest: names, then bytes.
digest() # DIR
{
    (cd "$1" && LC_ALL=C sh -c 'sha256sum *.zip */release */release.sig')
}

(make_all "$root/$BUILD/farfix" first)
result $? "a32: a builder makes releases and packages"
digest first >first.sums
[ "$(wc -l <first.sums)" -eq 11 ]
result $? "a32: three packages, four releases and their signatures"
number=0
for build in $builds; do
    number=$((number + 1))
    (make_all "$build" "same$number") && digest same$number |
        cmp - first.sums
    result $? "a32: build $number comes to the same bytes"
done

elsewhere() # SENTENCE COMMAND...
{
    local sentence=$1
    shift
    rm -rf elsewhere
    ("$@") && digest elsewhere | cmp - first.sums
    result $? "a32: $sentence the same bytes"
}
abroad()
{
    export TZ=Pacific/Kiritimati LC_ALL=tr_TR.UTF-8 LANG=de_DE.UTF-8
    export HOME=/nonexistent USER=nobody SOURCE_DATE_EPOCH=1
    umask 077
    make_all "$root/$BUILD/farfix" elsewhere
}
elsewhere "another time zone, language, umask, home and user give" abroad
long_ago()
{
    find a b 1529B0* -type f -exec touch -d 1999-12-31 {} +
    make_all "$root/$BUILD/farfix" elsewhere
}
elsewhere "other times of files give" long_ago
# The order in which a directory lists its files is that of their making.
turned_round()
{
    local directory file
    for directory in a b 1529B05SIM7000G 1529B06SIM7000G; do
        mkdir turned
        for file in $(ls -r $directory); do cp "$directory/$file" turned; done
        rm -r $directory && mv turned $directory
    done
    make_all "$root/$BUILD/farfix" elsewhere
}
elsewhere "another order of files gives" turned_round
other_heap()
{
    export MALLOC_PERTURB_=165 MALLOC_ARENA_MAX=1 MALLOC_TOP_PAD_=65536
    setarch -R true 2>/dev/null && set -- setarch -R
    cat >builder <<SH
#!/bin/sh
exec $* taskset -c 0 "$root/$BUILD/farfix" "\$@"
SH
    chmod +x builder
    make_all "$PWD/builder" elsewhere
}
elsewhere "another heap and a single processor give" other_heap
