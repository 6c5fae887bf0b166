//! How the service level of a queue answers to agents, by a formula that is fitted to a simulation.

use super::fitted::{fitted, level_target};
use super::goals::{Goal, Per, Staff, Tolerance};
use super::question::{Bounds, Question};
use crate::erlang::{
    Error, Patience, Performance, Target as FormulaTarget, Thresholds, WaitingSystem,
};
use crate::kpi::Place;
use crate::scenario::schema::MOST_AGENTS;
use crate::scenario::{CallType, Demand, Queue, Scenario};
use std::collections::HashMap;

/// After so many tries to hold a goal one agent in so many is added at once; of those of a day one in so many, and as many as
/// there were tries.
const FEW_TRIES: usize = 2;
const ONE_IN: usize = 25;
const ONE_IN_OF_DAY: usize = 1000;

/// A promise of such a share is looked at again; where less than a quarter of it came, the formula is believed less.
const PROMISE: f64 = 0.05;
const BROKEN: f64 = 0.25;
/// It is always believed so much.
const LEAST_BELIEVED: f64 = 0.01;

/// What a simulation shows of a queue in an interval.
#[derive(Debug, Clone, Copy)]
pub(super) struct Observed {
    /// Attempts offered a day.
    pub offered: f64,
    /// Service level.
    pub level: Option<f64>,
    pub aht_s: f64,
    /// Attempts abandoned a day.
    pub abandoned: f64,
    /// Attempts that reached the queue's entry a day.
    pub attempts: f64,
}

/// By queue and interval a waiting system that answers as the simulation did.
#[derive(Debug)]
pub(super) struct Response {
    queues: Vec<QueueResponse>,
    /// Cost of an agent in an interval, by group; paid hours, where nothing has a price.
    pub cost: Vec<Vec<f64>>,
    bounds: Bounds,
    tolerance: Tolerance,
    /// Agents that the scenario has.
    current: Staff,
    width_h: f64,
}

/// That of a queue.
#[derive(Debug)]
pub(super) struct QueueResponse {
    /// Groups that take its calls first, and all that serve it, the cheapest first.
    pub first: Vec<usize>,
    all: Vec<usize>,
    patience: Patience,
    thresholds: Thresholds,
    formula: crate::scenario::Formula,
    /// By interval; none where nobody calls.
    pub fits: Vec<Option<Fit>>,
    /// What came of the agents added, of the service level and of who is not lost, by interval: callers may be beyond the reach
    /// of those who can be added.
    kept: [Vec<Kept>; 2],
}

/// What a formula promised of a share of contacts by added agents, and what came.
#[derive(Debug, Clone, Copy)]
struct Kept {
    /// Promised since.
    promised: f64,
    /// The share then.
    share_then: Option<f64>,
    /// So much of what the formula promises is believed.
    believed: f64,
}

impl Default for Kept {
    fn default() -> Self {
        Self {
            promised: 0.0,
            share_then: None,
            believed: 1.0,
        }
    }
}

impl Kept {
    /// Takes note of what came.
    fn see(&mut self, share: Option<f64>) {
        if let (Some(before), Some(now)) = (self.share_then, share)
            && self.promised > 0.0
        {
            if self.promised < PROMISE {
                return;
            }
            let came = (now - before) / self.promised;
            self.believed = match came < BROKEN {
                true => (self.believed * came).max(LEAST_BELIEVED),
                false => 1.0,
            };
        }
        (self.promised, self.share_then) = (0.0, share);
    }
}

#[derive(Debug, Clone)]
pub(super) struct Fit {
    /// With the volume fitted.
    pub system: WaitingSystem,
    /// Attempts offered a day.
    pub offered: f64,
}

impl Response {
    pub(super) fn new(scenario: &Scenario, question: &Question) -> Self {
        let width_h = f64::from(scenario.interval_min) / 60.0;
        let cost = cost_per_agent(scenario);
        let queues = scenario.queues.iter().map(|queue| {
            let mut of_queue = QueueResponse::new(scenario, queue);
            let all = &mut of_queue.all;
            all.sort_by(|&a, &b| cost[a][0].total_cmp(&cost[b][0]));
            of_queue
        });
        Self {
            queues: queues.collect(),
            cost,
            bounds: question.bounds.clone(),
            tolerance: question.tolerance,
            current: scenario.groups.iter().map(|g| g.staff.clone()).collect(),
            width_h,
        }
    }

