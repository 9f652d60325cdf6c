// SPDX-License-Identifier: MIT
/*
 * Small kernels of the kinds that translators are usually compared with, one per run:
 * kernels NAME [REPEATS]. Without a name: all of them. Each prints a sum of what it has computed.
 */
#include "tests/guests/guest.h"

#define VMB_GUEST_NOINLINE __attribute__((noinline))

/* Calls: the naive Fibonacci numbers. */
static VMB_GUEST_NOINLINE uint64_t fib_of(unsigned int n)
{
	return n < 2 ? n : fib_of(n - 1) + fib_of(n - 2);
}

static uint64_t fib(void)
{
	return fib_of(27);
}

/* A linked list sorted and searched, a matrix, a state machine and a checksum: mixed integer work. */
struct node {
	struct node *next;
	int16_t key, value;
};

static VMB_GUEST_NOINLINE uint16_t crc16(uint16_t crc, uint32_t word)
{
	int i;

	for (i = 0; i < 16; i++, word >>= 1)
		crc = (uint16_t)((crc ^ word) & 1 ? crc >> 1 ^ 0xa001 : crc >> 1);
	return crc;
}

static VMB_GUEST_NOINLINE struct node *merge(struct node *a, struct node *b)
{
	struct node head = { 0 }, *tail = &head;

	while (a && b) {
		struct node **from = a->key <= b->key ? &a : &b;

		tail->next = *from;
		tail = *from;
		*from = (*from)->next;
	}
	tail->next = a ? a : b;
	return head.next;
}

static struct node *sort_list(struct node *list, int nr)
{
	struct node *half = list, *rest;
	int i;

	if (nr < 2)
		return list;
	for (i = 1; i < nr / 2; i++)
		half = half->next;
	rest = half->next;
	half->next = NULL;
	return merge(sort_list(list, nr / 2), sort_list(rest, nr - nr / 2));
}

static VMB_GUEST_NOINLINE int32_t matrix16(const int16_t *a, const int16_t *b, int n)
{
	int32_t sum = 0;
	int i, j, k;

	for (i = 0; i < n; i++) {
		for (j = 0; j < n; j++) {
			int32_t cell = 0;

			for (k = 0; k < n; k++)
				cell += a[i * n + k] * b[k * n + j];
			sum += cell >> 3 & 0x3ff;
		}
	}
	return sum;
}

static VMB_GUEST_NOINLINE uint32_t machine(const char *text)
{
	enum { START, INT, FRACTION, EXPONENT, BAD } state = START;
	uint32_t counts[5] = { 0 };

	for (; *text; text++) {
		switch (state) {
		case START:
			state = *text >= '0' && *text <= '9' ? INT : *text == '.' ? FRACTION : BAD;
			break;
		case INT:
			if (*text == '.')
				state = FRACTION;
			else if (*text == ',')
				state = START;
			else if (*text < '0' || *text > '9')
				state = BAD;
			break;
		case FRACTION:
			state = *text == 'e' ? EXPONENT : *text == ',' ? START : FRACTION;
			break;
		default:
			state = *text == ',' ? START : state;
			break;
		}
		counts[state]++;
	}
	return counts[INT] * 3 + counts[FRACTION] * 5 + counts[EXPONENT] * 7 + counts[BAD];
}

static uint64_t core(void)
{
	static struct node nodes[200];
	static int16_t a[256], b[256];
	uint64_t seed = 3, sum = 0;
	int round, i;

	for (round = 0; round < 30; round++) {
		uint16_t crc = 0;
		struct node *n;

		for (i = 0; i < 200; i++)
			nodes[i] = (struct node){ i < 199 ? &nodes[i + 1] : NULL,
						  (int16_t)next(&seed), (int16_t)i };
		for (i = 0; i < 256; i++) {
			a[i] = (int16_t)next(&seed);
			b[i] = (int16_t)(i * round);
		}
		for (n = sort_list(nodes, 200); n; n = n->next)
			crc = crc16(crc, (uint32_t)n->value);
		crc = crc16(crc, (uint32_t)matrix16(a, b, 16));
		crc = crc16(crc, machine("512,1.5e7,34.,x9,1234,.5e-3,77,1e4,T0.3,8.25,42"));
		sum += crc;
	}
	return sum;
}

/* Records, strings and small functions, as the classical synthetic benchmark has them. */
struct record {
	struct record *other;
	int kind, number;
	char text[32];
};

static VMB_GUEST_NOINLINE int step(int a, int b)
{
	return a + b + 2;
}

static VMB_GUEST_NOINLINE void assign(struct record *r, int number)
{
	struct record *to = r->other;

	*to = *r;
	to->other = r;
	to->number = step(number, r->kind);
	r->number = to->number / 3;
	to->kind = r->kind == 2 ? 0 : r->kind + 1;
}

