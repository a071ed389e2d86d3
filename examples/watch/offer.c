/* SPDX-License-Identifier: Apache-2.0 */
/* What the store offers this module. */
#include "look.h"
#include <stdio.h>
#include <string.h>

static char next[FFX_SIDEFILE_MAX];
static uint32_t next_length;

/* The module has said what it is; nothing is fetched yet. */
void offer_event(void *context, const struct ffx_driver_event *event)
{
    const struct ffx_driver_found *found = &template_driver()->found;
    (void)context;
    if (event->kind == FFX_DRIVER_STATE && event->state == FFX_DRIVER_NETWORK)
        snprintf(url, sizeof url, STORE "%s/%s/next", found->model,
                 found->version);
}

void offer_bytes(void *context, uint32_t offset, const void *bytes,
                 uint32_t length)
{
    (void)context;
    next_length = offset + length;
    if (next_length <= sizeof next)
        memcpy(next + offset, bytes, length);
}

/* Signed, and for this module as it is: an offer may be an old one. */
int offer_read(struct ffx_offer *offer)
{
    const struct ffx_driver_found *found = &template_driver()->found;
    return next_length <= sizeof next &&
           ffx_offer_read(offer, next, next_length, &board_crypto, &release_key,
                          1) == FFX_OK &&
           strcmp(offer->model, found->model) == 0 &&
           strcmp(offer->from, found->version) == 0;
}
