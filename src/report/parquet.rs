//! The tables of a run as Parquet files, for data frames. They hold what the CSV files hold.

use super::files::{Folder, SaveError};
use super::tables::{Sheet, TABLES};
use crate::kpi::Results;
use ::parquet::basic::{ConvertedType, Repetition, Type as Physical};
use ::parquet::data_type::{ByteArray, ByteArrayType, DoubleType};
use ::parquet::errors::ParquetError;
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::SerializedFileWriter;
use ::parquet::schema::types::Type;
use std::io;
use std::sync::Arc;

/// Writes every table into a folder.
///
/// # Errors
/// Those of the system.
pub fn write(results: &Results, folder: &Folder<'_>) -> Result<(), SaveError> {
    for (name, table) in TABLES {
        folder.write(&format!("{name}.parquet"), |out| {
            let mut columns = Columns::default();
            table(results, &mut columns)?;
            out.write_all(&columns.file().map_err(io::Error::other)?)
        })?;
    }
    Ok(())
}

/// A table column by column, as Parquet stores it.
#[derive(Default)]
struct Columns {
    columns: Vec<(String, Cells)>,
    /// The column of the next cell.
    next: usize,
}

enum Cells {
    /// No cell yet.
    Unknown,
    Texts(Vec<ByteArray>),
    /// Numbers, and for each row 1 if there is one.
    Numbers(Vec<f64>, Vec<i16>),
}

impl Sheet for Columns {
    fn header(&mut self, names: &[&str]) -> io::Result<()> {
        let columns = names.iter();
        self.columns = columns
            .map(|name| ((*name).to_owned(), Cells::Unknown))
            .collect();
        Ok(())
    }

    fn text(&mut self, text: &str) -> io::Result<()> {
        match self.cells()? {
            cells @ Cells::Unknown => *cells = Cells::Texts(vec![text.into()]),
            Cells::Texts(texts) => texts.push(text.into()),
            Cells::Numbers(..) => return Err(io::Error::other("a text among numbers")),
        }
        Ok(())
    }

    fn number(&mut self, number: Option<f64>) -> io::Result<()> {
        let cells = self.cells()?;
        if let Cells::Unknown = cells {
            *cells = Cells::Numbers(Vec::new(), Vec::new());
        }
        let Cells::Numbers(numbers, there) = cells else {
            return Err(io::Error::other("a number among texts"));
        };
        numbers.extend(number);
        there.push(number.is_some().into());
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        self.next = 0;
        Ok(())
    }
}

impl Columns {
    /// The cells of the column whose turn it is.
    fn cells(&mut self) -> io::Result<&mut Cells> {
        let column = self.columns.get_mut(self.next);
        self.next += 1;
        column
            .map(|(_, cells)| cells)
            .ok_or_else(|| io::Error::other("more cells than columns"))
    }

    fn file(&self) -> Result<Vec<u8>, ParquetError> {
        let fields = self.columns.iter().map(|(name, cells)| {
            let field = match cells {
                Cells::Numbers(..) => Type::primitive_type_builder(name, Physical::DOUBLE)
                    .with_repetition(Repetition::OPTIONAL),
                Cells::Texts(_) | Cells::Unknown => {
                    Type::primitive_type_builder(name, Physical::BYTE_ARRAY)
                        .with_repetition(Repetition::REQUIRED)
                        .with_converted_type(ConvertedType::UTF8)
                }
            };
            field.build().map(Arc::new)
        });
        let schema = Type::group_type_builder("acdsim")
            .with_fields(fields.collect::<Result<_, _>>()?)
            .build()?;
        let properties = Arc::new(WriterProperties::builder().build());
        let mut file = SerializedFileWriter::new(Vec::new(), Arc::new(schema), properties)?;
        let mut rows = file.next_row_group()?;
        for (_, cells) in &self.columns {
            let Some(mut column) = rows.next_column()? else {
                break;
            };
            match cells {
                Cells::Numbers(numbers, there) => {
                    let column = column.typed::<DoubleType>();
                    column.write_batch(numbers, Some(there), None)?;
                }
                Cells::Texts(texts) => {
                    column
                        .typed::<ByteArrayType>()
                        .write_batch(texts, None, None)?;
                }
                Cells::Unknown => {}
            }
            column.close()?;
        }
        rows.close()?;
        file.into_inner()
    }
}
