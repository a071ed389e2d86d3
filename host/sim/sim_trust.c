/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sim_trust.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CA_BYTES_MAX (1024u * 1024u)

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

void sim_trust_set(CURL *easy, const struct sim_files *files, const char *ca,
                   const struct sim_log *log)
{
    struct pem pem = {.files = files};
    if (ca != NULL && pem_add_path(&pem, ca) != FFX_OK)
        sim_log(log, "cannot read the roots in %s", ca);
    sim_files_each(files, FFX_DIR_CUSTOMER, pem_add_customer, &pem);
    if (pem.length > 0 || ca != NULL) {
        struct curl_blob blob = {
            .data = pem.text, .len = pem.length, .flags = CURL_BLOB_COPY};
        curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
        curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
        if (pem.length > 0)
            curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &blob);
    }
    free(pem.text);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_SSL_CIPHER_LIST,
                     "HIGH:!aNULL:!eNULL:!PSK:!SRP:@SECLEVEL=2");
    curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
}
