/* SPDX-License-Identifier: Apache-2.0 */
#include "slot_bench.h"
#include "fixture.h"
#include "memo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define WORK_BYTES 16384u

/* Nobody may touch what is in neither slot. */
const struct slot_geometry slot_geometries[SLOT_GEOMETRIES] = {
    {.name = "bytes",
     .regions = {{4096, 16}},
     .region_count = 1,
     .write_unit = 1,
     .erased_value = 0xff,
     .running = {4096, 20480},
     .target = {28672, 24576},
     .step_bytes = 4096,
     .sector = 4096,
     .size_a = 14000,
     .size_b = 17001},
    {.name = "words, erased 0",
     .regions = {{2048, 32}},
     .region_count = 1,
     .write_unit = 4,
     .erased_value = 0x00,
     .running = {2048, 16384},
     .target = {20480, 20480},
     .step_bytes = 4096,
     .sector = 2048,
     .size_a = 9000,
     .size_b = 12003},
    {.name = "unequal",
     .regions = {{4096, 8}, {16384, 3}},
     .region_count = 2,
     .write_unit = 8,
     .erased_value = 0xff,
     .ecc = 1,
     .running = {0, 24576},
     .target = {28672, 20480},
     .step_bytes = 4096,
     .sector = 4096,
     .mcuboot = {.max_sectors = 16},
     .size_a = 20001,
     .size_b = 20000},
    {.name = "sixteen",
     .regions = {{8192, 8}},
     .region_count = 1,
     .write_unit = 16,
     .erased_value = 0xff,
     .running = {0, 24576},
     .target = {32768, 24576},
     .step_bytes = 8192,
     .sector = 8192,
     .mcuboot = {.max_align = 16, .max_sectors = 64},
     .size_a = 20000,
     .size_b = 21001},
    {.name = "flash words",
     .regions = {{8192, 10}},
     .region_count = 1,
     .write_unit = 32,
     .erased_value = 0xff,
     .ecc = 1,
     .running = {0, 32768},
     .target = {40960, 32768},
     .step_bytes = 8192,
     .sector = 8192,
     .mcuboot = {.max_align = 32, .max_sectors = 32},
     .size_a = 10000,
     .size_b = 12345},
    {.name = "swap using offset",
     .regions = {{4096, 16}},
     .region_count = 1,
     .write_unit = 8,
     .erased_value = 0xff,
     .running = {0, 20480},
     .target = {24576, 24576},
     .start = 4096,
     .step_bytes = 4096,
     .sector = 4096,
     .mcuboot = {.max_sectors = 6, .offset_swap = 1, .image = 2},
     .size_a = 16000,
     .size_b = 17000},
};

/* --- ports --------------------------------------------------------------- */

static int read_package(void *context, uint32_t offset, void *buffer,
                        uint32_t length)
{
    struct slot_bench *bench = context;
    if (++bench->reads == bench->fail_at)
        return FFX_ERR_IO;
    assert_true(offset <= bench->zip.length &&
                length <= bench->zip.length - offset);
    memcpy(buffer, bench->zip.bytes + offset, length);
    return 0;
}

static int read_running(void *context, uint32_t offset, void *buffer,
                        uint32_t length)
{
    struct slot_bench *bench = context;
    const struct ffx_flash *flash = &bench->flash.port;
    return flash->read(flash->context,
                       bench->geometry->running.address + offset, buffer,
                       length);
}

/* --- open and close ------------------------------------------------------ */

static void open_flash(struct slot_bench *bench)
{
    const struct slot_geometry *geometry = bench->geometry;
    const struct lab_flash_config config = {
        .regions = geometry->regions,
        .region_count = geometry->region_count,
        .write_unit = geometry->write_unit,
        .erased_value = geometry->erased_value,
        .ecc = geometry->ecc,
        .seed = 3,
        .fence = bench->fence,
        .fence_count = 2,
    };
    bench->fence[0] = geometry->running;
    bench->fence[1] = geometry->target;
    assert_int_equal(lab_flash_open(&bench->flash, &config), 0);
}

static void make_releases(struct slot_bench *bench)
{
    const struct slot_geometry *geometry = bench->geometry;
    bench->shape = (struct bench_geometry){
        .step_bytes = geometry->step_bytes,
        .component_count = 1,
        .components = {{.name = "app", .slot = geometry->target}},
        .sector = {geometry->sector},
    };
    bench->maker.geometry = &bench->shape;
    bench_release_make(&bench->maker, &bench->a, "1.0.0", 5, &geometry->size_a,
                       100);
    bench_release_make(&bench->maker, &bench->b, "1.1.0", 6, &geometry->size_b,
                       101);
    bench->a.model = bench->b.model = "BOARD-1";
}

static void configure(struct slot_bench *bench)
{
    const struct slot_geometry *geometry = bench->geometry;
    const int trailer =
        ffx_slot_mcuboot_trailer(&bench->flash.port, &geometry->mcuboot);
    assert_true(trailer > 0);
    bench->step_buffer = malloc(geometry->step_bytes);
    bench->work = malloc(WORK_BYTES);
    assert(bench->step_buffer != NULL && bench->work != NULL);
    bench->config = (struct ffx_slot_config){
        .crypto = memo_crypto(),
        .package = {read_package, bench, 0},
        .trusted = forge_public(FORGE_RELEASE),
        .trusted_count = 1,
        .allow_test_keys = 1,
        .model = bench->a.model,
        .version = bench->a.version,
        .sequence = bench->a.sequence,
        .component = "app",
        .source = {read_running, bench, geometry->running.length},
        .flash = &bench->flash.port,
        .target = geometry->target,
        .start = geometry->start,
        .reserve = (uint32_t)trailer,
        .step_buffer = bench->step_buffer,
        .step_bytes = geometry->step_bytes,
        .work = bench->work,
        .work_bytes = WORK_BYTES,
    };
}

