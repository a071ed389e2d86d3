/* SPDX-License-Identifier: Apache-2.0 */
/* PDP contexts (manual 7.2). */
#include "base/bytes.h"

#include "module/answer.h"
#include "module/radio.h"
#include "module/settings.h"

/* --- definition ---------------------------------------------------------- */

static const char *const pdp_types[SETTINGS_PDP_TYPES] = {"IP", "PPP", "IPV6",
                                                          "IPV4V6"};

static uint8_t pdp_type(const char *text)
{
    for (uint8_t i = 0; i < SETTINGS_PDP_TYPES; i++)
        if (bytes_same_text(pdp_types[i], text))
            return (uint8_t)(i + 1u);
    return 0;
}

/* Dotted, or "": 15 characters at most, and no other way out of an answer. */
static int is_address(const char *text)
{
    for (; *text != '\0'; text++)
        if ((*text < '0' || *text > '9') && *text != '.')
            return 0;
    return 1;
}

/* [,<addr>[,<d_comp>[,<h_comp>[,<ipv4_ctrl>[,<emergency>]]]]]: kept and shown;
 * the virtual network gives every context the same. */
static int take_rest(struct command_call *call, struct ffx_module_pdp *pdp)
{
    if (command_string(call, pdp->address, sizeof pdp->address) < 0 ||
        !is_address(pdp->address))
        return COMMAND_REFUSED;
    for (uint32_t i = 0; i < sizeof pdp->rest; i++) {
        int32_t value = 0;
        if (command_number(call, 0, settings_pdp_highest[i], &value) < 0)
            return COMMAND_REFUSED;
        pdp->rest[i] = (uint8_t)value;
    }
    return ffx_at_args_end(&call->args) == 0 ? COMMAND_OK : COMMAND_REFUSED;
}

static int cgdcont_write(struct ffx_module *module, struct command_call *call)
{
    struct ffx_module_pdp pdp;
    int32_t cid;
    char type[7];
    memset(&pdp, 0, sizeof pdp);
    if (command_number(call, 1, FFX_MODULE_CONTEXTS, &cid) != 1)
        return COMMAND_REFUSED;
    /* The cid alone makes the context undefined. */
    const int typed = command_string(call, type, sizeof type);
    if (typed == 1)
        pdp.type = pdp_type(type);
    if (typed < 0 || (typed == 1 && pdp.type == 0) ||
        command_string(call, pdp.apn, sizeof pdp.apn) < 0 ||
        take_rest(call, &pdp) != COMMAND_OK)
        return COMMAND_REFUSED;
    module->settings.pdp[cid - 1] = pdp;
    settings_save(module);
    return COMMAND_OK;
}

static void answer_context(struct ffx_module *module, struct command_call *call,
                           uint32_t index)
{
    const struct ffx_module_pdp *pdp = &module->settings.pdp[index];
    answer_named(call);
    ffx_at_put_number(&call->out, (int32_t)index + 1);
    answer_next_quoted(call, pdp_types[pdp->type - 1]);
    answer_next_quoted(call, pdp->apn);
    answer_next_quoted(call, pdp->address[0] != '\0' ? pdp->address
                                                     : RADIO_NO_ADDRESS);
    for (uint32_t i = 0; i < sizeof pdp->rest; i++)
        answer_next(call, pdp->rest[i]);
    answer_end(call);
}

static int is_defined(const struct ffx_module *module, uint32_t index)
{
    return module->settings.pdp[index].type != 0;
}

/* One context a piece. */
static int cgdcont_read(struct ffx_module *module, struct command_call *call)
{
    const uint32_t index = command_step(call);
    if (index == FFX_MODULE_CONTEXTS)
        return COMMAND_OK;
    if (is_defined(module, index))
        answer_context(module, call, index);
    return COMMAND_AGAIN;
}

