/* SPDX-License-Identifier: Apache-2.0 */
/* The fuzzer plays the module: what it says, when, and how much of what the
 * driver sends gets through. Whatever it plays, the driver stays in its
 * buffers, ends in bounded virtual time, and holds back DONE until a line
 * "+CFOTA: 6" and a line "Revision:B" were said.
 *
 * Input: route, then records: length (0..127: so many bytes are said; 128..
 * 255: silence, from 1 ms to an hour). Bytes 0x80..0xff in what is said stand
 * for whole lines of the dialogue. Half of the routes bring a file. */
#include <farfix/driver.h>

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const words[] = {
    "\r\nOK\r\n",
    "\r\nERROR\r\n",
    "\r\n+CME ERROR: 3\r\n",
    "\r\nRDY\r\n",
    "\r\n+CFOTA: 6\r\n",
    "\r\n+CFOTA: 8\r\n",
    "\r\n+CFOTA: 3\r\n",
    "\r\n+CFOTA: 1\r\n",
    "\r\n+CFOTA: \"Updating\",50\r\n",
    "\r\n+CFOTA: \"Update successfully, please wait for reset\"\r\n",
    "\r\nRevision:A\r\n",
    "\r\nRevision:B\r\n",
    "\r\nSIMCOM_SIM7000G\r\n",
    "\r\n866425030000014\r\n",
    "\r\n+CFUN: 1\r\n",
    "\r\n+CNMP: 2\r\n",
    "\r\n+CMNB: 3\r\n",
    "\r\n+CBC: 0,80,3900\r\n",
    "\r\n+CPIN: READY\r\n",
    "\r\n+CPIN: SIM PIN\r\n",
    "\r\n+CEREG: 0,1\r\n",
    "\r\n+CGATT: 1\r\n",
    "\r\n+CSQ: 20,99\r\n",
    "\r\n+CNACT: 1,\"1.2.3.4\"\r\n",
    "\r\n+CGNAPN: 1,\"ctnb\"\r\n",
    "\r\n+CFSGFIS: 100\r\n",
    "\r\n+CFSGFRS: 22000000\r\n",
    "\r\n+HTTPTOFS: 200,100\r\n",
    "\r\n+HTTPTOFSRL: 0,100,100\r\n",
    "\r\n+FTPEXTGETFILE: 1,0\r\n",
    "\r\n+FTPTOFSST: 0,0,100\r\n",
    "\r\nDOWNLOAD\r\n",
    "\r\n+CFSRFILE: 100\r\n",
    "\r\n+IPR: 0\r\n",
    "\r\n+APP PDP: DEACTIVE\r\n",
};
#define WORDS (sizeof words / sizeof words[0])

/* The last of 0x80..0xff. */
static const char *const saving_words[] = {
    "\r\n+CSCLK: 1\r\n",
    "\r\n+CPSMS: 1,,,\"01000111\",\"00000001\"\r\n",
    "\r\n+CEDRXRDP: 5,\"0101\",\"0101\",\"0011\"\r\n",
    "\r\n+CEDRXRDP: 0\r\n",
};
#define FIRST_SAVING_WORD                                                      \
    (0x100u - sizeof saving_words / sizeof saving_words[0])

static struct ffx_driver driver;
static char line[96], command[160];
static uint32_t now_ms, given;
static int said_six, said_target, ended;

static int read_package(void *context, uint32_t offset, void *buffer,
                        uint32_t length)
{
    (void)context;
    memset(buffer, (int)offset, length);
    return 0;
}

static int hash_start(void *context, struct ffx_sha256 *hash)
{
    (void)context;
    hash->opaque[0] = 0;
    return 0;
}

static int hash_update(void *context, struct ffx_sha256 *hash, const void *data,
                       uint32_t length)
{
    const uint8_t *bytes = data;
    (void)context;
    for (uint32_t i = 0; i < length; i++)
        hash->opaque[0] = hash->opaque[0] * 31u + bytes[i];
    return 0;
}

static int hash_finish(void *context, struct ffx_sha256 *hash,
                       uint8_t digest[FFX_SHA256_BYTES])
{
    (void)context;
    memset(digest, (int)(hash->opaque[0] & 1), FFX_SHA256_BYTES);
    return 0;
}

static const struct ffx_crypto crypto = {.sha256_start = hash_start,
                                         .sha256_update = hash_update,
                                         .sha256_finish = hash_finish};

/* In order, or again from before. */
static void on_bytes(void *context, uint32_t offset, const void *bytes,
                     uint32_t length)
{
    (void)context;
    (void)bytes;
    if (offset > given)
        abort();
    given = offset + length;
}

