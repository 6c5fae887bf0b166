//! Columns of CSV files.

use std::fs::File;
use std::io::{Read, Take};
use std::path::Path;

use super::words::{nearest, quoted};

/// The largest file that is read, scenario or CSV.
pub(super) const MAX_FILE: u64 = 64 << 20;

/// What to read: one column of some rows.
pub(super) struct Query<'a> {
    /// Relative to the scenario file.
    pub file: &'a str,
    /// Name of the column.
    pub column: &'a str,
    /// Rows are read whose columns of these names hold these values.
    pub select: &'a [(String, String)],
    /// More rows are an error.
    pub most: usize,
}

/// A value of the column, and what the row's `start` says, if there is such a column.
pub(super) struct Cell {
    pub value: f64,
    pub start: Option<String>,
    /// Line of the row in the file, from 1.
    pub line: u64,
}

/// Reads the column. Errors name the file, the line and the column.
pub(super) fn read(
    base_dir: &Path,
    query: &Query<'_>,
    parse: impl Fn(&str) -> Result<f64, String>,
) -> Result<Vec<Cell>, String> {
    let name = query.file;
    let mut reader = reader(&base_dir.join(name), name)?;
    let headers = reader.headers().map_err(|e| describe(name, &e))?.clone();
    let position = |column: &str| position(name, &headers, column);
    let at = position(query.column)?;
    let mut select = query
        .select
        .iter()
        .map(|(column, value)| {
            Ok(Condition {
                at: position(column)?,
                column,
                value,
                met: false,
                others: Vec::new(),
            })
        })
        .collect::<Result<Vec<_>, String>>()?;
    let start = match headers.iter().any(|h| h == "start") {
        true => Some(position("start")?),
        false => None,
    };

    let mut cells = Vec::new();
    let mut record = csv::StringRecord::new();
    while reader
        .read_record(&mut record)
        .map_err(|e| describe(name, &e))?
    {
        if !select.iter_mut().all(|condition| condition.holds(&record)) {
            continue;
        }
        let line = record.position().map_or(0, csv::Position::line);
        let place = format!("{name}, line {line}");
        if cells.len() == query.most {
            return Err(format!("{place}: more than {} rows", query.most));
        }
        // The reader refuses rows of another length than the header's.
        let text = record.get(at).unwrap_or_default();
        let value = parse(text).map_err(|wrong| {
            let column = quoted(query.column);
            format!("{place}, column {} ({column}): {wrong}", at + 1)
        })?;
        cells.push(Cell {
            value,
            start: start.and_then(|at| record.get(at)).map(str::to_owned),
            line,
        });
    }
    match select.iter().find(|condition| !condition.met) {
        Some(unmet) if !unmet.others.is_empty() => Err(unmet.describe(name)),
        _ => Ok(cells),
    }
}

/// Opens a CSV file with a header; `name` stands in messages.
pub(crate) fn reader(path: &Path, name: &str) -> Result<csv::Reader<Take<File>>, String> {
    let file = open(path).map_err(|e| format!("cannot read the CSV file {}: {e}", quoted(name)))?;
    Ok(csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(file.take(MAX_FILE)))
}

/// Where a column stands.
pub(crate) fn position(
    name: &str,
    headers: &csv::StringRecord,
    column: &str,
) -> Result<usize, String> {
    let mut found = headers.iter().enumerate().filter(|(_, h)| *h == column);
    match (found.next(), found.next()) {
        (Some((at, _)), None) => Ok(at),
        (Some(_), Some(_)) => Err(format!(
            "{} has two columns {}",
            quoted(name),
            quoted(column)
        )),
        (None, _) => Err(no_column(name, headers, column)),
    }
}

/// What a row must hold to be read.
struct Condition<'a> {
    at: usize,
    column: &'a str,
    value: &'a str,
    /// Held for a row for which those before it held.
    met: bool,
    /// What such rows hold instead, as far as it is shown.
    others: Vec<String>,
}

impl Condition<'_> {
    fn holds(&mut self, record: &csv::StringRecord) -> bool {
        let cell = record.get(self.at).unwrap_or_default();
        let holds = cell == self.value;
        self.met |= holds;
        if !holds && self.others.len() <= MOST_SHOWN && !self.others.iter().any(|o| o == cell) {
            self.others.push(cell.to_owned());
        }
        holds
    }

    /// That no row is read, and what could be asked for.
    fn describe(&self, name: &str) -> String {
        format!(
            "`where` selects no row of {}: column {} holds not {}, but {}",
            quoted(name),
            quoted(self.column),
            quoted(self.value),
            some(self.others.iter().map(String::as_str))
        )
    }
}

/// More columns or values than this are not listed.
const MOST_SHOWN: usize = 10;

/// `"a", "b", …`
fn some<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    let mut texts = texts.into_iter();
    let mut shown: Vec<String> = texts.by_ref().take(MOST_SHOWN).map(quoted).collect();
    if texts.next().is_some() {
        shown.push("…".to_owned());
    }
    shown.join(", ")
}

fn open(path: &Path) -> Result<File, String> {
    let metadata = std::fs::metadata(path).map_err(|e| reason(&e))?;
    // Anything else might never end.
    if !metadata.is_file() {
        return Err("it is not a file".to_owned());
    }
    if metadata.len() > MAX_FILE {
        return Err("it is larger than 64 MB".to_owned());
    }
    File::open(path).map_err(|e| reason(&e))
}

/// What the system says, in plain words and without its error number.
pub(super) fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        std::io::ErrorKind::IsADirectory => "it is a directory".to_owned(),
        _ => {
            let text = error.to_string();
            text.split(" (os error")
                .next()
                .unwrap_or_default()
                .to_lowercase()
        }
    }
}

fn no_column(name: &str, headers: &csv::StringRecord, column: &str) -> String {
    if headers.iter().all(str::is_empty) {
        return format!("{} has no header", quoted(name));
    }
    let separated_by = |c: char| headers.len() == 1 && headers.iter().any(|h| h.contains(c));
    let advice = match nearest(column, headers.iter()) {
        _ if separated_by(';') => "; separate columns by commas, not by semicolons".to_owned(),
        _ if separated_by('\t') => "; separate columns by commas, not by tabs".to_owned(),
        Some(near) => format!("; did you mean {}?", quoted(near)),
        None => String::new(),
    };
    format!(
        "{} has no column {}, only {}{advice}",
        quoted(name),
        quoted(column),
        some(headers)
    )
}

/// What is wrong with a file, with its line.
pub(crate) fn describe(name: &str, error: &csv::Error) -> String {
    let line = error.position().map_or(1, csv::Position::line);
    match error.kind() {
        csv::ErrorKind::Utf8 { .. } => format!("{name}, line {line}: not UTF-8"),
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => {
            let columns = if *len == 1 { "column" } else { "columns" };
            format!("{name}, line {line}: {len} {columns}, but the header has {expected_len}")
        }
        csv::ErrorKind::Io(e) => {
            format!("cannot read the CSV file {}: {}", quoted(name), reason(e))
        }
        _ => format!("{name}, line {line}: {error}"),
    }
}
