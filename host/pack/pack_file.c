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
/* "update.zip.tmp-4711-3": by process 4711. */
#define TEMPORARY ".tmp-"

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

static int read_opened(int file, const char *path, struct pack_buffer *out,
                       struct pack_error *error)
{
    const int result = read_all(file, path, out, error);
    close(file);
    if (result != 0)
        pack_buffer_free(out);
    return result;
}

int pack_read_file(const char *path, struct pack_buffer *out,
                   struct pack_error *error)
{
    memset(out, 0, sizeof *out);
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return fail_system(error, "open", path);
    return read_opened(file, path, out, error);
}

/* O_NONBLOCK: to open a pipe that nobody writes to would take for ever. */
int pack_read_regular(const char *path, struct pack_buffer *out,
                      struct pack_error *error)
{
    struct stat status;
    memset(out, 0, sizeof *out);
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (file < 0)
        return fail_system(error, "open", path);
    if (fstat(file, &status) == 0 && S_ISREG(status.st_mode))
        return read_opened(file, path, out, error);
    close(file);
    return fail_with(error, FFX_ERR_IO, "%s is not a regular file", path);
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

/* The lock ends with the descriptor: not before the file has its name. */
static int write_and_rename(const char *path, const char *temporary, int file,
                            const void *bytes, size_t length)
{
    int result = write_all(file, bytes, length);
    if (result == 0)
        result = rename(temporary, path);
    const int cause = errno;
    if (result != 0)
        unlink(temporary);
    close(file);
    if (result == 0)
        sync_directory_of(path);
    errno = cause;
    return result;
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

#define NAME_BYTES 4096u

/* -1, with errno. */
static int name_temporary(char name[NAME_BYTES], const char *target)
{
    static atomic_uint counter;
    const int size = snprintf(name, NAME_BYTES, "%s" TEMPORARY "%ld-%u", target,
                              (long)getpid(), atomic_fetch_add(&counter, 1));
    errno = ENAMETOOLONG;
    return size < (int)NAME_BYTES ? 0 : -1;
}

/* Between open and flock somebody may have swept the new file out: then there
 * is no name to rename any more. */
static int lock_new(int file)
{
    struct stat status;
    return flock(file, LOCK_EX) != 0 || fstat(file, &status) != 0 ||
           status.st_nlink > 0;
}

/* A locked file under a name that nobody has; another process' number may be
 * ours, in another container or before the power went. */
static int open_temporary(char name[NAME_BYTES], const char *target, int secret)
{
    for (int tries = 0; tries < 1000; tries++) {
        if (name_temporary(name, target) != 0)
            return -1;
        const int file = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                              secret ? 0600 : 0666);
        if (file < 0 && errno != EEXIST)
            return -1;
        if (file >= 0 && lock_new(file))
            return file;
        if (file >= 0)
            close(file);
    }
    errno = EEXIST;
    return -1;
}

int pack_write_file(const char *path, const void *bytes, size_t length,
                    int secret, struct pack_error *error)
{
    char temporary[NAME_BYTES];
    if (check_target(path, error) != 0)
        return error->code;
    char *target = target_of(path);
    int result = 0, file = -1;
    errno = ENOMEM;
    if (target != NULL)
        file = open_temporary(temporary, target, secret);
    if (file < 0 ||
        write_and_rename(target, temporary, file, bytes, length) != 0)
        result = fail_system(error, "write", path);
    free(target);
    return result;
}

int pack_sweep(int directory, const char *name)
{
    const int file =
        openat(directory, name,
               O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    struct stat status;
    if (file < 0)
        return 0;
    const int swept = fstat(file, &status) == 0 && S_ISREG(status.st_mode) &&
                      flock(file, LOCK_EX | LOCK_NB) == 0 &&
                      unlinkat(directory, name, 0) == 0;
    close(file);
    return swept;
}

size_t pack_temporary(const char *name)
{
    const size_t marks = strlen(TEMPORARY);
    const char *mark = NULL, *at = name;
    while ((at = strstr(at, TEMPORARY)) != NULL)
        mark = at++;
    if (mark == NULL)
        return 0;
    at = mark + marks;
    const size_t process = strspn(at, "0123456789");
    if (process == 0 || at[process] != '-')
        return 0;
    at += process + 1;
    const size_t number = strspn(at, "0123456789");
    return number > 0 && at[number] == '\0' ? (size_t)(mark - name) : 0;
}
