#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The gates refuse what they are there to refuse, and the runner tells the
# truth about what it ran.
set -u
tree=$(mktemp -d) && trap 'rm -rf "$tree"' EXIT
cross=${CROSS:-arm-none-eabi-}
count=0

result() # VERDICT SENTENCE
{
    count=$((count + 1))
    [ "$1" -eq 0 ] && echo "ok $count - $2" || echo "not ok $count - $2"
}

refuses() # WORDS SENTENCE COMMAND...: it fails and says WORDS
{
    local words=$1 sentence=$2 said code
    shift 2
    said=$("$@" 2>&1)
    code=$?
    [ $code -ne 0 ] && [[ $said == *"$words"* ]]
    local verdict=$?
    [ $verdict -eq 0 ] || echo "# code $code: $said"
    result $verdict "$sentence"
}

accepts() # SENTENCE COMMAND...
{
    local sentence=$1 said
    shift
    said=$("$@" 2>&1)
    local verdict=$?
    [ $verdict -eq 0 ] || echo "# $said"
    result $verdict "$sentence"
}

# --- style ------------------------------------------------------------------

source_file() # LINES-OF-A-FUNCTION TEXT-INSIDE
{
    mkdir -p "$tree/src/a"
    {
        echo '/* SPDX-License-Identifier: Apache-2.0 */'
        printf 'int f(void)\n{\n'
        printf '%b' "$2"
        for _ in $(seq $(($1 - 3))); do echo '    ;'; done
        echo '}'
    } >"$tree/src/a/a.c"
}

source_file 12 ''
accepts "style accepts short functions" scripts/style "$tree"
source_file 81 ''
refuses "a.c:2: function of 81 lines" "style refuses a function of 81 lines" \
    scripts/style "$tree"
source_file 60 ''
refuses "median at most 12" "style refuses functions that are long on the whole" \
    scripts/style "$tree"
source_file 8 '#if 1\n#endif\n'
refuses "#if inside a function" "style refuses #if inside a function of src/" \
    scripts/style "$tree"
source_file 8 "    /* TO""DO: later */\n"
refuses "(leftover)" "style refuses leftovers" scripts/style "$tree"
source_file 8 "    // $(printf 'x%.0s' $(seq 80))\n"
refuses "more than 80 columns" "style refuses a line of 87 columns" \
    scripts/style "$tree"
echo 'int x;' >"$tree/src/a/a.c"
refuses "no SPDX line" "style refuses a file without its licence" \
    scripts/style "$tree"
{ echo '/* SPDX-License-Identifier: Apache-2.0 */'; seq 800 | sed 's|.*|;|'; } \
    >"$tree/src/a/a.c"
refuses "801 lines" "style refuses a file of 801 lines" scripts/style "$tree"

# --- symbols and size: what a Cortex-M compiler makes of a line --------------

object() # ROOM TEXT
{
    mkdir -p "$tree/m3/src/$1"
    echo "$2" | "${cross}gcc" -mcpu=cortex-m3 -mthumb -Os -x c -c - \
        -o "$tree/m3/src/$1/x.o"
}
stacks() # BYTES-OF-THE-AGENT
{
    printf 'deepest %s: f\n' "driver 512" "slot 1024" "agent $1" \
        >"$tree/stack"
}
sizes() # BYTES-OF-THE-AGENT
{
    echo "char agent__ffx_agent[$1];" | "${cross}gcc" -mcpu=cortex-m3 -x c \
        -c - -o "$tree/sizes.o"
}

object base 'void *memcpy(void *, const void *, unsigned);
    void f(char *p, const char *q, unsigned n) { memcpy(p, q, n); }'
accepts "symbols accepts memcpy" \
    scripts/symbols "$cross" "$tree/m3/src/base/x.o"
object base 'void *malloc(unsigned); void *f(void) { return malloc(4); }'
refuses "asks for malloc" "symbols refuses a core that wants malloc" \
    scripts/symbols "$cross" "$tree/m3/src/base/x.o"
