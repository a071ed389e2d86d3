/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual SIM7000 on POSIX: a serial port, a file system, a network and
 * a flash around the command core (module.h) and the update agent (agent.h).
 * `farfix sim run` is its first user; a test may embed it as well.
 *
 *   ffx_sim_create                 opens the state directory, powers up
 *   loop:  ffx_sim_wait  -> poll(2) -> ffx_sim_step
 *   ffx_sim_destroy                closes the port, state stays on disk
 *
 * Everything that a module keeps lives in one directory (docs/flash-layout.md,
 * section 5), which survives SIGKILL at any moment.
 *
 * One object, one thread; a function of the config may call nothing of here.
 * Nothing blocks but ffx_sim_create, which writes the factory's images.
 * Strings and images of the config belong to the caller and must outlive the
 * object, but for `factory`, which create alone reads.
 */
#ifndef FARFIX_SIM_H
#define FARFIX_SIM_H

#include <farfix/module.h>
#include <farfix/package.h>

#include <poll.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum ffx_sim_port {
    FFX_SIM_STDIO, /* AT on standard input and output */
    FFX_SIM_PTY,   /* a pseudo terminal; `address` becomes a link to it */
    FFX_SIM_TCP,   /* `address` is HOST:PORT, port 0: any; one peer at a time,
                 * the next one waits */
    FFX_SIM_CALLS  /* ffx_sim_say and ffx_sim_hear are the line */
};

/* An image that leaves the factory. */
struct ffx_sim_image {
    struct ffx_image_facts facts; /* from the signed release */
    const void *bytes;            /* facts.size bytes */
    uint32_t slot_bytes;          /* whole steps, >= facts.size */
};

/* What the factory put on the module. The caller has verified the release:
 * its signature and the digest of each image. */
struct ffx_sim_factory {
    const char *model, *version;
    uint32_t sequence;
    uint32_t image_count; /* 1..FFX_COMPONENTS, in order of update */
    struct ffx_sim_image images[FFX_COMPONENTS];
    uint32_t sector_bytes; /* of the whole flash, 512..65536 */
    uint32_t step_bytes;   /* a multiple of sector_bytes, >= 4096 */
    uint32_t ram_bytes;    /* for the payload reader; 0: full images only */
    const struct ffx_public_key *keys; /* release keys to trust */
    uint32_t key_count;                /* 1..FFX_AGENT_KEYS */
};

/* A module that only has to answer AT: it names `model` and `version`, which
 * must outlive the call of ffx_sim_create, and refuses every package but a
 * vendor's (below). FFX_ERR_ARGUMENT: no model or version by their rules. */
int ffx_sim_plain(struct ffx_sim_factory *factory, const char *model,
                  const char *version);

/* A vendor's own package, whose inside nobody can read: when update.zip has
 * this digest, the boot stage plays it. */
struct ffx_sim_vendor {
    uint8_t sha256[FFX_SHA256_BYTES];
    char model[FFX_MODEL_MAX + 1];  /* "": any; else status 7 for others */
    char from[FFX_VERSION_MAX + 1]; /* must be installed, else status 7 */
    char to[FFX_VERSION_MAX + 1];
};

/* What passed on a line, or a pin that moved. */
enum ffx_sim_trace { FFX_SIM_TO_MODULE, FFX_SIM_FROM_MODULE, FFX_SIM_PIN };

/* Outputs of the UART besides its data; all are active low. A PTY has none of
 * them: ffx_sim_pin and the trace show them. */
enum ffx_sim_pin {
    FFX_SIM_DCD, /* low: &C0, or the module takes a file's data */
    FFX_SIM_RI,  /* low for 120 ms: an SMS; a URC with CFGRI=1 */
    FFX_SIM_CTS, /* low: the TE may send (IFC=x,2) */
    FFX_SIM_PINS
};

/* `baud` of a PTY's peer that sets its own rate. */
#define FFX_SIM_BAUD_TTY 1u

