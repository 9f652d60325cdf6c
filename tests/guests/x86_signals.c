// SPDX-License-Identifier: MIT
/*
 * What handlers of x86_64 programs see and keep: all registers in the context and back, flags, the
 * x87, what lies below the stack pointer, instructions that are skipped by their handler.
 */
#include <fenv.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/select.h>
#include <sys/time.h>
#include <sys/ucontext.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "tests/guests/guest.h"

static volatile int seen, code, length;
static volatile long cr2, trapno;
static void *volatile address;
static volatile unsigned int mxcsr_inside, control_inside;
static char *volatile nowhere = (char *)0x3000000010;

static unsigned int mxcsr(void)
{
	return __builtin_ia32_stmxcsr();
}

static unsigned int control(void)
{
	unsigned short word;

	__asm__ volatile("fnstcw %0" : "=m"(word));
	return word;
}

/* Overwrites what it may, and goes on behind the instruction. */
static void skip(int number, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	volatile char mess[256];

	memset((void *)(uintptr_t)mess, 0xaa, sizeof(mess));
	seen = number;
	code = info->si_code;
	address = info->si_addr;
	cr2 = uc->uc_mcontext.gregs[REG_CR2];
	trapno = uc->uc_mcontext.gregs[REG_TRAPNO];
	mxcsr_inside = mxcsr();
	control_inside = control();
	__asm__ volatile("pcmpeqd %%xmm0, %%xmm0; movdqa %%xmm0, %%xmm9; fldpi; std; cld" ::
			 : "xmm0", "xmm9", "st");
	uc->uc_mcontext.gregs[REG_RIP] += length;
	uc->uc_mcontext.gregs[REG_R12] += 5;
}

static void handle(int number)
{
	struct sigaction action = { .sa_sigaction = skip, .sa_flags = SA_SIGINFO };

	sigemptyset(&action.sa_mask);
	sigaction(number, &action, NULL);
}

/* 64 bits of flags, general registers, vectors and the x87 stack around UD2. */
static void illegal(void)
{
	uint64_t flags, r12, rbx, below, low, high;
	long double x;

	length = 2;
	fesetround(FE_DOWNWARD);
	__asm__ volatile("movq $0x1234, -64(%%rsp)\n\t"
			 "mov $7, %%r12\n\tmov $0x1122334455667788, %%rbx\n\t"
			 "movq %%rbx, %%xmm9\n\tpunpcklqdq %%xmm9, %%xmm9\n\t"
			 "fldl2e\n\t"
			 "mov $0x7fffffff, %%eax\n\tstd\n\tadd $1, %%eax\n\t"
			 "ud2\n\t"
			 "mov -64(%%rsp), %4\n\t"
			 "lea -128(%%rsp), %%rsp\n\tpushf\n\tpop %0\n\tlea 128(%%rsp), %%rsp\n\tcld\n\t"
			 "mov %%r12, %1\n\tmov %%rbx, %2\n\tfstpt %3\n\t"
			 "movq %%xmm9, %5\n\tpsrldq $8, %%xmm9\n\tmovq %%xmm9, %6"
			 : "=&r"(flags), "=&r"(r12), "=&r"(rbx), "=m"(x), "=&r"(below), "=&r"(low),
			   "=&r"(high)
			 :: "rax", "r12", "rbx", "xmm9", "cc", "memory", "st");
	printf("signal %d code %d at it %d flags %lx r12 %lu rbx %lx st %.18Lg below %lx xmm %lx %lx\n", seen,
	       code, address != NULL, (unsigned long)(flags & 0xcd5), (unsigned long)r12,
	       (unsigned long)rbx, x, (unsigned long)below, (unsigned long)low, (unsigned long)high);
	printf("inside: mxcsr %x control %x; behind: %x %x\n", mxcsr_inside, control_inside, mxcsr(),
	       control());
	fesetround(FE_TONEAREST);
}

