/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/modem_settle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_MS 5000u
#define NAME "\"" SETTLE_SCRATCH "\""
#define SCRATCH "2," NAME
#define BIG 8192u /* more than a block of any flash, 8.5 s at 9600 baud */
#define SMALL 16u
#define UNRECOGNIZED 601 /* manual 20.1 */

static int ask(struct settle *settle, const char *command)
{
    return modem_link_command(settle->link, command, ANSWER_MS, NULL, NULL);
}

/* --- yes or no ----------------------------------------------------------- */

static int by_result(struct settle *settle, const char *command, int when_ok,
                     int when_refused)
{
    const int result = ask(settle, command);
    if (result == FFX_OK)
        return when_ok;
    return result == FFX_ERR_REFUSED ? when_refused : SETTLE_UNKNOWN;
}

static int fota_test(struct settle *settle)
{
    return by_result(settle, "AT+CFOTA=?", 0, 1);
}

static int httpstofs(struct settle *settle)
{
    return by_result(settle, "AT+HTTPSTOFS=?", 1, 0);
}

static int ftp_file(struct settle *settle)
{
    return by_result(settle, "AT+FTPTOFSST=?", 0, 1);
}

/* A bracket that an earlier program left open is closed. */
static int no_bracket(struct settle *settle)
{
    ask(settle, "AT+CFSTERM");
    return by_result(settle, "AT+CFSGFRS?", 1, 0);
}

static int unknown_command(struct settle *settle)
{
    if (!settle->numbers || ask(settle, "AT+FARFIX") != FFX_ERR_REFUSED)
        return SETTLE_UNKNOWN;
    if (settle->link->cme == -1)
        return 0;
    return settle->link->cme == UNRECOGNIZED ? 1 : SETTLE_UNKNOWN;
}

/* --- shapes -------------------------------------------------------------- */

struct shape {
    const char *beginning;
    char behind[64]; /* of the first line, blanks included */
    int lines, commas;
};

static void take_shape(void *context, const char *line)
{
    struct shape *shape = context;
    const size_t skip = strlen(shape->beginning);
    if (strncmp(line, shape->beginning, skip) != 0 || shape->lines++ > 0)
        return;
    snprintf(shape->behind, sizeof shape->behind, "%s", line + skip);
    for (; *line != '\0'; line++)
        shape->commas += *line == ',';
}

/* 0 when the command has such lines. */
static int look(struct settle *settle, const char *command,
                const char *beginning, struct shape *shape)
{
    *shape = (struct shape){.beginning = beginning};
    return modem_link_command(settle->link, command, ANSWER_MS, take_shape,
                              shape) == FFX_OK &&
                   shape->lines > 0
               ? 0
               : -1;
}

static int revision(struct settle *settle)
{
    struct shape shape;
    return look(settle, "AT+GMR", "Revision:", &shape) != 0
               ? SETTLE_UNKNOWN
               : shape.behind[0] == ' ';
}

static int fota_blank(struct settle *settle)
{
    struct shape shape;
    return look(settle, "AT+CFOTA?", "+CFOTA:", &shape) != 0
               ? SETTLE_UNKNOWN
               : shape.behind[0] != ' ';
}

/* "1,ip", "0,1,ip", or the latter for each of four. */
static int cnact(struct settle *settle)
{
    struct shape shape;
    if (look(settle, "AT+CNACT?", "+CNACT:", &shape) != 0)
        return SETTLE_UNKNOWN;
    if (shape.lines == 4 && shape.commas == 2)
        return 2;
    return shape.lines == 1 && (shape.commas == 1 || shape.commas == 2)
               ? shape.commas - 1
               : SETTLE_UNKNOWN;
}

/* IFC is not stored: what it reads after power-up is the default, unless
 * somebody was there before. */
static int flow(struct settle *settle)
{
    char answer[32];
    if (!settle->untouched || modem_link_ask(settle->link, "AT+IFC?", "+IFC:",
                                             answer, sizeof answer) != FFX_OK)
        return SETTLE_UNKNOWN;
    if (strcmp(answer, "0,0") == 0)
        return 0;
    return strcmp(answer, "2,2") == 0 ? 1 : SETTLE_UNKNOWN;
}

/* Idle as it is now. */
static int ftp_state(struct settle *settle)
{
    char answer[48];
    if (settle->values[FFX_D16_FTP_FILE] != 0 ||
        modem_link_ask(settle->link, "AT+FTPTOFSST", "+FTPTOFSST:", answer,
                       sizeof answer) != FFX_OK)
        return SETTLE_UNKNOWN;
    if (strncmp(answer, "0,", 2) == 0)
        return 0;
    return strncmp(answer, "1,", 2) == 0 ? 1 : SETTLE_UNKNOWN;
}

/* --- a file of its own --------------------------------------------------- */

/* What happened on the way to the final result. */
struct talk {
    size_t send;  /* bytes for the prompt */
    int early_ok; /* OK before CFSRFILE's header */
    uint32_t promised, came;
};

