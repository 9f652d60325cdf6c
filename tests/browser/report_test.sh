#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The HTML report in a real browser: 500 made-up benchmarks with names that try to break out, and a
# real, short run with a history and a baseline. SHOTS=DIR leaves pictures in DIR.
. "$(dirname "$0")/../lib.sh"

need_vmbench
writer=$top/build/release/tests/results/html_test
chromium=
for c in "${CHROMIUM-}" /usr/bin/chromium /usr/bin/chromium-browser /usr/bin/google-chrome; do
	[ -z "$chromium" ] && [ -n "$c" ] && [ -x "$c" ] && chromium=$c
done
if [ -z "$chromium" ]; then
	skip "the report in a browser" "no Chromium here (Debian package chromium; or set CHROMIUM)"
	finish
fi
if ! command -v node >/dev/null; then
	skip "the report in a browser" "no node here (Debian package nodejs)"
	finish
fi
if [ ! -x "$writer" ]; then
	fail "the writer of large reports is built" "no $writer; run make tests-build"
	finish
fi

check "a report of 500 benchmarks is written" "$writer" "$tmp/large.html" 500

store=$tmp/store
short=(--rounds 4 --sample-size 8 --measurement-time 2ms --warm-up-time 1ms --results "$store")
ids='^(self/|memory/copy/(libc|vector)/|exit/syscall/(getppid|read)|memory/numa/)'
run "$vmbench" "${short[@]}" --save-baseline main "$ids"
run "$vmbench" "${short[@]}" "$ids"
run "$vmbench" report --results "$store" --baseline main --no-fail-on-regression \
	--format html -o "$tmp/small.html"
is "a report of a real run with a baseline is written: exit code" 0 "$status"
like "it has the comparison" 'Against the baseline' "$(cat "$tmp/small.html")"
like "it has a history" 'data-past="' "$(cat "$tmp/small.html")"

# shellcheck disable=SC2030 # only this run needs it
(export CHROMIUM=$chromium; node "$top/tests/browser/report.js" "$tmp/large.html" "$tmp/small.html") \
	>"$tmp/said" 2>"$tmp/err"
code=$?
while IFS= read -r line; do
	case $line in
	"# "*) printf '%s\n' "$line" ;;
	"pass "*) pass "${line#pass }" ;;
	"fail "*) name=${line#fail }; fail "${name%%: *}" "$line" ;;
	esac
done <"$tmp/said"
is "the browser test ran to its end: exit code" 0 "$code"
[ "$code" = 0 ] || sed 's/^/#   /' "$tmp/err"
finish
