/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names the case in hand, so that a failing sweep says where it failed:
 *
 *     replay_case("cut %u, tear %d", n, tear);  // before each case
 *     replay_done();                            // all is well
 *     cmocka_unit_test_teardown(f, replay_teardown)
 */
#ifndef FARFIX_TESTS_REPLAY_H
#define FARFIX_TESTS_REPLAY_H

__attribute__((format(printf, 1, 2))) void replay_case(const char *format, ...);
void replay_done(void);
/* Prints the case that a failed test was in. */
int replay_teardown(void **state);

#endif
