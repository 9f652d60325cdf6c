// SPDX-License-Identifier: MIT
#include "results/report_targets.h"

#include <errno.h>
#include <string.h>

#include "results/report_view.h"
#include "results/table.h"
#include "results/text.h"

const char *vmb_target_value(const struct vmb_target_verdict *v, char buf[48])
{
	char cell[VMB_CELL_BYTES], si[32];

	*buf = '\0';
	if (!v->measured)
		return buf;
	if (v->target->measure == VMB_TARGET_METRIC || v->target->measure == VMB_TARGET_TIME)
		snprintf(buf, 48, "%.47s", vmb_format_metric(v->value, v->target->unit, cell));
	else
		snprintf(buf, 48, "%s", vmb_format_si(v->value, v->target->unit, si));
	return buf;
}

/* Calls @each for every benchmark that has a target. Return: how many. */
static size_t for_each(const struct vmb_result *res,
		       void (*each)(void *arg, size_t row, const struct vmb_bench_result *b,
				    const struct vmb_target_verdict *v), void *arg)
{
	size_t nr, n = 0;
	const struct vmb_target *t = vmb_targets(&nr);

	for (size_t i = 0; i < res->nr; i++)
		for (size_t k = 0; k < nr; k++) {
			struct vmb_target_verdict v;

			if (!vmb_target_judge(&t[k], &res->benches[i], &v))
				continue;
			if (each)
				each(arg, n, &res->benches[i], &v);
			n++;
		}
	return n;
}

struct text { struct vmb_table table; bool colour; };

static void text_row(void *arg, size_t row, const struct vmb_bench_result *b,
		     const struct vmb_target_verdict *v)
{
	struct text *t = arg;
	char buf[48];

	vmb_table_cell(&t->table, row, 0, b->id);
	vmb_table_cell(&t->table, row, 1, v->target->text);
	vmb_table_cell(&t->table, row, 2, vmb_target_value(v, buf));
	vmb_table_cell(&t->table, row, 3, vmb_target_words(v, buf));
	if (t->colour && !t->table.error)
		t->table.styles[row] = !v->measured ? "\033[2m" : v->met ? "\033[32m" : "\033[31m";
}

int vmb_report_targets_text(FILE *out, const struct vmb_result *res, bool colour, unsigned int width)
{
	struct text t = { .colour = colour };
	size_t n = for_each(res, NULL, NULL);
	int err;

	if (!n)
		return 0;
	vmb_table_init(&t.table, 4, n, 1);
	vmb_table_title(&t.table, 0, false, "targets");
	vmb_table_title(&t.table, 1, false, "wanted");
	vmb_table_title(&t.table, 2, true, "measured");
	vmb_table_title(&t.table, 3, false, "verdict");
	for_each(res, text_row, &t);
	fputc('\n', out);
	vmb_table_print(&t.table, out, width, colour ? "\033[1m" : "", colour ? "\033[0m" : "");
	err = t.table.error;
	vmb_table_fini(&t.table);
	return err;
}

static void markdown_row(void *arg, size_t row, const struct vmb_bench_result *b,
			 const struct vmb_target_verdict *v)
{
	FILE *out = arg;
	char buf[48];

	if (!row)
		fputs("### Targets\n\n| benchmark | wanted | measured | verdict |\n|:--|:--|--:|:--|\n",
		      out);
	fputs("| ", out);
	vmb_text_put(out, b->id, VMB_TEXT_CODE);
	fputs(" | ", out);
	vmb_text_put(out, v->target->text, VMB_TEXT_MARKDOWN);
	fprintf(out, " | %s | %s%s%s |\n", vmb_target_value(v, buf), v->measured && !v->met ? "**" : "",
		vmb_target_words(v, (char[48]){ 0 }), v->measured && !v->met ? "**" : "");
}

int vmb_report_targets_markdown(FILE *out, const struct vmb_result *res)
{
	if (for_each(res, markdown_row, out))
		fputc('\n', out);
	return 0;
}
