// SPDX-License-Identifier: MIT
/* Memory: strings, sorting, a hash table, SHA-256, allocation, atomics, misaligned accesses. */
#include "tests/guests/guest.h"

static uint64_t sum;

static void add(uint64_t value)
{
	sum = (sum << 7 | sum >> 57) * 31 + value;
}

static void strings(uint64_t *seed)
{
	char a[300], b[300], text[64];

	for (int i = 0; i < 300; i++) {
		size_t nr = next(seed) % 250, at = next(seed) % 17;

		memset(a, 'a' + (int)(nr % 26), sizeof(a));
		a[at + nr] = 0;
		strcpy(b + at, a + at);
		add(strlen(b + at));
		add((uint64_t)(memcmp(a + at, b + at, nr) == 0));
		memmove(a + at / 2, a, nr);
		add((uint64_t)(strchr(b + at, 'q') != NULL));
		snprintf(text, sizeof(text), "%zu %s %x %5.2f", nr, "text", (unsigned int)at, (double)nr / 7);
		for (char *c = text; *c; c++)
			add((uint64_t)*c);
	}
}

static int compare(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void sorting(uint64_t *seed)
{
	static uint32_t v[2000];

	for (size_t i = 0; i < 2000; i++)
		v[i] = (uint32_t)next(seed);
	qsort(v, 2000, sizeof(v[0]), compare);
	for (size_t i = 0; i < 2000; i++)
		add(v[i]);
}

static void hashing(uint64_t *seed)
{
	static uint64_t key[1024], value[1024];

	memset(key, 0, sizeof(key));
	for (int i = 0; i < 4000; i++) {
		uint64_t k = 1 + next(seed) % 700, h = (k * UINT64_C(0x9e3779b97f4a7c15)) >> 54;

		while (key[h] && key[h] != k)
			h = (h + 1) & 1023;
		key[h] = k;
		value[h] += (uint64_t)i;
		add(value[h]);
	}
}

static uint32_t rotate(uint32_t x, int by)
{
	return x >> by | x << (32 - by);
}

/* The compression function of SHA-256 with constants of our own. */
static void digest(uint64_t *seed)
{
	uint32_t w[64], h[8];

	for (int i = 0; i < 8; i++)
		h[i] = (uint32_t)next(seed);
	for (int i = 0; i < 64; i++)
		w[i] = (uint32_t)next(seed);
	for (int i = 0; i < 64; i++) {
		uint32_t s1 = rotate(h[4], 6) ^ rotate(h[4], 11) ^ rotate(h[4], 25);
		uint32_t t = h[7] + s1 + ((h[4] & h[5]) ^ (~h[4] & h[6])) + w[i];
		uint32_t s0 = rotate(h[0], 2) ^ rotate(h[0], 13) ^ rotate(h[0], 22);
		uint32_t u = s0 + ((h[0] & h[1]) ^ (h[0] & h[2]) ^ (h[1] & h[2]));

		memmove(h + 1, h, 7 * sizeof(h[0]));
		h[4] += t;
		h[0] = t + u;
	}
	for (int i = 0; i < 8; i++)
		add(h[i]);
}

static void blocks(uint64_t *seed)
{
	unsigned char *p[64] = { 0 };

	for (int i = 0; i < 500; i++) {
		size_t at = next(seed) % 64, bytes = 1 + next(seed) % (i % 50 ? 3000 : 300000);

		p[at] = realloc(p[at], bytes);
		memset(p[at], (int)at, bytes);
		add(p[at][bytes / 2]);
	}
	for (int i = 0; i < 64; i++)
		free(p[i]);
}

static void atomics(void)
{
	static uint64_t v = 5;
	static uint32_t w = 7;
	uint64_t expected = 8;

	add(__atomic_fetch_add(&v, 3, __ATOMIC_SEQ_CST));
	add((uint64_t)__sync_bool_compare_and_swap(&v, 8, 99));
	add((uint64_t)__atomic_compare_exchange_n(&v, &expected, 1, 0, __ATOMIC_SEQ_CST,
						  __ATOMIC_SEQ_CST));
	add(expected);
	add(__atomic_exchange_n(&w, UINT32_MAX, __ATOMIC_ACQUIRE));
	add(__atomic_fetch_and(&w, 0xf0f0f0f0, __ATOMIC_RELEASE));
	add(__atomic_fetch_xor(&w, 0x12345678, __ATOMIC_RELAXED));
	add(__atomic_fetch_or(&w, 0x80000000, __ATOMIC_ACQ_REL));
	add(w + v);
}

static void misaligned(void)
{
	static unsigned char page[3 * 4096];

	for (size_t at = 4080; at < 4100; at++) {
		uint64_t value = at * UINT64_C(0x0101010101010101), back;

		memcpy(page + at, &value, sizeof(value));
		memcpy(&back, page + at + 1, sizeof(back));
		add(back);
	}
}

int main(int argc, char **argv)
{
	uint64_t seed = 2;

	for (long n = repeats(argc, argv); n; n--) {
		strings(&seed);
		sorting(&seed);
		hashing(&seed);
		for (int i = 0; i < 100; i++)
			digest(&seed);
		blocks(&seed);
		atomics();
		misaligned();
	}
	printf("memory %016llx\n", (unsigned long long)sum);
	return 3;
}
