// SPDX-License-Identifier: MIT
#include "results/report.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <jansson.h>

#include "results/codec.h"
#include "results/report_view.h"
#include "results/text.h"
#include "tests/results/made.h"

#define SET(member, ...) snprintf(member, sizeof(member), __VA_ARGS__)

/* As much of @s as fits. */
static void cut(char *to, size_t size, const char *s)
{
	size_t len = strnlen(s, size - 1);

	memcpy(to, s, len);
	to[len] = '\0';
}

#define CUT(member, s) cut(member, sizeof(member), s)

/* A run as it might be, by hand: every status, counters, simulation, metrics. */

static struct vmb_bench_result *add(struct vmb_result *res, const char *category, const char *rest,
				    double median, double spread)
{
	struct vmb_bench_result *b = vmb_result_add(res);
	struct vmb_summary *s = &b->summary;

	assert_non_null(b);
	SET(b->category, "%s", category);
	SET(b->id, "%s/%s", category, rest);
	s->measured = median > 0;
	s->median = median;
	s->low = median * (1 - spread / 2);
	s->high = median * (1 + spread);
	s->confidence = 0.9614;
	s->mean = median * 1.01;
	s->mean_low = median * 0.99;
	s->mean_high = median * 1.03;
	s->std_dev = median * spread;
	s->mad = median * spread / 2;
	s->min = median * (1 - spread);
	s->max = median * (1 + 2 * spread);
	s->kept = median > 0 ? 12 : 0;
	s->timer_cost_ns = 12.5;
	s->sample_cost_ns = 80;
	return b;
}

static void add_counter(struct vmb_bench_result *b, const char *name, const char *source,
			double per_op)
{
	struct vmb_counter_stat *c = &b->summary.counters[b->summary.nr_counters++];

	SET(c->name, "%s", name);
	SET(c->source, "%s", source);
	c->per_op = per_op;
	c->low = per_op * 0.75;
	c->high = per_op * 1.25;
}

static void add_metric(struct vmb_bench_result *b, const char *name, const char *unit,
		       double value)
{
	struct vmb_metric_stat *m = &b->summary.metrics[b->summary.nr_metrics++];

	CUT(m->name, name);
	CUT(m->unit, unit);
	m->value = value;
}

static void add_memory(struct vmb_result *res)
{
	static const double ns[] = { 2.3125, 71.5, 1843.25 };
	static const char *const size[] = { "64", "4K", "64K" };
	static const uint64_t bytes[] = { 64, 4096, 65536 };

	for (size_t i = 0; i < VMB_ARRAY_SIZE(ns); i++) {
		struct vmb_bench_result *b;
		char rest[32];

		SET(rest, "copy/libc/%s", size[i]);
		b = add(res, "memory", rest, ns[i], 0.0078125);
		SET(b->what, "memcpy of the C library");
		SET(b->unit, "copy");
		b->nr_params = 1;
		SET(b->params[0].name, "size");
		SET(b->params[0].label, "%s", size[i]);
		b->params[0].value = bytes[i];
		b->summary.throughput = (double)bytes[i] * 1e9 / ns[i];
		SET(b->summary.throughput_unit, "B");
		add_metric(b, "IPC", "insns/cycle", 2.5);
		add_counter(b, "cycles", "rdpmc", ns[i] * 2);
		add_counter(b, "instructions", "rdpmc", ns[i] * 5);
		add_counter(b, "L1D-misses", "read", (double)bytes[i] / 4096);
		if (i == 2)
			add_counter(b, "instructions", "sim:callgrind", 9217);
	}
	SET(res->benches[1].reason, "3 of 12 rounds had to be discarded: the hypervisor stole time");
	res->benches[1].status = VMB_STATUS_UNRELIABLE;
	res->benches[1].summary.kept = 9;
	res->benches[1].summary.discarded = 3;
	res->benches[2].summary.flags = VMB_SUM_INTERCEPT;
	res->benches[2].summary.intercept_share = 0.0234375;
}

static void add_round(struct vmb_bench_result *b, uint32_t index, const char *reason)
{
	struct vmb_round r = { .index = index, .discarded = true, .tick_hz = 1e9 };

	SET(r.reason, "%s", reason);
	assert_int_equal(vmb_sample_set_add(&b->set, &r), 0);
}

