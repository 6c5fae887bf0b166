//! The closing simulation: the scenario with the staff that was found, on days that the search never saw, and the judgement of
//! every goal by it.

use super::found::Found;
use super::goals::{Goal, Status};
use super::question::Question;
use super::search::Ended;
use crate::experiment::{self, Control, Error, Replications, Settings};
use crate::kpi::{Place, Results, Target};
use crate::model::Model;
use crate::scenario::Scenario;
use crate::stats::{Estimate, student_t};

/// Standard errors beyond the tolerance at which a miss is no luck.
const SURELY: f64 = 2.0;

/// Simulates the scenario with its new staff on days that the search never saw: as many as decide every goal, as far as the
/// budget goes, in the pool of threads that it is called in.
pub(super) fn close(
    staffed: &Scenario,
    question: &Question,
    found: &Found,
    control: &Control,
) -> Result<Results, Error> {
    let model = Model::new(staffed);
    let mut days = question.days.max(2);
    if found.ended == Some(Ended::Interrupted) {
        days = days.min(200);
    }
    let goals = judged_goals(question, found);
    let settings = Settings {
        replications: Replications::Fixed(days),
        seed: question.seed,
        confidence: question.confidence,
        threads: question.threads,
    };
    experiment::run_doubling(&model, &settings, control, |results| {
        let undecided = |goal| is_undecided(goal, results, goals.len());
        let enough = found.days + 2 * results.run.replications > question.budget;
        !enough && found.ended.is_none() && goals.iter().any(undecided)
    })
}

/// Whether more days could change a judgement: a figure is better than borderline without being sure, or worse within its error.
/// Beyond a fifth of the tolerance no more is asked.
fn is_undecided(goal: &Goal, results: &Results, goals: usize) -> bool {
    let estimate = figure(goal, results);
    let (Some(se), None) = (estimate.se, goal.best) else {
        return false;
    };
    let slack = goal.slack(estimate.mean);
    match status(goal, &estimate, results, goals) {
        Status::Met => false,
        Status::Borderline => slack > goal.tolerance,
        Status::Missed => slack + SURELY * se > -goal.tolerance && se > goal.tolerance / 5.0,
    }
}

/// Everything that is judged: what was searched for, and the targets of trunk groups, whose lines the search leaves as they
/// are.
pub(super) fn judged_goals(question: &Question, found: &Found) -> Vec<Goal> {
    let trunks = question.targets.iter();
    let trunks = trunks.filter(|target| matches!(target.place, Place::Trunk(_)));
    let of_trunk = |&target: &Target| Goal {
        target,
        aim: target.threshold,
        interval: None,
        tolerance: question.tolerance.of(&target),
        best: None,
    };
    let goals = found.goals.iter().cloned();
    goals.chain(trunks.map(of_trunk)).collect()
}

/// Whether attempts reach the queue of a goal.
fn is_called(goal: &Goal, results: &Results) -> bool {
    let Place::Queue(q) = goal.target.place else {
        return false;
    };
    let attempts = match (goal.interval, &results.queues[q].intervals) {
        (Some(interval), Some(intervals)) => intervals[interval].get("attempts"),
        _ => results.queues[q].get("attempts"),
    };
    attempts.mean.is_some_and(|mean| mean > 0.0)
}

/// The figure of a goal.
pub(super) fn figure(goal: &Goal, results: &Results) -> Estimate {
    let part = match goal.target.place {
        Place::Queue(q) => &results.queues[q],
        Place::Group(g) => &results.groups[g],
        Place::Trunk(t) => &results.trunks[t],
    };
    match (goal.interval, &part.intervals) {
        (Some(interval), Some(intervals)) => intervals[interval].get(goal.target.kpi),
        _ => part.get(goal.target.kpi),
    }
}

/// Judges a goal by one of `goals` intervals that hold jointly (Bonferroni).
pub(super) fn status(goal: &Goal, estimate: &Estimate, results: &Results, goals: usize) -> Status {
    let slack = goal.slack(estimate.mean);
    // Where attempts come and there is no figure, nobody gets through.
    let nobody = estimate.mean.is_none() && is_called(goal, results);
    if slack < -goal.tolerance || nobody {
        return Status::Missed;
    }
    let days = results.run.replications;
    let one_sided = (1.0 - results.run.confidence) / goals.max(1) as f64;
    let t = student_t(1.0 - 2.0 * one_sided, days.saturating_sub(1));
    let sure = estimate.mean.is_none() || estimate.se.is_some_and(|se| slack >= t * se);
    match sure {
        true => Status::Met,
        false => Status::Borderline,
    }
}
