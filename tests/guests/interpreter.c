// SPDX-License-Identifier: MIT
/* A small virtual machine: a switch in a loop, and calls through a table. */
#include "tests/guests/guest.h"

enum op { PUSH, ADD, MUL, XOR, DUP, SWAP, LESS, JUMP_IF, CALL, HALT };

struct insn {
	enum op op;
	int64_t arg;
};

static int64_t square(int64_t x)
{
	return (int64_t)((uint64_t)x * (uint64_t)x);
}

static int64_t invert(int64_t x)
{
	return ~x;
}

static int64_t half(int64_t x)
{
	return x / 2;
}

static int64_t (*const native[])(int64_t) = { square, invert, half };

static int64_t run(const struct insn *code)
{
	int64_t stack[64], t;
	int sp = 0;

	for (const struct insn *i = code;; i++) {
		switch (i->op) {
		case PUSH:
			stack[sp++] = i->arg;
			break;
		case ADD:
			sp--;
			stack[sp - 1] = (int64_t)((uint64_t)stack[sp - 1] + (uint64_t)stack[sp]);
			break;
		case MUL:
			sp--;
			stack[sp - 1] = (int64_t)((uint64_t)stack[sp - 1] * (uint64_t)stack[sp]);
			break;
		case XOR:
			sp--;
			stack[sp - 1] ^= stack[sp];
			break;
		case DUP:
			stack[sp] = stack[sp - 1];
			sp++;
			break;
		case SWAP:
			t = stack[sp - 1];
			stack[sp - 1] = stack[sp - 2];
			stack[sp - 2] = t;
			break;
		case LESS:
			stack[sp - 1] = stack[sp - 1] < i->arg;
			break;
		case JUMP_IF:
			if (stack[--sp])
				i = code + i->arg - 1;
			break;
		case CALL:
			stack[sp - 1] = native[i->arg](stack[sp - 1]);
			break;
		case HALT:
			return stack[sp - 1];
		}
	}
}

static long fibonacci(long n)
{
	return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

int main(int argc, char **argv)
{
	long n = repeats(argc, argv);
	const struct insn code[] = {
		{ PUSH, 1 }, { PUSH, 0 },
		/* 2: accumulator, counter */
		{ SWAP, 0 }, { PUSH, 31 }, { MUL, 0 }, { CALL, 1 }, { CALL, 2 }, { PUSH, 77 },
		{ XOR, 0 }, { CALL, 0 }, { PUSH, 5 }, { ADD, 0 }, { SWAP, 0 }, { PUSH, 1 },
		{ ADD, 0 }, { DUP, 0 },
		{ LESS, 20000 * n }, { JUMP_IF, 2 }, { SWAP, 0 }, { HALT, 0 },
	};

	printf("machine %lld\n", (long long)run(code));
	printf("fibonacci %ld\n", fibonacci(20 + (n > 1 ? 10 : 0)));
	return 11;
}
