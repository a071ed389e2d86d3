/* SPDX-License-Identifier: Apache-2.0 */
/* A file in the module as a boot stage reads it, ports/at-file: against the
 * virtual module, and against one that says whatever it likes. */
#include "at-file/at_file.h"
#include "virtual.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <farfix/error.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#define BYTES 5000u

static uint32_t draw(uint32_t *coins, uint32_t below)
{
    *coins = *coins * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)(*coins >> 4) * below >> 28);
}

/* --- the virtual module, a turn whenever there is nothing to hear --------- */

static void put_virtual(void *context, uint8_t byte)
{
    struct virtual *const v = context;
    while (ffx_sim_say(v->sim, 0, &byte, 1) == 0)
        v->now_us += 1000;
}

static int get_virtual(void *context)
{
    struct virtual *const v = context;
    struct pollfd fds[FFX_SIM_FDS];
    int timeout_ms;
    uint8_t byte;
    if (ffx_sim_hear(v->sim, 0, &byte, 1) == 1)
        return byte;
    const unsigned count = ffx_sim_wait(v->sim, fds, &timeout_ms);
    assert_int_equal(ffx_sim_step(v->sim, fds, count), 1);
    if (ffx_sim_hear(v->sim, 0, &byte, 1) == 1)
        return byte;
    v->now_us += 1000;
    return -1;
}

static uint32_t now_virtual(void *context)
{
    const struct virtual *const v = context;
    return (uint32_t)(v->now_us / 1000);
}

static struct virtual v;

static const struct at_file_config at_virtual = {
    .directory = 3,
    .name = "app.zip",
    .put = put_virtual,
    .get = get_virtual,
    .now_ms = now_virtual,
    .context = &v,
    .patience_ms = 60000,
};

static uint8_t content[BYTES];

static void start(const char *faults)
{
    fixture_image(content, sizeof content, 7);
    virtual_start(&v, NULL,
                  &(struct virtual_options){.model = "SIM7000G",
                                            .version = "1529B05SIM7000G",
                                            .faults = faults});
    virtual_put(&v, "customer/app.zip", content, sizeof content);
}

static void reads_at_random(unsigned times)
{
    static struct at_file from;
    static uint8_t bytes[BYTES];
    struct ffx_read_at file;
    uint32_t coins = 1;
    at_file_open(&from, &at_virtual, BYTES, &file);
    for (unsigned i = 0; i < times; i++) {
        const uint32_t offset = draw(&coins, BYTES);
        const uint32_t longest = i % 3 == 0 ? BYTES - offset : 100;
        uint32_t length = 1 + draw(&coins, longest);
        if (length > BYTES - offset)
            length = BYTES - offset;
        memset(bytes, 0xa5, sizeof bytes);
        assert_int_equal(ffx_read_at(&file, offset, bytes, length), 0);
        assert_memory_equal(bytes, content + offset, length);
    }
    at_file_close(&from);
}

static void any_piece_of_the_file_is_read(void **state)
{
    (void)state;
    start(NULL);
    reads_at_random(200);
    virtual_end(&v);
}

static void noise_is_read_over_again(void **state)
{
    (void)state;
    start("seed 5\nodds tx-byte 900 flip 1\nodds tx-byte 3000 drop\n"
          "odds tx-byte 4000 double\nodds rx-byte 2000 flip 3\n"
          "odds rx-byte 3000 drop\n");
    reads_at_random(100);
    virtual_end(&v);
}

static void long_reads_come_in_few_commands(void **state)
{
    static struct at_file from;
    static uint8_t bytes[BYTES];
    struct ffx_read_at file;
    (void)state;
    start(NULL);
    at_file_open(&from, &at_virtual, BYTES, &file);
    assert_int_equal(ffx_read_at(&file, 0, bytes, BYTES), 0);
    /* Twice each: 1,024 four times, then 904. */
    assert_int_equal(from.commands, 10);
    for (uint32_t at = 0; at < 1024; at += 64)
        assert_int_equal(ffx_read_at(&file, at, bytes, 64), 0);
    assert_int_equal(from.commands, 18);
    at_file_close(&from);
    virtual_end(&v);
}

static void a_file_that_is_not_there_ends_with_patience(void **state)
{
    static struct at_file from;
    struct ffx_read_at file;
    uint8_t byte;
    (void)state;
    start(NULL);
    struct at_file_config config = at_virtual;
    config.name = "other.zip";
    const uint32_t begin_ms = now_virtual(&v);
    at_file_open(&from, &config, BYTES, &file);
    assert_int_equal(ffx_read_at(&file, 0, &byte, 1), FFX_ERR_IO);
    assert_true(now_virtual(&v) - begin_ms >= config.patience_ms);
    assert_true(now_virtual(&v) - begin_ms < config.patience_ms + 20000);
    virtual_end(&v);
}

/* --- a module that chatters ----------------------------------------------- */

/* It answers what is no reading, and reports its place each second, for ever;
 * or it says something at every moment and never ends a line. */
struct chatterer {
    uint32_t now_ms, turns;
    int is_reading, is_endless;
    const char *answer;
};

static void put_chatterer(void *context, uint8_t byte)
{
    struct chatterer *const chatterer = context;
    chatterer->is_reading |= byte == 'R';
    if (byte != '\r')
        return;
    chatterer->answer = chatterer->is_reading ? "" : "\r\nOK\r\n";
    chatterer->is_reading = 0;
}

