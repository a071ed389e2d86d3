/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/update_store.h"

#include "cli/pack_common.h"
#include "cli/package_subject.h"

#include "psa/psa_crypto.h"
#include "store/store_channels.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int update_store_is(const char *source)
{
    const size_t length = strlen(source);
    return length > 0 && source[length - 1] == '/' &&
           (strncmp(source, "http://", 7) == 0 ||
            strncmp(source, "https://", 8) == 0);
}

/* The driver gives the bytes in order, and again from before after a
 * disturbance. What is too long is no offer, and seen by its length. */
void update_store_bytes(struct update_store *store, uint32_t offset,
                        const void *bytes, uint32_t length)
{
    const uint32_t room = sizeof store->text;
    store->length = offset + length;
    if (offset < room)
        memcpy(store->text + offset, bytes,
               length < room - offset ? length : room - offset);
}

/* A command holds it as it is, and the path goes on behind it. */
static int is_address(const char *base)
{
    const char *host = strstr(base, "://") + 3;
    for (const char *at = base; *at != '\0'; at++)
        if (*at <= ' ' || *at > '~' || strchr("\"?#", *at) != NULL)
            return 0;
    const char *login = cli_login_end(host - 3);
    return strchr(":/", login != NULL ? login[1] : *host) == NULL;
}

/* 0, or an exit code: what the module would find out after minutes. */
static int check_words(const char *base, const char *channel)
{
    char shown[512];
    if (!is_address(base))
        return cli_fail(CLI_USAGE,
                        "'%s' is no address of a store; write "
                        "http://host[:port]/[path/], blanks as %%20",
                        cli_masked(base, shown, sizeof shown));
    if (channel != NULL && !store_channel_valid(channel))
        return cli_fail(CLI_USAGE,
                        "--channel wants up to %u of a-z, 0-9 and '-', not "
                        "'%s'",
                        STORE_CHANNEL_MAX, channel);
    return 0;
}

int update_store_open(struct update_store *store, const char *base,
                      const char *channel, const struct cli_texts *trust)
{
    struct pack_error error;
    memset(store, 0, sizeof *store);
    if (check_words(base, channel) != 0)
        return CLI_USAGE;
    store->base = base;
    store->channel = channel;
    if (trust->count == 0)
        return cli_fail(CLI_USAGE,
                        "a store's word counts only under a key; add --trust "
                        "RELEASE.pub");
    if (pack_common_trust(trust, store->keys, &error) != 0)
        return pack_common_fail(&error);
    store->key_count = (uint32_t)trust->count;
    return 0;
}

void update_store_ask(struct update_store *store,
                      const struct ffx_driver_found *found, const char *imei)
{
    const int length = snprintf(
        store->url, sizeof store->url, "%s%s/%s/next%s%s%s%s", store->base,
        found->model, found->version, imei[0] != '\0' ? "?imei=" : "", imei,
        store->channel == NULL ? ""
        : imei[0] != '\0'      ? "&channel="
                               : "?channel=",
        store->channel != NULL ? store->channel : "");
    if (!ffx_model_valid(found->model) || !ffx_version_valid(found->version) ||
        (size_t)length >= sizeof store->url)
        store->url[0] = '\0';
}

/* Signed, but perhaps about another device: an offer may be replayed. */
static int is_for(const struct ffx_offer *offer,
                  const struct ffx_driver_found *found)
{
    return strcmp(offer->model, found->model) == 0 &&
           strcmp(offer->from, found->version) == 0;
}

static int refuse(struct update_store *store, const char *next,
                  const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(store->why, sizeof store->why, format, arguments);
    va_end(arguments);
    store->next = next;
    return -1;
}

int update_store_take(struct update_store *store,
                      const struct ffx_driver_found *found)
{
    struct ffx_offer *offer = &store->offer;
    const int result =
        store->length > FFX_SIDEFILE_MAX
            ? FFX_ERR_MANIFEST
            : ffx_offer_read(offer, store->text, store->length, psa_crypto(),
                             store->keys, store->key_count);
    if (result != 0)
        return refuse(store, "check the store and --trust",
                      "the store's offer is not good: %s",
                      subject_cause(result));
    if (!is_for(offer, found))
        return refuse(store, "check the store",
                      "the store offers something to %s %s, the module is "
                      "%s %s",
                      offer->model, offer->from, found->model, found->version);
    const int length =
        offer->to[0] == '\0'
            ? snprintf(store->url, sizeof store->url, "%s", "")
            : snprintf(store->url, sizeof store->url, "%s%s/%s___%s/update.zip",
                       store->base, offer->model, offer->from, offer->to);
    if ((size_t)length >= sizeof store->url)
        return refuse(store, "AT+HTTPTOFS takes 255 characters",
                      "the store's address is too long");
    return 0;
}
