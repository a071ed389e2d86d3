/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sim_network.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define STAGE "download"
#define RETRY_PAUSE_MS 250 /* between two tries */
#define CA_BYTES_MAX (1024u * 1024u)

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
    uint16_t ftp_error;   /* 61..80 (AT manual V1.06, 10.2.14) */
    int passing;          /* worth another try */
};

static const struct meaning meanings[] = {
    {CURLE_COULDNT_RESOLVE_HOST, DNS, 62, 1},
    {CURLE_COULDNT_RESOLVE_PROXY, DNS, 62, 1},
    {CURLE_COULDNT_CONNECT, NETWORK, 63, 1},
    {CURLE_OPERATION_TIMEDOUT, NETWORK, 64, 1},
    {CURLE_SEND_ERROR, NETWORK, 61, 1},
    {CURLE_RECV_ERROR, NETWORK, 61, 1},
    {CURLE_GOT_NOTHING, NETWORK, 61, 1},
    {CURLE_PARTIAL_FILE, NETWORK, 79, 1},
    {CURLE_SSL_CONNECT_ERROR, NETWORK, 61, 1},
    {CURLE_PEER_FAILED_VERIFICATION, NETWORK, 61, 0},
    {CURLE_SSL_CACERT_BADFILE, NETWORK, 61, 0},
    {CURLE_SSL_CERTPROBLEM, NETWORK, 61, 0},
    {CURLE_WRITE_ERROR, NO_MEMORY, 79, 0},
    {CURLE_FILESIZE_EXCEEDED, NO_MEMORY, 79, 0},
    {CURLE_OUT_OF_MEMORY, NO_MEMORY, 79, 0},
    {CURLE_WEIRD_SERVER_REPLY, NOT_HTTP, 70, 0},
    {CURLE_UNSUPPORTED_PROTOCOL, NOT_HTTP, 70, 0},
    {CURLE_URL_MALFORMAT, OTHER, 66, 0},
    {CURLE_LOGIN_DENIED, OTHER, 72, 0},
    {CURLE_FTP_WEIRD_PASS_REPLY, OTHER, 72, 0},
    {CURLE_FTP_COULDNT_SET_TYPE, OTHER, 73, 0},
    {CURLE_FTP_COULDNT_USE_REST, OTHER, 74, 0},
    {CURLE_FTP_WEIRD_PASV_REPLY, OTHER, 75, 0},
    {CURLE_FTP_WEIRD_227_FORMAT, OTHER, 75, 0},
    {CURLE_FTP_CANT_GET_HOST, OTHER, 75, 0},
    {CURLE_FTP_PORT_FAILED, OTHER, 76, 0},
    {CURLE_FTP_ACCEPT_FAILED, OTHER, 76, 0},
    {CURLE_FTP_ACCEPT_TIMEOUT, OTHER, 76, 1},
    {CURLE_REMOTE_ACCESS_DENIED, OTHER, 77, 0},
    {CURLE_REMOTE_FILE_NOT_FOUND, OTHER, 77, 0},
    {CURLE_FTP_COULDNT_RETR_FILE, OTHER, 77, 0},
};

static const struct meaning unknown = {CURLE_OK, OTHER, 61, 0};

static const struct meaning *meaning_of(CURLcode code)
{
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
        if (meanings[i].code == code)
            return &meanings[i];
    return &unknown;
}

/* --- schemes ------------------------------------------------------------- */

static const char *const schemes[] = {"http", "https", "ftp"};

static const char *scheme_of(const char *url)
{
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        const size_t length = strlen(schemes[i]);
        if (strncasecmp(url, schemes[i], length) == 0 &&
            strncmp(url + length, "://", 3) == 0)
            return schemes[i];
    }
    return NULL;
}

static int is_ftp(const struct sim_network *network)
{
    return strncasecmp(network->url, "ftp:", 4) == 0;
}

/* --- trust --------------------------------------------------------------- */

struct pem {
    const struct sim_files *files;
    char *text;
    size_t length;
};

static int pem_add(struct pem *pem, int fd)
{
    struct stat facts;
    if (fstat(fd, &facts) != 0 || facts.st_size <= 0 ||
        pem->length + (size_t)facts.st_size + 2 > CA_BYTES_MAX)
        return FFX_ERR_IO;
    char *text = realloc(pem->text, pem->length + (size_t)facts.st_size + 2);
    if (text == NULL)
        return FFX_ERR_SPACE;
    pem->text = text;
    const ssize_t count =
        pread(fd, text + pem->length, (size_t)facts.st_size, 0);
    if (count != facts.st_size)
        return FFX_ERR_IO;
    text[pem->length + (size_t)count] = '\0';
    if (strstr(text + pem->length, "-----BEGIN CERTIFICATE-----") == NULL)
        return FFX_OK;
    pem->length += (size_t)count;
    text[pem->length++] = '\n';
    return FFX_OK;
}

