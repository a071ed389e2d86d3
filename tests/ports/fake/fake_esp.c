/* SPDX-License-Identifier: Apache-2.0 */
/* The UART driver of ESP-IDF on the host. As there, a read waits until all
 * bytes have come or the ticks are over. */
#include "fake.h"

#include <esp_timer.h>
#include <farfix_esp.h>
#include <string.h>

static uint8_t kept[512];
static size_t kept_length;
/* Reads that held bytes back until their time was over. */
static uint32_t held_back;

int64_t esp_timer_get_time(void)
{
    return (int64_t)posix_port_now_ms() * 1000;
}

bool uart_is_driver_installed(uart_port_t uart_num)
{
    return uart_num == UART_NUM_1;
}

int uart_write_bytes(uart_port_t uart_num, const void *src, size_t size)
{
    size_t went = 0;
    (void)uart_num;
    while (went < size) {
        went += posix_port_write(&fake_line, (const uint8_t *)src + went,
                                 size - went);
        if (went < size)
            posix_port_wait_write(&fake_line, 10);
    }
    return (int)size;
}

static void receive(int wait_ms)
{
    kept_length += posix_port_read(&fake_line, kept + kept_length,
                                   sizeof kept - kept_length, wait_ms);
}

esp_err_t uart_get_buffered_data_len(uart_port_t uart_num, size_t *size)
{
    (void)uart_num;
    receive(0);
    *size = kept_length;
    return ESP_OK;
}

int uart_read_bytes(uart_port_t uart_num, void *buf, uint32_t length,
                    TickType_t ticks_to_wait)
{
    const uint32_t start_ms = posix_port_now_ms();
    const uint32_t wait_ms = ticks_to_wait * 1000 / configTICK_RATE_HZ;
    (void)uart_num;
    while (kept_length < length) {
        const uint32_t passed_ms = posix_port_now_ms() - start_ms;
        if (passed_ms >= wait_ms)
            break;
        receive((int)(wait_ms - passed_ms));
    }
    held_back += kept_length > 0 && kept_length < length;
    if (length > kept_length)
        length = (uint32_t)kept_length;
    memcpy(buf, kept, length);
    kept_length -= length;
    memmove(kept, kept + length, kept_length);
    return (int)length;
}

static int update(const struct ffx_driver_config *config, enum ffx_cause *cause)
{
    if (farfix_esp_update(UART_NUM_1 + 1, config, cause) != FFX_ERR_IO)
        return FFX_ERR_STATE;
    const int code = farfix_esp_update(UART_NUM_1, config, cause);
    return held_back > 0 ? FFX_ERR_STATE : code;
}

int main(int count, char **words)
{
    return fake_main(count, words, update);
}
