/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/modem_link.h"

#include "posix/posix_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SYNC_MS 15000u
#define COMMAND_MS 5000u
#define CHUNK 10000u /* as in the note; 10,240 is the range's end */
#define INPUT_MS 10000u
#define TRIES 4u

/* --- opening ------------------------------------------------------------- */

/* Before the port is opened: ModemManager may hold it. */
static void inhibit(struct modem_link *link, const char *name)
{
    char device[4096];
    const char *sys = getenv("SYSFS_PATH");
    posix_names_usb(sys != NULL ? sys : "/sys", name, device, sizeof device);
    if (device[0] != '\0' && posix_inhibit_begin(&link->inhibit, device))
        modem_link_trace(link, '#', "ModemManager leaves the module alone");
}

int modem_link_open(struct modem_link *link, const char *name,
                    const struct modem_options *options)
{
    const char *flow = options->flow;
    memset(link, 0, sizeof *link);
    link->trace = options->trace;
    link->port.fd = -1;
    if (flow != NULL && strcmp(flow, "none") != 0 && strcmp(flow, "rts") != 0)
        return cli_fail(CLI_USAGE, "--flow wants none or rts, not '%s'", flow);
    const int rts = flow != NULL && strcmp(flow, "rts") == 0;
    link->start_ms = posix_port_now_ms();
    if (!options->no_inhibit)
        inhibit(link, name);
    if (posix_port_open(&link->port, name, options->baud, rts) != FFX_OK) {
        posix_inhibit_end(&link->inhibit);
        return cli_fail(link->port.missing ? CLI_MISSING : CLI_FAILED, "%s",
                        link->port.error);
    }
    link->rts_cts = rts || (flow == NULL && !link->port.is_uart);
    ffx_at_response_init(&link->response, link->line, sizeof link->line);
    return 0;
}

void modem_link_close(struct modem_link *link)
{
    posix_port_close(&link->port);
    posix_inhibit_end(&link->inhibit);
}

void modem_link_trace(const struct modem_link *link, char direction,
                      const char *text)
{
    const uint32_t ms = posix_port_now_ms() - link->start_ms;
    char shown[1300];
    if (!link->trace)
        return;
    text = cli_masked(text, shown, sizeof shown);
    cli_progress_end();
    fprintf(stderr, "%5u.%03u %c ", (unsigned)(ms / 1000),
            (unsigned)(ms % 1000), direction);
    for (; *text != '\0'; text++) {
        const unsigned char c = (unsigned char)*text;
        if (c < 0x20 || c >= 0x7f)
            fprintf(stderr, "\\x%02x", c);
        else
            fputc(c, stderr);
    }
    fputc('\n', stderr);
}

/* --- commands ------------------------------------------------------------ */

int modem_link_event(struct modem_link *link, uint32_t end_ms,
                     struct ffx_at_event *event)
{
    for (;;) {
        while (link->input_used < link->input_length) {
            link->input_used += ffx_at_response_feed(
                &link->response, link->input + link->input_used,
                (uint32_t)(link->input_length - link->input_used), event);
            if (event->kind != FFX_AT_NOTHING)
                return 1;
        }
        const int32_t left = (int32_t)(end_ms - posix_port_now_ms());
        if (left <= 0)
            return 0;
        link->input_used = 0;
        link->input_length =
            posix_port_read(&link->port, link->input, sizeof link->input, left);
    }
}

int modem_link_send(struct modem_link *link, const void *bytes, size_t length)
{
    const uint8_t *from = bytes;
    const uint32_t start_ms = posix_port_now_ms();
    while (length > 0) {
        const size_t went = posix_port_write(&link->port, from, length);
        from += went;
        length -= went;
        if (went == 0)
            posix_port_wait_write(&link->port, 20);
        if (posix_port_now_ms() - start_ms > INPUT_MS)
            return FFX_ERR_TIMEOUT;
    }
    return FFX_OK;
}

int modem_link_say(struct modem_link *link, const char *command)
{
    modem_link_trace(link, '>', command);
    const int result = modem_link_send(link, command, strlen(command));
    return result != FFX_OK ? result : modem_link_send(link, "\r", 1);
}

static int refused(struct modem_link *link, const struct ffx_at_event *event)
{
    link->cme = event->kind == FFX_AT_CME ? event->code : -1;
    return FFX_ERR_REFUSED;
}

int modem_link_command(struct modem_link *link, const char *command,
                       uint32_t timeout_ms,
                       void (*take)(void *context, const char *line),
                       void *context)
{
    struct ffx_at_event event;
    link->echoed = 0;
    ffx_at_response_raw(&link->response, 0);
    if (modem_link_say(link, command) != FFX_OK)
        return FFX_ERR_TIMEOUT;
    const uint32_t end_ms = posix_port_now_ms() + timeout_ms;
    while (modem_link_event(link, end_ms, &event)) {
        modem_link_trace(link, '<', event.text);
        if (event.kind == FFX_AT_OK)
            return FFX_OK;
        if (event.kind == FFX_AT_ERROR || event.kind == FFX_AT_CME ||
            event.kind == FFX_AT_CMS)
            return refused(link, &event);
        if (event.kind != FFX_AT_LINE)
            continue;
        if (strcmp(event.text, command) == 0)
            link->echoed = 1;
        else if (take != NULL)
            take(context, event.text);
    }
    return FFX_ERR_TIMEOUT;
}

