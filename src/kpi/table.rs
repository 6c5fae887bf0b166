//! The table of figures.

use super::glossary::{ACDSIM, DING, GANS, GENESYS, MANDELBAUM, Source, TALKDESK};
use crate::engine::{Contacts, FirstAttempts, GroupCell, TrunkCell};
use crate::scenario::Formula;

/// A named figure of a part whose day is described by `R`.
#[derive(Debug)]
pub struct Kpi<R> {
    /// Name in JSON, CSV and expectations.
    pub name: &'static str,
    /// What it is measured in.
    pub unit: Unit,
    /// Given for queues too (figures of contacts only).
    pub of_queues: bool,
    /// Which direction is good.
    pub better: Better,
    /// One sentence.
    pub definition: &'static str,
    /// How it is computed, in the words of other figures; `count` for what is only counted.
    pub formula: &'static str,
    /// Where it is defined so.
    pub source: &'static Source,
    /// How it is computed from a day (or a batch, or an interval of it).
    pub measure: Measure<R>,
}

/// Which direction of a figure is good, whatever else changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// The higher the better.
    High,
    /// The lower the better.
    Low,
    /// Neither: it depends on what is wanted.
    Neither,
}

impl Better {
    /// Its name in the documentation and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Better::High => "high",
            Better::Low => "low",
            Better::Neither => "neither",
        }
    }
}

/// What a figure is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A number of things a day (in a steady run: an hour).
    Count,
    /// A fraction, 0 to 1; in text per cent.
    Fraction,
    /// Seconds.
    Seconds,
    /// Agent hours a day (in a steady run: an hour).
    Hours,
    /// A plain number: calls, lines, a quotient.
    Number,
    /// Money a day (in a steady run: an hour).
    Money,
}

impl Unit {
    /// Its name in the documentation and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Unit::Count => "count",
            Unit::Fraction => "fraction",
            Unit::Seconds => "seconds",
            Unit::Hours => "hours",
            Unit::Number => "number",
            Unit::Money => "money",
        }
    }

    /// What it means.
    pub fn about(self) -> &'static str {
        match self {
            Unit::Count => "a number a day, in a steady run an hour",
            Unit::Fraction => "0 to 1, in text per cent",
            Unit::Seconds => "",
            Unit::Hours => "agent hours a day, in a steady run an hour",
            Unit::Number => "a plain number",
            Unit::Money => "a day, in a steady run an hour",
        }
    }

    /// The values that a figure of this unit can take.
    pub fn range(self) -> (f64, f64) {
        match self {
            Unit::Fraction => (0.0, 1.0),
            _ => (0.0, f64::INFINITY),
        }
    }
}

/// How a figure is computed from a day.
#[derive(Debug)]
pub enum Measure<R> {
    /// A sum a day; an hour in a steady run.
    Sum(fn(&R) -> f64),
    /// Numerator and denominator of a quotient of sums.
    Quotient(fn(&R) -> (f64, f64)),
}

impl<R> Kpi<R> {
    /// Numerator and denominator on a day; those of a sum are the sum and 1.
    pub fn value(&self, day: &R) -> (f64, f64) {
        match self.measure {
            Measure::Sum(sum) => (sum(day), 1.0),
            Measure::Quotient(quotient) => quotient(day),
        }
    }
}

/// A day (or a batch, or an interval of it) of contacts: of everything, of a call type, or of a queue.
#[derive(Debug, Clone, Copy, Default)]
pub struct ContactDay {
    /// The counts.
    pub counts: Contacts,
    /// Numerator and denominator of the service level, each attempt judged by its queue's formula.
    pub level: (f64, f64),
    /// The same over first attempts.
    pub first_level: (f64, f64),
    /// Length on the clock in nanoseconds, within opening hours.
    pub clock_ns: f64,
    /// Cost.
    pub cost: f64,
}

/// A day of an agent group.
#[derive(Debug, Clone, Copy, Default)]
pub struct GroupDay {
    /// The counts.
    pub counts: GroupCell,
    /// Scheduled time in agent nanoseconds.
    pub scheduled_ns: i128,
    /// Cost.
    pub cost: f64,
}

