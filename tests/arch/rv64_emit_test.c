// SPDX-License-Identifier: MIT
/*
 * The encoder of riscv64 against an independent assembler, GNU as: every function with every
 * register and immediates of all kinds, compared as bytes.
 */
#include "tests/test.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/riscv64/host/emit.h"

#define AS_PREFIX	"riscv64-linux-gnu-"
#define AS_OPTIONS	"-march=rv64gc_zba_zbb"
#define AS_HEAD		".option norvc\n.option norelax\n"
#include "tests/arch/assembler.h"

struct named {
	const char *name;
	uint32_t op;
};

static const int32_t imms[] = { 0, 1, -1, 5, 31, 32, 2047, -2048, 1365, -1366 };

static const struct named registers[] = {
	{ "add", RV_ADD }, { "sub", RV_SUB }, { "sll", RV_SLL }, { "slt", RV_SLT },
	{ "sltu", RV_SLTU }, { "xor", RV_XOR }, { "srl", RV_SRL }, { "sra", RV_SRA },
	{ "or", RV_OR }, { "and", RV_AND }, { "mul", RV_MUL }, { "mulh", RV_MULH },
	{ "mulhsu", RV_MULHSU }, { "mulhu", RV_MULHU }, { "div", RV_DIV }, { "divu", RV_DIVU },
	{ "rem", RV_REM }, { "remu", RV_REMU }, { "addw", RV_ADDW }, { "subw", RV_SUBW },
	{ "sllw", RV_SLLW }, { "srlw", RV_SRLW }, { "sraw", RV_SRAW }, { "mulw", RV_MULW },
	{ "divw", RV_DIVW }, { "divuw", RV_DIVUW }, { "remw", RV_REMW }, { "remuw", RV_REMUW },
	{ "add.uw", RV_ADD_UW }, { "sh1add", RV_SH1ADD }, { "sh2add", RV_SH2ADD },
	{ "sh3add", RV_SH3ADD }, { "sh1add.uw", RV_SH1ADD_UW }, { "sh2add.uw", RV_SH2ADD_UW },
	{ "sh3add.uw", RV_SH3ADD_UW }, { "andn", RV_ANDN }, { "min", RV_MIN }, { "minu", RV_MINU },
	{ "max", RV_MAX }, { "maxu", RV_MAXU }, { "rol", RV_ROL }, { "ror", RV_ROR },
	{ "rolw", RV_ROLW }, { "rorw", RV_RORW },
};

static void test_emit_register_register(void **state)
{
	unsigned int i, a, b;

	(void)state;
	begin();
	for (i = 0; i < VMB_ARRAY_SIZE(registers); i++)
		for (a = 0; a < 32; a++)
			for (b = 0; b < 32; b++) {
				unsigned int rd = (a * 7 + b * 3 + i) % 32;

				expect("%s x%u,x%u,x%u", registers[i].name, rd, a, b);
				rv_r(&buf, registers[i].op, rd, a, b);
			}
	end();
}

static void test_emit_immediates(void **state)
{
	static const struct named ops[] = {
		{ "addi", RV_ADDI }, { "slti", RV_SLTI }, { "sltiu", RV_SLTIU },
		{ "xori", RV_XORI }, { "ori", RV_ORI }, { "andi", RV_ANDI },
		{ "addiw", RV_ADDIW },
	};
	static const struct named shifts[] = {
		{ "slli", RV_SLLI }, { "srli", RV_SRLI }, { "srai", RV_SRAI },
		{ "rori", RV_RORI }, { "slliw", RV_SLLIW }, { "srliw", RV_SRLIW },
		{ "sraiw", RV_SRAIW }, { "roriw", RV_RORIW },
	};
	unsigned int i, a, n;

	(void)state;
	begin();
	for (i = 0; i < VMB_ARRAY_SIZE(ops); i++)
		for (a = 0; a < 32; a++)
			for (n = 0; n < VMB_ARRAY_SIZE(imms); n++) {
				expect("%s x%u,x%u,%d", ops[i].name, 31 - a, a, imms[n]);
				rv_i(&buf, ops[i].op, 31 - a, a, imms[n]);
			}
	for (i = 0; i < VMB_ARRAY_SIZE(shifts); i++)
		for (a = 0; a < 32; a++)
			for (n = 0; n < (i < 4 ? 64u : 32u); n++) {
				expect("%s x%u,x%u,%u", shifts[i].name, 31 - a, a, n);
				rv_i(&buf, shifts[i].op, 31 - a, a, (int32_t)n);
			}
	end();
}

