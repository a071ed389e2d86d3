/* SPDX-License-Identifier: Apache-2.0 */
#include "driver/walk.h"

/* How often a module may lose its state in one walk. */
#define RESTARTS 3u
#define DOUBTS 5u
#define PAUSE_MS 500u          /* between two tries of a command */
#define PAUSE_TIMEOUT_MS 1000u /* ... after one without an answer */

/* --- events -------------------------------------------------------------- */

/* Whole percent; a product with 100 must fit 32 bits. */
static uint32_t percent_of(uint32_t done, uint32_t total)
{
    if (total > UINT32_MAX / 100u) {
        total >>= 7;
        done >>= 7;
    }
    return total == 0 ? 0 : bytes_min(done, total) * 100u / total;
}

static void emit(struct ffx_driver *driver, enum ffx_driver_event_kind kind,
                 const char *text, uint32_t done, uint32_t total)
{
    const struct ffx_driver_event event = {
        .kind = kind,
        .state = (enum ffx_driver_state)driver->state,
        .text = text,
        .done = done,
        .total = total,
        .percent = percent_of(done, total),
        .on = driver->hold,
        .cause = (enum ffx_cause)driver->cause,
        .detail = driver->detail,
    };
    if (driver->config->event != NULL)
        driver->config->event(driver->config->context, &event);
}

static void emit_text(struct ffx_driver *driver,
                      enum ffx_driver_event_kind kind, const char *text)
{
    emit(driver, kind, text, 0, 0);
}

void walk_enter(struct ffx_driver *driver, enum ffx_driver_state state)
{
    if (driver->state == (uint8_t)state)
        return;
    driver->state = (uint8_t)state;
    emit_text(driver, FFX_DRIVER_STATE, "");
}

void walk_progress(struct ffx_driver *driver, uint32_t done, uint32_t total)
{
    emit(driver, FFX_DRIVER_PROGRESS, "", done, total);
}

void walk_hold(struct ffx_driver *driver, int on)
{
    if (driver->hold == (uint8_t)on)
        return;
    driver->hold = (uint8_t)on;
    emit_text(driver, FFX_DRIVER_HOLD_POWER, "");
}

void walk_position(struct ffx_driver *driver)
{
    emit_text(driver, FFX_DRIVER_POSITION, "");
}

/* --- what comes next ----------------------------------------------------- */

int walk_past(const struct ffx_driver *driver, uint32_t time_ms)
{
    return (int32_t)(driver->now_ms - time_ms) >= 0;
}

static void pause_for(struct ffx_driver *driver, uint32_t ms)
{
    driver->mode = WALK_PAUSE;
    driver->due_ms = driver->now_ms + ms;
    ffx_at_response_raw(&driver->response, 0);
}

void walk_go_after(struct ffx_driver *driver, enum walk_step step, uint32_t ms)
{
    if (driver->step != step)
        driver->doubts = 0;
    driver->step = (uint8_t)step;
    driver->tries = walk_rows[step].tries;
    pause_for(driver, ms);
}

void walk_go(struct ffx_driver *driver, enum walk_step step)
{
    walk_go_after(driver, step, 0);
}

void walk_wake(struct ffx_driver *driver)
{
    if (driver->mode == WALK_LISTEN)
        driver->due_ms = driver->now_ms;
}

/* What power saving the module must be told to take up again; it cannot hear
 * that in mid-update. */
static uint8_t owed(struct ffx_driver *driver, enum ffx_cause cause)
{
    if (cause == FFX_CAUSE_NO_ANSWER || cause == FFX_CAUSE_POWERED_DOWN ||
        cause == FFX_CAUSE_UPDATE_TIMEOUT)
        return 0;
    return driver->ending ? driver->owed : driver->position.saving;
}

void walk_end(struct ffx_driver *driver, enum ffx_cause cause)
{
    if (driver->mode == WALK_END)
        return;
    driver->end_cause = (uint8_t)cause;
    if (driver->bracket) {
        files_close(driver, STEPS);
        return;
    }
    driver->owed = owed(driver, cause);
    driver->ending = 1;
    if (driver->owed != 0) {
        walk_go(driver, driver->owed & FFX_SAVING_SLEEP ? STEP_SLEEP_SET
                        : driver->owed & FFX_SAVING_PSM ? STEP_PSM_SET
                                                        : STEP_EDRX_SET);
        return;
    }
    if (cause != FFX_CAUSE_UPDATE_TIMEOUT)
        walk_hold(driver, 0);
    driver->mode = WALK_END;
    driver->cause = (uint8_t)cause;
    driver->out_length = driver->out_sent = 0;
    walk_enter(driver, FFX_DRIVER_END);
    emit_text(driver, FFX_DRIVER_FINISHED, "");
}

void walk_restart(struct ffx_driver *driver, enum ffx_cause cause)
{
    fetch_charge(driver);
    driver->bracket = 0;
    if (++driver->restarts > RESTARTS)
        walk_end(driver, cause);
    else
        identity_begin(driver);
}

