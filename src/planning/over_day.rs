//! What agents bring to targets over the day, interval by interval, by a formula that is fitted to a simulation.
//!
//! A target over the day is a sum over its intervals (Koole and van der Sluis 2003): the contacts that are answered in
//! time, say, are at least so many. What an interval adds depends on its own agents.

use super::analytic::{Analytic, Calls, When};
use super::goals::Goal;
use super::response::{Fit, QueueResponse};
use crate::kpi::{Place, Results};
use crate::model::Model;
use rayon::iter::{IntoParallelIterator, ParallelIterator};

/// An ASA is looked at up to so many times its target, and at least so many seconds: above, an interval is no worse.
const WORST_ASA: (f64, f64) = (10.0, 600.0);

/// No lower occupancy is planned.
const LEAST_OCCUPANCY: f64 = 0.01;

/// Agents whose service is computed; between them it is interpolated.
const POINTS: usize = 150;

/// Enough agents: the traffic, so many times its root, and so many more.
const ENOUGH: (f64, f64) = (6.0, 12.0);

/// How the targets of a day answer to agents.
#[derive(Debug)]
pub(crate) struct OverDay {
    queues: Vec<QueueResponse>,
    /// By queue those whose calls the same agents take first, itself among them.
    sharing: Vec<Vec<usize>>,
    /// By group and interval, hours spent with calls a day.
    busy_h: Vec<Vec<f64>>,
    interval_h: f64,
}

/// What a queue is called in an interval.
#[derive(Debug, Clone, Copy, Default)]
struct Load {
    /// Attempts offered a day.
    offered: f64,
    aht_s: f64,
    /// Service level, where something was simulated.
    level: Option<f64>,
}

impl OverDay {
    /// With the first attempts that are expected.
    pub fn new(model: &Model) -> Self {
        let scenario = &model.scenario;
        let analytic = Analytic::new(model);
        let queues: Vec<QueueResponse> = scenario
            .queues
            .iter()
            .map(|queue| QueueResponse::new(scenario, queue))
            .collect();
        let meet =
            |a: &QueueResponse, b: &QueueResponse| a.first.iter().any(|g| b.first.contains(g));
        let sharing = queues.iter().map(|of| {
            let others = queues.iter().enumerate();
            let same = others.filter(|(_, other)| meet(of, other));
            same.map(|(q, _)| q).collect()
        });
        let mut this = Self {
            sharing: sharing.collect(),
            busy_h: vec![vec![0.0; scenario.intervals()]; scenario.groups.len()],
            queues,
            interval_h: f64::from(scenario.interval_min) / 60.0,
        };
        let load = |queue: usize, interval: usize| {
            let system = analytic
                .system(queue, When::Interval(interval), Calls::First)
                .system;
            Load {
                offered: system.calls_per_h * f64::from(scenario.interval_min) / 60.0,
                aht_s: system.aht_s,
                level: None,
            }
        };
        this.see(&load, &|_, _| 0.0);
        for queue in &this.queues {
            for (interval, fit) in queue.fits.iter().enumerate() {
                let erlangs = fit.as_ref().map_or(0.0, |fit| fit.system.erlangs());
                for &g in &queue.first {
                    // Each fit has the load of all queues that share its agents: the largest counts.
                    let share = erlangs * this.interval_h / queue.first.len() as f64;
                    let busy_h = &mut this.busy_h[g][interval];
                    *busy_h = busy_h.max(share);
                }
            }
        }
        this
    }

    /// Fits to a simulation with so many agents, on average, by group and interval.
    pub fn fit(&mut self, results: &Results, agents: &dyn Fn(usize, usize) -> f64) {
        let figure = |part: &crate::kpi::Part, interval: usize, kpi: &str| {
            let of = part.intervals.as_ref()?.get(interval)?;
            of.get(kpi).mean
        };
        let load = |q: usize, interval: usize| {
            let figure = |kpi| figure(&results.queues[q], interval, kpi);
            Load {
                offered: figure("offered").unwrap_or(0.0),
                aht_s: figure("aht_s").unwrap_or(0.0),
                level: figure("service_level"),
            }
        };
        self.see(&load, agents);
        for (g, row) in self.busy_h.iter_mut().enumerate() {
            for (interval, busy_h) in row.iter_mut().enumerate() {
                *busy_h = figure(&results.groups[g], interval, "busy_h").unwrap_or(0.0);
            }
        }
    }

    fn see(&mut self, load: &dyn Fn(usize, usize) -> Load, agents: &dyn Fn(usize, usize) -> f64) {
        for q in 0..self.queues.len() {
            for interval in 0..self.queues[q].fits.len() {
                let own = load(q, interval);
                let all = self.sharing[q].iter().map(|&other| load(other, interval));
                let (calls, work_s) = all.fold((0.0, 0.0), |(calls, work_s), of| {
                    (calls + of.offered, work_s + of.offered * of.aht_s)
                });
                let queue = &self.queues[q];
                let fit = if own.offered <= 0.0 {
                    None
                } else if work_s <= 0.0 {
                    // Where nobody is answered the handling time is unknown: the last one stands.
                    queue.fits[interval].clone()
                } else {
                    let system = queue.system(calls / self.interval_h, work_s / calls);
                    let there = queue.first.iter().map(|&g| agents(g, interval)).sum();
                    let mut system = queue.fitted(system.with_agents(there), own.level);
                    // Half the way: the next plan has its people elsewhere, and its calls.
                    if let Some(before) = &queue.fits[interval] {
                        let both = before.system.calls_per_h * system.calls_per_h;
                        system.calls_per_h = both.sqrt();
                    }
                    Some(Fit {
                        system,
                        offered: own.offered,
                    })
                };
                self.queues[q].fits[interval] = fit;
            }
        }
    }

