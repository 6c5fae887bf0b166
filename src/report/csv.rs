//! The figures of a run as CSV files (RFC 4180): for scripts, statistics programs and spreadsheets. What is in which file
//! and column is said in `docs/output.md`.

use super::files::{Folder, SaveError};
use super::tables::{Sheet, TABLES, Table};
use crate::kpi::Results;
use crate::scenario::harmless;
use std::io::{self, Write};

/// Writes every file into a folder.
///
/// # Errors
/// Those of the system.
pub fn write(results: &Results, folder: &Folder<'_>) -> Result<(), SaveError> {
    write_tables(results, &TABLES, is_ascii(results), folder)
}

/// Writes tables into a folder, whose texts are all ASCII or not.
pub(super) fn write_tables<T>(
    of: &T,
    tables: &[Table<T>],
    is_ascii: bool,
    folder: &Folder<'_>,
) -> Result<(), SaveError> {
    for (name, table) in tables {
        folder.write(&format!("{name}.csv"), |out| {
            let mut rows = Rows::new(out, is_ascii)?;
            table(of, &mut rows)?;
            rows.flush()
        })?;
    }
    Ok(())
}

/// Whether all texts that could be written are ASCII.
fn is_ascii(results: &Results) -> bool {
    let names = results.listed().map(|(_, part)| part.name());
    let warnings = results.run.warnings.iter().map(String::as_str);
    let mut texts = names
        .chain(warnings)
        .chain([results.scenario.name.as_str()]);
    texts.all(str::is_ascii)
}

/// A cell of a table that is made as a whole.
#[derive(Debug, Clone, PartialEq)]
pub enum Datum {
    /// A text.
    Text(String),
    /// A number, or none.
    Number(Option<f64>),
}

impl From<&str> for Datum {
    fn from(text: &str) -> Self {
        Datum::Text(text.to_owned())
    }
}

/// Takes a table as a whole.
#[derive(Debug, Default)]
pub(super) struct Data {
    rows: Vec<Vec<Datum>>,
    row: Vec<Datum>,
}

impl Data {
    /// The rows that were ended.
    pub(super) fn into_rows(self) -> Vec<Vec<Datum>> {
        self.rows
    }
}

impl Sheet for Data {
    fn text(&mut self, text: &str) -> io::Result<()> {
        self.row.push(Datum::from(text));
        Ok(())
    }

    fn number(&mut self, number: Option<f64>) -> io::Result<()> {
        self.row.push(Datum::Number(number));
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        self.rows.push(std::mem::take(&mut self.row));
        Ok(())
    }
}

/// Writes a table that was made as a whole.
///
/// # Errors
/// Those of `out`.
pub fn write_data(data: &[Vec<Datum>], out: &mut dyn Write) -> io::Result<()> {
    let ascii = |datum: &Datum| match datum {
        Datum::Text(text) => text.is_ascii(),
        Datum::Number(_) => true,
    };
    let mut rows = Rows::new(out, data.iter().flatten().all(ascii))?;
    for row in data {
        for datum in row {
            match datum {
                Datum::Text(text) => rows.text(text)?,
                Datum::Number(number) => rows.number(*number)?,
            }
        }
        rows.end()?;
    }
    rows.flush()
}

/// Writes rows cell by cell.
pub(super) struct Rows<'o> {
    out: ::csv::Writer<Box<dyn Write + 'o>>,
}

impl<'o> Rows<'o> {
    /// Rows whose texts are all ASCII, or not.
    pub(super) fn new(mut out: impl Write + 'o, is_ascii: bool) -> io::Result<Self> {
        if !is_ascii {
            // By this spreadsheets know that it is UTF-8. Without need it is left out: some programs take it for a part of
            // the first column's name.
            out.write_all("\u{feff}".as_bytes())?;
        }
        let out: Box<dyn Write + 'o> = Box::new(out);
        Ok(Self {
            out: ::csv::WriterBuilder::new()
                .terminator(::csv::Terminator::CRLF)
                .from_writer(out),
        })
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Sheet for Rows<'_> {
    /// Such that no spreadsheet takes it for a formula.
    fn text(&mut self, text: &str) -> io::Result<()> {
        self.out.write_field(harmless(text)).map_err(of_system)
    }

    fn number(&mut self, number: Option<f64>) -> io::Result<()> {
        let text = number.map_or_else(String::new, |number| number.to_string());
        self.out.write_field(text).map_err(of_system)
    }

    fn end(&mut self) -> io::Result<()> {
        self.out.write_record(None::<&[u8]>).map_err(of_system)
    }
}

/// The system's own error: whether it is a broken pipe must not be lost.
fn of_system(error: ::csv::Error) -> io::Error {
    match error.into_kind() {
        ::csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}
