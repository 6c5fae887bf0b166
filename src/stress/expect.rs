//! What is expected of a load test: `recovery < 45m`, `breaking_point >= 130%`. The verdicts are those of the gate, by the
//! intervals that were found.

use super::Stress;
use super::breaking::Reason;
use super::course::NoRecovery;
use crate::kpi::Unit;
use crate::lab::check::{self, Judged, Measured, Outcome, Relation, SideInfo, Verdict, Wrong};
use crate::scenario::{parse_duration, quoted};
use crate::stats::Estimate;
use std::ops::Range;

/// A figure that something may be expected of: its name, what it is measured in, and what it is of.
const FIGURES: [(&str, Unit, Of); 9] = [
    ("breaking_point", Unit::Fraction, Of::BreakingPoint),
    ("headroom", Unit::Fraction, Of::BreakingPoint),
    ("recovery", Unit::Seconds, Of::Day),
    ("missed_after", Unit::Seconds, Of::Day),
    ("not_recovered", Unit::Fraction, Of::Day),
    ("attempts_per_caller", Unit::Number, Of::Day),
    ("lost_extra", Unit::Count, Of::Day),
    ("returned_extra", Unit::Count, Of::Day),
    ("dropped_in_service", Unit::Count, Of::Day),
];

/// Which part of a load test a figure is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// The breaking point.
    BreakingPoint,
    /// The day of a profile.
    Day,
}

/// An expectation.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    /// As written.
    pub text: String,
    /// The figure.
    pub figure: &'static str,
    /// Which part of a load test it is of.
    pub of: Of,
    unit: Unit,
    /// How it shall be beside the threshold.
    pub relation: Relation,
    /// A fraction, seconds or a number.
    pub threshold: f64,
}

impl Expectation {
    /// Reads an expectation.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        const HELP: &str = "write for example \"recovery < 45m\" or \"breaking_point >= 130%\"";
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
        let Some(&(figure, unit, of)) = known else {
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
        let threshold = match unit {
            Unit::Seconds => parse_duration(value)
                .map(|time| time.as_secs_f64())
                .map_err(|error| unfit(error.wrong, "a time has its unit: 45m, 1h30m"))?,
            Unit::Fraction => value
                .strip_suffix('%')
                .and_then(|text| number(text.trim()))
                .map(|percent| percent / 100.0)
                .ok_or_else(|| {
                    unfit(
                        format!("{} is no share in per cent", quoted(value)),
                        "write for example 130%",
                    )
                })?,
            _ => number(value).ok_or_else(|| {
                unfit(
                    format!("{} is no number", quoted(value)),
                    "write a number, for example 1.2",
                )
            })?,
        };
        Ok(Self {
            text: text.to_owned(),
            figure,
            of,
            unit,
            relation,
            threshold,
        })
    }

    /// Judges what was found.
    fn judge(&self, found: &Stress) -> Judged {
        let seen = seen(self.figure, found);
        let (verdict, reason) = match &seen.range {
            Some((low, high)) => {
                let t = self.threshold;
                let (pass, fail) = match self.relation {
                    Relation::Below => (*high < t, *low >= t),
                    Relation::AtMost | Relation::Within => (*high <= t, *low > t),
                    Relation::Above => (*low > t, *high <= t),
                    Relation::AtLeast => (*low >= t, *high < t),
                };
                match (pass, fail) {
                    (true, _) => (Verdict::Pass, None),
                    (_, true) => (Verdict::Fail, None),
                    _ => (Verdict::Inconclusive, Some("too close to call".to_owned())),
                }
            }
            None => (Verdict::Inconclusive, None),
        };
        Judged {
            text: self.text.clone(),
            name: None,
            file: None,
            line: None,
            place: "total".to_owned(),
            start: None,
            kpi: self.figure,
            baseline: None,
            verdict,
            value: seen.value,
            ci: seen
                .range
                .filter(|(low, high)| low.is_finite() && high.is_finite()),
            relation: self.relation,
            threshold: self.threshold,
            unit: Measured::Value(self.unit),
            identical: false,
            replications: seen.days,
            reason: match (seen.reason, reason) {
                (Some(why), _) if verdict != Verdict::Pass => Some(why),
                (_, reason) => reason,
            },
            replications_needed: None,
        }
    }
}

/// What was seen of a figure.
struct Seen {
    value: Option<f64>,
    /// Where it surely is.
    range: Option<(f64, f64)>,
    days: u64,
    /// Why there is no value.
    reason: Option<String>,
}

