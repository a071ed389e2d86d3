/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sim_clock.h"
#include "sim/sim_factory.h"
#include "sim/sim_parts.h"

#include <stdlib.h>
#include <string.h>

/* How long the last words of an update wait for a peer that does not read. */
#define LEAVE_MS 2000

/* A script on standard input is over when it is answered and the module has
 * had nothing to say for so long: bearer and SIM report later than OK. */
#define QUIET_MS 2000

/* A stretch of work after which the port is looked at again. */
#define SLICE_US 5000

/* --- power --------------------------------------------------------------- */

static int64_t clock_ms(const struct ffx_sim *sim)
{
    return sim_clock_ms(&sim->clock);
}

/* As the core counts: it may wrap. */
static uint32_t core_ms(const struct ffx_sim *sim)
{
    return (uint32_t)clock_ms(sim);
}

static void enter(struct ffx_sim *sim, enum sim_state state, int64_t due_ms)
{
    sim->state = state;
    sim->due_ms = due_ms;
}

static int start_firmware(struct ffx_sim *sim)
{
    const int status = ffx_agent_status(&sim->boot.agent);
    const int recovery =
        status == FFX_STATUS_FAILED_MODEM || status == FFX_STATUS_FAILED_AP;
    sim_log(&sim->log, "boot: %s, version %s, status %d%s",
            ffx_agent_state(&sim->boot.agent)->model,
            sim_boot_version(&sim->boot), status, recovery ? ", recovery" : "");
    sim->module_config.recovery = (uint8_t)recovery;
    sim->flow = sim->reset = 0;
    sim->input_length = 0;
    sim->spoke_ms = clock_ms(sim);
    enter(sim, SIM_RUN, 0);
    return ffx_module_init(&sim->module, &sim->module_config, core_ms(sim));
}

static int power_up(struct ffx_sim *sim)
{
    const int result = sim_boot_power_up(&sim->boot);
    enter(sim, SIM_START, 0);
    return result;
}

static int cut_power(struct ffx_sim *sim)
{
    sim_log(&sim->log, "power cut: %s",
            sim->config.once ? "the end" : "the port is closed");
    sim_network_cancel(&sim->network);
    sim_port_down(&sim->port);
    enter(sim, SIM_OFF, clock_ms(sim) + sim->config.off_ms);
    return sim->config.once ? FFX_ERR_POWER : 1;
}

/* --- one function per state ---------------------------------------------- */

static int step_off(struct ffx_sim *sim)
{
    struct ffx_sim_error error;
    if (clock_ms(sim) < sim->due_ms)
        return 1;
    if (sim_port_up(&sim->port, &error) != FFX_OK) {
        sim_log(&sim->log, "%s", error.text);
        return FFX_ERR_IO;
    }
    const int result = power_up(sim);
    return result == FFX_OK ? 1 : result;
}

static int step_start(struct ffx_sim *sim)
{
    if (!sim_boot_pending(&sim->boot)) {
        const int result = start_firmware(sim);
        return result == FFX_OK ? 1 : result;
    }
    sim_boot_begin(&sim->boot);
    enter(sim, SIM_UPDATE, 0);
    return 1;
}

static int step_update(struct ffx_sim *sim)
{
    const int64_t start_us = sim_clock_real_us();
    int result = 1;
    /* A line to print ends the slice: it goes out before the next one. */
    uint32_t printed = 0;
    while (result == 1 && printed == 0 && clock_ms(sim) >= sim->due_ms &&
           sim_clock_real_us() < start_us + SLICE_US) {
        result = sim_boot_step(&sim->boot);
        sim_boot_tx(&sim->boot, &printed);
        if (!sim->config.real_speed)
            continue;
        const int64_t rest = (int64_t)(sim->flash.lab.spent_us / 1000);
        sim->flash.lab.spent_us -= (uint64_t)rest * 1000;
        sim->due_ms = clock_ms(sim) + rest;
    }
    if (result == FFX_ERR_POWER)
        return cut_power(sim);
    if (result == FFX_ERR_FLASH) {
        /* A reset would find the same journal: AT answers as it stands. */
        sim_log(&sim->log, "the journal takes no record any more");
        result = start_firmware(sim);
        return result == FFX_OK ? 1 : result;
    }
    if (result == 0)
        enter(sim, SIM_LEAVE, clock_ms(sim) + LEAVE_MS);
    return result == 0 ? 1 : result;
}

static int step_leave(struct ffx_sim *sim)
{
    uint32_t length;
    sim_boot_tx(&sim->boot, &length);
    if (length > 0 && clock_ms(sim) < sim->due_ms)
        return 1;
    sim_log(&sim->log, "reset after the update");
    const int result = power_up(sim);
    return result == FFX_OK ? 1 : result;
}

