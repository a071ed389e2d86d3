/* SPDX-License-Identifier: Apache-2.0 */
/* Sync, who the module is, what it runs, whether anything is to be done. */
#include "driver/walk.h"

#define SYNC_MS 30000u
#define SYNC_AGAIN_MS 400u
#define SETTLE_MS 300u   /* answers to earlier tries come and go */
#define MILLIVOLTS 3300u /* warning at 3.1 V (hardware design V1.07, 3.1.3) */
#define IMEI_DIGITS 15u

/* --- sync ---------------------------------------------------------------- */

void identity_begin(struct ffx_driver *driver)
{
    driver->echo_off = 0;
    driver->ending = 0;
    driver->confirming = 0;
    driver->reuse = 0;
    driver->limit_ms =
        driver->now_ms + walk_or(driver->config->limits.sync_ms, SYNC_MS);
    walk_go(driver, STEP_SYNC);
}

void identity_sync(struct ffx_driver *driver, int result)
{
    if (result == FFX_OK)
        walk_go_after(driver, STEP_ECHO, SETTLE_MS);
    else if (walk_past(driver, driver->limit_ms))
        walk_end(driver, FFX_CAUSE_NO_ANSWER);
    else
        walk_go_after(driver, STEP_SYNC, SYNC_AGAIN_MS);
}

void identity_echo(struct ffx_driver *driver, int result)
{
    driver->echo_off = result == FFX_OK;
    walk_go(driver, driver->updating ? STEP_NEW_STATUS : STEP_ERRORS);
}

void identity_flow(const struct ffx_driver *driver, struct ffx_at_text *out)
{
    ffx_at_put(out, driver->config->rts_cts ? "2,2" : "0,0");
}

/* --- status -------------------------------------------------------------- */

int identity_parse_status(struct ffx_driver *driver, struct ffx_at_args *args)
{
    int32_t status;
    if (!walk_numbers(args, &status, 1) || args->more || status < 1 ||
        status > 8)
        return 0;
    driver->found.status = (uint8_t)status;
    driver->detail = status;
    return 1;
}

void identity_status(struct ffx_driver *driver, int result)
{
    const uint8_t status = driver->found.status;
    driver->detail = 0;
    if (result != FFX_OK && driver->config->file == NULL) {
        walk_end(driver, FFX_CAUSE_NO_FOTA);
    } else if (walk_works(status)) {
        update_watch(driver);
    } else {
        driver->recovery = status == 3 || status == 5;
        walk_go(driver, STEP_MODEL);
    }
}

/* --- model and version --------------------------------------------------- */

/* "SIMCOM_SIM7000G", also "SIM7000G". */
int identity_parse_model(struct ffx_driver *driver, struct ffx_at_args *args)
{
    static const char vendor[] = "SIMCOM_";
    char *const model = driver->found.model;
    if (bytes_begins(args->next, vendor))
        args->next += sizeof vendor - 1;
    return bytes_begins(args->next, "SIM7") &&
           ffx_at_arg_string(args, model, sizeof driver->found.model) == 1;
}

void identity_model(struct ffx_driver *driver, int result)
{
    const char *wanted = driver->config->facts.model;
    if (result == FFX_OK && wanted != NULL &&
        !bytes_same_text(wanted, driver->found.model)) {
        walk_bad(driver, FFX_CAUSE_WRONG_MODEL);
    } else if (result != FFX_OK && wanted != NULL && !driver->recovery) {
        walk_end(driver, FFX_CAUSE_NO_IDENTITY);
    } else {
        walk_go(driver, STEP_VERSION);
    }
}

int identity_parse_version(struct ffx_driver *driver, struct ffx_at_args *args)
{
    static const char label[] = "Revision:";
    if (!bytes_begins(args->next, label))
        return 0;
    args->next += sizeof label - 1;
    return ffx_at_arg_string(args, driver->found.version,
                             sizeof driver->found.version) >= 0;
}

