/* SPDX-License-Identifier: Apache-2.0 */
/* How a walk can end, end to end: the driver on the line of a whole virtual
 * module whose options, switches and faults bring each cause about. A real
 * HTTP server stands behind it. Time passes as fast as the two want. */
#include "walker.h"

#include "road.h"
#include "server.h"

#include "psa/psa_crypto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct row {
    enum ffx_cause cause;
    enum ffx_route route;
    const char *faults;
    /* What differs from a module and a package in order. */
    struct virtual_options module;
    const char *quirk;          /* "D16=error" */
    const char *said_before[4]; /* by somebody else */
    const char *url;            /* %u: the server's port */
    const char *model, *from;   /* of the package, it says */
    const char *to;
    struct ffx_driver_limits limits;
    uint8_t dry_run, cut_package, foreign_package;
    uint8_t package_is_there; /* in /fota/, before the walk */
    const struct ffx_driver_file *file;
};

#define HTTP FFX_ROUTE_HTTP
#define FTP FFX_ROUTE_FTP
#define PUSH FFX_ROUTE_PUSH
#define C(name) .cause = FFX_CAUSE_##name

static const struct ffx_driver_file app = {"/customer/app.zip", NULL};

static const struct row rows[] = {
    {C(DONE), HTTP},
    {C(DONE), PUSH},
    {C(DONE), PUSH, .quirk = "D20=exclusive"},
    {C(DONE), HTTP, .quirk = "D10=differ"},
    {C(DONE), HTTP, .quirk = "D2=wait"},
    {C(DONE), HTTP, .said_before = {"AT+CSCLK=1\r", "AT+CPSMS=1\r"}},
    {C(NOTHING), HTTP, .to = "1529B05SIM7000G"},
    {C(DRY_RUN), HTTP, .dry_run = 1},
    {C(FETCHED), HTTP, .file = &app},
    {C(FETCHED), PUSH, .file = &app},

    {C(NO_ANSWER), HTTP, "every line 1 mute"},
    {C(RESET), HTTP, "every line 12 reset"},
    {C(POWERED_DOWN), HTTP, "at line 12 urc UNDER-VOLTAGE POWER DOWN"},
    {C(BATTERY), HTTP, "at ms 1 battery 4 3050"},
    {C(NO_IDENTITY), HTTP, .module = {.damage = FFX_DAMAGE_VERSION}},
    {C(NO_FOTA), HTTP, "every line 1 unknown AT+CFOTA"},
    {C(WRONG_MODEL), HTTP, .model = "SIM7000E"},
    {C(WRONG_SOURCE), HTTP, .from = "1529B04SIM7000G"},

    {C(NO_SIM), HTTP, .module = {.no_sim = 1}},
    {C(NO_SIM), HTTP, .module = {.damage = FFX_DAMAGE_SIM}},
    {C(SIM_PIN), HTTP, .module = {.sim_pin = "1234"}},
    {C(SIM_PUK), HTTP, .module = {.sim_pin = "1234"},
     .said_before = {"AT+CPIN=\"1111\"\r", "AT+CPIN=\"1112\"\r",
                     "AT+CPIN=\"1113\"\r"}},
    {C(NOT_REGISTERED), HTTP, "at ms 1 network 3"},
    {C(NOT_REGISTERED), HTTP, .module = {.damage = FFX_DAMAGE_FUN_5}},
    {C(NO_SIGNAL), HTTP, "at ms 1 signal 99"},
    {C(NO_BEARER), HTTP, .module = {.no_apn = 1}},

    {C(DOWNLOAD_REFUSED), HTTP, "every url 1 status 604"},
    {C(DNS), HTTP, "every url 1 status 603"},
    {C(SERVER), HTTP, .url = "http://127.0.0.1:1/update.zip"},
    {C(TLS), HTTP, .url = "https://127.0.0.1:%u/update.zip"},
    {C(NOT_FOUND), HTTP, .url = "http://127.0.0.1:%u/none.zip"},
    {C(HTTP_REFUSED), HTTP, "every url 1 status 403"},
    {C(HTTP_FAILED), HTTP, "every url 1 status 503"},
    {C(HTTP_STATUS), HTTP, "every url 1 status 302"},
    {C(FTP_LOGIN), FTP, "every url 1 status 72"},
    {C(FTP_FILE), FTP, "every url 1 status 77"},
    {C(FTP_FAILED), FTP, "every url 1 status 75"},
    {C(FTP_UNSUPPORTED), FTP, .quirk = "D16=error"},
    {C(STALLED), HTTP, "every url 1 stall",
     .limits = {.download_tries = 1, .stall_ms = 500}},
    {C(DATA_LIMIT), HTTP, .limits = {.data_bytes = 1000}},

    {C(FILES), HTTP, "every line 1 unknown AT+CFSINIT"},
    {C(FILES), HTTP, "every line 1 unknown AT+CFSGFRS?"},
    {C(NO_SPACE), HTTP, "every url 1 status 602"},
    {C(SOURCE), PUSH, .cut_package = 1},
    {C(NOISE), PUSH, "every write 1 fail"},
    {C(SIZE), HTTP, "every url 1 short 5000"},
    {C(DIGEST), HTTP, "every url 1 spoilt 5000"},

    {C(NO_PACKAGE), PUSH, .quirk = "D15=custapp"},
    {C(NOT_STARTED), PUSH, "every line 1 ignore AT+CFOTA=1"},
    {C(REFUSED), PUSH, .foreign_package = 1},
    {C(FAILED_MODEM), PUSH, "at percent 10 spoilt 9000"},
    {C(FAILED_AP), PUSH, "at percent 60 spoilt 50000"},
    {C(VERSION), PUSH, .to = "1529B07SIM7000G"},
    {C(CHANGED), PUSH, "at boot 2 damage imei"},
    {C(UPDATE_TIMEOUT), PUSH, "at percent 50 hang"},
    {C(BUSY), HTTP, .file = &app, .module = {.real_speed = 1},
     .package_is_there = 1, .said_before = {"AT+CFOTA=1\r"}},
    {C(CONFIG), HTTP, .url = "http://127.0.0.1:%u/\"\r"},
};

