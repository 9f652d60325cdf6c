// SPDX-License-Identifier: MIT
/*
 * vmbench ab OLD NEW [FILTER...]: is NEW slower than OLD?
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "results/compare.h"
#include "user/child.h"
#include "user/judge.h"
#include "user/pair.h"
#include "user/verbs.h"

struct ab {
	const struct vmb_options *o;
	const struct vmb_session *s;
	struct vmb_side side[2];
	struct vmb_comparison comparison;
	struct vmb_progress progress;
};

static void name_category(struct vmb_change *c, const char *id)
{
	snprintf(c->id, sizeof(c->id), "%s", id);
	snprintf(c->category, sizeof(c->category), "%.*s", (int)strcspn(id, "/"), id);
}

static int note_missing(struct vmb_comparison *c, const struct vmb_side *has,
			const struct vmb_side *lacks, enum vmb_change_state state)
{
	for (size_t i = 0; i < has->nr_ids; i++) {
		struct vmb_change *change;

		if (vmb_side_has(lacks, has->ids[i]))
			continue;
		change = vmb_comparison_add(c);
		if (!change)
			return -ENOMEM;
		name_category(change, has->ids[i]);
		change->state = state;
	}
	return 0;
}

/* Cycles per operation of one side, 0 if they were not counted. */
static int cycles_of(const struct vmb_sample_set *set, double *cycles)
{
	struct vmb_summary sum;
	int err = vmb_summarise(set, NULL, &sum);

	*cycles = 0;
	if (err)
		return err;
	for (uint32_t i = 0; i < sum.nr_counters; i++)
		if (!strcmp(sum.counters[i].name, "cycles"))
			*cycles = sum.counters[i].per_op;
	vmb_summary_fini(&sum);
	return 0;
}

static int add_cycles(struct vmb_change *c, const struct vmb_sample_set *sets)
{
	int err = cycles_of(&sets[0], &c->cycles_old);

	if (!err)
		err = cycles_of(&sets[1], &c->cycles_new);
	c->has_cycles = c->cycles_old > 0 && c->cycles_new > 0;
	return err;
}

static int compare_one(struct ab *ab, const struct vmb_pairing *p, const char *id, uint64_t seed)
{
	struct vmb_change *change = vmb_comparison_add(&ab->comparison);
	struct vmb_sample_set sets[2] = { 0 };
	int err;

	if (!change)
		return -ENOMEM;
	name_category(change, id);
	err = vmb_pair_bench(p, (const char *const[]){ id, id }, seed, change, sets);
	if (!err)
		err = add_cycles(change, sets);
	vmb_sample_set_fini(&sets[0]);
	vmb_sample_set_fini(&sets[1]);
	if (err)
		ab->comparison.nr--;	/* half a comparison is none */
	return err;
}

/* Also after an interrupt: what was finished is reported. */
static int conclude(struct vmb_comparison *c, const struct vmb_side *side)
{
	int err = note_missing(c, &side[0], &side[1], VMB_CHANGE_ONLY_OLD);

	if (!err)
		err = note_missing(c, &side[1], &side[0], VMB_CHANGE_ONLY_NEW);
	return err ? err : vmb_comparison_settle(c);
}

static int compare_all(struct ab *ab)
{
	struct vmb_pairing p = {
		.session = ab->s, .sides = { &ab->side[0], &ab->side[1] }, .pairs = ab->o->rounds,
		.progress = &ab->progress,
	};
	uint64_t seed = ab->s->seed;
	size_t nr = ab->side[0].nr_ids;
	int err = 0;

	vmb_judge_options(ab->o, &p.opts);
	ab->comparison.paired = true;
	ab->comparison.alpha = p.opts.alpha;
	ab->comparison.margin = ab->o->noise_threshold > 0 ? ab->o->noise_threshold : 0.01;
	vmb_progress_begin(&ab->progress, !ab->o->quiet,
			   nr * (p.pairs ? p.pairs : vmb_next_look(0, p.opts.looks)));
	for (size_t i = 0; i < nr && !err; i++)
		if (vmb_side_has(&ab->side[1], ab->side[0].ids[i]))
			err = compare_one(ab, &p, ab->side[0].ids[i], vmb_random(&seed));
	vmb_progress_clear(&ab->progress);
	if (!err || err == -EINTR) {
		int more = conclude(&ab->comparison, ab->side);

		err = more ? more : err;
	}
	return err;
}

static int open_sides(struct ab *ab, struct vmb_why *why)
{
	const struct vmb_list *args = &ab->o->filters;
	struct vmb_list filters = { 0 };
	int err = 0;

	for (size_t i = 2; i < args->nr; i++)
		filters.text[filters.nr++] = args->text[i];
	for (int i = 0; i < 2 && !err; i++)
		err = vmb_side_open(args->text[i], &filters, ab->o->command, &ab->side[i], why);
	snprintf(ab->comparison.old_name, sizeof(ab->comparison.old_name), "%s", args->text[0]);
	snprintf(ab->comparison.new_name, sizeof(ab->comparison.new_name), "%s", args->text[1]);
	return err;
}

static int run(struct ab *ab, const struct vmb_compare_format *format)
{
	struct vmb_why why = { 0 };
	int err = open_sides(ab, &why), code;

	if (err) {
		vmb_complain("%s", why.text[0] ? why.text : strerror(-err));
		code = err == -ENOMEM || err == -EINTR ? VMB_EXIT_FAILED : VMB_EXIT_USAGE;
	} else {
		err = compare_all(ab);
		code = err && err != -EINTR ? VMB_EXIT_FAILED :
		       vmb_judge_report(ab->o, format, &ab->comparison);
		if (err == -EINTR) {
			vmb_complain("interrupted by SIG%s: only what was finished is compared",
				     sigabbrev_np(vmb_interrupted()));
			code = VMB_EXIT_FAILED;
		}
	}
	vmb_side_close(&ab->side[0]);
	vmb_side_close(&ab->side[1]);
	vmb_comparison_fini(&ab->comparison);
	return code;
}

int vmb_cmd_ab(const struct vmb_options *o)
{
	const struct vmb_compare_format *format;
	struct vmb_session *s;
	struct ab *ab;
	int code;

	if (o->filters.nr < 2 || (o->command && o->filters.nr > 2)) {
		vmb_complain("usage: vmbench ab OLD NEW [FILTER...], or vmbench ab --command 'OLD' 'NEW'");
		return VMB_EXIT_USAGE;
	}
	format = vmb_judge_format(o);
	if (!format)
		return VMB_EXIT_USAGE;
	code = vmb_session_create(o, &s);
	if (code)
		return code;
	vmb_effort_for_pairs(o, &s->effort);
	ab = calloc(1, sizeof(*ab));
	if (ab) {
		ab->o = o;
		ab->s = s;
		vmb_interrupt_install();
		code = run(ab, format);
	} else {
		vmb_complain("out of memory");
		code = VMB_EXIT_FAILED;
	}
	free(ab);
	vmb_session_destroy(s);
	return code;
}
