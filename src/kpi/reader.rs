//! Every figure of every part, read from the counts of one day: numerator and denominator.

use super::collect::{Figures, call_type_day, contact_day, group_day, total_day, trunk_day};
use super::table::{Better, ContactDay, GroupDay, Kpi, Measure, TrunkDay, Unit};
use super::targets::Place;
use super::waits::ContactWaits;
use crate::engine::Tally;
use crate::model::{BATCHES, Model};
use crate::scenario::Scenario;
use crate::stats::Paired;
use std::ops::Range;

/// What a figure is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Everything together.
    Total,
    /// A call type, by its index.
    CallType(usize),
    /// A queue, an agent group or a trunk group.
    Part(Place),
}

impl Scope {
    /// As documents name it: `total`, `queues.service`.
    pub fn name(self, scenario: &Scenario) -> String {
        match self {
            Scope::Total => "total".to_owned(),
            Scope::CallType(t) => format!("call_types.{}", scenario.call_types[t].name),
            Scope::Part(place) => place.name(scenario),
        }
    }

    /// Everything and every part of a scenario, in the order of documents.
    pub fn all(scenario: &Scenario) -> Vec<Scope> {
        let queues = (0..scenario.queues.len()).map(|q| Scope::Part(Place::Queue(q)));
        let types = (0..scenario.call_types.len()).map(Scope::CallType);
        let groups = (0..scenario.groups.len()).map(|g| Scope::Part(Place::Group(g)));
        let trunks = (0..scenario.trunks.len()).map(|t| Scope::Part(Place::Trunk(t)));
        let parts = queues.chain(types).chain(groups).chain(trunks);
        std::iter::once(Scope::Total).chain(parts).collect()
    }
}

/// A figure of a part, over the whole day or in one interval.
#[derive(Debug, Clone, Copy)]
pub struct Item {
    /// Of what.
    pub scope: Scope,
    /// Its name in the tables of the room, or [`TARGET_MET`].
    pub kpi: &'static str,
    /// What it is measured in.
    pub unit: Unit,
    /// Which direction is good.
    pub better: Better,
    /// Number of the interval, the last that after closing; none for the whole day, or a batch.
    pub interval: Option<usize>,
    figure: Figure,
}

/// Fraction of days that reach a queue's target, as it stands in documents.
pub const TARGET_MET: &str = "days.target_met";

/// Figures of queues that are read by interval too.
const BY_INTERVAL: [&str; 2] = ["service_level", "abandonment_rate"];

