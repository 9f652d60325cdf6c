# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# arch/ and compiled code on a machine that this one is not: compiled by a cross compiler, executed
# by qemu-user. A program that is built here tests nothing more under this machine's sanitizers, so
# this is a script, which tests/run runs once.

. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

# cross_begin ARCH MACHINE: their folder in arch/, and as the toolchain says.
cross_begin()
{
	local program

	arch=$1
	machine=$2
	cd "$top" || exit 1
	for program in "$machine-linux-gnu-gcc" "qemu-$machine"; do
		if ! command -v "$program" >/dev/null; then
			skip "arch/$arch on its own machine" "$program is not installed"
			finish
		fi
	done
	compiler=("$machine-linux-gnu-gcc" -std=gnu11 -D_GNU_SOURCE -I. -Itests/arch/cross -O1 -Wall -Wextra
		-Wshadow -Wundef -Wcast-qual -Wmissing-prototypes -Werror)
	check "arch and vmcore are compiled for $arch" "${compiler[@]}" -r -o "$tmp/core.o" \
		arch/registry.c arch/base/*.c arch/*/arch.c arch/*/guest/*.c arch/*/host/*.c vmcore/*/*.c \
		arch/"$arch"/native/*.[cS]
}

# cross_build NAME SOURCE...: a program of these and what every program has.
cross_build()
{
	local name=$1

	shift
	check "$name is compiled for $arch" "${compiler[@]}" -static -o "$tmp/$name" "$@" "$tmp/core.o" \
		-lm -latomic
}

# cross_smoke EXPECTED: what is native in arch/ARCH.
cross_smoke()
{
	cross_build smoke tests/arch/cross_smoke.c
	run "qemu-$machine" "$tmp/smoke"
	is "what is native on $arch works" "0 $1" "$status $out"
}

# cross_tests NAME [ASSIGNMENT...]: a test of vmcore, in that environment. The emulator does not see
# that code has changed through another mapping, so there is only one; but for links, whose test
# writes no code where other code has run.
cross_tests()
{
	local name=$1

	shift
	[ -e "$tmp/$name" ] ||
		cross_build "$name" "tests/vmcore/${name}_test.c" tests/vmcore/case.c tests/vmcore/gen.c
	check "vmcore/$name passes on $arch $*" env JIT_MPROTECT=1 "$@" "qemu-$machine" "$tmp/$name"
}

# cross_guests GUEST...: programs of these architectures print and return there what they do here. But
# `ends`: qemu-user 7.2 delivers no signal 64, by which threads interrupt each other.
cross_guests()
{
	local guest program flags=(-std=gnu11 -D_GNU_SOURCE -I. -O2 -ffp-contract=off -pthread -static)

	cross_build exec tests/arch/cross_exec.c
	for guest in "$@"; do
		for program in integer float memory interpreter modify system forks signals faults causes; do
			cross_guest "$guest" "$program" 1
		done
		cross_guest "$guest" kernels
	done
	cross_guest x86_64 threads
	if [ "$(uname -m)" = x86_64 ]; then
		cross_guest x86_64 x86_signals
		cross_guest x86_64 x86_modify
		cross_guest x86_64 x86_helped
		cross_guest x86_64 x86_order
	fi
}

# cross_guest GUEST PROGRAM [ARG...]
cross_guest()
{
	local guest=$1 program=$2 wanted gcc=${1/arm64/aarch64}-linux-gnu-gcc

	shift 2
	if ! command -v "$gcc" >/dev/null; then
		skip "$guest $program on $arch" "$gcc is not installed"
		return
	fi
	[ -e "$tmp/native.$program" ] ||
		cc "${flags[@]}" -o "$tmp/native.$program" "tests/guests/$program.c" -lm
	[ -e "$tmp/$guest.$program" ] ||
		"$gcc" "${flags[@]}" -o "$tmp/$guest.$program" "tests/guests/$program.c" -lm
	run "$tmp/native.$program" "$@"
	wanted="$status $out"
	run "qemu-$machine" "$tmp/exec" "$tmp/$guest.$program" "$@"
	is "$guest $program on $arch" "$wanted" "$status $out"
}
