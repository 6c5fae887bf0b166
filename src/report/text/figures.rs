//! Figures in words and digits: no more digits than their uncertainty bears.

use super::layout::{Cell, NBSP};
use crate::scenario::{format_duration, format_fraction, grouped};
use crate::stats::Estimate;
use std::time::Duration;

/// Stands for a figure that is not defined.
pub const UNDEFINED: &str = "–";

/// Digits after the point that a figure is worth: as few, and at most `most`, as its half-width shows. `usual` where
/// there is none. A half-width of 1.0 to 1.9 keeps two digits: in one it would lose too much.
pub fn decimals(half_width: Option<f64>, usual: usize, most: usize) -> usize {
    match half_width {
        Some(half) if half > 0.0 => (0..most)
            .find(|&d| half >= 1.95 * 0.1f64.powi(d as i32))
            .unwrap_or(most),
        _ => usual,
    }
}

/// Digits after the point so that a small number does not read as 0.
fn visible(value: f64, decimals: usize) -> usize {
    let shows = |&d: &usize| value.abs() >= 0.5 * 0.1f64.powi(d as i32);
    match value == 0.0 {
        true => decimals,
        false => (decimals..6).find(shows).unwrap_or(decimals),
    }
}

/// Half-width of an interval in per cent, none where all observations were equal.
fn points(estimate: &Estimate) -> Option<f64> {
    estimate.half_width().map(|half| 100.0 * half)
}

/// One decimal is what the field is used to; none where the half-width is ten points, more where it would show as 0.
fn percent_digits(estimate: &Estimate, most: usize) -> usize {
    match points(estimate) {
        Some(half) if half >= 9.5 => 0,
        Some(half) if half > 0.0 => (1..most)
            .find(|&d| half >= 0.95 * 0.1f64.powi(d as i32))
            .unwrap_or(most),
        _ => 1,
    }
}

/// A fraction in per cent: `3.9 %`.
pub fn percent(estimate: Estimate) -> String {
    match estimate.mean {
        Some(mean) => {
            let value = 100.0 * mean;
            let digits = visible(value, percent_digits(&estimate, 1));
            format!("{value:.digits$}{NBSP}%")
        }
        None => UNDEFINED.to_owned(),
    }
}

/// A rate in per cent, in words where nothing of the kind was ever seen.
pub fn rate(estimate: Estimate) -> String {
    match (estimate.mean, estimate.se) {
        (Some(0.0), Some(0.0)) => "none".to_owned(),
        _ => percent(estimate),
    }
}

/// A fraction as whole per cent, in prose; one decimal below ten.
pub fn rough_percent(fraction: f64) -> String {
    let value = 100.0 * fraction;
    let digits = if value == 0.0 || value >= 9.95 {
        0
    } else {
        visible(value, 1)
    };
    format!("{value:.digits$}{NBSP}%")
}

/// A half-width above 0, which never reads as 0: `0.3`, `<0.001`.
pub fn half_width(half: f64, digits: usize) -> String {
    let text = grouped(half, digits);
    match text.contains(|c: char| ('1'..='9').contains(&c)) {
        true => text,
        false => format!("<{:.digits$}", 0.1f64.powi(digits as i32)),
    }
}

/// What is said of a fraction's interval: `± 0.3`, nothing where there is none or all observations were equal.
fn plus_minus(half: Option<f64>, digits: usize) -> String {
    match half {
        Some(half) if half > 0.0 => format!(" ± {}", half_width(half, digits)),
        _ => String::new(),
    }
}

/// A fraction in per cent with its half-width: `76.4 % ± 0.3`, as two texts to align.
pub fn percent_and_error(estimate: Estimate) -> Cell {
    percent_with(estimate, &format!("{NBSP}%"))
}

fn percent_with(estimate: Estimate, unit: &str) -> Cell {
    let Some(mean) = estimate.mean else {
        return UNDEFINED.into();
    };
    let digits = percent_digits(&estimate, 3);
    let head = format!("{:.digits$}{unit}", 100.0 * mean);
    Cell::seamed(head, plus_minus(points(&estimate), digits))
}

/// A time: `14.2 s`, `3m 31s`, `2h 05m`.
pub fn seconds(estimate: Estimate) -> String {
    match estimate.mean {
        Some(mean) => time(mean, visible(mean, decimals(estimate.half_width(), 1, 1))),
        None => UNDEFINED.to_owned(),
    }
}

