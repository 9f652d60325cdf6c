// SPDX-License-Identifier: MIT
/* A check that cannot fail is worth nothing: spoil each benchmark's answer, and see it refused. */
#include "tests/test.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "user/bench/exit/exit.h"
#include "user/bench/exit/work.h"
#include "user/bench/gc/gc.h"
#include "user/bench/gc/work.h"
#include "user/bench/guest.h"
#include "user/bench/memory/access.h"
#include "user/bench/memory/alloc.h"
#include "user/bench/memory/copy.h"
#include "user/bench/memory/memory.h"
#include "user/bench/memory/pool.h"
#include "user/bench/self/self.h"
#include "user/bench/tlb/flush.h"
#include "user/bench/tlb/host_reach.h"
#include "user/bench/tlb/tlb.h"

static void ignore_metric(struct vmb_state *st, const char *name, const char *unit, double value,
			  enum vmb_metric_agg agg)
{
	(void)st, (void)name, (void)unit, (void)value, (void)agg;
}

static struct vmb_state state_of(const struct vmb_bench *b, size_t first, size_t second)
{
	const size_t chosen[] = { first, second };
	struct vmb_state st = { .seed = 5, .metric = ignore_metric, .nr_args = b->nr_axes };

	for (size_t i = 0; i < b->nr_axes; i++)
		st.arg[i] = b->axes[i].values[chosen[i]];
	return st;
}

/* Set up and run: the answer is right. The caller spoils it. */
static struct vmb_state right(const struct vmb_bench *b, size_t first, size_t second)
{
	struct vmb_state st = state_of(b, first, second);
	struct vmb_why why;

	if (b->supported && b->supported(&st, &why)) {
		print_message("%s\n", why.text);
		skip();
	}
	assert_int_equal(b->setup(&st), 0);
	b->run(st.priv, 100);
	assert_int_equal(b->check(st.priv, &why), 0);
	return st;
}

static void expect_wrong(const struct vmb_bench *b, struct vmb_state *st)
{
	struct vmb_why why = { 0 };

	assert_int_not_equal(b->check(st->priv, &why), 0);
	assert_true(strlen(why.text) > 10);
	if (b->teardown)
		b->teardown(st);
}

static void test_add_chain(void **state)
{
	struct vmb_state st = right(&bench_self_add_chain, 0, 0);

	(void)state;
	++*(uint64_t *)st.priv;
	expect_wrong(&bench_self_add_chain, &st);
}

/* A node of a list that the table holds is not what was put there. */
static void test_gc_list(void **state)
{
	struct vmb_state st = right(&bench_gc_live_ratio, 0, 0);
	const struct gc_work *w = st.priv;
	struct gc_ref list = gc_at(w->root[0], w->slots / 2);

	(void)state;
	++*(uint64_t *)gc_data(gc_get(list, 0), 8);
	expect_wrong(&bench_gc_live_ratio, &st);
}

static void test_gc_list_cut_off(void **state)
{
	struct vmb_state st = right(&bench_gc_generational, 1, 0);
	const struct gc_work *w = st.priv;

	(void)state;
	gc_set(w->m, gc_at(w->root[0], 0), 0, (struct gc_ref){ 0 });
	expect_wrong(&bench_gc_generational, &st);
}

/* A list that was made by nobody who counts. */
static void test_gc_objects_not_asked_for(void **state)
{
	struct vmb_state st = right(&bench_gc_minor_pause, 0, 0);
	struct gc_work *w = st.priv;

	(void)state;
	assert_false(gc_is_null(gc_alloc(w->m, w->node)));
	expect_wrong(&bench_gc_minor_pause, &st);
}

static void test_gc_too_few_marks(void **state)
{
	struct vmb_state st = right(&bench_gc_major_pause, 0, 0);
	struct gc_work *w = st.priv;

	(void)state;
	w->done += 1000;
	expect_wrong(&bench_gc_major_pause, &st);
}

static void test_copy_byte(void **state)
{
	(void)state;
	for (size_t how = 0; how < 2; how++)
		for (size_t size = 0; size < 6; size++) {
			struct vmb_state st = right(&bench_memory_copy, how, size);
			struct copy_work *w = st.priv;

			w->dst[w->bytes - 1] ^= 0x10;
			expect_wrong(&bench_memory_copy, &st);
		}
}

static void copy_half(void *dst, const void *src, size_t bytes)
{
	memcpy(dst, src, bytes / 2);
}

/* The old contents are still right; only a new source shows that the copy is not. */
static void test_copy_that_stops_copying(void **state)
{
	struct vmb_state st = right(&bench_memory_copy, 1, 3);
	struct copy_work *w = st.priv;

	(void)state;
	w->copy = copy_half;
	expect_wrong(&bench_memory_copy, &st);
}

static void test_access(void **state)
{
	(void)state;
	for (size_t pattern = 0; pattern < 3; pattern++) {
		struct vmb_state st = right(&bench_memory_access, pattern, 0);
		struct access_work *w = st.priv;

		if (w->pattern == ACCESS_SEQUENTIAL)
			w->scan.sum ^= 1;
		else
			w->chase.at->next = w->chase.at;
		expect_wrong(&bench_memory_access, &st);
	}
}

static void test_host_reach(void **state)
{
	struct vmb_state st = right(&bench_tlb_host_reach, 0, 2);
	struct reach_work *w = st.priv;

	(void)state;
	w->chase.steps++;
	expect_wrong(&bench_tlb_host_reach, &st);
}

