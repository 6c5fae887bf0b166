//! `acdsim compare`: variants against each other on the same days.

use super::outputs::page_name;
use super::stop::{self, Limit, Stop};
use super::{Failure, print, print_json, progress, run, say, status};
use crate::experiment::{Control, calibrate};
use crate::lab::{self, Amounts, Comparison, Days, Question, Side};
use crate::report::files::Place;
use crate::report::{comparison as report, text};
use crate::scenario::{Document, Mode, Scenario};
use clap::{ArgGroup, Args};
use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// The margins that are taken if none are given: those of [`Amounts::slight`].
const MARGINS: &str = "0.5pp,2s,1%";

/// Compare variants on the same days: by how much each figure differs, how sure that is, and whether it is better or worse.
///
/// Every file after the first, and every variant, is set against the first file. All have the same callers, with the same
/// patience and talk times, so that they differ by what was changed and not by luck.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("compare_files").multiple(true))]
#[command(after_help = "\
Examples:
  acdsim compare --variant 'groups.generalists.staff+=1'           the bundled day with one more agent
  acdsim compare monday.toml new.toml                              two files
  acdsim compare monday.toml --variant 'queues.sales.priority=2'   a file and a change of it
  acdsim compare monday.toml --variant 'more calls: call_types.service.rate*=1.1; call_types.sales.rate*=1.1'
  acdsim compare monday.toml --variant 'one: groups.a.staff+=1' --variant 'two: groups.a.staff+=2'   with a ranking
  acdsim compare monday.toml new.toml --until-precise 0.2pp,asa_s=1s
  acdsim compare monday.toml new.toml --margin 1pp,5s              what is not worth a word
  acdsim compare monday.toml new.toml --summary                    in one line
  acdsim compare monday.toml new.toml --markdown                   for a pull request
  acdsim compare monday.toml new.toml --report                     a page to look at and to show, in output/

Exit status: 0 done, whatever the verdicts; 2 bad usage or bad input; 130 interrupted.")]
pub struct Arguments {
    /// The scenario files (TOML); without one the bundled day
    files: Vec<PathBuf>,
    /// A change of the first file, or several with ; between them, perhaps named: 'NAME: PATH=VALUE; PATH=VALUE'
    #[arg(long, value_name = "CHANGES")]
    variant: Vec<String>,
    /// Change a value of every scenario; may be given several times
    #[arg(long, value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// Differences up to these are none: of rates, of times, of all else relative; or KPI=AMOUNT for one figure
    #[arg(long, value_name = "AMOUNTS", default_value = MARGINS)]
    margin: Vec<String>,
    /// Number of days of each [default: the first scenario's]
    #[arg(long, value_name = "N", value_parser = run::days, conflicts_with = "until_precise")]
    replications: Option<u32>,
    /// Simulate until the headline differences have these half-widths: 0.2pp of rates, asa_s=2s of a figure; a list
    #[arg(long, value_name = "AMOUNTS")]
    until_precise: Vec<String>,
    /// Days simulated in all, at most
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=10_000_000_000))]
    #[arg(default_value = "100000")]
    budget: u64,
    #[command(flatten)]
    limit: Limit,
    /// Seed of all random numbers: the same seed gives the same result [default: the first scenario's]
    #[arg(long, value_name = "N", value_parser = super::seed, allow_negative_numbers = true)]
    seed: Option<u64>,
    /// Joint level of the headlines' intervals, and level of each other, e.g. 0.95 or 95% [default: the first scenario's]
    #[arg(long, value_name = "LEVEL", value_parser = run::confidence)]
    confidence: Option<f64>,
    /// Number of threads; the result does not depend on it [default: one for each core]
    #[arg(long, value_name = "N", value_parser = run::threads)]
    threads: Option<u16>,
    /// Show every figure, not only the headlines
    #[arg(long, conflicts_with_all = ["summary", "json"])]
    all: bool,
    /// Print one line
    #[arg(long, conflicts_with = "json")]
    summary: bool,
    /// Print every figure as one JSON document
    #[arg(long)]
    json: bool,
    /// Write Markdown for a pull request, into a file or instead of the text
    #[arg(long, value_name = "FILE.md", num_args = 0..=1, group = "compare_files", value_parser = markdown_name)]
    markdown: Option<Option<PathBuf>>,
    /// Write a page with plots and tables, one HTML file [default: output/NAME-seedN-compare.html]
    #[arg(long, value_name = "FILE.html", num_args = 0..=1, group = "compare_files", value_parser = page_name)]
    report: Option<Option<PathBuf>>,
    /// Write every difference as CSV files into a folder [default: output/NAME-seedN-compare-csv]
    #[arg(long, value_name = "DIR", num_args = 0..=1, group = "compare_files")]
    csv: Option<Option<PathBuf>>,
    /// Overwrite files that exist
    #[arg(long, requires = "compare_files")]
    force: bool,
}

