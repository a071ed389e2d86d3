/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the driver: the walk as a table of commands, one row per AT
 * command, and the engine that runs a row.
 *
 *             build, send              OK, ERROR, time is up
 *   PAUSE ------------------> ANSWER -------------------------> done()
 *     ^ \                       | DOWNLOAD        ^               |
 *     |  \ a row without text   v                 | all sent      |
 *     |   `-----> LISTEN      DATA ---------------'               |
 *     |              | time, or a URC that matters                |
 *     `--------------+------------------ walk_go <----------------'
 *
 * done() and URC handlers only ever choose the next row: nothing recurs.
 */
#ifndef FARFIX_DRIVER_WALK_H
#define FARFIX_DRIVER_WALK_H

#include "base/bytes.h"

#include <farfix/driver.h>

enum walk_mode {
    WALK_PAUSE,  /* the row is sent when the time has come */
    WALK_ANSWER, /* sent; waits for its final result */
    WALK_DATA,   /* DOWNLOAD was said: file bytes go out */
    WALK_LISTEN, /* nothing was asked: waits for URCs */
    WALK_END
};

/* What is done with the file's bytes when they are read back. */
enum walk_reading {
    WALK_NOTHING,
    WALK_GIVE, /* only to the caller */
    WALK_HASH,
    WALK_COMPARE /* with what was pushed */
};

/* Rows, in the order of the walk. */
enum walk_step {
    STEP_SYNC,
    STEP_ECHO,
    STEP_ERRORS,
    STEP_FLOW,
    STEP_STATUS,
    STEP_MODEL,
    STEP_VERSION,
    STEP_IMEI, /* these five also after the update */
    STEP_CFUN,
    STEP_CNMP,
    STEP_CMNB,
    STEP_CONTEXT_1,

    STEP_SLEEP, /* each ...SET also at the end of the walk */
    STEP_SLEEP_SET,
    STEP_PSM,
    STEP_PSM_SET,
    STEP_EDRX,
    STEP_EDRX_SET,

    STEP_BATTERY,
    STEP_SIM,
    STEP_SIM_UNLOCK,

    STEP_CEREG,
    STEP_CGREG,
    STEP_CREG,
    STEP_RADIO_OFF,
    STEP_CONTEXT,
    STEP_RADIO_ON,
    STEP_ATTACHED,
    STEP_ATTACH,
    STEP_SIGNAL,
    STEP_BEARER,
    STEP_APN,
    STEP_LOGIN,
    STEP_OPEN,
    STEP_OPENING,
    STEP_OPENED,

    STEP_FILES_OPEN,
    STEP_FILES_REOPEN,
    STEP_FILES_CLOSE,
    STEP_OLD_SIZE,
    STEP_DELETE,
    STEP_FREE,

    STEP_HTTP_GET,
    STEP_HTTP_WAIT,
    STEP_HTTP_POLL,
    STEP_FTP_OPEN,
    STEP_FTP_BEARER,
    STEP_FTP_SERVER,
    STEP_FTP_PORT,
    STEP_FTP_USER,
    STEP_FTP_PASSWORD,
    STEP_FTP_PASSIVE,
    STEP_FTP_BINARY,
    STEP_FTP_NAME,
    STEP_FTP_PATH,
    STEP_FTP_GET,
    STEP_FTP_WAIT,
    STEP_FTP_POLL,
    STEP_HANGUP,

    STEP_PUSH_CHUNK,
    STEP_PUSH_WHERE,

    STEP_CHECK_SIZE,
    STEP_READ,

    STEP_RATE,
    STEP_RATE_FIX,
    STEP_REQUEST,
    STEP_RESET,
    STEP_UPDATING,
    STEP_BACK,
    STEP_NEW_STATUS,
    STEP_NEW_VERSION,
    STEPS
};

