/* SPDX-License-Identifier: Apache-2.0 */
/* Whom HTTPS trusts: `ca` and the PEM files in /customer; when there is
 * neither, the system's store. */
#ifndef FARFIX_SIM_TRUST_H
#define FARFIX_SIM_TRUST_H

#include "sim/sim_files.h"
#include "sim/sim_log.h"

#include <curl/curl.h>

/* `ca` is the path of a PEM file, or null. TLS 1.2 at least, and nothing that
 * an earlier connection settled is taken over. */
void sim_trust_set(CURL *easy, const struct sim_files *files, const char *ca,
                   const struct sim_log *log);

#endif
