//! From the counts of many days to estimates.

use super::results::{
    Bound, DayLevel, Days, Interval, Part, Results, RunInfo, ScenarioInfo, TargetInfo,
    TargetResult, Verdict,
};
use super::table::{
    CONTACTS, ContactDay, GROUPS, GroupDay, Kpi, Measure, QUANTILES, TRUNKS, TrunkDay,
    first_service_level, service_level,
};
use super::waits::{self, Sections};
use crate::engine::{Contacts, GroupCell, Tally, TrunkCell};
use crate::model::{BATCHES, Model};
use crate::scenario::Formula;
use crate::stats::{Estimate, Histogram, Ratio, student_t, wilson};
use indexmap::IndexMap;
use std::ops::Range;

/// Collects the tallies of replications, in their order, and estimates every figure from them.
#[derive(Debug)]
pub struct Collector<'m> {
    model: &'m Model,
    /// Days, or batches of the steady run.
    n: u64,
    replications: u64,
    /// The scenario has a price somewhere.
    priced: bool,
    total: Sums,
    call_types: Vec<Sums>,
    queues: Vec<Sums>,
    groups: Vec<Sums>,
    trunks: Vec<Sums>,
    waits: ContactWaits,
    days: Vec<DaySpread>,
    /// Scratch: the rows of the total under way.
    total_rows: Vec<ContactDay>,
}

/// The sums of one part: a row for the whole run, then one for each interval; in a row one sum for each figure.
#[derive(Debug)]
struct Sums {
    ratios: Vec<Ratio>,
    figures: usize,
    /// Service level by each formula (contacts only).
    levels: [Ratio; 6],
}

impl Sums {
    fn new(rows: usize, figures: usize) -> Self {
        Self {
            ratios: vec![Ratio::default(); rows * figures],
            figures,
            levels: [Ratio::default(); 6],
        }
    }

    fn row(&self, row: usize) -> &[Ratio] {
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

/// Waits of everything, of call types and of queues.
#[derive(Debug)]
struct ContactWaits {
    total: Sections,
    call_types: Vec<Sections>,
    queues: Vec<Sections>,
    queues_abandoned: Vec<Histogram>,
}

/// A queue's service level over days.
#[derive(Debug)]
struct DaySpread {
    /// Days by service level in steps of 0.1 points.
    steps: Vec<u64>,
    days: u64,
    met: u64,
    /// Service level of each batch of a steady run.
    batches: Vec<f64>,
}

/// The figures of contacts that a part shows.
fn contact_figures(priced: bool, queue: bool) -> Vec<&'static Kpi<ContactDay>> {
    CONTACTS
        .iter()
        .filter(|kpi| (priced || kpi.name != "cost") && (!queue || kpi.of_queues))
        .collect()
}

fn group_figures(priced: bool) -> Vec<&'static Kpi<GroupDay>> {
    let shown = |kpi: &&Kpi<GroupDay>| priced || kpi.name != "cost";
    GROUPS.iter().filter(shown).collect()
}

impl<'m> Collector<'m> {
    /// Nothing yet; `planned` is the number of replications where it is known beforehand.
    pub fn new(model: &'m Model, planned: Option<u64>) -> Self {
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
        let sections = |n: usize| vec![Sections::new(planned); n];
        let sums = |n: usize, figures: usize| (0..n).map(|_| Sums::new(rows, figures)).collect();
        let contacts = contact_figures(priced, false).len();
        let of_queues = contact_figures(priced, true).len();
        let spread = || DaySpread {
            steps: vec![0; 1001],
            days: 0,
            met: 0,
            batches: Vec::new(),
        };
        Self {
            model,
            n: 0,
            replications: 0,
            priced,
            total: Sums::new(rows, contacts),
            call_types: sums(model.call_types.len(), contacts),
            queues: sums(model.queues.len(), of_queues),
            groups: sums(model.groups.len(), group_figures(priced).len()),
            trunks: sums(model.trunks.len(), TRUNKS.len()),
            waits: ContactWaits {
                total: Sections::new(planned),
                call_types: sections(model.call_types.len()),
                queues: sections(model.queues.len()),
                queues_abandoned: vec![Histogram::default(); model.queues.len()],
            },
            days: (0..model.queues.len()).map(|_| spread()).collect(),
            total_rows: Vec::new(),
        }
    }

    /// Number of replications collected.
    pub fn replications(&self) -> u64 {
        self.replications
    }