    /// By group and interval more agents than the scenario's first attempts could keep busy.
    pub(super) fn more_than_enough(&self, scenario: &Scenario) -> Staff {
        let of_group = |g: usize| {
            let serves = |t: &&CallType| {
                let queue = scenario
                    .queues
                    .iter()
                    .position(|queue| queue.name == t.queue);
                queue.is_some_and(|q| self.queues[q].all.contains(&g))
            };
            let factor = scenario.groups[g]
                .skills
                .iter()
                .map(|s| s.factor)
                .fold(1.0, f64::max);
            let erlangs = scenario.call_types.iter().filter(serves).map(|t| {
                let per_h = match &t.demand {
                    Demand::Volume(volumes) => most(volumes) / self.width_h,
                    Demand::RatePerHour(rates) => most(rates),
                };
                let aht_s = (t.talk.mean_s() + t.wrap_up.mean_s()) * most(&t.talk_factor) * factor;
                per_h * aht_s / 3600.0
            });
            let enough = 1.5 * erlangs.sum::<f64>() + 20.0;
            vec![enough.min(MOST_AGENTS as f64) as u32; scenario.intervals()]
        };
        (0..scenario.groups.len()).map(of_group).collect()
    }

    /// Fits a queue in an interval to what a simulation with a staffing showed.
    pub(super) fn fit(&mut self, queue: usize, interval: usize, staff: &Staff, seen: &Observed) {
        let agents = self.agents(queue, interval, staff);
        let q = &mut self.queues[queue];
        let calls_per_h = seen.offered / self.width_h;
        if calls_per_h <= 0.0 || seen.aht_s <= 0.0 {
            // Where nobody is answered the handling time is unknown: the last one stands.
            if seen.offered <= 0.0 {
                q.fits[interval] = None;
            }
            return;
        }
        q.kept[0][interval].see(seen.level);
        q.kept[1][interval].see(Some(1.0 - seen.abandoned / seen.offered));
        let system = q.system(calls_per_h, seen.aht_s).with_agents(agents.into());
        q.fits[interval] = Some(Fit {
            system: q.fitted(system, seen.level),
            offered: seen.offered,
        });
    }

    /// Agents of the groups that take a queue's calls first.
    fn agents(&self, queue: usize, interval: usize, staff: &Staff) -> u32 {
        self.queues[queue]
            .first
            .iter()
            .map(|&g| staff[g][interval])
            .sum()
    }

    /// The staffing to start from: for each queue what the formula asks for, split between the groups that take its calls
    /// first as the scenario's agents are. Groups that only help have the scenario's agents.
    pub(super) fn start(&self, goals: &[Goal]) -> Staff {
        let takes_first = |g: usize| self.queues.iter().any(|q| q.first.contains(&g));
        let mut staff: Staff = self.current.clone();
        for (g, row) in staff.iter_mut().enumerate() {
            if takes_first(g) {
                row.fill(0);
            }
        }
        for (q, queue) in self.queues.iter().enumerate() {
            let needed = (0..queue.fits.len()).map(|interval| self.needed(q, interval, goals));
            for (interval, needed) in needed.enumerate() {
                let Some(needed) = needed else {
                    continue;
                };
                let now = |g: &usize| f64::from(self.current[*g][interval]);
                let all: f64 = queue.first.iter().map(now).sum();
                for g in &queue.first {
                    let share = match all > 0.0 {
                        true => now(g) / all,
                        false => 1.0 / queue.first.len() as f64,
                    };
                    staff[*g][interval] += (f64::from(needed) * share).ceil() as u32;
                }
            }
        }
        self.bounds.cut(&staff)
    }

    /// The staffing that the formula asks for, where it is fitted to the simulation of `staff`.
    pub(super) fn next(&self, staff: &Staff, goals: &[Goal]) -> Staff {
        // Change by group and interval, of those groups that take calls first.
        let mut change: HashMap<(usize, usize), i64> = HashMap::new();
        for (q, queue) in self.queues.iter().enumerate() {
            for interval in 0..queue.fits.len() {
                let now = i64::from(self.agents(q, interval, staff));
                let needed = match (&queue.fits[interval], self.needed(q, interval, goals)) {
                    // Nobody calls.
                    (None, _) => 0,
                    (_, Some(needed)) => i64::from(needed),
                    // The formula cannot reach it: the simulation will tell.
                    (_, None) => now,
                };
                let one = match needed < now {
                    // The dearest group goes first.
                    true => queue
                        .first
                        .iter()
                        .max_by(|&&a, &&b| self.by_cost(a, b, interval)),
                    false => queue
                        .first
                        .iter()
                        .min_by(|&&a, &&b| self.by_cost(a, b, interval)),
                };
                if let Some(&g) = one {
                    // A group that takes the calls of several queues first is as large as the neediest one asks for.
                    let wanted = change.entry((g, interval)).or_insert(i64::MIN);
                    *wanted = (*wanted).max(needed - now);
                }
            }
        }
        let mut next = staff.clone();
        for ((g, interval), change) in change {
            let n = &mut next[g][interval];
            *n = (i64::from(*n) + change).clamp(0, MOST_AGENTS as i64) as u32;
        }
        self.bounds.cut(&next)
    }

