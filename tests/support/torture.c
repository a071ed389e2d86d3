/* SPDX-License-Identifier: Apache-2.0 */
#include "torture.h"

#include "memo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

/* --- signatures by heart ------------------------------------------------- */

#define KNOWN 8u

/* What was good in the honest package. */
static struct {
    uint8_t key[FFX_PUBLIC_KEY_BYTES];
    uint8_t digest[FFX_SHA256_BYTES];
    uint8_t signature[FFX_SIGNATURE_BYTES];
} known[KNOWN];
static uint32_t known_count;

static enum { LEARN, COMPUTE, RECALL } mode;

static void learn(const uint8_t *key, const uint8_t *digest,
                  const uint8_t *signature)
{
    assert_in_range(known_count, 0, KNOWN - 1);
    memcpy(known[known_count].key, key, sizeof known->key);
    memcpy(known[known_count].digest, digest, sizeof known->digest);
    memcpy(known[known_count].signature, signature, sizeof known->signature);
    known_count++;
}

static int recall(const uint8_t *key, const uint8_t *digest,
                  const uint8_t *signature)
{
    for (uint32_t i = 0; i < known_count; i++)
        if (memcmp(known[i].key, key, sizeof known->key) == 0 &&
            memcmp(known[i].digest, digest, sizeof known->digest) == 0 &&
            memcmp(known[i].signature, signature, sizeof known->signature) == 0)
            return 0;
    return FFX_ERR_SIGNATURE;
}

static struct torture *in_hand;

static int verify(void *context, const uint8_t key[FFX_PUBLIC_KEY_BYTES],
                  const uint8_t digest[FFX_SHA256_BYTES],
                  const uint8_t signature[FFX_SIGNATURE_BYTES])
{
    const int answer =
        mode == RECALL ? recall(key, digest, signature)
                       : memo_crypto()->verify(context, key, digest, signature);
    if (mode == LEARN && answer == 0)
        learn(key, digest, signature);
    in_hand->verified += answer == 0;
    return answer;
}

static const struct ffx_crypto *logging_crypto(void)
{
    static struct ffx_crypto port;
    port = *memo_crypto();
    port.verify = verify;
    return &port;
}

/* --- the package --------------------------------------------------------- */

/* modem of the one job, ap of the other. */
static void mix_kinds(struct torture *torture)
{
    struct bench *const bench = &torture->bench;
    struct bench_job *const job = &torture->job;
    static struct bench_job images;
    bench_job_make(bench, job, &bench->a, &bench->b, BENCH_DELTAS);
    bench_job_make(bench, &images, &bench->a, &bench->b, BENCH_IMAGES);
    free(job->payload[1]);
    free(images.payload[0]);
    job->payload[1] = images.payload[1];
    job->forge.manifest.parts[1] = images.forge.manifest.parts[1];
}

static void list_entries(struct torture *torture)
{
    static const struct forge_shape plain;
    struct forge *const forge = &torture->job.forge;
    forge_spell(forge);
    forge_sign(forge);
    forge_list(forge);
    for (uint32_t i = 0; i < 2; i++)
        forge->entries[6 + i].bytes = torture->job.payload[i];
    torture->zip = forge_zip(forge->entries, forge->entry_count, &plain);
    assert_in_range(torture->zip.length, 2000, 4096);
}

/* --- the device ---------------------------------------------------------- */

static void watch(void *context, const struct lab_operation *operation)
{
    struct torture *const torture = context;
    const struct ffx_flash_area *const journal = &torture->geometry.journal;
    if (operation->address < journal->address ||
        operation->address - journal->address >= journal->length)
        torture->touched++;
}

static int (*open_package)(void *context, struct ffx_read_at *file);
static struct ffx_read_at file_in_hand;

