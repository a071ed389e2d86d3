/* SPDX-License-Identifier: Apache-2.0 */
/* Brings the module on the UART with the alias `modem` to one version. */
#include <farfix_zephyr.h>
#include <zephyr/kernel.h>

/* From then on nobody may take the module's power away. */
static void on_event(void *context, const struct ffx_driver_event *event)
{
    (void)context;
    if (event->kind == FFX_DRIVER_HOLD_POWER)
        printk("power must %sstay on\n", event->on ? "" : "no longer ");
    else if (event->kind == FFX_DRIVER_PROGRESS)
        printk("%s %u %%\n", ffx_driver_state_name(event->state),
               (unsigned)event->percent);
}

int main(void)
{
    enum ffx_cause cause;
    const struct ffx_driver_config config = {
        .route = FFX_ROUTE_HTTP,
        .url = "http://fota.example/SIM7000G/A___B/update.zip",
        .facts = {.to = "1529B06SIM7000G"},
        .baud = 115200,
        .event = on_event,
    };
    const int code =
        farfix_zephyr_update(DEVICE_DT_GET(DT_ALIAS(modem)), &config, &cause);
    if (code != FFX_OK)
        printk("cannot begin: %s\n", ffx_error_text(code));
    else
        printk("%s; %s\n", ffx_cause_text(cause), ffx_cause_advice(cause));
    return 0;
}
