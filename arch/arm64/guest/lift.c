// SPDX-License-Identifier: MIT
#include "arch/arm64/guest/lift.h"

#include <elf.h>
#include <errno.h>
#include <string.h>

#include "arch/arm64/guest/cipher.h"
#include "arch/arm64/guest/guest.h"
#include "arch/arm64/guest/signal.h"

/* How far back a64_test() looks for what set the flags. */
#define LOOK_BACK 64u

/* AT_HWCAP. Source: Linux, arch/arm64/include/uapi/asm/hwcap.h. */
#define HWCAP_FP      (1u << 0)
#define HWCAP_ASIMD   (1u << 1)
#define HWCAP_AES     (1u << 3)
#define HWCAP_PMULL   (1u << 4)
#define HWCAP_SHA1    (1u << 5)
#define HWCAP_SHA2    (1u << 6)
#define HWCAP_CRC32   (1u << 7)
#define HWCAP_ATOMICS (1u << 8)
#define HWCAP_LRCPC   (1u << 15)

uint32_t a64_bfx(const struct a64 *t, unsigned int op, unsigned int type, uint32_t a,
		 unsigned int pos, unsigned int len)
{
	if (pos == 0 && len == a64_width(type))
		return a;
	return a64_emit(t, (struct ir_insn){ .op = (uint8_t)op, .type = (uint8_t)type, .a = a,
					     .b = IR_NONE, .c = IR_NONE, .lo = pos, .hi = len });
}

uint32_t a64_shift(const struct a64 *t, unsigned int op, unsigned int type, uint32_t a,
		   unsigned int by)
{
	return by ? a64_op2(t, op, type, a, a64_const(t, type, by)) : a;
}

uint32_t a64_xsp(const struct a64 *t, unsigned int type, uint32_t n)
{
	uint32_t value = ir_get_state(t->build, IR_I64, A64_STATE_X(n));

	return type == IR_I64 ? value : a64_op1(t, IR_trunc, type, value);
}

uint32_t a64_x(const struct a64 *t, unsigned int type, uint32_t n)
{
	return n == 31 ? a64_const(t, type, 0) : a64_xsp(t, type, n);
}

void a64_set_xsp(const struct a64 *t, unsigned int type, uint32_t n, uint32_t value)
{
	if (type != IR_I64)
		value = a64_op1(t, IR_zext, IR_I64, value);
	ir_set_state(t->build, A64_STATE_X(n), value);
}

void a64_set_x(const struct a64 *t, unsigned int type, uint32_t n, uint32_t value)
{
	if (n != 31)
		a64_set_xsp(t, type, n, value);
}

void a64_set_flags(const struct a64 *t, const struct a64_flags *flags)
{
	ir_set_state(t->build, A64_STATE(v), flags->v);
	ir_set_state(t->build, A64_STATE(c), flags->c);
	ir_set_state(t->build, A64_STATE(z), flags->z);
	ir_set_state(t->build, A64_STATE(n), flags->n);
}

struct a64_flags a64_get_flags(const struct a64 *t)
{
	return (struct a64_flags){
		.n = ir_get_state(t->build, IR_I8, A64_STATE(n)),
		.z = ir_get_state(t->build, IR_I8, A64_STATE(z)),
		.c = ir_get_state(t->build, IR_I8, A64_STATE(c)),
		.v = ir_get_state(t->build, IR_I8, A64_STATE(v)),
	};
}

static uint32_t flag(const struct a64 *t, unsigned int op, unsigned int which, uint32_t a, uint32_t b)
{
	return a64_emit(t, (struct ir_insn){ .op = (uint8_t)op, .type = IR_I8,
					     .aux = (uint8_t)which, .a = a, .b = b, .c = IR_NONE });
}

struct a64_flags a64_flags_sub(const struct a64 *t, uint32_t a, uint32_t b)
{
	return (struct a64_flags){
		.n = flag(t, IR_flag_sub, IR_FLAG_N, a, b),
		.z = a64_cmp(t, IR_EQ, a, b),
		.c = a64_cmp(t, IR_UGE, a, b),
		.v = flag(t, IR_flag_sub, IR_FLAG_V, a, b),
	};
}

struct a64_flags a64_flags_add(const struct a64 *t, uint32_t a, uint32_t b)
{
	return (struct a64_flags){
		.n = flag(t, IR_flag_add, IR_FLAG_N, a, b),
		.z = flag(t, IR_flag_add, IR_FLAG_Z, a, b),
		.c = flag(t, IR_flag_add, IR_FLAG_C, a, b),
		.v = flag(t, IR_flag_add, IR_FLAG_V, a, b),
	};
}

