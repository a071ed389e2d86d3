#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Planted bugs are seen by the tests: scripts/mutants as TAP, a line for each
# mutant. One of every second row; all of them are make mutants.
set -u
said=$(mktemp) && trap 'rm -f "$said"' EXIT
# The limit of this program is not that of the tests within it.
unset TEST_SECONDS
SAMPLE=1 scripts/mutants >"$said" 2>&1
code=$?
awk '
/^caught / { print "ok " ++n " - " $2 " is caught " $3 " " $4; next }
/^(SURVIVED|DOES NOT APPLY|DOES NOT BUILD|FAILS UNMUTATED) / {
    print "not ok " ++n " - " $0; next }
{ print "# " $0 }
END { print "1.." n + 0 }' "$said"
exit $code
