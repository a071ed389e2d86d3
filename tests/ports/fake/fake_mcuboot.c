/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The board that examples/mcuboot runs on: fake PORT KEY A SLOT_1. The module
 * is on PORT, KEY holds the 65 bytes of a point, A runs in slot 0; what stands
 * in slot 1 at the end goes to the file SLOT_1. The flash is strict.
 */
#include "fake.h"
#include "template/template_port.h"

#include <farfix/error.h>
#include <farfix/slot.h>
#include <lab/lab_flash.h>
#include <psa/psa_crypto.h>
#include <stdio.h>
#include <string.h>

#define SLOT_1 0x44000u
#define SLOT_BYTES 0x38000u

/* What the example takes from its board. */
extern uint8_t slot_0[SLOT_BYTES];
extern struct ffx_public_key release_key;
extern const char running_version[];
extern const uint32_t running_sequence;
int example_main(void);

uint8_t slot_0[SLOT_BYTES];
struct ffx_public_key release_key;
const char running_version[] = "1.0.0";
const uint32_t running_sequence = 5;
struct posix_port fake_line;
static struct lab_flash lab;

/* --- flash and crypto: the board's are constants ------------------------- */

static int lab_read(void *context, uint32_t address, void *to, uint32_t length)
{
    (void)context;
    return lab.port.read(lab.port.context, address, to, length);
}

static int lab_program(void *context, uint32_t address, const void *data,
                       uint32_t length)
{
    (void)context;
    return lab.port.program(lab.port.context, address, data, length);
}

static int lab_erase(void *context, uint32_t address)
{
    (void)context;
    return lab.port.erase(lab.port.context, address);
}

static int start(void *context, struct ffx_sha256 *hash)
{
    return psa_crypto()->sha256_start(context, hash);
}

static int update(void *context, struct ffx_sha256 *hash, const void *data,
                  uint32_t length)
{
    return psa_crypto()->sha256_update(context, hash, data, length);
}

static int finish(void *context, struct ffx_sha256 *hash,
                  uint8_t digest[FFX_SHA256_BYTES])
{
    return psa_crypto()->sha256_finish(context, hash, digest);
}

static int verify(void *context, const uint8_t key[FFX_PUBLIC_KEY_BYTES],
                  const uint8_t digest[FFX_SHA256_BYTES],
                  const uint8_t signature[FFX_SIGNATURE_BYTES])
{
    return psa_crypto()->verify(context, key, digest, signature);
}

static const struct ffx_flash_region regions[] = {{4096, 128}};

const struct ffx_flash board_flash = {
    .read = lab_read,
    .program = lab_program,
    .erase = lab_erase,
    .regions = regions,
    .region_count = 1,
    .write_unit = 8,
    .erased_value = 0xff,
};

const struct ffx_crypto board_crypto = {start, update, finish, verify, NULL};

/* --- the line ------------------------------------------------------------ */

uint32_t board_read(void *bytes, uint32_t capacity, uint32_t wait_ms)
{
    return (uint32_t)posix_port_read(&fake_line, bytes, capacity, (int)wait_ms);
}

uint32_t board_write(const void *bytes, uint32_t length)
{
    return (uint32_t)posix_port_write(&fake_line, bytes, length);
}

uint32_t board_now_ms(void)
{
    return posix_port_now_ms();
}

static int load(const char *path, void *to, size_t most)
{
    FILE *const file = fopen(path, "rb");
    const size_t length = file ? fread(to, 1, most, file) : 0;
    return file != NULL && fclose(file) == 0 && length > 0;
}

static int save(const char *path, const void *bytes, size_t length)
{
    FILE *const file = fopen(path, "wb");
    const size_t went = file ? fwrite(bytes, 1, length, file) : 0;
    return file != NULL && fclose(file) == 0 && went == length;
}

int main(int count, char **words)
{
    static const struct ffx_flash_area fence = {SLOT_1, SLOT_BYTES};
    const struct lab_flash_config config = {
        .regions = regions,
        .region_count = 1,
        .write_unit = 8,
        .erased_value = 0xff,
        .fence = &fence,
        .fence_count = 1,
    };
    if (count != 5 || !load(words[2], &release_key, sizeof release_key) ||
        !load(words[3], slot_0, sizeof slot_0) ||
        lab_flash_open(&lab, &config) != FFX_OK)
        return 64;
    if (posix_port_open(&fake_line, words[1], 115200, 0) != FFX_OK)
        return puts(fake_line.error), 3;
    const int rc = example_main();
    posix_port_close(&fake_line);
    printf("%d %s %s\n", rc, ffx_error_text(rc), lab.complaint);
    const int saved = save(words[4], lab.bytes + SLOT_1, SLOT_BYTES);
    const int violations = lab.violations;
    lab_flash_close(&lab);
    return rc != FFX_OK || violations != 0 || !saved;
}
