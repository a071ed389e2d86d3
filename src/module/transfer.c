/* SPDX-License-Identifier: Apache-2.0 */
#include "module/transfer.h"

#include "base/bytes.h"

#include "module/ftp_url.h"
#include "module/radio.h"
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

int transfer_begin(struct ffx_module *module, enum transfer_kind kind)
{
    if (module->transfer != TRANSFER_NONE)
        return COMMAND_REFUSED;
    module->transfer = (uint8_t)kind;
    module->transfer_started = 0;
    memset(&module->progress, 0, sizeof module->progress);
    return COMMAND_OK;
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
    urc_push(module, URC_HTTPTOFS, 0);
}

static void end_ftp(struct ffx_module *module, uint16_t error)
{
    const struct ffx_module_progress *progress = &module->progress;
    const int size = module->transfer == TRANSFER_FTP_SIZE;
    if (progress->failed && error == 0)
        error = TRANSFER_FTP_DOWNLOAD;
    module->ftp_error = error;
    module->ftp_bytes = progress->failed ? 0 : progress->received;
    if (size)
        module->ftp_bytes = progress->failed ? 0 : progress->total;
    urc_push(module, size ? URC_FTP_SIZE : URC_FTP_FILE, 0);
}

static void end(struct ffx_module *module)
{
    if (module->transfer == TRANSFER_HTTP)
        end_http(module, module->progress.http_status);
    else
        end_ftp(module, module->progress.ftp_error);
    module->transfer = TRANSFER_NONE;
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
    fail(module, TRANSFER_OTHER_ERROR, TRANSFER_FTP_QUIT);
}

/* --- start and progress -------------------------------------------------- */

static int is_http(const struct ffx_module *module)
{
    return module->transfer == TRANSFER_HTTP;
}

static int has_bearer(const struct ffx_module *module)
{
    /* HTTPTOFS uses the application network only (at-facts 4.4). */
    return is_http(module) ? module->bearer == RADIO_ON
                           : radio_any_bearer(module);
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
        .tries = is_http(module) ? module->transfer_tries : 1,
        .passive = module->ftp_passive,
        .ascii = module->ftp_ascii,
        .size_only = module->transfer == TRANSFER_FTP_SIZE,
    };
    return module->config.network->start(module->config.context, &transfer);
}

static void try_start(struct ffx_module *module)
{
    if (!has_bearer(module) && module->bearer == RADIO_OPENING)
        return;
    if (!is_http(module) &&
        (module->ftp_host[0] == '\0' || module->ftp_file[0] == '\0'))
        fail(module, 0, TRANSFER_FTP_NOT_ALLOWED);
    else if (!has_bearer(module) || start(module) < 0)
        fail(module, TRANSFER_NETWORK_ERROR, TRANSFER_FTP_NET);
    else
        module->transfer_started = 1;
}

void transfer_poll(struct ffx_module *module)
{
    if (module->transfer == TRANSFER_NONE)
        return;
    if (!module->transfer_started) {
        try_start(module);
        return;
    }
    if (!has_bearer(module)) {
        fail(module, TRANSFER_NETWORK_ERROR, TRANSFER_FTP_NET);
        return;
    }
    module->config.network->progress(module->config.context, &module->progress);
    /* What a server claims may be more than an answer can show. */
    module->progress.received = bytes_min(module->progress.received, INT32_MAX);
    module->progress.total = bytes_min(module->progress.total, INT32_MAX);
    if (!module->progress.busy)
        end(module);
}

uint32_t transfer_wait(const struct ffx_module *module, uint32_t idle)
{
    return module->transfer == TRANSFER_NONE ? idle : RUNNING_MS;
}
