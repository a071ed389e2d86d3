/* SPDX-License-Identifier: Apache-2.0 */
/* Lines that nobody asked for. What is not listed here is ignored: SMS
 * Ready, DST, *PSUTTZ, +CPIN, whatever a firmware thinks of next. */
#include "driver/walk.h"

/* The module has started. In an update that is news; at sync nothing; else
 * it has lost echo, bracket and bearer. */
static void boot(struct ffx_driver *driver, struct ffx_at_args *args)
{
    (void)args;
    if (driver->updating)
        update_rebooted(driver);
    else if (driver->state != FFX_DRIVER_SYNC)
        walk_restart(driver, FFX_CAUSE_RESET);
}

static void power_down(struct ffx_driver *driver, struct ffx_at_args *args)
{
    (void)args;
    driver->bracket = 0;
    walk_end(driver, FFX_CAUSE_POWERED_DOWN);
}

/* "ACTIVE", "DEACTIVE"; SIM7070: the context's number before it. */
static void bearer(struct ffx_driver *driver, struct ffx_at_args *args)
{
    const char *p = args->next;
    while (p != args->end && *p != 'D')
        p++;
    driver->bearer_down = (uint8_t)bytes_begins(p, "DEACT");
    if (driver->step == STEP_OPENING)
        walk_wake(driver);
}

static const struct {
    const char *text;
    void (*take)(struct ffx_driver *driver, struct ffx_at_args *args);
} urcs[] = {
    /* ...P: "POWER DOWN"; the warning before it is no news */
    {"RDY", boot},
    {"+CFOTA:", update_urc},
    {"+HTTPTOFS:", fetch_http_urc},
    {"+FTPEXTGETFILE:", fetch_ftp_urc},
    {"+APP PDP:", bearer},
    {"NORMAL", power_down},
    {"UNDER-VOLTAGE P", power_down},
    {"OVER-VOLTAGE P", power_down},
};

void urc_take(struct ffx_driver *driver, const char *text)
{
    for (uint32_t i = 0; i < sizeof urcs / sizeof urcs[0]; i++) {
        struct ffx_at_args args;
        if (!bytes_begins(text, urcs[i].text))
            continue;
        text += bytes_length(urcs[i].text);
        ffx_at_args_init(&args, text, bytes_length(text));
        urcs[i].take(driver, &args);
        return;
    }
}
