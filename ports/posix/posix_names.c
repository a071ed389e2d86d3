/* SPDX-License-Identifier: Apache-2.0 */
#include "posix/posix_names.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* --- links that stay ----------------------------------------------------- */

static int same_device(const char *path, const struct stat *device)
{
    struct stat other;
    return stat(path, &other) == 0 && S_ISCHR(other.st_mode) &&
           other.st_rdev == device->st_rdev;
}

void posix_names_stable(const char *directory, const char *name, char *out,
                        size_t capacity)
{
    struct stat device;
    struct dirent *entry;
    char path[PATH_MAX];
    out[0] = '\0';
    if (lstat(name, &device) != 0 || !S_ISCHR(device.st_mode))
        return;
    DIR *links = opendir(directory);
    if (links == NULL)
        return;
    while (out[0] == '\0' && (entry = readdir(links)) != NULL) {
        const int length =
            snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
        if (length > 0 && (size_t)length < capacity &&
            (size_t)length < sizeof path && same_device(path, &device))
            memcpy(out, path, (size_t)length + 1);
    }
    closedir(links);
}

/* --- the USB device ------------------------------------------------------ */

static int is_usb_device(const char *path)
{
    char file[PATH_MAX + 16];
    snprintf(file, sizeof file, "%s/idVendor", path);
    return access(file, F_OK) == 0;
}

void posix_names_usb(const char *sys, const char *name, char *out,
                     size_t capacity)
{
    struct stat device;
    char link[PATH_MAX], path[PATH_MAX], root[PATH_MAX];
    out[0] = '\0';
    if (stat(name, &device) != 0 || !S_ISCHR(device.st_mode))
        return;
    snprintf(link, sizeof link, "%s/dev/char/%u:%u", sys, major(device.st_rdev),
             minor(device.st_rdev));
    if (realpath(link, path) == NULL || realpath(sys, root) == NULL)
        return;
    while (strlen(path) > strlen(root) && !is_usb_device(path))
        *strrchr(path, '/') = '\0';
    if (strlen(path) > strlen(root) && strlen(path) < capacity)
        strcpy(out, path);
}

/* --- who has it open ----------------------------------------------------- */

static int has_open(const char *proc, long process, const struct stat *device)
{
    char path[PATH_MAX];
    struct dirent *entry;
    int found = 0;
    snprintf(path, sizeof path, "%s/%ld/fd", proc, process);
    DIR *descriptors = opendir(path);
    if (descriptors == NULL)
        return 0;
    while (!found && (entry = readdir(descriptors)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%ld/fd/%s", proc, process,
                 entry->d_name);
        found = same_device(path, device);
    }
    closedir(descriptors);
    return found;
}

static void tell(const char *proc, long process, char *out, size_t capacity)
{
    char path[PATH_MAX], name[32] = "";
    snprintf(path, sizeof path, "%s/%ld/comm", proc, process);
    FILE *stream = fopen(path, "r");
    if (stream != NULL) {
        if (fgets(name, sizeof name, stream) == NULL)
            name[0] = '\0';
        fclose(stream);
    }
    name[strcspn(name, "\n")] = '\0';
    snprintf(out, capacity, "%s%sprocess %ld", name,
             name[0] != '\0' ? ", " : "", process);
}

void posix_names_holder(const char *proc, const char *name, char *out,
                        size_t capacity)
{
    struct stat device;
    struct dirent *entry;
    out[0] = '\0';
    if (stat(name, &device) != 0 || !S_ISCHR(device.st_mode))
        return;
    DIR *processes = opendir(proc);
    if (processes == NULL)
        return;
    while (out[0] == '\0' && (entry = readdir(processes)) != NULL) {
        char *end;
        const long process = strtol(entry->d_name, &end, 10);
        if (*end == '\0' && process > 0 && process != (long)getpid() &&
            has_open(proc, process, &device))
            tell(proc, process, out, capacity);
    }
    closedir(processes);
}
