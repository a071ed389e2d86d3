/* SPDX-License-Identifier: Apache-2.0 */
/* Nothing in here is to be filled in. */
#include "template/template_port.h"

#include <stddef.h>

/* No wait is longer, so that a watchdog may be fed in board_read. */
#define WAIT_MS 500u

/* Not on the stack: stacks of small boards are shorter. */
static struct ffx_driver driver;

const struct ffx_driver *template_driver(void)
{
    return &driver;
}

static void send_all(void)
{
    const void *bytes;
    uint32_t length;
    while ((bytes = ffx_driver_buf(&driver, &length)) != NULL)
        ffx_driver_ack(&driver, board_write(bytes, length));
}

int template_update(const struct ffx_driver_config *config,
                    enum ffx_cause *cause)
{
    uint8_t bytes[64];
    const int code = ffx_driver_init(&driver, config, board_now_ms());
    if (code != FFX_OK)
        return code;
    for (;;) {
        uint32_t wait_ms = ffx_driver_poll(&driver, board_now_ms());
        send_all();
        if (ffx_driver_finished(&driver, cause))
            return FFX_OK;
        if (wait_ms > WAIT_MS)
            wait_ms = WAIT_MS;
        const uint32_t length = board_read(bytes, sizeof bytes, wait_ms);
        ffx_driver_feed(&driver, bytes, length, board_now_ms());
    }
}
