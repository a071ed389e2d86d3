#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What a failing exploration prints can be played again: FARFIX_CASE=WAY.
set -u
pairs=$BUILD/power/test_pairs
count=0

result() # VERDICT SENTENCE
{
    count=$((count + 1))
    [ "$1" -eq 0 ] && echo "ok $count - $2" || echo "not ok $count - $2"
}

# WAY EXIT WORDS SENTENCE: the program ends so (0 or 1) and says WORDS.
plays()
{
    said=$(FARFIX_CASE=$1 CMOCKA_MESSAGE_OUTPUT=STDOUT timeout 60 "$pairs" 2>&1)
    code=$(($? != 0))
    case $code:$said in
    $2:*$3*) result 0 "$4" ;;
    *)
        echo "$said" | sed 's/^/# /'
        result 1 "$4"
        ;;
    esac
}

plays small-nor/Ag2.1.0/dg10.1.0 0 \
    "start 2: deltas, good luck, operation 10 torn 1, 0 bytes: -13 " \
    "a_cut_of_the_way_fires"
plays small-nor/Ag2.1.0/dg10.1.0 0 \
    "start 3: deltas, good luck, to its end: 0" \
    "a_way_that_ends_in_a_cut_is_booted_to_its_end"
plays small-nor/Ag2.1.0/dg10.1.0 0 "small-zero: passed over" \
    "other_devices_are_passed_over"
plays small-nor/Ag0.0.0/ng0.0.0 0 \
    "start 2: no package, good luck, to its end: 0 after 8 operations, status 7" \
    "a_start_that_is_not_cut_comes_to_its_end"
plays small-ecc/Ag0.0.0/dg30.14.77/db12.12.0 0 "status 6, error 0" \
    "a_torn_byte_and_bad_luck_are_played"
plays small-nor/Ag2.1.0/dg9999.1.0 1 \
    "operation 9999 of start 2 never came: it made " \
    "an_operation_that_never_comes_is_named"
plays small-nor/Ag2.1.0/xg1.1.0 1 "start 2 is not" \
    "a_start_that_is_none_is_named"
plays small-nor/Ag2.99.0 1 "start 1 is not" "a_tear_that_is_none_is_named"
echo "1..$count"
