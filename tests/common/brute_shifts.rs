//! The least cost of a plan of shifts by complete enumeration, for tasks that are so small that it can be believed; and such tasks.
//!
//! Nothing here is shared with the models that make plans: people, their cover and their cost are worked out from the rules.

use acdsim::scenario::{self, Break, Contract, Premium, ShiftRules, ShiftType};
use acdsim::shifts::{Crew, Duty, Horizon, Person, Plan, Task, uncovered, violations};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use std::collections::HashMap;
use std::path::Path;

const DAY: u32 = 1440;

/// A plan of least cost.
#[derive(Debug, Clone)]
pub struct Best {
    /// Cost of the plan: of its people, of agent-hours beyond the requirement, and of those short of it where that has a cost.
    pub cost: f64,
    /// One of the plans of this cost.
    pub plan: Plan,
}

/// A task that needs nobody: groups that cost nothing by these names, and the section `[shifts]`.
pub fn task(groups: &[&str], shifts: &str, days: Vec<Option<usize>>) -> Task {
    let group =
        |name: &&str| format!("[[groups]]\nname = \"{name}\"\nskills = [\"q\"]\nstaff = 1\n");
    let groups: String = groups.iter().map(group).collect();
    let text = format!(
        "[scenario]\nname = \"small\"\nopen = \"00:00-24:00\"\ninterval = \"8h\"\n[[queues]]\nname = \"q\"\n[[call_types]]\n\
         name = \"c\"\nqueue = \"q\"\nrate = \"1/h\"\ntalk = \"1m\"\n{groups}\n[shifts]\n{shifts}"
    );
    let loaded = scenario::parse("small.toml", &text, Path::new(""), &[]);
    let scenario = loaded
        .unwrap_or_else(|e| panic!("{}\n{text}", e.render(false, 100)))
        .scenario;
    let crews = scenario.groups.iter().map(Crew::of).collect();
    task_of(*scenario.shifts.expect("shifts"), crews, days)
}

fn task_of(rules: ShiftRules, crews: Vec<Crew>, days: Vec<Option<usize>>) -> Task {
    let horizon = Horizon {
        grid_min: rules.grid_min,
        days,
        cyclic: rules.cyclic,
    };
    let cells = horizon.days.len() * (DAY / rules.grid_min) as usize;
    Task {
        need: vec![vec![0; cells]; crews.len()],
        aims: Vec::new(),
        best_service: false,
        most_cost: None,
        published: Vec::new(),
        rules,
        crews,
        horizon,
    }
}

/// The days of a week.
pub fn week() -> Vec<Option<usize>> {
    (0..7).map(Some).collect()
}

/// Every person who may work: each group with each contract, and each choice of shifts. Who works nothing is left out.
pub fn people(task: &Task) -> Vec<Person> {
    let rules = &task.rules;
    let contracts: Vec<Option<usize>> = match rules.contracts.len() {
        0 => vec![None],
        n => (0..n).map(Some).collect(),
    };
    let mut people = Vec::new();
    for crew in 0..task.crews.len() {
        let by_day: Vec<Vec<Duty>> = (0..task.horizon.days.len())
            .map(|day| duties(task, crew, day))
            .collect();
        for &contract in &contracts {
            let mut tours: Vec<Vec<Duty>> = vec![Vec::new()];
            for duties in &by_day {
                let with = |tour: &Vec<Duty>| {
                    let tour = tour.clone();
                    let longer =
                        move |duty: &Duty| [&tour[..], std::slice::from_ref(duty)].concat();
                    duties.iter().map(longer).collect::<Vec<_>>()
                };
                let more: Vec<Vec<Duty>> = tours.iter().flat_map(with).collect();
                tours.extend(more);
            }
            let person = |duties| Person {
                crew,
                contract,
                duties,
            };
            people.extend(tours.into_iter().map(person).filter(|p| may_work(task, p)));
        }
    }
    people
}

/// Every shift that a group may start on a day.
fn duties(task: &Task, crew: usize, day: usize) -> Vec<Duty> {
    let mut duties = Vec::new();
    for (shift_type, of) in task.rules.types.iter().enumerate() {
        let worked = task.horizon.days[day].is_none_or(|weekday| of.days[weekday]);
        if !worked || !of.groups.contains(&task.crews[crew].name) {
            continue;
        }
        for &start_min in &of.starts_min {
            for &length_min in &of.lengths_min {
                for breaks_min in placements(
                    &of.breaks,
                    start_min,
                    start_min + length_min,
                    task.horizon.grid_min,
                ) {
                    duties.push(Duty {
                        day,
                        start_min,
                        length_min,
                        shift_type,
                        breaks_min,
                    });
                }
            }
        }
    }
    duties
}

