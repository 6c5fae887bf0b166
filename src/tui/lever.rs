//! The levers of a scenario: what can be changed, within which limits, how it is shown, and what it is as a `--set`.
//!
//! To add a lever, add it to [`Levers::new`]; a new kind of value is a variant of [`Kind`].

use crate::report::text::figures::exact_percent;
use crate::scenario::schema::{self, Key, Presence, Section};
use crate::scenario::{
    Demand, Distribution, Group, Mode, Scenario, parse_duration, parse_fraction, parse_target,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// What was changed: by the path of a `--set`, the new value. What is as in the file is not in it.
pub type Edits = BTreeMap<String, Value>;

/// A value of a lever.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// In the lever's unit.
    Number(f64),
    /// One of its names.
    Choice(String),
}

impl Value {
    fn number(&self) -> f64 {
        match self {
            Value::Number(x) => *x,
            Value::Choice(_) => f64::NAN,
        }
    }
}

/// What kind of value a lever has.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A factor on a series, 1 as in the file.
    Factor,
    /// The mean of a random duration, in seconds.
    Mean,
    /// A duration in seconds.
    Seconds,
    /// A fraction of at most so much.
    Fraction {
        /// The largest.
        most: f64,
    },
    /// Fractions of a list, of at most so much, that are all moved by as many points as the first.
    Shift {
        /// As in the file.
        all: Vec<f64>,
        /// The largest.
        most: f64,
    },
    /// A whole number.
    Count {
        /// The smallest.
        least: u64,
        /// The largest.
        most: u64,
    },
    /// The fraction of a service-level target.
    TargetFraction,
    /// The time of a service-level target, in seconds.
    TargetWithin,
    /// One of some names.
    Choice(Vec<String>),
}

/// Something that can be changed.
#[derive(Debug, Clone)]
pub struct Lever {
    /// The path of its `--set`; of the two of a target with the part after it.
    pub path: String,
    /// Index of its part among [`Levers::parts`].
    pub part: usize,
    /// What it is called beside its part.
    pub name: &'static str,
    /// What its value is.
    pub kind: Kind,
    /// As in the file.
    pub base: Value,
    /// The levers that it moves, instead of having a value of its own.
    pub moves: Vec<usize>,
}

/// The agents of a group.
#[derive(Debug, Clone)]
pub struct GroupStaff {
    /// Its name.
    pub name: String,
    /// The path of its `--set`.
    path: String,
    /// By interval, as in the file.
    pub base: Vec<u32>,
}

/// All levers of a scenario.
#[derive(Debug, Clone)]
pub struct Levers {
    /// The parts that they belong to.
    pub parts: Vec<Part>,
    /// All but those of staff.
    pub levers: Vec<Lever>,
    /// Staff.
    pub groups: Vec<GroupStaff>,
    /// Starts of the intervals of staff; one empty text in a steady run.
    pub starts: Vec<String>,
    /// Where the parts of groups begin among [`Self::parts`].
    pub first_group: usize,
}

/// A part of the scenario that has levers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What it is: `calls`, `staff`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
}

/// A place for the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Spot {
    /// A lever, by its number.
    Lever(usize),
    /// All intervals of a group, or those that are marked.
    Group(usize),
    /// A group in an interval.
    Cell(usize, usize),
}

/// Marked intervals.
pub type Marked = BTreeSet<usize>;

/// Seconds beyond which a mean cannot be set: ten days.
const LONGEST_S: f64 = 864_000.0;

/// The largest factor on a volume.
const MOST_VOLUME: f64 = 100.0;

