"""Races acdsim and its peers in Python on M1, M2 and M3, in turns, and checks that they simulate the same.

Run it by benches/peers/run.sh, which installs what it needs.
"""

import argparse
import json
import platform
import resource
import statistics
import subprocess
import sys
import time
from importlib.metadata import version

import with_ciw
import with_numba
import with_simpy
from document import deliver, machine, million, table, with_range
from models import M1, M2, M3

# Standard errors by which a figure may differ from acdsim's. All seeds are fixed, so the same versions pass or fail each time.
TOLERANCE = 4.0
KERNEL = "numba kernel"
ACDSIM = "acdsim"


class Peer:
    """A simulator in this process: a function of the seed that gives a day's counts."""

    def __init__(self, day, days, every=1):
        self.day, self.days, self.counts = day, days, []
        # It races in every so many rounds; attempts a second by round.
        self.every, self.wall, self.cpu = every, {}, {}

    def warm_up(self):
        self.day(0)

    def race(self, number):
        wall, cpu = time.perf_counter(), time.process_time()
        counts = [self.day(100_000 * number + i + 1) for i in range(self.days)]
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        attempts = sum(c[0] for c in counts)
        self.wall[number] = attempts / wall
        self.cpu[number] = attempts / cpu
        self.counts += counts

    def figures(self):
        """Service level, abandonment and mean wait of the answered, and on how many days they rest."""
        offered, answers, within, abandoned, wait = map(sum, zip(*self.counts))
        return (within / offered, abandoned / offered, wait / answers), len(self.counts)


class Acdsim:
    """The program itself, from its start to its JSON document."""

    NAMES = ("service_level", "abandonment_rate", "asa_s")

    def __init__(self, program, model, days):
        self.command = [program, "run", str(model.path), "--threads", "1", "--replications", str(days), "--json"]
        self.days, self.totals = days, []
        self.every, self.wall, self.cpu = 1, {}, {}

    def warm_up(self):
        subprocess.run([*self.command, "--seed", "999"], stdout=subprocess.DEVNULL, check=True)

    def race(self, number):
        command = [*self.command, "--seed", str(number)]
        before, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        document = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
        wall, after = time.perf_counter() - wall, resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        total = json.loads(document)["total"]
        attempts = total["attempts"]["mean"] * self.days
        self.wall[number] = attempts / wall
        self.cpu[number] = attempts / cpu
        self.totals.append(total)

    def figures(self):
        means = [statistics.mean(total[name]["mean"] for total in self.totals) for name in self.NAMES]
        return means, self.days * len(self.totals)

    def spread(self):
        """Standard deviation of a day's figures, by which those of any simulator of the same model scatter."""
        errors = [statistics.mean(total[name]["se"] for total in self.totals) for name in self.NAMES]
        return [error * self.days**0.5 for error in errors]


# The slow ones race in every so many rounds.
SLOW = 3


def field(program):
    """Who races on which model, and on how many days a round."""
    numba, simpy, ciw = with_numba, with_simpy, with_ciw
    slow = lambda day, model: Peer(lambda seed: day(model, seed), 1, SLOW)
    return {
        M1: {
            ACDSIM: Acdsim(program, M1, 120),
            KERNEL: Peer(numba.single_day(M1), 120),
            "numba, no abandonment events": Peer(numba.lazy_day(M1), 150),
            "SimPy": slow(simpy.single, M1),
            "Ciw": slow(ciw.single, M1),
        },
        M2: {
            ACDSIM: Acdsim(program, M2, 90),
            KERNEL: Peer(numba.single_day(M2), 90),
            "SimPy": slow(simpy.single, M2),
            "Ciw": slow(ciw.repeats, M2),
        },
        M3: {
            ACDSIM: Acdsim(program, M3, 40),
            KERNEL: Peer(numba.skills_day(M3), 40),
            "SimPy": slow(simpy.skills, M3),
            "Ciw": slow(ciw.skills, M3),
        },
    }


def disagreements(model, racers):
    """What differs from acdsim by more than chance, in words."""
    ours, our_days = racers[ACDSIM].figures()
    spread = racers[ACDSIM].spread()
    for name, racer in racers.items():
        theirs, days = racer.figures()
        for figure, a, b, sd in zip(Acdsim.NAMES, ours, theirs, spread):
            errors = (b - a) / (sd * (1 / days + 1 / our_days) ** 0.5)
            if abs(errors) > TOLERANCE:
                yield f"{model.name}, {figure}: {name} {b:.5f}, {ACDSIM} {a:.5f}: {errors:.1f} standard errors apart"


def rows(model, racers):
    for name, racer in racers.items():
        ratios = [rate / racers[KERNEL].cpu[number] for number, rate in racer.cpu.items()]
        (level, abandonment, asa), days = racer.figures()
        digits = 2 if statistics.median(ratios) >= 0.1 else 4
        yield [
            model.name,
            name,
            with_range(racer.cpu.values(), million),
            million(statistics.median(racer.wall.values())),
            with_range(ratios, lambda ratio: f"{ratio:.{digits}f}") if name != KERNEL else "1",
            f"{100 * level:.1f} %",
            f"{100 * abandonment:.2f} %",
            f"{asa:.1f} s",
            f"{days:,}",
        ]


HEAD = [
    "model", "simulator", "million attempts/s", "by the clock", "÷ numba kernel", "in 20 s", "abandoned", "ASA", "days",
]  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", help="the acdsim to race")
    parser.add_argument("--rounds", type=int, default=21, help=f"at least {2 * SLOW}")
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    arguments = parser.parse_args()
    if arguments.rounds < 2 * SLOW:
        parser.error(f"--rounds {arguments.rounds} is too few: expected at least {2 * SLOW}")

    models = field(arguments.program)
    for racers in models.values():
        for racer in racers.values():
            racer.warm_up()  # numba compiles
    for number in range(1, arguments.rounds + 1):
        for racers in models.values():
            for racer in racers.values():
                if number % racer.every == 0:
                    racer.race(number)
        print(f"round {number} of {arguments.rounds}", file=sys.stderr)

    found = [line for model, racers in models.items() for line in disagreements(model, racers)]
    if found:
        sys.exit("These do not simulate the same; their rates cannot be compared.\n" + "\n".join(found))

    program = subprocess.run([arguments.program, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    versions = [program, f"Python {platform.python_version()}"]
    versions += [f"{name} {version(package)}" for name, package in [
        ("numba", "numba"), ("numpy", "numpy"), ("SimPy", "simpy"), ("Ciw", "ciw"),
    ]]  # fmt: skip
    text = table(HEAD, [row for model, racers in models.items() for row in rows(model, racers)])
    text += f"\n\n{arguments.rounds} rounds in turn, SimPy and Ciw in one of {SLOW}. {', '.join(versions)}. {machine()}."
    deliver("peers", text, arguments.write)


if __name__ == "__main__":
    main()
