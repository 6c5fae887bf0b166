//! What Erlang-C and Erlang-A say beside the simulation, in sentences: it is what a planner has who does not simulate.

use super::figures::{exact_seconds, percent, rough_percent};
use super::layout::{NBSP, truncated};
use super::summary::LONG_NAME;
use crate::kpi::{FormulaAnswer, Formulas, Interval, NotApplicable, Part, Results};

/// Of more queues than this the rest is a number.
const MOST_QUEUES: usize = 3;

/// A sentence for each queue to which the formulas apply, and one for the others.
pub fn sentences(results: &Results) -> Vec<String> {
    let (mut applies, mut nothing) = (Vec::new(), Vec::new());
    for queue in &results.queues {
        match Said::of(queue) {
            Some(Said::Levels(levels)) => applies.push((queue, levels)),
            Some(Said::Nothing(why)) => nothing.push((truncated(queue.name(), LONG_NAME), why)),
            None => {}
        }
    }
    let alone = results.queues.len() == 1;
    let shown = applies.iter().take(MOST_QUEUES);
    let mut sentences: Vec<String> = shown
        .map(|(queue, levels)| levels.sentence(queue, alone))
        .collect();
    let more = applies.len().saturating_sub(MOST_QUEUES);
    if let (Some(last), true) = (sentences.last_mut(), more > 0) {
        *last += &format!(" Of {more} more: --json.");
    }
    for (why, one, many) in [
        (
            NotApplicable::SharedAgents,
            "it shares agents with other queues",
            "they share agents",
        ),
        (
            NotApplicable::SeveralTiers,
            "its agents stand in tiers",
            "their agents stand in tiers",
        ),
        (
            NotApplicable::NoAgents,
            "nobody serves it",
            "nobody serves them",
        ),
    ] {
        let names = nothing.iter().filter(|(_, of)| *of == why);
        let names: Vec<&str> = names.map(|(name, _)| name.as_str()).collect();
        if names.is_empty() {
            continue;
        }
        let because = if names.len() == 1 { one } else { many };
        sentences.push(format!(
            "Erlang-C and Erlang-A do not apply to {}: {because}.",
            listed(&names)
        ));
    }
    sentences
}

/// `a, b and c`, or `a, b, c and 4 more`.
fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [most @ .., last] if most.len() <= MOST_QUEUES => format!("{} and {last}", most.join(", ")),
        _ => {
            let (shown, more) = names.split_at(MOST_QUEUES);
            format!("{} and {} more", shown.join(", "), more.len())
        }
    }
}

/// What the formulas say of a queue.
enum Said {
    Levels(Levels),
    Nothing(NotApplicable),
}

/// Service levels by Erlang-C and Erlang-A.
struct Levels {
    all: [Level; 2],
    first: [Level; 2],
}

/// A service level over the intervals that have calls, or over a steady run.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Level {
    /// Mean over the calls. Where the formula has no balance, nobody is answered in time.
    level: f64,
    /// Intervals in which it has none.
    unstable: usize,
    /// Intervals.
    of: usize,
}

impl Said {
    /// None where nobody calls, or the document has no formulas.
    fn of(queue: &Part) -> Option<Self> {
        let offered = |interval: &Interval| interval.get("offered").mean.unwrap_or(0.0);
        let rows: Vec<(f64, Formulas)> = match &queue.intervals {
            None => vec![(1.0, queue.erlang?)],
            Some(intervals) => {
                let rows = intervals.iter();
                rows.filter_map(|interval| Some((offered(interval), interval.erlang?)))
                    .collect()
            }
        };
        let why = |said: &Formulas| said.all_attempts.c.not_applicable();
        let called = rows
            .iter()
            .filter(|(_, said)| why(said) != Some(NotApplicable::NoCalls));
        let rows: Vec<&(f64, Formulas)> = called.collect();
        let any = |reason| rows.iter().any(|(_, said)| why(said) == Some(reason));
        let some = rows
            .iter()
            .any(|(_, said)| why(said) != Some(NotApplicable::NoAgents));
        match () {
            () if rows.is_empty() => None,
            () if any(NotApplicable::SharedAgents) => {
                Some(Self::Nothing(NotApplicable::SharedAgents))
            }
            () if any(NotApplicable::SeveralTiers) => {
                Some(Self::Nothing(NotApplicable::SeveralTiers))
            }
            () if !some => Some(Self::Nothing(NotApplicable::NoAgents)),
            () => {
                let over = |of: fn(&Formulas) -> FormulaAnswer| Level::over(&rows, of);
                Some(Self::Levels(Levels {
                    all: [
                        over(|said| said.all_attempts.c),
                        over(|said| said.all_attempts.a),
                    ],
                    first: [
                        over(|said| said.first_attempts.c),
                        over(|said| said.first_attempts.a),
                    ],
                }))
            }
        }
    }
}

impl Levels {
    /// `Erlang-C, interval by interval, says 69 % in 30 s, Erlang-A 83 %, simulated 80.8 %; for first attempts alone 84 % and
    /// 90 %.`
    fn sentence(&self, queue: &Part, alone: bool) -> String {
        let [c, a] = self.all;
        let mut target = queue.target.as_ref().map_or_else(String::new, |t| {
            format!(" in{NBSP}{}", exact_seconds(t.within_s))
        });
        if !alone {
            target += &format!(" for {}", truncated(queue.name(), LONG_NAME));
        }
        let by = match c.of {
            1 => "",
            _ => ", interval by interval,",
        };
        let mut text = match c.is_unstable() {
            true if c == a => format!("Erlang-C{by} has no answer{target}"),
            true => format!("Erlang-C{by} has no answer, Erlang-A says {a}{target}"),
            false => format!("Erlang-C{by} says {c}{target}"),
        };
        if c.unstable > 0 && !c.is_unstable() {
            text += &format!(" (unstable in {} of {} intervals)", c.unstable, c.of);
        }
        // Where nobody hangs up, the two are one.
        if c != a && !c.is_unstable() {
            text += &format!(", Erlang-A {a}");
        }
        text += &format!(", simulated {}", percent(queue.get("service_level")));
        // What reads the same says nothing.
        let words = |levels: [Level; 2]| levels.map(|level| level.to_string());
        if words(self.first) != words(self.all) {
            let [c, a] = words(self.first);
            text += &format!("; for first attempts alone {c}");
            if c != a {
                text += &format!(" and {a}");
            }
        }
        text + "."
    }
}

impl Level {
    fn over(rows: &[&(f64, Formulas)], of: impl Fn(&Formulas) -> FormulaAnswer) -> Self {
        let mut level = Level::default();
        let mut calls = 0.0;
        for (offered, said) in rows {
            let answer = of(said);
            calls += offered;
            level.level += offered * answer.figures().map_or(0.0, |by| by.service_level);
            level.unstable += usize::from(answer.not_applicable() == Some(NotApplicable::Unstable));
            level.of += 1;
        }
        if calls > 0.0 {
            level.level /= calls;
        }
        level
    }

    fn is_unstable(&self) -> bool {
        self.unstable == self.of
    }
}

impl std::fmt::Display for Level {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.is_unstable() {
            true => write!(f, "none"),
            false => write!(f, "{}", rough_percent(self.level)),
        }
    }
}
