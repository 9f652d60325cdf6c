// SPDX-License-Identifier: MIT
/*
 * Units that change their tier while they run, in any number of threads, in a cache that may be much
 * too small: what they do is what the interpreter does.
 */
#include "tests/vmcore/tiers_fixture.h"

/* Two loops in each other; state 8 says how many rounds the outer one has, each 50 of the inner. */
static const char nested[] =
	"unit u {\n  state 32\n"
	"b0:\n  %n:i64 = ld_state 8\n  %zero:i64 = const 0\n  %f:f64 = const 0x3ff0000000000000\n"
	"  br outer(%n, %zero, %f)\n"
	"outer(%i:i64, %sum:i64, %g:f64):\n  %k:i64 = const 50\n  %square:i64 = mul %i, %i\n"
	"  br inner(%k, %sum)\n"
	"inner(%j:i64, %s:i64):\n  %a:i64 = add %s, %square\n  %b:i64 = xor %a, %k\n"
	"  %c:i64 = add %b, %n\n  %one:i64 = const 1\n  %j2:i64 = sub %j, %one\n"
	"  brcmp.ne %j2, %zero, inner(%j2, %c), next\n"
	"next:\n  %h:f64 = fadd %g, %f\n  %i2:i64 = sub %i, %one\n"
	"  brcmp.ne %i2, %zero, outer(%i2, %c, %h), out\n"
	"out:\n  st_state %c, 16\n  st_state %h, 24\n  exit.jump 0x1000\n}\n";

struct one {
	struct tiers *tiers;
	struct tier_thread *thread;
	struct tier_unit *unit;
	struct ir_unit ir;
	struct ir_arena arena;
	struct ir_frame frame;
};

static void begin(struct one *o, const struct tiers_options *opts, const char *text)
{
	memset(o, 0, sizeof(*o));
	ir_arena_init(&o->arena, 64u << 20);
	parse(&o->ir, &o->arena, text);
	o->tiers = create(opts);
	o->thread = create_thread(o->tiers);
	assert_int_equal(tiers_add(o->tiers, &o->ir, &o->unit), 0);
}

static void end(struct one *o)
{
	tier_thread_destroy(o->thread);
	tiers_destroy(o->tiers);
	ir_frame_fini(&o->frame);
	ir_arena_fini(&o->arena);
}

/* Run in the tiers and in the interpreter, the state at 8 and at 16 being this. */
static void compare(struct one *o, uint64_t at_8, uint64_t at_16)
{
	static struct world tiered, interpreted;

	open_world(&tiered, 1);
	open_world(&interpreted, 1);
	*slot(&tiered, 1) = *slot(&interpreted, 1) = at_8;
	*slot(&tiered, 2) = *slot(&interpreted, 2) = at_16;
	assert_int_equal(ir_interpret(&o->ir, &interpreted.context, &o->frame,
				      &interpreted.leave), 0);
	assert_int_equal(tiers_run(o->thread, &o->unit, &tiered.context, &tiered.leave), 0);
	assert_true(same(o->ir.flags, &tiered, &interpreted));
}

static void test_tiers_climb_by_executions(void **state)
{
	struct tiers_options opts = options();
	const struct tier_stats *stats;
	struct one o;
	uint32_t i;

	(void)state;
	opts.slice = 1u << 20;
	begin(&o, &opts, nested);
	assert_int_equal(tiers_tier(o.unit), 0);
	for (i = 0; i < 10; i++)
		compare(&o, 3, 0);
	assert_int_equal(tiers_tier(o.unit), 2);
	stats = tier_thread_stats(o.thread);
	assert_int_equal(stats->entered[0], 1);
	assert_int_equal(stats->entered[1], 2);
	assert_int_equal(stats->entered[2], 7);
	assert_int_equal(stats->asked, 2);
	end(&o);
}

static void test_tiers_stop_at_the_highest(void **state)
{
	struct tiers_options opts = options();
	struct one o;
	uint32_t tier, i;

	(void)state;
	for (tier = 0; tier < 2; tier++) {
		opts.max_tier = tier;
		begin(&o, &opts, nested);
		for (i = 0; i < 20; i++)
			compare(&o, 30, 0);
		assert_int_equal(tiers_tier(o.unit), tier);
		end(&o);
	}
}

