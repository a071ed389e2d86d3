/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threats by row, 2 of 5: what happens to the package file. A10 mix-and-match,
 * A11 a part withheld, A16 swapped while it is used, A17 changed during a cut.
 */
#include "agent_bench.h"
#include "replay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#define NOR (&bench_geometries[0])

/* A device with packages to B and to C of one kind, and the way back. */
struct road {
    struct bench bench;
    struct bench_release c; /* from A, as B; B's sizes */
    struct forge_bytes to_b, to_c, full_b;
};

static void road_open(struct road *road, enum bench_kind kind)
{
    struct bench *bench = &road->bench;
    bench_open(bench, NOR);
    bench_release_make(bench, &road->c, "1529B07SIM7000G", 7, NOR->size_b, 300);
    road->to_b = bench_package(bench, &bench->a, &bench->b, kind);
    road->to_c = bench_package(bench, &bench->a, &road->c, kind);
    road->full_b = bench_package(bench, &bench->a, &bench->b, BENCH_IMAGES);
}

static void road_close(struct road *road)
{
    replay_done();
    free(road->to_b.bytes);
    free(road->to_c.bytes);
    free(road->full_b.bytes);
    bench_release_free(&road->c);
    bench_close(&road->bench);
}

static int has_failed(const struct bench *bench)
{
    const int status = ffx_agent_status(&bench->agent);
    return status == FFX_STATUS_FAILED_MODEM || status == FFX_STATUS_FAILED_AP;
}

static void expect_failed(const struct bench *bench)
{
    assert_true(has_failed(bench));
    assert_int_not_equal(ffx_agent_state(&bench->agent)->error, 0);
    assert_false(ffx_agent_locked(&bench->agent));
    assert_false(ffx_agent_pending(&bench->agent));
    assert_int_equal(ffx_agent_state(&bench->agent)->sequence, 5);
}

/* AT+CFOTA=1 on a device as it stands, and a boot. */
static void ask(struct bench *bench, const struct forge_bytes *zip)
{
    bench->before_read = NULL;
    bench->package = zip;
    bench_request(bench);
    assert_int_equal(bench_boot(bench), 0);
}

/* From 3 or 5: the package that was begun, or, where old and new bytes of a
 * step are both gone, full images. */
static void go_the_way_back(struct road *road)
{
    struct bench *bench = &road->bench;
    expect_failed(bench);
    ask(bench,
        ffx_agent_state(&bench->agent)->lost ? &road->full_b : &road->to_b);
    bench_expect_installed(bench, &bench->b);
}

/* B exact, A untouched with 7, or 3 or 5 from which B is reached: which. */
static int expect_an_end(struct road *road)
{
    struct bench *bench = &road->bench;
    const int status = ffx_agent_status(&bench->agent);
    if (status == FFX_STATUS_SUCCESS)
        bench_expect_installed(bench, &bench->b);
    else if (status == FFX_STATUS_REFUSED)
        bench_expect_refused(bench, ffx_agent_state(&bench->agent)->error);
    else
        go_the_way_back(road);
    return status;
}

/* --- A10: mix-and-match -------------------------------------------------- */

static const struct forge_shape plain;

/* Signed and listed; the payloads stay the job's. */
static void sign_job(struct bench_job *job)
{
    struct forge *forge = &job->forge;
    forge_spell(forge);
    forge_sign(forge);
    forge_list(forge);
    for (uint32_t i = 0; i < 2; i++)
        forge->entries[6 + i].bytes = job->payload[i];
}

/* Bits of `mask`: release, package, modem's payload, ap's payload are those
 * of jobs[1]; the delegation is the same in both. */
static struct forge_bytes mixed(struct bench_job *jobs, uint32_t mask)
{
    static const uint32_t bit_of[8] = {0, 0, 0, 0, 1, 1, 2, 3};
    struct forge_entry entries[8];
    for (uint32_t i = 0; i < 8; i++)
        entries[i] = jobs[mask >> bit_of[i] & 1].forge.entries[i];
    return forge_zip(entries, 8, &plain);
}

