//! The kinds of values that levers have: their steps and limits, and how they are typed and shown.

use super::Value;
use crate::report::text::figures::exact_percent;
use crate::scenario::{parse_duration, parse_fraction, parse_target};

/// What kind of value a lever has.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A factor on a series, 1 as in the file.
    Factor,
    /// The mean of a random duration, in seconds.
    Mean,
    /// A duration in seconds.
    Seconds,
    /// A fraction of at most so much.
    Fraction {
        /// The largest.
        most: f64,
    },
    /// Fractions of a list, of at most so much, that are all moved by as many points as the first.
    Shift {
        /// As in the file.
        all: Vec<f64>,
        /// The largest.
        most: f64,
    },
    /// A whole number.
    Count {
        /// The smallest.
        least: u64,
        /// The largest.
        most: u64,
    },
    /// The fraction of a service-level target.
    TargetFraction,
    /// The time of a service-level target, in seconds.
    TargetWithin,
    /// One of some names.
    Choice(Vec<String>),
}

/// Seconds beyond which a mean cannot be set: ten days.
const LONGEST_S: f64 = 864_000.0;

/// The largest factor on a volume.
const MOST_VOLUME: f64 = 100.0;

impl Kind {
    /// A small and a large step.
    pub(super) fn steps(&self, now: f64) -> (f64, f64) {
        match self {
            Kind::Factor => (0.01, 0.1),
            Kind::Fraction { .. } | Kind::Shift { .. } | Kind::TargetFraction => (0.01, 0.05),
            Kind::Mean | Kind::Seconds | Kind::TargetWithin => match now {
                s if s < 60.0 => (1.0, 5.0),
                s if s < 600.0 => (5.0, 30.0),
                s if s < 3600.0 => (30.0, 300.0),
                _ => (300.0, 1800.0),
            },
            Kind::Count { .. } => (1.0, 5.0),
            Kind::Choice(_) => (1.0, 1.0),
        }
    }

    /// The number within the limits of the lever.
    pub(super) fn limited(&self, x: f64) -> f64 {
        match self {
            Kind::Factor => x.clamp(0.0, MOST_VOLUME),
            Kind::Mean | Kind::Seconds | Kind::TargetWithin => x.clamp(0.0, LONGEST_S),
            Kind::Fraction { most } | Kind::Shift { most, .. } => x.clamp(0.0, *most),
            Kind::TargetFraction => x.clamp(0.01, 1.0),
            Kind::Count { least, most } => x.clamp(*least as f64, *most as f64),
            Kind::Choice(_) => x,
        }
    }

    pub(super) fn parse(&self, text: &str) -> Result<Value, String> {
        let plain = text.parse::<f64>().ok().filter(|x| x.is_finite());
        let percent = |x: f64| tidy(x / 100.0);
        let found = match self {
            Kind::Factor | Kind::Fraction { .. } | Kind::Shift { .. } | Kind::TargetFraction => {
                let of_text = || {
                    let target = parse_target(text).map(|target| target.fraction);
                    let target = target.ok().filter(|_| *self == Kind::TargetFraction);
                    let number = text.strip_suffix('%').and_then(|n| n.trim().parse().ok());
                    target.or(number.map(percent)).or(parse_fraction(text).ok())
                };
                let found = plain.map(percent).or_else(of_text);
                found.ok_or("a percentage, such as 85".to_owned())?
            }
            Kind::Mean | Kind::Seconds | Kind::TargetWithin => {
                let duration = || parse_duration(text).ok().map(|d| d.as_secs_f64());
                let found = plain.or_else(duration);
                found.ok_or("seconds, or a duration such as 3m".to_owned())?
            }
            Kind::Count { .. } => {
                let whole = plain.filter(|x| x.fract() == 0.0);
                whole.ok_or("a whole number".to_owned())?
            }
            Kind::Choice(names) => {
                let name = names.iter().find(|name| *name == text);
                let name = name.ok_or_else(|| format!("one of {}", names.join(", ")))?;
                return Ok(Value::Choice(name.clone()));
            }
        };
        // Without the sign of −0, which no `--set` takes.
        let found = found + 0.0;
        let limited = self.limited(found);
        match limited == found {
            true => Ok(Value::Number(found)),
            false => Err(format!(
                "{} {}",
                if found < limited {
                    "at least"
                } else {
                    "at most"
                },
                self.shown(limited)
            )),
        }
    }

    /// A number in words.
    pub(super) fn shown(&self, x: f64) -> String {
        match self {
            Kind::Factor | Kind::Fraction { .. } | Kind::TargetFraction => exact_percent(tidy(x)),
            Kind::Shift { all, .. } => {
                let same = all.iter().all(|f| *f == all[0]);
                exact_percent(tidy(x)) + if same { "" } else { " …" }
            }
            Kind::Mean | Kind::Seconds | Kind::TargetWithin => seconds(x),
            Kind::Count { .. } | Kind::Choice(_) => format!("{x}"),
        }
    }
}

/// A time as people say it: in seconds up to ten minutes.
fn seconds(s: f64) -> String {
    let s = (10.0 * s).round() / 10.0;
    match s {
        s if s <= 600.0 => format!("{s}\u{a0}s"),
        s if s < 7200.0 => format!("{}\u{a0}min", (s / 6.0).round() / 10.0),
        s => format!("{}\u{a0}h", (s / 360.0).round() / 10.0),
    }
}

/// The same number without the dust of binary arithmetic.
pub(super) fn tidy(x: f64) -> f64 {
    format!("{x:.12}").parse().unwrap_or(x)
}
