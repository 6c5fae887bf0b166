//! The closing simulation: the scenario with the staff that was found, on days that the search never saw, and the judgement of
//! every goal by it.

use super::cause::{serving, without_lines};
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
        let judge = Judge {
            staffed,
            figures: results,
            confidence: question.confidence,
            goals: &goals,
        };
        let enough = found.days + 2 * results.run.replications > question.budget;
        let undecided = |goal| judge.is_undecided(goal);
        !enough && found.ended.is_none() && goals.iter().any(undecided)
    })
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

/// What a simulation shows of the parts of a scenario.
pub(crate) trait Figures {
    /// Days simulated.
    fn days(&self) -> u64;

    /// A figure of a part in an interval; in none over the day.
    fn figure(&self, place: Place, kpi: &str, interval: Option<usize>) -> Estimate;
}

impl Figures for Results {
    fn days(&self) -> u64 {
        self.run.replications
    }

    fn figure(&self, place: Place, kpi: &str, interval: Option<usize>) -> Estimate {
        let part = match place {
            Place::Queue(q) => &self.queues[q],
            Place::Group(g) => &self.groups[g],
            Place::Trunk(t) => &self.trunks[t],
        };
        match (interval, &part.intervals) {
            (Some(interval), Some(intervals)) => intervals[interval].get(kpi),
            _ => part.get(kpi),
        }
    }
}

/// Judges goals by a simulation.
pub(crate) struct Judge<'a> {
    /// The scenario with the staff that was simulated.
    pub staffed: &'a Scenario,
    /// What came of it.
    pub figures: &'a dyn Figures,
    /// Joint confidence of all that is called met.
    pub confidence: f64,
    /// All that holds jointly.
    pub goals: &'a [Goal],
}

impl Judge<'_> {
    /// The figure of a goal.
    pub(crate) fn figure(&self, goal: &Goal) -> Estimate {
        let target = &goal.target;
        self.figures.figure(target.place, target.kpi, goal.interval)
    }

    /// Judges a goal as one of all that hold jointly (Bonferroni).
    pub(crate) fn status(&self, goal: &Goal, estimate: &Estimate) -> Status {
        let slack = goal.slack(estimate.mean);
        // Where callers come and there is no figure, nobody gets through.
        let nobody = estimate.mean.is_none() && self.is_called(goal);
        if slack < -goal.tolerance || nobody {
            return Status::Missed;
        }
        let one_sided = (1.0 - self.confidence) / self.goals.len().max(1) as f64;
        let t = student_t(1.0 - 2.0 * one_sided, self.figures.days().saturating_sub(1));
        let sure = estimate.mean.is_none() || estimate.se.is_some_and(|se| slack >= t * se);
        match sure {
            true => Status::Met,
            false => Status::Borderline,
        }
    }

    /// Whether more days could change a judgement: a figure is better than borderline without being sure, or worse within its
    /// error. Beyond a fifth of the tolerance no more is asked.
    pub(crate) fn is_undecided(&self, goal: &Goal) -> bool {
        let estimate = self.figure(goal);
        let (Some(se), None) = (estimate.se, goal.best) else {
            return false;
        };
        let slack = goal.slack(estimate.mean);
        match self.status(goal, &estimate) {
            Status::Met => false,
            Status::Borderline => slack > goal.tolerance,
            Status::Missed => slack + SURELY * se > -goal.tolerance && se > goal.tolerance / 5.0,
        }
    }

    /// Whether somebody calls whom a goal is about: callers of its queue; of a group those of queues of which nothing else is
    /// judged, where nobody else is there either.
    fn is_called(&self, goal: &Goal) -> bool {
        let intervals = goal.intervals(self.staffed);
        let is_called = |q: usize| {
            let attempts = self
                .figures
                .figure(Place::Queue(q), "attempts", goal.interval);
            attempts.mean.is_some_and(|mean| mean > 0.0)
                || !without_lines(self.staffed, q, &intervals).is_empty()
        };
        let is_left_alone = |q: usize, g: usize| {
            let serving = serving(self.staffed, q);
            let staff = |&g: &usize| &self.staffed.groups[g].staff[intervals.clone()];
            let nobody = serving.iter().flat_map(staff).all(|n| *n == 0);
            let is_of = |goal: &Goal| goal.target.place == Place::Queue(q);
            serving.contains(&g) && nobody && !self.goals.iter().any(is_of)
        };
        match goal.target.place {
            Place::Queue(q) => is_called(q),
            Place::Group(g) => {
                let mut queues = 0..self.staffed.queues.len();
                queues.any(|q| is_left_alone(q, g) && is_called(q))
            }
            Place::Trunk(_) => false,
        }
    }
}
