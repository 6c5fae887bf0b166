//! A load test in sentences.

use super::{OfCurve, View};
use crate::kpi::{Bound, NotApplicable, Verdict};
use crate::planning::{AgentsSeen, DayFormulas};
use crate::report::text::figures::{exact_duration, exact_percent, rough_percent};
use crate::report::text::layout::{NBSP, truncated};
use crate::report::text::summary::LONG_NAME;
use crate::scenario::{Queue, grouped};
use crate::stress::{Knee, Row, percent_text};

/// A volume: `110 %`.
pub fn volume(percent: f64) -> String {
    format!("{}{NBSP}%", percent_text(percent))
}

/// A volume that was computed.
fn about(percent: f64) -> String {
    format!("{percent:.0}{NBSP}%")
}

/// Names in a sentence: `a`, `a and b`, `a, b and c`.
pub fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// What was simulated, in parts between dots.
pub fn title(view: &View<'_>) -> String {
    let run = &view.found.run;
    let mut parts = vec![view.found.scenario.name.clone()];
    if let Some(curve) = &view.found.curve {
        let percents = curve.percents();
        parts.push(match percents[..] {
            [first, .., last] => format!(
                "{} volumes from {} to {} of today's",
                percents.len(),
                volume(first),
                volume(last)
            ),
            [one] => format!("{} of today's volume", volume(one)),
            [] => "no volume".to_owned(),
        });
    }
    let days = grouped(run.days_used as f64, 0);
    parts.push(match (run.mode, run.days_used) {
        ("steady", 1) => "1 steady run".to_owned(),
        ("steady", _) => format!("{days} steady runs"),
        (_, 1) => "1 day".to_owned(),
        _ => format!("{days} days in all"),
    });
    parts.push(format!("seed {}", run.seed));
    parts.push(format!("± at {}", exact_percent(run.confidence)));
    parts.join(" · ")
}

/// Says that it was stopped before it was done.
pub fn stopped(view: &View<'_>) -> Option<String> {
    let curve = view.found.curve.as_ref();
    let last = curve.and_then(|curve| curve.percents().last().copied());
    view.found.run.partial.then(|| match last {
        Some(last) => format!(
            "Stopped early: volumes up to {} are complete.",
            volume(last)
        ),
        None => "Stopped early: this is what there was by then.".to_owned(),
    })
}

/// What the curve says: where each queue gives way and keeps its target, who calls again, and what the formulas are worth.
pub fn sentences(of: &OfCurve<'_>) -> Vec<String> {
    let mut sentences: Vec<String> = Vec::new();
    let queues = of.curve.places("queues");
    for (queue, place) in of.scenario.queues.iter().zip(&queues) {
        let mut sentence = truncated(&queue.name, LONG_NAME);
        sentence += &kept(of, queue, place);
        if let Some(knee) = of.curve.knee(place) {
            sentence += &knee_words(queue, knee);
        }
        sentences.push(sentence);
    }
    sentences.extend(again(of));
    sentences.extend(formulas(of));
    sentences
}

/// `80 % in 20 s`.
pub fn target(queue: &Queue) -> String {
    format!(
        "{} in {}",
        exact_percent(queue.target.fraction),
        exact_duration(queue.target.within)
    )
}

/// Up to which volume a queue keeps its service level, and from which on it misses it.
fn kept(of: &OfCurve<'_>, queue: &Queue, place: &str) -> String {
    let target = target(queue);
    let verdict = |row: &Row| {
        let days = match of.found.run.mode {
            "steady" => None,
            _ => row
                .get("offered")
                .mean
                .map(|mean| (mean * row.days as f64) as u64),
        };
        let interval = row
            .get("service_level")
            .certain(days, of.found.run.confidence);
        (
            row.percent,
            Verdict::of(Bound::AtLeast, queue.target.fraction, interval),
        )
    };
    let known = of
        .curve
        .of(place)
        .filter(|row| row.get("service_level").mean.is_some());
    let verdicts: Vec<(f64, Verdict)> = known.map(verdict).collect();
    let kept = verdicts
        .iter()
        .take_while(|(_, v)| *v == Verdict::Met)
        .last();
    let missed = verdicts
        .iter()
        .rev()
        .take_while(|(_, v)| *v == Verdict::Missed)
        .last();
    match (verdicts.len(), kept, missed) {
        (0, ..) => " has no calls.".to_owned(),
        (_, Some((up_to, _)), None) if Some(*up_to) == verdicts.last().map(|last| last.0) => {
            format!(" keeps {target} at every volume.")
        }
        (_, None, Some((from, _))) if Some(*from) == verdicts.first().map(|first| first.0) => {
            format!(" misses {target} at every volume.")
        }
        (_, Some((up_to, _)), Some((from, _))) => format!(
            " keeps {target} up to {} of today's volume and misses it from {} on.",
            volume(*up_to),
            volume(*from)
        ),
        (_, Some((up_to, _)), None) => {
            format!(
                " surely keeps {target} up to {} of today's volume.",
                volume(*up_to)
            )
        }
        (_, None, Some((from, _))) => {
            format!(
                " misses {target} from {} of today's volume on.",
                volume(*from)
            )
        }
        (_, None, None) => format!(": whether it keeps {target} is not sure at any volume."),
    }
}

