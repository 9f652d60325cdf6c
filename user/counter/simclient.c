// SPDX-License-Identifier: MIT
/*
 * The simulated process's side: requests to callgrind, a few instructions that do nothing outside
 * of valgrind.
 *
 * Counting is not switched on and off around the region: callgrind keeps that switch per thread,
 * and a benchmark's other threads would be missed. Instead everything is counted from the moment
 * the model runs, and a dump, which zeroes the counts of all threads, opens and closes the region
 * (ZERO_STATS would zero those of the calling thread only). The opening dump has another tag and
 * is dropped by vmb_sim_collect().
 */
#include "user/counter/sim.h"

#include <string.h>

#include "user/counter/simdump.h"

#if defined(__has_include)
#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#define VMB_HAS_CALLGRIND 1
#endif
#endif

#ifndef VMB_HAS_CALLGRIND
/* valgrind does not exist for every instruction set: without its header nothing is simulated. */
#define VMB_HAS_CALLGRIND		0
#define RUNNING_ON_VALGRIND		0
#define CALLGRIND_START_INSTRUMENTATION	((void)0)
#define CALLGRIND_STOP_INSTRUMENTATION	((void)0)
#define CALLGRIND_DUMP_STATS_AT(tag)	((void)(tag))
#endif

bool vmb_sim_has_header(void)
{
	return VMB_HAS_CALLGRIND;
}

bool vmb_sim_running(void)
{
	return RUNNING_ON_VALGRIND;
}

void vmb_sim_instrument(void)
{
	CALLGRIND_START_INSTRUMENTATION;
}

/*
 * The tag is made inside the region, so that it must cost the same for every number: always twenty
 * digits, and no library call that would stop at the last one. Begin and end share the code, so
 * that a begin has warmed the caches for its end.
 */
static VMB_NOINLINE void dump(const char *word, uint64_t iters)
{
	char tag[] = VMB_SIM_TAG "00000000000000000000";

	memcpy(tag, word, sizeof(VMB_SIM_TAG) - 1);
	for (size_t i = sizeof(tag) - 2; i >= sizeof(VMB_SIM_TAG) - 1; i--) {
		tag[i] = (char)('0' + iters % 10);
		iters /= 10;
	}
	CALLGRIND_DUMP_STATS_AT(tag);
}

void vmb_sim_begin(void)
{
	dump(VMB_SIM_TAG_NONE, 0);
}

void vmb_sim_end(uint64_t iters)
{
	dump(iters ? VMB_SIM_TAG : VMB_SIM_TAG_NONE, iters);
}

VMB_NOINLINE void vmb_sim_region(void (*run)(void *priv, uint64_t iters), void *priv,
				 uint64_t iters, uint64_t tag)
{
	vmb_sim_begin();
	run(priv, iters);
	vmb_sim_end(tag);
}

void vmb_sim_finish(void)
{
	CALLGRIND_STOP_INSTRUMENTATION;
}
