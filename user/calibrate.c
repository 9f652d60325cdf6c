// SPDX-License-Identifier: MIT
#include "user/calibrate.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "arch/base/attr.h"
#include "arch/cpu.h"

#define NR_PAIRS	1001
#define HZ_WINDOW_NS	60000000ull

static uint64_t clock_ns(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}

uint64_t vmb_now_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

struct anchor { uint64_t ticks, ns; };

/*
 * One reading of both clocks. The tightest of several brackets is the one that nothing interrupted.
 */
static struct anchor anchor_read(void)
{
	struct anchor best = { 0 };
	uint64_t best_width = UINT64_MAX;

	for (int i = 0; i < 50; i++) {
		uint64_t a = cpu_ticks_begin();
		uint64_t ns = clock_ns(CLOCK_MONOTONIC_RAW);
		uint32_t cpu;
		uint64_t b = cpu_ticks_end(&cpu);

		if (b - a < best_width) {
			best_width = b - a;
			best = (struct anchor){ .ticks = a + (b - a) / 2, .ns = ns };
		}
	}
	return best;
}

void vmb_timer_measure_hz(struct vmb_timer *t)
{
	struct anchor a = anchor_read(), b;
	uint64_t until = vmb_now_ns() + HZ_WINDOW_NS;

	while (vmb_now_ns() < until)
		cpu_pause();
	b = anchor_read();
	t->measured_hz = (double)(b.ticks - a.ticks) * 1e9 / (double)(b.ns - a.ns);
	t->nominal_hz = (double)cpu_ticks_nominal_hz();
	t->hz = fabs(t->nominal_hz / t->measured_hz - 1) < 1e-3 ? t->nominal_hz : t->measured_hz;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

void vmb_timer_measure_cost(struct vmb_timer *t)
{
	uint64_t pair[NR_PAIRS], last = 0, step = UINT64_MAX;
	uint32_t cpu;

	for (size_t i = 0; i < NR_PAIRS; i++) {
		uint64_t a = cpu_ticks_begin();

		pair[i] = cpu_ticks_end(&cpu) - a;
	}
	qsort(pair, NR_PAIRS, sizeof(pair[0]), compare);
	t->cost_ticks = (double)pair[NR_PAIRS / 2];
	last = cpu_ticks();
	for (size_t i = 0; i < 10 * NR_PAIRS; i++) {
		uint64_t now = cpu_ticks();

		if (now != last && now - last < step)
			step = now - last;
		last = now;
	}
	t->resolution_ticks = step == UINT64_MAX ? 1 : (double)step;
}

void vmb_timer_describe(const struct vmb_timer *t, struct vmb_env *env)
{
	vmb_env_text(env, "timer.source", "build", "%s", CPU_TICKS_NAME);
	vmb_env_number(env, "timer.hz", "measured against CLOCK_MONOTONIC_RAW", t->hz);
	vmb_env_number(env, "timer.measured_hz", "measured", t->measured_hz);
	if (t->nominal_hz > 0)
		vmb_env_number(env, "timer.nominal_hz", CPU_TICKS_NAME, t->nominal_hz);
	vmb_env_number(env, "timer.cost_ns", "measured", t->cost_ticks * 1e9 / t->hz);
	vmb_env_number(env, "timer.resolution_ns", "measured", t->resolution_ticks * 1e9 / t->hz);
}
