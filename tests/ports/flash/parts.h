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
};

struct family {
    const char *name;
    struct part parts[8]; /* until one has no name */
    struct part none[6];  /* geometries that the family does not have */
    /* A small agent and where it lives. */
    struct farfix_stm32_flash_config agent;
    struct bench_geometry bench;
    uint32_t large_a, large_b; /* images of some steps */
};

extern const struct family families[4];

#endif