enum walk_flag {
    /* A refusal is an answer: go on with the next row. */
    WALK_OPTIONAL = 1,
    /* The argument is a secret: neither it nor its echo is shown. */
    WALK_SECRET = 2,
    /* An OK counts only behind a line that parse() took: "+NAME: ..." with
     * the command's own name, or any line. One without is a late answer to
     * an earlier command. */
    WALK_NAMED_LINE = 4,
    WALK_ANY_LINE = 8,
    /* ... or when file data has gone out. */
    WALK_DATA_FIRST = 16,
    /* Silence is no answer that done() could use: the walk begins anew. */
    WALK_MUST_ANSWER = 32,
    /* The file's directory and name come first: 1,"update.zip". */
    WALK_FILE = 64
};
#define WALK_LINE (WALK_NAMED_LINE | WALK_ANY_LINE)

/* 16 bytes on a Cortex-M: there are many. */
struct walk_row {
    const char *text; /* the command or its beginning, without AT; null:
                         listen */
    union {
        /* Without a LINE flag: adds the arguments; null: `text` is all. */
        void (*build)(const struct ffx_driver *driver, struct ffx_at_text *out);
        /* With one: what stands behind "+NAME:", or the whole line, as the
         * flags say; 1 when it was the answer, else the line may still be a
         * URC. */
        int (*parse)(struct ffx_driver *driver, struct ffx_at_args *args);
    } port;
    /* After OK, or when the tries are used up: result is 0,
     * FFX_ERR_REFUSED or FFX_ERR_TIMEOUT. Null: the next row, or `cause`. */
    void (*done)(struct ffx_driver *driver, int result);
    uint32_t timeout_100ms : 12;
    uint32_t state : 4; /* enum ffx_driver_state; STATES: it stays */
    uint32_t tries : 3;
    uint32_t flags : 7; /* enum walk_flag */
    uint32_t cause : 6; /* of a refusal */
};

extern const struct walk_row walk_rows[STEPS];

/* --- walk.c: choosing what comes next ------------------------------------ */

void walk_go(struct ffx_driver *driver, enum walk_step step);
void walk_go_after(struct ffx_driver *driver, enum walk_step step, uint32_t ms);
/* Ends the walk; first closes the module's file buffer when it is open, and
 * switches its power saving on again. */
void walk_end(struct ffx_driver *driver, enum ffx_cause cause);
/* The module has lost its state: from sync again, or the end with `cause`
 * when that happened too often. */
void walk_restart(struct ffx_driver *driver, enum ffx_cause cause);
/* Ends a LISTEN now. */
void walk_wake(struct ffx_driver *driver);
int walk_past(const struct ffx_driver *driver, uint32_t time_ms);
void walk_enter(struct ffx_driver *driver, enum ffx_driver_state state);
void walk_progress(struct ffx_driver *driver, uint32_t done, uint32_t total);
void walk_hold(struct ffx_driver *driver, int on);
void walk_position(struct ffx_driver *driver);
/* Takes an event of the line reader; a row's time is up; a row is due. */
void walk_event(struct ffx_driver *driver, const struct ffx_at_event *event);
void walk_act(struct ffx_driver *driver);
void walk_result(struct ffx_driver *driver, int result);
/* The row's time, or what the config makes of it. */
uint32_t walk_timeout_ms(const struct ffx_driver *driver);
static inline uint32_t walk_or(uint32_t value, uint32_t otherwise)
{
    return value != 0 ? value : otherwise;
}
/* AT+CFOTA? says 1, 2 or 4: an update is under way. */
static inline int walk_works(uint8_t status)
{
    return (1u << 1 | 1u << 2 | 1u << 4) >> status & 1u;
}
/* The next `count` parameters, when all are there and none is negative. */
int walk_numbers(struct ffx_at_args *args, int32_t *values, uint32_t count);
/* Bad news is asked for until it came twice alike, a few times at most: a byte
 * may be lost on the line. 1: it is asked for again. */
