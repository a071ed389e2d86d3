/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_catalog.h"
#include "base/bytes.h"
#include "pack/fail.h"
#include "store/store_log.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* --- directories --------------------------------------------------------- */

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static char *join(const char *directory, const char *name)
{
    char *path = NULL;
    return asprintf(&path, "%s/%s", directory, name) < 0 ? store_must(NULL)
                                                         : path;
}

/* Calls `each` with the path of every visible entry, in order of names. */
static int walk(const char *directory,
                void (*each)(void *context, const char *path), void *context)
{
    struct dirent **entries;
    const int count = scandir(directory, &entries, is_visible, alphasort);
    if (count < 0)
        return -1;
    for (int i = 0; i < count; i++) {
        char *path = join(directory, entries[i]->d_name);
        each(context, path);
        free(path);
        free(entries[i]);
    }
    free(entries);
    return 0;
}

static int is_directory(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* A pipe would keep the store waiting for who never writes to it. */
static void note_pipe(void *context, const char *path)
{
    struct stat status;
    int *pipes = context;
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode) &&
        !S_ISDIR(status.st_mode))
        ++*pipes;
}

static int ends_with(const char *text, const char *ending)
{
    const size_t length = strlen(text), tail = strlen(ending);
    return length > tail && strcmp(text + length - tail, ending) == 0;
}

/* --- fingerprint --------------------------------------------------------- */

struct fingerprint {
    FILE *text;
    int depth;
};

static void note_entry(void *context, const char *path)
{
    struct fingerprint *fingerprint = context;
    struct stat status = {0};
    if (stat(path, &status) != 0)
        return;
    /* The time of change, too: whoever makes a file readable does not write
     * to it, and whoever sets back a time cannot set back this one. */
    fprintf(fingerprint->text, "%s %lld %lld.%09ld %lld.%09ld %llu\n", path,
            (long long)status.st_size, (long long)status.st_mtim.tv_sec,
            status.st_mtim.tv_nsec, (long long)status.st_ctim.tv_sec,
            status.st_ctim.tv_nsec, (unsigned long long)status.st_ino);
    if (S_ISDIR(status.st_mode) && fingerprint->depth == 0) {
        fingerprint->depth++;
        walk(path, note_entry, fingerprint);
        fingerprint->depth--;
    }
}

int store_catalog_fingerprint(const char *directory, struct pack_buffer *out,
                              struct pack_error *error)
{
    char *text = NULL;
    size_t length = 0;
    struct fingerprint fingerprint = {
        store_must(open_memstream(&text, &length)), 0};
    const int failed = walk(directory, note_entry, &fingerprint);
    const int cause = errno;
    store_must(fclose(fingerprint.text) == 0 ? text : NULL);
    *out = (struct pack_buffer){(uint8_t *)text, length, length};
    errno = cause;
    if (!failed)
        return 0;
    pack_buffer_free(out);
    return fail_system(error, "read", directory);
}

/* --- releases ------------------------------------------------------------ */

static struct store_release *find_release(const struct store_catalog *catalog,
                                          const char *model,
                                          const char *version)
{
    for (size_t i = 0; i < catalog->release_count; i++)
        if (strcmp(catalog->releases[i].model, model) == 0 &&
            strcmp(catalog->releases[i].version, version) == 0)
            return &catalog->releases[i];
    return NULL;
}

struct reading {
    struct store_catalog *catalog;
    const struct store_catalog *before; /* may be null */
    const struct pack_key *key;
};

void store_catalog_digest(const struct pack_release *release,
                          uint8_t digest[FFX_SHA256_BYTES])
{
    uint8_t facts[2 * FFX_SHA256_BYTES + FFX_COMPONENTS * 16] = {0};
    pack_sha256(release->text.bytes, release->text.length, facts);
    pack_sha256(release->signature.bytes, release->signature.length,
                facts + FFX_SHA256_BYTES);
    for (uint32_t i = 0; i < release->component_count; i++) {
        const struct pack_component *component = &release->components[i];
        uint8_t *at = facts + 2 * FFX_SHA256_BYTES + i * 16;
        bytes_put32(at, component->slot_size);
        bytes_put32(at + 4, component->sector);
        bytes_put32(at + 8, component->step);
        bytes_put32(at + 12, component->ram);
    }
    pack_sha256(facts, sizeof facts, digest);
}