impl Seen {
    fn nothing(reason: &str) -> Self {
        Self {
            value: None,
            range: None,
            days: 0,
            reason: Some(reason.to_owned()),
        }
    }

    fn of(estimate: Estimate, days: u64) -> Self {
        Self {
            value: estimate.mean,
            range: estimate.ci,
            days,
            reason: None,
        }
    }
}

fn seen(figure: &str, found: &Stress) -> Seen {
    match (figure, &found.breaking, &found.day) {
        ("breaking_point" | "headroom", Some(breaking), _) => {
            let point = &breaking.breaking_point;
            let less = if figure == "headroom" { 100.0 } else { 0.0 };
            let share = |percent: f64| (percent - less) / 100.0;
            let range = match (point.ci, point.reason) {
                (Some((low, high)), _) => Some((share(low), high.map_or(f64::INFINITY, share))),
                (None, Some(Reason::MissedAtLeast)) => Some((share(0.0), share(1.0))),
                (None, _) => None,
            };
            Seen {
                value: point.percent.map(share),
                range,
                days: point.days_used,
                reason: match point.reason {
                    Some(Reason::MissedAtLeast) => {
                        Some("a target is missed even at 1 % of today's volume".to_owned())
                    }
                    Some(Reason::Budget) => Some("the budget of days was spent".to_owned()),
                    _ => None,
                },
            }
        }
        (_, _, Some(day)) => {
            let days = day.profile.days;
            let seconds = |minutes: f64| 60.0 * minutes;
            match figure {
                "recovery" => {
                    let recovery = &day.recovery;
                    let ci = recovery
                        .ci
                        .map(|(low, high)| (seconds(low), high.map_or(f64::INFINITY, seconds)));
                    let range = match recovery.reason {
                        None => ci,
                        // It is over before it begins.
                        Some(NoRecovery::NothingHappens) => Some((0.0, 0.0)),
                        Some(NoRecovery::NotByClosing) => {
                            Some(ci.unwrap_or((f64::INFINITY, f64::INFINITY)))
                        }
                        Some(_) => None,
                    };
                    Seen {
                        value: recovery.minutes.map(seconds),
                        range,
                        days,
                        reason: recovery.reason.map(|reason| reason.words().to_owned()),
                    }
                }
                "missed_after" => Seen {
                    value: Some(seconds(day.missed_after.minutes)),
                    range: day
                        .missed_after
                        .ci
                        .map(|(low, high)| (seconds(low), seconds(high))),
                    days,
                    reason: None,
                },
                "not_recovered" => Seen::of(day.recovery.not_recovered, days),
                "attempts_per_caller" => Seen::of(day.amplification.attempts_per_caller, days),
                "lost_extra" => Seen::of(day.lost_extra, days),
                "returned_extra" => Seen::of(day.returned_extra, days),
                _ => Seen::of(day.dropped_in_service, days),
            }
        }
        _ => Seen::nothing("it was stopped before this was known"),
    }
}

/// Judges all expectations, and puts them into the document.
pub fn judge(found: &mut Stress, expectations: &[Expectation]) {
    let judged = expectations.iter().map(|expected| expected.judge(found));
    let judged: Vec<Judged> = judged.collect();
    found.expectations = judged;
}

/// The expectations as a gate's outcome, for its reports; `label` is what the scenario is called.
pub fn outcome(found: &Stress, label: &str) -> Outcome {
    let verdicts = || found.expectations.iter().map(|judged| judged.verdict);
    let verdict = if verdicts().any(|verdict| verdict == Verdict::Fail) {
        Verdict::Fail
    } else if verdicts().any(|verdict| verdict == Verdict::Inconclusive) {
        Verdict::Inconclusive
    } else {
        Verdict::Pass
    };
    let run = &found.run;
    Outcome {
        schema: check::SCHEMA,
        verdict,
        run: check::RunInfo {
            version: run.version,
            mode: run.mode,
            seed: run.seed,
            alpha: 1.0 - run.confidence,
            max_replications: run.days_used,
            replications: run.days_used,
            days_used: run.days_used,
            partial: run.partial,
            warnings: Vec::new(),
        },
        scenario: SideInfo {
            label: label.to_owned(),
            scenario: found.scenario.name.clone(),
            sha256: found.scenario.sha256.clone(),
        },
        baselines: Vec::new(),
        expectations: found.expectations.clone(),
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
