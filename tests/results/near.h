/* SPDX-License-Identifier: MIT */
#ifndef VMB_TESTS_RESULTS_NEAR_H
#define VMB_TESTS_RESULTS_NEAR_H
/*
 * What every test of the statistics needs: cmocka in the order it wants, and comparison of doubles.
 */

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arch/base/attr.h"

/** near - within a relative (or, close to 0, absolute) tolerance; infinities only equal. */
static inline void near_at(double got, double want, double tolerance, const char *file, int line)
{
	double reach = tolerance * fmax(1, fabs(want));

	if (got == want || fabs(got - want) <= reach)
		return;
	print_error("%.17g is not within %g of %.17g\n", got, reach, want);
	_fail(file, line);
}

#define assert_near(got, want, tolerance) near_at((got), (want), (tolerance), __FILE__, __LINE__)

#define assert_between(got, low, high)                                                             \
	do {                                                                                       \
		double between_ = (got);                                                           \
		if (!(between_ >= (low) && between_ <= (high)))                                    \
			print_error("%s = %.6g\n", #got, between_);                                \
		assert_true(between_ >= (low) && between_ <= (high));                              \
	} while (0)

#endif /* VMB_TESTS_RESULTS_NEAR_H */
