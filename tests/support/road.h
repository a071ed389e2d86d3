/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole road in one process and virtual time: the driver, a pipe, and
 * the core of the virtual module over ports that the test sets. Between the
 * two ends bytes can be cut into pieces, lost, or mixed with URCs, and single
 * commands can be answered by the test instead of the module.
 *
 *     road_init(&road, FFX_ROUTE_HTTP);
 *     road.http_status = 404;
 *     assert_int_equal(road_run(&road), FFX_CAUSE_NOT_FOUND);
 *     road_end(&road);
 *
 * A test that speaks in the module's place more freely sets `instead`.
 */
#ifndef FARFIX_TESTS_ROAD_H
#define FARFIX_TESTS_ROAD_H

#include <farfix/driver.h>
#include <farfix/module.h>

#define ROAD_FILES 4u
#define ROAD_LOG (256u * 1024u)
#define ROAD_FROM "1529B01SIM7000G"
#define ROAD_TO "1529B02SIM7000G"
#define ROAD_URL "http://fota.example/A___B/update.zip"

struct road_file {
    int used, dir;
    char name[FFX_FILE_NAME_MAX + 1];
    uint8_t *data;
    uint32_t size;
};

/* Instead of the module: a line that begins with `command` is answered with
 * `answer` ("" is silence), `times` times (0: always), after `skip` that the
 * module answers. */
struct road_answer {
    const char *command, *answer;
    unsigned times, skip;
    unsigned used, skipped;
};

struct road {
    /* The driver's side: change before road_run. */
    struct ffx_driver_config config;
    struct ffx_driver_ftp ftp;
    struct ffx_driver_position position;
    uint8_t sha256[FFX_SHA256_BYTES];
    char line[128], command[256];
    struct ffx_driver driver;

    /* The pipe. */
    uint32_t to_driver, to_module; /* most bytes at once; 0: any */
    uint32_t lose_to_driver;       /* this byte of the dialogue is lost; */
    uint32_t lose_to_module;       /* 0: none, 1: the first */
    /* What becomes of a byte: how often it comes, 0 to 2 times; it may be
     * another. Null: once. */
    int (*damage)(struct road *road, int to_module, uint8_t *byte);
    const char *urc; /* stands in between lines ... */
    uint32_t urc_at; /* ... at this one, 1: the first */
    struct road_answer answers[4];
    /* The command line in `typed` has come: 1 when the test has answered it,
     * by road_hear. With road->swallow set, so many bytes of a file follow;
     * then swallowed() is called. */
    int (*instead)(struct road *road);
    void (*swallowed)(struct road *road);
    uint32_t swallow;
    /* Before each turn of the loop. */
    void (*turned)(struct road *road);
    const char *chatter;      /* said every second of virtual time */
    uint32_t source_fails_at; /* push: offset that cannot be read; 0: none */
    uint32_t limit_ms;        /* virtual; road_run fails the test beyond it */

    /* The module's side. */
    struct ffx_module module;
    struct ffx_module_config module_config;
    char module_line[FFX_AT_LINE_MAX + 1];
    uint8_t chunk[FFX_FILE_CHUNK_MAX];
    uint8_t tx[2048];
    struct road_file files[ROAD_FILES];
    uint8_t package[24 * 1024];
    uint32_t package_size;
    uint32_t free_bytes;
    const char *model, *version;
    int status, requests;
    uint8_t settings[sizeof(struct ffx_module_settings)];
    uint32_t settings_length;

    /* The network: what it serves, at what rate. */
    uint16_t http_status, ftp_error; /* 200, 0 */
    uint32_t bad_tries;              /* so many fail first, by 601 or 63 */
    uint32_t stall_at;               /* bytes; 0: never */
    uint32_t bytes_per_s;            /* 10,000 */
    uint32_t served_size;            /* of the package's bytes */
    uint32_t starts, received, started_ms;
    int net_dir;
    char net_name[FFX_FILE_NAME_MAX + 1];
    uint8_t net_busy;

    /* The boot stage: what the update does. */
    int update_ends_in;         /* status; 0: it never ends */
    const char *update_version; /* then; ROAD_TO */
    int silent_update;          /* no URCs, as in auto-baud */
    uint32_t update_ms;
    uint32_t off_until_ms, next_line_ms, percent;
    int is_off, restarts_wanted;
    uint32_t restart_at_line; /* the module restarts unasked; 0: never */

    /* What was seen. */
    uint32_t now_ms;
    char log[ROAD_LOG]; /* events, one a line */
    uint32_t log_length;
    uint32_t lines_to_module, bytes_to_driver, bytes_to_module;
    uint32_t lines_to_driver, chatter_ms;
    int hold, holds, positions;
    enum ffx_cause cause;
    int32_t detail;

    /* pipe state */
    char typed[640];
    uint32_t typed_length, raw_left;
    int silent; /* what the module says is not heard */
};

void road_init(struct road *road, enum ffx_route route);
/* Walks to the end; the cause. The test fails when it takes more than
 * limit_ms of virtual time. */
enum ffx_cause road_run(struct road *road);
/* Starts the walk, or starts it again as after a reset of the MCU, with the
 * position as it was stored. */
void road_restart(struct road *road);
/* One turn of the loop; 0 when the walk has ended. */
int road_step(struct road *road);
void road_end(struct road *road);
/* The module loses its power, and has it again `off_ms` later. */
void road_cut_power(struct road *road, uint32_t off_ms);
/* The module alone goes on for so long: there is no driver. */
void road_idle(struct road *road, uint32_t ms);
/* The driver hears these bytes. */
void road_hear(struct road *road, const void *bytes, uint32_t length);
/* The module executes the line in `typed`, or another, without a word. */
void road_obey(struct road *road);
void road_obey_line(struct road *road, const char *line);
const struct road_file *road_file(const struct road *road, const char *name);
void road_put_file(struct road *road, const char *name, const void *data,
                   uint32_t size);
/* Number of commands sent that begin with `command`. */
unsigned road_sent(const struct road *road, const char *command);
/* The last lines of the log. */
const char *road_tail(const struct road *road);
/* SHA-256 by the PSA port. */
void road_digest(const void *data, uint32_t length,
                 uint8_t digest[FFX_SHA256_BYTES]);

#endif
