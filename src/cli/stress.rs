//! `acdsim stress`: load tests of a workforce.

use super::check::{self, CountsAs};
use super::outputs::page_name;
use super::staff::PerArgument;
use super::stop::{self, Limit, Stop};
use super::targets::{Targets, points, share};
use super::{Failure, print, print_json, progress, run, say};
use crate::experiment::{self, calibrate};
use crate::lab::vary;
use crate::planning::{self, Per, Tolerance};
use crate::report::check as check_report;
use crate::report::files::{Folder, Place, SaveError};
use crate::report::{scenario as saved, stress as report, text};
use crate::scenario::stress::{MOST_VOLUME, Profile};
use crate::scenario::{
    Document, Mode, ProfileFile, STARTERS, Scenario, Starter, parse_duration, problem_in_argument,
    stages_in_argument,
};
use crate::stress::breaking::{self, breaking_point};
use crate::stress::course::{self, course};
use crate::stress::expect::{self, Expectation, Expected, Of};
use crate::stress::{self, CurveQuestion, Stress};
use clap::{ArgGroup, Args};
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Most volumes of a curve.
const MOST_POINTS: usize = 1000;

/// The volumes of a curve if none are given: those of [`CurveQuestion::new`].
const VOLUMES: &str = "10%..300%:10%";

/// Load-test a workforce: how much volume it bears, what gives way first, and what becomes of a bad day.
///
/// Without flags: the breaking point, which is the volume up to which every target holds in expectation; and, where the scenario has a
/// section [stress] or a profile is given, the day on which that happens, beside the same day without it: when it recovers, who
/// is lost, and what callers who call again add. A profile has stages of volume, faults, and what is done about them.
///
/// The price (--price) is which agents, where and when, and which lines it takes to survive that day.
///
/// The capacity curve (--curve) simulates the scenario at volumes from 10 % to 300 % of its first attempts, with the same
/// callers at all of them, beside what Erlang-C and Erlang-A say, and marks the knee: where the service begins to give way.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("stress_files").multiple(true))]
#[command(after_help = "\
Examples:
  acdsim stress                                            the bundled day: its breaking point
  acdsim stress monday.toml --stages '2h:100%, 0s:200%, 30m:200%, 1h:100%'    a spike of half an hour
  acdsim stress monday.toml --profile storm-outage         a bundled profile, or a file with a section [stress]
  acdsim stress monday.toml --profile storm-outage --price    which agents and lines survive it, and when
  acdsim stress monday.toml --breaking-point --per interval --width 5pp
  acdsim stress monday.toml --breaking-point --risk 10%    nine days in ten meet every target of the queues
  acdsim stress --curve                                    the bundled day, from 10 % to 300 % of its volume
  acdsim stress monday.toml --profile flu-week --expect 'recovery < 45m' --expect 'breaking_point >= 130%'    for CI
  acdsim stress monday.toml --curve --volumes 80%..140%:5%
  acdsim stress monday.toml --curve --volumes '50%, 100%, 150%, 200%'
  acdsim stress monday.toml --curve --until-precise 1pp --max-replications 2000
  acdsim stress monday.toml --curve --set 'groups.sales team.staff+=2'
  acdsim stress monday.toml --curve --report               a page to look at and to show, in output/
  acdsim stress monday.toml --curve --plots                the same pictures as SVG and PNG files
  acdsim stress monday.toml --curve --json > curve.json    every figure, for scripts

