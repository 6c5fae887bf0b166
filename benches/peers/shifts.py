"""Plans the same shifts by acdsim and by solvers in Python, and prints cost, bound, gap and time of each.

Run it by benches/peers/shifts.sh, which installs what it needs. The solvers get the mixed-integer program that acdsim writes
(`--write-lp`); pyworkforce gets the same shifts as arrays, where they have no breaks and are of one day. Every plan is for
the same requirement, so costs compare; a bound is that of each solver itself. One thread each.
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import highspy
from ortools.linear_solver.python import model_builder
from pyworkforce.scheduling import MinRequiredResources

DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
FACTORS = [1.1, 1.0, 0.95, 0.97, 1.05, 0.6, 0.5]


def need(hour, most):
    """People at an hour of the day: a peak before noon, a lower one in the afternoon."""
    morning = math.exp(-((hour - 11) ** 2) / 8)
    afternoon = 0.75 * math.exp(-((hour - 16) ** 2) / 10)
    return round(most * (0.1 + morning + afternoon))


def requirement(days, minutes, most):
    """Rows of day, start and people."""
    rows = []
    for day in range(days):
        for step in range(24 * 60 // minutes):
            at = step * minutes
            rows.append((day, at, need(at / 60, most * (FACTORS[day] if days > 1 else 1.0))))
    return rows


def write_requirement(path, rows, days):
    with open(path, "w") as file:
        file.write(("day," if days > 1 else "") + "start,agents\n")
        for day, at, people in rows:
            clock = f"{at // 60:02}:{at % 60:02}"
            file.write((f"{DAYS[day]}," if days > 1 else "") + f"{clock},{people}\n")


BREAKS = """[
  { length = "15m", earliest = "1h30m", latest = "2h30m", paid = true },
  { length = "30m", earliest = "3h30m", latest = "5h" },
  { length = "15m", earliest = "6h", latest = "7h15m", paid = true },
]"""

STARTS = [0, 1, 2, 4, 6, 7, 8, 9, 10, 12, 14, 16]

INSTANCES = {
    "7 × 24, 12 shifts": dict(
        days=7,
        minutes=60,
        most=40,
        rules='[shifts]\ngrid = "1h"\ncyclic = false\nrest = "8h"\n[[shifts.types]]\nname = "eight"\nlength = "8h"\nstart = ['
        + ", ".join(f'"{start:02}:00"' for start in STARTS)
        + "]\n",
        shifts={f"{start:02}": [int(start <= hour < start + 8) for hour in range(24)] for start in STARTS},
        hours=8,
    ),
    "day of 96, 5 types with breaks": dict(
        days=1,
        minutes=15,
        most=40,
        rules=f"""[shifts]