impl Levers {
    /// The levers of a scenario.
    pub fn new(scenario: &Scenario) -> Self {
        let mut levers = Self {
            parts: Vec::new(),
            levers: Vec::new(),
            groups: scenario.groups.iter().map(GroupStaff::of).collect(),
            starts: match scenario.run.mode {
                Mode::Day => {
                    let mut starts = scenario.interval_starts();
                    starts.pop();
                    starts
                }
                Mode::Steady { .. } => vec![String::new()],
            },
            first_group: 0,
        };
        if scenario.call_types.len() > 1 {
            levers.part("calls", "all");
            levers.add("call_types", "volume", "volume", Kind::Factor, 1.0);
        }
        for t in &scenario.call_types {
            let part = format!("call_types.{}", t.name);
            levers.part("calls", &t.name);
            let demand = match t.demand {
                Demand::Volume(_) => "volume",
                Demand::RatePerHour(_) => "rate",
            };
            let mut add = |key: &str, name, kind, base| levers.add(&part, key, name, kind, base);
            add(demand, "volume", Kind::Factor, 1.0);
            for (key, name, duration) in [
                ("talk", "talk", &t.talk),
                ("wrap_up", "wrap-up", &t.wrap_up),
                ("patience", "patience", &t.patience),
            ] {
                // Who waits for ever does so, however that is scaled.
                if *duration != Distribution::Never {
                    add(key, name, Kind::Mean, duration.mean_s());
                }
            }
            let fraction = |most| Kind::Fraction { most };
            add("resolution", "resolution", fraction(1.0), t.resolution);
            if let Some(reconnect) = &t.reconnect {
                add(
                    "reconnect.probability",
                    "reconnect",
                    fraction(1.0),
                    reconnect.probability,
                );
            }
            if let Some(redial) = &t.redial {
                for (key, name, all) in [
                    ("redial.abandoned", "redial", &redial.abandoned),
                    ("redial.blocked", "redial, busy", &redial.blocked),
                ] {
                    let shift = Kind::Shift {
                        all: all.clone(),
                        most: 1.0,
                    };
                    add(key, name, shift, all.first().copied().unwrap_or(0.0));
                }
            }
            if let Some(ivr) = &t.ivr {
                add(
                    "ivr.contained",
                    "containment",
                    fraction(1.0 - ivr.abandoned),
                    ivr.contained,
                );
            }
        }
        // All volumes at once.
        let volumes = (0..levers.levers.len()).filter(|l| levers.levers[*l].kind == Kind::Factor);
        if let [all, own @ ..] = volumes.collect::<Vec<_>>().as_slice()
            && own.len() > 1
        {
            levers.levers[*all].moves = own.to_vec();
        }
        levers.first_group = levers.parts.len();
        for group in &scenario.groups {
            levers.part("staff", &group.name);
            let part = format!("groups.{}", group.name);
            let shift = Kind::Shift {
                all: group.shrinkage.clone(),
                most: 0.99,
            };
            let first = group.shrinkage.first().copied().unwrap_or(0.0);
            levers.add(&part, "shrinkage", "shrinkage", shift, first);
            if let Some(most) = group.max_occupancy {
                let fraction = Kind::Fraction { most: 1.0 };
                levers.add(&part, "max_occupancy", "max occupancy", fraction, most);
            }
        }
        for trunk in &scenario.trunks {
            levers.part("lines", &trunk.name);
            let part = format!("trunks.{}", trunk.name);
            let lines = count(&schema::TRUNK, "lines");
            levers.add(&part, "lines", "lines", lines, f64::from(trunk.lines));
            if let Some(most) = trunk.max_blocking {
                let fraction = Kind::Fraction { most: 1.0 };
                levers.add(&part, "max_blocking", "max blocking", fraction, most);
            }
        }
        for queue in &scenario.queues {
            levers.part("queue", &queue.name);
            let part = format!("queues.{}", queue.name);
            let within = queue.target.within.as_secs_f64();
            let mut add = |key: &str, name, kind, base| levers.add(&part, key, name, kind, base);
            add(
                TARGET_FRACTION,
                "target",
                Kind::TargetFraction,
                queue.target.fraction,
            );
            add(TARGET_WITHIN, "within", Kind::TargetWithin, within);
            if let Some(most) = queue.max_abandonment {
                add(
                    "max_abandonment",
                    "max abandoned",
                    Kind::Fraction { most: 1.0 },
                    most,
                );
            }
            if let Some(most) = queue.max_asa {
                add("max_asa", "max ASA", Kind::Seconds, most.as_secs_f64());
            }
            let priority = count(&schema::QUEUE, "priority");
            add("priority", "priority", priority, f64::from(queue.priority));
            if let Some(limit) = queue.limit {
                add(
                    "limit",
                    "limit",
                    count(&schema::QUEUE, "limit"),
                    f64::from(limit),
                );
            }
        }
        levers.part("routing", "");
        let (policy, policies) = policies(scenario);
        levers.levers.push(Lever {
            path: "routing.policy".to_owned(),
            part: levers.parts.len() - 1,
            name: "policy",
            kind: Kind::Choice(policies),
            base: Value::Choice(policy),
            moves: Vec::new(),
        });
        levers
    }

