/* SPDX-License-Identifier: Apache-2.0 */
#include "module/radio.h"

#include "base/bytes.h"

#include "module/clock.h"
#include "module/quirk.h"
#include "module/run.h"
#include "module/timer.h"
#include "module/urc.h"

/* Real modules take seconds; a virtual one need not. */
#define FAST_BOOT_MS 100u
#define SIM_MS 200u
#define BEARER_MS 500u /* a SIM7000 took 492 ms */

/* --- family -------------------------------------------------------------- */

static const struct radio_model models[] = {
    {"SIM7000E", 0, "EUTRAN-BAND20"},  {"SIM7000C", 0, "EUTRAN-BAND5"},
    {"SIM7000A", 0, "EUTRAN-BAND12"},  {"SIM7000G", 0, "EUTRAN-BAND8"},
    {"SIM7000E-N", 1, "EUTRAN-BAND8"}, {"SIM7000C-N", 1, "EUTRAN-BAND5"},
};

const struct radio_model *radio_model(const struct ffx_module *module)
{
    static const struct radio_model other = {"", 0, "EUTRAN-BAND8"};
    const char *name = module->config.boot->model(module->config.context);
    for (uint32_t i = 0; i < sizeof models / sizeof models[0]; i++)
        if (bytes_same_text(models[i].model, name))
            return &models[i];
    return &other;
}

int radio_act(const struct ffx_module *module)
{
    if (radio_model(module)->nb_only)
        return RADIO_NB_IOT;
    if (module->settings.mode == 13)
        return RADIO_GSM;
    return module->settings.lte_mode == 1 ? RADIO_CAT_M : RADIO_NB_IOT;
}

/* --- SIM ----------------------------------------------------------------- */

const char *radio_sim_text(int sim)
{
    static const char *const texts[] = {
        [RADIO_SIM_OFF] = "NOT READY",   [RADIO_SIM_ABSENT] = "NOT INSERTED",
        [RADIO_SIM_PIN] = "SIM PIN",     [RADIO_SIM_PUK] = "SIM PUK",
        [RADIO_SIM_BLOCKED] = "SIM PUK", [RADIO_SIM_READY] = "READY",
    };
    return texts[sim];
}

int radio_need_sim(const struct ffx_module *module)
{
    static const int16_t errors[] = {
        [RADIO_SIM_OFF] = COMMAND_CME(14),
        [RADIO_SIM_ABSENT] = COMMAND_CME(FFX_AT_CME_SIM_NOT_INSERTED),
        [RADIO_SIM_PIN] = COMMAND_CME(FFX_AT_CME_SIM_PIN),
        [RADIO_SIM_PUK] = COMMAND_CME(12),
        [RADIO_SIM_BLOCKED] = COMMAND_CME(13),
        [RADIO_SIM_READY] = COMMAND_OK,
    };
    if (module->function == 0)
        return COMMAND_CME(797); /* "CFUN state is 0 or 4" */
    return errors[module->sim];
}

static int sim_after_power_up(const struct ffx_module *module)
{
    if (module->config.sim_pin == 0 ||
        (module->config.damage & FFX_DAMAGE_SIM) != 0)
        return RADIO_SIM_ABSENT;
    if (module->config.sim_pin[0] == '\0')
        return RADIO_SIM_READY;
    if (module->puk_tries == 0)
        return RADIO_SIM_BLOCKED;
    return module->pin_tries > 0 ? RADIO_SIM_PIN : RADIO_SIM_PUK;
}

static int announces(const struct ffx_module *module)
{
    return module->settings.rate != 0; /* D25: silent in auto-baud */
}

/* --- application network (CNACT) ----------------------------------------- */

static enum ffx_module_timer timer_of(uint32_t pdn)
{
    return (enum ffx_module_timer)(FFX_TIMER_BEARER + pdn);
}

static void announce_pdn(struct ffx_module *module, uint32_t pdn, int active)
{
    urc_push(module, URC_APP_PDP, (uint8_t)(pdn * 2u + (active ? 1u : 0u)));
}

void radio_open(struct ffx_module *module, uint32_t pdn, uint8_t mode)
{
    module->pdns[pdn].mode = mode;
    if (module->pdns[pdn].state != RADIO_OFF)
        return;
    module->pdns[pdn].state = RADIO_OPENING;
    timer_start(module, timer_of(pdn), BEARER_MS);
}

void radio_close(struct ffx_module *module, uint32_t pdn)
{
    const uint8_t before = module->pdns[pdn].state;
    if (before == RADIO_OFF)
        return;
    module->pdns[pdn].state = RADIO_OFF;
    timer_stop(module, timer_of(pdn));
    announce_pdn(module, pdn, 0);
    if (before == RADIO_ON)
        module->address++;
}

static void bearer_answers(struct ffx_module *module, uint32_t pdn)
{
    const int on = radio_gives_bearer(module);
    module->pdns[pdn].state = on ? RADIO_ON : RADIO_OFF;
    announce_pdn(module, pdn, on);
}

