/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Instructions that name an address relative to their own: what they refer
 * to, and the same instruction for another place and target. Encodings: Arm
 * Architecture Reference Manual ARMv7-M (DDI 0403) chapter A7, and ARMv7-A/R
 * (DDI 0406) chapter A8.
 *
 * `at` is the instruction's offset in the image, counted so that words are
 * at multiples of 4. Arithmetic is modulo 2^32.
 */
#ifndef FARFIX_DELTA_CODE_H
#define FARFIX_DELTA_CODE_H

#include <stdint.h>

enum delta_arch { DELTA_ARCH_DATA, DELTA_ARCH_THUMB, DELTA_ARCH_ARM };

/* What a unit of a copy is. Its number is part of the format: models are
 * chosen by it. */
enum delta_kind {
    DELTA_BYTE,      /* 1 byte */
    DELTA_HALF,      /* 2 bytes without a known meaning */
    DELTA_KNOWN,     /* 2 bytes that were replaced before */
    DELTA_WORD,      /* 4 bytes of A32 without a known meaning */
    DELTA_CALL,      /* BL */
    DELTA_JUMP,      /* B.W, or B of A32 */
    DELTA_OUTSIDE,   /* BL or B.W that leaves the image */
    DELTA_POINTER,   /* a word that is an address inside the image */
    DELTA_RAM,       /* a word that is an address in RAM */
    DELTA_COND_W,    /* B<cond>.W */
    DELTA_LOAD_W,    /* LDR.W from the literal pool, or LDR of A32 */
    DELTA_LOAD,      /* LDR from the literal pool */
    DELTA_ADR,       /* ADR */
    DELTA_COND,      /* B<cond> */
    DELTA_BRANCH,    /* B */
    DELTA_CBZ,       /* CBZ, CBNZ */
    DELTA_HALF_MOVE, /* MOVW or MOVT of an address */
    DELTA_RELATIVE,  /* a word that ADD Rd, PC makes an address */
    DELTA_KINDS
};

struct delta_reference {
    uint8_t kind;   /* DELTA_CALL ... DELTA_CBZ */
    uint8_t length; /* of the instruction: 2 or 4 */
    uint32_t target;
};

/* What the instruction in `word` (the first 4 bytes at `at`) refers to. 0: to
 * nothing; a 16-bit instruction is in the low half. */
int delta_code_thumb(uint32_t word, uint32_t at, struct delta_reference *found);
int delta_code_arm(uint32_t word, uint32_t at, struct delta_reference *found);

/* `word` with its target replaced: it will stand at `at`. When the target is
 * out of its reach, `word` unchanged (calls and jumps wrap around). */
uint32_t delta_code_aim(enum delta_arch arch, uint32_t word, unsigned kind,
                        uint32_t at, uint32_t target);

/* The target of a call or jump that stands at `at`. */
uint32_t delta_code_target(enum delta_arch arch, uint32_t word, uint32_t at);

/* 1: the words differ in their target at most: both are calls or both are
 * jumps. */
int delta_code_same_form(enum delta_arch arch, uint32_t a, uint32_t b);

/* ADD Rd, PC of Thumb: its register, 0 ... 15, or -1 when it is none. */
int delta_code_add_pc(uint32_t half);
/* The register that a load from the literal pool writes. */
unsigned delta_code_loaded(enum delta_arch arch, uint32_t word, unsigned kind);

/* MOVW (or, with `top`, MOVT) of an immediate: its register, 0 ... 15, or -1
 * when it is none; the immediate, and the instruction with another one. */
int delta_code_move(enum delta_arch arch, uint32_t word, int top);
/* 0: it is neither; most words are not. */
static inline int delta_code_may_move(enum delta_arch arch, uint32_t word)
{
    return arch == DELTA_ARCH_ARM ? (word & 0x0fb00000) == 0x03000000
                                  : (word & 0x8000fb70) == 0xf240;
}
uint32_t delta_code_immediate(enum delta_arch arch, uint32_t word);
uint32_t delta_code_with_immediate(enum delta_arch arch, uint32_t word,
                                   uint32_t immediate);

#endif
