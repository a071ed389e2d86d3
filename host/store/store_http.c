/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_http.h"
#include "pack/fail.h"
#include "store/store_access.h"
#include "store/store_address.h"
#include "store/store_limit.h"
#include "store/store_log.h"
#include "store/store_range.h"

#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
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
    struct MHD_Daemon *daemon;
    struct store_access access;
    struct store_limit limit;
    struct store_addresses proxies;
    atomic_uint in_hand; /* requests that are not answered to the end */
    atomic_int stopping;
};

/* One request, from its first line to its last byte. */
struct exchange {
    struct store_http *http;
    struct MHD_Connection *connection;
    struct store_request request;
    char target[TARGET_BYTES];
    char who[STORE_ADDRESS_TEXT];
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

struct last_of {
    const char *name, *value;
};

static enum MHD_Result keep_last(void *context, enum MHD_ValueKind kind,
                                 const char *name, const char *value)
{
    struct last_of *last = context;
    (void)kind;
    if (value != NULL && strcasecmp(name, last->name) == 0)
        last->value = value;
    return MHD_YES;
}

/* The last address of the last such line is the one that our own proxy has
 * seen; those before it are what its client claims. */
static int take_forwarded(struct exchange *exchange,
                          struct sockaddr_storage *address)
{
    struct last_of last = {"X-Forwarded-For", NULL};
    struct sockaddr_storage forwarded;
    MHD_get_connection_values(exchange->connection, MHD_HEADER_KIND, keep_last,
                              &last);
    if (last.value == NULL)
        return 0;
    const char *comma = strrchr(last.value, ',');
    const char *text = comma != NULL ? comma + 1 : last.value;
    if (store_address_parse(text, strlen(text), &forwarded) != 0)
        return 0;
    *address = forwarded;
    return 1;
}

/* Fills exchange->who; what the rate limit calls this client. */
static uint64_t find_client(struct exchange *exchange)
{
    struct sockaddr_storage address;
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(
        exchange->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (info == NULL)
        return 1;
    store_address_take(info->client_addr, &address);
    store_address_spell(&address, exchange->who);
    if (store_addresses_have(&exchange->http->proxies, exchange->who) &&
        take_forwarded(exchange, &address))
        store_address_spell(&address, exchange->who);
    return store_limit_who((const struct sockaddr *)&address);
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
        /* Nothing of it is sent, but its length is: caches believe it. */
        response = part_of(answer, 0, answer->blob->bytes.length);
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
    if (atomic_load(&exchange->http->stopping))
        add(response, MHD_HTTP_HEADER_CONNECTION, "close");
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
    const unsigned wait = store_limit_ask(&http->limit, who, store_now_ms());
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
    if (exchange == NULL)
        return;
    if (exchange->request.query != NULL) /* as it was asked for */
        exchange->target[strlen(exchange->target)] = '?';
    if (strcmp(exchange->method, "HEAD") == 0)
        exchange->bytes = 0;
    const struct store_access_line line = {
        .who = exchange->who,
        .method = exchange->begun ? exchange->method : "-",
        .target = exchange->target,
        .status = exchange->status != 0 ? exchange->status : 400,
        .bytes = exchange->bytes,
        .aborted = why != MHD_REQUEST_TERMINATED_COMPLETED_OK,
    };
    store_access_write(&http->access, &line);
    /* Who comes back on the same connection has to say what he wants. */
    MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT,
                              ASK_SECONDS);
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

/* MHD_quiesce_daemon would close the door, but it and the threads of its pool
 * both take the listening socket out of epoll, and the later one aborts. */
static enum MHD_Result let_in(void *context, const struct sockaddr *address,
                              socklen_t length)
{
    struct store_http *http = context;
    (void)address;
    (void)length;
    return atomic_load(&http->stopping) ? MHD_NO : MHD_YES;
}

static struct MHD_Daemon *start_daemon(struct store_http *http, int fd)
{
    return MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC,
        0, let_in, http, handle, http, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_THREAD_POOL_SIZE, threads(), MHD_OPTION_CONNECTION_LIMIT,
        connection_limit(), MHD_OPTION_CONNECTION_TIMEOUT, ASK_SECONDS,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEADER_BYTES,
        MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL,
        MHD_OPTION_URI_LOG_CALLBACK, begin, http, MHD_OPTION_NOTIFY_COMPLETED,
        completed, http, MHD_OPTION_END);
}

/* `http` is zero but for its store. What was opened is closed by `undo`. */
static int open_all(struct store_http *http,
                    const struct store_http_config *config, int fd,
                    struct pack_error *error)
{
    int result = store_address_list(config->proxies, &http->proxies, error);
    if (result == 0)
        result = store_access_open(&http->access, config->access_log, error);
    if (result != 0)
        return result;
    http->daemon = start_daemon(http, fd);
    if (http->daemon != NULL)
        return 0;
    store_access_close(&http->access);
    return fail_with(error, FFX_ERR_IO,
                     "cannot listen on %.100s: the HTTP server did not start",
                     config->listen);
}

static void undo(struct store_http *http)
{
    store_limit_close(&http->limit);
    store_addresses_free(&http->proxies);
    free(http);
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
    store_limit_open(&http->limit, config->rate);
    result = open_all(http, config, fd, error);
    if (result == 0) {
        *out = http;
        return 0;
    }
    undo(http);
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

/* Who waited for a build hears that there will be none, and it takes a moment
 * to tell ten thousand. */
#define TELL_MS 1000u

void store_http_stop(struct store_http *http, unsigned grace_ms)
{
    atomic_store(&http->stopping, 1);
    wait_for_answers(http, grace_ms);
    store_stop(http->store);
    wait_for_answers(http, TELL_MS);
    MHD_stop_daemon(http->daemon);
    store_access_close(&http->access);
    undo(http);
}
