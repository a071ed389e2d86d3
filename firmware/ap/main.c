/* SPDX-License-Identifier: Apache-2.0 */
/* A cold-store logger: an application as a module or a board would run it,
 * with releases A and B that differ as real releases do. */
#include "board.h"
#include "config.h"
#include "console.h"
#include "logger.h"
#include "report.h"
#include "schedule.h"

#include <stdio.h>

int main(void);

static void main_warn(void)
{
    if (config_get("verbosity") < 2.0)
        return;
    for (unsigned i = 0; i < LOGGER_ALARMS; i++) {
        const struct logger_alarm *alarm = logger_alarm(i);
        if (alarm->active)
            printf("+ALARM: \"%s\",%.2f,\"%s\",%.1f\n", alarm->what,
                   alarm->worst, alarm->unit, alarm->limit);
    }
    fflush(stdout);
}

int main(void)
{
    board_start();
    config_reset();
    logger_start();
    console_start();
    logger_sample();
    printf("\ncold-store logger %s\nReady\n", board_release);
    fflush(stdout);
    const uint32_t interval_ms = (uint32_t)(config_get("interval") * 1000.0);
    schedule_add("sample", logger_sample, interval_ms, board_ms());
    schedule_add("warn", main_warn, 60000, board_ms());
    for (;;) {
        console_poll();
        schedule_run(board_ms());
    }
}