/* --- sending ------------------------------------------------------------- */

static const struct walk_row *row_of(const struct ffx_driver *driver)
{
    return &walk_rows[driver->step];
}

/* The command and its CR into the command buffer, as it is sent or as it may
 * be shown. 0: it does not fit. */
static int build(struct ffx_driver *driver, const struct walk_row *row,
                 int show)
{
    struct ffx_at_text out;
    ffx_at_text_init(&out, driver->config->command,
                     driver->config->command_bytes);
    ffx_at_put(&out, "AT");
    ffx_at_put(&out, row->text);
    if (row->flags & WALK_FILE)
        files_name(driver, &out);
    if (show && (row->flags & WALK_SECRET))
        ffx_at_put(&out, "***");
    else if (driver->step == STEP_READ) /* the one row with arguments and an
                                           answer */
        files_read(driver, &out);
    else if (!(row->flags & WALK_LINE) && row->port.build != NULL)
        row->port.build(driver, &out);
    ffx_at_put_bytes(&out, show ? "" : "\r", 1);
    driver->out_sent = 0;
    driver->out_length = out.overflow ? 0 : out.length;
    return !out.overflow;
}

uint32_t walk_timeout_ms(const struct ffx_driver *driver)
{
    const uint32_t least = driver->config->limits.command_ms;
    const uint32_t own = row_of(driver)->timeout_100ms * 100u;
    return own > least ? own : least;
}

static void send(struct ffx_driver *driver)
{
    const struct walk_row *row = row_of(driver);
    if (build(driver, row, 1))
        emit_text(driver, FFX_DRIVER_SENT, driver->config->command);
    if (!build(driver, row, 0)) {
        walk_end(driver, FFX_CAUSE_CONFIG);
        return;
    }
    driver->mode = WALK_ANSWER;
    driver->due_ms = driver->now_ms + walk_timeout_ms(driver);
    driver->answered = 0;
    driver->cme = -1;
    driver->value = -1;
}

/* The row is over; one without a done() of its own goes on, or the download
 * it leads to has failed: FTP's settings are refused as well while a transfer
 * that an earlier walk began still runs. */
static void conclude(struct ffx_driver *driver, int result)
{
    const struct walk_row *row = row_of(driver);
    if (row->done != NULL)
        row->done(driver, result);
    else if (result == FFX_OK || (row->flags & WALK_OPTIONAL))
        walk_go(driver, (enum walk_step)(driver->step + 1));
    else
        fetch_failed(driver, (enum ffx_cause)row->cause, 1);
}

void walk_act(struct ffx_driver *driver)
{
    const struct walk_row *row = row_of(driver);
    if (driver->mode == WALK_LISTEN) {
        conclude(driver, FFX_ERR_TIMEOUT);
        return;
    }
    if (driver->mode != WALK_PAUSE) {
        walk_result(driver, FFX_ERR_TIMEOUT);
        return;
    }
    if (row->state != FFX_DRIVER_STATES)
        walk_enter(driver, (enum ffx_driver_state)row->state);
    if (row->text != NULL) {
        send(driver);
        return;
    }
    driver->mode = WALK_LISTEN;
    driver->due_ms = driver->now_ms + row->timeout_100ms * 100u;
}

/* --- hearing ------------------------------------------------------------- */

/* When no answer comes, the CR may have got lost: end the line, so that the
 * next command is not glued to it. What that brings falls into the pause and
 * is nobody's answer. */
static void end_line(struct ffx_driver *driver)
{
    if (driver->mode != WALK_PAUSE)
        return;
    driver->config->command[0] = '\r';
    driver->out_length = 1;
    if (walk_past(driver, driver->due_ms - PAUSE_TIMEOUT_MS))
        driver->due_ms = driver->now_ms + PAUSE_TIMEOUT_MS;
}

void walk_result(struct ffx_driver *driver, int result)
{
    const struct walk_row *row = row_of(driver);
    /* a chunk's DOWNLOAD may be what got lost: a CR would be its first byte */
    const int stuck =
        result == FFX_ERR_TIMEOUT && !(row->flags & WALK_DATA_FIRST);
    driver->out_length = driver->out_sent = 0;
    /* half an OK must not become whole by the next line's CR */
    if (result == FFX_ERR_TIMEOUT)
        driver->response.length = 0;
    if (result != FFX_OK && driver->tries > 1) {
        driver->tries--;
        pause_for(driver, PAUSE_MS);
    } else if (result == FFX_ERR_TIMEOUT && (row->flags & WALK_MUST_ANSWER)) {
        walk_restart(driver, FFX_CAUSE_NO_ANSWER);
    } else {
        conclude(driver, result);
    }
    if (stuck)
        end_line(driver);
}

