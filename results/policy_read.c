// SPDX-License-Identifier: MIT
/*
 * vmbench.ini. The home of inih, which splits lines; what they mean and whether they may be so is
 * decided here. inih cuts long names without a word and does not tell its handler the line: so
 * lines are handed to it one at a time, counted and measured.
 */
#include <ini.h>

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "results/file.h"
#include "results/policy.h"

#define MAX_BYTES	(64u << 10)
#define MAX_RULES	1000
#define MAX_SECTION	49	/* inih cuts a section's name after that */
#define MAX_LINE	190	/* and its lines after 200 */

#define NEITHER		"neither [section] nor name = value"

/* Section names. */
static const struct { const char *word; enum vmb_policy_scope scope; bool named; } scopes[] = {
	{ "default", VMB_POLICY_DEFAULT, false },
	{ "category", VMB_POLICY_CATEGORY, true },
	{ "benchmark", VMB_POLICY_BENCHMARK, true },
};

static const struct { const char *name; size_t offset; double most; } keys[] = {
	{ "high", offsetof(struct vmb_limits, high), 10 },
	{ "medium", offsetof(struct vmb_limits, medium), 10 },
	{ "improvement", offsetof(struct vmb_limits, improvement), 1 },
	{ "margin", offsetof(struct vmb_limits, margin), 1 },
};

/*
 * @at, @left: what has not been read yet
 * @line: number of the line that inih has now
 * @section: name of the section that the last rule is about
 */
struct reader {
	const char *path, *at;
	size_t left;
	unsigned int line;
	char section[MAX_SECTION + 1];
	struct vmb_policy policy;
	struct vmb_error *err;
	int status;
};

/* The first complaint is the one that helps. */
VMB_PRINTF(2, 3)
static int refuse(struct reader *r, const char *fmt, ...)
{
	char what[200];
	va_list ap;

	if (r->status)
		return 0;
	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	vmb_error_set(r->err, "%.60s:%u: %s", r->path, r->line, what);
	r->status = -EINVAL;
	return 0;
}

/* Lines. */

static bool parse_section(struct reader *r, const char *section, struct vmb_rule *rule);

/* inih tells its handler of a section only when a key follows, and ignores what is behind it. */
static void check_section(struct reader *r, const char *line)
{
	size_t len = strcspn(line + 1, "]");
	const char *rest = line + 1 + len;
	char name[MAX_SECTION + 1];
	struct vmb_rule rule;

	if (*rest == ']')
		rest += 1 + strspn(rest + 1, " \t\r\n");
	else
		refuse(r, NEITHER);
	if (len > MAX_SECTION)
		refuse(r, "a section's name has at most %d characters; shorten it with *, as in "
		       "[benchmark cross_arch/*/100]", MAX_SECTION);
	else if (*rest && *rest != ';' && *rest != '#')
		refuse(r, "something follows the section's name");
	if (r->status)
		return;
	snprintf(name, sizeof(name), "%.*s", (int)len, line + 1);
	parse_section(r, name, &rule);
}

/* fgets() for inih. Blanks in front would make inih take the line for more of the one before. */
static char *next_line(char *buf, int size, void *arg)
{
	struct reader *r = arg;
	const char *end;
	size_t len;

	if (!r->left || r->status)
		return NULL;
	r->line++;
	for (; r->left && (*r->at == ' ' || *r->at == '\t'); r->left--)
		r->at++;
	end = memchr(r->at, '\n', r->left);
	len = end ? (size_t)(end + 1 - r->at) : r->left;
	if (len > MAX_LINE || len >= (size_t)size)
		refuse(r, "the line is longer than %d characters", MAX_LINE);
	else if (memchr(r->at, '\0', len))
		refuse(r, "a byte that is 0: this is no text file");
	if (r->status)
		return NULL;
	memcpy(buf, r->at, len);
	buf[len] = '\0';
	r->at += len;
	r->left -= len;
	if (*buf == '[')
		check_section(r, buf);
	return r->status ? NULL : buf;
}

/* Sections. */

