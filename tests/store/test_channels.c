/* SPDX-License-Identifier: Apache-2.0 */
/* Who is offered which release: channels.ini and the lists it names. */
#include "store/store_channels.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define IMEI "861075030000001"
#define OTHER "861075030000002"
#define CANARY "[channel M/canary]\nversion = B8\n"

static char directory[64];

static int set_up(void **state)
{
    const char *base = getenv("TMPDIR");
    (void)state;
    snprintf(directory, sizeof directory, "%.40s/farfix-XXXXXX",
             base != NULL ? base : "/tmp");
    return mkdtemp(directory) != NULL ? 0 : -1;
}

static void path_of(const char *name, char path[128])
{
    snprintf(path, 128, "%s/%s", directory, name);
}

static void put(const char *name, const char *text)
{
    char path[128];
    struct pack_error error;
    path_of(name, path);
    assert_int_equal(pack_write_file(path, text, strlen(text), 0, &error), 0);
}

static void take_away(const char *name)
{
    char path[128];
    path_of(name, path);
    unlink(path);
}

static int tear_down(void **state)
{
    (void)state;
    take_away("channels.ini");
    take_away("canary.txt");
    take_away("beta.txt");
    return rmdir(directory);
}

/* channels.ini with this text, read. */
static struct store_channels read_text(const char *text)
{
    struct store_channels channels;
    struct pack_error error;
    put("channels.ini", text);
    if (store_channels_read(&channels, directory, &error) != 0)
        fail_msg("%s", error.text);
    return channels;
}

/* Name of the channel that is chosen; "-" is stable without a section. */
static const char *chosen(const struct store_channels *channels,
                          const char *imei, const char *channel)
{
    const struct store_channel *out;
    char why[STORE_CHANNELS_WHY];
    assert_int_equal(
        store_channels_choose(channels, "M", imei, channel, &out, why), 0);
    assert_string_equal(why, "");
    return out != NULL ? out->name : "-";
}

/* --- stable -------------------------------------------------------------- */

static void without_the_file_everybody_is_in_stable(void **state)
{
    struct store_channels channels;
    struct pack_error error;
    (void)state;
    take_away("channels.ini");
    assert_int_equal(store_channels_read(&channels, directory, &error), 0);
    assert_int_equal(channels.count, 0);
    assert_string_equal(chosen(&channels, "", ""), "-");
    assert_string_equal(chosen(&channels, IMEI, ""), "-");
    assert_string_equal(chosen(&channels, IMEI, "stable"), "-");
    assert_false(store_channels_reserved(&channels, "M", "B8"));
    store_channels_close(&channels);
}

static void an_empty_file_is_as_good_as_none(void **state)
{
    (void)state;
    struct store_channels channels = read_text("");
    assert_int_equal(channels.count, 0);
    store_channels_close(&channels);
    channels = read_text("\r\n# nothing yet\n ; here\n");
    assert_int_equal(channels.count, 0);
    store_channels_close(&channels);
}

static void stable_with_a_section_is_that_version(void **state)
{
    const struct store_channel *out;
    char why[STORE_CHANNELS_WHY];
    (void)state;
    struct store_channels channels =
        read_text(CANARY "[channel M/stable]\nversion = B7\n");
    assert_int_equal(store_channels_choose(&channels, "M", IMEI, "", &out, why),
                     0);
    assert_string_equal(out->version, "B7");
    assert_string_equal(chosen(&channels, "", "stable"), "stable");
    store_channels_close(&channels);
}

static void stable_passes_over_what_other_channels_name(void **state)
{
    (void)state;
    struct store_channels channels =
        read_text(CANARY "[channel M/stable]\nversion = B7\n");
    assert_true(store_channels_reserved(&channels, "M", "B8"));
    assert_false(store_channels_reserved(&channels, "M", "B7"));
    assert_false(store_channels_reserved(&channels, "N", "B8"));
    assert_false(store_channels_reserved(&channels, "M", "B9"));
    store_channels_close(&channels);
}

/* --- who is in which ----------------------------------------------------- */