struct a64_flags a64_flags_logic(const struct a64 *t, uint32_t result)
{
	uint32_t zero = a64_const(t, IR_I8, 0);

	return (struct a64_flags){
		.n = flag(t, IR_flag_res, IR_FLAG_N, result, IR_NONE),
		.z = flag(t, IR_flag_res, IR_FLAG_Z, result, IR_NONE),
		.c = zero,
		.v = zero,
	};
}

struct a64_flags a64_flags_const(const struct a64 *t, unsigned int nzcv)
{
	return (struct a64_flags){
		.n = a64_const(t, IR_I8, nzcv >> 3 & 1),
		.z = a64_const(t, IR_I8, nzcv >> 2 & 1),
		.c = a64_const(t, IR_I8, nzcv >> 1 & 1),
		.v = a64_const(t, IR_I8, nzcv & 1),
	};
}

/* The instruction in the open block whose value is flag n now; NULL if it is further away. */
static const struct ir_insn *flags_source(const struct a64 *t)
{
	const struct ir_unit *unit = t->build->unit;
	uint32_t first, i;

	if (t->build->error || t->build->open == IR_NONE)
		return NULL;
	first = unit->block[t->build->open].first;
	if (unit->nr_insns - first > LOOK_BACK)
		first = unit->nr_insns - LOOK_BACK;
	for (i = unit->nr_insns; i-- > first;) {
		if (unit->insn[i].op == IR_st_state && unit->insn[i].imm == A64_STATE(n))
			return &unit->insn[unit->insn[i].a];
	}
	return NULL;
}

/* Conditions 0, 2 .. 12 behind a comparison of integers; V and N alone need their flag. */
static bool test_of_sub(const struct ir_insn *source, unsigned int cond, struct a64_test *test)
{
	static const int8_t map[] = { IR_EQ, IR_UGE, -1, -1, IR_UGT, IR_SGE, IR_SGT };

	if (source->op != IR_flag_sub || source->aux != IR_FLAG_N || map[cond] < 0)
		return false;
	*test = (struct a64_test){ (unsigned int)map[cond], source->a, source->b };
	return true;
}

static uint32_t false_value(const struct a64 *t)
{
	return a64_const(t, IR_I8, 0);
}

/* Behind a logical operation C and V are 0. */
static bool test_of_logic(const struct a64 *t, const struct ir_insn *source, unsigned int cond,
			  struct a64_test *test)
{
	static const int8_t map[] = { IR_EQ, -1, IR_SLT, -1, -1, IR_SGE, IR_SGT };
	const struct ir_insn *result;
	uint32_t a = source->a;

	if (source->op != IR_flag_res)
		return false;
	if (map[cond] < 0) {
		uint32_t zero = false_value(t);

		*test = (struct a64_test){ IR_NE, zero, zero };
		return true;
	}
	result = &t->build->unit->insn[a];
	if (map[cond] == IR_EQ && result->op == IR_and)
		*test = (struct a64_test){ IR_TSN, result->a, result->b };
	else
		*test = (struct a64_test){ (unsigned int)map[cond], a,
					   a64_const(t, result->type, 0) };
	return true;
}

/* Floating-point comparison: N less, Z equal, C not less, V unordered. */
static bool test_of_fcmp(const struct a64 *t, const struct ir_insn *source, unsigned int cond,
			 struct a64_test *test)
{
	static const uint8_t map[] = { IR_F_OEQ, IR_F_UGE, IR_F_OLT, IR_F_UNO, IR_F_UGT, IR_F_OGE,
				       IR_F_OGT };
	struct ir_insn compare;

	if (source->op != IR_fcmp)
		return false;
	compare = *source;
	compare.aux = map[cond];
	test->a = a64_emit(t, compare);
	test->b = false_value(t);
	test->cond = IR_NE;
	return true;
}

static struct a64_test test_of_flags(const struct a64 *t, unsigned int cond)
{
	struct a64_flags f;
	uint32_t differ;

	if (cond < 4) {
		static const uint32_t slot[] = { A64_STATE(z), A64_STATE(c), A64_STATE(n),
						 A64_STATE(v) };

		return (struct a64_test){ IR_NE, ir_get_state(t->build, IR_I8, slot[cond]),
					  false_value(t) };
	}
	f = a64_get_flags(t);
	if (cond == 4)
		return (struct a64_test){ IR_UGT, f.c, f.z };
	if (cond == 5)
		return (struct a64_test){ IR_EQ, f.n, f.v };
	differ = a64_op2(t, IR_xor, IR_I8, f.n, f.v);
	return (struct a64_test){ IR_EQ, a64_op2(t, IR_or, IR_I8, differ, f.z), false_value(t) };
}

