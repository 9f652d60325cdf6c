#!/bin/bash
# SPDX-License-Identifier: MIT
# The software MMU against the page tables of real kernels; time limit: 300 s

. "$(dirname "$0")/../lib.sh"
. "$top/tests/kmod/rig.sh"

reader=$top/build/release/tests/kmod/tables
if ! make -s -C "$top" build/release/tests/kmod/tables >"$tmp/make" 2>&1; then
	fail "tests/kmod/tables is built" "$(cat "$tmp/make")"
	finish
fi

# tables CONFIG ARCH FIRST: what the machine of CONFIG left in its memory, which begins at FIRST.
tables()
{
	local ram=$rig_out/$1/ram line

	rig "$1"
	[ "$status" != 77 ] || return 0
	run "$reader" "$2" "$3" "$ram" "$rig_out/$1/job"
	rm -f "$ram"
	while IFS= read -r line; do
		case $line in
		'ok - '*) pass "$1: ${line#ok - }" ;;
		'not ok - '*) fail "$1: ${line#not ok - }" "$out" ;;
		esac
	done <<<"$out"
	is "$1: every page is where its kernel has put it" 0 "$status"
	[ "$status" = 0 ] || printf '%s\n%s\n' "$out" "$err" | tail -n 30 | sed 's/^/# /'
}

# Four levels and one root; five levels, and tables of the kernel's own; two roots.
tables x86_64-6.12-tables x86_64 0
tables x86_64-6.1-tables x86_64 0
tables arm64-6.12-tables arm64 40000000
finish
