/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/release.h"

#include "pack/buffer.h"
#include "pack/fail.h"
#include "pack/image.h"
#include "pack/release_ini.h"
#include "pack/sign.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

int release_path(char path[RELEASE_PATH], const char *directory,
                 const char *file, struct pack_error *error)
{
    if (snprintf(path, RELEASE_PATH, "%s/%s", directory, file) <
        (int)RELEASE_PATH)
        return 0;
    return fail_with(error, FFX_ERR_BUFFER, "the path of %s is too long", file);
}

void pack_release_free(struct pack_release *release)
{
    for (uint32_t i = 0; i < FFX_COMPONENTS; i++)
        pack_buffer_free(&release->components[i].image);
    pack_buffer_free(&release->text);
    pack_buffer_free(&release->signature);
}

const struct pack_component *
release_component(const struct pack_release *release, const char *name)
{
    for (uint32_t i = 0; i < release->component_count; i++)
        if (strcmp(release->components[i].name, name) == 0)
            return &release->components[i];
    return NULL;
}

/* --- text ---------------------------------------------------------------- */

void release_text(const struct pack_release *release, struct pack_buffer *out)
{
    buffer_print(out, "format=1\nmodel=%s\nversion=%s\nsequence=%u\n",
                 release->model, release->version, release->sequence);
    for (uint32_t i = 0; i < release->component_count; i++) {
        const struct pack_component *component = &release->components[i];
        buffer_print(out, "component=%s\nsize=%zu\n", component->name,
                     component->image.length);
        buffer_hex_line(out, "sha256", component->sha256, FFX_SHA256_BYTES);
    }
    if (release->has_next_key)
        buffer_hex_line(out, "next_key", release->next_key.point,
                        FFX_PUBLIC_KEY_BYTES);
    if (release->has_revoke)
        buffer_hex_line(out, "revoke", release->revoke.point,
                        FFX_PUBLIC_KEY_BYTES);
}

static void take_keys(struct pack_release *release,
                      const struct ffx_release *parsed)
{
    release->has_next_key = parsed->has_next_key;
    release->has_revoke = parsed->has_revoke;
    release->next_key = parsed->next_key;
    release->revoke = parsed->revoke;
}

/* What it says of keys release.ini does not know; all else must be about
 * these images. */
static int check_text(const char *path, struct pack_release *release,
                      struct pack_error *error)
{
    struct ffx_release parsed;
    struct pack_buffer expected = {0};
    int result = 0;
    if (release->text.length > FFX_MANIFEST_MAX ||
        ffx_release_parse(&parsed, (const char *)release->text.bytes,
                          (uint32_t)release->text.length) != 0)
        return fail_with(error, FFX_ERR_MANIFEST,
                         "%s is not a release text: remove it, or sign again "
                         "with farfix release sign",
                         path);
    if (parsed.has_next_key && ffx_key_is_test(&parsed.next_key))
        return fail_with(error, FFX_ERR_TEST_KEY,
                         "%s introduces a test key that farfix publishes: sign "
                         "again with another --next-key",
                         path);
    take_keys(release, &parsed);
    release_text(release, &expected);
    if (release->text.length != expected.length ||
        memcmp(release->text.bytes, expected.bytes, expected.length) != 0)
        result = fail_with(error, FFX_ERR_DIGEST,
                           "%s is about other images or settings than stand "
                           "beside it: sign again with farfix release sign",
                           path);
    pack_buffer_free(&expected);
    return result;
}

/* --- loading ------------------------------------------------------------- */

static int load_image(const char *directory, struct pack_component *component,
                      struct pack_error *error)
{
    char path[RELEASE_PATH];
    struct image_file about;
    if (release_path(path, directory, component->file, error) != 0 ||
        image_read(path, &component->image, &about, error) != 0) {
        error->missing = 0; /* release.ini named it, not the caller */
        return error->code;
    }
    const size_t size = component->image.length;
    if (size == 0)
        return fail_with(error, FFX_ERR_GEOMETRY, "%s is empty", path);
    if (size > component->slot_size)
        return fail_with(error, FFX_ERR_GEOMETRY,
                         "%s has %zu bytes, its slot only %u (slot_size in "
                         "release.ini)",
                         path, size, component->slot_size);
    pack_sha256(component->image.bytes, size, component->sha256);
    return 0;
}

