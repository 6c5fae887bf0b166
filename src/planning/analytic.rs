//! A scenario seen through the formulas.

use crate::erlang::{Patience, Target, Thresholds, WaitingSystem};
use crate::kpi::{NotApplicable, Results};
use crate::model::{HOUR_NS, Model, TypeModel};
use crate::scenario::{CallType, Distribution};

/// Shortest AHT that is computed with: the engine counts in whole nanoseconds.
const LEAST_AHT_S: f64 = 1e-9;

/// A scenario seen through the formulas: for a queue and a time the [`WaitingSystem`] that comes nearest to it.
///
/// - **Calls** are the attempts that reach the queue: the first attempts expected, less those that end in the IVR; or all
///   attempts, as simulated. Busyness has a mean of 1 and does not enter, nor do lines.
/// - **AHT** is the mean talk time and after-call work of the queue's call types, weighted by their calls, times their
///   `talk_factor` of the interval and the factor of the agents' skill, averaged over the agents.
/// - **Agents** are those of all groups that serve the queue, averaged over the time.
/// - **Patience** is that of the call types, see [`Analytic::system`], with the fraction that balks averaged over the calls.
/// - **Limit** of waiting calls is that of the queue, where there is a formula with one: where patience is exponential or
///   endless. Elsewhere it is left out.
///
/// The whole day is seen as one long interval with the day's average of everything: nobody should plan by it, but it shows what
/// an average hides.
#[derive(Debug)]
pub struct Analytic<'m> {
    model: &'m Model,
    types: Vec<TypeView>,
    queues: Vec<QueueView>,
}

/// What does not depend on the time.
#[derive(Debug)]
struct TypeView {
    /// Mean talk time and after-call work, without factors.
    aht_s: f64,
    /// Fraction of the attempts that come through the IVR.
    stays: f64,
    /// Patience and balking of this type alone.
    patience: Patience,
}

#[derive(Debug, Default)]
struct QueueView {
    /// Its call types.
    types: Vec<usize>,
    /// Nobody calls again, and all find a line: all attempts are first attempts.
    first_only: bool,
}

/// A part of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Opening hours, or the whole of a steady run.
    Day,
    /// An interval, counted from 0.
    Interval(usize),
}

/// Which attempts count as calls.
#[derive(Debug, Clone, Copy)]
pub enum Calls<'r> {
    /// First attempts, as the scenario expects them.
    First,
    /// All attempts, as simulated: the results of the same model. Where nobody calls again and lines are unlimited, these are
    /// the first attempts, free of chance.
    All(&'r Results),
}

/// The formula that a system calls for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErlangModel {
    /// Erlang-C: nobody gives up.
    C,
    /// Erlang-A: exponential patience.
    A,
    /// One of these with a limit of waiting calls.
    Queue,
    /// Any other patience, or callers who balk.
    Patience,
}

impl ErlangModel {
    /// The formula that a patience and a limit of waiting calls ask for. There is none for a limit with a patience that is
    /// neither exponential nor endless.
    pub fn of(patience: &Patience, limit: Option<u32>) -> Self {
        match (patience.distribution(), patience.balk() > 0.0, limit) {
            (_, true, _) => Self::Patience,
            (Distribution::Never, _, None) => Self::C,
            (distribution, _, None) if is_exponential(distribution) => Self::A,
            (_, _, Some(_)) => Self::Queue,
            _ => Self::Patience,
        }
    }

    /// The name of the formula as `acdsim erlang` has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::C => "c",
            Self::A => "a",
            Self::Queue => "queue",
            Self::Patience => "patience",
        }
    }
}

/// A queue at a time, as the formulas see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// Calls, AHT, agents, patience and limit.
    pub system: WaitingSystem,
    /// The formula that this calls for.
    pub model: ErlangModel,
    /// The formulas do not hold for the queue's agents: why.
    pub not_applicable: Option<NotApplicable>,
}

impl Seen {
    /// The same queue for Erlang-C: nobody gives up, nobody is turned away.
    pub fn endless(&self) -> WaitingSystem {
        WaitingSystem {
            patience: Patience::endless(),
            limit: None,
            ..self.system
        }
    }
}

