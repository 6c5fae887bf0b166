//! The answer first: targets with their verdicts, what became of the callers, and where it was worst.

use super::figures::{
    count, exact_percent, exact_seconds, percent_and_error, rough_percent, seconds_and_error,
};
use super::layout::{Cell, Look, NBSP, columns, truncated, wrapped};
use super::{Page, formula_words, observed};
use crate::kpi::{Bound, Interval, Part, Results, TargetInfo, TargetResult, Verdict};
use crate::scenario::{Formula, Scenario, clock_text, grouped};

/// Names in sentences are cut to this.
pub const LONG_NAME: usize = 24;

/// A target and what is said of it.
pub struct Line {
    /// Whose it is; empty where the line before says so.
    pub name: String,
    pub target: String,
    pub verdict: &'static str,
    pub look: Look,
    /// The figure with its half-width.
    figure: Cell,
    /// Words instead, where they say more.
    words: Option<String>,
    /// How the days fared.
    pub days: String,
}

impl Line {
    /// What was found: words, or the figure.
    pub fn finding(&self) -> String {
        match &self.words {
            Some(words) => words.clone(),
            None => self.figure.to_string(),
        }
    }
}

/// Every target with its verdict.
pub fn targets(results: &Results, scenario: &Scenario) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut last_place = "";
    for target in &results.targets {
        let (kind, name) = target.place.split_once('.').unwrap_or(("", &target.place));
        let parts = match kind {
            "queues" => &results.queues,
            "groups" => &results.groups,
            "trunks" => &results.trunks,
            _ => &results.call_types,
        };
        let part = parts.iter().find(|part| part.name() == name);
        let (verdict, look) = verdict(target);
        lines.push(Line {
            // Said once for all targets of a part.
            name: if target.place == last_place {
                String::new()
            } else {
                name.to_owned()
            },
            target: target_words(
                (&target.kpi, target.bound, target.threshold),
                part.and_then(|part| part.target.as_ref()),
            ),
            verdict,
            look,
            figure: figure(target),
            words: part.and_then(|part| without_spread(target, part, results, scenario)),
            days: part.map_or_else(String::new, |part| days(target, part)),
        });
        last_place = &target.place;
    }
    lines
}

/// One line for each target; two where the page is too narrow.
pub fn lay_out(page: &Page, lines: &[Line]) -> String {
    let width = page.width;
    let widest = |text: &dyn Fn(&Line) -> &str| {
        let widths = lines.iter().map(|line| columns(text(line)));
        widths.max().unwrap_or(0)
    };
    let name = widest(&|l| &l.name).min((width / 4).max(12));
    let target = widest(&|l| &l.target);
    let verdict = widest(&|l| l.verdict);
    // Words instead of a figure may run on into the place of the days.
    let figures = || lines.iter().filter(|line| line.words.is_none());
    let head = figures().map(|l| columns(l.figure.head())).max();
    let head = head.unwrap_or(0);
    let lead = |l: &Line| match l.words {
        None => head - columns(l.figure.head()),
        Some(_) => 0,
    };
    let with_days = figures().filter(|line| !line.days.is_empty());
    let figure = with_days.map(|l| lead(l) + columns(&l.figure.to_string()));
    let figure = figure.max().unwrap_or(0);

    let mut out = String::new();
    let mut fits = true;
    for line in lines {
        let mut rest = " ".repeat(lead(line)) + &line.finding();
        if !line.days.is_empty() {
            rest += &" ".repeat(figure.saturating_sub(columns(&rest)) + 3);
            rest += &line.days;
        }
        fits &= 2 + name + 2 + target + 3 + verdict + 3 + columns(&rest) <= width;
        let pad = |text: &str, to: usize| " ".repeat(to.saturating_sub(columns(text)));
        let short = truncated(&line.name, name);
        out += &format!(
            "  {short}{}  {}{}   {}{}   {rest}\n",
            pad(&short, name),
            line.target,
            pad(&line.target, target),
            line.look.paint(line.verdict, page.colour),
            pad(line.verdict, verdict),
        );
    }
    if fits {
        return out;
    }
    let mut out = String::new();
    for line in lines {
        if !line.name.is_empty() {
            out += &format!("  {}\n", truncated(&line.name, width.saturating_sub(2)));
        }
        let verdict = line.verdict.replace(' ', &NBSP.to_string());
        let days = match line.days.is_empty() {
            true => String::new(),
            false => format!(", {}", line.days),
        };
        let text = format!("{}: {verdict}, {}{days}", line.target, line.finding());
        let text = wrapped(&text, width, 4, 2);
        out += &text.replacen(&verdict, &line.look.paint(&verdict, page.colour), 1);
    }
    out
}

