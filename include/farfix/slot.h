/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door to other boot loaders: the application that runs makes B from a
 * package and from itself, in a second slot or an external flash, and marks
 * it for MCUboot or ESP-IDF to boot. No boot stage of ours, no journal.
 *
 *     rc = ffx_slot_begin(&slot, &config);      nothing is written yet
 *     if (rc == 0)
 *         rc = ffx_slot_run(&slot);             or step by step
 *     if (rc == 0)
 *         rc = ffx_slot_mcuboot_pending(&slot, &mcuboot);
 *
 * Everything is checked before the first erase: signatures, model, source
 * version, sequence, digests of payload and source, the whole plan of copies,
 * sizes. Then the target area is erased from its end on, so that an old mark
 * goes first; B is written and read back; and B is in the slot when the
 * digest of what the flash gives is the signed one. Only then the slot can be
 * marked. What runs is only read.
 *
 * The caller stores nothing. After a cut, or an error, begin again: what
 * stands in the target is worth nothing, and is never marked. But on trial the
 * way back stands there: confirm what runs before the first step. Version,
 * sequence and trusted keys are constants of the application: B brings its
 * own. So nobody need act on next_key and revoke of a release; a build that
 * rotates keys has the new ones in it.
 *
 * Memory: the structs, one step buffer, one work buffer for the patch reader.
 * No heap. Not thread safe; callbacks must not call back.
 */
#ifndef FARFIX_SLOT_H
#define FARFIX_SLOT_H

#include <farfix/package.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FFX_SLOT_STEPS 1024u /* most steps of a delta */

struct ffx_slot_config {
    const struct ffx_crypto *crypto;
    /* The whole update.zip. Anything that can be read at random and stays as
     * it is until the end: RAM, a flash, a file in the module. */
    struct ffx_read_at package;
    const struct ffx_public_key *trusted; /* release keys */
    uint32_t trusted_count;               /* 1..255 */
    uint8_t allow_test_keys;              /* 0 in every product: agent.h */

    /* What runs. */
    const char *model, *version;
    uint32_t sequence;
    const char *component; /* which of the release's: "app" */
    /* Its image, from the first byte; may be longer, such as the whole slot.
     * read null: for images that do not run as their maker packed them
     * (MCUboot decrypts). Takes full images then, by version alone. */
    struct ffx_read_at source;

    /* Where B goes: whole sectors, all of which are erased. Neither the source
     * nor the package may lie there. */
    const struct ffx_flash *flash;
    struct ffx_flash_area target;
    /* Bytes of `target` in front of B: whole write units. 0, but one sector
     * for MCUboot's swap using offset. */
    uint32_t start;
    /* Bytes at the end of `target` that B must not reach: MCUboot's trailer,
     * ffx_slot_mcuboot_trailer; 0 for ESP-IDF. */
    uint32_t reserve;

    /* One step as the package was made for, or more; at least
     * FFX_PACKAGE_BUFFER_MIN. Any alignment. */
    void *step_buffer;
    uint32_t step_bytes;
    /* RAM for the patch reader, aligned like a pointer: the profile. 0 takes
     * full images only. */
    void *work;
    uint32_t work_bytes;
};

/* Public only so that it can be allocated. May not be moved after begin. */
struct ffx_slot {
    struct ffx_slot_config config;
    struct ffx_package package; /* .release: what B is, after begin */
    struct ffx_payload payload;
    struct ffx_payload_reader reader;
    struct ffx_sha256 hash;
    struct ffx_step step; /* in the step buffer */
    uint32_t cursor;      /* bytes done of the present stage */
    uint32_t finished;    /* bytes of B in the target */
    int32_t error;        /* why nothing but begin helps; 0 */
    uint8_t stage;
    uint8_t touched;
    uint8_t part, image; /* of `component`: indexes in manifest and release */
    /* Bit i: step i by position stands in the target. */
    uint8_t steps[FFX_SLOT_STEPS / 8];
};

