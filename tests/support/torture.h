/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A device that is given one bad package after the other, thousands of times:
 *
 *     torture_open(&t);                 // runs A; t.zip takes it to B
 *     torture_expect(&t, &zip, FFX_ERR_ZIP);
 *     torture_close(&t);
 *
 * The package is real and less than 4 KiB: a delta for the modem, an image
 * for ap, a delegated key. Its entries are those that zip_rows.h wants.
 */
#ifndef FARFIX_TESTS_TORTURE_H
#define FARFIX_TESTS_TORTURE_H

#include "agent_bench.h"

/* One read of the package, and how far the device was by then. */
struct torture_read {
    uint32_t offset, length;
    uint32_t verified; /* signatures that held in this boot */
    uint32_t touched;  /* erases and programs of slots and scratch */
    int worked;        /* the patch reader's memory was written to */
};
#define TORTURE_READS 4096u

struct torture {
    struct bench_geometry geometry;
    struct bench bench;
    struct bench_job job; /* lists the entries of zip */
    struct forge_bytes zip;
    struct lab_snapshot *asked; /* runs A, AT+CFOTA=1 was said */
    uint32_t cases;

    /* Of the last package, until the next one or torture_forget. */
    uint32_t touched; /* erases and programs of slots and scratch */
    uint32_t verified, bytes_read;
    struct torture_read *log; /* null, or room for TORTURE_READS */
    uint32_t reads;           /* in the log */
};

void torture_open(struct torture *torture);
void torture_close(struct torture *torture);

/* From here on nothing but the signatures of t.zip is good, which is what a
 * signature means; they cost a comparison. 0: signatures are computed. */
void torture_believe(struct torture *torture, int known_only);

/* Before a boot that goes on with the file in hand. */
void torture_forget(struct torture *torture);

/* 1: the memory of the patch reader is not what it was at power up. */
int torture_has_worked(const struct torture *torture);

/* AT+CFOTA=1 with this file on a device that runs A: the agent's error. */
int torture_offer(struct torture *torture, const struct forge_bytes *zip);

/* 1: status 7 with this error; nothing was erased or programmed but the
 * journal, and slots and scratch hold what they held. */
int torture_was_refused(struct torture *torture, int error);

/* Both. Fails the test when it was not so. */
void torture_expect(struct torture *torture, const struct forge_bytes *zip,
                    int error);

#endif
