#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# farfix delta make, apply, info as a user types them.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
number=0
check() { # check NAME COMMAND...
    name=$1
    shift
    number=$((number + 1))
    if "$@" >"$work/out" 2>"$work/err"; then
        echo "ok $number - $name"
    else
        echo "not ok $number - $name"
        sed 's/^/# /' "$work/out" "$work/err"
    fi
}
exits() { # exits CODE COMMAND...: that code and one line on stderr
    want=$1
    shift
    "$@" >"$work/o" 2>"$work/e"
    got=$?
    [ "$got" -eq "$want" ] || { echo "exit $got, not $want"; cat "$work/e"; return 1; }
}
says() { # says TEXT COMMAND...: fails and names the cause
    text=$1
    shift
    ! "$@" >"$work/o" 2>"$work/e" && grep -q "$text" "$work/e"
}

# The demo's firmware, and something put into its middle.
old=$work/old.bin new=$work/new.bin
cat firmware/images/1529B05SIM7000G/*.bin >"$old"
{ head -c 40000 "$old"; echo inserted; tail -c +40001 "$old" | head -c 90000; } >"$new"
cd "$work" || exit 1
case $FARFIX in /*) ;; *) FARFIX=$OLDPWD/$FARFIX ;; esac

check "make writes a patch far smaller than the image" sh -c \
    "'$FARFIX' delta make old.bin new.bin -o p && [ \$(wc -c <p) -lt 400 ]"
check "apply gives back the new image" sh -c \
    "'$FARFIX' delta apply old.bin p -o got && cmp got new.bin"
check "a patch in place is applied step by step" sh -c \
    "'$FARFIX' delta make old.bin new.bin -o q --in-place --region 256K \
        --step 4096 --ram 8K && '$FARFIX' delta apply old.bin q -o got &&
     cmp got new.bin"
check "info names the geometry" sh -c \
    "'$FARFIX' delta info q | grep -q 'steps of 4096 bytes'"
check "info --json is JSON with the sizes" sh -c \
    "'$FARFIX' delta info q --json | grep -q '\"source_bytes\":139164,'"
check "make --json reports the bytes" sh -c \
    "'$FARFIX' delta make old.bin new.bin -o p2 --json |
        grep -q '\"target_bytes\":130009,'"
check "the same input gives the same patch" cmp p p2
head -c 139164 /dev/zero >zero
check "another old image is refused by name" says 'not made from zero' \
    "$FARFIX" delta apply zero p -o x
check "an old image of another size is refused" says 'bytes' \
    "$FARFIX" delta apply new.bin p -o x
half=$(($(wc -c <p) / 2))
check "a damaged patch is refused" sh -c \
    "{ head -c $half p; tail -c +$((half + 1)) p | head -c 1 | tr '\\000-\\377' \
           '\\001-\\377\\000'; tail -c +$((half + 2)) p; } >bad
     [ \$(wc -c <bad) -eq \$(wc -c <p) ] && ! cmp -s bad p &&
     ! '$FARFIX' delta apply old.bin bad -o x 2>err && grep -q damaged err && [ ! -e x ]"
check "a file that is no patch is refused" says 'not a patch' \
    "$FARFIX" delta apply old.bin new.bin -o x
check "a missing file is exit 3" exits 3 "$FARFIX" delta make nowhere new.bin -o x
check "steps that are no whole sectors are a usage error" exits 64 \
    "$FARFIX" delta make old.bin new.bin -o x --in-place --region 256K --step 5000
check "geometry without --in-place is a usage error" exits 64 \
    "$FARFIX" delta make old.bin new.bin -o x --step 4096
check "a region that is too small is exit 1" exits 1 \
    "$FARFIX" delta make old.bin new.bin -o x --in-place --region 64K
check "too little RAM is exit 1" exits 1 \
    "$FARFIX" delta make old.bin new.bin -o x --ram 1K
check "each verb explains itself" sh -c \
    "for v in make apply info; do '$FARFIX' delta \$v --help | grep -q Usage || exit 1; done"
echo "1..$number"
