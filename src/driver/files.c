/* SPDX-License-Identifier: Apache-2.0 */
/* The module's files: the bracket CFSINIT ... CFSTERM that every AT+CFS
 * command wants, room for the package, its size and its bytes. */
#include "driver/walk.h"

#define OPEN_TRIES 3u
#define OPEN_AGAIN_MS 1000u
#define READ_TRIES 5u
#define CHUNK_LEAST 256u
#define CHUNK_MOST 10000u /* as in the note; 10,240 is the range's end */
/* 8 s of 8N1 characters: the input time of CFSWFILE ends at 10 s. */
#define BITS_PER_BYTE 10u
#define CHUNK_SECONDS 8u
/* No signed package is smaller: two texts, two signatures, a directory. */
#define PACKAGE_LEAST 1024u

enum { REUSE_UNKNOWN, REUSE_TRIED, REUSE_NO };

/* --- the file ------------------------------------------------------------ */

static const struct ffx_driver_file update_zip = {"/fota/update.zip", NULL};

void files_begin(struct ffx_driver *driver)
{
    const struct ffx_driver_config *config = driver->config;
    driver->file = config->file != NULL ? config->file : &update_zip;
    driver->expected = config->facts.size;
    driver->chunk = files_chunk_bytes(driver);
    if (config->route == FFX_ROUTE_PUSH) {
        driver->expected = config->package.size;
        driver->reading = WALK_COMPARE;
    } else if (config->facts.sha256 != NULL) {
        driver->reading = WALK_HASH;
    } else if (driver->file->bytes != NULL) {
        driver->reading = WALK_GIVE;
    }
}

/* The directories (AT manual, chapter 15) differ in length: /fota/ is 1,
 * /datatx/ 2, /custapp/ 0, /customer/ 3; others fit no command. */
void files_name(const struct ffx_driver *driver, struct ffx_at_text *out)
{
    static const char by_length[][2] = {"1,", "?", "2,", "0,", "3,"};
    const char *const path = driver->file->path;
    const char *name = path;
    for (const char *p = path; *p != '\0'; p++)
        if (*p == '/')
            name = p + 1;
    const uint32_t longer = (uint32_t)(name - path) - 6u;
    const char *const index = by_length[longer < 5 ? longer : 1];
    ffx_at_put_bytes(out, index, *index == '?' ? UINT32_MAX : 2);
    ffx_at_put_quoted(out, name);
}

/* --- bracket ------------------------------------------------------------- */

void files_open(struct ffx_driver *driver, enum walk_step then)
{
    driver->then = (uint8_t)then;
    driver->files_tries = 0;
    walk_go(driver, STEP_FILES_OPEN);
}

void files_close(struct ffx_driver *driver, enum walk_step then)
{
    driver->then = (uint8_t)then;
    walk_go(driver, STEP_FILES_CLOSE);
}

/* A bracket that an earlier host left open refuses a second CFSINIT. */
void files_opened(struct ffx_driver *driver, int result)
{
    if (result == FFX_OK) {
        driver->bracket = 1;
        walk_go(driver, (enum walk_step)driver->then);
    } else if (++driver->files_tries > OPEN_TRIES) {
        walk_end(driver, FFX_CAUSE_FILES);
    } else {
        walk_go(driver, STEP_FILES_REOPEN);
    }
}

void files_reopened(struct ffx_driver *driver, int result)
{
    walk_go_after(driver, STEP_FILES_OPEN,
                  result == FFX_OK ? 0 : OPEN_AGAIN_MS);
}

void files_closed(struct ffx_driver *driver, int result)
{
    (void)result;
    driver->bracket = 0;
    if (driver->then == STEPS)
        walk_end(driver, (enum ffx_cause)driver->end_cause);
    else
        walk_go(driver, (enum walk_step)driver->then);
}

/* --- sizes --------------------------------------------------------------- */

uint32_t files_chunk_bytes(const struct ffx_driver *driver)
{
    const uint32_t moved = driver->config->baud / BITS_PER_BYTE * CHUNK_SECONDS;
    const uint32_t most =
        moved != 0 ? bytes_min(moved, CHUNK_MOST) : CHUNK_MOST;
    const uint32_t wanted = driver->config->limits.chunk_bytes;
    return wanted != 0 ? bytes_min(wanted, most) : most;
}

