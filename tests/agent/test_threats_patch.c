/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threats by row, 3 of 5: what patches and images claim. A26 plans that read
 * what they destroyed (random ones: tests/delta/test_hostile), A27 geometry
 * that lies, A28 bytes too many or too few.
 */
#include "agent/task.h"
#include "agent_bench.h"
#include "base/crc32.h"
#include "delta/delta_control.h"
#include "delta_case.h"
#include "diff/range_encoder.h"
#include "replay.h"
#include "slot_map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#define NOR (&bench_geometries[0])
#define MODEM 0
#define AP 1

static void refuse_job(struct bench *bench, struct bench_job *job, int error)
{
    struct forge_bytes zip = bench_job_build(job);
    bench_offer(bench, &zip);
    bench_expect_refused(bench, error);
    free(zip.bytes);
}

/* Part `i` gets these bytes (malloc) and is signed as what they are. */
static void give_payload(struct bench_job *job, uint32_t i, uint8_t *bytes,
                         size_t length)
{
    struct ffx_part *part = &job->forge.manifest.parts[i];
    free(job->payload[i]);
    job->payload[i] = bytes;
    part->payload_size = (uint32_t)length;
    forge_sha256(bytes, length, part->payload_sha256);
}

static void call_delta(struct bench_job *job, uint32_t i, uint32_t profile)
{
    job->forge.manifest.parts[i].kind = FFX_PAYLOAD_DELTA;
    job->forge.manifest.parts[i].ram = FFX_DELTA_PROFILE_BYTES(profile);
}

/* --- A26: reading what was overwritten ----------------------------------- */

/* `gap` bytes as they come, then `length` from `diagonal` further up; the rest
 * of the target is new. */
struct plan {
    uint32_t component, down;
    struct delta_copy copy;
};

/* A patch with everything right but the plan: no maker would write it. */
static struct range_encoder plant(const struct bench *bench,
                                  const struct plan *plan)
{
    const uint32_t i = plan->component;
    const struct ffx_delta_layout layout = {
        .source_bytes = bench->a.size[i],
        .target_bytes = bench->b.size[i],
        .step_bytes = NOR->step_bytes,
        .source_crc32 = crc32_add(0, bench->a.image[i], bench->a.size[i]),
        .target_crc32 = crc32_add(0, bench->b.image[i], bench->b.size[i]),
    };
    const struct delta_copy copies[] = {
        plan->copy,
        {bench->b.size[i] - plan->copy.gap - plan->copy.length, 1, 0}};
    uint8_t header[DELTA_HEADER_MAX];
    uint16_t ranks[16];
    struct delta_order order;
    struct delta_space space = {.arch = DELTA_ARCH_DATA};
    struct delta_control control = {.truth = copies};
    struct delta_copy copy;
    struct range_encoder encoder;
    delta_order_open(&order, &layout, ranks);
    for (uint32_t k = 0; k < order.steps; k++)
        ranks[k] = (uint16_t)(plan->down ? order.steps - 1 - k : k);
    const uint32_t bytes = delta_layout_put(&layout, header);
    range_encoder_open(&encoder, header, bytes);
    assert_int_equal(
        delta_control_open(&control, &encoder.bits, &space, &order), 0);
    while (delta_control_next(&control, &copy) == 0)
        continue;
    for (uint32_t k = 0; k < 64; k++)
        delta_bits_code(&encoder.bits, 0x8000, k * 5 >> 2 & 1);
    assert_int_equal(range_encoder_finish(&encoder, bytes), 0);
    return encoder;
}

/* ap: 20000 bytes become 15000, and the last of four steps erases up to 16384.
 * modem: 9000 become 13001. Downwards the last step comes first. */
static const struct plan bad_plans[] = {
    {AP, 1, {2712, 1, 15000 - 8192}},   /* the first byte behind B */
    {AP, 1, {2712, 1, 16383 - 8192}},   /* the last one of that sector */
    {AP, 1, {2712, 20, 14990 - 8192}},  /* from new bytes into wiped ones */
    {AP, 1, {2712, 10, 16380 - 8192}},  /* from wiped bytes to old ones */
    {AP, 1, {6808, 900, 15500 - 4096}}, /* two steps later */
    {AP, 0, {0, 1, 20000}},             /* behind A */
    {AP, 0, {0, 1, 24576}},             /* behind the slot */
    {MODEM, 0, {0, 1, 9000}},           /* behind A, not written yet */
    {MODEM, 0, {0, 2, 8999}},           /* across A's end */
    {MODEM, 1, {713, 1, 13001 - 8192}}, /* behind B, wiped */
    {MODEM, 0, {0, 1, 0u - 1}},         /* before the slot */
    {MODEM, 0, {0, 32, 0u - 16}},       /* around the end of 32 bits */
    {MODEM, 0, {4096, 1, 0u - 4097}},
};

