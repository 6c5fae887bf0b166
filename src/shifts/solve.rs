//! The cheapest plan that covers the people needed, as far as it can be found, and how much cheaper one could be at most.

use super::candidates::Candidates;
use super::cover::{Breaks, CoverProgram, Sight};
use super::explain::{Explanation, explain};
use super::improve::{complete, improve, remove_spare};
use super::plan::Plan;
use super::program::{Outcome, Solution};
use super::roster::{Roster, Tour};
use super::task::{Aim, Task};
use super::tours::Pricing;
use crate::random::{Purpose, ReplicationKey, Stream};
use std::sync::atomic::{AtomicBool, Ordering};

/// How much is tried.
#[derive(Debug, Clone, PartialEq)]
pub struct Effort {
    /// Dives from a solution in fractions to one in whole numbers, at most.
    pub dives: u32,
    /// Trials to replace a few people by cheaper ones, at most.
    pub trials: u64,
    /// Nodes of the branch-and-bound tree, at most.
    pub nodes: u64,
    /// Seed of the trials.
    pub seed: u64,
}

impl Default for Effort {
    fn default() -> Self {
        Self {
            dives: 8,
            trials: 5_000,
            nodes: 100,
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
    /// Nobody is missing.
    pub complete: bool,
    /// Published shifts that nobody works.
    pub changes: u64,
    /// What the people bring to each aim of the task.
    pub brought: Vec<f64>,
}

/// How good a plan can be.
#[derive(Debug, Clone, PartialEq)]
pub struct Bound {
    /// No plan that covers the need has a lower objective; none where it is not known.
    pub objective: Option<f64>,
    /// No plan covers the need.
    pub infeasible: bool,
    /// Nodes of the tree that were looked at.
    pub nodes: u64,
    /// Why the solver failed, if it did.
    pub failure: Option<String>,
}

impl Bound {
    /// What a reader should know.
    pub(super) fn warning(&self) -> Option<String> {
        let then = match self.objective {
            None => "there is no bound",
            Some(_) => "the bound is that of the relaxation",
        };
        let failure = self.failure.as_ref()?;
        Some(format!("the solver failed: {failure}; {then}"))
    }
}

/// How much more a plan costs than the bound, as a fraction of it.
pub fn gap(objective: f64, bound: f64) -> f64 {
    match bound > 0.0 {
        true => (objective / bound - 1.0).max(0.0),
        false => 0.0,
    }
}

/// Every shift that a task's rules allow.
#[derive(Debug)]
pub struct Shiftwork<'t> {
    task: &'t Task,
    candidates: Candidates,
    pricing: Pricing,
}

impl<'t> Shiftwork<'t> {
    /// # Errors
    /// There are too many: what to do.
    pub fn new(task: &'t Task) -> Result<Self, String> {
        let candidates = Candidates::new(task)?;
        let pricing = Pricing::new(task, &candidates);
        Ok(Self {
            task,
            candidates,
            pricing,
        })
    }

    /// The program of the cover problem in the LP format, for another solver. In a week of contracts whose people work different
    /// shifts its least cost is a bound, not that of a plan.
    ///
    /// # Errors
    /// It is too large: what to do.
    pub fn lp_file(&self) -> Result<String, String> {
        Ok(self.program(Sight::Above)?.program.lp_file())
    }

    /// How good service can be, if no plan has a lower objective than this bound: the share that can be reached of every aim;
    /// and, where that is all of them, the most that can be brought by a plan that reaches at least such a `share` of each.
    pub fn best_service(&self, bound: f64, share: f64) -> (f64, Option<f64>) {
        let task = self.task;
        let most: f64 = task.aims.iter().map(Aim::most).sum();
        let (of_worst, of_all) = self.candidates.prices_of_service(task);
        let published: f64 = task.published.iter().map(|of| f64::from(of.people)).sum();
        // What else a plan can cost.
        let others = self.candidates.most_cost(task) + task.cost_per_change() * published;
        let lacks = (bound - others - of_all) / of_worst;
        let of_lack = of_worst * (1.0 - share).max(0.0);
        let missing = ((bound - others - of_lack) / of_all).max(0.0);
        let all = (lacks <= 0.0).then(|| most * (1.0 - missing).max(0.0));
        ((1.0 - lacks.max(0.0)).clamp(0.0, 1.0), all)
    }

    /// Why nothing covers the need of the task.
    ///
    /// # Errors
    /// The program is too large: what to do.
    pub(super) fn explanation(&self, stop: &AtomicBool) -> Result<Explanation, String> {
        Ok(explain(self.task, &self.program(Sight::Above)?, stop))
    }

    fn program(&self, sight: Sight) -> Result<CoverProgram, String> {
        CoverProgram::new(self.task, &self.candidates, &self.pricing, sight)
    }
}

/// Plans for one task, one after the other: for what is needed at first, and for what turns out to be needed.
#[derive(Debug)]
pub struct Planner<'s> {
    of: &'s Shiftwork<'s>,
    effort: Effort,
    random: Stream,
    best: Roster<'s>,
}