/* One run only: from the interpreter to tier 1 to tier 2. */
static void test_tiers_replace_the_code_of_a_loop(void **state)
{
	struct tiers_options opts = options();
	const struct tier_stats *stats;
	struct one o;

	(void)state;
	opts.tier1_after = 20;
	opts.tier2_after = 100;
	begin(&o, &opts, nested);
	compare(&o, 5000, 0);
	stats = tier_thread_stats(o.thread);
	assert_int_equal(stats->replaced[2], 1);
	assert_int_equal(stats->replaced[1], tiers_resumes(o.tiers));
	assert_true(stats->sliced > 4);
	assert_int_equal(tiers_tier(o.unit), 2);
	assert_int_equal(tiers_stats(o.tiers).compiled[0], 1);
	end(&o);
}

/* The same while what runs is thrown away again and again. */
static bool evicting_call(void *priv, const struct ir_helper *helper, const union ir_val *arg,
			  union ir_val *result)
{
	struct one *o = priv;

	(void)helper;
	result->d[0] = arg[0].d[0] * 3;
	result->d[1] = 0;
	/* Whatever it says, the code that we come from is still there. */
	if (o->tiers && arg[0].d[0] % 7 == 0)
		tiers_evict(o->tiers);
	return true;
}

static const char calling[] =
	"unit u {\n  state 32\n  helper triple(i64) i64\n"
	"b0:\n  %n:i64 = ld_state 8\n  %zero:i64 = const 0\n  br loop(%n, %zero)\n"
	"loop(%i:i64, %sum:i64):\n  %x:i64 = call triple(%i)\n  %s:i64 = xor %sum, %x\n"
	"  %one:i64 = const 1\n  %j:i64 = sub %i, %one\n  %t:i64 = add %s, %n\n"
	"  brcmp.ne %j, %zero, loop(%j, %t), out\n"
	"out:\n  st_state %t, 16\n  exit.jump 0x1000\n}\n";

static void test_tiers_keep_code_that_runs(void **state)
{
	static struct world tiered, interpreted;
	struct tiers_options opts = options();
	const struct tier_stats *stats;
	struct one o, plain = { 0 };
	uint64_t rounds;

	(void)state;
	if (opts.jit.wx == CODE_WX_MPROTECT) {
		skip();
		return;
	}
	opts.nr_segments = 2;
	begin(&o, &opts, calling);
	for (rounds = 100; rounds < 6000; rounds += 100) {
		open_world(&tiered, 1);
		open_world(&interpreted, 1);
		*slot(&tiered, 1) = *slot(&interpreted, 1) = rounds;
		tiered.context.call = interpreted.context.call = evicting_call;
		tiered.context.call_priv = &o;
		interpreted.context.call_priv = &plain;
		assert_int_equal(ir_interpret(&o.ir, &interpreted.context, &o.frame,
					      &interpreted.leave), 0);
		assert_int_equal(tiers_run(o.thread, &o.unit, &tiered.context, &tiered.leave), 0);
		assert_true(same(0, &tiered, &interpreted));
	}
	stats = tier_thread_stats(o.thread);
	assert_true(tiers_stats(o.tiers).evicted > 10);
	assert_true(!tiers_resumes(o.tiers) || stats->replaced[0] + stats->replaced[1] > 10);
	end(&o);
}

static void test_tiers_count_all_fuel(void **state)
{
	struct tiers_options opts = options();
	struct world w;
	struct one o;

	(void)state;
	begin(&o, &opts, nested);
	open_world(&w, 1);
	*slot(&w, 1) = 1000000;
	w.context.fuel = 1000;
	assert_int_equal(tiers_run(o.thread, &o.unit, &w.context, &w.leave), 0);
	assert_int_equal(w.leave.kind, IR_LEAVE_FUEL);
	open_world(&w, 1);
	*slot(&w, 1) = 1000000;
	w.context.fuel = 5000000;
	assert_int_equal(tiers_run(o.thread, &o.unit, &w.context, &w.leave), 0);
	assert_int_equal(w.leave.kind, IR_LEAVE_FUEL);
	assert_int_equal(w.context.fuel, 0);
	assert_int_equal(tier_thread_stats(o.thread)->replaced[2], 1);
	end(&o);
}

