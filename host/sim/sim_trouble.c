/* SPDX-License-Identifier: Apache-2.0 */
/* Faults, as they happen: one handler for each action that is not about a
 * byte (sim_line.c) or a transfer (sim_trial.c). */
#include "sim/sim_parts.h"

#include <string.h>

/* How often the network tries to deliver. */
#define MAIL_MS 100

typedef void handler(struct ffx_sim *sim, const struct sim_fault *fault,
                     struct sim_wire *wire);

static uint32_t now_ms(const struct ffx_sim *sim)
{
    return (uint32_t)sim_clock_ms(&sim->clock);
}

/* --- the module as a whole ----------------------------------------------- */

static void doom(struct ffx_sim *sim, const struct sim_fault *fault,
                 struct sim_wire *wire)
{
    (void)wire;
    sim->doom = fault->action;
    sim->doom_ms = 0;
}

/* What the flash of the files keeps of a package whose update lost its power.
 * A transfer's own spoilt byte is sim_trial.c's. */
static void spoil_package(struct ffx_sim *sim, const struct sim_fault *fault,
                          struct sim_wire *wire)
{
    (void)wire;
    if (fault->trigger != SIM_ON_PERCENT)
        return;
    if (sim_files_spoil(&sim->files, FFX_DIR_FOTA, "update.zip",
                        fault->value[0]) != FFX_OK)
        sim_log(&sim->log, "there is no such byte");
    sim->doom = SIM_CUT;
    sim->doom_ms = 0;
}

/* Adds what the fault names to a mask; "none" clears it. */
static void mark(struct ffx_sim *sim, const struct sim_fault *fault,
                 uint32_t *mask, int (*set)(uint32_t *mask, const char *name))
{
    if (strcmp(fault->word, "none") == 0)
        *mask = 0;
    else if (set(mask, fault->word) != 0)
        sim_log(&sim->log, "'%s' is not known", fault->word);
}

/* It shows at the next start. */
static void damage(struct ffx_sim *sim, const struct sim_fault *fault,
                   struct sim_wire *wire)
{
    (void)wire;
    mark(sim, fault, &sim->air.damage, ffx_module_damage_set);
}

static void bug(struct ffx_sim *sim, const struct sim_fault *fault,
                struct sim_wire *wire)
{
    (void)wire;
    mark(sim, fault, &sim->air.bugs, ffx_module_bug_set);
    sim->module.config.bugs = sim->air.bugs;
}

static void set_baud(struct ffx_sim *sim, const struct sim_fault *fault,
                     struct sim_wire *wire)
{
    (void)wire;
    if (fault->trigger != SIM_ON_BOOT && sim->state == SIM_RUN) {
        sim_line_set_baud(&sim->wires[FFX_PORT_UART].line, fault->value[0]);
        return;
    }
    sim->air.baud = fault->value[0];
    sim->air.baud_due = 1;
}

static void set_flow(struct ffx_sim *sim, const struct sim_fault *fault,
                     struct sim_wire *wire)
{
    (void)wire;
    sim->air.flow = (uint8_t)(fault->word[0] == 'w'   ? SIM_FLOW_WORKS
                              : fault->word[0] == 'i' ? SIM_FLOW_IGNORED
                                                      : SIM_FLOW_STUCK);
}

/* --- a command and its answer -------------------------------------------- */

/* The answer of the line that is being heard; its echo is out already. */
static struct sim_answer *answer_of(struct ffx_sim *sim, struct sim_wire *wire)
{
    const uint32_t index = (uint32_t)(wire - sim->wires);
    wire->answer.from = sim->module.ports[index].tx_head;
    wire->answer.open = 1;
    return &wire->answer;
}

static void mute(struct ffx_sim *sim, const struct sim_fault *fault,
                 struct sim_wire *wire)
{
    struct sim_answer *answer = answer_of(sim, wire);
    if (fault->action == SIM_MUTE)
        answer->lost = 1;
    else
        answer->bare = 1;
}

static void late(struct ffx_sim *sim, const struct sim_fault *fault,
                 struct sim_wire *wire)
{
    struct sim_answer *answer = answer_of(sim, wire);
    answer->late = 1;
    answer->late_us =
        sim_clock_us(&sim->clock) + (int64_t)fault->value[0] * 1000;
}

/* The line in hand becomes another, so that echo, CMEE and the form of the
 * answer stay the core's. */
static void replace(struct ffx_sim *sim, const struct sim_fault *fault,
                    struct sim_wire *wire)
{
    static const char by[] = "+UNKNOWN";
    const uint32_t index = (uint32_t)(wire - sim->wires);
    char *const line = sim->module.ports[index].config.line;
    if (fault->action == SIM_UNKNOWN)
        memcpy(line, by, sizeof by);
    else
        line[0] = '\0';
}

static void stuck(struct ffx_sim *sim, const struct sim_fault *fault,
                  struct sim_wire *wire)
{
    (void)sim;
    (void)fault;
    wire->stuck = 1;
}

static void expect(struct ffx_sim *sim, const struct sim_fault *fault,
                   struct sim_wire *wire)
{
    (void)sim;
    wire->expect = fault->value[0];
}