    /// Adds the next replication.
    pub fn add(&mut self, tally: &Tally) {
        self.replications += 1;
        if self.model.steady {
            for batch in 0..BATCHES {
                self.add_day(tally, std::slice::from_ref(&(batch..batch + 1)));
                self.add_waits(tally, batch, tally.cells);
            }
        } else {
            let cells = (0..tally.cells).map(|cell| cell..cell + 1);
            let rows: Vec<Range<usize>> = std::iter::once(0..tally.cells).chain(cells).collect();
            self.add_day(tally, &rows);
            self.add_waits(tally, 0, 1);
        }
    }

    /// Adds a day, or a batch, each of whose rows sums a range of cells.
    fn add_day(&mut self, tally: &Tally, rows: &[Range<usize>]) {
        let model = self.model;
        self.n += 1;
        let n = self.n as f64;
        let width_h = model.grid.width_h();
        let per_day = if model.steady { 1.0 / width_h } else { 1.0 };
        let contacts = contact_figures(self.priced, false);
        let of_queues = contact_figures(self.priced, true);
        let group_kpis = group_figures(self.priced);
        let trunk_kpis: Vec<&Kpi<TrunkDay>> = TRUNKS.iter().collect();

        self.total_rows.clear();
        self.total_rows.resize(rows.len(), ContactDay::default());
        for (t, sums) in self.call_types.iter_mut().enumerate() {
            let cells = &tally.call_types[t * tally.cells..][..tally.cells];
            let price = &model.scenario.call_types[t];
            for (row, range) in rows.iter().enumerate() {
                let mut day = contact_day(model, cells, range, model.call_types[t].formula);
                let c = &day.counts;
                day.cost = (c.first_attempts + c.redials + c.reconnects) as f64
                    * price.cost_per_attempt.unwrap_or(0.0)
                    + c.lost as f64 * price.cost_per_lost_caller.unwrap_or(0.0);
                sums.add(row, &contacts, &day, n, per_day);
                if row == 0 {
                    sums.add_levels(&day, n);
                }
                let total = &mut self.total_rows[row];
                total.counts.add(&day.counts);
                for (into, from) in [
                    (&mut total.level, day.level),
                    (&mut total.first_level, day.first_level),
                ] {
                    *into = (into.0 + from.0, into.1 + from.1);
                }
                total.cost += day.cost;
            }
        }
        for (q, sums) in self.queues.iter_mut().enumerate() {
            let cells = &tally.queues[q * tally.cells..][..tally.cells];
            for (row, range) in rows.iter().enumerate() {
                let day = contact_day(model, cells, range, model.queues[q].formula);
                sums.add(row, &of_queues, &day, n, per_day);
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
                sums.add(row, &group_kpis, &day, n, per_day);
                self.total_rows[row].cost += day.cost;
            }
        }
        for (t, sums) in self.trunks.iter_mut().enumerate() {
            let cells = &tally.trunks[t * tally.cells..][..tally.cells];
            let price = model.scenario.trunks[t].cost_per_line_hour.unwrap_or(0.0);
            for (row, range) in rows.iter().enumerate() {
                let day = trunk_day(model, cells, range);
                sums.add(row, &trunk_kpis, &day, n, per_day);
                let line_h =
                    f64::from(model.trunks[t].lines) * day.clock_ns / crate::model::HOUR_NS;
                self.total_rows[row].cost += line_h * price;
            }
        }
        for (row, range) in rows.iter().enumerate() {
            let day = &mut self.total_rows[row];
            day.clock_ns = clock_ns(model, range);
            day.counts.waiting = Default::default();
            for cell in range.clone() {
                day.counts.waiting.add(&tally.waiting[cell]);
            }
            if range.len() > 1 {
                day.counts.waiting.area_ns -= tally.waiting[tally.cells - 1].area_ns;
            }
            self.total.add(row, &contacts, day, n, per_day);
        }
        self.total.add_levels(&self.total_rows[0], n);
    }

    /// Adds the waits of a day: histogram number `slot` of each part's `slots`.
    fn add_waits(&mut self, tally: &Tally, slot: usize, slots: usize) {
        self.waits.total.next_day();
        for (t, sections) in self.waits.call_types.iter_mut().enumerate() {
            sections.next_day();
            sections.add(&tally.call_type_waits[t * slots + slot]);
            self.waits
                .total
                .add(&tally.call_type_waits[t * slots + slot]);
        }
        for (q, sections) in self.waits.queues.iter_mut().enumerate() {
            sections.next_day();
            sections.add(&tally.queue_waits[q * slots + slot]);
            self.waits.queues_abandoned[q].merge(&tally.queue_abandoned_waits[q * slots + slot]);
        }
    }