/// Every way to take the breaks of a shift.
fn placements(breaks: &[Break], start: u32, end: u32, grid: u32) -> Vec<Vec<u32>> {
    let mut all: Vec<(Vec<u32>, u32)> = vec![(Vec::new(), start)];
    for b in breaks {
        let mut longer = Vec::new();
        for (taken, free_from) in all {
            for at in (start + b.earliest_min..=start + b.latest_min).step_by(grid as usize) {
                if at >= free_from && at + b.length_min <= end {
                    longer.push(([&taken[..], &[at]].concat(), at + b.length_min));
                }
            }
        }
        all = longer;
    }
    all.into_iter().map(|(taken, _)| taken).collect()
}

/// Whether a person may work these shifts, one on a day at most.
fn may_work(task: &Task, person: &Person) -> bool {
    let rules = &task.rules;
    let duties = &person.duties;
    if duties.is_empty() {
        return false;
    }
    let contract = person.contract.map(|contract| &rules.contracts[contract]);
    if let Some(contract) = contract {
        let of = |duty: &Duty| contract.types.contains(&rules.types[duty.shift_type].name);
        if !contract.groups.contains(&task.crews[person.crew].name) || !duties.iter().all(of) {
            return false;
        }
    }
    if task.horizon.days.len() == 1 {
        return true;
    }
    if let Some(contract) = contract {
        let paid: u32 = duties
            .iter()
            .map(|duty| duty.length_min - unpaid(task, duty))
            .sum();
        let same = duties.iter().all(|d| {
            let first = &duties[0];
            (d.shift_type, d.start_min, d.length_min)
                == (first.shift_type, first.start_min, first.length_min)
        });
        let shifts = duties.len() as u32;
        let within = contract.shifts.0 <= shifts
            && shifts <= contract.shifts.1
            && contract.paid_min.0 <= paid
            && paid <= contract.paid_min.1;
        if !within || contract.same_shift && !same {
            return false;
        }
    }
    let rest = contract.map_or(rules.rest_min, |contract| contract.rest_min);
    let mut times: Vec<(u32, u32)> = duties
        .iter()
        .map(|d| {
            (
                d.day as u32 * DAY + d.start_min,
                d.day as u32 * DAY + d.start_min + d.length_min,
            )
        })
        .collect();
    if task.horizon.cyclic {
        times.push((times[0].0 + 7 * DAY, times[0].1 + 7 * DAY));
    }
    times.windows(2).all(|pair| pair[1].0 >= pair[0].1 + rest)
}

fn unpaid(task: &Task, duty: &Duty) -> u32 {
    let breaks = task.rules.types[duty.shift_type].breaks.iter();
    breaks.filter(|b| !b.paid).map(|b| b.length_min).sum()
}

/// Cost of a person by the minute; breaks count as if each were taken as early as can be.
pub fn cost(task: &Task, person: &Person) -> f64 {
    let rules = &task.rules;
    let priced = task.crews.iter().any(|crew| crew.cost_per_hour.is_some())
        || rules.types.iter().any(|of| of.cost_per_hour.is_some());
    let mut cost = 0.0;
    for duty in &person.duties {
        let of = &rules.types[duty.shift_type];
        let price = match of.cost_per_hour.or(task.crews[person.crew].cost_per_hour) {
            Some(price) => price,
            None if priced => 0.0,
            None => 1.0,
        };
        let mut end = duty.start_min;
        let mut away = Vec::new();
        for b in &of.breaks {
            let from = end.max(duty.start_min + b.earliest_min);
            end = from + b.length_min;
            if !b.paid {
                away.push(from..end);
            }
        }
        for minute in duty.start_min..duty.start_min + duty.length_min {
            if away.iter().any(|away| away.contains(&minute)) {
                continue;
            }
            let days_on = (minute / DAY) as usize;
            let (weekday, minute) = (
                task.horizon.days[duty.day].map(|weekday| (weekday + days_on) % 7),
                minute % DAY,
            );
            let extra: f64 = rules
                .premiums
                .iter()
                .filter(|p| is_due(p, weekday, minute))
                .map(|p| p.extra)
                .sum();
            cost += price * (1.0 + extra) / 60.0;
        }
    }
    cost
}