object base 'unsigned long long f(unsigned long long a, unsigned long long b)
    { return a / b; }'
refuses "asks for __aeabi_uldivmod" "symbols refuses 64-bit division" \
    scripts/symbols "$cross" "$tree/m3/src/base/x.o"

object agent 'const char table[14336] = {1};'
object delta 'const char table[16384] = {1};'
sizes 2048
stacks 1024
accepts "size accepts a room that fills its budget" \
    scripts/size "$cross" "$tree/m3" "$tree/sizes.o" "$tree/stack"
object delta 'const char table[16385] = {1};'
refuses "OVER" "size refuses one byte of patch reader too many" \
    scripts/size "$cross" "$tree/m3" "$tree/sizes.o" "$tree/stack"
object delta 'int x;'
object agent 'const char table[14337] = {1};'
refuses "OVER" "size refuses one byte of text too many" \
    scripts/size "$cross" "$tree/m3" "$tree/sizes.o" "$tree/stack"
object agent 'int x;'
sizes 2049
refuses "OVER" "size refuses one byte of RAM too many" \
    scripts/size "$cross" "$tree/m3" "$tree/sizes.o" "$tree/stack"
sizes 2048
stacks 1025
refuses "OVER" "size refuses one byte of stack too many" \
    scripts/size "$cross" "$tree/m3" "$tree/sizes.o" "$tree/stack"
: >"$tree/stack"
refuses "no figure for the stacks" "size refuses stacks that nobody measured" \
    scripts/size "$cross" "$tree/m3" "$tree/sizes.o" "$tree/stack"

# --- docs -------------------------------------------------------------------

mkdir -p "$tree/pages/docs"
echo 'see [here](docs/there.md)' >"$tree/pages/README.md"
refuses "docs/there.md, which is not there" "docs refuses a dead link" \
    scripts/docs "$tree/pages"

mkdir -p "$tree/pages/host/cli"
echo '    {"song", "sing", cli_song_sing,' >"$tree/pages/host/cli/verbs.c"
refuses "farfix-song.1 is missing" "docs refuses a noun without a man page" \
    scripts/docs "$tree/pages"

# --- the runner -------------------------------------------------------------

program() # TEXT: a test program
{
    printf '#!/bin/sh\n%s\n' "$1" >"$tree/test_x" && chmod +x "$tree/test_x"
    rm -f "$tree"/x.tap*
    BUILD=$tree scripts/run-test "$tree/x.tap" "$tree/test_x" >/dev/null 2>&1
    scripts/count-tests "$tree/x.tap" 2>&1
}
verdict() # LAST-LINE SENTENCE TEXT
{
    local last
    last=$(program "$3" | tail -n 1)
    [ "$last" = "$1" ]
    result $? "$2"
}

verdict "2 passed, 0 failed" "the runner counts what passed" \
    'echo "ok 1 - a"; echo "ok 2 - b"'
verdict "1 passed, 1 failed" "the runner counts what failed" \
    'echo "ok 1 - a"; echo "not ok 2 - b"'
verdict "1 passed, 1 failed" "a program that crashes after a test has failed" \
    'echo "ok 1 - a"; kill -SEGV $$'
verdict "0 passed, 1 failed" "a program that says nothing has failed" 'exit 0'
verdict "1 passed, 0 failed" "what cmocka skipped is no failure" \
    'echo "not ok 1 # SKIP b"'
TEST_SECONDS=1 verdict "1 passed, 1 failed" "a program that hangs has failed" \
    'echo "ok 1 - a"; sleep 60'
refuses "0 passed, 1 failed" "a test that did not build has failed" \
    scripts/count-tests "$tree/absent.tap"
refuses "0 passed, 0 failed" "no tests at all is a failure" scripts/count-tests
echo "1..$count"
