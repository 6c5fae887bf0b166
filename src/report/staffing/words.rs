//! What is said of a staffing.

use super::View;
use crate::kpi::{Bound, TargetInfo};
use crate::planning::{Answer, Judged, LinesNeeded, OneMore, Risk, Staffing, Status};
use crate::report::text::figures::{
    exact_minutes, exact_percent, exact_seconds, money, percent_and_error, rough_percent,
    seconds_and_error,
};
use crate::report::text::layout::NBSP;
use crate::report::text::summary::target_words;
use crate::scenario::{Scenario, clock_text, grouped};
use crate::stats::Estimate;

/// Sentences about missed targets are not more.
const MOST_MISSED: usize = 8;

/// A target and what became of it.
pub struct Verdict {
    /// Whose it is.
    pub name: String,
    pub target: String,
    /// The worst of its judgements.
    pub status: Status,
    /// In how many intervals, or the figure of the day.
    pub finding: String,
}

/// What was asked.
pub fn heading(answer: &Answer) -> String {
    let (staffing, scenario) = (&answer.staffing, &answer.scenario);
    format!(
        "{} · {}–{} by {} · targets per {} · seed {} · ± at {}",
        staffing.scenario,
        clock_text(scenario.open_min),
        clock_text(scenario.close_min),
        exact_minutes(scenario.interval_min),
        staffing.per,
        staffing.seed,
        exact_percent(staffing.confidence)
    )
}

/// That the search was stopped, if it was.
pub fn stopped(staffing: &Staffing) -> Option<String> {
    let days = days(staffing.replications);
    let text = format!("Stopped early: this is the best found so far, simulated on {days}.");
    staffing.partial.then_some(text)
}

/// Every target, its intervals together.
pub fn verdicts(goals: &[Judged], risk: Option<&Risk>, scenario: &Scenario) -> Vec<Verdict> {
    let mut targets: Vec<(&str, &str, Vec<&Judged>)> = Vec::new();
    for goal in goals {
        match targets.last_mut() {
            Some((place, kpi, goals)) if *place == goal.place && *kpi == goal.kpi => {
                goals.push(goal)
            }
            _ => targets.push((&goal.place, &goal.kpi, vec![goal])),
        }
    }
    let verdict = |(place, _, goals): (&str, &str, Vec<&Judged>)| Verdict {
        name: name_of(place).to_owned(),
        target: target_of(goals[0], scenario),
        status: goals
            .iter()
            .map(|goal| goal.status)
            .max()
            .unwrap_or(Status::Met),
        finding: finding(&goals),
    };
    let risk = risk.map(|risk| Verdict {
        name: "every queue".to_owned(),
        target: format!("a target missed on ≤ {} of days", exact_percent(risk.limit)),
        status: risk.status,
        finding: percent_and_error(risk.missed_days).to_string(),
    });
    risk.into_iter()
        .chain(targets.into_iter().map(verdict))
        .collect()
}

/// What other shares of missed days cost.
fn risk(staffing: &Staffing) -> Option<String> {
    let risk = staffing.risk.as_ref()?;
    let unit = &staffing.cost.unit;
    let costs = risk.costs.iter().rev().filter_map(|row| {
        let cost = row.cost?;
        let cost = match unit.as_str() {
            "money" => grouped(cost, 0),
            _ => format!("{} paid hours", grouped(cost, 1)),
        };
        Some(format!("{} of days {cost}", exact_percent(row.missed_days)))
    });
    let costs: Vec<String> = costs.collect();
    (!costs.is_empty()).then(|| {
        format!(
            "To miss a target on at most … costs a day, as far as the search went: {}. Agents were added where a formula, fitted \
             to the simulation, sees most days saved for the money: a heuristic.",
            costs.join(", ")
        )
    })
}

/// Where one more agent brings most, and least.
fn one_more(staffing: &Staffing) -> Option<String> {
    /// So many are told.
    const MOST: usize = 3;
    let rows = staffing.intervals.iter();
    let mut known: Vec<(&str, &str, &OneMore)> = rows
        .filter_map(|row| {
            Some((
                row.group.as_deref()?,
                row.start.as_str(),
                row.one_more.as_ref()?,
            ))
        })
        .collect();
    known.sort_by(|a, b| b.2.within_target.mean.total_cmp(&a.2.within_target.mean));
    let said = |(group, start, more): &(&str, &str, &OneMore)| {
        let error = 2.0 * more.within_target.se;
        format!(
            "{group} {start} {:+.1} ± {error:.1}",
            more.within_target.mean
        )
    };
    let least = known.last().map(said)?;
    let most: Vec<String> = known.iter().take(MOST).map(said).collect();
    Some(format!(
        "One more agent brings most here, in calls a day within target: {}. Least: {least}.",
        most.join(", ")
    ))
}

