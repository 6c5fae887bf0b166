//! `acdsim shifts`: who works when, so that the targets hold at least cost.

mod input;
mod places;

use super::staff::{MethodArgument, PerArgument};
use super::stop::{self, Limit, Stop};
use super::targets::{Targets, points};
use super::{Failure, outputs, print, print_json, progress, run, status};
use crate::experiment::calibrate::{self, Prepared};
use crate::kpi::Place;
use crate::planning::{Attempts, Lag, Method, Per, Question, Recipe, Tolerance};
use crate::report;
use crate::report::shifts::Date;
use crate::report::text::Page;
use crate::shifts::document::ShiftStatus;
use crate::shifts::{self, Asked, Calls, Effort, PlanError, Required};
use clap::{ArgGroup, Args};
use input::Source;
use places::Places;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;

/// Plan shifts: the cheapest that cover the agents needed, simulated, and repaired until the targets hold.
///
/// The agents needed in each interval are searched as `acdsim staff` does. The rules of the shifts stand in the scenario's
/// section [shifts], or in a file of their own, which may name the scenarios of a week's days. The plan is simulated person by
/// person, with breaks that are taken late where a call comes first; where a target is missed, more people are asked for there.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("shift_files").multiple(true))]
#[command(after_help = "\
Examples:
  acdsim shifts                                         the bundled day, with the rules that it has
  acdsim shifts monday.toml --rules rules.toml          a scenario, and rules from a file of their own
  acdsim shifts week.toml                               rules that name a scenario for each day
  acdsim shifts need.csv --rules rules.toml             agents needed by group and interval, without a scenario
  acdsim shifts monday.toml --target 80/20 --per day
  acdsim shifts monday.toml --max-people 30             the best service that 30 people can give
  acdsim shifts monday.toml --write planned.toml        the scenario with the plan's people as its staff
  acdsim shifts week.toml --ics week.ics --first-day 2026-12-07
  acdsim shifts monday.toml --report                    a page to look at and to show, in output/
  acdsim shifts monday.toml --json > shifts.json        every figure, for scripts

Exit status: 0 the requirement is covered and every target is met or borderline; 1 something is not covered or a target is
missed; 2 bad usage, bad input or rules that contradict each other; 130 interrupted.")]
pub struct Arguments {
    /// A scenario, a file of shift rules that names its scenarios (TOML), or agents needed (CSV: columns start and agents, and
    /// perhaps group and day); without it the bundled day
    file: Option<PathBuf>,
    /// The file of the shift rules, in place of the scenario's [shifts]
    #[arg(long, value_name = "FILE.toml")]
    rules: Option<PathBuf>,
    #[command(flatten)]
    targets: Targets,
    /// How the agents needed are found [default: simulate]
    #[arg(long, value_enum)]
    method: Option<MethodArgument>,
    /// Over what the targets are to be met; over the day with --max-people or --max-cost [default: interval]
    #[arg(long, value_enum)]
    per: Option<PerArgument>,
    /// Best service with at most N people, in place of the least cost: as many callers answered in time as can be
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    max_people: Option<u32>,
    /// Best service for at most this cost (paid hours, where nothing has a price)
    #[arg(long, value_name = "AMOUNT", value_parser = amount)]
    max_cost: Option<f64>,
    /// How far beside its target a figure is borderline; of times 5 % [default: 1pp]
    #[arg(long, value_name = "POINTS", value_parser = points)]
    tolerance: Option<f64>,
    /// Joint confidence of all that is called met, e.g. 0.95 or 95% [default: the scenario's]
    #[arg(long, value_name = "LEVEL", value_parser = run::confidence)]
    confidence: Option<f64>,
    /// Seed of all random numbers: the same seed gives the same result [default: the scenario's]
    #[arg(long, value_name = "N", value_parser = super::seed, allow_negative_numbers = true)]
    seed: Option<u64>,
    /// Number of days of the closing simulation, more where that does not decide [default: the scenario's]
    #[arg(long, value_name = "N", value_parser = run::days)]
    replications: Option<u32>,
    /// Days simulated in the search of the agents needed, at most, for each day of a week [default: 100000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=10_000_000_000))]
    budget: Option<u64>,
    /// Rounds of simulation and repair, at most; 0 only simulates the plan [default: 30]
    #[arg(long, value_name = "N")]
    rounds: Option<u32>,
    /// Dives from a solution in fractions of people to one in whole people, at most
    #[arg(long, value_name = "N", default_value_t = Effort::default().dives)]
    dives: u32,
    /// Trials to replace a few people by cheaper ones, at most
    #[arg(long, value_name = "N", default_value_t = Effort::default().trials)]
    trials: u64,
    /// Nodes of the branch-and-bound tree, at most
    #[arg(long, value_name = "N", default_value_t = Effort::default().nodes)]
    nodes: u64,
    #[command(flatten)]
    limit: Limit,
    /// Number of threads; the result does not depend on it [default: one for each core]
    #[arg(long, value_name = "N", value_parser = run::threads)]
    threads: Option<u16>,
    /// Change a value of the scenario, of each where there are several (of its rules too: shifts.rest=10h); may be given several
    /// times
    #[arg(long, value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// Write the cover problem as a mixed-integer program in the LP format, for a solver of your own
    #[arg(long, value_name = "FILE.lp", group = "shift_files")]
    write_lp: Option<PathBuf>,
    /// Write the scenario with the agents of the plan as its staff, on the planning grid; of a week a folder with a file for each
    /// day
    #[arg(long, value_name = "PATH", group = "shift_files")]
    write: Option<PathBuf>,
    /// Write a page with pictures and tables, one HTML file [default: output/NAME-seedN-shifts.html]
    #[arg(long, value_name = "FILE.html", num_args = 0..=1, group = "shift_files", value_parser = outputs::page_name)]
    report: Option<Option<PathBuf>>,
    /// Write pictures of who works when as SVG and PNG into a folder [default: output/NAME-seedN-shifts-plots]
    #[arg(long, value_name = "DIR", num_args = 0..=1, group = "shift_files")]
    plots: Option<Option<PathBuf>>,
    /// Write tables as CSV files into a folder [default: output/NAME-seedN-shifts-csv]
    #[arg(long, value_name = "DIR", num_args = 0..=1, group = "shift_files")]
    csv: Option<Option<PathBuf>>,
    /// Write the shifts as a calendar (iCalendar), which begins on the date of --first-day
    #[arg(
        long,
        value_name = "FILE.ics",
        group = "shift_files",
        requires = "first_day"
    )]
    ics: Option<PathBuf>,
    /// The date of the plan's first day, YYYY-MM-DD
    #[arg(long, value_name = "DATE", value_parser = date, requires = "ics")]
    first_day: Option<Date>,
    /// Show the cover of every interval of a week
    #[arg(long)]
    intervals: bool,
    /// Overwrite files that exist
    #[arg(long, requires = "shift_files")]
    force: bool,
    /// Print every figure as one JSON document
    #[arg(long)]
    json: bool,
}

