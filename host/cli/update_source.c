/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/update_source.h"

#include "cli/pack_common.h"

#include <psa/psa_crypto.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HTTP_URL_MAX 255u /* AT+HTTPTOFS=? says (1-255) (manual 9.2.14) */

/* --- URLs ---------------------------------------------------------------- */

static int begins(const char *text, const char *beginning)
{
    return strncmp(text, beginning, strlen(beginning)) == 0;
}

static int printable(const char *url)
{
    for (; *url != '\0'; url++)
        if (*url <= ' ' || *url > '~' || *url == '"')
            return 0;
    return 1;
}

static int open_http(struct update_source *source)
{
    source->route = FFX_ROUTE_HTTP;
    source->url = source->name;
    if (strlen(source->url) > HTTP_URL_MAX)
        return cli_fail(CLI_FAILED,
                        "the URL has more than %u characters; "
                        "AT+HTTPTOFS takes no more",
                        HTTP_URL_MAX);
    return 0;
}

/* Appends text[0..length) and NUL, with %XX decoded; where it stands, or null
 * when it is malformed. */
static const char *put_decoded(char **at, const char *text, size_t length)
{
    const char *const start = *at;
    for (size_t i = 0; i < length; i++) {
        char hex[3] = {0};
        char c = text[i];
        if (c == '%') {
            if (length - i < 3)
                return NULL;
            memcpy(hex, text + i + 1, 2);
            char *end;
            c = (char)strtoul(hex, &end, 16);
            if (end != hex + 2 || c == '\0')
                return NULL;
            i += 2;
        }
        *(*at)++ = c;
    }
    *(*at)++ = '\0';
    return start;
}

/* user[:password]@ in front of the host; what is missing comes from the
 * secrets, else it is anonymous. */
static const char *take_login(struct update_source *source, char **at,
                              const char *host, const char *end,
                              const char *secrets)
{
    const char *user = cli_secret(secrets, "FTP_USER");
    const char *password = cli_secret(secrets, "FTP_PASSWORD");
    const char *sign = memchr(host, '@', (size_t)(end - host));
    source->ftp.user = user != NULL ? user : "anonymous";
    source->ftp.password = password != NULL ? password : "farfix@";
    if (sign == NULL)
        return host;
    const char *colon = memchr(host, ':', (size_t)(sign - host));
    const char *user_end = colon != NULL ? colon : sign;
    source->ftp.user = put_decoded(at, host, (size_t)(user_end - host));
    if (colon != NULL)
        source->ftp.password =
            put_decoded(at, colon + 1, (size_t)(sign - colon - 1));
    return sign + 1;
}

static int take_host(struct update_source *source, char **at, const char *host,
                     const char *end)
{
    const char *colon = memchr(host, ':', (size_t)(end - host));
    const char *host_end = colon != NULL ? colon : end;
    source->ftp.host = put_decoded(at, host, (size_t)(host_end - host));
    if (colon != NULL) {
        char *rest;
        const unsigned long port = strtoul(colon + 1, &rest, 10);
        if (rest != end || port == 0 || port > 65535)
            return -1;
        source->ftp.port = (uint16_t)port;
    }
    return host_end > host ? 0 : -1;
}

/* ftp://[user[:password]@]host[:port]/directory/name */
static int open_ftp(struct update_source *source, const char *secrets)
{
    const char *host = source->name + strlen("ftp://");
    const char *path = strchr(host, '/');
    const char *name = strrchr(host, '/');
    char *at = source->ftp_text, shown[512];
    source->route = FFX_ROUTE_FTP;
    if (strlen(source->name) < sizeof source->ftp_text / 2 && path != NULL &&
        name[1] != '\0') {
        host = take_login(source, &at, host, path, secrets);
        source->ftp.path = put_decoded(&at, path, (size_t)(name - path + 1));
        source->ftp.name = put_decoded(&at, name + 1, strlen(name + 1));
        if (take_host(source, &at, host, path) == 0 && source->ftp.user &&
            source->ftp.password && source->ftp.path && source->ftp.name)
            return 0;
    }
    return cli_fail(CLI_USAGE,
                    "'%s' is no FTP address; write "
                    "ftp://[user@]host[:port]/directory/name",
                    cli_masked(source->name, shown, sizeof shown));
}

/* --- files --------------------------------------------------------------- */

static int not_good(const struct update_source *source, const char *text)
{
    return cli_fail(CLI_FAILED, "%s is not good: %s", source->name, text);
}

