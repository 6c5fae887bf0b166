//! Models in which nobody waits: `b`, `engset`, `extended-b`.

use super::output::{Answer, Figure, Flags, Question, Unit, Varied, exact, shown};
use super::values::{self, Values};
use super::waiting::{counted, verdict};
use crate::erlang::{Error, engset, keeps_to, loss};
use crate::scenario;
use clap::Args;
use serde_json::{Map, Value, json};

/// Erlang-B: who finds all lines busy hears a busy tone and goes away.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  acdsim erlang b --erlangs 25 --lines 34                     blocking of 34 lines
  acdsim erlang b --erlangs 25 --max-blocking 1%              lines for 1 % busy tones
  acdsim erlang b --lines 34 --max-blocking 1%                the largest traffic
  acdsim erlang b --calls 100/h --lines 34 --max-blocking 1%  the longest holding time
  acdsim erlang b --calls 500/h --aht 180s --lines 20..40     a table")]
pub struct B {
    /// Traffic in erlangs: lines that would be busy were there enough
    #[arg(long, value_name = "A", value_parser = values::traffic, allow_hyphen_values = true, conflicts_with_all = ["calls", "aht"])]
    erlangs: Option<Values>,
    /// Calls per time
    #[arg(long, value_name = "RATE", value_parser = values::rate, allow_hyphen_values = true)]
    calls: Option<Values>,
    /// Mean time that a call holds a line
    #[arg(long, value_name = "TIME", value_parser = values::duration, allow_hyphen_values = true)]
    aht: Option<Values>,
    /// Number of lines
    #[arg(long, value_name = "N", value_parser = values::count, allow_hyphen_values = true)]
    lines: Option<Values>,
    /// Largest fraction of blocked calls
    #[arg(long, value_name = "P", value_parser = values::fraction, allow_hyphen_values = true)]
    max_blocking: Option<f64>,
    /// Let lines be numbers that are not whole
    #[arg(long)]
    fractional: bool,
    #[command(flatten)]
    pub output: Flags,
}

/// Engset: a small number of callers, who do not call while they talk.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  acdsim erlang engset --sources 20 --erlangs-per-idle-source 0.1 --lines 5
  acdsim erlang engset --sources 20 --erlangs-per-idle-source 0.1 --max-blocking 1%
  acdsim erlang engset --sources 20 --lines 5 --max-blocking 1%

The traffic of an idle source is its rate of calls times the mean holding time. Blocking is what callers meet.")]
pub struct Engset {
    /// Number of callers
    #[arg(long, value_name = "N", value_parser = values::count, allow_hyphen_values = true)]
    sources: Option<Values>,
    /// Rate of calls of an idle caller times the mean holding time
    #[arg(long, value_name = "B", value_parser = values::traffic, allow_hyphen_values = true)]
    erlangs_per_idle_source: Option<Values>,
    /// Number of lines
    #[arg(long, value_name = "N", value_parser = values::count, allow_hyphen_values = true)]
    lines: Option<Values>,
    /// Largest fraction of blocked calls
    #[arg(long, value_name = "P", value_parser = values::fraction, allow_hyphen_values = true)]
    max_blocking: Option<f64>,
    #[command(flatten)]
    pub output: Flags,
}

/// Extended Erlang-B: blocked callers try again.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  acdsim erlang extended-b --erlangs 25 --lines 30 --retry 0.5
  acdsim erlang extended-b --erlangs 25 --retry 0.5 --max-blocking 1%
  acdsim erlang extended-b --erlangs 25 --retry 0.5 --lines 25..35")]
pub struct ExtendedB {
    /// Traffic of first attempts in erlangs
    #[arg(long, value_name = "A", value_parser = values::traffic, allow_hyphen_values = true)]
    erlangs: Option<Values>,
    /// Number of lines
    #[arg(long, value_name = "N", value_parser = values::count, allow_hyphen_values = true)]
    lines: Option<Values>,
    /// Fraction of blocked attempts that is tried again
    #[arg(long, value_name = "P", value_parser = values::fraction, allow_hyphen_values = true)]
    retry: f64,
    /// Largest fraction of blocked attempts
    #[arg(long, value_name = "P", value_parser = values::fraction, allow_hyphen_values = true)]
    max_blocking: Option<f64>,
    /// Let lines be numbers that are not whole
    #[arg(long)]
    fractional: bool,
    #[command(flatten)]
    pub output: Flags,
}

