#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# scripts/mutants tells a bug that is seen from one that is not, from a patch
# that does not fit, and from a test that would fail anyway.
set -u
script=$PWD/scripts/mutants
tree=$(mktemp -d) && trap 'rm -rf "$tree"' EXIT
cd "$tree" || exit 1
count=0

mkdir -p src tests/a tests/mutants
echo 'one = 1' >src/a
for line in 2 3 4; do echo "line = $line" >>src/a; done
cat >Makefile <<'END'
build/tap/%.tap: tests/%.sh FORCE
	@mkdir -p $(@D)
	@sh $< >$@
FORCE:
END
cat >tests/a/test_one.sh <<'END'
case ${WHICH:-all} in
all) grep -q '^one = 1$' src/a && echo 'ok 1 - one' || echo 'not ok 1 - one' ;;
none) echo 'ok 1 - nothing is looked at' ;;
esac
END
echo 'echo "not ok 1 - always"' >tests/a/test_always.sh

plant() # NAME LINE-OF-SRC-A NEW-LINE HEAD...
{
    {
        printf '%s\n' 'Row: own' 'Bug: none.' "${@:4}" ''
        printf '%s\n' 'diff --git a/src/a b/src/a' '--- a/src/a' '+++ b/src/a' \
            '@@ -1,4 +1,4 @@'
        awk -v old="$2" -v new="$3" '
            $0 == old { print "-" $0; print "+" new; next }
            { print " " $0 }' src/a
    } >"tests/mutants/$1.patch"
}

says() # CODE WORDS SENTENCE: of the mutants planted by now
{
    local said code
    said=$(BUILD=build "$script" 2>&1)
    code=$?
    count=$((count + 1))
    if [ $code -eq "$1" ] && grep -q "$2" <<<"$said"; then
        echo "ok $count - $3"
    else
        echo "not ok $count - $3"
        sed "s/^/# code $code: /" <<<"$said"
    fi
    rm -f tests/mutants/*.patch
}

plant seen 'one = 1' 'one = 2' 'Caught by: a/test_one'
says 0 '^caught *seen *by a/test_one in .* s$' \
    'a bug that a test sees is caught'
plant seen 'one = 1' 'one = 2' 'Caught by: a/test_one'
plant unseen 'line = 3' 'line = 5' 'Caught by: a/test_one'
says 1 '^1 caught, 1 survived$' 'a bug that no test sees survives'
plant seen 'one = 1' 'one = 2' 'Caught by: a/test_one' 'Case: WHICH=none'
says 1 '^SURVIVED *seen ' 'only the case that the head names is run'
plant early 'line = 3' 'line = 5' 'Caught by: a/test_one'
plant late 'one = 1' 'one = 2' 'Caught by: a/test_one.sh, a/test_one'
says 1 '^caught *late ' 'one bug is gone before the next one comes'
plant stale 'one = 1' 'one = 2' 'Caught by: a/test_one'
sed -i 's/^ line = 4/ line = four/' tests/mutants/stale.patch
says 1 '^DOES NOT APPLY *stale ' 'a patch that does not fit is a failure'
plant none 'one = 1' 'one = 2' 'Caught by: a/test_none'
says 1 '^DOES NOT BUILD *none ' 'a test that cannot be built sees nothing'
plant always 'one = 1' 'one = 2' 'Caught by: a/test_always'
says 1 '^FAILS UNMUTATED *a.test_always ' \
    'a test that fails without a bug sees nothing'
plant headless 'one = 1' 'one = 2'
says 1 '^DOES NOT APPLY *headless ' 'a head that names no test is a failure'
says 1 '^no such mutant' 'no mutants at all are a failure'
