/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_BENCH_H
#define VMB_USER_BENCH_H
/*
 * Everything that the author of a benchmark may see.
 *
 * A benchmark is a const struct vmb_bench. The harness starts a fresh process for every round,
 * calls setup(), then run() many times with different iteration counts, then check(), then
 * teardown(). run() must do exactly @iters operations and nothing else: no clock, no I/O, no
 * allocation that is not the thing measured. The slope of time against @iters is the result, so
 * a constant cost per call does not matter.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "arch/base/attr.h"

#define VMB_BENCH_ABI	2	/* raised whenever a struct of this header changes */
#define VMB_MAX_AXES	3

/** struct vmb_why - a reason, filled by the benchmark with vmb_why_set(). */
struct vmb_why { char text[384]; };

void vmb_why_set(struct vmb_why *why, const char *fmt, ...) VMB_PRINTF(2, 3);

/**
 * struct vmb_value - one value of an axis.
 * @label: as it stands in the id: "64K", "sequential", "x86_64-arm64"
 * @num: what the benchmark computes with
 */
struct vmb_value { const char *label; uint64_t num; };

/**
 * struct vmb_axis - a swept parameter.
 * @name: "size", "pattern"
 * @values: [nr]
 * @nr_rigorous: so many of the last values take so long that only --rigorous selects them, or --exact
 */
struct vmb_axis {
	const char *name;
	const struct vmb_value *values;
	size_t nr;
	size_t nr_rigorous;
};

#define VMB_AXIS(n, array)	{ .name = (n), .values = (array), .nr = VMB_ARRAY_SIZE(array) }

/** enum vmb_engine - who runs the loop: this process, or a named probe of the kernel module. */
enum vmb_engine { VMB_ENGINE_USER, VMB_ENGINE_KMOD };

/** enum vmb_metric_agg - how the harness joins one metric's values over rounds. */
enum vmb_metric_agg {
	VMB_METRIC_MEDIAN, VMB_METRIC_MEAN, VMB_METRIC_MIN, VMB_METRIC_MAX, VMB_METRIC_SUM,
};

/**
 * struct vmb_probe - what a kernel probe works on; for VMB_ENGINE_KMOD, filled by setup().
 * @id: enum vmb_kmod_probe
 * @flags: VMB_KMOD_RUN_*
 * @addr: page-aligned memory of this process, populated; NULL for probes that take none
 * @pages: base pages of one operation, 1 for none
 * @detail: name of detail[i] of the module's samples: a metric each; ended by NULL
 * @detail_ticks: they are times, to be shown in ns; else plain numbers
 */
struct vmb_probe {
	uint32_t id;
	uint32_t flags;
	void *addr;
	uint32_t pages;
	const char *const *detail;
	bool detail_ticks;
};

/**
 * struct vmb_state - what the harness and a benchmark share in one round.
 * @arg: chosen value of each axis of the benchmark, in the order of its axes
 * @nr_args: number of axes
 * @priv: the benchmark's own; setup() sets it, run() and check() get it
 * @seed: for every random choice of the benchmark, so that a round can be repeated
 * @cpus: logical CPUs this round is bound to, [nr_cpus]; nr_cpus is 0 when not pinned
 * @probe: set in setup() when the engine is the kernel module
 * @throughput_per_op: set in setup(): how many @throughput_unit one operation moves; 0: none
 * @throughput_unit: "B" for bytes, otherwise a plain noun: "insns", "objects"
 * @why: set by setup() when it fails; the text reaches the user
 * @metric: add a named figure; call from teardown() or check(), never from run()
 */
struct vmb_state {
	struct vmb_value arg[VMB_MAX_AXES];
	size_t nr_args;
	void *priv;
	uint64_t seed;
	const unsigned int *cpus;
	size_t nr_cpus;
	struct vmb_probe probe;
	double throughput_per_op;
	const char *throughput_unit;
	struct vmb_why why;
	void (*metric)(struct vmb_state *st, const char *name, const char *unit, double value,
		       enum vmb_metric_agg agg);
	void *harness;		/* the harness's own; not for benchmarks */
};

