//! Who works when on a day, in a terminal: a line for each person, or for each kind of shift, and the cover beneath.

use super::view::{Cell, OnDay, View, hours_text};
use super::words::people;
use crate::report::text::Page;
use crate::report::text::figures::rough_percent;
use crate::report::text::layout::{Look, bars, columns, truncated, wrapped};
use crate::scenario::{DAY_MIN, grouped};
use crate::shifts::document::DutyRow;
use anstyle::AnsiColor;

/// Of more people a line is a kind of shift; nor are there more lines. Days of a week have fewer.
const MOST_LINES: (usize, usize) = (60, 20);

/// Groups of more than this are covered as one.
const MOST_GROUPS: usize = 3;

/// Colours of the types of shift; of more types they come again.
const COLOURS: [AnsiColor; 6] = [
    AnsiColor::Blue,
    AnsiColor::Yellow,
    AnsiColor::Green,
    AnsiColor::Magenta,
    AnsiColor::Cyan,
    AnsiColor::Red,
];

/// What a column of a line shows, and how.
const OFF: char = ' ';
const WORK: char = '█';
const PAID: char = '▒';
const UNPAID: char = '·';
const SOME_ON_BREAK: char = '▓';
const MOST_ON_BREAK: char = '░';

/// Times of day along the columns.
#[derive(Debug, Clone, Copy)]
struct Axis {
    from: u32,
    /// Minutes of a column.
    step: u32,
    columns: usize,
}

impl Axis {
    /// At most `room` columns for a span of minutes.
    fn new((from, to): (u32, u32), grid: u32, room: usize) -> Self {
        const STEPS: [u32; 12] = [5, 10, 15, 20, 30, 60, 120, 180, 240, 360, 720, 1440];
        let columns = |step: u32| (to - from / step * step).div_ceil(step) as usize;
        let fits = |step: &u32| *step >= grid.min(15) && columns(*step) <= room;
        let step = STEPS.into_iter().find(fits).unwrap_or(DAY_MIN);
        Self {
            from: from / step * step,
            step,
            columns: columns(step).min(room.max(1)),
        }
    }

    /// From and to of a column.
    fn column(&self, column: usize) -> (u32, u32) {
        let from = self.from + column as u32 * self.step;
        (from, from + self.step)
    }

    /// Times where there is room for them.
    fn labels(&self) -> String {
        let apart = |minutes: u32| (minutes / self.step) as usize;
        // Hours alone where they stand closer than times can.
        let long = self.step <= 20 || self.columns >= 60;
        let room = if long { 7 } else { 4 };
        let every = [60, 120, 180, 240, 360, 720, 1440]
            .into_iter()
            .find(|every| every % self.step == 0 && apart(*every) >= room)
            .unwrap_or(DAY_MIN);
        let mut text = String::new();
        for column in 0..self.columns {
            let (minute, _) = self.column(column);
            if !minute.is_multiple_of(every) || columns(&text) > column {
                continue;
            }
            let of_day = minute % DAY_MIN;
            let label = match long {
                true => format!("{:02}:00", of_day / 60),
                false => format!("{:02}", of_day / 60),
            };
            if column + label.len() <= self.columns {
                text += &" ".repeat(column - columns(&text));
                text += &label;
            }
        }
        text
    }
}

fn overlap(a: (u32, u32), b: (u32, u32)) -> u32 {
    a.1.min(b.1).saturating_sub(a.0.max(b.0))
}

/// A shift along the columns. Each shows what takes most of it, but every break and every shift shows somewhere.
fn signs(duty: &DutyRow, axis: &Axis) -> Vec<char> {
    let of_break = |paid: bool| if paid { PAID } else { UNPAID };
    let mut signs: Vec<char> = (0..axis.columns)
        .map(|column| {
            let column = axis.column(column);
            let on_break = |paid: bool| -> u32 {
                let breaks = duty.breaks.iter().filter(|b| b.paid == paid);
                breaks.map(|b| overlap(b.minutes, column)).sum()
            };
            let (paid, unpaid) = (on_break(true), on_break(false));
            let there = overlap(duty.minutes, column);
            let work = there.saturating_sub(paid + unpaid);
            let most = [
                (work, WORK),
                (unpaid, UNPAID),
                (paid, PAID),
                (axis.step - there.min(axis.step), OFF),
            ];
            // Of equals the first.
            most.into_iter()
                .reduce(|a, b| if b.0 > a.0 { b } else { a })
                .map_or(OFF, |(_, sign)| sign)
        })
        .collect();
    let mut show = |span: (u32, u32), sign: char, is_shown: &dyn Fn(char) -> bool| {
        let within = |column: &usize| overlap(span, axis.column(*column));
        let all = (0..axis.columns).filter(|column| within(column) > 0);
        if all.clone().any(|column| is_shown(signs[column])) {
            return;
        }
        if let Some(best) = all.rev().max_by_key(within) {
            signs[best] = sign;
        }
    };
    show(duty.minutes, WORK, &|sign| sign != OFF);
    for of in &duty.breaks {
        let sign = of_break(of.paid);
        show(of.minutes, sign, &|shown| shown == sign);
    }
    signs
}

