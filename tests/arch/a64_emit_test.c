// SPDX-License-Identifier: MIT
/*
 * The encoder of arm64 against an independent assembler, binutils' for aarch64: each instruction is
 * written as text, too, and what that is assembled to must be the same word.
 */
#include "tests/test.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/arm64/host/emit.h"

#define AS_PREFIX	"aarch64-linux-gnu-"
#define AS_OPTIONS	""
#define AS_HEAD		".arch armv8.1-a\n"
#include "tests/arch/assembler.h"

/* A general register, of which the last is the zero register. */
static const char *gpr(bool wide, unsigned int n)
{
	static char names[8][8];
	static unsigned int turn;
	char *name = names[turn++ % 8];

	if (n == 31)
		return wide ? "xzr" : "wzr";
	sprintf(name, "%c%u", wide ? 'x' : 'w', n);
	return name;
}

static void test_emit_general_registers(void **state)
{
	static const struct {
		const char *name;
		uint32_t op;
		uint8_t operands;
	} ops[] = {
		{ "add", A64_ADD, 3 }, { "adds", A64_ADDS, 3 }, { "sub", A64_SUB, 3 },
		{ "subs", A64_SUBS, 3 }, { "and", A64_AND, 3 }, { "bic", A64_BIC, 3 },
		{ "orr", A64_ORR, 3 }, { "orn", A64_ORN, 3 }, { "eor", A64_EOR, 3 },
		{ "ands", A64_ANDS, 3 }, { "adc", A64_ADC, 3 }, { "adcs", A64_ADCS, 3 },
		{ "sbc", A64_SBC, 3 }, { "sbcs", A64_SBCS, 3 }, { "udiv", A64_UDIV, 3 },
		{ "sdiv", A64_SDIV, 3 }, { "lsl", A64_LSLV, 3 }, { "lsr", A64_LSRV, 3 },
		{ "asr", A64_ASRV, 3 }, { "ror", A64_RORV, 3 }, { "mul", A64_MUL, 3 },
		{ "rbit", A64_RBIT, 2 }, { "rev16", A64_REV16, 2 }, { "clz", A64_CLZ, 2 },
	};
	unsigned int i, a, b, c, wide;

	(void)state;
	begin();
	for (i = 0; i < VMB_ARRAY_SIZE(ops); i++)
		for (a = 0; a < 64; a++) {
			wide = a / 32;
			b = (a * 7 + 3) % 32;
			c = (a * 5 + 11) % 32;
			expect("%s %s, %s%s%s", ops[i].name, gpr(wide, a % 32), gpr(wide, b),
			       ops[i].operands == 3 ? ", " : "",
			       ops[i].operands == 3 ? gpr(wide, c) : "");
			if (ops[i].operands == 3)
				a64_rrr(&buf, ops[i].op | (wide ? A64_X : 0), a % 32, b, c);
			else
				a64_rr(&buf, ops[i].op | (wide ? A64_X : 0), a % 32, b);
		}
	end();
}

static void wide_and_special(unsigned int a, unsigned int b, unsigned int c)
{
	expect("smull x%u, w%u, w%u", a, b, c);
	a64_rrr(&buf, A64_SMULL, a, b, c);
	expect("umull x%u, w%u, w%u", a, b, c);
	a64_rrr(&buf, A64_UMULL, a, b, c);
	expect("smulh x%u, x%u, x%u", a, b, c);
	a64_rrr(&buf, A64_SMULH, a, b, c);
	expect("umulh x%u, x%u, x%u", a, b, c);
	a64_rrr(&buf, A64_UMULH, a, b, c);
	expect("rev w%u, w%u", a, b);
	a64_rr(&buf, A64_REV_W, a, b);
	expect("rev x%u, x%u", a, b);
	a64_rr(&buf, A64_REV_X, a, b);
	expect("madd x%u, x%u, x%u, x%u", a, b, c, a);
	a64_rrrr(&buf, A64_MADD | A64_X, a, b, c, a);
	expect("msub w%u, w%u, w%u, w%u", a, b, c, b);
	a64_rrrr(&buf, A64_MSUB, a, b, c, b);
	expect("mov x%u, x%u", a, b);
	a64_mov(&buf, 8, a, b);
	expect("mov w%u, w%u", a, b);
	a64_mov(&buf, 4, a, b);
}

static void shifted_and_extended(unsigned int a, unsigned int b, unsigned int c)
{
	static const char *const shift[] = { "lsl", "lsr", "asr" };
	static const char *const extend[] = { "uxtb", "uxth", "uxtw", "uxtx", "sxtb", "sxth", "sxtw",
					      "sxtx" };
	unsigned int n = (a + b) % 32;

	expect("eor x%u, x%u, x%u, %s #%u", a, b, c, shift[a % 3], n + 32);
	a64_shifted(&buf, A64_EOR | A64_X, a, b, c, a % 3, n + 32);
	expect("sub w%u, w%u, w%u, %s #%u", a, b, c, shift[a % 3], n);
	a64_shifted(&buf, A64_SUB, a, b, c, a % 3, n);
	expect("subs w%u, w%u, w%u, %s", a, b, c, extend[a % 8 == 3 || a % 8 == 7 ? 2 : a % 8]);
	a64_extended(&buf, A64_SUBS, a, b, c, a % 8 == 3 || a % 8 == 7 ? 2 : a % 8);
	expect("extr x%u, x%u, x%u, #%u", a, b, c, n + 32);
	a64_extract(&buf, 8, a, b, c, n + 32);
	expect("extr w%u, w%u, w%u, #%u", a, b, c, n);
	a64_extract(&buf, 4, a, b, c, n);
}

