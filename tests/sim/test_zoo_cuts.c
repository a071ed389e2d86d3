/* SPDX-License-Identifier: Apache-2.0 */
/* A good server that ends after any byte, in any way: the old file stays. */
#include "replay.h"
#include "zoo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#define GOOD                                                                   \
    "HTTP/1.1 100 Continue\r\n\r\n"                                            \
    "HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 5\r\n\r\nhello"

static const enum bad_act ends[] = {BAD_CLOSE, BAD_RESET, BAD_HUSH, BAD_SHUT};
static const char *const end_names[] = {"close", "reset", "hush", "shut"};

static void play(const struct zoo_row *row, const char *where, uint32_t cut,
                 int end)
{
    replay_case("%s, cut after %u bytes, %s", where, cut, end_names[end]);
    zoo_play(row, 0);
    replay_done();
}

static void http_ends_after_any_byte(void **state)
{
    (void)state;
    for (uint32_t cut = 0; cut < sizeof GOOD - 1; cut++)
        for (int end = 0; end < 4; end++) {
            const struct bad_step steps[] = {
                REQUEST,
                {.act = BAD_SAY, .text = GOOD, .length = cut, .number = 1},
                ACT(ends[end]),
                OVER};
            const struct zoo_row row = {.script = {.steps = steps},
                                        .error = 601};
            play(&row, "HTTP", cut, end);
        }
}

/* The other tries find a good server: nothing of the first is left. */
static void http_ends_after_any_byte_and_then_serves_another_file(void **state)
{
    (void)state;
    for (uint32_t cut = 0; cut < sizeof GOOD - 1; cut++) {
        const struct bad_step steps[] = {
            REQUEST, {.act = BAD_SAY, .text = GOOD, .length = cut, .number = 1},
            CLOSE,   NEXT,
            REQUEST, SAY("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nABCD"),
            CLOSE,   OVER};
        const struct zoo_row row = {
            .script = {.steps = steps}, .file = "ABCD", .tries = 2};
        play(&row, "HTTP, first try", cut, 0);
    }
}

static void https_ends_after_any_byte(void **state)
{
    static const struct bad_tls_plan plan;
    (void)state;
    for (uint32_t cut = 0; cut < sizeof GOOD - 1; cut += 3)
        for (int end = 0; end < 3; end++) {
            const struct bad_step steps[] = {
                REQUEST,
                {.act = BAD_SAY, .text = GOOD, .length = cut, .number = 1},
                ACT(ends[end]),
                OVER};
            const struct zoo_row row = {
                .script = {.steps = steps, .tls = &plan}, .error = 601};
            play(&row, "HTTPS", cut, end);
        }
}

/* A handshake of TLS 1.3 with these certificates is some 1,300 bytes. */
static void a_handshake_ends_after_any_byte(void **state)
{
    static const enum bad_tls_cut how[] = {BAD_TLS_CLOSE, BAD_TLS_RESET,
                                           BAD_TLS_HUSH};
    static const struct bad_step steps[] = {REQUEST, SAY(GOOD), CLOSE, OVER};
    (void)state;
    for (uint32_t cut = 1; cut < 900; cut += 23) {
        const int end = (int)(cut % 3);
        const struct bad_tls_plan plan = {.cut = how[end], .cut_after = cut};
        const struct zoo_row row = {.script = {.steps = steps, .tls = &plan},
                                    .error = 601};
        play(&row, "a handshake", cut, end);
    }
}

static void ftp_ends_after_any_byte_of_a_reply(void **state)
{
    static const struct {
        const char *verb, *reply;
    } replies[] = {
        {"", "220 ready\r\n"},        {"USER", "331 password?\r\n"},
        {"PASS", "230-hi\r\n230 \n"}, {"TYPE", "200 type\r\n"},
        {"SIZE", "213 5\r\n"},        {"RETR", "150 it comes\r\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++)
        for (uint32_t cut = 0; cut < strlen(replies[i].reply); cut++)
            for (int end = 0; end < 4; end++) {
                const struct bad_step steps[] = {{.act = BAD_SAY,
                                                  .text = replies[i].reply,
                                                  .length = cut,
                                                  .number = 1},
                                                 ACT(ends[end]),
                                                 OVER};
                const struct bad_reply script[] = {{replies[i].verb, steps},
                                                   {NULL, NULL}};
                /* RST may overtake the connection itself. */
                if (i == 0 && ends[end] == BAD_RESET)
                    continue;
                const struct zoo_row row = {
                    .script = {.replies = script},
                    .error = ends[end] == BAD_HUSH ? 64 : 61};
                play(&row, replies[i].reply, cut, end);
            }
}

static void ftp_ends_after_any_byte_of_the_file(void **state)
{
    (void)state;
    for (uint32_t cut = 0; cut < 5; cut++)
        for (int end = 0; end < 2; end++) {
            const struct bad_step steps[] = {SAY("150 it comes\r\n"),
                                             {.act = BAD_SAY,
                                              .data = 1,
                                              .text = "hello",
                                              .length = cut,
                                              .number = 1},
                                             DATA_ACT(ends[end]),
                                             SAY("226 done\r\n"),
                                             OVER};
            const struct bad_reply script[] = {{"RETR", steps}, {NULL, NULL}};
            const struct zoo_row row = {.script = {.replies = script},
                                        .error = 79};
            play(&row, "FTP", cut, end);
        }
}

#define CASE(f) cmocka_unit_test_teardown(f, replay_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(http_ends_after_any_byte),
        CASE(http_ends_after_any_byte_and_then_serves_another_file),
        CASE(https_ends_after_any_byte),
        CASE(a_handshake_ends_after_any_byte),
        CASE(ftp_ends_after_any_byte_of_a_reply),
        CASE(ftp_ends_after_any_byte_of_the_file),
    };
    return cmocka_run_group_tests(tests, zoo_open, zoo_close);
}