/// A day of a trunk group.
#[derive(Debug, Clone, Copy, Default)]
pub struct TrunkDay {
    /// The counts.
    pub counts: TrunkCell,
    /// Length on the clock in nanoseconds, within opening hours.
    pub clock_ns: f64,
}

/// Numerator and denominator of the service level by a formula.
pub fn service_level(formula: Formula, c: &Contacts) -> (f64, f64) {
    level(
        formula,
        [
            c.offered,
            c.answered,
            c.answered_within,
            c.abandoned_within,
            c.short_abandoned,
        ],
    )
}

/// The same over first attempts.
pub(super) fn first_service_level(formula: Formula, c: &FirstAttempts) -> (f64, f64) {
    level(
        formula,
        [
            c.offered,
            c.answered,
            c.answered_within,
            c.abandoned_within,
            c.short_abandoned,
        ],
    )
}

fn level(formula: Formula, counts: [u64; 5]) -> (f64, f64) {
    let [offered, answered, within, abandoned_within, short] = counts.map(|n| n as f64);
    match formula {
        Formula::AnsweredOverOffered => (within, offered),
        Formula::AnsweredOverAnswered => (within, answered),
        Formula::WithAbandons => (within + abandoned_within, offered),
        Formula::WithoutEarlyAbandons => (within, offered - abandoned_within),
        Formula::WithoutShortAbandons => (within, offered - short),
        Formula::ShortAbandonsAsMet => (within + short, offered),
    }
}

/// Wait quantiles of the answered, at run level only: name and fraction.
pub const QUANTILES: [(&str, f64); 4] = [
    ("wait_p50_s", 0.50),
    ("wait_p90_s", 0.90),
    ("wait_p95_s", 0.95),
    ("wait_p99_s", 0.99),
];

/// What a figure is measured in, by its name; the same in every table.
pub fn unit(kpi: &str) -> Option<Unit> {
    let contacts = CONTACTS.iter().map(|kpi| (kpi.name, kpi.unit));
    let groups = GROUPS.iter().map(|kpi| (kpi.name, kpi.unit));
    let trunks = TRUNKS.iter().map(|kpi| (kpi.name, kpi.unit));
    let quantiles = QUANTILES.iter().map(|(name, _)| (*name, Unit::Seconds));
    let mut all = contacts.chain(groups).chain(trunks).chain(quantiles);
    all.find(|(name, _)| *name == kpi).map(|(_, unit)| unit)
}

const NS: f64 = 1e-9;

fn attempts(c: &Contacts) -> f64 {
    (c.first_attempts + c.redials + c.reconnects) as f64
}

fn all_waits_ns(c: &Contacts) -> f64 {
    (c.wait_answered_ns + c.wait_abandoned_ns + c.wait_at_close_ns) as f64
}

/// Shorthand of the tables: a sum of counts.
macro_rules! sum {
    ($name:literal, $unit:ident, $of_queues:literal, $better:ident, $measure:expr, $definition:literal, $formula:literal, $source:ident) => {
        Kpi {
            name: $name,
            unit: Unit::$unit,
            of_queues: $of_queues,
            better: Better::$better,
            definition: $definition,
            formula: $formula,
            source: &$source,
            measure: Measure::Sum($measure),
        }
    };
}

/// Shorthand of the tables: a quotient of sums.
macro_rules! quotient {
    ($name:literal, $unit:ident, $of_queues:literal, $better:ident, $measure:expr, $definition:literal, $formula:literal, $source:ident) => {
        Kpi {
            name: $name,
            unit: Unit::$unit,
            of_queues: $of_queues,
            better: Better::$better,
            definition: $definition,
            formula: $formula,
            source: &$source,
            measure: Measure::Quotient($measure),
        }
    };
}

