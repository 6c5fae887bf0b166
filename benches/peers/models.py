"""M1, M2 and M3 for the peers, read from the same files that acdsim reads: benches/models/*.toml."""

import re
import tomllib
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "models"
UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}

# Answers within so many seconds count in the service level: the target of a queue that names none.
WITHIN = 20.0


def exp(text):
    """Mean in seconds of a text such as "exp(10m)"."""
    number, unit = re.fullmatch(r"exp\(([\d.]+)([smh])\)", text).groups()
    return float(number) * UNITS[unit]


def per_s(text):
    """Calls a second of a text such as "600/h"."""
    return float(re.fullmatch(r"([\d.]+)/h", text).group(1)) / 3600.0


def clock(text):
    hours, minutes = text.split(":")
    return int(hours) * 3600.0 + int(minutes) * 60.0


class Model:
    """A model as plain numbers. Call types and their queues have one index; times are in seconds."""

    def __init__(self, name):
        self.name = name
        self.path = FOLDER / f"{name.lower()}.toml"
        file = tomllib.loads(self.path.read_text())
        types, queues, groups = file["call_types"], file["queues"], file["groups"]
        assert [t["queue"] for t in types] == [q["name"] for q in queues], "one type a queue, in order"
        opens, closes = file["scenario"]["open"].split("-")
        self.horizon = clock(closes) - clock(opens)
        self.rates = [per_s(t["rate"]) for t in types]
        self.talks = [exp(t["talk"]) for t in types]
        (self.patience,) = {exp(t["patience"]) for t in types}
        self.agents = [g["staff"] for g in groups]

        # For each group, the types it serves, the most urgent first; for each type, the groups it tries, in order.
        index = {q["name"]: k for k, q in enumerate(queues)}
        group = {g["name"]: i for i, g in enumerate(groups)}
        self.skills = []
        for g in groups:
            skills = g["skills"]
            if isinstance(skills, dict):
                skills = sorted(skills, key=lambda queue: skills[queue]["priority"])
            self.skills.append([index[queue] for queue in skills])
        able = [[g for g, skills in enumerate(self.skills) if k in skills] for k in range(len(types))]
        self.tries = [[group[g] for g in q["agents"]] if "agents" in q else able[k] for k, q in enumerate(queues)]

        # Repeats: of those who abandoned, and of those who were answered. Only models of one type have them.
        redial, reconnect = types[0].get("redial"), types[0].get("reconnect")
        assert len(types) == 1 or not (redial or reconnect)
        self.p_redial = redial["abandoned"] if redial else 0.0
        self.redial = exp(redial["delay"]) if redial else 1.0
        self.p_reconnect = (1.0 - types[0]["resolution"]) * reconnect["probability"] if reconnect else 0.0
        self.reconnect = exp(reconnect["delay"]) if reconnect else 1.0


M1, M2, M3 = Model("M1"), Model("M2"), Model("M3")


class Counts:
    """What a day counts: attempts offered, answered, answered within 20 s, abandoned; total wait of the answered."""

    __slots__ = ("offered", "answers", "within", "abandoned", "wait")

    def __init__(self):
        self.offered = self.answers = self.within = self.abandoned = 0
        self.wait = 0.0

    def answered(self, wait):
        self.answers += 1
        self.wait += wait
        if wait <= WITHIN:
            self.within += 1

    def as_tuple(self):
        return self.offered, self.answers, self.within, self.abandoned, self.wait
