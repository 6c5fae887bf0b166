//! Whether a plan keeps the rules and covers the requirement: rule by rule and minute by minute, apart from the model that made
//! the plan and from the plan's own arithmetic.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use super::plan::{Duty, Person, Plan};
use super::task::Task;
use crate::scenario::{Break, Contract, DAY_MIN, ShiftType, WEEKDAYS, clock_text, quoted};

/// A rule that a plan can break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// Groups, contracts, types of shift and days are there.
    Known,
    /// The shifts of a person are in order of their days.
    Order,
    /// At most one shift of a person starts on a day.
    OneADay,
    /// In a plan of one day a person works one shift.
    OneShift,
    /// The start is one of the type's.
    Start,
    /// The length is one of the type's.
    Length,
    /// The type is worked on the weekday.
    Weekday,
    /// The type is worked by the person's group.
    Group,
    /// There are as many breaks as the type has.
    Breaks,
    /// A break starts between its earliest and its latest start.
    Window,
    /// Breaks are taken in their order, one after the other.
    BreakOrder,
    /// A break lies within its shift.
    BreakWithin,
    /// A person has a contract exactly where the rules have contracts.
    Contract,
    /// The contract is of the person's group.
    ContractGroup,
    /// The contract allows the type of shift.
    ContractType,
    /// Least and most shifts in the week.
    Shifts,
    /// Least and most paid time in the week.
    Hours,
    /// Every shift of the week has the same type, start and length.
    SameShift,
    /// Nobody works two shifts at once.
    TwoAtOnce,
    /// Least time between two shifts.
    Rest,
    /// Most people in all.
    MostPeople,
    /// Most that the plan may cost, looked at where all else is kept.
    MostCost,
    /// Most people with a contract.
    MostOfContract,
    /// Least people of a type on a day.
    LeastOfType,
    /// Most people of a type on a day.
    MostOfType,
}

/// Where a plan breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The rule.
    pub rule: Rule,
    /// The person, counted from 1; none where it is a matter of several.
    pub person: Option<usize>,
    /// Who, when, what was found and what is allowed.
    pub message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// A cell in which there are fewer people than needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Uncovered {
    /// Index of the group.
    pub crew: usize,
    /// The cell.
    pub cell: usize,
    /// People needed.
    pub needed: u32,
    /// People at work and not on a break, at the minute of the cell with the fewest.
    pub present: u32,
}

/// Everything that a plan breaks of a task's rules; whether it covers the requirement is another question: [`uncovered`].
pub fn violations(task: &Task, plan: &Plan) -> Vec<Violation> {
    let mut check = Check {
        task,
        found: Vec::new(),
    };
    for (number, person) in (1..).zip(&plan.people) {
        check.person(number, person);
    }
    check.people(plan);
    check.types(plan);
    check.cost(plan);
    check.found
}

/// The cells in which a plan has fewer people at work and not on a break than needed, by group and time.
pub fn uncovered(task: &Task, plan: &Plan) -> Vec<Uncovered> {
    let total = minutes(task.horizon.days.len());
    let mut present = vec![vec![0; total as usize]; task.crews.len()];
    for person in &plan.people {
        for duty in &person.duties {
            let Some(of) = task.rules.types.get(duty.shift_type) else {
                continue;
            };
            for minute in at_work(duty, of) {
                let minute = minutes(duty.day) + minute;
                // What goes on beyond the end covers the start, or nothing.
                let minute = match task.horizon.cyclic {
                    true => minute % total,
                    false => minute,
                };
                let row = present.get_mut(person.crew);
                if let Some(count) = row.and_then(|row| row.get_mut(minute as usize)) {
                    *count += 1;
                }
            }
        }
    }
    let mut short = Vec::new();
    for (crew, (need, present)) in task.need.iter().zip(&present).enumerate() {
        let cells = present.chunks(task.horizon.grid_min as usize);
        for (cell, (&needed, minutes)) in need.iter().zip(cells).enumerate() {
            let present = minutes.iter().copied().min().unwrap_or(0);
            if present < needed {
                short.push(Uncovered {
                    crew,
                    cell,
                    needed,
                    present,
                });
            }
        }
    }
    short
}

/// Minutes of so many days.
fn minutes(days: usize) -> u64 {
    days as u64 * u64::from(DAY_MIN)
}

/// The minutes of a shift, after the midnight of its day.
fn span(duty: &Duty) -> Range<u64> {
    let start = u64::from(duty.start_min);
    start..start + u64::from(duty.length_min)
}

