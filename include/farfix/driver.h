/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The update driver: walks a SIM7000 module from its first "AT" to an
 * AT+GMR that names the new version, or to a named cause (application note
 * "SIM7000 Series FOTA" V1.01; AT manual V1.06).
 *
 * It is an engine without I/O. The caller owns the pipe and the clock:
 *
 *   for (;;) {
 *       wait_ms = ffx_driver_poll(&driver, now);         may queue bytes
 *       while ((bytes = ffx_driver_buf(&driver, &n)))
 *           ffx_driver_ack(&driver, uart_write(bytes, n));
 *       if (ffx_driver_finished(&driver)) break;
 *       n = uart_read(bytes, wait_ms);                   any chunking
 *       ffx_driver_feed(&driver, bytes, n, now);
 *   }
 *
 * A UART interrupt, an RTOS task, a test with virtual time: the same loop.
 * The pipe is 8N1, raw: no line editing, no translation of CR and LF.
 *
 * The walk: sync, echo and errors, identity and snapshot, battery, SIM,
 * registration, bearer, space, download (HTTP, FTP, or push through the AT
 * port), size and read-back, AT+CFOTA=1, the reset, AT+CFOTA? and AT+GMR read
 * twice alike, comparison with the snapshot. Success is CFOTA 6 *and* GMR
 * equal to `to`; nothing the module prints in between counts as success.
 * Each wait has a limit, each retry a count, each end a cause: a module may
 * lose its state three times in a walk (RESET, NO_ANSWER), each download try
 * ends after download_ms, the update after update_ms. With a module that
 * answers and a network that is there a walk takes its bytes' time on the air
 * and on the line and two minutes at most; a cut of either side in the midst of
 * it included (tests/driver/test_two_party).
 *
 * It may be started at any moment of any earlier walk: an update that runs is
 * waited for, a module in recovery (CFOTA 3, 5) gets its package again, and
 * an update.zip that is already whole, as size and digest tell or a comparison
 * with `package`, is not fetched again. Not thread safe; callbacks must not
 * call back.
 */
#ifndef FARFIX_DRIVER_H
#define FARFIX_DRIVER_H

#include <farfix/at.h>
#include <farfix/crypto.h>
#include <farfix/error.h>
#include <farfix/flash.h>

