#!/bin/bash
# SPDX-License-Identifier: MIT
#
# run.sh [--pairs N] [--cpu CPU]: false alarms and misses of google/benchmark's compare.py, hyperfine
# and vmbench ab, on the same bodies, on this machine, in one run. Builds into build/peers.
# Packages: libbenchmark-dev libbenchmark-tools hyperfine python3-scipy g++.

set -eu
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../../.." && pwd)
build=$top/build/peers
case ${1-} in
-h | --help) sed -n '/^# run/,/^$/s/^# \{0,1\}//p' "$0"; exit 0 ;;
esac

for need in hyperfine:hyperfine c++:g++ taskset:util-linux; do
	command -v "${need%:*}" >/dev/null || { echo "run.sh: no ${need%:*} (package ${need#*:})" >&2; exit 1; }
done
[ -e /usr/share/benchmark/compare.py ] || { echo "run.sh: no compare.py (package libbenchmark-tools)" >&2; exit 1; }
/usr/bin/python3 -c 'import scipy' || { echo "run.sh: no scipy (package python3-scipy)" >&2; exit 1; }
[ -x "$top/vmbench" ] || make -s -C "$top" -j"$(nproc)" vmbench

mkdir -p "$build"
flags=(-O2 -falign-loops=64 -I"$top")
for adds in 1600 1632; do
	cc -std=gnu11 "${flags[@]}" -DADDS=$adds -shared -fPIC -o "$build/plugin_$adds.so" "$here/plugin.c"
	cc -std=gnu11 "${flags[@]}" -DADDS=$adds -o "$build/whole_$adds" "$here/whole.c"
	c++ "${flags[@]}" -DADDS=$adds -o "$build/gbench_$adds" "$here/gbench.cc" -lbenchmark -lpthread
done
# A copy: what is measured does not change when somebody builds meanwhile.
cp "$top/vmbench" "$build/vmbench"
# vmbench raises its own priority where it may; the others are given the same.
exec nice -n "$([ "$(id -u)" = 0 ] && echo -20 || echo 0)" \
	/usr/bin/python3 "$here/run.py" --build "$build" --vmbench "$build/vmbench" "$@"
