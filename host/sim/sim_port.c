/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sim_port.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* How often a PTY without a peer is looked at: poll(2) would report its
 * POLLHUP at once, again and again. */
#define ALONE_MS 20

/* POSIX: a pipe that polls writable takes this much without blocking. */
#define PIPE_CHUNK 512u

static short events_now(int fd, short events)
{
    struct pollfd entry = {.fd = fd, .events = events};
    return poll(&entry, 1, 0) == 1 ? entry.revents : 0;
}

static void make_raw(int fd)
{
    struct termios mode;
    if (tcgetattr(fd, &mode) != 0)
        return;
    cfmakeraw(&mode);
    cfsetspeed(&mode, B115200);
    tcsetattr(fd, TCSANOW, &mode);
}

/* --- PTY ----------------------------------------------------------------- */

/* Opens the slave side for a moment: raw mode whatever a peer left behind (a
 * cooked line would echo answers back as commands), unread bytes dropped. */
static void tidy_slave(const struct sim_port *port)
{
    const int slave = open(port->slave, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave < 0)
        return;
    make_raw(slave);
    tcflush(slave, TCIFLUSH);
    close(slave);
}

/* LINK is replaced in one rename: a peer finds the old or the new one. */
static int place_link(const struct sim_port *port, struct ffx_sim_error *error)
{
    char temporary[4096];
    struct stat old;
    if (lstat(port->address, &old) == 0 && !S_ISLNK(old.st_mode))
        return sim_error(error, FFX_ERR_IO,
                         "%s exists and is no symbolic link; name another "
                         "path for --pty",
                         port->address);
    const int length = snprintf(temporary, sizeof temporary, "%s.%ld",
                                port->address, (long)getpid());
    if (length < 0 || (size_t)length >= sizeof temporary)
        return sim_error(error, FFX_ERR_ARGUMENT, "the --pty path is too long");
    unlink(temporary);
    if (symlink(port->slave, temporary) != 0)
        return sim_missing(error, "cannot make the link %s: %s", port->address,
                           strerror(errno));
    if (rename(temporary, port->address) == 0)
        return FFX_OK;
    const int cause = errno;
    unlink(temporary);
    return sim_missing(error, "cannot make the link %s: %s", port->address,
                       strerror(cause));
}

/* Only our own link: a second module may have taken the name meanwhile. */
static void remove_link(const struct sim_port *port)
{
    char target[sizeof port->slave];
    const ssize_t length = readlink(port->address, target, sizeof target - 1);
    if (length < 0)
        return;
    target[length] = '\0';
    if (strcmp(target, port->slave) == 0)
        unlink(port->address);
}

static int pty_up(struct sim_port *port, struct ffx_sim_error *error)
{
    const int master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0 ||
        ptsname_r(master, port->slave, sizeof port->slave) != 0) {
        const int cause = errno;
        if (master >= 0)
            close(master);
        return sim_error(error, FFX_ERR_IO, "cannot get a pseudo terminal: %s",
                         strerror(cause));
    }
    port->in = port->out = master;
    port->alone = 1;
    tidy_slave(port);
    return place_link(port, error);
}

static void pty_look(struct sim_port *port)
{
    const short events = events_now(port->in, POLLIN);
    if ((events & POLLIN) != 0 || (events & POLLHUP) == 0)
        port->alone = 0;
}

static void pty_alone(struct sim_port *port)
{
    port->alone = 1;
    tidy_slave(port);
}

/* --- TCP ----------------------------------------------------------------- */

/* HOST:PORT or [V6]:PORT, cut in two in place. */
static int split_address(char *text, char **host, char **service)
{
    char *colon = strrchr(text, ':');
    if (colon == NULL || colon[1] == '\0')
        return -1;
    *colon = '\0';
    *service = colon + 1;
    *host = text;
    if (text[0] == '[' && colon > text + 1 && colon[-1] == ']') {
        colon[-1] = '\0';
        *host = text + 1;
    }
    return (*host)[0] == '\0' ? -1 : 0;
}

