/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_BENCH_GUEST_H
#define VMB_USER_BENCH_GUEST_H
/*
 * A guest's address space for the benchmarks of the software MMU: page tables that the core's builder
 * made, over frames in random order, and a trace of addresses to translate.
 *
 * The frames are reserved and never touched: what is measured is the translation, whose answer is an
 * address. The trace is read in order, four bytes per operation.
 */

#include "arch/registry.h"
#include "user/bench/arena.h"
#include "vmcore/mmu/build.h"

/**
 * enum bench_trace - which page comes next.
 * @BENCH_ONE: always the same
 * @BENCH_IN_ORDER: the next
 * @BENCH_STRIDED: the fifth after it, round and round until all were there
 * @BENCH_RANDOM: any, all equally likely
 * @BENCH_ZIPF: any; the n-th most popular 1/n times as often as the first, popular ones anywhere
 * @BENCH_CYCLE: all in random order, then again in the same order
 */
enum bench_trace {
	BENCH_ONE, BENCH_IN_ORDER, BENCH_STRIDED, BENCH_RANDOM, BENCH_ZIPF, BENCH_CYCLE,
};

/**
 * struct bench_guest_plan - what to make.
 * @arch: name of the page-table format
 * @pages: of the address space
 * @entries: of the TLB, 0: the default
 * @prefetch: as mmu_setup.prefetch
 */
struct bench_guest_plan {
	const char *arch;
	uint32_t pages;
	enum bench_trace trace;
	uint32_t entries;
	uint32_t prefetch;
	uint64_t seed;
};

/**
 * struct bench_guest - zeroed is "nothing made".
 * @frame: [pages] where a page leads, in pages behind @frames
 * @offset: [nr] the trace, in bytes from BENCH_GUEST_VA
 * @at: next of them
 * @steps: how many were translated
 * @sum: of all host addresses that came out
 */
struct bench_guest {
	struct bench_arena arena;
	struct mmu *mmu;
	char *frames;
	uint32_t pages;
	uint32_t *frame;
	uint32_t *offset;
	uint32_t nr;
	uint32_t at;
	uint64_t steps;
	uint64_t sum;
};

#define BENCH_GUEST_VA 0x10000000ull

/** struct bench_hits - how the accesses of one trace ended. */
struct bench_hits {
	uint64_t total, hit, victim, walked;
};

/** bench_guest_make - Return: 0, -errno with @why. Undo with bench_guest_drop() in either case. */
VMB_MUST_CHECK int bench_guest_make(struct bench_guest *g, const struct bench_guest_plan *plan,
				    struct vmb_why *why);

void bench_guest_drop(struct bench_guest *g);

/**
 * bench_guest_run - translate the next @iters addresses, as compiled code would.
 * @guest: struct bench_guest, or what begins with one: this is the run() of a benchmark
 */
void bench_guest_run(void *guest, uint64_t iters);

/** bench_guest_check - 0 if that many steps were taken and every address was right. @guest: likewise */
int bench_guest_check(const void *guest, struct vmb_why *why);

/** bench_guest_count - translate the whole trace once more, counting; changes only the TLB. */
struct bench_hits bench_guest_count(struct bench_guest *g);

/** bench_guest_report - add the metrics "hit_rate" and "hit_rate_with_victims". */
void bench_guest_report(struct bench_guest *g, struct vmb_state *st);

/** bench_guest_host - where the page at byte @offset leads, by what was mapped. */
char *bench_guest_host(const struct bench_guest *g, uint32_t offset);

/**
 * bench_guest_setup - for the setup() of a benchmark: @st->priv becomes a guest.
 * @bytes: of what the benchmark has, zeroed; it begins with its struct bench_guest
 * Return: 0; -errno with @st->why, and nothing to undo.
 */
VMB_MUST_CHECK int bench_guest_setup(struct vmb_state *st, const struct bench_guest_plan *plan,
				     size_t bytes);

/** bench_guest_free - undo it. */
void bench_guest_free(struct vmb_state *st);

/** bench_guest_report_and_free - a teardown(): the metrics of bench_guest_report() before that. */
void bench_guest_report_and_free(struct vmb_state *st);

#endif /* VMB_USER_BENCH_GUEST_H */
