/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store over HTTP/1.1, by libmicrohttpd: GET and HEAD, Content-Length,
 * ETag with If-None-Match, single byte ranges. A few threads serve everybody:
 * a client that is slow, silent or waits for a build holds memory, never a
 * thread.
 */
#ifndef FARFIX_STORE_HTTP_H
#define FARFIX_STORE_HTTP_H

#include "store/store.h"

struct store_http;

struct store_http_config {
    const char *listen;     /* "HOST:PORT", "[::]:80"; port 0: any free one */
    const char *access_log; /* file; null: stderr */
    /* Addresses, separated by commas, whose X-Forwarded-For is believed: a
     * web server in front. Null: none. */
    const char *proxies;
    uint32_t rate; /* requests per second and client; 0: no limit */
};

/* `url` (64 bytes) says where it can be reached. The config's path of the log
 * must stay. FFX_ERR_ARGUMENT: not HOST:PORT, or no address of a proxy;
 * FFX_ERR_IO: the address or the log cannot be used. */
int store_http_start(struct store_http **http, struct store *store,
                     const struct store_http_config *config, char url[64],
                     struct pack_error *error);

/* Opens the access log anew. */
void store_http_reopen(struct store_http *http);

/* Turns new connections away, lets requests in hand end for up to `grace_ms`,
 * then stops the store's work and closes what is left. */
void store_http_stop(struct store_http *http, unsigned grace_ms);

#endif
