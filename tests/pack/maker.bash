# SPDX-License-Identifier: Apache-2.0
# For the shell tests of the maker: TAP, and two releases in $work.
# $work/{release,store}.{key,pub}, store.cert(.sig), a/, b/ (both signed).
set -u
root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
case $FARFIX in /*) ;; *) FARFIX=$PWD/$FARFIX ;; esac
cd "$work" || exit 1
count=0

result() # VERDICT SENTENCE
{
    count=$((count + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $count - $2"
    else
        echo "not ok $count - $2"
    fi
}

# Exit code CODE, WORDS in what is said, and one sentence of it on stderr.
says() # CODE WORDS SENTENCE COMMAND...
{
    local code=$1 words=$2 sentence=$3 got
    shift 3
    "$@" >out 2>err
    got=$?
    [ "$got" -eq "$code" ] && grep -qF -- "$words" out err
    result $? "$sentence"
    [ "$got" -eq "$code" ] || echo "# exit code $got, wanted $code"
    # Without a terminal progress is lines: "download 40 %  ...".
    [ "$code" -eq 0 ] || [ "$code" -eq 64 ] ||
        [ "$(grep -vcE '^[a-z]+ [0-9]+ %' err)" -eq 1 ] ||
        result 1 "$sentence: one sentence on stderr"
}

release() # DIR VERSION SEQUENCE MODEL
{
    mkdir -p "$1"
    cat >"$1/release.ini" <<INI
[release]
model = $4
version = $2
sequence = $3

[component modem]
file = modem.bin
slot_size = 64K
sector = 4K
step = 16K
ram = 32K

[component ap]
file = ap.bin
slot_size = 128K
sector = 4K
step = 16K
ram = 32K
INI
    seq 1 4000 >"$1/modem.bin"
    seq "$3" $(($3 + 9000)) >"$1/ap.bin"
}

make_pair()
{
    "$FARFIX" key make release && "$FARFIX" key make store --signed-by \
        release.key --model SIM7000G && release a A 5 SIM7000G &&
        release b B 6 SIM7000G && "$FARFIX" release sign a --key release.key &&
        "$FARFIX" release sign b --key release.key
}
