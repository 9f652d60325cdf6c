// SPDX-License-Identifier: MIT
/* Links between compiled units: that they go where they should, and stop when they must. */
#include "tests/test.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "arch/registry.h"
#include "tests/vmcore/case.h"
#include "vmcore/ir/build.h"
#include "vmcore/jit/link.h"

#define FUEL 1000000u

struct linked {
	struct jit_code code;
	struct jit_links links;
};

struct world {
	struct jit jit;
	struct ir_arena arena;
	bool tier2;
};

static struct jit_options options(void)
{
	return (struct jit_options){
		.host = vmb_arch_host()->host_ops, .native = vmb_native()->host_native,
		.cache_bytes = 1 << 20, .links = true, .evict = true,
	};
}

static void begin(struct world *w)
{
	struct jit_options o = options();

	*w = (struct world){ .tier2 = false };
	if (!o.host || !o.native || !o.host->link_bytes) {
		skip();
		return;
	}
	assert_int_equal(jit_init(&w->jit, &o), 0);
	assert_true(w->jit.links);
	ir_arena_init(&w->arena, 1 << 20);
}

static void end(struct world *w)
{
	jit_fini(&w->jit);
	ir_arena_fini(&w->arena);
}

/* state[slot] += add; then to @pc. With @fp there is a float in it, with @bytes more state. */
static void make(struct world *w, struct linked *l, uint32_t slot, uint64_t add, uint64_t pc,
		 uint32_t bytes, bool fp)
{
	struct ir_build build;
	struct ir_unit unit;
	uint32_t sum, zero;

	ir_unit_init(&unit, &w->arena);
	ir_build_begin(&build, &unit);
	unit.state_bytes = bytes;
	ir_start_block(&build, ir_new_block(&build));
	sum = ir_binary(&build, IR_add, IR_I64, ir_get_state(&build, IR_I64, slot),
			ir_const(&build, IR_I64, add));
	ir_set_state(&build, slot, sum);
	if (fp) {
		zero = ir_const(&build, IR_F64, 0);
		ir_set_state(&build, 24, ir_binary(&build, IR_fadd, IR_F64, zero, zero));
	}
	ir_exit_to(&build, IR_EXIT_JUMP, pc);
	assert_int_equal(ir_build_end(&build), 0);
	assert_int_equal((w->tier2 ? jit_compile_tier2 : jit_compile)(&w->jit, &unit, &l->code,
								      NULL), 0);
	assert_int_equal(jit_links_init(&l->links, &w->jit, &unit, &l->code), 0);
	assert_int_equal(l->links.nr_exits, 1);
	assert_int_equal(l->links.exit[0].pc, pc);
}

static uint64_t run(struct world *w, const struct linked *l, uint64_t *state, uint64_t fuel,
		    const struct jit_code **last)
{
	struct ir_context context = { .state = state, .state_bytes = 32, .fuel = fuel };
	struct jit_runner runner = { 0 };
	struct ir_leave leave;

	assert_int_equal(jit_run(&w->jit, &l->code, &context, &runner, &leave), 0);
	assert_int_equal(leave.kind, IR_LEAVE_EXIT);
	assert_int_equal(leave.code, IR_EXIT_JUMP);
	*last = runner.frame->code;
	jit_runner_fini(&runner);
	return leave.pc;
}

static void test_link_leads_to_the_unit(void **state)
{
	uint64_t guest[4] VMB_ALIGNED(16) = { 0 };
	const struct jit_code *last;
	struct linked a, b, c;
	struct world w;
	int tier2;

	(void)state;
	begin(&w);
	for (tier2 = 0; tier2 < 2; tier2++) {
		memset(guest, 0, sizeof(guest));
		w.tier2 = tier2;
		make(&w, &a, 0, 1, 0x100, 32, false);
		make(&w, &b, 8, 1, 0x200, 32, false);
		make(&w, &c, 16, 1, 0x300, 32, false);
		assert_int_equal(run(&w, &a, guest, FUEL, &last), 0x100);
		assert_ptr_equal(last, &a.code);
		assert_int_equal(jit_link(&a.links, 0x999, &b.links), 0);
		assert_int_equal(jit_link(&a.links, 0x100, &b.links), 1);
		assert_int_equal(jit_link(&b.links, 0x200, &c.links), 1);
		assert_int_equal(run(&w, &a, guest, FUEL, &last), 0x300);
		assert_ptr_equal(last, &c.code);
		assert_int_equal(jit_link(&a.links, 0x100, &c.links), 1);
		assert_int_equal(run(&w, &a, guest, FUEL, &last), 0x300);
		jit_unlink(&c.links);
		assert_int_equal(run(&w, &a, guest, FUEL, &last), 0x100);
		assert_int_equal(run(&w, &b, guest, FUEL, &last), 0x200);
		assert_int_equal(guest[0], 4);
		assert_int_equal(guest[1], 2);
		assert_int_equal(guest[2], 2);
		assert_null(a.links.incoming);
		assert_null(b.links.incoming);
		jit_links_fini(&a.links);
		jit_links_fini(&b.links);
		jit_links_fini(&c.links);
	}
	end(&w);
}

