/* SPDX-License-Identifier: Apache-2.0 */
#include "memo_payload.h"
#include "table.h"

#include <farfix/error.h>
#include <farfix/package.h>

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int __real_ffx_payload_open(struct ffx_payload *, enum ffx_payload_kind,
                            const struct ffx_delta_config *);
int __real_ffx_payload_prepare(struct ffx_payload *);
int __real_ffx_payload_next(struct ffx_payload *, void *, struct ffx_step *);
void __real_ffx_payload_checkpoint(const struct ffx_payload *,
                                   struct ffx_checkpoint *);
int __real_ffx_payload_restore(struct ffx_payload *,
                               const struct ffx_checkpoint *);

int __wrap_ffx_payload_open(struct ffx_payload *, enum ffx_payload_kind,
                            const struct ffx_delta_config *);
int __wrap_ffx_payload_prepare(struct ffx_payload *);
int __wrap_ffx_payload_next(struct ffx_payload *, void *, struct ffx_step *);
void __wrap_ffx_payload_checkpoint(const struct ffx_payload *,
                                   struct ffx_checkpoint *);
int __wrap_ffx_payload_restore(struct ffx_payload *,
                               const struct ffx_checkpoint *);

uint64_t memo_payload_made, memo_payload_copied;

/* One answer of the reader. */
struct memory {
    int rc;
    uint32_t source_is; /* what prepare found out */
    struct ffx_step step;
    struct ffx_checkpoint after;
    uint8_t *bytes;
};

static struct table table; /* question -> index in memories */
static struct memory *memories;
static size_t memory_count, memory_room;

/* The reader as the agent sees it, and how far the real one is. */
static struct {
    enum ffx_payload_kind kind;
    struct ffx_delta_config config;
    uint64_t patch;
    int begun, lost; /* `now` counts; the real one is not there yet */
    struct ffx_checkpoint now;
} reader;

enum question { OPEN, PREPARE, NEXT, RESTORE };

static struct memory *ask(enum question question, uint64_t key, int *is_new)
{
    uint64_t *const at = table_at(
        &table, table_mix(table_mix(reader.patch, question), key), is_new);
    if (*is_new) {
        if (memory_count == memory_room) {
            memory_room = memory_room == 0 ? 64 : 2 * memory_room;
            memories = realloc(memories, memory_room * sizeof *memories);
            assert(memories != NULL);
        }
        memset(&memories[memory_count], 0, sizeof *memories);
        *at = memory_count++;
    }
    return &memories[*at];
}

static uint64_t checkpoint_key(void)
{
    return reader.begun ? table_digest(&reader.now, sizeof reader.now) : 0;
}

static uint64_t slot_key(void)
{
    uint8_t piece[4096];
    uint64_t key = 0;
    const struct ffx_read_at *const slot = &reader.config.slot;
    if (reader.kind == FFX_PAYLOAD_IMAGE)
        return 0; /* nobody looks there */
    for (uint32_t at = 0; at < slot->size; at += sizeof piece) {
        const uint32_t n =
            slot->size - at < sizeof piece ? slot->size - at : sizeof piece;
        const int rc = slot->read(slot->context, at, piece, n);
        key = table_mix(key, rc == 0 ? table_digest(piece, n) : (uint64_t)rc);
    }
    return key;
}

static uint64_t patch_key(const struct ffx_read_at *patch)
{
    uint8_t *const bytes = malloc(patch->size);
    assert(bytes != NULL);
    uint64_t key = patch->size;
    if (patch->read(patch->context, 0, bytes, patch->size) == 0)
        key = table_digest(bytes, patch->size);
    free(bytes);
    return key;
}

/* --- the real one -------------------------------------------------------- */

static int catch_up(struct ffx_payload *payload)
{
    if (!reader.lost)
        return 0;
    int rc = __real_ffx_payload_open(payload, reader.kind, &reader.config);
    if (rc == 0)
        do
            rc = __real_ffx_payload_prepare(payload);
        while (rc == 1);
    if (rc == 0 && reader.begun)
        rc = __real_ffx_payload_restore(payload, &reader.now);
    reader.lost = rc != 0;
    return rc;
}

/* --- in its place -------------------------------------------------------- */

int __wrap_ffx_payload_open(struct ffx_payload *payload,
                            enum ffx_payload_kind kind,
                            const struct ffx_delta_config *config)
{
    int is_new;
    reader.kind = kind;
    reader.config = *config;
    reader.patch = table_mix(patch_key(&config->patch), (uint64_t)kind);
    reader.patch = table_mix(reader.patch, config->slot.size);
    reader.patch = table_mix(reader.patch, config->source_bytes);
    reader.patch = table_mix(reader.patch, config->target_bytes);
    reader.begun = 0;
    reader.lost = 1;
    struct memory *const memory = ask(OPEN, 0, &is_new);
    if (is_new)
        memory->rc = __real_ffx_payload_open(payload, kind, config);
    payload->kind = kind;
    return memory->rc;
}

int __wrap_ffx_payload_prepare(struct ffx_payload *payload)
{
    int is_new;
    struct memory *const memory = ask(PREPARE, slot_key(), &is_new);
    if (is_new) {
        memory->rc = catch_up(payload);
        memory->source_is = payload->delta.source_is;
    }
    payload->delta.source_is = memory->source_is;
    return memory->rc;
}

static void learn(struct memory *memory, struct ffx_payload *payload,
                  const void *buffer, const struct ffx_step *step)
{
    memory->step = *step;
    memory->bytes = malloc(step->length);
    assert(memory->bytes != NULL);
    memcpy(memory->bytes, buffer, step->length);
    __real_ffx_payload_checkpoint(payload, &memory->after);
    memo_payload_made++;
}

int __wrap_ffx_payload_next(struct ffx_payload *payload, void *buffer,
                            struct ffx_step *step)
{
    int is_new;
    struct memory *const memory =
        ask(NEXT, table_mix(checkpoint_key(), slot_key()), &is_new);
    if (is_new) {
        memory->rc = catch_up(payload);
        if (memory->rc == 0)
            memory->rc = __real_ffx_payload_next(payload, buffer, step);
        if (memory->rc == 1)
            learn(memory, payload, buffer, step);
        else
            reader.lost = 1;
    } else {
        reader.lost = 1;
        memo_payload_copied++;
    }
    if (memory->rc == 1) {
        memcpy(buffer, memory->bytes, memory->step.length);
        *step = memory->step;
        reader.now = memory->after;
        reader.begun = 1;
    }
    return memory->rc;
}

void __wrap_ffx_payload_checkpoint(const struct ffx_payload *payload,
                                   struct ffx_checkpoint *checkpoint)
{
    (void)payload;
    *checkpoint = reader.now;
}

int __wrap_ffx_payload_restore(struct ffx_payload *payload,
                               const struct ffx_checkpoint *checkpoint)
{
    int is_new;
    struct memory *const memory =
        ask(RESTORE, table_digest(checkpoint, sizeof *checkpoint), &is_new);
    if (is_new) {
        reader.begun = 0;
        reader.lost = 1;
        memory->rc = catch_up(payload);
        if (memory->rc == 0)
            memory->rc = __real_ffx_payload_restore(payload, checkpoint);
    }
    reader.lost = 1;
    reader.now = *checkpoint;
    reader.begun = 1;
    return memory->rc;
}
