//! Loss systems: who finds all lines busy goes away.
//!
//! Erlang (1917), with Poisson arrivals of `erlangs` in traffic and n lines:
//!
//! ```text
//! B(n, A) = (A^n / n!) / Σ (A^k / k!), k = 0 … n
//! ```
//!
//! Jagerman (1974), theorem 3, continues it to n that are not whole:
//!
//! ```text
//! 1 / B(n, A) = A ∫₀^∞ e^(−At) (1 + t)^n dt = e^A A^(−n) Γ(n + 1, A)
//! ```
//!
//! Both fulfil 1 / B(n, A) = 1 + n / (A B(n − 1, A)), from which follows the sum 1 + n/A + n(n − 1)/A² + …. All is computed as
//! the odds 1/B − 1 of finding a line free, so that neither a blocking near 0 nor one near 1 loses digits:
//!
//! - up to 64 lines by the recurrence, from what is left of n below 1;
//! - with more lines than traffic as Q(n + 1, A) over the Poisson probability of n;
//! - else by the sum, whose terms fall from the first on, until they no longer count.

use super::numeric::{
    Course, NoChange, bracket, poisson, poisson_tail_ratio, root, upper_gamma_fraction,
};
use super::{Error, LARGEST, LEAST, above_zero, at_least_zero, fraction, keeps_to, not_too_large};

/// Lines up to which the recurrence is run.
const FEW: f64 = 64.0;

/// 1 / B(n, A) − 1: the odds of finding a line free. Infinite where blocking is below 1e-308. Not checked: n ≥ 0, A ≥ 0.
pub(super) fn free_odds(lines: f64, erlangs: f64) -> f64 {
    if lines == 0.0 {
        return 0.0;
    }
    if erlangs == 0.0 {
        return f64::INFINITY;
    }
    if lines <= FEW {
        return recur(lines.fract(), lines, erlangs);
    }
    if erlangs < lines + 1.0 {
        return above(lines, erlangs);
    }
    // Each term is below the one before; the last is the odds of the rest below 1.
    let (mut sum, mut term, mut n) = (0.0, 1.0, lines);
    let over = 1.0 / erlangs;
    while n >= 1.0 {
        term *= n * over;
        sum += term;
        n -= 1.0;
        if term <= sum * 1e-17 {
            return sum;
        }
    }
    sum + term * fractional_odds(n, erlangs)
}

/// By the recurrence, from a number of lines below 1 up.
fn recur(rest: f64, lines: f64, erlangs: f64) -> f64 {
    let mut odds = fractional_odds(rest, erlangs);
    let over = 1.0 / erlangs;
    let mut n = rest + 1.0;
    while n <= lines {
        odds = n * over * (1.0 + odds);
        n += 1.0;
    }
    odds
}

/// The odds for less than one line.
fn fractional_odds(lines: f64, erlangs: f64) -> f64 {
    if lines == 0.0 {
        return 0.0;
    }
    match erlangs < 2.0 {
        true => above(lines, erlangs),
        // n/A over B(n − 1), which the integral gives for n − 1 above −1.
        false => lines * upper_gamma_fraction(lines, erlangs),
    }
}

/// Q(n + 1, A) / p(n, A) − 1, Q as the rest of P, which is not near 1 where there are more lines than traffic.
fn above(lines: f64, erlangs: f64) -> f64 {
    let p = poisson(lines, erlangs);
    (1.0 / p - poisson_tail_ratio(lines, erlangs) - 1.0).max(0.0)
}

/// Erlang-B: the fraction of calls that find all lines busy, of a traffic in erlangs; the lines need not be whole.
///
/// # Errors
/// [`Error::BadInput`] if one of them is negative or no number.
pub fn blocking(lines: f64, erlangs: f64) -> Result<f64, Error> {
    not_too_large("the number of lines", lines)?;
    not_too_large("the traffic", erlangs)?;
    // Two additions: the odds may be infinite.
    Ok(1.0 / (1.0 + free_odds(lines, erlangs)))
}

/// The smallest whole number of lines with a blocking of at most `max`: 0 without traffic.
///
/// # Errors
/// [`Error::Unreachable`] if no blocking at all is asked for, [`Error::BadInput`].
pub fn least_lines(erlangs: f64, max: f64) -> Result<u64, Error> {
    let lines = least_lines_fractional(erlangs, max)?;
    settle(lines, max, |n| blocking(n, erlangs))
}

