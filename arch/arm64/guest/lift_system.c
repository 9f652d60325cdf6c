// SPDX-License-Identifier: MIT
/*
 * Hints, barriers, cache maintenance and the system registers that user space may use. Source: Arm
 * ARM (DDI 0487), C5 "The A64 System instruction class", D19.2 "AArch64 System registers".
 */
#include "arch/arm64/guest/insns.h"

/* CTR_EL0: lines of 64 bytes for data and instructions, PIPT, exclusives and write-back granule of
 * 64 bytes; IDC and DIC are 0, so that programs announce new code.
 */
#define CTR_VALUE UINT64_C(0x84448004)
/* DCZID_EL0: DC ZVA zeroes 2^4 words. */
#define DCZID_VALUE 4u
#define ZVA_BYTES   64u

/* FPCR.RMode, and the bits that choose arithmetic which is not done here: AH, FIZ, NEP, FZ16, FZ,
 * DN, AHP. The others read as zero.
 */
#define FPCR_RMODE_SHIFT 22
#define FPCR_OTHER	 UINT64_C(0x07080007)
#define FPSR_QC_SHIFT	 27

/* op0 op1 CRn CRm op2 as bits 20..5 of MRS and MSR hold them. */
#define SYSREG(op0, op1, crn, crm, op2)                                                            \
	((op0) << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | (op2))
#define NZCV	   SYSREG(3, 3, 4, 2, 0)
#define FPCR	   SYSREG(3, 3, 4, 4, 0)
#define FPSR	   SYSREG(3, 3, 4, 4, 1)
#define CTR_EL0	   SYSREG(3, 3, 0, 0, 1)
#define DCZID_EL0  SYSREG(3, 3, 0, 0, 7)
#define TPIDR_EL0  SYSREG(3, 3, 13, 0, 2)
#define TPIDRRO_EL0 SYSREG(3, 3, 13, 0, 3)

bool a64_nop(const struct a64 *t)
{
	(void)t;
	return true;
}

/* YIELD, WFE and WFI let others run; every other hint may be ignored. */
bool a64_hint(const struct a64 *t)
{
	unsigned int hint = a64_bits(t, 5, 7);

	if (hint >= 1 && hint <= 3)
		a64_leave(t, IR_EXIT_YIELD, t->pc + 4);
	return true;
}

bool a64_clrex(const struct a64 *t)
{
	ir_set_state(t->build, A64_STATE(monitor), a64_const(t, IR_I64, 0));
	return true;
}

/* DMB and DSB: by the low bits of CRm loads, stores, or all. */
bool a64_barrier(const struct a64 *t)
{
	static const uint8_t pairs[] = {
		IR_FENCE_RR | IR_FENCE_RW | IR_FENCE_WR | IR_FENCE_WW,
		IR_FENCE_RR | IR_FENCE_RW,
		IR_FENCE_WW,
		IR_FENCE_RR | IR_FENCE_RW | IR_FENCE_WR | IR_FENCE_WW,
	};

	a64_emit(t, (struct ir_insn){ .op = IR_fence, .aux = pairs[a64_bits(t, 8, 2)],
				      .a = IR_NONE, .b = IR_NONE, .c = IR_NONE });
	return true;
}

/* Zeroes the block that holds the address. */
bool a64_dc_zva(const struct a64 *t)
{
	uint32_t address = a64_op2(t, IR_and, IR_I64, a64_x(t, IR_I64, a64_rd(t)),
				   a64_const(t, IR_I64, ~(uint64_t)(ZVA_BYTES - 1)));
	uint32_t zero = a64_const_v(t, 0, 0);
	int32_t at;

	for (at = 0; at < (int32_t)ZVA_BYTES; at += 16)
		ir_store(t->build, 4, address, at, zero);
	return true;
}

/* What was translated may be stale. */
bool a64_ic_ivau(const struct a64 *t)
{
	a64_leave(t, IR_EXIT_ICACHE, t->pc + 4);
	return true;
}

static uint32_t widen(const struct a64 *t, uint32_t value)
{
	return a64_op1(t, IR_zext, IR_I64, value);
}

static uint32_t read_nzcv(const struct a64 *t)
{
	struct a64_flags f = a64_get_flags(t);
	uint32_t value = a64_shift(t, IR_shl, IR_I64, widen(t, f.n), 31);

	value = a64_op2(t, IR_or, IR_I64, value, a64_shift(t, IR_shl, IR_I64, widen(t, f.z), 30));
	value = a64_op2(t, IR_or, IR_I64, value, a64_shift(t, IR_shl, IR_I64, widen(t, f.c), 29));
	return a64_op2(t, IR_or, IR_I64, value, a64_shift(t, IR_shl, IR_I64, widen(t, f.v), 28));
}

static uint32_t nzcv_bit(const struct a64 *t, uint32_t value, unsigned int bit)
{
	return a64_op1(t, IR_trunc, IR_I8, a64_bfx(t, IR_ubfx, IR_I64, value, bit, 1));
}

static void write_nzcv(const struct a64 *t, uint32_t value)
{
	struct a64_flags f = {
		.n = nzcv_bit(t, value, 31),
		.z = nzcv_bit(t, value, 30),
		.c = nzcv_bit(t, value, 29),
		.v = nzcv_bit(t, value, 28),
	};

	a64_set_flags(t, &f);
}

static uint32_t nothing(const struct a64 *t, unsigned int op, unsigned int type)
{
	return a64_emit(t, (struct ir_insn){ .op = (uint8_t)op, .type = (uint8_t)type,
					     .a = IR_NONE, .b = IR_NONE, .c = IR_NONE });
}

