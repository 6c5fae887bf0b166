//! The requirement by formula: the least agents with which a queue meets its targets in an interval, each interval by itself.
//!
//! That is the stationary independent period-by-period approach (SIPP; Green, Kolesar and Soares 2001): each interval is taken
//! as if its rate had held for ever. [`Lag`] has their corrections for the congestion that comes after the calls.
//!
//! # Sources
//! - Green, L. V., Kolesar, P. J., Soares, J. (2001): Improving the SIPP approach for staffing service systems that have cyclic
//!   demands. *Operations Research* 49, 549–564.
//! - Green, L. V., Kolesar, P. J., Soares, J. (2003): An improved heuristic for staffing telephone call centers with limited
//!   operating hours. *Production and Operations Management* 12, 46–61.

use super::analytic::{Analytic, Calls, ErlangModel, Seen, Span, When};
use super::goals::{Staff, Tolerance};
use super::question::Bounds;
use crate::erlang::{Error, Performance, Target, Thresholds, WaitingSystem};
use crate::kpi::{self, Place, Results};
use crate::model::Model;
use crate::scenario::{Formula, Queue};
use rayon::prelude::*;
use std::collections::HashMap;

/// The formula of a requirement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Erlang-C: nobody gives up, nobody is turned away.
    ErlangC,
    /// The patience of the scenario: Erlang-A where it is exponential, M/M/n+G where it is not, Erlang-C where it has no end;
    /// the first and the last with the queue's limit.
    ErlangA,
}

impl Method {
    /// As in the document.
    pub fn name(self) -> &'static str {
        match self {
            Method::ErlangC => "erlang-c",
            Method::ErlangA => "erlang-a",
        }
    }
}

/// Which calls an interval is staffed for. Rates are constant within an interval of the scenario, and 0 before opening.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lag {
    /// Those of the interval.
    None,
    /// Those of a time as long, one mean service time (the interval's AHT) earlier: their mean rate ("Lag Avg").
    Average,
    /// The largest rate in that time ("Lag Max").
    Largest,
}

/// Which attempts count as calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempts {
    /// First attempts, as the scenario expects them.
    First,
    /// All attempts, as they come with the scenario's own agents: what its switch would count.
    All,
}

/// How a requirement is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recipe {
    /// The formula.
    pub method: Method,
    /// Which calls an interval is staffed for.
    pub lag: Lag,
    /// Which attempts count.
    pub attempts: Attempts,
    /// Whether [`Need::exact`] is computed too.
    pub fractional: bool,
}

impl Recipe {
    /// First attempts of each interval, whole agents.
    pub fn new(method: Method) -> Self {
        Self {
            method,
            lag: Lag::None,
            attempts: Attempts::First,
            fractional: false,
        }
    }
}

/// The requirement of a scenario of days.
#[derive(Debug, Clone, PartialEq)]
pub struct Requirement {
    /// By pool.
    pub pools: Vec<Pool>,
    /// What a reader should know.
    pub warnings: Vec<String>,
}

/// Queues whose calls go to the same groups first. They wait in one line, so that their calls add up, and every target of any
/// of them is one of all.
#[derive(Debug, Clone, PartialEq)]
pub struct Pool {
    /// Indices of the queues.
    pub queues: Vec<usize>,
    /// Indices of the groups of their first tier.
    pub groups: Vec<usize>,
    /// By interval.
    pub needs: Vec<Need>,
}

/// The requirement of a pool in an interval.
#[derive(Debug, Clone, PartialEq)]
pub struct Need {
    /// Calls, AHT, patience and limit, with the agents required.
    pub system: WaitingSystem,
    /// The formula used.
    pub model: ErlangModel,
    /// Least whole number of agents.
    pub agents: u32,
    /// The same, not rounded, where that was asked.
    pub exact: Option<f64>,
    /// What is special.
    pub remark: Option<Remark>,
}

/// Why a requirement is not simply the least number of agents.
#[derive(Debug, Clone, PartialEq)]
pub enum Remark {
    /// Nobody calls: no agents.
    NoCalls,
    /// Nothing is asked of the queue that agents bring about: no agents.
    NoTarget,
    /// No number of agents meets the target: the least that comes within tolerance of it.
    Unreachable {
        /// The target in words.
        target: String,
        /// What more agents come near to.
        best: f64,
    },
    /// The formula has no answer: no agents.
    NoAnswer(String),
}

