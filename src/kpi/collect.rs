//! From the counts of many days to estimates.

use super::days::DaySpread;
use super::table::{
    CONTACTS, ContactDay, GROUPS, GroupDay, Kpi, Measure, TRUNKS, TrunkDay, first_service_level,
    service_level,
};
use super::waits::{ContactWaits, Sections};
use crate::engine::{Contacts, GroupCell, Tally, TrunkCell};
use crate::model::{BATCHES, Model};
use crate::scenario::Formula;
use crate::stats::Ratio;
use std::ops::Range;

/// Collects the tallies of replications, in their order, and estimates every figure from them.
#[derive(Debug)]
pub struct Collector<'m> {
    pub(super) model: &'m Model,
    /// Days, or batches of the steady run.
    pub(super) n: u64,
    replications: u64,
    pub(super) figures: Figures,
    pub(super) total: Sums,
    pub(super) call_types: Vec<Sums>,
    pub(super) queues: Vec<Sums>,
    pub(super) groups: Vec<Sums>,
    pub(super) trunks: Vec<Sums>,
    pub(super) waits: ContactWaits,
    pub(super) days: Vec<DaySpread>,
    /// Scratch: the rows of the total under way.
    total_rows: Vec<ContactDay>,
}

/// The sums of one part: a row for the whole run, then one for each interval; in a row one sum for each figure.
#[derive(Debug)]
pub(super) struct Sums {
    ratios: Vec<Ratio>,
    figures: usize,
    /// Service level by each formula (contacts only).
    pub(super) levels: [Ratio; 6],
}

impl Sums {
    fn new(rows: usize, figures: usize) -> Self {
        Self {
            ratios: vec![Ratio::default(); rows * figures],
            figures,
            levels: [Ratio::default(); 6],
        }
    }

    pub(super) fn row(&self, row: usize) -> &[Ratio] {
        &self.ratios[row * self.figures..][..self.figures]
    }

    /// Adds the `n`-th day of a row.
    fn add<R>(&mut self, row: usize, figures: &[&Kpi<R>], day: &R, n: f64, per_day: f64) {
        let ratios = &mut self.ratios[row * self.figures..][..self.figures];
        for (ratio, kpi) in ratios.iter_mut().zip(figures) {
            let (x, y) = match kpi.measure {
                Measure::Sum(sum) => (sum(day) * per_day, 1.0),
                Measure::Quotient(quotient) => quotient(day),
            };
            ratio.add(n, x, y);
        }
    }

    fn add_levels(&mut self, day: &ContactDay, n: f64) {
        for (ratio, (formula, _)) in self.levels.iter_mut().zip(Formula::ALL) {
            let (x, y) = service_level(formula, &day.counts);
            ratio.add(n, x, y);
        }
    }
}

/// The figures that the parts of a scenario show.
#[derive(Debug)]
pub(super) struct Figures {
    /// Of call types, and of everything.
    pub(super) contacts: Vec<&'static Kpi<ContactDay>>,
    pub(super) queues: Vec<&'static Kpi<ContactDay>>,
    pub(super) groups: Vec<&'static Kpi<GroupDay>>,
    pub(super) trunks: Vec<&'static Kpi<TrunkDay>>,
}

impl Figures {
    pub(super) fn of(model: &Model) -> Self {
        let scenario = &model.scenario;
        let priced = scenario
            .trunks
            .iter()
            .any(|t| t.cost_per_line_hour.is_some())
            || scenario.groups.iter().any(|g| g.cost_per_hour.is_some())
            || scenario
                .call_types
                .iter()
                .any(|t| t.cost_per_attempt.is_some() || t.cost_per_lost_caller.is_some());
        let cuts = model.may_cut_calls();
        let shown = |name| match name {
            "cost" => priced,
            "dropped_in_service" => cuts,
            _ => true,
        };
        let contacts = CONTACTS.iter().filter(|kpi| shown(kpi.name));
        Self {
            queues: contacts.clone().filter(|kpi| kpi.of_queues).collect(),
            contacts: contacts.collect(),
            groups: GROUPS.iter().filter(|kpi| shown(kpi.name)).collect(),
            trunks: TRUNKS.iter().collect(),
        }
    }
}

impl<'m> Collector<'m> {
    /// Nothing yet; `planned` is the number of replications where it is known beforehand.
    pub fn new(model: &'m Model, planned: Option<u64>) -> Self {
        // In a steady run the batches are the days, and there are no intervals.
        let rows = if model.steady {
            1
        } else {
            model.grid.cells + 2
        };
        let planned = if model.steady {
            Some(BATCHES as u64)
        } else {
            planned
        };
        let sums = |n: usize, figures: usize| (0..n).map(|_| Sums::new(rows, figures)).collect();
        let figures = Figures::of(model);
        Self {
            model,
            n: 0,
            replications: 0,
            total: Sums::new(rows, figures.contacts.len()),
            call_types: sums(model.call_types.len(), figures.contacts.len()),
            queues: sums(model.queues.len(), figures.queues.len()),
            groups: sums(model.groups.len(), figures.groups.len()),
            trunks: sums(model.trunks.len(), figures.trunks.len()),
            waits: ContactWaits::new(model, planned),
            days: vec![DaySpread::default(); model.queues.len()],
            figures,
            total_rows: Vec::new(),
        }
    }

