/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Errors of every room, in one enum.
 *
 * Functions return 0 or a positive value when they did what was asked and a
 * negative ffx_error when they did not. A device never guesses: each code
 * says what the caller may do next.
 */
#ifndef FARFIX_ERROR_H
#define FARFIX_ERROR_H

#ifdef __cplusplus
extern "C" {
#endif

enum ffx_error {
    FFX_OK = 0,

    /* The caller broke the contract of the header. Nothing was done; the
     * call will fail the same way again until the caller is mended. */
    FFX_ERR_ARGUMENT = -1,
    /* A buffer or limit of the config struct is too small for the input. */
    FFX_ERR_BUFFER = -2,
    /* The call does not fit the present state. Ask the state, call later. */
    FFX_ERR_BUSY = -3,

    /* A read_at, file or socket port failed. May be repeated. */
    FFX_ERR_IO = -10,
    /* Erase or program failed, or did not read back. Repeating may help;
     * a sector that keeps failing is stuck. */
    FFX_ERR_FLASH = -11,
    /* Flash words that cannot be read (torn under ECC). Where a cut may have
     * torn them this is data, not a fault; erasing the sector heals it. */
    FFX_ERR_ECC = -12,
    /* The supply is gone: only instruments (host/lab) say so. Return to
     * the caller at once and touch nothing. */
    FFX_ERR_POWER = -13,
    /* No room left in a file system or area. */
    FFX_ERR_SPACE = -14,

    /* There is no /fota/update.zip. Put one there. */
    FFX_ERR_NO_PACKAGE = -20,
    /* Not exactly the container of docs/package-format.md: truncated,
     * altered, or packed by another tool. Fetch it again. */
    FFX_ERR_ZIP = -21,
    /* A manifest's text is not canonical, or a field is out of its range. */
    FFX_ERR_MANIFEST = -22,
    /* No trusted key made this signature. Do not use anything it covers. */
    FFX_ERR_SIGNATURE = -23,
    /* The delegated package key is not valid for this model or sequence. */
    FFX_ERR_CERT = -24,
    /* Made for another model. Ask for the package of this model. */
    FFX_ERR_MODEL = -25,
    /* Made for another source version, or the source's digest differs. */
    FFX_ERR_SOURCE = -26,
    /* Not newer than what is installed, or too far ahead. */
    FFX_ERR_SEQUENCE = -27,
    /* Sector, step, RAM or slot size do not fit this device. */
    FFX_ERR_GEOMETRY = -28,
    /* Payload bytes differ from their signed digest. Fetch it again. */
    FFX_ERR_PAYLOAD = -29,
    /* A patch is not one that our maker wrote. */
    FFX_ERR_PATCH = -30,
    /* An image in flash differs from its signed digest. */
    FFX_ERR_DIGEST = -31,
    /* Recovery needs a full image of the same or a newer release, or the
     * very package whose installation was begun. */
    FFX_ERR_RECOVERY = -32,
    /* The new firmware ran on trial and did not confirm itself in time. */
    FFX_ERR_TRIAL = -33,
    /* A release key that everybody can sign with (ffx_key_is_test): it signed
     * the release, or the release introduces it. Use a key of your own. */
    FFX_ERR_TEST_KEY = -34,

    /* No valid record in any journal sector: provision the device. */
    FFX_ERR_STATE = -40,

    /* AT dialogue (src/at, src/driver). */
    FFX_ERR_SYNTAX = -50,  /* a malformed line or argument */
    FFX_ERR_TIMEOUT = -51, /* no answer in time */
    FFX_ERR_REFUSED = -52  /* the other side answered ERROR */
};

/* One line, lower case, no full stop. Unknown codes give "unknown error". */
const char *ffx_error_text(int error);

#ifdef __cplusplus
}
#endif
#endif