fn is_due(premium: &Premium, weekday: Option<usize>, minute: u32) -> bool {
    let (from, to) = premium.hours_min;
    let on = match weekday {
        Some(weekday) => premium.days[weekday],
        None => premium.days == [true; 7],
    };
    let (after, before) = (from <= minute, minute < to);
    on && if from < to {
        after && before
    } else {
        after || before
    }
}

/// How often a person is at work in each cell, groups one after the other.
fn cover(task: &Task, person: &Person) -> Vec<u32> {
    let grid = task.horizon.grid_min;
    let cells = task.need[0].len();
    let mut cover = vec![0; cells * task.crews.len()];
    for duty in &person.duties {
        let breaks = &task.rules.types[duty.shift_type].breaks;
        for minute in (duty.start_min..duty.start_min + duty.length_min).step_by(grid as usize) {
            let mut away = duty.breaks_min.iter().zip(breaks);
            if away.any(|(&from, b)| from <= minute && minute < from + b.length_min) {
                continue;
            }
            let cell = ((duty.day as u32 * DAY + minute) / grid) as usize;
            if cell < cells || task.horizon.cyclic {
                cover[person.crew * cells + cell % cells] += 1;
            }
        }
    }
    cover
}

/// One more person in a plan.
struct Choice {
    person: Person,
    cost: f64,
    cover: Vec<u32>,
    /// Type and day of each shift, as one number.
    starts: Vec<usize>,
}

struct Search<'t> {
    task: &'t Task,
    choices: Vec<Choice>,
    need: Vec<u32>,
    /// Least cost at which a person who is needed in a cell is at work in it.
    least: f64,
    best: Option<(f64, Vec<usize>)>,
    seen: HashMap<State, f64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct State {
    cover: Vec<u32>,
    /// Shifts by type and day.
    starts: Vec<u32>,
    contracts: Vec<u32>,
    people: u32,
    /// Cells that nobody further may cover.
    left: Vec<bool>,
}

/// A plan of least cost, or none where no plan keeps the rules. Complete: for the first cell with too few people each person who
/// could be there is tried and, where being short has a cost, that nobody is; likewise for types with too few people.
pub fn best(task: &Task) -> Option<Best> {
    let need: Vec<u32> = task.need.concat();
    let days = task.horizon.days.len();
    let mut choices: Vec<Choice> = Vec::new();
    let mut known = std::collections::HashSet::new();
    for person in people(task) {
        let cover = cover(task, &person);
        let starts: Vec<usize> = person
            .duties
            .iter()
            .map(|d| d.shift_type * days + d.day)
            .collect();
        let cost = cost(task, &person);
        // Who does the same for the same cost need not be tried twice.
        let same = (
            cover.clone(),
            starts.clone(),
            person.contract,
            cost.to_bits(),
        );
        if known.insert(same) {
            choices.push(Choice {
                person,
                cost,
                cover,
                starts,
            });
        }
    }
    let each = |choice: &Choice| {
        let useful: u32 = choice
            .cover
            .iter()
            .zip(&need)
            .map(|(n, need)| (*n).min(*need))
            .sum();
        match useful {
            // Not even where it costs nothing.
            0 => f64::INFINITY,
            _ => choice.cost / f64::from(useful),
        }
    };
    choices.sort_by(|a, b| each(a).total_cmp(&each(b)));
    let least = choices.first().map_or(0.0, each);
    let hours = f64::from(task.horizon.grid_min) / 60.0;
    let least = task
        .rules
        .short_cost
        .map_or(least, |short| least.min(short * hours));
    let mut search = Search {
        task,
        choices,
        least,
        best: None,
        seen: HashMap::new(),
        need: need.clone(),
    };
    let start = State {
        cover: vec![0; need.len()],
        starts: vec![0; task.rules.types.len() * days],
        contracts: vec![0; task.rules.contracts.len()],
        people: 0,
        left: vec![false; need.len()],
    };
    search.from(start, 0.0, &mut Vec::new());
    let (cost, chosen) = search.best?;
    let people = chosen.iter().map(|i| search.choices[*i].person.clone());
    let plan = Plan {
        people: people.collect(),
    };
    let broken = violations(task, &plan);
    assert!(broken.is_empty(), "{broken:?}\n{plan:?}\n{task:?}");
    let short = uncovered(task, &plan);
    assert!(
        short.is_empty() || task.rules.short_cost.is_some(),
        "{short:?}\n{plan:?}\n{task:?}"
    );
    Some(Best { cost, plan })
}