fn bad(message: &str) -> Error {
    Error::BadInput(message.to_owned())
}

/// A flag with its values: name in documents, flag, unit, whether only whole numbers make sense.
type Given<'a> = (&'static str, &'static str, Unit, bool, &'a Option<Values>);

fn varied(given: &[Given<'_>]) -> Result<Option<Varied>, Error> {
    let mut varied = None;
    for (head, flag, unit, whole, values) in given {
        let Some(values) = values else { continue };
        if *whole && values.0.iter().any(|n| n.fract() != 0.0) {
            return Err(Error::BadInput(format!("{flag} takes whole numbers")));
        }
        if values.one().is_none() {
            if varied.is_some() {
                return Err(bad("only one flag may have a range"));
            }
            varied = Some(Varied {
                head,
                unit: *unit,
                values: values.0.clone(),
            });
        }
    }
    Ok(varied)
}

fn input(given: &[Given<'_>], more: &[(&str, Value)]) -> Map<String, Value> {
    let mut input = Map::new();
    for (name, _, unit, _, values) in given {
        if let Some(values) = values {
            let all: Vec<Value> = values.0.iter().map(|value| exact(*value, *unit)).collect();
            let value = values.one().map_or(json!(all), |one| exact(one, *unit));
            input.insert((*name).to_owned(), value);
        }
    }
    for (name, value) in more.iter().filter(|(_, value)| !value.is_null()) {
        input.insert((*name).to_owned(), value.clone());
    }
    input
}

/// The values of flags; the range's is the varied one.
fn number(values: &Option<Values>, varied: Option<f64>) -> Option<f64> {
    values
        .as_ref()
        .map(|values| values.one().or(varied).unwrap_or(0.0))
}

fn title(name: &str, parts: &[(&str, &Option<Values>, Unit)]) -> String {
    let mut all = vec![name.to_owned()];
    for (what, values, unit) in parts {
        if let Some(one) = values.as_ref().and_then(Values::one) {
            all.push(match unit {
                Unit::Seconds => format!("{what} {} s", scenario::number(one)),
                _ => format!("{} {what}", scenario::number(one)),
            });
        }
    }
    all.join(" · ")
}

fn figure(name: &'static str, label: &str, head: &'static str, value: f64, unit: Unit) -> Figure {
    Figure {
        name,
        label: label.to_owned(),
        head,
        value: Some(value),
        unit,
    }
}

fn wanted(max: Option<f64>) -> Result<f64, Error> {
    max.ok_or_else(|| {
        bad("what is left out is solved for, which takes --max-blocking, such as --max-blocking 1%")
    })
}

fn at_most(max: f64) -> String {
    format!(
        "blocking ≤ {}",
        scenario::format_fraction(max).replace('%', " %")
    )
}

fn needed(lines: f64, max: f64) -> String {
    let verb = if lines == 1.0 { "is" } else { "are" };
    format!(
        "{} {verb} needed for {}.",
        counted(lines, "line"),
        at_most(max)
    )
}

/// What is blocked, and whether that keeps to the largest blocking, if one is given.
fn blocked(blocking: f64, max: Option<f64>) -> String {
    let found = format!(
        "{} of the calls are blocked.",
        shown(Some(blocking), Unit::Percent)
    );
    match max {
        None => found,
        Some(max) => format!(
            "{found} {}: {}.",
            verdict(keeps_to(blocking, max)),
            at_most(max)
        ),
    }
}

impl B {
    fn given(&self) -> [Given<'_>; 4] {
        [
            ("erlangs", "--erlangs", Unit::Number, false, &self.erlangs),
            ("calls_per_h", "--calls", Unit::Number, false, &self.calls),
            ("aht_s", "--aht", Unit::Seconds, false, &self.aht),
            (
                "lines",
                "--lines",
                Unit::Count,
                !self.fractional,
                &self.lines,
            ),
        ]
    }

    fn figures(
        &self,
        erlangs: f64,
        calls: Option<f64>,
        aht: Option<f64>,
        lines: f64,
    ) -> Result<Vec<Figure>, Error> {
        let blocking = loss::blocking(lines, erlangs)?;
        let carried = (erlangs * (1.0 - blocking)).min(lines);
        let mut all = vec![
            figure("erlangs", "erlangs", "erlangs", erlangs, Unit::Number),
            figure("lines", "lines", "lines", lines, Unit::Count),
        ];
        if let Some(calls) = calls {
            all.push(figure(
                "calls_per_h",
                "calls per hour",
                "calls/h",
                calls,
                Unit::Number,
            ));
        }
        if let (None, Some(aht)) = (&self.aht, aht) {
            all.push(figure(
                "aht_s",
                "holding time",
                "holding time",
                aht,
                Unit::Seconds,
            ));
        }
        all.push(figure(
            "blocking_rate",
            "blocked",
            "blocked",
            blocking,
            Unit::Percent,
        ));
        let occupancy = if lines > 0.0 { carried / lines } else { 0.0 };
        all.push(figure(
            "occupancy",
            "lines busy",
            "busy",
            occupancy,
            Unit::Percent,
        ));
        all.push(figure(
            "carried_erlangs",
            "carried erlangs",
            "",
            carried,
            Unit::Number,
        ));
        Ok(all)
    }
}

impl Question for B {
    fn model(&self) -> &'static str {
        "b"
    }

    fn title(&self) -> String {
        title(
            "Erlang-B",
            &[
                ("erlangs", &self.erlangs, Unit::Number),
                ("calls/h", &self.calls, Unit::Number),
                ("holding time", &self.aht, Unit::Seconds),
                ("lines", &self.lines, Unit::Count),
            ],
        )
    }

    fn input(&self) -> Map<String, Value> {
        let more = [
            ("max_blocking", json!(self.max_blocking)),
            ("fractional", json!(self.fractional)),
        ];
        input(&self.given(), &more)
    }

    fn varied(&self) -> Result<Option<Varied>, Error> {
        varied(&self.given())
    }

    fn charted(&self) -> &'static str {
        match self.lines {
            None => "lines",
            Some(_)
                if self.max_blocking.is_some() && self.erlangs.is_none() && self.aht.is_none() =>
            {
                "erlangs"
            }
            Some(_) => "blocking_rate",
        }
    }

    fn answer(&self, varied: Option<f64>) -> Result<Answer, Error> {
        let (calls, aht) = (number(&self.calls, varied), number(&self.aht, varied));
        let offered = match (number(&self.erlangs, varied), calls, aht) {
            (Some(erlangs), ..) => Some(erlangs),
            (None, Some(calls), Some(aht)) => Some(loss::erlangs(calls, aht)?),
            _ => None,
        };
        let (erlangs, lines, sentence, less) = match (offered, number(&self.lines, varied)) {
            (None, None) => {
                return Err(bad(
                    "--erlangs (or --calls and --aht) or --lines is needed, and --max-blocking for the other; or both",
                ));
            }
            (Some(erlangs), Some(lines)) => {
                let blocking = loss::blocking(lines, erlangs)?;
                (erlangs, lines, blocked(blocking, self.max_blocking), None)
            }
            (Some(erlangs), None) => {
                let max = wanted(self.max_blocking)?;
                let lines = match self.fractional {
                    true => loss::least_lines_fractional(erlangs, max)?,
                    false => loss::least_lines(erlangs, max)? as f64,
                };
                let less = (!self.fractional && lines >= 1.0).then_some(lines - 1.0);
                (erlangs, lines, needed(lines, max), less)
            }
            (None, Some(lines)) => {
                let max = wanted(self.max_blocking)?;
                let erlangs = loss::largest_erlangs(lines, max)?;
                if calls == Some(0.0) {
                    let holds = format!("{} holds without calls", at_most(max));
                    return Err(Error::Unbounded(holds, "holding time"));
                }
                let sentence = format!(
                    "Up to {} erlangs can be offered with {}.",
                    shown(Some(erlangs), Unit::Number),
                    at_most(max)
                );
                (erlangs, lines, sentence, None)
            }
        };
        // Of volume and holding time the one that was not given.
        let per = |of: Option<f64>| of.filter(|of| *of > 0.0).map(|of| erlangs * 3600.0 / of);
        let (calls, aht) = (calls.or_else(|| per(aht)), aht.or_else(|| per(calls)));
        Ok(Answer {
            sentence,
            figures: self.figures(erlangs, calls, aht, lines)?,
            beside: less.map(|less| {
                (
                    counted(less, "line"),
                    self.figures(erlangs, calls, aht, less),
                )
            }),
            called: counted(lines, "line"),
        })
    }
}

