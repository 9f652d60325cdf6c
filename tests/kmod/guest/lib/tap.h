/* SPDX-License-Identifier: MIT */
#ifndef VMB_TESTS_KMOD_GUEST_LIB_TAP_H
#define VMB_TESTS_KMOD_GUEST_LIB_TAP_H
/* TAP lines without numbers: the host numbers what comes out of all programs of one guest. */

#include <stdbool.h>

/** tap_ok - print one result. Return: @good, so that a test can stop at the first failure. */
bool tap_ok(bool good, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void tap_skip(const char *why, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void tap_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/** tap_status - exit status of the program so far: 0, or 1 when something was not ok. */
int tap_status(void);

#endif /* VMB_TESTS_KMOD_GUEST_LIB_TAP_H */
