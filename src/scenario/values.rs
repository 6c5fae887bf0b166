//! Single values as text: durations, rates, fractions, points and targets. Files and flags read them here, and what is
//! written reads back as exactly the same value.

use std::fmt;
use std::time::Duration;

use super::types::Target;
use super::words::quoted;

/// The longest duration: 10 years of 365.25 days.
pub const MAX_DURATION: Duration = Duration::from_secs(315_576_000);

/// Why a text is not the value that it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueError {
    /// What was expected: `a duration`.
    pub expected: String,
    /// What is wrong: `"90" has no unit`.
    pub wrong: String,
    /// What to write, with an example.
    pub help: String,
}

impl ValueError {
    pub(super) fn new(
        expected: &str,
        wrong: impl Into<String>,
        help: impl Into<String>,
    ) -> ValueError {
        ValueError {
            expected: expected.to_owned(),
            wrong: wrong.into(),
            help: help.into(),
        }
    }
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "expected {}: {}; {}",
            self.expected, self.wrong, self.help
        )
    }
}

impl std::error::Error for ValueError {}

pub(super) const DURATION_HELP: &str =
    "write a number with its unit (ms, s, m, h, d), for example \"90s\" or \"1m30s\"";
pub(super) const RATE_HELP: &str =
    "write calls per time, for example \"600/h\", \"10/min\" or \"40/h\"";
pub(super) const FRACTION_HELP: &str = "write for example 0.3 or \"30%\"";
pub(super) const POINTS_HELP: &str = "write percentage points, for example \"0.5pp\"";
pub(super) const TARGET_HELP: &str =
    "write for example \"80/20\" (80 % within 20 s) or \"95% in 24h\"";

/// A number at the start of a text and the rest of it. Digits and at most one point; no sign, no exponent.
fn leading_number(text: &str) -> Option<(&str, &str)> {
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    let points = number.matches('.').count();
    (points <= 1 && number.len() > points).then_some((number, rest))
}

/// The number a text starts with, in units of ten to the power `exponent`: exact, as the shift is one of decimals.
fn decimal(number: &str, exponent: i32) -> f64 {
    // Digits and a point always are a number.
    format!("{number}e{exponent}").parse().unwrap_or(f64::NAN)
}

/// A decimal number (no sign, no exponent) times a power of ten, as text.
fn shifted(number: &str, places: usize) -> String {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let padded = format!("{fraction:0<places$}");
    let (up, left) = padded.split_at(places);
    let whole = format!("{whole}{up}");
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        digits => digits,
    };
    match left.trim_end_matches('0') {
        "" => whole.to_owned(),
        left => format!("{whole}.{left}"),
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Unit {
    Ms,
    S,
    Min,
    H,
    D,
}

impl Unit {
    fn parse(text: &str) -> Option<Unit> {
        Some(match text {
            "ms" => Unit::Ms,
            "s" => Unit::S,
            "m" | "min" => Unit::Min,
            "h" => Unit::H,
            "d" => Unit::D,
            _ => return None,
        })
    }

    fn nanoseconds(self) -> u128 {
        match self {
            Unit::Ms => 1_000_000,
            Unit::S => 1_000_000_000,
            Unit::Min => 60_000_000_000,
            Unit::H => 3_600_000_000_000,
            Unit::D => 86_400_000_000_000,
        }
    }
}

/// The parts of a duration, such as `1m` and `30s`.
fn duration_parts(text: &str) -> Result<Vec<(&str, Unit)>, ValueError> {
    let error = |wrong: String| ValueError::new("a duration", wrong, DURATION_HELP);
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err(error("the text is empty".to_owned()));
    }
    if rest.starts_with('-') {
        return Err(error(format!("{} is negative", quoted(text))));
    }
    let mut parts: Vec<(&str, Unit)> = Vec::new();
    while !rest.is_empty() {
        let Some((number, after)) = leading_number(rest) else {
            return Err(error(format!("{} is no duration", quoted(text))));
        };
        let end = |text: &str| {
            text.find(|c: char| c.is_ascii_digit() || c.is_whitespace())
                .unwrap_or(text.len())
        };
        let (unit_text, after) = after.split_at(end(after));
        let Some(unit) = Unit::parse(unit_text) else {
            let late = after.trim_start();
            return Err(match (unit_text, &late[..end(late)]) {
                ("", "") => ValueError::new(
                    "a duration",
                    format!("{} has no unit", quoted(text)),
                    unit_help(number),
                ),
                ("", late) if Unit::parse(late).is_some() => {
                    error(format!("the unit in {} follows a blank", quoted(text)))
                }
                ("", word) | (word, _) => error(format!(
                    "{} is no unit of time in {}",
                    quoted(word),
                    quoted(text)
                )),
            });
        };
        if parts.last().is_some_and(|(_, last)| *last <= unit) {
            return Err(error(format!(
                "the units of {} do not go from large to small",
                quoted(text)
            )));
        }
        parts.push((number, unit));
        rest = after.trim_start();
    }
    Ok(parts)
}

