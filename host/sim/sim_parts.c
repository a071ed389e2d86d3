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
    return sim_files_write(&sim->files, dir, name, how, data, length);
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
    (void)context;
    return SIM_FILES_BYTES;
}

static const struct ffx_module_files files_port = {
    size,        read_part,  write_file, remove_file,
    rename_file, free_bytes, total_bytes};

/* --- network ------------------------------------------------------------- */

static int start(void *context, const struct ffx_module_transfer *transfer)
{
    struct ffx_sim *sim = context;
    return sim_network_start(&sim->network, transfer);
}

static void progress(void *context, struct ffx_module_progress *result)
{
    const struct ffx_sim *sim = context;
    sim_network_progress(&sim->network, result);
}

static void cancel(void *context)
{
    struct ffx_sim *sim = context;
    sim_network_cancel(&sim->network);
}

static const struct ffx_module_network network_port = {start, progress, cancel};

/* --- boot stage ---------------------------------------------------------- */

static void reset(void *context, enum ffx_module_reset kind)
{
    struct ffx_sim *sim = context;
    sim->reset = 1 + (int)kind;
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

static void flow(void *context, int from_te, int to_te)
{
    struct ffx_sim *sim = context;
    (void)from_te; /* a PTY or socket always holds the module back */
    sim->flow = to_te != 0;
}

/* The network's time is the computer's, though config.now_us may run as it
 * likes: nothing but a clock that a TE reads depends on it. */
static uint32_t network_time(void *context)
{
    (void)context;
    return (uint32_t)time(NULL);
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
                                                 .time = network_time};

void sim_parts_config(struct ffx_sim *sim)
{
    sim->module_config = (struct ffx_module_config){
        .files = &files_port,
        .network = &network_port,
        .boot = &boot_port,
        .context = sim,
        .profile = sim->config.profile,
        .quirks = sim->config.quirks,
        .imei = sim->config.imei,
        .sim_pin = sim->config.sim_pin,
        .apn = sim->config.apn,
        .sim_puk = sim->config.sim_puk,
        .bugs = sim->config.bugs,
        .damage = sim->config.damage,
        .ports = {{sim->line, sim->tx, SIM_TX_BYTES}},
        .port_count = 1,
        .chunk = sim->chunk};
}
