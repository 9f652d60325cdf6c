#!/bin/bash
# SPDX-License-Identifier: MIT
# What is wrong on the command line is said before anything is measured, with exit code 2.
. "$(dirname "$0")/e2e.sh"

# refused NAME REGEX ARGUMENT...
refused()
{
	local name=$1 regex=$2

	shift 2
	run "$vmbench" --results "$store" "$@"
	is "$name: exit code" 2 "$status"
	like "$name: message" "^vmbench: .*$regex" "$err"
	is "$name: nothing on standard output" "" "$out"
	is "$name: nothing is stored" "" "$(files "$store")"
}

cpus=$(cut -d, -f1 /sys/devices/system/cpu/online)
refused "a CPU that does not exist" "(99|CPU).*$cpus" --pin 9999 exit
refused "a CPU that is no number" '"x"' --pin x exit
refused "no CPU at all" 'pin' --pin= exit
refused "an unknown event" 'nosuch_event' --counters=nosuch_event exit
refused "an unknown option" '"--quik".*did you mean --quick' --quik exit
refused "an unknown option that resembles nothing" '"--zzzzzzzz"' --zzzzzzzz
refused "an unknown letter" '"-Z"' -Z
refused "a missing argument" '--pin needs an argument' exit --pin
refused "an option that takes no argument" 'quick' --quick=yes exit
refused "a bad regular expression" '"\(".*regular expression' '('
refused "a bad regular expression to skip" '"\["' --skip '['
refused "a filter that matches nothing" 'nosuch_bench.*memory' nosuch_bench
refused "everything skipped by --skip" 'matches no benchmark' --skip .
refused "an exact id that does not exist" 'memory/cop' --exact memory/cop
refused "an unknown format" '"xml".*(text|json)' --format xml exit
refused "no number" '"many"' --rounds many exit
refused "too small a number" 'rounds' --rounds 0 exit
refused "too large a number" 'rounds' --rounds 100000 exit
refused "a share above 1" 'confidence-level' --confidence-level 95 exit
refused "a time that is none" '"soon"' --timeout soon exit
refused "contradicting options" '--quick and --rigorous' --quick --rigorous exit
refused "a colour that is none" 'color' --color purple exit
refused "mending and unmending at once" '--fix and --restore' doctor --fix --restore
refused "two runs to report" 'report' report one two

sed -n 's/^OPT("\([^"]*\)".*/\1/p' "$top/user/options.def" >"$tmp/options"
run "$vmbench" --help
is "--help: exit code" 0 "$status"
is "--help: nothing on standard error" "" "$err"
while read -r option; do
	grep -q -- "--$option" <<<"$out" || missing="${missing-} $option"
done <"$tmp/options"
is "--help: every option" "" "${missing-}"
for code in 0 1 2 3 4 5 77 124; do
	grep -Eq "^ +$code +[a-z]" <<<"$out" || missing="${missing-} $code"
done
is "--help: every exit code" "" "${missing-}"
run "$vmbench" --version
is "--version: exit code" 0 "$status"
like "--version" '^vmbench [0-9]' "$out"

run "$vmbench" man
is "the manual page: exit code" 0 "$status"
while read -r option; do
	grep -q -- "Fl -$option" <<<"$out" || missing="${missing-} $option"
done <"$tmp/options"
is "the manual page: every option" "" "${missing-}"

run "$vmbench" list
is "list: exit code" 0 "$status"
like "list: an id" 'memory/copy/libc/64K' "$out"
unlike "list: what misbehaves on purpose is not offered" 'fault/' "$out"
VMBENCH_FAULTS=1 run "$vmbench" list
like "list: with VMBENCH_FAULTS it is" 'fault/segv' "$out"
run "$vmbench" list --json exit
is "list --json: exit code" 0 "$status"
is "list --json: every entry is of the filter" True \
	"$(json 'len(d) > 0 and all("exit/" in x["id"] and x["category"] and x["what"] for x in d)' <<<"$out")"
run "$vmbench" --list exit
like "--list lists" 'exit/' "$out"
run "$vmbench" list --events
is "list --events: exit code" 0 "$status"
like "list --events: an event" 'page-faults|instructions' "$out"
is "listing stores nothing" "" "$(files "$store"; files results)"

run "$vmbench" doctor
bad=$(grep -c '^ *bad ' <<<"$out")
is "doctor: 1 if something is bad, otherwise 0" "$((bad > 0))" "$status"
like "doctor: says how much is good and bad" '[0-9]+ good.* [0-9]+ bad' "$out"
run "$vmbench" doctor --json
is "doctor --json: a document" True "$(json 'len(d) > 0' <<<"$out")"

# The reader went away: no crash, no endless writing.
"$vmbench" list --events 2>/dev/null | head -n 1 >/dev/null
code=${PIPESTATUS[0]}
check "list into a closed pipe ends" test "$code" -ne 134 -a "$code" -ne 139
run bash -c "'$vmbench' list >/dev/full"
is "list onto a full disk: exit code" 1 "$status"
finish
