// SPDX-License-Identifier: MIT
#include "arch/x86_64/guest/helper.h"

#include <string.h>

#include "arch/base/cipher.h"
#include "arch/x86_64/guest/x87.h"
#include "arch/x86_64/guest/x87_image.h"

/* A round of AES. Source: Intel SDM, volume 2, "AESENC" and its kin. */
static void aes_round(union ir_val *v, const union ir_val *key, bool inverse, bool last)
{
	cipher_shift_rows(v->b, inverse);
	cipher_substitute(v->b, inverse);
	if (!last)
		cipher_mix_columns(v->b, inverse);
	v->d[0] ^= key->d[0];
	v->d[1] ^= key->d[1];
}

/* Two words of the round key from words 1 and 3 of @v. */
static void aes_key(union ir_val *v, uint32_t constant)
{
	unsigned int k;
	uint32_t word;

	for (k = 0; k < 4; k += 2) {
		word = cipher_substitute_word(v->w[k + 1]);
		v->w[k] = word;
		v->w[k + 1] = (word >> 8 | word << 24) ^ constant;
	}
}

/* Bit i of the low half to all bits of lane i, which has @bytes. */
static void spread(union ir_val *v, unsigned int bytes)
{
	uint64_t bits = v->d[0];
	unsigned int k;

	for (k = 0; k < 16; k++)
		v->b[k] = bits >> k / bytes & 1 ? 0xff : 0;
}

void x86_vector_helper(struct x86_state *s, const union ir_val *arg, union ir_val *result)
{
	uint32_t op = arg[0].w[0] & 255, imm = arg[0].w[0] >> 8;
	union ir_val v = arg[1];

	(void)s;
	switch (op) {
	case X86_AES_IMC:
		cipher_mix_columns(v.b, true);
		break;
	case X86_AES_KEY:
		aes_key(&v, imm);
		break;
	case X86_CLMUL:
		cipher_multiply(v.d[imm & 1], arg[2].d[imm >> 4 & 1], v.d);
		break;
	case X86_SPREAD_BYTES:
	case X86_SPREAD_WORDS:
		spread(&v, op == X86_SPREAD_BYTES ? 1 : 2);
		break;
	default:
		aes_round(&v, &arg[2], op >= X86_AES_DEC, op & 1);
		break;
	}
	*result = v;
}

static const struct {
	const char *name;
	void (*does)(struct x86_state *s, const union ir_val *arg, union ir_val *result);
} helpers[] = {
	{ "x86_x87", x86_x87_helper },
	{ "x86_vector", x86_vector_helper },
	{ "x86_strings", x86_strings_helper },
	{ "x86_function", x86_function_helper },
	{ "x86_save", x86_save_helper },
	{ "x86_restore", x86_restore_helper },
	{ "x86_fxsave", x86_fxsave_helper },
	{ "x86_fxrstor", x86_fxrstor_helper },
};

bool x86_helper(void *state, const struct ir_helper *helper, const union ir_val *arg,
		union ir_val *result)
{
	unsigned int k;

	for (k = 0; k < VMB_ARRAY_SIZE(helpers); k++) {
		if (strcmp(helpers[k].name, helper->name))
			continue;
		helpers[k].does(state, arg, result);
		return true;
	}
	return false;
}
