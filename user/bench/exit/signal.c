// SPDX-License-Identifier: MIT
/* A signal to the own thread: tgkill, delivery on the stack, an empty handler, sigreturn. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "user/bench/exit/exit.h"
#include "user/bench/exit/work.h"

/* A handler has no argument of ours. */
static volatile uint64_t handled;

static void handler(int sig)
{
	(void)sig;
	handled = handled + 1;
}

static int setup(struct vmb_state *st)
{
	struct sigaction act = { .sa_handler = handler };
	struct signal_work *w = calloc(1, sizeof(*w));
	sigset_t own;

	if (!w)
		return -ENOMEM;
	handled = 0;
	sigaction(SIGUSR1, &act, &w->before);
	sigemptyset(&own);
	sigaddset(&own, SIGUSR1);
	sigprocmask(SIG_UNBLOCK, &own, &w->mask_before);
	st->priv = w;
	return 0;
}

/* Not raise(3), which blocks and unblocks all signals around it: two calls more. */
static void run(void *priv, uint64_t iters)
{
	struct signal_work *w = priv;
	long pid = getpid(), tid = syscall(SYS_gettid);

	w->done += iters;
	for (; iters; iters--)
		syscall(SYS_tgkill, pid, tid, SIGUSR1);
}

static int check(const void *priv, struct vmb_why *why)
{
	const struct signal_work *w = priv;

	if (w->done && handled == w->done)
		return 0;
	vmb_why_set(why, "%" PRIu64 " signals were sent and %" PRIu64 " were handled", w->done,
		    (uint64_t)handled);
	return -EIO;
}

static void teardown(struct vmb_state *st)
{
	struct signal_work *w = st->priv;

	/* in this order: a signal that is still pending goes to our handler */
	sigprocmask(SIG_SETMASK, &w->mask_before, NULL);
	sigaction(SIGUSR1, &w->before, NULL);
	free(w);
}

const struct vmb_bench bench_exit_signal = {
	.name = "syscall",
	.what = "a signal to the own thread: send, empty handler, return",
	.unit = "signal",
	.axes = EXIT_SYSCALL_AXIS("signal"),
	.nr_axes = 1,
	.setup = setup,
	.run = run,
	.check = check,
	.teardown = teardown,
};
