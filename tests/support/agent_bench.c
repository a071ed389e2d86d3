/* SPDX-License-Identifier: Apache-2.0 */
#include "agent_bench.h"
#include "fixture.h"
#include "memo.h"

#include <diff/diff.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define WORK_BYTES 16384u
#define UPDATING_FAILED_MODEM FFX_STATUS_UPDATING_MODEM, FFX_STATUS_FAILED_MODEM
#define UPDATING_FAILED_AP FFX_STATUS_UPDATING_AP, FFX_STATUS_FAILED_AP

/* Between any two areas stands a sector that nobody may touch. */
const struct bench_geometry bench_geometries[BENCH_GEOMETRIES] = {
    {.name = "nor",
     .regions = {{4096, 25}},
     .region_count = 1,
     .write_unit = 1,
     .erased_value = 0xff,
     .step_bytes = 4096,
     .journal = {81920, 16384},
     .scratch = {16384, 8192},
     .component_count = 2,
     .components = {{"modem", {28672, 20480}, UPDATING_FAILED_MODEM},
                    {"ap", {53248, 24576}, UPDATING_FAILED_AP}},
     .sector = {4096, 4096},
     .size_a = {9000, 20000},
     .size_b = {13001, 15000}},
    {.name = "write-once-ecc",
     .regions = {{2048, 35}},
     .region_count = 1,
     .write_unit = 8,
     .erased_value = 0xff,
     .ecc = 1,
     .step_bytes = 4096,
     .journal = {63488, 6144},
     .scratch = {8192, 12288},
     .component_count = 2,
     .components = {{"modem", {22528, 16384}, UPDATING_FAILED_MODEM},
                    {"ap", {40960, 20480}, UPDATING_FAILED_AP}},
     .sector = {2048, 2048},
     .size_a = {8192, 5000},
     .size_b = {8192, 20480}},
    {.name = "erased-zero",
     .regions = {{4096, 20}},
     .region_count = 1,
     .write_unit = 4,
     .erased_value = 0x00,
     .step_bytes = 8192,
     .journal = {69632, 12288},
     .scratch = {16384, 8192},
     .component_count = 2,
     .components = {{"modem", {28672, 16384}, UPDATING_FAILED_MODEM},
                    {"ap", {49152, 16384}, UPDATING_FAILED_AP}},
     .sector = {4096, 4096},
     .size_a = {12345, 9000},
     .size_b = {7, 8193}},
    {.name = "unequal",
     .regions = {{4096, 8}, {16384, 6}},
     .region_count = 2,
     .write_unit = 2,
     .erased_value = 0xff,
     .step_bytes = 16384,
     .journal = {0, 12288},
     .scratch = {65536, 16384},
     .component_count = 2,
     .components = {{"modem", {16384, 32768}, UPDATING_FAILED_MODEM},
                    {"ap", {81920, 32768}, UPDATING_FAILED_AP}},
     .sector = {16384, 16384},
     .size_a = {20000, 16384},
     .size_b = {17000, 16385}},
    {.name = "flash-word-32",
     .regions = {{8192, 14}},
     .region_count = 1,
     .write_unit = 32,
     .erased_value = 0xff,
     .ecc = 1,
     .step_bytes = 8192,
     .journal = {90112, 24576},
     .scratch = {32768, 16384},
     .component_count = 1,
     .components = {{"app", {57344, 24576}, UPDATING_FAILED_AP}},
     .sector = {8192},
     .size_a = {10000},
     .size_b = {20001}},
};

/* --- ports --------------------------------------------------------------- */

static int read_package(void *context, uint32_t offset, void *buffer,
                        uint32_t length)
{
    struct bench *bench = context;
    assert_int_equal(bench->opened, 1);
    if (bench->before_read && ++bench->reads == bench->before_read_number)
        bench->before_read(bench);
    if (bench->package == NULL || bench->package->length < offset ||
        bench->package->length - offset < length)
        return FFX_ERR_IO;
    memcpy(buffer, bench->package->bytes + offset, length);
    return 0;
}

static int open_package(void *context, struct ffx_read_at *file)
{
    struct bench *bench = context;
    if (bench->package == NULL)
        return FFX_ERR_NO_PACKAGE;
    assert_int_equal(bench->opened, 0);
    bench->opened++;
    *file = (struct ffx_read_at){read_package, bench, bench->package->length};
    return 0;
}

