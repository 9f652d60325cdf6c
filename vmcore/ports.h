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
 * @before: so many bytes of code can be read before @bytes as well, for who looks where jumps lead
 */
struct guest_code {
	const uint8_t *bytes;
	size_t nr_bytes;
	uint64_t pc;
	size_t before;
};

/**
 * struct guest_lift - where an architecture lifts its instructions to.
 * @build: borrowed; the open block takes what is appended
 * @block: the block with which the unit goes on at guest address @pc, as a target of branches. It
 *	has no parameters: guest registers are in the state. The core lifts what is there into the
 *	same unit, or lets the block leave the unit, as it likes
 * @ends: set by lift() when it has ended the block, and what follows is not reached from it
 * @shared: others than this thread may see the accesses to guest memory, so that their order matters
 */
struct guest_lift {
	struct ir_build *build;
	uint32_t (*block)(struct guest_lift *lift, uint64_t pc);
	bool ends;
	bool shared;
};

#define GUEST_LINUX_ARGS 6

/**
 * struct guest_linux_call - a system call of an architecture.
 * @generic: number of the generic call (asm-generic/unistd.h) that does it, or of vmcore/xlat/
 *	syscalls.def; 0: none
 * @args: where that finds its arguments: 0 to 5 the guest's, C AT_FDCWD, L AT_SYMLINK_NOFOLLOW,
 *	R AT_REMOVEDIR, S SIGCHLD, T O_CREAT | O_WRONLY | O_TRUNC, Z 0. "": those of the guest
 */
struct guest_linux_call {
	uint16_t generic;
	char args[6];
};

/**
 * struct guest_event - why a signal handler is called.
 * @number: of the signal
 * @fault: an instruction has caused it; @present: what it has accessed is mapped
 * @address: of that access
 * @untold: it is none that there could be (guest_signal.address_bits)
 */
struct guest_event {
	unsigned int number;
	bool fault, present, untold;
	uint64_t address;
};

/**
 * struct guest_registers - registers that a debugger numbers one behind the other.
 * @feature: name of the debugger's description that begins with them (GDB's manual, "Standard Target
 *	Features"); NULL: they go on with the one before
 * @name: of the first; of more than one, with a number from @first on behind it
 * @nr, @bits: how many there are, and how wide; 0: the table ends here
 * @type: in the description; NULL: an integer
 * @apart: they are in the block of registers apart, not in struct ucontext; @at: offset of the first,
 *	@step: from one to the next; @none: in neither, as they have no meaning, and read as 0
 */
struct guest_registers {
	const char *feature, *name;
	uint32_t nr, first, bits;
	const char *type;
	bool apart, none;
	uint32_t at, step;
};

/**
 * struct guest_signal - how a Linux kernel of this architecture calls a signal handler: below the
 * stack pointer is a frame with a siginfo_t (128 bytes) and a struct ucontext, and where there is one
 * a block of registers that struct ucontext has the address of.
 * @frame_bytes: of the frame, a multiple of 16; @info_at, @uc_at, @apart_at: offsets in it
 * @uc_bytes: of struct ucontext; @mask_at: offset of uc_sigmask in it
 * @apart_bytes: of the block apart, 0: there is none; @pointer_at: offset of its address in struct
 *	ucontext
 * @red_zone: bytes below the stack pointer that are left alone
 * @pushes: the return address lies below the frame
 * @link: slot of the register that has the return address otherwise
 * @restorer: the kernel's struct sigaction has a field sa_restorer
 * @syscall_bytes: length of the instruction that makes a system call
 * @trampoline: code that calls rt_sigreturn(2)
 * @illegal_code: si_code of SIGILL for an instruction that is not there
 * @address_bits: an access to an address that is no such number, extended by its sign, is a fault of
 *	another kind: SI_KERNEL, without the address. 0: all are alike
 * @save: write the registers to uc_mcontext of @uc and to @apart; both are zero, but for what all
 *	architectures have alike
 * @enter: what else is not as it was when the handler begins. NULL: nothing
 * @restore: take the registers from there; @apart: NULL if @uc has no address of it
 * @gdb_name: of the architecture, for a debugger; @registers: as it numbers them. NULL: not known
 */
