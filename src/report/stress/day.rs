//! The day of a profile: what is said of it, a chart of its course, and a table of its targets.

use crate::kpi::{Bound, Interval, Results, TargetInfo, Unit, unit};
use crate::report::text::Page;
use crate::report::text::figures::{
    UNDEFINED, count, exact_minutes, half_width, percent, percent_and_error, rough_percent,
    seconds, seconds_and_error,
};
use crate::report::text::layout::{Cell, Look, NBSP, Table, bars, columns, truncated};
use crate::report::text::summary::target_words;
use crate::scenario::stress::Profile;
use crate::scenario::{Scenario, clock_text, grouped};
use crate::stats::Estimate;
use crate::stress::course::{Course, JudgedTarget, Recovery};

/// Names in headers are cut to this.
const NAME: usize = 14;

/// Of more targets than this those are shown that are missed longest.
const MOST_TARGETS: usize = 8;

/// Where fewer bars than this have room beside the errors of the worst values, these are left out.
const FEWEST_BARS: usize = 20;

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

    /// First attempts an hour in a step.
    pub fn rate(&self, step: &Interval) -> Estimate {
        let (of, per_h) = (
            step.get("first_attempts"),
            60.0 / f64::from(self.step_min()),
        );
        Estimate {
            mean: of.mean.map(|n| n * per_h),
            ci: of.ci.map(|(low, high)| (low * per_h, high * per_h)),
            se: of.se.map(|se| se * per_h),
        }
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

    /// What a target is called, its part's name cut to so many columns: `service, 80 % in 20 s`.
    pub fn name(&self, target: &JudgedTarget, most: usize) -> String {
        let name = target.place.split_once('.').map_or("", |(_, name)| name);
        let queue = self
            .scenario
            .queues
            .iter()
            .find(|queue| target.place.starts_with("queues.") && queue.name == name);
        let info = queue.map(TargetInfo::of);
        let words = target_words((target.kpi, target.bound, target.target), info.as_ref());
        format!("{}, {words}", truncated(name, most))
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
    /// By step.
    with: Vec<Estimate>,
    without: Vec<Estimate>,
    /// What a full bar is.
    full: f64,
    /// Which side is wanted.
    bound: Bound,
    /// What is said of the worst value.
    say: fn(Estimate) -> Cell,
}

impl Pair {
    /// Undefined where there is nothing to be judged.
    fn worst(&self, values: &[Estimate]) -> Estimate {
        let known = values.iter().filter(|value| value.mean.is_some());
        let order = |a: &&Estimate, b: &&Estimate| {
            let [a, b] = [a, b].map(|value| value.mean.unwrap_or(0.0));
            a.total_cmp(&b)
        };
        let worst = match self.bound {
            Bound::AtLeast => known.min_by(order),
            Bound::AtMost => known.max_by(order),
        };
        worst.copied().unwrap_or_default()
    }

    /// Bars, each the worst of some steps.
    fn bars(&self, values: &[Estimate], per_bar: usize) -> String {
        // Heights are whole numbers.
        const FULL: f64 = 8000.0;
        let full = self.full.max(f64::MIN_POSITIVE);
        // Nothing to be judged is no worse than any.
        let none = match self.bound {
            Bound::AtLeast => full,
            Bound::AtMost => 0.0,
        };
        let height = |of: &[Estimate]| {
            let worst = self.worst(of).mean.unwrap_or(none);
            (FULL * worst / full).round() as u32
        };
        let heights: Vec<u32> = values.chunks(per_bar).map(height).collect();
        bars(&heights, FULL as u32, 1)
    }
}

/// The course of the day in bars, a step wide each where there is room.
pub fn chart(of: &OfDay<'_>, page: &Page) -> String {
    let pairs = pairs(of);
    let steps = pairs.first().map_or(0, |pair| pair.with.len());
    let names = pairs.iter().map(|pair| columns(&pair.name)).max();
    let names = names.unwrap_or(0).min((page.width / 3).max(12));
    let left = 2 + names + 2 + "stressed".len() + 2;
    let room = |note: usize| page.width.saturating_sub(left + 2 + note);
    let notes = pairs.iter().map(|pair| (pair.say)(pair.worst(&pair.with)));
    let widest = notes.map(|note| columns(&note.to_string())).max();
    // Of all figures, or of none.
    let (errors, room) = match room(widest.unwrap_or(0)) {
        room if room >= FEWEST_BARS => (true, room),
        _ => (false, room("worst 1,234 s".len())),
    };
    if room < 12 || steps < 2 {
        return String::new();
    }
    let per_bar = steps.div_ceil(room);
    let width = steps.div_ceil(per_bar);
    let mut out = String::new();
    for pair in &pairs {
        let name = truncated(&pair.name, names);
        let space = " ".repeat(names - columns(&name));
        let line = |name: &str, what: &str, values: &[Estimate]| {
            let bars = pair.bars(values, per_bar);
            let worst = (pair.say)(pair.worst(values));
            let error = if errors { worst.tail() } else { "" };
            format!("  {name}  {what:8}  {bars}  {}{error}\n", worst.head())
        };
        out += &line(&format!("{name}{space}"), "stressed", &pair.with);
        out += &page.aside(&line(&" ".repeat(names), "today", &pair.without));
    }
    let (open, close) = (of.clock(0), of.clock(steps as u32 * of.step_min()));
    if width > open.len() + close.len() {
        let between = " ".repeat(width - open.len() - close.len());
        out += &page.aside(&format!("{}{open}{between}{close}\n", " ".repeat(left)));
    }
    out
}

fn pairs(of: &OfDay<'_>) -> Vec<Pair> {
    let course = of.course;
    // What the profile is compared with is without error: chance is much the same on both sides.
    let bare = |mean: Option<f64>| Estimate {
        mean,
        ..Estimate::default()
    };
    let pair = |name: &str, with: Vec<Estimate>, without: Vec<Option<f64>>, say| {
        let means = with.iter().map(|value| value.mean).chain(without.clone());
        Pair {
            name: name.to_owned(),
            full: means.flatten().fold(0.0, f64::max),
            with,
            without: without.into_iter().map(bare).collect(),
            bound: Bound::AtMost,
            say,
        }
    };
    let of_steps = |name: &str, get: &dyn Fn(&Interval) -> Estimate, say| {
        let [with, without] = [&course.with, &course.without].map(steps);
        let without = without.iter().map(|step| get(step).mean);
        pair(name, with.iter().map(get).collect(), without.collect(), say)
    };
    let rate = of_steps("first attempts", &|step| of.rate(step), |rate| {
        let half = rate.half_width().filter(|half| *half > 0.0);
        let error = half.map_or(String::new(), |half| format!(" ± {}", half_width(half, 0)));
        let rate = grouped(rate.mean.unwrap_or(0.0), 0);
        Cell::seamed(format!("to {rate}/h"), error)
    });
    let again = of_steps("who call again", &|step| step.get("repeat_rate"), |share| {
        percent_and_error(share).with_head("to ")
    });
    let mut pairs = vec![rate];
    if again.full > 0.0 {
        pairs.push(again);
    }
    for target in of.targets() {
        let figures = (1..target.values.len()).map(|step| target.figure(step));
        let without = target.without[1..].to_vec();
        let say: fn(Estimate) -> Cell = match unit(target.kpi) {
            Some(Unit::Fraction) => |share| percent_and_error(share).with_head("worst "),
            _ => |time| seconds_and_error(time).with_head("worst "),
        };
        let mut pair = pair(&of.name(target, NAME), figures.collect(), without, say);
        pair.bound = target.bound;
        if ["service_level", "occupancy"].contains(&target.kpi) {
            pair.full = 1.0;
        }
        pairs.push(pair);
    }
    pairs
}

/// The steps of a day; what is after closing is left out.
pub fn steps(results: &Results) -> &[Interval] {
    let steps = results.total.intervals.as_deref().unwrap_or_default();
    steps.split_last().map_or(&[], |(_, within)| within)
}

/// The targets over the windows that end at times of the day, those with the profile with their half-widths if `errors`.
pub fn table(of: &OfDay<'_>, errors: bool) -> Option<Table> {
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
        let say = |mean: Option<f64>, ci: Option<(f64, f64)>| {
            let figure = Estimate { mean, ci, se: None };
            match (unit(target.kpi), ci) {
                (Some(Unit::Fraction), None) => percent(figure).into(),
                (Some(Unit::Fraction), _) => percent_and_error(figure),
                (_, None) => seconds(figure).into(),
                _ => seconds_and_error(figure),
            }
        };
        let figures = instants
            .iter()
            .map(|at| say(target.values[*at], target.ci[*at].filter(|_| errors)));
        let figures: Vec<Cell> = figures.collect();
        let tail = figures.iter().map(|cell| columns(cell.tail())).max();
        let marked = |(cell, at): (Cell, &usize)| {
            let space = tail.unwrap_or(0) - columns(cell.tail());
            let mark = if target.missed[*at] { '✗' } else { ' ' };
            cell.with_tail(&format!("{} {mark}", " ".repeat(space)))
        };
        let marked = figures.into_iter().zip(&instants).map(marked);
        table.column(&of.header(target), 9, marked);
        let today = instants.iter().map(|at| say(target.without[*at], None));
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