    /// The groups whose agents bring a goal about: those who take the queue's calls first.
    pub fn groups(&self, goal: &Goal) -> Vec<usize> {
        match goal.target.place {
            Place::Queue(q) => self.queues[q].first.clone(),
            Place::Group(g) => vec![g],
            Place::Trunk(_) => Vec::new(),
        }
    }

    /// By interval what agents bring to a goal, from nobody on; more than the last bring no more. The unit is that of
    /// [`wanted`](Self::wanted).
    pub fn worth(&self, goal: &Goal) -> Vec<Vec<f64>> {
        let intervals = (0..self.busy_h.first().map_or(0, Vec::len)).into_par_iter();
        let worth = intervals.map(|interval| match goal.target.place {
            Place::Queue(q) => self.of_queue(&self.queues[q], goal, interval),
            Place::Group(g) => {
                let (busy_h, h) = (self.busy_h[g][interval], self.interval_h);
                let enough = 10.0 + 3.0 * busy_h / (h * goal.target.threshold.max(LEAST_OCCUPANCY));
                (0..=enough as u32).map(|n| f64::from(n) * h).collect()
            }
            Place::Trunk(_) => Vec::new(),
        });
        worth.collect()
    }

    fn of_queue(&self, queue: &QueueResponse, goal: &Goal, interval: usize) -> Vec<f64> {
        let Some(fit) = &queue.fits[interval] else {
            return Vec::new();
        };
        let erlangs = fit.system.erlangs();
        let enough = (erlangs + ENOUGH.0 * erlangs.sqrt() + ENOUGH.1).ceil() as usize;
        let step = enough.div_ceil(POINTS);
        let points: Vec<f64> = (0..=enough.div_ceil(step))
            .map(|point| {
                let agents = (point * step) as f64;
                let performance = queue.performance(fit, agents).filter(|_| point > 0);
                let figure = performance.and_then(|p| match goal.target.kpi {
                    "service_level" => Some(queue.level(&p)),
                    "abandonment_rate" => Some(p.abandonment_rate),
                    _ => p.asa_s,
                });
                fit.offered * figure.map_or(0.0, |figure| share_kept(goal, figure))
            })
            .collect();
        let between = |n: usize| {
            let (at, rest) = (n / step, n % step);
            let next = points[(at + 1).min(points.len() - 1)];
            points[at] + (next - points[at]) * rest as f64 / step as f64
        };
        (0..=(points.len() - 1) * step).map(between).collect()
    }

    /// What all intervals must bring together, so that the figure of a goal is so high: contacts that keep the target; for an
    /// ASA contacts, each by the share of the longest wait that is looked at by which it waits less; for an occupancy hours at
    /// work.
    pub fn wanted(&self, goal: &Goal, figure: f64) -> f64 {
        match goal.target.place {
            Place::Group(g) => self.busy_h[g].iter().sum::<f64>() / figure.max(LEAST_OCCUPANCY),
            _ => share_kept(goal, figure) * self.offered(goal),
        }
    }

    /// The figure of a goal with which all intervals bring so much; none where nobody calls.
    pub fn figure(&self, goal: &Goal, brought: f64) -> Option<f64> {
        let each = Some(brought / self.offered(goal)).filter(|each| each.is_finite());
        match (goal.target.place, goal.target.kpi) {
            (Place::Group(g), _) => {
                let busy_h: f64 = self.busy_h[g].iter().sum();
                (brought > 0.0).then(|| busy_h / brought)
            }
            (_, "service_level") => each,
            (_, "abandonment_rate") => each.map(|each| 1.0 - each),
            _ => each.map(|each| worst_asa_s(goal) * (1.0 - each)),
        }
    }

    /// Contacts offered a day of a goal's queue.
    pub fn offered(&self, goal: &Goal) -> f64 {
        let Place::Queue(q) = goal.target.place else {
            return 0.0;
        };
        let fits = self.queues[q].fits.iter().flatten();
        fits.map(|fit| fit.offered).sum()
    }

    /// Whether a group takes any queue's calls first.
    pub fn takes_first(&self, group: usize) -> bool {
        self.queues.iter().any(|queue| queue.first.contains(&group))
    }
}

/// The share of its contacts that a queue serves as a goal wants it, where the goal's figure is this one: of an ASA by what share
/// it is shorter than the longest wait that is looked at.
pub(crate) fn share_kept(goal: &Goal, figure: f64) -> f64 {
    match goal.target.kpi {
        "service_level" => figure,
        "abandonment_rate" => 1.0 - figure,
        _ => (1.0 - figure / worst_asa_s(goal)).max(0.0),
    }
}

fn worst_asa_s(goal: &Goal) -> f64 {
    (WORST_ASA.0 * goal.target.threshold).max(WORST_ASA.1)
}