/* Other files of /customer are none of our business. */
static int pem_add_customer(void *context, const char *name)
{
    struct pem *pem = context;
    const int fd = sim_files_open_file(pem->files, FFX_DIR_CUSTOMER, name);
    if (fd < 0)
        return 0;
    pem_add(pem, fd);
    close(fd);
    return 0;
}

static int pem_add_path(struct pem *pem, const char *path)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return FFX_ERR_IO;
    const int result = pem_add(pem, fd);
    close(fd);
    return result;
}

static void set_trust(struct sim_network *network)
{
    struct pem pem = {.files = network->files};
    if (network->ca != NULL && pem_add_path(&pem, network->ca) != FFX_OK)
        sim_log(&network->log, "cannot read the roots in %s", network->ca);
    sim_files_each(network->files, FFX_DIR_CUSTOMER, pem_add_customer, &pem);
    if (pem.length > 0 || network->ca != NULL) {
        struct curl_blob blob = {
            .data = pem.text, .len = pem.length, .flags = CURL_BLOB_COPY};
        curl_easy_setopt(network->easy, CURLOPT_CAPATH, NULL);
        curl_easy_setopt(network->easy, CURLOPT_CAINFO, NULL);
        if (pem.length > 0)
            curl_easy_setopt(network->easy, CURLOPT_CAINFO_BLOB, &blob);
    }
    free(pem.text);
}

/* --- one try ------------------------------------------------------------- */

static size_t take_bytes(char *bytes, size_t size, size_t count, void *context)
{
    struct sim_network *network = context;
    long code = 0;
    size_t length = size * count, done = 0;
    curl_easy_getinfo(network->easy, CURLINFO_RESPONSE_CODE, &code);
    if (network->size_only || (!is_ftp(network) && code != 200))
        return length; /* an error page is no file */
    for (size_t i = 0; network->ascii && i < length; i++)
        bytes[i] &= 0x7f; /* type A (manual 10.2.3) */
    if (length > network->room - network->progress.received) {
        network->full = 1;
        return 0;
    }
    while (done < length) {
        const ssize_t wrote = write(network->fd, bytes + done, length - done);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return 0;
        done += (size_t)wrote;
    }
    network->progress.received += (uint32_t)length;
    return length;
}

static int take_progress(void *context, curl_off_t total, curl_off_t now,
                         curl_off_t up_total, curl_off_t up_now)
{
    struct sim_network *network = context;
    (void)now, (void)up_total, (void)up_now;
    if (total > 0 && total <= (curl_off_t)UINT32_MAX)
        network->progress.total = (uint32_t)total;
    return 0;
}

static int set_options(struct sim_network *network)
{
    CURL *easy = network->easy;
    const char *scheme = scheme_of(network->url);
    set_trust(network);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, scheme);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "SIM7000");
    curl_easy_setopt(easy, CURLOPT_TIMEOUT, (long)network->timeout_s);
    curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE,
                     (curl_off_t)network->room);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, network->trouble);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_bytes);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, network);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, take_progress);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, network);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    if (is_ftp(network)) {
        curl_easy_setopt(easy, CURLOPT_USERNAME, network->user);
        curl_easy_setopt(easy, CURLOPT_PASSWORD, network->password);
        curl_easy_setopt(easy, CURLOPT_FTPPORT, network->passive ? NULL : "-");
        curl_easy_setopt(easy, CURLOPT_TRANSFERTEXT, (long)network->ascii);
        curl_easy_setopt(easy, CURLOPT_NOBODY, (long)network->size_only);
        curl_easy_setopt(
            easy, CURLOPT_RESUME_FROM_LARGE,
            (curl_off_t)(network->size_only ? 0 : network->offset));
    }
    return curl_easy_setopt(easy, CURLOPT_URL, network->url) == CURLE_OK
               ? FFX_OK
               : FFX_ERR_IO;
}

static void end_try(struct sim_network *network)
{
    if (network->easy != NULL) {
        curl_multi_remove_handle(network->multi, network->easy);
        curl_easy_cleanup(network->easy);
    }
    network->easy = NULL;
    if (network->fd >= 0)
        close(network->fd);
    network->fd = -1;
}

