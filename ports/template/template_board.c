/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a board maker fills in. As it stands it compiles and is a board
 * without a module: every walk ends with "no-answer", and nothing is ever
 * trusted or written.
 */
#include "template/template_port.h"

/* --- the driver wants these three ---------------------------------------- */

uint32_t board_read(void *bytes, uint32_t capacity, uint32_t wait_ms)
{
    (void)bytes;
    (void)capacity;
    (void)wait_ms; /* take from the ring that your UART interrupt fills */
    return 0;
}

uint32_t board_write(const void *bytes, uint32_t length)
{
    (void)bytes; /* write to the UART */
    return length;
}

uint32_t board_now_ms(void)
{
    static uint32_t ms; /* read your tick counter; this one only counts */
    return ms += 100;
}

/* --- only an agent wants flash ------------------------------------------- */

static int flash_read(void *context, uint32_t address, void *buffer,
                      uint32_t length)
{
    (void)context;
    (void)address;
    (void)buffer;
    (void)length;
    return FFX_ERR_IO; /* FFX_ERR_ECC: the word is torn, not the flash gone */
}

static int flash_program(void *context, uint32_t address, const void *data,
                         uint32_t length)
{
    (void)context;
    (void)address;
    (void)data;
    (void)length;
    return FFX_ERR_FLASH; /* return only when the bytes are durable */
}

static int flash_erase(void *context, uint32_t address)
{
    (void)context;
    (void)address;
    return FFX_ERR_FLASH;
}

/* Here: 64 sectors of 4 KiB, written by 8 bytes (as an STM32L4 is). */
static const struct ffx_flash_region regions[] = {{4096, 64}};

const struct ffx_flash board_flash = {
    .read = flash_read,
    .program = flash_program,
    .erase = flash_erase,
    .regions = regions,
    .region_count = 1,
    .write_unit = 8,
    .erased_value = 0xff,
};

/* --- crypto, for an agent, a package or a read-back ---------------------- */

static int no_start(void *context, struct ffx_sha256 *hash)
{
    (void)context;
    (void)hash;
    return FFX_ERR_IO;
}

static int no_update(void *context, struct ffx_sha256 *hash, const void *data,
                     uint32_t length)
{
    (void)context;
    (void)hash;
    (void)data;
    (void)length;
    return FFX_ERR_IO;
}

static int no_finish(void *context, struct ffx_sha256 *hash,
                     uint8_t digest[FFX_SHA256_BYTES])
{
    (void)context;
    (void)hash;
    (void)digest;
    return FFX_ERR_IO;
}

/* Never return 0 "for now": it would let anybody's firmware in. */
static int no_verify(void *context,
                     const uint8_t public_key[FFX_PUBLIC_KEY_BYTES],
                     const uint8_t digest[FFX_SHA256_BYTES],
                     const uint8_t signature[FFX_SIGNATURE_BYTES])
{
    (void)context;
    (void)public_key;
    (void)digest;
    (void)signature;
    return FFX_ERR_IO;
}

const struct ffx_crypto board_crypto = {
    .sha256_start = no_start,
    .sha256_update = no_update,
    .sha256_finish = no_finish,
    .verify = no_verify,
};
