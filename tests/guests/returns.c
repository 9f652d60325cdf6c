// SPDX-License-Identifier: MIT
/* Returns that do not go to where the last call was made, so often that code is translated again. */
#include "tests/guests/guest.h"

#include <setjmp.h>
#include <signal.h>
#include <ucontext.h>

#define COROUTINES 5
#define STACK	   65536

static uint64_t sum;

static void add(uint64_t value)
{
	sum = (sum << 7 | sum >> 57) * 31 + value;
}

/* More open calls than any prediction has room for. */
static __attribute__((noinline)) uint64_t deep(uint64_t level, uint64_t *seed)
{
	uint64_t below;

	if (!level)
		return next(seed);
	below = deep(level - 1, seed);
	return below * 3 + level;
}

static __attribute__((noinline)) uint64_t fib(unsigned int n)
{
	return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

static jmp_buf out;

/* Leaves its callers from @level on, without returning. */
static __attribute__((noinline)) uint64_t leave(unsigned int level, unsigned int at)
{
	if (level == at)
		longjmp(out, (int)level + 1);
	if (level > at)
		return level;
	return leave(level + 1, at) * 5 + level;
}

static __attribute__((noinline)) void jump_out(unsigned int round)
{
	int came;

	if (!(came = setjmp(out)))
		add(leave(0, round % 37));
	else
		add((uint64_t)came);
	add(fib(round % 9));
}

/* Each waits in the middle of its calls while the others go on. */
static ucontext_t everyone, coroutine[COROUTINES];
static unsigned int turn;

static __attribute__((noinline)) void work(unsigned int who, unsigned int level)
{
	if (level) {
		work(who, level - 1);
		add(who * 100 + level);
		return;
	}
	turn = (who + 1) % COROUTINES;
	swapcontext(&coroutine[who], turn ? &coroutine[turn] : &everyone);
}

static void run(int who)
{
	unsigned int level;

	for (level = 0;; level = (level + 1) % 11)
		work((unsigned int)who, level);
}

static void start(void)
{
	static uint8_t stack[COROUTINES][STACK] __attribute__((aligned(16)));
	int who;

	for (who = 0; who < COROUTINES; who++) {
		getcontext(&coroutine[who]);
		coroutine[who].uc_stack.ss_sp = stack[who];
		coroutine[who].uc_stack.ss_size = STACK;
		makecontext(&coroutine[who], (void (*)(void))run, 1, who);
	}
}

static sigjmp_buf from_handler;

static void handle(int number)
{
	add((uint64_t)number);
	siglongjmp(from_handler, 1);
}

static __attribute__((noinline)) void raise_in(unsigned int level)
{
	if (level)
		raise_in(level - 1);
	else
		raise(SIGUSR1);
	add(level);
}

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* The library calls back. */
static void sort(uint64_t *seed)
{
	uint32_t number[300], i;

	for (i = 0; i < 300; i++)
		number[i] = (uint32_t)next(seed);
	qsort(number, 300, sizeof(number[0]), compare);
	for (i = 0; i < 300; i += 17)
		add(number[i]);
}

int main(int argc, char **argv)
{
	long rounds = 3000 * repeats(argc, argv), i;
	uint64_t seed = 1;

	signal(SIGUSR1, handle);
	start();
	for (i = 0; i < rounds; i++) {
		jump_out((unsigned int)i);
		swapcontext(&everyone, &coroutine[0]);
		if (i % 100 == 0)
			sort(&seed);
		if (i % 500 == 0)
			add(deep(40000, &seed));
		if (i % 50 == 0 && !sigsetjmp(from_handler, 1))
			raise_in((unsigned int)i / 50 % 13);
	}
	add(fib(25));
	printf("%016llx\n", (unsigned long long)sum);
	return 0;
}
