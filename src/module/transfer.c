/* SPDX-License-Identifier: Apache-2.0 */
#include "module/transfer.h"

#include "base/bytes.h"

#include "module/ftp_url.h"
#include "module/quirk.h"
#include "module/radio.h"
#include "module/timer.h"
#include "module/urc.h"

/* How often a running transfer is looked at. */
#define RUNNING_MS 50u
/* The manual names none for FTP but "75 s when the server is silent". */
#define FTP_TIMEOUT_S 75u
/* Of FTP's, every character coded as three; HTTP's is shorter. */
#define URL_MAX                                                                \
    (sizeof "ftp://:65535//" + sizeof((struct ffx_module *)0)->ftp_host +      \
     3u * sizeof((struct ffx_module *)0)->ftp_path +                           \
     3u * sizeof((struct ffx_module *)0)->ftp_file)
_Static_assert(URL_MAX <= FFX_TRANSFER_URL_MAX, "what a port must take");

/* What FTPEXTGET=1 holds (manual 10.2.23). */
#define RAM_BYTES (300u * 1024u)
/* FTPGET says 1,1 again and again, then gives up (64). */
#define REPEAT_MS 15000u
#define REPEATS 5u
/* Between HTTPTOFS's URC and its end (bugs). */
#define FLASH_MS 1000u

static int goes_to_ram(enum transfer_kind kind)
{
    return kind == TRANSFER_FTP_RAM || kind == TRANSFER_FTP_GET;
}

int transfer_begin(struct ffx_module *module, enum transfer_kind kind)
{
    if (module->transfer != TRANSFER_NONE)
        return COMMAND_REFUSED;
    if (goes_to_ram(kind)) {
        transfer_forget_ram(module);
        module->transfer_dir = FFX_DIR_RAM;
        memcpy(module->transfer_name, TRANSFER_RAM_NAME,
               sizeof TRANSFER_RAM_NAME);
    }
    module->transfer = (uint8_t)kind;
    module->transfer_started = 0;
    module->transfer_fault = TRANSFER_SOUND;
    memset(&module->progress, 0, sizeof module->progress);
    return COMMAND_OK;
}

void transfer_forget_ram(struct ffx_module *module)
{
    const struct ffx_module_config *config = &module->config;
    uint32_t size;
    if (config->files->size(config->context, FFX_DIR_RAM, TRANSFER_RAM_NAME,
                            &size) >= 0)
        (void)config->files->remove(config->context, FFX_DIR_RAM,
                                    TRANSFER_RAM_NAME);
    module->ftp_held = module->ftp_read = 0;
    module->ftp_open = 0;
}

/* --- FTPGET's data ------------------------------------------------------- */

static void close_get(struct ffx_module *module, uint16_t code)
{
    timer_stop(module, FFX_TIMER_FTPGET);
    transfer_forget_ram(module);
    module->ftp_error = code;
    urc_push(module, URC_FTP_GET, (uint8_t)code);
}

static void offer(struct ffx_module *module)
{
    urc_push(module, URC_FTP_GET, 1);
    timer_start(module, FFX_TIMER_FTPGET, REPEAT_MS);
}

void transfer_was_read(struct ffx_module *module)
{
    module->ftp_quiet = 0;
    timer_start(module, FFX_TIMER_FTPGET, REPEAT_MS);
    if (module->ftp_read == module->ftp_held)
        close_get(module, 0);
}

static void offer_again(struct ffx_module *module)
{
    if (++module->ftp_quiet == REPEATS)
        close_get(module, TRANSFER_FTP_TIMEOUT);
    else
        offer(module);
}

int transfer_ftp_is_open(const struct ffx_module *module)
{
    return module->ftp_open || module->transfer > TRANSFER_HTTP;
}

/* --- end ----------------------------------------------------------------- */

static void end_http(struct ffx_module *module, uint16_t status)
{
    const struct ffx_module_progress *progress = &module->progress;
    /* A port that did not store the file may not claim that it did. */
    if (progress->failed && (status == 200 || status == 0))
        status = TRANSFER_OTHER_ERROR;
    module->http_status = status;
    module->http_bytes = progress->failed ? 0 : progress->received;
    module->http_total = module->http_bytes;
    module->http_ended = 1;
    module->http_ended_ms = module->now_ms;
    module->transfer = TRANSFER_NONE;
}

