//! `acdsim staff --from CSV`: the requirement of volumes and handling times, without a scenario.

use super::{Arguments, Failure, LagArgument};
use crate::cli::{colour, print, print_json, say, status, stop, width};
use crate::erlang::{Patience, Target, Thresholds};
use crate::planning::{CsvQuestion, Lag, Tolerance, from_csv};
use crate::report::files::Place;
use crate::report::staffing::{plan_text, write_plan_csv};
use crate::report::text::Page;
use crate::scenario::{Distribution, Formula, parse_distribution, parse_duration};
use std::io::IsTerminal;
use std::path::Path;
use std::time::Duration;

/// A patience: a time is the mean of an exponential one.
pub fn patience(text: &str) -> Result<Patience, String> {
    let distribution = match parse_duration(text) {
        Ok(mean) => Distribution::Exp {
            mean_s: mean.as_secs_f64(),
        },
        Err(_) => parse_distribution(text, Path::new("")).map_err(|e| e.to_string())?,
    };
    Patience::new(&distribution, 0.0).map_err(|e| e.to_string())
}

/// An interval of whole minutes.
pub fn interval(text: &str) -> Result<u32, String> {
    let length = parse_duration(text).map_err(|e| e.to_string())?;
    let minutes = length.as_secs() / 60;
    match u32::try_from(minutes) {
        Ok(minutes @ 1..=1440) if length == Duration::from_secs(60 * u64::from(minutes)) => {
            Ok(minutes)
        }
        _ => Err("expected whole minutes, at most a day, such as 15m".to_owned()),
    }
}

/// A share of the paid time.
pub fn shrinkage(text: &str) -> Result<f64, String> {
    match crate::cli::targets::fraction(text)? {
        share if share < 1.0 => Ok(share),
        _ => Err("expected less than 100 %: somebody has to be at work".to_owned()),
    }
}

pub fn execute(path: &Path, arguments: &Arguments) -> Result<u8, Failure> {
    let question = question(arguments);
    let place = arguments.csv.as_ref().map(|folder| match folder {
        Some(folder) => Place::given(folder, arguments.force),
        None => {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            Place::default_named(&name, "-staff-csv", arguments.force)
        }
    });
    if let Some(place) = &place {
        place.may_save_folder()?;
    }
    let plan = from_csv(path, &question).map_err(Failure::bad_input)?;
    if arguments.json {
        print_json(&plan)?;
    } else {
        let is_terminal = std::io::stdout().is_terminal();
        let page = Page {
            width: width(is_terminal),
            colour: colour(is_terminal),
            intervals: false,
        };
        print(&plan_text(&plan, &question, &page))?;
    }
    if let Some(place) = place {
        let control = stop::control();
        let path = place.save_folder(&control.stop, |folder| write_plan_csv(&plan, folder))?;
        say(format!("CSV files: {}", path.display()));
    }
    Ok(match plan.met {
        true => status::DONE,
        false => status::MISSED,
    })
}

fn question(arguments: &Arguments) -> CsvQuestion {
    let wanted = &arguments.targets;
    let formula = wanted.formula.unwrap_or(Formula::AnsweredOverOffered);
    let mut thresholds = Thresholds::default();
    let mut targets = Vec::new();
    if let Some(target) = wanted.target {
        thresholds.within_s = target.within.as_secs_f64();
        targets.push(Target::ServiceLevel {
            fraction: target.fraction,
            within_s: thresholds.within_s,
            formula,
            short_s: thresholds.short_s.min(thresholds.within_s),
        });
    }
    let asa = wanted.max_asa.map(|asa| Target::Asa {
        max_s: asa.as_secs_f64(),
    });
    targets.extend(asa);
    let abandonment = wanted.max_abandonment;
    targets.extend(abandonment.map(|max| Target::Abandonment { max }));
    targets.extend(wanted.max_occupancy.map(|max| Target::Occupancy { max }));
    CsvQuestion {
        targets,
        thresholds,
        formula,
        patience: arguments.patience.clone().unwrap_or_else(Patience::endless),
        interval_min: arguments.interval,
        lag: match arguments.lag {
            None => Lag::None,
            Some(LagArgument::Average) => Lag::Average,
            Some(LagArgument::Largest) => Lag::Largest,
        },
        fractional: arguments.fractional,
        tolerance: Tolerance {
            points: arguments.tolerance,
            ..Tolerance::default()
        },
        shrinkage: arguments.shrinkage.unwrap_or(0.0),
    }
}