/* The modes: nearest, up, down, zero there; nearest, zero, down, up here. Each is minus the other. */
static uint32_t read_fpcr(const struct a64 *t)
{
	uint32_t mode = a64_op1(t, IR_neg, IR_I32, nothing(t, IR_get_rm, IR_I32));

	mode = a64_op2(t, IR_and, IR_I32, mode, a64_const(t, IR_I32, 3));
	return widen(t, a64_shift(t, IR_shl, IR_I32, mode, FPCR_RMODE_SHIFT));
}

/* Ends the block: what follows must not be moved before it, and other arithmetic is a trap. */
static void write_fpcr(const struct a64 *t, uint32_t value)
{
	struct ir_target to[] = { { .block = ir_new_block(t->build) },
				  { .block = ir_new_block(t->build) } };
	uint32_t other = a64_const(t, IR_I64, FPCR_OTHER);
	uint32_t mode;

	ir_emit_branch(t->build, &(struct ir_insn){ .op = IR_brcmp, .aux = IR_TST, .a = value,
						    .b = other, .c = IR_NONE }, to, 2);
	ir_start_block(t->build, to[0].block);
	a64_emit(t, (struct ir_insn){ .op = IR_trap, .aux = IR_TRAP_ILLEGAL, .a = IR_NONE,
				      .b = IR_NONE, .c = IR_NONE, .imm = t->pc });
	ir_start_block(t->build, to[1].block);
	mode = a64_bfx(t, IR_ubfx, IR_I64, value, FPCR_RMODE_SHIFT, 2);
	mode = a64_op1(t, IR_neg, IR_I32, a64_op1(t, IR_trunc, IR_I32, mode));
	a64_emit(t, (struct ir_insn){ .op = IR_set_rm, .a = mode, .b = IR_NONE, .c = IR_NONE });
	a64_jump(t, t->pc + 4);
}

/* The five flags in the reverse order. */
static uint32_t reverse_flags(const struct a64 *t, uint32_t flags)
{
	return a64_shift(t, IR_shr, IR_I32, a64_op1(t, IR_bitrev, IR_I32, flags), 27);
}

static uint32_t read_fpsr(const struct a64 *t)
{
	uint32_t flags = widen(t, reverse_flags(t, nothing(t, IR_get_fpflags, IR_I32)));
	uint32_t qc = ir_get_state(t->build, IR_V128, A64_STATE(qc));

	qc = a64_op2(t, IR_or, IR_I64, a64_extract(t, IR_I64X2, qc, 0),
		     a64_extract(t, IR_I64X2, qc, 1));
	qc = ir_compare(t->build, IR_NE, IR_I64, qc, a64_const(t, IR_I64, 0));
	return a64_op2(t, IR_or, IR_I64, flags, a64_shift(t, IR_shl, IR_I64, qc, FPSR_QC_SHIFT));
}

static void write_fpsr(const struct a64 *t, uint32_t value)
{
	uint32_t qc = a64_bfx(t, IR_ubfx, IR_I64, value, FPSR_QC_SHIFT, 1);

	value = reverse_flags(t, a64_op1(t, IR_trunc, IR_I32, value));
	a64_emit(t, (struct ir_insn){ .op = IR_set_fpflags, .a = value, .b = IR_NONE,
				      .c = IR_NONE });
	ir_set_state(t->build, A64_STATE(qc), a64_move0(t, IR_I64X2, qc));
}

static uint32_t read_ctr(const struct a64 *t)
{
	return a64_const(t, IR_I64, CTR_VALUE);
}

static uint32_t read_dczid(const struct a64 *t)
{
	return a64_const(t, IR_I64, DCZID_VALUE);
}

static uint32_t read_tpidr(const struct a64 *t)
{
	return ir_get_state(t->build, IR_I64, A64_STATE(tpidr));
}

static void write_tpidr(const struct a64 *t, uint32_t value)
{
	ir_set_state(t->build, A64_STATE(tpidr), value);
}

/* Linux keeps 0 there. */
static uint32_t read_tpidrro(const struct a64 *t)
{
	return a64_const(t, IR_I64, 0);
}

/* @write: NULL if it is read-only; @ends: writing ends the block. */
struct sysreg {
	uint32_t id;
	uint32_t (*read)(const struct a64 *t);
	void (*write)(const struct a64 *t, uint32_t value);
};

static const struct sysreg *sysreg(const struct a64 *t)
{
	static const struct sysreg sysregs[] = {
		{ NZCV, read_nzcv, write_nzcv },
		{ FPCR, read_fpcr, write_fpcr },
		{ FPSR, read_fpsr, write_fpsr },
		{ CTR_EL0, read_ctr, NULL },
		{ DCZID_EL0, read_dczid, NULL },
		{ TPIDR_EL0, read_tpidr, write_tpidr },
		{ TPIDRRO_EL0, read_tpidrro, NULL },
	};
	unsigned int i;

	for (i = 0; i < VMB_ARRAY_SIZE(sysregs); i++) {
		if (sysregs[i].id == a64_bits(t, 5, 16))
			return &sysregs[i];
	}
	return NULL;
}

bool a64_mrs(const struct a64 *t)
{
	const struct sysreg *reg = sysreg(t);

	if (!reg)
		return false;
	a64_set_x(t, IR_I64, a64_rd(t), reg->read(t));
	return true;
}

bool a64_msr(const struct a64 *t)
{
	const struct sysreg *reg = sysreg(t);

	if (!reg || !reg->write)
		return false;
	reg->write(t, a64_x(t, IR_I64, a64_rd(t)));
	return true;
}
