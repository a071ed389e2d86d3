/* SPDX-License-Identifier: Apache-2.0 */
#include <farfix_stm32.h>

#include <stddef.h>

/* 1 KiB: 89 ms at 115,200 baud, with nobody looking. */
#define CIRCLE_BYTES 1024u
/* Blocking, but short: 64 bytes have time at 1,200 baud, too. */
#define SEND_BYTES 64u
#define SEND_MS 1000u

static struct {
    struct ffx_driver driver;
    UART_HandleTypeDef *uart;
    uint8_t circle[CIRCLE_BYTES];
    volatile uint32_t written; /* by DMA since it started; interrupt */
    volatile uint8_t failed;
    uint32_t taken;
} walk;

/* `size` is where DMA stands in the circle: half, end, or idle line. Two of
 * them at least in each turn, so the difference is never ambiguous. */
void farfix_stm32_received(const UART_HandleTypeDef *uart, uint16_t size)
{
    if (uart == walk.uart)
        walk.written += (size - walk.written) % CIRCLE_BYTES;
}

/* A framing error, such as a module's power-on makes, stops DMA for good. */
void farfix_stm32_failed(const UART_HandleTypeDef *uart)
{
    if (uart == walk.uart)
        walk.failed = 1;
}

static int receive(void)
{
    HAL_UART_AbortReceive(walk.uart);
    walk.failed = 0;
    walk.written = walk.taken = 0;
    return HAL_UARTEx_ReceiveToIdle_DMA(walk.uart, walk.circle, CIRCLE_BYTES) ==
                   HAL_OK
               ? FFX_OK
               : FFX_ERR_IO;
}

static void send_all(void)
{
    const uint8_t *bytes;
    uint32_t length;
    while ((bytes = ffx_driver_buf(&walk.driver, &length)) != NULL) {
        if (length > SEND_BYTES)
            length = SEND_BYTES;
        /* What did not go out in time is lost; the driver asks again. */
        (void)HAL_UART_Transmit(walk.uart, bytes, (uint16_t)length, SEND_MS);
        ffx_driver_ack(&walk.driver, length);
    }
}

/* The tick's interrupt ends WFI after a millisecond at the latest. */
static void wait(uint32_t wait_ms)
{
    const uint32_t start_ms = HAL_GetTick();
    while (walk.written == walk.taken && !walk.failed &&
           HAL_GetTick() - start_ms < wait_ms)
        __WFI();
}

static void hear(void)
{
    uint32_t length = walk.written - walk.taken;
    if (length > CIRCLE_BYTES) { /* DMA has lapped us: the oldest are gone */
        walk.taken += length - CIRCLE_BYTES;
        length = CIRCLE_BYTES;
    }
    while (length > 0) {
        const uint32_t place = walk.taken % CIRCLE_BYTES;
        uint32_t run = CIRCLE_BYTES - place;
        if (run > length)
            run = length;
        ffx_driver_feed(&walk.driver, walk.circle + place, run, HAL_GetTick());
        walk.taken += run;
        length -= run;
    }
}

int farfix_stm32_update(UART_HandleTypeDef *uart,
                        const struct ffx_driver_config *config,
                        enum ffx_cause *cause)
{
    walk.uart = uart;
    int code = ffx_driver_init(&walk.driver, config, HAL_GetTick());
    if (code == FFX_OK)
        code = receive();
    while (code == FFX_OK) {
        const uint32_t wait_ms = ffx_driver_poll(&walk.driver, HAL_GetTick());
        send_all();
        if (ffx_driver_finished(&walk.driver, cause))
            break;
        wait(wait_ms);
        hear();
        if (walk.failed)
            code = receive();
    }
    HAL_UART_AbortReceive(uart);
    walk.uart = NULL;
    return code;
}
