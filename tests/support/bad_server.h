/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server that does exactly what a script says, right or wrong: HTTP as a
 * list of steps, FTP as an answer to each command, either inside TLS. It never
 * waits: the test calls it between two steps of the client, in one thread, so
 * that time can be the test's own.
 *
 *     static const struct bad_step steps[] = {
 *         BAD_REQUEST, SAY("HTTP/1.1 200 OK\r\nContent-L"), CLOSE, OVER};
 *     bad_server_open(&server, &script, &clock);
 *     ... bad_server_step(&server) until the client is content or not ...
 *     bad_server_close(&server);
 */
#ifndef FARFIX_TESTS_BAD_SERVER_H
#define FARFIX_TESTS_BAD_SERVER_H

#include "bad_tls.h"

#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* The real time, and how far a script has gone ahead of it. */
struct bad_clock {
    int64_t ahead_us;
};
int64_t bad_clock_us(void *clock);

enum bad_act {
    BAD_OVER,     /* the end; the connection stays open */
    BAD_HEAR,     /* until the peer has said `text` */
    BAD_SAY,      /* `text`, `number` times; UINT32_MAX: for ever */
    BAD_TRICKLE,  /* `text`, one byte each `number` ms */
    BAD_PASS,     /* `number` ms go by */
    BAD_HUSH,     /* nothing any more: time goes on until the peer gives up */
    BAD_SHUT,     /* no more from here, but the connection stays */
    BAD_CLOSE,    /* the orderly end; inside TLS without close_notify */
    BAD_RESET,    /* RST */
    BAD_NEXT,     /* waits for the next connection */
    BAD_GOODBYE,  /* close_notify */
    BAD_SAY_EPSV, /* 229 with the port of data; `number` 1: a closed one */
    BAD_SAY_PASV, /* 227 with `text`, an address like "127,0,0,1" */
    BAD_STRANGER  /* another address connects to the peer's port, says `text`
                   * and leaves (active mode) */
};

struct bad_step {
    enum bad_act act;
    uint8_t data; /* on the data connection */
    uint8_t raw;  /* beneath TLS */
    const char *text;
    uint32_t length, number;
};

#define BAD_TEXT(t) .text = (t), .length = sizeof(t) - 1
#define OVER                                                                   \
    {                                                                          \
        .act = BAD_OVER                                                        \
    }
#define HEAR(t)                                                                \
    {                                                                          \
        .act = BAD_HEAR, BAD_TEXT(t)                                           \
    }
#define REQUEST HEAR("\r\n\r\n")
#define SAY(t)                                                                 \
    {                                                                          \
        .act = BAD_SAY, BAD_TEXT(t), .number = 1                               \
    }
#define MANY(t, n)                                                             \
    {                                                                          \
        .act = BAD_SAY, BAD_TEXT(t), .number = (n)                             \
    }
#define ENDLESS(t) MANY(t, UINT32_MAX)
#define RAW(t)                                                                 \
    {                                                                          \
        .act = BAD_SAY, .raw = 1, BAD_TEXT(t), .number = 1                     \
    }
#define TRICKLE(t, ms)                                                         \
    {                                                                          \
        .act = BAD_TRICKLE, BAD_TEXT(t), .number = (ms)                        \
    }
#define PASS_MS(ms)                                                            \
    {                                                                          \
        .act = BAD_PASS, .number = (ms)                                        \
    }
#define ACT(a)                                                                 \
    {                                                                          \
        .act = (a)                                                             \
    }
#define HUSH ACT(BAD_HUSH)
#define SHUT ACT(BAD_SHUT)
#define CLOSE ACT(BAD_CLOSE)
#define RESET ACT(BAD_RESET)
#define NEXT ACT(BAD_NEXT)
#define GOODBYE ACT(BAD_GOODBYE)
#define EPSV ACT(BAD_SAY_EPSV)
#define EPSV_CLOSED                                                            \
    {                                                                          \
        .act = BAD_SAY_EPSV, .number = 1                                       \
    }
#define PASV(address)                                                          \
    {                                                                          \
        .act = BAD_SAY_PASV, BAD_TEXT(address)                                 \
    }
#define PASV_CLOSED(address)                                                   \
    {                                                                          \
        .act = BAD_SAY_PASV, BAD_TEXT(address), .number = 1                    \
    }
#define STRANGER(t)                                                            \
    {                                                                          \
        .act = BAD_STRANGER, BAD_TEXT(t)                                       \
    }
#define DATA(t)                                                                \
    {                                                                          \
        .act = BAD_SAY, .data = 1, BAD_TEXT(t), .number = 1                    \
    }
#define DATA_MANY(t, n)                                                        \
    {                                                                          \
        .act = BAD_SAY, .data = 1, BAD_TEXT(t), .number = (n)                  \
    }
#define DATA_TRICKLE(t, ms)                                                    \
    {                                                                          \
        .act = BAD_TRICKLE, .data = 1, BAD_TEXT(t), .number = (ms)             \
    }
#define DATA_ACT(a)                                                            \
    {                                                                          \
        .act = (a), .data = 1                                                  \
    }
#define DATA_CLOSE DATA_ACT(BAD_CLOSE)
#define DATA_RESET DATA_ACT(BAD_RESET)

/* What FTP says to a command; "" stands for the greeting. What a script does
 * not name is answered well: the file is "hello". A null verb ends the list. */
struct bad_reply {
    const char *verb;
    const struct bad_step *steps;
};

struct bad_script {
    const struct bad_step *steps;    /* HTTP; null: FTP */
    const struct bad_reply *replies; /* FTP; null: a good server */
    const struct bad_tls_plan *tls;  /* null: none */
    uint32_t chunk;                  /* bytes at a time; 0: all */
    int family;                      /* AF_INET when 0 */
    int deaf;                        /* no connection is ever accepted */
    int repeat;                      /* each connection hears it anew */
};

struct bad_server {
    const struct bad_script *script;
    struct bad_clock *clock;
    struct bad_tls tls;
    int listener, peer, data, data_listener, fillers[4];
    uint16_t port, data_port;
    uint16_t active_port; /* what PORT or EPRT named */
    const struct bad_step *step;
    uint32_t done, times;         /* of the step in hand */
    char heard[8192], seen[8192]; /* seen: everything, to be looked at */
    uint32_t heard_length, seen_length, accepted;
    int hushed; /* the script is at a BAD_HUSH */
};

void bad_server_open(struct bad_server *server, const struct bad_script *script,
                     struct bad_clock *clock);
void bad_server_close(struct bad_server *server);

/* Does what can be done now: 1 when that was something. */
int bad_server_step(struct bad_server *server);

/* What it waits for; returns how many. */
#define BAD_SERVER_FDS 4u
unsigned bad_server_wait(const struct bad_server *server,
                         struct pollfd fds[BAD_SERVER_FDS]);

/* 1: this machine has a loopback of IPv6. */
int bad_server_has_v6(void);

/* How many bytes the script says in all, as far as it is finite. */
uint32_t bad_script_bytes(const struct bad_script *script);

#endif
