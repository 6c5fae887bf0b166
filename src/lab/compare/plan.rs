//! What is compared with what: the figures that two variants have in common, and what only one of them has.

use super::{HEADLINES, Only, Side};
use crate::experiment::Link;
use crate::kpi::{Item, Reader, Scope};
use crate::scenario::{Mode, Queue, Scenario, clock_text};
use std::collections::HashMap;

/// A figure that is compared.
#[derive(Debug, Clone, Copy)]
pub(in crate::lab) struct Linked {
    pub link: Link,
    pub a: Item,
    pub joint: bool,
    /// One that is only there for the ranking: the first of the pair is not the first variant.
    pub for_ranking: bool,
}

/// A quantile that is compared: in which variant, of what in it and in the first.
#[derive(Debug, Clone, Copy)]
pub(in crate::lab) struct Quantile {
    pub b: usize,
    pub of_a: Scope,
    pub of_b: Scope,
}

/// What is compared with what.
pub(in crate::lab) struct Plan {
    pub links: Vec<Linked>,
    pub quantiles: Vec<Quantile>,
    pub only: Vec<Only>,
    pub warnings: Vec<String>,
    /// Number of intervals that hold jointly.
    pub joint: usize,
}

impl Plan {
    pub fn new(sides: &[Side], readers: &[Reader<'_>]) -> Self {
        let mut plan = Plan {
            links: Vec::new(),
            quantiles: Vec::new(),
            only: Vec::new(),
            warnings: Vec::new(),
            joint: 0,
        };
        for b in 1..sides.len() {
            plan.compare_with_first(sides, readers, b);
        }
        // Ranks take every pair.
        for a in 1..sides.len() {
            let index = Index::new(&sides[a].scenario, readers[a].items());
            for b in a + 1..sides.len() {
                let items = readers[b].items().iter().enumerate();
                for (i, item) in items.filter(|(_, item)| is_ranked(item)) {
                    let counterpart = index.find(&sides[b].scenario, item);
                    plan.links.extend(counterpart.map(|j| Linked {
                        link: Link {
                            a: (a, j),
                            b: (b, i),
                        },
                        a: readers[a].items()[j],
                        joint: true,
                        for_ranking: true,
                    }));
                }
            }
        }
        plan.joint = plan.links.iter().filter(|linked| linked.joint).count();
        plan
    }

    /// The same without the quantiles of waits, which take more to keep than all else.
    pub fn without_quantiles(mut self) -> Self {
        self.quantiles.clear();
        self
    }

    /// The figures in both variants of each pair.
    pub fn links(&self) -> impl Iterator<Item = Link> {
        self.links.iter().map(|linked| linked.link)
    }

    fn compare_with_first(&mut self, sides: &[Side], readers: &[Reader<'_>], b: usize) {
        let (first, other) = (&sides[0], &sides[b]);
        let (one, two) = (&first.scenario, &other.scenario);
        let same_day = (one.open_min, one.close_min, one.interval_min)
            == (two.open_min, two.close_min, two.interval_min);
        if !same_day && one.run.mode == Mode::Day {
            let day = |s: &Scenario| {
                let (open, close) = (clock_text(s.open_min), clock_text(s.close_min));
                format!("{open}–{close} by {} min", s.interval_min)
            };
            self.warnings.push(format!(
                "the day is {} in {} and {} in {}: only figures of the whole day are compared",
                day(one),
                first.label,
                day(two),
                other.label
            ));
        }
        self.warnings.extend(other_targets(first, other));
        let index = Index::new(two, readers[b].items());
        for (i, item) in readers[0].items().iter().enumerate() {
            if item.interval.is_some() && !same_day {
                continue;
            }
            if let Some(j) = index.find(one, item) {
                self.links.push(Linked {
                    link: Link {
                        a: (0, i),
                        b: (b, j),
                    },
                    a: *item,
                    joint: is_headline(item),
                    for_ranking: false,
                });
            }
        }
        for (has, has_not) in [(0, b), (b, 0)] {
            self.name_what_is_missing(
                (&sides[has], &readers[has]),
                (&sides[has_not], &readers[has_not]),
            );
        }
        let scopes = Scope::all(two);
        for of_a in Scope::all(one) {
            let name = of_a.name(one);
            let counterpart = scopes.iter().find(|scope| scope.name(two) == name);
            self.quantiles
                .extend(counterpart.map(|&of_b| Quantile { b, of_a, of_b }));
        }
    }

    fn name_what_is_missing(
        &mut self,
        (side, reader): (&Side, &Reader<'_>),
        (other, others): (&Side, &Reader<'_>),
    ) {
        let index = Index::new(&other.scenario, others.items());
        let known: Vec<String> = Scope::all(&other.scenario)
            .iter()
            .map(|scope| scope.name(&other.scenario))
            .collect();
        for scope in Scope::all(&side.scenario) {
            let place = scope.name(&side.scenario);
            let mut add = |kpi: Option<&str>| {
                self.only.push(Only {
                    side: side.label.clone(),
                    not_in: other.label.clone(),
                    place: place.clone(),
                    kpi: kpi.map(str::to_owned),
                });
            };
            if !known.contains(&place) {
                add(None);
                continue;
            }
            let items = reader.items().iter();
            let own = items.filter(|item| item.scope == scope && item.interval.is_none());
            for item in own.filter(|item| index.find(&side.scenario, item).is_none()) {
                add(Some(item.kpi));
            }
        }
    }
}

/// A service level is judged by each variant's own target: where they are not the same.
pub(in crate::lab) fn other_targets(first: &Side, other: &Side) -> Vec<String> {
    let judged = |queue: &Queue| (queue.target, queue.formula, queue.short_abandon);
    let differs = |queue: &&Queue| {
        let mut others = other.scenario.queues.iter();
        let counterpart = others.find(|other| other.name == queue.name);
        counterpart.is_some_and(|other| judged(other) != judged(queue))
    };
    let queues = first.scenario.queues.iter().filter(differs);
    queues
        .map(|queue| {
            format!(
                "queues.{}: the service level of {} is judged by another target or formula than that of {}",
                queue.name, other.label, first.label
            )
        })
        .collect()
}

/// Finds items by what they are called.
struct Index(HashMap<(String, &'static str, Option<usize>), usize>);

impl Index {
    fn new(scenario: &Scenario, items: &[Item]) -> Self {
        let key = |item: &Item| (item.scope.name(scenario), item.kpi, item.interval);
        Self(items.iter().map(key).zip(0..).collect())
    }

    /// The number of the item that is called as this one of another scenario.
    fn find(&self, scenario: &Scenario, item: &Item) -> Option<usize> {
        let key = (item.scope.name(scenario), item.kpi, item.interval);
        self.0.get(&key).copied()
    }
}

fn is_headline(item: &Item) -> bool {
    item.interval.is_none() && HEADLINES.contains(&item.kpi)
}

pub(super) fn is_ranked(item: &Item) -> bool {
    is_headline(item) && item.scope == Scope::Total
}
