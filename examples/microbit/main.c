/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An application on the micro:bit that lets itself be updated: a display that
 * goes on all the while, and beside it the walk that brings its next release
 * into the module.
 */
#include "app.h"
#include "line.h"
#include "update.h"

#include "microbit/microbit.h"
#include "microbit/nrf51.h"

#include <string.h>

/* Schematic of the micro:bit V1: rows are P0.13 ... 15, lit when high, columns
 * P0.04 ... 12, lit when low. */
#define FIRST_COLUMN 4u
#define FIRST_ROW 13u
#define COLUMNS ((1u << APP_COLUMNS) - 1u)
#define DISPLAY (COLUMNS << FIRST_COLUMN | ((1u << APP_ROWS) - 1u) << FIRST_ROW)

int main(void);

static void show_row(uint32_t row, uint16_t columns)
{
    const uint32_t dark = ~(uint32_t)columns & COLUMNS;
    GPIO_OUTCLR = DISPLAY;
    GPIO_OUTSET = 1u << (FIRST_ROW + row) | dark << FIRST_COLUMN;
}

int main(void)
{
    uint16_t rows[APP_ROWS];
    uint32_t row = 0;
    microbit_stack_paint();
    microbit_start();
    line_start();
    update_start();
    GPIO_DIRSET = DISPLAY;
    strcpy(MICROBIT_SHARED->version, app_version);
    for (;;) {
        const uint32_t now_ms = microbit_now_ms();
        update_turn(now_ms);
        row = (row + 1) % APP_ROWS;
        app_picture(now_ms, rows);
        show_row(row, rows[row]);
        microbit_sleep();
    }
}
