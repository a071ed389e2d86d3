/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that format 1 was released with (tests/delta/golden). Every later
 * reader must make the same images of the good ones and refuse the bad ones:
 * the files and the table of their images may grow and may not change.
 *
 * `test_golden write` adds the files of new rows; it leaves alone what is
 * there.
 */
#include "base/bytes.h"
#include "base/crc32.h"
#include "delta/delta_control.h"
#include "delta_bench.h"
#include "diff/diff.h"
#include "diff/range_encoder.h"
#include "golden_image.h"
#include "pack/pack.h"

#include <farfix/error.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FOLDER "tests/delta/golden/"
#define FILE_MAX 4096u

struct file {
    uint8_t bytes[FILE_MAX];
    size_t length;
};

static void path_of(char path[120], const char *name)
{
    snprintf(path, 120, FOLDER "%s.patch", name);
}

static int file_read(struct file *file, const char *name)
{
    char path[120];
    path_of(path, name);
    FILE *const stream = fopen(path, "rb");
    if (stream == NULL)
        return -1;
    file->length = fread(file->bytes, 1, FILE_MAX, stream);
    fclose(stream);
    return 0;
}

static void file_write(const struct file *file, const char *name)
{
    char path[120];
    path_of(path, name);
    FILE *const stream = fopen(path, "wbx");
    if (stream == NULL)
        return;
    if (fwrite(file->bytes, 1, file->length, stream) == file->length)
        printf("%s: %zu bytes\n", path, file->length);
    fclose(stream);
}

/* --- good files ----------------------------------------------------------- */

struct golden {
    const char *name;
    struct golden_recipe recipe;
    const char *source, *target; /* their SHA-256 */
};

