/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_STAT_STUDENT_H
#define VMB_RESULTS_STAT_STUDENT_H
/*
 * The normal and Student's t distribution, as far as intervals need them.
 *
 * Context: pure, reentrant.
 */

/** vmb_normal_cdf - P(Z <= z). */
double vmb_normal_cdf(double z);

/** vmb_normal_quantile - z with P(Z <= z) = p. @p: 0-1; 0 and 1 give infinities, else NaN. */
double vmb_normal_quantile(double p);

/** vmb_t_cdf - P(T <= t). @df: degrees of freedom, > 0, need not be whole; otherwise NaN. */
double vmb_t_cdf(double t, double df);

/** vmb_t_quantile - t with P(T <= t) = p. */
double vmb_t_quantile(double p, double df);

#endif /* VMB_RESULTS_STAT_STUDENT_H */
