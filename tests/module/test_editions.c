/* SPDX-License-Identifier: Apache-2.0 */
/* What each edition of the AT manual, and each other profile, has. */
#include "module_case.h"

#include "module/command.h"

#include <stdio.h>
#include <string.h>

/* Who has a command. */
enum {
    V103 = 1 << FFX_PROFILE_MANUAL_103,
    V104 = 1 << FFX_PROFILE_MANUAL_104,
    V106 = 1 << FFX_PROFILE_MANUAL,
    NOTE = 1 << FFX_PROFILE_NOTE,
    S7070 = 1 << FFX_PROFILE_SIM7070,
    FROM_106 = V106 | NOTE | S7070,
    FROM_104 = V104 | FROM_106,
    ALL = V103 | FROM_104
};

static const struct {
    const char *name;
    int profiles;
} commands[] = {
    /* Chapters 2 to 5. */
    {"+GMI", ALL},
    {"+CGMI", ALL},
    {"+GMM", ALL},
    {"+CGMM", ALL},
    {"+GMR", ALL},
    {"+CGMR", ALL},
    {"+GSN", ALL},
    {"+CGSN", ALL},
    {"+GSV", ALL},
    {"+GCAP", ALL},
    {"+IPR", ALL},
    {"+IFC", ALL},
    {"+ICF", ALL},
    {"+CMEE", ALL},
    {"+CPIN", ALL},
    {"+CIMI", ALL},
    {"+CCID", ALL},
    {"+CRSM", ALL},
    {"+CNUM", ALL},
    {"+CPAS", ALL},
    {"+CSQ", ALL},
    {"+COPS", ALL},
    {"+CREG", ALL},
    {"+CFUN", ALL},
    {"+CCLK", ALL},
    {"+CBC", ALL},
    {"+CPOWD", ALL},
    {"+CFGRI", ALL},
    {"+CLTS", ALL},
    {"+CBATCHK", ALL},
    {"+CSCLK", ALL},
    {"+CNMP", ALL},
    {"+CMNB", ALL},
    {"+CPSMS", ALL},
    {"+CEDRXS", ALL},
    {"+CEDRXRDP", FROM_106},
    {"+CPSI", ALL},
    {"+CGNAPN", ALL},
    {"+CNACT", ALL},
    {"+CNCFG", FROM_106},
    {"+CNACTCFG", FROM_104 & ~S7070},
    /* SMS. */
    {"+CSMS", ALL},
    {"+CPMS", ALL},
    {"+CMGF", ALL},
    {"+CSDH", ALL},
    {"+CSCS", ALL},
    {"+CSCA", ALL},
    {"+CSMP", ALL},
    {"+CNMI", ALL},
    {"+CMGR", ALL},
    {"+CMGL", ALL},
    {"+CMGD", ALL},
    {"+CMGS", ALL},
    {"+CMGW", ALL},
    {"+CMSS", ALL},
    /* Packet domain, bearers, HTTP, FTP. */
    {"+CGATT", ALL},
    {"+CGDCONT", ALL},
    {"+CGACT", ALL},
    {"+CGPADDR", ALL},
    {"+CGREG", ALL},
    {"+CEREG", FROM_104},
    {"+SAPBR", ALL & ~S7070},
    {"+HTTPTOFS", ALL},
    {"+HTTPTOFSRL", FROM_104},
    {"+FTPCID", ALL},
    {"+FTPPORT", ALL},
    {"+FTPMODE", ALL},
    {"+FTPTYPE", ALL},
    {"+FTPSERV", ALL},
    {"+FTPUN", ALL},
    {"+FTPPW", ALL},
    {"+FTPGETNAME", ALL},
    {"+FTPGETPATH", ALL},
    {"+FTPREST", ALL},
    {"+FTPSIZE", ALL},
    {"+FTPSTATE", ALL},
    {"+FTPQUIT", ALL},
    {"+FTPGET", ALL},
    {"+FTPEXTGET", ALL},
    /* Files, TLS. */
    {"+CFSINIT", ALL},
    {"+CFSTERM", ALL},
    {"+CFSWFILE", ALL},
    {"+CFSRFILE", ALL},
    {"+CFSDFILE", ALL},
    {"+CFSGFIS", ALL},
    {"+CFSREN", ALL},
    {"+CFSGFRS", ALL},
    {"+CSSLCFG", ALL},
    /* In the note, or that of the SIM7070. */
    {"+CFOTA", ALL},
    {"+FTPTOFSST", NOTE | S7070},
    {"+HTTPSTOFS", NOTE},
    {"+CREBOOT", S7070},
    /* In no manual of the SIM7000; modules have them. */
    {"+SIMCOMATI", ALL},
    {"+CNMA", ALL},
};

static int set_up(void **state)
{
    (void)state;
    return 0;
}

/* The answers, without an echo. */
static const char *said(const char *typed)
{
    return module_bench_say(&b, typed);
}

static void start(int profile)
{
    module_case_start((enum ffx_module_profile)profile, "ATE0+CMEE=1\r");
}

