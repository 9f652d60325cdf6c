// SPDX-License-Identifier: MIT
#include "tests/fuzz/elf_fuzz.c"

#include "tests/fuzz/replay.h"

static void test_elf_fuzz_corpus_replays(void **state)
{
	(void)state;
	assert_true(replay("tests/fuzz/corpus/elf") >= 8);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_elf_fuzz_corpus_replays),
	};

	return cmocka_run_group_tests_name("elf_fuzz", tests, NULL, NULL);
}