static void
a26_a_planted_bad_plan_is_refused_before_the_first_erase(void **state)
{
    struct bench bench;
    (void)state;
    bench_open(&bench, NOR);
    for (size_t i = 0; i < sizeof bad_plans / sizeof bad_plans[0]; i++) {
        struct bench_job job;
        replay_case("bad plan %u", (unsigned)i);
        const struct range_encoder patch = plant(&bench, &bad_plans[i]);
        bench_job_make(&bench, &job, &bench.a, &bench.b, BENCH_IMAGES);
        call_delta(&job, bad_plans[i].component, 0);
        give_payload(&job, bad_plans[i].component, patch.bytes, patch.length);
        refuse_job(&bench, &job, FFX_ERR_PATCH);
        assert_int_equal(lab_flash_wear(&bench.flash, &NOR->scratch), 0);
    }
    replay_done();
    bench_close(&bench);
}

/* The agent's flash, with a generation for each byte of modem's slot. */
static struct {
    struct ffx_flash under;
    const struct bench *bench;
    struct slot_map map;
    unsigned reads; /* of the slot, while a step was made */
} shadow;

static int in_slot(uint32_t address, uint32_t *offset)
{
    *offset = address - NOR->components[MODEM].slot.address;
    return *offset < shadow.map.size;
}

static int shadow_read(void *context, uint32_t address, void *buffer,
                       uint32_t length)
{
    uint32_t offset;
    if (in_slot(address, &offset) && shadow.bench->agent.task == TASK_MAKE) {
        shadow.reads++;
        shadow.map.mistakes +=
            (unsigned)!slot_map_allows(&shadow.map, offset, length);
    }
    return shadow.under.read(context, address, buffer, length);
}

static int shadow_erase(void *context, uint32_t address)
{
    uint32_t offset;
    if (in_slot(address, &offset))
        memset(shadow.map.kinds + offset, SLOT_MAP_WIPED, 4096);
    return shadow.under.erase(context, address);
}

static int shadow_program(void *context, uint32_t address, const void *data,
                          uint32_t length)
{
    uint32_t offset;
    if (in_slot(address, &offset))
        memset(shadow.map.kinds + offset, SLOT_MAP_NEW, length);
    return shadow.under.program(context, address, data, length);
}

static void shadow_open(struct bench *bench)
{
    shadow.bench = bench;
    shadow.under = bench->flash.port;
    slot_map_open(&shadow.map, NOR->components[MODEM].slot.length,
                  bench->a.image[MODEM], bench->a.size[MODEM]);
    bench->flash.port.read = shadow_read;
    bench->flash.port.erase = shadow_erase;
    bench->flash.port.program = shadow_program;
}

static void replace_image(struct bench_release *release, const uint8_t *image,
                          uint32_t size)
{
    free(release->image[MODEM]);
    release->image[MODEM] = malloc(size);
    assert_non_null(release->image[MODEM]);
    memcpy(release->image[MODEM], image, size);
    release->size[MODEM] = size;
}

/* A device with the case's source, a package with its patch. */
static struct forge_bytes become(struct bench *bench,
                                 const struct delta_case *it)
{
    struct bench_job job;
    uint8_t *patch = malloc(it->patch.length);
    assert_non_null(patch);
    memcpy(patch, it->patch.bytes, it->patch.length);
    replace_image(&bench->a, it->old_image, it->layout.source_bytes);
    replace_image(&bench->b, it->new_image, it->layout.target_bytes);
    bench_factory(bench);
    bench_job_make(bench, &job, &bench->a, &bench->b, BENCH_IMAGES);
    call_delta(&job, MODEM, it->layout.profile);
    give_payload(&job, MODEM, patch, it->patch.length);
    return bench_job_build(&job);
}

