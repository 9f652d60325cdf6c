// SPDX-License-Identifier: MIT
/* A system call that goes through a file descriptor and copies to user space: one byte. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "user/bench/exit/exit.h"
#include "user/bench/exit/work.h"

#define NOT_ZERO	0x5a

static int setup(struct vmb_state *st)
{
	struct read_work *w = calloc(1, sizeof(*w));

	if (!w)
		return -ENOMEM;
	w->fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	if (w->fd < 0) {
		int err = -errno;

		vmb_why_set(&st->why, "/dev/zero cannot be opened: %s", strerror(-err));
		free(w);
		return err;
	}
	st->priv = w;
	return 0;
}

static void run(void *priv, uint64_t iters)
{
	struct read_work *w = priv;

	w->done += iters;
	for (; iters; iters--) {
		unsigned char byte = NOT_ZERO;

		w->bytes += (uint64_t)read(w->fd, &byte, 1);
		w->wrong |= byte;
	}
}

static int check(const void *priv, struct vmb_why *why)
{
	const struct read_work *w = priv;

	if (w->done && w->bytes == w->done && !w->wrong)
		return 0;
	vmb_why_set(why, "%" PRIu64 " reads gave %" PRIu64 " bytes, %s", w->done, w->bytes,
		    w->wrong ? "not all of them zero" : "all of them zero");
	return -EIO;
}

static void teardown(struct vmb_state *st)
{
	struct read_work *w = st->priv;

	close(w->fd);
	free(w);
}

const struct vmb_bench bench_exit_read = {
	.name = "syscall",
	.what = "read of one byte from /dev/zero",
	.unit = "call",
	.axes = EXIT_SYSCALL_AXIS("read"),
	.nr_axes = 1,
	.setup = setup,
	.run = run,
	.check = check,
	.teardown = teardown,
};
