/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strict NOR flash with power cuts: an instrument, stricter than any part.
 *
 * A program of a write unit that was not erased since its last program is an
 * error even where real flash would forgive it. Every erase and program
 * counts as one operation; a planned cut at operation N leaves that operation
 * torn by a pattern and switches the supply off: from then on every call
 * answers FFX_ERR_POWER until lab_flash_power_up.
 */
#ifndef FARFIX_LAB_FLASH_H
#define FARFIX_LAB_FLASH_H

#include <farfix/error.h>
#include <farfix/flash.h>

#include <stddef.h>

/* How a cut tears the operation in hand (docs/reliability of the project:
 * fault models F1..F7). */
enum lab_tear {
    LAB_TEAR_BEFORE,     /* F1, F5: nothing happened */
    LAB_TEAR_AFTER,      /* F2: all happened, the caller never heard */
    LAB_TEAR_FIRST_HALF, /* F3, F6: the lower half by address */
    LAB_TEAR_ONE_BYTE,   /* F3: all but the last byte */
    LAB_TEAR_RANDOM_BITS,/* F4, F7: each bit by a coin of the seed */
    LAB_TEAR_GARBAGE,    /* the sector or range reads as noise */
    LAB_TEARS
};

struct lab_flash_config {
    const struct ffx_flash_region *regions;
    uint32_t region_count;
    uint32_t write_unit;
    uint8_t erased_value;
    uint32_t seed; /* of the coins */
    const char *path; /* backing file kept in step, or null: memory only */
};

struct lab_flash {
    struct ffx_flash port;   /* hand this to the agent */
    struct lab_flash_config config;
    uint8_t *bytes;
    uint8_t *written;        /* one flag per write unit: programmed */
    uint32_t size;
    uint32_t *wear;          /* erases per sector */
    uint32_t sector_count;
    uint64_t operations;     /* erases and programs since the last reset */
    uint64_t cut_at;         /* operation that is torn, counted from 1; 0 never */
    enum lab_tear tear;
    int off;                 /* the supply is gone */
    int cuts_fired;
    int file;                /* descriptor of the backing file, or -1 */
    int violations;          /* rules broken by the caller */
    char complaint[160];     /* the first violation, in words */
};

/* Allocates; the file is created erased or loaded. 0 or FFX_ERR_*. */
int lab_flash_open(struct lab_flash *flash,
                   const struct lab_flash_config *config);
void lab_flash_close(struct lab_flash *flash);

/* Plans a cut: `operation` 1 is the next one. 0 takes the plan back. */
void lab_flash_cut(struct lab_flash *flash, uint64_t operation,
                   enum lab_tear tear);
/* Supply on again: contents stay, the plan is gone, counting starts anew. */
void lab_flash_power_up(struct lab_flash *flash);

/* Whole content, for tests that compare or restore states. Includes what was
 * written since the last erase. Caller frees. */
void *lab_flash_snapshot(const struct lab_flash *flash, size_t *bytes);
void lab_flash_restore(struct lab_flash *flash, const void *snapshot);

#endif
