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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario;
    use crate::shifts::{Crew, Horizon};
    use std::path::Path;

    /// A task for two groups by the rules of a text, which needs nobody.
    fn task(rules: &str, days: Vec<Option<usize>>) -> Task {
        let text = format!(
            "[scenario]\nname = \"a\"\n[[queues]]\nname = \"q\"\n[[call_types]]\nname = \"c\"\nqueue = \"q\"\n\
             rate = \"1/h\"\ntalk = \"1m\"\n[[groups]]\nname = \"sales\"\nskills = [\"q\"]\nstaff = 1\n\
             [[groups]]\nname = \"service\"\nskills = [\"q\"]\nstaff = 1\n{rules}"
        );
        let loaded = scenario::parse("test", &text, Path::new(""), &[]);
        let scenario = loaded
            .unwrap_or_else(|e| panic!("{}", e.render(false, 100)))
            .scenario;
        let rules = *scenario.shifts.expect("rules");
        let horizon = Horizon {
            grid_min: rules.grid_min,
            days,
            cyclic: rules.cyclic,
        };
        Task {
            crews: scenario.groups.iter().map(Crew::of).collect(),
            need: vec![vec![0; horizon.cells()]; scenario.groups.len()],
            aims: Vec::new(),
            best_service: false,
            most_cost: None,
            published: Vec::new(),
            horizon,
            rules,
        }
    }

    const RULES: &str = r#"
[shifts]
most_people = 4

[[shifts.types]]
name = "early"
groups = "sales"
start = "06:00-07:00"
length = ["4h", "8h"]
days = ["mon", "tue", "wed", "thu", "fri"]
breaks = [
    { name = "lunch", length = "30m", earliest = "1h", latest = "2h" },
    { name = "pause", length = "30m", earliest = "1h", latest = "3h", paid = true },
]

[[shifts.types]]
name = "night"
start = "22:00"
length = "8h"
most = 2

[[shifts.contracts]]
name = "full"
groups = "sales"
least_shifts = 2
most_shifts = 5
least_hours = "11h"
most_hours = "16h"
most_people = 3

