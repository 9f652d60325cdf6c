// SPDX-License-Identifier: MIT
#include "results/summary.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/*
 * Names under which a counter of retired instructions or of core cycles is known: our own, perf's
 * and libpfm4's. Modifiers after a colon ("instructions:u") do not matter.
 */
static const char *const instructions_name[] = {
	"instructions", "PERF_COUNT_HW_INSTRUCTIONS", "INSTRUCTION_RETIRED", "INST_RETIRED",
	"INSTRUCTIONS_RETIRED", "RETIRED_INSTRUCTIONS",
};

static const char *const cycles_name[] = {
	"cycles", "cpu-cycles", "PERF_COUNT_HW_CPU_CYCLES", "UNHALTED_CORE_CYCLES",
	"CPU_CLK_UNHALTED", "CYCLES_NOT_IN_HALT", "CPU_CYCLES",
};

static bool is_one_of(const char *counter, const char *const *name, size_t nr)
{
	size_t len = strcspn(counter, ":");

	for (size_t i = 0; i < nr; i++)
		if (strlen(name[i]) == len && !strncasecmp(counter, name[i], len))
			return true;
	return false;
}

/* @like: a counter whose kind (simulated or not) it must share; NULL: a real one. */
static const struct vmb_counter_stat *find(const struct vmb_summary *s, const char *const *name,
					   size_t nr, const struct vmb_counter_stat *like)
{
	bool simulated = like && vmb_counter_simulated(like->source);

	for (size_t i = 0; i < s->nr_counters; i++)
		if (is_one_of(s->counters[i].name, name, nr) &&
		    vmb_counter_simulated(s->counters[i].source) == simulated)
			return &s->counters[i];
	return NULL;
}

/* A divisor that may be 0 within its noise (an empty body) gives no ratio. */
static bool divides(const struct vmb_counter_stat *c)
{
	return c && c->per_op > 0 && c->low > 0;
}

/*
 * "L1D-misses:u" → "L1D-MPKI:u": the word is replaced together with the sign before it. A ratio of
 * simulated counters says so in its name: it stands beside the counted one.
 */
static void mpki_name(char *out, size_t size, const struct vmb_counter_stat *c, const char *misses)
{
	const char *counter = c->name;
	size_t head = (size_t)(misses - counter);

	while (head && strchr("-_:. ", counter[head - 1]))
		head--;
	snprintf(out, size, "%.*s%sMPKI%s%s", (int)head, counter, head ? "-" : "",
		 misses + strlen("misses"), vmb_counter_simulated(c->source) ? " (sim)" : "");
}

static void add_mpki(struct vmb_summary *s, const struct vmb_counter_stat *c)
{
	const struct vmb_counter_stat *insns =
		find(s, instructions_name, VMB_ARRAY_SIZE(instructions_name), c);
	const char *misses = strcasestr(c->name, "misses");
	char name[sizeof(s->metrics[0].name)];

	if (!misses || !divides(insns))
		return;
	mpki_name(name, sizeof(name), c, misses);
	vmb_summary_metric_add(s, name, "misses/1000 insns", 1000 * c->per_op / insns->per_op);
}

void vmb_summary_ratios(struct vmb_summary *out)
{
	const struct vmb_counter_stat *insns =
		find(out, instructions_name, VMB_ARRAY_SIZE(instructions_name), NULL);
	const struct vmb_counter_stat *cycles =
		find(out, cycles_name, VMB_ARRAY_SIZE(cycles_name), NULL);

	if (divides(insns) && divides(cycles))
		vmb_summary_metric_add(out, "IPC", "insns/cycle", insns->per_op / cycles->per_op);
	for (size_t i = 0; i < out->nr_counters; i++)
		add_mpki(out, &out->counters[i]);
}