static void a26_random_plans_never_read_a_destroyed_byte(void **state)
{
    struct bench bench;
    unsigned reads = 0;
    (void)state;
    bench_open(&bench, NOR);
    for (uint32_t seed = 1; seed <= 60; seed++) {
        struct delta_case it;
        uint32_t at = seed;
        struct delta_shape shape =
            delta_shape_draw(seed, 1 + delta_case_draw(&at, 20480));
        replay_case("seed %u", seed);
        shape.source_bytes = 1 + delta_case_draw(&at, 20480);
        shape.step_bytes = NOR->step_bytes;
        shape.profile = seed % 2;
        delta_case_make(&it, &shape);
        struct forge_bytes zip = become(&bench, &it);
        shadow_open(&bench);
        bench_offer(&bench, &zip);
        bench_expect_installed(&bench, &bench.b);
        assert_int_equal(shadow.map.mistakes, 0);
        reads += shadow.reads;
        slot_map_close(&shadow.map);
        bench.flash.port = shadow.under;
        free(zip.bytes);
        delta_case_free(&it);
    }
    assert_true(reads > 1000);
    replay_done();
    bench_close(&bench);
}

/* --- A27: geometry that lies --------------------------------------------- */

struct lie {
    const char *what;
    size_t field; /* of struct ffx_part */
    uint32_t value;
    int error;
};

/* Sectors and steps of 4096 bytes, slots of 20480 and 24576, 16384 bytes of
 * RAM. What the text may not say at all is the parser's to refuse. */
#define PART(field) offsetof(struct ffx_part, field)
static const struct lie part_lies[] = {
    {"sector", PART(sector), 0, FFX_ERR_MANIFEST},
    {"sector", PART(sector), 1, FFX_ERR_GEOMETRY},
    {"sector", PART(sector), 256, FFX_ERR_GEOMETRY},
    {"sector", PART(sector), 2048, FFX_ERR_GEOMETRY},
    {"sector", PART(sector), 4095, FFX_ERR_MANIFEST},
    {"sector", PART(sector), 8192, FFX_ERR_MANIFEST},
    {"sector", PART(sector), UINT32_MAX, FFX_ERR_MANIFEST},
    {"step", PART(step), 0, FFX_ERR_MANIFEST},
    {"step", PART(step), 1, FFX_ERR_MANIFEST},
    {"step", PART(step), 2048, FFX_ERR_MANIFEST},
    {"step", PART(step), 8192, FFX_ERR_GEOMETRY},
    {"step", PART(step), 12288, FFX_ERR_GEOMETRY},
    {"step", PART(step), 1u << 30, FFX_ERR_GEOMETRY},
    {"step", PART(step), 0xfffff000, FFX_ERR_GEOMETRY},
    {"step", PART(step), UINT32_MAX, FFX_ERR_MANIFEST},
    {"ram", PART(ram), 16385, FFX_ERR_GEOMETRY},
    {"ram", PART(ram), 65536, FFX_ERR_GEOMETRY},
    {"ram", PART(ram), UINT32_MAX, FFX_ERR_GEOMETRY},
    {"from_size", PART(from_size), 24577, FFX_ERR_GEOMETRY},
    {"from_size", PART(from_size), 0x80000000, FFX_ERR_GEOMETRY},
    {"from_size", PART(from_size), UINT32_MAX, FFX_ERR_GEOMETRY},
    {"from_size", PART(from_size), 0, FFX_ERR_SOURCE},
    {"from_size", PART(from_size), 1, FFX_ERR_SOURCE},
    {"from_size", PART(from_size), 20480, FFX_ERR_SOURCE},
};

static void a27_a_part_that_lies_about_geometry_is_refused(void **state)
{
    struct bench bench;
    (void)state;
    bench_open(&bench, NOR);
    for (size_t i = 0; i < sizeof part_lies / sizeof part_lies[0]; i++)
        for (uint32_t part = 0; part < 2; part++) {
            const struct lie *lie = &part_lies[i];
            struct bench_job job;
            replay_case("part %u, %s=%u", part, lie->what, lie->value);
            bench_job_make(&bench, &job, &bench.a, &bench.b, BENCH_IMAGES);
            if (lie->field == PART(ram))
                call_delta(&job, part, 0);
            memcpy((uint8_t *)&job.forge.manifest.parts[part] + lie->field,
                   &lie->value, sizeof lie->value);
            refuse_job(&bench, &job, lie->error);
        }
    replay_done();
    bench_close(&bench);
}