impl<'m> Analytic<'m> {
    /// A model seen through the formulas.
    pub fn new(model: &'m Model) -> Self {
        let mut types: Vec<TypeView> = Vec::with_capacity(model.call_types.len());
        for t in &model.scenario.call_types {
            // The table of a distribution takes longer to make than many a requirement.
            let mut known = types.iter().map(|known| &known.patience);
            let patience = match known.find(|known| *known.distribution() == t.patience) {
                Some(known) => known.with_balk(t.balk),
                None => patience(&t.patience, t.balk),
            };
            types.push(TypeView::of(t, patience));
        }
        let mut queues: Vec<QueueView> = model
            .queues
            .iter()
            .map(|_| QueueView {
                types: Vec::new(),
                first_only: true,
            })
            .collect();
        for (index, t) in model.call_types.iter().enumerate() {
            queues[t.queue].types.push(index);
            queues[t.queue].first_only &= t.trunk.is_none() && !calls_again(t);
        }
        Self {
            model,
            types,
            queues,
        }
    }

    /// The model.
    pub fn model(&self) -> &'m Model {
        self.model
    }

    /// A queue at a time; both by number.
    ///
    /// Where call types differ in patience, exponential ones (and mixtures of them) become their mixture, weighted by the calls
    /// that do not balk, which is exact for a queue served in the order of arrival; of others the patience of the type with the
    /// most calls is taken for all.
    pub fn system(&self, queue: usize, when: When, calls: Calls<'_>) -> Seen {
        let agents = self.agents(queue, when);
        let mut seen = self.pool(&[queue], when, &self.span(when), calls);
        seen.system.agents = agents.mean;
        seen.not_applicable = agents.why_not.or(match () {
            () if seen.system.calls_per_h == 0.0 => Some(NotApplicable::NoCalls),
            () if agents.mean == 0.0 => Some(NotApplicable::NoAgents),
            () => None,
        });
        seen
    }

    /// Queues whose calls wait in one line, without agents: the sum of their calls and of their limits, the mean of their
    /// handling times, and the patience of them all. Calls are those of a span, the rest is that of `when`.
    pub(super) fn pool(&self, queues: &[usize], when: When, span: &Span, calls: Calls<'_>) -> Seen {
        let (mut calls_per_h, mut limit, mut all) = (0.0, Some(0u32), Volumes(Vec::new()));
        // Calls, and handling time.
        let mut parts: Vec<(f64, f64)> = Vec::with_capacity(queues.len());
        for &queue in queues {
            let (of_queue, volumes) = self.volumes(queue, span, calls);
            parts.push((of_queue, self.aht_s(queue, when, &volumes)));
            calls_per_h += of_queue;
            let places = self.model.scenario.queues[queue].limit;
            limit = limit.zip(places).map(|(a, b)| a.saturating_add(b));
            all.0.extend(volumes.0);
        }
        let aht_s = match parts[..] {
            [(_, aht_s)] => aht_s,
            _ if calls_per_h > 0.0 => {
                parts.iter().map(|(n, aht)| n * aht).sum::<f64>() / calls_per_h
            }
            _ => parts.iter().map(|(_, aht)| aht).sum::<f64>() / parts.len().max(1) as f64,
        };
        let patience = self.patience(&all);
        let limit = limit.filter(|_| {
            let distribution = patience.distribution();
            *distribution == Distribution::Never || is_exponential(distribution)
        });
        let model = ErlangModel::of(&patience, limit);
        let system = WaitingSystem {
            calls_per_h,
            aht_s: aht_s.max(LEAST_AHT_S),
            agents: 0.0,
            patience,
            limit,
        };
        Seen {
            system,
            model,
            not_applicable: None,
        }
    }

    /// The whole of a part of the day.
    pub(super) fn span(&self, when: When) -> Span {
        let cells = self.cells(when);
        Span {
            length: cells.len() as f64,
            cells: cells.map(|cell| (cell, 1.0)).collect(),
        }
    }

    /// As long as an interval, and so many seconds earlier. Before opening nobody calls.
    pub(super) fn earlier(&self, interval: usize, by_s: f64) -> Span {
        Span::earlier(interval, by_s * 1e9 / self.model.grid.width_ns as f64)
    }

    /// The queue's own targets: service level, abandonment, ASA, and the lowest largest occupancy of the groups that serve it.
    pub fn targets(&self, queue: usize) -> Vec<Target> {
        let of = &self.model.scenario.queues[queue];
        let thresholds = self.thresholds(queue);
        let mut targets = vec![Target::ServiceLevel {
            fraction: of.target.fraction,
            within_s: thresholds.within_s,
            formula: of.formula,
            short_s: thresholds.short_s,
        }];
        targets.extend(of.max_abandonment.map(|max| Target::Abandonment { max }));
        let asa = of.max_asa.map(|asa| asa.as_secs_f64());
        targets.extend(asa.map(|max_s| Target::Asa { max_s }));
        let occupancy = self
            .groups(queue)
            .filter_map(|(_, group)| self.model.scenario.groups[group].max_occupancy)
            .reduce(f64::min);
        targets.extend(occupancy.map(|max| Target::Occupancy { max }));
        targets
    }

    /// The times of the queue's figures.
    pub fn thresholds(&self, queue: usize) -> Thresholds {
        let of = &self.model.scenario.queues[queue];
        Thresholds {
            within_s: of.target.within.as_secs_f64(),
            short_s: of.short_abandon.as_secs_f64(),
            percentile: None,
        }
    }

    /// The groups that serve a queue, with the number of their tier.
    fn groups(&self, queue: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
        let tiers = self.model.queues[queue].tiers.iter().enumerate();
        tiers.flat_map(|(tier, of)| of.groups.iter().map(move |&group| (tier, group)))
    }

    /// Agents of some groups, averaged over a part of the day.
    pub(super) fn staff(&self, groups: &[usize], when: When) -> f64 {
        let cells = self.cells(when);
        let n = cells.len() as f64;
        let of_group = |&group: &usize| -> f64 {
            let staff = self.model.groups[group].staff[cells.clone()].iter();
            staff.map(|&n| f64::from(n)).sum()
        };
        groups.iter().map(of_group).sum::<f64>() / n
    }

    /// The cells of a part of the day; a steady run is the same in each.
    fn cells(&self, when: When) -> std::ops::Range<usize> {
        match when {
            When::Day if self.model.steady => 0..1,
            When::Day => 0..self.model.grid.cells,
            When::Interval(cell) => cell..cell + 1,
        }
    }

    /// Calls per hour that reach the queue, and the calls of each type in each cell, in proportion.
    fn volumes(&self, queue: usize, span: &Span, calls: Calls<'_>) -> (f64, Volumes) {
        let first = || {
            let volumes = self.by_type(queue, span, |t, cell| {
                let rates = &self.model.call_types[t].rate_per_ns;
                let rate = rates.get(cell).or(rates.last());
                rate.map_or(0.0, |rate| rate * HOUR_NS) * self.types[t].stays
            });
            (volumes.total() / span.length, volumes)
        };
        let Calls::All(results) = calls else {
            return first();
        };
        if self.queues[queue].first_only {
            return first();
        }
        let attempts = |part: &crate::kpi::Part, cell: usize| {
            let of = match &part.intervals {
                Some(intervals) => intervals.get(cell).map(|of| of.get("attempts")),
                None => Some(part.get("attempts")),
            };
            of.and_then(|attempts| attempts.mean).unwrap_or(0.0)
        };
        // Counts of a steady run are an hour.
        let hours = match self.model.steady {
            true => 1.0,
            false => self.model.grid.width_h() * span.length,
        };
        let reached = results.queues.get(queue).map_or(0.0, |part| {
            let of_cell = |&(cell, share): &(usize, f64)| share * attempts(part, cell);
            span.cells.iter().map(of_cell).sum()
        });
        let volumes = self.by_type(queue, span, |t, cell| {
            let part = results.call_types.get(t);
            part.map_or(0.0, |part| attempts(part, cell)) * self.types[t].stays
        });
        match volumes.total() > 0.0 {
            true => (reached / hours, volumes),
            // Calls that came out of the IVR in another interval than they went into it.
            false => (reached / hours, first().1),
        }
    }

    fn by_type(&self, queue: usize, span: &Span, of: impl Fn(usize, usize) -> f64) -> Volumes {
        let types = self.queues[queue].types.iter();
        let of = |&t: &usize| {
            let (mut calls, mut long) = (0.0, 0.0);
            for &(cell, share) in &span.cells {
                let n = share * of(t, cell);
                calls += n;
                long += n * self.model.call_types[t].talk_factor[cell];
            }
            (t, calls, long)
        };
        Volumes(types.map(of).collect())
    }

    /// AHT in seconds; that of a quiet time is the mean of the types.
    fn aht_s(&self, queue: usize, when: When, volumes: &Volumes) -> f64 {
        let total = volumes.total();
        let types = volumes.0.iter();
        let aht: f64 = match total > 0.0 {
            true => types.map(|(t, _, n)| n * self.types[*t].aht_s).sum::<f64>() / total,
            false => {
                let factor = |t: usize| {
                    let cells = self.cells(when);
                    let n = cells.len() as f64;
                    let factors = cells.map(|cell| self.model.call_types[t].talk_factor[cell]);
                    factors.sum::<f64>() / n
                };
                let all = types.map(|(t, ..)| factor(*t) * self.types[*t].aht_s);
                all.sum::<f64>() / volumes.0.len().max(1) as f64
            }
        };
        (aht * self.skill_factor(queue, when)).max(LEAST_AHT_S)
    }

    /// Factor of the skill, averaged over the agents; where there are none, over those of the day, or the groups.
    pub(super) fn skill_factor(&self, queue: usize, when: When) -> f64 {
        let over = |cells: std::ops::Range<usize>, least: f64| {
            let (mut agents, mut sum) = (0.0, 0.0);
            for (_, group) in self.groups(queue) {
                let group = &self.model.groups[group];
                let staff = group.staff[cells.clone()].iter();
                let n = staff.map(|&n| f64::from(n)).sum::<f64>() + least;
                agents += n;
                sum += n * group.factor[queue];
            }
            (agents > 0.0).then(|| sum / agents)
        };
        over(self.cells(when), 0.0)
            .or_else(|| over(self.cells(When::Day), 0.0))
            .or_else(|| over(0..0, 1.0))
            .unwrap_or(1.0)
    }

    /// Who serves a queue. Groups without staff at that time do not count.
    fn agents(&self, queue: usize, when: When) -> Agents {
        let cells = self.cells(when);
        let mut agents = Agents {
            mean: 0.0,
            why_not: None,
        };
        let (mut tiers, mut shared) = (Vec::new(), false);
        for (tier, index) in self.groups(queue) {
            let group = &self.model.groups[index];
            let staff = group.staff[cells.clone()].iter();
            let staff: f64 = staff.map(|&n| f64::from(n)).sum();
            if staff > 0.0 {
                agents.mean += staff / cells.len() as f64;
                shared |= group.serves.len() > 1;
                tiers.push(tier);
            }
        }
        tiers.dedup();
        let opens_later = |&tier: &usize| self.model.queues[queue].tiers[tier].after_ns > 0;
        if shared {
            agents.why_not = Some(NotApplicable::SharedAgents);
        } else if tiers.len() > 1 || tiers.iter().any(opens_later) {
            agents.why_not = Some(NotApplicable::SeveralTiers);
        }
        agents
    }

    /// Patience of a mix of call types.
    fn patience(&self, volumes: &Volumes) -> Patience {
        let total = volumes.total();
        let share = |calls: f64| match total > 0.0 {
            true => calls / total,
            false => 1.0 / volumes.0.len() as f64,
        };
        let types = volumes.0.iter().map(|&(t, calls, _)| (t, share(calls)));
        let types: Vec<(usize, f64)> = types.filter(|(_, share)| *share > 0.0).collect();
        let most = types.iter().copied().reduce(|a, b| match b.1 > a.1 {
            true => b,
            false => a,
        });
        let Some((most, _)) = most else {
            return Patience::endless();
        };
        let most = &self.types[most].patience;
        let all = || types.iter().map(|&(t, w)| (&self.types[t].patience, w));
        if all().all(|(patience, _)| patience == most) {
            return most.clone();
        }
        let balk: f64 = all().map(|(patience, share)| share * patience.balk()).sum();
        let mixture =
            match all().all(|(patience, _)| patience.distribution() == most.distribution()) {
                true => None,
                // Those who balk do not wait.
                false => mixture(all().map(|(patience, share)| {
                    let waits = share * (1.0 - patience.balk());
                    (patience.distribution(), waits / (1.0 - balk))
                })),
            };
        match mixture {
            Some(mixture) => patience(&mixture, balk.min(1.0)),
            None => most.with_balk(balk),
        }
    }
}

