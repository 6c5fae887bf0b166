//! The breaking point in sentences.

use super::words::listed;
use crate::kpi::{Bound, TargetInfo};
use crate::report::text::figures::{exact_percent, rough_percent};
use crate::report::text::layout::NBSP;
use crate::report::text::summary::target_words;
use crate::scenario::{Scenario, grouped};
use crate::stress::breaking::{
    Breaking, BreakingPoint, Figure, FirstMissed, GivesWay, OneMore, Reason, Scarce,
};

/// What is said of the breaking point.
pub fn sentences(found: &Breaking, scenario: &Scenario) -> Vec<String> {
    let point = &found.breaking_point;
    let mut sentences = Vec::new();
    let ci = match point.ci {
        Some((low, Some(high))) => format!(" ({low:.1} to {high:.1})"),
        Some((low, None)) => format!(" (at least {low:.1})"),
        None => String::new(),
    };
    sentences.push(match (point.percent, point.calls_per_h) {
        (Some(percent), Some(calls)) => format!(
            "Breaking point: {} up to {percent:.1}{NBSP}%{ci} of today's volume, {} callers an hour{}.",
            holds(point),
            grouped(calls, 0),
            headroom(found.headroom_percent),
        ),
        _ => match point.reason {
            Some(Reason::MissedAtLeast | Reason::HoldsAtMost) => {
                format!("No breaking point: {}.", reason(point.reason))
            }
            _ => format!("The breaking point is not known{ci}: {}.", reason(point.reason)),
        },
    });
    if point.percent.is_some() && point.reason == Some(Reason::Budget) {
        sentences.push(format!(
            "The interval is wider than asked: {}.",
            reason(point.reason)
        ));
    }
    if let Some(first) = &point.first_missed {
        let why = point.gives_way.as_ref().map_or(String::new(), scarce);
        sentences.push(format!(
            "What gives way first: {}{why}.",
            target(first, scenario)
        ));
    }
    let more: Vec<String> = point.one_more.iter().map(one_more).collect();
    if !more.is_empty() {
        sentences.push(format!("One more all day moves it: {}.", listed(&more)));
    }
    if let Some(band) = &point.band {
        let mut days = Vec::new();
        for (share, percent) in [(95, band.days_95), (50, band.days_50), (5, band.days_5)] {
            if let Some(percent) = percent {
                days.push(format!("{share}{NBSP}% of days at {percent:.0}{NBSP}%"));
            }
        }
        if !days.is_empty() {
            sentences.push(format!(
                "Day by day chance differs: all targets hold on {} of today's volume.",
                listed(&days)
            ));
        }
    }
    sentences
}

/// What holds up to the breaking point.
fn holds(point: &BreakingPoint) -> String {
    match (point.risk, point.per) {
        (Some(risk), _) => format!(
            "at most {} of days miss a target of a queue",
            exact_percent(risk)
        ),
        (None, "interval") => "every target holds in each interval".to_owned(),
        (None, _) => "every target holds".to_owned(),
    }
}

fn headroom(percent: Option<f64>) -> String {
    match percent {
        Some(more) if more >= 0.0 => format!(": {more:.1}{NBSP}% more than today"),
        Some(less) => format!(": {:.1}{NBSP}% less than today", -less),
        None => String::new(),
    }
}

fn reason(reason: Option<Reason>) -> &'static str {
    match reason {
        Some(Reason::MissedAtLeast) => "a target is missed even at 1 % of today's volume",
        Some(Reason::HoldsAtMost) => "every target holds even at 1,000 % of today's volume",
        Some(Reason::Budget) => "the days that --budget allows were not enough",
        None => "it was stopped too early",
    }
}

fn target(first: &FirstMissed, scenario: &Scenario) -> String {
    let (part, name) = first.place.split_once('.').unwrap_or(("", &first.place));
    let queue = scenario
        .queues
        .iter()
        .find(|queue| part == "queues" && queue.name == name);
    let info = queue.map(TargetInfo::of);
    let bound = match first.kpi.as_str() {
        "service_level" => Bound::AtLeast,
        _ => Bound::AtMost,
    };
    let words = target_words((&first.kpi, bound, first.target), info.as_ref());
    match &first.start {
        Some(start) => format!("{name}, {words}, at {start}"),
        None => format!("{name}, {words}"),
    }
}

fn scarce(why: &GivesWay) -> String {
    let named = |figures: &[Figure], name: Option<&str>| {
        let figure = figures.iter().find(|figure| {
            let own = figure.place.split_once('.').map_or("", |(_, name)| name);
            name.is_none_or(|name| name == own || name == figure.place)
        })?;
        let own = figure.place.split_once('.').map_or("", |(_, name)| name);
        Some((own.to_owned(), rough_percent(figure.value)))
    };
    let busiest = named(&why.occupancy, why.busiest.as_deref());
    let busy = busiest.map_or(String::new(), |(name, share)| {
        format!(" ({name} {share} busy)")
    });
    match why.scarce {
        Scarce::Lines => {
            let blocked = named(&why.blocking_rate, None);
            let blocked = blocked.map_or(String::new(), |(name, share)| {
                format!(" ({name} blocks {share} of attempts)")
            });
            format!("; lines are scarce{blocked}")
        }
        Scarce::Agents => format!("; agents are scarce{busy}"),
        Scarce::Patience => format!("; callers give up before agents are free{busy}"),
    }
}

fn one_more(one: &OneMore) -> String {
    let (part, name) = one.place.split_once('.').unwrap_or(("", &one.place));
    let what = if part == "trunks" {
        "a line of"
    } else {
        "an agent in"
    };
    let error = (one.ci.1 - one.ci.0) / 2.0;
    format!("{what} {name} by {:+.1} ± {error:.1} points", one.points)
}
