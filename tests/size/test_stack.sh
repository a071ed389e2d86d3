#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# scripts/stack adds the frames of the deepest path, and refuses every program
# whose deepest path it cannot know.
set -u
here=$PWD
tree=$(mktemp -d) && trap 'rm -rf "$tree"' EXIT
cross=${CROSS:-arm-none-eabi-}
count=0

result() # VERDICT SENTENCE
{
    count=$((count + 1))
    [ "$1" -eq 0 ] && echo "ok $count - $2" || echo "not ok $count - $2"
}

# The room `agent` has one file: what stands on standard input.
stack() # CALLS: what scripts/stack says, in $said, and its code
{
    mkdir -p "$tree/src/agent"
    { printf '#define APART __attribute__((noinline)) static\n' && cat; } \
        >"$tree/src/agent/a.c"
    printf '%s\n' "$1" >"$tree/calls"
    said=$(cd "$tree" && "${cross}gcc" -mcpu=cortex-m3 -mthumb -Os \
        -ffunction-sections -fdata-sections -fcallgraph-info=su \
        -c src/agent/a.c -o src/agent/a.o &&
        "$here/scripts/stack" "$cross" . calls 2>&1)
}
refuses() # WORDS SENTENCE CALLS
{
    local code
    stack "$3"
    code=$?
    [ $code -ne 0 ] && [[ $said == *"$1"* ]]
    local verdict=$?
    [ $verdict -eq 0 ] || echo "# code $code: $said"
    result $verdict "$2"
}
states() # PATTERN SENTENCE CALLS
{
    stack "$3" && grep -qE "$1" <<<"$said"
    local verdict=$?
    [ $verdict -eq 0 ] || echo "# $said"
    result $verdict "$2"
}

# --- the sum -----------------------------------------------------------------

# What a frame holds beside its array is the compiler's business: the sum of
# what the path names must be the figure.
n='[0-9]+'
states "^deepest agent $n: ffx_agent_step $n > large $n > leaf $n\$" \
    "the deepest path goes through the larger of two callees" '' <<'CODE'
APART int leaf(volatile char *p) { volatile char b[32] = {*p}; return b[0]; }
APART int large(int n) { volatile char b[200]; b[n] = 1; return leaf(b) + n; }
APART int small(int n) { volatile char b[100]; b[n] = 1; return leaf(b) + n; }
int ffx_agent_step(int n) { return large(n) + small(n) + n; }
CODE
awk '$1 == "deepest" {
    for (i = 5; i <= NF; i += 3) sum += $i
    right = sum == $3 + 0 && sum >= 232
}
END { exit !right }' <<<"$said"
result $? "its figure is the sum of its frames"

states '^library: memcpy$' "what the library does stands beside the figure" '' \
    <<'CODE'
void *memcpy(void *, const void *, unsigned);
void ffx_agent_step(char *p, const char *q, unsigned n) { memcpy(p, q, n); }
CODE

# --- pointers ----------------------------------------------------------------

table='APART int a(int n) { volatile char b[200]; b[n] = 1; return b[0]; }
APART int b(int n) { return n; }
int (*const tasks[])(int) = {a, b};
struct row { const char *name; int (*go)(int), (*stop)(int); };
const struct row rows[] = {{"x", a, b}, {"y", 0, b}};
int ffx_agent_step(int n) { return tasks[n](n) + 1; }
int ffx_agent_run(int n) { return rows[n].stop(n) + 1; }'

states '^deepest agent .*: ffx_agent_step [0-9]+ > a [0-9]+$' \
    "a table stands for every function in it" \
    'tasks[n]: [tasks]
rows[n].stop: [rows/8/12]' <<<"$table"
grep -qE '^ffx_agent_run +8$' <<<"$said"
result $? "a column of a table stands for the functions of that column"
refuses "ffx_agent_run (src/agent/a.c:8:35) calls through rows[n].stop" \
    "a call that no line resolves is named with its caller" \
    'tasks[n]: [tasks]' <<<"$table"
refuses "the address of a is taken" \
    "a function whose address is taken must stand in a line" \
    'tasks[n]: b
rows[n].stop: [rows/8/12]' <<<"$table"
refuses "resolves no call: lost" "a line that matches nothing is refused" \
    'lost: port
tasks[n]: [tasks]
rows[n].stop: [rows/8/12]' <<<"$table"
refuses "no function in [gone]" "a table that is not there is refused" \
    'tasks[n]: [gone]
rows[n].stop: [rows/8/12]' <<<"$table"

states '^ports: p->read$' "a port counts nothing and is named" 'p->read: port' \
    <<'CODE'
struct port { int (*read)(int); };
int ffx_agent_step(const struct port *p) { return p->read(1) + 1; }
CODE

nest='struct file { int (*read)(const struct file *); struct file *below; };
int outer(const struct file *f);
APART int load(const struct file *f) { return f->read(f) + 1; }
int outer(const struct file *f) { return load(f->below) + 1; }
int ffx_agent_step(const struct file *f) { return load(f) + 1; }
int (*const way)(const struct file *) = outer;'
refuses "recursion: load > outer > load" \
    "recursion through a pointer is named" 'f->read: port outer' <<<"$nest"
states '^deepest agent .*: ffx_agent_step 8 > load 8 > outer 8 > load 8$' \
    "unless the table says where it ends" \
    'f->read: port outer
f->read within outer: port' <<<"$nest"

# --- no bound ----------------------------------------------------------------

refuses "recursion: even > odd > even" "recursion is named" '' <<'CODE'
int even(int n);
__attribute__((noinline)) int odd(int n) { return n ? even(n - 1) + 1 : 0; }
__attribute__((noinline)) int even(int n) { return n ? odd(n - 1) + 2 : 1; }
int ffx_agent_step(int n) { return odd(n) + 1; }
CODE
refuses "long_one has a frame without a bound" \
    "an array without a fixed length is named" '' <<'CODE'
APART int long_one(int n) { volatile char b[n]; b[0] = 1; return b[0]; }
int ffx_agent_step(int n) { return long_one(n) + 1; }
CODE
stack '' <<<'int ffx_agent_step(int n) { return n; }'
rm "$tree/src/agent/a.ci"
said=$(cd "$tree" && "$here/scripts/stack" "$cross" . calls 2>&1)
[ $? -ne 0 ] && [[ $said == *"a.ci is missing"* ]]
result $? "an object without a call graph is refused"
echo "1..$count"