    /// Whether a group takes a queue's calls first.
    pub(super) fn takes_first(&self, queue: usize, group: usize) -> bool {
        self.queues[queue].first.contains(&group)
    }

    /// Cost of a day's agents.
    pub(super) fn cost_of(&self, staff: &Staff) -> f64 {
        cost_of(staff, &self.cost)
    }

    /// Groups that serve a queue.
    pub(super) fn serving(&self, queue: usize) -> &[usize] {
        &self.queues[queue].all
    }

    /// Whether a queue is called in an interval.
    pub(super) fn is_called(&self, queue: usize, interval: usize) -> bool {
        self.queues[queue].fits[interval].is_some()
    }

    fn intervals(&self) -> usize {
        self.current.first().map_or(0, Vec::len)
    }

    fn by_cost(&self, a: usize, b: usize, interval: usize) -> std::cmp::Ordering {
        self.cost[a][interval].total_cmp(&self.cost[b][interval])
    }

    /// Agents that a queue needs in an interval by the formula; none where it says nothing.
    fn needed(&self, queue: usize, interval: usize, goals: &[Goal]) -> Option<u32> {
        let q = &self.queues[queue];
        let fit = q.fits[interval].as_ref()?;
        let concerns = |goal: &&Goal| goal.interval.is_none_or(|i| i == interval);
        let day = goals.iter().any(|goal| goal.interval.is_none());
        let targets: Vec<FormulaTarget> = goals
            .iter()
            .filter(concerns)
            .filter_map(|goal| q.formula_target(queue, goal))
            .collect();
        if targets.is_empty() {
            return Some(0);
        }
        let least = |targets: &[FormulaTarget]| match day {
            // Over the day what is too much here may be too little there.
            true => fit.system.least_agents_fractional(targets).map(f64::round),
            false => fit.system.least_agents(targets).map(|n| n as f64),
        };
        let needed = match least(&targets) {
            Err(Error::Unreachable { .. }) => {
                let relaxed = targets.iter().map(|t| self.tolerance.relaxed(t));
                least(&relaxed.collect::<Vec<_>>())
            }
            needed => needed,
        };
        needed.ok().map(|n| n.min(MOST_AGENTS as f64) as u32)
    }

    /// Adds agents for a goal that is missed; the more, the oftener that was tried and the more there are.
    pub(super) fn add(&mut self, staff: &mut Staff, goal: &Goal, tried: usize) {
        let (queue, groups) = match &goal.target.place {
            Place::Group(g) => (None, vec![*g]),
            Place::Queue(q) => (Some(*q), self.queues[*q].all.clone()),
            Place::Trunk(_) => return,
        };
        let agents_at = |i: usize| groups.iter().map(|&g| staff[g][i] as usize).sum::<usize>();
        let Some(interval) = goal.interval else {
            let day: usize = (0..self.intervals()).map(agents_at).sum();
            let of = usize::from(goal.target.kpi == "abandonment_rate");
            for _ in 0..tried * (1 + day / ONE_IN_OF_DAY) {
                let worth = |i: usize| match queue {
                    Some(queue) => {
                        let gain = self.gain_for(goal, queue, i, staff)
                            * self.queues[queue].kept[of][i].believed;
                        let cost = self.queues[queue].first.iter().map(|&g| self.cost[g][i]);
                        gain / cost.fold(f64::INFINITY, f64::min).max(1e-9)
                    }
                    // A group is busiest where it is largest.
                    None => f64::from(staff[groups[0]][i]),
                };
                let intervals = 0..self.intervals();
                let with_room = intervals.filter(|&i| self.has_room(staff, &groups, i).is_some());
                let Some(best) = with_room.max_by(|&a, &b| worth(a).total_cmp(&worth(b))) else {
                    break;
                };
                if let Some(queue) = queue {
                    let gain = self.gain_for(goal, queue, best, staff);
                    let share = gain / self.offered(queue, best).max(f64::MIN_POSITIVE);
                    self.queues[queue].kept[of][best].promised += share;
                }
                self.add_one(staff, &groups, best);
            }
            return;
        };
        let often = tried > FEW_TRIES;
        let many = if often {
            agents_at(interval) / ONE_IN
        } else {
            0
        };
        let added = (0..many.max(1))
            .take_while(|_| self.add_one(staff, &groups, interval))
            .count();
        // What stays missed may come from calls carried over.
        if queue.is_some() && (added == 0 || often) {
            (0..interval)
                .rev()
                .any(|earlier| self.add_one(staff, &groups, earlier));
        }
    }

