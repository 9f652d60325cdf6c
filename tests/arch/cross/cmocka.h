/* SPDX-License-Identifier: MIT */
#ifndef VMB_TESTS_ARCH_CROSS_CMOCKA_H
#define VMB_TESTS_ARCH_CROSS_CMOCKA_H
/*
 * As much of cmocka as programs of tests/ need that cross.sh runs on another architecture, for
 * which the library is seldom installed: with this directory in front of the include path they
 * need nothing but a C library. The first assertion that fails ends the program.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct CMUnitTest {
	const char *name;
	void (*run)(void **state);
};

static jmp_buf cross_skipped;

__attribute__((noreturn, format(printf, 3, 4))) static inline void
cross_fail(const char *file, int line, const char *fmt, ...)
{
	va_list args;

	fprintf(stderr, "%s:%d: ", file, line);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

#define cmocka_unit_test(f) { #f, f }
#define skip()		    longjmp(cross_skipped, 1)
#define fail_msg(...)	    cross_fail(__FILE__, __LINE__, __VA_ARGS__)
#define print_error(...)    fprintf(stderr, __VA_ARGS__)
#define print_message(...)  printf(__VA_ARGS__)

#define assert_true(c)                                                                             \
	do {                                                                                       \
		if (!(c))                                                                          \
			cross_fail(__FILE__, __LINE__, "%s", #c);                                  \
	} while (0)
#define assert_false(c)		   assert_true(!(c))
#define assert_non_null(p)	   assert_true((p) != NULL)
#define assert_null(p)		   assert_true((p) == NULL)
#define assert_int_not_equal(a, b) assert_true((long long)(a) != (long long)(b))
#define assert_string_equal(a, b)  assert_true(!strcmp(a, b))
#define assert_ptr_equal(a, b)	   assert_true((const void *)(a) == (const void *)(b))
#define assert_memory_equal(a, b, bytes) assert_true(!memcmp(a, b, bytes))

#define assert_int_equal(a, b)                                                                     \
	do {                                                                                       \
		long long cross_a = (long long)(a), cross_b = (long long)(b);                      \
                                                                                                   \
		if (cross_a != cross_b)                                                            \
			cross_fail(__FILE__, __LINE__, "%s is %lld, not %lld", #a, cross_a,        \
				   cross_b);                                                       \
	} while (0)
#define assert_in_range(v, low, high)                                                              \
	assert_true((unsigned long long)(v) >= (unsigned long long)(low) &&                        \
		    (unsigned long long)(v) <= (unsigned long long)(high))

/* Return: 0; a test that fails does not return. */
static inline int cross_run(const char *group, const struct CMUnitTest *tests, size_t nr)
{
	volatile size_t i;

	for (i = 0; i < nr; i++) {
		printf("%s: %s\n", group, tests[i].name);
		fflush(stdout);
		if (!setjmp(cross_skipped))
			tests[i].run(NULL);
		else
			printf("%s: %s: skipped\n", group, tests[i].name);
	}
	return 0;
}

#define cmocka_run_group_tests_name(name, tests, setup, teardown)                                  \
	cross_run(name, tests, sizeof(tests) / sizeof((tests)[0]))
#define cmocka_run_group_tests(tests, setup, teardown)                                             \
	cmocka_run_group_tests_name(#tests, tests, setup, teardown)

#endif /* VMB_TESTS_ARCH_CROSS_CMOCKA_H */