static void a_channel_that_is_asked_for_is_given(void **state)
{
    (void)state;
    struct store_channels channels = read_text(CANARY "percent = 100\n");
    assert_string_equal(chosen(&channels, "", "canary"), "canary");
    assert_string_equal(chosen(&channels, IMEI, "canary"), "canary");
    assert_string_equal(chosen(&channels, IMEI, "stable"), "-");
    store_channels_close(&channels);
}

static void without_an_imei_nobody_is_chosen(void **state)
{
    (void)state;
    struct store_channels channels = read_text(CANARY "percent = 100\n");
    assert_string_equal(chosen(&channels, "", ""), "-");
    assert_string_equal(chosen(&channels, IMEI, ""), "canary");
    store_channels_close(&channels);
}

static void a_list_takes_its_devices_and_no_other(void **state)
{
    (void)state;
    put("canary.txt", "# bench\n\n  861075030000003\t# third\r\n" IMEI);
    struct store_channels channels =
        read_text(CANARY "imei = canary.txt   # and these\n");
    assert_int_equal(channels.all[0].imeis.count, 2);
    assert_string_equal(chosen(&channels, IMEI, ""), "canary");
    assert_string_equal(chosen(&channels, "861075030000003", ""), "canary");
    assert_string_equal(chosen(&channels, OTHER, ""), "-");
    store_channels_close(&channels);
}

/* 16 digits that begin like 15 of another device, and leading zeros. */
static void an_imei_is_compared_digit_for_digit(void **state)
{
    (void)state;
    put("canary.txt", IMEI "0\n00000000000001\n9999999999999999\n");
    struct store_channels channels = read_text(CANARY "imei = canary.txt\n");
    assert_string_equal(chosen(&channels, IMEI "0", ""), "canary");
    assert_string_equal(chosen(&channels, "9999999999999999", ""), "canary");
    assert_string_equal(chosen(&channels, "00000000000001", ""), "canary");
    assert_string_equal(chosen(&channels, "000000000000001", ""), "-");
    assert_string_equal(chosen(&channels, "0000000000000001", ""), "-");
    assert_string_equal(chosen(&channels, IMEI, ""), "-");
    store_channels_close(&channels);
}

static void the_first_of_the_file_wins(void **state)
{
    (void)state;
    put("canary.txt", IMEI "\n");
    put("beta.txt", IMEI "\n" OTHER "\n");
    struct store_channels channels =
        read_text("[channel N/all]\nversion = B9\npercent = 100\n"
                  "[channel M/stable]\nversion = B6\n"
                  "[channel M/canary]\nversion = B8\nimei = canary.txt\n"
                  "[channel M/beta]\nversion = B7\nimei = beta.txt\n"
                  "[channel M/rest]\nversion = B6\npercent = 100\n");
    assert_string_equal(chosen(&channels, IMEI, ""), "canary");
    assert_string_equal(chosen(&channels, OTHER, ""), "beta");
    assert_string_equal(chosen(&channels, "861075030000003", ""), "rest");
    assert_string_equal(chosen(&channels, "", ""), "stable");
    store_channels_close(&channels);
}

static void list_and_percentage_both_take(void **state)
{
    (void)state;
    put("canary.txt", IMEI "\n");
    struct store_channels channels =
        read_text(CANARY "percent = 0\nimei = canary.txt\n");
    assert_string_equal(chosen(&channels, IMEI, ""), "canary");
    assert_string_equal(chosen(&channels, OTHER, ""), "-");
    store_channels_close(&channels);
}

/* --- percentages --------------------------------------------------------- */

#define DEVICES 10000u

struct taken {
    uint8_t is[DEVICES];
    unsigned count;
};

static void count_taken(struct taken *taken, const char *version,
                        unsigned percent)
{
    char text[100], imei[STORE_IMEI_MAX + 1];
    snprintf(text, sizeof text,
             "[channel M/canary]\nversion = %s\npercent = %u\n", version,
             percent);
    struct store_channels channels = read_text(text);
    memset(taken, 0, sizeof *taken);
    for (unsigned i = 0; i < DEVICES; i++) {
        snprintf(imei, sizeof imei, "86107503%07u", i);
        taken->is[i] = strcmp(chosen(&channels, imei, ""), "canary") == 0;
        taken->count += taken->is[i];
    }
    store_channels_close(&channels);
}

