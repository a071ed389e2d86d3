/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/modem_tap.h"

#include "cli/modem_screen.h"
#include "sim/sim_port.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LOOK_MS 50   /* between two looks at a port that is lost */
#define TAIL_MS 300u /* what a module still says when its program has gone */

/* Bytes on their way. */
struct way {
    uint8_t bytes[512];
    size_t used, length;
};

/* A line that grows. */
struct text {
    char line[MASK_LINE];
    size_t length;
};

struct tap {
    struct transcript *transcript;
    struct modem_link *link;
    struct sim_port pty;
    struct way to_module, to_program;

    struct text typed, shown;
    /* Of the command in hand: what came behind it begins at line `start`. */
    char command[MASK_LINE];
    size_t start;
    int waits; /* for its final result */
    /* Raw bytes of a file: announced, and how many are still to come. */
    uint32_t to_send, send_left;
    uint32_t read_left;
    int message; /* one is typed: its echo is not written down */
};

static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
    (void)number;
    stopped = 1;
}

/* --- the dialogue -------------------------------------------------------- */

static void add(struct tap *tap, const char *mark, const char *text)
{
    transcript_add(tap->transcript, mark, text);
}

/* The echo is among what has come? */
static int has_echo(const struct tap *tap)
{
    const struct transcript *transcript = tap->transcript;
    for (size_t i = tap->start; i < transcript->count; i++)
        if (strncmp(transcript->lines[i], "< ", 2) == 0 &&
            strcmp(transcript->lines[i] + 2, tap->command) == 0)
            return 1;
    return 0;
}

/* A final result, or the prompt for a file. */
static void answered(struct tap *tap)
{
    if (tap->waits)
        transcript_typed(tap->transcript, tap->start, tap->command);
    tap->waits = 0;
}

/* Nothing has come, and the next line does: nobody would have to answer when
 * it is typed again. */
static void give_up(struct tap *tap)
{
    char text[MASK_LINE + 24];
    if (!tap->waits)
        return;
    if (has_echo(tap)) {
        answered(tap);
        return;
    }
    snprintf(text, sizeof text, "no answer: %.1200s", tap->command);
    text[MASK_LINE - 1] = '\0';
    add(tap, "#", text);
    tap->waits = 0;
}

static void typed_line(struct tap *tap)
{
    give_up(tap);
    snprintf(tap->command, sizeof tap->command, "%s", tap->typed.line);
    mask_learn(&tap->transcript->mask, tap->command);
    tap->start = tap->transcript->count;
    tap->waits = 1;
}

/* The n-th number from the end of the command in hand: 0 is the last. */
static uint32_t number_from_end(const struct tap *tap, unsigned n)
{
    const char *at = tap->command + strlen(tap->command);
    for (;;) {
        while (at > tap->command && at[-1] != ',')
            at--;
        if (n-- == 0 || at == tap->command)
            return (uint32_t)strtoul(at, NULL, 10);
        at--;
    }
}

static int is_command(const struct tap *tap, const char *name)
{
    return strncasecmp(tap->command, "AT", 2) == 0 &&
           strncasecmp(tap->command + 2, name, strlen(name)) == 0;
}

/* How many bytes of a file went to the module, since it was noted last. */
static void note_sent(struct tap *tap)
{
    char text[24];
    const uint32_t sent = tap->to_send - tap->send_left;
    if (sent > 0) {
        snprintf(text, sizeof text, "send %u", (unsigned)sent);
        add(tap, ":", text);
    }
    tap->to_send = tap->send_left;
}

/* "+CFSRFILE: n": n bytes follow. Of the package, from the position on that
 * was asked for; mode 0 has none. */
static void note_read(struct tap *tap, const char *line)
{
    char text[40];
    tap->read_left = (uint32_t)strtoul(strchr(line, ':') + 1, NULL, 10);
    const uint32_t mode = number_from_end(tap, 2);
    const uint32_t from = mode == 0 ? 0 : number_from_end(tap, 0);
    if (tap->read_left == 0)
        return;
    answered(tap);
    snprintf(text, sizeof text, "%u %u", (unsigned)tap->read_left,
             (unsigned)from);
    add(tap, "<:", text);
}

static void shown_line(struct tap *tap)
{
    const char *line = tap->shown.line;
    const int final = screen_is_final(line);
    if (tap->message && !final && line[0] != '\0' && line[0] != '+')
        return;
    tap->message &= !final;
    note_sent(tap);
    if (final) /* if not all was sent, its time is over */
        tap->to_send = tap->send_left = 0;
    add(tap, "<", line);
    if (strcmp(line, "DOWNLOAD") == 0) {
        answered(tap);
        if (is_command(tap, "+CFSWFILE="))
            tap->to_send = tap->send_left = number_from_end(tap, 1);
    } else if (strncmp(line, "+CFSRFILE: ", 11) == 0 &&
               is_command(tap, "+CFSRFILE=")) {
        note_read(tap, line);
    } else if (final) {
        answered(tap);
    }
}