/* Both agree with each other, not with the device. */
static void a27_a_sector_and_step_of_another_device_are_refused(void **state)
{
    static const uint32_t others[] = {2048, 8192, 16384, 65536, 1u << 30};
    struct bench bench;
    (void)state;
    bench_open(&bench, NOR);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct bench_job job;
        replay_case("sector and step %u", others[i]);
        bench_job_make(&bench, &job, &bench.a, &bench.b, BENCH_IMAGES);
        for (uint32_t part = 0; part < 2; part++)
            job.forge.manifest.parts[part].sector =
                job.forge.manifest.parts[part].step = others[i];
        refuse_job(&bench, &job, FFX_ERR_GEOMETRY);
    }
    replay_done();
    bench_close(&bench);
}

/* The same patch under another header. */
static void put_header(struct bench_job *job, uint32_t i,
                       const struct ffx_delta_layout *layout,
                       const struct ffx_delta_layout *truth)
{
    uint8_t header[DELTA_HEADER_MAX];
    const uint32_t old = delta_layout_put(truth, header);
    const uint32_t now = delta_layout_put(layout, header);
    const uint32_t rest = job->forge.manifest.parts[i].payload_size - old;
    uint8_t *bytes = malloc(now + rest);
    assert_non_null(bytes);
    memcpy(bytes, header, now);
    memcpy(bytes + now, job->payload[i] + old, rest);
    give_payload(job, i, bytes, now + rest);
}

#define HEADER(field) offsetof(struct ffx_delta_layout, field)
#define ADD 0x80000000u /* flag: the value is added to the true one */
static const struct lie header_lies[] = {
    {"source", HEADER(source_bytes), 0, FFX_ERR_GEOMETRY},
    {"source +1", HEADER(source_bytes), ADD | 1, FFX_ERR_GEOMETRY},
    {"source -1", HEADER(source_bytes), ADD | 0x7fffffff, FFX_ERR_GEOMETRY},
    {"source", HEADER(source_bytes), 1u << 26, FFX_ERR_GEOMETRY},
    {"source", HEADER(source_bytes), (1u << 26) + 1, FFX_ERR_PATCH},
    {"target", HEADER(target_bytes), 0, FFX_ERR_PATCH},
    {"target", HEADER(target_bytes), 1, FFX_ERR_GEOMETRY},
    {"target +1", HEADER(target_bytes), ADD | 1, FFX_ERR_GEOMETRY},
    {"target -1", HEADER(target_bytes), ADD | 0x7fffffff, FFX_ERR_GEOMETRY},
    {"target", HEADER(target_bytes), 1u << 26, FFX_ERR_GEOMETRY},
    {"step", HEADER(step_bytes), 0, FFX_ERR_GEOMETRY},
    {"step", HEADER(step_bytes), 1, FFX_ERR_GEOMETRY},
    {"step", HEADER(step_bytes), 2048, FFX_ERR_GEOMETRY},
    {"step", HEADER(step_bytes), 8192, FFX_ERR_GEOMETRY},
    {"step", HEADER(step_bytes), 1u << 26, FFX_ERR_GEOMETRY},
    {"source's CRC-32 +1", HEADER(source_crc32), ADD | 1, FFX_ERR_SOURCE},
    {"source's CRC-32", HEADER(source_crc32), 0, FFX_ERR_SOURCE},
    {"profile", HEADER(profile), 2, FFX_ERR_BUFFER},
    {"profile", HEADER(profile), 3, FFX_ERR_BUFFER},
};

static uint32_t lie_value(const struct lie *lie, const uint8_t *truth)
{
    uint32_t value;
    memcpy(&value, truth + lie->field, sizeof value);
    if ((lie->value & ADD) == 0)
        return lie->value;
    return value + (uint32_t)((int32_t)(lie->value << 1) >> 1);
}

