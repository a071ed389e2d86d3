/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store over HTTP/1.1, by libmicrohttpd: GET and HEAD, Content-Length,
 * ETag with If-None-Match, single byte ranges. One access line per request
 * on stderr. One thread per connection, so that a build keeps nobody waiting
 * who does not ask for it.
 */
#ifndef FARFIX_STORE_HTTP_H
#define FARFIX_STORE_HTTP_H

#include "store/store.h"

struct store_http;

/* Listens on "HOST:PORT" ("127.0.0.1:8080", "[::]:80"; port 0: any free
 * one). `url` (64 bytes) says where it can be reached. FFX_ERR_ARGUMENT: not
 * HOST:PORT; FFX_ERR_IO: the address cannot be used. */
int store_http_start(struct store_http **http, struct store *store,
                     const char *listen, char url[64],
                     struct pack_error *error);

/* Takes no new connection, lets requests in hand end for up to `grace_ms`,
 * then closes what is left. */
void store_http_stop(struct store_http *http, unsigned grace_ms);

#endif
