/* SPDX-License-Identifier: Apache-2.0 */
#include "module_bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- files --------------------------------------------------------------- */

static struct module_bench_file *find(struct module_bench *b, int dir,
                                      const char *name)
{
    for (uint32_t i = 0; i < MODULE_BENCH_FILES; i++)
        if (b->files[i].used && b->files[i].dir == dir &&
            strcmp(b->files[i].name, name) == 0)
            return &b->files[i];
    return NULL;
}

static uint32_t disk_free(void *context)
{
    const struct module_bench *b = context;
    uint32_t used = 0;
    for (uint32_t i = 0; i < MODULE_BENCH_FILES; i++)
        used += b->files[i].size;
    return MODULE_BENCH_DISK - used;
}

static int file_size(void *context, int dir, const char *name, uint32_t *bytes)
{
    struct module_bench *b = context;
    const struct module_bench_file *file = find(b, dir, name);
    if (file == NULL || b->files_fail)
        return FFX_ERR_IO;
    *bytes = file->size;
    return 0;
}

static int file_read(void *context, int dir, const char *name, uint32_t offset,
                     void *buffer, uint32_t length)
{
    struct module_bench *b = context;
    const struct module_bench_file *file = find(b, dir, name);
    if (file == NULL || b->files_fail || offset > file->size ||
        length > file->size - offset)
        return FFX_ERR_IO;
    memcpy(buffer, file->data + offset, length);
    return 0;
}

static struct module_bench_file *create(struct module_bench *b, int dir,
                                        const char *name)
{
    for (uint32_t i = 0; i < MODULE_BENCH_FILES; i++) {
        if (b->files[i].used)
            continue;
        b->files[i].used = 1;
        b->files[i].dir = dir;
        snprintf(b->files[i].name, sizeof b->files[i].name, "%s", name);
        return &b->files[i];
    }
    return NULL;
}

static int file_write(void *context, int dir, const char *name, int how,
                      const void *data, uint32_t length)
{
    struct module_bench *b = context;
    struct module_bench_file *file = find(b, dir, name);
    const uint32_t size = file != NULL ? file->size : 0;
    const uint32_t before = how == FFX_WRITE_APPEND ? size : 0;
    const uint32_t end = before + length;
    if (b->files_fail)
        return FFX_ERR_IO;
    if (length > disk_free(b))
        return FFX_ERR_SPACE;
    if (file == NULL)
        file = create(b, dir, name);
    if (file == NULL)
        return FFX_ERR_SPACE;
    file->data = realloc(file->data, (end > size ? end : size) + 1u);
    if (file->data == NULL)
        abort();
    memcpy(file->data + before, data, length);
    file->size = how == FFX_WRITE_OVER && size > end ? size : end;
    return 0;
}

static int file_remove(void *context, int dir, const char *name)
{
    struct module_bench *b = context;
    struct module_bench_file *file = find(b, dir, name);
    if (file == NULL || b->files_fail)
        return FFX_ERR_IO;
    free(file->data);
    memset(file, 0, sizeof *file);
    return 0;
}

static int file_rename(void *context, int dir, const char *from, const char *to)
{
    struct module_bench *b = context;
    struct module_bench_file *file = find(b, dir, from);
    if (file == NULL || b->files_fail)
        return FFX_ERR_IO;
    snprintf(file->name, sizeof file->name, "%s", to);
    return 0;
}

static uint32_t disk_size(void *context)
{
    (void)context;
    return MODULE_BENCH_DISK;
}

static const struct ffx_module_files files = {
    .size = file_size,
    .read = file_read,
    .write = file_write,
    .remove = file_remove,
    .rename = file_rename,
    .free_bytes = disk_free,
    .total_bytes = disk_size,
};

/* --- network ------------------------------------------------------------- */

static int network_start(void *context,
                         const struct ffx_module_transfer *transfer)
{
    struct module_bench *b = context;
    b->starts++;
    snprintf(b->url, sizeof b->url, "%s", transfer->url);
    snprintf(b->user, sizeof b->user, "%s", transfer->user);
    snprintf(b->password, sizeof b->password, "%s", transfer->password);
    snprintf(b->name, sizeof b->name, "%s", transfer->name);
    b->transfer = *transfer;
    memset(&b->progress, 0, sizeof b->progress);
    b->progress.busy = 1;
    return b->start_result;
}