static void test_link_circle_ends_with_the_fuel(void **state)
{
	uint64_t guest[4] VMB_ALIGNED(16) = { 0 };
	const struct jit_code *last;
	struct linked a, b;
	struct world w;
	uint64_t pc;

	(void)state;
	begin(&w);
	make(&w, &a, 0, 1, 0x100, 32, false);
	make(&w, &b, 8, 1, 0x200, 32, false);
	jit_link(&a.links, 0x100, &b.links);
	jit_link(&b.links, 0x200, &a.links);
	pc = run(&w, &a, guest, 1000, &last);
	assert_int_equal(pc, last == &a.code ? 0x100 : 0x200);
	assert_in_range(guest[0] + guest[1], 1000 / 5, 1000 / 5 + 2);
	assert_true(guest[0] - guest[1] <= 1);
	/* One that goes to itself. */
	assert_int_equal(jit_link(&a.links, 0x100, &a.links), 1);
	assert_int_equal(run(&w, &a, guest, 1000, &last), 0x100);
	jit_unlink(&a.links);
	assert_null(a.links.incoming);
	assert_int_equal(run(&w, &b, guest, 1000, &last), 0x200);
	jit_links_fini(&a.links);
	jit_links_fini(&b.links);
	end(&w);
}

static void test_link_refuses_what_needs_more(void **state)
{
	struct linked small, large, fp;
	struct world w;

	(void)state;
	begin(&w);
	make(&w, &small, 0, 1, 0x100, 8, false);
	make(&w, &large, 0, 1, 0x100, 32, false);
	make(&w, &fp, 0, 1, 0x100, 32, true);
	assert_int_equal(jit_link(&small.links, 0x100, &large.links), 0);
	assert_int_equal(jit_link(&large.links, 0x100, &small.links), 1);
	assert_int_equal(jit_link(&large.links, 0x100, &fp.links), 0);
	assert_int_equal(jit_link(&fp.links, 0x100, &large.links), 0);
	assert_int_equal(jit_link(&fp.links, 0x100, &fp.links), 1);
	large.code.nr_slots = JIT_LINK_SLOTS + 1;
	assert_int_equal(jit_link(&large.links, 0x100, &large.links), 0);
	jit_links_fini(&small.links);
	jit_links_fini(&large.links);
	jit_links_fini(&fp.links);
	end(&w);
}

static void test_link_is_absent_where_code_is_not_mapped_twice(void **state)
{
	struct jit_options o = options();
	struct jit jit;

	(void)state;
	if (!o.host) {
		skip();
		return;
	}
	o.wx = CODE_WX_MPROTECT;
	assert_int_equal(jit_init(&jit, &o), 0);
	assert_false(jit.links);
	jit_fini(&jit);
}

/* Links change while a thread goes by them. */
struct traveller {
	struct world *w;
	const struct linked *from;
	atomic_bool stop;
	uint64_t guest[4] VMB_ALIGNED(16);
	uint64_t rounds, arrived[3];
};

static void *travel(void *arg)
{
	struct traveller *t = arg;
	const struct jit_code *last;

	while (!atomic_load(&t->stop)) {
		uint64_t pc = run(t->w, t->from, t->guest, FUEL, &last);

		t->arrived[pc / 0x100 - 1]++;
		t->rounds++;
	}
	return NULL;
}

static void test_link_changes_while_threads_run(void **state)
{
	static struct traveller t;
	struct linked a, b, c;
	pthread_t thread;
	struct world w;
	uint32_t i;

	(void)state;
	begin(&w);
	make(&w, &a, 0, 1, 0x100, 32, false);
	make(&w, &b, 8, 1, 0x200, 32, false);
	make(&w, &c, 16, 1, 0x300, 32, false);
	t = (struct traveller){ .w = &w, .from = &a };
	assert_int_equal(pthread_create(&thread, NULL, travel, &t), 0);
	for (i = 0; i < 300000; i++) {
		if (i % 3 == 2)
			jit_unlink(&a.links);
		else
			jit_link(&a.links, 0x100, i % 3 ? &b.links : &c.links);
	}
	atomic_store(&t.stop, true);
	pthread_join(thread, NULL);
	assert_int_equal(t.guest[0], t.rounds);
	assert_int_equal(t.guest[1], t.arrived[1]);
	assert_int_equal(t.guest[2], t.arrived[2]);
	jit_links_fini(&a.links);
	jit_links_fini(&b.links);
	jit_links_fini(&c.links);
	end(&w);
}

/* What units that can be linked do is what others do. */
struct engine {
	struct jit jit;
	struct jit_code code;
	struct jit_runner runner;
	bool tier2;
};

static int begin_case(void *priv, struct ir_unit *unit)
{
	struct engine *e = priv;

	return (e->tier2 ? jit_compile_tier2 : jit_compile)(&e->jit, unit, &e->code, NULL);
}

static int run_case(void *priv, const struct ir_unit *unit, struct ir_context *context,
		    struct ir_leave *leave)
{
	struct engine *e = priv;

	(void)unit;
	return jit_run(&e->jit, &e->code, context, &e->runner, leave);
}

static void test_link_keeps_every_case(void **state)
{
	struct jit_options o = options();
	struct case_count count = { 0 };
	struct engine e = { .tier2 = false };
	struct case_engine engine = { .name = "linkable", .priv = &e, .begin = begin_case,
				      .run = run_case, .other_fuel = true };

	(void)state;
	if (!o.host || !o.native) {
		skip();
		return;
	}
	assert_int_equal(jit_init(&e.jit, &o), 0);
	case_run_dir("tests/vmcore/ir", &engine, &count, stderr);
	e.tier2 = true;
	case_run_dir("tests/vmcore/ir", &engine, &count, stderr);
	assert_int_equal(count.failed, 0);
	assert_true(count.cases >= 600);
	jit_runner_fini(&e.runner);
	jit_fini(&e.jit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_link_leads_to_the_unit),
		cmocka_unit_test(test_link_circle_ends_with_the_fuel),
		cmocka_unit_test(test_link_refuses_what_needs_more),
		cmocka_unit_test(test_link_is_absent_where_code_is_not_mapped_twice),
		cmocka_unit_test(test_link_changes_while_threads_run),
		cmocka_unit_test(test_link_keeps_every_case),
	};

	return cmocka_run_group_tests_name("link", tests, NULL, NULL);
}
