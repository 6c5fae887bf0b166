//! From sums over days to the figures of a result.

use super::collect::{Collector, Sums};
use super::days::lag_1_correlation;
use super::results::{
    Interval, Part, Results, RunInfo, SCHEMA, ScenarioInfo, TargetInfo, TargetResult, Verdict,
};
use super::table::{Kpi, QUANTILES, Unit, unit};
use super::targets::{Place, Target, targets};
use super::waits::{self, Sections};
use crate::model::{BATCHES, Model};
use crate::scenario::Formula;
use crate::stats::{Estimate, Ratio, student_t};
use indexmap::IndexMap;

impl Collector<'_> {
    /// The largest half-width of any queue's service level and abandonment rate; `None` if one is not known yet.
    pub fn precision(&self, confidence: f64) -> Option<f64> {
        let t = student_t(confidence, self.n.saturating_sub(1));
        let mut worst = 0f64;
        for sums in &self.queues {
            let row = || sums.row(0).iter().zip(&self.figures.queues);
            let offered = row().find(|(_, kpi)| kpi.name == "offered");
            let offered = offered.map(|(ratio, _)| (ratio.mean_x() * self.n as f64) as u64);
            for (ratio, kpi) in row() {
                // A queue that nobody calls has nothing to wait for.
                if ["service_level", "abandonment_rate"].contains(&kpi.name) && ratio.mean_y() > 0.0
                {
                    let estimate = ratio.estimate(self.n, t, kpi.unit.range());
                    // Where all days are alike, the number of attempts says how sure that is.
                    let spread = match estimate.certain(offered, confidence)? {
                        (low, high) if estimate.se == Some(0.0) => high - low,
                        _ => t * estimate.se?,
                    };
                    worst = worst.max(spread);
                }
            }
        }
        Some(worst)
    }

    /// Estimates everything.
    pub fn results(
        &self,
        seed: u64,
        confidence: f64,
        partial: bool,
        warnings: &[String],
    ) -> Results {
        let model = self.model;
        let scenario = &model.scenario;
        let estimator = Estimator {
            collector: self,
            t: student_t(confidence, self.n.saturating_sub(1)),
            confidence,
        };
        let figures = &self.figures;

        let mut total = estimator.part(None, &self.total, &figures.contacts);
        estimator.add_contact_figures(&mut total, &self.total, &self.waits.total);
        let call_types = scenario
            .call_types
            .iter()
            .enumerate()
            .map(|(t, call_type)| {
                let sums = &self.call_types[t];
                let mut part = estimator.part(Some(&call_type.name), sums, &figures.contacts);
                estimator.add_contact_figures(&mut part, sums, &self.waits.call_types[t]);
                part
            });
        let queues = scenario.queues.iter().enumerate().map(|(q, queue)| {
            let sums = &self.queues[q];
            let mut part = estimator.part(Some(&queue.name), sums, &figures.queues);
            estimator.add_contact_figures(&mut part, sums, &self.waits.queues[q]);
            part.target = Some(TargetInfo::of(queue));
            part.days = (!model.steady).then(|| self.days[q].document(confidence));
            let answered = self.waits.queues[q].pooled();
            part.waits = Some(waits::document(&answered, &self.waits.queues_abandoned[q]));
            part
        });
        let groups = scenario.groups.iter().zip(&self.groups);
        let trunks = scenario.trunks.iter().zip(&self.trunks);
        let mut results = Results {
            schema: SCHEMA.to_owned(),
            scenario: ScenarioInfo {
                name: scenario.name.clone(),
                sha256: scenario.sha256(),
                resolved: scenario.to_json(),
            },
            run: RunInfo {
                version: env!("CARGO_PKG_VERSION").to_owned(),
                mode: if model.steady { "steady" } else { "day" }.to_owned(),
                seed,
                replications: self.replications(),
                batches: model.steady.then_some(BATCHES as u64),
                confidence,
                partial,
                warnings: warnings.to_vec(),
            },
            targets: Vec::new(),
            queues: queues.collect(),
            call_types: call_types.collect(),
            groups: groups
                .map(|(group, sums)| estimator.part(Some(&group.name), sums, &figures.groups))
                .collect(),
            trunks: trunks
                .map(|(trunk, sums)| estimator.part(Some(&trunk.name), sums, &figures.trunks))
                .collect(),
            total,
        };
        results.targets = judge_targets(model, &results);
        results.run.warnings.extend(self.findings());
        results
    }

    /// What the figures themselves warn of.
    fn findings(&self) -> Vec<String> {
        let mut findings = Vec::new();
        let total = |name: &str| -> f64 {
            let found = self
                .total
                .row(0)
                .iter()
                .zip(&self.figures.contacts)
                .find(|(_, k)| k.name == name);
            found.map_or(0.0, |(ratio, _)| ratio.mean_x())
        };
        let late = total("out_of_hours");
        let wanted = total("redials") + total("reconnects") + late;
        if late > 0.02 * wanted {
            findings.push(format!(
                "{:.1} % of all redials and reconnects were wanted after closing; their callers are lost",
                100.0 * late / wanted
            ));
        }
        for (queue, spread) in self.model.scenario.queues.iter().zip(&self.days) {
            let correlation = lag_1_correlation(&spread.batches);
            if correlation > 0.3 {
                findings.push(format!(
                    "queue \"{}\": the service levels of neighbouring batches are correlated ({correlation:.2}), so that \
                     the intervals are too narrow; make `length` longer",
                    queue.name
                ));
            }
        }
        findings
    }
}

