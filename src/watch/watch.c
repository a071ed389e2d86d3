/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"

#include "watch/message.h"

#define LINE_LEAST 96u
#define LEAST_MS 900000u
#define CHECK_MS 600000u
#define QUIET_MS 100u   /* nothing is sent so soon behind what was heard */
#define AGAIN_MS 1000u  /* from one reading of the store to the next */
#define RETRY_MS 30000u /* after a module that did not answer well */
#define LIST_MS 60000u  /* all of one AT+CMGL, whatever it brings */
#define END_MS 5000u    /* for the command in hand at the end */
#define NUMBER_MAX 65534

enum watch_mode {
    WATCH_PAUSE,  /* the step is sent when its time has come */
    WATCH_ANSWER, /* sent; waits for its final result */
    WATCH_DUE,    /* the line is the application's */
    WATCH_END
};

/* One reading of the store, from sync to the last message that counts; then
 * the pause before sync is the waiting. */
enum watch_step {
    STEP_SYNC,
    STEP_ECHO,
    STEP_FORMAT_FOUND,
    STEP_REPORT_FOUND,
    STEP_FORMAT,
    STEP_REPORT,
    STEP_LIST,
    STEP_DELETE,
    STEP_REPORT_BACK,
    STEP_FORMAT_BACK,
    STEP_NONE
};

enum row_flag {
    ROW_OPTIONAL = 1, /* whatever is answered, the next row follows */
    ROW_ASKS = 2      /* an OK counts behind the row's own line only */
};

static const struct row {
    const char *text;
    uint16_t timeout_100ms; /* manual: CMGL 20 s, the others 5 s */
    uint8_t tries, flags;
} rows[] = {
    [STEP_SYNC] = {"AT", 10, 5, 0},
    [STEP_ECHO] = {"ATE0", 20, 2, ROW_OPTIONAL},
    [STEP_FORMAT_FOUND] = {"AT+CMGF?", 50, 2, ROW_OPTIONAL | ROW_ASKS},
    [STEP_REPORT_FOUND] = {"AT+CNMI?", 50, 2, ROW_OPTIONAL | ROW_ASKS},
    [STEP_FORMAT] = {"AT+CMGF=0", 50, 2, 0},
    [STEP_REPORT] = {"AT+CNMI=2,1", 50, 2, ROW_OPTIONAL},
    [STEP_LIST] = {"AT+CMGL=4,1", 200, 1, 0},
    [STEP_DELETE] = {"AT+CMGD=", 50, 2, 0},
    [STEP_REPORT_BACK] = {"AT+CNMI=", 50, 2, ROW_OPTIONAL},
    [STEP_FORMAT_BACK] = {"AT+CMGF=", 50, 2, ROW_OPTIONAL},
};

const char *ffx_watch_reason_name(enum ffx_watch_reason reason)
{
    static const char *const names[] = {"asked", "sms", "time"};
    return (uint32_t)reason <= FFX_WATCH_TIME ? names[reason] : "";
}

static uint32_t value_or(uint32_t value, uint32_t otherwise)
{
    return value != 0 ? value : otherwise;
}

/* --- time ---------------------------------------------------------------- */

static int is_past(const struct ffx_watch *watch, uint32_t time_ms)
{
    return (int32_t)(watch->now_ms - time_ms) >= 0;
}

static uint32_t until(const struct ffx_watch *watch, uint32_t time_ms)
{
    return is_past(watch, time_ms) ? 0 : time_ms - watch->now_ms;
}

static void want(struct ffx_watch *watch, enum ffx_watch_reason reason)
{
    watch->pending |= (uint8_t)(1u << reason);
}

/* The next time that is still to come, however many have passed. */
static void next_time(struct ffx_watch *watch)
{
    const uint32_t every_ms = watch->config->every_ms;
    if (!watch->timed || !is_past(watch, watch->time_ms))
        return;
    if (every_ms == 0) {
        watch->timed = 0;
        return;
    }
    const uint32_t missed = (watch->now_ms - watch->time_ms) / every_ms;
    watch->time_ms += (missed + 1) * every_ms;
}

static void tell_time(struct ffx_watch *watch, uint32_t now_ms)
{
    watch->now_ms = now_ms;
    if (watch->resting && is_past(watch, watch->rest_ms))
        watch->resting = 0;
    if (watch->timed && is_past(watch, watch->time_ms)) {
        want(watch, FFX_WATCH_TIME);
        next_time(watch);
    }
}