[[shifts.contracts]]
name = "nights"
groups = "service"
types = "night"
rest = "10h"
same_shift = true
"#;

    fn week() -> Vec<Option<usize>> {
        (0..7).map(Some).collect()
    }

    fn duty(day: usize, start_h: u32, length_h: u32, shift_type: usize, breaks: &[u32]) -> Duty {
        Duty {
            day,
            start_min: start_h * 60,
            length_min: length_h * 60,
            shift_type,
            breaks_min: breaks.to_vec(),
        }
    }

    /// A plan that keeps the rules: 7:30 h and 3:30 h are paid to the first, 8 h and 8 h to the second.
    fn plan() -> Plan {
        Plan {
            people: vec![
                Person {
                    crew: 0,
                    contract: Some(0),
                    duties: vec![
                        duty(0, 6, 8, 0, &[7 * 60, 7 * 60 + 30]),
                        duty(1, 7, 4, 0, &[9 * 60, 10 * 60]),
                    ],
                },
                Person {
                    crew: 1,
                    contract: Some(1),
                    duties: vec![duty(0, 22, 8, 1, &[]), duty(6, 22, 8, 1, &[])],
                },
            ],
        }
    }

    fn found(task: &Task, plan: &Plan) -> Vec<(Rule, Option<usize>)> {
        let found = violations(task, plan).into_iter();
        found
            .map(|violation| (violation.rule, violation.person))
            .collect()
    }

    fn told(task: &Task, plan: &Plan) -> String {
        let said = violations(task, plan).into_iter();
        let said: Vec<String> = said.map(|violation| violation.to_string()).collect();
        said.join("\n")
    }

    /// The plan of a week with one thing changed, and what is found then.
    #[track_caller]
    fn breaks(rules: &[Rule], change: impl FnOnce(&mut Task, &mut Plan), message: &str) {
        let (mut task, mut plan) = (task(RULES, week()), plan());
        assert_eq!(told(&task, &plan), "");
        change(&mut task, &mut plan);
        let mut broken: Vec<Rule> = found(&task, &plan).iter().map(|(rule, _)| *rule).collect();
        broken.dedup();
        let said = told(&task, &plan);
        assert_eq!(broken, rules, "{said}");
        assert!(
            said.starts_with(message),
            "found: {said}\nexpected: {message}"
        );
    }

    #[test]
    fn what_is_not_there() {
        breaks(
            &[Rule::Known],
            |_, p| p.people[0].crew = 2,
            "person 1 (no group): group 3 of 2",
        );
        let said = "person 1 (sales): day 1 of 7, type of shift 3 of 2";
        breaks(
            &[Rule::Known],
            |_, p| p.people[0].duties[0].shift_type = 2,
            said,
        );
        let said = "person 1 (sales): day 8 of 7, type of shift 1 of 2";
        breaks(&[Rule::Known], |_, p| p.people[0].duties[1].day = 7, said);
        let said = "person 2 (service): contract 3 of 2";
        breaks(&[Rule::Known], |_, p| p.people[1].contract = Some(2), said);
    }

    #[test]
    fn days_of_a_person() {
        let said = "person 1 (sales): a shift on mon stands behind one on tue";
        breaks(&[Rule::Order], |_, p| p.people[0].duties.reverse(), said);
        let second = |p: &mut Plan| {
            p.people[0].duties[0] = duty(1, 22, 8, 1, &[]);
            p.people[0].duties[1] = duty(1, 7, 4, 0, &[9 * 60, 10 * 60]);
        };
        let said = "person 1 (sales): 2 shifts start on tue";
        breaks(&[Rule::OneADay], |_, p| second(p), said);
    }

    #[test]
    fn start_length_weekday_and_group() {
        let moved = |p: &mut Plan| {
            let duty = &mut p.people[0].duties[0];
            duty.start_min -= 30;
            duty.breaks_min = vec![7 * 60, 7 * 60 + 30];
        };
        let said = "person 1 (sales), mon 05:30-13:30, \"early\": it starts at 06:00, 06:30, 07:00";
        breaks(&[Rule::Start], |_, p| moved(p), said);
        let said =
            "person 1 (sales), mon 06:00-12:00, \"early\": it takes 6:00 h, not 4:00 h, 8:00 h";
        let shorter = |t: &mut Task, p: &mut Plan| {
            t.rules.contracts[0].paid_min.0 = 0;
            p.people[0].duties[0].length_min = 360;
        };
        breaks(&[Rule::Length], shorter, said);
        let said = "person 1 (sales), sat 07:00-11:00, \"early\": it starts on mon, tue, wed, thu, fri only";
        breaks(&[Rule::Weekday], |_, p| p.people[0].duties[1].day = 5, said);
        let group = |t: &mut Task| t.rules.types[1].groups = vec!["sales".into()];
        let said = "person 2 (service), mon 22:00-06:00, \"night\": it is worked by sales only";
        breaks(&[Rule::Group], |t, _| group(t), said);
    }

    #[test]
    fn breaks_of_a_shift() {
        let set = |breaks: &'static [u32]| {
            move |_: &mut Task, p: &mut Plan| p.people[0].duties[0].breaks_min = breaks.to_vec()
        };
        breaks(
            &[Rule::Breaks],
            set(&[420]),
            "person 1 (sales), mon 06:00-14:00, \"early\": 1 breaks, not 2",
        );
        breaks(&[Rule::Breaks], set(&[420, 450, 480]), "person 1");
        let said = "person 1 (sales), mon 06:00-14:00, \"early\": the break \"lunch\" is 06:59-07:29, it starts at 07:00 to 08:00";
        breaks(&[Rule::Window], set(&[419, 450]), said);
        breaks(&[], set(&[480, 510]), "");
        breaks(&[Rule::Window], set(&[481, 540]), "person 1");
        breaks(&[], set(&[480, 540]), "");
        breaks(&[Rule::Window], set(&[480, 541]), "person 1");
        let said = "person 1 (sales), mon 06:00-14:00, \"early\": the break \"pause\" is 07:29-07:59, the one before it ends at 07:30";
        breaks(&[Rule::BreakOrder], set(&[420, 449]), said);
        breaks(&[Rule::BreakOrder], set(&[480, 450]), "person 1");
        let late = |t: &mut Task, p: &mut Plan| {
            t.rules.types[0].breaks[1].latest_min = 480;
            p.people[0].duties[1].breaks_min[1] = 10 * 60 + 31;
        };
        let said = "person 1 (sales), tue 07:00-11:00, \"early\": the break \"pause\" is 10:31-11:01, outside the shift";
        breaks(&[Rule::BreakWithin], late, said);
    }

    #[test]
    fn contracts() {
        breaks(
            &[Rule::Contract],
            |_, p| p.people[0].contract = None,
            "person 1 (sales): no contract",
        );
        let said = "person 1 (sales): the contract \"full\" is of service only";
        breaks(
            &[Rule::ContractGroup],
            |t, _| t.rules.contracts[0].groups = vec!["service".into()],
            said,
        );
        let said =
            "person 2 (service), mon 22:00, \"night\": the contract \"nights\" has only early";
        breaks(
            &[Rule::ContractType],
            |t, _| t.rules.contracts[1].types = vec!["early".into()],
            said,
        );
        let said = "person 2 (service): 2 shifts, \"nights\" has 3 to 7";
        breaks(
            &[Rule::Shifts],
            |t, _| t.rules.contracts[1].shifts = (3, 7),
            said,
        );
        breaks(
            &[Rule::Shifts],
            |t, _| t.rules.contracts[1].shifts = (0, 1),
            "person 2",
        );
        // The lunch is not paid, the pause is: 7:30 h and 3:30 h.
        let said = "person 1 (sales): 11:00 h paid, \"full\" has 11:01 h to 16:00 h";
        breaks(
            &[Rule::Hours],
            |t, _| t.rules.contracts[0].paid_min.0 = 661,
            said,
        );
        breaks(
            &[Rule::Hours],
            |t, _| t.rules.contracts[0].paid_min.1 = 659,
            "person 1",
        );
        breaks(&[], |t, _| t.rules.contracts[0].paid_min = (660, 660), "");
        let said = "person 1 (sales): the shift of tue is another than that of mon, \"full\" has the same shift all week";
        breaks(
            &[Rule::SameShift],
            |t, _| t.rules.contracts[0].same_shift = true,
            said,
        );
        let twins = |t: &mut Task, p: &mut Plan| {
            t.rules.contracts[0].same_shift = true;
            p.people[0].duties[1] = duty(1, 6, 8, 0, &[8 * 60, 9 * 60]);
        };
        breaks(&[], twins, "");
    }

    #[test]
    fn without_contracts() {
        let mut task = task(RULES, week());
        let mut plan = plan();
        task.rules.contracts.clear();
        assert_eq!(
            found(&task, &plan),
            [(Rule::Contract, Some(1)), (Rule::Contract, Some(2))]
        );
        for person in &mut plan.people {
            person.contract = None;
        }
        assert_eq!(told(&task, &plan), "");
        // Eight hours from shift to shift are less than eleven.
        plan.people[1].duties = vec![duty(0, 22, 8, 1, &[]), duty(1, 14, 8, 1, &[])];
        task.rules.types[1].starts_min = vec![14 * 60, 22 * 60];
        let expected =
            "person 2 (service): 8:00 h from tue 06:00 to tue 14:00, at least 11:00 h of rest";
        assert_eq!(told(&task, &plan), expected);
        plan.people[1].duties = (0..8).map(|day| duty(day % 7, 22, 8, 1, &[])).collect();
        let rules: Vec<Rule> = found(&task, &plan)
            .into_iter()
            .map(|(rule, _)| rule)
            .collect();
        assert_eq!(
            rules,
            [Rule::Order, Rule::OneADay, Rule::Shifts, Rule::TwoAtOnce]
        );
    }

    #[test]
    fn rest_between_shifts() {
        let nights = |t: &mut Task, p: &mut Plan, starts: [u32; 2]| {
            t.rules.types[1].starts_min = vec![starts[0] * 60, starts[1] * 60];
            t.rules.contracts[1].same_shift = false;
            p.people[1].duties = vec![duty(0, starts[0], 8, 1, &[]), duty(1, starts[1], 8, 1, &[])];
        };
        breaks(&[], |t, p| nights(t, p, [22, 16]), "");
        let said =
            "person 2 (service): 9:00 h from tue 06:00 to tue 15:00, at least 10:00 h of rest";
        breaks(&[Rule::Rest], |t, p| nights(t, p, [22, 15]), said);
        let said =
            "person 2 (service): at tue 05:00 a shift starts, the one before it ends at tue 06:00";
        breaks(&[Rule::TwoAtOnce], |t, p| nights(t, p, [22, 5]), said);
    }

    #[test]
    fn rest_from_week_to_week() {
        // From Monday, 06:00, to Monday, 22:00: 16 hours.
        breaks(&[], |t, _| t.rules.contracts[1].rest_min = 16 * 60, "");
        let said =
            "person 2 (service): 16:00 h from mon 06:00 to mon 22:00, at least 16:01 h of rest";
        breaks(
            &[Rule::Rest],
            |t, _| t.rules.contracts[1].rest_min = 16 * 60 + 1,
            said,
        );
        let once = |t: &mut Task, _: &mut Plan| {
            t.rules.contracts[1].rest_min = 16 * 60 + 1;
            t.horizon.cyclic = false;
        };
        breaks(&[], once, "");
        let long = |t: &mut Task, p: &mut Plan| {
            t.rules.types[1].starts_min = vec![3 * 60, 22 * 60];
            t.rules.contracts[1].same_shift = false;
            p.people[1].duties[0].start_min = 3 * 60;
        };
        let said =
            "person 2 (service): at mon 03:00 a shift starts, the one before it ends at mon 06:00";
        breaks(&[Rule::TwoAtOnce], long, said);
    }

    #[test]
    fn least_and_most_people() {
        breaks(
            &[Rule::MostPeople],
            |t, _| t.rules.most_people = Some(1),
            "the number of people is 2, at most 1",
        );
        let said = "the number of people with the contract \"full\" is 1, at most 0";
        breaks(
            &[Rule::MostOfContract],
            |t, _| t.rules.contracts[0].most_people = Some(0),
            said,
        );
        let said = "mon, \"night\": the number of people is 1, at most 0";
        breaks(
            &[Rule::MostOfType],
            |t, _| t.rules.types[1].most = Some(0),
            said,
        );
        // Not on Saturday and Sunday, on which nobody may work it.
        let (task, mut plan) = (task(RULES, week()), plan());
        let mut least = task.clone();
        least.rules.types[0].least = 1;
        let expected = "wed, \"early\": the number of people is 0, at least 1\nthu, \"early\": the number of people is 0, at least 1\n\
                        fri, \"early\": the number of people is 0, at least 1";
        assert_eq!(told(&least, &plan), expected);
        let twin = plan.people[1].clone();
        plan.people.push(twin.clone());
        assert_eq!(told(&task, &plan), "");
        plan.people.push(twin);
        let expected = "mon, \"night\": the number of people is 3, at most 2\nsun, \"night\": the number of people is 3, at most 2";
        assert_eq!(told(&task, &plan), expected);
    }

    /// Limits of a week do not bind a day.
    #[test]
    fn a_plan_of_one_day() {
        let task = task(RULES, vec![Some(0)]);
        let mut plan = plan();
        for person in &mut plan.people {
            person.duties.truncate(1);
        }
        assert_eq!(told(&task, &plan), "");
        plan.people[0].duties.clear();
        assert_eq!(found(&task, &plan), [(Rule::OneShift, Some(1))]);
        // Of a day without a weekday every shift is worked.
        let mut sunday = task.clone();
        sunday.horizon.days = vec![Some(6)];
        plan.people[0].duties = vec![duty(0, 6, 8, 0, &[420, 450])];
        assert_eq!(found(&sunday, &plan), [(Rule::Weekday, Some(1))]);
        sunday.horizon.days = vec![None];
        assert_eq!(told(&sunday, &plan), "");
    }

    fn of(crew: usize, cell: usize, needed: u32, present: u32) -> Uncovered {
        Uncovered {
            crew,
            cell,
            needed,
            present,
        }
    }

    #[test]
    fn cover_of_a_day() {
        let mut task = task(RULES, vec![None]);
        let mut plan = plan();
        plan.people[0].duties.truncate(1);
        plan.people[1].duties.truncate(1);
        // From 06:00 to 14:00, lunch from 07:00, pause from 07:30: cells 12 to 27 without 14 and 15.
        task.need[0][11..29].fill(1);
        let expected = [
            of(0, 11, 1, 0),
            of(0, 14, 1, 0),
            of(0, 15, 1, 0),
            of(0, 28, 1, 0),
        ];
        assert_eq!(uncovered(&task, &plan), expected);
        // From 22:00 to 06:00 of the next day, which is this one.
        task.need[0].fill(0);
        task.need[1][0..12].fill(2);
        task.need[1][43..48].fill(1);
        let mut expected: Vec<Uncovered> = (0..12).map(|cell| of(1, cell, 2, 1)).collect();
        expected.push(of(1, 43, 1, 0));
        assert_eq!(uncovered(&task, &plan), expected);
        task.horizon.cyclic = false;
        let short = uncovered(&task, &plan);
        assert_eq!(
            short[..12],
            (0..12).map(|cell| of(1, cell, 2, 0)).collect::<Vec<_>>()
        );
        assert_eq!(short[12..], expected[12..]);
    }

    /// Whoever is away for one minute of a cell does not cover it.
    #[test]
    fn cover_by_the_minute() {
        let mut task = task(RULES, vec![None]);
        let mut plan = plan();
        plan.people[0].duties.truncate(1);
        plan.people[0].duties[0].breaks_min = vec![7 * 60 + 1, 8 * 60];
        task.need[0][12..28].fill(1);
        let expected = [of(0, 14, 1, 0), of(0, 15, 1, 0), of(0, 16, 1, 0)];
        assert_eq!(uncovered(&task, &plan), expected);
    }

    #[test]
    fn cover_of_a_week() {
        let mut task = task(RULES, week());
        // The night from Sunday to Monday covers Monday's first six hours.
        task.need[1][0..12].fill(1);
        task.need[1][44..60].fill(1);
        task.need[1][332..336].fill(1);
        assert_eq!(uncovered(&task, &plan()), []);
        task.horizon.cyclic = false;
        let expected: Vec<Uncovered> = (0..12).map(|cell| of(1, cell, 1, 0)).collect();
        assert_eq!(uncovered(&task, &plan()), expected);
    }

    /// Whatever stands in a plan, it is looked at.
    #[test]
    fn absurd_plans() {
        let task = task(RULES, week());
        let mut plan = plan();
        let duty = &mut plan.people[0].duties[0];
        (duty.start_min, duty.breaks_min) = (u32::MAX, vec![u32::MAX; 3]);
        let broken: Vec<Rule> = found(&task, &plan).iter().map(|(rule, _)| *rule).collect();
        assert!(broken.contains(&Rule::Start), "{broken:?}");
        assert_eq!(uncovered(&task, &plan), []);
        assert_eq!(told(&task, &Plan::default()), "");
    }
}
