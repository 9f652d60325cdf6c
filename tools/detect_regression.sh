#!/bin/bash
# SPDX-License-Identifier: MIT
#
# detect_regression.sh: did something become slower? Exit code 0: no; 3: yes.

. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage()
{
	cat <<'EOT'
usage: tools/detect_regression.sh [OPTION...] [FILTER...] [-- VMBENCH_OPTION...]

  (nothing)            measure now and compare with the baseline "main"
  --baseline NAME      ... with the baseline NAME
  --against OLD        OLD is another build of vmbench, or a plugin.so with --new PLUGIN.so: measure
                       both now, in interleaved pairs. The surest way: what the machine does
                       meanwhile it does to both
  --new NEW            for --against: the newer side (default: this vmbench)
  --stored A B         measure nothing: compare two stored runs or baselines
  --quick              fewer rounds
  --pin CPUS           run on these CPUs
  --results DIR        the store of runs (default results/ beside tools/)
  -h, --help           this text

Exit code: 0 nothing became slower, 3 something did; 1 something failed, 2 usage, 5 the baseline is
of another machine. What follows -- goes to vmbench as it is.
EOT
}

baseline=main against='' new='' stored=() words=() filters=()
while [ $# -gt 0 ]; do
	case $1 in
	-h | --help) usage; exit 0 ;;
	--baseline) option_value "$@"; baseline=$2; shift ;;
	--against) option_value "$@"; against=$2; shift ;;
	--new) option_value "$@"; new=$2; shift ;;
	--stored) [ $# -gt 2 ] || usage_error "--stored needs two runs"; stored=("$2" "$3"); shift 2 ;;
	--pin) option_value "$@"; words+=(--pin "$2"); shift ;;
	--results) option_value "$@"; results=$2; shift ;;
	--quick) words+=(--quick) ;;
	--) shift; words+=("$@"); break ;;
	-*) usage_error "unknown option $1" ;;
	*) filters+=("$1") ;;
	esac
	shift
done
[ -z "$new" ] || [ -n "$against" ] || usage_error "--new goes with --against"

need_vmbench
words+=(--results "$results" --color "$color")
if [ ${#stored[@]} = 2 ]; then
	"$vmbench" compare "${stored[@]}" "${words[@]}"
elif [ -n "$against" ]; then
	"$vmbench" ab "$against" "${new:-$vmbench}" "${filters[@]}" "${words[@]}"
else
	need_baseline "$baseline"
	"$vmbench" run "${filters[@]}" "--baseline-lenient=$baseline" "${words[@]}"
fi
code=$?
case $code in
0) echo "${green}No regression.${plain}" ;;
*) explain $code ;;
esac
exit $code
