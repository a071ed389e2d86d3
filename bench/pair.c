/* SPDX-License-Identifier: Apache-2.0 */
#include "pair.h"

#include <psa/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define DIGEST_BYTES 32

static const char *const corpus_columns[] = {"pair",    "file",   "bytes",
                                             "sha256",  "class",  "group",
                                             "licence", "origin", NULL};
enum {
    CORPUS_PAIR,
    CORPUS_FILE,
    CORPUS_BYTES,
    CORPUS_SHA256,
    CORPUS_CLASS,
    CORPUS_GROUP
};

static const char *const peers_columns[] = {
    "pair",          "new_bytes", "bsdiff",   "best", "best_tool",
    "best_mcu_size", "version",   "settings", NULL};
enum {
    PEERS_PAIR,
    PEERS_NEW_BYTES,
    PEERS_BSDIFF,
    PEERS_BEST,
    PEERS_TOOL,
    PEERS_SMALL
};

/* --- the tables ---------------------------------------------------------- */

int pair_tables_read(struct pair_tables *tables, const char *folder)
{
    char path[PATH_MAX];
    memset(tables, 0, sizeof *tables);
    snprintf(path, sizeof path, "%s/CORPUS.tsv", folder);
    if (table_read(&tables->corpus, path, '\t', corpus_columns) != 0)
        return -1;
    snprintf(path, sizeof path, "%s/peers.csv", folder);
    if (table_read(&tables->peers, path, ',', peers_columns) != 0) {
        table_free(&tables->corpus);
        return -1;
    }
    for (size_t row = 0; row < tables->corpus.rows; row++) {
        const struct table *corpus = &tables->corpus;
        if (strcmp(table_cell(corpus, row, CORPUS_FILE), "new.bin") != 0)
            continue;
        tables->known++;
        tables->known_mcu +=
            strcmp(table_cell(corpus, row, CORPUS_GROUP), "mcu") == 0;
    }
    return 0;
}

void pair_tables_free(struct pair_tables *tables)
{
    table_free(&tables->corpus);
    table_free(&tables->peers);
}

/* --- is it the image that the table means? ------------------------------- */

static int hash_file(FILE *file, uint8_t digest[DIGEST_BYTES])
{
    psa_hash_operation_t hash = PSA_HASH_OPERATION_INIT;
    uint8_t piece[16384]; /* small: see cost.h */
    size_t length;
    psa_status_t status = psa_hash_setup(&hash, PSA_ALG_SHA_256);
    while (status == PSA_SUCCESS &&
           (length = fread(piece, 1, sizeof piece, file)) > 0)
        status = psa_hash_update(&hash, piece, length);
    if (status == PSA_SUCCESS && !ferror(file))
        status = psa_hash_finish(&hash, digest, DIGEST_BYTES, &length);
    psa_hash_abort(&hash);
    return status == PSA_SUCCESS && !ferror(file) ? 0 : -1;
}

static int has_sha256(const char *path, const char *wanted)
{
    uint8_t digest[DIGEST_BYTES];
    char text[2 * DIGEST_BYTES + 1];
    FILE *file = fopen(path, "rb");
    if (file == NULL || psa_crypto_init() != PSA_SUCCESS)
        return 0;
    const int result = hash_file(file, digest);
    fclose(file);
    for (size_t i = 0; i < DIGEST_BYTES; i++)
        snprintf(&text[2 * i], 3, "%02x", digest[i]);
    return result == 0 && strcmp(text, wanted) == 0;
}

/* -1: the table does not name this image. */
static long find_image(const struct table *corpus, const char *pair,
                       const char *file)
{
    for (size_t row = 0; row < corpus->rows; row++)
        if (strcmp(table_cell(corpus, row, CORPUS_PAIR), pair) == 0 &&
            strcmp(table_cell(corpus, row, CORPUS_FILE), file) == 0)
            return (long)row;
    return -1;
}

static int is_known(const struct pair *pair, const struct table *corpus,
                    size_t *row)
{
    const long old_row = find_image(corpus, pair->name, "old.bin");
    const long new_row = find_image(corpus, pair->name, "new.bin");
    if (old_row < 0 || new_row < 0) {
        fprintf(stderr,
                "%s: unknown to CORPUS.tsv: no class, no figures of "
                "peers.csv\n",
                pair->name);
        return 0;
    }
    *row = (size_t)new_row;
    if (has_sha256(pair->old_path,
                   table_cell(corpus, (size_t)old_row, CORPUS_SHA256)) &&
        has_sha256(pair->new_path, table_cell(corpus, *row, CORPUS_SHA256)))
        return 1;
    fprintf(stderr,
            "%s: not the images of CORPUS.tsv (SHA-256): no class, no "
            "figures of peers.csv\n",
            pair->name);
    return 0;
}

static void look_up_peers(struct pair *pair, const struct table *peers)
{
    for (size_t row = 0; row < peers->rows; row++) {
        if (strcmp(table_cell(peers, row, PEERS_PAIR), pair->name) != 0)
            continue;
        pair->peers_best = atoll(table_cell(peers, row, PEERS_BEST));
        pair->peers_small = atoll(table_cell(peers, row, PEERS_SMALL));
        pair->peers_by = table_cell(peers, row, PEERS_TOOL);
    }
}

/* --- pairs --------------------------------------------------------------- */

static int measure(struct pair *pair)
{
    struct stat old_stat, new_stat;
    if (stat(pair->old_path, &old_stat) != 0 ||
        stat(pair->new_path, &new_stat) != 0)
        return -1;
    pair->old_bytes = old_stat.st_size;
    pair->new_bytes = new_stat.st_size;
    pair->class_name = pair->group = pair->peers_by = "-";
    return 0;
}

int pair_of_corpus(struct pair *pair, const struct pair_tables *tables,
                   const char *folder, const char *name)
{
    size_t row;
    memset(pair, 0, sizeof *pair);
    snprintf(pair->name, sizeof pair->name, "%s", name);
    snprintf(pair->old_path, PATH_MAX, "%s/%s/old.bin", folder, name);
    snprintf(pair->new_path, PATH_MAX, "%s/%s/new.bin", folder, name);
    if (measure(pair) != 0)
        return -1;
    if (!is_known(pair, &tables->corpus, &row))
        return 0;
    pair->class_name = table_cell(&tables->corpus, row, CORPUS_CLASS);
    pair->group = table_cell(&tables->corpus, row, CORPUS_GROUP);
    look_up_peers(pair, &tables->peers);
    return 0;
}

/* The last two parts of a path: old and new often share the last one. */
static const char *tail_of(const char *path)
{
    int slashes = 0;
    const char *tail = path + strlen(path);
    while (tail > path && (tail[-1] != '/' || ++slashes < 2))
        tail--;
    return tail;
}

int pair_of_files(struct pair *pair, const char *old_path, const char *new_path)
{
    memset(pair, 0, sizeof *pair);
    snprintf(pair->name, sizeof pair->name, "%s", tail_of(new_path));
    snprintf(pair->old_path, PATH_MAX, "%s", old_path);
    snprintf(pair->new_path, PATH_MAX, "%s", new_path);
    if (measure(pair) == 0)
        return 0;
    fprintf(stderr, "bench: %s or %s is not there\n", old_path, new_path);
    return -1;
}
