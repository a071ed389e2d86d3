/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_http.h"
#include "store/store_log.h"
#include "store/store_range.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTIONS 512u   /* each has a thread */
#define IDLE_SECONDS 60u   /* a module on a bad link may well be silent long */
#define PIECE_BYTES 32768u /* of a file, read at once */

struct store_http {
    struct store *store;
    struct MHD_Daemon *daemon;
    atomic_uint in_hand; /* requests that are not answered to the end */
};

/* --- access log ---------------------------------------------------------- */

static void log_access(struct MHD_Connection *connection, const char *method,
                       const char *path, int status, uint64_t bytes)
{
    char who[INET6_ADDRSTRLEN + 1] = "-", what[200];
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (info != NULL)
        getnameinfo(info->client_addr, sizeof(struct sockaddr_in6), who,
                    sizeof who, NULL, 0, NI_NUMERICHOST);
    size_t length = 0;
    while (path[length] != '\0' && length < sizeof what - 1) {
        const char c = path[length];
        what[length++] = c > ' ' && c < 0x7f && c != '"' ? c : '?';
    }
    what[length] = '\0';
    store_log("%s \"%.8s %s\" %d %llu", who, method, what, status,
              (unsigned long long)bytes);
}

/* --- answers ------------------------------------------------------------- */

struct reply {
    struct MHD_Response *response;
    int status;
    uint64_t bytes;
};