/* `release` and `package` of deltas do not name each other by digest. Two
 * releases that share a version can be mixed until the first digest. */
static int may_begin(uint32_t mask, enum bench_kind kind, int same_version)
{
    const uint32_t package = mask >> 1 & 1;
    return same_version && kind == BENCH_DELTAS &&
           mask >> 2 == (package ? 3u : 0u);
}

static void offer_mixed(struct bench *bench, const struct bench_release *c,
                        struct bench_job *jobs, uint32_t mask, int begins)
{
    struct forge_bytes zip = mixed(jobs, mask);
    bench_offer(bench, &zip);
    if (mask == 0) {
        bench_expect_installed(bench, &bench->b);
    } else if (mask == 15) {
        bench_expect_installed(bench, c);
    } else if (begins) {
        expect_failed(bench);
        assert_int_equal(ffx_agent_state(&bench->agent)->error, FFX_ERR_DIGEST);
    } else {
        assert_int_not_equal(ffx_agent_state(&bench->agent)->error, 0);
        bench_expect_refused(bench, ffx_agent_state(&bench->agent)->error);
    }
    free(zip.bytes);
}

static void mix_all(enum bench_kind kind, int same_version)
{
    static struct bench_job jobs[2];
    struct bench bench;
    struct bench_release c;
    bench_open(&bench, NOR);
    bench_release_make(&bench, &c,
                       same_version ? bench.b.version : "1529B07SIM7000G", 7,
                       NOR->size_b, 300);
    bench_job_make(&bench, &jobs[0], &bench.a, &bench.b, kind);
    bench_job_make(&bench, &jobs[1], &bench.a, &c, kind);
    sign_job(&jobs[0]);
    sign_job(&jobs[1]);
    for (uint32_t mask = 0; mask < 16; mask++) {
        replay_case("kind %d, same version %d: mask %u", (int)kind,
                    same_version, mask);
        offer_mixed(&bench, &c, jobs, mask,
                    may_begin(mask, kind, same_version));
    }
    for (uint32_t i = 0; i < 2; i++) {
        free(jobs[0].payload[i]);
        free(jobs[1].payload[i]);
    }
    replay_done();
    bench_release_free(&c);
    bench_close(&bench);
}

static void a10_parts_of_two_signed_packages_do_not_mix(void **state)
{
    (void)state;
    for (enum bench_kind kind = BENCH_IMAGES; kind <= BENCH_DELTAS; kind++) {
        mix_all(kind, 0);
        mix_all(kind, 1);
    }
}

/* Names, bytes, or signed order of the two parts exchanged. */
static void permute(struct bench_job *job, int how)
{
    struct forge_entry *const entries = job->forge.entries;
    const struct forge_entry modem = entries[6], ap = entries[7];
    struct ffx_part *const parts = job->forge.manifest.parts;
    const struct ffx_part part = parts[0];
    uint8_t *const payload = job->payload[0];
    switch (how) {
    case 0:
        entries[6] = ap;
        entries[7] = modem;
        break;
    case 1:
        entries[6].name = ap.name;
        entries[7].name = modem.name;
        break;
    case 2:
        entries[6].bytes = ap.bytes;
        entries[6].length = ap.length;
        entries[7].bytes = modem.bytes;
        entries[7].length = modem.length;
        break;
    default:
        parts[0] = parts[1];
        parts[1] = part;
        job->payload[0] = job->payload[1];
        job->payload[1] = payload;
        sign_job(job);
        break;
    }
}