/* docs/package-format.md section 1: modem before ap. */
static int rank(const struct pack_component *component)
{
    if (strcmp(component->name, "modem") == 0)
        return 0;
    return strcmp(component->name, "ap") == 0 ? 1 : 2;
}

static void sort_components(struct pack_release *release)
{
    for (uint32_t i = 1; i < release->component_count; i++)
        for (uint32_t j = i; j > 0; j--) {
            struct pack_component *a = &release->components[j - 1], *b = a + 1;
            if (rank(a) <= rank(b))
                break;
            const struct pack_component swap = *a;
            *a = *b;
            *b = swap;
        }
}

static int check_directory(const char *directory, struct pack_error *error)
{
    struct stat status;
    if (stat(directory, &status) != 0)
        return fail_system(error, "open", directory);
    if (!S_ISDIR(status.st_mode))
        return fail_with(error, FFX_ERR_IO, "%s is not a release directory",
                         directory);
    return 0;
}

int release_load_unsigned(const char *directory, struct pack_release *release,
                          struct pack_error *error)
{
    char path[RELEASE_PATH];
    memset(release, 0, sizeof *release);
    int result = check_directory(directory, error);
    if (result == 0)
        result = release_path(path, directory, "release.ini", error);
    if (result == 0)
        result = release_ini_read(path, release, error);
    sort_components(release);
    for (uint32_t i = 0; result == 0 && i < release->component_count; i++)
        result = load_image(directory, &release->components[i], error);
    if (result != 0)
        pack_release_free(release);
    return result;
}

int release_load_text(const char *directory, struct pack_release *release,
                      struct pack_error *error)
{
    char path[RELEASE_PATH];
    if (release_path(path, directory, "release", error) != 0)
        return error->code;
    const int result = pack_read_file(path, &release->text, error);
    return result != 0 ? result : check_text(path, release, error);
}

/* Half of what openssl and tokens sign has a high s, which no reader takes. */
static int check_spelling(const char *directory, const char *path,
                          const struct pack_buffer *signature,
                          struct pack_error *error)
{
    struct pack_buffer good = {0};
    int result = sign_normalise(signature->bytes, signature->length, &good);
    if (result != 0)
        fail_with(error, result,
                  "%s is no signature on P-256 in DER: sign again with farfix "
                  "release sign",
                  path);
    else if (good.length != signature->length ||
             memcmp(good.bytes, signature->bytes, good.length) != 0)
        result = fail_with(error, FFX_ERR_SIGNATURE,
                           "%s has a high s, as openssl makes half of them, "
                           "and devices take one spelling: farfix release sign "
                           "%s --key RELEASE.pub --signature %s",
                           path, directory, path);
    pack_buffer_free(&good);
    return result;
}

/* A text that waits for its signature says nothing yet. */
static int forget_text(struct pack_release *release)
{
    pack_buffer_free(&release->text);
    release->has_next_key = release->has_revoke = 0;
    return 0;
}

static int load_signature(const char *directory, struct pack_release *release,
                          struct pack_error *error)
{
    char path[RELEASE_PATH];
    int result = release_load_text(directory, release, error);
    if (result != 0)
        return error->missing ? 0 : result;
    if (release_path(path, directory, "release.sig", error) != 0)
        return error->code;
    result = pack_read_file(path, &release->signature, error);
    if (result != 0 && error->missing)
        return forget_text(release);
    if (result != 0)
        return result;
    return check_spelling(directory, path, &release->signature, error);
}

int pack_release_load(const char *directory, struct pack_release *release,
                      struct pack_error *error)
{
    int result = release_load_unsigned(directory, release, error);
    if (result == 0)
        result = load_signature(directory, release, error);
    if (result != 0)
        pack_release_free(release);
    return result;
}
