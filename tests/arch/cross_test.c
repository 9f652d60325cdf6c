// SPDX-License-Identifier: MIT
/*
 * arch/ and compiled code on the machines that this one is not: compiled by a cross compiler,
 * executed by qemu-user. An architecture whose compiler or emulator is not installed is skipped.
 *
 * time limit: 600 s
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

VMB_PRINTF(1, 2) static void shell(const char *fmt, ...)
{
	char command[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(command, sizeof(command), fmt, args);
	va_end(args);
	if (system(command))
		fail_msg("%s", command);
}

/* A program as the compiler for @machine makes it, and what it shares with others, in @dir. */
#define FLAGS "-std=gnu11 -D_GNU_SOURCE -I. -Itests/arch/cross -O1 " WARN

static void build(const char *dir, const char *arch, const char *machine)
{
	shell("%s-linux-gnu-gcc " FLAGS " -r -o %s/core.o arch/registry.c arch/base/*.c "
	      "arch/*/arch.c arch/*/guest/*.c arch/*/host/*.c vmcore/*/*.c "
	      "$(ls arch/%s/native/*.[cS])", machine, dir, arch);
	shell("%s-linux-gnu-gcc " FLAGS " -static -o %s/smoke tests/arch/cross_smoke.c %s/core.o "
	      "-lm -latomic", machine, dir, dir);
	shell("%s-linux-gnu-gcc " FLAGS " -static -o %s/jit tests/vmcore/jit_test.c "
	      "tests/vmcore/case.c tests/vmcore/gen.c %s/core.o -lm -latomic", machine, dir, dir);
	shell("%s-linux-gnu-gcc " FLAGS " -static -o %s/tiers tests/vmcore/tiers_test.c "
	      "tests/vmcore/case.c tests/vmcore/gen.c %s/core.o -lm -latomic", machine, dir, dir);
}

/*
 * tests/vmcore/jit_test.c, with few random units. The emulator does not see that code has changed
 * through another mapping, so there is only one.
 */
static void run_jit(const char *dir, const char *machine, const char *features)
{
	shell("JIT_UNITS=300 JIT_MPROTECT=1 %s qemu-%s %s/jit >%s/log 2>&1 || { cat %s/log; false; }",
	      features, machine, dir, dir, dir);
}

/* tests/vmcore/tiers_test.c, likewise: one thread, since there is one mapping. */
static void run_tiers(const char *dir, const char *machine)
{
	shell("TIERS_UNITS=100 JIT_MPROTECT=1 qemu-%s %s/tiers >%s/log 2>&1 || { cat %s/log; false; }",
	      machine, dir, dir, dir);
}

static void run_smoke(const char *dir, const char *machine, const char *expected)
{
	char command[128], line[128] = "";
	FILE *p;

	snprintf(command, sizeof(command), "qemu-%s %s/smoke", machine, dir);
	p = popen(command, "r");
	assert_non_null(p);
	(void)!fgets(line, sizeof(line), p);
	assert_int_equal(pclose(p), 0);
	assert_string_equal(line, expected);
}

/* @features: assignments for a second run of the compiler's test, NULL: none */
static void build_and_run(const char *arch, const char *machine, const char *expected,
			  const char *features)
{
	char cc[64], qemu[64], dir[] = "/tmp/vmbench-cross-XXXXXX";

	snprintf(cc, sizeof(cc), "%s-linux-gnu-gcc", machine);
	snprintf(qemu, sizeof(qemu), "qemu-%s", machine);
	if (!have(cc) || !have(qemu)) {
		print_message("skipped: %s or %s is not installed\n", cc, qemu);
		skip();
	}
	assert_non_null(mkdtemp(dir));
	build(dir, arch, machine);
	run_smoke(dir, machine, expected);
	run_jit(dir, machine, "");
	if (features)
		run_jit(dir, machine, features);
	run_tiers(dir, machine);
	shell("rm -r %s", dir);
}

static void test_cross_arm64(void **state)
{
	(void)state;
	build_and_run("arm64", "aarch64", "arm64 neon neon\n", NULL);
}

/* The emulator has Zba and Zbb. */
static void test_cross_riscv64(void **state)
{
	(void)state;
	build_and_run("riscv64", "riscv64", "riscv64 scalar -\n", "JIT_FEATURES=3");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cross_arm64),
		cmocka_unit_test(test_cross_riscv64),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
