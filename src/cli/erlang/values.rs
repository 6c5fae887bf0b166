//! Values of flags, and ranges of them.

use crate::scenario::{
    Distribution, Formula, Target, parse_distribution, parse_duration, parse_fraction, parse_rate,
    parse_target,
};
use std::path::Path;

/// Most rows of a table.
const MOST: usize = 10_000;

/// One value, or a range of them with both ends.
#[derive(Debug, Clone, PartialEq)]
pub struct Values(pub Vec<f64>);

impl Values {
    /// The value, if it is one.
    pub fn one(&self) -> Option<f64> {
        match self.0.as_slice() {
            [one] => Some(*one),
            _ => None,
        }
    }
}

/// A value, or `from..to:step`; where values are whole the step may be left out.
fn values(
    text: &str,
    one: impl Fn(&str) -> Result<f64, String>,
    step: Option<f64>,
    example: &str,
) -> Result<Values, String> {
    // What looks like a range is told how one is written.
    let looks_like_one = text.contains("..") || text.trim_start_matches('-').contains('-');
    let one = |text: &str| {
        one(text).map_err(|error| match looks_like_one {
            true => format!("{error}; a range is written {example}"),
            false => error,
        })
    };
    let Some((from, rest)) = text.split_once("..") else {
        return Ok(Values(vec![one(text)?]));
    };
    let (to, step) = match rest.split_once(':') {
        Some((to, step)) => (to, one(step)?),
        None => match step {
            Some(step) => (rest, step),
            None => {
                return Err(format!(
                    "the range has no step; write for example {example}"
                ));
            }
        },
    };
    let (from, to) = (one(from)?, one(to)?);
    if !(from <= to && step > 0.0) {
        return Err(format!(
            "a range goes up, in steps above 0; write for example {example}"
        ));
    }
    let steps = ((to - from) / step + 1e-9).floor();
    if steps >= MOST as f64 {
        return Err(format!(
            "the range has more than {MOST} values; take a larger step"
        ));
    }
    let mut all: Vec<f64> = (0..=steps as usize)
        .map(|i| from + i as f64 * step)
        .collect();
    // Both ends are in it, also where the steps do not come out even.
    match all.last_mut() {
        Some(last) if (to - *last).abs() <= 1e-9 * step => *last = to,
        _ => all.push(to),
    }
    Ok(Values(all))
}

/// A number of at least 0 without a unit.
fn number(text: &str) -> Result<f64, String> {
    let expected = "expected a number of at least 0, for example 12.5";
    match text.trim().parse::<f64>() {
        Ok(number) if number.is_finite() && number >= 0.0 => Ok(number),
        _ => Err(expected.to_owned()),
    }
}

pub fn count(text: &str) -> Result<Values, String> {
    values(text, number, Some(1.0), "20..40")
}

pub fn traffic(text: &str) -> Result<Values, String> {
    values(text, number, None, "10..50:5")
}

pub fn rate(text: &str) -> Result<Values, String> {
    let one = |text: &str| parse_rate(text).map_err(|e| e.to_string());
    values(text, one, None, "100/h..400/h:20/h")
}

pub fn duration(text: &str) -> Result<Values, String> {
    values(text, seconds, None, "120s..240s:30s")
}

pub fn seconds(text: &str) -> Result<f64, String> {
    let duration = parse_duration(text).map_err(|e| e.to_string())?;
    Ok(duration.as_secs_f64())
}

pub fn fraction(text: &str) -> Result<f64, String> {
    parse_fraction(text).map_err(|e| e.to_string())
}

pub fn target(text: &str) -> Result<Target, String> {
    parse_target(text).map_err(|e| e.to_string())
}

/// A time is an exponential mean: what `--patience 120s` means where patience is exponential.
pub fn mean_patience(text: &str) -> Result<f64, String> {
    match parse_distribution(text, Path::new("")) {
        Ok(Distribution::Fixed { value_s: mean_s } | Distribution::Exp { mean_s }) if mean_s > 0.0 => {
            Ok(mean_s)
        }
        Ok(_) => Err(
            "patience is exponential here: write its mean, for example 120s; any other is for acdsim erlang patience"
                .to_owned(),
        ),
        Err(error) => Err(error.to_string()),
    }
}

/// Erlang-C has no patience; who gives one wants another model.
pub fn no_patience(_: &str) -> Result<f64, String> {
    Err("nobody hangs up in Erlang-C; acdsim erlang a takes a mean patience".to_owned())
}

pub fn distribution(text: &str) -> Result<Distribution, String> {
    parse_distribution(text, Path::new("")).map_err(|e| e.to_string())
}

pub fn formula(text: &str) -> Result<Formula, String> {
    let found = Formula::ALL.iter().find(|(_, name)| *name == text);
    found.map(|(formula, _)| *formula).ok_or_else(|| {
        let names: Vec<&str> = Formula::ALL.iter().map(|(_, name)| *name).collect();
        format!("the formulas are {}", names.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_include_both_ends() {
        let of = |text: &str| count(text).map(|values| values.0);
        assert_eq!(of("7.5"), Ok(vec![7.5]));
        assert_eq!(of("2..5"), Ok(vec![2.0, 3.0, 4.0, 5.0]));
        assert_eq!(of("2..6:3"), Ok(vec![2.0, 5.0, 6.0]));
        assert_eq!(traffic("0.1..0.4:0.1").map(|v| v.0.len()), Ok(4));
        assert_eq!(
            rate("100/h..140/h:20/h"),
            Ok(Values(vec![100.0, 120.0, 140.0]))
        );
        for wrong in [
            "5..2", "1..9:0", "1..1e9", "..", "1..", "-1", "nan", "1..inf",
        ] {
            assert!(of(wrong).is_err(), "{wrong}");
        }
        for wrong in ["1..", "1-5"] {
            let error = of(wrong).expect_err("no range");
            assert!(
                error.contains("a range is written 20..40"),
                "{wrong}: {error}"
            );
        }
        assert!(rate("100/h..140/h").is_err_and(|e| e.contains("no step")));
    }
}
