//! `b`: who finds all lines busy goes away.

use super::super::Failure;
use super::figures as of;
use super::figures::Figure;
use super::given::{Given, bad, number};
use super::loss::{at_most, blocked, wanted};
use super::output::{self, Answer, Flags, Question, most, needed};
use super::values::{self, Values};
use crate::erlang::{Error, loss};
use clap::Args;
use serde_json::{Value, json};

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
    output: Flags,
}

/// What a call does on a line.
const HOLDING_TIME: of::Kind = of::AHT.called("holding time", "holding time");

impl B {
    pub fn show(&self) -> Result<bool, Failure> {
        output::show(self, &self.output)
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
        let busy = if lines > 0.0 { carried / lines } else { 0.0 };
        let mut all = vec![of::ERLANGS.of(erlangs), of::LINES.of(lines)];
        all.extend(calls.map(|calls| of::CALLS.of(calls)));
        if self.aht.is_none() {
            all.extend(aht.map(|aht| HOLDING_TIME.of(aht)));
        }
        all.extend([
            of::BLOCKED.of(blocking),
            of::OCCUPANCY.called("lines busy", "busy").of(busy),
            of::CARRIED.of(carried),
        ]);
        Ok(all)
    }
}

impl Question for B {
    fn model(&self) -> &'static str {
        "b"
    }

    fn title(&self) -> String {
        output::title("Erlang-B", &self.given())
    }

    fn given(&self) -> Vec<Given<'_>> {
        vec![
            of::ERLANGS.given("--erlangs", &self.erlangs),
            of::CALLS.given("--calls", &self.calls),
            HOLDING_TIME.given("--aht", &self.aht),
            of::LINES
                .given("--lines", &self.lines)
                .whole_unless(self.fractional),
        ]
    }

    fn more(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("max_blocking", json!(self.max_blocking)),
            ("fractional", json!(self.fractional)),
        ]
    }

    fn charted(&self) -> &'static str {
        let offered = self.erlangs.is_some() || self.calls.is_some() && self.aht.is_some();
        match (offered, &self.lines) {
            (_, None) => of::LINES.name,
            (false, _) => of::ERLANGS.name,
            (true, _) => of::BLOCKED.name,
        }
    }

    fn answer(&self, varied: Option<f64>) -> Result<Answer, Error> {
        let (calls, aht) = (number(&self.calls, varied), number(&self.aht, varied));
        let offered = match (number(&self.erlangs, varied), calls, aht) {
            (Some(erlangs), ..) => Some(erlangs),
            (None, Some(calls), Some(aht)) => Some(loss::erlangs(calls, aht)?),
            _ => None,
        };
        let mut one_less = false;
        let (erlangs, lines, sentence) = match (offered, number(&self.lines, varied)) {
            (None, None) => {
                return Err(bad(
                    "--erlangs (or --calls and --aht) or --lines is needed, and --max-blocking for the other; or both",
                ));
            }
            (Some(erlangs), Some(lines)) => {
                let blocking = loss::blocking(lines, erlangs)?;
                (erlangs, lines, blocked(blocking, self.max_blocking))
            }
            (Some(erlangs), None) => {
                let max = wanted(self.max_blocking)?;
                one_less = !self.fractional;
                let lines = match self.fractional {
                    true => loss::least_lines_fractional(erlangs, max)?,
                    false => loss::least_lines(erlangs, max)? as f64,
                };
                (erlangs, lines, needed(lines, "line", &at_most(max)))
            }
            (None, Some(lines)) => {
                let max = wanted(self.max_blocking)?;
                let erlangs = loss::largest_erlangs(lines, max)?;
                if calls == Some(0.0) {
                    let holds = format!("{} holds without calls", at_most(max));
                    return Err(Error::Unbounded(holds, "holding time"));
                }
                let shown = of::ERLANGS.of(erlangs).shown();
                let sentence = most(&format!("{shown} erlangs can be offered"), &at_most(max));
                (erlangs, lines, sentence)
            }
        };
        // Of volume and holding time the one that was not given.
        let per = |of: Option<f64>| of.filter(|of| *of > 0.0).map(|of| erlangs * 3600.0 / of);
        let (calls, aht) = (calls.or_else(|| per(aht)), aht.or_else(|| per(calls)));
        Answer::of_servers(sentence, lines, "line", one_less, |lines| {
            self.figures(erlangs, calls, aht, lines)
        })
    }
}