impl Engset {
    fn given(&self) -> [Given<'_>; 3] {
        [
            ("sources", "--sources", Unit::Count, true, &self.sources),
            (
                "erlangs_per_idle_source",
                "--erlangs-per-idle-source",
                Unit::Number,
                false,
                &self.erlangs_per_idle_source,
            ),
            ("lines", "--lines", Unit::Count, true, &self.lines),
        ]
    }
}

fn engset_figures(sources: u64, beta: f64, lines: u64) -> Result<Vec<Figure>, Error> {
    let found = engset::congestion(sources, beta, lines)?;
    Ok(vec![
        figure("sources", "sources", "sources", sources as f64, Unit::Count),
        figure(
            "erlangs_per_idle_source",
            "erlangs per idle source",
            "per idle source",
            beta,
            Unit::Number,
        ),
        figure("lines", "lines", "lines", lines as f64, Unit::Count),
        figure(
            "time_congestion",
            "all lines busy",
            "all busy",
            found.time_congestion,
            Unit::Percent,
        ),
        figure(
            "call_congestion",
            "blocked",
            "blocked",
            found.call_congestion,
            Unit::Percent,
        ),
        figure(
            "carried_erlangs",
            "carried erlangs",
            "carried",
            found.carried_erlangs,
            Unit::Number,
        ),
    ])
}

