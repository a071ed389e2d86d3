/* SPDX-License-Identifier: Apache-2.0 */
/* The engine: from a package and what runs to B in another place. */
#include "slot/stage.h"

#include "base/bytes.h"
#include "base/program.h"

#include <farfix/error.h>

const struct ffx_part *slot_part(const struct ffx_slot *slot)
{
    return &slot->package.manifest.parts[slot->part];
}

const struct ffx_image_facts *slot_image(const struct ffx_slot *slot)
{
    return &slot->package.release.components[slot->image];
}

static uint32_t step_count(const struct ffx_slot *slot)
{
    return (slot_image(slot)->size - 1) / slot_part(slot)->step + 1;
}

/* --- what is checked before any work -------------------------------------- */

/* 0 or why not, like those below. */
static int config_check(const struct ffx_slot_config *config)
{
    const struct ffx_flash *const flash = config->flash;
    if (!config->crypto || !config->package.read || !config->trusted ||
        !config->model || !config->version || !config->component || !flash ||
        !config->step_buffer || (!config->work && config->work_bytes != 0))
        return FFX_ERR_ARGUMENT;
    if (!ffx_flash_aligned(flash, &config->target) ||
        config->start % flash->write_unit != 0 ||
        config->start > config->target.length ||
        config->reserve > config->target.length - config->start)
        return FFX_ERR_ARGUMENT;
    return 0;
}

static int facts_release(const struct ffx_slot *slot)
{
    const struct ffx_slot_config *const config = &slot->config;
    const struct ffx_package *const package = &slot->package;
    const uint32_t sequence = package->release.sequence;
    if (!bytes_same_text(package->manifest.model, config->model))
        return FFX_ERR_MODEL;
    if (!bytes_same_text(package->manifest.from, config->version))
        return FFX_ERR_SOURCE;
    if (sequence <= config->sequence ||
        sequence - config->sequence > FFX_SEQUENCE_STEP)
        return FFX_ERR_SEQUENCE;
    return 0;
}

/* A published key is nobody's word, whoever trusts it. */
static int facts_keys(const struct ffx_slot *slot)
{
    const struct ffx_slot_config *const config = &slot->config;
    const struct ffx_package *const package = &slot->package;
    const struct ffx_release *const release = &package->release;
    if (!config->allow_test_keys &&
        (ffx_key_is_test(&config->trusted[package->release_key]) ||
         ffx_key_is_test(&config->trusted[package->cert_key]) ||
         (release->has_next_key && ffx_key_is_test(&release->next_key))))
        return FFX_ERR_TEST_KEY;
    return 0;
}

/* Both lists hold the component; each of the release's parts does (open). */
static int find_component(struct ffx_slot *slot)
{
    const char *const name = slot->config.component;
    const struct ffx_manifest *const manifest = &slot->package.manifest;
    while (slot->part < manifest->part_count &&
           !bytes_same_text(slot_part(slot)->name, name))
        slot->part++;
    if (slot->part == manifest->part_count)
        return FFX_ERR_GEOMETRY;
    while (!bytes_same_text(slot_image(slot)->name, name))
        slot->image++;
    return 0;
}

static int facts_geometry(const struct ffx_slot *slot)
{
    const struct ffx_slot_config *const config = &slot->config;
    const struct ffx_part *const part = slot_part(slot);
    const uint32_t size = slot_image(slot)->size;
    const uint32_t room =
        config->target.length - config->start - config->reserve;
    if (part->step > config->step_bytes ||
        part->step % config->flash->write_unit != 0 || size == 0 ||
        size > room || program_padded(config->flash, size) > room)
        return FFX_ERR_GEOMETRY;
    if (config->source.read && part->from_size > config->source.size)
        return FFX_ERR_GEOMETRY;
    if (part->kind != FFX_PAYLOAD_IMAGE &&
        (!config->source.read || config->work_bytes == 0 ||
         part->ram > config->work_bytes || step_count(slot) > FFX_SLOT_STEPS))
        return FFX_ERR_GEOMETRY;
    return 0;
}

