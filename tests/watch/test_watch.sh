#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# farfix watch PORT STORE/: stays on the port, and when an SMS says so or a
# time comes, does what farfix update PORT STORE/ does.
. "$(dirname "$0")/../pack/maker.bash"
. "$root/tests/support/sim.bash"
. "$root/tests/support/stage.bash"

boss=+4915112345678

make_firmware >maker.log && "$FARFIX" key make foreign >>maker.log &&
    start_store releases store.key
result $? "a store serves A and B"

# $walker watches; what it says stands in `said` and `err`.
watch() # OPTION...
{
    : >said
    "$FARFIX" watch "$port" "http://$http/" --trust "$work/release.pub" \
        --json "$@" >said 2>err 8<&- &
    walker=$!
}

tells() # TEXT
{
    until_true grep -qF -- "$1" said
}

tell_module() # COMMAND
{
    printf '%s\n' "$1" | socat -t 5 - UNIX-CONNECT:control | grep -qx ok
}

ends() # CODE SENTENCE
{
    kill -TERM "$walker"
    wait "$walker"
    local code=$?
    [ "$code" -eq "$1" ] && tail -n 1 said | grep -q '"event":"end"'
    result $? "$2"
}

by_sms()
{
    new_module --control control
    watch --sms-from $boss --sms-from +1555123 --least 1s
    tells '"event":"listening"'
    result $? "it says that it listens"
    tell_module "now sms +4915112345679 look now" &&
        tell_module "now sms $boss look now or never" && sleep 2 &&
        ! grep -q '"event":"look"' said
    result $? "an SMS of somebody else is nothing, nor is another text"
    tell_module "now sms $boss Look now" &&
        tells '"event":"look","port":"'"$port"'","reason":"sms"' &&
        tells '"result":"done"' && tells '"event":"looked"'
    result $? "an SMS that says so is a look, and the module gets B"
    grep -q "\"version\":\"$B\"" said && grep -q '"end":"done"' said
    result $? "its report says B"
    tell_module "now sms +1555123 look now" && tells '"result":"nothing"' &&
        tells '"end":"nothing"'
    result $? "the next one finds nothing newer"
    ends 0 "SIGTERM ends it with 0"
    [ ! -s err ]
    result $? "nothing is complained of"
    runs $B && status_is 6
    result $? "the module runs B"
    line_open && at AT+CMGF=1 && at 'AT+CMGL="ALL",1' &&
        [ "$(grep -c '^+CMGL: .*REC UNREAD' heard)" -eq 2 ] &&
        grep -qx 'look now or never' heard && ! grep -qi '^look now$' <(
        grep -A1 "$boss" heard)
    result $? "the others' messages are there, unread, and the orders are not"
    line_close
}
scene by_sms

by_time()
{
    new_module
    watch --every 1s
    tells '"result":"done"' && tells '"result":"nothing"' &&
        [ "$(grep -c '"reason":"time"' said)" -ge 2 ]
    result $? "by time it gets B, and looks again"
    ends 0 "without SMS SIGTERM ends it with 0 as well"
    runs $B
    result $? "by time: the module runs B"
}
scene by_time

by_signal()
{
    new_module
    watch --every 1d --least 1s
    tells '"event":"waiting"' && kill -HUP "$walker" &&
        tells '"reason":"asked"' && tells '"result":"done"'
    result $? "SIGHUP asks for a look"
    ends 0 "and SIGTERM ends it"
    runs $B
    result $? "by signal: the module runs B"
}
scene by_signal

once()
{
    new_module
    timeout 120 "$FARFIX" watch "$port" "http://$http/" --once --every 1s \
        --trust "$work/release.pub" --sms-from $boss >said 2>err
    [ $? -eq 0 ] && grep -q "^$A -> $B in" said && grep -qx 'look: time' said &&
        tail -n 1 said | grep -qx end && grep -q '^check 100 %' err
    result $? "--once ends behind its look, with lines that a journal can have"
    timeout 120 "$FARFIX" watch "$port" "http://$http/" --once --every 1s \
        --trust "$work/release.pub" >said 2>err
    [ $? -eq 2 ] && grep -qx 'looked: nothing' said
    result $? "and with its exit code"
    runs $B
    result $? "once: the module runs B"
}
scene once