/* --- what comes next ----------------------------------------------------- */

static int hears(const struct ffx_watch *watch)
{
    return watch->config->sender_count > 0;
}

static void go_after(struct ffx_watch *watch, enum watch_step step, uint32_t ms)
{
    watch->step = (uint8_t)step;
    watch->tries = step == STEP_NONE ? 0 : rows[step].tries;
    watch->mode = step == STEP_NONE ? WATCH_END : WATCH_PAUSE;
    watch->due_ms = watch->now_ms + ms;
}

static void go(struct ffx_watch *watch, enum watch_step step)
{
    /* What was found first is what there was before us. */
    if (step == STEP_FORMAT_FOUND && watch->format[0] != '\0')
        step = STEP_REPORT_FOUND;
    if (step == STEP_REPORT_FOUND && watch->report[0] != '\0')
        step = STEP_FORMAT;
    if (step == STEP_REPORT_BACK && watch->report[0] == '\0')
        step = STEP_FORMAT_BACK;
    if (step == STEP_FORMAT_BACK && watch->format[0] == '\0')
        step = STEP_NONE;
    go_after(watch, step, QUIET_MS);
}

/* Something has happened in the module: its store is read soon. */
static void go_soon(struct ffx_watch *watch)
{
    watch->again = 1;
    if (watch->mode == WATCH_PAUSE && watch->step == STEP_SYNC &&
        until(watch, watch->due_ms) > AGAIN_MS)
        watch->due_ms = watch->now_ms + AGAIN_MS;
}

/* The store was read, or could not be. */
static void rest(struct ffx_watch *watch, int result)
{
    uint32_t ms = value_or(watch->config->check_ms, CHECK_MS);
    watch->listens = result == FFX_OK;
    if (result != FFX_OK)
        ms = bytes_min(ms, RETRY_MS);
    if (watch->again)
        ms = AGAIN_MS;
    watch->again = 0;
    watch->seen = 0;
    go_after(watch, STEP_SYNC, ms);
}

/* A message that cannot be deleted would count again and again; one that was
 * perhaps deleted counts. */
static void deleted(struct ffx_watch *watch, int result)
{
    if (result == FFX_OK || watch->unsure)
        want(watch, FFX_WATCH_SMS);
    if (result == FFX_OK)
        watch->again = 1; /* there may be more */
    rest(watch, result);
}

/* Deleted is what was read twice alike: noise may have moved its place. */
static void listed(struct ffx_watch *watch, int result)
{
    if (result != FFX_OK || watch->found == 0) {
        rest(watch, result);
    } else if (watch->found != watch->seen) {
        watch->seen = watch->found;
        go(watch, STEP_LIST);
    } else {
        watch->unsure = 0;
        go(watch, STEP_DELETE);
    }
}

static void conclude(struct ffx_watch *watch, int result)
{
    const enum watch_step step = (enum watch_step)watch->step;
    const int goes_on = result == FFX_OK || (rows[step].flags & ROW_OPTIONAL);
    if (watch->ending && step < STEP_REPORT_BACK)
        go(watch, STEP_REPORT_BACK);
    else if (step == STEP_LIST)
        listed(watch, result);
    else if (step == STEP_DELETE)
        deleted(watch, result);
    else if (goes_on)
        go(watch, (enum watch_step)(step + 1));
    else
        rest(watch, result);
}

/* --- sending ------------------------------------------------------------- */

static void put_argument(const struct ffx_watch *watch, struct ffx_at_text *out)
{
    if (watch->step == STEP_DELETE)
        ffx_at_put_number(out, watch->found - 1);
    else if (watch->step == STEP_REPORT_BACK)
        ffx_at_put(out, watch->report);
    else if (watch->step == STEP_FORMAT_BACK)
        ffx_at_put(out, watch->format);
}

