//! A staffing by formula, and what the simulation makes of it.

use super::found::Found;
use super::question::Question;
use super::requirement::{Attempts, Need, Recipe, Remark, Requirement};
use super::staffing::{Answer, finish};
use super::{Goal, Staff};
use crate::erlang::{Performance, Thresholds};
use crate::experiment::{self, Control, Error, Replications, Settings};
use crate::model::Model;
use crate::scenario::{Formula, Queue, Scenario};
use indexmap::IndexMap;
use std::sync::atomic::Ordering;

/// The staff that a scenario needs by formula, within the bounds, and its simulation on fresh days, which judges every goal as
/// that of [`simulate`](super::simulate) does. The scenario is one of days.
///
/// All attempts are counted on days of another seed, with the scenario's own agents. Nothing of the question is searched for:
/// [`Question::risk`] is only judged, [`Question::marginal`] not looked at.
///
/// # Errors
/// Those of [`simulate`](super::simulate).
pub fn by_formula(
    scenario: &Scenario,
    question: &Question,
    recipe: &Recipe,
    control: &Control,
) -> Result<Answer, Error> {
    let model = Model::new(scenario);
    let pool = experiment::pool(&model, question.threads)?;
    control.planned.store(question.days, Ordering::Relaxed);
    let counted = match recipe.attempts {
        Attempts::First => None,
        Attempts::All => {
            let settings = Settings {
                replications: Replications::Fixed(question.days.max(2)),
                seed: question.seed.wrapping_add(1),
                confidence: question.confidence,
                threads: question.threads,
            };
            let results = experiment::run(&model, &settings, control, &[])?.results;
            control.stop.store(false, Ordering::Relaxed);
            control.done.store(0, Ordering::Relaxed);
            Some(results)
        }
    };
    let requirement = experiment::in_pool(&pool, || {
        Requirement::new(
            &model,
            &question.targets,
            question.tolerance,
            recipe,
            counted.as_ref(),
        )
    });
    let (staff, exact) = requirement.staff(&model, &question.bounds);
    let found = Found {
        staff,
        goals: Goal::all(scenario, question),
        days: counted.map_or(0, |results| results.run.replications),
        ..Found::default()
    };
    let mut answer = finish(scenario, question, &found, (&pool, control))?;
    let staffing = &mut answer.staffing;
    recipe.method.name().clone_into(&mut staffing.method);
    staffing.model = requirement.models();
    staffing
        .warnings
        .extend(requirement.warnings.iter().cloned());
    let promises = Promises {
        scenario,
        requirement: &requirement,
        staff: &found.staff,
    };
    let group = |name: &String| scenario.groups.iter().position(|g| g.name == *name);
    let queue = |name: &String| scenario.queues.iter().position(|q| q.name == *name);
    // The rows of an interval stand together, in the order of the intervals.
    let per_interval = (scenario.groups.len() + scenario.queues.len()).max(1);
    for (k, row) in staffing.intervals.iter_mut().enumerate() {
        let interval = k / per_interval;
        if let Some(g) = row.group.as_ref().and_then(group) {
            row.promised = promises.of_group(g, interval);
            row.agents_fractional = recipe.fractional.then(|| exact[g][interval]);
        }
        if let Some(q) = row.queue.as_ref().and_then(queue) {
            let (promised, remark) = promises.of_queue(q, interval);
            row.promised = promised;
            row.reason = row.reason.take().or(remark);
        }
    }
    Ok(answer)
}

/// What the formula says of a staffing.
struct Promises<'a> {
    scenario: &'a Scenario,
    requirement: &'a Requirement,
    staff: &'a Staff,
}

impl Promises<'_> {
    /// The figures of a queue in an interval, and what is to be said of them.
    fn of_queue(&self, queue: usize, interval: usize) -> (IndexMap<String, f64>, Option<String>) {
        let Some(pool) = self.requirement.of_queue(queue) else {
            return (IndexMap::new(), None);
        };
        let need = &pool.needs[interval];
        let said = need.remark.as_ref();
        if said == Some(&Remark::NoCalls) {
            return (IndexMap::new(), said.map(Remark::to_string));
        }
        let (at, formula) = seen_by(&self.scenario.queues[queue]);
        let promised = self.requirement.promised(pool, interval, self.staff, &at);
        match promised {
            Ok(performance) => (
                figures(need, &performance, formula),
                said.map(Remark::to_string),
            ),
            Err(error) => (IndexMap::new(), Some(error.to_string())),
        }
    }

    /// The occupancy of a group that serves one pool first; that of others the formula does not give.
    fn of_group(&self, group: usize, interval: usize) -> IndexMap<String, f64> {
        let mut pools = self.requirement.of_group(group);
        let (Some(pool), None) = (pools.next(), pools.next()) else {
            return IndexMap::new();
        };
        let at = Thresholds::default();
        let promised = self
            .requirement
            .promised(pool, interval, self.staff, &at)
            .ok();
        let busy = promised.filter(|_| self.staff[group][interval] > 0);
        let occupancy = busy.map(|of| ("occupancy".to_owned(), of.occupancy));
        occupancy.into_iter().collect()
    }
}

/// The times and the formula of a queue's figures.
fn seen_by(queue: &Queue) -> (Thresholds, Formula) {
    let at = Thresholds {
        within_s: queue.target.within.as_secs_f64(),
        short_s: queue.short_abandon.as_secs_f64(),
        percentile: None,
    };
    (at, queue.formula)
}

/// What a document says of a performance.
pub(super) fn figures(
    need: &Need,
    performance: &Performance,
    formula: Formula,
) -> IndexMap<String, f64> {
    let limited = need.system.limit.map(|_| performance.blocking_rate);
    let figures = [
        ("service_level", Some(performance.service_level(formula))),
        ("asa_s", performance.asa_s),
        ("abandonment_rate", Some(performance.abandonment_rate)),
        ("blocking_rate", limited),
        ("occupancy", Some(performance.occupancy)),
    ];
    let known = figures.into_iter().filter_map(|(name, figure)| {
        let figure = figure.filter(|figure| figure.is_finite())?;
        Some((name.to_owned(), figure))
    });
    known.collect()
}
