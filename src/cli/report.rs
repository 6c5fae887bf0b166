//! `acdsim report`: the reports of a run that was made before, from its JSON document.

use super::outputs::Outputs;
use super::{Failure, status, stop};
use crate::report::json;
use clap::Args;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Make the reports of a run from its JSON document, without simulating again.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  acdsim run monday.toml --json > monday.json      simulate once
  acdsim report monday.json                        show what `acdsim run` shows
  acdsim report monday.json --intervals            every interval
  acdsim report monday.json --report monday.html   a page to look at and to show
  acdsim report monday.json --csv                  CSV files in output/
  acdsim report monday.json --csv tables           CSV files in tables/
  acdsim run monday.toml --json | acdsim report -

Exit status: 0 done; 2 bad usage or bad input; 130 interrupted.")]
pub struct Arguments {
    /// A document of `acdsim run --json`; - reads it from standard input
    #[arg(value_name = "RESULT.json")]
    file: PathBuf,
    #[command(flatten)]
    outputs: Outputs,
}

/// The largest document that is read.
const MAX_DOCUMENT: u64 = 2 << 30;

pub fn execute(arguments: &Arguments) -> Result<u8, Failure> {
    let (name, text) = text(&arguments.file)
        .map_err(|(name, why)| Failure::bad_input(format!("cannot read {name}: {why}")))?;
    let (results, scenario) = match json::read(&name, &text) {
        Ok(read) => read,
        Err(json::ReadError::Scenario(error)) => return Err(error.into()),
        Err(error) => return Err(Failure::bad_input(format!("cannot use {name}: {error}"))),
    };
    let outputs = &arguments.outputs;
    let places = outputs.places(&scenario.name, results.run.seed)?;
    outputs.print(&results, &scenario)?;
    places.write(&results, &scenario, &stop::control().stop)?;
    Ok(status::DONE)
}

/// The text of a file or of standard input, and what that is called.
fn text(path: &Path) -> Result<(String, Vec<u8>), (String, String)> {
    let (name, source): (_, io::Result<Box<dyn Read>>) = match path.to_str() {
        Some("-") => (
            "standard input".to_owned(),
            Ok(Box::new(io::stdin().lock())),
        ),
        _ => {
            let file = File::open(path).map(|file| Box::new(file) as Box<dyn Read>);
            (path.display().to_string(), file)
        }
    };
    let mut text = Vec::new();
    let read = source.and_then(|source| source.take(MAX_DOCUMENT + 1).read_to_end(&mut text));
    match read {
        Err(error) => Err((name, error.to_string())),
        Ok(_) if text.len() as u64 > MAX_DOCUMENT => Err((name, "it is larger than 2 GB".into())),
        Ok(_) => Ok((name, text)),
    }
}
