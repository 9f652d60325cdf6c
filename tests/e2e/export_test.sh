#!/bin/bash
# SPDX-License-Identifier: MIT
# Every export is read by the program that it is made for, or by a parser of its format.
. "$(dirname "$0")/e2e.sh"
need_forge

python=/usr/bin/python3
forge 20260101T000000Z-00000a c0ffee memory/copy/libc/4K=100 'exit/a"b\c=50'
forge 20260102T000000Z-00000b c0ffee --seed 2 memory/copy/libc/4K=150 'exit/a"b\c=50'

# export FORMAT [RUN]
export_as()
{
	run "$vmbench" export --results "$store" --format "$1" "${2-latest}"
	is "$1: exit code" 0 "$status"
}

export_as gbench 20260101
cp "$tmp/out" "$tmp/a.json"
export_as gbench 20260102
cp "$tmp/out" "$tmp/b.json"
is "gbench: an entry per round" "12 {'iteration'} {12}" "$(json \
	'" ".join(map(str, (len([x for x in d["benchmarks"] if x["name"] == "memory/copy/libc/4K"]), {x["run_type"] for x in d["benchmarks"]}, {x["repetitions"] for x in d["benchmarks"]})))' <"$tmp/b.json")"
is "gbench: what readers want of the context" "[]" "$(json \
	'[k for k in ("date", "host_name", "executable", "caches", "load_avg", "library_build_type") if k not in d["context"]]' <"$tmp/b.json")"
is "gbench: iterations of every round" "{2000000}" "$(json '{x["iterations"] for x in d["benchmarks"]}' <"$tmp/b.json")"
compare_py=/usr/share/benchmark/compare.py
if [ ! -e "$compare_py" ]; then
	skip "gbench: google/benchmark's compare.py" "it is not installed (Debian package libbenchmark-tools)"
elif ! $python -c 'import scipy, numpy' 2>/dev/null; then
	skip "gbench: google/benchmark's compare.py" "python3-scipy is not installed"
else
	run $python "$compare_py" --no-color -d "$tmp/diff.json" benchmarks "$tmp/a.json" "$tmp/b.json"
	is "gbench: compare.py reads it" 0 "$status"
	like "gbench: compare.py sees the difference" '^memory/copy/libc/4K .*\+0\.[45]' "$out"
	like "gbench: compare.py tests the rounds" 'memory/copy/libc/4K_pvalue .*12 vs 12' "$out"
	run $python "$compare_py" --no-color benchmarks "$vmbench" "$vmbench" --results="$tmp/driven" \
		"${short[@]}" --benchmark_filter='^exit/syscall/getppid$'
	is "compare.py drives vmbench itself" 0 "$status"
	like "compare.py compares what vmbench measured" '^exit/syscall/getppid ' "$out"
fi

export_as openmetrics 20260101
cp "$tmp/out" "$tmp/om.txt"
is "openmetrics: ends as it must" "# EOF" "$(tail -n 1 "$tmp/om.txt")"
if $python -c 'import prometheus_client.openmetrics.parser' 2>/dev/null; then
	is "openmetrics: prometheus_client reads it" \
		"1e-07 exit/a\"b\\c 1767225600 {'vmbench_run', 'vmbench_status', 'vmbench_time_seconds'}" \
		"$($python -c '
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse
f = {m.name: m for m in parse(open(sys.argv[1]).read())}
t = f["vmbench_time_seconds"].samples
print("%.0e" % t[0].value, t[1].labels["id"], int(float(t[0].timestamp)),
      "{" + ", ".join(repr(k) for k in ("vmbench_run", "vmbench_status", "vmbench_time_seconds") if k in f) + "}")' \
			"$tmp/om.txt" 2>&1 | tail -n 1)"
else
	skip "openmetrics: prometheus_client reads it" "python3-prometheus-client is not installed"
fi

export_as csv 20260101
is "csv: read by Python's csv" 'memory/copy/libc/4K True 12; exit/a"b\c True 12' "$($python -c '
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1], newline="")))
print("; ".join("%s %s %s" % (r["id"], abs(float(r["median_ns"]) - (100 if i == 0 else 50)) < 2, r["rounds_kept"]) for i, r in enumerate(rows)))' "$tmp/out")"
export_as gbench-csv
is "gbench-csv: read by Python's csv" "24 {'ns'}" "$($python -c '
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1], newline="")))
print(len(rows), {r["time_unit"] for r in rows})' "$tmp/out")"
export_as gbench-console
like "gbench-console: a line per round" '^memory/copy/libc/4K +[0-9.]+ ns +[0-9.]+ ns +[0-9]+$' "$out"

export_as bmf
is "bmf: a measure with its bounds" "True" \
	"$(json '(lambda l: l["lower_value"] <= l["value"] <= l["upper_value"])(d["memory/copy/libc/4K"]["latency"])' <<<"$out")"
export_as gha
is "gha: every key" "['extra', 'name', 'range', 'unit', 'value']" "$(json 'sorted(d[0])' <<<"$out")"
export_as json
is "json: the report" vmbench-result/1 "$(json 'd["schema"]' <<<"$out")"

# What was not measured is absent, everywhere.
VMBENCH_FAULTS=1 bench fault/skip fault/wrong
for format in gbench bmf gha; do
	export_as "$format"
	unlike "$format: a benchmark without a time has no entry" '"name": "fault|"fault/skip": \{' "$out"
done
export_as openmetrics
unlike "openmetrics: nor a time" '^vmbench_time_seconds\{' "$out"
like "openmetrics: but a status" '^vmbench_status\{id="fault/skip",category="fault",vmbench_status="skipped"\} 1 ' "$out"
export_as csv
like "csv: empty cells" ',fault/skip,fault,skipped,[^,]*,[^,]*,,,,,,,,,,0,0,,' "$out"

# As google/benchmark's users type it.
bench --benchmark_filter='^exit/syscall/getppid$' --benchmark_repetitions=3 --benchmark_out="$tmp/gb.json"
is "--benchmark_out: exit code" 0 "$status"
is "--benchmark_out: JSON by default" "True" "$(json 'all(x["run_name"] == "exit/syscall/getppid" for x in d["benchmarks"]) and "caches" in d["context"]' <"$tmp/gb.json")"
bench '^exit/syscall/getppid$' --benchmark_out="$tmp/gb.csv" --benchmark_out_format=csv
like "--benchmark_out_format=csv" '^name,iterations,real_time' "$(cat "$tmp/gb.csv")"
bench '^exit/syscall/getppid$' --benchmark_out="$tmp/gb.txt" --benchmark_out_format=console
like "--benchmark_out_format=console" '^Benchmark +Time +CPU +Iterations' "$(cat "$tmp/gb.txt")"
bench '^exit/syscall/getppid$' --benchmark_out="$tmp/x" --benchmark_out_format=xml
is "--benchmark_out_format=xml: exit code" 2 "$status"
bench '^exit/syscall/getppid$' --benchmark_out=/nonexistent/x
is "--benchmark_out where nothing can be written: exit code" 1 "$status"

run "$vmbench" export --results "$store" --format tsv
is "a format that does not exist: exit code" 2 "$status"
like "a format that does not exist: what there is" 'gbench .*bmf gha openmetrics csv json' "$err"
run "$vmbench" export --results "$store" nosuch
is "a run that does not exist: exit code" 1 "$status"
run bash -c "'$vmbench' export --results '$store' --format csv >/dev/full"
is "a full disk: exit code" 1 "$status"
finish