/// The name of a Markdown file; that of a scenario, which would follow a bare `--markdown`, is none.
pub(super) fn markdown_name(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    let ending = path.extension().and_then(|ending| ending.to_str());
    match ending.is_some_and(|ending| ["md", "markdown"].contains(&ending)) {
        true => Ok(path),
        false => Err(
            "a Markdown file's name ends in .md; put a scenario's name before --markdown"
                .to_owned(),
        ),
    }
}

pub fn execute(arguments: &Arguments) -> Result<u8, Failure> {
    stop::within(&arguments.limit, |stop| answer(arguments, stop))
}

fn answer(arguments: &Arguments, stop: &mut Stop) -> Result<u8, Failure> {
    let forms = [
        (arguments.summary, "--summary"),
        (arguments.json, "--json"),
        (arguments.all, "--all"),
    ];
    check_form(&arguments.markdown, &forms)?;
    let margin = amounts("--margin", &arguments.margin)?;
    let asked = amounts("--until-precise", &arguments.until_precise)?;
    check_precision(&asked)?;
    let mut sources = sources(arguments)?;
    // Before anything is simulated: nobody should wait to be told that something is bad.
    let mut first = None;
    for source in &sources {
        let scenario = source.document.check(&source.sets)?.scenario;
        first.get_or_insert(scenario);
    }
    let first = first.ok_or_else(|| Failure::bad_input("there is nothing to compare"))?;
    let question = Question {
        margin: margin.or(&Amounts::slight()),
        days: days(arguments, &first, asked)?,
        budget: arguments.budget,
        seed: arguments.seed.unwrap_or(first.run.seed),
        confidence: arguments.confidence.unwrap_or(first.run.confidence),
        threads: arguments.threads.map(usize::from),
    };
    let places = Places::new(arguments, &first.name, question.seed)?;

    let control = Arc::clone(&stop.control);
    let (sides, warnings) = prepare(&mut sources, question.threads, &control)?;
    let mut found = progress::watch(&control, || lab::compare(&sides, &question, &control))?;
    found.run.warnings.splice(0..0, warnings);
    stop.answered();
    show(&found, arguments)?;
    places.write(&found, &sides[0].scenario, &control.stop)?;
    Ok(match found.run.partial {
        true => status::INTERRUPTED,
        false => status::DONE,
    })
}

fn show(found: &Comparison, arguments: &Arguments) -> Result<(), Failure> {
    if arguments.json {
        return print_json(found);
    }
    if arguments.summary {
        return print(&report::summary(found));
    }
    if let Some(None) = arguments.markdown {
        return print(&report::markdown(found));
    }
    let is_terminal = std::io::stdout().is_terminal();
    let page = text::Page {
        width: super::width(is_terminal),
        colour: super::colour(is_terminal),
        intervals: false,
    };
    print(&report::text(found, &page, arguments.all))
}

fn amounts(flag: &str, texts: &[String]) -> Result<Amounts, Failure> {
    Amounts::parse(texts).map_err(|error| Failure::bad_input(format!("{flag}: {error}")))
}

/// A bare `--markdown` is a form of the answer, as others are.
pub(super) fn check_form(
    markdown: &Option<Option<PathBuf>>,
    forms: &[(bool, &str)],
) -> Result<(), Failure> {
    let other = forms.iter().find(|(given, _)| *given);
    match (markdown, other) {
        (Some(None), Some((_, flag))) => Err(Failure::bad_input(format!(
            "--markdown without a file takes the place of the text, and so does not go with {flag}\n  help: leave out one of \
             them, or name a file, --markdown comparison.md"
        ))),
        _ => Ok(()),
    }
}

