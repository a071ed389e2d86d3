/* SPDX-License-Identifier: Apache-2.0 */
/* What `farfix update` shows: progress, trace, the end for people or as
 * JSON. */
#ifndef FARFIX_CLI_UPDATE_REPORT_H
#define FARFIX_CLI_UPDATE_REPORT_H

#include "cli/modem_link.h"

#include <farfix/driver.h>

struct update_report {
    const struct modem_link *link;
    const struct ffx_driver *driver;
    const char *source, *to;
    enum ffx_cause cause;
    int32_t detail;
    int hold;              /* nobody may touch the module's power */
    uint32_t bytes;        /* of the last download */
    const char *refusal;   /* of an offer, before a package was fetched */
    char explanation[400]; /* REFUSED: which check failed; "" unknown */
};

void update_report_init(struct update_report *report,
                        const struct modem_link *link,
                        const struct ffx_driver *driver, const char *source,
                        const char *to);
/* The driver's event callback; context is the report. */
void update_report_event(void *context, const struct ffx_driver_event *event);
/* The last word when an offer is not taken: why, and the next step. */
int update_report_refusal(struct update_report *report, int json,
                          const char *why, const char *next);
/* The last word; the exit code. */
int update_report_end(const struct update_report *report, int json);

#endif
