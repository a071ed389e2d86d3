/* SPDX-License-Identifier: Apache-2.0 */
/* From converter counts to physical values. */
#ifndef AP_SENSOR_H
#define AP_SENSOR_H

#include <stdint.h>

struct sensor_sample {
    double temperature_c;
    double humidity_pct;
    double dew_point_c;
    double supply_v;
};

/* The `index`-th quarter of an hour of the day. This board has no sensors: a
 * recorded day of a cold store is played. */
void sensor_read(uint32_t index, struct sensor_sample *sample);

#endif
