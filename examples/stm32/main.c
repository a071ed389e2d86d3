/* SPDX-License-Identifier: Apache-2.0 */
/* For a project of CubeMX: call update_module() from its main loop. */
#include <farfix_stm32.h>

extern UART_HandleTypeDef huart1; /* the module; RX DMA circular */

enum ffx_cause update_module(void);

void HAL_UARTEx_RxEventCallback(UART_HandleTypeDef *huart, uint16_t Size)
{
    farfix_stm32_received(huart, Size);
}

void HAL_UART_ErrorCallback(UART_HandleTypeDef *huart)
{
    farfix_stm32_failed(huart);
}

enum ffx_cause update_module(void)
{
    static char line[256], command[320];
    static const struct ffx_driver_config config = {
        .line = line,
        .line_bytes = sizeof line,
        .command = command,
        .command_bytes = sizeof command,
        .route = FFX_ROUTE_HTTP,
        .url = "http://fota.example/SIM7000G/A___B/update.zip",
        .facts = {.to = "1529B06SIM7000G"},
        .baud = 115200,
    };
    enum ffx_cause cause;
    if (farfix_stm32_update(&huart1, &config, &cause) != FFX_OK)
        return FFX_CAUSE_CONFIG;
    return cause; /* ffx_cause_text() and ffx_cause_advice() explain it */
}
