/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_address.h"
#include "pack/fail.h"
#include "store/store_log.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A fleet that wakes at the same minute; the kernel cuts it to its own limit
 * (net.core.somaxconn). */
#define BACKLOG 4096
/* What the kernel holds for one client: without a word from us it lets each of
 * ten thousand slow ones have megabytes. Enough for 1 MB/s at 100 ms, more
 * than any module takes. Accepted sockets inherit it. */
static const int send_bytes = 131072;

static int fail(struct pack_error *error, int code, const char *listen,
                const char *why)
{
    error->code = code;
    error->missing = 0;
    snprintf(error->text, sizeof error->text, "cannot listen on %.100s: %s",
             listen, why);
    return code;
}

static int is_port(const char *text)
{
    const size_t digits = strspn(text, "0123456789");
    return digits >= 1 && digits <= 5 && text[digits] == '\0' &&
           strtoul(text, NULL, 10) <= 65535;
}

/* "HOST:PORT", "[HOST]:PORT": `host` is a copy without brackets. */
static const char *split(const char *listen, char host[256])
{
    const char *colon = strrchr(listen, ':');
    if (colon == NULL || colon == listen || !is_port(colon + 1))
        return NULL;
    const int bracketed = listen[0] == '[' && colon[-1] == ']';
    const char *start = listen + bracketed;
    const size_t length = (size_t)(colon - start) - (size_t)bracketed;
    if (length == 0 || length >= 256 ||
        (!bracketed && memchr(start, ':', length) != NULL))
        return NULL;
    memcpy(host, start, length);
    host[length] = '\0';
    return colon + 1;
}

static int bind_socket(const struct addrinfo *address)
{
    static const int on = 1;
    const int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &send_bytes, sizeof send_bytes);
    if (bind(fd, address->ai_addr, address->ai_addrlen) == 0 &&
        listen(fd, BACKLOG) == 0)
        return fd;
    const int cause = errno;
    close(fd);
    errno = cause;
    return -1;
}

int store_address_open(const char *listen, int *fd, struct pack_error *error)
{
    char host[256];
    struct addrinfo *found = NULL;
    const struct addrinfo wanted = {.ai_socktype = SOCK_STREAM,
                                    .ai_flags = AI_PASSIVE};
    const char *port = split(listen, host);
    if (port == NULL)
        return fail(error, FFX_ERR_ARGUMENT, listen,
                    "name an address as HOST:PORT, 127.0.0.1:8080");
    const int failed = getaddrinfo(host, port, &wanted, &found);
    if (failed != 0)
        return fail(error, FFX_ERR_IO, listen, gai_strerror(failed));
    *fd = -1;
    /* localhost may be ::1 first, where there is no IPv6 */
    for (const struct addrinfo *at = found; at != NULL && *fd < 0;
         at = at->ai_next)
        *fd = bind_socket(at);
    freeaddrinfo(found);
    return *fd >= 0 ? 0 : fail(error, FFX_ERR_IO, listen, strerror(errno));
}

void store_address_url(int fd, char url[64])
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    char host[INET6_ADDRSTRLEN + 1] = "?", port[8] = "?";
    if (getsockname(fd, (struct sockaddr *)&address, &length) == 0)
        getnameinfo((struct sockaddr *)&address, length, host, sizeof host,
                    port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);
    snprintf(url, 64, strchr(host, ':') ? "http://[%s]:%s" : "http://%s:%s",
             host, port);
}

/* --- who asks ------------------------------------------------------------ */

/* A socket that listens to both sees IPv4 as ::ffff:10.0.0.7. */
static void unmap(struct sockaddr_storage *address)
{
    struct sockaddr_in *four = (struct sockaddr_in *)(void *)address;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)(void *)address;
    struct in_addr inner;
    if (address->ss_family != AF_INET6 ||
        !IN6_IS_ADDR_V4MAPPED(&six->sin6_addr))
        return;
    memcpy(&inner, &six->sin6_addr.s6_addr[12], sizeof inner);
    memset(address, 0, sizeof *address);
    four->sin_family = AF_INET;
    four->sin_addr = inner;
}

void store_address_take(const struct sockaddr *from,
                        struct sockaddr_storage *address)
{
    memset(address, 0, sizeof *address);
    if (from->sa_family == AF_INET)
        memcpy(address, from, sizeof(struct sockaddr_in));
    else if (from->sa_family == AF_INET6)
        memcpy(address, from, sizeof(struct sockaddr_in6));
    unmap(address);
}

int store_address_parse(const char *text, size_t length,
                        struct sockaddr_storage *address)
{
    char copy[STORE_ADDRESS_TEXT];
    struct sockaddr_in *four = (struct sockaddr_in *)(void *)address;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)(void *)address;
    while (length > 0 && (text[0] == ' ' || text[0] == '\t')) {
        text++;
        length--;
    }
    while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
        length--;
    memset(address, 0, sizeof *address);
    if (length == 0 || length >= sizeof copy)
        return -1;
    memcpy(copy, text, length);
    copy[length] = '\0';
    if (inet_pton(AF_INET, copy, &four->sin_addr) == 1)
        four->sin_family = AF_INET;
    else if (inet_pton(AF_INET6, copy, &six->sin6_addr) == 1)
        six->sin6_family = AF_INET6;
    else
        return -1;
    unmap(address);
    return 0;
}

void store_address_spell(const struct sockaddr_storage *address,
                         char text[STORE_ADDRESS_TEXT])
{
    const struct sockaddr_in *four = (const void *)address;
    const struct sockaddr_in6 *six = (const void *)address;
    const void *bytes = address->ss_family == AF_INET6
                            ? (const void *)&six->sin6_addr
                            : (const void *)&four->sin_addr;
    if (inet_ntop(address->ss_family, bytes, text, STORE_ADDRESS_TEXT) == NULL)
        memcpy(text, "-", 2);
}

int store_address_list(const char *list, struct store_addresses *out,
                       struct pack_error *error)
{
    memset(out, 0, sizeof *out);
    while (list != NULL) {
        const size_t length = strcspn(list, ",");
        struct sockaddr_storage address;
        if (store_address_parse(list, length, &address) != 0) {
            store_addresses_free(out);
            return fail_with(error, FFX_ERR_ARGUMENT,
                             "'%.*s' is not an address: name those of your "
                             "proxies, separated by commas, 127.0.0.1,::1",
                             length > 60 ? 60 : (int)length, list);
        }
        out->texts = store_must(
            realloc(out->texts, (out->count + 1) * sizeof *out->texts));
        store_address_spell(&address, out->texts[out->count++]);
        list = list[length] == ',' ? list + length + 1 : NULL;
    }
    return 0;
}

int store_addresses_have(const struct store_addresses *addresses,
                         const char *text)
{
    for (size_t i = 0; i < addresses->count; i++)
        if (strcmp(addresses->texts[i], text) == 0)
            return 1;
    return 0;
}

void store_addresses_free(struct store_addresses *addresses)
{
    free(addresses->texts);
    memset(addresses, 0, sizeof *addresses);
}
