#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What happens to the directory of releases while requests go on: half-written
# releases, twins, things that are no files, what vanishes, bad channels.
. "$(dirname "$0")/store.bash"

make_keys
release releases/one A 1
release releases/two B 2
mkdir stage
release stage/three C 3
"$fast" package make --from releases/one --to stage/three --key store.key \
    -o want.zip >/dev/null
release stage/other C 3 60000 # another C
start

# No second is waited for, but where it is what is tested.
seen()
{
    kill -HUP "$server"
    until_true status "$@" >seen.out || { cat seen.out; return 1; }
}
logged()
{
    kill -HUP "$server"
    until_true grep -q -- "$1" log
}

# --- half-written -------------------------------------------------------------

# Asks all the time; what comes must be the package, or a reason why not.
watch_package()
{
    until told copied; do
        case $(get -o seen.zip -w '%{http_code}' "$url/M/A___C/update.zip") in
        200) cmp seen.zip want.zip >>wrong 2>&1 || echo package >>wrong ;;
        404 | 503) ;;
        *) cat seen.zip >>wrong ;;
        esac
        case $(get -o seen.next -w '%{http_code}' "$url/M/A/next") in
        200) grep -qE '^to=(B|C)$' seen.next || cat seen.next >>wrong ;;
        503) ;;
        *) cat seen.next >>wrong ;;
        esac
        sleep 0.01
    done
}

# All but the last COUNT bytes, then those one by one, with a look of the
# store's after each: SIGHUP.
copy_slowly() # FILE TO COUNT
{
    local size at
    size=$(wc -c <"$1")
    head -c $((size - $3)) "$1" >"$2"
    for at in $(seq $((size - $3 + 1)) "$size"); do
        kill -HUP "$server"
        sleep 0.02
        tail -c "+$at" "$1" | head -c 1 >>"$2"
    done
    kill -HUP "$server"
    sleep 0.02
}

