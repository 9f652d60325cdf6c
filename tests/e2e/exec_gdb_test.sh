#!/bin/bash
# SPDX-License-Identifier: MIT
# vmbench exec --gdb: a debugger of our own sees a program's registers and memory, stops it and lets it go on;
# gdb-multiarch, where it is installed, does so as well; time limit: 300 s.
. "$(dirname "$0")/e2e.sh"
need_vmbench

flags=(-std=gnu11 -D_GNU_SOURCE -I"$top" -O1 -g -static)
cat >spin.c <<'C'
int main(void) { for (volatile unsigned long i = 0;; i++); }
C
cat >fault.c <<'C'
int main(int argc, char **argv) { (void)argv; return *(volatile int *)(unsigned long)(argc * 8); }
C

# client SCENARIO PROGRAM [OPTION...]: what the debugger says, and then the program, whose status is $status.
client()
{
	local scenario=$1 program=$2 main pid

	shift 2
	main=$("$nm" "$program" | awk '$3 == "main" { print $1 }')
	"$vmbench" exec "$@" --gdb=./socket "./$program" >said 2>complaints &
	pid=$!
	heard=$(timeout 120 python3 "$top/tests/e2e/gdb_client.py" ./socket "$isa" "$main" "$scenario" 2>&1)
	wait "$pid"
	status=$?
	out=$(cat said)
	err=$(cat complaints)
}

common='supported True
registers True
stopped T05'
to_main='written OK
read back True
continued T05
at main True
removed OK'

scenarios()
{
	local back=''

	[ "$isa" != x86_64 ] || back=$'\nback OK'
	"$cc" "${flags[@]}" -o whole "$top/tests/guests/interpreter.c"
	"$cc" "${flags[@]}" -o spin spin.c
	"$cc" "${flags[@]}" -o fault fault.c
	run "$vmbench" exec ./whole
	wanted="$status $out"
	for how in --stats --interpret; do
		client whole whole $how
		is "$isa $how: what the debugger sees" "$common
step T05 True
$to_main$back
steps True
no memory E01 E01
not known '' ''
end W$(printf %02x "${wanted%% *}")" "$heard"
		is "$isa $how: the program's output and status" "$wanted" "$status $out"
	done
	client interrupt spin
	is "$isa: interrupted" "$common
$to_main$back
interrupted T02
interrupted T02" "$heard"
	is "$isa: killed" 137 "$status"
	client detach whole
	is "$isa: detached" "$common
$to_main$back
detach OK" "$heard"
	is "$isa: the program goes on alone" "$wanted" "$status $out"
	client vanish whole
	is "$isa: goes on when the debugger has gone" "$wanted" "$status $out"
	client fault fault
	is "$isa: a fault" "$common
fault T0b
end X0b" "$heard"
	is "$isa: ends the program" 139 "$status"
	client nonsense whole
	like "$isa: nonsense is refused" "too long: closed" "$heard"
	is "$isa: the program goes on after nonsense" "$wanted" "$status $out"
}

real_debugger()
{
	local pid

	if ! command -v gdb-multiarch >/dev/null; then
		skip "$isa with GDB" "gdb-multiarch is not installed"
		return
	fi
	"$vmbench" exec --gdb=./socket ./whole >said 2>complaints &
	pid=$!
	heard=$(timeout 100 gdb-multiarch -nx -batch -ex "set confirm off" -ex "target remote ./socket" \
		-ex "break main" -ex continue -ex backtrace -ex stepi -ex stepi -ex "info registers" \
		-ex "delete" -ex continue ./whole 2>&1)
	wait "$pid"
	status=$?
	like "$isa with GDB: stops in main" 'Breakpoint 1, .*main' "$heard"
	like "$isa with GDB: has a stack" '#0 .*main' "$heard"
	like "$isa with GDB: knows the end" 'exited with code' "$heard"
	is "$isa with GDB: the program's output and status" "$wanted" "$status $(cat said)"
}

for isa in riscv64 arm64 x86_64; do
	machine=${isa/arm64/aarch64}
	cc=$machine-linux-gnu-gcc
	nm=$machine-linux-gnu-nm
	if ! command -v "$cc" >/dev/null; then
		skip "$isa" "$cc is not installed"
		continue
	fi
	scenarios
	real_debugger
done
run "$vmbench" exec --gdb=70000 ./whole
is "no such port: status" 1 "$status"
like "no such port: said" 'wants a port' "$err"
run "$vmbench" exec --gdb=nowhere/socket ./whole
is "no such directory: status" 1 "$status"
like "no such directory: said" 'cannot wait for a debugger' "$err"
finish
