/* SPDX-License-Identifier: Apache-2.0 */
#include "module/sms_entry.h"

#include "base/bytes.h"

#include "module/sms_fault.h"
#include "module/txring.h"

#define CTRL_Z 0x1au
#define ESC 0x1bu

int sms_entry_begin(struct ffx_module *module, struct command_call *call)
{
    struct ffx_module_sms *sms = &module->sms;
    if (sms->entry_port != 0)
        return CMS_RESERVED;
    sms->entry_port = (uint8_t)(1 + call->port->index);
    sms->entry_length = 0;
    sms->entry_over = 0;
    ffx_at_put(&call->out, "\r\n> ");
    return COMMAND_TEXT;
}

static void put(struct ffx_module_sms *sms, uint8_t byte)
{
    if (sms->entry_length == sizeof sms->entry)
        sms->entry_over = 1;
    else
        sms->entry[sms->entry_length++] = (char)byte;
}

static void rub_out(struct ffx_module_sms *sms)
{
    if (sms->entry_length > 0)
        sms->entry_length--;
}

/* A PDU holds digits only, whatever line ends a TE puts around them; the LF
 * of the CR LF that ended the command belongs to the command. */
static int is_noise(const struct ffx_module_sms *sms, uint8_t byte)
{
    if (!sms->text_mode)
        return byte == '\r' || byte == '\n' || byte == ' ';
    return byte == '\n' && sms->entry_length == 0;
}

int sms_entry_take(struct ffx_module *module, struct ffx_module_port *port,
                   uint8_t byte)
{
    struct ffx_module_sms *sms = &module->sms;
    if (byte == CTRL_Z || byte == ESC) {
        sms->entry_end = byte;
        return 1;
    }
    if (is_noise(sms, byte))
        return 0;
    if (byte == '\b')
        rub_out(sms);
    else
        put(sms, byte);
    if (byte == '\r')
        txring_put(port, "\r\n> ", 4); /* the next line of the text */
    else if (port->user.echo)
        txring_put(port, &byte, 1);
    return 0;
}

int sms_entry_finish(struct ffx_module *module)
{
    struct ffx_module_sms *sms = &module->sms;
    sms->entry_port = 0;
    if (sms->entry_end == ESC)
        return 0;
    if (sms->entry_over)
        return sms->text_mode ? CMS_TEXT_PARAMETER : CMS_PDU_PARAMETER;
    return 1;
}