pub fn name_of(place: &str) -> &str {
    place.split_once('.').map_or(place, |(_, name)| name)
}

fn target_of(goal: &Judged, scenario: &Scenario) -> String {
    let queue = scenario.queues.iter();
    let queue = queue.filter(|_| goal.place.starts_with("queues."));
    let info = queue
        .filter(|queue| queue.name == name_of(&goal.place))
        .map(TargetInfo::of)
        .next();
    target_words((&goal.kpi, goal.bound, goal.threshold), info.as_ref())
}

/// How far a figure is on the right side of its target.
fn slack(goal: &Judged) -> f64 {
    match (goal.simulated.mean, goal.bound) {
        // Where somebody calls, nobody gets through.
        (None, _) if goal.status == Status::Missed => f64::NEG_INFINITY,
        (None, _) => f64::INFINITY,
        (Some(mean), Bound::AtLeast) => mean - goal.threshold,
        (Some(mean), Bound::AtMost) => goal.threshold - mean,
    }
}

pub fn worst<'g>(goals: &[&'g Judged]) -> Option<&'g Judged> {
    let worst = goals.iter().min_by(|a, b| slack(a).total_cmp(&slack(b)));
    worst.copied()
}

fn figure(goal: &Judged) -> String {
    let is_bad = goal.bound == Bound::AtMost;
    match goal.kpi.ends_with("_s") {
        _ if is_bad && goal.simulated.mean == Some(0.0) && goal.simulated.se == Some(0.0) => {
            "none seen".to_owned()
        }
        true => seconds_and_error(goal.simulated).to_string(),
        false => percent_and_error(goal.simulated).to_string(),
    }
}

pub fn finding(goals: &[&Judged]) -> String {
    let Some(worst) = worst(goals) else {
        return String::new();
    };
    let Some(start) = &worst.start else {
        return figure(worst);
    };
    let all = goals.len();
    let of = |status| goals.iter().filter(|goal| goal.status == status).count();
    let (met, borderline, missed) = (of(Status::Met), of(Status::Borderline), of(Status::Missed));
    if all == 1 {
        return format!("in the only interval, {} at {start}", figure(worst));
    }
    if met == all {
        return format!(
            "in all {all} intervals, at worst {} at {start}",
            figure(worst)
        );
    }
    let mut parts = Vec::new();
    for (n, what) in [(met, "met"), (borderline, "borderline"), (missed, "missed")] {
        match parts.is_empty() {
            _ if n == 0 => {}
            true => parts.push(format!("{what} in {n} of {all} intervals")),
            false => parts.push(format!("{what} in {n}")),
        }
    }
    format!(
        "{}; at worst {} at {start}",
        parts.join(", "),
        figure(worst)
    )
}

/// The answer in sentences: whether it is enough, what it takes, and how that was found.
pub fn answer(answer: &Answer) -> Vec<String> {
    let staffing = &answer.staffing;
    let certainty = certainty(staffing);
    let too_often = staffing.risk.as_ref().map(|risk| risk.status) == Some(Status::Missed);
    let certainty = match certainty.split_at_checked(1).filter(|_| too_often) {
        // It is about means.
        Some((first, rest)) => format!(
            "More days miss a target than is asked. On average: {}{rest}",
            first.to_lowercase()
        ),
        None => certainty,
    };
    let mut sentences = vec![certainty, hours(answer)];
    sentences.extend(cost(staffing));
    sentences.extend(risk(staffing));
    sentences.extend(one_more(staffing));
    sentences.push(search(staffing));
    sentences
}

