/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/lab_inside.h"

#include <string.h>

/* --- eight bytes at a time ------------------------------------------------ */

static uint64_t word_at(const uint8_t *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, 8);
    return word;
}

static void word_put(uint8_t *bytes, uint64_t word)
{
    memcpy(bytes, &word, 8);
}

static uint64_t eight_of(unsigned byte)
{
    return byte * 0x0101010101010101u;
}

/* --- whole operations ---------------------------------------------------- */

static int is_silent(const struct lab_flash *flash,
                     const struct lab_operation *operation)
{
    return flash->faults[operation->sector] == (operation->erase
                                                    ? LAB_FAULT_ERASE_SILENT
                                                    : LAB_FAULT_PROGRAM_SILENT);
}

/* A program moves cells away from the erased value, never back: matters
 * where a silent fault left a sector unerased, and for rewrites. */
static void program_cells(const struct lab_flash *flash, uint8_t *cells,
                          const uint8_t *data, uint32_t length)
{
    const int clears = flash->config.erased_value != 0;
    uint32_t at = 0;
    for (; length - at >= 8; at += 8) {
        const uint64_t now = word_at(cells + at), asked = word_at(data + at);
        word_put(cells + at, clears ? now & asked : now | asked);
    }
    for (; at < length; at++)
        cells[at] =
            clears ? cells[at] & data[at] : (uint8_t)(cells[at] | data[at]);
}

void lab_whole_bytes(const struct lab_flash *flash,
                     const struct lab_operation *operation, uint8_t *bytes)
{
    if (is_silent(flash, operation))
        return;
    if (operation->erase)
        memset(bytes, flash->config.erased_value, operation->length);
    else
        program_cells(flash, bytes, operation->data, operation->length);
}

/* Flags that outlive an operation which came to its end, or did not. Cells
 * that a silent erase left alone are no more stable or legible than before. */
static unsigned kept_flags(const struct lab_flash *flash,
                           const struct lab_operation *operation, int whole)
{
    if (!operation->erase)
        return 0xff;
    return whole && !is_silent(flash, operation)
               ? 0
               : LAB_UNIT_TORN | LAB_UNIT_UNSTABLE;
}

static void change_flags(uint8_t *flags, uint32_t units, unsigned kept,
                         unsigned added)
{
    uint32_t i = 0;
    for (; units - i >= 8; i += 8)
        word_put(flags + i,
                 (word_at(flags + i) & eight_of(kept)) | eight_of(added));
    for (; i < units; i++)
        flags[i] = (uint8_t)((flags[i] & kept) | added);
}

void lab_whole_flags(const struct lab_flash *flash,
                     const struct lab_operation *operation, uint8_t *flags)
{
    change_flags(flags, operation->length / flash->config.write_unit,
                 kept_flags(flash, operation, 1),
                 operation->erase ? 0 : LAB_UNIT_PROGRAMMED);
}

unsigned lab_flags_of(const uint8_t *flags, uint32_t units)
{
    uint64_t words = 0;
    unsigned found = 0;
    uint32_t i = 0;
    for (; units - i >= 8; i += 8)
        words |= word_at(flags + i);
    for (; i < units; i++)
        found |= flags[i];
    words |= words >> 32;
    words |= words >> 16;
    words |= words >> 8;
    return found | (unsigned)(words & 0xff);
}

/* --- tears by coins ------------------------------------------------------ */

static uint64_t coin_row(const struct lab_flash *flash,
                         const struct lab_operation *operation,
                         enum lab_tear tear)
{
    uint64_t row = (uint64_t)flash->config.seed << 32 | operation->address;
    row = lab_mix(row) ^ (uint64_t)operation->length << 1 ^
          (uint64_t)(operation->erase != 0);
    return lab_mix(row) ^ (uint64_t)tear;
}

/* One byte in 512: in one word of 64 a byte may move, by these bits. */
static uint64_t speck(uint64_t coins)
{
    return coins >> 58 != 0 ? 0 : (coins & 0xff) << (coins >> 55 & 7) * 8;
}

static uint64_t torn_word(enum lab_tear tear, uint64_t old, uint64_t full,
                          uint64_t coins)
{
    if (tear == LAB_TEAR_GARBAGE)
        return coins;
    return old ^
           ((old ^ full) & (tear == LAB_TEAR_SPECKS ? speck(coins) : coins));
}

/* `now` holds what the whole operation leaves, and becomes what a torn one
 * leaves of `old`. */
static void toss(const uint8_t *old, uint8_t *now, uint32_t length,
                 enum lab_tear tear, uint64_t row)
{
    uint64_t was = 0, full = 0;
    uint32_t at = 0;
    for (; length - at >= 8; at += 8)
        word_put(now + at, torn_word(tear, word_at(old + at), word_at(now + at),
                                     lab_coins(row, at / 8)));
    memcpy(&was, old + at, length - at);
    memcpy(&full, now + at, length - at);
    full = torn_word(tear, was, full, lab_coins(row, at / 8));
    memcpy(now + at, &full, length - at);
}