static const struct golden goldens[] = {
    {"thumb",
     {GOLDEN_THUMB, .seed = 1, .count = 120, .ram = 16384},
     "d9dcaf5d8a90384bec0aed054d8005fffa0f55bdd4015021e0233b86ee1acbd2",
     "e5ddd2a13ebb86bdb92c7e3653e57e0f067aebcc6b3e79c81eb70aa72760c6d5"},
    {"thumb-8k",
     {GOLDEN_THUMB, .seed = 1, .count = 120, .ram = 8192},
     "d9dcaf5d8a90384bec0aed054d8005fffa0f55bdd4015021e0233b86ee1acbd2",
     "e5ddd2a13ebb86bdb92c7e3653e57e0f067aebcc6b3e79c81eb70aa72760c6d5"},
    {"thumb-64k",
     {GOLDEN_THUMB, .seed = 1, .count = 120, .ram = 65536},
     "d9dcaf5d8a90384bec0aed054d8005fffa0f55bdd4015021e0233b86ee1acbd2",
     "e5ddd2a13ebb86bdb92c7e3653e57e0f067aebcc6b3e79c81eb70aa72760c6d5"},
    {"thumb-256k",
     {GOLDEN_THUMB, .seed = 1, .count = 120},
     "d9dcaf5d8a90384bec0aed054d8005fffa0f55bdd4015021e0233b86ee1acbd2",
     "e5ddd2a13ebb86bdb92c7e3653e57e0f067aebcc6b3e79c81eb70aa72760c6d5"},
    {"thumb-in-place",
     {GOLDEN_THUMB, .seed = 2, .count = 90, .step_bytes = 1024, .ram = 16384},
     "352a878daa1868e5354cb2aafffd928e6a90f467afbaf2510505737ef669700d",
     "fe308048679f1acf5cef1c7bf86ecdeac563f10d3522bbd40b21e95fa9f434ea"},
    {"thumb-one-step",
     {GOLDEN_THUMB, .seed = 3, .count = 40, .step_bytes = 16384, .ram = 8192},
     "b719a3d7db6b65a6e14e0a203183eda9843cbba2fe0524305eb003cb6f58be89",
     "bdf3deffefc40d3c56756de2c1df1dcd6dc83d9a75c16f7de66b0602cdd37dca"},
    {"thumb-many-steps",
     {GOLDEN_THUMB, .seed = 4, .count = 60, .step_bytes = 100, .ram = 8192},
     "4910258680e913ec7449f189cafdf9951fb3be57e978a1b1e4f320e319956fea",
     "89eeaebbfa766e96a18b9440526b0b37b29abae6a6cae2742917322fbe31e2dc"},
    {"thumb-rotated",
     {GOLDEN_THUMB, .seed = 5, .count = 80, .rotate = 30, .step_bytes = 1024,
      .ram = 16384},
     "e046173374507af8f2e4fef522d2ed8f813169935a5d4a373af60230752114f3",
     "9db4bc50635aa08106c8d40591a12bd9c6d3e55ea8e28e3258af6d831002247f"},
    {"thumb-phase",
     {GOLDEN_THUMB, .seed = 6, .count = 150, .prefix = 3, .ram = 65536},
     "6ceec9451715e9c2a36766078adc236de383a86431a12c07a39cea7ad65ec29d",
     "df6bb487076a309af95b2e7a77afbebf35902ed8bddb075c3674dde57bcd9f83"},
    {"thumb-phase-in-place",
     {GOLDEN_THUMB, .seed = 7, .count = 150, .prefix = 1, .step_bytes = 2048,
      .ram = 16384},
     "fdaf8b0692a88201f7075e668ed42c4acda503ed89b8ce156e88fa0b99bb4762",
     "6ca2277241bbc17a98b2cf538996fceb1372ab9d77a6da6943c224e16b9702d4"},
    {"two-parts",
     {GOLDEN_THUMB, .seed = 8, .count = 100, .parts = 1, .ram = 16384},
     "c344d62efb0b1547fb2143e46850fb662a85e5dcb1176f5202dcfc6aecf3c936",
     "2e7b9b07518d5c64b348319dbe7b56de144c08505d2e0dd9a1251ab85c557ad5"},
    {"two-parts-in-place",
     {GOLDEN_THUMB, .seed = 9, .count = 100, .parts = 1, .step_bytes = 4096},
     "9f1432e951a0913829a116b8ba7e81dca46371087d64808c9ac113baa71c31ab",
     "c25868b607d61a3098d62aba63825883b2359ce496c7c20ab219783f33a68b87"},
    {"arm",
     {GOLDEN_ARM, .seed = 10, .count = 80, .ram = 16384},
     "c191db6afb095a5c2bdcf582ec6f29216e331c0a7488cd773cb579979150e15f",
     "2596975cd92364a1ab65d25a75a6d92f372cd46fc040eeef4a5fcc6d8bceeeef"},
    {"arm-in-place",
     {GOLDEN_ARM, .seed = 11, .count = 80, .rotate = 21, .step_bytes = 2048,
      .ram = 65536},
     "c035da52221d523b3932a059b1aff85a942e4d7de3a144750babe7a4b8e272db",
     "6cfaba6f230b370f99a688a8a7026854dbe46f212a1948f41459e7e52404abd0"},
    {"table",
     {GOLDEN_TABLE, .seed = 12, .count = 900, .ram = 16384},
     "dad1bd9e05dbd7203fc4651ca9e02f255800523c2f6505035b2c80d0aaa161de",
     "939df3e5483899a5c0532b90b6b3e83857982492f2cf7689f0f223962239bd7b"},
    {"table-in-place",
     {GOLDEN_TABLE, .seed = 13, .count = 900, .step_bytes = 512, .ram = 8192},
     "05a6af9eec96ca89669a886c8cef13e3cab6221f58f11bde5402e09eafbe46bf",
     "20a7dc595204bc3f889c86f0df93b5ebb1053afe39b5abfea3247956c53d3e46"},
    {"nothing",
     {GOLDEN_TABLE, .seed = 14, .count = 150, .no_source = 1, .ram = 16384},
     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     "a5605836ed04e82cb659233fc41f8ca9e48170bb3eeb94ba842e190371215427"},
    {"nothing-in-place",
     {GOLDEN_TABLE, .seed = 15, .count = 150, .no_source = 1,
      .step_bytes = 256},
     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     "96fdf2471e653480055344d53e57f02fbad18eb39aebbe2d6c5982a997f893f7"},
    {"noise",
     {GOLDEN_NOISE, .seed = 16, .count = 300, .ram = 8192},
     "3297edc43eda5acf5b07251e743b658ff760b1d51f2143cf8156cad2260323d2",
     "3f2244061e9aac328bad057278524dacebe0314037e49b397fc51a7123a5e834"},
    {"one-byte",
     {GOLDEN_NOISE, .seed = 18, .count = 1, .step_bytes = 4096, .ram = 16384},
     "36a9e7f1c95b82ffb99743e0c5c4ce95d83c9a430aac59f84ef3cbfab6145068",
     "3cbdaf66b3dd2b174788a2f17f938b52dda93a2a97440cead19332cbfacba7c8"},
    /* The demo's firmware is the only source here that is not code of this
     * test: when it is built anew, its four rows and files go. */
    {"ap",
     {GOLDEN_FIRMWARE, .name = "ap", .ram = 16384},
     "85a4fa09ed9e4ceb7c0225ff93d75d445699cee742e0b0fe90b4494f45cf80fe",
     "385aebe51b4e9d5083bdf2f53a5529cc9424990cd18363177a18bd138624da0b"},
    {"ap-in-place",
     {GOLDEN_FIRMWARE, .name = "ap", .step_bytes = 16384, .ram = 65536},
     "85a4fa09ed9e4ceb7c0225ff93d75d445699cee742e0b0fe90b4494f45cf80fe",
     "385aebe51b4e9d5083bdf2f53a5529cc9424990cd18363177a18bd138624da0b"},
    {"modem",
     {GOLDEN_FIRMWARE, .name = "modem"},
     "170858c1de0a050072d53701b021c649698908f31ba10f3fa24ca773d2b184b5",
     "d6973a2d67a0f6665ece6d3fb1752e9e0932c17e5218d35618c49124b43cdd70"},
    {"modem-in-place",
     {GOLDEN_FIRMWARE, .name = "modem", .step_bytes = 4096, .ram = 8192},
     "170858c1de0a050072d53701b021c649698908f31ba10f3fa24ca773d2b184b5",
     "d6973a2d67a0f6665ece6d3fb1752e9e0932c17e5218d35618c49124b43cdd70"},
};
#define GOLDENS (sizeof goldens / sizeof goldens[0])

