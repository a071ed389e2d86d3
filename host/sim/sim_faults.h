/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fault file: one fault per line, in the order in which they come.
 *
 *   # comment
 *   seed 7               coins of torn flash (default 1)
 *   at flash 120 tear 3  cut at flash operation 120 of an update; how the
 *                        operation is torn: a number of enum lab_tear,
 *                        which is below LAB_TEARS
 *
 * Each cut counts from the moment when the boot stage starts or takes up an
 * update, so a second line cuts the continuation of what the first one cut.
 */
#ifndef FARFIX_SIM_FAULTS_H
#define FARFIX_SIM_FAULTS_H

#include "sim/sim_error.h"

struct sim_faults {
    uint32_t seed;
    uint32_t cut_count;
    struct ffx_sim_cut cuts[FFX_SIM_CUTS];
};

/* FFX_ERR_IO (with `missing`), FFX_ERR_SYNTAX: the text names the line. */
int sim_faults_read(struct sim_faults *faults, const char *path,
                    struct ffx_sim_error *error);

#endif