static int start_try(struct sim_network *network)
{
    network->retry_ms = -1;
    network->progress.received = network->progress.total = 0;
    network->trouble[0] = '\0';
    network->full = 0;
    network->room = sim_files_room(network->files, network->dir, network->name);
    network->fd = sim_files_stage(network->files, STAGE);
    network->easy = curl_easy_init();
    if (network->fd >= 0 && network->easy != NULL &&
        set_options(network) == FFX_OK &&
        curl_multi_add_handle(network->multi, network->easy) == CURLM_OK)
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
    sim_log(&network->log, "transfer of %s failed: %s", network->url, why);
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
    forget(network);
    if (sim_files_publish(network->files, STAGE, network->dir, network->name) !=
        FFX_OK) {
        fail(network, NO_MEMORY, 79, "the file could not be stored");
        return;
    }
    sim_log(&network->log, "transfer of %s: %u bytes", network->url,
            (unsigned)received);
    network->progress.http_status = 200;
    network->progress.total = received;
}

/* FTPSIZE: nothing is stored. */
static void report_size(struct sim_network *network, curl_off_t size)
{
    if (size < 0 || size > (curl_off_t)UINT32_MAX) {
        fail(network, OTHER, 77, "the server does not tell the size");
        return;
    }
    forget(network);
    sim_files_discard(network->files, STAGE);
    network->progress.total = (uint32_t)size;
}

/* libcurl is content with the answer: are we? */
static void judge(struct sim_network *network)
{
    char text[64];
    long code = 0;
    curl_off_t announced = -1;
    curl_easy_getinfo(network->easy, CURLINFO_RESPONSE_CODE, &code);
    curl_easy_getinfo(network->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T,
                      &announced);
    snprintf(text, sizeof text, "HTTP status %ld", code);
    if (network->size_only)
        report_size(network, announced);
    else if (is_ftp(network))
        succeed(network);
    else if (code != 200)
        fail(network, (uint16_t)code, 0, text);
    else if (announced < 0)
        fail(network, NOT_HTTP, 0, "the server sent no Content-Length");
    else
        succeed(network);
}

static void finished(struct sim_network *network, CURLcode code)
{
    const struct meaning *meaning = meaning_of(code);
    if (code == CURLE_OK) {
        judge(network);
        return;
    }
    const char *why = network->full              ? "no space for the file"
                      : network->trouble[0] != 0 ? network->trouble
                                                 : curl_easy_strerror(code);
    if (meaning->passing && network->tries > 1) {
        sim_log(&network->log, "transfer of %s: %s; tried again", network->url,
                why);
        network->tries--;
        end_try(network);
        network->retry_ms = sim_clock_ms(network->clock) + RETRY_PAUSE_MS;
        return;
    }
    fail(network, meaning->http_status,
         is_ftp(network) ? meaning->ftp_error : 0, why);
}

/* --- libcurl's event loop ------------------------------------------------ */

static int on_socket(CURL *easy, curl_socket_t fd, int action, void *context,
                     void *unused)
{
    struct sim_network *network = context;
    struct sim_network_socket *place = NULL;
    (void)easy, (void)unused;
    for (size_t i = 0; i < SIM_NETWORK_FDS; i++) {
        struct sim_network_socket *socket = &network->sockets[i];
        if (socket->fd == fd) {
            place = socket;
            break;
        }
        if (socket->fd == CURL_SOCKET_BAD && place == NULL)
            place = socket;
    }
    if (place == NULL)
        return -1;
    place->fd = action == CURL_POLL_REMOVE ? CURL_SOCKET_BAD : fd;
    place->action = action;
    return 0;
}

static int on_timer(CURLM *multi, long timeout_ms, void *context)
{
    struct sim_network *network = context;
    (void)multi;
    network->due_ms =
        timeout_ms < 0 ? -1 : sim_clock_ms(network->clock) + timeout_ms;
    return 0;
}

unsigned sim_network_wait(const struct sim_network *network,
                          struct pollfd fds[SIM_NETWORK_FDS], int *timeout_ms)
{
    unsigned count = 0;
    for (size_t i = 0; i < SIM_NETWORK_FDS; i++) {
        const struct sim_network_socket *socket = &network->sockets[i];
        if (socket->fd == CURL_SOCKET_BAD)
            continue;
        const short in = (socket->action & CURL_POLL_IN) ? POLLIN : 0;
        const short out = (socket->action & CURL_POLL_OUT) ? POLLOUT : 0;
        fds[count++] =
            (struct pollfd){.fd = socket->fd, .events = (short)(in | out)};
    }
    sim_clock_wait(network->clock, timeout_ms, network->due_ms);
    sim_clock_wait(network->clock, timeout_ms, network->retry_ms);
    return count;
}

