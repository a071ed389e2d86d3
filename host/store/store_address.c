/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A fleet that wakes at the same minute; the kernel cuts it to its own limit
 * (net.core.somaxconn). */
#define BACKLOG 4096

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
    *fd = bind_socket(found);
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
