/* SPDX-License-Identifier: Apache-2.0 */
/* Reports for a server. A tells them as JSON and CSV; B drops CSV, which
 * nobody read, and tells alarms. */
#ifndef AP_REPORT_H
#define AP_REPORT_H

#include <stddef.h>

struct report {
    const char *name; /* AT+REPORT="name" */
    /* Length of the text, or -1 when it does not fit. */
    int (*write)(char *text, size_t capacity);
};

const struct report *report_list(size_t *count);

#endif