/// The whole number of lines within a line of the continued solution; rounding there must not decide.
fn settle(
    lines: f64,
    max: f64,
    blocking: impl Fn(f64) -> Result<f64, Error>,
) -> Result<u64, Error> {
    let mut n = (lines - 1.0).floor().max(0.0);
    while lines > 0.0 && !keeps_to(blocking(n)?, max) {
        n += 1.0;
    }
    Ok(n as u64)
}

/// The number of lines, not rounded up, with a blocking of exactly `max`.
///
/// # Errors
/// Those of [`least_lines`].
pub fn least_lines_fractional(erlangs: f64, max: f64) -> Result<f64, Error> {
    match wanted_odds(erlangs, max)? {
        None => Ok(0.0),
        Some(wanted) => continuous(erlangs, wanted),
    }
}

/// The odds to reach; none where nothing is needed.
fn wanted_odds(erlangs: f64, max: f64) -> Result<Option<f64>, Error> {
    not_too_large("the traffic", erlangs)?;
    fraction("the largest blocking", max)?;
    if erlangs == 0.0 || max == 1.0 {
        return Ok(None);
    }
    match max > 0.0 {
        true => Ok(Some((1.0 - max) / max)),
        false => Err(no_blocking_at_all()),
    }
}

fn too_much(erlangs: f64) -> Error {
    Error::BadInput(format!(
        "{erlangs} erlangs are more than can be solved for; the largest traffic is {LARGEST:e} erlangs"
    ))
}

pub(super) fn no_blocking_at_all() -> Error {
    Error::Unreachable {
        target: "a blocking of 0%".to_owned(),
        best: 0.0,
        reason: "more lines come as near to it as one likes, but never there".to_owned(),
    }
}

/// ln of wanted odds over odds, kept finite: at most 0 where blocking is as low as wanted.
fn excess(odds: f64, wanted: f64) -> f64 {
    -(odds / wanted).ln().clamp(-1e3, 1e3)
}

fn continuous(erlangs: f64, wanted: f64) -> Result<f64, Error> {
    let f = |lines: f64| excess(free_odds(lines, erlangs), wanted);
    let guess = (erlangs + erlangs.sqrt()).max(0.5);
    match bracket(guess, (LEAST, 2.0 * LARGEST), Course::Falling, f) {
        Ok(found) => Ok(root(found, f)),
        Err(NoChange::Met) => Ok(0.0),
        Err(NoChange::Missed) => Err(too_much(erlangs)),
    }
}

/// The largest traffic in erlangs with a blocking of at most `max`; the lines need not be whole.
///
/// # Errors
/// [`Error::Unbounded`] if everything may be blocked, [`Error::BadInput`].
pub fn largest_erlangs(lines: f64, max: f64) -> Result<f64, Error> {
    not_too_large("the number of lines", lines)?;
    fraction("the largest blocking", max)?;
    if max == 1.0 {
        return Err(Error::Unbounded(
            "a blocking of at most 100% holds".to_owned(),
            "traffic",
        ));
    }
    if lines == 0.0 || max == 0.0 {
        return Ok(0.0);
    }
    let wanted = (1.0 - max) / max;
    let f = |erlangs: f64| excess(free_odds(lines, erlangs), wanted);
    match bracket(lines.max(1e-3), (1e-300, 1e300), Course::Rising, f) {
        Ok(found) => Ok(root(found, f)),
        Err(NoChange::Missed) => Ok(0.0),
        Err(NoChange::Met) => Err(Error::Unbounded(
            format!("a blocking of at most {max} holds"),
            "traffic",
        )),
    }
}

/// A loss system whose blocked callers try again: extended Erlang-B.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Retries {
    /// Traffic offered, retries included.
    pub offered_erlangs: f64,
    /// Fraction of attempts blocked.
    pub blocking_rate: f64,
    /// Busy lines, on average.
    pub carried_erlangs: f64,
    /// Attempts / callers.
    pub attempts_per_caller: f64,
    /// Callers served in the end / callers.
    pub served_rate: f64,
}

