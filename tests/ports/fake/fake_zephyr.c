/* SPDX-License-Identifier: Apache-2.0 */
/* Zephyr on the host: k_sem_take is where interrupts happen. */
#include "fake.h"

#include <farfix_zephyr.h>
#include <string.h>
#include <zephyr/drivers/uart.h>
#include <zephyr/kernel.h>
#include <zephyr/sys/ring_buffer.h>

const struct device stub_modem = {"modem"};
static uart_irq_callback_user_data_t callback;
static void *callback_data;
static int enabled;
static uint8_t fifo[64];
static int fifo_put, fifo_got;
/* Waits that slept on although bytes had come. */
static int overslept;

bool device_is_ready(const struct device *dev)
{
    return dev == &stub_modem;
}

uint32_t k_uptime_get_32(void)
{
    return posix_port_now_ms();
}

int uart_irq_callback_user_data_set(const struct device *dev,
                                    uart_irq_callback_user_data_t cb,
                                    void *user_data)
{
    (void)dev;
    callback = cb;
    callback_data = user_data;
    return 0;
}

void uart_irq_rx_enable(const struct device *dev)
{
    (void)dev;
    enabled = 1;
}

void uart_irq_rx_disable(const struct device *dev)
{
    (void)dev;
    enabled = 0;
}

int uart_irq_update(const struct device *dev)
{
    (void)dev;
    return 1;
}

int uart_irq_rx_ready(const struct device *dev)
{
    (void)dev;
    return fifo_got < fifo_put;
}

int uart_fifo_read(const struct device *dev, uint8_t *rx_data, const int size)
{
    (void)dev;
    int length = fifo_put - fifo_got;
    if (length > size)
        length = size;
    memcpy(rx_data, fifo + fifo_got, (size_t)length);
    fifo_got += length;
    return length;
}

static void interrupt(int wait_ms)
{
    fifo_got = 0;
    fifo_put = (int)posix_port_read(&fake_line, fifo, sizeof fifo, wait_ms);
    if (fifo_put > 0 && enabled)
        callback(&stub_modem, callback_data);
}

void uart_poll_out(const struct device *dev, unsigned char out_char)
{
    (void)dev;
    while (posix_port_write(&fake_line, &out_char, 1) == 0)
        interrupt(1);
}

int k_sem_init(struct k_sem *sem, unsigned int initial_count,
               unsigned int limit)
{
    *sem = (struct k_sem){initial_count, limit};
    return 0;
}

void k_sem_give(struct k_sem *sem)
{
    if (sem->count < sem->limit)
        sem->count++;
}

int k_sem_take(struct k_sem *sem, k_timeout_t timeout)
{
    const uint32_t start_ms = posix_port_now_ms();
    uint32_t passed_ms = 0;
    int heard = 0;
    while (sem->count == 0 && passed_ms < timeout.ticks) {
        interrupt((int)(timeout.ticks - passed_ms));
        heard += fifo_put;
        passed_ms = posix_port_now_ms() - start_ms;
    }
    if (sem->count == 0) {
        overslept += heard > 0;
        return -1;
    }
    sem->count--;
    return 0;
}

void ring_buf_init(struct ring_buf *buf, uint32_t size, uint8_t *data)
{
    *buf = (struct ring_buf){.data = data, .size = size};
}

bool ring_buf_is_empty(const struct ring_buf *buf)
{
    return buf->put == buf->got;
}

uint32_t ring_buf_put(struct ring_buf *buf, const uint8_t *data, uint32_t size)
{
    uint32_t length = 0;
    while (length < size && buf->put - buf->got < buf->size)
        buf->data[buf->put++ % buf->size] = data[length++];
    return length;
}

uint32_t ring_buf_get(struct ring_buf *buf, uint8_t *data, uint32_t size)
{
    uint32_t length = 0;
    while (length < size && buf->got != buf->put)
        data[length++] = buf->data[buf->got++ % buf->size];
    return length;
}

static int update(const struct ffx_driver_config *config, enum ffx_cause *cause)
{
    static const struct device other = {"other"};
    struct ffx_driver_config own = *config;
    own.line = own.command = NULL; /* the port has some */
    if (farfix_zephyr_update(&other, &own, cause) != FFX_ERR_IO)
        return FFX_ERR_STATE;
    const int code = farfix_zephyr_update(&stub_modem, &own, cause);
    return overslept > 0 ? FFX_ERR_STATE : code;
}

int main(int count, char **words)
{
    return fake_main(count, words, update);
}
