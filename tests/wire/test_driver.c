/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The dialogues of this folder (README.md) as what a module says to a driver:
 * an update is walked by each route while one transcript answers every command
 * that it has. What the driver makes of it stands in the file (": driver"
 * lines); without one the update has to come to its end.
 */
#include "road.h"
#include "transcript.h"

#include "driver/walk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct road road;

static const char *const route_names[] = {
    [FFX_ROUTE_HTTP] = "http",
    [FFX_ROUTE_FTP] = "ftp",
    [FFX_ROUTE_PUSH] = "push",
};
#define ROUTES 3

/* --- a transcript -------------------------------------------------------- */

/* What the module says: bytes with marks for what only the answered command
 * tells. */
#define TEXT_BYTES 4096u
#define MARK_COUNT '\x01' /* {read}: bytes asked for by CFSRFILE */
#define MARK_DATA '\x02'  /* and they themselves */

struct text {
    char bytes[TEXT_BYTES];
    uint32_t length;
};

struct exchange {
    char typed[TRANSCRIPT_LINE];
    struct text answer, stored; /* `stored` behind the bytes of a file */
    int has_stored;
    int raw;       /* the answer's framing stands in it, an echo too */
    unsigned part; /* which part of the transcript: below */
    unsigned used;
};

#define EXCHANGES 80u

static struct transcript {
    const char *path;
    struct exchange exchanges[EXCHANGES]; /* [0]: before anything is typed */
    uint32_t count;
    struct text all; /* whatever it says */
    int unsent;      /* the driver sends none of the commands */
    int alone;       /* the core does nothing of it */
    int ends_well;   /* it says itself that the update is done */
    enum ffx_cause expected[3][ROUTES];
    uint8_t quirks[FFX_QUIRKS];           /* of the core */
    char user[64], password[64], pin[16]; /* of the driver */
} transcript;

/* The exchange whose bytes of a file come in, by its place. */
static uint32_t storing;
/* An update cuts a transcript into parts: what stands behind AT+CFOTA=1 is no
 * answer before it, and what stands behind AT+CFOTA=0, which a driver never
 * sends, none at all. */
static unsigned part;
/* How the driver meets it: each last answer stays; each comes once, then the
 * core goes on; all of it comes unasked. */
enum manner { STAYS, ONCE, LATE, MANNERS };
static enum manner manner;

static void put(struct text *text, const char *bytes, size_t length)
{
    assert_true(text->length + length <= TEXT_BYTES);
    memcpy(text->bytes + text->length, bytes, length);
    text->length += (uint32_t)length;
}

static const char *value_of(const char *name)
{
    static const struct {
        const char *name, *value;
    } values[] = {
        {"from", ROAD_FROM},
        {"to", ROAD_TO},
        {"ip", "10.94.36.44"},
        {"imei", "866425030000014"},
        {"n", "1"},
        {"free", "22151168"},
        {"done", "50"},
        {"time", "19/06/26,06:04:03"},
        {"http", "fota.example"},
        {"https", "fota.example"},
        {"ftp", "ftp.example"},
        {"ftp_port", "21"},
        {"ftp_path", "/"},
        {"user", "tmf"},
        {"password", "tmf123"},
        {"size", "2100"},
        {"rest", "700"},
        {"read", "\x01"},
        {"ca", "server.crt"},
    };
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        if (strcmp(values[i].name, name) == 0)
            return values[i].value;
    return NULL;
}

static void expand(const char *from, char to[2 * TRANSCRIPT_LINE])
{
    size_t length = 0;
    while (*from != '\0') {
        char name[16];
        const char *behind = transcript_placeholder(from, name);
        const char *value = behind != NULL ? value_of(name) : NULL;
        if (value == NULL) {
            to[length++] = *from++;
            continue;
        }
        length += (size_t)sprintf(to + length, "%s", value);
        from = behind;
    }
    to[length] = '\0';
}

/* --- ": driver" and the like --------------------------------------------- */

static enum ffx_cause cause_of(const char *name)
{
    for (int cause = 0; cause < FFX_CAUSES; cause++)
        if (strcmp(ffx_cause_name((enum ffx_cause)cause), name) == 0)
            return (enum ffx_cause)cause;
    fail_msg("%s: no cause is called %s", transcript.path, name);
    return FFX_CAUSES;
}

/* "fails CAUSE", or "fails CAUSE on ROUTE ROUTE". */
static void take_cause(const char *words, enum ffx_cause expected[ROUTES])
{
    char cause[32] = "";
    assert_int_equal(sscanf(words, "%31s", cause), 1);
    const char *routes = strstr(words, " on ");
    for (int i = 0; i < ROUTES; i++)
        if (routes == NULL || strstr(routes, route_names[i]) != NULL)
            expected[i] = cause_of(cause);
}

