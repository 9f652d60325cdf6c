#!/bin/bash
# SPDX-License-Identifier: MIT
# tools/bench.sh: categories, baselines, the Markdown report, the exit code.
. "$(dirname "$0")/../e2e/e2e.sh"

script=$top/tools/bench.sh
export VMBENCH=$vmbench
unset VMBENCH_RESULTS

# sh_bench ARGUMENT...: a short run of the script into $store.
sh_bench()
{
	run "$script" --no-system --results "$store" "$@" -- "${short[@]}"
}

run "$script" --help
is "--help" 0 "$status"
for option in --all --jit --memory --gc --cross-arch --quick --save-baseline --compare-baseline --report; do
	like "--help has $option" "(^|[ ])$option" "$out"
done
is "every category of vmbench is known to the script" "" \
	"$("$vmbench" help | sed -n '/^Categories:/,/^$/s/^ *\(--[a-z-]*\).*/\1/p' |
		while read -r c; do grep -qF -- "$c" "$script" || echo "$c"; done)"
run "$script" --nonsense
is "an unknown option" 2 "$status"
like "an unknown option: said" 'unknown option --nonsense' "$err"
run "$script" --report
is "an option without its value" 2 "$status"

sh_bench --self --save-baseline
is "a category: exit code" 0 "$status"
like "a category: measured" 'self/work/1600' "$out"
unlike "a category: no other" 'memory/' "$out"
like "a summary" '^result +ok$' "$out"
is "a baseline without a name is main" ./main.vmb "$(files "$store/baselines")"
id=$(basename "$store"/runs/*.vmb .vmb)
check "a Markdown report" grep -q '^|.*self/work/1600' "$store/reports/$id.md"
unlike "no colour when it is not for a terminal" $'\033' "$out"

sh_bench --self --save-baseline second 'self/work' --report "$tmp/deep/er/report.md"
is "named, filtered, elsewhere: exit code" 0 "$status"
second=$(grep -m 1 -oE '[0-9]{8}T[0-9]{6}Z-[0-9a-f]+' <<<"$out")
check "the baseline has its name" test -s "$store/baselines/second.vmb"
unlike "the filter was not taken for its name" 'self/add_chain' "$out"
check "the report is where it was asked for" test -s "$tmp/deep/er/report.md"

sh_bench --compare-baseline second --save-baseline second self/work --report "$tmp/compared.md"
like "compared: an exit code that a comparison gives" '^(0|1|3)$' "$status"
like "compared: against what" 'compared +with the baseline second' "$out"
check "compared: it is in the report" grep -q '^## Against the baseline second' "$tmp/compared.md"
unlike "compared: no path of this machine in the report" "old.*/" "$(grep -i "^old" "$tmp/compared.md")"
check "compared: with the old baseline, not with the one just saved" \
	grep -qi "old.*$second" "$tmp/compared.md"

sh_bench --self --compare-baseline nosuch
is "a baseline that is not there: exit code" 1 "$status"
like "a baseline that is not there: what to do" '--save-baseline nosuch' "$err"
sh_bench no/such/benchmark
is "a filter that matches nothing: vmbench's exit code" 2 "$status"
VMBENCH_FAULTS=1 sh_bench fault/wrong
is "a benchmark that fails: vmbench's exit code" 1 "$status"
like "a benchmark that fails: said in the summary" '^result +failed' "$out"

run "$script" --self --results "$store" -- "${short[@]}"
like "the system is described first" 'aslr' "$out"

# Which vmbench.
run env VMBENCH="$tmp/none" "$script" --self
is "a chosen vmbench that does not exist" 1 "$status"
like "a chosen vmbench that does not exist: said" 'is no program' "$err"

# Without a build it builds: a tree whose make says what it was asked for.
mkdir -p "$tmp/tree"
cp -r "$top/tools" "$tmp/tree/"
printf 'vmbench:\n\t@echo "made $@"; cp %s $@\n' "$vmbench" >"$tmp/tree/Makefile"
run env -u VMBENCH "$tmp/tree/tools/bench.sh" --no-system --self --results "$store" -- "${short[@]}"
is "not built: it is built, and runs" 0 "$status"
like "not built: said" 'not built yet; building it' "$err"
printf 'vmbench:\n\t@echo no compiler; false\n' >"$tmp/tree/Makefile"
rm "$tmp/tree/vmbench"
run env -u VMBENCH "$tmp/tree/tools/bench.sh" --self
is "it cannot be built: exit code" 1 "$status"
like "it cannot be built: what to do" 'install-deps.sh' "$err"

# Colour on a terminal, and none with NO_COLOR: script(1) makes one.
if command -v script >/dev/null; then
	on_terminal()
	{
		run env TERM=xterm "$@" script -qec "$script --no-system --results $store self/work -- ${short[*]}" /dev/null
	}
	on_terminal A=b
	like "colour on a terminal" $'\033\\[1m== Benchmarks' "$out"
	on_terminal NO_COLOR=1
	unlike "no colour with NO_COLOR" $'\033\\[1m== Benchmarks' "$out"
else
	skip "colour on a terminal" "no script(1) here (package bsdutils)"
fi
finish
