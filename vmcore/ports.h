/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_PORTS_H
#define VMB_VMCORE_PORTS_H
/*
 * What an architecture supplies to the VM core. The core calls these and never names one.
 */

#include "vmcore/ir/build.h"
#include "vmcore/ir/eval.h"
#include "vmcore/mmu/format.h"

/**
 * struct guest_code - guest instructions to translate.
 * @bytes, @nr_bytes: borrowed; @bytes[0] is at guest address @pc
 */
struct guest_code {
	const uint8_t *bytes;
	size_t nr_bytes;
	uint64_t pc;
};

/**
 * struct guest_ops - an architecture as a guest.
 * @name: as vmb_arch.name
 * @state_bytes: size of the guest state that lifted code refers to
 * @pc_offset: slot of the program counter in it, i64
 * @nan: enum ir_nan: which NaN its floating point returns
 * @max_insn_bytes: length of the longest instruction
 * @lift: append the IR of the instruction at @code->pc to the open block of @build, beginning with
 *	guest_pc. Sets *@ends when it has ended the block. Return: its length in bytes; 0 if more
 *	bytes are needed to know; -EILSEQ if it is none that is supported, having appended nothing
 */
struct guest_ops {
	const char *name;
	uint32_t state_bytes;
	uint32_t pc_offset;
	uint8_t nan;
	uint8_t max_insn_bytes;
	int (*lift)(struct ir_build *build, const struct guest_code *code, bool *ends);
};

struct jit_job;
struct jit_frame;

/**
 * struct host_ops - an architecture as a host. Portable: it writes bytes and does not run them.
 * @name: as vmb_arch.name
 * @nan: enum ir_nan: the rule that its arithmetic follows without help
 * @lower: write a unit's code (vmcore/jit/lower.h). Return: 0; -ENOTSUP with @job->unsupported set;
 *	-ENOSPC if the buffer has overflowed; -E2BIG for a limit
 * @fp_pack: what the host's floating-point control register is in an environment
 * @fp_unpack: the environment that it means
 */
struct host_ops {
	const char *name;
	uint8_t nan;
	int (*lower)(struct jit_job *job);
	uint32_t (*fp_pack)(struct ir_fpenv env);
	struct ir_fpenv (*fp_unpack)(uint32_t control);
};

/**
 * struct host_native - how the running CPU executes what its host_ops has written.
 * @features: what code may use here, for jit_target.features
 * @enter: run code at @code until it leaves; @enter_fp: with the guest's floating-point environment
 * @stub: by enum jit_stub
 * @sync: let code that has just been written be seen by instruction fetch
 */
struct host_native {
	uint64_t (*features)(void);
	void (*enter)(struct jit_frame *frame, const void *code);
	void (*enter_fp)(struct jit_frame *frame, const void *code);
	void (*const *stub)(void);
	void (*sync)(const void *code, size_t bytes);
};

#endif /* VMB_VMCORE_PORTS_H */
