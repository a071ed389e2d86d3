/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a fault file, or line by line as the control socket takes it.
 * What is taken is shown in words that are taken again and mean the same;
 * whatever happens then, at most each row is set off once an event, and no
 * row that says "at" is set off twice. */
#include "sim/sim_faults.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct sim_faults faults;

/* Text is shown as "...": not what was said. */
static int has_text(const struct sim_fault *fault)
{
    return fault->text_length > 0;
}

static void read_again(const struct sim_fault *fault)
{
    struct sim_faults again;
    struct ffx_sim_error error;
    char shown[160], twice[160];
    sim_faults_show(fault, shown, sizeof shown);
    if (strlen(shown) >= sizeof shown - 1)
        abort();
    sim_faults_init(&again);
    if (sim_faults_add(&again, shown, NULL, 1, &error) != FFX_OK ||
        again.count != 1)
        abort();
    sim_faults_show(&again.rows[0], twice, sizeof twice);
    if (strcmp(shown, twice) != 0 || again.rows[0].action != fault->action ||
        again.rows[0].trigger != fault->trigger ||
        memcmp(again.rows[0].value, fault->value, sizeof fault->value) != 0 ||
        (!has_text(fault) && again.rows[0].text_length != 0))
        abort();
    sim_faults_free(&again);
}

static void set_off(enum sim_trigger trigger)
{
    const struct sim_fault *fault;
    size_t cursor = 0, times = 0;
    while ((fault = sim_faults_next(&faults, trigger, &cursor)) != NULL) {
        if (fault->trigger != trigger || ++times > faults.count ||
            (fault->when == SIM_AT && fault->fired != 1))
            abort();
    }
}

static void live(void)
{
    uint32_t operation;
    for (int trigger = 0; trigger < SIM_TRIGGERS; trigger++)
        for (uint64_t event = 1; event < 12; event++) {
            if (trigger >= SIM_ON_PERCENT)
                sim_faults_reach(&faults, (enum sim_trigger)trigger,
                                 event * event * 100);
            else
                sim_faults_count(&faults, (enum sim_trigger)trigger);
            set_off((enum sim_trigger)trigger);
        }
    if (sim_faults_due_ms(&faults) <= 11 * 11 * 100)
        abort();
    for (int start = 0; start < 2; start++)
        if (sim_faults_flash(&faults, &operation) != NULL && operation == 0)
            abort();
    sim_faults_clear(&faults);
    for (int trigger = 0; trigger < SIM_TRIGGERS; trigger++)
        if (sim_faults_wait_for(&faults, (enum sim_trigger)trigger))
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ffx_sim_error error;
    if (size < 1 || size > 4000)
        return 0;
    char *text = malloc(size);
    if (text == NULL)
        return 0;
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    sim_faults_init(&faults);
    const int result = sim_faults_add(
        &faults, text, data[0] & 2 ? "file" : NULL, data[0] & 1, &error);
    if (result != FFX_OK &&
        (error.text[0] == '\0' || strchr(error.text, '\n') != NULL))
        abort();
    for (size_t i = 0; i < faults.count; i++) {
        if (!(data[0] & 1) && faults.rows[i].trigger == SIM_ON_NOW)
            abort();
        if (!has_text(&faults.rows[i]))
            read_again(&faults.rows[i]);
    }
    live();
    sim_faults_free(&faults);
    free(text);
    return 0;
}
