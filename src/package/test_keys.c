/* SPDX-License-Identifier: Apache-2.0 */
/* Keys whose private halves this project publishes: see ffx_key_is_test. */
#include "base/bytes.h"

#include <farfix/package.h>

#define PREFIX 8u

/* X of the points, from its front. What another key has by chance in common
 * with one of them is 1 in 2^62. tests/package/test_test_keys.c holds the
 * list against the tree. */
static const uint8_t published[][PREFIX] = {
    /* tests/support/forge.c: the numbers 7001 to 7003 */
    {0xf7, 0x36, 0x47, 0xfb, 0x01, 0xa3, 0x2a, 0x0d},
    {0x2c, 0x60, 0xd5, 0x8d, 0x5e, 0x3f, 0x59, 0xf9},
    {0xa8, 0xbb, 0x16, 0xf4, 0x5f, 0x0f, 0x99, 0xbb},
    /* RFC 6979, A.2.5 */
    {0x60, 0xfe, 0xd4, 0xba, 0x25, 0x5a, 0x9d, 0x31},
};

int ffx_key_is_test(const struct ffx_public_key *key)
{
    for (uint32_t i = 0; i < sizeof published / PREFIX; i++)
        if (memcmp(key->point + 1, published[i], PREFIX) == 0)
            return 1;
    return 0;
}