static void bit_fields(unsigned int a, unsigned int b, unsigned int n)
{
	unsigned int m = (n * 11 + 5) % 32;

	expect("sbfm x%u, x%u, #%u, #%u", a, b, n, m + 32);
	a64_bitfield(&buf, A64_SBFM, 8, a, b, n, m + 32);
	expect("bfm w%u, w%u, #%u, #%u", a, b, n, m);
	a64_bitfield(&buf, A64_BFM, 4, a, b, n, m);
	expect("ubfm x%u, x%u, #%u, #%u", a, b, m, n);
	a64_bitfield(&buf, A64_UBFM, 8, a, b, m, n);
	expect("lsl w%u, w%u, #%u", a, b, n);
	a64_lsl(&buf, 4, a, b, n);
	expect("lsl x%u, x%u, #%u", a, b, n + 32);
	a64_lsl(&buf, 8, a, b, n + 32);
	expect("lsr x%u, x%u, #%u", a, b, n + 32);
	a64_lsr(&buf, 8, a, b, n + 32);
	expect("asr w%u, w%u, #%u", a, b, n);
	a64_asr(&buf, 4, a, b, n);
}

static void test_emit_other_forms(void **state)
{
	unsigned int a, b;

	(void)state;
	begin();
	for (a = 0; a < 31; a++)
		for (b = 0; b < 31; b += 3) {
			wide_and_special(a, b, (a * 5 + b) % 31);
			shifted_and_extended(a, b, (a * 5 + b) % 31);
			bit_fields(a, b, (a + b) % 32);
		}
	end();
}

static const char *const conditions[] = { "eq", "ne", "cs", "cc", "mi", "pl", "vs", "vc", "hi", "ls",
					  "ge", "lt", "gt", "le" };

static void test_emit_conditions_and_branches(void **state)
{
	unsigned int cc, a;
	uint32_t at;

	(void)state;
	begin();
	for (cc = 0; cc < VMB_ARRAY_SIZE(conditions); cc++) {
		for (a = 0; a < 31; a++) {
			expect("csel x%u, %s, xzr, %s", a, gpr(true, a ^ 1), conditions[cc]);
			a64_select(&buf, A64_CSEL | A64_X, a, a ^ 1, A64_ZR, cc);
			expect("csinc w%u, w%u, w3, %s", a, a, conditions[cc]);
			a64_select(&buf, A64_CSINC, a, a, 3, cc);
			expect("csinv x%u, x%u, x3, %s", a, a, conditions[cc]);
			a64_select(&buf, A64_CSINV | A64_X, a, a, 3, cc);
			expect("cset w%u, %s", a, conditions[cc]);
			a64_set(&buf, cc, a);
			expect("fcsel d%u, d1, d%u, %s", a, a, conditions[cc]);
			a64_select(&buf, A64_FCSEL | A64_D, A64_V(a), A64_V(1), A64_V(a), cc);
		}
		at = code_buf_at(&buf);
		expect("b.%s . - 64", conditions[cc]);
		assert_true(a64_link(&buf, a64_b_cond(&buf, cc), at - 64));
		expect("b.%s . + 1048572", conditions[cc]);
		assert_true(a64_link(&buf, a64_b_cond(&buf, cc), at + 1048576));
	}
	expect("udf #0");
	a64_put(&buf, A64_UDF);
	for (a = 0; a < 31; a++) {
		expect("cbz w%u, . + 4", a);
		a64_bind(&buf, a64_cb(&buf, A64_CBZ, 4, a));
		expect("cbnz x%u, . + 4", a);
		a64_bind(&buf, a64_cb(&buf, A64_CBNZ, 8, a));
		at = code_buf_at(&buf);
		expect("ldr x%u, . + 4092", a);
		assert_true(a64_link(&buf, a64_load_literal(&buf, a), at + 4092));
		expect("blr x%u", a);
		a64_put(&buf, A64_BLR | a64_rn(a));
		expect("br x%u", a);
		a64_put(&buf, A64_BR | a64_rn(a));
		expect("ret x%u", a);
		a64_put(&buf, A64_RET | a64_rn(a));
		expect("adr x%u, . + 12", a);
		a64_put(&buf, A64_ADR | 3 << 5 | a64_rd(a));
	}
	expect("b . + 4");
	a64_bind(&buf, a64_b(&buf));
	expect("dmb ish");
	a64_put(&buf, A64_DMB_ISH);
	expect("dmb ishld");
	a64_put(&buf, A64_DMB_ISHLD);
	expect("dmb ishst");
	a64_put(&buf, A64_DMB_ISHST);
	end();
}