static void lie_in_header(struct bench *bench, const struct lie *lie,
                          uint32_t part)
{
    struct bench_job job;
    struct ffx_delta_layout truth;
    bench_job_make(bench, &job, &bench->a, &bench->b, BENCH_DELTAS);
    assert_true(
        delta_layout_parse(&truth, job.payload[part], DELTA_HEADER_MAX) > 0);
    struct ffx_delta_layout layout = truth;
    const uint32_t value = lie_value(lie, (const uint8_t *)&truth);
    memcpy((uint8_t *)&layout + lie->field, &value, sizeof value);
    put_header(&job, part, &layout, &truth);
    refuse_job(bench, &job, lie->error);
}

/* Small images: the patches are made anew for each lie. */
static void open_small(struct bench *bench)
{
    static const uint32_t small[] = {5000, 4500};
    bench_open(bench, NOR);
    bench_release_free(&bench->b);
    bench_release_make(bench, &bench->b, "1529B06SIM7000G", 6, small, 200);
}

static void
a27_a_header_that_disagrees_with_manifest_or_slot_is_refused(void **state)
{
    struct bench bench;
    (void)state;
    open_small(&bench);
    for (size_t i = 0; i < sizeof header_lies / sizeof header_lies[0]; i++)
        for (uint32_t part = 0; part < 2; part++) {
            replay_case("part %u, %s: case %u", part, header_lies[i].what,
                        (unsigned)i);
            lie_in_header(&bench, &header_lies[i], part);
        }
    replay_done();
    bench_close(&bench);
}

/* The release speaks of a size that no slot has, or the patch does not. */
static void a27_a_target_size_that_does_not_fit_is_refused(void **state)
{
    static const uint32_t sizes[] = {4999,  5001,       20481,
                                     24577, 0x80000000, UINT32_MAX};
    struct bench bench;
    (void)state;
    open_small(&bench);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        for (uint32_t part = 0; part < 2; part++) {
            struct bench_job job;
            replay_case("component %u, size %u", part, sizes[i]);
            bench_job_make(&bench, &job, &bench.a, &bench.b, BENCH_DELTAS);
            job.forge.release.components[part].size = sizes[i];
            refuse_job(&bench, &job, FFX_ERR_GEOMETRY);
        }
    replay_done();
    bench_close(&bench);
}

/* An image that is what both texts say, and a byte longer than its slot. */
static void a27_an_image_longer_than_its_slot_is_refused(void **state)
{
    struct bench bench;
    (void)state;
    bench_open(&bench, NOR);
    for (uint32_t part = 0; part < 2; part++) {
        struct bench_job job;
        const uint32_t size = NOR->components[part].slot.length + 1;
        uint8_t *bytes = calloc(1, size);
        assert_non_null(bytes);
        replay_case("component %u", part);
        bench_job_make(&bench, &job, &bench.a, &bench.b, BENCH_IMAGES);
        give_payload(&job, part, bytes, size);
        job.forge.release.components[part].size = size;
        forge_sha256(bytes, size, job.forge.release.components[part].sha256);
        refuse_job(&bench, &job, FFX_ERR_GEOMETRY);
    }
    replay_done();
    bench_close(&bench);
}

/* --- A28: bytes too many or too few -------------------------------------- */

/* Past the port: what somebody left in a slot of a device that was asked. */
static void put_noise(struct bench *bench, uint32_t address, uint32_t length)
{
    lab_flash_fill(&bench->flash, address,
                   (uint8_t)(bench->geometry->erased_value ^ 0x5a), length);
}

static void ask_over_noise(struct bench *bench, const struct forge_bytes *zip,
                           uint32_t address, uint32_t length)
{
    replay_case("%s: %u bytes at %u", bench->geometry->name, length, address);
    bench_reset(bench);
    bench->package = zip;
    bench_request(bench);
    put_noise(bench, address, length);
    assert_int_equal(bench_boot(bench), 0);
}

/* Behind A, behind B, in their sectors and up to the end of the slot. */
static void soil_slot(struct bench *bench, const struct forge_bytes *zip,
                      uint32_t i)
{
    static const uint32_t lengths[] = {1, 2, 31, 512, UINT32_MAX};
    const struct ffx_flash_area slot = bench->geometry->components[i].slot;
    const uint32_t places[] = {bench->a.size[i],        bench->a.size[i] + 1,
                               bench->b.size[i],        bench->b.size[i] + 1,
                               bench->b.size[i] + 4095, slot.length / 2 + 7,
                               slot.length - 1};
    for (size_t p = 0; p < sizeof places / sizeof places[0]; p++)
        for (size_t n = 0; n < sizeof lengths / sizeof lengths[0]; n++) {
            if (places[p] < bench->a.size[i] || places[p] >= slot.length)
                continue;
            const uint32_t room = slot.length - places[p];
            ask_over_noise(bench, zip, slot.address + places[p],
                           lengths[n] < room ? lengths[n] : room);
            bench_expect_installed(bench, &bench->b);
        }
}

