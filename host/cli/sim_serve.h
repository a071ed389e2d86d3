/* SPDX-License-Identifier: Apache-2.0 */
/* `farfix sim run`, once its options are read: makes the modules, says that
 * they are ready, runs them. */
#ifndef FARFIX_CLI_SIM_SERVE_H
#define FARFIX_CLI_SIM_SERVE_H

#include <farfix/sim.h>

#define SIM_SERVING_MAX 4096u

struct sim_serving {
    struct ffx_sim_config config; /* of the first; log and trace are ours */
    const char *release, *trust;  /* null: the state has a module, or: */
    const char *model, *version;  /* a plain one; version null: none */
    const char *control;          /* socket; null: none */
    int trace;
    uint32_t count; /* 1..SIM_SERVING_MAX; more than one: TCP, each with its
                     * own port, directory and IMEI */
};

/* An exit code, after a message. */
int sim_serve(const struct sim_serving *serving);

#endif
