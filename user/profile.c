// SPDX-License-Identifier: MIT
#include "user/profile.h"

#include <errno.h>
#include <string.h>

#include "user/calibrate.h"
#include "user/jit_symbols.h"
#include "user/pin.h"
#include "user/plan.h"
#include "user/verbs.h"

#define SLICE_NS 10000000ull	/* look at the clock about this often */

static void ignore_metric(struct vmb_state *st, const char *name, const char *unit, double value,
			  enum vmb_metric_agg agg)
{
	(void)st;
	(void)name;
	(void)unit;
	(void)value;
	(void)agg;
}

static void run_for(const struct vmb_bench *b, void *priv, double seconds)
{
	uint64_t most = b->iter_hint ? b->iter_hint : 1ull << 40, iters = 1, t0 = vmb_now_ns(), t1 = t0;
	uint64_t until = t0 + (uint64_t)(seconds * 1e9);

	while (t1 < until) {
		b->run(priv, iters);
		t0 = t1;
		t1 = vmb_now_ns();
		if (t1 - t0 < SLICE_NS && iters * 2 <= most)
			iters *= 2;
	}
}

static int profile_entry(const struct vmb_entry *e, const struct vmb_options *o,
			 const struct vmb_pin *pin)
{
	unsigned int cpus[VMB_MAX_PIN];
	struct vmb_state st = {
		.nr_args = e->bench->nr_axes, .seed = o->seed ? o->seed : 1, .cpus = cpus,
		.nr_cpus = pin->nr, .metric = ignore_metric,
	};
	struct vmb_why why = { 0 };
	int err;

	for (size_t i = 0; i < pin->nr; i++)
		cpus[i] = pin->cpu[i].os;
	memcpy(st.arg, e->arg, sizeof(st.arg));
	if (e->bench->supported && e->bench->supported(&st, &why)) {
		vmb_complain("%s: skipped: %s", e->id, why.text);
		return VMB_EXIT_ALL_SKIPPED;
	}
	err = e->bench->setup(&st);
	if (err) {
		vmb_complain("%s: %s%s", e->id, err == -ENOTSUP ? "skipped: " : "", st.why.text);
		return err == -ENOTSUP ? VMB_EXIT_ALL_SKIPPED : VMB_EXIT_FAILED;
	}
	vmb_note(o, "%s: running for %g s", e->id, o->profile_time_s);
	run_for(e->bench, st.priv, o->profile_time_s);
	if (e->bench->teardown)
		e->bench->teardown(&st);
	return VMB_EXIT_OK;
}

/* The names begin before set-up, which may be where code is compiled. */
static int profile_named(const struct vmb_entry *e, const struct vmb_options *o,
			 const struct vmb_pin *pin)
{
	struct vmb_jit_symbols *symbols;
	int code = vmb_jit_symbols_begin(o, &symbols), ended;

	if (code)
		return code;
	code = profile_entry(e, o, pin);
	ended = vmb_jit_symbols_end(o, symbols);
	return code ? code : ended;
}

int vmb_profile(const struct vmb_session *s, const struct vmb_plan *plan)
{
	struct vmb_why why;

	if (plan->nr != 1) {
		vmb_complain("--profile-time runs one benchmark, and %zu are selected; give a whole id with "
			     "--exact", plan->nr);
		return VMB_EXIT_USAGE;
	}
	if (plan->entry[0].bench->engine != VMB_ENGINE_USER) {
		vmb_complain("%s runs in the kernel module: there is no body to profile here",
			     plan->entry[0].id);
		return VMB_EXIT_USAGE;
	}
	if (s->pin.nr && vmb_pin_apply(&s->pin, &why)) {
		vmb_complain("%s", why.text);
		return VMB_EXIT_USAGE;
	}
	return profile_named(&plan->entry[0], s->options, &s->pin);
}
