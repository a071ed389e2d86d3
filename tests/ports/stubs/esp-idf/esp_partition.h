/* SPDX-License-Identifier: Apache-2.0 */
/* Stands for <esp_partition.h> of ESP-IDF 5.2, as far as farfix uses it. */
#ifndef STUB_ESP_PARTITION_H
#define STUB_ESP_PARTITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef int esp_err_t;
#define ESP_OK 0
#define ESP_ERR_INVALID_ARG 0x102
#define ESP_ERR_INVALID_SIZE 0x104

typedef struct {
    uint32_t address;
    uint32_t size;       /* a multiple of erase_size */
    uint32_t erase_size; /* bytes of the smallest erase */
    char label[17];
    bool encrypted;
    bool readonly;
} esp_partition_t;

/* Offsets and sizes inside the partition. Encrypted: the bytes come back
 * plain, and are written in whole, aligned blocks of 16. */
esp_err_t esp_partition_read(const esp_partition_t *partition,
                             size_t src_offset, void *dst, size_t size);
esp_err_t esp_partition_write(const esp_partition_t *partition,
                              size_t dst_offset, const void *src, size_t size);
esp_err_t esp_partition_erase_range(const esp_partition_t *partition,
                                    size_t offset, size_t size);

#endif
