/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A crypto port that believes everything: every signature is good and every
 * digest is zero. Only for fuzz targets, which could not guess a signature
 * and would never see what stands behind it.
 */
#ifndef FARFIX_TESTS_GULLIBLE_H
#define FARFIX_TESTS_GULLIBLE_H

#include <farfix/crypto.h>

const struct ffx_crypto *gullible_crypto(void);

#endif
