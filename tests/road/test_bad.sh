#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What goes wrong on the note's road. Each case ends with A running, the
# status or CME error of the module, exit 1, and one line that names the cause
# and the next step.
. "$(dirname "$0")/../pack/maker.bash"
. "$root/tests/support/sim.bash"
. "$root/tests/road/servers.bash"
make_pair >/dev/null || { result 1 "releases and keys"; exit; }
mkdir -p releases www && cp -r a b releases/
make() # FROM TO FILE
{
    "$FARFIX" package make --from "$1" --to "$2" --key release.key --full \
        -o "$3" >/dev/null
}
sign() # DIR VERSION SEQUENCE MODEL
{
    release "$@" && "$FARFIX" release sign "$1" --key release.key >/dev/null
}

# --- packages ---------------------------------------------------------------

# C's package expects B; E's another model; old's release is older than A's.
sign c C 7 SIM7000G && sign ea A 5 SIM7000E && sign eb B 6 SIM7000E &&
    sign old B 4 SIM7000G
# A as it was called when its sequence was 3: same images, so only the
# sequence of the target, 4, tells that it is too old.
mkdir -p past && cp a/*.bin past/ &&
    sed 's/^sequence.*/sequence = 3/' a/release.ini >past/release.ini &&
    "$FARFIX" release sign past --key release.key >/dev/null
make a b good.zip && make b c source.zip && make ea eb model.zip &&
    make past old sequence.zip
result $? "the bad packages are made by the maker itself"
size=$(stat -c %s good.zip)
flip() # OFFSET: flip.zip differs from good.zip in one bit
{
    cp good.zip flip.zip
    local byte
    byte=$(od -An -tu1 -j "$1" -N 1 good.zip)
    printf "\\x$(printf %x $((byte ^ (1 << $1 % 8))))" |
        dd of=flip.zip bs=1 seek="$1" conv=notrunc 2>/dev/null
}
head -c $((size / 2)) good.zip >half.zip
head -c $((size - 1)) good.zip >short.zip

start_store releases store.key && start_tls && start_ftp "$work/www"
result $? "HTTP, HTTPS and FTP servers run"
cp good.zip www/update.zip

# --- one module for all cases: each leaves A --------------------------------

start_sim m --release a --trust release.pub --pty modem --flash-speed fast
result $? "a module runs A"

one_line() # FILE: one sentence, and it says what to do
{
    [ "$(wc -l <"$1")" -eq 1 ] && grep -q '[:;] [a-z]' "$1"
}

still_a() # STATUS
{
    line_open && until_true at AT && answers AT+GMR Revision:A &&
        answers 'AT+CFOTA?' "+CFOTA: $1"
    local result=$?
    line_close
    return $result
}

# farfix update says WORDS in one line and exits 1; A runs with STATUS.
fails() # SENTENCE STATUS WORDS SOURCE TO OPTION...
{
    local sentence=$1 status=$2 words=$3 source=$4 to=$5 got
    shift 5
    timeout 300 "$FARFIX" update ./modem "$source" --to "$to" "$@" >out 2>err
    got=$?
    [ "$got" -eq 1 ] && grep -q "$words" err && one_line err &&
        still_a "$status"
    result $? "$sentence"
    echo "# exit $got: $(cat err)"
    timeout 60 "$FARFIX" modem clear ./modem >/dev/null 2>&1
}

fails "a package for another source version: status 7" 7 "refused" source.zip C
fails "a package for another model: status 7" 7 "refused" model.zip B
fails "a package with an older sequence: status 7" 7 "refused" sequence.zip B
for at in 0 $((RANDOM % 2000)) $((size / 3)) $((RANDOM * 7 % size)) \
    $((size - 1)); do
    flip "$at"
    fails "one flipped bit in byte $at of $size: status 7" 7 "refused" \
        flip.zip B
done
fails "half a package: status 7" 7 "refused" half.zip B
fails "a package without its last byte: status 7" 7 "refused" short.zip B

# With the release key at hand it is known before a byte is sent.
flip $((size / 2))
fails "with --trust a damaged package is not even sent" 8 "flip.zip" flip.zip \
    B --trust release.pub
fails "nor is a package for another version" 8 "source.zip\|version" \
    source.zip C --trust release.pub

# --- the way to the module --------------------------------------------------

fails "a package that the server does not have" 8 "404" "http://$http/SIM7000G/A___Z/update.zip" Z
fails "a dead server" 8 "601\|server" "http://127.0.0.1:1/update.zip" B \
    --tries 1
fails "a certificate that nobody vouches for" 8 "601\|server\|certificate" \
    "https://$https/SIM7000G/A___B/update.zip" B --tries 1
export FARFIX_FTP_USER=ftp FARFIX_FTP_PASSWORD=wrong
fails "a wrong FTP password" 8 "72\|password" \
    "ftp://$ftp/%2F${work#/}/www/update.zip" B --tries 1
export FARFIX_FTP_PASSWORD=tmf123
fails "a file that the FTP server does not have" 8 "77\|file" \
    "ftp://$ftp/%2F${work#/}/www/none.zip" B --tries 1

mkdir -p m/datatx && truncate -s 22151000 m/datatx/big
fails "a full file system, by push" 8 "full" good.zip B
fails "a full file system, by HTTP" 8 "full" \
    "http://$http/SIM7000G/A___B/update.zip" B --tries 1
rm m/datatx/big

# --- the note's own words: AT by hand ---------------------------------------

line_open && until_true at AT && at AT+CMEE=1
! at AT+CFOTA=1 && [ "$line" = '+CME ERROR: 3' ]
result $? "AT+CFOTA=1 without a package: CME 3"
cp good.zip m/fota/firmware.zip
! at AT+CFOTA=1 && [ "$line" = '+CME ERROR: 3' ]
result $? "a package under another name is none: CME 3"
rm m/fota/firmware.zip
at AT+CNACT=0 && hear DEACTIVE
at "AT+HTTPTOFS=\"http://$http/SIM7000G/A___B/update.zip\",\"/fota/update.zip\"" &&
    hear '^[+]HTTPTOFS: ' && [ "$line" = '+HTTPTOFS: 601,0' ]
result $? "a download without a bearer: 601"
answers AT+GMR Revision:A
result $? "and A runs"
line_close
stop_sim

start_sim m --pty modem --flash-speed fast --no-bearer
fails "a network that gives no bearer" 8 "bearer\|data" \
    "http://$http/SIM7000G/A___B/update.zip" B
stop_sim

start_sim m --pty modem --flash-speed fast --no-sim
fails "no SIM" 8 "SIM" "http://$http/SIM7000G/A___B/update.zip" B
stop_sim
start_sim m --pty modem --flash-speed fast

# --- after all that ---------------------------------------------------------

timeout 120 "$FARFIX" update ./modem good.zip --to B --trust release.pub \
    >out 2>err && runs B
result $? "the same module then takes the good package to B"
stop_sim
