# SPDX-License-Identifier: Apache-2.0
# For shell tests of the store: TAP, releases, a store that runs, curl. Every
# wait is bounded; what a test starts ends with it.
#
# $farfix is the program under sanitizers, $fast the one that users get.
set -u
root=$PWD
case $FARFIX in /*) farfix=$FARFIX ;; *) farfix=$root/$FARFIX ;; esac
case $BUILD in /*) fast=$BUILD/farfix ;; *) fast=$root/$BUILD/farfix ;; esac
work=$(mktemp -d) || exit 1
limit=${STORE_LIMIT:-60} # seconds that any wait may take
server=
number=0

stop_all()
{
    local pids
    pids=$(jobs -p)
    [ -z "$pids" ] || kill -9 $pids 2>/dev/null
    wait 2>/dev/null
    chmod -R u+rwx "$work" 2>/dev/null
    rm -rf "$work"
}
trap stop_all EXIT
trap 'exit 143' TERM
trap 'exit 130' INT
cd "$work" || exit 1

result() # VERDICT SENTENCE
{
    number=$((number + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $number - $2"
    else
        echo "not ok $number - $2"
        [ ! -f log ] || tail -n 8 log | sed 's/^/# log: /'
    fi
}

skip() # WHY SENTENCE
{
    number=$((number + 1))
    echo "ok $number # SKIP $2: $1"
}

check() # SENTENCE COMMAND...
{
    local sentence=$1
    shift
    "$@" >out 2>err
    local verdict=$?
    result $verdict "$sentence"
    [ $verdict -eq 0 ] || sed 's/^/# /' out err | head -n 20
}

until_true() # COMMAND...
{
    local end=$((SECONDS + limit))
    until "$@"; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 0.02
    done
}

# For loops in the background: true once the file is there, or the test is over.
told() # FILE
{
    [ -e "$1" ] || [ ! -d "$work" ]
}

# --- curl -------------------------------------------------------------------

get() # CURL-ARGUMENT...
{
    curl -sS --max-time "$limit" --path-as-is "$@"
}

# That code; the body, left in the file body, holds TEXT.
status() # CODE TEXT CURL-ARGUMENT...
{
    local want=$1 text=$2 got
    shift 2
    : >body
    got=$(get -o body -w '%{http_code}' "$@")
    [ "$got" = "$want" ] && { [ -z "$text" ] || grep -q -- "$text" body; } &&
        return
    echo "status $got, wanted $want '$text': $(head -c 300 body)"
    return 1
}

header() # NAME CURL-ARGUMENT...
{
    get -o /dev/null -D - "${@:2}" | tr -d '\r' | sed -n "s/^$1: //Ip"
}

# Both are there and the same bytes.
same()
{
    [ -s "$1" ] && cmp "$1" "$2"
}

# --- releases ---------------------------------------------------------------

# Signed by release.key: 50,000 bytes of our own program and something of its
# own; more with SIZE.
release() # DIR VERSION SEQUENCE [SIZE]
{
    local size=${4:-50000}
    mkdir -p "$1"
    {
        head -c $((size / 2)) "$fast"
        echo "release $2 $3"
        tail -c +$((size / 2 + 1)) "$fast" | head -c $((size / 2))
    } >"$1/ap.bin"
    write_ini "$1" "$2" "$3"
    "$fast" release sign "$1" --key release.key >/dev/null
}

write_ini() # DIR VERSION SEQUENCE
{
    cat >"$1/release.ini" <<INI
[release]
model = M
version = $2
sequence = $3
[component ap]
file = ap.bin
slot_size = 4M
sector = 4K
step = 16K
ram = 32K
INI
}

make_keys()
{
    "$fast" key make release >/dev/null &&
        "$fast" key make store --signed-by release.key --model M >/dev/null
}

# An opaque file of a vendor, from FROM to TO.
vendor() # FILE FROM TO
{
    "$fast" package import "$1" --model M --from "$2" --to "$3" \
        --key store.key >/dev/null
}

is_package() # FILE FROM-RELEASE
{
    "$fast" package verify "$1" --trust release.pub --from "$2"
}

# --- the store --------------------------------------------------------------

# Sets $server and $url. $program is the farfix that serves.
program=$farfix
start() # OPTION...
{
    : >ready
    "$program" store serve --releases releases --key store.key \
        --listen 127.0.0.1:0 "$@" >ready 2>>log &
    server=$!
    until_true ready_or_gone && grep -q '^ready' ready || return 1
    url=$(sed -n 's/^ready //p' ready)
    port=${url##*:}
}

ready_or_gone()
{
    grep -q '^ready' ready || ! kill -0 "$server" 2>/dev/null
}

# Ends it with SIGNAL; its exit code.
halt() # [SIGNAL]
{
    local code
    kill "-${1:-TERM}" "$server"
    wait "$server" 2>/dev/null
    code=$?
    server=
    return $code
}

alive()
{
    kill -0 "$server" && status 200 'farfix' "$url/"
}

seen() # STATUS-ARGUMENT...: within a bound, after a change
{
    until_true status "$@" >seen.out || { cat seen.out; return 1; }
}

logged() # PATTERN
{
    until_true grep -q -- "$1" log
}

in_log() # PATTERN: how often
{
    grep -c -- "$1" log
}

finish()
{
    echo "1..$number"
}
