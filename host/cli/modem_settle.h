/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The questions that settle which dialect a module speaks: D1 to D26 of
 * <farfix/module.h>. They change nothing that stays: test forms, reads, and a
 * file of their own in /datatx and /custapp. What needs the network is for
 * modem_network.h; what needs an update or a reset is not asked.
 */
#ifndef FARFIX_CLI_MODEM_SETTLE_H
#define FARFIX_CLI_MODEM_SETTLE_H

#include "cli/modem_link.h"

#include <farfix/module.h>

#define SETTLE_UNKNOWN (-1)
#define SETTLE_FORMS 9u
#define SETTLE_SCRATCH "farfix.probe" /* the file's name */

struct settle {
    struct modem_link *link;
    /* As the module came: nobody has set its echo or CMEE since power-up. */
    int untouched;
    int numbers;                   /* it took CMEE=1 */
    int values[FFX_QUIRKS];        /* SETTLE_UNKNOWN, or the value's place */
    char forms[SETTLE_FORMS][160]; /* answers to settle_form's test forms */
};

/* Echo is off, no update is under way. Fills `values` and `forms`. */
void settle_all(struct settle *settle);

/* The commands whose test form is written down beside the values, by number
 * from 0; null behind the last. */
const char *settle_form(size_t index);

#endif
