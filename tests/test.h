/* SPDX-License-Identifier: MIT */
#ifndef VMB_TESTS_TEST_H
#define VMB_TESTS_TEST_H
/*
 * cmocka with the headers that it wants in front of it, in the order that it wants them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif /* VMB_TESTS_TEST_H */
