// SPDX-License-Identifier: MIT
/*
 * The HTML report. What is checked here is the text of the page, by a reader that knows exactly
 * the elements and attributes that a report consists of: whatever got in from a result would be
 * something else, or would leave the elements unbalanced. What a browser makes of it is in
 * tests/browser.
 *
 * With an argument, a page is written there and nothing is tested: html_test FILE [BENCHMARKS].
 */
#include "results/report.h"

#include <ctype.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "results/html/axis.h"
#include "results/text.h"
#include "tests/results/made.h"
#include "tests/results/made_page.h"

/* A page with all that can be in it. */

struct page {
	struct vmb_result res;
	struct vmb_comparison comparison;
	struct vmb_history history;
	struct vmb_report_opts opts;
};

static void page_make(struct page *p, size_t nr, size_t runs)
{
	page_result(&p->res, 300, nr, true, 1);
	page_comparison(&p->comparison, &p->res);
	page_history(&p->history, &p->res, runs);
	p->opts = (struct vmb_report_opts){ .history = &p->history, .comparison = &p->comparison };
}

static void page_free(struct page *p)
{
	vmb_history_fini(&p->history);
	vmb_comparison_fini(&p->comparison);
	vmb_result_fini(&p->res);
}

static char *written(const struct vmb_result *res, const struct vmb_report_opts *opts)
{
	const struct vmb_report_format *f = vmb_report_format_find("html");
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

/* The reader. */

#define DEEPEST	64

static const char *const elements[] = {
	"html", "head", "meta", "link", "title", "style", "script", "body", "a", "header", "div", "h1",
	"h2", "h3", "h4", "button", "ul", "li", "b", "p", "dl", "dt", "dd", "main", "section", "nav",
	"table", "caption", "thead", "tbody", "tr", "th", "td", "form", "label", "input", "select",
	"option", "span", "code", "wbr", "figure", "figcaption", "details", "summary", "footer", "svg",
	"desc", "g", "path", "rect", "text",
};

static const char *const empty[] = { "meta", "link", "input", "wbr" };

static const char *const attributes[] = {
	"lang", "charset", "http-equiv", "content", "name", "rel", "class", "href", "type", "id",
	"hidden", "tabindex", "role", "aria-label", "aria-labelledby", "aria-describedby",
	"aria-hidden", "scope", "for", "autocomplete", "spellcheck", "placeholder", "value", "viewBox",
	"d", "x", "y", "width", "height", "data-v", "data-s", "data-box", "data-past", "data-changes",
};

static bool one_of(const char *const *words, size_t nr, const char *s, size_t len)
{
	for (size_t i = 0; i < nr; i++)
		if (strlen(words[i]) == len && !strncmp(words[i], s, len))
			return true;
	return false;
}

struct reader {
	const char *start, *at;
	char open[DEEPEST][16];
	size_t depth, nodes, scripts, styles;
	char *ids;		/* " id id id " */
	size_t ids_len;
};

static void fault(const struct reader *r, const char *words)
{
	fail_msg("%s at byte %td: %.120s", words, r->at - r->start, r->at);
}

static void keep_id(struct reader *r, const char *value, size_t len)
{
	r->ids = realloc(r->ids, r->ids_len + len + 3);
	assert_non_null(r->ids);
	r->ids_len += (size_t)sprintf(r->ids + r->ids_len, "%s%.*s ", r->ids_len ? "" : " ", (int)len,
				      value);
}

/* Links go inside the page; the only other one is the empty icon. */
static void check_value(struct reader *r, const char *name, size_t name_len, const char *value,
			size_t len)
{
	if (!strncmp(name, "href", name_len) && !(len > 1 && value[0] == '#') &&
	    !(len == 6 && !strncmp(value, "data:,", 6)))
		fault(r, "a link that leaves the page");
	if (name_len == 2 && !strncmp(name, "id", 2))
		keep_id(r, value, len);
}

static void read_attribute(struct reader *r)
{
	const char *name = r->at, *value;
	size_t len = strcspn(name, "= >/\t\n"), value_len;

	if (!one_of(attributes, VMB_ARRAY_SIZE(attributes), name, len))
		fault(r, "an attribute that no report has");
	r->at += len;
	if (*r->at != '=')
		return;
	if (r->at[1] != '"')
		fault(r, "a value without quotes");
	value = r->at + 2;
	value_len = strcspn(value, "\"");
	if (memchr(value, '<', value_len) || memchr(value, '>', value_len))
		fault(r, "a raw bracket in a value");
	check_value(r, name, len, value, value_len);
	r->at = value + value_len + 1;
}

static void close_tag(struct reader *r)
{
	size_t len = strcspn(r->at + 2, ">");

	if (!r->depth || strlen(r->open[r->depth - 1]) != len ||
	    strncmp(r->open[r->depth - 1], r->at + 2, len) != 0)
		fault(r, "closes what is not open");
	r->depth--;
	r->at += len + 3;
}

/* The text of a script or a style goes up to its own end. */
static void skip_raw(struct reader *r, const char *name)
{
	char end[16];

	snprintf(end, sizeof(end), "</%s>", name);
	r->at = strstr(r->at, end);
	assert_non_null(r->at);
}

static void open_tag(struct reader *r)
{
	const char *name = r->at + 1;
	size_t len = strcspn(name, " >/");
	bool is_empty = one_of(empty, VMB_ARRAY_SIZE(empty), name, len);

	if (!one_of(elements, VMB_ARRAY_SIZE(elements), name, len))
		fault(r, "an element that no report has");
	assert_true(r->depth < DEEPEST);
	snprintf(r->open[r->depth], sizeof(r->open[0]), "%.*s", (int)len, name);
	r->nodes++;
	r->at = name + len;
	while (*r->at == ' ') {
		r->at++;
		read_attribute(r);
	}
	if (*r->at == '/')
		is_empty = *++r->at == '>';
	if (*r->at != '>')
		fault(r, "a tag that does not end");
	r->at++;
	if (is_empty)
		return;
	name = r->open[r->depth++];
	r->scripts += !strcmp(name, "script");
	r->styles += !strcmp(name, "style");
	if (!strcmp(name, "script") || !strcmp(name, "style"))
		skip_raw(r, name);
}

/* A bare ampersand or bracket in text would have come from a result. */
static void read_text(struct reader *r)
{
	size_t len = strcspn(r->at, "<&>");

	r->at += len;
	if (*r->at == '>')
		fault(r, "a raw bracket");
	if (*r->at == '&') {
		size_t digits = strspn(r->at + 2, "0123456789");

		if (r->at[1] != '#' || !digits || r->at[2 + digits] != ';')
			fault(r, "a raw ampersand");
		r->at += 3 + digits;
	}
}

static void read_page(const char *page, struct reader *r)
{
	static const char type[] = "<!DOCTYPE html>";

	memset(r, 0, sizeof(*r));
	r->start = page;
	assert_int_equal(strncmp(page, type, sizeof(type) - 1), 0);
	r->at = page + sizeof(type) - 1;
	while (*r->at) {
		if (r->at[0] == '<' && r->at[1] == '/')
			close_tag(r);
		else if (*r->at == '<')
			open_tag(r);
		else
			read_text(r);
	}
	assert_int_equal(r->depth, 0);
	assert_int_equal(r->scripts, 1);
	assert_int_equal(r->styles, 1);
}

static void assert_ids_unique(const struct reader *r)
{
	for (char *id = r->ids + 1; *id; id += strcspn(id, " ") + 1) {
		size_t len = strcspn(id, " ");
		char word[48];

		snprintf(word, sizeof(word), " %.*s ", (int)len, id);
		if (strstr(id + len, word))
			fail_msg("the id%sis there twice", word);
	}
}

/* Everything that is pointed at is there. */
static void assert_targets(const char *page, const struct reader *r, const char *attribute)
{
	char word[160];

	for (const char *at = page; (at = strstr(at, attribute)); at++) {
		const char *id = at + strlen(attribute);
		size_t len = strcspn(id, "\"");

		snprintf(word, sizeof(word), " %.*s ", (int)len, id);
		if (!strstr(r->ids, word))
			fail_msg("%s%.*s has no such id", attribute, (int)len, id);
	}
}

static void check_page(const struct vmb_result *res, const struct vmb_report_opts *opts)
{
	char *page = written(res, opts);
	struct reader r;

	read_page(page, &r);
	assert_true(vmb_utf8_valid(page));
	assert_ids_unique(&r);
	assert_targets(page, &r, "href=\"#");
	assert_targets(page, &r, "aria-labelledby=\"");
	assert_targets(page, &r, "aria-describedby=\"");
	assert_targets(page, &r, " for=\"");
	free(r.ids);
	free(page);
}

/* Tests. */

static void test_html_is_what_a_report_consists_of(void **state)
{
	struct page p;

	(void)state;
	page_make(&p, 120, 20);
	check_page(&p.res, &p.opts);
	check_page(&p.res, NULL);
	page_free(&p);
}

static void test_html_of_random_results(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 150; seed++) {
		uint64_t s = seed;
		struct vmb_result res;

		made_result(&s, &res);
		check_page(&res, NULL);
		vmb_result_fini(&res);
	}
}