static int is_ours(const struct sim_network *network, int fd)
{
    for (size_t i = 0; i < SIM_NETWORK_FDS; i++)
        if (network->sockets[i].fd == fd)
            return 1;
    return 0;
}

static void run_sockets(struct sim_network *network, const struct pollfd *fds,
                        unsigned count)
{
    int running;
    for (unsigned i = 0; i < count; i++) {
        const short seen = fds[i].revents;
        const int events = (seen & POLLIN ? CURL_CSELECT_IN : 0) |
                           (seen & POLLOUT ? CURL_CSELECT_OUT : 0) |
                           (seen & (POLLERR | POLLHUP) ? CURL_CSELECT_ERR : 0);
        if (events != 0 && is_ours(network, fds[i].fd))
            curl_multi_socket_action(network->multi, fds[i].fd, events,
                                     &running);
    }
    if (network->due_ms >= 0 &&
        sim_clock_ms(network->clock) >= network->due_ms) {
        network->due_ms = -1;
        curl_multi_socket_action(network->multi, CURL_SOCKET_TIMEOUT, 0,
                                 &running);
    }
}

void sim_network_step(struct sim_network *network, const struct pollfd *fds,
                      unsigned count)
{
    int left;
    const CURLMsg *message;
    if (network->retry_ms >= 0 &&
        sim_clock_ms(network->clock) >= network->retry_ms &&
        start_try(network) != FFX_OK)
        fail(network, NO_MEMORY, 79, "no memory for another try");
    if (network->easy == NULL)
        return;
    run_sockets(network, fds, count);
    while ((message = curl_multi_info_read(network->multi, &left)) != NULL)
        if (message->msg == CURLMSG_DONE)
            finished(network, message->data.result);
}

/* --- the port ------------------------------------------------------------ */

int sim_network_open(struct sim_network *network, struct sim_files *files,
                     const char *ca, const struct sim_clock *clock,
                     const struct sim_log *log, struct ffx_sim_error *error)
{
    *network = (struct sim_network){.files = files,
                                    .ca = ca,
                                    .clock = clock,
                                    .log = *log,
                                    .due_ms = -1,
                                    .retry_ms = -1,
                                    .fd = -1};
    for (size_t i = 0; i < SIM_NETWORK_FDS; i++)
        network->sockets[i].fd = CURL_SOCKET_BAD;
    if (ca != NULL && access(ca, R_OK) != 0)
        return sim_missing(error, "cannot read --ca %s: %s", ca,
                           strerror(errno));
    curl_global_init(CURL_GLOBAL_DEFAULT);
    network->multi = curl_multi_init();
    if (network->multi == NULL)
        return sim_error(error, FFX_ERR_IO, "libcurl does not start");
    curl_multi_setopt(network->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(network->multi, CURLMOPT_SOCKETDATA, network);
    curl_multi_setopt(network->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(network->multi, CURLMOPT_TIMERDATA, network);
    return FFX_OK;
}

void sim_network_close(struct sim_network *network)
{
    if (network->multi == NULL)
        return;
    sim_network_cancel(network);
    curl_multi_cleanup(network->multi);
    curl_global_cleanup();
    network->multi = NULL;
}

static int remember(struct sim_network *network,
                    const struct ffx_module_transfer *transfer)
{
    snprintf(network->url, sizeof network->url, "%s", transfer->url);
    snprintf(network->name, sizeof network->name, "%s", transfer->name);
    network->user = strdup(transfer->user != NULL ? transfer->user : "");
    network->password =
        strdup(transfer->password != NULL ? transfer->password : "");
    network->dir = transfer->dir;
    network->timeout_s = transfer->timeout_s;
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
    if (scheme_of(transfer->url) == NULL ||
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
    sim_log(&network->log, "transfer of %s begins", network->url);
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
    network->progress.ftp_error = 80; /* manual quit */
    sim_log(&network->log, "transfer of %s was broken off", network->url);
}

void sim_network_progress(const struct sim_network *network,
                          struct ffx_module_progress *progress)
{
    *progress = network->progress;
}