/// Figures of contacts: in total, of call types, and (where marked) of queues.
#[rustfmt::skip]
pub const CONTACTS: &[Kpi<ContactDay>] = &[
    sum!("attempts", Count, true, Neither, |d| attempts(&d.counts),
        "Attempts that reached the system (of a queue: its entry): first attempts, redials and reconnects.",
        "first_attempts + redials + reconnects", DING),
    sum!("first_attempts", Count, false, Neither, |d| d.counts.first_attempts as f64,
        "Attempts of callers who call for the first time.",
        "count", DING),
    sum!("redials", Count, false, Low, |d| d.counts.redials as f64,
        "Attempts after an attempt that was not answered.",
        "count", DING),
    sum!("reconnects", Count, false, Low, |d| d.counts.reconnects as f64,
        "Attempts after an answer that did not help.",
        "count", DING),
    sum!("out_of_hours", Count, false, Low, |d| d.counts.out_of_hours as f64,
        "Redials and reconnects wanted outside opening hours: no attempts, their callers are lost.",
        "count", ACDSIM),
    sum!("blocked", Count, true, Low, |d| d.counts.blocked as f64,
        "Attempts that found no line, or a full queue.",
        "count", GANS),
    quotient!("blocking_rate", Fraction, true, Low, |d| (d.counts.blocked as f64, attempts(&d.counts)),
        "Blocked / attempts.",
        "blocked / attempts", GANS),
    sum!("ivr_contained", Count, false, Neither, |d| d.counts.ivr_contained as f64,
        "Attempts self-served in the IVR.",
        "count", ACDSIM),
    sum!("ivr_abandoned", Count, false, Low, |d| d.counts.ivr_abandoned as f64,
        "Attempts hung up in the IVR.",
        "count", ACDSIM),
    sum!("offered", Count, true, Neither, |d| d.counts.offered as f64,
        "Attempts that entered the queue or were answered at once; not those blocked.",
        "answered + abandoned + abandoned_at_close", ACDSIM),
    sum!("answered", Count, true, Neither, |d| d.counts.answered as f64,
        "Attempts connected to an agent.",
        "count", GANS),
    sum!("abandoned", Count, true, Low, |d| d.counts.abandoned as f64,
        "Attempts hung up while waiting.",
        "count", GANS),
    quotient!("abandonment_rate", Fraction, true, Low, |d| (d.counts.abandoned as f64, d.counts.offered as f64),
        "Abandoned / offered.",
        "abandoned / offered", GANS),
    sum!("short_abandoned", Count, true, Low, |d| d.counts.short_abandoned as f64,
        "Abandoned within the short-abandon threshold.",
        "count of the abandoned who waited at most short_abandon", GENESYS),
    sum!("abandoned_at_close", Count, true, Low, |d| d.counts.abandoned_at_close as f64,
        "Offered attempts dropped at closing.",
        "count", ACDSIM),
    sum!("dropped_in_service", Count, true, Low, |d| d.counts.dropped_in_service as f64,
        "Answered attempts that were cut while the agent talked, because the site was lost. Given where a load test loses a site.",
        "count", ACDSIM),
    quotient!("service_level", Fraction, true, High, |d| d.level,
        "Service level by the queue's formula; in total and of a call type each attempt by its queue's.",
        "the one that the queue's key service_level names", GANS),
    quotient!("asa_s", Seconds, true, Low, |d| (d.counts.wait_answered_ns as f64 * NS, d.counts.answered as f64),
        "Average speed of answer: mean wait of the answered, zeros included.",
        "total wait of the answered / answered", GANS),
    quotient!("mean_wait_s", Seconds, true, Low, |d| (all_waits_ns(&d.counts) * NS, d.counts.offered as f64),
        "Mean wait of all offered.",
        "total wait of all offered / offered", GANS),
    quotient!("mean_wait_abandoned_s", Seconds, true, Neither, |d| (d.counts.wait_abandoned_ns as f64 * NS, d.counts.abandoned as f64),
        "Mean wait of the abandoned.",
        "total wait of the abandoned / abandoned", MANDELBAUM),
    quotient!("average_time_in_queue_s", Seconds, true, Low, |d| (all_waits_ns(&d.counts) * NS, d.counts.answered as f64),
        "Total wait of all offered / answered.",
        "total wait of all offered / answered", TALKDESK),
    quotient!("wait_max_s", Seconds, true, Low, |d| (d.counts.wait_max_ns as f64 * NS, f64::from(d.counts.answered > 0)),
        "Longest wait of the answered: the mean over the days with answers.",
        "sum of the days' longest waits / days with answers", ACDSIM),
    quotient!("delayed", Fraction, true, Low, |d| ((d.counts.offered - d.counts.answered_at_once) as f64, d.counts.offered as f64),
        "Fraction of offered not answered at once.",
        "(offered − answered at once) / offered", GANS),
    quotient!("queue_length_mean", Number, true, Low, |d| (if d.clock_ns > 0.0 { d.counts.waiting.area_ns as f64 } else { 0.0 }, d.clock_ns),
        "Waiting calls, averaged over opening hours.",
        "time spent waiting within opening hours / opening hours", GANS),
    quotient!("queue_length_max", Number, true, Low, |d| (f64::from(d.counts.waiting.max), 1.0),
        "Waiting calls: the mean over days of the day's largest number.",
        "sum of the days' largest numbers / days", ACDSIM),
    quotient!("talk_s", Seconds, true, Neither, |d| (d.counts.talk_ns as f64 * NS, d.counts.answered as f64),
        "Mean talk time of an answered call.",
        "total talk time / answered", GANS),
    quotient!("acw_s", Seconds, true, Neither, |d| (d.counts.acw_ns as f64 * NS, d.counts.answered as f64),
        "Mean after-call work of an answered call.",
        "total after-call work / answered", GANS),
    quotient!("aht_s", Seconds, true, Neither, |d| ((d.counts.talk_ns + d.counts.acw_ns) as f64 * NS, d.counts.answered as f64),
        "Average handling time: talk and after-call work of an answered call.",
        "talk_s + acw_s", GANS),
    sum!("callers", Count, false, Neither, |d| d.counts.callers as f64,
        "People with a need.",
        "resolved + lost", DING),
    sum!("resolved", Count, false, High, |d| d.counts.resolved as f64,
        "Callers helped in the end.",
        "count", ACDSIM),
    sum!("lost", Count, false, Low, |d| d.counts.lost as f64,
        "Callers not helped in the end.",
        "count", ACDSIM),
    quotient!("served_rate", Fraction, false, High, |d| (d.counts.served as f64, d.counts.callers as f64),
        "Callers answered, or self-served, at least once / callers.",
        "callers answered or self-served at least once / callers", ACDSIM),
    quotient!("first_contact_resolution", Fraction, false, High, |d| (d.counts.first_contact_resolved as f64, d.counts.answered_callers as f64),
        "Callers whose first answered attempt met the need / callers answered at least once.",
        "callers whose first answer met the need / callers answered at least once", ACDSIM),
    quotient!("repeat_rate", Fraction, false, Low, |d| ((d.counts.redials + d.counts.reconnects) as f64, attempts(&d.counts)),
        "(Redials + reconnects) / attempts.",
        "(redials + reconnects) / attempts", DING),
    quotient!("attempts_per_caller", Number, false, Low, |d| (attempts(&d.counts), d.counts.callers as f64),
        "Attempts / callers.",
        "attempts / callers", DING),
    quotient!("first_attempt_service_level", Fraction, false, High, |d| d.first_level,
        "Service level over first attempts only.",
        "that of service_level, with first attempts only", ACDSIM),
    quotient!("first_attempt_abandonment_rate", Fraction, false, Low, |d| (d.counts.first.abandoned as f64, d.counts.first.offered as f64),
        "Abandonment rate over first attempts only.",
        "first attempts abandoned / first attempts offered", ACDSIM),
    quotient!("first_attempt_blocking_rate", Fraction, false, Low, |d| (d.counts.first.blocked as f64, d.counts.first_attempts as f64),
        "Blocking rate over first attempts only.",
        "first attempts blocked / first_attempts", ACDSIM),
    sum!("cost", Money, false, Low, |d| d.cost,
        "Paid hours, lines, attempts and lost callers at the scenario's prices.",
        "attempts × cost_per_attempt + lost × cost_per_lost_caller, in total also paid hours × cost_per_hour + lines × opening hours × cost_per_line_hour", ACDSIM),
];

