//! Engset (1918): a finite number of callers, who do not call while they talk.
//!
//! With N callers, n lines, and β the rate of calls of an idle caller times the mean holding time, the probability that k
//! lines are busy is proportional to C(N, k) β^k. Time congestion is that of k = n; call congestion, what callers meet, is the
//! time congestion among N − 1 others. Both by the recurrence of 1/E, which has no cancellation:
//!
//! ```text
//! 1 / E(0) = 1,   1 / E(k) = 1 + k / ((N − k + 1) β E(k − 1))
//! ```

use super::loss::no_blocking_at_all;
use super::numeric::{Course, NoChange, bracket, root};
use super::{Error, at_least_zero, fraction, keeps_to};

/// Most callers: the recurrence is run up to that many lines.
const MOST: u64 = 100_000_000;

/// What the lines give.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Congestion {
    /// Fraction of time in which all lines are busy.
    pub time_congestion: f64,
    /// Fraction of attempts that are blocked.
    pub call_congestion: f64,
    /// Busy lines, on average.
    pub carried_erlangs: f64,
    /// Traffic that would be carried with a line for each caller: N β / (1 + β).
    pub intended_erlangs: f64,
    /// Attempts in a mean holding time.
    pub attempts_per_holding_time: f64,
}

/// 1/E − 1, the odds of a free line, among so many callers.
fn free_odds(callers: u64, beta: f64, lines: u64) -> f64 {
    if lines > callers {
        return f64::INFINITY;
    }
    let mut odds = 0.0;
    for k in 1..=lines {
        odds = k as f64 / ((callers - k + 1) as f64 * beta) * (1.0 + odds);
        if odds == f64::INFINITY {
            break;
        }
    }
    odds
}

fn check(sources: u64, beta: f64) -> Result<(), Error> {
    at_least_zero("the traffic of an idle source", beta)?;
    match sources <= MOST {
        true => Ok(()),
        false => Err(Error::BadInput(format!(
            "there are at most {MOST} sources, found {sources}; with so many Erlang-B is as good"
        ))),
    }
}

/// Call congestion as the odds against it.
fn call_odds(sources: u64, beta: f64, lines: u64) -> f64 {
    match sources {
        0 => f64::INFINITY,
        _ => free_odds(sources - 1, beta, lines),
    }
}

/// Congestion and carried traffic of `sources` callers on `lines` lines; `erlangs_per_idle_source` is β.
///
/// # Errors
/// [`Error::BadInput`] if β is negative, or there are absurdly many callers.
pub fn congestion(
    sources: u64,
    erlangs_per_idle_source: f64,
    lines: u64,
) -> Result<Congestion, Error> {
    let beta = erlangs_per_idle_source;
    check(sources, beta)?;
    let of = |odds: f64| 1.0 / (1.0 + odds);
    let time = of(free_odds(sources, beta, lines));
    let call = of(call_odds(sources, beta, lines));
    // Idle callers N − Y make attempts β (N − Y), of which 1 − call are carried: Y.
    let served = (1.0 - call) * beta;
    let carried = sources as f64 * served / (1.0 + served);
    Ok(Congestion {
        time_congestion: time,
        call_congestion: call,
        carried_erlangs: carried,
        intended_erlangs: sources as f64 * beta / (1.0 + beta),
        attempts_per_holding_time: beta * (sources as f64 - carried),
    })
}

/// The smallest number of lines with a call congestion of at most `max`.
///
/// # Errors
/// [`Error::BadInput`].
pub fn least_lines(sources: u64, erlangs_per_idle_source: f64, max: f64) -> Result<u64, Error> {
    let beta = erlangs_per_idle_source;
    check(sources, beta)?;
    fraction("the largest blocking", max)?;
    if sources == 0 || beta == 0.0 || max == 1.0 {
        return Ok(0);
    }
    let others = sources - 1;
    let mut odds = 0.0;
    for k in 1..=others {
        odds = k as f64 / ((others - k + 1) as f64 * beta) * (1.0 + odds);
        if keeps_to(1.0 / (1.0 + odds), max) {
            return Ok(k);
        }
    }
    // A line for each caller: nobody is blocked.
    Ok(sources)
}

/// The largest traffic of an idle source with a call congestion of at most `max`.
///
/// # Errors
/// [`Error::Unbounded`] if there is a line for everybody or everybody may be blocked; [`Error::BadInput`].
pub fn largest_erlangs_per_idle_source(sources: u64, lines: u64, max: f64) -> Result<f64, Error> {
    check(sources, 0.0)?;
    fraction("the largest blocking", max)?;
    if lines >= sources || max == 1.0 {
        return Err(Error::Unbounded(
            format!("a blocking of at most {max} holds"),
            "traffic",
        ));
    }
    if lines == 0 || max == 0.0 {
        return Ok(0.0);
    }
    let wanted = (1.0 - max) / max;
    let f = |beta: f64| {
        -(call_odds(sources, beta, lines) / wanted)
            .ln()
            .clamp(-1e3, 1e3)
    };
    let guess = lines as f64 / sources as f64;
    match bracket(guess, (1e-300, 1e300), Course::Rising, f) {
        Ok(found) => Ok(root(found, f)),
        Err(NoChange::Missed) => Ok(0.0),
        Err(NoChange::Met) => Err(Error::Unbounded(
            format!("a blocking of at most {max} holds"),
            "traffic",
        )),
    }
}

/// The largest number of callers with a call congestion of at most `max`.
///
/// # Errors
/// [`Error::Unbounded`] if everybody may be blocked or nobody calls, [`Error::Unreachable`] if nobody may be blocked and there
/// are no lines; [`Error::BadInput`].
pub fn largest_sources(erlangs_per_idle_source: f64, lines: u64, max: f64) -> Result<u64, Error> {
    let beta = erlangs_per_idle_source;
    check(0, beta)?;
    fraction("the largest blocking", max)?;
    let met = |sources: u64| keeps_to(1.0 / (1.0 + call_odds(sources, beta, lines)), max);
    if max == 1.0 || beta == 0.0 || met(MOST) {
        return Err(Error::Unbounded(
            format!("a blocking of at most {max} holds"),
            "number of sources",
        ));
    }
    if lines == 0 && max == 0.0 {
        return Err(no_blocking_at_all());
    }
    // Met with a line for everybody; missed with the most.
    let (mut low, mut high) = (lines.min(MOST), MOST);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        match met(middle) {
            true => low = middle,
            false => high = middle,
        }
    }
    Ok(low)
}