static int get_chatterer(void *context)
{
    struct chatterer *const chatterer = context;
    assert_true(++chatterer->turns < 1000000);
    if (*chatterer->answer != '\0')
        return (uint8_t)*chatterer->answer++;
    if (++chatterer->now_ms % 1000 == 0)
        chatterer->answer = "\r\n+UGNSINF: 1,1,20180212\r\n";
    return chatterer->is_endless ? 'x' : -1;
}

static uint32_t now_chatterer(void *context)
{
    const struct chatterer *const chatterer = context;
    return chatterer->now_ms;
}

static void a_module_that_chatters_does_not_outlast_patience(void **state)
{
    static struct at_file from;
    (void)state;
    for (int is_endless = 0; is_endless <= 1; is_endless++) {
        struct chatterer chatterer = {.answer = "", .is_endless = is_endless};
        struct at_file_config config = at_virtual;
        struct ffx_read_at file;
        uint8_t byte;
        config.put = put_chatterer;
        config.get = get_chatterer;
        config.now_ms = now_chatterer;
        config.context = &chatterer;
        at_file_open(&from, &config, BYTES, &file);
        assert_int_equal(ffx_read_at(&file, 0, &byte, 1), FFX_ERR_IO);
        assert_true(chatterer.now_ms >= config.patience_ms);
        assert_true(chatterer.now_ms < config.patience_ms + 20000);
        at_file_close(&from);
    }
}

/* --- a module that lies --------------------------------------------------- */

struct liar {
    uint32_t coins, now_ms, asked;
    char answer[4096];
    size_t length, said;
};

static void add(struct liar *liar, const char *text)
{
    const size_t length = strlen(text);
    if (length > sizeof liar->answer - liar->length)
        return;
    memcpy(liar->answer + liar->length, text, length);
    liar->length += length;
}

static void add_header(struct liar *liar)
{
    static const char *const counts[] = {
        "0",  "1",          "255",        "256",   "257",  "1024", "1025",
        "-1", "2147483647", "4294967552", "99999", " 256", "256x", ""};
    add(liar, "\r\n+CFSRFILE: ");
    add(liar, counts[draw(&liar->coins, sizeof counts / sizeof counts[0])]);
    add(liar, "\r\n");
}

static void add_data(struct liar *liar)
{
    for (uint32_t left = draw(&liar->coins, 1500); left > 0; left--)
        if (liar->length < sizeof liar->answer)
            liar->answer[liar->length++] = (char)draw(&liar->coins, 256);
}

/* Half of the commands that keep a reader going are answered as they should
 * be, or it would never come to its data. */
static void lie(struct liar *liar)
{
    liar->length = liar->said = 0;
    if (draw(&liar->coins, 2) == 0)
        add(liar, "\r\nOK\r\n");
    for (uint32_t parts = draw(&liar->coins, 4); parts > 0; parts--)
        switch (draw(&liar->coins, 6)) {
        case 0:
            add(liar, "\r\nERROR\r\n");
            break;
        case 1:
            add(liar, "\r\n+CME ERROR: 3\r\n");
            break;
        case 2:
            add(liar, "\r\nOK\r\n");
            break;
        case 3:
            add_data(liar);
            break;
        default:
            add_header(liar);
            add_data(liar);
        }
}

static void put_liar(void *context, uint8_t byte)
{
    struct liar *const liar = context;
    if (byte == '\r')
        lie(liar);
}

static int get_liar(void *context)
{
    struct liar *const liar = context;
    if (liar->said < liar->length)
        return (uint8_t)liar->answer[liar->said++];
    liar->now_ms += 20;
    return -1;
}

static uint32_t now_liar(void *context)
{
    return ((const struct liar *)context)->now_ms;
}

static void a_module_that_lies_reaches_nothing_but_the_buffer(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 3000; seed++) {
        static struct liar liar;
        struct at_file from;
        struct ffx_read_at file;
        liar = (struct liar){.coins = seed * 2654435761u};
        const struct at_file_config config = {
            .name = "app.zip",
            .put = put_liar,
            .get = get_liar,
            .now_ms = now_liar,
            .context = &liar,
            .patience_ms = 20000,
        };
        const uint32_t length = 1 + draw(&liar.coins, 1300);
        uint8_t *const bytes = malloc(length); /* as long as it may be */
        assert_non_null(bytes);
        at_file_open(&from, &config, 100000, &file);
        const int error = ffx_read_at(&file, 500, bytes, length);
        assert_true(error == 0 || error == FFX_ERR_IO);
        assert_true(liar.now_ms < 200000);
        at_file_close(&from);
        free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_piece_of_the_file_is_read),
        cmocka_unit_test(noise_is_read_over_again),
        cmocka_unit_test(long_reads_come_in_few_commands),
        cmocka_unit_test(a_file_that_is_not_there_ends_with_patience),
        cmocka_unit_test(a_module_that_chatters_does_not_outlast_patience),
        cmocka_unit_test(a_module_that_lies_reaches_nothing_but_the_buffer),
    };
    return cmocka_run_group_tests_name("mcu: at file", tests, NULL, NULL);
}