/* Checks config, signatures and facts. Reads the package's signed part, writes
 * nothing. FFX_ERR_ARGUMENT: a pointer is missing, the target is not made of
 * whole sectors, `start` not of whole units; FFX_ERR_BUFFER: the step buffer
 * is too small for any package; FFX_ERR_MODEL, _SOURCE, _SEQUENCE, _TEST_KEY:
 * not for what runs; FFX_ERR_GEOMETRY: no payload for `component`, or B, its
 * step, its RAM do not fit; what ffx_package_open says. */
int ffx_slot_begin(struct ffx_slot *slot, const struct ffx_slot_config *config);

/* One bounded piece of work: a step buffer's worth of reading, one step made,
 * or one flash operation. 1: call again; 0: B is in the slot, verified.
 * FFX_ERR_IO: a port could not read, nothing has moved, the call may be
 * repeated. Anything else is for good, and later calls say it again:
 * FFX_ERR_ZIP, _PAYLOAD: the package is damaged; FFX_ERR_SOURCE: `source` is
 * not what it was made from; FFX_ERR_PATCH; FFX_ERR_FLASH: the target does not
 * take its bytes; FFX_ERR_DIGEST: or does not keep them; FFX_ERR_BUSY: not
 * begun. */
int ffx_slot_step(struct ffx_slot *slot);

/* Steps until it does not return 1. */
int ffx_slot_run(struct ffx_slot *slot);

/* 1 from the first erase on: the target is not what it was. */
int ffx_slot_touched(const struct ffx_slot *slot);

/* 0..100: of B's bytes, in the target. */
uint32_t ffx_slot_percent(const struct ffx_slot *slot);

/* --- MCUboot --------------------------------------------------------------
 *
 * The image trailer at the end of the secondary slot as MCUboot's design
 * document has it ("Image trailer", "Image trailers", State II and III). B is
 * imgtool's signed output as it is, header and TLVs included: farfix carries
 * it, and MCUboot verifies its own signature before it boots B. */

struct ffx_slot_mcuboot {
    /* As MCUboot was built. 0 means the default in brackets. */
    uint32_t max_align;   /* MCUBOOT_BOOT_MAX_ALIGN: 8, 16, 32 [8] */
    uint32_t max_sectors; /* MCUBOOT_MAX_IMG_SECTORS: 1..32768 [128] */
    /* min-write-size, a power of two: the larger one where the slots are in two
     * flashes, so flash->write_unit at least, max_align at most
     * [flash->write_unit] */
    uint32_t write_size;
    /* Where encrypted, what the trailer keeps of each slot's key [16]: 32 with
     * MCUBOOT_AES_256; BOOT_ENC_TLV_SIZE with MCUBOOT_SWAP_SAVE_ENCTLV. At most
     * 256. */
    uint32_t key_bytes;
    uint8_t encrypted;   /* 1: MCUBOOT_ENC_IMAGES */
    uint8_t offset_swap; /* 1: MCUBOOT_SWAP_USING_OFFSET */
    uint8_t image;       /* of several, 0..14: slot of which one this is */
    /* 0: B runs once, and again only if it confirms itself
     * (boot_set_confirmed); 1: B stays, whatever it does. */
    uint8_t permanent;
};

/* Bytes of the trailer, for config.reserve. FFX_ERR_ARGUMENT: MCUboot cannot
 * be built so, or the flash has larger units than max_align. */
int ffx_slot_mcuboot_trailer(const struct ffx_flash *flash,
                             const struct ffx_slot_mcuboot *mcuboot);

/* Marks the slot, in which ffx_slot_step has verified B, for the next boot:
 * up to three writes, the magic last, so that a cut leaves either no mark or
 * the right one. FFX_ERR_BUSY: B is not verified, or the place of the trailer
 * is not erased (a mark of before, or a cut in here): nothing was written, and
 * only the erase of a new begin helps. FFX_ERR_GEOMETRY: B reaches into it, or
 * the slot does not end at a multiple of max_align; FFX_ERR_FLASH,
 * FFX_ERR_ARGUMENT. */
int ffx_slot_mcuboot_pending(struct ffx_slot *slot,
                             const struct ffx_slot_mcuboot *mcuboot);

#ifdef __cplusplus
}
#endif
#endif