/**
 * struct vmb_bench - one benchmark; const.
 * @name: second component of the id, [a-z0-9_]+
 * @what: one line: what is measured, for people
 * @unit: what one operation is: "copy", "access", "call"
 * @axes: [nr_axes], may be NULL
 * @engine: VMB_ENGINE_USER, or VMB_ENGINE_KMOD: no @run, setup() fills vmb_state.probe
 * @steady: keep every iteration and analyse the warm-up (JIT, GC, translation)
 * @iter_hint: upper bound of the iterations of one batch, 0: none (for operations that consume
 *             something finite)
 * @timeout_s: longest time that one round may take, 0: the default
 * @supported: NULL, or 0 when these arguments can be measured here; non-zero skips the benchmark
 *             and @why becomes the reason. Called in the round's process, after pinning.
 * @setup: allocate and prepare. Return 0, or -errno with @st->why set; -ENOTSUP skips.
 * @run: @iters operations
 * @baseline: NULL, or the same loop without the operation; its slope is subtracted. Give one only
 *            where the loop's own cost cannot overlap with the operation.
 * @check: 0 when the computed answer is right; otherwise @why says what was wrong, and the
 *         benchmark fails
 * @teardown: release; also reports metrics. Called whenever setup() returned 0.
 */
struct vmb_bench {
	const char *name;
	const char *what;
	const char *unit;
	const struct vmb_axis *axes;
	size_t nr_axes;
	enum vmb_engine engine;
	bool steady;
	uint64_t iter_hint;
	unsigned int timeout_s;
	int (*supported)(const struct vmb_state *st, struct vmb_why *why);
	int (*setup)(struct vmb_state *st);
	void (*run)(void *priv, uint64_t iters);
	void (*baseline)(void *priv, uint64_t iters);
	int (*check)(const void *priv, struct vmb_why *why);
	void (*teardown)(struct vmb_state *st);
};

/**
 * struct vmb_category - a folder of benchmarks and its table of contents.
 * @name: first component of the id: "memory", "cross_arch"
 * @what: one line for `vmbench list` and --help
 * @benches: [nr], the table
 */
struct vmb_category {
	const char *name;
	const char *what;
	const struct vmb_bench *const *benches;
	size_t nr;
};

/**
 * struct vmb_plugin - what a shared object offers to `vmbench --plugin FILE`, as the symbol
 * vmb_plugin. Write it with VMB_PLUGIN().
 * @abi: VMB_BENCH_ABI of the header that the plugin was built with; another one is refused
 * @bench_bytes: sizeof(struct vmb_bench) as the plugin sees it; guards against a changed struct
 *               under an unchanged number
 * @name: of the plugin, for messages
 * @categories: [nr]
 */
struct vmb_plugin {
	uint32_t abi;
	uint32_t bench_bytes;
	const char *name;
	const struct vmb_category *const *categories;
	size_t nr;
};

/** VMB_PLUGIN - define the entry symbol: VMB_PLUGIN("mine", &category_a, &category_b); */
#define VMB_PLUGIN(plugin_name, ...) \
	static const struct vmb_category *const vmb_plugin_categories[] = { __VA_ARGS__ }; \
	extern const struct vmb_plugin vmb_plugin; \
	const struct vmb_plugin vmb_plugin = { \
		.abi = VMB_BENCH_ABI, .bench_bytes = sizeof(struct vmb_bench), \
		.name = (plugin_name), .categories = vmb_plugin_categories, \
		.nr = VMB_ARRAY_SIZE(vmb_plugin_categories), \
	}

/**
 * vmb_black_box - make the compiler believe that @p's pointee is read and written by someone.
 * Costs no instruction.
 */
static inline void vmb_black_box(const void *p)
{
	__asm__ volatile("" : : "g"(p) : "memory");
}

/** vmb_keep - keep an integer value alive without storing it. */
static inline void vmb_keep(uint64_t v)
{
	__asm__ volatile("" : : "r"(v));
}

/** vmb_clobber - a compiler barrier: all memory may have changed. */
static inline void vmb_clobber(void)
{
	__asm__ volatile("" : : : "memory");
}

/**
 * vmb_random - next number of a splitmix64 stream; good enough to shuffle, and repeatable.
 * @state: the stream; start it with vmb_state.seed
 */
static inline uint64_t vmb_random(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15ull);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

#endif /* VMB_USER_BENCH_H */