static void close_package(void *context)
{
    struct bench *bench = context;
    assert_int_equal(bench->opened, 1);
    bench->opened--;
}

/* Deletes the file only once the journal says 6. */
static void remove_package(void *context)
{
    struct bench *bench = context;
    assert_int_equal(bench->opened, 0);
    assert_int_equal(ffx_agent_status(&bench->agent), FFX_STATUS_SUCCESS);
    bench->package = NULL;
    bench->removed++;
}

static void hear(void *context, const struct ffx_agent_event *event)
{
    struct bench *bench = context;
    if (event->kind == FFX_AGENT_STARTED) {
        bench->started++;
        bench->percent = -1;
    }
    bench->succeeded += event->kind == FFX_AGENT_SUCCEEDED;
    bench->failed += event->kind == FFX_AGENT_FAILED;
    bench->last_error = event->error;
    bench->last_status = event->status;
    assert_int_equal(event->status, ffx_agent_status(&bench->agent));
    assert_true(event->percent <= 100);
    if (event->kind == FFX_AGENT_PROGRESS) {
        assert_true((int)event->percent > bench->percent);
        assert_true(bench->started > 0);
        bench->percent = (int)event->percent;
    }
    if (bench->at_event)
        bench->at_event(bench, event);
}

/* --- releases ------------------------------------------------------------ */

void bench_release_make(const struct bench *bench,
                        struct bench_release *release, const char *version,
                        uint32_t sequence, const uint32_t *size, uint32_t seed)
{
    memset(release, 0, sizeof *release);
    release->model = "SIM7000G";
    release->version = version;
    release->sequence = sequence;
    for (uint32_t i = 0; i < bench->geometry->component_count; i++) {
        release->size[i] = size[i];
        release->image[i] = malloc(size[i]);
        assert(release->image[i] != NULL);
        fixture_image(release->image[i], size[i], seed + i);
    }
}

void bench_release_free(struct bench_release *release)
{
    for (uint32_t i = 0; i < FFX_COMPONENTS; i++)
        free(release->image[i]);
    memset(release, 0, sizeof *release);
}

/* --- packages ------------------------------------------------------------ */

static void text(char *to, const char *from)
{
    strcpy(to, from);
}

static void image_facts(struct ffx_image_facts *facts, const char *name,
                        const uint8_t *image, uint32_t size)
{
    text(facts->name, name);
    facts->size = size;
    forge_sha256(image, size, facts->sha256);
}

static void delta_payload(const struct bench *bench, struct bench_job *job,
                          struct ffx_part *part, uint32_t i,
                          const struct bench_release *from,
                          const struct bench_release *to)
{
    const struct bench_geometry *geometry = bench->geometry;
    const struct diff_options options = {
        .step_bytes = geometry->step_bytes,
        .slot_bytes = geometry->components[i].slot.length,
        .ram = WORK_BYTES,
    };
    struct diff_patch patch;
    struct diff_error error;
    const uint32_t at = job->forge.manifest.part_count;
    assert(diff_make(from->image[i], from->size[i], to->image[i], to->size[i],
                     &options, &patch, &error) >= 0);
    part->kind = FFX_PAYLOAD_DELTA;
    part->ram = patch.ram;
    part->payload_size = (uint32_t)patch.length;
    job->payload[at] = patch.bytes;
}

static void image_payload(struct bench_job *job, struct ffx_part *part,
                          uint32_t i, const struct bench_release *to)
{
    const uint32_t at = job->forge.manifest.part_count;
    part->kind = FFX_PAYLOAD_IMAGE;
    part->payload_size = to->size[i];
    job->payload[at] = malloc(to->size[i]);
    assert(job->payload[at] != NULL);
    memcpy(job->payload[at], to->image[i], to->size[i]);
}

static void add_part(const struct bench *bench, struct bench_job *job,
                     uint32_t i, const struct bench_release *from,
                     const struct bench_release *to, enum bench_kind kind)
{
    struct ffx_manifest *manifest = &job->forge.manifest;
    struct ffx_part *part = &manifest->parts[manifest->part_count];
    memset(part, 0, sizeof *part);
    text(part->name, bench->geometry->components[i].name);
    part->from_size = from->size[i];
    forge_sha256(from->image[i], from->size[i], part->from_sha256);
    part->sector = bench->geometry->sector[i];
    part->step = bench->geometry->step_bytes;
    if (kind == BENCH_DELTAS)
        delta_payload(bench, job, part, i, from, to);
    else
        image_payload(job, part, i, to);
    forge_sha256(job->payload[manifest->part_count], part->payload_size,
                 part->payload_sha256);
    manifest->part_count++;
}