void files_adapt(struct ffx_driver *driver, int lost)
{
    const uint32_t chunk = driver->chunk;
    const uint32_t next = lost ? chunk / 2u : chunk + chunk / 16u;
    driver->chunk = bytes_min(next < CHUNK_LEAST ? CHUNK_LEAST : next,
                              files_chunk_bytes(driver));
}

int files_parse_size(struct ffx_driver *driver, struct ffx_at_args *args)
{
    int32_t bytes;
    if (!walk_numbers(args, &bytes, 1))
        return 0;
    driver->size = (uint32_t)bytes;
    return 1;
}

/* --- space --------------------------------------------------------------- */

static void begin_read_back(struct ffx_driver *driver)
{
    const struct ffx_crypto *crypto = driver->config->crypto;
    driver->offset = 0;
    driver->mismatch = 0;
    if (driver->reading == WALK_HASH)
        driver->mismatch =
            crypto->sha256_start(crypto->context, &driver->hash) != FFX_OK;
    walk_go(driver, STEP_READ);
}

void files_space(struct ffx_driver *driver)
{
    walk_enter(driver, FFX_DRIVER_SPACE);
    files_open(driver, STEP_OLD_SIZE);
}

/* The whole file, or what an earlier push has brought of it. */
static int may_be_ours(const struct ffx_driver *driver)
{
    if (driver->size == driver->expected)
        return driver->reading >= WALK_HASH;
    return driver->reading == WALK_COMPARE && driver->size < driver->expected;
}

static void start_over(struct ffx_driver *driver)
{
    driver->reuse = REUSE_NO;
    walk_go(driver, STEP_DELETE);
}

static void begin_reuse(struct ffx_driver *driver)
{
    driver->reuse = REUSE_TRIED;
    driver->chunk_tries = 0;
    begin_read_back(driver);
}

/* What is there already is not paid for twice. */
void files_old_size(struct ffx_driver *driver, int result)
{
    if (result != FFX_OK)
        driver->size = 0;
    if (driver->config->dry_run)
        walk_go(driver, STEP_FREE);
    else if (result == FFX_OK && driver->reuse == REUSE_UNKNOWN &&
             may_be_ours(driver))
        begin_reuse(driver);
    else
        start_over(driver);
}

void files_deleted(struct ffx_driver *driver, int result)
{
    if (result == FFX_OK)
        driver->size = 0;
    walk_go(driver, STEP_FREE);
}

void files_free(struct ffx_driver *driver, int result)
{
    if (result != FFX_OK) {
        walk_end(driver, FFX_CAUSE_FILES);
        return;
    }
    driver->found.free_bytes = (uint32_t)driver->value;
    /* the old file, when it is still there, is written over */
    const uint32_t room = driver->found.free_bytes + driver->size;
    if (room < walk_or(driver->expected, PACKAGE_LEAST))
        walk_bad(driver, FFX_CAUSE_NO_SPACE);
    else if (driver->config->dry_run)
        walk_end(driver, FFX_CAUSE_DRY_RUN);
    else if (driver->reading == WALK_COMPARE)
        push_begin(driver);
    else
        fetch_begin(driver);
}

/* --- check --------------------------------------------------------------- */

static void file_is_wrong(struct ffx_driver *driver, enum ffx_cause cause)
{
    if (driver->reuse == REUSE_TRIED)
        start_over(driver);
    else
        fetch_failed(driver, cause, 1);
}

static void file_is_right(struct ffx_driver *driver)
{
    if (driver->size < driver->expected)
        walk_go(driver, STEP_PUSH_CHUNK);
    else if (driver->config->file != NULL)
        walk_end(driver, FFX_CAUSE_FETCHED);
    else
        files_close(driver, STEP_RATE);
}

void files_check_size(struct ffx_driver *driver, int result)
{
    const uint32_t expected = walk_or(driver->expected, driver->fetch.total);
    driver->chunk_tries = 0;
    if (result != FFX_OK || driver->size == 0 ||
        (expected != 0 && driver->size != expected))
        file_is_wrong(driver, FFX_CAUSE_SIZE);
    else if (driver->reading != WALK_NOTHING)
        begin_read_back(driver);
    else
        file_is_right(driver);
}

/* --- read-back ----------------------------------------------------------- */

static uint32_t read_length(const struct ffx_driver *driver)
{
    return bytes_min(driver->chunk, driver->size - driver->offset);
}

