/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SIM7000's command set as const tables over ports: the core of the
 * virtual module. It runs wherever the ports do: on POSIX (host/sim), later
 * as firmware.
 *
 *   TE bytes -> ffx_module_feed -> commands -> ports
 *   TE bytes <- ffx_module_tx   <- answers, URCs
 *
 * A module has one or two AT ports, each with a line, an echo and a CMEE of
 * its own over one radio and one file system.
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
    FFX_DIR_RAM, /* not a directory: what FTPGET and FTPEXTGET=1 hold in RAM.
                  * No CFS index reaches it; init empties it. */
    FFX_DIRS
};
#define FFX_CFS_DIRS 4u           /* those with an index */
#define FFX_FILE_NAME_MAX 230u    /* characters of a file name; a SIM7000: 50 */
#define FFX_FILE_CHUNK_MAX 10240u /* bytes of one CFSWFILE or CFSRFILE */
/* HTTPTOFS test form: (1-255),(1-127). A SIM7070's says 1023, which no command
 * line holds; this is what it does. */
#define FFX_URL_MAX 537u

/* Files. Names were checked: 1..230 printable characters, no '/' '\\', not
 * "." or "..". Return 0 or more, FFX_ERR_IO (also: no such file),
 * FFX_ERR_SPACE. */
struct ffx_module_files {
    int (*size)(void *context, int dir, const char *name, uint32_t *bytes);
    int (*read)(void *context, int dir, const char *name, uint32_t offset,
                void *buffer, uint32_t length);
    /* How: enum ffx_module_write. All or nothing. */
    int (*write)(void *context, int dir, const char *name, int how,
                 const void *data, uint32_t length);
    int (*remove)(void *context, int dir, const char *name);
    int (*rename)(void *context, int dir, const char *from, const char *to);
    uint32_t (*free_bytes)(void *context);
    uint32_t (*total_bytes)(void *context); /* free or not; may be null */
};

enum ffx_module_write {
    FFX_WRITE_NEW,    /* the file becomes these bytes */
    FFX_WRITE_APPEND, /* they go to its end; made when it is missing */
    FFX_WRITE_OVER    /* they replace its beginning, the rest stays (D6) */
};

/* Of HTTPTOFS 255, of FTP each character of path and name coded as three. */
#define FFX_TRANSFER_URL_MAX 1200u

/* A file to fetch over the air. The strings are valid only during start: the
 * port copies what it keeps. */
struct ffx_module_transfer {
    const char *url;             /* http:// https:// ftp://, percent-coded */
    const char *user, *password; /* FTP; "" for none */
    int dir;                     /* destination */
    const char *name;
    uint32_t timeout_s; /* for one try; */
    uint8_t silence;    /* 1: only for the silence between two pieces of it */
    uint32_t tries;
    uint32_t offset;   /* FTP: REST; the file begins there */
    uint8_t passive;   /* FTP */
    uint8_t ascii;     /* FTP: type A */
    uint8_t size_only; /* FTPSIZE: ask for the size, store nothing; the
                        * answer is progress.total */
};

struct ffx_module_progress {
    uint8_t busy;
    uint8_t failed;           /* the file was not stored */
    uint16_t http_status;     /* 200 ..., or 600..604, 65535 (manual 9.2.14) */
    uint16_t ftp_error;       /* 0, or 61..80 (manual 10.2.14) */
    uint32_t received, total; /* bytes; total 0 while unknown */
};

/* One transfer at a time. A failed one leaves the old file or none, never a
 * part of the new. */
struct ffx_module_network {
    /* 0, or negative: nothing was started. */
    int (*start)(void *context, const struct ffx_module_transfer *transfer);
    void (*progress)(void *context, struct ffx_module_progress *progress);
    void (*cancel)(void *context);
    /* An SMS leaves: a number, and the text in UTF-8, without control
     * characters. May be null. */
    void (*message)(void *context, const char *to, const char *text);
};

enum ffx_module_reset { FFX_RESET_FOTA, FFX_RESET_SOFT, FFX_POWER_DOWN };

/* Outputs of the UART besides its data. CTS is the caller's: it follows the
 * receive buffer, which is not in the core. */
