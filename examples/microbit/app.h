/* SPDX-License-Identifier: Apache-2.0 */
/* What the releases of the example differ in: a/app.c and b/app.c. */
#ifndef EXAMPLE_APP_H
#define EXAMPLE_APP_H

#include <stdint.h>

extern const char app_version[];

/* Columns and rows of the display that are lit, at a moment. */
#define APP_ROWS 3u
#define APP_COLUMNS 9u
void app_picture(uint32_t now_ms, uint16_t rows[APP_ROWS]);

#endif
