/* SPDX-License-Identifier: Apache-2.0 */
#include "diff/image_elf.h"
#include "base/bytes.h"
#include "diff/image_parts.h"

/* Names and offsets are those of the System V ABI, "Object Files". */
#define EHDR_BYTES 52u
#define PHDR_BYTES 32u
#define SHDR_BYTES 40u
#define ET_EXEC 2u
#define EM_ARM 40u
#define PT_LOAD 1u
#define PT_DYNAMIC 2u
#define PT_INTERP 3u
#define SHT_NOBITS 8u
#define SHF_ALLOC 2u
#define PN_MAX 256u /* more program headers than any linker writes */

struct elf {
    const uint8_t *bytes;
    uint32_t length;
    uint32_t type, machine;
    uint32_t phoff, phnum; /* phnum 0: none, or not all inside the file */
    uint32_t shoff, shnum; /* as above */
    int headers_cut;       /* some are outside the file */
};

struct phdr {
    uint32_t type, offset, vaddr, paddr, filesz;
};

struct shdr {
    uint32_t type, flags, addr, offset, size;
};

static int inside(const struct elf *elf, uint32_t offset, uint64_t bytes)
{
    return offset <= elf->length && bytes <= elf->length - offset;
}

/* Is it ELF32, little endian? */
static int open_elf(struct elf *elf, const uint8_t *bytes, size_t length)
{
    static const uint8_t ident[] = {0x7f, 'E', 'L', 'F', 1, 1, 1};
    *elf = (struct elf){.bytes = bytes, .length = (uint32_t)length};
    if (length < EHDR_BYTES || length > UINT32_MAX ||
        memcmp(bytes, ident, sizeof ident) != 0)
        return 0;
    elf->type = bytes_get16(bytes + 16);
    elf->machine = bytes_get16(bytes + 18);
    elf->phoff = bytes_get32(bytes + 28);
    elf->shoff = bytes_get32(bytes + 32);
    if (bytes_get16(bytes + 42) == PHDR_BYTES)
        elf->phnum = bytes_get16(bytes + 44);
    if (bytes_get16(bytes + 46) == SHDR_BYTES)
        elf->shnum = bytes_get16(bytes + 48);
    if (elf->phnum > PN_MAX ||
        !inside(elf, elf->phoff, (uint64_t)elf->phnum * PHDR_BYTES)) {
        elf->phnum = 0;
        elf->headers_cut = 1;
    }
    if (!inside(elf, elf->shoff, (uint64_t)elf->shnum * SHDR_BYTES)) {
        elf->shnum = 0;
        elf->headers_cut = 1;
    }
    return 1;
}

static struct phdr get_phdr(const struct elf *elf, uint32_t i)
{
    const uint8_t *p = elf->bytes + elf->phoff + i * PHDR_BYTES;
    return (struct phdr){bytes_get32(p), bytes_get32(p + 4), bytes_get32(p + 8),
                         bytes_get32(p + 12), bytes_get32(p + 16)};
}

static struct shdr get_shdr(const struct elf *elf, uint32_t i)
{
    const uint8_t *p = elf->bytes + elf->shoff + i * SHDR_BYTES;
    return (struct shdr){bytes_get32(p + 4), bytes_get32(p + 8),
                         bytes_get32(p + 12), bytes_get32(p + 16),
                         bytes_get32(p + 20)};
}

/* Does the section hold bytes of the image that come from this segment? */
static int is_in(const struct shdr *section, const struct phdr *segment)
{
    return (section->flags & SHF_ALLOC) != 0 && section->type != SHT_NOBITS &&
           section->size > 0 && section->offset >= segment->offset &&
           (uint64_t)section->offset + section->size <=
               (uint64_t)segment->offset + segment->filesz;
}

static int is_loaded(const struct phdr *segment)
{
    return segment->type == PT_LOAD && segment->filesz > 0;
}

/* --- firmware or not ----------------------------------------------------- */

/* A linker for an OS loads the file's own headers and puts code right behind
 * them. One for firmware may let the segment start at the page that they are
 * in, but its first section comes at an address that its script chose. */
static int loads_its_headers(const struct elf *elf, const struct phdr *segment)
{
    const uint32_t headers = elf->phoff + elf->phnum * PHDR_BYTES;
    uint32_t first = UINT32_MAX;
    if (segment->offset >= headers)
        return 0;
    for (uint32_t i = 0; i < elf->shnum; i++) {
        const struct shdr section = get_shdr(elf, i);
        if (is_in(&section, segment) && section.offset < first)
            first = section.offset;
    }
    return elf->shnum == 0 || first < headers + 64;
}

