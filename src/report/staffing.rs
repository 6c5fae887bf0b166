//! The report of a staffing: how many agents it takes, whether the targets are met with them, and what that costs.

mod page;
mod plan;
mod tables;
mod words;

pub use page::write as page;
pub use plan::{text as plan_text, write_csv as write_plan_csv};
pub use tables::write_csv;
pub(super) use words::{Verdict, finding, lines, missed, name_of, verdicts, worst};

use super::text::Page;
use super::text::figures::{level, seconds_and_error};
use super::text::layout::{Cell, Look, NBSP, Table, bars, columns, truncated, wrapped};
use crate::planning::{Answer, Row, Staffing, Status};
use crate::scenario::clock_text;
use crate::stats::Estimate;
use std::ops::Range;

/// A table of more intervals than this has equal neighbours in one row.
const MOST_ROWS: usize = 48;

/// Of more targets than this only those are listed that are not met.
const MOST_TARGETS: usize = 12;

/// Groups of more than this are drawn as one.
const MOST_DRAWN: usize = 3;

/// The report as text.
pub fn text(answer: &Answer, page: &Page) -> String {
    let page = Page {
        width: page.width.max(40),
        ..*page
    };
    let view = View::new(answer);
    let mut blocks = vec![page.title(&words::heading(answer))];
    if let Some(stopped) = words::stopped(&answer.staffing) {
        let lines = wrapped(&stopped, page.text_width(), 0, 2);
        blocks[0] += &page.painted(&lines, Look::Doubt);
    }
    let (found, scenario) = (&answer.staffing, &answer.scenario);
    let verdicts = verdicts(&found.goals, found.risk.as_ref(), scenario);
    blocks.push(targets(&verdicts, &page));
    let sentences = words::answer(answer).into_iter();
    blocks.push(
        sentences
            .map(|s| wrapped(&s, page.text_width(), 2, 0))
            .collect(),
    );
    let lines = lines(&found.lines).into_iter();
    blocks.push(
        lines
            .map(|s| wrapped(&s, page.text_width(), 2, 2))
            .collect(),
    );
    let missed = missed(&found.goals, scenario).into_iter();
    blocks.push(
        missed
            .map(|s| wrapped(&s, page.text_width(), 2, 2))
            .collect(),
    );
    blocks.push(page.warnings(&answer.staffing.warnings));
    blocks.push(view.chart(&page));
    blocks.extend(view.tables(&page));
    let hint = "(save the scenario with this staff: --write FILE.toml; page with plots: --report; tables: --csv; every figure: \
                --json)";
    blocks.push(page.aside(&wrapped(hint, page.text_width(), 2, 1)));
    blocks.retain(|block| !block.is_empty());
    blocks.join("\n").replace(NBSP, " ")
}

