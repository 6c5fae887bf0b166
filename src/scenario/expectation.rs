//! What is expected of a load test: `recovery < 45m`, `breaking_point >= 130%`.

use std::fmt;
use std::ops::Range;

use super::values::parse_duration;
use super::words::quoted;

/// Most expectations of a profile.
pub const MOST_EXPECTATIONS: usize = 100;

/// A figure that something may be expected of: its name, how its values are written, and what it is of.
pub(super) const FIGURES: [(&str, Quantity, Of); 9] = [
    ("breaking_point", Quantity::Share, Of::BreakingPoint),
    ("headroom", Quantity::Share, Of::BreakingPoint),
    ("recovery", Quantity::Time, Of::Day),
    ("missed_after", Quantity::Time, Of::Day),
    ("not_recovered", Quantity::Share, Of::Day),
    ("attempts_per_caller", Quantity::Number, Of::Day),
    ("lost_extra", Quantity::Count, Of::Day),
    ("returned_extra", Quantity::Count, Of::Day),
    ("dropped_in_service", Quantity::Count, Of::Day),
];

/// How values of a figure are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// In per cent; as a fraction.
    Share,
    /// As a duration; in seconds.
    Time,
    /// As a number.
    Number,
    /// As a number of things a day.
    Count,
}

/// Which part of a load test a figure is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// The breaking point.
    BreakingPoint,
    /// The day of a profile.
    Day,
}

/// How a figure shall be beside the threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
    /// `±`: a difference of at most that, in either direction.
    Within,
}

impl Relation {
    /// As it is written.
    pub fn sign(self) -> &'static str {
        match self {
            Relation::Below => "<",
            Relation::AtMost => "<=",
            Relation::Above => ">",
            Relation::AtLeast => ">=",
            Relation::Within => "±",
        }
    }
}

/// What is wrong with an expectation, and where in its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Bytes of the text.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What stands there.
    pub label: String,
    /// What to do.
    pub help: String,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.message, self.label, self.help)
    }
}

/// An expectation of a load test.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    /// As written, on one line.
    pub text: String,
    /// The figure.
    pub figure: &'static str,
    /// Which part of a load test it is of.
    pub of: Of,
    /// How its values are written.
    pub quantity: Quantity,
    /// How it shall be beside the threshold.
    pub relation: Relation,
    /// A fraction, seconds or a number.
    pub threshold: f64,
}

/// How expectations are written, for messages.
pub(super) const HELP: &str = "write for example \"recovery < 45m\" or \"breaking_point >= 130%\"";

impl Expectation {
    /// Reads an expectation.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        let wrong = |span: Range<usize>, message: &str, label: String, help: String| Wrong {
            span,
            message: message.to_owned(),
            label,
            help,
        };
        let sign = text.find(['<', '>', '=']).ok_or_else(|| {
            let label = format!("{} has no <, <=, > or >=", quoted(text));
            wrong(0..text.len(), "no expectation", label, HELP.to_owned())
        })?;
        let name = text[..sign].trim();
        let known = FIGURES.iter().find(|(known, ..)| *known == name);
        let Some(&(figure, quantity, of)) = known else {
            let names: Vec<&str> = FIGURES.iter().map(|(name, ..)| *name).collect();
            let start = text.len() - text.trim_start().len();
            return Err(wrong(
                start..start + name.len(),
                "no such figure of a load test",
                format!("{} is none", quoted(name)),
                format!("its figures are {}", names.join(", ")),
            ));
        };
        let rest = &text[sign..];
        let signs = [
            ("<=", Relation::AtMost),
            (">=", Relation::AtLeast),
            ("<", Relation::Below),
            (">", Relation::Above),
        ];
        let Some((written, relation)) = signs.into_iter().find(|(s, _)| rest.starts_with(s)) else {
            let label = "an expectation has <, <=, > or >=".to_owned();
            return Err(wrong(
                sign..sign + 1,
                "no such sign",
                label,
                HELP.to_owned(),
            ));
        };
        let value = rest[written.len()..].trim();
        let start = text.len() - text[sign + written.len()..].trim_start().len();
        let unfit = |label: String, help: &str| {
            wrong(
                start..start + value.len(),
                "no such value",
                label,
                help.to_owned(),
            )
        };
        let number = |text: &str| text.parse::<f64>().ok().filter(|x| x.is_finite());
        let threshold = match quantity {
            Quantity::Time => parse_duration(value)
                .map(|time| time.as_secs_f64())
                .map_err(|error| unfit(error.wrong, "a time has its unit: 45m, 1h30m"))?,
            Quantity::Share => value
                .strip_suffix('%')
                .and_then(|text| number(text.trim()))
                .map(|percent| percent / 100.0)
                .ok_or_else(|| {
                    unfit(
                        format!("{} is no share in per cent", quoted(value)),
                        "write for example 130%",
                    )
                })?,
            Quantity::Number | Quantity::Count => number(value).ok_or_else(|| {
                unfit(
                    format!("{} is no number", quoted(value)),
                    "write a number, for example 1.2",
                )
            })?,
        };
        Ok(Self {
            text: text.split_whitespace().collect::<Vec<_>>().join(" "),
            figure,
            of,
            quantity,
            relation,
            threshold,
        })
    }

    /// Whether it is the same, however it is written.
    pub fn says_the_same(&self, other: &Self) -> bool {
        let of = |of: &Self| (of.figure, of.relation, of.threshold);
        of(self) == of(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expectations_are_read() {
        for (text, figure, relation, threshold) in [
            ("recovery < 45m", "recovery", Relation::Below, 2700.0),
            (
                "breaking_point >= 130%",
                "breaking_point",
                Relation::AtLeast,
                1.3,
            ),
            (" headroom>-5 % ", "headroom", Relation::Above, -0.05),
            (
                "attempts_per_caller <= 1.25",
                "attempts_per_caller",
                Relation::AtMost,
                1.25,
            ),
        ] {
            let read = Expectation::parse(text).unwrap_or_else(|wrong| panic!("{text}: {wrong}"));
            assert_eq!((read.figure, read.relation), (figure, relation), "{text}");
            assert!(
                (read.threshold - threshold).abs() < 1e-12,
                "{text}: {}",
                read.threshold
            );
        }
    }

    #[test]
    fn what_is_none_is_refused_with_its_place() {
        for (text, at, says) in [
            ("recovery", 0..8, "no expectation"),
            ("", 0..0, "no expectation"),
            ("recovry < 45m", 0..7, "no such figure"),
            ("  queues.a.asa_s < 3s", 2..16, "no such figure"),
            ("recovery = 45m", 9..10, "no such sign"),
            ("recovery < 45", 11..13, "no such value"),
            ("recovery <", 10..10, "no such value"),
            ("breaking_point >= 1.3", 18..21, "no such value"),
            ("lost_extra < many", 13..17, "no such value"),
            ("lost_extra < inf", 13..16, "no such value"),
        ] {
            let wrong = Expectation::parse(text).expect_err(text);
            assert_eq!(wrong.span, at, "{text}");
            assert!(wrong.message.contains(says), "{text}: {wrong}");
        }
    }
}
