//! `acdsim shifts`: who works when, so that the targets hold at least cost.

use super::staff::{MethodArgument, PerArgument};
use super::stop::{self, Limit, Stop};
use super::targets::{Targets, points};
use super::{Failure, outputs, print, print_json, progress, run, say, status};
use crate::experiment::calibrate::{self, Prepared};
use crate::kpi::Place as KpiPlace;
use crate::planning::{Attempts, Bounds, Lag, Method, Per, Question, Recipe, Tolerance};
use crate::report;
use crate::report::files::Place;
use crate::report::shifts::Date;
use crate::report::text::Page;
use crate::scenario::{Document, RulesFile, Scenario, ShiftRules, WEEKDAYS};
use crate::shifts::document::ShiftStatus;
use crate::shifts::{
    self, Asked, Calls, Crew, Effort, PlanError, PublishedShift, Required, Requirement, Shiftwork,
};
use clap::{ArgGroup, Args};
use std::ffi::OsStr;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

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
    /// How the agents needed are found
    #[arg(long, value_enum, default_value = "simulate")]
    method: MethodArgument,
    /// Over what the targets are to be met
    #[arg(long, value_enum, default_value = "interval")]
    per: PerArgument,
    /// How far beside its target a figure is borderline; of times 5 %
    #[arg(long, value_name = "POINTS", value_parser = points, default_value = "1pp")]
    tolerance: f64,
    /// Joint confidence of all that is called met, e.g. 0.95 or 95% [default: the scenario's]
    #[arg(long, value_name = "LEVEL", value_parser = run::confidence)]
    confidence: Option<f64>,
    /// Seed of all random numbers: the same seed gives the same result [default: the scenario's]
    #[arg(long, value_name = "N", value_parser = super::seed, allow_negative_numbers = true)]
    seed: Option<u64>,
    /// Number of days of the closing simulation, more where that does not decide [default: the scenario's]
    #[arg(long, value_name = "N", value_parser = run::days)]
    replications: Option<u32>,
    /// Days simulated in the search of the agents needed, at most, for each day of a week
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=10_000_000_000))]
    #[arg(default_value = "100000")]
    budget: u64,
    /// Rounds of simulation and repair, at most; 0 only simulates the plan
    #[arg(long, value_name = "N", default_value_t = shifts::ROUNDS)]
    rounds: u32,
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

/// What is planned, read and checked.
struct Input {
    name: String,
    rules: ShiftRules,
    days: Vec<(Option<usize>, Source)>,
    groups: Vec<Crew>,
    /// The file of the published plan.
    keep: Option<PathBuf>,
    seed: u64,
}

/// What is known of a day.
enum Source {
    Closed,
    Scenario(Box<Document>),
    /// Agents by group and step of the grid.
    Agents(Vec<Vec<u32>>),
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
    let input = input(arguments)?;
    let published = published(&input)?;
    let places = Places::new(arguments, &input)?;
    let control = Arc::clone(&stop.control);
    let mut warnings: Vec<String> = Vec::new();
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
        days,
        effort: Effort {
            dives: arguments.dives,
            trials: arguments.trials,
            nodes: arguments.nodes,
            seed: input.seed,
        },
        rounds: arguments.rounds,
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

/// The shifts of the published plan that the rules name, as far as they are of the plan's days.
fn published(input: &Input) -> Result<Vec<PublishedShift>, Failure> {
    let Some(path) = &input.keep else {
        return Ok(Vec::new());
    };
    let days: Vec<Option<usize>> = input.days.iter().map(|(weekday, _)| *weekday).collect();
    shifts::published_shifts(path, &input.groups, &days).map_err(Failure::bad_input)
}

fn date(text: &str) -> Result<Date, String> {
    text.parse().map_err(|error| format!("{error}"))
}

/// Where the files go that were asked for.
struct Places {
    page: Option<Place>,
    plots: Option<Place>,
    csv: Option<Place>,
    calendar: Option<Place>,
    program: Option<Place>,
    /// The scenario of a day, or the folder of those of a week.
    scenario: Option<Place>,
}

impl Places {
    /// Finds and checks the places of all files.
    fn new(arguments: &Arguments, input: &Input) -> Result<Self, Failure> {
        let force = arguments.force;
        let place = |flag: &Option<Option<PathBuf>>, ending: &str| {
            Place::asked(flag, (&input.name, input.seed, ending), force)
        };
        let given = |flag: &Option<PathBuf>| flag.as_ref().map(|path| Place::given(path, force));
        let places = Self {
            page: place(&arguments.report, "-shifts.html"),
            plots: place(&arguments.plots, "-shifts-plots"),
            csv: place(&arguments.csv, "-shifts-csv"),
            calendar: given(&arguments.ics),
            program: given(&arguments.write_lp),
            scenario: given(&arguments.write),
        };
        let calls = |(_, source): &(Option<usize>, Source)| matches!(source, Source::Scenario(_));
        if places.scenario.is_some() && !input.days.iter().any(calls) {
            return Err(Failure::bad_input(
                "--write writes scenarios, and there is none: the agents needed come from a file\n  help: --csv writes the plan",
            ));
        }
        let week = input.days.len() > 1;
        let scenario = places.scenario.as_ref();
        let files = [&places.page, &places.calendar, &places.program]
            .into_iter()
            .flatten();
        for file in files.chain(scenario.filter(|_| !week)) {
            file.may_save_file()?;
        }
        let folders = [&places.plots, &places.csv].into_iter().flatten();
        for folder in folders.chain(scenario.filter(|_| week)) {
            folder.may_save_folder()?;
        }
        if let (Some(first), Some(weekday)) = (&arguments.first_day, input.days[0].0)
            && first.weekday() != weekday
        {
            return Err(Failure::bad_input(format!(
                "--first-day {first} is a {}, but the plan begins on a {}",
                WEEKDAYS[first.weekday()],
                WEEKDAYS[weekday]
            )));
        }
        Ok(places)
    }