int walk_numbers(struct ffx_at_args *args, int32_t *values, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (ffx_at_arg_number(args, &values[i]) != 1 || values[i] < 0)
            return 0;
    return 1;
}

int walk_doubt(struct ffx_driver *driver, uint8_t news)
{
    if (driver->doubts != 0 &&
        (driver->news == news || driver->doubts == DOUBTS))
        return 0;
    driver->doubts++;
    driver->news = news;
    walk_go_after(driver, (enum walk_step)driver->step, PAUSE_MS);
    return 1;
}

void walk_bad(struct ffx_driver *driver, enum ffx_cause cause)
{
    if (!walk_doubt(driver, (uint8_t)cause))
        walk_end(driver, cause);
}

/* The command in hand, as the module sends it back with echo on. */
static int is_echo(const struct ffx_driver *driver,
                   const struct ffx_at_event *event)
{
    return driver->mode == WALK_ANSWER && driver->out_length > 0 &&
           event->length + 1 == driver->out_length &&
           memcmp(event->text, driver->config->command, event->length) == 0;
}

/* An echo may carry a secret, perhaps damaged, perhaps late. */
static int is_secret(const struct ffx_driver *driver, const char *text,
                     int echo)
{
    const int secret = (row_of(driver)->flags & WALK_SECRET) != 0;
    return secret || (!echo && bytes_begins(text, "AT+"));
}

/* What stands behind "+NAME:" when the line has the command's name. */
static const char *behind_name(const char *line, const char *command)
{
    while (*line == *command && *line != '\0') {
        line++;
        command++;
    }
    const int whole = *command == '\0' || *command == '?' || *command == '=';
    return whole && *line == ':' ? line + 1 : NULL;
}

/* The line of the command in hand; 0: it belongs to nobody. */
static int take_answer(struct ffx_driver *driver, const char *line)
{
    const struct walk_row *row = row_of(driver);
    struct ffx_at_args args;
    if (driver->mode != WALK_ANSWER || !(row->flags & WALK_LINE))
        return 0;
    if (row->flags & WALK_NAMED_LINE)
        line = behind_name(line, row->text);
    if (line == NULL)
        return 0;
    ffx_at_args_init(&args, line, bytes_length(line));
    if (row->port.parse(driver, &args) != 1)
        return 0;
    driver->answered = 1;
    return 1;
}

static void take_line(struct ffx_driver *driver,
                      const struct ffx_at_event *event)
{
    const int echo = is_echo(driver, event);
    emit_text(driver, FFX_DRIVER_HEARD,
              is_secret(driver, event->text, echo) ? "***" : event->text);
    if (!echo) {
        if (!take_answer(driver, event->text))
            urc_take(driver, event->text);
    } else if (driver->echo_off && !driver->updating) {
        /* It was off: the module has restarted without saying so. */
        walk_restart(driver, FFX_CAUSE_RESET);
    }
}

static int ok_counts(const struct ffx_driver *driver)
{
    const uint32_t first = WALK_LINE | WALK_DATA_FIRST;
    return driver->mode == WALK_ANSWER &&
           (driver->answered || !(row_of(driver)->flags & first));
}

static void take_final(struct ffx_driver *driver,
                       const struct ffx_at_event *event)
{
    const int ok = event->kind == FFX_AT_OK;
    emit_text(driver, FFX_DRIVER_HEARD, event->text);
    if (driver->mode != WALK_ANSWER && driver->mode != WALK_DATA)
        return;
    if (ok && !ok_counts(driver))
        return;
    if (event->kind == FFX_AT_CME)
        driver->cme = event->code;
    walk_result(driver, ok ? FFX_OK : FFX_ERR_REFUSED);
}

static void take_prompt(struct ffx_driver *driver,
                        const struct ffx_at_event *event)
{
    emit_text(driver, FFX_DRIVER_HEARD, event->text);
    if (driver->mode != WALK_ANSWER || driver->step != STEP_PUSH_CHUNK ||
        driver->answered)
        return;
    driver->mode = WALK_DATA;
    driver->data_bytes = 0;
    driver->out_length = driver->out_sent = 0;
    driver->due_ms = driver->now_ms + walk_timeout_ms(driver);
    push_refill(driver);
}

void walk_event(struct ffx_driver *driver, const struct ffx_at_event *event)
{
    if (driver->mode == WALK_END)
        return;
    switch (event->kind) {
    case FFX_AT_LINE:
        take_line(driver, event);
        break;
    case FFX_AT_OK:
    case FFX_AT_ERROR:
    case FFX_AT_CME:
    case FFX_AT_CMS:
        take_final(driver, event);
        break;
    case FFX_AT_PROMPT:
        take_prompt(driver, event);
        break;
    case FFX_AT_DATA:
        files_data(driver, event->text, event->length);
        break;
    case FFX_AT_NOTHING:
    case FFX_AT_TOO_LONG:
        break;
    }
}