static int any_pdn(const struct ffx_module *module, enum radio_bearer state)
{
    int any = 0;
    for (uint32_t i = 0; i < FFX_MODULE_PDNS; i++)
        any |= module->pdns[i].state == state;
    return any;
}

int radio_app_is_on(const struct ffx_module *module)
{
    return any_pdn(module, RADIO_ON);
}

int radio_app_is_opening(const struct ffx_module *module)
{
    return any_pdn(module, RADIO_OPENING);
}

int radio_ftp_bearer(const struct ffx_module *module)
{
    int any = 0;
    if (quirk_is(module, FFX_D11_FTP_BEARER, 1))
        return module->ftp_cid > 0 && module->sapbr[module->ftp_cid - 1].open;
    for (uint32_t i = 0; i < FFX_MODULE_BEARERS; i++)
        any |= module->sapbr[i].open;
    if (quirk_is(module, FFX_D11_FTP_BEARER, 2))
        any = 0;
    return any || radio_app_is_on(module);
}

/* Every time it gives an address, another one. */
void radio_put_address(const struct ffx_module *module, struct ffx_at_text *out,
                       int on)
{
    ffx_at_put(out, ",\"");
    if (on) {
        ffx_at_put(out, "10.94.36.");
        ffx_at_put_number(out, 44 + module->address % 200);
    } else {
        ffx_at_put(out, RADIO_NO_ADDRESS);
    }
    ffx_at_put(out, "\"");
}

/* --- registration -------------------------------------------------------- */

static int may_register(const struct ffx_module *module)
{
    return module->sim == RADIO_SIM_READY && module->function == 1 &&
           module->settings.operator_mode != 2;
}

int radio_attached(const struct ffx_module *module)
{
    return module->registered && !module->detached &&
           module->stat != RADIO_SMS_ONLY;
}

int radio_gives_bearer(const struct ffx_module *module)
{
    return radio_attached(module) && module->config.apn != 0;
}

int radio_is_lost(const struct ffx_module *module)
{
    return may_register(module) && !module->registered &&
           module->rssi == RADIO_NO_SIGNAL;
}

int radio_context_is_active(const struct ffx_module *module, uint32_t cid)
{
    /* LTE attaches with the first context. */
    const int with_attach = cid == 1 && radio_act(module) != RADIO_GSM;
    return radio_gives_bearer(module) && module->settings.pdp[cid - 1].type &&
           (with_attach || (module->contexts >> (cid - 1u) & 1u) != 0);
}

void radio_put_registration(const struct ffx_module *module,
                            struct ffx_at_text *out, uint8_t which)
{
    ffx_at_put_number(out, module->stat);
    if (module->report[which] < 2 || !module->registered)
        return;
    ffx_at_put(out, ",\"74CE\",");
    /* CEREG has a rac between tac and ci (manual, since V1.04). */
    ffx_at_put(out, which == 2 ? "\"00\",\"1AE1BDA\"," : "\"1AE1BDA\",");
    ffx_at_put_number(out, radio_act(module));
    /* n=4: no cause, then active time and periodic update, both switched off
     * (TS 24.008, 10.5.7.4a). */
    if (module->report[which] == 4)
        ffx_at_put(out, ",,,\"11100000\",\"11100000\"");
}

static void report_registration(struct ffx_module *module, uint8_t least)
{
    for (uint8_t i = 0; i < 3; i++)
        if (module->report[i] >= least)
            urc_push(module, URC_CREG, i);
}

void radio_drop_bearers(struct ffx_module *module)
{
    int any = 0;
    for (uint32_t i = 0; i < FFX_MODULE_PDNS; i++)
        radio_close(module, i);
    for (uint8_t i = 0; i < FFX_MODULE_BEARERS; i++) {
        if (module->sapbr[i].open)
            urc_push(module, URC_SAPBR, (uint8_t)(i + 1));
        any |= module->sapbr[i].open;
        module->sapbr[i].open = 0;
    }
    module->address = (uint8_t)(module->address + any);
    if (module->contexts != 0)
        urc_push(module, URC_PDP, 0);
    module->contexts = 0;
}

void radio_forget_bearers(struct ffx_module *module)
{
    for (uint32_t i = 0; i < FFX_MODULE_PDNS; i++) {
        module->pdns[i].mode = 0;
        module->pdns[i].state = RADIO_OFF;
        timer_stop(module, timer_of(i));
    }
    for (uint32_t i = 0; i < FFX_MODULE_BEARERS; i++)
        module->sapbr[i].open = 0;
    module->address++;
}

/* CNACT=2 comes back by itself. */
static void reopen(struct ffx_module *module)
{
    for (uint32_t i = 0; i < FFX_MODULE_PDNS; i++)
        if (module->pdns[i].mode == 2)
            radio_open(module, i, 2);
}

static int is_served(uint8_t stat)
{
    return stat == RADIO_HOME || stat == RADIO_ROAMING ||
           stat == RADIO_SMS_ONLY;
}

