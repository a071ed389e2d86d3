/* SPDX-License-Identifier: Apache-2.0 */
/* Bearers of the module's own services: CNACT and SAPBR (manual 5.2, 8.2;
 * note chapter 4). */
#include "base/bytes.h"

#include "module/answer.h"
#include "module/family.h"
#include "module/quirk.h"
#include "module/radio.h"

/* --- application network (CNACT) ----------------------------------------- */

/* The APN comes from the network on LTE, is empty on GSM (note 4.1). */
static int cgnapn_execute(struct ffx_module *module, struct command_call *call)
{
    const int known = module->registered && module->config.apn != 0 &&
                      radio_act(module) != RADIO_GSM;
    answer_named(call);
    ffx_at_put_number(&call->out, known);
    answer_next_quoted(call, known ? module->config.apn : "");
    answer_end(call);
    return COMMAND_OK;
}

/* A SIM7070 has four of them, and says which one first (D12). */
static int is_sim7070(const struct ffx_module *module)
{
    return quirk_is(module, FFX_D12_CNACT, 2);
}

static uint32_t pdn_count(const struct ffx_module *module)
{
    return is_sim7070(module) ? FFX_MODULE_PDNS : 1;
}

/* The leading <pdpidx> of a SIM7070; 0 without one. */
static int take_pdn(struct ffx_module *module, struct command_call *call,
                    uint32_t *pdn)
{
    int32_t index = 0;
    if (is_sim7070(module) &&
        command_number(call, 0, FFX_MODULE_PDNS - 1, &index) != 1)
        return COMMAND_REFUSED;
    *pdn = (uint32_t)index;
    return COMMAND_OK;
}

/* --- CNCFG --------------------------------------------------------------- */

/* One PDN a piece. */
static int cncfg_read(struct ffx_module *module, struct command_call *call)
{
    const uint32_t index = command_step(call);
    if (index == pdn_count(module))
        return COMMAND_OK;
    const struct ffx_module_pdn *pdn = &module->pdns[index];
    answer_named(call);
    if (is_sim7070(module)) {
        ffx_at_put_number(&call->out, (int32_t)index);
        ffx_at_put(&call->out, ",");
    }
    ffx_at_put_number(&call->out, pdn->type);
    answer_next_quoted(call, pdn->apn);
    answer_next_quoted(call, pdn->user);
    answer_next_quoted(call, pdn->password);
    answer_next(call, pdn->auth);
    answer_end(call);
    return COMMAND_AGAIN;
}

static int cncfg_write(struct ffx_module *module, struct command_call *call)
{
    struct ffx_module_pdn pdn;
    int32_t type, auth = 0;
    uint32_t index;
    if (take_pdn(module, call, &index) != COMMAND_OK ||
        command_number(call, 0, is_sim7070(module) ? 4 : 2, &type) != 1)
        return COMMAND_REFUSED;
    pdn = module->pdns[index];
    if (command_string(call, pdn.apn, sizeof pdn.apn) < 0 ||
        command_string(call, pdn.user, sizeof pdn.user) < 0 ||
        command_string(call, pdn.password, sizeof pdn.password) < 0 ||
        command_number(call, 0, 3, &auth) < 0 ||
        ffx_at_args_end(&call->args) != 0)
        return COMMAND_REFUSED;
    pdn.type = (uint8_t)type;
    pdn.auth = (uint8_t)auth;
    module->pdns[index] = pdn;
    return COMMAND_OK;
}

static int cncfg_test(struct ffx_module *module, struct command_call *call)
{
    answer_named(call);
    ffx_at_put(&call->out, is_sim7070(module) ? "(0-3),(0-4),63,63,63,(0-3)"
                                              : "(0-2),63,63,63,(0-3)");
    answer_end(call);
    return COMMAND_OK;
}

/* --- CNACTCFG ------------------------------------------------------------ */

