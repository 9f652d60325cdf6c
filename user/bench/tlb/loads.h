/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_BENCH_TLB_LOADS_H
#define VMB_USER_BENCH_TLB_LOADS_H

#include "user/bench.h"

/**
 * bench_loads_report - time loads through the software TLB, and the same loads without, and add the
 * metrics load, load_raw, chase, chase_raw. Takes about 10 ms; adds nothing where it cannot.
 * @entries: of the TLB
 */
void bench_loads_report(struct vmb_state *st, uint32_t entries);

#endif /* VMB_USER_BENCH_TLB_LOADS_H */