enum ffx_module_pin {
    FFX_PIN_DCD, /* low: data carrier (&C), DOWNLOAD until the result code */
    FFX_PIN_RI,  /* low for 120 ms: an SMS, and a URC with CFGRI=1 */
    FFX_MODULE_PINS
};

/* Boot stage, agent and the board around the core. */
struct ffx_module_boot {
    /* Called when the last answer has left through tx (inside tx_ack or
     * poll), or two seconds later when nobody takes it. Note it down; when
     * the call that you made has returned, reset (ffx_module_init anew) or
     * switch off. Until then the core drops what it is fed. */
    void (*reset)(void *context, enum ffx_module_reset kind);
    int (*fota_request)(void *context); /* FFX_ERR_* as ffx_agent_request */
    int (*fota_clear)(void *context);
    int (*fota_status)(void *context);     /* 1..8 */
    int (*fota_locked)(void *context);     /* 1: update.zip is read-only now */
    const char *(*version)(void *context); /* behind "Revision:" */
    const char *(*model)(void *context);   /* "SIM7000G" */
    /* AUTO_SAVE settings: one opaque blob that survives a power cycle. load
     * returns the stored length, 0 when there is none. */
    uint32_t (*settings_load)(void *context, void *blob, uint32_t capacity);
    void (*settings_save)(void *context, const void *blob, uint32_t length);
    /* Those below may be null. */
    /* All pins are high after init; then each change. */
    void (*pin)(void *context, enum ffx_module_pin pin, int low);
    /* IPR, at init and once the answer has left; 0: auto-baud. */
    void (*rate)(void *context, uint32_t baud);
    /* IFC, at init and when it changes: 0 none, 1 XON/XOFF, 2 RTS/CTS.
     * from_te says how the module is held back (with 1 the core takes XON and
     * XOFF out of what it is fed), to_te how the module holds back the TE. */
    void (*flow)(void *context, int from_te, int to_te);
    /* What the network tells with AT+CLTS=1: seconds since 1970, UTC; 0: it
     * does not tell. */
    uint32_t (*time)(void *context);
    /* A command line is there. 0: it is executed; 1: it was never heard (a
     * fault of the line). */
    int (*heard)(void *context, uint32_t port);
    /* That line is over: the last `length` bytes in the port's tx are its
     * final result (0: it has none). URCs may follow. */
    void (*answered)(void *context, uint32_t port, uint32_t length);
};

enum ffx_module_profile {
    FFX_PROFILE_NOTE,    /* the application note's transcripts, line for line */
    FFX_PROFILE_MANUAL,  /* what AT manual V1.06 says */
    FFX_PROFILE_SIM7070, /* another family: its AT manual V1.05 */
    /* Older editions: without what came later. */
    FFX_PROFILE_MANUAL_103, /* 2018-05-08 */
    FFX_PROFILE_MANUAL_104, /* 2018-12-25 */
    FFX_PROFILES
};

/*
 * Where SIMCom's documents, firmware and public code disagree, and what the
 * module does about it: one switch each, the first value is the default.
 *
 *   D1  ok error         the test form of CFOTA
 *   D2  reset wait       CFOTA=1 resets by itself, or waits for CFUN=1,1
 *   D3  3 22 188         CME number for a file that is missing
 *   D4  drop keep        what came before CFSWFILE's input time was over
 *   D5  error ok         CFSGFIS and CFSGFRS without CFSINIT
 *   D6  truncate overwrite  CFSWFILE mode 0 on a longer file
 *   D7  none rtscts      flow control after power-up
 *   D8  end both         CFSRFILE says OK at the end, or before it as well
 *   D9  yes 603 601      https in HTTPTOFS works, or ends with this status
 *   D10 equal differ     HTTPTOFSRL counts more bytes than the URC
 *   D11 any sapbr cnact  bearer that FTP takes
 *   D12 sim7000 note sim7070  grammar and answers of CNACT, CNCFG
 *   D13 before after     the OK of CFUN=1,1 and its reset
 *   D14 error alias      HTTPSTOFS
 *   D15 fota custapp     directory with CFS index 1
 *   D16 yes error        FTPEXTGET=2 and FTPTOFSST
 *   D17 busy done        what 1 means as FTPTOFSST's first number
 *   D18 plain blank      "Revision:" and a blank
 *   D19 blank plain      "+CFOTA:" and a blank
 *   D20 inclusive exclusive  limits of CFSWFILE's size and time
 *   D21 free size        what CFSGFRS counts
 *   D22 accept error     HTTPTOFS with timeout and retries
 *   D23 real manual      shape of *PSUTTZ
 *   D24 all sim7070      statuses 2 to 5 exist, or read 1 and 7
 *   D25 fixed auto       the rate that leaves the factory: 115200 or auto-baud
 *   D26 error cme        an unknown command: ERROR, or +CME ERROR: 601
 */
