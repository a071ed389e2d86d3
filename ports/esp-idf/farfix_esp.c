/* SPDX-License-Identifier: Apache-2.0 */
#include <farfix_esp.h>

#include <esp_timer.h>
#include <freertos/FreeRTOS.h>
#include <stddef.h>

#define WAIT_MS 1000u

static struct ffx_driver driver;

static uint32_t now_ms(void)
{
    return (uint32_t)(esp_timer_get_time() / 1000);
}

static int send_all(uart_port_t port)
{
    const void *bytes;
    uint32_t length;
    while ((bytes = ffx_driver_buf(&driver, &length)) != NULL) {
        const int went = uart_write_bytes(port, bytes, length);
        if (went < 0)
            return FFX_ERR_IO;
        ffx_driver_ack(&driver, (uint32_t)went);
    }
    return FFX_OK;
}

/* uart_read_bytes waits until *all* bytes are there: so for the first byte,
 * and then for none. The driver's event queue stays whose it is. One tick
 * more, lest a wait shorter than a tick become none and starve idle tasks. */
static int hear(uart_port_t port, uint32_t wait_ms)
{
    uint8_t bytes[128];
    size_t more = 0;
    if (wait_ms > WAIT_MS)
        wait_ms = WAIT_MS;
    int length = uart_read_bytes(port, bytes, 1, pdMS_TO_TICKS(wait_ms) + 1);
    if (length < 0)
        return FFX_ERR_IO;
    ffx_driver_feed(&driver, bytes, (uint32_t)length, now_ms());
    while (length > 0 && uart_get_buffered_data_len(port, &more) == ESP_OK &&
           more > 0) {
        if (more > sizeof bytes)
            more = sizeof bytes;
        length = uart_read_bytes(port, bytes, (uint32_t)more, 0);
        if (length > 0)
            ffx_driver_feed(&driver, bytes, (uint32_t)length, now_ms());
    }
    return FFX_OK;
}

int farfix_esp_update(uart_port_t port, const struct ffx_driver_config *config,
                      enum ffx_cause *cause)
{
    if (!uart_is_driver_installed(port))
        return FFX_ERR_IO;
    int code = ffx_driver_init(&driver, config, now_ms());
    while (code == FFX_OK) {
        const uint32_t wait_ms = ffx_driver_poll(&driver, now_ms());
        code = send_all(port);
        if (code != FFX_OK || ffx_driver_finished(&driver, cause))
            return code;
        code = hear(port, wait_ms);
    }
    return code;
}
