#!/bin/bash
# SPDX-License-Identifier: MIT
#
# bench.sh: run categories of benchmarks, with all that belongs to it: what disturbs this machine,
# the report, the comparison with a baseline, a Markdown file, and a summary.

. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage()
{
	cat <<'EOT'
usage: tools/bench.sh [CATEGORY...] [OPTION...] [FILTER...] [-- VMBENCH_OPTION...]

Categories (none: all):
  --all --self --jit --memory --tlb --gc --cross-arch --async --concurrency --snapshot --exit

How:
  --quick                     six short rounds: a look
  --rigorous                  forty long rounds: a number to argue about
  --pin CPUS                  run on these CPUs
  --counters[=EVENTS]         count hardware events
  FILTER                      only ids that match, a regular expression

Baselines (NAME: main if left out):
  --save-baseline [NAME]      store this run as the baseline NAME, replacing an older one
  --compare-baseline [NAME]   compare with NAME; exit with 3 if something became slower

Output:
  --report FILE               the Markdown report (default RESULTS/reports/RUN.md)
  --results DIR               the store of runs (default results/ beside tools/)
  --no-system                 leave out the system information
  -h, --help                  this text

What follows -- goes to vmbench as it is: tools/bench.sh --memory -- --rounds 20 --skip 64M
Environment: VMBENCH=another vmbench, NO_COLOR=1 no colour.
Exit code: that of vmbench; 0 ok, 1 failed, 2 usage, 3 regression, 5 another machine's baseline.
EOT
}

run=(run)
save='' compare='' report='' system=1
while [ $# -gt 0 ]; do
	case $1 in
	-h | --help) usage; exit 0 ;;
	--all | --self | --jit | --memory | --tlb | --gc | --cross-arch | --async | --concurrency | \
		--snapshot | --exit | --quick | --rigorous | --counters | --counters=*) run+=("$1") ;;
	--pin) option_value "$@"; run+=(--pin "$2"); pin=$2; shift ;;
	--pin=*) pin=${1#*=}; run+=("$1") ;;
	--save-baseline) save=main; if is_name "${@:2}"; then save=$2; shift; fi ;;
	--save-baseline=*) save=${1#*=}; option_value "$1" "$save" ;;
	--compare-baseline) compare=main; if is_name "${@:2}"; then compare=$2; shift; fi ;;
	--compare-baseline=*) compare=${1#*=}; option_value "$1" "$compare" ;;
	--report) option_value "$@"; report=$2; shift ;;
	--results) option_value "$@"; results=$2; shift ;;
	--no-system) system='' ;;
	--) shift; run+=("$@"); break ;;
	-*) usage_error "unknown option $1" ;;
	*) run+=("$1") ;;
	esac
	shift
done

need_vmbench
results=$(realpath -m "$results")
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
[ -z "$compare" ] || need_baseline "$compare"

heading()
{
	printf '%s== %s%s\n' "$bold" "$1" "$plain"
}

if [ -n "$system" ]; then
	heading "System: what disturbs measurements here"
	"$vmbench" doctor ${pin:+--pin "$pin"} --color "$color" ||
		echo "${yellow}The numbers below are as good as this machine lets them be.${plain}"
	echo
fi

# The old baseline is set aside: --save-baseline may replace it before the report is written.
[ -z "$compare" ] || "$vmbench" baseline export "$compare" --results "$results" -o "$tmp/$compare.vmb" ||
	exit
[ -z "$save" ] || run+=(--save-baseline "$save")
[ -z "$compare" ] || run+=("--baseline-lenient=$compare")

heading "Benchmarks"
start=$SECONDS
set -o pipefail
"$vmbench" "${run[@]}" --results "$results" --color "$color" | tee "$tmp/report.txt"
code=${PIPESTATUS[0]}
id=$(grep -m 1 -oE '[0-9]{8}T[0-9]{6}Z-[0-9a-f]+' "$tmp/report.txt")

write_report()
{
	"$vmbench" report "$id" --results "$results" --format md || return
	[ -n "$compare" ] || return 0
	printf '\n## Against the baseline %s\n\n' "$compare"
	cd "$tmp" || return	# so that the report says main.vmb, and not where it was put
	"$vmbench" compare "$compare.vmb" "$id" --results "$results" --no-fail-on-regression --format md
	[ $? -le 1 ]	# 1: something could not be compared, and the table says so
}

echo
heading "Summary"
if [ -n "$id" ]; then
	[ -n "$report" ] || report=$results/reports/$id.md
	if mkdir -p "$(dirname "$report")" && (write_report) >"$tmp/report.md" && cp "$tmp/report.md" "$report"
	then
		echo "report    $report"
	else
		echo "${red}report    not written to $report${plain}"
		[ "$code" != 0 ] || code=1
	fi
	echo "run       $id, $((SECONDS - start)) s; again with: vmbench report $id"
	[ -z "$compare" ] || echo "compared  with the baseline $compare"
	if [ -n "$save" ] && have_baseline "$save"; then
		echo "baseline  $save"
	fi
fi
echo "result    $(explain "$code")"
exit "$code"
