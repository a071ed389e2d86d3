/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cuts the power at every flash operation of everything that a device can do,
 * torn in every way, and again in whatever boots after that, until no flash
 * appears that was not there before.
 *
 * A state is a flash without power. From each the agent starts: with good
 * luck and with bad where bits are unstable; with its package, with another
 * one in its place, with none. While it runs, each erase and program is cut
 * in every way of enum lab_tear, and what that leaves is one more state. A
 * run ends where it meets a commit that an earlier run has made on the same
 * flash with the same memory: what follows was followed there.
 *
 * Every run must end well: B complete and status 6, A untouched (7, or never
 * begun), or 3 or 5, from which a request with the right package is one more
 * thing that the device can do. Each start must say what is true.
 */
#ifndef FARFIX_TESTS_POWER_EXPLORE_H
#define FARFIX_TESTS_POWER_EXPLORE_H

#include "rig.h"

struct explore_options {
    /* Deeper cuts than this many in a row are not made; 0: no limit. */
    uint32_t cuts;
    /* Of enum lab_tear the first so many; LAB_TEAR_UNSTABLE is the last one. */
    uint32_t tears;
    /* 1: every byte of every program, sixteenths of every erase; else every
     * enum lab_tear. */
    int every_byte;
    /* 1: states are told apart by every bit, nothing is poisoned. */
    int exact;
    /* 1: also without the package, with another, and back through 3 and 5;
     * 2: from there also by full images. */
    int packages;
    /* A stuck sector in the device: its fault, or LAB_FAULT_NONE. 3, 5 and 7
     * are then good ends as well. */
    enum lab_fault fault;
    uint32_t fault_address;
};

struct explore_figures {
    uint64_t operations;     /* that were cut */
    uint64_t planned, fired; /* cuts; both count each way of each operation */
    uint64_t points;         /* of these, flashes that differ from each other */
    uint64_t states, commits, boots, merges, replayed;
    uint64_t sequences;  /* rows of options->cuts cuts, followed to the end */
    uint64_t ends[9];    /* by status */
    uint64_t longest_us; /* of a start to its end, at the chip's speed */
    double seconds;
};

/* One line of them; nothing with FARFIX_CASE. */
void explore_print(const struct bench_geometry *geometry,
                   const struct explore_figures *figures);

/* 1 with FARFIX_CASE in the environment. */
int explore_is_case(void);

/* Fails the test at the first bad end, with the way that led there: a device
 * and its starts, such as small-nor/Ag2.1.0/dg10.1.0 (explorer.h).
 * FARFIX_CASE=WAY explores nothing and leaves the figures 0: the device of
 * that name plays just this way, by real cuts, tells of each start and of the
 * journal, runs once more to an end unless the way had one, and gets the same
 * verdicts. Other devices are passed over. */
void explore(struct rig *rig, const struct explore_options *options,
             struct explore_figures *figures);

#endif