/// What to write instead of a number without a unit.
pub(super) fn unit_help(number: &str) -> String {
    format!("did you mean \"{number}s\"? Units are ms, s, m, h, d")
}

fn too_long(text: &str) -> ValueError {
    ValueError::new(
        "a duration",
        format!("{} is more than 10 years", quoted(text)),
        "the longest duration is 10 years of 365.25 days, \"3652.5d\"",
    )
}

/// Reads a duration: `"90s"`, `"1m30s"`, `"2h"`, `"250ms"`, `"1.5d"`; exact to the nanosecond.
pub fn parse_duration(text: &str) -> Result<Duration, ValueError> {
    /// More digits do not fit the arithmetic, and a duration of 10 years in nanoseconds has 18.
    const MOST_DIGITS: usize = 20;
    let mut total: u128 = 0;
    for (number, unit) in duration_parts(text)? {
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let whole = whole.trim_start_matches('0');
        let fraction = fraction.trim_end_matches('0');
        if whole.len() + fraction.len() > MOST_DIGITS {
            return Err(ValueError::new(
                "a duration",
                format!("{} has more than {MOST_DIGITS} digits", quoted(text)),
                DURATION_HELP,
            ));
        }
        // At most 20 digits, so neither the number nor its product with a day overflows 128 bits.
        let digits: u128 = format!("0{whole}{fraction}").parse().unwrap_or(u128::MAX);
        let divisor = 10u128.pow(fraction.len() as u32);
        let nanoseconds = digits.saturating_mul(unit.nanoseconds());
        total += nanoseconds.saturating_add(divisor / 2) / divisor;
    }
    match u64::try_from(total) {
        Ok(total) if total <= MAX_DURATION.as_nanos() as u64 => Ok(Duration::from_nanos(total)),
        _ => Err(too_long(text)),
    }
}

/// Reads a duration as a number of seconds, as random durations hold it.
pub(super) fn parse_seconds(text: &str) -> Result<f64, ValueError> {
    let mut total = 0.0;
    for (number, unit) in duration_parts(text)? {
        total += match unit {
            Unit::Ms => decimal(number, -3),
            Unit::S => decimal(number, 0),
            Unit::Min => decimal(number, 0) * 60.0,
            Unit::H => decimal(number, 0) * 3600.0,
            Unit::D => decimal(number, 0) * 86400.0,
        };
    }
    match total <= MAX_DURATION.as_secs_f64() {
        true => Ok(total),
        false => Err(too_long(text)),
    }
}

/// The canonical text of a duration, in one unit: `"90s"`, `"10m"`, `"24h"`, `"250ms"`.
pub fn format_duration(duration: Duration) -> String {
    let seconds = shifted(
        &format!("{}.{:09}", duration.as_secs(), duration.subsec_nanos()),
        0,
    );
    in_one_unit(&seconds)
}

/// The canonical text of a number of seconds.
pub(super) fn format_seconds(seconds: f64) -> String {
    in_one_unit(&format!("{seconds}"))
}

/// `seconds` is a decimal number. Whole hours, whole minutes from ten on and whole days from three on are written as
/// such: handling times are spoken of in seconds, opening hours in hours.
fn in_one_unit(seconds: &str) -> String {
    if let Ok(whole) = seconds.parse::<u64>() {
        for (unit, length, least) in [("d", 86400, 259_200), ("h", 3600, 3600), ("m", 60, 600)] {
            if whole >= least && whole % length == 0 {
                return format!("{}{unit}", whole / length);
            }
        }
        return format!("{whole}s");
    }
    match seconds.starts_with("0.") {
        true => format!("{}ms", shifted(seconds, 3)),
        false => format!("{seconds}s"),
    }
}