static void network_progress(void *context,
                             struct ffx_module_progress *progress)
{
    const struct module_bench *b = context;
    *progress = b->progress;
}

static void network_cancel(void *context)
{
    struct module_bench *b = context;
    b->cancels++;
}

static void network_message(void *context, const char *to, const char *text)
{
    struct module_bench *b = context;
    b->messages++;
    snprintf(b->message_to, sizeof b->message_to, "%s", to);
    snprintf(b->message, sizeof b->message, "%s", text);
}

static const struct ffx_module_network network = {
    network_start, network_progress, network_cancel, network_message};

/* --- boot stage ---------------------------------------------------------- */

static void boot_reset(void *context, enum ffx_module_reset kind)
{
    struct module_bench *b = context;
    b->resets++;
    b->reset_kind = (int)kind;
}

static int boot_request(void *context)
{
    struct module_bench *b = context;
    b->requests++;
    return b->request_result;
}

static int boot_clear(void *context)
{
    struct module_bench *b = context;
    if (b->clear_result == 0)
        b->status = 8;
    return b->clear_result;
}

static int boot_status(void *context)
{
    return ((const struct module_bench *)context)->status;
}

static int boot_locked(void *context)
{
    return ((const struct module_bench *)context)->locked;
}

static const char *boot_version(void *context)
{
    return ((const struct module_bench *)context)->version;
}

static const char *boot_model(void *context)
{
    return ((const struct module_bench *)context)->model;
}

static uint32_t boot_load(void *context, void *blob, uint32_t capacity)
{
    const struct module_bench *b = context;
    if (b->settings_length > capacity)
        return 0;
    memcpy(blob, b->settings, b->settings_length);
    return b->settings_length;
}

static void boot_save(void *context, const void *blob, uint32_t length)
{
    struct module_bench *b = context;
    if (length > sizeof b->settings)
        abort();
    memcpy(b->settings, blob, length);
    b->settings_length = length;
}

static void boot_pin(void *context, enum ffx_module_pin pin, int low)
{
    struct module_bench *b = context;
    b->pin_changes[pin]++;
    b->low[pin] = low;
}

static void boot_rate(void *context, uint32_t baud)
{
    ((struct module_bench *)context)->rate = baud;
}

static void boot_flow(void *context, int from_te, int to_te)
{
    struct module_bench *b = context;
    b->flow_from_te = from_te;
    b->flow_to_te = to_te;
}

static uint32_t boot_time(void *context)
{
    return ((const struct module_bench *)context)->time;
}

static const struct ffx_module_boot boot = {
    .reset = boot_reset,
    .fota_request = boot_request,
    .fota_clear = boot_clear,
    .fota_status = boot_status,
    .fota_locked = boot_locked,
    .version = boot_version,
    .model = boot_model,
    .settings_load = boot_load,
    .settings_save = boot_save,
    .pin = boot_pin,
    .rate = boot_rate,
    .flow = boot_flow,
    .time = boot_time,
};

/* --- life ---------------------------------------------------------------- */

void module_bench_init(struct module_bench *b, enum ffx_module_profile profile)
{
    memset(b, 0, sizeof *b);
    b->status = 8;
    b->version = "1529B04SIM7000G";
    b->model = "SIM7000G";
    b->config = (struct ffx_module_config){
        .files = &files,
        .network = &network,
        .boot = &boot,
        .context = b,
        .profile = profile,
        .imei = "869951030000019",
        .sim_pin = "",
        .apn = "ctnb",
        .ports = {{b->line[0], b->tx[0], sizeof b->tx[0]},
                  {b->line[1], b->tx[1], sizeof b->tx[1]}},
        .port_count = 1,
        .chunk = b->chunk,
    };
}

void module_bench_boot(struct module_bench *b)
{
    if (ffx_module_init(&b->module, &b->config, b->now_ms) != 0)
        abort();
}

