/* SPDX-License-Identifier: Apache-2.0 */
/* farfix on ESP-IDF: an installed UART driver, esp_timer, any task. */
#ifndef FARFIX_ESP_H
#define FARFIX_ESP_H

#include <driver/uart.h>
#include <farfix/driver.h>

/* Walks the module on `port` to config->facts.to; the calling task sleeps
 * whenever there is nothing to do. `port` has its pins, its rate and a
 * receive buffer of 1 KiB or more (uart_driver_install), and is the walk's
 * alone until it has ended.
 *
 * FFX_OK: *cause says how it ended. FFX_ERR_IO: no driver is installed on
 * `port`. FFX_ERR_ARGUMENT, FFX_ERR_BUFFER: see ffx_driver_init. One walk at
 * a time. */
int farfix_esp_update(uart_port_t port, const struct ffx_driver_config *config,
                      enum ffx_cause *cause);

#endif
