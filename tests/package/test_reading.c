/* SPDX-License-Identifier: Apache-2.0 */
/* How update.zip is read: in which order, every byte of it, a bounded piece
 * at a time; and what happens when reading or the crypto port fails. */
#include "forge.h"
#include "memo.h"

#include <farfix/error.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LOCAL_BYTES 30u
#define FILE_MAX 16384u

static struct forge forge;
static struct ffx_package package;
static uint8_t scratch[FFX_PACKAGE_BUFFER_MIN];

/* What was asked of the ports, and when to fail. */
static struct {
    struct forge_bytes file;
    uint8_t was_read[FILE_MAX];
    uint32_t read_end;   /* behind the furthest byte read so far */
    uint32_t read_bytes; /* since it was last set to 0 */
    uint32_t calls, fail_at;
    int error;
    uint32_t verified;      /* calls of verify so far */
    uint32_t end_before[3]; /* read_end at each of them */
} ports;

static int fails(void)
{
    return ++ports.calls == ports.fail_at;
}

static int logged_read(void *context, uint32_t offset, void *buffer,
                       uint32_t length)
{
    (void)context;
    assert_true(length <= ports.file.length &&
                offset <= ports.file.length - length);
    if (fails())
        return ports.error;
    memcpy(buffer, ports.file.bytes + offset, length);
    memset(ports.was_read + offset, 1, length);
    ports.read_bytes += length;
    if (offset + length > ports.read_end)
        ports.read_end = offset + length;
    return 0;
}

static int logged_start(void *context, struct ffx_sha256 *hash)
{
    return fails() ? ports.error : memo_crypto()->sha256_start(context, hash);
}

static int logged_update(void *context, struct ffx_sha256 *hash,
                         const void *data, uint32_t length)
{
    return fails() ? ports.error
                   : memo_crypto()->sha256_update(context, hash, data, length);
}

static int logged_finish(void *context, struct ffx_sha256 *hash,
                         uint8_t digest[FFX_SHA256_BYTES])
{
    return fails() ? ports.error
                   : memo_crypto()->sha256_finish(context, hash, digest);
}

static int logged_verify(void *context, const uint8_t key[FFX_PUBLIC_KEY_BYTES],
                         const uint8_t digest[FFX_SHA256_BYTES],
                         const uint8_t signature[FFX_SIGNATURE_BYTES])
{
    if (fails())
        return ports.error;
    assert_in_range(ports.verified, 0, 2);
    ports.end_before[ports.verified++] = ports.read_end;
    return memo_crypto()->verify(context, key, digest, signature);
}

static int open_logged(void)
{
    static const struct ffx_crypto port = {logged_start, logged_update,
                                           logged_finish, logged_verify, NULL};
    const struct ffx_package_config config = {
        .crypto = &port,
        .file = {logged_read, NULL, ports.file.length},
        .trusted = forge_public(FORGE_RELEASE),
        .trusted_count = 1,
        .buffer = scratch,
        .buffer_bytes = sizeof scratch,
    };
    return ffx_package_open(&package, &config);
}

static int check_all(void)
{
    int result;
    do
        result = ffx_package_check(&package);
    while (result == 1);
    return result;
}

/* A package whose payloads take several buffers each. */
static int start(void **state)
{
    (void)state;
    memset(&ports, 0, sizeof ports);
    forge_default(&forge);
    forge_payload(&forge, 0, 4096);
    forge_payload(&forge, 1, 2500);
    ports.file = forge_build(&forge);
    assert_in_range(ports.file.length, 1, FILE_MAX);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    free(ports.file.bytes);
    return 0;
}

/* Offset behind the first `count` entries. */
static uint32_t end_of(uint32_t count)
{
    uint32_t end = 0;
    for (uint32_t i = 0; i < count; i++)
        end += LOCAL_BYTES + (uint32_t)strlen(forge.entries[i].name) +
               forge.entries[i].length;
    return end;
}