void files_read(const struct ffx_driver *driver, struct ffx_at_text *out)
{
    ffx_at_put(out, ",1,");
    ffx_at_put_number(out, (int32_t)read_length(driver));
    ffx_at_put(out, ",");
    ffx_at_put_number(out, (int32_t)driver->offset);
}

int files_parse_read(struct ffx_driver *driver, struct ffx_at_args *args)
{
    int32_t bytes;
    if (driver->answered || ffx_at_arg_number(args, &bytes) != 1 || bytes < 0 ||
        (uint32_t)bytes > read_length(driver))
        return 0;
    driver->data_bytes = 0;
    driver->out_length = driver->out_sent = 0;
    ffx_at_response_raw(&driver->response, (uint32_t)bytes);
    return 1;
}

/* 1 when the bytes equal the package's at `offset`. */
static int same_as_package(const struct ffx_driver *driver, uint32_t offset,
                           const uint8_t *bytes, uint32_t length)
{
    uint8_t piece[64];
    for (uint32_t done = 0; done < length;) {
        const uint32_t n = bytes_min(sizeof piece, length - done);
        if (ffx_read_at(&driver->config->package, offset + done, piece, n) !=
                FFX_OK ||
            memcmp(piece, bytes + done, n) != 0)
            return 0;
        done += n;
    }
    return 1;
}

void files_data(struct ffx_driver *driver, const void *bytes, uint32_t length)
{
    const struct ffx_crypto *crypto = driver->config->crypto;
    const struct ffx_driver_file *const file = driver->file;
    const uint32_t at = driver->offset + driver->data_bytes;
    if (driver->mode != WALK_ANSWER || driver->step != STEP_READ)
        return;
    if (driver->reading == WALK_HASH)
        driver->mismatch |=
            crypto->sha256_update(crypto->context, &driver->hash, bytes,
                                  length) != FFX_OK;
    else if (driver->reading == WALK_COMPARE &&
             !same_as_package(driver, at, bytes, length))
        driver->mismatch = 1;
    if (file->bytes != NULL)
        file->bytes(driver->config->context, at, bytes, length);
    driver->data_bytes += length;
    driver->due_ms = driver->now_ms + walk_timeout_ms(driver);
}

static int digest_is_right(struct ffx_driver *driver)
{
    const struct ffx_crypto *crypto = driver->config->crypto;
    uint8_t digest[FFX_SHA256_BYTES];
    if (driver->reading != WALK_HASH)
        return 1;
    return !driver->mismatch &&
           crypto->sha256_finish(crypto->context, &driver->hash, digest) ==
               FFX_OK &&
           memcmp(digest, driver->config->facts.sha256, sizeof digest) == 0;
}

/* Bytes get lost on the serial line as well: read again before the file is
 * blamed. A digest has to begin at the beginning. */
static void read_again(struct ffx_driver *driver, int result)
{
    if (++driver->chunk_tries >= READ_TRIES) {
        if (result == FFX_ERR_TIMEOUT)
            walk_restart(driver, FFX_CAUSE_FILES);
        else
            file_is_wrong(driver, driver->reading == WALK_COMPARE
                                      ? FFX_CAUSE_NOISE
                                      : FFX_CAUSE_DIGEST);
    } else if (driver->reading == WALK_COMPARE) {
        driver->mismatch = 0;
        files_adapt(driver, 1);
        walk_go(driver, STEP_READ);
    } else {
        begin_read_back(driver);
    }
}

void files_advance(struct ffx_driver *driver, uint32_t to, uint32_t total)
{
    driver->offset = to;
    files_adapt(driver, 0);
    walk_progress(driver, to, total);
}

void files_chunk_read(struct ffx_driver *driver, int result)
{
    const uint32_t length = read_length(driver);
    const int push = driver->reading == WALK_COMPARE;
    if (result != FFX_OK || driver->data_bytes != length ||
        (push && driver->mismatch)) {
        read_again(driver, result);
        return;
    }
    if (push)
        driver->chunk_tries = 0;
    files_advance(driver, driver->offset + length, driver->size);
    if (driver->offset < driver->size)
        walk_go(driver, STEP_READ);
    else if (digest_is_right(driver))
        file_is_right(driver);
    else
        read_again(driver, FFX_OK);
}
