//! Rules of shifts: what people may work, and what it costs. All times are whole minutes.

use serde_json::{Map, Value, json};
use std::time::Duration;

use super::nodes::clock_text;
use super::values::{format_duration, format_fraction};

/// Minutes of a day.
pub const DAY_MIN: u32 = 24 * 60;

/// The days of a week by their names in files, Monday first.
pub const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// A set of weekdays, Monday first.
pub type Days = [bool; 7];

/// What people may work. Every time is a multiple of the planning grid.
#[derive(Debug, Clone, PartialEq)]
pub struct ShiftRules {
    /// Planning grid, which divides the scenario's interval.
    pub grid_min: u32,
    /// The weekday of a plan of one day, where it is known.
    pub day: Option<usize>,
    /// What goes on beyond the end of the plan covers its start, as if every day, or every week, were like this one.
    pub cyclic: bool,
    /// Least time between two shifts of a person.
    pub rest_min: u32,
    /// Share of the paid time outside breaks in which people are not at work, in place of the groups' own.
    pub shrinkage: Option<f64>,
    /// Cost of an agent-hour short of the requirement; none: the requirement must be covered.
    pub short_cost: Option<f64>,
    /// Cost of an agent-hour beyond the requirement.
    pub spare_cost: f64,
    /// Most people in all.
    pub most_people: Option<u32>,
    /// A published plan to keep to.
    pub keep: Option<Keep>,
    /// What a person may work on a day.
    pub types: Vec<ShiftType>,
    /// What a person may work in a week.
    pub contracts: Vec<Contract>,
    /// What hours cost on top.
    pub premiums: Vec<Premium>,
    /// When people are away from the calls.
    pub blocks: Vec<Block>,
}

/// A published plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Keep {
    /// Its CSV file, as written.
    pub file: String,
    /// Cost of each published shift that is not kept.
    pub cost_per_change: f64,
}

/// A kind of shift: the same breaks at any of its starts and lengths.
#[derive(Debug, Clone, PartialEq)]
pub struct ShiftType {
    /// Name.
    pub name: String,
    /// Groups whose people work it.
    pub groups: Vec<String>,
    /// Starts, minutes after midnight, in order.
    pub starts_min: Vec<u32>,
    /// Lengths, breaks included, in order.
    pub lengths_min: Vec<u32>,
    /// Days on which it starts.
    pub days: Days,
    /// Least people on each of its days.
    pub least: u32,
    /// Most people on each of its days.
    pub most: Option<u32>,
    /// Cost of a paid hour, in place of the group's.
    pub cost_per_hour: Option<f64>,
    /// Breaks, in the order in which they are taken.
    pub breaks: Vec<Break>,
}

/// A break of a shift.
#[derive(Debug, Clone, PartialEq)]
pub struct Break {
    /// Name.
    pub name: String,
    /// Length.
    pub length_min: u32,
    /// Earliest start after the start of the shift.
    pub earliest_min: u32,
    /// Latest start after the start of the shift.
    pub latest_min: u32,
    /// It is paid.
    pub paid: bool,
}

/// What a person may work in a week.
#[derive(Debug, Clone, PartialEq)]
pub struct Contract {
    /// Name.
    pub name: String,
    /// Groups of its people.
    pub groups: Vec<String>,
    /// Names of the types of shift that they work.
    pub types: Vec<String>,
    /// Least and most shifts in the week.
    pub shifts: (u32, u32),
    /// Least and most paid minutes in the week.
    pub paid_min: (u32, u32),
    /// Least time between two shifts.
    pub rest_min: u32,
    /// Every shift of the week has the same type, start and length.
    pub same_shift: bool,
    /// Most people.
    pub most_people: Option<u32>,
}

/// What hours cost on top.
#[derive(Debug, Clone, PartialEq)]
pub struct Premium {
    /// Name.
    pub name: String,
    /// From and to, minutes after midnight; to before from means over midnight.
    pub hours_min: (u32, u32),
    /// Calendar days of the hours.
    pub days: Days,
    /// As a share of the cost of an hour.
    pub extra: f64,
}

impl Premium {
    /// Whether it is due at a minute of a weekday. Of a day whose weekday is not known only what holds on all days is due.
    pub fn is_due(&self, weekday: Option<usize>, minute: u32) -> bool {
        let (from, to) = self.hours_min;
        let within = match from < to {
            true => (from..to).contains(&minute),
            false => minute >= from || minute < to,
        };
        within && is_on(&self.days, weekday)
    }
}

/// Whether days have a weekday in them; where it is not known, whether they have all.
fn is_on(days: &Days, weekday: Option<usize>) -> bool {
    match weekday {
        Some(weekday) => days[weekday],
        None => days.iter().all(|on| *on),
    }
}

/// A time at which people of a group are away from the calls, though at work: training, a meeting, an absence.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Name.
    pub name: String,
    /// Their group.
    pub group: String,
    /// Days.
    pub days: Days,
    /// From and to, minutes after midnight.
    pub hours_min: (u32, u32),
    /// How many people.
    pub people: u32,
}

