/* SPDX-License-Identifier: Apache-2.0 */
#include "base/program.h"

#include "base/bytes.h"

#include <farfix/error.h>

#define PIECE 256u /* bytes read back at once: they stand on the stack */

uint32_t program_padded(const struct ffx_flash *flash, uint32_t length)
{
    return (length + flash->write_unit - 1) & ~(flash->write_unit - 1);
}

static int reads_back(const struct ffx_flash *flash, uint32_t address,
                      const uint8_t *data, uint32_t length)
{
    uint8_t piece[PIECE];
    while (length > 0) {
        const uint32_t n = bytes_min(length, PIECE);
        const int error = flash->read(flash->context, address, piece, n);
        if (error != 0)
            return error;
        if (memcmp(piece, data, n) != 0)
            return FFX_ERR_FLASH;
        address += n;
        data += n;
        length -= n;
    }
    return 0;
}

int program_checked(const struct ffx_flash *flash, uint32_t address,
                    const uint8_t *data, uint32_t length)
{
    const int error = flash->program(flash->context, address, data, length);
    return error != 0 ? error : reads_back(flash, address, data, length);
}
