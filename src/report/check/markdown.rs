//! The outcome as Markdown, for the summary of a job or a pull request.

use super::words;
use crate::lab::check::{Outcome, Verdict};
use crate::report::markdown::{code, text};
use crate::report::text::layout::NBSP;

/// A table of the expectations.
pub fn markdown(outcome: &Outcome) -> String {
    let mut out = format!(
        "### {}: {}\n\n| verdict | expectation | where | seen | after |\n|---|---|---|--:|---|\n",
        words::shouted(outcome.verdict),
        code(&outcome.scenario.label)
    );
    for judged in &outcome.expectations {
        let verdict = match judged.verdict {
            Verdict::Pass => "pass".to_owned(),
            other => format!("**{}**", other.name()),
        };
        let name = judged.name.iter().map(|name| format!("{}: ", text(name)));
        let start = judged.start.iter().map(|start| format!(" {start}"));
        let reason = judged.reason.iter().map(|reason| format!("; {reason}"));
        out += &format!(
            "| {verdict} | {}{} | {} | {} | {} |\n",
            name.collect::<String>(),
            code(&judged.text),
            text(&(judged.place.clone() + &start.collect::<String>())),
            words::figure(judged),
            text(&(words::days(judged) + &reason.collect::<String>())),
        );
    }
    for warning in &outcome.run.warnings {
        out += &format!("\n> warning: {}\n", text(warning));
    }
    out += &format!(
        "\n{}. acdsim {}\n",
        text(&words::footer(outcome)),
        outcome.run.version
    );
    out.replace(NBSP, " ")
}
