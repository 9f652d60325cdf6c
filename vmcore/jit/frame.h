/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_JIT_FRAME_H
#define VMB_VMCORE_JIT_FRAME_H
/*
 * What compiled code works in. Everything that the code asks the runtime for goes through here, so
 * code contains no address and can run wherever it lies.
 */

#include "vmcore/interp/interp.h"

struct jit_code;

/* Registers of a host that are saved while the runtime works: general ones, then vectors. */
#define JIT_NR_REGS 32u

/* A value that is in none. */
#define JIT_NO_REG 0xffu

/* What compiled code calls; with JIT_STUB_FP for a unit that uses floating point. */
enum jit_stub {
	JIT_STUB_EVAL,	 /* an instruction that the interpreter computes */
	JIT_STUB_ACCESS, /* guest memory by the port */
	JIT_STUB_CALL,	 /* a helper */
	JIT_STUB_FP,
	/* Of chained code, of hosts with host_native.enter_chained; jumped to. */
	JIT_STUB_JUMP = 2 * JIT_STUB_FP, /* go on at a guest address that the table has, or leave */
	JIT_STUB_LEAVE,			 /* leave, whatever is on the host's stack */
	JIT_NR_STUBS,
};

/**
 * struct jit_frame - the frame of a running unit.
 * @vec, @gpr: registers of the code while the runtime works, by their numbers
 * @arg: arguments of a helper
 * @exit_pc, @exit_word: where the runtime says that the unit is left: guest address, jit_exit_word()
 * @fault_address: of IR_LEAVE_FAULT; of precise code that has trapped, the offset that failed its check
 * @stack: where code finds the address to return to when it leaves, on hosts whose code uses the stack
 * @memory: host address of the guest memory's first byte
 * @stack_limit: below it chained code of tier 2 leaves where a unit begins
 * @state: guest state
 * @stub: what the code calls
 * @fp_control, @host_fp_control: the guest's and the host's floating-point control registers
 * @fuel: instructions that may still be executed
 * @limit: the last offset at which 16 bytes of memory can be accessed; one, of precise code
 * @slot: values that are in no register
 */
struct jit_frame {
	union ir_val vec[JIT_NR_REGS];
	uint64_t gpr[JIT_NR_REGS];
	union ir_val arg[IR_HELPER_ARGS];
	uint64_t exit_pc;
	uint64_t exit_word;
	uint64_t fault_address;
	struct ir_context *context;
	uint64_t stack;
	uint8_t *memory;
	uint64_t stack_limit;
	void *state;
	const void *stub[JIT_NR_STUBS];
	uint32_t fp_control, host_fp_control;
	int64_t fuel;
	uint64_t limit;
	const struct jit_code *code;
	uint64_t slot[];
};

/*
 * Chained code (jit_target.chained) finds where a computed jump goes in a table that lies below the
 * frame: each thread has its own, so that no entry changes while it is read.
 */
#define JIT_TABLE_ENTRIES 4096u
#define JIT_TABLE_BYTES	  (16u * JIT_TABLE_ENTRIES)

/**
 * struct jit_target_entry - an entry of it.
 * @pc: guest address; ~0: none
 * @code: where chained code for it begins
 */
struct jit_target_entry {
	uint64_t pc;
	const void *code;
};

/** jit_target_entry - where @pc is in the table of a frame that has one. */
VMB_INLINE struct jit_target_entry *jit_target_entry(struct jit_frame *frame, uint64_t pc)
{
	struct jit_target_entry *table = (void *)((uint8_t *)frame - JIT_TABLE_BYTES);

	return &table[pc / 2 % JIT_TABLE_ENTRIES];
}

/*
 * How chained code leaves besides the ways of enum ir_leave_kind: by a way, whose number is the exit
 * word's code; exit_pc has no meaning.
 */
#define JIT_LEAVE_WAY 0x40u

/*
 * How precise code leaves in the middle, with its registers in the frame: by a fault, or by a way.
 * exit_pc is a host address, and guest state is to be recovered (vmcore/jit/recover.h).
 */
#define JIT_LEAVE_FAULT_AT 0x41u
#define JIT_LEAVE_WAY_AT   0x42u

#define JIT_MAX_WAYS  (1u << 24)