    /// Writes every file that was asked for, and says on stderr where it is.
    fn write(
        &self,
        arguments: &Arguments,
        (input, prepared): (&Input, &[Option<Prepared>]),
        answer: &shifts::Answer,
        stop: &AtomicBool,
    ) -> Result<(), Failure> {
        let document = &answer.shifts;
        if let Some(place) = &self.scenario {
            let path = self.write_scenarios(place, (input, prepared), answer, stop)?;
            say(format!("Scenario: {}", path.display()));
        }
        if let Some(place) = &self.page {
            let scenario = match prepared {
                [Some(only)] => Some(&only.loaded.scenario),
                _ => None,
            };
            let path =
                place.save_file(|out| report::shifts::page(document, scenario, stop, out))?;
            say(format!("Report: {}", path.display()));
        }
        if let Some(place) = &self.plots {
            let path =
                place.save_folder(stop, |folder| report::shifts::write_plots(document, folder))?;
            say(format!("Plots: {}", path.display()));
        }
        if let Some(place) = &self.csv {
            let path =
                place.save_folder(stop, |folder| report::shifts::write_csv(document, folder))?;
            say(format!("CSV files: {}", path.display()));
        }
        if let (Some(place), Some(first)) = (&self.calendar, arguments.first_day) {
            let text = report::shifts::calendar(document, first).map_err(Failure::bad_input)?;
            let path = place.save_file(|out| out.write_all(text.as_bytes()))?;
            say(format!("Calendar: {}", path.display()));
        }
        if let Some(place) = &self.program {
            let text = Shiftwork::new(&answer.task).and_then(|work| work.lp_file());
            let text = text.map_err(Failure::bad_input)?;
            let path = place.save_file(|out| out.write_all(text.as_bytes()))?;
            say(format!("Program: {}", path.display()));
        }
        Ok(())
    }

