/* SPDX-License-Identifier: Apache-2.0 */
#include "road.h"

#include "module/run.h"
#include "psa/psa_crypto.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- the module's files -------------------------------------------------- */

static struct road_file *find(struct road *road, int dir, const char *name)
{
    for (uint32_t i = 0; i < ROAD_FILES; i++)
        if (road->files[i].used && road->files[i].dir == dir &&
            strcmp(road->files[i].name, name) == 0)
            return &road->files[i];
    return NULL;
}

static struct road_file *create(struct road *road, int dir, const char *name)
{
    for (uint32_t i = 0; i < ROAD_FILES; i++) {
        struct road_file *file = &road->files[i];
        if (file->used)
            continue;
        memset(file, 0, sizeof *file);
        file->used = 1;
        file->dir = dir;
        snprintf(file->name, sizeof file->name, "%s", name);
        return file;
    }
    return NULL;
}

static int files_size(void *context, int dir, const char *name, uint32_t *bytes)
{
    const struct road_file *file = find(context, dir, name);
    if (file == NULL)
        return FFX_ERR_IO;
    *bytes = file->size;
    return 0;
}

static int files_read(void *context, int dir, const char *name, uint32_t offset,
                      void *buffer, uint32_t length)
{
    const struct road_file *file = find(context, dir, name);
    if (file == NULL || offset > file->size || length > file->size - offset)
        return FFX_ERR_IO;
    memcpy(buffer, file->data + offset, length);
    return 0;
}

static int files_write(void *context, int dir, const char *name, int append,
                       const void *data, uint32_t length)
{
    struct road *road = context;
    struct road_file *file = find(road, dir, name);
    if (length > road->free_bytes)
        return FFX_ERR_SPACE;
    if (file == NULL && (file = create(road, dir, name)) == NULL)
        return FFX_ERR_IO;
    if (append != FFX_WRITE_APPEND)
        file->size = 0;
    file->data = realloc(file->data, file->size + length + 1);
    memcpy(file->data + file->size, data, length);
    file->size += length;
    return 0;
}

static int files_remove(void *context, int dir, const char *name)
{
    struct road_file *file = find(context, dir, name);
    if (file == NULL)
        return FFX_ERR_IO;
    free(file->data);
    memset(file, 0, sizeof *file);
    return 0;
}

static int files_rename(void *context, int dir, const char *from,
                        const char *to)
{
    struct road_file *file = find(context, dir, from);
    if (file == NULL)
        return FFX_ERR_IO;
    snprintf(file->name, sizeof file->name, "%s", to);
    return 0;
}

static uint32_t files_free(void *context)
{
    return ((struct road *)context)->free_bytes;
}

static const struct ffx_module_files files = {.size = files_size,
                                              .read = files_read,
                                              .write = files_write,
                                              .remove = files_remove,
                                              .rename = files_rename,
                                              .free_bytes = files_free};

/* --- its network --------------------------------------------------------- */

static int net_start(void *context, const struct ffx_module_transfer *transfer)
{
    struct road *road = context;
    road->starts++;
    road->received = 0;
    road->started_ms = road->now_ms;
    road->net_busy = 1;
    road->net_dir = transfer->dir;
    snprintf(road->net_name, sizeof road->net_name, "%s", transfer->name);
    return 0;
}

static void net_end(struct road *road, struct ffx_module_progress *progress)
{
    const int bad = road->starts <= road->bad_tries;
    road->net_busy = 0;
    progress->busy = 0;
    progress->http_status = bad ? 601 : road->http_status;
    progress->ftp_error = bad ? 63 : road->ftp_error;
    progress->failed = progress->http_status != 200 || progress->ftp_error != 0;
    if (progress->failed)
        return;
    files_remove(road, road->net_dir, road->net_name);
    files_write(road, road->net_dir, road->net_name, 0, road->package,
                road->served_size);
}

static void net_progress(void *context, struct ffx_module_progress *progress)
{
    struct road *road = context;
    const int refused = road->http_status != 200 || road->ftp_error != 0 ||
                        road->starts <= road->bad_tries;
    const uint32_t total = refused ? 0 : road->served_size;
    uint32_t bytes = (uint32_t)((uint64_t)(road->now_ms - road->started_ms) *
                                road->bytes_per_s / 1000u);
    if (bytes > total)
        bytes = total;
    if (road->stall_at != 0 && bytes > road->stall_at)
        bytes = road->stall_at;
    road->received = bytes;
    *progress = (struct ffx_module_progress){
        .busy = 1, .received = bytes, .total = total};
    if (bytes == total && road->now_ms - road->started_ms > 200)
        net_end(road, progress);
}

