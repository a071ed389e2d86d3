/* SPDX-License-Identifier: Apache-2.0 */
/* SIM, registration and bearer (note, chapter 4). */
#include "driver/walk.h"

#define REGISTER_MS 180000u
#define REGISTER_AGAIN_MS 2000u
#define BEARER_MS 60000u
#define NETWORK_ROUNDS 2u
#define SIM_AGAIN_MS 1000u
#define SIM_TRIES 20u /* +CPIN: NOT READY, SIM busy: seconds after boot */
#define UNLOCKED_MS 2000u

/* --- SIM ----------------------------------------------------------------- */

enum { SIM_READY, SIM_ASKS_PIN, SIM_LOCKED, SIM_ABSENT, SIM_NOT_READY };

int bearer_parse_sim(struct ffx_driver *driver, struct ffx_at_args *args)
{
    static const struct {
        char text[13];
        uint8_t value;
    } answers[] = {
        {"READY", SIM_READY},
        {"SIM PIN", SIM_ASKS_PIN},
        {"NOT INSERTED", SIM_ABSENT},
        {"NOT READY", SIM_NOT_READY},
    };
    char text[24];
    if (ffx_at_arg_string(args, text, sizeof text) != 1)
        return 0;
    driver->value = SIM_LOCKED; /* PUK, network lock, ... */
    for (uint32_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
        if (bytes_same_text(text, answers[i].text))
            driver->value = answers[i].value;
    return 1;
}

/* CME errors of AT+CPIN? say the same. */
static int32_t sim_of_error(int32_t cme)
{
    switch (cme) {
    case FFX_AT_CME_SIM_NOT_INSERTED:
    case 13: /* SIM failure */
    case 15: /* SIM wrong */
        return SIM_ABSENT;
    case FFX_AT_CME_SIM_PIN:
        return SIM_ASKS_PIN;
    case 12: /* SIM PUK required */
        return SIM_LOCKED;
    default: /* SIM busy (14) and what is not known */
        return SIM_NOT_READY;
    }
}

/* A PIN is sent once in a walk: the third wrong one locks the SIM. */
static void unlock(struct ffx_driver *driver)
{
    if (driver->config->sim_pin == NULL || driver->pin_sent)
        walk_end(driver, FFX_CAUSE_SIM_PIN);
    else
        walk_go(driver, STEP_SIM_UNLOCK);
}

static void begin_network(struct ffx_driver *driver)
{
    driver->limit_ms = driver->now_ms +
                       walk_or(driver->config->limits.register_ms, REGISTER_MS);
    walk_go(driver, STEP_CEREG);
}

void bearer_sim(struct ffx_driver *driver, int result)
{
    const int32_t sim =
        result == FFX_OK ? driver->value : sim_of_error(driver->cme);
    if (sim == SIM_READY)
        begin_network(driver);
    else if (sim != SIM_NOT_READY && walk_doubt(driver, 0))
        return;
    else if (sim == SIM_ASKS_PIN)
        unlock(driver);
    else if (sim == SIM_LOCKED)
        walk_end(driver, FFX_CAUSE_SIM_PUK);
    else if (sim == SIM_ABSENT || ++driver->sim_tries > SIM_TRIES)
        walk_end(driver, FFX_CAUSE_NO_SIM);
    else
        walk_go_after(driver, STEP_SIM, SIM_AGAIN_MS);
}

void bearer_pin(const struct ffx_driver *driver, struct ffx_at_text *out)
{
    ffx_at_put_quoted(out, driver->config->sim_pin);
}

void bearer_unlocked(struct ffx_driver *driver, int result)
{
    driver->pin_sent = 1;
    if (result == FFX_ERR_REFUSED)
        walk_end(driver, FFX_CAUSE_SIM_PIN);
    else
        walk_go_after(driver, STEP_SIM, UNLOCKED_MS);
}

/* --- registration -------------------------------------------------------- */

/* +CREG: <n>,<stat>...; with one number only it is the URC. */
int bearer_parse_registered(struct ffx_driver *driver, struct ffx_at_args *args)
{
    int32_t values[2];
    if (!walk_numbers(args, values, 2))
        return 0;
    driver->value = values[1];
    return 1;
}

/* By hand (note 4.2): some networks attach only with the right APN. */
static void not_registered(struct ffx_driver *driver)
{
    if (driver->config->apn == NULL || driver->attached_by_hand) {
        walk_end(driver, FFX_CAUSE_NOT_REGISTERED);
        return;
    }
    driver->attached_by_hand = 1;
    walk_go(driver, STEP_RADIO_OFF);
}

/* Packet service has three names: LTE, GSM and, on old firmware, neither. */
void bearer_registered(struct ffx_driver *driver, int result)
{
    if (result == FFX_OK && (driver->value == 1 || driver->value == 5))
        walk_go(driver, STEP_ATTACHED);
    else if (driver->step != STEP_CREG)
        walk_go(driver, (enum walk_step)(driver->step + 1));
    else if (walk_past(driver, driver->limit_ms))
        not_registered(driver);
    else
        walk_go_after(driver, STEP_CEREG, REGISTER_AGAIN_MS);
}

void bearer_context(const struct ffx_driver *driver, struct ffx_at_text *out)
{
    ffx_at_put_quoted(out, driver->config->apn);
}

void bearer_radio_on(struct ffx_driver *driver, int result)
{
    if (result != FFX_OK) {
        walk_restart(driver, FFX_CAUSE_NOT_REGISTERED);
        return;
    }
    driver->position.before.settings[FFX_SETTING_CFUN - FFX_SETTING_CFUN] = 1;
    driver->position.before.settings[FFX_SETTING_APN - FFX_SETTING_CFUN] = -1;
    begin_network(driver);
}

int bearer_parse_value(struct ffx_driver *driver, struct ffx_at_args *args)
{
    return ffx_at_arg_number(args, &driver->value);
}

void bearer_attached(struct ffx_driver *driver, int result)
{
    walk_go(driver,
            result == FFX_OK && driver->value == 0 ? STEP_ATTACH : STEP_SIGNAL);
}

int bearer_parse_signal(struct ffx_driver *driver, struct ffx_at_args *args)
{
    int32_t rssi;
    if (!walk_numbers(args, &rssi, 1) || rssi > 99)
        return 0;
    driver->found.rssi = (uint8_t)rssi;
    return 1;
}

void bearer_signal(struct ffx_driver *driver, int result)
{
    if (result != FFX_OK || driver->found.rssi != 99)
        walk_go(driver, STEP_BEARER);
    else if (walk_past(driver, driver->limit_ms))
        walk_end(driver, FFX_CAUSE_NO_SIGNAL);
    else
        walk_go_after(driver, STEP_SIGNAL, REGISTER_AGAIN_MS);
}

/* --- bearer -------------------------------------------------------------- */

/* Ways to open it, tried in this order. An explicit APN goes before the one
 * that the network delivers: it is why somebody gave it. AT+CNACT=1,1 comes
 * last: SIM7000 firmware reads it as "APN 1". */
enum { APN_GIVEN, APN_DELIVERED, APN_NONE, APN_7070, WAYS };

static const char *apn_of(const struct ffx_driver *driver, uint8_t way)
{
    if (way == APN_GIVEN && driver->config->apn != NULL)
        return driver->config->apn;
    return way == APN_DELIVERED ? driver->apn : "";
}

static int way_fits(const struct ffx_driver *driver)
{
    const uint8_t way = driver->bearer_way;
    const enum ffx_dialect unfit =
        way == APN_7070 ? FFX_DIALECT_SIM7000 : FFX_DIALECT_SIM7070;
    return driver->config->dialect != unfit &&
           (way >= APN_NONE || apn_of(driver, way)[0] != '\0');
}

static void next_way(struct ffx_driver *driver)
{
    while (driver->bearer_way < WAYS && !way_fits(driver))
        driver->bearer_way++;
    if (driver->bearer_way < WAYS) {
        driver->bearer_down = 0;
        walk_go(driver, STEP_OPEN);
    } else if (++driver->networks < NETWORK_ROUNDS) {
        driver->bearer_way = 0;
        walk_go_after(driver, STEP_BEARER, REGISTER_AGAIN_MS);
    } else {
        walk_end(driver, FFX_CAUSE_NO_BEARER);
    }
}

/* Two grammars: 1,"10.94.36.44" and 0,1,"10.94.36.44" (one line for each
 * context). Active: the number before the address is 1 and the address is
 * one, not "" or "0.0.0.0". */
int bearer_parse_active(struct ffx_driver *driver, struct ffx_at_args *args)
{
    int32_t number, status = -1;
    char address[48];
    while (args->more && args->next != args->end && *args->next != '"') {
        if (ffx_at_arg_number(args, &number) != 1)
            return 0;
        status = number;
    }
    if (ffx_at_arg_string(args, address, sizeof address) != 1 || status < 0)
        return 0;
    if (driver->value != 1)
        driver->value = status == 1 && address[0] > '0';
    return 1;
}

void bearer_asked(struct ffx_driver *driver, int result)
{
    driver->bearer_way = 0;
    if (result == FFX_OK && driver->value == 1)
        files_space(driver);
    else
        walk_go(driver, STEP_APN);
}

int bearer_parse_apn(struct ffx_driver *driver, struct ffx_at_args *args)
{
    int32_t valid;
    if (ffx_at_arg_number(args, &valid) != 1 ||
        ffx_at_arg_string(args, driver->apn, sizeof driver->apn) < 0)
        return 0;
    if (valid != 1)
        driver->apn[0] = '\0';
    return 1;
}

/* SIM7070, 7080, 7090: contexts have an index before them. Who names a dialect
 * is believed. */
static int indexed(const struct ffx_driver *driver)
{
    const enum ffx_dialect dialect = driver->config->dialect;
    return dialect == FFX_DIALECT_SIM7070 ||
           (dialect == FFX_DIALECT_AUTO && driver->found.model[5] >= '7');
}

void bearer_apn(struct ffx_driver *driver, int result)
{
    const struct ffx_driver_config *config = driver->config;
    if (result != FFX_OK)
        driver->apn[0] = '\0';
    if (config->user != NULL || (indexed(driver) && config->apn != NULL))
        walk_go(driver, STEP_LOGIN);
    else
        next_way(driver);
}

static void put_next(struct ffx_at_text *out, const char *text)
{
    ffx_at_put(out, ",");
    ffx_at_put_quoted(out, text);
}

/* 1,"apn","user","password"; SIM7070: the context's index before that. */
void bearer_login(const struct ffx_driver *driver, struct ffx_at_text *out)
{
    const struct ffx_driver_config *config = driver->config;
    const char *given = apn_of(driver, APN_GIVEN);
    ffx_at_put(out, indexed(driver) ? "1,1" : "1");
    put_next(out, given[0] != '\0' ? given : driver->apn);
    if (config->user == NULL)
        return;
    put_next(out, config->user);
    put_next(out, config->password != NULL ? config->password : "");
}

void bearer_logged_in(struct ffx_driver *driver, int result)
{
    if (result == FFX_OK)
        next_way(driver);
    else
        walk_end(driver, FFX_CAUSE_NO_BEARER);
}

void bearer_open(const struct ffx_driver *driver, struct ffx_at_text *out)
{
    const uint8_t way = driver->bearer_way;
    ffx_at_put(out, way == APN_7070 ? "1,1" : "1");
    if (way < APN_NONE)
        put_next(out, apn_of(driver, way));
}

/* An ERROR may mean "already active": look once. */
void bearer_opening(struct ffx_driver *driver, int result)
{
    const uint32_t limit = walk_or(driver->config->limits.bearer_ms, BEARER_MS);
    driver->limit_ms = driver->now_ms + (result == FFX_OK ? limit : 0);
    walk_go(driver, result == FFX_OK ? STEP_OPENING : STEP_OPENED);
}

void bearer_opened(struct ffx_driver *driver, int result)
{
    if (result == FFX_OK && driver->value == 1) {
        driver->networks = 0;
        files_space(driver);
    } else if (driver->bearer_down || walk_past(driver, driver->limit_ms)) {
        driver->bearer_way++;
        next_way(driver);
    } else {
        walk_go(driver, STEP_OPENING);
    }
}

/* AT+CNACT=0, in the grammar that opened it. */
void bearer_close(const struct ffx_driver *driver, struct ffx_at_text *out)
{
    ffx_at_put(out, driver->bearer_way == APN_7070 ? "1,0" : "0");
}