struct question {
    const char *beginning;
    char *answer;
    size_t capacity;
};

static void take_answer(void *context, const char *line)
{
    const struct question *question = context;
    const size_t skip = strlen(question->beginning);
    if (strncmp(line, question->beginning, skip) != 0)
        return;
    /* a bare line: no URC begins with a letter or digit of these */
    if (skip == 0 && line[0] == '+')
        return;
    line += skip + strspn(line + skip, " ");
    snprintf(question->answer, question->capacity, "%s", line);
}

int modem_link_ask(struct modem_link *link, const char *command,
                   const char *beginning, char *answer, size_t capacity)
{
    struct question question = {beginning, answer, capacity};
    answer[0] = '\0';
    const int result =
        modem_link_command(link, command, COMMAND_MS, take_answer, &question);
    return result == FFX_OK && answer[0] == '\0' ? FFX_ERR_TIMEOUT : result;
}

int modem_link_sync(struct modem_link *link)
{
    const uint32_t end_ms = posix_port_now_ms() + SYNC_MS;
    while (modem_link_command(link, "AT", 500, NULL, NULL) != FFX_OK)
        if ((int32_t)(end_ms - posix_port_now_ms()) <= 0)
            return cli_fail(CLI_FAILED, "the module does not answer; check "
                                        "power, port and baud rate");
    modem_link_command(link, "ATE0", COMMAND_MS, NULL, NULL);
    modem_link_command(link, "AT+CMEE=1", COMMAND_MS, NULL, NULL);
    modem_link_command(link, link->rts_cts ? "AT+IFC=2,2" : "AT+IFC=0,0",
                       COMMAND_MS, NULL, NULL);
    return 0;
}

int modem_link_start(struct modem_link *link, const char *name,
                     const struct modem_options *options)
{
    int code = modem_link_open(link, name, options);
    if (code != 0)
        return code;
    code = modem_link_sync(link);
    if (code != 0)
        modem_link_close(link);
    return code;
}

/* --- files --------------------------------------------------------------- */

int modem_link_directory(const char *name, size_t length)
{
    static const char *const names[] = {"custapp", "fota", "datatx",
                                        "customer"};
    for (int i = 0; i < 4; i++)
        if (strlen(names[i]) == length && memcmp(names[i], name, length) == 0)
            return i;
    return -1;
}

int modem_link_name_valid(const char *name)
{
    const size_t length = strlen(name);
    for (size_t i = 0; i < length; i++)
        if (name[i] <= ' ' || name[i] > '~' || strchr("\",/\\", name[i]))
            return 0;
    return length >= 1 && length <= 50;
}

/* An earlier program may have left the bracket open. */
static int open_bracket(struct modem_link *link)
{
    if (modem_link_command(link, "AT+CFSINIT", COMMAND_MS, NULL, NULL) ==
        FFX_OK)
        return FFX_OK;
    modem_link_command(link, "AT+CFSTERM", COMMAND_MS, NULL, NULL);
    return modem_link_command(link, "AT+CFSINIT", COMMAND_MS, NULL, NULL);
}

static void close_bracket(struct modem_link *link)
{
    modem_link_command(link, "AT+CFSTERM", COMMAND_MS, NULL, NULL);
}

/* -1: there is no such file. */
static long file_size(struct modem_link *link, int directory, const char *name)
{
    char command[120], answer[32];
    snprintf(command, sizeof command, "AT+CFSGFIS=%d,\"%.60s\"", directory,
             name);
    if (modem_link_ask(link, command, "+CFSGFIS:", answer, sizeof answer) !=
        FFX_OK)
        return -1;
    return strtol(answer, NULL, 10);
}

/* Raw bytes behind "+CFSRFILE: n" into `out`; how many, or < 0. */
static int take_raw(struct modem_link *link, uint8_t *out, size_t capacity)
{
    struct ffx_at_event event;
    size_t have = 0;
    uint32_t wanted = 0;
    uint32_t end_ms = posix_port_now_ms() + COMMAND_MS;
    while (modem_link_event(link, end_ms, &event)) {
        if (event.kind == FFX_AT_LINE && wanted == 0 &&
            strncmp(event.text, "+CFSRFILE:", 10) == 0) {
            modem_link_trace(link, '<', event.text);
            wanted = (uint32_t)strtoul(event.text + 10, NULL, 10);
            if (wanted > capacity)
                return FFX_ERR_IO;
            ffx_at_response_raw(&link->response, wanted);
        } else if (event.kind == FFX_AT_DATA) {
            memcpy(out + have, event.text, event.length);
            have += event.length;
            end_ms = posix_port_now_ms() + COMMAND_MS;
        } else if (event.kind == FFX_AT_OK && wanted != 0 && have == wanted) {
            return (int)have;
        } else if (event.kind == FFX_AT_ERROR || event.kind == FFX_AT_CME) {
            return refused(link, &event);
        }
    }
    return FFX_ERR_TIMEOUT;
}

