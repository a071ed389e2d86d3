/* SPDX-License-Identifier: Apache-2.0 */
#include "module/urc.h"

#include "base/bytes.h"

#include "module/clock.h"
#include "module/pin.h"
#include "module/quirk.h"
#include "module/radio.h"
#include "module/run.h"
#include "module/sms_show.h"
#include "module/txring.h"

/* CR LF +HTTPTOFS: 65535,2147483647 CR LF and the like. */
#define URC_ROOM 64u

static uint32_t room(const struct ffx_module_urc *urc)
{
    return urc->kind == URC_SMS_DIRECT ? SMS_SHOW_ROOM : URC_ROOM;
}

static void drop(struct ffx_module_port *port, uint32_t at)
{
    port->urc_count--;
    memmove(&port->urcs[at], &port->urcs[at + 1],
            (port->urc_count - at) * sizeof port->urcs[0]);
}

static void push(struct ffx_module_port *port, enum urc_kind kind,
                 uint8_t value)
{
    for (uint32_t i = 0; i < port->urc_count; i++)
        if (port->urcs[i].kind == kind && port->urcs[i].value == value) {
            drop(port, i);
            break;
        }
    if (port->urc_count == FFX_MODULE_URCS)
        drop(port, 0);
    port->urcs[port->urc_count].kind = (uint8_t)kind;
    port->urcs[port->urc_count].value = value;
    port->urc_count++;
}

void urc_push(struct ffx_module *module, enum urc_kind kind, uint8_t value)
{
    for (uint32_t i = 0; i < module->config.port_count; i++)
        push(&module->ports[i], kind, value);
    /* Manual 5.2.3: 0 an SMS only, 1 every URC, 2 what TCP/IP says: nothing
     * that this module has. */
    if (kind == URC_SMS || kind == URC_SMS_DIRECT || module->ring == 1)
        pin_ring(module);
}

static void put_rdy(struct ffx_module *module, struct ffx_at_text *out,
                    uint8_t value)
{
    (void)module;
    (void)value;
    ffx_at_put(out, "RDY");
}

static void put_sms_ready(struct ffx_module *module, struct ffx_at_text *out,
                          uint8_t value)
{
    (void)module;
    (void)value;
    ffx_at_put(out, "SMS Ready");
}

static void put_cfun(struct ffx_module *module, struct ffx_at_text *out,
                     uint8_t value)
{
    (void)module;
    ffx_at_put(out, "+CFUN: ");
    ffx_at_put_number(out, value);
}

static void put_cpin(struct ffx_module *module, struct ffx_at_text *out,
                     uint8_t value)
{
    (void)module;
    ffx_at_put(out, "+CPIN: ");
    ffx_at_put(out, radio_sim_text(value));
}

static void put_app_pdp(struct ffx_module *module, struct ffx_at_text *out,
                        uint8_t value)
{
    ffx_at_put(out, "+APP PDP: ");
    if (quirk_is(module, FFX_D12_CNACT, 2)) {
        ffx_at_put_number(out, value / 2);
        ffx_at_put(out, ",");
    }
    ffx_at_put(out, value % 2 ? "ACTIVE" : "DEACTIVE");
}

static void put_pdp(struct ffx_module *module, struct ffx_at_text *out,
                    uint8_t value)
{
    (void)module;
    (void)value;
    ffx_at_put(out, "+PDP: DEACT");
}

static void put_sapbr(struct ffx_module *module, struct ffx_at_text *out,
                      uint8_t value)
{
    (void)module;
    ffx_at_put(out, "+SAPBR ");
    ffx_at_put_number(out, value);
    ffx_at_put(out, ": DEACT");
}

static void put_report(struct ffx_module *module, struct ffx_at_text *out,
                       uint8_t value)
{
    static const char *const names[] = {"+CREG: ", "+CGREG: ", "+CEREG: "};
    ffx_at_put(out, names[value]);
    radio_put_registration(module, out, value);
}

static void put_http(struct ffx_module *module, struct ffx_at_text *out,
                     uint8_t value)
{
    (void)value;
    ffx_at_put(out, "+HTTPTOFS: ");
    ffx_at_put_number(out, module->http_status);
    ffx_at_put(out, ",");
    ffx_at_put_number(out, (int32_t)module->http_bytes);
}

static void put_ftp_file(struct ffx_module *module, struct ffx_at_text *out,
                         uint8_t value)
{
    (void)value;
    ffx_at_put(out, "+FTPEXTGETFILE: 1,");
    ffx_at_put_number(out, module->ftp_error);
}

static void put_ftp_size(struct ffx_module *module, struct ffx_at_text *out,
                         uint8_t value)
{
    (void)value;
    ffx_at_put(out, "+FTPSIZE: 1,");
    ffx_at_put_number(out, module->ftp_error);
    ffx_at_put(out, ",");
    ffx_at_put_number(out, (int32_t)module->ftp_bytes);
}

static void put_ftp_ram(struct ffx_module *module, struct ffx_at_text *out,
                        uint8_t value)
{
    (void)value;
    ffx_at_put(out, "+FTPEXTGET: 1,");
    ffx_at_put_number(out, module->ftp_error);
}