    /// The first of some groups that has room in an interval, of those that take calls first if one is among them.
    fn has_room(&self, staff: &Staff, groups: &[usize], interval: usize) -> Option<usize> {
        let has_room = |g: &&usize| staff[**g][interval] < self.bounds.most[**g][interval];
        let first = |g: &&usize| self.queues.iter().any(|q| q.first.contains(g));
        let found = groups.iter().filter(has_room).find(first);
        found.or_else(|| groups.iter().find(has_room)).copied()
    }

    /// One agent more, if a group has room.
    fn add_one(&self, staff: &mut Staff, groups: &[usize], interval: usize) -> bool {
        let group = self.has_room(staff, groups, interval);
        if let Some(g) = group {
            staff[g][interval] += 1;
        }
        group.is_some()
    }

    /// Contacts a day that meet the service level, by the formula, with one agent more than a staffing has.
    pub(super) fn gain_of_one(&self, queue: usize, interval: usize, staff: &Staff) -> f64 {
        self.gain(queue, interval, self.agents(queue, interval, staff))
    }

    /// The same as a goal counts them: of an abandonment rate, contacts that are not abandoned.
    fn gain_for(&self, goal: &Goal, queue: usize, interval: usize, staff: &Staff) -> f64 {
        if goal.target.kpi != "abandonment_rate" {
            return self.gain_of_one(queue, interval, staff);
        }
        let agents = self.agents(queue, interval, staff);
        let abandoned = |n| {
            let performance = self.performance(queue, interval, n);
            performance.map_or(1.0, |performance| performance.abandonment_rate)
        };
        self.offered(queue, interval) * (abandoned(agents) - abandoned(agents + 1)).max(0.0)
    }

    /// The gain of one agent more than `agents`.
    fn gain(&self, queue: usize, interval: usize, agents: u32) -> f64 {
        let level = |n| self.level(queue, interval, n);
        self.offered(queue, interval) * (level(agents + 1) - level(agents)).max(0.0)
    }

    /// Attempts offered a day.
    fn offered(&self, queue: usize, interval: usize) -> f64 {
        let fit = self.queues[queue].fits[interval].as_ref();
        fit.map_or(0.0, |fit| fit.offered)
    }

    /// The service level with so many agents, by the formula.
    fn level(&self, queue: usize, interval: usize, agents: u32) -> f64 {
        let performance = self.performance(queue, interval, agents);
        performance.map_or(0.0, |performance| self.queues[queue].level(&performance))
    }

    fn performance(&self, queue: usize, interval: usize, agents: u32) -> Option<Performance> {
        let fit = self.queues[queue].fits[interval].as_ref()?;
        self.queues[queue].performance(fit, agents.into())
    }

    /// Contacts a day that will miss the service level, by the formula, with one agent less in a group: of the queues whose
    /// calls it takes first. Over the day all count alike; in an interval a small queue is no less than a large one.
    pub(super) fn loss(&self, staff: &Staff, group: usize, interval: usize, per: Per) -> f64 {
        let takes_first = |q: &usize| self.queues[*q].first.contains(&group);
        let of_queue = |q: usize| {
            let agents = self.agents(q, interval, staff);
            let lost = self.gain(q, interval, agents.saturating_sub(1));
            match (per, &self.queues[q].fits[interval]) {
                (Per::Interval, Some(fit)) => lost / fit.offered.max(1e-9),
                _ => lost,
            }
        };
        (0..self.queues.len())
            .filter(takes_first)
            .map(of_queue)
            .sum()
    }
}

