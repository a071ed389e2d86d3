/* SPDX-License-Identifier: Apache-2.0 */
/* The module fetches the package itself: HTTP(S) (note 5.2.1), FTP (5.2.2).
 * Neither resumes: each try pays for the whole file. */
#include "driver/walk.h"

#define TRIES 5u
#define STALL_MS 300000u
#define DOWNLOAD_MS 3600000u
#define PUSH_AGAIN_MS 1000u
#define BACKOFF_MS 5000u
#define BACKOFF_DOUBLINGS 4u
/* How often "idle" is read before the URC counts as lost. The module may say
 * idle a moment before the URC, or before it has begun. */
#define IDLE_WHOLE 3u
#define IDLE_PART 10u
#define SILENT_POLLS 3u
/* What HTTPTOFSRL counts may be more than the file has (GNSS note 4.8: 1,656
 * bytes): only a server that goes on and on is cut off. */
#define MORE_BYTES 4096u

/* --- what the module's numbers mean -------------------------------------- */

struct reason {
    uint16_t first, last;
    uint8_t cause;
    uint8_t again; /* another try may help */
};

/* AT manual 9.2.14. A 404 does not change by asking, but a URL that lost a
 * character on the serial line does: all is tried twice. */
static const struct reason http_reasons[] = {
    {300, 399, FFX_CAUSE_HTTP_STATUS, 0},
    {404, 404, FFX_CAUSE_NOT_FOUND, 0},
    {408, 408, FFX_CAUSE_HTTP_REFUSED, 1},
    {429, 429, FFX_CAUSE_HTTP_REFUSED, 1},
    {400, 499, FFX_CAUSE_HTTP_REFUSED, 0},
    {500, 599, FFX_CAUSE_HTTP_FAILED, 1},
    {601, 601, FFX_CAUSE_SERVER, 1},
    {603, 603, FFX_CAUSE_DNS, 1},
    {602, 602, FFX_CAUSE_NO_SPACE, 0}, /* "no memory" */
    {604, 604, FFX_CAUSE_DOWNLOAD_REFUSED, 1},
    {620, 620, FFX_CAUSE_TLS, 0},
    {0, 65535, FFX_CAUSE_HTTP_STATUS, 1},
};

/* AT manual 10.2.14, and 90 to 94 of the SIM7070 family. */
static const struct reason ftp_reasons[] = {
    {61, 61, FFX_CAUSE_SERVER, 1},    {62, 62, FFX_CAUSE_DNS, 1},
    {63, 65, FFX_CAUSE_SERVER, 1},    {66, 66, FFX_CAUSE_FTP_FILE, 0},
    {71, 72, FFX_CAUSE_FTP_LOGIN, 0}, {77, 77, FFX_CAUSE_FTP_FILE, 0},
    {90, 94, FFX_CAUSE_TLS, 0},       {0, 65535, FFX_CAUSE_FTP_FAILED, 1},
};

/* The last row of each table takes everything (65535 is "other errors"). */
static const struct reason *reason_of(const struct reason *table,
                                      int32_t status)
{
    while (table->first != 0 && (status < table->first || status > table->last))
        table++;
    return table;
}

static int by_ftp(const struct ffx_driver *driver)
{
    return driver->config->route == FFX_ROUTE_FTP && !driver->ftp_refused;
}

/* --- tries --------------------------------------------------------------- */

void fetch_charge(struct ffx_driver *driver)
{
    if (driver->fetch.received == 0)
        return;
    driver->position.data_used += driver->fetch.received;
    driver->fetch.received = 0;
    walk_position(driver);
}

/* Modules that lost the same server shall not come back at one moment: how
 * long each has been up differs. */
static uint32_t backoff_ms(const struct ffx_driver *driver)
{
    const uint32_t doublings =
        bytes_min(driver->download_tries - 1u, BACKOFF_DOUBLINGS);
    return (BACKOFF_MS << doublings) + driver->now_ms % 2048u;
}

