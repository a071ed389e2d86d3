/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands behind the '?' of /MODEL/FROM/next: imei=N and channel=C, in any
 * order, each at most once. Other keys mean nothing here and are passed over,
 * such as what a client adds to get past a proxy's cache. Taken as it came: no
 * %-escape is undone, because neither value needs one.
 */
#ifndef FARFIX_STORE_QUERY_H
#define FARFIX_STORE_QUERY_H

#include "store/store_channels.h"

#define STORE_QUERY_MAX 200u /* characters */
#define STORE_QUERY_WHY 80u  /* longer than any reason */

struct store_query {
    char imei[STORE_IMEI_MAX + 1];       /* 14 to 16 digits, or "" */
    char channel[STORE_CHANNEL_MAX + 1]; /* a name of a channel, or "" */
};

/* `text` without the '?'; "" is a query too. 0, or 400 with the reason in one
 * line, and then `out` is empty. */
int store_query_parse(struct store_query *out, const char *text,
                      char why[STORE_QUERY_WHY]);

#endif