/// A line of the picture, with what it may be called, the longest first.
struct Line<'a> {
    names: [String; 4],
    group: &'a str,
    shift_type: usize,
    signs: Vec<char>,
}

/// A day: who works when, what is required and what is covered, on one axis.
pub fn gantt(view: &View<'_>, day: usize, page: &Page) -> String {
    let duties = view.on_day(day);
    let Some(span) = view.span(day) else {
        return String::new();
    };
    let mut out = String::new();
    if view.is_week() {
        let title = format!("{} · {}", view.days[day], people(duties.len()));
        out += &page.title(&title);
    }
    let most = most_lines(view);
    let (names, left_out) = match duties.len() > most {
        true => kinds(view, day, most),
        false => (persons(view, duties), String::new()),
    };
    let widest = |form: usize| {
        let widths = names.iter().map(|(names, _)| columns(&names[form]));
        widths.max().unwrap_or(0)
    };
    let form = (0..4).find(|form| widest(*form) <= page.width / 3);
    let form = form.unwrap_or(3);
    let lead = widest(form).clamp("required".len(), (page.width / 3).max(8));
    let axis = Axis::new(
        span,
        view.grid_min(),
        page.width.saturating_sub(2 + lead + 2),
    );
    let lines = names.into_iter().map(|(names, of)| Line {
        names,
        group: &of[0].person.group,
        shift_type: of[0].shift_type,
        signs: together(&of, &axis),
    });
    let lines: Vec<Line<'_>> = lines.collect();
    let start = |name: &str| {
        let name = truncated(name, lead);
        format!("  {name}{}  ", " ".repeat(lead - columns(&name)))
    };
    let labels = format!("{}{}", start(""), axis.labels());
    out += &page.aside(labels.trim_end());
    // Where names have no room for it, groups have lines of their own.
    let apart = view.groups.len() > 1 && form > 0;
    let mut group = "";
    for line in &lines {
        if apart && line.group != group {
            group = line.group;
            let name = truncated(group, page.width.saturating_sub(2));
            out += &page.aside(&format!("{}\n", format!("  {name}").trim_end()));
        }
        let signs = painted(&line.signs, line.shift_type, page.colour);
        let line = start(&line.names[form]) + &signs;
        out += &format!("{}\n", line.trim_end());
    }
    if !left_out.is_empty() {
        out += &page.aside(&wrapped(&left_out, page.text_width(), 2, 2));
    }
    out += &cover(view, (day, &axis), &start, page);
    out
}

type Named<'a> = ([String; 4], Vec<OnDay<'a>>);

/// A line for each person.
fn persons<'a>(view: &View<'a>, duties: &[OnDay<'a>]) -> Vec<Named<'a>> {
    let several = view.groups.len() > 1;
    let named = |on: &OnDay<'a>| {
        let (id, hours) = (&on.person.id, hours_text(on.duty));
        let (of, group) = (&on.duty.shift_type, &on.person.group);
        let long = format!("{id} {hours} {of}");
        let longest = match several {
            true => format!("{long} {group}"),
            false => long.clone(),
        };
        ([longest, long, format!("{id} {of}"), id.clone()], vec![*on])
    };
    duties.iter().map(named).collect()
}

