/* SPDX-License-Identifier: Apache-2.0 */
/* Between the lines and whoever speaks on them: the command core, or the
 * boot stage. */
#include "sim/sim_parts.h"

#include "module/run.h"

/* How long a reset at a byte waits for that byte to leave. */
#define DOOM_MS 2000

struct place {
    struct ffx_sim *sim;
    uint32_t wire;
};

static void on_line_event(void *context, const struct sim_fault *fault)
{
    const struct place *place = context;
    sim_trouble(place->sim, fault, place->wire);
    if (fault->trigger == SIM_ON_TX && place->sim->doom)
        place->sim->doom_ms = sim_clock_ms(&place->sim->clock) + DOOM_MS;
}

/* --- in ------------------------------------------------------------------ */

/* Without AT+IFC=x,2 nothing stops the TE: a full FIFO loses bytes, and so
 * does a module that updates itself. Standard input stands for a script, which
 * cannot know when to wait: it is held back. */
static int is_lossy(const struct ffx_sim *sim, const struct sim_wire *wire)
{
    return wire->line.port.kind != FFX_SIM_STDIO &&
           (!wire->flow || sim->state != SIM_RUN ||
            (sim->air.flow == SIM_FLOW_IGNORED && wire == sim->wires));
}

/* The firmware runs, but its UART does not hear yet. */
int sim_wire_deaf(const struct ffx_sim *sim)
{
    return sim->state != SIM_RUN ||
           (sim->config.boot_ms > 0 && sim->module.boot_step == 0);
}

static int is_held(const struct ffx_sim *sim, const struct sim_wire *wire)
{
    return (sim_wire_deaf(sim) && sim->state != SIM_HUNG &&
            wire->line.port.kind == FFX_SIM_STDIO) ||
           (sim->air.flow == SIM_FLOW_STUCK && wire == sim->wires &&
            wire->flow);
}

