//! The report of a plan of shifts: whether it covers what is required, what it costs, and who works when.

mod calendar;
mod gantt;
mod page;
mod pictures;
mod tables;
mod view;
mod words;

pub use calendar::{CalendarError, Date, calendar};
pub use page::write as page;
pub use pictures::write as write_plots;
pub use tables::{people_data, write_csv};
pub use words::people;

use super::staffing::{chunks, targets};
use super::text::Page;
use super::text::figures::exact_minutes;
use super::text::layout::{Cell, Look, NBSP, Table, truncated, wrapped};
use crate::scenario::{DAY_MIN, clock_text, grouped};
use crate::shifts::Shifts;
use crate::shifts::document::ShiftStatus;
use indexmap::IndexMap;
use view::{Cell as Step, View, hours_text};

/// A table has at most so many rows.
const MOST_ROWS: usize = 60;

/// Steps of a day in a table are at most so many.
const MOST_STEPS: usize = 48;

/// The report as text.
pub fn text(shifts: &Shifts, page: &Page) -> String {
    let page = &Page {
        width: page.width.max(40),
        ..*page
    };
    let view = &View::new(shifts);
    let mut blocks = vec![page.title(&words::heading(view))];
    if let Some(stopped) = words::stopped(view) {
        let lines = wrapped(&stopped, page.text_width(), 0, 2);
        blocks[0] += &page.painted(&lines, Look::Doubt);
    }
    blocks.extend(found(view, page));
    blocks.extend(kinds(view, page));
    blocks.push(breaks(view, page));
    if view.is_week() {
        blocks.push(roster(view, page));
    }
    if shifts.status != ShiftStatus::Infeasible {
        blocks.extend(days(view, page));
    }
    blocks.push(page.aside(&wrapped(&hint(view, page), page.text_width(), 2, 1)));
    blocks.retain(|block| !block.is_empty());
    blocks.join("\n").replace(NBSP, " ")
}

/// What a session shows, with nothing left out: what was found; then the parts that have a header line, the picture of who works
/// when and the tables of what that covers.
pub fn on_screen(shifts: &Shifts, page: &Page) -> (String, Vec<String>) {
    let mut view = View::new(shifts);
    view.all = true;
    let view = &view;
    let plain = |block: String| block.replace(NBSP, " ");
    let mut blocks = found(view, page);
    if let Some(stopped) = words::stopped(view) {
        let lines = wrapped(&stopped, page.text_width(), 2, 2);
        blocks.insert(0, page.painted(&lines, Look::Doubt));
    }
    blocks.retain(|block| !block.is_empty());
    let days = match shifts.status {
        ShiftStatus::Infeasible => Vec::new(),
        _ => days(view, page),
    };
    let days = days.into_iter().map(plain);
    (plain(blocks.join("\n")), days.collect())
}

/// What became of it, of its targets, and why.
fn found(view: &View<'_>, page: &Page) -> Vec<String> {
    let mut blocks = vec![answer(view, page), targets(&words::verdicts(view), page)];
    let with_items = [words::explanation(view), words::repairs(view)];
    for (sentence, items) in with_items.into_iter().flatten() {
        blocks.push(list(&sentence, &items, page));
    }
    let missing = words::uncovered(view);
    if !missing.is_empty() {
        blocks.push(list("People are missing:", &missing, page));
    }
    blocks.push(page.warnings(&words::warnings(view)));
    blocks
}

/// Who works when and what that covers, day by day.
fn days(view: &View<'_>, page: &Page) -> Vec<String> {
    let days = 0..view.days.len();
    let mut blocks: Vec<String> = days
        .clone()
        .map(|day| gantt::gantt(view, day, page))
        .collect();
    blocks.retain(|block| !block.is_empty());
    if let Some(first) = blocks.first_mut() {
        *first += &page.aside(&wrapped(&gantt::legend(view), page.text_width(), 2, 2));
    }
    if page.intervals || !view.is_week() {
        blocks.extend(days.flat_map(|day| cover(view, day, page)));
    }
    blocks
}

fn hint(view: &View<'_>, page: &Page) -> String {
    let intervals = match view.is_week() && !page.intervals {
        true => "cover by interval: --intervals; ",
        false => "",
    };
    format!(
        "({intervals}page with pictures: --report; tables: --csv; calendar: --ics; every figure: --json)"
    )
}

/// What became of it, and what it takes.
fn answer(view: &View<'_>, page: &Page) -> String {
    let status = view.shifts.status;
    let sentence = format!("{}: {}", status.name(), words::status(view));
    let painted = words::look(status).paint(status.name(), page.colour);
    let sentence = wrapped(&sentence, page.text_width(), 2, 2);
    let mut out = sentence.replacen(status.name(), &painted, 1);
    for sentence in words::answer(view) {
        out += &wrapped(&sentence, page.text_width(), 2, 2);
    }
    out
}

/// A sentence and what it is about.
fn list(sentence: &str, items: &[String], page: &Page) -> String {
    let mut out = wrapped(sentence, page.text_width(), 2, 0);
    for item in items {
        out += &wrapped(item, page.text_width(), 4, 2);
    }
    out
}

