/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sim_network.h"

#include "sim/sim_trust.h"
#include "sim/sim_url.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STAGE "download"
#define RETRY_PAUSE_MS 250 /* between two tries */
#define LAST_MS 3600000    /* no try takes longer, whatever trickles in */
#define CONNECT_MS 30000   /* from the name to the first byte of a request */
#define REAL_LIMIT_S 86400 /* never comes before ours */

/* HTTPTOFS pseudo status codes (AT manual V1.06, 9.2.14). */
enum {
    NOT_HTTP = 600,
    NETWORK = 601,
    NO_MEMORY = 602,
    DNS = 603,
    OTHER = 65535
};

/* --- what a failure is called -------------------------------------------- */

struct meaning {
    CURLcode code;
    uint16_t http_status; /* 600..604, 65535 */
    uint16_t ftp_error;   /* 61..66, where libcurl's part of FTP ends */
    int passing;          /* worth another try */
};

static const struct meaning meanings[] = {
    {CURLE_COULDNT_RESOLVE_HOST, DNS, SIM_FTP_DNS, 1},
    {CURLE_COULDNT_RESOLVE_PROXY, DNS, SIM_FTP_DNS, 1},
    {CURLE_COULDNT_CONNECT, NETWORK, SIM_FTP_CONNECT, 1},
    {CURLE_OPERATION_TIMEDOUT, NETWORK, SIM_FTP_TIMEOUT, 1},
    {CURLE_SEND_ERROR, NETWORK, SIM_FTP_NET, 1},
    {CURLE_RECV_ERROR, NETWORK, SIM_FTP_NET, 1},
    {CURLE_GOT_NOTHING, NETWORK, SIM_FTP_NET, 1},
    {CURLE_PARTIAL_FILE, NETWORK, SIM_FTP_DOWNLOAD, 1},
    {CURLE_SSL_CONNECT_ERROR, NETWORK, SIM_FTP_NET, 1},
    {CURLE_PEER_FAILED_VERIFICATION, NETWORK, SIM_FTP_NET, 0},
    {CURLE_SSL_CACERT_BADFILE, NETWORK, SIM_FTP_NET, 0},
    {CURLE_SSL_CERTPROBLEM, NETWORK, SIM_FTP_NET, 0},
    {CURLE_WRITE_ERROR, NO_MEMORY, SIM_FTP_DOWNLOAD, 0},
    {CURLE_FILESIZE_EXCEEDED, NO_MEMORY, SIM_FTP_DOWNLOAD, 0},
    {CURLE_OUT_OF_MEMORY, NO_MEMORY, SIM_FTP_DOWNLOAD, 0},
    {CURLE_BAD_FUNCTION_ARGUMENT, NOT_HTTP, SIM_FTP_REPLY, 0}, /* a fold */
    {CURLE_WEIRD_SERVER_REPLY, NOT_HTTP, SIM_FTP_REPLY, 0},
    {CURLE_UNSUPPORTED_PROTOCOL, NOT_HTTP, SIM_FTP_REPLY, 0},
    {CURLE_URL_MALFORMAT, OTHER, SIM_FTP_NOT_ALLOWED, 0},
};

static const struct meaning unknown = {CURLE_OK, OTHER, SIM_FTP_NET, 0};

static const struct meaning *meaning_of(CURLcode code)
{
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
        if (meanings[i].code == code)
            return &meanings[i];
    return &unknown;
}

/* --- one try ------------------------------------------------------------- */

/* The deadline: of the whole try, or of the next bytes. */
static void set_deadline(struct sim_network *network)
{
    const int64_t now_ms = sim_clock_ms(network->clock);
    network->deadline_ms = now_ms + (int64_t)network->timeout_s * 1000;
    if (network->deadline_ms > network->last_ms)
        network->deadline_ms = network->last_ms;
}

/* The file grows. 0, or -1: it cannot. */
static int store(void *context, char *bytes, size_t length)
{
    struct sim_network *network = context;
    size_t done = 0;
    if (length > network->room - network->progress.received)
        return -1;
    while (done < length) {
        const ssize_t wrote = write(network->fd, bytes + done, length - done);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return -1;
        done += (size_t)wrote;
    }
    network->progress.received += (uint32_t)length;
    if (network->silence && sim_clock_ms(network->clock) < network->deadline_ms)
        set_deadline(network);
    return 0;
}

/* libcurl is made to give up: what it then says is not the cause. */
static size_t refuse(struct sim_network *network, uint16_t http_status,
                     const char *why)
{
    network->refusal = http_status;
    snprintf(network->trouble, sizeof network->trouble, "%s", why);
    return 0;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *context)
{
    struct sim_network *network = context;
    if (store(network, bytes, size * count) != 0)
        return refuse(network, NO_MEMORY, "no space for the file");
    return size * count;
}

