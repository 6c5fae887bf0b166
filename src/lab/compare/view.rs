//! What is said of the differences: each with its interval, its verdict, and its place in the document.

use super::document::{Comparison, Difference, RunInfo, SideInfo};
use super::plan::{Linked, Plan, is_ranked};
use super::{HEADLINES, SCHEMA, Side};
use crate::experiment::LinkedSums;
use crate::kpi::{Better, QUANTILES, Scope, Unit};
use crate::lab::amounts::Amounts;
use crate::lab::looks::Looks;
use crate::lab::ranking::{Ranking, rank};
use crate::lab::verdict::Verdict;
use crate::stats::{Estimate, Paired, student_t};
use std::collections::HashMap;

/// Levels of the intervals at a look.
#[derive(Debug, Clone, Copy)]
pub(in crate::lab) struct Levels {
    /// Of each of those that hold jointly.
    joint: f64,
    /// Of each other one.
    single: f64,
}

impl Levels {
    /// At each look, for `confidence` of all looks: together for so many joint intervals, and for each other one.
    pub(in crate::lab) fn at(looks: &Looks, joint_intervals: usize, confidence: f64) -> Vec<Self> {
        let joint = 1.0 - (1.0 - confidence) / joint_intervals.max(1) as f64;
        let levels = looks.confidence(joint).into_iter();
        let levels = levels.zip(looks.confidence(confidence));
        levels
            .map(|(joint, single)| Levels { joint, single })
            .collect()
    }
}

/// A figure whose difference from the first variant is said.
struct Figure {
    /// Number of the other variant.
    b: usize,
    scope: Scope,
    kpi: &'static str,
    unit: Unit,
    better: Better,
    joint: bool,
}

impl Figure {
    fn of(linked: &Linked) -> Self {
        let item = linked.a;
        Self {
            b: linked.link.b.0,
            scope: item.scope,
            kpi: item.kpi,
            unit: item.unit,
            better: item.better,
            joint: linked.joint,
        }
    }
}

/// A difference and where it stands in the document.
type Ordered = ((usize, usize), Difference);

/// What is said of some variants.
pub(in crate::lab) struct View<'a> {
    sides: &'a [Side],
    plan: &'a Plan,
    margin: &'a Amounts,
    named: Vec<SideInfo>,
    /// None as long as nothing is claimed: no intervals, no verdicts.
    pub(in crate::lab) levels: Option<Levels>,
}

impl<'a> View<'a> {
    /// Nothing is claimed yet.
    pub(in crate::lab) fn new(sides: &'a [Side], plan: &'a Plan, margin: &'a Amounts) -> Self {
        let name = |side: &Side| SideInfo {
            label: side.label.clone(),
            scenario: side.scenario.name.clone(),
            sha256: side.scenario.sha256(),
        };
        Self {
            sides,
            plan,
            margin,
            named: sides.iter().map(name).collect(),
            levels: None,
        }
    }

    /// The document.
    pub(in crate::lab) fn comparison(&self, sums: &LinkedSums, run: RunInfo) -> Comparison {
        let in_order = |mut differences: Vec<Ordered>| {
            differences.sort_by_key(|(order, _)| *order);
            let differences = differences.into_iter();
            differences.map(|(_, difference)| difference).collect()
        };
        let (whole, intervals) = self.differences(sums);
        Comparison {
            schema: SCHEMA,
            run,
            margin: self.margin.clone(),
            sides: self.named.clone(),
            only: self.plan.only.clone(),
            pairs: in_order(whole),
            intervals: in_order(intervals),
            ranking: self.ranking(sums),
        }
    }

    /// Quantiles of Student's t for the joint intervals and the others, from so many observations; none if nothing is claimed.
    fn t(&self, observations: u64) -> (Option<f64>, Option<f64>) {
        let t = |level| student_t(level, observations.saturating_sub(1));
        let joint = self.levels.map(|levels| t(levels.joint));
        (joint, self.levels.map(|levels| t(levels.single)))
    }

    /// The headline whose difference is least precise beside what was asked; none if all are precise enough.
    pub(super) fn imprecise(&self, sums: &LinkedSums, asked: &Amounts) -> Option<String> {
        let (t, _) = self.t(sums.observations());
        let mut worst: Option<(f64, String)> = None;
        for (i, linked) in self.plan.links.iter().enumerate() {
            let item = linked.a;
            // What nobody has asked for, or is not defined at all, holds nothing up.
            let Some(paired) = sums
                .estimate(i)
                .filter(|_| linked.joint && !linked.for_ranking)
            else {
                continue;
            };
            let Some(wanted) = asked.of(item.kpi, item.unit, paired.a) else {
                continue;
            };
            let half = t.zip(paired.se).map_or(f64::INFINITY, |(t, se)| t * se);
            let excess = if half <= wanted { 0.0 } else { half / wanted };
            if excess > 0.0 && worst.as_ref().is_none_or(|(most, _)| excess > *most) {
                let place = item.scope.name(&self.sides[0].scenario);
                let half = match item.unit {
                    Unit::Fraction => format!("{:.2}pp", 100.0 * half),
                    Unit::Seconds => format!("{half:.2}s"),
                    _ => format!("{half:.2}"),
                };
                worst = Some((excess, format!("{place} {} is known to ± {half}", item.kpi)));
            }
        }
        worst.map(|(_, words)| words)
    }