/// Names of rows so short that columns have room beside them.
fn short(name: &str, page: &Page) -> String {
    truncated(name, (page.width / 2).max(20))
}

/// The different shifts, with the people on each day.
fn kinds(view: &View<'_>, page: &Page) -> Vec<String> {
    let all: Vec<usize> = (0..view.kinds.len()).collect();
    let shown = &all[..all.len().min(MOST_ROWS)];
    if shown.is_empty() {
        return Vec::new();
    }
    let is_week = view.is_week();
    let name = |kind: usize| {
        let name = words::kind_name(view, kind);
        match is_week {
            true => short(&format!("{} {name}", words::code(kind)), page),
            false => short(&name, page),
        }
    };
    let header = if is_week { "shift" } else { "from–to" };
    let make = |days: &[usize]| {
        let total = ["all".to_owned()];
        let names = shown.iter().map(|kind| name(*kind)).chain(total);
        let mut table = Table::new(header, names.collect());
        for &day in days {
            let people = shown
                .iter()
                .map(|kind| match view.kinds[*kind].people[day] {
                    0 => Cell::default(),
                    n => grouped(n.into(), 0).into(),
                });
            let all = grouped(view.on_day(day).len() as f64, 0).into();
            let header = if is_week { view.days[day] } else { "people" };
            table.column(header, 9, people.chain([all]));
        }
        if !is_week {
            let paid = shown
                .iter()
                .map(|kind| grouped(view.kinds[*kind].duty.paid_h, 2).into());
            table.column("paid h each", 5, paid);
        }
        table
    };
    let days: Vec<usize> = (0..view.days.len()).collect();
    let fits = |days: &[usize]| make(days).natural_width() <= page.width;
    let tables = chunks(&days, fits).into_iter().map(make);
    let mut tables: Vec<String> = tables.map(|t| t.render(page.width, page.colour)).collect();
    if let (Some(last), more @ 1..) = (tables.last_mut(), all.len() - shown.len()) {
        let more = format!(
            "and {} more shifts; --csv has them all",
            grouped(more as f64, 0)
        );
        *last += &page.aside(&wrapped(&more, page.text_width(), 2, 2));
    }
    tables
}

/// Where the breaks are, by type of shift.
fn breaks(view: &View<'_>, page: &Page) -> String {
    let breaks = view.breaks();
    if breaks.is_empty() {
        return String::new();
    }
    let shown = &breaks[..breaks.len().min(MOST_ROWS)];
    let names = shown
        .iter()
        .map(|b| short(&format!("{} {}", b.shift_type, b.name), page));
    let mut table = Table::new("break", names.collect());
    let length = shown.iter().map(|b| format!("{} min", b.length_min).into());
    table.column("length", 8, length);
    let paid = shown
        .iter()
        .map(|b| if b.paid { "paid" } else { "unpaid" }.into());
    table.column("paid", 6, paid);
    let starts = shown.iter().map(|b| {
        let (first, last) = b.starts_min;
        let time = |minute: u32| clock_text(minute % DAY_MIN);
        match first == last {
            true => time(first).into(),
            false => format!("{}–{}", time(first), time(last)).into(),
        }
    });
    table.column("starts", 9, starts);
    let most = shown.iter().map(|b| grouped(b.most as f64, 0).into());
    table.column("most at once", 5, most);
    table.render(page.width, page.colour)
}

/// The week of each person, or of those who work the same where there are many.
fn roster(view: &View<'_>, page: &Page) -> String {
    let people = &view.shifts.people;
    if people.is_empty() {
        return String::new();
    }
    // People by their week; of few, each alone.
    let mut weeks: IndexMap<_, Vec<usize>> = IndexMap::new();
    let many = people.len() > MOST_ROWS;
    for (i, person) in people.iter().enumerate() {
        let alone = (!many).then_some(i);
        let key = (&person.group, &person.contract, &view.weeks[i], alone);
        weeks.entry(key).or_default().push(i);
    }
    let mut weeks: Vec<Vec<usize>> = weeks.into_values().collect();
    let left_out = weeks.split_off(weeks.len().min(MOST_ROWS));
    let name = |alike: &Vec<usize>| {
        let first = &people[alike[0]];
        let who = match alike.len() {
            1 => first.id.clone(),
            n => format!("{n}×"),
        };
        let group = Some(first.group.as_str()).filter(|_| view.groups.len() > 1);
        let parts = [Some(who.as_str()), group, first.contract.as_deref()];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    };
    let make = |long: bool| {
        // What is no time is a letter of the table of shifts, and days are two letters.
        let (room, letters) = match long {
            true => (page.width / 3, usize::MAX),
            false => (page.width.saturating_sub(2 + 4 * view.days.len()), 2),
        };
        let names = weeks
            .iter()
            .map(|alike| truncated(&name(alike), room.max(6)));
        let mut table = Table::new("person", names.collect());
        for (day, of) in view.days.iter().enumerate() {
            let cells = weeks.iter().map(|alike| match view.weeks[alike[0]][day] {
                None => "·".into(),
                Some(kind) if long => hours_text(view.kinds[kind].duty).into(),
                Some(kind) => words::code(kind).into(),
            });
            let header: String = of.chars().take(letters).collect();
            table.column(&header, 9, cells);
        }
        table
    };
    let long = make(true).natural_width() <= page.width;
    let mut table = make(long);
    let paid = weeks
        .iter()
        .map(|alike| grouped(people[alike[0]].paid_h, 1).into());
    table.column("paid h", 5, paid);
    let mut out = table.render(page.width, page.colour);
    let mut notes = Vec::new();
    if weeks.iter().any(|alike| alike.len() > 1) {
        notes.push("2×: two people with this week".to_owned());
    }
    if !long {
        notes.push("letters stand for the shifts above".to_owned());
    }
    let others: usize = left_out.iter().map(Vec::len).sum();
    if others > 0 {
        let others = words::people(others);
        notes.push(format!("and {others} with other weeks; --csv has them all"));
    }
    if !notes.is_empty() {
        out += &page.aside(&wrapped(&notes.join("; "), page.text_width(), 2, 2));
    }
    out
}

