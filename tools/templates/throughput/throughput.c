// SPDX-License-Identifier: MIT
/*
 * Template: a benchmark whose figure is a throughput, and that reports a metric of its own.
 * setup() says how much one operation moves; the harness divides by the time. Bytes ("B") become
 * GB/s in the report; any other noun ("records") is counted as it is.
 *
 * What is measured is the Adler-32 checksum (RFC 1950) of a buffer.
 */
#include "user/bench.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

static const struct vmb_value sizes[] = { { "4K", 4096 }, { "256K", 262144 } };
static const struct vmb_axis axes[] = { VMB_AXIS("size", sizes) };

#define MODULUS		65521
#define NO_OVERFLOW	5552	/* so many bytes may be summed before 32 bits can overflow */

struct checksum {
	uint8_t *data;
	size_t bytes;
	uint32_t last;
	uint64_t done;
};

static uint32_t adler32(const uint8_t *p, size_t bytes)
{
	uint32_t a = 1, b = 0;

	while (bytes) {
		size_t run = bytes < NO_OVERFLOW ? bytes : NO_OVERFLOW;

		for (size_t i = 0; i < run; i++)
			b += a += p[i];
		a %= MODULUS;
		b %= MODULUS;
		p += run;
		bytes -= run;
	}
	return b << 16 | a;
}

/* The definition, byte by byte, without a trick: what check() trusts. */
static uint32_t adler32_slow(const uint8_t *p, size_t bytes)
{
	uint64_t a = 1, b = 0;

	for (size_t i = 0; i < bytes; i++) {
		a = (a + p[i]) % MODULUS;
		b = (b + a) % MODULUS;
	}
	return (uint32_t)(b << 16 | a);
}

static int setup(struct vmb_state *st)
{
	struct checksum *c = calloc(1, sizeof(*c));
	uint64_t random = st->seed;

	if (!c)
		return -ENOMEM;
	c->bytes = st->arg[0].num;
	c->data = malloc(c->bytes);
	if (!c->data) {
		vmb_why_set(&st->why, "no memory for %zu bytes", c->bytes);
		free(c);
		return -ENOMEM;
	}
	for (size_t i = 0; i < c->bytes; i++)
		c->data[i] = (uint8_t)vmb_random(&random);
	st->throughput_per_op = (double)c->bytes;
	st->throughput_unit = "B";
	st->priv = c;
	return 0;
}

static void run(void *priv, uint64_t iters)
{
	struct checksum *c = priv;

	c->done += iters;
	for (; iters; iters--) {
		vmb_black_box(c->data);
		c->last = adler32(c->data, c->bytes);
		vmb_keep(c->last);
	}
}

static int check(const void *priv, struct vmb_why *why)
{
	const struct checksum *c = priv;
	uint32_t right = adler32_slow(c->data, c->bytes);

	if (c->done && c->last == right)
		return 0;
	vmb_why_set(why, "the checksum is %#" PRIx32 ", not %#" PRIx32, c->last, right);
	return -EIO;
}

/* Figures beside the time are reported here or in check(), never from run(). */
static void teardown(struct vmb_state *st)
{
	struct checksum *c = st->priv;

	st->metric(st, "buffer", "B", (double)c->bytes, VMB_METRIC_MEDIAN);
	free(c->data);
	free(c);
}

static const struct vmb_bench bench_adler32 = {
	.name = "adler32",
	.what = "Adler-32 checksum of a buffer",
	.unit = "buffer",
	.axes = axes,
	.nr_axes = VMB_ARRAY_SIZE(axes),
	.setup = setup,
	.run = run,
	.check = check,
	.teardown = teardown,
};

static const struct vmb_bench *const benches[] = { &bench_adler32 };

static const struct vmb_category category = {
	.name = "my_checksum",
	.what = "template of a throughput benchmark",
	.benches = benches,
	.nr = VMB_ARRAY_SIZE(benches),
};

VMB_PLUGIN("throughput template", &category);
