/* SPDX-License-Identifier: Apache-2.0 */
/* An application on the micro:bit: its display, and nothing that waits. */
#include "app.h"

#include "microbit/microbit.h"
#include "microbit/nrf51.h"

#include <string.h>

/* Schematic of the micro:bit V1: rows are P0.13 ... 15, lit when high, columns
 * P0.04 ... 12, lit when low. */
#define FIRST_COLUMN 4u
#define FIRST_ROW 13u
#define DISPLAY                                                                \
    (((1u << APP_COLUMNS) - 1u) << FIRST_COLUMN | ((1u << APP_ROWS) - 1u)      \
                                                      << FIRST_ROW)

int main(void);

static void show_row(uint32_t row, uint16_t columns)
{
    const uint32_t dark = ~(uint32_t)columns & ((1u << APP_COLUMNS) - 1u);
    GPIO_OUTCLR = DISPLAY;
    GPIO_OUTSET = 1u << (FIRST_ROW + row) | dark << FIRST_COLUMN;
}

int main(void)
{
    uint16_t rows[APP_ROWS];
    strcpy(MICROBIT_SHARED->version, app_version);
    microbit_start();
    GPIO_DIRSET = DISPLAY;
    for (uint32_t row = 0;; row = (row + 1) % APP_ROWS) {
        const uint32_t now_ms = microbit_now_ms();
        app_picture(now_ms, rows);
        show_row(row, rows[row]);
        while (microbit_now_ms() == now_ms)
            continue;
    }
}
