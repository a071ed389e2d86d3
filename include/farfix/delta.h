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
     * are written: offsets below a finished step read as new bytes. Its size
     * is the slot's, not the old image's. */
    struct ffx_read_at slot;
    uint32_t source_bytes; /* size of the old image: signed, not guessed */
    uint32_t target_bytes; /* size of the new image */
    uint32_t step_bytes;   /* 0: the whole target is one step (not in place) */
    /* The profile: all the RAM that the reader uses beside its struct.
     * Aligned for uint32_t. FFX_ERR_BUFFER when the patch wants more. */
    void *memory;
    uint32_t memory_bytes;
};

/* A patch reader. Caller-allocated, may not be moved between open and the
 * last call (the config's ports are used where they are). */
struct ffx_delta {
    struct ffx_delta_config config;
    uint32_t stage;   /* ffx_delta's own: which call comes next */
    uint32_t index;   /* steps finished */
    uint32_t opaque[24];
};

/* Reads and checks the patch header against the config. FFX_ERR_PATCH: not a
 * patch of ours or of a later format; FFX_ERR_GEOMETRY: its sizes are not
 * those of the config; FFX_ERR_BUFFER: it needs a larger profile. */
int ffx_delta_open(struct ffx_delta *delta,
                   const struct ffx_delta_config *config);

/* Checks the whole plan, a bounded piece at each call: every copy inside the
 * source, no step reads what an earlier one destroyed, exactly target_bytes
 * come out. 1: call again; 0: content, next may be called. Writes nothing. */
int ffx_delta_prepare(struct ffx_delta *delta);

/* Makes the next step in `buffer` (at least step_bytes). 1: `step` says what
 * it is; 0: the target is complete. */
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
