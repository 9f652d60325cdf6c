// SPDX-License-Identifier: MIT
/*
 * One byte to another thread on the same CPU and back, over two pipes. The CPU has to switch twice
 * for each round trip, because neither thread can go on without the other.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "user/bench/caches.h"
#include "user/bench/exit/exit.h"
#include "user/bench/exit/work.h"

/* The peer adds one to whatever comes, until the pipe is closed. */
static void *peer_main(void *arg)
{
	struct switch_work *w = arg;
	unsigned char byte;

	while (read(w->to_peer[0], &byte, 1) == 1) {
		byte++;
		if (write(w->from_peer[1], &byte, 1) != 1)
			break;
	}
	return NULL;
}

/*
 * Both threads on one CPU, and as SCHED_BATCH: a thread that is woken then never preempts the one
 * that wrote to it, so each round trip is two voluntary switches on every kernel.
 */
static int share_cpu(struct switch_work *w, const struct vmb_state *st)
{
	const struct sched_param batch = { 0 };
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(bench_own_cpu(st), &one);
	w->policy_before = sched_getscheduler(0);
	if (w->policy_before < 0 || sched_getparam(0, &w->param_before) ||
	    sched_getaffinity(0, sizeof(w->affinity_before), &w->affinity_before) ||
	    sched_setaffinity(0, sizeof(one), &one))
		return -errno;
	/* If it is refused, the kernel's normal policy switches just as often. */
	(void)sched_setscheduler(0, SCHED_BATCH, &batch);
	return 0;
}

static void unshare_cpu(struct switch_work *w)
{
	(void)sched_setaffinity(0, sizeof(w->affinity_before), &w->affinity_before);
	(void)sched_setscheduler(0, w->policy_before, &w->param_before);
}

static void close_pipe(int fd[2])
{
	close(fd[0]);
	close(fd[1]);
}

static int start(struct switch_work *w, const struct vmb_state *st)
{
	int err;

	if (pipe2(w->to_peer, O_CLOEXEC))
		return -errno;
	if (pipe2(w->from_peer, O_CLOEXEC)) {
		err = -errno;
		goto close_to_peer;
	}
	err = share_cpu(w, st);
	if (err)
		goto close_from_peer;
	err = -pthread_create(&w->peer, NULL, peer_main, w);
	if (!err)
		return 0;
	unshare_cpu(w);
close_from_peer:
	close_pipe(w->from_peer);
close_to_peer:
	close_pipe(w->to_peer);
	return err;
}

static int setup(struct vmb_state *st)
{
	struct switch_work *w = calloc(1, sizeof(*w));
	int err;

	if (!w)
		return -ENOMEM;
	err = start(w, st);
	if (err) {
		vmb_why_set(&st->why, "two pipes and a thread on the same CPU cannot be had: %s",
			    strerror(-err));
		free(w);
		return err;
	}
	st->priv = w;
	return 0;
}

static void run(void *priv, uint64_t iters)
{
	struct switch_work *w = priv;

	w->done += iters;
	for (; iters; iters--) {
		unsigned char back = w->token;

		w->wrong += write(w->to_peer[1], &w->token, 1) != 1 ||
			    read(w->from_peer[0], &back, 1) != 1 ||
			    back != (unsigned char)(w->token + 1);
		w->token++;
	}
}

static int check(const void *priv, struct vmb_why *why)
{
	const struct switch_work *w = priv;

	if (w->done && !w->wrong)
		return 0;
	vmb_why_set(why, "%" PRIu64 " of %" PRIu64 " round trips brought a wrong byte back",
		    w->wrong, w->done);
	return -EIO;
}

static void teardown(struct vmb_state *st)
{
	struct switch_work *w = st->priv;

	close(w->to_peer[1]);	/* the peer reads the end of the pipe, and ends */
	pthread_join(w->peer, NULL);
	unshare_cpu(w);
	close(w->to_peer[0]);
	close_pipe(w->from_peer);
	free(w);
}

const struct vmb_bench bench_exit_context_switch = {
	.name = "syscall",
	.what = "a byte to another thread of the same CPU and back: two switches, two writes, two reads",
	.unit = "round trip",
	.axes = EXIT_SYSCALL_AXIS("context_switch"),
	.nr_axes = 1,
	.setup = setup,
	.run = run,
	.check = check,
	.teardown = teardown,
};
