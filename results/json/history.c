// SPDX-License-Identifier: MIT
#include "results/json/history.h"

#include <errno.h>
#include <math.h>

#include "results/json/put.h"
#include "results/stat_paired.h"

static json_t *point_value(struct vmb_json *j, const struct vmb_history *h,
			   const struct vmb_history_point *p)
{
	json_t *point = json_object();

	vmb_json_text(j, point, "run", h->run[p->run].id);
	vmb_json_real(j, point, "median_ns", p->median);
	vmb_json_real(j, point, "low_ns", p->low);
	vmb_json_real(j, point, "high_ns", p->high);
	return point;
}

static json_t *change_value(struct vmb_json *j, const struct vmb_history *h,
			    const struct vmb_history_bench *b, const struct vmb_change_point *c)
{
	const struct vmb_history_run *run = &h->run[b->point[c->at].run];
	const struct vmb_history_run *last = &h->run[b->point[c->at - 1].run];
	json_t *change = json_object();

	vmb_json_text(j, change, "run", run->id);
	vmb_json_text_if_any(j, change, "commit", run->commit);
	vmb_json_text_if_any(j, change, "commit_before", last->commit);
	vmb_json_real(j, change, "before_ns", exp(c->before));
	vmb_json_real(j, change, "after_ns", exp(c->after));
	vmb_json_real(j, change, "percent", vmb_percent(c->after - c->before));
	vmb_json_real(j, change, "p", c->p);
	return change;
}

static void put_trend(struct vmb_json *j, json_t *bench, const struct vmb_history *h,
		      const struct vmb_history_bench *b, const struct vmb_history_findings *f)
{
	json_t *trend;

	if (!f->has_trend)
		return;
	trend = vmb_json_object(j, bench, "trend");
	vmb_json_real(j, trend, "percent_per_run", vmb_percent(f->trend.slope));
	vmb_json_real(j, trend, "low_percent", vmb_percent(f->trend.low));
	vmb_json_real(j, trend, "high_percent", vmb_percent(f->trend.high));
	vmb_json_put(j, trend, "significant", json_boolean(f->trend.significant));
	vmb_json_text(j, trend, "since_run", h->run[b->point[f->since].run].id);
}

static json_t *bench_value(struct vmb_json *j, const struct vmb_history *h,
			   const struct vmb_history_bench *b)
{
	json_t *bench = json_object(), *list;
	struct vmb_history_findings f;

	vmb_json_text(j, bench, "id", b->id);
	vmb_json_text(j, bench, "category", b->category);
	list = vmb_json_array(j, bench, "points");
	for (size_t i = 0; i < b->nr; i++)
		vmb_json_append(j, list, point_value(j, h, &b->point[i]));
	if (vmb_history_analyse(b, &f)) {
		j->error = -ENOMEM;
		return bench;
	}
	list = vmb_json_array(j, bench, "changes");
	for (size_t i = 0; i < f.nr; i++)
		vmb_json_append(j, list, change_value(j, h, b, &f.change[i]));
	put_trend(j, bench, h, b, &f);
	vmb_history_findings_fini(&f);
	return bench;
}

static json_t *run_value(struct vmb_json *j, const struct vmb_history_run *run)
{
	json_t *value = json_object();

	vmb_json_text(j, value, "id", run->id);
	vmb_json_text(j, value, "date", run->date);
	vmb_json_text_if_any(j, value, "commit", run->commit);
	if (run->dirty)
		vmb_json_put(j, value, "dirty", json_true());
	return value;
}

int vmb_history_write_json(FILE *out, const struct vmb_history *h,
			   const struct vmb_report_opts *opts)
{
	struct vmb_json j = { 0 };
	json_t *root = json_object(), *list;

	(void)opts;
	vmb_json_text(&j, root, "schema", "vmbench-history/1");
	vmb_json_text_if_any(&j, root, "machine", h->fingerprint);
	vmb_json_uint(&j, root, "runs_of_other_machines", h->others);
	vmb_json_uint(&j, root, "older_files_left_out", h->left_out);
	list = vmb_json_array(&j, root, "skipped");
	for (size_t i = 0; i < h->nr_bad; i++)
		vmb_json_append(&j, list, vmb_json_text_value(h->bad[i].why));
	list = vmb_json_array(&j, root, "runs");
	for (size_t i = 0; i < h->nr_runs; i++)
		vmb_json_append(&j, list, run_value(&j, &h->run[i]));
	list = vmb_json_array(&j, root, "benchmarks");
	for (size_t i = 0; i < h->nr; i++)
		vmb_json_append(&j, list, bench_value(&j, h, &h->bench[i]));
	return vmb_json_write(&j, root, out);
}
