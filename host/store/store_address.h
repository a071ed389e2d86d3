/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses to listen on: "HOST:PORT", "[HOST]:PORT"; port 0 is any free one.
 * And those of clients: an IPv4 address inside an IPv6 one is an IPv4 one. */
#ifndef FARFIX_STORE_ADDRESS_H
#define FARFIX_STORE_ADDRESS_H

#include "pack/pack.h"

#include <netinet/in.h>
#include <sys/socket.h>

/* A listening socket. FFX_ERR_ARGUMENT: not HOST:PORT; FFX_ERR_IO: the address
 * cannot be used. */
int store_address_open(const char *listen, int *fd, struct pack_error *error);

/* Where it can be reached: "http://HOST:PORT". */
void store_address_url(int fd, char url[64]);

#define STORE_ADDRESS_TEXT INET6_ADDRSTRLEN

void store_address_take(const struct sockaddr *from,
                        struct sockaddr_storage *address);
/* 0, or -1: neither IPv4 nor IPv6; blanks around it do no harm. */
int store_address_parse(const char *text, size_t length,
                        struct sockaddr_storage *address);
/* One address has one spelling; "-": not an IP address. */
void store_address_spell(const struct sockaddr_storage *address,
                         char text[STORE_ADDRESS_TEXT]);

struct store_addresses {
    char (*texts)[STORE_ADDRESS_TEXT];
    size_t count;
};

/* "10.0.0.1,fd00::1"; null is none. FFX_ERR_ARGUMENT names what is not an
 * address. */
int store_address_list(const char *list, struct store_addresses *out,
                       struct pack_error *error);
/* `text` as store_address_spell has it. */
int store_addresses_have(const struct store_addresses *addresses,
                         const char *text);
void store_addresses_free(struct store_addresses *addresses);

#endif
