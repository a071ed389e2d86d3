/* SPDX-License-Identifier: Apache-2.0 */
/* What our own reader refuses never leaves the maker. Room-internal. */
#ifndef FARFIX_PACK_READ_BACK_H
#define FARFIX_PACK_READ_BACK_H

#include "pack/trust.h"

/* Opens `zip` as a device does that runs A and trusts these keys, and reads
 * every byte of it: it must lead to this very B. `package` is open after
 * success, for as long as `zip` stays as it is. Codes of ffx_package_open,
 * ffx_package_check and pack_source_check; FFX_ERR_MANIFEST: it leads to
 * another release. */
int read_back(struct ffx_package *package, const struct pack_buffer *zip,
              const struct trust *trust, const struct pack_release *from,
              const struct pack_release *to, struct pack_error *error);

#endif