static void fill(struct slot_bench *bench)
{
    const struct slot_geometry *geometry = bench->geometry;
    uint8_t *noise = malloc(geometry->target.length);
    assert(noise != NULL);
    fixture_image(noise, geometry->target.length, 77);
    lab_flash_put(&bench->flash, geometry->target.address, noise,
                  geometry->target.length);
    lab_flash_put(&bench->flash, geometry->running.address, bench->a.image[0],
                  geometry->size_a);
    free(noise);
}

void slot_bench_open(struct slot_bench *bench,
                     const struct slot_geometry *geometry)
{
    memset(bench, 0, sizeof *bench);
    bench->geometry = geometry;
    open_flash(bench);
    make_releases(bench);
    configure(bench);
    fill(bench);
    bench->fresh = lab_flash_snapshot(&bench->flash);
}

static void expect_rules_kept(const struct slot_bench *bench)
{
    if (bench->flash.violations != 0)
        fail_msg("%s: %s", bench->geometry->name, bench->flash.complaint);
}

void slot_bench_close(struct slot_bench *bench)
{
    expect_rules_kept(bench);
    lab_flash_close(&bench->flash);
    lab_snapshot_free(bench->fresh);
    bench_release_free(&bench->a);
    bench_release_free(&bench->b);
    free(bench->zip.bytes);
    free(bench->step_buffer);
    free(bench->work);
}

void slot_bench_take(struct slot_bench *bench, struct forge_bytes zip)
{
    free(bench->zip.bytes);
    bench->zip = zip;
    bench->config.package.size = zip.length;
}

void slot_bench_pack(struct slot_bench *bench, enum bench_kind kind)
{
    slot_bench_take(bench,
                    bench_package(&bench->maker, &bench->a, &bench->b, kind));
}

void slot_bench_reset(struct slot_bench *bench)
{
    expect_rules_kept(bench);
    lab_flash_restore(&bench->flash, bench->fresh);
    lab_flash_power_up(&bench->flash);
    memset(bench->flash.wear, 0,
           bench->flash.sector_count * sizeof *bench->flash.wear);
    memset(bench->flash.faults, 0, bench->flash.sector_count);
    bench->flash.cuts_fired = 0;
    bench->fail_at = 0;
}

/* --- runs ---------------------------------------------------------------- */

void slot_bench_power_up(struct slot_bench *bench)
{
    const uint64_t cut_at = bench->flash.cut_at;
    const enum lab_tear tear = bench->flash.tear;
    lab_flash_power_up(&bench->flash);
    lab_flash_cut(&bench->flash, cut_at, tear);
    memset(&bench->slot, 0xa5, sizeof bench->slot);
    memset(bench->step_buffer, 0x5a, bench->geometry->step_bytes);
    memset(bench->work, 0x3c, WORK_BYTES);
    bench->reads = 0;
}

int slot_bench_run(struct slot_bench *bench)
{
    slot_bench_power_up(bench);
    const int rc = ffx_slot_begin(&bench->slot, &bench->config);
    return rc != 0 ? rc : ffx_slot_run(&bench->slot);
}

/* --- verdicts ------------------------------------------------------------ */

static const uint8_t *target_bytes(const struct slot_bench *bench)
{
    return bench->flash.bytes + bench->geometry->target.address;
}

static void expect_erased(const struct slot_bench *bench, uint32_t from,
                          uint32_t to)
{
    for (uint32_t at = from; at < to; at++)
        assert_int_equal(target_bytes(bench)[at],
                         bench->geometry->erased_value);
}

void slot_bench_expect_b(const struct slot_bench *bench)
{
    const struct slot_geometry *geometry = bench->geometry;
    const uint32_t end = geometry->start + geometry->size_b;
    slot_bench_expect_a(bench);
    assert_memory_equal(target_bytes(bench) + geometry->start,
                        bench->b.image[0], geometry->size_b);
    expect_erased(bench, 0, geometry->start);
    expect_erased(bench, end, geometry->target.length - bench->config.reserve);
}

void slot_bench_expect_a(const struct slot_bench *bench)
{
    const struct slot_geometry *geometry = bench->geometry;
    expect_rules_kept(bench);
    assert_memory_equal(bench->flash.bytes + geometry->running.address,
                        bench->a.image[0], geometry->size_a);
    assert_int_equal(lab_flash_wear(&bench->flash, &geometry->running), 0);
}

void slot_bench_expect_untouched(const struct slot_bench *bench)
{
    slot_bench_expect_a(bench);
    assert_int_equal(bench->flash.operations, 0);
    assert_int_equal(lab_flash_wear(&bench->flash, &bench->geometry->target),
                     0);
    assert_false(ffx_slot_touched(&bench->slot));
}

int slot_bench_is_marked(const struct slot_bench *bench)
{
    static const uint8_t eight[16] = {0x77, 0xc2, 0x95, 0xf3, 0x60, 0xd2,
                                      0xef, 0x7f, 0x35, 0x52, 0x50, 0x0f,
                                      0x2c, 0xb6, 0x79, 0x80};
    uint8_t other[16] = {0,    0,    0x2d, 0xe1, 0x5d, 0x29, 0x41, 0x0b,
                         0x8d, 0x77, 0x67, 0x9c, 0x11, 0x0f, 0x1f, 0x8a};
    const uint32_t align = bench->geometry->mcuboot.max_align;
    other[0] = (uint8_t)align;
    return memcmp(target_bytes(bench) + bench->geometry->target.length - 16,
                  align <= 8 ? eight : other, 16) == 0;
}