/// Reads a rate, in calls per hour: `"600/h"`, `"10/min"`.
pub fn parse_rate(text: &str) -> Result<f64, ValueError> {
    let error = |wrong: String| ValueError::new("a rate", wrong, RATE_HELP);
    let trimmed = text.trim();
    if trimmed.starts_with('-') {
        return Err(error(format!("{} is negative", quoted(text))));
    }
    let Some((number, rest)) = leading_number(trimmed) else {
        return Err(error(format!("{} is no rate", quoted(text))));
    };
    let Some(unit) = rest.trim_start().strip_prefix('/') else {
        return Err(match rest.trim().is_empty() {
            true => ValueError::new(
                "a rate",
                format!("{} has no unit", quoted(text)),
                format!("did you mean \"{number}/h\"? {RATE_HELP}"),
            ),
            false => error(format!("{} is no rate", quoted(text))),
        });
    };
    let number = decimal(number, 0);
    let per_hour = match unit.trim() {
        "s" => number * 3600.0,
        "m" | "min" => number * 60.0,
        "h" => number,
        "d" => number / 24.0,
        unit => {
            return Err(error(format!(
                "{} is no unit of time in {}",
                quoted(unit),
                quoted(text)
            )));
        }
    };
    match per_hour.is_finite() {
        true => Ok(per_hour),
        false => Err(error(format!("{} is too large", quoted(text)))),
    }
}

/// The canonical text of a rate per hour: `"600/h"`.
pub fn format_rate(per_hour: f64) -> String {
    format!("{per_hour}/h")
}

/// Reads a fraction between 0 and 1: `"0.3"` or `"30%"`.
pub fn parse_fraction(text: &str) -> Result<f64, ValueError> {
    parse_share(text, 1.0)
}

/// Reads a share of at most so much, written as a fraction.
pub(super) fn parse_share(text: &str, most: f64) -> Result<f64, ValueError> {
    let error = |wrong: String| ValueError::new("a fraction", wrong, FRACTION_HELP);
    let trimmed = text.trim();
    if trimmed.starts_with('-') {
        return Err(error(format!("{} is negative", quoted(text))));
    }
    let fraction = match leading_number(trimmed) {
        Some((number, "")) => decimal(number, 0),
        Some((number, rest)) if rest.trim() == "%" => decimal(number, -2),
        Some((number, rest)) if rest.trim() == "pp" => {
            return Err(ValueError::new(
                "a fraction",
                format!("{} is a difference of fractions", quoted(text)),
                format!("did you mean \"{number}%\"?"),
            ));
        }
        _ => return Err(error(format!("{} is no fraction", quoted(text)))),
    };
    check_share(fraction, text.trim(), most)
}

/// A number that must be a share of at most so much; `shown` is how it was written.
pub(super) fn check_share(share: f64, shown: &str, most: f64) -> Result<f64, ValueError> {
    if (0.0..=most).contains(&share) {
        // Not −0, which would be written with its sign.
        return Ok(share.abs());
    }
    let help = match share > most && share <= 100.0 && !shown.ends_with('%') {
        true => format!("did you mean \"{shown}%\"? {FRACTION_HELP}"),
        false => FRACTION_HELP.to_owned(),
    };
    Err(ValueError::new(
        "a fraction",
        format!("{shown} is not between 0 and {most}"),
        help,
    ))
}

/// The canonical text of a fraction: `"30%"`.
pub fn format_fraction(fraction: f64) -> String {
    format!("{}%", shifted(&format!("{fraction}"), 2))
}

/// Reads a difference of fractions: `"0.5pp"` is 0.005.
pub fn parse_points(text: &str) -> Result<f64, ValueError> {
    let error =
        |wrong: String| ValueError::new("a difference in percentage points", wrong, POINTS_HELP);
    let trimmed = text.trim();
    if trimmed.starts_with('-') {
        return Err(error(format!("{} is negative", quoted(text))));
    }
    let Some((number, rest)) = leading_number(trimmed) else {
        return Err(error(format!("{} is no number of points", quoted(text))));
    };
    match rest.trim() {
        "pp" => {}
        "" | "%" => {
            return Err(ValueError::new(
                "a difference in percentage points",
                format!("{} does not say that it is one", quoted(text)),
                format!("did you mean \"{number}pp\"?"),
            ));
        }
        _ => return Err(error(format!("{} is no number of points", quoted(text)))),
    }
    match decimal(number, -2) {
        points if points <= 1.0 => Ok(points),
        _ => Err(error(format!("{} is more than 100 points", quoted(text)))),
    }
}