static void net_cancel(void *context)
{
    ((struct road *)context)->net_busy = 0;
}

static const struct ffx_module_network network = {
    .start = net_start, .progress = net_progress, .cancel = net_cancel};

/* --- its boot stage ------------------------------------------------------ */

static void start_module(struct road *road)
{
    road->is_off = 0;
    if (ffx_module_init(&road->module, &road->module_config, road->now_ms))
        abort();
}

static void go_off(struct road *road, uint32_t ms)
{
    road->is_off = 1;
    road->raw_left = 0;
    road->typed_length = 0;
    road->off_until_ms = road->now_ms + ms;
}

static void boot_reset(void *context, enum ffx_module_reset kind)
{
    struct road *road = context;
    if (road->is_off) /* its power went while the answer left */
        return;
    if (kind == FFX_RESET_SOFT)
        road->restarts_wanted = 1;
    if (kind != FFX_RESET_FOTA)
        return;
    road->percent = 0;
    road->next_line_ms = road->now_ms + 500;
    go_off(road, road->update_ms);
}

static int boot_request(void *context)
{
    struct road *road = context;
    if (find(road, FFX_DIR_FOTA, "update.zip") == NULL)
        return FFX_ERR_NO_PACKAGE;
    road->requests++;
    road->status = 1;
    return 0;
}

static int boot_clear(void *context)
{
    ((struct road *)context)->status = 8;
    return 0;
}

static int boot_status(void *context)
{
    return ((struct road *)context)->status;
}

static int boot_locked(void *context)
{
    const int status = ((struct road *)context)->status;
    return status == 1 || status == 2 || status == 4;
}

static const char *boot_version(void *context)
{
    return ((struct road *)context)->version;
}

static const char *boot_model(void *context)
{
    return ((struct road *)context)->model;
}

static uint32_t boot_load(void *context, void *blob, uint32_t capacity)
{
    struct road *road = context;
    if (road->settings_length > capacity)
        return 0;
    memcpy(blob, road->settings, road->settings_length);
    return road->settings_length;
}

static void boot_save(void *context, const void *blob, uint32_t length)
{
    struct road *road = context;
    if (length > sizeof road->settings)
        abort();
    memcpy(road->settings, blob, length);
    road->settings_length = length;
}

static const struct ffx_module_boot boot = {.reset = boot_reset,
                                            .fota_request = boot_request,
                                            .fota_clear = boot_clear,
                                            .fota_status = boot_status,
                                            .fota_locked = boot_locked,
                                            .version = boot_version,
                                            .model = boot_model,
                                            .settings_load = boot_load,
                                            .settings_save = boot_save};

/* The installed bytes decide as the agent would: another package than the
 * served one is refused. */
static void end_update(struct road *road)
{
    const struct road_file *file = find(road, FFX_DIR_FOTA, "update.zip");
    const int right = file != NULL && file->size == road->package_size &&
                      memcmp(file->data, road->package, file->size) == 0;
    road->status = right ? road->update_ends_in : 7;
    if (road->status == 6) {
        road->version = road->update_version;
        files_remove(road, FFX_DIR_FOTA, "update.zip");
    }
    start_module(road);
}

/* --- the driver's ports -------------------------------------------------- */

static void log_line(struct road *road, const char *kind, const char *text)
{
    const uint32_t left = ROAD_LOG - road->log_length;
    const int n =
        snprintf(road->log + road->log_length, left, "%s%s\n", kind, text);
    if (n < 0 || (uint32_t)n >= left)
        road->log_length = 0; /* long fault runs: the newest part counts */
    else
        road->log_length += (uint32_t)n;
}

static void on_event(void *context, const struct ffx_driver_event *event)
{
    struct road *road = context;
    switch (event->kind) {
    case FFX_DRIVER_STATE:
        log_line(road, "# ", ffx_driver_state_name(event->state));
        break;
    case FFX_DRIVER_SENT:
        log_line(road, "> ", event->text);
        break;
    case FFX_DRIVER_HEARD:
        log_line(road, "< ", event->text);
        break;
    case FFX_DRIVER_HOLD_POWER:
        road->hold = event->on;
        road->holds++;
        break;
    case FFX_DRIVER_POSITION:
        road->position = *ffx_driver_position(&road->driver);
        road->positions++;
        break;
    case FFX_DRIVER_FINISHED:
        road->cause = event->cause;
        road->detail = event->detail;
        log_line(road, "= ", ffx_cause_name(event->cause));
        break;
    case FFX_DRIVER_PROGRESS:
        break;
    }
}