static void access_fault(void)
{
	length = 3;
	/* 44 88 20: mov %r12b, (%rax) */
	__asm__ volatile(".byte 0x44, 0x88, 0x20" :: "a"(nowhere), "r"(0) : "r12", "memory");
	printf("signal %d code %d address %p cr2 %lx trap %ld\n", seen, code, address, cr2, trapno);
}

/* An address whose upper bits are not all alike: the CPU does not say which it was. */
static void impossible_address(void)
{
	length = 3;
	__asm__ volatile(".byte 0x44, 0x88, 0x20" :: "a"(UINT64_C(1) << 47) : "r12", "memory");
	printf("impossible: signal %d code %d address %p trap %ld\n", seen, code, address, trapno);
}

static void divide(void)
{
	int quotient = 5, remainder = 6;

	length = 2;
	__asm__ volatile(".byte 0xf7, 0xf9" : "+a"(quotient), "+d"(remainder) : "c"(0) : "r12", "cc");
	printf("signal %d trap %ld kept %d %d\n", seen, trapno, quotient, remainder);
	quotient = 5;
	remainder = 6;
	__asm__ volatile(".byte 0xf7, 0xf1" : "+a"(quotient), "+d"(remainder) : "c"(6) : "r12", "cc");
	printf("too large: signal %d kept %d %d\n", seen, quotient, remainder);
	length = 0;
	__asm__ volatile("int3" ::: "r12");
	printf("breakpoint: signal %d trap %ld\n", seen, trapno);
}

/* A child ends by the signal. */
static void divide_in_a_child(void)
{
	int status = 0;

	fflush(stdout);
	if (!fork()) {
		signal(SIGFPE, SIG_DFL);
		__asm__ volatile("idivl %%ecx" :: "a"(5), "d"(0), "c"(0) : "cc");
	}
	wait(&status);
	printf("child: signal %d\n", WIFSIGNALED(status) ? WTERMSIG(status) : -status);
}

static char other_stack[65536];
static ucontext_t main_context, other_context;

static void other(void)
{
	printf("on the other stack\n");
	swapcontext(&other_context, &main_context);
	printf("again\n");
}

static void contexts(void)
{
	getcontext(&other_context);
	other_context.uc_stack = (stack_t){ .ss_sp = other_stack, .ss_size = sizeof(other_stack) };
	other_context.uc_link = &main_context;
	makecontext(&other_context, other, 0);
	swapcontext(&main_context, &other_context);
	printf("back\n");
	swapcontext(&main_context, &other_context);
}

static void on_alarm(int number)
{
	seen = number;
}

/* What only this architecture has a number for. */
static void old_calls(void)
{
	struct timeval wait = { 0, 3000 };
	struct pollfd pfd = { .events = POLLIN };
	int fd[2], got;
	fd_set set;

	if (pipe(fd))
		return;
	pfd.fd = fd[0];
	printf("poll %d", poll(&pfd, 1, 2));
	FD_ZERO(&set);
	FD_SET(fd[0], &set);
	got = select(fd[0] + 1, &set, NULL, NULL, &wait);
	printf(" select %d %d\n", got, FD_ISSET(fd[0], &set));
	printf("write %zd", write(fd[1], "x", 1));
	got = poll(&pfd, 1, -1);
	FD_SET(fd[0], &set);
	printf(" poll %d %d", got, pfd.revents == POLLIN);
	printf(" select %d", select(fd[0] + 1, &set, NULL, NULL, NULL));
	printf(" dup2 %d %d\n", dup2(fd[0], fd[0]) == fd[0], dup2(fd[0], 77));
	signal(SIGALRM, on_alarm);
	alarm(1);
	pause();
	printf("alarm %d left %u time %d\n", seen, alarm(0), time(NULL) > 1000000);
}

int main(void)
{
	handle(SIGILL);
	handle(SIGSEGV);
	handle(SIGFPE);
	handle(SIGTRAP);
	illegal();
	access_fault();
	impossible_address();
	divide();
	divide_in_a_child();
	contexts();
	old_calls();
	return 0;
}
