/* SPDX-License-Identifier: Apache-2.0 */
#include <farfix_zephyr.h>

#include <stddef.h>
#include <zephyr/drivers/uart.h>
#include <zephyr/kernel.h>
#include <zephyr/sys/ring_buffer.h>

/* K_MSEC is kept small whatever the driver says. */
#define WAIT_MS 1000u

/* Not on the stack: 1 KiB is a usual main stack. */
static struct {
    struct ffx_driver driver;
    struct ffx_driver_config config;
    struct ring_buf ring;
    struct k_sem heard;
    uint8_t ring_bytes[CONFIG_FARFIX_RING_BYTES];
    char line[CONFIG_FARFIX_LINE_BYTES];
    char command[CONFIG_FARFIX_COMMAND_BYTES];
} walk;

/* What finds no room is lost, as on a wire; the driver asks again. */
static void on_interrupt(const struct device *uart, void *context)
{
    uint8_t bytes[16];
    int length;
    (void)context;
    (void)uart_irq_update(uart);
    while (uart_irq_rx_ready(uart) > 0 &&
           (length = uart_fifo_read(uart, bytes, sizeof bytes)) > 0)
        ring_buf_put(&walk.ring, bytes, (uint32_t)length);
    k_sem_give(&walk.heard);
}

static void send_all(const struct device *uart)
{
    const uint8_t *bytes;
    uint32_t length;
    while ((bytes = ffx_driver_buf(&walk.driver, &length)) != NULL) {
        for (uint32_t i = 0; i < length; i++)
            uart_poll_out(uart, bytes[i]);
        ffx_driver_ack(&walk.driver, length);
    }
}

static void hear(uint32_t wait_ms)
{
    uint8_t bytes[64];
    uint32_t length;
    if (ring_buf_is_empty(&walk.ring))
        k_sem_take(&walk.heard, K_MSEC(wait_ms < WAIT_MS ? wait_ms : WAIT_MS));
    while ((length = ring_buf_get(&walk.ring, bytes, sizeof bytes)) > 0)
        ffx_driver_feed(&walk.driver, bytes, length, k_uptime_get_32());
}

static int start(const struct device *uart,
                 const struct ffx_driver_config *config)
{
    walk.config = *config;
    if (walk.config.line == NULL) {
        walk.config.line = walk.line;
        walk.config.line_bytes = sizeof walk.line;
    }
    if (walk.config.command == NULL) {
        walk.config.command = walk.command;
        walk.config.command_bytes = sizeof walk.command;
    }
    const int code =
        ffx_driver_init(&walk.driver, &walk.config, k_uptime_get_32());
    if (code != FFX_OK)
        return code;
    if (!device_is_ready(uart))
        return FFX_ERR_IO;
    uart_irq_rx_disable(uart);
    ring_buf_init(&walk.ring, sizeof walk.ring_bytes, walk.ring_bytes);
    k_sem_init(&walk.heard, 0, 1);
    if (uart_irq_callback_user_data_set(uart, on_interrupt, NULL) != 0)
        return FFX_ERR_IO;
    uart_irq_rx_enable(uart);
    return FFX_OK;
}

int farfix_zephyr_update(const struct device *uart,
                         const struct ffx_driver_config *config,
                         enum ffx_cause *cause)
{
    const int code = start(uart, config);
    if (code != FFX_OK)
        return code;
    for (;;) {
        const uint32_t wait_ms =
            ffx_driver_poll(&walk.driver, k_uptime_get_32());
        send_all(uart);
        if (ffx_driver_finished(&walk.driver, cause))
            break;
        hear(wait_ms);
    }
    uart_irq_rx_disable(uart);
    return FFX_OK;
}