static const struct {
	const char *name, *reg;
	uint32_t op;
	uint8_t scale;
} accesses[] = {
	{ "strb", "w", A64_STRB, 0 }, { "strh", "w", A64_STRH, 1 }, { "str", "w", A64_STR_W, 2 },
	{ "str", "x", A64_STR_X, 3 }, { "ldrb", "w", A64_LDRB, 0 }, { "ldrh", "w", A64_LDRH, 1 },
	{ "ldr", "w", A64_LDR_W, 2 }, { "ldr", "x", A64_LDR_X, 3 }, { "ldrsb", "x", A64_LDRSB_X, 0 },
	{ "ldrsh", "x", A64_LDRSH_X, 1 }, { "ldrsw", "x", A64_LDRSW_X, 2 },
	{ "ldrsb", "w", A64_LDRSB_W, 0 }, { "ldrsh", "w", A64_LDRSH_W, 1 },
	{ "str", "s", A64_STR_S, 2 }, { "str", "d", A64_STR_D, 3 }, { "str", "q", A64_STR_Q, 4 },
	{ "ldr", "s", A64_LDR_S, 2 }, { "ldr", "d", A64_LDR_D, 3 }, { "ldr", "q", A64_LDR_Q, 4 },
};

static void test_emit_accesses(void **state)
{
	unsigned int i, a, n;
	int disp;

	(void)state;
	begin();
	for (i = 0; i < VMB_ARRAY_SIZE(accesses); i++)
		for (a = 0; a < 31; a++) {
			n = (a * 7 + i) % 31;
			expect("%s %s%u, [x%u, #%u]", accesses[i].name, accesses[i].reg, a, n,
			       (a * 131) << accesses[i].scale);
			a64_access(&buf, accesses[i].op, a, n, (int64_t)(a * 131) << accesses[i].scale);
			disp = (int)(a * 16) - 255;
			expect("%s %s%u, [x%u, #%d]", accesses[i].name, accesses[i].reg, a, n, disp);
			a64_access(&buf, accesses[i].op, a, n, disp);
			expect("%s %s%u, [x%u, x%u]", accesses[i].name, accesses[i].reg, a, n, a);
			a64_access_index(&buf, accesses[i].op, a, n, a);
			if (accesses[i].scale) {
				expect("%s %s%u, [x%u, x%u, lsl #%u]", accesses[i].name,
				       accesses[i].reg, a, n, a, accesses[i].scale);
				a64_access_index(&buf, accesses[i].op | A64_SCALED, a, n, a);
			}
			expect("mov w16, #%u", 61441 + 2 * a);
			expect("%s %s%u, [x%u, x16]", accesses[i].name, accesses[i].reg, a, n);
			a64_access(&buf, accesses[i].op, a, n, 61441 + 2 * a);
		}
	end();
}

static void test_emit_atomics(void **state)
{
	static const struct {
		const char *name;
		uint32_t op;
	} ops[] = {
		{ "ldadd", A64_LDADD }, { "ldclr", A64_LDCLR }, { "ldeor", A64_LDEOR },
		{ "ldset", A64_LDSET }, { "ldsmax", A64_LDSMAX }, { "ldsmin", A64_LDSMIN },
		{ "ldumax", A64_LDUMAX }, { "ldumin", A64_LDUMIN }, { "swp", A64_SWP },
	};
	static const char *const suffix[] = { "b", "h", "", "" };
	static const char *const order[] = { "", "l", "a", "al" };
	unsigned int i, a, o;

	(void)state;
	begin();
	for (a = 0; a < 4 * 29; a++) {
		unsigned int size = a % 4, n = a / 4;
		char r = size == 3 ? 'x' : 'w';

		for (i = 0; i < VMB_ARRAY_SIZE(ops); i++)
			for (o = 0; o < 4; o++) {
				expect("%s%s%s %c%u, %c%u, [x%u]", ops[i].name, order[o], suffix[size],
				       r, n, r, n + 1, n + 2);
				a64_exclusive(&buf, ops[i].op | A64_SIZE(size) | o << 22, n, n + 1,
					      n + 2);
			}
		for (o = 0; o < 4; o++) {
			expect("cas%s%s %c%u, %c%u, [x%u]", order[o], suffix[size], r, n, r, n + 1,
			       n + 2);
			a64_exclusive(&buf, A64_CAS | A64_SIZE(size) | o >> 1 << 22 | (o & 1) << 15, n,
				      n + 1, n + 2);
		}
		expect("ldar%s %c%u, [x%u]", suffix[size], r, n, n + 2);
		a64_rr(&buf, A64_LDAR | A64_SIZE(size), n, n + 2);
		expect("stlr%s %c%u, [x%u]", suffix[size], r, n, n + 2);
		a64_rr(&buf, A64_STLR | A64_SIZE(size), n, n + 2);
		expect("ldxr%s %c%u, [x%u]", suffix[size], r, n, n + 2);
		a64_rr(&buf, A64_LDXR | A64_SIZE(size), n, n + 2);
		expect("ldaxr%s %c%u, [x%u]", suffix[size], r, n, n + 2);
		a64_rr(&buf, A64_LDAXR | A64_SIZE(size), n, n + 2);
		expect("stxr%s w%u, %c%u, [x%u]", suffix[size], n, r, n + 1, n + 2);
		a64_exclusive(&buf, A64_STXR | A64_SIZE(size), n, n + 1, n + 2);
		expect("stlxr%s w%u, %c%u, [x%u]", suffix[size], n, r, n + 1, n + 2);
		a64_exclusive(&buf, A64_STLXR | A64_SIZE(size), n, n + 1, n + 2);
	}
	end();
}

