/* SPDX-License-Identifier: Apache-2.0 */
/* The SIM: PIN, PUK, and what is written on it (manual 3.2, 5.2). */
#include "base/bytes.h"

#include "module/answer.h"
#include "module/card.h"
#include "module/radio.h"

/* --- PIN and PUK --------------------------------------------------------- */

static int cpin_read(struct ffx_module *module, struct command_call *call)
{
    if (module->sim == RADIO_SIM_OFF || module->sim == RADIO_SIM_ABSENT)
        return radio_need_sim(module);
    answer_named(call);
    ffx_at_put(&call->out, radio_sim_text(module->sim));
    answer_end(call);
    return COMMAND_OK;
}

/* Digits only: a typing error costs no try. */
static int is_code(const char *text, uint32_t least)
{
    uint32_t n = 0;
    while (text[n] >= '0' && text[n] <= '9')
        n++;
    return text[n] == '\0' && n >= least && n <= 8;
}

static const char *pin_of(const struct ffx_module *module)
{
    return module->new_pin[0] != '\0' ? module->new_pin
                                      : module->config.sim_pin;
}

static int try_pin(struct ffx_module *module, const char *pin)
{
    if (bytes_same_text(pin, pin_of(module))) {
        module->pin_tries = 3;
        radio_unlock(module);
        return COMMAND_OK;
    }
    if (--module->pin_tries == 0)
        module->sim = RADIO_SIM_PUK;
    return COMMAND_CME(FFX_AT_CME_WRONG_PASSWORD);
}

static int try_puk(struct ffx_module *module, const char *puk, const char *pin)
{
    if (module->config.sim_puk != 0 &&
        bytes_same_text(puk, module->config.sim_puk)) {
        memcpy(module->new_pin, pin, bytes_length(pin) + 1u);
        module->pin_tries = 3;
        module->puk_tries = 10;
        radio_unlock(module);
        return COMMAND_OK;
    }
    if (--module->puk_tries == 0)
        module->sim = RADIO_SIM_BLOCKED;
    return COMMAND_CME(FFX_AT_CME_WRONG_PASSWORD);
}

/* <pin>, or <puk>,<new pin>. */
static int cpin_write(struct ffx_module *module, struct command_call *call)
{
    char code[9], pin[9];
    if (command_string(call, code, sizeof code) != 1)
        return COMMAND_REFUSED;
    const int renewed = command_string(call, pin, sizeof pin);
    if (renewed < 0 || ffx_at_args_end(&call->args) != 0 ||
        module->sim == RADIO_SIM_READY)
        return COMMAND_REFUSED;
    if (!is_code(code, 4) || (renewed && !is_code(pin, 4)))
        return COMMAND_REFUSED;
    if (module->sim == RADIO_SIM_PIN && !renewed)
        return try_pin(module, code);
    if (module->sim == RADIO_SIM_PUK && renewed)
        return try_puk(module, code, pin);
    return module->sim == RADIO_SIM_PIN ? COMMAND_REFUSED
                                        : radio_need_sim(module);
}

/* --- IMSI and ICCID ------------------------------------------------------ */

static int cimi_execute(struct ffx_module *module, struct command_call *call)
{
    char imsi[CARD_IMSI + 1];
    card_imsi(module, imsi);
    answer_text(call, imsi);
    return COMMAND_OK;
}

static int ccid_execute(struct ffx_module *module, struct command_call *call)
{
    char iccid[CARD_ICCID + 1];
    if (module->sim == RADIO_SIM_OFF || module->sim == RADIO_SIM_ABSENT)
        return radio_need_sim(module);
    card_iccid(module, iccid);
    answer_text(call, iccid);
    return COMMAND_OK;
}

static const struct command rows[] = {
    {"+CPIN", 0, "", .read = cpin_read, .write = cpin_write},
    {"+CIMI", COMMAND_SIM, "", .execute = cimi_execute},
    {"+CCID", 0, "", .execute = ccid_execute},
};

const struct command_table cmd_sim_table = {rows, sizeof rows / sizeof rows[0]};