impl std::fmt::Display for Remark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Remark::NoCalls => write!(f, "no calls, no agents"),
            Remark::NoTarget => write!(f, "no target that agents bring about"),
            Remark::Unreachable { target, .. } => write!(
                f,
                "{target} cannot be reached by any number of agents; this one comes within the tolerance"
            ),
            Remark::NoAnswer(why) => write!(f, "the formula has no answer: {why}"),
        }
    }
}

impl Requirement {
    /// The requirement of a scenario's queues in each of its intervals. All attempts are those of `results`, of the same model;
    /// without results they are the first attempts.
    ///
    /// What the formula is given is said at [`Analytic`]. Targets are those of the queues, and the largest occupancy of the
    /// groups that serve them first: where each of several pools keeps to it, all of them do.
    pub fn new(
        model: &Model,
        targets: &[kpi::Target],
        tolerance: Tolerance,
        recipe: &Recipe,
        results: Option<&Results>,
    ) -> Self {
        let analytic = Analytic::new(model);
        let calls = match (recipe.attempts, results) {
            (Attempts::All, Some(results)) => Calls::All(results),
            _ => Calls::First,
        };
        let mut warnings = Vec::new();
        let mut pools: Vec<Pool> = Vec::new();
        for (q, queue) in model.queues.iter().enumerate() {
            let groups = queue
                .tiers
                .first()
                .map_or(Vec::new(), |tier| tier.groups.clone());
            match pools.iter_mut().find(|pool| pool.groups == groups) {
                Some(pool) => pool.queues.push(q),
                None => pools.push(Pool {
                    queues: vec![q],
                    groups,
                    needs: Vec::new(),
                }),
            }
        }
        let wanted: Vec<Vec<Target>> = pools
            .iter()
            .map(|pool| wanted(model, pool, targets, &mut warnings))
            .collect();
        pools.par_iter_mut().zip(wanted).for_each(|(pool, wanted)| {
            let mut solver = Solver::new(wanted, tolerance, recipe.fractional);
            let needs = (0..model.grid.cells).map(|interval| {
                let seen = seen(&analytic, &pool.queues, interval, recipe.lag, calls);
                solver.need(match recipe.method {
                    Method::ErlangA => seen,
                    Method::ErlangC => Seen {
                        system: seen.endless(),
                        model: ErlangModel::C,
                        ..seen
                    },
                })
            });
            pool.needs = needs.collect();
        });
        let mut requirement = Self { pools, warnings };
        requirement.remark_on_groups(model);
        requirement
    }

    /// The names of the formulas used, each once.
    pub fn models(&self) -> String {
        let mut names: Vec<&str> = Vec::new();
        for need in self.pools.iter().flat_map(|pool| &pool.needs) {
            // Where nobody calls none was used.
            if need.remark != Some(Remark::NoCalls) && !names.contains(&need.model.name()) {
                names.push(need.model.name());
            }
        }
        match names[..] {
            [] => "none".to_owned(),
            _ => names.join(", "),
        }
    }

    /// The agents by group and interval, as far as the bounds allow, and the same not rounded, unbounded. A pool's agents are
    /// split between its groups as the scenario's are, in that interval or, where there are none, over the day. A group that
    /// serves several pools first gets the sum. Groups that only help have the scenario's agents.
    pub fn staff(&self, model: &Model, bounds: &Bounds) -> (Staff, Vec<Vec<f64>>) {
        let current: Staff = model.groups.iter().map(of_days(model)).collect();
        let (mut staff, mut exact) = (current.clone(), Vec::with_capacity(current.len()));
        for (g, row) in staff.iter_mut().enumerate() {
            if self.pools.iter().any(|pool| pool.groups.contains(&g)) {
                row.fill(0);
            }
            exact.push(row.iter().map(|&n| f64::from(n)).collect::<Vec<f64>>());
        }
        for pool in &self.pools {
            for (interval, need) in pool.needs.iter().enumerate() {
                let shares = shares(&pool.groups, &current, interval);
                let limits = pool.groups.iter().map(|&g| {
                    let has = staff[g][interval];
                    let rest = |bound: u32| bound.saturating_sub(has);
                    (
                        rest(bounds.least[g][interval]),
                        rest(bounds.most[g][interval]),
                    )
                });
                let parts = split(need.agents, &shares, &limits.collect::<Vec<_>>());
                for ((&g, part), share) in pool.groups.iter().zip(parts).zip(shares) {
                    staff[g][interval] += part;
                    exact[g][interval] += share * need.exact.unwrap_or(f64::from(need.agents));
                }
            }
        }
        (bounds.cut(&staff), exact)
    }

