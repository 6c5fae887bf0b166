//! A formula that answers as a simulation did.

use crate::erlang::{Target, Thresholds, WaitingSystem};
use crate::scenario::Formula;

/// The formula's volume is at most this many times what is offered, and at least its inverse.
const MOST_FACTOR: f64 = 2.0;

/// Between these a simulated service level says how much the formula is off.
const TELLING: (f64, f64) = (0.02, 0.998);

/// A service level as a target of the formulas.
pub(super) fn level_target(fraction: f64, at: &Thresholds, formula: Formula) -> Target {
    Target::ServiceLevel {
        fraction,
        within_s: at.within_s,
        formula,
        short_s: at.short_s.min(at.within_s),
    }
}

/// The system with the volume with which its formula gives the service level that was seen, where that is telling. What makes
/// the difference (a day that changes, other queues of the same agents, help from others) is seen as more calls, or fewer.
pub(super) fn fitted(
    system: WaitingSystem,
    level: Option<f64>,
    at: &Thresholds,
    formula: Formula,
) -> WaitingSystem {
    let offered = system.calls_per_h;
    let telling = level.filter(|level| (TELLING.0..TELLING.1).contains(level));
    let volume = telling.and_then(|level| {
        let as_seen = [level_target(level, at, formula)];
        system.largest_calls_per_h(&as_seen).ok()
    });
    WaitingSystem {
        calls_per_h: volume.map_or(offered, |volume| {
            volume.clamp(offered / MOST_FACTOR, offered * MOST_FACTOR)
        }),
        ..system
    }
}