static void a28_behind_b_the_slot_is_blank_whatever_was_behind_a(void **state)
{
    (void)state;
    for (uint32_t g = 0; g < BENCH_GEOMETRIES; g++) {
        struct bench bench;
        bench_open(&bench, &bench_geometries[g]);
        struct forge_bytes zip =
            bench_package(&bench, &bench.a, &bench.b, BENCH_IMAGES);
        for (uint32_t i = 0; i < bench.geometry->component_count; i++)
            soil_slot(&bench, &zip, i);
        replay_done();
        free(zip.bytes);
        bench_close(&bench);
    }
}

static void a28_a_cut_does_not_keep_what_stands_behind_b(void **state)
{
    const uint32_t tail = NOR->components[AP].slot.address + 20000;
    struct bench bench;
    (void)state;
    open_small(&bench);
    struct forge_bytes zip =
        bench_package(&bench, &bench.a, &bench.b, BENCH_DELTAS);
    ask_over_noise(&bench, &zip, tail, 4000);
    bench_expect_installed(&bench, &bench.b);
    const uint64_t operations = bench.flash.operations;
    for (uint64_t n = 1; n <= operations; n++) {
        replay_case("cut %u", (unsigned)n);
        bench_reset(&bench);
        bench.package = &zip;
        bench_request(&bench);
        put_noise(&bench, tail, 4000);
        lab_flash_power_up(&bench.flash);
        lab_flash_cut(&bench.flash, n, (enum lab_tear)(n % LAB_TEARS));
        assert_int_equal(bench_boot(&bench), FFX_ERR_POWER);
        assert_int_equal(bench_boot(&bench), 0);
        bench_expect_installed(&bench, &bench.b);
    }
    replay_done();
    free(zip.bytes);
    bench_close(&bench);
}

/* A component that stays as it is cannot be cleaned in its last sector. */
static void a28_a_component_that_stays_may_have_nothing_behind_it(void **state)
{
    (void)state;
    for (uint32_t g = 0; g + 1 < BENCH_GEOMETRIES; g++) {
        struct bench bench;
        struct ffx_flash_area sector;
        bench_open(&bench, &bench_geometries[g]);
        const struct ffx_flash_area slot = bench.geometry->components[0].slot;
        const uint32_t unit = bench.geometry->write_unit;
        const uint32_t end =
            (slot.address + bench.a.size[0] + unit - 1) / unit * unit;
        replace_image(&bench.b, bench.a.image[0], bench.a.size[0]);
        struct forge_bytes zip =
            bench_package(&bench, &bench.a, &bench.b, BENCH_IMAGES);
        assert_int_equal(ffx_flash_sector(&bench.flash.port, end - 1, &sector),
                         0);
        const uint32_t last = sector.address + sector.length;
        for (uint32_t at = end, length = 1; at < last; at += length) {
            length = length * 2 < last - at ? length * 2 : last - at;
            ask_over_noise(&bench, &zip, at, length);
            lab_flash_fill(&bench.flash, at, bench.geometry->erased_value,
                           length);
            bench_expect_refused(&bench, FFX_ERR_SOURCE);
        }
        /* Behind that sector it is cleaned. */
        if (last < slot.address + slot.length) {
            ask_over_noise(&bench, &zip, last, 1);
            bench_expect_installed(&bench, &bench.b);
        }
        replay_done();
        free(zip.bytes);
        bench_close(&bench);
    }
}

/* Signed as what it is, but not as long as the release says. */
static void resize(struct bench_job *job, uint32_t i, uint32_t size)
{
    uint8_t *bytes = calloc(1, size);
    const uint32_t old = job->forge.manifest.parts[i].payload_size;
    assert_non_null(bytes);
    memcpy(bytes, job->payload[i], size < old ? size : old);
    give_payload(job, i, bytes, size);
}