void fetch_failed(struct ffx_driver *driver, enum ffx_cause cause, int again)
{
    const uint32_t most = walk_or(driver->config->limits.download_tries, TRIES);
    if (driver->fetch.status >= 0)
        driver->detail = driver->fetch.status;
    fetch_charge(driver);
    if (driver->state < FFX_DRIVER_DOWNLOAD || /* it has not begun */
        ++driver->download_tries >= (again ? most : bytes_min(most, 2))) {
        walk_end(driver, cause);
        return;
    }
    if (driver->reading == WALK_COMPARE) { /* pushed: the bracket stays */
        walk_go_after(driver, STEP_DELETE, PUSH_AGAIN_MS);
        return;
    }
    driver->then = STEP_BEARER;
    walk_go_after(driver, driver->bracket ? STEP_FILES_CLOSE : STEP_BEARER,
                  backoff_ms(driver));
}

static int over_limit(const struct ffx_driver *driver, uint32_t bytes)
{
    const uint32_t limit = driver->config->limits.data_bytes;
    return limit != 0 &&
           (bytes > limit || driver->position.data_used > limit - bytes);
}

/* Which bearer FTP takes, AT+CNACT's or AT+SAPBR's, differs with the firmware:
 * the second try has both. */
static enum walk_step first_step(const struct ffx_driver *driver)
{
    if (!by_ftp(driver))
        return STEP_HTTP_GET;
    return driver->download_tries > 0 ? STEP_FTP_OPEN : STEP_FTP_BEARER;
}

void fetch_begin(struct ffx_driver *driver)
{
    const struct ffx_driver_limits *limits = &driver->config->limits;
    if (over_limit(driver, walk_or(driver->expected, 1))) {
        walk_end(driver, FFX_CAUSE_DATA_LIMIT);
        return;
    }
    driver->fetch = (struct ffx_driver_fetch){
        .status = -1,
        .stall_ms = driver->now_ms + walk_or(limits->stall_ms, STALL_MS),
        .end_ms = driver->now_ms + walk_or(limits->download_ms, DOWNLOAD_MS),
    };
    files_close(driver, first_step(driver));
}

/* --- while it runs ------------------------------------------------------- */

static void keep_waiting(struct ffx_driver *driver)
{
    walk_go(driver, by_ftp(driver) ? STEP_FTP_WAIT : STEP_HTTP_WAIT);
}

/* 601 is said of a dead server and of a certificate that the module does not
 * trust alike. */
static enum ffx_cause cause_of(const struct ffx_driver *driver,
                               const struct reason *reason)
{
    const int tls = reason->cause == FFX_CAUSE_SERVER && !by_ftp(driver) &&
                    bytes_begins(driver->config->url, "https:");
    return tls ? FFX_CAUSE_TLS : (enum ffx_cause)reason->cause;
}

/* It has ended, whatever it brought. */
static void arrived(struct ffx_driver *driver)
{
    const struct ffx_driver_fetch *fetch = &driver->fetch;
    if (fetch->status < 0 || fetch->status == (by_ftp(driver) ? 0 : 200)) {
        /* what was polled is no proof of a size, the URC is */
        driver->fetch.total = fetch->status < 0 ? 0 : fetch->received;
        fetch_charge(driver);
        walk_enter(driver, FFX_DRIVER_CHECK);
        files_open(driver, STEP_CHECK_SIZE);
        return;
    }
    const struct reason *reason =
        reason_of(by_ftp(driver) ? ftp_reasons : http_reasons, fetch->status);
    fetch_failed(driver, cause_of(driver, reason), reason->again);
}

/* A transfer cannot be cancelled, but its bearer can be closed. */
static void hang_up(struct ffx_driver *driver, enum ffx_cause cause)
{
    driver->end_cause = (uint8_t)cause;
    walk_go(driver, STEP_HANGUP);
}

