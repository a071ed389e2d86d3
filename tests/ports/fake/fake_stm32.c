/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HAL on the host: WFI is where DMA and its interrupts happen. Half,
 * end and idle line are told as the HAL tells them; one byte has a framing
 * error, which stops reception.
 */
#include "fake.h"

#include <farfix_stm32.h>

#define FAULTY 100u

static UART_HandleTypeDef modem, other;
static uint8_t *circle;
static uint16_t circle_bytes, place;
static uint32_t heard;

uint32_t HAL_GetTick(void)
{
    return posix_port_now_ms();
}

void HAL_UARTEx_RxEventCallback(UART_HandleTypeDef *huart, uint16_t Size)
{
    farfix_stm32_received(huart, Size);
}

void HAL_UART_ErrorCallback(UART_HandleTypeDef *huart)
{
    farfix_stm32_failed(huart);
}

HAL_StatusTypeDef HAL_UART_AbortReceive(UART_HandleTypeDef *huart)
{
    if (huart == &modem)
        circle = NULL;
    return HAL_OK;
}

HAL_StatusTypeDef HAL_UARTEx_ReceiveToIdle_DMA(UART_HandleTypeDef *huart,
                                               uint8_t *pData, uint16_t Size)
{
    if (huart != &modem || circle != NULL)
        return HAL_BUSY;
    circle = pData;
    circle_bytes = Size;
    place = 0;
    return HAL_OK;
}

static void receive(uint8_t byte)
{
    if (circle == NULL)
        return;
    if (++heard == FAULTY) {
        circle = NULL;
        HAL_UART_ErrorCallback(&modem);
        return;
    }
    circle[place++] = byte;
    if (place != circle_bytes / 2 && place != circle_bytes)
        return;
    HAL_UARTEx_RxEventCallback(&modem, place);
    place %= circle_bytes;
}

void __WFI(void)
{
    uint8_t bytes[200];
    const size_t length = posix_port_read(&fake_line, bytes, sizeof bytes, 1);
    for (size_t i = 0; i < length; i++)
        receive(bytes[i]);
    HAL_UARTEx_RxEventCallback(&other, 77); /* not ours */
    if (circle != NULL && place > 0)
        HAL_UARTEx_RxEventCallback(&modem, place);
}

HAL_StatusTypeDef HAL_UART_Transmit(UART_HandleTypeDef *huart,
                                    const uint8_t *pData, uint16_t Size,
                                    uint32_t Timeout)
{
    (void)huart;
    (void)Timeout;
    for (uint16_t went = 0; went < Size;) {
        went = (uint16_t)(went + posix_port_write(&fake_line, pData + went,
                                                  (size_t)(Size - went)));
        if (went < Size)
            __WFI();
    }
    return HAL_OK;
}

static int update(const struct ffx_driver_config *config, enum ffx_cause *cause)
{
    const int code = farfix_stm32_update(&modem, config, cause);
    return code == FFX_OK && heard <= circle_bytes ? FFX_ERR_STATE : code;
}

int main(int count, char **words)
{
    return fake_main(count, words, update);
}
