/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Real servers on loopback ports: HTTP and HTTPS by libmicrohttpd inside the
 * test, FTP by Debian's vsftpd as the present user. What goes wrong aborts.
 */
#ifndef FARFIX_TESTS_SERVER_H
#define FARFIX_TESTS_SERVER_H

#include "child.h"

#include <stdint.h>

struct server_http {
    void *daemon;
    char root[256];
    uint16_t port;
    char *certificate, *key; /* PEM; null: plain HTTP */
};

/* Serves the files below `root`, with Content-Length; 404 for others. With
 * `certificate` and `key` (PEM files) by TLS. */
void server_http_start(struct server_http *server, const char *root,
                       const char *certificate, const char *key);
void server_http_stop(struct server_http *server);

/* A certificate for 127.0.0.1 and its key, PREFIX.crt and PREFIX.key. */
void server_certificate(const char *prefix);

#define SERVER_FTP_USER "ftp"
#define SERVER_FTP_PASSWORD "tmf123"

struct server_ftp {
    struct child child;
    uint16_t port;
};

/* Serves `root` (an absolute path, also on the wire) at that many bytes per
 * second, 0: as fast as it can. Its config goes to DIRECTORY/vsftpd.conf. */
void server_ftp_start(struct server_ftp *server, const char *directory,
                      const char *root, uint32_t bytes_per_second);
void server_ftp_stop(struct server_ftp *server);

#endif