int image_elf_is_firmware(const uint8_t *bytes, size_t length)
{
    struct elf elf;
    if (!open_elf(&elf, bytes, length) || elf.type != ET_EXEC ||
        elf.machine != EM_ARM)
        return 0;
    for (uint32_t i = 0; i < elf.phnum; i++) {
        const struct phdr segment = get_phdr(&elf, i);
        if (segment.type == PT_INTERP || segment.type == PT_DYNAMIC ||
            (is_loaded(&segment) && loads_its_headers(&elf, &segment)))
            return 0;
    }
    return 1;
}

/* --- flattening ---------------------------------------------------------- */

/* Some linkers leave all physical addresses 0: then there are none. */
static int has_physical(const struct elf *elf)
{
    uint32_t loads = 0;
    for (uint32_t i = 0; i < elf->phnum; i++) {
        const struct phdr segment = get_phdr(elf, i);
        if (segment.paddr != 0)
            return 1;
        loads += is_loaded(&segment) ? 1u : 0u;
    }
    return loads < 2;
}

static int add_range(const struct elf *elf, const struct phdr *segment,
                     uint32_t offset, uint32_t length,
                     struct image_parts *parts, struct diff_error *error)
{
    const uint32_t delta = offset - segment->offset;
    const struct image_part part = {
        .address = segment->paddr + delta,
        .runs_at = segment->vaddr + delta,
        .bytes = elf->bytes + offset,
        .length = length,
        .where = offset,
    };
    if ((uint64_t)segment->paddr + delta + length > (uint64_t)1 << 32)
        return image_parts_fail(error, FFX_ERR_IO,
                                "offset %u: its segment runs over the end of "
                                "memory at 0x%08x: link it again",
                                offset, segment->paddr);
    return image_parts_add(parts, &part, error);
}

/* Only sections are the image: between them a segment has padding, and at its
 * start maybe the file's headers. */
static int add_segment(const struct elf *elf, const struct phdr *segment,
                       struct image_parts *parts, struct diff_error *error)
{
    int result = 0;
    if (!inside(elf, segment->offset, segment->filesz))
        return image_parts_fail(error, FFX_ERR_IO,
                                "offset %u: a segment of %u bytes goes beyond "
                                "the file's end: fetch all of it again",
                                segment->offset, segment->filesz);
    if (elf->shnum == 0)
        return add_range(elf, segment, segment->offset, segment->filesz, parts,
                         error);
    for (uint32_t i = 0; result == 0 && i < elf->shnum; i++) {
        const struct shdr section = get_shdr(elf, i);
        if (is_in(&section, segment))
            result = add_range(elf, segment, section.offset, section.size,
                               parts, error);
    }
    return result;
}

int image_elf_read(struct image_file *image, const uint8_t *bytes,
                   size_t length, struct diff_error *error)
{
    struct elf elf;
    struct image_parts parts = {0};
    image->kind = IMAGE_ELF;
    if (!open_elf(&elf, bytes, length) || elf.headers_cut)
        return image_parts_fail(error, FFX_ERR_IO,
                                "offset %u: headers of this ELF file are "
                                "beyond its end: fetch all of it again",
                                elf.phnum == 0 ? elf.phoff : elf.shoff);
    const int physical = has_physical(&elf);
    int result = 0;
    for (uint32_t i = 0; result == 0 && i < elf.phnum; i++) {
        struct phdr segment = get_phdr(&elf, i);
        if (!physical)
            segment.paddr = segment.vaddr;
        if (is_loaded(&segment))
            result = add_segment(&elf, &segment, &parts, error);
    }
    if (result == 0)
        result = image_parts_flatten(&parts, 0, "offset ", image, error);
    image_parts_free(&parts);
    return result;
}

/* --- as it is ------------------------------------------------------------ */

size_t image_elf_segments(const uint8_t *bytes, size_t length,
                          struct diff_segment *segments, size_t most)
{
    struct elf elf;
    size_t count = 0;
    uint32_t end = 0;
    if (!open_elf(&elf, bytes, length))
        return 0;
    for (uint32_t i = 0; i < elf.phnum && count < most; i++) {
        const struct phdr segment = get_phdr(&elf, i);
        if (!is_loaded(&segment) || segment.offset < end ||
            !inside(&elf, segment.offset, segment.filesz))
            continue;
        segments[count++] = (struct diff_segment){
            segment.offset, segment.filesz, segment.vaddr};
        end = segment.offset + segment.filesz;
    }
    return count;
}
