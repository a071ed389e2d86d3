/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/sim_vendor.h"

#include "cli/cli.h"
#include "cli/pack_common.h"
#include "cli/package_subject.h"

#include <stdio.h>
#include <string.h>

/* --- SHA256=FROM:TO ------------------------------------------------------ */

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c != '\0' ? strchr(digits, c | 0x20) : NULL;
    return at != NULL ? (int)(at - digits) : -1;
}

static int parse(struct ffx_sim_vendor *vendor, const char *text)
{
    const char *from = text + 2 * FFX_SHA256_BYTES + 1;
    for (size_t i = 0; i < FFX_SHA256_BYTES; i++) {
        const int high = hex_digit(text[2 * i]);
        const int low = high < 0 ? -1 : hex_digit(text[2 * i + 1]);
        if (low < 0)
            return -1;
        vendor->sha256[i] = (uint8_t)(high << 4 | low);
    }
    const char *colon = from[-1] == '=' ? strchr(from, ':') : NULL;
    if (colon == NULL || colon - from > (long)FFX_VERSION_MAX ||
        strlen(colon + 1) > FFX_VERSION_MAX)
        return -1;
    snprintf(vendor->from, sizeof vendor->from, "%.*s", (int)(colon - from),
             from);
    snprintf(vendor->to, sizeof vendor->to, "%s", colon + 1);
    return ffx_version_valid(vendor->from) && ffx_version_valid(vendor->to)
               ? 0
               : -1;
}

/* --- VENDOR.zip ---------------------------------------------------------- */

static int take(struct ffx_sim_vendor *vendor, struct subject *subject,
                const char *path)
{
    const struct ffx_offer *offer = &subject->offer;
    if (!subject->vendor)
        return cli_fail(CLI_FAILED,
                        "--vendor: %s has no side-file %s.info: farfix package "
                        "import makes it",
                        path, path);
    const int result =
        subject->opened != 0 ? subject->opened : subject_check_vendor(subject);
    if (result != 0)
        return cli_fail(CLI_FAILED, "--vendor: %s is not good: %s", path,
                        subject_cause(result));
    memcpy(vendor->sha256, offer->sha256, sizeof vendor->sha256);
    memcpy(vendor->model, offer->model, sizeof vendor->model);
    memcpy(vendor->from, offer->from, sizeof vendor->from);
    memcpy(vendor->to, offer->to, sizeof vendor->to);
    return 0;
}

static int read_file(struct ffx_sim_vendor *vendor, const char *path,
                     const char *trust)
{
    static struct subject subject;
    const struct subject_request request = {.path = path,
                                            .trust = {{trust}, 1}};
    struct pack_error error;
    if (trust == NULL)
        return cli_fail(CLI_USAGE,
                        "--vendor %s: --trust RELEASE.pub says whose side-file "
                        "counts",
                        path);
    const int result = subject_load(&subject, &request, &error) != 0
                           ? pack_common_fail(&error)
                           : take(vendor, &subject, path);
    subject_free(&subject);
    return result;
}

/* --- either -------------------------------------------------------------- */

int sim_vendor_set(struct ffx_sim_vendor *vendor, const char *text,
                   const char *trust)
{
    const size_t length = strlen(text);
    if (length > 4 && strcmp(text + length - 4, ".zip") == 0)
        return read_file(vendor, text, trust);
    if (length > 2 * FFX_SHA256_BYTES && parse(vendor, text) == 0)
        return 0;
    return cli_fail(CLI_USAGE,
                    "--vendor wants SHA256=FROM:TO, or VENDOR.zip beside its "
                    ".info, not '%s'",
                    text);
}
