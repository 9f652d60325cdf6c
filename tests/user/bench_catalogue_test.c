// SPDX-License-Identifier: MIT
/* Every benchmark of every table, with every parameter: it sets up, runs, is right, and cleans up. */
#include "tests/test.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "results/result.h"
#include "user/bench/categories.h"

#define MAX_IDS		4096
#define LONG_NS		20e6	/* seven operations that take longer are not run a thousand times */

static char ids[MAX_IDS][160];
static size_t nr_ids;

typedef void visitor(const struct vmb_bench *b, struct vmb_state *st, const char *id);

static void visit_points(const struct vmb_bench *b, struct vmb_state *st, char *id, visitor *visit)
{
	size_t len = strlen(id), axis = st->nr_args;

	if (axis == b->nr_axes) {
		visit(b, st, id);
		return;
	}
	/* what only --rigorous selects is too long for a test */
	for (size_t i = 0; i < b->axes[axis].nr - b->axes[axis].nr_rigorous; i++) {
		st->arg[axis] = b->axes[axis].values[i];
		st->nr_args = axis + 1;
		snprintf(id + len, 160 - len, "/%s", st->arg[axis].label);
		visit_points(b, st, id, visit);
		id[len] = 0;
	}
	st->nr_args = axis;
}

static void visit_all(visitor *visit)
{
	size_t nr;
	const struct vmb_category *const *cat = vmb_categories(&nr);

	for (size_t c = 0; c < nr; c++)
		for (size_t i = 0; i < cat[c]->nr; i++) {
			struct vmb_state st = { .seed = 20261124 };
			char id[160];

			snprintf(id, sizeof(id), "%s/%s", cat[c]->name, cat[c]->benches[i]->name);
			visit_points(cat[c]->benches[i], &st, id, visit);
		}
}

