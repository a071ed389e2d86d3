/* SPDX-License-Identifier: Apache-2.0 */
#include "bad_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void must(int good, const char *what)
{
    if (good)
        return;
    perror(what);
    abort();
}

int64_t bad_clock_us(void *clock)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000 +
           ((const struct bad_clock *)clock)->ahead_us;
}

/* --- what a good FTP server says ----------------------------------------- */

#define REPLY(name, ...)                                                       \
    static const struct bad_step name[] = {__VA_ARGS__, OVER}

REPLY(good_greeting, SAY("220 ready\r\n"));
REPLY(good_user, SAY("331 password?\r\n"));
REPLY(good_pass, SAY("230 welcome\r\n"));
REPLY(good_type, SAY("200 type set\r\n"));
REPLY(good_cwd, SAY("250 there\r\n"));
REPLY(good_size, SAY("213 5\r\n"));
REPLY(good_epsv, EPSV);
REPLY(good_pasv, PASV("127,0,0,1"));
REPLY(good_port, SAY("200 noted\r\n"));
REPLY(good_retr, SAY("150 here it comes\r\n"), DATA("hello"), DATA_CLOSE,
      SAY("226 done\r\n"));
REPLY(good_quit, SAY("221 bye\r\n"), CLOSE);
REPLY(unknown, SAY("500 what?\r\n"));

static const struct bad_reply good_replies[] = {
    {"", good_greeting}, {"USER", good_user}, {"PASS", good_pass},
    {"TYPE", good_type}, {"CWD", good_cwd},   {"SIZE", good_size},
    {"EPSV", good_epsv}, {"PASV", good_pasv}, {"PORT", good_port},
    {"EPRT", good_port}, {"RETR", good_retr}, {"QUIT", good_quit},
    {NULL, unknown},
};

static const struct bad_step *find_reply(const struct bad_reply *replies,
                                         const char *verb)
{
    while (replies->verb != NULL && strcmp(replies->verb, verb) != 0)
        replies++;
    return replies->steps;
}

static const struct bad_step *reply_to(const struct bad_server *server,
                                       const char *verb)
{
    const struct bad_reply *own = server->script->replies;
    const struct bad_step *steps = own != NULL ? find_reply(own, verb) : NULL;
    return steps != NULL ? steps : find_reply(good_replies, verb);
}

/* --- sockets ------------------------------------------------------------- */

static int is_v6(const struct bad_server *server)
{
    return server->script->family == AF_INET6;
}

