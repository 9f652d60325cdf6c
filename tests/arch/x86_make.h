/* SPDX-License-Identifier: MIT */
#ifndef VMB_TESTS_ARCH_X86_MAKE_H
#define VMB_TESTS_ARCH_X86_MAKE_H
/*
 * Random instructions of a line of insn.def, and states in which they can be executed: addresses lie in
 * the memory of the case, or a little behind it.
 */

#include <stdlib.h>
#include <string.h>

#include "arch/x86_64/guest/decode.h"
#include "arch/x86_64/guest/state.h"
#include "tests/arch/operands.h"
#include "tests/arch/x86_case.h"

static inline bool one_in(unsigned int n)
{
	return rng() % n == 0;
}

/* Values at which things change. */
static inline uint64_t random_integer(void)
{
	static const uint64_t edge[] = {
		0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000,
		0xffffffff, INT64_MAX, UINT64_C(1) << 63, UINT64_MAX, UINT64_MAX - 1,
		UINT64_C(0xffffffff80000000), UINT64_C(0xffffffffffffff80),
	};

	switch (rng() % 5) {
	case 0:
		return edge[rng() % (sizeof(edge) / sizeof(edge[0]))];
	case 1:
		return rng() % 70;
	case 2:
		return rng() >> rng() % 64;
	case 3:
		return rng() ^ (rng() & 0xffffffff) << 32;
	default:
		return rng();
	}
}

static inline uint32_t random_float(void)
{
	static const uint32_t edge[] = {
		0, 0x80000000, 0x3f800000, 0xbf800000, 0x7f800000, 0xff800000, 0x7fc00000,
		0xffc00000, 0x7f800001, 0xffa00000, 1, 0x807fffff, 0x00800000, 0x7f7fffff,
		0x4f000000, 0xcf000000, 0x4effffff, 0x3f000000, 0x5f000000, 0xdf000000,
	};

	if (one_in(3))
		return edge[rng() % (sizeof(edge) / sizeof(edge[0]))];
	/* Near 1, so that sums do not always lose one operand. */
	if (one_in(2))
		return (uint32_t)rng();
	return ((uint32_t)rng() & 0x807fffff) | (uint32_t)(0x70 + rng() % 0x30) << 23;
}

static inline uint64_t random_double(void)
{
	static const uint64_t edge[] = {
		0, UINT64_C(1) << 63, UINT64_C(0x3ff0000000000000), UINT64_C(0xbff0000000000000),
		UINT64_C(0x7ff0000000000000), UINT64_C(0xfff0000000000000),
		UINT64_C(0x7ff8000000000000), UINT64_C(0xfff8000000000123),
		UINT64_C(0x7ff0000000000001), UINT64_C(0xfff4000000000000), 1,
		UINT64_C(0x800fffffffffffff), UINT64_C(0x0010000000000000),
		UINT64_C(0x7fefffffffffffff), UINT64_C(0x41dfffffffc00000),
		UINT64_C(0xc1e0000000000000), UINT64_C(0x43e0000000000000),
		UINT64_C(0xc3e0000000000000), UINT64_C(0x3fe0000000000000),
		UINT64_C(0x47efffffffffffff), UINT64_C(0x380fffffffffffff),
	};

	if (one_in(3))
		return edge[rng() % (sizeof(edge) / sizeof(edge[0]))];
	if (one_in(2))
		return rng();
	return (rng() & UINT64_C(0x800fffffffffffff)) | (uint64_t)(0x3f0 + rng() % 0x60) << 52;
}

static inline void random_vector(uint8_t *to)
{
	uint64_t d[2] = { rng(), rng() };
	uint32_t w[4], k;

	for (k = 0; k < 4; k++)
		w[k] = random_float();
	switch (rng() % 4) {
	case 0:
		d[0] = random_integer();
		d[1] = random_integer();
		break;
	case 1:
		memcpy(d, w, sizeof(w));
		break;
	case 2:
		d[0] = random_double();
		d[1] = random_double();
		break;
	default:
		break;
	}
	memcpy(to, d, 16);
}

