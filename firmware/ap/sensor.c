/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor.h"

#include <math.h>

/* 96 quarters of an hour: NTC and humidity channel of a 12-bit converter. The
 * bumps are door openings at 6:00, 12:00 and 17:30. */
static const uint16_t sensor_day[96][2] = {
    {3012, 2611}, {3014, 2609}, {3017, 2610}, {3019, 2606}, {3021, 2604},
    {3022, 2603}, {3024, 2604}, {3025, 2601}, {3026, 2602}, {3027, 2600},
    {3027, 2599}, {3028, 2597}, {3029, 2598}, {3029, 2596}, {3030, 2597},
    {3030, 2595}, {3031, 2594}, {3031, 2593}, {3030, 2594}, {3030, 2595},
    {3029, 2596}, {3028, 2598}, {3026, 2599}, {3024, 2603}, {2871, 2790},
    {2764, 2911}, {2702, 2968}, {2731, 2933}, {2778, 2870}, {2822, 2811},
    {2861, 2763}, {2894, 2725}, {2921, 2697}, {2943, 2676}, {2961, 2660},
    {2974, 2649}, {2984, 2641}, {2991, 2634}, {2996, 2630}, {2999, 2627},
    {3001, 2625}, {3002, 2624}, {3002, 2623}, {3001, 2624}, {3000, 2625},
    {2999, 2626}, {2997, 2628}, {2995, 2630}, {2842, 2821}, {2733, 2947},
    {2668, 3009}, {2699, 2971}, {2749, 2905}, {2796, 2843}, {2837, 2792},
    {2872, 2752}, {2901, 2722}, {2924, 2699}, {2943, 2682}, {2957, 2670},
    {2968, 2660}, {2976, 2653}, {2982, 2647}, {2986, 2643}, {2989, 2640},
    {2990, 2638}, {2991, 2637}, {2990, 2638}, {2989, 2639}, {2987, 2641},
    {2809, 2866}, {2688, 3001}, {2617, 3066}, {2651, 3025}, {2706, 2954},
    {2759, 2886}, {2806, 2829}, {2846, 2783}, {2879, 2748}, {2907, 2722},
    {2929, 2701}, {2947, 2686}, {2961, 2674}, {2972, 2665}, {2981, 2657},
    {2988, 2651}, {2993, 2646}, {2998, 2641}, {3001, 2637}, {3004, 2633},
    {3006, 2629}, {3008, 2625}, {3009, 2622}, {3010, 2619}, {3011, 2616},
    {3012, 2613},
};

#define SENSOR_FULL_SCALE 4095.0
#define SENSOR_DIVIDER_OHM 10000.0
#define SENSOR_REFERENCE_V 3.3

/* Steinhart-Hart coefficients of a 10 k NTC, B = 3950. */
static const double sensor_ntc[3] = {1.129148e-3, 2.34125e-4, 8.76741e-8};

static double sensor_kelvin(uint16_t counts)
{
    const double ohm =
        SENSOR_DIVIDER_OHM * counts / (SENSOR_FULL_SCALE - counts);
    const double l = log(ohm);
    return 1.0 /
           (sensor_ntc[0] + sensor_ntc[1] * l + sensor_ntc[2] * l * l * l);
}

/* Capacitive element: linear in the supply, corrected for temperature. */
static double sensor_humidity(uint16_t counts, double celsius)
{
    const double raw = (counts / SENSOR_FULL_SCALE - 0.16) / 0.0062;
    const double corrected = raw / (1.0546 - 0.00216 * celsius);
    return fmin(100.0, fmax(0.0, corrected));
}

/* Magnus formula over water, Sonntag 1990. */
static double sensor_dew_point(double celsius, double humidity)
{
    const double a = 17.62, b = 243.12;
    const double h = log(fmax(humidity, 0.1) / 100.0);
    const double g = h + a * celsius / (b + celsius);
    return b * g / (a - g);
}

void sensor_read(uint32_t index, struct sensor_sample *sample)
{
    const uint16_t *counts = sensor_day[index % 96];
    const double phase = 6.283185307179586 * (index % 96) / 96.0;
    sample->temperature_c = sensor_kelvin(counts[0]) - 273.15;
    sample->humidity_pct = sensor_humidity(counts[1], sample->temperature_c);
    sample->dew_point_c =
        sensor_dew_point(sample->temperature_c, sample->humidity_pct);
    sample->supply_v = SENSOR_REFERENCE_V + 0.04 * sin(phase);
}
