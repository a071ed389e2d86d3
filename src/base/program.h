/* SPDX-License-Identifier: Apache-2.0 */
/* What every writer of flash needs: whole write units, and a look at what was
 * programmed. */
#ifndef FARFIX_BASE_PROGRAM_H
#define FARFIX_BASE_PROGRAM_H

#include <farfix/flash.h>

/* `length` up to whole write units. */
uint32_t program_padded(const struct ffx_flash *flash, uint32_t length);

/* Programs and reads back, inside one sector: 0, FFX_ERR_FLASH when the bytes
 * are others then, or what the port said. */
int program_checked(const struct ffx_flash *flash, uint32_t address,
                    const uint8_t *data, uint32_t length);

#endif