static void echo(struct ffx_sim *sim, const struct sim_fault *fault,
                 struct sim_wire *wire)
{
    const uint32_t index = (uint32_t)(wire - sim->wires);
    sim->module.ports[index].user.echo = (uint8_t)fault->value[0];
}

static void newline(struct ffx_sim *sim, const struct sim_fault *fault,
                    struct sim_wire *wire)
{
    (void)sim;
    const uint8_t length = fault->text_length < sizeof wire->line.newline
                               ? fault->text_length
                               : (uint8_t)sizeof wire->line.newline;
    memcpy(wire->line.newline, fault->text, length);
    wire->line.newline_length = length;
}

static void fragment(struct ffx_sim *sim, const struct sim_fault *fault,
                     struct sim_wire *wire)
{
    (void)sim;
    wire->line.fragment = fault->value[0];
    wire->line.fragment_ms = fault->value[1];
    wire->line.fragment_done = 0;
}

/* A line that no table of ours would send. It goes into the shift register as
 * if the module had said it. */
static void urc(struct ffx_sim *sim, const struct sim_fault *fault,
                struct sim_wire *wire)
{
    if (sim->state == SIM_OFF || sim->state == SIM_HUNG)
        return;
    sim_line_insert(&wire->line, "\r\n", 2);
    sim_line_insert(&wire->line, fault->text, fault->text_length);
    sim_line_insert(&wire->line, "\r\n", 2);
}

/* --- the world ----------------------------------------------------------- */

static void set_signal(struct ffx_sim *sim, const struct sim_fault *fault,
                       struct sim_wire *wire)
{
    (void)wire;
    sim->air.signal = (uint8_t)fault->value[0];
    if (sim->state == SIM_RUN)
        ffx_module_signal(&sim->module, sim->air.signal, now_ms(sim));
}

static void set_network(struct ffx_sim *sim, const struct sim_fault *fault,
                        struct sim_wire *wire)
{
    (void)wire;
    sim->air.network = (uint8_t)fault->value[0];
    if (sim->state == SIM_RUN)
        ffx_module_registration(&sim->module, sim->air.network, now_ms(sim));
}

/* It is told at the next registration. */
static void set_time(struct ffx_sim *sim, const struct sim_fault *fault,
                     struct sim_wire *wire)
{
    (void)wire;
    sim->air.time_s = fault->value[0];
    sim->air.time_ms = sim_clock_ms(&sim->clock);
}

static void drop_pdp(struct ffx_sim *sim, const struct sim_fault *fault,
                     struct sim_wire *wire)
{
    (void)fault;
    (void)wire;
    if (sim->state == SIM_RUN)
        ffx_module_drop_pdp(&sim->module, now_ms(sim));
}

static void send_sms(struct ffx_sim *sim, const struct sim_fault *fault,
                     struct sim_wire *wire)
{
    (void)wire;
    if (sim->mail_count == SIM_MAILS) {
        sim_log(&sim->log, "the SMS of %s is lost: %u others wait", fault->word,
                SIM_MAILS);
        return;
    }
    struct sim_mail *mail = &sim->mails[sim->mail_count++];
    memcpy(mail->from, fault->word, sizeof fault->word);
    memcpy(mail->text, fault->text, sizeof mail->text);
    sim->mail_ms = sim_clock_ms(&sim->clock);
}

static void set_dtr(struct ffx_sim *sim, const struct sim_fault *fault,
                    struct sim_wire *wire)
{
    (void)wire;
    sim->air.dtr = (uint8_t)fault->value[0];
    if (sim->state == SIM_RUN)
        ffx_module_dtr(&sim->module, sim->air.dtr, now_ms(sim));
}

static void set_battery(struct ffx_sim *sim, const struct sim_fault *fault,
                        struct sim_wire *wire)
{
    (void)wire;
    sim->air.percent = (uint8_t)fault->value[0];
    sim->air.millivolts = (uint16_t)fault->value[1];
    if (sim->state == SIM_RUN)
        ffx_module_battery(&sim->module, sim->air.percent, sim->air.millivolts,
                           now_ms(sim));
}

/* A module that is off, updates itself or has no network gets it later. */
void sim_trouble_mail(struct ffx_sim *sim)
{
    const struct sim_mail *mail = &sim->mails[0];
    if (sim->mail_count == 0 || sim_clock_ms(&sim->clock) < sim->mail_ms)
        return;
    const int result = ffx_sim_sms(sim, mail->from, mail->text);
    sim->mail_ms = sim_clock_ms(&sim->clock) + MAIL_MS;
    if (result == FFX_ERR_BUSY)
        return;
    if (result != FFX_OK)
        sim_log(&sim->log, "the SMS of %s was not taken: %s", mail->from,
                ffx_error_text(result));
    sim->mail_count--;
    memmove(sim->mails, sim->mails + 1, sim->mail_count * sizeof *mail);
}

/* --- dispatch ------------------------------------------------------------ */

