/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The other side of the line, for scripts/bench-sim:
 *
 *   peer push PORT FILE CHUNK        pushes FILE by CFSWFILE; bytes, seconds
 *   peer ask PORT SECONDS            AT+CSQ again and again; answers, seconds
 *   peer crowd HOST PORT COUNT FILE  pushes FILE as update.zip into COUNT
 *                                    modules, says AT+CFOTA=1 to all, waits
 *                                    until all are through
 *
 * PORT is a terminal or tcp:HOST:PORT. Numbers go to standard output.
 */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define WAIT_MS 60000

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void __attribute__((noreturn, format(printf, 1, 2)))
die(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("peer: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(1);
}

/* --- one line ------------------------------------------------------------ */

static int open_tcp(const char *host, const char *port)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *list;
    const int yes = 1;
    if (getaddrinfo(host, port, &hints, &list) != 0)
        die("no such address: %s:%s", host, port);
    const int fd = socket(list->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, list->ai_addr, list->ai_addrlen) != 0)
        die("cannot connect to %s:%s: %s", host, port, strerror(errno));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    freeaddrinfo(list);
    return fd;
}

static int open_terminal(const char *path)
{
    struct termios mode;
    const int fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd < 0 || tcgetattr(fd, &mode) != 0)
        die("cannot open %s: %s", path, strerror(errno));
    cfmakeraw(&mode);
    cfsetspeed(&mode, B115200);
    tcsetattr(fd, TCSANOW, &mode);
    return fd;
}

static int open_line(const char *port)
{
    char host[128];
    const char *colon = strrchr(port, ':');
    if (strncmp(port, "tcp:", 4) != 0)
        return open_terminal(port);
    snprintf(host, sizeof host, "%.*s", (int)(colon - port - 4), port + 4);
    return open_tcp(host, colon + 1);
}

static void say(int fd, const void *bytes, size_t length)
{
    const char *rest = bytes;
    while (length > 0) {
        const ssize_t count = write(fd, rest, length);
        if (count < 0 && errno != EINTR)
            die("write: %s", strerror(errno));
        if (count > 0) {
            rest += count;
            length -= (size_t)count;
        }
    }
}

/* Reads until `text` has come; what stands behind it is URCs. */
static void hear(int fd, const char *text)
{
    char heard[4096];
    size_t length = 0;
    do {
        struct pollfd entry = {.fd = fd, .events = POLLIN};
        if (length == sizeof heard)
            length = 0;
        if (poll(&entry, 1, WAIT_MS) <= 0)
            die("no '%s' but '%.*s'", text, (int)length, heard);
        const ssize_t count = read(fd, heard + length, sizeof heard - length);
        if (count <= 0)
            die("the line is gone");
        length += (size_t)count;
    } while (memmem(heard, length, text, strlen(text)) == NULL);
}

static void command(int fd, const char *text, const char *answer)
{
    say(fd, text, strlen(text));
    say(fd, "\r", 1);
    hear(fd, answer);
}

/* --- a file -------------------------------------------------------------- */

struct file {
    char *bytes;
    size_t length;
};

static struct file load(const char *path)
{
    struct file file = {0};
    FILE *stream = fopen(path, "r");
    if (stream == NULL)
        die("cannot read %s", path);
    fseek(stream, 0, SEEK_END);
    file.length = (size_t)ftell(stream);
    rewind(stream);
    file.bytes = malloc(file.length + 1);
    if (file.bytes == NULL ||
        fread(file.bytes, 1, file.length, stream) != file.length)
        die("cannot read %s", path);
    fclose(stream);
    return file;
}

static void push_file(int fd, const struct file *file, size_t chunk)
{
    for (size_t at = 0; at < file->length;) {
        char line[96];
        const size_t left = file->length - at;
        const size_t count = left < chunk ? left : chunk;
        snprintf(line, sizeof line, "AT+CFSWFILE=1,\"update.zip\",%d,%zu,10000",
                 at > 0, count);
        command(fd, line, "DOWNLOAD\r\n");
        say(fd, file->bytes + at, count);
        hear(fd, "OK\r\n");
        at += count;
    }
}

static void greet(int fd)
{
    command(fd, "ATE0", "OK\r\n");
    command(fd, "AT+CFSINIT", "OK\r\n");
}

static int push(const char *port, const char *path, const char *chunk)
{
    const struct file file = load(path);
    const int fd = open_line(port);
    greet(fd);
    const double start = seconds();
    push_file(fd, &file, strtoul(chunk, NULL, 10));
    printf("%zu %.6f\n", file.length, seconds() - start);
    command(fd, "AT+CFSTERM", "OK\r\n");
    return 0;
}

/* --- questions ----------------------------------------------------------- */