impl Search<'_> {
    fn from(&mut self, state: State, cost: f64, chosen: &mut Vec<usize>) {
        let open = |cell: &usize| state.cover[*cell] < self.need[*cell] && !state.left[*cell];
        let open: Vec<usize> = (0..self.need.len()).filter(open).collect();
        let missing: u32 = open
            .iter()
            .map(|cell| self.need[*cell] - state.cover[*cell])
            .sum();
        let sure = cost + self.penalty(&state);
        let at_least = sure
            + if missing > 0 {
                f64::from(missing) * self.least
            } else {
                0.0
            };
        if self
            .best
            .as_ref()
            .is_some_and(|(best, _)| at_least >= best - 1e-9)
        {
            return;
        }
        match self.seen.get_mut(&state) {
            Some(before) if *before <= cost + 1e-9 => return,
            Some(before) => *before = cost,
            None => {
                self.seen.insert(state.clone(), cost);
            }
        }
        if let Some(&cell) = open.first() {
            for i in 0..self.choices.len() {
                if self.choices[i].cover[cell] > 0 {
                    self.with(i, &state, cost, chosen);
                }
            }
            if self.task.rules.short_cost.is_some() {
                let mut state = state;
                state.left[cell] = true;
                self.from(state, cost, chosen);
            }
            return;
        }
        if let Some(start) = (0..state.starts.len()).find(|start| self.lacks(&state, *start)) {
            for i in 0..self.choices.len() {
                if self.choices[i].starts.contains(&start) {
                    self.with(i, &state, cost, chosen);
                }
            }
            return;
        }
        self.best = Some((sure, chosen.clone()));
    }

    /// Goes on with one more person, if that keeps within every most.
    fn with(&mut self, i: usize, state: &State, cost: f64, chosen: &mut Vec<usize>) {
        let rules = &self.task.rules;
        let days = self.task.horizon.days.len();
        let choice = &self.choices[i];
        let mut state = state.clone();
        for (cell, n) in choice.cover.iter().enumerate() {
            if *n > 0 && state.left[cell] {
                return;
            }
            state.cover[cell] += n;
        }
        state.people += 1;
        if rules.most_people.is_some_and(|most| state.people > most) {
            return;
        }
        if let Some(contract) = choice.person.contract {
            state.contracts[contract] += 1;
            let most = rules.contracts[contract].most_people;
            if most.is_some_and(|most| state.contracts[contract] > most) {
                return;
            }
        }
        for &start in &choice.starts {
            state.starts[start] += 1;
            let most = rules.types[start / days].most;
            if most.is_some_and(|most| state.starts[start] > most) {
                return;
            }
        }
        let cost = cost + choice.cost;
        chosen.push(i);
        self.from(state, cost, chosen);
        chosen.pop();
    }

    /// Whether a type needs more people on a day.
    fn lacks(&self, state: &State, start: usize) -> bool {
        let days = &self.task.horizon.days;
        let of = &self.task.rules.types[start / days.len()];
        let worked = days[start % days.len()].is_none_or(|weekday| of.days[weekday]);
        worked && state.starts[start] < of.least
    }

    /// Cost of what is beyond the requirement, and of what is left short of it.
    fn penalty(&self, state: &State) -> f64 {
        let (mut spare, mut short) = (0, 0);
        for (cell, (n, need)) in state.cover.iter().zip(&self.need).enumerate() {
            spare += n.saturating_sub(*need);
            if state.left[cell] {
                short += need.saturating_sub(*n);
            }
        }
        let hours = f64::from(self.task.horizon.grid_min) / 60.0;
        let rules = &self.task.rules;
        hours
            * (f64::from(spare) * rules.spare_cost
                + f64::from(short) * rules.short_cost.unwrap_or(0.0))
    }
}

/// The least cost of a plan with at most so many people, by trying each and asking the checker: for tasks with few possible
/// people.
pub fn least_of_all(task: &Task, most: usize) -> Option<f64> {
    let people = people(task);
    let mut least: Option<f64> = None;
    let mut plans = vec![(Vec::new(), 0)];
    while let Some((chosen, from)) = plans.pop() {
        let plan = Plan {
            people: chosen.iter().map(|i: &usize| people[*i].clone()).collect(),
        };
        let covers = task.rules.short_cost.is_some() || uncovered(task, &plan).is_empty();
        if covers && violations(task, &plan).is_empty() {
            let cost = plan.cost(task) + gaps(task, &plan);
            least = Some(least.map_or(cost, |least| least.min(cost)));
        }
        if chosen.len() < most {
            plans.extend((from..people.len()).map(|i| ([&chosen[..], &[i]].concat(), i)));
        }
    }
    least
}