static void a10_parts_in_another_order_are_refused(void **state)
{
    (void)state;
    for (enum bench_kind kind = BENCH_IMAGES; kind <= BENCH_DELTAS; kind++) {
        static struct bench_job job;
        struct bench bench;
        bench_open(&bench, NOR);
        bench_job_make(&bench, &job, &bench.a, &bench.b, kind);
        for (int how = 0; how < 4; how++) {
            replay_case("kind %d, way %d", (int)kind, how);
            sign_job(&job);
            permute(&job, how);
            struct forge_bytes zip =
                forge_zip(job.forge.entries, job.forge.entry_count, &plain);
            bench_offer(&bench, &zip);
            bench_expect_refused(&bench,
                                 how == 3 ? FFX_ERR_MANIFEST : FFX_ERR_ZIP);
            free(zip.bytes);
        }
        replay_done();
        free(job.payload[0]);
        free(job.payload[1]);
        bench_close(&bench);
    }
}

static int slot_is(const struct bench *bench, uint32_t i,
                   const struct bench_release *release)
{
    return memcmp(bench->flash.bytes + NOR->components[i].slot.address,
                  release->image[i], release->size[i]) == 0;
}

/* A boot that loses its power at operation n of an update that was asked. */
static void cut_at(struct bench *bench, const struct forge_bytes *zip,
                   uint64_t n, enum lab_tear tear)
{
    bench_reset(bench);
    bench->package = zip;
    bench_request(bench);
    lab_flash_power_up(&bench->flash);
    lab_flash_cut(&bench->flash, n, tear);
    assert_int_equal(bench_boot(bench), FFX_ERR_POWER);
    assert_int_equal(bench_power_up(bench), 0);
}

static uint64_t operations_of(struct bench *bench,
                              const struct forge_bytes *zip)
{
    bench_offer(bench, zip);
    bench_expect_installed(bench, &bench->b);
    return bench->flash.operations;
}

static void a10_a_cut_between_parts_is_never_called_success(void **state)
{
    (void)state;
    for (enum bench_kind kind = BENCH_IMAGES; kind <= BENCH_DELTAS; kind++) {
        struct road road;
        unsigned between = 0;
        road_open(&road, kind);
        struct bench *bench = &road.bench;
        const uint64_t operations = operations_of(bench, &road.to_b);
        for (uint64_t n = 1; n <= operations; n++) {
            replay_case("kind %d, cut %u", (int)kind, (unsigned)n);
            cut_at(bench, &road.to_b, n, (enum lab_tear)(n % LAB_TEARS));
            const int status = ffx_agent_status(&bench->agent);
            if (status == FFX_STATUS_SUCCESS)
                assert_true(bench_holds(bench, &bench->b));
            else
                assert_int_equal(ffx_agent_state(&bench->agent)->sequence, 5);
            between +=
                slot_is(bench, 0, &bench->b) && slot_is(bench, 1, &bench->a);
            assert_int_equal(bench_boot(bench), 0);
            bench_expect_installed(bench, &bench->b);
        }
        assert_true(between > 2);
        road_close(&road);
    }
}

/* --- A11: a part withheld ------------------------------------------------ */

/* Where in the file part k begins: its local header. */
static uint32_t part_offset(const struct forge_bytes *zip, uint32_t k,
                            enum bench_kind kind)
{
    static const char *const names[2][2] = {{"modem.bin", "ap.bin"},
                                            {"modem.patch", "ap.patch"}};
    const char *const name = names[kind][k];
    const uint8_t *const at =
        memmem(zip->bytes, zip->length, name, strlen(name));
    assert_non_null(at);
    return (uint32_t)(at - zip->bytes) - 30;
}

/* What the hook puts in the package's place, and until which read. */
static const struct forge_bytes *hook_other, *hook_back;
static uint32_t hook_reads;
/* More reads than that after a swap are too many; 0: they are not counted. */
static uint32_t hook_many;

static void give_up(struct bench *bench)
{
    fail_msg("read %u of what is not there", bench->reads);
}

static void swap_back(struct bench *bench)
{
    bench->package = hook_back;
    bench->before_read = NULL;
}

static void swap(struct bench *bench)
{
    bench->package = hook_other;
    bench->before_read = hook_back != NULL ? swap_back
                         : hook_many != 0  ? give_up
                                           : NULL;
    bench->before_read_number += hook_back != NULL ? hook_reads : hook_many;
}

