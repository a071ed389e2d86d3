/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_http.h"
#include "pack/fail.h"
#include "store/store_access.h"
#include "store/store_address.h"
#include "store/store_limit.h"
#include "store/store_log.h"
#include "store/store_range.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS 10000u
/* Who has not said what he wants, and who is silent in a download: a module on
 * a bad link may well be, for long. */
#define ASK_SECONDS 15u
#define SILENT_SECONDS 120u
#define HEADER_BYTES 16384u /* of a request, at most */
#define TARGET_BYTES 512u   /* path and query: longer than any legal one */

struct store_http {
    struct store *store;
    const struct store_http_config *config;
    struct MHD_Daemon *daemon;
    struct store_access access;
    struct store_limit limit;
    atomic_uint in_hand; /* requests that are not answered to the end */
};

/* One request, from its first line to its last byte. */
struct exchange {
    struct store_http *http;
    struct MHD_Connection *connection;
    struct store_request request;
    char target[TARGET_BYTES];
    char who[INET6_ADDRSTRLEN];
    char method[9];
    int begun, status;
    uint64_t bytes;
};

/* --- who asks ------------------------------------------------------------ */

static const char *header_of(struct MHD_Connection *connection,
                             const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static void spell_address(const struct sockaddr *address,
                          char out[INET6_ADDRSTRLEN])
{
    const void *bytes =
        address->sa_family == AF_INET6
            ? (const void *)&(
                  (const struct sockaddr_in6 *)(const void *)address)
                  ->sin6_addr
            : (const void *)&((const struct sockaddr_in *)(const void *)address)
                  ->sin_addr;
    if (inet_ntop(address->sa_family, bytes, out, INET6_ADDRSTRLEN) == NULL)
        memcpy(out, "-", 2);
}

static int is_proxy(const struct store_http *http, const char *who)
{
    const char *at = http->config->proxies;
    const size_t length = strlen(who);
    while (at != NULL) {
        if (strncmp(at, who, length) == 0 &&
            (at[length] == ',' || at[length] == '\0'))
            return 1;
        at = strchr(at, ',');
        at = at != NULL ? at + 1 : NULL;
    }
    return 0;
}

/* The last address is the one that our own proxy has seen; those before it
 * are what its client claims. */
static int take_forwarded(struct exchange *exchange,
                          struct sockaddr_storage *address)
{
    const char *list = header_of(exchange->connection, "X-Forwarded-For");
    const char *last = list != NULL ? strrchr(list, ',') : NULL;
    struct sockaddr_in *four = (struct sockaddr_in *)(void *)address;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)(void *)address;
    if (list == NULL)
        return 0;
    last = last != NULL ? last + 1 : list;
    last += strspn(last, " \t");
    if (inet_pton(AF_INET, last, &four->sin_addr) == 1)
        address->ss_family = AF_INET;
    else if (inet_pton(AF_INET6, last, &six->sin6_addr) == 1)
        address->ss_family = AF_INET6;
    else
        return 0;
    return 1;
}

