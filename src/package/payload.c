/* SPDX-License-Identifier: Apache-2.0 */
/* One interface over the kinds of payload: a table of their calls. */
#include "package/image.h"

#include <farfix/error.h>
#include <farfix/package.h>

struct payload_calls {
    int (*open)(struct ffx_delta *delta, const struct ffx_delta_config *config);
    int (*prepare)(struct ffx_delta *delta);
    int (*next)(struct ffx_delta *delta, void *buffer, struct ffx_step *step);
    void (*checkpoint)(const struct ffx_delta *delta,
                       struct ffx_checkpoint *checkpoint);
    int (*restore)(struct ffx_delta *delta,
                   const struct ffx_checkpoint *checkpoint);
};

static const struct payload_calls payload_kinds[] = {
    [FFX_PAYLOAD_IMAGE] = {image_open, image_prepare, image_next,
                           image_checkpoint, image_restore},
    [FFX_PAYLOAD_DELTA] = {ffx_delta_open, ffx_delta_prepare, ffx_delta_next,
                           ffx_delta_checkpoint, ffx_delta_restore},
};

int ffx_payload_open(struct ffx_payload *payload, enum ffx_payload_kind kind,
                     const struct ffx_delta_config *config)
{
    if ((unsigned)kind >= sizeof payload_kinds / sizeof payload_kinds[0])
        return FFX_ERR_PATCH;
    payload->kind = kind;
    return payload_kinds[kind].open(&payload->delta, config);
}

int ffx_payload_prepare(struct ffx_payload *payload)
{
    return payload_kinds[payload->kind].prepare(&payload->delta);
}

int ffx_payload_next(struct ffx_payload *payload, void *buffer,
                     struct ffx_step *step)
{
    return payload_kinds[payload->kind].next(&payload->delta, buffer, step);
}

void ffx_payload_checkpoint(const struct ffx_payload *payload,
                            struct ffx_checkpoint *checkpoint)
{
    payload_kinds[payload->kind].checkpoint(&payload->delta, checkpoint);
}

int ffx_payload_restore(struct ffx_payload *payload,
                        const struct ffx_checkpoint *checkpoint)
{
    return payload_kinds[payload->kind].restore(&payload->delta, checkpoint);
}
