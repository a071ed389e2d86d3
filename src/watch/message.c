/* SPDX-License-Identifier: Apache-2.0 */
#include "watch/message.h"

#include "base/bytes.h"

#define DIGITS_MAX 20u        /* of an address */
#define TYPE_AND_HEADER 0x43u /* first octet: DELIVER is 0, no header */
#define STAMP 7u
#define FILLER 15

/* --- what the application wants ------------------------------------------ */

const char *message_text(const struct ffx_watch_config *config)
{
    return config->text != NULL ? config->text : MESSAGE_TEXT;
}

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* What ASCII and the GSM alphabet write alike. */
static int is_common(char c)
{
    return (c >= ' ' && c <= '?' && c != '$') ||
           (lower(c) >= 'a' && lower(c) <= 'z');
}

static const char *digits_of(const char *sender)
{
    return sender + (sender[0] == '+');
}

static int sender_usable(const char *sender)
{
    uint32_t n = 0;
    if (sender == NULL)
        return 0;
    for (sender = digits_of(sender); is_digit(sender[n]); n++)
        ;
    return n > 0 && n <= DIGITS_MAX && sender[n] == '\0';
}

int message_check(const struct ffx_watch_config *config)
{
    const char *text = message_text(config);
    const uint32_t length = bytes_length(text);
    if (length == 0 || length > FFX_WATCH_TEXT_MAX || text[length - 1] == ' ')
        return FFX_ERR_ARGUMENT;
    for (uint32_t i = 0; i < length; i++)
        if (!is_common(text[i]))
            return FFX_ERR_ARGUMENT;
    for (uint32_t i = 0; i < config->sender_count; i++)
        if (!sender_usable(config->senders[i]))
            return FFX_ERR_ARGUMENT;
    return FFX_OK;
}

/* --- what the module printed --------------------------------------------- */

/* 16: no hex digit. */
static uint32_t nibble(char c)
{
    if (is_digit(c))
        return (uint32_t)(c - '0');
    c = lower(c);
    return c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a') + 10u : 16u;
}

uint32_t message_octets(char *line, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++)
        if (nibble(line[i]) > 15 || length % 2 != 0)
            return 0;
    for (uint32_t i = 0; i < length; i += 2)
        line[i / 2] = (char)(nibble(line[i]) << 4 | nibble(line[i + 1]));
    return length / 2;
}

/* Number of digits, type, digits with their halves swapped, a filler behind an
 * odd number of them. Their number and each of them must be the sender's. */
static int is_from(const uint8_t *address, const char *sender)
{
    const uint32_t count = address[0];
    sender = digits_of(sender);
    if (count != bytes_length(sender))
        return 0;
    for (uint32_t i = 0; i < count + count % 2; i++) {
        const char digit = i < count ? (char)(sender[i] - '0') : FILLER;
        if ((address[2 + i / 2] >> i % 2 * 4 & 15) != digit)
            return 0;
    }
    return 1;
}

/* Of a known sender, by an international or an unknown type of number. */
static int is_known(const struct ffx_watch_config *config,
                    const uint8_t *address)
{
    for (uint32_t i = 0; i < config->sender_count; i++)
        if (((address[1] & 0x70) == 0x10 || (address[1] & 0x70) == 0) &&
            is_from(address, config->senders[i]))
            return 1;
    return 0;
}

/* Seven bits each, the lowest first, over the octets' borders. */
static char septet(const uint8_t *text, uint32_t index)
{
    const uint32_t bit = index * 7, shift = bit % 8;
    uint32_t value = text[bit / 8];
    if (shift > 1)
        value |= (uint32_t)text[bit / 8 + 1] << 8;
    return (char)(value >> shift & 0x7f);
}

static int is_blank(char c)
{
    return c == ' ' || c == '\r' || c == '\n';
}

static int says(const uint8_t *text, uint32_t count, const char *wanted)
{
    while (count > 0 && is_blank(septet(text, count - 1)))
        count--;
    if (count != bytes_length(wanted))
        return 0;
    for (uint32_t i = 0; i < count; i++)
        if (lower(septet(text, i)) != lower(wanted[i]))
            return 0;
    return 1;
}

/* Uncompressed, in the GSM alphabet (TS 23.038, 4). */
static int is_plain(uint32_t coding)
{
    return (coding & 0xecu) == 0 || (coding & 0xf4u) == 0xf0;
}

int message_counts(const struct ffx_watch_config *config, const uint8_t *pdu,
                   uint32_t length, uint32_t behind)
{
    const uint32_t start = 1u + pdu[0];
    if (start + 2 > length || length - start != behind)
        return 0;
    const uint8_t *const first = pdu + start;
    const uint32_t digits = first[1];
    const uint32_t coding = 4 + (digits + 1) / 2;
    const uint32_t text = coding + 1 + STAMP;
    if ((first[0] & TYPE_AND_HEADER) != 0 || text >= behind)
        return 0;
    return behind - text - 1 == (first[text] * 7u + 7) / 8 &&
           is_plain(first[coding]) && is_known(config, first + 1) &&
           says(first + text + 1, first[text], message_text(config));
}