/* An update with `zip` that is swapped before read k; how many reads. */
static uint32_t swap_at(struct bench *bench, const struct forge_bytes *zip,
                        uint32_t k)
{
    bench_reset(bench);
    bench->package = zip;
    bench_request(bench);
    bench->before_read = swap;
    bench->before_read_number = k;
    assert_int_equal(bench_boot(bench), 0);
    return bench->reads;
}

static uint32_t reads_of(struct road *road)
{
    const uint32_t reads = swap_at(&road->bench, &road->to_b, UINT32_MAX);
    bench_expect_installed(&road->bench, &road->bench.b);
    assert_true(reads > 20);
    return reads;
}

/* 3 or 5 was reported; the file that was cut short is refused again and
 * again without wear, and the whole one leads to B. */
static void ask_in_vain_then_in_full(struct road *road,
                                     const struct forge_bytes *less)
{
    struct bench *bench = &road->bench;
    assert_int_equal(bench->failed, 1);
    assert_int_equal(bench->last_status, ffx_agent_status(&bench->agent));
    assert_int_equal(bench->last_error, FFX_ERR_IO);
    const uint64_t wear = bench_slot_wear(bench);
    const int status = ffx_agent_status(&bench->agent);
    for (int tries = 0; tries < 3; tries++) {
        ask(bench, less);
        assert_int_equal(ffx_agent_status(&bench->agent), status);
        assert_int_equal(ffx_agent_state(&bench->agent)->error, FFX_ERR_ZIP);
        assert_int_equal(bench->failed, 1);
    }
    assert_int_equal(bench_slot_wear(bench), wear);
    assert_false(ffx_agent_state(&bench->agent)->lost);
    go_the_way_back(road);
}

/* From the read `at` on the file ends where part k began. */
static int withhold(struct road *road, const struct forge_bytes *less,
                    uint32_t at)
{
    struct bench *bench = &road->bench;
    hook_other = less;
    hook_back = NULL;
    hook_many = 100;
    swap_at(bench, &road->to_b, at);
    bench->before_read = NULL;
    hook_many = 0;
    const int status = ffx_agent_status(&bench->agent);
    if (status == FFX_STATUS_REFUSED)
        bench_expect_refused(bench, FFX_ERR_IO);
    else if (status == FFX_STATUS_SUCCESS)
        bench_expect_installed(bench, &bench->b);
    else
        ask_in_vain_then_in_full(road, less);
    return status;
}

static void withhold_from_every_read(enum bench_kind kind, uint32_t k)
{
    struct road road;
    unsigned ends[FFX_STATUS_IDLE + 1] = {0};
    road_open(&road, kind);
    const struct forge_bytes less = {road.to_b.bytes,
                                     part_offset(&road.to_b, k, kind)};
    const uint32_t reads = reads_of(&road);
    for (uint32_t at = 1; at <= reads; at++) {
        replay_case("kind %d: part %u from read %u on", (int)kind, k, at);
        ends[withhold(&road, &less, at)]++;
    }
    assert_true(ends[FFX_STATUS_REFUSED] > 0);
    assert_true(ends[FFX_STATUS_FAILED_MODEM] > 0);
    assert_true(k == 0 || ends[FFX_STATUS_FAILED_AP] > 0);
    road_close(&road);
}

static void a11_a_part_withheld_ends_in_3_or_5_and_comes_back(void **state)
{
    (void)state;
    for (enum bench_kind kind = BENCH_IMAGES; kind <= BENCH_DELTAS; kind++) {
        withhold_from_every_read(kind, 0);
        withhold_from_every_read(kind, 1);
    }
}