fn verdict(target: &TargetResult) -> (&'static str, Look) {
    match target.verdict {
        Verdict::Met => ("met", Look::Good),
        Verdict::Missed => ("missed", Look::Bad),
        Verdict::Uncertain if target.estimate.mean.is_none() => ("nothing to judge", Look::Plain),
        Verdict::Uncertain if target.estimate.ci.is_none() => ("one day cannot tell", Look::Doubt),
        Verdict::Uncertain => ("too close to call", Look::Doubt),
    }
}

/// A figure, the side that is wanted and the threshold, in words.
pub fn target_words(
    (kpi, bound, threshold): (&str, Bound, f64),
    of_queue: Option<&TargetInfo>,
) -> String {
    let sign = match bound {
        Bound::AtLeast => "≥",
        Bound::AtMost => "≤",
    };
    let percent = exact_percent(threshold);
    let at_most = |what: &str, threshold: String| format!("{what} {sign}{NBSP}{threshold}");
    match (kpi, of_queue) {
        ("service_level", Some(info)) => {
            let mut words = format!("{percent} in{NBSP}{}", exact_seconds(info.within_s));
            if info.formula != Formula::AnsweredOverOffered.name() {
                words += &format!(" ({})", info.formula.replace('_', " "));
            }
            words
        }
        ("abandonment_rate", _) => at_most("abandonment", percent),
        ("blocking_rate", _) => at_most("blocking", percent),
        ("asa_s", _) => at_most("ASA", exact_seconds(threshold)),
        (kpi, _) => at_most(kpi, percent),
    }
}

fn figure(target: &TargetResult) -> Cell {
    if target.kpi.ends_with("_s") {
        seconds_and_error(target.estimate)
    } else {
        percent_and_error(target.estimate)
    }
}

/// Where all observations were equal there is no interval to speak of: what was seen, and how often.
fn without_spread(
    target: &TargetResult,
    part: &Part,
    results: &Results,
    scenario: &Scenario,
) -> Option<String> {
    if target.estimate.se != Some(0.0) {
        return None;
    }
    let times = |kpi: &str| {
        let n = observed(results, scenario, part.get(kpi)).round();
        format!("{}{NBSP}{kpi}", grouped(n, 0))
    };
    let mean = target.estimate.mean?;
    let words = match (target.kpi.as_str(), mean) {
        ("blocking_rate", 0.0) => format!("none seen in {}", times("attempts")),
        ("abandonment_rate", 0.0) => format!("none seen in {}", times("offered")),
        ("service_level", 0.0) => format!("none of {} in time", times("offered")),
        ("asa_s", 0.0) => format!("no wait seen of {}", times("answered")),
        ("occupancy", 0.0) => "no work seen".to_owned(),
        ("service_level", 1.0) => format!("all of {} in time", times("offered")),
        ("blocking_rate", 1.0) => format!("all of {}", times("attempts")),
        ("abandonment_rate", 1.0) => format!("all of {}", times("offered")),
        ("occupancy", 1.0) => "never idle".to_owned(),
        _ => return None,
    };
    Some(words)
}

/// How many days met the target: an average that meets it says little about the single day.
fn days(target: &TargetResult, part: &Part) -> String {
    let Some(days) = part.days.as_ref().filter(|_| target.kpi == "service_level") else {
        return String::new();
    };
    let seen: u64 = days.histogram.iter().map(|level| level.days).sum();
    match days.target_met.mean {
        _ if seen < 2 => String::new(),
        None => String::new(),
        Some(0.0) => "met on no day".to_owned(),
        Some(1.0) => format!("met on all {} days", grouped(seen as f64, 0)),
        Some(met) => format!("met on {} of days", rough_percent(met)),
    }
}

/// What became of the callers.
pub fn callers(results: &Results) -> String {
    let total = &results.total;
    let mean = |kpi: &str| total.get(kpi).mean.unwrap_or(0.0);
    let (first, attempts) = (mean("first_attempts"), mean("attempts"));
    if attempts == 0.0 {
        return "Nobody called.".to_owned();
    }
    let per = if results.run.mode == "steady" {
        "an hour"
    } else {
        "a day"
    };
    let mut text = format!("{} callers {per}", count(total.get("callers")));
    let repeats = mean("redials") + mean("reconnects");
    if repeats > 0.0 {
        text += &format!(" made {} attempts: ", count(total.get("attempts")));
        text += &format!("{} first", count(total.get("first_attempts")));
        for kpi in ["redials", "reconnects"] {
            if mean(kpi) > 0.0 {
                text += &format!(", {} {kpi}", count(total.get(kpi)));
            }
        }
    } else {
        text += " made one attempt each";
    }
    let [helped, lost] = ["resolved", "lost"].map(|kpi| count(total.get(kpi)));
    text += &format!(". {helped} were helped, {lost} lost.");
    if repeats > 0.0 && first > 0.0 {
        let excess = rough_percent(attempts / first - 1.0);
        text += &format!(" Counted volume overstates demand by {excess}.");
    }
    if mean("out_of_hours") > 0.0 {
        let late = count(total.get("out_of_hours"));
        text += &format!(" {late} redials and reconnects {per} were wanted out of hours.");
    }
    text
}

