#!/bin/bash
# SPDX-License-Identifier: MIT
# Guest programs print the same, and end with the same status, natively, under qemu-user, compiled by
# `vmbench exec` and interpreted by it. An architecture without a cross compiler is skipped;
# time limit: 600 s.
. "$(dirname "$0")/e2e.sh"
need_vmbench

export VMB_TEST_WORD=word
flags=(-std=gnu11 -D_GNU_SOURCE -I"$top" -O2 -ffp-contract=off -static)

# same NAME GUEST NATIVE ARGUMENT...: status and output are those of the native program.
same()
{
	local name=$1 guest=$2 native=$3 wanted

	shift 3
	run "$native" "$@"
	wanted="$status $out"
	if [ -n "$emulator" ]; then
		run "$emulator" "$guest" "$@"
		is "$name: qemu-user" "$wanted" "$status $out"
	fi
	run "$vmbench" exec "$guest" "$@"
	is "$name: compiled" "$wanted" "$status $out"
	run "$vmbench" exec --interpret "$guest" "$@"
	is "$name: interpreted" "$wanted" "$status $out"
}

# compiled NAME GUEST NATIVE ARGUMENT...: the same for what takes the interpreter too long.
compiled()
{
	local name=$1 guest=$2 native=$3 wanted

	shift 3
	run "$native" "$@"
	wanted="$status $out"
	run "$vmbench" exec "$guest" "$@"
	is "$name: compiled" "$wanted" "$status $out"
}

# ended NAME STATUS REGEX WORD: how the program that does WORD ends.
ended()
{
	run "$vmbench" exec "$isa.system" "$tmp/file" "$4"
	is "$1: status" "$2" "$status"
	like "$1: said" "^vmbench: .*$3" "$err"
}

# Programs that have instructions of their own, so that only this machine's can be run natively.
only_x86()
{
	local program

	if [ "$(uname -m)" != x86_64 ]; then
		skip "x86_64 x86_signals" "they cannot be run natively"
		return
	fi
	for program in x86_signals x86_modify x86_helped x86_order; do
		"$cc" "${flags[@]}" -o "x86_64.$program" "$top/tests/guests/$program.c" -lm
		# qemu-x86_64 7.2 does not clear the direction flag for handlers, and more; it computes the
		# functions of the x87 as doubles.
		[[ $program == x86_[mo]* ]] || emulator=''
		same "x86_64 $program" "./x86_64.$program" "./x86_64.$program"
		emulator=$(command -v qemu-x86_64)
	done
}

# The same of ARM64: what is wanted is what is published, and what the kernel says.
only_arm64()
{
	"$cc" "${flags[@]}" -o arm64.a64_cipher "$top/tests/guests/a64_cipher.c"
	"$cc" "${flags[@]}" -o arm64.a64_signals "$top/tests/guests/a64_signals.c"
	wanted_arm64 a64_cipher "0 good"
	# qemu-aarch64 7.2 calls an undefined instruction ILL_ILLOPN, the kernel ILL_ILLOPC.
	emulator='' wanted_arm64 a64_signals "0 misaligned: signal 7 code 1 at it 1
misaligned: signal 7 code 1 at it 1
misaligned: signal 7 code 1 at it 1
undefined: signal 4 code 1 at it 1"
}

# wanted_arm64 PROGRAM STATUS-AND-OUTPUT
wanted_arm64()
{
	if [ -n "$emulator" ]; then
		run "$emulator" ./arm64."$1"
		is "arm64 $1: qemu-user" "$2" "$status $out"
	fi
	run "$vmbench" exec ./arm64."$1"
	is "arm64 $1: compiled" "$2" "$status $out"
	run "$vmbench" exec --interpret ./arm64."$1"
	is "arm64 $1: interpreted" "$2" "$status $out"
}

programs()
{
	local program

	for program in integer float memory interpreter modify system kernels forks threads signals faults \
		causes ends returns edges; do
		"$cc" "${flags[@]}" -o "$isa.$program" "$top/tests/guests/$program.c" -lm
		[ -x "native.$program" ] ||
			cc "${flags[@]}" -o "native.$program" "$top/tests/guests/$program.c" -lm
		case $isa.$program in
		*.system) same "$isa $program" ./"$isa.$program" ./native.$program "$tmp/file" "two words" ;;
		*.kernels) compiled "$isa $program" ./"$isa.$program" ./native.$program ;;
		# qemu-aarch64 7.2 never ends some programs with threads, and knows not all edges.
		*.threads | *.edges | *.ends)
			emulator='' same "$isa $program" ./"$isa.$program" ./native.$program ;;
		# qemu-x86_64 7.2 aborts in it now and then.
		x86_64.signals)
			emulator='' same "$isa $program" ./"$isa.$program" ./native.$program 1 ;;
		*) same "$isa $program" ./"$isa.$program" ./native.$program 1 ;;
		esac
	done
	[ "$isa" != x86_64 ] || only_x86
	[ "$isa" != arm64 ] || only_arm64
	if "$cc" -O2 -D_GNU_SOURCE -I"$top" -static-pie -fPIE -o "$isa.pie" \
		"$top/tests/guests/interpreter.c" 2>/dev/null; then
		same "$isa position-independent" ./"$isa.pie" ./native.interpreter 1
	else
		skip "$isa position-independent" "$cc cannot link static-pie"
	fi
}