    /// The pool of a queue.
    pub fn of_queue(&self, queue: usize) -> Option<&Pool> {
        self.pools.iter().find(|pool| pool.queues.contains(&queue))
    }

    /// The pools that a group serves first.
    pub fn of_group(&self, group: usize) -> impl Iterator<Item = &Pool> {
        let serves = move |pool: &&Pool| pool.groups.contains(&group);
        self.pools.iter().filter(serves)
    }

    /// What the formula gives a pool in an interval with a staffing. Where its groups serve other pools first too, it is given
    /// the agents that it required.
    ///
    /// # Errors
    /// Those of [`WaitingSystem::performance`].
    pub fn promised(
        &self,
        pool: &Pool,
        interval: usize,
        staff: &Staff,
        at: &Thresholds,
    ) -> Result<Performance, Error> {
        let need = &pool.needs[interval];
        let own = |&g: &usize| self.of_group(g).count() == 1;
        let agents = match pool.groups.iter().all(own) {
            true => pool
                .groups
                .iter()
                .map(|&g| f64::from(staff[g][interval]))
                .sum(),
            false => f64::from(need.agents),
        };
        need.system.with_agents(agents).performance(at)
    }

    fn remark_on_groups(&mut self, model: &Model) {
        let scenario = &model.scenario;
        let names = |queues: &[usize]| {
            let names = queues.iter().map(|&q| scenario.queues[q].name.as_str());
            names.collect::<Vec<&str>>().join(", ")
        };
        let mut remarks = Vec::new();
        for pool in self.pools.iter().filter(|pool| pool.queues.len() > 1) {
            remarks.push(format!(
                "the queues {} go to the same agents first: the formula takes them as one queue that keeps the targets of all",
                names(&pool.queues)
            ));
        }
        for (g, group) in scenario.groups.iter().enumerate() {
            match self.of_group(g).count() {
                0 => remarks.push(format!(
                    "the group {} takes no queue's calls first: it keeps its agents, whom the formula does not count",
                    group.name
                )),
                1 => {}
                _ => remarks.push(format!(
                    "the group {} takes calls of several queues first: it gets the sum of what each needs alone, more than \
                     needed where they help each other",
                    group.name
                )),
            }
        }
        self.warnings.extend(remarks);
    }
}

/// Agents by interval, of a scenario of days.
fn of_days(model: &Model) -> impl Fn(&crate::model::GroupModel) -> Vec<u32> {
    let cells = model.grid.cells;
    move |group| group.staff[..cells].to_vec()
}

/// What the formula is given for queues in an interval.
fn seen(
    analytic: &Analytic<'_>,
    queues: &[usize],
    interval: usize,
    lag: Lag,
    calls: Calls<'_>,
) -> Seen {
    let when = When::Interval(interval);
    let of = |span: &Span| analytic.pool(queues, when, span, calls);
    let now = of(&analytic.span(when));
    if lag == Lag::None {
        return now;
    }
    let span = analytic.earlier(interval, now.system.aht_s);
    if lag == Lag::Average {
        return of(&span);
    }
    let whole = |&(cell, _): &(usize, f64)| {
        of(&Span {
            cells: vec![(cell, 1.0)],
            length: 1.0,
        })
    };
    let rates = span.cells.iter().map(whole);
    let most = rates.reduce(|a, b| match b.system.erlangs() > a.system.erlangs() {
        true => b,
        false => a,
    });
    most.unwrap_or_else(|| of(&span))
}

