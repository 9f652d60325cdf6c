// SPDX-License-Identifier: MIT
/*
 * A loop that runs in tier 1 becomes hot, is recompiled, and goes on in tier 2. One operation is all of
 * that: take in a unit, compile it for tier 1, run it until the new code has run 64 rounds, throw it
 * away. The loop calls a helper in each round, which looks at the clock: so the time between two
 * rounds is what the running code sees. Metrics, in ns, medians of the operations:
 *
 * ask_ns: the round in which the compilation was asked for; change_ns: that in which the code changed
 * stall_ns: the longer of the two; stall_least_ns, stall_max_ns: of all operations
 * round_ns: the mean of all rounds
 * gap_ns: the longest round of all between the two, whatever else the machine did
 * new_code_ns: from the round in which it was asked for to the first in the new code
 */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>

#include "arch/registry.h"
#include "user/bench/jit/jit.h"
#include "user/bench/jit/kernels.h"
#include "user/bench/jit/work.h"
#include "vmcore/jit/tiers.h"

#define ARENA_BYTES  (1u << 20)
#define CACHE_BYTES  (2u << 20)
#define STATE_BYTES  32u
#define FUEL	     (UINT64_C(1) << 40)
#define ROUNDS_AFTER 64u
#define MAX_OPS	     4096u
#define SEED	     0x9e3779b97f4a7c15u

/* Who compiles: a thread that is woken, one that looks each millisecond, or the loop's own. */
enum compiler { INLINE, BACKGROUND, POLLING };

static const struct vmb_value compilers[] = {
	{ "background", BACKGROUND }, { "polling", POLLING }, { "inline", INLINE },
};

static const struct vmb_axis axes[] = { VMB_AXIS("compiler", compilers) };

/* slot 1 = f(slot 1) until the helper has seen enough; slot 2 counts the rounds. */
static const char text[] =
	"unit hot {\n  state 32\n  helper look(i64) i64\n"
	"entry:\n  %zero:i64 = const 0\n  %x0:i64 = ld_state 8\n  br head(%x0, %zero)\n"
	"head(%x:i64, %n:i64):\n  %m:i64 = const 0x5851f42d4c957f2d\n  %a:i64 = mul %x, %m\n"
	"  %k:i64 = const 0x14057b7ef767814f\n  %b:i64 = add %a, %k\n  %s:i64 = const 29\n"
	"  %c:i64 = shr %b, %s\n  %d:i64 = xor %b, %c\n  %one:i64 = const 1\n"
	"  %t:i64 = add %n, %one\n  %go:i64 = call look(%t)\n"
	"  brcmp.ne %go, %zero, head(%d, %t), out\n"
	"out:\n  st_state %d, 8\n  st_state %t, 16\n  exit.jump 0x1000\n}\n";

/**
 * struct watch - what the loop sees of one run.
 * @stats: of the thread that runs it; NULL: nobody watches, the loop stops after @limit rounds
 * @asked, @replaced: of @stats in the last round
 * @last_ns: when that was
 * @after: rounds in the new code
 * @begin_ns, @asked_ns, @changed_ns: when the loop began, and when what happened
 * @ask_ns, @change_ns, @gap_ns: the longest rounds of each kind so far
 */
struct watch {
	const struct tier_stats *stats;
	uint64_t limit;
	uint64_t asked, replaced;
	double begin_ns, last_ns, asked_ns, changed_ns, ask_ns, change_ns, gap_ns;
	uint32_t after;
};

/* @ask, ...: [@nr] of the operations; @nr counts on when they are full. @unchanged: that failed */
struct hot_work {
	struct kernel_subject subject;
	struct tiers *tiers;
	struct tier_thread *thread;
	uint64_t state[STATE_BYTES / 8] VMB_ALIGNED(16);
	double ask[MAX_OPS], change[MAX_OPS], stall[MAX_OPS], gap[MAX_OPS], new_code[MAX_OPS];
	double round[MAX_OPS];
	uint64_t nr, unchanged;
	int status;
};

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static double longer(double a, double b)
{
	return a > b ? a : b;
}

static void look(struct watch *w)
{
	double now = now_ns(), gap = now - w->last_ns;
	bool asks = w->stats->asked != w->asked;
	bool changes = w->stats->replaced[2] != w->replaced;

	if (asks && !w->asked_ns)
		w->asked_ns = w->last_ns;
	if (asks)
		w->ask_ns = longer(w->ask_ns, gap);
	if (changes)
		w->change_ns = longer(w->change_ns, gap);
	if (w->asked_ns && !w->changed_ns)
		w->gap_ns = longer(w->gap_ns, gap);
	if (changes)
		w->changed_ns = now;
	w->after += w->changed_ns > 0;
	w->asked = w->stats->asked;
	w->replaced = w->stats->replaced[2];
	w->last_ns = now_ns();
}