static int check_facts(struct ffx_slot *slot)
{
    int error = facts_release(slot);
    if (error == 0)
        error = facts_keys(slot);
    if (error == 0)
        error = find_component(slot);
    return error != 0 ? error : facts_geometry(slot);
}

int ffx_slot_begin(struct ffx_slot *slot, const struct ffx_slot_config *config)
{
    const struct ffx_package_config package = {
        .crypto = config->crypto,
        .file = config->package,
        .trusted = config->trusted,
        .trusted_count = config->trusted_count,
        .buffer = config->step_buffer,
        .buffer_bytes = config->step_bytes,
    };
    memset(slot, 0, sizeof *slot);
    int error = config_check(config);
    if (error != 0)
        return error;
    slot->config = *config;
    error = ffx_package_open(&slot->package, &package);
    if (error == 0)
        error = check_facts(slot);
    if (error == 0)
        slot->stage = STAGE_PACKAGE;
    return error;
}

/* --- digests -------------------------------------------------------------- */

/* Hashes `image`, a step buffer's worth at each call, from cursor 0. 1: call
 * again; 0: the digest is equal; else FFX_ERR_DIGEST, or what a port said. */
static int hash_image(struct ffx_slot *slot, const struct ffx_read_at *image,
                      const uint8_t sha256[FFX_SHA256_BYTES])
{
    const struct ffx_crypto *const crypto = slot->config.crypto;
    uint8_t *const bytes = slot->config.step_buffer;
    const uint32_t length =
        bytes_min(slot->config.step_bytes, image->size - slot->cursor);
    uint8_t digest[FFX_SHA256_BYTES];
    int error = 0;
    if (slot->cursor == 0)
        error = crypto->sha256_start(crypto->context, &slot->hash);
    if (error == 0)
        error = ffx_read_at(image, slot->cursor, bytes, length);
    if (error == 0)
        error =
            crypto->sha256_update(crypto->context, &slot->hash, bytes, length);
    if (error != 0)
        return error;
    slot->cursor += length;
    if (slot->cursor < image->size)
        return 1;
    error = crypto->sha256_finish(crypto->context, &slot->hash, digest);
    if (error != 0)
        return error;
    return memcmp(digest, sha256, sizeof digest) == 0 ? 0 : FFX_ERR_DIGEST;
}

/* --- stages --------------------------------------------------------------- */

static int stage_none(struct ffx_slot *slot)
{
    (void)slot;
    return FFX_ERR_BUSY;
}

static int stage_package(struct ffx_slot *slot)
{
    return ffx_package_check(&slot->package);
}

static int stage_source(struct ffx_slot *slot)
{
    const struct ffx_part *const part = slot_part(slot);
    struct ffx_read_at source = slot->config.source;
    if (!source.read)
        return 0;
    source.size = part->from_size;
    const int rc = hash_image(slot, &source, part->from_sha256);
    return rc == FFX_ERR_DIGEST ? FFX_ERR_SOURCE : rc;
}

static int open_payload(struct ffx_slot *slot)
{
    const struct ffx_slot_config *const config = &slot->config;
    const struct ffx_part *const part = slot_part(slot);
    struct ffx_delta_config delta = {
        .slot = slot_merged(slot),
        .source_bytes = part->from_size,
        .target_bytes = slot_image(slot)->size,
        .step_bytes = part->step,
        .memory = config->work,
        .memory_bytes = config->work_bytes,
    };
    ffx_package_payload(&slot->package, slot->part, &slot->reader,
                        &delta.patch);
    return ffx_payload_open(&slot->payload, part->kind, &delta);
}

/* The cursor is 1 while the payload is open. */
static int stage_plan(struct ffx_slot *slot)
{
    if (slot->cursor == 0) {
        const int error = open_payload(slot);
        slot->cursor = error == 0;
        return error != 0 ? error : 1;
    }
    const int rc = ffx_payload_prepare(&slot->payload);
    if (rc == 0 && slot->payload.kind == FFX_PAYLOAD_DELTA &&
        !slot->payload.delta.source_is)
        return FFX_ERR_SOURCE;
    return rc;
}