static inline void random_f80(uint8_t *to)
{
	static const uint16_t exponents[] = { 0, 1, 0x7fff, 0x7ffe, 0x3fff, 0x3c01, 0x3c00, 0x43fe,
					      0x43ff, 0x3f81, 0x407f, 0x403e, 0x403f, 0x401e };
	static const uint64_t edge[] = { 0, 1, UINT64_C(1) << 63, UINT64_C(3) << 62, UINT64_MAX,
					 UINT64_C(1) << 62, (UINT64_C(1) << 63) | 1,
					 UINT64_C(0xfffffffffffffc00) };
	uint64_t m = one_in(3) ? edge[rng() % 8] : rng() | UINT64_C(1) << 63;
	uint16_t se = (uint16_t)(0x3ff0 + rng() % 64);

	if (one_in(3))
		se = one_in(2) ? (uint16_t)(rng() & 0x7fff) : exponents[rng() % 14];
	if (one_in(4))
		m &= UINT64_MAX << rng() % 64;
	se |= (uint16_t)(rng() & 0x8000);
	memcpy(to, &m, 8);
	memcpy(to + 8, &se, 2);
}

/* As FNSAVE stores it. Tags of full registers are found by FRSTOR. */
static inline void random_fpu(uint8_t *fpu)
{
	uint32_t word[7] = { 0 }, i, depth = (uint32_t)rng() % 10;

	word[0] = 0x37f;
	if (one_in(2))
		word[0] = 0x7f | (uint32_t)(rng() & 3) << 10 |
			  (uint32_t)(one_in(3) ? one_in(2) ? 0 : 2 : 3) << 8;
	word[1] = (uint32_t)(rng() & 0x7f3f);
	word[2] = 0;
	for (i = 0; i < 8; i++) {
		random_f80(fpu + 28 + 10 * i);
		/* So many are full, from the top on; with 9 any. */
		if (depth == 9 ? one_in(2) : i >= depth)
			word[2] |= 3u << 2 * ((i + (word[1] >> 11)) & 7);
	}
	memcpy(fpu, word, sizeof(word));
}

static inline void random_state(struct x86_case *c)
{
	unsigned int i;

	memset(c, 0, sizeof(*c));
	for (i = 0; i < 16; i++)
		c->r[i] = random_integer();
	for (i = 0; i < 16; i++)
		random_vector(c->xmm[i]);
	for (i = 0; i < X86_CASE_MEM_BYTES; i += 16)
		random_vector(c->memory + i);
	random_fpu(c->fpu);
	/* CF PF AF ZF SF OF, sometimes DF. */
	c->rflags = (rng() & 0x8d5) | 0x202 | (one_in(8) ? 0x400 : 0);
	c->mxcsr = 0x1f80 | (one_in(3) ? (uint32_t)(rng() & 3) << 13 : 0) | (rng() & 0x3d);
}

/* An instruction being written. */
struct maker {
	struct x86_case *c;
	const struct x86_line *line;
	uint8_t *at;
	uint8_t rex, modrm;
	bool wants_rex, size16, gs, address32;
	uint8_t *relative; /* where a distance to @target goes that is not known yet */
	uint64_t target;
};

static inline void put(struct maker *m, uint64_t value, unsigned int bytes)
{
	memcpy(m->at, &value, bytes);
	m->at += bytes;
}

static inline bool has_operand(const struct x86_line *line, unsigned int operand)
{
	return line->operand[0] == operand || line->operand[1] == operand ||
	       line->operand[2] == operand;
}

static inline bool is_name(const struct x86_line *line, const char *name)
{
	return !strcmp(line->name, name);
}

static inline bool is_string(const struct x86_line *line)
{
	static const char *const strings[] = { "movs", "cmps", "stos", "lods", "scas" };
	unsigned int k;

	for (k = 0; k < sizeof(strings) / sizeof(strings[0]); k++) {
		if (is_name(line, strings[k]))
			return true;
	}
	return false;
}

