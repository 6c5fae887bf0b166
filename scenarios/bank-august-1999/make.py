#!/usr/bin/env python3
"""Makes the scenario "bank, August 1999" and the figures observed there from call-by-call records.

    python make.py DATA_DIR [--out DIR] [--first DATE] [--last DATE]

Source of the records: "Anonymous Bank" call-by-call data, Technion (Mandelbaum, Sakov & Zeltyn), August 1999, prepared as

    calls_1999-08.csv.gz            one row per call: date, arrival_s, offer_delay_s, type, queued, wait_s, category,
                                    service_s, agent, customer (seconds after local midnight; see below)
    agent_sessions_1999-08.csv      date, agent, start_s, end_s: presence inferred from the calls themselves (an agent is
                                    away when idle for more than 300 s; the source records no roster)
    agents_1999-08.csv              agent, group (main or internet, by the calls that the agent took)
    intervals_30min_1999-08.csv     date, interval_start, agents_on_duty, busy_erlangs (only these columns are used)

A call is `handled`, `abandoned`, `vru_hang` (hung up in the voice-response unit, VRU) or `phantom` (ignored). It is offered to
agents `offer_delay_s` after its arrival. No record leaves this script: what it writes are means, counts and quantiles.

Written to DIR (default: beside this script): bank.toml, bank-repeats.toml, volumes.csv, staff.csv, patience.csv (the scenario),
observed.csv and observed_total.csv (what was seen, to compare with). A summary of the fits goes to standard output.

Needs Python 3.9 or later, numpy and pandas. Every rule is stated where it is applied.
"""
import argparse
import math
from pathlib import Path

import numpy as np
import pandas as pd

OPEN, CLOSE, STEP = 7 * 3600, 24 * 3600, 1800
N = (CLOSE - OPEN) // STEP
STARTS = [f"{s // 3600:02d}:{s % 3600 // 60:02d}" for s in range(OPEN, CLOSE, STEP)]
DAY_TYPE = {"Mon", "Tue", "Wed", "Thu"}
QUANTILES = 200  # rows of patience.csv
# column, name in the scenario, queue, codes of the source. PE (regular, in English: 6 calls a day) is counted with PS.
TYPES = [
    ("regular", "regular", "service", ("PS", "PE")),
    ("stock", "stock trading", "service", ("NE",)),
    ("new", "new customer", "service", ("NW",)),
    ("internet", "internet support", "internet", ("IN",)),
    ("callback", "call-back", "call-back", ("TT",)),
]
COLUMN_OF = {code: column for column, _, _, codes in TYPES for code in codes}


def read(data, first, last):
    """Calls of the month, calls of the chosen days, the chosen days, and why the others of that weekday were left out."""
    calls = pd.read_csv(data / "calls_1999-08.csv.gz")
    calls = calls[calls.category != "phantom"].copy()
    calls["column"] = calls.type.map(COLUMN_OF)
    # An interval is that of being offered; hanging up in the VRU counts at arrival.
    offered_s = calls.arrival_s + calls.offer_delay_s.where(calls.category != "vru_hang", 0).fillna(0)
    calls["slot"] = (offered_s - OPEN) // STEP
    intervals = pd.read_csv(data / "intervals_30min_1999-08.csv")
    slots = {start: slot for slot, start in enumerate(STARTS)}
    intervals["slot"] = intervals.interval_start.map(slots)
    intervals = intervals[intervals.slot.notna() & intervals.weekday.isin(DAY_TYPE)]
    intervals = intervals[intervals.date.between(first, last)]
    # A day with an interruption is not this kind of day: some half-hour of opening without a single agent.
    duty = intervals.pivot(index="date", columns="slot", values="agents_on_duty").reindex(columns=range(N)).fillna(0)
    interrupted = sorted(duty.index[(duty < 0.5).any(axis=1)])
    days = sorted(set(duty.index) - set(interrupted))
    chosen = calls[calls.date.isin(days) & calls.slot.between(0, N - 1)].copy()
    return calls, chosen, intervals[intervals.date.isin(days)], days, interrupted