/* Nothing is to be done, or nothing can be. A module in recovery has to be
 * helped whatever it says. */
static enum ffx_cause version_cause(const struct ffx_driver *driver, int result)
{
    const struct ffx_driver_facts *facts = &driver->config->facts;
    const char *version = driver->found.version;
    if (driver->recovery || driver->config->file != NULL)
        return FFX_CAUSES;
    if (result != FFX_OK || version[0] == '\0')
        return FFX_CAUSE_NO_IDENTITY;
    if (bytes_same_text(version, facts->to))
        return FFX_CAUSE_NOTHING;
    if (driver->position.requested && driver->found.status == 7)
        return FFX_CAUSE_REFUSED;
    if (facts->from != NULL && !bytes_same_text(version, facts->from))
        return FFX_CAUSE_WRONG_SOURCE;
    return FFX_CAUSES;
}

void identity_version(struct ffx_driver *driver, int result)
{
    const enum ffx_cause cause = version_cause(driver, result);
    if (cause != FFX_CAUSES && walk_doubt(driver, (uint8_t)cause))
        return;
    if (driver->found.before[0] == '\0')
        memcpy(driver->found.before, driver->found.version,
               sizeof driver->found.before);
    if (cause == FFX_CAUSE_NOTHING && driver->position.requested &&
        driver->found.status == 6)
        update_confirm(driver);
    else if (cause != FFX_CAUSES)
        walk_end(driver, cause);
    else
        walk_go(driver, driver->recovery ? STEP_BATTERY : STEP_IMEI);
}

/* --- settings: remembered before the update, compared after it ----------- */

static void changed(struct ffx_driver *driver, enum ffx_driver_setting setting)
{
    driver->detail = (int32_t)setting;
    walk_end(driver, FFX_CAUSE_CHANGED);
}

/* The first walk's word counts: a later one may see what an update did. */
int identity_parse_imei(struct ffx_driver *driver, struct ffx_at_args *args)
{
    char *const imei = driver->position.before.imei;
    for (const char *p = args->next; p != args->end; p++)
        if (*p < '0' || *p > '9')
            return 0;
    if (args->end - args->next != IMEI_DIGITS)
        return 0;
    if (imei[0] == '\0')
        memcpy(imei, args->next, IMEI_DIGITS);
    driver->value = memcmp(imei, args->next, IMEI_DIGITS) == 0;
    return 1;
}

void identity_imei(struct ffx_driver *driver, int result)
{
    const int same = result == FFX_OK && driver->value == 1;
    if (driver->confirming && driver->position.before.imei[0] != '\0' && !same)
        changed(driver, FFX_SETTING_IMEI);
    else
        walk_go(driver, STEP_CFUN);
}

/* +CGDCONT: 1,"IP","ctnb",...: one line for each context, the first counts.
 * A sum tells one APN from another as well as its text. */
int identity_parse_context(struct ffx_driver *driver, struct ffx_at_args *args)
{
    char text[64];
    int32_t context;
    uint32_t sum = 0;
    if (ffx_at_arg_number(args, &context) != 1 ||
        ffx_at_arg_string(args, text, sizeof text) < 0 ||
        ffx_at_arg_string(args, text, sizeof text) < 0)
        return 0;
    for (const char *p = text; *p != '\0'; p++)
        sum = sum * 31u + (uint8_t)*p;
    if (context == 1)
        driver->value = (int32_t)(sum % 32768u);
    return 1;
}

/* CFUN=0 is the one value that no reset keeps (manual 3.2.19). */
static int worth_keeping(const struct ffx_driver *driver)
{
    return driver->value <= INT16_MAX &&
           driver->value >= (driver->step == STEP_CFUN ? 1 : 0);
}

