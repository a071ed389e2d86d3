/* SPDX-License-Identifier: Apache-2.0 */
/* The package goes through the AT port (note 5.2.3): chunks of CFSWFILE, the
 * first with mode 0, the others appended. */
#include "driver/walk.h"

#define TRIES 5u
#define CHUNK_TRIES 8u
#define CHUNK_LEAST 256u
/* CFSWFILE's longest input time (AT manual chapter 15: "less than 10000", and
 * "100-10000"): a chunk whose bytes got lost blocks the port until it has
 * passed. */
#define INPUT_MS 9999u
#define INPUT_SPARE_MS 300u /* of a host that is busy elsewhere */
#define STORE_MS 10000u     /* last byte to OK: the flash is written */
#define AGAIN_MS 1000u
#define REFUSED_MS 100u

void push_begin(struct ffx_driver *driver)
{
    driver->offset = 0;
    driver->chunk = files_chunk_bytes(driver);
    driver->chunk_tries = 0;
    walk_go(driver, STEP_PUSH_CHUNK);
}

static uint32_t chunk_length(const struct ffx_driver *driver)
{
    return bytes_min(driver->chunk,
                     driver->config->package.size - driver->offset);
}

/* Twice the chunk's time on the line, and twice of that at each further try:
 * the host may be slower than the line. */
static uint32_t input_ms(const struct ffx_driver *driver)
{
    const struct ffx_driver_config *config = driver->config;
    if (config->baud == 0 || config->pace_bytes != 0)
        return INPUT_MS;
    const uint32_t line_ms = chunk_length(driver) * 20000u / config->baud;
    return bytes_min((line_ms + INPUT_SPARE_MS) << driver->chunk_tries,
                     INPUT_MS);
}

void push_build(const struct ffx_driver *driver, struct ffx_at_text *out)
{
    ffx_at_put(out, driver->offset == 0 ? ",0," : ",1,");
    ffx_at_put_number(out, (int32_t)chunk_length(driver));
    ffx_at_put(out, ",");
    ffx_at_put_number(out, (int32_t)input_ms(driver));
}

void push_refill(struct ffx_driver *driver)
{
    const uint32_t length = bytes_min(chunk_length(driver) - driver->data_bytes,
                                      driver->config->command_bytes);
    driver->out_length = driver->out_sent = 0;
    if (length == 0) {
        driver->mode = WALK_ANSWER;
        driver->answered = 1;
        driver->due_ms = driver->now_ms + INPUT_MS + STORE_MS;
        return;
    }
    if (ffx_read_at(&driver->config->package,
                    driver->offset + driver->data_bytes,
                    driver->config->command, length) != FFX_OK) {
        driver->bracket = 0; /* the module waits for data, not commands */
        walk_end(driver, FFX_CAUSE_SOURCE);
        return;
    }
    driver->out_length = length;
    driver->data_bytes += length;
    driver->due_ms = driver->now_ms + INPUT_MS;
}

static void chunk_is_there(struct ffx_driver *driver)
{
    driver->offset += chunk_length(driver);
    driver->chunk_tries = 0;
    walk_progress(driver, driver->offset, driver->config->package.size);
    walk_go(driver, driver->offset < driver->config->package.size
                        ? STEP_PUSH_CHUNK
                        : STEP_CHECK_SIZE);
}

void push_sent(struct ffx_driver *driver, int result)
{
    if (result == FFX_OK)
        chunk_is_there(driver);
    else if (driver->cme == FFX_AT_CME_MEMORY_FULL)
        walk_end(driver, FFX_CAUSE_NO_SPACE);
    else
        walk_go_after(driver, STEP_PUSH_WHERE,
                      result == FFX_ERR_TIMEOUT ? INPUT_MS + AGAIN_MS
                                                : REFUSED_MS);
}

/* The chunk, or only its OK, got lost: the file's size tells. */
void push_where(struct ffx_driver *driver, int result)
{
    const uint32_t size = result == FFX_OK ? driver->size : 0;
    if (size == driver->offset + chunk_length(driver)) {
        chunk_is_there(driver);
    } else if (size != driver->offset) {
        push_failed(driver);
    } else if (++driver->chunk_tries >= CHUNK_TRIES) {
        push_failed(driver);
    } else {
        if (driver->chunk / 2 >= CHUNK_LEAST)
            driver->chunk /= 2;
        walk_go(driver, STEP_PUSH_CHUNK);
    }
}

void push_failed(struct ffx_driver *driver)
{
    const uint32_t tries =
        walk_or(driver->config->limits.download_tries, TRIES);
    if (++driver->download_tries >= tries)
        walk_end(driver, FFX_CAUSE_NOISE);
    else
        walk_go_after(driver, STEP_DELETE, AGAIN_MS);
}