/// One line for each target; of many, those that are not met.
pub(super) fn targets(verdicts: &[Verdict], page: &Page) -> String {
    let is_met = |verdict: &&Verdict| verdict.status == Status::Met;
    let many = verdicts.len() > MOST_TARGETS;
    let mut shown: Vec<&Verdict> = verdicts.iter().filter(|v| !many || !is_met(v)).collect();
    let mut out = String::new();
    if many {
        let met = match verdicts.len() - shown.len() {
            0 => "none is".to_owned(),
            1 => "1 is".to_owned(),
            n => format!("{n} are"),
        };
        // The worst first.
        shown.sort_by_key(|verdict| std::cmp::Reverse(verdict.status));
        let others = match shown.len() > MOST_TARGETS {
            true => "; the worst of the others:",
            false if shown.is_empty() => ".",
            false => "; the others:",
        };
        let sentence = format!("Of {} targets {met} met{others}", verdicts.len());
        out += &wrapped(&sentence, page.text_width(), 2, 0);
        shown.truncate(MOST_TARGETS);
    }
    let widest = |text: &dyn Fn(&Verdict) -> &str, most: usize| {
        let widths = shown.iter().map(|verdict| columns(text(verdict)));
        widths.max().unwrap_or(0).min(most)
    };
    let name = widest(&|v| &v.name, (page.width / 4).max(12));
    let target = widest(&|v| &v.target, page.width / 3);
    let status = widest(&|v| v.status.name(), page.width);
    let left = 2 + name + 2 + target + 3 + status + 3;
    let mut last = "";
    if left + 24 > page.width {
        for verdict in shown {
            if verdict.name != last {
                out += &format!("  {}\n", truncated(&verdict.name, page.width - 2));
                last = &verdict.name;
            }
            let status = verdict.status.name();
            let text = format!("{}: {status}, {}", verdict.target, verdict.finding);
            let text = wrapped(&text, page.width, 4, 2);
            out += &text.replacen(status, &look(verdict.status).paint(status, page.colour), 1);
        }
        return out;
    }
    for verdict in shown {
        let pad = |text: &str, to: usize| {
            let text = truncated(text, to);
            let space = " ".repeat(to - columns(&text));
            text + &space
        };
        // Said once for all targets of a part.
        let called = if verdict.name == last {
            ""
        } else {
            &verdict.name
        };
        last = &verdict.name;
        let look = look(verdict.status).paint(verdict.status.name(), page.colour);
        let head = format!(
            "  {}  {}   {look}",
            pad(called, name),
            pad(&verdict.target, target)
        );
        let gap = " ".repeat(status - columns(verdict.status.name()) + 3);
        // What is too long goes on beneath.
        let finding = match left + columns(&verdict.finding) <= page.width {
            true => verdict.finding.clone(),
            false => wrapped(&verdict.finding, page.width, left, 0)
                .trim_start()
                .to_owned(),
        };
        let line = format!("{head}{gap}{finding}");
        let lines = line.lines().map(str::trim_end);
        out.extend(lines.flat_map(|line| [line, "\n"]));
    }
    out
}

fn look(status: Status) -> Look {
    match status {
        Status::Met => Look::Good,
        Status::Borderline => Look::Doubt,
        Status::Missed => Look::Bad,
    }
}

/// A group's agents by interval.
pub(super) struct Group<'a> {
    pub name: &'a str,
    pub rows: Vec<&'a Row>,
}

impl Group<'_> {
    pub fn required(&self, interval: usize) -> u32 {
        self.rows[interval].agents.unwrap_or(0)
    }

    pub fn current(&self, interval: usize) -> u32 {
        self.rows[interval].current.unwrap_or(0)
    }

    fn scheduled(&self, interval: usize) -> f64 {
        self.rows[interval].scheduled.unwrap_or(0.0)
    }

    /// Whether the requirement is known not rounded, too.
    fn has_exact(&self) -> bool {
        self.rows.iter().any(|row| row.agents_fractional.is_some())
    }

    pub fn has_shrinkage(&self) -> bool {
        let agents = |i: usize| f64::from(self.required(i));
        (0..self.rows.len()).any(|i| self.scheduled(i) > agents(i))
    }
}

/// A queue's figures by interval: of those judged the first, as a rule the service level.
struct Queue<'a> {
    name: &'a str,
    kpi: &'a str,
    rows: Vec<&'a Row>,
}

/// The document's rows by part.
pub(super) struct View<'a> {
    staffing: &'a Staffing,
    open_min: u32,
    interval_min: u32,
    intervals: usize,
    pub groups: Vec<Group<'a>>,
    queues: Vec<Queue<'a>>,
}