/* Again, without the one before. */
static void restart(int profile)
{
    module_bench_end(&b);
    start(profile);
}

static int is_listed(const char *name)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(commands[i].name, name) == 0)
            return 1;
    return 0;
}

/* A command that is new here is looked up in each manual. */
static void no_command_is_left_out(void **state)
{
    static const struct command_table *const tables[] = {
        &cmd_v250_table,    &cmd_power_table,   &cmd_clock_table,
        &cmd_basic_table,   &cmd_sim_table,     &cmd_card_table,
        &cmd_radio_table,   &cmd_context_table, &cmd_bearer_table,
        &cmd_files_table,   &cmd_http_table,    &cmd_ftp_table,
        &cmd_ftp_get_table, &cmd_tls_table,     &cmd_sms_table,
        &cmd_message_table, &cmd_phone_table,   &cmd_fota_table,
    };
    (void)state;
    start(FFX_PROFILE_NOTE);
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++)
        for (uint32_t i = 0; i < tables[t]->count; i++)
            if (tables[t]->rows[i].name[0] == '+' &&
                !is_listed(tables[t]->rows[i].name))
                fail_msg("%s", tables[t]->rows[i].name);
}

static void each_profile_has_the_commands_of_its_document(void **state)
{
    char typed[32];
    (void)state;
    start(FFX_PROFILE_NOTE);
    for (int profile = 0; profile < FFX_PROFILES; profile++) {
        restart(profile);
        for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
            snprintf(typed, sizeof typed, "AT%s=?\r", commands[i].name);
            const int known = strstr(said(typed), OK) != NULL;
            const int wanted = (commands[i].profiles >> profile) & 1;
            if (known != wanted)
                fail_msg("%s in profile %d: %d", commands[i].name, profile,
                         known);
        }
    }
}

/* A command that is unknown is so in every form. */
static void what_came_later_is_unknown_before(void **state)
{
    static const char *const later[] = {
        "AT+CEREG?\r", "AT+CEREG=1\r",   "AT+HTTPTOFSRL?\r",
        "AT+CNCFG?\r", "AT+CNACTCFG?\r", "AT+CNCFG=1,\"a\",\"b\",\"c\"\r",
    };
    (void)state;
    start(FFX_PROFILE_MANUAL_103);
    for (size_t i = 0; i < sizeof later / sizeof later[0]; i++)
        expect(later[i], ERROR);
}

static void limits_of_httptofs_came_with_1_04(void **state)
{
    static const char limits[] =
        "AT+HTTPTOFS=\"http://h/u.zip\",\"/fota/update.zip\",50,5\r";
    (void)state;
    start(FFX_PROFILE_MANUAL_103);
    expect(limits, REFUSED);
    restart(FFX_PROFILE_MANUAL_104);
    expect(limits, OK);
}

static void sni_came_with_1_04(void **state)
{
    (void)state;
    start(FFX_PROFILE_MANUAL_103);
    expect("AT+CSSLCFG=\"sni\",0,\"a.example\"\r", REFUSED);
    expect("AT+CSSLCFG=\"ctxindex\",0\r", "\r\n+CSSLCFG: 0,0,\"\",0,1\r\n" OK);
    restart(FFX_PROFILE_MANUAL_104);
    expect("AT+CSSLCFG=\"sni\",0,\"a.example\"\r", OK);
    expect("AT+CSSLCFG=\"ctxindex\",0\r",
           "\r\n+CSSLCFG: 0,0,\"\",0,1,\"a.example\"\r\n" OK);
}

/* CNACT's status 2. */
static void in_operation_came_with_1_06(void **state)
{
    static const int profiles[] = {FFX_PROFILE_MANUAL_103,
                                   FFX_PROFILE_MANUAL_104, FFX_PROFILE_MANUAL};
    (void)state;
    start(FFX_PROFILE_NOTE);
    for (size_t i = 0; i < 3; i++) {
        restart(profiles[i]);
        expect("AT+CNACT=1\r", OK);
        expect("AT+CNACT?\r", i < 2 ? "\r\n+CNACT: 0,\"0.0.0.0\"\r\n" OK
                                    : "\r\n+CNACT: 2,\"0.0.0.0\"\r\n" OK);
        waits(1000, "\r\n+APP PDP: ACTIVE\r\n");
        assert_non_null(strstr(said("AT+CNACT?\r"), "+CNACT: 1,\""));
    }
}

static void no_edition_stores_a_file_by_ftp(void **state)
{
    static const int profiles[] = {FFX_PROFILE_MANUAL_103,
                                   FFX_PROFILE_MANUAL_104, FFX_PROFILE_MANUAL};
    (void)state;
    start(FFX_PROFILE_NOTE);
    for (size_t i = 0; i < 3; i++) {
        restart(profiles[i]);
        expect("AT+FTPEXTGET=?\r", OK);
        expect("AT+FTPEXTGET=2,1,\"update.zip\"\r", REFUSED);
    }
}

static const char *of_length(int length)
{
    static char text[FFX_URL_MAX + 2];
    memset(text, 'n', sizeof text);
    text[length] = '\0';
    return text;
}

