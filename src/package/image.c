/* SPDX-License-Identifier: Apache-2.0 */
#include "package/image.h"

#include "base/bytes.h"

#include <farfix/error.h>

#define PREPARED 1u

static const uint8_t checkpoint_magic[4] = {'I', 'M', 'G', '1'};

static uint32_t step_bytes(const struct ffx_delta_config *config)
{
    return config->step_bytes != 0 ? config->step_bytes : config->target_bytes;
}

static uint32_t step_count(const struct ffx_delta_config *config)
{
    const uint32_t target = config->target_bytes, step = step_bytes(config);
    return target == 0 ? 0 : (target - 1) / step + 1;
}

int image_open(struct ffx_delta *image, const struct ffx_delta_config *config)
{
    memset(image, 0, sizeof *image);
    image->config = *config;
    return 0;
}

int image_prepare(struct ffx_delta *image)
{
    if (image->config.patch.size != image->config.target_bytes)
        return FFX_ERR_GEOMETRY;
    image->stage = PREPARED;
    return 0;
}

int image_next(struct ffx_delta *image, void *buffer, struct ffx_step *step)
{
    const struct ffx_delta_config *const config = &image->config;
    if (image->stage != PREPARED)
        return FFX_ERR_BUSY;
    if (image->index == step_count(config))
        return 0;
    step->index = image->index;
    step->offset = image->index * step_bytes(config);
    step->length =
        bytes_min(step_bytes(config), config->target_bytes - step->offset);
    const int error =
        ffx_read_at(&config->patch, step->offset, buffer, step->length);
    if (error != 0)
        return error;
    image->index++;
    return 1;
}

void image_checkpoint(const struct ffx_delta *image,
                      struct ffx_checkpoint *checkpoint)
{
    memset(checkpoint, 0, sizeof *checkpoint);
    memcpy(checkpoint->bytes, checkpoint_magic, sizeof checkpoint_magic);
    bytes_put32(checkpoint->bytes + 4, image->index);
}

int image_restore(struct ffx_delta *image,
                  const struct ffx_checkpoint *checkpoint)
{
    struct ffx_delta restored = *image;
    struct ffx_checkpoint again;
    if (image->stage != PREPARED)
        return FFX_ERR_BUSY;
    restored.index = bytes_get32(checkpoint->bytes + 4);
    image_checkpoint(&restored, &again);
    if (restored.index > step_count(&image->config) ||
        memcmp(&again, checkpoint, sizeof again) != 0)
        return FFX_ERR_PATCH;
    image->index = restored.index;
    return 0;
}