    fn write_scenarios(
        &self,
        place: &Place,
        (input, prepared): (&Input, &[Option<Prepared>]),
        answer: &shifts::Answer,
        stop: &AtomicBool,
    ) -> Result<PathBuf, Failure> {
        let text = |day: usize, out: &Path| -> Result<Option<String>, report::scenario::Error> {
            let (Source::Scenario(document), Some(prepared)) = (&input.days[day].1, &prepared[day])
            else {
                return Ok(None);
            };
            let scenario = &prepared.loaded.scenario;
            let written = shifts::written(&answer.task, &answer.plan, day, scenario);
            let from = (&**document, prepared.calibration.as_ref());
            report::scenario::text(&written, from, out).map(|(text, _)| Some(text))
        };
        if let [_] = input.days.as_slice() {
            let text = text(0, place.path())?.unwrap_or_default();
            return Ok(place.save_file(|out| out.write_all(text.as_bytes()))?);
        }
        // All that can fail before the folder is begun.
        let mut files = Vec::new();
        for (day, weekday) in WEEKDAYS.iter().enumerate() {
            let name = format!("{weekday}.toml");
            if let Some(text) = text(day, &place.path().join(&name))? {
                files.push((name, text));
            }
        }
        let path = place.save_folder(stop, |folder| {
            files.iter().try_for_each(|(name, text)| {
                folder.write(name, |out| out.write_all(text.as_bytes()))
            })
        })?;
        Ok(path)
    }
}

/// The question of a scenario.
fn calls(arguments: &Arguments, prepared: &Prepared) -> Calls {
    let mut scenario = prepared.loaded.scenario.clone();
    arguments.targets.apply(&mut scenario);
    let run = &scenario.run;
    let mut targets = arguments.targets.of(&scenario);
    targets.retain(|target| !matches!(target.place, KpiPlace::Trunk(_)));
    let question = Question {
        targets,
        per: match arguments.per {
            PerArgument::Interval => Per::Interval,
            PerArgument::Day => Per::Day,
        },
        intervals: None,
        tolerance: Tolerance {
            points: arguments.tolerance,
            ..Tolerance::default()
        },
        confidence: arguments.confidence.unwrap_or(run.confidence),
        bounds: Bounds::none(&scenario),
        seed: arguments.seed.unwrap_or(run.seed),
        days: arguments.replications.unwrap_or(run.replications).into(),
        budget: arguments.budget,
        risk: None,
        marginal: false,
        threads: arguments.threads.map(usize::from),
    };
    let method = match arguments.method {
        MethodArgument::Simulate => None,
        MethodArgument::ErlangC => Some(Method::ErlangC),
        MethodArgument::ErlangA => Some(Method::ErlangA),
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

fn input(arguments: &Arguments) -> Result<Input, Failure> {
    let is_csv = |path: &Path| path.extension() == Some(OsStr::new("csv"));
    match arguments.file.as_deref() {
        Some(path) if is_csv(path) => from_requirement(arguments, path),
        file => {
            let document = super::open(file)?;
            match document.is_rules() {
                true => from_rules(arguments, &document),
                false => from_scenario(arguments, document),
            }
        }
    }
}

/// A scenario with rules of its own, or from a file.
fn from_scenario(arguments: &Arguments, document: Document) -> Result<Input, Failure> {
    let scenario = checked(arguments, &document)?;
    let (rules, keep) = match &arguments.rules {
        Some(path) => {
            let names: Vec<&str> = scenario.groups.iter().map(|g| g.name.as_str()).collect();
            let file = RulesFile::read(&Document::open(path)?)?;
            if file.days.is_some() || file.scenario.is_some() {
                return Err(Failure::bad_input(format!(
                    "{} names its own scenarios\n  help: leave {} out: acdsim shifts {0}",
                    path.display(),
                    arguments
                        .file
                        .as_deref()
                        .unwrap_or(Path::new("the scenario"))
                        .display(),
                )));
            }
            let rules = file.rules(&names, scenario.interval_min)?;
            let keep = rules.keep.as_ref().map(|keep| file.path(&keep.file));
            (rules, keep)
        }
        None => match &scenario.shifts {
            Some(rules) => {
                let keep = rules.keep.as_ref().map(|keep| document.beside(&keep.file));
                ((**rules).clone(), keep)
            }
            None => return Err(no_rules(arguments)),
        },
    };
    shifts::on_the_grid(&scenario, rules.grid_min).map_err(Failure::bad_input)?;
    Ok(Input {
        name: scenario.name.clone(),
        seed: arguments.seed.unwrap_or(scenario.run.seed),
        days: vec![(rules.day, Source::Scenario(Box::new(document)))],
        groups: scenario.groups.iter().map(Crew::of).collect(),
        rules,
        keep,
    })
}

fn no_rules(arguments: &Arguments) -> Failure {
    let name = arguments.file.as_deref().map_or_else(
        || "the bundled day".to_owned(),
        |path| path.display().to_string(),
    );
    let instead = "name a file of rules (--rules FILE.toml), or ";
    Failure::bad_input(shifts::no_rules(&name, instead))
}

/// Rules that name their scenarios.
fn from_rules(arguments: &Arguments, document: &Document) -> Result<Input, Failure> {
    let file = RulesFile::read(document)?;
    if let Some(other) = &arguments.rules {
        return Err(Failure::bad_input(format!(
            "there are two files of rules\n  help: leave one of them out, or name a scenario before --rules {}",
            other.display()
        )));
    }
    let week = file.days.as_ref();
    let named: Vec<(Option<usize>, Option<&String>)> = match (week, &file.scenario) {
        (Some(days), _) => (0..7).map(|day| (Some(day), days[day].as_ref())).collect(),
        (None, Some(scenario)) => vec![(None, Some(scenario))],
        (None, None) => {
            return Err(Failure::bad_input(
                "the rules name no scenario\n  help: write scenario = \"monday.toml\" or [days] with mon = \"monday.toml\" \
                 above [shifts], or name the scenario: acdsim shifts monday.toml --rules FILE",
            ));
        }
    };
    let mut groups: Vec<Crew> = Vec::new();
    let mut interval_min = 0;
    let mut seed = None;
    let mut days = Vec::new();
    let mut scenarios = Vec::new();
    for (weekday, name) in named {
        let Some(name) = name else {
            days.push((weekday, Source::Closed));
            continue;
        };
        let document = Document::open(&file.path(name))?;
        let scenario = checked(arguments, &document)?;
        seed = seed.or(Some(scenario.run.seed));
        for group in &scenario.groups {
            if !groups.iter().any(|known| known.name == group.name) {
                groups.push(Crew::of(group));
            }
        }
        // The grid divides every interval where it divides what divides them all.
        interval_min = shifts::divisor(interval_min, scenario.interval_min);
        days.push((weekday, Source::Scenario(Box::new(document))));
        scenarios.push(scenario);
    }
    let names: Vec<&str> = groups.iter().map(|group| group.name.as_str()).collect();
    let rules = file.rules(&names, interval_min)?;
    for scenario in &scenarios {
        shifts::on_the_grid(scenario, rules.grid_min).map_err(Failure::bad_input)?;
    }
    if week.is_none() {
        days[0].0 = rules.day;
    }
    Ok(Input {
        name: arguments
            .file
            .as_deref()
            .and_then(Path::file_stem)
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
        keep: rules.keep.as_ref().map(|keep| file.path(&keep.file)),
        rules,
        days,
        groups,
        seed: arguments.seed.or(seed).unwrap_or(1),
    })
}

fn checked(arguments: &Arguments, document: &Document) -> Result<Scenario, Failure> {
    let scenario = document.check(&arguments.set)?.scenario;
    shifts::fits(&scenario).map_err(Failure::bad_input)?;
    Ok(scenario)
}

/// Agents needed, from a file.
fn from_requirement(arguments: &Arguments, path: &Path) -> Result<Input, Failure> {
    for (flag, given) in [
        ("a target", arguments.targets.any()),
        ("--confidence", arguments.confidence.is_some()),
        ("--replications", arguments.replications.is_some()),
        ("--set", !arguments.set.is_empty()),
    ] {
        if given {
            return Err(Failure::bad_input(format!(
                "{flag} has no effect: the agents needed come from {}, and nothing is simulated\n  help: leave it out, or name a \
                 scenario",
                path.display()
            )));
        }
    }
    let requirement = Requirement::read(path).map_err(Failure::bad_input)?;
    let Some(rules) = &arguments.rules else {
        return Err(Failure::bad_input(format!(
            "{} says how many agents are needed, but not which shifts they may work\n  help: name a file of rules: --rules FILE.toml",
            path.display()
        )));
    };
    let names: Vec<&str> = requirement.groups.iter().map(String::as_str).collect();
    let file = RulesFile::read(&Document::open(rules)?)?;
    let rules = file.rules(&names, requirement.interval_min)?;
    let per_interval = (requirement.interval_min / rules.grid_min) as usize;
    let on_grid = |agents: &Vec<u32>| -> Vec<u32> {
        agents
            .iter()
            .flat_map(|n| std::iter::repeat_n(*n, per_interval))
            .collect()
    };
    let days = requirement.days.iter().map(|(weekday, agents)| {
        let source = match agents {
            Some(agents) => Source::Agents(agents.iter().map(on_grid).collect()),
            None => Source::Closed,
        };
        (*weekday, source)
    });
    let mut days: Vec<(Option<usize>, Source)> = days.collect();
    if let [(day @ None, _)] = days.as_mut_slice() {
        *day = rules.day;
    }
    Ok(Input {
        name: path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
        groups: requirement
            .groups
            .iter()
            .map(|name| Crew {
                name: name.clone(),
                cost_per_hour: None,
            })
            .collect(),
        keep: rules.keep.as_ref().map(|keep| file.path(&keep.file)),
        rules,
        days,
        seed: arguments.seed.unwrap_or(1),
    })
}

impl From<PlanError> for Failure {
    fn from(error: PlanError) -> Self {
        match error {
            PlanError::Experiment(error) => error.into(),
            PlanError::TooLarge(_) => Failure::bad_input(error),
        }
    }
}
