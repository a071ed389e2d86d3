/* SPDX-License-Identifier: Apache-2.0 */
/* The module's flash on disk: found, or made once from a release. */
#ifndef FARFIX_SIM_FACTORY_H
#define FARFIX_SIM_FACTORY_H

#include "sim/sim_boot.h"

/* 1 when the state directory holds a module. */
int sim_factory_done(const struct sim_files *files);

/* Makes layout and flash.bin. flash.bin takes its name last, so that a
 * process killed here leaves a directory that can be tried again. */
int sim_factory_make(struct sim_files *files,
                     const struct ffx_sim_config *config,
                     struct ffx_sim_error *error);

/* The layout of the module in the directory. FFX_ERR_STATE. */
int sim_factory_layout(const struct sim_files *files, const char *directory,
                       struct sim_layout *layout, struct ffx_sim_error *error);

#endif