static void take_driver(const char *words)
{
    const char *cause = strstr(words, "fails ");
    const enum manner where = strncmp(words, "once ", 5) == 0   ? ONCE
                              : strncmp(words, "late ", 5) == 0 ? LATE
                                                                : STAYS;
    if (cause != NULL)
        take_cause(cause + 6, transcript.expected[where]);
    else
        assert_string_equal(words, "none");
    transcript.unsent |= cause == NULL;
}

static void take_quirks(const char *list)
{
    char quirk[32];
    for (; sscanf(list, "%31[^,]", quirk) == 1; list += strspn(list, ",")) {
        assert_int_equal(ffx_module_quirk_set(transcript.quirks, quirk), 0);
        list += strlen(quirk);
    }
}

static void take_with(const char *words)
{
    if (sscanf(words, "login %63s %63s", transcript.user,
               transcript.password) != 2)
        assert_int_equal(sscanf(words, "pin %15s", transcript.pin), 1);
}

/* --- reading it ---------------------------------------------------------- */

static struct exchange *last(void)
{
    return &transcript.exchanges[transcript.count - 1];
}

static void begin_exchange(const char *typed, size_t length, int raw)
{
    assert_true(transcript.count < EXCHANGES);
    struct exchange *exchange = &transcript.exchanges[transcript.count++];
    memset(exchange, 0, sizeof *exchange);
    memcpy(exchange->typed, typed, length);
    exchange->typed[strcspn(exchange->typed, "\r")] = '\0';
    exchange->raw = raw;
}

static void say(const char *bytes, size_t length)
{
    struct exchange *exchange = last();
    struct text *text =
        exchange->has_stored ? &exchange->stored : &exchange->answer;
    put(text, bytes, length);
    put(&transcript.all, bytes, length);
}

/* Each line ends with CR LF; the answer's own CR LF ends the line that was
 * typed. With the echo off the transcript shows it as an empty line. */
static void say_line(const char *line, int echo)
{
    const struct exchange *exchange = last();
    if (echo && !exchange->raw && !exchange->has_stored &&
        exchange->answer.length == 0)
        say("\r\n", 2);
    say(line, strlen(line));
    say("\r\n", 2);
}

static void take_line(const char *line, int *echo)
{
    static char text[2 * TRANSCRIPT_LINE], bytes[2 * TRANSCRIPT_LINE];
    expand(line, text);
    if (strncmp(text, "> ", 2) == 0)
        begin_exchange(text + 2, strlen(text + 2), 0);
    else if (strncmp(text, ">= ", 3) == 0)
        begin_exchange(bytes, transcript_unescape(text + 3, bytes), 1);
    else if (strncmp(text, "<= ", 3) == 0)
        say(bytes, transcript_unescape(text + 3, bytes));
    else if (strncmp(text, "<: ", 3) == 0)
        say((const char[]){MARK_DATA}, 1);
    else if (text[0] == '<')
        say_line(text + strcspn(text, " ") + (strchr(text, ' ') != NULL),
                 *echo);
    else if (strncmp(text, ": send ", 7) == 0)
        last()->has_stored = 1;
    else if (strncmp(text, ": driver ", 9) == 0)
        take_driver(text + 9);
    else if (strncmp(text, ": quirk ", 8) == 0)
        take_quirks(text + 8);
    else if (strncmp(text, ": with ", 7) == 0)
        take_with(text + 7);
    else if (strcmp(text, ": alone") == 0)
        transcript.alone = 1;
    else if (strncmp(text, ": echo ", 7) == 0)
        *echo = strcmp(text + 7, "on") == 0;
}

static int says(const struct text *text, const char *what)
{
    return memmem(text->bytes, text->length, what, strlen(what)) != NULL;
}

static void split(void)
{
    unsigned now = 0;
    for (uint32_t i = 1; i < transcript.count; i++) {
        struct exchange *next = &transcript.exchanges[i];
        const int begins = strcmp(next->typed, "AT+CFOTA=1") == 0 &&
                           !says(&next->answer, "ERROR");
        next->part = now;
        now += begins || (now > 0 && strcmp(next->typed, "AT+CFOTA=0") == 0);
    }
}

static void read_transcript(const char *path)
{
    char line[TRANSCRIPT_LINE];
    int echo = 1;
    memset(&transcript, 0, sizeof transcript);
    transcript.path = path;
    ffx_module_quirks(FFX_PROFILE_NOTE, transcript.quirks);
    begin_exchange("", 0, 0);
    FILE *stream = fopen(path, "r");
    assert_non_null(stream);
    while (fgets(line, sizeof line, stream) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        take_line(line, &echo);
    }
    fclose(stream);
    split();
    transcript.ends_well = says(&transcript.all, "+CFOTA: 6") &&
                           says(&transcript.all, "Revision:" ROAD_TO);
}