/* The texts say B's size, the file has another one. */
static void refuse_entry(struct bench *bench, uint32_t part, uint32_t size)
{
    static const struct forge_shape plain;
    static struct bench_job job;
    bench_job_make(bench, &job, &bench->a, &bench->b, BENCH_IMAGES);
    struct forge_entry *const entries = job.forge.entries;
    forge_spell(&job.forge);
    forge_sign(&job.forge);
    forge_list(&job.forge);
    resize(&job, part, size);
    for (uint32_t i = 0; i < 2; i++)
        entries[6 + i].bytes = job.payload[i];
    entries[6 + part].length = size;
    struct forge_bytes zip = forge_zip(entries, job.forge.entry_count, &plain);
    bench_offer(bench, &zip);
    bench_expect_refused(bench, FFX_ERR_ZIP);
    free(zip.bytes);
    free(job.payload[0]);
    free(job.payload[1]);
}

static void a28_an_image_longer_or_shorter_than_signed_is_refused(void **state)
{
    static const uint32_t away[] = {0u - 1024, 0u - 1, 1, 2, 16, 1024};
    struct bench bench;
    (void)state;
    bench_open(&bench, NOR);
    for (size_t i = 0; i < sizeof away / sizeof away[0]; i++)
        for (uint32_t part = 0; part < 2; part++) {
            struct bench_job job;
            const uint32_t size = bench.b.size[part] + away[i];
            replay_case("part %u of %u bytes", part, size);
            bench_job_make(&bench, &job, &bench.a, &bench.b, BENCH_IMAGES);
            resize(&job, part, size);
            refuse_job(&bench, &job, FFX_ERR_MANIFEST);
            /* One of the two texts alone says another size. */
            bench_job_make(&bench, &job, &bench.a, &bench.b, BENCH_IMAGES);
            job.forge.release.components[part].size = size;
            refuse_job(&bench, &job, FFX_ERR_MANIFEST);
            refuse_entry(&bench, part, size);
        }
    replay_done();
    bench_close(&bench);
}

/* A is a byte shorter in the slot than the record and the package say. */
static void a28_a_source_that_was_cut_short_is_refused(void **state)
{
    static const uint32_t missing[] = {1, 2, 100, 5000};
    struct bench bench;
    (void)state;
    bench_open(&bench, NOR);
    struct forge_bytes zip =
        bench_package(&bench, &bench.a, &bench.b, BENCH_IMAGES);
    for (size_t i = 0; i < sizeof missing / sizeof missing[0]; i++)
        for (uint32_t part = 0; part < 2; part++) {
            const uint32_t at = NOR->components[part].slot.address +
                                bench.a.size[part] - missing[i];
            const uint8_t *image =
                bench.a.image[part] + bench.a.size[part] - missing[i];
            replay_case("part %u without %u bytes", part, missing[i]);
            bench_reset(&bench);
            bench.package = &zip;
            bench_request(&bench);
            lab_flash_fill(&bench.flash, at, 0xff, missing[i]);
            assert_int_equal(bench_boot(&bench), 0);
            lab_flash_put(&bench.flash, at, image, missing[i]);
            bench_expect_refused(&bench, FFX_ERR_SOURCE);
        }
    replay_done();
    free(zip.bytes);
    bench_close(&bench);
}

#define row(f) cmocka_unit_test_teardown(f, replay_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        row(a26_a_planted_bad_plan_is_refused_before_the_first_erase),
        row(a26_random_plans_never_read_a_destroyed_byte),
        row(a27_a_part_that_lies_about_geometry_is_refused),
        row(a27_a_sector_and_step_of_another_device_are_refused),
        row(a27_a_header_that_disagrees_with_manifest_or_slot_is_refused),
        row(a27_a_target_size_that_does_not_fit_is_refused),
        row(a27_an_image_longer_than_its_slot_is_refused),
        row(a28_behind_b_the_slot_is_blank_whatever_was_behind_a),
        row(a28_a_cut_does_not_keep_what_stands_behind_b),
        row(a28_a_component_that_stays_may_have_nothing_behind_it),
        row(a28_an_image_longer_or_shorter_than_signed_is_refused),
        row(a28_a_source_that_was_cut_short_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
