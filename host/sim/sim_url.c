/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sim_url.h"

#include <farfix/error.h>

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char *const schemes[] = {"http", "https", "ftp"};

const char *sim_url_scheme(const char *url)
{
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        const size_t length = strlen(schemes[i]);
        if (strncasecmp(url, schemes[i], length) == 0 &&
            strncmp(url + length, "://", 3) == 0)
            return schemes[i];
    }
    return NULL;
}

int sim_url_is_ftp(const char *url)
{
    return strncasecmp(url, "ftp:", 4) == 0;
}

/* 0 or -1: it has no such part, or it is too long. */
static int take(CURLU *parts, CURLUPart what, char *text, size_t size)
{
    char *value = NULL;
    if (curl_url_get(parts, what, &value, CURLU_DEFAULT_PORT) != CURLUE_OK)
        return -1;
    const int length = snprintf(text, size, "%s", value);
    curl_free(value);
    return length < (int)size ? 0 : -1;
}

static int become_http(CURLU *parts, const char *port)
{
    return curl_url_set(parts, CURLUPART_SCHEME, "http", 0) == CURLUE_OK &&
           curl_url_set(parts, CURLUPART_PORT, port, 0) == CURLUE_OK &&
           curl_url_set(parts, CURLUPART_USER, NULL, 0) == CURLUE_OK &&
           curl_url_set(parts, CURLUPART_PASSWORD, NULL, 0) == CURLUE_OK &&
           curl_url_set(parts, CURLUPART_PATH, "/", 0) == CURLUE_OK;
}

int sim_url_ftp(const char *url, char *host, size_t host_size, char *path,
                size_t path_size)
{
    char port[8];
    CURLU *parts = curl_url();
    const int good = parts != NULL &&
                     curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
                     take(parts, CURLUPART_PATH, path, path_size) == 0 &&
                     take(parts, CURLUPART_PORT, port, sizeof port) == 0 &&
                     become_http(parts, port) &&
                     take(parts, CURLUPART_URL, host, host_size) == 0;
    curl_url_cleanup(parts);
    if (!good)
        return FFX_ERR_ARGUMENT;
    memmove(path, path + 1, strlen(path));
    return FFX_OK;
}

void sim_url_show(const char *url, char *shown, size_t size)
{
    const char *host = strstr(url, "://");
    host = host != NULL ? host + 3 : url;
    const size_t length = strcspn(host, "/?#");
    const char *at = memrchr(host, '@', length);
    snprintf(shown, size, "%.*s%s", (int)(host - url), url,
             at != NULL ? at + 1 : host);
}