/* enter.S knows these numbers; the fields from memory on lie within a byte's reach of the slots. */
#define JIT_FRAME_GPR	     512
#define JIT_FRAME_EXIT_PC    896
#define JIT_FRAME_EXIT_WORD  904
#define JIT_FRAME_STACK	     928
#define JIT_FRAME_MEMORY     936
#define JIT_FRAME_STACK_LIMIT 944
#define JIT_FRAME_STATE	     952
#define JIT_FRAME_STUB	     960
#define JIT_FRAME_FP	     1024
#define JIT_FRAME_HOST_FP    1028
#define JIT_FRAME_FUEL	     1032
#define JIT_FRAME_LIMIT	     1040
#define JIT_FRAME_CODE	     1048
#define JIT_FRAME_SLOT	     1056

static_assert(offsetof(struct jit_frame, gpr) == JIT_FRAME_GPR, "enter.S");
static_assert(offsetof(struct jit_frame, memory) == JIT_FRAME_MEMORY, "enter.S");
static_assert(offsetof(struct jit_frame, limit) == JIT_FRAME_LIMIT, "enter.S");
static_assert(offsetof(struct jit_frame, state) == JIT_FRAME_STATE, "enter.S");
static_assert(offsetof(struct jit_frame, stub) == JIT_FRAME_STUB, "enter.S");
static_assert(offsetof(struct jit_frame, fp_control) == JIT_FRAME_FP, "enter.S");
static_assert(offsetof(struct jit_frame, host_fp_control) == JIT_FRAME_HOST_FP, "enter.S");
static_assert(offsetof(struct jit_frame, fuel) == JIT_FRAME_FUEL, "enter.S");
static_assert(offsetof(struct jit_frame, stack) == JIT_FRAME_STACK, "enter.S");
static_assert(offsetof(struct jit_frame, stack_limit) == JIT_FRAME_STACK_LIMIT, "enter.S");
static_assert(offsetof(struct jit_frame, exit_pc) == JIT_FRAME_EXIT_PC, "enter.S");
static_assert(offsetof(struct jit_frame, exit_word) == JIT_FRAME_EXIT_WORD, "enter.S");
static_assert(offsetof(struct jit_frame, code) == JIT_FRAME_CODE, "enter.S");
static_assert(offsetof(struct jit_frame, slot) == JIT_FRAME_SLOT, "enter.S");

/** jit_frame_bytes - of a frame with @nr_slots, a multiple of the 64 that it is aligned to. */
VMB_INLINE size_t jit_frame_bytes(size_t nr_slots)
{
	return (sizeof(struct jit_frame) + nr_slots * sizeof(uint64_t) + 63) & ~(size_t)63;
}

/** jit_exit_word - enum ir_leave_kind and its code, as code leaves them in @exit_word. */
VMB_INLINE uint32_t jit_exit_word(uint32_t kind, uint32_t code)
{
	return kind | code << 8;
}

/**
 * struct jit_eval_desc - an instruction for JIT_STUB_EVAL, as code passes it in one register.
 * @atype: type of operand a
 * @a, @b, @c: numbers of the registers that hold the operands
 */
struct jit_eval_desc {
	uint8_t op, type, aux, aux2;
	uint8_t atype;
	uint8_t a, b, c;
};

/**
 * struct jit_access_desc - an access for JIT_STUB_ACCESS; it follows the call in the code.
 * @a: register of the address, less the guest memory's first if @relative
 * @b, @c: registers of the operands
 * @dst: register of the result
 * @pc: of the guest instruction; @way: if @op is IR_br, there is no access: precise code leaves by it
 */
struct jit_access_desc {
	uint8_t op, type, aux, aux2;
	uint8_t a, b, c;
	uint8_t dst : 7;
	uint8_t relative : 1;
	union {
		uint64_t pc;
		uint32_t way;
	};
} __attribute__((packed));

static_assert(sizeof(struct jit_eval_desc) == 8, "fits a register");
static_assert(sizeof(struct jit_access_desc) == 16, "enter.S skips it");

/*
 * What the stubs of enter.S call. The registers of the code are in @frame->gpr and @frame->vec.
 */

/** jit_eval - compute; the result goes to the first register of either kind. @imm: the immediate. */
void jit_eval(struct jit_frame *frame, uint64_t word, uint64_t imm);

/** jit_access - access guest memory. Return: 0, or 1 if the unit is left, with the exit set. */
int jit_access(struct jit_frame *frame, const struct jit_access_desc *desc);

/** jit_call - call helper @helper; the result as of jit_eval(). Return: as jit_access(). */
int jit_call(struct jit_frame *frame, uint64_t helper, uint64_t pc);

#endif /* VMB_VMCORE_JIT_FRAME_H */