Exit status: 0 done, or all that was expected holds; 1 something does not; 2 bad usage or bad input; 3 something is inconclusive;
130 interrupted.")]
pub struct Arguments {
    /// The scenario file (TOML); without it the bundled day
    file: Option<PathBuf>,
    /// The day of the profile: recovery, lost callers, and those who call again
    #[arg(long)]
    day: bool,
    /// The breaking point: the volume up to which every target holds
    #[arg(long)]
    breaking_point: bool,
    /// The capacity curve: every figure against volume
    #[arg(long)]
    curve: bool,
    /// The price of resilience: the agents, where and when, and the lines that it takes to survive the profile
    #[arg(long)]
    price: bool,
    /// Volume in the course of the day, in place of the profile's: in so much time, evenly, to so much of today's
    #[arg(long, value_name = "STAGES", allow_hyphen_values = true)]
    stages: Option<String>,
    /// The profile, in place of the scenario's own: a file with a section [stress], or a bundled one, see acdsim init --list
    #[arg(long, value_name = "PROFILE")]
    profile: Option<PathBuf>,
    /// The day: at each instant targets are judged over a window of this length before it
    #[arg(long, value_name = "TIME", default_value = "30m", value_parser = window)]
    window: u32,
    /// The day and the price: how far beside its target a figure counts as held; of times 5 %
    #[arg(long, value_name = "POINTS", value_parser = points, default_value = "1pp")]
    tolerance: f64,
    /// Number of days: of the day, of each of three variants; of the price, on which it is judged [default: the scenario's, at
    /// least 1000]
    #[arg(long, value_name = "N", value_parser = run::days)]
    replications: Option<u32>,
    #[command(flatten)]
    targets: Targets,
    /// The breaking point and the price: over what the targets are to be met
    #[arg(long, value_enum, default_value = "day")]
    per: PerArgument,
    /// The breaking point and the price: up to which any target of any queue is missed on at most this share of days, e.g. 10%
    #[arg(long, value_name = "SHARE", value_parser = share)]
    risk: Option<f64>,
    /// The breaking point: largest width of its interval, in points of today's volume
    #[arg(long, value_name = "POINTS", default_value = "2pp", value_parser = width)]
    width: f64,
    /// The breaking point and the price: days of the search, at most, for each of them
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=10_000_000_000))]
    #[arg(default_value = "100000")]
    budget: u64,
    /// Volumes of the curve, of today's first attempts: a range with both ends, FROM..TO:STEP, or a list of them
    #[arg(long, value_name = "VOLUMES", default_value = VOLUMES, value_parser = volumes, allow_hyphen_values = true)]
    volumes: Volumes,
    /// Simulate each volume until the service level of every queue has this half-width
    #[arg(long, value_name = "POINTS", default_value = "2pp", value_parser = run::points)]
    until_precise: f64,
    /// Days of a volume at which that ends at the latest
    #[arg(long, value_name = "N", default_value = "400", value_parser = run::days)]
    max_replications: u32,
    /// What is expected besides what the profile says, such as 'recovery < 45m' or 'breaking_point >= 130%'; may be given several times
    #[arg(long, value_name = "EXPECTATION")]
    expect: Vec<String>,
    /// What expectations that are not decided count as [default: a result of their own, exit status 3]
    #[arg(long, value_name = "AS")]
    inconclusive: Option<CountsAs>,
    /// Write the expectations as JUnit XML
    #[arg(long, value_name = "FILE.xml", group = "stress_files")]
    junit: Option<PathBuf>,
    /// Seed of all random numbers: the same seed gives the same result [default: the scenario's]
    #[arg(long, value_name = "N", value_parser = super::seed, allow_negative_numbers = true)]
    seed: Option<u64>,
    #[command(flatten)]
    limit: Limit,
    /// Level of the confidence intervals, e.g. 0.95 or 95% [default: the scenario's]
    #[arg(long, value_name = "LEVEL", value_parser = run::confidence)]
    confidence: Option<f64>,
    /// Number of threads; the result does not depend on it [default: one for each core]
    #[arg(long, value_name = "N", value_parser = run::threads)]
    threads: Option<u16>,
    /// Change a value of the scenario; may be given several times
    #[arg(long, value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// Print every figure as one JSON document
    #[arg(long)]
    json: bool,
    /// Write a page with plots and tables, one HTML file [default: output/NAME-seedN-stress.html]
    #[arg(long, value_name = "FILE.html", num_args = 0..=1, group = "stress_files", value_parser = page_name)]
    report: Option<Option<PathBuf>>,
    /// Write every plot as SVG and PNG into a folder [default: output/NAME-seedN-stress-plots]
    #[arg(long, value_name = "DIR", num_args = 0..=1, group = "stress_files")]
    plots: Option<Option<PathBuf>>,
    /// Write every figure as CSV files into a folder [default: output/NAME-seedN-stress-csv]
    #[arg(long, value_name = "DIR", num_args = 0..=1, group = "stress_files")]
    csv: Option<Option<PathBuf>>,
    /// Write the scenario with the agents and lines that survive the profile
    #[arg(
        long,
        value_name = "FILE.toml",
        group = "stress_files",
        requires = "price"
    )]
    write: Option<PathBuf>,
    /// Overwrite files that exist
    #[arg(long, requires = "stress_files")]
    force: bool,
}

/// Volumes in per cent, rising.
#[derive(Debug, Clone, PartialEq)]
struct Volumes(Vec<f64>);