static void test_emit_unary(void **state)
{
	static const struct named ops[] = {
		{ "clz", RV_CLZ }, { "ctz", RV_CTZ }, { "cpop", RV_CPOP }, { "sext.b", RV_SEXT_B },
		{ "sext.h", RV_SEXT_H }, { "clzw", RV_CLZW }, { "ctzw", RV_CTZW },
		{ "cpopw", RV_CPOPW }, { "rev8", RV_REV8 }, { "zext.h", RV_ZEXT_H },
		{ "fsflags", RV_FSFLAGS },
	};
	unsigned int i, a, b;

	(void)state;
	begin();
	for (i = 0; i < VMB_ARRAY_SIZE(ops); i++)
		for (a = 0; a < 32; a++)
			for (b = 0; b < 32; b++) {
				expect("%s x%u,x%u", ops[i].name, a, b);
				rv_i(&buf, ops[i].op, a, b, 0);
			}
	for (a = 0; a < 32; a++) {
		expect("frflags x%u", a);
		rv_i(&buf, RV_FRFLAGS, a, 0, 0);
		for (b = 0; b < 32; b++) {
			if (a == b)
				continue;
			expect("mv x%u,x%u", a, b);
			rv_mv(&buf, a, b);
		}
	}
	end();
}

static void test_emit_loads_and_stores(void **state)
{
	static const struct named loads[] = {
		{ "lb x", RV_LB }, { "lh x", RV_LH }, { "lw x", RV_LW }, { "ld x", RV_LD },
		{ "lbu x", RV_LBU }, { "lhu x", RV_LHU }, { "lwu x", RV_LWU },
		{ "flw f", RV_FLW }, { "fld f", RV_FLD }, { "jalr x", RV_JALR },
	};
	static const struct named stores[] = {
		{ "sb x", RV_SB }, { "sh x", RV_SH }, { "sw x", RV_SW }, { "sd x", RV_SD },
		{ "fsw f", RV_FSW }, { "fsd f", RV_FSD },
	};
	unsigned int i, a, n;

	(void)state;
	begin();
	for (a = 0; a < 32; a++)
		for (n = 0; n < VMB_ARRAY_SIZE(imms); n++) {
			for (i = 0; i < VMB_ARRAY_SIZE(loads); i++) {
				expect("%s%u,%d(x%u)", loads[i].name, 31 - a, imms[n], a);
				rv_i(&buf, loads[i].op, 31 - a, a, imms[n]);
			}
			for (i = 0; i < VMB_ARRAY_SIZE(stores); i++) {
				expect("%s%u,%d(x%u)", stores[i].name, 31 - a, imms[n], a);
				rv_s(&buf, stores[i].op, RV_F(31 - a), a, imms[n]);
			}
		}
	end();
}

static void test_emit_atomics_and_fences(void **state)
{
	static const struct named ops[] = {
		{ "amoadd", RV_AMOADD }, { "amoswap", RV_AMOSWAP }, { "sc", RV_SC },
		{ "amoxor", RV_AMOXOR }, { "amoor", RV_AMOOR }, { "amoand", RV_AMOAND },
		{ "amomin", RV_AMOMIN }, { "amomax", RV_AMOMAX }, { "amominu", RV_AMOMINU },
		{ "amomaxu", RV_AMOMAXU },
	};
	static const struct named orders[] = {
		{ "", 0 }, { ".aq", RV_AQ }, { ".rl", RV_RL }, { ".aqrl", RV_AQ | RV_RL },
	};
	static const char *const kinds[] = { NULL, "w", "r", "rw" };
	unsigned int i, a, o, d, b;

	(void)state;
	begin();
	for (a = 0; a < 32; a++)
		for (o = 0; o < VMB_ARRAY_SIZE(orders); o++)
			for (d = 0; d < 2; d++) {
				uint32_t bits = orders[o].op | (d ? RV_D : 0);
				char width = d ? 'd' : 'w';

				for (i = 0; i < VMB_ARRAY_SIZE(ops); i++) {
					expect("%s.%c%s x%u,x%u,(x%u)", ops[i].name, width,
					       orders[o].name, a, (a + i) % 32, 31 - a);
					rv_r(&buf, ops[i].op | bits, a, 31 - a, (a + i) % 32);
				}
				expect("lr.%c%s x%u,(x%u)", width, orders[o].name, a, 31 - a);
				rv_r(&buf, RV_LR | bits, a, 31 - a, 0);
			}
	for (a = 1; a < 4; a++)
		for (b = 1; b < 4; b++) {
			expect("fence %s,%s", kinds[a], kinds[b]);
			rv_fence(&buf, a, b);
		}
	end();
}