/* The two bugs that tear the URC and the end apart. */
static void announce_http(struct ffx_module *module)
{
    const uint32_t bugs = module->config.bugs;
    if (bugs & FFX_BUG_IDLE_BEFORE_URC) {
        timer_start(module, FFX_TIMER_FLASH, FLASH_MS);
        return;
    }
    if ((bugs & FFX_BUG_URC_BEFORE_FLASH) && module->http_bytes > 0) {
        module->transfer = TRANSFER_HTTP;
        module->transfer_written = 1;
        timer_start(module, FFX_TIMER_FLASH, FLASH_MS);
    }
    urc_push(module, URC_HTTPTOFS, 0);
}

static void flash_is_done(struct ffx_module *module)
{
    if (module->transfer_written)
        module->transfer = TRANSFER_NONE;
    else
        urc_push(module, URC_HTTPTOFS, 0);
    module->transfer_written = 0;
}

int transfer_is_writing(const struct ffx_module *module, int dir,
                        const char *name)
{
    return module->transfer_written && module->transfer_dir == dir &&
           bytes_same_text(module->transfer_name, name);
}

static void end_get(struct ffx_module *module)
{
    if (module->ftp_error != 0 || module->ftp_bytes == 0) {
        close_get(module, module->ftp_error);
        return;
    }
    module->ftp_open = 1;
    module->ftp_quiet = 0;
    offer(module);
}

static void end_ftp(struct ffx_module *module, uint16_t error)
{
    const struct ffx_module_progress *progress = &module->progress;
    const enum transfer_kind kind = (enum transfer_kind)module->transfer;
    if (progress->failed && error == 0)
        error = TRANSFER_FTP_DOWNLOAD;
    module->ftp_error = error;
    module->ftp_bytes = error != 0                  ? 0
                        : kind == TRANSFER_FTP_SIZE ? progress->total
                                                    : progress->received;
    if (goes_to_ram(kind))
        module->ftp_held = module->ftp_bytes;
    module->transfer = TRANSFER_NONE;
    if (kind == TRANSFER_FTP_GET)
        end_get(module);
    else
        urc_push(module,
                 kind == TRANSFER_FTP_SIZE  ? URC_FTP_SIZE
                 : kind == TRANSFER_FTP_RAM ? URC_FTP_RAM
                                            : URC_FTP_FILE,
                 0);
}

static void end(struct ffx_module *module)
{
    if (module->transfer != TRANSFER_HTTP) {
        end_ftp(module, module->progress.ftp_error);
        return;
    }
    end_http(module, module->progress.http_status);
    announce_http(module);
}

static void fail(struct ffx_module *module, uint16_t http, uint16_t ftp)
{
    if (module->transfer_started)
        module->config.network->cancel(module->config.context);
    module->progress.failed = 1;
    module->progress.http_status = http;
    module->progress.ftp_error = ftp;
    end(module);
}

void transfer_drop(struct ffx_module *module)
{
    if (module->transfer != TRANSFER_NONE && module->transfer_started)
        module->config.network->cancel(module->config.context);
    module->transfer = TRANSFER_NONE;
}

void transfer_quit(struct ffx_module *module)
{
    if (module->ftp_open)
        close_get(module, TRANSFER_FTP_QUIT);
    else
        fail(module, TRANSFER_OTHER_ERROR, TRANSFER_FTP_QUIT);
}

/* --- start and progress -------------------------------------------------- */

static int is_http(const struct ffx_module *module)
{
    return module->transfer == TRANSFER_HTTP;
}

static int has_bearer(const struct ffx_module *module)
{
    /* HTTPTOFS uses the application network only. */
    return is_http(module) ? radio_app_is_on(module) : radio_ftp_bearer(module);
}

