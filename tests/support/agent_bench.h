/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A device on the bench: an agent over strict flash, with releases and
 * packages forged to measure.
 *
 *     struct bench b;
 *     bench_open(&b, &bench_geometries[0]);      // provisioned, runs A
 *     struct forge_bytes zip = bench_package(&b, &b.a, &b.b, BENCH_IMAGES);
 *     b.package = &zip;                          // "/fota/update.zip"
 *     bench_request(&b);
 *     bench_boot(&b);                            // init, load, run
 *     bench_expect_installed(&b, &b.b);
 *     bench_close(&b);
 *
 * Every helper fails the test (cmocka) when the flash saw a rule broken.
 */
#ifndef FARFIX_TESTS_AGENT_BENCH_H
#define FARFIX_TESTS_AGENT_BENCH_H

#include "forge.h"

#include <farfix/agent.h>
#include <lab/lab_flash.h>

struct bench_geometry {
    const char *name;
    struct ffx_flash_region regions[3];
    uint32_t region_count;
    uint32_t write_unit;
    uint8_t erased_value, ecc;
    uint32_t step_bytes;
    struct ffx_flash_area journal, scratch;
    uint32_t component_count;
    struct ffx_component components[FFX_COMPONENTS];
    uint32_t sector[FFX_COMPONENTS]; /* largest of the slot */
    uint32_t size_a[FFX_COMPONENTS], size_b[FFX_COMPONENTS];
};

#define BENCH_GEOMETRIES 5u
extern const struct bench_geometry bench_geometries[BENCH_GEOMETRIES];

struct bench_release {
    const char *model, *version;
    uint32_t sequence;
    uint32_t size[FFX_COMPONENTS];
    uint8_t *image[FFX_COMPONENTS]; /* malloc */
};

enum bench_kind { BENCH_IMAGES, BENCH_DELTAS };

/* A package before it is signed: change the structs of `forge`, then build. */
struct bench_job {
    struct forge forge;
    uint8_t *payload[FFX_COMPONENTS]; /* malloc */
};

struct bench {
    const struct bench_geometry *geometry;
    struct lab_flash flash;
    struct ffx_agent agent;
    struct ffx_agent_config config;
    struct bench_release a, b;
    enum forge_key keys[FFX_AGENT_KEYS]; /* that the factory puts in */
    uint32_t key_count;
    struct ffx_flash_area fence[2 + FFX_COMPONENTS];
    uint32_t fence_count;
    void *step_buffer, *work;
    struct lab_snapshot *fresh; /* runs A, nothing asked for */

    const struct forge_bytes *package; /* null: there is none */
    int removed;                       /* times that the agent deleted it */
    int opened;                        /* opens less closes in this boot */
    uint32_t reads;                    /* of the package since the last boot */
    /* Called before the read of that number, from 1; null: never. */
    void (*before_read)(struct bench *bench);
    uint32_t before_read_number;

    /* Events of the last boot. */
    int started, succeeded, failed, last_error, last_status;
    int percent; /* -1: none yet */
    /* Called at each event; null: never. */
    void (*at_event)(struct bench *bench, const struct ffx_agent_event *event);
};

void bench_open(struct bench *bench, const struct bench_geometry *geometry);
/* The same with config.trial_boots. */
void bench_open_trial(struct bench *bench,
                      const struct bench_geometry *geometry, uint8_t boots);
void bench_close(struct bench *bench);
/* Back to a device that runs A; wear, hooks and package are forgotten. */
void bench_reset(struct bench *bench);

void bench_release_make(const struct bench *bench,
                        struct bench_release *release, const char *version,
                        uint32_t sequence, const uint32_t *size, uint32_t seed);
void bench_release_free(struct bench_release *release);

/* From, to: the parts that differ, in place, for this device. */
void bench_job_make(const struct bench *bench, struct bench_job *job,
                    const struct bench_release *from,
                    const struct bench_release *to, enum bench_kind kind);
/* Signs and packs; frees the job. The caller frees .bytes. */
struct forge_bytes bench_job_build(struct bench_job *job);
struct forge_bytes bench_package(const struct bench *bench,
                                 const struct bench_release *from,
                                 const struct bench_release *to,
                                 enum bench_kind kind);

/* Power up, init, load. The load's answer. */
int bench_power_up(struct bench *bench);
/* Power up and, when something is pending, run. The run's answer. */
int bench_boot(struct bench *bench);
/* AT+CFOTA=1; must be taken. */
void bench_request(struct bench *bench);

/* Erases of all slots so far. */
uint64_t bench_slot_wear(const struct bench *bench);
/* 1: slots hold the release's images, blank behind them. */
int bench_holds(const struct bench *bench, const struct bench_release *release);
/* The record says that this release is installed. */
void bench_expect_facts(const struct bench *bench,
                        const struct bench_release *release);
/* Status 6, slots, facts and sequence; the package is gone. */
void bench_expect_installed(struct bench *bench,
                            const struct bench_release *release);
/* Status 7 with this error; A is there to the last byte, no slot was erased,
 * nothing is asked for any more. */
void bench_expect_refused(struct bench *bench, int error);

/* Leaves the factory anew, with what bench->a says by now. */
void bench_factory(struct bench *bench);
/* bench_reset, AT+CFOTA=1 with this file, and a boot that gets through. */
void bench_offer(struct bench *bench, const struct forge_bytes *zip);
/* bench_reset, and an update with this file up to its first promise: status 2
 * or 4, the file still there, the supply about to go. */
void bench_begin(struct bench *bench, const struct forge_bytes *zip);

#endif