struct ffx_sim_config {
    const char *state; /* directory; made when it is missing */
    enum ffx_sim_port port;
    const char *address;
    /* Link of a second pseudo terminal, the module's USB AT port (any text
     * with FFX_SIM_CALLS); null: the module has only its UART. */
    const char *second;
    /* What the TE's UART runs at: bytes take their time, and another rate
     * than the module's IPR is garbage. 0: bytes come and go at once, whatever
     * the rates; FFX_SIM_BAUD_TTY. */
    uint32_t baud;
    const struct ffx_crypto *crypto; /* null: PSA Crypto */
    /* Null: flash.bin must be there. Else acts only when it is not. */
    const struct ffx_sim_factory *factory;
    enum ffx_module_profile profile;
    const uint8_t *quirks; /* as in struct ffx_module_config */
    const char *imei;      /* 15 digits */
    const char *sim_pin;   /* as in struct ffx_module_config */
    const char *apn;       /* as well; null: no bearer */
    const char *sim_puk;   /* and these three */
    uint32_t bugs, damage;
    const char *ca; /* PEM file of roots to trust; null: see below */
    const struct ffx_sim_vendor *vendor; /* null: none */
    /* What goes wrong, and when: lines as in a fault file, farfix-sim(1);
     * null: nothing. */
    const char *faults;
    const char *faults_name; /* of the file, for messages; null: "faults" */
    /* From power to RDY, FFX_MODULE_BOOT_MS_MAX at most; 0: 100, and AT
     * answers at once. */
    uint32_t boot_ms;
    uint32_t off_ms;    /* from a cut to the next power-up */
    uint8_t once;       /* a cut ends ffx_sim_step with FFX_ERR_POWER */
    uint8_t real_speed; /* flash takes the time of a serial NOR chip */
    /* One line without its end for each boot, reset, transfer, refusal. */
    void (*log)(void *context, const char *line);
    /* `port` 0 is the UART, 1 USB. FFX_SIM_PIN: `bytes` is the pin's name, as
     * "DCD", `length` its level. May be null. */
    void (*trace)(void *context, enum ffx_sim_trace kind, uint32_t port,
                  const void *bytes, uint32_t length);
    /* Microseconds of a clock that never goes back, for a test whose time
     * moves when it says so; null: CLOCK_MONOTONIC. Sockets stay real. */
    int64_t (*now_us)(void *context);
    void *context;
};
/* HTTPS trusts, in this order: `ca` and the PEM files in /customer; when there
 * is neither, the system's store. */

/* Why create failed. */
struct ffx_sim_error {
    int code;       /* FFX_ERR_* */
    int missing;    /* a directory, file or port named in the config */
    char text[400]; /* one line for a person: cause and next step */
};

struct ffx_sim;

/* 0, or a negative code with `error` filled in and nothing left open:
 * FFX_ERR_ARGUMENT, FFX_ERR_GEOMETRY (factory), FFX_ERR_STATE (no flash.bin
 * and no factory, or a damaged one), FFX_ERR_BUSY (another process has the
 * directory), FFX_ERR_IO, FFX_ERR_SPACE. */
int ffx_sim_create(struct ffx_sim **sim, const struct ffx_sim_config *config,
                   struct ffx_sim_error *error);

/* "/path/of/LINK", "tcp:127.0.0.1:4711", "stdio": what a peer opens. */
const char *ffx_sim_address(const struct ffx_sim *sim);

/* What to wait for: fills up to FFX_SIM_FDS entries, returns how many, and
 * sets the longest time to wait (-1: for ever). */
#define FFX_SIM_FDS 16
unsigned ffx_sim_wait(struct ffx_sim *sim, struct pollfd fds[FFX_SIM_FDS],
                      int *timeout_ms);

/* Does what can be done now. `fds` is what ffx_sim_wait filled in, after
 * poll. 1: go on; 0: switched off, by AT+CPOWD or by the end of standard
 * input (a step more would be one too many); FFX_ERR_POWER: a cut, with
 * `once`; FFX_ERR_IO: the port is lost. */
int ffx_sim_step(struct ffx_sim *sim, const struct pollfd *fds, unsigned count);

/* FFX_SIM_CALLS: bytes to and from an AT port; both return how many. Call
 * ffx_sim_step between them. */
size_t ffx_sim_say(struct ffx_sim *sim, uint32_t port, const void *bytes,
                   size_t length);
size_t ffx_sim_hear(struct ffx_sim *sim, uint32_t port, void *buffer,
                    size_t capacity);

/*
 * One command of the control socket, farfix-sim(1): a fault ("now cut", "at
 * tx-byte 880 drop"), "faults", "clear", "status", "pins". The answer,
 * NUL-terminated lines, goes into `reply` (at least 256 bytes; what does not
 * fit is left out). FFX_ERR_SYNTAX: `reply` says what was wrong.
 */
int ffx_sim_control(struct ffx_sim *sim, const char *command, char *reply,
                    size_t capacity);

/* 1: the pin is high, 0: low. */
int ffx_sim_pin(const struct ffx_sim *sim, enum ffx_sim_pin pin);

/* An SMS arrives. FFX_ERR_BUSY while the firmware does not run, else as
 * ffx_module_sms. */
int ffx_sim_sms(struct ffx_sim *sim, const char *from, const char *text);

void ffx_sim_destroy(struct ffx_sim *sim);

#ifdef __cplusplus
}
#endif
#endif
