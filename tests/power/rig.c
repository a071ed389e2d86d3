/* SPDX-License-Identifier: Apache-2.0 */
#include "rig.h"
#include "fixture.h"
#include "memo_hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define UPDATING_FAILED_MODEM FFX_STATUS_UPDATING_MODEM, FFX_STATUS_FAILED_MODEM
#define UPDATING_FAILED_AP FFX_STATUS_UPDATING_AP, FFX_STATUS_FAILED_AP
#define KIB 1024u

/* Modem grows, ap shrinks. */
#define LARGE_IMAGES .size_a = {100000, 214001}, .size_b = {104500, 190003}
#define SMALL_IMAGES .size_a = {6000, 14000}, .size_b = {8300, 9100}
/* Slots of both, one behind the other; addresses and lengths in KiB. */
#define MODEM_AND_AP(at, modem, ap)                                            \
    .component_count = 2,                                                      \
    .components = {                                                            \
        {"modem", {(at)*KIB, (modem)*KIB}, UPDATING_FAILED_MODEM},             \
        {"ap", {((at) + (modem)) * KIB, (ap)*KIB}, UPDATING_FAILED_AP}}

const struct bench_geometry rig_geometries[RIG_GEOMETRIES] = {
    /* A serial NOR part: bytes, 4 KiB sectors. */
    {.name = "nor",
     .regions = {{4 * KIB, 128}},
     .region_count = 1,
     .write_unit = 1,
     .erased_value = 0xff,
     .step_bytes = 16 * KIB,
     .journal = {0, 12 * KIB},
     .scratch = {16 * KIB, 128 * KIB},
     MODEM_AND_AP(144, 112, 224),
     .sector = {4 * KIB, 4 * KIB},
     LARGE_IMAGES},
    /* STM32L4: double words with ECC, each written once, 2 KiB pages. */
    {.name = "write-once-ecc",
     .regions = {{2 * KIB, 224}},
     .region_count = 1,
     .write_unit = 8,
     .erased_value = 0xff,
     .ecc = 1,
     .step_bytes = 8 * KIB,
     .journal = {0, 6 * KIB},
     .scratch = {8 * KIB, 64 * KIB},
     MODEM_AND_AP(72, 112, 224),
     .sector = {2 * KIB, 2 * KIB},
     LARGE_IMAGES},
    /* As STM32F2 and F4 begin: small sectors, then large ones, and the modem
     * lies across the border. */
    {.name = "unequal",
     .regions = {{4 * KIB, 20}, {16 * KIB, 26}},
     .region_count = 2,
     .write_unit = 4,
     .erased_value = 0xff,
     .step_bytes = 16 * KIB,
     .journal = {0, 12 * KIB},
     .scratch = {368 * KIB, 128 * KIB},
     MODEM_AND_AP(16, 112, 224),
     .sector = {16 * KIB, 16 * KIB},
     LARGE_IMAGES},
    /* STM32H5 and L1 in one: 16 byte words, 8 KiB sectors, erased to 0. */
    {.name = "erased-zero",
     .regions = {{8 * KIB, 56}},
     .region_count = 1,
     .write_unit = 16,
     .erased_value = 0x00,
     .step_bytes = 8 * KIB,
     .journal = {0, 24 * KIB},
     .scratch = {24 * KIB, 80 * KIB},
     MODEM_AND_AP(104, 112, 224),
     .sector = {8 * KIB, 8 * KIB},
     LARGE_IMAGES},
};

const struct bench_geometry rig_small[RIG_GEOMETRIES] = {
    {.name = "small-nor",
     .regions = {{2 * KIB, 36}},
     .region_count = 1,
     .write_unit = 1,
     .erased_value = 0xff,
     .step_bytes = 4 * KIB,
     .journal = {0, 6 * KIB},
     .scratch = {8 * KIB, 32 * KIB},
     MODEM_AND_AP(40, 12, 20),
     .sector = {2 * KIB, 2 * KIB},
     SMALL_IMAGES},
    {.name = "small-ecc",
     .regions = {{2 * KIB, 36}},
     .region_count = 1,
     .write_unit = 8,
     .erased_value = 0xff,
     .ecc = 1,
     .step_bytes = 4 * KIB,
     .journal = {0, 6 * KIB},
     .scratch = {8 * KIB, 32 * KIB},
     MODEM_AND_AP(40, 12, 20),
     .sector = {2 * KIB, 2 * KIB},
     SMALL_IMAGES},
    {.name = "small-unequal",
     .regions = {{1 * KIB, 12}, {4 * KIB, 16}},
     .region_count = 2,
     .write_unit = 4,
     .erased_value = 0xff,
     .step_bytes = 4 * KIB,
     .journal = {0, 3 * KIB},
     .scratch = {36 * KIB, 32 * KIB},
     MODEM_AND_AP(4, 12, 20),
     .sector = {4 * KIB, 4 * KIB},
     SMALL_IMAGES},
    {.name = "small-zero",
     .regions = {{4 * KIB, 20}},
     .region_count = 1,
     .write_unit = 32,
     .erased_value = 0x00,
     .step_bytes = 4 * KIB,
     .journal = {0, 12 * KIB},
     .scratch = {12 * KIB, 32 * KIB},
     MODEM_AND_AP(44, 12, 20),
     .sector = {4 * KIB, 4 * KIB},
     SMALL_IMAGES},
};