static bool parse_section(struct reader *r, const char *section, struct vmb_rule *rule)
{
	size_t len = strcspn(section, " \t");
	const char *name = section + len + strspn(section + len, " \t");

	for (size_t i = 0; i < VMB_ARRAY_SIZE(scopes); i++) {
		if (strlen(scopes[i].word) != len || strncmp(scopes[i].word, section, len))
			continue;
		if (!*name != !scopes[i].named)
			break;
		rule->scope = scopes[i].scope;
		rule->line = r->line;
		snprintf(rule->pattern, sizeof(rule->pattern), "%s", name);
		return true;
	}
	refuse(r, "no section is called [%s]; there are [default], [category NAME] and "
	       "[benchmark ID]", section);
	return false;
}

static struct vmb_rule *rule_of(struct reader *r, const char *section)
{
	struct vmb_policy *p = &r->policy;
	struct vmb_rule *grown;

	if (p->nr && !strcmp(r->section, section))
		return &p->rule[p->nr - 1];
	if (p->nr == MAX_RULES) {
		refuse(r, "more than %d sections", MAX_RULES);
		return NULL;
	}
	grown = realloc(p->rule, (p->nr + 1) * sizeof(*grown));
	if (!grown) {
		r->status = -ENOMEM;
		vmb_error_set(r->err, "out of memory");
		return NULL;
	}
	p->rule = grown;
	memset(&grown[p->nr], 0, sizeof(*grown));
	if (!parse_section(r, section, &grown[p->nr]))
		return NULL;
	snprintf(r->section, sizeof(r->section), "%s", section);
	return &grown[p->nr++];
}

/* Values: 0.2, 20% or 20 %. Return: NaN if it is none. */
static double parse_share(const char *text)
{
	char *end;
	double v = strtod(text, &end);
	bool percent;

	end += strspn(end, " \t");
	percent = *end == '%';
	end += percent;
	end += strspn(end, " \t");
	if (end == text || *end || !isfinite(v))
		return NAN;
	return percent ? v / 100 : v;
}

static int set(struct reader *r, struct vmb_rule *rule, const char *name, const char *value)
{
	for (size_t i = 0; i < VMB_ARRAY_SIZE(keys); i++) {
		double *to = (double *)((char *)&rule->limits + keys[i].offset), v;

		if (strcmp(keys[i].name, name))
			continue;
		if (*to > 0)
			return refuse(r, "%s is given twice in this section", name);
		v = parse_share(value);
		if (!(v > 0 && v < keys[i].most) || (v >= 1 && !strchr(value, '%')))
			return refuse(r, "%s: \"%.40s\" is not a share such as 0.2 or 20%%", name,
				      value);
		*to = v;
		return 1;
	}
	return refuse(r, "unknown key \"%.40s\"; there are high, medium, improvement and margin",
		      name);
}

static int handle(void *arg, const char *section, const char *name, const char *value)
{
	struct reader *r = arg;
	struct vmb_rule *rule;

	if (r->status)
		return 0;
	if (!*section)
		return refuse(r, "\"%.40s\" stands before the first section; begin with [default]",
			      name);
	rule = rule_of(r, section);
	return rule ? set(r, rule, name, value) : 0;
}

static void check_order(struct reader *r)
{
	for (size_t i = 0; i < r->policy.nr && !r->status; i++) {
		const struct vmb_limits *l = &r->policy.rule[i].limits;

		r->line = r->policy.rule[i].line;
		if (l->high > 0 && l->medium > l->high)
			refuse(r, "in this section medium (%.4g %%) is above high (%.4g %%)",
			       100 * l->medium, 100 * l->high);
	}
}

static int parse(struct reader *r)
{
	int line = ini_parse_stream(next_line, r, handle, r);

	if (!r->status && line) {
		r->line = line > 0 ? (unsigned int)line : r->line;
		refuse(r, NEITHER);
	}
	if (!r->status)
		check_order(r);
	return r->status;
}

int vmb_policy_read(const char *path, struct vmb_policy *out, struct vmb_error *err)
{
	struct reader r = { .path = path, .err = err };
	struct vmb_bytes bytes;
	int status = vmb_file_read(path, MAX_BYTES, &bytes, err);

	if (status)
		return status;
	r.at = (const char *)bytes.data;
	r.left = bytes.len;
	status = parse(&r);
	vmb_bytes_fini(&bytes);
	if (status)
		vmb_policy_fini(&r.policy);
	else
		*out = r.policy;
	return status;
}