static int read_package(void *context, uint32_t offset, void *buffer,
                        uint32_t length)
{
    const struct road *road = context;
    if (road->source_fails_at != 0 && offset + length > road->source_fails_at)
        return FFX_ERR_IO;
    memcpy(buffer, road->package + offset, length);
    return 0;
}

/* --- the pipe ------------------------------------------------------------ */

/* 1: this is the byte that does not arrive. */
static int lost(uint32_t *count, uint32_t which)
{
    return ++*count == which;
}

static int copies(struct road *road, int to_module, uint8_t *byte)
{
    return road->damage != NULL ? road->damage(road, to_module, byte) : 1;
}

static void hear(struct road *road, uint8_t byte)
{
    int count = copies(road, 0, &byte);
    if (lost(&road->bytes_to_driver, road->lose_to_driver))
        return;
    while (count-- > 0)
        ffx_driver_feed(&road->driver, &byte, 1, road->now_ms);
}

static void hear_text(struct road *road, const char *text)
{
    for (; *text != '\0'; text++)
        hear(road, (uint8_t)*text);
}

void road_hear(struct road *road, const void *bytes, uint32_t length)
{
    const uint8_t *from = bytes;
    for (uint32_t i = 0; i < length; i++)
        hear(road, from[i]);
}

/* Between two lines, outside raw data. */
static void line_ended(struct road *road)
{
    road->lines_to_driver++;
    if (road->urc != NULL && road->lines_to_driver == road->urc_at) {
        hear_text(road, "\r\n");
        hear_text(road, road->urc);
        hear_text(road, "\r\n");
    }
}

static int module_speaks(struct road *road)
{
    uint32_t length;
    const uint8_t *bytes = ffx_module_tx(&road->module, FFX_PORT_UART, &length);
    if (length == 0)
        return 0;
    if (road->to_driver != 0 && length > road->to_driver)
        length = road->to_driver;
    for (uint32_t i = 0; i < length && !road->silent && !road->is_off; i++) {
        const int raw = road->module.ports[0].phase == RUN_SEND;
        hear(road, bytes[i]);
        if (!raw && bytes[i] == '\n')
            line_ended(road);
    }
    ffx_module_tx_ack(&road->module, FFX_PORT_UART, length);
    return 1;
}

static const char *test_answers(struct road *road)
{
    for (uint32_t i = 0; i < 4; i++) {
        struct road_answer *answer = &road->answers[i];
        if (answer->command == NULL ||
            strncmp(road->typed, answer->command, strlen(answer->command)) ||
            (answer->times != 0 && answer->used >= answer->times))
            continue;
        if (answer->skipped < answer->skip) {
            answer->skipped++;
            continue;
        }
        answer->used++;
        return answer->answer;
    }
    return NULL;
}

static void feed_module(struct road *road, const void *bytes, uint32_t length)
{
    const uint8_t *from = bytes;
    for (uint32_t done = 0; done < length && !road->is_off;) {
        const uint32_t taken =
            ffx_module_feed(&road->module, FFX_PORT_UART, from + done,
                            length - done, road->now_ms);
        done += taken;
        while (module_speaks(road))
            ;
    }
}

static void execute(struct road *road)
{
    unsigned dir, mode, size;
    char name[32];
    if (sscanf(road->typed, "AT+CFSWFILE=%u,%31[^,],%u,%u", &dir, name, &mode,
               &size) == 4)
        road->raw_left = 1;
    feed_module(road, road->typed, road->typed_length);
    if (road->module.ports[0].phase != RUN_TAKE)
        road->raw_left = 0;
}

void road_obey(struct road *road)
{
    road->silent = 1;
    execute(road);
    road->silent = 0;
}

void road_obey_line(struct road *road, const char *line)
{
    road->silent = 1;
    feed_module(road, line, (uint32_t)strlen(line));
    road->silent = 0;
}

static void type_line(struct road *road)
{
    road->typed[road->typed_length] = '\0';
    const char *answer = test_answers(road);
    road->lines_to_module++;
    if (answer != NULL)
        hear_text(road, answer);
    else if (road->instead == NULL || !road->instead(road))
        execute(road);
    road->typed_length = 0;
    if (road->lines_to_module == road->restart_at_line) {
        ffx_module_tx_ack(&road->module, FFX_PORT_UART, sizeof road->tx);
        go_off(road, 3000);
    }
}