static void add_others(struct vmb_result *res)
{
	static const char *const nodes[] = { "remote1", "remote2" };
	struct vmb_bench_result *b;
	char rest[32];

	for (size_t i = 0; i < VMB_ARRAY_SIZE(nodes); i++) {
		SET(rest, "numa/%s", nodes[i]);
		b = add(res, "memory", rest, 0, 0);
		b->status = VMB_STATUS_SKIPPED;
		SET(b->reason, "this machine has one NUMA node");
	}
	b = add(res, "tlb", "hit_rate/random", 5.5, 0.03125);
	SET(b->unit, "lookup");
	add_metric(b, "hit_rate", "%", 96.875);
	add_metric(b, "p99", "ns", 1536);
	add_metric(b, "refills", "", 123456);
	b->summary.flags = VMB_SUM_FEW_ROUNDS;
	b->summary.kept = 1;
	b = add(res, "tlb", "flush/1024", 7, 0.01);
	b->status = VMB_STATUS_FAILED;
	SET(b->reason, "wrong answer: entry 17 survived the flush");
	b = add(res, "exit", "kvm/hlt", 0, 0);
	b->status = VMB_STATUS_SKIPPED;
	SET(b->reason, "/dev/kvm does not exist");
	add_round(&res->benches[1], 4, "the hypervisor stole 2 ticks");
}

static void add_facts(struct vmb_env *env)
{
	vmb_env_text(env, "cpu.model", "/proc/cpuinfo", "Example CPU @ 2.50GHz");
	vmb_env_number(env, "cpu.threads", "hwloc", 2);
	vmb_env_number(env, "cache.l1d_bytes", "hwloc", 32768);
	vmb_env_number(env, "memory.total_bytes", "/proc/meminfo", 25769803776);
	vmb_env_text(env, "kernel.release", "uname", "6.1.0");
	vmb_env_text(env, "virt.hypervisor", "libcpuid", "KVM");
	vmb_env_text(env, "power.governor", "sysfs", "performance");
	vmb_env_number(env, "noise.load_1m", "/proc/loadavg", 1.25);
	vmb_env_bool(env, "noise.irqbalance", "procfs", false);
	vmb_env_text(env, "pin.cpus", "--pin", "1");
	vmb_env_text(env, "timer.source", "build", "rdtscp");
	vmb_env_number(env, "timer.hz", "measured", 2.5e9);
	vmb_env_number(env, "timer.cost_ns", "measured", 12.5);
}

static void example(struct vmb_result *res)
{
	memset(res, 0, sizeof(*res));
	SET(res->id, "20261124T062230Z-3f9a1c");
	SET(res->date, "2026-11-24T06:22:30Z");
	res->command = strdup("./vmbench --pin 1 --counters memory tlb exit");
	res->label = strdup("before the change");
	res->complete = true;
	res->duration_s = 42.0625;
	SET(res->counters_note, "LLC-misses: not offered by this machine");
	add_facts(&res->env);
	add_memory(res);
	add_others(res);
}

static char *written(const char *format, const struct vmb_result *res,
		     const struct vmb_report_opts *opts)
{
	const struct vmb_report_format *f = vmb_report_format_find(format);
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(f);
	assert_non_null(out);
	assert_int_equal(f->write(out, res, opts), 0);
	fclose(out);
	assert_int_equal(strlen(text), len);
	return text;
}

/* Goldens. UPDATE_GOLDEN=1 writes them anew; read the difference before committing it. */

static char *read_golden(const char *path)
{
	FILE *in = fopen(path, "r");
	char *text = calloc(1, 1 << 18);

	assert_non_null(text);
	if (!in)
		fail_msg("%s: run the tests from the root of the repository", path);
	assert_true(fread(text, 1, (1 << 18) - 1, in) > 0);
	fclose(in);
	return text;
}

static void assert_golden(const char *path, const char *text)
{
	char *golden;
	FILE *out;

	if (getenv("UPDATE_GOLDEN")) {
		out = fopen(path, "w");
		assert_non_null(out);
		fputs(text, out);
		assert_int_equal(fclose(out), 0);
	}
	golden = read_golden(path);
	if (strcmp(golden, text))
		fail_msg("%s differs from what is written now:\n%s", path, text);
	free(golden);
}

static void check_golden(const char *path, const char *format, const struct vmb_report_opts *opts)
{
	struct vmb_result res;
	char *text;

	example(&res);
	text = written(format, &res, opts);
	vmb_result_fini(&res);
	assert_golden(path, text);
	free(text);
}