    /// Number of replications collected.
    pub fn replications(&self) -> u64 {
        self.replications
    }

    /// Twice as many replications are planned: the figures are as if that had been known.
    pub fn double_planned(&mut self) {
        let waits = &mut self.waits;
        let parts = waits.call_types.iter_mut().chain(&mut waits.queues);
        parts
            .chain([&mut waits.total])
            .for_each(Sections::double_planned);
    }

    /// Adds the next replication.
    pub fn add(&mut self, tally: &Tally) {
        self.replications += 1;
        if self.model.steady {
            for batch in 0..BATCHES {
                self.add_day(tally, std::slice::from_ref(&(batch..batch + 1)));
                self.waits.add(self.model, tally, (batch, tally.cells));
            }
        } else {
            let cells = (0..tally.cells).map(|cell| cell..cell + 1);
            let rows: Vec<Range<usize>> = std::iter::once(0..tally.cells).chain(cells).collect();
            self.add_day(tally, &rows);
            self.waits.add(self.model, tally, (0, 1));
        }
    }

    /// Adds a day, or a batch, each of whose rows sums a range of cells.
    fn add_day(&mut self, tally: &Tally, rows: &[Range<usize>]) {
        let model = self.model;
        self.n += 1;
        let n = self.n as f64;
        let width_h = model.grid.width_h();
        let per_day = if model.steady { 1.0 / width_h } else { 1.0 };
        let figures = &self.figures;

        self.total_rows.clear();
        self.total_rows.resize(rows.len(), ContactDay::default());
        for (t, sums) in self.call_types.iter_mut().enumerate() {
            for (row, range) in rows.iter().enumerate() {
                let day = call_type_day(model, tally, t, range);
                sums.add(row, &figures.contacts, &day, n, per_day);
                if row == 0 {
                    sums.add_levels(&day, n);
                }
                self.total_rows[row].add(&day);
            }
        }
        for (q, sums) in self.queues.iter_mut().enumerate() {
            let cells = &tally.queues[q * tally.cells..][..tally.cells];
            for (row, range) in rows.iter().enumerate() {
                let day = contact_day(model, cells, range, model.queues[q].formula);
                sums.add(row, &figures.queues, &day, n, per_day);
                if row == 0 {
                    sums.add_levels(&day, n);
                    let target = model.scenario.queues[q].target.fraction;
                    self.days[q].add(day.level, target, model.steady);
                }
            }
        }
        for (g, sums) in self.groups.iter_mut().enumerate() {
            let cells = &tally.groups[g * tally.cells..][..tally.cells];
            for (row, range) in rows.iter().enumerate() {
                let day = group_day(model, g, cells, range);
                sums.add(row, &figures.groups, &day, n, per_day);
                self.total_rows[row].cost += day.cost;
            }
        }
        for (t, sums) in self.trunks.iter_mut().enumerate() {
            let cells = &tally.trunks[t * tally.cells..][..tally.cells];
            for (row, range) in rows.iter().enumerate() {
                let day = trunk_day(model, cells, range);
                sums.add(row, &figures.trunks, &day, n, per_day);
                self.total_rows[row].cost += line_cost(model, t, &day);
            }
        }
        for (row, range) in rows.iter().enumerate() {
            let day = &mut self.total_rows[row];
            day.wait_together(model, tally, range);
            self.total.add(row, &figures.contacts, day, n, per_day);
        }
        self.total.add_levels(&self.total_rows[0], n);
    }
}

/// Length of a row on the clock, what lies outside left out.
fn clock_ns(model: &Model, range: &Range<usize>) -> f64 {
    let within = range.end.min(model.grid.cells) - range.start.min(model.grid.cells);
    model.grid.width_ns as f64 * within as f64
}

/// A call type's day, with what it costs.
pub(super) fn call_type_day(
    model: &Model,
    tally: &Tally,
    call_type: usize,
    range: &Range<usize>,
) -> ContactDay {
    let cells = &tally.call_types[call_type * tally.cells..][..tally.cells];
    let mut day = contact_day(model, cells, range, model.call_types[call_type].formula);
    let price = &model.scenario.call_types[call_type];
    let c = &day.counts;
    day.cost = (c.first_attempts + c.redials + c.reconnects) as f64
        * price.cost_per_attempt.unwrap_or(0.0)
        + c.lost as f64 * price.cost_per_lost_caller.unwrap_or(0.0);
    day
}

