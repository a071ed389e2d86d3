/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threats by row, 1 of 5: which release a device takes. A4 rollback, A5
 * fast-forward, A8 another model, A9 another precursor.
 */
#include "agent_bench.h"
#include "replay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOR (&bench_geometries[0])

static struct forge_bytes with_sequence(struct bench *bench, uint32_t sequence)
{
    struct bench_job job;
    bench_job_make(bench, &job, &bench->a, &bench->b, BENCH_IMAGES);
    job.forge.release.sequence = sequence;
    return bench_job_build(&job);
}

static void refuse_sequence(struct bench *bench, uint32_t sequence)
{
    replay_case("at %u, offered %u", bench->a.sequence, sequence);
    struct forge_bytes zip = with_sequence(bench, sequence);
    bench_offer(bench, &zip);
    bench_expect_refused(bench, FFX_ERR_SEQUENCE);
    free(zip.bytes);
}

static void take_sequence(struct bench *bench, uint32_t sequence)
{
    replay_case("at %u, offered %u", bench->a.sequence, sequence);
    struct forge_bytes zip = with_sequence(bench, sequence);
    bench->b.sequence = sequence;
    bench_offer(bench, &zip);
    bench_expect_installed(bench, &bench->b);
    free(zip.bytes);
}

/* --- A4: rollback -------------------------------------------------------- */

#define LINKS 20u

struct chain {
    struct bench bench;
    struct bench_release release[LINKS];
    char version[LINKS][FFX_VERSION_MAX + 1];
    struct lab_snapshot *stand[LINKS]; /* the device after its i-th update */
};

/* The device that runs release i: reset, refusal and verdict know it as A. */
static void stand_at(struct chain *chain, uint32_t i)
{
    chain->bench.fresh = chain->stand[i];
    chain->bench.a = chain->release[i];
    bench_reset(&chain->bench);
}

/* i to i: the same release again, from itself. */
static void from_itself(const struct chain *chain, struct bench_job *job,
                        uint32_t i)
{
    const struct bench_release *release = &chain->release[i];
    strcpy(job->forge.manifest.from, release->version);
    for (uint32_t k = 0; k < 2; k++) {
        struct ffx_part *part = &job->forge.manifest.parts[k];
        part->from_size = release->size[k];
        forge_sha256(release->image[k], release->size[k], part->from_sha256);
    }
}

/* Neighbours by deltas, up and down, all others by full images. */
static struct forge_bytes link(const struct chain *chain, uint32_t from,
                               uint32_t to)
{
    struct bench_job job;
    const enum bench_kind kind =
        from + 1 == to || to + 1 == from ? BENCH_DELTAS : BENCH_IMAGES;
    const uint32_t other = from != to ? from : (from + 1) % LINKS;
    bench_job_make(&chain->bench, &job, &chain->release[other],
                   &chain->release[to], kind);
    if (from == to)
        from_itself(chain, &job, from);
    return bench_job_build(&job);
}

/* Every stand is reached by updates, none is made up. */
static void chain_open(struct chain *chain)
{
    bench_open(&chain->bench, NOR);
    chain->release[0] = chain->bench.a;
    chain->stand[0] = chain->bench.fresh;
    for (uint32_t i = 1; i < LINKS; i++) {
        const uint32_t size[] = {3900 + 131 * i, 1 + 317 * i};
        snprintf(chain->version[i], sizeof chain->version[i], "1529B%02u", i);
        bench_release_make(&chain->bench, &chain->release[i], chain->version[i],
                           5 + i * (i + 1) / 2, size, 300 + 7 * i);
        struct forge_bytes zip = link(chain, i - 1, i);
        stand_at(chain, i - 1);
        bench_offer(&chain->bench, &zip);
        bench_expect_installed(&chain->bench, &chain->release[i]);
        chain->stand[i] = lab_flash_snapshot(&chain->bench.flash);
        free(zip.bytes);
    }
}

static void chain_close(struct chain *chain)
{
    chain->bench.fresh = chain->stand[0];
    chain->bench.a = chain->release[0];
    for (uint32_t i = 1; i < LINKS; i++) {
        bench_release_free(&chain->release[i]);
        lab_snapshot_free(chain->stand[i]);
    }
    bench_close(&chain->bench);
}