static void change_stat(struct ffx_module *module, uint8_t stat)
{
    const int before = module->registered;
    module->stat = stat;
    module->registered = (uint8_t)is_served(stat);
    report_registration(module, 1);
    if (module->registered && !before)
        clock_from_network(module);
}

void radio_update(struct ffx_module *module)
{
    const uint8_t stat = may_register(module) ? module->network_stat : 0;
    const uint8_t act = (uint8_t)radio_act(module);
    /* Another technology is another cell: what was open there is gone. */
    const int moved = module->registered && act != module->act;
    module->act = act;
    if (stat != module->stat)
        change_stat(module, stat);
    else if (moved)
        report_registration(module, 2);
    if (moved || !radio_attached(module))
        radio_drop_bearers(module);
    if (radio_attached(module))
        reopen(module);
}

static void sim_answers(struct ffx_module *module, int announced)
{
    module->sim = (uint8_t)sim_after_power_up(module);
    if (announced)
        urc_push(module, URC_CPIN, module->sim);
    radio_update(module);
}

void radio_unlock(struct ffx_module *module)
{
    module->sim = RADIO_SIM_READY;
    urc_push(module, URC_CPIN, module->sim);
    urc_push(module, URC_SMS_READY, 0);
    radio_update(module);
}

void radio_set_function(struct ffx_module *module, uint8_t function)
{
    const uint8_t before = module->function;
    module->function = function;
    if (function == 0) {
        module->sim = RADIO_SIM_OFF;
        timer_stop(module, FFX_TIMER_SIM);
    } else if (before == 0 && !module->config.recovery) {
        timer_start(module, FFX_TIMER_SIM, SIM_MS);
    }
    radio_update(module);
}

/* --- boot ---------------------------------------------------------------- */

static void boot_rdy(struct ffx_module *module)
{
    run_owed_ok(module);
    if (announces(module))
        urc_push(module, URC_RDY, 0);
}

static void boot_cfun(struct ffx_module *module)
{
    if (announces(module))
        urc_push(module, URC_CFUN, module->function);
}

static void boot_sim(struct ffx_module *module)
{
    /* Recovery has no radio. CFUN=0 may have come first; CFUN=1 after it has
     * its own timer. */
    if (!module->config.recovery && module->function != 0 &&
        !module->armed[FFX_TIMER_SIM] && module->sim == RADIO_SIM_OFF)
        sim_answers(module, announces(module));
}

static void say_sms_ready(struct ffx_module *module)
{
    if (module->sim == RADIO_SIM_READY)
        urc_push(module, URC_SMS_READY, 0);
}

static void boot_sms(struct ffx_module *module)
{
    if (announces(module))
        say_sms_ready(module);
}

static const struct {
    uint16_t delay_ms; /* behind the step before */
    void (*enter)(struct ffx_module *module);
} boot_steps[] = {
    {FAST_BOOT_MS, boot_rdy},
    {100, boot_cfun},
    {200, boot_sim},
    {300, boot_sms},
};
#define BOOT_STEPS (sizeof boot_steps / sizeof boot_steps[0])

/* RDY when the config says, what follows slower in proportion; not as slow as
 * RDY, though: a real one takes 4.5 s to it and ten to be registered. */
static uint32_t boot_delay(const struct ffx_module *module, uint32_t step)
{
    const uint32_t boot_ms = module->config.boot_ms;
    const uint32_t delay_ms = boot_steps[step].delay_ms;
    if (boot_ms == 0)
        return delay_ms;
    return step == 0 ? boot_ms : delay_ms + delay_ms * (boot_ms / 100u) / 10u;
}

void radio_boot(struct ffx_module *module)
{
    module->function = module->settings.function;
    if (module->config.damage & FFX_DAMAGE_FUN_5)
        module->function = 5;
    module->pin_tries = 3;
    module->puk_tries = 10;
    module->rssi = 27;
    module->network_stat = RADIO_HOME;
    for (uint32_t i = 0; i < FFX_MODULE_PDNS; i++)
        module->pdns[i].type = 1;
    timer_start(module, FFX_TIMER_BOOT, boot_delay(module, 0));
}

static void boot_next(struct ffx_module *module)
{
    boot_steps[module->boot_step++].enter(module);
    if (module->boot_step < BOOT_STEPS)
        timer_start(module, FFX_TIMER_BOOT,
                    boot_delay(module, module->boot_step));
}

/* Who typed CFUN=1 has found the rate: also said in auto-baud. */
static void sim_is_back(struct ffx_module *module)
{
    sim_answers(module, 1);
    /* The note's dialogue 4.2 has no SMS Ready behind CFUN=1. */
    if (module->config.profile != FFX_PROFILE_NOTE)
        say_sms_ready(module);
}

void radio_poll(struct ffx_module *module)
{
    if (timer_ended(module, FFX_TIMER_BOOT))
        boot_next(module);
    if (timer_ended(module, FFX_TIMER_SIM))
        sim_is_back(module);
    for (uint32_t i = 0; i < FFX_MODULE_PDNS; i++)
        if (timer_ended(module, timer_of(i)))
            bearer_answers(module, i);
}