/*
 * Random units.
 */

struct differ {
	struct tiers *tiers;
	struct tier_thread *thread;
	struct ir_arena arena;
	struct ir_frame frame;
};

static void check_unit(struct differ *d, uint64_t seed, uint32_t nr_insns)
{
	const struct gen_options gen = { seed, nr_insns, seed & 1, 0 };
	static struct world interpreted, tiered;
	struct tier_unit *unit;
	struct ir_unit ir;
	uint32_t i;

	ir_arena_reset(&d->arena);
	ir_unit_init(&ir, &d->arena);
	assert_int_equal(gen_unit(&ir, &gen), 0);
	assert_int_equal(tiers_add(d->tiers, &ir, &unit), 0);
	for (i = 0; i < 8; i++) {
		interpret(&ir, &d->frame, seed + i, &interpreted);
		assert_int_equal(run(d->thread, unit, seed + i, &tiered), 0);
		if (!same(ir.flags, &interpreted, &tiered)) {
			ir_print(&ir, stderr);
			fail_msg("seed %" PRIu64 " run %u, tier %u", seed, i, tiers_tier(unit));
		}
		if ((seed + i) % 13 == 0)
			tiers_evict(d->tiers);
	}
	tiers_remove(d->tiers, unit);
}

static void differ(const struct tiers_options *opts, uint64_t nr)
{
	struct differ d = { .tiers = create(opts) };
	const struct tier_stats *stats;
	struct tiers_stats all;
	uint64_t seed;

	d.thread = create_thread(d.tiers);
	ir_arena_init(&d.arena, 64u << 20);
	for (seed = 1; seed <= nr; seed++)
		check_unit(&d, seed, 20 + (uint32_t)(seed % 300));
	stats = tier_thread_stats(d.thread);
	all = tiers_stats(d.tiers);
	print_message("entered %" PRIu64 " %" PRIu64 " %" PRIu64 ", replaced %" PRIu64 " %" PRIu64
		      " %" PRIu64 ", failed %" PRIu64 ", evicted %" PRIu64 "\n",
		      stats->entered[0], stats->entered[1], stats->entered[2], stats->replaced[0],
		      stats->replaced[1], stats->replaced[2], all.failed, all.evicted);
	if (opts->tier2_after > 3)
		assert_true(stats->entered[1] > nr && stats->entered[2] > nr);
	else if (nr >= 500)
		assert_true(stats->replaced[2] > nr / 50);
	assert_true(all.evicted > nr / 20);
	tier_thread_destroy(d.thread);
	tiers_destroy(d.tiers);
	ir_arena_fini(&d.arena);
	ir_frame_fini(&d.frame);
}

static void test_tiers_do_what_the_interpreter_does(void **state)
{
	struct tiers_options opts = options();

	(void)state;
	differ(&opts, asked("TIERS_UNITS", UNITS));
}

/* Slices of a few instructions, in a cache for a few units; and without linking, as on any host. */
static void test_tiers_do_so_in_a_tiny_cache(void **state)
{
	struct tiers_options opts = options();

	(void)state;
	opts.jit.cache_bytes = 64 << 10;
	opts.jit.links = false;
	opts.nr_segments = 4;
	opts.slice = 16;
	opts.tier1_after = 2;
	opts.tier2_after = 3;
	differ(&opts, asked("TIERS_UNITS", UNITS) / 2);
}

/*
 * Threads. All run the same units, each in a world of its own, while somebody compiles, evicts, links
 * and removes at random.
 */

struct shared {
	struct tiers *tiers;
	struct ir_unit ir[NR_SHARED];
	struct world expected[NR_SHARED];
	struct tier_unit *unit[NR_SHARED];
	struct ir_arena arena;
	atomic_uint running, differences, errors;
	uint64_t rounds;
};

struct runner {
	struct shared *shared;
	uint64_t seed;
	struct world world;
	uint64_t replaced[3];
	pthread_t thread;
};