static int read_logged(void *context, uint32_t offset, void *buffer,
                       uint32_t length)
{
    struct torture *const torture = in_hand;
    torture->bytes_read += length;
    if (torture->log && torture->reads < TORTURE_READS)
        torture->log[torture->reads++] = (struct torture_read){
            offset, length, torture->verified, torture->touched,
            torture_has_worked(torture)};
    return file_in_hand.read(context, offset, buffer, length);
}

static int open_logged(void *context, struct ffx_read_at *file)
{
    const int error = open_package(context, file);
    file_in_hand = *file;
    file->read = read_logged;
    return error;
}

void torture_believe(struct torture *torture, int known_only)
{
    (void)torture;
    mode = known_only ? RECALL : COMPUTE;
}

void torture_forget(struct torture *torture)
{
    torture->touched = torture->verified = torture->bytes_read = 0;
    torture->reads = 0;
}

/* A power up fills it. */
int torture_has_worked(const struct torture *torture)
{
    const uint8_t *const work = torture->bench.work;
    for (uint32_t i = 0; i < torture->bench.config.work_bytes; i++)
        if (work[i] != 0x3c)
            return 1;
    return 0;
}

void torture_open(struct torture *torture)
{
    memset(torture, 0, sizeof *torture);
    torture->geometry = bench_geometries[0];
    torture->geometry.size_a[0] = 5000;
    torture->geometry.size_a[1] = 3000;
    torture->geometry.size_b[0] = 5200;
    torture->geometry.size_b[1] = 700;
    bench_open(&torture->bench, &torture->geometry);
    mix_kinds(torture);
    list_entries(torture);
    torture->bench.flash.watch = watch;
    torture->bench.flash.watch_context = torture;
    open_package = torture->bench.config.open_package;
    torture->bench.config.open_package = open_logged;
    in_hand = torture;
    mode = LEARN;
    known_count = 0;
    torture->bench.config.crypto = logging_crypto();
    bench_reset(&torture->bench);
    torture->bench.package = &torture->zip;
    bench_request(&torture->bench);
    torture->asked = lab_flash_snapshot(&torture->bench.flash);
    assert_int_equal(torture_offer(torture, &torture->zip), 0);
    bench_expect_installed(&torture->bench, &torture->bench.b);
    torture_believe(torture, 0);
}

void torture_close(struct torture *torture)
{
    for (uint32_t i = 0; i < 2; i++)
        free(torture->job.payload[i]);
    free(torture->zip.bytes);
    lab_snapshot_free(torture->asked);
    bench_close(&torture->bench);
}

int torture_offer(struct torture *torture, const struct forge_bytes *zip)
{
    struct bench *const bench = &torture->bench;
    lab_flash_restore(&bench->flash, torture->asked);
    bench->package = zip;
    bench->removed = 0;
    torture_forget(torture);
    torture->cases++;
    assert_int_equal(bench_boot(bench), 0);
    return ffx_agent_state(&bench->agent)->error;
}

int torture_was_refused(struct torture *torture, int error)
{
    const struct bench *const bench = &torture->bench;
    const struct ffx_flash_area *const scratch = &torture->geometry.scratch;
    const struct ffx_agent_state *const state = ffx_agent_state(&bench->agent);
    for (uint32_t i = 0; i < scratch->length; i++)
        if (bench->flash.bytes[scratch->address + i] !=
            torture->geometry.erased_value)
            return 0;
    return state->error == error && state->status == FFX_STATUS_REFUSED &&
           state->requested == 0 && state->sequence == bench->a.sequence &&
           bench->flash.violations == 0 && bench->removed == 0 &&
           torture->touched == 0 && bench_holds(bench, &bench->a);
}

void torture_expect(struct torture *torture, const struct forge_bytes *zip,
                    int error)
{
    const int was = torture_offer(torture, zip);
    if (!torture_was_refused(torture, error))
        fail_msg("status %d, error %d, not %d; %u operations on slots",
                 ffx_agent_status(&torture->bench.agent), was, error,
                 torture->touched);
}