/* Scalar floats. The text has a place for each register; "$" is the letter of the format. */
static void test_emit_floats(void **state)
{
	static const struct {
		const char *text;
		uint32_t op;
	} ops[] = {
		{ "fmul $0, $1, $2", A64_FMUL }, { "fdiv $0, $1, $2", A64_FDIV },
		{ "fadd $0, $1, $2", A64_FADD }, { "fsub $0, $1, $2", A64_FSUB },
		{ "fmax $0, $1, $2", A64_FMAX }, { "fmin $0, $1, $2", A64_FMIN },
		{ "fmaxnm $0, $1, $2", A64_FMAXNM }, { "fminnm $0, $1, $2", A64_FMINNM },
		{ "fmadd $0, $1, $2, $3", A64_FMADD | 3 << 10 }, { "fmov $0, $1", A64_FMOV },
		{ "fabs $0, $1", A64_FABS }, { "fneg $0, $1", A64_FNEG },
		{ "fsqrt $0, $1", A64_FSQRT }, { "frintn $0, $1", A64_FRINTN },
		{ "frintp $0, $1", A64_FRINTP }, { "frintm $0, $1", A64_FRINTM },
		{ "frintz $0, $1", A64_FRINTZ }, { "frinta $0, $1", A64_FRINTA },
		{ "frinti $0, $1", A64_FRINTI }, { "fcmp $1, $2", A64_FCMP },
		{ "fcmpe $1, $2", A64_FCMPE }, { "fcmp $1, #0.0", A64_FCMP_0 },
		{ "fcvtns w0, $1", A64_FCVTNS }, { "fcvtps x0, $1", A64_FCVTPS | A64_X },
		{ "fcvtms w0, $1", A64_FCVTMS }, { "fcvtzs x0, $1", A64_FCVTZS | A64_X },
		{ "fcvtas w0, $1", A64_FCVTAS }, { "fcvtnu x0, $1", (A64_FCVTNS | A64_X) + A64_UNSIGNED },
		{ "fcvtpu w0, $1", A64_FCVTPS + A64_UNSIGNED },
		{ "fcvtmu w0, $1", A64_FCVTMS + A64_UNSIGNED },
		{ "fcvtzu w0, $1", A64_FCVTZS + A64_UNSIGNED },
		{ "fcvtau w0, $1", A64_FCVTAS + A64_UNSIGNED },
		{ "scvtf $0, w1", A64_SCVTF }, { "scvtf $0, x1", A64_SCVTF | A64_X },
		{ "ucvtf $0, w1", A64_UCVTF }, { "ucvtf $0, x1", A64_UCVTF | A64_X },
	};
	unsigned int i, is_double;

	(void)state;
	begin();
	for (i = 0; i < VMB_ARRAY_SIZE(ops); i++)
		for (is_double = 0; is_double < 2; is_double++) {
			bool three = strstr(ops[i].text, "$2");
			char text[64], *p;

			strcpy(text, ops[i].text);
			while ((p = strchr(text, '$')))
				*p = is_double ? 'd' : 's';
			expect("%s", text);
			a64_rrr(&buf, ops[i].op | (is_double ? A64_D : 0), 0, A64_V(1),
				three ? A64_V(2) : 0);
		}
	expect("fcvt d7, s9");
	a64_rr(&buf, A64_FCVT_D_S, A64_V(7), A64_V(9));
	expect("fcvt s30, d31");
	a64_rr(&buf, A64_FCVT_S_D, A64_V(30), A64_V(31));
	expect("fmov w7, s9");
	a64_rr(&buf, A64_FMOV_W_S, 7, A64_V(9));
	expect("fmov s7, w9");
	a64_rr(&buf, A64_FMOV_S_W, A64_V(7), 9);
	expect("fmov x7, d9");
	a64_rr(&buf, A64_FMOV_X_D, 7, A64_V(9));
	expect("fmov d7, x9");
	a64_rr(&buf, A64_FMOV_D_X, A64_V(7), 9);
	end();
}

static const char *const shapes[] = { "16b", "8h", "4s", "2d" };
static const char *const halves[] = { "8b", "4h", "2s", "1d" };

