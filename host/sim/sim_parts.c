/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sim_parts.h"

/* --- files --------------------------------------------------------------- */

static int size(void *context, int dir, const char *name, uint32_t *bytes)
{
    const struct ffx_sim *sim = context;
    return sim_files_size(&sim->files, dir, name, bytes);
}

static int read_part(void *context, int dir, const char *name, uint32_t offset,
                     void *buffer, uint32_t length)
{
    const struct ffx_sim *sim = context;
    return sim_files_read(&sim->files, dir, name, offset, buffer, length);
}

static int write_file(void *context, int dir, const char *name, int how,
                      const void *data, uint32_t length)
{
    struct ffx_sim *sim = context;
    const int fault = sim_trouble_write(sim);
    return fault != FFX_OK
               ? fault
               : sim_files_write(&sim->files, dir, name, how, data, length);
}

static int remove_file(void *context, int dir, const char *name)
{
    struct ffx_sim *sim = context;
    return sim_files_remove(&sim->files, dir, name);
}

static int rename_file(void *context, int dir, const char *from, const char *to)
{
    struct ffx_sim *sim = context;
    return sim_files_rename(&sim->files, dir, from, to);
}

static uint32_t free_bytes(void *context)
{
    const struct ffx_sim *sim = context;
    return sim_files_free(&sim->files);
}

static uint32_t total_bytes(void *context)
{
    const struct ffx_sim *sim = context;
    return sim->files.capacity;
}

static const struct ffx_module_files files_port = {
    size,        read_part,  write_file, remove_file,
    rename_file, free_bytes, total_bytes};

/* --- network ------------------------------------------------------------- */

static int start(void *context, const struct ffx_module_transfer *transfer)
{
    struct ffx_sim *sim = context;
    return sim_trial_start(sim, transfer);
}

static void progress(void *context, struct ffx_module_progress *result)
{
    struct ffx_sim *sim = context;
    sim_trial_progress(sim, result);
}

static void cancel(void *context)
{
    struct ffx_sim *sim = context;
    sim_trial_cancel(sim);
}

static void message(void *context, const char *to, const char *text)
{
    const struct ffx_sim *sim = context;
    sim_log(&sim->log, "SMS to %s: %s", to, text);
}

static const struct ffx_module_network network_port = {start, progress, cancel,
                                                       message};

/* --- boot stage ---------------------------------------------------------- */

static void reset(void *context, enum ffx_module_reset kind)
{
    sim_power_leave(context, kind);
}

static int fota_request(void *context)
{
    struct ffx_sim *sim = context;
    return ffx_agent_request(&sim->boot.agent);
}

static int fota_clear(void *context)
{
    struct ffx_sim *sim = context;
    return ffx_agent_clear(&sim->boot.agent);
}

static int fota_status(void *context)
{
    const struct ffx_sim *sim = context;
    return ffx_agent_status(&sim->boot.agent);
}

static int fota_locked(void *context)
{
    const struct ffx_sim *sim = context;
    return ffx_agent_locked(&sim->boot.agent);
}

static const char *version(void *context)
{
    const struct ffx_sim *sim = context;
    return sim_boot_version(&sim->boot);
}

static const char *model(void *context)
{
    const struct ffx_sim *sim = context;
    return ffx_agent_state(&sim->boot.agent)->model;
}

static uint32_t settings_load(void *context, void *blob, uint32_t capacity)
{
    const struct ffx_sim *sim = context;
    return sim_files_load(&sim->files, "settings", blob, capacity);
}

static void settings_save(void *context, const void *blob, uint32_t length)
{
    struct ffx_sim *sim = context;
    if (sim_files_save(&sim->files, "settings", blob, length) != FFX_OK)
        sim_log(&sim->log, "cannot save the settings in %s", sim->config.state);
}

/* Flow control belongs to the UART; USB has its own. */
static void flow(void *context, int from_te, int to_te)
{
    struct ffx_sim *sim = context;
    (void)from_te; /* the core's */
    for (uint32_t i = 0; i < sim->wire_count; i++)
        sim->wires[i].flow = i != FFX_PORT_UART || to_te != 0;
}

static void rate(void *context, uint32_t baud)
{
    struct ffx_sim *sim = context;
    sim_line_set_baud(&sim->wires[FFX_PORT_UART].line, baud);
}

static int heard(void *context, uint32_t port)
{
    struct ffx_sim *sim = context;
    return sim_trouble_line(sim, port);
}

static void answered(void *context, uint32_t port, uint32_t length)
{
    sim_wire_answered(context, port, length);
}

static void move_pin(void *context, enum ffx_module_pin pin, int low)
{
    static const enum ffx_sim_pin pins[FFX_MODULE_PINS] = {
        [FFX_PIN_DCD] = FFX_SIM_DCD, [FFX_PIN_RI] = FFX_SIM_RI};
    sim_pin_set(context, pins[pin], low);
}

/* The network's time is the computer's; with a clock of the caller's it begins
 * in September 2020, so that the same run reads the same. */
static uint32_t network_time(void *context)
{
    const struct ffx_sim *sim = context;
    if (sim->air.time_s > 0)
        return sim->air.time_s +
               (uint32_t)((sim_clock_ms(&sim->clock) - sim->air.time_ms) /
                          1000);
    return sim->clock.now_us == NULL
               ? (uint32_t)time(NULL)
               : (uint32_t)(1600000000 + sim_clock_us(&sim->clock) / 1000000);
}

static const struct ffx_module_boot boot_port = {.reset = reset,
                                                 .fota_request = fota_request,
                                                 .fota_clear = fota_clear,
                                                 .fota_status = fota_status,
                                                 .fota_locked = fota_locked,
                                                 .version = version,
                                                 .model = model,
                                                 .settings_load = settings_load,
                                                 .settings_save = settings_save,
                                                 .flow = flow,
                                                 .time = network_time,
                                                 .rate = rate,
                                                 .heard = heard,
                                                 .answered = answered,
                                                 .pin = move_pin};

void sim_parts_config(struct ffx_sim *sim)
{
    sim->module_config =
        (struct ffx_module_config){.files = &files_port,
                                   .network = &network_port,
                                   .boot = &boot_port,
                                   .context = sim,
                                   .profile = sim->config.profile,
                                   .quirks = sim->config.quirks,
                                   .imei = sim->config.imei,
                                   .sim_pin = sim->config.sim_pin,
                                   .apn = sim->config.apn,
                                   .boot_ms = sim->config.boot_ms,
                                   .port_count = (uint8_t)sim->wire_count,
                                   .chunk = sim->chunk};
    for (uint32_t i = 0; i < sim->wire_count; i++)
        sim->module_config.ports[i] = (struct ffx_module_port_config){
            sim->wires[i].command, sim->wires[i].tx, SIM_TX_BYTES};
}
