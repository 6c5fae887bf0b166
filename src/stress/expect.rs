//! What is expected of a load test: `recovery < 45m`, `breaking_point >= 130%`. The verdicts are those of the gate, by the
//! intervals that were found.

use super::Stress;
use super::breaking::Reason;
use super::course::NoRecovery;
use crate::kpi::Unit;
use crate::lab::check::{self, Judged, Measured, Outcome, Relation, SideInfo, Verdict};
use crate::scenario::stress::Quantity;
use crate::stats::Estimate;

pub use crate::scenario::stress::{Expectation, Of};

/// An expectation, and where it stands: file and line, where it stands in one.
#[derive(Debug, Clone, PartialEq)]
pub struct Expected {
    /// What is expected.
    pub what: Expectation,
    /// File and line.
    pub place: Option<(String, usize)>,
}

impl Expected {
    /// Judges what was found.
    fn judge(&self, found: &Stress) -> Judged {
        let seen = seen(&self.what, found);
        let (verdict, reason) = match &seen.range {
            Some((low, high)) => {
                let t = self.what.threshold;
                let (pass, fail) = match self.what.relation {
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
            text: self.what.text.clone(),
            name: None,
            file: self.place.as_ref().map(|(file, _)| file.clone()),
            line: self.place.as_ref().map(|(_, line)| *line),
            place: "total".to_owned(),
            start: None,
            kpi: self.what.figure,
            baseline: None,
            verdict,
            value: seen.value,
            ci: seen
                .range
                .filter(|(low, high)| low.is_finite() && high.is_finite()),
            relation: self.what.relation,
            threshold: self.what.threshold,
            unit: Measured::Value(unit(self.what.quantity)),
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

fn unit(of: Quantity) -> Unit {
    match of {
        Quantity::Share => Unit::Fraction,
        Quantity::Time => Unit::Seconds,
        Quantity::Number => Unit::Number,
        Quantity::Count => Unit::Count,
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

fn seen(what: &Expectation, found: &Stress) -> Seen {
    match (what.of, &found.breaking, &found.day) {
        (Of::BreakingPoint, Some(breaking), _) => {
            let point = &breaking.breaking_point;
            let less = if what.figure == "headroom" {
                100.0
            } else {
                0.0
            };
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
        (Of::Day, _, Some(day)) => {
            let days = day.profile.days;
            let seconds = |minutes: f64| 60.0 * minutes;
            match what.figure {
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
                        reason: match (recovery.reason, recovery.ci) {
                            (Some(reason), _) => Some(reason.words().to_owned()),
                            (None, Some((low, None))) => {
                                Some(format!("at least {low:.0} min, perhaps not by closing"))
                            }
                            (None, _) => None,
                        },
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
                "dropped_in_service" => Seen::of(day.dropped_in_service, days),
                _ => Seen::nothing("it is not known"),
            }
        }
        _ => Seen::nothing("it was stopped before this was known"),
    }
}

/// Judges all expectations, and puts them into the document.
pub fn judge(found: &mut Stress, expectations: &[Expected]) {
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
