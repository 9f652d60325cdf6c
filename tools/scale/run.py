#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""How compile time grows with the size of a unit. See README.md here.

In every round each size is given to each shape, level and tier, in random order; the least CPU time of
all rounds counts. Prints a table with the exponent of a power fitted to each row, and draws the
shape "mix" as an SVG.
"""
import argparse
import math
import os
import random
import re
import subprocess
import sys

TIERS = ((0, 1), (1, 1), (2, 1), (3, 1), (0, 2), (1, 2), (2, 2), (3, 2))
COLOURS = ("#9ecae1", "#6baed6", "#3182bd", "#08519c", "#fdae6b", "#fd8d3c", "#e6550d", "#a63603")
WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 720, 460, 70, 20, 130, 50


def measure(o, shape, level, tier, size):
    repeats = max(3, min(200, 200000 // size))
    words = [os.path.join(o.build, "compile"), shape, str(level), str(tier), str(size), str(repeats)]
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit("%s: %s" % (" ".join(words), done.stderr.strip()))
    got = {key: float(value) for key, value in re.findall(r"(\w+)=(\d+)", done.stdout)}
    return got["insns"], (got["optimise_ns"] + got["compile_ns"]) / 1e3


def exponent(points):
    """Of the power that is nearest to the points, by least squares of the logarithms."""
    xs = [math.log(insns) for insns, _ in points]
    ys = [math.log(us) for _, us in points]
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((a - x) * (b - y) for a, b in zip(xs, ys)) / sum((a - x) ** 2 for a in xs)


def time_text(us):
    for unit, scale in (("s", 1e6), ("ms", 1e3)):
        if us >= scale:
            return "%.3g %s" % (us / scale, unit)
    return "%.3g µs" % us


def table(o, least, shapes):
    print("| shape | tier, level | " + " | ".join("%d" % size for size in o.sizes) + " | exponent |")
    print("|---|---|" + "---|" * (len(o.sizes) + 1))
    for shape in shapes:
        for level, tier in TIERS:
            points = [least[shape, level, tier, size] for size in o.sizes]
            print("| %s | %d, O%d | %s | %.2f |" % (
                shape, tier, level, " | ".join(time_text(us) for _, us in points),
                exponent([p for p in points if p[0] >= o.fit_from])))


def svg(o, least, shape, out):
    points = {t: [least[shape, t[0], t[1], size] for size in o.sizes] for t in TIERS}
    flat = [p for row in points.values() for p in row]
    x_lo, x_hi = math.floor(math.log10(o.sizes[0])), math.ceil(math.log10(o.sizes[-1]))
    y_lo, y_hi = (math.floor(math.log10(min(us for _, us in flat))),
                  math.ceil(math.log10(max(us for _, us in flat))))

    def at(insns, us):
        return (LEFT + (math.log10(insns) - x_lo) / (x_hi - x_lo) * (WIDTH - LEFT - RIGHT),
                HEIGHT - BOTTOM - (math.log10(us) - y_lo) / (y_hi - y_lo) * (HEIGHT - TOP - BOTTOM))

    put = out.append
    put('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" '
        'font-size="12" role="img">' % (WIDTH, HEIGHT))
    put("<title>Compile time against the size of a unit, both axes logarithmic</title>")
    put('<rect width="%d" height="%d" fill="#fff"/>' % (WIDTH, HEIGHT))
    for power in range(x_lo, x_hi + 1):
        x, _ = at(10 ** power, 10 ** y_lo)
        put('<path d="M%.1f %d V%d" stroke="#ddd"/>' % (x, TOP, HEIGHT - BOTTOM))
        put('<text x="%.1f" y="%d" text-anchor="middle">10<tspan dy="-4" font-size="9">%d</tspan></text>'
            % (x, HEIGHT - BOTTOM + 18, power))
    for power in range(y_lo, y_hi + 1):
        _, y = at(10 ** x_lo, 10 ** power)
        put('<path d="M%d %.1f H%d" stroke="#ddd"/>' % (LEFT, y, WIDTH - RIGHT))
        put('<text x="%d" y="%.1f" text-anchor="end">%s</text>' % (LEFT - 6, y + 4,
                                                                    time_text(10 ** power)))
    put('<text x="%.1f" y="%d" text-anchor="middle">instructions in the unit</text>'
        % ((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12))
    ends = []
    for tier, colour in zip(TIERS, COLOURS):
        places = [at(*p) for p in points[tier]]
        put('<polyline fill="none" stroke="%s" stroke-width="2" points="%s"/>'
            % (colour, " ".join("%.1f,%.1f" % p for p in places)))
        ends.append([places[-1][1], tier, colour, exponent([p for p in points[tier]
                                                           if p[0] >= o.fit_from])])
    ends.sort(reverse=True)
    label, labels = HEIGHT, []
    for y, _, _, _ in ends:
        label = min(y, label - 14)
        labels.append(label)
    down = max(0, 10 - label)
    for label, (_, tier, colour, power) in zip(labels, ends):
        put('<text x="%d" y="%.1f" fill="%s">tier %d, O%d: n<tspan dy="-4" font-size="9">%.2f</tspan>'
            "</text>" % (WIDTH - RIGHT + 6, label + down + 4, colour, tier[1], tier[0], power))
    put("</svg>")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build/scale")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sizes", default="100,1000,10000,100000,1000000")
    parser.add_argument("--shapes", default="mix")
    parser.add_argument("--fit-from", type=int, default=9000,
                        help="smaller units cost what all cost, and lie in the caches")
    parser.add_argument("--svg")
    o = parser.parse_args()
    o.sizes = [int(size) for size in o.sizes.split(",")]
    shapes = o.shapes.split(",")
    jobs = [(shape, level, tier, size) for shape in shapes for level, tier in TIERS for size in o.sizes]
    least, load = {}, [os.getloadavg()[0]]
    for _ in range(o.rounds):
        for job in random.sample(jobs, len(jobs)):
            insns, us = measure(o, *job)
            least[job] = (insns, min(us, least.get(job, (0, us))[1]))
        load.append(os.getloadavg()[0])
    table(o, least, shapes)
    print("\nLeast of %d rounds; load %.1f to %.1f." % (o.rounds, min(load), max(load)))
    if o.svg:
        lines = []
        svg(o, least, "mix" if "mix" in shapes else shapes[0], lines)
        with open(o.svg, "w", encoding="utf-8") as out:
            out.write("\n".join(lines) + "\n")


main()
