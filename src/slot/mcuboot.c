/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MCUboot's image trailer. From the end of the slot down, each in units of
 * max_align but the last: magic, image ok, copy done, swap info, (with swap
 * using offset: TLV sizes,) swap size, (encrypted: two keys,) swap status.
 */
#include "slot/stage.h"

#include "base/bytes.h"
#include "base/program.h"

#include <farfix/error.h>

#define MAGIC_BYTES 16u
#define KEY_BYTES 16u
#define KEY_BYTES_MAX 256u /* a TLV of RSA-2048 */
#define ALIGN_MAX 32u
#define SECTORS_MAX 32768u
#define FLAG_SET 1u
#define SWAP_TEST 2u
#define SWAP_PERM 3u

/* Where max_align is 8; else its two bytes and the fourteen of the other. */
static const uint8_t magic_8[MAGIC_BYTES] = {
    0x77, 0xc2, 0x95, 0xf3, 0x60, 0xd2, 0xef, 0x7f,
    0x35, 0x52, 0x50, 0x0f, 0x2c, 0xb6, 0x79, 0x80,
};
static const uint8_t magic_any[MAGIC_BYTES - 2] = {
    0x2d, 0xe1, 0x5d, 0x29, 0x41, 0x0b, 0x8d,
    0x77, 0x67, 0x9c, 0x11, 0x0f, 0x1f, 0x8a,
};

/* The config with its defaults filled in. FFX_ERR_ARGUMENT. */
static int complete(struct ffx_slot_mcuboot *to, const struct ffx_flash *flash,
                    const struct ffx_slot_mcuboot *from)
{
    *to = *from;
    if (to->max_align == 0)
        to->max_align = 8;
    if (to->max_sectors == 0)
        to->max_sectors = 128;
    if (to->write_size == 0)
        to->write_size = flash->write_unit;
    if (to->key_bytes == 0)
        to->key_bytes = KEY_BYTES;
    if ((to->max_align != 8 && to->max_align != 16 && to->max_align != 32) ||
        to->write_size > to->max_align || to->write_size < flash->write_unit ||
        (to->write_size & (to->write_size - 1)) != 0 ||
        to->max_sectors > SECTORS_MAX || to->key_bytes > KEY_BYTES_MAX ||
        to->image > 14)
        return FFX_ERR_ARGUMENT;
    return 0;
}

/* In whole units of max_align. */
static uint32_t whole(const struct ffx_slot_mcuboot *mcuboot, uint32_t bytes)
{
    return (bytes + mcuboot->max_align - 1) & ~(mcuboot->max_align - 1);
}

/* Swap using offset keeps two states of a sector, the others three. */
static uint32_t trailer_bytes(const struct ffx_slot_mcuboot *mcuboot)
{
    const uint32_t states = mcuboot->offset_swap ? 2 : 3;
    const uint32_t fields = mcuboot->offset_swap ? 5 : 4;
    return mcuboot->max_sectors * states * mcuboot->write_size +
           (mcuboot->encrypted ? 2 * whole(mcuboot, mcuboot->key_bytes) : 0) +
           fields * mcuboot->max_align + whole(mcuboot, MAGIC_BYTES);
}

int ffx_slot_mcuboot_trailer(const struct ffx_flash *flash,
                             const struct ffx_slot_mcuboot *mcuboot)
{
    struct ffx_slot_mcuboot full;
    const int error = complete(&full, flash, mcuboot);
    return error != 0 ? error : (int)trailer_bytes(&full);
}

/* 1: nothing stands there; 0: something does, or it cannot be read. */
static int is_erased(const struct ffx_flash *flash, uint32_t address,
                     uint32_t length)
{
    uint8_t piece[ALIGN_MAX];
    while (length > 0) {
        const uint32_t n = bytes_min(length, sizeof piece);
        const int error = flash->read(flash->context, address, piece, n);
        if (error == FFX_ERR_POWER)
            return error;
        for (uint32_t i = 0; i < n; i++)
            if (error != 0 || piece[i] != flash->erased_value)
                return 0;
        address += n;
        length -= n;
    }
    return 1;
}

/* What speaks against a mark: 0 or why not. */
static int check(const struct ffx_slot *slot,
                 const struct ffx_slot_mcuboot *mcuboot)
{
    const struct ffx_flash_area *const target = &slot->config.target;
    const uint32_t trailer = trailer_bytes(mcuboot);
    const uint32_t image_end =
        slot->config.start +
        program_padded(slot->config.flash, slot_image(slot)->size);
    if (trailer > target->length || image_end > target->length - trailer ||
        target->length % mcuboot->max_align != 0 ||
        target->address % mcuboot->max_align != 0)
        return FFX_ERR_GEOMETRY;
    const int erased =
        is_erased(slot->config.flash,
                  target->address + target->length - trailer, trailer);
    return erased == 1 ? 0 : erased == 0 ? FFX_ERR_BUSY : erased;
}

/* One byte, and erased ones up to a whole write unit. */
static int write_flag(const struct ffx_flash *flash, uint32_t address,
                      uint8_t value)
{
    uint8_t unit[ALIGN_MAX];
    memset(unit, flash->erased_value, sizeof unit);
    unit[0] = value;
    return slot_program(flash, address, unit, flash->write_unit);
}

/* It ends with the slot and begins at a multiple of max_align. */
static int write_magic(const struct ffx_flash *flash, uint32_t end,
                       const struct ffx_slot_mcuboot *mcuboot)
{
    uint8_t unit[ALIGN_MAX];
    const uint32_t bytes = whole(mcuboot, MAGIC_BYTES);
    uint8_t *const magic = unit + bytes - MAGIC_BYTES;
    memset(unit, flash->erased_value, sizeof unit);
    if (mcuboot->max_align == 8) {
        memcpy(magic, magic_8, sizeof magic_8);
    } else {
        bytes_put16(magic, (uint16_t)mcuboot->max_align);
        memcpy(magic + 2, magic_any, sizeof magic_any);
    }
    return slot_program(flash, end - bytes, unit, bytes);
}

/* Without its magic MCUboot takes a trailer for none: so that is the last, and
 * "image ok" never arrives after it, which would be a trial for a while. */
static int mark(const struct ffx_flash *flash, uint32_t end,
                const struct ffx_slot_mcuboot *mcuboot)
{
    const uint32_t align = mcuboot->max_align;
    const uint32_t image_ok = end - whole(mcuboot, MAGIC_BYTES) - align;
    const uint32_t swap_info = image_ok - 2 * align;
    const uint32_t type = mcuboot->permanent ? SWAP_PERM : SWAP_TEST;
    int error = 0;
    if (mcuboot->permanent)
        error = write_flag(flash, image_ok, FLAG_SET);
    if (error == 0)
        error = write_flag(flash, swap_info,
                           (uint8_t)((uint32_t)mcuboot->image << 4 | type));
    return error != 0 ? error : write_magic(flash, end, mcuboot);
}

int ffx_slot_mcuboot_pending(struct ffx_slot *slot,
                             const struct ffx_slot_mcuboot *mcuboot)
{
    const struct ffx_slot_config *const config = &slot->config;
    struct ffx_slot_mcuboot full;
    if (slot->stage != STAGE_DONE)
        return FFX_ERR_BUSY;
    int error = complete(&full, config->flash, mcuboot);
    if (error == 0)
        error = check(slot, &full);
    if (error != 0)
        return error;
    return mark(config->flash, config->target.address + config->target.length,
                &full);
}
