/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strict NOR flash with power cuts: an instrument, stricter than any part.
 *
 * A program of a write unit that was not erased since its last program is an
 * error even where real flash would forgive it. Every erase and program
 * counts as one operation; a planned cut at operation N leaves that operation
 * torn by a pattern and switches the supply off: from then on every call
 * answers FFX_ERR_POWER until lab_flash_power_up.
 *
 * A sector whose erase was cut counts as programmed all over, also where the
 * pattern left it blank: blankness after an unknown cut proves nothing.
 *
 * A call that breaks a rule changes nothing, answers FFX_ERR_FLASH and is
 * counted in `violations`; `complaint` says what the first one was.
 *
 * The backing file holds the bytes as they read, address 0 first, then one
 * byte of flags per write unit (LAB_UNIT_*). Each operation is written with
 * pwrite before it returns, the torn ones too, so a process may be killed at
 * any instant. A kill between the two halves of one operation errs on the
 * side of "programmed": a program writes its flags before its bytes, an erase
 * its bytes before its flags. Wear and counters are not kept in the file.
 */
#ifndef FARFIX_LAB_FLASH_H
#define FARFIX_LAB_FLASH_H

#include <farfix/error.h>
#include <farfix/flash.h>

#include <stddef.h>

/* How a cut tears the operation in hand (docs/reliability of the project:
 * fault models F1..F9). */
enum lab_tear {
    LAB_TEAR_BEFORE,      /* F1, F5: nothing happened */
    LAB_TEAR_AFTER,       /* F2: all happened, the caller never heard */
    LAB_TEAR_FIRST_HALF,  /* F3, F6: the lower half by address */
    LAB_TEAR_ONE_BYTE,    /* F3: all but the last byte */
    LAB_TEAR_RANDOM_BITS, /* F4, F7: each bit by a coin of the seed */
    LAB_TEAR_GARBAGE,     /* the sector or range reads as noise */
    LAB_TEAR_LAST_HALF,   /* F3, F6: the upper half by address */
    LAB_TEAR_SPECKS, /* F7, F9: one byte in 512 has moved; for a program all
                      * over its sector, outside the range as well */
    LAB_TEARS
};

/* A sector that does not do as it is told (F14). The silent ones answer 0. */
enum lab_fault {
    LAB_FAULT_NONE,
    LAB_FAULT_ERASE,          /* erase: FFX_ERR_FLASH, nothing happens */
    LAB_FAULT_PROGRAM,        /* program: FFX_ERR_FLASH, nothing happens */
    LAB_FAULT_ERASE_SILENT,   /* erase leaves the bytes */
    LAB_FAULT_PROGRAM_SILENT, /* program leaves the bytes */
    LAB_FAULTS
};

/* Flags of a write unit. */
#define LAB_UNIT_PROGRAMMED 1u /* must be erased before the next program */
#define LAB_UNIT_TORN 2u       /* with ecc: cannot be read until erased */

struct lab_flash_config {
    const struct ffx_flash_region *regions;
    uint32_t region_count;
    uint32_t write_unit;
    uint8_t erased_value;
    /* F11: the range of a torn operation answers FFX_ERR_ECC until erased. */
    uint8_t ecc;
    uint32_t seed;    /* of the coins */
    const char *path; /* backing file kept in step, or null: memory only */
    /* Touching (reading, too) anything outside is a violation; null: the
     * whole device may be used. Must outlive the flash. */
    const struct ffx_flash_area *fence;
    uint32_t fence_count;
};

/* May not be moved while open: port.context points to it. */
struct lab_flash {
    struct ffx_flash port; /* hand this to the agent */
    struct lab_flash_config config;
    uint8_t *bytes;
    uint8_t *written; /* LAB_UNIT_* per write unit */
    uint32_t size;
    uint32_t *wear;  /* erases per sector, torn ones included */
    uint8_t *faults; /* enum lab_fault per sector */
    uint32_t sector_count;
    uint64_t operations; /* erases and programs since the last power up */
    uint64_t cut_at;     /* operation that is torn; 0 never */
    enum lab_tear tear;
    int off; /* the supply is gone */
    int cuts_fired;
    int file;            /* descriptor of the backing file, or -1 */
    int violations;      /* rules broken by the caller */
    char complaint[160]; /* the first violation, in words */
};

/* Allocates; the file is created erased (whole or not at all) or loaded.
 * FFX_ERR_ARGUMENT: no such geometry; FFX_ERR_SPACE: no memory; FFX_ERR_IO:
 * the file cannot be read or written, or was made for another geometry. On
 * error there is nothing to close. */
int lab_flash_open(struct lab_flash *flash,
                   const struct lab_flash_config *config);
void lab_flash_close(struct lab_flash *flash);

/* Plans a cut: `operation` 1 is the next one. 0 takes the plan back. The
 * coins of a tear follow from seed, operation count and pattern alone, so
 * that one case can be replayed without the others. */
void lab_flash_cut(struct lab_flash *flash, uint64_t operation,
                   enum lab_tear tear);
/* Supply on again: contents stay, the plan is gone, counting starts anew. */
void lab_flash_power_up(struct lab_flash *flash);

/* Sticks the sector that holds `address`, or heals it (LAB_FAULT_NONE). */
void lab_flash_stick(struct lab_flash *flash, uint32_t address,
                     enum lab_fault fault);

/* Erases of all sectors of the area together. */
uint64_t lab_flash_wear(const struct lab_flash *flash,
                        const struct ffx_flash_area *area);

/* Whole content, for tests that compare or restore states: the bytes, then
 * the flags. Caller frees. Null: no memory. */
void *lab_flash_snapshot(const struct lab_flash *flash, size_t *bytes);
void lab_flash_restore(struct lab_flash *flash, const void *snapshot);

#endif
