/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_STAT_MULTIPLE_H
#define VMB_RESULTS_STAT_MULTIPLE_H
/*
 * Many benchmarks at once: P-values adjusted so that they may be compared with one level.
 *
 * Context: pure; allocates.
 */

#include <stddef.h>

#include "arch/base/attr.h"

/**
 * vmb_holm - adjusted P-values for the gate: at level a, the chance of even one false alarm among
 * all benchmarks is at most a, whatever their dependence.
 * @p: [n] P-values, 0-1
 * @adjusted: [n], in the same order; may be @p itself
 * Return: 0; -EINVAL a value is NaN or outside 0-1; -ENOMEM.
 * Source: Holm, Scandinavian Journal of Statistics 6, 1979.
 */
VMB_MUST_CHECK int vmb_holm(const double *p, size_t n, double *adjusted);

/**
 * vmb_benjamini_hochberg - adjusted P-values ("q") for shading a report: of those below q, a share
 * q is expected to be false.
 * Source: Benjamini & Hochberg, Journal of the Royal Statistical Society B 57, 1995.
 */
VMB_MUST_CHECK int vmb_benjamini_hochberg(const double *p, size_t n, double *adjusted);

#endif /* VMB_RESULTS_STAT_MULTIPLE_H */