# A module that is switched off and on again meanwhile is heard as before.
restarts()
{
    new_module --control control
    watch --sms-from $boss --least 1s
    tells '"event":"listening"' && tell_module "now cut" &&
        tell_module "now sms $boss look now" && tells '"result":"done"'
    result $? "an SMS that waited for a module without power is a look"
    ends 0 "it ends then as ever"
}
scene restarts

settings()
{
    new_module
    line_open && until_true at AT && at 'AT+CMGF=1;+CNMI=1,2'
    line_close
    watch --sms-from $boss
    tells '"event":"listening"'
    ends 0 "it ends while it listens"
    line_open && answers 'AT+CMGF?' '+CMGF: 1' &&
        answers 'AT+CNMI?' '+CNMI: 1,2,0,0,0'
    result $? "how the module tells of SMS is then as it was"
    line_close
}
scene settings

stopped()
{
    new_module --flash-speed real
    watch --every 1s --trace
    until_true grep -q '"Updating",[1-9]' err
    kill -TERM "$walker"
    wait "$walker"
    [ $? -eq 0 ] && grep -q 'keep its power on' err
    result $? "told to stop in an update it says that the module goes on"
    until_true grep -q 'status 6' m.log && runs $B
    result $? "and the module goes on"
}
scene stopped

# Its reader goes; what it has to say next ends it.
unread()
{
    new_module
    line_open && until_true at AT && at 'AT+CMGF=1;+CNMI=1,2'
    line_close
    mkfifo pipe
    "$FARFIX" watch "$port" "http://$http/" --trust "$work/release.pub" \
        --sms-from $boss >pipe 2>err 8<&- &
    walker=$!
    grep -q -m 1 listening <pipe
    kill -HUP "$walker"
    wait "$walker"
    [ $? -eq 1 ] && line_open && until_true at AT &&
        answers AT+CMGF? '+CMGF: 1' && answers 'AT+CNMI?' '+CNMI: 1,2,0,0,0'
    result $? "who is read no more ends, and leaves the module as it was"
    line_close
    walker=
}
scene unread

# examples/watch as it stands, but for the store's address; an SMS starts it.
example()
{
    local part
    new_module --control control
    for part in main.c look.c look.h offer.c; do
        sed "s|http://fota.example/|http://$http/|" \
            "$root/examples/watch/$part" >$part
    done
    cat >board.c <<'C'
#include "posix/posix_port.h"
#include "template/template_port.h"
extern struct posix_port board_line;
uint32_t board_read(void *bytes, uint32_t capacity, uint32_t wait_ms)
{
    return (uint32_t)posix_port_read(&board_line, bytes, capacity, (int)wait_ms);
}
uint32_t board_write(const void *bytes, uint32_t length)
{
    return (uint32_t)posix_port_write(&board_line, bytes, length);
}
uint32_t board_now_ms(void)
{
    return posix_port_now_ms();
}
C
    # What a board has for ever, this one learns at its start.
    cat >start.c <<C
#include "posix/posix_port.h"
#include "psa/psa_crypto.h"
#include <farfix/package.h>
#include <stdio.h>
#include <stdlib.h>
struct posix_port board_line;
struct ffx_public_key release_key;
struct ffx_crypto board_crypto;
__attribute__((constructor)) static void start(void)
{
    FILE *key = popen("openssl ec -pubin -in $work/release.pub -outform DER "
                      "2>/dev/null | tail -c 65", "r");
    board_crypto = *psa_crypto();
    if (posix_port_open(&board_line, "$port", 115200, 0) != 0 || key == NULL ||
        fread(&release_key, 1, 65, key) != 65 || pclose(key) != 0)
        exit(99);
}
C
    cc -std=c11 -D_GNU_SOURCE -fsanitize=address,undefined -I"$root/include" \
        -I"$root/ports" main.c look.c offer.c board.c start.c \
        "$root/ports/template/template_port.c" \
        "$root/$BUILD/asan/libhost.a" -lmbedcrypto -o example >err 2>&1
    result $? "the example for an MCU compiles"
    ./example >out 2>err 8<&- &
    walker=$!
    tell_module "now sms +4915187654321 look now"
    until_true grep -q 'status 6' m.log
    result $? "an SMS starts its look, and the module gets B"
    kill -9 "$walker"
    wait "$walker" 2>/dev/null
    walker=
    runs $B
    result $? "example: the module runs B"
}
scene example