static void test_html_of_nothing(void **state)
{
	struct vmb_result res = { 0 };
	char *page;

	(void)state;
	check_page(&res, NULL);
	page = written(&res, NULL);
	assert_non_null(strstr(page, "No benchmark was run"));
	free(page);
}

static void test_html_has_every_id(void **state)
{
	struct page p;
	char *page;

	(void)state;
	page_make(&p, 120, 0);
	page = written(&p.res, &p.opts);
	for (size_t i = 0; i < p.res.nr; i++) {
		char *id = vmb_text_dup(p.res.benches[i].id, VMB_TEXT_HTML);
		char *last, anchor[32];

		assert_non_null(id);
		last = strrchr(id, '/');
		assert_non_null(strstr(page, last ? last + 1 : id));
		snprintf(anchor, sizeof(anchor), "id=\"b%zu\"", i);
		assert_non_null(strstr(page, anchor));
		free(id);
	}
	free(page);
	page_free(&p);
}

static void test_html_text_is_safe_in_attributes_too(void **state)
{
	char *text = vmb_text_dup("a\"b'c<d>e&f`g\x1b\n\xff\xe2\x80\xaeh", VMB_TEXT_HTML);

	(void)state;
	assert_string_equal(text, "a&#34;b&#39;c&#60;d&#62;e&#38;f&#96;g\\x1b\\n\\xff\\u{202e}h");
	free(text);
}

