/* SPDX-License-Identifier: Apache-2.0 */
#include "lab_case.h"

#include <assert.h>

static const struct ffx_flash_region regions[] = {{4096, 3}, {16384, 2}};

struct lab_flash_config lab_case_config(uint32_t unit, uint8_t erased)
{
    return (struct lab_flash_config){
        .regions = regions,
        .region_count = 2,
        .write_unit = unit,
        .erased_value = erased,
        .seed = 7,
    };
}

void lab_case_open(struct lab_flash *flash, uint32_t unit, uint8_t erased)
{
    const struct lab_flash_config config = lab_case_config(unit, erased);
    const int result = lab_flash_open(flash, &config);
    assert(result == 0);
    (void)result;
}

void lab_case_data(uint8_t *to, uint32_t length, uint32_t salt)
{
    uint32_t state = salt * 2654435761u + 1;
    for (uint32_t i = 0; i < length; i++) {
        state = state * 1664525u + 1013904223u;
        to[i] = (uint8_t)(1 + (state >> 24) % 254);
    }
}

int lab_case_program(struct lab_flash *flash, uint32_t address, uint32_t length,
                     uint32_t salt)
{
    uint8_t data[LAB_CASE_LONGEST];
    assert(length <= sizeof data);
    lab_case_data(data, length, salt);
    return flash->port.program(flash, address, data, length);
}

int lab_case_erase(struct lab_flash *flash, uint32_t address)
{
    return flash->port.erase(flash, address);
}

void lab_case_fill(struct lab_flash *flash, uint32_t salt)
{
    uint8_t data[LAB_CASE_BYTES];
    lab_case_data(data, sizeof data, salt);
    lab_flash_put(flash, 0, data, sizeof data);
}

int lab_case_read(struct lab_flash *flash, uint32_t address, void *to,
                  uint32_t length)
{
    return flash->port.read(flash, address, to, length);
}
