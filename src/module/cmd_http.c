/* SPDX-License-Identifier: Apache-2.0 */
/* AT+HTTPTOFS: a file over HTTP or HTTPS (manual 9.2.14, note 5.2.1). */
#include "base/bytes.h"

#include "module/answer.h"
#include "module/cmd_files.h"
#include "module/transfer.h"

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

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
    return begins_with(url, "http://") || begins_with(url, "https://"); /* D9 */
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
        if (!begins_with(path, heads[i].head) || !cmd_files_is_name(name) ||
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
    if (command_number(call, 10, 1000, &timeout_s) < 0 ||
        command_number(call, 5, 100, &tries) < 0 ||
        ffx_at_args_end(&call->args) != 0)
        return COMMAND_REFUSED;
    module->transfer_timeout_s = (uint32_t)timeout_s;
    module->transfer_tries = (uint32_t)tries;
    return COMMAND_OK;
}

static int http_write(struct ffx_module *module, struct command_call *call)
{
    if (module->transfer != TRANSFER_NONE)
        return COMMAND_REFUSED;
    if (command_string(call, module->url, sizeof module->url) != 1 ||
        command_string(call, module->path, sizeof module->path) != 1 ||
        take_limits(module, call) != COMMAND_OK || !is_url(module->url) ||
        take_path(module, module->path) != COMMAND_OK)
        return COMMAND_REFUSED;
    return transfer_begin(module, TRANSFER_HTTP);
}

static int http_read(struct ffx_module *module, struct command_call *call)
{
    const int busy = module->transfer == TRANSFER_HTTP;
    answer_named(module, call);
    ffx_at_put_number(&call->out, busy);
    answer_next_quoted(call, busy ? module->url : "");
    answer_next_quoted(call, busy ? module->path : "");
    answer_end(call);
    return COMMAND_OK;
}

static int http_state_read(struct ffx_module *module, struct command_call *call)
{
    const int busy = module->transfer == TRANSFER_HTTP;
    answer_named(module, call);
    ffx_at_put_number(&call->out, busy);
    answer_next(
        call, (int32_t)(busy ? module->progress.received : module->http_bytes));
    answer_next(call,
                (int32_t)(busy ? module->progress.total : module->http_total));
    answer_end(call);
    return COMMAND_OK;
}

static const struct command rows[] = {
    {"+HTTPTOFS", COMMAND_SIM, "(1-255),(1-127)", .read = http_read,
     .write = http_write},
    {"+HTTPTOFSRL", 0, "", .read = http_state_read},
    /* D14b: the note's prose, step 3. */
    {"+HTTPSTOFS", COMMAND_SIM | COMMAND_D14, "(1-255),(1-127)",
     .read = http_read, .write = http_write},
};

const struct command_table cmd_http_table = {rows,
                                             sizeof rows / sizeof rows[0]};