enum ffx_quirk {
    FFX_D1_FOTA_TEST,
    FFX_D2_FOTA_RESET,
    FFX_D3_NO_FILE,
    FFX_D4_INPUT_TIMEOUT,
    FFX_D5_NO_BRACKET,
    FFX_D6_MODE_0,
    FFX_D7_FLOW,
    FFX_D8_READ_OK,
    FFX_D9_HTTPS,
    FFX_D10_LENGTHS,
    FFX_D11_FTP_BEARER,
    FFX_D12_CNACT,
    FFX_D13_RESET_OK,
    FFX_D14_HTTPSTOFS,
    FFX_D15_INDEX_1,
    FFX_D16_FTP_FILE,
    FFX_D17_FTP_STATE,
    FFX_D18_REVISION,
    FFX_D19_FOTA_BLANK,
    FFX_D20_LIMITS,
    FFX_D21_FREE,
    FFX_D22_HTTP_LIMITS,
    FFX_D23_TIME,
    FFX_D24_STATUS,
    FFX_D25_RATE,
    FFX_D26_UNKNOWN,
    FFX_QUIRKS
};

/* Faults that users saw on modules in the field and that no document admits;
 * all are off unless asked for. */
enum ffx_module_bug {
    /* HTTPTOFS inside CFSINIT ... CFSTERM ends with 200,0, the file empty. */
    FFX_BUG_HTTP_EMPTY_WITH_CFSINIT = 1,
    /* The same within a second behind HTTPTOFSRL?. */
    FFX_BUG_HTTP_EMPTY_AFTER_POLL = 2,
    /* HTTPTOFSRL reads 0 a second before the URC comes. */
    FFX_BUG_IDLE_BEFORE_URC = 4,
    /* The URC comes a second before the file is whole: until then HTTPTOFSRL
     * reads 1 and CFSGFIS less than the URC said. */
    FFX_BUG_URC_BEFORE_FLASH = 8,
    /* HTTPTOFS within a second behind another one ends with 601. */
    FFX_BUG_HTTP_BACK_TO_BACK = 16
};

/* What a flash tool or an update left broken. A reset does not heal it. */
enum ffx_module_damage {
    FFX_DAMAGE_IMEI = 1,    /* fifteen zeros; ICCID and IMSI stay */
    FFX_DAMAGE_FUN_5 = 2,   /* stays in CFUN 5: no radio, CFUN=1 is ERROR */
    FFX_DAMAGE_VERSION = 4, /* nothing behind "Revision:" */
    FFX_DAMAGE_SIM = 8      /* the SIM is not found */
};

/* Adds a bit to the mask by the name that it has above: in small letters, '-'
 * for '_', without its prefix ("http-empty-with-cfsinit", "fun-5").
 * FFX_ERR_SYNTAX: no such name. */
int ffx_module_bug_set(uint32_t *bugs, const char *name);
int ffx_module_damage_set(uint32_t *damage, const char *name);

/* "note", "manual-1.03", "manual-1.04", "manual-1.06" or "manual", "sim7070".
 * FFX_ERR_SYNTAX: no such name. */
int ffx_module_profile_set(enum ffx_module_profile *profile, const char *name);
/* What a profile chooses. */
void ffx_module_quirks(enum ffx_module_profile profile,
                       uint8_t values[FFX_QUIRKS]);
/* "D6=overwrite". FFX_ERR_SYNTAX: no such switch or value. */
int ffx_module_quirk_set(uint8_t values[FFX_QUIRKS], const char *text);
/* "D6", and "truncate overwrite". */
const char *ffx_module_quirk_name(enum ffx_quirk quirk);
const char *ffx_module_quirk_values(enum ffx_quirk quirk);

