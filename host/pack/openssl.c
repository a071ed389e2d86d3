/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/openssl.h"

#include "pack/buffer.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define OUTPUT_MAX 65536u

/* Files in memory, by the number that the child knows them by. Neither side
 * waits for the other, and a secret can be read twice and lies on no disk. */
enum { IN, OUT, ERR, SECRET, INPUT, FILES };

/* A file in memory with none of the numbers above: what the child is given
 * under one of them must not cost it another one. */
static int new_file(void)
{
    const int low = memfd_create("farfix", MFD_CLOEXEC);
    if (low < 0 || low >= FILES)
        return low;
    const int fd = fcntl(low, F_DUPFD_CLOEXEC, FILES);
    close(low);
    return fd;
}

static int file_of(const void *bytes, size_t length)
{
    const int fd = new_file();
    if (fd < 0)
        return -1;
    if (length > 0 && (write(fd, bytes, length) != (ssize_t)length ||
                       lseek(fd, 0, SEEK_SET) != 0)) {
        close(fd);
        return -1;
    }
    return fd;
}

static int open_files(const struct openssl_run *run, int files[FILES])
{
    const char *const secret = run->secret != NULL ? run->secret : "";
    files[IN] = file_of(NULL, 0);
    files[OUT] = file_of(NULL, 0);
    files[ERR] = file_of(NULL, 0);
    files[SECRET] = file_of(secret, strlen(secret));
    files[INPUT] = file_of(run->input, run->length);
    for (int i = 0; i < FILES; i++)
        if (files[i] < 0)
            return errno;
    return 0;
}

static void close_files(const int files[FILES])
{
    for (int i = 0; i < FILES; i++)
        if (files[i] >= 0)
            close(files[i]);
}

static int add_files(posix_spawn_file_actions_t *actions,
                     const int files[FILES])
{
    int error = 0;
    for (int i = 0; i < FILES && error == 0; i++)
        error = posix_spawn_file_actions_adddup2(actions, files[i], i);
    return error;
}

static int start(const struct openssl_run *run, const int files[FILES],
                 pid_t *child)
{
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    if (error != 0)
        return error;
    error = add_files(&actions, files);
    if (error == 0)
        error = posix_spawnp(child, run->arguments[0], &actions, NULL,
                             run->arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

/* From its beginning: the child wrote through the same offset. */
static void take(int fd, struct pack_buffer *out)
{
    ssize_t count;
    if (lseek(fd, 0, SEEK_SET) != 0)
        return;
    do {
        count = read(fd, buffer_reserve(out, 4096), 4096);
        out->length += count > 0 ? (size_t)count : 0;
    } while (count > 0 && out->length < OUTPUT_MAX);
}

/* --- what it complained of ----------------------------------------------- */

/* Every run of the engine says the first; the others are its way to ask. */
static int says_nothing(const char *line)
{
    static const char *const lines[] = {"Engine \"pkcs11\" set",
                                        "Enter PKCS#11 token PIN",
                                        "UI_process failed"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        if (strncmp(line, lines[i], strlen(lines[i])) == 0)
            return 1;
    return *line == '\0';
}

static void take_complaint(int fd, char *said, size_t room)
{
    struct pack_buffer text = {0};
    take(fd, &text);
    buffer_append(&text, "", 1);
    char *line = (char *)text.bytes;
    for (char *next; line != NULL; line = next) {
        next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        if (!says_nothing(line))
            break;
    }
    snprintf(said, room, "%s", line != NULL ? line : "it does not say why");
    for (char *c = said; *c != '\0'; c++)
        if (*c < ' ' || *c > '~')
            *c = '?';
    pack_buffer_free(&text);
}

/* --- a run --------------------------------------------------------------- */

static int wait_for(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

int openssl_run(struct openssl_run *run)
{
    int files[FILES];
    pid_t child;
    memset(&run->out, 0, sizeof run->out);
    int error = open_files(run, files);
    if (error == 0)
        error = start(run, files, &child);
    if (error != 0) {
        snprintf(run->said, sizeof run->said, "the program does not start: %s",
                 strerror(error));
        close_files(files);
        return FFX_ERR_IO;
    }
    const int failed = wait_for(child);
    take(files[OUT], &run->out);
    take_complaint(files[ERR], run->said, sizeof run->said);
    close_files(files);
    return failed ? FFX_ERR_IO : 0;
}
