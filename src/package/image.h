/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A full image as a payload: the calls of farfix/delta.h, whose payload
 * bytes are the target itself. See farfix/package.h for the rules.
 *
 * Uses of struct ffx_delta: config; stage, 0 before prepare and 1 after it;
 * index, steps finished, <= steps of the target.
 */
#ifndef FARFIX_PACKAGE_IMAGE_H
#define FARFIX_PACKAGE_IMAGE_H

#include <farfix/delta.h>

int image_open(struct ffx_delta *image, const struct ffx_delta_config *config);
int image_prepare(struct ffx_delta *image);
int image_next(struct ffx_delta *image, void *buffer, struct ffx_step *step);

/* "IMG1", index, zeros. */
void image_checkpoint(const struct ffx_delta *image,
                      struct ffx_checkpoint *checkpoint);
int image_restore(struct ffx_delta *image,
                  const struct ffx_checkpoint *checkpoint);

#endif
