/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON report that both releases have. */
#ifndef AP_REPORT_JSON_H
#define AP_REPORT_JSON_H

#include <stddef.h>

int report_json(char *text, size_t capacity);

#endif
