/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sim_factory.h"
#include "sim/sim_parts.h"

#include "psa/psa_crypto.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A script on standard input is over when it is answered and the module has
 * had nothing to say for so long: bearer and SIM report later than OK. */
#define QUIET_MS 2000

/* --- the loop ------------------------------------------------------------ */

static int64_t running_ms(const struct ffx_sim *sim)
{
    return sim_clock_ms(&sim->clock) - sim->start_ms;
}

/* The script on standard input is over and everything is answered. */
static int script_over(struct ffx_sim *sim)
{
    const struct sim_line *line = &sim->wires[0].line;
    struct ffx_module_progress progress;
    if (sim->config.port != FFX_SIM_STDIO || !line->port.ended)
        return 0;
    if (sim->state == SIM_HUNG)
        return 1; /* it will never be answered */
    if (sim_wire_deaf(sim) || line->fifo_length > 0)
        return 0;
    sim_trial_progress(sim, &progress);
    return sim_wire_silent(sim) && !progress.busy &&
           sim_clock_ms(&sim->clock) - sim->spoke_ms > QUIET_MS;
}

_Static_assert(FFX_MODULE_PORTS *SIM_PORT_FDS + SIM_NETWORK_FDS <= FFX_SIM_FDS,
               "each line and the network have their entries");

unsigned ffx_sim_wait(struct ffx_sim *sim, struct pollfd fds[FFX_SIM_FDS],
                      int *timeout_ms)
{
    const uint64_t fault_ms = sim_faults_due_ms(&sim->faults);
    unsigned count = 0;
    *timeout_ms = -1;
    sim_clock_wait(&sim->clock, timeout_ms, sim->due_ms);
    if (fault_ms != UINT64_MAX)
        sim_clock_wait(&sim->clock, timeout_ms,
                       sim->start_ms + (int64_t)fault_ms);
    if (sim->mail_count > 0)
        sim_clock_wait(&sim->clock, timeout_ms, sim->mail_ms);
    if (sim->doom) { /* nothing else happens before it */
        *timeout_ms = -1;
        sim_clock_wait(&sim->clock, timeout_ms, sim->doom_ms);
    }
    for (uint32_t i = 0; i < sim->wire_count; i++)
        count += sim_wire_wait(sim, i, fds + count, timeout_ms);
    return count + sim_network_wait(&sim->network, fds + count, timeout_ms);
}

int ffx_sim_step(struct ffx_sim *sim, const struct pollfd *fds, unsigned count)
{
    sim_network_step(&sim->network, fds, count);
    if (sim_faults_wait_for(&sim->faults, SIM_ON_MS))
        sim_trouble_reach(sim, SIM_ON_MS, (uint64_t)running_ms(sim));
    sim_trouble_mail(sim);
    for (uint32_t i = 0; i < sim->wire_count; i++)
        sim_wire_receive(sim, i);
    const int result = sim_power_step(sim);
    for (uint32_t i = 0; result == 1 && i < sim->wire_count; i++)
        sim_wire_send(sim, i);
    if (result != 1)
        return result;
    if (sim->doom)
        return sim_power_step(sim);
    sim_power_sent(sim);
    return !script_over(sim);
}

/* --- from outside -------------------------------------------------------- */

int ffx_sim_sms(struct ffx_sim *sim, const char *from, const char *text)
{
    if (sim->state != SIM_RUN)
        return FFX_ERR_BUSY;
    const int result = ffx_module_sms(&sim->module, from, text,
                                      (uint32_t)sim_clock_ms(&sim->clock));
    sim->due_ms = 0;
    return result;
}

const char *ffx_sim_address(const struct ffx_sim *sim)
{
    return sim->wires[0].line.port.name;
}

size_t ffx_sim_say(struct ffx_sim *sim, uint32_t port, const void *bytes,
                   size_t length)
{
    return port < sim->wire_count
               ? sim_port_say(&sim->wires[port].line.port, bytes, length)
               : 0;
}

