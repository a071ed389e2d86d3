/* SPDX-License-Identifier: Apache-2.0 */
/* Asks a store what it offers this module, and brings it in. */
#include "look.h"
#include <stdio.h>

char url[200];
static char line[256], command[320];

static enum ffx_cause walk(const struct ffx_driver_config *config)
{
    enum ffx_cause cause;
    return template_update(config, &cause) == FFX_OK ? cause : FFX_CAUSE_CONFIG;
}

enum ffx_cause look(void)
{
    static const struct ffx_driver_file file = {"/customer/next", offer_bytes};
    static struct ffx_offer offer;
    static struct ffx_driver_position seen;
    struct ffx_driver_config config = {.line = line,
                                       .line_bytes = sizeof line,
                                       .command = command,
                                       .command_bytes = sizeof command,
                                       .route = FFX_ROUTE_HTTP,
                                       .url = url,
                                       .file = &file,
                                       .event = offer_event};
    const enum ffx_cause cause = walk(&config);
    if (cause != FFX_CAUSE_FETCHED)
        return cause; /* the next look tries again */
    if (!offer_read(&offer))
        return FFX_CAUSE_WRONG_SOURCE;
    if (offer.to[0] == '\0')
        return FFX_CAUSE_NOTHING;
    snprintf(url, sizeof url, STORE "%s/%s___%s/update.zip", offer.model,
             offer.from, offer.to);
    seen = *ffx_driver_position(template_driver()); /* and what it owes */
    config.file = NULL;
    config.event = NULL;
    config.facts = (struct ffx_driver_facts){.to = offer.to,
                                             .from = offer.from,
                                             .model = offer.model,
                                             .size = offer.size,
                                             .sha256 = offer.sha256};
    config.crypto = &board_crypto;
    config.position = &seen;
    return walk(&config);
}
