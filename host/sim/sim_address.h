/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses of IPv4 or IPv6. */
#ifndef FARFIX_SIM_ADDRESS_H
#define FARFIX_SIM_ADDRESS_H

#include <stdint.h>
#include <sys/socket.h>

void sim_address_set_port(struct sockaddr_storage *address, uint16_t port);
uint16_t sim_address_port(const struct sockaddr_storage *address);
/* 1: the same host, whatever the ports. */
int sim_address_same_host(const struct sockaddr_storage *a,
                          const struct sockaddr_storage *b);

#endif