impl<'s> Planner<'s> {
    /// A planner that has no plan yet.
    pub fn new(of: &'s Shiftwork<'s>, effort: &Effort) -> Self {
        Self {
            of,
            random: ReplicationKey::new(effort.seed, 0).stream(Purpose::Shifts),
            effort: effort.clone(),
            best: Roster::new(of.task, &of.candidates, &of.task.need),
        }
    }

    /// A planner that starts from the people of another one's plan, of the same rules.
    pub(super) fn from_plan(of: &'s Shiftwork<'s>, effort: &Effort, tours: Vec<Tour>) -> Self {
        let mut planner = Self::new(of, effort);
        for tour in tours {
            planner.best.add(tour);
        }
        planner
    }

    /// The people of the plan.
    pub(super) fn into_tours(self) -> Vec<Tour> {
        self.best.tours
    }

    /// Solves the cover problem for the need of the task: people are added one by one where they help most for the money, and
    /// beside it the solution in fractions of people is brought to whole numbers by [dives](Effort::dives); the best is improved
    /// by trials, then by the branch-and-bound tree. Where the program's solutions are no plans, in a week of different shifts, a dive
    /// gives the shifts, which are given out to people, and the tree is left out.
    ///
    /// After an interruption the plan is the best so far.
    ///
    /// # Errors
    /// The program is too large: what to do.
    pub fn solve(&mut self, stop: &AtomicBool) -> Result<Bound, String> {
        let of = self.of;
        let program = of.program(Sight::Above)?;
        let within = match of.task.aims.is_empty() {
            true => None,
            false => Some(of.program(Sight::Within)?),
        };
        let mut bound = Bound {
            objective: None,
            infeasible: false,
            nodes: 0,
            failure: None,
        };
        let dives = self.effort.dives > 0;
        let (best, random) = (&mut self.best, &mut self.random);
        let add = || {
            complete(best, &of.pricing, 0.0, random, stop);
            remove_spare(best);
        };
        let dive = |program: &CoverProgram| program.program.dived(&[], stop);
        let relax = || match &within {
            None if dives => dive(&program),
            _ => program.program.relaxed(stop),
        };
        let ((), relaxed) = rayon::join(add, relax);
        match &relaxed {
            Outcome::Solved(relaxed) => bound.objective = Some(program.round_up(relaxed.bound)),
            Outcome::Infeasible => bound.infeasible = true,
            Outcome::Failed(why) => bound.failure = Some(why.clone()),
            Outcome::Interrupted => {}
        }
        if dives && bound.objective.is_some() {
            let (mut dived, mut diving) = (relaxed, &program);
            if let Some(within) = &within {
                (dived, diving) = (dive(within), within);
            }
            // So few people that every plan has less of them somewhere.
            if dived == Outcome::Infeasible {
                (dived, diving) = (dive(&program), &program);
            }
            self.land(diving, self.best.emptied(), &dived, stop);
            self.dive_again(diving, bound.objective, stop);
        }
        self.improve(bound.objective, stop);
        let at_bound = bound.objective.is_some_and(|bound| self.is_at(bound));
        let branches = program.exact && within.is_none() && self.effort.nodes > 0;
        if branches && bound.objective.is_some() && !at_bound {
            let start = match self.best.is_complete() {
                true => program.start(&self.best, &of.pricing),
                false => Vec::new(),
            };
            match program.program.solved(start, self.effort.nodes, stop) {
                Outcome::Solved(solved) => {
                    bound.nodes = solved.nodes;
                    let better = program.round_up(solved.bound);
                    bound.objective = bound.objective.map(|bound| bound.max(better));
                    if let Some(values) = solved.values {
                        let mut found = self.best.emptied();
                        for tour in program.tours(&of.candidates, &of.pricing, &values) {
                            found.add(tour);
                        }
                        self.take(found);
                    }
                }
                Outcome::Failed(why) => bound.failure = Some(why),
                Outcome::Infeasible | Outcome::Interrupted => {}
            }
        }
        Ok(bound)
    }

    /// Plans for another need, from the plan for the one before.
    pub fn solve_again(&mut self, need: &[Vec<u32>], stop: &AtomicBool) {
        let of = self.of;
        let tours = std::mem::take(&mut self.best.tours);
        self.best = Roster::new(of.task, &of.candidates, need);
        for tour in tours {
            self.best.add(tour);
        }
        remove_spare(&mut self.best);
        complete(&mut self.best, &of.pricing, 0.0, &mut self.random, stop);
        self.improve(None, stop);
    }

    /// The plan.
    pub fn solved(&self) -> Solved {
        Solved {
            plan: self.best.plan(),
            objective: self.best.objective(),
            complete: self.best.is_complete(),
            changes: self.best.changes(),
            brought: self.best.brought().to_vec(),
        }
    }

    fn is_at(&self, bound: f64) -> bool {
        self.best.objective() <= bound * (1.0 + 1e-9) + 1e-9
    }

