//! Targets: what performance shall reach.

use super::{Error, Performance, at_least_zero, fraction, keeps_to};
use crate::scenario::Formula;
use std::fmt;

/// A target that agents, volume or AHT are solved for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Target {
    /// At least this fraction within a time, by a formula of the service level.
    ServiceLevel {
        /// The fraction.
        fraction: f64,
        /// T.
        within_s: f64,
        /// The formula.
        formula: Formula,
        /// The short-abandon threshold; at most T.
        short_s: f64,
    },
    /// At most this mean wait of the answered.
    Asa {
        /// In seconds.
        max_s: f64,
    },
    /// At most this mean wait of all offered, answered or not.
    MeanWait {
        /// In seconds.
        max_s: f64,
    },
    /// At most this fraction of the offered hangs up, balking included.
    Abandonment {
        /// The fraction.
        max: f64,
    },
    /// At most this occupancy.
    Occupancy {
        /// The fraction.
        max: f64,
    },
    /// At least this fraction of all offered, answered or not, waits no longer than a time.
    Wait {
        /// The fraction, such as 0.9.
        percentile: f64,
        /// In seconds.
        max_s: f64,
    },
    /// At most this fraction of the attempts is blocked.
    Blocking {
        /// The fraction.
        max: f64,
    },
}

impl Target {
    /// Whether the numbers of the target make sense, for solving.
    pub(super) fn check(&self) -> Result<(), Error> {
        match *self {
            Self::ServiceLevel {
                fraction: level,
                within_s,
                short_s,
                ..
            } => {
                fraction("the target of the service level", level)?;
                at_least_zero("the time of the service level", within_s)?;
                at_least_zero("the short-abandon threshold", short_s)?;
                if self.needs_short() && short_s > within_s {
                    return Err(Error::BadInput(format!(
                        "a short-abandon threshold of {short_s} s is above the {within_s} s of the target: more agents could \
                         then lower the service level, so that there is nothing to solve for; it is accepted where nothing \
                         is solved for"
                    )));
                }
            }
            Self::Asa { max_s } => {
                at_least_zero("the largest ASA", max_s)?;
            }
            Self::MeanWait { max_s } => {
                at_least_zero("the largest mean wait", max_s)?;
            }
            Self::Abandonment { max } => {
                fraction("the largest abandonment", max)?;
            }
            Self::Occupancy { max } => {
                fraction("the largest occupancy", max)?;
            }
            Self::Wait { percentile, max_s } => {
                fraction("the percentile", percentile)?;
                at_least_zero("the longest wait", max_s)?;
            }
            Self::Blocking { max } => {
                fraction("the largest blocking", max)?;
            }
        }
        Ok(())
    }

    /// Whether the short-abandon threshold enters.
    pub(super) fn needs_short(&self) -> bool {
        matches!(
            self,
            Self::ServiceLevel {
                formula: Formula::WithoutShortAbandons | Formula::ShortAbandonsAsMet,
                ..
            }
        )
    }

    /// Whether the target is met, to rounding: a measure may be above its limit by 1e-12 of it, and the wait at a percentile,
    /// which is itself solved for, by a nanosecond.
    pub fn is_met_by(&self, performance: &Performance) -> bool {
        match *self {
            Self::ServiceLevel {
                fraction, formula, ..
            } => keeps_to(performance.missed(formula), 1.0 - fraction),
            Self::Asa { max_s } => performance.asa_s.is_some_and(|asa| keeps_to(asa, max_s)),
            Self::MeanWait { max_s } => keeps_to(performance.mean_wait_s, max_s),
            Self::Abandonment { max } => keeps_to(performance.abandonment_rate, max),
            Self::Occupancy { max } => keeps_to(performance.occupancy, max),
            Self::Wait { max_s, .. } => performance
                .wait_percentile_s
                .is_some_and(|wait| keeps_to(wait, max_s + 1e-9)),
            Self::Blocking { max } => keeps_to(performance.blocking_rate, max),
        }
    }
}

/// In the words of the trade: `80 % answered within 20 s`.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |x: f64| crate::scenario::format_fraction(x);
        match *self {
            Self::ServiceLevel {
                fraction,
                within_s,
                formula,
                ..
            } => {
                write!(
                    f,
                    "a service level of {} in {within_s} s",
                    percent(fraction)
                )?;
                match formula {
                    Formula::AnsweredOverOffered => Ok(()),
                    formula => write!(f, " ({})", formula.name()),
                }
            }
            Self::Asa { max_s } => write!(f, "an ASA of at most {max_s} s"),
            Self::MeanWait { max_s } => write!(f, "a mean wait of at most {max_s} s"),
            Self::Abandonment { max } => write!(f, "an abandonment of at most {}", percent(max)),
            Self::Occupancy { max } => write!(f, "an occupancy of at most {}", percent(max)),
            Self::Wait { percentile, max_s } => {
                write!(
                    f,
                    "a wait of at most {max_s} s for {} of the calls",
                    percent(percentile)
                )
            }
            Self::Blocking { max } => write!(f, "a blocking of at most {}", percent(max)),
        }
    }
}