static socklen_t loopback(const struct bad_server *server, uint16_t port,
                          struct sockaddr_storage *address)
{
    const struct sockaddr_in6 v6 = {.sin6_family = AF_INET6,
                                    .sin6_port = htons(port),
                                    .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    const struct sockaddr_in v4 = {.sin_family = AF_INET,
                                   .sin_port = htons(port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    memset(address, 0, sizeof *address);
    if (is_v6(server))
        memcpy(address, &v6, sizeof v6);
    else
        memcpy(address, &v4, sizeof v4);
    return is_v6(server) ? sizeof v6 : sizeof v4;
}

static int new_socket(const struct bad_server *server)
{
    const int fd = socket(is_v6(server) ? AF_INET6 : AF_INET,
                          SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    must(fd >= 0, "socket");
    return fd;
}

static int listen_anywhere(const struct bad_server *server, uint16_t *port)
{
    struct sockaddr_storage address;
    socklen_t length = loopback(server, 0, &address);
    const int fd = new_socket(server);
    must(bind(fd, (struct sockaddr *)&address, length) == 0 &&
             listen(fd, server->script->deaf ? 0 : 16) == 0 &&
             getsockname(fd, (struct sockaddr *)&address, &length) == 0,
         "listen");
    *port = ntohs(
        is_v6(server)
            ? ((const struct sockaddr_in6 *)(const void *)&address)->sin6_port
            : ((const struct sockaddr_in *)(const void *)&address)->sin_port);
    return fd;
}

static int connect_to(const struct bad_server *server, uint16_t port)
{
    struct sockaddr_storage address;
    const socklen_t length = loopback(server, port, &address);
    const int fd = new_socket(server);
    if (connect(fd, (struct sockaddr *)&address, length) != 0)
        must(errno == EINPROGRESS || errno == ECONNREFUSED, "connect");
    return fd;
}

static void drop(int *fd, int reset)
{
    const struct linger at_once = {.l_onoff = 1};
    if (*fd < 0)
        return;
    if (reset)
        setsockopt(*fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(*fd);
    *fd = -1;
}

static int accept_one(int listener)
{
    const int on = 1;
    const int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

/* --- what the peer says -------------------------------------------------- */

static void note(struct bad_server *server, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (server->heard_length < sizeof server->heard)
            server->heard[server->heard_length++] = bytes[i];
        if (server->seen_length < sizeof server->seen - 1)
            server->seen[server->seen_length++] = bytes[i];
    }
    server->seen[server->seen_length] = '\0';
}

static int listen_to_peer(struct bad_server *server)
{
    char bytes[2048];
    size_t length;
    const ssize_t count =
        server->peer < 0 ? -1 : recv(server->peer, bytes, sizeof bytes, 0);
    if (count == 0)
        drop(&server->peer, 0);
    if (count <= 0)
        return count == 0;
    if (server->tls.plan == NULL) {
        note(server, bytes, (size_t)count);
        return 1;
    }
    bad_tls_feed(&server->tls, bytes, (size_t)count);
    while ((length = bad_tls_read(&server->tls, bytes, sizeof bytes)) > 0)
        note(server, bytes, length);
    return 1;
}

/* --- saying -------------------------------------------------------------- */

static int flush_tls(struct bad_server *server)
{
    size_t length;
    int moved = 0;
    const char *bytes = bad_tls_pending(&server->tls, &length);
    const uint32_t chunk = server->script->chunk;
    if (chunk > 0 && length > chunk)
        length = chunk;
    if (server->peer >= 0 && length > 0) {
        const ssize_t count = send(server->peer, bytes, length, MSG_NOSIGNAL);
        if (count > 0)
            bad_tls_sent(&server->tls, (size_t)count);
        moved = count > 0;
    }
    if (server->tls.failed &&
        bad_tls_pending(&server->tls, &(size_t){0}) == NULL)
        drop(&server->peer, 0);
    if (server->tls.over && server->peer >= 0) {
        if (server->tls.plan->cut == BAD_TLS_HUSH)
            server->hushed = 1;
        else
            drop(&server->peer, server->tls.plan->cut == BAD_TLS_RESET);
    }
    return moved;
}

/* How many of the bytes went out: 0 for now, or -1: nobody takes them. */
static ssize_t put(struct bad_server *server, const struct bad_step *step,
                   const char *bytes, size_t length)
{
    const int fd = step->data ? server->data : server->peer;
    if (fd < 0)
        return -1;
    if (server->tls.plan != NULL && !step->raw) {
        if (bad_tls_pending(&server->tls, &(size_t){0}) != NULL ||
            !bad_tls_ready(&server->tls))
            return 0;
        bad_tls_write(&server->tls, bytes, length);
        return (ssize_t)length;
    }
    if (step->raw && bad_tls_pending(&server->tls, &(size_t){0}) != NULL)
        return 0;
    const ssize_t count = send(fd, bytes, length, MSG_NOSIGNAL);
    return count < 0 && errno == EAGAIN ? 0 : count;
}

/* The data connection stands, or there will be none: 1. */
static int open_data(struct bad_server *server)
{
    if (server->data >= 0)
        return 1;
    if (server->active_port != 0)
        server->data = connect_to(server, server->active_port);
    else if (server->data_listener >= 0)
        server->data = accept_one(server->data_listener);
    return server->data >= 0;
}

static void next(struct bad_server *server)
{
    server->step++;
    server->done = server->times = 0;
}

static int do_say(struct bad_server *server, const struct bad_step *step)
{
    const uint32_t chunk = server->script->chunk;
    char block[4096];
    size_t length = 0;
    if (step->data && !open_data(server))
        return 0;
    if (step->length == 0 || server->times == step->number) {
        next(server);
        return 1;
    }
    /* Short texts that are said often go out together. */
    for (uint32_t at = server->done, left = step->number - server->times;
         left > 0 && length < sizeof block; length++) {
        block[length] = step->text[at];
        if (++at == step->length)
            at = 0, left -= step->number == UINT32_MAX ? 0 : 1;
    }
    if (chunk > 0 && length > chunk)
        length = chunk;
    const ssize_t count = put(server, step, block, length);
    if (count == 0)
        return 0;
    if (count < 0) {
        next(server);
        return 1;
    }
    const uint32_t all = server->done + (uint32_t)count;
    server->done = all % step->length;
    if (step->number != UINT32_MAX)
        server->times += all / step->length;
    return 1;
}

static int do_trickle(struct bad_server *server, const struct bad_step *step)
{
    if (step->data && !open_data(server))
        return 0;
    const ssize_t count = put(server, step, step->text + server->done, 1);
    if (count == 0)
        return 0;
    server->clock->ahead_us += (int64_t)step->number * 1000;
    if (count < 0 || ++server->done == step->length)
        next(server);
    return 1;
}

static int say_now(struct bad_server *server, const char *text)
{
    const struct bad_step plain = {.act = BAD_SAY};
    const ssize_t count = put(server, &plain, text, strlen(text));
    if (count != 0)
        next(server);
    return count != 0;
}

static int do_offer(struct bad_server *server, const struct bad_step *step)
{
    char text[128];
    if (server->data_listener < 0)
        server->data_listener = listen_anywhere(server, &server->data_port);
    if (step->number == 1)
        drop(&server->data_listener, 0);
    if (step->act == BAD_SAY_EPSV)
        snprintf(text, sizeof text, "229 Extended (|||%u|)\r\n",
                 server->data_port);
    else
        snprintf(text, sizeof text, "227 Passive (%s,%u,%u)\r\n", step->text,
                 server->data_port >> 8, server->data_port & 255u);
    return say_now(server, text);
}

static int do_stranger(struct bad_server *server, const struct bad_step *step)
{
    struct sockaddr_in from = {.sin_family = AF_INET,
                               .sin_addr.s_addr = htonl(0x7f000002)};
    const struct sockaddr_in to = {.sin_family = AF_INET,
                                   .sin_port = htons(server->active_port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    must(bind(fd, (const struct sockaddr *)&from, sizeof from) == 0 &&
             connect(fd, (const struct sockaddr *)&to, sizeof to) == 0 &&
             send(fd, step->text, step->length, MSG_NOSIGNAL) ==
                 (ssize_t)step->length,
         "stranger");
    close(fd);
    next(server);
    return 1;
}

/* --- hearing ------------------------------------------------------------- */

/* Forgets what was heard up to the end of `text`. 0: it was not said. */
static int hear(struct bad_server *server, const char *text, size_t length)
{
    const char *found =
        memmem(server->heard, server->heard_length, text, length);
    if (found == NULL)
        return 0;
    const uint32_t end = (uint32_t)(found - server->heard) + (uint32_t)length;
    server->heard_length -= end;
    memmove(server->heard, server->heard + end, server->heard_length);
    return 1;
}

static void note_port(struct bad_server *server, const char *word)
{
    unsigned a, b, c, d, high, low, port;
    if (sscanf(word, "%u,%u,%u,%u,%u,%u", &a, &b, &c, &d, &high, &low) == 6)
        server->active_port = (uint16_t)(high * 256 + low);
    else if (sscanf(word, "|2|::1|%u|", &port) == 1)
        server->active_port = (uint16_t)port;
}

static int take_command(struct bad_server *server)
{
    char line[512], verb[8] = "";
    const char *end = memmem(server->heard, server->heard_length, "\r\n", 2);
    if (end == NULL)
        return 0;
    snprintf(line, sizeof line, "%.*s", (int)(end - server->heard),
             server->heard);
    hear(server, "\r\n", 2);
    sscanf(line, "%7[A-Z]", verb);
    if (strcmp(verb, "PORT") == 0 || strcmp(verb, "EPRT") == 0)
        note_port(server, line + 5);
    server->step = reply_to(server, verb);
    server->done = server->times = 0;
    return 1;
}

/* --- one step ------------------------------------------------------------ */

static int do_end(struct bad_server *server, const struct bad_step *step)
{
    int *fd = step->data ? &server->data : &server->peer;
    size_t length;
    if (step->data && !open_data(server))
        return 0;
    if (!step->data && server->tls.plan != NULL &&
        bad_tls_pending(&server->tls, &length) != NULL)
        return 0;
    if (step->act == BAD_SHUT)
        shutdown(*fd, SHUT_WR);
    else
        drop(fd, step->act == BAD_RESET);
    next(server);
    return 1;
}

static int do_next(struct bad_server *server)
{
    const int fd = server->script->deaf ? -1 : accept_one(server->listener);
    if (fd < 0)
        return 0;
    drop(&server->peer, 0);
    server->peer = fd;
    server->heard_length = 0;
    server->accepted++;
    if (server->tls.plan != NULL)
        bad_tls_begin(&server->tls);
    next(server);
    return 1;
}

static const struct bad_step *first_step(const struct bad_server *server)
{
    return server->script->steps != NULL ? server->script->steps
                                         : reply_to(server, "");
}

/* FTP: the next command; or the next connection. */
static int go_on(struct bad_server *server)
{
    if (server->peer >= 0)
        return server->script->steps == NULL && take_command(server);
    if (!do_next(server))
        return 0;
    server->step = first_step(server);
    drop(&server->data, 0);
    return 1;
}

static int do_step(struct bad_server *server)
{
    const struct bad_step *step = server->step;
    switch (step->act) {
    case BAD_OVER:
        return (server->script->steps == NULL || server->script->repeat) &&
               go_on(server);
    case BAD_HEAR:
        if (!hear(server, step->text, step->length))
            return 0;
        next(server);
        return 1;
    case BAD_SAY:
        return do_say(server, step);
    case BAD_TRICKLE:
        return do_trickle(server, step);
    case BAD_PASS:
        server->clock->ahead_us += (int64_t)step->number * 1000;
        next(server);
        return 1;
    case BAD_HUSH:
        server->hushed = server->peer >= 0;
        if (server->peer < 0)
            next(server);
        return !server->hushed;
    case BAD_NEXT:
        return do_next(server);
    case BAD_GOODBYE:
        bad_tls_goodbye(&server->tls);
        next(server);
        return 1;
    case BAD_SAY_EPSV:
    case BAD_SAY_PASV:
        return do_offer(server, step);
    case BAD_STRANGER:
        return do_stranger(server, step);
    default:
        return do_end(server, step);
    }
}

int bad_server_step(struct bad_server *server)
{
    int moved = listen_to_peer(server);
    if (server->tls.plan != NULL)
        moved |= flush_tls(server);
    if (server->peer < 0 && server->accepted == 0) {
        if (!do_next(server))
            return moved;
        server->step--;
    }
    /* A chunk at a time: the peer looks in between. */
    for (int i = 0; i < (server->script->chunk > 0 ? 1 : 64); i++) {
        const enum bad_act act = server->step->act;
        if (!do_step(server))
            break;
        moved = 1;
        if (act == BAD_PASS || act == BAD_TRICKLE) /* the peer shall notice */
            break;
    }
    if (server->tls.plan != NULL)
        moved |= flush_tls(server);
    return moved;
}

unsigned bad_server_wait(const struct bad_server *server,
                         struct pollfd fds[BAD_SERVER_FDS])
{
    unsigned count = 0;
    if (!server->script->deaf)
        fds[count++] =
            (struct pollfd){.fd = server->listener, .events = POLLIN};
    if (server->data_listener >= 0 && server->data < 0 && server->step->data)
        fds[count++] =
            (struct pollfd){.fd = server->data_listener, .events = POLLIN};
    if (server->peer >= 0)
        fds[count++] = (struct pollfd){.fd = server->peer, .events = POLLIN};
    return count;
}

/* --- opening ------------------------------------------------------------- */

/* Connections that nobody accepts: the queue is full, the next SYN is lost. */
static void fill_queue(struct bad_server *server)
{
    for (size_t i = 0; i < sizeof server->fillers / sizeof *server->fillers;
         i++)
        server->fillers[i] = connect_to(server, server->port);
}

void bad_server_open(struct bad_server *server, const struct bad_script *script,
                     struct bad_clock *clock)
{
    *server = (struct bad_server){.script = script,
                                  .clock = clock,
                                  .listener = -1,
                                  .peer = -1,
                                  .data = -1,
                                  .data_listener = -1,
                                  .fillers = {-1, -1, -1, -1}};
    server->listener = listen_anywhere(server, &server->port);
    server->step = script->steps != NULL ? script->steps : reply_to(server, "");
    if (script->tls != NULL)
        bad_tls_open(&server->tls, script->tls);
    if (script->deaf) {
        fill_queue(server);
        server->hushed = 1;
    }
}

void bad_server_close(struct bad_server *server)
{
    drop(&server->peer, 0);
    drop(&server->data, 0);
    drop(&server->data_listener, 0);
    drop(&server->listener, 0);
    for (size_t i = 0; i < sizeof server->fillers / sizeof *server->fillers;
         i++)
        drop(&server->fillers[i], 1);
    bad_tls_close(&server->tls);
}

int bad_server_has_v6(void)
{
    const struct sockaddr_in6 any = {.sin6_family = AF_INET6,
                                     .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int good =
        fd >= 0 && bind(fd, (const struct sockaddr *)&any, sizeof any) == 0;
    drop(&fd, 0);
    return good;
}

uint32_t bad_script_bytes(const struct bad_script *script)
{
    uint32_t bytes = 0;
    if (script->steps == NULL)
        return 0;
    for (const struct bad_step *step = script->steps; step->act != BAD_OVER;
         step++)
        if (step->act == BAD_SAY && step->number != UINT32_MAX)
            bytes += step->length * step->number;
        else if (step->act == BAD_SAY)
            return UINT32_MAX;
    return bytes;
}
