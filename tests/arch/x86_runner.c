// SPDX-License-Identifier: MIT
/*
 * Executes the cases that x86_lift_test sends, on an x86_64 CPU. Built alone, at a fixed address: the
 * instructions may change every register but FS.
 */
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "tests/arch/x86_case.h"

#define ARCH_SET_GS 0x1001

struct x86_case *current_case;
uint64_t saved_rsp, saved_rax, entry;
static sigjmp_buf back;

void run_case(struct x86_case *c, const void *code);
extern const char case_fell_through[], case_landed[];

/* Offsets of struct x86_case; r is at 0. */
_Static_assert(offsetof(struct x86_case, rflags) == 128, "run_case");
_Static_assert(offsetof(struct x86_case, mxcsr) == 136, "run_case");
_Static_assert(offsetof(struct x86_case, landed) == 140, "run_case");
_Static_assert(offsetof(struct x86_case, xmm) == 152, "run_case");
_Static_assert(offsetof(struct x86_case, fpu) == 408, "run_case");

#define LOAD_X(at, n)	      "movups " #at "(%rdi), %xmm" #n "\n"
#define STORE_X(at, n)	      "movups %xmm" #n ", " #at "(%rax)\n"
#define EACH_X(op)                                                                                 \
	op(152, 0) op(168, 1) op(184, 2) op(200, 3) op(216, 4) op(232, 5) op(248, 6) op(264, 7)    \
	op(280, 8) op(296, 9) op(312, 10) op(328, 11) op(344, 12) op(360, 13) op(376, 14) op(392, 15)

/* rdi is the case, rsi its code. Moves leave flags alone. */
__asm__(".text\n"
	".globl run_case, case_fell_through, case_landed\n"
	"run_case:\n"
	"push %rbx\n push %rbp\n push %r12\n push %r13\n push %r14\n push %r15\n"
	"mov %rsp, saved_rsp(%rip)\n"
	"mov %rsi, entry(%rip)\n"
	"frstor 408(%rdi)\n"
	"ldmxcsr 136(%rdi)\n" EACH_X(LOAD_X)
	"push 128(%rdi)\n"
	"popf\n"
	"mov 0(%rdi), %rax\n mov 8(%rdi), %rcx\n mov 16(%rdi), %rdx\n mov 24(%rdi), %rbx\n"
	"mov 32(%rdi), %rsp\n mov 40(%rdi), %rbp\n mov 48(%rdi), %rsi\n mov 64(%rdi), %r8\n"
	"mov 72(%rdi), %r9\n mov 80(%rdi), %r10\n mov 88(%rdi), %r11\n mov 96(%rdi), %r12\n"
	"mov 104(%rdi), %r13\n mov 112(%rdi), %r14\n mov 120(%rdi), %r15\n mov 56(%rdi), %rdi\n"
	"jmp *entry(%rip)\n"
	"case_fell_through:\n"
	"mov %rax, saved_rax(%rip)\n"
	"mov current_case(%rip), %rax\n"
	"movl $0, 140(%rax)\n"
	"jmp 1f\n"
	"case_landed:\n"
	"mov %rax, saved_rax(%rip)\n"
	"mov current_case(%rip), %rax\n"
	"movl $1, 140(%rax)\n"
	"1:\n"
	"mov %rcx, 8(%rax)\n mov %rdx, 16(%rax)\n mov %rbx, 24(%rax)\n mov %rsp, 32(%rax)\n"
	"mov %rbp, 40(%rax)\n mov %rsi, 48(%rax)\n mov %rdi, 56(%rax)\n mov %r8, 64(%rax)\n"
	"mov %r9, 72(%rax)\n mov %r10, 80(%rax)\n mov %r11, 88(%rax)\n mov %r12, 96(%rax)\n"
	"mov %r13, 104(%rax)\n mov %r14, 112(%rax)\n mov %r15, 120(%rax)\n"
	"mov saved_rax(%rip), %rcx\n mov %rcx, 0(%rax)\n"
	"mov saved_rsp(%rip), %rsp\n"
	"pushf\n"
	"pop 128(%rax)\n"
	"cld\n"
	"stmxcsr 136(%rax)\n" EACH_X(STORE_X) "fnsave 408(%rax)\n"
	"pop %r15\n pop %r14\n pop %r13\n pop %r12\n pop %rbp\n pop %rbx\n"
	"ret\n");

