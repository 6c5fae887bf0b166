//! What `+=`, `-=` and `*=` make of a single value: of a number, or of the number in a text with a unit.

use std::path::Path;

use super::distribution::parse_distribution;
use super::tree::{Node, Value};
use super::types::Distribution;
use super::values::{format_seconds, parse_rate, parse_seconds};
use super::words::quoted;

/// An operation of `--set`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Add,
    Subtract,
    Multiply,
}

impl Operation {
    fn of(self, a: f64, b: f64) -> f64 {
        tidy(match self {
            Operation::Add => a + b,
            Operation::Subtract => a - b,
            Operation::Multiply => a * b,
        })
    }
}

/// The same number without the dust of binary arithmetic: 1.1 times 600 is 660.
fn tidy(x: f64) -> f64 {
    format!("{x:.14e}").parse().unwrap_or(x)
}

/// The new value. Where it must be whole it is rounded and not below 0.
pub(super) fn scalar(
    node: &Node,
    operation: Operation,
    operand: &Node,
    whole: bool,
    base_dir: &Path,
) -> Result<Value, String> {
    match &node.value {
        Value::Integer(n) => {
            if let (Value::Integer(by), true) = (&operand.value, operation != Operation::Multiply) {
                let sum = match operation {
                    Operation::Add => n.checked_add(*by),
                    _ => n.checked_sub(*by),
                };
                let sum = sum.ok_or("the result is too large")?;
                return Ok(Value::Integer(if whole { sum.max(0) } else { sum }));
            }
            number(operation.of(*n as f64, plain(operand, operation)?), whole)
        }
        Value::Float(x) => number(operation.of(*x, plain(operand, operation)?), whole),
        Value::Text(text) => in_text(text, operation, operand, base_dir),
        Value::Table(table) if operation == Operation::Multiply => {
            let factor = plain(operand, operation)?;
            let mut table = table.clone();
            let values = table.get_mut("empirical").map(|node| &mut node.value);
            let Some(Value::List(values)) = values else {
                return Err("a table cannot be multiplied".to_owned());
            };
            for value in values {
                *value = Node::new(
                    scalar(value, operation, operand, false, base_dir)?,
                    operand.span,
                );
            }
            match factor >= 0.0 {
                true => Ok(Value::Table(table)),
                false => Err("the result is below 0".to_owned()),
            }
        }
        _ => Err(format!("the value to change is {}", node.describe())),
    }
}

fn number(x: f64, whole: bool) -> Result<Value, String> {
    if !x.is_finite() {
        return Err("the result is not finite".to_owned());
    }
    match whole && x.abs() < 1e15 {
        true => Ok(Value::Integer(x.round().max(0.0) as i64)),
        false => Ok(Value::Float(x)),
    }
}

/// An operand for a number: a number itself, or a percentage as the fraction that it is.
fn plain(operand: &Node, operation: Operation) -> Result<f64, String> {
    if let Some(x) = operand.as_number() {
        return match x.is_finite() {
            true => Ok(x),
            false => Err("this is not finite".to_owned()),
        };
    }
    let percent = operand.as_text().and_then(|text| {
        let (number, rest) = number_and_rest(text)?;
        match rest {
            "%" => Some(tidy(number / 100.0)),
            "pp" if operation != Operation::Multiply => Some(tidy(number / 100.0)),
            _ => None,
        }
    });
    percent.ok_or_else(|| format!("this is {}, not a number", operand.describe()))
}

fn in_text(
    text: &str,
    operation: Operation,
    operand: &Node,
    base_dir: &Path,
) -> Result<Value, String> {
    let positive = |x: f64| match x >= 0.0 && x.is_finite() {
        true => Ok(x),
        false => Err(format!("{} would be below 0 or infinite", quoted(text))),
    };
    let trimmed = text.trim();

    // One number and a unit: "600/h", "30%", "90s", "0.5pp".
    if let Some((number, unit)) = number_and_rest(trimmed)
        && is_unit(unit)
    {
        let by = match operation {
            Operation::Multiply => plain(operand, operation)?,
            _ => in_unit(&with_unit(operand, unit)?, unit)?,
        };
        let changed = positive(operation.of(number, by))?;
        return Ok(Value::Text(format!("{changed}{unit}")));
    }
    // A duration of several parts.
    if let Ok(seconds) = parse_seconds(trimmed) {
        let by = match operation {
            Operation::Multiply => plain(operand, operation)?,
            _ => parse_seconds(&with_unit(operand, "s")?).map_err(|e| e.wrong)?,
        };
        let changed = positive(operation.of(seconds, by))?;
        return Ok(Value::Text(format_seconds(changed)));
    }
    match parse_distribution(trimmed, base_dir) {
        Ok(_) if operation != Operation::Multiply => Err(format!(
            "{} is a random duration: only `*=` changes its times",
            quoted(text)
        )),
        Ok(distribution) => {
            let factor = positive(plain(operand, operation)?)?;
            Ok(scaled(&distribution, factor, operand))
        }
        Err(_) => Err(format!("{} is no number with a unit", quoted(text))),
    }
}

fn scaled(distribution: &Distribution, factor: f64, operand: &Node) -> Value {
    match distribution.scaled(factor) {
        Distribution::Empirical { values_s, source } => {
            let node = |value| Node::new(value, operand.span);
            let values = values_s.iter().map(|x| node(Value::Float(tidy(*x))));
            let entry = |key: &str, value| super::tree::Entry {
                key: key.to_owned(),
                key_span: operand.span,
                node: node(value),
            };
            Value::Table(super::tree::Table(vec![
                entry("empirical", Value::List(values.collect())),
                entry("source", Value::Text(source)),
            ]))
        }
        other => Value::Text(tidied(other).to_string()),
    }
}