static void
a4_of_all_pairs_in_a_chain_of_twenty_only_rising_ones_install(void **state)
{
    static struct chain chain;
    unsigned up = 0, others = 0;
    (void)state;
    chain_open(&chain);
    for (uint32_t from = 0; from < LINKS; from++)
        for (uint32_t to = 0; to < LINKS; to++) {
            replay_case("from %u to %u", from, to);
            struct forge_bytes zip = link(&chain, from, to);
            stand_at(&chain, from);
            bench_offer(&chain.bench, &zip);
            if (to > from) {
                bench_expect_installed(&chain.bench, &chain.release[to]);
                up++;
            } else {
                bench_expect_refused(&chain.bench, FFX_ERR_SEQUENCE);
                others++;
            }
            free(zip.bytes);
        }
    assert_int_equal(up, LINKS * (LINKS - 1) / 2);
    assert_int_equal(others, LINKS * (LINKS + 1) / 2);
    replay_done();
    chain_close(&chain);
}

static int facts_are(const struct bench *bench,
                     const struct bench_release *release)
{
    const struct ffx_agent_state *state = ffx_agent_state(&bench->agent);
    int same = state->sequence == release->sequence;
    for (uint32_t i = 0; i < bench->geometry->component_count; i++)
        same = same && state->installed[i].sequence == release->sequence &&
               state->installed[i].size == release->size[i] &&
               strcmp(state->installed[i].version, release->version) == 0;
    return same;
}

/* Sequence, facts and status 6 are one record: all new, or all old. */
static void expect_old_or_new(const struct bench *bench)
{
    const int is_new = ffx_agent_status(&bench->agent) == FFX_STATUS_SUCCESS;
    assert_true(facts_are(bench, is_new ? &bench->b : &bench->a));
    if (is_new)
        assert_true(bench_holds(bench, &bench->b));
}

static void a4_a_cut_leaves_the_old_sequence_or_the_new_one_with_b(void **state)
{
    static const uint32_t small[] = {4000, 300};
    struct bench bench;
    unsigned ends[2] = {0, 0};
    (void)state;
    bench_open(&bench, NOR);
    bench_release_free(&bench.b);
    bench_release_make(&bench, &bench.b, "1529B06SIM7000G", 6, small, 200);
    struct forge_bytes zip =
        bench_package(&bench, &bench.a, &bench.b, BENCH_DELTAS);
    bench_offer(&bench, &zip);
    const uint64_t operations = bench.flash.operations;
    for (uint64_t n = 1; n <= operations; n++)
        for (enum lab_tear tear = 0; tear < LAB_TEARS; tear++) {
            replay_case("cut %u, tear %d", (unsigned)n, (int)tear);
            bench_reset(&bench);
            bench.package = &zip;
            bench_request(&bench);
            lab_flash_power_up(&bench.flash);
            lab_flash_cut(&bench.flash, n, tear);
            assert_int_equal(bench_boot(&bench), FFX_ERR_POWER);
            assert_int_equal(bench_power_up(&bench), 0);
            expect_old_or_new(&bench);
            ends[facts_are(&bench, &bench.b)]++;
            assert_int_equal(bench_boot(&bench), 0);
            bench_expect_installed(&bench, &bench.b);
        }
    assert_true(ends[0] > 0 && ends[1] > 0);
    replay_done();
    free(zip.bytes);
    bench_close(&bench);
}

static void a4_at_the_end_of_the_counter_all_is_refused(void **state)
{
    static const uint32_t sequences[] = {
        1, 2, 65535, 65536, 65537, 0x80000000, UINT32_MAX - 1, UINT32_MAX};
    struct bench bench;
    (void)state;
    bench_open(&bench, NOR);
    bench.a.sequence = UINT32_MAX;
    bench_factory(&bench);
    for (size_t i = 0; i < sizeof sequences / sizeof sequences[0]; i++)
        refuse_sequence(&bench, sequences[i]);
    /* It lives on: answers, idle boots, CFOTA=0. */
    assert_int_equal(bench_boot(&bench), 0);
    assert_int_equal(bench.flash.operations, 0);
    assert_int_equal(ffx_agent_clear(&bench.agent), 0);
    assert_int_equal(bench_boot(&bench), 0);
    assert_int_equal(ffx_agent_status(&bench.agent), FFX_STATUS_IDLE);
    assert_int_equal(ffx_agent_state(&bench.agent)->sequence, UINT32_MAX);
    replay_done();
    bench_close(&bench);
}