static void float_pairs(unsigned int a, unsigned int b, bool wide)
{
	static const struct named to_float[] = {
		{ "fadd", RV_FADD }, { "fsub", RV_FSUB }, { "fmul", RV_FMUL }, { "fdiv", RV_FDIV },
		{ "fsgnj", RV_FSGNJ }, { "fsgnjn", RV_FSGNJN }, { "fsgnjx", RV_FSGNJX },
		{ "fmin", RV_FMIN }, { "fmax", RV_FMAX },
	};
	static const struct named to_truth[] = {
		{ "feq", RV_FEQ }, { "flt", RV_FLT }, { "fle", RV_FLE },
	};
	uint32_t bits = wide ? RV_DOUBLE : 0;
	char width = wide ? 'd' : 's';
	unsigned int i, rd = (a + 5 * b) % 32;

	for (i = 0; i < VMB_ARRAY_SIZE(to_float); i++) {
		expect("%s.%c f%u,f%u,f%u", to_float[i].name, width, rd, a, b);
		rv_r(&buf, to_float[i].op | bits, RV_F(rd), RV_F(a), RV_F(b));
	}
	for (i = 0; i < VMB_ARRAY_SIZE(to_truth); i++) {
		expect("%s.%c x%u,f%u,f%u", to_truth[i].name, width, rd, a, b);
		rv_r(&buf, to_truth[i].op | bits, rd, RV_F(a), RV_F(b));
	}
	expect("fsqrt.%c f%u,f%u", width, a, b);
	rv_r(&buf, RV_FSQRT | bits, RV_F(a), RV_F(b), 0);
	expect("fmadd.%c f%u,f%u,f%u,f%u", width, rd, a, b, 31 - b);
	rv_r4(&buf, RV_FMADD | bits, RV_F(rd), RV_F(a), RV_F(b), RV_F(31 - b));
	expect("fmv.x.%c x%u,f%u", wide ? 'd' : 'w', a, b);
	rv_r(&buf, RV_FMV_X | bits, a, RV_F(b), 0);
	expect("fmv.%c.x f%u,x%u", wide ? 'd' : 'w', a, b);
	rv_r(&buf, RV_FMV_F | bits, RV_F(a), b, 0);
}

/* Conversion from 32 bits to f64 is exact: there the assembler writes no rounding mode but rne. */
static void conversions(unsigned int a, unsigned int b, bool wide)
{
	static const char *const kinds[] = { "w", "wu", "l", "lu" };
	static const char *const modes[] = { "rne", "rtz", "rdn", "rup", "rmm", NULL, NULL, "dyn" };
	uint32_t bits = wide ? RV_DOUBLE : 0;
	char width = wide ? 'd' : 's';
	unsigned int kind, rm;

	for (kind = RV_INT_W; kind <= RV_INT_LU; kind++)
		for (rm = 0; rm < VMB_ARRAY_SIZE(modes); rm++) {
			if (!modes[rm])
				continue;
			expect("fcvt.%s.%c x%u,f%u,%s", kinds[kind], width, a, b, modes[rm]);
			rv_fcvt(&buf, RV_FCVT_X | bits, a, RV_F(b), kind, rm);
			if (wide && kind < RV_INT_L)
				continue;
			expect("fcvt.%c.%s f%u,x%u,%s", width, kinds[kind], a, b, modes[rm]);
			rv_fcvt(&buf, RV_FCVT_F | bits, RV_F(a), b, kind, rm);
		}
}

static void test_emit_floats(void **state)
{
	unsigned int a, b;

	(void)state;
	begin();
	for (a = 0; a < 32; a++)
		for (b = 0; b < 32; b++) {
			float_pairs(a, b, false);
			float_pairs(a, b, true);
		}
	for (a = 0; a < 32; a++) {
		conversions(a, 31 - a, false);
		conversions(a, 31 - a, true);
		expect("fcvt.s.d f%u,f%u,dyn", a, 31 - a);
		rv_r(&buf, RV_FCVT_S_D, RV_F(a), RV_F(31 - a), 0);
	}
	end();
}

