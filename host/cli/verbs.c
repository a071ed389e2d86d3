/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/verbs.h"

/* key, release, package */

/* store */

/* sim */

/* update, modem */

/* delta */

const struct cli_verb cli_verbs[] = {
    /* key, release, package */

    /* store */

    /* sim */

    /* update, modem */

    /* delta */

    {"", "", NULL, NULL},
};

const size_t cli_verb_count = sizeof cli_verbs / sizeof cli_verbs[0] - 1;