/* --- A5: fast-forward ---------------------------------------------------- */

static void a5_a_sequence_rises_by_65536_at_most(void **state)
{
    static const struct {
        uint32_t at, most;
    } devices[] = {{5, 5 + 65536},
                   {UINT32_MAX - 65537, UINT32_MAX - 1},
                   {0x7fffffff, 0x7fffffff + 65536u}};
    struct bench bench;
    (void)state;
    bench_open(&bench, NOR);
    for (size_t i = 0; i < sizeof devices / sizeof devices[0]; i++) {
        bench.a.sequence = devices[i].at;
        bench_factory(&bench);
        refuse_sequence(&bench, devices[i].most + 1);
        refuse_sequence(&bench, UINT32_MAX);
        take_sequence(&bench, devices[i].most);
    }
    replay_done();
    bench_close(&bench);
}

/* The very device that refused it, and one that a thief pushed as far as one
 * release can: both take the maker's next release within the step. */
static void a5_what_was_refused_or_pushed_takes_the_next_release(void **state)
{
    struct bench bench;
    struct bench_release c;
    (void)state;
    bench_open(&bench, NOR);
    struct forge_bytes end = with_sequence(&bench, UINT32_MAX);
    struct forge_bytes pushed = with_sequence(&bench, 5 + 65536);
    bench.b.sequence = 5 + 65536;
    bench_release_make(&bench, &c, "1529B07SIM7000G", 5 + 65537, NOR->size_a,
                       300);
    struct forge_bytes next = bench_package(&bench, &bench.b, &c, BENCH_DELTAS);
    bench_offer(&bench, &end);
    bench_expect_refused(&bench, FFX_ERR_SEQUENCE);
    bench.package = &pushed;
    bench_request(&bench);
    assert_int_equal(bench_boot(&bench), 0);
    bench_expect_installed(&bench, &bench.b);
    bench.package = &next;
    bench_request(&bench);
    assert_int_equal(bench_boot(&bench), 0);
    bench_expect_installed(&bench, &c);
    free(end.bytes);
    free(pushed.bytes);
    free(next.bytes);
    bench_release_free(&c);
    bench_close(&bench);
}

/* In recovery the step counts from what is installed. */
static void a5_recovery_is_no_way_around_the_step(void **state)
{
    static const uint32_t wrong[] = {5, 5 + 65537, UINT32_MAX};
    struct bench bench;
    (void)state;
    bench_open(&bench, NOR);
    struct forge_bytes deltas =
        bench_package(&bench, &bench.a, &bench.b, BENCH_DELTAS);
    bench_begin(&bench, &deltas);
    bench.package = NULL;
    assert_int_equal(bench_boot(&bench), 0);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct forge_bytes zip = with_sequence(&bench, wrong[i]);
        bench.package = &zip;
        bench_request(&bench);
        assert_int_equal(bench_boot(&bench), 0);
        assert_int_equal(ffx_agent_status(&bench.agent),
                         FFX_STATUS_FAILED_MODEM);
        assert_int_equal(ffx_agent_state(&bench.agent)->error,
                         FFX_ERR_SEQUENCE);
        free(zip.bytes);
    }
    struct forge_bytes zip = with_sequence(&bench, 5 + 65536);
    bench.b.sequence = 5 + 65536;
    bench.package = &zip;
    bench_request(&bench);
    assert_int_equal(bench_boot(&bench), 0);
    bench_expect_installed(&bench, &bench.b);
    free(zip.bytes);
    free(deltas.bytes);
    bench_close(&bench);
}

/* --- A8: another model --------------------------------------------------- */

static const char *const models[] = {
    "SIM7000G",   "SIM7000G-N", "SIM7000",   "SIM7000E",         "SIM7000GX",
    "SIM7000C",   "SIM7000A",   "S",         "sim7000g",         "SIM7000G-NN",
    "SIM7000G-M", "IM7000G",    "SIM7000G0", "SIM7000GSIM7000G",
};
#define MODELS (sizeof models / sizeof models[0])