static void test_html_runs_nothing_foreign(void **state)
{
	static const char *const never[] = {
		"<script>alert", "<img", "onerror=alert(1)>", "</style><svg", "src=\"", "url(", "@import",
		"javascript:\"", "style=\"", "fetch(", "XMLHttpRequest", "WebSocket", "eval(", "innerHTML",
	};
	struct page p;
	char *page;

	(void)state;
	page_make(&p, 100, 3);
	page = written(&p.res, &p.opts);
	for (size_t i = 0; i < VMB_ARRAY_SIZE(never); i++)
		if (strstr(page, never[i]))
			fail_msg("%s is in the page", never[i]);
	assert_non_null(strstr(page, "&#60;script&#62;alert(1)&#60;/script&#62;"));
	assert_non_null(strstr(page, "default-src 'none'; style-src 'sha256-"));
	assert_null(strstr(page, "unsafe-inline"));
	free(page);
	page_free(&p);
}

static void one_bench(struct vmb_result *res)
{
	uint64_t seed = 5;
	struct vmb_bench_result *b;

	page_head(res, 1);
	b = page_add(res, "memory");
	PAGE_SET(b->id, "memory/alone");
	for (uint32_t i = 0; i < 12; i++)
		page_round(&seed, b, i, 25);
	page_conclude(b);
}

static void assert_says(const struct vmb_result *res, const char *words, bool wanted)
{
	char *page = written(res, NULL);

	/* What is between the script's end and the legend: the script has words of its own. */
	if (!!strstr(strstr(page, "<body>"), words) != wanted)
		fail_msg("\"%s\" is %sthere", words, wanted ? "not " : "");
	free(page);
}

static void test_html_absent_is_absent(void **state)
{
	struct vmb_result res;
	struct vmb_summary *s;

	(void)state;
	one_bench(&res);
	s = &res.benches[0].summary;
	assert_says(&res, "<dt>standard deviation</dt>", true);
	assert_says(&res, "<dt>throughput</dt>", true);
	assert_says(&res, "<th scope=\"row\">L1D-misses</th>", true);
	assert_says(&res, "<dt>interval of the mean</dt>", true);
	s->std_dev = s->mad = s->mean_low = NAN;
	s->throughput = 0;
	s->counters[2].per_op = NAN;
	assert_says(&res, "<dt>standard deviation</dt>", false);
	assert_says(&res, "<dt>throughput</dt>", false);
	assert_says(&res, "<th scope=\"row\">L1D-misses</th>", false);
	assert_says(&res, "<dt>interval of the mean</dt>", false);
	assert_says(&res, "nan", false);
	assert_says(&res, "n/a", false);
	assert_says(&res, "Against the baseline", false);
	assert_says(&res, "Target:", false);
	assert_says(&res, "Run to run", false);
	vmb_result_fini(&res);
}

