#!/usr/bin/env python3
"""Measures the program as its users run it, and gathers what `cargo bench` measured; prints tables.

    benches/measure.py start      start-up: --help, and small scenarios from their file to their figures
    benches/measure.py threads    two threads against one, in turns
    benches/measure.py memory     peak memory, by replications and by intervals
    benches/measure.py growth     cost by size of the model, from the last `cargo bench --bench engine`
    benches/measure.py blocks     the building blocks, from the last `cargo bench --bench blocks`

Builds nothing: run `cargo build --release` before. Needs Python 3.8 or later, and a Unix system for `memory`.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from document import ROOT, deliver, machine, million, table, with_range

TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
PROGRAM = str(TARGET / "release" / "acdsim")
MODELS = ROOT / "benches" / "models"


def run(*arguments, at_once=1):
    """Runs the program, or several of them at once; gives the seconds by the clock."""
    start = time.perf_counter()
    command, nothing = [PROGRAM, *map(str, arguments)], subprocess.DEVNULL
    programs = [subprocess.Popen(command, stdout=nothing, stderr=nothing) for _ in range(at_once)]
    if any([program.wait() for program in programs]):
        sys.exit(f"{' '.join(command)} failed")
    return time.perf_counter() - start


def start():
    scenarios = ROOT / "scenarios"
    commands = [
        ["--help"],
        ["run", scenarios / "help-desk.toml", "--replications", "1"],
        ["run", scenarios / "help-desk.toml", "--replications", "50"],
        ["run", scenarios / "help-desk.toml"],
        ["run", scenarios / "single-queue.toml"],
    ]
    rows = []
    for command in commands:
        times = [1000 * run(*command) for _ in range(31)]
        shown = " ".join(str(a.relative_to(ROOT)) if isinstance(a, Path) else a for a in command)
        rows.append([f"`acdsim {shown}`", with_range(times, lambda ms: f"{ms:.1f}")])
    return table(["command", "ms, median of 31"], rows)


def threads():
    """Two threads against one; and two programs at once, which is what the machine has to give at that moment."""
    rows = []
    for name, days in [("m1", 300), ("m3", 100)]:
        command = ["run", MODELS / f"{name}.toml", "--replications", days, "--json", "--threads"]
        by_threads, by_programs = [], []
        for _ in range(9):
            one, two, both = run(*command, 1), run(*command, 2), run(*command, 1, at_once=2)
            by_threads.append(one / two)
            by_programs.append(2 * one / both)
        ratios = [with_range(ratios, lambda ratio: f"{ratio:.2f}") for ratios in (by_threads, by_programs)]
        rows.append([name.upper(), str(days), *ratios])
    return table(["model", "days", "two threads ÷ one", "two programs at once ÷ one"], rows)


# A process begins with the memory of the one that starts it: a small one.
PEAK = """
import os, sys
out = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=out)
_, status, usage = os.wait4(child, 0)
print(usage.ru_maxrss if status == 0 else -1)
"""


def peak_mb(*arguments):
    command = [sys.executable, "-I", "-S", "-c", PEAK, PROGRAM, *map(str, arguments)]
    peak = int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert peak >= 0, f"{arguments} failed"
    return peak / (1e6 if sys.platform == "darwin" else 1e3)


def memory():
    help_desk, m3 = ROOT / "scenarios" / "help-desk.toml", MODELS / "m3.toml"
    runs = [(help_desk, "30m", n) for n in (10, 100, 1000, 10_000)]
    runs += [(m3, "30m", n) for n in (10, 100, 1000)] + [(m3, "1m", n) for n in (10, 100)]
    rows = []
    for file, interval, days in runs:
        options = ["--replications", days, "--set", f"scenario.interval={interval}", "--threads", 1, "--json"]
        peak = peak_mb("run", file, *options)
        rows.append([f"`{file.relative_to(ROOT)}`", interval, f"{days:,}", f"{peak:.1f}"])
    return table(["scenario", "interval", "days", "peak, MB"], rows)


def measured(group):
    """Criterion's points of a group: name, items and nanoseconds of an iteration (median, and its confidence interval)."""
    points = []
    for file in (TARGET / "criterion" / group).glob("*/new/benchmark.json"):
        about = json.loads(file.read_text())
        median = json.loads((file.parent / "estimates.json").read_text())["median"]
        interval = median["confidence_interval"]
        items = (about["throughput"] or {}).get("Elements", 1)
        nanoseconds = (median["point_estimate"], interval["lower_bound"], interval["upper_bound"])
        points.append((about["value_str"] or about["function_id"], items, nanoseconds))
    if not points:
        sys.exit(f"nothing is measured of {group}; run `cargo bench` first")
    return points


GROWTH = {
    "agents": "agents, one queue",
    "queues": "queues, each with its group",
    "queues_in_a_pool": "queues, each group with two",
    "intervals": "intervals of a day",
    "replications": "replications, to all figures",
}


def growth():
    rows = [[name, "", *rate(items, *ns), ""] for name, items, ns in sorted(measured("day"))]
    for group, title in GROWTH.items():
        points = sorted(measured(group), key=lambda point: int(point[0]))
        least = points[0][2][0] / points[0][1]
        for name, items, ns in points:
            rows.append([title, f"{int(name):,}", *rate(items, *ns), f"{ns[0] / items / least:.2f}"])
    return table(["what grows", "size", "million attempts/s", "ns an attempt", "÷ smallest"], rows)


def rate(items, ns, low, high):
    """Items a second with the confidence interval, and nanoseconds an item."""
    spread = f"{million(items / ns * 1e9)} ({million(items / high * 1e9)}–{million(items / low * 1e9)})"
    return spread, f"{ns / items:.0f}"


def blocks():
    rows = []
    for group in ["draw", "histogram", "bundled_day"]:
        for name, items, (ns, low, high) in sorted(measured(group)):
            each = [x / items for x in (ns, low, high)]
            unit, divisor = ("ns", 1) if each[0] < 1e3 else ("µs", 1e3) if each[0] < 1e6 else ("ms", 1e6)
            median, low, high = (f"{x / divisor:.1f}" for x in each)
            rows.append([group.replace("_", " "), name.replace("_", " "), f"{median} {unit} ({low}–{high})"])
    return table(["", "", "median"], rows)


def main():
    sections = {f.__name__: f for f in (start, threads, memory, growth, blocks)}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("section", nargs="+", choices=sections)
    parser.add_argument("--write", action="store_true", help="put the tables into docs/performance.md")
    arguments = parser.parse_args()
    if not Path(PROGRAM).exists():
        sys.exit(f"there is no {PROGRAM}; run `cargo build --release` first")
    for section in arguments.section:
        deliver(section, f"{sections[section]()}\n\n{machine()}.", arguments.write)


if __name__ == "__main__":
    main()