def presence(data, days):
    """Mean number of agents present, by group and half-hour."""
    sessions = pd.read_csv(data / "agent_sessions_1999-08.csv")
    group = pd.read_csv(data / "agents_1999-08.csv").set_index("agent").group
    edges = np.arange(OPEN, CLOSE, STEP)
    present = {name: np.zeros(N) for name in ("main", "internet")}
    for s in sessions[sessions.date.isin(days)].itertuples():
        overlap = np.minimum(s.end_s, edges + STEP) - np.maximum(s.start_s, edges)
        present[group[s.agent]] += np.clip(overlap, 0, None) / STEP
    return {name: total / len(days) for name, total in present.items()}, group


def whole(mean):
    """Whole numbers nearest to the means whose sum is the rounded sum of the means (largest remainders)."""
    floor = np.floor(mean).astype(int)
    extra = int(round(mean.sum())) - floor.sum()
    up = np.argsort(-(mean - floor), kind="stable")[:extra]
    floor[up] += 1
    return floor


def busyness(chosen, days):
    """Variation of the daily totals beyond Poisson noise: common to the types, and of each type alone (see model.md).

    With a common factor of variance c and own factors of variance o, for types i and j: cov(i, j) = c m_i m_j and
    var(i) = m_i + ((1 + c)(1 + o_i) - 1) m_i^2. c is the mean over the pairs, weighted with m_i m_j.
    """
    columns = [t[0] for t in TYPES]
    offered = chosen[chosen.category != "vru_hang"]
    daily = offered.groupby(["date", "column"]).size().unstack(fill_value=0).reindex(days, fill_value=0)[columns]
    mean = daily.mean().to_numpy()
    cov = daily.cov().to_numpy()
    pairs = np.outer(mean, mean)
    off = ~np.eye(len(columns), dtype=bool)
    common = max(0.0, cov[off].sum() / pairs[off].sum())
    relative = (np.diag(cov) - mean) / mean**2
    own = np.maximum(0.0, (1 + relative) / (1 + common) - 1)
    total = daily.sum(axis=1)
    net = (total.var() - total.mean()) / total.mean() ** 2
    return math.sqrt(common), dict(zip(columns, np.sqrt(own))), math.sqrt(max(0.0, net)), total


def talk(chosen, group):
    """Mean and standard deviation of the time an agent spends on a call, wrap-up included (the source does not part them).

    Handled calls of 1 to 3600 s. The calls of a few seconds on which agents hung up to rest (about 5 %) are in: they are part
    of the load. Longer records (33 in the month, most of them internet support) are taken for an agent who forgot to log off.
    """
    served = chosen[(chosen.category == "handled") & chosen.service_s.between(1, 3600)]
    fits = {}
    for column, *_ in TYPES:
        x = served.service_s[served.column == column]
        fits[column] = dict(n=len(x), mean=x.mean(), sd=x.std(), q=x.quantile([0.1, 0.5, 0.9, 0.99]).to_numpy())
    # Internet support takes the internet group several times as long as the others: one shape, a factor for the group.
    internet = served[served.column == "internet"]
    by = internet.agent.map(group)
    a, b = internet.service_s[by == "main"], internet.service_s[by == "internet"]
    cv = pd.concat([a / a.mean(), b / b.mean()]).std() if len(b) else a.std() / a.mean()
    fits["internet"].update(mean=a.mean(), sd=cv * a.mean(), factor=b.mean() / a.mean() if len(b) else 1.0, share=len(b) / (len(a) + len(b)),
                            q=a.quantile([0.1, 0.5, 0.9, 0.99]).to_numpy(), n=len(a))
    return fits