static int step_valid(const struct ffx_slot *slot)
{
    const struct ffx_step *const step = &slot->step;
    const uint32_t size = slot_image(slot)->size;
    const uint32_t bytes = slot_part(slot)->step;
    return step->offset % bytes == 0 && step->offset < size &&
           step->length == bytes_min(bytes, size - step->offset);
}

static int stage_make(struct ffx_slot *slot)
{
    uint8_t *const bytes = slot->config.step_buffer;
    const struct ffx_flash *const flash = slot->config.flash;
    const int rc = ffx_payload_next(&slot->payload, bytes, &slot->step);
    if (rc < 0)
        return rc;
    if (rc == 0 || !step_valid(slot))
        return FFX_ERR_PATCH;
    const uint32_t length = slot->step.length;
    memset(bytes + length, flash->erased_value,
           program_padded(flash, length) - length);
    return 0;
}

static int stage_write(struct ffx_slot *slot)
{
    const int rc = slot_write(slot);
    if (rc != 0)
        return rc;
    slot_finished(slot, &slot->step);
    return 0;
}

static int read_written(void *context, uint32_t offset, void *buffer,
                        uint32_t length)
{
    const struct ffx_slot *const slot = context;
    const struct ffx_slot_config *const config = &slot->config;
    return config->flash->read(config->flash->context,
                               config->target.address + config->start + offset,
                               buffer, length);
}

static int stage_verify(struct ffx_slot *slot)
{
    const struct ffx_image_facts *const image = slot_image(slot);
    const struct ffx_read_at target = {read_written, slot, image->size};
    const int rc = hash_image(slot, &target, image->sha256);
    return rc == FFX_ERR_ECC ? FFX_ERR_DIGEST : rc;
}

static int stage_done(struct ffx_slot *slot)
{
    (void)slot;
    return 0;
}

static int (*const stages[STAGES])(struct ffx_slot *) = {
    [STAGE_NONE] = stage_none,     [STAGE_PACKAGE] = stage_package,
    [STAGE_SOURCE] = stage_source, [STAGE_PLAN] = stage_plan,
    [STAGE_ERASE] = slot_erase,    [STAGE_MAKE] = stage_make,
    [STAGE_WRITE] = stage_write,   [STAGE_VERIFY] = stage_verify,
    [STAGE_DONE] = stage_done,
};

/* --- the walk through them ------------------------------------------------ */

static void next_stage(struct ffx_slot *slot)
{
    slot->cursor = 0;
    if (slot->stage == STAGE_WRITE && slot->finished < slot_image(slot)->size)
        slot->stage = STAGE_MAKE;
    else
        slot->stage++;
}

int ffx_slot_step(struct ffx_slot *slot)
{
    if (slot->error != 0)
        return slot->error;
    const int rc = stages[slot->stage](slot);
    if (rc < 0) {
        if (rc != FFX_ERR_IO && slot->stage != STAGE_NONE)
            slot->error = rc;
        return rc;
    }
    if (rc == 0 && slot->stage != STAGE_DONE)
        next_stage(slot);
    return slot->stage != STAGE_DONE;
}

int ffx_slot_run(struct ffx_slot *slot)
{
    int rc;
    do
        rc = ffx_slot_step(slot);
    while (rc == 1);
    return rc;
}

int ffx_slot_touched(const struct ffx_slot *slot)
{
    return slot->touched;
}

uint32_t ffx_slot_percent(const struct ffx_slot *slot)
{
    if (slot->stage == STAGE_NONE)
        return 0;
    const uint32_t size = slot_image(slot)->size;
    /* Without overflow: sizes are far below 2^32 / 100 steps of 1 %. */
    return size < 100 ? slot->finished * 100 / size
                      : bytes_min(slot->finished / (size / 100), 100);
}
