/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/payloads.h"
#include "diff/diff.h"
#include "pack/apply.h"
#include "pack/fail.h"

#include <string.h>

static int prove(const struct payload *payload)
{
    const struct pack_buffer *target = &payload->to->image;
    const struct apply_device device = {payload->to->step, payload->ram};
    struct pack_buffer made;
    int result = apply_patch(&payload->from->image, &payload->bytes, &device,
                             &made, NULL);
    if (result == 0 && (made.length != target->length ||
                        memcmp(made.bytes, target->bytes, target->length) != 0))
        result = FFX_ERR_PATCH;
    pack_buffer_free(&made);
    return result;
}

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