fn certainty(staffing: &Staffing) -> String {
    let goals = &staffing.goals;
    let of = |status| goals.iter().filter(|goal| goal.status == status).count();
    let (met, borderline, missed) = (of(Status::Met), of(Status::Borderline), of(Status::Missed));
    let sure = exact_percent(staffing.confidence);
    let judged = match staffing.per.as_str() {
        "interval" => "targets in intervals",
        _ => "targets",
    };
    let near = |n: usize| {
        match n {
        1 => "1 is borderline: within tolerance of the target, or on its right side without being sure".to_owned(),
        n => format!(
            "{n} are borderline: within tolerance of the target, or on its right side without being sure"
        ),
    }
    };
    match (borderline, missed) {
        (0, 0) if goals.len() == 1 => format!("The target is met, {sure} sure."),
        (0, 0) => format!("Every target is met, jointly {sure} sure."),
        (1, 0) if met == 0 => {
            "The target is borderline: within tolerance, or on its right side without being sure."
                .to_owned()
        }
        (_, 0) if met == 0 => format!("No target is missed; {}.", near(borderline)),
        (_, 0) => format!(
            "No target is missed. Of {} {judged} {} met, jointly {sure} sure; {}.",
            grouped(goals.len() as f64, 0),
            are(met),
            near(borderline)
        ),
        (0, _) => format!(
            "Of {} {judged} {} missed, {} met.",
            grouped(goals.len() as f64, 0),
            are(missed),
            met
        ),
        _ => format!(
            "Of {} {judged} {} missed, {met} met; {}.",
            grouped(goals.len() as f64, 0),
            are(missed),
            near(borderline)
        ),
    }
}

/// `1 is`, `2 are`
fn are(n: usize) -> String {
    match n {
        1 => "1 is".to_owned(),
        n => format!("{} are", grouped(n as f64, 0)),
    }
}

fn hours(answer: &Answer) -> String {
    let scenario = &answer.scenario;
    let width_h = f64::from(scenario.interval_min) / 60.0;
    let (mut required, mut current, mut paid, mut paid_now) = (0.0, 0.0, 0.0, 0.0);
    let view = View::new(answer);
    for (group, of_scenario) in view.groups.iter().zip(&scenario.groups) {
        for i in 0..scenario.intervals() {
            let (agents, now) = (f64::from(group.required(i)), f64::from(group.current(i)));
            let productive = 1.0 - of_scenario.shrinkage[i.min(of_scenario.shrinkage.len() - 1)];
            required += width_h * agents;
            current += width_h * now;
            paid += width_h * agents / productive;
            paid_now += width_h * now / productive;
        }
    }
    let hours = |h: f64| grouped(h, 1);
    let mut text = format!("It takes {} agent hours a day", hours(required));
    text += &match required - current {
        0.0 => ", as many as today".to_owned(),
        more if more > 0.0 => format!(", {} more than today", hours(more)),
        less => format!(", {} fewer than today", hours(-less)),
    };
    if paid > required {
        text += &format!("; with shrinkage {} paid hours", hours(paid));
        if hours(paid) != hours(paid_now) {
            text += &format!(" instead of {}", hours(paid_now));
        }
    }
    text + "."
}

fn cost(staffing: &Staffing) -> Option<String> {
    let cost = &staffing.cost;
    let is_money = cost.unit == "money";
    let amount = |mean: f64| {
        let exact = Estimate {
            mean: Some(mean),
            ..Estimate::default()
        };
        match is_money {
            // Differences have no more digits than what they are differences of.
            true if cost.recommended >= 99.5 => grouped(mean, 0),
            true => money(exact),
            false => format!("{}{NBSP}h", grouped(mean, 1)),
        }
    };
    let mut text = String::new();
    if is_money {
        text = format!(
            "Staff costs {} a day instead of {}",
            amount(cost.recommended),
            amount(cost.current)
        );
        let more = cost.recommended - cost.current;
        let share = match cost.current > 0.0 {
            true => format!(" ({})", rough_percent(more.abs() / cost.current)),
            false => String::new(),
        };
        text += &match more {
            more if more > 0.005 => format!(": {} more{share}.", amount(more)),
            more if more < -0.005 => format!(": {} less{share}.", amount(-more)),
            _ => ".".to_owned(),
        };
    }
    if let Some(bound) = staffing.lower_bound.filter(|bound| *bound > 0.0) {
        let what = if is_money { "costs" } else { "takes" };
        text += &format!(
            "{}The work alone that the targets ask for {what} {}: no staffing that meets them is below that.",
            if text.is_empty() { "" } else { " " },
            amount(bound)
        );
    }
    (!text.is_empty()).then_some(text)
}

