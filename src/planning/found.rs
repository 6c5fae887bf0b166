//! The search from its start to what it found.

use super::goals::{Goal, Staff};
use super::marginal::Marginal;
use super::planned_day::PlannedDay;
use super::question::Question;
use super::search::{Ended, Promised, Search, Stop};
use crate::engine::Halt;
use crate::experiment::Control;

/// What the search found.
#[derive(Debug, Clone, Default)]
pub(super) struct Found {
    /// Agents by group and interval.
    pub staff: Staff,
    /// The goals; those that cannot be reached have the best attainable in place of their threshold.
    pub goals: Vec<Goal>,
    /// Days simulated.
    pub days: u64,
    /// Of every queue in every interval, as the search saw them; nothing where it ended before it saw this staff.
    pub promised: Promised,
    /// What one more agent brings, where that was asked: group by group, as far as it came.
    pub marginal: Vec<Marginal>,
    /// Cost and share of missed days of the staffings on the way to a lower risk, the cheapest first.
    pub path: Vec<(f64, f64)>,
    /// It was shown that no single agent can be taken.
    pub minimal: bool,
    /// Agents might still have been added for what is missed; half of the budget was spent on that.
    pub repair_was_dear: bool,
    /// Why it ended early.
    pub ended: Option<Ended>,
}

/// Searches the smallest staffing with which the simulated day reaches its targets.
pub(super) fn find(
    day: &PlannedDay<'_>,
    question: &Question,
    control: &Control,
) -> Result<Found, Halt> {
    let mut search = Search::new(day, question, control);
    let mut found = Found::default();
    match steps(&mut search, &mut found) {
        Ok(()) => {}
        Err(Stop::Ended(ended)) => found.ended = Some(ended),
        Err(Stop::Halt(halt)) => return Err(halt),
    }
    Ok(Found {
        staff: search.best.staff,
        promised: search.best.promised,
        goals: search.goals,
        days: search.spent,
        repair_was_dear: search.repair_was_dear,
        ..found
    })
}

fn steps(search: &mut Search, found: &mut Found) -> Result<(), Stop> {
    let mut plenty = search.plenty()?;
    search.lower_to_attainable(&mut plenty)?;
    let settled = search.settle(&plenty)?;
    let mut held = search.repair(settled)?;
    if let Some(risk) = search.question.risk {
        // Whom the day's mean can spare, most days may need.
        if search.share_of_missed_days(&held) <= risk {
            held = search.remove(held)?;
        }
        held = search.lower_risk(held, risk, &mut found.path)?;
    } else {
        held = search.remove(held)?;
        let exchanged;
        (held, exchanged) = search.exchange(held)?;
        if exchanged {
            held = search.remove(held)?;
        }
        found.minimal = search.nothing_given_up();
    }
    search.keep(&held);
    if search.question.marginal {
        search.one_more(&held, &mut found.marginal)?;
    }
    if search.question.risk.is_some() {
        search.cost_of_lower_risks(held, &mut found.path)?;
    }
    Ok(())
}