/// The minutes of its breaks.
fn breaks<'a>(
    duty: &'a Duty,
    of: &'a ShiftType,
) -> impl Iterator<Item = (&'a Break, Range<u64>)> + 'a {
    of.breaks.iter().zip(&duty.breaks_min).map(|(b, start)| {
        let start = u64::from(*start);
        (b, start..start + u64::from(b.length_min))
    })
}

/// The minutes of a shift outside its breaks, after the midnight of its day.
fn at_work(duty: &Duty, of: &ShiftType) -> impl Iterator<Item = u64> {
    span(duty).filter(move |m| !breaks(duty, of).any(|(_, away)| away.contains(m)))
}

/// The minutes of a shift outside its unpaid breaks.
fn paid(duty: &Duty, of: &ShiftType) -> u64 {
    let unpaid = |m: &u64| breaks(duty, of).any(|(b, away)| !b.paid && away.contains(m));
    span(duty).filter(|m| !unpaid(m)).count() as u64
}

fn clock(minute: u64) -> String {
    clock_text((minute % u64::from(DAY_MIN)) as u32)
}

fn times(minutes: &[u32]) -> String {
    let times: Vec<String> = minutes.iter().map(|m| clock_text(*m)).collect();
    times.join(", ")
}

/// 8:30
fn hours(minutes: u64) -> String {
    format!("{}:{:02} h", minutes / 60, minutes % 60)
}

struct Check<'t> {
    task: &'t Task,
    found: Vec<Violation>,
}

impl<'t> Check<'t> {
    fn find(&mut self, rule: Rule, person: Option<usize>, message: String) {
        self.found.push(Violation {
            rule,
            person,
            message,
        });
    }

