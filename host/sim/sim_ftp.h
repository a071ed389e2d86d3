/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One file by FTP over a control connection that stands already (RFC 959,
 * RFC 2428). It never waits inside: libcurl does, for the 226 and for the
 * answer to QUIT, and it takes the first SIZE bytes of a longer file for the
 * file.
 *
 *   GREETING -> USER -> PASS -> TYPE -> CWD ... -> SIZE
 *            -> EPSV -> PASV | EPRT -> REST -> RETR -> DATA
 *
 * A file is whole when the server says 226 or 250, its data connection has
 * ended, and as many bytes came as SIZE promised, if it did, less those before
 * the offset. Data connections
 * lead to the server's own address, or come from there.
 */
#ifndef FARFIX_SIM_FTP_H
#define FARFIX_SIM_FTP_H

#include "sim/sim_error.h"

#include <poll.h>
#include <sys/socket.h>

#define SIM_FTP_FDS 3u
#define SIM_FTP_LINE_MAX 1024u   /* of a reply */
#define SIM_FTP_REPLY_MAX 16384u /* bytes of all its lines */

/* FTP errors (AT manual V1.06, 10.2.14). */
enum {
    SIM_FTP_NET = 61,
    SIM_FTP_DNS = 62,
    SIM_FTP_CONNECT = 63,
    SIM_FTP_TIMEOUT = 64,
    SIM_FTP_SERVER = 65,
    SIM_FTP_NOT_ALLOWED = 66,
    SIM_FTP_REPLY = 70,
    SIM_FTP_USER = 71,
    SIM_FTP_PASSWORD = 72,
    SIM_FTP_TYPE = 73,
    SIM_FTP_REST = 74,
    SIM_FTP_PASSIVE = 75,
    SIM_FTP_ACTIVE = 76,
    SIM_FTP_OPERATE = 77,
    SIM_FTP_DOWNLOAD = 79,
    SIM_FTP_QUIT = 80
};

struct sim_ftp_job {
    const char *path; /* of the URL, behind the host's '/' */
    const char *user, *password;
    int passive, ascii, size_only;
    uint32_t offset; /* the file begins there: REST */
    uint32_t room;   /* no longer file is begun */
    /* 0, or the file cannot hold them. */
    int (*take)(void *context, char *bytes, size_t length);
    void *context;
};

enum sim_ftp_state {
    FTP_GREETING,
    FTP_USER,
    FTP_PASS,
    FTP_TYPE,
    FTP_CWD,
    FTP_SIZE,
    FTP_EPSV,
    FTP_PASV,
    FTP_EPRT,
    FTP_REST,
    FTP_RETR,
    FTP_DATA,
    FTP_DONE
};

struct sim_ftp {
    struct sim_ftp_job job;
    enum sim_ftp_state state;
    int control;        /* the caller's */
    int data, listener; /* ours; -1: none */
    int connecting;     /* data is on its way */
    int data_over, confirmed;

    char line[SIM_FTP_LINE_MAX];
    uint32_t line_length, reply_bytes;
    int reply; /* code of a reply of several lines; 0: none in hand */

    const char *path;            /* what CWD has not taken yet */
    uint64_t size;               /* what SIZE said, or UINT64_MAX */
    uint64_t received;           /* bytes of data */
    uint16_t error;              /* SIM_FTP_*, when it failed */
    uint8_t passing;             /* another try may help */
    const char *why;             /* in words */
    char said[SIM_FTP_LINE_MAX]; /* the server's last line, to be printed */
};

/* The job's strings must outlive the transfer. */
void sim_ftp_start(struct sim_ftp *ftp, int control,
                   const struct sim_ftp_job *job);
/* Closes what is ours; says QUIT and waits for nothing. */
void sim_ftp_stop(struct sim_ftp *ftp);

unsigned sim_ftp_wait(const struct sim_ftp *ftp,
                      struct pollfd fds[SIM_FTP_FDS]);
/* 1: it goes on; 0: the file is whole, or the size is known; -1: it failed,
 * see `error`. */
int sim_ftp_step(struct sim_ftp *ftp);

#endif
