#!/bin/bash
# SPDX-License-Identifier: MIT
# tools/generate_report.sh: one run in every format, all or none.
. "$(dirname "$0")/../e2e/e2e.sh"
need_forge

script=$top/tools/generate_report.sh
export VMBENCH=$vmbench
unset VMBENCH_RESULTS

run "$script" --help
is "--help" 0 "$status"
run "$script" --nonsense
is "an unknown option" 2 "$status"
run "$script" --results "$tmp/none"
is "nothing is stored: exit code" 1 "$status"
check "nothing is stored: nothing is written" test ! -e "$tmp/none/reports"

forge 20260101T000000Z-00000a c0ffee memory/x=100 exit/y=50
forge 20260102T000000Z-00000b c0ffee --seed 2 memory/x=130 exit/y=50

run "$script" --results "$store"
is "the latest run: exit code" 0 "$status"
folder=$store/reports/20260102T000000Z-00000b
is "the latest run: four files, and they are named" \
	"report.html report.json report.md report.txt" "$(xargs -n 1 basename <<<"$out" | sort | xargs)"
is "the latest run: in the folder of its name" 4 "$(find "$folder" -type f | wc -l)"
like "text" 'memory/x' "$(cat "$folder/report.txt")"
unlike "text: without colour" $'\033' "$(cat "$folder/report.txt")"
like "Markdown" '^\|.*memory/x' "$(cat "$folder/report.md")"
is "JSON" "['exit/y', 'memory/x']" "$(json 'sorted(b)' <"$folder/report.json")"
like "HTML" '^<!DOCTYPE html>' "$(head -n 1 "$folder/report.html")"
like "HTML: it is about this run" '<title>vmbench 20260102T000000Z-00000b' "$(cat "$folder/report.html")"

"$vmbench" baseline save main 20260101 --results "$store" 2>"$tmp/log"
run "$script" --results "$store" --baseline main --out "$tmp/a folder" 20260102
is "with a baseline: exit code" 0 "$status"
is "with a baseline: seven files" 7 "$(find "$tmp/a folder" -type f | wc -l)"
like "with a baseline: the verdict" 'REGRESSED' "$(cat "$tmp/a folder/comparison.md")"
run "$script" --results "$store" --baseline nosuch
is "a baseline that is not there: exit code" 1 "$status"

run "$script" --results "$store" --out "$tmp/other" 20990101
is "a run that is not there: exit code" 1 "$status"
check "a run that is not there: no folder" test ! -e "$tmp/other"
touch "$tmp/file"
run "$script" --results "$store" --out "$tmp/file/x"
is "a folder that cannot be: exit code" 1 "$status"
like "a folder that cannot be: said" 'cannot make the folder' "$err"
finish