# A port that stays silent, and the next time, in $next.
next_time() # TZ OPTION...
{
    local silent
    socat PTY,link=quiet,raw,echo=0 EXEC:'sleep 60' 8<&- &
    silent=$!
    until_true test -e quiet
    port=$PWD/quiet
    TZ=$1 watch "${@:2}"
    tells '"event":"waiting"'
    ends 0 "${*:2} in $1 ends"
    kill $silent
    wait $silent 2>/dev/null
    rm -f quiet
    next=$(sed -n 's/.*"next":"\([^"]*\)".*/\1/p' said | head -n 1)
}

at_time() # TZ HH:MM
{
    next_time "$1" --at "$2"
    [ "$(TZ=$1 date -d "$next" +%H:%M:%S)" = "$2:00" ] &&
        left=$(($(date -d "$next" +%s) - $(date +%s))) &&
        [ $left -gt -60 ] && [ $left -le 90000 ]
    result $? "--at $2 in $1 is the next $2 there"
}

share()
{
    local first
    next_time UTC --at 06:00 --spread 8h
    first=$(date -u -d "$next" +%H%M%S)
    [ "$first" -ge 060000 ] && [ "$first" -le 140000 ]
    result $? "a share of --spread is added"
    next_time UTC --at 06:00 --spread 8h
    [ "$(date -u -d "$next" +%H%M%S)" -eq "$first" ]
    result $? "and is always the same"
}
scene share
for zone in UTC America/St_Johns; do
    for at in 00:00 12:34 23:59; do
        scene at_time $zone $at
    done
done
curtain

refuses() # WORD SENTENCE ARGUMENT...
{
    local word=$1 sentence=$2
    shift 2
    timeout 10 "$FARFIX" watch "$@" >said 2>err
    [ $? -eq 64 ] && grep -q -- "$word" err && [ ! -s said ]
    result $? "$sentence"
}
store="nowhere http://$http/ --trust release.pub"
# shellcheck disable=SC2086 # several words
{
    refuses "--every, --at or" "it wants something to wait for" $store
    refuses "ends in /" "it wants a store" nowhere update.zip --every 1h
    refuses "--trust" "it wants a key" nowhere http://$http/ --every 1h
    for bad in 0 1 6x -1 24d 99999999999s ''; do
        [ "$bad" != 1 ] || continue
        refuses "--every" "--every $bad is no time" $store --every "$bad"
    done
    for bad in 24:00 3 03:60 0300 03:0x 03:00:00; do
        refuses "--at" "--at $bad is no time of day" $store --at "$bad"
    done
    refuses "longer" "--spread is within --every" $store --every 1h --spread 2h
    refuses "--sms-from" "a name is no number" $store --sms-from farfix
    refuses "too often" "sixteen numbers are enough" $store \
        $(printf -- ' --sms-from +49%d' {1..17})
    refuses "--dialect" "what a look would refuse is refused at once: dialect" \
        $store --every 1h --dialect sim800
    refuses "--update-limit" "and --update-limit" $store --every 1h \
        --update-limit 86401
    refuses "--channel" "and --channel" $store --every 1h --channel 'a b'
    refuses "no address" "and the store's address" nowhere 'http://x"y/' \
        --trust release.pub --every 1h
    refuses "ends in /" "a login stays hidden" nowhere http://me:pw@x \
        --trust release.pub --every 1h
    ! grep pw err
    result $? "of an address that is refused"
    refuses "--sms-text" "a text is in letters and digits" $store \
        --sms-from +1 --sms-text 'pay $5'
}
"$FARFIX" watch nowhere http://$http/ --trust release.pub --every 1h 2>err
[ $? -eq 3 ] && grep -q nowhere err
result $? "a port that is not there is exit 3"
"$FARFIX" watch nowhere http://$http/ --trust release.pub --every 1h \
    --secrets missing.txt 2>err
[ $? -eq 3 ] && grep -q missing.txt err
result $? "so are secrets"
