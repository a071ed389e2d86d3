/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/modem_screen.h"

#include <string.h>

/* 1: a line is whole. */
static int take_byte(struct screen *screen, char byte)
{
    if (byte == '\n') {
        screen->line[screen->length] = '\0';
        screen->whole = 1;
        return 1;
    }
    if (byte == '\r')
        return 0;
    if (byte < ' ' || byte > '~' || screen->length + 1 == sizeof screen->line)
        return -1;
    screen->line[screen->length++] = byte;
    return 0;
}

int screen_line(struct screen *screen, uint32_t timeout_ms)
{
    struct modem_link *link = screen->link;
    const uint32_t end_ms = posix_port_now_ms() + timeout_ms;
    if (screen->whole)
        screen->length = 0;
    screen->whole = 0;
    for (;;) {
        while (link->input_used < link->input_length) {
            const int taken =
                take_byte(screen, (char)link->input[link->input_used++]);
            if (taken != 0)
                return taken;
        }
        const int32_t left = (int32_t)(end_ms - posix_port_now_ms());
        if (left <= 0)
            return 0;
        link->input_used = 0;
        link->input_length = posix_port_read(&link->port, link->input,
                                             sizeof link->input, (int)left);
    }
}

size_t screen_bytes(struct screen *screen, const uint8_t *wanted, size_t length,
                    uint32_t timeout_ms)
{
    struct modem_link *link = screen->link;
    const uint32_t end_ms = posix_port_now_ms() + timeout_ms;
    size_t same = 0;
    while (same < length) {
        if (link->input_used < link->input_length) {
            if (link->input[link->input_used++] != wanted[same])
                break;
            same++;
            continue;
        }
        const int32_t left = (int32_t)(end_ms - posix_port_now_ms());
        if (left <= 0)
            break;
        link->input_used = 0;
        link->input_length = posix_port_read(&link->port, link->input,
                                             sizeof link->input, (int)left);
    }
    return same;
}

int screen_is_final(const char *line)
{
    static const char *const finals[] = {
        "OK",   "ERROR",     "NO CARRIER",        "NO DIALTONE",
        "BUSY", "NO ANSWER", "NORMAL POWER DOWN",
    };
    for (size_t i = 0; i < sizeof finals / sizeof finals[0]; i++)
        if (strcmp(line, finals[i]) == 0)
            return 1;
    return strncmp(line, "+CME ERROR:", 11) == 0 ||
           strncmp(line, "+CMS ERROR:", 11) == 0;
}