impl<'a> View<'a> {
    pub fn new(answer: &'a Answer) -> Self {
        let (staffing, scenario) = (&answer.staffing, &answer.scenario);
        let rows = |name: &str, of: fn(&Row) -> Option<&String>| -> Vec<&'a Row> {
            let rows = staffing.intervals.iter();
            rows.filter(|row| of(row).is_some_and(|own| own == name))
                .collect()
        };
        let judged = |name: &str| {
            let place = format!("queues.{name}");
            let mut goals = staffing.goals.iter().filter(|goal| goal.place == place);
            goals
                .next()
                .map_or("service_level", |goal| goal.kpi.as_str())
        };
        let groups = scenario.groups.iter().map(|group| Group {
            name: &group.name,
            rows: rows(&group.name, |row| row.group.as_ref()),
        });
        let queues = scenario.queues.iter().map(|queue| Queue {
            name: &queue.name,
            kpi: judged(&queue.name),
            rows: rows(&queue.name, |row| row.queue.as_ref()),
        });
        Self {
            staffing,
            open_min: scenario.open_min,
            interval_min: scenario.interval_min,
            intervals: scenario.intervals(),
            groups: groups.collect(),
            queues: queues.collect(),
        }
    }

    fn time(&self, interval: usize) -> String {
        clock_text(self.open_min + interval as u32 * self.interval_min)
    }

    /// The staff as bars, an interval wide each where there is room.
    fn chart(&self, page: &Page) -> String {
        if self.intervals < 2 {
            return String::new();
        }
        let total = ["all groups".to_owned()];
        let names: Vec<String> = match self.groups.len() > MOST_DRAWN {
            true => total.to_vec(),
            false => self.groups.iter().map(|g| g.name.to_owned()).collect(),
        };
        let series = |of: fn(&Group<'_>, usize) -> u32, g: usize| -> Vec<u32> {
            let sum = |i: usize| self.groups.iter().map(|group| of(group, i)).sum();
            let one = |i: usize| of(&self.groups[g], i);
            match self.groups.len() > MOST_DRAWN {
                true => (0..self.intervals).map(sum).collect(),
                false => (0..self.intervals).map(one).collect(),
            }
        };
        let widest = names.iter().map(|name| columns(name)).max().unwrap_or(0);
        let name_width = widest.min((page.width / 4).max(12));
        let lead = 2 + name_width + 2 + "required".len() + 2;
        let room = page.width.saturating_sub(lead + 14);
        if room < 12 {
            return String::new();
        }
        let per_bar = self.intervals.div_ceil(room);
        let mut out = String::new();
        for (g, name) in names.iter().enumerate() {
            let (required, current) = (
                series(|group, i| group.required(i), g),
                series(|group, i| group.current(i), g),
            );
            let most = required.iter().chain(&current).max().copied().unwrap_or(0);
            for (name, what, staff) in [
                (name.as_str(), "required", &required),
                ("", "today", &current),
            ] {
                let name = truncated(name, name_width);
                let pad = " ".repeat(name_width - columns(&name));
                let (low, high) = (staff.iter().min(), staff.iter().max());
                let range = match (low, high) {
                    (Some(low), Some(high)) if low < high => format!("{low} to {high}"),
                    (Some(low), _) => low.to_string(),
                    _ => String::new(),
                };
                out += &format!(
                    "  {name}{pad}  {what:8}  {}  {range}\n",
                    bars(staff, most, per_bar)
                );
            }
        }
        let bars = self.intervals.div_ceil(per_bar);
        let (open, close) = (self.time(0), self.time(self.intervals));
        if bars > open.len() + close.len() {
            let between = " ".repeat(bars - open.len() - close.len());
            out += &page.aside(&format!("{}{open}{between}{close}", " ".repeat(lead)));
        }
        out
    }

    /// The tables by interval, as rich as the width allows.
    fn tables(&self, page: &Page) -> Vec<String> {
        let fits = |table: &Table| table.natural_width() <= page.width;
        let render = |table: Table| table.render(page.width, page.colour);
        let (groups, queues) = (&self.groups[..], &self.queues[..]);
        let mut tables = Vec::new();
        let mut has_scheduled = true;
        let mut rows = self.intervals;
        let mut table = |groups: &[Group<'_>], queues: &[Queue<'_>], scheduled: bool| {
            let ranges = self.ranges(groups, queues);
            rows = rows.min(ranges.len());
            self.table(&ranges, groups, queues, scheduled)
        };
        if let Some(scheduled) = [true, false]
            .into_iter()
            .find(|s| fits(&table(groups, queues, *s)))
        {
            has_scheduled = scheduled;
            tables.push(render(table(groups, queues, scheduled)));
        } else {
            for groups in chunks(groups, |groups| fits(&table(groups, &[], true))) {
                tables.push(render(table(groups, &[], true)));
            }
            for queues in chunks(queues, |queues| fits(&table(&[], queues, false))) {
                tables.push(render(table(&[], queues, false)));
            }
        }
        let legend = self.legend(rows, has_scheduled);
        if let Some(last) = tables.last_mut().filter(|_| !legend.is_empty()) {
            *last += &page.aside(&wrapped(&legend, page.text_width(), 2, 2));
        }
        tables
    }

    /// What the cells say.
    fn legend(&self, rows: usize, has_scheduled: bool) -> String {
        let mut parts = Vec::new();
        if self.groups.len() > 1 {
            parts.push("agents required, and how many more or less than today".to_owned());
        }
        if has_scheduled && self.groups.iter().any(Group::has_shrinkage) {
            parts.push("scheduled: so that after shrinkage the required are there".to_owned());
        }
        if rows < self.intervals {
            parts.push("equal intervals in one row, with the worst figure among them".to_owned());
        }
        let marked = |status| {
            self.staffing
                .intervals
                .iter()
                .any(|row| row.status == Some(status))
        };
        for status in [Status::Borderline, Status::Missed] {
            if marked(status) {
                parts.push(format!("{} {}", mark(Some(status)), status.name()));
            }
        }
        parts.join("; ")
    }

    fn table(
        &self,
        ranges: &[Range<usize>],
        groups: &[Group<'_>],
        queues: &[Queue<'_>],
        scheduled: bool,
    ) -> Table {
        let folded = ranges.len() < self.intervals;
        let name = |range: &Range<usize>| match folded {
            true => format!("{}–{}", self.time(range.start), self.time(range.end)),
            false => self.time(range.start),
        };
        let header = if folded { "time" } else { "from" };
        let mut table = Table::new(header, ranges.iter().map(name).collect());
        for group in groups {
            let first = || ranges.iter().map(|range| range.start);
            let marked = |i: usize, text: String| text + mark(group.rows[i].status);
            if self.groups.len() == 1 {
                let required = first().map(|i| marked(i, group.required(i).to_string()).into());
                table.column(group.name, 9, required);
                let current = first().map(|i| group.current(i).to_string().into());
                table.column("today", 7, current);
                let more = first().map(|i| change(group, i).into());
                table.column("more", 8, more);
            } else {
                let cells = first().map(|i| {
                    let change = match change(group, i) {
                        change if change.is_empty() => change,
                        change => format!(" {change}"),
                    };
                    Cell::seamed(group.required(i).to_string(), marked(i, change))
                });
                table.column(&truncated(group.name, 16), 9, cells);
            }
            if scheduled && group.has_shrinkage() {
                let paid = first().map(|i| format!("{:.1}", group.scheduled(i)).into());
                table.column("scheduled", 5, paid);
            }
        }
        for queue in queues {
            let unit = match queue.kpi {
                "service_level" => " %",
                "abandonment_rate" => " abandoned %",
                _ => " ASA",
            };
            if self.staffing.method != "simulate" {
                let promised = ranges
                    .iter()
                    .map(|range| queue.promised(range.clone()).into());
                table.column(&(truncated(queue.name, 16) + " promised"), 6, promised);
            }
            let cells = ranges.iter().map(|range| {
                let worst = queue.worst(range.clone());
                let cell = match queue.kpi {
                    "asa_s" => seconds_and_error(worst),
                    _ => level(worst),
                };
                let status = range.clone().filter_map(|i| queue.rows[i].status).max();
                cell.with_tail(mark(status))
            });
            table.column(&(truncated(queue.name, 16) + unit), 6, cells);
        }
        table
    }

    /// The intervals of each row: of many, neighbours with the same staff and the same judgement are one.
    fn ranges(&self, groups: &[Group<'_>], queues: &[Queue<'_>]) -> Vec<Range<usize>> {
        let is_like = |a: usize, b: usize| {
            let groups = groups.iter().all(|g| {
                (g.required(a), g.current(a), g.rows[a].status)
                    == (g.required(b), g.current(b), g.rows[b].status)
            });
            groups && queues.iter().all(|q| q.rows[a].status == q.rows[b].status)
        };
        let mut ranges: Vec<Range<usize>> = Vec::new();
        for i in 0..self.intervals {
            match ranges.last_mut() {
                Some(last) if self.intervals > MOST_ROWS && is_like(last.start, i) => last.end += 1,
                _ => ranges.push(i..i + 1),
            }
        }
        ranges
    }
}

impl Queue<'_> {
    /// What a formula promises at worst; empty where it says nothing.
    fn promised(&self, range: Range<usize>) -> String {
        let promised = range.filter_map(|i| self.rows[i].promised.get(self.kpi).copied());
        let (worst, unit) = match self.kpi {
            "service_level" => (promised.reduce(f64::min), 100.0),
            "asa_s" => (promised.reduce(f64::max), 1.0),
            _ => (promised.reduce(f64::max), 100.0),
        };
        worst.map_or(String::new(), |worst| format!("{:.1}", unit * worst))
    }

    /// The figure that is furthest on the wrong side.
    fn worst(&self, range: Range<usize>) -> Estimate {
        let figures = range.map(|i| {
            self.rows[i]
                .simulated
                .get(self.kpi)
                .copied()
                .unwrap_or_default()
        });
        let badness = |estimate: &Estimate| match (estimate.mean, self.kpi) {
            (None, _) => f64::NEG_INFINITY,
            (Some(mean), "service_level") => -mean,
            (Some(mean), _) => mean,
        };
        let worst = figures.max_by(|a, b| badness(a).total_cmp(&badness(b)));
        worst.unwrap_or_default()
    }
}

