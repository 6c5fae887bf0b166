//! What a gate found, in words and digits.

use crate::kpi::Unit;
use crate::lab::check::{Judged, Measured, Outcome, Verdict};
use crate::report::text::figures::{UNDEFINED, decimals, exact_percent};
use crate::report::text::layout::NBSP;
use crate::scenario::grouped;

/// A verdict as it stands in the text.
pub fn shouted(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "PASS",
        Verdict::Fail => "FAIL",
        Verdict::Inconclusive => "INCONCLUSIVE",
    }
}

/// The part and interval that is meant, where the expectation is of several.
pub fn place(judged: &Judged) -> Option<String> {
    let starts = judged.start.iter().map(|start| format!(" {start}"));
    let place = format!("{}{}", judged.place, starts.collect::<String>());
    judged.text.contains('*').then_some(place)
}

/// Thresholds from this on are said in minutes.
const MINUTES_FROM_S: f64 = 600.0;

/// How numbers of a kind are written: factor, unit, and whether they have a sign.
fn kind(measured: Measured, threshold: f64) -> (f64, String, bool) {
    let unit = |unit: Unit, rate: &str| match unit {
        Unit::Fraction => (100.0, format!("{NBSP}{rate}")),
        // What is expected in minutes is said in minutes.
        Unit::Seconds if threshold.abs() >= MINUTES_FROM_S => (1.0 / 60.0, format!("{NBSP}min")),
        Unit::Seconds => (1.0, format!("{NBSP}s")),
        Unit::Hours => (1.0, format!("{NBSP}h")),
        Unit::Count | Unit::Number | Unit::Money => (1.0, String::new()),
    };
    match measured {
        Measured::Value(of) => {
            let (factor, unit) = unit(of, "%");
            (factor, unit, false)
        }
        Measured::Difference(of) => {
            let (factor, unit) = unit(of, "pp");
            (factor, unit, true)
        }
        Measured::Relative => (100.0, format!("{NBSP}%"), true),
    }
}

fn signed(x: f64, digits: usize, has_sign: bool) -> String {
    let text = grouped(x.abs(), digits);
    let shows = text.contains(|c: char| ('1'..='9').contains(&c));
    match (shows && x < 0.0, shows && has_sign) {
        (true, _) => format!("−{text}"),
        (false, true) => format!("+{text}"),
        _ => text,
    }
}

/// A value with its limits: `81.9 % (81.2 … 82.6)`.
pub fn figure(judged: &Judged) -> String {
    let Some(value) = judged.value else {
        return UNDEFINED.to_owned();
    };
    let (factor, unit, has_sign) = kind(judged.unit, judged.threshold);
    let half = judged.ci.map(|(low, high)| factor * (high - low) / 2.0);
    // An interval of no width has the digits that show where it is beside the threshold.
    let digits = decimals(half, if value.fract() == 0.0 { 0 } else { 2 }, 4);
    let number = |x: f64| signed(factor * x, digits, has_sign);
    let limits = match judged.ci {
        Some((low, high)) if low < high => format!(" ({} … {})", number(low), number(high)),
        _ => String::new(),
    };
    format!("{}{unit}{limits}", number(value))
}

/// After how many days, and what they were like.
pub fn days(judged: &Judged) -> String {
    // Days are never judged alone: a single one is a steady run.
    let is_run = judged.replications == 1;
    let days = match is_run {
        true => "one run".to_owned(),
        false => format!("{} days", grouped(judged.replications as f64, 0)),
    };
    match (judged.identical, &judged.baseline) {
        (true, _) if is_run => "identical in the whole run".to_owned(),
        (true, _) => format!("identical on all {days}"),
        (false, Some(_)) => format!("{days}, paired"),
        (false, None) => days,
    }
}

/// How many are of which verdict, and how it was judged.
pub fn footer(outcome: &Outcome) -> String {
    let of = |verdict: Verdict| {
        let judged = outcome.expectations.iter();
        judged.filter(|judged| judged.verdict == verdict).count()
    };
    let run = &outcome.run;
    let parts = [
        format!(
            "{}: {} passed, {} failed, {} undecided",
            shouted(outcome.verdict),
            of(Verdict::Pass),
            of(Verdict::Fail),
            of(Verdict::Inconclusive)
        ),
        outcome.scenario.label.clone(),
        format!("seed {}", run.seed),
        format!("errors at most {}", exact_percent(run.alpha)),
    ];
    let stopped = if run.partial { " · stopped early" } else { "" };
    let parts = parts.map(|part| part.replace(' ', "\u{a0}"));
    parts.join(" · ") + stopped
}

/// The outcome in one line.
pub fn summary(outcome: &Outcome) -> String {
    footer(outcome).replace(NBSP, " ") + "\n"
}

/// The expectation as a title, with the place that is meant.
pub fn title(judged: &Judged) -> String {
    let name = judged.name.as_ref().unwrap_or(&judged.text);
    match place(judged) {
        Some(place) => format!("{name} [{place}]"),
        None => name.clone(),
    }
}

/// What was seen, in one line.
pub fn seen(judged: &Judged) -> String {
    let reason = judged.reason.iter().map(|reason| format!("; {reason}"));
    format!(
        "{}, expected {}, after {}{}",
        figure(judged),
        judged.text,
        days(judged),
        reason.collect::<String>()
    )
    .replace(NBSP, " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_sign_and_the_digits_that_they_need() {
        assert_eq!(signed(3.84, 1, true), "+3.8");
        assert_eq!(signed(-3.84, 1, true), "−3.8");
        assert_eq!(signed(-0.004, 1, true), "0.0");
        assert_eq!(signed(0.0, 0, true), "0");
        assert_eq!(signed(81.94, 1, false), "81.9");
        assert_eq!(signed(12_345.0, 0, true), "+12,345");
    }
}
