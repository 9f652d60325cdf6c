// SPDX-License-Identifier: MIT
#include "tests/test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "user/request.h"

static struct vmb_request sample_request(void)
{
	struct vmb_request rq = {
		.id = "memory/copy/libc/64K", .index = 7, .seed = UINT64_MAX, .iters = 12345,
		.batches = 20, .measure_ns = 1e8, .warm_up_ns = 2.5e7, .tick_hz = 2596123456.789,
		.env_offset_bytes = 4095, .sim = true, .nr_cpus = 2, .cpus = { 3, 1 },
	};

	rq.counters.nr = 2;
	strcpy(rq.counters.id[0].name, "instructions");
	strcpy(rq.counters.id[0].source, "rdpmc");
	strcpy(rq.counters.id[1].name, "amd64_fam19h::RETIRED_OPS:u");
	strcpy(rq.counters.id[1].source, "read");
	rq.plugins = (struct vmb_list){ .nr = 2, .text = { "/a b/c=d.so", "/e.so" } };
	return rq;
}

/* Plugin paths are borrowed: compare texts there, bytes everywhere else. */
static void assert_same(const struct vmb_request *a, struct vmb_request *b)
{
	assert_int_equal(a->plugins.nr, b->plugins.nr);
	for (size_t i = 0; i < a->plugins.nr; i++)
		assert_string_equal(a->plugins.text[i], b->plugins.text[i]);
	b->plugins = a->plugins;
	assert_memory_equal(a, b, sizeof(*a));
}

static void test_round_trip(void **state)
{
	static struct vmb_request_argv args;
	struct vmb_request rq = sample_request(), back;
	struct vmb_why why;

	(void)state;
	vmb_request_encode(&rq, &args);
	assert_null(args.argv[args.nr]);
	assert_int_equal(vmb_request_decode((int)args.nr, args.argv, &back, &why), 0);
	assert_same(&rq, &back);
}

static void test_round_trip_with_everything_at_its_limit(void **state)
{
	static struct vmb_request_argv args;
	struct vmb_request rq = sample_request(), back;
	struct vmb_why why;

	(void)state;
	memset(rq.id, 'i', sizeof(rq.id) - 1);
	rq.counters.nr = VMB_MAX_COUNTERS;
	for (size_t i = 0; i < VMB_MAX_COUNTERS; i++) {
		memset(rq.counters.id[i].name, 'e', sizeof(rq.counters.id[i].name) - 1);
		memset(rq.counters.id[i].source, 's', sizeof(rq.counters.id[i].source) - 1);
	}
	vmb_request_encode(&rq, &args);
	assert_int_equal(vmb_request_decode((int)args.nr, args.argv, &back, &why), 0);
	assert_same(&rq, &back);
}

static int decode_one(const char *bad)
{
	static struct vmb_request_argv args;
	struct vmb_request rq = sample_request(), back;
	struct vmb_why why = { 0 };
	int err;

	vmb_request_encode(&rq, &args);
	snprintf(args.text[0], sizeof(args.text[0]), "%s", bad);
	err = vmb_request_decode((int)args.nr, args.argv, &back, &why);
	assert_true(!err || why.text[0]);
	return err;
}

static void test_malformed_is_refused(void **state)
{
	static const char *const bad[] = {
		"", "=", "id", "nonsense=1", "batches=x", "batches=99999999999", "batches=0", "tick_hz=-1",
		"tick_hz=nan", "tick_hz=0", "iters=1x", "cpus=1,,2", "cpus=a", "counter=noat", "id=",
	};

	(void)state;
	for (size_t i = 0; i < VMB_ARRAY_SIZE(bad); i++)
		assert_int_equal(decode_one(bad[i]), i == 6 || i == 9 || i == 14 ? 0 : -EINVAL);
	assert_int_equal(decode_one("v=2"), -EPROTO);
}

static void test_a_later_argument_wins_and_nothing_is_not_enough(void **state)
{
	struct vmb_request rq;
	struct vmb_why why;

	(void)state;
	assert_int_equal(vmb_request_decode(0, NULL, &rq, &why), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_round_trip_with_everything_at_its_limit),
		cmocka_unit_test(test_malformed_is_refused),
		cmocka_unit_test(test_a_later_argument_wins_and_nothing_is_not_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