static int send_dots(struct settle *settle, size_t count)
{
    char dots[256];
    memset(dots, '.', sizeof dots);
    while (count > 0) {
        const size_t piece = count < sizeof dots ? count : sizeof dots;
        if (modem_link_send(settle->link, dots, piece) != FFX_OK)
            return FFX_ERR_TIMEOUT;
        count -= piece;
    }
    return FFX_OK;
}

static void take_header(struct settle *settle, struct talk *talk,
                        const char *line)
{
    if (strncmp(line, "+CFSRFILE:", 10) != 0 || talk->promised != 0)
        return;
    talk->promised = (uint32_t)strtoul(line + 10, NULL, 10);
    if (talk->promised <= SMALL)
        ffx_at_response_raw(&settle->link->response, talk->promised);
}

/* A file command to its end; `reads`: an OK before the header ends nothing. */
static int transact(struct settle *settle, const char *command, int reads,
                    struct talk *talk)
{
    struct modem_link *link = settle->link;
    struct ffx_at_event event;
    uint32_t end_ms = posix_port_now_ms() + ANSWER_MS;
    ffx_at_response_raw(&link->response, 0);
    if (modem_link_say(link, command) != FFX_OK)
        return FFX_ERR_TIMEOUT;
    while (modem_link_event(link, end_ms, &event)) {
        if (event.kind != FFX_AT_DATA)
            modem_link_trace(link, '<', event.text);
        if (event.kind == FFX_AT_PROMPT) {
            if (send_dots(settle, talk->send) != FFX_OK)
                return FFX_ERR_TIMEOUT;
            end_ms = posix_port_now_ms() + 10000u + ANSWER_MS;
        } else if (event.kind == FFX_AT_LINE) {
            take_header(settle, talk, event.text);
        } else if (event.kind == FFX_AT_DATA) {
            talk->came += event.length;
        } else if (event.kind == FFX_AT_OK) {
            if (!reads || (talk->promised > 0 && talk->came == talk->promised))
                return FFX_OK;
            talk->early_ok = 1;
        } else if (event.kind == FFX_AT_ERROR || event.kind == FFX_AT_CME) {
            link->cme = event.kind == FFX_AT_CME ? event.code : -1;
            return FFX_ERR_REFUSED;
        }
    }
    return FFX_ERR_TIMEOUT;
}

/* The scratch file of a directory begins with `size` bytes; `send` of them
 * follow. */
static int write_in(struct settle *settle, int directory, unsigned size,
                    unsigned time_ms, unsigned send)
{
    char command[64];
    struct talk talk = {.send = send};
    snprintf(command, sizeof command, "AT+CFSWFILE=%d," NAME ",0,%u,%u",
             directory, size, time_ms);
    return transact(settle, command, 0, &talk);
}

static int write_file(struct settle *settle, unsigned size, unsigned time_ms,
                      unsigned send)
{
    return write_in(settle, 2, size, time_ms, send);
}

static int number(struct settle *settle, const char *command,
                  const char *beginning, uint32_t *value)
{
    char answer[32], *end;
    const int result =
        modem_link_ask(settle->link, command, beginning, answer, sizeof answer);
    if (result != FFX_OK)
        return result;
    *value = (uint32_t)strtoul(answer, &end, 10);
    return end != answer ? FFX_OK : FFX_ERR_TIMEOUT;
}

static int file_size(struct settle *settle, uint32_t *bytes)
{
    return number(settle, "AT+CFSGFIS=" SCRATCH, "+CFSGFIS:", bytes);
}

static int free_bytes(struct settle *settle, uint32_t *bytes)
{
    return number(settle, "AT+CFSGFRS?", "+CFSGFRS:", bytes);
}

static void remove_file(struct settle *settle)
{
    ask(settle, "AT+CFSDFILE=" SCRATCH);
}

static int missing_file(struct settle *settle)
{
    static const int32_t numbers[] = {3, 22, 188};
    uint32_t bytes;
    if (!settle->numbers || file_size(settle, &bytes) != FFX_ERR_REFUSED)
        return SETTLE_UNKNOWN;
    for (int i = 0; i < 3; i++)
        if (settle->link->cme == numbers[i])
            return i;
    return SETTLE_UNKNOWN;
}

/* Before and behind a file of some size. */
static int what_is_free(struct settle *settle)
{
    uint32_t before, behind, bytes;
    if (free_bytes(settle, &before) != FFX_OK ||
        write_file(settle, BIG, 9999, BIG) != FFX_OK ||
        file_size(settle, &bytes) != FFX_OK || bytes != BIG ||
        free_bytes(settle, &behind) != FFX_OK)
        return SETTLE_UNKNOWN;
    return behind < before ? 0 : behind == before ? 1 : SETTLE_UNKNOWN;
}

/* The file has BIG bytes. */
static int mode_0(struct settle *settle)
{
    uint32_t bytes;
    if (file_size(settle, &bytes) != FFX_OK || bytes != BIG ||
        write_file(settle, SMALL, 9999, SMALL) != FFX_OK ||
        file_size(settle, &bytes) != FFX_OK)
        return SETTLE_UNKNOWN;
    return bytes == SMALL ? 0 : bytes == BIG ? 1 : SETTLE_UNKNOWN;
}

