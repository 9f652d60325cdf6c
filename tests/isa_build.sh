#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Build the user-mode tests of riscv-tests (github.com/riscv-software-src/riscv-tests) as programs of
# Linux, in the environment tests/isa/riscv_test.h, for tests/isa_suite.sh. In OUTPUT/once each test runs
# once, in OUTPUT/hot so often that its code is translated again by tier 2.

set -u
top=$(cd "$(dirname "$0")/.." && pwd)
cc=${CC:-riscv64-linux-gnu-gcc}
groups='rv64ui rv64um rv64ua rv64uf rv64ud rv64uc rv64uzba rv64uzbb rv64uzbs'
repeat=${REPEAT:-200000}

if [ $# != 2 ] || [ ! -d "$1/isa/rv64ui" ]; then
	echo "usage: tests/isa_build.sh RISCV-TESTS OUTPUT   CC=compiler REPEAT=times" >&2
	exit 2
fi
mkdir -p "$2/once" "$2/hot" || exit
built=0 failed=0

# build OUTPUT REPEAT SOURCE: the data segment holds code that tests write.
build()
{
	if "$cc" -march=rv64gc_zba_zbb_zbs -mabi=lp64d -static -nostdlib \
		-Wl,-N,--no-warn-rwx-segments \
		-I"$top/tests/isa" -I"$suite/isa/macros/scalar" -DVMB_REPEAT="$2" -o "$1" "$3"; then
		built=$((built + 1))
	else
		failed=$((failed + 1))
	fi
}

suite=$1
for group in $groups; do
	for source in "$suite/isa/$group"/*.S; do
		name=$group-$(basename "$source" .S)
		build "$2/once/$name" 1 "$source"
		# fence.i throws all translations away: nothing there becomes hot; rvc writes data
		# beside its code, and passes once.
		case $name in rv64ui-fence_i | rv64uc-rvc) continue ;; esac
		build "$2/hot/$name" "$repeat" "$source"
	done
done
echo "$built built, $failed failed"
[ "$failed" = 0 ] && [ "$built" -gt 0 ]
