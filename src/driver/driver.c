/* SPDX-License-Identifier: Apache-2.0 */
#include "driver/walk.h"

#define LINE_LEAST 96u

/* --- is the config usable? ----------------------------------------------- */

static int ftp_usable(const struct ffx_driver_ftp *ftp)
{
    return ftp != NULL && ftp->host != NULL && ftp->user != NULL &&
           ftp->password != NULL && ftp->path != NULL && ftp->name != NULL;
}

static int route_usable(const struct ffx_driver_config *config)
{
    if (config->route == FFX_ROUTE_HTTP)
        return config->url != NULL;
    if (config->route == FFX_ROUTE_FTP)
        return ftp_usable(config->ftp);
    return config->package.read != NULL && config->package.size > 0 &&
           (config->facts.size == 0 ||
            config->facts.size == config->package.size);
}

static int config_check(const struct ffx_driver_config *config)
{
    const struct ffx_driver_facts *facts = &config->facts;
    if (config->line == NULL || config->command == NULL ||
        (config->file != NULL ? config->file->path : facts->to) == NULL ||
        (facts->sha256 != NULL && config->crypto == NULL) ||
        !route_usable(config))
        return FFX_ERR_ARGUMENT;
    if (config->line_bytes < LINE_LEAST || config->command_bytes < LINE_LEAST)
        return FFX_ERR_BUFFER;
    return FFX_OK;
}

/* --- the engine ---------------------------------------------------------- */

int ffx_driver_init(struct ffx_driver *driver,
                    const struct ffx_driver_config *config, uint32_t now_ms)
{
    const int error = config_check(config);
    if (error != FFX_OK)
        return error;
    memset(driver, 0, sizeof *driver);
    driver->config = config;
    driver->now_ms = now_ms;
    driver->state = FFX_DRIVER_STATES;
    driver->found.rssi = 99;
    memset(driver->position.before.settings, 0xff,
           sizeof driver->position.before.settings);
    if (config->position != NULL)
        driver->position = *config->position;
    driver->pace_left = walk_or(config->pace_bytes, UINT32_MAX);
    ffx_at_response_init(&driver->response, config->line, config->line_bytes);
    files_begin(driver);
    identity_begin(driver);
    return FFX_OK;
}

void ffx_driver_feed(struct ffx_driver *driver, const void *bytes,
                     uint32_t length, uint32_t now_ms)
{
    const char *const from = bytes;
    driver->now_ms = now_ms;
    for (uint32_t used = 0; used < length;) {
        struct ffx_at_event event;
        used += ffx_at_response_feed(&driver->response, from + used,
                                     length - used, &event);
        walk_event(driver, &event);
    }
}

/* Milliseconds until `time_ms`, 0 when it has passed. */
static uint32_t until(const struct ffx_driver *driver, uint32_t time_ms)
{
    return walk_past(driver, time_ms) ? 0 : time_ms - driver->now_ms;
}

static uint32_t poll_pace(struct ffx_driver *driver)
{
    if (driver->pace_left > 0)
        return UINT32_MAX;
    if (walk_past(driver, driver->pace_due_ms))
        driver->pace_left = walk_or(driver->config->pace_bytes, UINT32_MAX);
    return until(driver, driver->pace_due_ms);
}

uint32_t ffx_driver_poll(struct ffx_driver *driver, uint32_t now_ms)
{
    driver->now_ms = now_ms;
    const uint32_t pace_ms = poll_pace(driver);
    while (driver->mode != WALK_END && walk_past(driver, driver->due_ms))
        walk_act(driver);
    return driver->mode == WALK_END
               ? UINT32_MAX
               : bytes_min(pace_ms, until(driver, driver->due_ms));
}

const void *ffx_driver_buf(struct ffx_driver *driver, uint32_t *length)
{
    *length =
        bytes_min(driver->out_length - driver->out_sent, driver->pace_left);
    return *length > 0 ? driver->config->command + driver->out_sent : NULL;
}

/* A command's bytes stay in the buffer until its answer: the echo is
 * compared with them. File bytes make room for the next. */
void ffx_driver_ack(struct ffx_driver *driver, uint32_t length)
{
    driver->out_sent +=
        bytes_min(length, driver->out_length - driver->out_sent);
    driver->pace_left -= bytes_min(length, driver->pace_left);
    driver->pace_due_ms = driver->now_ms + driver->config->pace_ms;
    if (driver->mode == WALK_DATA && driver->out_sent == driver->out_length)
        push_refill(driver);
}

int ffx_driver_finished(const struct ffx_driver *driver, enum ffx_cause *cause)
{
    if (driver->mode != WALK_END)
        return 0;
    if (cause != NULL)
        *cause = (enum ffx_cause)driver->cause;
    return 1;
}

const struct ffx_driver_position *
ffx_driver_position(const struct ffx_driver *driver)
{
    return &driver->position;
}