static int check_payloads(struct subject *subject)
{
    int result;
    do
        result = ffx_package_check(&subject->package);
    while (result == 1);
    return result;
}

/* Signed facts go to the driver: wrong model or source end before anything
 * is sent. */
static int take_facts(struct update_source *source, const char *to)
{
    struct subject *subject = &source->subject;
    const struct ffx_manifest *manifest = &subject->package.manifest;
    const struct ffx_offer *offer = &subject->offer;
    const char *leads_to = subject->vendor ? offer->to : manifest->to;
    source->facts.model = subject->vendor ? offer->model : manifest->model;
    source->facts.from = subject->vendor ? offer->from : manifest->from;
    if (strcmp(leads_to, to) != 0)
        return cli_fail(CLI_FAILED,
                        "%s leads to %s, not to %s; check --to, or get the "
                        "right package",
                        source->name, leads_to, to);
    return 0;
}

/* Read once: what is checked is what is sent, whatever becomes of the file. */
static int load_file(struct update_source *source,
                     const struct update_request *request,
                     struct pack_error *error)
{
    const struct subject_request about = {.path = source->name,
                                          .trust = *request->trust};
    /* What --info says of a file needs no second witness. */
    source->checked = request->trust->count != 0 && request->info == NULL;
    return source->checked ? subject_load(&source->subject, &about, error)
                           : pack_read_file(source->name, &source->file, error);
}

static const struct pack_buffer *file_of(const struct update_source *source)
{
    return source->checked ? &source->subject.file : &source->file;
}

static int check_file(struct update_source *source, const char *to)
{
    struct subject *subject = &source->subject;
    int result = subject->opened;
    if (result == 0)
        result = subject->vendor ? subject_check_vendor(subject)
                                 : check_payloads(subject);
    return result != 0 ? not_good(source, subject_cause(result))
                       : take_facts(source, to);
}

static int open_file(struct update_source *source,
                     const struct update_request *request)
{
    struct pack_error error;
    source->route = FFX_ROUTE_PUSH;
    if (load_file(source, request, &error) != 0)
        return pack_common_fail(&error);
    if (file_of(source)->length == 0)
        return cli_fail(CLI_FAILED, "%s is empty; fetch it again",
                        source->name);
    if (file_of(source)->length > INT32_MAX)
        return cli_fail(CLI_FAILED,
                        "%s is too large for a module; is it the "
                        "right file?",
                        source->name);
    return source->checked ? check_file(source, request->to) : 0;
}

static int read_file(void *context, uint32_t offset, void *buffer,
                     uint32_t length)
{
    const struct update_source *source = context;
    memcpy(buffer, file_of(source)->bytes + offset, length);
    return 0;
}

void update_source_package(struct update_source *source,
                           struct ffx_read_at *package)
{
    *package = (struct ffx_read_at){.read = read_file,
                                    .context = source,
                                    .size = (uint32_t)file_of(source)->length};
}

/* --- what somebody signed about it ---------------------------------------- */

static int read_info(struct update_source *source, const char *path,
                     const struct ffx_public_key *keys, size_t count)
{
    struct pack_buffer text;
    struct pack_error error;
    if (pack_read_file(path, &text, &error) != 0)
        return pack_common_fail(&error);
    const int result =
        text.length > FFX_SIDEFILE_MAX
            ? FFX_ERR_MANIFEST
            : ffx_offer_read(&source->info, (const char *)text.bytes,
                             (uint32_t)text.length, psa_crypto(), keys,
                             (uint32_t)count);
    pack_buffer_free(&text);
    if (result != 0)
        return cli_fail(CLI_FAILED, "%s is not good: %s", path,
                        subject_cause(result));
    return 0;
}

static int is_about(const struct update_source *source)
{
    return source->route != FFX_ROUTE_PUSH ||
           pack_offer_is_about(&source->info, file_of(source));
}

/* Facts for the driver: it asks the module for the size, and reads the file
 * back for the digest. */
static int take_info(struct update_source *source,
                     const struct update_request *request)
{
    const struct ffx_offer *info = &source->info;
    if (info->to[0] == '\0')
        return cli_fail(CLI_NOTHING, "%s says that there is nothing for %s",
                        request->info, info->from);
    if (strcmp(info->to, request->to) != 0)
        return cli_fail(CLI_FAILED, "%s leads to %s, not to %s; check --to",
                        request->info, info->to, request->to);
    if (!is_about(source))
        return cli_fail(CLI_FAILED,
                        "%s is not the file that %s is about: size or digest "
                        "differ; fetch it again",
                        source->name, request->info);
    source->facts.model = info->model;
    source->facts.from = info->from;
    source->facts.size = info->size;
    source->facts.sha256 = info->sha256;
    return 0;
}

