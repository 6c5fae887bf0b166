//! The day of a profile: what is said of it, a chart of its course, and a table of its targets.

use super::words::listed;
use crate::kpi::{Bound, Interval, Results, TargetInfo, Unit, unit};
use crate::report::text::Page;
use crate::report::text::figures::{
    UNDEFINED, count, exact_minutes, exact_percent, exact_seconds, half_width, percent,
    rough_percent, seconds,
};
use crate::report::text::layout::{Look, NBSP, Table, bars, columns, truncated};
use crate::report::text::summary::target_words;
use crate::scenario::stress::{Change, Effect, Lost, Profile};
use crate::scenario::{Scenario, clock_text, grouped};
use crate::stats::Estimate;
use crate::stress::course::{Course, JudgedTarget, Recovery};

/// Names in headers are cut to this.
const NAME: usize = 14;

/// Of more targets than this those are shown that are missed longest.
const MOST_TARGETS: usize = 8;

/// Rows of the table, at most, whatever the day is long.
const MOST_ROWS: u32 = 32;

/// A day with what it is of.
#[derive(Debug, Clone, Copy)]
pub struct OfDay<'a> {
    pub course: &'a Course,
    pub profile: &'a Profile,
    pub scenario: &'a Scenario,
}

impl OfDay<'_> {
    /// A time of the day: minutes after opening.
    pub fn clock(&self, minutes: u32) -> String {
        clock_text(self.scenario.open_min + minutes)
    }

    /// Minutes of a step.
    pub fn step_min(&self) -> u32 {
        let steps = self
            .course
            .windows
            .first()
            .map_or(1, |of| of.values.len() - 1);
        (self.scenario.close_min - self.scenario.open_min) / steps.max(1) as u32
    }

    /// The targets that are shown: all, or those that are missed longest.
    pub fn targets(&self) -> Vec<&JudgedTarget> {
        let mut targets: Vec<&JudgedTarget> = self.course.windows.iter().collect();
        if targets.len() > MOST_TARGETS {
            targets.sort_by_key(|target| {
                std::cmp::Reverse(target.missed.iter().filter(|missed| **missed).count())
            });
            targets.truncate(MOST_TARGETS);
        }
        targets
    }

    /// The same in a few letters: `service %`.
    fn header(&self, target: &JudgedTarget) -> String {
        let name = target.place.split_once('.').map_or("", |(_, name)| name);
        let figure = match target.kpi {
            "service_level" => "in target",
            "abandonment_rate" => "abandoned",
            "blocking_rate" => "blocked",
            "asa_s" => "ASA",
            "occupancy" => "busy",
            kpi => kpi,
        };
        format!("{} {figure}", truncated(name, NAME))
    }

    /// What a target is called: `service 80 % in 20 s`.
    pub fn name(&self, target: &JudgedTarget) -> String {
        let name = target.place.split_once('.').map_or("", |(_, name)| name);
        let queue = self
            .scenario
            .queues
            .iter()
            .find(|queue| target.place.starts_with("queues.") && queue.name == name);
        let info = queue.map(TargetInfo::of);
        let words = target_words((target.kpi, target.bound, target.target), info.as_ref());
        format!("{} {words}", truncated(name, NAME))
    }
}

/// What happens, one line each.
pub fn happens(of: &OfDay<'_>) -> Vec<String> {
    let Profile {
        name: _,
        stages,
        loads,
        faults,
        actions,
        expect: _,
    } = of.profile;
    let mut lines = Vec::new();
    let peak = |stages: &[crate::scenario::stress::Stage]| {
        let most = stages.iter().map(|stage| stage.volume).fold(0.0, f64::max);
        let (mut at, mut first) = (0, None);
        for stage in stages {
            at += stage.duration.as_secs();
            if stage.volume == most && first.is_none() {
                first = Some((at / 60) as u32);
            }
        }
        let last = stages.last().map_or(1.0, |stage| stage.volume);
        format!(
            "{} of today's volume at {}, {} at the end",
            exact_percent(most),
            of.clock(first.unwrap_or(0)),
            exact_percent(last)
        )
    };
    if !stages.is_empty() {
        lines.push(format!("volume: {}", peak(stages)));
    }
    for load in loads {
        let what = match &load.volume {
            crate::scenario::stress::Volume::Stages(stages) => peak(stages),
            crate::scenario::stress::Volume::Recorded(volumes) => {
                let all: f64 = volumes.iter().sum();
                format!("{} first attempts as recorded", grouped(all, 0))
            }
        };
        lines.push(format!("volume of {}: {what}", listed(&load.call_types)));
    }
    let change = |change: &Change| {
        let until = match change.until_min {
            Some(until) => format!("to {}", of.clock(until)),
            None => "to closing".to_owned(),
        };
        format!(
            "{} {until}: {}",
            of.clock(change.from_min),
            effect(&change.effect)
        )
    };
    lines.extend(faults.iter().map(change));
    let action = |of: &Change| format!("{} (action)", change(of));
    lines.extend(actions.iter().map(action));
    lines
}