const struct bench_geometry rig_tiny[RIG_TINY] = {
    {.name = "tiny-3",
     .regions = {{2 * KIB, 19}},
     .region_count = 1,
     .write_unit = 1,
     .erased_value = 0xff,
     .step_bytes = 4 * KIB,
     .journal = {0, 6 * KIB},
     .scratch = {8 * KIB, 16 * KIB},
     .component_count = 1,
     .components = {{"app", {24 * KIB, 12 * KIB}, UPDATING_FAILED_AP}},
     .sector = {2 * KIB},
     .size_a = {9000},
     .size_b = {7000}},
    {.name = "tiny-4",
     .regions = {{2 * KIB, 19}},
     .region_count = 1,
     .write_unit = 8,
     .erased_value = 0xff,
     .ecc = 1,
     .step_bytes = 4 * KIB,
     .journal = {0, 8 * KIB},
     .scratch = {8 * KIB, 16 * KIB},
     .component_count = 1,
     .components = {{"app", {24 * KIB, 12 * KIB}, UPDATING_FAILED_AP}},
     .sector = {2 * KIB},
     .size_a = {9000},
     .size_b = {7000}},
    /* One place in scratch: the copy of a step is let go of before the next. */
    {.name = "tiny-1",
     .regions = {{2 * KIB, 14}},
     .region_count = 1,
     .write_unit = 1,
     .erased_value = 0xff,
     .step_bytes = 4 * KIB,
     .journal = {0, 6 * KIB},
     .scratch = {8 * KIB, 4 * KIB},
     .component_count = 1,
     .components = {{"app", {12 * KIB, 16 * KIB}, UPDATING_FAILED_AP}},
     .sector = {2 * KIB},
     .size_a = {9000},
     .size_b = {13000}},
};

/* --- images -------------------------------------------------------------- */

/* B: new code near the front moves all that follows, and the tail is cut or
 * filled up to the size. Every step reads what stands in its neighbours'. */
static void shape(struct bench *bench, uint32_t i)
{
    const uint8_t *const a = bench->a.image[i];
    uint8_t *const b = bench->b.image[i];
    const uint32_t size_a = bench->a.size[i], size_b = bench->b.size[i];
    const uint32_t cut = size_b / 9, added = 300 + 77 * i;
    const uint32_t from_a = size_a - cut, room = size_b - cut - added;
    fixture_image(b, size_b, 200 + i);
    memcpy(b, a, cut);
    memcpy(b + cut + added, a + cut, from_a < room ? from_a : room);
}

/* --- packages ------------------------------------------------------------ */

const enum forge_key rig_key_a = FORGE_RELEASE, rig_key_b = FORGE_OTHER;

/* To B, which changes whom the device trusts (A30). */
static struct forge_bytes to_b(struct bench *bench,
                               const struct bench_release *from,
                               enum bench_kind kind)
{
    struct bench_job job;
    bench_job_make(bench, &job, from, &bench->b, kind);
    job.forge.release.has_next_key = 1;
    job.forge.release.next_key = *forge_public(rig_key_b);
    job.forge.release.has_revoke = 1;
    job.forge.release.revoke = *forge_public(rig_key_a);
    return bench_job_build(&job);
}

/* --- open ---------------------------------------------------------------- */

void rig_open(struct rig *rig, const struct bench_geometry *geometry)
{
    struct bench *const bench = &rig->bench;
    struct bench_release c;
    memset(rig, 0, sizeof *rig);
    bench_open(bench, geometry);
    for (uint32_t i = 0; i < geometry->component_count; i++)
        shape(bench, i);
    bench->config.crypto = memo_hash_crypto();
    rig->deltas = to_b(bench, &bench->a, BENCH_DELTAS);
    bench_release_make(bench, &c, "1529B07SIM7000G", 7, geometry->size_b, 300);
    rig->images = to_b(bench, &c, BENCH_IMAGES);
    rig->other = bench_package(bench, &bench->b, &c, BENCH_DELTAS);
    bench_release_free(&c);
}

void rig_close(struct rig *rig)
{
    free(rig->deltas.bytes);
    free(rig->images.bytes);
    free(rig->other.bytes);
    bench_close(&rig->bench);
}
