/* SPDX-License-Identifier: Apache-2.0 */
/* AT+CFOTA=1, the reset, and the proof (note 5.3 and 5.4): success is status
 * 6 and the wanted version, both read twice alike; no line that the module
 * prints on the way is believed. */
#include "driver/walk.h"

#define UPDATE_MS 600000u
#define LISTEN_MS 10000u
#define REBOOT_MS 1500u
#define TWICE_MS 500u
#define REQUEST_TRIES 3u
#define REQUEST_AGAIN_MS 2000u
/* How long an old status may still be read when no restart was seen. */
#define GRACE_MS 60000u

/* --- the request --------------------------------------------------------- */

static void begin_waiting(struct ffx_driver *driver)
{
    if (!driver->updating)
        driver->update_ms =
            driver->now_ms +
            walk_or(driver->config->limits.update_ms, UPDATE_MS);
    driver->updating = 1;
    driver->rebooted = 0;
    driver->round = 0;
    driver->limit_ms = driver->now_ms + GRACE_MS;
    walk_hold(driver, 1);
}

/* Stored before it is said: a reset of our own in between must not forget
 * it. */
static void request(struct ffx_driver *driver)
{
    driver->position.requested = 1;
    walk_enter(driver, FFX_DRIVER_UPDATE);
    walk_position(driver);
    begin_waiting(driver);
    walk_go(driver, STEP_REQUEST);
}

/* Of AT+IPR? and, with no value, of AT+IPR=. */
void update_rate(struct ffx_driver *driver, int result)
{
    const int automatic = result == FFX_OK && driver->value == 0;
    if (automatic && driver->config->baud != 0)
        walk_go(driver, STEP_RATE_FIX);
    else
        request(driver);
}

void update_rate_build(const struct ffx_driver *driver, struct ffx_at_text *out)
{
    ffx_at_put_number(out, (int32_t)driver->config->baud);
}

/* Without an answer it may have begun: the module resets at once. */
void update_requested(struct ffx_driver *driver, int result)
{
    if (result != FFX_ERR_REFUSED) {
        walk_go(driver, STEP_UPDATING);
    } else if (++driver->round < REQUEST_TRIES) {
        walk_go_after(driver, STEP_REQUEST, REQUEST_AGAIN_MS);
    } else {
        driver->position.requested = 0;
        walk_position(driver);
        driver->detail = driver->cme;
        walk_end(driver, FFX_CAUSE_NO_PACKAGE);
    }
}

/* --- while the module is at work ----------------------------------------- */

void update_watch(struct ffx_driver *driver)
{
    walk_enter(driver, FFX_DRIVER_UPDATE);
    if (driver->config->file != NULL) {
        walk_end(driver, FFX_CAUSE_BUSY);
        return;
    }
    begin_waiting(driver);
    walk_go(driver, STEP_UPDATING);
}

/* Asked wherever the wait begins anew: a module that talks for ever must not
 * keep us for ever. */
static int too_late(struct ffx_driver *driver)
{
    if (!driver->updating || !walk_past(driver, driver->update_ms))
        return 0;
    walk_end(driver, FFX_CAUSE_UPDATE_TIMEOUT);
    return 1;
}

void update_waited(struct ffx_driver *driver, int result)
{
    (void)result;
    if (!too_late(driver))
        walk_go(driver, STEP_BACK);
}

void update_back(struct ffx_driver *driver, int result)
{
    driver->round = 0;
    walk_go(driver, result == FFX_OK ? STEP_ECHO : STEP_UPDATING);
}

/* "Start to update"; "Updating",<percent>; "Update ..., please wait for
 * reset" */
void update_urc(struct ffx_driver *driver, struct ffx_at_args *args)
{
    char text[56];
    int32_t percent;
    if (ffx_at_arg_string(args, text, sizeof text) != 1 ||
        !(bytes_begins(text, "Updat") || bytes_begins(text, "Start")) ||
        too_late(driver))
        return;
    if (driver->state != FFX_DRIVER_UPDATE || driver->mode == WALK_LISTEN)
        update_watch(driver);
    if (ffx_at_arg_number(args, &percent) == 1 && percent >= 0 &&
        percent <= 100)
        walk_progress(driver, (uint32_t)percent, 100);
    if (bytes_begins(text, "Update "))
        driver->rebooted = 1;
}

void update_rebooted(struct ffx_driver *driver)
{
    driver->rebooted = 1;
    if (!too_late(driver))
        walk_go_after(driver, STEP_BACK, REBOOT_MS);
}

/* --- the proof ----------------------------------------------------------- */

void update_confirm(struct ffx_driver *driver)
{
    if (!driver->updating)
        begin_waiting(driver);
    driver->rebooted = 1;
    walk_go(driver, STEP_NEW_STATUS);
}

/* The flag is set and nothing happens: this firmware wants to be reset ("set
 * flag", or "reset by itself": the documents say both). */
static int wants_reset(const struct ffx_driver *driver)
{
    return driver->found.status == 1 && driver->position.requested &&
           !driver->rebooted && !driver->reset_asked &&
           walk_past(driver, driver->limit_ms);
}

void update_status(struct ffx_driver *driver, int result)
{
    const uint8_t status = driver->found.status;
    if (result == FFX_OK && wants_reset(driver)) {
        driver->reset_asked = 1;
        walk_go(driver, STEP_RESET);
    } else if (result != FFX_OK || walk_works(status)) {
        walk_go(driver, STEP_UPDATING);
    } else {
        walk_go(driver, STEP_NEW_VERSION);
    }
}

static enum ffx_cause cause_of(uint8_t status, int runs_target)
{
    switch (status) {
    case 3:
        return FFX_CAUSE_FAILED_MODEM;
    case 5:
        return FFX_CAUSE_FAILED_AP;
    case 6:
        return runs_target ? FFX_CAUSE_DONE : FFX_CAUSE_VERSION;
    case 7:
        return FFX_CAUSE_REFUSED;
    default:
        return FFX_CAUSE_NOT_STARTED;
    }
}

/* Status 8: the flag was never set. The file still lies there: say it again;
 * or, when we only watched, there was no update to watch. */
static void not_started(struct ffx_driver *driver)
{
    driver->updating = 0;
    walk_hold(driver, 0);
    if (!driver->position.requested)
        walk_restart(driver, FFX_CAUSE_NOT_STARTED);
    else if (++driver->requests < REQUEST_TRIES)
        request(driver);
    else
        walk_end(driver, FFX_CAUSE_NOT_STARTED);
}

static void judge(struct ffx_driver *driver, enum ffx_cause cause)
{
    if (cause == FFX_CAUSE_DONE) {
        driver->confirming = 1;
        walk_go(driver, STEP_IMEI);
    } else if (!driver->rebooted && !walk_past(driver, driver->limit_ms)) {
        walk_go(driver, STEP_UPDATING);
    } else if (cause == FFX_CAUSE_NOT_STARTED) {
        not_started(driver);
    } else {
        walk_end(driver, cause);
    }
}

void update_version(struct ffx_driver *driver, int result)
{
    const int runs_target =
        bytes_same_text(driver->found.version, driver->config->facts.to);
    const enum ffx_cause cause = cause_of(driver->found.status, runs_target);
    if (result != FFX_OK) {
        walk_go(driver, STEP_UPDATING);
    } else if (driver->round == 0) {
        driver->round = 1;
        driver->first_cause = (uint8_t)cause;
        walk_go_after(driver, STEP_NEW_STATUS, TWICE_MS);
    } else if (driver->first_cause != (uint8_t)cause) {
        walk_go(driver, STEP_UPDATING);
    } else {
        judge(driver, cause);
    }
}