/// Cost of what a plan has beyond the requirement and short of it.
pub fn gaps(task: &Task, plan: &Plan) -> f64 {
    let hours = f64::from(task.horizon.grid_min) / 60.0;
    let (spare, short) = (task.rules.spare_cost, task.rules.short_cost.unwrap_or(0.0));
    let cells = plan
        .cover(task)
        .concat()
        .into_iter()
        .zip(task.need.concat());
    cells
        .map(|(n, need)| {
            hours
                * (f64::from(n.saturating_sub(need)) * spare
                    + f64::from(need.saturating_sub(n)) * short)
        })
        .sum()
}

fn a_type(week: bool) -> impl Strategy<Value = ShiftType> {
    let least_cells = if week { 1u32 } else { 2 };
    let breaks = vec(
        (0u32..4, 0u32..3, any::<bool>()),
        if week { 0..1 } else { 0..3 },
    );
    let (first, last) = if week { (0u32, 3u32) } else { (3, 9) };
    (
        vec(first..last, 1..if week { 2 } else { 4 }),
        vec(least_cells..if week { 2u32 } else { 6 }, 1..3),
        vec(any::<bool>(), 7),
        (
            prop_oneof![4 => Just(0u32), 1 => Just(1u32)],
            option::weighted(0.4, 1u32..4),
        ),
        option::weighted(0.3, 1u32..4),
        breaks,
        0u32..3,
    )
        .prop_map(
            |(mut starts, mut lengths, days, (least, most), price, breaks, groups)| {
                starts.sort_unstable();
                starts.dedup();
                lengths.sort_unstable();
                lengths.dedup();
                let mut earliest = 0;
                let mut kept = Vec::new();
                for (from, window, paid) in breaks {
                    // A break is a cell, and lies within the shortest shift.
                    let from = earliest.max(from);
                    if from < lengths[0] {
                        kept.push(Break {
                            name: "break".into(),
                            length_min: 1,
                            earliest_min: from,
                            latest_min: (from + window).min(lengths[0] - 1),
                            paid,
                        });
                        earliest = from + 1;
                    }
                }
                ShiftType {
                    name: String::new(),
                    groups: vec![format!("group {groups}")],
                    starts_min: starts,
                    lengths_min: lengths,
                    days: std::array::from_fn(|day| days[day]),
                    least,
                    most,
                    cost_per_hour: price.map(f64::from),
                    breaks: kept,
                }
            },
        )
}

fn a_contract() -> impl Strategy<Value = Contract> {
    (
        vec(any::<bool>(), 4),
        (0u32..3, 0u32..4),
        (0u32..2, 8u32..40),
        prop_oneof![Just(0u32), Just(11), Just(16)],
        any::<bool>(),
        option::of(1u32..4),
    )
        .prop_map(
            |(has, (least, more), (least_h, most_h), rest_h, same_shift, most_people)| Contract {
                name: String::new(),
                // Marks, until there are names.
                groups: has[..2].iter().map(bool::to_string).collect(),
                types: has[2..].iter().map(bool::to_string).collect(),
                shifts: (least, least.max(1) + more),
                paid_min: (least_h * 8 * 60, most_h * 60),
                rest_min: rest_h * 60,
                same_shift,
                most_people,
            },
        )
}