static int read_ok(struct settle *settle)
{
    struct talk talk = {0};
    char command[64];
    snprintf(command, sizeof command, "AT+CFSRFILE=" SCRATCH ",0,%u,0", SMALL);
    return transact(settle, command, 1, &talk) == FFX_OK ? talk.early_ok
                                                         : SETTLE_UNKNOWN;
}

static int limits(struct settle *settle)
{
    if (write_file(settle, SMALL, 9999, SMALL) != FFX_OK)
        return SETTLE_UNKNOWN;
    const int result = write_file(settle, SMALL, 10000, SMALL);
    if (result == FFX_OK)
        return 0;
    return result == FFX_ERR_REFUSED ? 1 : SETTLE_UNKNOWN;
}

/* What index 0, /custapp, has been given is seen by index 1, or is not. */
static int index_1(struct settle *settle)
{
    uint32_t bytes;
    int value = SETTLE_UNKNOWN;
    ask(settle, "AT+CFSDFILE=0," NAME);
    if (ask(settle, "AT+CFSGFIS=1," NAME) != FFX_ERR_REFUSED ||
        write_in(settle, 0, SMALL, 9999, SMALL) != FFX_OK)
        return SETTLE_UNKNOWN;
    const int found = number(settle, "AT+CFSGFIS=1," NAME, "+CFSGFIS:", &bytes);
    if (found == FFX_ERR_REFUSED)
        value = 0;
    else if (found == FFX_OK && bytes == SMALL)
        value = 1;
    ask(settle, "AT+CFSDFILE=0," NAME);
    return value;
}

/* Half of what was announced comes. */
static int input_timeout(struct settle *settle)
{
    uint32_t bytes;
    remove_file(settle);
    const int result = write_file(settle, SMALL, 1000, SMALL / 2);
    if (result == FFX_ERR_TIMEOUT) {
        /* It waits for ever: let it have the rest, so that it hears again. */
        send_dots(settle, SMALL / 2);
        ask(settle, "AT");
    }
    if (result != FFX_ERR_REFUSED)
        return SETTLE_UNKNOWN;
    const int found = file_size(settle, &bytes);
    if (found == FFX_ERR_REFUSED)
        return 0;
    return found == FFX_OK && bytes == SMALL / 2 ? 1 : SETTLE_UNKNOWN;
}

/* --- all of them --------------------------------------------------------- */

struct step {
    enum ffx_quirk quirk;
    int (*settle)(struct settle *settle);
};

/* Each leaves the file as the next one needs it. */
static const struct step in_bracket[] = {
    {FFX_D3_NO_FILE, missing_file},
    {FFX_D21_FREE, what_is_free},
    {FFX_D6_MODE_0, mode_0},
    {FFX_D8_READ_OK, read_ok},
    {FFX_D20_LIMITS, limits},
    {FFX_D15_INDEX_1, index_1},
    {FFX_D4_INPUT_TIMEOUT, input_timeout},
};

static const struct step outside[] = {
    {FFX_D1_FOTA_TEST, fota_test},
    {FFX_D7_FLOW, flow},
    {FFX_D12_CNACT, cnact},
    {FFX_D14_HTTPSTOFS, httpstofs},
    {FFX_D16_FTP_FILE, ftp_file},
    {FFX_D17_FTP_STATE, ftp_state},
    {FFX_D18_REVISION, revision},
    {FFX_D19_FOTA_BLANK, fota_blank},
    {FFX_D26_UNKNOWN, unknown_command},
    {FFX_D5_NO_BRACKET, no_bracket}, /* the bracket is closed behind it */
};

static void take_steps(struct settle *settle, const struct step *steps,
                       size_t count)
{
    for (size_t i = 0; i < count; i++)
        settle->values[steps[i].quirk] = steps[i].settle(settle);
}

static const char *const forms[SETTLE_FORMS] = {
    "CFOTA",   "CNACT",    "CNCFG",     "CFSWFILE",  "CFSRFILE",
    "CFSGFIS", "HTTPTOFS", "FTPEXTGET", "FTPTOFSST",
};

const char *settle_form(size_t index)
{
    return index < SETTLE_FORMS ? forms[index] : NULL;
}

static void take_form(struct settle *settle, size_t index)
{
    char command[32], beginning[32];
    snprintf(command, sizeof command, "AT+%s=?", forms[index]);
    snprintf(beginning, sizeof beginning, "+%s:", forms[index]);
    modem_link_ask(settle->link, command, beginning, settle->forms[index],
                   sizeof settle->forms[index]);
}

void settle_all(struct settle *settle)
{
    for (size_t i = 0; i < FFX_QUIRKS; i++)
        settle->values[i] = SETTLE_UNKNOWN;
    for (size_t i = 0; i < SETTLE_FORMS; i++)
        take_form(settle, i);
    take_steps(settle, outside, sizeof outside / sizeof outside[0]);
    if (ask(settle, "AT+CFSINIT") != FFX_OK)
        return;
    remove_file(settle); /* of an earlier run that was cut short */
    take_steps(settle, in_bracket, sizeof in_bracket / sizeof in_bracket[0]);
    remove_file(settle);
    ask(settle, "AT+CFSTERM");
}
