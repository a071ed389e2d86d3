/* SPDX-License-Identifier: Apache-2.0 */
/* Power, resets, updates: the states of enum sim_state. */
#include "sim/sim_parts.h"

#include <string.h>

/* How long last words wait for a peer that does not read them. */
#define LEAVE_MS 2000

/* A stretch of work after which the lines are looked at again. */
#define SLICE_US 5000

static int64_t clock_ms(const struct ffx_sim *sim)
{
    return sim_clock_ms(&sim->clock);
}

static void enter(struct ffx_sim *sim, enum sim_state state, int64_t due_ms)
{
    sim->state = state;
    sim->due_ms = due_ms;
}

/* --- firmware ------------------------------------------------------------ */

/* What lies on the SIM and in the module's flash outlives the firmware's run:
 * the messages. */
static int start_module(struct ffx_sim *sim)
{
    struct ffx_module_sms *const sms = &sim->module.sms;
    struct ffx_module_message kept[FFX_MODULE_STORES][FFX_MODULE_MESSAGES];
    memcpy(kept, sms->messages, sizeof kept);
    const int result = ffx_module_init(&sim->module, &sim->module_config,
                                       (uint32_t)clock_ms(sim));
    memcpy(sms->messages, kept, sizeof kept);
    return result;
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
    sim->reset = 0;
    for (int pin = 0; pin < FFX_SIM_PINS; pin++)
        sim_pin_set(sim, (enum ffx_sim_pin)pin, 0);
    sim->spoke_ms = clock_ms(sim);
    enter(sim, SIM_RUN, 0);
    sim_trouble_count(sim, SIM_ON_BOOT, 0);
    sim_trouble_boot(sim);
    const int result = start_module(sim);
    if (result == FFX_OK)
        sim_trouble_booted(sim);
    return result;
}

int sim_power_up(struct ffx_sim *sim)
{
    sim_trial_cancel(sim);
    sim_wire_forget(sim);
    const int result = sim_boot_power_up(&sim->boot);
    enter(sim, SIM_START, 0);
    return result;
}

static int go_on(int result)
{
    return result == FFX_OK ? 1 : result;
}

/* --- ends ---------------------------------------------------------------- */

static int cut_power(struct ffx_sim *sim)
{
    sim_log(&sim->log, "power cut: %s",
            sim->config.once ? "the end" : "the port is closed");
    sim_trial_cancel(sim);
    sim_wire_clear(sim);
    for (uint32_t i = 0; i < sim->wire_count; i++)
        sim_port_down(&sim->wires[i].line.port);
    enter(sim, SIM_OFF, clock_ms(sim) + sim->config.off_ms);
    return sim->config.once ? FFX_ERR_POWER : 1;
}

static int reset_now(struct ffx_sim *sim, const char *why)
{
    sim_log(&sim->log, "reset: %s", why);
    sim_wire_clear(sim);
    return go_on(sim_power_up(sim));
}

static int hang(struct ffx_sim *sim)
{
    sim_log(&sim->log, "the module hangs; only a power cut helps");
    sim_trial_cancel(sim);
    sim_wire_clear(sim);
    enter(sim, SIM_HUNG, -1);
    return 1;
}

/* A fault has asked for one of the three. */
static int meet_doom(struct ffx_sim *sim)
{
    const int doom = sim->doom;
    sim->doom = 0;
    if (sim->state == SIM_OFF || (sim->state == SIM_HUNG && doom != SIM_CUT))
        return 1;
    return doom == SIM_CUT     ? cut_power(sim)
           : doom == SIM_RESET ? reset_now(sim, "a fault")
                               : hang(sim);
}

/* --- one function per state ---------------------------------------------- */

static int step_off(struct ffx_sim *sim)
{
    struct ffx_sim_error error;
    if (clock_ms(sim) < sim->due_ms)
        return 1;
    for (uint32_t i = 0; i < sim->wire_count; i++)
        if (sim_port_up(&sim->wires[i].line.port, &error) != FFX_OK) {
            sim_log(&sim->log, "%s", error.text);
            return FFX_ERR_IO;
        }
    return go_on(sim_power_up(sim));
}

static int step_start(struct ffx_sim *sim)
{
    if (!sim_boot_pending(&sim->boot))
        return go_on(start_firmware(sim));
    sim_boot_begin(&sim->boot);
    enter(sim, SIM_UPDATE, 0);
    return 1;
}

