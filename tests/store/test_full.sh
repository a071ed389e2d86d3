#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A full disk: what cannot be kept is not served, nothing half-written stays,
# and when there is room again the store has never been away. A small disk of
# its own where namespaces are allowed; a limit on file sizes everywhere.
. "$(dirname "$0")/store.bash"

make_keys
for i in 1 2 3 4 5; do
    release releases/$i V$i $i 2000
    head -c 60000 /dev/urandom >>releases/$i/ap.bin # it travels as it is
    "$fast" release sign releases/$i --key release.key >/dev/null
done
release releases/6 V6 6 3000 # a small one
for i in 1 2 3 4; do
    "$fast" package make --from releases/$i --to releases/5 --key store.key \
        -o want.$i >/dev/null
done

right() # FROM: the package to V5 is what it is to be
{
    status 200 '' "$url/M/V$1___V5/update.zip" && cmp body want.$1
}
only_packages() # DIR
{
    ! find "$1" -type f ! -name '*.zip' ! -name filler | grep .
}
# A failure is told again for five seconds.
fails() # FROM
{
    status 500 'log says why' "$url/M/V$1___V5/update.zip"
}

# --- no file above 50 kB ------------------------------------------------------

limited()
{
    cat >limited <<END
#!/bin/sh
ulimit -f 100 # blocks of 512 bytes
exec "$farfix" "\$@"
END
    chmod +x limited
    program=$work/limited
    start --access-log access "$@"
}
check "a store starts that may write no file above 50 kB" limited --cache cache
check "a package that cannot be kept is 500" fails 1
check "the log says why" logged 'cannot write .*File too large'
check "nothing of it is left in the cache" test -z "$(ls cache)"
check "a small package is built and served" status 200 '' \
    "$url/M/V5___V6/update.zip"
check "what needs no package is answered" status 200 '^to=none$' "$url/M/V6/next"
check "nothing half-written is there" only_packages cache
check "SIGTERM ends it with 0" halt

# --- a disk of 160 kB ---------------------------------------------------------

small_disk()
{
    mkdir disk
    cat >on-disk <<END
#!/bin/sh
mount -t tmpfs -o size=160k none "$work/disk" || exit 1
exec "$farfix" "\$@"
END
    chmod +x on-disk
    cat >namespace <<END
#!/bin/sh
exec unshare -rm "$work/on-disk" "\$@"
END
    chmod +x namespace
    program=$work/namespace
    start --cache disk
}

on_a_small_disk()
{
    local disk=/proc/$server/root$work/disk i
    check "two packages fill a disk of 160 kB" eval 'right 1 && right 2'
    check "the third makes the first ones go" right 3
    check "and the log says so" logged \
        'No space left on device: removing the packages that were not asked for'
    check "it lies on the disk" eval "ls $disk/*.zip"
    check "nothing half-written is there" only_packages "$disk"
    check "the first is served all the same" right 1
    rm -f "$disk"/*.zip
    head -c 300000 /dev/zero >"$disk/filler" 2>/dev/null
    check "with the disk full of other things a build is 500" fails 4
    check "nothing of it stays" eval "! ls $disk | grep -v filler"
    check "what is in memory is served" right 1
    check "an offer that needs no package is served" status 200 "" "$url/M/V6/next"
    rm "$disk/filler"
    check "when there is room again it is built" until_true right 4
    check "and kept" eval "ls $disk/*.zip"
    check "SIGTERM ends it with 0" halt
}
if small_disk; then
    echo "# a tmpfs of 160 kB in a namespace of its own"
    on_a_small_disk
else
    echo "# NO NAMESPACES HERE: only the limit on file sizes was tested"
    skip "unshare or mount is not permitted" "a disk of 160 kB"
fi

# --- the access log -----------------------------------------------------------

program=$farfix
rm -rf cache
start --access-log /dev/full --cache cache
check "an access log on a full disk stops nobody" eval 'right 1 && right 2'
kill -HUP "$server"
check "nor after it is opened anew" right 3
check "SIGTERM ends it with 0" halt
check "no sanitizer says a word" eval '! grep -E "Sanitizer|runtime error" log'
finish
