/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/payloads.h"
#include "diff/diff.h"
#include "pack/fail.h"

#include <stdlib.h>
#include <string.h>

/* --- proof --------------------------------------------------------------- */

/* The device in small: a slot of whole steps, erased and written in turn. */
struct proof {
    struct ffx_payload reader;
    struct ffx_delta_config config;
    uint8_t *slot, *step, *memory;
    size_t slot_bytes;
};

static int slot_read(void *context, uint32_t offset, void *buffer,
                     uint32_t length)
{
    const struct proof *proof = context;
    memcpy(buffer, proof->slot + offset, length);
    return 0;
}

static int proof_open(struct proof *proof, const struct payload *payload)
{
    const struct pack_buffer *source = &payload->from->image;
    const struct pack_buffer *target = &payload->to->image;
    const size_t step = payload->to->step;
    const size_t larger =
        source->length > target->length ? source->length : target->length;
    proof->slot_bytes = (larger + step - 1) / step * step;
    proof->slot = malloc(proof->slot_bytes);
    proof->step = malloc(step);
    proof->memory = malloc(payload->ram);
    if (proof->slot == NULL || proof->step == NULL || proof->memory == NULL)
        return FFX_ERR_SPACE;
    memset(proof->slot, 0xff, proof->slot_bytes);
    memcpy(proof->slot, source->bytes, source->length);
    pack_read_at(&payload->bytes, &proof->config.patch);
    proof->config.slot =
        (struct ffx_read_at){slot_read, proof, (uint32_t)proof->slot_bytes};
    proof->config.source_bytes = (uint32_t)source->length;
    proof->config.target_bytes = (uint32_t)target->length;
    proof->config.step_bytes = payload->to->step;
    proof->config.memory = proof->memory;
    proof->config.memory_bytes = payload->ram;
    return ffx_payload_open(&proof->reader, FFX_PAYLOAD_DELTA, &proof->config);
}

static int proof_run(struct proof *proof)
{
    struct ffx_step step;
    int result;
    while ((result = ffx_payload_prepare(&proof->reader)) == 1)
        continue;
    if (result != 0)
        return result;
    while ((result = ffx_payload_next(&proof->reader, proof->step, &step)) ==
           1) {
        memset(proof->slot + step.offset, 0xff, proof->config.step_bytes);
        memcpy(proof->slot + step.offset, proof->step, step.length);
    }
    return result;
}

static int prove(const struct payload *payload)
{
    struct proof proof = {0};
    const struct pack_buffer *target = &payload->to->image;
    int result = proof_open(&proof, payload);
    if (result == 0)
        result = proof_run(&proof);
    if (result == 0 && memcmp(proof.slot, target->bytes, target->length) != 0)
        result = FFX_ERR_PATCH;
    free(proof.slot);
    free(proof.step);
    free(proof.memory);
    return result;
}

/* --- choice -------------------------------------------------------------- */

/* 1: there is a delta, and it is worth it. */
static int try_delta(struct payload *payload, struct pack_error *error)
{
    const struct pack_component *from = payload->from, *to = payload->to;
    const struct diff_options options = {
        .step_bytes = to->step, .slot_bytes = to->slot_size, .ram = to->ram};
    struct diff_patch patch;
    struct diff_error cause;
    const int result =
        diff_make(from->image.bytes, from->image.length, to->image.bytes,
                  to->image.length, &options, &patch, &cause);
    if (result == FFX_ERR_SPACE)
        return fail_with(error, result, "no delta for component %s: %s",
                         to->name, cause.text);
    /* What the format or the device cannot do, a full image can. */
    if (result != 0) {
        diff_patch_free(&patch);
        return 0;
    }
    payload->bytes.bytes = patch.bytes;
    payload->bytes.length = payload->bytes.capacity = patch.length;
    payload->ram = patch.ram;
    return 1;
}

int payload_make(struct payload *payload, const struct pack_component *from,
                 const struct pack_component *to, int full,
                 struct pack_error *error)
{
    *payload = (struct payload){FFX_PAYLOAD_IMAGE, {0}, 0, from, to};
    /* ram 0 in release.ini: this device has none to spare for a delta. */
    if (full || to->ram == 0)
        return 0;
    int result = try_delta(payload, error);
    if (result <= 0)
        return result;
    payload->kind = FFX_PAYLOAD_DELTA;
    result = prove(payload);
    if (result != 0)
        return fail_with(error, result,
                         "nothing was written: our own reader refuses the new "
                         "delta of component %s (%s)",
                         to->name, ffx_error_text(result));
    return 0;
}

void payload_free(struct payload *payload)
{
    pack_buffer_free(&payload->bytes);
}

const struct pack_buffer *payload_bytes(const struct payload *payload)
{
    return payload->kind == FFX_PAYLOAD_DELTA ? &payload->bytes
                                              : &payload->to->image;
}
