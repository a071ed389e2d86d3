/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- failing loudly ------------------------------------------------------ */

static void must(int result, const struct pack_error *error)
{
    if (result == 0)
        return;
    fprintf(stderr, "fixture: %s\n", error->text);
    abort();
}

static void must_system(int good, const char *what)
{
    if (good)
        return;
    perror(what);
    abort();
}

void fixture_path(const struct fixture *fixture, const char *name,
                  char path[FIXTURE_PATH])
{
    must_system(snprintf(path, FIXTURE_PATH, "%.127s/%.100s",
                         fixture->directory, name) < (int)FIXTURE_PATH,
                "path");
}

/* --- images -------------------------------------------------------------- */

/* Thumb-like halfwords: few opcodes, operands that drift with the address. */
void fixture_image(uint8_t *out, uint32_t length, uint32_t seed)
{
    static const uint8_t opcodes[8] = {0x46, 0xb5, 0x68, 0xf0,
                                       0x20, 0xd1, 0xe7, 0xbd};
    uint32_t state = 0x9e3779b9u;
    for (uint32_t i = 0; i < length; i++) {
        state = state * 1664525u + 1013904223u;
        const uint32_t pick = state >> 24;
        out[i] = i % 2 == 1 ? opcodes[pick % 8] : (uint8_t)(pick + i / 256);
        if (pick == 77)
            out[i] = (uint8_t)(out[i] + seed * 29);
    }
}

/* --- release directories ------------------------------------------------- */

struct plan {
    const char *model, *version;
    uint32_t sequence, sector, step, seed;
    uint32_t count;
    struct {
        const char *name;
        uint32_t size, slot_size, seed;
    } components[FFX_COMPONENTS];
};

static void write_in(const char *directory, const char *name, const void *bytes,
                     size_t length)
{
    char path[2 * FIXTURE_PATH];
    struct pack_error error;
    snprintf(path, sizeof path, "%s/%s", directory, name);
    must(pack_write_file(path, bytes, length, 0, &error), &error);
}

static void write_release(const char *directory, const struct plan *plan)
{
    char ini[2048];
    int at = snprintf(ini, sizeof ini,
                      "[release]\nmodel = %s\nversion = %s\nsequence = %u\n",
                      plan->model, plan->version, plan->sequence);
    must_system(mkdir(directory, 0777) == 0, directory);
    for (uint32_t i = 0; i < plan->count; i++) {
        const char *name = plan->components[i].name;
        const uint32_t size = plan->components[i].size;
        char file[32];
        snprintf(file, sizeof file, "%s.bin", name);
        at += snprintf(ini + at, sizeof ini - (size_t)at,
                       "\n[component %s]\nfile = %s\nslot_size = %u\n"
                       "sector = %u\nstep = %u\nram = 32K\n",
                       name, file, plan->components[i].slot_size, plan->sector,
                       plan->step);
        uint8_t *image = malloc(size);
        must_system(image != NULL, "malloc");
        fixture_image(image, size, plan->components[i].seed);
        write_in(directory, file, image, size);
        free(image);
    }
    write_in(directory, "release.ini", ini, (size_t)at);
}

static void sign_and_load(const struct fixture *fixture, const char *directory,
                          struct pack_release *release)
{
    const struct pack_signing how = {.key = fixture->release_key_path};
    struct pack_error error;
    must(pack_release_sign(directory, &how, &error), &error);
    must(pack_release_load(directory, release, &error), &error);
}

void fixture_release(const struct fixture *fixture, const char *name,
                     const char *model, const char *version, uint32_t sequence,
                     uint32_t seed, struct pack_release *out)
{
    const struct pack_release *b = &fixture->b;
    char directory[FIXTURE_PATH];
    struct plan plan = {.model = model,
                        .version = version,
                        .sequence = sequence,
                        .sector = b->components[0].sector,
                        .step = b->components[0].step,
                        .count = b->component_count};
    for (uint32_t i = 0; i < plan.count; i++) {
        plan.components[i].name = b->components[i].name;
        plan.components[i].size = (uint32_t)b->components[i].image.length;
        plan.components[i].slot_size = b->components[i].slot_size;
        plan.components[i].seed = seed * 16 + i;
    }
    fixture_path(fixture, name, directory);
    write_release(directory, &plan);
    sign_and_load(fixture, directory, out);
}

/* --- the pair ------------------------------------------------------------ */

static uint32_t number_or(uint32_t value, uint32_t otherwise)
{
    return value != 0 ? value : otherwise;
}

