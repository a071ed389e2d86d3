/* SPDX-License-Identifier: Apache-2.0 */
/* The fuzzer plays the module. Whatever it says: a look because of an SMS
 * comes only behind a whole line that the module's own PDU reader takes for
 * "look now" of the one sender; only places that stood in a "+CMGL:" are
 * deleted, no more than one command is sent in 100 ms, and an end ends.
 *
 * Input: records: length (0..127: so many bytes are said; 128..255: silence,
 * from 1 ms to an hour). Bytes 0x80..0xff in what is said stand for whole
 * pieces of the dialogue. */
#include <farfix/watch.h>

#include "module/sms_pdu.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LOOK                                                                   \
    "0891683108100005F0040D91945111325476F800009160624140302308ECF77B0D72BFEF"

static const char *const words[] = {
    "\r\nOK\r\n",
    "\r\nERROR\r\n",
    "\r\n+CMS ERROR: 310\r\n",
    "\r\nRDY\r\n",
    "\r\nSMS Ready\r\n",
    "\r\n+CMGF: 0\r\n",
    "\r\n+CNMI: 2,1,0,0,0\r\n",
    "\r\n+CMTI: \"SM\",1\r\n",
    "\r\n+CMGL: 1,0,\"\",27\r\n",
    "\r\n+CMGL: 255,1,,27\r\n",
    "\r\n+CMGL: 3,1,\"\",",
    LOOK "\r\n",
    LOOK,
    "\r\n0891683108100005F0",
    "040D91945111325476F8",
    "0000",
    "91606241403023",
    "08ECF77B0D72BFEF\r\n",
    "\r\n+CMT: \"\",27\r\n",
    "ATE0\r",
    "> ",
};
#define WORDS (sizeof words / sizeof words[0])

static struct ffx_watch watch;
static char line[112];
static uint32_t now_ms, commands, looks;
static int counted; /* such a line was said */
static char said[1024], sent[64];
static uint32_t said_length, sent_length;
static uint8_t places[65536 / 8];

static const char *const senders[] = {"+4915112345678"};
static const struct ffx_watch_config config = {.line = line,
                                               .line_bytes = sizeof line,
                                               .senders = senders,
                                               .sender_count = 1,
                                               .every_ms = 7200000,
                                               .least_ms = 60000,
                                               .check_ms = 300000};

/* --- what the fuzzer has said -------------------------------------------- */

static int hex_of(char c)
{
    const char *digits = "0123456789abcdef";
    const char *at = strchr(digits, c >= 'A' && c <= 'F' ? c + 32 : c);
    return at != NULL && c != '\0' ? (int)(at - digits) : -1;
}

static int is_look(const char *text)
{
    struct sms_pdu pdu;
    struct sms_text units;
    struct ffx_at_text out;
    uint8_t octets[sizeof said / 2 + 1];
    char utf8[3 * SMS_SEPTETS_MAX + 1];
    const size_t length = strlen(text);
    for (size_t i = 0; i + 1 < length; i += 2) {
        const int high = hex_of(text[i]), low = hex_of(text[i + 1]);
        if (high < 0 || low < 0)
            return 0;
        octets[i / 2] = (uint8_t)(high << 4 | low);
    }
    /* Whose service centre it was does not matter. */
    const size_t centre = length > 0 ? octets[0] : 0;
    if (length % 2 != 0 || centre >= length / 2)
        return 0;
    octets[centre] = 0;
    if (sms_pdu_read(&pdu, octets + centre, (uint32_t)(length / 2 - centre)) <
        0)
        return 0;
    if (strcmp(pdu.address.digits + (pdu.address.digits[0] == '+'),
               senders[0] + 1) != 0 ||
        sms_pdu_coding(pdu.dcs) != SMS_CODING_7BIT ||
        (pdu.first_octet & SMS_HEADER) || sms_pdu_is_submit(&pdu))
        return 0;
    sms_pdu_text(&pdu, &units);
    ffx_at_text_init(&out, utf8, sizeof utf8 - 1);
    sms_text_to_utf8(&units, &out);
    while (out.length > 0 && strchr(" \r\n", utf8[out.length - 1]) != NULL)
        out.length--;
    utf8[out.length] = '\0';
    return strcasecmp(utf8, "look now") == 0;
}

static void note_line(void)
{
    char *text = said;
    said[said_length] = '\0';
    while (strncmp(text, "> ", 2) == 0)
        text += 2;
    if (is_look(text))
        counted = 1;
    if (strncmp(text, "+CMGL:", 6) == 0) {
        const unsigned long place = strtoul(text + 6, NULL, 10);
        if (place < 65536)
            places[place / 8] |= (uint8_t)(1u << place % 8);
    }
    said_length = 0;
}

static void note(char byte)
{
    if (byte == '\r' || byte == '\n' || byte == '\0')
        note_line();
    else if (said_length < sizeof said - 1)
        said[said_length++] = byte;
}

/* --- what the watch does ------------------------------------------------- */

static void check_command(void)
{
    sent[sent_length] = '\0';
    sent_length = 0;
    if (++commands > now_ms / 100 + 2)
        abort();
    if (strncmp(sent, "AT+CMGD=", 8) == 0) {
        const unsigned long place = strtoul(sent + 8, NULL, 10);
        if (place > 65535 || !(places[place / 8] >> place % 8 & 1) || !counted)
            abort();
    }
}

static void listen(void)
{
    uint32_t length;
    const char *bytes;
    while ((bytes = ffx_watch_buf(&watch, &length)) != NULL) {
        if (length == 0 || sent_length + 1 >= sizeof sent)
            abort();
        sent[sent_length++] = *bytes;
        if (*bytes == '\r')
            check_command();
        ffx_watch_ack(&watch, 1);
    }
}

static void poll_it(void)
{
    enum ffx_watch_reason reason;
    ffx_watch_poll(&watch, now_ms);
    listen();
    if (!ffx_watch_due(&watch, &reason))
        return;
    if (reason == FFX_WATCH_SMS && !counted)
        abort();
    if (reason == FFX_WATCH_ASKED || ++looks > now_ms / 60000 + 1)
        abort();
    if (reason == FFX_WATCH_SMS)
        counted = 0;
    ffx_watch_resume(&watch, now_ms);
}

static void say(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        note(bytes[i]);
    ffx_watch_feed(&watch, bytes, (uint32_t)length, now_ms);
    poll_it();
}

static void wait_for(uint32_t ms)
{
    const uint32_t end_ms = now_ms + ms;
    while (now_ms < end_ms) {
        const uint32_t wait = ffx_watch_poll(&watch, now_ms);
        poll_it();
        now_ms += wait < end_ms - now_ms ? wait + 1 : end_ms - now_ms;
    }
}

static void play(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size && i < 4096;) {
        const uint8_t head = data[i++];
        if (head >= 0x80) {
            wait_for(1u << (head & 0x7f) % 22);
            continue;
        }
        for (uint8_t n = 0; n <= head && i < size; n++, i++) {
            const char *word = words[data[i] % WORDS];
            const char byte = (char)data[i];
            if (data[i] < 0x80)
                say(&byte, 1);
            else
                say(word, strlen(word));
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    now_ms = commands = looks = said_length = sent_length = 0;
    counted = 0;
    memset(places, 0, sizeof places);
    if (ffx_watch_init(&watch, &config, 0) != FFX_OK)
        abort();
    wait_for(1);
    play(data, size);
    ffx_watch_end(&watch, now_ms);
    wait_for(30000);
    if (!ffx_watch_ended(&watch))
        abort();
    return 0;
}
