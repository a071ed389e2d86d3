/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prediction: what becomes of a unit of the old image when it is copied to
 * another place. Calls, jumps and pointers are re-aimed through the copy map;
 * what was replaced before is replaced again.
 */
#ifndef FARFIX_DELTA_PREDICT_H
#define FARFIX_DELTA_PREDICT_H

#include "delta/delta_code.h"
#include "delta/delta_map.h"
#include "delta/delta_memory.h"

#define SEGMENTS_MAX 8u

/* Bytes [offset, offset + length) of the old image run at offset + bias; what
 * they become in the new image runs there plus new_bias. */
struct delta_segment {
    uint32_t offset, length, bias, new_bias;
};

/* What kind of image this is. */
struct delta_space {
    enum delta_arch arch;
    uint32_t phase; /* 0 ... 3: add to an offset to get an aligned one */
    uint32_t source_bytes;
    uint32_t ram_low, ram_bytes;
    struct delta_segment segments[SEGMENTS_MAX];
    uint32_t segment_count;
};

/* Position-independent code loads a word and adds the PC to it. Which
 * addition a literal belongs to is seen before the literal pool comes. */
struct delta_relative {
    uint32_t literal; /* its place in the old image */
    uint32_t old_add, new_add;
};

struct delta_relatives {
    struct delta_relative *entries; /* by the literal's place, modulo */
    uint32_t mask;
    uint32_t loaded[16]; /* the literal that each register holds; 0: none */
};

struct delta_predictor {
    const struct delta_space *space;
    const struct delta_map *map;
    struct delta_known known;
    struct delta_moved ram, targets;
    struct delta_relatives relatives;
    int32_t near_wins; /* whether `targets` has been better than the map */
};

/* Where a unit comes from and goes to. */
struct delta_place {
    const uint8_t *bytes; /* of the source: as many as `left`, 8 at most */
    uint32_t left;        /* bytes that the copy still has here */
    uint32_t before;      /* the last 4 bytes of the source, first one lowest */
    uint32_t old_position, new_position;
    int is_new; /* the source stands in the new image already */
};

struct delta_unit {
    uint8_t kind, length;
    uint8_t quality;    /* of the map or of the near memory */
    uint8_t confidence; /* of the exact memory */
    uint8_t near;       /* 1 ... 4: the near memory knows better */
    uint8_t candidates; /* 1 ... 3 */
    uint32_t raw, predicted, key;
    uint32_t target;                     /* that `raw` refers to */
    const struct delta_segment *segment; /* of a pointer */
    uint32_t old_origin, new_origin;     /* of a relative one: its ADD's */
    uint32_t near_value;
    uint32_t candidate[3];
};

void delta_predict(const struct delta_predictor *predictor,
                   const struct delta_place *place, struct delta_unit *unit);

/* The reader passes the unit: notes what later units will need. Comes before
 * the unit is learned from. */
void delta_predict_pass(struct delta_predictor *predictor,
                        const struct delta_unit *unit,
                        const struct delta_place *place);

/* The unit became `value`. */
void delta_predict_learn(struct delta_predictor *predictor,
                         const struct delta_unit *unit,
                         const struct delta_place *place, uint32_t value);

/* What outlives a step. */
struct delta_lessons {
    struct delta_carried ram, targets;
};
void delta_predict_carry(const struct delta_predictor *predictor,
                         struct delta_lessons *lessons);
/* Begins a step. */
void delta_predict_reset(struct delta_predictor *predictor,
                         const struct delta_lessons *lessons);

#endif
