/* SPDX-License-Identifier: Apache-2.0 */
/* Payloads longer than 16 bits count: every byte of them is digested. */
#include "forge.h"
#include "memo.h"

#include <farfix/error.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#define LENGTH 140000u

static int verdict(const struct forge_bytes *file)
{
    static uint8_t buffer[16384];
    struct ffx_package package;
    const struct ffx_package_config config = {
        .crypto = memo_crypto(),
        .file = forge_file(file),
        .trusted = forge_public(FORGE_RELEASE),
        .trusted_count = 1,
        .buffer = buffer,
        .buffer_bytes = sizeof buffer,
    };
    int result = ffx_package_open(&package, &config);
    if (result != 0)
        return result;
    do
        result = ffx_package_check(&package);
    while (result == 1);
    return result;
}

/* CRC and directory follow the byte, the signed digest does not. */
static void every_byte_of_a_long_payload_is_digested(void **state)
{
    (void)state;
    static const uint32_t places[] = {0,      LENGTH - 131072, 65535,     65536,
                                      131071, 131072,          LENGTH - 1};
    static const struct forge_shape plain;
    static struct forge forge;
    static uint8_t payload[LENGTH];
    for (uint32_t i = 0; i < LENGTH; i++)
        payload[i] = (uint8_t)(i * 2654435761u >> 24);
    forge_default(&forge);
    struct ffx_part *const part = &forge.manifest.parts[0];
    part->payload_size = LENGTH;
    forge_sha256(payload, LENGTH, part->payload_sha256);
    forge_spell(&forge);
    forge_sign(&forge);
    forge_list(&forge);
    forge.entries[forge.entry_count - 2].bytes = payload;
    for (uint32_t i = 0; i <= sizeof places / sizeof places[0]; i++) {
        const int good = i == sizeof places / sizeof places[0];
        if (!good)
            payload[places[i]] ^= 1;
        struct forge_bytes file =
            forge_zip(forge.entries, forge.entry_count, &plain);
        assert_int_equal(verdict(&file), good ? 0 : FFX_ERR_PAYLOAD);
        free(file.bytes);
        if (!good)
            payload[places[i]] ^= 1;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_of_a_long_payload_is_digested),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