/* Vectors of integers: operands of the same shape, up to lanes of 1 << sizes - 1 bytes. */
static const struct {
	const char *name;
	uint32_t op;
	uint8_t sizes, operands;
} vectors[] = {
	{ "add", A64_VADD, 4, 3 }, { "sub", A64_VSUB, 4, 3 }, { "mul", A64_VMUL, 3, 3 },
	{ "smax", A64_VSMAX, 3, 3 }, { "smin", A64_VSMIN, 3, 3 }, { "umax", A64_VUMAX, 3, 3 },
	{ "umin", A64_VUMIN, 3, 3 }, { "sqadd", A64_VSQADD, 4, 3 }, { "uqadd", A64_VUQADD, 4, 3 },
	{ "sqsub", A64_VSQSUB, 4, 3 }, { "uqsub", A64_VUQSUB, 4, 3 }, { "urhadd", A64_VURHADD, 3, 3 },
	{ "cmgt", A64_VCMGT, 4, 3 }, { "cmhi", A64_VCMHI, 4, 3 }, { "cmge", A64_VCMGE, 4, 3 },
	{ "cmhs", A64_VCMHS, 4, 3 }, { "cmtst", A64_VCMTST, 4, 3 }, { "cmeq", A64_VCMEQ, 4, 3 },
	{ "sshl", A64_VSSHL, 4, 3 }, { "ushl", A64_VUSHL, 4, 3 }, { "addp", A64_VADDP, 4, 3 },
	{ "uabd", A64_VUABD, 3, 3 }, { "uzp1", A64_VUZP1, 4, 3 }, { "uzp2", A64_VUZP2, 4, 3 },
	{ "trn1", A64_VTRN1, 4, 3 }, { "trn2", A64_VTRN2, 4, 3 }, { "zip1", A64_VZIP1, 4, 3 },
	{ "zip2", A64_VZIP2, 4, 3 }, { "rev64", A64_VREV64, 3, 2 }, { "rev32", A64_VREV32, 2, 2 },
	{ "rev16", A64_VREV16, 1, 2 }, { "cnt", A64_VCNT, 1, 2 }, { "clz", A64_VCLZ, 3, 2 },
	{ "not", A64_VNOT, 1, 2 }, { "abs", A64_VABS, 4, 2 }, { "neg", A64_VNEG, 4, 2 },
	{ "and", A64_VAND, 1, 3 }, { "bic", A64_VBIC, 1, 3 }, { "orr", A64_VORR, 1, 3 },
	{ "eor", A64_VEOR, 1, 3 }, { "bsl", A64_VBSL, 1, 3 }, { "bit", A64_VBIT, 1, 3 },
	{ "bif", A64_VBIF, 1, 3 },
};

static void test_emit_vectors(void **state)
{
	unsigned int i, size, a, b, c;

	(void)state;
	begin();
	for (i = 0; i < VMB_ARRAY_SIZE(vectors); i++)
		for (size = 0; size < vectors[i].sizes; size++)
			for (a = 0; a < 32; a++) {
				const char *s = shapes[size];
				uint32_t op = vectors[i].op | A64_LANES(size);

				b = (a * 7 + 1) % 32;
				c = (a * 3 + 2) % 32;
				if (vectors[i].operands == 3) {
					expect("%s v%u.%s, v%u.%s, v%u.%s", vectors[i].name, a, s, b, s, c,
					       s);
					a64_rrr(&buf, op, A64_V(a), A64_V(b), A64_V(c));
				} else {
					expect("%s v%u.%s, v%u.%s", vectors[i].name, a, s, b, s);
					a64_rr(&buf, op, A64_V(a), A64_V(b));
				}
			}
	end();
}

static void test_emit_vectors_of_floats(void **state)
{
	static const struct {
		const char *name;
		uint32_t op;
		uint8_t operands;
	} ops[] = {
		{ "fadd", A64_VFADD, 3 }, { "fsub", A64_VFSUB, 3 }, { "fmul", A64_VFMUL, 3 },
		{ "fdiv", A64_VFDIV, 3 }, { "fmax", A64_VFMAX, 3 }, { "fmin", A64_VFMIN, 3 },
		{ "fmaxnm", A64_VFMAXNM, 3 }, { "fminnm", A64_VFMINNM, 3 }, { "fmla", A64_VFMLA, 3 },
		{ "faddp", A64_VFADDP, 3 }, { "fcmeq", A64_VFCMEQ, 3 }, { "fcmge", A64_VFCMGE, 3 },
		{ "fcmgt", A64_VFCMGT, 3 }, { "fabs", A64_VFABS, 2 }, { "fneg", A64_VFNEG, 2 },
		{ "fsqrt", A64_VFSQRT, 2 }, { "frintn", A64_VFRINTN, 2 }, { "frintm", A64_VFRINTM, 2 },
		{ "frintp", A64_VFRINTP, 2 }, { "frintz", A64_VFRINTZ, 2 }, { "frinta", A64_VFRINTA, 2 },
		{ "frinti", A64_VFRINTI, 2 }, { "fcvtns", A64_VFCVTNS, 2 }, { "fcvtms", A64_VFCVTMS, 2 },
		{ "fcvtps", A64_VFCVTPS, 2 }, { "fcvtzs", A64_VFCVTZS, 2 }, { "fcvtas", A64_VFCVTAS, 2 },
		{ "fcvtnu", A64_VFCVTNS | A64_VUNSIGNED, 2 }, { "fcvtmu", A64_VFCVTMS | A64_VUNSIGNED, 2 },
		{ "fcvtpu", A64_VFCVTPS | A64_VUNSIGNED, 2 }, { "fcvtzu", A64_VFCVTZS | A64_VUNSIGNED, 2 },
		{ "fcvtau", A64_VFCVTAS | A64_VUNSIGNED, 2 }, { "scvtf", A64_VSCVTF, 2 },
		{ "ucvtf", A64_VSCVTF | A64_VUNSIGNED, 2 },
	};
	unsigned int i, is_double;

	(void)state;
	begin();
	for (i = 0; i < VMB_ARRAY_SIZE(ops); i++)
		for (is_double = 0; is_double < 2; is_double++) {
			const char *s = shapes[2 + is_double];
			uint32_t op = ops[i].op | (is_double ? A64_D : 0);

			if (ops[i].operands == 3) {
				expect("%s v3.%s, v17.%s, v30.%s", ops[i].name, s, s, s);
				a64_rrr(&buf, op, A64_V(3), A64_V(17), A64_V(30));
			} else {
				expect("%s v3.%s, v17.%s", ops[i].name, s, s);
				a64_rr(&buf, op, A64_V(3), A64_V(17));
			}
		}
	expect("fcvtl v1.2d, v2.2s");
	a64_rr(&buf, A64_VFCVTL, A64_V(1), A64_V(2));
	expect("fcvtn v1.2s, v2.2d");
	a64_rr(&buf, A64_VFCVTN, A64_V(1), A64_V(2));
	end();
}

