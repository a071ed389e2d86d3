/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pair of images, and what is known of it: its class and group from
 * CORPUS.tsv, the patches of other tools from peers.csv. Known is only what
 * has the SHA-256 that stands there.
 */
#ifndef BENCH_PAIR_H
#define BENCH_PAIR_H

#include "table.h"

#include <limits.h>

#define PAIRS_MAX 256

/* CORPUS.tsv, peers.csv; and how many pairs the former knows. */
struct pair_tables {
    struct table corpus, peers;
    size_t known, known_mcu;
};

struct pair {
    char name[64];
    char old_path[PATH_MAX], new_path[PATH_MAX];
    long long old_bytes, new_bytes;
    const char *class_name; /* "one-line", ...; "-": unknown */
    const char *group;      /* "mcu", "linux"; "-": unknown */
    /* Bytes of patches as peers.csv has them; 0: none. */
    long long peers_best, peers_small;
    const char *peers_by;
};

/* 0, or -1 after one line on stderr. */
int pair_tables_read(struct pair_tables *tables, const char *folder);
void pair_tables_free(struct pair_tables *tables);

/* DIR/NAME/{old,new}.bin. 0; -1: there are no such files. Says on stderr
 * when the tables do not know the pair or know other images by its name. */
int pair_of_corpus(struct pair *pair, const struct pair_tables *tables,
                   const char *folder, const char *name);
/* Two files of the user. 0, or -1 after one line on stderr. */
int pair_of_files(struct pair *pair, const char *old_path,
                  const char *new_path);

#endif