int walk_doubt(struct ffx_driver *driver, uint8_t news);
/* The end with `cause`, when it is no longer doubted. */
void walk_bad(struct ffx_driver *driver, enum ffx_cause cause);

/* --- urc.c: lines that nobody asked for ---------------------------------- */

void urc_take(struct ffx_driver *driver, const char *text);

/* --- identity.c ---------------------------------------------------------- */

void identity_begin(struct ffx_driver *driver);
void identity_sync(struct ffx_driver *driver, int result);
void identity_echo(struct ffx_driver *driver, int result);
void identity_flow(const struct ffx_driver *driver, struct ffx_at_text *out);
int identity_parse_status(struct ffx_driver *driver, struct ffx_at_args *args);
void identity_status(struct ffx_driver *driver, int result);
int identity_parse_model(struct ffx_driver *driver, struct ffx_at_args *args);
void identity_model(struct ffx_driver *driver, int result);
int identity_parse_version(struct ffx_driver *driver, struct ffx_at_args *args);
void identity_version(struct ffx_driver *driver, int result);
int identity_parse_imei(struct ffx_driver *driver, struct ffx_at_args *args);
void identity_imei(struct ffx_driver *driver, int result);
int identity_parse_context(struct ffx_driver *driver, struct ffx_at_args *args);
void identity_setting(struct ffx_driver *driver, int result);
int identity_parse_edrx(struct ffx_driver *driver, struct ffx_at_args *args);
void identity_saving(struct ffx_driver *driver, int result);
void identity_save(const struct ffx_driver *driver, struct ffx_at_text *out);
void identity_saved(struct ffx_driver *driver, int result);
int identity_parse_battery(struct ffx_driver *driver, struct ffx_at_args *args);
void identity_battery(struct ffx_driver *driver, int result);

/* --- bearer.c ------------------------------------------------------------ */

int bearer_parse_sim(struct ffx_driver *driver, struct ffx_at_args *args);
void bearer_sim(struct ffx_driver *driver, int result);
void bearer_pin(const struct ffx_driver *driver, struct ffx_at_text *out);
void bearer_unlocked(struct ffx_driver *driver, int result);
int bearer_parse_registered(struct ffx_driver *driver,
                            struct ffx_at_args *args);
void bearer_registered(struct ffx_driver *driver, int result);
void bearer_context(const struct ffx_driver *driver, struct ffx_at_text *out);
void bearer_radio_on(struct ffx_driver *driver, int result);
int bearer_parse_value(struct ffx_driver *driver, struct ffx_at_args *args);
void bearer_attached(struct ffx_driver *driver, int result);
int bearer_parse_signal(struct ffx_driver *driver, struct ffx_at_args *args);
void bearer_signal(struct ffx_driver *driver, int result);
int bearer_parse_active(struct ffx_driver *driver, struct ffx_at_args *args);
void bearer_asked(struct ffx_driver *driver, int result);
int bearer_parse_apn(struct ffx_driver *driver, struct ffx_at_args *args);
void bearer_apn(struct ffx_driver *driver, int result);
void bearer_login(const struct ffx_driver *driver, struct ffx_at_text *out);
void bearer_logged_in(struct ffx_driver *driver, int result);
void bearer_open(const struct ffx_driver *driver, struct ffx_at_text *out);
void bearer_opening(struct ffx_driver *driver, int result);
void bearer_opened(struct ffx_driver *driver, int result);
void bearer_close(const struct ffx_driver *driver, struct ffx_at_text *out);

/* --- files.c: the bracket of AT+CFS*, space, size, read-back ------------- */