static void send(struct ffx_watch *watch)
{
    struct ffx_at_text out;
    ffx_at_text_init(&out, watch->command, sizeof watch->command);
    ffx_at_put(&out, rows[watch->step].text);
    put_argument(watch, &out);
    ffx_at_put(&out, "\r");
    watch->out_sent = 0;
    watch->out_length = out.length;
    watch->mode = WATCH_ANSWER;
    watch->answered = 0;
    watch->limit_ms = watch->now_ms + LIST_MS;
    watch->due_ms = watch->now_ms + rows[watch->step].timeout_100ms * 100u;
    watch->place = 0;
    if (watch->step == STEP_LIST)
        watch->found = watch->again = 0;
}

static void result_is(struct ffx_watch *watch, int result)
{
    watch->out_length = watch->out_sent = 0;
    watch->unsure |= result == FFX_ERR_TIMEOUT;
    if (result != FFX_OK && watch->tries > 1) {
        watch->tries--;
        watch->mode = WATCH_PAUSE;
        watch->due_ms = watch->now_ms + QUIET_MS;
    } else {
        conclude(watch, result);
    }
}

/* --- hearing ------------------------------------------------------------- */

static const char *behind(const char *text, const char *beginning)
{
    while (*beginning != '\0')
        if (*text++ != *beginning++)
            return NULL;
    while (*text == ' ')
        text++;
    return text;
}

/* One more than the number that stands there; 0: none such. */
static uint16_t number_at(const char *text)
{
    struct ffx_at_args args;
    int32_t value;
    ffx_at_args_init(&args, text, bytes_length(text));
    return ffx_at_arg_number(&args, &value) == 1 && value >= 0 &&
                   value <= NUMBER_MAX
               ? (uint16_t)(value + 1)
               : 0;
}

/* +CMGL: <place>,<status>,[<name>],<octets>; a name may hold anything. */
static void take_head(struct ffx_watch *watch, const char *text)
{
    const char *last = text;
    watch->place = number_at(text);
    for (; *text != '\0'; text++)
        if (*text == ',')
            last = text + 1;
    watch->length = number_at(last);
}

/* A long list may take its time, as long as it goes on. */
static void wait_on(struct ffx_watch *watch)
{
    watch->due_ms =
        watch->now_ms + bytes_min(rows[STEP_LIST].timeout_100ms * 100u,
                                  until(watch, watch->limit_ms));
}

static int take_list(struct ffx_watch *watch, const struct ffx_at_event *event)
{
    char *const line = watch->config->line;
    const char *head = behind(line, "+CMGL:");
    wait_on(watch);
    if (head != NULL) {
        take_head(watch, head);
        return 1;
    }
    const uint32_t octets = message_octets(line, event->length);
    if (octets > 0 && watch->place != 0 &&
        message_counts(watch->config, (const uint8_t *)line, octets,
                       watch->length - 1u))
        watch->found = watch->place;
    if (octets > 0)
        watch->place = 0;
    return octets > 0;
}

/* Digits and commas, all of them or nothing. */
static void keep_found(struct ffx_watch *watch, char *to, uint32_t capacity,
                       const char *text)
{
    const uint32_t length = bytes_length(text);
    if (length == 0 || length >= capacity)
        return;
    for (uint32_t i = 0; i < length; i++)
        if ((text[i] < '0' || text[i] > '9') && text[i] != ',')
            return;
    memcpy(to, text, length + 1);
    watch->answered = 1;
}

/* A line of the command in hand; 0: it belongs to nobody. */
static int take_answer(struct ffx_watch *watch,
                       const struct ffx_at_event *event)
{
    const char *text;
    if (watch->mode != WATCH_ANSWER)
        return 0;
    if (watch->step == STEP_LIST)
        return take_list(watch, event);
    if (watch->step == STEP_FORMAT_FOUND &&
        (text = behind(event->text, "+CMGF:")) != NULL)
        keep_found(watch, watch->format, sizeof watch->format, text);
    if (watch->step == STEP_REPORT_FOUND &&
        (text = behind(event->text, "+CNMI:")) != NULL)
        keep_found(watch, watch->report, sizeof watch->report, text);
    return watch->answered;
}

/* The command in hand is lost. */
static void restarted(struct ffx_watch *watch)
{
    watch->tries = 1;
    watch->again = 1;
    if (watch->mode == WATCH_ANSWER)
        result_is(watch, FFX_ERR_TIMEOUT);
    else if (!watch->ending)
        rest(watch, FFX_ERR_TIMEOUT);
}

