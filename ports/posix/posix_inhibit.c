/* SPDX-License-Identifier: Apache-2.0 */
#include "posix/posix_inhibit.h"

#include "posix/posix_port.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define ANSWER_MS 3000
#define END_MS 2000
#define SUCCESS "successfully inhibited"

/* --- the child ----------------------------------------------------------- */

/* A group of its own: a Ctrl-C is for us, and we end it. */
static void become_mmcli(const char *device, int output, pid_t parent)
{
    char option[4200];
    const int nothing = open("/dev/null", O_RDWR);
    snprintf(option, sizeof option, "--inhibit-device=%s", device);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent ||
        nothing < 0 || setpgid(0, 0) != 0 || dup2(nothing, 0) < 0 ||
        dup2(nothing, 2) < 0 || dup2(output, 1) < 0)
        _exit(126);
    execlp("mmcli", "mmcli", option, (char *)NULL);
    _exit(127);
}

static void start(struct posix_inhibit *inhibit, const char *device)
{
    int ends[2];
    const pid_t parent = getpid();
    if (pipe2(ends, O_CLOEXEC) != 0)
        return;
    const pid_t child = fork();
    if (child == 0)
        become_mmcli(device, ends[1], parent);
    close(ends[1]);
    inhibit->output = ends[0];
    inhibit->child = child > 0 ? child : 0;
    if (child < 0)
        close(ends[0]);
}

/* --- its words ----------------------------------------------------------- */

/* Bytes into `text` up to `end_ms`; 0: its end, or no time left. */
static size_t hear(const struct posix_inhibit *inhibit, char *text,
                   size_t capacity, uint32_t end_ms)
{
    struct pollfd wait = {.fd = inhibit->output, .events = POLLIN};
    for (;;) {
        const int32_t left = (int32_t)(end_ms - posix_port_now_ms());
        if (left <= 0 || capacity == 0)
            return 0;
        if (poll(&wait, 1, left) <= 0)
            continue;
        const ssize_t got = read(inhibit->output, text, capacity);
        if (got >= 0)
            return (size_t)got;
        if (errno != EINTR)
            return 0;
    }
}

static int succeeded(const struct posix_inhibit *inhibit)
{
    char text[4400] = "";
    size_t used = 0, got;
    const uint32_t end_ms = posix_port_now_ms() + ANSWER_MS;
    while ((got = hear(inhibit, text + used, sizeof text - 1 - used, end_ms)) >
           0) {
        used += got;
        text[used] = '\0';
        if (strstr(text, SUCCESS) != NULL)
            return 1;
    }
    return 0;
}

/* --- both ---------------------------------------------------------------- */

int posix_inhibit_begin(struct posix_inhibit *inhibit, const char *device)
{
    *inhibit = (struct posix_inhibit){0};
    start(inhibit, device);
    if (inhibit->child == 0)
        return 0;
    if (succeeded(inhibit))
        return 1;
    posix_inhibit_end(inhibit);
    return 0;
}

/* Asked to end it says goodbye to ModemManager; its words end with it. */
void posix_inhibit_end(struct posix_inhibit *inhibit)
{
    char text[256];
    if (inhibit->child == 0)
        return;
    kill(inhibit->child, SIGTERM);
    const uint32_t end_ms = posix_port_now_ms() + END_MS;
    while (hear(inhibit, text, sizeof text, end_ms) > 0)
        ;
    kill(inhibit->child, SIGKILL);
    while (waitpid(inhibit->child, NULL, 0) < 0 && errno == EINTR)
        ;
    close(inhibit->output);
    inhibit->child = 0;
}