static inline bool has_rm(const struct x86_line *line)
{
	unsigned int k;

	if (line->ext >= 0 || line->attr & (X86_MEM | X86_REG))
		return true;
	for (k = 0; k < 3; k++) {
		if ((line->operand[k] >= X86_Eb && line->operand[k] <= X86_Mo) ||
		    line->operand[k] >= X86_Vo)
			return true;
	}
	return false;
}

static inline bool wants_memory(const struct x86_line *line)
{
	if (line->attr & (X86_MEM | X86_REG))
		return line->attr & X86_MEM;
	return !has_operand(line, X86_Xo) && !has_operand(line, X86_Nd) &&
	       !has_operand(line, X86_Nq) && !has_operand(line, X86_Ny) && one_in(2);
}

/* SSE operands of 16 bytes must be aligned, but for those of these names. */
static inline bool must_align(const struct x86_line *line)
{
	return (has_operand(line, X86_Wo) || is_name(line, "cmpxchg16b")) &&
	       !is_name(line, "movdqu") && !is_name(line, "movups") && !is_name(line, "movupd") &&
	       !is_name(line, "lddqu");
}

static inline uint64_t random_address(const struct x86_line *line)
{
	uint64_t address = X86_DATA + rng() % (X86_CASE_MEM_BYTES - 28);

	if (must_align(line))
		return address & ~UINT64_C(15);
	/* A bit's number leads to both sides. */
	if (!strncmp(line->name, "bt", 2))
		return X86_DATA + 64 + rng() % (X86_CASE_MEM_BYTES - 144);
	/* Across the end. */
	if (one_in(12))
		address = X86_DATA_END - rng() % 18;
	return address;
}

/* Registers whose values the instruction takes for something else than its address. */
static inline bool is_taken_reg(const struct maker *m, unsigned int reg)
{
	unsigned int of_reg = (m->modrm >> 3 & 7) | (m->rex & 4 ? 8 : 0);

	/* A bit's number moves the address; PUSH and POP use the stack pointer. */
	if (has_operand(m->line, X86_Gv) && !strncmp(m->line->name, "bt", 2) && reg == of_reg)
		return true;
	return reg == X86_RSP && m->line->attr & (X86_D64 | X86_F64);
}

static inline void put_memory(struct maker *m)
{
	uint64_t address = random_address(m->line);
	unsigned int base = (m->modrm & 7) | (m->rex & 1 ? 8 : 0), index, scale = rng() & 3;
	unsigned int mod = rng() % 3;
	int32_t disp = mod == 1 ? (int8_t)rng() : mod == 2 ? (int32_t)rng() : 0;
	bool sib = (base & 7) == 4 || one_in(3), has_index, none = false;

	if (m->gs)
		address -= X86_GS;
	if (!m->address32 && one_in(8)) {
		put(m, (m->modrm & 0x38) | 5, 1);
		m->relative = m->at;
		m->target = address;
		put(m, 0, 4);
		return;
	}
	if (!sib && (base & 7) == 5 && !mod)
		none = true; /* relative to the next instruction: not known yet */
	if (none || is_taken_reg(m, base)) {
		/* An absolute address of 32 bits, by way of SIB. */
		sib = true;
		mod = 0;
		m->rex &= ~1;
		base = 5;
		none = true;
	}
	index = 4;
	has_index = sib && one_in(2);
	if (has_index) {
		index = (rng() & 7) | (m->rex & 2 ? 8 : 0);
		has_index = index != 4;
		if (has_index && (is_taken_reg(m, index) || index == base))
			has_index = false;
		if (!has_index)
			index = 4;
	}
	if (sib && !has_index)
		m->rex &= ~2;
	if (sib && (base & 7) == 5 && !mod)
		none = true;
	if (has_index) {
		m->c->r[index] = none ? rng() & 0xff : m->c->r[index];
		address -= m->c->r[index] << scale;
	}
	if (none)
		disp = (int32_t)address;
	else
		m->c->r[base] = address - (uint64_t)(int64_t)disp;
	if (!none && m->address32)
		m->c->r[base] ^= rng() << 32;
	m->modrm = (uint8_t)((m->modrm & 0x38) | mod << 6 | (sib ? 4 : base & 7));
	put(m, m->modrm, 1);
	if (sib)
		put(m, scale << 6 | (index & 7) << 3 | (base & 7), 1);
	if (none)
		put(m, (uint32_t)disp, 4);
	else if (mod)
		put(m, (uint32_t)disp, mod == 1 ? 1 : 4);
}

