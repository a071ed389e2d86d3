/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The payload reader's calls (farfix/package.h), remembered by content. The
 * linker puts these in place of the real ones (--wrap): the agent stays as it
 * is. A step depends on the patch, on the checkpoint before it and on what
 * the slot holds; where all three were seen before, the bytes are copied, else
 * the real reader is opened, restored and asked.
 *
 * That a reader restored from its checkpoint goes on as if nothing had
 * happened is the promise of farfix/delta.h, which tests/delta holds it to;
 * the closure under ASan runs without this file and finds the same states.
 */
#ifndef FARFIX_TESTS_POWER_MEMO_PAYLOAD_H
#define FARFIX_TESTS_POWER_MEMO_PAYLOAD_H

#include <stdint.h>

/* Steps made and steps remembered, since the start. */
extern uint64_t memo_payload_made, memo_payload_copied;

#endif