size_t ffx_sim_hear(struct ffx_sim *sim, uint32_t port, void *buffer,
                    size_t capacity)
{
    return port < sim->wire_count
               ? sim_port_hear(&sim->wires[port].line.port, buffer, capacity)
               : 0;
}

static const char *const pin_names[FFX_SIM_PINS] = {
    [FFX_SIM_DCD] = "DCD", [FFX_SIM_RI] = "RI", [FFX_SIM_CTS] = "CTS"};

void sim_pin_set(struct ffx_sim *sim, enum ffx_sim_pin pin, int low)
{
    if (sim->low[pin] == low)
        return;
    sim->low[pin] = (uint8_t)low;
    if (sim->config.trace != NULL)
        sim->config.trace(sim->config.context, FFX_SIM_PIN, FFX_PORT_UART,
                          pin_names[pin], !low);
}

int ffx_sim_pin(const struct ffx_sim *sim, enum ffx_sim_pin pin)
{
    return !sim->low[pin];
}

/* --- commands ------------------------------------------------------------ */

/* Lines of an answer; what does not fit is left out. */
struct reply {
    char *text;
    size_t length, capacity;
};

static void __attribute__((format(printf, 2, 3)))
put(struct reply *reply, const char *format, ...)
{
    va_list arguments;
    const size_t room = reply->capacity - reply->length;
    va_start(arguments, format);
    const int length =
        vsnprintf(reply->text + reply->length, room, format, arguments);
    va_end(arguments);
    if (length > 0 && (size_t)length < room)
        reply->length += (size_t)length;
    reply->text[reply->length] = '\0';
}

static void show_faults(struct ffx_sim *sim, struct reply *reply)
{
    for (size_t i = 0; i < sim->faults.count; i++) {
        char shown[160];
        const struct sim_fault *fault = &sim->faults.rows[i];
        if (fault->trigger == SIM_ON_NOW)
            continue;
        sim_faults_show(fault, shown, sizeof shown);
        put(reply, "%s: %u times\n", shown, (unsigned)fault->fired);
    }
}

static void clear_faults(struct ffx_sim *sim, struct reply *reply)
{
    (void)reply;
    sim_faults_clear(&sim->faults);
}

static void show_status(struct ffx_sim *sim, struct reply *reply)
{
    static const char *const states[] = {
        [SIM_OFF] = "off",        [SIM_START] = "starts",
        [SIM_UPDATE] = "updates", [SIM_LEAVE] = "updated",
        [SIM_RUN] = "runs",       [SIM_HUNG] = "hangs"};
    put(reply, "state %s\nversion %s\nstatus %d\npercent %u\n",
        states[sim->state], sim_boot_version(&sim->boot),
        ffx_agent_status(&sim->boot.agent), (unsigned)sim->boot.percent);
    put(reply, "ms %lld\n", (long long)running_ms(sim));
    put(reply, "rx-bytes %llu\ntx-bytes %llu\nlost-bytes %u\n",
        (unsigned long long)sim->faults.seen[SIM_ON_RX],
        (unsigned long long)sim->faults.seen[SIM_ON_TX],
        (unsigned)sim->wires[0].line.lost);
}

static void show_pins(struct ffx_sim *sim, struct reply *reply)
{
    for (int pin = 0; pin < FFX_SIM_PINS; pin++)
        put(reply, "%s %s\n", pin_names[pin], sim->low[pin] ? "low" : "high");
    put(reply, "DTR %s\n", sim->air.dtr ? "high" : "low");
}

static const struct {
    const char *name;
    void (*run)(struct ffx_sim *sim, struct reply *reply);
} commands[] = {
    {"faults", show_faults},
    {"clear", clear_faults},
    {"status", show_status},
    {"pins", show_pins},
};

static int run_fault(struct ffx_sim *sim, const char *command,
                     struct reply *reply)
{
    struct ffx_sim_error error;
    const int result = sim_faults_add(&sim->faults, command, NULL, 1, &error);
    if (result != FFX_OK) {
        put(reply, "error: %s\n", error.text);
        return result;
    }
    sim_trouble_reach(sim, SIM_ON_NOW, 0);
    if (sim->state == SIM_RUN) /* elsewhere it says when a state ends */
        sim->due_ms = 0;
    put(reply, "ok\n");
    return FFX_OK;
}