void fetch_hung_up(struct ffx_driver *driver, int result)
{
    (void)result;
    fetch_failed(driver, (enum ffx_cause)driver->end_cause,
                 driver->end_cause != FFX_CAUSE_DATA_LIMIT);
}

/* 1 when the transfer had to be stopped. */
static int stopped(struct ffx_driver *driver)
{
    const uint32_t expected = driver->expected;
    const struct ffx_driver_fetch *fetch = &driver->fetch;
    if (expected != 0 && fetch->received / 2u > expected / 2u + MORE_BYTES / 2u)
        hang_up(driver, FFX_CAUSE_SIZE);
    else if (over_limit(driver, fetch->received))
        hang_up(driver, FFX_CAUSE_DATA_LIMIT);
    else if (walk_past(driver, fetch->stall_ms) ||
             walk_past(driver, fetch->end_ms))
        hang_up(driver, FFX_CAUSE_STALLED);
    else
        return 0;
    return 1;
}

void fetch_waited(struct ffx_driver *driver, int result)
{
    (void)result;
    if (driver->fetch.ended && driver->fetch.unpolled)
        arrived(driver);
    else if (!driver->fetch.unpolled)
        walk_go(driver, by_ftp(driver) ? STEP_FTP_POLL : STEP_HTTP_POLL);
    else if (!stopped(driver))
        keep_waiting(driver);
}

static void note_received(struct ffx_driver *driver, uint32_t bytes,
                          uint32_t total)
{
    struct ffx_driver_fetch *fetch = &driver->fetch;
    if (fetch->status == 200) /* the URC has said it */
        return;
    if (bytes != fetch->received) {
        fetch->idle_polls = 0;
        fetch->stall_ms =
            driver->now_ms + walk_or(driver->config->limits.stall_ms, STALL_MS);
    }
    fetch->received = bytes;
    fetch->total = total;
    walk_progress(driver, bytes, walk_or(total, driver->expected));
}

/* The module calls the transfer idle. */
static void idle(struct ffx_driver *driver)
{
    struct ffx_driver_fetch *fetch = &driver->fetch;
    const int whole = fetch->received > 0 &&
                      (fetch->total == 0 || fetch->received == fetch->total);
    fetch->idle_polls++;
    if (fetch->ended || fetch->idle_polls >= (whole ? IDLE_WHOLE : IDLE_PART))
        arrived(driver);
    else
        keep_waiting(driver);
}

/* Old firmware knows no poll: then only the URC tells. */
void fetch_polled(struct ffx_driver *driver, int result)
{
    struct ffx_driver_fetch *fetch = &driver->fetch;
    if (result == FFX_ERR_TIMEOUT) {
        if (++fetch->silent_polls > SILENT_POLLS)
            walk_restart(driver, FFX_CAUSE_NO_ANSWER);
        else
            keep_waiting(driver);
    } else if (result != FFX_OK) {
        if (walk_doubt(driver, 0))
            return;
        fetch->unpolled = 1;
        fetch_waited(driver, result);
    } else if (driver->value == 0) {
        idle(driver);
    } else {
        fetch->idle_polls = fetch->silent_polls = 0;
        /* FTPTOFSST: in the note 1 stands behind the end as well */
        if (fetch->ended && by_ftp(driver))
            arrived(driver);
        else if (!stopped(driver))
            keep_waiting(driver);
    }
}

static void ended(struct ffx_driver *driver, int32_t status, int32_t bytes)
{
    driver->fetch.ended = 1;
    driver->fetch.status = status;
    if (bytes > 0)
        driver->fetch.received = (uint32_t)bytes;
    /* before the OK, or the OK got lost: it was taken all the same */
    if (driver->step == STEP_HTTP_GET || driver->step == STEP_FTP_GET)
        keep_waiting(driver);
    else
        walk_wake(driver);
}

/* --- HTTP ---------------------------------------------------------------- */