/* A message has come, or an answer is late. */
static void take_news(struct ffx_watch *watch, const char *text)
{
    static const char *const news[] = {
        "+CMTI:", "+CMT:", "+CMGL:", "SMS Ready"};
    if (bytes_same_text(text, "RDY"))
        restarted(watch);
    for (uint32_t i = 0; i < sizeof news / sizeof news[0]; i++)
        if (behind(text, news[i]) != NULL)
            go_soon(watch);
}

static void take_final(struct ffx_watch *watch, enum ffx_at_event_kind kind)
{
    const int ok = kind == FFX_AT_OK;
    if (watch->mode != WATCH_ANSWER)
        return;
    if (!ok || watch->answered || !(rows[watch->step].flags & ROW_ASKS))
        result_is(watch, ok ? FFX_OK : FFX_ERR_REFUSED);
}

static void take_event(struct ffx_watch *watch,
                       const struct ffx_at_event *event)
{
    switch (event->kind) {
    case FFX_AT_LINE:
        if (!take_answer(watch, event))
            take_news(watch, event->text);
        break;
    case FFX_AT_OK:
    case FFX_AT_ERROR:
    case FFX_AT_CME:
    case FFX_AT_CMS:
        take_final(watch, event->kind);
        break;
    case FFX_AT_TOO_LONG:
        watch->place = 0; /* its PDU, longer than one that counts */
        break;
    default:
        break;
    }
}

/* --- the engine ---------------------------------------------------------- */

static int config_check(const struct ffx_watch_config *config)
{
    const int error = message_check(config);
    if (error != FFX_OK)
        return error;
    if (config->first_ms > FFX_WATCH_LONGEST_MS ||
        config->every_ms > FFX_WATCH_LONGEST_MS ||
        config->least_ms > FFX_WATCH_LONGEST_MS ||
        config->check_ms > FFX_WATCH_LONGEST_MS ||
        config->spread_ms > FFX_WATCH_LONGEST_MS -
                                value_or(config->first_ms, config->every_ms) ||
        (config->every_ms != 0 && config->spread_ms > config->every_ms))
        return FFX_ERR_ARGUMENT;
    if (config->sender_count > 0 &&
        (config->line == NULL ||
         config->line_bytes <
             LINE_LEAST + 2 * bytes_length(message_text(config))))
        return FFX_ERR_BUFFER;
    return FFX_OK;
}

/* FNV-1a; numbers in a row end far from each other. */
uint32_t ffx_watch_seed(const char *text)
{
    uint32_t seed = 2166136261u;
    while (*text != '\0')
        seed = (seed ^ (uint8_t)*text++) * 16777619u;
    return seed;
}

/* The upper half of a product of 64 bits. */
uint32_t ffx_watch_share(uint32_t spread_ms, uint32_t seed)
{
    const uint32_t mixed = (seed ^ seed >> 16) * 2654435769u;
    return (uint32_t)(((uint64_t)(mixed ^ mixed >> 16) * (spread_ms + 1u)) >>
                      32);
}

int ffx_watch_at(struct ffx_watch *watch, uint32_t ms, uint32_t now_ms)
{
    if (ms > FFX_WATCH_LONGEST_MS)
        return FFX_ERR_ARGUMENT;
    watch->timed = 1;
    watch->time_ms = now_ms + ms;
    return FFX_OK;
}

int ffx_watch_next(const struct ffx_watch *watch, uint32_t now_ms, uint32_t *ms)
{
    const uint32_t left_ms = watch->time_ms - now_ms;
    *ms = left_ms <= INT32_MAX ? left_ms : 0;
    return watch->timed;
}

int ffx_watch_init(struct ffx_watch *watch,
                   const struct ffx_watch_config *config, uint32_t now_ms)
{
    const int error = config_check(config);
    if (error != FFX_OK)
        return error;
    memset(watch, 0, sizeof *watch);
    watch->config = config;
    watch->now_ms = now_ms;
    watch->timed = config->first_ms != 0 || config->every_ms != 0;
    watch->time_ms = now_ms + value_or(config->first_ms, config->every_ms) +
                     ffx_watch_share(config->spread_ms, config->seed);
    ffx_at_response_init(&watch->response, config->line, config->line_bytes);
    go_after(watch, STEP_SYNC, 0);
    return FFX_OK;
}

