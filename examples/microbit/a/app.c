/* SPDX-License-Identifier: Apache-2.0 */
/* Release A: a picture that blinks. */
#include "../app.h"

const char app_version[] = "1.0";

static const uint16_t picture[APP_ROWS] = {0x0aa, 0x155, 0x0aa};

void app_picture(uint32_t now_ms, uint16_t rows[APP_ROWS])
{
    const int on = (now_ms / 512u & 1u) == 0;
    for (uint32_t i = 0; i < APP_ROWS; i++)
        rows[i] = on ? picture[i] : 0;
}