static void test_report_text_golden(void **state)
{
	(void)state;
	check_golden("tests/golden/report.txt", "text", NULL);
}

static void test_report_text_narrow_golden(void **state)
{
	struct vmb_report_opts opts = { .width = 60 };

	(void)state;
	check_golden("tests/golden/report-60.txt", "text", &opts);
}

static void test_report_text_verbose_golden(void **state)
{
	struct vmb_report_opts opts = { .verbose = true, .width = 120 };

	(void)state;
	check_golden("tests/golden/report-verbose.txt", "text", &opts);
}

static void test_report_markdown_golden(void **state)
{
	struct vmb_report_opts opts = { .verbose = true };

	(void)state;
	check_golden("tests/golden/report.md", "md", &opts);
}

static void test_report_json_golden(void **state)
{
	(void)state;
	check_golden("tests/golden/report.json", "json", NULL);
}

/* JSON, read back by its own parser. */

static json_t *parsed(const struct vmb_result *res)
{
	char *text = written("json", res, NULL);
	json_error_t error;
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &error);

	if (!root)
		fail_msg("line %d: %s", error.line, error.text);
	free(text);
	return root;
}

/* "time_ns.median", numbers as indexes. */
static json_t *at(json_t *value, const char *path)
{
	char copy[128], *save, *key;

	SET(copy, "%s", path);
	for (key = strtok_r(copy, "/", &save); key && value; key = strtok_r(NULL, "/", &save))
		value = json_is_array(value) ? json_array_get(value, strtoul(key, NULL, 10)) :
			json_object_get(value, key);
	return value;
}

static void assert_real_at(json_t *root, const char *path, double expected)
{
	json_t *value = at(root, path);

	if (!json_is_number(value))
		fail_msg("%s is not a number", path);
	assert_true(json_number_value(value) == expected);	/* to the last bit */
}

static void assert_string_at(json_t *root, const char *path, const char *expected)
{
	if (!json_is_string(at(root, path)))
		fail_msg("%s is not a string", path);
	assert_string_equal(json_string_value(at(root, path)), expected);
}

static void test_report_json_is_what_other_tools_read(void **state)
{
	struct vmb_result res;
	json_t *root;

	(void)state;
	example(&res);
	root = parsed(&res);
	assert_string_at(root, "schema", "vmbench-result/1");
	assert_string_at(root, "run/id", "20261124T062230Z-3f9a1c");
	assert_string_at(root, "run/date", "2026-11-24T06:22:30Z");
	assert_string_at(root, "run/command", "./vmbench --pin 1 --counters memory tlb exit");
	assert_true(json_is_true(at(root, "run/complete")));
	assert_string_at(root, "run/label", "before the change");
	assert_real_at(root, "run/duration_s", 42.0625);
	assert_string_at(root, "environment/cpu/model", "Example CPU @ 2.50GHz");
	assert_true(json_is_integer(at(root, "environment/cache/l1d_bytes")));
	assert_true(json_is_false(at(root, "environment/noise/irqbalance")));
	assert_int_equal(json_array_size(at(root, "benchmarks")), res.nr);
	assert_string_at(root, "benchmarks/0/id", "memory/copy/libc/64");
	assert_string_at(root, "benchmarks/0/status", "ok");
	assert_string_at(root, "benchmarks/0/unit", "copy");
	assert_real_at(root, "benchmarks/0/params/size/value", 64);
	assert_real_at(root, "benchmarks/0/time_ns/median", 2.3125);
	assert_real_at(root, "benchmarks/0/time_ns/low", res.benches[0].summary.low);
	assert_real_at(root, "benchmarks/0/time_ns/std_dev", res.benches[0].summary.std_dev);
	assert_real_at(root, "benchmarks/0/throughput/value", res.benches[0].summary.throughput);
	assert_string_at(root, "benchmarks/0/throughput/unit", "B/s");
	assert_real_at(root, "benchmarks/0/counters/cycles/per_op", 4.625);
	assert_string_at(root, "benchmarks/0/counters/cycles/source", "rdpmc");
	assert_real_at(root, "benchmarks/0/metrics/IPC/value", 2.5);
	assert_string_at(root, "benchmarks/5/metrics/hit_rate/unit", "%");
	assert_real_at(root, "benchmarks/0/rounds/kept", 12);
	assert_string_at(root, "benchmarks/1/status", "unreliable");
	assert_real_at(root, "benchmarks/1/rounds/discarded", 3);
	json_decref(root);
	vmb_result_fini(&res);
}