static void collect(const struct vmb_bench *b, struct vmb_state *st, const char *id)
{
	(void)b;
	(void)st;
	assert_true(nr_ids < MAX_IDS);
	memcpy(ids[nr_ids++], id, 160);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void test_ids_are_unique(void **state)
{
	(void)state;
	nr_ids = 0;
	visit_all(collect);
	assert_true(nr_ids > 0);
	qsort(ids, nr_ids, sizeof(ids[0]), by_text);
	for (size_t i = 1; i < nr_ids; i++)
		if (!strcmp(ids[i - 1], ids[i]))
			fail_msg("%s is there twice", ids[i]);
}

static void test_ids_of_the_catalogue_are_there(void **state)
{
	static const char *const wanted[] = {
		"self/empty", "self/add_chain",
		"memory/copy/libc/64", "memory/copy/libc/256", "memory/copy/libc/1K",
		"memory/copy/libc/4K", "memory/copy/libc/16K", "memory/copy/libc/64K",
		"memory/copy/libc/64M", "memory/copy/vector/64", "memory/copy/nontemporal/64M",
		"memory/access/sequential/L1", "memory/access/random/L2",
		"memory/access/random/LLC", "memory/access/strided/DRAM",
		"memory/numa/local", "memory/numa/remote1",
		"memory/alloc/small/glibc", "memory/alloc/large/pool", "memory/alloc/mixed/pool",
		"memory/pool/64/inline", "memory/pool/16/immediate", "memory/pool/256/fifo",
		"memory/pool/1K/random", "memory/pool/4K/other_thread",
		"memory/mmu_translate/single/x86_64", "memory/mmu_translate/sequential/arm64",
		"memory/mmu_translate/random/riscv64",
		"tlb/lookup/64/hit", "tlb/lookup/1024/miss", "tlb/hit_rate/1K/zipf",
		"tlb/flush/64/page", "tlb/flush/256/space", "tlb/flush/1024/all",
		"tlb/prefetch/on/sequential", "tlb/prefetch/off/random",
		"tlb/host_reach/4K/16", "tlb/host_reach/2M/1024",
		"gc/minor_pause/1M", "gc/minor_pause/256M", "gc/major_pause/64M",
		"gc/alloc_throughput/16", "gc/alloc_throughput/4K", "gc/throughput",
		"gc/generational/minor", "gc/generational/mixed", "gc/frequency/5000",
		"gc/live_ratio/90", "gc/heap_size/256",
		"cross_arch/single_insn/x86_64-arm64/alu", "cross_arch/block/arm64-x86_64/1000",
		"cross_arch/cache/miss", "cross_arch/cache/hit", "cross_arch/cache/mixed",
		"cross_arch/density/riscv64-x86_64/2", "cross_arch/density/x86_64-riscv64/15",
		"cross_arch/throughput/riscv64-arm64/1M", "cross_arch/complex/arm64-riscv64/simd",
		"cross_arch/complex/x86_64-riscv64/atomic", "cross_arch/opt/arm64-x86_64/optimised",
		"cross_arch/run/riscv64-x86_64/empty", "cross_arch/run/x86_64-arm64/interpreter",
		"exit/syscall/getppid", "exit/syscall/read", "exit/syscall/futex",
		"exit/syscall/page_fault", "exit/syscall/signal", "exit/syscall/context_switch",
	};

	(void)state;
	nr_ids = 0;
	visit_all(collect);
	qsort(ids, nr_ids, sizeof(ids[0]), by_text);
	for (size_t i = 0; i < VMB_ARRAY_SIZE(wanted); i++)
		if (!bsearch(wanted[i], ids, nr_ids, sizeof(ids[0]), by_text))
			fail_msg("%s is missing", wanted[i]);
}

static void test_every_category_of_the_catalogue_has_a_switch(void **state)
{
	static const char *const wanted[] = {
		"self", "jit", "memory", "tlb", "gc", "cross_arch", "async", "concurrency",
		"snapshot", "exit",
	};
	size_t nr;
	const struct vmb_category *const *cat = vmb_categories(&nr);

	(void)state;
	for (size_t i = 0; i < VMB_ARRAY_SIZE(wanted); i++) {
		size_t k = 0;

		while (k < nr && strcmp(cat[k]->name, wanted[i]))
			k++;
		assert_true(k < nr);
		assert_true(strlen(cat[k]->what) > 10);
	}
}

static bool consists_of(const char *text, const char *allowed)
{
	return text && *text && strspn(text, allowed) == strlen(text);
}

#define LOWER "abcdefghijklmnopqrstuvwxyz0123456789_"

static void look_at(const struct vmb_bench *b, struct vmb_state *st, const char *id)
{
	struct vmb_bench_result room;

	assert_true(strlen(id) < sizeof(room.id) - 1);
	assert_true(consists_of(b->name, LOWER));
	assert_true(b->nr_axes <= VMB_MAX_AXES);
	for (size_t i = 0; i < st->nr_args; i++) {
		assert_true(consists_of(b->axes[i].name, LOWER));
		assert_true(consists_of(st->arg[i].label, LOWER "ABCDEFGHIJKLMNOPQRSTUVWXYZ.-"));
	}
	assert_in_range(strlen(b->what), 10, sizeof(room.what) - 1);
	assert_in_range(strlen(b->unit), 2, sizeof(room.unit) - 1);
	assert_true(b->engine == VMB_ENGINE_KMOD || (b->setup && b->run));
	assert_non_null(b->check);
}

static void test_descriptors_are_well_formed(void **state)
{
	(void)state;
	visit_all(look_at);
}

static void take_metric(struct vmb_state *st, const char *name, const char *unit, double value,
			enum vmb_metric_agg agg)
{
	(void)st;
	(void)agg;
	assert_true(consists_of(name, LOWER "K"));
	assert_non_null(unit);
	assert_true(value >= 0);
}

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void run_some(const struct vmb_bench *b, void *priv)
{
	double t0 = now_ns(), t1;

	b->run(priv, 1);
	b->run(priv, 7);
	t1 = now_ns();
	b->run(priv, t1 - t0 > LONG_NS ? 3 : 1000);
	if (b->baseline)
		b->baseline(priv, 1000);
}

static void run_through(const struct vmb_bench *b, struct vmb_state *st, const char *id)
{
	struct vmb_why why = { 0 };
	int err;

	st->metric = take_metric;
	if (b->engine != VMB_ENGINE_USER)
		return;
	if (b->supported && b->supported(st, &why)) {
		assert_true(strlen(why.text) > 5);
		print_message("%s: %s\n", id, why.text);
		return;
	}
	err = b->setup(st);
	if (err) {
		assert_true(strlen(st->why.text) > 5);
		if (err != -ENOTSUP)
			fail_msg("%s: setup: %s", id, st->why.text);
		print_message("%s: %s\n", id, st->why.text);
		return;
	}
	if (!b->check(st->priv, &why))
		fail_msg("%s: right before it ever ran", id);
	assert_true(strlen(why.text) > 5);
	run_some(b, st->priv);
	if (b->check(st->priv, &why))
		fail_msg("%s: %s", id, why.text);
	if (b->teardown)
		b->teardown(st);
}

static void test_every_benchmark_runs_and_is_right(void **state)
{
	(void)state;
	visit_all(run_through);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ids_are_unique),
		cmocka_unit_test(test_ids_of_the_catalogue_are_there),
		cmocka_unit_test(test_every_category_of_the_catalogue_has_a_switch),
		cmocka_unit_test(test_descriptors_are_well_formed),
		cmocka_unit_test(test_every_benchmark_runs_and_is_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