/// A time, as parts of cells.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Span {
    /// Number of the cell, and how much of it belongs to the time.
    pub cells: Vec<(usize, f64)>,
    /// In cells; the rest of it lies before opening.
    pub length: f64,
}

impl Span {
    /// As long as a cell, and so many cells earlier.
    pub(super) fn earlier(cell: usize, by: f64) -> Self {
        let from = cell as f64 - by;
        let first = (from.floor().max(0.0)) as usize;
        let share = |cell: usize| {
            let (start, end) = (cell as f64, cell as f64 + 1.0);
            (cell, end.min(from + 1.0) - start.max(from))
        };
        let last = ((from + 1.0).floor().max(0.0) as usize).min(cell);
        let cells = (first..=last).map(share);
        Self {
            cells: cells.filter(|(_, share)| *share > 0.0).collect(),
            length: 1.0,
        }
    }
}

fn is_exponential(distribution: &Distribution) -> bool {
    matches!(
        distribution,
        Distribution::Exp { .. } | Distribution::Erlang { k: 1, .. }
    )
}

/// Calls of each type of a queue: its number, its calls, and the same times the `talk_factor`.
struct Volumes(Vec<(usize, f64, f64)>);

impl Volumes {
    fn total(&self) -> f64 {
        self.0.iter().map(|(_, calls, _)| calls).sum()
    }
}