fn search(staffing: &Staffing) -> String {
    if staffing.method != "simulate" {
        let formula = match staffing.method.as_str() {
            "erlang-c" => "Erlang-C, which knows no abandonment",
            _ => "Erlang-A, with the patience of the callers",
        };
        return format!(
            "Computed by {formula}, interval by interval, then simulated on {}: promised is what the formula says of this staff.",
            days(staffing.replications)
        );
    }
    let search = staffing.days_used.saturating_sub(staffing.replications);
    let minimal = match staffing.minimal {
        true => "no single agent can be taken without a target being missed beyond the tolerance",
        false => "it was not shown that no agent can be spared",
    };
    format!(
        "Found on {}, then simulated on {} that the search never saw; {minimal}.",
        days(search),
        days(staffing.replications)
    )
}

fn days(n: u64) -> String {
    match n {
        1 => "1 day".to_owned(),
        n => format!("{} days", grouped(n as f64, 0)),
    }
}

/// What is said of lines, a sentence for each trunk group.
pub fn lines(lines: &[LinesNeeded]) -> Vec<String> {
    let sentence = |lines: &LinesNeeded| {
        let target = exact_percent(lines.max_blocking);
        let whole = |n: f64| grouped(n, 0);
        let needed = match lines.simulated {
            Some(1) => "takes 1 line".to_owned(),
            Some(n) => format!("takes {} lines", whole(n.into())),
            None => "is not reached with any number of lines".to_owned(),
        };
        let formula = lines.erlang_b.map_or(String::new(), |n| {
            format!(", by Erlang-B {}", whole(n as f64))
        });
        let few = match lines.simulated.is_none_or(|n| n > lines.current) {
            true => ", too few",
            false => "",
        };
        format!(
            "Lines of {}: blocking ≤{NBSP}{target} {needed}{formula}; there {} {}{few}.",
            lines.trunk,
            if lines.current == 1 { "is" } else { "are" },
            whole(lines.current.into())
        )
    };
    lines.iter().map(sentence).collect()
}

/// What is missed where and why, neighbouring intervals together.
pub fn missed(goals: &[Judged], scenario: &Scenario) -> Vec<String> {
    let starts = scenario.interval_starts();
    let interval = |goal: &Judged| {
        let start = goal.start.as_ref()?;
        starts.iter().position(|known| known == start)
    };
    let mut runs: Vec<Vec<&Judged>> = Vec::new();
    // What trunk groups lack is said of their lines, and a figure of the day stands above already.
    let of_staff = |goal: &&Judged| {
        let says_more = goal.start.is_some() || goal.best.is_some() || goal.reason.is_some();
        says_more && !goal.place.starts_with("trunks.")
    };
    for goal in goals
        .iter()
        .filter(of_staff)
        .filter(|goal| goal.status == Status::Missed)
    {
        let goes_on = |run: &&mut Vec<&Judged>| {
            let last = run[run.len() - 1];
            let next = interval(last).map(|i| i + 1);
            let same =
                (&last.place, &last.kpi, &last.reason) == (&goal.place, &goal.kpi, &goal.reason);
            same && next.is_some() && next == interval(goal)
        };
        match runs.last_mut().filter(goes_on) {
            Some(run) => run.push(goal),
            None => runs.push(vec![goal]),
        }
    }
    let end = |i: usize| clock_text(scenario.open_min + (i as u32 + 1) * scenario.interval_min);
    let sentence = |run: &Vec<&Judged>| {
        let last = run[run.len() - 1];
        let when = match (interval(run[0]), interval(last)) {
            (Some(first), Some(last)) => format!(" {}–{}", starts[first], end(last)),
            _ => String::new(),
        };
        let worst = worst(run).unwrap_or(last);
        let mut text = format!(
            "{}{when}: {} is missed, {}{}",
            name_of(&last.place),
            target_of(last, scenario),
            figure(worst),
            if run.len() > 1 { " at worst" } else { "" }
        );
        if let Some(best) = worst.best {
            let best = match worst.kpi.ends_with("_s") {
                true => exact_seconds((10.0 * best).round() / 10.0),
                false => exact_percent((1000.0 * best).round() / 1000.0),
            };
            text += &format!("; the best attainable is about {best}");
        }
        match &worst.reason {
            Some(reason) => format!("{text}: {reason}."),
            None => format!("{text}."),
        }
    };
    let mut sentences: Vec<String> = runs.iter().take(MOST_MISSED).map(sentence).collect();
    if let Some(more @ 1..) = runs.len().checked_sub(MOST_MISSED) {
        sentences.push(format!("And so at {more} more times; --json has them all."));
    }
    sentences
}