struct guest_signal {
	uint32_t frame_bytes, info_at, uc_at, apart_at;
	uint32_t uc_bytes, mask_at, apart_bytes, pointer_at;
	uint32_t red_zone, link;
	bool pushes, restorer;
	uint8_t syscall_bytes;
	uint8_t illegal_code, address_bits;
	uint32_t trampoline[2];
	void (*save)(const void *state, struct ir_fpenv fp, const struct guest_event *event,
		     uint8_t *uc, uint8_t *apart);
	void (*enter)(void *state, struct ir_fpenv *fp);
	void (*restore)(void *state, struct ir_fpenv *fp, const uint8_t *uc, const uint8_t *apart);
	const char *gdb_name;
	const struct guest_registers *registers;
};

#define GUEST_SIGNAL_INFO 128u

/**
 * struct guest_linux - what a Linux program of this architecture sees of its kernel. Offsets are
 * of i64 slots in the guest state.
 * @elf_machine: e_machine of its programs
 * @machine, @platform: uname(2)'s, AT_PLATFORM (NULL: none)
 * @hwcap, @hwcap2: AT_HWCAP, AT_HWCAP2: exactly what lift() supports
 * @number, @arg, @result: of a system call (exit.syscall)
 * @sp, @tls: stack pointer, thread pointer
 * @call: [@nr_calls] by the guest's number. NULL: the guest's numbers are the generic ones
 * @own: a system call that concerns registers only sets *@result. Return: false if it is none. NULL:
 *	there are none
 * @o_direct, @o_directory, @o_nofollow, @o_largefile: flags of open(2) that architectures number
 *	differently
 * @stat_x86: struct stat as x86_64 lays it out, not as asm-generic/stat.h does
 * @signal: NULL: signal handlers are accepted and never called
 */
struct guest_linux {
	uint16_t elf_machine;
	bool stat_x86;
	const char *machine, *platform;
	uint64_t hwcap, hwcap2;
	uint32_t number, arg[GUEST_LINUX_ARGS], result;
	uint32_t sp, tls;
	const struct guest_linux_call *call;
	uint32_t nr_calls;
	bool (*own)(void *state, uint64_t number, const uint64_t *arg, int64_t *result);
	uint32_t o_direct, o_directory, o_nofollow, o_largefile;
	const struct guest_signal *signal;
};

/**
 * struct guest_ops - an architecture as a guest.
 * @name: as vmb_arch.name
 * @state_bytes: size of the guest state that lifted code refers to. All zeros, but for pc and sp,
 *	is how a program begins. The floating-point environment is that of the IR, not a part of it
 * @pc_offset: slot of the program counter in it, i64; written by the core when a unit is left, not
 *	by lifted code
 * @nan: enum ir_nan: which NaN its floating point returns
 * @max_insn_bytes: length of the longest instruction
 * @coherent: what a program has written it can execute without saying so
 * @unit_flags: IR_UNIT_FPFLAGS if the guest can read accrued floating-point flags
 * @linux_abi: for user-mode programs; NULL if there are none
 * @call: a helper that its lifted code calls besides "guest_clock" (which gives nanoseconds, i64), as
 *	struct ir_context.call but with the guest state. NULL: there are none
 * @lift: append the IR of the instruction at @code->pc to the open block, beginning with guest_pc.
 *	Branches and jumps to a constant address go to @lift->block(); calls leave with exit.call,
 *	computed ones with exit_indirect, both right behind a guest_pc of where they return to; system
 *	calls with exit.syscall for the address of the next instruction. It may end the block and leave
 *	another one open, which repeats guest_pc.
 *	Return: its length in bytes; 0 if more bytes are needed to know; -EILSEQ if it is none that is
 *	supported, having appended nothing. Appending errors are found at ir_build_end()
 */
struct guest_ops {
	const char *name;
	uint32_t state_bytes;
	uint32_t pc_offset;
	uint8_t nan;
	uint8_t max_insn_bytes;
	bool coherent;
	uint32_t unit_flags;
	const struct guest_linux *linux_abi;
	bool (*call)(void *state, const struct ir_helper *helper, const union ir_val *arg,
		     union ir_val *result);
	int (*lift)(struct guest_lift *lift, const struct guest_code *code);
};