/* An error page is no file and is not waited for. */
static size_t take_head(char *bytes, size_t size, size_t count, void *context)
{
    struct sim_network *network = context;
    struct sim_reply *reply = &network->reply;
    char text[32];
    switch (sim_reply_line(reply, bytes, size * count)) {
    case SIM_REPLY_MORE:
        return size * count;
    case SIM_REPLY_STATUS:
        snprintf(text, sizeof text, "HTTP status %u", reply->status);
        return refuse(network, reply->status, text);
    case SIM_REPLY_FILE:
        if (reply->length > network->room)
            return refuse(network, NO_MEMORY, "no space for the file");
        network->progress.total = (uint32_t)reply->length;
        return size * count;
    default:
        return refuse(network, NOT_HTTP, reply->fault);
    }
}

/* From the name to the request. */
static int take_connection(void *context, char *remote, char *local,
                           int remote_port, int local_port)
{
    struct sim_network *network = context;
    (void)remote, (void)local, (void)remote_port, (void)local_port;
    network->connect_ms = -1;
    return CURL_PREREQFUNC_OK;
}

/* For FTP libcurl finds the host and connects: sim_ftp does the rest. */
static int set_ftp_host(struct sim_network *network)
{
    char host[FFX_TRANSFER_URL_MAX + 16];
    curl_easy_setopt(network->easy, CURLOPT_PROTOCOLS_STR, "http");
    curl_easy_setopt(network->easy, CURLOPT_CONNECT_ONLY, 1L);
    if (sim_url_ftp(network->url, host, sizeof host, network->path,
                    sizeof network->path) != FFX_OK)
        return FFX_ERR_IO;
    return curl_easy_setopt(network->easy, CURLOPT_URL, host) == CURLE_OK
               ? FFX_OK
               : FFX_ERR_IO;
}

static int set_url(struct sim_network *network)
{
    CURL *easy = network->easy;
    if (sim_url_is_ftp(network->url))
        return set_ftp_host(network);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, sim_url_scheme(network->url));
    return curl_easy_setopt(easy, CURLOPT_URL, network->url) == CURLE_OK
               ? FFX_OK
               : FFX_ERR_IO;
}

/* libcurl's own limits run on real time: they are out of the way, and so is
 * everything that one try could leave to the next. */
static int set_options(struct sim_network *network)
{
    CURL *easy = network->easy;
    sim_trust_set(easy, network->files, network->ca, &network->log);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "SIM7000");
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, (long)REAL_LIMIT_S);
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    /* A connection that sim_ftp is to get must not be closed as used. */
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE,
                     sim_url_is_ftp(network->url) ? 0L : 1L);
    curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* of a slow resolver */
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, network->trouble);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_head);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, network);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, network);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, take_connection);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, network);
    return set_url(network);
}

static void end_try(struct sim_network *network)
{
    sim_ftp_stop(&network->ftp);
    if (network->easy != NULL) {
        curl_multi_remove_handle(network->curl.multi, network->easy);
        curl_easy_cleanup(network->easy);
    }
    network->easy = NULL;
    if (network->fd >= 0)
        close(network->fd);
    network->fd = -1;
    network->deadline_ms = network->connect_ms = -1;
}

static int start_try(struct sim_network *network)
{
    network->retry_ms = -1;
    network->progress.received = network->progress.total = 0;
    network->trouble[0] = '\0';
    network->refusal = 0;
    network->reply = (struct sim_reply){0};
    network->last_ms = sim_clock_ms(network->clock) + LAST_MS;
    set_deadline(network);
    network->connect_ms = sim_clock_ms(network->clock) + CONNECT_MS;
    network->room = sim_files_room(network->files, network->dir, network->name);
    network->fd = sim_files_stage(network->files, STAGE);
    network->easy = curl_easy_init();
    if (network->fd >= 0 && network->easy != NULL &&
        set_options(network) == FFX_OK &&
        curl_multi_add_handle(network->curl.multi, network->easy) == CURLM_OK)
        return FFX_OK;
    end_try(network);
    sim_files_discard(network->files, STAGE);
    return FFX_ERR_IO;
}

/* --- the end of a transfer ----------------------------------------------- */

static void forget(struct sim_network *network)
{
    end_try(network);
    free(network->user);
    free(network->password);
    network->user = network->password = NULL;
    network->retry_ms = -1;
    network->progress.busy = 0;
}