void identity_setting(struct ffx_driver *driver, int result)
{
    const uint32_t setting = driver->step - (uint32_t)STEP_CFUN;
    int16_t *const before = &driver->position.before.settings[setting];
    const int known = *before >= 0;
    const int same = result == FFX_OK && driver->value == *before;
    if (driver->confirming && known && !same) {
        changed(driver, (enum ffx_driver_setting)(FFX_SETTING_CFUN + setting));
        return;
    }
    if (!driver->confirming && !known && result == FFX_OK &&
        worth_keeping(driver))
        *before = (int16_t)driver->value;
    if (driver->step != STEP_CONTEXT_1)
        walk_go(driver, (enum walk_step)(driver->step + 1));
    else if (driver->confirming)
        walk_end(driver, FFX_CAUSE_DONE);
    else
        walk_go(driver, driver->config->dry_run ? STEP_BATTERY : STEP_SLEEP);
}

/* --- power saving -------------------------------------------------------- */

#define SAVING (FFX_SAVING_SLEEP | FFX_SAVING_PSM | FFX_SAVING_EDRX)

/* The bit that the row is about. */
static uint8_t saving_of(const struct ffx_driver *driver)
{
    return (uint8_t)(1u << (driver->step - STEP_SLEEP) / 2);
}

/* +CEDRXRDP: <AcT>,"<requested>",...; AcT 0: not in use (TS 27.007, 7.41).
 * Kept as it stands: 5,"0010". */
int identity_parse_edrx(struct ffx_driver *driver, struct ffx_at_args *args)
{
    char *const edrx = driver->position.edrx;
    if (ffx_at_arg_number(args, &driver->value) != 1)
        return 0;
    if (driver->value == 0)
        return 1;
    if (args->end - args->next < (int)sizeof driver->position.edrx - 2)
        return 0;
    memcpy(edrx, args->next - 2, sizeof driver->position.edrx);
    return edrx[2] == '"';
}

/* Stored before it is switched off: a reset of our own must not forget it. */
void identity_saving(struct ffx_driver *driver, int result)
{
    /* 1 of AT+CSCLK? and AT+CPSMS?; 4 or 5 of AT+CEDRXRDP */
    const int on = result == FFX_OK && driver->value > 0 && driver->value & 5;
    if (on) {
        driver->position.saving |= saving_of(driver);
        walk_position(driver);
    }
    walk_go(driver, (enum walk_step)(driver->step + (on ? 1 : 2)));
}

void identity_save(const struct ffx_driver *driver, struct ffx_at_text *out)
{
    ffx_at_put(out, driver->ending ? "1" : "0");
    if (!driver->ending || driver->step != STEP_EDRX_SET)
        return;
    ffx_at_put(out, ",");
    ffx_at_put_bytes(out, driver->position.edrx, sizeof driver->position.edrx);
}

void identity_saved(struct ffx_driver *driver, int result)
{
    const uint8_t others = SAVING & ~saving_of(driver);
    if (!driver->ending) {
        walk_go(driver, (enum walk_step)(driver->step + 1));
        return;
    }
    driver->owed &= others;
    if (result == FFX_OK) {
        driver->position.saving &= others;
        walk_position(driver);
    }
    walk_end(driver, (enum ffx_cause)driver->end_cause);
}

/* --- battery ------------------------------------------------------------- */

/* +CBC: <charging>,<percent>,<millivolts> */
int identity_parse_battery(struct ffx_driver *driver, struct ffx_at_args *args)
{
    int32_t values[3];
    if (!walk_numbers(args, values, 3) || values[2] > 65535)
        return 0;
    driver->found.millivolts = (uint16_t)values[2];
    return 1;
}

void identity_battery(struct ffx_driver *driver, int result)
{
    const uint32_t least =
        walk_or(driver->config->limits.millivolts, MILLIVOLTS);
    const int low = result == FFX_OK && driver->found.millivolts < least;
    if (low)
        walk_bad(driver, FFX_CAUSE_BATTERY);
    else if (driver->reading == WALK_COMPARE)
        files_space(driver);
    else
        walk_go(driver, STEP_SIM);
}
