#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Kernels of a guest, natively, under qemu-user and by `vmbench exec`, in turn, on one machine.

Each program is a whole process, and all is CPU time, user and system. A first run of the native program
says how often its kernel is to be repeated. In every round each kernel is run by each in random order;
shown is the least of the rounds, since what else the machine does only adds. Outputs must be the
same. See README.md here.
"""
import argparse
import math
import os
import platform
import random
import re
import resource
import subprocess
import sys

KERNELS = ("core", "records", "fib", "sha", "sort", "nbody", "matmul", "mandel", "hash", "sieve",
           "interpreter", "strings", "text", "empty")
GUESTS = (("riscv64", "qemu-riscv64"), ("arm64", "qemu-aarch64"), ("x86_64", "qemu-x86_64"))


def spend(words):
    """Run it. Return: CPU seconds and what it printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit("%s: %s" % (" ".join(words), done.stderr.strip() or "status %d" % done.returncode))
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout


def repeats(o, kernel):
    """As many as the native program does in the time asked for."""
    n = 1
    while kernel != "empty" and n < 1 << 20:
        seconds, _ = spend(o.pin + [o.native, kernel, str(n)])
        if seconds >= o.seconds / 4:
            return max(1, int(n * o.seconds / seconds))
        n *= 4
    return n


def ways(o):
    """(column, command) of what can be run here."""
    found = [("native", [o.native])]
    for guest, qemu in GUESTS:
        program = os.path.join(o.build, "kernels." + guest)
        if not os.path.exists(program) or (o.guest and guest not in o.guest):
            continue
        if any(os.access(os.path.join(d, qemu), os.X_OK) for d in os.get_exec_path()):
            found.append(("%s qemu" % guest, [qemu, program]))
        found.append(("%s exec" % guest, [o.vmbench, "exec", program]))
    return found


def measure(o):
    count = {k: repeats(o, k) for k in o.kernels}
    todo = ways(o)
    least, said = {}, {}
    for i in range(o.rounds):
        for kernel in random.sample(o.kernels, len(o.kernels)):
            for way, words in random.sample(todo, len(todo)):
                seconds, text = spend(o.pin + words + [kernel, str(count[kernel])])
                if said.setdefault(kernel, text) != text:
                    sys.exit("%s by %s printed something else" % (kernel, way))
                least[kernel, way] = min(seconds, least.get((kernel, way), seconds))
        print("round %d of %d" % (i + 1, o.rounds), file=sys.stderr)
    return [way for way, _ in todo], least


def mean(values):
    return math.exp(sum(math.log(v) for v in values) / len(values))


def version(command):
    try:
        text = subprocess.run([command, "--version"], stdout=subprocess.PIPE, text=True).stdout
    except OSError:
        return "not installed"
    return text.partition("\n")[0]


def report(o, columns, least, load):
    with open("/proc/cpuinfo") as f:
        cpu = re.search(r"(?m)^model name\s*: (.*)$", f.read())
    print("%s, %d CPUs, Linux %s; %d rounds; load average %.1f to %.1f. %s.\n" % (
        cpu.group(1) if cpu else platform.machine(), os.cpu_count(), os.uname().release, o.rounds,
        load[0], load[1], version("qemu-riscv64")))
    print("| kernel | native, ms | %s |" % " | ".join(c + ", ×" for c in columns[1:]))
    print("|---|%s" % ("--:|" * len(columns)))
    for k in o.kernels:
        native = max(least[k, "native"], 1e-6)
        print("| %s | %.1f | %s |" % (k, native * 1e3, " | ".join(
            "%.2f" % (least[k, c] / native) for c in columns[1:])))
    rest = [k for k in o.kernels if k != "empty"]
    if rest:
        print("| geometric mean of all but empty | | %s |" % " | ".join(
            "%.2f" % mean([least[k, c] / least[k, "native"] for k in rest]) for c in columns[1:]))


def options():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--seconds", type=float, default=0.3, help="of the native kernel")
    p.add_argument("--cpu", default="", help="run everything on this CPU")
    p.add_argument("--quick", action="store_true", help="one short round")
    p.add_argument("--kernel", action="append", choices=KERNELS, help="only these")
    p.add_argument("--guest", action="append", choices=[g for g, _ in GUESTS], help="only these")
    p.add_argument("--vmbench", required=True, help="the program that is measured")
    p.add_argument("--build", required=True, help=argparse.SUPPRESS)
    o = p.parse_args()
    if o.quick:
        o.rounds, o.seconds = 1, 0.02
    o.kernels = [k for k in KERNELS if not o.kernel or k in o.kernel]
    o.pin = ["taskset", "-c", o.cpu] if o.cpu else []
    o.native = os.path.join(o.build, "kernels.native")
    return o


def main():
    o = options()
    load = os.getloadavg()[0]
    columns, least = measure(o)
    report(o, columns, least, (load, os.getloadavg()[0]))


main()
