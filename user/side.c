// SPDX-License-Identifier: MIT
#include "user/side.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arch/base/assert.h"
#include "user/bench/categories.h"
#include "user/child.h"
#include "user/guard.h"
#include "user/launch.h"

#define LIST_TIMEOUT_S	30
#define SHELL		"/bin/sh"

/* argv whose strings are borrowed; execv() wants them non-const but does not write to them. */
struct words {
	size_t nr;
	char *argv[2 * VMB_MAX_LIST + 8];
};

static void add_word(struct words *w, const char *text)
{
	union { const char *in; char *out; } u = { .in = text };

	VMB_ASSERT(w->nr + 1 < VMB_ARRAY_SIZE(w->argv));
	w->argv[w->nr++] = u.out;
	w->argv[w->nr] = NULL;
}

static int is_shared_object(const char *path)
{
	size_t n = strlen(path);

	return n > 3 && !strcmp(path + n - 3, ".so");
}

static int identify(struct vmb_side *side, bool command, struct vmb_why *why)
{
	char *full;

	if (command) {
		side->kind = VMB_SIDE_COMMAND;
		snprintf(side->program, sizeof(side->program), "%s", SHELL);
		return 0;
	}
	full = realpath(side->what, NULL);
	if (!full) {
		vmb_why_set(why, "%s: %s (a side is a vmbench, a plugin.so, or with --command a command)",
			    side->what, strerror(errno));
		return -ENOENT;
	}
	if (is_shared_object(full)) {
		side->kind = VMB_SIDE_PLUGIN;
		vmb_launch_self(side->program, sizeof(side->program));
		side->plugins.text[side->plugins.nr++] = full;	/* freed by vmb_side_close() */
		return 0;
	}
	side->kind = VMB_SIDE_BUILD;
	snprintf(side->program, sizeof(side->program), "%s", full);
	free(full);
	if (access(side->program, X_OK)) {
		vmb_why_set(why, "%s: %s", side->what, strerror(errno));
		return -ENOEXEC;
	}
	return 0;
}

