//! The pictures of a plan: one for each day.

use super::view::{Cell, View};
use super::words::people;
use crate::report::files::{Folder, SaveError};
use crate::report::plots::{Cover, Line, Roster};
use crate::report::text::layout::NBSP;
use crate::scenario::{DAY_MIN, grouped};
use crate::shifts::Shifts;

/// Lines are not more; of more people every second is drawn, or every third, and so on.
const MOST_LINES: usize = 400;

/// Groups of more than this are covered as one.
const MOST_GROUPS: usize = 6;

/// What is to be seen.
pub fn caption(view: &View<'_>) -> &'static str {
    match view.is_required() {
        true => {
            "Each line is a person's shift; the chart beneath shows people required at work and not on a break, with the repairs, \
             and those who are."
        }
        false => {
            "Each line is a person's shift; the chart beneath shows people at work and not on a break."
        }
    }
}

/// Writes the picture of each day into a folder, as SVG and PNG.
///
/// # Errors
/// If the system refuses.
pub fn write(shifts: &Shifts, folder: &Folder<'_>) -> Result<(), SaveError> {
    let view = View::new(shifts);
    for (day, name) in view.days.iter().enumerate() {
        let Some(picture) = picture(&view, day) else {
            continue;
        };
        let (svg, png) = (picture.svg(true), picture.png());
        folder.write(&format!("shifts-{name}.svg"), |out| {
            out.write_all(svg.as_bytes())
        })?;
        folder.write(&format!("shifts-{name}.png"), |out| out.write_all(&png))?;
    }
    Ok(())
}

/// The picture of a day; none where nobody is needed or at work.
pub fn picture<'a>(view: &View<'a>, day: usize) -> Option<Roster<'a>> {
    let span = view.span(day)?;
    let duties = view.on_day(day);
    let every = duties.len().div_ceil(MOST_LINES).max(1);
    let lines = duties.iter().step_by(every).map(|on| {
        let duty = on.duty;
        let n = view.kinds[on.kind].people[day];
        let group = match view.groups.len() > 1 {
            true => format!(" {}", on.person.group),
            false => String::new(),
        };
        Line {
            name: format!("{} {}{group}", on.person.id, duty.shift_type),
            kind: format!("{n}× {} {}{group}", duty.start, duty.shift_type),
            shift_type: on.shift_type,
            minutes: duty.minutes,
            breaks: duty
                .breaks
                .iter()
                .map(|of| (of.minutes.0, of.minutes.1, of.paid))
                .collect(),
        }
    });
    let all = view.all_cells(day);
    let cover = match view.groups.len() > MOST_GROUPS {
        true => vec![("all groups", &all[..])],
        false => {
            let groups = view.groups.iter().enumerate();
            groups
                .map(|(group, name)| (*name, view.cells(day, group)))
                .collect()
        }
    };
    let cover = cover.into_iter().map(|(name, cells)| Cover {
        name,
        steps: steps(cells, span, view.grid_min()),
    });
    let hours = (0..view.groups.len()).map(|group| view.hours_of(day, group));
    let (required, spare, short) = hours.fold((0.0, 0.0, 0.0), |sum, hours| {
        (
            sum.0 + hours.required,
            sum.1 + hours.spare,
            sum.2 + hours.short,
        )
    });
    let mut description = format!("{} at work", people(duties.len()));
    if view.is_required() {
        description += &format!("; {} h required", grouped(required, 1));
        for (hours, what) in [(spare, "spare"), (short, "short")] {
            if hours > 0.0 {
                description += &format!(", {} h {what}", grouped(hours, 1));
            }
        }
    }
    description.push('.');
    if every > 1 {
        description += &format!(" One line in {every} is drawn.");
    }
    let day = match view.days[day] {
        "day" => String::new(),
        day => format!(", {day}"),
    };
    Some(Roster {
        title: format!("Shifts and cover{day}"),
        description: description.replace(NBSP, " "),
        span,
        types: view.types.clone(),
        lines: lines.collect(),
        cover: cover.collect(),
    })
}

/// Neighbours of the same height are one step.
fn steps(cells: &[Cell], (from, to): (u32, u32), grid: u32) -> Vec<(u32, u32, u32, u32)> {
    let mut steps: Vec<(u32, u32, u32, u32)> = Vec::new();
    for (start, cell) in (0..).step_by(grid as usize).zip(cells) {
        let end = (start + grid).min(to).min(DAY_MIN);
        if start < from || start >= end {
            continue;
        }
        match steps.last_mut() {
            Some(last) if (last.2, last.3) == (cell.repaired, cell.covered) => last.1 = end,
            _ => steps.push((start, end, cell.repaired, cell.covered)),
        }
    }
    steps
}