fn volumes(text: &str) -> Result<Volumes, String> {
    let example = "write for example 50%..150%:10%, or a list 50%, 100%, 200%";
    let mut percents: Vec<f64> = Vec::new();
    for item in text.split(',').map(str::trim) {
        let values = match item.contains("..") {
            true => vary::range(item).map_err(|_| {
                format!("{item:?} is no range of volumes, FROM..TO:STEP; {example}")
            })?,
            false => vec![item.to_owned()],
        };
        for value in values {
            let Some(number) = value.strip_suffix('%') else {
                return Err(format!(
                    "{item:?} is no share of today's volume in per cent; {example}"
                ));
            };
            let number: f64 = number
                .trim()
                .parse()
                .map_err(|_| format!("{item:?} is no share of today's volume; {example}"))?;
            if !(number > 0.0 && number <= 100.0 * MOST_VOLUME) {
                return Err(format!(
                    "a volume is more than 0% and at most {}%",
                    100.0 * MOST_VOLUME
                ));
            }
            percents.push(number);
        }
        if percents.len() > MOST_POINTS {
            return Err(format!(
                "there are more than {MOST_POINTS} volumes; take a larger step"
            ));
        }
    }
    percents.sort_by(f64::total_cmp);
    percents.dedup();
    Ok(Volumes(percents))
}

/// A width that can be proved.
fn width(text: &str) -> Result<f64, String> {
    match points(text)? {
        width if width >= breaking::LEAST_WIDTH => Ok(width),
        _ => Err("a width is at least 0.1pp: the narrower, the more days it takes".to_owned()),
    }
}

/// Whole minutes of a window.
fn window(text: &str) -> Result<u32, String> {
    let time = parse_duration(text).map_err(|error| error.to_string())?;
    let minutes = time.as_secs() / 60;
    match u32::try_from(minutes) {
        Ok(minutes) if minutes > 0 && time.as_secs() % 60 == 0 && minutes <= 24 * 60 => Ok(minutes),
        _ => Err(
            "a window is a number of whole minutes, at most a day: write for example 30m"
                .to_owned(),
        ),
    }
}

pub fn execute(arguments: &Arguments) -> Result<u8, Failure> {
    stop::within(&arguments.limit, |stop| answer(arguments, stop))
}

/// What is asked for.
struct Asked {
    profile: Option<Profile>,
    day: bool,
    price: bool,
    breaking_point: bool,
    curve: bool,
    expectations: Vec<Expected>,
    /// Those of the profile that are of a part which is not asked for.
    not_judged: Vec<Expected>,
}

