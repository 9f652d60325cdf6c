// SPDX-License-Identifier: MIT
#include "user/launch.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "results/codec.h"
#include "user/child.h"
#include "user/counter/sim.h"

#define SELF		"/proc/self/exe"
#define SIM_SLOWDOWN	20	/* a round under valgrind gets this many times the timeout */

void vmb_launch_self(char *path, size_t room)
{
	ssize_t n = readlink(SELF, path, room - 1);

	/* The resolved path: under valgrind /proc/self/exe is valgrind. */
	if (n > 0)
		path[n] = 0;
	else
		snprintf(path, room, "%s", SELF);
}

/* "vmbench __round key=value ..." */
struct command {
	char *argv[VMB_REQUEST_MAX_ARGS + 2];
	char program[4096];
	char verb[16];
	struct vmb_request_argv request;
};

static struct command *command_create(const struct vmb_launcher *l, const struct vmb_request *rq)
{
	struct command *c = malloc(sizeof(*c));

	if (!c)
		return NULL;
	snprintf(c->program, sizeof(c->program), "%s", l->program);
	snprintf(c->verb, sizeof(c->verb), "__round");
	vmb_request_encode(rq, &c->request);
	c->argv[0] = c->program;
	c->argv[1] = c->verb;
	memcpy(c->argv + 2, c->request.argv, (c->request.nr + 1) * sizeof(char *));
	return c;
}

static void blank_round(const struct vmb_request *rq, enum vmb_round_status status,
			const char *reason, struct vmb_round *out)
{
	*out = (struct vmb_round){
		.index = rq->index, .status = status, .seed = rq->seed, .tick_hz = rq->tick_hz,
		.env_offset_bytes = rq->env_offset_bytes,
	};
	snprintf(out->reason, sizeof(out->reason), "%s", reason);
}

static enum vmb_round_status status_of(enum vmb_child_end end)
{
	return end == VMB_CHILD_TIMEOUT ? VMB_ROUND_TIMEOUT : VMB_ROUND_CRASHED;
}

static int run_command(const struct vmb_launcher *l, const struct vmb_request *rq,
		       char *const *argv, double timeout_s, struct vmb_round *out)
{
	struct vmb_child_spec spec = {
		.argv = argv, .env_offset_bytes = rq->env_offset_bytes, .pin = l->pin,
		.timeout_s = timeout_s,
	};
	struct vmb_child_report rep;
	struct vmb_error err;

	vmb_child_run(&spec, &rep);
	if (rep.end == VMB_CHILD_INTERRUPTED) {
		free(rep.data);
		return -EINTR;
	}
	if (rep.end != VMB_CHILD_DONE)
		blank_round(rq, status_of(rep.end), rep.text, out);
	else if (vmb_round_decode(rep.data, rep.len, out, &err))
		blank_round(rq, VMB_ROUND_CRASHED, err.text, out);
	out->wall_ns = rep.wall_ns;
	free(rep.data);
	return 0;
}

int vmb_launch_round(const struct vmb_launcher *l, const struct vmb_request *rq,
		     struct vmb_round *out)
{
	struct command *c = command_create(l, rq);
	int err;

	if (!c)
		return -ENOMEM;
	err = run_command(l, rq, c->argv, l->timeout_s, out);
	free(c);
	return err;
}

static int simulate_in(const struct vmb_launcher *l, const struct vmb_request *rq, const char *dir,
		       struct vmb_round *out, struct vmb_why *why)
{
	struct command *c = command_create(l, rq);
	char **argv = c ? vmb_sim_argv(dir, c->argv) : NULL;
	int err = -ENOMEM;

	if (argv)
		err = run_command(l, rq, argv, l->timeout_s * SIM_SLOWDOWN, out);
	if (!err && out->status != VMB_ROUND_OK) {
		char said[160];

		vmb_sim_explain(dir, said, sizeof(said));
		vmb_why_set(why, "%.200s%s%s", out->reason, said[0] ? ": " : "", said);
		err = -EIO;
	}
	if (!err)
		err = vmb_sim_collect(dir, out, why);
	vmb_sim_argv_free(argv);
	free(c);
	return err;
}

static int remove_entry(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

int vmb_launch_simulated(const struct vmb_launcher *l, const struct vmb_request *rq,
			 struct vmb_round *out, struct vmb_why *why)
{
	const char *tmp = getenv("TMPDIR");
	char dir[512];
	int err;

	memset(out, 0, sizeof(*out));
	snprintf(dir, sizeof(dir), "%.400s/vmbench-sim-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	if (!mkdtemp(dir)) {
		err = -errno;
		vmb_why_set(why, "no directory for callgrind's output: %s: %s", dir, strerror(-err));
		return err;
	}
	err = simulate_in(l, rq, dir, out, why);
	nftw(dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
	if (err)
		vmb_round_fini(out);
	return err;
}
