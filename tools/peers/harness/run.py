#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The same two questions, asked of three tools, in turn, on one machine.

same:   the old program against itself. Whoever reports a change raises a false alarm.
slower: the old program against one that does 2 % more. Whoever does not report it misses it.

Each tool decides by its own rule, as its documentation has it:
  google/benchmark  compare.py's Mann-Whitney U test of the times: a change if p < 0.05, its default
                    (docs/tools.md: "If the p-value is less than the chosen significance level (alpha),
                    we reject the null hypothesis"); 9 repetitions, the fewest that it calls enough
  hyperfine         the ratio that it prints, "1.02 +- 0.01 times faster": a change if the
                    interval of one such deviation excludes 1. It states no other rule
  vmbench           the verdict of `vmbench ab`: REGRESSED or IMPROVED

compare.py prints two such P, of the elapsed time and of CPU time; both are shown, from the same runs.
Each tool is given about the same time: google/benchmark nine repetitions of 0.1 s a side, hyperfine
twenty runs of 0.05 s a side, vmbench rounds of 0.02 s, of which it makes 12 to 48 a side.
"""
import argparse
import json
import math
import os
import random
import subprocess
import sys
import time

COMPARE_PY = "/usr/share/benchmark/compare.py"


def call(words, ok=(0,)):
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode not in ok:
        sys.exit("%s: exit code %d\n%s" % (" ".join(words), done.returncode, done.stderr))
    return done.stdout


# Each returns, by name, "slower", "faster", "same" or "none" (the tool has no verdict).

def gbench(o, old, new):
    dump = os.path.join(o.build, "compare.json")
    call(o.pin + ["/usr/bin/python3", COMPARE_PY, "--no-color", "-d", dump, "benchmarks",
                  os.path.join(o.build, "gbench_" + old), os.path.join(o.build, "gbench_" + new),
                  "--benchmark_repetitions=9", "--benchmark_min_time=0.1"])
    rows = json_rows(dump)
    p = [r for r in rows if r.get("utest")][0]["utest"]
    median = [r for r in rows if r.get("aggregate_name") == "median"][0]["measurements"][0]
    return {"compare.py, time": by_p(p["time_pvalue"], median["time"]),
            "compare.py, CPU time": by_p(p["cpu_pvalue"], median["cpu"])}


def by_p(p, change):
    return "same" if p >= 0.05 else "slower" if change > 0 else "faster"


def json_rows(path):
    with open(path) as f:
        return json.load(f)


def hyperfine(o, old, new):
    dump = os.path.join(o.build, "hyperfine.json")
    call(o.pin + ["hyperfine", "-N", "--warmup", "3", "--runs", "20", "--export-json", dump,
                  os.path.join(o.build, "whole_" + old), os.path.join(o.build, "whole_" + new)])
    a, b = json_rows(dump)["results"]
    ratio = b["mean"] / a["mean"]
    sigma = ratio * math.hypot(a["stddev"] / a["mean"], b["stddev"] / b["mean"])
    if ratio - sigma <= 1 <= ratio + sigma:
        return {"hyperfine": "same"}
    return {"hyperfine": "slower" if ratio > 1 else "faster"}


def vmbench(o, old, new):
    text = call([o.vmbench, "ab", os.path.join(o.build, "plugin_%s.so" % old),
                 os.path.join(o.build, "plugin_%s.so" % new), "--format", "json",
                 "--no-fail-on-regression", "--quiet", "--measurement-time", "20ms"] + (["--pin", o.cpu] if o.cpu else []))
    verdict = str(json.loads(text)["benchmarks"][0].get("verdict")).upper()
    words = {"REGRESSED": "slower", "IMPROVED": "faster", "EQUIVALENT": "same", "INCONCLUSIVE": "same"}
    return {"vmbench ab": words.get(verdict, "none")}


TOOLS = (gbench, hyperfine, vmbench)
NAMES = ("compare.py, time", "compare.py, CPU time", "hyperfine", "vmbench ab")


def table(count, pairs):
    print("| tool | false alarms | 2 % missed | said the opposite | no verdict | seconds a pair |")
    print("|---|--:|--:|--:|--:|--:|")
    for name, c in count.items():
        alarms = sum(s in ("slower", "faster") for s in c["same"])
        missed = sum(s != "slower" for s in c["slower"])
        print("| %s | %d of %d | %d of %d | %d | %d | %.1f |" % (
            name, alarms, pairs, missed, pairs, c["slower"].count("faster"),
            (c["same"] + c["slower"]).count("none"), c["seconds"] / 2 / pairs))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("--pairs", type=int, default=20, help="of each kind, for each tool")
    p.add_argument("--cpu", default="", help="run everything on this CPU")
    p.add_argument("--build", required=True)
    p.add_argument("--vmbench", required=True)
    o = p.parse_args()
    o.pin = ["taskset", "-c", o.cpu] if o.cpu else []
    count = {name: {"same": [], "slower": [], "seconds": 0.0} for name in NAMES}
    load = [os.getloadavg()[0]]
    for i in range(o.pairs):
        jobs = [(tool, kind) for tool in TOOLS for kind in ("same", "slower")]
        random.shuffle(jobs)  # what the machine does for a while, it does to all
        for tool, kind in jobs:
            t0 = time.monotonic()
            for name, said in tool(o, "1600", "1600" if kind == "same" else "1632").items():
                count[name]["seconds"] += time.monotonic() - t0
                count[name][kind].append(said)
                print("%d/%d %s, %s: %s" % (i + 1, o.pairs, name, kind, said), file=sys.stderr)
        load.append(os.getloadavg()[0])
    print("%d pairs of each kind for each tool; load average %.1f to %.1f, %d CPUs; nice %d\n"
          % (o.pairs, min(load), max(load), os.cpu_count(), os.nice(0)))
    table(count, o.pairs)


main()
