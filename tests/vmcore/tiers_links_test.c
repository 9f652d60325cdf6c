// SPDX-License-Identifier: MIT
/* Units of the tiers that lead to each other: links, while code comes and goes. */
#include "tests/vmcore/tiers_fixture.h"

/*
 * Links.
 */

#define NR_RING 6u

/* Unit @i adds to its slot and counts slot 1 down; the exits go to 0x100 * (i + 1), at last to 0x10. */
static void ring_unit(struct ir_unit *unit, struct ir_arena *arena, uint32_t i)
{
	struct ir_insn branch = { .op = IR_brcond, .b = IR_NONE, .c = IR_NONE };
	struct ir_target target[2] = { { 0 } };
	uint32_t left, one, entry;
	struct ir_build build;

	ir_unit_init(unit, arena);
	ir_build_begin(&build, unit);
	unit->state_bytes = 16 + 8 * NR_RING;
	entry = ir_new_block(&build);
	target[0].block = ir_new_block(&build);
	target[1].block = ir_new_block(&build);
	ir_start_block(&build, entry);
	one = ir_const(&build, IR_I64, 1);
	left = ir_binary(&build, IR_sub, IR_I64, ir_get_state(&build, IR_I64, 8), one);
	ir_set_state(&build, 8, left);
	ir_set_state(&build, 16 + 8 * i,
		     ir_binary(&build, IR_add, IR_I64,
			       ir_get_state(&build, IR_I64, 16 + 8 * i), one));
	branch.a = left;
	ir_emit_branch(&build, &branch, target, 2);
	ir_start_block(&build, target[0].block);
	ir_exit_to(&build, IR_EXIT_JUMP, 0x100 * (i + 1));
	ir_start_block(&build, target[1].block);
	ir_exit_to(&build, IR_EXIT_JUMP, 0x10);
	assert_int_equal(ir_build_end(&build), 0);
}

struct ring {
	struct tiers *tiers;
	struct tier_unit *unit[NR_RING];
	struct ir_arena arena;
};

static void make_ring(struct ring *ring, const struct tiers_options *opts)
{
	struct ir_unit unit;
	uint32_t i;

	ring->tiers = create(opts);
	ir_arena_init(&ring->arena, 1 << 20);
	for (i = 0; i < NR_RING; i++) {
		ring_unit(&unit, &ring->arena, i);
		assert_int_equal(tiers_add(ring->tiers, &unit, &ring->unit[i]), 0);
	}
	for (i = 0; i < NR_RING; i++)
		assert_int_equal(tiers_link(ring->tiers, ring->unit[i], 0x100 * (i + 1),
					    ring->unit[(i + 1) % NR_RING]), 0);
}

static void free_ring(struct ring *ring)
{
	tiers_destroy(ring->tiers);
	ir_arena_fini(&ring->arena);
}

/* Run @steps units, going on at the unit that an exit leads to if it is not linked. */
static void run_ring(struct ring *ring, struct tier_thread *thread, uint64_t steps,
		     uint64_t *exits)
{
	uint64_t state[2 + NR_RING] VMB_ALIGNED(16) = { 0, steps };
	struct ir_context context = { .state = state, .state_bytes = sizeof(state), .fuel = FUEL };
	struct tier_unit *unit = ring->unit[0];
	struct ir_leave leave = { .pc = 0 };
	uint64_t i;

	/* Memory of the compiler's options is not asked for here. */
	while (leave.pc != 0x10) {
		assert_int_equal(tiers_run(thread, &unit, &context, &leave), 0);
		assert_int_equal(leave.kind, IR_LEAVE_EXIT);
		unit = ring->unit[leave.pc / 0x100 % NR_RING];
		++*exits;
	}
	for (i = 0; i < NR_RING; i++)
		assert_int_equal(state[2 + i], (steps + NR_RING - 1 - i) / NR_RING);
}

