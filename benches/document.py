"""Tables of measured figures, for the screen and for docs/performance.md."""

import os
import platform
import re
import statistics
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "performance.md"


def table(head, rows):
    """A Markdown table; what begins with a digit or a sign stands right."""
    right = [all(re.match(r"[\d<–-]|$", row[i]) for row in rows) for i in range(len(head))]
    line = lambda cells: "| " + " | ".join(cells) + " |"
    rule = "|" + "|".join("--:" if r else "---" for r in right) + "|"
    return "\n".join([line(head), rule, *map(line, rows)])


def machine():
    """Processor, cores and operating system, in words."""
    model = platform.processor() or platform.machine()
    try:
        found = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
        model = found.group(1) if found else model
    except OSError:
        pass
    return f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.release().split('-')[0]}"


def million(rate):
    return f"{rate / 1e6:.2f}" if rate >= 1e5 else f"{rate / 1e6:.3f}"


def with_range(values, form):
    """The median, and from the least to the largest."""
    return f"{form(statistics.median(values))} ({form(min(values))}–{form(max(values))})"


def deliver(section, text, write):
    """Prints the text; with `write`, also puts it between the marks of its section in docs/performance.md."""
    print(text, flush=True)
    if not write:
        return
    begin, end = f"<!-- measured: {section} -->", "<!-- end -->"
    document = DOCUMENT.read_text()
    before, rest = document.split(begin)
    after = rest[rest.index(end) :]
    DOCUMENT.write_text(f"{before}{begin}\n{text}\n{after}")
