// SPDX-License-Identifier: MIT
#include "user/options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/bench/categories.h"
#include "user/verbs.h"

static const struct vmb_opt table[] = {
#define OPT(n, l, k, f, a, g, h) \
	{ .name = n, .letter = l, .kind = VMB_OPT_##k, .offset = offsetof(struct vmb_options, f), \
	  .arg = a, .group = VMB_OPT_##g, .help = h },
#include "user/options.def"
};

#define NR_TABLE	VMB_ARRAY_SIZE(table)
#define MAX_CATEGORIES	64
/* getopt_long's val: rows of the table, then category switches; clear of any short letter. */
#define VAL_TABLE	1000
#define VAL_CATEGORY	2000

const struct vmb_opt *vmb_opts(size_t *nr)
{
	*nr = NR_TABLE;
	return table;
}

static void *field(struct vmb_options *o, const struct vmb_opt *opt)
{
	return (char *)o + opt->offset;
}

static int list_add(struct vmb_list *list, const char *text, struct vmb_why *why)
{
	if (list->nr == VMB_MAX_LIST) {
		vmb_why_set(why, "more than %d filters", VMB_MAX_LIST);
		return -EINVAL;
	}
	list->text[list->nr++] = text;
	return 0;
}

static int set_uint(uint64_t *v, const struct vmb_opt *opt, const char *text, struct vmb_why *why)
{
	char *end;

	errno = 0;
	*v = strtoull(text, &end, 10);
	if (!isdigit((unsigned char)text[0]) || *end || errno || !*v) {
		vmb_why_set(why, "--%s wants a whole number greater than 0, not \"%s\"", opt->name, text);
		return -EINVAL;
	}
	return 0;
}

static int set_seconds(double *v, const struct vmb_opt *opt, const char *text, struct vmb_why *why)
{
	char *end;
	double x = strtod(text, &end);

	if (!strcmp(end, "ms"))
		x /= 1000;
	else if (*end && strcmp(end, "s"))
		x = NAN;
	if (end == text || !(x > 0) || x > 1e6) {
		vmb_why_set(why, "--%s wants a time in seconds such as 0.5 or 200ms, not \"%s\"",
			    opt->name, text);
		return -EINVAL;
	}
	*v = x;
	return 0;
}

static int set_share(double *v, const struct vmb_opt *opt, const char *text, struct vmb_why *why)
{
	char *end;

	*v = strtod(text, &end);
	if (end == text || *end || !(*v > 0 && *v < 1)) {
		vmb_why_set(why, "--%s wants a number between 0 and 1, not \"%s\"", opt->name, text);
		return -EINVAL;
	}
	return 0;
}

static int set(struct vmb_options *o, const struct vmb_opt *opt, const char *text,
	       struct vmb_why *why)
{
	void *f = field(o, opt);

	switch (opt->kind) {
	case VMB_OPT_FLAG:
		*(bool *)f = true;
		return 0;
	case VMB_OPT_TEXT:
		*(const char **)f = text;
		return 0;
	case VMB_OPT_MAYBE:
		*(const char **)f = text ? text : "";
		return 0;
	case VMB_OPT_UINT:
		return set_uint(f, opt, text, why);
	case VMB_OPT_SECONDS:
		return set_seconds(f, opt, text, why);
	case VMB_OPT_SHARE:
		return set_share(f, opt, text, why);
	case VMB_OPT_LIST:
		return list_add(f, text, why);
	}
	return -EINVAL;
}

/* The switches of all categories, "--cross-arch" for cross_arch; filled once per parse. */
struct parser {
	struct option longs[NR_TABLE + MAX_CATEGORIES + 1];
	char shorts[2 * NR_TABLE + 4];
	char category_name[MAX_CATEGORIES][32];
	const char *names[NR_TABLE + MAX_CATEGORIES];
	size_t nr_names;
};

static int has_arg(enum vmb_opt_kind kind)
{
	return kind == VMB_OPT_FLAG ? no_argument :
	       kind == VMB_OPT_MAYBE ? optional_argument : required_argument;
}

static void add_long(struct parser *p, const char *name, int arg, int val)
{
	p->longs[p->nr_names] = (struct option){ .name = name, .has_arg = arg, .val = val };
	p->names[p->nr_names++] = name;
}

static void parser_init(struct parser *p)
{
	size_t nr_cat, at = 0;
	const struct vmb_category *const *cat = vmb_categories(&nr_cat);

	memset(p, 0, sizeof(*p));
	p->shorts[at++] = ':';		/* a missing argument is told apart from an unknown option */
	for (size_t i = 0; i < NR_TABLE; i++) {
		add_long(p, table[i].name, has_arg(table[i].kind), VAL_TABLE + (int)i);
		if (!table[i].letter)
			continue;
		p->shorts[at++] = table[i].letter;
		if (has_arg(table[i].kind) == required_argument)
			p->shorts[at++] = ':';
	}
	for (size_t i = 0; i < nr_cat && i < MAX_CATEGORIES; i++) {
		snprintf(p->category_name[i], sizeof(p->category_name[i]), "%s", cat[i]->name);
		for (char *c = p->category_name[i]; *c; c++)
			*c = *c == '_' ? '-' : *c;
		add_long(p, p->category_name[i], no_argument, VAL_CATEGORY + (int)i);
	}
}

static int unknown(const struct parser *p, const char *word, struct vmb_why *why)
{
	char name[64];
	const char *near;

	snprintf(name, sizeof(name), "%s", word + strspn(word, "-"));
	name[strcspn(name, "=")] = 0;
	near = vmb_nearest(name, p->names, p->nr_names);
	if (near)
		vmb_why_set(why, "unknown option \"%s\"; did you mean --%s?", word, near);
	else
		vmb_why_set(why, "unknown option \"%s\"", word);
	return -EINVAL;
}

static const struct vmb_opt *by_value(int val)
{
	if (val >= VAL_TABLE && val < VAL_TABLE + (int)NR_TABLE)
		return &table[val - VAL_TABLE];
	for (size_t i = 0; i < NR_TABLE; i++)
		if (table[i].letter && table[i].letter == val)
			return &table[i];
	return NULL;
}

static int parse_options(struct parser *p, int argc, char **argv, struct vmb_options *o,
			 struct vmb_why *why)
{
	int val, err = 0;

	opterr = 0;
	optind = 0;
	while (!err && (val = getopt_long(argc, argv, p->shorts, p->longs, NULL)) != -1) {
		const struct vmb_opt *opt = by_value(val);

		if (val >= VAL_CATEGORY) {
			o->categories |= 1ull << (val - VAL_CATEGORY);
		} else if (val == ':') {
			vmb_why_set(why, "%s needs an argument", argv[optind - 1]);
			err = -EINVAL;
		} else if (!opt) {
			err = unknown(p, argv[optind - 1], why);
		} else {
			err = set(o, opt, optarg, why);
		}
	}
	return err;
}

static int one_of(const char *option, const char *text, const char *const *words,
		  struct vmb_why *why)
{
	for (size_t i = 0; text && words[i]; i++)
		if (!strcmp(text, words[i]))
			return 0;
	if (!text)
		return 0;
	vmb_why_set(why, "--%s: \"%s\" is not one of its values; see vmbench --help", option, text);
	return -EINVAL;
}

static int validate(const struct vmb_options *o, struct vmb_why *why)
{
	static const char *const when[] = { "auto", "always", "never", NULL };
	int err = one_of("color", o->color, when, why);

	if (err)
		return err;
	if (o->quick && o->rigorous) {
		vmb_why_set(why, "--quick and --rigorous exclude each other");
		return -EINVAL;
	}
	if (o->fail && o->no_fail) {
		vmb_why_set(why, "--fail-on-regression and --no-fail-on-regression exclude each other");
		return -EINVAL;
	}
	if (o->quiet && o->verbose) {
		vmb_why_set(why, "--quiet and --verbose exclude each other");
		return -EINVAL;
	}
	if ((o->perf_map || o->jitdump) && !(o->profile_time_s > 0) && strcmp(o->verb, "exec")) {
		vmb_why_set(why, "--perf-map and --jitdump go with --profile-time SECONDS or with exec");
		return -EINVAL;
	}
	if ((o->perf_map || o->jitdump) && o->interpret) {
		vmb_why_set(why, "with --interpret nothing is compiled: there is no code to give names to");
		return -EINVAL;
	}
	if (o->rounds > VMB_MAX_ROUNDS_ASKED) {
		vmb_why_set(why, "--rounds: at most %d", VMB_MAX_ROUNDS_ASKED);
		return -EINVAL;
	}
	if (o->batches && (o->batches < 8 || o->batches > 10000)) {
		vmb_why_set(why, "--sample-size: 8 to 10000");
		return -EINVAL;
	}
	return 0;
}

/* How many words of the command line are ours: what follows the program of exec is the program's. */
static int own_words(int argc, char **argv)
{
	int i;

	if (argc < 2 || strcmp(argv[1], "exec"))
		return argc;
	for (i = 2; i < argc && argv[i][0] == '-'; i++)
		;
	return i;
}

int vmb_options_parse(int argc, char **argv, struct vmb_options *out, struct vmb_why *why)
{
	struct parser p;
	int err, own = own_words(argc, argv);

	memset(out, 0, sizeof(*out));
	memset(why, 0, sizeof(*why));
	parser_init(&p);
	if (own < argc)
		out->guest = argv + own;
	argc = own;
	err = parse_options(&p, argc, argv, out, why);
	if (err)
		return err;
	out->verb = "run";
	if (optind < argc && vmb_verb_find(argv[optind]))
		out->verb = argv[optind++];
	for (; optind < argc && !err; optind++)
		err = list_add(&out->filters, argv[optind], why);
	if (out->gbench_list && strcmp(out->gbench_list, "false"))
		out->list = true;
	if (!out->results_dir)
		out->results_dir = "results";
	return err ? err : validate(out, why);
}

bool vmb_colour_wanted(const struct vmb_options *o, FILE *out)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (o->color && strcmp(o->color, "auto"))
		return !strcmp(o->color, "always");
	return isatty(fileno(out)) && !(no && *no) && !(term && !strcmp(term, "dumb"));
}
