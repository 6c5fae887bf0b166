//! What `run` and `report` can give besides a JSON document: the text, and files.

use super::{Failure, print, say};
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
    /// Write a page with plots and tables, one HTML file that needs nothing else [default: output/NAME-seedN.html]
    #[arg(long, value_name = "FILE.html", num_args = 0..=1, group = "files", value_parser = page_name)]
    pub report: Option<Option<PathBuf>>,
    /// Write every plot as SVG and PNG into a folder [default: output/NAME-seedN-plots]
    #[arg(long, value_name = "DIR", num_args = 0..=1, group = "files")]
    pub plots: Option<Option<PathBuf>>,
    /// Write every figure as CSV files into a folder [default: output/NAME-seedN-csv]
    #[arg(long, value_name = "DIR", num_args = 0..=1, group = "files")]
    pub csv: Option<Option<PathBuf>>,
    /// Overwrite files that exist
    #[arg(long, requires = "files")]
    pub force: bool,
}

/// The name of a page; that of a scenario, which would follow a bare `--report`, is none.
fn page_name(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    let ending = path.extension().map(|e| e.to_ascii_lowercase());
    match ending.as_ref().and_then(|e| e.to_str()) {
        Some("html" | "htm") => Ok(path),
        _ => Err("a page's name ends in .html; put a scenario's name before --report".to_owned()),
    }
}

/// Where the files go that were asked for.
#[derive(Debug, Default)]
pub struct Places {
    report: Option<Place>,
    plots: Option<Place>,
    csv: Option<Place>,
}

impl Outputs {
    /// Whether files were asked for.
    pub fn has_files(&self) -> bool {
        self.report.is_some() || self.plots.is_some() || self.csv.is_some()
    }

    /// Finds and checks the places of all files: to be called before long work.
    pub fn places(&self, scenario: &str, seed: u64) -> Result<Places, Failure> {
        let place = |path: &Option<PathBuf>, ending: &str| match path {
            Some(path) => Place::given(path, self.force),
            None => Place::default_for(scenario, seed, ending, self.force),
        };
        let places = Places {
            report: self.report.as_ref().map(|path| place(path, ".html")),
            plots: self.plots.as_ref().map(|path| place(path, "-plots")),
            csv: self.csv.as_ref().map(|path| place(path, "-csv")),
        };
        if let Some(report) = &places.report {
            report.may_save_file()?;
        }
        for folder in places.plots.iter().chain(&places.csv) {
            folder.may_save_folder()?;
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
    pub fn write(&self, results: &Results, scenario: &Scenario) -> Result<(), Failure> {
        if let Some(place) = &self.report {
            let page = report::page::page(results, scenario);
            let page =
                page.map_err(|error| Failure::bad_input(format!("cannot make the page: {error}")))?;
            let file = place.save_file(|out| out.write_all(page.as_bytes()))?;
            say(format!("Report: {}", file.display()));
        }
        if let Some(place) = &self.plots {
            let folder =
                place.save_folder(|folder| report::plots::write(results, scenario, folder))?;
            say(format!("Plots: {}", folder.display()));
        }
        if let Some(place) = &self.csv {
            let folder = place.save_folder(|folder| report::csv::write(results, folder))?;
            say(format!("CSV files: {}", folder.display()));
        }
        Ok(())
    }
}