static struct forge_bytes for_models(struct bench *bench, const char *release,
                                     const char *cert, const char *package)
{
    struct bench_job job;
    bench_job_make(bench, &job, &bench->a, &bench->b, BENCH_IMAGES);
    strcpy(job.forge.release.model, release);
    strcpy(job.forge.cert.model, cert);
    strcpy(job.forge.manifest.model, package);
    return bench_job_build(&job);
}

static void a8_of_models_by_packages_only_the_diagonal_installs(void **state)
{
    struct bench bench;
    struct forge_bytes zips[MODELS];
    (void)state;
    bench_open(&bench, NOR);
    for (size_t k = 0; k < MODELS; k++)
        zips[k] = for_models(&bench, models[k], models[k], models[k]);
    for (size_t i = 0; i < MODELS; i++) {
        bench.a.model = models[i];
        bench_factory(&bench);
        for (size_t k = 0; k < MODELS; k++) {
            replay_case("device %s, package %s", models[i], models[k]);
            bench_offer(&bench, &zips[k]);
            if (strcmp(models[i], models[k]) == 0)
                bench_expect_installed(&bench, &bench.b);
            else
                bench_expect_refused(&bench, FFX_ERR_MODEL);
            assert_string_equal(ffx_agent_state(&bench.agent)->model,
                                models[i]);
        }
    }
    replay_done();
    for (size_t k = 0; k < MODELS; k++)
        free(zips[k].bytes);
    bench_close(&bench);
}

/* Release, delegation and package each say a model. */
static void a8_three_signed_texts_speak_of_one_model(void **state)
{
    struct bench bench;
    (void)state;
    bench_open(&bench, NOR);
    for (uint32_t i = 0; i < 27; i++) {
        const uint32_t release = i % 3, cert = i / 3 % 3, package = i / 9;
        replay_case("release %s, cert %s, package %s", models[release],
                    models[cert], models[package]);
        struct forge_bytes zip =
            for_models(&bench, models[release], models[cert], models[package]);
        bench_offer(&bench, &zip);
        if (i == 0)
            bench_expect_installed(&bench, &bench.b);
        else
            bench_expect_refused(&bench, cert != release      ? FFX_ERR_CERT
                                         : package != release ? FFX_ERR_MANIFEST
                                                              : FFX_ERR_MODEL);
        free(zip.bytes);
    }
    replay_done();
    bench_close(&bench);
}

/* --- A9: another precursor ----------------------------------------------- */

/* Offers with `length` bytes at `at` of a slot other than they were when the
 * device was asked; they are put back for the verdict. */
static void refuse_on_other_bytes(struct bench *bench,
                                  const struct forge_bytes *zip,
                                  uint32_t address, const uint8_t *other,
                                  uint32_t length)
{
    bench_reset(bench);
    bench->package = zip;
    bench_request(bench);
    const uint8_t *slot = bench->flash.bytes + address;
    uint8_t *kept = malloc(length);
    assert_non_null(kept);
    memcpy(kept, slot, length);
    lab_flash_put(&bench->flash, address, other, length);
    assert_int_equal(bench_boot(bench), 0);
    assert_memory_equal(slot, other, length);
    lab_flash_put(&bench->flash, address, kept, length);
    free(kept);
    bench_expect_refused(bench, FFX_ERR_SOURCE);
    assert_int_equal(lab_flash_wear(&bench->flash, &bench->geometry->scratch),
                     0);
}

static void flip(struct bench *bench, const struct forge_bytes *zip,
                 uint32_t address)
{
    const uint8_t other =
        (uint8_t)(bench->flash.bytes[address] ^ 1u << address % 8);
    replay_case("%s: address %u", bench->geometry->name, address);
    refuse_on_other_bytes(bench, zip, address, &other, 1);
}