static void *run_shared(void *arg)
{
	struct runner *r = arg;
	struct shared *s = r->shared;
	struct tier_thread *thread = tier_thread_create(s->tiers);
	uint64_t i;

	for (i = 0; thread && i < s->rounds; i++) {
		uint32_t n = (uint32_t)(next_random(&r->seed) % NR_SHARED);

		if (run(thread, s->unit[n], n, &r->world))
			atomic_fetch_add(&s->errors, 1);
		else if (!same(s->ir[n].flags, &s->expected[n], &r->world))
			atomic_fetch_add(&s->differences, 1);
	}
	if (!thread) {
		atomic_fetch_add(&s->errors, 1);
	} else {
		memcpy(r->replaced, tier_thread_stats(thread)->replaced, sizeof(r->replaced));
		tier_thread_destroy(thread);
	}
	atomic_fetch_sub(&s->running, 1);
	return NULL;
}

static void make_shared(struct shared *s, const struct tiers_options *opts, uint64_t seed)
{
	struct ir_frame frame = { 0 };
	uint32_t i;

	memset(s, 0, sizeof(*s));
	s->tiers = create(opts);
	ir_arena_init(&s->arena, 256u << 20);
	for (i = 0; i < NR_SHARED; i++) {
		const struct gen_options gen = { seed + i, 50 + 10 * i, i & 1, 0 };

		ir_unit_init(&s->ir[i], &s->arena);
		assert_int_equal(gen_unit(&s->ir[i], &gen), 0);
		interpret(&s->ir[i], &frame, i, &s->expected[i]);
		assert_int_equal(tiers_add(s->tiers, &s->ir[i], &s->unit[i]), 0);
	}
	ir_frame_fini(&frame);
}

/* Compile and evict at random until all have run. */
static void disturb(struct shared *s, uint64_t seed)
{
	while (atomic_load(&s->running)) {
		uint64_t what = next_random(&seed);
		struct tier_unit *unit = s->unit[what / 8 % NR_SHARED];
		int status = 0;

		if (what % 8 < 3)
			status = tiers_evict(s->tiers);
		else if (what % 8 < 5)
			status = tiers_compile(s->tiers, unit, 1 + what % 2);
		else
			usleep(200);
		if (status && status != -EAGAIN && status != -ENOSPC)
			atomic_fetch_add(&s->errors, 1);
	}
}

static void run_threads(const struct tiers_options *opts, uint64_t rounds, uint64_t seed)
{
	static struct runner runner[NR_THREADS];
	static struct shared s;
	uint64_t replaced = 0;
	uint32_t i;

	make_shared(&s, opts, seed);
	s.rounds = rounds;
	atomic_store(&s.running, NR_THREADS);
	for (i = 0; i < NR_THREADS; i++) {
		runner[i] = (struct runner){ .shared = &s, .seed = seed + 77 * i };
		assert_int_equal(pthread_create(&runner[i].thread, NULL, run_shared,
						&runner[i]), 0);
	}
	disturb(&s, seed);
	for (i = 0; i < NR_THREADS; i++) {
		pthread_join(runner[i].thread, NULL);
		replaced += runner[i].replaced[1] + runner[i].replaced[2];
	}
	print_message("compiled %" PRIu64 " %" PRIu64 " %" PRIu64 ", failed %" PRIu64
		      ", evicted %" PRIu64 ", replaced %" PRIu64 "\n",
		      tiers_stats(s.tiers).compiled[0], tiers_stats(s.tiers).compiled[1],
		      tiers_stats(s.tiers).compiled[2], tiers_stats(s.tiers).failed,
		      tiers_stats(s.tiers).evicted, replaced);
	assert_int_equal(s.errors, 0);
	assert_int_equal(s.differences, 0);
	assert_true(tiers_stats(s.tiers).compiled[2] > 0);
	tiers_destroy(s.tiers);
	ir_arena_fini(&s.arena);
}

