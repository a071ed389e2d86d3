/* SPDX-License-Identifier: Apache-2.0 */
/* Between the lines and whoever speaks on them: the command core, or the
 * boot stage. */
#include "sim/sim_parts.h"

#include "module/run.h"

struct place {
    struct ffx_sim *sim;
    uint32_t wire;
};

static void on_line_event(void *context, const struct sim_fault *fault)
{
    const struct place *place = context;
    sim_trouble(place->sim, fault, place->wire);
}

/* --- in ------------------------------------------------------------------ */

/* Without AT+IFC=x,2 nothing stops the TE: a full FIFO loses bytes, and so
 * does a module that updates itself. Standard input stands for a script, which
 * cannot know when to wait: it is held back. */
static int is_lossy(const struct ffx_sim *sim, const struct sim_wire *wire)
{
    return wire->line.port.kind != FFX_SIM_STDIO &&
           (!wire->flow || sim->state != SIM_RUN);
}

/* The firmware runs, but its UART does not hear yet. */
int sim_wire_deaf(const struct ffx_sim *sim)
{
    return sim->state != SIM_RUN ||
           (sim->config.boot_ms > 0 && sim->module.boot_step == 0);
}

static int is_held(const struct ffx_sim *sim, const struct sim_wire *wire)
{
    return sim_wire_deaf(sim) && !is_lossy(sim, wire) &&
           wire->line.port.kind == FFX_SIM_STDIO;
}

void sim_wire_receive(struct ffx_sim *sim, uint32_t index)
{
    struct sim_wire *wire = &sim->wires[index];
    struct place place = {sim, index};
    const uint32_t lost = wire->line.lost;
    if (sim->state == SIM_OFF || sim->state == SIM_START || is_held(sim, wire))
        return;
    sim_line_receive(&wire->line, is_lossy(sim, wire), on_line_event, &place);
    if (sim->state != SIM_RUN || wire->stuck) {
        wire->line.lost += wire->line.fifo_length;
        sim_line_taken(&wire->line, wire->line.fifo_length);
    }
    if (wire->line.lost == lost || wire->told)
        return;
    wire->told = 1;
    sim_log(&sim->log, "bytes of the TE are lost: it does not wait for the "
                       "answer, and AT+IFC=2,2 was not said");
}

static uint32_t feed(struct ffx_sim *sim, uint32_t index, uint32_t length)
{
    struct sim_line *line = &sim->wires[index].line;
    const uint32_t taken =
        ffx_module_feed(&sim->module, index, line->fifo, length,
                        (uint32_t)sim_clock_ms(&sim->clock));
    sim_line_taken(line, taken);
    return taken;
}

/* Up to the command whose data count is a lie. */
static void feed_to_lie(struct ffx_sim *sim, uint32_t index)
{
    struct sim_wire *wire = &sim->wires[index];
    struct ffx_module_port *port = &sim->module.ports[index];
    while (wire->expect > 0 && wire->line.fifo_length > 0 &&
           feed(sim, index, 1) == 1)
        if (port->phase == RUN_TAKE) {
            port->data_length = wire->expect;
            wire->expect = 0;
        }
}

/* RTS/CTS: the pin says what reading the port does. */
static void set_cts(struct ffx_sim *sim, uint32_t index)
{
    const struct sim_wire *wire = &sim->wires[index];
    if (index == FFX_PORT_UART && wire->flow)
        sim_pin_set(sim, FFX_SIM_CTS, wire->line.fifo_length < SIM_LINE_FIFO);
}

void sim_wire_feed(struct ffx_sim *sim, uint32_t index)
{
    feed_to_lie(sim, index);
    feed(sim, index, sim->wires[index].line.fifo_length);
    set_cts(sim, index);
}

/* --- out ----------------------------------------------------------------- */