/// Only what is joint can be asked to be precise.
fn check_precision(asked: &Amounts) -> Result<(), Failure> {
    let other = asked.of.keys().find(|kpi| !lab::HEADLINES.contains(*kpi));
    match other {
        Some(kpi) => Err(Failure::bad_input(format!(
            "--until-precise: {kpi} is no headline\n  help: it takes {}",
            lab::HEADLINES.join(", ")
        ))),
        None if asked.others.is_some() => Err(Failure::bad_input(
            "--until-precise: of what?\n  help: write 0.2pp for all rates, 1s for all times, or KPI=…, such as cost=1%",
        )),
        None => Ok(()),
    }
}

/// How many days, as far as the first scenario has any.
fn days(arguments: &Arguments, first: &Scenario, asked: Amounts) -> Result<Days, Failure> {
    let precise = !arguments.until_precise.is_empty();
    if first.run.mode != Mode::Day {
        let flags = [
            (arguments.replications.is_some(), "--replications"),
            (precise, "--until-precise"),
        ];
        if let Some((_, flag)) = flags.into_iter().find(|(given, _)| *given) {
            return Err(Failure::bad_input(format!(
                "{flag} has no effect on steady runs, of which there is one each\n  help: their length is set in the scenario, \
                 or with --set run.length=5000h"
            )));
        }
    }
    Ok(match precise {
        true => Days::UntilPrecise(asked),
        false => Days::Fixed(
            arguments
                .replications
                .unwrap_or(first.run.replications)
                .into(),
        ),
    })
}

/// Where a variant comes from: a file, and changes of it.
struct Source {
    label: String,
    document: Document,
    /// Variants of one file have its number.
    file: usize,
    sets: Vec<String>,
}

fn sources(arguments: &Arguments) -> Result<Vec<Source>, Failure> {
    let mut sources = Vec::new();
    let files: Vec<Option<&PathBuf>> = match arguments.files.as_slice() {
        [] => vec![None],
        files => files.iter().map(Some).collect(),
    };
    for (file, path) in files.into_iter().enumerate() {
        sources.push(Source {
            label: path.map_or("the bundled day".to_owned(), |path| {
                path.display().to_string()
            }),
            document: super::open(path.map(PathBuf::as_path))?,
            file,
            sets: arguments.set.clone(),
        });
    }
    for text in &arguments.variant {
        let (name, changes) = variant(text);
        if changes.is_empty() {
            return Err(Failure::bad_input(format!(
                "--variant {text:?} changes nothing\n  help: write PATH=VALUE, or 'NAME: PATH=VALUE; PATH=VALUE'"
            )));
        }
        sources.push(Source {
            label: name.unwrap_or(text.trim()).to_owned(),
            document: sources[0].document.clone(),
            file: 0,
            sets: arguments.set.iter().cloned().chain(changes).collect(),
        });
    }
    if sources.len() < 2 {
        return Err(Failure::bad_input(
            "a comparison takes two: name another file, or a change of this one with --variant 'PATH=VALUE'",
        ));
    }
    // A label goes to terminals, and stands for one.
    for source in &mut sources {
        source.label = source.label.replace(char::is_control, "\u{fffd}");
    }
    for i in 1..sources.len() {
        let wanted = sources[i].label.clone();
        let mut n = 1;
        while sources[..i]
            .iter()
            .any(|other| other.label == sources[i].label)
        {
            n += 1;
            sources[i].label = format!("{wanted} ({n})");
        }
    }
    Ok(sources)
}

/// Name and changes of a variant: `NAME: PATH=VALUE; PATH=VALUE`. A path has a point before any colon, and a name has none;
/// a semicolon within quotes belongs to its value.
fn variant(text: &str) -> (Option<&str>, Vec<String>) {
    let (name, changes) = match text.split_once(':') {
        Some((name, changes)) if !name.contains(['.', '=']) => (Some(name.trim()), changes),
        _ => (None, text),
    };
    let mut quote = None;
    let pieces = changes.split(|c: char| match (quote, c) {
        (None, ';') => true,
        (None, '"' | '\'') => {
            quote = Some(c);
            false
        }
        (Some(open), c) => {
            if open == c {
                quote = None;
            }
            false
        }
        _ => false,
    });
    let pieces = pieces.map(str::trim).filter(|piece| !piece.is_empty());
    (
        name.filter(|name| !name.is_empty()),
        pieces.map(str::to_owned).collect(),
    )
}