/* The registers as they are where the signal came. */
static void on_signal(int number, siginfo_t *info, void *context)
{
	static const int reg[16] = { REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI,
				     REG_RDI, REG_R8, REG_R9, REG_R10, REG_R11, REG_R12, REG_R13,
				     REG_R14, REG_R15 };
	const ucontext_t *u = context;
	int i;

	(void)info;
	for (i = 0; i < 16; i++)
		current_case->r[i] = (uint64_t)u->uc_mcontext.gregs[reg[i]];
	current_case->rflags = (uint64_t)u->uc_mcontext.gregs[REG_EFL];
	current_case->mxcsr = u->uc_mcontext.fpregs->mxcsr;
	memcpy(current_case->xmm, u->uc_mcontext.fpregs->_xmm, sizeof(current_case->xmm));
	memset(current_case->fpu, 0, sizeof(current_case->fpu));
	current_case->landed = 0;
	current_case->signal = (uint32_t)number;
	siglongjmp(back, 1);
}

static void take_signals(void)
{
	static const int numbers[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP };
	/*
	 * Far away from the program: where a case's random stack pointer lies in this stack, the kernel
	 * believes that it is in use, finds no room and kills.
	 */
	void *stack = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const stack_t other = { .ss_sp = stack, .ss_size = 65536 };
	const struct sigaction action = { .sa_sigaction = on_signal,
					  .sa_flags = SA_SIGINFO | SA_ONSTACK };
	size_t i;

	if (stack == MAP_FAILED || sigaltstack(&other, NULL))
		exit(2);
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sigaction(numbers[i], &action, NULL);
}

/* All of it, or the program ends: with 0 if there is no more to read. */
static void transfer(int fd, void *data, size_t bytes, int writes)
{
	char *at = data;
	ssize_t got;

	while (bytes) {
		got = writes ? write(fd, at, bytes) : read(fd, at, bytes);
		if (got <= 0)
			exit(got ? 3 : 0);
		at += got;
		bytes -= (size_t)got;
	}
}

static void map(uint64_t address, size_t bytes)
{
	void *at = (void *)address;

	if (mmap(at, bytes, PROT_READ | PROT_WRITE | PROT_EXEC,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) != at)
		exit(2);
}

static void put_jump(uint8_t *at, const char *to)
{
	int32_t distance = (int32_t)(to - (const char *)at - 5);

	at[0] = 0xe9;
	memcpy(at + 1, &distance, 4);
}

static uint8_t *slot(uint32_t i)
{
	return (uint8_t *)X86_CODE + i * X86_SLOT_BYTES;
}

static void run(uint32_t i, struct x86_case *c)
{
	uint8_t *data = (uint8_t *)X86_DATA;

	memcpy(slot(i), c->code, c->nr_bytes);
	put_jump(slot(i) + c->nr_bytes, case_fell_through);
	put_jump(slot(i) + X86_SLOT_LANDED, case_landed);
	memcpy(data, c->memory, sizeof(c->memory));
	current_case = c;
	c->signal = 0;
	if (!sigsetjmp(back, 1))
		run_case(c, slot(i));
	memcpy(c->memory, data, sizeof(c->memory));
}

int main(void)
{
	static struct x86_case batch[X86_BATCH];
	uint32_t nr, i;

	map(X86_CODE, X86_BATCH * X86_SLOT_BYTES);
	map(X86_DATA_END - 4096, 4096);
	if (syscall(SYS_arch_prctl, ARCH_SET_GS, X86_GS))
		exit(2);
	take_signals();
	for (;;) {
		transfer(0, &nr, sizeof(nr), 0);
		if (nr > X86_BATCH)
			exit(4);
		transfer(0, batch, nr * sizeof(batch[0]), 0);
		for (i = 0; i < nr; i++)
			run(i, &batch[i]);
		transfer(1, batch, nr * sizeof(batch[0]), 1);
	}
}