struct pair {
    struct golden_image source, target;
};

static struct pair pair_make(const struct golden *golden)
{
    return (struct pair){golden_image_make(&golden->recipe, 0),
                         golden_image_make(&golden->recipe, 1)};
}

static void pair_free(struct pair *pair)
{
    free(pair->source.bytes);
    free(pair->target.bytes);
}

static void make_patch(struct file *file, const struct golden *golden,
                       const struct pair *pair)
{
    const struct golden_image *const old_image = &pair->source;
    const uint32_t split = old_image->split;
    const struct diff_segment parts[2] = {
        {0, split, GOLDEN_BASE},
        {split, old_image->length - split, GOLDEN_FAR_BASE}};
    const struct diff_options options = {.step_bytes =
                                             golden->recipe.step_bytes,
                                         .slot_bytes = GOLDEN_IMAGE_MAX,
                                         .ram = golden->recipe.ram,
                                         .segments = parts,
                                         .segment_count = split > 0 ? 2 : 0};
    struct diff_patch patch;
    struct diff_error error;
    if (diff_make(old_image->bytes, old_image->length, pair->target.bytes,
                  pair->target.length, &options, &patch, &error) < 0)
        fail_msg("%s: %s", golden->name, error.text);
    assert_in_range(patch.length, 1, FILE_MAX - 1);
    memcpy(file->bytes, patch.bytes, patch.length);
    file->length = patch.length;
    diff_patch_free(&patch);
}

static const struct golden *golden_named(const char *name)
{
    for (size_t i = 0; i < GOLDENS; i++)
        if (strcmp(goldens[i].name, name) == 0)
            return &goldens[i];
    fail_msg("no golden file %s", name);
    return NULL;
}

/* --- bad files ------------------------------------------------------------ */

/* Who writes patches that the maker would not. Images are zeros. */
struct forger {
    struct range_encoder encoder;
    struct delta_control control;
    struct ffx_delta_layout layout;
    uint32_t header_bytes;
    uint32_t ranked, before, usual; /* of the order, so far */
};

static uint32_t crc_of_zeros(uint32_t count)
{
    static const uint8_t zeros[1024];
    uint32_t crc32 = 0;
    for (; count > 0; count -= bytes_min(count, 1024))
        crc32 = crc32_add(crc32, zeros, bytes_min(count, 1024));
    return crc32;
}

