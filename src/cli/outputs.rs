//! What `run` and `report` can give besides a JSON document: the text, and files.

use super::{Failure, print};
use crate::kpi::Results;
use crate::report::{self, files::Place};
use crate::scenario::Scenario;
use clap::{ArgGroup, Args};
use std::io::IsTerminal;
use std::path::PathBuf;

/// A new kind of file is a flag here, a place in [`Places`], and a line in [`Places::write`].
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("files").multiple(true))]
pub struct Outputs {
    /// Show the figures of every interval
    #[arg(long)]
    pub intervals: bool,
    /// Write every figure as CSV files into a folder [default: output/NAME-seedN-csv]
    #[arg(long, value_name = "DIR", num_args = 0..=1, group = "files")]
    pub csv: Option<Option<PathBuf>>,
    /// Overwrite files that exist
    #[arg(long, requires = "files")]
    pub force: bool,
}

/// Where the files go that were asked for.
#[derive(Debug)]
pub struct Places {
    csv: Option<Place>,
}

impl Outputs {
    /// Whether files were asked for.
    pub fn has_files(&self) -> bool {
        self.csv.is_some()
    }

    /// Finds and checks the places of all files: to be called before long work.
    pub fn places(&self, scenario: &str, seed: u64) -> Result<Places, Failure> {
        let place = |path: &Option<PathBuf>, ending: &str| match path {
            Some(path) => Place::given(path, self.force),
            None => Place::default_for(scenario, seed, ending, self.force),
        };
        let csv = self.csv.as_ref().map(|path| place(path, "-csv"));
        if let Some(csv) = &csv {
            csv.may_save_folder()?;
        }
        Ok(Places { csv })
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
    /// No files.
    pub const NONE: Places = Places { csv: None };

    /// Writes every file that was asked for, and says on stderr where it is.
    pub fn write(&self, results: &Results) -> Result<(), Failure> {
        if let Some(place) = &self.csv {
            let folder = place.save_folder(|folder| report::csv::write(results, folder))?;
            eprintln!("CSV files: {}", folder.display());
        }
        Ok(())
    }
}
