// SPDX-License-Identifier: MIT
/*
 * The kernel's software events: what is left to count where no PMU can be reached.
 *
 * Most of them happen in kernel mode. perf filters them by the mode they happened in, so that
 * context switches counted "in user mode only" are always 0: a number that was not measured.
 * Where the kernel's part is not permitted such an event is refused instead.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "user/counter/event.h"

/**
 * enum mode - what the privilege filter does to an event.
 * @MODE_CLOCK: nothing: it runs while the task does, in either mode
 * @MODE_EITHER: it happens in user mode and in kernel mode
 * @MODE_KERNEL: it only happens in kernel mode
 */
enum mode { MODE_CLOCK, MODE_EITHER, MODE_KERNEL };

struct software {
	const char *name;
	uint64_t config;
	enum mode mode;
	const char *what;
};

/* alignment-faults and emulation-faults are left out: most kernels never count them. */
static const struct software table[] = {
	{ "task-clock", PERF_COUNT_SW_TASK_CLOCK, MODE_CLOCK, "time on a CPU, ns" },
	{ "cpu-clock", PERF_COUNT_SW_CPU_CLOCK, MODE_CLOCK, "time on a CPU by its own clock, ns" },
	{ "page-faults", PERF_COUNT_SW_PAGE_FAULTS, MODE_EITHER, "page faults" },
	{ "faults", PERF_COUNT_SW_PAGE_FAULTS, MODE_EITHER, "alias of page-faults" },
	{ "minor-faults", PERF_COUNT_SW_PAGE_FAULTS_MIN, MODE_EITHER, "page faults without I/O" },
	{ "major-faults", PERF_COUNT_SW_PAGE_FAULTS_MAJ, MODE_EITHER, "page faults that did I/O" },
	{ "context-switches", PERF_COUNT_SW_CONTEXT_SWITCHES, MODE_KERNEL,
	  "times the CPU was given to another task" },
	{ "cs", PERF_COUNT_SW_CONTEXT_SWITCHES, MODE_KERNEL, "alias of context-switches" },
	{ "cpu-migrations", PERF_COUNT_SW_CPU_MIGRATIONS, MODE_KERNEL, "moves to another CPU" },
	{ "migrations", PERF_COUNT_SW_CPU_MIGRATIONS, MODE_KERNEL, "alias of cpu-migrations" },
};

/* What the table does not know is taken for the kind that could deceive. */
bool vmb_software_in_kernel_only(uint64_t config)
{
	for (size_t i = 0; i < VMB_ARRAY_SIZE(table); i++)
		if (table[i].config == config)
			return table[i].mode == MODE_KERNEL;
	return true;
}

struct modifiers { bool given, user, kernel; };

/* ":u", ":k", ":uk", ":u:k"; anything else is not ours to understand. */
static int parse_modifiers(const char *text, struct modifiers *m)
{
	*m = (struct modifiers){ .given = *text };
	for (; *text; text++) {
		if (*text == 'u')
			m->user = true;
		else if (*text == 'k')
			m->kernel = true;
		else if (*text != ':' || !text[1])
			return -EINVAL;
	}
	return 0;
}

static const struct software *find(const char *term, size_t len)
{
	for (size_t i = 0; i < VMB_ARRAY_SIZE(table); i++)
		if (strlen(table[i].name) == len && !strncasecmp(table[i].name, term, len))
			return &table[i];
	return NULL;
}

static int fill(const struct software *sw, const struct modifiers *m, const char *term,
		struct vmb_event *ev, struct vmb_why *why)
{
	bool kernel = m->given ? m->kernel : sw->mode != MODE_CLOCK;

	if (sw->mode == MODE_KERNEL && !kernel) {
		vmb_why_set(why, "\"%s\": %s happen in the kernel; counted in user mode only they "
			    "would always be 0. Leave the modifier out", term, sw->name);
		return -EINVAL;
	}
	*ev = (struct vmb_event){
		.attr = { .type = PERF_TYPE_SOFTWARE, .config = sw->config, .exclude_hv = 1 },
		.software = true, .may_narrow = !m->given && sw->mode == MODE_EITHER,
	};
	ev->attr.exclude_kernel = !kernel;
	ev->attr.exclude_user = m->given && !m->user;
	return 0;
}

static int resolve(const char *term, struct vmb_event *ev, struct vmb_why *why)
{
	size_t len = strcspn(term, ":");
	const struct software *sw = find(term, len);
	struct modifiers m;

	if (!sw)
		return -ENOENT;
	if (parse_modifiers(term + len, &m)) {
		vmb_why_set(why, "\"%s\": %s takes the modifiers :u and :k only", term, sw->name);
		return -EINVAL;
	}
	return fill(sw, &m, term, ev, why);
}

static void list(struct vmb_event_visitor *v)
{
	for (size_t i = 0; i < VMB_ARRAY_SIZE(table); i++)
		v->event(v, table[i].name, table[i].what);
}

const struct vmb_counter_source vmb_source_software = {
	.name = "software", .resolve = resolve, .list = list,
};
