//! `acdsim explain`: what a figure means.

use super::{Failure, print, print_json, status};
use crate::kpi;
use crate::report::explanation::Explanation;
use clap::Args;
use clap::builder::{PossibleValue, TypedValueParser};
use std::ffi::OsStr;
use std::io::IsTerminal;

/// Say what a figure means: its definition, how it is computed, its unit and where it is defined.
///
/// Without a name every figure and every formula of the service level is listed.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  acdsim explain                             every figure in one line
  acdsim explain asa_s                       one of them
  acdsim explain answered_over_offered       a formula of the service level
  acdsim explain --json                      all of it, for tools

Exit status: 0 done; 2 there is no such figure.")]
pub struct Arguments {
    /// Name of a figure or of a service-level formula
    #[arg(value_name = "KPI", value_parser = Names, hide_possible_values = true)]
    name: Option<String>,
    /// Print it as one JSON document
    #[arg(long)]
    json: bool,
}

/// Takes any text, so that what is wrong is said below; completions get the names.
#[derive(Debug, Clone)]
struct Names;

impl TypedValueParser for Names {
    type Value = String;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        clap::builder::StringValueParser::new().parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let figures = kpi::figures();
        let names = Explanation::all(&figures).names();
        Some(Box::new(names.into_iter().map(PossibleValue::new)))
    }
}

pub fn execute(arguments: &Arguments) -> Result<u8, Failure> {
    let figures = kpi::figures();
    let all = Explanation::all(&figures);
    let is_terminal = std::io::stdout().is_terminal();
    match &arguments.name {
        Some(name) => {
            let found = Explanation::of(&written(name), &figures);
            if found.names().is_empty() {
                return Err(unknown(name, &all.names()));
            }
            match arguments.json {
                true => print_json(&found.document())?,
                false => print(&found.render(super::width(is_terminal)))?,
            }
        }
        None if arguments.json => print_json(&all.document())?,
        None => print(&all.list(is_terminal.then(|| super::width(true))))?,
    }
    Ok(status::DONE)
}

/// A name as the document has it: `Service Level` is `service_level`. The tables have the place before a name that the
/// document has within another.
fn written(name: &str) -> String {
    let name = name.trim().to_lowercase().replace([' ', '-'], "_");
    let places = ["service_levels.", "days."];
    let inner = places.iter().find_map(|place| name.strip_prefix(place));
    inner.map(str::to_owned).unwrap_or(name)
}

/// Names that contain what was asked for, else the most alike.
fn unknown(name: &str, names: &[&str]) -> Failure {
    const MOST: usize = 5;
    let asked = written(name);
    let mut near: Vec<&str> = match asked.is_empty() {
        true => Vec::new(),
        false => names
            .iter()
            .copied()
            .filter(|name| name.contains(&asked))
            .collect(),
    };
    if near.is_empty() {
        let mut alike: Vec<(f64, &str)> = names
            .iter()
            .map(|name| (strsim::jaro_winkler(&asked, name), *name))
            .filter(|(alike, _)| *alike > 0.8)
            .collect();
        alike.sort_by(|a, b| b.0.total_cmp(&a.0));
        near = alike.into_iter().map(|(_, name)| name).collect();
    }
    near.truncate(MOST);
    let help = match near.as_slice() {
        [] => String::new(),
        [only] => format!("did you mean {only}? "),
        several => format!("did you mean one of {}? ", several.join(", ")),
    };
    Failure::bad_input(format!(
        "there is no figure \"{}\"\n  help: {help}`acdsim explain` lists all",
        name.escape_debug()
    ))
}
