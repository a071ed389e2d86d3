/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threats by row, 4 of 5: what is signed, and that it comes first. A2 bytes
 * that no signature covers, A3 another spelling of a signature, A7 replay for
 * another device or time, A18 parsing before verifying. 5 of 5, containers, is
 * test_torture.
 */
#include "package_map.h"
#include "replay.h"
#include "torture.h"

#include <farfix/error.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct torture torture;
static struct map_byte map[4096];
static struct torture_read reads[TORTURE_READS];

static int start(void **state)
{
    (void)state;
    torture_open(&torture);
    torture.log = reads;
    map_package(map, torture.zip.length, &torture.job.forge);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    torture_close(&torture);
    return 0;
}

/* --- A2: bytes that no signature covers ---------------------------------- */

/* A2's oracle over one boot: each byte that was read has a class, the whole
 * file was read before the package had anything erased, and from then on
 * nothing but payloads is. (A step that a cut tore is mended from scratch
 * before the file is opened.) How many bytes of payloads those were. */
static uint32_t expect_covered_reads(void)
{
    static uint8_t checked[4096];
    uint32_t used = 0;
    assert_in_range(torture.reads, 1, TORTURE_READS - 1);
    memset(checked, 0, sizeof checked);
    for (uint32_t i = 0; i < torture.reads; i++)
        for (uint32_t k = 0; k < reads[i].length; k++) {
            const uint32_t at = reads[i].offset + k;
            replay_case("read %u, byte %u", i, at);
            assert_true(at < torture.zip.length);
            assert_int_not_equal(map[at].class, MAP_NOTHING);
            if (reads[i].touched == reads[0].touched) {
                checked[at] = 1;
                continue;
            }
            assert_int_equal(map[at].class, MAP_PAYLOAD);
            used++;
        }
    for (uint32_t at = 0; at < torture.zip.length; at++)
        if (!checked[at])
            fail_msg("byte %u was used unchecked", at);
    replay_done();
    return used;
}

static void
a2_all_that_an_update_reads_is_signed_a_signature_or_compared(void **state)
{
    uint32_t bytes_of[MAP_CLASSES] = {0};
    (void)state;
    assert_int_equal(torture_offer(&torture, &torture.zip), 0);
    bench_expect_installed(&torture.bench, &torture.bench.b);
    assert_true(expect_covered_reads() > 500);
    for (uint32_t at = 0; at < torture.zip.length; at++)
        bytes_of[map[at].class]++;
    print_message("# %u bytes: %u text, %u signature, %u payload, %u constant, "
                  "%u derived, %u CRC-32\n",
                  torture.zip.length, bytes_of[MAP_TEXT],
                  bytes_of[MAP_SIGNATURE], bytes_of[MAP_PAYLOAD],
                  bytes_of[MAP_CONSTANT], bytes_of[MAP_DERIVED],
                  bytes_of[MAP_CRC32]);
}

/* After a cut at each operation the same holds of the boot that goes on. */
static void a2_after_a_reset_the_whole_file_is_checked_again(void **state)
{
    struct bench *const bench = &torture.bench;
    uint32_t resumed = 0;
    (void)state;
    for (uint64_t cut = 1;; cut++) {
        lab_flash_restore(&bench->flash, torture.asked);
        bench->package = &torture.zip;
        bench->removed = 0;
        assert_int_equal(bench_power_up(bench), 0);
        lab_flash_cut(&bench->flash, cut, LAB_TEAR_RANDOM_BITS);
        if (ffx_agent_run(&bench->agent) == 0)
            break;
        assert_int_equal(bench_power_up(bench), 0);
        if (!ffx_agent_pending(&bench->agent) || bench->package == NULL)
            continue;
        const int in_work =
            ffx_agent_status(&bench->agent) != FFX_STATUS_REQUESTED;
        torture_forget(&torture);
        assert_int_equal(bench_boot(bench), 0);
        if (torture.reads == 0)
            continue; /* only the removal was left */
        replay_case("cut at operation %u", (uint32_t)cut);
        bench_expect_installed(bench, &bench->b);
        expect_covered_reads();
        resumed += (uint32_t)in_work;
    }
    lab_flash_cut(&bench->flash, 0, LAB_TEAR_BEFORE);
    assert_true(resumed > 5);
    replay_done();
}

