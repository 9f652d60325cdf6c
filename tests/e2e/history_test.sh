#!/bin/bash
# SPDX-License-Identifier: MIT
# All stored runs of this machine: where a time moved, and what cannot be read.
. "$(dirname "$0")/e2e.sh"
need_forge

history_of()
{
	run "$vmbench" history --results "$store" "$@"
}

history_of
is "an empty store: exit code" 1 "$status"
like "an empty store: said" "nothing.*$store" "$err"

for i in $(seq 10 29); do
	if [ "$i" -lt 20 ]; then ns=100 commit=aaaaaaaaaaaa; else ns=110 commit=bbbbbbbbbbbb; fi
	forge "202601${i}T000000Z-000000" "$commit" --seed "$i" memory/x=$ns exit/y=50
done
forge 20260130T000000Z-000000 cccccccccccc --fingerprint deadbeef memory/x=900

history_of
is "exit code" 0 "$status"
like "where it moved, by how much, between which commits" \
	'moved by \+(9|10)\.[0-9]+ %, from .* between commit aaaaaaaaaaaa and commit bbbbbbbbbbbb, first seen in run 20260120T000000Z' "$out"
like "what did not move" '^  no change found' "$out"
like "a row of the table" '2026-01-20T00:00:00Z +20260120T000000Z-000000 +bbbbbbbbbbbb +110 ns' "$out"
like "runs of other machines are counted" '20 runs of machine .*, 1 of other machines left out' "$out"
unlike "and are not in it" 900 "$out"
history_of --format json
is "JSON: one change" "[1, 0]" "$(json '[len(b[i]["changes"]) for i in ("memory/x", "exit/y")]' <<<"$out")"
is "JSON: the commit" "aaaaaaaaaaaa bbbbbbbbbbbb" \
	"$(json '" ".join(b["memory/x"]["changes"][0][k] for k in ("commit_before", "commit"))' <<<"$out")"
is "JSON: points" 20 "$(json 'len(b["memory/x"]["points"])' <<<"$out")"
history_of --format md
like "Markdown: folded" '^<details><summary>20 runs' "$out"
history_of exit
unlike "a filter" 'memory/x' "$out"
history_of --exact memory/x
like "--exact" '^memory/x: 20 runs' "$out"
history_of --exact memory
is "--exact that is no id: exit code" 1 "$status"
history_of '('
is "no regular expression: exit code" 2 "$status"
history_of --format csv
is "a format that there is not: exit code" 2 "$status"
history_of --force
like "--force: the newest run's machine" '^1 runs? of machine deadbeef' "$out"

head -c 100 "$store/runs/20260115T000000Z-000000.vmb" >"$tmp/cut"
cp "$tmp/cut" "$store/runs/20260115T000000Z-000000.vmb"
history_of
is "a damaged file: exit code" 0 "$status"
like "a damaged file: said" 'skipped: .*20260115T000000Z-000000\.vmb' "$err"
like "a damaged file: the report says it" '^skipped: .*20260115T000000Z' "$out"
like "a damaged file: the others are used" '^memory/x: 19 runs' "$out"
finish