static int read_piece(struct modem_link *link, int directory, const char *name,
                      uint8_t *out, size_t offset, size_t length)
{
    char command[140];
    snprintf(command, sizeof command, "AT+CFSRFILE=%d,\"%.60s\",1,%zu,%zu",
             directory, name, length, offset);
    for (unsigned i = 0; i < TRIES; i++) {
        ffx_at_response_raw(&link->response, 0);
        if (modem_link_say(link, command) == FFX_OK &&
            take_raw(link, out, length) == (int)length)
            return FFX_OK;
    }
    return FFX_ERR_IO;
}

static int get_pieces(struct modem_link *link, int directory, const char *name,
                      struct pack_buffer *out, size_t size)
{
    cli_progress_bytes("read", 0, (uint32_t)size);
    for (size_t offset = 0; offset < size;) {
        const size_t length = size - offset < CHUNK ? size - offset : CHUNK;
        if (read_piece(link, directory, name, out->bytes + offset, offset,
                       length) != FFX_OK)
            return FFX_ERR_IO;
        offset += length;
        out->length = offset;
        cli_progress_bytes("read", (uint32_t)offset, (uint32_t)size);
    }
    cli_progress_end();
    return FFX_OK;
}

int modem_link_get(struct modem_link *link, int directory, const char *name,
                   struct pack_buffer *out)
{
    memset(out, 0, sizeof *out);
    if (open_bracket(link) != FFX_OK)
        return FFX_ERR_IO;
    const long size = file_size(link, directory, name);
    int result = FFX_ERR_NO_PACKAGE;
    if (size >= 0) {
        out->capacity = (size_t)size + 1;
        out->bytes = malloc(out->capacity);
        result = out->bytes == NULL
                     ? FFX_ERR_SPACE
                     : get_pieces(link, directory, name, out, (size_t)size);
    }
    close_bracket(link);
    return result;
}

/* DOWNLOAD, the bytes, OK. */
static int write_piece(struct modem_link *link, const char *command,
                       const void *bytes, size_t length)
{
    struct ffx_at_event event;
    uint32_t end_ms = posix_port_now_ms() + COMMAND_MS;
    int sent = 0;
    if (modem_link_say(link, command) != FFX_OK)
        return FFX_ERR_TIMEOUT;
    while (modem_link_event(link, end_ms, &event)) {
        modem_link_trace(link, '<', event.text);
        if (event.kind == FFX_AT_PROMPT && !sent) {
            sent = 1;
            if (modem_link_send(link, bytes, length) != FFX_OK)
                return FFX_ERR_TIMEOUT;
            end_ms = posix_port_now_ms() + INPUT_MS + COMMAND_MS;
        } else if (event.kind == FFX_AT_OK && sent) {
            return FFX_OK;
        } else if (event.kind == FFX_AT_ERROR || event.kind == FFX_AT_CME) {
            return refused(link, &event);
        }
    }
    return FFX_ERR_TIMEOUT;
}

/* A piece that got lost is repeated when the file still ends before it. */
static int put_piece(struct modem_link *link, int directory, const char *name,
                     const uint8_t *bytes, size_t offset, size_t length)
{
    char command[140];
    snprintf(command, sizeof command, "AT+CFSWFILE=%d,\"%.60s\",%d,%zu,%u",
             directory, name, offset > 0, length, INPUT_MS);
    for (unsigned i = 0; i < TRIES; i++) {
        if (write_piece(link, command, bytes + offset, length) == FFX_OK)
            return FFX_OK;
        if (link->cme == FFX_AT_CME_MEMORY_FULL)
            return FFX_ERR_SPACE;
        const long size = file_size(link, directory, name);
        if (size == (long)(offset + length))
            return FFX_OK;
        if (size != (long)offset && offset > 0)
            return FFX_ERR_IO;
    }
    return FFX_ERR_IO;
}

int modem_link_put(struct modem_link *link, int directory, const char *name,
                   const void *bytes, size_t length)
{
    int result = FFX_OK;
    if (open_bracket(link) != FFX_OK)
        return FFX_ERR_IO;
    cli_progress_bytes("write", 0, (uint32_t)length);
    for (size_t offset = 0; offset < length && result == FFX_OK;) {
        const size_t piece = length - offset < CHUNK ? length - offset : CHUNK;
        result = put_piece(link, directory, name, bytes, offset, piece);
        offset += piece;
        cli_progress_bytes("write", (uint32_t)offset, (uint32_t)length);
    }
    cli_progress_end();
    if (result == FFX_OK && file_size(link, directory, name) != (long)length)
        result = FFX_ERR_IO;
    close_bracket(link);
    return result;
}
