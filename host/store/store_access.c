/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_access.h"
#include "pack/fail.h"
#include "store/store_log.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static int open_file(const char *path)
{
    return path == NULL
               ? STDERR_FILENO
               : open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
}

static void close_file(int file)
{
    if (file > STDERR_FILENO)
        close(file);
}

int store_access_open(struct store_access *access, const char *path,
                      struct pack_error *error)
{
    access->path = path;
    access->file = open_file(path);
    if (access->file < 0) {
        fail_system(error, "write to", path);
        error->missing = 0;
        return error->code;
    }
    pthread_rwlock_init(&access->lock, NULL);
    return 0;
}

void store_access_reopen(struct store_access *access)
{
    const int file = open_file(access->path);
    if (file < 0) {
        store_log("cannot open %s anew: going on with the old file",
                  access->path);
        return;
    }
    pthread_rwlock_wrlock(&access->lock);
    const int old = access->file;
    access->file = file;
    pthread_rwlock_unlock(&access->lock);
    close_file(old);
}

void store_access_close(struct store_access *access)
{
    pthread_rwlock_destroy(&access->lock);
    close_file(access->file);
}

static void copy_safely(char *to, size_t size, const char *from)
{
    size_t length = 0;
    while (from[length] != '\0' && length < size - 1) {
        const char c = from[length];
        to[length++] = c > ' ' && c < 0x7f && c != '"' ? c : '?';
    }
    to[length] = '\0';
}

void store_access_write(struct store_access *access,
                        const struct store_access_line *line)
{
    char text[600], target[400], method[17], when[STORE_TIME_BYTES];
    store_time(when);
    copy_safely(target, sizeof target, line->target);
    copy_safely(method, sizeof method, line->method);
    const int length = snprintf(
        text, sizeof text, "%s %s \"%s %s\" %d %llu%s\n", when, line->who,
        method, target, line->status, (unsigned long long)line->bytes,
        line->aborted ? " aborted" : "");
    pthread_rwlock_rdlock(&access->lock);
    /* A log on a full disk is no reason to serve nobody. */
    const ssize_t written = write(access->file, text, (size_t)length);
    pthread_rwlock_unlock(&access->lock);
    (void)written;
}