    fn part(&mut self, kind: &'static str, name: &str) {
        self.parts.push(Part {
            kind,
            name: name.to_owned(),
        });
    }

    /// Adds a lever to the last part.
    fn add(&mut self, part: &str, key: &str, name: &'static str, kind: Kind, base: f64) {
        self.levers.push(Lever {
            path: format!("{part}.{key}"),
            part: self.parts.len() - 1,
            name,
            kind,
            base: Value::Number(base),
            moves: Vec::new(),
        });
    }

    /// The levers that are meant by one: itself, or those that it moves.
    fn own(&self, lever: usize) -> Vec<usize> {
        match self.levers[lever].moves.as_slice() {
            [] => vec![lever],
            moves => moves.to_vec(),
        }
    }

    /// The number of intervals of staff.
    pub fn intervals(&self) -> usize {
        self.starts.len()
    }

    /// Agents of a group by interval.
    pub fn staff(&self, edits: &Edits, group: usize) -> Vec<u32> {
        let mut staff = self.groups[group].base.clone();
        let before = format!("{}[", self.groups[group].path);
        let changed = edits.range(before.clone()..);
        for (path, value) in changed.take_while(|(path, _)| path.starts_with(&before)) {
            let interval = path[before.len()..].trim_end_matches(']').parse::<usize>();
            if let (Ok(i), Value::Number(n)) = (interval, value)
                && let Some(agents) = staff.get_mut(i)
            {
                *agents = *n as u32;
            }
        }
        staff
    }

    /// Agents of a group in an interval.
    pub fn agents(&self, edits: &Edits, group: usize, interval: usize) -> u32 {
        let staff = &self.groups[group];
        match edits.get(&staff.cell(interval)) {
            Some(Value::Number(n)) => *n as u32,
            _ => staff.base[interval],
        }
    }

    /// The value at a spot; of a group its agents in the first interval that counts.
    pub fn value(&self, edits: &Edits, spot: Spot, marked: &Marked) -> Value {
        match spot {
            Spot::Lever(l) => {
                // Of several that are moved together the first speaks for all.
                let lever = &self.levers[self.own(l)[0]];
                edits.get(&lever.path).unwrap_or(&lever.base).clone()
            }
            Spot::Group(g) => {
                let first = self.meant(spot, marked).first().copied().unwrap_or(0);
                Value::Number(f64::from(self.agents(edits, g, first)))
            }
            Spot::Cell(g, i) => Value::Number(f64::from(self.agents(edits, g, i))),
        }
    }

    /// The intervals that a change at a spot is for: of a group those that are marked, or all; of a cell that, or, where it is
    /// marked, all that are.
    pub fn meant(&self, spot: Spot, marked: &Marked) -> Vec<usize> {
        match spot {
            Spot::Lever(_) => Vec::new(),
            Spot::Group(_) if marked.is_empty() => (0..self.intervals()).collect(),
            Spot::Cell(_, i) if !marked.contains(&i) => vec![i],
            _ => marked.iter().copied().collect(),
        }
    }

    /// Sets the value at a spot.
    pub fn set(&self, edits: &mut Edits, spot: Spot, value: &Value, marked: &Marked) {
        match spot {
            Spot::Lever(l) => {
                for own in self.own(l) {
                    let lever = &self.levers[own];
                    put(edits, &lever.path, value, &lever.base);
                }
            }
            Spot::Group(g) | Spot::Cell(g, _) => {
                for i in self.meant(spot, marked) {
                    self.set_agents(edits, g, i, value.number() as u32);
                }
            }
        }
    }

    /// Sets the agents of a group in an interval.
    pub fn set_agents(&self, edits: &mut Edits, group: usize, interval: usize, agents: u32) {
        let staff = &self.groups[group];
        let base = Value::Number(f64::from(staff.base[interval]));
        let value = Value::Number(f64::from(agents));
        put(edits, &staff.cell(interval), &value, &base);
    }

