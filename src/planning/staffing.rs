//! How many agents a scenario needs in each interval: searched by simulation, and simulated once more on days that the search
//! never saw.

use super::closing::close;
use super::document::{Staffing, document};
use super::found::{Found, find};
use super::goals::Status;
use super::planned_day::{PlannedDay, with_staff};
use super::question::Question;
use super::search::Ended;
use super::{lines, risk};
use crate::engine::Halt;
use crate::experiment::{self, Control, Error};
use crate::kpi::Results;
use crate::model::Model;
use crate::scenario::Scenario;
use std::sync::atomic::Ordering;

/// The smallest staffing with which the simulated scenario reaches its targets, simulated once more.
#[derive(Debug)]
pub struct Answer {
    /// The document.
    pub staffing: Staffing,
    /// The scenario with the staff required, whose own run repeats the closing simulation.
    pub scenario: Scenario,
    /// Its simulation on fresh days.
    pub results: Results,
}

/// Searches the staff that a scenario needs, and simulates the scenario with it. The scenario is one of days.
///
/// After an interruption the staffing is the best so far, unless it is [abandoned](Control::abandoned).
///
/// # Errors
/// [`Error::Halt`] when the scenario overwhelms the simulator, [`Error::NothingDone`] when the closing simulation is
/// interrupted too.
pub fn simulate(
    scenario: &Scenario,
    question: &Question,
    control: &Control,
) -> Result<Answer, Error> {
    let pool = experiment::pool(&Model::new(scenario), question.threads)?;
    control.planned.store(question.budget, Ordering::Relaxed);
    let found = experiment::in_pool(&pool, || find(&PlannedDay::of(scenario), question, control))?;
    // Ctrl-C was answered by the best so far; it is simulated all the same, for whoever waits for it.
    if !control.abandoned.load(Ordering::Relaxed) {
        control.stop.store(false, Ordering::Relaxed);
    }
    control.done.store(0, Ordering::Relaxed);
    finish(scenario, question, &found, (&pool, control))
}

/// Simulates the scenario with the staff that was found, and judges it.
pub(super) fn finish(
    scenario: &Scenario,
    question: &Question,
    found: &Found,
    (pool, control): (&rayon::ThreadPool, &Control),
) -> Result<Answer, Error> {
    let mut staffed = with_staff(scenario, &found.staff);
    let results = experiment::in_pool(pool, || close(&staffed, question, found, control))?;
    let run = &mut staffed.run;
    run.seed = results.run.seed;
    run.replications = u32::try_from(results.run.replications).unwrap_or(u32::MAX);
    run.until_precise = None;
    run.confidence = results.run.confidence;
    let lines = match found.ended {
        Some(Ended::Interrupted) => Ok(Vec::new()),
        _ => experiment::in_pool(pool, || {
            lines::needed(&PlannedDay::of(&staffed), question, control)
        }),
    };
    let (lines, interrupted) = match lines {
        Err(Halt::Interrupted) => (Vec::new(), true),
        lines => (lines?, false),
    };
    let mut staffing = document((scenario, &staffed), question, found, &results, lines);
    staffing.partial |= interrupted;
    if let Some(limit) = question.risk {
        let days = match found.ended {
            // Nobody waits for more days than it was closed with.
            Some(Ended::Interrupted) => results.run.replications as usize,
            _ => risk::FRESH_DAYS,
        };
        let asked = (question, limit, days);
        let judge = || {
            risk::judge(
                &PlannedDay::of(&staffed),
                asked,
                &found.goals,
                &found.path,
                control,
            )
        };
        match experiment::in_pool(pool, judge) {
            Err(Halt::Interrupted) => staffing.partial = true,
            risk => {
                let risk = risk?;
                staffing.met &= risk.status != Status::Missed;
                staffing.risk = Some(risk);
            }
        }
    }
    Ok(Answer {
        staffing,
        scenario: staffed,
        results,
    })
}
