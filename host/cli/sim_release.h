/* SPDX-License-Identifier: Apache-2.0 */
/* A verified release directory as the facts of a module that leaves the
 * factory. */
#ifndef FARFIX_CLI_SIM_RELEASE_H
#define FARFIX_CLI_SIM_RELEASE_H

#include "pack/pack.h"

#include <farfix/sim.h>

struct sim_release {
    struct pack_release release; /* the factory points into it */
    struct ffx_public_key trust;
    struct ffx_sim_factory factory;
};

/* Loads, checks signature and geometry. 0, or an exit code after one line on
 * stderr; then there is nothing to free. */
int sim_release_load(struct sim_release *out, const char *directory,
                     const char *trust);
void sim_release_free(struct sim_release *release);

#endif
