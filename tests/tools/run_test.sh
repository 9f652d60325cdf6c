#!/bin/bash
# SPDX-License-Identifier: MIT
# The runner counts what passes and what fails, above all what fails without saying so: a crash, a
# hang, a test that was planned and not run, a program that cannot be built.
. "$(dirname "$0")/../lib.sh"

tree=$tmp/tree
mkdir -p "$tree/tests/room"
cp "$top/tests/run" "$top/tests/test.h" "$tree/tests/"

cat >"$tree/Makefile" <<'EOF'
FLAVOR ?= release
vmbench:
	touch $@
build/$(FLAVOR)/tests/%_test: tests/%_test.c
	@mkdir -p $(@D)
	cc -I. -o $@ $< -lcmocka
EOF

# program NAME BODY: one cmocka program with a good test and another one whose body is given.
program()
{
	cat >"$tree/tests/room/$1_test.c" <<EOF
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "tests/test.h"
static void test_good(void **state) { (void)state; assert_true(1); }
static void test_other(void **state) { (void)state; $2 }
int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_good), cmocka_unit_test(test_other) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
EOF
}

script()
{
	printf '#!/bin/bash\n%s\n' "$2" >"$tree/tests/room/$1_test.sh"
	chmod +x "$tree/tests/room/$1_test.sh"
}

# counts NAME WANTED_LAST_LINE WANTED_EXIT REGEX ARGUMENT...
counts()
{
	local name=$1 wanted=$2 code=$3 regex=$4

	shift 4
	run "$tree/tests/run" -f release -t 2 "$@"
	is "$name" "$code: $wanted" "$status: $(tail -n 1 <<<"$out")"
	[ -z "$regex" ] || like "$name, said" "$regex" "$out"
}

if printf '#include "tests/test.h"\nint main(void) { return 0; }\n' |
	cc -I"$top" -x c -o /dev/null - -lcmocka 2>/dev/null; then
	program good 'assert_int_equal(1, 1);'
	program wrong 'assert_int_equal(1, 2);'
	program crash '*(volatile int *)0 = 1;'
	program abort 'abort();'
	program leave 'exit(0);'
	program hang 'pause();'
	program skip 'print_message("no such hardware\n"); skip();'
	program broken 'this does not compile'

	counts "two tests pass" "2 passed, 0 failed" 0 "" good
	counts "a failed assertion" "1 passed, 1 failed" 1 "0x1 != 0x2" wrong
	counts "a crash in a test" "1 passed, 1 failed" 1 "Segmentation" crash
	counts "an abort ends the program" "1 passed, 1 failed" 1 "exit code 134" abort
	counts "an early exit(0) is no success" "1 passed, 1 failed" 1 "" leave
	counts "a hang" "1 passed, 1 failed" 1 "still running after 2 s" hang
	sed -i '1i/* time limit: 1 s */' "$tree/tests/room/hang_test.c"
	run "$tree/tests/run" -f release hang
	like "a test's own limit" "still running after 1 s" "$out"
	counts "a skip with its reason" "1 passed, 0 failed" 0 "skip_test.*test_other: no such hardware" skip
	counts "what does not compile" "2 passed, 1 failed" 1 "FAIL  room/broken_test" good broken
	program good 'this does not compile any more'
	counts "what an earlier build left is not run" "0 passed, 1 failed" 1 "" good
else
	skip "cmocka programs" "no cmocka here (package libcmocka-dev)"
fi

script fine 'echo "ok 1 - a"; echo "ok 2 - b # SKIP no b"; echo 1..2'
script planless 'echo "ok 1 - a"'
script exits 'echo "ok 1 - a"; echo 1..1; exit 3'
script nothing 'true'
counts "a script" "1 passed, 0 failed" 0 "fine_test.*b: no b" fine
counts "a script without a plan" "1 passed, 1 failed" 1 "" planless
counts "a script that fails after its checks" "1 passed, 1 failed" 1 "exit code 3" exits
counts "a script that does nothing" "0 passed, 1 failed" 1 "" nothing

run "$tree/tests/run" no_such_test_anywhere
is "a pattern that matches nothing" 2 "$status"
run "$tree/tests/run" --nonsense
is "an unknown option" 2 "$status"
finish