/* The header, and what is said of the image. */
static void forger_open(struct forger *forger, uint32_t target_bytes,
                        uint32_t step_bytes, struct delta_space *space)
{
    static const struct delta_copy none;
    uint8_t header[DELTA_HEADER_MAX];
    struct delta_order order = {.target_bytes = target_bytes};
    memset(forger, 0, sizeof *forger);
    forger->layout = (struct ffx_delta_layout){
        .source_bytes = 512,
        .target_bytes = target_bytes,
        .step_bytes = step_bytes,
        .source_crc32 = crc_of_zeros(512),
        .target_crc32 = crc_of_zeros(target_bytes),
    };
    space->source_bytes = 512;
    forger->header_bytes = delta_layout_put(&forger->layout, header);
    range_encoder_open(&forger->encoder, header, forger->header_bytes);
    forger->control.truth = &none;
    /* Writes what it then refuses. */
    delta_control_open(&forger->control, &forger->encoder.bits, space, &order);
}

static void forger_data(struct forger *forger, uint32_t target_bytes,
                        uint32_t step_bytes)
{
    struct delta_space data = {.arch = DELTA_ARCH_DATA};
    forger_open(forger, target_bytes, step_bytes, &data);
}

/* The step at `place` comes next. */
static void forger_rank(struct forger *forger, uint32_t place)
{
    delta_number_signed(forger->control.bits,
                        &forger->control.numbers[CONTROL_FACT],
                        place - forger->usual);
    const int up = forger->ranked++ == 0 ? place == 0 : place > forger->before;
    forger->usual = up ? place + 1 : place - 1;
    forger->before = place;
}

static void forger_copy(struct forger *forger, uint32_t gap, uint32_t length,
                        uint32_t diagonal)
{
    const struct delta_copy copy = {gap, length, diagonal};
    struct delta_copy written;
    forger->control.truth = &copy;
    delta_control_next(&forger->control, &written);
}

static void forger_bit(struct forger *forger, unsigned bit)
{
    delta_bits_code(forger->control.bits, 0x8000, bit);
}

static void forger_fact(struct forger *forger, uint32_t fact)
{
    delta_number_code(forger->control.bits,
                      &forger->control.numbers[CONTROL_FACT], fact);
}

/* Nothing else is wrong: the usual RAM, one segment that runs at 0. */
static void arch_3(struct forger *forger)
{
    struct delta_space space = {.arch = (enum delta_arch)3};
    forger_open(forger, 512, 0, &space);
    for (int i = 0; i < 3; i++)
        forger_bit(forger, 1);
    forger_fact(forger, 0);
    forger_copy(forger, 0, 512, 0);
}

static void nine_segments(struct forger *forger)
{
    struct delta_space space = {.arch = DELTA_ARCH_THUMB,
                                .segment_count = SEGMENTS_MAX + 1};
    forger_open(forger, 512, 0, &space);
    for (uint32_t i = 0; i < SEGMENTS_MAX + 1; i++) {
        forger_fact(forger, 50 * i);
        forger_fact(forger, 50);
        for (int bias = 0; bias < 2; bias++) {
            forger_bit(forger, 1);
            forger_fact(forger, 0);
        }
    }
    forger_copy(forger, 0, 512, 0);
}

static void gap_too_long(struct forger *forger)
{
    forger_data(forger, 512, 0);
    forger_copy(forger, 513, 1, 0);
}

static void copy_too_long(struct forger *forger)
{
    forger_data(forger, 512, 0);
    forger_copy(forger, 100, 413, 0);
}

static void copy_behind_source(struct forger *forger)
{
    forger_data(forger, 512, 0);
    forger_copy(forger, 0, 512, 1);
}

static void copy_before_source(struct forger *forger)
{
    forger_data(forger, 512, 0);
    forger_copy(forger, 0, 512, UINT32_MAX);
}

static void two_steps(struct forger *forger, uint32_t first, uint32_t second)
{
    forger_data(forger, 512, 256);
    forger_rank(forger, first);
    forger_rank(forger, second);
}

static void rank_twice(struct forger *forger)
{
    two_steps(forger, 0, 0);
    forger_copy(forger, 0, 512, 0);
}

static void rank_outside(struct forger *forger)
{
    two_steps(forger, 0, 2);
    forger_copy(forger, 0, 512, 0);
}

/* The first step wrote [256, 400) and wiped what follows. */
static void copy_of_wiped(struct forger *forger)
{
    forger_data(forger, 400, 256);
    forger_rank(forger, 1);
    forger_rank(forger, 0);
    forger_copy(forger, 144, 256, 200);
}

