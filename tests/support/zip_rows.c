/* SPDX-License-Identifier: Apache-2.0 */
#include "zip_rows_table.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const struct zip_table *const tables[] = {
    &zip_rows_metadata,  &zip_rows_fields, &zip_rows_names,
    &zip_rows_structure, &zip_rows_signed,
};

#define TABLES (sizeof tables / sizeof *tables)

uint32_t zip_row_count(void)
{
    uint32_t count = 0;
    for (size_t i = 0; i < TABLES; i++)
        count += tables[i]->count;
    return count;
}

const struct zip_row *zip_row(uint32_t i)
{
    size_t table = 0;
    while (i >= tables[table]->count) {
        i -= tables[table++]->count;
        assert(table < TABLES);
    }
    return &tables[table]->rows[i];
}

int zip_row_is_wanted(const struct zip_row *row)
{
    const char *const wanted = getenv("FARFIX_ROW");
    return wanted == NULL || strcmp(wanted, row->id) == 0;
}

int zip_row_is_of(const struct zip_row *row, const char *word)
{
    const size_t length = strlen(word);
    return strncmp(row->id, word, length) == 0 && row->id[length] == '-';
}

struct forge_bytes zip_row_make(const struct zip_row *row,
                                const struct forge *forge)
{
    static struct plan plan;
    plan_begin(&plan, forge);
    if (row->shape)
        row->shape(&plan, row);
    for (uint32_t i = 0; i < 3; i++) {
        const struct plan_edit *const edit = &row->edits[i];
        if (edit->how != PLAN_KEEP)
            plan_edit(&plan, edit->how, edit->where, edit->item, edit->field,
                      edit->value);
    }
    return plan_pack(&plan);
}

/* --- deflate (RFC 1951) -------------------------------------------------- */

struct bits {
    uint8_t *at;
    uint32_t count;
};

/* Low bit first, as numbers are. */
static void put_bits(struct bits *bits, uint32_t value, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++, bits->count++)
        bits->at[bits->count / 8] |=
            (uint8_t)((value >> i & 1) << bits->count % 8);
}

/* High bit first, as codes are. */
static void put_code(struct bits *bits, uint32_t code, uint32_t count)
{
    while (count-- > 0)
        put_bits(bits, code >> count & 1, 1);
}

/* One block of the fixed code: a literal 0, then copies of 258 bytes from one
 * byte back (13 bits each), the rest as literals. */
struct plan_bytes zip_deflated_zeros(struct plan *plan, uint32_t size)
{
    const uint32_t room = 16 + (size / 258 * 13 + 258 * 8) / 8;
    struct bits bits = {plan_take(plan, room), 0};
    put_bits(&bits, 1, 1);
    put_bits(&bits, 1, 2);
    for (uint32_t done = 0; done < size;) {
        if (done != 0 && size - done >= 258) {
            put_code(&bits, 0xc5, 8); /* length 258 */
            put_code(&bits, 0, 5);    /* distance 1 */
            done += 258;
        } else {
            put_code(&bits, 0x30, 8); /* literal 0 */
            done++;
        }
    }
    put_code(&bits, 0, 7);
    return (struct plan_bytes){bits.at, (bits.count + 7) / 8};
}

struct plan_bytes zip_deflated(struct plan *plan, struct plan_bytes plain)
{
    uint8_t *const at = plan_take(plan, 5 + plain.length);
    assert(plain.length < 65536);
    at[0] = 1; /* the last block, stored */
    plan_put(at + 1, plain.length, 2);
    plan_put(at + 3, ~plain.length, 2);
    memcpy(at + 5, plain.at, plain.length);
    return (struct plan_bytes){at, 5 + plain.length};
}
