/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the instrument share; nobody else includes it. */
#ifndef FARFIX_LAB_INSIDE_H
#define FARFIX_LAB_INSIDE_H

#include "lab/lab_flash.h"

/* --- coins --------------------------------------------------------------- */

/* SplitMix64 (Steele, Lea, Flood 2014): any row is a good row, and its coins
 * can be had in any order. */
static inline uint64_t lab_mix(uint64_t z)
{
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* 64 coins: number `index` of the row. */
static inline uint64_t lab_coins(uint64_t row, uint64_t index)
{
    return lab_mix(row + (index + 1) * 0x9e3779b97f4a7c15u);
}

/* The noise of a row at these addresses, 8 to a draw. */
void lab_noise(uint64_t row, uint32_t address, uint8_t *to, uint32_t length);

#define LAB_POISON_ROW 0x706f69736f6eu /* follows from the address alone */

/* --- what operations do, lab_tear.c --------------------------------------- */

/* The operation carried out on the `length` bytes of its range, and on the
 * flags of their units. */
void lab_whole_bytes(const struct lab_flash *flash,
                     const struct lab_operation *operation, uint8_t *bytes);
void lab_whole_flags(const struct lab_flash *flash,
                     const struct lab_operation *operation, uint8_t *flags);

/* Flags found on any of the units. */
unsigned lab_flags_of(const uint8_t *flags, uint32_t units);

/* --- lab_read.c ----------------------------------------------------------- */

/* Fills the buffer as luck has it. 0 or FFX_ERR_ECC. */
int lab_read_cells(struct lab_flash *flash, uint32_t address, uint8_t *buffer,
                   uint32_t length);

/* --- pages and file ------------------------------------------------------- */

/* Before the contents of the sector change. */
void lab_pages_touch(struct lab_flash *flash, uint32_t sector);
/* Of a flash that is closed; what snapshots hold stays. */
void lab_pages_drop(struct lab_flash *flash);

/* 0 without a path. FFX_ERR_IO. */
int lab_file_open(struct lab_flash *flash);
/* What stands in `cells` and `flags` into the file, when there is one. */
void lab_file_bytes(const struct lab_flash *flash, uint32_t address,
                    uint32_t length);
void lab_file_flags(const struct lab_flash *flash, uint32_t first_unit,
                    uint32_t units);

#endif
