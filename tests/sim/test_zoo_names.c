/* SPDX-License-Identifier: Apache-2.0 */
/* Names that lead nowhere, elsewhere or late, and URLs that are none. */
#include "zoo.h"

#include <dlfcn.h>
#include <netdb.h>
#include <pthread.h>
#include <string.h>

#define GOOD "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

/* The server is never asked. */
#define URL(title, result, format)                                             \
    {                                                                          \
        .name = title,                                                         \
        .script = {.steps = (const struct bad_step[]){HUSH, OVER}},            \
        .error = result, .url = format                                         \
    }
#define FTP_URL(title, result, format)                                         \
    {                                                                          \
        .name = title, .error = result, .url = format                          \
    }

/* --- a resolver that does as its names say ------------------------------- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int released, moves;

static const char *address_of(const char *node)
{
    if (strcmp(node, "six.test") == 0)
        return "::1";
    if (strcmp(node, "moves.test") == 0)
        return moves++ % 2 == 0 ? "127.0.0.3" : "127.0.0.1";
    return node;
}

/* libcurl calls this one, in a thread of its own. */
int getaddrinfo(const char *node, const char *service,
                const struct addrinfo *hints, struct addrinfo **result)
{
    static int (*real)(const char *, const char *, const struct addrinfo *,
                       struct addrinfo **);
    if (strcmp(node, "none.test") == 0)
        return EAI_NONAME;
    if (strcmp(node, "fails.test") == 0)
        return EAI_AGAIN;
    if (strcmp(node, "slow.test") == 0) {
        pthread_mutex_lock(&lock);
        while (!released)
            pthread_cond_wait(&changed, &lock);
        pthread_mutex_unlock(&lock);
        return EAI_AGAIN;
    }
    *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    return real(address_of(node), service, hints, result);
}

static const struct zoo_row rows[] = {
    {.name = "a name and password in the URL",
     .script = {.steps =
                    (const struct bad_step[]){REQUEST, SAY(GOOD), CLOSE, OVER}},
     .url = "http://me:secret@127.0.0.1:%u/f",
     .asks = "Authorization: Basic bWU6c2VjcmV0\r\n"},
    {.name = "a coded CR LF in the URL stays coded",
     .script = {.steps =
                    (const struct bad_step[]){REQUEST, SAY(GOOD), CLOSE, OVER}},
     .url = "http://127.0.0.1:%u/f%0d%0aX:%20y",
     .asks = "GET /f%0d%0aX:%20y HTTP/1.1\r\n"},
    {.name = "IPv6 only",
     .script = {.steps =
                    (const struct bad_step[]){REQUEST, SAY(GOOD), CLOSE, OVER},
                .family = AF_INET6},
     .url = "http://[::1]:%u/f"},
    URL("a CR LF in the URL", 65535, "http://127.0.0.1:%u/f\r\nX: y"),
    URL("a blank in the URL", 65535, "http://127.0.0.1:%u/f g"),
    URL("no host", 65535, "http://:%u/f"),
    URL("port 0", 601, "http://127.0.0.1:0/f"),
    URL("port 65536", 65535, "http://127.0.0.1:65536/f"),
    URL("a port that is no number", 65535, "http://127.0.0.1:http/f"),
    URL("a port where nobody listens", 601, "http://127.0.0.3:%u/f"),
    URL("a name that does not exist", 603, "http://none.test:%u/f"),
    URL("a resolver that fails", 603, "http://fails.test:%u/f"),
    {.name = "a resolver that does not answer",
     .script = {.steps = (const struct bad_step[]){OVER}, .deaf = 1},
     .error = 601,
     .url = "http://slow.test:%u/f",
     .lasting = 1},
    {.name = "a name of IPv6 only",
     .script = {.steps =
                    (const struct bad_step[]){REQUEST, SAY(GOOD), CLOSE, OVER},
                .family = AF_INET6},
     .url = "http://six.test:%u/f"},
    {.name = "a name that moves to another address",
     .script = {.steps =
                    (const struct bad_step[]){REQUEST, SAY(GOOD), CLOSE, OVER}},
     .url = "http://moves.test:%u/f",
     .tries = 3},

    FTP_URL("ftp: a name that does not exist", 62, "ftp://none.test:%u/f"),
    {.name = "ftp: a resolver that does not answer",
     .script = {.deaf = 1},
     .error = 64,
     .url = "ftp://slow.test:%u/f",
     .lasting = 1},
    FTP_URL("ftp: a port where nobody listens", 63, "ftp://127.0.0.3:%u/f"),
    FTP_URL("ftp: no file", 66, "ftp://127.0.0.1:%u/"),
    FTP_URL("ftp: a directory is no file", 66, "ftp://127.0.0.1:%u/d/"),
    FTP_URL("ftp: a NUL in the name", 66, "ftp://127.0.0.1:%u/f%00g"),
    FTP_URL("ftp: a command in the name", 66,
            "ftp://127.0.0.1:%u/f%0d%0aDELE%20g"),
    FTP_URL("ftp: a command in a directory", 66,
            "ftp://127.0.0.1:%u/d%0aDELE%20g/f"),
    {.name = "ftp: a name of IPv6 only",
     .script = {.family = AF_INET6},
     .url = "ftp://six.test:%u/f"},
    {.name = "ftp: a password in the URL is not the user's",
     .url = "ftp://me:other@127.0.0.1:%u/f",
     .asks = "PASS secret\r\n"},
    {.name = "ftp: directories one by one",
     .url = "ftp://127.0.0.1:%u/%2Fsrv/a%20b/f%3Bg",
     .asks = "CWD /srv\r\nCWD a b\r\nSIZE f;g\r\n"},
};

int main(void)
{
    const int failures =
        zoo_main("names and URLs", rows, sizeof rows / sizeof rows[0]);
    pthread_mutex_lock(&lock);
    released = 1;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    return failures;
}