/* Is there a column for a metric that @rows of 8 measured benchmarks have? */
static bool has_column(size_t rows)
{
	struct page p;
	size_t measured = 0;
	char *page;
	bool there;

	page_make(&p, 30, 0);
	for (size_t i = 0; i < p.res.nr; i++) {
		struct vmb_bench_result *b = &p.res.benches[i];
		bool one = b->status == VMB_STATUS_OK && measured < 8;

		PAGE_SET(b->category, one ? "same" : "other");
		b->summary.nr_metrics = one && measured < rows;
		b->summary.metrics[0] = (struct vmb_metric_stat){ .name = "rarity", .value = 7 };
		measured += one;
	}
	assert_int_equal(measured, 8);
	page = written(&p.res, NULL);
	there = strstr(page, "<th scope=\"col\">rarity</th>");
	assert_true(there || strstr(page, "rarity"));
	free(page);
	page_free(&p);
	return there;
}

static void test_html_leaves_rare_columns_to_the_details(void **state)
{
	(void)state;
	assert_false(has_column(1));
	assert_true(has_column(2));
	assert_true(has_column(8));
}

static void test_html_failed_has_no_time(void **state)
{
	struct vmb_result res;

	(void)state;
	one_bench(&res);
	assert_says(&res, "<dt>median</dt>", true);
	res.benches[0].status = VMB_STATUS_FAILED;
	assert_says(&res, "<dt>median</dt>", false);
	assert_says(&res, "Distribution", false);
	vmb_result_fini(&res);
}

static void test_html_few_batches_are_all_drawn(void **state)
{
	struct vmb_result res;

	(void)state;
	one_bench(&res);
	assert_says(&res, "Drawn:", false);
	vmb_result_fini(&res);
}

static void test_html_many_batches_are_thinned_and_it_says_so(void **state)
{
	struct vmb_result res;
	struct vmb_bench_result *b;
	uint64_t seed = 9;
	char *page;

	(void)state;
	page_head(&res, 1);
	b = page_add(&res, "gc");
	PAGE_SET(b->id, "gc/long");
	for (uint32_t i = 0; i < 200; i++)
		page_steady_round(&seed, b, i);
	page_conclude(b);
	page = written(&res, NULL);
	assert_non_null(strstr(page, "Drawn: 1 in 200 of 120000 batches."));
	assert_non_null(strstr(page, "And 140 more rounds"));
	assert_true(strlen(page) < 120000);
	free(page);
	vmb_result_fini(&res);
}

/* 500 benchmarks with everything: so that it opens at once. */
static void test_html_size_is_bounded(void **state)
{
	struct page p;
	struct reader r;
	char *page;

	(void)state;
	page_make(&p, 500, 60);
	page = written(&p.res, &p.opts);
	read_page(page, &r);
	print_message("500 benchmarks, 61 runs: %zu bytes, %zu elements\n", strlen(page), r.nodes);
	assert_true(strlen(page) < 500 * 18000);
	assert_true(r.nodes < 500 * 420);
	free(r.ids);
	free(page);
	page_free(&p);
}

static void test_html_history_marks_the_step(void **state)
{
	struct page p;
	char *page;

	(void)state;
	page_make(&p, 100, 20);
	page = written(&p.res, &p.opts);
	assert_non_null(strstr(page, "Dashes: change points."));
	assert_non_null(strstr(page, "class=\"change\" d=\"M"));
	free(page);
	page_free(&p);
}

/* A report of an old run shows what was known then. */
static void test_html_history_ends_with_the_run(void **state)
{
	struct page p;
	char *page;

	(void)state;
	page_make(&p, 100, 5);
	snprintf(p.res.id, sizeof(p.res.id), "%s", p.history.run[2].id);
	page = written(&p.res, &p.opts);
	assert_non_null(strstr(page, "data-past=\"0 "));
	assert_non_null(strstr(page, ";5 "));
	assert_null(strstr(page, ";3 "));
	snprintf(p.res.id, sizeof(p.res.id), "%s", p.history.run[0].id);
	free(page);
	page = written(&p.res, &p.opts);
	assert_null(strstr(page, "data-past=\""));
	free(page);
	page_free(&p);
}

static void test_html_says_whether_targets_are_met(void **state)
{
	struct page p;
	char *page;

	(void)state;
	page_make(&p, 120, 0);
	page = written(&p.res, NULL);
	assert_non_null(strstr(page, "Target: &#60; 100 ns; measured"));
	assert_non_null(strstr(page, "class=\"badge met\">met<"));
	assert_non_null(strstr(page, "class=\"badge missed\">missed<"));
	free(page);
	page_free(&p);
}

/* Axes. */

