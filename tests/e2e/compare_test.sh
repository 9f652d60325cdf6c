#!/bin/bash
# SPDX-License-Identifier: MIT
# Two stored runs: verdicts, exit codes, thresholds, machines.
. "$(dirname "$0")/e2e.sh"
need_forge
export XDG_CONFIG_HOME=$tmp/config

forge 20260101T000000Z-00000a c0ffee memory/x=100 memory/z=200 exit/y=50 exit/gone=1
forge 20260102T000000Z-00000b c0ffee --seed 2 memory/x=115 memory/z=201 exit/y=46 exit/born=1

compare()
{
	run "$vmbench" compare --results "$store" "$@"
}

# of ID MEMBER
of()
{
	json "b['$1']['$2']" <<<"$out"
}

compare 20260101 20260102 --format json
is "a regression: exit code" 3 "$status"
is "slower by 15 %" "REGRESSED medium" "$(of memory/x verdict) $(of memory/x severity)"
is "faster by 8 %" "IMPROVED improvement" "$(of exit/y verdict) $(of exit/y severity)"
is "slower by 0.5 %" "EQUIVALENT stable" "$(of memory/z verdict) $(of memory/z severity)"
is "only in the old run" only_old "$(of exit/gone state)"
is "only in the new run" only_new "$(of exit/born state)"
is "without a history it is provisional" True "$(of memory/x provisional)"
compare 20260101 20260102 --no-fail-on-regression
is "--no-fail-on-regression: exit code" 0 "$status"
like "text: the verdict" 'memory/x .*|REGRESSED \(medium\)' "$out"
compare 20260102 20260101
is "the other way round: exit code" 0 "$status"
compare 20260102 20260102 --strict
is "a run with itself: exit code" 0 "$status"

run "$vmbench" baseline save main 20260101 --results "$store"
compare main latest
is "a baseline by its name: exit code" 3 "$status"
like "a baseline by its name: said" 'old: main: 20260101T000000Z-00000a' "$out"
compare "$store/baselines/main.vmb" "$store/runs/20260102T000000Z-00000b.vmb" --format md
is "paths: exit code" 3 "$status"
like "paths: Markdown" '^### vmbench: 3 compared: 1 regressed, 1 improved' "$out"

# HTML is the report of the new run with the old one beside it.
compare main latest --format html -o "$tmp/compared.html"
is "HTML: exit code" 3 "$status"
html=$(cat "$tmp/compared.html")
like "HTML: what it is compared with" 'main: 20260101T000000Z-00000a' "$html"
like "HTML: the verdict" 'REGRESSED' "$html"

# Thresholds.
ini()
{
	printf '%s\n' "$@" >"$tmp/vmbench.ini"
}
ini '[benchmark memory/x]' 'medium = 30%' 'high = 50%'
compare main latest
is "a threshold for one benchmark: exit code" 0 "$status"
ini '[category memory]' 'medium = 2 %' '[default]' 'high = 12%'
compare main latest --format json
is "high for all" high "$(of memory/x severity)"
ini '[default]' 'medum = 0.1'
compare main latest
is "a key that is wrong: exit code" 2 "$status"
like "a key that is wrong: where" 'vmbench.ini:2: unknown key "medum"' "$err"
rm "$tmp/vmbench.ini"
mkdir -p "$XDG_CONFIG_HOME/vmbench"
printf '[default]\nmedium=40%%\n' >"$XDG_CONFIG_HOME/vmbench/vmbench.ini"
compare main latest
is "the user's own file: exit code" 0 "$status"
printf '[default]\nmedium=4%%\n' >"$tmp/other.ini"
compare main latest --config "$tmp/other.ini"
is "--config: exit code" 3 "$status"
compare main latest --config "$tmp/nosuch.ini"
is "--config that is not there: exit code" 2 "$status"
rm -r "$XDG_CONFIG_HOME"

# Machines.
forge 20260103T000000Z-00000c c0ffee --fingerprint deadbeef memory/x=100
compare main latest
is "another machine: exit code" 5 "$status"
like "another machine: said" 'machines differ.*--force' "$err"
is "another machine: no report" "" "$out"
compare main latest --force
is "--force: exit code" 0 "$status"
like "--force: the report says it" 'DIFFERENT MACHINES' "$out"

# Noise between sessions.
for i in 1 2 3 4 5 6; do
	forge "2026020${i}T000000Z-00000d" beef --seed "$i" memory/x="$((100 + 8 * (i % 2)))"
done
compare main 20260102 --format json
is "with a history: not provisional" False "$(of memory/x provisional)"
is "with a history: 15 % is within what runs of one build differ" INCONCLUSIVE "$(of memory/x verdict)"
compare main 20260102 --strict
is "--strict: exit code" 4 "$status"
compare main 20260101
is "inconclusive without --strict: exit code" 0 "$status"

# What cannot be compared.
forge 20260301T000000Z-00000e c0ffee --partial memory/x=100
compare main latest
like "a partial run says so" 'new: .*PARTIAL' "$out"
compare main nosuch
is "a run that does not exist: exit code" 1 "$status"
compare main
is "one argument: exit code" 2 "$status"
compare main latest --format gbench
is "a format of exports: exit code" 2 "$status"
finish