/// Turns sums into estimates.
struct Estimator<'a, 'm> {
    collector: &'a Collector<'m>,
    t: f64,
    confidence: f64,
}

impl Estimator<'_, '_> {
    fn row<R>(&self, sums: &Sums, row: usize, figures: &[&Kpi<R>]) -> IndexMap<String, Estimate> {
        let estimate = |(ratio, kpi): (&Ratio, &&Kpi<R>)| {
            let estimate = ratio.estimate(self.collector.n, self.t, kpi.unit.range());
            (kpi.name.to_owned(), estimate)
        };
        sums.row(row).iter().zip(figures).map(estimate).collect()
    }

    fn part<R>(&self, name: Option<&String>, sums: &Sums, figures: &[&Kpi<R>]) -> Part {
        let model = self.collector.model;
        Part {
            name: name.cloned(),
            kpis: self.row(sums, 0, figures),
            intervals: (!model.steady).then(|| {
                let starts = model.scenario.interval_starts().into_iter();
                starts
                    .zip(1..)
                    .map(|(start, row)| Interval {
                        start,
                        kpis: self.row(sums, row, figures),
                        erlang: None,
                    })
                    .collect()
            }),
            ..Part::default()
        }
    }

    /// Adds wait quantiles, before the longest wait, and the service level by each formula.
    fn add_contact_figures(&self, part: &mut Part, sums: &Sums, waits: &Sections) {
        let pooled = waits.pooled();
        let at = part
            .kpis
            .get_index_of("wait_max_s")
            .unwrap_or(part.kpis.len());
        for (offset, (name, p)) in QUANTILES.into_iter().enumerate() {
            let estimate = waits.quantile(&pooled, p, self.confidence);
            part.kpis
                .shift_insert(at + offset, name.to_owned(), estimate);
        }
        let levels = sums.levels.iter().zip(Formula::ALL);
        let estimate = |ratio: &Ratio| ratio.estimate(self.collector.n, self.t, (0.0, 1.0));
        part.service_levels = Some(
            levels
                .map(|(ratio, (_, name))| (name.to_owned(), estimate(ratio)))
                .collect(),
        );
    }
}

/// Judges every target of the scenario.
fn judge_targets(model: &Model, results: &Results) -> Vec<TargetResult> {
    // Counts are a day, in a steady run an hour.
    let units = if model.steady {
        model.grid.width_h() * BATCHES as f64
    } else {
        results.run.replications as f64
    };
    let confidence = results.run.confidence;
    let judge = |target: Target| {
        let (part, of) = match target.place {
            Place::Queue(q) => (&results.queues[q], "offered"),
            Place::Trunk(t) => (&results.trunks[t], "attempts"),
            Place::Group(g) => (&results.groups[g], ""),
        };
        let estimate = part.get(target.kpi);
        // Of a fraction it is known how many trials there were.
        let of = if unit(target.kpi) == Some(Unit::Fraction) {
            of
        } else {
            ""
        };
        let trials = part.get(of).mean.map(|mean| (mean * units).round() as u64);
        let interval = estimate.certain(trials, confidence);
        TargetResult {
            place: target.place.name(&model.scenario),
            kpi: target.kpi.to_owned(),
            bound: target.bound,
            threshold: target.threshold,
            estimate,
            verdict: Verdict::of(target.bound, target.threshold, interval),
        }
    };
    targets(&model.scenario).into_iter().map(judge).collect()
}
