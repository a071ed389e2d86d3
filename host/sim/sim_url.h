/* SPDX-License-Identifier: Apache-2.0 */
/* URLs of the three schemes that the module speaks. */
#ifndef FARFIX_SIM_URL_H
#define FARFIX_SIM_URL_H

#include <stddef.h>

/* "http", "https", "ftp", or null. */
const char *sim_url_scheme(const char *url);
int sim_url_is_ftp(const char *url);

/* `host`: the URL of an FTP server as if it spoke HTTP, "http://host:21/", for
 * libcurl to connect; `path`: the rest, still percent-coded. FFX_ERR_ARGUMENT:
 * it is no URL. */
int sim_url_ftp(const char *url, char *host, size_t host_size, char *path,
                size_t path_size);

/* Without a name and password that it may hold. */
void sim_url_show(const char *url, char *shown, size_t size);

#endif