void module_bench_start(struct module_bench *b, enum ffx_module_profile profile)
{
    module_bench_init(b, profile);
    module_bench_boot(b);
    module_bench_wait(b, 2000);
    module_bench_forget(b);
}

void module_bench_set(struct module_bench *b, const char *quirk)
{
    if (b->config.quirks == NULL)
        ffx_module_quirks(b->config.profile, b->quirks);
    b->config.quirks = b->quirks;
    if (ffx_module_quirk_set(b->quirks, quirk) != 0)
        abort();
}

void module_bench_again(struct module_bench *b)
{
    module_bench_boot(b);
    module_bench_wait(b, 2000);
    module_bench_say(b, "ATE0+CMEE=1\r");
    module_bench_forget(b);
}

void module_bench_end(struct module_bench *b)
{
    for (uint32_t i = 0; i < MODULE_BENCH_FILES; i++)
        free(b->files[i].data);
}

/* --- talk ---------------------------------------------------------------- */

void module_bench_forget(struct module_bench *b)
{
    for (uint32_t i = 0; i < FFX_MODULE_PORTS; i++) {
        b->said_length[i] = 0;
        b->said[i][0] = '\0';
    }
}

static uint32_t at_most(uint32_t length, uint32_t limit)
{
    return limit != 0 && limit < length ? limit : length;
}

static void listen_to(struct module_bench *b, uint32_t port)
{
    char *said = b->said[port];
    while (!b->deaf[port]) {
        uint32_t length;
        const uint8_t *bytes = ffx_module_tx(&b->module, port, &length);
        if (length == 0)
            break;
        length = at_most(length, b->take);
        if (length >= sizeof b->said[port] - b->said_length[port])
            abort();
        memcpy(said + b->said_length[port], bytes, length);
        b->said_length[port] += length;
        said[b->said_length[port]] = '\0';
        ffx_module_tx_ack(&b->module, port, length);
    }
}

static void listen(struct module_bench *b)
{
    for (uint32_t i = 0; i < b->config.port_count; i++)
        listen_to(b, i);
}

static const char *send_on(struct module_bench *b, uint32_t port,
                           const void *bytes, uint32_t length)
{
    const uint8_t *byte = bytes;
    int stuck = 0;
    module_bench_forget(b);
    for (uint32_t done = 0; done < length;) {
        const uint32_t count = at_most(length - done, b->give);
        const uint32_t taken =
            ffx_module_feed(&b->module, port, byte + done, count, b->now_ms);
        stuck = taken == 0 ? stuck + 1 : 0;
        if (stuck > 1)
            break; /* nobody reads it, or XOFF holds it */
        done += taken;
        listen(b);
    }
    listen(b);
    return b->said[port];
}

const char *module_bench_send(struct module_bench *b, const void *bytes,
                              uint32_t length)
{
    return send_on(b, FFX_PORT_UART, bytes, length);
}

const char *module_bench_say(struct module_bench *b, const char *text)
{
    return send_on(b, FFX_PORT_UART, text, (uint32_t)strlen(text));
}

const char *module_bench_say_on(struct module_bench *b, uint32_t port,
                                const char *text)
{
    return send_on(b, port, text, (uint32_t)strlen(text));
}

const char *module_bench_wait(struct module_bench *b, uint32_t ms)
{
    const uint32_t end = b->now_ms + ms;
    module_bench_forget(b);
    for (;;) {
        const uint32_t next = ffx_module_poll(&b->module, b->now_ms);
        listen(b);
        if (b->now_ms == end)
            return b->said[FFX_PORT_UART];
        const uint32_t step = next == 0 || next > 10 ? 10 : next;
        b->now_ms += at_most(end - b->now_ms, step);
    }
}

void module_bench_put_file(struct module_bench *b, int dir, const char *name,
                           const void *data, uint32_t size)
{
    if (file_write(b, dir, name, 0, data, size) != 0)
        abort();
}

const struct module_bench_file *module_bench_file(const struct module_bench *b,
                                                  int dir, const char *name)
{
    for (uint32_t i = 0; i < MODULE_BENCH_FILES; i++)
        if (b->files[i].used && b->files[i].dir == dir &&
            strcmp(b->files[i].name, name) == 0)
            return &b->files[i];
    return NULL;
}
