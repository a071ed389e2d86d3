/* SPDX-License-Identifier: Apache-2.0 */
/* What is read and written of the flash while B is made. */
#include "slot/stage.h"

#include "base/bytes.h"
#include "base/program.h"

#include <farfix/error.h>

/* A program is bounded in time even where sectors are 128 KiB. */
#define PROGRAM_MAX 4096u

/* --- reading -------------------------------------------------------------- */

static int is_finished(const struct ffx_slot *slot, uint32_t offset)
{
    const uint32_t i = offset / slot_part(slot)->step;
    return offset < slot_image(slot)->size &&
           (slot->steps[i / 8] >> i % 8 & 1) != 0;
}

/* The bytes from `offset` on that come from one place. */
static uint32_t piece_bytes(const struct ffx_slot *slot, uint32_t offset,
                            uint32_t length)
{
    const uint32_t step = slot_part(slot)->step;
    const uint32_t ends[] = {slot_image(slot)->size, slot->config.source.size};
    uint32_t n = bytes_min(length, step - offset % step);
    for (uint32_t i = 0; i < 2; i++)
        if (offset < ends[i])
            n = bytes_min(n, ends[i] - offset);
    return n;
}

static int read_piece(const struct ffx_slot *slot, uint32_t offset, uint8_t *to,
                      uint32_t length)
{
    const struct ffx_slot_config *const config = &slot->config;
    const uint32_t target = config->target.address + config->start;
    if (is_finished(slot, offset))
        return config->flash->read(config->flash->context, target + offset, to,
                                   length);
    if (offset < config->source.size)
        return config->source.read(config->source.context, offset, to, length);
    /* In neither image: read by the window, used by nobody. */
    memset(to, config->flash->erased_value, length);
    return 0;
}

static int read_merged(void *context, uint32_t offset, void *buffer,
                       uint32_t length)
{
    const struct ffx_slot *const slot = context;
    uint8_t *to = buffer;
    while (length > 0) {
        const uint32_t n = piece_bytes(slot, offset, length);
        const int error = read_piece(slot, offset, to, n);
        if (error != 0)
            return error;
        offset += n;
        to += n;
        length -= n;
    }
    return 0;
}

struct ffx_read_at slot_merged(struct ffx_slot *slot)
{
    const uint32_t from = slot_part(slot)->from_size;
    const uint32_t to = slot_image(slot)->size;
    return (struct ffx_read_at){read_merged, slot, from > to ? from : to};
}

void slot_finished(struct ffx_slot *slot, const struct ffx_step *step)
{
    const uint32_t i = step->offset / slot_part(slot)->step;
    slot->finished += step->length;
    if (slot->payload.kind != FFX_PAYLOAD_IMAGE)
        slot->steps[i / 8] |= (uint8_t)(1u << i % 8);
}

/* --- writing -------------------------------------------------------------- */

int slot_program(const struct ffx_flash *flash, uint32_t address,
                 const uint8_t *data, uint32_t length)
{
    const int error = program_checked(flash, address, data, length);
    return error == 0 || error == FFX_ERR_POWER ? error : FFX_ERR_FLASH;
}

/* The cursor counts the bytes erased. Whatever stood there, and a mark at its
 * end before all, is gone before the first byte of B is. */
int slot_erase(struct ffx_slot *slot)
{
    const struct ffx_slot_config *const config = &slot->config;
    const uint32_t left = config->target.length - slot->cursor;
    struct ffx_flash_area sector;
    int error = ffx_flash_sector(config->flash,
                                 config->target.address + left - 1, &sector);
    if (error != 0)
        return error;
    slot->touched = 1;
    error = config->flash->erase(config->flash->context, sector.address);
    if (error != 0)
        return error;
    slot->cursor += sector.length;
    return slot->cursor < config->target.length;
}

/* The cursor counts the bytes of the step that are programmed. */
int slot_write(struct ffx_slot *slot)
{
    const struct ffx_slot_config *const config = &slot->config;
    const uint8_t *const data = config->step_buffer;
    const uint32_t length = program_padded(config->flash, slot->step.length);
    const uint32_t address = config->target.address + config->start +
                             slot->step.offset + slot->cursor;
    struct ffx_flash_area sector;
    int error = ffx_flash_sector(config->flash, address, &sector);
    if (error != 0)
        return error;
    const uint32_t done =
        bytes_min(bytes_min(length - slot->cursor, PROGRAM_MAX),
                  sector.address + sector.length - address);
    error = slot_program(config->flash, address, data + slot->cursor, done);
    if (error != 0)
        return error;
    slot->cursor += done;
    return slot->cursor < length;
}