static int cgdcont_test(struct ffx_module *module, struct command_call *call)
{
    (void)module;
    for (uint32_t i = 0; i < SETTINGS_PDP_TYPES; i++) {
        answer_named(call);
        ffx_at_put(&call->out, "(1-24)");
        answer_next_quoted(call, pdp_types[i]);
        ffx_at_put(&call->out, ",,,(0-2),(0-4),(0-1),(0-1)");
        answer_end(call);
    }
    return COMMAND_OK;
}

/* --- activation and addresses -------------------------------------------- */

/* <cid>[,<cid>...] as a mask; none means all that are defined. */
static int take_cids(struct ffx_module *module, struct command_call *call,
                     uint32_t *mask)
{
    const int all = !call->args.more;
    *mask = 0;
    for (int32_t cid; call->args.more;) {
        if (command_number(call, 1, FFX_MODULE_CONTEXTS, &cid) != 1 ||
            !is_defined(module, (uint32_t)cid - 1u))
            return COMMAND_REFUSED;
        *mask |= 1u << (cid - 1);
    }
    for (uint32_t i = 0; all && i < FFX_MODULE_CONTEXTS; i++)
        if (is_defined(module, i))
            *mask |= 1u << i;
    return COMMAND_OK;
}

static int cgact_write(struct ffx_module *module, struct command_call *call)
{
    int32_t active;
    uint32_t mask;
    if (command_number(call, 0, 1, &active) != 1 ||
        take_cids(module, call, &mask) != COMMAND_OK ||
        !radio_gives_bearer(module))
        return COMMAND_REFUSED;
    /* LTE keeps the context that it attached with (TS 24.301, cause 49). */
    if (!active && (mask & 1u) && radio_act(module) != RADIO_GSM)
        return COMMAND_REFUSED;
    module->contexts &= ~mask;
    module->contexts |= active ? mask : 0;
    return COMMAND_OK;
}

static int cgact_read(struct ffx_module *module, struct command_call *call)
{
    const uint32_t index = command_step(call);
    if (index == FFX_MODULE_CONTEXTS)
        return COMMAND_OK;
    if (is_defined(module, index))
        answer_pair(call, (int32_t)index + 1,
                    radio_context_is_active(module, index + 1u));
    return COMMAND_AGAIN;
}

/* Without parameters: all of them. */
static int cgpaddr_write(struct ffx_module *module, struct command_call *call)
{
    const uint32_t index = command_step(call);
    uint32_t mask;
    if (take_cids(module, call, &mask) != COMMAND_OK)
        return COMMAND_REFUSED;
    if (index == FFX_MODULE_CONTEXTS)
        return COMMAND_OK;
    if (mask >> index & 1u) {
        answer_named(call);
        ffx_at_put_number(&call->out, (int32_t)index + 1);
        radio_put_address(module, &call->out,
                          radio_context_is_active(module, index + 1u));
        answer_end(call);
    }
    return COMMAND_AGAIN;
}

/* The list of those that are defined. */
static int cgpaddr_test(struct ffx_module *module, struct command_call *call)
{
    const char *comma = "";
    answer_named(call);
    ffx_at_put(&call->out, "(");
    for (uint32_t i = 0; i < FFX_MODULE_CONTEXTS; i++) {
        if (!is_defined(module, i))
            continue;
        ffx_at_put(&call->out, comma);
        ffx_at_put_number(&call->out, (int32_t)i + 1);
        comma = ",";
    }
    ffx_at_put(&call->out, ")");
    answer_end(call);
    return COMMAND_OK;
}

static const struct command rows[] = {
    {"+CGDCONT", 0, .tester = cgdcont_test, .read = cgdcont_read,
     .write = cgdcont_write},
    {"+CGACT", COMMAND_SIM, "(0,1)", .read = cgact_read, .write = cgact_write},
    {"+CGPADDR", 0, .tester = cgpaddr_test, .write = cgpaddr_write,
     .execute = cgpaddr_write},
};

const struct command_table cmd_context_table = {rows,
                                                sizeof rows / sizeof rows[0]};