def talk_factor(chosen, group, fits):
    """How much longer calls are at some times of day: by clock hour of the answer, time spent over what the types' means give.

    One factor for all types (some are too rare for their own); 1.0 over the day.
    """
    served = chosen[(chosen.category == "handled") & chosen.service_s.between(1, 3600)]
    answered_s = served.arrival_s + served.offer_delay_s + served.wait_s
    hour = ((answered_s - OPEN) // 3600).clip(0, N // 2 - 1).astype(int)
    expected = served.column.map({c: f["mean"] for c, f in fits.items()})
    slower = (served.column == "internet") & (served.agent.map(group) == "internet")
    expected = expected.where(~slower, expected * fits["internet"]["factor"])
    ratio = served.service_s.groupby(hour).sum() / expected.groupby(hour).sum()
    ratio = ratio / (served.service_s.sum() / expected.sum())
    return np.repeat(ratio.reindex(range(N // 2)).to_numpy(), 3600 // STEP)


def lognormal_quantiles(mean, sd):
    s2 = math.log(1 + (sd / mean) ** 2)
    z = np.array([-1.2816, 0.0, 1.2816, 2.3263])
    return np.exp(math.log(mean) - s2 / 2 + math.sqrt(s2) * z)


def kaplan_meier(waits, left):
    """Survival of patience at 0, 1, 2, ... s: leaving is the event, an answer censors. Also the number at risk."""
    last = int(waits.max())
    events = np.bincount(waits[left], minlength=last + 1)
    leaving = np.bincount(waits, minlength=last + 1)
    at_risk = len(waits) - np.concatenate([[0], np.cumsum(leaving)[:-1]])
    with np.errstate(divide="ignore", invalid="ignore"):
        survival = np.cumprod(np.where(at_risk > 0, 1 - events / at_risk, 1))
    return survival, at_risk, events


def patience(calls):
    """Quantiles of patience from all calls of the month that queued; the tail is exponential.

    The curve is used as long as 50 are at risk. Beyond it a constant hazard is assumed: abandonments over time waited, from
    60 s to that point (the hazard falls quickly in the first minute and little afterwards).
    """
    table, report = {}, {}
    waited = calls[(calls.queued == 1) & calls.category.isin(["handled", "abandoned"])]
    for column, *_ in TYPES:
        x = waited[waited.column == column]
        w = x.wait_s.to_numpy().astype(int)
        survival, at_risk, events = kaplan_meier(w, (x.category == "abandoned").to_numpy())
        end = int(np.nonzero(at_risk >= 50)[0][-1])
        hazard = events[60:end + 1].sum() / at_risk[60:end + 1].sum()
        rank = (np.arange(QUANTILES) + 0.5) / QUANTILES
        values = []
        for p in rank:
            if survival[end] <= 1 - p:
                values.append(float(np.nonzero(survival <= 1 - p)[0][0]))
            else:
                values.append(end + math.log(survival[end] / (1 - p)) / hazard)
        table[column] = np.array(values)
        points = [t for t in (5, 20, 60, 120, 300) if t <= end]
        report[column] = dict(n=len(x), events=int(events.sum()), end=end, S_end=survival[end], tail=1 / hazard,
                              km={t: survival[t] for t in points}, error={t: (table[column] > t).mean() - survival[t] for t in points})
    return table, report


def vru(chosen):
    """Share who hang up in the VRU, and the time in it of those who go on to the queue (0 < t <= 600 s)."""
    out = {}
    for column, *_ in TYPES:
        x = chosen[chosen.column == column]
        on = x.offer_delay_s[(x.category != "vru_hang") & x.offer_delay_s.between(1, 600)]
        hang = x[x.category == "vru_hang"]
        out[column] = dict(hang=len(hang) / len(x), mean=on.mean(), sd=on.std(), hang_mean=hang.offer_delay_s.mean(), n=len(hang) )
    return out


def repeats(calls):
    """Who calls again after abandoning, beyond what callers do who were answered: probability and delay.

    Identified customers only. If calls for new needs come on top of redials, 1 - R = (1 - r)(1 - b) with R the share who call
    within t after abandoning, b after being answered, r because of it. r at 10 min and 1 h give an exponential delay and its
    probability.
    """
    out = {}
    known = calls[calls.customer.notna() & calls.category.isin(["handled", "abandoned", "vru_hang"])].copy()
    known["at"] = pd.to_datetime(known.date).astype("datetime64[s]").astype("int64") + known.arrival_s
    known = known.sort_values(["customer", "at"], kind="stable")
    same = known.customer.shift(-1) == known.customer
    # From the end of the wait or of the service to the next call.
    spent = known.offer_delay_s.fillna(0) + known.wait_s.fillna(0) + known.service_s.fillna(0)
    known["gap"] = (known["at"].shift(-1) - known["at"] - spent).where(same, np.inf)
    for column in ("regular", "stock"):
        x = known[known.column == column]
        share = {c: [(x.gap[x.category == c] <= t).mean() for t in (600, 3600)] for c in ("abandoned", "handled")}
        r10, r60 = ((a - b) / (1 - b) for a, b in zip(share["abandoned"], share["handled"]))
        means = np.arange(60, 7200, 10.0)
        ratio = (1 - np.exp(-600 / means)) / (1 - np.exp(-3600 / means))
        delay = means[np.argmin(np.abs(ratio - r10 / r60))]
        out[column] = dict(abandoned=share["abandoned"], handled=share["handled"], r10=r10, r60=r60, delay=delay,
                           p=r60 / (1 - math.exp(-3600 / delay)), n=int((x.category == "abandoned").sum()))
    return out


def figures(x):
    """The observed figures of a set of calls, as kpis.md defines them."""
    off = x[x.category != "vru_hang"]
    ans = off[off.category == "handled"]
    gone = off[off.category == "abandoned"]
    aht = ans.service_s[ans.service_s.between(1, 3600)]
    n = len(off)
    part = lambda a, b: a / b if b else math.nan
    return dict(offered=n, vru_hang=len(x) - n, answered=len(ans), abandonment_rate=part(len(gone), n),
                abandoned_5s=part((gone.wait_s <= 5).sum(), n), abandoned_20s=part((gone.wait_s <= 20).sum(), n),
                answered_20s_over_offered=part((ans.wait_s <= 20).sum(), n), delayed=part(off.queued.sum(), n),
                asa_s=ans.wait_s.mean(), mean_wait_s=off.wait_s.mean(), mean_wait_abandoned_s=gone.wait_s.mean(),
                wait_p90_s=ans.wait_s.quantile(0.9) if len(ans) else math.nan, aht_s=aht.mean())


def observed(chosen, intervals, days, present):
    busy = intervals.groupby("slot").busy_erlangs.sum().reindex(range(N)).to_numpy() / len(days)
    staff = present["main"] + present["internet"]
    rows = []
    for slot, start in enumerate(STARTS):
        f = figures(chosen[chosen.slot == slot])
        f["staff"], f["occupancy"] = staff[slot], busy[slot] / staff[slot]
        rows.append({"start": start, **f})
    table = pd.DataFrame(rows)
    total = [{"call_type": "all", **figures(chosen), "staffed_h": staff.sum() / 2, "busy_h": busy.sum() / 2, "occupancy": busy.sum() / staff.sum()}]
    total += [{"call_type": name, **figures(chosen[chosen.column == column])} for column, name, *_ in TYPES]
    total = pd.DataFrame(total)
    for t in (table, total):
        t[["offered", "vru_hang", "answered"]] = t[["offered", "vru_hang", "answered"]] / len(days)
    return table, total


def tidy(t):
    """Counts, seconds and hours to 2 decimals, fractions to 4."""
    fractions = {"abandonment_rate", "abandoned_5s", "abandoned_20s", "answered_20s_over_offered", "delayed", "occupancy"}
    return t.assign(**{c: t[c].round(4 if c in fractions else 2) for c in t.columns if t[c].dtype.kind == "f"})


HEADER = """\
# An average Monday to Thursday at a small bank's call centre, August 1999
#
# Made by make.py (beside this file) from aggregates of one month of call records: "Anonymous Bank" call-by-call data, Technion
# (Mandelbaum, Sakov & Zeltyn; see Brown et al. 2005, "Statistical analysis of a telephone call center: a queueing-science
# perspective").
# {variant}
# docs/validation.md compares the simulation with what was observed (observed.csv, observed_total.csv).
#
# The day type: {days} days, Monday to Thursday, {first} to {last}. Sunday is a working day too in Israel, but its day has
# another shape (busier until 18:00, quieter from then on); Friday ends at 15:00; Saturday begins at sunset. Days with an interruption
# (no agent in some half-hour: {interrupted}) are left out. 07:00 to midnight, the hours with staff.
#
# Known departures from the bank:
# - High-priority customers were credited 90 s of waiting when they joined the queue; otherwise first come, first served. Here it is first
#   come, first served for all: who is high-priority was recorded almost only for calls that queued, so it cannot be given to arrivals.
# - No roster was recorded. Presence is inferred from the calls (an agent idle for more than 300 s counts as away), averaged over
#   the days and put in whole numbers; in the bank it varied from day to day. Single half-hours can be far off, above all the
#   first and the last, where one agent more or less is a third of the staff; the day as a whole is not.
# - Every main agent has every skill here; some (a third of the hours) took no internet calls.
"""


def toml(days, interrupted, volume_of, present, staff, cv, fits, gone, report, rep, with_repeats):
    common, own, net, total = cv
    if with_repeats:
        variant = "In this variant callers who abandon may call again. The volumes are what was counted, repeats included, hence volume_is."
    else:
        variant = "Volumes are what was counted, repeats included, and nobody redials: directly comparable with the records.\n# bank-repeats.toml models the repeats."
    out = [HEADER.format(variant=variant, days=len(days), first=days[0], last=days[-1], interrupted=", ".join(interrupted) or "none")]
    w = out.append
    title = "Bank, August 1999" + (", with repeats" if with_repeats else "")
    w(f"""[scenario]
name = "{title}"
open = "07:00-24:00"
interval = "30m"
closing = "drain"
# The {len(total)} daily totals (mean {total.mean():.0f}, standard deviation {total.std():.0f}) vary by {net:.1%} beyond Poisson noise,
# mostly because the first half of the month had much more traffic than the second. This is the part that the call types share.
busyness_cv = {common:.3f}

[run]
replications = 200

# The bank's targets are not known. 20 s is where the records are evaluated, hence 80/20.
[[queues]]
name = "service"
target = "80/20"
agents = ["main"]

[[queues]]
name = "internet"
target = "80/20"
agents = [["main", "internet"]]   # no preference is known; the main agents took {1 - fits['internet']['share']:.0%} of these calls

# An agent's call back to a customer: on the line only until the agent is free. The records show it go first: a fifth of them
# waited, against three in five of the others.
[[queues]]
name = "call-back"
target = "80/20"
priority = 1
agents = ["main"]
""")
    w("""
# Call types. Volume: mean of the calls offered per half-hour, divided by the share that does not hang up in the voice-response
# unit (VRU). Hanging up there counts as abandoned, not as contained: the records hold only callers who asked for an agent (those
# who were content with the VRU are not in them). Its time is that of those who went on.
# Talk includes wrap-up, which the records do not show apart. Mean and standard deviation of all calls of 1 to 3600 s, the
# ~5 % of a few seconds included, as they are load too; a lognormal with these two moments meets the median and the
# 90 % point of the observed times well (a gamma with the same moments does not).
# talk_factor: calls are shorter in the evening; by clock hour, what was seen over what the mix of types gives, one for all types.
# Patience: 200 quantiles of the Kaplan-Meier curve of all calls of the month that had to wait (leaving = event, answer =
# censored), with an exponential tail where fewer than 50 were at risk. It starts on entering the queue.
""".lstrip("\n"))
    for column, name, queue, codes in TYPES:
        f, v, p = fits[column], gone[column], report[column]
        w(f'[[call_types]]\nname = "{name}"   # source: {" and ".join(codes)}\nqueue = "{queue}"')
        w(f'volume = {{ file = "volumes.csv", column = "{column}" }}   # {volume_of[column].sum():.0f} a day')
        if with_repeats:
            w('volume_is = "all_attempts"')
        if own[column] >= 0.0005:
            w(f"busyness_cv = {own[column]:.3f}   # its own, on top of the common one")
        if column != "callback":
            w(f'ivr = {{ time = "lognormal({v["mean"]:.1f}s, sd {v["sd"]:.1f}s)", abandoned = {v["hang"]:.4f} }}')
        w(f'patience = "empirical(patience.csv, {column})"   # {p["events"]:,} left of {p["n"]:,} who waited; curve to {p["end"]} s, then exp, mean {p["tail"]:.0f} s')
        note = f"{f['n']:,} calls" + (" by main agents" if column == "internet" else "")
        w(f'talk = "lognormal({f["mean"]:.1f}s, sd {f["sd"]:.1f}s)"   # {note}')
        w('talk_factor = { file = "volumes.csv", column = "talk_factor" }')
        if with_repeats and column in rep:
            r = rep[column]
            w(f"# Of {r['n']:,} identified customers who abandoned, {r['abandoned'][0]:.1%} called again within 10 min and {r['abandoned'][1]:.1%} within 1 h; of those\n"
              f"# answered, {r['handled'][0]:.1%} and {r['handled'][1]:.1%}. The excess is {r['r10']:.1%} and {r['r60']:.1%}: repeats within the hour, later ones left out.")
            w(f'redial = {{ abandoned = {r["p"]:.2f}, delay = "exp({r["delay"] / 60:.0f}m)" }}')
        elif with_repeats:
            w("# No redial: these callers were not identified, so nothing is known of their repeats." if column in ("new", "internet") else "# No redial: the bank calls, not the customer.")
        w("")
    hours = {g: present[g].sum() / 2 for g in present}
    w(f"""# Agents present, mean over the days, in whole numbers: each half-hour is rounded up or down so that the day's hours are right
# (largest remainders): main {hours['main']:.1f} h became {staff['main'].sum() / 2:.1f} h, internet {hours['internet']:.1f} h became {staff['internet'].sum() / 2:.1f} h.
[[groups]]
name = "main"
skills = ["service", "internet", "call-back"]
staff = {{ file = "staff.csv", column = "main" }}

[[groups]]
name = "internet"
skills = {{ internet = {fits['internet']['factor']:.2f} }}   # mean {fits['internet']['mean'] * fits['internet']['factor']:.0f} s a call, against {fits['internet']['mean']:.0f} s by main agents
staff = {{ file = "staff.csv", column = "internet" }}
""")
    return "\n".join(out)


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("data", type=Path, help="directory with the files named at the top of this script")
    ap.add_argument("--out", type=Path, default=Path(__file__).resolve().parent)
    ap.add_argument("--first", default="1999-08-01", help="first day considered")
    ap.add_argument("--last", default="1999-08-31", help="last day considered")
    a = ap.parse_args()
    a.out.mkdir(parents=True, exist_ok=True)

    calls, chosen, intervals, days, interrupted = read(a.data, a.first, a.last)
    present, group = presence(a.data, days)
    staff = {name: whole(mean) for name, mean in present.items()}
    gone = vru(chosen)
    offered = chosen[chosen.category != "vru_hang"].groupby(["slot", "column"]).size().unstack(fill_value=0).reindex(range(N), fill_value=0) / len(days)
    gone["callback"]["hang"] = 0.0  # the bank's own calls do not pass the VRU
    volume_of = {c: (offered[c] / (1 - gone[c]["hang"])).to_numpy() for c, *_ in TYPES}
    cv = busyness(chosen, days)
    fits = talk(chosen, group)
    factor = talk_factor(chosen, group, fits)
    table, report = patience(calls)
    rep = repeats(calls)

    out = lambda name: a.out / name
    pd.DataFrame({"start": STARTS, **{c: np.round(v, 3) for c, v in volume_of.items()}, "talk_factor": np.round(factor, 3)}).to_csv(out("volumes.csv"), index=False)
    pd.DataFrame({"start": STARTS, **staff}).to_csv(out("staff.csv"), index=False)
    ranks = [f"{(i + 0.5) / QUANTILES:.4f}" for i in range(QUANTILES)]
    pd.DataFrame({"quantile": ranks, **{c: np.round(v).astype(int) for c, v in table.items()}}).to_csv(out("patience.csv"), index=False)
    for name, with_repeats in (("bank.toml", False), ("bank-repeats.toml", True)):
        out(name).write_text(toml(days, interrupted, volume_of, present, staff, cv, fits, gone, report, rep, with_repeats), encoding="utf-8")
    halves, total = observed(chosen, intervals, days, present)
    tidy(halves).to_csv(out("observed.csv"), index=False)
    tidy(total).to_csv(out("observed_total.csv"), index=False)

    print(f"{len(days)} days: {' '.join(days)}; interrupted: {' '.join(interrupted)}")
    print(f"busyness: all {cv[2]:.3f}, common {cv[0]:.3f}, own " + ", ".join(f"{c} {v:.3f}" for c, v in cv[1].items()))
    for c, f in fits.items():
        print(f"talk {c}: n {f['n']}, mean {f['mean']:.1f}, sd {f['sd']:.1f}; 10/50/90/99 % observed {np.round(f['q'])}, lognormal {np.round(lognormal_quantiles(f['mean'], f['sd']))}")
    for c, p in report.items():
        print(f"patience {c}: n {p['n']}, left {p['events']}, curve to {p['end']} s (S {p['S_end']:.3f}), tail mean {p['tail']:.0f} s; "
              + ", ".join(f"{t} s KM {p['km'][t]:.4f} error {p['error'][t]:+.4f}" for t in p["km"]))
    for c, v in gone.items():
        print(f"VRU {c}: hang {v['hang']:.4f} ({v['n']}), time {v['mean']:.1f} sd {v['sd']:.1f}, of those who hang up {v['hang_mean']:.1f}")
    for c, r in rep.items():
        print(f"repeats {c}: " + ", ".join(f"{k} {v if isinstance(v, int) else np.round(v, 4)}" for k, v in r.items()))
    print(tidy(total).T.to_string())


if __name__ == "__main__":
    main()
