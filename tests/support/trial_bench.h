/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A device on the bench with trial boot: packages from A to B, and what comes
 * after B. B brings a new release key and takes the old one away, so that keys
 * show which release the record speaks of.
 */
#ifndef FARFIX_TESTS_TRIAL_BENCH_H
#define FARFIX_TESTS_TRIAL_BENCH_H

#include "agent_bench.h"

struct trial_moment {
    struct lab_snapshot *flash;
    const struct forge_bytes *package;
};

struct trial_bench {
    struct bench bench;
    struct bench_release c, old;                   /* newer and older than B */
    struct forge_bytes images, deltas;             /* A to B */
    struct forge_bytes delta_c, full_c;            /* B to C */
    struct forge_bytes delta_a_c, full_old;        /* A to C; to older than B */
    struct trial_moment requested, running, ended; /* of A to B by deltas */
};

/* Provisioned, and driven through A to B by deltas once: the moments. Stands
 * at `ended`. */
void trial_bench_open(struct trial_bench *trial, uint32_t geometry,
                      uint8_t boots);
void trial_bench_close(struct trial_bench *trial);

/* Flash and package as they are now; to be forgotten. */
struct trial_moment trial_bench_keep(struct bench *bench);
/* ... and a power up. */
void trial_bench_back(struct bench *bench, const struct trial_moment *moment);
void trial_bench_forget(struct trial_moment *moment);

/* AT+CFOTA=1 with this package; a boot that ends with 0. */
void trial_bench_request(struct bench *bench, const struct forge_bytes *zip);
void trial_bench_boot(struct bench *bench);

const struct ffx_component *trial_bench_last(const struct bench *bench);

/* The one key that is trusted. */
void trial_bench_expect_key(const struct bench *bench, enum forge_key key);
/* The release stands in the slots, for `left` boots more, and the record is
 * A's all the same; nobody may touch the package. */
void trial_bench_expect_running(struct bench *bench,
                                const struct bench_release *release,
                                uint32_t left);
/* Recovery with AT service, in flash as in RAM. Boots. */
void trial_bench_expect_ended(struct bench *bench, int status, int error);
/* ... because B never confirmed itself. */
void trial_bench_expect_unconfirmed(struct bench *bench);
/* Installed. */
void trial_bench_expect_confirmed(struct bench *bench,
                                  const struct bench_release *release,
                                  enum forge_key key);

#endif