/* --- A3: another spelling of a signature --------------------------------- */

/* Order of P-256 (FIPS 186-4, D.1.2.3). */
static const uint8_t order[32] = {
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
    0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
};

/* r and s of the signature in hand, 33 bytes each with the sign. */
struct pair {
    uint8_t r[33], s[33];
};

static const uint8_t *take(const uint8_t *der, uint8_t number[33])
{
    memset(number, 0, 33);
    memcpy(number + 33 - der[1], der + 2, der[1]);
    return der + 2 + der[1];
}

/* number = order - number, or number + order. */
static void mirror(uint8_t number[33])
{
    int borrow = 0;
    for (int i = 31; i >= 0; i--) {
        const int digit = order[i] - number[i + 1] - borrow;
        borrow = digit < 0;
        number[i + 1] = (uint8_t)digit;
    }
    number[0] = 0;
}

static void go_round(uint8_t number[33])
{
    int carry = 0;
    for (int i = 31; i >= 0; i--) {
        const int digit = order[i] + number[i + 1] + carry;
        carry = digit > 255;
        number[i + 1] = (uint8_t)digit;
    }
    number[0] = (uint8_t)(number[0] + carry);
}

/* How the same pair may be written, or nearly. */
enum spelling {
    RIGHT,
    HIGH_S,
    R_PLUS_N,
    S_PLUS_N,
    ZERO_BEFORE_R,
    ZERO_BEFORE_S,
    NO_SIGN_OF_R, /* 32 bytes although the first is 80 or more */
    LONG_LENGTH,
    LONG_LENGTH_OF_S,
    INDEFINITE,
    BYTE_BEHIND,
    BYTE_WITHIN,
    NULL_WITHIN,
    RAW, /* IEEE P1363 */
    TWICE,
    SET_TAG,
    R_AND_S_SWAPPED,
    SPELLINGS
};

static uint32_t put_number(uint8_t *out, const uint8_t number[33], int zeros)
{
    uint32_t skip = 0;
    while (number[skip] == 0 && number[skip + 1] < 0x80)
        skip++;
    if (zeros < 0 && number[skip] == 0)
        skip++;
    const uint32_t more = zeros > 0 ? (uint32_t)zeros : 0;
    out[0] = 2;
    out[1] = (uint8_t)(33 - skip + more);
    memset(out + 2, 0, more);
    memcpy(out + 2 + more, number + skip, 33 - skip);
    return 35 - skip + more;
}

static uint32_t spell(uint8_t *out, struct pair pair, enum spelling how)
{
    uint8_t body[160];
    if (how == HIGH_S)
        mirror(pair.s);
    if (how == R_PLUS_N)
        go_round(pair.r);
    if (how == S_PLUS_N)
        go_round(pair.s);
    if (how == R_AND_S_SWAPPED) {
        const struct pair kept = pair;
        memcpy(pair.r, kept.s, 33);
        memcpy(pair.s, kept.r, 33);
    }
    if (how == RAW) {
        memcpy(out, pair.r + 1, 32);
        memcpy(out + 32, pair.s + 1, 32);
        return 64;
    }
    uint32_t at = put_number(body, pair.r,
                             how == ZERO_BEFORE_R  ? 1
                             : how == NO_SIGN_OF_R ? -1
                                                   : 0);
    if (how == LONG_LENGTH_OF_S) {
        body[at + 1] = 0x81;
        at++;
    }
    const uint32_t s =
        put_number(body + at, pair.s, how == ZERO_BEFORE_S ? 1 : 0);
    if (how == LONG_LENGTH_OF_S) {
        body[at - 1] = 2;
        body[at] = 0x81;
    }
    at += s;
    if (how == BYTE_WITHIN)
        body[at++] = 0;
    if (how == NULL_WITHIN) {
        body[at++] = 5;
        body[at++] = 0;
    }
    uint32_t head = 0;
    out[head++] = how == SET_TAG ? 0x31 : 0x30;
    if (how == LONG_LENGTH)
        out[head++] = 0x81;
    out[head++] = how == INDEFINITE ? 0x80 : (uint8_t)at;
    memcpy(out + head, body, at);
    at += head;
    if (how == BYTE_BEHIND || how == INDEFINITE)
        out[at++] = 0;
    if (how == INDEFINITE)
        out[at++] = 0;
    if (how == TWICE) {
        memcpy(out + at, out, at);
        at *= 2;
    }
    return at;
}

