/* SPDX-License-Identifier: Apache-2.0 */
#include "child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define END_MS 10000

static void must(int good, const char *what)
{
    if (good)
        return;
    perror(what);
    abort();
}

static void become(int in, int out, const char *const *argv, const char *errors)
{
    const int err = errors != NULL
                        ? open(errors, O_WRONLY | O_CREAT | O_APPEND, 0666)
                        : STDERR_FILENO;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (err < 0 || dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
        dup2(err, STDERR_FILENO) < 0)
        _exit(126);
    /* POSIX: execvp does not change what argv points to. */
    union {
        const char *const *given;
        char *const *wanted;
    } arguments = {.given = argv};
    execvp(argv[0], arguments.wanted);
    perror(argv[0]);
    _exit(127);
}

void child_start(struct child *child, const char *const *argv,
                 const char *errors)
{
    int to[2], from[2];
    signal(SIGPIPE, SIG_IGN);
    must(pipe2(to, O_CLOEXEC) == 0 && pipe2(from, O_CLOEXEC) == 0, "pipe");
    child->pid = fork();
    must(child->pid >= 0, "fork");
    if (child->pid == 0)
        become(to[0], from[1], argv, errors);
    close(to[0]);
    close(from[1]);
    child->in = to[1];
    child->out = from[0];
}

size_t child_read(struct child *child, void *buffer, size_t capacity,
                  int timeout_ms)
{
    struct pollfd entry = {.fd = child->out, .events = POLLIN};
    if (poll(&entry, 1, timeout_ms) <= 0)
        return 0;
    const ssize_t count = read(child->out, buffer, capacity);
    return count > 0 ? (size_t)count : 0;
}

void child_write(struct child *child, const void *bytes, size_t length)
{
    const char *next = bytes;
    while (length > 0) {
        const ssize_t count = write(child->in, next, length);
        must(count > 0, "write to a child");
        next += count;
        length -= (size_t)count;
    }
}

int child_line(struct child *child, char *line, size_t capacity, int timeout_ms)
{
    for (size_t length = 0; length + 1 < capacity; length++) {
        if (child_read(child, &line[length], 1, timeout_ms) == 0)
            return -1;
        if (line[length] == '\n') {
            line[length] = '\0';
            return 0;
        }
    }
    return -1;
}

static int try_wait(struct child *child, int *status)
{
    const struct timespec pause = {.tv_nsec = 2000000};
    for (int ms = 0; ms < END_MS; ms += 2) {
        if (waitpid(child->pid, status, WNOHANG) == child->pid)
            return 0;
        nanosleep(&pause, NULL);
    }
    return -1;
}

int child_wait(struct child *child)
{
    int status = 0;
    close(child->in);
    if (try_wait(child, &status) != 0) {
        fprintf(stderr, "a child did not end by itself\n");
        kill(child->pid, SIGKILL);
        waitpid(child->pid, &status, 0);
    }
    close(child->out);
    child->pid = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int child_stop(struct child *child, int signal_number)
{
    kill(child->pid, signal_number);
    return child_wait(child);
}