/* lui and auipc; constants are what the instructions compute, one after the other. */
static void test_emit_upper(void **state)
{
	static const uint32_t uppers[] = { 0, 1, 0x80000, 0xfffff, 0x12345 };
	unsigned int a, n;

	(void)state;
	begin();
	for (a = 0; a < 32; a++)
		for (n = 0; n < VMB_ARRAY_SIZE(uppers); n++) {
			expect("lui x%u,0x%x", a, uppers[n]);
			rv_u(&buf, RV_LUI, a, uppers[n] << 12);
			expect("auipc x%u,0x%x", a, uppers[n]);
			rv_u(&buf, RV_AUIPC, a, uppers[n] << 12);
		}
	end();
}

/* Execute what loads a constant. Return: the register's number. */
static int64_t loaded(const uint8_t *from, const uint8_t *to)
{
	int64_t value = 0;
	uint32_t insn;

	for (; from < to; from += 4) {
		memcpy(&insn, from, 4);
		if ((insn & 0x7f) == RV_LUI)
			value = (int32_t)(insn & 0xfffff000u);
		else if ((insn & 0x707f) == RV_ADDIW)
			value = (int32_t)(value + ((int32_t)insn >> 20));
		else if ((insn & 0x707f) == RV_SLLI)
			value = (int64_t)((uint64_t)value << (insn >> 20 & 63));
		else if (insn >> 15 & 31)
			value = (int64_t)((uint64_t)value + (uint64_t)(int64_t)((int32_t)insn >> 20));
		else
			value = (int32_t)insn >> 20;
	}
	return value;
}

static void check_constant(uint64_t number)
{
	code_buf_init(&buf, as_emitted, sizeof(as_emitted));
	rv_li(&buf, RV_A5, (int64_t)number);
	assert_true(code_buf_at(&buf) >= 4 && code_buf_at(&buf) <= 32);
	if ((uint64_t)loaded(as_emitted, buf.at) != number)
		fail_msg("%" PRIx64 " becomes %" PRIx64, number, (uint64_t)loaded(as_emitted, buf.at));
}

static void test_emit_constants(void **state)
{
	uint64_t random = 88172645463325252u;
	unsigned int bit, i;

	(void)state;
	for (bit = 0; bit < 64; bit++)
		for (i = 0; i < 5; i++) {
			check_constant((UINT64_C(1) << bit) + i - 2);
			check_constant(-(UINT64_C(1) << bit) + i - 2);
		}
	for (i = 0; i < 200000; i++) {
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		check_constant(random >> (random & 63));
		check_constant(random << (random >> 8 & 63));
	}
}

static const struct named conditions[] = {
	{ "beq", RV_BEQ }, { "bne", RV_BNE }, { "blt", RV_BLT },
	{ "bge", RV_BGE }, { "bltu", RV_BLTU }, { "bgeu", RV_BGEU },
};

/* A jump here, to @to bytes from here; what lies between does not matter. */
static void link_by(uint32_t place, int32_t by)
{
	uint32_t offset = rv_place_offset(place);

	assert_true(rv_link(&buf, place, offset + (uint32_t)by));
}

static void branches_by(int32_t by)
{
	unsigned int i;

	for (i = 0; i < VMB_ARRAY_SIZE(conditions); i++) {
		expect("%s x%u,x%u,.+%d", conditions[i].name, 31 - i, i + 3, by);
		link_by(rv_branch(&buf, RV_NEAR, conditions[i].op, 31 - i, i + 3, 0), by);
		expect("%s x%u,x%u,.+8\njal x0,.+%d", conditions[i ^ 1].name, 31 - i, i + 3, by);
		link_by(rv_branch(&buf, RV_MID, conditions[i].op, 31 - i, i + 3, 0), by);
	}
	expect("jal x0,.+%d", by);
	link_by(rv_jump(&buf, RV_MID, 0), by);
}

static void far_jump_by(int32_t by)
{
	expect("auipc t0,0x%x\njalr x0,%d(t0)", rv_high20(by) >> 12, rv_low12(by));
	link_by(rv_jump(&buf, RV_FAR, 0), by);
	expect("bne x3,x4,.+12\nauipc t0,0x%x\njalr x0,%d(t0)", rv_high20(by) >> 12, rv_low12(by));
	link_by(rv_branch(&buf, RV_FAR, RV_BEQ, 3, 4, 0), by);
}

