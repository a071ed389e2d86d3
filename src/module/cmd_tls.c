/* SPDX-License-Identifier: Apache-2.0 */
/* AT+CSSLCFG (manual 17.2.1): contexts for TLS. HTTPTOFS has no parameter for
 * one of them; what is set here is kept and shown. */
#include "base/bytes.h"

#include "module/answer.h"
#include "module/cmd_files.h"
#include "module/family.h"
#include "module/sms_text.h"

typedef int part_handler(struct ffx_module *module, struct command_call *call,
                         struct ffx_module_tls *tls);

/* 0 unknown, TLS 1.0, 1.1, 1.2, DTLS 1.0, 1.2. */
static int set_version(struct ffx_module *module, struct command_call *call,
                       struct ffx_module_tls *tls)
{
    (void)module;
    return command_only_number(call, 0, 5, &tls->version);
}

static int set_clock(struct ffx_module *module, struct command_call *call,
                     struct ffx_module_tls *tls)
{
    (void)module;
    return command_only_number(call, 0, 1, &tls->no_clock);
}

/* 1 TLS, 2 DTLS. */
static int set_protocol(struct ffx_module *module, struct command_call *call,
                        struct ffx_module_tls *tls)
{
    (void)module;
    return command_only_number(call, 1, 2, &tls->protocol);
}

static int set_sni(struct ffx_module *module, struct command_call *call,
                   struct ffx_module_tls *tls)
{
    char name[FFX_MODULE_SNI_MAX + 1];
    (void)module;
    if (command_string(call, name, sizeof name) < 0 ||
        ffx_at_args_end(&call->args) != 0)
        return COMMAND_REFUSED;
    memcpy(tls->sni, name, sizeof name);
    return COMMAND_OK;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "0xC027" or "C027"; -1: no number of 16 bits. */
static int32_t hex_number(const char *text)
{
    int32_t value = 0;
    uint32_t digits = 0;
    if (text[0] == '0' && (text[1] | 0x20) == 'x')
        text += 2;
    for (; text[digits] != '\0'; digits++) {
        const int digit = hex_digit(text[digits]);
        if (digit < 0 || digits == 4)
            return -1;
        value = value * 16 + digit;
    }
    return digits > 0 ? value : -1;
}

static int set_suite(struct ffx_module *module, struct command_call *call,
                     struct ffx_module_tls *tls)
{
    int32_t index;
    char text[7];
    (void)module;
    if (command_number(call, 0, FFX_MODULE_SUITES - 1, &index) != 1 ||
        command_string(call, text, sizeof text) != 1 ||
        ffx_at_args_end(&call->args) != 0)
        return COMMAND_REFUSED;
    const int32_t suite = hex_number(text);
    if (suite < 0)
        return COMMAND_REFUSED;
    tls->suites[index] = (uint16_t)suite;
    return COMMAND_OK;
}

static void put_suite(struct command_call *call, uint16_t suite)
{
    const uint8_t octets[] = {(uint8_t)(suite >> 8), (uint8_t)suite};
    ffx_at_put(&call->out, "0x");
    sms_put_hex(&call->out, octets, sizeof octets);
}

/* The manual does not say how the list of suites looks: in quotes, so that the
 * fields behind it keep their places. */
static int show(struct ffx_module *module, struct command_call *call,
                struct ffx_module_tls *tls)
{
    const char *between = "";
    if (ffx_at_args_end(&call->args) != 0)
        return COMMAND_REFUSED;
    answer_named(call);
    ffx_at_put_number(&call->out, (int32_t)(tls - module->tls));
    answer_next(call, tls->version);
    ffx_at_put(&call->out, ",\"");
    for (uint32_t i = 0; i < FFX_MODULE_SUITES; i++) {
        if (tls->suites[i] == 0)
            continue;
        ffx_at_put(&call->out, between);
        put_suite(call, tls->suites[i]);
        between = ",";
    }
    ffx_at_put(&call->out, "\"");
    answer_next(call, tls->no_clock);
    answer_next(call, tls->protocol);
    if (family_edition(module) >= FAMILY_104)
        answer_next_quoted(call, tls->sni);
    answer_end(call);
    return COMMAND_OK;
}

/* --- convert ------------------------------------------------------------- */

enum { CONVERT_CERT = 1, CONVERT_CA, CONVERT_PSK };

static int is_there(struct ffx_module *module, const char *name)
{
    const struct ffx_module_config *config = &module->config;
    uint32_t size;
    return config->files->size(config->context, FFX_DIR_CUSTOMER, name,
                               &size) >= 0;
}

/* <type>,<name>[,<key>[,<pass>]]: the files stand in /customer/. */
static int convert(struct ffx_module *module, struct command_call *call)
{
    char name[FFX_FILE_NAME_MAX + 1], key[FFX_FILE_NAME_MAX + 1];
    char pass[FFX_MODULE_SECRET_MAX + 1];
    int32_t type;
    if (command_number(call, CONVERT_CERT, CONVERT_PSK, &type) != 1 ||
        command_string(call, name, sizeof name) != 1)
        return COMMAND_REFUSED;
    const int keyed = command_string(call, key, sizeof key);
    if (keyed < 0 || command_string(call, pass, sizeof pass) < 0 ||
        ffx_at_args_end(&call->args) != 0 || !cmd_files_is_name(module, name) ||
        (keyed && (type != CONVERT_CERT || !cmd_files_is_name(module, key))))
        return COMMAND_REFUSED;
    if (!is_there(module, name) || (keyed && !is_there(module, key)))
        return cmd_files_missing(module);
    return COMMAND_OK;
}

/* --- the command --------------------------------------------------------- */

static const struct {
    const char *name;
    part_handler *handle;
    uint8_t edition; /* that it came with */
} parts[] = {
    {"sslversion", set_version, FAMILY_103},
    {"ciphersuite", set_suite, FAMILY_103},
    {"ignorertctime", set_clock, FAMILY_103},
    {"protocol", set_protocol, FAMILY_103},
    {"sni", set_sni, FAMILY_104},
    {"ctxindex", show, FAMILY_103},
};
#define PARTS (sizeof parts / sizeof parts[0])

static int csslcfg_write(struct ffx_module *module, struct command_call *call)
{
    char part[16];
    int32_t index;
    if (command_string(call, part, sizeof part) != 1)
        return COMMAND_REFUSED;
    if (bytes_same_text(part, "convert"))
        return convert(module, call);
    for (uint32_t i = 0; i < PARTS; i++) {
        if (!bytes_same_text(part, parts[i].name) ||
            parts[i].edition > (uint8_t)family_edition(module))
            continue;
        if (command_number(call, 0, FFX_MODULE_TLS - 1, &index) != 1)
            return COMMAND_REFUSED;
        return parts[i].handle(module, call, &module->tls[index]);
    }
    return COMMAND_REFUSED;
}

static int csslcfg_read(struct ffx_module *module, struct command_call *call)
{
    (void)module;
    (void)call;
    return COMMAND_OK;
}

static const struct command rows[] = {
    {"+CSSLCFG", 0, "", .read = csslcfg_read, .write = csslcfg_write},
};

const struct command_table cmd_tls_table = {rows, sizeof rows / sizeof rows[0]};