void ffx_watch_feed(struct ffx_watch *watch, const void *bytes, uint32_t length,
                    uint32_t now_ms)
{
    const char *const from = bytes;
    watch->now_ms = now_ms;
    if (!hears(watch) || watch->mode >= WATCH_DUE || length == 0)
        return;
    for (uint32_t used = 0; used < length;) {
        struct ffx_at_event event;
        used += ffx_at_response_feed(&watch->response, from + used,
                                     length - used, &event);
        take_event(watch, &event);
    }
    /* the last steps end something: they do not wait for ever */
    if (watch->mode == WATCH_PAUSE && watch->step < STEP_DELETE &&
        until(watch, watch->due_ms) < QUIET_MS)
        watch->due_ms = now_ms + QUIET_MS;
}

/* Between two commands, but a message that counts goes first. */
static int may_look(const struct ffx_watch *watch)
{
    return watch->pending != 0 && !watch->resting && !watch->ending &&
           watch->mode == WATCH_PAUSE && watch->step != STEP_DELETE;
}

uint32_t ffx_watch_poll(struct ffx_watch *watch, uint32_t now_ms)
{
    uint32_t wait_ms = UINT32_MAX;
    if (watch->mode >= WATCH_DUE)
        return wait_ms;
    tell_time(watch, now_ms);
    if (watch->mode == WATCH_ANSWER && is_past(watch, watch->due_ms))
        result_is(watch, FFX_ERR_TIMEOUT);
    if (may_look(watch)) {
        watch->mode = WATCH_DUE;
        watch->looking = watch->pending;
        watch->pending = 0;
        return wait_ms;
    }
    if (hears(watch)) {
        if (watch->mode == WATCH_PAUSE && is_past(watch, watch->due_ms))
            send(watch);
        if (watch->mode != WATCH_END)
            wait_ms = until(watch, watch->due_ms);
    }
    if (watch->timed)
        wait_ms = bytes_min(wait_ms, until(watch, watch->time_ms));
    if (watch->resting)
        wait_ms = bytes_min(wait_ms, until(watch, watch->rest_ms));
    return wait_ms;
}

const void *ffx_watch_buf(struct ffx_watch *watch, uint32_t *length)
{
    *length = watch->out_length - watch->out_sent;
    return *length > 0 ? watch->command + watch->out_sent : NULL;
}

void ffx_watch_ack(struct ffx_watch *watch, uint32_t length)
{
    watch->out_sent += bytes_min(length, watch->out_length - watch->out_sent);
}

/* --- looks --------------------------------------------------------------- */

void ffx_watch_ask(struct ffx_watch *watch)
{
    want(watch, FFX_WATCH_ASKED);
}

int ffx_watch_due(const struct ffx_watch *watch, enum ffx_watch_reason *reason)
{
    uint32_t first = FFX_WATCH_ASKED;
    if (watch->mode != WATCH_DUE)
        return 0;
    while (!(watch->looking >> first & 1u))
        first++;
    if (reason != NULL)
        *reason = (enum ffx_watch_reason)first;
    return 1;
}

void ffx_watch_resume(struct ffx_watch *watch, uint32_t now_ms)
{
    const struct ffx_watch_config *config = watch->config;
    watch->now_ms = now_ms;
    if (watch->mode != WATCH_DUE)
        return;
    next_time(watch); /* one that passed meanwhile has been looked at */
    watch->resting = 1;
    watch->rest_ms = now_ms + value_or(config->least_ms, LEAST_MS);
    ffx_at_response_init(&watch->response, config->line, config->line_bytes);
    go_after(watch, STEP_SYNC, QUIET_MS);
}

void ffx_watch_end(struct ffx_watch *watch, uint32_t now_ms)
{
    ffx_watch_resume(watch, now_ms);
    watch->now_ms = now_ms;
    if (watch->ending || watch->mode == WATCH_END)
        return;
    watch->ending = 1;
    if (!hears(watch)) {
        watch->mode = WATCH_END;
    } else if (watch->mode == WATCH_PAUSE) {
        go(watch, STEP_REPORT_BACK);
    } else {
        watch->tries = 1;
        watch->due_ms = now_ms + bytes_min(END_MS, until(watch, watch->due_ms));
        watch->limit_ms = watch->due_ms;
    }
}

int ffx_watch_ended(const struct ffx_watch *watch)
{
    return watch->mode == WATCH_END;
}