/// Minutes of a row of a table of cover: whole steps of the grid, and no more rows than can be read.
fn row_min((from, to): (u32, u32), grid: u32) -> u32 {
    let rows = |width: u32| to.saturating_sub(from).div_ceil(width) as usize;
    let widths = [grid, 10, 15, 20, 30, 60].into_iter();
    let mut fit = widths.filter(|width| width.is_multiple_of(grid) && rows(*width) <= MOST_STEPS);
    fit.next().unwrap_or(60u32.next_multiple_of(grid))
}

/// A day's requirement and cover, row by row.
fn cover(view: &View<'_>, day: usize, page: &Page) -> Vec<String> {
    let Some((from, to)) = view.span(day).map(|(from, to)| (from, to.min(DAY_MIN))) else {
        return Vec::new();
    };
    let grid = view.grid_min();
    let width = row_min((from, to), grid);
    let starts: Vec<u32> = (from..to).step_by(width as usize).collect();
    let groups: Vec<usize> = (0..view.groups.len()).collect();
    let (required, repaired) = (view.is_required(), view.is_repaired());
    let make = |groups: &[usize]| {
        let header = if view.is_week() {
            view.days[day]
        } else {
            "from"
        };
        let names = starts.iter().map(|start| clock_text(*start)).collect();
        let mut table = Table::new(header, names);
        for &group in groups {
            let cells = view.cells(day, group);
            let steps = || {
                let of = |start: &u32| gantt::tightest(cells, (*start, start + width), grid);
                starts.iter().map(of)
            };
            if view.groups.len() == 1 {
                let number =
                    |of: fn(Step) -> u32| steps().map(move |s| grouped(of(s).into(), 0).into());
                if required {
                    table.column("required", 8, number(|s| s.required));
                }
                if repaired {
                    table.column("repaired", 6, number(|s| s.repaired));
                }
                table.column("covered", 9, number(|s| s.covered));
                if required {
                    table.column("spare", 7, steps().map(|s| spare(s).into()));
                }
            } else {
                let cells = steps().map(|s| {
                    let spare = match spare(s) {
                        text if text.is_empty() || !required => String::new(),
                        text => format!(" {text}"),
                    };
                    Cell::seamed(grouped(s.covered.into(), 0), spare)
                });
                table.column(&truncated(view.groups[group], 16), 9, cells);
            }
        }
        table
    };
    let fits = |groups: &[usize]| make(groups).natural_width() <= page.width;
    let tables = chunks(&groups, fits).into_iter().map(make);
    let mut tables: Vec<String> = tables.map(|t| t.render(page.width, page.colour)).collect();
    let mut notes = Vec::new();
    if view.groups.len() > 1 {
        notes.push(match required {
            true => "people at work, and how many more or fewer than required".to_owned(),
            false => "people at work".to_owned(),
        });
    }
    if width > grid {
        notes.push(format!(
            "of every {} the {} with the fewest to spare",
            exact_minutes(width),
            exact_minutes(grid)
        ));
    }
    if let Some(last) = tables.last_mut().filter(|_| !notes.is_empty()) {
        *last += &page.aside(&wrapped(&notes.join("; "), page.text_width(), 2, 2));
    }
    tables
}

/// `+2`, `−1 !`, nothing where cover and requirement are the same.
fn spare(step: Step) -> String {
    match step.spare() {
        0 => String::new(),
        n if n > 0 => format!("+{n}"),
        n => format!("−{} !", -n),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_cover_are_whole_steps_and_few() {
        assert_eq!(row_min((480, 1200), 15), 15);
        assert_eq!(row_min((0, 1440), 15), 30);
        assert_eq!(row_min((0, 1440), 30), 30);
        assert_eq!(row_min((0, 1440), 1), 30);
        assert_eq!(row_min((0, 1440), 45), 45);
        assert_eq!(row_min((0, 1440), 40), 40);
        assert_eq!(row_min((0, 1440), 25), 75);
    }
}
