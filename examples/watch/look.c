/* SPDX-License-Identifier: Apache-2.0 */
/* Asks a store what it offers this module, believes what is signed, and brings
 * it in. */
#include "template/template_port.h"
#include <farfix/package.h>
#include <stdio.h>
#include <string.h>

#define STORE "http://fota.example/"

extern const struct ffx_public_key release_key;
enum ffx_cause look(void);

static struct ffx_driver driver;
static char line[256], command[320], url[200], next[FFX_SIDEFILE_MAX];
static uint32_t next_length;

static void on_event(void *context, const struct ffx_driver_event *event)
{
    (void)context; /* the module has said what it is; nothing is fetched yet */
    if (event->kind == FFX_DRIVER_STATE && event->state == FFX_DRIVER_NETWORK)
        snprintf(url, sizeof url, STORE "%s/%s/next", driver.found.model,
                 driver.found.version);
}

static void on_next(void *context, uint32_t offset, const void *bytes,
                    uint32_t length)
{
    (void)context;
    next_length = offset + length;
    if (next_length <= sizeof next)
        memcpy(next + offset, bytes, length);
}

static enum ffx_cause walk(const struct ffx_driver_config *config)
{
    enum ffx_cause cause = FFX_CAUSE_CONFIG;
    int code = ffx_driver_init(&driver, config, board_now_ms());
    while (code == FFX_OK && !ffx_driver_finished(&driver, &cause)) {
        char bytes[64];
        const void *out;
        uint32_t n, wait_ms = ffx_driver_poll(&driver, board_now_ms());
        while ((out = ffx_driver_buf(&driver, &n)) != NULL)
            ffx_driver_ack(&driver, board_write(out, n));
        n = board_read(bytes, sizeof bytes, wait_ms < 500 ? wait_ms : 500);
        ffx_driver_feed(&driver, bytes, n, board_now_ms());
    }
    return cause;
}

/* Signed, and for this module as it is: an offer may be an old one. */
static int take_offer(struct ffx_offer *offer)
{
    return next_length <= sizeof next &&
           ffx_offer_read(offer, next, next_length, &board_crypto, &release_key,
                          1) == FFX_OK &&
           strcmp(offer->model, driver.found.model) == 0 &&
           strcmp(offer->from, driver.found.version) == 0;
}

enum ffx_cause look(void)
{
    static const struct ffx_driver_file file = {"/customer/next", on_next};
    static struct ffx_offer offer;
    static struct ffx_driver_position seen;
    struct ffx_driver_config config = {.line = line,
                                       .line_bytes = sizeof line,
                                       .command = command,
                                       .command_bytes = sizeof command,
                                       .route = FFX_ROUTE_HTTP,
                                       .url = url,
                                       .file = &file,
                                       .event = on_event};
    const enum ffx_cause cause = walk(&config);
    if (cause != FFX_CAUSE_FETCHED)
        return cause; /* the next look tries again */
    if (!take_offer(&offer))
        return FFX_CAUSE_WRONG_SOURCE;
    if (offer.to[0] == '\0')
        return FFX_CAUSE_NOTHING;
    snprintf(url, sizeof url, STORE "%s/%s___%s/update.zip", offer.model,
             offer.from, offer.to);
    config.file = NULL;
    config.event = NULL;
    config.facts = (struct ffx_driver_facts){.to = offer.to,
                                             .from = offer.from,
                                             .model = offer.model,
                                             .size = offer.size,
                                             .sha256 = offer.sha256};
    config.crypto = &board_crypto;
    seen = *ffx_driver_position(&driver); /* power saving to be put back */
    config.position = &seen;
    return walk(&config);
}
