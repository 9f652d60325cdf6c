// SPDX-License-Identifier: MIT
#include "user/doctor.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "user/doctor_state.h"
#include "user/env/checks.h"
#include "user/env/env.h"

#define INTERVAL_NS	200000000L

/* One visit: two readings of /proc/stat with the interval between, and the facts. */
struct visit {
	struct vmb_env env;
	struct vmb_cputime before, after;
	struct vmb_pin pin;
};

static const struct look {
	const char *word, *colour;
} looks[] = {
	[VMB_CHECK_GOOD] = { "good", "\033[32m" },
	[VMB_CHECK_WARN] = { "warn", "\033[33m" },
	[VMB_CHECK_BAD] = { "bad", "\033[31m" },
	[VMB_CHECK_UNKNOWN] = { "unknown", "\033[2m" },
};

/* The facts are collected first: reading them is work, and would be seen as work. */
static void pay_visit(struct visit *v, const struct vmb_pin *pin)
{
	const struct timespec interval = { .tv_nsec = INTERVAL_NS };
	int fd = vmb_cputime_open();

	if (pin)
		v->pin = *pin;
	vmb_env_collect(&v->env);
	vmb_cputime_read(fd, &v->before);
	(void)clock_nanosleep(CLOCK_MONOTONIC, 0, &interval, NULL);
	vmb_cputime_read(fd, &v->after);
	if (fd >= 0)
		close(fd);
}

static void look_at(const struct vmb_check *c, const struct visit *v, struct vmb_finding *f)
{
	const struct vmb_check_ctx ctx = {
		.env = &v->env, .pin = &v->pin, .before = &v->before, .after = &v->after,
	};

	memset(f, 0, sizeof(*f));
	c->look(&ctx, f);
	if (!f->mend[0] && c->mend)
		snprintf(f->mend, sizeof(f->mend), "%s", c->mend);
}

static bool needs_mending(const struct vmb_finding *f)
{
	return f->state == VMB_CHECK_WARN || f->state == VMB_CHECK_BAD;
}

static void print_text(FILE *out, const struct vmb_check *c, const struct vmb_finding *f,
		       bool colour)
{
	const struct look *l = &looks[f->state];

	fprintf(out, "  %s%-7s%s  %-21s %s\n", colour ? l->colour : "", l->word,
		colour ? "\033[0m" : "", c->name, f->now);
	if (!needs_mending(f))
		return;
	fprintf(out, "%33s%s\n", "", c->means);
	if (f->mend[0])
		fprintf(out, "%33smend: %s\n", "", f->mend);
	if (c->fixed)
		fprintf(out, "%33s  or: sudo vmbench doctor --fix    # back: --restore\n", "");
}

/* Everything that is printed was cleaned to ASCII or is a literal of this program. */
static void print_string(FILE *out, const char *text)
{
	putc('"', out);
	for (const unsigned char *p = (const unsigned char *)text; *p; p++)
		if (*p < ' ')
			fprintf(out, "\\u%04x", *p);
		else
			fprintf(out, strchr("\"\\", *p) ? "\\%c" : "%c", *p);
	putc('"', out);
}

static void print_member(FILE *out, const char *key, const char *value)
{
	fprintf(out, ",\"%s\":", key);
	if (value && *value)
		print_string(out, value);
	else
		fputs("null", out);
}

static void print_json(FILE *out, const struct vmb_check *c, const struct vmb_finding *f,
		       bool first)
{
	fprintf(out, "%s\n  {\"name\":", first ? "" : ",");
	print_string(out, c->name);
	print_member(out, "state", looks[f->state].word);
	print_member(out, "now", f->now);
	print_member(out, "means", c->means);
	print_member(out, "mend", needs_mending(f) ? f->mend : NULL);
	fprintf(out, ",\"fixable\":%s}", c->fixed ? "true" : "false");
}

static void print_counts(FILE *out, bool json, const size_t *nr)
{
	if (json)
		fprintf(out, "\n ],\n \"good\":%zu,\"warn\":%zu,\"bad\":%zu,\"unknown\":%zu,"
			"\"fix_in_force\":%s}\n", nr[VMB_CHECK_GOOD], nr[VMB_CHECK_WARN],
			nr[VMB_CHECK_BAD], nr[VMB_CHECK_UNKNOWN],
			vmb_doctor_state_exists() ? "true" : "false");
	else
		fprintf(out, "\n%zu good, %zu warn, %zu bad, %zu unknown\n", nr[VMB_CHECK_GOOD],
			nr[VMB_CHECK_WARN], nr[VMB_CHECK_BAD], nr[VMB_CHECK_UNKNOWN]);
	if (!json && vmb_doctor_state_exists())
		fprintf(out, "--fix is in force; put back with: sudo vmbench doctor --restore\n");
}

int vmb_doctor_run(FILE *out, bool json, bool colour, const struct vmb_pin *pin)
{
	struct visit *v = calloc(1, sizeof(*v));
	size_t count[VMB_ARRAY_SIZE(looks)] = { 0 }, nr;
	const struct vmb_check *checks = vmb_checks(&nr);

	if (!v) {
		fprintf(stderr, "vmbench: doctor: out of memory\n");
		return 1;
	}
	pay_visit(v, pin);
	if (json)
		fprintf(out, "{\"schema\":\"vmbench-doctor/1\",\n \"checks\":[");
	for (size_t i = 0; i < nr; i++) {
		struct vmb_finding f;

		look_at(&checks[i], v, &f);
		count[f.state]++;
		if (json)
			print_json(out, &checks[i], &f, i == 0);
		else
			print_text(out, &checks[i], &f, colour);
	}
	print_counts(out, json, count);
	vmb_env_fini(&v->env);
	free(v);
	return count[VMB_CHECK_BAD] ? 1 : 0;
}
