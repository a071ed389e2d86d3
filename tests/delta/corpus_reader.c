/* SPDX-License-Identifier: Apache-2.0 */
/*
 * corpus_reader OLD NEW PATCH [steps]: decodes a patch and compares; for
 * test_corpus.sh, which has patches made by the release build. It does so
 * twice: from memory, then from ports that refuse each read which flash would
 * not answer rightly. `steps`: every step is made by a fresh reader, restored
 * from a checkpoint.
 */
#include "delta_bench.h"
#include "pack/pack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { NEVER, OLD, NEW, WIPED };

/* Flash that knows what each byte is. */
struct flash {
    uint8_t *bytes;
    uint8_t *kinds;
    uint32_t size;
    int strict; /* 1: reads must be all old or all new */
    unsigned mistakes;
};

struct strict {
    struct flash patch, slot;
    struct ffx_delta_config config;
    uint8_t *target, *step;
};

static uint8_t *block(size_t bytes, int with)
{
    uint8_t *const memory = malloc(bytes > 0 ? bytes : 1);
    if (memory == NULL)
        abort();
    memset(memory, with, bytes);
    return memory;
}

static int allowed(const struct flash *flash, uint32_t offset, uint32_t length)
{
    if (offset > flash->size || length > flash->size - offset || length == 0)
        return 0;
    if (!flash->strict)
        return 1;
    const uint8_t kind = flash->kinds[offset];
    for (uint32_t i = 1; i < length; i++)
        if (flash->kinds[offset + i] != kind)
            return 0;
    return kind == OLD || kind == NEW;
}

static int flash_read(void *context, uint32_t offset, void *buffer,
                      uint32_t length)
{
    struct flash *const flash = context;
    if (!allowed(flash, offset, length)) {
        if (flash->mistakes++ == 0)
            printf("read of %u bytes at %u\n", length, offset);
        memset(buffer, 0xee, length);
        return 0;
    }
    memcpy(buffer, flash->bytes + offset, length);
    return 0;
}

static struct ffx_read_at flash_port(struct flash *flash,
                                     const struct pack_buffer *content,
                                     uint32_t size)
{
    const struct ffx_read_at port = {flash_read, flash, size};
    const size_t length = content->length;
    *flash = (struct flash){block(size, 0xee), block(size, NEVER), size, 0, 0};
    if (length > 0)
        memcpy(flash->bytes, content->bytes, length);
    memset(flash->kinds, OLD, length);
    return port;
}

static uint32_t slot_size(const struct ffx_delta_layout *layout)
{
    const uint32_t step = layout->step_bytes;
    uint32_t size = layout->source_bytes;
    if (step == 0)
        return size;
    if (layout->target_bytes > size)
        size = layout->target_bytes;
    return (size + step - 1) / step * step;
}

static void strict_open(struct strict *strict, const struct pack_buffer *old,
                        const struct pack_buffer *patch,
                        const struct ffx_delta_layout *layout, uint32_t ram)
{
    struct ffx_delta_config *const config = &strict->config;
    memset(strict, 0, sizeof *strict);
    config->patch = flash_port(&strict->patch, patch, (uint32_t)patch->length);
    config->slot = flash_port(&strict->slot, old, slot_size(layout));
    config->source_bytes = layout->source_bytes;
    config->target_bytes = layout->target_bytes;
    config->step_bytes = layout->step_bytes;
    config->memory_bytes = ram;
    strict->target = layout->step_bytes == 0 ? block(layout->target_bytes, 0)
                                             : strict->slot.bytes;
    strict->step = block(layout->step_bytes == 0 ? layout->target_bytes
                                                 : layout->step_bytes,
                         0x5a);
}

static void strict_close(struct strict *strict)
{
    if (strict->target != strict->slot.bytes)
        free(strict->target);
    free(strict->step);
    free(strict->slot.bytes);
    free(strict->slot.kinds);
    free(strict->patch.bytes);
    free(strict->patch.kinds);
}

/* What is no longer there is poison, not the old bytes. */
static void strict_write(struct strict *strict, const struct ffx_step *step)
{
    const uint32_t whole = strict->config.step_bytes;
    if (whole > 0) {
        memset(strict->slot.bytes + step->offset, 0xee, whole);
        memset(strict->slot.kinds + step->offset, WIPED, whole);
        memset(strict->slot.kinds + step->offset, NEW, step->length);
    }
    memcpy(strict->target + step->offset, strict->step, step->length);
}