fn answer(arguments: &Arguments, stop: &mut Stop) -> Result<u8, Failure> {
    // A profile alone is one of the bundled day.
    let mut document = super::open(arguments.file.as_deref())?;
    let own = document.is_profile().then(|| document.clone());
    if own.is_some() {
        document = super::open(None)?;
    }
    // Before anything is simulated: nobody should wait to be told that something is bad.
    let mut scenario = document.check(&arguments.set)?.scenario;
    arguments.targets.apply(&mut scenario);
    let asked = asked(arguments, &scenario, &document, own)?;
    let seed = arguments.seed.unwrap_or(scenario.run.seed);
    let confidence = arguments.confidence.unwrap_or(scenario.run.confidence);
    let threads = arguments.threads.map(usize::from);
    let places = Places::new(arguments, &scenario.name, seed)?;

    let control = Arc::clone(&stop.control);
    let prepared = progress::watch_calibration(&control, || {
        calibrate::prepare(&document, &arguments.set, threads, &control)
    })?;
    let mut scenario = prepared.loaded.scenario;
    arguments.targets.apply(&mut scenario);
    let mut found = Stress::of(&scenario, seed, confidence);
    found.run.warnings = prepared.loaded.warnings;
    found.run.warnings.extend(not_judged(&asked.not_judged));
    let profile = asked.profile.as_ref();
    if let Some(profile) = profile.filter(|_| asked.day) {
        let usual = course::Question::of(&scenario);
        let question = course::Question {
            days: arguments.replications.map_or(usual.days, u64::from),
            window_min: arguments.window,
            tolerance: Tolerance {
                points: arguments.tolerance,
                ..usual.tolerance
            },
            seed,
            confidence,
            threads,
        };
        let day = progress::watch(&control, || course(&scenario, profile, &question, &control))?;
        found.add_day(day);
        control.done.store(0, Ordering::Relaxed);
    }
    let per = match arguments.per {
        PerArgument::Interval => Per::Interval,
        PerArgument::Day => Per::Day,
    };
    if asked.breaking_point && !found.run.partial {
        let question = breaking::Question {
            targets: arguments.targets.of(&scenario),
            per,
            risk: arguments.risk,
            width: arguments.width,
            confidence,
            seed,
            budget: arguments.budget,
            threads,
            explained: true,
        };
        let breaking =
            progress::watch_search(&control, || breaking_point(&scenario, &question, &control))?;
        found.add_breaking(breaking);
        control.done.store(0, Ordering::Relaxed);
    }
    if let Some(profile) = profile.filter(|_| asked.price && !found.run.partial) {
        let usual = planning::Question::of(&scenario, per);
        let question = planning::Question {
            targets: arguments.targets.of(&scenario),
            tolerance: Tolerance {
                points: arguments.tolerance,
                ..usual.tolerance
            },
            risk: arguments.risk,
            days: arguments
                .replications
                .map_or(usual.days.max(course::FEWEST_DAYS), u64::from),
            budget: arguments.budget,
            confidence,
            seed,
            threads,
            ..usual
        };
        let price = progress::watch_search(&control, || {
            stress::price(&scenario, profile, &question, &control)
        });
        match price {
            // What was found before is worth showing.
            Err(experiment::Error::NothingDone(_)) if found.run.days_used > 0 => {
                found.run.partial = true;
            }
            price => found.add_price(price?),
        }
        control.done.store(0, Ordering::Relaxed);
    }
    if asked.curve && !found.run.partial {
        let question = CurveQuestion {
            percents: arguments.volumes.0.clone(),
            half_width: arguments.until_precise,
            most_days: arguments.max_replications.into(),
            seed,
            confidence,
            threads,
        };
        let curve =
            progress::watch_parts(&control, || stress::curve(&scenario, &question, &control));
        match curve {
            Err(stress::Error::Run(experiment::Error::NothingDone(_)))
                if found.run.days_used > 0 =>
            {
                found.run.partial = true;
            }
            curve => found.add_curve(curve?),
        }
    }
    expect::judge(&mut found, &asked.expectations);
    stop.answered();

    let view = report::View::new(&found, &scenario, profile);
    if arguments.json {
        print_json(&found)?;
    } else {
        let is_terminal = io::stdout().is_terminal();
        let page = text::Page {
            width: super::width(is_terminal),
            colour: super::colour(is_terminal),
            intervals: false,
        };
        print(&report::text(&view, &page))?;
    }
    let undecided = check::undecided(arguments.inconclusive);
    places.write(&view, &control.stop)?;
    let label = arguments.file.as_deref().map_or_else(
        || "the bundled day".to_owned(),
        |path| path.display().to_string(),
    );
    let outcome = expect::outcome(&found, &label);
    if let Some(place) = &places.junit {
        let path = place.save_file(|out| check_report::junit(&outcome, undecided, out))?;
        say(format!("JUnit: {}", path.display()));
    }
    if let (Some(place), Some(price)) = (&places.scenario, &found.price) {
        let from = (&document, prepared.calibration.as_ref());
        if !saved::save(&price.scenario, from, place)? {
            say("note: the comments of the scenario file could not be kept");
        }
        say(format!("Scenario: {}", place.path().display()));
    }
    Ok(check::exit_status(&outcome, undecided, stop))
}

impl From<stress::Error> for Failure {
    fn from(error: stress::Error) -> Self {
        match error {
            stress::Error::Run(error) => error.into(),
            other => Failure::bad_input(other),
        }
    }
}

