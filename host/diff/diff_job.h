/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the maker works on: two images, what kind they are, and the order in
 * which the target is made. A place in that order is a "turn": turn t is byte
 * t of the target as the reader makes it, step after step.
 */
#ifndef FARFIX_DIFF_JOB_H
#define FARFIX_DIFF_JOB_H

#include "delta/delta_layout.h"
#include "delta/delta_predict.h"

#include <stddef.h>

struct diff_job {
    const uint8_t *old_image, *new_image;
    uint32_t old_bytes, new_bytes;
    const struct delta_space *space;
    const struct delta_order *order;
};

/* `length` bytes of the target from `turn` on stand `diagonal` further up in
 * the slot: a byte made at offset p is copied from p + diagonal. All of them
 * can be read when their turn comes. */
struct diff_run {
    uint32_t turn, length, diagonal;
};

/* Runs by turn, without overlap; what lies between them is literal. */
struct diff_runs {
    struct diff_run *runs; /* malloc */
    size_t count;
};

#endif