void lab_noise(uint64_t row, uint32_t address, uint8_t *to, uint32_t length)
{
    uint32_t at = 0;
    while (at < length) {
        const uint64_t coins = lab_coins(row, (address + at) / 8);
        const uint32_t skip = (address + at) % 8;
        if (skip == 0 && length - at >= 8) {
            word_put(to + at, coins);
            at += 8;
        } else {
            to[at++] = (uint8_t)(coins >> skip * 8);
        }
    }
}

/* --- tears by address ---------------------------------------------------- */

/* Bytes at the low end of the range that happened. */
static uint32_t lower_part(const struct lab_flash *flash, uint32_t length,
                           enum lab_tear tear, uint32_t bytes)
{
    switch (tear) {
    case LAB_TEAR_QUARTER:
        return length / 4;
    case LAB_TEAR_FIRST_HALF:
        return length / 2;
    case LAB_TEAR_THREE_QUARTERS:
        return length - (length + 3) / 4;
    case LAB_TEAR_ONE_BYTE:
        return length - 1;
    case LAB_TEAR_UNIT:
        return length - flash->config.write_unit / 2;
    case LAB_TEAR_BYTES:
        return bytes < length ? bytes : length;
    default:
        return length;
    }
}

static void tear_bytes(const struct lab_flash *flash,
                       const struct lab_operation *operation,
                       enum lab_tear tear, uint32_t bytes, uint8_t *now)
{
    const uint8_t *old = flash->bytes + operation->address;
    const uint32_t length = operation->length;
    const uint32_t lower = lower_part(flash, length, tear, bytes);
    if (tear == LAB_TEAR_RANDOM_BITS || tear == LAB_TEAR_RANDOM_BITS_2 ||
        tear == LAB_TEAR_GARBAGE || tear == LAB_TEAR_SPECKS)
        toss(old, now, length, tear, coin_row(flash, operation, tear));
    if (tear == LAB_TEAR_LAST_HALF)
        memcpy(now, old, length - length / 2);
    if (tear == LAB_TEAR_UNIT && flash->config.write_unit == 1)
        now[length - 1] =
            (uint8_t)((now[length - 1] & 0x0f) | (old[length - 1] & 0xf0));
    memcpy(now + lower, old + lower, length - lower);
}

/* --- outcomes ------------------------------------------------------------ */

static unsigned torn_flags(const struct lab_flash *flash, enum lab_tear tear)
{
    if (tear == LAB_TEAR_UNSTABLE)
        return LAB_UNIT_PROGRAMMED | LAB_UNIT_UNSTABLE;
    if (tear == LAB_TEAR_AFTER || !flash->config.ecc)
        return LAB_UNIT_PROGRAMMED;
    return LAB_UNIT_PROGRAMMED | LAB_UNIT_TORN;
}

/* A program that is cut can move cells of its whole sector (Microchip
 * SST26VF064B data sheet on interrupted programs). */
static void disturb(const struct lab_flash *flash,
                    const struct lab_operation *operation, uint8_t *bytes,
                    uint8_t *flags)
{
    const uint64_t row = ~coin_row(flash, operation, LAB_TEAR_SPECKS);
    const uint32_t length = flash->sectors[operation->sector].length;
    for (uint32_t at = 0; at < length; at += 8) {
        const uint64_t coins = lab_coins(row, at / 8);
        const uint32_t place = at + (coins >> 55 & 7);
        const uint8_t byte = (uint8_t)coins;
        if (coins >> 58 != 0 || place >= length)
            continue;
        program_cells(flash, bytes + place, &byte, 1);
        flags[place / flash->config.write_unit] |=
            (uint8_t)torn_flags(flash, LAB_TEAR_SPECKS);
    }
}

static void stay_poisoned(const struct ffx_flash_area *area, uint8_t *bytes,
                          uint8_t *flags, uint32_t units)
{
    lab_noise(LAB_POISON_ROW, area->address, bytes, area->length);
    memset(flags, LAB_UNIT_PROGRAMMED | LAB_UNIT_POISON, units);
}

void lab_flash_outcome(const struct lab_flash *flash,
                       const struct lab_operation *operation,
                       enum lab_tear tear, uint32_t bytes,
                       uint8_t *sector_bytes, uint8_t *sector_flags)
{
    const struct ffx_flash_area *area = &flash->sectors[operation->sector];
    const uint32_t unit = flash->config.write_unit;
    const uint32_t units = area->length / unit;
    const uint32_t offset = operation->address - area->address;
    const int whole = tear == LAB_TEAR_AFTER || tear == LAB_TEAR_UNSTABLE;
    memcpy(sector_bytes, flash->bytes + area->address, area->length);
    memcpy(sector_flags, flash->written + area->address / unit, units);
    if (tear == LAB_TEAR_BEFORE)
        return;
    if (operation->erase &&
        (lab_flags_of(sector_flags, units) & LAB_UNIT_POISON)) {
        stay_poisoned(area, sector_bytes, sector_flags, units);
        return;
    }
    lab_whole_bytes(flash, operation, sector_bytes + offset);
    tear_bytes(flash, operation, tear, bytes, sector_bytes + offset);
    change_flags(sector_flags + offset / unit, operation->length / unit,
                 kept_flags(flash, operation, whole), torn_flags(flash, tear));
    if (tear == LAB_TEAR_SPECKS && !operation->erase)
        disturb(flash, operation, sector_bytes, sector_flags);
}