    /// A step up or down at a spot. Nothing changes at a limit.
    pub fn step(&self, edits: &mut Edits, spot: Spot, up: bool, big: bool, marked: &Marked) {
        let sign = if up { 1.0 } else { -1.0 };
        match spot {
            Spot::Lever(l) if !self.levers[l].moves.is_empty() => {
                for own in self.own(l) {
                    self.step(edits, Spot::Lever(own), up, big, marked);
                }
            }
            Spot::Lever(l) => {
                let lever = &self.levers[l];
                let now = self.value(edits, spot, marked);
                let next = match (&lever.kind, &now) {
                    (Kind::Choice(names), Value::Choice(name)) => {
                        let at = names.iter().position(|n| n == name).unwrap_or(0);
                        let step = if up { 1 } else { names.len() - 1 };
                        Value::Choice(names[(at + step) % names.len()].clone())
                    }
                    (kind, now) => {
                        let (small, large) = kind.steps(now.number());
                        let by = if big { large } else { small };
                        Value::Number(kind.limited(tidy(now.number() + sign * by)))
                    }
                };
                put(edits, &lever.path, &next, &lever.base);
            }
            Spot::Group(g) | Spot::Cell(g, _) => {
                let by = if big { 5 } else { 1 };
                for i in self.meant(spot, marked) {
                    let now = self.agents(edits, g, i);
                    let next = match up {
                        true => (now + by).min(schema::MOST_AGENTS as u32),
                        false => now.saturating_sub(by),
                    };
                    self.set_agents(edits, g, i, next);
                }
            }
        }
    }

    /// Takes the text of a value.
    ///
    /// # Errors
    /// What would be one.
    pub fn parse(&self, spot: Spot, text: &str) -> Result<Value, String> {
        let kind = match spot {
            Spot::Lever(l) => &self.levers[l].kind,
            _ => &Kind::Count {
                least: 0,
                most: schema::MOST_AGENTS,
            },
        };
        kind.parse(text.trim())
    }

    /// Back to how it is in other edits.
    pub fn reset(&self, edits: &mut Edits, to: &Edits, spot: Spot, marked: &Marked) {
        match spot {
            Spot::Lever(l) => {
                for own in self.own(l).into_iter().map(Spot::Lever) {
                    self.set(edits, own, &self.value(to, own, marked), marked);
                }
            }
            Spot::Group(g) | Spot::Cell(g, _) => {
                for i in self.meant(spot, marked) {
                    self.set_agents(edits, g, i, self.agents(to, g, i));
                }
            }
        }
    }

    /// The value of a lever in words.
    pub fn shown(&self, spot: Spot, value: &Value) -> String {
        match (spot, value) {
            (_, Value::Choice(name)) => name.clone(),
            (Spot::Lever(l), Value::Number(x)) => self.levers[l].kind.shown(*x),
            (_, Value::Number(x)) => format!("{x}"),
        }
    }

    /// What a spot is called: `talk of service call`.
    pub fn name(&self, spot: Spot) -> String {
        match spot {
            Spot::Lever(l) => {
                let lever = &self.levers[l];
                match self.parts[lever.part].name.as_str() {
                    "" => lever.name.to_owned(),
                    part => format!("{} of {part}", lever.name),
                }
            }
            Spot::Group(g) => self.groups[g].name.clone(),
            Spot::Cell(g, i) => {
                let start = &self.starts[i];
                let name = &self.groups[g].name;
                if start.is_empty() {
                    name.clone()
                } else {
                    format!("{name} at {start}")
                }
            }
        }
    }

    /// Whether a change has no place here: its lever is not one of the scenario's, or its value is beyond the limits.
    fn is_foreign(&self, path: &str, value: &Value) -> bool {
        let lever = self.levers.iter().find(|lever| lever.path == path);
        if let Some(lever) = lever {
            return match (&lever.kind, value) {
                (Kind::Choice(names), Value::Choice(name)) => !names.contains(name),
                (Kind::Choice(_), _) | (_, Value::Choice(_)) => true,
                (kind, Value::Number(x)) => !x.is_finite() || kind.limited(*x) != *x,
            };
        }
        let of_group = |staff: &GroupStaff| {
            let index = path.strip_prefix(&staff.path)?.strip_prefix('[')?;
            let interval = index.strip_suffix(']')?.parse().ok()?;
            (interval < staff.base.len() && staff.cell(interval) == path).then_some(())
        };
        let agents = matches!(value, Value::Number(n)
            if n.fract() == 0.0 && (0.0..=schema::MOST_AGENTS as f64).contains(n));
        !(agents && self.groups.iter().any(|staff| of_group(staff).is_some()))
    }

