//! `acdsim check`: the gate for CI.

use super::stop::{self, Limit, Stop};
use super::{Failure, compare, print, print_json, progress, run, say, status};
use crate::experiment::Control;
use crate::experiment::calibrate::{self, Calibration};
use crate::lab::Gate;
use crate::lab::check::{
    self as gate, Error, Expectation, Expected, Lock, Outcome, Verdict, Wrong,
};
use crate::report::check::{self as report, Undecided};
use crate::report::files::Place;
use crate::report::text;
use crate::scenario::{
    Document, Regression, Scenario, parse_fraction, problem_in_argument, read_file,
};
use clap::{ArgGroup, Args, ValueEnum};
use std::fs::{self, OpenOptions};
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Check that figures are as expected, alone or beside a baseline: a statistical verdict for CI.
///
/// Days are added until each expectation is surely true (PASS) or surely false (FAIL), or its days are spent (INCONCLUSIVE). The
/// whole gate fails wrongly, and passes wrongly, with at most the probability --alpha.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("check_files").multiple(true))]
#[command(after_help = "\
Examples:
  acdsim check regression.toml                       the expectations of a file
  acdsim check monday.toml --expect 'queues.service.service_level >= 80%'
  acdsim check new.toml --baseline main.toml --expect 'delta total.abandonment_rate <= +0.5pp'
  acdsim check new.toml --baseline main.toml --expect 'equivalent queues.*.aht_s +- 2s'
  acdsim check regression.toml --set 'routing.policy=\"longest_idle\"'     a change of the scenario
  acdsim check regression.toml --update-baseline     keep what is compared with, in the lock file that it names
  acdsim check regression.toml --junit check.xml --github
  acdsim check regression.toml --json                every figure, for scripts

Exit status: 0 all pass; 1 one fails; 2 bad usage or bad input; 3 one is inconclusive and none fails; 130 interrupted.")]
pub struct Arguments {
    /// The file of the gate, or a scenario file for --expect (TOML); without it the bundled day
    file: Option<PathBuf>,
    /// What is expected, besides what the file says; may be given several times
    #[arg(long, value_name = "EXPECTATION")]
    expect: Vec<String>,
    /// The scenario that is checked, instead of that which the file names
    #[arg(long, value_name = "FILE")]
    scenario: Option<PathBuf>,
    /// The scenario or lock file that differences are from where they name no other
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Change a value of the scenario that is checked; may be given several times
    #[arg(long, value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// Error rate of the gate, e.g. 0.05 or 5% [default: the file's, 5%]
    #[arg(long, value_name = "RATE", value_parser = alpha)]
    alpha: Option<f64>,
    /// Days of each side, at most; a lock file has days of its own [default: the file's, 20000]
    #[arg(long, value_name = "N", value_parser = days)]
    replications: Option<u64>,
    #[command(flatten)]
    limit: Limit,
    /// Seed of all random numbers: the same seed gives the same result [default: the file's, or the scenario's]
    #[arg(long, value_name = "N", value_parser = super::seed, allow_negative_numbers = true)]
    seed: Option<u64>,
    /// Number of threads; the result does not depend on it [default: one for each core]
    #[arg(long, value_name = "N", value_parser = run::threads)]
    threads: Option<u16>,
    /// What an expectation that is not decided counts as; without it the status is 3
    #[arg(long, value_name = "AS")]
    inconclusive: Option<CountsAs>,
    /// Simulate the scenario and keep its figures in the lock file that is the baseline; nothing is checked
    #[arg(long, conflicts_with_all = ["check_files", "json", "summary", "github", "inconclusive", "alpha"])]
    update_baseline: bool,
    /// Print one line
    #[arg(long, conflicts_with = "json")]
    summary: bool,
    /// Print everything as one JSON document
    #[arg(long)]
    json: bool,
    /// Write Markdown for a pull request, into a file or instead of the text
    #[arg(long, value_name = "FILE.md", num_args = 0..=1, group = "check_files", value_parser = compare::markdown_name)]
    markdown: Option<Option<PathBuf>>,
    /// Write JUnit XML, which build servers show
    #[arg(long, value_name = "FILE.xml", group = "check_files")]
    junit: Option<PathBuf>,
    /// Print annotations for GitHub before the text, and add Markdown to the summary of the job
    #[arg(long, conflicts_with = "json")]
    github: bool,
    /// Overwrite files that exist
    #[arg(long, requires = "check_files")]
    force: bool,
}

