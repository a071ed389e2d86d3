/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/lab_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static uint32_t unit_count(const struct lab_flash *flash)
{
    return flash->size / flash->config.write_unit;
}

/* --- writing ------------------------------------------------------------- */

static void keep(const struct lab_flash *flash, const void *data,
                 uint32_t length, uint64_t at)
{
    const uint8_t *p = data;
    while (flash->file >= 0 && length > 0) {
        const ssize_t n = pwrite(flash->file, p, length, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            perror(flash->config.path);
            abort();
        }
        p += n;
        at += (uint64_t)n;
        length -= (uint32_t)n;
    }
}

void lab_file_bytes(const struct lab_flash *flash, uint32_t address,
                    uint32_t length)
{
    keep(flash, flash->bytes + address, length, address);
}

void lab_file_flags(const struct lab_flash *flash, uint32_t first_unit,
                    uint32_t units)
{
    keep(flash, flash->written + first_unit, units,
         (uint64_t)flash->size + first_unit);
}

/* --- opening ------------------------------------------------------------- */

/* To a name beside it, then renamed: a process killed here leaves no file of
 * half the length that would never open again. */
static int file_create(struct lab_flash *flash)
{
    char name[4096];
    const int n = snprintf(name, sizeof name, "%s.new", flash->config.path);
    if (n < 0 || (size_t)n >= sizeof name)
        return FFX_ERR_IO;
    flash->file = open(name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (flash->file < 0)
        return FFX_ERR_IO;
    lab_file_bytes(flash, 0, flash->size);
    lab_file_flags(flash, 0, unit_count(flash));
    return rename(name, flash->config.path) == 0 ? 0 : FFX_ERR_IO;
}

static int load(int file, void *data, size_t length)
{
    uint8_t *p = data;
    while (length > 0) {
        const ssize_t n = read(file, p, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return FFX_ERR_IO;
        p += n;
        length -= (size_t)n;
    }
    return 0;
}

static int file_load(struct lab_flash *flash)
{
    struct stat stat;
    if (fstat(flash->file, &stat) != 0 ||
        stat.st_size != (off_t)flash->size + (off_t)unit_count(flash))
        return FFX_ERR_IO;
    const int rc = load(flash->file, flash->cells, flash->size);
    return rc ? rc : load(flash->file, flash->flags, unit_count(flash));
}

int lab_file_open(struct lab_flash *flash)
{
    if (flash->config.path == NULL)
        return 0;
    flash->file = open(flash->config.path, O_RDWR | O_CLOEXEC);
    if (flash->file < 0)
        return errno == ENOENT ? file_create(flash) : FFX_ERR_IO;
    return file_load(flash);
}
