/* SPDX-License-Identifier: Apache-2.0 */
/* Stands for <freertos/FreeRTOS.h> and <freertos/queue.h> of ESP-IDF 5.2, as
 * far as farfix uses them; 100 ticks a second are the default there. */
#ifndef STUB_FREERTOS_H
#define STUB_FREERTOS_H

#include <stdint.h>

typedef uint32_t TickType_t;
typedef struct QueueDefinition *QueueHandle_t;
#define configTICK_RATE_HZ 100u
#define pdMS_TO_TICKS(ms) ((TickType_t)((ms)*configTICK_RATE_HZ / 1000u))

#endif