/* AT+CFSINIT, then `then`. */
void files_open(struct ffx_driver *driver, enum walk_step then);
/* AT+CFSTERM, then `then`; STEPS: then the end with driver->end_cause. */
void files_close(struct ffx_driver *driver, enum walk_step then);
void files_opened(struct ffx_driver *driver, int result);
void files_reopened(struct ffx_driver *driver, int result);
void files_closed(struct ffx_driver *driver, int result);
void files_space(struct ffx_driver *driver);
int files_parse_size(struct ffx_driver *driver, struct ffx_at_args *args);
void files_old_size(struct ffx_driver *driver, int result);
void files_deleted(struct ffx_driver *driver, int result);
void files_free(struct ffx_driver *driver, int result);
void files_check_size(struct ffx_driver *driver, int result);
void files_read(const struct ffx_driver *driver, struct ffx_at_text *out);
int files_parse_read(struct ffx_driver *driver, struct ffx_at_args *args);
void files_data(struct ffx_driver *driver, const void *bytes, uint32_t length);
void files_chunk_read(struct ffx_driver *driver, int result);
/* 1,"update.zip" */
void files_name(const struct ffx_driver *driver, struct ffx_at_text *out);
/* Which file it is, and how it is read back. */
void files_begin(struct ffx_driver *driver);
/* Losses make chunks smaller, what arrives makes them larger. */
void files_adapt(struct ffx_driver *driver, int lost);
/* The file is known up to there, of so many. */
void files_advance(struct ffx_driver *driver, uint32_t to, uint32_t total);
/* Most bytes of one CFSWFILE or CFSRFILE. */
uint32_t files_chunk_bytes(const struct ffx_driver *driver);

/* --- fetch.c: HTTP and FTP ----------------------------------------------- */

void fetch_begin(struct ffx_driver *driver);
void fetch_http_build(const struct ffx_driver *driver, struct ffx_at_text *out);
void fetch_http_started(struct ffx_driver *driver, int result);
void fetch_waited(struct ffx_driver *driver, int result);
void fetch_polled(struct ffx_driver *driver, int result);
int fetch_parse_http(struct ffx_driver *driver, struct ffx_at_args *args);
void fetch_ftp_text(const struct ffx_driver *driver, struct ffx_at_text *out);
void fetch_ftp_port(const struct ffx_driver *driver, struct ffx_at_text *out);
void fetch_ftp_started(struct ffx_driver *driver, int result);
int fetch_parse_ftp(struct ffx_driver *driver, struct ffx_at_args *args);
void fetch_hung_up(struct ffx_driver *driver, int result);
/* The file is not what it must be, or did not come: again, or the end. */
void fetch_failed(struct ffx_driver *driver, enum ffx_cause cause, int again);
/* +HTTPTOFS: and +FTPEXTGETFILE: */
void fetch_http_urc(struct ffx_driver *driver, struct ffx_at_args *args);
void fetch_ftp_urc(struct ffx_driver *driver, struct ffx_at_args *args);
/* Adds what was received to the data that was paid for. */
void fetch_charge(struct ffx_driver *driver);

/* --- push.c -------------------------------------------------------------- */

void push_begin(struct ffx_driver *driver);
void push_build(const struct ffx_driver *driver, struct ffx_at_text *out);
/* Next file bytes into the output, or wait for the OK. */
void push_refill(struct ffx_driver *driver);
void push_sent(struct ffx_driver *driver, int result);
void push_where(struct ffx_driver *driver, int result);

/* --- update.c ------------------------------------------------------------ */

/* Somebody has started it already. */
void update_watch(struct ffx_driver *driver);
void update_rate(struct ffx_driver *driver, int result);
void update_rate_build(const struct ffx_driver *driver,
                       struct ffx_at_text *out);
void update_requested(struct ffx_driver *driver, int result);
void update_waited(struct ffx_driver *driver, int result);
void update_back(struct ffx_driver *driver, int result);
void update_confirm(struct ffx_driver *driver);
void update_status(struct ffx_driver *driver, int result);
void update_version(struct ffx_driver *driver, int result);
void update_urc(struct ffx_driver *driver, struct ffx_at_args *args);
/* RDY while an update runs. */
void update_rebooted(struct ffx_driver *driver);

#endif