    /// Drops the changes that are none of this scenario: those of a session with an earlier form of the file. Returns whether
    /// there were any.
    pub fn keep_known(&self, edits: &mut Edits) -> bool {
        let before = edits.len();
        edits.retain(|path, value| !self.is_foreign(path, value));
        edits.len() < before
    }

    /// The changes as `--set`s of the file.
    pub fn sets(&self, edits: &Edits) -> Vec<String> {
        let mut sets: Vec<String> = Vec::new();
        for (l, lever) in self.levers.iter().enumerate() {
            let partner = match lever.kind {
                Kind::TargetFraction => Some(l + 1),
                Kind::TargetWithin => Some(l - 1),
                _ => None,
            };
            let changed = edits.contains_key(&lever.path);
            match partner.map(|p| (p, edits.contains_key(&self.levers[p].path))) {
                None if changed => {
                    let value = &edits[&lever.path];
                    sets.push(lever.as_set(value));
                }
                // A target is said as a whole, once.
                Some((partner, of_partner)) if changed && (partner > l || !of_partner) => {
                    let none = Marked::new();
                    let number = |l| self.value(edits, Spot::Lever(l), &none).number();
                    let (fraction, within) = (number(l.min(partner)), number(l.max(partner)));
                    let target = crate::scenario::Target {
                        fraction,
                        within: Duration::try_from_secs_f64(within).unwrap_or_default(),
                    };
                    let path = lever.path.trim_end_matches(TARGET_FRACTION);
                    let path = path.trim_end_matches(TARGET_WITHIN);
                    sets.push(format!("{path}target={target}"));
                }
                _ => {}
            }
        }
        for g in 0..self.groups.len() {
            self.staff_sets(edits, g, &mut sets);
        }
        sets
    }

    /// As many agents more everywhere, or the runs of intervals that differ.
    fn staff_sets(&self, edits: &Edits, group: usize, sets: &mut Vec<String>) {
        let staff = &self.groups[group];
        let n = staff.base.len();
        let new = self.staff(edits, group);
        let change = |i: usize| i64::from(new[i]) - i64::from(staff.base[i]);
        let path = &staff.path;
        match change(0) {
            0 => {}
            by if (0..n).all(|i| change(i) == by) => {
                let (sign, by) = if by > 0 { ('+', by) } else { ('-', -by) };
                sets.push(format!("{path}{sign}={by}"));
                return;
            }
            _ => {}
        }
        let mut i = 0;
        while i < n {
            if change(i) == 0 {
                i += 1;
                continue;
            }
            let from = i;
            while i < n && change(i) != 0 {
                i += 1;
            }
            let run = &new[from..i];
            let at = match run.len() {
                1 => format!("[{from}]"),
                _ => format!("[{from}..{i}]"),
            };
            let values = match run.iter().all(|agents| *agents == run[0]) {
                true => run[0].to_string(),
                false => {
                    let values: Vec<String> = run.iter().map(u32::to_string).collect();
                    format!("[{}]", values.join(", "))
                }
            };
            sets.push(format!("{path}{at}={values}"));
        }
    }

    /// What differs between two states, in words: `talk of service call 180 s → 165 s`.
    pub fn differences(&self, from: &Edits, to: &Edits) -> Vec<String> {
        let none = Marked::new();
        let mut words = Vec::new();
        for l in (0..self.levers.len()).filter(|l| self.levers[*l].moves.is_empty()) {
            let spot = Spot::Lever(l);
            let (old, new) = (self.value(from, spot, &none), self.value(to, spot, &none));
            if old != new {
                let (name, old, new) = (
                    self.name(spot),
                    self.shown(spot, &old),
                    self.shown(spot, &new),
                );
                words.push(format!("{name} {old} → {new}"));
            }
        }
        for g in 0..self.groups.len() {
            let (old, new) = (self.staff(from, g), self.staff(to, g));
            let change = |i: usize| i64::from(new[i]) - i64::from(old[i]);
            let changed: Vec<usize> = (0..self.intervals()).filter(|i| change(*i) != 0).collect();
            let sum: i64 = changed.iter().map(|i| change(*i)).sum();
            let name = &self.groups[g].name;
            match changed[..] {
                [] => {}
                [one] => {
                    let name = self.name(Spot::Cell(g, one));
                    words.push(format!("{name} {} → {}", old[one], new[one]));
                }
                _ if changed.iter().all(|i| change(*i) == change(changed[0])) => {
                    words.push(format!(
                        "{name} {} in {} intervals",
                        signed(change(changed[0])),
                        changed.len()
                    ))
                }
                _ => words.push(format!(
                    "{name} in {} intervals, {} together",
                    changed.len(),
                    signed(sum)
                )),
            }
        }
        words
    }
}

