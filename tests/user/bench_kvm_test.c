// SPDX-License-Identifier: MIT
/* exit/kvm notices an exit too few, an exit for another reason, and a guest that did not turn. */
#include "tests/test.h"

#include "user/bench/exit/exit.h"
#include "user/bench/exit/work.h"

/* Where there is no KVM, or not for this cause, there is nothing to spoil. */
static struct vmb_state ready(const char *cause, uint64_t exit, uint64_t mode)
{
	struct vmb_state st = { .arg = { { cause, exit }, { "mode", mode } }, .nr_args = 2 };
	struct vmb_why why = { 0 };

	if (bench_exit_kvm.supported(&st, &why)) {
		assert_true(strlen(why.text) > 20);
		print_message("%s\n", why.text);
		skip();
	}
	if (bench_exit_kvm.setup(&st)) {
		assert_true(strlen(st.why.text) > 20);
		print_message("%s\n", st.why.text);
		skip();
	}
	return st;
}

static bool is_right(struct vmb_state *st)
{
	struct vmb_why why = { 0 };

	if (!bench_exit_kvm.check(st->priv, &why))
		return true;
	assert_true(strlen(why.text) > 10);
	return false;
}

static void spoil(const char *cause, uint64_t exit, uint64_t mode)
{
	struct vmb_state st = ready(cause, exit, mode);
	struct kvm_work *w = st.priv;

	assert_false(is_right(&st));
	bench_exit_kvm.run(w, 10);
	assert_true(is_right(&st));
	w->done++;
	assert_false(is_right(&st));
	w->done--;
	w->wrong++;
	assert_false(is_right(&st));
	w->wrong--;
	assert_true(is_right(&st));
	bench_exit_kvm.teardown(&st);
}

static void test_hlt(void **state)
{
	(void)state;
	spoil("hlt", VMB_KVM_HLT, VMB_KVM_REAL);
	spoil("hlt", VMB_KVM_HLT, VMB_KVM_LONG);
}

static void test_mmio(void **state)
{
	(void)state;
	spoil("mmio", VMB_KVM_MMIO, VMB_KVM_REAL);
	spoil("mmio", VMB_KVM_MMIO, VMB_KVM_LONG);
}

static void test_cpuid(void **state)
{
	(void)state;
	spoil("cpuid", VMB_KVM_CPUID, VMB_KVM_LONG);
}

/* A vCPU that is told to wait for another reason sees every exit as a wrong one. */
static void test_another_reason(void **state)
{
	struct vmb_state st = ready("io", VMB_KVM_IO, VMB_KVM_REAL);
	struct kvm_work *w = st.priv;

	(void)state;
	w->reason++;
	bench_exit_kvm.run(w, 3);
	assert_int_equal(w->wrong, 3);
	assert_false(is_right(&st));
	bench_exit_kvm.teardown(&st);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hlt),
		cmocka_unit_test(test_mmio),
		cmocka_unit_test(test_cpuid),
		cmocka_unit_test(test_another_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
