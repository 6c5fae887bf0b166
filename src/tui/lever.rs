//! The levers of a scenario: what can be changed, within which limits, how it is shown, and what it is as a `--set`.
//!
//! To add a lever, add it to [`Levers::new`]; a new kind of value is a variant of [`Kind`].

mod kind;
mod sets;

pub use kind::Kind;
use kind::tidy;

use crate::scenario::schema::{self, Key, Presence, Section};
use crate::scenario::{Demand, Distribution, Group, Mode, Scenario};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

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

    /// Changes but those of agents.
    pub fn without_staff(&self, edits: &Edits) -> Edits {
        let is_staff = |path: &str| {
            let mut groups = self.groups.iter();
            groups.any(|group| {
                let cell = path.strip_prefix(&group.path);
                cell.is_some_and(|cell| cell.starts_with('['))
            })
        };
        let others = edits.iter().filter(|(path, _)| !is_staff(path));
        others
            .map(|(path, value)| (path.clone(), value.clone()))
            .collect()
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
