//! A good plan by trial: people are added where they help most for the money; then, again and again, some are taken away and
//! others added, and what is no dearer is kept (ruin and recreate: Schrimpf, Schneider, Stamm-Wilbrandt and Dueck 2000).

use super::roster::{Roster, Tour};
use super::tours::Pricing;
use crate::random::Stream;
use std::sync::atomic::{AtomicBool, Ordering};

/// People taken away at once, at most.
const MOST_AWAY: usize = 6;

/// By how much of it the value of a person may be misjudged, so that not the same people come back.
const NOISE: f64 = 0.3;

/// Adds people until nobody is missing, or nobody helps any more or is worth the money.
pub(super) fn complete(
    roster: &mut Roster<'_>,
    pricing: &Pricing,
    noise: f64,
    random: &mut Stream,
    stop: &AtomicBool,
) {
    while roster.wants_more() && !stop.load(Ordering::Relaxed) {
        let Some(tour) = pricing.best(roster, noise, random) else {
            return;
        };
        roster.add(tour);
    }
}

/// Takes away whom nobody would miss.
pub(super) fn remove_spare(roster: &mut Roster<'_>) {
    // The last one takes the place of whoever goes, and has been looked at.
    for at in (0..roster.tours.len()).rev() {
        if roster.is_spare(&roster.tours[at]) {
            roster.remove(at);
        }
    }
}

/// So many trials.
pub(super) fn improve(
    roster: &mut Roster<'_>,
    pricing: &Pricing,
    trials: u64,
    random: &mut Stream,
    stop: &AtomicBool,
) {
    let mut objective = roster.objective();
    for _ in 0..trials {
        if stop.load(Ordering::Relaxed) || roster.tours.is_empty() {
            return;
        }
        let away = take_away(roster, random);
        let kept = roster.tours.len();
        complete(roster, pricing, NOISE, random, stop);
        let after = roster.objective();
        if after <= objective + 1e-9 {
            objective = after;
            continue;
        }
        while roster.tours.len() > kept {
            roster.remove(roster.tours.len() - 1);
        }
        for tour in away {
            roster.add(tour);
        }
    }
}

/// Takes a few people away who work at the same time, where there are more than needed.
fn take_away(roster: &mut Roster<'_>, random: &mut Stream) -> Vec<Tour> {
    let below = |n: usize, random: &mut Stream| ((random.unit() * n as f64) as usize).min(n - 1);
    let crew = roster.tours[below(roster.tours.len(), random)].crew;
    let from = below(roster.task.horizon.cells(), random);
    let cell = roster.spare_cell(crew, from).unwrap_or(from);
    let mut there: Vec<usize> = (0..roster.tours.len())
        .filter(|&at| roster.is_on_shift(&roster.tours[at], crew, cell))
        .collect();
    if there.is_empty() {
        there = (0..roster.tours.len()).collect();
    }
    let n = 1 + below(MOST_AWAY.min(there.len()), random);
    let mut away: Vec<usize> = (0..n)
        .map(|_| there.swap_remove(below(there.len(), random)))
        .collect();
    away.sort_unstable();
    away.into_iter().rev().map(|at| roster.remove(at)).collect()
}
