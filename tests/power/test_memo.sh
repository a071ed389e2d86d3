#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The explorer remembers steps by content; under sanitizers, where it makes
# each step anew, it must find the same states, cut points and boots.
set -u
figures() {
    POWER=tiny timeout 300 "$1" 2>&1 | grep -ao '^# .* boots'
}
remembered=$(figures "$BUILD/power/test_closure")
anew=$(figures "$BUILD/asan/tests/power/test_closure")
echo "1..1"
if [ -n "$anew" ] && [ "$remembered" = "$anew" ]; then
    echo "ok 1 - what_is_remembered_finds_the_same_states"
else
    echo "not ok 1 - what_is_remembered_finds_the_same_states"
    printf '# remembered: %s\n# anew:       %s\n' "$remembered" "$anew"
fi