static inline void put_vex(struct maker *m)
{
	static const uint8_t map[] = { [X86_V0F] = 1, [X86_V38] = 2, [X86_V3A] = 3 };
	static const uint8_t pp[] = { [X86_NX] = 0, [X86_NP] = 0, [X86_P66] = 1, [X86_PF3] = 2,
				      [X86_PF2] = 3 };
	bool used = has_operand(m->line, X86_By);

	put(m, 0xc4, 1);
	put(m, (~m->rex & 7) << 5 | map[m->line->map], 1);
	put(m, (m->rex & 8) << 4 | (used ? rng() & 15 : 15) << 3 | pp[m->line->prefix], 1);
}

static inline void put_prefixes(struct maker *m, bool memory)
{
	static const uint8_t of[] = { [X86_P66] = 0x66, [X86_PF3] = 0xf3, [X86_PF2] = 0xf2 };

	if (memory && m->line->attr & X86_LOCK && one_in(3))
		put(m, 0xf0, 1);
	if (is_string(m->line) && !one_in(4))
		put(m, m->line->attr & X86_STOP && one_in(2) ? 0xf2 : 0xf3, 1);
	if (m->gs)
		put(m, 0x65, 1);
	if (m->address32)
		put(m, 0x67, 1);
	if (m->line->prefix > X86_NP && m->line->map < X86_V0F)
		put(m, of[m->line->prefix], 1);
	if (m->size16 && m->line->prefix != X86_NP && m->line->prefix != X86_P66)
		put(m, 0x66, 1);
}

static inline void put_opcode(struct maker *m)
{
	unsigned int opcode = m->line->opcode + rng() % m->line->nr;

	if (m->line->map >= X86_V0F) {
		put_vex(m);
	} else {
		if (m->wants_rex)
			put(m, 0x40 | m->rex, 1);
		if (m->line->map != X86_M1)
			put(m, 0x0f, 1);
		if (m->line->map == X86_M38 || m->line->map == X86_M3A)
			put(m, m->line->map == X86_M38 ? 0x38 : 0x3a, 1);
	}
	put(m, opcode, 1);
}

static inline unsigned int random_imm(const struct x86_line *line, unsigned int operand,
				      unsigned int size, uint64_t *value)
{
	*value = random_integer();
	if (operand == X86_Ob || operand == X86_Ov) {
		*value = random_address(line);
		return 8;
	}
	/* RET gives up to 65535 bytes back. */
	return x86_imm_bytes(operand, size);
}

static inline unsigned int size_of(const struct maker *m)
{
	if (m->line->attr & X86_F64)
		return 8;
	if (m->line->attr & X86_D64)
		return m->size16 && !(m->wants_rex && m->rex & 8) ? 2 : 8;
	return m->wants_rex && m->rex & 8 ? 8 : m->size16 ? 2 : 4;
}

static inline void put_immediates(struct maker *m, const uint8_t *slot)
{
	unsigned int k, bytes, operand;
	uint64_t value;

	for (k = 0; k < 3; k++) {
		operand = m->line->operand[k];
		bytes = random_imm(m->line, operand, size_of(m), &value);
		if (operand == X86_Jb || operand == X86_Jz)
			value = (uint64_t)(slot + X86_SLOT_LANDED - m->at - bytes);
		put(m, value, bytes);
	}
}

