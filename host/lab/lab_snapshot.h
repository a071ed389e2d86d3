/* SPDX-License-Identifier: Apache-2.0 */
/*
 * States of a flash: bytes and flags of all sectors, to return to and to
 * compare. Stuck sectors, wear, luck, plans and counters are no part of one.
 *
 * A state is a row of pages, one for each sector, and states share the pages
 * that they have in common. Taking one and returning to one costs a copy of
 * each sector that differs, and a pointer for each that does not. States do
 * not change, and outlive the flash that they were taken of.
 */
#ifndef FARFIX_LAB_SNAPSHOT_H
#define FARFIX_LAB_SNAPSHOT_H

#include <stdint.h>

struct lab_flash;
struct lab_snapshot;

/* The caller frees it; never null. */
struct lab_snapshot *lab_flash_snapshot(struct lab_flash *flash);
/* To this state, any number of times, in any order with others. The flash
 * must be of the geometry that the state was taken of. */
void lab_flash_restore(struct lab_flash *flash,
                       const struct lab_snapshot *snapshot);

/* Another owner of the same state: each of the two is freed. */
struct lab_snapshot *lab_snapshot_copy(struct lab_snapshot *snapshot);
/* A state of its own with one sector replaced, for instance by an outcome:
 * its bytes, and one byte of flags for each write unit. */
struct lab_snapshot *lab_snapshot_with(const struct lab_snapshot *snapshot,
                                       uint32_t index, const uint8_t *bytes,
                                       const uint8_t *flags);
void lab_snapshot_free(struct lab_snapshot *snapshot); /* null: nothing */

/*
 * 64 bits that stand for the bytes and flags of one sector: equal for equal
 * contents whichever way they came about, and different where only 8 aligned
 * bytes, or flags, differ. Never 0. Made when first asked for and then kept.
 * Not for files: it follows the byte order of the machine.
 */
uint64_t lab_flash_sector_digest(struct lab_flash *flash, uint32_t index);
uint64_t lab_snapshot_digest(const struct lab_snapshot *snapshot,
                             uint32_t index);
uint64_t lab_digest(const uint8_t *bytes, uint32_t length, const uint8_t *flags,
                    uint32_t units);

#endif
