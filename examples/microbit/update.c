/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two walks of the driver, a file each: the signed document that says what
 * comes next, and the package. Whether it may be installed is the boot
 * stage's business, which trusts nobody here.
 */
#include "update.h"

#include "app.h"
#include "line.h"

#include "bearssl/bearssl_crypto.h"
#include "microbit/microbit.h"

#include <farfix/agent.h>
#include <farfix/driver.h>
#include <farfix/package.h>

#include <stddef.h>
#include <string.h>

#define FIRST_MS 200u
#define AGAIN_MS (6u * 3600u * 1000u) /* nothing new, or refused */
#define FAILED_MS (10u * 60u * 1000u) /* no network, no store */

#define FACTS MICROBIT_FACTS_AT

enum stage { WAITING, ASKING, FETCHING };

static enum stage stage;
static uint32_t due_ms;
static char url[sizeof FACTS->store + FFX_MODEL_MAX + 2 * FFX_VERSION_MAX + 24];
static char command[sizeof url + 48], answer[128];
static uint8_t next[FFX_SIDEFILE_MAX];
static uint32_t next_length;
static struct ffx_offer offer;
static struct ffx_driver driver;
static struct ffx_crypto crypto;
static const struct bearssl_config crypto_config = {.curves = &br_ec_p256_m31};

/* --- the walks ----------------------------------------------------------- */

static void take_next(void *context, uint32_t offset, const void *bytes,
                      uint32_t length)
{
    (void)context;
    if (offset > sizeof next || length > sizeof next - offset)
        return; /* too long: it will not verify */
    memcpy(next + offset, bytes, length);
    next_length = offset + length;
}

static const struct ffx_driver_file document = {"/customer/next", take_next};
static const struct ffx_driver_file package = {MICROBIT_PACKAGE_PATH, NULL};

static struct ffx_driver_config walk = {
    .line = answer,
    .line_bytes = sizeof answer,
    .command = command,
    .command_bytes = sizeof command,
    .route = FFX_ROUTE_HTTP,
    .url = url,
    .baud = 115200,
    .crypto = &crypto,
};

static void begin(enum stage now, uint32_t now_ms)
{
    struct ffx_at_text out;
    ffx_at_text_init(&out, url, sizeof url - 1);
    ffx_at_put(&out, FACTS->store);
    ffx_at_put(&out, "/");
    ffx_at_put(&out, FACTS->model);
    ffx_at_put(&out, "/");
    ffx_at_put(&out, app_version);
    walk.facts = (struct ffx_driver_facts){.to = NULL};
    if (now == ASKING) {
        ffx_at_put(&out, "/next");
        walk.file = &document;
        next_length = 0;
    } else {
        ffx_at_put(&out, "___");
        ffx_at_put(&out, offer.to);
        ffx_at_put(&out, "/update.zip");
        walk.file = &package;
        walk.facts.size = offer.size;
        walk.facts.sha256 = offer.sha256;
    }
    url[out.length] = '\0';
    stage = ffx_driver_init(&driver, &walk, now_ms) == 0 ? now : WAITING;
    due_ms = now_ms + FAILED_MS;
    MICROBIT_SHARED->walk[0]++;
    MICROBIT_SHARED->walk_stack = microbit_stack_used();
}

static void wait_until(uint32_t ms)
{
    stage = WAITING;
    due_ms = ms;
}

/* The key that the factory wrote; a rotated one is in the journal alone. */
static void read_document(uint32_t now_ms)
{
    struct ffx_public_key key;
    memcpy(key.point, FACTS->key, sizeof key.point);
    const int error = ffx_offer_read(&offer, (const char *)next, next_length,
                                     &crypto, &key, 1);
    if (error != 0 || strcmp(offer.model, FACTS->model) != 0 ||
        strcmp(offer.from, app_version) != 0)
        wait_until(now_ms + FAILED_MS);
    else if (offer.to[0] == '\0')
        wait_until(now_ms + AGAIN_MS);
    else
        begin(FETCHING, now_ms);
}

static void end_walk(enum ffx_cause cause, uint32_t now_ms)
{
    MICROBIT_SHARED->walk[1] = (uint32_t)cause;
    MICROBIT_SHARED->walk[2] = (uint32_t)driver.detail;
    MICROBIT_SHARED->walk_stack = microbit_stack_used();
    if (cause != FFX_CAUSE_FETCHED) {
        wait_until(now_ms + FAILED_MS);
    } else if (stage == ASKING) {
        read_document(now_ms);
    } else {
        (void)microbit_request_update(offer.size);
        wait_until(now_ms + FAILED_MS);
    }
}

/* --- turns --------------------------------------------------------------- */

void update_start(void)
{
    bearssl_crypto(&crypto, &crypto_config);
    stage = WAITING;
    due_ms = FIRST_MS;
    if (MICROBIT_SHARED->status != FFX_STATUS_REFUSED)
        return;
    /* It would be refused again, and each time costs data; but for a module
     * that did not answer the boot stage. */
    due_ms = MICROBIT_SHARED->error == FFX_ERR_IO ? FAILED_MS : AGAIN_MS;
}

static void exchange(uint32_t now_ms)
{
    uint8_t bytes[64];
    uint32_t length;
    const void *out;
    while ((length = line_read(bytes, sizeof bytes)) > 0)
        ffx_driver_feed(&driver, bytes, length, now_ms);
    (void)ffx_driver_poll(&driver, now_ms);
    while ((out = ffx_driver_buf(&driver, &length)) != NULL) {
        line_write(out, length);
        ffx_driver_ack(&driver, length);
    }
}

void update_turn(uint32_t now_ms)
{
    enum ffx_cause cause;
    if (stage == WAITING) {
        if ((int32_t)(now_ms - due_ms) >= 0)
            begin(ASKING, now_ms);
        return;
    }
    exchange(now_ms);
    if (ffx_driver_finished(&driver, &cause))
        end_walk(cause, now_ms);
}