static handler *const handlers[SIM_ACTIONS] = {
    [SIM_HANG] = doom,
    [SIM_RESET] = doom,
    [SIM_CUT] = doom,
    [SIM_BUG] = bug,
    [SIM_DAMAGE] = damage,
    [SIM_BAUD] = set_baud,
    [SIM_FLOW] = set_flow,
    [SIM_MUTE] = mute,
    [SIM_BARE] = mute,
    [SIM_UNKNOWN] = replace,
    [SIM_IGNORE] = replace,
    [SIM_SPOILT] = spoil_package,
    [SIM_LATE] = late,
    [SIM_STUCK] = stuck,
    [SIM_EXPECT] = expect,
    [SIM_ECHO] = echo,
    [SIM_NEWLINE] = newline,
    [SIM_FRAGMENT] = fragment,
    [SIM_URC] = urc,
    [SIM_SIGNAL] = set_signal,
    [SIM_NETWORK] = set_network,
    [SIM_PDP] = drop_pdp,
    [SIM_TIME] = set_time,
    [SIM_SMS] = send_sms,
    [SIM_DTR] = set_dtr,
    [SIM_BATTERY] = set_battery,
};

void sim_trouble(struct ffx_sim *sim, const struct sim_fault *fault,
                 uint32_t wire)
{
    char shown[160];
    sim_faults_show(fault, shown, sizeof shown);
    sim_log(&sim->log, "fault: %s", shown);
    if (handlers[fault->action] != NULL)
        handlers[fault->action](sim, fault, &sim->wires[wire]);
}

static void set_off(struct ffx_sim *sim, enum sim_trigger trigger,
                    uint32_t wire)
{
    const struct sim_fault *fault;
    size_t cursor = 0;
    while ((fault = sim_faults_next(&sim->faults, trigger, &cursor)) != NULL)
        sim_trouble(sim, fault, wire);
}

void sim_trouble_count(struct ffx_sim *sim, enum sim_trigger trigger,
                       uint32_t wire)
{
    sim_faults_count(&sim->faults, trigger);
    set_off(sim, trigger, wire);
}

void sim_trouble_reach(struct ffx_sim *sim, enum sim_trigger trigger,
                       uint64_t value)
{
    sim_faults_reach(&sim->faults, trigger, value);
    set_off(sim, trigger, 0);
}

/* --- boot ---------------------------------------------------------------- */

void sim_trouble_boot(struct ffx_sim *sim)
{
    sim->module_config.damage = sim->air.damage;
    sim->module_config.bugs = sim->air.bugs;
}

/* The world did not change because the module was reset. */
void sim_trouble_booted(struct ffx_sim *sim)
{
    ffx_module_signal(&sim->module, sim->air.signal, now_ms(sim));
    ffx_module_registration(&sim->module, sim->air.network, now_ms(sim));
    ffx_module_dtr(&sim->module, sim->air.dtr, now_ms(sim));
    ffx_module_battery(&sim->module, sim->air.percent, sim->air.millivolts,
                       now_ms(sim));
    if (sim->air.baud_due)
        sim_line_set_baud(&sim->wires[FFX_PORT_UART].line, sim->air.baud);
    sim->air.baud_due = 0;
}

/* --- lines --------------------------------------------------------------- */

/* 0: the fault is about lines that begin otherwise. The core keeps what stands
 * behind "AT". */
static int is_meant(const struct ffx_sim *sim, const struct sim_fault *fault,
                    uint32_t wire)
{
    const char *line = sim->module.ports[wire].config.line;
    if (fault->action != SIM_UNKNOWN && fault->action != SIM_IGNORE)
        return 1;
    return fault->text_length >= 2 && memcmp(fault->text, "AT", 2) == 0 &&
           strncmp(line, fault->text + 2, fault->text_length - 2u) == 0;
}

/* The core has a command line. 1: it was never heard, or is not acted on any
 * more. */
int sim_trouble_line(struct ffx_sim *sim, uint32_t wire)
{
    const struct sim_fault *fault;
    size_t cursor = 0;
    int lost = 0;
    sim_faults_count(&sim->faults, SIM_ON_LINE);
    while ((fault = sim_faults_next(&sim->faults, SIM_ON_LINE, &cursor)) !=
           NULL) {
        if (!is_meant(sim, fault, wire))
            continue;
        lost |= fault->action == SIM_LOSE;
        sim_trouble(sim, fault, wire);
    }
    /* A line that is not answered has no answer to be spoilt. */
    if (lost || sim->doom)
        sim->wires[wire].answer = (struct sim_answer){0};
    return lost || sim->doom;
}

/* --- files --------------------------------------------------------------- */

int sim_trouble_write(struct ffx_sim *sim)
{
    const struct sim_fault *fault;
    size_t cursor = 0;
    int result = FFX_OK;
    sim_faults_count(&sim->faults, SIM_ON_WRITE);
    while ((fault = sim_faults_next(&sim->faults, SIM_ON_WRITE, &cursor)) !=
           NULL) {
        sim_trouble(sim, fault, 0);
        result = fault->action == SIM_FULL ? FFX_ERR_SPACE : FFX_ERR_IO;
    }
    return result;
}
