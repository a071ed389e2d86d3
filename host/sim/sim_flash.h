/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The module's flash: strict NOR (host/lab) in the file flash.bin, which
 * counts the time that a real chip would have taken. Units that a cut left
 * unstable read by a coin each time.
 */
#ifndef FARFIX_SIM_FLASH_H
#define FARFIX_SIM_FLASH_H

#include "sim/sim_layout.h"

#include "lab/lab_flash.h"

/* May not be moved while open. */
struct sim_flash {
    struct sim_layout layout;
    struct ffx_flash_region region;
    struct lab_flash lab; /* hand its port to the agent */
    char path[1024];      /* lab.config points here */
};

/* `layout` was checked. A file that is missing is created erased. FFX_ERR_*
 * with `error` filled in. */
int sim_flash_open(struct sim_flash *flash, const struct sim_layout *layout,
                   const char *directory, const char *name, uint32_t seed,
                   struct ffx_sim_error *error);
void sim_flash_close(struct sim_flash *flash);

#endif