/// The canonical text of a difference of fractions: `"0.5pp"`.
pub fn format_points(points: f64) -> String {
    format!("{}pp", shifted(&format!("{points}"), 2))
}

/// Reads a service-level target: `"80/20"` or `"95% in 24h"`.
pub fn parse_target(text: &str) -> Result<Target, ValueError> {
    let error =
        |wrong: String| ValueError::new("a service-level target", wrong, TARGET_HELP.to_owned());
    let (fraction, within) = if let Some((percent, within)) = text.split_once('/') {
        let percent = percent.trim().trim_end_matches('%').trim_end();
        let Some((number, "")) = leading_number(percent) else {
            return Err(error(format!("{} is no percentage", quoted(percent))));
        };
        let fraction = decimal(number, -2);
        if fraction > 0.0 && fraction < 0.01 {
            return Err(ValueError::new(
                "a service-level target",
                format!("{} asks for less than 1 %", quoted(text)),
                format!("write \"80/20\" for 80 % within 20 s, or \"{number}% in 20s\" if meant"),
            ));
        }
        let within = within.trim();
        match leading_number(within) {
            Some((_, "")) => (fraction, format!("{within}s")),
            _ => (fraction, within.to_owned()),
        }
    } else if let Some((fraction, within)) = text.split_once(" in ") {
        let fraction = parse_fraction(fraction).map_err(|e| error(e.wrong))?;
        (fraction, within.to_owned())
    } else {
        return Err(error(format!("{} is no target", quoted(text))));
    };
    if fraction > 1.0 {
        return Err(error(format!("{} asks for more than 100 %", quoted(text))));
    }
    let within = parse_duration(&within).map_err(|e| error(e.wrong))?;
    Ok(Target { fraction, within })
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = format_fraction(self.fraction);
        let within = format_duration(self.within);
        match within.strip_suffix('s').filter(|s| !s.ends_with('m')) {
            Some(seconds) if self.fraction >= 0.01 => {
                write!(f, "{}/{seconds}", percent.trim_end_matches('%'))
            }
            _ => write!(f, "{percent} in {within}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn durations_in_all_forms() {
        let ms = |text: &str| parse_duration(text).unwrap().as_millis();
        assert_eq!(ms("90s"), 90_000);
        assert_eq!(ms("1m30s"), 90_000);
        assert_eq!(ms("1m 30s"), 90_000);
        assert_eq!(ms("2h"), 7_200_000);
        assert_eq!(ms("250ms"), 250);
        assert_eq!(ms("1.5d"), 129_600_000);
        assert_eq!(ms("30min"), 1_800_000);
        assert_eq!(ms("0s"), 0);
        assert_eq!(parse_duration("3652.5d").unwrap(), MAX_DURATION);
    }

    #[test]
    fn what_is_no_duration_says_why() {
        let says = |text: &str| parse_duration(text).unwrap_err().to_string();
        assert!(says("90").contains("did you mean \"90s\"?"));
        assert!(says("-5s").contains("negative"));
        assert!(says("5 parsecs").contains("no unit"));
        assert!(says("5parsecs").contains("\"parsecs\" is no unit of time"));
        assert!(says("30s1m").contains("large to small"));
        assert!(says("3653d").contains("10 years"));
        for text in [
            "", " ", "s", ".s", "1.2.3s", "nan", "inf", "1e308s", "∞", "1,5s", "+5s",
        ] {
            assert!(parse_duration(text).is_err(), "{text}");
            assert!(parse_seconds(text).is_err(), "{text}");
        }
        assert!(parse_duration(&"9".repeat(500)).is_err());
        assert!(parse_duration(&format!("{}s", "9".repeat(500))).is_err());
        assert!(parse_seconds(&format!("{}s", "9".repeat(500))).is_err());
    }

    #[test]
    fn canonical_durations() {
        let canonical = |text: &str| format_duration(parse_duration(text).unwrap());
        for (text, expected) in [
            ("3m", "180s"),
            ("600s", "10m"),
            ("3600s", "1h"),
            ("1d", "24h"),
            ("30d", "30d"),
            ("0.25s", "250ms"),
            ("1500ms", "1.5s"),
            ("0ms", "0s"),
            ("0.000001ms", "0.000001ms"),
        ] {
            assert_eq!(canonical(text), expected);
        }
    }

    #[test]
    fn rates_fractions_points_targets() {
        assert_eq!(parse_rate("600/h").unwrap(), 600.0);
        assert_eq!(parse_rate("10 / min").unwrap(), 600.0);
        assert_eq!(parse_fraction("30%").unwrap(), 0.3);
        assert_eq!(parse_fraction("0.1 %").unwrap(), 0.001);
        assert_eq!(parse_fraction("0.3").unwrap(), 0.3);
        assert_eq!(parse_points("0.5pp").unwrap(), 0.005);
        let target = |text: &str| parse_target(text).unwrap();
        assert_eq!(target("80/20"), target("80% in 20s"));
        assert_eq!(target("95% in 24h").within, Duration::from_secs(86400));
        assert_eq!(target("95% in 24h").to_string(), "95% in 24h");
        assert_eq!(target("99.5/20").to_string(), "99.5/20");
        assert_eq!(target("80/0.25").to_string(), "80% in 250ms");
    }

    #[test]
    fn wrong_rates_fractions_points_targets() {
        let of = |error: ValueError| error.to_string();
        assert!(of(parse_rate("600").unwrap_err()).contains("\"600/h\""));
        assert!(of(parse_rate("600/week").unwrap_err()).contains("\"week\""));
        assert!(parse_rate(&format!("{}/h", "9".repeat(400))).is_err());
        assert!(of(parse_fraction("30").unwrap_err()).contains("\"30%\""));
        assert!(of(parse_fraction("120%").unwrap_err()).contains("not between 0 and 1"));
        assert!(of(parse_points("0.5%").unwrap_err()).contains("\"0.5pp\""));
        assert!(of(parse_points("101pp").unwrap_err()).contains("100 points"));
        assert!(of(parse_target("0.8/20").unwrap_err()).contains("less than 1 %"));
        assert!(of(parse_target("180/20").unwrap_err()).contains("more than 100 %"));
        for text in [
            "", "80", "/", "80/", "/20", "80/-20", "a/b", "80% in", "nan/20",
        ] {
            assert!(parse_target(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn durations_round_trip(ns in 0u64..=315_576_000_000_000_000) {
            let duration = Duration::from_nanos(ns);
            prop_assert_eq!(parse_duration(&format_duration(duration)).unwrap(), duration);
        }

        #[test]
        fn whole_seconds_round_trip(s in 0u64..=315_576_000) {
            let duration = Duration::from_secs(s);
            prop_assert_eq!(parse_duration(&format_duration(duration)).unwrap(), duration);
            prop_assert_eq!(parse_seconds(&format_seconds(s as f64)).unwrap(), s as f64);
        }

        #[test]
        fn seconds_round_trip(s in prop_oneof![0.0..1.0, 0.0..1e4, 0.0..3e8, 1e-300..1e-200]) {
            prop_assert_eq!(parse_seconds(&format_seconds(s)).unwrap(), s);
        }

        #[test]
        fn fractions_round_trip(x in prop_oneof![0.0..=1.0, 0.0..1e-9, (0u32..=1000).prop_map(|n| f64::from(n) / 1000.0)]) {
            prop_assert_eq!(parse_fraction(&format_fraction(x)).unwrap(), x);
            prop_assert_eq!(parse_points(&format_points(x)).unwrap(), x);
        }

        #[test]
        fn rates_round_trip(x in 0.0..1e9) {
            prop_assert_eq!(parse_rate(&format_rate(x)).unwrap(), x);
        }

        #[test]
        fn targets_round_trip(fraction in 0.0..=1.0, ns in 0u64..=315_576_000_000_000_000) {
            for within in [Duration::from_nanos(ns), Duration::from_secs(ns % 1000)] {
                let target = Target { fraction, within };
                prop_assert_eq!(parse_target(&target.to_string()).unwrap(), target);
            }
        }

        #[test]
        fn no_text_is_a_panic(text in ".*") {
            let _ = parse_duration(&text);
            let _ = parse_seconds(&text);
            let _ = parse_rate(&text);
            let _ = parse_fraction(&text);
            let _ = parse_points(&text);
            let _ = parse_target(&text);
        }
    }
}