static void test_report_json_absent_means_not_measured(void **state)
{
	struct vmb_result res;
	json_t *root;

	(void)state;
	example(&res);
	res.benches[0].summary.mean = NAN;
	root = parsed(&res);
	assert_null(at(root, "benchmarks/0/reason"));
	assert_null(at(root, "benchmarks/6/metrics"));
	assert_null(at(root, "benchmarks/0/time_ns/mean"));
	assert_null(at(root, "benchmarks/3/time_ns"));		/* skipped */
	assert_null(at(root, "benchmarks/3/counters"));
	assert_null(at(root, "benchmarks/3/rounds"));
	assert_null(at(root, "benchmarks/5/throughput"));
	assert_null(at(root, "benchmarks/5/time_ns/std_dev"));	/* one round */
	assert_null(at(root, "benchmarks/6/time_ns"));		/* failed: a wrong answer's time */
	assert_string_at(root, "benchmarks/6/reason", "wrong answer: entry 17 survived the flush");
	json_decref(root);
	vmb_result_fini(&res);
}

static void test_report_simulated_counters_are_marked(void **state)
{
	struct vmb_result res;
	char *text, *md;
	json_t *root;

	(void)state;
	example(&res);
	text = written("text", &res, NULL);
	md = written("md", &res, NULL);
	root = parsed(&res);
	assert_non_null(strstr(text, "instructions (sim)"));
	assert_non_null(strstr(md, "instructions (sim)"));
	assert_true(json_is_true(at(root, "benchmarks/2/counters/instructions@sim:callgrind/simulated")));
	assert_null(at(root, "benchmarks/2/counters/instructions/simulated"));
	free(text);
	free(md);
	json_decref(root);
	vmb_result_fini(&res);
}

/* Counted and 0 for every row: a sentence, not a column. 0 for some: a column with its zeros. */
static void test_report_zeros_are_said_once(void **state)
{
	struct vmb_result res = { .complete = true };
	struct vmb_bench_result *b;
	char *text, *md;

	(void)state;
	b = add(&res, "memory", "a", 1, 0.01);
	add_counter(b, "page-faults", "perf-sw", 0);
	add_counter(b, "context-switches", "perf-sw", 0);
	b = add(&res, "memory", "b", 1, 0.01);
	add_counter(b, "page-faults", "perf-sw", 1e-7);
	add_counter(b, "context-switches", "perf-sw", 2);
	text = written("text", &res, NULL);
	md = written("md", &res, NULL);
	assert_non_null(strstr(text, "counted, and 0 throughout: page-faults\n"));
	assert_non_null(strstr(md, "Counted, and 0 throughout: page-faults."));
	assert_non_null(strstr(md, "| context-switches |"));
	assert_null(strstr(md, "| page-faults |"));
	free(text);
	free(md);
	vmb_result_fini(&res);
}

static void test_report_failed_write_is_reported(void **state)
{
	static const char *const names[] = { "text", "md", "json" };
	struct vmb_result res;

	(void)state;
	example(&res);
	for (size_t i = 0; i < VMB_ARRAY_SIZE(names); i++) {
		FILE *out = fopen("/dev/full", "w");

		assert_non_null(out);
		assert_int_equal(vmb_report_format_find(names[i])->write(out, &res, NULL),
				 -ENOSPC);
		fclose(out);
	}
	vmb_result_fini(&res);
}

static void test_report_empty_run(void **state)
{
	static const char *const names[] = { "text", "md", "json" };
	struct vmb_result res = { 0 };

	(void)state;
	for (size_t i = 0; i < VMB_ARRAY_SIZE(names); i++)
		free(written(names[i], &res, NULL));
}

static void test_report_partial_run_says_so(void **state)
{
	struct vmb_result res;
	char *text;

	(void)state;
	example(&res);
	res.complete = false;
	text = written("text", &res, NULL);
	assert_non_null(strstr(text, "PARTIAL"));
	free(text);
	text = written("md", &res, NULL);
	assert_non_null(strstr(text, "**PARTIAL"));
	free(text);
	vmb_result_fini(&res);
}

/* Hostile text. */