pub fn execute(arguments: &Arguments) -> Result<u8, Failure> {
    stop::within(&arguments.limit, |stop| answer(arguments, stop))
}

fn answer(arguments: &Arguments, stop: &mut Stop) -> Result<u8, Failure> {
    if arguments.targets.max_blocking.is_some() {
        return Err(Failure::bad_input(
            "--max-blocking has no effect: shifts do not change how many lines are taken\n  help: leave it out, or ask for the \
             lines: acdsim staff --max-blocking 1%",
        ));
    }
    // Before anything is simulated: nobody should wait to be told that something is bad.
    let input = input::read(arguments)?;
    arguments.check_limits(&input)?;
    let published = input::published(&input)?;
    let places = Places::new(arguments, &input)?;
    let control = Arc::clone(&stop.control);
    let mut warnings = input.warnings.clone();
    let mut days = Vec::new();
    let mut prepared_days = Vec::new();
    for (weekday, source) in &input.days {
        let mut prepared = None;
        let required = match source {
            Source::Closed => Required::Closed,
            Source::Agents(agents) => Required::Agents(agents.clone()),
            Source::Scenario(document) => {
                let threads = arguments.threads.map(usize::from);
                let of_day = progress::watch_calibration(&control, || {
                    calibrate::prepare(document, &arguments.set, threads, &control)
                })?;
                for warning in &of_day.loaded.warnings {
                    if !warnings.contains(warning) {
                        warnings.push(warning.clone());
                    }
                }
                let calls = calls(arguments, &of_day);
                prepared = Some(of_day);
                Required::Calls(Box::new(calls))
            }
        };
        days.push((*weekday, required));
        prepared_days.push(prepared);
    }
    let asked = Asked {
        name: input.name.clone(),
        rules: input.rules.clone(),
        crews: input.groups.clone(),
        published,
        most_people: arguments.max_people,
        most_cost: arguments.max_cost,
        days,
        effort: Effort {
            dives: arguments.dives,
            trials: arguments.trials,
            nodes: arguments.nodes,
            seed: input.seed,
        },
        rounds: arguments.rounds.unwrap_or(shifts::ROUNDS),
    };
    let mut answer = progress::watch_search(&control, || shifts::plan(&asked, &control))?;
    // However it ended: on another machine the same time may be too short.
    answer.shifts.repeatable = !(answer.shifts.partial || arguments.limit.is_set());
    stop.answered();
    answer.shifts.warnings.splice(0..0, warnings);
    if arguments.json {
        print_json(&answer.shifts)?;
    } else {
        let is_terminal = std::io::stdout().is_terminal();
        let page = Page {
            width: super::width(is_terminal),
            colour: super::colour(is_terminal),
            intervals: arguments.intervals,
        };
        print(&report::shifts::text(&answer.shifts, &page))?;
    }
    places.write(arguments, (&input, &prepared_days), &answer, &control.stop)?;
    Ok(match (answer.shifts.partial, answer.shifts.status) {
        (true, _) => status::INTERRUPTED,
        (false, ShiftStatus::Infeasible) => status::BAD_INPUT,
        (false, status) if status.is_good() => status::DONE,
        (false, _) => status::MISSED,
    })
}

