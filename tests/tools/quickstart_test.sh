#!/bin/bash
# SPDX-License-Identifier: MIT
# tools/quickstart.sh: the menu, without and with a choice. The scripts behind the choices have tests
# of their own; here they are replaced by one that says how it was called.
. "$(dirname "$0")/../lib.sh"

tree=$tmp/tree
mkdir -p "$tree/tools"
cp "$top/tools/quickstart.sh" "$top/tools/common.sh" "$tree/tools/"
for name in bench generate_report detect_regression; do
	# shellcheck disable=SC2016 # for the script that is written
	printf '#!/bin/sh\necho "%s: $*"\nexit "${CODE:-0}"\n' "$name" >"$tree/tools/$name.sh"
	chmod +x "$tree/tools/$name.sh"
done
printf '#!/bin/sh\necho "memory/x"\n' >"$tree/vmbench"
chmod +x "$tree/vmbench"
unset VMBENCH VMBENCH_RESULTS
menu=$tree/tools/quickstart.sh

run "$menu" --help
is "--help" 0 "$status"
run "$menu" </dev/null
is "end of input: it ends well" 0 "$status"
like "end of input: the menu was shown" '5  update the baseline' "$out"

# typed TEXT: what a person types
typed()
{
	printf '%b' "$1" | "$menu" >"$tmp/out" 2>"$tmp/err"
	status=$?
	out=$(cat "$tmp/out")
	err=$(cat "$tmp/err")
}

typed 'q\n'
is "q quits" 0 "$status"
is "q: the menu was shown once" 1 "$(grep -c 'quit$' <<<"$out")"
typed '1\nq\n'
like "1: all, quickly" 'bench: --all --quick' "$out"
is "1: back to the menu" 2 "$(grep -c 'quit$' <<<"$out")"
typed '2\n4\n6\n'
like "2: reports" 'generate_report: --measure' "$out"
like "4: regressions" 'detect_regression: --quick' "$out"
like "6: compare" 'bench: --all --compare-baseline' "$out"
is "then the end of input" 0 "$status"
typed '3\nmemory/x\nq\n'
like "3: what there is" 'memory/x$' "$out"
like "3: the one that was named" 'bench: memory/x' "$out"
typed '3\n\nq\n'
like "3: none named" 'None was named' "$out"
unlike "3: none named, nothing is run" 'bench:' "$out"
typed '3\n'
is "3: end of input" 0 "$status"
typed '9\nq\n'
like "a choice that there is not" 'no choice "9"' "$err"
typed '\nq\n'
is "an empty line: the menu again" 2 "$(grep -c 'quit$' <<<"$out")"
typed '1'
is "a last line without its end" 0 "$status"

# With the choice as an argument nothing is asked.
said()
{
	local name=$1 wanted=$2

	shift 2
	run "$menu" "$@"
	is "$name" "$wanted" "$out"
}
said "quick" "bench: --all --quick" quick
said "1" "bench: --all --quick --pin 1" 1 --pin 1
said "reports" "generate_report: --measure --out x" reports --out x
said "one" "bench: memory/x" one memory/x
said "regressions" "detect_regression: --quick --baseline old" regressions --baseline old
said "update-baseline" "bench: --all --save-baseline" update-baseline
said "update-baseline with a name" "bench: --all --save-baseline old" 5 old
said "compare" "bench: --all --compare-baseline" compare
CODE=3 run "$menu" regressions
is "the exit code is the script's" 3 "$status"
run "$menu" nonsense
is "no such choice: exit code" 2 "$status"
finish