/* --- in the module's place ----------------------------------------------- */

/* How many letters of the two are the same; the typed one ends with CR. */
static size_t common(const char *own, const char *typed)
{
    size_t length = 0;
    while (own[length] != '\0' && toupper((unsigned char)own[length]) ==
                                      toupper((unsigned char)typed[length]))
        length++;
    return length;
}

/* What stands in quotes is the caller's own: without an exchange for the very
 * line, one that is the same up to the first quote does. */
static int is_command(const char *own, const char *typed, int whole)
{
    const size_t same = common(own, typed), quote = strcspn(own, "\"");
    return own[same] == '\0' ? typed[same] == '\r' : !whole && same > quote;
}

static struct exchange *find(const char *typed, int whole)
{
    struct exchange *found = NULL;
    for (uint32_t i = 1; i < transcript.count; i++) {
        struct exchange *next = &transcript.exchanges[i];
        if (next->part != part || !is_command(next->typed, typed, whole))
            continue;
        if (next->used == 0 || manner != ONCE)
            found = next;
        if (next->used == 0)
            break;
    }
    return found;
}

/* The first time its first answer, and so on. */
static struct exchange *answer_to(const char *typed)
{
    struct exchange *found = find(typed, 1);
    if (found == NULL)
        found = find(typed, 0);
    if (found == NULL)
        return NULL;
    found->used++;
    part += found + 1 < transcript.exchanges + transcript.count &&
            found[1].part > part;
    return found;
}

/* 1 when a number behind `name` is not `good`. */
static int is_bad(const struct text *text, const char *name, const char *good)
{
    const char *found = memmem(text->bytes, text->length, name, strlen(name));
    return found != NULL &&
           strncmp(found + strlen(name), good, strlen(good)) != 0;
}

/* Then the core has not done it either. */
static int went_wrong(const struct exchange *exchange)
{
    const struct text *text = &exchange->answer;
    return says(text, "ERROR") || says(&exchange->stored, "ERROR") ||
           says(text, "DEACTIVE") || says(text, "Update failed") ||
           says(text, "+HTTPTOFS: 200,0") ||
           is_bad(text, "+HTTPTOFS: ", "200,") ||
           is_bad(text, "+FTPEXTGETFILE: 1,", "0");
}

static void hear_data(uint32_t offset, uint32_t length)
{
    if (offset <= road.package_size && length <= road.package_size - offset)
        road_hear(&road, road.package + offset, length);
}

static void hear_count(uint32_t count)
{
    char digits[12];
    road_hear(&road, digits,
              (uint32_t)snprintf(digits, sizeof digits, "%u", (unsigned)count));
}

/* The numbers behind AT+CFSRFILE=1,"update.zip",1, */
static void hear_text(const struct text *text, uint32_t from)
{
    unsigned length = 0, offset = 0;
    sscanf(road.typed, "AT+CFSRFILE=%*d,%*[^,],%*d,%u,%u", &length, &offset);
    for (uint32_t i = from; i < text->length; i++)
        if (text->bytes[i] == MARK_COUNT)
            hear_count(length);
        else if (text->bytes[i] == MARK_DATA)
            hear_data(offset, length);
        else
            road_hear(&road, text->bytes + i, 1);
}

static void hear_answer(const struct exchange *exchange, int echo)
{
    const struct text *text = &exchange->answer;
    const size_t typed = strlen(exchange->typed);
    const int has_echo = exchange->raw && text->length > typed &&
                         memcmp(text->bytes, exchange->typed, typed) == 0 &&
                         text->bytes[typed] == '\r';
    if (echo)
        road_hear(&road, road.typed, road.typed_length);
    hear_text(text, has_echo ? (uint32_t)typed + 1 : 0);
}

/* A module that says it has a bearer has one. */
static void obey_bearer(void)
{
    const int is_sim7070 = transcript.quirks[FFX_D12_CNACT] == 2;
    road_obey_line(&road, is_sim7070 ? "AT+CNACT=1,1\r" : "AT+CNACT=1\r");
}

