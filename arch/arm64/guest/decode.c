// SPDX-License-Identifier: MIT
#include "arch/arm64/guest/decode.h"

#include "arch/arm64/guest/cipher.h"
#include "arch/arm64/guest/insns.h"

/* Bits 28..24 of a word choose a group of insn.def, which holds few enough lines to look through. */
#define NR_GROUPS  32u
#define GROUP_OF(word) ((word) >> 24 & (NR_GROUPS - 1))

/* Each line of insn.def is an enumerator; a group's name is a second one for its first line. */
#define A64_GROUP(bits)			     FIRST_##bits, BEFORE_##bits = FIRST_##bits - 1,
#define LINE_NAME(line)			     AT_LINE_##line
#define LINE(line)			     LINE_NAME(line)
#define A64(name, lift, mask, value, arg) LINE(__LINE__),
enum { A64_BEGIN = -1,
#include "arch/arm64/guest/insn.def"
NR_INSNS };
#undef A64
#undef A64_GROUP

static const struct a64_insn insns[] = {
#define A64_GROUP(bits)
#define A64(name, lift, mask, value, arg) { #name, mask, value, arg, a64_##lift },
#include "arch/arm64/guest/insn.def"
#undef A64
#undef A64_GROUP
};

static const uint16_t first[NR_GROUPS + 1] = {
#define A64(name, lift, mask, value, arg)
#define A64_GROUP(bits) [bits] = FIRST_##bits,
#include "arch/arm64/guest/insn.def"
	[NR_GROUPS] = NR_INSNS,
};

const struct a64_insn *a64_decode(uint32_t word)
{
	const struct a64_insn *insn = &insns[first[GROUP_OF(word)]];
	const struct a64_insn *end = &insns[first[GROUP_OF(word) + 1]];

	for (; insn < end; insn++) {
		if ((word & insn->mask) == insn->value)
			return insn;
	}
	return NULL;
}

const struct a64_insn *a64_insns(size_t *nr)
{
	*nr = VMB_ARRAY_SIZE(insns);
	return insns;
}