static const uint8_t *pending(struct ffx_sim *sim, uint32_t index,
                              uint32_t *length)
{
    if (sim->state == SIM_RUN)
        return ffx_module_tx(&sim->module, index, length);
    return sim_boot_tx(&sim->boot, index, length);
}

static void acknowledge(struct ffx_sim *sim, uint32_t index, uint32_t length)
{
    if (sim->state != SIM_RUN) {
        sim_boot_tx_ack(&sim->boot, index, length);
        return;
    }
    ffx_module_tx_ack(&sim->module, index, length);
    sim->due_ms = 0; /* the core may have waited for the room */
    sim->spoke_ms = sim_clock_ms(&sim->clock);
}

/* All of it is lost, but for the last `kept` bytes. */
static void lose(struct ffx_sim *sim, uint32_t index, uint32_t kept)
{
    const struct ffx_module_port *port = &sim->module.ports[index];
    while (port->tx_head - port->tx_tail > kept) {
        uint32_t length;
        const uint32_t most = port->tx_head - port->tx_tail - kept;
        ffx_module_tx(&sim->module, index, &length);
        acknowledge(sim, index, length < most ? length : most);
    }
}

static void lose_answer(struct ffx_sim *sim, uint32_t index)
{
    struct sim_wire *wire = &sim->wires[index];
    if (sim->state != SIM_RUN)
        return;
    if (wire->mute)
        lose(sim, index, 0);
    else if (wire->bare)
        lose(sim, index, sizeof "\r\nOK\r\n" - 1);
    wire->mute = wire->bare = 0;
}

void sim_wire_send(struct ffx_sim *sim, uint32_t index)
{
    struct sim_wire *wire = &sim->wires[index];
    struct place place = {sim, index};
    uint32_t length, count = 1;
    if (sim->state == SIM_OFF || sim->state == SIM_HUNG)
        return;
    lose_answer(sim, index);
    if (sim_clock_us(&sim->clock) < wire->late_us)
        return;
    const uint8_t *bytes = pending(sim, index, &length);
    while (length > 0 && count > 0 && !sim->doom) {
        count = sim_line_put(&wire->line, bytes, length, on_line_event, &place);
        if (count > 0)
            acknowledge(sim, index, count);
        sim_line_send(&wire->line);
        bytes = pending(sim, index, &length);
    }
    sim_line_send(&wire->line);
    if (length == 0 && wire->line.fifo_length == 0 &&
        sim_line_empty(&wire->line))
        sim_port_idle(&wire->line.port);
}

static int is_silent(struct ffx_sim *sim, uint32_t index)
{
    const struct sim_wire *wire = &sim->wires[index];
    uint32_t length;
    pending(sim, index, &length);
    return length == 0 && sim_line_empty(&wire->line);
}

int sim_wire_silent(struct ffx_sim *sim)
{
    for (uint32_t i = 0; i < sim->wire_count; i++)
        if (!is_silent(sim, i))
            return 0;
    return 1;
}

void sim_wire_clear(struct ffx_sim *sim)
{
    for (uint32_t i = 0; i < sim->wire_count; i++) {
        struct sim_wire *wire = &sim->wires[i];
        sim_line_clear(&wire->line);
        wire->mute = wire->bare = wire->stuck = 0;
        wire->expect = 0;
        wire->late_us = 0;
    }
}

/* --- poll ---------------------------------------------------------------- */

unsigned sim_wire_wait(struct ffx_sim *sim, uint32_t index, struct pollfd *fds,
                       int *timeout_ms)
{
    struct sim_wire *wire = &sim->wires[index];
    uint32_t length;
    if (sim->state == SIM_OFF)
        return 0;
    pending(sim, index, &length);
    if (length > 0 && sim_line_room(&wire->line) > 0)
        sim_clock_wait(&sim->clock, timeout_ms, (wire->late_us + 999) / 1000);
    return sim_line_wait(&wire->line, is_held(sim, wire), is_lossy(sim, wire),
                         fds, timeout_ms);
}
