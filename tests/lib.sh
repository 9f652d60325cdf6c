# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# For the tests that are shell scripts: tests/<room>/<subject>_test.sh sources this file, makes its
# checks and ends with `finish`. What comes out is TAP, as from the cmocka programs, and tests/run
# counts both alike. A script that dies before `finish` printed no plan, and counts as failed.

set -u
export LC_ALL=C.UTF-8

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
vmbench=${VMBENCH:-$top/vmbench}
tmp=$(mktemp -d "${TMPDIR:-/tmp}/vmbench-test.XXXXXX")
cleanups=("rm -rf '$tmp'")
nr_checks=0
nr_failed=0

# at_exit COMMAND: undo something; last come, first undone.
at_exit()
{
	cleanups=("$1" "${cleanups[@]}")
}

undo_all()
{
	local command

	for command in "${cleanups[@]}"; do
		eval "$command"
	done
}
trap undo_all EXIT
trap 'exit 143' TERM
trap 'exit 130' INT

pass()
{
	nr_checks=$((nr_checks + 1))
	printf 'ok %d - %s\n' "$nr_checks" "$1"
}

# fail NAME [EXPLANATION]
fail()
{
	nr_checks=$((nr_checks + 1))
	nr_failed=$((nr_failed + 1))
	printf 'not ok %d - %s\n' "$nr_checks" "$1"
	[ -z "${2-}" ] || printf '%s\n' "$2" | head -n 40 | cut -c 1-400 | sed 's/^/#   /'
}

# skip NAME REASON
skip()
{
	nr_checks=$((nr_checks + 1))
	printf 'ok %d - %s # SKIP %s\n' "$nr_checks" "$1" "$2"
}

# check NAME COMMAND...: the command succeeds.
check()
{
	local name=$1 said

	shift
	if said=$("$@" 2>&1); then
		pass "$name"
	else
		fail "$name" "failed: $*"$'\n'"$said"
	fi
}

# is NAME WANTED GOT
is()
{
	if [ "$2" = "$3" ]; then
		pass "$1"
	else
		fail "$1" "wanted: $2"$'\n'"got:    $3"
	fi
}

# like NAME EXTENDED_REGEX TEXT, unlike NAME EXTENDED_REGEX TEXT
like()
{
	if grep -Eq -- "$2" <<<"$3"; then
		pass "$1"
	else
		fail "$1" "no match for: $2"$'\n'"in: $3"
	fi
}

unlike()
{
	if grep -Eq -- "$2" <<<"$3"; then
		fail "$1" "must not match: $2"$'\n'"in: $3"
	else
		pass "$1"
	fi
}

# run COMMAND...: its exit code in $status, what it printed in $out and $err.
# shellcheck disable=SC2034 # they are for the caller
run()
{
	"$@" >"$tmp/out" 2>"$tmp/err" </dev/null
	status=$?
	out=$(cat "$tmp/out")
	err=$(cat "$tmp/err")
}

# need_vmbench: the test is about the program; without it nothing here can be said.
need_vmbench()
{
	if [ ! -x "$vmbench" ]; then
		fail "vmbench is built" "no $vmbench; run make"
		finish
	fi
}

finish()
{
	printf '1..%d\n' "$nr_checks"
	[ "$nr_failed" = 0 ]
	exit
}
