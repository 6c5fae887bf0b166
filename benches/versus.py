#!/usr/bin/env python3
"""Two builds of acdsim take turns on M1, M2 and M3: how many times as fast the second is, and whether both say the same.

    benches/versus.py OLD NEW [--rounds N]

OLD and NEW are programs. A ratio is that of the processor time of one round, on one thread; shown are the median of the rounds,
the least and the largest. Exit status 1 if figures differ. Needs Python 3.8 or later and a Unix system.
"""

import argparse
import resource
import subprocess
import sys

from document import ROOT, table, with_range


def timed(program, model):
    """Seconds of processor time, and the document."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [program, "run", str(model), "--threads", "1", "--json"]
    document = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, document


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old")
    parser.add_argument("new")
    parser.add_argument("--rounds", type=int, default=9)
    arguments = parser.parse_args()
    rows, all_same = [], True
    for model in sorted((ROOT / "benches" / "models").glob("m*.toml")):
        ratios, same = [], True
        for _ in range(arguments.rounds):
            (old, old_document), (new, new_document) = (timed(p, model) for p in (arguments.old, arguments.new))
            ratios.append(old / new)
            same &= old_document == new_document
        all_same &= same
        rows.append([model.stem.upper(), with_range(ratios, lambda ratio: f"{ratio:.2f}"), "the same" if same else "others"])
    print(table(["model", "times as fast", "figures"], rows))
    sys.exit(0 if all_same else 1)


if __name__ == "__main__":
    main()
