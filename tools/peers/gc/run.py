#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The same workloads on several heaps, in turn, on one machine. See README.md beside this file.

In every round, each workload is given to all programs, in random order, one after the other. Shown is
the median of the rounds; of the longest pause, the longest. What a program computes is compared with
what it must be: one that is wrong ends the run.
"""
import argparse
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time

PEERS = ("vmcore", "ocaml", "boehm", "parallel", "g1", "malloc")
TITLES = {"vmcore": "vmcore/gc", "ocaml": "OCaml", "boehm": "Boehm", "parallel": "Java Parallel",
          "g1": "Java G1", "malloc": "malloc/free"}
CELLS = ((16, 10), (64, 10), (64, 50), (256, 10), (256, 50), (1024, 50))
QUICK_CELLS = ((64, 10), (64, 50))
JOB_SECONDS = 120


def workloads(o):
    for heap, live in o.cells:
        yield ("lists", heap, live, o.seconds)
    yield ("garbage", 64, o.seconds)
    yield ("trees", 1024, o.depth)
    yield ("graph", 256, o.nodes, "random")
    yield ("graph", 256, o.nodes, "ordered")


def ocaml_options(work):
    """A nursery of 1 MB, and as much free memory beside what lives as the heap has room for."""
    if work[0] != "lists":
        return "s=128k"
    live = work[1] * work[2] / 100
    return "s=128k,o=%d" % ((work[1] - 1 - live) * 100 / live)


def command(o, peer, work):
    args = [str(word) for word in work]
    if peer not in ("parallel", "g1"):
        return [os.path.join(o.build, peer)] + args
    gc = {"parallel": "-XX:+UseParallelGC", "g1": "-XX:+UseG1GC"}[peer]
    return ["java", gc, "-Xms%dm" % work[1], "-Xmx%dm" % work[1], "-cp", o.build, "Peers"] + args


def call(words, env=None):
    """Return: exit code, standard output, standard error, the most memory it held in KiB."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        p = subprocess.Popen(words, stdout=out, stderr=err, env=env)
        end = time.monotonic() + JOB_SECONDS
        pid = 0
        while not pid:
            pid, status, usage = os.wait4(p.pid, os.WNOHANG)
            if not pid and time.monotonic() > end:
                p.kill()
                os.wait4(p.pid, 0)
                p.returncode = 124
                return 124, "", "not done in %d s" % JOB_SECONDS, 0
            time.sleep(0.02)
        p.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        return p.returncode, out.read(), err.read(), usage.ru_maxrss


def fields(line):
    return {key: int(value) for key, value in re.findall(r"(\w+)=(-?\d+)", line)}


def job(o, peer, work):
    env = dict(os.environ, OCAMLRUNPARAM=ocaml_options(work), LC_ALL="C")
    code, out, err, rss_kib = call(command(o, peer, work), env)
    if code == 0:
        return dict(fields(out), rss_kib=rss_kib)
    why = "out of memory" if re.search("(?i)out ?of ?memory|heap space", out + err) else (
        err.strip().splitlines() or ["exit code %d" % code])[0]
    print("%s %s: %s" % (TITLES[peer], " ".join(map(str, work)), why), file=sys.stderr)
    return {"why": why}


def trees_sum(depth):
    nodes = [2 ** (d + 1) - 1 for d in range(depth + 2)]
    return nodes[depth + 1] + nodes[depth] + sum(2 ** (depth - d + 4) * nodes[d]
                                                 for d in range(4, depth + 1, 2))


def wrong(o, work, got, graph_sums):
    """Is what the program computed not what it must be?"""
    if "sum" not in got:
        return False
    if work[0] == "lists":
        out = call([os.path.join(o.build, "malloc"), "expect", str(got["slots"]), str(got["tag"])])[1]
        return got["sum"] != fields(out)["sum"]
    if work[0] == "trees":
        return got["sum"] != trees_sum(work[2])
    return got["sum"] != graph_sums.setdefault(work, got["sum"])


def measure(o):
    results = {(peer, work): [] for peer in o.peers for work in workloads(o)}
    load = [os.getloadavg()[0]]
    graph_sums = {}
    for i in range(o.rounds):
        for work in workloads(o):
            for peer in random.sample(o.peers, len(o.peers)):
                if any("why" in got for got in results[peer, work]):
                    continue  # it will not get better
                got = job(o, peer, work)
                if wrong(o, work, got, graph_sums):
                    sys.exit("%s %s computed something else: %s" % (TITLES[peer], work, got))
                results[peer, work].append(got)
            load.append(os.getloadavg()[0])
            print("round %d of %d: %s" % (i + 1, o.rounds, " ".join(map(str, work))), file=sys.stderr)
    return results, load


def middle(rows, value):
    return statistics.median(value(got) for got in rows)


def cell(o, results, peer, work, value, form="%.3g"):
    """Text of a cell, and its number or None."""
    if peer in o.absent:
        return "left out", None
    rows = results[peer, work]
    why = [got["why"] for got in rows if "why" in got]
    if why:
        return why[0], None
    if any("absent" in got for got in rows):
        return "–", None
    try:
        number = middle(rows, value)
    except KeyError:
        return "–", None
    return form % number, number