    /// All differences from the first variant: over the whole day, and by interval.
    fn differences(&self, sums: &LinkedSums) -> (Vec<Ordered>, Vec<Ordered>) {
        let (joint, single) = self.t(sums.observations());
        let (mut whole, mut intervals) = (Vec::new(), Vec::new());
        let first = &self.sides[0].scenario;
        let starts = first.interval_starts();
        for (i, linked) in self.plan.links.iter().enumerate() {
            if linked.for_ranking {
                continue;
            }
            let item = linked.a;
            let t = if linked.joint { joint } else { single };
            let mut difference = self.difference(&Figure::of(linked), sums.estimate(i), t);
            let order = (linked.link.b.0, 10 * linked.link.a.1);
            match item.interval {
                Some(interval) => {
                    difference.start = starts.get(interval).cloned();
                    intervals.push((order, difference));
                }
                None => whole.push((order, difference)),
            }
        }
        for quantile in &self.plan.quantiles {
            // They stand before the longest wait.
            let its = |linked: &&Linked| {
                (linked.link.b.0, linked.a.scope) == (quantile.b, quantile.of_a)
                    && linked.a.kpi == "wait_max_s"
            };
            let Some(next) = self.plan.links.iter().find(its) else {
                continue;
            };
            for (k, (kpi, p)) in QUANTILES.into_iter().enumerate() {
                let found = sums.quantile((0, quantile.of_a), (quantile.b, quantile.of_b), p);
                let runs = found.map_or(0, |(_, runs)| runs);
                let (_, t) = self.t(runs);
                let figure = Figure {
                    kpi,
                    better: Better::Low,
                    joint: false,
                    ..Figure::of(next)
                };
                let found = found.map(|(paired, _)| paired);
                let difference = self.difference(&figure, found, t);
                let order = (quantile.b, 10 * next.link.a.1 - QUANTILES.len() + k);
                whole.push((order, difference));
            }
        }
        (whole, intervals)
    }

    fn difference(&self, figure: &Figure, found: Option<Paired>, t: Option<f64>) -> Difference {
        let unit = figure.unit;
        let estimate = |paired: Paired| match paired.se.zip(t) {
            Some((se, t)) => Estimate::with_se(paired.difference, se, t, range(unit)),
            None => Estimate {
                mean: Some(paired.difference),
                ci: None,
                se: paired.se,
            },
        };
        let difference = found.map(estimate).unwrap_or_default();
        let value_a = found.map(|paired| paired.a);
        let margin = value_a.and_then(|a| self.margin.of(figure.kpi, unit, a));
        Difference {
            a: self.sides[0].label.clone(),
            b: self.sides[figure.b].label.clone(),
            place: figure.scope.name(&self.sides[0].scenario),
            start: None,
            kpi: figure.kpi,
            unit,
            value_a,
            value_b: found.map(|paired| paired.b),
            difference,
            margin,
            verdict: Verdict::of(difference.ci, margin.unwrap_or(0.0), figure.better),
            joint: figure.joint,
            variance_ratio: found.and_then(|paired| paired.variance_ratio()),
        }
    }

    /// Of more than two variants, which is best in the headlines of everything.
    fn ranking(&self, sums: &LinkedSums) -> Vec<Ranking> {
        let n = self.sides.len();
        if n < 3 {
            return Vec::new();
        }
        let (t, _) = self.t(sums.observations());
        let mut rankings = Vec::new();
        for kpi in HEADLINES {
            // By the numbers of the two variants.
            let mut found: HashMap<(usize, usize), Paired> = HashMap::new();
            let mut better = Better::Neither;
            for (i, linked) in self.plan.links.iter().enumerate() {
                if linked.a.kpi == kpi && is_ranked(&linked.a) {
                    better = linked.a.better;
                    let pair = (linked.link.a.0, linked.link.b.0);
                    found.extend(sums.estimate(i).map(|paired| (pair, paired)));
                }
            }
            let value = |side: usize| match side {
                0 => found.get(&(0, 1)).map(|paired| paired.a),
                _ => found.get(&(0, side)).map(|paired| paired.b),
            };
            let values: Option<Vec<(String, f64)>> = (0..n)
                .map(|side| Some((self.sides[side].label.clone(), value(side)?)))
                .collect();
            let interval = |one: usize, other: usize| {
                let of = |paired: &Paired, sign: f64| {
                    let (se, t) = paired.se.zip(t)?;
                    let mean = sign * paired.difference;
                    Some((mean - t * se, mean + t * se))
                };
                match one < other {
                    true => of(found.get(&(one, other))?, 1.0),
                    false => of(found.get(&(other, one))?, -1.0),
                }
            };
            rankings.extend(values.map(|values| Ranking {
                place: "total".to_owned(),
                kpi: kpi.to_owned(),
                order: rank(&values, better, interval),
            }));
        }
        rankings
    }
}

/// The values that a difference can take.
fn range(unit: Unit) -> (f64, f64) {
    match unit {
        Unit::Fraction => (-1.0, 1.0),
        _ => (f64::NEG_INFINITY, f64::INFINITY),
    }
}