/* Strings that are equal for a while, also longer ones, and across the end of what is mapped. */
static inline void place_strings(struct maker *m)
{
	struct x86_case *c = m->c;
	unsigned int k;

	c->r[X86_RSI] = X86_DATA + 128 + rng() % 256;
	c->r[X86_RDI] = X86_DATA + 128 + rng() % 256;
	c->r[X86_RCX] = rng() % 9;
	if (c->rflags & 0x400 || one_in(4))
		return;
	c->r[X86_RSI] = X86_DATA + rng() % (X86_CASE_MEM_BYTES - 8);
	c->r[X86_RDI] = one_in(4) ? c->r[X86_RSI] + rng() % 70 - 35 :
				    X86_DATA + rng() % (X86_CASE_MEM_BYTES - 8);
	if (c->r[X86_RDI] < X86_DATA)
		c->r[X86_RDI] = X86_DATA;
	c->r[X86_RCX] = rng() % (one_in(2) ? 40 : 300);
	if (one_in(2))
		return;
	c->r[X86_RAX] = (rng() & 0xff) * UINT64_C(0x0101010101010101);
	memset(c->memory, (uint8_t)c->r[X86_RAX], sizeof(c->memory));
	for (k = rng() % 4; k; k--)
		c->memory[rng() % X86_CASE_MEM_BYTES] ^= (uint8_t)rng();
}

/* What instructions use without naming it. */
static inline void place_implicit(struct maker *m, uint64_t landed)
{
	static const char *const on_stack[] = { "push", "pop", "call", "ret", "pushf", "popf" };
	const struct x86_line *line = m->line;
	struct x86_case *c = m->c;
	unsigned int k;

	for (k = 0; k < sizeof(on_stack) / sizeof(on_stack[0]); k++) {
		if (is_name(line, on_stack[k]))
			c->r[X86_RSP] = X86_DATA + 128 + rng() % 256;
	}
	if (is_string(line))
		place_strings(m);
	if (!strncmp(line->name, "maskmov", 7))
		c->r[X86_RDI] = X86_DATA + 128 + rng() % 256;
	if (is_name(line, "leave"))
		c->r[X86_RBP] = X86_DATA + 128 + rng() % 256;
	if (is_name(line, "xlat"))
		c->r[X86_RBX] = X86_DATA + rng() % 200;
	if (is_name(line, "ret"))
		memcpy(c->memory + (c->r[X86_RSP] - X86_DATA), &landed, 8);
	if (is_name(line, "popf")) {
		uint64_t flags = (rng() & 0x244cd5) | 0x202;

		/* Without alignment checks: nothing is aligned. */
		flags &= ~UINT64_C(0x40000);
		memcpy(c->memory + (c->r[X86_RSP] - X86_DATA), &flags, 8);
	}
}

/* Where the operand in memory is. */
static inline uint64_t address_of(const struct maker *m, const struct x86_insn *i, uint64_t slot)
{
	uint64_t address = (uint64_t)(int64_t)i->disp + (m->gs ? X86_GS : 0);

	if (i->relative)
		address += slot + (uint64_t)(m->at - m->c->code);
	if (i->base != X86_NO_REG)
		address += m->c->r[i->base];
	if (i->index != X86_NO_REG)
		address += m->c->r[i->index] << i->scale;
	return m->address32 ? (uint32_t)address : address;
}

static inline void place(struct maker *m, uint64_t address, uint64_t value, unsigned int bytes)
{
	if (address - X86_DATA <= X86_CASE_MEM_BYTES - bytes)
		memcpy(m->c->memory + (address - X86_DATA), &value, bytes);
}

/* Digits: what FBLD makes of others is undefined. */
static inline void place_decimal(struct maker *m, uint64_t address)
{
	unsigned int k, digits = rng() % 19;
	uint64_t byte;

	for (k = 0; k < 9; k++) {
		byte = 2 * k < digits ? rng() % 10 | rng() % 10 << 4 : 0;
		place(m, address + k, byte, 1);
	}
	place(m, address + 9, rng() & 0x80, 1);
}

/*
 * Operands that cannot be anything: where calls and jumps lead, and MXCSR. Return: false if that cannot
 * be.
 */