#[derive(Debug, Clone, Copy)]
enum Figure {
    Contacts(&'static Kpi<ContactDay>),
    Group(&'static Kpi<GroupDay>),
    Trunk(&'static Kpi<TrunkDay>),
    /// Whether the service level reaches this fraction.
    TargetMet(f64),
}

impl Figure {
    fn is_sum(self) -> bool {
        match self {
            Figure::Contacts(kpi) => matches!(kpi.measure, Measure::Sum(_)),
            Figure::Group(kpi) => matches!(kpi.measure, Measure::Sum(_)),
            Figure::Trunk(kpi) => matches!(kpi.measure, Measure::Sum(_)),
            Figure::TargetMet(_) => false,
        }
    }
}

/// A part's day.
enum Day {
    Contacts(Box<ContactDay>),
    Group(GroupDay),
    Trunk(TrunkDay),
}

impl Day {
    fn of(model: &Model, tally: &Tally, scope: Scope, cells: &Range<usize>) -> Self {
        let part = |of: usize| of * tally.cells..(of + 1) * tally.cells;
        match scope {
            Scope::Total => Day::Contacts(Box::new(total_day(model, tally, cells))),
            Scope::CallType(t) => Day::Contacts(Box::new(call_type_day(model, tally, t, cells))),
            Scope::Part(Place::Queue(q)) => {
                let (queues, formula) = (&tally.queues[part(q)], model.queues[q].formula);
                Day::Contacts(Box::new(contact_day(model, queues, cells, formula)))
            }
            Scope::Part(Place::Group(g)) => {
                Day::Group(group_day(model, g, &tally.groups[part(g)], cells))
            }
            Scope::Part(Place::Trunk(t)) => {
                Day::Trunk(trunk_day(model, &tally.trunks[part(t)], cells))
            }
        }
    }

    fn value(&self, figure: Figure) -> (f64, f64) {
        match (self, figure) {
            (Day::Contacts(day), Figure::Contacts(kpi)) => kpi.value(day),
            (Day::Group(day), Figure::Group(kpi)) => kpi.value(day),
            (Day::Trunk(day), Figure::Trunk(kpi)) => kpi.value(day),
            (Day::Contacts(day), Figure::TargetMet(target)) => match day.level {
                (met, judged) if judged > 0.0 => (f64::from(met / judged >= target), 1.0),
                _ => (0.0, 0.0),
            },
            // An item's figure is one of its part.
            _ => (0.0, 0.0),
        }
    }
}

/// Reads figures from the counts of replications of a model.
#[derive(Debug)]
pub struct Reader<'m> {
    model: &'m Model,
    items: Vec<Item>,
}

impl<'m> Reader<'m> {
    /// Reads every figure of every part that is a quotient of daily sums; of queues the service level and the abandonment rate
    /// by interval too.
    pub fn new(model: &'m Model) -> Self {
        let is_queue = |scope| matches!(scope, Scope::Part(Place::Queue(_)));
        Self::of(model, |item| {
            item.interval.is_none() || is_queue(item.scope) && BY_INTERVAL.contains(&item.kpi)
        })
    }

    /// Reads those that are wanted of all figures of all parts that are quotients of daily sums, over the whole day and in each
    /// interval.
    pub fn of(model: &'m Model, mut wanted: impl FnMut(&Item) -> bool) -> Self {
        let scenario = &model.scenario;
        let figures = Figures::of(model);
        // The last is what comes after closing.
        let intervals = match model.steady {
            true => 0,
            false => model.grid.cells + 1,
        };
        let mut items = Vec::new();
        for scope in Scope::all(scenario) {
            for interval in std::iter::once(None).chain((0..intervals).map(Some)) {
                let mut add = |kpi, unit, better, figure| {
                    let item = Item {
                        scope,
                        kpi,
                        unit,
                        better,
                        interval,
                        figure,
                    };
                    items.extend(wanted(&item).then_some(item));
                };
                match scope {
                    Scope::Total | Scope::CallType(_) => {
                        for kpi in &figures.contacts {
                            add(kpi.name, kpi.unit, kpi.better, Figure::Contacts(kpi));
                        }
                    }
                    Scope::Part(Place::Queue(q)) => {
                        for kpi in &figures.queues {
                            add(kpi.name, kpi.unit, kpi.better, Figure::Contacts(kpi));
                        }
                        if !model.steady && interval.is_none() {
                            let target = Figure::TargetMet(scenario.queues[q].target.fraction);
                            add(TARGET_MET, Unit::Fraction, Better::High, target);
                        }
                    }
                    Scope::Part(Place::Group(_)) => {
                        for kpi in &figures.groups {
                            add(kpi.name, kpi.unit, kpi.better, Figure::Group(kpi));
                        }
                    }
                    Scope::Part(Place::Trunk(_)) => {
                        for kpi in &figures.trunks {
                            add(kpi.name, kpi.unit, kpi.better, Figure::Trunk(kpi));
                        }
                    }
                }
            }
        }
        Self { model, items }
    }

    /// What it is a reader of.
    pub fn model(&self) -> &'m Model {
        self.model
    }

    /// The figures that are read, those of a part and interval one after the other.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// Observations of a replication: the day, or the batches of a steady run.
    pub fn observations(&self) -> usize {
        if self.model.steady { BATCHES } else { 1 }
    }

    /// Numerator and denominator of each item in an observation; those of a sum are the sum (in a steady run an hour) and 1.
    pub fn read(&self, tally: &Tally, observation: usize, values: &mut Vec<(f64, f64)>) {
        let model = self.model;
        values.clear();
        let mut last: Option<(Scope, Option<usize>, Day)> = None;
        for item in &self.items {
            let cells = match item.interval {
                _ if model.steady => observation..observation + 1,
                Some(interval) => interval..interval + 1,
                None => 0..tally.cells,
            };
            let day = match &last {
                Some((scope, interval, day))
                    if (*scope, *interval) == (item.scope, item.interval) =>
                {
                    day
                }
                _ => {
                    let day = Day::of(model, tally, item.scope, &cells);
                    &last.insert((item.scope, item.interval, day)).2
                }
            };
            let (x, y) = day.value(item.figure);
            values.push(match model.steady && item.figure.is_sum() {
                true => (x / model.grid.width_h(), y),
                false => (x, y),
            });
        }
    }
}

/// How a quantile of the waits of the answered changes from `factor` times what it is in one variant to another one of the same
/// days, and the number of runs of days that its error comes from; none where nobody was answered, or the part has no waits.
pub fn quantile_change(
    (a, of_a): (&ContactWaits, Scope),
    (b, of_b): (&ContactWaits, Scope),
    p: f64,
    factor: f64,
) -> Option<(Paired, u64)> {
    a.of(of_a)?.change(b.of(of_b)?, p, factor)
}