/* First, middle and last byte of the image in each sector. */
static void flip_in_each_sector(struct bench *bench,
                                const struct forge_bytes *zip, uint32_t i)
{
    const uint32_t start = bench->geometry->components[i].slot.address;
    const uint32_t end = start + bench->a.size[i];
    struct ffx_flash_area sector;
    for (uint32_t at = start; at < end; at = sector.address + sector.length) {
        bench_reset(bench);
        assert_int_equal(ffx_flash_sector(&bench->flash.port, at, &sector), 0);
        const uint32_t behind = sector.address + sector.length;
        const uint32_t stop = behind < end ? behind : end;
        flip(bench, zip, at);
        flip(bench, zip, at + (stop - at) / 2);
        flip(bench, zip, stop - 1);
    }
}

static void a9_one_changed_bit_in_any_sector_of_a_is_refused(void **state)
{
    (void)state;
    for (uint32_t g = 0; g < BENCH_GEOMETRIES; g++) {
        struct bench bench;
        bench_open(&bench, &bench_geometries[g]);
        for (enum bench_kind kind = BENCH_IMAGES; kind <= BENCH_DELTAS;
             kind++) {
            struct forge_bytes zip =
                bench_package(&bench, &bench.a, &bench.b, kind);
            for (uint32_t i = 0; i < bench.geometry->component_count; i++)
                flip_in_each_sector(&bench, &zip, i);
            bench_offer(&bench, &zip);
            bench_expect_installed(&bench, &bench.b);
            free(zip.bytes);
        }
        replay_done();
        bench_close(&bench);
    }
}

/* A's version and size, and one component of it from another build. */
static struct forge_bytes from_other_build(struct bench *bench, uint32_t i,
                                           uint8_t *image, uint32_t size,
                                           enum bench_kind kind)
{
    struct bench_release build = bench->a;
    build.image[i] = image;
    build.size[i] = size;
    return bench_package(bench, &build, &bench->b, kind);
}

static void other_build(struct bench *bench, uint32_t i, enum bench_kind kind)
{
    const uint32_t address = NOR->components[i].slot.address;
    struct bench_release other;
    bench_release_make(bench, &other, bench->a.version, 5, NOR->size_a, 900);
    struct forge_bytes for_a = bench_package(bench, &bench->a, &bench->b, kind);
    struct forge_bytes for_other =
        from_other_build(bench, i, other.image[i], other.size[i], kind);
    struct forge_bytes for_shorter = from_other_build(
        bench, i, bench->a.image[i], bench->a.size[i] - 1, kind);
    replay_case("component %u, kind %d", i, (int)kind);
    bench_offer(bench, &for_other);
    bench_expect_refused(bench, FFX_ERR_SOURCE);
    bench_offer(bench, &for_shorter);
    bench_expect_refused(bench, FFX_ERR_SOURCE);
    refuse_on_other_bytes(bench, &for_a, address, other.image[i],
                          other.size[i]);
    /* Slot and package agree: the record never heard of that build. */
    refuse_on_other_bytes(bench, &for_other, address, other.image[i],
                          other.size[i]);
    free(for_a.bytes);
    free(for_other.bytes);
    free(for_shorter.bytes);
    bench_release_free(&other);
}

static void
a9_another_build_of_the_same_version_and_size_is_refused(void **state)
{
    struct bench bench;
    (void)state;
    bench_open(&bench, NOR);
    for (uint32_t i = 0; i < 2; i++) {
        other_build(&bench, i, BENCH_IMAGES);
        other_build(&bench, i, BENCH_DELTAS);
    }
    replay_done();
    bench_close(&bench);
}

#define row(f) cmocka_unit_test_teardown(f, replay_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        row(a4_of_all_pairs_in_a_chain_of_twenty_only_rising_ones_install),
        row(a4_a_cut_leaves_the_old_sequence_or_the_new_one_with_b),
        row(a4_at_the_end_of_the_counter_all_is_refused),
        row(a5_a_sequence_rises_by_65536_at_most),
        row(a5_what_was_refused_or_pushed_takes_the_next_release),
        row(a5_recovery_is_no_way_around_the_step),
        row(a8_of_models_by_packages_only_the_diagonal_installs),
        row(a8_three_signed_texts_speak_of_one_model),
        row(a9_one_changed_bit_in_any_sector_of_a_is_refused),
        row(a9_another_build_of_the_same_version_and_size_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
