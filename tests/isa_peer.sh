#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Public ISA test suites whose tests print what they have computed: each C file of the directories is
# built alone for MACHINE, and must print and return under `vmbench exec` what it does under qemu-user, or
# natively if that is this machine. A file that the compiler refuses alone, and a test that wants an
# instruction that is not supported, are counted apart. The suites are not part of this repository;
# tests/README.md says where they come from. FLAGS= further arguments of the compiler.

set -u
top=$(cd "$(dirname "$0")/.." && pwd)
vmbench=${VMBENCH:-$top/vmbench}

if [ $# -lt 3 ] || [ ! -d "$3" ]; then
	echo "usage: tests/isa_peer.sh aarch64|riscv64|x86_64 OUTPUT DIRECTORY...   FLAGS='flag...'" >&2
	exit 2
fi
machine=$1
out=$(realpath -m "$2")
shift 2
read -ra flags <<<"${FLAGS:-}"
beside=("qemu-$machine")
[ "$machine" != "$(uname -m)" ] || beside=()
mkdir -p "$out/include" "$out/run" || exit
: >"$out/include/config.h"
same=0 different=0 unsupported=0 refused=0

# build SOURCE PROGRAM
build()
{
	[ -x "$2" ] || timeout 900 "$machine-linux-gnu-gcc" -w -O1 -static -pthread -I"$out/include" \
		-I"$(dirname "$1")" "${flags[@]}" -o "$2" "$1" -lm 2>"$2.log"
}

# Tests whose output depends on addresses, or on which thread comes first: the status says all.
by_status='signals test-mmap testthread'

# run PROGRAM COMMAND...: output and status.
run()
{
	local name=${1##*/}

	(cd "$out/run" && timeout 100 "${@:2}" "$1" </dev/null 2>/dev/null) |
		if [[ " $by_status " = *" ${name#*-} "* ]]; then cat >/dev/null; else cat; fi
	printf '\n= %d\n' "${PIPESTATUS[0]}"
}

compare()
{
	run "$1" "${beside[@]}" >"$1.want" 2>/dev/null
	run "$1" "$vmbench" exec >"$1.got" 2>/dev/null
	if cmp -s "$1.want" "$1.got"; then
		same=$((same + 1))
	elif [ "$(tail -n 1 "$1.got")" = '= 132' ]; then
		unsupported=$((unsupported + 1))
		echo "not supported: $("$vmbench" exec "$1" </dev/null 2>&1 >/dev/null | grep -a illegal)"
	else
		different=$((different + 1))
		echo "DIFFERS $1: $(diff -a "$1.want" "$1.got" | grep -a -c '^<') lines"
	fi
}

for directory in "$@"; do
	for source in "$directory"/*.c; do
		program=$out/$(basename "$directory")-$(basename "$source" .c)
		if build "$source" "$program"; then
			compare "$program"
		else
			refused=$((refused + 1))
		fi
	done
done
echo "$machine: $same the same, $different differ, $unsupported not supported, $refused not built"
[ "$different" = 0 ] && [ "$same" -gt 0 ]