static int ask(const char *port, const char *limit)
{
    const int fd = open_line(port);
    const double most = strtod(limit, NULL);
    unsigned long count = 0;
    command(fd, "ATE0", "OK\r\n");
    const double start = seconds();
    while (seconds() - start < most) {
        command(fd, "AT+CSQ", "OK\r\n");
        count++;
    }
    printf("%lu %.6f\n", count, seconds() - start);
    return 0;
}

/* --- a crowd ------------------------------------------------------------- */

struct member {
    int fd;
    int asked, done, failed; /* CFOTA=1 was answered; the last URC came */
    char text[256];
    size_t length;
};

static void join(struct member *member, const char *host, unsigned port,
                 const struct file *file)
{
    char number[12];
    snprintf(number, sizeof number, "%u", port);
    member->fd = open_tcp(host, number);
    greet(member->fd);
    push_file(member->fd, file, 10000);
    command(member->fd, "AT+CFSTERM", "OK\r\n");
}

/* Sets flags by the lines that have come; keeps an unfinished one. */
static void take_lines(struct member *member)
{
    char *line = member->text, *end;
    member->text[member->length] = '\0';
    while ((end = strchr(line, '\n')) != NULL) {
        *end = '\0';
        if (strncmp(line, "OK", 2) == 0)
            member->asked = 1;
        if (strstr(line, "Update successfully") != NULL)
            member->done = 1;
        if (strstr(line, "Update failed") != NULL ||
            strncmp(line, "+CME", 4) == 0)
            member->failed = 1;
        line = end + 1;
    }
    member->length = strlen(line);
    memmove(member->text, line, member->length);
}

static void listen_to(struct member *member)
{
    const size_t room = sizeof member->text - 1 - member->length;
    const ssize_t count = read(member->fd, member->text + member->length, room);
    if (count <= 0)
        die("a module is gone");
    member->length += (size_t)count;
    take_lines(member);
}

struct tally {
    size_t asked, done;
};

static struct tally count_flags(const struct member *members, size_t count)
{
    struct tally tally = {0, 0};
    for (size_t i = 0; i < count; i++) {
        if (members[i].failed)
            die("module %zu failed", i + 1);
        tally.asked += (size_t)members[i].asked;
        tally.done += (size_t)members[i].done;
    }
    return tally;
}

/* Returns the largest number that was in its update at once. */
static size_t wait_for_all(struct member *members, struct pollfd *fds,
                           size_t count)
{
    size_t most = 0;
    struct tally tally = {0, 0};
    while (tally.done < count) {
        for (size_t i = 0; i < count; i++)
            fds[i] = (struct pollfd){.fd = members[i].fd, .events = POLLIN};
        if (poll(fds, count, WAIT_MS) <= 0)
            die("%zu of %zu are through, then silence", tally.done, count);
        for (size_t i = 0; i < count; i++)
            if (fds[i].revents != 0)
                listen_to(&members[i]);
        tally = count_flags(members, count);
        if (tally.asked - tally.done > most)
            most = tally.asked - tally.done;
    }
    return most;
}

/* Boots take a moment, in which nobody hears. */
static void awaken(int fd)
{
    char heard[512];
    for (int tries = 0; tries < 100; tries++) {
        struct pollfd entry = {.fd = fd, .events = POLLIN};
        say(fd, "ATE0\r", 5);
        while (poll(&entry, 1, 200) > 0) {
            const ssize_t count = read(fd, heard, sizeof heard);
            if (count <= 0)
                die("the line is gone");
            if (memmem(heard, (size_t)count, "OK\r\n", 4) != NULL)
                return;
        }
    }
    die("a module does not come back");
}

static void check_all(struct member *members, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        awaken(members[i].fd);
        command(members[i].fd, "AT+CFOTA?", "+CFOTA: 6\r\n\r\nOK\r\n");
    }
}

static int crowd(char **arguments)
{
    const unsigned port = (unsigned)strtoul(arguments[1], NULL, 10);
    const size_t count = strtoul(arguments[2], NULL, 10);
    const struct file file = load(arguments[3]);
    struct member *members = calloc(count, sizeof *members);
    struct pollfd *fds = calloc(count, sizeof *fds);
    struct rlimit limit;
    if (members == NULL || fds == NULL)
        die("no memory");
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    for (size_t i = 0; i < count; i++)
        join(&members[i], arguments[0], port + (unsigned)i, &file);
    const double start = seconds();
    for (size_t i = 0; i < count; i++)
        say(members[i].fd, "AT+CFOTA=1\r", 11);
    const size_t most = wait_for_all(members, fds, count);
    const double took = seconds() - start;
    check_all(members, count);
    printf("%zu %zu %.6f\n", count, most, took);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], "push") == 0)
        return push(argv[2], argv[3], argv[4]);
    if (argc == 4 && strcmp(argv[1], "ask") == 0)
        return ask(argv[2], argv[3]);
    if (argc == 6 && strcmp(argv[1], "crowd") == 0)
        return crowd(argv + 2);
    die("push PORT FILE CHUNK | ask PORT SECONDS | crowd HOST PORT COUNT FILE");
}
