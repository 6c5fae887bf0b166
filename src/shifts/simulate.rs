//! A plan's people as rosters of a simulation, and the agents that they are.

use super::plan::{Duty, Plan};
use super::task::{Task, productive};
use crate::model;
use crate::scenario::{DAY_MIN, Group, Scenario};

const MINUTE_NS: i64 = 60_000_000_000;

/// The people of a plan on one of its days, as rosters of the groups of the day's scenario.
///
/// Of those at work, the share that shrinkage takes away, and those whom blocks take away, are not there for calls. Who they
/// are is not known: whoever is away stays away to the end of the shift, as far as the number allows, and the number away
/// is that of the step of the grid, so that the productive are people × (1 − shrinkage), rounded down.
pub fn rosters(
    task: &Task,
    plan: &Plan,
    day: usize,
    scenario: &Scenario,
) -> Vec<Option<Vec<model::Person>>> {
    let of_group = |group: &Group| {
        let duties = duties(task, plan, day, group)?;
        Some(people(task, (scenario, group), &duties, day))
    };
    scenario.groups.iter().map(of_group).collect()
}

/// The productive agents of a plan by group and step of the grid within opening hours; none of a group that is not planned.
pub(super) fn staff(
    task: &Task,
    plan: &Plan,
    day: usize,
    scenario: &Scenario,
) -> Vec<Option<Vec<u32>>> {
    let grid = task.horizon.grid_min;
    let of_group = |group: &Group| {
        let duties = duties(task, plan, day, group)?;
        let cells = (scenario.open_min..scenario.close_min).step_by(grid as usize);
        let of_cell = |minute: u32| {
            let cell = (minute / grid) as usize;
            let present = duties.iter().filter(|duty| duty[cell]).count() as u32;
            wanted(task, (scenario, group), day, cell, present)
        };
        Some(cells.map(of_cell).collect())
    };
    scenario.groups.iter().map(of_group).collect()
}

/// By shift of a group's people on a day, and by cell of the day, whether it is at work.
fn duties(task: &Task, plan: &Plan, day: usize, group: &Group) -> Option<Vec<Vec<bool>>> {
    let crew = task.crew(&group.name)?;
    let people = plan.people.iter().filter(|person| person.crew == crew);
    let duties = people.flat_map(|person| &person.duties);
    Some(duties.flat_map(|duty| of_day(task, duty, day)).collect())
}

/// How many of those at work in a cell of a day are there for calls.
pub(super) fn wanted(
    task: &Task,
    (scenario, group): (&Scenario, &Group),
    day: usize,
    cell: usize,
    present: u32,
) -> u32 {
    productive(
        present.saturating_sub(blocked(task, group, day, cell)),
        shrinkage(task, group, scenario, cell),
    )
}

/// People of a group whom blocks take away in a cell of a day.
pub(super) fn blocked(task: &Task, group: &Group, day: usize, cell: usize) -> u32 {
    let minute = cell as u32 * task.horizon.grid_min;
    let weekday = task.horizon.days[day];
    let blocks = task.rules.blocks.iter();
    let blocks = blocks.filter(|b| b.group == group.name && b.is_at(weekday, minute));
    blocks.map(|b| b.people).sum()
}

/// Share of the people of a group at work who are not productive in a cell of a day.
pub(super) fn shrinkage(task: &Task, group: &Group, scenario: &Scenario, cell: usize) -> f64 {
    let minute = cell as u32 * task.horizon.grid_min;
    let interval = minute.saturating_sub(scenario.open_min) / scenario.interval_min;
    let own = group.shrinkage[(interval as usize).min(group.shrinkage.len() - 1)];
    task.rules.shrinkage.unwrap_or(own)
}

/// By cell of a day whether a shift is at work. In a plan of one day a shift that goes on beyond midnight is there twice: at the
/// end, and, as that of the day before, at the start. These are two: nobody waits for the night between them to be over.
fn of_day(task: &Task, duty: &Duty, day: usize) -> Vec<Vec<bool>> {
    let horizon = &task.horizon;
    let grid = horizon.grid_min;
    let end_min = (horizon.days.len() - duty.day) as u32 * DAY_MIN;
    let nobody = || vec![false; horizon.cells_per_day()];
    let mut at_work = [nobody(), nobody()];
    for (from, to) in duty.spells(task) {
        for minute in (from..to).step_by(grid as usize) {
            let Some(cell) = horizon.cell(duty.day, minute) else {
                continue;
            };
            let (of, at) = horizon.start(cell);
            if of == day {
                at_work[usize::from(minute >= end_min)][(at / grid) as usize] = true;
            }
        }
    }
    let shifts = at_work.into_iter();
    shifts.filter(|cells| cells.contains(&true)).collect()
}

/// The spells of work of people within opening hours.
fn people(
    task: &Task,
    (scenario, group): (&Scenario, &Group),
    duties: &[Vec<bool>],
    day: usize,
) -> Vec<model::Person> {
    let grid = task.horizon.grid_min;
    let mut away = vec![false; duties.len()];
    let mut spells: Vec<Vec<(i64, i64)>> = vec![Vec::new(); duties.len()];
    for cell in 0..(DAY_MIN / grid) as usize {
        let present: Vec<usize> = (0..duties.len()).filter(|&d| duties[d][cell]).collect();
        let n = present.len() as u32;
        let wanted = wanted(task, (scenario, group), day, cell, n);
        let mut there = present.iter().filter(|&&d| !away[d]).count() as u32;
        // Whoever has most of the shift still to come goes, and comes back first.
        let to_come = |d: usize| duties[d][cell..].iter().filter(|at_work| **at_work).count();
        let mut order = present.clone();
        order.sort_by_key(|&d| std::cmp::Reverse(to_come(d)));
        for d in order {
            if there > wanted && !away[d] {
                away[d] = true;
                there -= 1;
            } else if there < wanted && away[d] {
                away[d] = false;
                there += 1;
            }
        }
        let from = i64::from(cell as u32 * grid) - i64::from(scenario.open_min);
        let span = (from * MINUTE_NS, (from + i64::from(grid)) * MINUTE_NS);
        for &d in present.iter().filter(|&&d| !away[d]) {
            match spells[d].last_mut() {
                Some(last) if last.1 == span.0 => last.1 = span.1,
                _ => spells[d].push(span),
            }
        }
    }
    let at_work = spells.into_iter().filter(|spells| !spells.is_empty());
    at_work.map(|spells| model::Person { spells }).collect()
}