/// A time with its half-width.
pub fn seconds_and_error(estimate: Estimate) -> Cell {
    let (Some(mean), half) = (estimate.mean, estimate.half_width()) else {
        return UNDEFINED.into();
    };
    let digits = decimals(half, 1, 3);
    let tail = match half {
        Some(half) if half > 0.0 && mean < MINUTES_FROM_S => {
            format!(" ± {}", half_width(half, digits))
        }
        Some(half) if half > 0.0 && half < MINUTES_FROM_S => {
            format!(" ± {}{NBSP}s", half_width(half, digits))
        }
        Some(half) if half > 0.0 => format!(" ± {}", time(half, digits)),
        _ => String::new(),
    };
    Cell::seamed(time(mean, digits), tail)
}

/// Longer times are said in minutes.
const MINUTES_FROM_S: f64 = 119.5;

fn time(seconds: f64, digits: usize) -> String {
    if seconds < MINUTES_FROM_S {
        return format!("{seconds:.digits$}{NBSP}s");
    }
    let whole = seconds.round();
    let (minutes, rest) = ((whole / 60.0).floor(), whole % 60.0);
    if minutes < 100.0 {
        return format!("{minutes}m{NBSP}{rest:02}s");
    }
    let minutes = (seconds / 60.0).round();
    format!(
        "{}h{NBSP}{:02}m",
        grouped((minutes / 60.0).floor(), 0),
        minutes % 60.0
    )
}

/// A number of things: whole, but for averages that are small or well known.
pub fn count(estimate: Estimate) -> String {
    let half = estimate.half_width().filter(|&half| half > 0.0);
    let well_known = |mean: f64| mean < 99.95 && half.is_some_and(|half| half < 0.5);
    match estimate.mean {
        Some(mean) if mean.fract() == 0.0 && half.is_none() => grouped(mean, 0),
        Some(mean) if mean < 9.95 || well_known(mean) => tenths(mean),
        Some(mean) => grouped(mean, 0),
        None => UNDEFINED.to_owned(),
    }
}

/// A number with one decimal.
pub fn number(estimate: Estimate) -> String {
    estimate.mean.map_or_else(|| UNDEFINED.to_owned(), tenths)
}

/// With one decimal; what is little does not read as nothing.
fn tenths(value: f64) -> String {
    match value {
        0.0 => "0".to_owned(),
        v if v > 0.0 && v < 0.05 => "<0.1".to_owned(),
        v => grouped(v, 1),
    }
}

/// Agent hours.
pub fn hours(estimate: Estimate) -> String {
    match estimate.mean {
        Some(_) => format!("{}{NBSP}h", number(estimate)),
        None => UNDEFINED.to_owned(),
    }
}

/// Money: whole from 100 on.
pub fn money(estimate: Estimate) -> String {
    match estimate.mean {
        Some(mean) => grouped(mean, money_digits(mean)),
        None => UNDEFINED.to_owned(),
    }
}

/// Money with its half-width.
pub fn money_and_error(estimate: Estimate) -> String {
    let digits = estimate.mean.map_or(0, money_digits);
    let error = match estimate.half_width() {
        Some(half) if half > 0.0 => format!("{NBSP}±{NBSP}{}", half_width(half, digits)),
        _ => String::new(),
    };
    money(estimate) + &error
}

fn money_digits(value: f64) -> usize {
    if value >= 99.5 { 0 } else { 2 }
}

/// The cell of a service level in a table whose header names the unit.
pub fn level(estimate: Estimate) -> Cell {
    percent_with(estimate, "")
}

/// A threshold, exactly as it was written: `80 %`.
pub fn exact_percent(fraction: f64) -> String {
    spaced(&format_fraction(fraction))
}

/// A time limit, exactly: `20 s`.
pub fn exact_seconds(seconds: f64) -> String {
    exact_duration(Duration::try_from_secs_f64(seconds).unwrap_or_default())
}

/// A duration, exactly: `24 h`.
pub fn exact_duration(duration: Duration) -> String {
    let text = spaced(&format_duration(duration));
    // A bare m could be metres.
    match text.strip_suffix(&format!("{NBSP}m")) {
        Some(minutes) => format!("{minutes}{NBSP}min"),
        None => text,
    }
}