struct jit_job;
struct jit_frame;
struct jit_trap;

/**
 * struct host_ops - an architecture as a host. Portable: it writes bytes and does not run them.
 * @name: as vmb_arch.name
 * @nan: enum ir_nan: the rule that its arithmetic follows without help
 * @nr_general: registers of this number and above are vector registers in descriptors
 *	(vmcore/jit/frame.h); general ones hold an integer in their low bits, whatever is above it
 * @home_general, @home_float, @home_vector: registers that tier 2 may make homes of integers, floats
 *	and vectors, as bits; no vector has one that no float can have. General ones 0: this host lowers
 *	for tier 1 only
 * @link_bytes: with jit_job.links code begins with so many bytes that note which unit is entered; 0:
 *	this host does not link
 * @resumes: code of tier 1 that has left for lack of fuel can be entered again at the block: all
 *	that is used there is in slots, the block's parameters too
 * @extends_signs: an integer in a slot is extended by its sign to 64 bits, else by zeros
 * @guards: tier 2 can compare ranges at a unit's entry (jit_job.select)
 * @chains: it can write chained code (jit_target.chained)
 * @relative_ways: what a way of it leads to is a displacement of 32 bits in an instruction (struct
 *	jit_way), which is changed when no thread runs the code
 * @lower: write a unit's code (vmcore/jit/lower.h). Return: 0; -ENOTSUP with @job->unsupported set;
 *	-ENOSPC if the buffer has overflowed; -E2BIG for a limit
 * @fp_pack: what the host's floating-point control register is in an environment
 * @fp_unpack: the environment that it means
 */
struct host_ops {
	const char *name;
	uint8_t nan;
	uint8_t nr_general;
	uint64_t home_general;
	uint64_t home_float;
	uint64_t home_vector;
	uint8_t link_bytes;
	bool resumes;
	bool extends_signs;
	bool guards;
	bool chains;
	bool relative_ways;
	int (*lower)(struct jit_job *job);
	uint32_t (*fp_pack)(struct ir_fpenv env);
	struct ir_fpenv (*fp_unpack)(uint32_t control);
};

/**
 * struct host_exit - where code has left, in the two registers that a function returns it in.
 * @pc: guest address, or block
 * @word: jit_exit_word() in the low half; what is above it has no meaning
 */
struct host_exit {
	uint64_t pc;
	uint64_t word;
};

/** host_enter - run code at @code until it leaves. */
typedef struct host_exit host_enter(struct jit_frame *frame, const void *code);

/**
 * struct host_native - how the running CPU executes what its host_ops has written.
 * @features: what code may use here, for jit_target.features
 * @enter: run code; @enter_fp: with the guest's floating-point environment
 * @enter_chained: the same of chained code, where that uses the host's stack; NULL: @enter_fp
 * @stub: by enum jit_stub
 * @sync: let code that has just been written be seen by instruction fetch
 * @one_mapping: it sees only what is written by way of the addresses that it fetches from, as an
 *	emulator may have it: code is CODE_WX_MPROTECT whatever is asked for
 * @interrupted: where code was, by what a signal handler gets as its third argument. NULL: it has
 *	no precise code
 * @take_registers: from there to @frame, with the floating-point control register and the fuel. If the
 *	code has trapped, the offset that has failed its check is the frame's fault_address
 * @can_trap: do floating-point operations that are invalid trap here if they are to (jit_target.traps)?
 *	An emulator may not do that. NULL: they do not
 * @go_on: let what a signal handler gets go on at @to behind the instruction that has trapped
 *	(jit_compute()), with the result and the floating-point control register of @frame
 */
struct host_native {
	uint64_t (*features)(void);
	host_enter *enter;
	host_enter *enter_fp;
	host_enter *enter_chained;
	void (*const *stub)(void);
	void (*sync)(const void *code, size_t bytes);
	bool one_mapping;
	const void *(*interrupted)(const void *context);
	void (*take_registers)(const void *context, struct jit_frame *frame);
	bool (*can_trap)(void);
	void (*go_on)(void *context, const struct jit_frame *frame, const struct jit_trap *trap,
		      const void *to);
};

#endif /* VMB_VMCORE_PORTS_H */
