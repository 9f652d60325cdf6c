/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef VMB_ARCH_BASE_ATTR_H
#define VMB_ARCH_BASE_ATTR_H
/*
 * Compiler attributes under one set of names. Kernel-safe: nothing here needs a header.
 */

#define VMB_PRINTF(fmt, args)	__attribute__((format(printf, fmt, args)))
#define VMB_NOINLINE		__attribute__((noinline))
#define VMB_INLINE		static inline __attribute__((always_inline))
#define VMB_MUST_CHECK		__attribute__((warn_unused_result))
#define VMB_UNUSED		__attribute__((unused))
#define VMB_NORETURN		__attribute__((noreturn))
#define VMB_ALIGNED(n)		__attribute__((aligned(n)))
#define VMB_LIKELY(x)		__builtin_expect(!!(x), 1)
#define VMB_UNLIKELY(x)		__builtin_expect(!!(x), 0)
#define VMB_ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#endif /* VMB_ARCH_BASE_ATTR_H */
