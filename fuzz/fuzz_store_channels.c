/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever stands in channels.ini and in a list, parted by the first NUL: what
 * is taken is within its bounds and reads the same when it is written out
 * again, and whoever asks is given a channel of his model. */
#include "store/store_channels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void require(int true_or_abort)
{
    if (!true_or_abort)
        abort();
}

/* Null when it was refused, and then the reason is one line. */
static struct store_channels *parse(const char *text)
{
    struct store_channels *channels = calloc(1, sizeof *channels);
    struct pack_error error = {0};
    char *copy = strdup(text);
    if (channels == NULL || copy == NULL)
        exit(1);
    if (store_channels_parse(channels, "channels.ini", copy, &error) != 0) {
        require(strncmp(error.text, "channels.ini:", 13) == 0);
        require(channels->count == 0 && channels->all == NULL);
        free(channels);
        channels = NULL;
    }
    free(copy);
    return channels;
}

static void forget(struct store_channels *channels)
{
    store_channels_close(channels);
    free(channels);
}

static char *spell(const struct store_channels *channels)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    if (out == NULL)
        exit(1);
    for (size_t i = 0; i < channels->count; i++) {
        const struct store_channel *channel = &channels->all[i];
        fprintf(out, "[channel %s/%s]\nversion = %s\n", channel->model,
                channel->name, channel->version);
        if (channel->percent > 0)
            fprintf(out, "percent = %u\n", channel->percent);
        if (channel->imei_file[0] != '\0')
            /* "= #x" would be a comment. */
            fprintf(out, "imei=%s\n", channel->imei_file);
    }
    if (fclose(out) != 0)
        exit(1);
    return text;
}

static void reads_the_same_again(const struct store_channels *channels)
{
    char *once = spell(channels);
    struct store_channels *again = parse(once);
    require(again != NULL);
    char *twice = spell(again);
    require(strcmp(once, twice) == 0);
    forget(again);
    free(once);
    free(twice);
}

static void is_within_bounds(const struct store_channel *channel)
{
    require(ffx_model_valid(channel->model));
    require(ffx_version_valid(channel->version));
    require(store_channel_valid(channel->name));
    require(channel->percent <= 100);
    require(strchr(channel->imei_file, '/') == NULL);
    require(channel->imei_file[0] != '.');
    if (strcmp(channel->name, STORE_CHANNEL_STABLE) == 0)
        require(channel->percent == 0 && channel->imei_file[0] == '\0');
}

static void gives_channels_of_the_model(const struct store_channels *channels,
                                        const struct store_channel *channel)
{
    static const char imei[] = "861075030000001";
    const struct store_channel *out;
    char why[STORE_CHANNELS_WHY];
    require(store_channels_choose(channels, channel->model, "", channel->name,
                                  &out, why) == 0);
    require(out == channel);
    require(store_channels_choose(channels, channel->model, imei, "", &out,
                                  why) == 0);
    require(out == NULL || strcmp(out->model, channel->model) == 0);
    if (store_channels_choose(channels, channel->model, "", "-not-there-", &out,
                              why) != 0)
        require(strstr(why, STORE_CHANNEL_STABLE) != NULL);
}

static void read_list(const char *text, size_t length)
{
    struct store_imeis imeis;
    struct pack_error error = {0};
    if (store_imeis_parse(&imeis, "list", text, length, &error) != 0) {
        require(strncmp(error.text, "list:", 5) == 0);
        require(imeis.count == 0 && imeis.sorted == NULL);
        return;
    }
    require(imeis.count <= length / STORE_IMEI_MIN);
    for (size_t i = 1; i < imeis.count; i++)
        require(imeis.sorted[i - 1] <= imeis.sorted[i]);
    store_imeis_free(&imeis);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    if (text == NULL)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    const size_t length = strlen(text);
    if (length < size)
        read_list((const char *)data + length + 1, size - length - 1);
    struct store_channels *channels = parse(text);
    if (channels != NULL) {
        require(channels->count <= STORE_CHANNELS_MAX);
        for (size_t i = 0; i < channels->count; i++) {
            is_within_bounds(&channels->all[i]);
            gives_channels_of_the_model(channels, &channels->all[i]);
        }
        reads_the_same_again(channels);
        forget(channels);
    }
    free(text);
    return 0;
}
