/* SPDX-License-Identifier: Apache-2.0 */
/* Parts that the driver is for, and one of each family that an agent runs on.
 */
#ifndef PARTS_H
#define PARTS_H

#include <agent_bench.h>

#include <farfix_stm32_flash.h>

struct part {
    const char *name;
    struct farfix_stm32_flash_config config;
    uint32_t fitted; /* banks; 0: as config has them */
    int swapped;
};

struct family {
    const char *name;
    struct part parts[8]; /* until one has no name */
    struct part none[9];  /* that the family does not have, or not so */
    /* A small agent and where it lives. */
    struct farfix_stm32_flash_config agent;
    struct bench_geometry bench;
    uint32_t large_a, large_b; /* images of some steps */
};

extern const struct family families[4];

#endif