const HOUR: f64 = crate::model::HOUR_NS;

fn overtime_ns(d: &GroupDay) -> f64 {
    (d.counts.on_duty.area_ns - d.scheduled_ns) as f64
}

/// Figures of agent groups.
#[rustfmt::skip]
pub const GROUPS: &[Kpi<GroupDay>] = &[
    sum!("answered", Count, false, Neither, |d| d.counts.answered as f64,
        "Calls answered by the group.",
        "count", GANS),
    quotient!("talk_s", Seconds, false, Neither, |d| (d.counts.talk_ns as f64 * NS, d.counts.answered as f64),
        "Mean talk time of a call that the group answered.",
        "total talk time / answered", GANS),
    quotient!("acw_s", Seconds, false, Neither, |d| (d.counts.acw_ns as f64 * NS, d.counts.answered as f64),
        "Mean after-call work of a call that the group answered.",
        "total after-call work / answered", GANS),
    quotient!("aht_s", Seconds, false, Neither, |d| ((d.counts.talk_ns + d.counts.acw_ns) as f64 * NS, d.counts.answered as f64),
        "Average handling time of a call that the group answered.",
        "talk_s + acw_s", GANS),
    quotient!("occupancy", Fraction, false, Neither, |d| (d.counts.busy.area_ns as f64, d.counts.on_duty.area_ns as f64),
        "(Talk + after-call work) / staffed time.",
        "busy_h / staffed_h", GANS),
    sum!("staffed_h", Hours, false, Neither, |d| d.counts.on_duty.area_ns as f64 / HOUR,
        "Agent hours on duty, overtime included.",
        "scheduled hours + overtime_h", ACDSIM),
    sum!("busy_h", Hours, false, Neither, |d| d.counts.busy.area_ns as f64 / HOUR,
        "Agent hours in talk and after-call work.",
        "total talk time + total after-call work", GANS),
    sum!("overtime_h", Hours, false, Low, |d| overtime_ns(d) / HOUR,
        "Agent hours on duty beyond the schedule.",
        "staffed_h − scheduled hours", ACDSIM),
    sum!("cost", Money, false, Low, |d| d.cost,
        "Paid hours at the group's price.",
        "(scheduled hours / (1 − shrinkage) + overtime_h) × cost_per_hour", ACDSIM),
];

