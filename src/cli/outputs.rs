//! What `run` and `report` can give besides a JSON document: the text, and files.

use super::{Failure, print};
use crate::kpi::Results;
use crate::report;
use crate::report::files::{Folder, Place, SaveError};
use crate::scenario::Scenario;
use clap::{ArgGroup, Args};
use std::io::IsTerminal;
use std::path::PathBuf;

/// A new kind of files is a flag here and a line in `Outputs::folders`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("files").multiple(true))]
pub struct Outputs {
    /// Show the figures of every interval
    #[arg(long)]
    pub intervals: bool,
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

/// Writes a kind of files into a folder.
type Write = fn(&Results, &Folder) -> Result<(), SaveError>;

/// Where the files go that were asked for: folder, what they are called, and what writes them.
#[derive(Debug, Default)]
pub struct Places {
    folders: Vec<(Place, &'static str, Write)>,
}

impl Outputs {
    /// Every kind of files: its flag, how the folder's name ends by default, what they are called, and what writes them.
    fn folders(&self) -> Vec<(&Option<Option<PathBuf>>, &str, &'static str, Write)> {
        Vec::from([
            (&self.csv, "-csv", "CSV files", report::csv::write as Write),
            #[cfg(feature = "parquet")]
            (
                &self.parquet,
                "-parquet",
                "Parquet files",
                report::parquet::write,
            ),
        ])
    }

    /// Whether files were asked for.
    pub fn has_files(&self) -> bool {
        self.folders().iter().any(|(flag, ..)| flag.is_some())
    }

    /// Finds and checks the places of all files: to be called before long work.
    pub fn places(&self, scenario: &str, seed: u64) -> Result<Places, Failure> {
        let mut places = Places::default();
        for (flag, ending, title, write) in self.folders() {
            let place = match flag {
                None => continue,
                Some(Some(path)) => Place::given(path, self.force),
                Some(None) => Place::default_for(scenario, seed, ending, self.force),
            };
            place.may_save_folder()?;
            places.folders.push((place, title, write));
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
    /// Writes every file that was asked for, and says on stderr where it is.
    pub fn write(&self, results: &Results) -> Result<(), Failure> {
        for (place, title, write) in &self.folders {
            let folder = place.save_folder(|folder| write(results, folder))?;
            eprintln!("{title}: {}", folder.display());
        }
        Ok(())
    }
}
