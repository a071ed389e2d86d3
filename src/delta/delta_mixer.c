/* SPDX-License-Identifier: Apache-2.0 */
#include "delta/delta_mixer.h"

/* 256 ln(p / (1 - p)) for p = (i + 1/2) / 4096 and for p = (16 i + 136) /
 * 4096: fine where the curve is steep. */
/* clang-format off */
static const int16_t stretch_fine[128] = {
    -2047, -2025, -1895, -1808, -1744, -1693, -1650, -1613, -1581, -1552,
    -1527, -1503, -1482, -1462, -1444, -1427, -1411, -1396, -1381, -1368,
    -1355, -1343, -1331, -1320, -1309, -1299, -1289, -1279, -1270, -1261,
    -1252, -1244, -1236, -1228, -1221, -1213, -1206, -1199, -1192, -1186,
    -1179, -1173, -1167, -1161, -1155, -1149, -1144, -1138, -1133, -1127,
    -1122, -1117, -1112, -1107, -1102, -1098, -1093, -1088, -1084, -1080,
    -1075, -1071, -1067, -1063, -1059, -1055, -1051, -1047, -1043, -1039,
    -1035, -1032, -1028, -1025, -1021, -1018, -1014, -1011, -1007, -1004,
    -1001, -998, -994, -991, -988, -985, -982, -979, -976, -973,
    -970, -967, -965, -962, -959, -956, -953, -951, -948, -945,
    -943, -940, -938, -935, -933, -930, -928, -925, -923, -920,
    -918, -915, -913, -911, -909, -906, -904, -902, -899, -897,
    -895, -893, -891, -889, -886, -884, -882, -880,
};
static const int16_t stretch_coarse[120] = {
    -863, -834, -807, -783, -760, -739, -720, -702, -685, -669,
    -653, -639, -625, -612, -599, -587, -575, -564, -553, -542,
    -532, -522, -512, -503, -494, -485, -476, -468, -459, -451,
    -443, -436, -428, -421, -413, -406, -399, -392, -385, -379,
    -372, -366, -359, -353, -347, -341, -335, -329, -323, -317,
    -311, -306, -300, -295, -289, -284, -279, -273, -268, -263,
    -258, -253, -248, -243, -238, -233, -228, -223, -218, -214,
    -209, -204, -200, -195, -190, -186, -181, -177, -172, -168,
    -163, -159, -155, -150, -146, -141, -137, -133, -129, -124,
    -120, -116, -112, -108, -103, -99, -95, -91, -87, -83,
    -79, -75, -70, -66, -62, -58, -54, -50, -46, -42,
    -38, -34, -30, -26, -22, -18, -14, -10, -6, -2,
};

/* 65536 / (1 + exp(-x)) for x = -8, -7.5, ..., 8. */
static const uint16_t squash_knots[33] = {
    22, 36, 60, 98, 162, 267, 439, 720, 1179, 1921,
    3108, 4971, 7812, 11955, 17625, 24743, 32768, 40793, 47911, 53581,
    57724, 60565, 62428, 63615, 64357, 64816, 65097, 65269, 65374, 65438,
    65476, 65500, 65514,
};
/* clang-format on */

int32_t delta_stretch(uint32_t p12)
{
    const uint32_t p = p12 < 2048 ? p12 : 4095 - p12;
    const int32_t odds =
        p < 128 ? stretch_fine[p] : stretch_coarse[(p >> 4) - 8];
    return p12 < 2048 ? odds : -odds;
}

uint32_t delta_squash(int32_t odds)
{
    if (odds > 2047)
        odds = 2047;
    if (odds < -2047)
        odds = -2047;
    const uint32_t x = (uint32_t)(odds + 2048), i = x >> 7, part = x & 127;
    const uint32_t low = squash_knots[i], high = squash_knots[i + 1];
    return low + ((high - low) * part >> 7);
}

void delta_weights_reset(struct delta_weights *sets, uint32_t count,
                         int16_t first, int16_t others)
{
    for (; count > 0; count--, sets++) {
        sets->used = 0;
        sets->of[0] = first;
        for (uint32_t i = 1; i < MIXER_INPUTS_MAX; i++)
            sets->of[i] = others;
    }
}

/* --- mixing -------------------------------------------------------------- */

#define P_MIN 48u /* what a bit costs when the mixer is sure: 0.001 */
#define BOOST 200u

static int16_t moved(int16_t weight, int32_t odds, int32_t error)
{
    const int32_t w = weight + ((odds * error + 0x40000) >> 19);
    return (int16_t)(w > INT16_MAX ? INT16_MAX : w < INT16_MIN ? INT16_MIN : w);
}

/* A new set learns faster: BOOST falls to half with every 128 bits. */
static int32_t rate_of(struct delta_weights *weights, uint32_t rate)
{
    const uint32_t age = weights->used >> 7;
    weights->used = (uint16_t)(weights->used + (weights->used < UINT16_MAX));
    return (int32_t)(rate + (age < 8 ? BOOST >> age : 0));
}

unsigned delta_mixer_code(struct delta_bits *bits,
                          const struct delta_mixer *mixer, unsigned bit)
{
    struct delta_weights *const one = mixer->weights, *const two = mixer->more;
    int32_t dot = 0;
    for (uint32_t i = 0; i < mixer->inputs; i++)
        dot += mixer->odds[i] * (one->of[i] + (two != NULL ? two->of[i] : 0));
    uint32_t p = delta_squash(dot >> 13);
    if (p < P_MIN)
        p = P_MIN;
    if (p > 65536 - P_MIN)
        p = 65536 - P_MIN;
    bit = delta_bits_code(bits, p, bit);
    const int32_t error =
        ((bit ? 65535 : 0) - (int32_t)p) * rate_of(one, mixer->rate) >> 4;
    for (uint32_t i = 0; i < mixer->inputs; i++) {
        one->of[i] = moved(one->of[i], mixer->odds[i], error);
        if (two != NULL)
            two->of[i] = moved(two->of[i], mixer->odds[i], error);
    }
    return bit;
}