/// Lists as long as `fits` allows, and at least of one.
pub(super) fn chunks<T>(all: &[T], mut fits: impl FnMut(&[T]) -> bool) -> Vec<&[T]> {
    let mut chunks = Vec::new();
    let mut rest = all;
    while !rest.is_empty() {
        let n = (1..=rest.len())
            .take_while(|&n| n == 1 || fits(&rest[..n]))
            .last();
        let (chunk, after) = rest.split_at(n.unwrap_or(1));
        chunks.push(chunk);
        rest = after;
    }
    chunks
}

/// Stands behind what is not met.
fn mark(status: Option<Status>) -> &'static str {
    match status {
        Some(Status::Borderline) => " ~",
        Some(Status::Missed) => " !",
        Some(Status::Met) | None => "",
    }
}

/// `+2`, `−1`, nothing where nothing changes.
fn change(group: &Group<'_>, interval: usize) -> String {
    let (required, current) = (group.required(interval), group.current(interval));
    match required.abs_diff(current) {
        0 => String::new(),
        n if required > current => format!("+{n}"),
        n => format!("−{n}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_as_long_as_fits() {
        let chunks = |most| chunks(&[1, 2, 3, 4, 5], |some| some.len() <= most);
        assert_eq!(chunks(2), [&[1, 2][..], &[3, 4], &[5]]);
        assert_eq!(chunks(0).len(), 5);
        assert_eq!(chunks(9), [[1, 2, 3, 4, 5]]);
    }
}