/* A byte of a file whose command the test has answered. */
static void swallow(struct road *road, uint8_t byte)
{
    road->silent = 1;
    if (road->raw_left && road->module.ports[0].phase == RUN_TAKE)
        feed_module(road, &byte, 1);
    road->silent = 0;
    if (--road->swallow == 0)
        road->swallowed(road);
}

static void type_byte(struct road *road, uint8_t byte)
{
    if (lost(&road->bytes_to_module, road->lose_to_module) || road->is_off)
        return;
    if (road->swallow > 0) {
        swallow(road, byte);
        return;
    }
    if (road->raw_left && road->module.ports[0].phase == RUN_TAKE) {
        feed_module(road, &byte, 1);
        return;
    }
    if (road->typed_length + 1 < sizeof road->typed)
        road->typed[road->typed_length++] = (char)byte;
    if (byte == '\r')
        type_line(road);
}

static int driver_speaks(struct road *road)
{
    uint8_t bytes[512];
    uint32_t length;
    const void *from = ffx_driver_buf(&road->driver, &length);
    if (from == NULL)
        return 0;
    if (road->to_module != 0 && length > road->to_module)
        length = road->to_module;
    if (length > sizeof bytes)
        length = sizeof bytes;
    memcpy(bytes, from, length);
    ffx_driver_ack(&road->driver, length);
    for (uint32_t i = 0; i < length; i++)
        for (int count = copies(road, 1, &bytes[i]); count > 0; count--)
            type_byte(road, bytes[i]);
    return 1;
}

/* --- the loop ------------------------------------------------------------ */

static void speak_update(struct road *road)
{
    char text[64];
    if (road->percent > 100 || road->silent_update || road->update_ends_in == 0)
        return;
    if (road->percent == 0)
        hear_text(road, "\r\n+CFOTA: \"Start to update\"\r\n");
    snprintf(text, sizeof text, "\r\n+CFOTA: \"Updating\",%u\r\n",
             (unsigned)road->percent);
    hear_text(road, text);
    road->percent += 10;
    road->next_line_ms = road->now_ms + road->update_ms / 20;
}

/* What happens while the module is off. Milliseconds to the next event. */
static uint32_t boot_poll(struct road *road)
{
    const int updating = road->status == 1;
    if ((int32_t)(road->now_ms - road->off_until_ms) < 0) {
        if (updating && (int32_t)(road->now_ms - road->next_line_ms) >= 0)
            speak_update(road);
        return 50;
    }
    if (!updating)
        start_module(road);
    else if (road->update_ends_in == 0)
        return 1000;
    else
        end_update(road);
    return 0;
}

static uint32_t module_poll(struct road *road)
{
    if (road->is_off)
        return boot_poll(road);
    const uint32_t wait = ffx_module_poll(&road->module, road->now_ms);
    while (!road->is_off && module_speaks(road))
        ;
    if (road->restarts_wanted) {
        road->restarts_wanted = 0;
        go_off(road, 1000);
    }
    return wait;
}

static void chat(struct road *road)
{
    if (road->chatter == NULL || road->now_ms - road->chatter_ms < 1000)
        return;
    road->chatter_ms = road->now_ms;
    hear_text(road, road->chatter);
}

int road_step(struct road *road)
{
    chat(road);
    if (road->turned != NULL)
        road->turned(road);
    uint32_t wait = ffx_driver_poll(&road->driver, road->now_ms);
    if (ffx_driver_finished(&road->driver, &road->cause))
        return 0;
    if (driver_speaks(road))
        return 1;
    const uint32_t module_wait = module_poll(road);
    if (module_wait < wait)
        wait = module_wait;
    if (road->chatter != NULL && wait > 1000)
        wait = 1000;
    road->now_ms += wait == 0 ? 1 : wait;
    return 1;
}

/* What was being written stays unwritten; an update goes on, and takes all of
 * its time again. */
void road_cut_power(struct road *road, uint32_t off_ms)
{
    net_cancel(road);
    road->restarts_wanted = 0;
    go_off(road, road->status == 1 ? off_ms + road->update_ms : off_ms);
    road->next_line_ms = road->now_ms + off_ms + 500;
}

void road_idle(struct road *road, uint32_t ms)
{
    const uint32_t end_ms = road->now_ms + ms;
    while ((int32_t)(road->now_ms - end_ms) < 0) {
        const uint32_t left = end_ms - road->now_ms;
        const uint32_t wait = module_poll(road);
        road->now_ms += wait == 0 ? 1 : wait < left ? wait : left;
    }
}