static void fail(struct sim_network *network, uint16_t http_status,
                 uint16_t ftp_error, const char *why)
{
    sim_log(&network->log, "transfer of %s failed: %s", network->shown, why);
    forget(network);
    sim_files_discard(network->files, STAGE);
    network->progress.failed = 1;
    network->progress.http_status = http_status;
    network->progress.ftp_error = ftp_error;
    network->progress.received = network->progress.total = 0;
}

static void succeed(struct sim_network *network)
{
    const uint32_t received = network->progress.received;
    if (received >= network->stop) {
        network->stop = 0;
        fail(network, NETWORK, 61, "a fault broke the connection");
        return;
    }
    forget(network);
    if (sim_files_publish(network->files, STAGE, network->dir, network->name) !=
        FFX_OK) {
        fail(network, NO_MEMORY, SIM_FTP_DOWNLOAD,
             "the file could not be stored");
        return;
    }
    sim_log(&network->log, "transfer of %s: %u bytes", network->shown,
            (unsigned)received);
    network->progress.http_status = 200;
    network->progress.total = received;
}

/* The try has failed. */
static void end_in_failure(struct sim_network *network, uint16_t http_status,
                           uint16_t ftp_error, int passing, const char *why)
{
    if (!passing || network->tries <= 1) {
        fail(network, http_status, sim_url_is_ftp(network->url) ? ftp_error : 0,
             why);
        return;
    }
    sim_log(&network->log, "transfer of %s: %s; tried again", network->shown,
            why);
    network->tries--;
    end_try(network);
    network->retry_ms = sim_clock_ms(network->clock) + RETRY_PAUSE_MS;
}

static void give_up(struct sim_network *network, CURLcode code)
{
    const struct meaning *meaning = meaning_of(code);
    char why[CURL_ERROR_SIZE];
    snprintf(why, sizeof why, "%s",
             network->trouble[0] != '\0' ? network->trouble
                                         : curl_easy_strerror(code));
    if (network->refusal != 0)
        end_in_failure(network, network->refusal, 0, 0, why);
    else
        end_in_failure(network, meaning->http_status, meaning->ftp_error,
                       meaning->passing, why);
}

static void begin_ftp(struct sim_network *network)
{
    curl_socket_t fd = CURL_SOCKET_BAD;
    const struct sim_ftp_job job = {.path = network->path,
                                    .user = network->user,
                                    .password = network->password,
                                    .passive = network->passive,
                                    .ascii = network->ascii,
                                    .size_only = network->size_only,
                                    .offset = network->offset,
                                    .room = network->room,
                                    .take = store,
                                    .context = network};
    curl_easy_getinfo(network->easy, CURLINFO_ACTIVESOCKET, &fd);
    network->connect_ms = -1;
    if (fd == CURL_SOCKET_BAD)
        give_up(network, CURLE_COULDNT_CONNECT);
    else
        sim_ftp_start(&network->ftp, fd, &job);
}

/* libcurl is content with the answer: are we? */
static void finished(struct sim_network *network, CURLcode code)
{
    const struct sim_reply *reply = &network->reply;
    if (code != CURLE_OK)
        give_up(network, code);
    else if (sim_url_is_ftp(network->url))
        begin_ftp(network);
    else if (!reply->whole || network->progress.received != reply->length)
        end_in_failure(network, NETWORK, 0, 1, "the answer is not whole");
    else
        succeed(network);
}

/* FTPSIZE: nothing is stored. */
static void report_size(struct sim_network *network, uint64_t size)
{
    if (size > UINT32_MAX) {
        fail(network, OTHER, SIM_FTP_OPERATE, "there is no such size");
        return;
    }
    forget(network);
    sim_files_discard(network->files, STAGE);
    network->progress.total = (uint32_t)size;
}

static void step_ftp(struct sim_network *network)
{
    struct sim_ftp *ftp = &network->ftp;
    char why[SIM_FTP_LINE_MAX + 64];
    const int result = sim_ftp_step(ftp);
    if (ftp->size <= UINT32_MAX)
        network->progress.total = (uint32_t)ftp->size;
    snprintf(why, sizeof why, "%s; it said: %s", ftp->why, ftp->said);
    if (result < 0)
        end_in_failure(network, OTHER, ftp->error, ftp->passing, why);
    else if (result == 0 && network->size_only)
        report_size(network, ftp->size);
    else if (result == 0)
        succeed(network);
}

/* --- the loop ------------------------------------------------------------ */

unsigned sim_network_wait(const struct sim_network *network,
                          struct pollfd fds[SIM_NETWORK_FDS], int *timeout_ms)
{
    const unsigned count = sim_curl_wait(&network->curl, fds, timeout_ms);
    sim_clock_wait(network->clock, timeout_ms, network->retry_ms);
    sim_clock_wait(network->clock, timeout_ms, network->connect_ms);
    sim_clock_wait(network->clock, timeout_ms, network->deadline_ms);
    return count + sim_ftp_wait(&network->ftp, fds + count);
}