static const char *const families[] = {"IPV4", "IPV6", "IPV4V6"};
#define FAMILIES (sizeof families / sizeof families[0])

static int cnactcfg_read(struct ffx_module *module, struct command_call *call)
{
    answer_quoted(call, families[module->pdp_family]);
    return COMMAND_OK;
}

static int cnactcfg_write(struct ffx_module *module, struct command_call *call)
{
    char family[7];
    if (command_string(call, family, sizeof family) != 1 ||
        ffx_at_args_end(&call->args) != 0)
        return COMMAND_REFUSED;
    for (uint8_t i = 0; i < FAMILIES; i++)
        if (bytes_same_text(family, families[i])) {
            module->pdp_family = i;
            return COMMAND_OK;
        }
    return COMMAND_REFUSED;
}

/* --- CNACT --------------------------------------------------------------- */

static void put_pdn(struct ffx_module *module, struct command_call *call,
                    uint32_t index)
{
    uint8_t state = module->pdns[index].state;
    /* Older editions have no "in operation". */
    if (state == RADIO_OPENING && family_edition(module) < FAMILY_106)
        state = RADIO_OFF;
    answer_named(call);
    /* The note prints the SIM7070's context number first (D12). */
    if (!quirk_is(module, FFX_D12_CNACT, 0)) {
        ffx_at_put_number(&call->out, (int32_t)index);
        ffx_at_put(&call->out, ",");
    }
    ffx_at_put_number(&call->out, state);
    radio_put_address(module, &call->out, state == RADIO_ON);
    answer_end(call);
}

static int cnact_read(struct ffx_module *module, struct command_call *call)
{
    for (uint32_t i = 0; i < pdn_count(module); i++)
        put_pdn(module, call, i);
    return COMMAND_OK;
}

static int cnact_test(struct ffx_module *module, struct command_call *call)
{
    answer_named(call);
    ffx_at_put(&call->out, is_sim7070(module) ? "(0-3),(0-2)" : "(0-2),63");
    answer_end(call);
    return COMMAND_OK;
}

static void switch_pdn(struct ffx_module *module, uint32_t index, uint8_t mode)
{
    if (mode != 0) {
        radio_open(module, index, mode);
        return;
    }
    module->pdns[index].mode = 0;
    radio_close(module, index);
}

/* The note's CNACT=1,1 is mode 1 with an APN called "1": no special case. The
 * network here serves every APN. */
static int cnact_write(struct ffx_module *module, struct command_call *call)
{
    char apn[FFX_MODULE_APN_MAX + 1];
    int32_t mode;
    uint32_t index;
    int named = 0;
    if (take_pdn(module, call, &index) != COMMAND_OK ||
        command_number(call, 0, 2, &mode) != 1)
        return COMMAND_REFUSED;
    if (!is_sim7070(module))
        named = command_string(call, apn, sizeof apn);
    /* CNACT=0,1 is "on" for a SIM7070: better refused than misread. */
    if (named < 0 || ffx_at_args_end(&call->args) != 0 ||
        (mode == 0 && named == 1))
        return COMMAND_REFUSED;
    switch_pdn(module, index, (uint8_t)mode);
    return COMMAND_OK;
}

/* --- bearer of the older commands (SAPBR) -------------------------------- */

enum sapbr { SAPBR_CLOSE, SAPBR_OPEN, SAPBR_QUERY, SAPBR_SET, SAPBR_GET };

/* Where a tag's value goes; null: no such tag. */
static char *sapbr_value(struct ffx_module_sapbr *bearer, const char *tag)
{
    if (bytes_same_text(tag, "APN"))
        return bearer->apn;
    if (bytes_same_text(tag, "USER"))
        return bearer->user;
    return bytes_same_text(tag, "PWD") ? bearer->password : 0;
}

