/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sim_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const dir_names[FFX_DIRS] = {"custapp", "fota", "datatx",
                                                "customer", "ram"};

/* --- opening ------------------------------------------------------------- */

static int open_dir(int parent, const char *name)
{
    if (mkdirat(parent, name, 0777) != 0 && errno != EEXIST)
        return -1;
    return openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int each(int dir, int (*take)(void *context, const char *name),
                void *context)
{
    int result = 0;
    struct dirent *entry;
    const int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *stream = fd >= 0 ? fdopendir(fd) : NULL;
    if (stream == NULL) {
        if (fd >= 0)
            close(fd);
        return FFX_ERR_IO;
    }
    while (result == 0 && (entry = readdir(stream)) != NULL) {
        struct stat facts;
        if (fstatat(dir, entry->d_name, &facts, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(facts.st_mode))
            result = take(context, entry->d_name);
    }
    closedir(stream);
    return result;
}

static int remove_staged(void *context, const char *name)
{
    unlinkat(*(const int *)context, name, 0);
    return 0;
}

static int open_all(struct sim_files *files)
{
    for (int i = 0; i < FFX_DIRS; i++) {
        files->dirs[i] = open_dir(files->state, dir_names[i]);
        if (files->dirs[i] < 0)
            return -1;
    }
    files->tmp = open_dir(files->state, "tmp");
    return files->tmp < 0 ? -1 : each(files->tmp, remove_staged, &files->tmp);
}

int sim_files_open(struct sim_files *files, const char *state,
                   struct ffx_sim_error *error)
{
    *files =
        (struct sim_files){.state = -1, .tmp = -1, .capacity = SIM_FILES_BYTES};
    for (int i = 0; i < FFX_DIRS; i++)
        files->dirs[i] = -1;
    files->state = open_dir(AT_FDCWD, state);
    if (files->state < 0)
        return sim_missing(error, "cannot open the state directory %s: %s",
                           state, strerror(errno));
    int result = FFX_OK;
    if (flock(files->state, LOCK_EX | LOCK_NB) != 0)
        result = sim_error(error, FFX_ERR_BUSY,
                           "another module runs in %s; stop it, or name "
                           "another --state",
                           state);
    else if (open_all(files) != 0)
        result = sim_error(error, FFX_ERR_IO, "cannot write in %s: %s", state,
                           strerror(errno));
    if (result != FFX_OK)
        sim_files_close(files);
    return result;
}

void sim_files_close(struct sim_files *files)
{
    for (int i = 0; i < FFX_DIRS; i++)
        if (files->dirs[i] >= 0)
            close(files->dirs[i]);
    if (files->tmp >= 0)
        close(files->tmp);
    if (files->state >= 0)
        close(files->state);
    files->state = files->tmp = -1;
}

/* --- names --------------------------------------------------------------- */

static int name_good(int dir, const char *name)
{
    const size_t length = strnlen(name, FFX_FILE_NAME_MAX + 1);
    return dir >= 0 && dir < FFX_DIRS && length >= 1 &&
           length <= FFX_FILE_NAME_MAX && strchr(name, '/') == NULL &&
           strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

/* A symbolic link, a device or a directory in the way is not our file. */
static int open_plain(const struct sim_files *files, int dir, const char *name,
                      int flags)
{
    struct stat facts;
    if (!name_good(dir, name))
        return FFX_ERR_IO;
    const int fd = openat(files->dirs[dir], name,
                          flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666);
    if (fd < 0)
        return FFX_ERR_IO;
    if (fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode) &&
        facts.st_size <= INT32_MAX)
        return fd;
    close(fd);
    return FFX_ERR_IO;
}

int sim_files_open_file(const struct sim_files *files, int dir,
                        const char *name)
{
    return open_plain(files, dir, name, O_RDONLY);
}

/* --- space --------------------------------------------------------------- */

struct sum {
    int dir;
    uint64_t bytes;
};

static int add_size(void *context, const char *name)
{
    struct sum *sum = context;
    struct stat facts;
    if (fstatat(sum->dir, name, &facts, AT_SYMLINK_NOFOLLOW) == 0)
        sum->bytes += (uint64_t)facts.st_size;
    return 0;
}

uint32_t sim_files_free(const struct sim_files *files)
{
    struct sum sum = {0};
    for (unsigned i = 0; i < FFX_CFS_DIRS; i++) {
        sum.dir = files->dirs[i];
        each(sum.dir, add_size, &sum);
    }
    return sum.bytes < files->capacity ? files->capacity - (uint32_t)sum.bytes
                                       : 0;
}

uint32_t sim_files_room(const struct sim_files *files, int dir,
                        const char *name)
{
    uint32_t held = 0;
    const uint32_t available = sim_files_free(files);
    if (sim_files_size(files, dir, name, &held) != FFX_OK)
        held = 0;
    return held < files->capacity - available ? available + held
                                              : files->capacity;
}

/* --- reading ------------------------------------------------------------- */

int sim_files_size(const struct sim_files *files, int dir, const char *name,
                   uint32_t *bytes)
{
    struct stat facts;
    const int fd = sim_files_open_file(files, dir, name);
    if (fd < 0)
        return FFX_ERR_IO;
    const int result = fstat(fd, &facts) == 0 ? FFX_OK : FFX_ERR_IO;
    *bytes = result == FFX_OK ? (uint32_t)facts.st_size : 0;
    close(fd);
    return result;
}

int sim_files_read(const struct sim_files *files, int dir, const char *name,
                   uint32_t offset, void *buffer, uint32_t length)
{
    const int fd = sim_files_open_file(files, dir, name);
    if (fd < 0)
        return FFX_ERR_IO;
    const ssize_t count = pread(fd, buffer, length, (off_t)offset);
    close(fd);
    return count < 0 ? FFX_ERR_IO : (int)count;
}

/* --- writing ------------------------------------------------------------- */

static int write_all(int fd, const void *data, size_t length)
{
    const char *next = data;
    while (length > 0) {
        const ssize_t count = write(fd, next, length);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return errno == ENOSPC || errno == EDQUOT ? FFX_ERR_SPACE
                                                      : FFX_ERR_IO;
        next += count;
        length -= (size_t)count;
    }
    return FFX_OK;
}

int sim_files_stage(struct sim_files *files, const char *stage)
{
    const int fd = openat(files->tmp, stage,
                          O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    return fd < 0 ? FFX_ERR_IO : fd;
}

int sim_files_publish(struct sim_files *files, const char *stage, int dir,
                      const char *name)
{
    if (name_good(dir, name) &&
        renameat(files->tmp, stage, files->dirs[dir], name) == 0)
        return FFX_OK;
    sim_files_discard(files, stage);
    return FFX_ERR_IO;
}

void sim_files_discard(struct sim_files *files, const char *stage)
{
    unlinkat(files->tmp, stage, 0);
}

/* What a file holds from `offset` on, behind what fd has already. */
static int copy_rest(const struct sim_files *files, int dir, const char *name,
                     uint32_t offset, int fd)
{
    char piece[4096];
    for (;;) {
        const int count =
            sim_files_read(files, dir, name, offset, piece, sizeof piece);
        if (count <= 0)
            return count;
        const int result = write_all(fd, piece, (size_t)count);
        if (result != FFX_OK)
            return result;
        offset += (uint32_t)count;
    }
}

/* The rest of dir/rest behind it; null: nothing. */
static int stage_all(struct sim_files *files, const void *data, uint32_t length,
                     int dir, const char *rest)
{
    const int fd = sim_files_stage(files, "write");
    if (fd < 0)
        return FFX_ERR_IO;
    int result = write_all(fd, data, length);
    if (result == FFX_OK && rest != NULL)
        result = copy_rest(files, dir, rest, length, fd);
    if (close(fd) != 0 && result == FFX_OK)
        result = FFX_ERR_IO;
    if (result != FFX_OK)
        sim_files_discard(files, "write");
    return result;
}

static int append_all(const struct sim_files *files, int dir, const char *name,
                      const void *data, uint32_t length)
{
    const int fd = open_plain(files, dir, name, O_WRONLY);
    if (fd < 0)
        return FFX_ERR_IO;
    const off_t end = lseek(fd, 0, SEEK_END);
    int result = end < 0 ? FFX_ERR_IO : write_all(fd, data, length);
    if (result != FFX_OK && end >= 0 && ftruncate(fd, end) != 0)
        result = FFX_ERR_IO;
    close(fd);
    return result;
}

int sim_files_write(struct sim_files *files, int dir, const char *name, int how,
                    const void *data, uint32_t length)
{
    const int append = how == FFX_WRITE_APPEND;
    uint32_t held;
    if (!name_good(dir, name))
        return FFX_ERR_IO;
    const int exists = sim_files_size(files, dir, name, &held) == FFX_OK;
    const uint32_t room =
        append ? sim_files_free(files) : sim_files_room(files, dir, name);
    if (length > room)
        return FFX_ERR_SPACE;
    if (append && exists)
        return append_all(files, dir, name, data, length);
    const int over = exists && how == FFX_WRITE_OVER;
    const int result = stage_all(files, data, length, dir, over ? name : NULL);
    return result != FFX_OK ? result
                            : sim_files_publish(files, "write", dir, name);
}

int sim_files_truncate(struct sim_files *files, int dir, const char *name,
                       uint32_t length)
{
    const int fd = open_plain(files, dir, name, O_WRONLY);
    if (fd < 0)
        return FFX_ERR_IO;
    const int result = ftruncate(fd, (off_t)length) == 0 ? FFX_OK : FFX_ERR_IO;
    close(fd);
    return result;
}

int sim_files_spoil(struct sim_files *files, int dir, const char *name,
                    uint32_t offset)
{
    uint8_t byte;
    const int fd = open_plain(files, dir, name, O_RDWR);
    if (fd < 0)
        return FFX_ERR_IO;
    int result = FFX_ERR_IO;
    if (pread(fd, &byte, 1, (off_t)offset) == 1) {
        byte ^= 0x01;
        result = pwrite(fd, &byte, 1, (off_t)offset) == 1 ? FFX_OK : FFX_ERR_IO;
    }
    close(fd);
    return result;
}

int sim_files_remove(struct sim_files *files, int dir, const char *name)
{
    uint32_t bytes;
    if (sim_files_size(files, dir, name, &bytes) != FFX_OK)
        return FFX_ERR_IO;
    return unlinkat(files->dirs[dir], name, 0) == 0 ? FFX_OK : FFX_ERR_IO;
}

int sim_files_rename(struct sim_files *files, int dir, const char *from,
                     const char *to)
{
    uint32_t bytes;
    struct stat facts;
    if (sim_files_size(files, dir, from, &bytes) != FFX_OK ||
        !name_good(dir, to) ||
        fstatat(files->dirs[dir], to, &facts, AT_SYMLINK_NOFOLLOW) == 0)
        return FFX_ERR_IO;
    return renameat(files->dirs[dir], from, files->dirs[dir], to) == 0
               ? FFX_OK
               : FFX_ERR_IO;
}

int sim_files_each(const struct sim_files *files, int dir,
                   int (*take)(void *context, const char *name), void *context)
{
    return each(files->dirs[dir], take, context);
}

/* --- the state directory itself ------------------------------------------ */

uint32_t sim_files_load(const struct sim_files *files, const char *name,
                        void *buffer, uint32_t capacity)
{
    struct stat facts;
    const int fd = openat(files->state, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t count = 0;
    if (fstat(fd, &facts) == 0 && facts.st_size <= (off_t)capacity)
        count = read(fd, buffer, capacity);
    close(fd);
    return count > 0 ? (uint32_t)count : 0;
}

int sim_files_save(struct sim_files *files, const char *name, const void *data,
                   uint32_t length)
{
    const int result = stage_all(files, data, length, 0, NULL);
    if (result != FFX_OK)
        return result;
    if (renameat(files->tmp, "write", files->state, name) == 0)
        return FFX_OK;
    sim_files_discard(files, "write");
    return FFX_ERR_IO;
}