static void leave_out(struct store_catalog *catalog, const char *path,
                      const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void leave_out(struct store_catalog *catalog, const char *path,
                      const char *format, ...)
{
    char *why = NULL;
    va_list arguments;
    va_start(arguments, format);
    const int length = vasprintf(&why, format, arguments);
    va_end(arguments);
    store_must(length < 0 ? NULL : why);
    store_log("left out %s: %s", path, why);
    catalog->left_out =
        store_must(realloc(catalog->left_out, (catalog->left_out_count + 1) *
                                                  sizeof *catalog->left_out));
    catalog->left_out[catalog->left_out_count++] =
        (struct store_left_out){store_must(strdup(path)), why};
}

/* To find out who signed takes some milliseconds for each release, each time
 * that anything changes. */
static void find_trust(const struct store_catalog *before,
                       const struct pack_release *release,
                       struct store_release *out)
{
    const struct store_release *known =
        before != NULL ? find_release(before, out->model, out->version) : NULL;
    if (known != NULL &&
        memcmp(known->digest, out->digest, sizeof out->digest) == 0)
        out->trust = known->trust;
    else
        pack_release_trust(release, &out->trust);
}

static void fill_release(const struct store_catalog *before,
                         struct store_release *out, const char *path,
                         const struct pack_release *release)
{
    memset(out, 0, sizeof *out);
    out->path = store_must(strdup(path));
    strcpy(out->model, release->model);
    strcpy(out->version, release->version);
    out->sequence = release->sequence;
    out->component_count = release->component_count;
    for (uint32_t i = 0; i < release->component_count; i++) {
        strcpy(out->components[i], release->components[i].name);
        out->image_bytes += release->components[i].image.length;
    }
    store_catalog_digest(release, out->digest);
    find_trust(before, release, out);
}

static void add_release(struct reading *reading, const char *path,
                        const struct pack_release *release)
{
    struct store_catalog *catalog = reading->catalog;
    catalog->releases =
        store_must(realloc(catalog->releases, (catalog->release_count + 1) *
                                                  sizeof *catalog->releases));
    fill_release(reading->before, &catalog->releases[catalog->release_count++],
                 path, release);
}

static void remove_left_out(struct store_catalog *catalog)
{
    size_t kept = 0;
    for (size_t i = 0; i < catalog->release_count; i++) {
        if (catalog->releases[i].goes)
            free(catalog->releases[i].path);
        else
            catalog->releases[kept++] = catalog->releases[i];
    }
    catalog->release_count = kept;
}

/* --- chains of keys ------------------------------------------------------ */

static int share_a_key(const struct pack_keys *a, const struct pack_keys *b)
{
    for (uint32_t i = 0; i < a->count; i++)
        for (uint32_t j = 0; j < b->count; j++)
            if (memcmp(&a->key[i], &b->key[j], sizeof a->key[i]) == 0)
                return 1;
    return 0;
}

static int are_joined(const struct pack_trust *a, const struct pack_trust *b)
{
    return share_a_key(&a->signers, &b->signers) ||
           share_a_key(&a->signers, &b->trusted) ||
           share_a_key(&a->trusted, &b->signers);
}

/* Joins what `from` leads to, and what that leads to. */
static void join_all(struct store_catalog *catalog,
                     const struct pack_trust *from, uint8_t *joined)
{
    for (size_t i = 0; i < catalog->release_count; i++) {
        const struct store_release *release = &catalog->releases[i];
        if (joined[i] || release->trust.signers.count == 0 ||
            !are_joined(from, &release->trust))
            continue;
        joined[i] = 1;
        join_all(catalog, &release->trust, joined);
    }
}

/* During a rotation releases are by the old key, by the new one, or by the old
 * one and name the new one: all are joined to whichever delegated to us. A
 * stranger's, or a signature that does not hold, to nobody; or it names our key
 * as its next one: then it leads here, and nothing leads to it. */
static void leave_out_strangers(struct store_catalog *catalog)
{
    const struct pack_trust ours = {catalog->certifiers, catalog->certifiers};
    uint8_t *joined = store_must(calloc(catalog->release_count + 1, 1));
    join_all(catalog, &ours, joined);
    for (size_t i = 0; i < catalog->release_count; i++) {
        struct store_release *release = &catalog->releases[i];
        if (joined[i])
            continue;
        release->goes = 1;
        leave_out(catalog, release->path,
                  "release.sig is not by the release key behind this package "
                  "key, nor by one that another release introduces");
    }
    free(joined);
}

/* --- twins ---------------------------------------------------------------- */

static void leave_out_twin(struct store_catalog *catalog,
                           struct store_release *release,
                           const struct store_release *other)
{
    if (!release->goes)
        leave_out(catalog, release->path,
                  "it differs from %s, and both say that they are %s of model "
                  "%s: remove the wrong one",
                  other->path, release->version, release->model);
    release->goes = 1;
}

/* The copy of a release that is here already does no harm. Strangers are gone
 * by now: nobody is a twin by a name that he only claims. */
static void leave_out_twins(struct store_catalog *catalog)
{
    for (size_t i = 0; i < catalog->release_count; i++) {
        struct store_release *release = &catalog->releases[i];
        struct store_release *other =
            find_release(catalog, release->model, release->version);
        if (other == release)
            continue;
        if (memcmp(release->digest, other->digest, sizeof other->digest) != 0) {
            leave_out_twin(catalog, release, other);
            leave_out_twin(catalog, other, release);
            continue;
        }
        leave_out(catalog, release->path, "%s already is %s of model %s",
                  other->path, release->version, release->model);
        release->goes = 1;
    }
}

enum store_way store_catalog_way(const struct store_catalog *catalog,
                                 const struct store_release *from,
                                 const struct store_release *to)
{
    if (to->sequence <= from->sequence)
        return STORE_WAY_DOWN;
    if (to->sequence - from->sequence > FFX_SEQUENCE_STEP)
        return STORE_WAY_FAR;
    if (pack_trust_leads(&from->trust, &to->trust, &catalog->certifiers))
        return STORE_WAY;
    return share_a_key(&from->trust.trusted, &to->trust.signers)
               ? STORE_WAY_CERT
               : STORE_WAY_KEYS;
}

/* Is the end of release.ini there? "ram = 1" may become "ram = 16K": nobody
 * signs for that. */
static int ini_is_whole(const char *path)
{
    struct pack_buffer text;
    struct pack_error error;
    char *ini = join(path, "release.ini");
    const int failed = pack_read_regular(ini, &text, &error);
    free(ini);
    if (failed)
        return 0;
    const int whole = text.length > 0 && text.bytes[text.length - 1] == '\n';
    pack_buffer_free(&text);
    return whole;
}

static void read_release(struct reading *reading, const char *path)
{
    struct pack_release release;
    struct pack_error error;
    int pipes = 0;
    walk(path, note_pipe, &pipes);
    if (pipes > 0) {
        leave_out(reading->catalog, path,
                  "it holds something that is neither file nor directory");
        return;
    }
    if (pack_release_load(path, &release, &error) != 0) {
        leave_out(reading->catalog, path, "%s", error.text);
        return;
    }
    if (release.text.length == 0)
        leave_out(reading->catalog, path,
                  "not signed: farfix release sign %s --key RELEASE.key", path);
    else if (pack_release_check(&release, reading->key, &error) != 0)
        leave_out(reading->catalog, path, "%s", error.text);
    else if (!ini_is_whole(path))
        leave_out(reading->catalog, path,
                  "release.ini does not end with a line end: is it there to "
                  "its end?");
    else
        add_release(reading, path, &release);
    pack_release_free(&release);
}

/* --- vendor packages ----------------------------------------------------- */

static int read_side_file(const struct reading *reading, const char *path,
                          struct ffx_offer *offer, struct pack_error *error)
{
    struct pack_buffer text;
    char *info = NULL;
    if (asprintf(&info, "%s.info", path) < 0)
        store_must(NULL);
    int result = pack_read_regular(info, &text, error);
    free(info);
    if (result != 0)
        return result;
    result = pack_offer_read(offer, &text, reading->key, error);
    pack_buffer_free(&text);
    return result;
}

int store_catalog_read_vendor(const struct store_vendor *vendor,
                              struct pack_buffer *file,
                              struct pack_error *error)
{
    const int result = pack_read_regular(vendor->path, file, error);
    if (result != 0 || pack_offer_is_about(&vendor->offer, file))
        return result;
    pack_buffer_free(file);
    return fail_with(error, FFX_ERR_DIGEST,
                     "size or digest is not what its .info says: import it "
                     "again");
}

/* With a side-file that may be read. */
static int is_file(const char *path)
{
    int pipes = 0;
    char *info = NULL;
    store_must(asprintf(&info, "%s.info", path) < 0 ? NULL : info);
    note_pipe(&pipes, path);
    note_pipe(&pipes, info);
    free(info);
    return pipes == 0;
}

/* Nobody can be offered what our certificate does not cover. */
static int check_model(const struct reading *reading,
                       const struct ffx_offer *offer, struct pack_error *error)
{
    const struct ffx_cert *cert = pack_key_delegation(reading->key);
    if (cert == NULL || strcmp(cert->model, offer->model) == 0)
        return 0;
    return fail_with(error, FFX_ERR_CERT,
                     "this package key is for model %s, not for %s",
                     cert->model, offer->model);
}

static int check_vendor(const struct reading *reading,
                        struct store_vendor *vendor, struct pack_error *error)
{
    struct pack_buffer file;
    int result = read_side_file(reading, vendor->path, &vendor->offer, error);
    if (result == 0)
        result = check_model(reading, &vendor->offer, error);
    if (result == 0)
        result = store_catalog_read_vendor(vendor, &file, error);
    if (result == 0)
        pack_buffer_free(&file);
    return result;
}

static void read_vendor(struct reading *reading, const char *path)
{
    struct store_catalog *catalog = reading->catalog;
    struct store_vendor vendor = {.path = store_must(strdup(path))};
    const struct ffx_offer *offer = &vendor.offer;
    struct pack_error error;
    if (check_vendor(reading, &vendor, &error) != 0) {
        leave_out(catalog, path, "%s", error.text);
    } else if (store_catalog_vendor(catalog, offer->model, offer->from,
                                    offer->to)) {
        leave_out(catalog, path, "another file already leads from %s to %s",
                  offer->from, offer->to);
    } else {
        catalog->vendors =
            store_must(realloc(catalog->vendors, (catalog->vendor_count + 1) *
                                                     sizeof *catalog->vendors));
        catalog->vendors[catalog->vendor_count++] = vendor;
        return;
    }
    free(vendor.path);
}

/* --- catalog ------------------------------------------------------------- */

static void read_entry(void *context, const char *path)
{
    if (is_directory(path))
        read_release(context, path);
    else if (ends_with(path, ".zip") && is_file(path))
        read_vendor(context, path);
}

/* The same on every server, whatever its directories are called. */
static int by_model_and_sequence(const void *left, const void *right)
{
    const struct store_release *a = left, *b = right;
    const int order = strcmp(a->model, b->model);
    if (order != 0)
        return order;
    if (a->sequence != b->sequence)
        return a->sequence < b->sequence ? -1 : 1;
    return strcmp(a->version, b->version);
}

static int by_model(const void *left, const void *right)
{
    const struct store_vendor *a = left, *b = right;
    return strcmp(a->offer.model, b->offer.model);
}

int store_catalog_read(struct store_catalog *catalog,
                       const struct store_catalog *before,
                       const char *directory, const struct pack_key *key,
                       struct pack_error *error)
{
    struct reading reading = {catalog, before, key};
    memset(catalog, 0, sizeof *catalog);
    pack_key_trust(key, &catalog->certifiers);
    if (walk(directory, read_entry, &reading) != 0)
        return fail_system(error, "read", directory);
    leave_out_strangers(catalog);
    remove_left_out(catalog);
    leave_out_twins(catalog);
    remove_left_out(catalog);
    if (catalog->release_count > 0)
        qsort(catalog->releases, catalog->release_count,
              sizeof *catalog->releases, by_model_and_sequence);
    if (catalog->vendor_count > 0)
        qsort(catalog->vendors, catalog->vendor_count, sizeof *catalog->vendors,
              by_model);
    return 0;
}

void store_catalog_close(struct store_catalog *catalog)
{
    for (size_t i = 0; i < catalog->release_count; i++)
        free(catalog->releases[i].path);
    for (size_t i = 0; i < catalog->vendor_count; i++)
        free(catalog->vendors[i].path);
    for (size_t i = 0; i < catalog->left_out_count; i++) {
        free(catalog->left_out[i].path);
        free(catalog->left_out[i].why);
    }
    free(catalog->releases);
    free(catalog->vendors);
    free(catalog->left_out);
    memset(catalog, 0, sizeof *catalog);
}

const struct store_release *
store_catalog_release(const struct store_catalog *catalog, const char *model,
                      const char *version)
{
    return find_release(catalog, model, version);
}

const struct store_vendor *
store_catalog_vendor(const struct store_catalog *catalog, const char *model,
                     const char *from, const char *to)
{
    for (size_t i = 0; i < catalog->vendor_count; i++) {
        const struct ffx_offer *offer = &catalog->vendors[i].offer;
        if (strcmp(offer->model, model) == 0 &&
            strcmp(offer->from, from) == 0 && strcmp(offer->to, to) == 0)
            return &catalog->vendors[i];
    }
    return NULL;
}

int store_catalog_has_model(const struct store_catalog *catalog,
                            const char *model)
{
    for (size_t i = 0; i < catalog->release_count; i++)
        if (strcmp(catalog->releases[i].model, model) == 0)
            return 1;
    for (size_t i = 0; i < catalog->vendor_count; i++)
        if (strcmp(catalog->vendors[i].offer.model, model) == 0)
            return 1;
    return 0;
}

int store_catalog_leads_to(const struct store_catalog *catalog,
                           const char *model, const char *version)
{
    if (find_release(catalog, model, version) != NULL)
        return 1;
    for (size_t i = 0; i < catalog->vendor_count; i++)
        if (strcmp(catalog->vendors[i].offer.model, model) == 0 &&
            strcmp(catalog->vendors[i].offer.to, version) == 0)
            return 1;
    return 0;
}