static void
nothing_is_read_before_the_signature_in_front_of_it_holds(void **state)
{
    (void)state;
    assert_int_equal(open_logged(), 0);
    assert_int_equal(ports.verified, 3);
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(ports.end_before[i], end_of(2 * i + 2));
    assert_int_equal(ports.read_end, end_of(6));
}

static void
unsigned_package_is_not_read_behind_its_first_signature(void **state)
{
    (void)state;
    ports.file.bytes[LOCAL_BYTES + 20] ^= 1;
    assert_int_equal(open_logged(), FFX_ERR_SIGNATURE);
    assert_int_equal(ports.read_end, end_of(2));
}

static void every_byte_of_the_file_is_read(void **state)
{
    (void)state;
    assert_int_equal(open_logged(), 0);
    assert_int_equal(check_all(), 0);
    for (uint32_t i = 0; i < ports.file.length; i++)
        if (!ports.was_read[i])
            fail_msg("byte %u", i);
}

static void one_check_reads_one_bufferful(void **state)
{
    (void)state;
    uint32_t calls = 0;
    int result = open_logged();
    assert_int_equal(result, 0);
    do {
        ports.read_bytes = 0;
        result = ffx_package_check(&package);
        assert_in_range(ports.read_bytes, 1, sizeof scratch);
        calls++;
    } while (result == 1);
    assert_int_equal(result, 0);
    assert_int_equal(calls, 2 + 2 + 1);
}

static void good_package_is_not_read_again(void **state)
{
    (void)state;
    assert_int_equal(open_logged(), 0);
    assert_int_equal(check_all(), 0);
    ports.read_bytes = 0;
    assert_int_equal(ffx_package_check(&package), 0);
    assert_int_equal(ports.read_bytes, 0);
}

/* Whichever call of a port fails: its error comes out, nothing else is made
 * of it, and the same work succeeds when it is done again. */
static void fault_of_a_port_is_passed_on_and_can_be_overcome(void **state)
{
    (void)state;
    static const int errors[] = {FFX_ERR_IO, FFX_ERR_ECC, FFX_ERR_POWER};
    for (uint32_t fail_at = 1;; fail_at++) {
        ports.verified = ports.calls = 0;
        ports.fail_at = fail_at;
        ports.error = errors[fail_at % 3];
        int result = open_logged();
        if (result == 0)
            result = check_all();
        if (ports.calls < fail_at) {
            assert_int_equal(result, 0);
            assert_in_range(fail_at, 30, 100);
            return;
        }
        if (result != ports.error)
            fail_msg("call %u: %d", fail_at, result);
        if (ffx_package_check(&package) == FFX_ERR_BUSY) {
            ports.verified = 0;
            assert_int_equal(open_logged(), 0);
        }
        assert_int_equal(check_all(), 0);
    }
}

static void wrong_payload_stays_wrong_however_often_it_is_checked(void **state)
{
    (void)state;
    ports.file.bytes[end_of(8) - 1] ^= 0x80;
    assert_int_equal(open_logged(), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(check_all(), FFX_ERR_PAYLOAD);
    ports.file.bytes[end_of(8) - 1] ^= 0x80;
    ports.file.bytes[ports.file.length - 1] ^= 1;
    for (int i = 0; i < 3; i++)
        assert_int_equal(check_all(), FFX_ERR_ZIP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            nothing_is_read_before_the_signature_in_front_of_it_holds, start,
            stop),
        cmocka_unit_test_setup_teardown(
            unsigned_package_is_not_read_behind_its_first_signature, start,
            stop),
        cmocka_unit_test_setup_teardown(every_byte_of_the_file_is_read, start,
                                        stop),
        cmocka_unit_test_setup_teardown(one_check_reads_one_bufferful, start,
                                        stop),
        cmocka_unit_test_setup_teardown(good_package_is_not_read_again, start,
                                        stop),
        cmocka_unit_test_setup_teardown(
            fault_of_a_port_is_passed_on_and_can_be_overcome, start, stop),
        cmocka_unit_test_setup_teardown(
            wrong_payload_stays_wrong_however_often_it_is_checked, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