static void leave_out(struct road *road, enum bench_kind kind, uint32_t k)
{
    struct bench *bench = &road->bench;
    struct bench_job job;
    const struct forge_bytes less = {road->to_b.bytes,
                                     part_offset(&road->to_b, k, kind)};
    bench_offer(bench, &less);
    bench_expect_refused(bench, FFX_ERR_ZIP);
    bench_job_make(bench, &job, &bench->a, &bench->b, kind);
    free(job.payload[k]);
    job.payload[0] = job.payload[1 - k];
    job.payload[1] = NULL;
    job.forge.manifest.parts[0] = job.forge.manifest.parts[1 - k];
    job.forge.manifest.part_count = 1;
    struct forge_bytes zip = bench_job_build(&job);
    bench_offer(bench, &zip);
    bench_expect_refused(bench, FFX_ERR_SOURCE);
    free(zip.bytes);
}

/* The file never had it, or the signed package does not list it. */
static void a11_a_package_without_a_part_is_refused(void **state)
{
    (void)state;
    for (enum bench_kind kind = BENCH_IMAGES; kind <= BENCH_DELTAS; kind++) {
        struct road road;
        road_open(&road, kind);
        for (uint32_t k = 0; k < 2; k++) {
            replay_case("kind %d, part %u", (int)kind, k);
            leave_out(&road, kind, k);
        }
        road_close(&road);
    }
}

/* --- A16: swapped between verify and use --------------------------------- */

/* The payloads become noise; every header stays. */
static struct forge_bytes garbage_of(const struct forge_bytes *zip,
                                     enum bench_kind kind)
{
    struct forge_bytes other = {malloc(zip->length), zip->length};
    assert_non_null(other.bytes);
    memcpy(other.bytes, zip->bytes, zip->length);
    const uint32_t ap = part_offset(zip, 1, kind);
    for (uint32_t at = part_offset(zip, 0, kind) + 41; at < ap; at++)
        other.bytes[at] = (uint8_t)(at * 167 >> 3);
    other.bytes[ap + 30 + 200] ^= 0x10;
    return other;
}

/* C, whole, is a release like B: before the first read it simply came first.
 * Later it must never be. */
static void swap_everywhere(struct road *road, const struct forge_bytes *other,
                            uint32_t back_after, unsigned *ends)
{
    struct bench *bench = &road->bench;
    const uint32_t reads = reads_of(road);
    for (uint32_t k = 1; k <= reads; k++) {
        replay_case("read %u of %u, back after %u", k, reads, back_after);
        hook_other = other;
        hook_back = back_after != 0 ? &road->to_b : NULL;
        hook_reads = back_after;
        swap_at(bench, &road->to_b, k);
        bench->before_read = NULL;
        if (k == 1 && back_after == 0 &&
            ffx_agent_status(&bench->agent) == FFX_STATUS_SUCCESS &&
            other == &road->to_c)
            bench_expect_installed(bench, &road->c);
        else
            ends[expect_an_end(road)]++;
    }
    hook_back = NULL;
}

static void
a16_a_file_swapped_at_any_read_never_makes_a_third_image(void **state)
{
    static const uint32_t back_after[] = {0, 1, 4};
    unsigned ends[FFX_STATUS_IDLE + 1] = {0};
    (void)state;
    for (enum bench_kind kind = BENCH_IMAGES; kind <= BENCH_DELTAS; kind++) {
        struct road road;
        road_open(&road, kind);
        struct forge_bytes garbage = garbage_of(&road.to_b, kind);
        for (size_t i = 0; i < 3; i++) {
            swap_everywhere(&road, &garbage, back_after[i], ends);
            swap_everywhere(&road, &road.to_c, back_after[i], ends);
        }
        free(garbage.bytes);
        road_close(&road);
    }
    assert_true(ends[FFX_STATUS_REFUSED] > 0);
    assert_true(ends[FFX_STATUS_FAILED_MODEM] > 0);
    assert_true(ends[FFX_STATUS_FAILED_AP] > 0);
    assert_true(ends[FFX_STATUS_SUCCESS] > 0); /* swapped back unread */
}

static void expect_lock(struct bench *bench)
{
    static const uint8_t locked[FFX_STATUS_IDLE + 1] = {0, 1, 1, 0, 1};
    const struct ffx_agent_state *state = ffx_agent_state(&bench->agent);
    assert_int_equal(ffx_agent_locked(&bench->agent),
                     locked[state->status] || state->requested);
}

