/* SPDX-License-Identifier: Apache-2.0 */
/* The package goes through the AT port (note 5.2.3): chunks of CFSWFILE, the
 * first with mode 0, the others appended. */
#include "driver/walk.h"

#define CHUNK_TRIES 8u
/* CFSWFILE's longest input time (AT manual chapter 15: "less than 10000", and
 * "100-10000"): a chunk whose bytes got lost blocks the port until it has
 * passed. */
#define INPUT_MS 9999u
#define INPUT_SPARE_MS 200u /* of a host that is busy elsewhere */
#define STORE_MS 10000u     /* last byte to OK: the flash is written */
#define AGAIN_MS 1000u
#define REFUSED_MS 10u

void push_begin(struct ffx_driver *driver)
{
    driver->offset = 0;
    driver->chunk_tries = 0;
    walk_go(driver, STEP_PUSH_CHUNK);
}

static uint32_t chunk_length(const struct ffx_driver *driver)
{
    return bytes_min(driver->chunk, driver->expected - driver->offset);
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
        driver->due_ms = driver->now_ms + input_ms(driver) + STORE_MS;
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

/* The file has so many bytes. */
static void chunk_is_there(struct ffx_driver *driver, uint32_t size)
{
    driver->chunk_tries = 0;
    files_advance(driver, size, driver->expected);
    walk_go(driver,
            size < driver->expected ? STEP_PUSH_CHUNK : STEP_CHECK_SIZE);
}

void push_sent(struct ffx_driver *driver, int result)
{
    if (result == FFX_OK)
        chunk_is_there(driver, driver->offset + chunk_length(driver));
    else if (driver->cme == FFX_AT_CME_MEMORY_FULL)
        walk_end(driver, FFX_CAUSE_NO_SPACE);
    else
        walk_go_after(driver, STEP_PUSH_WHERE,
                      result == FFX_ERR_TIMEOUT ? input_ms(driver) + AGAIN_MS
                                                : REFUSED_MS);
}

/* Of the chunk all, a part or nothing got there: the file's size tells. */
void push_where(struct ffx_driver *driver, int result)
{
    const uint32_t size = result == FFX_OK ? driver->size : 0;
    const uint32_t stored = size - driver->offset;
    if (stored > chunk_length(driver)) {
        if (!walk_doubt(driver, (uint8_t)size))
            fetch_failed(driver, FFX_CAUSE_NOISE, 1);
    } else if (stored > 0) {
        chunk_is_there(driver, size);
    } else if (++driver->chunk_tries >= CHUNK_TRIES) {
        fetch_failed(driver, FFX_CAUSE_NOISE, 1);
    } else {
        files_adapt(driver, 1);
        walk_go(driver, STEP_PUSH_CHUNK);
    }
}
