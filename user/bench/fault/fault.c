// SPDX-License-Identifier: MIT
#include "user/bench/fault/fault.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static int setup_nothing(struct vmb_state *st)
{
	st->priv = NULL;
	return 0;
}

static void run_segv(void *priv, uint64_t iters)
{
	int *volatile bad = (int *)8;

	(void)priv;
	for (uint64_t i = 0; i < iters; i++)
		*bad = 1;
}

static void run_hang(void *priv, uint64_t iters)
{
	(void)priv;
	(void)iters;
	for (;;)
		pause();
}

static void run_loop(void *priv, uint64_t iters)
{
	(void)priv;
	for (uint64_t i = 0; i < iters; i++)
		vmb_clobber();
}

static void run_slow(void *priv, uint64_t iters)
{
	const struct timespec t = { .tv_nsec = 20 * 1000 * 1000 };

	(void)priv;
	for (uint64_t i = 0; i < iters; i++)
		nanosleep(&t, NULL);
}

static void run_exit(void *priv, uint64_t iters)
{
	(void)priv;
	(void)iters;
	_exit(0);
}

static int check_wrong(const void *priv, struct vmb_why *why)
{
	(void)priv;
	vmb_why_set(why, "the answer is 41, not 42");
	return -EIO;
}

static int unsupported(const struct vmb_state *st, struct vmb_why *why)
{
	(void)st;
	vmb_why_set(why, "this machine lacks a flux capacitor");
	return -ENOTSUP;
}

static int setup_fails(struct vmb_state *st)
{
	vmb_why_set(&st->why, "no room for the table");
	return -ENOMEM;
}

#define FAULT(n, text, body, ...) \
	{ .name = n, .what = text, .unit = "call", .setup = setup_nothing, .run = body, __VA_ARGS__ }

static const struct vmb_bench
good = FAULT("good", "behaves, so that a run with faults has something to go on with", run_loop),
segv = FAULT("segv", "writes through a bad pointer", run_segv),
hang = FAULT("hang", "never returns", run_hang),
gone = FAULT("gone", "ends its process without a result", run_exit),
slow = FAULT("slow", "takes 20 ms per operation", run_slow),
wrong = FAULT("wrong", "computes a wrong answer", run_loop, .check = check_wrong),
skip = FAULT("skip", "cannot be measured anywhere", run_loop, .supported = unsupported);

static const struct vmb_bench nosetup = {
	.name = "nosetup", .what = "fails in its set-up", .unit = "call",
	.setup = setup_fails, .run = run_loop,
};

static const struct vmb_bench *const benches[] = {
	&good, &segv, &hang, &gone, &slow, &wrong, &skip, &nosetup,
};

const struct vmb_category vmb_category_fault = {
	.name = "fault", .what = "benchmarks that misbehave on purpose",
	.benches = benches, .nr = VMB_ARRAY_SIZE(benches),
};
