/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Steps: how a payload hands out the target image, and the patch reader that
 * does so from a delta.
 *
 * A payload yields its target in steps. A step is one contiguous piece of
 * the target, step_bytes long (the last by position may be shorter), starting
 * at a multiple of step_bytes. The payload says in which order the steps
 * come; the agent writes step n to flash before it asks for step n + 1, so
 * step n + 1 may read what step n wrote and must not read what it destroyed.
 *
 *   open -> prepare (again, again, 0) -> next -> checkpoint
 *                                          ^         |
 *                                          +---------+
 *
 * The state between two steps fits a checkpoint of FFX_CHECKPOINT_BYTES. A
 * reader that was opened, prepared and restored from it goes on as if nothing
 * had happened. Everything that a reader needs in RAM is the struct and the
 * memory of its config: no heap, no recursion, no 64-bit division.
 */
#ifndef FARFIX_DELTA_H
#define FARFIX_DELTA_H

#include <farfix/flash.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FFX_CHECKPOINT_BYTES 64u

/* One piece of the target. */
struct ffx_step {
    uint32_t index;  /* how many steps came before this one */
    uint32_t offset; /* in the target: a multiple of step_bytes */
    uint32_t length; /* step_bytes, less only where the target ends */
};

struct ffx_checkpoint {
    uint8_t bytes[FFX_CHECKPOINT_BYTES];
};

struct ffx_delta_config {
    struct ffx_read_at patch;
    /* What stands in the slot now. In place, this is also where the steps
     * are written: finished steps read as new bytes. Its size
     * is the slot's, not the old image's. */
    struct ffx_read_at slot;
    uint32_t source_bytes; /* size of the old image: signed, not guessed */
    uint32_t target_bytes; /* size of the new image */
    uint32_t step_bytes;   /* 0: the whole target is one step (not in place) */
    /* All the RAM that the reader uses beside its struct, aligned like a
     * pointer.
     * A buffer of FFX_DELTA_PROFILE_BYTES is always enough for a patch of that
     * profile; on a 32-bit machine struct ffx_delta fits into it as well.
     * FFX_ERR_BUFFER when the patch wants more. */
    void *memory;
    uint32_t memory_bytes;
};

/* The profiles: all the RAM of a reader, its struct included. A larger one
 * gives smaller patches. */
#define FFX_DELTA_PROFILES 4u
#define FFX_DELTA_PROFILE_BYTES(profile)                                       \
    (8192u << (profile) << ((profile) > 1 ? (profile)-1 : 0))

/* Facts of a patch: its header (docs/patch-format.md, section 1). */
struct ffx_delta_layout {
    uint32_t source_bytes, target_bytes;
    uint32_t step_bytes; /* 0: not in place */
    uint32_t profile;    /* 0 ... 3: 8, 16, 64, 256 KiB */
    uint32_t phase;      /* 0 ... 3: offset of the first word from a word */
    uint32_t source_crc32, target_crc32;
};

struct delta_reader; /* private: what config.memory begins with */

/* A patch reader. Caller-allocated, may not be moved between open and the
 * last call (the config's ports are used where they are). The fields behind
 * config are the reader's own. */
struct ffx_delta {
    struct ffx_delta_config config;
    struct ffx_delta_layout layout;
    struct delta_reader *reader;
    uint32_t header_bytes;
    uint32_t patch_id;  /* names the patch in checkpoints */
    uint32_t steps;     /* of the whole patch */
    uint32_t stage;     /* which call comes next */
    uint32_t cursor;    /* prepare: how far the stage is */
    uint32_t source_is; /* 1: the slot held the source during prepare */
    /* Between two steps: how many are finished, their CRC, the decoder. */
    uint32_t index, crc32, position, range, code;
};

/* Patch header without a reader: for tools that size their buffers by it.
 * `ram`: its profile in bytes. FFX_ERR_PATCH, FFX_ERR_IO. */
int ffx_delta_inspect(const struct ffx_read_at *patch,
                      struct ffx_delta_layout *layout, uint32_t *ram);

/* Reads and checks the patch header against the config. FFX_ERR_PATCH: not a
 * patch of ours or of a later format; FFX_ERR_GEOMETRY: its sizes are not
 * those of the config; FFX_ERR_BUFFER: it needs a larger profile;
 * FFX_ERR_ARGUMENT: the config breaks its own rules. */
int ffx_delta_open(struct ffx_delta *delta,
                   const struct ffx_delta_config *config);

/* Checks the whole plan, a bounded piece at each call: every copy inside the
 * source, no step reads what an earlier one destroyed, exactly target_bytes
 * come out. 1: call again; 0: content, next may be called. Writes nothing.
 * FFX_ERR_PATCH, for good; or what a port returned, and the call may be
 * repeated. It also reads the slot, to know the source again; a slot that is
 * partly rewritten, or torn (FFX_ERR_ECC), is no error here, since restore may
 * follow. */
int ffx_delta_prepare(struct ffx_delta *delta);

/* Makes the next step in `buffer` (at least step_bytes; target_bytes when
 * there is one step). 1: `step` says what it is; 0: the target is complete.
 * FFX_ERR_SOURCE: the slot does not hold the source (only before the first
 * step); FFX_ERR_PATCH: what was made is not the target (only at the last
 * step); or what a port returned. After an error nothing has moved: the call
 * may be repeated. */
int ffx_delta_next(struct ffx_delta *delta, void *buffer,
                   struct ffx_step *step);

/* Between two steps: the reader's state, and back. restore needs a prepared
 * reader of the same patch; FFX_ERR_PATCH when the checkpoint is not one. */
void ffx_delta_checkpoint(const struct ffx_delta *delta,
                          struct ffx_checkpoint *checkpoint);
int ffx_delta_restore(struct ffx_delta *delta,
                      const struct ffx_checkpoint *checkpoint);

#ifdef __cplusplus
}
#endif
#endif