impl Block {
    /// Whether it takes place at a minute of a weekday.
    pub fn is_at(&self, weekday: Option<usize>, minute: u32) -> bool {
        (self.hours_min.0..self.hours_min.1).contains(&minute) && is_on(&self.days, weekday)
    }
}

impl ShiftType {
    /// Whether it starts on a weekday; where that is not known, on any.
    pub fn is_worked(&self, weekday: Option<usize>) -> bool {
        weekday.is_none_or(|weekday| self.days[weekday])
    }

    /// The paid minutes of a shift of this length.
    pub fn paid_min(&self, length_min: u32) -> u32 {
        let unpaid = self.breaks.iter().filter(|b| !b.paid).map(|b| b.length_min);
        length_min - unpaid.sum::<u32>()
    }
}

impl ShiftRules {
    /// The rules as a file would say them.
    pub(super) fn to_json(&self) -> Value {
        let mut shifts = Map::new();
        let mut set = |key: &str, value: Option<Value>| {
            if let Some(value) = value {
                shifts.insert(key.into(), value);
            }
        };
        set("grid", Some(minutes(self.grid_min)));
        set("day", self.day.map(|day| json!(WEEKDAYS[day])));
        set("cyclic", Some(json!(self.cyclic)));
        set("rest", Some(minutes(self.rest_min)));
        set(
            "shrinkage",
            self.shrinkage.map(|s| json!(format_fraction(s))),
        );
        set("short_cost", self.short_cost.map(|x| json!(x)));
        set("spare_cost", Some(json!(self.spare_cost)));
        set("most_people", self.most_people.map(|n| json!(n)));
        set(
            "keep",
            self.keep
                .as_ref()
                .map(|keep| json!({ "file": keep.file, "cost_per_change": keep.cost_per_change })),
        );
        let mut list = |key: &str, entries: Vec<Value>| {
            set(key, (!entries.is_empty()).then_some(Value::Array(entries)));
        };
        list("types", self.types.iter().map(shift_type).collect());
        list("contracts", self.contracts.iter().map(contract).collect());
        list("premiums", self.premiums.iter().map(premium).collect());
        list("blocks", self.blocks.iter().map(block).collect());
        Value::Object(shifts)
    }
}

fn minutes(minutes: u32) -> Value {
    json!(format_duration(Duration::from_secs(
        u64::from(minutes) * 60
    )))
}

fn span((from, to): (u32, u32)) -> Value {
    json!(format!("{}-{}", clock_text(from), clock_text(to)))
}

fn days(days: &Days) -> Value {
    let on = WEEKDAYS.iter().zip(days).filter(|(_, on)| **on);
    on.map(|(name, _)| json!(name)).collect()
}

/// The groups of a scenario that has some; where it has none the key is left out.
fn groups(names: &[String]) -> Option<Value> {
    (!names.is_empty()).then(|| json!(names))
}

fn with(mut table: Value, key: &str, value: Option<Value>) -> Value {
    if let Some(value) = value {
        table[key] = value;
    }
    table
}

fn shift_type(of: &ShiftType) -> Value {
    let breaks = of.breaks.iter().map(|b| {
        json!({
            "name": b.name, "length": minutes(b.length_min), "earliest": minutes(b.earliest_min),
            "latest": minutes(b.latest_min), "paid": b.paid,
        })
    });
    let breaks: Vec<Value> = breaks.collect();
    let table = json!({
        "name": of.name,
        "start": of.starts_min.iter().map(|m| clock_text(*m)).collect::<Vec<_>>(),
        "length": of.lengths_min.iter().map(|m| minutes(*m)).collect::<Vec<_>>(),
        "days": days(&of.days),
        "least": of.least,
    });
    let table = with(table, "groups", groups(&of.groups));
    let table = with(table, "most", of.most.map(|n| json!(n)));
    let table = with(table, "cost_per_hour", of.cost_per_hour.map(|x| json!(x)));
    with(table, "breaks", (!breaks.is_empty()).then(|| json!(breaks)))
}

fn contract(of: &Contract) -> Value {
    let table = json!({
        "name": of.name,
        "types": of.types,
        "least_shifts": of.shifts.0,
        "most_shifts": of.shifts.1,
        "least_hours": minutes(of.paid_min.0),
        "most_hours": minutes(of.paid_min.1),
        "rest": minutes(of.rest_min),
        "same_shift": of.same_shift,
    });
    let table = with(table, "groups", groups(&of.groups));
    with(table, "most_people", of.most_people.map(|n| json!(n)))
}

fn premium(of: &Premium) -> Value {
    json!({
        "name": of.name, "hours": span(of.hours_min), "days": days(&of.days), "extra": format_fraction(of.extra),
    })
}

fn block(of: &Block) -> Value {
    json!({
        "name": of.name, "group": of.group, "days": days(&of.days), "hours": span(of.hours_min), "people": of.people,
    })
}