    /// The largest half-width of any queue's service level and abandonment rate; `None` if one is not known yet.
    pub fn precision(&self, confidence: f64) -> Option<f64> {
        let t = student_t(confidence, self.n.saturating_sub(1));
        let figures = contact_figures(self.priced, true);
        let mut worst = 0f64;
        for sums in &self.queues {
            for (ratio, kpi) in sums.row(0).iter().zip(&figures) {
                // A queue that nobody calls has nothing to wait for.
                if ["service_level", "abandonment_rate"].contains(&kpi.name) && ratio.mean_y() > 0.0
                {
                    let estimate = ratio.estimate(self.n, t, kpi.unit.range());
                    worst = worst.max(t * estimate.se?);
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
        let contacts = contact_figures(self.priced, false);
        let of_queues = contact_figures(self.priced, true);
        let group_kpis = group_figures(self.priced);
        let trunk_kpis: Vec<&Kpi<TrunkDay>> = TRUNKS.iter().collect();

        let mut total = estimator.part(None, &self.total, &contacts);
        estimator.add_contact_figures(&mut total, &self.total, &self.waits.total);
        let call_types = scenario
            .call_types
            .iter()
            .enumerate()
            .map(|(t, call_type)| {
                let sums = &self.call_types[t];
                let mut part = estimator.part(Some(&call_type.name), sums, &contacts);
                estimator.add_contact_figures(&mut part, sums, &self.waits.call_types[t]);
                part
            });
        let queues = scenario.queues.iter().enumerate().map(|(q, queue)| {
            let sums = &self.queues[q];
            let mut part = estimator.part(Some(&queue.name), sums, &of_queues);
            estimator.add_contact_figures(&mut part, sums, &self.waits.queues[q]);
            part.target = Some(TargetInfo {
                fraction: queue.target.fraction,
                within_s: queue.target.within.as_secs_f64(),
                formula: queue.formula.name().to_owned(),
            });
            part.days = (!model.steady).then(|| self.days[q].document(confidence));
            let answered = self.waits.queues[q].pooled();
            part.waits = Some(waits::document(&answered, &self.waits.queues_abandoned[q]));
            part
        });
        let groups = scenario.groups.iter().zip(&self.groups);
        let trunks = scenario.trunks.iter().zip(&self.trunks);
        let mut results = Results {
            schema: "acdsim.result/1".to_owned(),
            scenario: ScenarioInfo {
                name: scenario.name.clone(),
                sha256: scenario.sha256(),
                resolved: scenario.to_json(),
            },
            run: RunInfo {
                version: env!("CARGO_PKG_VERSION").to_owned(),
                mode: if model.steady { "steady" } else { "day" }.to_owned(),
                seed,
                replications: self.replications,
                batches: model.steady.then_some(BATCHES as u64),
                confidence,
                partial,
                warnings: warnings.to_vec(),
            },
            targets: Vec::new(),
            queues: queues.collect(),
            call_types: call_types.collect(),
            groups: groups
                .map(|(group, sums)| estimator.part(Some(&group.name), sums, &group_kpis))
                .collect(),
            trunks: trunks
                .map(|(trunk, sums)| estimator.part(Some(&trunk.name), sums, &trunk_kpis))
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
            let figures = contact_figures(self.priced, false);
            let found = self
                .total
                .row(0)
                .iter()
                .zip(figures)
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

/// Length of a row on the clock, what lies outside left out.
fn clock_ns(model: &Model, range: &Range<usize>) -> f64 {
    let within = range.end.min(model.grid.cells) - range.start.min(model.grid.cells);
    model.grid.width_ns as f64 * within as f64
}

fn contact_day(
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

fn group_day(model: &Model, group: usize, cells: &[GroupCell], range: &Range<usize>) -> GroupDay {
    let mut counts = GroupCell::default();
    let (mut scheduled_ns, mut paid_h) = (0i128, 0.0);
    let priced = &model.scenario.groups[group];
    for cell in range.clone() {
        counts.add(&cells[cell]);
        if cell < model.grid.cells {
            let staff = model.groups[group].staff[cell];
            let shrinkage = priced.shrinkage[cell.min(priced.shrinkage.len() - 1)];
            scheduled_ns += i128::from(staff) * i128::from(model.grid.width_ns);
            paid_h += f64::from(staff) * model.grid.width_h() / (1.0 - shrinkage);
        }
    }
    let overtime_h = (counts.on_duty.area_ns - scheduled_ns) as f64 / crate::model::HOUR_NS;
    GroupDay {
        counts,
        scheduled_ns,
        cost: (paid_h + overtime_h) * priced.cost_per_hour.unwrap_or(0.0),
    }
}

fn trunk_day(model: &Model, cells: &[TrunkCell], range: &Range<usize>) -> TrunkDay {
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

impl DaySpread {
    fn add(&mut self, (met, judged): (f64, f64), target: f64, steady: bool) {
        if judged <= 0.0 {
            return;
        }
        self.days += 1;
        self.met += u64::from(met / judged >= target);
        // Whole numbers, so that a day at exactly 57.0 % does not fall into the step below.
        let step = (1000 * met as u64 / judged as u64) as usize;
        self.steps[step.min(1000)] += 1;
        if steady {
            self.batches.push(met / judged);
        }
    }

    fn document(&self, confidence: f64) -> Days {
        let percentile = |p: f64| {
            let rank = (p * self.days as f64).ceil().max(1.0) as u64;
            let mut below = 0;
            self.steps.iter().position(|&days| {
                below += days;
                below >= rank
            })
        };
        let level = |step: usize| step as f64 / 1000.0;
        Days {
            service_level: [("p5", 0.05), ("p50", 0.5), ("p95", 0.95)]
                .map(|(name, p)| (name.to_owned(), percentile(p).map(level)))
                .into_iter()
                .collect(),
            target_met: wilson(self.met, self.days, confidence),
            histogram: self
                .steps
                .iter()
                .enumerate()
                .filter(|&(_, &days)| days > 0)
                .map(|(step, &days)| DayLevel {
                    service_level: level(step),
                    days,
                })
                .collect(),
        }
    }
}

/// Correlation of neighbours in a series; 0 where it has no spread.
fn lag_1_correlation(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
    let spread: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    let neighbours: f64 = values
        .windows(2)
        .map(|w| (w[0] - mean) * (w[1] - mean))
        .sum();
    if spread > 0.0 {
        neighbours / spread
    } else {
        0.0
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
        let start = |cell: usize| {
            if cell == model.grid.cells {
                return "after close".to_owned();
            }
            let minute = model.scenario.open_min + cell as u32 * model.scenario.interval_min;
            format!("{:02}:{:02}", minute / 60, minute % 60)
        };
        Part {
            name: name.cloned(),
            kpis: self.row(sums, 0, figures),
            intervals: (!model.steady).then(|| {
                (0..=model.grid.cells)
                    .map(|cell| Interval {
                        start: start(cell),
                        kpis: self.row(sums, cell + 1, figures),
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
    let mut targets = Vec::new();
    let mut judge = |place: &str, part: &Part, kpi: &str, of: &str, bound, threshold| {
        let Some(threshold) = threshold else { return };
        let estimate = part.get(kpi);
        let trials = part.get(of).mean.map(|mean| (mean * units).round() as u64);
        targets.push(TargetResult {
            place: format!("{place}.{}", part.name()),
            kpi: kpi.to_owned(),
            bound,
            threshold,
            estimate,
            verdict: Verdict::of(bound, threshold, estimate.certain(trials, confidence)),
        });
    };
    for (queue, part) in model.scenario.queues.iter().zip(&results.queues) {
        use Bound::{AtLeast, AtMost};
        let (fraction, asa) = (queue.target.fraction, queue.max_asa);
        judge(
            "queues",
            part,
            "service_level",
            "offered",
            AtLeast,
            Some(fraction),
        );
        judge(
            "queues",
            part,
            "abandonment_rate",
            "offered",
            AtMost,
            queue.max_abandonment,
        );
        judge(
            "queues",
            part,
            "asa_s",
            "",
            AtMost,
            asa.map(|asa| asa.as_secs_f64()),
        );
    }
    for (trunk, part) in model.scenario.trunks.iter().zip(&results.trunks) {
        judge(
            "trunks",
            part,
            "blocking_rate",
            "attempts",
            Bound::AtMost,
            trunk.max_blocking,
        );
    }
    for (group, part) in model.scenario.groups.iter().zip(&results.groups) {
        judge(
            "groups",
            part,
            "occupancy",
            "",
            Bound::AtMost,
            group.max_occupancy,
        );
    }
    targets
}