void sim_wire_receive(struct ffx_sim *sim, uint32_t index)
{
    struct sim_wire *wire = &sim->wires[index];
    struct place place = {sim, index};
    const uint32_t lost = wire->line.lost;
    if (sim->state == SIM_OFF || sim->state == SIM_START ||
        is_held(sim, wire) || sim->doom)
        return;
    sim_line_receive(&wire->line, is_lossy(sim, wire), on_line_event, &place);
    if (sim->doom && sim->state == SIM_RUN)
        sim_wire_feed(sim, index); /* what came before, and this byte */
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

/* --- answers that a fault makes something of ------------------------------ */

static const uint8_t *pending(struct ffx_sim *sim, uint32_t index,
                              uint32_t *length)
{
    *length = 0;
    if (sim->state == SIM_HUNG)
        return NULL;
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

static int is_spoilt(const struct sim_answer *answer)
{
    return answer->lost || answer->bare || answer->late;
}

/* Whether the head of tx is within the spoilt answer; else how many bytes
 * are before it. */
static int is_within(const struct sim_answer *answer,
                     const struct ffx_module_port *port, uint32_t *before)
{
    *before = answer->from - port->tx_tail;
    return *before == 0 || *before > port->config.tx_bytes;
}

/* Throws away what a fault makes of the answer in hand, once it is the next
 * to be said, and ends that when all of it was. */
static void skip(struct ffx_sim *sim, uint32_t index)
{
    struct sim_answer *answer = &sim->wires[index].answer;
    const struct ffx_module_port *port = &sim->module.ports[index];
    uint32_t before, length;
    if (!is_spoilt(answer) || !is_within(answer, port, &before))
        return;
    if (answer->late && sim_clock_us(&sim->clock) >= answer->late_us)
        answer->late = 0;
    while (answer->lost || answer->bare) {
        const uint32_t end = answer->open ? port->tx_head : answer->to;
        const uint32_t most = end - port->tx_tail;
        ffx_module_tx(&sim->module, index, &length);
        if (!answer->open && most == 0)
            answer->lost = answer->bare = 0;
        if (most == 0 || length == 0)
            break;
        acknowledge(sim, index, length < most ? length : most);
    }
}

void sim_wire_answered(struct ffx_sim *sim, uint32_t index, uint32_t length)
{
    struct sim_answer *answer = &sim->wires[index].answer;
    if (!answer->open)
        return;
    answer->open = 0;
    answer->to = sim->module.ports[index].tx_head;
    if (!answer->lost)
        answer->to -= length;
}

/* As `pending`, but without what a fault holds back. */
static const uint8_t *sayable(struct ffx_sim *sim, uint32_t index,
                              uint32_t *length)
{
    const struct sim_answer *answer = &sim->wires[index].answer;
    uint32_t before;
    if (sim->state == SIM_RUN)
        skip(sim, index);
    const uint8_t *bytes = pending(sim, index, length);
    if (sim->state != SIM_RUN || !is_spoilt(answer))
        return bytes;
    if (is_within(answer, &sim->module.ports[index], &before))
        *length = 0;
    else if (before < *length)
        *length = before;
    return bytes;
}

/* --- to the core --------------------------------------------------------- */

static uint32_t feed(struct ffx_sim *sim, uint32_t index, uint32_t length)
{
    struct sim_line *line = &sim->wires[index].line;
    const uint32_t taken =
        ffx_module_feed(&sim->module, index, line->fifo, length,
                        (uint32_t)sim_clock_ms(&sim->clock));
    sim_line_taken(line, taken);
    return taken;
}

/* The data count of the command in hand is a lie. */
static void lie(struct ffx_sim *sim, uint32_t index)
{
    struct sim_wire *wire = &sim->wires[index];
    struct ffx_module_port *port = &sim->module.ports[index];
    if (wire->expect == 0 || port->phase != RUN_TAKE)
        return;
    port->data_length = wire->expect;
    wire->expect = 0;
}

/* RTS/CTS: the pin says what reading the port does. */
static void set_cts(struct ffx_sim *sim, uint32_t index)
{
    const struct sim_wire *wire = &sim->wires[index];
    if (index == FFX_PORT_UART && wire->flow)
        sim_pin_set(sim, FFX_SIM_CTS,
                    wire->line.fifo_length < SIM_LINE_FIFO &&
                        !is_held(sim, wire));
}

/* One byte at a time as long as the next line may meet with a fault. The next
 * command line waits until the answer that one made something of is out of the
 * way: the module has not ended with it. */
void sim_wire_feed(struct ffx_sim *sim, uint32_t index)
{
    struct sim_wire *wire = &sim->wires[index];
    const struct ffx_module_port *port = &sim->module.ports[index];
    const int doom = sim->doom;
    uint32_t taken = 1;
    while (taken > 0 && wire->line.fifo_length > 0 && sim->doom == doom) {
        skip(sim, index);
        if (is_spoilt(&wire->answer) && port->phase == RUN_IDLE)
            break;
        const int alone = wire->expect > 0 || is_spoilt(&wire->answer) ||
                          sim_faults_wait_for(&sim->faults, SIM_ON_LINE);
        taken = feed(sim, index, alone ? 1 : wire->line.fifo_length);
        lie(sim, index);
    }
    set_cts(sim, index);
}

/* --- out ----------------------------------------------------------------- */

void sim_wire_send(struct ffx_sim *sim, uint32_t index)
{
    struct sim_wire *wire = &sim->wires[index];
    struct place place = {sim, index};
    uint32_t length, count = 1;
    if (sim->state == SIM_OFF)
        return;
    const uint8_t *bytes = sayable(sim, index, &length);
    while (length > 0 && count > 0 && !sim->doom) {
        count = sim_line_put(&wire->line, bytes, length, on_line_event, &place);
        if (count > 0)
            acknowledge(sim, index, count);
        sim_line_send(&wire->line);
        bytes = sayable(sim, index, &length);
    }
    if (length == 0)
        sim_line_end(&wire->line);
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
        sim_line_drop(&wire->line);
    }
    sim_wire_forget(sim);
}

void sim_wire_forget(struct ffx_sim *sim)
{
    for (uint32_t i = 0; i < sim->wire_count; i++) {
        sim->wires[i].flow = 0;
        sim->wires[i].stuck = 0;
        sim->wires[i].expect = 0;
        sim->wires[i].answer = (struct sim_answer){0};
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
    sayable(sim, index, &length);
    if (length > 0 && sim_line_room(&wire->line) > 0 && !sim->doom)
        *timeout_ms = 0;
    if (wire->answer.late && length == 0)
        sim_clock_wait(&sim->clock, timeout_ms,
                       (wire->answer.late_us + 999) / 1000);
    return sim_line_wait(&wire->line, is_held(sim, wire), is_lossy(sim, wire),
                         fds, timeout_ms);
}