# In the worst order: what vouches for the rest comes early.
arrives() # FILE COUNT ... in this order
{
    rm -rf releases/three copied
    : >wrong
    mkdir releases/three
    watch_package &
    local watcher=$!
    while [ $# -gt 0 ]; do
        copy_slowly stage/three/"$1" releases/three/"$1" "$2"
        shift 2
    done
    kill -HUP "$server"
    seen 200 '^to=C$' "$url/M/A/next"
    local appeared=$?
    status 200 '' "$url/M/A___C/update.zip" && cmp body want.zip &&
        [ $appeared -eq 0 ]
    appeared=$?
    touch copied
    wait $watcher
    head -c 2000 wrong
    [ $appeared -eq 0 ] && [ ! -s wrong ]
}
check "a release whose release.ini comes last is never wrong" \
    arrives ap.bin 2 release 0 release.sig 0 release.ini 30
check "a release whose signature comes last is never wrong" \
    arrives ap.bin 0 release.ini 0 release 0 release.sig 20
check "a release whose image comes last is never wrong" \
    arrives release.sig 0 release.ini 0 release 0 ap.bin 9
check "a release whose text comes last is never wrong" \
    arrives release.sig 0 release.ini 0 ap.bin 0 release 20
ini_without_its_end()
{
    head -c -1 stage/three/release.ini >releases/three/release.ini
    seen 200 '^to=B$' "$url/M/A/next" &&
        logged 'three: release.ini does not end with a line end' || return
    echo >>releases/three/release.ini
    seen 200 '^to=C$' "$url/M/A/next"
}
check "a release.ini without its last byte is named, and not believed" \
    ini_without_its_end

# --- twins --------------------------------------------------------------------

cp -r releases/three releases/three-again
check "an equal twin is named within a second, and its release served" until_true \
    grep -q 'left out releases/three-again: releases/three already is C of' log
check "an equal twin does no harm" seen 200 '^to=C$' "$url/M/A/next"
rm -r releases/three-again
cp -r stage/other releases/three-other
check "a different twin takes both out" seen 200 '^to=B$' "$url/M/A/next"
check "and both are named" eval \
    'logged "left out releases/three: it differs from releases/three-other" &&
     logged "left out releases/three-other: it differs from releases/three,"'
check "a package to either is 404" status 404 'no release C' \
    "$url/M/A___C/update.zip"
rm -r releases/three-other
check "when one of them goes the other is served again" seen 200 '^to=C$' \
    "$url/M/A/next"

# --- what is no file ----------------------------------------------------------

quiet=$(in_log 'left out')
mkfifo releases/pipe releases/two/pipe
ln -s loop releases/loop
ln -s . releases/self
ln -s /dev/zero releases/zero.zip
ln -s /dev/zero releases/zero.zip.info
ln -s nowhere releases/dangling
mkfifo releases/p.zip releases/p.zip.info
socat UNIX-LISTEN:releases/socket,fork /dev/null &
check "a release with a pipe in it is left out by name" logged \
    'left out releases/two: it holds something that is neither file nor'
check "pipes, sockets, devices and loops stop nobody" seen 200 '^to=C$' \
    "$url/M/A/next"
mkdir "releases/$(printf 'bent\n9999 forged \033[31m')"
check "the name of a directory cannot write a line of the log" eval \
    'logged "left out releases/bent?9999 forged ?\[31m: " && ! grep -q "^9999" log'
rmdir releases/bent*
rm -f releases/pipe releases/two/pipe releases/loop releases/self \
    releases/zero.* releases/dangling releases/p.* releases/socket
check "without the pipe it is served again" seen 200 '^to=C$' "$url/M/B/next"
mkfifo releases/channels.ini
check "a pipe as channels.ini is an error, no wait" logged \
    'serving what was read before: .*channels.ini is not a regular file'
rm releases/channels.ini
mv releases/two away
check "the watcher goes on after it" seen 404 'no release B' "$url/M/B/next"
mv away releases/two
seen 200 '^to=C$' "$url/M/B/next" >/dev/null

# --- what vanishes ------------------------------------------------------------

comes_and_goes()
{
    local i
    for i in $(seq 8); do
        mv releases/two away
        get -o /dev/null "$url/M/A___B/update.zip" &
        local one=$!
        kill -HUP "$server"
        get -o /dev/null "$url/M/B/next"
        mv away releases/two
        kill -HUP "$server"
        rm -f releases/.cache/*
        get -o /dev/null "$url/M/B___C/update.zip"
        wait $one
    done
    seen 200 '^to=C$' "$url/M/B/next" && status 200 '' "$url/M/A___B/update.zip"
}
check "a release that comes and goes while it is packed does no harm" \
    comes_and_goes
mv releases away
check "without the directory what was read is still served" status 200 '^to=C$' \
    "$url/M/A/next"
check "and the log says so" logged 'serving what was read before: cannot read releases'
sleep 2.2
check "once, not each second" test "$(in_log 'before: cannot read releases')" -eq 1
mv away releases
release releases/four D 4
check "when it is back, changes are seen" seen 200 '^to=D$' "$url/M/A/next"
rm -r releases/.cache
check "a cache that is removed, directory and all, is made again" status 200 '' \
    "$url/M/B___D/update.zip"
check "and the package lies there" eval 'ls releases/.cache/*.zip'

# --- channels that turn bad ---------------------------------------------------

printf '[channel M/stable]\nversion = B\n' >releases/channels.ini
check "channels are read while it serves" seen 200 '^to=B$' "$url/M/A/next"
printf '[channel M/stable]\nversion = C\nnonsense = 1\n' >releases/channels.ini
check "a bad channels.ini is named with file and line" logged \
    'channels.ini:3: unknown key .nonsense'
check "and the old one holds" status 200 '^to=B$' "$url/M/A/next"
printf '[channel M/stable]\nversion = B\n[channel M/canary]\nversion = D\nimei = list\n' \
    >releases/channels.ini
check "a list that is not there is the fault of the line that names it" logged \
    'channels.ini:5: imei = list: cannot open'
echo 861075030000001 >releases/list
check "when it comes, the channel is there" seen 200 '^to=D$' \
    "$url/M/A/next?imei=861075030000001"
echo nonsense >releases/list
check "a bad list is named with file and line" logged 'list:1: .nonsense. is no IMEI'
check "and the old list holds" status 200 '^to=D$' \
    "$url/M/A/next?imei=861075030000001"
rm releases/channels.ini
check "without channels.ini all are offered the newest" seen 200 '^to=D$' \
    "$url/M/A/next"
halt
check "a bad channels.ini keeps a store from starting" eval \
    'echo bad >releases/channels.ini; ! start && grep -q "channels.ini:1" log'
rm releases/channels.ini

# --- rights -------------------------------------------------------------------

# Root may read everything: nobody's store, with a program that he can reach.
if [ "$(id -u)" -eq 0 ]; then
    cp "$farfix" nobodys-farfix
    chown -R 65534:65534 "$work"
    cat >nobody <<END
#!/bin/sh
exec setpriv --reuid 65534 --regid 65534 --clear-groups "$work/nobodys-farfix" "\$@"
END
    chmod +x nobody
    program=$work/nobody
fi
start
chmod 000 releases/four/ap.bin
check "what cannot be read is left out" seen 200 '^to=C$' "$url/M/A/next"
check "and the log says why" logged \
    'left out releases/four: cannot open .*Permission denied'
chmod 644 releases/four/ap.bin
check "when it can be read it is served" seen 200 '^to=D$' "$url/M/A/next"
chmod 000 releases/four
check "a directory that cannot be read is left out" seen 200 '^to=C$' "$url/M/A/next"
chmod 755 releases/four
check "until it can" seen 200 '^to=D$' "$url/M/A/next"
halt
check "no sanitizer says a word" eval '! grep -E "Sanitizer|runtime error" log'
finish