/// Times without the dust of the multiplication.
fn tidied(distribution: Distribution) -> Distribution {
    use Distribution::*;
    match distribution {
        Fixed { value_s } => Fixed {
            value_s: tidy(value_s),
        },
        Exp { mean_s } => Exp {
            mean_s: tidy(mean_s),
        },
        Lognormal { mean_s, sd_s } => Lognormal {
            mean_s: tidy(mean_s),
            sd_s: tidy(sd_s),
        },
        Gamma { mean_s, sd_s } => Gamma {
            mean_s: tidy(mean_s),
            sd_s: tidy(sd_s),
        },
        Erlang { mean_s, k } => Erlang {
            mean_s: tidy(mean_s),
            k,
        },
        Weibull { shape, scale_s } => Weibull {
            shape,
            scale_s: tidy(scale_s),
        },
        Uniform { low_s, high_s } => Uniform {
            low_s: tidy(low_s),
            high_s: tidy(high_s),
        },
        Hyperexp { phases } => Hyperexp {
            phases: phases.into_iter().map(|(p, m)| (p, tidy(m))).collect(),
        },
        Empirical { .. } | Never => distribution,
    }
}

fn is_unit(text: &str) -> bool {
    matches!(text, "%" | "pp" | "ms" | "s" | "m" | "min" | "h" | "d")
        || parse_rate(&format!("1{text}")).is_ok()
}

/// What is to be added to a number with a unit has one itself: 5 more of what is a guess.
fn with_unit(operand: &Node, unit: &str) -> Result<String, String> {
    let text = match (operand.as_text(), operand.as_number()) {
        (Some(text), _) => text.trim().to_owned(),
        (None, Some(x)) => super::words::number(x),
        (None, None) => return Err(format!("this is {}", operand.describe())),
    };
    // Percentages differ by points.
    let unit = if unit == "%" { "pp" } else { unit };
    match text.parse::<f64>() {
        Ok(_) => Err(format!("{text} has no unit: write {text}{unit}")),
        Err(_) => Ok(text),
    }
}

/// The number of `text` in terms of another unit of the same kind.
fn in_unit(text: &str, unit: &str) -> Result<f64, String> {
    let (number, own) =
        number_and_rest(text).ok_or_else(|| format!("{} is no number", quoted(text)))?;
    let one = format!("1{unit}");
    let ratio = match (own, unit) {
        _ if own == unit => return Ok(number),
        ("pp" | "%", "pp" | "%") => return Ok(number),
        _ => match (parse_seconds(text), parse_seconds(&one)) {
            (Ok(seconds), Ok(one)) => Some(seconds / one),
            _ => match (parse_rate(text), parse_rate(&one)) {
                (Ok(rate), Ok(one)) => Some(rate / one),
                _ => None,
            },
        },
    };
    ratio.ok_or_else(|| format!("{} has another unit than \"{unit}\"", quoted(text)))
}

/// A text that starts with a number, as that and the rest.
fn number_and_rest(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let number: f64 = text[..end].parse().ok()?;
    number
        .is_finite()
        .then_some((number, text[end..].trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::tree::Span;

    fn change(value: Value, operation: Operation, operand: Value) -> Result<Value, String> {
        let node = |value| Node::new(value, Span::default());
        scalar(
            &node(value),
            operation,
            &node(operand),
            false,
            Path::new("."),
        )
    }

    #[test]
    fn numbers_in_texts_keep_their_unit() {
        use Operation::{Add, Multiply, Subtract};
        let text = |text: &str| Value::Text(text.to_owned());
        for (from, operation, by, to) in [
            ("600/h", Multiply, Value::Float(1.1), "660/h"),
            ("600/h", Multiply, text("110%"), "660/h"),
            ("600/h", Add, text("60/h"), "660/h"),
            ("600/h", Add, text("1/min"), "660/h"),
            ("30%", Multiply, Value::Float(1.1), "33%"),
            ("30%", Add, text("5pp"), "35%"),
            ("30%", Subtract, text("5%"), "25%"),
            ("90s", Multiply, Value::Integer(2), "180s"),
            ("90s", Add, text("1m"), "150s"),
            ("1m30s", Add, text("30s"), "120s"),
            ("exp(200s)", Multiply, Value::Float(1.1), "exp(220s)"),
            (
                "lognormal(180s, sd 170s)",
                Multiply,
                Value::Float(0.1),
                "lognormal(18s, sd 17s)",
            ),
            ("never", Multiply, Value::Integer(2), "never"),
        ] {
            assert_eq!(change(text(from), operation, by), Ok(text(to)), "{from}");
        }
        for (from, operation, by) in [
            ("exp(200s)", Add, Value::Integer(5)),
            ("80/20", Multiply, Value::Integer(2)),
            ("600/h", Add, text("5s")),
            ("600/h", Add, Value::Integer(60)),
            ("30%", Subtract, Value::Float(0.05)),
            ("90s", Add, Value::Integer(5)),
            ("90s", Add, text("5")),
            ("90s", Subtract, Value::Float(f64::NAN)),
            ("1m30s", Add, Value::Float(1e300)),
            ("600/h", Subtract, Value::Integer(601)),
            ("90s", Multiply, text("2s")),
            ("90s", Multiply, Value::Float(f64::NAN)),
            ("service", Add, Value::Integer(1)),
        ] {
            assert!(change(text(from), operation, by).is_err(), "{from}");
        }
    }
}
