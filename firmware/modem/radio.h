/* SPDX-License-Identifier: Apache-2.0 */
/* What the two releases tell about the radio. */
#ifndef MODEM_RADIO_H
#define MODEM_RADIO_H

#include <farfix/at.h>

struct radio_command {
    const char *name; /* "+CSQ" */
    enum ffx_at_form form;
    int (*run)(struct ffx_at_args *args); /* 0, or -1: ERROR */
};

const struct radio_command *radio_commands(unsigned *count);

/* Signal quality: 3GPP TS 27.007, chapter 8.5. */
int radio_quality(int dbm);

#endif