static void put_ftp_get(struct ffx_module *module, struct ffx_at_text *out,
                        uint8_t value)
{
    (void)module;
    ffx_at_put(out, "+FTPGET: 1,");
    ffx_at_put_number(out, value);
}

static void put_sms(struct ffx_module *module, struct ffx_at_text *out,
                    uint8_t value)
{
    (void)module;
    ffx_at_put(out, "+CMTI: ");
    ffx_at_put_quoted(out, sms_store_name(value / FFX_MODULE_MESSAGES));
    ffx_at_put(out, ",");
    ffx_at_put_number(out, value % (int32_t)FFX_MODULE_MESSAGES + 1);
}

static void put_dst(struct ffx_module *module, struct ffx_at_text *out,
                    uint8_t value)
{
    (void)module;
    ffx_at_put(out, "DST: ");
    ffx_at_put_number(out, value);
}

/* UTC, then the zone. D23: real modules print a date with slashes and forget
 * its first quote. */
static void put_psuttz(struct ffx_module *module, struct ffx_at_text *out,
                       uint8_t value)
{
    static const char real[] = "//,::", manual[] = ",,,,,";
    const int as_manual = quirk_is(module, FFX_D23_TIME, 1);
    const struct clock_time time = clock_split(module->network_s);
    const uint32_t fields[] = {as_manual ? time.year : time.year % 100u,
                               time.month,
                               time.day,
                               time.hour,
                               time.minute,
                               time.second};
    ffx_at_put(out, "*PSUTTZ: ");
    for (uint32_t i = 0; i < 6; i++) {
        if (!as_manual && fields[i] < 10)
            ffx_at_put(out, "0");
        ffx_at_put_number(out, (int32_t)fields[i]);
        if (i < 5)
            ffx_at_put_bytes(out, (as_manual ? manual : real) + i, 1);
    }
    ffx_at_put(out, as_manual ? ",\"+" : "\",\"+");
    ffx_at_put_number(out, value);
    ffx_at_put(out, "\",0");
}

/* Manual 20.3, spelling included. */
static void put_battery(struct ffx_module *module, struct ffx_at_text *out,
                        uint8_t value)
{
    (void)module;
    ffx_at_put(out, value % 2 ? "UNDER-VOLTAGE " : "OVER-VOLTAGE ");
    ffx_at_put(out, value < 3 ? "WARNNING" : "POWER DOWN");
}

static void (*const writers[])(struct ffx_module *, struct ffx_at_text *,
                               uint8_t) = {
    [URC_RDY] = put_rdy,           [URC_CFUN] = put_cfun,
    [URC_CPIN] = put_cpin,         [URC_SMS_READY] = put_sms_ready,
    [URC_APP_PDP] = put_app_pdp,   [URC_SAPBR] = put_sapbr,
    [URC_CREG] = put_report,       [URC_HTTPTOFS] = put_http,
    [URC_FTP_FILE] = put_ftp_file, [URC_FTP_SIZE] = put_ftp_size,
    [URC_SMS] = put_sms,           [URC_DST] = put_dst,
    [URC_PSUTTZ] = put_psuttz,     [URC_BATTERY] = put_battery,
    [URC_PDP] = put_pdp,           [URC_FTP_RAM] = put_ftp_ram,
    [URC_FTP_GET] = put_ftp_get,
};

/* CMT brings a whole message. */
static void write_message(struct ffx_module *module,
                          struct ffx_module_port *port, uint8_t place)
{
    for (uint32_t part = 0; part < SMS_PARTS; part++) {
        char text[COMMAND_PIECE];
        struct ffx_at_text out;
        ffx_at_text_init(&out, text, sizeof text);
        if (part == 0)
            ffx_at_put(&out, port->user.verbose ? "\r\n+CMT: " : "+CMT: ");
        sms_show(module, &out, sms_place(module, place), SMS_CMT, part);
        ffx_at_put(&out, part + 1 == SMS_PARTS ? "\r\n" : "");
        txring_put(port, text, out.length);
    }
}

static void write_one(struct ffx_module *module, struct ffx_module_port *port,
                      const struct ffx_module_urc *urc)
{
    char text[URC_ROOM];
    struct ffx_at_text out;
    if (urc->kind == URC_SMS_DIRECT) {
        write_message(module, port, urc->value);
        return;
    }
    ffx_at_text_init(&out, text, sizeof text);
    if (port->user.verbose)
        ffx_at_put(&out, "\r\n");
    writers[urc->kind](module, &out, urc->value);
    ffx_at_put(&out, "\r\n");
    txring_put(port, text, out.length);
}

static int may_write(const struct ffx_module *module,
                     const struct ffx_module_port *port)
{
    /* The timer runs while somebody types and still makes progress. */
    return port->phase == RUN_IDLE &&
           !module->armed[FFX_TIMER_TYPING + port->index] &&
           txring_free(port) >= room(&port->urcs[0]);
}

void urc_flush(struct ffx_module *module, struct ffx_module_port *port)
{
    while (port->urc_count > 0 && may_write(module, port)) {
        write_one(module, port, &port->urcs[0]);
        drop(port, 0);
    }
}