static void test_tiers_links_need_no_dispatcher(void **state)
{
	struct tiers_options opts = options();
	struct tier_thread *thread;
	const struct tier_stats *stats;
	uint64_t exits = 0, entered;
	struct ring ring;
	uint32_t i;

	(void)state;
	opts.jit.flat = false;
	make_ring(&ring, &opts);
	thread = create_thread(ring.tiers);
	stats = tier_thread_stats(thread);
	for (i = 1; i < 200; i++)
		run_ring(&ring, thread, i, &exits);
	assert_int_equal(exits, 199);
	assert_int_equal(tiers_tier(ring.unit[0]), 2);
	entered = stats->entered[2];
	run_ring(&ring, thread, 10000, &exits);
	/* Where the host links, the dispatcher was needed once only. */
	if (opts.jit.host->link_bytes && opts.jit.wx == CODE_WX_DUAL)
		assert_int_equal(stats->entered[2], entered + 1);
	else
		assert_int_equal(stats->entered[2], entered + 10000);
	/* An edge less. */
	exits = 0;
	assert_int_equal(tiers_link(ring.tiers, ring.unit[2], 0x300, NULL), 0);
	run_ring(&ring, thread, 600, &exits);
	assert_int_equal(exits, 101);
	tier_thread_destroy(thread);
	free_ring(&ring);
}

static void test_tiers_links_survive_eviction(void **state)
{
	struct tiers_options opts = options();
	struct tier_thread *thread;
	uint64_t exits = 0;
	struct ring ring;
	uint32_t i;

	(void)state;
	opts.jit.flat = false;
	make_ring(&ring, &opts);
	thread = create_thread(ring.tiers);
	for (i = 1; i < 2000; i++) {
		run_ring(&ring, thread, i, &exits);
		if (i % 7 == 0)
			assert_int_equal(tiers_evict(ring.tiers), 0);
	}
	assert_int_equal(exits, 1999);
	tier_thread_destroy(thread);
	free_ring(&ring);
}

struct ringer {
	struct ring *ring;
	atomic_bool *stop;
	uint64_t exits;
	pthread_t thread;
};

static void *go_round(void *arg)
{
	struct ringer *r = arg;
	struct tier_thread *thread = create_thread(r->ring->tiers);
	uint64_t i;

	for (i = 0; !atomic_load(r->stop); i++)
		run_ring(r->ring, thread, 1 + i % 500, &r->exits);
	tier_thread_destroy(thread);
	return NULL;
}

/* Units that stand in for one of the ring come and go while threads go round. */
static void test_tiers_units_go_while_threads_run(void **state)
{
	struct tiers_options opts = options();
	struct ringer ringer[2];
	atomic_bool stop = false;
	struct tier_unit *guest;
	struct ir_unit unit;
	struct ring ring;
	uint64_t seed = 5;
	uint32_t i;

	(void)state;
	if (opts.jit.wx == CODE_WX_MPROTECT) {
		skip();
		return;
	}
	opts.jit.flat = false;
	opts.background = true;
	make_ring(&ring, &opts);
	for (i = 0; i < 2; i++) {
		ringer[i] = (struct ringer){ .ring = &ring, .stop = &stop };
		assert_int_equal(pthread_create(&ringer[i].thread, NULL, go_round, &ringer[i]), 0);
	}
	for (i = 0; i < 3000; i++) {
		uint32_t n = (uint32_t)next_random(&seed) % NR_RING;

		uint32_t before = (n + NR_RING - 1) % NR_RING;

		ring_unit(&unit, &ring.arena, n);
		assert_int_equal(tiers_add(ring.tiers, &unit, &guest), 0);
		assert_int_equal(tiers_link(ring.tiers, guest, 0x100 * (n + 1),
					    ring.unit[(n + 1) % NR_RING]), 0);
		assert_int_equal(tiers_link(ring.tiers, ring.unit[before], 0x100 * (before + 1),
					    guest), 0);
		tiers_compile(ring.tiers, guest, 1 + i % 2);
		if (i % 8 == 0)
			usleep(100);
		if (i % 16 == 0)
			tiers_evict(ring.tiers);
		tiers_remove(ring.tiers, guest);
		assert_int_equal(tiers_link(ring.tiers, ring.unit[before], 0x100 * (before + 1),
					    ring.unit[n]), 0);
		ir_arena_reset(&ring.arena);
	}
	atomic_store(&stop, true);
	for (i = 0; i < 2; i++)
		pthread_join(ringer[i].thread, NULL);
	free_ring(&ring);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tiers_links_need_no_dispatcher),
		cmocka_unit_test(test_tiers_links_survive_eviction),
		cmocka_unit_test(test_tiers_units_go_while_threads_run),
	};

	return cmocka_run_group_tests_name("tiers_links", tests, NULL, NULL);
}
