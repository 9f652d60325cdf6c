#!/bin/bash
# SPDX-License-Identifier: MIT
# vmbench jit: a unit's code for every host, and the unit behind every pass; what is wrong with a file
# is said with its place.
. "$(dirname "$0")/e2e.sh"

cat >sum.ir <<'END'
unit sum {
  state 32
b0:
  %zero:i64 = const 0
  %n:i64 = ld_state 0
  br loop(%zero, %n)
loop(%sum:i64, %left:i64):
  %next:i64 = add %sum, %left
  %one:i64 = const 1
  %rest:i64 = sub %left, %one
  brcmp.ne %rest, %zero, loop(%next, %rest), out
out:
  st_state %next, 16
  exit.jump 0x1000
}
END

# offsets_of PROGRAM MACHINE FILE: where another disassembler sees instructions begin.
offsets_of()
{
	"$1" -D -w -b binary -m "$2" "$3" | sed -n 's/^ *\([0-9a-f]*\):\t.*/\1/p'
}

# same_instructions HOST OBJDUMP MACHINE
same_instructions()
{
	local level

	for level in 0 1 2 3; do
		run "$vmbench" jit emit sum.ir --host "$1" -O"$level" -o code
		is "$1 -O$level: emit" "0" "$status$err$out"
		run "$vmbench" jit disasm sum.ir --host "$1" -O"$level"
		if [[ $err == *"cannot disassemble"* || $err == *"disassembler"* ]]; then
			is "$1 -O$level: no disassembler: exit code" 1 "$status"
			like "$1 -O$level: no disassembler: what to do" 'jit emit --host' "$err"
			continue
		fi
		is "$1 -O$level: disasm" 0 "$status$err"
		like "$1 -O$level: its head" "^; sum: $1, tier [12].*, O$level: [0-9]+ IR instructions, $(stat -c %s code) bytes" "$out"
		is "$1 -O$level: its blocks" "b0: b1: b2:" "$(grep '^b' <<<"$out" | xargs)"
		if command -v "$2" >/dev/null; then
			is "$1 -O$level: instructions begin where $2 sees them" "$(offsets_of "$2" "$3" code)" \
				"$(sed -n 's/^ *\([0-9a-f]*\):  .*/\1/p' <<<"$out")"
		else
			skip "$1 -O$level: as $2 sees it" "$2 is not installed"
		fi
	done
}

native=$(uname -m)
objdump_of()
{
	[ "$native" = "$1" ] && echo objdump || echo "${1/_/-}-linux-gnu-objdump"
}
same_instructions x86_64 "$(objdump_of x86_64)" i386:x86-64
same_instructions arm64 "$(objdump_of aarch64)" aarch64
same_instructions riscv64 "$(objdump_of riscv64)" riscv:rv64

run "$vmbench" jit disasm "$top/tests/vmcore/ir/memory.ir" --host x86_64
if [ "$status" = 0 ]; then
	like "data behind a call is told from instructions" '; data of the call: ld ' "$out"
	is "and what is left are instructions" 0 "$(grep -c 'no instruction' <<<"$out")"
fi

# The passes: each unit that is printed is one that can be read again.
run "$vmbench" jit dump-ir sum.ir -O2
is "dump-ir: exit code" 0 "$status$err"
passes=$(sed -n 's/^; \([0-9]*\): after \([a-z]*\)$/\2/p' <<<"$out")
is "dump-ir: every pass of the level" \
	"$(sed -n 's/^OPT_PASS(\([a-z]*\), [012], .*/\1/p' "$top/vmcore/opt/passes.def")" "$passes"
"$vmbench" jit dump-ir sum.ir -O2 >dumped
run "$vmbench" jit dump-ir dumped -O0
is "dump-ir: what it prints can be read" "0 $(grep -c '^unit' dumped)" "$status $(grep -c '^unit' <<<"$out")"
run "$vmbench" jit dump-ir sum.ir --dump-ir=dce -O1
is "dump-ir=PASS: that pass alone" "1 1" "$(grep -c '^; .*after dce' <<<"$out") $(grep -c '^unit' <<<"$out")"
run "$vmbench" jit disasm sum.ir --dump-ir=all
[ "$status" != 0 ] || like "disasm --dump-ir: both" '^; 0: as it was read.*; sum:' "$(tr '\n' ' ' <<<"$out")"
cat sum.ir sum.ir >two.ir
run "$vmbench" jit dump-ir two.ir -O0
is "two units" 2 "$(grep -c '^unit' <<<"$out")"
run "$vmbench" jit emit two.ir -o code
is "two units have no one code" 1 "$status"
like "two units: why" 'more than one unit' "$err"

