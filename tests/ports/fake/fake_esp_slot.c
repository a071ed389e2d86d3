/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two OTA partitions of ESP-IDF on the host: fake PACKAGE KEY A B [encrypted].
 * KEY holds the 65 bytes of a point. An encrypted one keeps other bytes than
 * it is given, and takes whole blocks of 16. As NOR, cells only fall.
 */
#include <farfix/error.h>
#include <farfix_esp_slot.h>
#include <psa/psa_crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BYTES 131072u
static uint8_t cells[2][BYTES];
static esp_partition_t ota_0 = {0x10000, BYTES, 4096, "ota_0", false, false};
static esp_partition_t ota_1 = {0x30000, BYTES, 4096, "ota_1", false, false};
static int writes_to_0;

static uint8_t *cells_of(const esp_partition_t *partition)
{
    return cells[partition == &ota_1];
}

static uint8_t cipher(const esp_partition_t *partition, size_t at)
{
    return partition->encrypted ? (uint8_t)(at * 37 ^ at >> 8 ^ 0x6b) : 0;
}

esp_err_t esp_partition_read(const esp_partition_t *partition,
                             size_t src_offset, void *dst, size_t size)
{
    if (src_offset > BYTES || size > BYTES - src_offset)
        return ESP_ERR_INVALID_SIZE;
    for (size_t i = 0; i < size; i++)
        ((uint8_t *)dst)[i] = (uint8_t)(cells_of(partition)[src_offset + i] ^
                                        cipher(partition, src_offset + i));
    return ESP_OK;
}

esp_err_t esp_partition_write(const esp_partition_t *partition,
                              size_t dst_offset, const void *src, size_t size)
{
    const size_t unit = partition->encrypted ? 16 : 1;
    writes_to_0 += partition == &ota_0;
    if (dst_offset > BYTES || size > BYTES - dst_offset)
        return ESP_ERR_INVALID_SIZE;
    if (dst_offset % unit != 0 || size % unit != 0)
        return ESP_ERR_INVALID_ARG;
    for (size_t i = 0; i < size; i++)
        cells_of(partition)[dst_offset + i] &=
            (uint8_t)(((const uint8_t *)src)[i] ^
                      cipher(partition, dst_offset + i));
    return ESP_OK;
}

esp_err_t esp_partition_erase_range(const esp_partition_t *partition,
                                    size_t offset, size_t size)
{
    writes_to_0 += partition == &ota_0;
    if (offset > BYTES || size > BYTES - offset)
        return ESP_ERR_INVALID_SIZE;
    if (offset % partition->erase_size != 0 ||
        size % partition->erase_size != 0)
        return ESP_ERR_INVALID_ARG;
    memset(cells_of(partition) + offset, 0xff, size);
    return ESP_OK;
}

static uint32_t load(const char *path, uint8_t *to)
{
    FILE *const file = fopen(path, "rb");
    const size_t length = file ? fread(to, 1, BYTES, file) : 0;
    if (file == NULL || fclose(file) != 0 || length == 0)
        exit(64);
    return (uint32_t)length;
}

static int read_memory(void *context, uint32_t offset, void *to,
                       uint32_t length)
{
    memcpy(to, (const uint8_t *)context + offset, length);
    return FFX_OK;
}

int main(int count, char **words)
{
    static uint8_t package[BYTES], b[BYTES], a[BYTES], step[16384], got[BYTES];
    static uint32_t work[32768 / 4];
    static struct ffx_public_key key;
    static uint8_t point[BYTES];
    static struct ffx_slot slot;
    static struct farfix_esp_slot room;
    if (count < 5)
        return 64;
    struct ffx_slot_config config = {
        .crypto = psa_crypto(),
        .package = {read_memory, package, load(words[1], package)},
        .trusted = &key,
        .trusted_count = 1,
        .model = "SIM7000G",
        .version = "A",
        .sequence = 5,
        .component = "ap",
        .step_buffer = step,
        .step_bytes = sizeof step,
        .work = work,
        .work_bytes = sizeof work,
    };
    if (load(words[2], point) != sizeof key)
        return 64;
    memcpy(&key, point, sizeof key);
    ota_0.encrypted = ota_1.encrypted = count > 5;
    memset(cells, 0xff, sizeof cells);
    memset(cells[1], 0x5a, 70000); /* what stood there */
    const uint32_t a_bytes = load(words[3], a), b_bytes = load(words[4], b);
    for (uint32_t i = 0; i < a_bytes; i++)
        cells[0][i] = (uint8_t)(a[i] ^ cipher(&ota_0, i));
    for (int same = 0; same < 2; same++) {
        farfix_esp_slot(&config, &room, &ota_0, same ? &ota_0 : NULL);
        if (ffx_slot_begin(&slot, &config) != FFX_ERR_ARGUMENT)
            return 1;
    }
    farfix_esp_slot(&config, &room, &ota_0, &ota_1);
    int rc = ffx_slot_begin(&slot, &config);
    if (rc == FFX_OK)
        rc = ffx_slot_run(&slot);
    puts(ffx_error_text(rc));
    esp_partition_read(&ota_1, 0, got, b_bytes);
    return rc != FFX_OK || writes_to_0 != 0 || memcmp(got, b, b_bytes) != 0;
}
