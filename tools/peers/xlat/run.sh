#!/bin/bash
# SPDX-License-Identifier: MIT
#
# run.sh [--rounds N] [--seconds S] [--cpu CPU] [--quick] [--kernel NAME]... [--guest NAME]...
#        [--vmbench PROGRAM]: tests/guests/kernels.c of each architecture that a cross compiler is
# installed for, natively, under qemu-user and by `vmbench exec`, on this machine, in one run. Builds into
# build/peers/xlat. Packages: gcc-riscv64-linux-gnu, gcc-aarch64-linux-gnu, libc6-dev-*-cross,
# qemu-user; what is not installed is left out.

set -eu
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../../.." && pwd)
build=$top/build/peers/xlat
case ${1-} in
-h | --help) sed -n '/^# run/,/^$/s/^# \{0,1\}//p' "$0"; exit 0 ;;
esac
command -v python3 >/dev/null || { echo "run.sh: no python3 (package python3)" >&2; exit 1; }

mkdir -p "$build"
flags=(-std=gnu11 -D_GNU_SOURCE -I"$top" -O2 -ffp-contract=off -static)

# program NAME COMPILER: the kernels for one architecture.
program()
{
	if command -v "$2" >/dev/null; then
		"$2" "${flags[@]}" -o "$build/kernels.$1" "$top/tests/guests/kernels.c"
	else
		echo "run.sh: $1 is left out: $2 is not installed" >&2
		rm -f "$build/kernels.$1"
	fi
}

program native cc
program riscv64 riscv64-linux-gnu-gcc
program arm64 aarch64-linux-gnu-gcc
program x86_64 x86_64-linux-gnu-gcc
vmbench=$top/vmbench
case " $* " in
*" --vmbench "*) ;;
*) make -s -C "$top" -j"$(nproc)" >&2 ;;
esac
exec python3 "$here/run.py" --build "$build" --vmbench "$vmbench" "$@"