static void a_percentage_takes_that_many(void **state)
{
    static struct taken taken;
    (void)state;
    count_taken(&taken, "B8", 10);
    assert_in_range(taken.count, 900, 1100);
    count_taken(&taken, "B8", 50);
    assert_in_range(taken.count, 4800, 5200);
    count_taken(&taken, "B8", 1);
    assert_in_range(taken.count, 60, 140);
    count_taken(&taken, "B8", 0);
    assert_int_equal(taken.count, 0);
    count_taken(&taken, "B8", 100);
    assert_int_equal(taken.count, DEVICES);
}

static void the_same_devices_are_taken_each_time(void **state)
{
    static struct taken once, again;
    (void)state;
    count_taken(&once, "B8", 10);
    count_taken(&again, "B8", 10);
    assert_memory_equal(&once, &again, sizeof once);
}

static void who_was_taken_stays_when_the_percentage_grows(void **state)
{
    static struct taken few, more;
    (void)state;
    count_taken(&few, "B8", 10);
    count_taken(&more, "B8", 25);
    for (unsigned i = 0; i < DEVICES; i++)
        assert_true(more.is[i] >= few.is[i]);
    assert_true(more.count > few.count);
}

static void another_release_begins_with_other_devices(void **state)
{
    static struct taken eight, nine;
    unsigned both = 0;
    (void)state;
    count_taken(&eight, "B8", 10);
    count_taken(&nine, "B9", 10);
    for (unsigned i = 0; i < DEVICES; i++)
        both += eight.is[i] && nine.is[i];
    assert_in_range(both, 50, 150);
}

/* printf SIM7000G/1529B08SIM7000G/861075030000001 | sha256sum: 0xf5bb64aa,
 * modulo 100 that is 22. A store of another version must say the same. */
static void the_bucket_is_the_one_that_was_promised(void **state)
{
    static const char *const names[] = {"22", "23"};
    const struct store_channel *out;
    char text[100], why[STORE_CHANNELS_WHY];
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        snprintf(text, sizeof text,
                 "[channel SIM7000G/canary]\nversion = 1529B08SIM7000G\n"
                 "percent = %s\n",
                 names[i]);
        struct store_channels channels = read_text(text);
        assert_int_equal(
            store_channels_choose(&channels, "SIM7000G", IMEI, "", &out, why),
            0);
        assert_int_equal(out != NULL, i == 1);
        store_channels_close(&channels);
    }
}

/* --- what devices may ask ------------------------------------------------ */

static void assert_status(const struct store_channels *channels,
                          const char *imei, const char *channel, int status,
                          const char *reason)
{
    const struct store_channel *out;
    char why[STORE_CHANNELS_WHY];
    const int got =
        store_channels_choose(channels, "M", imei, channel, &out, why);
    if (got != status || strstr(why, reason) == NULL)
        fail_msg("imei '%s' channel '%s': %d '%s'", imei, channel, got, why);
    assert_null(out);
    assert_null(strchr(why, '\n'));
}

static void an_unknown_channel_is_404_and_names_those_there_are(void **state)
{
    (void)state;
    struct store_channels channels =
        read_text(CANARY "[channel N/other]\nversion = B7\n"
                         "[channel M/stable]\nversion = B7\n"
                         "[channel M/beta]\nversion = B9\n");
    assert_status(&channels, "", "alpha", 404,
                  "model M has no channel alpha: ask for stable, canary, beta");
    assert_status(&channels, IMEI, "other", 404, "stable, canary, beta");
    store_channels_close(&channels);
}

static void what_is_no_imei_or_name_is_400(void **state)
{
    (void)state;
    struct store_channels channels = read_text(CANARY "percent = 100\n");
    assert_status(&channels, "1234567890123", "", 400, "14 to 16 digits");
    assert_status(&channels, "12345678901234567", "canary", 400, "14 to 16");
    assert_status(&channels, "86107503000000a", "", 400, "14 to 16 digits");
    assert_status(&channels, "", "Canary", 400, "a-z");
    assert_status(&channels, "", "abcdefghijklmnopq", 400, "up to 16");
    assert_status(&channels, IMEI, "a/b", 400, "a-z");
    store_channels_close(&channels);
}

