/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_BENCH_CATEGORIES_H
#define VMB_USER_BENCH_CATEGORIES_H

#include "user/bench.h"

/**
 * vmb_categories - the table of contents of vmbench, from categories.def.
 * @nr: gets the number of categories
 * Return: [*nr] borrowed pointers to static data. A category without benchmarks has nr == 0.
 */
const struct vmb_category *const *vmb_categories(size_t *nr);

#endif /* VMB_USER_BENCH_CATEGORIES_H */
