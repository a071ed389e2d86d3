/* SPDX-License-Identifier: Apache-2.0 */
#include "posix/posix_port.h"

#include "posix/posix_names.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define TCP_PREFIX "tcp:"
/* How often a lost pipe is looked for. */
#define LOOK_MS 100
#define CONNECT_MS 5000

uint32_t posix_port_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint32_t)((uint64_t)now.tv_sec * 1000u +
                      (uint64_t)now.tv_nsec / 1000000u);
}

static void sleep_ms(int ms)
{
    poll(NULL, 0, ms);
}

static int fail(struct posix_port *port, int code, const char *what,
                const char *next)
{
    snprintf(port->error, sizeof port->error, "%.140s: %s; %s", port->name,
             what, next);
    return code;
}

/* --- serial devices and pseudo terminals --------------------------------- */

static const struct {
    uint32_t baud;
    speed_t speed;
} speeds[] = {
    {1200, B1200},       {2400, B2400},       {4800, B4800},
    {9600, B9600},       {19200, B19200},     {38400, B38400},
    {57600, B57600},     {115200, B115200},   {230400, B230400},
    {921600, B921600},   {2000000, B2000000}, {3000000, B3000000},
    {4000000, B4000000},
};

static int find_speed(uint32_t baud, speed_t *speed)
{
    for (size_t i = 0; i < sizeof speeds / sizeof speeds[0]; i++) {
        if (speeds[i].baud != baud)
            continue;
        *speed = speeds[i].speed;
        return 0;
    }
    return -1;
}

static int set_raw(const struct posix_port *port, int fd)
{
    struct termios mode;
    speed_t speed;
    if (tcgetattr(fd, &mode) != 0 || find_speed(port->baud, &speed) != 0)
        return -1;
    cfmakeraw(&mode);
    mode.c_cflag &= ~(tcflag_t)(CSTOPB | PARENB | CSIZE | HUPCL | CRTSCTS);
    mode.c_cflag |= CS8 | CREAD | CLOCAL;
    if (port->rts_cts)
        mode.c_cflag |= CRTSCTS;
    mode.c_cc[VMIN] = 1; /* with O_NONBLOCK: 0 bytes mean it is gone */
    mode.c_cc[VTIME] = 0;
    cfsetispeed(&mode, speed);
    cfsetospeed(&mode, speed);
    return tcsetattr(fd, TCSANOW, &mode);
}

/* A PTY has neither rate nor wires. */
static int is_pty(int fd)
{
    char name[64];
    return ttyname_r(fd, name, sizeof name) == 0 &&
           strncmp(name, "/dev/pts/", 9) == 0;
}

static int open_device(struct posix_port *port)
{
    const char *name = port->stable[0] != '\0' ? port->stable : port->name;
    const int fd = open(name, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return -1;
    if (flock(fd, LOCK_EX | LOCK_NB) != 0 || !isatty(fd) ||
        set_raw(port, fd) != 0) {
        const int cause = errno;
        close(fd);
        errno = cause;
        return -1;
    }
    port->is_uart = !is_pty(fd);
    port->fd = fd;
    return 0;
}

/* --- TCP ----------------------------------------------------------------- */

static int try_address(const struct addrinfo *address)
{
    const int one = 1;
    const int fd = socket(address->ai_family,
                          SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(fd, address->ai_addr, address->ai_addrlen) == 0 ||
        errno == EINPROGRESS)
        return fd;
    const int cause = errno;
    close(fd);
    errno = cause;
    return -1;
}

static int connect_tcp(struct posix_port *port)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *list;
    char host[256];
    const char *where = port->name + strlen(TCP_PREFIX);
    const char *colon = strrchr(where, ':');
    errno = EINVAL;
    if (colon == NULL || (size_t)(colon - where) >= sizeof host)
        return -1;
    snprintf(host, sizeof host, "%.*s", (int)(colon - where), where);
    if (getaddrinfo(host, colon + 1, &hints, &list) != 0) {
        errno = ENOENT;
        return -1;
    }
    port->fd = try_address(list);
    const int cause = errno;
    freeaddrinfo(list);
    errno = cause;
    port->connecting = port->fd >= 0;
    return port->fd >= 0 ? 0 : -1;
}

/* 0 while it is open, -1 with errno when the connection failed. */
static int connected(struct posix_port *port, int timeout_ms)
{
    struct pollfd wait = {.fd = port->fd, .events = POLLOUT};
    int cause = 0;
    socklen_t length = sizeof cause;
    if (!port->connecting)
        return 0;
    if (poll(&wait, 1, timeout_ms) == 0)
        return 0;
    getsockopt(port->fd, SOL_SOCKET, SO_ERROR, &cause, &length);
    port->connecting = 0;
    errno = cause;
    return cause == 0 ? 0 : -1;
}