fn effect(effect: &Effect) -> String {
    match effect {
        Effect::Absent { groups, share } => {
            format!("{} of {} absent", exact_percent(*share), listed(groups))
        }
        Effect::SiteLost { groups } => format!("{} lost", listed(groups)),
        Effect::LinesLost { trunks, lost } => {
            let lost = match lost {
                Lost::Share(share) => format!("{} of the lines", exact_percent(*share)),
                Lost::Lines(lines) => format!("{lines} lines"),
            };
            format!("{lost} of {} lost", listed(trunks))
        }
        Effect::IvrDown { call_types, busy } => {
            let mode = if *busy {
                "callers hear the busy tone"
            } else {
                "callers skip it"
            };
            format!("IVR of {} down, {mode}", listed(call_types))
        }
        Effect::Containment {
            call_types,
            contained,
        } => format!(
            "IVR of {} contains {}",
            listed(call_types),
            exact_percent(*contained)
        ),
        Effect::Talk { call_types, factor } => {
            format!("talk of {} × {factor}", listed(call_types))
        }
        Effect::Policy(rules) => {
            let names: Vec<String> = rules.iter().map(|rule| rule.policy.clone()).collect();
            match names.is_empty() {
                true => "routing by preference".to_owned(),
                false => format!("routing by {}", listed(&names)),
            }
        }
        Effect::Agents { queue, tiers } => {
            let tier = |tier: &crate::scenario::Tier| {
                let after = match tier.after.is_zero() {
                    true => String::new(),
                    false => format!(" after {}", exact_seconds(tier.after.as_secs_f64())),
                };
                listed(&tier.groups) + &after
            };
            let tiers: Vec<String> = tiers.iter().map(tier).collect();
            format!("{queue} served by {}", tiers.join(", then "))
        }
        Effect::MoreAgents { groups, more } => format!("{more} more agents in {}", listed(groups)),
        Effect::MoreLines { trunks, more } => format!("{more} more lines in {}", listed(trunks)),
    }
}

/// What becomes of the day.
pub fn sentences(of: &OfDay<'_>) -> Vec<String> {
    let course = of.course;
    let over = of.clock(course.profile.over_min);
    let mut sentences = vec![recovery(of, &course.recovery, &over)];
    let Recovery {
        not_recovered,
        not_recovered_without,
        ..
    } = &course.recovery;
    if !course.windows.is_empty() {
        sentences.push(format!(
            "In the last {} before closing a target is missed on {} of the days{}; without the profile on {}.",
            exact_minutes(course.profile.window_min),
            rough_percent(not_recovered.mean.unwrap_or(0.0)),
            between(*not_recovered, &rough_percent),
            rough_percent(not_recovered_without.mean.unwrap_or(0.0)),
        ));
    }
    let after = &course.missed_after;
    if after.minutes > 0.0 || after.without_redials > 0.0 {
        let minutes = |x: f64| format!("{x:.0}{NBSP}min");
        let due = after.difference;
        let difference = due.mean.unwrap_or(0.0);
        let ci = due.ci.map_or(String::new(), |(low, high)| {
            format!(" ({low:.0} to {high:.0})")
        });
        sentences.push(match difference {
            0.0 => format!("From {over} on a target is missed for {}, with and without redials.", minutes(after.minutes)),
            _ => format!(
                "From {over} on a target is missed for {}, if nobody redialled for {}: a difference of {difference:.0}{NBSP}min{ci} by redials.",
                minutes(after.minutes),
                minutes(after.without_redials),
            ),
        });
    }
    if course.self_sustaining {
        sentences.push(
            "Overload outlives its cause: a target is still missed at closing on at least half of the days, and met without the profile."
                .to_owned(),
        );
    }
    sentences.push(format!(
        "Compared with the same days without the profile, {} callers are lost a day, and callers call again {} times.",
        more(course.lost_extra),
        more(course.returned_extra),
    ));
    if course.dropped_in_service.mean > Some(0.0) {
        sentences.push(format!(
            "{} calls a day are cut.",
            count(course.dropped_in_service)
        ));
    }
    let attempts = &course.amplification;
    let times = |estimate: Estimate| match estimate.mean {
        Some(mean) => format!("{mean:.3}"),
        None => UNDEFINED.to_owned(),
    };
    sentences.push(format!(
        "A caller makes {} attempts on average; {} if nobody redialled, {} without the profile.",
        times(attempts.attempts_per_caller),
        times(attempts.without_redials),
        times(attempts.without_profile),
    ));
    sentences
}

