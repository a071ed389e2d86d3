/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The module's network: one transfer at a time, never blocking. HTTP and HTTPS
 * are libcurl's, sim_reply judges the answer; FTP is sim_ftp's. The file is
 * staged and takes its name only when it is complete, so a failed transfer
 * leaves the old file or none.
 *
 * A try ends after timeout_s of the module's clock, or when it is not connected
 * after 30 s; the next one begins at the file's first byte. FTP counts from the
 * last bytes that came, and ends after an hour in any case. There is no least
 * rate: timeout_s bounds a slow server, and a poor cell is slow as well. What
 * may pass (no route, silence, a lost connection) is tried again, what cannot
 * (404, a bad certificate, a wrong password, no space) is not. Redirects are
 * not followed. An HTTP answer without Content-Length is refused: nothing says
 * when it is whole.
 */
#ifndef FARFIX_SIM_NETWORK_H
#define FARFIX_SIM_NETWORK_H

#include "sim/sim_curl.h"
#include "sim/sim_files.h"
#include "sim/sim_ftp.h"
#include "sim/sim_log.h"
#include "sim/sim_reply.h"

#define SIM_NETWORK_FDS (SIM_CURL_FDS + SIM_FTP_FDS)

struct sim_network {
    struct sim_files *files;
    const char *ca; /* PEM file, or null */
    const struct sim_clock *clock;
    struct sim_log log;

    struct sim_curl curl;
    CURL *easy;                      /* null: no transfer */
    int64_t retry_ms;                /* start of the next try; -1 none */
    int64_t connect_ms, deadline_ms; /* ends of the try; -1 none */
    struct sim_reply reply;
    struct sim_ftp ftp; /* control < 0: it does not run */

    char url[FFX_TRANSFER_URL_MAX + 1], path[FFX_TRANSFER_URL_MAX + 1];
    char shown[FFX_TRANSFER_URL_MAX + 1]; /* the URL for the log */
    char *user, *password;
    char name[FFX_FILE_NAME_MAX + 1];
    char trouble[CURL_ERROR_SIZE];
    int dir;
    int64_t last_ms; /* no deadline is later */
    uint32_t timeout_s, tries;
    int silence;     /* timeout_s counts from the last bytes that came */
    uint32_t offset; /* FTP: where the file begins */
    int passive, ascii, size_only;
    int fd;           /* the staged file */
    uint32_t room;    /* how long it may become */
    uint16_t refusal; /* the HTTP status of what we did not want; or 0 */
    uint64_t stop;    /* a fault: so many bytes are a failure, not a file;
                       * 0: and it happened */
    struct ffx_module_progress progress;
};

int sim_network_open(struct sim_network *network, struct sim_files *files,
                     const char *ca, const struct sim_clock *clock,
                     const struct sim_log *log, struct ffx_sim_error *error);
void sim_network_close(struct sim_network *network);

/* As in struct ffx_module_network: FFX_ERR_BUSY, FFX_ERR_ARGUMENT (a scheme
 * that the module does not speak), FFX_ERR_IO. */
int sim_network_start(struct sim_network *network,
                      const struct ffx_module_transfer *transfer);
void sim_network_cancel(struct sim_network *network);
void sim_network_progress(const struct sim_network *network,
                          struct ffx_module_progress *progress);

/* Entries for poll; shortens *timeout_ms. */
unsigned sim_network_wait(const struct sim_network *network,
                          struct pollfd fds[SIM_NETWORK_FDS], int *timeout_ms);
/* `fds` may hold others' entries as well. */
void sim_network_step(struct sim_network *network, const struct pollfd *fds,
                      unsigned count);

#endif