/* --- the driver and its module ------------------------------------------- */

static struct fixture fixture;
static struct server_http http;
static struct virtual v;
static struct walker walker;
static char url[128];
static uint8_t sha256[FFX_SHA256_BYTES];

/* --- a row --------------------------------------------------------------- */

static const struct row *row;

/* A file that no module takes for a package. */
static int read_foreign(void *context, uint32_t offset, void *buffer,
                        uint32_t length)
{
    (void)context;
    (void)offset;
    memset(buffer, 'x', length);
    return FFX_OK;
}

static int read_package(void *context, uint32_t offset, void *buffer,
                        uint32_t length)
{
    (void)context;
    if (row->cut_package && offset + length > fixture.zip.length / 2)
        return FFX_ERR_IO;
    memcpy(buffer, (const char *)fixture.zip.bytes + offset, length);
    return FFX_OK;
}

static void set_config(void)
{
    static const struct ffx_driver_ftp ftp = {
        "127.0.0.1", "ftp", "tmf123", "/", "update.zip", 1};
    const uint32_t size = (uint32_t)fixture.zip.length;
    snprintf(url, sizeof url,
             row->url != NULL ? row->url : "http://127.0.0.1:%u/update.zip",
             (unsigned)http.port);
    walker_init(&walker, &v, row->route);
    struct ffx_driver_config *const config = &walker.config;
    config->url = row->route == HTTP ? url : NULL;
    config->ftp = &ftp;
    config->package = (struct ffx_read_at){
        row->foreign_package ? read_foreign : read_package, NULL, size};
    config->facts = (struct ffx_driver_facts){
        .to = row->to != NULL ? row->to : fixture.b.version,
        .from = row->from != NULL ? row->from : fixture.a.version,
        .model = row->model != NULL ? row->model : fixture.a.model,
        .size = size,
        .sha256 = sha256};
    config->limits = row->limits;
    config->dry_run = row->dry_run;
    config->file = row->file;
}

static void start_module(void)
{
    static uint8_t quirks[FFX_QUIRKS];
    struct virtual_options options = row->module;
    ffx_module_quirks(FFX_PROFILE_NOTE, quirks);
    if (row->quirk != NULL)
        assert_int_equal(ffx_module_quirk_set(quirks, row->quirk), FFX_OK);
    options.quirks = quirks;
    options.faults = row->faults;
    virtual_start(&v, &fixture, &options);
    if (row->package_is_there)
        virtual_put(&v, "fota/update.zip", fixture.zip.bytes,
                    fixture.zip.length);
    for (size_t i = 0; i < 4 && row->said_before[i] != NULL; i++)
        virtual_say(&v, row->said_before[i]);
}

static void check_end(enum ffx_cause cause)
{
    if (cause != row->cause)
        fail_msg("row %u, %s: %s instead of %s: %.*s", (unsigned)(row - rows),
                 row->faults ? row->faults : "", ffx_cause_name(cause),
                 ffx_cause_name(row->cause), (int)walker.heard_length,
                 walker.heard);
    assert_int_equal(walker.held, cause == FFX_CAUSE_UPDATE_TIMEOUT);
    if (row->said_before[0] != NULL && cause == FFX_CAUSE_DONE) {
        virtual_has(&v, virtual_say(&v, "AT+CSCLK?\r"), "+CSCLK: 1");
        virtual_has(&v, virtual_say(&v, "AT+CPSMS?\r"), "+CPSMS: 1");
        assert_int_equal(walker.stored.saving, 0);
    }
}

static void each_cause_comes_from_a_whole_module(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        row = &rows[i];
        start_module();
        set_config();
        check_end(walker_walk(&walker));
        virtual_end(&v);
    }
}

static void every_cause_has_a_row(void **state)
{
    (void)state;
    for (int cause = 0; cause < FFX_CAUSES; cause++) {
        size_t i = 0;
        while (i < sizeof rows / sizeof rows[0] &&
               rows[i].cause != (enum ffx_cause)cause)
            i++;
        if (i == sizeof rows / sizeof rows[0])
            fail_msg("nothing brings '%s' about",
                     ffx_cause_name((enum ffx_cause)cause));
    }
}

static int set_up(void **state)
{
    (void)state;
    fixture_make(&fixture, NULL);
    server_http_start(&http, fixture.directory, NULL, NULL);
    road_digest(fixture.zip.bytes, (uint32_t)fixture.zip.length, sha256);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    server_http_stop(&http);
    fixture_free(&fixture);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_cause_comes_from_a_whole_module),
        cmocka_unit_test(every_cause_has_a_row),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