void fetch_http_build(const struct ffx_driver *driver, struct ffx_at_text *out)
{
    ffx_at_put_quoted(out, driver->config->url);
    ffx_at_put(out, ",");
    ffx_at_put_quoted(out, driver->file->path);
}

/* No OK in time: it may run all the same, the poll tells. */
void fetch_http_started(struct ffx_driver *driver, int result)
{
    if (result == FFX_ERR_REFUSED)
        fetch_failed(driver, FFX_CAUSE_DOWNLOAD_REFUSED, 1);
    else
        keep_waiting(driver);
}

/* +HTTPTOFSRL: <busy>,<received>,<total> */
int fetch_parse_http(struct ffx_driver *driver, struct ffx_at_args *args)
{
    int32_t values[3];
    if (!walk_numbers(args, values, 3))
        return 0;
    driver->value = values[0];
    note_received(driver, (uint32_t)values[1], (uint32_t)values[2]);
    return 1;
}

/* Both numbers of a URC, while one of three steps from `first` waits for it. */
static int take_urc(const struct ffx_driver *driver, enum walk_step first,
                    struct ffx_at_args *args, int32_t values[2])
{
    return driver->step - (uint32_t)first < 3u && walk_numbers(args, values, 2);
}

/* +HTTPTOFS: <status>,<bytes> */
void fetch_http_urc(struct ffx_driver *driver, struct ffx_at_args *args)
{
    int32_t values[2];
    if (take_urc(driver, STEP_HTTP_GET, args, values) && values[0] > 0)
        ended(driver, values[0], values[1]);
}

/* --- FTP ----------------------------------------------------------------- */

static const char *ftp_text(const struct ffx_driver *driver)
{
    const struct ffx_driver_ftp *ftp = driver->config->ftp;
    switch (driver->step) {
    case STEP_FTP_SERVER:
        return ftp->host;
    case STEP_FTP_USER:
        return ftp->user;
    case STEP_FTP_PASSWORD:
        return ftp->password;
    case STEP_FTP_NAME:
        return ftp->name;
    default:
        return ftp->path;
    }
}

void fetch_ftp_text(const struct ffx_driver *driver, struct ffx_at_text *out)
{
    ffx_at_put_quoted(out, ftp_text(driver));
}

void fetch_ftp_port(const struct ffx_driver *driver, struct ffx_at_text *out)
{
    ffx_at_put_number(out, (int32_t)walk_or(driver->config->ftp->port, 21u));
}

/* AT+FTPEXTGET=2 is not in every SIM7000 manual, and refuses where an old file
 * could not be deleted, or has come meanwhile, fetched for an earlier walk:
 * HTTP may do instead, or another look. */
void fetch_ftp_started(struct ffx_driver *driver, int result)
{
    if (result != FFX_ERR_REFUSED) {
        keep_waiting(driver);
    } else if (walk_doubt(driver, 0)) {
        return;
    } else if (driver->config->url != NULL) {
        driver->ftp_refused = 1;
        walk_go(driver, STEP_HTTP_GET);
    } else {
        fetch_failed(
            driver,
            driver->size != 0 ? FFX_CAUSE_FILES : FFX_CAUSE_FTP_UNSUPPORTED, 0);
    }
}

/* +FTPTOFSST: <busy>,<error>,<bytes> */
int fetch_parse_ftp(struct ffx_driver *driver, struct ffx_at_args *args)
{
    int32_t values[3];
    if (!walk_numbers(args, values, 3))
        return 0;
    driver->value = values[0];
    note_received(driver, (uint32_t)values[2], 0);
    if (values[0] == 0 && values[1] != 0)
        ended(driver, values[1], 0);
    return 1;
}

/* +FTPEXTGETFILE: 1,<error> */
void fetch_ftp_urc(struct ffx_driver *driver, struct ffx_at_args *args)
{
    int32_t values[2];
    if (take_urc(driver, STEP_FTP_GET, args, values))
        ended(driver, values[1], 0);
}