/* 144 bytes behind the source, in a slot that has room for them. */
static void copy_of_never(struct forger *forger)
{
    forger_data(forger, 768, 256);
    forger_rank(forger, 0);
    forger_rank(forger, 1);
    forger_rank(forger, 2);
    forger_copy(forger, 512, 256, 0);
}

static void steps(struct forger *forger, uint32_t count)
{
    forger_data(forger, count, 1);
    for (uint32_t place = 0; place < count; place++)
        forger_rank(forger, place);
    forger_copy(forger, 0, count, 0);
}

/* Their ranks would take more than half of the copy map in 8 KiB. */
static void steps_above_profile(struct forger *forger)
{
    steps(forger, 289);
}

/* --- what is just allowed */

static void legal_steps(struct forger *forger)
{
    steps(forger, 288);
}

static void legal_literals(struct forger *forger)
{
    forger_data(forger, 512, 0);
    forger_copy(forger, 100, 411, 1);
    forger_copy(forger, 1, 0, 0);
}

static void legal_order(struct forger *forger)
{
    two_steps(forger, 1, 0);
    forger_copy(forger, 0, 512, 0);
}

static void legal_copy_of_old_and_new(struct forger *forger)
{
    forger_data(forger, 400, 256);
    forger_rank(forger, 1);
    forger_rank(forger, 0);
    forger_copy(forger, 144, 256, 144);
}

static void legal_copy_of_new(struct forger *forger)
{
    forger_data(forger, 768, 256);
    forger_rank(forger, 0);
    forger_rank(forger, 1);
    forger_rank(forger, 2);
    forger_copy(forger, 512, 256, 0 - 256u);
}

#define END 4096

/* A forged file, or a golden one in which `cut` bytes at `at` became `more`. */
struct bad {
    const char *name;
    void (*forge)(struct forger *forger);
    const char *golden;
    long at; /* below 0: from the end */
    size_t cut;
    const char *more;
    size_t more_bytes;
    int late;  /* 1: prepare cannot see it */
    int error; /* not 0: this and not FFX_ERR_PATCH */
};

#define FORGED(name)                                                           \
    {                                                                          \
#name, name, NULL, 0, 0, "", 0, 0, 0                                   \
    }
#define CHANGED(name, at, cut, more)                                           \
    {                                                                          \
#name, NULL, "noise", at, cut, more, sizeof more - 1, 0, 0             \
    }
#define LATE(name, at, cut, more, error)                                       \
    {                                                                          \
#name, NULL, "noise", at, cut, more, sizeof more - 1, 1, error         \
    }

/* The header of `noise`: fd 20, 300, 300, two CRCs. */
static const struct bad bads[] = {
    CHANGED(wrong_magic, 0, 1, "\xfc"),
    CHANGED(format_0, 1, 1, "\x00"),
    CHANGED(format_2, 1, 1, "\x40"),
    CHANGED(no_target, 4, 2, "\x00"),
    CHANGED(source_too_large, 2, 2, "\x81\x80\x80\x20"),
    CHANGED(target_too_large, 4, 2, "\x81\x80\x80\x20"),
    CHANGED(step_too_large, 1, 5, "\x24\xac\x02\xac\x02\x81\x80\x80\x20"),
    CHANGED(no_step, 1, 5, "\x24\xac\x02\xac\x02\x00"),
    CHANGED(too_many_steps, 1, 5, "\x24\xac\x02\x80\x80\x80\x20\xff\x1f"),
    CHANGED(useless_byte, 4, 2, "\xac\x82\x00"),
    CHANGED(long_number, 4, 2, "\xac\x82\x80\x80\x00"),
    CHANGED(header_cut, 13, END, ""),
    CHANGED(nothing_at_all, 0, END, ""),
    FORGED(arch_3),
    FORGED(nine_segments),
    FORGED(gap_too_long),
    FORGED(copy_too_long),
    FORGED(copy_behind_source),
    FORGED(copy_before_source),
    FORGED(rank_twice),
    FORGED(rank_outside),
    FORGED(copy_of_wiped),
    FORGED(copy_of_never),
    FORGED(steps_above_profile),
    LATE(other_source, 6, 1, "?", FFX_ERR_SOURCE),
    LATE(other_target, 10, 1, "?", 0),
    LATE(last_byte_missing, -1, 1, "", 0),
    /* The maker leaves out zeros that end a stream. Where it did, as in
     * `noise`, a reader cannot tell as many other bytes from them; it reads
     * at most 4 bytes ahead. */
    LATE(trailing_zeros, END, 0, "\0\0\0\0\0", 0),
    LATE(trailing_bytes, END, 0, "?????", 0),
    {"trailing_byte", NULL, "thumb-phase", END, 0, "?", 1, 1, 0},
};
#define BADS (sizeof bads / sizeof bads[0])