static void as_many_channels_as_there_may_be_fit_the_reason(void **state)
{
    static char text[4000];
    struct store_channels channels;
    size_t length = 0;
    (void)state;
    for (unsigned i = 0; i < STORE_CHANNELS_PER_MODEL; i++)
        length +=
            (size_t)snprintf(text + length, sizeof text - length,
                             "[channel MMMMMMMMMMMMMMMM/name-with-16-c%02u"
                             "]\nversion = B8\n",
                             i);
    channels = read_text(text);
    const struct store_channel *out;
    char why[STORE_CHANNELS_WHY];
    assert_int_equal(store_channels_choose(&channels, "MMMMMMMMMMMMMMMM", "",
                                           "not-one-of-these", &out, why),
                     404);
    assert_non_null(strstr(why, ", name-with-16-c15"));
    assert_string_equal(strstr(why, "c15"), "c15");
    store_channels_close(&channels);
}

/* --- files that are not taken -------------------------------------------- */

static void assert_refused(const char *text, const char *where,
                           const char *reason)
{
    struct store_channels channels;
    struct pack_error error = {0};
    char start[160];
    put("channels.ini", text);
    const int result = store_channels_read(&channels, directory, &error);
    snprintf(start, sizeof start, "%s/%s", directory, where);
    if (result == 0 || strncmp(error.text, start, strlen(start)) != 0 ||
        strstr(error.text, reason) == NULL)
        fail_msg("%d '%s', not '%s ... %s'", result, error.text, start, reason);
    assert_int_equal(result, error.code);
    assert_null(strchr(error.text, '\n'));
    assert_int_equal(channels.count, 0);
    assert_null(channels.all);
}

