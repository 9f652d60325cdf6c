// SPDX-License-Identifier: MIT
/* Ticks are instructions here (-icount shift=0): what costs how much is exact and repeatable. */
#include <stdint.h>

#include "tests/kmod/guest/lib/client.h"
#include "tests/kmod/guest/lib/tap.h"

#define SAMPLES	50

/* Median ticks per operation, or a negative number when the run failed. */
static double cost(struct client *c, uint32_t probe, uint32_t flags, uint32_t iters,
		   uint32_t npages)
{
	struct vmb_kmod_probe_info p = client_probe(c, probe);
	struct vmb_kmod_run req = client_request(c, &p);

	req.flags = flags;
	req.iters = iters;
	req.samples = SAMPLES;
	req.pages = npages;
	if (client_run(c, &req)) {
		tap_ok(false, "%s: %s", p.name, req.reason);
		return -1;
	}
	return client_median(c, &req);
}

static bool within(double a, double b, double percent)
{
	return a > 0 && b > 0 && a >= b * (1 - percent / 100) && a <= b * (1 + percent / 100);
}

static double timer_ticks(struct client *c)
{
	double t = cost(c, VMB_PROBE_TIMER, 0, 1, 1);

	tap_ok(t > 0 && t < 40, "two time stamps cost %.0f ticks", t);
	return t;
}

/* Each level with its stamp, less the stamp, against the walk without stamps. */
static void test_walk(struct client *c, double timer)
{
	struct vmb_kmod_probe_info p = client_probe(c, VMB_PROBE_WALK_LEVELS);
	struct vmb_kmod_run req = client_request(c, &p);
	double whole = cost(c, VMB_PROBE_WALK_WHOLE, 0, 1, 1) - timer, levels = 0;

	req.samples = SAMPLES;
	if (client_run(c, &req)) {
		tap_ok(false, "walk/levels: %s", req.reason);
		return;
	}
	for (uint32_t l = 0; l < req.levels; l++)
		levels += (double)c->buf[SAMPLES / 2].detail[l] - timer;
	tap_ok(within(levels, whole, 10), "levels less their stamps (%.0f) are the whole walk (%.0f)",
	       levels, whole);
}

static void test_range(struct client *c)
{
	double one = cost(c, VMB_PROBE_TLB_FLUSH_RANGE, 0, 64, 1);
	double five = cost(c, VMB_PROBE_TLB_FLUSH_RANGE, 0, 64, 5);
	double nine = cost(c, VMB_PROBE_TLB_FLUSH_RANGE, 0, 64, 9);

	tap_ok(five > one && within(nine - five, five - one, 10),
	       "a range costs the same for each page (%.1f, %.1f, %.1f ticks for 1, 5, 9)", one, five,
	       nine);
}

/* Constant costs are not in the slope: 2n operations take twice what n take, less what is fixed. */
static void test_linear(struct client *c, double timer)
{
	double n = cost(c, VMB_PROBE_TLB_FLUSH_PAGE, 0, 100, 1) * 100 - timer;
	double n2 = cost(c, VMB_PROBE_TLB_FLUSH_PAGE, 0, 200, 1) * 200 - timer;

	tap_ok(within(n2, 2 * n, 2), "twice the operations take twice as long (%.0f, %.0f)", n, n2);
}

static void test_window(struct client *c)
{
	struct vmb_kmod_probe_info p = client_probe(c, VMB_PROBE_TLB_FLUSH_RANGE);
	struct vmb_kmod_run req = client_request(c, &p);
	uint64_t limit = c->info.tick_hz / (1000000000 / VMB_KMOD_WINDOW_NS), longest = 0;

	req.iters = VMB_KMOD_MAX_ITERS;
	req.pages = CLIENT_PAGES;
	req.samples = SAMPLES;
	if (client_run(c, &req)) {
		tap_ok(false, "%s: %s", p.name, req.reason);
		return;
	}
	for (uint32_t i = 0; i < req.done; i++)
		if (c->buf[i].end_ticks - c->buf[i].begin_ticks > longest)
			longest = c->buf[i].end_ticks - c->buf[i].begin_ticks;
	tap_ok(longest <= limit && c->buf[0].ops < VMB_KMOD_MAX_ITERS,
	       "%u operations asked for: %u done, interrupts off for %llu of %llu ticks",
	       VMB_KMOD_MAX_ITERS, c->buf[0].ops, (unsigned long long)longest,
	       (unsigned long long)limit);
}

int main(void)
{
	struct client c;
	double timer;

	client_open(&c);
	client_pin(0);
	timer = timer_ticks(&c);
	test_walk(&c, timer);
	test_range(&c);
	test_linear(&c, timer);
	test_window(&c);
	client_close(&c);
	return tap_status();
}