static int same_image(const struct bench_release *a,
                      const struct bench_release *b, uint32_t i)
{
    return a->size[i] == b->size[i] &&
           memcmp(a->image[i], b->image[i], a->size[i]) == 0;
}

void bench_job_make(const struct bench *bench, struct bench_job *job,
                    const struct bench_release *from,
                    const struct bench_release *to, enum bench_kind kind)
{
    struct forge *forge = &job->forge;
    memset(job->payload, 0, sizeof job->payload);
    forge_default(forge);
    text(forge->release.model, to->model);
    text(forge->release.version, to->version);
    text(forge->cert.model, to->model);
    text(forge->manifest.model, to->model);
    text(forge->manifest.from, from->version);
    text(forge->manifest.to, to->version);
    forge->release.sequence = to->sequence;
    forge->cert.max_sequence = UINT32_MAX;
    forge->release.component_count = bench->geometry->component_count;
    forge->manifest.part_count = 0;
    for (uint32_t i = 0; i < bench->geometry->component_count; i++) {
        image_facts(&forge->release.components[i],
                    bench->geometry->components[i].name, to->image[i],
                    to->size[i]);
        if (!same_image(from, to, i))
            add_part(bench, job, i, from, to, kind);
    }
}

struct forge_bytes bench_job_build(struct bench_job *job)
{
    static const struct forge_shape plain;
    struct forge *forge = &job->forge;
    forge_spell(forge);
    forge_sign(forge);
    forge_list(forge);
    const uint32_t first = forge->entry_count - forge->manifest.part_count;
    for (uint32_t i = 0; i < forge->manifest.part_count; i++)
        forge->entries[first + i].bytes = job->payload[i];
    const struct forge_bytes zip =
        forge_zip(forge->entries, forge->entry_count, &plain);
    for (uint32_t i = 0; i < FFX_COMPONENTS; i++)
        free(job->payload[i]);
    return zip;
}

struct forge_bytes bench_package(const struct bench *bench,
                                 const struct bench_release *from,
                                 const struct bench_release *to,
                                 enum bench_kind kind)
{
    struct bench_job job;
    bench_job_make(bench, &job, from, to, kind);
    return bench_job_build(&job);
}

/* --- the device ---------------------------------------------------------- */

static void fence_in(struct bench *bench)
{
    const struct bench_geometry *geometry = bench->geometry;
    uint32_t count = 0;
    bench->fence[count++] = geometry->journal;
    bench->fence[count++] = geometry->scratch;
    for (uint32_t i = 0; i < geometry->component_count; i++)
        bench->fence[count++] = geometry->components[i].slot;
    bench->fence_count = count;
}

static void open_flash(struct bench *bench)
{
    const struct bench_geometry *geometry = bench->geometry;
    const struct lab_flash_config config = {
        .regions = geometry->regions,
        .region_count = geometry->region_count,
        .write_unit = geometry->write_unit,
        .erased_value = geometry->erased_value,
        .ecc = geometry->ecc,
        .seed = 1,
        .fence = bench->fence,
        .fence_count = bench->fence_count,
    };
    assert_int_equal(lab_flash_open(&bench->flash, &config), 0);
}

/* Past the port: a factory's gang programmer. */
static void put_image(struct bench *bench, uint32_t i)
{
    lab_flash_put(&bench->flash, bench->geometry->components[i].slot.address,
                  bench->a.image[i], bench->a.size[i]);
}

static void configure(struct bench *bench)
{
    const struct bench_geometry *geometry = bench->geometry;
    bench->step_buffer = malloc(geometry->step_bytes);
    bench->work = malloc(WORK_BYTES);
    assert(bench->step_buffer != NULL && bench->work != NULL);
    bench->config = (struct ffx_agent_config){
        .flash = &bench->flash.port,
        .crypto = memo_crypto(),
        .journal = geometry->journal,
        .scratch = geometry->scratch,
        .components = geometry->components,
        .component_count = geometry->component_count,
        .step_buffer = bench->step_buffer,
        .step_bytes = geometry->step_bytes,
        .work = bench->work,
        .work_bytes = WORK_BYTES,
        .allow_test_keys = 1,
        .open_package = open_package,
        .close_package = close_package,
        .remove_package = remove_package,
        .event = hear,
        .context = bench,
    };
}

