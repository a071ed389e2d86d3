/* SPDX-License-Identifier: Apache-2.0 */
#include "module/radio.h"

#include "base/bytes.h"

#include "module/clock.h"
#include "module/run.h"
#include "module/timer.h"
#include "module/urc.h"

/* Real modules take seconds; a virtual one need not. */
#define FAST_BOOT_MS 100u
#define SIM_MS 200u
#define BEARER_MS 500u /* a SIM7000 took 492 ms (at-facts 7.1) */

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
        [RADIO_SIM_OFF] = "NOT READY", [RADIO_SIM_ABSENT] = "NOT INSERTED",
        [RADIO_SIM_PIN] = "SIM PIN",   [RADIO_SIM_PUK] = "SIM PUK",
        [RADIO_SIM_READY] = "READY",
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
        [RADIO_SIM_READY] = COMMAND_OK,
    };
    if (module->function == 0)
        return COMMAND_CME(797); /* "CFUN state is 0 or 4" */
    return errors[module->sim];
}

static int sim_after_power_up(const struct ffx_module *module)
{
    if (module->config.sim_pin == 0)
        return RADIO_SIM_ABSENT;
    if (module->config.sim_pin[0] == '\0')
        return RADIO_SIM_READY;
    return module->pin_tries > 0 ? RADIO_SIM_PIN : RADIO_SIM_PUK;
}

static int announces(const struct ffx_module *module)
{
    return module->settings.rate != 0; /* D25: silent in auto-baud */
}

/* --- bearer (CNACT) ------------------------------------------------------ */

void radio_open(struct ffx_module *module, uint8_t mode)
{
    module->bearer_mode = mode;
    if (module->bearer != RADIO_OFF)
        return;
    module->bearer = RADIO_OPENING;
    timer_start(module, FFX_TIMER_BEARER, BEARER_MS);
}

void radio_close(struct ffx_module *module)
{
    if (module->bearer == RADIO_OFF)
        return;
    module->bearer = RADIO_OFF;
    timer_stop(module, FFX_TIMER_BEARER);
    urc_push(module, URC_APP_PDP, 0);
}

/* --- registration -------------------------------------------------------- */

static int may_register(const struct ffx_module *module)
{
    return module->sim == RADIO_SIM_READY && module->function == 1 &&
           module->settings.operator_mode != 2;
}

int radio_attached(const struct ffx_module *module)
{
    return module->registered && !module->detached;
}

int radio_gives_bearer(const struct ffx_module *module)
{
    return radio_attached(module) && module->config.apn != 0;
}

void radio_put_registration(const struct ffx_module *module,
                            struct ffx_at_text *out, uint8_t which)
{
    ffx_at_put_number(out, module->registered);
    if (module->report[which] < 2 || !module->registered)
        return;
    ffx_at_put(out, ",\"74CE\",");
    /* CEREG has a rac between tac and ci (manual, since V1.04). */
    ffx_at_put(out, which == 2 ? "\"00\",\"1AE1BDA\"," : "\"1AE1BDA\",");
    ffx_at_put_number(out, radio_act(module));
}

static void report_registration(struct ffx_module *module)
{
    for (uint8_t i = 0; i < 3; i++)
        if (module->report[i] > 0)
            urc_push(module, URC_CREG, i);
}

static void drop_bearers(struct ffx_module *module)
{
    radio_close(module);
    for (uint8_t i = 0; i < FFX_MODULE_BEARERS; i++) {
        if (module->sapbr[i])
            urc_push(module, URC_SAPBR, (uint8_t)(i + 1));
        module->sapbr[i] = 0;
    }
}

void radio_update(struct ffx_module *module)
{
    const int registered = may_register(module);
    if (registered != module->registered) {
        module->registered = (uint8_t)registered;
        report_registration(module);
        if (registered)
            clock_from_network(module);
    }
    if (!radio_attached(module))
        drop_bearers(module);
    else if (module->bearer_mode == 2)
        radio_open(module, 2); /* CNACT=2: comes back by itself */
}

static void sim_answers(struct ffx_module *module)
{
    module->sim = (uint8_t)sim_after_power_up(module);
    if (announces(module))
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
    } else if (before == 0) {
        timer_start(module, FFX_TIMER_SIM, SIM_MS);
    }
    radio_update(module);
}

static void bearer_answers(struct ffx_module *module)
{
    module->bearer = radio_gives_bearer(module) ? RADIO_ON : RADIO_OFF;
    urc_push(module, URC_APP_PDP, module->bearer == RADIO_ON);
}

int radio_any_bearer(const struct ffx_module *module)
{
    int any = module->bearer == RADIO_ON;
    for (uint8_t i = 0; i < FFX_MODULE_BEARERS; i++)
        any |= module->sapbr[i];
    return any;
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
        sim_answers(module);
}

static void boot_sms(struct ffx_module *module)
{
    if (announces(module) && module->sim == RADIO_SIM_READY)
        urc_push(module, URC_SMS_READY, 0);
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
    module->pin_tries = 3;
    timer_start(module, FFX_TIMER_BOOT, boot_delay(module, 0));
}

static void boot_next(struct ffx_module *module)
{
    boot_steps[module->boot_step++].enter(module);
    if (module->boot_step < BOOT_STEPS)
        timer_start(module, FFX_TIMER_BOOT,
                    boot_delay(module, module->boot_step));
}

static void sim_is_back(struct ffx_module *module)
{
    sim_answers(module);
    /* The note's dialogue 4.2 has no SMS Ready behind CFUN=1. */
    if (module->config.profile == FFX_PROFILE_MANUAL)
        boot_sms(module);
}

void radio_poll(struct ffx_module *module)
{
    if (timer_ended(module, FFX_TIMER_BOOT))
        boot_next(module);
    if (timer_ended(module, FFX_TIMER_SIM))
        sim_is_back(module);
    if (timer_ended(module, FFX_TIMER_BEARER))
        bearer_answers(module);
}