/* As far as a slice of time, a line to print or the end. */
static int work(struct ffx_sim *sim)
{
    const int64_t start_us = sim_clock_real_us();
    int result = 1;
    uint32_t printed = 0;
    while (result == 1 && printed == 0 && clock_ms(sim) >= sim->due_ms &&
           sim_clock_real_us() < start_us + SLICE_US) {
        result = sim_boot_step(&sim->boot);
        sim_boot_tx(&sim->boot, FFX_PORT_UART, &printed);
        if (!sim->config.real_speed)
            continue;
        const int64_t rest = (int64_t)(sim->flash.lab.spent_us / 1000);
        sim->flash.lab.spent_us -= (uint64_t)rest * 1000;
        sim->due_ms = clock_ms(sim) + rest;
    }
    return result;
}

static int step_update(struct ffx_sim *sim)
{
    const int result = work(sim);
    sim_trouble_reach(sim, SIM_ON_PERCENT, sim->boot.percent);
    if (result == FFX_ERR_POWER)
        return sim->boot.watchdog ? reset_now(sim, "the watchdog")
                                  : cut_power(sim);
    if (result == FFX_ERR_FLASH) {
        /* A reset would find the same journal: AT answers as it stands. */
        sim_log(&sim->log, "the journal takes no record any more");
        return go_on(start_firmware(sim));
    }
    if (result == 0)
        enter(sim, SIM_LEAVE, clock_ms(sim) + LEAVE_MS);
    return result == 0 ? 1 : result;
}

static int step_leave(struct ffx_sim *sim)
{
    if (!sim_wire_silent(sim) && clock_ms(sim) < sim->due_ms)
        return 1;
    sim_log(&sim->log, "reset after the update");
    return go_on(sim_power_up(sim));
}

void sim_power_leave(struct ffx_sim *sim, enum ffx_module_reset kind)
{
    sim->reset = 1 + (int)kind;
    sim->reset_ms = clock_ms(sim) + LEAVE_MS;
}

/* The line may still carry the last word. */
static int leave_firmware(struct ffx_sim *sim)
{
    static const char *const words[] = {[FFX_RESET_FOTA] = "reset: AT+CFOTA=1",
                                        [FFX_RESET_SOFT] = "reset",
                                        [FFX_POWER_DOWN] =
                                            "switched off: AT+CPOWD"};
    const int kind = sim->reset - 1;
    if (!sim_wire_silent(sim) && clock_ms(sim) < sim->reset_ms) {
        sim->due_ms = sim->reset_ms;
        return 1;
    }
    sim_log(&sim->log, "%s", words[kind]);
    sim_trial_cancel(sim);
    if (kind != FFX_POWER_DOWN)
        return go_on(sim_power_up(sim));
    /* Others of the process may go on for long: its peer sees the end. */
    for (uint32_t i = 0; i < sim->wire_count; i++)
        if (sim->wires[i].line.port.kind == FFX_SIM_TCP)
            sim_port_close(&sim->wires[i].line.port);
    return 0;
}

void sim_power_sent(struct ffx_sim *sim)
{
    const int leaves =
        sim->state == SIM_LEAVE || (sim->state == SIM_RUN && sim->reset != 0);
    if (leaves && sim_wire_silent(sim))
        sim->due_ms = 0;
}

static int step_run(struct ffx_sim *sim)
{
    if (sim->reset)
        return leave_firmware(sim);
    for (uint32_t i = 0; i < sim->wire_count; i++)
        sim_wire_feed(sim, i);
    const uint32_t wait_ms =
        ffx_module_poll(&sim->module, (uint32_t)clock_ms(sim));
    sim->due_ms = clock_ms(sim) + wait_ms;
    if (sim->trial.drops_pdp)
        ffx_module_drop_pdp(&sim->module, (uint32_t)clock_ms(sim));
    sim->trial.drops_pdp = 0;
    return 1;
}

static int step_hung(struct ffx_sim *sim)
{
    (void)sim;
    return 1;
}

static int (*const steps[])(struct ffx_sim *sim) = {
    [SIM_OFF] = step_off,       [SIM_START] = step_start,
    [SIM_UPDATE] = step_update, [SIM_LEAVE] = step_leave,
    [SIM_RUN] = step_run,       [SIM_HUNG] = step_hung,
};

/* What was said before a byte that brings a reset, and the byte, still leave
 * the shift register, at the pace of the line. */
static int is_doomed(struct ffx_sim *sim)
{
    int leaving = 0;
    for (uint32_t i = 0; i < sim->wire_count; i++)
        leaving |= sim->wires[i].line.shift_length > 0;
    return sim->doom && (!leaving || clock_ms(sim) >= sim->doom_ms);
}

int sim_power_step(struct ffx_sim *sim)
{
    int result = is_doomed(sim) ? meet_doom(sim) : 1;
    if (result == 1 && !sim->doom)
        result = steps[sim->state](sim);
    if (result == 1 && is_doomed(sim))
        result = meet_doom(sim);
    return result;
}
