/* SPDX-License-Identifier: Apache-2.0 */
/* The wire to the module: an interrupt takes what comes. */
#ifndef EXAMPLE_LINE_H
#define EXAMPLE_LINE_H

#include <stdint.h>

void line_start(void);
/* At most `capacity` bytes that have come; never waits. */
uint32_t line_read(uint8_t *bytes, uint32_t capacity);
void line_write(const uint8_t *bytes, uint32_t length);

#endif