static int leave_firmware(struct ffx_sim *sim)
{
    static const char *const words[] = {[FFX_RESET_FOTA] = "reset: AT+CFOTA=1",
                                        [FFX_RESET_SOFT] = "reset",
                                        [FFX_POWER_DOWN] =
                                            "switched off: AT+CPOWD"};
    const int kind = sim->reset - 1;
    sim_log(&sim->log, "%s", words[kind]);
    sim_network_cancel(&sim->network);
    if (kind == FFX_POWER_DOWN)
        return 0;
    const int result = power_up(sim);
    return result == FFX_OK ? 1 : result;
}

static int step_run(struct ffx_sim *sim)
{
    const uint32_t taken =
        ffx_module_feed(&sim->module, FFX_PORT_UART, sim->input,
                        sim->input_length, core_ms(sim));
    sim->input_length -= taken;
    memmove(sim->input, sim->input + taken, sim->input_length);
    sim->due_ms = clock_ms(sim) + ffx_module_poll(&sim->module, core_ms(sim));
    return sim->reset ? leave_firmware(sim) : 1;
}

static int (*const steps[])(struct ffx_sim *sim) = {
    [SIM_OFF] = step_off,       [SIM_START] = step_start,
    [SIM_UPDATE] = step_update, [SIM_LEAVE] = step_leave,
    [SIM_RUN] = step_run,
};

/* --- the line ------------------------------------------------------------ */

static const void *pending(struct ffx_sim *sim, uint32_t *length)
{
    if (sim->state == SIM_RUN)
        return ffx_module_tx(&sim->module, FFX_PORT_UART, length);
    return sim_boot_tx(&sim->boot, length);
}

static void acknowledge(struct ffx_sim *sim, uint32_t length)
{
    uint32_t left;
    if (sim->state == SIM_RUN) {
        ffx_module_tx_ack(&sim->module, FFX_PORT_UART, length);
        sim->due_ms = 0; /* the core may have waited for the room */
        sim->spoke_ms = clock_ms(sim);
        return;
    }
    sim_boot_tx_ack(&sim->boot, length);
    sim_boot_tx(&sim->boot, &left);
    if (sim->state == SIM_LEAVE && left == 0)
        sim->due_ms = 0;
}

static void write_port(struct ffx_sim *sim)
{
    uint32_t length, wrote = 1;
    const void *bytes = pending(sim, &length);
    while (length > 0 && wrote > 0) {
        wrote = (uint32_t)sim_port_write(&sim->port, bytes, length);
        if (wrote > 0)
            acknowledge(sim, wrote);
        bytes = pending(sim, &length);
    }
    if (length == 0 && sim->input_length == 0)
        sim_port_idle(&sim->port);
}

/* Without AT+IFC=x,2 nothing stops the TE: a full FIFO loses bytes, and so
 * does a module that updates itself. Standard input stands for a script, which
 * cannot know when to wait: it is held back. */
static int may_lose(const struct ffx_sim *sim)
{
    return sim->config.port != FFX_SIM_STDIO &&
           (!sim->flow || sim->state != SIM_RUN);
}

static int may_read(const struct ffx_sim *sim)
{
    return (sim->state == SIM_RUN && sim->input_length < sizeof sim->input) ||
           may_lose(sim);
}

static void lose_input(struct ffx_sim *sim)
{
    uint8_t lost[512];
    if (sim_port_read(&sim->port, lost, sizeof lost) == 0 || sim->lost_input)
        return;
    sim->lost_input = 1;
    sim_log(&sim->log, "bytes of the TE are lost: it does not wait for the "
                       "answer, and AT+IFC=2,2 was not said");
}

static void read_port(struct ffx_sim *sim)
{
    if (sim->state == SIM_START || !may_read(sim))
        return;
    if (sim->input_length == sizeof sim->input) {
        lose_input(sim);
        return;
    }
    sim->input_length +=
        (uint32_t)sim_port_read(&sim->port, sim->input + sim->input_length,
                                sizeof sim->input - sim->input_length);
    if (sim->state != SIM_RUN)
        sim->input_length = 0;
}

/* The script on standard input is over and everything is answered. */
static int script_over(struct ffx_sim *sim)
{
    struct ffx_module_progress progress;
    uint32_t length;
    if (sim->config.port != FFX_SIM_STDIO || !sim->port.ended ||
        sim->state != SIM_RUN || sim->input_length > 0)
        return 0;
    pending(sim, &length);
    sim_network_progress(&sim->network, &progress);
    return length == 0 && !progress.busy &&
           clock_ms(sim) - sim->spoke_ms > QUIET_MS;
}

/* --- the loop ------------------------------------------------------------ */

