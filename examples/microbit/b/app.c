/* SPDX-License-Identifier: Apache-2.0 */
/* Release B: two bars that run into each other, a step each eighth second. */
#include "../app.h"

const char app_version[] = "1.1";

static uint16_t bar(uint32_t length, int from_right)
{
    uint16_t lit = 0;
    for (uint32_t i = 0; i < length && i < APP_COLUMNS; i++)
        lit |= (uint16_t)(1u << (from_right ? APP_COLUMNS - 1 - i : i));
    return lit;
}

void app_picture(uint32_t now_ms, uint16_t rows[APP_ROWS])
{
    const uint32_t length = now_ms / 128u % (APP_COLUMNS + 1);
    rows[0] = bar(length, 0);
    rows[1] = 0;
    rows[2] = bar(length, 1);
}