/* --- readers -------------------------------------------------------------- */

static int start(struct ffx_delta *delta, struct strict *strict,
                 const struct ffx_checkpoint *checkpoint)
{
    memset(delta, 0xa5, sizeof *delta);
    memset(strict->config.memory, 0x5a, strict->config.memory_bytes);
    strict->slot.strict = 0;
    int result = ffx_delta_open(delta, &strict->config);
    if (result == 0)
        do
            result = ffx_delta_prepare(delta);
        while (result == 1);
    if (result == 0 && checkpoint != NULL)
        result = ffx_delta_restore(delta, checkpoint);
    strict->slot.strict = 1;
    return result;
}

static int next(struct ffx_delta *delta, struct strict *strict)
{
    struct ffx_step step;
    const int result = ffx_delta_next(delta, strict->step, &step);
    if (result == 1)
        strict_write(strict, &step);
    return result;
}

static int run(struct strict *strict, int every_step)
{
    struct ffx_delta delta;
    struct ffx_checkpoint checkpoint;
    strict->config.memory = block(strict->config.memory_bytes, 0);
    int result = start(&delta, strict, NULL);
    if (result == 0)
        result = next(&delta, strict);
    while (result == 1) {
        if (every_step) {
            ffx_delta_checkpoint(&delta, &checkpoint);
            free(strict->config.memory);
            strict->config.memory = block(strict->config.memory_bytes, 0);
            result = start(&delta, strict, &checkpoint);
        }
        if (result >= 0)
            result = next(&delta, strict);
    }
    free(strict->config.memory);
    return result;
}

/* --- decoding ------------------------------------------------------------- */

static int verdict(const char *how, int result, const uint8_t *made,
                   const struct pack_buffer *image)
{
    if (result != 0)
        printf("%s: error %d\n", how, result);
    else if (memcmp(made, image->bytes, image->length) != 0)
        printf("%s: another image\n", how);
    else
        return 0;
    return 1;
}

static int from_memory(const struct pack_buffer files[3],
                       const struct ffx_delta_layout *layout)
{
    struct delta_bench bench;
    delta_bench_open(&bench, files[2].bytes, files[2].length, files[0].bytes,
                     files[0].length, files[1].length, layout->step_bytes);
    const int result = delta_bench_run(&bench);
    const int wrong = verdict("memory", result, bench.target, &files[1]);
    delta_bench_close(&bench);
    return wrong;
}

static int from_flash(const struct pack_buffer files[3],
                      const struct ffx_delta_layout *layout, uint32_t ram,
                      int every_step)
{
    struct strict strict;
    strict_open(&strict, &files[0], &files[2], layout, ram);
    const int result = run(&strict, every_step);
    const int wrong = verdict("flash", result, strict.target, &files[1]);
    const unsigned mistakes = strict.slot.mistakes + strict.patch.mistakes;
    strict_close(&strict);
    return wrong || mistakes > 0;
}

static int decode(const struct pack_buffer files[3], int every_step)
{
    struct ffx_read_at port;
    struct ffx_delta_layout layout;
    uint32_t ram;
    pack_read_at(&files[2], &port);
    if (ffx_delta_inspect(&port, &layout, &ram) != 0 ||
        layout.source_bytes != files[0].length ||
        layout.target_bytes != files[1].length) {
        printf("not a patch for these images\n");
        return 1;
    }
    return from_memory(files, &layout) ||
           from_flash(files, &layout, ram, every_step);
}

int main(int argc, char **argv)
{
    struct pack_buffer files[3] = {{0}};
    struct pack_error error;
    int failed = argc < 4;
    for (int i = 0; !failed && i < 3; i++)
        failed = pack_read_file(argv[i + 1], &files[i], &error) != 0;
    if (failed)
        printf("corpus_reader OLD NEW PATCH [steps]: cannot read\n");
    else
        failed = decode(files, argc > 4);
    for (int i = 0; i < 3; i++)
        pack_buffer_free(&files[i]);
    return failed;
}
