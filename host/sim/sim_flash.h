/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The module's flash: strict NOR (host/lab) in the file flash.bin, which
 * counts the time that a real chip would have taken.
 */
#ifndef FARFIX_SIM_FLASH_H
#define FARFIX_SIM_FLASH_H

#include "sim/sim_layout.h"

#include "lab/lab_flash.h"

/* May not be moved while open. */
struct sim_flash {
    struct sim_layout layout;
    struct ffx_flash_region region;
    struct lab_flash lab;
    struct ffx_flash port; /* hand this to the agent */
    uint64_t spent_us;     /* since the caller last set it to 0 */
    char path[1024];       /* lab.config points here */
};

/* `layout` was checked. A file that is missing is created erased. FFX_ERR_*
 * with `error` filled in. */
int sim_flash_open(struct sim_flash *flash, const struct sim_layout *layout,
                   const char *directory, const char *name, uint32_t seed,
                   struct ffx_sim_error *error);
void sim_flash_close(struct sim_flash *flash);

/* Programs bytes into an erased area, the rest of the last unit stays as if
 * erased. 0 or FFX_ERR_FLASH, FFX_ERR_POWER. */
int sim_flash_fill(struct sim_flash *flash, const struct ffx_flash_area *area,
                   const void *bytes, uint32_t length);

#endif