static void test_tiers_change_while_threads_run(void **state)
{
	struct tiers_options opts = options();
	uint64_t rounds = asked("TIERS_ROUNDS", 3000);

	(void)state;
	if (opts.jit.wx == CODE_WX_MPROTECT) {
		skip();
		return;
	}
	opts.background = true;
	run_threads(&opts, rounds, 1);
	opts.poll_us = 100;
	opts.jit.cache_bytes = 256 << 10;
	opts.slice = 64;
	run_threads(&opts, rounds, 1000);
	opts.background = false;
	run_threads(&opts, rounds, 2000);
}

/*
 * What goes wrong.
 */

static void test_tiers_report_a_unit_too_large(void **state)
{
	const struct gen_options gen = { .seed = 3, .nr_insns = 20000, 0 };
	struct tiers_options opts = options();
	static struct world interpreted, tiered;
	struct ir_frame frame = { 0 };
	struct tier_thread *thread;
	struct tier_unit *unit;
	struct ir_arena arena;
	uint64_t failed = 0;
	struct tiers *tiers;
	struct ir_unit ir;
	uint32_t i;

	(void)state;
	opts.jit.cache_bytes = 128 << 10;
	ir_arena_init(&arena, 64u << 20);
	ir_unit_init(&ir, &arena);
	assert_int_equal(gen_unit(&ir, &gen), 0);
	tiers = create(&opts);
	thread = create_thread(tiers);
	assert_int_equal(tiers_add(tiers, &ir, &unit), 0);
	assert_int_equal(tiers_compile(tiers, unit, 1), -ENOSPC);
	assert_int_equal(tiers_compile(tiers, unit, 2), -ENOSPC);
	assert_int_equal(tiers_compile(tiers, unit, 0), -EINVAL);
	assert_int_equal(tiers_compile(tiers, unit, 3), -EINVAL);
	interpret(&ir, &frame, 9, &interpreted);
	for (i = 0; i < 20; i++) {
		assert_int_equal(run(thread, unit, 9, &tiered), 0);
		assert_true(same(ir.flags, &interpreted, &tiered));
		if (i == 9)
			failed = tiers_stats(tiers).failed;
	}
	assert_int_equal(tiers_tier(unit), 0);
	/* Once each, and not again and again. */
	assert_true(failed > 3);
	assert_int_equal(tiers_stats(tiers).failed, failed);
	assert_int_equal(tiers_stats(tiers).last_error, -ENOSPC);
	tier_thread_destroy(thread);
	tiers_destroy(tiers);
	ir_frame_fini(&frame);
	ir_arena_fini(&arena);
}

/* A cache of one segment, whose only code runs. */
static bool compiling_call(void *priv, const struct ir_helper *helper, const union ir_val *arg,
			   union ir_val *result)
{
	struct one *o = priv;
	struct tier_unit *other;

	(void)helper;
	result->d[0] = arg[0].d[0];
	result->d[1] = 0;
	if (arg[0].d[0] != 50)
		return true;
	assert_int_equal(tiers_evict(o->tiers), -EAGAIN);
	assert_int_equal(tiers_add(o->tiers, &o->ir, &other), 0);
	assert_int_equal(tiers_compile(o->tiers, other, 1), -EAGAIN);
	assert_int_equal(tiers_compile(o->tiers, other, 2), -EAGAIN);
	assert_int_equal(tiers_stats(o->tiers).waited, 2);
	assert_int_equal(tiers_tier(o->unit), 0);
	tiers_remove(o->tiers, other);
	return true;
}

static void test_tiers_do_not_wait_for_threads(void **state)
{
	struct tiers_options opts = options();
	struct world w;
	struct one o;

	(void)state;
	if (opts.jit.wx == CODE_WX_MPROTECT) {
		skip();
		return;
	}
	opts.nr_segments = 1;
	begin(&o, &opts, calling);
	assert_int_equal(tiers_compile(o.tiers, o.unit, 2), 0);
	open_world(&w, 1);
	*slot(&w, 1) = 60;
	w.context.call = compiling_call;
	w.context.call_priv = &o;
	assert_int_equal(tiers_run(o.thread, &o.unit, &w.context, &w.leave), 0);
	assert_int_equal(tier_thread_stats(o.thread)->entered[2], 1);
	/* Now nobody is in it. */
	assert_int_equal(tiers_compile(o.tiers, o.unit, 2), 0);
	assert_int_equal(tiers_stats(o.tiers).evicted, 1);
	end(&o);
}

