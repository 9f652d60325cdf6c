#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Run a directory of ISA test programs under `vmbench exec`, compiled and interpreted, with -c compiled
# alone. tests/isa_build.sh builds such directories of riscv-tests. A test is a
# static ELF file for user mode that ends by exit(2), system call 93, as those of riscv-tests do that are
# built for an environment whose pass and fail are an ecall: status 0 passes, any other is the number of
# the case that failed. What needs a privileged mode (tohost, control registers of the machine) ends as
# an illegal instruction, and is counted as not for user mode.

set -u
top=$(cd "$(dirname "$0")/.." && pwd)
vmbench=${VMBENCH:-$top/vmbench}

interpreted=1
[ "${1:-}" != -c ] || { interpreted=''; shift; }
if [ $# != 1 ] || [ ! -d "$1" ]; then
	echo "usage: tests/isa_suite.sh [-c] DIRECTORY   of built test programs; VMBENCH=program" >&2
	exit 2
fi

passed=0 failed=0 left=0

# run FILE OPTION...
run()
{
	local file=$1 status

	shift
	timeout 60 "$vmbench" exec "$@" "$file" >/dev/null 2>"${TMPDIR:-/tmp}/isa-suite.$$"
	status=$?
	case $status in
	0) passed=$((passed + 1)) ;;
	132) left=$((left + 1)) ;;
	124) failed=$((failed + 1)); echo "FAIL $file $*: still running after 60 s" ;;
	*)
		failed=$((failed + 1))
		echo "FAIL $file $*: case $status $(head -n 1 "${TMPDIR:-/tmp}/isa-suite.$$")"
		;;
	esac
}

while read -r file; do
	[ "$(head -c 4 "$file" | tr -d '\0')" = $'\x7fELF' ] || continue
	run "$file"
	[ -z "$interpreted" ] || run "$file" --interpret
done < <(find "$1" -type f | LC_ALL=C sort)
rm -f "${TMPDIR:-/tmp}/isa-suite.$$"
echo "$passed passed, $failed failed, $left not for user mode"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
