/* SPDX-License-Identifier: Apache-2.0 */
#include "zip_plan.h"

#include "base/crc32.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define LOCAL_BYTES 30u
#define CENTRAL_BYTES 46u
#define END_BYTES 22u

/* APPNOTE 4.3.7, 4.3.12 and 4.3.16. */
static const struct {
    uint8_t bytes, local, central, end;
} places[PLAN_FIELDS] = {
    [PLAN_SIGNATURE] = {4, 0, 0, 0},       [PLAN_NEEDED] = {2, 4, 6, 0},
    [PLAN_FLAGS] = {2, 6, 8, 0},           [PLAN_METHOD] = {2, 8, 10, 0},
    [PLAN_TIME] = {2, 10, 12, 0},          [PLAN_DATE] = {2, 12, 14, 0},
    [PLAN_CRC32] = {4, 14, 16, 0},         [PLAN_PACKED] = {4, 18, 20, 0},
    [PLAN_SIZE] = {4, 22, 24, 0},          [PLAN_NAME_LENGTH] = {2, 26, 28, 0},
    [PLAN_EXTRA_LENGTH] = {2, 28, 30, 0},  [PLAN_MADE_BY] = {2, 0, 4, 0},
    [PLAN_COMMENT_LENGTH] = {2, 0, 32, 0}, [PLAN_DISK] = {2, 0, 34, 0},
    [PLAN_INTERNAL] = {2, 0, 36, 0},       [PLAN_EXTERNAL] = {4, 0, 38, 0},
    [PLAN_OFFSET] = {4, 0, 42, 0},         [PLAN_END_SIGNATURE] = {4, 0, 0, 0},
    [PLAN_END_DISK] = {2, 0, 0, 4},        [PLAN_END_START] = {2, 0, 0, 6},
    [PLAN_END_HERE] = {2, 0, 0, 8},        [PLAN_END_TOTAL] = {2, 0, 0, 10},
    [PLAN_END_BYTES] = {4, 0, 0, 12},      [PLAN_END_OFFSET] = {4, 0, 0, 16},
    [PLAN_END_COMMENT] = {2, 0, 0, 20},
};

/* --- pieces -------------------------------------------------------------- */

uint8_t *plan_take(struct plan *plan, uint32_t length)
{
    assert(length <= PLAN_ROOM - plan->used);
    uint8_t *const at = plan->room + plan->used;
    memset(at, 0, length);
    plan->used += length;
    return at;
}

struct plan_bytes plan_copy(struct plan *plan, const void *bytes,
                            uint32_t length)
{
    uint8_t *const at = plan_take(plan, length);
    if (length != 0)
        memcpy(at, bytes, length);
    return (struct plan_bytes){at, length};
}

struct plan_bytes plan_text(const char *text)
{
    return (struct plan_bytes){(const uint8_t *)text, (uint32_t)strlen(text)};
}

struct plan_bytes plan_join(struct plan *plan, struct plan_bytes a,
                            struct plan_bytes b)
{
    uint8_t *const at = plan_take(plan, a.length + b.length);
    if (a.length != 0)
        memcpy(at, a.at, a.length);
    if (b.length != 0)
        memcpy(at + a.length, b.at, b.length);
    return (struct plan_bytes){at, a.length + b.length};
}

void plan_put(uint8_t *at, uint64_t value, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

struct plan_bytes plan_extra(struct plan *plan, uint32_t number,
                             const void *bytes, uint32_t length)
{
    uint8_t *const at = plan_take(plan, 4 + length);
    plan_put(at, number, 2);
    plan_put(at + 2, length, 2);
    if (length != 0)
        memcpy(at + 4, bytes, length);
    return (struct plan_bytes){at, 4 + length};
}

/* --- items --------------------------------------------------------------- */

struct plan_item *plan_insert(struct plan *plan, uint32_t at, const char *name,
                              const void *bytes, uint32_t length)
{
    struct plan_item *const item = &plan->items[at];
    assert(plan->count < PLAN_ITEMS && at <= plan->count);
    memmove(item + 1, item, (plan->count - at) * sizeof *item);
    plan->count++;
    memset(item, 0, sizeof *item);
    item->name = item->central_name = plan_text(name);
    item->data = (struct plan_bytes){bytes, length};
    for (uint32_t i = 0; i < plan->count; i++) {
        plan->order[i] = i;
        if (i > at && plan->items[i].points_to >= at)
            plan->items[i].points_to++;
    }
    item->points_to = at;
    return item;
}

void plan_remove(struct plan *plan, uint32_t item)
{
    plan->count--;
    memmove(&plan->items[item], &plan->items[item + 1],
            (plan->count - item) * sizeof plan->items[0]);
    for (uint32_t i = item; i < plan->count; i++)
        plan->items[i].points_to = i;
}

void plan_begin(struct plan *plan, const struct forge *forge)
{
    memset(plan, 0, offsetof(struct plan, room));
    plan->used = 0;
    plan->forge = forge;
    for (uint32_t i = 0; i < forge->entry_count; i++) {
        const struct forge_entry *const entry = &forge->entries[i];
        plan_insert(plan, i, entry->name, entry->bytes, entry->length);
    }
}

void plan_edit(struct plan *plan, enum plan_how how, enum plan_where where,
               uint32_t item, enum plan_field field, uint32_t value)
{
    assert(plan->edit_count < PLAN_EDITS);
    plan->edits[plan->edit_count++] =
        (struct plan_edit){how, where, item, field, value};
}

/* --- the file ------------------------------------------------------------ */

void plan_lay(struct plan *plan)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < plan->count; i++) {
        const struct plan_item *const item = &plan->items[i];
        at += item->before.length;
        plan->local[i] = at;
        if (!item->no_local)
            at += LOCAL_BYTES + item->name.length + item->local_extra.length +
                  item->data.length + item->behind.length;
    }
    at += plan->gap.length;
    plan->directory = at;
    for (uint32_t k = 0; k < plan->count; k++) {
        const struct plan_item *const item = &plan->items[plan->order[k]];
        plan->central[plan->order[k]] = at;
        if (!item->no_central)
            at += CENTRAL_BYTES + item->central_name.length +
                  item->central_extra.length + item->comment.length;
    }
    plan->end = at + plan->between.length;
    plan->length =
        plan->end + END_BYTES + plan->comment.length + plan->tail.length;
}