/// Who serves a queue at a time.
struct Agents {
    mean: f64,
    why_not: Option<NotApplicable>,
}

impl TypeView {
    fn of(t: &CallType, patience: Patience) -> Self {
        let leaves = t
            .ivr
            .as_ref()
            .map_or(0.0, |ivr| ivr.contained + ivr.abandoned);
        Self {
            aht_s: t.talk.mean_s() + t.wrap_up.mean_s(),
            stays: (1.0 - leaves).max(0.0),
            patience,
        }
    }
}

/// Whether anybody of a call type ever calls again.
fn calls_again(t: &TypeModel) -> bool {
    let reconnects = t.resolution < 1.0 && t.reconnect.as_ref().is_some_and(|(p, _)| *p > 0.0);
    let redials = t.redial.as_ref().is_some_and(|redial| {
        let some = |list: &[f64]| list.iter().any(|p| *p > 0.0);
        some(&redial.abandoned) || some(&redial.blocked)
    });
    reconnects || redials
}

/// A checked distribution as the formulas take it. What has no spread, or none that they can compute with, is a fixed time.
fn patience(distribution: &Distribution, balk: f64) -> Patience {
    Patience::new(distribution, balk)
        .or_else(|_| {
            let value_s = distribution.mean_s();
            Patience::new(&Distribution::Fixed { value_s }, balk)
        })
        .unwrap_or_else(|_| Patience::endless())
}

/// The mixture of exponential distributions and mixtures of them; none of others.
fn mixture<'d>(parts: impl Iterator<Item = (&'d Distribution, f64)>) -> Option<Distribution> {
    let mut phases: Vec<(f64, f64)> = Vec::new();
    let mut add = |share: f64, mean: f64| match phases.iter_mut().find(|(_, m)| *m == mean) {
        Some((sum, _)) => *sum += share,
        None => phases.push((share, mean)),
    };
    for (distribution, share) in parts {
        match distribution {
            Distribution::Exp { mean_s } | Distribution::Erlang { mean_s, k: 1 } => {
                add(share, *mean_s);
            }
            Distribution::Hyperexp { phases } => {
                phases.iter().for_each(|(p, mean)| add(share * p, *mean));
            }
            _ => return None,
        }
    }
    Some(Distribution::Hyperexp { phases })
}