static bool call(void *priv, const struct ir_helper *helper, const union ir_val *arg,
		 union ir_val *result)
{
	struct watch *w = priv;

	(void)helper;
	if (w->stats)
		look(w);
	*result = (union ir_val){ .d = { w->stats ? w->after < ROUNDS_AFTER :
						    arg[0].d[0] < w->limit } };
	return true;
}

static void open_context(struct ir_context *context, uint64_t *state, struct watch *watch)
{
	memset(state, 0, STATE_BYTES);
	state[1] = SEED;
	*context = (struct ir_context){ .state = state, .state_bytes = STATE_BYTES, .fuel = FUEL,
					.call = call, .call_priv = watch };
}

static void free_work(struct hot_work *w)
{
	if (w->thread)
		tier_thread_destroy(w->thread);
	if (w->tiers)
		tiers_destroy(w->tiers);
	ir_arena_fini(&w->subject.arena);
	free(w);
}

/* The CPUs that this process may use but for those that it is bound to. Return: is there one? */
static bool other_cpus(const struct vmb_state *st, cpu_set_t *others)
{
	cpu_set_t own;
	size_t i;

	memset(others, 0xff, sizeof(*others));
	if (!st->nr_cpus || sched_getaffinity(0, sizeof(own), &own))
		return true;
	/* What is online and allowed, for a moment. */
	if (!sched_setaffinity(0, sizeof(*others), others))
		sched_getaffinity(0, sizeof(*others), others);
	sched_setaffinity(0, sizeof(own), &own);
	for (i = 0; i < st->nr_cpus; i++)
		CPU_CLR(st->cpus[i], others);
	return CPU_COUNT(others) > 0;
}

/* The thread that compiles inherits where it may run: not where the loop runs, if that is bound. */
static struct tiers *create_elsewhere(const struct vmb_state *st,
				      const struct tiers_options *options)
{
	cpu_set_t own, others;
	struct tiers *tiers;

	if (!st->nr_cpus || !options->background || !other_cpus(st, &others) ||
	    sched_getaffinity(0, sizeof(own), &own) ||
	    sched_setaffinity(0, sizeof(others), &others))
		return tiers_create(options);
	tiers = tiers_create(options);
	sched_setaffinity(0, sizeof(own), &own);
	return tiers;
}

static int prepare(struct hot_work *w, const struct vmb_state *st)
{
	const struct tiers_options options = {
		.jit = { .host = vmb_arch_host()->host_ops,
			 .native = vmb_native()->host_native, .cache_bytes = CACHE_BYTES },
		.max_tier = 2, .level = 2, .tier1_after = 1, .tier2_after = 1000,
		.slice = 8192, .background = st->arg[0].num != INLINE,
		.poll_us = st->arg[0].num == POLLING ? 1000 : 0,
	};
	struct ir_text at = { .text = text, .bytes = sizeof(text) - 1 };
	struct ir_error error;

	ir_arena_init(&w->subject.arena, ARENA_BYTES);
	ir_unit_init(&w->subject.ir, &w->subject.arena);
	if (ir_parse(&at, &w->subject.ir, &error) != 1 ||
	    ir_verify(&w->subject.ir, &w->subject.arena, &error))
		return -EINVAL;
	w->tiers = create_elsewhere(st, &options);
	if (w->tiers)
		w->thread = tier_thread_create(w->tiers);
	return w->thread ? 0 : -errno;
}

static int supported(const struct vmb_state *st, struct vmb_why *why)
{
	int status = jit_work_supported(st, why);
	cpu_set_t others;

	if (status)
		return status;
	if (!vmb_arch_host()->host_ops->resumes) {
		vmb_why_set(why, "on %s a loop that runs in tier 1 cannot change its code",
			    vmb_arch_host()->name);
		return -ENOTSUP;
	}
	if (st->arg[0].num == INLINE || other_cpus(st, &others))
		return 0;
	vmb_why_set(why, "there is one CPU only: a thread that compiles would stop the loop");
	return -ENOTSUP;
}

static int setup(struct vmb_state *st)
{
	struct hot_work *w = aligned_alloc(16, (sizeof(*w) + 15) & ~(size_t)15);
	int status;

	if (!w)
		return -ENOMEM;
	memset(w, 0, sizeof(*w));
	status = prepare(w, st);
	if (status) {
		vmb_why_set(&st->why, "cannot make the tiers: %s", strerror(-status));
		free_work(w);
		return status;
	}
	st->priv = w;
	return 0;
}

