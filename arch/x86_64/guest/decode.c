// SPDX-License-Identifier: MIT
#include "arch/x86_64/guest/decode.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "arch/x86_64/guest/insns.h"

static const struct x86_line lines[] = {
#define X86(name, lift, map, opcode, nr, prefix, ext, attr, a, b, c, arg)                          \
	{ #name, x86_##lift, attr, X86_##map, opcode, nr, X86_##prefix, ext,                        \
	  { X86_##a, X86_##b, X86_##c }, arg },
#include "arch/x86_64/guest/insn.def"
#undef X86
};

enum {
	NR_CANDIDATES = 0
#define X86(name, lift, map, opcode, nr, prefix, ext, attr, a, b, c, arg) +(nr)
#include "arch/x86_64/guest/insn.def"
#undef X86
};

/* The lines of each opcode, in the table's order, and where they are by map and opcode. */
static uint16_t candidate[NR_CANDIDATES];
static struct place {
	uint16_t first, nr;
} place[X86_NR_MAPS][256];

static_assert(NR_CANDIDATES <= UINT16_MAX, "an index has two bytes");

/* Of each line, what would take long to find out: has it a modrm, and which operands are behind? */
static struct shape {
	bool has_modrm;
	uint8_t behind;
} shape[VMB_ARRAY_SIZE(lines)];

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void count_lines(void)
{
	unsigned int k, i;

	for (i = 0; i < VMB_ARRAY_SIZE(lines); i++) {
		for (k = 0; k < lines[i].nr; k++)
			place[lines[i].map][lines[i].opcode + k].nr++;
	}
}

static bool is_modrm(unsigned int operand)
{
	return (operand >= X86_Eb && operand <= X86_Mo) || operand >= X86_Vo;
}

static bool is_behind(unsigned int operand)
{
	return x86_imm_bytes(operand, 8) || operand == X86_Ob || operand == X86_Ov;
}

static void fill_shapes(void)
{
	unsigned int i, k;

	for (i = 0; i < VMB_ARRAY_SIZE(lines); i++) {
		shape[i].has_modrm = lines[i].ext >= 0 || lines[i].attr & (X86_MEM | X86_REG);
		for (k = 0; k < VMB_ARRAY_SIZE(lines[i].operand); k++) {
			shape[i].has_modrm |= is_modrm(lines[i].operand[k]);
			shape[i].behind |= (uint8_t)(is_behind(lines[i].operand[k]) << k);
		}
	}
}

static void fill_places(void)
{
	struct place *p = &place[0][0];
	unsigned int k, i, at = 0;

	fill_shapes();
	count_lines();
	for (i = 0; i < X86_NR_MAPS * 256; i++) {
		p[i].first = (uint16_t)at;
		at += p[i].nr;
		p[i].nr = 0;
	}
	for (i = 0; i < VMB_ARRAY_SIZE(lines); i++) {
		for (k = 0; k < lines[i].nr; k++) {
			p = &place[lines[i].map][lines[i].opcode + k];
			candidate[p->first + p->nr++] = (uint16_t)i;
		}
	}
}

/* Bytes being read; @nr: how many there are, @at: how many have been read. */
struct reader {
	const uint8_t *bytes;
	size_t nr, at;
	bool size16;
};

/* Little-endian, zero-extended. What is not there reads as 0, and @at is behind the end. */
static uint64_t take(struct reader *r, unsigned int bytes)
{
	uint64_t value = 0;

	if (r->at + bytes <= r->nr)
		memcpy(&value, r->bytes + r->at, bytes);
	r->at += bytes;
	return value;
}

static int64_t take_signed(struct reader *r, unsigned int bytes)
{
	unsigned int unused = 64 - 8 * bytes;

	return bytes ? (int64_t)(take(r, bytes) << unused) >> unused : 0;
}

static void take_prefix(struct x86_insn *i, struct reader *r, uint8_t byte)
{
	switch (byte) {
	case 0x66:
		r->size16 = true;
		break;
	case 0x67:
		i->address32 = 1;
		break;
	case 0xf0:
		i->lock = 1;
		break;
	case 0xf2:
	case 0xf3:
		i->repeat = byte;
		break;
	case 0x64:
	case 0x65:
		i->segment = byte;
		break;
	default:
		break;
	}
}

/* What VEX says: bits 7..5 of the byte before, inverted, are R, X, B. */
static bool take_vex(struct x86_insn *i, struct reader *r, uint8_t first, unsigned int *map)
{
	static const uint8_t repeat[] = { 0, 0, 0xf3, 0xf2 };
	uint8_t b = (uint8_t)take(r, 1), c = b;

	if (i->rex || i->repeat || r->size16 || i->lock)
		return false;
	i->rex = 0x40 | (b & 0x80 ? 0 : 4);
	*map = X86_V0F;
	if (first == 0xc4) {
		c = (uint8_t)take(r, 1);
		i->rex |= (b & 0x40 ? 0 : 2) | (b & 0x20 ? 0 : 1) | (c & 0x80 ? 8 : 0);
		if ((b & 0x1f) < 1 || (b & 0x1f) > 3)
			return false;
		*map = X86_V0F + (b & 0x1f) - 1;
	}
	i->vvvv = (c >> 3 & 15) ^ 15;
	i->repeat = repeat[c & 3];
	r->size16 = (c & 3) == 1;
	i->scale = c & 4;
	return true;
}

/* What take_prefix() knows; most instructions have none. */
static const bool prefixes[256] = {
	[0x26] = true, [0x2e] = true, [0x36] = true, [0x3e] = true, [0x64] = true, [0x65] = true,
	[0x66] = true, [0x67] = true, [0xf0] = true, [0xf2] = true, [0xf3] = true,
};

/* Prefixes and the opcode. Return: its map, or X86_NR_MAPS if it is none. */
static unsigned int take_opcode(struct x86_insn *i, struct reader *r)
{
	unsigned int map = X86_M1;
	uint8_t byte = (uint8_t)take(r, 1);

	while (prefixes[byte]) {
		take_prefix(i, r, byte);
		byte = (uint8_t)take(r, 1);
	}
	if ((byte & 0xf0) == 0x40) {
		i->rex = byte;
		byte = (uint8_t)take(r, 1);
	}
	if (byte == 0xc4 || byte == 0xc5) {
		if (!take_vex(i, r, byte, &map))
			return X86_NR_MAPS;
		byte = (uint8_t)take(r, 1);
	} else if (byte == 0x0f) {
		byte = (uint8_t)take(r, 1);
		map = byte == 0x38 ? X86_M38 : byte == 0x3a ? X86_M3A : X86_M0F;
		if (map != X86_M0F)
			byte = (uint8_t)take(r, 1);
	}
	i->opcode = byte;
	return map;
}

static bool has_modrm(const struct x86_line *line)
{
	return shape[line - lines].has_modrm;
}

static bool prefix_matches(const struct x86_line *line, const struct x86_insn *i)
{
	switch (line->prefix) {
	case X86_NP:
		return !i->repeat && !i->size16;
	case X86_P66:
		return !i->repeat && i->size16;
	case X86_PF3:
		return i->repeat == 0xf3;
	case X86_PF2:
		return i->repeat == 0xf2;
	default:
		return true;
	}
}

static bool attr_matches(const struct x86_line *line, const struct x86_insn *i, bool vex_l)
{
	uint32_t attr = line->attr;
	bool memory = has_modrm(line) && i->mod != 3;

	return !(attr & X86_MEM && !memory) && !(attr & X86_REG && memory) &&
	       !(attr & X86_W0 && i->rex & 8) && !(attr & X86_W1 && !(i->rex & 8)) &&
	       !(attr & X86_L0 && vex_l) && !(i->lock && !(attr & X86_LOCK && memory));
}

static bool ext_matches(const struct x86_line *line, const struct x86_insn *i)
{
	if (line->ext & 0x40)
		return line->ext < 0 || (line->ext & 0x3f) == ((i->reg & 7) << 3 | (i->rm & 7));
	return line->ext == (i->reg & 7);
}

static const struct x86_line *find(unsigned int map, const struct x86_insn *i, bool vex_l)
{
	const struct place *p = &place[map][i->opcode];
	unsigned int k;

	for (k = 0; k < p->nr; k++) {
		const struct x86_line *line = &lines[candidate[p->first + k]];

		if (prefix_matches(line, i) && ext_matches(line, i) && attr_matches(line, i, vex_l))
			return line;
	}
	return NULL;
}

static void take_sib(struct x86_insn *i, struct reader *r)
{
	uint8_t sib = (uint8_t)take(r, 1);

	i->scale = sib >> 6;
	i->index = (sib >> 3 & 7) | (i->rex & 2 ? 8 : 0);
	if (i->index == 4)
		i->index = X86_NO_REG;
	i->base = (sib & 7) | (i->rex & 1 ? 8 : 0);
	if ((sib & 7) == 5 && !i->mod)
		i->base = X86_NO_REG;
}

static void take_modrm(struct x86_insn *i, struct reader *r)
{
	uint8_t modrm = (uint8_t)take(r, 1);

	i->has_modrm = true;
	i->mod = modrm >> 6;
	i->reg = (modrm >> 3 & 7) | (i->rex & 4 ? 8 : 0);
	i->rm = (modrm & 7) | (i->rex & 1 ? 8 : 0);
	i->scale = 0;
	if (i->mod == 3)
		return;
	i->base = i->rm;
	if ((modrm & 7) == 4) {
		take_sib(i, r);
	} else if ((modrm & 7) == 5 && !i->mod) {
		i->base = X86_NO_REG;
		i->relative = 1;
	}
	if (i->mod == 1)
		i->disp = (int32_t)take_signed(r, 1);
	else if (i->mod == 2 || (!i->mod && i->base == X86_NO_REG))
		i->disp = (int32_t)take_signed(r, 4);
}

unsigned int x86_imm_bytes(unsigned int operand, unsigned int size)
{
	switch (operand) {
	case X86_Ib:
	case X86_Ub:
	case X86_Jb:
		return 1;
	case X86_Uw:
		return 2;
	case X86_Iz:
		return size == 2 ? 2 : 4;
	case X86_Jz:
		return 4;
	case X86_Iv:
		return size;
	default:
		return 0;
	}
}

static void take_immediate(struct x86_insn *i, struct reader *r)
{
	unsigned int left = shape[i->line - lines].behind, operand;

	for (; left; left &= left - 1) {
		operand = i->line->operand[__builtin_ctz(left)];
		if (operand == X86_Ub || operand == X86_Uw)
			i->imm = (int64_t)take(r, operand == X86_Ub ? 1 : 2);
		else if (operand == X86_Ob || operand == X86_Ov)
			i->imm = (int64_t)take(r, i->address32 ? 4 : 8);
		else
			i->imm = take_signed(r, x86_imm_bytes(operand, i->size));
	}
}

static uint8_t operand_size(const struct x86_insn *i)
{
	if (i->line->attr & X86_F64)
		return 8;
	if (i->line->attr & X86_D64)
		return i->size16 && !(i->rex & 8) ? 2 : 8;
	return i->rex & 8 ? 8 : i->size16 ? 2 : 4;
}

/* Return: 0 if the bytes suffice so far or more are needed, -EILSEQ. */
static int take_all(struct x86_insn *i, struct reader *r)
{
	unsigned int map = take_opcode(i, r);
	bool vex_l;

	if (map == X86_NR_MAPS || !place[map][i->opcode].nr)
		return -EILSEQ;
	vex_l = map >= X86_V0F && i->scale;
	i->size16 = r->size16;
	if (has_modrm(&lines[candidate[place[map][i->opcode].first]]))
		take_modrm(i, r);
	i->line = find(map, i, vex_l);
	if (!i->line)
		return -EILSEQ;
	i->size = operand_size(i);
	take_immediate(i, r);
	return 0;
}

static int decode(const uint8_t *bytes, size_t nr, struct x86_insn *insn)
{
	struct reader r = { bytes, nr < X86_MAX_BYTES ? nr : X86_MAX_BYTES, 0, false };
	int status;

	*insn = (struct x86_insn){ .base = X86_NO_REG, .index = X86_NO_REG };
	status = take_all(insn, &r);
	if (r.at > r.nr)
		return nr >= X86_MAX_BYTES ? -EILSEQ : 0;
	insn->bytes = (uint8_t)r.at;
	return status ? status : (int)r.at;
}

/*
 * What was decoded last. Who wants to know which flags are read looks at the instructions to come, and
 * at these again when it is their turn.
 */
#define NR_RECENT    16u
#define RECENT_BYTES 16u

static_assert(RECENT_BYTES >= X86_MAX_BYTES, "all that an instruction is");

static __thread struct recent {
	uint8_t bytes[RECENT_BYTES];
	struct x86_insn insn;
} recent[NR_RECENT];

int x86_decode(const uint8_t *bytes, size_t nr, struct x86_insn *insn)
{
	struct recent *known = &recent[(uintptr_t)bytes % NR_RECENT];
	int status;

	pthread_once(&once, fill_places);
	if (nr < RECENT_BYTES)
		return decode(bytes, nr, insn);
	if (known->insn.line && !memcmp(known->bytes, bytes, RECENT_BYTES)) {
		*insn = known->insn;
		return insn->bytes;
	}
	status = decode(bytes, nr, insn);
	if (status > 0) {
		memcpy(known->bytes, bytes, RECENT_BYTES);
		known->insn = *insn;
	}
	return status;
}

const struct x86_line *x86_lines(size_t *nr)
{
	*nr = VMB_ARRAY_SIZE(lines);
	return lines;
}

uint32_t x86_cond_reads(unsigned int cond)
{
	static const uint8_t reads[] = {
		1 << X86_O, 1 << X86_C, 1 << X86_Z, 1 << X86_C | 1 << X86_Z, 1 << X86_S,
		1 << X86_P, 1 << X86_S | 1 << X86_O, 1 << X86_S | 1 << X86_O | 1 << X86_Z,
	};

	return reads[cond >> 1 & 7];
}

uint32_t x86_reads(const struct x86_insn *insn)
{
	uint32_t reads = insn->line->attr >> 6 & X86_ALL_FLAGS;

	return insn->line->attr & X86_COND ? reads | x86_cond_reads(insn->opcode) : reads;
}

uint32_t x86_kills(const struct x86_insn *insn)
{
	uint32_t kills = insn->line->attr & X86_ALL_FLAGS;

	if (insn->line->attr & X86_SHIFT && !(insn->imm & (insn->size == 8 ? 63 : 31)))
		return 0;
	return kills;
}
