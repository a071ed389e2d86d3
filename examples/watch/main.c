/* SPDX-License-Identifier: Apache-2.0 */
/* An MCU whose module stays up to date: once a day, spread over four hours,
 * and when one of two telephones says "look now". The board is that of
 * ports/template; what a look is, look.c says. */
#include "look.h"

#include <farfix/watch.h>
#include <stddef.h>

#define HOUR_MS 3600000u

static struct ffx_watch watch;

static uint32_t send_and_poll(void)
{
    const void *bytes;
    uint32_t length;
    const uint32_t wait_ms = ffx_watch_poll(&watch, board_now_ms());
    while ((bytes = ffx_watch_buf(&watch, &length)) != NULL)
        ffx_watch_ack(&watch, board_write(bytes, length));
    return wait_ms < 500 ? wait_ms : 500; /* a watchdog may be fed */
}

int main(void)
{
    static const char *const senders[] = {"+4915112345678", "+4915187654321"};
    static char line[128];
    const struct ffx_watch_config config = {
        .line = line,
        .line_bytes = sizeof line,
        .senders = senders,
        .sender_count = 2,
        .first_ms = HOUR_MS,
        .every_ms = 24 * HOUR_MS,
        .spread_ms = 4 * HOUR_MS,
        .seed = ffx_watch_seed("866425030000006"), /* its IMEI */
        .least_ms = HOUR_MS,
    };
    if (ffx_watch_init(&watch, &config, board_now_ms()) != FFX_OK)
        return 1;
    for (;;) { /* the application's own work goes in here, too */
        char bytes[64];
        const uint32_t wait_ms = send_and_poll();
        if (ffx_watch_due(&watch, NULL)) {
            look();
            ffx_watch_resume(&watch, board_now_ms());
            continue;
        }
        const uint32_t length = board_read(bytes, sizeof bytes, wait_ms);
        ffx_watch_feed(&watch, bytes, length, board_now_ms());
    }
}