/// A whole number with its sign.
pub fn signed(n: i64) -> String {
    match n {
        0 => "0".to_owned(),
        n if n > 0 => format!("+{n}"),
        n => format!("−{}", -n),
    }
}

/// Agents of intervals, added up, as hours to a tenth: those are what planners know.
pub fn agent_hours(agents: i64, interval_min: u32) -> f64 {
    (agents as f64 * f64::from(interval_min) / 6.0).round() / 10.0
}

const TARGET_FRACTION: &str = "target.fraction";
const TARGET_WITHIN: &str = "target.within";

impl GroupStaff {
    fn of(group: &Group) -> Self {
        Self {
            name: group.name.clone(),
            path: format!("groups.{}.staff", group.name),
            base: group.staff.clone(),
        }
    }

    /// The path of an interval.
    fn cell(&self, interval: usize) -> String {
        format!("{}[{interval}]", self.path)
    }
}

impl Lever {
    /// A value as a `--set`.
    fn as_set(&self, value: &Value) -> String {
        let path = &self.path;
        let x = value.number();
        let base = self.base.number();
        match (&self.kind, value) {
            (_, Value::Choice(name)) => format!("{path}={name}"),
            (Kind::Factor, _) => format!("{path}*={x}"),
            (Kind::Mean, _) if base > 0.0 && x > 0.0 => format!("{path}*={}", x / base),
            // What always takes no time has no shape that could be kept.
            (Kind::Mean, _) if x > 0.0 => format!("{path}=exp({x}s)"),
            (Kind::Mean | Kind::Seconds, _) => format!("{path}={x}s"),
            (Kind::Shift { all, most }, _) => {
                let by = x - base;
                let moved = all.iter().map(|f| tidy(f + by).clamp(0.0, *most));
                let moved: Vec<String> = moved.map(|f| f.to_string()).collect();
                match moved.as_slice() {
                    [one, rest @ ..] if rest.iter().all(|f| f == one) => format!("{path}={one}"),
                    _ => format!("{path}=[{}]", moved.join(", ")),
                }
            }
            _ => format!("{path}={x}"),
        }
    }
}

impl Kind {
    /// A small and a large step.
    fn steps(&self, now: f64) -> (f64, f64) {
        match self {
            Kind::Factor => (0.01, 0.1),
            Kind::Fraction { .. } | Kind::Shift { .. } | Kind::TargetFraction => (0.01, 0.05),
            Kind::Mean | Kind::Seconds | Kind::TargetWithin => match now {
                s if s < 60.0 => (1.0, 5.0),
                s if s < 600.0 => (5.0, 30.0),
                s if s < 3600.0 => (30.0, 300.0),
                _ => (300.0, 1800.0),
            },
            Kind::Count { .. } => (1.0, 5.0),
            Kind::Choice(_) => (1.0, 1.0),
        }
    }

    /// The number within the limits of the lever.
    fn limited(&self, x: f64) -> f64 {
        match self {
            Kind::Factor => x.clamp(0.0, MOST_VOLUME),
            Kind::Mean | Kind::Seconds | Kind::TargetWithin => x.clamp(0.0, LONGEST_S),
            Kind::Fraction { most } | Kind::Shift { most, .. } => x.clamp(0.0, *most),
            Kind::TargetFraction => x.clamp(0.01, 1.0),
            Kind::Count { least, most } => x.clamp(*least as f64, *most as f64),
            Kind::Choice(_) => x,
        }
    }

