/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/task.h"

#include "base/bytes.h"
#include "base/program.h"

#include <farfix/error.h>

#define PIECE 256u /* bytes read back at once: they stand on the stack */
/* A program is bounded in time even where sectors are 128 KiB. */
#define PROGRAM_MAX 4096u

static int all_erased(const uint8_t *p, uint32_t length, uint8_t erased)
{
    for (uint32_t i = 0; i < length; i++)
        if (p[i] != erased)
            return 0;
    return 1;
}

int write_blank(const struct ffx_flash *flash, uint32_t address,
                uint32_t length)
{
    uint8_t piece[PIECE];
    while (length > 0) {
        const uint32_t n = bytes_min(length, PIECE);
        const int error = flash->read(flash->context, address, piece, n);
        if (error == FFX_ERR_POWER)
            return error;
        if (error != 0 || !all_erased(piece, n, flash->erased_value))
            return 0;
        address += n;
        length -= n;
    }
    return 1;
}

int write_erase(const struct ffx_flash *flash,
                const struct ffx_flash_area *sector)
{
    const int error = flash->erase(flash->context, sector->address);
    if (error != 0)
        return error;
    const int blank = write_blank(flash, sector->address, sector->length);
    if (blank < 0)
        return blank;
    return blank ? 0 : FFX_ERR_FLASH;
}

/* The cursor counts the bytes erased, then, behind `length`, the bytes
 * programmed. */
int write_step(struct ffx_agent *agent, uint32_t address, uint32_t length)
{
    const struct ffx_flash *const flash = agent->config.flash;
    const uint8_t *const data = agent->config.step_buffer;
    const int erasing = agent->cursor < length;
    const uint32_t at = erasing ? agent->cursor : agent->cursor - length;
    struct ffx_flash_area sector;
    int error = ffx_flash_sector(flash, address + at, &sector);
    if (error != 0)
        return error;
    const uint32_t left = sector.address + sector.length - (address + at);
    uint32_t done = bytes_min(length - at, left);
    if (erasing) {
        error = write_erase(flash, &sector);
    } else {
        done = bytes_min(done, PROGRAM_MAX);
        error = program_checked(flash, address + at, data + at, done);
    }
    if (error != 0)
        return error;
    agent->cursor += done;
    return agent->cursor < 2 * length;
}
