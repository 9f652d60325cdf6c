// SPDX-License-Identifier: MIT
/*
 * arch/ on the machines that this one is not: compiled by a cross compiler, executed by qemu-user.
 * An architecture whose compiler or emulator is not installed is skipped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "arch/registry.h"

#define WARN	"-Wall -Wextra -Wshadow -Wundef -Wcast-qual -Wmissing-prototypes -Werror"

static bool have(const char *program)
{
	char cmd[128];

	snprintf(cmd, sizeof(cmd), "command -v %s >/dev/null 2>&1", program);
	return !system(cmd);
}

static void build_and_run(const char *arch, const char *machine, const char *expected)
{
	char cc[64], qemu[64], cmd[1024], bin[] = "/tmp/vmbench-cross-XXXXXX", line[128] = "";
	int fd;
	FILE *p;

	snprintf(cc, sizeof(cc), "%s-linux-gnu-gcc", machine);
	snprintf(qemu, sizeof(qemu), "qemu-%s", machine);
	if (!have(cc) || !have(qemu)) {
		print_message("skipped: %s or %s is not installed\n", cc, qemu);
		skip();
	}
	fd = mkstemp(bin);
	assert_true(fd >= 0);
	close(fd);
	snprintf(cmd, sizeof(cmd),
		 "%s -std=gnu11 -D_GNU_SOURCE -I. -O1 " WARN " -static -o %s tests/arch/cross_smoke.c "
		 "arch/registry.c arch/base/*.c arch/*/arch.c arch/*/guest/*.c arch/*/host/*.c "
		 "vmcore/*/*.c $(ls arch/%s/native/*.[cS]) -lm -latomic", cc, bin, arch);
	assert_int_equal(system(cmd), 0);
	snprintf(cmd, sizeof(cmd), "%s %s", qemu, bin);
	p = popen(cmd, "r");
	assert_non_null(p);
	(void)!fgets(line, sizeof(line), p);
	assert_int_equal(pclose(p), 0);
	unlink(bin);
	assert_string_equal(line, expected);
}

static void test_cross_arm64(void **state)
{
	(void)state;
	build_and_run("arm64", "aarch64", "arm64 neon neon\n");
}

static void test_cross_riscv64(void **state)
{
	(void)state;
	build_and_run("riscv64", "riscv64", "riscv64 scalar -\n");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cross_arm64),
		cmocka_unit_test(test_cross_riscv64),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
