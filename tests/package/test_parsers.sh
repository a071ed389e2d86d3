#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# unzip, bsdtar, 7z and libzip read every zip of tests/support/zip_rows.h beside
# our reader: all agree about the honest package; about the others they do not,
# which is why none of those may install. Nothing is unpacked to a disk: names
# and bytes go to files of ours. FARFIX_ROW=NAME shows what each makes of one.
set -u
judge=$PWD/$BUILD/asan/tests/package/zip_judge
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
export LC_ALL=C

"$judge" write "$work" || exit 1
cd "$work" || exit 1

# Codes: 0 read, 1 read with warnings, more: refused.
read_with() # PARSER names|bytes COMMAND
{
    for zip in *.zip; do
        $3 "$zip" >"${zip%.zip}.$1.$2" 2>/dev/null
        echo $? >"${zip%.zip}.$1.$2.code"
    done </dev/null
}
# A bomb may cost so much: seconds, and half kilobytes of output.
(
    ulimit -t 60
    ulimit -f 4096
    # 7z spends most of its time waiting for itself.
    read_with 7z names '7z l -ba -slt -psecret' &
    read_with 7z bytes '7z x -so -y -psecret' &
    (
        read_with unzip names 'unzip -Z1'
        read_with unzip bytes 'unzip -p'
        read_with bsdtar names 'bsdtar -tf'
        read_with bsdtar bytes 'bsdtar -xOf'
    )
    wait
)
"$judge" "$work"