/* --- bytes --------------------------------------------------------------- */

/* 1: `end` has come and the line is whole. What is no text becomes '?'. */
static int grow(struct text *text, uint8_t byte, char end)
{
    if (byte == (uint8_t)end) {
        text->line[text->length] = '\0';
        text->length = 0;
        return 1;
    }
    if (byte != '\r' && byte != '\n' && text->length + 1 < sizeof text->line)
        text->line[text->length++] =
            (char)(byte < ' ' || byte > '~' ? '?' : byte);
    return 0;
}

/* The module has said "> " and waits for a message. Its text is nobody's
 * business, and no command. */
static int is_message(struct tap *tap, uint8_t byte)
{
    if (tap->shown.length < 2 || memcmp(tap->shown.line, "> ", 2) != 0)
        return 0;
    tap->message = 1;
    if (byte == 0x1a || byte == 0x1b) {
        add(tap, "#", "a message was typed");
        tap->shown.length = 0;
    }
    return 1;
}

static void take_typed(struct tap *tap, const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (tap->send_left > 0) {
            if (--tap->send_left == 0)
                note_sent(tap);
        } else if (!is_message(tap, bytes[i]) &&
                   grow(&tap->typed, bytes[i], '\r') &&
                   tap->typed.line[0] != '\0') {
            modem_link_trace(tap->link, '>', tap->typed.line);
            typed_line(tap);
        }
    }
}

static void take_shown(struct tap *tap, const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (tap->read_left > 0) {
            tap->read_left--;
        } else if (grow(&tap->shown, bytes[i], '\n')) {
            modem_link_trace(tap->link, '<', tap->shown.line);
            shown_line(tap);
        }
    }
}

/* What has gone is what was said. */
static void pass_to_module(struct tap *tap)
{
    struct way *way = &tap->to_module;
    if (way->used == way->length) {
        way->used = 0;
        way->length = sim_port_read(&tap->pty, way->bytes, sizeof way->bytes);
        take_typed(tap, way->bytes, way->length);
    }
    if (way->used < way->length)
        way->used += posix_port_write(&tap->link->port, way->bytes + way->used,
                                      way->length - way->used);
}

static void pass_to_program(struct tap *tap)
{
    struct way *way = &tap->to_program;
    if (way->used == way->length) {
        way->used = 0;
        way->length =
            posix_port_read(&tap->link->port, way->bytes, sizeof way->bytes, 0);
        take_shown(tap, way->bytes, way->length);
    }
    if (way->used < way->length)
        way->used += sim_port_write(&tap->pty, way->bytes + way->used,
                                    way->length - way->used);
}

/* --- all together -------------------------------------------------------- */

static void wait(struct tap *tap)
{
    const int to_module = tap->to_module.used < tap->to_module.length;
    const int to_program = tap->to_program.used < tap->to_program.length;
    struct pollfd fds[SIM_PORT_FDS + 1];
    int timeout_ms = LOOK_MS;
    unsigned count =
        sim_port_wait(&tap->pty, !to_module, to_program, fds, &timeout_ms);
    if (tap->link->port.fd >= 0)
        fds[count++] =
            (struct pollfd){.fd = tap->link->port.fd,
                            .events = (short)((to_program ? 0 : POLLIN) |
                                              (to_module ? POLLOUT : 0))};
    poll(fds, count, timeout_ms);
}

static void run(struct tap *tap, int keep)
{
    int met = 0;
    uint32_t gone_ms = posix_port_now_ms();
    while (!stopped) {
        wait(tap);
        pass_to_module(tap);
        pass_to_program(tap);
        met |= !tap->pty.alone;
        if (!tap->pty.alone)
            gone_ms = posix_port_now_ms();
        if (met && !keep && posix_port_now_ms() - gone_ms > TAIL_MS)
            return;
    }
}

static void catch_signals(void)
{
    const struct sigaction stop = {.sa_handler = on_signal};
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGTERM, &stop, NULL);
}

int tap_session(struct modem_link *link, struct transcript *transcript,
                const char *pty, int keep)
{
    static struct tap tap;
    struct ffx_sim_error error;
    tap.link = link;
    tap.transcript = transcript;
    const int result = sim_port_open(&tap.pty, FFX_SIM_PTY, pty, &error);
    if (result != FFX_OK)
        return cli_fail(error.missing ? CLI_MISSING : CLI_FAILED, "%s",
                        error.text);
    catch_signals();
    printf("ready %s\n", pty);
    fflush(stdout);
    run(&tap, keep);
    give_up(&tap);
    note_sent(&tap);
    sim_port_close(&tap.pty);
    return 0;
}
