//! The cheapest plan that covers the people needed, as far as it can be found, and how much cheaper one could be at most.

use super::candidates::Candidates;
use super::cover::CoverProgram;
use super::improve::{complete, improve, remove_spare};
use super::plan::Plan;
use super::program::Outcome;
use super::roster::Roster;
use super::task::Task;
use super::tours::Pricing;
use crate::random::{Purpose, ReplicationKey, Stream};
use std::sync::atomic::{AtomicBool, Ordering};

/// How much is tried.
#[derive(Debug, Clone, PartialEq)]
pub struct Effort {
    /// Trials to replace a few people by cheaper ones.
    pub trials: u64,
    /// Nodes of the branch-and-bound tree.
    pub nodes: u64,
    /// Seed of the trials.
    pub seed: u64,
}

impl Default for Effort {
    fn default() -> Self {
        Self {
            trials: 20_000,
            nodes: 200,
            seed: 1,
        }
    }
}

/// A plan for the cover problem alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Solved {
    /// The plan.
    pub plan: Plan,
    /// What the plan costs, with the prices of who is missing and who is spare.
    pub objective: f64,
    /// No plan that covers the need has a lower objective; none where nothing covers it.
    pub bound: Option<f64>,
    /// Nodes of the tree that were looked at.
    pub nodes: u64,
    /// Nobody is missing.
    pub complete: bool,
    /// It was interrupted.
    pub partial: bool,
}

impl Solved {
    /// How much more the plan costs than the bound, as a fraction of it.
    pub fn gap(&self) -> Option<f64> {
        let bound = self.bound?;
        match bound > 0.0 {
            true => Some((self.objective / bound - 1.0).max(0.0)),
            false => (self.objective <= 1e-9).then_some(0.0),
        }
    }
}

/// Solves the cover problem of a task: first people are added one by one where they help most, and beside it the solution in
/// fractions of people is rounded; the better one is improved by trials, then by the branch-and-bound tree.
///
/// After an interruption the plan is the best so far.
///
/// # Errors
/// The problem is too large: what to do.
pub fn solve(
    task: &Task,
    need: &[Vec<u32>],
    effort: &Effort,
    stop: &AtomicBool,
) -> Result<Solved, String> {
    let candidates = Candidates::new(task)?;
    let pricing = Pricing::new(task, &candidates);
    let program = CoverProgram::new(task, &candidates, &pricing, need)?;
    let mut random = ReplicationKey::new(effort.seed, 0).stream(Purpose::Shifts);

    let mut best = Roster::new(task, &candidates, need);
    complete(&mut best, &pricing, 0.0, &mut random, stop);
    remove_spare(&mut best);
    let mut bound = None;
    if let Outcome::Solved(relaxed) = program.program.relaxed(stop) {
        bound = Some(relaxed.bound + program.constant);
        let values = relaxed.values.unwrap_or_default();
        let rounded = rounded(&best, &program, &pricing, &values, &mut random, stop);
        if rounded.objective() < best.objective() {
            best = rounded;
        }
    }
    improve(&mut best, &pricing, effort.trials, &mut random, stop);
    let mut nodes = 0;
    let at_bound = bound.is_some_and(|bound| best.objective() <= bound * (1.0 + 1e-9) + 1e-9);
    if program.exact && bound.is_some() && !at_bound && effort.nodes > 0 {
        let start = match best.is_complete() {
            true => program.start(&best, &pricing),
            false => Vec::new(),
        };
        if let Outcome::Solved(solved) = program.program.solved(start, effort.nodes, stop) {
            nodes = solved.nodes;
            bound = bound.map(|bound| bound.max(solved.bound + program.constant));
            if let Some(values) = solved.values {
                let mut found = Roster::new(task, &candidates, need);
                for tour in program.tours(&candidates, &pricing, &values) {
                    found.add(tour);
                }
                if found.objective() < best.objective() {
                    best = found;
                }
            }
        }
    }
    Ok(Solved {
        plan: best.plan(),
        objective: best.objective(),
        bound,
        nodes,
        complete: best.is_complete(),
        partial: stop.load(Ordering::Relaxed),
    })
}

/// The solution in fractions, rounded down, and completed.
fn rounded<'a>(
    empty: &Roster<'a>,
    program: &CoverProgram,
    pricing: &Pricing,
    values: &[f64],
    random: &mut Stream,
    stop: &AtomicBool,
) -> Roster<'a> {
    let mut roster = empty.emptied();
    for mut tour in program.tours(roster.candidates, pricing, values) {
        roster.refresh();
        for work in &mut tour.works {
            *work = roster.best_ways(work.shift);
        }
        roster.add(tour);
    }
    complete(&mut roster, pricing, 0.0, random, stop);
    remove_spare(&mut roster);
    roster
}