/* A wrong key file, or a wrong side-file, before anything else. */
static int check_words(struct update_source *source,
                       const struct update_request *request)
{
    struct ffx_public_key keys[CLI_TEXTS_MAX];
    struct pack_error error;
    if (request->info != NULL && request->trust->count == 0)
        return cli_fail(CLI_USAGE,
                        "--info %s: --trust RELEASE.pub says whose "
                        "word counts",
                        request->info);
    if (pack_common_trust(request->trust, keys, &error) != 0)
        return pack_common_fail(&error);
    return request->info == NULL
               ? 0
               : read_info(source, request->info, keys, request->trust->count);
}

/* --- all of it ----------------------------------------------------------- */

static int open_any(struct update_source *source,
                    const struct update_request *request)
{
    const char *name = request->name;
    char shown[512];
    if (strstr(name, "://") == NULL)
        return open_file(source, request);
    if (!printable(name))
        return cli_fail(CLI_USAGE, "a URL cannot hold blanks, quotes or "
                                   "control characters; write them as %%20 "
                                   "and so on");
    if (begins(name, "http://") || begins(name, "https://"))
        return open_http(source);
    if (begins(name, "ftp://"))
        return open_ftp(source, request->secrets);
    return cli_fail(CLI_USAGE,
                    "'%s': SOURCE is http://, https://, ftp:// or a "
                    "file",
                    cli_masked(name, shown, sizeof shown));
}

int update_source_open(struct update_source *source,
                       const struct update_request *request)
{
    memset(source, 0, sizeof *source);
    source->name = request->name;
    int result = check_words(source, request);
    if (result == 0)
        result = open_any(source, request);
    if (result == 0 && request->info != NULL)
        result = take_info(source, request);
    return result;
}

void update_source_close(struct update_source *source)
{
    pack_buffer_free(&source->file);
    if (source->checked)
        subject_free(&source->subject);
}

/* --- after a refusal ----------------------------------------------------- */

static int open_refused(const struct pack_buffer *file,
                        const struct cli_texts *trust,
                        struct ffx_public_key keys[CLI_TEXTS_MAX],
                        struct ffx_package *package)
{
    static uint8_t scratch[65536];
    struct pack_error error;
    struct ffx_package_config config = {
        .crypto = psa_crypto(),
        .trusted = keys,
        .trusted_count = (uint32_t)trust->count,
        .buffer = scratch,
        .buffer_bytes = sizeof scratch,
    };
    if (pack_common_trust(trust, keys, &error) != 0)
        return error.code;
    pack_read_at(file, &config.file);
    int result = ffx_package_open(package, &config);
    if (result != 0)
        return result;
    do
        result = ffx_package_check(package);
    while (result == 1);
    return result;
}

void update_source_explain(const struct pack_buffer *file,
                           const struct cli_texts *trust,
                           const struct ffx_driver_found *module,
                           const char *to, char *text, size_t capacity)
{
    static struct ffx_package package;
    struct ffx_public_key keys[CLI_TEXTS_MAX];
    const struct ffx_manifest *manifest = &package.manifest;
    const int result = open_refused(file, trust, keys, &package);
    if (result != 0)
        snprintf(text, capacity, "%s", subject_cause(result));
    else if (strcmp(manifest->model, module->model) != 0)
        snprintf(text, capacity,
                 "made for %s, the module is %s; get the "
                 "package for its model",
                 manifest->model, module->model);
    else if (strcmp(manifest->from, module->version) != 0)
        snprintf(text, capacity,
                 "starts from %s, the module runs %s; get the "
                 "package from that version",
                 manifest->from, module->version);
    else if (strcmp(manifest->to, to) != 0)
        snprintf(text, capacity, "leads to %s, not to %s; check --to",
                 manifest->to, to);
    else
        snprintf(text, capacity,
                 "every check that can be made here passes; the module trusts "
                 "another key, holds sequence %u or newer, or differs from "
                 "release %s: farfix package verify --from",
                 (unsigned)package.release.sequence, manifest->from);
}