# refused STATUS NAME REGEX ARGUMENT...
refused()
{
	local wanted=$1 name=$2 regex=$3

	shift 3
	run "$vmbench" jit "$@"
	is "$name: exit code" "$wanted" "$status"
	like "$name: message" "^vmbench: .*$regex" "$err"
	is "$name: nothing on standard output" "" "$out"
}

refused 2 "nothing to do" 'disasm\|emit\|dump-ir UNIT.ir'
refused 2 "no file" 'disasm\|emit\|dump-ir UNIT.ir' disasm
refused 2 "something else" 'disasm\|emit\|dump-ir UNIT.ir' assemble sum.ir
refused 2 "an unknown host" '"mips".*x86_64 arm64 riscv64' dump-ir sum.ir --host mips
refused 2 "an unknown level" '"4"' dump-ir sum.ir -O4
refused 2 "no level" '"fast"' dump-ir sum.ir -Ofast
refused 2 "an unknown tier" 'tier wants 1 or 2' dump-ir sum.ir --tier 3
refused 2 "an unknown pass" '"nosuch".*dce' dump-ir sum.ir --dump-ir=nosuch
refused 2 "a pass of another level" '-O1 runs no pass "gvn"' dump-ir sum.ir -O1 --dump-ir=gvn
refused 2 "bytes and text at once" 'leave out --dump-ir' emit sum.ir --dump-ir=all -o code
refused 1 "no such file" 'nosuch.ir: No such file' dump-ir nosuch.ir
refused 1 "a directory" 'directory' dump-ir .
: >empty.ir
refused 1 "an empty file" 'has no unit' dump-ir empty.ir
head -c 100000 "$vmbench" >binary.ir
refused 1 "a program" 'binary.ir:1:[0-9]+: ' dump-ir binary.ir
sed 's/add %sum/addd %sum/' sum.ir >wrong.ir
refused 1 "a wrong line" 'wrong.ir:8:[0-9]+: there is no instruction "addd"' dump-ir wrong.ir
sed 's/add %sum, %left/add %sum, %zero8/; s/^  %n:/  %zero8:i8 = const 0\n&/' sum.ir >types.ir
refused 1 "a unit that is not well-formed" 'sum|i8' dump-ir types.ir
yes 'unit u {' | head -n 100000 >deep.ir
refused 1 "nonsense of some length" 'deep.ir:2:' dump-ir deep.ir
# Too little memory is an error like any other, wherever it is noticed.
awk 'BEGIN { print "unit long {\n  state 16\nb0:\n  %v0:i64 = ld_state 0"
	for (i = 1; i < 30000; i++) printf "  %%v%d:i64 = mul %%v%d, %%v%d\n", i, i - 1, i / 2
	print "  st_state %v29999, 0\n  exit.jump 0\n}" }' >long.ir
ends=
for kib in 50000 60000 70000 80000 100000 150000; do
	for do in emit dump-ir; do
		run bash -c "ulimit -v $kib; exec '$vmbench' jit $do long.ir -o code"
		[ "$status" = 0 ] || grep -qE 'memory|shared object' <<<"$err" || ends="$ends $kib:$status:$err"
		[ "$status" -le 1 ] || [ "$status" = 127 ] || ends="$ends $kib:$status"
	done
done
is "too little memory is said" "" "$ends"
run "$vmbench" jit emit long.ir -o code
is "and enough is enough" 0 "$status"

run "$vmbench" jit dump-ir sum.ir -o /dev/full
is "a full disk: exit code" 1 "$status"
like "a full disk: message" 'No space left' "$err"

if command -v cc >/dev/null; then
	check "the stand-in for the disassembler compiles" \
		cc -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -I"$top" -fsyntax-only "$top/user/disasm/none.c"
fi
finish
