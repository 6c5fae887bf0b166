//! Targets as data: which figure of which part shall be on which side of a threshold.

use super::collect::{contact_day, group_day, trunk_day};
use super::results::Bound;
use super::table::{CONTACTS, ContactDay, GROUPS, GroupDay, Kpi, TRUNKS, TrunkDay};
use crate::engine::Tally;
use crate::model::Model;
use crate::scenario::Scenario;
use std::ops::Range;

/// A part of a scenario that has targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// A queue, by its index.
    Queue(usize),
    /// An agent group.
    Group(usize),
    /// A trunk group.
    Trunk(usize),
}

impl Place {
    /// As documents name it: `queues.service`.
    pub fn name(self, scenario: &Scenario) -> String {
        match self {
            Place::Queue(q) => format!("queues.{}", scenario.queues[q].name),
            Place::Group(g) => format!("groups.{}", scenario.groups[g].name),
            Place::Trunk(t) => format!("trunks.{}", scenario.trunks[t].name),
        }
    }
}

/// A figure shall be on one side of a threshold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Target {
    /// Of which part.
    pub place: Place,
    /// Which figure, by its name in the tables of the room.
    pub kpi: &'static str,
    /// Which side.
    pub bound: Bound,
    /// In the figure's unit.
    pub threshold: f64,
}

/// The targets of a scenario: of queues, trunk groups and agent groups, in file order.
pub fn targets(scenario: &Scenario) -> Vec<Target> {
    let mut targets = Vec::new();
    let mut add = |place, kpi, bound, threshold: Option<f64>| {
        targets.extend(threshold.map(|threshold| Target {
            place,
            kpi,
            bound,
            threshold,
        }));
    };
    for (q, queue) in scenario.queues.iter().enumerate() {
        let (place, asa) = (Place::Queue(q), queue.max_asa.map(|asa| asa.as_secs_f64()));
        let level = Some(queue.target.fraction);
        add(place, "service_level", Bound::AtLeast, level);
        add(
            place,
            "abandonment_rate",
            Bound::AtMost,
            queue.max_abandonment,
        );
        add(place, "asa_s", Bound::AtMost, asa);
    }
    for (t, trunk) in scenario.trunks.iter().enumerate() {
        let blocking = trunk.max_blocking;
        add(Place::Trunk(t), "blocking_rate", Bound::AtMost, blocking);
    }
    for (g, group) in scenario.groups.iter().enumerate() {
        let occupancy = group.max_occupancy;
        add(Place::Group(g), "occupancy", Bound::AtMost, occupancy);
    }
    targets
}

/// Reads one figure from the counts of a day.
#[derive(Debug, Clone, Copy)]
pub enum Gauge {
    /// Of a queue, by its index.
    Queue(usize, &'static Kpi<ContactDay>),
    /// Of an agent group.
    Group(usize, &'static Kpi<GroupDay>),
    /// Of a trunk group.
    Trunk(usize, &'static Kpi<TrunkDay>),
}

impl Gauge {
    /// The gauge of a figure by its name; none where the part has no such figure.
    pub fn new(place: Place, kpi: &str) -> Option<Self> {
        fn find<R>(table: &'static [Kpi<R>], name: &str) -> Option<&'static Kpi<R>> {
            table.iter().find(|kpi| kpi.name == name)
        }
        Some(match place {
            Place::Queue(q) => Gauge::Queue(q, find(CONTACTS, kpi).filter(|kpi| kpi.of_queues)?),
            Place::Group(g) => Gauge::Group(g, find(GROUPS, kpi)?),
            Place::Trunk(t) => Gauge::Trunk(t, find(TRUNKS, kpi)?),
        })
    }

    /// Numerator and denominator of the figure in a range of the day's cells; those of a sum are the sum and 1.
    pub fn read(&self, model: &Model, tally: &Tally, cells: &Range<usize>) -> (f64, f64) {
        fn of<T>(all: &[T], part: usize, cells: usize) -> &[T] {
            &all[part * cells..][..cells]
        }
        match *self {
            Gauge::Queue(q, kpi) => {
                let part = of(&tally.queues, q, tally.cells);
                kpi.value(&contact_day(model, part, cells, model.queues[q].formula))
            }
            Gauge::Group(g, kpi) => {
                let part = of(&tally.groups, g, tally.cells);
                kpi.value(&group_day(model, g, part, cells))
            }
            Gauge::Trunk(t, kpi) => {
                kpi.value(&trunk_day(model, of(&tally.trunks, t, tally.cells), cells))
            }
        }
    }
}