static int speak(struct road *unused)
{
    const int echo = road.module.ports[0].user.echo;
    unsigned length = 0;
    (void)unused;
    const struct exchange *exchange = answer_to(road.typed);
    if (exchange == NULL)
        return 0;
    if (!transcript.alone && !went_wrong(exchange)) {
        road_obey(&road);
        if (strncmp(road.typed, "AT+CNACT?", 9) == 0 &&
            says(&exchange->answer, "1,\""))
            obey_bearer();
    }
    hear_answer(exchange, echo);
    if (exchange->has_stored &&
        sscanf(road.typed, "AT+CFSWFILE=%*d,%*[^,],%*d,%u", &length) == 1) {
        storing = (uint32_t)(exchange - transcript.exchanges);
        road.swallow = length;
    }
    return 1;
}

static void store(struct road *unused)
{
    (void)unused;
    hear_text(&transcript.exchanges[storing].stored, 0);
}

/* --- walks --------------------------------------------------------------- */

static void begin(enum ffx_route route)
{
    road_init(&road, route);
    road.module_config.profile = FFX_PROFILE_NOTE;
    road.module_config.quirks = transcript.quirks;
    road.package_size = road.served_size = 2100;
    road_digest(road.package, 2100, road.sha256);
    road.config.package.size = road.config.facts.size = 2100;
    road.config.limits.chunk_bytes = 700;
    road.update_ms = 4000;
    if (transcript.user[0] != '\0') {
        road.config.user = transcript.user;
        road.config.password = transcript.password;
    }
    if (transcript.pin[0] != '\0')
        road.config.sim_pin = transcript.pin;
}

static int truly_done(void)
{
    return road.status == 6 && strcmp(road.version, ROAD_TO) == 0;
}

#define FAIL(...)                                                              \
    do {                                                                       \
        fputs(road_tail(&road), stderr);                                       \
        fail_msg(__VA_ARGS__);                                                 \
    } while (0)

static void expect_end(enum ffx_route route, unsigned pause, int may_lie)
{
    const enum ffx_cause cause = road_run(&road);
    /* What comes unasked does harm at some pauses and none at others. */
    const int harmless = manner == LATE && cause == FFX_CAUSE_DONE;
    if (cause != transcript.expected[manner][route] && !harmless)
        FAIL("%s route=%s pause=%u: %s instead of %s", transcript.path,
             route_names[route], pause, ffx_cause_name(cause),
             ffx_cause_name(transcript.expected[manner][route]));
    if (cause == FFX_CAUSE_DONE && !truly_done() && !may_lie)
        FAIL("%s route=%s pause=%u: a false success, module at %s, status %d",
             transcript.path, route_names[route], pause, road.version,
             road.status);
}

/* The transcript answers. */
static unsigned walk_answered(enum ffx_route route)
{
    unsigned used = 0;
    part = 0;
    for (uint32_t i = 0; i < transcript.count; i++)
        transcript.exchanges[i].used = 0;
    begin(route);
    road.instead = speak;
    road.swallowed = store;
    expect_end(route, 0, transcript.ends_well);
    road_end(&road);
    for (uint32_t i = 1; i < transcript.count; i++)
        used += transcript.exchanges[i].used;
    return used;
}

/* Or it comes unasked, whole, at one pause between two commands. */
static unsigned pauses, wanted_pause;

static void interrupt(struct road *unused)
{
    (void)unused;
    if (road.driver.mode != WALK_PAUSE && road.driver.mode != WALK_LISTEN)
        return;
    if (++pauses == wanted_pause)
        hear_text(&transcript.all, 0);
}

/* One pause in five where the driver sends some of it anyway: time. */
#define STRIDE 5u

static unsigned count_pauses(enum ffx_route route)
{
    pauses = wanted_pause = 0;
    begin(route);
    road.turned = interrupt;
    (void)road_run(&road);
    road_end(&road);
    return pauses;
}

static void walk_interrupted(enum ffx_route route)
{
    const unsigned last_pause = count_pauses(route);
    const unsigned stride = transcript.unsent ? 1 : STRIDE;
    for (unsigned pause = 1; pause <= last_pause; pause += stride) {
        pauses = 0;
        wanted_pause = pause;
        begin(route);
        road.turned = interrupt;
        expect_end(route, pause, 0);
        road_end(&road);
    }
}

static void play(void **context)
{
    unsigned used = 0;
    manner = LATE;
    read_transcript(*context);
    for (int route = 0; route < ROUTES; route++)
        walk_interrupted((enum ffx_route)route);
    for (manner = STAYS; manner <= ONCE; manner++)
        for (int route = 0; route < ROUTES; route++)
            used += walk_answered((enum ffx_route)route);
    if (transcript.unsent ? used > 0 : used == 0)
        fail_msg("%s: the driver sends %s of these commands", transcript.path,
                 used > 0 ? "some" : "none");
}

int main(void)
{
    return transcript_run("driver", play, NULL, NULL);
}