static inline bool place_operand(struct maker *m, const struct x86_insn *i, uint64_t slot)
{
	uint64_t landed = slot + X86_SLOT_LANDED;

	if (is_name(m->line, "ldmxcsr"))
		place(m, address_of(m, i, slot), 0x1f80 | (rng() & 3) << 13 | (rng() & 0x3d), 4);
	/* Bits of a control word that are reserved do not stay; exceptions are masked. */
	if (is_name(m->line, "fldcw"))
		place(m, address_of(m, i, slot), (rng() & 0x0f00) | 0x7f, 2);
	if (is_name(m->line, "fldenv") || is_name(m->line, "frstor")) {
		place(m, address_of(m, i, slot), (rng() & 0x0f00) | 0x7f, 4);
		place(m, address_of(m, i, slot) + 24, 0, 4);
	}
	if (is_name(m->line, "fbld"))
		place_decimal(m, address_of(m, i, slot));
	if (m->line->opcode != 0xff || (m->line->ext != 2 && m->line->ext != 4))
		return true;
	if (i->mod != 3) {
		place(m, address_of(m, i, slot), landed, 8);
		return true;
	}
	m->c->r[i->rm] = landed;
	return i->rm != X86_RSP;
}

/* A dividend that gives a quotient that fits, most of the time. */
static inline void place_dividend(struct x86_case *c, const struct x86_line *line)
{
	if (strcmp(line->name, "div") && strcmp(line->name, "idiv"))
		return;
	if (one_in(2))
		c->r[X86_RDX] = line->name[0] == 'i' ? (uint64_t)((int64_t)c->r[X86_RAX] >> 63) : 0;
	else if (one_in(2))
		c->r[X86_RDX] >>= rng() % 64;
	if (one_in(2))
		c->r[X86_RAX] = (uint64_t)(int16_t)c->r[X86_RAX];
}

/*
 * Write a random instruction of @line to the end of the code of @c, whose state it changes so that it
 * can be executed. @slot: where the code will be. Return: false if it is another line's after all.
 */
static inline bool make_insn(const struct x86_line *line, struct x86_case *c, uint64_t slot,
			     bool memory)
{
	uint8_t *start = c->code + c->nr_bytes;
	struct maker m = { .c = c, .line = line, .at = start };
	struct x86_insn i;
	int32_t distance;
	uint8_t rex;
	int bytes;

	m.wants_rex = one_in(2) || line->attr & X86_W1 || line->map >= X86_V0F;
	m.rex = m.wants_rex ? rng() & 15 : 0;
	if (line->attr & X86_W1)
		m.rex |= 8;
	if (line->attr & X86_W0)
		m.rex &= 7;
	m.size16 = one_in(4) && line->map < X86_V0F && !(line->attr & X86_F64);
	m.modrm = (uint8_t)(rng() & 0xff);
	if (line->ext >= 0)
		m.modrm = (uint8_t)(line->ext & 0x40 ? line->ext & 0x3f :
						       (m.modrm & 0xc7) | line->ext << 3);
	memory = memory && has_rm(line) && wants_memory(line);
	m.gs = memory && one_in(8);
	m.address32 = memory && !m.gs && one_in(10);
	place_implicit(&m, slot + X86_SLOT_LANDED);
	place_dividend(c, line);
	put_prefixes(&m, memory);
	/* REX stands before the address is chosen, which may change it. */
	put_opcode(&m);
	rex = m.rex;
	if (memory) {
		put_memory(&m);
		if (m.rex != rex)
			return false;
	} else if (has_rm(line)) {
		put(&m, m.modrm | 0xc0, 1);
	}
	put_immediates(&m, (const uint8_t *)c->code);
	if (m.relative) {
		distance = (int32_t)(m.target - slot - (uint64_t)(m.at - c->code));
		memcpy(m.relative, &distance, 4);
	}
	bytes = x86_decode(start, (size_t)(m.at - start), &i);
	if (bytes != m.at - start || i.line != line)
		return false;
	if (!place_operand(&m, &i, slot))
		return false;
	if (!strncmp(line->name, "bt", 2) && has_operand(line, X86_Gv) && i.mod != 3)
		c->r[i.reg] = (c->r[i.reg] & 0x3ff) - 0x200;
	c->nr_bytes += (uint32_t)bytes;
	return true;
}

#endif /* VMB_TESTS_ARCH_X86_MAKE_H */