fn amount(text: &str) -> Result<f64, String> {
    let value = text.trim().parse().ok();
    let positive = value.filter(|value: &f64| value.is_finite() && *value > 0.0);
    positive.ok_or_else(|| "expected a number above 0, e.g. 5000".to_owned())
}

fn date(text: &str) -> Result<Date, String> {
    text.parse().map_err(|error| format!("{error}"))
}

impl Arguments {
    /// Whether service is to be as good as people or cost allow.
    fn is_limited(&self) -> bool {
        self.max_people.is_some() || self.max_cost.is_some()
    }

    /// Refuses what makes no sense where service is to be as good as people or cost allow.
    fn check_limits(&self, input: &input::Input) -> Result<(), Failure> {
        if !self.is_limited() {
            return Ok(());
        }
        let flag = match self.max_people {
            Some(_) => "--max-people",
            None => "--max-cost",
        };
        let rules = &input.rules;
        let targets = &self.targets;
        let refused = if self.method.is_some() {
            format!(
                "--method has no effect: with {flag} no requirement is searched\n  help: leave it out"
            )
        } else if self.budget.is_some() {
            format!(
                "--budget has no effect: with {flag} no requirement is searched\n  help: leave it out; --rounds limits the simulations"
            )
        } else if rules.short_cost.is_some() || rules.spare_cost > 0.0 {
            format!(
                "the rules have a price of missing or spare hours, but with {flag} there is no requirement of which they could be\n  \
                 help: leave short_cost and spare_cost out of [shifts]"
            )
        } else if targets.any() && !targets.any_of_queues() {
            format!(
                "{flag} makes service as good as can be, but no target of a queue is given\n  help: --target 80/20"
            )
        } else {
            return Ok(());
        };
        Err(Failure::bad_input(refused))
    }
}

/// The question of a scenario.
fn calls(arguments: &Arguments, prepared: &Prepared) -> Calls {
    let mut scenario = prepared.loaded.scenario.clone();
    arguments.targets.apply(&mut scenario);
    let mut targets = arguments.targets.of(&scenario);
    targets.retain(|target| !matches!(target.place, Place::Trunk(_)));
    let per = match arguments.per {
        Some(PerArgument::Interval) => Per::Interval,
        Some(PerArgument::Day) => Per::Day,
        None if arguments.is_limited() => Per::Day,
        None => Per::Interval,
    };
    let of_scenario = Question::of(&scenario, per);
    let question = Question {
        targets,
        tolerance: Tolerance {
            points: arguments.tolerance.unwrap_or(of_scenario.tolerance.points),
            ..of_scenario.tolerance
        },
        confidence: arguments.confidence.unwrap_or(of_scenario.confidence),
        seed: arguments.seed.unwrap_or(of_scenario.seed),
        days: arguments.replications.map_or(of_scenario.days, u64::from),
        budget: arguments.budget.unwrap_or(of_scenario.budget),
        threads: arguments.threads.map(usize::from),
        ..of_scenario
    };
    let method = match arguments.method {
        Some(MethodArgument::Simulate) | None => None,
        Some(MethodArgument::ErlangC) => Some(Method::ErlangC),
        Some(MethodArgument::ErlangA) => Some(Method::ErlangA),
    };
    Calls {
        scenario,
        question,
        recipe: method.map(|method| Recipe {
            method,
            lag: Lag::None,
            attempts: Attempts::First,
            fractional: false,
        }),
    }
}

impl From<PlanError> for Failure {
    fn from(error: PlanError) -> Self {
        match error {
            PlanError::Experiment(error) => error.into(),
            PlanError::TooLarge(_) => Failure::bad_input(error),
        }
    }
}