static void test_tiers_refuse_what_cannot_be(void **state)
{
	struct tiers_options opts = options(), bad;
	struct tier_thread *thread;
	struct tiers *tiers;

	(void)state;
	bad = opts;
	bad.max_tier = 3;
	assert_null(tiers_create(&bad));
	assert_int_equal(errno, EINVAL);
	bad = opts;
	bad.nr_segments = TIERS_MAX_SEGMENTS + 1;
	assert_null(tiers_create(&bad));
	bad = opts;
	bad.jit.host = NULL;
	assert_null(tiers_create(&bad));
	assert_int_equal(errno, EINVAL);
	bad = opts;
	bad.jit.wx = CODE_WX_MPROTECT;
	bad.background = true;
	assert_null(tiers_create(&bad));
	assert_int_equal(errno, EINVAL);
	bad.background = false;
	tiers = create(&bad);
	thread = create_thread(tiers);
	assert_null(tier_thread_create(tiers));
	assert_int_equal(errno, EBUSY);
	tier_thread_destroy(thread);
	thread = create_thread(tiers);
	tier_thread_destroy(thread);
	tiers_destroy(tiers);
}

/* State 8 says whether the array at state 16 is looked at, which a guard cannot know. */
static void test_tiers_do_without_guards_that_fail(void **state)
{
	static const char text[] =
		"unit u {\n  state 32\nb0:\n  %a:i64 = ld_state 16\n  %look:i64 = ld_state 8\n"
		"  brcond %look, b1, b2\nb1:\n  %x:i64 = ld.u64 %a, 0\n  %y:i64 = ld.u64 %a, 24\n"
		"  %z:i64 = add %x, %y\n  st.u64 %a, %z, 8\n  br b2\n"
		"b2:\n  exit.jump 0x1000\n}\n";
	struct tiers_options opts = options();
	uint64_t guards = vmb_arch_host()->host_ops->guards, i;
	struct one o;

	(void)state;
	begin(&o, &opts, text);
	for (i = 0; i < 3000; i++)
		compare(&o, 1, CASE_MEM_FIRST);
	assert_int_equal(tiers_tier(o.unit), 2);
	assert_int_equal(tiers_stats(o.tiers).unguarded, 0);
	for (i = 0; i < 3000; i++)
		compare(&o, 0, 8);
	assert_int_equal(tiers_tier(o.unit), 2);
	assert_int_equal(tiers_stats(o.tiers).unguarded, guards);
	for (i = 0; i < 3000; i++)
		compare(&o, ~i & 1, i & 1 ? 8 : CASE_MEM_FIRST + 32);
	assert_int_equal(tiers_stats(o.tiers).unguarded, guards);
	assert_int_equal(tiers_stats(o.tiers).compiled[2], 1 + guards);
	end(&o);
}

static void test_tiers_keep_one_mapping(void **state)
{
	struct tiers_options opts = options();

	(void)state;
	opts.jit.wx = CODE_WX_MPROTECT;
	differ(&opts, 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tiers_climb_by_executions),
		cmocka_unit_test(test_tiers_stop_at_the_highest),
		cmocka_unit_test(test_tiers_replace_the_code_of_a_loop),
		cmocka_unit_test(test_tiers_keep_code_that_runs),
		cmocka_unit_test(test_tiers_count_all_fuel),
		cmocka_unit_test(test_tiers_do_what_the_interpreter_does),
		cmocka_unit_test(test_tiers_do_so_in_a_tiny_cache),
		cmocka_unit_test(test_tiers_change_while_threads_run),
		cmocka_unit_test(test_tiers_report_a_unit_too_large),
		cmocka_unit_test(test_tiers_do_not_wait_for_threads),
		cmocka_unit_test(test_tiers_refuse_what_cannot_be),
		cmocka_unit_test(test_tiers_do_without_guards_that_fail),
		cmocka_unit_test(test_tiers_keep_one_mapping),
	};

	return cmocka_run_group_tests_name("tiers", tests, NULL, NULL);
}