# Which NaN it is differs between architectures, so that only this one's can be run natively. Twice, since
# code changes where it makes many.
nans()
{
	local wanted option

	"$cc" "${flags[@]}" -o "$isa.nans" "$top/tests/guests/nans.c" -lm
	if [ -z "$emulator" ]; then
		skip "$isa nans" "qemu-$machine is not installed"
		return
	fi
	run "$emulator" "./$isa.nans" 2
	wanted="$status $out"
	for option in --argv0=compiled --interpret; do
		run "$vmbench" exec "$option" "./$isa.nans" 2
		is "$isa nans: $option" "$wanted" "$status $out"
	done
}

refused()
{
	run "$vmbench" exec "$2"
	is "$1: status" 1 "$status"
	like "$1: said" "^vmbench: $2: .*$3" "$err"
}

# hostile NAME STATUS REGEX [OPTION] WORD
hostile()
{
	local name=$1 status_wanted=$2 said=$3

	shift 3
	run "$vmbench" exec "${@:1:$#-1}" ./"$isa.hostile" "${@: -1}"
	is "$isa $name: status" "$status_wanted" "$status"
	[ -z "$said" ] || like "$isa $name: said" "^vmbench: .*$said" "$err"
}

misbehaving()
{
	"$cc" "${flags[@]}" -o "$isa.hostile" "$top/tests/guests/hostile.c"
	hostile 'stack overflow' 139 'bad access to address 0x' stack
	hostile 'unknown system call' 5 '' call
	hostile 'too many threads' 7 '' threads
	hostile 'many processes' 0 '' processes
	hostile 'no processes in the sandbox' 1 '' --sandbox processes
	hostile 'no typing in the sandbox' 6 '' --sandbox type
	hostile 'memory of no file' 9 '' 'no file'
	head -c 5000 "$isa.hostile" >"$isa.short"
	chmod +x "$isa.short"
	refused "$isa truncated file" "./$isa.short" 'outside of the file'
}

endings()
{
	ended "$isa abort" 134 'signal 6' abort
	ended "$isa jump to nowhere" 139 'jumped to 0x123456780' wild
	ended "$isa null pointer" 139 'bad access to address 0x8' null
	run "$vmbench" exec --sandbox "$isa.system" "$tmp/file"
	is "$isa sandbox: the program goes on" 200 "$status"
	like "$isa sandbox: no file" 'write -1' "$out"
	is "$isa sandbox: nothing was written" "" "$(ls "$tmp"/file 2>/dev/null)"
	run "$vmbench" exec --stats "$isa.interpreter"
	like "$isa stats" $'tier 1\nregions +[1-9]' "$err"
	run "$vmbench" exec --stats "$isa.kernels" fib 2
	like "$isa: what is hot is translated again" $'tier 2\nregions +[1-9]' "$err"
	like "$isa: regions are linked" 'regions linked +[1-9]' "$err"
}

for isa in riscv64 arm64 x86_64; do
	machine=${isa/arm64/aarch64}
	cc=$machine-linux-gnu-gcc
	emulator=$(command -v "qemu-$machine")
	if ! command -v "$cc" >/dev/null; then
		skip "$isa" "$cc is not installed"
		continue
	fi
	echo 'int main(void) { return 42; }' >empty.c
	"$cc" -static -o empty empty.c
	run "$vmbench" exec ./empty
	if grep -q 'cannot be run yet' <<<"$err"; then
		skip "$isa" "no such guest yet"
		continue
	fi
	is "$isa empty program" 42 "$status"
	programs
	[ "$isa" = x86_64 ] || nans
	endings
	misbehaving
done

head -c 1000 /dev/urandom >noise
refused "noise" ./noise 'no ELF file'
refused "no file" ./nothing 'No such file'
refused "a directory" "$tmp" 'no file with a program'
run "$vmbench" exec
is "no program" 2 "$status"
finish
