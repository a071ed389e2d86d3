/* SPDX-License-Identifier: Apache-2.0 */
#include "module/quirk.h"

#include "base/bytes.h"

struct quirk {
    const char *name;
    const char *values; /* blank between two; the first one is value 0 */
};

static const struct quirk quirks[FFX_QUIRKS] = {
    [FFX_D1_FOTA_TEST] = {"D1", "ok error"},
    [FFX_D2_FOTA_RESET] = {"D2", "reset wait"},
    [FFX_D3_NO_FILE] = {"D3", "3 22 188"},
    [FFX_D4_INPUT_TIMEOUT] = {"D4", "drop keep"},
    [FFX_D5_NO_BRACKET] = {"D5", "error ok"},
    [FFX_D6_MODE_0] = {"D6", "truncate overwrite"},
    [FFX_D7_FLOW] = {"D7", "none rtscts"},
    [FFX_D8_READ_OK] = {"D8", "end both"},
    [FFX_D9_HTTPS] = {"D9", "yes 603 601"},
    [FFX_D10_LENGTHS] = {"D10", "equal differ"},
    [FFX_D11_FTP_BEARER] = {"D11", "any sapbr cnact"},
    [FFX_D12_CNACT] = {"D12", "sim7000 note sim7070"},
    [FFX_D13_RESET_OK] = {"D13", "before after"},
    [FFX_D14_HTTPSTOFS] = {"D14", "error alias"},
    [FFX_D15_INDEX_1] = {"D15", "fota custapp"},
    [FFX_D16_FTP_FILE] = {"D16", "yes error"},
    [FFX_D17_FTP_STATE] = {"D17", "busy done"},
    [FFX_D18_REVISION] = {"D18", "plain blank"},
    [FFX_D19_FOTA_BLANK] = {"D19", "blank plain"},
    [FFX_D20_LIMITS] = {"D20", "inclusive exclusive"},
    [FFX_D21_FREE] = {"D21", "free size"},
    [FFX_D22_HTTP_LIMITS] = {"D22", "accept error"},
    [FFX_D23_TIME] = {"D23", "real manual"},
    [FFX_D24_STATUS] = {"D24", "all sim7070"},
    [FFX_D25_RATE] = {"D25", "fixed auto"},
    [FFX_D26_UNKNOWN] = {"D26", "error cme"},
};

/* Bit i is names[i]. */
static const char *const bugs[] = {
    "http-empty-with-cfsinit", "http-empty-after-poll", "idle-before-urc",
    "urc-before-flash",        "http-back-to-back",
};
static const char *const damages[] = {"imei", "fun-5", "version", "sim"};

static int set_bit(const char *const *names, uint32_t count, uint32_t *mask,
                   const char *name)
{
    for (uint32_t i = 0; i < count; i++)
        if (bytes_same_text(names[i], name)) {
            *mask |= 1u << i;
            return 0;
        }
    return FFX_ERR_SYNTAX;
}

int ffx_module_bug_set(uint32_t *mask, const char *name)
{
    return set_bit(bugs, sizeof bugs / sizeof bugs[0], mask, name);
}

int ffx_module_damage_set(uint32_t *mask, const char *name)
{
    return set_bit(damages, sizeof damages / sizeof damages[0], mask, name);
}

static const char *const profiles[FFX_PROFILES] = {
    [FFX_PROFILE_NOTE] = "note",
    [FFX_PROFILE_MANUAL] = "manual",
    [FFX_PROFILE_SIM7070] = "sim7070",
    [FFX_PROFILE_MANUAL_103] = "manual-1.03",
    [FFX_PROFILE_MANUAL_104] = "manual-1.04",
};

int ffx_module_profile_set(enum ffx_module_profile *profile, const char *name)
{
    if (bytes_same_text(name, "manual-1.06"))
        name = profiles[FFX_PROFILE_MANUAL];
    for (uint32_t i = 0; i < FFX_PROFILES; i++)
        if (bytes_same_text(profiles[i], name)) {
            *profile = (enum ffx_module_profile)i;
            return 0;
        }
    return FFX_ERR_SYNTAX;
}

/* What a profile has that is not the first value. */
static const struct {
    uint8_t profile, quirk, value;
} choices[] = {
    {FFX_PROFILE_NOTE, FFX_D12_CNACT, 1},
    {FFX_PROFILE_NOTE, FFX_D14_HTTPSTOFS, 1},
    {FFX_PROFILE_MANUAL, FFX_D16_FTP_FILE, 1},
    {FFX_PROFILE_SIM7070, FFX_D11_FTP_BEARER, 2},
    {FFX_PROFILE_SIM7070, FFX_D12_CNACT, 2},
    {FFX_PROFILE_SIM7070, FFX_D24_STATUS, 1},
    {FFX_PROFILE_MANUAL_103, FFX_D16_FTP_FILE, 1},
    {FFX_PROFILE_MANUAL_103, FFX_D22_HTTP_LIMITS, 1},
    {FFX_PROFILE_MANUAL_104, FFX_D16_FTP_FILE, 1},
};

void ffx_module_quirks(enum ffx_module_profile profile,
                       uint8_t values[FFX_QUIRKS])
{
    memset(values, 0, FFX_QUIRKS);
    for (uint32_t i = 0; i < sizeof choices / sizeof choices[0]; i++)
        if (choices[i].profile == profile)
            values[choices[i].quirk] = choices[i].value;
}

const char *ffx_module_quirk_name(enum ffx_quirk quirk)
{
    return quirks[quirk].name;
}

const char *ffx_module_quirk_values(enum ffx_quirk quirk)
{
    return quirks[quirk].values;
}

/* Up to `stop`, or to the end. */
static uint32_t word_length(const char *text, char stop)
{
    uint32_t length = 0;
    while (text[length] != '\0' && text[length] != stop)
        length++;
    return length;
}

/* The place of `word` among `values`, or -1. */
static int value_index(const char *values, const char *word)
{
    const uint32_t wanted = bytes_length(word);
    for (int index = 0; *values != '\0'; index++) {
        const uint32_t length = word_length(values, ' ');
        if (length == wanted && memcmp(values, word, length) == 0)
            return index;
        values += length + (values[length] == ' ');
    }
    return -1;
}

/* How many words there are. */
static uint32_t value_count(const char *values)
{
    uint32_t count = 1;
    for (; *values != '\0'; values++)
        count += *values == ' ';
    return count;
}

int quirk_values_exist(const uint8_t values[FFX_QUIRKS])
{
    int good = 1;
    for (uint32_t i = 0; i < FFX_QUIRKS; i++)
        good &= values[i] < value_count(quirks[i].values);
    return good;
}

int ffx_module_quirk_set(uint8_t values[FFX_QUIRKS], const char *text)
{
    const uint32_t length = word_length(text, '=');
    for (uint32_t i = 0; text[length] == '=' && i < FFX_QUIRKS; i++) {
        const char *name = quirks[i].name;
        if (bytes_length(name) != length || memcmp(name, text, length) != 0)
            continue;
        const int index = value_index(quirks[i].values, text + length + 1);
        if (index < 0)
            return FFX_ERR_SYNTAX;
        values[i] = (uint8_t)index;
        return 0;
    }
    return FFX_ERR_SYNTAX;
}