/// The length of an interval: `30 min`, `1 h`.
pub fn exact_minutes(minutes: u32) -> String {
    match minutes.is_multiple_of(60) {
        true => format!("{}{NBSP}h", minutes / 60),
        false => format!("{minutes}{NBSP}min"),
    }
}

/// Space between number and unit.
fn spaced(text: &str) -> String {
    let unit = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(unit);
    format!("{number}{NBSP}{unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimate(mean: f64, half: f64) -> Estimate {
        Estimate {
            mean: Some(mean),
            ci: Some((mean - half, mean + half)),
            se: Some(half / 2.0),
        }
    }

    /// As it reads in the report.
    fn plain(text: impl Into<String>) -> String {
        text.into().replace(NBSP, " ")
    }

    #[test]
    fn digits_follow_the_uncertainty() {
        let shown = |mean, half| {
            let cell = percent_and_error(estimate(mean, half));
            plain(format!("{cell}"))
        };
        assert_eq!(shown(0.76412, 0.0031), "76.4 % ± 0.3");
        assert_eq!(shown(0.76412, 0.031), "76.4 % ± 3.1");
        assert_eq!(shown(0.76412, 0.124), "76 % ± 12");
        assert_eq!(shown(0.00312, 0.0004), "0.31 % ± 0.04");
        assert_eq!(shown(0.76412, 0.000_002), "76.412 % ± <0.001");
        assert_eq!(shown(1.0, 0.0), "100.0 %");
        assert_eq!(plain(percent(estimate(0.0003, 0.0001))), "0.03 %");
        assert_eq!(plain(percent(Estimate::default())), "–");
        assert_eq!(plain(rough_percent(0.2264)), "23 %");
        assert_eq!(plain(rough_percent(0.0313)), "3.1 %");
    }

    #[test]
    fn times_are_spoken() {
        let shown = |s, half| plain(seconds(estimate(s, half)));
        assert_eq!(shown(14.23, 0.4), "14.2 s");
        assert_eq!(shown(14.23, 2.0), "14 s");
        assert_eq!(shown(211.2, 1.0), "3m 31s");
        assert_eq!(shown(119.6, 1.0), "2m 00s");
        assert_eq!(shown(7502.0, 100.0), "2h 05m");
        assert_eq!(shown(0.004, 0.001), "0.004 s");
        assert_eq!(shown(0.0, 0.0), "0.0 s");
        let with_error = |s, half| plain(seconds_and_error(estimate(s, half)).to_string());
        assert_eq!(with_error(14.23, 0.000_2), "14.230 s ± <0.001");
        assert_eq!(with_error(211.2, 0.000_2), "3m 31s ± <0.001 s");
        assert_eq!(with_error(211.2, 3.2), "3m 31s ± 3 s");
        assert_eq!(plain(exact_seconds(20.0)), "20 s");
        assert_eq!(plain(exact_seconds(7.5)), "7.5 s");
        assert_eq!(plain(exact_seconds(86400.0)), "24 h");
        assert_eq!(plain(exact_seconds(900.0)), "15 min");
        assert_eq!(plain(exact_percent(0.125)), "12.5 %");
        assert_eq!(plain(exact_minutes(5)), "5 min");
        assert_eq!(plain(exact_minutes(30)), "30 min");
        assert_eq!(plain(exact_minutes(90)), "90 min");
        assert_eq!(plain(exact_minutes(120)), "2 h");
    }

    #[test]
    fn small_averages_keep_a_digit() {
        assert_eq!(count(estimate(5902.4, 3.0)), "5,902");
        assert_eq!(count(estimate(13.26, 0.6)), "13");
        assert_eq!(count(estimate(13.26, 0.4)), "13.3");
        assert_eq!(count(estimate(3.26, 0.5)), "3.3");
        assert_eq!(count(estimate(3.0, 0.5)), "3.0");
        assert_eq!(count(estimate(3.0, 0.0)), "3");
        assert_eq!(count(estimate(0.02, 0.01)), "<0.1");
        assert_eq!(number(estimate(0.0, 0.0)), "0");
        assert_eq!(money(estimate(4960.4, 3.0)), "4,960");
        assert_eq!(plain(money_and_error(estimate(4960.4, 12.0))), "4,960 ± 12");
        assert_eq!(plain(money_and_error(estimate(4960.4, 0.2))), "4,960 ± <1");
    }
}