#ifdef __cplusplus
extern "C" {
#endif

/* --- how it can end ------------------------------------------------------ */

enum ffx_cause {
    FFX_CAUSE_DONE,    /* the module runs `to`, verified */
    FFX_CAUSE_NOTHING, /* it already did */
    FFX_CAUSE_DRY_RUN, /* everything up to the download is in order */
    FFX_CAUSE_FETCHED, /* config.file: it lies in the module, as it must be */

    /* the module */
    FFX_CAUSE_NO_ANSWER,
    FFX_CAUSE_RESET, /* it restarted again and again, unasked */
    FFX_CAUSE_POWERED_DOWN,
    FFX_CAUSE_BATTERY,
    FFX_CAUSE_NO_IDENTITY,
    FFX_CAUSE_NO_FOTA,
    FFX_CAUSE_WRONG_MODEL,
    FFX_CAUSE_WRONG_SOURCE,

    /* SIM, radio, bearer */
    FFX_CAUSE_NO_SIM,
    FFX_CAUSE_SIM_PIN,
    FFX_CAUSE_SIM_PUK,
    FFX_CAUSE_NOT_REGISTERED,
    FFX_CAUSE_NO_SIGNAL,
    FFX_CAUSE_NO_BEARER,

    /* download; detail: HTTP status or FTP error as the module said it */
    FFX_CAUSE_DOWNLOAD_REFUSED,
    FFX_CAUSE_DNS,
    FFX_CAUSE_SERVER,
    FFX_CAUSE_TLS,
    FFX_CAUSE_NOT_FOUND,
    FFX_CAUSE_HTTP_REFUSED, /* other 4xx */
    FFX_CAUSE_HTTP_FAILED,  /* 5xx */
    FFX_CAUSE_HTTP_STATUS,  /* none of the above: a redirect, 65535 */
    FFX_CAUSE_FTP_LOGIN,
    FFX_CAUSE_FTP_FILE,
    FFX_CAUSE_FTP_FAILED,
    FFX_CAUSE_FTP_UNSUPPORTED,
    FFX_CAUSE_STALLED,
    FFX_CAUSE_DATA_LIMIT,

    /* files */
    FFX_CAUSE_FILES, /* the AT+CFS commands do not answer as they should */
    FFX_CAUSE_NO_SPACE,
    FFX_CAUSE_SOURCE, /* push: read_at failed */
    FFX_CAUSE_NOISE,  /* push: chunks keep getting lost */
    FFX_CAUSE_SIZE,
    FFX_CAUSE_DIGEST,

    /* the update; detail: AT+CFOTA? */
    FFX_CAUSE_NO_PACKAGE, /* AT+CFOTA=1 was refused; detail: CME or -1 */
    FFX_CAUSE_NOT_STARTED,
    FFX_CAUSE_REFUSED,
    FFX_CAUSE_FAILED_MODEM,
    FFX_CAUSE_FAILED_AP,
    FFX_CAUSE_VERSION,
    FFX_CAUSE_CHANGED, /* detail: enum ffx_driver_setting */
    FFX_CAUSE_UPDATE_TIMEOUT,
    FFX_CAUSE_BUSY, /* config.file: an update is under way */

    FFX_CAUSE_CONFIG, /* a setting cannot stand in an AT command line */
    FFX_CAUSES
};

/* "no-answer": for logs and JSON; stable. */
const char *ffx_cause_name(enum ffx_cause cause);
/* "the module does not answer": lower case, no full stop. */
const char *ffx_cause_text(enum ffx_cause cause);
/* "check power and ...": what a person does next; "" when all is well. */
const char *ffx_cause_advice(enum ffx_cause cause);
/*
 * The "Update Result" (resource 5) of LwM2M's object 5, Firmware Update, that
 * tells a server the same; for devices that report by it. One for every cause:
 *
 *   0 initial value                            dry-run: nothing was tried
 *   1 updated successfully                     done, nothing
 *   2 not enough flash memory                  no-space
 *   3 out of RAM during the download           none: the module streams it
 *   4 connection lost during the download      SIM, radio, bearer, server, TLS
 *   5 integrity check failed                   size, digest
 *   6 unsupported package type                 wrong-model, wrong-source
 *   7 invalid URI                              dns, not-found, other answers
 *                                              that the next try gets as well
 *   8 firmware update failed                   everything else
 *   9 unsupported protocol                     ftp-unsupported
 *
 * A cause that has no number of its own there is 8, never a number that the
 * standard does not define: servers know none. 8 as well for a number that is
 * no cause.
 */
unsigned ffx_cause_lwm2m(enum ffx_cause cause);

/* --- what it says on the way --------------------------------------------- */

enum ffx_driver_state {
    FFX_DRIVER_SYNC,
    FFX_DRIVER_IDENTITY,
    FFX_DRIVER_PREFLIGHT, /* battery, SIM */
    FFX_DRIVER_NETWORK,   /* registration, bearer */
    FFX_DRIVER_SPACE,
    FFX_DRIVER_DOWNLOAD,
    FFX_DRIVER_CHECK,
    FFX_DRIVER_UPDATE,
    FFX_DRIVER_CONFIRM,
    FFX_DRIVER_END,
    FFX_DRIVER_STATES
};

/* "sync", "identity", ... */
const char *ffx_driver_state_name(enum ffx_driver_state state);

enum ffx_driver_event_kind {
    FFX_DRIVER_STATE,    /* state: entered */
    FFX_DRIVER_PROGRESS, /* state DOWNLOAD, CHECK, UPDATE: done, total,
                            percent; total 0 while unknown */
    /* Power: nobody may touch the module's supply or its reset pin from
     * `on` = 1 to `on` = 0. When the walk ends without the 0
     * (UPDATE_TIMEOUT), the module may still be at work. */
    FFX_DRIVER_HOLD_POWER,
    FFX_DRIVER_POSITION, /* ffx_driver_position() changed: store it */
    FFX_DRIVER_SENT,     /* text: a command, secrets as *** */
    FFX_DRIVER_HEARD,    /* text: a line of the module */
    FFX_DRIVER_FINISHED  /* cause, detail */
};

struct ffx_driver_event {
    enum ffx_driver_event_kind kind;
    enum ffx_driver_state state;
    const char *text;
    uint32_t done, total; /* bytes; UPDATE: percent of 100 */
    uint32_t percent;
    uint8_t on;
    enum ffx_cause cause;
    int32_t detail;
};

/* Settings that an update must not change. */
enum ffx_driver_setting {
    FFX_SETTING_IMEI = 1,
    FFX_SETTING_CFUN,
    FFX_SETTING_CNMP,
    FFX_SETTING_CMNB,
    FFX_SETTING_APN /* of context 1, AT+CGDCONT */
};

struct ffx_driver_snapshot {
    char imei[16]; /* "" while unknown */
    /* CFUN, CNMP, CMNB, and 15 bits of a sum over the APN's characters: by
     * enum ffx_driver_setting, less FFX_SETTING_CFUN; -1 while unknown. */
    int16_t settings[FFX_SETTING_APN - FFX_SETTING_CFUN + 1];
};

/* Power saving that a walk switches off, since a module that sleeps answers
 * nothing, and on again at its end. */
enum ffx_driver_saving {
    FFX_SAVING_SLEEP = 1, /* AT+CSCLK=1: sleeps while DTR is high */
    FFX_SAVING_PSM = 2,   /* AT+CPSMS=1 */
    FFX_SAVING_EDRX = 4   /* AT+CEDRXRDP says that it is in use */
};

/*
 * What must survive a reset of the caller's own MCU, and no more: where the
 * module stands, it says itself (CFOTA?, GMR, CFSGFIS), so the walk always
 * begins at sync. Kept here: whether AT+CFOTA=1 was said (then 6 means "done"
 * and 7 "refused", not "nothing to do" and "left over"), the settings before
 * it, the data that was paid for, and what power saving is owed. Store it at
 * each POSITION event (at most one per download try, two per update, and two
 * for each saving). When the walk has finished, erase it, unless `saving` is
 * not 0 (the module could not be told): then it belongs to the next walk.
 */
struct ffx_driver_position {
    uint32_t data_used; /* bytes over the air in all tries so far */
    uint8_t requested;  /* AT+CFOTA=1 was said */
    uint8_t saving;     /* switched off: bits, enum ffx_driver_saving */
    char edrx[8];       /* with its bit, e.g. 5,"0010": NB-IoT, 20.48 s */
    struct ffx_driver_snapshot before;
};

/* What the module said about itself; read it whenever you like. */
struct ffx_driver_found {
    char model[17];      /* "SIM7000G"; "" while unknown, as all texts here */
    char version[33];    /* AT+GMR, behind "Revision:" */
    char before[33];     /* AT+GMR at the beginning of this walk */
    uint8_t status;      /* AT+CFOTA?, 1..8; 0 while unknown */
    uint8_t rssi;        /* AT+CSQ, 0..31; 99 while unknown. < 10: weak */
    uint16_t millivolts; /* AT+CBC; 0 while unknown */
    uint32_t free_bytes; /* AT+CFSGFRS */
};

/* --- what it must know --------------------------------------------------- */

enum ffx_route {
    FFX_ROUTE_HTTP, /* `url`, http:// or https:// (note 5.2.1) */
    FFX_ROUTE_FTP,  /* `ftp` (note 5.2.2); with `url` as fall-back for
                      firmware without AT+FTPEXTGET=2 */
    FFX_ROUTE_PUSH  /* `package`, through the AT port (note 5.2.3): needs no
                      SIM and no network */
};

/* Which grammar AT+CNACT and AT+CNCFG have. */
enum ffx_dialect {
    FFX_DIALECT_AUTO,    /* SIM7000, then what the note prints */
    FFX_DIALECT_SIM7000, /* AT manual V1.06 */
    FFX_DIALECT_SIM7070  /* SIM7070/7080/7090 and the note's AT+CNACT=1,1 */
};

struct ffx_driver_ftp {
    const char *host, *user, *password;
    const char *path; /* directory; begins and ends with '/' */
    const char *name; /* file on the server */
    uint16_t port;    /* 0: 21 */
};

/* Facts of the package, verified by the caller (src/package reads them from
 * `next` documents and side-files). The driver knows no signatures. */
struct ffx_driver_facts {
    const char *to;        /* required, but not for `file` */
    const char *from;      /* null: any source version */
    const char *model;     /* null: any model */
    uint32_t size;         /* bytes; 0: unknown (push: package.size) */
    const uint8_t *sha256; /* 32 bytes; null: unknown. Needs `crypto` */
};

/*
 * A file that is not the module's own update: a `next` document, a package
 * for the caller's own MCU. The walk brings it into the module as it brings
 * update.zip, compares size and digest when the facts have them, and ends
 * there with FFX_CAUSE_FETCHED: no AT+CFOTA=1. Of the facts, `to` and `from`
 * are not looked at. FFX_CAUSE_BUSY when the module updates itself meanwhile.
 */
struct ffx_driver_file {
    /* "/customer/app.zip": one of the directories /custapp/ /fota/ /datatx/
     * /customer/ (AT manual, chapter 15), told apart by their lengths, and a
     * name. An old file there is replaced. AT+HTTPTOFS does not take /datatx/
     * (9.2.14). */
    const char *path;
    /* Null, or takes the bytes as they are read back: in order, but again
     * from an earlier `offset`, also 0, after a disturbance. They are good
     * once the walk has ended with FETCHED: as good as the facts, and with no
     * digest only as good as the serial line. */
    void (*bytes)(void *context, uint32_t offset, const void *bytes,
                  uint32_t length);
};

/* 0 means the default in brackets. */
struct ffx_driver_limits {
    uint32_t data_bytes;     /* over the air, all tries [no limit] */
    uint32_t download_tries; /* downloads, or whole pushes [5] */
    uint32_t millivolts;     /* least supply voltage [3300] */
    uint32_t command_ms;     /* least time for any answer [per command] */
    uint32_t sync_ms;        /* first answer; > 10 s, so that a module that
                         waits for file data gives up [30,000] */
    uint32_t register_ms;    /* registration [180,000] */
    uint32_t bearer_ms;      /* each way to open the bearer [60,000] */
    uint32_t stall_ms;       /* download without a new byte [300,000] */
    uint32_t download_ms;    /* one try [3,600,000] */
    uint32_t update_ms;      /* CFOTA=1 to the confirmed end [600,000] */
    uint32_t chunk_bytes;    /* push and read-back, at most 10,000 [10,000,
                             or what the baud rate moves in 8 s] */
};

struct ffx_driver_config {
    /* Buffers; the driver keeps using them until it has finished. */
    char *line;             /* answers; longer lines are ignored */
    uint32_t line_bytes;    /* >= 96 */
    char *command;          /* commands, and file data on its way out */
    uint32_t command_bytes; /* >= 96; HTTP: length of `url` + 48, or more
                               when the file has a long name */

    enum ffx_route route;
    enum ffx_dialect dialect;
    uint8_t dry_run; /* stop before anything is changed or paid for */
    uint8_t rts_cts; /* 1: AT+IFC=2,2, wires are there; 0: AT+IFC=0,0 */
    /* Without flow control some modules lose bytes of long lines: send at
     * most `pace_bytes`, then wait `pace_ms`. 0: no pauses. */
    uint16_t pace_bytes, pace_ms;
    /* Read when it is sent: it may be completed once `found` is known, at the
     * latest at the event that state NETWORK is entered. */
    const char *url;
    const struct ffx_driver_ftp *ftp;
    struct ffx_read_at package;

    const struct ffx_driver_file *file; /* null: /fota/update.zip, updated */

    struct ffx_driver_facts facts;
    struct ffx_driver_limits limits;

    /* Null: none. `apn` goes before the one that the network delivers. */
    const char *sim_pin, *apn, *user, *password;

    /* The line: baud rate, or 0 when it is no UART (PTY, TCP, USB). A
     * module in auto-baud is set to this rate, so that its boot messages
     * and its update progress can be read. */
    uint32_t baud;

    /* Digest of the read-back; null when facts.sha256 is null. Push compares
     * the bytes themselves and needs no digest. */
    const struct ffx_crypto *crypto;

    /* From an earlier walk that was cut off; null: none. Copied. */
    const struct ffx_driver_position *position;

    /* May be null. `event` and its text live until it returns. */
    void (*event)(void *context, const struct ffx_driver_event *event);
    void *context;
};

/* --- the engine ---------------------------------------------------------- */

/* Download in flight. */
struct ffx_driver_fetch {
    uint32_t received, total, stall_ms, end_ms;
    int32_t status; /* HTTP status or FTP error; -1 while none */
    uint8_t ended, unpolled, idle_polls, silent_polls;
};

/* Caller-allocated; not to be moved after init; needs no end. Only `found`
 * is for you. */
struct ffx_driver {
    /* bytes first, and the first 32 of them most used: a Cortex-M reaches
     * those with short instructions */
    uint8_t mode, step, reading, bearer_way, bracket, updating, mismatch;
    uint8_t then, state, reuse, rebooted, end_cause, chunk_tries;
    uint8_t answered, round, ending;
    uint8_t owed; /* what power saving is still to be switched on */
    uint8_t confirming, recovery, download_tries, tries, hold;
    uint8_t echo_off, doubts, cause, bearer_down, reset_asked;
    uint8_t pin_sent, news, networks, ftp_refused;
    uint8_t first_cause, files_tries, attached_by_hand, sim_tries;
    uint8_t restarts, requests;
    const struct ffx_driver_config *config;
    const struct ffx_driver_file *file;
    uint32_t now_ms, due_ms;
    uint32_t limit_ms;             /* sync, registration, bearer, grace */
    uint32_t update_ms;            /* end of the update's time */
    uint32_t out_length, out_sent; /* out_sent <= out_length */
    uint32_t pace_left, pace_due_ms;
    uint32_t offset, chunk, data_bytes; /* push and read-back */
    uint32_t size;                      /* of the file in the module */
    uint32_t expected;                  /* 0: unknown */
    int32_t detail, cme, value;
    struct ffx_driver_fetch fetch;
    struct ffx_at_response response;
    struct ffx_driver_position position;
    struct ffx_driver_found found;
    char apn[64]; /* delivered by the network */
    struct ffx_sha256 hash;
};

/* Starts the walk; `config` and everything it names must outlive it.
 * FFX_ERR_ARGUMENT: `to`, `file`'s path or what the route needs is missing, or
 * a digest has no crypto. FFX_ERR_BUFFER: `line` or `command` is too small.
 * Sends nothing yet. Texts are checked when they are sent: one that holds a
 * quote or a control character, or does not fit, and a path whose directory
 * has no length that there is end the walk with CAUSE_CONFIG. */
int ffx_driver_init(struct ffx_driver *driver,
                    const struct ffx_driver_config *config, uint32_t now_ms);

/* Bytes from the module; takes them all. */
void ffx_driver_feed(struct ffx_driver *driver, const void *bytes,
                     uint32_t length, uint32_t now_ms);

/* Work that waits for time. Call it after feed and when its answer has
 * passed: the milliseconds until it wants to be called again. `now_ms` is
 * monotonic and may wrap. */
uint32_t ffx_driver_poll(struct ffx_driver *driver, uint32_t now_ms);

/* Bytes for the module, or null; ack says how many of them went out. */
const void *ffx_driver_buf(struct ffx_driver *driver, uint32_t *length);
void ffx_driver_ack(struct ffx_driver *driver, uint32_t length);

/* 1 when the walk has ended; then *cause (may be null) is set. */
int ffx_driver_finished(const struct ffx_driver *driver, enum ffx_cause *cause);

const struct ffx_driver_position *
ffx_driver_position(const struct ffx_driver *driver);

#ifdef __cplusplus
}
#endif
#endif