static void forge(struct file *file, void (*make)(struct forger *forger))
{
    struct forger forger;
    make(&forger);
    assert_int_equal(range_encoder_finish(&forger.encoder, forger.header_bytes),
                     0);
    assert_in_range(forger.encoder.length, 1, FILE_MAX - 1);
    file->length = forger.encoder.length;
    memcpy(file->bytes, forger.encoder.bytes, file->length);
    free(forger.encoder.bytes);
}

static size_t at_most(size_t value, size_t limit)
{
    return value < limit ? value : limit;
}

static void bad_change(struct file *file, const struct bad *bad)
{
    struct file whole;
    assert_int_equal(file_read(&whole, bad->golden), 0);
    const size_t at = bad->at < 0 ? whole.length - (size_t)-bad->at
                                  : at_most((size_t)bad->at, whole.length);
    const size_t rest = whole.length - at;
    const size_t kept = rest - at_most(bad->cut, rest);
    memcpy(file->bytes, whole.bytes, at);
    memcpy(file->bytes + at, bad->more, bad->more_bytes);
    memcpy(file->bytes + at + bad->more_bytes,
           whole.bytes + whole.length - kept, kept);
    file->length = at + bad->more_bytes + kept;
}

static void bad_make(struct file *file, const struct bad *bad)
{
    if (bad->forge != NULL)
        forge(file, bad->forge);
    else
        bad_change(file, bad);
}

/* --- tests ---------------------------------------------------------------- */

static void sha256_text(const struct golden_image *image, char text[65])
{
    uint8_t digest[32];
    pack_sha256(image->bytes, image->length, digest);
    for (unsigned i = 0; i < 32; i++)
        snprintf(text + 2 * i, 3, "%02x", digest[i]);
}

static void is_image(const struct golden *golden,
                     const struct golden_image *image, const char *sha256)
{
    char text[65];
    sha256_text(image, text);
    if (strcmp(text, sha256) != 0)
        fail_msg("%s: an image has SHA-256 %s, not %s", golden->name, text,
                 sha256);
}

static void the_images_are_those_of_the_files(void **state)
{
    (void)state;
    for (size_t i = 0; i < GOLDENS; i++) {
        struct pair pair = pair_make(&goldens[i]);
        is_image(&goldens[i], &pair.source, goldens[i].source);
        is_image(&goldens[i], &pair.target, goldens[i].target);
        pair_free(&pair);
    }
}

static void good_open(struct delta_bench *bench, const struct golden *golden,
                      const struct file *file, const struct pair *pair)
{
    delta_bench_open(bench, file->bytes, file->length, pair->source.bytes,
                     pair->source.length, pair->target.length,
                     golden->recipe.step_bytes);
}

static void good_reads(const struct golden *golden)
{
    struct file file;
    struct delta_bench bench;
    struct pair pair = pair_make(golden);
    if (file_read(&file, golden->name) != 0)
        fail_msg("%s: no file", golden->name);
    good_open(&bench, golden, &file, &pair);
    const int result = delta_bench_run(&bench);
    if (result != 0)
        fail_msg("%s: error %d", golden->name, result);
    assert_memory_equal(bench.target, pair.target.bytes, pair.target.length);
    delta_bench_close(&bench);
    pair_free(&pair);
}

static void every_good_file_gives_its_image(void **state)
{
    (void)state;
    for (size_t i = 0; i < GOLDENS; i++)
        good_reads(&goldens[i]);
}

static void forged_open(struct delta_bench *bench, const struct file *file)
{
    static const uint8_t zeros[512];
    struct ffx_delta_layout layout;
    assert_in_range(
        delta_layout_parse(&layout, file->bytes, (uint32_t)file->length), 1,
        DELTA_HEADER_MAX);
    delta_bench_open(bench, file->bytes, file->length, zeros,
                     layout.source_bytes, layout.target_bytes,
                     layout.step_bytes);
}

/* Bad files are read with the images of the golden file that they were, or
 * with the zeros that their headers ask for. */
