#!/bin/bash
# SPDX-License-Identifier: MIT
#
# measure.sh OUT STORE [VMBENCH_OPTION...]: run all benchmarks of OUT/head, keep the run in STORE, and
# write the report in every format to OUT/report. The exit code is vmbench's, but for 77: a runner on
# which nothing can be measured is no failure of the change.

set -u
tools=$(cd "$(dirname "$0")/.." && pwd)
if [ $# -lt 2 ]; then
	sed -n '/^# measure/,/^$/s/^# \{0,1\}//p' "$0" >&2
	exit 2
fi
out=$1 store=$2
shift 2
export VMBENCH=$out/head/vmbench

"$VMBENCH" doctor >"$out/doctor.txt" 2>&1	# what disturbs a runner is no reason to stop
"$VMBENCH" run --all --results "$store" "$@"
code=$?
"$tools/generate_report.sh" --results "$store" --out "$out/report" latest ||
	[ "$code" != 0 ] || code=1
[ "$code" != 77 ] || code=0
exit "$code"