/* Lanes become wider or narrower; @size is that of the narrow ones. */
static void widths(unsigned int size)
{
	static const struct {
		const char *name;
		uint32_t op;
	} narrow[] = { { "sqxtn", A64_VSQXTN }, { "uqxtn", A64_VUQXTN }, { "sqxtun", A64_VSQXTUN } };
	const char *half = halves[size], *whole = shapes[size], *wide = shapes[size + 1];
	uint32_t lane = A64_LANES(size);
	unsigned int i, n = (8u << size) - 3;

	expect("smull v1.%s, v2.%s, v3.%s", wide, half, half);
	a64_rrr(&buf, A64_VSMULL | lane, A64_V(1), A64_V(2), A64_V(3));
	expect("umull2 v1.%s, v2.%s, v3.%s", wide, whole, whole);
	a64_rrr(&buf, A64_VUMULL | A64_HIGH | lane, A64_V(1), A64_V(2), A64_V(3));
	expect("uaddlp v1.%s, v2.%s", wide, whole);
	a64_rr(&buf, A64_VUADDLP | lane, A64_V(1), A64_V(2));
	for (i = 0; i < 3; i++) {
		expect("%s v1.%s, v2.%s", narrow[i].name, half, wide);
		a64_rr(&buf, narrow[i].op | lane, A64_V(1), A64_V(2));
		expect("%s2 v1.%s, v2.%s", narrow[i].name, whole, wide);
		a64_rr(&buf, narrow[i].op | A64_HIGH | lane, A64_V(1), A64_V(2));
	}
	expect("ushll v1.%s, v2.%s, #%u", wide, half, n);
	a64_vshl(&buf, A64_VUSHLL, size, A64_V(1), A64_V(2), n);
	expect("sshll2 v1.%s, v2.%s, #0", wide, whole);
	a64_vshl(&buf, A64_VSSHLL | A64_HIGH, size, A64_V(1), A64_V(2), 0);
	expect("shrn v1.%s, v2.%s, #%u", half, wide, n);
	a64_vshr(&buf, A64_VSHRN, size, A64_V(1), A64_V(2), n);
}

static void across_lanes(unsigned int size)
{
	static const struct {
		const char *name;
		uint32_t op;
	} ops[] = { { "addv", A64_VADDV }, { "smaxv", A64_VSMAXV }, { "sminv", A64_VSMINV },
		    { "umaxv", A64_VUMAXV }, { "uminv", A64_VUMINV } };
	unsigned int i;

	for (i = 0; i < VMB_ARRAY_SIZE(ops); i++) {
		expect("%s %c1, v2.%s", ops[i].name, "bhs"[size], shapes[size]);
		a64_rr(&buf, ops[i].op | A64_LANES(size), A64_V(1), A64_V(2));
	}
}

static void one_lane(unsigned int size, unsigned int lane)
{
	char letter = "bhsd"[size], r = size == 3 ? 'x' : 'w';
	const char *s = shapes[size];

	expect("dup v1.%s, v2.%c[%u]", s, letter, lane);
	a64_lane(&buf, A64_VDUP, size, lane, A64_V(1), A64_V(2));
	expect("dup %c1, v2.%c[%u]", letter, letter, lane);
	a64_lane(&buf, A64_VDUP_SCALAR, size, lane, A64_V(1), A64_V(2));
	expect("dup v1.%s, %c2", s, r);
	a64_lane(&buf, A64_VDUP_GENERAL, size, 0, A64_V(1), 2);
	expect("mov v1.%c[%u], %c2", letter, lane, r);
	a64_lane(&buf, A64_VINS_GENERAL, size, lane, A64_V(1), 2);
	expect("umov %c1, v2.%c[%u]", r, letter, lane);
	a64_lane(&buf, A64_VUMOV | (size == 3 ? A64_HIGH : 0), size, lane, 1, A64_V(2));
	expect("mov v1.%c[%u], v2.%c[0]", letter, lane, letter);
	a64_ins(&buf, size, A64_V(1), lane, A64_V(2), 0);
	expect("mov v1.%c[0], v2.%c[%u]", letter, letter, lane);
	a64_ins(&buf, size, A64_V(1), 0, A64_V(2), lane);
}