/// What the lines of a trunk group cost.
pub(super) fn line_cost(model: &Model, trunk: usize, day: &TrunkDay) -> f64 {
    let price = model.scenario.trunks[trunk].cost_per_line_hour;
    let line_h = f64::from(model.trunks[trunk].lines) * day.clock_ns / crate::model::HOUR_NS;
    line_h * price.unwrap_or(0.0)
}

/// The day of everything: of all call types, and with the costs of groups and lines.
pub(super) fn total_day(model: &Model, tally: &Tally, range: &Range<usize>) -> ContactDay {
    let part = |of: usize| of * tally.cells..(of + 1) * tally.cells;
    let mut total = ContactDay::default();
    for t in 0..model.call_types.len() {
        total.add(&call_type_day(model, tally, t, range));
    }
    for g in 0..model.groups.len() {
        total.cost += group_day(model, g, &tally.groups[part(g)], range).cost;
    }
    for t in 0..model.trunks.len() {
        let day = trunk_day(model, &tally.trunks[part(t)], range);
        total.cost += line_cost(model, t, &day);
    }
    total.wait_together(model, tally, range);
    total
}

impl ContactDay {
    /// Adds the day of a call type to that of everything.
    fn add(&mut self, day: &ContactDay) {
        self.counts.add(&day.counts);
        for (into, from) in [
            (&mut self.level, day.level),
            (&mut self.first_level, day.first_level),
        ] {
            *into = (into.0 + from.0, into.1 + from.1);
        }
        self.cost += day.cost;
    }

    /// Of everything the queue length is that of all queues together, whose largest is not the sum of theirs.
    fn wait_together(&mut self, model: &Model, tally: &Tally, range: &Range<usize>) {
        self.clock_ns = clock_ns(model, range);
        self.counts.waiting = Default::default();
        for cell in range.clone() {
            self.counts.waiting.add(&tally.waiting[cell]);
        }
        if range.len() > 1 {
            self.counts.waiting.area_ns -= tally.waiting[tally.cells - 1].area_ns;
        }
    }
}

pub(super) fn contact_day(
    model: &Model,
    cells: &[Contacts],
    range: &Range<usize>,
    formula: Formula,
) -> ContactDay {
    let mut counts = Contacts::default();
    for cell in &cells[range.clone()] {
        counts.add(cell);
    }
    if range.len() > 1 {
        // The mean queue length of the run is over opening hours.
        counts.waiting.area_ns -= cells[cells.len() - 1].waiting.area_ns;
    }
    ContactDay {
        level: service_level(formula, &counts),
        first_level: first_service_level(formula, &counts.first),
        counts,
        clock_ns: clock_ns(model, range),
        cost: 0.0,
    }
}

/// What is scheduled of a group in a cell within opening hours: agent nanoseconds, and agents on average.
fn scheduled(model: &Model, group: usize, cell: usize) -> (i128, f64) {
    let group = &model.groups[group];
    match &group.roster {
        Some(roster) => (roster.scheduled_ns[cell], roster.scheduled[cell]),
        None => {
            let staff = group.staff[cell];
            let ns = i128::from(staff) * i128::from(model.grid.width_ns);
            (ns, f64::from(staff))
        }
    }
}

pub(super) fn group_day(
    model: &Model,
    group: usize,
    cells: &[GroupCell],
    range: &Range<usize>,
) -> GroupDay {
    let mut counts = GroupCell::default();
    let (mut scheduled_ns, mut paid_h) = (0i128, 0.0);
    let priced = &model.scenario.groups[group];
    for cell in range.clone() {
        counts.add(&cells[cell]);
        if cell < model.grid.cells {
            let (ns, agents) = scheduled(model, group, cell);
            let shrinkage = priced.shrinkage[cell.min(priced.shrinkage.len() - 1)];
            scheduled_ns += ns;
            paid_h += agents * model.grid.width_h() / (1.0 - shrinkage);
        }
    }
    let overtime_h = (counts.on_duty.area_ns - scheduled_ns) as f64 / crate::model::HOUR_NS;
    GroupDay {
        counts,
        scheduled_ns,
        cost: (paid_h + overtime_h) * priced.cost_per_hour.unwrap_or(0.0),
    }
}

pub(super) fn trunk_day(model: &Model, cells: &[TrunkCell], range: &Range<usize>) -> TrunkDay {
    let mut counts = TrunkCell::default();
    for cell in &cells[range.clone()] {
        counts.add(cell);
    }
    if range.len() > 1 {
        counts.busy.area_ns -= cells[cells.len() - 1].busy.area_ns;
    }
    TrunkDay {
        counts,
        clock_ns: clock_ns(model, range),
    }
}
