#!/bin/bash
# SPDX-License-Identifier: MIT
#
# compare.sh OUT [VMBENCH_OPTION...]: measure OUT/base against OUT/head in interleaved pairs, on this
# machine, now; write OUT/comparison.md and print it. Exit code: 0, or 3 if HEAD is slower, and
# whatever else `vmbench ab` says; OUT/code has it too.

set -u
if [ $# -lt 1 ]; then
	sed -n '/^# compare/,/^$/s/^# \{0,1\}//p' "$0" >&2
	exit 2
fi
out=$1
shift
cd "$out" || exit 1

rm -f comparison.md code
head/vmbench ab base/vmbench head/vmbench "$@" --format md -o comparison.md
code=$?
echo "$code" >code
if [ ! -s comparison.md ]; then
	echo "The two builds could not be compared: \`vmbench ab\` ended with exit code $code." >comparison.md
fi
cat comparison.md
exit "$code"