unsigned ffx_sim_wait(struct ffx_sim *sim, struct pollfd fds[FFX_SIM_FDS],
                      int *timeout_ms)
{
    uint32_t length;
    pending(sim, &length);
    *timeout_ms = -1;
    sim_clock_wait(&sim->clock, timeout_ms, sim->due_ms);
    const unsigned count =
        sim_port_wait(&sim->port, may_read(sim), length > 0, fds, timeout_ms);
    return count + sim_network_wait(&sim->network, fds + count, timeout_ms);
}

int ffx_sim_step(struct ffx_sim *sim, const struct pollfd *fds, unsigned count)
{
    sim_network_step(&sim->network, fds, count);
    read_port(sim);
    const int result = steps[sim->state](sim);
    if (result == 1)
        write_port(sim);
    if (result != 1)
        return result;
    if (sim->state == SIM_RUN && sim->reset)
        return leave_firmware(sim);
    return !script_over(sim);
}

int ffx_sim_sms(struct ffx_sim *sim, const char *from, const char *text)
{
    if (sim->state != SIM_RUN)
        return FFX_ERR_BUSY;
    const int result = ffx_module_sms(&sim->module, from, text, core_ms(sim));
    sim->due_ms = 0;
    return result;
}

const char *ffx_sim_address(const struct ffx_sim *sim)
{
    return sim->port.name;
}

/* --- create and destroy -------------------------------------------------- */

static int find_flash(struct ffx_sim *sim, struct ffx_sim_error *error)
{
    struct sim_layout layout;
    const struct ffx_sim_config *config = &sim->config;
    const int done = sim_factory_done(&sim->files);
    if (!done && config->factory == NULL)
        return sim_error(error, FFX_ERR_STATE,
                         "no module in %s yet: the first start needs "
                         "--release DIR and --trust RELEASE.pub",
                         config->state);
    if (done && config->factory != NULL)
        sim_log(&sim->log, "flash.bin exists: --release and --trust are "
                           "ignored");
    int result = done ? FFX_OK : sim_factory_make(&sim->files, config, error);
    if (result == FFX_OK)
        result = sim_factory_layout(&sim->files, config->state, &layout, error);
    if (result == FFX_OK)
        result = sim_flash_open(&sim->flash, &layout, config->state,
                                "flash.bin", config->seed, error);
    return result;
}

static int first_power_up(struct ffx_sim *sim, struct ffx_sim_error *error)
{
    const int result = power_up(sim);
    if (result == FFX_OK)
        return FFX_OK;
    return sim_error(error, result,
                     "%s/flash.bin cannot be used: %s; start afresh in a new "
                     "--state",
                     sim->config.state, ffx_error_text(result));
}

/* Each part is closed again when a later one fails. */
static int open_parts(struct ffx_sim *sim, struct ffx_sim_error *error)
{
    const struct ffx_sim_config *config = &sim->config;
    int result = sim_files_open(&sim->files, config->state, error);
    if (result != FFX_OK)
        return result;
    result = find_flash(sim, error);
    if (result != FFX_OK)
        goto close_files;
    result = sim_boot_open(&sim->boot, config, &sim->files, &sim->flash, error);
    if (result != FFX_OK)
        goto close_flash;
    result = first_power_up(sim, error);
    if (result == FFX_OK)
        result = sim_network_open(&sim->network, &sim->files, config->ca,
                                  &sim->clock, &sim->log, error);
    if (result != FFX_OK)
        goto close_boot;
    result = sim_port_open(&sim->port, config->port, config->address, error);
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

int ffx_sim_create(struct ffx_sim **result_sim,
                   const struct ffx_sim_config *config,
                   struct ffx_sim_error *error)
{
    if (config->cut_count > FFX_SIM_CUTS)
        return sim_error(error, FFX_ERR_ARGUMENT,
                         "more than %u power cuts in one run",
                         (unsigned)FFX_SIM_CUTS);
    struct ffx_sim *sim = calloc(1, sizeof *sim);
    if (sim == NULL)
        return sim_error(error, FFX_ERR_SPACE, "no memory for the module");
    sim->config = *config;
    if (config->cut_count > 0)
        memcpy(sim->cuts, config->cuts, config->cut_count * sizeof *sim->cuts);
    sim->config.cuts = sim->cuts;
    sim->log = (struct sim_log){config->log, config->context};
    sim->clock = (struct sim_clock){config->now_us, config->context};
    sim_parts_config(sim);
    const int result = open_parts(sim, error);
    if (result != FFX_OK) {
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
    sim_port_close(&sim->port);
    sim_network_close(&sim->network);
    sim_boot_close(&sim->boot);
    sim_flash_close(&sim->flash);
    sim_files_close(&sim->files);
    free(sim);
}