static int bad_run(const struct bad *bad, const struct file *file)
{
    struct delta_bench bench;
    struct pair pair = {{NULL, 0, 0}, {NULL, 0, 0}};
    if (bad->golden != NULL) {
        const struct golden *const golden = golden_named(bad->golden);
        pair = pair_make(golden);
        good_open(&bench, golden, file, &pair);
    } else {
        forged_open(&bench, file);
    }
    int result = delta_bench_prepare(&bench);
    if (bad->late) {
        assert_int_equal(result, 0);
        do
            result = delta_bench_step(&bench);
        while (result == 1);
    }
    delta_bench_close(&bench);
    pair_free(&pair);
    return result;
}

static void every_bad_file_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < BADS; i++) {
        const struct bad *const bad = &bads[i];
        const int wanted = bad->error != 0 ? bad->error : FFX_ERR_PATCH;
        struct file file;
        char name[80];
        snprintf(name, sizeof name, "bad_%s", bad->name);
        if (file_read(&file, name) != 0)
            fail_msg("%s: no file", name);
        const int result = bad_run(bad, &file);
        if (result != wanted)
            fail_msg("%s: %d, not %d", name, result, wanted);
    }
}

/* Or the bad files prove nothing. */
static void what_is_just_allowed_is_taken(void **state)
{
    void (*const legal[])(struct forger *) = {
        legal_steps, legal_literals, legal_order, legal_copy_of_old_and_new,
        legal_copy_of_new};
    (void)state;
    for (size_t i = 0; i < sizeof legal / sizeof legal[0]; i++) {
        struct file file;
        struct delta_bench bench;
        forge(&file, legal[i]);
        forged_open(&bench, &file);
        if (delta_bench_prepare(&bench) != 0)
            fail_msg("legal patch %zu is refused", i);
        delta_bench_close(&bench);
    }
}

static void is_file(const struct file *file, const char *name)
{
    struct file stored;
    assert_int_equal(file_read(&stored, name), 0);
    if (file->length != stored.length ||
        memcmp(file->bytes, stored.bytes, file->length) != 0)
        fail_msg("%s: %zu bytes, not the %zu of the file", name, file->length,
                 stored.length);
}

/* The maker is the same on every machine. This test, other than the files, may
 * change: a better maker makes other patches, and then the rows that differ
 * are left out here. */
static void the_maker_gives_these_files(void **state)
{
    (void)state;
    for (size_t i = 0; i < GOLDENS; i++) {
        struct file file;
        struct pair pair = pair_make(&goldens[i]);
        make_patch(&file, &goldens[i], &pair);
        is_file(&file, goldens[i].name);
        pair_free(&pair);
    }
}

/* They are what their names say. */
static void the_forgers_give_the_bad_files(void **state)
{
    (void)state;
    for (size_t i = 0; i < BADS; i++) {
        struct file file;
        char name[80];
        snprintf(name, sizeof name, "bad_%s", bads[i].name);
        bad_make(&file, &bads[i]);
        is_file(&file, name);
    }
}

/* --- writing -------------------------------------------------------------- */

static void write_good(const struct golden *golden)
{
    struct file file;
    char source[65], target[65];
    struct pair pair = pair_make(golden);
    make_patch(&file, golden, &pair);
    file_write(&file, golden->name);
    sha256_text(&pair.source, source);
    sha256_text(&pair.target, target);
    if (strcmp(golden->source, source) != 0 ||
        strcmp(golden->target, target) != 0)
        printf("%s:\n     \"%s\",\n     \"%s\"},\n", golden->name, source,
               target);
    pair_free(&pair);
}

static int write_missing(void)
{
    for (size_t i = 0; i < GOLDENS; i++)
        write_good(&goldens[i]);
    for (size_t i = 0; i < BADS; i++) {
        struct file file;
        char name[80];
        snprintf(name, sizeof name, "bad_%s", bads[i].name);
        bad_make(&file, &bads[i]);
        file_write(&file, name);
    }
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_images_are_those_of_the_files),
        cmocka_unit_test(every_good_file_gives_its_image),
        cmocka_unit_test(every_bad_file_is_refused),
        cmocka_unit_test(what_is_just_allowed_is_taken),
        cmocka_unit_test(the_maker_gives_these_files),
        cmocka_unit_test(the_forgers_give_the_bad_files),
    };
    if (argc == 2 && strcmp(argv[1], "write") == 0)
        return write_missing();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