static void test_emit_lanes(void **state)
{
	unsigned int size, n;

	(void)state;
	begin();
	for (size = 0; size < 4; size++) {
		for (n = 0; n < 16u >> size; n++)
			one_lane(size, n);
		for (n = 0; n < 8u << size; n++) {
			expect("shl v1.%s, v2.%s, #%u", shapes[size], shapes[size], n);
			a64_vshl(&buf, A64_VSHL, size, A64_V(1), A64_V(2), n);
			expect("ushr v1.%s, v2.%s, #%u", shapes[size], shapes[size], n + 1);
			a64_vshr(&buf, A64_VUSHR, size, A64_V(1), A64_V(2), n + 1);
			expect("sshr v1.%s, v2.%s, #%u", shapes[size], shapes[size], n + 1);
			a64_vshr(&buf, A64_VSSHR, size, A64_V(1), A64_V(2), n + 1);
		}
	}
	for (size = 0; size < 3; size++) {
		widths(size);
		across_lanes(size);
	}
	for (n = 0; n < 16; n++) {
		expect("ext v1.16b, v2.16b, v3.16b, #%u", n);
		a64_rrr(&buf, A64_VEXT | n << 11, A64_V(1), A64_V(2), A64_V(3));
	}
	expect("tbl v1.16b, {v2.16b}, v3.16b");
	a64_rrr(&buf, A64_VTBL, A64_V(1), A64_V(2), A64_V(3));
	expect("tbl v1.16b, {v2.16b, v3.16b}, v4.16b");
	a64_rrr(&buf, A64_VTBL2, A64_V(1), A64_V(2), A64_V(4));
	expect("movi v9.2d, #0");
	a64_put(&buf, A64_VZERO | a64_rd(A64_V(9)));
	end();
}

/* The ones of an element of @size bits, @nr of them, rotated, in all elements. */
static uint64_t pattern(unsigned int size, unsigned int nr, unsigned int rotate)
{
	uint64_t e = ~UINT64_C(0) >> (64 - nr), all = ~UINT64_C(0) >> (64 - size);

	if (rotate)
		e = (e >> rotate | e << (size - rotate)) & all;
	for (; size < 64; size *= 2)
		e |= e << size;
	return e;
}

static void test_emit_every_logical_immediate(void **state)
{
	unsigned int size, nr, rotate;
	uint32_t field = 0;

	(void)state;
	begin();
	for (size = 2; size <= 64; size *= 2)
		for (nr = 1; nr < size; nr++)
			for (rotate = 0; rotate < size; rotate++) {
				uint64_t imm = pattern(size, nr, rotate);

				assert_true(a64_mask_imm(imm, 8, &field));
				expect("and x1, x2, #0x%llx", (unsigned long long)imm);
				a64_rr(&buf, A64_AND_IMM | A64_X | field, 1, 2);
				if (size == 64)
					continue;
				assert_true(a64_mask_imm((uint32_t)imm, 4, &field));
				expect("eor w1, w2, #0x%x", (uint32_t)imm);
				a64_rr(&buf, A64_EOR_IMM | field, 1, 2);
			}
	end();
	assert_false(a64_mask_imm(0, 8, &field));
	assert_false(a64_mask_imm(UINT64_MAX, 8, &field));
	assert_false(a64_mask_imm(UINT32_MAX, 4, &field));
	assert_false(a64_mask_imm(5, 8, &field));
	assert_false(a64_mask_imm(UINT64_C(0x1000000010001), 8, &field));
}

static void test_emit_arithmetic_immediates(void **state)
{
	static const uint64_t imms[] = { 0, 1, 4095, 4096, 0xfff000, 0x1000, 0x7f000 };
	uint32_t field = 0, i;

	(void)state;
	begin();
	for (i = 0; i < VMB_ARRAY_SIZE(imms); i++) {
		assert_true(a64_arith_imm(imms[i], &field));
		expect("adds w3, w4, #%llu", (unsigned long long)imms[i]);
		a64_rr(&buf, A64_ADDS_IMM | field, 3, 4);
		expect("subs x3, x4, #%llu", (unsigned long long)imms[i]);
		a64_rr(&buf, A64_SUBS_IMM | A64_X | field, 3, 4);
		expect("add x3, x4, #%llu", (unsigned long long)imms[i]);
		a64_add_const(&buf, 3, 4, (int64_t)imms[i]);
		if (!imms[i])
			continue;
		expect("sub x3, x4, #%llu", (unsigned long long)imms[i]);
		a64_add_const(&buf, 3, 4, -(int64_t)imms[i]);
	}
	expect("mov w16, #0x1234");
	expect("movk w16, #0x5678, lsl #16");
	expect("add x3, x4, x16");
	a64_add_const(&buf, 3, 4, 0x56781234);
	end();
	assert_false(a64_arith_imm(4097, &field));
	assert_false(a64_arith_imm(1 << 24, &field));
}