/* The AT ports of a module. Pins and rate belong to the UART. */
enum ffx_module_port_index { FFX_PORT_UART, FFX_PORT_USB, FFX_MODULE_PORTS };

struct ffx_module_port_config {
    char *line;        /* FFX_AT_LINE_MAX + 1 bytes */
    uint8_t *tx;       /* ring for answers */
    uint32_t tx_bytes; /* a power of two, >= 1024 */
};

struct ffx_module_config {
    const struct ffx_module_files *files;
    const struct ffx_module_network *network;
    const struct ffx_module_boot *boot;
    void *context; /* handed to every port */
    enum ffx_module_profile profile;
    /* FFX_QUIRKS values; null: the profile's. */
    const uint8_t *quirks;
    const char *imei;    /* 15 digits */
    const char *sim_pin; /* "" : the SIM asks for none; null: no SIM */
    /* That the network delivers: "ctnb". Null: it takes the module but gives
     * no bearer (a subscription without data). */
    const char *apn;
    const char *sim_puk; /* 8 digits; null: no PUK unlocks this SIM */
    uint32_t bugs;       /* enum ffx_module_bug; 0: none */
    uint32_t damage;     /* enum ffx_module_damage; 0: none */
    /* Status 3 or 5: only the commands that recovery needs answer. */
    uint8_t recovery;
    /* After IPR=0 the boot URCs are absent (D25). */
    struct ffx_module_port_config ports[FFX_MODULE_PORTS];
    uint8_t port_count; /* 1: only the UART; 2 */
    uint8_t *chunk;     /* FFX_FILE_CHUNK_MAX bytes: CFSWFILE, CFSRFILE */
    uint8_t dtr_high;   /* the level of DTR at init */
    /* From init to RDY; until then the module is deaf. Its UART application
     * note names 4500. 0: answers at once, RDY comes after 100. */
    uint32_t boot_ms; /* FFX_MODULE_BOOT_MS_MAX at most */
};

#define FFX_MODULE_BOOT_MS_MAX 600000u

/* --- state: caller-allocated, members are the core's own ----------------- */

#define FFX_MODULE_CONTEXTS 24u /* CGDCONT cid 1..24 */
#define FFX_MODULE_BEARERS 3u   /* SAPBR cid 1..3 */
#define FFX_MODULE_PDNS 4u      /* CNACT; a SIM7000 has the first only (D12) */
#define FFX_MODULE_TLS 6u       /* CSSLCFG ctxindex 0..5 */
#define FFX_MODULE_SUITES 8u    /* of each */
#define FFX_MODULE_SNI_MAX 63u
#define FFX_MODULE_APN_MAX 63u /* characters (TS 23.003, 9.1) */
#define FFX_MODULE_SECRET_MAX 63u
#define FFX_MODULE_PATH_MAX 127u /* HTTPTOFS test form */
#define FFX_MODULE_URCS 64u
#define FFX_MODULE_REGISTERS 8u /* S0 S3 S4 S5 S6 S7 S8 S10 */
#define FFX_MODULE_STORES 2u    /* of SMS: SIM and ME */
#define FFX_MODULE_MESSAGES 10u /* in each of them */
#define FFX_SMS_TEXT_MAX 160u
#define FFX_SMS_PDU_MAX 176u /* service centre 12, TPDU 164 octets */
#define FFX_SMS_FROM_MAX 20u

/* What AT&W stores and ATZ brings back. */
struct ffx_module_user {
    uint8_t echo, verbose, quiet, extended; /* E V Q X */
    uint8_t carrier, dtr;                   /* &C &D */
    uint8_t registers[FFX_MODULE_REGISTERS];
};

struct ffx_module_pdp {
    uint8_t type; /* 0: not defined; else 1 + place in "IP", "PPP", ... */
    char apn[FFX_MODULE_APN_MAX + 1];
    char address[16]; /* "": 0.0.0.0 */
    /* Data and header compression, IPv4 address, emergency. */
    uint8_t rest[4];
};