static int sapbr_set(struct ffx_module *module, struct command_call *call,
                     uint32_t index)
{
    char tag[10], value[FFX_MODULE_APN_MAX + 1];
    if (command_string(call, tag, sizeof tag) != 1 ||
        command_string(call, value, sizeof value) < 0 ||
        ffx_at_args_end(&call->args) != 0)
        return COMMAND_REFUSED;
    if (bytes_same_text(tag, "CONTYPE"))
        return bytes_same_text(value, "GPRS") ? COMMAND_OK : COMMAND_REFUSED;
    char *target = sapbr_value(&module->sapbr[index], tag);
    if (target == 0)
        return COMMAND_REFUSED;
    memcpy(target, value, sizeof value);
    return COMMAND_OK;
}

static int sapbr_open(struct ffx_module *module, uint32_t index)
{
    if (module->sapbr[index].open || !radio_gives_bearer(module))
        return COMMAND_REFUSED;
    module->sapbr[index].open = 1;
    return COMMAND_OK;
}

static int sapbr_close(struct ffx_module *module, uint32_t index)
{
    if (!module->sapbr[index].open)
        return COMMAND_REFUSED;
    module->sapbr[index].open = 0;
    module->address++;
    return COMMAND_OK;
}

static int sapbr_query(struct ffx_module *module, struct command_call *call,
                       uint32_t index)
{
    const int open = module->sapbr[index].open;
    answer_named(call);
    ffx_at_put_number(&call->out, (int32_t)index + 1);
    answer_next(call, open ? 1 : 3);
    radio_put_address(module, &call->out, open);
    answer_end(call);
    return COMMAND_OK;
}

static void put_tag(struct command_call *call, const char *tag,
                    const char *value)
{
    answer_line(call);
    ffx_at_put(&call->out, tag);
    ffx_at_put(&call->out, ": ");
    ffx_at_put(&call->out, value);
    answer_end(call);
}

static int sapbr_get(struct ffx_module *module, struct command_call *call,
                     uint32_t index)
{
    const struct ffx_module_sapbr *bearer = &module->sapbr[index];
    answer_named(call);
    answer_end(call);
    put_tag(call, "CONTYPE", "GPRS");
    put_tag(call, "APN", bearer->apn);
    put_tag(call, "USER", bearer->user);
    put_tag(call, "PWD", bearer->password);
    return COMMAND_OK;
}

static int sapbr_write(struct ffx_module *module, struct command_call *call)
{
    int32_t what, cid;
    if (command_number(call, SAPBR_CLOSE, SAPBR_GET, &what) != 1 ||
        command_number(call, 1, FFX_MODULE_BEARERS, &cid) != 1)
        return COMMAND_REFUSED;
    const uint32_t index = (uint32_t)cid - 1u;
    if (what == SAPBR_SET)
        return sapbr_set(module, call, index);
    if (ffx_at_args_end(&call->args) != 0)
        return COMMAND_REFUSED;
    if (what == SAPBR_QUERY)
        return sapbr_query(module, call, index);
    if (what == SAPBR_GET)
        return sapbr_get(module, call, index);
    return what == SAPBR_OPEN ? sapbr_open(module, index)
                              : sapbr_close(module, index);
}

static const struct command rows[] = {
    {"+CGNAPN", 0, "(0,1),63", .execute = cgnapn_execute},
    {"+CNCFG", 0, .tester = cncfg_test, .read = cncfg_read,
     .write = cncfg_write},
    {"+CNACTCFG", 0, "(\"IPV4\",\"IPV6\",\"IPV4V6\")", .read = cnactcfg_read,
     .write = cnactcfg_write},
    {"+CNACT", COMMAND_SIM, .tester = cnact_test, .read = cnact_read,
     .write = cnact_write},
    {"+SAPBR", COMMAND_SIM, "(0-4),(1-3),\"Tag\",\"Value\"",
     .write = sapbr_write},
};

const struct command_table cmd_bearer_table = {rows,
                                               sizeof rows / sizeof rows[0]};
