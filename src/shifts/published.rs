//! A published plan, read back from `shifts.csv`.

use super::task::{Crew, PublishedShift};
use crate::scenario::{DAY_MIN, WEEKDAYS, clock, describe, position, quoted, reader};
use std::path::Path;

/// More rows are an error.
const MOST_ROWS: usize = 1_000_000;

/// A shift of a published plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Its line in the file.
    pub line: u64,
    /// The weekday on which it starts, Monday is 0; none where the file says `day`, of a plan whose weekday is not known.
    pub day: Option<usize>,
    /// Name of the group.
    pub group: String,
    /// Start, minutes after midnight.
    pub start_min: u32,
    /// Length in minutes, breaks included; at most a day.
    pub length_min: u32,
}

/// Why a published plan cannot be read: what is wrong, where, and what was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PublishedError(pub String);

/// Reads the shifts of a published plan: a CSV file with the columns `day`, `group`, `start` and `end`, whatever others it has.
/// An end that is not after the start is of the next day.
///
/// # Errors
/// With the file, the line and the column.
pub fn read_published(path: &Path) -> Result<Vec<Published>, PublishedError> {
    read(path, &path.display().to_string()).map_err(PublishedError)
}

/// The shifts of a published plan as far as they are of the days of a plan: `days` are their weekdays, where they are known.
///
/// # Errors
/// The file cannot be read, or has a group that the plan has not.
pub fn published_shifts(
    path: &Path,
    crews: &[Crew],
    days: &[Option<usize>],
) -> Result<Vec<PublishedShift>, PublishedError> {
    let mut published: Vec<PublishedShift> = Vec::new();
    for shift in read_published(path)? {
        let Some(crew) = crews.iter().position(|crew| crew.name == shift.group) else {
            let names = crews.iter().map(|crew| format!("\"{}\"", crew.name));
            return Err(PublishedError(format!(
                "{}, line {}: there is no group \"{}\"; the groups are {}",
                path.display(),
                shift.line,
                shift.group,
                names.collect::<Vec<_>>().join(", ")
            )));
        };
        // A day whose weekday one of the two does not know may be that of the other.
        let is_it = |weekday: &Option<usize>| match (weekday, shift.day) {
            (Some(ours), Some(theirs)) => *ours == theirs,
            _ => days.len() == 1,
        };
        let Some(day) = days.iter().position(is_it) else {
            continue;
        };
        let same = published.iter_mut().find(|of| {
            (of.crew, of.day, of.start_min, of.length_min)
                == (crew, day, shift.start_min, shift.length_min)
        });
        match same {
            Some(of) => of.people += 1,
            None => published.push(PublishedShift {
                crew,
                day,
                start_min: shift.start_min,
                length_min: shift.length_min,
                people: 1,
            }),
        }
    }
    Ok(published)
}

fn read(path: &Path, name: &str) -> Result<Vec<Published>, String> {
    let mut reader = reader(path, name)?;
    let headers = reader.headers().map_err(|e| describe(name, &e))?.clone();
    let column = |column: &str| position(name, &headers, column);
    let (day, group) = (column("day")?, column("group")?);
    let (start, end) = (column("start")?, column("end")?);
    let mut shifts = Vec::new();
    let mut record = csv::StringRecord::new();
    while reader
        .read_record(&mut record)
        .map_err(|e| describe(name, &e))?
    {
        let line = record.position().map_or(0, csv::Position::line);
        if shifts.len() == MOST_ROWS {
            return Err(format!("{name}, line {line}: more than {MOST_ROWS} rows"));
        }
        // The reader refuses rows of another length than the header's.
        let text = |at: usize| record.get(at).unwrap_or_default();
        let place = |at: usize, wrong: String| {
            let column = quoted(headers.get(at).unwrap_or_default());
            format!("{name}, line {line}, column {} ({column}): {wrong}", at + 1)
        };
        let time = |at: usize| time(text(at)).map_err(|wrong| place(at, wrong));
        let (from, to) = (time(start)?, time(end)?);
        if from == DAY_MIN {
            return Err(place(
                start,
                "a shift starts before 24:00; expected 00:00 of the next day".to_owned(),
            ));
        }
        if text(group).is_empty() {
            return Err(place(
                group,
                "expected the name of a group, found nothing".to_owned(),
            ));
        }
        shifts.push(Published {
            line,
            day: weekday(text(day)).map_err(|wrong| place(day, wrong))?,
            group: plain(text(group)).to_owned(),
            start_min: from,
            length_min: match to > from {
                true => to - from,
                false => to + DAY_MIN - from,
            },
        });
    }
    match shifts.is_empty() {
        true => Err(format!(
            "{name} has no rows; expected one for each shift below the header"
        )),
        false => Ok(shifts),
    }
}

fn weekday(text: &str) -> Result<Option<usize>, String> {
    let known = WEEKDAYS
        .iter()
        .position(|day| day.eq_ignore_ascii_case(text));
    match known {
        Some(day) => Ok(Some(day)),
        None if text.eq_ignore_ascii_case("day") => Ok(None),
        None => Err(format!(
            "expected a day, one of {} or day, found {}",
            WEEKDAYS.join(", "),
            quoted(text)
        )),
    }
}

fn time(text: &str) -> Result<u32, String> {
    clock(text).ok_or_else(|| {
        format!(
            "expected a time of day HH:MM, such as 08:30, found {}",
            quoted(text)
        )
    })
}

/// A name without the `'` that keeps spreadsheets from taking it for a formula.
fn plain(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(name) if crate::scenario::harmless(name) == text => name,
        _ => text,
    }
}