/* Everything that survives a power cycle: settings_save's blob. */
struct ffx_module_settings {
    uint32_t magic;
    uint32_t rate; /* IPR */
    struct ffx_module_user user;
    uint8_t sleep;                       /* CSCLK */
    uint8_t function;                    /* CFUN, never 0 */
    uint8_t mode;                        /* CNMP */
    uint8_t lte_mode;                    /* CMNB */
    uint8_t operator_mode;               /* COPS */
    uint8_t local_time;                  /* CLTS */
    uint8_t psm, psm_update, psm_active; /* CPSMS */
    uint8_t edrx_mode, edrx[2];          /* CEDRXS: Cat-M, NB-IoT */
    uint8_t owed_ok; /* D13: bit of the port that waits for it */
    struct ffx_module_pdp pdp[FFX_MODULE_CONTEXTS];
    uint32_t crc32; /* of all bytes before it */
};

/* One bearer of CNACT, and what CNCFG says of it. */
struct ffx_module_pdn {
    uint8_t mode;  /* CNACT: asked for */
    uint8_t state; /* off, on, in operation */
    uint8_t type, auth;
    char apn[FFX_MODULE_APN_MAX + 1];
    char user[FFX_MODULE_SECRET_MAX + 1];
    char password[FFX_MODULE_SECRET_MAX + 1];
};

struct ffx_module_sapbr {
    uint8_t open;
    char apn[FFX_MODULE_APN_MAX + 1];
    char user[FFX_MODULE_SECRET_MAX + 1];
    char password[FFX_MODULE_SECRET_MAX + 1];
};

/* CSSLCFG. No command of this module opens a TLS socket of its own: it keeps
 * what was set. */
struct ffx_module_tls {
    uint8_t version, no_clock, protocol;
    uint16_t suites[FFX_MODULE_SUITES]; /* 0: none */
    char sni[FFX_MODULE_SNI_MAX + 1];
};

struct ffx_module_message {
    uint8_t state;  /* free, stored, or on its way to the TE (CNMI mt 2) */
    uint8_t status; /* as CMGL numbers it */
    uint8_t length; /* octets of pdu */
    uint8_t pdu[FFX_SMS_PDU_MAX];
};

/* SMS: what CMGF, CSCS, CNMI and their like have set, and what is kept. */
struct ffx_module_sms {
    uint8_t text_mode, charset, header, service;
    uint8_t mode, report, broadcasts, reports, flush; /* CNMI */
    uint8_t store[3]; /* CPMS: to read, to write, for what arrives */
    uint8_t first_octet, validity, pid, dcs;
    char centre[FFX_SMS_FROM_MAX + 2];
    uint8_t centre_type;
    uint8_t reference; /* of the message sent last */
    uint8_t owed;      /* CNMA is expected */
    /* What is typed behind "> ". 0 <= entry_length <= sizeof entry. */
    uint8_t entry_port; /* 0, or 1 + the port that types */
    uint8_t entry_end;  /* Ctrl-Z or ESC */
    uint8_t entry_over; /* more was typed than fits */
    uint16_t entry_length;
    char entry[2 * FFX_SMS_PDU_MAX];
    struct ffx_module_message messages[FFX_MODULE_STORES][FFX_MODULE_MESSAGES];
};

struct ffx_module_urc {
    uint8_t kind, value;
};

enum ffx_module_timer {
    FFX_TIMER_BOOT,   /* next boot URC */
    FFX_TIMER_SIM,    /* the SIM answers */
    FFX_TIMER_BEARER, /* CNACT is done, one for each PDN */
    FFX_TIMER_BEARER_LAST = FFX_TIMER_BEARER + FFX_MODULE_PDNS - 1,
    FFX_TIMER_FLASH,  /* HTTPTOFS's URC and its end part (bugs) */
    FFX_TIMER_FTPGET, /* nobody reads what FTPGET holds */
    FFX_TIMER_DRAIN,  /* reset although nobody takes the answer */
    FFX_TIMER_RING,   /* RI goes high again */
    FFX_TIMER_INPUT,  /* of each port: CFSWFILE's input time is over */
    FFX_TIMER_INPUT_LAST = FFX_TIMER_INPUT + FFX_MODULE_PORTS - 1,
    /* Of each port: a half-typed line does not hold URCs any longer. */
    FFX_TIMER_TYPING,
    FFX_TIMER_TYPING_LAST = FFX_TIMER_TYPING + FFX_MODULE_PORTS - 1,
    FFX_TIMERS
};

