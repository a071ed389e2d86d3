/* SPDX-License-Identifier: Apache-2.0 */
#include "band.h"

#include <stddef.h>

/* 3GPP TS 36.101, table 5.7.3-1. */
static const struct band bands[] = {
    {1, 2110000, 0, 599, 190000, "IMT"},
    {2, 1930000, 600, 1199, 80000, "PCS"},
    {3, 1805000, 1200, 1949, 95000, "DCS"},
    {4, 2110000, 1950, 2399, 400000, "AWS-1"},
    {5, 869000, 2400, 2649, 45000, "Cellular"},
    {8, 925000, 3450, 3799, 45000, "Extended GSM"},
    {12, 729000, 5010, 5179, 30000, "Lower SMH, A to C"},
    {13, 746000, 5180, 5279, 31000, "Upper SMH, C"},
    {14, 758000, 5280, 5379, 30000, "Upper SMH, D"},
    {17, 734000, 5730, 5849, 30000, "Lower SMH, B and C"},
    {18, 860000, 5850, 5999, 45000, "Japan lower 800"},
    {19, 875000, 6000, 6149, 45000, "Japan upper 800"},
    {20, 791000, 6150, 6449, 41000, "Digital dividend"},
    {25, 1930000, 8040, 8689, 80000, "Extended PCS"},
    {26, 859000, 8690, 9039, 45000, "Extended cellular"},
    {27, 852000, 9040, 9209, 45000, "SMR"},
    {28, 758000, 9210, 9659, 55000, "APT"},
    {39, 1880000, 38250, 38649, 0, "TDD 1900"},
    {66, 2110000, 66436, 67335, 400000, "Extended AWS"},
    {85, 728000, 70366, 70545, 30000, "Extended lower SMH"},
};
#define BANDS (sizeof bands / sizeof bands[0])

const struct band *band_list(uint32_t *count)
{
    *count = BANDS;
    return bands;
}

const struct band *band_of(uint32_t earfcn)
{
    for (uint32_t i = 0; i < BANDS; i++)
        if (earfcn >= bands[i].first && earfcn <= bands[i].last)
            return &bands[i];
    return NULL;
}

uint32_t band_downlink_khz(const struct band *band, uint32_t earfcn)
{
    return band->first_khz + 100 * (earfcn - band->first);
}
