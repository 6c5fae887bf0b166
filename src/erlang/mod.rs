//! Erlang's formulas and their family, each with its inverses: closed forms that hold where a scenario is simple enough,
//! and that tell by how much they are off where it is not.
//!
//! | module | system | solved for |
//! |---|---|---|
//! | [`loss`] | Erlang-B, whole and continued; extended Erlang-B, with retries | blocking, lines, traffic |
//! | [`engset`] | a finite number of callers | congestion, lines, traffic of a caller, callers |
//! | [`WaitingSystem`] | M/M/n, M/M/n+M, M/M/n+G, M/M/n/K, M/M/n/K+M, with balking | performance, agents, volume, AHT |
//!
//! The room stands beside the line from the file to the report and uses nothing of it but the plain types of a formula and a
//! distribution. Rates are per hour, times in seconds (names end in the unit), traffic in erlangs, the rest fractions of 1.
//! Lines and agents may be numbers that are not whole where a function takes an `f64`.
//!
//! ```
//! use acdsim::erlang::{Patience, Target, Thresholds, WaitingSystem};
//! use acdsim::scenario::Formula;
//!
//! let system = WaitingSystem {
//!     calls_per_h: 100.0,
//!     aht_s: 180.0,
//!     agents: 0.0, // solved for
//!     patience: Patience::exponential(120.0)?,
//!     limit: None,
//! };
//! let targets = [Target::ServiceLevel {
//!     fraction: 0.8,
//!     within_s: 20.0,
//!     formula: Formula::AnsweredOverOffered,
//!     short_s: 5.0,
//! }];
//! let agents = system.least_agents(&targets)?;
//! assert_eq!(agents, 7);
//! let reached = system.with_agents(agents as f64).performance(&Thresholds::default())?;
//! assert!(reached.service_level(Formula::AnsweredOverOffered) >= 0.8);
//! # Ok::<(), acdsim::erlang::Error>(())
//! ```

pub mod engset;
pub mod loss;
mod numeric;
mod offered_wait;
mod patience;
mod quadrature;
mod solve;
mod targets;
mod waiting;

pub use patience::Patience;
pub use targets::Target;
pub use waiting::{Performance, Thresholds, WaitingSystem};

/// Why there is no figure.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// Nobody gives up, and as many calls come as can be answered, or more: the queue grows without end.
    #[error(
        "{} too much for {} where nobody hangs up: the queue would grow without end; at least {} needed",
        are(*erlangs, "erlang"), counted(*agents, "agent"), are(*least_agents as f64, "agent")
    )]
    Unstable {
        /// Traffic offered.
        erlangs: f64,
        /// Agents given.
        agents: f64,
        /// The smallest whole number of agents with which the queue is stable: ⌊erlangs⌋ + 1.
        least_agents: u64,
    },
    /// Every blocked caller tries again, and the lines cannot carry what is offered.
    #[error(
        "{} on {} have no finite solution where every blocked caller tries again: attempts would grow without end; more \
         than {} needed",
        counted(*erlangs, "erlang"), counted(*lines, "line"), are(*erlangs, "line")
    )]
    NoFiniteSolution {
        /// Traffic offered, retries not counted.
        erlangs: f64,
        /// Lines given.
        lines: f64,
    },
    /// The targets hold however many calls come, or however long they take.
    #[error("{0} at any {1}: there is no largest")]
    Unbounded(
        /// The targets in words.
        String,
        /// What was solved for.
        &'static str,
    ),
    /// No number of agents or lines meets the target.
    #[error("{target} cannot be reached: {reason}")]
    Unreachable {
        /// The target in words.
        target: String,
        /// The best value of the measure: attained, or come near to.
        best: f64,
        /// Why.
        reason: String,
    },
    /// A number that makes no sense here.
    #[error("{0}")]
    BadInput(String),
}

impl Error {
    /// The kind of error as JSON documents name it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Unstable { .. } => "unstable",
            Self::NoFiniteSolution { .. } => "no_finite_solution",
            Self::Unbounded(..) => "unbounded",
            Self::Unreachable { .. } => "unreachable",
            Self::BadInput(_) => "bad_input",
        }
    }
}

/// Largest traffic, and largest number of agents or lines: sums over states take time that grows with its square root.
const LARGEST: f64 = 1e12;

/// What is above its limit by no more than this share of it has met it: rounding must not cost an agent.
const SLACK: f64 = 1e-12;

/// Whether a measure keeps to its limit, to rounding.
pub(crate) fn keeps_to(measure: f64, limit: f64) -> bool {
    measure <= limit * (1.0 + SLACK)
}

/// Smallest number of agents or lines, if it is not 0, that is looked at when solving.
const LEAST: f64 = 1e-6;

/// `1 agent`, `7.41 agents`.
fn counted(number: f64, what: &str) -> String {
    let rounded = (number * 100.0).round() / 100.0;
    let plural = if rounded == 1.0 { "" } else { "s" };
    format!("{rounded} {what}{plural}")
}

/// `1 agent is`, `7.41 agents are`.
fn are(number: f64, what: &str) -> String {
    let counted = counted(number, what);
    let verb = if counted.ends_with('s') { "are" } else { "is" };
    format!("{counted} {verb}")
}

/// A number of at least 0, by its name.
fn at_least_zero(name: &str, value: f64) -> Result<f64, Error> {
    match value.is_finite() && value >= 0.0 {
        true => Ok(value),
        false => Err(Error::BadInput(format!(
            "{name} must be a number of at least 0, found {value}"
        ))),
    }
}

/// A traffic, or a number of agents or lines, by its name.
fn not_too_large(name: &str, value: f64) -> Result<f64, Error> {
    match at_least_zero(name, value)? > LARGEST {
        false => Ok(value),
        true => Err(Error::BadInput(format!(
            "{name} must be at most {LARGEST:e}, found {value:e}"
        ))),
    }
}

/// A number above 0, by its name.
fn above_zero(name: &str, value: f64) -> Result<f64, Error> {
    match value.is_finite() && value > 0.0 {
        true => Ok(value),
        false => Err(Error::BadInput(format!(
            "{name} must be a number above 0, found {value}"
        ))),
    }
}

/// A fraction, by its name.
fn fraction(name: &str, value: f64) -> Result<f64, Error> {
    match (0.0..=1.0).contains(&value) {
        true => Ok(value),
        false => Err(Error::BadInput(format!(
            "{name} must be between 0 and 1, found {value}"
        ))),
    }
}
