// SPDX-License-Identifier: MIT
/* The shortest system call: what entering and leaving the kernel costs. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "user/bench/exit/exit.h"
#include "user/bench/exit/work.h"

static int setup(struct vmb_state *st)
{
	st->priv = calloc(1, sizeof(struct getppid_work));
	return st->priv ? 0 : -ENOMEM;
}

/* By syscall(2): a C library may answer from memory. */
static void run(void *priv, uint64_t iters)
{
	struct getppid_work *w = priv;

	w->done += iters;
	for (; iters; iters--)
		w->sum += (uint64_t)syscall(SYS_getppid);
}

static int check(const void *priv, struct vmb_why *why)
{
	const struct getppid_work *w = priv;

	if (w->done && w->sum == w->done * (uint64_t)getppid())
		return 0;
	vmb_why_set(why, "%" PRIu64 " calls of getppid did not all return %d", w->done,
		    (int)getppid());
	return -EIO;
}

static void teardown(struct vmb_state *st)
{
	free(st->priv);
}

const struct vmb_bench bench_exit_getppid = {
	.name = "syscall",
	.what = "getppid: into the kernel and back",
	.unit = "call",
	.axes = EXIT_SYSCALL_AXIS("getppid"),
	.nr_axes = 1,
	.setup = setup,
	.run = run,
	.check = check,
	.teardown = teardown,
};
