#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The include checker refuses what it is there to refuse.
set -u
tree=$(mktemp -d) && trap 'rm -rf "$tree"' EXIT
count=0

# A small tree that is in order; each case then plants one thing in it.
fresh()
{
    rm -rf "$tree"
    mkdir -p "$tree/include/farfix" "$tree/src/base" "$tree/src/agent" \
        "$tree/host/sim"
    printf 'base -\nagent base\nsim base agent\n' >"$tree/ROOMS"
    echo '#include <stdint.h>' >"$tree/src/base/bytes.h"
    printf '#include "base/bytes.h"\n#include <farfix/error.h>\n' \
        >"$tree/src/agent/agent.c"
    echo '#include "agent/agent.h"' >"$tree/host/sim/sim.c"
    : >"$tree/src/agent/agent.h"
    : >"$tree/include/farfix/error.h"
    : >"$tree/include/farfix/agent.h"
}

result() # VERDICT SENTENCE
{
    count=$((count + 1))
    [ "$1" -eq 0 ] && echo "ok $count - $2" || echo "not ok $count - $2"
}

refuses() # WORDS SENTENCE: the checker fails and says WORDS
{
    said=$(scripts/rooms "$tree") && said="accepted: $said"
    case $said in
    *"$1"*) result 0 "$2" ;;
    *) echo "# $said"; result 1 "$2" ;;
    esac
}

fresh
scripts/rooms "$tree"
result $? "a tree in order is accepted"

fresh
echo '#include "sim/sim.h"' >>"$tree/src/agent/agent.c"
: >"$tree/host/sim/sim.h"
refuses "agent.c:3: room agent may not include room sim" \
    "the device core may not include the host"

fresh
echo '#  include <farfix/agent.h>' >>"$tree/src/base/bytes.h"
refuses "room base may not include <farfix/agent.h>" \
    "a leaf may not include a public header of another room"

fresh
echo '#include <stdio.h>' >>"$tree/src/agent/agent.c"
refuses "<stdio.h> needs a C library" "src/ may not include a hosted header"

fresh
mkdir "$tree/src/cellar" && : >"$tree/src/cellar/wine.c"
refuses '"cellar" is no room' "a folder that ROOMS does not name is refused"

fresh
echo '#include "bytes.h"' >>"$tree/src/agent/agent.c"
refuses '"bytes.h" is not ROOM/FILE.h' "a quoted include must name its room"

fresh
echo '#include HEADER' >>"$tree/src/agent/agent.c"
refuses "must name its file" "an include hidden in a macro is refused"

fresh
echo '#include "agent/b.h"' >"$tree/src/agent/a.h"
echo '#include "agent/a.h"' >"$tree/src/agent/b.h"
refuses "files include each other in a circle" "a circle of files is refused"

fresh
echo 'base agent' >>"$tree/ROOMS"
refuses "rooms include each other in a circle" "a circle of rooms is refused"

echo "1..$count"