static uint64_t records(void)
{
	static struct record one = { .kind = 1, .text = "DHRYSTONE PROGRAM, SOME STRING" };
	static struct record two = { .text = "DHRYSTONE PROGRAM, 2'ND STRING" };
	char text[32];
	uint64_t sum = 0;
	int i;

	one.other = &two;
	two.other = &one;
	for (i = 0; i < 20000; i++) {
		assign(i & 1 ? &one : &two, i);
		strcpy(text, one.text);
		text[i & 15] ^= 1;
		sum += (uint64_t)one.number + (strcmp(text, two.text) > 0);
	}
	return sum;
}

static uint32_t rotate(uint32_t x, unsigned int by)
{
	return x >> by | x << (32 - by);
}

/* A round function as of SHA-256, over constants that are made here. */
static uint64_t sha(void)
{
	static uint32_t k[64];
	uint32_t h[8] = { 1, 2, 3, 4, 5, 6, 7, 8 }, w[64], i, block;
	uint64_t seed = 11;

	for (i = 0; i < 64; i++)
		k[i] = (uint32_t)next(&seed);
	for (block = 0; block < 800; block++) {
		uint32_t s[8];

		for (i = 0; i < 16; i++)
			w[i] = block * 16 + i;
		for (; i < 64; i++) {
			uint32_t a = w[i - 15], b = w[i - 2];

			w[i] = w[i - 16] + w[i - 7] + (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) +
			       (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
		}
		memcpy(s, h, sizeof(s));
		for (i = 0; i < 64; i++) {
			uint32_t t = s[7] + (rotate(s[4], 6) ^ rotate(s[4], 11) ^ rotate(s[4], 25)) +
				     ((s[4] & s[5]) ^ (~s[4] & s[6])) + k[i] + w[i];
			uint32_t u = (rotate(s[0], 2) ^ rotate(s[0], 13) ^ rotate(s[0], 22)) +
				     ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));

			memmove(s + 1, s, 7 * sizeof(*s));
			s[4] += t;
			s[0] = t + u;
		}
		for (i = 0; i < 8; i++)
			h[i] += s[i];
	}
	return (uint64_t)h[0] << 32 | h[7];
}

