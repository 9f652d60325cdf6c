#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Code generators, asked to compile the same units, in turn, on one machine. See README.md here.

In every round, each size is given to every generator at every level, in random order. Shown is the
median of the rounds. All is CPU time; that of programs which a generator starts is counted.
"""
import argparse
import os
import random
import re
import statistics
import subprocess
import sys

# Program, title, levels as it counts them; the last digit is shown.
PEERS = (("vmcore", "vmcore, tier 1", (0, 1, 2, 3)), ("vmcore", "vmcore, tier 2", (10, 11, 12, 13)),
         ("llvm", "LLVM", (0, 1, 2)), ("gccjit", "libgccjit", (0, 1, 2)), ("luajit", "LuaJIT", (0,)))
LOOPS_ONLY = ("luajit",)
SIZES = (10, 100, 1000)
TEXT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "kernels.ir")
with open(TEXT) as text:
    KERNELS = tuple(re.findall(r"(?m)^unit (\w+)", text.read()))


def ask(o, peer, level, what):
    unit = [TEXT, what] if what in KERNELS else [str(what), str(o.units)]
    words = o.pin + [os.path.join(o.build, peer), str(level)] + unit + [str(o.seconds)]
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit("%s, level %d, %s: %s" % (peer, level, what, done.stderr.strip()))
    return {key: float(value) for key, value in re.findall(r"(\w+)=([\d.]+)", done.stdout)}


def version(o, peer):
    return subprocess.run([os.path.join(o.build, peer), "version"], stdout=subprocess.PIPE,
                          text=True).stdout.strip()


def middle(rows, value):
    return statistics.median(value(row) for row in rows)


def figures(rows):
    return (middle(rows, lambda r: r["compiled"] * 1e3 / r["compile_ns"]),
            middle(rows, lambda r: r["bytes"] / r["insns"]),
            middle(rows, lambda r: r["run_ns"] / r["executed"]),
            middle(rows, lambda r: (r["run_ns"] - r["call_ns"]) / r["executed"]))


def kernel_figure(rows):
    return "%.3g" % middle(rows, lambda r: (r["run_ns"] - r["call_ns"]) / r["executed"])


def measure(o):
    jobs = [(peer, level, size) for peer, _, levels in PEERS if peer not in o.absent
            for level in levels for size in (o.kernels if peer in LOOPS_ONLY else o.sizes + o.kernels)]
    results = {job: [] for job in jobs}
    load = [os.getloadavg()[0]]
    for i in range(o.rounds):
        for job in random.sample(jobs, len(jobs)):
            results[job].append(ask(o, *job))
        load.append(os.getloadavg()[0])
        print("round %d of %d" % (i + 1, o.rounds), file=sys.stderr)
    return results, load


def heading(o, load):
    with open("/proc/cpuinfo") as f:
        cpu = re.search(r"(?m)^model name\s*: (.*)$", f.read())
    print("%s, %d CPUs, Linux %s; %d rounds, %d units of each size; load average %.1f to %.1f.\n" % (
        cpu.group(1) if cpu else os.uname().machine, os.cpu_count(), os.uname().release, o.rounds,
        o.units, min(load), max(load)))
    for peer, title, _ in PEERS:
        print("- %s: %s" % (title, "left out, " + o.absent[peer] if peer in o.absent else version(o, peer)))


def rows(o, results, figure):
    for peer, title, levels in PEERS:
        if peer in o.absent:
            print("| %s | left out |" % title)
            continue
        for level in levels:
            print("| %s, level %d | %s |" % (title, level % 10, figure(results, peer, level)))


def report_kernels(o, results):
    print("\n| ns per executed IR insn, less the call | %s |" % " | ".join(o.kernels))
    print("|---|%s" % ("--:|" * len(o.kernels)))
    rows(o, results, lambda results, peer, level:
         " | ".join(kernel_figure(results[peer, level, kernel]) for kernel in o.kernels))


def sizes_figure(o):
    def text(results, peer, level):
        if peer in LOOPS_ONLY:
            return " | ".join(4 * "–")
        columns = zip(*(figures(results[peer, level, size]) for size in o.sizes))
        return " | ".join(" / ".join("%.3g" % n for n in column) for column in columns)

    return text


def report(o, results, load):
    heading(o, load)
    sizes = " / ".join(map(str, o.sizes))
    print("\n| | compile, M IR insns/s (%s) | bytes of code per IR insn | run, ns per executed IR insn "
          "| the same, less the call |" % sizes)
    print("|---|--:|--:|--:|--:|")
    rows(o, results, sizes_figure(o))
    report_kernels(o, results)


def options():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--units", type=int, default=16, help="of each size")
    p.add_argument("--seconds", type=float, default=0.2, help="of compiling, at least; all units once at least")
    p.add_argument("--cpu", default="", help="run everything on this CPU")
    p.add_argument("--quick", action="store_true", help="one round, two units, no units of 1000")
    p.add_argument("--build", required=True, help=argparse.SUPPRESS)
    o = p.parse_args()
    o.sizes, o.kernels = SIZES, KERNELS
    if o.quick:
        o.rounds, o.units, o.sizes, o.seconds = 1, 2, SIZES[:2], 0.02
    o.pin = ["taskset", "-c", o.cpu] if o.cpu else []
    o.absent = {}
    for peer, _, _ in PEERS:
        reason = os.path.join(o.build, peer + ".absent")
        if os.path.exists(reason):
            with open(reason) as f:
                o.absent[peer] = f.read().strip()
    return o


def main():
    o = options()
    results, load = measure(o)
    report(o, results, load)


main()