/// What the flags ask for: without any the breaking point, and the day of the profile where there is one; and what expectations
/// are of. Those of the profile ask for nothing beside a flag that names a part, unless the load test is told to be a gate.
fn asked(
    arguments: &Arguments,
    scenario: &Scenario,
    document: &Document,
    own: Option<Document>,
) -> Result<Asked, Failure> {
    let parse = |text: &String| match Expectation::parse(text) {
        Ok(what) => Ok(Expected { what, place: None }),
        Err(wrong) => {
            let words = (
                wrong.message.as_str(),
                wrong.label.as_str(),
                wrong.help.as_str(),
            );
            Err(problem_in_argument("--expect", text, wrong.span, words))
        }
    };
    let flags: Vec<Expected> = arguments
        .expect
        .iter()
        .map(parse)
        .collect::<Result<_, _>>()?;
    let named = arguments.stages.is_some() || arguments.profile.is_some() || own.is_some();
    let (profile, in_file) = profile(arguments, scenario, document, own)?;
    let is_gate = arguments.junit.is_some() || arguments.inconclusive.is_some();
    if is_gate && flags.is_empty() && in_file.is_empty() {
        return Err(Failure::bad_input(
            "nothing is expected, so that there is nothing to judge\n  help: give --expect 'recovery < 45m' or the like, or write \
             expect = [\"recovery < 45m\"] into the profile's section [stress]",
        ));
    }
    let parts_are_named =
        arguments.day || arguments.breaking_point || arguments.curve || arguments.price;
    let all_ask = is_gate || !parts_are_named;
    let nothing = !parts_are_named && flags.is_empty();
    let asking = flags.iter().chain(in_file.iter().filter(|_| all_ask));
    let asking: Vec<Of> = asking.map(|expected| expected.what.of).collect();
    // Who names a profile and no part asks for its day.
    let is_of_day = nothing || (named && !parts_are_named);
    let wants_day = arguments.day || asking.contains(&Of::Day) || (is_of_day && profile.is_some());
    let needs_profile = wants_day || arguments.price;
    if needs_profile && matches!(scenario.run.mode, Mode::Steady { .. }) {
        return Err(Failure::bad_input(
            "a profile happens in the course of a day; this scenario is one steady run\n  help: write mode = \"day\" (and open = \
             \"08:00-20:00\" or the like) into it, or try --set run.mode=day",
        ));
    }
    if needs_profile && profile.is_none() {
        return Err(Failure::bad_input(
            "there is no profile\n  help: give one: --stages '2h:100%, 0s:200%, 30m:200%, 1h:100%', --profile FILE.toml, or a \
             section [stress] in the scenario",
        ));
    }
    let breaking_point = arguments.breaking_point || nothing || asking.contains(&Of::BreakingPoint);
    if arguments.price && arguments.risk.is_some() && matches!(arguments.per, PerArgument::Interval)
    {
        return Err(Failure::bad_input(
            "--risk is about whole days, and --per interval about each interval: no price has both\n  help: leave out one of them",
        ));
    }
    if (breaking_point || arguments.price) && arguments.targets.of(scenario).is_empty() {
        return Err(Failure::bad_input(
            "there is no target that could be missed\n  help: give one: --target 80/20, --max-abandonment 5%, --max-blocking 1% or the like",
        ));
    }
    let (judged, not_judged): (Vec<Expected>, _) =
        in_file
            .into_iter()
            .partition(|expected| match expected.what.of {
                Of::Day => wants_day,
                Of::BreakingPoint => breaking_point,
            });
    Ok(Asked {
        profile: profile.filter(|_| needs_profile),
        day: wants_day,
        price: arguments.price,
        breaking_point,
        curve: arguments.curve,
        expectations: judged.into_iter().chain(flags).collect(),
        not_judged,
    })
}

/// Says which expectations are not judged, and how they would be.
fn not_judged(expectations: &[Expected]) -> Vec<String> {
    let parts = [
        (Of::Day, "the day", "--day"),
        (Of::BreakingPoint, "the breaking point", "--breaking-point"),
    ];
    let warning = |(of, part, flag)| {
        let mut texts = expectations
            .iter()
            .filter(|expected| expected.what.of == of);
        let first = &texts.next()?.what.text;
        let (which, them) = match texts.count() {
            0 => ("is".to_owned(), "it"),
            1 => ("and another expectation are".to_owned(), "them"),
            n => (format!("and {n} other expectations are"), "them"),
        };
        Some(format!(
            "{first} {which} not judged, being of {part}: {flag} asks for {them}"
        ))
    };
    parts.into_iter().filter_map(warning).collect()
}