/* A package of the same texts in which signature `entry` is spelled so. */
static struct forge_bytes respelled(uint32_t entry, enum spelling how)
{
    static const struct forge_shape plain;
    static uint8_t bytes[192];
    struct forge_entry entries[8];
    struct pair pair;
    memcpy(entries, torture.job.forge.entries, sizeof entries);
    take(take((const uint8_t *)entries[entry].bytes + 2, pair.r), pair.s);
    entries[entry].bytes = bytes;
    entries[entry].length = spell(bytes, pair, how);
    return forge_zip(entries, 8, &plain);
}

/* What is longer than 72 bytes is no entry of a package; either way it is
 * refused. The table of all spellings is package/test_signature's. */
static void a3_a_signature_has_one_spelling(void **state)
{
    (void)state;
    for (uint32_t entry = 1; entry < 6; entry += 2)
        for (uint32_t how = RIGHT; how < SPELLINGS; how++) {
            struct forge_bytes zip = respelled(entry, (enum spelling)how);
            const uint32_t honest = torture.job.forge.entries[entry].length;
            const uint32_t length = zip.length - torture.zip.length + honest;
            replay_case("entry %u, spelling %u", entry, how);
            if (zip.length == torture.zip.length &&
                memcmp(zip.bytes, torture.zip.bytes, zip.length) == 0) {
                /* RIGHT, and NO_SIGN_OF_R where r has none */
                assert_true(how == RIGHT || how == NO_SIGN_OF_R);
                assert_int_equal(torture_offer(&torture, &zip), 0);
                bench_expect_installed(&torture.bench, &torture.bench.b);
            } else {
                torture_expect(&torture, &zip,
                               length > FFX_DER_MAX ? FFX_ERR_ZIP
                                                    : FFX_ERR_SIGNATURE);
            }
            free(zip.bytes);
        }
    replay_done();
}

/* --- A18: parsing before verifying --------------------------------------- */

static uint32_t end_of(uint32_t entries)
{
    uint32_t at = 0;
    while (map[at].entry < entries && map[at].class != MAP_NOTHING &&
           at < torture.zip.length)
        at++;
    return at;
}

static void a18_nothing_is_read_that_comes_behind_a_pending_signature(void **s)
{
    uint32_t seen[4] = {0};
    (void)s;
    assert_int_equal(torture_offer(&torture, &torture.zip), 0);
    bench_expect_installed(&torture.bench, &torture.bench.b);
    for (uint32_t i = 0; i < torture.reads; i++) {
        const uint32_t verified = reads[i].verified;
        assert_in_range(verified, 0, 3);
        seen[verified]++;
        if (verified < 3)
            assert_true(reads[i].offset + reads[i].length <=
                        end_of(2 * verified + 2));
    }
    for (uint32_t i = 0; i < 4; i++)
        assert_true(seen[i] > 0);
}

/* The memory of the patch reader is untouched up to the file's last byte. */
static void a18_no_payload_is_opened_before_the_file_is_good(void **state)
{
    uint32_t last = 0;
    (void)state;
    assert_int_equal(torture_offer(&torture, &torture.zip), 0);
    while (reads[last].offset + reads[last].length < torture.zip.length)
        assert_true(++last < torture.reads);
    for (uint32_t i = 0; i <= last; i++) {
        assert_false(reads[i].worked);
        assert_int_equal(reads[i].touched, 0);
    }
    assert_true(reads[torture.reads - 1].touched > 0);
    assert_true(torture_has_worked(&torture));
}

/* Each text becomes what no parser takes, unsigned: it is not parsed. */
static void a18_a_text_that_is_not_signed_is_not_parsed(void **state)
{
    static const struct forge_shape plain;
    static const char *const texts[] = {
        "",
        "x",
        "\n",
        "format=2\n",
        "format=1\n",
        "=\n",
        "\xff\xfe\n",
        "release=1\nmodel",
        "format=1",
        "PK\3\4",
        "format=4294967296\n",
    };
    (void)state;
    for (uint32_t entry = 0; entry < 6; entry += 2)
        for (size_t i = 1; i < sizeof texts / sizeof *texts; i++) {
            struct forge_entry entries[8];
            memcpy(entries, torture.job.forge.entries, sizeof entries);
            entries[entry].bytes = texts[i];
            entries[entry].length = (uint32_t)strlen(texts[i]);
            struct forge_bytes zip = forge_zip(entries, 8, &plain);
            replay_case("entry %u is text %zu", entry, i);
            torture_expect(&torture, &zip, FFX_ERR_SIGNATURE);
            assert_int_equal(torture.verified, entry / 2);
            assert_false(torture_has_worked(&torture));
            free(zip.bytes);
        }
    replay_done();
}