/// The scenarios, and what is to be said of them. Each file is calibrated once: its variants keep the demand found.
fn prepare(
    sources: &mut [Source],
    threads: Option<usize>,
    control: &Control,
) -> Result<(Vec<Side>, Vec<String>), Failure> {
    let mut sides = Vec::new();
    let mut warnings: Vec<String> = Vec::new();
    let mut calibrated = Vec::new();
    for i in 0..sources.len() {
        let source = &sources[i];
        let prepared = progress::watch_calibration(control, || {
            calibrate::prepare(&source.document, &source.sets, threads, control)
        })?;
        if let Some(calibration) = &prepared.calibration {
            calibrated.push(source.label.clone());
            let file = source.file;
            let same = sources.iter_mut().filter(|other| other.file == file);
            same.for_each(|other| calibration.apply(&mut other.document));
        }
        for warning in prepared.loaded.warnings {
            if !warnings.iter().any(|known| known.ends_with(&warning)) {
                let label = &sources[i].label;
                warnings.push(if i == 0 {
                    warning
                } else {
                    format!("{label}: {warning}")
                });
            }
        }
        sides.push(Side {
            label: sources[i].label.clone(),
            scenario: prepared.loaded.scenario,
        });
    }
    let own = |side: &Side| {
        let run = &side.scenario.run;
        (run.seed, run.replications, run.confidence)
    };
    for side in sides.iter().filter(|side| own(side) != own(&sides[0])) {
        warnings.push(format!(
            "{}: its own seed, number of days and confidence do not count, but those of {} or of the command line",
            side.label, sides[0].label
        ));
    }
    if calibrated.len() > 1 {
        warnings.push(format!(
            "the first attempts behind counted ones were found for each of {} by itself, so that the demand may differ; a \
             --variant keeps that of its file",
            calibrated.join(", ")
        ));
    }
    Ok((sides, warnings))
}

impl From<lab::Error> for Failure {
    fn from(error: lab::Error) -> Self {
        match error {
            lab::Error::Run(error) => error.into(),
            other => Failure::bad_input(other),
        }
    }
}

/// Where the files go that were asked for.
struct Places {
    markdown: Option<Place>,
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
        let markdown = arguments.markdown.iter().flatten().next();
        let places = Self {
            markdown: markdown.map(|path| Place::given(path, force)),
            page: place(&arguments.report, "-compare.html"),
            csv: place(&arguments.csv, "-compare-csv"),
        };
        for file in [&places.markdown, &places.page].into_iter().flatten() {
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
        if let Some(folder) = &places.csv {
            folder.may_save_folder()?;
        }
        Ok(places)
    }

    /// Writes every file that was asked for, and says on stderr where it is.
    fn write(
        &self,
        found: &Comparison,
        first: &Scenario,
        stop: &AtomicBool,
    ) -> Result<(), Failure> {
        if let Some(place) = &self.markdown {
            let text = report::markdown(found);
            let path = place.save_file(|out| out.write_all(text.as_bytes()))?;
            say(format!("Markdown: {}", path.display()));
        }
        if let Some(place) = &self.page {
            let path = place.save_file(|out| report::page(found, first, stop, out))?;
            say(format!("Report: {}", path.display()));
        }
        if let Some(place) = &self.csv {
            let path = place.save_folder(stop, |folder| report::write_csv(found, folder))?;
            say(format!("CSV files: {}", path.display()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_margins_said_are_those_that_are_taken() {
        let said = Amounts::parse(&[MARGINS.to_owned()]);
        assert_eq!(said, Ok(Amounts::slight()));
    }

    #[test]
    fn variants_have_a_name_or_none() {
        for (text, name, changes) in [
            ("groups.a.staff+=1", None, &["groups.a.staff+=1"][..]),
            (
                "more: groups.a.staff+=1",
                Some("more"),
                &["groups.a.staff+=1"],
            ),
            (
                " two more : groups.a.staff+=1; groups.b.staff+=1 ;",
                Some("two more"),
                &["groups.a.staff+=1", "groups.b.staff+=1"],
            ),
            (
                "scenario.open=08:00-10:00",
                None,
                &["scenario.open=08:00-10:00"],
            ),
            ("groups.a: b.staff=1", None, &["groups.a: b.staff=1"]),
            (
                "x: scenario.name=\"a; b\"",
                Some("x"),
                &["scenario.name=\"a; b\""],
            ),
            ("only a name:", Some("only a name"), &[]),
        ] {
            let changes: Vec<String> = changes.iter().map(|c| (*c).to_owned()).collect();
            assert_eq!(variant(text), (name, changes), "{text}");
        }
    }
}
