//! What the systems in which nobody waits have in common: `b`, `engset`, `extended-b`.

use super::figures::{as_given, percent};
use super::given::bad;
use super::output::verdict;
use crate::erlang::{Error, keeps_to};

/// The target, where something is solved for.
pub fn wanted(max: Option<f64>) -> Result<f64, Error> {
    max.ok_or_else(|| {
        bad("what is left out is solved for, which takes --max-blocking, such as --max-blocking 1%")
    })
}

pub fn at_most(max: f64) -> String {
    format!("blocking ≤ {}", as_given(max))
}

/// What is blocked, and whether that keeps to the largest blocking, if one is given.
pub fn blocked(blocking: f64, max: Option<f64>) -> String {
    let found = format!("{} of the calls are blocked.", percent(blocking));
    match max {
        None => found,
        Some(max) => {
            let verdict = verdict(keeps_to(blocking, max));
            format!("{found} {verdict}: {}.", at_most(max))
        }
    }
}