/* Two live objects that are one. */
static void test_alloc(void **state)
{
	(void)state;
	for (size_t which = 0; which < 2; which++) {
		struct vmb_state st = right(&bench_memory_alloc, 0, which);
		struct alloc_work *w = st.priv;
		struct bench_object *old;
		uint32_t k = 0;

		bench_memory_alloc.run(w, 3000);
		while (!w->live[k] || !w->live[k + 1])
			k++;
		old = w->live[k + 1];
		w->live[k + 1] = w->live[k];
		assert_int_not_equal(bench_memory_alloc.check(w, &(struct vmb_why){ 0 }), 0);
		w->live[k + 1] = old;
		w->live[k]->self = NULL;
		expect_wrong(&bench_memory_alloc, &st);
	}
}

static void test_pool(void **state)
{
	(void)state;
	for (size_t lifetime = 0; lifetime < 5; lifetime++) {
		struct vmb_state st = right(&bench_memory_pool, 1, lifetime);
		struct pool_work *w = st.priv;

		if (lifetime == POOL_OTHER_THREAD)
			w->handed++;
		else if (lifetime == POOL_FIFO || lifetime == POOL_RANDOM)
			w->object[w->order[0]]->self = NULL;
		else
			w->sum++;
		expect_wrong(&bench_memory_pool, &st);
	}
}

/* A page that leads elsewhere. */
static void test_mmu_translate(void **state)
{
	(void)state;
	for (size_t pattern = 0; pattern < 3; pattern++) {
		struct vmb_state st = right(&bench_memory_mmu_translate, pattern, 1);
		struct bench_guest *g = st.priv;

		g->frame[g->offset[0] / 4096] ^= 1;
		bench_memory_mmu_translate.run(g, 1);
		expect_wrong(&bench_memory_mmu_translate, &st);
	}
}

static void test_tlb_lookup_that_misses(void **state)
{
	struct vmb_state st = right(&bench_tlb_lookup, 1, 0);
	struct bench_guest *g = st.priv;

	(void)state;
	g->sum++;
	expect_wrong(&bench_tlb_lookup, &st);
}

/* Another space is forgotten, not the one in use. */
static void test_tlb_flush_of_nothing(void **state)
{
	struct vmb_state st = right(&bench_tlb_flush, 0, 1);
	struct flush_work *w = st.priv;

	(void)state;
	mmu_switch(w->guest.mmu, 7, w->guest.mmu->config.root[0], 0);
	expect_wrong(&bench_tlb_flush, &st);
}

static void test_getppid(void **state)
{
	struct vmb_state st = right(&bench_exit_getppid, 0, 0);

	(void)state;
	((struct getppid_work *)st.priv)->sum++;
	expect_wrong(&bench_exit_getppid, &st);
}

/* A file that has no bytes to give. */
static void test_read(void **state)
{
	struct vmb_state st = right(&bench_exit_read, 0, 0);
	struct read_work *w = st.priv;
	FILE *empty = tmpfile();

	(void)state;
	assert_non_null(empty);
	assert_true(dup2(fileno(empty), w->fd) >= 0);
	bench_exit_read.run(w, 3);
	fclose(empty);
	expect_wrong(&bench_exit_read, &st);
}

static void test_futex(void **state)
{
	struct vmb_state st = right(&bench_exit_futex, 0, 0);

	(void)state;
	((struct futex_work *)st.priv)->not_zero++;
	expect_wrong(&bench_exit_futex, &st);
}

/* Pages that are already there do not fault. */
static void test_page_fault(void **state)
{
	struct vmb_state st = right(&bench_exit_page_fault, 0, 0);
	struct fault_work *w = st.priv;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		w->next = 0;
		bench_exit_page_fault.run(w, 1);
	}
	expect_wrong(&bench_exit_page_fault, &st);
}

static void test_blocked_signal(void **state)
{
	struct vmb_state st = right(&bench_exit_signal, 0, 0);
	sigset_t usr1;

	(void)state;
	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	assert_int_equal(sigprocmask(SIG_BLOCK, &usr1, NULL), 0);
	bench_exit_signal.run(st.priv, 5);
	expect_wrong(&bench_exit_signal, &st);
}

/* Somebody else's byte in the pipe: from then on each reply is the one before. */
static void test_context_switch(void **state)
{
	struct vmb_state st = right(&bench_exit_context_switch, 0, 0);
	struct switch_work *w = st.priv;

	(void)state;
	assert_int_equal(write(w->to_peer[1], "x", 1), 1);
	bench_exit_context_switch.run(w, 5);
	expect_wrong(&bench_exit_context_switch, &st);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_add_chain),
		cmocka_unit_test(test_gc_list),
		cmocka_unit_test(test_gc_list_cut_off),
		cmocka_unit_test(test_gc_objects_not_asked_for),
		cmocka_unit_test(test_gc_too_few_marks),
		cmocka_unit_test(test_copy_byte),
		cmocka_unit_test(test_copy_that_stops_copying),
		cmocka_unit_test(test_access),
		cmocka_unit_test(test_host_reach),
		cmocka_unit_test(test_alloc),
		cmocka_unit_test(test_pool),
		cmocka_unit_test(test_mmu_translate),
		cmocka_unit_test(test_tlb_lookup_that_misses),
		cmocka_unit_test(test_tlb_flush_of_nothing),
		cmocka_unit_test(test_getppid),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_futex),
		cmocka_unit_test(test_page_fault),
		cmocka_unit_test(test_blocked_signal),
		cmocka_unit_test(test_context_switch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