fn knee_words(queue: &Queue, knee: &Knee) -> String {
    match (knee.percent, knee.value, knee.reason) {
        (Some(percent), Some(value), _) => format!(
            " Its knee is at {}, with {} in {}.",
            about(percent),
            rough_percent(value),
            exact_duration(queue.target.within)
        ),
        (.., Some(reason)) => format!(" It has no knee: {}.", reason.words()),
        _ => String::new(),
    }
}

/// How much more often callers call as they get through less.
fn again(of: &OfCurve<'_>) -> Option<String> {
    let rows: Vec<&Row> = of.curve.of("total").collect();
    let of_row = |row: &Row| row.get("attempts_per_caller").mean;
    let (first, last) = (rows.first()?, rows.last()?);
    let (few, many) = (of_row(first)?, of_row(last)?);
    (many > few + 0.005 && rows.len() > 1).then(|| {
        format!(
            "Callers make {few:.2} attempts each at {} and {many:.2} at {}.",
            volume(first.percent),
            volume(last.percent)
        )
    })
}

/// What a knee is, where there are some.
pub fn legend(of: &OfCurve<'_>) -> Option<&'static str> {
    let knees = of.curve.knees.iter();
    let any = knees.filter(|knee| knee.percent.is_some()).count() > 0;
    any.then_some(
        "knee: up to there more volume costs less service than on average over the whole curve, beyond it more",
    )
}

/// What the formulas say of which queues, and where they end.
fn formulas(of: &OfCurve<'_>) -> Vec<String> {
    let mut sentences = Vec::new();
    let places = of.curve.places("queues");
    let queues = || of.scenario.queues.iter().zip(&places);
    let name = |queue: &Queue| truncated(&queue.name, LONG_NAME);
    let first = |place: &str| of.curve.of(place).next().and_then(|row| row.erlang);
    let names = |wanted: &dyn Fn(&DayFormulas) -> bool| -> Vec<String> {
        queues()
            .filter(|(_, place)| first(place).is_some_and(|formulas| wanted(&formulas)))
            .map(|(queue, _)| name(queue))
            .collect()
    };
    let why = |formulas: &DayFormulas| formulas.a.and_then(|a| a.not_applicable());
    for (seen, words) in [
        (
            AgentsSeen::First,
            "see only the agents who take the calls first, as if these took no others and nobody helped",
        ),
        (
            AgentsSeen::Pooled,
            "see one line of calls, before the agents who take them first",
        ),
    ] {
        let names = names(&|formulas| formulas.agents == seen && why(formulas).is_none());
        if !names.is_empty() {
            sentences.push(format!(
                "Of {} Erlang-C and Erlang-A {words}.",
                listed(&names)
            ));
        }
    }
    for (reason, words) in [
        (
            NotApplicable::SharedAgents,
            "several queues' calls go to the same agents first, and to others besides",
        ),
        (
            NotApplicable::SeveralTiers,
            "the first agents open to their calls only after a wait",
        ),
        (NotApplicable::NoAgents, "calls find nobody at work"),
    ] {
        let names = names(&|formulas| why(formulas) == Some(reason));
        if !names.is_empty() {
            sentences.push(format!(
                "Erlang-C and Erlang-A do not apply to {}: {words}.",
                listed(&names)
            ));
        }
    }
    let ends = queues().filter_map(|(queue, place)| {
        let ended = |row: &&Row| {
            let c = row.erlang.and_then(|formulas| formulas.c);
            c.and_then(|c| c.not_applicable()) == Some(NotApplicable::Unstable)
        };
        let percent = of.curve.of(place).find(ended)?.percent;
        Some(format!("{} at {}", name(queue), volume(percent)))
    });
    let ends: Vec<String> = ends.collect();
    if !ends.is_empty() {
        let when = match of.found.run.mode {
            "steady" => "as many calls come as can be answered",
            _ => "in some interval as many calls come as can be answered",
        };
        sentences.push(format!(
            "Erlang-C ends for {}: from there on {when}, and it has no answer.",
            listed(&ends)
        ));
    }
    sentences
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_listed() {
        let of = |names: &[&str]| {
            listed(
                &names
                    .iter()
                    .map(|&name| name.to_owned())
                    .collect::<Vec<_>>(),
            )
        };
        assert_eq!(of(&[]), "");
        assert_eq!(of(&["a"]), "a");
        assert_eq!(of(&["a", "b"]), "a and b");
        assert_eq!(of(&["a", "b", "c"]), "a, b and c");
    }
}
