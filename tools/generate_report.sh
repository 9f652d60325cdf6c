#!/bin/bash
# SPDX-License-Identifier: MIT
#
# generate_report.sh: one stored run in every format, in a folder.

. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage()
{
	cat <<'EOT'
usage: tools/generate_report.sh [OPTION...] [RUN]

  RUN                a stored run: an id, a path, or latest (the default)
  --out DIR          the folder (default RESULTS/reports/RUN)
  --baseline NAME    also comparison.txt, .md and .json with the baseline NAME
  --measure          measure all benchmarks first, quickly, and report that run
  --results DIR      the store of runs (default results/ beside tools/)
  -h, --help         this text

Writes report.txt, report.md, report.json and report.html. Open the last in a browser; it needs no
network.
EOT
}

run=latest out='' baseline='' measure=''
while [ $# -gt 0 ]; do
	case $1 in
	-h | --help) usage; exit 0 ;;
	--out) option_value "$@"; out=$2; shift ;;
	--baseline) option_value "$@"; baseline=$2; shift ;;
	--measure) measure=1 ;;
	--results) option_value "$@"; results=$2; shift ;;
	-*) usage_error "unknown option $1" ;;
	*) run=$1 ;;
	esac
	shift
done

need_vmbench
[ -z "$baseline" ] || need_baseline "$baseline"
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

if [ -n "$measure" ]; then
	"$vmbench" run --all --quick --results "$results" >"$tmp/measured"
	code=$?
	run=$(grep -m 1 -oE '[0-9]{8}T[0-9]{6}Z-[0-9a-f]+' "$tmp/measured") ||
		die "nothing was measured (exit code $code)"
fi

# Everything is written aside and moved when it is complete.
for format in text md json html; do
	file=$tmp/report.${format/text/txt}
	"$vmbench" report "$run" --results "$results" --format "$format" -o "$file" --color never --verbose ||
		die "no $format report of $run"
done
for format in text md json; do
	[ -n "$baseline" ] || break
	"$vmbench" compare "$baseline" "$run" --results "$results" --no-fail-on-regression --color never \
		--format "$format" -o "$tmp/comparison.${format/text/txt}"
	[ -s "$tmp/comparison.${format/text/txt}" ] || die "$run cannot be compared with $baseline"
done

if [ -z "$out" ]; then
	id=$(grep -m 1 -oE '[0-9]{8}T[0-9]{6}Z-[0-9a-f]+' "$tmp/report.txt") || die "$run has no id"
	out=$results/reports/$id
fi
mkdir -p "$out" || die "cannot make the folder $out"
for file in "$tmp"/report.* "$tmp"/comparison.*; do
	[ -e "$file" ] || continue
	cp "$file" "$out/" || die "cannot write to $out"
	echo "$out/$(basename "$file")"
done