/* What the instructions that have been written leave in the register, by the manual. */
static uint64_t execute_moves(void)
{
	uint64_t value = 0xa5a5a5a5a5a5a5a5;
	uint32_t at, word;

	for (at = 0; at < code_buf_at(&buf); at += 4) {
		unsigned int shift;
		uint64_t half;

		memcpy(&word, as_emitted + at, sizeof(word));
		shift = (word >> 21 & 3) * 16;
		half = (uint64_t)(word >> 5 & 0xffff) << shift;
		if ((word & 0x7f800000) == A64_MOVZ)
			value = half;
		else if ((word & 0x7f800000) == A64_MOVN)
			value = word & A64_X ? ~half : (uint32_t)~half;
		else if ((word & 0x7f800000) == A64_MOVK)
			value = (value & ~(UINT64_C(0xffff) << shift)) | half;
		else
			return value;
	}
	return value;
}

static void one_constant(uint64_t imm)
{
	uint32_t first, field;
	bool logical;

	begin();
	a64_mov_imm(&buf, 9, imm);
	memcpy(&first, as_emitted, sizeof(first));
	assert_in_range(code_buf_at(&buf), 4, 16);
	logical = (first & 0x7f800000) == A64_ORR_IMM;
	if (!logical) {
		assert_true(execute_moves() == imm);
		return;
	}
	assert_true(a64_mask_imm(imm, first & A64_X ? 8 : 4, &field));
	assert_int_equal(first, A64_ORR_IMM | (first & A64_X) | field | a64_rn(A64_ZR) | 9);
	assert_int_equal(code_buf_at(&buf), 4);
}

static void test_emit_constants(void **state)
{
	static const uint16_t halves_of[] = { 0, 1, 0x7fff, 0x8000, 0xffff, 0x1234, 0x5555 };
	unsigned int i, n = VMB_ARRAY_SIZE(halves_of);

	(void)state;
	for (i = 0; i < n * n * n * n; i++)
		one_constant(halves_of[i % n] | (uint64_t)halves_of[i / n % n] << 16 |
			     (uint64_t)halves_of[i / n / n % n] << 32 |
			     (uint64_t)halves_of[i / n / n / n] << 48);
}

static void test_emit_knows_how_far_branches_reach(void **state)
{
	uint32_t at;

	(void)state;
	begin();
	at = a64_b_cond(&buf, A64_EQ);
	assert_true(a64_link(&buf, at, at + (1 << 20) - 4));
	assert_false(a64_link(&buf, at, at + (1 << 20)));
	at = a64_load_literal(&buf, 3);
	assert_true(a64_link(&buf, at, at + (1 << 20) - 4));
	assert_false(a64_link(&buf, at, at + (1 << 20)));
	at = a64_b_cond(&buf, A64_EQ);
	assert_true(a64_keep(&buf, at, (1 << 19) - 1));
	assert_int_equal(a64_kept(&buf, at), (1 << 19) - 1);
	assert_false(a64_keep(&buf, at, 1 << 19));
	at = a64_b(&buf);
	assert_true(a64_link(&buf, at, at + (1 << 27) - 4));
	assert_false(a64_link(&buf, at, at + (1 << 27)));
	assert_true(a64_keep(&buf, at, (1 << 26) - 1));
	assert_int_equal(a64_kept(&buf, at), (1 << 26) - 1);
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
		a64_mov_imm(&small, 15, UINT64_MAX / 7);
		a64_bind(&small, a64_b_cond(&small, A64_EQ));
		a64_bind(&small, a64_b(&small));
		assert_true(code_buf_at(&small) <= CODE_BUF_MIN);
	}
	assert_true(small.overflow);
	assert_int_equal(room[CODE_BUF_MIN], 0xa5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_emit_general_registers),
		cmocka_unit_test(test_emit_other_forms),
		cmocka_unit_test(test_emit_conditions_and_branches),
		cmocka_unit_test(test_emit_accesses),
		cmocka_unit_test(test_emit_atomics),
		cmocka_unit_test(test_emit_floats),
		cmocka_unit_test(test_emit_vectors),
		cmocka_unit_test(test_emit_vectors_of_floats),
		cmocka_unit_test(test_emit_lanes),
		cmocka_unit_test(test_emit_every_logical_immediate),
		cmocka_unit_test(test_emit_arithmetic_immediates),
		cmocka_unit_test(test_emit_constants),
		cmocka_unit_test(test_emit_knows_how_far_branches_reach),
		cmocka_unit_test(test_emit_overflow_is_sticky),
	};

	if (system("aarch64-linux-gnu-as --version >/dev/null 2>&1")) {
		puts("SKIP: aarch64-linux-gnu-as is missing; Debian: apt-get install "
		     "binutils-aarch64-linux-gnu");
		return 0;
	}
	return cmocka_run_group_tests_name("a64_emit", tests, NULL, NULL);
}