static void a_line_that_is_not_understood_is_named(void **state)
{
    static const struct {
        const char *text, *where, *reason;
    } cases[] = {
        {"version = B8\n", "channels.ini:1: ", "before the first [channel"},
        {"[canary]\n", "channels.ini:1: ", "unknown section 'canary'"},
        {"\n[release]\nversion = B\n", "channels.ini:2: ", "MODEL/NAME"},
        {"[channel]\n", "channels.ini:1: ", "is not MODEL/NAME"},
        {"[channel M]\n", "channels.ini:1: ", "is not MODEL/NAME"},
        {"[channel M/]\n", "channels.ini:1: ", "is not MODEL/NAME"},
        {"[channel /a]\n", "channels.ini:1: ", "is not MODEL/NAME"},
        {"[channel M/A]\n", "channels.ini:1: ", "a-z, 0-9 and '-'"},
        {"[channel M/a/b]\n", "channels.ini:1: ", "is not MODEL/NAME"},
        {"[channel M_/a]\n", "channels.ini:1: ", "is not MODEL/NAME"},
        {"[channel MMMMMMMMMMMMMMMMM/a]\n", "channels.ini:1: ", "is not MODEL"},
        {"[channel M/abcdefghijklmnopq]\n", "channels.ini:1: ", "up to 16"},
        {"[channel M/a\n", "channels.ini:1: ", "']' is missing"},
        {"[channel M/a]\n", "channels.ini:1: ", "channel M/a lacks 'version"},
        {"\n[channel M/a]\npercent = 1\n" CANARY, "channels.ini:2: ", "lacks"},
        {CANARY "\n" CANARY, "channels.ini:4: ", "M/canary stands here twice"},
        {CANARY "version = B9\n", "channels.ini:3: ", "'version' stands here"},
        {CANARY "percent = 1\npercent = 2\n", "channels.ini:4: ", "twice"},
        {CANARY "percent = 101\n", "channels.ini:3: ", "from 0 to 100"},
        {CANARY "percent = -1\n", "channels.ini:3: ", "from 0 to 100"},
        {CANARY "percent = 10%\n", "channels.ini:3: ", "from 0 to 100"},
        {CANARY "percent =\n", "channels.ini:3: ", "has no value"},
        {CANARY "colour = red\n", "channels.ini:3: ", "unknown key 'colour'"},
        {CANARY "word\n", "channels.ini:3: ", "neither [section] nor key"},
        {"[channel M/a]\nversion = B/8\n", "channels.ini:2: ", "alphanumeric"},
        {"[channel M/a]\nversion = none\n", "channels.ini:2: ", "not 'none'"},
        {"[channel M/a]\nversion = 123456789012345678901234567890123\n",
         "channels.ini:2: ", "up to 32"},
        {"[channel M/stable]\npercent = 5\n", "channels.ini:2: ", "in stable"},
        {"[channel M/stable]\nversion = B7\nimei = canary.txt\n",
         "channels.ini:3: ", "'imei' cannot choose who is in stable"},
        {CANARY "imei = ../canary.txt\n", "channels.ini:3: ", "same directory"},
        {CANARY "imei = .canary\n", "channels.ini:3: ", "same directory"},
        {CANARY
         "imei = a23456789b123456789c123456789d123456789e123456789f123456"
         "7890.txt\n",
         "channels.ini:3: ", "up to 63"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_refused(cases[i].text, cases[i].where, cases[i].reason);
}

static void a_list_that_is_not_there_is_named_with_its_line(void **state)
{
    (void)state;
    take_away("canary.txt");
    assert_refused(CANARY "\nimei = canary.txt\n",
                   "channels.ini:4: imei = canary.txt: cannot open ",
                   "canary.txt: No such file");
    assert_refused(CANARY "imei = channels.ini\n",
                   "channels.ini:1: ", "'[channel M/canary]' is no IMEI");
}

static void a_line_that_is_no_imei_is_named(void **state)
{
    static const char *const bad[] = {
        "1234567890123", "12345678901234567", "86107503000000x",
        "IMEI",          "8610750 30000001",  "861075030000001,861075030000002",
        "'" IMEI "'",
    };
    char text[128];
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        snprintf(text, sizeof text, IMEI "\n# comment\n%s\n" OTHER "\n",
                 bad[i]);
        put("canary.txt", text);
        assert_refused(CANARY "imei = canary.txt\n",
                       "canary.txt:3: ", "is no IMEI: write 14 to 16 digits");
    }
}

static void too_many_channels_are_refused(void **state)
{
    static char text[STORE_CHANNELS_MAX * 64];
    size_t length = 0;
    (void)state;
    for (unsigned i = 0; i <= STORE_CHANNELS_PER_MODEL; i++)
        length += (size_t)snprintf(text + length, sizeof text - length,
                                   "[channel M/c%u]\nversion = B8\n", i);
    assert_refused(text, "channels.ini:33: ", "a model has at most 16");
    length = 0;
    for (unsigned i = 0; i <= STORE_CHANNELS_MAX; i++)
        length += (size_t)snprintf(text + length, sizeof text - length,
                                   "[channel M%u/c]\nversion = B8\n", i);
    assert_refused(text, "channels.ini:513: ", "at most 256 channels");
}

static void a_file_with_a_nul_is_refused(void **state)
{
    char path[128];
    struct store_channels channels;
    struct pack_error error;
    (void)state;
    path_of("channels.ini", path);
    assert_int_equal(
        pack_write_file(path, CANARY "\0percent = 1\n", 46, 0, &error), 0);
    assert_int_equal(store_channels_read(&channels, directory, &error),
                     FFX_ERR_MANIFEST);
    assert_non_null(strstr(error.text, "NUL"));
    put("canary.txt", IMEI);
    path_of("canary.txt", path);
    assert_int_equal(pack_write_file(path, IMEI "\0\n", 17, 0, &error), 0);
    assert_refused(CANARY "imei = canary.txt\n", "canary.txt:1: ", "no IMEI");
}

/* --- large lists --------------------------------------------------------- */

static char *long_list(size_t count, size_t *length)
{
    char *text = malloc(count * 16 + 1);
    assert_non_null(text);
    *length = count * 16;
    for (size_t i = 0; i < count; i++) {
        /* 7 and the modulus share no factor: each once, none in order. */
        snprintf(text + i * 16, 17, "86107503%07zu\n", i * 7 % STORE_IMEIS_MAX);
    }
    return text;
}

static void a_million_devices_fit_a_list(void **state)
{
    struct store_imeis imeis;
    struct pack_error error;
    size_t length;
    char *text = long_list(STORE_IMEIS_MAX, &length);
    (void)state;
    assert_int_equal(store_imeis_parse(&imeis, "list", text, length, &error),
                     0);
    assert_int_equal(imeis.count, STORE_IMEIS_MAX);
    for (size_t i = 0; i < STORE_IMEIS_MAX; i += 997) {
        char imei[17];
        snprintf(imei, sizeof imei, "86107503%07zu", i);
        assert_true(store_imeis_has(&imeis, imei));
        imei[7] = '4';
        assert_false(store_imeis_has(&imeis, imei));
    }
    assert_true(store_imeis_has(&imeis, "861075030999999"));
    assert_false(store_imeis_has(&imeis, "861075031000000"));
    store_imeis_free(&imeis);
    free(text);
}

static void one_more_is_refused(void **state)
{
    struct store_imeis imeis;
    struct pack_error error;
    size_t length;
    char *text = long_list(STORE_IMEIS_MAX + 1, &length);
    (void)state;
    assert_int_equal(store_imeis_parse(&imeis, "list", text, length, &error),
                     FFX_ERR_SPACE);
    assert_string_equal(error.text, "list:1000001: a list has at most 1000000 "
                                    "IMEIs: use percent instead");
    assert_int_equal(imeis.count, 0);
    assert_null(imeis.sorted);
    free(text);
}

static void a_list_of_the_shortest_lines_fits_its_memory(void **state)
{
    static const char text[] = "00000000000001\n00000000000002\n00000000000003";
    struct store_imeis imeis;
    struct pack_error error;
    (void)state;
    assert_int_equal(
        store_imeis_parse(&imeis, "list", text, sizeof text - 1, &error), 0);
    assert_int_equal(imeis.count, 3);
    store_imeis_free(&imeis);
    assert_int_equal(store_imeis_parse(&imeis, "list", "", 0, &error), 0);
    assert_false(store_imeis_has(&imeis, "00000000000001"));
    store_imeis_free(&imeis);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_the_file_everybody_is_in_stable),
        cmocka_unit_test(an_empty_file_is_as_good_as_none),
        cmocka_unit_test(stable_with_a_section_is_that_version),
        cmocka_unit_test(stable_passes_over_what_other_channels_name),
        cmocka_unit_test(a_channel_that_is_asked_for_is_given),
        cmocka_unit_test(without_an_imei_nobody_is_chosen),
        cmocka_unit_test(a_list_takes_its_devices_and_no_other),
        cmocka_unit_test(an_imei_is_compared_digit_for_digit),
        cmocka_unit_test(the_first_of_the_file_wins),
        cmocka_unit_test(list_and_percentage_both_take),
        cmocka_unit_test(a_percentage_takes_that_many),
        cmocka_unit_test(the_same_devices_are_taken_each_time),
        cmocka_unit_test(who_was_taken_stays_when_the_percentage_grows),
        cmocka_unit_test(another_release_begins_with_other_devices),
        cmocka_unit_test(the_bucket_is_the_one_that_was_promised),
        cmocka_unit_test(an_unknown_channel_is_404_and_names_those_there_are),
        cmocka_unit_test(what_is_no_imei_or_name_is_400),
        cmocka_unit_test(as_many_channels_as_there_may_be_fit_the_reason),
        cmocka_unit_test(a_line_that_is_not_understood_is_named),
        cmocka_unit_test(a_list_that_is_not_there_is_named_with_its_line),
        cmocka_unit_test(a_line_that_is_no_imei_is_named),
        cmocka_unit_test(too_many_channels_are_refused),
        cmocka_unit_test(a_file_with_a_nul_is_refused),
        cmocka_unit_test(a_million_devices_fit_a_list),
        cmocka_unit_test(one_more_is_refused),
        cmocka_unit_test(a_list_of_the_shortest_lines_fits_its_memory),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
