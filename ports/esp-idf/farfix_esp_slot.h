/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A second slot on ESP-IDF: the next OTA partition, over esp_partition_*.
 *
 *     const esp_partition_t *next = esp_ota_get_next_update_partition(NULL);
 *     farfix_esp_slot(&config, &room, esp_ota_get_running_partition(), next);
 *     rc = ffx_slot_begin(&slot, &config);
 *     if (rc == FFX_OK)
 *         rc = ffx_slot_run(&slot);
 *     if (rc == FFX_OK && esp_ota_set_boot_partition(next) == ESP_OK)
 *         esp_restart();
 *
 * ESP-IDF marks the partition itself, in otadata, after it has verified the
 * image its own way; with its rollback B says
 * esp_ota_mark_app_valid_cancel_rollback().
 */
#ifndef FARFIX_ESP_SLOT_H
#define FARFIX_ESP_SLOT_H

#include <esp_partition.h>
#include <farfix/slot.h>

/* What the config points to: must outlive it. */
struct farfix_esp_slot {
    struct ffx_flash flash;
    struct ffx_flash_region region;
    const esp_partition_t *running, *next;
};

/* Fills in config's source, flash and target; the rest is yours. Partitions
 * that flash encryption covers are read and written as plain bytes, 16 at a
 * time. Where `next` is null or what runs, as ESP-IDF answers for a table with
 * no second slot, ffx_slot_begin says FFX_ERR_ARGUMENT. */
void farfix_esp_slot(struct ffx_slot_config *config,
                     struct farfix_esp_slot *room,
                     const esp_partition_t *running,
                     const esp_partition_t *next);

#endif
