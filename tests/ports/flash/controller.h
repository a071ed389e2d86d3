/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A flash controller as its reference manual describes it, over strict flash.
 *
 * controller.c has what the families share: a busy flag, power cuts, write
 * protection. A model_*.c has the registers of one family. What the manual
 * forbids fails the test; what it answers with an error flag raises the flag
 * and does nothing.
 */
#ifndef CONTROLLER_H
#define CONTROLLER_H

#include <lab/lab_flash.h>

#include <setjmp.h>
#include <stdint.h>

#define CONTROLLER_NOWHERE 0xffffffffu

struct controller {
    struct lab_flash *flash;
    uint32_t bytes, banks, parallelism;
    uint32_t fitted; /* banks, as the option bytes have them */
    int swapped;
    uint32_t polls;     /* looks at the busy flag until it goes down */
    uint32_t busy;      /* ... left */
    uint32_t looks;     /* at it, in all */
    int never_ready;    /* it does not go down */
    uint32_t protected; /* address of a sector, or CONTROLLER_NOWHERE */
    uint32_t started;   /* operations */
    jmp_buf *death;     /* where a power cut goes */
};

extern struct controller controller;

/* As after a reset; the settings above stay. */
void controller_reset(void);

/* For the models: one operation, by the port's address. 0, FFX_ERR_FLASH, or
 * no return where the supply goes. */
int controller_erase(uint32_t address);
int controller_program(uint32_t address, const void *data, uint32_t length);
/* The sector's address; fails the test where the bank has no such sector. */
uint32_t controller_sector(uint32_t bank, uint32_t index);
/* 1: write-protected. */
int controller_protects(uint32_t address);
/* 1: any of these bytes was programmed since the last erase. */
int controller_programmed(uint32_t address, uint32_t length);
/* The keys, in their order: 1, unlocked now. Anything else locks out. */
int controller_key(uint32_t *step, uint32_t value);

/* --- what each model provides ---------------------------------------------*/

extern const uint32_t model_flags[]; /* that stand for errors; 0 ends them */
/* From bank to bank on the bus; 0: no gap. */
extern const uint32_t model_stride;

void model_reset(void);
uint32_t model_get(uintptr_t address);
void model_put(uintptr_t address, uint32_t value);
void model_store(uint32_t place, uint32_t value, uint32_t bytes);
/* Before a read; what the processor may not do there fails the test. */
void model_reads(uint32_t place, uint32_t length);
/* ECC has given up in this read. */
void model_unreadable(uint32_t place);
void model_raise(uint32_t bank, uint32_t flag);
/* Keys are of no use until the next reset. */
void model_lock_out(void);
/* Fails the test unless it is locked, without an operation or error. */
void model_expect_rest(void);

#endif