static void test_emit_jumps(void **state)
{
	static const int32_t mids[] = { 4096, -4100, 0xffffc, -0x100000, 0x55554, -0x55554, 2048 };
	static const int32_t fars[] = { 4, -4, 0x7ff, 0x800, -0x800, -0x804, 0x100000, 0x7fff0000,
					-0x7fff0000 };
	unsigned int bit, i;

	(void)state;
	begin();
	for (bit = 2; bit < 12; bit++) {
		branches_by(1 << bit);
		branches_by(-(1 << bit));
	}
	branches_by(4092);
	branches_by(-4096);
	for (i = 0; i < VMB_ARRAY_SIZE(mids); i++) {
		expect("jal x0,.+%d", mids[i]);
		link_by(rv_jump(&buf, RV_MID, 0), mids[i]);
	}
	for (i = 0; i < VMB_ARRAY_SIZE(fars); i++)
		far_jump_by(fars[i]);
	end();
}

static void test_emit_knows_what_does_not_reach(void **state)
{
	uint32_t near, mid;

	(void)state;
	code_buf_init(&buf, as_emitted, sizeof(as_emitted));
	near = rv_branch(&buf, RV_NEAR, RV_BEQ, 1, 2, 0);
	mid = rv_jump(&buf, RV_MID, 0);
	assert_true(rv_link(&buf, near, 4092));
	assert_false(rv_link(&buf, near, 4096));
	assert_true(rv_link(&buf, mid, 4 + 0xffffc));
	assert_false(rv_link(&buf, mid, 4 + 0x100000));
	assert_int_equal(rv_reach_of(&buf, 0), RV_NEAR);
	buf.at = as_emitted + 4096;
	assert_int_equal(rv_reach_of(&buf, 0), RV_NEAR);
	buf.at = as_emitted + 4100;
	assert_int_equal(rv_reach_of(&buf, 0), RV_MID);
	buf.at = as_emitted + 0x100004;
	assert_int_equal(rv_reach_of(&buf, 0), RV_FAR);
}

/* Jumps of every reach keep the place of the one that waits before them. */
static void test_emit_keeps_waiting_jumps(void **state)
{
	static const uint32_t waits[] = { 0, 1, 77, RV_NEAR_CHAIN };
	uint32_t place, i;

	(void)state;
	code_buf_init(&buf, as_emitted, sizeof(as_emitted));
	buf.at += RV_NEAR_CHAIN * 4;
	for (i = 0; i < VMB_ARRAY_SIZE(waits); i++) {
		uint32_t wait = waits[i] ? rv_place(&buf) - waits[i] : 0;

		place = rv_branch(&buf, RV_NEAR, RV_BLTU, 30, 29, wait);
		assert_int_equal(rv_waiting(&buf, place), wait);
	}
	for (i = 0; i < 32; i++) {
		place = rv_branch(&buf, RV_FAR, RV_BLTU, 30, 29, 1u << i);
		assert_int_equal(rv_waiting(&buf, place), 1u << i);
		place = rv_jump(&buf, RV_MID, i < 25 ? 1u << i : 3);
		assert_int_equal(rv_waiting(&buf, place), i < 25 ? 1u << i : 3);
	}
}

static void test_emit_overflow_is_sticky(void **state)
{
	uint8_t room[CODE_BUF_MIN + 1];
	struct code_buf small;
	unsigned int i;

	(void)state;
	memset(room, 0xa5, sizeof(room));
	code_buf_init(&small, room, CODE_BUF_MIN);
	for (i = 0; i < 1000; i++) {
		rv_li(&small, RV_A5, (int64_t)(UINT64_MAX / 3));
		rv_link(&small, rv_branch(&small, i % 3, RV_BNE, 1, 2, 0), code_buf_at(&small));
		assert_true(code_buf_at(&small) <= CODE_BUF_MIN);
	}
	assert_true(small.overflow);
	assert_int_equal(room[CODE_BUF_MIN], 0xa5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_emit_register_register),
		cmocka_unit_test(test_emit_immediates),
		cmocka_unit_test(test_emit_unary),
		cmocka_unit_test(test_emit_loads_and_stores),
		cmocka_unit_test(test_emit_atomics_and_fences),
		cmocka_unit_test(test_emit_floats),
		cmocka_unit_test(test_emit_upper),
		cmocka_unit_test(test_emit_constants),
		cmocka_unit_test(test_emit_jumps),
		cmocka_unit_test(test_emit_knows_what_does_not_reach),
		cmocka_unit_test(test_emit_keeps_waiting_jumps),
		cmocka_unit_test(test_emit_overflow_is_sticky),
	};

	if (system(AS_PREFIX "as --version >/dev/null 2>&1")) {
		puts("SKIP: " AS_PREFIX "as is missing; Debian: apt-get install binutils-riscv64-linux-gnu");
		return 0;
	}
	return cmocka_run_group_tests_name("rv64_emit", tests, NULL, NULL);
}