static const char *header_of(struct MHD_Connection *connection,
                             const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

/* Wants the client a part, and of this very file? */
static int wanted_range(struct MHD_Connection *connection,
                        const struct store_answer *answer, uint64_t *start,
                        uint64_t *length)
{
    const char *range = header_of(connection, MHD_HTTP_HEADER_RANGE);
    const char *only_if = header_of(connection, MHD_HTTP_HEADER_IF_RANGE);
    if (range == NULL || (only_if != NULL && strcmp(only_if, answer->etag)))
        return 200;
    return store_range_parse(range, answer->size, start, length);
}

static void reply_text(struct reply *reply, struct store_answer *answer)
{
    reply->status = answer->status;
    reply->bytes = answer->text.length;
    reply->response = MHD_create_response_from_buffer(
        answer->text.length, answer->text.bytes, MHD_RESPMEM_MUST_COPY);
}

static void reply_nothing(struct reply *reply, int status)
{
    static char none[1];
    reply->status = status;
    reply->bytes = 0;
    reply->response =
        MHD_create_response_from_buffer(0, none, MHD_RESPMEM_PERSISTENT);
}

/* Part of a file on its way out. */
struct part {
    int file;
    uint64_t start;
};

/* A file that became shorter meanwhile ends the connection: sendfile would
 * wait for its bytes for ever. */
static ssize_t read_part(void *context, uint64_t at, char *buffer, size_t most)
{
    const struct part *part = context;
    const ssize_t got =
        pread(part->file, buffer, most, (off_t)(part->start + at));
    return got > 0 ? got : MHD_CONTENT_READER_END_WITH_ERROR;
}

static void free_part(void *context)
{
    struct part *part = context;
    close(part->file);
    free(part);
}

/* The response closes the file; `answer` lets go of it. */
static void reply_part(struct reply *reply, struct store_answer *answer,
                       int status, uint64_t start, uint64_t length)
{
    struct part *part = malloc(sizeof *part);
    if (part == NULL)
        return;
    *part = (struct part){answer->file, start};
    answer->file = -1;
    reply->status = status;
    reply->bytes = length;
    reply->response = MHD_create_response_from_callback(
        length, PIECE_BYTES, read_part, part, free_part);
    if (reply->response == NULL)
        free_part(part);
}

static void add(struct reply *reply, const char *name, const char *value)
{
    if (reply->response != NULL)
        MHD_add_response_header(reply->response, name, value);
}

static void reply_file(struct MHD_Connection *connection, struct reply *reply,
                       struct store_answer *answer)
{
    char range[80];
    uint64_t start = 0, length = answer->size;
    const char *known = header_of(connection, MHD_HTTP_HEADER_IF_NONE_MATCH);
    const int status = wanted_range(connection, answer, &start, &length);
    if (known != NULL && strcmp(known, answer->etag) == 0) {
        reply_nothing(reply, MHD_HTTP_NOT_MODIFIED);
    } else if (status == 416) {
        reply_nothing(reply, status);
        snprintf(range, sizeof range, "bytes */%llu",
                 (unsigned long long)answer->size);
        add(reply, MHD_HTTP_HEADER_CONTENT_RANGE, range);
    } else {
        reply_part(reply, answer, status, start, length);
        snprintf(range, sizeof range, "bytes %llu-%llu/%llu",
                 (unsigned long long)start,
                 (unsigned long long)(start + length - 1),
                 (unsigned long long)answer->size);
        if (status == 206)
            add(reply, MHD_HTTP_HEADER_CONTENT_RANGE, range);
        add(reply, MHD_HTTP_HEADER_ACCEPT_RANGES, "bytes");
    }
    add(reply, MHD_HTTP_HEADER_ETAG, answer->etag);
}

static enum MHD_Result send_reply(struct MHD_Connection *connection,
                                  struct reply *reply, const char *type)
{
    if (reply->response == NULL)
        return MHD_NO;
    add(reply, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    add(reply, "X-Content-Type-Options", "nosniff");
    add(reply, "Content-Security-Policy",
        "default-src 'none'; style-src 'unsafe-inline'");
    const enum MHD_Result result = MHD_queue_response(
        connection, (unsigned)reply->status, reply->response);
    MHD_destroy_response(reply->response);
    return result;
}

static enum MHD_Result answer_get(struct store_http *http,
                                  struct MHD_Connection *connection,
                                  const char *method, const char *path)
{
    struct store_answer answer;
    struct reply reply = {0};
    store_answer(http->store, path, &answer);
    if (answer.file >= 0)
        reply_file(connection, &reply, &answer);
    else
        reply_text(&reply, &answer);
    const enum MHD_Result result = send_reply(connection, &reply, answer.type);
    log_access(connection, method, path, reply.status, reply.bytes);
    store_answer_free(&answer);
    return result;
}

static enum MHD_Result refuse_method(struct MHD_Connection *connection,
                                     const char *method, const char *path)
{
    static char text[] = "only GET and HEAD are answered here\n";
    struct reply reply = {MHD_create_response_from_buffer(
                              sizeof text - 1, text, MHD_RESPMEM_PERSISTENT),
                          MHD_HTTP_METHOD_NOT_ALLOWED, sizeof text - 1};
    add(&reply, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
    add(&reply, MHD_HTTP_HEADER_CONNECTION, "close");
    log_access(connection, method, path, reply.status, reply.bytes);
    return send_reply(connection, &reply, "text/plain; charset=utf-8");
}

/* --- libmicrohttpd ------------------------------------------------------- */

/* It calls once with the headers, then with each piece of a body, then once
 * more; a body is not read, and a refusal need not wait for it. */
static enum MHD_Result handle(void *context, struct MHD_Connection *connection,
                              const char *url, const char *method,
                              const char *version, const char *upload,
                              size_t *upload_bytes, void **request)
{
    static char begun;
    struct store_http *http = context;
    (void)version;
    (void)upload;
    if (*request == NULL) {
        *request = &begun;
        atomic_fetch_add(&http->in_hand, 1);
        if (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0)
            return MHD_YES;
        return refuse_method(connection, method, url);
    }
    if (*upload_bytes != 0) {
        *upload_bytes = 0;
        return MHD_YES;
    }
    return answer_get(http, connection, method, url);
}

static void completed(void *context, struct MHD_Connection *connection,
                      void **request, enum MHD_RequestTerminationCode why)
{
    struct store_http *http = context;
    (void)connection;
    (void)why;
    if (*request != NULL)
        atomic_fetch_sub(&http->in_hand, 1);
    *request = NULL;
}

/* Paths are taken as they came: no legal one holds an escape. */
static size_t keep_escapes(void *context, struct MHD_Connection *connection,
                           char *text)
{
    (void)context;
    (void)connection;
    return strlen(text);
}

/* --- addresses ----------------------------------------------------------- */

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
        listen(fd, 128) == 0)
        return fd;
    const int cause = errno;
    close(fd);
    errno = cause;
    return -1;
}

static int open_socket(const char *listen, int *fd, struct pack_error *error)
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

static void describe_socket(int fd, char url[64])
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

/* --- start and stop ------------------------------------------------------ */

int store_http_start(struct store_http **out, struct store *store,
                     const char *listen, char url[64], struct pack_error *error)
{
    int fd = -1;
    const int result = open_socket(listen, &fd, error);
    if (result != 0)
        return result;
    describe_socket(fd, url);
    struct store_http *http = calloc(1, sizeof *http);
    if (http != NULL) {
        http->store = store;
        http->daemon = MHD_start_daemon(
            MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION |
                MHD_USE_ITC,
            0, NULL, NULL, handle, http, MHD_OPTION_LISTEN_SOCKET, fd,
            MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS,
            MHD_OPTION_CONNECTION_TIMEOUT, IDLE_SECONDS,
            MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL,
            MHD_OPTION_NOTIFY_COMPLETED, completed, http, MHD_OPTION_END);
    }
    if (http == NULL || http->daemon == NULL) {
        free(http);
        close(fd);
        return fail(error, FFX_ERR_IO, listen, "the HTTP server did not start");
    }
    *out = http;
    return 0;
}

void store_http_stop(struct store_http *http, unsigned grace_ms)
{
    const int fd = MHD_quiesce_daemon(http->daemon);
    if (fd >= 0)
        close(fd);
    while (grace_ms >= 20 && atomic_load(&http->in_hand) > 0) {
        usleep(20000);
        grace_ms -= 20;
    }
    MHD_stop_daemon(http->daemon);
    free(http);
}
