/* SPDX-License-Identifier: Apache-2.0 */
#include "cost.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void become(const char *const *argv, const char *log)
{
    const int output = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    const int input = open("/dev/null", O_RDONLY);
    if (output < 0 || input < 0 || dup2(input, STDIN_FILENO) < 0 ||
        dup2(output, STDOUT_FILENO) < 0 || dup2(output, STDERR_FILENO) < 0)
        _exit(126);
    /* POSIX: execvp does not change what argv points to. */
    union {
        const char *const *given;
        char *const *wanted;
    } arguments = {.given = argv};
    execvp(argv[0], arguments.wanted);
    _exit(127);
}

static double seconds(const struct timeval *time)
{
    return (double)time->tv_sec + (double)time->tv_usec / 1e6;
}

int cost_run(const char *const *argv, const char *log, struct cost *cost)
{
    int status;
    struct rusage usage;
    const pid_t child = fork();
    if (child < 0)
        return -1;
    if (child == 0)
        become(argv, log);
    if (wait4(child, &status, 0, &usage) != child)
        return -1;
    cost->cpu_seconds = seconds(&usage.ru_utime) + seconds(&usage.ru_stime);
    cost->peak_bytes = (long long)usage.ru_maxrss * 1024;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
