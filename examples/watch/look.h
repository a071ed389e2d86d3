/* SPDX-License-Identifier: Apache-2.0 */
/* One look: ask the store, believe what is signed, bring it in. */
#include "template/template_port.h"
#include <farfix/package.h>

#define STORE "http://fota.example/"

extern const struct ffx_public_key release_key;
extern char url[200]; /* of the offer, then of the package */

enum ffx_cause look(void);

/* offer.c: where the offer for this module is, its bytes, what it says. */
void offer_event(void *context, const struct ffx_driver_event *event);
void offer_bytes(void *context, uint32_t offset, const void *bytes,
                 uint32_t length);
int offer_read(struct ffx_offer *offer); /* 1: good, and for this module */
