/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small flash of unequal sectors, and what tests of host/lab do with it.
 */
#ifndef FARFIX_LAB_CASE_H
#define FARFIX_LAB_CASE_H

#include "lab/lab_flash.h"

/* Sectors 0..2 of 4 KiB, 3 and 4 of 16 KiB. */
#define LAB_CASE_SECTORS 5u
#define LAB_CASE_BIG (3u * 4096)
#define LAB_CASE_BYTES (LAB_CASE_BIG + 2u * 16384)
#define LAB_CASE_LONGEST 16384u

/* Seed 7, no file, no fence, no ecc. */
struct lab_flash_config lab_case_config(uint32_t unit, uint8_t erased);
void lab_case_open(struct lab_flash *flash, uint32_t unit, uint8_t erased);

/* Bytes that follow from `salt`, none of them 0x00 or 0xff. */
void lab_case_data(uint8_t *to, uint32_t length, uint32_t salt);
/* lab_case_data, programmed through the port. */
int lab_case_program(struct lab_flash *flash, uint32_t address, uint32_t length,
                     uint32_t salt);
int lab_case_erase(struct lab_flash *flash, uint32_t address);
/* lab_case_data into the whole device, past the port. */
void lab_case_fill(struct lab_flash *flash, uint32_t salt);
/* Reads through the port: FFX_ERR_*. */
int lab_case_read(struct lab_flash *flash, uint32_t address, void *to,
                  uint32_t length);

#endif