impl Question for Engset {
    fn model(&self) -> &'static str {
        "engset"
    }

    fn title(&self) -> String {
        title(
            "Engset",
            &[
                ("sources", &self.sources, Unit::Count),
                (
                    "erlangs per idle source",
                    &self.erlangs_per_idle_source,
                    Unit::Number,
                ),
                ("lines", &self.lines, Unit::Count),
            ],
        )
    }

    fn input(&self) -> Map<String, Value> {
        input(&self.given(), &[("max_blocking", json!(self.max_blocking))])
    }

    fn varied(&self) -> Result<Option<Varied>, Error> {
        varied(&self.given())
    }

    fn charted(&self) -> &'static str {
        match (&self.sources, &self.erlangs_per_idle_source, &self.lines) {
            (_, _, None) => "lines",
            (_, None, _) => "erlangs_per_idle_source",
            (None, _, _) => "sources",
            _ => "call_congestion",
        }
    }

    fn answer(&self, varied: Option<f64>) -> Result<Answer, Error> {
        let whole = |values: &Option<Values>| number(values, varied).map(|n| n as u64);
        let (sources, lines) = (whole(&self.sources), whole(&self.lines));
        let beta = number(&self.erlangs_per_idle_source, varied);
        let mut less = None;
        let (sources, beta, lines, sentence) = match (sources, beta, lines) {
            (Some(sources), Some(beta), Some(lines)) => {
                let found = engset::congestion(sources, beta, lines)?;
                (
                    sources,
                    beta,
                    lines,
                    blocked(found.call_congestion, self.max_blocking),
                )
            }
            (Some(sources), Some(beta), None) => {
                let max = wanted(self.max_blocking)?;
                let lines = engset::least_lines(sources, beta, max)?;
                less = lines.checked_sub(1);
                (sources, beta, lines, needed(lines as f64, max))
            }
            (Some(sources), None, Some(lines)) => {
                let max = wanted(self.max_blocking)?;
                let beta = engset::largest_erlangs_per_idle_source(sources, lines, max)?;
                let sentence = format!(
                    "Up to {} erlangs per idle source can be offered with {}.",
                    shown(Some(beta), Unit::Number),
                    at_most(max)
                );
                (sources, beta, lines, sentence)
            }
            (None, Some(beta), Some(lines)) => {
                let max = wanted(self.max_blocking)?;
                let sources = engset::largest_sources(beta, lines, max)?;
                let called = counted(sources as f64, "source");
                (
                    sources,
                    beta,
                    lines,
                    format!("Up to {called} can share the lines with {}.", at_most(max)),
                )
            }
            _ => {
                return Err(bad(
                    "two of --sources, --erlangs-per-idle-source and --lines are needed, and --max-blocking for the third; \
                     or all three",
                ));
            }
        };
        Ok(Answer {
            sentence,
            figures: engset_figures(sources, beta, lines)?,
            beside: less.map(|less| {
                (
                    counted(less as f64, "line"),
                    engset_figures(sources, beta, less),
                )
            }),
            called: counted(lines as f64, "line"),
        })
    }
}