/* Before every read. */
static void expect_locked(struct bench *bench)
{
    assert_true(ffx_agent_locked(&bench->agent));
    bench->before_read_number++;
}

/* AT+CFOTA=1 and a boot, the lock looked at after each step. */
static void watch(struct bench *bench, const struct forge_bytes *zip,
                  int status)
{
    int rc;
    bench->package = zip;
    bench_request(bench);
    expect_lock(bench);
    assert_int_equal(bench_power_up(bench), 0);
    bench->before_read = expect_locked;
    bench->before_read_number = 1;
    do {
        expect_lock(bench);
        rc = ffx_agent_step(&bench->agent);
    } while (rc == 1);
    bench->before_read = NULL;
    assert_int_equal(rc, 0);
    expect_lock(bench);
    assert_int_equal(ffx_agent_status(&bench->agent), status);
    assert_int_equal(ffx_agent_locked(&bench->agent), 0);
}

static void a16_the_file_is_locked_from_cfota_to_its_answer(void **state)
{
    (void)state;
    struct road road;
    road_open(&road, BENCH_DELTAS);
    struct bench *bench = &road.bench;
    struct forge_bytes bad = {road.to_b.bytes, road.to_b.length - 1};
    expect_lock(bench);                           /* 8 */
    watch(bench, &bad, FFX_STATUS_REFUSED);       /* 1, then 7 */
    watch(bench, &road.to_b, FFX_STATUS_SUCCESS); /* 1, 2, 4, 6 */
    assert_int_equal(ffx_agent_clear(&bench->agent), 0);
    expect_lock(bench);
    for (uint32_t i = 0; i < 2; i++) {
        bench_begin(bench, &road.to_b);
        while (bench->agent.state.component < i)
            assert_int_equal(ffx_agent_step(&bench->agent), 1);
        while (bench->agent.commits != 0)
            assert_int_equal(ffx_agent_step(&bench->agent), 1);
        assert_true(ffx_agent_locked(&bench->agent));
        bench->package = NULL;
        assert_int_equal(bench_boot(bench), 0);
        const int failed =
            i == 0 ? FFX_STATUS_FAILED_MODEM : FFX_STATUS_FAILED_AP;
        assert_int_equal(ffx_agent_status(&bench->agent), failed);
        expect_lock(bench);         /* 3, 5: writable */
        watch(bench, &bad, failed); /* asked: locked; refused: not */
        watch(bench, &road.to_b, FFX_STATUS_SUCCESS);
    }
    road_close(&road);
}

/* --- A17: changed during a cut ------------------------------------------- */

struct changed {
    struct forge_bytes zip;
    int error; /* of a boot that finds it in 2 or 4 */
};

/* `package` is B's to the byte; the release around it is another. */
static struct forge_bytes other_release(const struct bench *bench,
                                        enum bench_kind kind)
{
    struct bench_job job;
    bench_job_make(bench, &job, &bench->a, &bench->b, kind);
    job.forge.release.sequence++;
    return bench_job_build(&job);
}

static struct forge_bytes flipped(const struct forge_bytes *zip, uint32_t at)
{
    struct forge_bytes other = {malloc(zip->length), zip->length};
    assert_non_null(other.bytes);
    memcpy(other.bytes, zip->bytes, zip->length);
    other.bytes[at] ^= 0x04;
    return other;
}

#define CHANGES 5u