/// What an expectation that is not decided counts as.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum CountsAs {
    /// Nobody is stopped
    Pass,
    /// As if it had failed
    Fail,
}

fn alpha(text: &str) -> Result<f64, String> {
    match parse_fraction(text) {
        Ok(alpha) if (1e-6..=0.4).contains(&alpha) => Ok(alpha),
        Ok(_) => Err("expected an error rate from 0.000001 to 0.4".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

fn days(text: &str) -> Result<u64, String> {
    let most = crate::scenario::schema::MOST_REPLICATIONS;
    let days = text.parse().ok().filter(|days| (2..=most).contains(days));
    days.ok_or_else(|| format!("expected a whole number from 2 to {most}"))
}

pub fn execute(arguments: &Arguments) -> Result<u8, Failure> {
    stop::within(&arguments.limit, |stop| answer(arguments, stop))
}

fn answer(arguments: &Arguments, stop: &mut Stop) -> Result<u8, Failure> {
    let forms = [(arguments.summary, "--summary"), (arguments.json, "--json")];
    compare::check_form(&arguments.markdown, &forms)?;
    let asked = Asked::new(arguments)?;
    if arguments.update_baseline {
        return update(arguments, &asked, &stop.control);
    }
    let markdown = arguments.markdown.iter().flatten().next();
    let force = arguments.force;
    let places =
        [markdown, arguments.junit.as_ref()].map(|path| path.map(|path| Place::given(path, force)));
    for place in places.iter().flatten() {
        place.may_save_file()?;
    }
    if let [Some(markdown), Some(junit)] = &places
        && markdown.has_in_it(junit)
    {
        return Err(Failure::bad_input(format!(
            "--markdown and --junit both write to {}\n  help: name two files",
            junit.path().display()
        )));
    }
    let control = Arc::clone(&stop.control);
    let (gate, warnings) = asked.gate(arguments, &control)?;
    let mut outcome =
        progress::watch(&control, || gate.run(&control)).map_err(|error| asked.failure(error))?;
    outcome.run.warnings.splice(0..0, warnings);
    stop.answered();
    let undecided = undecided(arguments.inconclusive);
    show(&outcome, arguments, undecided)?;
    let [markdown, junit] = &places;
    if let Some(place) = markdown {
        let text = report::markdown(&outcome);
        let path = place.save_file(|out| out.write_all(text.as_bytes()))?;
        say(format!("Markdown: {}", path.display()));
    }
    if let Some(place) = junit {
        let path = place.save_file(|out| report::junit(&outcome, undecided, out))?;
        say(format!("JUnit: {}", path.display()));
    }
    Ok(exit_status(&outcome, undecided, stop))
}

/// What becomes of the expectations that are not decided.
pub(super) fn undecided(inconclusive: Option<CountsAs>) -> Undecided {
    match inconclusive {
        None => Undecided::Apart,
        Some(CountsAs::Pass) => Undecided::Pass,
        Some(CountsAs::Fail) => Undecided::Fail,
    }
}

/// The exit status of a gate.
pub(super) fn exit_status(outcome: &Outcome, undecided: Undecided, stop: &Stop) -> u8 {
    match (outcome.verdict, undecided) {
        _ if outcome.run.partial && !stop.is_out_of_time() => status::INTERRUPTED,
        (Verdict::Pass, _) | (Verdict::Inconclusive, Undecided::Pass) => status::DONE,
        (Verdict::Fail, _) | (Verdict::Inconclusive, Undecided::Fail) => status::MISSED,
        (Verdict::Inconclusive, Undecided::Apart) => status::UNDECIDED,
    }
}

fn show(outcome: &Outcome, arguments: &Arguments, undecided: Undecided) -> Result<(), Failure> {
    if arguments.json {
        return print_json(outcome);
    }
    let mut out = String::new();
    if arguments.github {
        out += &report::annotations(outcome, undecided);
        add_to_summary(&report::markdown(outcome));
    }
    let is_terminal = std::io::stdout().is_terminal();
    let page = text::Page {
        width: super::width(is_terminal),
        colour: super::colour(is_terminal),
        intervals: false,
    };
    out += &match (arguments.summary, &arguments.markdown) {
        (true, _) => report::summary(outcome),
        (false, Some(None)) => report::markdown(outcome),
        _ => report::text(outcome, &page),
    };
    print(&out)
}

/// GitHub names the file that holds the summary of a job. That it cannot be written is no reason to lose the verdict.
fn add_to_summary(text: &str) {
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) else {
        return;
    };
    let file = OpenOptions::new().append(true).create(true).open(&path);
    if let Err(error) = file.and_then(|mut file| file.write_all(text.as_bytes())) {
        say(format!(
            "warning: the summary of the job was not written to {}: {error}",
            Path::new(&path).display()
        ));
    }
}

/// Makes the lock file.
fn update(arguments: &Arguments, asked: &Asked, control: &Control) -> Result<u8, Failure> {
    let Some(path) = asked.baseline().filter(|(_, path)| is_lock(path)) else {
        return Err(Failure::bad_input(
            "--update-baseline keeps figures in a lock file, and the baseline is none\n  help: write baseline = \"main.lock\" in the \
             gate's file, or give --baseline main.lock",
        ));
    };
    let (label, path) = path;
    let place = Place::given(&path, true);
    place.may_save_file()?;
    let (gate, warnings) = asked.gate(arguments, control)?;
    for warning in warnings {
        say(format!("warning: {warning}"));
    }
    let lock = progress::watch(control, || gate.record(&label, control))
        .map_err(|error| asked.failure(error))?;
    let text = lock.text();
    let path = place.save_file(|out| out.write_all(text.as_bytes()))?;
    print(&format!(
        "Baseline: {}\n{} figures of {} in 50 blocks of {} days, seed {}\n",
        path.display(),
        lock.figures.len(),
        lock.scenario,
        lock.replications_per_block,
        lock.seed
    ))?;
    Ok(status::DONE)
}

fn is_lock(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "lock")
}

/// What is to be checked: the files, read, and what they and the command line say.
struct Asked {
    regression: Option<Regression>,
    candidate: (String, Document),
    expected: Vec<Expected>,
    flags: Vec<String>,
    baseline: Option<(String, PathBuf)>,
    /// Further files after `vs`.
    named: Vec<(String, PathBuf)>,
}

impl Asked {
    fn new(arguments: &Arguments) -> Result<Self, Failure> {
        let named = super::open(arguments.file.as_deref())?;
        let regression = named
            .is_regression()
            .then(|| Regression::read(&named))
            .transpose()?;
        let candidate = match (&arguments.scenario, &regression, &arguments.file) {
            (Some(path), Some(_), _) => of_file(path)?,
            (Some(_), None, Some(file)) => {
                return Err(Failure::bad_input(format!(
                    "{} is a scenario file, and --scenario names another\n  help: leave out one of them; the file of a gate has \
                     [[expect]]",
                    file.display()
                )));
            }
            (Some(path), None, None) => of_file(path)?,
            (None, None, None) => ("the bundled day".to_owned(), named),
            (None, None, Some(file)) => (file.display().to_string(), named),
            (None, Some(regression), _) => match &regression.scenario {
                Some(scenario) => of_file(&regression.path(scenario))?,
                None => {
                    return Err(Failure::bad_input(format!(
                        "{} names no scenario\n  help: write scenario = \"candidate.toml\" in it, or give --scenario",
                        regression.file()
                    )));
                }
            },
        };
        let in_file = regression.iter().flat_map(|regression| {
            regression.expect.iter().map(|entry| Expected {
                text: entry.that.clone(),
                name: entry.name.clone(),
                place: Some((regression.file().to_owned(), entry.line)),
                most: entry
                    .max_replications
                    .filter(|_| arguments.replications.is_none()),
            })
        });
        let flags = arguments.expect.iter().map(|text| Expected {
            text: text.clone(),
            ..Expected::default()
        });
        let expected: Vec<Expected> = in_file.chain(flags).collect();
        let baseline = match (&arguments.baseline, &regression) {
            (Some(path), _) => Some((path.display().to_string(), path.clone())),
            (None, Some(regression)) => {
                let written = regression.baseline.as_ref();
                written.map(|written| (written.clone(), regression.path(written)))
            }
            (None, None) => None,
        };
        let mut asked = Self {
            regression,
            candidate,
            expected,
            flags: arguments.expect.clone(),
            baseline,
            named: Vec::new(),
        };
        // Before anything is simulated: nobody should wait to be told that something is bad.
        for number in 0..asked.expected.len() {
            let text = &asked.expected[number].text;
            let expectation = Expectation::parse(text)
                .map_err(|wrong| asked.failure(Error::Expectation { number, wrong }))?;
            let gate::Of::Difference {
                baseline: Some(file),
            } = expectation.of
            else {
                continue;
            };
            let in_file = asked
                .regression
                .as_ref()
                .filter(|read| number < read.expect.len());
            let path = in_file.map_or_else(|| PathBuf::from(&file), |read| read.path(&file));
            let mut known = asked.baseline.iter().chain(&asked.named);
            match known.find(|(label, _)| *label == file) {
                None => asked.named.push((file, path)),
                Some((_, other)) if !is_same(other, &path) => {
                    return Err(Failure::bad_input(format!(
                        "{file} means two files: {} and {}\n  help: paths of the gate's file are relative to it, those of the command \
                         line to this folder; write one of them otherwise, such as ./{file}",
                        other.display(),
                        path.display()
                    )));
                }
                Some(_) => {}
            }
        }
        Ok(asked)
    }

    fn baseline(&self) -> Option<(String, PathBuf)> {
        self.baseline.clone()
    }

    /// Reads the baselines and puts all together; with what is to be said of the scenarios.
    fn gate(
        &self,
        arguments: &Arguments,
        control: &Control,
    ) -> Result<(Gate<'static>, Vec<String>), Failure> {
        let mut warnings = Vec::new();
        let files = || self.baseline.iter().chain(&self.named);
        // Whoever makes a baseline needs no other.
        let files = || files().filter(|_| !arguments.update_baseline);
        let has_lock = files().any(|(_, path)| is_lock(path));
        if has_lock && arguments.replications.is_some() {
            warnings.push(
                "--replications has no effect on differences from a lock file, which has days of its own"
                    .to_owned(),
            );
        }
        let mut found: Vec<(PathBuf, Calibration)> = Vec::new();
        let threads = arguments.threads.map(usize::from);
        let mut prepare = |label: &str,
                           document: &Document,
                           path: &Path,
                           sets: &[String]|
         -> Result<Scenario, Failure> {
            let mut document = document.clone();
            // What is a change of the same file keeps the demand that was found for it.
            let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
            if let Some((_, calibration)) = found.iter().find(|(of, _)| *of == path) {
                calibration.apply(&mut document);
            }
            let prepared = progress::watch_calibration(control, || {
                calibrate::prepare(&document, sets, threads, control)
            })?;
            let said = prepared.loaded.warnings.into_iter();
            warnings.extend(said.map(|warning| format!("{label}: {warning}")));
            if let Some(calibration) = prepared.calibration {
                if has_lock || !found.is_empty() {
                    warnings.push(format!(
                        "{label}: the first attempts behind counted ones were found by itself, so that the demand may differ from that \
                         of the others"
                    ));
                }
                found.push((path, calibration));
            }
            Ok(prepared.loaded.scenario)
        };
        let mut baselines = Vec::new();
        for (label, path) in files() {
            if is_lock(path) {
                baselines.push((label, Known::Lock(read_lock(label, path)?)));
                continue;
            }
            let document = Document::open(path)?;
            let scenario = prepare(label, &document, path, &[])?;
            baselines.push((label, Known::Scenario(scenario)));
        }
        let (label, document) = &self.candidate;
        let path = arguments
            .scenario
            .clone()
            .or_else(|| arguments.file.clone());
        let path = match &self.regression {
            Some(regression) if arguments.scenario.is_none() => regression
                .scenario
                .as_ref()
                .map(|written| regression.path(written)),
            _ => path,
        };
        let scenario = prepare(label, document, &path.unwrap_or_default(), &arguments.set)?;
        let mut gate = Gate::new(label, scenario).expect_all(self.expected.iter().cloned());
        for (label, baseline) in baselines {
            gate = match baseline {
                Known::Scenario(scenario) => gate.against(label, scenario),
                Known::Lock(lock) => gate.against_lock(label, lock),
            };
        }
        let read = self.regression.as_ref();
        if let Some(alpha) = arguments.alpha.or(read.map(|read| read.alpha)) {
            gate = gate.alpha(alpha);
        }
        if let Some(most) = arguments
            .replications
            .or(read.map(|read| read.max_replications))
        {
            gate = gate.at_most(most);
        }
        if let Some(seed) = arguments.seed.or(read.and_then(|read| read.seed)) {
            gate = gate.seed(seed);
        }
        if let Some(threads) = threads {
            gate = gate.threads(threads);
        }
        Ok((gate, warnings))
    }

    /// What is wrong, at its place.
    fn failure(&self, error: Error) -> Failure {
        let Error::Expectation { number, wrong } = error else {
            return error.into();
        };
        let Wrong {
            span,
            message,
            label,
            help,
        } = wrong;
        let words = (message.as_str(), label.as_str(), help.as_str());
        let in_file = self
            .regression
            .as_ref()
            .filter(|read| number < read.expect.len());
        match in_file {
            Some(regression) => regression.problem(number, span, words).into(),
            None => {
                let flag = number - self.regression.as_ref().map_or(0, |read| read.expect.len());
                problem_in_argument("--expect", &self.flags[flag], span, words).into()
            }
        }
    }
}

/// Whether two paths are of one file; of files that do not exist, whether they are written the same.
fn is_same(one: &Path, other: &Path) -> bool {
    match (fs::canonicalize(one), fs::canonicalize(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}

/// A baseline, read.
enum Known {
    Scenario(Scenario),
    Lock(Lock),
}

fn of_file(path: &Path) -> Result<(String, Document), Failure> {
    Ok((path.display().to_string(), Document::open(path)?))
}

fn read_lock(label: &str, path: &Path) -> Result<Lock, Failure> {
    let bad = |wrong: String| {
        Failure::bad_input(format!(
            "cannot read the baseline {label}: {wrong}\n  help: make it with --update-baseline, from the state that shall be compared with"
        ))
    };
    let bytes = read_file(path).map_err(|(wrong, _)| bad(wrong))?;
    let text = String::from_utf8(bytes).map_err(|_| bad("it is not UTF-8 text".to_owned()))?;
    Lock::parse(&text).map_err(|error| bad(error.to_string()))
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Run(error) => error.into(),
            Error::Sides(error) => error.into(),
            other => Failure::bad_input(other),
        }
    }
}
