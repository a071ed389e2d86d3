/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making the steps of a target: copies and literals, by the control part and
 * a bit port. The reader runs it over decoders, the maker over encoders; all
 * that differs between the two is behind `bits` and `foresee`.
 */
#ifndef FARFIX_DELTA_ENGINE_H
#define FARFIX_DELTA_ENGINE_H

#include "delta/delta_control.h"
#include "delta/delta_model.h"
#include "delta/delta_view.h"

struct delta_engine;

/* Bytes of one step that are copied from one run of the slot. */
struct delta_piece {
    uint32_t source, target, length;
    int is_new;
    uint8_t *bytes; /* where they go */
};

/* How bytes of the target came about. */
enum delta_how {
    DELTA_COPIED,    /* as they stand in the source */
    DELTA_PREDICTED, /* changed as predicted */
    DELTA_CHANGED,   /* changed otherwise */
    DELTA_NEW        /* literals */
};

struct delta_engine {
    struct delta_order order;
    struct delta_space space;
    struct delta_map map;
    struct delta_predictor predictor;
    struct delta_control control;
    struct delta_copy copy;       /* in hand: what is left of it */
    uint32_t copied;              /* bytes of it done */
    struct delta_lessons lessons; /* of the finished steps */
    struct delta_view view;
    /* An encoder's: do the next `units` units from `done` on, as far as the
     * piece and its riskless units reach, become their first candidates?
     * NULL in a reader: nothing is known, the buffer holds no truth. */
    unsigned (*foresee)(struct delta_engine *engine,
                        const struct delta_piece *piece, uint32_t done,
                        uint32_t units);
    /* Called for every literal and unit that was made; NULL: nobody asks. */
    void (*trace)(struct delta_engine *engine, uint32_t target, uint32_t length,
                  enum delta_how how);
    struct delta_model model;
};

/* Opens the control part: facts and order. FFX_ERR_PATCH. */
int delta_engine_open(struct delta_engine *engine, struct delta_bits *control);

/* Checks the next copy, where `walk` has come to, and adds it to the map: no
 * byte is read that is not there. 0: again; 1: all were checked. */
struct delta_walk {
    struct ffx_step step;
    uint32_t place; /* bytes of it done */
};
int delta_engine_check(struct delta_engine *engine, struct delta_walk *walk);

/* Goes to the start of step `index` in a control part that was just opened. */
int delta_engine_seek(struct delta_engine *engine, uint32_t index);

/* Makes the step in `buffer`. Errors of ports show in the ports. When all is
 * well, delta_predict_carry has to follow before the next step. */
int delta_engine_make(struct delta_engine *engine, const struct ffx_step *step,
                      uint8_t *buffer);

/* The last 4 bytes of the source behind this unit. */
uint32_t delta_engine_before(uint32_t before, const struct delta_unit *unit);

/* The unit at `done` bytes of a piece; `before` as in struct delta_place. */
void delta_engine_predict(struct delta_engine *engine,
                          const struct delta_piece *piece, uint32_t done,
                          uint32_t before, struct delta_place *place,
                          struct delta_unit *unit);

#endif
