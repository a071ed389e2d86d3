/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sim_control.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Reads of one client's, before the others are looked at again. */
#define SERVE_TURNS 8

void sim_control_init(struct sim_control *control)
{
    memset(control, 0, sizeof *control);
    control->listener = -1;
    for (size_t i = 0; i < SIM_CONTROL_CLIENTS; i++)
        control->clients[i].fd = -1;
}

/* --- listening ----------------------------------------------------------- */

static int new_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

/* A process that died leaves its socket behind: nobody accepts there. */
static int is_stale(const struct sockaddr_un *address)
{
    struct stat facts;
    if (lstat(address->sun_path, &facts) != 0 || !S_ISSOCK(facts.st_mode))
        return 0;
    const int fd = new_socket();
    if (fd < 0)
        return 0;
    const int stale =
        connect(fd, (const struct sockaddr *)address, sizeof *address) != 0 &&
        errno == ECONNREFUSED;
    close(fd);
    return stale;
}

static int listen_on(const struct sockaddr_un *address)
{
    const int fd = new_socket();
    if (fd < 0)
        return -1;
    if (is_stale(address))
        unlink(address->sun_path);
    if (bind(fd, (const struct sockaddr *)address, sizeof *address) == 0 &&
        listen(fd, 4) == 0)
        return fd;
    const int cause = errno;
    close(fd);
    errno = cause;
    return -1;
}

int sim_control_open(struct sim_control *control, const char *path,
                     struct ffx_sim_error *error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path)
        return sim_error(error, FFX_ERR_ARGUMENT,
                         "the --control path is longer than %zu characters",
                         sizeof address.sun_path - 1);
    memcpy(address.sun_path, path, strlen(path) + 1);
    control->listener = listen_on(&address);
    if (control->listener >= 0) {
        memcpy(control->path, address.sun_path, sizeof control->path);
        return FFX_OK;
    }
    if (errno == EADDRINUSE)
        return sim_error(error, FFX_ERR_BUSY,
                         "%s exists and is in use or no socket; name another "
                         "path for --control",
                         path);
    return sim_missing(error, "cannot listen on --control %s: %s", path,
                       strerror(errno));
}

static void let_go(struct sim_control_client *client)
{
    close(client->fd);
    *client = (struct sim_control_client){.fd = -1};
}

void sim_control_close(struct sim_control *control)
{
    for (size_t i = 0; i < SIM_CONTROL_CLIENTS; i++)
        if (control->clients[i].fd >= 0)
            let_go(&control->clients[i]);
    if (control->listener >= 0) {
        close(control->listener);
        unlink(control->path);
    }
    control->listener = -1;
}

/* --- clients ------------------------------------------------------------- */

static struct sim_control_client *free_client(struct sim_control *control)
{
    for (size_t i = 0; i < SIM_CONTROL_CLIENTS; i++)
        if (control->clients[i].fd < 0)
            return &control->clients[i];
    return NULL;
}

static void let_in(struct sim_control *control)
{
    struct sim_control_client *client;
    while ((client = free_client(control)) != NULL) {
        client->fd = accept4(control->listener, NULL, NULL,
                             SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (client->fd < 0)
            return;
    }
}

static void answer(struct sim_control_client *client, const char *line,
                   sim_control_take *take, void *context)
{
    static char reply[SIM_CONTROL_REPLY];
    snprintf(reply, sizeof reply, "error: longer than %u characters\n",
             SIM_CONTROL_LINE - 1u);
    if (!client->too_long)
        take(context, line, reply, sizeof reply);
    const ssize_t length = (ssize_t)strlen(reply);
    if (send(client->fd, reply, (size_t)length, MSG_NOSIGNAL) != length)
        let_go(client);
}

static void end_line(struct sim_control_client *client, sim_control_take *take,
                     void *context)
{
    char line[SIM_CONTROL_LINE];
    memcpy(line, client->line, client->length);
    line[client->length] = '\0';
    line[strcspn(line, "\r")] = '\0';
    client->length = 0;
    answer(client, line, take, context);
    client->too_long = 0;
}

static void take_byte(struct sim_control_client *client, char byte,
                      sim_control_take *take, void *context)
{
    if (byte == '\n')
        end_line(client, take, context);
    else if (client->length + 1 < sizeof client->line)
        client->line[client->length++] = byte;
    else
        client->too_long = 1;
}

static void serve(struct sim_control_client *client, sim_control_take *take,
                  void *context)
{
    char bytes[256];
    /* Who never stops talking must not stop the modules. */
    for (int turn = 0; turn < SERVE_TURNS && client->fd >= 0; turn++) {
        const ssize_t count = recv(client->fd, bytes, sizeof bytes, 0);
        if (count < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (count == 0 && client->length > 0)
            end_line(client, take, context); /* the last needs no LF */
        if (count <= 0) {
            if (client->fd >= 0)
                let_go(client);
            return;
        }
        for (ssize_t i = 0; i < count && client->fd >= 0; i++)
            take_byte(client, bytes[i], take, context);
    }
}

unsigned sim_control_wait(const struct sim_control *control,
                          struct pollfd fds[SIM_CONTROL_FDS])
{
    unsigned count = 0;
    int room = 0;
    for (size_t i = 0; i < SIM_CONTROL_CLIENTS; i++) {
        const int fd = control->clients[i].fd;
        room |= fd < 0;
        if (fd >= 0)
            fds[count++] = (struct pollfd){.fd = fd, .events = POLLIN};
    }
    if (control->listener >= 0 && room)
        fds[count++] =
            (struct pollfd){.fd = control->listener, .events = POLLIN};
    return count;
}

void sim_control_step(struct sim_control *control, sim_control_take *take,
                      void *context)
{
    if (control->listener < 0)
        return;
    let_in(control);
    for (size_t i = 0; i < SIM_CONTROL_CLIENTS; i++)
        if (control->clients[i].fd >= 0)
            serve(&control->clients[i], take, context);
}
