/* SPDX-License-Identifier: Apache-2.0 */
/* Brings the module on UART 1, pins 17 and 16, to one version. */
#include <farfix_esp.h>
#include <stdio.h>

static void open_uart(void)
{
    const uart_config_t line = {
        .baud_rate = 115200,
        .data_bits = UART_DATA_8_BITS,
        .parity = UART_PARITY_DISABLE,
        .stop_bits = UART_STOP_BITS_1,
        .flow_ctrl = UART_HW_FLOWCTRL_DISABLE,
        .source_clk = UART_SCLK_DEFAULT,
    };
    ESP_ERROR_CHECK(uart_driver_install(UART_NUM_1, 2048, 0, 0, NULL, 0));
    ESP_ERROR_CHECK(uart_param_config(UART_NUM_1, &line));
    ESP_ERROR_CHECK(uart_set_pin(UART_NUM_1, 17, 16, UART_PIN_NO_CHANGE,
                                 UART_PIN_NO_CHANGE));
}

void app_main(void);
void app_main(void)
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
    open_uart();
    const int code = farfix_esp_update(UART_NUM_1, &config, &cause);
    if (code != FFX_OK)
        printf("cannot begin: %s\n", ffx_error_text(code));
    else
        printf("%s; %s\n", ffx_cause_text(cause), ffx_cause_advice(cause));
}
