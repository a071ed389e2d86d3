/* SPDX-License-Identifier: Apache-2.0 */
#include "diff/image_parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int image_parts_fail(struct diff_error *error, int code, const char *format,
                     ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    error->code = code;
    return code;
}

/* --- collecting ---------------------------------------------------------- */

static int goes_on(const struct image_part *last, const struct image_part *part)
{
    return (uint64_t)last->address + last->length == part->address &&
           last->runs_at + last->length == part->runs_at &&
           last->bytes + last->length == part->bytes;
}

int image_parts_add(struct image_parts *parts, const struct image_part *part,
                    struct diff_error *error)
{
    if (parts->count > 0 && goes_on(&parts->list[parts->count - 1], part)) {
        parts->list[parts->count - 1].length += part->length;
        return 0;
    }
    if (parts->count == parts->capacity) {
        const size_t capacity = parts->capacity * 2 + 16;
        struct image_part *list =
            realloc(parts->list, capacity * sizeof *parts->list);
        if (list == NULL)
            return image_parts_fail(error, FFX_ERR_SPACE, "out of memory");
        parts->list = list;
        parts->capacity = capacity;
    }
    parts->list[parts->count++] = *part;
    return 0;
}

void image_parts_free(struct image_parts *parts)
{
    free(parts->list);
    *parts = (struct image_parts){0};
}

/* --- checks -------------------------------------------------------------- */

static uint64_t end_of(const struct image_part *part)
{
    return (uint64_t)part->address + part->length;
}

static int by_address(const void *a, const void *b)
{
    const struct image_part *left = a, *right = b;
    if (left->address != right->address)
        return left->address < right->address ? -1 : 1;
    return left->where < right->where ? -1 : left->where > right->where;
}

/* Sorted parts: none over another, and not too far from each other. */
static int check(const struct image_parts *parts, const char *place,
                 struct diff_error *error)
{
    const struct image_part *list = parts->list;
    uint64_t fill = 0;
    for (size_t i = 1; i < parts->count; i++) {
        const uint64_t end = end_of(&list[i - 1]);
        if (list[i].address < end)
            return image_parts_fail(
                error, FFX_ERR_IO,
                "%s%u and %s%u both hold address 0x%08x: make one file of "
                "images that do not overlap",
                place, list[i - 1].where, place, list[i].where,
                list[i].address);
        fill += list[i].address - end;
        if (fill > IMAGE_FILE_FILL_MAX)
            return image_parts_fail(
                error, FFX_ERR_IO,
                "%s%u is at 0x%08x, %llu bytes behind what comes before: "
                "leave it out, with objcopy -R or srec_cat -crop",
                place, list[i].where, list[i].address,
                (unsigned long long)(list[i].address - end));
    }
    if (end_of(&list[parts->count - 1]) - list[0].address > IMAGE_FILE_MAX)
        return image_parts_fail(
            error, FFX_ERR_IO, "%s%u ends an image of more than %u MiB", place,
            list[parts->count - 1].where, IMAGE_FILE_MAX >> 20);
    return 0;
}

/* --- the image ----------------------------------------------------------- */

/* A gap does not end a segment: what goes on at the same distance between
 * offset and address still is one. */
static void add_segment(struct image_file *image, uint32_t offset,
                        const struct image_part *part)
{
    const size_t count = image->segment_count;
    struct diff_segment *last = &image->segments[count - (count > 0)];
    if (count > 0 && part->runs_at - last->base == offset - last->offset)
        last->length = offset + part->length - last->offset;
    else if (count < IMAGE_FILE_SEGMENTS)
        image->segments[image->segment_count++] =
            (struct diff_segment){offset, part->length, part->runs_at};
}

int image_parts_flatten(struct image_parts *parts, uint8_t fill,
                        const char *place, struct image_file *image,
                        struct diff_error *error)
{
    if (parts->count == 0)
        return image_parts_fail(error, FFX_ERR_IO,
                                "no bytes of an image are in it: build it "
                                "again");
    qsort(parts->list, parts->count, sizeof *parts->list, by_address);
    const int result = check(parts, place, error);
    if (result != 0)
        return result;
    const struct image_part *last = &parts->list[parts->count - 1];
    image->load = parts->list[0].address;
    image->load_known = 1;
    image->length = (size_t)(end_of(last) - image->load);
    image->bytes = image->made = malloc(image->length);
    if (image->made == NULL)
        return image_parts_fail(error, FFX_ERR_SPACE, "out of memory");
    memset(image->made, fill, image->length);
    for (size_t i = 0; i < parts->count; i++) {
        const struct image_part *part = &parts->list[i];
        const uint32_t offset = part->address - image->load;
        memcpy(image->made + offset, part->bytes, part->length);
        add_segment(image, offset, part);
    }
    return 0;
}