/// A line for each kind of shift, or for those that most people work; and what is said of the others.
fn kinds<'a>(view: &View<'a>, day: usize, most: usize) -> (Vec<Named<'a>>, String) {
    let duties = view.on_day(day);
    let mut runs: Vec<&[OnDay<'a>]> = duties.chunk_by(|a, b| a.kind == b.kind).collect();
    let mut left_out = String::new();
    if runs.len() > most {
        runs.sort_by_key(|run| std::cmp::Reverse(run.len()));
        let others = runs.split_off(most);
        let n: usize = others.iter().map(|run| run.len()).sum();
        left_out = format!(
            "and {} with {} other shifts; --csv has them all",
            people(n),
            grouped(others.len() as f64, 0)
        );
        runs.sort_by_key(|run| run[0].kind);
    }
    let several = view.groups.len() > 1;
    let digits = runs.iter().map(|run| run.len()).max().unwrap_or(1);
    let digits = digits.to_string().len();
    let named = |run: &[OnDay<'a>]| {
        let (n, first) = (format!("{:>digits$}×", run.len()), &run[0]);
        let hours = hours_text(first.duty);
        let long = format!("{n} {hours} {}", first.duty.shift_type);
        let longest = match several {
            true => format!("{long} {}", first.person.group),
            false => long.clone(),
        };
        let names = [longest, long, format!("{n} {hours}"), n];
        (names, run.to_vec())
    };
    (runs.into_iter().map(named).collect(), left_out)
}

/// The signs of one person, or what so many people do together.
fn together(of: &[OnDay<'_>], axis: &Axis) -> Vec<char> {
    if let [only] = of {
        return signs(only.duty, axis);
    }
    let mut there = vec![(0, 0); axis.columns];
    for on in of {
        for ((all, on_break), sign) in there.iter_mut().zip(signs(on.duty, axis)) {
            *all += usize::from(sign != OFF);
            *on_break += usize::from(sign == PAID || sign == UNPAID);
        }
    }
    let sign = |(all, on_break)| match on_break {
        _ if all == 0 => OFF,
        0 => WORK,
        n if 2 * n > all => MOST_ON_BREAK,
        _ => SOME_ON_BREAK,
    };
    there.into_iter().map(sign).collect()
}

/// The signs without the blanks at their end, in the colour of a type.
fn painted(signs: &[char], shift_type: usize, colour: bool) -> String {
    let text: String = signs.iter().collect();
    let text = text.trim_end_matches(OFF);
    let lead = text.len() - text.trim_start_matches(OFF).len();
    if !colour || text.is_empty() {
        return text.to_owned();
    }
    let style = COLOURS[shift_type % COLOURS.len()].on_default();
    format!("{}{style}{}{style:#}", &text[..lead], &text[lead..])
}

fn most_lines(view: &View<'_>) -> usize {
    let (of_day, of_week) = MOST_LINES;
    match view.is_week() {
        _ if view.all => usize::MAX,
        true => of_week,
        false => of_day,
    }
}

/// What the signs say of all days.
pub fn legend(view: &View<'_>) -> String {
    let most = most_lines(view);
    let days = || (0..view.days.len()).map(|day| view.on_day(day));
    let duties = |aggregated: bool| {
        let of = days().filter(move |duties| (duties.len() > most) == aggregated);
        of.flatten()
    };
    let has_break = |paid: bool| {
        let breaks = |on: &OnDay<'_>| on.duty.breaks.iter().any(|of| of.paid == paid);
        duties(false).any(breaks)
    };
    let (aggregated, short) = (duties(true).next().is_some(), view.hours().short > 0.0);
    let breaks = aggregated && duties(true).any(|on| !on.duty.breaks.is_empty());
    let parts = [
        (true, format!("{WORK} at work")),
        (has_break(false), format!("{UNPAID} unpaid break")),
        (has_break(true), format!("{PAID} paid break")),
        (breaks, format!("{SOME_ON_BREAK} some on a break")),
        (breaks, format!("{MOST_ON_BREAK} most on a break")),
        (aggregated, "2×: two people with this shift".to_owned()),
        (short, "! short of people".to_owned()),
    ];
    let shown = parts.into_iter().filter(|(shown, _)| *shown);
    shown.map(|(_, text)| text).collect::<Vec<_>>().join("; ")
}

/// What is required and what is covered, group by group.
fn cover(
    view: &View<'_>,
    (day, axis): (usize, &Axis),
    start: &dyn Fn(&str) -> String,
    page: &Page,
) -> String {
    let many = view.groups.len() > MOST_GROUPS;
    let groups = if many { 1 } else { view.groups.len() };
    let mut out = String::new();
    for group in 0..groups {
        let (name, cells) = match many {
            true => ("all groups", view.all_cells(day)),
            false => (view.groups[group], view.cells(day, group).to_vec()),
        };
        if cells.iter().all(|cell| *cell == Cell::default()) {
            continue;
        }
        let shown: Vec<Cell> = (0..axis.columns)
            .map(|column| tightest(&cells, axis.column(column), view.grid_min()))
            .collect();
        let most = cells
            .iter()
            .map(|cell| cell.repaired.max(cell.covered))
            .max();
        let most = most.unwrap_or(0);
        out += &wrapped(&summary(view, (day, group), name, many), page.width, 2, 2);
        let row = |name: &str, bars: &str| {
            let row = format!("{}{bars}", start(name));
            format!("{}\n", row.trim_end())
        };
        let of = |value: fn(&Cell) -> u32| -> String {
            let values: Vec<u32> = shown.iter().map(value).collect();
            bars(&values, most, 1).trim_end().to_owned()
        };
        if view.is_required() {
            out += &row("required", &of(|cell| cell.repaired));
        }
        out += &row("covered", &of(|cell| cell.covered));
        if shown.iter().any(|cell| cell.spare() < 0) {
            let mark = |cell: &Cell| if cell.spare() < 0 { '!' } else { ' ' };
            let marks: String = shown.iter().map(mark).collect();
            let marks = Look::Bad.paint(marks.trim_end(), page.colour);
            out += &row("short", &marks);
        }
    }
    out
}

/// Of the steps within a column, the one with the fewest people to spare.
pub fn tightest(cells: &[Cell], (from, to): (u32, u32), grid: u32) -> Cell {
    let first = (from / grid) as usize;
    let last = (to.div_ceil(grid) as usize).min(cells.len());
    let within = cells.get(first..last).unwrap_or_default();
    let worst = within
        .iter()
        .min_by_key(|cell| (cell.spare(), std::cmp::Reverse(cell.repaired)));
    worst.copied().unwrap_or_default()
}

/// Ranges and hours of a group's day.
fn summary(view: &View<'_>, (day, group): (usize, usize), name: &str, many: bool) -> String {
    let (mut required, mut covered, mut spare, mut short) = (0.0, 0.0, 0.0, 0.0);
    let groups = if many {
        0..view.groups.len()
    } else {
        group..group + 1
    };
    for group in groups {
        let hours = view.hours_of(day, group);
        required += hours.required;
        covered += hours.covered;
        spare += hours.spare;
        short += hours.short;
    }
    if !view.is_required() {
        return format!("{name}: {} h at work", grouped(covered, 1));
    }
    let mut text = format!("{name}: {} h required", grouped(required, 1));
    text += &match spare > 0.0 {
        true => format!(", {} h spare", grouped(spare, 1)),
        false => ", none spare".to_owned(),
    };
    if spare > 0.0 && required > 0.0 {
        text += &format!(" ({})", rough_percent(spare / required));
    }
    if short > 0.0 {
        text += &format!(", {} h short", grouped(short, 1));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shifts::document::BreakRow;

    fn duty(minutes: (u32, u32), breaks: &[(u32, u32, bool)]) -> DutyRow {
        DutyRow {
            day: "day".into(),
            shift_type: "early".into(),
            start: String::new(),
            end: String::new(),
            breaks: breaks
                .iter()
                .map(|&(from, to, paid)| BreakRow {
                    name: "lunch".into(),
                    start: String::new(),
                    end: String::new(),
                    paid,
                    minutes: (from, to),
                })
                .collect(),
            paid_h: 0.0,
            cost: 0.0,
            minutes,
        }
    }

    fn shown(axis: &Axis, duty: &DutyRow) -> String {
        signs(duty, axis).into_iter().collect()
    }

    #[test]
    fn every_break_shows_however_short() {
        let axis = |step| Axis {
            from: 360,
            step,
            columns: 8 * 60 / step as usize,
        };
        let lunch = duty((360, 780), &[(480, 495, true), (600, 630, false)]);
        assert_eq!(shown(&axis(60), &lunch), "██▒█·██ ");
        assert_eq!(shown(&axis(30), &lunch), "████▒███·█████  ");
        // Half in each of two columns: it shows once.
        let astride = duty((360, 840), &[(585, 615, false)]);
        assert_eq!(shown(&axis(60), &astride), "███·████");
        // Shorter than half a column.
        let short = duty((365, 380), &[]);
        assert_eq!(shown(&axis(60), &short), "█       ");
    }

    #[test]
    fn an_axis_fits_whatever_the_room() {
        for room in 1..200 {
            for span in [(0, 2880), (360, 420), (480, 1200), (0, 1440), (1380, 1440)] {
                for grid in [1, 5, 15, 60, 1440] {
                    let axis = Axis::new(span, grid, room);
                    assert!(axis.columns <= room, "{span:?} in {room}: {axis:?}");
                    assert!(columns(&axis.labels()) <= room, "{axis:?}");
                }
            }
        }
        let axis = Axis::new((360, 1320), 15, 64);
        assert_eq!((axis.step, axis.columns), (15, 64));
        assert!(
            axis.labels().starts_with("06:00   08:00   10:00"),
            "{}",
            axis.labels()
        );
        let axis = Axis::new((360, 1320), 15, 16);
        assert_eq!(axis.labels(), "  08  12  16  20");
    }

    #[test]
    fn of_many_people_shades_say_how_many_are_on_a_break() {
        let axis = Axis {
            from: 0,
            step: 60,
            columns: 4,
        };
        let person = crate::shifts::document::PersonRow {
            id: "1".into(),
            group: "g".into(),
            contract: None,
            days: Vec::new(),
            paid_h: 0.0,
            cost: 0.0,
        };
        let duties = [
            duty((0, 180), &[(0, 60, true)]),
            duty((0, 180), &[(0, 60, true)]),
            duty((0, 180), &[(60, 120, false)]),
        ];
        let of: Vec<OnDay<'_>> = duties
            .iter()
            .map(|duty| OnDay {
                person: &person,
                duty,
                shift_type: 0,
                kind: 0,
            })
            .collect();
        assert_eq!(together(&of, &axis).into_iter().collect::<String>(), "░▓█ ");
    }
}