def show(o, results, title, rows, peers, best=None):
    """@rows: (label, workload, value, form). @best: max or min, to add vmcore's ratio to the best peer."""
    print("\n%s\n" % title)
    ratio = best and "vmcore" in peers
    print("| | %s |%s" % (" | ".join(TITLES[p] for p in peers), " vmcore/gc : best peer |" if ratio else ""))
    print("|---|" + "--:|" * (len(peers) + bool(ratio)))
    for label, work, value, form in rows:
        cells = {p: cell(o, results, p, work, value, form) for p in peers}
        line = "| %s | %s |" % (label, " | ".join(cells[p][0] for p in peers))
        if ratio:
            others = [n for p, (_, n) in cells.items() if n is not None and p not in ("vmcore", "malloc")]
            own = cells["vmcore"][1]
            line += " %s |" % ("%.2f" % (own / best(others)) if own is not None and others else "–")
        print(line)


def short(ms):
    return "%.0f" % ms if ms >= 10 else "%.2g" % ms


def show_pauses(o, results, peers):
    print("\nPauses as the program sees them, ms: median / 99th percentile / longest\n")
    print("| heap MB / live % | " + " | ".join(TITLES[p] for p in peers) + " |")
    print("|---|" + "--:|" * len(peers))
    for work in workloads(o):
        if work[0] != "lists":
            continue
        texts = []
        for p in peers:
            text, number = cell(o, results, p, work, lambda g: g["p50_ns"] / 1e6)
            if number is not None:
                rows = results[p, work]
                text = " / ".join(short(n) for n in (number, middle(rows, lambda g: g["p99_ns"] / 1e6),
                                                     max(g["max_ns"] / 1e6 for g in rows)))
            texts.append(text)
        print("| %d / %d | %s |" % (work[1], work[2], " | ".join(texts)))


def version(words, pattern):
    try:
        out = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
    except OSError:
        return "?"
    found = re.search(pattern, out)
    return found.group(1) if found else "?"


def show_versions(o, load):
    with open("/proc/cpuinfo") as f:
        cpu = re.search(r"(?m)^model name\s*: (.*)$", f.read())
    print("%s, %d CPUs, Linux %s; %d rounds of %g s; load average %.1f to %.1f.\n" % (
        cpu.group(1) if cpu else os.uname().machine, os.cpu_count(), os.uname().release, o.rounds,
        o.seconds, min(load), max(load)))
    java = version(["java", "-version"], r'version "([^"]*)"')
    known = {
        "vmcore": version(["cat", os.path.join(o.build, "commit")], r"(\w+)"),
        "ocaml": version(["ocamlopt", "-version"], r"(\S+)"),
        "boehm": version(["pkg-config", "--modversion", "bdw-gc"], r"(\d\S+)"),
        "parallel": java,
        "g1": java,
        "malloc": version(["getconf", "GNU_LIBC_VERSION"], r"(\S+ \S+)"),
    }
    for peer in o.peers:
        print("- %s: %s" % (TITLES[peer], known[peer]))
    for peer, why in o.absent.items():
        print("- %s: left out, %s" % (TITLES[peer], why))


def report(o, results, load):
    peers = o.peers + list(o.absent)
    lists = [("%d / %d" % work[1:3], work) for work in workloads(o) if work[0] == "lists"]
    rest = [("garbage only, ns per object", w, lambda g: g["wall_ns"] / g["objects"]) if w[0] == "garbage"
            else ("binary-trees %d, s" % w[2], w, lambda g: g["wall_ns"] / 1e9) if w[0] == "trees"
            else ("whole collection, %s graph, ns per object" % w[3], w, lambda g: g["wall_ns"] / g["objects"])
            for w in workloads(o) if w[0] != "lists"]
    show_versions(o, load)
    show(o, results, "Lists (heap MB / live %), million objects per second",
         [(label, work, lambda g: g["objects"] * 1e3 / g["wall_ns"], "%.1f") for label, work in lists],
         peers, max)
    show(o, results, "The same, million objects per second of CPU time, helpers of the collector included",
         [(label, work, lambda g: g["objects"] * 1e3 / g["cpu_ns"], "%.1f") for label, work in lists],
         peers, max)
    show_pauses(o, results, peers)
    show(o, results, "Most memory that the program held, MB",
         [(label, work, lambda g: g["rss_kib"] / 1024, "%.0f") for label, work in lists], peers)
    show(o, results, "Other workloads, elapsed time", [row + ("%.3g",) for row in rest], peers, min)
    show(o, results, "The same, CPU time",
         [(label, w, lambda g: g["cpu_ns"] / g.get("objects", 1e9), "%.3g") for label, w, _ in rest],
         peers, min)


def options():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--seconds", type=float, default=1.0, help="of measuring, for each list workload")
    p.add_argument("--depth", type=int, default=20, help="of the trees")
    p.add_argument("--nodes", type=int, default=2000000, help="of the graphs")
    p.add_argument("--peers", default=",".join(PEERS), help="some of " + ",".join(PEERS))
    p.add_argument("--quick", action="store_true", help="one round, two cells, small trees and graphs")
    p.add_argument("--build", required=True, help=argparse.SUPPRESS)
    o = p.parse_args()
    o.cells = CELLS
    if o.quick:
        o.rounds, o.cells, o.depth, o.nodes = 1, QUICK_CELLS, 16, 500000
    asked = o.peers.split(",")
    if set(asked) - set(PEERS):
        p.error("--peers: one of %s is not known; there are %s" % (o.peers, ",".join(PEERS)))
    o.absent = {}
    for peer in asked:
        reason = os.path.join(o.build, peer + ".absent")
        if os.path.exists(reason):
            with open(reason) as f:
                o.absent[peer] = f.read().strip()
    o.peers = [peer for peer in asked if peer not in o.absent]
    return o


def main():
    o = options()
    results, load = measure(o)
    report(o, results, load)


main()
