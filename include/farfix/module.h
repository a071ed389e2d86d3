/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SIM7000's command set as const tables over ports: the core of the
 * virtual module. It runs wherever the ports do: on POSIX (host/sim), later
 * as firmware.
 *
 *   TE bytes -> ffx_module_feed -> commands -> ports
 *   TE bytes <- ffx_module_tx   <- answers, URCs
 *
 * Time is an argument: a monotonic millisecond count that may wrap. The core
 * never blocks: long work (a download, the input of a file chunk, a radio
 * that attaches) goes on in ffx_module_poll.
 */
#ifndef FARFIX_MODULE_H
#define FARFIX_MODULE_H

#include <farfix/at.h>
#include <farfix/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Directories by their CFS index (AT manual V1.06, chapter 15). */
enum ffx_module_dir {
    FFX_DIR_CUSTAPP,
    FFX_DIR_FOTA,
    FFX_DIR_DATATX,
    FFX_DIR_CUSTOMER,
    FFX_DIRS
};
#define FFX_FILE_NAME_MAX 50u      /* characters of a file name */
#define FFX_FILE_CHUNK_MAX 10240u  /* bytes of one CFSWFILE or CFSRFILE */
#define FFX_URL_MAX 255u           /* HTTPTOFS test form: (1-255),(1-127) */

/* Files. Names were checked: 1..50 printable characters, no '/' '\\', not
 * "." or "..". Return 0 or more, FFX_ERR_IO (also: no such file),
 * FFX_ERR_SPACE. */
struct ffx_module_files {
    int (*size)(void *context, int dir, const char *name, uint32_t *bytes);
    int (*read)(void *context, int dir, const char *name, uint32_t offset,
                void *buffer, uint32_t length);
    /* append 0: the file becomes these bytes; 1: they go to its end. All or
     * nothing. */
    int (*write)(void *context, int dir, const char *name, int append,
                 const void *data, uint32_t length);
    int (*remove)(void *context, int dir, const char *name);
    int (*rename)(void *context, int dir, const char *from, const char *to);
    uint32_t (*free_bytes)(void *context);
};

/* A file to fetch over the air. */
struct ffx_module_transfer {
    const char *url;                   /* http:// https:// ftp:// */
    const char *user, *password;       /* FTP; "" for none */
    int dir;                           /* destination */
    const char *name;
    uint32_t timeout_s; /* for one try */
    uint32_t tries;
    uint8_t passive;    /* FTP */
};

struct ffx_module_progress {
    uint8_t busy;
    uint8_t failed;       /* the file was not stored */
    uint16_t http_status; /* 200 ..., or 600..604, 65535 (manual 9.2.14) */
    uint16_t ftp_error;   /* 0, or 61..80 (manual 10.2.14) */
    uint32_t received, total; /* bytes; total 0 while unknown */
};

/* One transfer at a time. A failed one leaves the old file or none, never a
 * part of the new. */
struct ffx_module_network {
    int (*start)(void *context, const struct ffx_module_transfer *transfer);
    void (*progress)(void *context, struct ffx_module_progress *progress);
    void (*cancel)(void *context);
};

enum ffx_module_reset { FFX_RESET_FOTA, FFX_RESET_SOFT, FFX_POWER_DOWN };

/* Boot stage, agent and the board around the core. */
struct ffx_module_boot {
    /* Called after the answer was handed to tx: the caller drains tx, then
     * resets (ffx_module_init anew) or switches off. */
    void (*reset)(void *context, enum ffx_module_reset kind);
    int (*fota_request)(void *context); /* FFX_ERR_* as ffx_agent_request */
    int (*fota_clear)(void *context);
    int (*fota_status)(void *context); /* 1..8 */
    int (*fota_locked)(void *context); /* 1: update.zip is read-only now */
    const char *(*version)(void *context); /* behind "Revision:" */
    const char *(*model)(void *context);   /* "SIM7000G" */
    /* AUTO_SAVE settings: one opaque blob that survives a power cycle. load
     * returns the stored length, 0 when there is none. */
    uint32_t (*settings_load)(void *context, void *blob, uint32_t capacity);
    void (*settings_save)(void *context, const void *blob, uint32_t length);
    void (*carrier)(void *context, int on); /* DCD; may be null */
    void (*rate)(void *context, uint32_t baud); /* IPR; may be null */
};

enum ffx_module_profile {
    FFX_PROFILE_NOTE,  /* the application note's transcripts, line for line */
    FFX_PROFILE_MANUAL /* what AT manual V1.06 says */
};

struct ffx_module_config {
    const struct ffx_module_files *files;
    const struct ffx_module_network *network;
    const struct ffx_module_boot *boot;
    void *context; /* handed to every port */
    enum ffx_module_profile profile;
    const char *imei; /* 15 digits */
    const char *sim_pin; /* "" : the SIM asks for none; null: no SIM */
    const char *apn;  /* that the network delivers: "ctnb" */
    /* Status 3 or 5: only the commands that recovery needs answer. */
    uint8_t recovery;
    /* After IPR=0 the boot URCs are absent (D25). */
    char *line;          /* FFX_AT_LINE_MAX + 1 bytes */
    uint8_t *chunk;      /* FFX_FILE_CHUNK_MAX bytes: CFSWFILE's input */
    uint8_t *tx;         /* ring for answers */
    uint32_t tx_bytes;   /* a power of two, >= 1024 */
};

/* The module's volatile state. Caller-allocated; not to be moved after init;
 * a reset is a second init. Members are the core's own. */
struct ffx_module; /* DEFINED BY ROOM module: replace this line */

/* Power-up or reset: settings are loaded, everything volatile is at its
 * default, boot URCs are on their way. FFX_ERR_ARGUMENT. */
int ffx_module_init(struct ffx_module *module,
                    const struct ffx_module_config *config, uint32_t now_ms);

/* Bytes from the TE. Returns how many were taken: fewer when answers wait in
 * a full tx ring; offer the rest again after draining it. */
uint32_t ffx_module_feed(struct ffx_module *module, const void *bytes,
                         uint32_t length, uint32_t now_ms);

/* Work that waits for time or for a port. Returns the milliseconds until it
 * wants to be called again; call it earlier as often as you like. */
uint32_t ffx_module_poll(struct ffx_module *module, uint32_t now_ms);

/* Bytes for the TE: the longest run that is ready, and how many went out. */
const uint8_t *ffx_module_tx(struct ffx_module *module, uint32_t *length);
void ffx_module_tx_ack(struct ffx_module *module, uint32_t length);

/* An SMS arrives (note 5.2.1: it may start a session). FFX_ERR_SPACE when
 * the storage is full, FFX_ERR_ARGUMENT when the text is too long. */
int ffx_module_sms(struct ffx_module *module, const char *from,
                   const char *text, uint32_t now_ms);

#ifdef __cplusplus
}
#endif
#endif
