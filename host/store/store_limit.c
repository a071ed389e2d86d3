/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_limit.h"

#include <netinet/in.h>
#include <string.h>

#define BURST_MS ((int64_t)STORE_LIMIT_BURST_SECONDS * 1000)
/* Time is counted in microseconds. */
#define SCALE 1000

void store_limit_open(struct store_limit *limit, uint32_t per_second)
{
    memset(limit, 0, sizeof *limit);
    pthread_mutex_init(&limit->lock, NULL);
    limit->per_second = per_second;
}

void store_limit_close(struct store_limit *limit)
{
    pthread_mutex_destroy(&limit->lock);
}

static uint64_t who_is4(const void *address)
{
    uint32_t bits;
    memcpy(&bits, address, sizeof bits);
    return UINT64_C(1) << 32 | bits;
}

uint64_t store_limit_who(const struct sockaddr *address)
{
    uint64_t who = 0;
    if (address->sa_family == AF_INET6) {
        const struct in6_addr *six =
            &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
        if (IN6_IS_ADDR_V4MAPPED(six))
            return who_is4(&six->s6_addr[12]);
        memcpy(&who, six, sizeof who);
    } else if (address->sa_family == AF_INET) {
        return who_is4(
            &((const struct sockaddr_in *)(const void *)address)->sin_addr);
    }
    return who != 0 ? who : 1;
}

/* The client's place, or that of who has asked least in its row. */
static struct store_limit_client *place_of(struct store_limit *limit,
                                           uint64_t who)
{
    /* Fibonacci hashing: neighbouring addresses go to different rows. */
    const uint64_t row = (who * UINT64_C(0x9e3779b97f4a7c15)) >> 52;
    struct store_limit_client *ways = limit->clients[row % STORE_LIMIT_ROWS];
    struct store_limit_client *least = &ways[0];
    for (unsigned i = 0; i < STORE_LIMIT_WAYS; i++) {
        if (ways[i].who == who)
            return &ways[i];
        if (ways[i].full_us < least->full_us)
            least = &ways[i];
    }
    *least = (struct store_limit_client){.who = who};
    return least;
}

/* Each request moves the moment at which the burst is there again; a moment
 * farther away than the burst is one request too many. */
static unsigned ask(struct store_limit *limit,
                    struct store_limit_client *client, int64_t now)
{
    const int64_t cost = 1000 * SCALE / (int64_t)limit->per_second;
    const int64_t start = client->full_us > now ? client->full_us : now;
    const int64_t over = start + cost - now - BURST_MS * SCALE;
    if (over > 0)
        return 1 + (unsigned)(over / (1000 * SCALE));
    client->full_us = start + cost;
    return 0;
}

unsigned store_limit_ask(struct store_limit *limit, uint64_t who,
                         int64_t now_ms)
{
    if (limit->per_second == 0)
        return 0;
    pthread_mutex_lock(&limit->lock);
    const unsigned wait = ask(limit, place_of(limit, who), now_ms * SCALE);
    pthread_mutex_unlock(&limit->lock);
    return wait;
}