int ffx_sim_control(struct ffx_sim *sim, const char *command, char *text,
                    size_t capacity)
{
    struct reply reply = {text, 0, capacity};
    text[0] = '\0';
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(commands[i].name, command) == 0) {
            reply.capacity = capacity - 4;
            commands[i].run(sim, &reply);
            reply.capacity = capacity;
            put(&reply, "ok\n");
            return FFX_OK;
        }
    return run_fault(sim, command, &reply);
}

/* --- create and destroy -------------------------------------------------- */

static int find_flash(struct ffx_sim *sim, struct ffx_sim_error *error)
{
    struct sim_layout layout;
    const struct ffx_sim_config *config = &sim->config;
    const int done = sim_factory_done(&sim->files);
    if (!done && config->factory == NULL)
        return sim_error(
            error, FFX_ERR_STATE,
            "no module in %s yet: the first start needs "
            "--release DIR and --trust RELEASE.pub, or --version V "
            "for one that only answers AT",
            config->state);
    if (done && config->factory != NULL)
        sim_log(&sim->log, "flash.bin exists: --release, --trust and --version "
                           "are ignored");
    int result = done ? FFX_OK : sim_factory_make(&sim->files, config, error);
    if (result == FFX_OK)
        result = sim_factory_layout(&sim->files, config->state, &layout, error);
    if (result == FFX_OK)
        result = sim_flash_open(&sim->flash, &layout, config->state,
                                "flash.bin", sim->faults.seed, error);
    return result;
}

static int first_power_up(struct ffx_sim *sim, struct ffx_sim_error *error)
{
    const int result = sim_power_up(sim);
    if (result == FFX_OK)
        return FFX_OK;
    return sim_error(error, result,
                     "%s/flash.bin cannot be used: %s; start afresh in a new "
                     "--state",
                     sim->config.state, ffx_error_text(result));
}

static void trace_line(void *context, int out, const void *bytes, size_t length)
{
    const struct sim_wire *wire = context;
    const struct ffx_sim *sim = wire->sim;
    sim->config.trace(sim->config.context,
                      out ? FFX_SIM_FROM_MODULE : FFX_SIM_TO_MODULE,
                      (uint32_t)(wire - sim->wires), bytes, (uint32_t)length);
}

static void close_lines(struct ffx_sim *sim)
{
    for (uint32_t i = 0; i < sim->wire_count; i++)
        sim_port_close(&sim->wires[i].line.port);
}

/* The UART has a rate and meets with faults, USB has neither. */
static int open_lines(struct ffx_sim *sim, struct ffx_sim_error *error)
{
    const struct ffx_sim_config *config = &sim->config;
    struct sim_line *uart = &sim->wires[FFX_PORT_UART].line;
    int result =
        sim_port_open(&uart->port, config->port, config->address, error);
    uart->te_baud = config->baud == FFX_SIM_BAUD_TTY ? 0 : config->baud;
    uart->follow_tty = config->baud == FFX_SIM_BAUD_TTY;
    for (uint32_t i = 0; i < sim->wire_count; i++) {
        struct sim_wire *wire = &sim->wires[i];
        sim_line_init(&wire->line, &sim->clock, i == 0 ? &sim->faults : NULL);
        wire->sim = sim;
        wire->line.trace = config->trace != NULL ? trace_line : NULL;
        wire->line.trace_context = wire;
    }
    if (result != FFX_OK || sim->wire_count == 1)
        return result;
    result = sim_port_open(&sim->wires[FFX_PORT_USB].line.port,
                           config->port == FFX_SIM_CALLS ? FFX_SIM_CALLS
                                                         : FFX_SIM_PTY,
                           config->second, error);
    if (result != FFX_OK)
        sim_port_close(&uart->port);
    return result;
}