impl QueueResponse {
    pub fn new(scenario: &Scenario, queue: &Queue) -> Self {
        Self {
            first: groups_of(scenario, queue, 1),
            all: groups_of(scenario, queue, usize::MAX),
            patience: patience(scenario, queue),
            thresholds: Thresholds {
                within_s: queue.target.within.as_secs_f64(),
                short_s: queue.short_abandon.as_secs_f64(),
                percentile: None,
            },
            formula: queue.formula,
            fits: vec![None; scenario.intervals()],
            kept: [0, 1].map(|_| vec![Kept::default(); scenario.intervals()]),
        }
    }

    /// Calls as of this queue, without agents.
    pub fn system(&self, calls_per_h: f64, aht_s: f64) -> WaitingSystem {
        WaitingSystem {
            calls_per_h,
            aht_s,
            agents: 0.0,
            patience: self.patience.clone(),
            limit: None,
        }
    }

    /// The system with the volume with which the formula gives a service level of this queue.
    pub fn fitted(&self, system: WaitingSystem, level: Option<f64>) -> WaitingSystem {
        fitted(system, level, &self.thresholds, self.formula)
    }

    /// What the formula gives with so many agents; none where it has no answer.
    pub fn performance(&self, fit: &Fit, agents: f64) -> Option<Performance> {
        let system = fit.system.with_agents(agents);
        system.performance(&self.thresholds).ok()
    }

    /// The service level of a performance.
    pub fn level(&self, performance: &Performance) -> f64 {
        performance.service_level(self.formula)
    }

    /// A goal as a target of the formula, if it is the queue's or of a group that takes its calls first.
    fn formula_target(&self, queue: usize, goal: &Goal) -> Option<FormulaTarget> {
        let max = goal.aim;
        match (goal.target.place, goal.target.kpi) {
            (Place::Queue(q), "service_level") if q == queue => {
                Some(level_target(max, &self.thresholds, self.formula))
            }
            (Place::Queue(q), "abandonment_rate") if q == queue => {
                Some(FormulaTarget::Abandonment { max })
            }
            (Place::Queue(q), "asa_s") if q == queue => Some(FormulaTarget::Asa { max_s: max }),
            (Place::Group(g), "occupancy") if self.first.contains(&g) => {
                Some(FormulaTarget::Occupancy { max })
            }
            _ => None,
        }
    }
}

/// Cost of an agent in an interval, by group: paid time at the group's price; where no group has one, paid hours.
pub(super) fn cost_per_agent(scenario: &Scenario) -> Vec<Vec<f64>> {
    let priced = scenario.groups.iter().any(|g| g.cost_per_hour.is_some());
    let width_h = f64::from(scenario.interval_min) / 60.0;
    let of_group = |g: &crate::scenario::Group| {
        let price = if priced {
            g.cost_per_hour.unwrap_or(0.0)
        } else {
            1.0
        };
        g.shrinkage
            .iter()
            .map(|s| price * width_h / (1.0 - s))
            .collect()
    };
    scenario.groups.iter().map(of_group).collect()
}

/// Cost of a day's agents, by that of an agent in each interval.
pub(super) fn cost_of(staff: &Staff, per_agent: &[Vec<f64>]) -> f64 {
    let rows = staff.iter().zip(per_agent);
    let cells = rows.flat_map(|(row, cost)| row.iter().zip(cost));
    cells.map(|(&n, cost)| f64::from(n) * cost).sum()
}

/// The groups of the first tiers of a queue.
fn groups_of(scenario: &Scenario, queue: &Queue, tiers: usize) -> Vec<usize> {
    let names = queue.tiers.iter().take(tiers).flat_map(|tier| &tier.groups);
    let index = |name| scenario.groups.iter().position(|g| &g.name == name);
    names.filter_map(index).collect()
}

/// Patience of the call type with the largest demand.
fn patience(scenario: &Scenario, queue: &Queue) -> Patience {
    let demand = |t: &&CallType| match &t.demand {
        Demand::Volume(values) | Demand::RatePerHour(values) => values.iter().sum::<f64>(),
    };
    let types = scenario.call_types.iter().filter(|t| t.queue == queue.name);
    let main = types.max_by(|a, b| demand(a).total_cmp(&demand(b)));
    main.and_then(|t| Patience::new(&t.patience, t.balk).ok())
        .unwrap_or_else(Patience::endless)
}

fn most(values: &[f64]) -> f64 {
    values.iter().copied().fold(0.0, f64::max)
}
