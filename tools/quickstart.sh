#!/bin/bash
# SPDX-License-Identifier: MIT
#
# quickstart.sh: a menu of what people do most. With a choice as its argument it asks nothing.

. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage()
{
	cat <<'EOT'
usage: tools/quickstart.sh [CHOICE [ARGUMENT...]]

  1, quick              all benchmarks, quickly
  2, reports            all benchmarks, quickly, and a report in every format
  3, one ID             one benchmark, thoroughly; ID is a regular expression
  4, regressions        only what became slower than the baseline
  5, update-baseline    measure all, and make that the baseline
  6, compare            measure all, and compare with the baseline

Without a choice it shows a menu. What follows the choice goes to the script behind it.
EOT
}

# choose CHOICE ARGUMENT...
choose()
{
	local choice=$1

	shift
	case $choice in
	1 | quick) "$tools/bench.sh" --all --quick "$@" </dev/null ;;
	2 | reports) "$tools/generate_report.sh" --measure "$@" </dev/null ;;
	3 | one) one "$@" ;;
	4 | regressions) "$tools/detect_regression.sh" --quick "$@" </dev/null ;;
	5 | update-baseline) "$tools/bench.sh" --all --save-baseline "$@" </dev/null ;;
	6 | compare) "$tools/bench.sh" --all --compare-baseline "$@" </dev/null ;;
	*) usage_error "no choice \"$choice\"" ;;
	esac
}

one()
{
	local id

	if [ $# = 0 ]; then
		"$vmbench" list
		printf 'Which one? '
		read -r id || id=''
		[ -n "$id" ] || { echo; echo "None was named."; return 2; }
		set -- "$id"
	fi
	"$tools/bench.sh" "$@" </dev/null
}

menu()
{
	cat <<EOT

${bold}vmbench${plain}
  1  all benchmarks, quickly
  2  all benchmarks, quickly, with reports
  3  one benchmark
  4  regressions only
  5  update the baseline
  6  compare with the baseline
  q  quit
EOT
	printf 'Your choice: '
}

case ${1-} in
-h | --help) usage; exit 0 ;;
esac
need_vmbench
if [ $# -gt 0 ]; then
	choose "$@"
	exit
fi
while menu && read -r choice; do
	case $choice in
	q | Q | quit) exit 0 ;;
	'') ;;
	[1-6]) choose "$choice" ;;
	*) echo "$me: no choice \"$choice\"; 1 to 6, or q" >&2 ;;
	esac
done
echo