static const char hostile[] =
	"\x1b]0;owned\x07\x7f\x1b[2J|x|`y`<script>alert(1)</script>\"\\\n# h1\r@someone #12 "
	"\xc2\x9b" "31m\xe2\x80\xae" "gnp\xff\xfe[a](http://evil)&amp;www.evil";

static void poison(struct vmb_result *res)
{
	struct vmb_bench_result *b;

	example(res);
	free(res->command);
	res->command = strdup(hostile);
	free(res->label);
	res->label = strdup(hostile);
	CUT(res->date, hostile);
	CUT(res->counters_note, hostile);
	vmb_env_text(&res->env, "cpu.model", hostile, "%s", hostile);
	vmb_env_text(&res->env, hostile, "x", "%s", hostile);
	b = &res->benches[0];
	CUT(b->id, hostile);
	CUT(b->category, hostile);
	CUT(b->what, hostile);
	CUT(b->unit, hostile);
	CUT(b->params[0].name, hostile);
	CUT(b->params[0].label, hostile);
	CUT(b->summary.throughput_unit, hostile);
	CUT(b->summary.counters[0].name, hostile);
	CUT(b->summary.counters[0].source, hostile);
	add_metric(b, hostile, hostile, 1);
	b = &res->benches[1];
	CUT(b->reason, hostile);
	CUT(b->set.rounds[0].reason, hostile);
}

/* Only what a terminal shows, and newlines; and no character that reorders the others. */
static void assert_printable(const char *text)
{
	uint32_t cp;

	while (*text) {
		size_t n = vmb_utf8_next(text, &cp);

		assert_true(n > 0);
		assert_true(cp == '\n' || (cp >= 0x20 && cp < 0x7f) || cp >= 0xa0);
		assert_false(cp >= 0x200b && cp <= 0x200f);
		assert_false(cp >= 0x2028 && cp <= 0x202e);
		text += n;
	}
}

static void test_report_text_is_safe_for_terminals(void **state)
{
	struct vmb_report_opts opts = { .verbose = true };
	struct vmb_result res;
	char *text;

	(void)state;
	poison(&res);
	text = written("text", &res, &opts);
	assert_printable(text);
	assert_non_null(strstr(text, "\\x1b]0;owned\\x07\\x7f"));
	assert_non_null(strstr(text, "\\u{9b}31m\\u{202e}gnp\\xff\\xfe"));
	free(text);
	vmb_result_fini(&res);
}

static size_t count(const char *text, const char *needle)
{
	size_t nr = 0;

	for (; (text = strstr(text, needle)); text += strlen(needle))
		nr++;
	return nr;
}

/* Every line of a table has as many cells as its head: no foreign '|' or newline got through. */
static void assert_tables_whole(const char *md)
{
	size_t bars = 0;

	while (*md) {
		const char *end = strchrnul(md, '\n');
		char *line = strndup(md, (size_t)(end - md));

		assert_non_null(line);
		if (*line == '|') {
			assert_true(!bars || bars == count(line, "|"));
			bars = count(line, "|");
		} else {
			bars = 0;
		}
		free(line);
		md = *end ? end + 1 : end;
	}
}

static void test_report_markdown_is_safe_for_comments(void **state)
{
	struct vmb_report_opts opts = { .verbose = true };
	struct vmb_result good, bad;
	char *before, *after;

	(void)state;
	example(&good);
	poison(&bad);
	before = written("md", &good, &opts);
	after = written("md", &bad, &opts);
	assert_printable(after);
	assert_tables_whole(before);
	assert_tables_whole(after);
	assert_null(strstr(after, "<script"));
	assert_null(strstr(after, "](http"));
	assert_null(strstr(after, "http://"));
	assert_null(strstr(after, "www.evil"));
	assert_null(strstr(after, "@s"));
	assert_null(strstr(after, "#12 "));
	assert_int_equal(count(before, "<details>"), count(after, "<details>"));
	assert_int_equal(count(before, "\n## "), count(after, "\n## "));
	assert_int_equal(count(before, "\n# "), count(after, "\n# "));
	free(before);
	free(after);
	vmb_result_fini(&good);
	vmb_result_fini(&bad);
}