/// Extended Erlang-B: of those who are blocked, at each attempt, the fraction `retry` tries again at once, as fresh traffic
/// would. The offered traffic is the solution of A = a + r A B(n, A), a the traffic of first attempts (Jagerman 1974).
///
/// # Errors
/// [`Error::NoFiniteSolution`] if everybody tries again and the lines cannot carry all; [`Error::BadInput`].
pub fn with_retries(lines: f64, erlangs: f64, retry: f64) -> Result<Retries, Error> {
    not_too_large("the number of lines", lines)?;
    not_too_large("the traffic", erlangs)?;
    fraction("the fraction that tries again", retry)?;
    if retry == 1.0 && erlangs >= lines && erlangs > 0.0 {
        return Err(Error::NoFiniteSolution { erlangs, lines });
    }
    // A(1 − rB) grows with A: what the lines carry, A(1 − B), does, and so does what gives up.
    let offered = match erlangs > 0.0 && retry > 0.0 && lines > 0.0 {
        // Without traffic also where all try again.
        false if lines == 0.0 && erlangs > 0.0 => erlangs / (1.0 - retry),
        false => erlangs,
        true => {
            let f = |offered: f64| {
                let odds = free_odds(lines, offered);
                let first = match odds.is_finite() {
                    true => offered * (1.0 - retry + odds) / (1.0 + odds),
                    false => offered,
                };
                (first / erlangs).ln()
            };
            match bracket(erlangs, (erlangs, 1e300), Course::Rising, f) {
                Ok(found) => root(found, f),
                Err(_) => erlangs,
            }
        }
    };
    let odds = free_odds(lines, offered);
    let blocked = 1.0 / (1.0 + odds);
    let carried = match odds.is_finite() {
        true => offered * odds * blocked,
        false => offered,
    };
    Ok(Retries {
        offered_erlangs: offered,
        blocking_rate: blocked,
        carried_erlangs: carried,
        attempts_per_caller: match erlangs > 0.0 {
            true => offered / erlangs,
            false => 1.0,
        },
        served_rate: match erlangs > 0.0 {
            true => (carried / erlangs).min(1.0),
            false => 1.0,
        },
    })
}

/// The smallest whole number of lines with a blocking of at most `max` where blocked callers try again.
///
/// # Errors
/// [`Error::Unreachable`] if no blocking at all is asked for, [`Error::BadInput`].
pub fn least_lines_with_retries(erlangs: f64, retry: f64, max: f64) -> Result<u64, Error> {
    let lines = least_lines_with_retries_fractional(erlangs, retry, max)?;
    settle(lines, max, |n| match with_retries(n, erlangs, retry) {
        Ok(found) => Ok(found.blocking_rate),
        // Too few lines for whom all try again.
        Err(Error::NoFiniteSolution { .. }) => Ok(1.0),
        Err(error) => Err(error),
    })
}

/// The same, not rounded up.
///
/// # Errors
/// Those of [`least_lines_with_retries`].
pub fn least_lines_with_retries_fractional(
    erlangs: f64,
    retry: f64,
    max: f64,
) -> Result<f64, Error> {
    fraction("the fraction that tries again", retry)?;
    // With the blocking at its largest, the traffic is known: a / (1 − r B).
    not_too_large("the traffic", erlangs)?;
    fraction("the largest blocking", max)?;
    match retry * max < 1.0 {
        true => least_lines_fractional(erlangs / (1.0 - retry * max), max),
        // Everybody may be blocked and come again for ever.
        false => Ok(0.0),
    }
}

/// The largest traffic of first attempts with a blocking of at most `max` where blocked callers try again.
///
/// # Errors
/// [`Error::Unbounded`] if everything may be blocked, [`Error::BadInput`].
pub fn largest_erlangs_with_retries(lines: f64, retry: f64, max: f64) -> Result<f64, Error> {
    fraction("the fraction that tries again", retry)?;
    Ok(largest_erlangs(lines, max)? * (1.0 - retry * max))
}

/// The traffic in erlangs of calls per hour with a mean holding time.
///
/// # Errors
/// [`Error::BadInput`] if one of them is negative or no number.
pub fn erlangs(calls_per_h: f64, holding_s: f64) -> Result<f64, Error> {
    at_least_zero("the volume", calls_per_h)?;
    above_zero("the holding time", holding_s)?;
    Ok(calls_per_h * holding_s / 3600.0)
}