static void provision(struct bench *bench)
{
    struct ffx_installed installed[FFX_COMPONENTS];
    struct ffx_public_key keys[FFX_AGENT_KEYS];
    const struct ffx_provision facts = {
        .model = bench->a.model,
        .sequence = bench->a.sequence,
        .installed = installed,
        .keys = keys,
        .key_count = bench->key_count,
    };
    for (uint32_t i = 0; i < bench->key_count; i++)
        keys[i] = *forge_public(bench->keys[i]);
    memset(installed, 0, sizeof installed);
    for (uint32_t i = 0; i < bench->geometry->component_count; i++) {
        text(installed[i].version, bench->a.version);
        installed[i].size = bench->a.size[i];
        installed[i].sequence = bench->a.sequence;
        forge_sha256(bench->a.image[i], bench->a.size[i], installed[i].sha256);
    }
    assert_int_equal(ffx_agent_init(&bench->agent, &bench->config), 0);
    assert_int_equal(ffx_agent_load(&bench->agent), FFX_ERR_STATE);
    assert_int_equal(ffx_agent_provision(&bench->agent, &facts), 0);
    assert_false(ffx_agent_pending(&bench->agent));
}

void bench_open(struct bench *bench, const struct bench_geometry *geometry)
{
    bench_open_trial(bench, geometry, 0);
}

void bench_open_trial(struct bench *bench,
                      const struct bench_geometry *geometry, uint8_t boots)
{
    memset(bench, 0, sizeof *bench);
    bench->geometry = geometry;
    bench->keys[0] = FORGE_RELEASE;
    bench->key_count = 1;
    fence_in(bench);
    open_flash(bench);
    configure(bench);
    bench->config.trial_boots = boots;
    bench_release_make(bench, &bench->a, "1529B05SIM7000G", 5, geometry->size_a,
                       100);
    bench_release_make(bench, &bench->b, "1529B06SIM7000G", 6, geometry->size_b,
                       200);
    for (uint32_t i = 0; i < geometry->component_count; i++)
        put_image(bench, i);
    provision(bench);
    bench->fresh = lab_flash_snapshot(&bench->flash);
    bench_reset(bench);
}

static void expect_rules_kept(const struct bench *bench)
{
    if (bench->flash.violations != 0)
        fail_msg("%s: %s", bench->geometry->name, bench->flash.complaint);
}

void bench_close(struct bench *bench)
{
    expect_rules_kept(bench);
    bench_release_free(&bench->a);
    bench_release_free(&bench->b);
    lab_flash_close(&bench->flash);
    free(bench->step_buffer);
    free(bench->work);
    lab_snapshot_free(bench->fresh);
}

void bench_reset(struct bench *bench)
{
    expect_rules_kept(bench);
    lab_flash_restore(&bench->flash, bench->fresh);
    memset(bench->flash.wear, 0,
           bench->flash.sector_count * sizeof *bench->flash.wear);
    memset(bench->flash.faults, 0, bench->flash.sector_count);
    bench->flash.cuts_fired = 0;
    bench->package = NULL;
    bench->removed = 0;
    bench->before_read = NULL;
    bench->at_event = NULL;
    assert_int_equal(bench_power_up(bench), 0);
}

/* RAM holds nothing that a reset would have kept. */
int bench_power_up(struct bench *bench)
{
    lab_flash_power_up(&bench->flash);
    memset(&bench->agent, 0xa5, sizeof bench->agent);
    memset(bench->step_buffer, 0x5a, bench->geometry->step_bytes);
    memset(bench->work, 0x3c, WORK_BYTES);
    bench->opened = 0;
    bench->reads = 0;
    bench->started = bench->succeeded = bench->failed = 0;
    bench->last_error = bench->last_status = 0;
    bench->percent = -1;
    assert_int_equal(ffx_agent_init(&bench->agent, &bench->config), 0);
    return ffx_agent_load(&bench->agent);
}

int bench_boot(struct bench *bench)
{
    const uint64_t cut_at = bench->flash.cut_at;
    const uint64_t left =
        cut_at > bench->flash.operations ? cut_at - bench->flash.operations : 0;
    const int rc = bench_power_up(bench);
    if (rc != 0)
        return rc;
    lab_flash_cut(&bench->flash, left, bench->flash.tear);
    return ffx_agent_pending(&bench->agent) ? ffx_agent_run(&bench->agent) : 0;
}

