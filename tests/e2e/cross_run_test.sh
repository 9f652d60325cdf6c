#!/bin/bash
# SPDX-License-Identifier: MIT
# cross_arch/run: programs of another architecture beside the native one; without them the rows are
# skipped, and one that prints something else is wrong.
. "$(dirname "$0")/e2e.sh"
need_vmbench

mkdir none
VMBENCH_GUESTS=$tmp/none bench --format json '^cross_arch/run/.*/fib$'
is "without programs: exit code" 77 "$status"
is "without programs nothing is measured" True \
	"$(json 'len(b) == 6 and all(x["status"] == "skipped" for x in b.values())' <<<"$out")"
like "and it is said what to do" 'make guests' "$out"

host=$(uname -m)
host=${host/aarch64/arm64}
guest=riscv64
[ "$host" != riscv64 ] || guest=arm64
cc=${guest/arm64/aarch64}-linux-gnu-gcc
if ! command -v "$cc" >/dev/null; then
	skip "programs" "$cc is not installed"
	finish
fi

export VMBENCH_GUESTS=$tmp/guests
row=cross_arch/run/$guest-$host/fib
mkdir -p "guests/$guest" "guests/$host"
build=(-std=gnu11 -D_GNU_SOURCE -I"$top" -O2 -static)
check "a guest program" "$cc" "${build[@]}" -o "guests/$guest/kernels" "$top/tests/guests/kernels.c"
check "its native twin" cc "${build[@]}" -o "guests/$host/kernels" "$top/tests/guests/kernels.c"
bench --format json "$row"
is "it is run" 0 "$status"
is "and right" True "$(json "b['$row']['status'] in ('ok', 'unreliable')" <<<"$out")"
for metric in native x_native steady_x_native; do
	like "metric $metric" "\"$metric\"" "$out"
done

# Another answer, and none.
sed 's/return fib_of(27)/return fib_of(26)/' "$top/tests/guests/kernels.c" >other.c
check "another program" cc "${build[@]}" -o "guests/$host/kernels" other.c
bench "$row"
is "another answer: exit code" 1 "$status"
like "another answer is told" 'natively "fib' "$out$err"
head -c 4000 "guests/$guest/kernels" >short
mv short "guests/$guest/kernels"
chmod +x "guests/$guest/kernels"
bench "$row"
is "no program: exit code" 1 "$status"
finish