static int start(struct ffx_module *module)
{
    char text[URL_MAX + 1];
    struct ffx_at_text url;
    ffx_at_text_init(&url, text, sizeof text);
    if (is_http(module))
        ffx_at_put(&url, module->url);
    else
        ftp_url_put(module, &url);
    ffx_at_put_bytes(&url, "", 1);
    if (url.overflow)
        return FFX_ERR_BUFFER;
    const struct ffx_module_transfer transfer = {
        .url = url.text,
        .user = is_http(module) ? "" : module->ftp_user,
        .password = is_http(module) ? "" : module->ftp_password,
        .dir = module->transfer_dir,
        .name = module->transfer_name,
        .timeout_s =
            is_http(module) ? module->transfer_timeout_s : FTP_TIMEOUT_S,
        .silence = !is_http(module),
        .tries = is_http(module) ? module->transfer_tries : 1,
        .offset = is_http(module) ? 0 : module->ftp_offset,
        .passive = module->ftp_passive,
        .ascii = module->ftp_ascii,
        .size_only = module->transfer == TRANSFER_FTP_SIZE,
    };
    return module->config.network->start(module->config.context, &transfer);
}

/* D9: the status that https ends with, or 0. */
static uint16_t https_status(const struct ffx_module *module)
{
    static const uint16_t statuses[] = {0, 603, TRANSFER_NETWORK_ERROR};
    /* is_url has seen to the rest of the scheme. */
    const int secure = is_http(module) && (module->url[4] | 0x20) == 's';
    return secure ? statuses[module->quirks[FFX_D9_HTTPS]] : 0;
}

static void end_empty(struct ffx_module *module)
{
    const struct ffx_module_config *config = &module->config;
    module->progress.failed =
        config->files->write(config->context, module->transfer_dir,
                             module->transfer_name, FFX_WRITE_NEW,
                             config->chunk, 0) < 0;
    module->progress.http_status = 200;
    end(module);
}

static void try_start(struct ffx_module *module)
{
    if (!has_bearer(module) && radio_app_is_opening(module))
        return;
    if (!is_http(module) &&
        (module->ftp_host[0] == '\0' || module->ftp_file[0] == '\0'))
        fail(module, 0, TRANSFER_FTP_NOT_ALLOWED);
    else if (!has_bearer(module) ||
             module->transfer_fault == TRANSFER_UNREACHABLE)
        fail(module, TRANSFER_NETWORK_ERROR, TRANSFER_FTP_NET);
    else if (https_status(module) != 0)
        fail(module, https_status(module), 0);
    else if (module->transfer_fault == TRANSFER_EMPTY)
        end_empty(module);
    else if (start(module) < 0)
        fail(module, TRANSFER_NETWORK_ERROR, TRANSFER_FTP_NET);
    else
        module->transfer_started = 1;
}

static void go_on(struct ffx_module *module)
{
    struct ffx_module_progress *progress = &module->progress;
    if (!has_bearer(module)) {
        fail(module, TRANSFER_NETWORK_ERROR, TRANSFER_FTP_NET);
        return;
    }
    module->config.network->progress(module->config.context, progress);
    /* What a server claims may be more than an answer can show. */
    progress->received = bytes_min(progress->received, INT32_MAX);
    progress->total = bytes_min(progress->total, INT32_MAX);
    if (module->transfer == TRANSFER_FTP_RAM && !progress->failed &&
        progress->received > RAM_BYTES) {
        fail(module, 0, TRANSFER_FTP_DOWNLOAD);
        transfer_forget_ram(module);
    } else if (!progress->busy) {
        end(module);
    }
}

static void watch_get(struct ffx_module *module)
{
    if (timer_ended(module, FFX_TIMER_FTPGET))
        offer_again(module);
    else if (module->ftp_open && !radio_ftp_bearer(module))
        close_get(module, TRANSFER_FTP_NET);
}

void transfer_poll(struct ffx_module *module)
{
    if (timer_ended(module, FFX_TIMER_FLASH))
        flash_is_done(module);
    watch_get(module);
    if (module->transfer == TRANSFER_NONE || module->transfer_written)
        return;
    if (module->transfer_started)
        go_on(module);
    else
        try_start(module);
}

uint32_t transfer_wait(const struct ffx_module *module, uint32_t idle)
{
    return module->transfer == TRANSFER_NONE ? idle : RUNNING_MS;
}