/// The time of day with the lowest service level, if it is clearly below target: that interval, and its neighbours that
/// are nearer to it than to the target. An hour in which a queue has next to no calls is not its worst.
pub fn worst(results: &Results, scenario: &Scenario) -> Option<String> {
    let clearly_below = |interval: &Interval, target: &TargetInfo| {
        let level = interval.get("service_level");
        match (level.mean, level.ci) {
            (Some(mean), Some((_, high))) if high < target.fraction => Some(mean),
            _ => None,
        }
    };
    let day = scenario.intervals();
    let mut lowest: Option<(f64, usize, &Part)> = None;
    for queue in &results.queues {
        let (Some(target), Some(intervals)) = (&queue.target, &queue.intervals) else {
            continue;
        };
        let few = queue.get("offered").mean.unwrap_or(0.0) / day as f64 / 2.0;
        for (i, interval) in intervals.iter().take(day).enumerate() {
            if interval.get("offered").mean.is_none_or(|n| n < few) {
                continue;
            }
            let level = clearly_below(interval, target);
            if let Some(level) = level.filter(|&level| lowest.is_none_or(|(low, ..)| level < low)) {
                lowest = Some((level, i, queue));
            }
        }
    }
    let (low, at, queue) = lowest?;
    let (target, intervals) = (queue.target.as_ref()?, queue.intervals.as_ref()?);
    let bad = |i: &usize| {
        let level = intervals.get(*i).and_then(|i| clearly_below(i, target));
        *i < day && level.is_some_and(|level| level <= (low + target.fraction) / 2.0)
    };
    let first = (0..at).rev().take_while(bad).last().unwrap_or(at);
    let last = (at + 1..day).take_while(bad).last().unwrap_or(at);
    let time = |i: usize| clock_text(scenario.open_min + i as u32 * scenario.interval_min);
    let level = match (low == 0.0, first < last) {
        (true, _) => "nobody".to_owned(),
        (false, true) => format!("down to {}", rough_percent(low)),
        (false, false) => rough_percent(low),
    };
    Some(format!(
        "Worst: {} {}–{}, {level} in{NBSP}{}.",
        truncated(queue.name(), LONG_NAME),
        time(first),
        time(last + 1),
        exact_seconds(target.within_s),
    ))
}

/// Names the formula of each queue's service level.
pub fn formulas(scenario: &Scenario) -> String {
    let mut named: Vec<(String, Vec<String>)> = Vec::new();
    // Many different targets are said by formula alone.
    let mut exact: Vec<_> = scenario.queues.iter().map(formula_key).collect();
    exact.sort_unstable();
    exact.dedup();
    for queue in &scenario.queues {
        let words = formula_words(queue, exact.len() <= 3);
        let name = truncated(&queue.name, LONG_NAME);
        match named.iter_mut().find(|(known, _)| *known == words) {
            Some((_, queues)) => queues.push(name),
            None => named.push((words, vec![name])),
        }
    }
    let several = named.len() > 1;
    let texts = named.into_iter().map(|(words, queues)| {
        let shown = queues.len().min(3);
        match (several, queues.len() - shown) {
            (false, _) => words,
            (true, 0) => format!("{words} ({})", queues.join(", ")),
            (true, more) => format!("{words} ({} and {more} more)", queues[..shown].join(", ")),
        }
    });
    let texts: Vec<String> = texts.collect();
    format!("in target: {}", texts.join("; "))
}

fn formula_key(queue: &crate::scenario::Queue) -> (usize, u128, u128) {
    let (within, short) = (queue.target.within, queue.short_abandon);
    (
        queue.formula as usize,
        within.as_nanos(),
        short.as_nanos() * u128::from(formula_uses_short(queue.formula)),
    )
}

fn formula_uses_short(formula: Formula) -> bool {
    matches!(
        formula,
        Formula::WithoutShortAbandons | Formula::ShortAbandonsAsMet
    )
}