/* One AT port. 0 <= tx_head - tx_tail <= config.tx_bytes (free-running);
 * data_done <= data_length <= FFX_FILE_CHUNK_MAX. */
struct ffx_module_port {
    struct ffx_module_port_config config;
    uint8_t index; /* enum ffx_module_port_index */
    struct ffx_module_user user;
    uint8_t cmee, flow_from_te, flow_to_te;
    struct ffx_at_reader reader;
    uint32_t tx_head, tx_tail;
    uint8_t held; /* by XOFF: tx has nothing to take */

    /* The command line in hand. */
    struct ffx_at_line line;
    struct ffx_at_command command;
    uint8_t phase;
    uint8_t lines; /* information lines of this command so far */
    uint16_t step; /* of an answer in several pieces */
    uint32_t data_length, data_done; /* file bytes to take or to send */
    char data_name[FFX_FILE_NAME_MAX + 1];
    uint8_t data_dir, data_append;
    uint8_t rate_changed; /* tell it when tx has drained */

    struct ffx_module_urc urcs[FFX_MODULE_URCS]; /* not said here yet */
    uint8_t urc_count;
};

/* The module's volatile state. Not to be moved after init; a reset is a
 * second init. */
struct ffx_module {
    struct ffx_module_config config;
    uint8_t quirks[FFX_QUIRKS];
    struct ffx_module_settings settings;
    struct ffx_module_port ports[FFX_MODULE_PORTS];
    uint32_t now_ms;
    uint32_t due_ms[FFX_TIMERS];
    uint8_t armed[FFX_TIMERS];

    /* A reset when the tx of the port that asked has drained. */
    uint8_t reset; /* 0, or 1 + enum ffx_module_reset */
    uint8_t reset_port;
    uint8_t pins[FFX_MODULE_PINS]; /* 1: low */
    uint8_t ring;                  /* CFGRI */
    uint8_t dtr_high, asleep, owed_ok;

    /* Local time since 1980-01-01 at clock_ms; what the network said. */
    uint32_t clock_s, clock_ms, network_s;
    int8_t clock_zone; /* quarters of an hour */
    uint8_t battery_percent, battery_check, battery_zone;
    uint16_t battery_mv;

    /* Volatile settings. */
    uint8_t frame_format, frame_parity;
    uint8_t operator_format;
    uint8_t report[3];  /* n of CREG, CGREG, CEREG */
    uint8_t files_open; /* between CFSINIT and CFSTERM */
    uint8_t fota_waits; /* D2: for CFUN=1,1 */

    /* Radio. */
    uint8_t boot_step, sim, pin_tries, puk_tries, function, detached;
    char new_pin[9];      /* set with the PUK; "": the config's */
    uint8_t rssi;         /* CSQ */
    uint8_t network_stat; /* what the network does, as CREG counts */
    uint8_t stat, act;    /* what CREG says */
    uint8_t registered;
    uint8_t address;    /* counts the addresses that the network gave */
    uint8_t pdp_family; /* CNACTCFG */
    uint32_t contexts;  /* CGACT: bit cid - 1 */
    struct ffx_module_pdn pdns[FFX_MODULE_PDNS];
    struct ffx_module_sapbr sapbr[FFX_MODULE_BEARERS];
    struct ffx_module_tls tls[FFX_MODULE_TLS];

    /* The transfer that runs, or what became of the last one. */
    uint8_t transfer, transfer_started;
    struct ffx_module_progress progress;
    char url[FFX_URL_MAX + 1];
    char path[FFX_MODULE_PATH_MAX + 1];
    uint8_t transfer_dir;
    char transfer_name[FFX_FILE_NAME_MAX + 1];
    uint16_t http_status;
    uint32_t http_bytes, http_total;
    uint32_t http_polled_ms, http_ended_ms;
    uint8_t http_polled, http_ended; /* at the times above */
    uint8_t transfer_fault;          /* bugs: how this one will end */
    uint8_t transfer_written;        /* bugs: the URC is out already */
    uint32_t transfer_timeout_s, transfer_tries;
    uint16_t ftp_error;
    uint32_t ftp_bytes;