/// The profile, where anything happens in it, and what it expects: that of the command line, or the scenario's own; its stages may
/// be replaced.
fn profile(
    arguments: &Arguments,
    scenario: &Scenario,
    document: &Document,
    own: Option<Document>,
) -> Result<(Option<Profile>, Vec<Expected>), Failure> {
    let file = match &arguments.profile {
        None => own,
        Some(path) => {
            match bundled().find(|starter| path.as_os_str() == starter.name) {
                // A file of that name is meant rather than what is bundled.
                Some(starter) if !path.exists() => {
                    let name = format!("{}.toml", starter.name);
                    Some(Document::parse(&name, starter.text, Path::new(""))?)
                }
                None if !path.exists() => return Err(no_profile(path)),
                _ => Some(Document::open(path)?),
            }
        }
    };
    let file = file.map(ProfileFile::new);
    let (mut profile, document) = match &file {
        Some(file) => (Some(file.profile(scenario)?), file.document()),
        None => (scenario.stress.as_deref().cloned(), document),
    };
    if let Some(text) = &arguments.stages {
        let stages = stages_in_argument("--stages", text, scenario)?;
        profile = Some(Profile {
            stages,
            ..profile.unwrap_or_default()
        });
    }
    let expected = profile
        .iter_mut()
        .flat_map(|profile| std::mem::take(&mut profile.expect));
    let expected = expected.map(|what| Expected {
        place: document.place_of_expectation(&what),
        what,
    });
    let expected = expected.collect();
    Ok((profile.filter(|profile| !profile.is_empty()), expected))
}

/// The profiles that come with acdsim.
fn bundled() -> impl Iterator<Item = &'static Starter> {
    STARTERS
        .iter()
        .filter(|starter| starter.command == "stress")
}

/// There is no such profile.
fn no_profile(path: &Path) -> Failure {
    let names: Vec<&str> = bundled().map(|starter| starter.name).collect();
    Failure::bad_input(format!(
        "there is no file {}, and no bundled profile of that name\n  help: those that come with acdsim are {}",
        path.display(),
        names.join(", ")
    ))
}

/// Where the files go that were asked for.
struct Places {
    page: Option<Place>,
    plots: Option<Place>,
    csv: Option<Place>,
    junit: Option<Place>,
    scenario: Option<Place>,
}

impl Places {
    /// Finds and checks the places of all files.
    fn new(arguments: &Arguments, scenario: &str, seed: u64) -> Result<Self, Failure> {
        let place = |flag: &Option<Option<PathBuf>>, ending: &str| {
            Place::asked(flag, (scenario, seed, ending), arguments.force)
        };
        let given = |path: &Option<PathBuf>| {
            let path = path.as_ref();
            path.map(|path| Place::given(path, arguments.force))
        };
        let places = Self {
            page: place(&arguments.report, "-stress.html"),
            plots: place(&arguments.plots, "-stress-plots"),
            csv: place(&arguments.csv, "-stress-csv"),
            junit: given(&arguments.junit),
            scenario: given(&arguments.write),
        };
        for file in [&places.page, &places.junit, &places.scenario]
            .into_iter()
            .flatten()
        {
            file.may_save_file()?;
        }
        for folder in [&places.plots, &places.csv].into_iter().flatten() {
            folder.may_save_folder()?;
        }
        let named = [
            (&places.csv, "CSV files"),
            (&places.plots, "plots"),
            (&places.page, "the page"),
            (&places.junit, "the JUnit file"),
            (&places.scenario, "the scenario"),
        ];
        let given: Vec<(&Place, &str)> = named
            .into_iter()
            .filter_map(|(place, name)| Some((place.as_ref()?, name)))
            .collect();
        for (k, (place, name)) in given.iter().enumerate() {
            let mut others = given[k + 1..].iter();
            // The folder would no longer be empty, or the file be in its place.
            if let Some((_, other)) = others.find(|(other, _)| place.has_in_it(other)) {
                return Err(Failure::bad_input(format!(
                    "{name} cannot be written to {}: {other} would be there already; name another place",
                    place.path().display(),
                )));
            }
        }
        Ok(places)
    }

    /// Writes every file that was asked for, and says on stderr where it is.
    fn write(&self, view: &report::View<'_>, stop: &AtomicBool) -> Result<(), Failure> {
        if let Some(place) = &self.page {
            let path = place.save_file(|out| report::page(view, stop, out))?;
            say(format!("Report: {}", path.display()));
        }
        type Write = fn(&report::View<'_>, &Folder<'_>) -> Result<(), SaveError>;
        let folders: [(&Option<Place>, &str, Write); 2] = [
            (&self.plots, "Plots", report::write_plots),
            (&self.csv, "CSV files", report::write_csv),
        ];
        for (place, title, write) in folders {
            if let Some(place) = place {
                let path = place.save_folder(stop, |folder| write(view, folder))?;
                say(format!("{title}: {}", path.display()));
            }
        }
        Ok(())
    }
}
