#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A hundred modules in one process, all in an update at once: what make
# bench-sim does with a thousand.
out=$(mktemp)
trap 'rm -f "$out"' EXIT
PARTS=crowd COUNT=100 scripts/bench-sim >"$out" 2>&1
code=$?
sed 's/^/# /' "$out"
if grep -q '^crowd *100 modules, 100 of them in an update at once' "$out"; then
    echo "ok 1 - a hundred modules go from A to B at the same time"
else
    echo "not ok 1 - a hundred modules go from A to B at the same time"
fi
if [ "$code" -eq 0 ]; then
    echo "ok 2 - in less than a thousandth of 1 GiB each"
else
    echo "not ok 2 - in less than a thousandth of 1 GiB each"
fi
echo "1..2"
