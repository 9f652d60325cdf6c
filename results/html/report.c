// SPDX-License-Identifier: MIT
/*
 * The page. Nothing in it is fetched: the style sheet and the script are inside, and the policy in
 * its head allows these two, by their digests, and nothing else. Without the script everything can
 * be read; with it, it can be filtered, sorted and zoomed.
 */
#include "results/html/html.h"
#include "results/report_formats.h"

/* Of a whole report; shared out among the benchmarks. */
#define ALL_POINTS	60000u
#define ALL_ROUNDS	20000u
#define ALL_PAST	20000u
#define ALL_PAST_ROWS	3000u

static size_t share(size_t all, size_t nr, size_t least, size_t most)
{
	size_t each = nr ? all / nr : most;

	return each < least ? least : each > most ? most : each;
}

static void put_head(const struct html *h)
{
	FILE *out = h->out;

	fprintf(out, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		"style-src 'sha256-%s'; script-src 'sha256-%s'; img-src data:; base-uri 'none'; "
		"form-action 'none'\">\n<meta name=\"viewport\" "
		"content=\"width=device-width, initial-scale=1\">\n"
		"<meta name=\"color-scheme\" content=\"light dark\">\n"
		"<link rel=\"icon\" href=\"data:,\">\n<title>vmbench ", html_style_digest,
		html_script_digest);
	html_text(h, h->res->id);
	fputs("</title>\n<style>", out);
	html_put_style(out);
	fputs("</style>\n<script>", out);
	html_put_script(out);
	fputs("</script></head>\n", out);
}

/* Only the script can use it, and only the script shows it. */
static const char toolbar[] =
	"<form class=\"tools\" role=\"search\" aria-label=\"Benchmarks\" hidden>"
	"<label for=\"q\">Filter</label><input id=\"q\" type=\"search\" autocomplete=\"off\" "
	"spellcheck=\"false\" aria-describedby=\"shown\" placeholder=\"words of an id\">"
	"<label for=\"state\" class=\"vh\">State</label><select id=\"state\">"
	"<option value=\"\">every state</option></select>"
	"<span id=\"shown\" role=\"status\"></span>"
	"<button type=\"button\" id=\"open\">Open all</button>"
	"<button type=\"button\" id=\"close\">Close all</button></form>\n";

static const char legend[] =
	"<footer><h2>How to read it</h2><p>Times are per operation: the median over rounds, each "
	"a process of its own, of the slope of time against operations. ±: the greater half of "
	"the order-statistic interval of that median. Throughput: at the median. Counters are "
	"per operation; MPKI: misses per thousand instructions; (sim): simulated by "
	"callgrind’s model of a CPU, not counted by this machine. Unreliable: the environment "
	"disturbed too many rounds, do not use the number. Severity: the whole interval of the "
	"change lies beyond a threshold. Blank: not measured.</p></footer>\n";

static void put_body(struct html *h)
{
	FILE *out = h->out;

	fputs("<body><a class=\"skip\" href=\"#main\">To the results</a><header><div>"
	      "<h1>vmbench report</h1><button type=\"button\" id=\"theme\" hidden>Theme: auto"
	      "</button></div>", out);
	html_put_summary(h);
	fputs("</header>\n<main id=\"main\" tabindex=\"-1\">", out);
	html_put_index(h);
	fputs(h->res->nr ? toolbar : "<p>No benchmark was run.</p>", out);
	for (size_t i = 0; i < h->res->nr; i++)
		if (vmb_view_first_of_category(h->res, i))
			html_put_category(h, h->res->benches[i].category);
	fputs("<p id=\"none\" hidden>No benchmark matches the filter.</p>", out);
	html_put_runs(h);
	html_put_environment(h);
	fputs("</main>\n", out);
	fputs(legend, out);
	fputs("</body></html>\n", out);
}

int vmb_report_html(FILE *out, const struct vmb_result *res, const struct vmb_report_opts *opts)
{
	struct html h = {
		.out = out, .res = res,
		.history = opts ? opts->history : NULL,
		.comparison = opts ? opts->comparison : NULL,
		.budget = {
			.points = share(ALL_POINTS, res->nr, 60, 600),
			.rounds = share(ALL_ROUNDS, res->nr, 8, 60),
			.past = share(ALL_PAST, res->nr, 20, 200),
			.past_rows = share(ALL_PAST_ROWS, res->nr, 5, 200),
		},
	};

	put_head(&h);
	put_body(&h);
	return h.error;
}