static void put(struct forge_bytes *out, struct plan_bytes piece)
{
    if (piece.length != 0)
        memcpy(out->bytes + out->length, piece.at, piece.length);
    out->length += piece.length;
}

/* From "version needed" to "extra length": both headers have it. */
static void put_common(uint8_t *at, const struct plan_item *item,
                       struct plan_bytes name, struct plan_bytes extra)
{
    plan_put(at, 10, 2);
    plan_put(at + 8, 0x0021, 2);
    plan_put(at + 10, crc32_add(0, item->data.at, item->data.length), 4);
    plan_put(at + 14, item->data.length, 4);
    plan_put(at + 18, item->data.length, 4);
    plan_put(at + 22, name.length, 2);
    plan_put(at + 24, extra.length, 2);
}

static void put_local(struct forge_bytes *out, const struct plan_item *item)
{
    uint8_t header[LOCAL_BYTES] = {'P', 'K', 3, 4};
    put(out, item->before);
    if (item->no_local)
        return;
    put_common(header + 4, item, item->name, item->local_extra);
    put(out, (struct plan_bytes){header, sizeof header});
    put(out, item->name);
    put(out, item->local_extra);
    put(out, item->data);
    put(out, item->behind);
}

static void put_central(struct forge_bytes *out, const struct plan *plan,
                        const struct plan_item *item)
{
    uint8_t header[CENTRAL_BYTES] = {'P', 'K', 1, 2, 0x14, 3};
    if (item->no_central)
        return;
    put_common(header + 6, item, item->central_name, item->central_extra);
    plan_put(header + 32, item->comment.length, 2);
    plan_put(header + 38, 0x81a40000, 4);
    plan_put(header + 42, plan->local[item->points_to], 4);
    put(out, (struct plan_bytes){header, sizeof header});
    put(out, item->central_name);
    put(out, item->central_extra);
    put(out, item->comment);
}

static void put_end(struct forge_bytes *out, const struct plan *plan)
{
    uint8_t record[END_BYTES] = {'P', 'K', 5, 6};
    uint32_t entries = 0;
    for (uint32_t i = 0; i < plan->count; i++)
        entries += !plan->items[i].no_central;
    plan_put(record + 8, entries, 2);
    plan_put(record + 10, entries, 2);
    plan_put(record + 12, plan->end - plan->between.length - plan->directory,
             4);
    plan_put(record + 16, plan->directory, 4);
    plan_put(record + 20, plan->comment.length, 2);
    put(out, (struct plan_bytes){record, sizeof record});
    put(out, plan->comment);
    put(out, plan->tail);
}

static void apply_at(uint8_t *at, uint32_t bytes, const struct plan_edit *edit)
{
    uint64_t value = 0;
    for (uint32_t i = 0; i < bytes; i++)
        value |= (uint64_t)at[i] << 8 * i;
    if (edit->how == PLAN_SET)
        value = edit->value;
    else if (edit->how == PLAN_ADD)
        value += edit->value;
    else if (edit->how == PLAN_XOR)
        value ^= edit->value;
    plan_put(at, value, bytes);
}

static void apply(struct forge_bytes *out, const struct plan *plan,
                  const struct plan_edit *edit)
{
    const uint32_t bytes = places[edit->field].bytes;
    const uint32_t item = edit->item;
    if (edit->where == PLAN_LOCAL || edit->where == PLAN_BOTH)
        apply_at(out->bytes + plan->local[item] + places[edit->field].local,
                 bytes, edit);
    if (edit->where == PLAN_CENTRAL || edit->where == PLAN_BOTH)
        apply_at(out->bytes + plan->central[item] + places[edit->field].central,
                 bytes, edit);
    if (edit->where == PLAN_END)
        apply_at(out->bytes + plan->end + places[edit->field].end, bytes, edit);
}

struct forge_bytes plan_pack(struct plan *plan)
{
    plan_lay(plan);
    struct forge_bytes out = {malloc(plan->length + 1), 0};
    assert(out.bytes != NULL);
    for (uint32_t i = 0; i < plan->count; i++)
        put_local(&out, &plan->items[i]);
    put(&out, plan->gap);
    for (uint32_t k = 0; k < plan->count; k++)
        put_central(&out, plan, &plan->items[plan->order[k]]);
    put(&out, plan->between);
    put_end(&out, plan);
    assert(out.length == plan->length);
    for (uint32_t i = 0; i < plan->edit_count; i++)
        apply(&out, plan, &plan->edits[i]);
    return out;
}