/// What the formula is to reach.
fn wanted(
    model: &Model,
    pool: &Pool,
    targets: &[kpi::Target],
    warnings: &mut Vec<String>,
) -> Vec<Target> {
    let of_target = |target: &kpi::Target| {
        let max = target.threshold;
        match (target.place, target.kpi) {
            (Place::Queue(q), kpi) if pool.queues.contains(&q) => {
                let queue = &model.scenario.queues[q];
                match kpi {
                    "service_level" => Some(level(queue, max, warnings)),
                    "abandonment_rate" => Some(Target::Abandonment { max }),
                    "asa_s" => Some(Target::Asa { max_s: max }),
                    "mean_wait_s" => Some(Target::MeanWait { max_s: max }),
                    "blocking_rate" => Some(Target::Blocking { max }),
                    _ => None,
                }
            }
            (Place::Group(g), "occupancy") if pool.groups.contains(&g) => {
                Some(Target::Occupancy { max })
            }
            _ => None,
        }
    };
    targets.iter().filter_map(of_target).collect()
}

fn level(queue: &Queue, fraction: f64, warnings: &mut Vec<String>) -> Target {
    let (within_s, short_s) = (
        queue.target.within.as_secs_f64(),
        queue.short_abandon.as_secs_f64(),
    );
    let short = matches!(
        queue.formula,
        Formula::WithoutShortAbandons | Formula::ShortAbandonsAsMet
    );
    if short && short_s > within_s {
        warnings.push(format!(
            "queue {}: for the formula a short abandon is one within the {within_s} s of the target, not within {short_s} s",
            queue.name
        ));
    }
    Target::ServiceLevel {
        fraction,
        within_s,
        formula: queue.formula,
        short_s: short_s.min(within_s),
    }
}

/// Solves for the agents of one pool; many intervals are alike.
pub(super) struct Solver {
    wanted: Vec<Target>,
    tolerance: Tolerance,
    fractional: bool,
    /// By calls and AHT; those that also share the rest are one.
    known: HashMap<[u64; 2], Vec<(Seen, Need)>>,
    /// Agents above the traffic in the last interval, in units of its spread: a good guess for the next.
    beta: Option<f64>,
}

impl Solver {
    pub(super) fn new(wanted: Vec<Target>, tolerance: Tolerance, fractional: bool) -> Self {
        Self {
            wanted,
            tolerance,
            fractional,
            known: HashMap::new(),
            beta: None,
        }
    }

    pub(super) fn need(&mut self, seen: Seen) -> Need {
        let key = [seen.system.calls_per_h, seen.system.aht_s].map(f64::to_bits);
        if let Some(known) = self.known.get(&key)
            && let Some((_, need)) = known.iter().find(|(known, _)| *known == seen)
        {
            return need.clone();
        }
        let need = self.solve(&seen);
        self.known
            .entry(key)
            .or_default()
            .push((seen, need.clone()));
        need
    }

    fn solve(&mut self, seen: &Seen) -> Need {
        let none = |remark| Need {
            system: seen.system.with_agents(0.0),
            model: seen.model,
            agents: 0,
            exact: self.fractional.then_some(0.0),
            remark: Some(remark),
        };
        if seen.system.calls_per_h == 0.0 {
            return none(Remark::NoCalls);
        }
        if self.wanted.is_empty() {
            return none(Remark::NoTarget);
        }
        let erlangs = seen.system.erlangs();
        let near = self.beta.map(|beta| erlangs + beta * erlangs.sqrt());
        let of = |targets: &[Target], remark| -> Result<Need, Error> {
            let (agents, exact) = match self.fractional {
                true => seen
                    .system
                    .least_agents_both_near(targets, near)
                    .map(|(agents, exact)| (agents, Some(exact)))?,
                false => (seen.system.least_agents_near(targets, near)?, None),
            };
            let agents = u32::try_from(agents).unwrap_or(u32::MAX);
            Ok(Need {
                system: seen.system.with_agents(f64::from(agents)),
                model: seen.model,
                agents,
                exact,
                remark,
            })
        };
        let answer = match of(&self.wanted, None) {
            Err(Error::Unreachable { target, best, .. }) => {
                let relaxed: Vec<Target> = self
                    .wanted
                    .iter()
                    .map(|t| self.tolerance.relaxed(t))
                    .collect();
                of(&relaxed, Some(Remark::Unreachable { target, best }))
            }
            answer => answer,
        };
        let need = answer.unwrap_or_else(|error| none(Remark::NoAnswer(error.to_string())));
        let beta = (f64::from(need.agents) - 0.5 - erlangs) / erlangs.sqrt();
        self.beta = Some(beta).filter(|beta| beta.is_finite());
        need
    }
}

