/* SPDX-License-Identifier: MIT */
#ifndef VMB_ARCH_RISCV64_GUEST_DECODE_H
#define VMB_ARCH_RISCV64_GUEST_DECODE_H
/*
 * Bytes to instructions and their fields. Compressed instructions become those that they stand for.
 */

#include <stddef.h>
#include <stdint.h>

#include "arch/base/attr.h"

enum rv_id {
#define RV_GROUP(opcode)
#define RV_INSN(name, mask, match, format) RV_##name,
#define RV_END(opcode)
#include "arch/riscv64/guest/insn.def"
#undef RV_GROUP
#undef RV_INSN
#undef RV_END
	RV_NR_INSNS,
};

/**
 * struct rv_insn - a decoded instruction.
 * @id: enum rv_id
 * @bytes: 2 or 4
 * @rd, @rs1, @rs2, @rs3: registers; of no meaning where the format has none
 * @rm: bits 14..12, the rounding mode of floating-point instructions
 * @aq, @rl: of atomic instructions
 * @imm: sign-extended immediate; shift amount; number of a CSR; both sets of a fence
 */
struct rv_insn {
	uint16_t id;
	uint8_t bytes;
	uint8_t rd, rs1, rs2, rs3;
	uint8_t rm, aq, rl;
	int64_t imm;
};

/**
 * rv_decode - decode the instruction at @bytes.
 * @nr: bytes that can be read
 * Return: its length, 2 or 4; 0 if that is more than @nr; -EILSEQ if it is none that is known.
 */
int rv_decode(const uint8_t *bytes, size_t nr, struct rv_insn *insn);

/** rv_name - "addi", "sext.b", as assemblers spell it; NULL if @id is none. */
const char *rv_name(unsigned int id, char *buf, size_t bytes);

#endif /* VMB_ARCH_RISCV64_GUEST_DECODE_H */
