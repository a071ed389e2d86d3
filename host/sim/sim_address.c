/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sim_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

void sim_address_set_port(struct sockaddr_storage *address, uint16_t port)
{
    if (address->ss_family == AF_INET6)
        ((struct sockaddr_in6 *)(void *)address)->sin6_port = htons(port);
    else
        ((struct sockaddr_in *)(void *)address)->sin_port = htons(port);
}

uint16_t sim_address_port(const struct sockaddr_storage *address)
{
    return ntohs(
        address->ss_family == AF_INET6
            ? ((const struct sockaddr_in6 *)(const void *)address)->sin6_port
            : ((const struct sockaddr_in *)(const void *)address)->sin_port);
}

int sim_address_same_host(const struct sockaddr_storage *a,
                          const struct sockaddr_storage *b)
{
    if (a->ss_family != b->ss_family)
        return 0;
    if (a->ss_family == AF_INET6)
        return memcmp(
                   &((const struct sockaddr_in6 *)(const void *)a)->sin6_addr,
                   &((const struct sockaddr_in6 *)(const void *)b)->sin6_addr,
                   sizeof(struct in6_addr)) == 0;
    return ((const struct sockaddr_in *)(const void *)a)->sin_addr.s_addr ==
           ((const struct sockaddr_in *)(const void *)b)->sin_addr.s_addr;
}