impl ExtendedB {
    fn given(&self) -> [Given<'_>; 2] {
        [
            ("erlangs", "--erlangs", Unit::Number, false, &self.erlangs),
            (
                "lines",
                "--lines",
                Unit::Count,
                !self.fractional,
                &self.lines,
            ),
        ]
    }

    fn figures(&self, erlangs: f64, lines: f64) -> Result<Vec<Figure>, Error> {
        let found = loss::with_retries(lines, erlangs, self.retry)?;
        Ok(vec![
            figure(
                "erlangs",
                "erlangs of first attempts",
                "erlangs",
                erlangs,
                Unit::Number,
            ),
            figure("lines", "lines", "lines", lines, Unit::Count),
            figure(
                "offered_erlangs",
                "erlangs with retries",
                "offered",
                found.offered_erlangs,
                Unit::Number,
            ),
            figure(
                "blocking_rate",
                "blocked",
                "blocked",
                found.blocking_rate,
                Unit::Percent,
            ),
            figure(
                "attempts_per_caller",
                "attempts per caller",
                "attempts",
                found.attempts_per_caller,
                Unit::Number,
            ),
            figure(
                "served_rate",
                "callers served",
                "served",
                found.served_rate,
                Unit::Percent,
            ),
            figure(
                "carried_erlangs",
                "carried erlangs",
                "",
                found.carried_erlangs,
                Unit::Number,
            ),
        ])
    }
}

impl Question for ExtendedB {
    fn model(&self) -> &'static str {
        "extended-b"
    }

    fn title(&self) -> String {
        let title = title(
            "Extended Erlang-B",
            &[
                ("erlangs", &self.erlangs, Unit::Number),
                ("lines", &self.lines, Unit::Count),
            ],
        );
        format!(
            "{title} · {} of the blocked try again",
            shown(Some(self.retry), Unit::Percent)
        )
    }

    fn input(&self) -> Map<String, Value> {
        let more = [
            ("retry", json!(self.retry)),
            ("max_blocking", json!(self.max_blocking)),
            ("fractional", json!(self.fractional)),
        ];
        input(&self.given(), &more)
    }

    fn varied(&self) -> Result<Option<Varied>, Error> {
        varied(&self.given())
    }

    fn charted(&self) -> &'static str {
        match (&self.erlangs, &self.lines) {
            (_, None) => "lines",
            (None, _) => "erlangs",
            _ => "blocking_rate",
        }
    }

    fn answer(&self, varied: Option<f64>) -> Result<Answer, Error> {
        let mut less = None;
        let (erlangs, lines, sentence) =
            match (number(&self.erlangs, varied), number(&self.lines, varied)) {
                (None, None) => {
                    return Err(bad(
                        "--erlangs or --lines is needed, and --max-blocking for the other; or both",
                    ));
                }
                (Some(erlangs), Some(lines)) => {
                    let found = loss::with_retries(lines, erlangs, self.retry)?;
                    (
                        erlangs,
                        lines,
                        blocked(found.blocking_rate, self.max_blocking),
                    )
                }
                (Some(erlangs), None) => {
                    let max = wanted(self.max_blocking)?;
                    let lines = match self.fractional {
                        true => {
                            loss::least_lines_with_retries_fractional(erlangs, self.retry, max)?
                        }
                        false => loss::least_lines_with_retries(erlangs, self.retry, max)? as f64,
                    };
                    less = (!self.fractional && lines >= 1.0).then_some(lines - 1.0);
                    (erlangs, lines, needed(lines, max))
                }
                (None, Some(lines)) => {
                    let max = wanted(self.max_blocking)?;
                    let erlangs = loss::largest_erlangs_with_retries(lines, self.retry, max)?;
                    let sentence = format!(
                        "Up to {} erlangs can be offered with {}.",
                        shown(Some(erlangs), Unit::Number),
                        at_most(max)
                    );
                    (erlangs, lines, sentence)
                }
            };
        Ok(Answer {
            sentence,
            figures: self.figures(erlangs, lines)?,
            beside: less.map(|less| (counted(less, "line"), self.figures(erlangs, less))),
            called: counted(lines, "line"),
        })
    }
}