/// Figures of trunk groups.
#[rustfmt::skip]
pub const TRUNKS: &[Kpi<TrunkDay>] = &[
    sum!("attempts", Count, false, Neither, |d| d.counts.attempts as f64,
        "Attempts that asked for a line.",
        "count", ACDSIM),
    sum!("blocked", Count, false, Low, |d| d.counts.blocked as f64,
        "Attempts that found no line.",
        "count", GANS),
    quotient!("blocking_rate", Fraction, false, Low, |d| (d.counts.blocked as f64, d.counts.attempts as f64),
        "Blocked / attempts.",
        "blocked / attempts", GANS),
    quotient!("lines_busy_mean", Number, false, Neither, |d| (if d.clock_ns > 0.0 { d.counts.busy.area_ns as f64 } else { 0.0 }, d.clock_ns),
        "Lines in use, averaged over opening hours.",
        "time that lines are in use within opening hours / opening hours", GANS),
    quotient!("lines_busy_max", Number, false, Neither, |d| (f64::from(d.counts.busy.max), 1.0),
        "Lines in use: the mean over days of the day's largest number.",
        "sum of the days' largest numbers / days", ACDSIM),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn service_levels_of_the_worked_example() {
        let counts = Contacts {
            offered: 1060,
            answered: 1000,
            answered_within: 860,
            abandoned: 60,
            abandoned_within: 20,
            short_abandoned: 10,
            ..Contacts::default()
        };
        let expected = [81.13, 86.00, 83.02, 82.69, 81.90, 82.08];
        for ((formula, name), percent) in Formula::ALL.into_iter().zip(expected) {
            let (met, judged) = service_level(formula, &counts);
            let got = 100.0 * met / judged;
            assert!(
                (got - percent).abs() < 0.005,
                "{name}: {got:.3} %, expected {percent} %"
            );
        }
    }
}