static void check_axis(double low, double high, bool log, size_t most)
{
	struct html_axis a = { .from = 0, .to = 100 };
	struct html_range r = { 0 };
	struct html_ticks t;

	html_range_add(&r, low);
	html_range_add(&r, high);
	for (int quantity = HTML_TIME; quantity <= HTML_COUNT; quantity++) {
		html_axis_fit(&a, (enum html_quantity)quantity, &r, log);
		assert_true(a.low < a.high);
		html_axis_ticks(&a, most, &t);
		assert_true(t.nr <= most);
		for (size_t i = 0; i < t.nr; i++) {
			double at = html_axis_place(&a, t.at[i]);

			assert_true(at >= 0 && at <= 100);
			for (size_t k = 0; k < i; k++)
				if (!strcmp(t.label[i], t.label[k]))
					fail_msg("%g to %g: two ticks are called %s", low, high, t.label[i]);
		}
	}
}

static void test_axis_ticks_are_told_apart(void **state)
{
	static const double lows[] = { 0, 1e-3, 0.27, 1, 2.9772, 433.10264, 999.9, 1e6, 1e12, 1e40 };
	static const double factors[] = { 1, 1 + 1e-7, 1.0001, 1.5, 3, 10, 1e3, 1e9 };

	(void)state;
	for (size_t i = 0; i < VMB_ARRAY_SIZE(lows); i++)
		for (size_t k = 0; k < VMB_ARRAY_SIZE(factors); k++)
			for (int log = 0; log <= 1; log++)
				check_axis(lows[i], lows[i] * factors[k], log, 5);
	check_axis(-5, 5, false, 6);
	check_axis(-1e-6, 3, true, 6);
	check_axis(0, 1, true, 2);
}

static void test_axis_of_nothing(void **state)
{
	struct html_axis a = { .from = 10, .to = 20 };
	struct html_range r = { 0 };

	(void)state;
	html_range_add(&r, NAN);
	html_range_add(&r, INFINITY);
	html_range_add(&r, 1e300);
	assert_false(r.any);
	html_axis_fit(&a, HTML_TIME, &r, true);
	assert_true(a.low < a.high);
	assert_true(html_axis_place(&a, NAN) == 10);
	assert_true(html_axis_place(&a, INFINITY) == 20);
}

static void test_format_ns_tells_differences(void **state)
{
	char a[32];

	(void)state;
	assert_string_equal(html_format_ns(2.97739, 0.0006, a), "2.97739 ns");
	assert_string_equal(html_format_ns(2.97739, 0.5, a), "2.98 ns");
	assert_string_equal(html_format_ns(1234567, 100, a), "1.23457 ms");
	assert_string_equal(html_format_ns(42, NAN, a), "42 ns");
	assert_string_equal(html_format_ns(42, 0, a), "42 ns");
	assert_string_equal(html_format_ns(999999, 1e-9, a), "0.999999 ms");
}

static int write_page(const char *path, size_t nr)
{
	struct page p;
	FILE *out = fopen(path, "w");
	int err = out ? 0 : -errno;

	if (err) {
		fprintf(stderr, "%s: %s\n", path, strerror(-err));
		return 1;
	}
	page_make(&p, nr, 60);
	err = vmb_report_format_find("html")->write(out, &p.res, &p.opts);
	if (fclose(out))
		err = -EIO;
	page_free(&p);
	return err != 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_html_is_what_a_report_consists_of),
		cmocka_unit_test(test_html_of_random_results),
		cmocka_unit_test(test_html_of_nothing),
		cmocka_unit_test(test_html_has_every_id),
		cmocka_unit_test(test_html_text_is_safe_in_attributes_too),
		cmocka_unit_test(test_html_runs_nothing_foreign),
		cmocka_unit_test(test_html_absent_is_absent),
		cmocka_unit_test(test_html_leaves_rare_columns_to_the_details),
		cmocka_unit_test(test_html_failed_has_no_time),
		cmocka_unit_test(test_html_few_batches_are_all_drawn),
		cmocka_unit_test(test_html_many_batches_are_thinned_and_it_says_so),
		cmocka_unit_test(test_html_size_is_bounded),
		cmocka_unit_test(test_html_history_marks_the_step),
		cmocka_unit_test(test_html_history_ends_with_the_run),
		cmocka_unit_test(test_html_says_whether_targets_are_met),
		cmocka_unit_test(test_axis_ticks_are_told_apart),
		cmocka_unit_test(test_axis_of_nothing),
		cmocka_unit_test(test_format_ns_tells_differences),
	};

	if (argc > 1)
		return write_page(argv[1], argc > 2 ? strtoul(argv[2], NULL, 10) : 500);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