/// How a pool's agents are split between its groups: as the scenario's in the interval, else over the day, else all to the
/// first group.
fn shares(groups: &[usize], current: &Staff, interval: usize) -> Vec<f64> {
    let normed = |parts: Vec<f64>| {
        let total: f64 = parts.iter().sum();
        (total > 0.0).then(|| parts.iter().map(|part| part / total).collect::<Vec<f64>>())
    };
    let now = groups.iter().map(|&g| f64::from(current[g][interval]));
    let day = || {
        let of_day = |&g: &usize| current[g].iter().map(|&n| f64::from(n)).sum();
        groups.iter().map(of_day).collect()
    };
    let first = || (0..groups.len()).map(|k| f64::from(u8::from(k == 0)));
    normed(now.collect())
        .or_else(|| normed(day()))
        .unwrap_or_else(|| first().collect())
}

/// Splits agents by shares, which add up to 1: whole numbers by the largest remainder, and each within its least and most, as
/// far as they allow the sum.
fn split(agents: u32, shares: &[f64], limits: &[(u32, u32)]) -> Vec<u32> {
    let exact = |share: &f64| share * f64::from(agents);
    let mut parts: Vec<u32> = shares.iter().map(|share| exact(share) as u32).collect();
    let mut by_remainder: Vec<usize> = (0..shares.len()).collect();
    by_remainder.sort_by(|&a, &b| {
        let remainder = |k: usize| exact(&shares[k]).fract();
        remainder(b).total_cmp(&remainder(a)).then(a.cmp(&b))
    });
    let placed: u64 = parts.iter().map(|&n| u64::from(n)).sum();
    for &k in by_remainder
        .iter()
        .take(u64::from(agents).saturating_sub(placed) as usize)
    {
        parts[k] += 1;
    }
    for (part, (least, most)) in parts.iter_mut().zip(limits) {
        *part = (*part).min(*most).max(*least);
    }
    // What the bounds of one group leave over, others take.
    let sum = |parts: &[u32]| parts.iter().map(|&n| u64::from(n)).sum::<u64>();
    for (k, (least, most)) in limits.iter().enumerate() {
        let missing = u64::from(agents).saturating_sub(sum(&parts));
        let surplus = sum(&parts).saturating_sub(u64::from(agents));
        let more = missing.min(u64::from(most.saturating_sub(parts[k])));
        let fewer = surplus.min(u64::from(parts[k].saturating_sub(*least)));
        parts[k] = parts[k] + more as u32 - fewer as u32;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agents_are_split_by_the_largest_remainder_within_bounds() {
        let free = [(0, 100); 3];
        let thirds = [1.0 / 3.0; 3];
        assert_eq!(split(10, &thirds, &free), [4, 3, 3]);
        assert_eq!(split(10, &[0.5, 0.3, 0.2], &free), [5, 3, 2]);
        assert_eq!(split(0, &thirds, &free), [0, 0, 0]);
        // The second may have one at most: the first takes what it leaves.
        let bound = [(0, 100), (0, 1), (0, 100)];
        assert_eq!(split(10, &thirds, &bound), [6, 1, 3]);
        // The third has six at least.
        let least = [(0, 100), (0, 100), (6, 100)];
        assert_eq!(split(10, &thirds, &least), [1, 3, 6]);
        // No room for all, and more than asked.
        assert_eq!(split(10, &thirds, &[(0, 2); 3]), [2, 2, 2]);
        assert_eq!(split(1, &thirds, &[(2, 9); 3]), [2, 2, 2]);
    }
}