    fn take(&mut self, other: Roster<'s>) {
        if other.objective() < self.best.objective() - 1e-9 {
            self.best = other;
        }
    }

    /// Trials in rounds, until a round has brought nothing.
    fn improve(&mut self, bound: Option<f64>, stop: &AtomicBool) {
        let round = self.effort.trials.div_ceil(ROUNDS);
        let mut left = self.effort.trials;
        while left > 0 && !stop.load(Ordering::Relaxed) && !bound.is_some_and(|b| self.is_at(b)) {
            let trials = round.min(left);
            let before = self.best.objective();
            improve(
                &mut self.best,
                &self.of.pricing,
                trials,
                &mut self.random,
                stop,
            );
            left -= trials;
            if self.best.objective() >= before - 1e-9 {
                return;
            }
        }
    }

    /// Gives the shifts of a week to people, one after the other, each as many as the contract allows.
    fn give_out(&mut self, roster: &mut Roster<'s>, counts: &[u32], mut breaks: Breaks) {
        let mut left = counts.to_vec();
        for work in roster.tours.iter().flat_map(|tour| &tour.works) {
            left[work.shift] = left[work.shift].saturating_sub(1);
            breaks.taken(work);
        }
        while left.iter().any(|n| *n > 0) {
            let of = self.of;
            let Some(mut tour) = of.pricing.best_of_shifts(roster, &left, &mut self.random) else {
                return;
            };
            for work in &mut tour.works {
                left[work.shift] = left[work.shift].saturating_sub(1);
                if let Some(of_shift) = breaks.work_left(work.shift) {
                    *work = of_shift;
                }
            }
            roster.add(tour);
        }
    }

    /// The plan of a dive with these people in it, which is taken if it is as good as the best: that is another place to start
    /// from.
    fn land(
        &mut self,
        program: &CoverProgram,
        kept: Roster<'s>,
        dived: &Outcome,
        stop: &AtomicBool,
    ) {
        let of = self.of;
        let Outcome::Solved(Solution {
            values: Some(values),
            ..
        }) = dived
        else {
            return;
        };
        let mut found = kept;
        if program.exact {
            found = found.emptied();
            for tour in program.tours(&of.candidates, &of.pricing, values) {
                found.add(tour);
            }
        } else {
            let breaks = program.breaks(&of.candidates, values);
            self.give_out(&mut found, &program.counts(values), breaks);
        }
        complete(&mut found, &of.pricing, 0.0, &mut self.random, stop);
        remove_spare(&mut found);
        if found.objective() <= self.best.objective() + 1e-9 {
            self.best = found;
        }
    }

    /// Again and again, keeps people at random and finds the others anew by a dive. Two dive at a time, from the same plan.
    fn dive_again(&mut self, program: &CoverProgram, bound: Option<f64>, stop: &AtomicBool) {
        let dives = match program.exact {
            // With a limit of cost dives are long.
            true if self.of.task.most_cost.is_none() => self.effort.dives,
            // Much is lost when shifts are given out, whatever the dive; trials make up for it.
            _ => self.effort.dives.div_ceil(4),
        };
        let mut left = dives.saturating_sub(1);
        while left > 0 && !stop.load(Ordering::Relaxed) && !bound.is_some_and(|b| self.is_at(b)) {
            let one = self.some_kept();
            let other = (left > 1).then(|| self.some_kept());
            left -= 1 + u32::from(other.is_some());
            let dive = |kept: &Roster<'s>| {
                let start = program.start(kept, &self.of.pricing);
                program.program.dived(&start, stop)
            };
            let (first, second) = rayon::join(|| dive(&one), || other.as_ref().map(dive));
            self.land(program, one, &first, stop);
            if let Some((other, second)) = other.zip(second) {
                self.land(program, other, &second, stop);
            }
        }
    }

    /// Some of the best plan's people.
    fn some_kept(&mut self) -> Roster<'s> {
        let mut kept = self.best.emptied();
        let share = KEPT.0 + (KEPT.1 - KEPT.0) * self.random.unit();
        for tour in &self.best.tours {
            if self.random.unit() < share {
                kept.add(tour.clone());
            }
        }
        kept
    }
}

/// Rounds of trials.
const ROUNDS: u64 = 5;

/// Share of the people who are kept for a dive, from and to.
const KEPT: (f64, f64) = (0.3, 0.8);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_of_the_solver_is_said() {
        let warning = |objective, failure: Option<&str>| {
            let failure = failure.map(str::to_owned);
            let (infeasible, nodes) = (false, 0);
            let bound = Bound {
                objective,
                infeasible,
                nodes,
                failure,
            };
            bound.warning().unwrap_or_default()
        };
        assert_eq!(warning(None, None), "");
        let none = "the solver failed: it cycled; there is no bound";
        assert_eq!(warning(None, Some("it cycled")), none);
        let some = "the solver failed: it cycled; the bound is that of the relaxation";
        assert_eq!(warning(Some(1.0), Some("it cycled")), some);
    }
}
