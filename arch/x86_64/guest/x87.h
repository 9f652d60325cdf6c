/* SPDX-License-Identifier: MIT */
#ifndef VMB_ARCH_X86_64_GUEST_X87_H
#define VMB_ARCH_X86_64_GUEST_X87_H
/*
 * The x87: lifted code calls the helper "x86_x87" with a code and up to two values.
 */

#include "vmcore/ports.h"

/* What the helper does, in bits 0..4 of the code. i: a register of the stack, in bits 5..7. */
enum x87_op {
	X87_ARITHMETIC, /* bits 8..10 which, as encoded; 11..13 where the other operand comes from;
			 * bit 14 to ST(i); 15 pops */
	X87_PUSH,	/* bits 11..13 what */
	X87_PUSH_REG,	/* ST(i) */
	X87_GET,	/* ST(0) as bits 11..13 say; bit 14 truncated, whatever the mode; of X87_BCD
			 * the sign and the two highest digits */
	X87_GET_HIGH,	/* sign and exponent of ST(0), whose significand X87_GET has given */
	X87_SET_REG,	/* ST(i) = ST(0) */
	X87_POP,
	X87_EXCHANGE,	/* ST(0) and ST(i) */
	X87_MOVE,	/* ST(0) = ST(i) if a != 0 */
	X87_FREE,	/* ST(i) */
	X87_TURN,	/* a is added to the top */
	X87_CONST,	/* push constant i */
	X87_CHS, X87_ABS, X87_SQRT, X87_RNDINT, X87_SCALE, X87_REM, X87_REM1, X87_TEST, X87_EXAMINE,
	X87_EXTRACT,
	X87_COMPARE,	/* ST(0) with ST(i): flags C, P, Z at bits 0, 2, 6; bit 8 quiet; bit 15 pops */
	X87_CONTROL,	/* the control word */
	X87_STATUS,
	X87_TAGS,
	X87_SET_CONTROL,
	X87_SET_STATUS, /* a */
	X87_SET_TAGS,	/* a */
	X87_INIT,
	X87_CLEAR,	/* exceptions */
	X87_COMPARE_POP2, /* quietly with ST(1) if bit 8, and pop both */
};

/* Where a value comes from or goes. */
enum x87_format { X87_REG, X87_F32, X87_F64, X87_F80, X87_I16, X87_I32, X87_I64, X87_BCD };

#define X87_CODE(op, i)	  ((uint32_t)(op) | (uint32_t)(i) << 5)
#define X87_WHICH(n)	  ((uint32_t)(n) << 8)
#define X87_QUIET	  (1u << 8)
#define X87_FROM(format)  ((uint32_t)(format) << 11)
#define X87_TO_I	  (1u << 14)
#define X87_TRUNCATE	  (1u << 14)
#define X87_BCD_HIGH	  (1u << 14)
#define X87_POPS	  (1u << 15)

#define X87_FIRST_CONTROL 0x37fu

struct x86_state;

/** x86_control_word, x86_status_word - the words as a program reads them; and as it writes them. */
uint16_t x86_control_word(const struct x86_state *s);
uint16_t x86_status_word(const struct x86_state *s);
void x86_set_control_word(struct x86_state *s, uint16_t control);
void x86_set_status_word(struct x86_state *s, uint16_t status);

/** x86_tag_word - two bits a register: 0 a normal number, 1 zero, 2 another, 3 empty. */
uint16_t x86_tag_word(const struct x86_state *s);
void x86_set_tag_word(struct x86_state *s, uint16_t tags);

/** x86_x87_helper - the helper: arguments and result as the IR has them. */
void x86_x87_helper(struct x86_state *s, const union ir_val *arg, union ir_val *result);

#endif /* VMB_ARCH_X86_64_GUEST_X87_H */