    fn parse(&self, text: &str) -> Result<Value, String> {
        let plain = text.parse::<f64>().ok().filter(|x| x.is_finite());
        let percent = |x: f64| tidy(x / 100.0);
        let found = match self {
            Kind::Factor | Kind::Fraction { .. } | Kind::Shift { .. } | Kind::TargetFraction => {
                let of_text = || {
                    let target = parse_target(text).map(|target| target.fraction);
                    let target = target.ok().filter(|_| *self == Kind::TargetFraction);
                    let number = text.strip_suffix('%').and_then(|n| n.trim().parse().ok());
                    target.or(number.map(percent)).or(parse_fraction(text).ok())
                };
                let found = plain.map(percent).or_else(of_text);
                found.ok_or("a percentage, such as 85".to_owned())?
            }
            Kind::Mean | Kind::Seconds | Kind::TargetWithin => {
                let duration = || parse_duration(text).ok().map(|d| d.as_secs_f64());
                let found = plain.or_else(duration);
                found.ok_or("seconds, or a duration such as 3m".to_owned())?
            }
            Kind::Count { .. } => {
                let whole = plain.filter(|x| x.fract() == 0.0);
                whole.ok_or("a whole number".to_owned())?
            }
            Kind::Choice(names) => {
                let name = names.iter().find(|name| *name == text);
                let name = name.ok_or_else(|| format!("one of {}", names.join(", ")))?;
                return Ok(Value::Choice(name.clone()));
            }
        };
        // Without the sign of −0, which no `--set` takes.
        let found = found + 0.0;
        let limited = self.limited(found);
        match limited == found {
            true => Ok(Value::Number(found)),
            false => Err(format!(
                "{} {}",
                if found < limited {
                    "at least"
                } else {
                    "at most"
                },
                self.shown(limited)
            )),
        }
    }

    /// A number in words.
    fn shown(&self, x: f64) -> String {
        match self {
            Kind::Factor | Kind::Fraction { .. } | Kind::TargetFraction => exact_percent(tidy(x)),
            Kind::Shift { all, .. } => {
                let same = all.iter().all(|f| *f == all[0]);
                exact_percent(tidy(x)) + if same { "" } else { " …" }
            }
            Kind::Mean | Kind::Seconds | Kind::TargetWithin => seconds(x),
            Kind::Count { .. } | Kind::Choice(_) => format!("{x}"),
        }
    }
}

/// A time as people say it: in seconds up to ten minutes.
fn seconds(s: f64) -> String {
    let s = (10.0 * s).round() / 10.0;
    match s {
        s if s <= 600.0 => format!("{s}\u{a0}s"),
        s if s < 7200.0 => format!("{}\u{a0}min", (s / 6.0).round() / 10.0),
        s => format!("{}\u{a0}h", (s / 360.0).round() / 10.0),
    }
}

/// The same number without the dust of binary arithmetic.
fn tidy(x: f64) -> f64 {
    format!("{x:.12}").parse().unwrap_or(x)
}

fn put(edits: &mut Edits, path: &str, value: &Value, base: &Value) {
    match value == base {
        true => edits.remove(path),
        false => edits.insert(path.to_owned(), value.clone()),
    };
}

/// A whole number with the limits of its key.
fn count(section: &Section, key: &str) -> Kind {
    match section.key(key).map(|key| key.kind) {
        Some(schema::Kind::Whole { least, most }) => Kind::Count { least, most },
        _ => Kind::Count {
            least: 0,
            most: u64::from(u32::MAX),
        },
    }
}

/// The policy of a scenario, and all that can take its place: those that need no parameters.
fn policies(scenario: &Scenario) -> (String, Vec<String>) {
    let needs_none = |key: &&Key| match key.kind {
        schema::Kind::Table(section) => {
            let required = |key: &Key| matches!(key.presence, Presence::Required);
            !section.keys.iter().any(required)
        }
        _ => false,
    };
    let mut names: Vec<String> = schema::POLICIES
        .keys
        .iter()
        .filter(needs_none)
        .map(|key| key.name.to_owned())
        .collect();
    let own = match scenario.routing.as_slice() {
        [] => schema::PREFERENCE.to_owned(),
        [rule] if rule.parameters.is_empty() && names.contains(&rule.policy) => rule.policy.clone(),
        _ => {
            names.insert(0, AS_IN_FILE.to_owned());
            AS_IN_FILE.to_owned()
        }
    };
    (own, names)
}

/// A policy with parameters, or several of them.
const AS_IN_FILE: &str = "as in the file";