void bench_request(struct bench *bench)
{
    assert_int_equal(ffx_agent_request(&bench->agent), 0);
}

/* --- verdicts ------------------------------------------------------------ */

uint64_t bench_slot_wear(const struct bench *bench)
{
    uint64_t wear = 0;
    for (uint32_t i = 0; i < bench->geometry->component_count; i++)
        wear +=
            lab_flash_wear(&bench->flash, &bench->geometry->components[i].slot);
    return wear;
}

static int slot_holds(const struct bench *bench, uint32_t i,
                      const struct bench_release *release)
{
    const struct ffx_flash_area *slot = &bench->geometry->components[i].slot;
    const uint8_t *bytes = bench->flash.bytes + slot->address;
    if (memcmp(bytes, release->image[i], release->size[i]) != 0)
        return 0;
    for (uint32_t at = release->size[i]; at < slot->length; at++)
        if (bytes[at] != bench->geometry->erased_value)
            return 0;
    return 1;
}

int bench_holds(const struct bench *bench, const struct bench_release *release)
{
    for (uint32_t i = 0; i < bench->geometry->component_count; i++)
        if (!slot_holds(bench, i, release))
            return 0;
    return 1;
}

void bench_expect_facts(const struct bench *bench,
                        const struct bench_release *release)
{
    const struct ffx_agent_state *state = ffx_agent_state(&bench->agent);
    assert_int_equal(state->sequence, release->sequence);
    for (uint32_t i = 0; i < bench->geometry->component_count; i++) {
        const struct ffx_installed *installed = &state->installed[i];
        uint8_t digest[FFX_SHA256_BYTES];
        forge_sha256(release->image[i], release->size[i], digest);
        assert_string_equal(installed->version, release->version);
        assert_int_equal(installed->size, release->size[i]);
        assert_int_equal(installed->sequence, release->sequence);
        assert_memory_equal(installed->sha256, digest, sizeof digest);
    }
}

void bench_expect_installed(struct bench *bench,
                            const struct bench_release *release)
{
    expect_rules_kept(bench);
    assert_int_equal(ffx_agent_status(&bench->agent), FFX_STATUS_SUCCESS);
    assert_int_equal(ffx_agent_state(&bench->agent)->error, 0);
    assert_true(bench_holds(bench, release));
    bench_expect_facts(bench, release);
    assert_null(bench->package);
    assert_false(ffx_agent_pending(&bench->agent));
    assert_false(ffx_agent_locked(&bench->agent));
}

void bench_expect_refused(struct bench *bench, int error)
{
    const struct ffx_agent_state *state = ffx_agent_state(&bench->agent);
    expect_rules_kept(bench);
    assert_int_equal(state->error, error);
    assert_int_equal(state->status, FFX_STATUS_REFUSED);
    assert_int_equal(state->requested, 0);
    assert_int_equal(bench_slot_wear(bench), 0);
    assert_true(bench_holds(bench, &bench->a));
    bench_expect_facts(bench, &bench->a);
    assert_int_equal(bench->removed, 0);
    assert_false(ffx_agent_pending(&bench->agent));
}

/* --- roads that several tests take --------------------------------------- */

void bench_factory(struct bench *bench)
{
    expect_rules_kept(bench);
    lab_flash_close(&bench->flash);
    lab_snapshot_free(bench->fresh);
    open_flash(bench);
    for (uint32_t i = 0; i < bench->geometry->component_count; i++)
        put_image(bench, i);
    provision(bench);
    bench->fresh = lab_flash_snapshot(&bench->flash);
    bench_reset(bench);
}

void bench_offer(struct bench *bench, const struct forge_bytes *zip)
{
    bench_reset(bench);
    bench->package = zip;
    bench_request(bench);
    assert_int_equal(bench_boot(bench), 0);
}

void bench_begin(struct bench *bench, const struct forge_bytes *zip)
{
    bench_reset(bench);
    bench->package = zip;
    bench_request(bench);
    assert_int_equal(bench_power_up(bench), 0);
    while (ffx_agent_status(&bench->agent) == FFX_STATUS_REQUESTED ||
           bench->agent.commits != 0)
        assert_int_equal(ffx_agent_step(&bench->agent), 1);
}
