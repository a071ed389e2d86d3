/* SPDX-License-Identifier: Apache-2.0 */
#include "module/ftp_url.h"

#include "base/bytes.h"

static int is_unreserved(char c) /* RFC 3986, 2.3 */
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
           (c >= 'a' && c <= 'z') || c == '-' || c == '.' || c == '_' ||
           c == '~';
}

static void put_coded(struct ffx_at_text *out, char c)
{
    static const char digits[] = "0123456789ABCDEF";
    const char coded[3] = {'%', digits[(uint8_t)c >> 4],
                           digits[(uint8_t)c & 15u]};
    if (is_unreserved(c))
        ffx_at_put_bytes(out, &c, 1);
    else
        ffx_at_put_bytes(out, coded, 3);
}

void ftp_url_put(const struct ffx_module *module, struct ffx_at_text *out)
{
    const char *path = module->ftp_path;
    const uint32_t length = bytes_length(path);
    ffx_at_put(out, "ftp://");
    ffx_at_put(out, module->ftp_host);
    ffx_at_put(out, ":");
    ffx_at_put_number(out, module->ftp_port);
    ffx_at_put(out, "/");
    /* A leading '/' means the server's root, not the login directory: in a
     * URL that is %2F (RFC 1738, 3.2.2). */
    for (uint32_t i = 0; i < length; i++)
        if (i > 0 && path[i] == '/')
            ffx_at_put(out, "/");
        else
            put_coded(out, path[i]);
    if (length > 1 && path[length - 1] != '/')
        ffx_at_put(out, "/");
    for (const char *p = module->ftp_file; *p != '\0'; p++)
        put_coded(out, *p);
}