static int ascending(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static uint64_t sort(void)
{
	static uint32_t v[20000];
	uint64_t seed = 5, sum = 0;
	uint32_t i;

	for (i = 0; i < 20000; i++)
		v[i] = (uint32_t)next(&seed);
	qsort(v, 20000, sizeof(*v), ascending);
	for (i = 0; i < 20000; i++)
		sum = sum * 31 + v[i];
	return sum;
}

/* Square root by Newton's method, so that no library is needed. */
static double root(double x)
{
	double r = x > 1 ? x / 2 : 1;
	int i;

	for (i = 0; i < 6; i++)
		r = 0.5 * (r + x / r);
	return r;
}

static uint64_t nbody(void)
{
	double at[5][3], v[5][3] = { { 0 } }, sum = 0;
	int step, i, j, k;

	for (i = 0; i < 5; i++) {
		for (k = 0; k < 3; k++)
			at[i][k] = i * 1.5 + k * (i - 2.25);
	}
	for (step = 0; step < 3000; step++) {
		for (i = 0; i < 5; i++) {
			for (j = i + 1; j < 5; j++) {
				double x = at[i][0] - at[j][0], y = at[i][1] - at[j][1];
				double z = at[i][2] - at[j][2], d = x * x + y * y + z * z + 0.01;
				double m = 0.001 / (d * root(d));

				v[i][0] -= x * m;
				v[i][1] -= y * m;
				v[i][2] -= z * m;
				v[j][0] += x * m;
				v[j][1] += y * m;
				v[j][2] += z * m;
			}
		}
		for (i = 0; i < 5; i++) {
			for (k = 0; k < 3; k++)
				at[i][k] += 0.001 * v[i][k];
		}
	}
	for (i = 0; i < 5; i++)
		sum += at[i][0] + at[i][1] * 3 + at[i][2] * 5;
	return (uint64_t)(int64_t)(sum * 1e6);
}

static uint64_t matmul(void)
{
	static double a[96][96], b[96][96], c[96][96];
	uint64_t sum = 0;
	int i, j, k;

	for (i = 0; i < 96; i++) {
		for (j = 0; j < 96; j++) {
			a[i][j] = i + j * 0.5;
			b[i][j] = i - j * 0.25;
		}
	}
	for (i = 0; i < 96; i++) {
		for (j = 0; j < 96; j++) {
			double cell = 0;

			for (k = 0; k < 96; k++)
				cell += a[i][k] * b[k][j];
			c[i][j] = cell;
		}
	}
	for (i = 0; i < 96; i++)
		sum += (uint64_t)(int64_t)c[i][(i * 7) % 96];
	return sum;
}

static uint64_t mandel(void)
{
	uint64_t sum = 0;
	int x, y, i;

	for (y = 0; y < 64; y++) {
		for (x = 0; x < 64; x++) {
			double re = x * 0.04 - 2, im = y * 0.04 - 1.25, a = 0, b = 0;

			for (i = 0; i < 200 && a * a + b * b < 4; i++) {
				double t = a * a - b * b + re;

				b = 2 * a * b + im;
				a = t;
			}
			sum += (uint64_t)i;
		}
	}
	return sum;
}

static uint64_t hash(void)
{
	static uint64_t keys[1 << 14];
	uint64_t seed = 17, sum = 0, mask = (1 << 14) - 1;
	uint32_t i;

	memset(keys, 0, sizeof(keys));
	for (i = 0; i < 60000; i++) {
		uint64_t key = next(&seed) % 12000 + 1, at = key * UINT64_C(0x9e3779b97f4a7c15) >> 50;

		while (keys[at & mask] && keys[at & mask] != key)
			at++;
		sum += keys[at & mask] == key ? at & mask : 1;
		keys[at & mask] = key;
	}
	return sum;
}

static uint64_t sieve(void)
{
	static uint8_t composite[200000];
	uint64_t sum = 0;
	uint32_t i, j;

	memset(composite, 0, sizeof(composite));
	for (i = 2; i < 200000; i++) {
		if (composite[i])
			continue;
		sum += i;
		for (j = 2 * i; j < 200000; j += i)
			composite[j] = 1;
	}
	return sum;
}

/* A stack machine that adds up numbers in a loop. */
static VMB_GUEST_NOINLINE int64_t execute(const uint8_t *code)
{
	enum { PUSH, ADD, SUB, DUP, SWAP, JNZ, DROP, STOP };
	int64_t stack[16], *top = stack;
	const uint8_t *pc = code;

	for (;;) {
		switch (*pc++) {
		case PUSH:
			*++top = *pc++;
			break;
		case ADD:
			top[-1] += top[0];
			top--;
			break;
		case SUB:
			top[-1] -= top[0];
			top--;
			break;
		case DUP:
			top[1] = top[0];
			top++;
			break;
		case SWAP: {
			int64_t t = top[0];

			top[0] = top[-1];
			top[-1] = t;
			break;
		}
		case JNZ:
			pc = *top ? code + *pc : pc + 1;
			break;
		case DROP:
			top--;
			break;
		default:
			return *top;
		}
	}
}

static uint64_t interpreter(void)
{
	/* sum = 0; for (n = 250 * 200; n; n--) sum += n; */
	static const uint8_t code[] = {
		0, 0, 0, 250, 0, 200, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 1,
		3, 7, 7,
	};
	static const uint8_t loop[] = {
		0, 0, 0, 255,			/* sum n */
		4, 0, 3, 1, 4,			/* sum + 3, n */
		0, 1, 2, 5, 4, 6, 7,		/* n - 1, again if not zero; drop it, stop */
	};
	uint64_t sum = 0;
	int i;

	for (i = 0; i < 400; i++)
		sum += (uint64_t)execute(loop);
	return sum + (uint64_t)execute(code);
}

static uint64_t strings(void)
{
	static char text[4096], copy[4096];
	uint64_t seed = 23, sum = 0;
	int round, i;

	for (i = 0; i < 4095; i++)
		text[i] = "abcdefgh "[next(&seed) % 9];
	for (round = 0; round < 300; round++) {
		size_t at = next(&seed) % 4000;
		const char *blank = strchr(text + at, ' ');

		memcpy(copy, text, sizeof(copy));
		copy[at] ^= 1;
		sum += strlen(copy + at % 64) + (size_t)(blank ? blank - text : 0);
		sum += (uint64_t)(strcmp(text, copy) > 0) + (uint64_t)(memcmp(text, copy, at) == 0);
		text[at] = "xyz"[round % 3];
	}
	return sum;
}

/*
 * Text as programs treat it: split into words, which are counted, turned round and compared; numbers
 * that are read and written; a search. The loops are the program's own, and the C library is
 * called for short strings.
 */
struct word {
	char text[24];
	unsigned int nr;
};

static VMB_GUEST_NOINLINE char *print_number(char *to, uint32_t number)
{
	char digits[10];
	unsigned int nr = 0;

	do {
		digits[nr++] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	while (nr)
		*to++ = digits[--nr];
	return to;
}

static VMB_GUEST_NOINLINE const char *parse_number(const char *from, uint32_t *number)
{
	*number = 0;
	for (; *from >= '0' && *from <= '9'; from++)
		*number = *number * 10 + (uint32_t)(*from - '0');
	return from;
}

/* Words, every seventh with a capital, every eleventh a number; lines of ten. */
static VMB_GUEST_NOINLINE void write_text(char *to, const char *end, uint64_t *seed)
{
	static const char *const words[] = {
		"a", "of", "the", "level", "register", "in", "translation", "memory", "is", "was",
		"not", "by", "noon", "kernels", "machine", "and", "instruction", "it", "for", "refer",
	};
	unsigned int i;

	for (i = 1; to + 32 < end; i++) {
		const char *word = words[next(seed) % 20];
		size_t nr = strlen(word);

		if (i % 11) {
			memcpy(to, word, nr);
			if (i % 7 == 0)
				*to = (char)(*to - 'a' + 'A');
			to += nr;
		} else {
			to = print_number(to, (uint32_t)(next(seed) >> (32 + next(seed) % 24)));
		}
		*to++ = i % 10 ? ' ' : '\n';
	}
	*to = '\0';
}

/* Small letters only. Return: behind the word. */
static VMB_GUEST_NOINLINE const char *take_word(const char *from, char *word)
{
	for (;; from++) {
		if (*from >= 'A' && *from <= 'Z')
			*word++ = (char)(*from - 'A' + 'a');
		else if (*from >= 'a' && *from <= 'z')
			*word++ = *from;
		else
			break;
	}
	*word = '\0';
	return from;
}

static VMB_GUEST_NOINLINE unsigned int count_word(struct word *table, const char *text)
{
	uint32_t at = 2166136261u, i;

	for (i = 0; text[i]; i++)
		at = (at ^ (uint8_t)text[i]) * 16777619u;
	for (at %= 64; table[at].nr && strcmp(table[at].text, text); at = (at + 1) % 64)
		;
	if (!table[at].nr)
		strcpy(table[at].text, text);
	return ++table[at].nr;
}

static VMB_GUEST_NOINLINE void reverse(char *text, size_t nr)
{
	char *end = text + nr;

	while (text < --end) {
		char c = *text;

		*text++ = *end;
		*end = c;
	}
}

static VMB_GUEST_NOINLINE int compare(const char *a, const char *b)
{
	for (; *a && *a == *b; a++, b++)
		;
	return *a - *b;
}

static VMB_GUEST_NOINLINE unsigned int search(const char *text, const char *wanted)
{
	unsigned int nr = 0, i;

	for (; *text; text++) {
		for (i = 0; wanted[i] && text[i] == wanted[i]; i++)
			;
		nr += !wanted[i];
	}
	return nr;
}

static uint64_t read_text(const char *at, struct word *table)
{
	char word[24], turned[24];
	uint64_t sum = 0;

	while (*at) {
		uint32_t number;

		if (*at >= '0' && *at <= '9') {
			at = parse_number(at, &number);
			*print_number(turned, number) = '\0';
			sum += number + strlen(turned);
		} else if (*at == ' ' || *at == '\n') {
			at++;
		} else {
			at = take_word(at, word);
			strcpy(turned, word);
			reverse(turned, strlen(turned));
			sum += count_word(table, word) * (uint64_t)(1 + (compare(word, turned) > 0));
			sum += strchr(word, 'e') ? 5 : 0;
		}
	}
	return sum;
}

static uint64_t text(void)
{
	static char page[4096];
	struct word table[64];
	uint64_t seed = 29, sum = 0;
	int round;

	for (round = 0; round < 8; round++) {
		memset(table, 0, sizeof(table));
		write_text(page, page + sizeof(page), &seed);
		sum = sum * 3 + read_text(page, table);
		sum += search(page, "in the") + search(page, "machine");
	}
	return sum;
}

static uint64_t empty(void)
{
	return 0;
}

static const struct kernel {
	const char *name;
	uint64_t (*run)(void);
} kernels[] = {
	{ "core", core }, { "records", records }, { "fib", fib }, { "sha", sha },
	{ "sort", sort }, { "nbody", nbody }, { "matmul", matmul }, { "mandel", mandel },
	{ "hash", hash }, { "sieve", sieve }, { "interpreter", interpreter },
	{ "strings", strings }, { "text", text }, { "empty", empty },
};

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "all";
	long n = argc > 2 ? strtol(argv[2], NULL, 10) : 1, i;
	size_t k;

	for (k = 0; k < sizeof(kernels) / sizeof(kernels[0]); k++) {
		uint64_t sum = 0;

		if (strcmp(name, "all") && strcmp(name, kernels[k].name))
			continue;
		for (i = 0; i < n; i++)
			sum = sum * 5 + kernels[k].run();
		printf("%s %016llx\n", kernels[k].name, (unsigned long long)sum);
	}
	return 0;
}
