/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_COUNTER_PFM_H
#define VMB_USER_COUNTER_PFM_H
/*
 * libpfm4, loaded when an event is first asked for: the tables of all CPUs that it knows are full of
 * addresses that the dynamic linker sets, on 170 pages, and most processes of this program, such as
 * the rounds of a benchmark, never name an event.
 */

#include "user/counter/event.h"

/* Behind linux/perf_event.h, which event.h has: perfmon/ brings a copy of its own otherwise. */
#include <perfmon/pfmlib.h>
#include <perfmon/pfmlib_perf_event.h>

/* What is used of it: X(name without pfm_) */
#define VMB_PFM_FUNCTIONS(X)                                                                       \
	X(initialize) X(strerror) X(get_os_event_encoding) X(get_event_info)                       \
	X(get_event_attr_info) X(get_event_next) X(get_pmu_info)

/** struct vmb_pfm - its functions. */
struct vmb_pfm {
#define VMB_PFM_FIELD(name) __typeof__(pfm_##name) *name;
	VMB_PFM_FUNCTIONS(VMB_PFM_FIELD)
#undef VMB_PFM_FIELD
};

/**
 * vmb_pfm_start - the library, initialised.
 * Return: NULL if it is not there or does not work here.
 */
const struct vmb_pfm *vmb_pfm_start(void);

#endif /* VMB_USER_COUNTER_PFM_H */
