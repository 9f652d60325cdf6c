// SPDX-License-Identifier: MIT
/* FUTEX_WAKE on a word that nobody waits for: what an unlock with a stale waiter bit costs. */
#include <errno.h>
#include <inttypes.h>
#include <linux/futex.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "user/bench/exit/exit.h"
#include "user/bench/exit/work.h"

static int setup(struct vmb_state *st)
{
	st->priv = calloc(1, sizeof(struct futex_work));
	return st->priv ? 0 : -ENOMEM;
}

static void run(void *priv, uint64_t iters)
{
	struct futex_work *w = priv;

	w->done += iters;
	for (; iters; iters--)
		w->not_zero += !!syscall(SYS_futex, &w->word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static int check(const void *priv, struct vmb_why *why)
{
	const struct futex_work *w = priv;

	if (w->done && !w->not_zero)
		return 0;
	vmb_why_set(why, "%" PRIu64 " of %" PRIu64 " wakes failed or woke somebody", w->not_zero,
		    w->done);
	return -EIO;
}

static void teardown(struct vmb_state *st)
{
	free(st->priv);
}

const struct vmb_bench bench_exit_futex = {
	.name = "syscall",
	.what = "futex wake without a waiter",
	.unit = "call",
	.axes = EXIT_SYSCALL_AXIS("futex"),
	.nr_axes = 1,
	.setup = setup,
	.run = run,
	.check = check,
	.teardown = teardown,
};