/// Tasks that are small enough for [`best`]: of one day with cells of an hour or two, or of a week with cells of eight hours.
pub fn small(week: bool) -> impl Strategy<Value = Task> {
    let grid = match week {
        true => Just(480u32).boxed(),
        false => prop_oneof![Just(60u32), Just(120)].boxed(),
    };
    let rules = (
        any::<bool>(),
        prop_oneof![Just(0u32), Just(11)],
        option::weighted(0.3, 1u32..8),
        prop_oneof![2 => Just(0.0), 1 => Just(0.25)],
        option::weighted(0.3, 1u32..7),
        vec(a_type(week), if week { 1..3 } else { 1..4 }),
        vec(a_contract(), 0..3),
        option::of((0u32..24, 0u32..24, vec(any::<bool>(), 7))),
    );
    let crews = vec(option::weighted(0.3, 1u32..4), 1..3);
    let need = (
        vec(0u32..4, 48),
        vec(any::<bool>(), 7),
        5usize..8,
        option::of(0usize..7),
        option::weighted(0.75, vec(any::<prop::sample::Index>(), 1..5)),
    );
    (grid, rules, crews, need).prop_map(move |(grid_min, rules, crews, need)| {
        let (need, open, last, day, picks) = need;
        let (cyclic, rest_h, short, spare_cost, most_people, mut types, mut contracts, premium) =
            rules;
        let groups: Vec<String> = (0..crews.len()).map(|i| format!("group {i}")).collect();
        for (i, of) in types.iter_mut().enumerate() {
            of.name = format!("type {i}");
            if !groups.contains(&of.groups[0]) {
                of.groups.clone_from(&groups);
            }
            if !of.days.contains(&true) {
                of.days = [true; 7];
            }
            for minutes in of.starts_min.iter_mut().chain(&mut of.lengths_min) {
                *minutes *= grid_min;
            }
            for b in &mut of.breaks {
                for minutes in [&mut b.length_min, &mut b.earliest_min, &mut b.latest_min] {
                    *minutes *= grid_min;
                }
            }
            if week {
                // Few days, so that there are few tours; some over the end of the week.
                let mut on = 0;
                for day in (0..7).map(|day| (day + last) % 7) {
                    on += u32::from(of.days[day] && open[day]);
                    of.days[day] = of.days[day] && open[day] && on <= 4;
                }
                if on == 0 {
                    of.days[i] = true;
                }
                of.least = 0;
            }
        }
        let named = |marks: &[String], names: &[String]| {
            let taken = names.iter().zip(marks).filter(|(_, mark)| *mark == "true");
            let taken: Vec<String> = taken.map(|(name, _)| name.clone()).collect();
            if taken.is_empty() {
                names.to_vec()
            } else {
                taken
            }
        };
        let type_names: Vec<String> = types.iter().map(|of| of.name.clone()).collect();
        for (i, contract) in contracts.iter_mut().enumerate() {
            contract.name = format!("contract {i}");
            contract.groups = named(&contract.groups, &groups);
            contract.types = named(&contract.types, &type_names);
        }
        let premiums = premium
            .filter(|(from, to, _)| from != to)
            .map(|(from, to, days)| Premium {
                name: "premium".into(),
                hours_min: (from * 60, to * 60),
                days: std::array::from_fn(|day| days[day]),
                extra: 0.25,
            });
        let rules = ShiftRules {
            grid_min,
            day: None,
            cyclic,
            rest_min: rest_h * 60,
            shrinkage: None,
            short_cost: short.map(f64::from),
            spare_cost,
            most_people,
            keep: None,
            types,
            contracts,
            premiums: premiums
                .into_iter()
                .filter(|p| p.days.contains(&true))
                .collect(),
            blocks: Vec::new(),
        };
        let crews = groups.iter().zip(crews).map(|(name, price)| Crew {
            name: name.clone(),
            cost_per_hour: price.map(f64::from),
        });
        let days = if week {
            (0..7).map(Some).collect()
        } else {
            vec![day]
        };
        let mut task = task_of(rules, crews.collect(), days);
        for (group, row) in task.need.iter_mut().enumerate() {
            for (cell, n) in row.iter_mut().enumerate() {
                let wanted = need[(group * 24 + cell) % need.len()];
                let most = if group == 0 { 3 } else { 1 };
                *n = match week {
                    true if open[cell / 3] => wanted.saturating_sub(2),
                    false if (4..4 + last).contains(&cell) => wanted.min(most),
                    _ => 0,
                };
            }
        }
        // Most need no more than some people give, so that there are plans.
        let all = people(&task);
        if let Some(picks) = picks.filter(|_| !all.is_empty()) {
            let mut given = vec![0; task.need.len() * task.need[0].len()];
            for pick in picks {
                let one = cover(&task, &all[pick.index(all.len())]);
                given.iter_mut().zip(one).for_each(|(sum, n)| *sum += n);
            }
            let cells = task.need.iter_mut().flatten().zip(given);
            cells
                .zip(need.iter().cycle())
                .for_each(|((n, given), keep)| *n = given * u32::from(*keep > 0));
        }
        task
    })
}