static int is_over(const struct sim_network *network, int64_t due_ms)
{
    return due_ms >= 0 && sim_clock_ms(network->clock) >= due_ms;
}

/* What came in time counts, even when the clock has jumped since. */
static void keep_time(struct sim_network *network)
{
    const int late = is_over(network, network->deadline_ms);
    if (network->easy == NULL ||
        (!late && !is_over(network, network->connect_ms)))
        return;
    end_in_failure(network, NETWORK, SIM_FTP_TIMEOUT, 1,
                   late ? "the file did not come in time"
                        : "no connection in time");
}

void sim_network_step(struct sim_network *network, const struct pollfd *fds,
                      unsigned count)
{
    int left;
    const CURLMsg *message;
    if (is_over(network, network->retry_ms) && start_try(network) != FFX_OK)
        fail(network, NO_MEMORY, SIM_FTP_DOWNLOAD, "no memory for another try");
    if (network->easy == NULL)
        return;
    sim_curl_step(&network->curl, fds, count);
    while ((message = curl_multi_info_read(network->curl.multi, &left)) != NULL)
        if (message->msg == CURLMSG_DONE)
            finished(network, message->data.result);
    if (network->ftp.control >= 0)
        step_ftp(network);
    keep_time(network);
}

/* --- the port ------------------------------------------------------------ */

int sim_network_open(struct sim_network *network, struct sim_files *files,
                     const char *ca, const struct sim_clock *clock,
                     const struct sim_log *log, struct ffx_sim_error *error)
{
    *network =
        (struct sim_network){.files = files,
                             .ca = ca,
                             .clock = clock,
                             .log = *log,
                             .retry_ms = -1,
                             .connect_ms = -1,
                             .deadline_ms = -1,
                             .ftp = {.control = -1, .data = -1, .listener = -1},
                             .fd = -1};
    if (ca != NULL && access(ca, R_OK) != 0)
        return sim_missing(error, "cannot read --ca %s: %s", ca,
                           strerror(errno));
    if (sim_curl_open(&network->curl, clock) != FFX_OK)
        return sim_error(error, FFX_ERR_IO, "libcurl does not start");
    return FFX_OK;
}

void sim_network_close(struct sim_network *network)
{
    if (network->curl.multi == NULL)
        return;
    sim_network_cancel(network);
    sim_curl_close(&network->curl);
}

static int remember(struct sim_network *network,
                    const struct ffx_module_transfer *transfer)
{
    snprintf(network->url, sizeof network->url, "%s", transfer->url);
    sim_url_show(transfer->url, network->shown, sizeof network->shown);
    snprintf(network->name, sizeof network->name, "%s", transfer->name);
    network->user = strdup(transfer->user != NULL ? transfer->user : "");
    network->password =
        strdup(transfer->password != NULL ? transfer->password : "");
    network->dir = transfer->dir;
    network->timeout_s = transfer->timeout_s;
    network->silence = transfer->silence;
    network->tries = transfer->tries;
    network->passive = transfer->passive;
    network->ascii = transfer->ascii;
    network->size_only = transfer->size_only;
    network->offset = transfer->offset;
    return network->user != NULL && network->password != NULL ? FFX_OK
                                                              : FFX_ERR_SPACE;
}

int sim_network_start(struct sim_network *network,
                      const struct ffx_module_transfer *transfer)
{
    if (network->progress.busy)
        return FFX_ERR_BUSY;
    if (sim_url_scheme(transfer->url) == NULL ||
        strlen(transfer->url) > FFX_TRANSFER_URL_MAX ||
        strlen(transfer->name) > FFX_FILE_NAME_MAX)
        return FFX_ERR_ARGUMENT;
    int result = remember(network, transfer);
    if (result == FFX_OK)
        result = start_try(network);
    if (result != FFX_OK) {
        forget(network);
        return result;
    }
    network->progress = (struct ffx_module_progress){.busy = 1};
    network->stop = UINT64_MAX;
    sim_log(&network->log, "transfer of %s begins", network->shown);
    return FFX_OK;
}

void sim_network_cancel(struct sim_network *network)
{
    if (!network->progress.busy)
        return;
    forget(network);
    sim_files_discard(network->files, STAGE);
    network->progress.failed = 1;
    network->progress.http_status = NETWORK;
    network->progress.ftp_error = SIM_FTP_QUIT;
    sim_log(&network->log, "transfer of %s was broken off", network->shown);
}

void sim_network_progress(const struct sim_network *network,
                          struct ffx_module_progress *progress)
{
    *progress = network->progress;
}
