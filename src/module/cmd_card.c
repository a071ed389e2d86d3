/* SPDX-License-Identifier: Apache-2.0 */
/* AT+CRSM: the files of the SIM that say which one it is (TS 27.007, 8.18;
 * TS 51.011, 9 and 10). It has no others, and none can be written. */
#include "base/bytes.h"

#include "module/answer.h"
#include "module/card.h"
#include "module/sms_text.h"

enum { READ_BINARY = 176, GET_RESPONSE = 192, STATUS = 242 };

/* Status words (TS 51.011, 9.4), in the two numbers of the answer. */
#define DONE "144,0"
#define NO_SUCH_FILE "148,4"
#define WRONG_SIZE "103,0"
#define BEYOND_THE_END "148,2"
#define UNKNOWN_COMMAND "109,0"

#define FILE_MAX 10u

/* Digits by halves of octets, the first one low. */
static void put_digits(uint8_t *to, const char *digits, uint32_t count)
{
    for (uint32_t i = 0; i < count; i += 2)
        to[i / 2] = (uint8_t)((digits[i + 1] - '0') << 4 | (digits[i] - '0'));
}

static void read_iccid(const struct ffx_module *module, uint8_t *file)
{
    char iccid[CARD_ICCID + 1];
    card_iccid(module, iccid);
    put_digits(file, iccid, CARD_ICCID);
}

/* Length, then parity with the first digit, then pairs of digits. */
static void read_imsi(const struct ffx_module *module, uint8_t *file)
{
    char imsi[CARD_IMSI + 1];
    card_imsi(module, imsi);
    file[0] = 8;
    file[1] = (uint8_t)((imsi[0] - '0') << 4 | 9);
    put_digits(file + 2, imsi + 1, CARD_IMSI - 1);
}

/* Normal operation; two digits of MNC. */
static void read_ad(const struct ffx_module *module, uint8_t *file)
{
    (void)module;
    memset(file, 0, 3);
    file[3] = 2;
}

static const struct card_file {
    uint16_t id;
    uint8_t size;
    void (*read)(const struct ffx_module *module, uint8_t *file);
} files[] = {
    {0x2fe2, 10, read_iccid},
    {0x6f07, 9, read_imsi},
    {0x6fad, 4, read_ad},
};

static const struct card_file *find(int32_t id)
{
    for (uint32_t i = 0; i < sizeof files / sizeof files[0]; i++)
        if (files[i].id == id)
            return &files[i];
    return 0;
}

static int reply(struct command_call *call, const char *words,
                 const uint8_t *data, uint32_t length)
{
    answer_named(call);
    ffx_at_put(&call->out, words);
    if (length > 0) {
        ffx_at_put(&call->out, ",\"");
        sms_put_hex(&call->out, data, length);
        ffx_at_put(&call->out, "\"");
    }
    answer_end(call);
    return COMMAND_OK;
}

/* P3 0: all of it. */
static int read_binary(struct ffx_module *module, struct command_call *call,
                       const struct card_file *file, const int32_t p[3])
{
    uint8_t octets[FILE_MAX];
    const int32_t offset = p[0] << 8 | p[1];
    if (offset >= file->size)
        return reply(call, BEYOND_THE_END, 0, 0);
    const int32_t length = p[2] == 0 ? file->size - offset : p[2];
    if (length > file->size - offset)
        return reply(call, WRONG_SIZE, 0, 0);
    file->read(module, octets);
    return reply(call, DONE, octets + offset, (uint32_t)length);
}

/* An elementary file, transparent, read by anyone. */
static int get_response(struct command_call *call, const struct card_file *file)
{
    const uint8_t facts[] = {0,
                             0,
                             0,
                             file->size,
                             (uint8_t)(file->id >> 8),
                             (uint8_t)file->id,
                             0x04,
                             0,
                             0x0f,
                             0xff,
                             0xff,
                             1,
                             2,
                             0,
                             0};
    return reply(call, DONE, facts, sizeof facts);
}

static int crsm_write(struct ffx_module *module, struct command_call *call)
{
    int32_t command, id = 0, p[3] = {0, 0, 0};
    if (command_number(call, 0, 255, &command) != 1 ||
        command_number(call, 0, 65535, &id) < 0)
        return COMMAND_REFUSED;
    for (uint32_t i = 0; i < 3; i++)
        if (command_number(call, 0, 255, &p[i]) < 0)
            return COMMAND_REFUSED;
    if (command == STATUS)
        return reply(call, DONE, 0, 0);
    if (command != READ_BINARY && command != GET_RESPONSE)
        return reply(call, UNKNOWN_COMMAND, 0, 0);
    if (ffx_at_args_end(&call->args) != 0)
        return COMMAND_REFUSED;
    const struct card_file *file = find(id);
    if (file == 0)
        return reply(call, NO_SUCH_FILE, 0, 0);
    return command == READ_BINARY ? read_binary(module, call, file, p)
                                  : get_response(call, file);
}

static const struct command rows[] = {
    {"+CRSM", COMMAND_SIM, "", .write = crsm_write},
};

const struct command_table cmd_card_table = {rows,
                                             sizeof rows / sizeof rows[0]};
