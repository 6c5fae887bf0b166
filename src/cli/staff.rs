//! `acdsim staff`: how many agents a scenario needs in each interval.

mod bounds;
mod from_csv;

use super::stop::{self, Limit, Stop};
use super::targets::{Targets, points, share};
use super::{Failure, outputs, print, print_json, progress, run, say, status};
use crate::erlang::Patience;
use crate::experiment::calibrate::{self, Prepared};
use crate::kpi;
use crate::planning::{self, Answer, Attempts, Lag, Method, Per, Question, Recipe, Tolerance};
use crate::report::files::{Folder, Place, SaveError};
use crate::report::{self, text};
use crate::scenario::{Document, Mode, Scenario};
use clap::{ArgGroup, Args, ValueEnum};
use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Find how many agents it takes in each interval to meet the targets, by simulation.
///
/// The targets are those of the scenario's queues, groups and trunk groups, or those given here. The least staff that meets
/// them is searched on the simulated scenario itself, with abandonment, repeat calls, skills, lines and what is carried over
/// from one interval to the next. At the end the scenario is simulated with it on days that the search never saw.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("staff_files").multiple(true))]
#[command(after_help = "\
Examples:
  acdsim staff                                          the bundled day, with the targets that it has
  acdsim staff monday.toml --target 80/20               80 % within 20 s in every interval and queue
  acdsim staff monday.toml --target 80/20 --max-abandonment 3% --max-occupancy 85%
  acdsim staff monday.toml --per day                    over the day: short at noon, ample at night
  acdsim staff monday.toml --risk 10%                   nine days in ten meet every target
  acdsim staff monday.toml --method erlang-c            what the formula asks for, and what that gives when simulated
  acdsim staff --from volumes.csv --target 80/20 --patience 2m --shrinkage 30%     no scenario, by formula
  acdsim staff monday.toml --at-least 2 --at-most 'sales team=8'
  acdsim staff monday.toml --fix 08:00-10:00            leave the first hours as they are
  acdsim staff monday.toml --fix 'sales team'           leave a group as it is
  acdsim staff monday.toml --write staffed.toml         the scenario with the staff found
  acdsim staff monday.toml --report                     a page to look at and to show, in output/
  acdsim staff monday.toml --json > staff.json          every figure, for scripts