/* --- open, lose, find again ---------------------------------------------- */

static int open_any(struct posix_port *port)
{
    return port->is_tcp ? connect_tcp(port) : open_device(port);
}

static void lose(struct posix_port *port)
{
    if (port->fd >= 0)
        close(port->fd);
    port->fd = -1;
    port->connecting = 0;
}

static const char *what_next(int cause)
{
    switch (cause) {
    case ENOENT:
    case ENXIO:
    case ENODEV:
        return "is it plugged in, is the name right?";
    case ECONNREFUSED:
    case EHOSTUNREACH:
    case ETIMEDOUT:
        return "is the other side running?";
    case EACCES:
        return "ask for access (on Debian: group dialout)";
    case EBUSY:
        return "another program uses it, end that first";
    case ENOTTY:
    case EINVAL:
        return "PORT is a serial device, a PTY or tcp:HOST:PORT";
    default:
        return "check the port";
    }
}

/* By the place first: modules of one make share their serial number. */
static void find_stable(struct posix_port *port)
{
    static const char *const directories[] = {"/dev/serial/by-path",
                                              "/dev/serial/by-id"};
    for (size_t i = 0; i < 2 && port->stable[0] == '\0'; i++)
        posix_names_stable(directories[i], port->name, port->stable,
                           sizeof port->stable);
}

static int busy(struct posix_port *port)
{
    char holder[80], what[100];
    posix_names_holder("/proc", port->name, holder, sizeof holder);
    snprintf(what, sizeof what, "busy%s%s%s", holder[0] != '\0' ? " (" : "",
             holder, holder[0] != '\0' ? ")" : "");
    return fail(port, FFX_ERR_IO, what, what_next(EBUSY));
}

int posix_port_open(struct posix_port *port, const char *name, uint32_t baud,
                    int rts_cts)
{
    speed_t speed;
    *port = (struct posix_port){
        .name = name, .baud = baud, .rts_cts = rts_cts, .fd = -1};
    port->is_tcp = strncmp(name, TCP_PREFIX, strlen(TCP_PREFIX)) == 0;
    if (find_speed(baud, &speed) != 0)
        return fail(port, FFX_ERR_ARGUMENT, "unknown baud rate",
                    "115200 is usual");
    if (open_any(port) == 0 && connected(port, CONNECT_MS) == 0 &&
        !port->connecting) {
        if (!port->is_tcp)
            find_stable(port);
        return FFX_OK;
    }
    const int cause = port->connecting ? ETIMEDOUT : errno;
    lose(port);
    port->missing = cause == ENOENT || cause == ENXIO || cause == ENODEV ||
                    cause == ECONNREFUSED;
    if (cause == EWOULDBLOCK || cause == EBUSY)
        return busy(port);
    return fail(port, FFX_ERR_IO, strerror(cause), what_next(cause));
}

void posix_port_close(struct posix_port *port)
{
    lose(port);
}

/* --- bytes --------------------------------------------------------------- */

static void look_again(struct posix_port *port, int timeout_ms)
{
    if (open_any(port) != 0)
        sleep_ms(timeout_ms < 0 || timeout_ms > LOOK_MS ? LOOK_MS : timeout_ms);
}

size_t posix_port_read(struct posix_port *port, void *buffer, size_t capacity,
                       int timeout_ms)
{
    struct pollfd wait = {.fd = port->fd, .events = POLLIN};
    if (port->fd < 0) {
        look_again(port, timeout_ms);
        return 0;
    }
    if (connected(port, timeout_ms) != 0) {
        lose(port);
        return 0;
    }
    if (port->connecting || poll(&wait, 1, timeout_ms) <= 0)
        return 0;
    const ssize_t got = read(port->fd, buffer, capacity);
    if (got > 0)
        return (size_t)got;
    /* Readable and nothing there: the other side is gone. */
    if (got == 0 || (errno != EAGAIN && errno != EINTR))
        lose(port);
    return 0;
}

size_t posix_port_write(struct posix_port *port, const void *bytes,
                        size_t length)
{
    if (port->fd < 0)
        return length;
    if (port->connecting)
        return 0;
    const ssize_t went = port->is_tcp
                             ? send(port->fd, bytes, length, MSG_NOSIGNAL)
                             : write(port->fd, bytes, length);
    if (went >= 0)
        return (size_t)went;
    if (errno == EAGAIN || errno == EINTR)
        return 0;
    lose(port);
    return length;
}

void posix_port_wait_write(struct posix_port *port, int timeout_ms)
{
    struct pollfd wait = {.fd = port->fd, .events = POLLOUT | POLLIN};
    poll(&wait, port->fd >= 0 ? 1 : 0, timeout_ms);
}