static void change_all(const struct road *road, enum bench_kind kind,
                       struct changed *changed)
{
    const struct forge_bytes *zip = &road->to_b;
    const uint32_t modem = part_offset(zip, 0, kind) + 41;
    const uint32_t ap = part_offset(zip, 1, kind);
    changed[0] = (struct changed){
        bench_package(&road->bench, &road->bench.b, &road->c, BENCH_IMAGES),
        FFX_ERR_RECOVERY};
    changed[1] = (struct changed){flipped(zip, modem + (ap - modem) * 7 / 8),
                                  FFX_ERR_PAYLOAD};
    changed[2] = (struct changed){flipped(zip, ap + 150), FFX_ERR_PAYLOAD};
    changed[3] =
        (struct changed){other_release(&road->bench, kind), FFX_ERR_RECOVERY};
    /* Full images of the very release: good for recovery, not to go on. */
    changed[4] = (struct changed){
        bench_package(&road->bench, &road->c, &road->bench.b, BENCH_IMAGES),
        FFX_ERR_RECOVERY};
}

/* In 2 or 4 it is refused with nothing used of it: only the step that was
 * promised is finished, from scratch, and the begun package still fits. */
static void boot_with(struct road *road, const struct changed *changed,
                      unsigned *refused)
{
    struct bench *bench = &road->bench;
    const struct ffx_agent_state *state = ffx_agent_state(&bench->agent);
    const int status = ffx_agent_status(&bench->agent);
    const struct ffx_agent_state before = *state;
    if (status == FFX_STATUS_SUCCESS)
        return;
    bench->package = &changed->zip;
    assert_int_equal(bench_boot(bench), 0);
    if (status == FFX_STATUS_REQUESTED) {
        /* Not begun: the other release of B's images is as good as any. */
        if (ffx_agent_status(&bench->agent) == FFX_STATUS_SUCCESS) {
            assert_true(bench_holds(bench, &bench->b));
            assert_int_equal(state->sequence, bench->b.sequence + 1);
        } else {
            bench_expect_refused(bench, state->error);
        }
        return;
    }
    expect_failed(bench);
    assert_int_equal(state->error, changed->error);
    assert_int_equal(state->component, before.component);
    assert_int_equal(state->installing, 1);
    assert_memory_equal(&state->step, &before.step, sizeof before.step);
    assert_memory_equal(bench->flash.bytes +
                            NOR->components[before.component].slot.address +
                            before.step.offset,
                        bench->b.image[before.component] + before.step.offset,
                        before.step.length);
    assert_false(state->lost);
    go_the_way_back(road);
    (*refused)++;
}

/* The first three take turns at the cuts. */
static void a17_a_package_changed_during_a_cut_is_not_used(void **state)
{
    (void)state;
    for (enum bench_kind kind = BENCH_IMAGES; kind <= BENCH_DELTAS; kind++) {
        struct road road;
        struct changed changed[CHANGES];
        unsigned refused[CHANGES] = {0};
        road_open(&road, kind);
        change_all(&road, kind, changed);
        const uint64_t operations = operations_of(&road.bench, &road.to_b);
        for (uint64_t n = 1; n <= operations; n++)
            for (uint32_t i = 0; i < CHANGES; i++) {
                replay_case("kind %d: cut %u, change %u", (int)kind,
                            (unsigned)n, i);
                if ((n + i) % 2 == 0 && i < 3)
                    continue;
                cut_at(&road.bench, &road.to_b, n,
                       (enum lab_tear)((n + i) % LAB_TEARS));
                boot_with(&road, &changed[i], &refused[i]);
            }
        for (uint32_t i = 0; i < CHANGES; i++) {
            assert_true(refused[i] > operations / 4);
            free(changed[i].zip.bytes);
        }
        road_close(&road);
    }
}

#define row(f) cmocka_unit_test_teardown(f, replay_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        row(a10_parts_of_two_signed_packages_do_not_mix),
        row(a10_parts_in_another_order_are_refused),
        row(a10_a_cut_between_parts_is_never_called_success),
        row(a11_a_part_withheld_ends_in_3_or_5_and_comes_back),
        row(a11_a_package_without_a_part_is_refused),
        row(a16_a_file_swapped_at_any_read_never_makes_a_third_image),
        row(a16_the_file_is_locked_from_cfota_to_its_answer),
        row(a17_a_package_changed_during_a_cut_is_not_used),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
