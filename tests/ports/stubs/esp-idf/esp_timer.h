/* SPDX-License-Identifier: Apache-2.0 */
/* Stands for <esp_timer.h> of ESP-IDF 5.2, as far as farfix uses it. */
#ifndef STUB_ESP_TIMER_H
#define STUB_ESP_TIMER_H

#include <stdint.h>

int64_t esp_timer_get_time(void); /* microseconds */

#endif