/* Fills exchange->who; what the rate limit calls this client. */
static uint64_t find_client(struct exchange *exchange)
{
    struct sockaddr_storage forwarded = {0};
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(
        exchange->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (info == NULL)
        return 1;
    const struct sockaddr *address = info->client_addr;
    spell_address(address, exchange->who);
    if (is_proxy(exchange->http, exchange->who) &&
        take_forwarded(exchange, &forwarded)) {
        address = (const struct sockaddr *)&forwarded;
        spell_address(address, exchange->who);
    }
    return store_limit_who(address);
}

/* --- answers ------------------------------------------------------------- */

static void add(struct MHD_Response *response, const char *name,
                const char *value)
{
    MHD_add_response_header(response, name, value);
}

static void drop_blob(void *context)
{
    store_blob_drop(context);
}

static struct MHD_Response *part_of(const struct store_answer *answer,
                                    uint64_t start, uint64_t length)
{
    struct store_blob *blob = store_blob_hold(answer->blob);
    struct MHD_Response *response =
        MHD_create_response_from_buffer_with_free_callback_cls(
            length, blob->bytes.bytes + start, drop_blob, blob);
    if (response == NULL)
        store_blob_drop(blob);
    return response;
}

static struct MHD_Response *text_of(const struct store_answer *answer)
{
    return MHD_create_response_from_buffer(
        answer->text.length, answer->text.bytes, MHD_RESPMEM_MUST_COPY);
}

static struct MHD_Response *nothing(void)
{
    static char none[1];
    return MHD_create_response_from_buffer(0, none, MHD_RESPMEM_PERSISTENT);
}

/* Wants the client a part, and of this very file? */
static int wanted_range(struct MHD_Connection *connection,
                        const struct store_blob *blob, uint64_t *start,
                        uint64_t *length)
{
    const char *range = header_of(connection, MHD_HTTP_HEADER_RANGE);
    const char *only_if = header_of(connection, MHD_HTTP_HEADER_IF_RANGE);
    *start = 0;
    *length = blob->bytes.length;
    if (range == NULL || (only_if != NULL && strcmp(only_if, blob->etag)))
        return 200;
    return store_range_parse(range, blob->bytes.length, start, length);
}

static struct MHD_Response *reply_range(struct exchange *exchange,
                                        const struct store_answer *answer,
                                        uint64_t start, uint64_t length)
{
    char range[80];
    const unsigned long long size = answer->blob->bytes.length;
    struct MHD_Response *response;
    if (exchange->status == 416) {
        response = nothing();
        snprintf(range, sizeof range, "bytes */%llu", size);
    } else {
        response = part_of(answer, start, length);
        exchange->bytes = length;
        snprintf(range, sizeof range, "bytes %llu-%llu/%llu",
                 (unsigned long long)start,
                 (unsigned long long)(start + length - 1), size);
    }
    if (response != NULL && exchange->status != 200)
        add(response, MHD_HTTP_HEADER_CONTENT_RANGE, range);
    return response;
}

static struct MHD_Response *reply_blob(struct exchange *exchange,
                                       const struct store_answer *answer)
{
    uint64_t start, length;
    struct MHD_Response *response;
    const char *known =
        header_of(exchange->connection, MHD_HTTP_HEADER_IF_NONE_MATCH);
    if (known != NULL && strcmp(known, answer->blob->etag) == 0) {
        response = nothing();
        exchange->status = 304;
    } else {
        exchange->status =
            wanted_range(exchange->connection, answer->blob, &start, &length);
        response = reply_range(exchange, answer, start, length);
    }
    if (response == NULL)
        return NULL;
    add(response, MHD_HTTP_HEADER_ETAG, answer->blob->etag);
    add(response, MHD_HTTP_HEADER_ACCEPT_RANGES, "bytes");
    /* A release may be replaced: ask whether it is still this one. */
    add(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-cache");
    return response;
}

static struct MHD_Response *reply_text(struct exchange *exchange,
                                       const struct store_answer *answer)
{
    struct MHD_Response *response = text_of(answer);
    exchange->bytes = answer->text.length;
    if (response != NULL && answer->status == 503)
        add(response, MHD_HTTP_HEADER_RETRY_AFTER, "5");
    return response;
}

static enum MHD_Result send_reply(struct exchange *exchange,
                                  struct MHD_Response *response,
                                  const char *type)
{
    if (response == NULL)
        return MHD_NO;
    add(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    add(response, "X-Content-Type-Options", "nosniff");
    add(response, "Content-Security-Policy",
        "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'");
    const enum MHD_Result result = MHD_queue_response(
        exchange->connection, (unsigned)exchange->status, response);
    MHD_destroy_response(response);
    return result;
}

/* --- one request --------------------------------------------------------- */

static void *begin(void *context, const char *target,
                   struct MHD_Connection *connection)
{
    struct store_http *http = context;
    struct exchange *exchange = store_must(calloc(1, sizeof *exchange));
    char *query;
    exchange->http = http;
    exchange->connection = connection;
    memcpy(exchange->who, "-", 2);
    snprintf(exchange->target, sizeof exchange->target, "%s", target);
    query = strchr(exchange->target, '?');
    if (query != NULL)
        *query = '\0';
    exchange->request.path = exchange->target;
    exchange->request.query = query != NULL ? query + 1 : NULL;
    atomic_fetch_add(&http->in_hand, 1);
    return exchange;
}

static enum MHD_Result refuse(struct exchange *exchange, int status,
                              const char *header, const char *value,
                              const char *text)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(
        strlen(text), (void *)(uintptr_t)text, MHD_RESPMEM_PERSISTENT);
    exchange->status = status;
    exchange->bytes = strlen(text);
    if (response != NULL)
        add(response, header, value);
    return send_reply(exchange, response, "text/plain; charset=utf-8");
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

/* The first call, with the headers. A body is not read, and a refusal need not
 * wait for it. */
static enum MHD_Result take_headers(struct exchange *exchange,
                                    const char *method)
{
    struct store_http *http = exchange->http;
    char seconds[12];
    exchange->begun = 1;
    snprintf(exchange->method, sizeof exchange->method, "%s", method);
    const uint64_t who = find_client(exchange);
    MHD_set_connection_option(exchange->connection,
                              MHD_CONNECTION_OPTION_TIMEOUT, SILENT_SECONDS);
    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
        return refuse(exchange, 405, MHD_HTTP_HEADER_ALLOW, "GET, HEAD",
                      "only GET and HEAD are answered here\n");
    const unsigned wait = store_limit_ask(&http->limit, who, now_ms());
    if (wait == 0)
        return MHD_YES;
    snprintf(seconds, sizeof seconds, "%u", wait);
    return refuse(exchange, 429, MHD_HTTP_HEADER_RETRY_AFTER, seconds,
                  "too many requests from this address: ask less often\n");
}

static void wake(void *context)
{
    MHD_resume_connection(((struct exchange *)context)->connection);
}

static enum MHD_Result answer_get(struct exchange *exchange)
{
    struct store *store = exchange->http->store;
    struct store_answer answer;
    if (!store_answer(store, &exchange->request, &answer)) {
        MHD_suspend_connection(exchange->connection);
        store_wait(store, &exchange->request, wake, exchange);
        return MHD_YES;
    }
    exchange->status = answer.status;
    struct MHD_Response *response = answer.blob != NULL
                                        ? reply_blob(exchange, &answer)
                                        : reply_text(exchange, &answer);
    const enum MHD_Result result = send_reply(exchange, response, answer.type);
    store_answer_free(&answer);
    return result;
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection,
                              const char *url, const char *method,
                              const char *version, const char *upload,
                              size_t *upload_bytes, void **request)
{
    struct exchange *exchange = *request;
    (void)context;
    (void)connection;
    (void)url;
    (void)version;
    (void)upload;
    if (!exchange->begun)
        return take_headers(exchange, method);
    if (*upload_bytes != 0) {
        *upload_bytes = 0;
        return MHD_YES;
    }
    return answer_get(exchange);
}

static void completed(void *context, struct MHD_Connection *connection,
                      void **request, enum MHD_RequestTerminationCode why)
{
    struct store_http *http = context;
    struct exchange *exchange = *request;
    (void)connection;
    if (exchange == NULL)
        return;
    if (exchange->request.query != NULL) /* as it was asked for */
        exchange->target[strlen(exchange->target)] = '?';
    const struct store_access_line line = {
        .who = exchange->who,
        .method = exchange->begun ? exchange->method : "-",
        .target = exchange->target,
        .status = exchange->status != 0 ? exchange->status : 400,
        .bytes = exchange->bytes,
        .aborted = why != MHD_REQUEST_TERMINATED_COMPLETED_OK,
    };
    store_access_write(&http->access, &line);
    store_request_end(&exchange->request);
    free(exchange);
    *request = NULL;
    atomic_fetch_sub(&http->in_hand, 1);
}

/* Paths are taken as they came: no legal one holds an escape. */
static size_t keep_escapes(void *context, struct MHD_Connection *connection,
                           char *text)
{
    (void)context;
    (void)connection;
    return strlen(text);
}

/* --- start and stop ------------------------------------------------------ */

/* As many connections as the system lets us have. */
static unsigned connection_limit(void)
{
    struct rlimit files;
    const rlim_t others = 64; /* releases, logs, sockets of our own */
    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return 512;
    if (files.rlim_cur < files.rlim_max &&
        files.rlim_cur < CONNECTIONS + others) {
        files.rlim_cur = files.rlim_max < CONNECTIONS + others
                             ? files.rlim_max
                             : CONNECTIONS + others;
        setrlimit(RLIMIT_NOFILE, &files);
        getrlimit(RLIMIT_NOFILE, &files);
    }
    if (files.rlim_cur >= CONNECTIONS + others)
        return CONNECTIONS;
    return files.rlim_cur > 2 * others ? (unsigned)(files.rlim_cur - others)
                                       : (unsigned)others;
}

static unsigned threads(void)
{
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores < 2 ? 2 : cores > 16 ? 16 : (unsigned)cores;
}

static struct MHD_Daemon *start_daemon(struct store_http *http, int fd)
{
    return MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC,
        0, NULL, NULL, handle, http, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_THREAD_POOL_SIZE, threads(), MHD_OPTION_CONNECTION_LIMIT,
        connection_limit(), MHD_OPTION_CONNECTION_TIMEOUT, ASK_SECONDS,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEADER_BYTES,
        MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL,
        MHD_OPTION_URI_LOG_CALLBACK, begin, http, MHD_OPTION_NOTIFY_COMPLETED,
        completed, http, MHD_OPTION_END);
}

int store_http_start(struct store_http **out, struct store *store,
                     const struct store_http_config *config, char url[64],
                     struct pack_error *error)
{
    int fd = -1;
    int result = store_address_open(config->listen, &fd, error);
    if (result != 0)
        return result;
    store_address_url(fd, url);
    struct store_http *http = store_must(calloc(1, sizeof *http));
    http->store = store;
    http->config = config;
    store_limit_open(&http->limit, config->rate);
    result = store_access_open(&http->access, config->access_log, error);
    if (result == 0 && (http->daemon = start_daemon(http, fd)) == NULL) {
        store_access_close(&http->access);
        result = fail_with(error, FFX_ERR_IO,
                           "cannot listen on %.100s: the HTTP server did not "
                           "start",
                           config->listen);
    }
    if (result == 0) {
        *out = http;
        return 0;
    }
    store_limit_close(&http->limit);
    free(http);
    close(fd);
    return result;
}

void store_http_reopen(struct store_http *http)
{
    store_access_reopen(&http->access);
}

static void wait_for_answers(struct store_http *http, unsigned ms)
{
    for (; ms >= 20 && atomic_load(&http->in_hand) > 0; ms -= 20)
        usleep(20000);
}

void store_http_stop(struct store_http *http, unsigned grace_ms)
{
    const int fd = MHD_quiesce_daemon(http->daemon);
    if (fd >= 0)
        close(fd);
    wait_for_answers(http, grace_ms);
    store_stop(http->store);
    wait_for_answers(http, 200); /* who waited for a build hears that */
    MHD_stop_daemon(http->daemon);
    store_access_close(&http->access);
    store_limit_close(&http->limit);
    free(http);
}