static const char *write_named(int length)
{
    static char typed[700];
    snprintf(typed, sizeof typed, "AT+CFSWFILE=3,\"%s\",0,1,5000\r",
             of_length(length));
    return typed;
}

static const char *fetch_named(int length)
{
    static char typed[700];
    snprintf(typed, sizeof typed, "AT+HTTPTOFS=\"http://%s\",\"/fota/x\"\r",
             of_length(length - 7));
    return typed;
}

/* Manual of the SIM7070, chapters 9 and 13. Its URLs end with the line. */
static void a_sim7070_takes_longer_names_and_urls(void **state)
{
    static const struct {
        int profile, name, url;
        const char *too_long;
    } most[] = {{FFX_PROFILE_MANUAL, 50, 255, REFUSED},
                {FFX_PROFILE_NOTE, 50, 255, REFUSED},
                {FFX_PROFILE_SIM7070, 230, (int)FFX_URL_MAX, ERROR}};
    (void)state;
    start(FFX_PROFILE_NOTE);
    for (size_t i = 0; i < 3; i++) {
        restart(most[i].profile);
        said("AT+CFSINIT\r");
        expect(write_named(most[i].name + 1), REFUSED);
        expect(write_named(most[i].name), "\r\nDOWNLOAD\r\n");
        expect("x", OK);
        said("AT+CFSTERM\r");
        said(i < 2 ? "AT+CNACT=1\r" : "AT+CNACT=0,1\r");
        module_bench_wait(&b, 1000);
        expect(fetch_named(most[i].url + 1), most[i].too_long);
        expect(fetch_named(most[i].url), OK);
        assert_non_null(strstr(said("AT+HTTPTOFS?\r"), "nn\",\"/fota/x\""));
    }
}

static void ftp_stores_under_names_of_50(void **state)
{
    char typed[120];
    (void)state;
    start(FFX_PROFILE_SIM7070);
    for (int length = 50; length <= 51; length++) {
        snprintf(typed, sizeof typed, "AT+FTPEXTGET=2,1,\"%s\"\r",
                 of_length(length));
        expect(typed, length == 50 ? OK : REFUSED);
        restart(FFX_PROFILE_SIM7070);
    }
}

static void the_bearer_of_ftp_counts_from_0_in_a_sim7070(void **state)
{
    (void)state;
    start(FFX_PROFILE_MANUAL);
    expect("AT+FTPCID=0\r", REFUSED);
    restart(FFX_PROFILE_SIM7070);
    expect("AT+FTPCID=0\r", OK);
    expect("AT+FTPCID?\r", "\r\n+FTPCID: 0\r\n" OK);
    module_bench_set(&b, "D11=sapbr");
    module_bench_again(&b);
    expect("AT+FTPCID=0\r", OK);
    expect("AT+FTPSERV=\"h\";+FTPGETNAME=\"n\";+FTPSIZE\r", OK);
    waits(1000, "\r\n+FTPSIZE: 1,61,0\r\n");
}

static void a_profile_has_a_name(void **state)
{
    static const struct {
        const char *name;
        enum ffx_module_profile profile;
    } names[] = {
        {"note", FFX_PROFILE_NOTE},
        {"manual", FFX_PROFILE_MANUAL},
        {"manual-1.06", FFX_PROFILE_MANUAL},
        {"manual-1.04", FFX_PROFILE_MANUAL_104},
        {"manual-1.03", FFX_PROFILE_MANUAL_103},
        {"sim7070", FFX_PROFILE_SIM7070},
    };
    static const char *const wrong[] = {"", "manual-", "manual-1.05", "Note",
                                        "sim7000"};
    enum ffx_module_profile profile;
    (void)state;
    start(FFX_PROFILE_NOTE);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        profile = FFX_PROFILES;
        assert_int_equal(ffx_module_profile_set(&profile, names[i].name), 0);
        assert_int_equal(profile, names[i].profile);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(ffx_module_profile_set(&profile, wrong[i]),
                         FFX_ERR_SYNTAX);
}

static void a_profile_that_does_not_exist_is_refused(void **state)
{
    struct ffx_module module;
    (void)state;
    start(FFX_PROFILE_NOTE);
    struct ffx_module_config config = b.config;
    config.profile = FFX_PROFILES;
    assert_int_equal(ffx_module_init(&module, &config, 0), FFX_ERR_ARGUMENT);
}

#define EDITION(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EDITION(no_command_is_left_out),
        EDITION(each_profile_has_the_commands_of_its_document),
        EDITION(what_came_later_is_unknown_before),
        EDITION(limits_of_httptofs_came_with_1_04),
        EDITION(sni_came_with_1_04),
        EDITION(in_operation_came_with_1_06),
        EDITION(no_edition_stores_a_file_by_ftp),
        EDITION(a_sim7070_takes_longer_names_and_urls),
        EDITION(ftp_stores_under_names_of_50),
        EDITION(the_bearer_of_ftp_counts_from_0_in_a_sim7070),
        EDITION(a_profile_has_a_name),
        EDITION(a_profile_that_does_not_exist_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