static int bind_first(const struct addrinfo *list)
{
    const int yes = 1;
    for (; list != NULL; list = list->ai_next) {
        const int fd = socket(list->ai_family,
                              SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (fd < 0)
            continue;
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        if (bind(fd, list->ai_addr, list->ai_addrlen) == 0 &&
            listen(fd, 4) == 0)
            return fd;
        const int cause = errno;
        close(fd);
        errno = cause;
    }
    return -1;
}

static void name_listener(struct sim_port *port)
{
    char host[64], service[16];
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    if (getsockname(port->listener, (struct sockaddr *)&address, &length) !=
            0 ||
        getnameinfo((struct sockaddr *)&address, length, host, sizeof host,
                    service, sizeof service,
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return;
    const int v6 = address.ss_family == AF_INET6;
    snprintf(port->tcp_name, sizeof port->tcp_name, "tcp:%s%s%s:%s",
             v6 ? "[" : "", host, v6 ? "]" : "", service);
}

static int tcp_open(struct sim_port *port, struct ffx_sim_error *error)
{
    char text[300], *host, *service;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_PASSIVE};
    struct addrinfo *list;
    const int length = snprintf(text, sizeof text, "%s", port->address);
    port->name = port->tcp_name;
    /* getaddrinfo takes 70000 for 4464. */
    if (length >= (int)sizeof text ||
        split_address(text, &host, &service) != 0 ||
        (service[strspn(service, "0123456789")] == '\0' &&
         strtoul(service, NULL, 10) > 65535))
        return sim_error(error, FFX_ERR_ARGUMENT,
                         "--tcp wants HOST:PORT, not '%s'", port->address);
    const int failed = getaddrinfo(host, service, &hints, &list);
    if (failed != 0)
        return sim_missing(error, "--tcp %s: %s", port->address,
                           gai_strerror(failed));
    port->listener = bind_first(list);
    const int cause = errno;
    freeaddrinfo(list);
    if (port->listener < 0)
        return sim_missing(error, "cannot listen on %s: %s", port->address,
                           strerror(cause));
    name_listener(port);
    return FFX_OK;
}

static void tcp_accept(struct sim_port *port)
{
    const int yes = 1;
    const int fd =
        accept4(port->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0)
        return;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    port->in = port->out = fd;
    port->ended = 0;
}

static void tcp_drop(struct sim_port *port)
{
    if (port->in >= 0)
        close(port->in);
    port->in = port->out = -1;
    port->ended = 0;
}

/* --- standard input and output ------------------------------------------- */

/* A person at a terminal: each key goes through, Enter as CR; Ctrl-C works. */
static void stdio_open(struct sim_port *port)
{
    port->in = STDIN_FILENO;
    port->out = STDOUT_FILENO;
    if (tcgetattr(STDIN_FILENO, &port->saved) != 0)
        return;
    struct termios mode = port->saved;
    mode.c_iflag &= (tcflag_t) ~(ICRNL | INLCR | IXON);
    mode.c_lflag &= (tcflag_t) ~(ICANON | ECHO);
    port->was_terminal = tcsetattr(STDIN_FILENO, TCSANOW, &mode) == 0;
}

/* --- calls --------------------------------------------------------------- */

/* A socket pair: the kernel keeps the bytes, as it does for a PTY. */
static int calls_up(struct sim_port *port, struct ffx_sim_error *error)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
                   pair) != 0)
        return sim_error(error, FFX_ERR_IO, "no socket pair: %s",
                         strerror(errno));
    port->in = port->out = pair[0];
    port->peer = pair[1];
    return FFX_OK;
}

static void calls_down(struct sim_port *port)
{
    if (port->in < 0)
        return;
    close(port->in);
    close(port->peer);
    port->in = port->out = port->peer = -1;
}

size_t sim_port_say(const struct sim_port *port, const void *bytes,
                    size_t length)
{
    if (port->peer < 0)
        return length; /* the module is off: they are lost */
    const ssize_t count = send(port->peer, bytes, length, MSG_NOSIGNAL);
    return count > 0 ? (size_t)count : 0;
}

size_t sim_port_hear(const struct sim_port *port, void *buffer, size_t capacity)
{
    if (port->peer < 0)
        return 0;
    const ssize_t count = recv(port->peer, buffer, capacity, 0);
    return count > 0 ? (size_t)count : 0;
}

/* --- any of them --------------------------------------------------------- */

int sim_port_open(struct sim_port *port, enum ffx_sim_port kind,
                  const char *address, struct ffx_sim_error *error)
{
    *port = (struct sim_port){.kind = kind,
                              .address = address,
                              .listener = -1,
                              .in = -1,
                              .out = -1,
                              .peer = -1};
    if (kind == FFX_SIM_TCP)
        return tcp_open(port, error);
    port->name = kind == FFX_SIM_PTY     ? address
                 : kind == FFX_SIM_STDIO ? "stdio"
                                         : "calls";
    if (kind == FFX_SIM_STDIO)
        return stdio_open(port), FFX_OK;
    if (kind == FFX_SIM_CALLS)
        return calls_up(port, error);
    const int result = pty_up(port, error);
    if (result != FFX_OK)
        sim_port_close(port);
    return result;
}

