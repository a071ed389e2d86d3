/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files in, whole files out. */
#include "pack/buffer.h"
#include "pack/fail.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_BYTES 65536u

/* --- reading ------------------------------------------------------------- */

static int too_large(const char *path, struct pack_error *error)
{
    return fail_with(error, FFX_ERR_SPACE,
                     "%s is larger than %u MiB, which no module holds", path,
                     PACK_FILE_MAX >> 20);
}

static int read_all(int file, const char *path, struct pack_buffer *out,
                    struct pack_error *error)
{
    struct stat status;
    if (fstat(file, &status) == 0 && status.st_size > (off_t)PACK_FILE_MAX)
        return too_large(path, error);
    for (;;) {
        const ssize_t got =
            read(file, buffer_reserve(out, READ_BYTES), READ_BYTES);
        if (got == 0)
            return 0;
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail_system(error, "read", path);
        out->length += (size_t)got;
        if (out->length > PACK_FILE_MAX) /* a pipe tells no size */
            return too_large(path, error);
    }
}

int pack_read_file(const char *path, struct pack_buffer *out,
                   struct pack_error *error)
{
    memset(out, 0, sizeof *out);
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return fail_system(error, "open", path);
    const int result = read_all(file, path, out, error);
    close(file);
    if (result != 0)
        pack_buffer_free(out);
    return result;
}

/* --- writing ------------------------------------------------------------- */

static int write_all(int file, const uint8_t *bytes, size_t length)
{
    while (length > 0) {
        const ssize_t put = write(file, bytes, length);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return -1;
        bytes += put;
        length -= (size_t)put;
    }
    return fsync(file);
}

/* The new name is durable only when its directory is. Some file systems
 * cannot sync a directory; the file itself is complete all the same. */
static void sync_directory_of(const char *path)
{
    char *copy = strdup(path);
    const int directory =
        copy == NULL ? -1 : open(dirname(copy), O_RDONLY | O_CLOEXEC);
    if (directory >= 0) {
        fsync(directory);
        close(directory);
    }
    free(copy);
}

static int write_and_rename(const char *path, const char *temporary, int file,
                            const void *bytes, size_t length)
{
    const int written = write_all(file, bytes, length);
    if (close(file) != 0 || written != 0 || rename(temporary, path) != 0) {
        const int cause = errno;
        unlink(temporary);
        errno = cause;
        return -1;
    }
    sync_directory_of(path);
    return 0;
}

/* `path` with its links followed, so that a link stays a link. Allocated. */
static char *target_of(const char *path)
{
    char *resolved = realpath(path, NULL);
    return resolved != NULL ? resolved : strdup(path);
}

static int check_target(const char *path, struct pack_error *error)
{
    struct stat status;
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
        return fail_with(error, FFX_ERR_IO,
                         "%s is not a regular file: name a file to write to",
                         path);
    return 0;
}

int pack_write_file(const char *path, const void *bytes, size_t length,
                    int secret, struct pack_error *error)
{
    static atomic_uint counter;
    char temporary[4096];
    if (check_target(path, error) != 0)
        return error->code;
    char *target = target_of(path);
    const int size = snprintf(temporary, sizeof temporary, "%s.tmp-%ld-%u",
                              target != NULL ? target : "", (long)getpid(),
                              atomic_fetch_add(&counter, 1));
    int file = -1;
    if (target != NULL && size < (int)sizeof temporary)
        file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                    secret ? 0600 : 0666);
    else
        errno = ENAMETOOLONG;
    int result = 0;
    if (file >= 0) /* what a killed writer leaves has no lock */
        flock(file, LOCK_EX);
    if (file < 0 ||
        write_and_rename(target, temporary, file, bytes, length) != 0)
        result = fail_system(error, "write", path);
    free(target);
    return result;
}