static void test_report_json_is_safe_and_valid(void **state)
{
	struct vmb_result res;
	json_t *root;
	char *text;

	(void)state;
	poison(&res);
	text = written("json", &res, NULL);
	for (const char *p = text; *p; p++)
		assert_true(*p == '\n' || (*p >= 0x20 && *p <= 0x7e));
	free(text);
	root = parsed(&res);
	assert_int_equal(json_array_size(at(root, "benchmarks")), res.nr);
	assert_non_null(strstr(json_string_value(at(root, "run/command")), "<script>"));
	assert_non_null(strstr(json_string_value(at(root, "run/command")), "gnp\xef\xbf\xbd"));
	json_decref(root);
	vmb_result_fini(&res);
}

/* Whatever the codec lets through, every report can write. */
static void test_report_any_result(void **state)
{
	struct vmb_report_opts opts = { .verbose = true, .colour = false, .width = 40 };
	uint64_t seed = 0xfeed;

	(void)state;
	for (int i = 0; i < 60; i++) {
		struct vmb_result res;
		char *text;

		made_result(&seed, &res);
		text = written("text", &res, &opts);
		assert_printable(text);
		free(text);
		text = written("md", &res, &opts);
		assert_printable(text);
		assert_tables_whole(text);
		free(text);
		json_decref(parsed(&res));
		vmb_result_fini(&res);
	}
}

/* Colour and lines. */

static void test_report_colour_only_when_asked(void **state)
{
	struct vmb_report_opts opts = { .colour = true };
	struct vmb_result res;
	char *text;

	(void)state;
	example(&res);
	text = written("text", &res, NULL);
	assert_null(strchr(text, '\x1b'));
	free(text);
	text = written("text", &res, &opts);
	assert_non_null(strstr(text, "\x1b[1;33m"));
	assert_int_equal(count(text, "\x1b[") % 2, 0);	/* each one is reset */
	assert_int_equal(count(text, "\x1b[0m") * 2, count(text, "\x1b["));
	free(text);
	vmb_result_fini(&res);
}

static void assert_line(const struct vmb_bench_result *b, const char *expected)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	vmb_report_line(out, b, NULL);
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
}

static void test_report_line_of_each_status(void **state)
{
	struct vmb_result res;

	(void)state;
	example(&res);
	assert_line(&res.benches[0], "memory/copy/libc/64  2.31 ns  ±0.8 %  27.7 GB/s  2.5 IPC\n");
	assert_line(&res.benches[1], "memory/copy/libc/4K  71.5 ns  ±0.8 %  57.3 GB/s  2.5 IPC  "
		    "UNRELIABLE: 3 of 12 rounds had to be discarded: the hypervisor stole time\n");
	assert_line(&res.benches[3],
		    "memory/numa/remote1  SKIPPED: this machine has one NUMA node\n");
	assert_line(&res.benches[6],
		    "tlb/flush/1024  FAILED: wrong answer: entry 17 survived the flush\n");
	vmb_result_fini(&res);
}

static void test_report_formats_table(void **state)
{
	size_t nr = 0;

	(void)state;
	for (const struct vmb_report_format *f = vmb_report_formats(); f->name; f++, nr++) {
		assert_ptr_equal(vmb_report_format_find(f->name), f);
		assert_non_null(f->what);
	}
	assert_true(nr >= 3);
	assert_null(vmb_report_format_find("xml"));
	assert_ptr_equal(vmb_report_format_find("markdown"), vmb_report_format_find("md"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_report_text_golden),
		cmocka_unit_test(test_report_text_narrow_golden),
		cmocka_unit_test(test_report_text_verbose_golden),
		cmocka_unit_test(test_report_markdown_golden),
		cmocka_unit_test(test_report_json_golden),
		cmocka_unit_test(test_report_json_is_what_other_tools_read),
		cmocka_unit_test(test_report_json_absent_means_not_measured),
		cmocka_unit_test(test_report_simulated_counters_are_marked),
		cmocka_unit_test(test_report_zeros_are_said_once),
		cmocka_unit_test(test_report_failed_write_is_reported),
		cmocka_unit_test(test_report_empty_run),
		cmocka_unit_test(test_report_partial_run_says_so),
		cmocka_unit_test(test_report_text_is_safe_for_terminals),
		cmocka_unit_test(test_report_markdown_is_safe_for_comments),
		cmocka_unit_test(test_report_json_is_safe_and_valid),
		cmocka_unit_test(test_report_any_result),
		cmocka_unit_test(test_report_colour_only_when_asked),
		cmocka_unit_test(test_report_line_of_each_status),
		cmocka_unit_test(test_report_formats_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