fn recovery(of: &OfDay<'_>, recovery: &Recovery, over: &str) -> String {
    match (recovery.minutes, recovery.reason) {
        (Some(minutes), _) => {
            let ci = match recovery.ci {
                Some((low, Some(high))) => format!(" ({low:.0} to {high:.0})"),
                Some((low, None)) => format!(" ({low:.0} at least, perhaps not by closing)"),
                None => String::new(),
            };
            let at = of.course.profile.over_min + minutes.round() as u32;
            format!(
                "Recovery: all targets hold again from {} on, {minutes:.0}{NBSP}min{ci} after the cause is over at {over}.",
                of.clock(at)
            )
        }
        (None, Some(reason)) => format!("No time of recovery: {}.", reason.words()),
        (None, None) => String::new(),
    }
}

/// ` (30 to 43 %)`
fn between(estimate: Estimate, say: &dyn Fn(f64) -> String) -> String {
    match estimate.ci {
        Some((low, high)) if high > low => format!(" ({} to {})", say(low), say(high)),
        _ => String::new(),
    }
}

/// `122 ± 3 more`
fn more(estimate: Estimate) -> String {
    let Some(mean) = estimate.mean else {
        return UNDEFINED.to_owned();
    };
    let digits = usize::from(mean.abs() < 9.95);
    let half = match estimate.half_width() {
        Some(half) if half > 0.0 => format!(" ± {}", half_width(half, digits)),
        _ => String::new(),
    };
    let word = if mean < 0.0 { "fewer" } else { "more" };
    format!("{}{half} {word}", grouped(mean.abs(), digits))
}

/// A figure in the course of the day, with the profile and without.
struct Pair {
    name: String,
    with: Vec<f64>,
    without: Vec<f64>,
    /// What a full bar is.
    full: f64,
    /// The least value is the worst.
    least: bool,
    /// What is said of the worst value.
    say: fn(f64) -> String,
}

impl Pair {
    fn worst(&self, values: &[f64]) -> f64 {
        match self.least {
            true => values.iter().copied().fold(f64::INFINITY, f64::min),
            false => values.iter().copied().fold(0.0, f64::max),
        }
    }
}

/// The course of the day in bars, a step wide each where there is room.
pub fn chart(of: &OfDay<'_>, page: &Page) -> String {
    let pairs = pairs(of);
    let steps = pairs.first().map_or(0, |pair| pair.with.len());
    let names = pairs.iter().map(|pair| columns(&pair.name)).max();
    let names = names.unwrap_or(0).min((page.width / 3).max(12));
    let left = 2 + names + 2 + "stressed".len() + 2;
    let room = page.width.saturating_sub(left + 2 + "worst 1,234 s".len());
    if room < 12 || steps < 2 {
        return String::new();
    }
    let per_bar = steps.div_ceil(room);
    let mut out = String::new();
    for pair in &pairs {
        let name = truncated(&pair.name, names);
        let space = " ".repeat(names - columns(&name));
        let line = |name: &str, what: &str, values: &[f64]| {
            // Of several steps the worst; heights are whole numbers.
            const FULL: f64 = 8000.0;
            let full = pair.full.max(f64::MIN_POSITIVE);
            let height = |of: &[f64]| (FULL * pair.worst(of) / full).round() as u32;
            let heights: Vec<u32> = values.chunks(per_bar).map(height).collect();
            let bars = bars(&heights, FULL as u32, 1);
            let worst = (pair.say)(pair.worst(values));
            format!("  {name}  {what:8}  {bars}  {worst}\n")
        };
        out += &line(&format!("{name}{space}"), "stressed", &pair.with);
        out += &page.aside(&line(&" ".repeat(names), "today", &pair.without));
    }
    let width = steps.div_ceil(per_bar);
    let (open, close) = (of.clock(0), of.clock(steps as u32 * of.step_min()));
    if width > open.len() + close.len() {
        let between = " ".repeat(width - open.len() - close.len());
        out += &page.aside(&format!("{}{open}{between}{close}\n", " ".repeat(left)));
    }
    out
}