void road_restart(struct road *road)
{
    const int error =
        ffx_driver_init(&road->driver, &road->config, road->now_ms);
    if (error != 0) {
        fprintf(stderr, "road: ffx_driver_init: %d\n", error);
        abort();
    }
}

const char *road_tail(const struct road *road)
{
    const uint32_t most = 2500;
    return road->log + (road->log_length > most ? road->log_length - most : 0);
}

enum ffx_cause road_run(struct road *road)
{
    road_restart(road);
    const uint32_t start_ms = road->now_ms;
    while (road_step(road)) {
        if (road->now_ms - start_ms > road->limit_ms) {
            fprintf(stderr, "%sroad: no end after %u virtual ms\n",
                    road_tail(road), (unsigned)road->limit_ms);
            abort();
        }
    }
    return road->cause;
}

/* --- set up -------------------------------------------------------------- */

void road_digest(const void *data, uint32_t length,
                 uint8_t digest[FFX_SHA256_BYTES])
{
    const struct ffx_crypto *crypto = psa_crypto();
    struct ffx_sha256 hash;
    if (crypto->sha256_start(crypto->context, &hash) ||
        crypto->sha256_update(crypto->context, &hash, data, length) ||
        crypto->sha256_finish(crypto->context, &hash, digest))
        abort();
}

static void init_package(struct road *road)
{
    uint32_t random = 1;
    road->package_size = road->served_size = 21000;
    for (uint32_t i = 0; i < road->package_size; i++) {
        random = random * 1664525u + 1013904223u;
        road->package[i] = (uint8_t)(random >> 24);
    }
    /* what a line reader must not take for lines */
    memcpy(road->package + 5000, "\r\nOK\r\n\r\nERROR\r\n\r\nRDY\r\n", 22);
    road_digest(road->package, road->package_size, road->sha256);
}

static void init_module(struct road *road)
{
    road->free_bytes = 22151168;
    road->model = "SIM7000G";
    road->version = ROAD_FROM;
    road->status = 8;
    road->http_status = 200;
    road->bytes_per_s = 10000;
    road->update_ends_in = 6;
    road->update_version = ROAD_TO;
    road->update_ms = 20000;
    road->module_config = (struct ffx_module_config){
        .files = &files,
        .network = &network,
        .boot = &boot,
        .context = road,
        .profile = FFX_PROFILE_MANUAL,
        .imei = "866425030000014",
        .sim_pin = "",
        .apn = "ctnb",
        .ports = {{road->module_line, road->tx, sizeof road->tx}},
        .port_count = 1,
        .chunk = road->chunk,
    };
    go_off(road, 2000);
}

void road_init(struct road *road, enum ffx_route route)
{
    memset(road, 0, sizeof *road);
    init_package(road);
    init_module(road);
    road->limit_ms = 2u * 3600u * 1000u;
    road->ftp = (struct ffx_driver_ftp){.host = "ftp.example",
                                        .user = "tmf",
                                        .password = "tmf123",
                                        .path = "/",
                                        .name = "update.zip"};
    road->config = (struct ffx_driver_config){
        .line = road->line,
        .line_bytes = sizeof road->line,
        .command = road->command,
        .command_bytes = sizeof road->command,
        .route = route,
        .url = route == FFX_ROUTE_HTTP ? ROAD_URL : NULL,
        .ftp = &road->ftp,
        .package = {read_package, road, road->package_size},
        .facts = {.to = ROAD_TO,
                  .from = ROAD_FROM,
                  .model = "SIM7000G",
                  .size = road->package_size,
                  .sha256 = road->sha256},
        .baud = 115200,
        .crypto = psa_crypto(),
        .event = on_event,
        .context = road,
    };
}

void road_end(struct road *road)
{
    for (uint32_t i = 0; i < ROAD_FILES; i++)
        free(road->files[i].data);
    memset(road->files, 0, sizeof road->files);
}

const struct road_file *road_file(const struct road *road, const char *name)
{
    for (uint32_t i = 0; i < ROAD_FILES; i++)
        if (road->files[i].used && strcmp(road->files[i].name, name) == 0)
            return &road->files[i];
    return NULL;
}

void road_put_file(struct road *road, const char *name, const void *data,
                   uint32_t size)
{
    files_write(road, FFX_DIR_FOTA, name, 0, data, size);
}

unsigned road_sent(const struct road *road, const char *command)
{
    unsigned count = 0;
    char pattern[80];
    snprintf(pattern, sizeof pattern, "> %s", command);
    for (const char *p = road->log; (p = strstr(p, pattern)) != NULL; p++)
        count++;
    return count;
}