static int add_id(struct vmb_side *side, const char *line, size_t len)
{
	char (*grown)[VMB_ID_BYTES];

	if (!len || len >= VMB_ID_BYTES || side->nr_ids == VMB_MAX_SIDE_IDS)
		return -ENOEXEC;
	grown = realloc(side->ids, (side->nr_ids + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	side->ids = grown;
	memcpy(grown[side->nr_ids], line, len);
	grown[side->nr_ids++][len] = 0;
	return 0;
}

static int parse_ids(struct vmb_side *side, const char *text, size_t len)
{
	const char *end = text + len;
	int err = 0;

	while (text < end && !err) {
		const char *nl = memchr(text, '\n', (size_t)(end - text));

		if (!nl)
			return -ENOEXEC;
		err = add_id(side, text, (size_t)(nl - text));
		text = nl + 1;
	}
	return err;
}

/* "PROGRAM list FILTER..." with its standard output on the descriptor that is collected. */
static int list_ids(struct vmb_side *side, const struct vmb_list *filters, struct vmb_why *why)
{
	struct words w = { 0 };
	struct vmb_child_report rep;
	struct vmb_child_spec spec = { .argv = w.argv, .timeout_s = LIST_TIMEOUT_S };
	int err;

	add_word(&w, SHELL);
	add_word(&w, "-c");
	add_word(&w, "exec \"$0\" \"$@\" >&3");
	add_word(&w, side->program);
	add_word(&w, "list");
	if (side->plugins.nr) {
		add_word(&w, "--plugin");
		add_word(&w, side->plugins.text[0]);
	}
	for (size_t i = 0; i < filters->nr; i++)
		add_word(&w, filters->text[i]);
	vmb_child_run(&spec, &rep);
	err = rep.end == VMB_CHILD_INTERRUPTED ? -EINTR :
	      rep.end == VMB_CHILD_DONE ? parse_ids(side, (char *)rep.data, rep.len) : -ENOEXEC;
	free(rep.data);
	if (err == -ENOEXEC)
		vmb_why_set(why, "%s: cannot list its benchmarks: %s", side->what,
			    rep.text[0] ? rep.text : "it does not answer like a vmbench");
	return err;
}

static bool is_builtin(const char *id)
{
	size_t nr, len = strcspn(id, "/");
	const struct vmb_category *const *cat = vmb_categories(&nr);

	for (size_t i = 0; i < nr; i++)
		if (strlen(cat[i]->name) == len && !memcmp(cat[i]->name, id, len))
			return true;
	return false;
}

/* Two plugins are run by one vmbench: its own benchmarks are the same on both sides. */
static int drop_builtin(struct vmb_side *side, struct vmb_why *why)
{
	size_t kept = 0;

	for (size_t i = 0; i < side->nr_ids; i++)
		if (!is_builtin(side->ids[i]))
			memmove(side->ids[kept++], side->ids[i], VMB_ID_BYTES);
	side->nr_ids = kept;
	if (kept)
		return 0;
	vmb_why_set(why, "%s: no benchmark of this plugin matches", side->what);
	return -ENOENT;
}

int vmb_side_open(const char *what, const struct vmb_list *filters, bool command,
		  struct vmb_side *out, struct vmb_why *why)
{
	int err;

	memset(out, 0, sizeof(*out));
	out->what = what;
	err = identify(out, command, why);
	if (!err)
		err = command ? add_id(out, "command", strlen("command")) : list_ids(out, filters, why);
	if (!err && out->kind == VMB_SIDE_PLUGIN)
		err = drop_builtin(out, why);
	if (err)
		vmb_side_close(out);
	return err;
}

void vmb_side_close(struct vmb_side *side)
{
	for (size_t i = 0; i < side->plugins.nr; i++) {
		union { const char *in; char *out; } u = { .in = side->plugins.text[i] };

		free(u.out);
	}
	free(side->ids);
	memset(side, 0, sizeof(*side));
}

bool vmb_side_has(const struct vmb_side *side, const char *id)
{
	for (size_t i = 0; i < side->nr_ids; i++)
		if (!strcmp(side->ids[i], id))
			return true;
	return false;
}

/* One execution of the command. Its sample is in timestamp ticks like every other. */
static int run_once(const struct vmb_session *s, const struct vmb_side *side,
		    const struct vmb_request *rq, struct vmb_round *out)
{
	struct words w = { 0 };
	struct vmb_child_report rep;
	struct vmb_child_spec spec = {
		.argv = w.argv, .env_offset_bytes = rq->env_offset_bytes, .pin = &s->pin,
		.timeout_s = s->effort.timeout_s, .plain = true,
	};

	add_word(&w, SHELL);
	add_word(&w, "-c");
	add_word(&w, side->what);
	vmb_child_run(&spec, &rep);
	free(rep.data);
	if (rep.end == VMB_CHILD_INTERRUPTED)
		return -EINTR;
	if (rep.end != VMB_CHILD_DONE) {
		out->status = rep.end == VMB_CHILD_TIMEOUT ? VMB_ROUND_TIMEOUT : VMB_ROUND_CRASHED;
		snprintf(out->reason, sizeof(out->reason), "%s", rep.text);
		return 0;
	}
	out->samples[out->nr_samples++] = (struct vmb_sample){
		.iters = 1, .ticks = (uint64_t)((double)rep.wall_ns * rq->tick_hz / 1e9),
	};
	out->measured_ns += rep.wall_ns;
	return 0;
}

/* A round of a command: executions until the round's time is used, the median counts. */
static int command_round(const struct vmb_session *s, const struct vmb_side *side,
			 const struct vmb_request *rq, struct vmb_round *out)
{
	struct vmb_guard guard;
	int err = 0;

	*out = (struct vmb_round){
		.index = rq->index, .seed = rq->seed, .tick_hz = rq->tick_hz,
		.env_offset_bytes = rq->env_offset_bytes, .sampling = VMB_SAMPLING_FLAT,
		.samples = calloc(rq->batches, sizeof(struct vmb_sample)),
	};
	if (!out->samples)
		return -ENOMEM;
	vmb_guard_begin(&guard, rq->cpus, rq->nr_cpus);
	do
		err = run_once(s, side, rq, out);
	while (!err && out->status == VMB_ROUND_OK && out->nr_samples < rq->batches &&
	       (double)out->measured_ns < rq->measure_ns);
	vmb_guard_end(&guard, &out->evidence);
	/* The guard watched this process, not the command's: only what the CPUs say is evidence. */
	out->evidence.known &= VMB_EV_STEAL | VMB_EV_THROTTLES;
	out->wall_ns = out->measured_ns;
	if (err)
		vmb_round_fini(out);
	return err;
}

int vmb_side_round(const struct vmb_session *s, const struct vmb_side *side,
		   const struct vmb_request *rq, struct vmb_round *out)
{
	struct vmb_launcher launcher = {
		.program = side->program, .pin = &s->pin, .timeout_s = s->effort.timeout_s,
	};
	struct vmb_request own = *rq;

	if (side->kind == VMB_SIDE_COMMAND)
		return command_round(s, side, rq, out);
	own.plugins = side->plugins;
	return vmb_launch_round(&launcher, &own, out);
}
