/* SPDX-License-Identifier: Apache-2.0 */
/* AT+HTTPTOFS: a file over HTTP or HTTPS (manual 9.2.14, note 5.2.1). */
#include "base/bytes.h"

#include "module/answer.h"
#include "module/cmd_files.h"
#include "module/family.h"
#include "module/quirk.h"
#include "module/transfer.h"

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* A scheme, in any letter case (RFC 3986, 3.1). */
static int begins_with(const char *text, const char *head)
{
    while (*head != '\0' && lower(*text) == *head) {
        text++;
        head++;
    }
    return *head == '\0';
}

static int is_url(const char *url)
{
    for (const char *p = url; *p != '\0'; p++)
        if (*p <= ' ' || *p > '~' || *p == '"')
            return 0;
    return begins_with(url, "http://") || begins_with(url, "https://");
}

static int is_in(const char *path, const char *head, uint32_t length)
{
    return bytes_length(path) > length && memcmp(path, head, length) == 0;
}

/* "/fota/update.zip" into directory and name; the three directories that the
 * manual allows here. */
static int take_path(struct ffx_module *module, const char *path)
{
    static const struct {
        const char *head;
        uint8_t length, dir;
    } heads[] = {
        {"/fota/", 6, FFX_DIR_FOTA},
        {"/custapp/", 9, FFX_DIR_CUSTAPP},
        {"/customer/", 10, FFX_DIR_CUSTOMER},
    };
    for (uint32_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        const char *name = path + heads[i].length;
        if (!is_in(path, heads[i].head, heads[i].length) ||
            !cmd_files_is_name(module, name) ||
            cmd_files_locked(module, heads[i].dir, name))
            continue;
        module->transfer_dir = heads[i].dir;
        memcpy(module->transfer_name, name, bytes_length(name) + 1u);
        return COMMAND_OK;
    }
    return COMMAND_REFUSED;
}

static int take_limits(struct ffx_module *module, struct command_call *call)
{
    int32_t timeout_s = 50, tries = 5;
    /* The oldest manual has no such parameters. */
    if (quirk_is(module, FFX_D22_HTTP_LIMITS, 1) && call->args.more)
        return COMMAND_REFUSED;
    if (command_number(call, 10, 1000, &timeout_s) < 0 ||
        command_number(call, 5, 100, &tries) < 0 ||
        ffx_at_args_end(&call->args) != 0)
        return COMMAND_REFUSED;
    module->transfer_timeout_s = (uint32_t)timeout_s;
    module->transfer_tries = (uint32_t)tries;
    return COMMAND_OK;
}

/* Within a second of what stands in *event_ms. */
static int is_close(const struct ffx_module *module, int happened,
                    uint32_t event_ms)
{
    return happened && module->now_ms - event_ms < 1000u;
}

/* What users saw in the field, if the config asks for it. */
static enum transfer_fault fault(const struct ffx_module *module)
{
    const uint32_t bugs = module->config.bugs;
    if ((bugs & FFX_BUG_HTTP_EMPTY_WITH_CFSINIT) && module->files_open)
        return TRANSFER_EMPTY;
    if ((bugs & FFX_BUG_HTTP_EMPTY_AFTER_POLL) &&
        is_close(module, module->http_polled, module->http_polled_ms))
        return TRANSFER_EMPTY;
    if ((bugs & FFX_BUG_HTTP_BACK_TO_BACK) &&
        is_close(module, module->http_ended, module->http_ended_ms))
        return TRANSFER_UNREACHABLE;
    return TRANSFER_SOUND;
}

static int http_write(struct ffx_module *module, struct command_call *call)
{
    if (module->transfer != TRANSFER_NONE)
        return COMMAND_REFUSED;
    if (command_string(call, module->url, sizeof module->url) != 1 ||
        command_string(call, module->path, sizeof module->path) != 1 ||
        take_limits(module, call) != COMMAND_OK || !is_url(module->url) ||
        bytes_length(module->url) > family_url_max(module) ||
        take_path(module, module->path) != COMMAND_OK)
        return COMMAND_REFUSED;
    const int result = transfer_begin(module, TRANSFER_HTTP);
    if (result == COMMAND_OK)
        module->transfer_fault = (uint8_t)fault(module);
    return result;
}

static int http_read(struct ffx_module *module, struct command_call *call)
{
    const int busy = module->transfer == TRANSFER_HTTP;
    answer_named(call);
    ffx_at_put_number(&call->out, busy);
    answer_next_quoted(call, busy ? module->url : "");
    answer_next_quoted(call, busy ? module->path : "");
    answer_end(call);
    return COMMAND_OK;
}

/* D10: the GNSS note's example counts so many more here than in the URC. */
static int32_t shown(const struct ffx_module *module, uint32_t bytes)
{
    const uint32_t more = quirk_is(module, FFX_D10_LENGTHS, 1) ? 1656 : 0;
    return (int32_t)(bytes == 0 || bytes > INT32_MAX - more ? bytes
                                                            : bytes + more);
}

static int http_state_read(struct ffx_module *module, struct command_call *call)
{
    const int busy = module->transfer == TRANSFER_HTTP;
    const struct ffx_module_progress *progress = &module->progress;
    module->http_polled = 1;
    module->http_polled_ms = module->now_ms;
    answer_named(call);
    ffx_at_put_number(&call->out, busy);
    answer_next(call,
                shown(module, busy ? progress->received : module->http_bytes));
    answer_next(call,
                shown(module, busy ? progress->total : module->http_total));
    answer_end(call);
    return COMMAND_OK;
}

static const struct command rows[] = {
    {"+HTTPTOFS", COMMAND_SIM, "(1-255),(1-127)", .read = http_read,
     .write = http_write},
    {"+HTTPTOFSRL", 0, "", .read = http_state_read},
    /* D14: the note's prose, step 3. */
    {"+HTTPSTOFS", COMMAND_SIM | COMMAND_D14, "(1-255),(1-127)",
     .read = http_read, .write = http_write},
};

const struct command_table cmd_http_table = {rows,
                                             sizeof rows / sizeof rows[0]};
