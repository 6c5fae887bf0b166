//! A plan: who works which shift, and when the breaks are.

use super::task::Task;
use crate::scenario::DAY_MIN;

/// Who works when.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// People; the first has number 1.
    pub people: Vec<Person>,
}

/// A person and the shifts of the plan's days.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Person {
    /// Index of the group.
    pub crew: usize,
    /// Index of the contract, where the rules have contracts.
    pub contract: Option<usize>,
    /// Shifts, in order of their days; at most one starts on a day.
    pub duties: Vec<Duty>,
}

/// A shift of a person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duty {
    /// The day on which it starts, from 0.
    pub day: usize,
    /// Start, minutes after that day's midnight.
    pub start_min: u32,
    /// Length, breaks included.
    pub length_min: u32,
    /// Index of the type of shift.
    pub shift_type: usize,
    /// Starts of its breaks, in the order of the type's breaks, minutes after the same midnight.
    pub breaks_min: Vec<u32>,
}

impl Duty {
    /// End, minutes after the midnight of the day on which it starts.
    pub fn end_min(&self) -> u32 {
        self.start_min + self.length_min
    }

    /// From and to of each break, minutes after the midnight of the day on which the shift starts, and whether it is paid.
    pub fn breaks<'a>(&'a self, task: &'a Task) -> impl Iterator<Item = (u32, u32, bool)> + 'a {
        let rules = &task.rules.types[self.shift_type].breaks;
        let starts = self.breaks_min.iter().zip(rules);
        starts.map(|(&from, rule)| (from, from + rule.length_min, rule.paid))
    }

    /// The stretches of work between the breaks, minutes after the midnight of the day on which the shift starts. Breaks that
    /// touch leave none between them.
    pub fn spells(&self, task: &Task) -> Vec<(u32, u32)> {
        let mut spells = Vec::with_capacity(self.breaks_min.len() + 1);
        let mut from = self.start_min;
        for (start, end, _) in self.breaks(task) {
            if start > from {
                spells.push((from, start));
            }
            from = end;
        }
        if self.end_min() > from {
            spells.push((from, self.end_min()));
        }
        spells
    }

    /// Paid minutes.
    pub fn paid_min(&self, task: &Task) -> u32 {
        task.rules.types[self.shift_type].paid_min(self.length_min)
    }

    /// Cost: paid hours × price, with the premiums of each hour; unpaid breaks cost nothing.
    ///
    /// Where breaks can be at several times, the premiums that an unpaid break saves are those of its earliest time after the
    /// breaks before it, so that the cost of a shift does not depend on where its breaks are.
    pub fn cost(&self, task: &Task, crew: usize) -> f64 {
        let of = &task.rules.types[self.shift_type];
        let mut unpaid: Vec<(u32, u32)> = Vec::new();
        let mut end = self.start_min;
        for b in &of.breaks {
            let from = end.max(self.start_min + b.earliest_min);
            end = from + b.length_min;
            if !b.paid {
                unpaid.push((from, end));
            }
        }
        let grid = task.horizon.grid_min;
        let price = task.price(self.shift_type, crew);
        let minutes = (self.start_min..self.end_min()).step_by(grid as usize);
        let paid = minutes.filter(|m| !unpaid.iter().any(|(from, to)| (from..to).contains(&m)));
        // Minute by minute, as premiums need not begin on the grid.
        let extra = |m: u32| -> f64 {
            let weekday = task.horizon.weekday(self.day, m);
            let due = task.rules.premiums.iter();
            let due = due.filter(|premium| premium.is_due(weekday, m % DAY_MIN));
            due.map(|premium| premium.extra).sum()
        };
        let factors = paid
            .flat_map(|cell| cell..cell + grid)
            .map(|m| 1.0 + extra(m));
        price * factors.sum::<f64>() / 60.0
    }
}

impl Person {
    /// Paid minutes.
    pub fn paid_min(&self, task: &Task) -> u32 {
        self.duties.iter().map(|duty| duty.paid_min(task)).sum()
    }

    /// Cost.
    pub fn cost(&self, task: &Task) -> f64 {
        let costs = self.duties.iter().map(|duty| duty.cost(task, self.crew));
        costs.fold(0.0, |sum, cost| sum + cost)
    }
}

impl Plan {
    /// Cost of its people: money, or paid hours where nothing has a price.
    pub fn cost(&self, task: &Task) -> f64 {
        // The sum of nothing is -0.
        let costs = self.people.iter().map(|person| person.cost(task));
        costs.fold(0.0, |sum, cost| sum + cost)
    }

    /// People at work and not on a break, by group and cell.
    pub fn cover(&self, task: &Task) -> Vec<Vec<u32>> {
        let mut cover = vec![vec![0; task.horizon.cells()]; task.crews.len()];
        for person in &self.people {
            for duty in &person.duties {
                for (from, to) in duty.spells(task) {
                    for minute in (from..to).step_by(task.horizon.grid_min as usize) {
                        if let Some(cell) = task.horizon.cell(duty.day, minute) {
                            cover[person.crew][cell] += 1;
                        }
                    }
                }
            }
        }
        cover
    }

    /// In the order in which people are shown: by group, then by start.
    pub fn sort(&mut self) {
        self.people.sort_by(|a, b| {
            let key = |person: &Person| (person.crew, person.duties.first().cloned());
            key(a).cmp(&key(b)).then_with(|| a.cmp(b))
        });
    }
}