grid = "15m"
[[shifts.types]]
name = "early"
start = "05:00-09:00"
length = "8h30m"
breaks = {BREAKS}
[[shifts.types]]
name = "late"
start = "09:00-15:30"
length = "8h30m"
breaks = {BREAKS}
[[shifts.types]]
name = "night"
start = "21:00-22:30"
length = "8h30m"
breaks = [{{ length = "30m", earliest = "3h30m", latest = "5h" }}]
[[shifts.types]]
name = "six"
start = "06:00-18:00"
length = "6h"
breaks = [
  {{ length = "15m", earliest = "1h15m", latest = "2h15m", paid = true }},
  {{ length = "15m", earliest = "3h30m", latest = "4h45m", paid = true }},
]
[[shifts.types]]
name = "four"
start = "06:00-20:00"
length = "4h"
breaks = [{{ length = "15m", earliest = "1h30m", latest = "2h30m", paid = true }}]
""",
    ),
}

WEEK_STARTS = ["00:00", "05:00", "07:00", "08:00", "09:30", "11:00", "13:00", "14:30", "16:00", "22:00"]
for name, length, breaks in [("without", "8h", ""), ("with", "8h30m", f"breaks = {BREAKS}\n")]:
    INSTANCES[f"7 × 96, 210 weekly patterns {name} breaks"] = dict(
        days=7,
        minutes=15,
        most=160,
        rules='[shifts]\ngrid = "15m"\n[[shifts.types]]\nname = "full"\n'
        + f'length = "{length}"\n{breaks}'
        + "start = ["
        + ", ".join(f'"{start}"' for start in WEEK_STARTS)
        + ']\n[[shifts.contracts]]\nname = "five days"\nleast_shifts = 5\nmost_shifts = 5\nsame_shift = true\n',
    )


def by_acdsim(binary, folder, extra=()):
    start = time.perf_counter()
    command = [binary, "shifts", folder / "need.csv", "--rules", folder / "rules.toml", "--json", *extra]
    done = subprocess.run(command, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if done.returncode not in (0, 1):
        sys.exit(done.stderr)
    plan = json.loads(done.stdout)
    return plan["cover_cost"], plan["bound"], seconds


def by_highs(lp, seconds):
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("time_limit", float(seconds))
    solver.readModel(str(lp))
    start = time.perf_counter()
    solver.run()
    info = solver.getInfo()
    return info.objective_function_value, info.mip_dual_bound, time.perf_counter() - start


def by_cp_sat(lp, seconds):
    # It reads the LP format of another family of solvers: by way of MPS.
    convert = highspy.Highs()
    convert.setOptionValue("output_flag", False)
    convert.readModel(str(lp))
    mps = lp.with_suffix(".mps")
    convert.writeModel(str(mps))
    model = model_builder.Model()
    if not model.import_from_mps_string(mps.read_text()):
        sys.exit("the program could not be read as MPS")
    solver = model_builder.Solver("sat")
    solver.set_time_limit_in_seconds(seconds)
    solver.set_solver_specific_parameters("num_workers:1")
    start = time.perf_counter()
    status = solver.solve(model)
    taken = time.perf_counter() - start
    if status not in (model_builder.SolveStatus.OPTIMAL, model_builder.SolveStatus.FEASIBLE):
        return None, None, taken
    return solver.objective_value, solver.best_objective_bound, taken


def by_pyworkforce(instance, rows, seconds):
    required = [[0] * (24 * 60 // instance["minutes"]) for _ in range(instance["days"])]
    for day, at, people in rows:
        required[day][at // instance["minutes"]] = people
    most = max(people for _, _, people in rows)
    scheduler = MinRequiredResources(
        num_days=instance["days"],
        periods=len(required[0]),
        shifts_coverage=instance["shifts"],
        required_resources=required,
        max_period_concurrency=4 * most,
        max_shift_concurrency=2 * most,
        max_search_time=seconds,
        num_search_workers=1,
    )
    start = time.perf_counter()
    solution = scheduler.solve()
    return solution["cost"] * instance["hours"], None, time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary", help="the acdsim to measure")
    parser.add_argument("--seconds", type=float, default=60, help="limit of time of each solver")
    arguments = parser.parse_args()
    names = ["highspy", "ortools", "pyworkforce"]
    print("Peers: " + ", ".join(f"{name} {version(name)}" for name in names) + f"; at most {arguments.seconds:g} s each.\n")
    print("| instance | by | paid hours | bound | gap | seconds |\n|---|---|---|---|---|---|")
    for name, instance in INSTANCES.items():
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            rows = requirement(instance["days"], instance["minutes"], instance["most"])
            write_requirement(folder / "need.csv", rows, instance["days"])
            (folder / "rules.toml").write_text(instance["rules"])
            by = {"acdsim": by_acdsim(arguments.binary, folder)}
            lp = folder / "program.lp"
            nothing = ["--dives", "0", "--trials", "0", "--nodes", "0"]
            by_acdsim(arguments.binary, folder, [*nothing, "--write-lp", lp])
            by["HiGHS"] = by_highs(lp, arguments.seconds)
            by["CP-SAT"] = by_cp_sat(lp, arguments.seconds)
            if "shifts" in instance:
                by["pyworkforce"] = by_pyworkforce(instance, rows, arguments.seconds)
        # The best bound of all: how far a plan can be from the cheapest.
        best = max(bound for _, bound, _ in by.values() if bound is not None)
        for solver, (cost, bound, seconds) in by.items():
            shown = ["–" if value is None else f"{value:,.0f}" for value in (cost, bound)]
            gap = "–" if cost is None else f"{100 * max(cost / best - 1, 0):.2f} %"
            print(f"| {name} | {solver} | {shown[0]} | {shown[1]} | {gap} | {seconds:.2f} |", flush=True)


if __name__ == "__main__":
    main()