static void note(struct hot_work *w, const struct watch *watch)
{
	double rounds = (double)w->state[2];

	if (!watch->changed_ns) {
		w->unchanged++;
		return;
	}
	if (w->nr < MAX_OPS) {
		w->ask[w->nr] = watch->ask_ns;
		w->change[w->nr] = watch->change_ns;
		w->stall[w->nr] = longer(watch->ask_ns, watch->change_ns);
		w->gap[w->nr] = watch->gap_ns;
		w->new_code[w->nr] = watch->changed_ns - watch->asked_ns;
		w->round[w->nr] = (watch->last_ns - watch->begin_ns) / rounds;
	}
	w->nr++;
}

static int recompile(struct hot_work *w)
{
	const struct tier_stats *stats = tier_thread_stats(w->thread);
	struct watch watch = { .stats = stats };
	struct ir_context context;
	struct tier_unit *unit, *ran;
	struct ir_leave leave;
	int status = tiers_add(w->tiers, &w->subject.ir, &unit);

	if (status)
		return status;
	ran = unit;
	open_context(&context, w->state, &watch);
	status = tiers_compile(w->tiers, unit, 1);
	watch.asked = stats->asked;
	watch.replaced = stats->replaced[2];
	watch.begin_ns = watch.last_ns = now_ns();
	if (!status)
		status = tiers_run(w->thread, &ran, &context, &leave);
	if (!status && leave.kind != IR_LEAVE_EXIT)
		status = -EIO;
	tiers_remove(w->tiers, unit);
	if (!status)
		note(w, &watch);
	return status;
}

static void run(void *priv, uint64_t iters)
{
	struct hot_work *w = priv;
	int status;

	for (; iters; iters--) {
		status = recompile(w);
		w->status = status ? status : w->status;
	}
}

/* The interpreter, stopped after as many rounds, has the same value. */
static int check(const void *priv, struct vmb_why *why)
{
	const struct hot_work *w = priv;
	uint64_t state[STATE_BYTES / 8] VMB_ALIGNED(16);
	struct watch watch = { .limit = w->state[2] };
	struct ir_frame frame = { 0 };
	struct ir_context context;
	struct ir_leave leave;
	int status = w->status;

	open_context(&context, state, &watch);
	if (!status)
		status = ir_interpret(&w->subject.ir, &context, &frame, &leave);
	ir_frame_fini(&frame);
	if (status) {
		vmb_why_set(why, "the loop cannot be run: %s", strerror(-status));
		return status;
	}
	if (!w->nr || w->unchanged) {
		vmb_why_set(why, "a loop ended without having been recompiled");
		return -EIO;
	}
	if (!memcmp(state, w->state, sizeof(state)))
		return 0;
	vmb_why_set(why, "the loop's value after %llu rounds is not the interpreter's",
		    (unsigned long long)w->state[2]);
	return -EIO;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Sorts the array. */
static double median(double *values, uint64_t nr)
{
	qsort(values, nr, sizeof(*values), compare);
	return values[nr / 2];
}

static void teardown(struct vmb_state *st)
{
	struct hot_work *w = st->priv;
	uint64_t nr = w->nr < MAX_OPS ? w->nr : MAX_OPS;

	if (nr) {
		st->metric(st, "stall_ns", "ns", median(w->stall, nr), VMB_METRIC_MEDIAN);
		st->metric(st, "stall_least_ns", "ns", w->stall[0], VMB_METRIC_MIN);
		st->metric(st, "stall_max_ns", "ns", w->stall[nr - 1], VMB_METRIC_MAX);
		st->metric(st, "ask_ns", "ns", median(w->ask, nr), VMB_METRIC_MEDIAN);
		st->metric(st, "change_ns", "ns", median(w->change, nr), VMB_METRIC_MEDIAN);
		st->metric(st, "gap_ns", "ns", median(w->gap, nr), VMB_METRIC_MEDIAN);
		st->metric(st, "new_code_ns", "ns", median(w->new_code, nr), VMB_METRIC_MEDIAN);
		st->metric(st, "round_ns", "ns", median(w->round, nr), VMB_METRIC_MEDIAN);
	}
	free_work(w);
}

const struct vmb_bench bench_jit_hot_recompile = {
	.name = "hot_recompile",
	.what = "a running loop becomes hot, is recompiled and goes on in the new code; its stall is a metric",
	.unit = "recompilation",
	.axes = axes,
	.nr_axes = VMB_ARRAY_SIZE(axes),
	.supported = supported,
	.setup = setup,
	.run = run,
	.check = check,
	.teardown = teardown,
};