/* Each part is closed again when a later one fails. */
static int open_parts(struct ffx_sim *sim, struct ffx_sim_error *error)
{
    const struct ffx_sim_config *config = &sim->config;
    int result = sim_files_open(&sim->files, config->state, error);
    if (result != FFX_OK)
        return result;
    if (config->profile == FFX_PROFILE_SIM7070)
        sim->files.capacity = SIM_FILES_BYTES_7070;
    result = find_flash(sim, error);
    if (result != FFX_OK)
        goto close_files;
    result = sim_boot_open(&sim->boot, config, &sim->files, &sim->flash,
                           &sim->faults, error);
    if (result != FFX_OK)
        goto close_flash;
    result = first_power_up(sim, error);
    if (result == FFX_OK)
        result = sim_network_open(&sim->network, &sim->files, config->ca,
                                  &sim->clock, &sim->log, error);
    if (result != FFX_OK)
        goto close_boot;
    result = open_lines(sim, error);
    if (result == FFX_OK)
        return FFX_OK;
    sim_network_close(&sim->network);
close_boot:
    sim_boot_close(&sim->boot);
close_flash:
    sim_flash_close(&sim->flash);
close_files:
    sim_files_close(&sim->files);
    return result;
}

/* What the command core would refuse, at a time when nobody looks. */
static int check(const struct ffx_sim_config *config,
                 struct ffx_sim_error *error)
{
    if (config->state == NULL)
        return sim_error(error, FFX_ERR_ARGUMENT, "no state directory");
    if (config->imei == NULL || strlen(config->imei) != 15 ||
        strspn(config->imei, "0123456789") != 15)
        return sim_error(error, FFX_ERR_ARGUMENT, "an IMEI has 15 digits");
    if (config->apn != NULL && strlen(config->apn) > FFX_MODULE_APN_MAX)
        return sim_error(error, FFX_ERR_ARGUMENT,
                         "an access point's name has at most %u characters",
                         FFX_MODULE_APN_MAX);
    if (config->boot_ms > FFX_MODULE_BOOT_MS_MAX)
        return sim_error(error, FFX_ERR_ARGUMENT,
                         "a boot takes at most %u milliseconds",
                         FFX_MODULE_BOOT_MS_MAX);
    return FFX_OK;
}

int ffx_sim_create(struct ffx_sim **result_sim,
                   const struct ffx_sim_config *config,
                   struct ffx_sim_error *error)
{
    if (check(config, error) != FFX_OK)
        return FFX_ERR_ARGUMENT;
    struct ffx_sim *sim = calloc(1, sizeof *sim);
    if (sim == NULL)
        return sim_error(error, FFX_ERR_SPACE, "no memory for the module");
    sim->config = *config;
    if (config->crypto == NULL)
        sim->config.crypto = psa_crypto();
    sim->log = (struct sim_log){config->log, config->context};
    sim->clock = (struct sim_clock){config->now_us, config->context};
    sim->start_ms = sim_clock_ms(&sim->clock);
    sim->wire_count = config->second != NULL ? 2 : 1;
    sim->air = (struct sim_air){.signal = 27,
                                .network = 1,
                                .damage = config->damage,
                                .bugs = config->bugs,
                                .percent = 80,
                                .millivolts = 3900};
    sim_faults_init(&sim->faults);
    sim_parts_config(sim);
    int result =
        config->faults == NULL
            ? FFX_OK
            : sim_faults_add(&sim->faults, config->faults,
                             config->faults_name != NULL ? config->faults_name
                                                         : "faults",
                             0, error);
    if (result == FFX_OK)
        result = open_parts(sim, error);
    if (result != FFX_OK) {
        sim_faults_free(&sim->faults);
        free(sim);
        return result;
    }
    sim->config.factory = NULL;
    *result_sim = sim;
    return FFX_OK;
}

void ffx_sim_destroy(struct ffx_sim *sim)
{
    if (sim == NULL)
        return;
    close_lines(sim);
    sim_network_close(&sim->network);
    sim_boot_close(&sim->boot);
    sim_flash_close(&sim->flash);
    sim_files_close(&sim->files);
    sim_faults_free(&sim->faults);
    free(sim);
}
