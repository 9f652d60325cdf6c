/* SPDX-License-Identifier: MIT */
#ifndef VMB_ARCH_BASE_ASSERT_H
#define VMB_ARCH_BASE_ASSERT_H

#include "arch/base/attr.h"

/**
 * vmb_assert_failed - report a broken invariant on stderr and abort.
 * @expr: the text of the expression that was false; borrowed
 * @file: source file; borrowed
 * @line: source line
 */
VMB_NORETURN void vmb_assert_failed(const char *expr, const char *file, int line);

/*
 * Assertions stay on in every build: a benchmark that goes on after a broken invariant prints a
 * wrong number, and a wrong number is worse than none.
 */
#define VMB_ASSERT(expr) \
	(VMB_LIKELY(expr) ? (void)0 : vmb_assert_failed(#expr, __FILE__, __LINE__))

#endif /* VMB_ARCH_BASE_ASSERT_H */