/* --- A7: replay for another device or time ------------------------------- */

/* Sources that share a version or bytes with others, never both. */
#define MODELS 3u
#define SOURCES 4u
#define DEVICES (MODELS * SOURCES)

struct crowd {
    struct bench bench;
    struct bench_release a[DEVICES];
    struct forge_bytes zips[DEVICES];
};

static void crowd_open(struct crowd *crowd)
{
    static const char *const models[MODELS] = {"SIM7000G", "SIM7000E",
                                               "SIM7000G-N"};
    static const char *const versions[2] = {"1529B05SIM7000G",
                                            "1529B04SIM7000G"};
    struct bench *const bench = &crowd->bench;
    bench_open(bench, &bench_geometries[0]);
    for (uint32_t i = 0; i < DEVICES; i++) {
        struct bench_release *const a = &crowd->a[i];
        struct bench_job job;
        bench_release_make(bench, a, versions[i % 2], 5,
                           bench->geometry->size_a, i / 2 % 2 ? 400 : 100);
        a->model = models[i / SOURCES];
        bench_job_make(bench, &job, a, &bench->b, BENCH_IMAGES);
        strcpy(job.forge.release.model, a->model);
        strcpy(job.forge.cert.model, a->model);
        strcpy(job.forge.manifest.model, a->model);
        crowd->zips[i] = bench_job_build(&job);
    }
}

static void crowd_close(struct crowd *crowd)
{
    for (uint32_t i = 0; i < DEVICES; i++) {
        free(crowd->zips[i].bytes);
        bench_release_free(&crowd->a[i]);
    }
    bench_close(&crowd->bench);
}

/* A package that has done its work, once more. */
static void expect_no_second_time(struct bench *bench,
                                  const struct forge_bytes *zip)
{
    bench->package = zip;
    bench_request(bench);
    assert_int_equal(bench_boot(bench), 0);
    assert_int_equal(ffx_agent_status(&bench->agent), FFX_STATUS_REFUSED);
    assert_int_equal(ffx_agent_state(&bench->agent)->error, FFX_ERR_SOURCE);
    assert_true(bench_holds(bench, &bench->b));
}

static void a7_of_devices_by_packages_only_the_diagonal_installs(void **state)
{
    static struct crowd crowd;
    struct bench *const bench = &crowd.bench;
    (void)state;
    crowd_open(&crowd);
    const struct bench_release kept = bench->a;
    for (uint32_t device = 0; device < DEVICES; device++) {
        bench->a = crowd.a[device];
        bench_factory(bench);
        for (uint32_t k = 0; k < DEVICES; k++) {
            replay_case("device %u, package %u", device, k);
            bench_offer(bench, &crowd.zips[k]);
            if (k == device) {
                bench_expect_installed(bench, &bench->b);
                expect_no_second_time(bench, &crowd.zips[k]);
            } else {
                bench_expect_refused(bench, k / SOURCES == device / SOURCES
                                                ? FFX_ERR_SOURCE
                                                : FFX_ERR_MODEL);
            }
        }
    }
    replay_done();
    bench->a = kept;
    crowd_close(&crowd);
}

int main(void)
{
#define THREAT(test) cmocka_unit_test_teardown(test, replay_teardown)
    const struct CMUnitTest tests[] = {
        THREAT(a2_all_that_an_update_reads_is_signed_a_signature_or_compared),
        THREAT(a2_after_a_reset_the_whole_file_is_checked_again),
        THREAT(a3_a_signature_has_one_spelling),
        THREAT(a18_nothing_is_read_that_comes_behind_a_pending_signature),
        THREAT(a18_no_payload_is_opened_before_the_file_is_good),
        THREAT(a18_a_text_that_is_not_signed_is_not_parsed),
        THREAT(a7_of_devices_by_packages_only_the_diagonal_installs),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
