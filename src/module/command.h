/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A command of the module: one row of a const table. A row names a handler
 * for each form that the command has; a form without handler is ERROR.
 */
#ifndef FARFIX_MODULE_COMMAND_H
#define FARFIX_MODULE_COMMAND_H

#include <farfix/module.h>

/* What a handler returns: one of these, COMMAND_CME(n) or COMMAND_CMS(n). */
enum command_result {
    COMMAND_OK,
    COMMAND_ERROR,  /* plain ERROR at every CMEE */
    COMMAND_SILENT, /* no result code, the rest of the line is dropped */
    COMMAND_AGAIN,  /* call me again when this piece is out; step counts */
    COMMAND_TAKE,   /* data_length file bytes follow from the TE */
    COMMAND_SEND,   /* data_length bytes of the chunk go to the TE */
    COMMAND_NO_CARRIER,
    COMMAND_TEXT /* an SMS is typed; then as COMMAND_AGAIN */
};
#define COMMAND_CME(n) (-1 - (n))
#define COMMAND_CMS(n) (-1000 - (n))
#define COMMAND_IS_CMS(result) ((result) <= -1000)
#define COMMAND_CODE(result)                                                   \
    (COMMAND_IS_CMS(result) ? -1000 - (result) : -1 - (result))

/* D26: what a parameter out of range, or a fault of a file, answers. */
#define COMMAND_REFUSED COMMAND_CME(FFX_AT_CME_NOT_ALLOWED)

enum command_flags {
    COMMAND_RECOVERY = 1, /* also answers in status 3 and 5 */
    COMMAND_SIM = 2,      /* needs a SIM that is ready (not the test form) */
    COMMAND_D14 = 4,      /* exists only with this switch */
    COMMAND_D16 = 8,
    COMMAND_CHUNK = 16,  /* writes through the chunk: one port at a time */
    COMMAND_SIM7070 = 32 /* exists only in that family */
};

struct command;

/* One command in execution. */
struct command_call {
    struct ffx_module_port *port; /* where it was typed */
    const struct command *row;
    struct ffx_at_args args;
    struct ffx_at_text out; /* COMMAND_PIECE bytes at least */
};

/* The largest piece of an answer that one call writes: HTTPTOFS? with a URL and
 * a path of one command line, names and framing. */
#define COMMAND_PIECE 640u

typedef int command_handler(struct ffx_module *module,
                            struct command_call *call);

struct command {
    const char *name; /* upper case */
    uint8_t flags;
    const char *test;        /* text behind "+NAME: "; "": only OK */
    command_handler *tester; /* where a text cannot say it */
    command_handler *read, *write, *execute;
};

struct command_table {
    const struct command *rows;
    uint32_t count;
};

/* One table per family, each at the end of its file. */
extern const struct command_table cmd_basic_table, cmd_sim_table,
    cmd_radio_table, cmd_context_table, cmd_bearer_table, cmd_files_table,
    cmd_http_table, cmd_ftp_table, cmd_ftp_get_table, cmd_tls_table,
    cmd_sms_table, cmd_message_table, cmd_phone_table, cmd_card_table,
    cmd_fota_table, cmd_v250_table, cmd_power_table, cmd_clock_table;

/* How often this command has returned COMMAND_AGAIN. */
static inline uint32_t command_step(const struct command_call *call)
{
    return call->port->step;
}

/* The row for a parsed command; null when this module does not have it. */
const struct command *command_find(const struct ffx_module *module,
                                   const struct ffx_at_command *command);

/* A number between low and high into *value: 1, 0 when it is absent, else a
 * COMMAND_CME. */
int command_number(struct command_call *call, int32_t low, int32_t high,
                   int32_t *value);
/* The only parameter of a command. 0 or a COMMAND_CME. */
int command_only_number(struct command_call *call, int32_t low, int32_t high,
                        uint8_t *value);
/* `length` bytes of the chunk go to the TE behind the answer. */
int command_send(struct command_call *call, uint32_t length);
/* A string: 1, 0 when it is absent, else a COMMAND_CME. */
int command_string(struct command_call *call, char *text, uint32_t capacity);

#endif