static const char *text_or(const char *value, const char *otherwise)
{
    return value != NULL ? value : otherwise;
}

static struct plan plan_of(const struct fixture_options *options, int is_b)
{
    static const struct fixture_component two[] = {
        {"modem", 20000, 21000, 64 << 10, 0},
        {"ap", 50000, 48111, 128 << 10, 0},
        {NULL, 0, 0, 0, 0},
    };
    const struct fixture_component *from =
        options->components[0].name != NULL ? options->components : two;
    const uint32_t sequence_a = number_or(options->sequence_a, 5);
    struct plan plan = {
        .model = text_or(options->model, "SIM7000G"),
        .version = is_b ? text_or(options->version_b, "1529B06SIM7000G")
                        : text_or(options->version_a, "1529B05SIM7000G"),
        .sequence =
            is_b ? number_or(options->sequence_b, sequence_a + 1) : sequence_a,
        .sector = number_or(options->sector, 4096),
    };
    plan.step = number_or(options->step, 4 * plan.sector);
    while (plan.count < FFX_COMPONENTS && from[plan.count].name != NULL) {
        const struct fixture_component *component = &from[plan.count];
        const int use_b = is_b && !component->unchanged;
        plan.components[plan.count].name = component->name;
        plan.components[plan.count].size =
            use_b ? component->size_b : component->size_a;
        plan.components[plan.count].slot_size = component->slot_size;
        plan.components[plan.count].seed = plan.count + (use_b ? 16 : 0);
        plan.count++;
    }
    return plan;
}

static void make_keys(struct fixture *fixture,
                      const struct fixture_options *options)
{
    struct pack_error error;
    fixture_path(fixture, "release.key", fixture->release_key_path);
    fixture_path(fixture, "release.pub", fixture->trust_path);
    must(pack_key_make(fixture->release_key_path, NULL, &error), &error);
    must(pack_public_key_load(fixture->trust_path, &fixture->release_key,
                              &error),
         &error);
    if (options->one_key) {
        fixture_path(fixture, "release.key", fixture->package_key_path);
    } else {
        fixture_path(fixture, "package.key", fixture->package_key_path);
        const struct pack_delegation how = {fixture->release_key_path,
                                            text_or(options->model, "SIM7000G"),
                                            PACK_MAX_SEQUENCE};
        must(pack_key_make(fixture->package_key_path, &how, &error), &error);
    }
    must(
        pack_key_load(fixture->package_key_path, &fixture->package_key, &error),
        &error);
}

void fixture_build(const struct fixture *fixture,
                   const struct pack_release *from,
                   const struct pack_release *to, struct pack_buffer *out)
{
    const struct pack_options full = {.full = 1};
    struct pack_error error;
    must(pack_build(from, to, fixture->package_key, &full, out, &error),
         &error);
}

void fixture_make(struct fixture *fixture,
                  const struct fixture_options *options)
{
    static const struct fixture_options defaults;
    const char *place = text_or(getenv("TMPDIR"), "/tmp");
    struct pack_error error;
    if (options == NULL)
        options = &defaults;
    memset(fixture, 0, sizeof *fixture);
    snprintf(fixture->directory, sizeof fixture->directory,
             "%.100s/farfix.XXXXXX", place);
    must_system(mkdtemp(fixture->directory) != NULL, fixture->directory);
    make_keys(fixture, options);
    fixture_path(fixture, "a", fixture->a_path);
    fixture_path(fixture, "b", fixture->b_path);
    fixture_path(fixture, "update.zip", fixture->zip_path);
    const struct plan a = plan_of(options, 0), b = plan_of(options, 1);
    write_release(fixture->a_path, &a);
    write_release(fixture->b_path, &b);
    sign_and_load(fixture, fixture->a_path, &fixture->a);
    sign_and_load(fixture, fixture->b_path, &fixture->b);
    fixture_build(fixture, &fixture->a, &fixture->b, &fixture->zip);
    must(pack_write_file(fixture->zip_path, fixture->zip.bytes,
                         fixture->zip.length, 0, &error),
         &error);
}

/* --- the end ------------------------------------------------------------- */

static int remove_one(const char *path, const struct stat *status, int type,
                      struct FTW *place)
{
    (void)status;
    (void)type;
    (void)place;
    return remove(path);
}

void fixture_free(struct fixture *fixture)
{
    nftw(fixture->directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    pack_key_free(fixture->package_key);
    pack_release_free(&fixture->a);
    pack_release_free(&fixture->b);
    pack_buffer_free(&fixture->zip);
    memset(fixture, 0, sizeof *fixture);
}
