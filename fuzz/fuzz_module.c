/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole command set over ports in memory and a clock of its own. The
 * input is a script: a byte below 0x80 goes to the module as it is; a higher
 * one lets time pass, ends a transfer, sends an SMS, changes how much the TE
 * reads at a time, or locks the package.
 *
 * Whatever happened: the module answers AT+GMR afterwards.
 */
#include "module_bench.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct module_bench b;

static void act(uint8_t action)
{
    const uint32_t value = action & 15u;
    switch (action >> 4 & 7u) {
    case 0:
        module_bench_wait(&b, value * 100u);
        break;
    case 1:
        b.progress.busy = 0;
        b.progress.failed = value & 1u;
        b.progress.http_status = value & 2u ? 200 : 404;
        b.progress.received = value << 20;
        break;
    case 2:
        ffx_module_sms(&b.module, "+1", value & 1u ? "OK\r\n" : "x", b.now_ms);
        break;
    case 3:
        b.take = value;
        break;
    case 4:
        b.locked = value & 1u;
        b.files_fail = (int)(value >> 1 & 1u);
        b.request_result = value & 4u ? FFX_ERR_NO_PACKAGE : 0;
        break;
    default:
        module_bench_send(&b, &action, 1);
        break;
    }
}

static void must_answer(void)
{
    static const char answer[] = "\r\nRevision:1529B04SIM7000G\r\n\r\nOK\r\n";
    b.take = 0;
    module_bench_wait(&b, 10100);
    if (b.module.reset)
        module_bench_boot(&b);
    /* The end of a line that the input began: AT+CPOWD=0, say. */
    module_bench_say(&b, "\r");
    module_bench_wait(&b, 10100);
    if (b.module.reset)
        module_bench_boot(&b);
    module_bench_say(&b, "ATQ0V1E0\r");
    module_bench_say(&b, "ATQ0V1E0\r");
    module_bench_wait(&b, 3000);
    if (strcmp(module_bench_say(&b, "AT+GMR\r"), answer) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 2000)
        return 0;
    module_bench_init(&b, size > 0 && data[0] & 1u ? FFX_PROFILE_NOTE
                                                   : FFX_PROFILE_MANUAL);
    b.config.recovery = size > 0 && (data[0] & 6u) == 6u;
    module_bench_boot(&b);
    for (size_t i = 1; i < size; i++) {
        if (data[i] < 0x80)
            module_bench_send(&b, &data[i], 1);
        else
            act(data[i]);
        if (b.module.reset)
            module_bench_boot(&b);
    }
    must_answer();
    module_bench_end(&b);
    return 0;
}