struct a64_test a64_test(const struct a64 *t, unsigned int cond)
{
	const struct ir_insn *found = flags_source(t);
	struct ir_insn source = { .op = IR_param };
	struct a64_test test;

	/* A copy, since what is appended may move the array. */
	if (found)
		source = *found;
	if (!test_of_sub(&source, cond / 2, &test) && !test_of_logic(t, &source, cond / 2, &test) &&
	    !test_of_fcmp(t, &source, cond / 2, &test))
		test = test_of_flags(t, cond / 2);
	test.cond ^= cond & 1;
	return test;
}

uint32_t a64_holds(const struct a64 *t, unsigned int cond)
{
	struct a64_test test;

	if (cond >= 14)
		return a64_const(t, IR_I8, 1);
	test = a64_test(t, cond);
	return a64_cmp(t, test.cond, test.a, test.b);
}

void a64_leave(const struct a64 *t, unsigned int reason, uint64_t target)
{
	ir_exit_to(t->build, reason, target);
	t->lift->ends = true;
}

void a64_jump(const struct a64 *t, uint64_t target)
{
	struct ir_target to = { .block = t->lift->block(t->lift, target) };

	ir_emit_branch(t->build, &(struct ir_insn){ .op = IR_br, .a = IR_NONE, .b = IR_NONE,
						    .c = IR_NONE }, &to, 1);
	t->lift->ends = true;
}

void a64_branch(const struct a64 *t, const struct a64_test *test, uint64_t target)
{
	struct ir_target to[] = { { .block = t->lift->block(t->lift, target) },
				  { .block = t->lift->block(t->lift, t->pc + 4) } };

	ir_emit_branch(t->build,
		       &(struct ir_insn){ .op = IR_brcmp, .aux = (uint8_t)test->cond, .a = test->a,
					  .b = test->b, .c = IR_NONE }, to, 2);
	t->lift->ends = true;
}

static int lift_word(struct guest_lift *lift, uint64_t pc, uint32_t word)
{
	const struct a64_insn *insn = a64_decode(word);
	struct a64 t = { .lift = lift, .build = lift->build, .pc = pc, .word = word };
	uint32_t first = lift->build->unit->nr_insns;

	if (!insn)
		return -EILSEQ;
	t.arg = insn->arg;
	ir_guest_pc(t.build, pc);
	if (insn->lift(&t))
		return 4;
	ir_take_back(lift->build, first);
	return -EILSEQ;
}

/* A jump goes wherever it is told to; what it finds there is no instruction. */
static int misaligned(struct guest_lift *lift, uint64_t pc)
{
	ir_guest_pc(lift->build, pc);
	ir_emit(lift->build, &(struct ir_insn){ .op = IR_trap, .aux = IR_TRAP_UNALIGNED, .a = IR_NONE,
						.b = IR_NONE, .c = IR_NONE, .imm = pc });
	lift->ends = true;
	return 4;
}

static int lift(struct guest_lift *lift, const struct guest_code *code)
{
	uint32_t word;

	lift->ends = false;
	if (code->pc % 4)
		return misaligned(lift, code->pc);
	if (code->nr_bytes < sizeof(word))
		return 0;
	memcpy(&word, code->bytes, sizeof(word));
	return lift_word(lift, code->pc, word);
}

static const struct guest_linux linux_abi = {
	.elf_machine = EM_AARCH64,
	.machine = "aarch64",
	.platform = "aarch64",
	.hwcap = HWCAP_FP | HWCAP_ASIMD | HWCAP_AES | HWCAP_PMULL | HWCAP_SHA1 | HWCAP_SHA2 |
		 HWCAP_CRC32 | HWCAP_ATOMICS | HWCAP_LRCPC,
	.number = A64_STATE_X(8),
	.arg = { A64_STATE_X(0), A64_STATE_X(1), A64_STATE_X(2), A64_STATE_X(3), A64_STATE_X(4),
		 A64_STATE_X(5) },
	.result = A64_STATE_X(0),
	.sp = A64_STATE_X(A64_SP),
	.tls = A64_STATE(tpidr),
	.o_direct = 0200000,
	.o_directory = 040000,
	.o_nofollow = 0100000,
	.o_largefile = 0400000,
	.signal = &a64_guest_signal,
};

const struct guest_ops guest_ops_arm64 = {
	.name = "arm64",
	.state_bytes = sizeof(struct a64_state),
	.pc_offset = A64_STATE(pc),
	.nan = IR_NAN_A64,
	.max_insn_bytes = 4,
	.unit_flags = IR_UNIT_FPFLAGS,
	.linux_abi = &linux_abi,
	.call = a64_helper,
	.lift = lift,
};
