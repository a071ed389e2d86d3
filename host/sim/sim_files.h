/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The module's file system: /custapp /fota /datatx /customer as directories
 * of the state directory, 22 MB together (a SIM7070: 6 MB), and its RAM as
 * another one. Every write is whole or not at all, also when the process is
 * killed: new content is staged in `tmp` and renamed.
 *
 * Names are checked here once more, so that nothing outside the directories
 * is ever touched; what is not a plain file does not exist.
 */
#ifndef FARFIX_SIM_FILES_H
#define FARFIX_SIM_FILES_H

#include "sim/sim_error.h"

/* Free when empty (FS application note V1.01, example of CFSGFRS). */
#define SIM_FILES_BYTES 22151168u
#define SIM_FILES_BYTES_7070 6391808u /* AT manual V1.05 of that family */

struct sim_files {
    int state;          /* the state directory */
    int dirs[FFX_DIRS]; /* its directories */
    int tmp;            /* the stage */
    uint32_t capacity;  /* in bytes; SIM_FILES_BYTES after open */
};

/* Makes what is missing; the stage is emptied. */
int sim_files_open(struct sim_files *files, const char *state,
                   struct ffx_sim_error *error);
void sim_files_close(struct sim_files *files);

/* As in struct ffx_module_files. */
int sim_files_size(const struct sim_files *files, int dir, const char *name,
                   uint32_t *bytes);
int sim_files_read(const struct sim_files *files, int dir, const char *name,
                   uint32_t offset, void *buffer, uint32_t length);
int sim_files_write(struct sim_files *files, int dir, const char *name, int how,
                    const void *data, uint32_t length);
int sim_files_remove(struct sim_files *files, int dir, const char *name);
int sim_files_rename(struct sim_files *files, int dir, const char *from,
                     const char *to);
uint32_t sim_files_free(const struct sim_files *files);

/* Faults of a stored file: it ends early, or one bit of it is another. */
int sim_files_truncate(struct sim_files *files, int dir, const char *name,
                       uint32_t length);
int sim_files_spoil(struct sim_files *files, int dir, const char *name,
                    uint32_t offset);

/* A descriptor to read a file by, or FFX_ERR_IO. */
int sim_files_open_file(const struct sim_files *files, int dir,
                        const char *name);
/* How long the file may become: what is free and what it holds now. */
uint32_t sim_files_room(const struct sim_files *files, int dir,
                        const char *name);
/* An empty file of the stage, opened for writing, or FFX_ERR_IO. */
int sim_files_stage(struct sim_files *files, const char *stage);
/* The staged file takes the name's place. 0 or FFX_ERR_IO. */
int sim_files_publish(struct sim_files *files, const char *stage, int dir,
                      const char *name);
/* The staged file is not wanted. */
void sim_files_discard(struct sim_files *files, const char *stage);

/* Every file of a directory, in no order. `take` returns 0 to go on. */
int sim_files_each(const struct sim_files *files, int dir,
                   int (*take)(void *context, const char *name), void *context);

/* Small files of the state directory itself: settings, layout. Whole or not
 * at all. load returns the length, 0 when there is none or it is longer. */
uint32_t sim_files_load(const struct sim_files *files, const char *name,
                        void *buffer, uint32_t capacity);
int sim_files_save(struct sim_files *files, const char *name, const void *data,
                   uint32_t length);

#endif
