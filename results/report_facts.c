// SPDX-License-Identifier: MIT
#include "results/report_facts.h"

#include <math.h>
#include <string.h>

#include "results/report.h"

static bool ends_with(const char *s, const char *tail)
{
	size_t len = strlen(s);

	return len >= strlen(tail) && !strcmp(s + len - strlen(tail), tail);
}

/* Memory and caches are counted in powers of two, unlike throughput. */
static void put_binary(double bytes, char buf[64])
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	size_t i = 0;

	for (; bytes >= 1024 && i + 1 < VMB_ARRAY_SIZE(units); i++)
		bytes /= 1024;
	snprintf(buf, 64, "%.4g %s", bytes, units[i]);
}

static void put_number(const struct vmb_fact *f, char buf[64])
{
	if (ends_with(f->key, "_bytes"))
		put_binary(f->number, buf);
	else if (ends_with(f->key, "hz") && f->number >= 1000)	/* not USER_HZ */
		vmb_format_si(f->number, "Hz", buf);
	else if (ends_with(f->key, "_ns"))
		vmb_format_ns(f->number, buf);
	else
		snprintf(buf, 64, "%.12g", f->number);
}

const char *vmb_fact_words(const struct vmb_fact *f, char buf[64])
{
	if (f->type == VMB_FACT_TEXT)
		return f->text;
	if (f->type == VMB_FACT_BOOL)
		return f->number != 0 ? "yes" : "no";
	if (!isfinite(f->number))
		return NULL;
	put_number(f, buf);
	return buf;
}

/* Facts that make up a line; those that are absent leave no trace. */
struct piece { const char *before, *key, *after; };

/* A commit is known by its first digits. */
#define COMMIT_BYTES	12

static const struct piece machine[] = {
	{ "", "cpu.model", "" }, { "", "cpu.microarch", "" }, { "CPUs: ", "cpu.threads", "" },
	{ "cores: ", "cpu.cores", "" }, { "L1d ", "cache.l1d_bytes", "" },
	{ "L2 ", "cache.l2_bytes", "" }, { "L3 ", "cache.l3_bytes", "" },
	{ "memory ", "memory.total_bytes", "" },
};

static const struct piece system_pieces[] = {
	{ "Linux ", "kernel.release", "" }, { "", "kernel.arch", "" },
	{ "", "libc.version", "" }, { "", "build.compiler", "" },
	{ "vmbench commit ", "build.git_commit", "" },
};

static const struct piece pinned[] = {
	{ "CPU ", "pin.cpus", "" }, { "core ", "pin.cores", "" }, { "node ", "pin.nodes", "" },
};

static const struct piece timer[] = {
	{ "", "timer.source", "" }, { "", "timer.hz", "" },
	{ "", "timer.cost_ns", " per reading, subtracted" },
	{ "resolution ", "timer.resolution_ns", "" },
};

static const struct headline {
	const char *name;
	const struct piece *pieces;
	size_t nr;
} headlines[VMB_NR_HEADLINES] = {
	[VMB_HEAD_MACHINE] = { "machine", machine, VMB_ARRAY_SIZE(machine) },
	[VMB_HEAD_SYSTEM] = { "system", system_pieces, VMB_ARRAY_SIZE(system_pieces) },
	[VMB_HEAD_PINNED] = { "pinned", pinned, VMB_ARRAY_SIZE(pinned) },
	[VMB_HEAD_TIMER] = { "timer", timer, VMB_ARRAY_SIZE(timer) },
	[VMB_HEAD_DISTURBS] = { "disturbs", NULL, 0 },
};

/* When does a fact disturb? */
enum condition { UNLESS_TEXT, IF_TRUE, IF_ABOVE, IF_PRESENT };

static const struct disturbance {
	const char *key;
	enum condition condition;
	const char *text;	/* UNLESS_TEXT */
	double number;		/* IF_ABOVE */
	const char *words;
	bool with_value;
} disturbances[] = {
	{ "virt.hypervisor", UNLESS_TEXT, "none", 0, "virtual machine: ", true },
	{ "virt.container", UNLESS_TEXT, "none", 0, "container: ", true },
	{ "noise.cpu_quota", IF_PRESENT, NULL, 0, "CPU quota: ", true },
	{ "power.governor", UNLESS_TEXT, "performance", 0, "governor ", true },
	{ "power.turbo", IF_TRUE, NULL, 0, "turbo on", false },
	{ "smt.active", IF_TRUE, NULL, 0, "SMT siblings on", false },
	{ "noise.load_1m", IF_ABOVE, NULL, 0.5, "load ", true },
	{ "noise.irqbalance", IF_TRUE, NULL, 0, "irqbalance running", false },
	{ "kernel.nmi_watchdog", IF_TRUE, NULL, 0, "NMI watchdog on", false },
	{ "memory.numa_balancing", IF_TRUE, NULL, 0, "NUMA balancing on", false },
	{ "memory.ksm", IF_TRUE, NULL, 0, "page merging (KSM) on", false },
};

static bool applies(const struct disturbance *d, const struct vmb_fact *f)
{
	if (d->condition == IF_PRESENT)
		return true;
	if (d->condition == UNLESS_TEXT)
		return f->type == VMB_FACT_TEXT && strcmp(f->text, d->text) != 0;
	return f->type != VMB_FACT_TEXT && f->number > (d->condition == IF_ABOVE ? d->number : 0);
}

/* One item of a line; @*nr counts them. */
static void put_item(FILE *out, const struct vmb_env *env, const char *before, const char *key,
		     const char *after, enum vmb_text_form form, size_t *nr)
{
	const struct vmb_fact *f = vmb_env_find(env, key);
	char buf[64], commit[COMMIT_BYTES + 1];
	const char *words = f ? vmb_fact_words(f, buf) : NULL;

	if (!words || !*words)
		return;
	fprintf(out, "%s%s", *nr ? ", " : "", before);
	if (!strcmp(key, "build.git_commit")) {
		snprintf(commit, sizeof(commit), "%s", words);
		words = commit;
	}
	vmb_text_put(out, words, form);
	fputs(after, out);
	++*nr;
}

static bool put_disturbances(FILE *out, const struct vmb_env *env, enum vmb_text_form form)
{
	size_t nr = 0;

	for (size_t i = 0; i < VMB_ARRAY_SIZE(disturbances); i++) {
		const struct disturbance *d = &disturbances[i];
		const struct vmb_fact *f = vmb_env_find(env, d->key);

		if (!f || !applies(d, f))
			continue;
		if (d->with_value)
			put_item(out, env, d->words, d->key, "", form, &nr);
		else
			fprintf(out, "%s%s", nr++ ? ", " : "", d->words);
	}
	return nr > 0;
}

const char *vmb_headline_name(enum vmb_headline h)
{
	return headlines[h].name;
}

bool vmb_headline_put(FILE *out, const struct vmb_env *env, enum vmb_headline h,
		      enum vmb_text_form form)
{
	const struct headline *line = &headlines[h];
	size_t nr = 0;

	if (h == VMB_HEAD_DISTURBS)
		return put_disturbances(out, env, form);
	for (size_t i = 0; i < line->nr; i++)
		put_item(out, env, line->pieces[i].before, line->pieces[i].key,
			 line->pieces[i].after, form, &nr);
	return nr > 0;
}