    fn day(&self, day: usize) -> &'static str {
        let weekday = self.task.horizon.days.get(day).copied().flatten();
        weekday.map_or("day", |weekday| WEEKDAYS[weekday])
    }

    fn person(&mut self, number: usize, person: &Person) {
        let task = self.task;
        let group = task.crews.get(person.crew);
        let named = group.map_or("no group", |crew| &crew.name);
        let who = format!("person {number} ({named})");
        if group.is_none() {
            let said = format!("{who}: group {} of {}", person.crew + 1, task.crews.len());
            self.find(Rule::Known, Some(number), said);
        }
        let mut known = true;
        for duty in &person.duties {
            let there = duty.day < task.horizon.days.len();
            let of = task.rules.types.get(duty.shift_type);
            match of.filter(|_| there) {
                Some(of) => self.duty(number, &who, person.crew, duty, of),
                None => {
                    known = false;
                    let said = format!(
                        "{who}: day {} of {}, type of shift {} of {}",
                        duty.day + 1,
                        task.horizon.days.len(),
                        duty.shift_type + 1,
                        task.rules.types.len()
                    );
                    self.find(Rule::Known, Some(number), said);
                }
            }
        }
        self.days(number, &who, person);
        let contract = self.contract(number, &who, person);
        if known {
            if let Some(contract) = contract {
                self.week(number, &who, person, contract);
            }
            let rest = match (task.rules.contracts.is_empty(), contract) {
                (true, _) => Some(task.rules.rest_min),
                (false, contract) => contract.map(|contract| contract.rest_min),
            };
            self.rest(number, &who, person, u64::from(rest.unwrap_or(0)));
        }
    }

    /// A shift by itself.
    fn duty(&mut self, number: usize, who: &str, crew: usize, duty: &Duty, of: &ShiftType) {
        let worked = span(duty);
        let name = quoted(&of.name);
        let at = format!(
            "{who}, {} {}-{}, {name}",
            self.day(duty.day),
            clock(worked.start),
            clock(worked.end)
        );
        let task = self.task;
        let weekday = task.horizon.days[duty.day];
        let mut find = |rule, what: String| {
            self.find(rule, Some(number), format!("{at}: {what}"));
        };
        if !of.starts_min.contains(&duty.start_min) {
            let allowed = times(&of.starts_min);
            find(Rule::Start, format!("it starts at {allowed}"));
        }
        if !of.lengths_min.contains(&duty.length_min) {
            let allowed: Vec<String> = of.lengths_min.iter().map(|m| hours((*m).into())).collect();
            let (found, allowed) = (hours(duty.length_min.into()), allowed.join(", "));
            find(Rule::Length, format!("it takes {found}, not {allowed}"));
        }
        if weekday.is_some_and(|weekday| !of.days[weekday]) {
            let on = WEEKDAYS.iter().zip(of.days).filter(|(_, on)| *on);
            let on: Vec<&str> = on.map(|(day, _)| *day).collect();
            let said = format!("it starts on {} only", on.join(", "));
            find(Rule::Weekday, said);
        }
        if let Some(crew) = task.crews.get(crew)
            && !of.groups.contains(&crew.name)
        {
            let said = format!("it is worked by {} only", of.groups.join(", "));
            find(Rule::Group, said);
        }
        let (taken, due) = (duty.breaks_min.len(), of.breaks.len());
        if taken != due {
            find(Rule::Breaks, format!("{taken} breaks, not {due}"));
        }
        let mut end = 0;
        for (b, away) in breaks(duty, of) {
            let name = quoted(&b.name);
            let found = format!(
                "the break {name} is {}-{}",
                clock(away.start),
                clock(away.end)
            );
            let earliest = worked.start + u64::from(b.earliest_min);
            let latest = worked.start + u64::from(b.latest_min);
            if !(earliest..=latest).contains(&away.start) {
                let window = format!("{} to {}", clock(earliest), clock(latest));
                find(Rule::Window, format!("{found}, it starts at {window}"));
            }
            if away.start < end {
                let said = format!("{found}, the one before it ends at {}", clock(end));
                find(Rule::BreakOrder, said);
            }
            if away.start < worked.start || away.end > worked.end {
                find(Rule::BreakWithin, format!("{found}, outside the shift"));
            }
            end = end.max(away.end);
        }
    }

    /// Which days a person works.
    fn days(&mut self, number: usize, who: &str, person: &Person) {
        let days: Vec<usize> = person.duties.iter().map(|duty| duty.day).collect();
        if self.task.horizon.days.len() == 1 && days.len() != 1 {
            let said = format!("{who}: {} shifts in a plan of one day", days.len());
            self.find(Rule::OneShift, Some(number), said);
        }
        for pair in days.windows(2) {
            if pair[1] < pair[0] {
                let (before, after) = (self.day(pair[0]), self.day(pair[1]));
                let said = format!("{who}: a shift on {after} stands behind one on {before}");
                self.find(Rule::Order, Some(number), said);
            }
        }
        let mut on: BTreeMap<usize, usize> = BTreeMap::new();
        for day in days {
            *on.entry(day).or_default() += 1;
        }
        for (day, shifts) in on {
            if shifts > 1 {
                let said = format!("{who}: {shifts} shifts start on {}", self.day(day));
                self.find(Rule::OneADay, Some(number), said);
            }
        }
    }

    /// The contract of a person, where there are contracts.
    fn contract(&mut self, number: usize, who: &str, person: &Person) -> Option<&'t Contract> {
        let task = self.task;
        let contracts = &task.rules.contracts;
        if contracts.is_empty() {
            if person.contract.is_some() {
                let said = format!("{who}: a contract, where the rules have none");
                self.find(Rule::Contract, Some(number), said);
            }
            if person.duties.len() > 7 {
                let said = format!("{who}: {} shifts, at most 7", person.duties.len());
                self.find(Rule::Shifts, Some(number), said);
            }
            return None;
        }
        let Some(index) = person.contract else {
            let said = format!("{who}: no contract");
            self.find(Rule::Contract, Some(number), said);
            return None;
        };
        let Some(contract) = contracts.get(index) else {
            let said = format!("{who}: contract {} of {}", index + 1, contracts.len());
            self.find(Rule::Known, Some(number), said);
            return None;
        };
        let name = quoted(&contract.name);
        if let Some(crew) = task.crews.get(person.crew)
            && !contract.groups.contains(&crew.name)
        {
            let groups = contract.groups.join(", ");
            let said = format!("{who}: the contract {name} is of {groups} only");
            self.find(Rule::ContractGroup, Some(number), said);
        }
        for duty in &person.duties {
            if let Some(of) = task.rules.types.get(duty.shift_type)
                && !contract.types.contains(&of.name)
            {
                let said = format!(
                    "{who}, {} {}, {}: the contract {name} has only {}",
                    self.day(duty.day),
                    clock(duty.start_min.into()),
                    quoted(&of.name),
                    contract.types.join(", ")
                );
                self.find(Rule::ContractType, Some(number), said);
            }
        }
        Some(contract)
    }

    /// What the contract says about the shifts together. Limits of a week bind a week only.
    fn week(&mut self, number: usize, who: &str, person: &Person, contract: &Contract) {
        let name = quoted(&contract.name);
        if self.task.horizon.days.len() > 1 {
            let (least, most) = contract.shifts;
            let shifts = person.duties.len();
            if !(least as usize..=most as usize).contains(&shifts) {
                let said = format!("{who}: {shifts} shifts, {name} has {least} to {most}");
                self.find(Rule::Shifts, Some(number), said);
            }
            let types = &self.task.rules.types;
            let duties = person.duties.iter();
            let worked: u64 = duties.map(|duty| paid(duty, &types[duty.shift_type])).sum();
            let (least, most) = contract.paid_min;
            if !(u64::from(least)..=u64::from(most)).contains(&worked) {
                let (worked, least, most) =
                    (hours(worked), hours(least.into()), hours(most.into()));
                let said = format!("{who}: {worked} paid, {name} has {least} to {most}");
                self.find(Rule::Hours, Some(number), said);
            }
        }
        let same = |a: &Duty, b: &Duty| {
            (a.shift_type, a.start_min, a.length_min) == (b.shift_type, b.start_min, b.length_min)
        };
        let other = person.duties.iter().find(|d| !same(d, &person.duties[0]));
        if let Some(other) = other.filter(|_| contract.same_shift) {
            let said = format!(
                "{who}: the shift of {} is another than that of {}, {name} has the same shift all week",
                self.day(other.day),
                self.day(person.duties[0].day)
            );
            self.find(Rule::SameShift, Some(number), said);
        }
    }

    /// The time from each shift of a week to the next; where weeks repeat, also from the last to the first of the next week.
    fn rest(&mut self, number: usize, who: &str, person: &Person, least: u64) {
        let days = self.task.horizon.days.len();
        if days == 1 {
            return;
        }
        let times = person.duties.iter().map(|duty| {
            let (midnight, worked) = (minutes(duty.day), span(duty));
            (midnight + worked.start, midnight + worked.end)
        });
        let mut times: Vec<(u64, u64)> = times.collect();
        times.sort_unstable();
        if let (Some((start, end)), true) = (times.first().copied(), self.task.horizon.cyclic) {
            times.push((start + minutes(days), end + minutes(days)));
        }
        for pair in times.windows(2) {
            let ((_, end), (start, _)) = (pair[0], pair[1]);
            let at = |minute: u64| {
                let day = (minute / u64::from(DAY_MIN)) as usize % days;
                format!("{} {}", self.day(day), clock(minute))
            };
            let (ends, starts) = (at(end), at(start));
            if start < end {
                let said =
                    format!("{who}: at {starts} a shift starts, the one before it ends at {ends}");
                self.find(Rule::TwoAtOnce, Some(number), said);
            } else if start - end < least {
                let (found, least) = (hours(start - end), hours(least));
                let said =
                    format!("{who}: {found} from {ends} to {starts}, at least {least} of rest");
                self.find(Rule::Rest, Some(number), said);
            }
        }
    }

    fn people(&mut self, plan: &Plan) {
        let rules = &self.task.rules;
        let people = plan.people.len();
        if let Some(most) = rules.most_people.filter(|most| people > *most as usize) {
            let said = format!("the number of people is {people}, at most {most}");
            self.find(Rule::MostPeople, None, said);
        }
        for (index, contract) in rules.contracts.iter().enumerate() {
            let with = plan.people.iter().filter(|p| p.contract == Some(index));
            let people = with.count();
            if let Some(most) = contract.most_people.filter(|most| people > *most as usize) {
                let name = quoted(&contract.name);
                let said = format!(
                    "the number of people with the contract {name} is {people}, at most {most}"
                );
                self.find(Rule::MostOfContract, None, said);
            }
        }
    }

    /// What a plan costs that is sound in all else; any other may have no cost.
    fn cost(&mut self, plan: &Plan) {
        let Some(most) = self.task.most_cost.filter(|_| self.found.is_empty()) else {
            return;
        };
        let cost = plan.cost(self.task);
        if cost > most + 1e-6 {
            let said = format!("the cost is {cost}, at most {most}");
            self.find(Rule::MostCost, None, said);
        }
    }

    fn types(&mut self, plan: &Plan) {
        let task = self.task;
        for (index, of) in task.rules.types.iter().enumerate() {
            for (day, weekday) in task.horizon.days.iter().enumerate() {
                let duties = plan.people.iter().flat_map(|person| &person.duties);
                let people = duties
                    .filter(|duty| duty.shift_type == index && duty.day == day)
                    .count();
                let name = quoted(&of.name);
                let found = format!(
                    "{}, {name}: the number of people is {people}",
                    self.day(day)
                );
                let worked = weekday.is_none_or(|weekday| of.days[weekday]);
                if worked && people < of.least as usize {
                    let said = format!("{found}, at least {}", of.least);
                    self.find(Rule::LeastOfType, None, said);
                }
                if let Some(most) = of.most.filter(|most| people > *most as usize) {
                    self.find(Rule::MostOfType, None, format!("{found}, at most {most}"));
                }
            }
        }
    }
}