static const struct ffx_driver_file file = {"/customer/a", on_bytes};
/* From a walk that was cut off. */
static const struct ffx_driver_position owed = {
    .saving = FFX_SAVING_SLEEP | FFX_SAVING_EDRX,
    .edrx = {'5', ',', '"', '0', '1', '0', '1', '"'}};

static void on_event(void *context, const struct ffx_driver_event *event)
{
    (void)context;
    if (event->text == NULL || ended)
        return;
    if (event->kind == FFX_DRIVER_SENT && driver.config->file != NULL &&
        strncmp(event->text, "AT+CFOTA=", 9) == 0)
        abort();
    if (event->kind == FFX_DRIVER_HEARD && strlen(event->text) >= sizeof line)
        abort();
    if (event->kind == FFX_DRIVER_HEARD &&
        strcmp(event->text, "+CFOTA: 6") == 0)
        said_six = 1;
    if (event->kind == FFX_DRIVER_HEARD &&
        strcmp(event->text, "Revision:B") == 0)
        said_target = 1;
}

static void start(uint8_t route)
{
    static const struct ffx_driver_ftp ftp = {"h", "u", "p", "/", "n", 0};
    static const uint8_t digest[FFX_SHA256_BYTES];
    static struct ffx_driver_config config;
    config = (struct ffx_driver_config){
        .line = line,
        .line_bytes = sizeof line,
        .command = command,
        .command_bytes = sizeof command,
        .route = (enum ffx_route)(route % 3),
        .url = "http://h/update.zip",
        .ftp = &ftp,
        .package = {read_package, NULL, 100},
        .facts = {.to = "B",
                  .from = route & 4 ? "A" : NULL,
                  .size = route & 8 ? 100 : 0,
                  .sha256 = route & 16 ? digest : NULL},
        .sim_pin = "1234",
        .apn = route & 32 ? "apn" : NULL,
        .user = route & 64 ? "user" : NULL,
        .dialect = (enum ffx_dialect)(route >> 6 & 1),
        .file = route & 128 ? &file : NULL,
        .position = route & 128 ? &owed : NULL,
        .baud = 9600,
        .crypto = &crypto,
        .event = on_event,
    };
    now_ms = given = 0;
    said_six = said_target = ended = 0;
    if (ffx_driver_init(&driver, &config, now_ms) != 0)
        abort();
}

/* Takes everything that wants to go out. */
static void listen(void)
{
    uint32_t length;
    const void *bytes;
    while ((bytes = ffx_driver_buf(&driver, &length)) != NULL) {
        const char *from = bytes;
        if (length == 0 || from < command ||
            from + length > command + sizeof command)
            abort();
        ffx_driver_ack(&driver, length);
    }
}

static void say(uint8_t byte)
{
    if (byte < 0x80) {
        ffx_driver_feed(&driver, &byte, 1, now_ms);
    } else {
        const char *word = byte >= FIRST_SAVING_WORD
                               ? saving_words[byte - FIRST_SAVING_WORD]
                               : words[byte % WORDS];
        ffx_driver_feed(&driver, word, (uint32_t)strlen(word), now_ms);
    }
    ffx_driver_poll(&driver, now_ms);
    listen();
}

static void wait_for(uint32_t ms)
{
    const uint32_t end_ms = now_ms + ms;
    while (now_ms < end_ms && !ffx_driver_finished(&driver, NULL)) {
        const uint32_t wait = ffx_driver_poll(&driver, now_ms);
        listen();
        now_ms += wait < end_ms - now_ms ? wait + 1 : end_ms - now_ms;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum ffx_cause cause;
    if (size < 1)
        return 0;
    start(data[0]);
    wait_for(1);
    for (size_t i = 1; i < size && !ffx_driver_finished(&driver, NULL);) {
        const uint8_t head = data[i++];
        if (head >= 0x80) {
            wait_for(1u << (head & 0x7f) % 22);
            continue;
        }
        for (uint8_t n = 0; n <= head && i < size; n++)
            say(data[i++]);
    }
    /* From here on silence: it has to end by itself, within a day. */
    wait_for(24u * 3600u * 1000u);
    if (!ffx_driver_finished(&driver, &cause))
        abort();
    if (cause == FFX_CAUSE_DONE && !(said_six && said_target))
        abort();
    if (cause == FFX_CAUSE_FETCHED && given == 0)
        abort();
    if (driver.config->file == NULL ? cause == FFX_CAUSE_FETCHED
                                    : cause == FFX_CAUSE_DONE)
        abort();
    return 0;
}
