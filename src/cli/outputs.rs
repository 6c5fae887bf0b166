//! What `run` and `report` can give besides a JSON document: the text, and files.

use super::{Failure, print, say};
use crate::kpi::Results;
use crate::report;
use crate::report::files::{Folder, Place, SaveError};
use crate::scenario::Scenario;
use clap::{ArgGroup, Args};
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

/// A new kind of files is a flag here and a line in `Outputs::kinds`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("files").multiple(true))]
pub struct Outputs {
    /// Show the figures of every interval
    #[arg(long)]
    pub intervals: bool,
    /// Write a page with plots and tables, one HTML file that needs nothing else [default: output/NAME-seedN.html]
    #[arg(long, value_name = "FILE.html", num_args = 0..=1, group = "files", value_parser = page_name)]
    pub report: Option<Option<PathBuf>>,
    /// Write every plot as SVG and PNG into a folder [default: output/NAME-seedN-plots]
    #[arg(long, value_name = "DIR", num_args = 0..=1, group = "files")]
    pub plots: Option<Option<PathBuf>>,
    /// Write every figure as CSV files into a folder [default: output/NAME-seedN-csv]
    #[arg(long, value_name = "DIR", num_args = 0..=1, group = "files")]
    pub csv: Option<Option<PathBuf>>,
    /// Write the same tables as Parquet files into a folder [default: output/NAME-seedN-parquet]
    #[cfg(feature = "parquet")]
    #[arg(long, value_name = "DIR", num_args = 0..=1, group = "files")]
    pub parquet: Option<Option<PathBuf>>,
    /// Overwrite files that exist
    #[arg(long, requires = "files")]
    pub force: bool,
}

/// The name of a page; that of a scenario, which would follow a bare `--report`, is none.
pub(super) fn page_name(text: &str) -> Result<PathBuf, String> {
    if text.ends_with(std::path::is_separator) {
        return Err("that is a folder; name a file in it that ends in .html".to_owned());
    }
    let path = PathBuf::from(text);
    let ending = path.extension().map(|e| e.to_ascii_lowercase());
    match ending.as_ref().and_then(|e| e.to_str()) {
        Some("html" | "htm") => Ok(path),
        _ => Err("a page's name ends in .html; put a scenario's name before --report".to_owned()),
    }
}

/// What writes a kind of files.
#[derive(Debug, Clone, Copy)]
enum Write {
    /// One file.
    File(fn(&Results, &Scenario, &AtomicBool, &mut dyn io::Write) -> io::Result<()>),
    /// A folder of them.
    Folder(fn(&Results, &Scenario, &Folder<'_>) -> Result<(), SaveError>),
}

/// A kind of files: its flag, how its name ends by default, what it is called, and what writes it.
type Kind<'a> = (&'a Option<Option<PathBuf>>, &'a str, &'static str, Write);

/// Where the files go that were asked for: path, what they are called, and what writes them.
#[derive(Debug, Default)]
pub struct Places(Vec<(Place, &'static str, Write)>);

impl Outputs {
    /// Every kind of files.
    fn kinds(&self) -> Vec<Kind<'_>> {
        Vec::from([
            (
                &self.report,
                ".html",
                "Report",
                Write::File(report::page::write),
            ),
            (
                &self.plots,
                "-plots",
                "Plots",
                Write::Folder(report::plots::write),
            ),
            (
                &self.csv,
                "-csv",
                "CSV files",
                Write::Folder(|results, _, folder| report::csv::write(results, folder)),
            ),
            #[cfg(feature = "parquet")]
            (
                &self.parquet,
                "-parquet",
                "Parquet files",
                Write::Folder(|results, _, folder| report::parquet::write(results, folder)),
            ),
        ])
    }

    /// Whether files were asked for.
    pub fn has_files(&self) -> bool {
        self.kinds().iter().any(|(flag, ..)| flag.is_some())
    }

    /// Finds and checks the places of all files: to be called before long work.
    pub fn places(&self, scenario: &str, seed: u64) -> Result<Places, Failure> {
        let mut places = Places::default();
        for (flag, ending, title, write) in self.kinds() {
            let Some(place) = Place::asked(flag, (scenario, seed, ending), self.force) else {
                continue;
            };
            places.are_apart(&place, title, write, self.force)?;
            match write {
                Write::File(_) => place.may_save_file()?,
                Write::Folder(_) => place.may_save_folder()?,
            }
            places.0.push((place, title, write));
        }
        Ok(places)
    }

    /// Prints the text report.
    pub fn print(&self, results: &Results, scenario: &Scenario) -> Result<(), Failure> {
        let is_terminal = std::io::stdout().is_terminal();
        let page = report::text::Page {
            width: super::width(is_terminal),
            colour: super::colour(is_terminal),
            intervals: self.intervals,
        };
        print(&page.render(results, scenario))
    }
}

impl Places {
    /// Whether a folder is not that in which other files will have been written by then; --force has both in one.
    fn are_apart(
        &self,
        place: &Place,
        title: &str,
        write: Write,
        force: bool,
    ) -> Result<(), Failure> {
        let Write::Folder(_) = write else {
            return Ok(());
        };
        for (other, others_title, others) in &self.0 {
            let is_taken = place.has_in_it(other) && other.has_in_it(place);
            let file = matches!(others, Write::File(_)) && is_taken;
            if file || (place.has_in_it(other) && !force) {
                return Err(Failure::bad_input(format!(
                    "{title} cannot be written to {}: {others_title} would be there already; name another folder{}",
                    place.path().display(),
                    if file {
                        ""
                    } else {
                        ", or --force puts both into one"
                    },
                )));
            }
        }
        Ok(())
    }

    /// Writes every file that was asked for, unless `stop` turns true meanwhile, and says on stderr where it is.
    pub fn write(
        &self,
        results: &Results,
        scenario: &Scenario,
        stop: &AtomicBool,
    ) -> Result<(), Failure> {
        for (place, title, write) in &self.0 {
            let path = match write {
                Write::File(write) => place.save_file(|out| write(results, scenario, stop, out))?,
                Write::Folder(write) => {
                    place.save_folder(stop, |folder| write(results, scenario, folder))?
                }
            };
            say(format!("{title}: {}", path.display()));
        }
        Ok(())
    }
}
