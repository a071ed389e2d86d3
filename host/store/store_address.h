/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses to listen on: "HOST:PORT", "[HOST]:PORT"; port 0: any free one. */
#ifndef FARFIX_STORE_ADDRESS_H
#define FARFIX_STORE_ADDRESS_H

#include "pack/pack.h"

/* A listening socket. FFX_ERR_ARGUMENT: not HOST:PORT; FFX_ERR_IO: the address
 * cannot be used. */
int store_address_open(const char *listen, int *fd, struct pack_error *error);

/* Where it can be reached: "http://HOST:PORT". */
void store_address_url(int fd, char url[64]);

#endif
