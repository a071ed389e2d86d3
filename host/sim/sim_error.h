/* SPDX-License-Identifier: Apache-2.0 */
/* Fills a struct ffx_sim_error; returns its code. */
#ifndef FARFIX_SIM_ERROR_H
#define FARFIX_SIM_ERROR_H

#include <farfix/sim.h>

/* One line: cause and next step. */
int sim_error(struct ffx_sim_error *error, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for something that the user named and that is not there. */
int sim_missing(struct ffx_sim_error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