fn pairs(of: &OfDay<'_>) -> Vec<Pair> {
    let course = of.course;
    let sum = |results: &Results, kpis: &[&str]| -> Vec<f64> {
        let intervals = results.total.intervals.as_deref().unwrap_or_default();
        let within = intervals.len().saturating_sub(1);
        let sum = |interval: &Interval| {
            let of = kpis.iter().filter_map(|kpi| interval.kpis.get(*kpi)?.mean);
            of.sum::<f64>()
        };
        intervals[..within].iter().map(sum).collect()
    };
    let per_h = 60.0 / f64::from(of.step_min());
    let rates = [&course.with, &course.without].map(|results| {
        let first = sum(results, &["first_attempts"]);
        first.into_iter().map(|n| n * per_h).collect::<Vec<f64>>()
    });
    let again = [&course.with, &course.without].map(|results| {
        let again = sum(results, &["redials", "reconnects"]);
        let all = sum(results, &["attempts"]);
        let share = |(again, all): (f64, f64)| if all > 0.0 { again / all } else { 0.0 };
        again.into_iter().zip(all).map(share).collect::<Vec<f64>>()
    });
    let most = |values: &[Vec<f64>; 2]| values.iter().flatten().copied().fold(0.0, f64::max);
    let pair = |name: &str, values: [Vec<f64>; 2], say| {
        let full = most(&values);
        let [with, without] = values;
        Pair {
            name: name.to_owned(),
            with,
            without,
            full,
            least: false,
            say,
        }
    };
    let mut pairs = vec![pair("first attempts", rates, |n| {
        format!("to {}/h", grouped(n, 0))
    })];
    if most(&again) > 0.0 {
        let say = |share| format!("to {}", rough_percent(share));
        pairs.push(pair("who call again", again, say));
    }
    for target in of.targets() {
        let values = [&target.values, &target.without].map(|values| {
            // Nothing to be judged is no worse than any.
            let none = match target.bound {
                Bound::AtLeast => 1.0,
                Bound::AtMost => 0.0,
            };
            values
                .iter()
                .skip(1)
                .map(|value| value.unwrap_or(none))
                .collect::<Vec<f64>>()
        });
        let say = match unit(target.kpi) {
            Some(Unit::Fraction) => |x| format!("worst {}", rough_percent(x)),
            _ => |x: f64| format!("worst {}", exact_seconds(x.round())),
        };
        let mut pair = pair(&of.name(target), values, say);
        pair.least = target.bound == Bound::AtLeast;
        if ["service_level", "occupancy"].contains(&target.kpi) {
            pair.full = 1.0;
        }
        pairs.push(pair);
    }
    pairs
}

/// The targets over the windows that end at times of the day.
pub fn table(of: &OfDay<'_>) -> Option<Table> {
    let targets = of.targets();
    let first = targets.first()?;
    let (steps, step) = (first.values.len() - 1, of.step_min());
    let day = steps as u32 * step;
    // As often as the windows are long, or as fits.
    let mut every = of.course.profile.window_min.max(step);
    while day / every > MOST_ROWS {
        every *= 2;
    }
    let every = (every / step) as usize;
    let instants: Vec<usize> = (every..=steps).step_by(every).collect();
    let names = instants.iter().map(|at| of.clock(*at as u32 * step));
    let mut table = Table::new("until", names.collect());
    let calls = |at: usize, kpi: &str| -> f64 {
        let intervals = of.course.with.total.intervals.iter().flatten();
        let within = intervals.skip(at - every).take(every);
        within
            .filter_map(|interval| interval.kpis.get(kpi)?.mean)
            .sum()
    };
    let all = instants
        .iter()
        .map(|at| grouped(calls(*at, "attempts"), 0).into());
    table.column("attempts", 8, all);
    let again = instants.iter().map(|at| {
        let attempts = calls(*at, "attempts");
        let again = calls(*at, "redials") + calls(*at, "reconnects");
        match attempts > 0.0 {
            true => rough_percent(again / attempts).into(),
            false => UNDEFINED.into(),
        }
    });
    table.column("again", 6, again);
    for target in targets {
        let say = |value: Option<f64>| {
            let estimate = Estimate {
                mean: value,
                ..Estimate::default()
            };
            match unit(target.kpi) {
                Some(Unit::Fraction) => percent(estimate),
                _ => seconds(estimate),
            }
        };
        let marked = |at: &usize| {
            let value = target.values[*at];
            let mark = if target.missed[*at] { " ✗" } else { "  " };
            (say(value) + mark).into()
        };
        table.column(&of.header(target), 9, instants.iter().map(marked));
        let today = instants.iter().map(|at| say(target.without[*at]).into());
        table.column("today", 4, today);
    }
    Some(table)
}

/// What the table says.
pub fn legend(of: &OfDay<'_>) -> String {
    format!(
        "targets over the {} until then; ✗ missed",
        exact_minutes(of.course.profile.window_min)
    )
}

/// The title's part.
pub fn title(of: &OfDay<'_>) -> String {
    match &of.course.profile.name {
        Some(name) => name.clone(),
        None => "The profile".to_owned(),
    }
}

/// A heading.
pub fn heading(of: &OfDay<'_>, page: &Page) -> String {
    let title = format!(
        "{}: {} days",
        title(of),
        grouped(of.course.profile.days as f64, 0)
    );
    format!("  {}\n", Look::Heading.paint(&title, page.colour))
}
