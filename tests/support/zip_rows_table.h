/* SPDX-License-Identifier: Apache-2.0 */
/* What the tables of zip_rows.h are written with. */
#ifndef FARFIX_TESTS_ZIP_ROWS_TABLE_H
#define FARFIX_TESTS_ZIP_ROWS_TABLE_H

#include "zip_rows.h"

#include <farfix/error.h>

/* Items of the honest package. */
enum {
    RELEASE,
    RELEASE_SIG,
    CERT,
    CERT_SIG,
    PACKAGE,
    PACKAGE_SIG,
    MODEM, /* modem.patch */
    AP     /* ap.bin */
};

/* One field of one header: SET(LOCAL, AP, METHOD, 8). */
#define SET(where, item, field, value)                                         \
    {                                                                          \
        PLAN_SET, PLAN_##where, item, PLAN_##field, value                      \
    }
#define ADD(where, item, field, value)                                         \
    {                                                                          \
        PLAN_ADD, PLAN_##where, item, PLAN_##field, (uint32_t)(value)          \
    }
#define XOR(where, item, field, value)                                         \
    {                                                                          \
        PLAN_XOR, PLAN_##where, item, PLAN_##field, value                      \
    }
#define EDITS(id, ...)                                                         \
    {                                                                          \
        id, FFX_ERR_ZIP, NULL, 0, 0, NULL, 0,                                  \
        {                                                                      \
            __VA_ARGS__                                                        \
        }                                                                      \
    }
#define SHAPE(id, shape, a, b)                                                 \
    {                                                                          \
        id, FFX_ERR_ZIP, shape, a, b, NULL, 0,                                 \
        {                                                                      \
            {                                                                  \
                PLAN_KEEP, PLAN_LOCAL, 0, PLAN_SIGNATURE, 0                    \
            }                                                                  \
        }                                                                      \
    }
#define NAMED(id, shape, a, text)                                              \
    {                                                                          \
        id, FFX_ERR_ZIP, shape, a, 0, text, sizeof(text) - 1,                  \
        {                                                                      \
            {                                                                  \
                PLAN_KEEP, PLAN_LOCAL, 0, PLAN_SIGNATURE, 0                    \
            }                                                                  \
        }                                                                      \
    }
#define VERDICT(id, verdict, shape, a, b, text)                                \
    {                                                                          \
        id, verdict, shape, a, b, text, sizeof(text) - 1,                      \
        {                                                                      \
            {                                                                  \
                PLAN_KEEP, PLAN_LOCAL, 0, PLAN_SIGNATURE, 0                    \
            }                                                                  \
        }                                                                      \
    }

struct zip_table {
    const struct zip_row *rows;
    uint32_t count;
};
extern const struct zip_table zip_rows_metadata, zip_rows_fields,
    zip_rows_names, zip_rows_structure, zip_rows_signed;

/* A small deflate stream of `size` zeros: its length; the bytes are the
 * plan's. Whatever the ratio, it costs no memory of that size. */
struct plan_bytes zip_deflated_zeros(struct plan *plan, uint32_t size);
/* The same bytes as deflate would store them. */
struct plan_bytes zip_deflated(struct plan *plan, struct plan_bytes plain);

#endif