    uint16_t ftp_port;
    uint32_t ftp_offset;         /* FTPREST */
    uint32_t ftp_held, ftp_read; /* RAM: 0 <= ftp_read <= ftp_held */
    uint8_t ftp_open;            /* FTPGET=2 may read */
    uint8_t ftp_extended;        /* FTPEXTGET: mode */
    uint8_t ftp_quiet;           /* how often 1,1 was repeated */
    uint8_t ftp_cid, ftp_passive, ftp_ascii;
    char ftp_host[50], ftp_user[50], ftp_password[50];
    char ftp_file[100], ftp_path[256];

    struct ffx_module_sms sms;
};

/* --- calls --------------------------------------------------------------- */

/* Power-up or reset: settings are loaded, everything volatile is at its
 * default, boot URCs are on their way. FFX_ERR_ARGUMENT. */
int ffx_module_init(struct ffx_module *module,
                    const struct ffx_module_config *config, uint32_t now_ms);

/* Bytes from the TE on one of the ports. Returns how many were taken: fewer
 * when answers wait in a full tx ring; offer the rest again after draining
 * it. 0 for a port that the config does not have. */
uint32_t ffx_module_feed(struct ffx_module *module, uint32_t port,
                         const void *bytes, uint32_t length, uint32_t now_ms);

/* Work that waits for time or for a port. Returns the milliseconds until it
 * wants to be called again; call it earlier as often as you like. */
uint32_t ffx_module_poll(struct ffx_module *module, uint32_t now_ms);

/* Bytes for the TE on this port: the longest run that is ready, and how many
 * went out. An answer that did not fit goes on inside tx_ack, at the time of
 * the call before it. A port that nobody reads holds up only itself. */
const uint8_t *ffx_module_tx(struct ffx_module *module, uint32_t port,
                             uint32_t *length);
void ffx_module_tx_ack(struct ffx_module *module, uint32_t port,
                       uint32_t length);

/* The TE moves DTR. High with CSCLK=1: the module sleeps as soon as it has
 * nothing in hand, answers nothing and drops what it is fed, on every port.
 * Low wakes it. With CSCLK=0 the level means nothing, and with any AT&D an edge
 * ends nothing: there are no data calls. */
void ffx_module_dtr(struct ffx_module *module, int high, uint32_t now_ms);

/* The supply: 80 % and 3900 mV after init. With CBATCHK=1 a voltage out of
 * bounds is a URC, and one far out ends in FFX_POWER_DOWN. */
void ffx_module_battery(struct ffx_module *module, uint8_t percent,
                        uint16_t millivolts, uint32_t now_ms);

/* An SMS arrives (note 5.2.1: it may start a session), its text in UTF-8.
 * FFX_ERR_ARGUMENT: `from` is not a number, or the text is no text or does
 * not fit one message: 160 septets of the GSM alphabet, else 70 characters.
 * FFX_ERR_BUSY: the module is not registered, the network keeps it: try
 * later. FFX_ERR_SPACE: the storage is full. */
int ffx_module_sms(struct ffx_module *module, const char *from,
                   const char *text, uint32_t now_ms);

/* The air around the module. A reset forgets it: tell it again behind init.
 * URCs come as if the network had done it. */
/* 0..31 as CSQ counts, 99 unknown; 27 after init. FFX_ERR_ARGUMENT. */
int ffx_module_signal(struct ffx_module *module, uint8_t rssi, uint32_t now_ms);
/* What the network does with a module that wants in, as CREG counts: 0 gone,
 * 1 home (after init), 2 searching, 3 denied, 4 unknown, 5 roaming, 6 SMS
 * only. FFX_ERR_ARGUMENT. */
int ffx_module_registration(struct ffx_module *module, uint8_t stat,
                            uint32_t now_ms);
/* The network takes the context away: bearers go off, a transfer over them
 * fails, CNACT=2 comes back by itself, with another address. */
void ffx_module_drop_pdp(struct ffx_module *module, uint32_t now_ms);
/* The module slept (PSM) and woke: attached as before, CNACT off, and no URC
 * said so. */
void ffx_module_woke(struct ffx_module *module, uint32_t now_ms);

#ifdef __cplusplus
}
#endif
#endif