Exit status: 0 every target is met or borderline; 1 a target is missed; 2 bad usage or bad input; 130 interrupted.")]
pub struct Arguments {
    /// The scenario file (TOML); without it the bundled day
    file: Option<PathBuf>,
    /// A CSV file of volumes and handling times in place of a scenario: columns calls and aht, and perhaps start, queue and
    /// shrinkage
    #[arg(long, value_name = "FILE.csv", requires = "any_target", conflicts_with_all = [
        "file", "method", "demand", "per", "risk", "marginal", "confidence", "at_least", "at_most", "fix", "seed",
        "replications", "budget", "max_time", "threads", "set", "max_blocking", "write", "report",
    ])]
    from: Option<PathBuf>,
    /// With --from: how long callers wait, 2m on average or a distribution; without it nobody hangs up (Erlang-C)
    #[arg(long, value_name = "TIME", value_parser = from_csv::patience, requires = "from")]
    patience: Option<Patience>,
    /// With --from: length of an interval, where the file has no column start
    #[arg(long, value_name = "TIME", value_parser = from_csv::interval, requires = "from")]
    interval: Option<u32>,
    /// With --from: share of the paid time in which agents are not at work, e.g. 30%; where the file has none of its own
    #[arg(long, value_name = "FRACTION", value_parser = from_csv::shrinkage, requires = "from")]
    shrinkage: Option<f64>,
    #[command(flatten)]
    targets: Targets,
    /// How the staff is found
    #[arg(long, value_enum, default_value = "simulate")]
    method: MethodArgument,
    /// Erlang methods: staff an interval for the calls of one handling time before, by their mean rate or the largest
    #[arg(long, value_enum)]
    lag: Option<LagArgument>,
    /// Erlang methods: the attempts that count as calls [default: first]
    #[arg(long, value_enum)]
    demand: Option<DemandArgument>,
    /// Erlang methods: show the requirement not rounded too
    #[arg(long)]
    fractional: bool,
    /// Over what the targets are to be met [default: interval; where a risk is asked, day]
    #[arg(long, value_enum)]
    per: Option<PerArgument>,
    /// Miss any target of any queue on at most this share of days, each judged by its own figures, e.g. 10%
    #[arg(long, value_name = "SHARE", value_parser = share)]
    risk: Option<f64>,
    /// Show too what one more agent would bring, group by group and interval by interval
    #[arg(long)]
    marginal: bool,
    /// How far beside its target a figure is borderline; of times 5 %
    #[arg(long, value_name = "POINTS", value_parser = points, default_value = "1pp")]
    tolerance: f64,
    /// Joint confidence of all that is called met, e.g. 0.95 or 95% [default: the scenario's]
    #[arg(long, value_name = "LEVEL", value_parser = run::confidence)]
    confidence: Option<f64>,
    /// At least so many agents: 10, 'GROUP=10', 'GROUP 08:00-10:00=10', or a list with one number for each interval
    #[arg(long, value_name = "AGENTS", value_parser = bounds::given, allow_hyphen_values = true)]
    at_least: Vec<String>,
    /// At most so many agents, written alike
    #[arg(long, value_name = "AGENTS", value_parser = bounds::given, allow_hyphen_values = true)]
    at_most: Vec<String>,
    /// Keep the scenario's staff there: 'GROUP', 08:00-10:00 or 'GROUP 08:00-10:00'
    #[arg(long, value_name = "PLACE")]
    fix: Vec<String>,
    /// Seed of all random numbers: the same seed gives the same result [default: the scenario's]
    #[arg(long, value_name = "N", value_parser = super::seed, allow_negative_numbers = true)]
    seed: Option<u64>,
    /// Number of days of the closing simulation, more where that does not decide [default: the scenario's]
    #[arg(long, value_name = "N", value_parser = run::days)]
    replications: Option<u32>,
    /// Days simulated in all, at most
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=10_000_000_000))]
    #[arg(default_value = "100000")]
    budget: u64,
    #[command(flatten)]
    limit: Limit,
    /// Number of threads; the result does not depend on it [default: one for each core]
    #[arg(long, value_name = "N", value_parser = run::threads)]
    threads: Option<u16>,
    /// Change a value of the scenario; may be given several times
    #[arg(long, value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// Write the scenario with the staff found into this file, its comments kept
    #[arg(long, value_name = "FILE.toml", group = "staff_files")]
    write: Option<PathBuf>,
    /// Write a page with plots and tables, one HTML file [default: output/NAME-seedN-staff.html]
    #[arg(long, value_name = "FILE.html", num_args = 0..=1, group = "staff_files", value_parser = outputs::page_name)]
    report: Option<Option<PathBuf>>,
    /// Write tables as CSV files into a folder [default: output/NAME-seedN-staff-csv, with --from output/NAME-staff-csv]
    #[arg(long, value_name = "DIR", num_args = 0..=1, group = "staff_files")]
    csv: Option<Option<PathBuf>>,
    /// Overwrite files that exist
    #[arg(long, requires = "staff_files")]
    force: bool,
    /// Print every figure as one JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum MethodArgument {
    /// By simulation of the scenario itself
    Simulate,
    /// By Erlang-C, interval by interval: nobody hangs up, nobody calls again
    ErlangC,
    /// By Erlang-A, or its relative for any patience: nobody calls again
    ErlangA,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum LagArgument {
    /// Mean rate of that time
    Average,
    /// Largest rate of that time
    Largest,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum DemandArgument {
    /// First attempts
    First,
    /// All attempts, as they come with the scenario's own agents
    All,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum PerArgument {
    /// In each interval
    Interval,
    /// Over the whole day
    Day,
}

pub fn execute(arguments: &Arguments) -> Result<u8, Failure> {
    if let Some(path) = &arguments.from {
        return from_csv::execute(path, arguments);
    }
    stop::within(&arguments.limit, |stop| answer(arguments, stop))
}

fn answer(arguments: &Arguments, stop: &mut Stop) -> Result<u8, Failure> {
    let document = super::open(arguments.file.as_deref())?;
    // Before anything is simulated: nobody should wait to be told that something is bad.
    let mut scenario = document.check(&arguments.set)?.scenario;
    arguments.targets.apply(&mut scenario);
    let question = question(arguments, &scenario, &document)?;
    let recipe = recipe(arguments)?;
    let places = Places::new(arguments, &scenario.name, question.seed)?;

    let control = Arc::clone(&stop.control);
    let mut prepared = progress::watch_calibration(&control, || {
        calibrate::prepare(&document, &arguments.set, question.threads, &control)
    })?;
    arguments.targets.apply(&mut prepared.loaded.scenario);
    let mut answer = progress::watch_search(&control, || {
        let scenario = &prepared.loaded.scenario;
        match &recipe {
            None => planning::simulate(scenario, &question, &control),
            Some(recipe) => planning::by_formula(scenario, &question, recipe, &control),
        }
    })?;
    stop.answered();
    let warnings = prepared.loaded.warnings.iter().cloned();
    answer.staffing.warnings.splice(0..0, warnings);

    if arguments.json {
        print_json(&answer.staffing)?;
    } else {
        let is_terminal = std::io::stdout().is_terminal();
        let page = text::Page {
            width: super::width(is_terminal),
            colour: super::colour(is_terminal),
            intervals: false,
        };
        print(&report::staffing::text(&answer, &page))?;
    }
    places.write(&answer, (&document, &prepared), &control.stop)?;
    if let (Some(_), Some(note)) = (&arguments.write, arguments.targets.beside_written()) {
        say(note);
    }
    Ok(match (answer.staffing.partial, answer.staffing.met) {
        (true, _) => status::INTERRUPTED,
        (false, true) => status::DONE,
        (false, false) => status::MISSED,
    })
}

/// The recipe of a formula; none where the staff is searched by simulation.
fn recipe(arguments: &Arguments) -> Result<Option<Recipe>, Failure> {
    let method = match arguments.method {
        MethodArgument::Simulate => None,
        MethodArgument::ErlangC => Some(Method::ErlangC),
        MethodArgument::ErlangA => Some(Method::ErlangA),
    };
    let of_formulas = [
        (arguments.lag.is_some(), "--lag"),
        (arguments.demand.is_some(), "--demand"),
        (arguments.fractional, "--fractional"),
    ];
    let of_search = [
        (arguments.risk.is_some(), "--risk"),
        (arguments.marginal, "--marginal"),
    ];
    let (unfit, others) = match method {
        None => (&of_formulas[..], "--method erlang-c or erlang-a"),
        Some(_) => (&of_search[..], "--method simulate"),
    };
    if let Some((_, flag)) = unfit.iter().find(|(given, _)| *given) {
        return Err(Failure::bad_input(format!("{flag} goes with {others}")));
    }
    Ok(method.map(|method| Recipe {
        method,
        lag: match arguments.lag {
            None => Lag::None,
            Some(LagArgument::Average) => Lag::Average,
            Some(LagArgument::Largest) => Lag::Largest,
        },
        attempts: match arguments.demand {
            None | Some(DemandArgument::First) => Attempts::First,
            Some(DemandArgument::All) => Attempts::All,
        },
        fractional: arguments.fractional,
    }))
}

/// What the flags ask for, as far as the scenario has it.
fn question(
    arguments: &Arguments,
    scenario: &Scenario,
    document: &Document,
) -> Result<Question, Failure> {
    if scenario.run.mode != Mode::Day {
        return Err(Failure::bad_input(
            "staff is searched for the intervals of a day; this scenario is one steady run\n  help: write mode = \"day\" \
             (and open = \"08:00-20:00\" or the like) into it, or try --set run.mode=day",
        ));
    }
    let targets = &arguments.targets;
    for (given, none, flag, part) in [
        (
            targets.max_blocking,
            scenario.trunks.is_empty(),
            "--max-blocking",
            "trunk groups",
        ),
        (
            targets.max_occupancy,
            scenario.groups.is_empty(),
            "--max-occupancy",
            "agent groups",
        ),
    ] {
        if given.is_some() && none {
            return Err(Failure::bad_input(format!(
                "{flag} has no effect: the scenario has no {part}"
            )));
        }
    }
    if scenario.groups.is_empty() {
        return Err(Failure::bad_input(
            "the scenario has no agent groups to be staffed\n  help: add a [[groups]] with its skills and a staff to begin with",
        ));
    }
    let flags = bounds::Flags {
        at_least: &arguments.at_least,
        at_most: &arguments.at_most,
        fix: &arguments.fix,
    };
    let run = &scenario.run;
    let wanted = targets.of(scenario);
    let asks_for_staff = wanted
        .iter()
        .any(|t| !matches!(t.place, kpi::Place::Trunk(_)));
    if !asks_for_staff {
        return Err(Failure::bad_input(
            "there is no target for staff\n  help: give one as --target 80/20, --max-abandonment 3%, --max-asa 30s or \
             --max-occupancy 85%, beside those for lines",
        ));
    }
    Ok(Question {
        targets: wanted,
        per: match (arguments.per, arguments.risk) {
            (Some(PerArgument::Interval), Some(_)) => {
                return Err(Failure::bad_input(
                    "--risk is about whole days, and --per interval about each interval\n  help: leave out one of them",
                ));
            }
            (Some(PerArgument::Interval) | None, None) => Per::Interval,
            _ => Per::Day,
        },
        intervals: None,
        tolerance: Tolerance {
            points: arguments.tolerance,
            ..Tolerance::default()
        },
        confidence: arguments.confidence.unwrap_or(run.confidence),
        bounds: bounds::bounds(flags, scenario, (document, &arguments.set))?,
        seed: arguments.seed.unwrap_or(run.seed),
        days: arguments.replications.unwrap_or(run.replications).into(),
        budget: arguments.budget,
        risk: arguments.risk,
        marginal: arguments.marginal,
        threads: arguments.threads.map(usize::from),
    })
}

/// Where the files go that were asked for.
#[derive(Debug)]
struct Places {
    scenario: Option<Place>,
    page: Option<Place>,
    csv: Option<Place>,
}

impl Places {
    /// Finds and checks the places of all files.
    fn new(arguments: &Arguments, scenario: &str, seed: u64) -> Result<Self, Failure> {
        let force = arguments.force;
        let place = |flag: &Option<Option<PathBuf>>, ending: &str| {
            Place::asked(flag, (scenario, seed, ending), force)
        };
        let places = Self {
            scenario: arguments
                .write
                .as_ref()
                .map(|path| Place::given(path, force)),
            page: place(&arguments.report, "-staff.html"),
            csv: place(&arguments.csv, "-staff-csv"),
        };
        for file in [&places.scenario, &places.page].into_iter().flatten() {
            file.may_save_file()?;
            // The folder would no longer be empty, or the file be in its place.
            if let Some(folder) = places.csv.as_ref().filter(|folder| folder.has_in_it(file)) {
                return Err(Failure::bad_input(format!(
                    "CSV files cannot be written to {}: {} would be there already; name another folder",
                    folder.path().display(),
                    file.path().display()
                )));
            }
        }
        if let (Some(scenario), Some(page)) = (&places.scenario, &places.page)
            && scenario.has_in_it(page)
        {
            return Err(Failure::bad_input(
                "--write and --report name the same file",
            ));
        }
        if let Some(folder) = &places.csv {
            folder.may_save_folder()?;
        }
        Ok(places)
    }

    /// Writes every file that was asked for, and says on stderr where it is.
    fn write(
        &self,
        answer: &Answer,
        (document, prepared): (&Document, &Prepared),
        stop: &AtomicBool,
    ) -> Result<(), Failure> {
        if let Some(place) = &self.scenario {
            let calibration = prepared.calibration.as_ref();
            let from = (document, calibration);
            if !report::scenario::save(&answer.scenario, from, place)? {
                say("note: the comments of the scenario file could not be kept");
            }
            say(format!("Scenario: {}", place.path().display()));
        }
        if let Some(place) = &self.page {
            let path = place.save_file(|out| report::staffing::page(answer, stop, out))?;
            say(format!("Report: {}", path.display()));
        }
        if let Some(place) = &self.csv {
            let write = |folder: &Folder<'_>| -> Result<(), SaveError> {
                report::staffing::write_csv(answer, folder)
            };
            let path = place.save_folder(stop, write)?;
            say(format!("CSV files: {}", path.display()));
        }
        Ok(())
    }
}
