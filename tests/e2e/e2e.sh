# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# For the tests that run ./vmbench as a user does. Everything is stored under $tmp.

. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

cd "$tmp" || exit 1		# whatever is written by default lands here
store=$tmp/store
unset NO_COLOR VMBENCH_FAULTS

# As short as a run can be: the tests are about what happens, not about how long it takes. Batches
# of 100 µs and a little more are seldom interrupted, even on a busy machine. Where it happens all
# the same the verdict is "unreliable", and every test must accept that.
short=(--rounds 2 --sample-size 8 --measurement-time 2ms --warm-up-time 1ms)

# bench ARGUMENT...: a short run into $store; results as `run` leaves them.
# shellcheck disable=SC2120 # arguments are the caller's
bench()
{
	run "$vmbench" "${short[@]}" --results "$store" "$@"
}

# faults ARGUMENT...: the same, with the benchmarks that misbehave on purpose.
faults()
{
	VMBENCH_FAULTS=1 bench "$@"
}

# files DIR: what is in a store, one a line; "" if there is nothing.
files()
{
	[ ! -d "$1" ] || (cd "$1" && find . -type f | LC_ALL=C sort)
}

# json EXPRESSION: of the document d on stdin, by Python; a fault in it is printed.
json()
{
	python3 -c 'import json, sys
d = json.load(sys.stdin)
b = {x.get("id"): x for x in d.get("benchmarks", [])} if isinstance(d, dict) else {}
print(eval(sys.argv[1]))' "$1" 2>&1
}

# forge ID COMMIT [--fingerprint TEXT] [--noise X] [--seed N] [--partial] BENCHMARK=NS...: a run in
# $store that was never measured, of this machine unless told otherwise.
forge()
{
	local id=$1 commit=$2 print=${here-} noise=0.002 seed=1

	shift 2
	while :; do
		case $1 in
		--fingerprint) print=$2; shift 2 ;;
		--noise) noise=$2; shift 2 ;;
		--seed) seed=$2; shift 2 ;;
		*) break ;;
		esac
	done
	"$top/build/release/tests/e2e/forge" "$store" "$id" "$commit" "$print" "$noise" "$seed" "$@" ||
		fail "forge $id"
}

# need_forge: build it, once for all scripts; $here becomes this machine's fingerprint.
need_forge()
{
	if ! flock "$top/build/forge.lock" make -s -C "$top" build/release/tests/e2e/forge >"$tmp/make" 2>&1; then
		fail "tests/e2e/forge is built" "$(cat "$tmp/make")"
		finish
	fi
	run "$vmbench" "${short[@]}" --results "$tmp/here" exit/syscall/getppid
	here=$("$vmbench" report --results "$tmp/here" --format json | json 'd["environment"]["machine"]["fingerprint"]')
}

need_vmbench