int sim_port_up(struct sim_port *port, struct ffx_sim_error *error)
{
    if (port->kind == FFX_SIM_PTY && port->in < 0)
        return pty_up(port, error);
    if (port->kind == FFX_SIM_CALLS && port->in < 0)
        return calls_up(port, error);
    return FFX_OK;
}

void sim_port_down(struct sim_port *port)
{
    if (port->kind == FFX_SIM_TCP)
        tcp_drop(port);
    if (port->kind == FFX_SIM_CALLS)
        calls_down(port);
    if (port->kind != FFX_SIM_PTY || port->in < 0)
        return;
    remove_link(port);
    close(port->in);
    port->in = port->out = -1;
    port->slave[0] = '\0';
}

void sim_port_close(struct sim_port *port)
{
    sim_port_down(port);
    if (port->listener >= 0)
        close(port->listener);
    if (port->was_terminal)
        tcsetattr(STDIN_FILENO, TCSANOW, &port->saved);
    port->listener = port->in = port->out = -1;
    port->was_terminal = 0;
}

static unsigned want(struct pollfd *fds, unsigned count, int fd, short events)
{
    if (fd < 0 || events == 0)
        return count;
    fds[count] = (struct pollfd){.fd = fd, .events = events};
    return count + 1;
}

unsigned sim_port_wait(const struct sim_port *port, int reads, int writes,
                       struct pollfd *fds, int *timeout_ms)
{
    const short in = reads && !port->ended ? POLLIN : 0;
    const short out = writes ? POLLOUT : 0;
    if (port->kind == FFX_SIM_PTY && port->alone) {
        if (port->in >= 0 && (*timeout_ms < 0 || *timeout_ms > ALONE_MS))
            *timeout_ms = ALONE_MS;
        return 0;
    }
    if (port->kind == FFX_SIM_TCP && port->in < 0)
        return want(fds, 0, port->listener, POLLIN);
    if (port->in == port->out)
        return want(fds, 0, port->in, (short)(in | out));
    return want(fds, want(fds, 0, port->in, in), port->out, out);
}

/* The peer closed its end, or the line to it broke. */
static void lost_peer(struct sim_port *port)
{
    if (port->kind == FFX_SIM_PTY)
        pty_alone(port);
    else
        port->ended = 1;
}

size_t sim_port_read(struct sim_port *port, void *buffer, size_t capacity)
{
    if (port->kind == FFX_SIM_TCP && port->in < 0)
        tcp_accept(port);
    if (port->kind == FFX_SIM_PTY && port->in >= 0 && port->alone)
        pty_look(port);
    if (port->in < 0 || port->ended || port->alone || capacity == 0)
        return 0;
    if (port->kind == FFX_SIM_STDIO && events_now(port->in, POLLIN) == 0)
        return 0;
    const ssize_t count = read(port->in, buffer, capacity);
    if (count > 0)
        return (size_t)count;
    if (count == 0 || (errno != EAGAIN && errno != EINTR))
        lost_peer(port);
    return 0;
}

/* A peer that is gone takes everything: nobody is there to want it. */
static size_t write_failed(struct sim_port *port, size_t length)
{
    const int later = errno == EAGAIN || errno == EINTR;
    /* A PTY whose peer left is full for ever, not broken. */
    const int left = port->kind == FFX_SIM_PTY &&
                     (events_now(port->out, POLLOUT) & POLLHUP) != 0;
    if (later && !left)
        return 0;
    if (port->kind == FFX_SIM_TCP)
        tcp_drop(port);
    else
        lost_peer(port);
    return length;
}

size_t sim_port_write(struct sim_port *port, const void *bytes, size_t length)
{
    ssize_t count;
    if (port->out < 0 || port->alone)
        return length;
    if (port->kind == FFX_SIM_TCP || port->kind == FFX_SIM_CALLS) {
        count = send(port->out, bytes, length, MSG_NOSIGNAL);
    } else if (port->kind == FFX_SIM_PTY) {
        count = write(port->out, bytes, length);
    } else {
        if ((events_now(port->out, POLLOUT) & ~POLLNVAL) == 0)
            return 0;
        count =
            write(port->out, bytes, length < PIPE_CHUNK ? length : PIPE_CHUNK);
    }
    return count >= 0 ? (size_t)count : write_failed(port, length);
}

void sim_port_idle(struct sim_port *port)
{
    if (port->kind == FFX_SIM_TCP && port->ended)
        tcp_drop(port);
}
