//! What `acdsim shifts` plans: scenarios with their rules, or agents needed from a file.

use super::Arguments;
use crate::cli::{Failure, open};
use crate::scenario::{Document, RulesFile, Scenario, ShiftRules, divisor};
use crate::shifts::{self, Crew, PublishedShift, Requirement};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// What is planned, read and checked.
pub struct Input {
    pub name: String,
    pub rules: ShiftRules,
    pub days: Vec<(Option<usize>, Source)>,
    pub groups: Vec<Crew>,
    /// The file of the published plan.
    pub keep: Option<PathBuf>,
    /// About the rules, where they have a file of their own; of a scenario's they are with its others.
    pub warnings: Vec<String>,
    pub seed: u64,
}

/// What is known of a day.
pub enum Source {
    Closed,
    Scenario(Box<Document>),
    /// Agents by group and step of the grid.
    Agents(Vec<Vec<u32>>),
}

/// Reads what a command line names, and checks it.
pub fn read(arguments: &Arguments) -> Result<Input, Failure> {
    let is_csv = |path: &Path| path.extension() == Some(OsStr::new("csv"));
    match arguments.file.as_deref() {
        Some(path) if is_csv(path) => from_requirement(arguments, path),
        file => {
            let document = open(file)?;
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
    let (rules, keep, warnings) = match &arguments.rules {
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
            let (rules, warnings) = file.rules(&names, scenario.interval_min)?;
            let keep = rules.keep.as_ref().map(|keep| file.path(&keep.file));
            (rules, keep, warnings)
        }
        None => match &scenario.shifts {
            Some(rules) => {
                let keep = rules.keep.as_ref().map(|keep| document.beside(&keep.file));
                ((**rules).clone(), keep, Vec::new())
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
        warnings,
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
        interval_min = divisor(interval_min, scenario.interval_min);
        days.push((weekday, Source::Scenario(Box::new(document))));
        scenarios.push(scenario);
    }
    let names: Vec<&str> = groups.iter().map(|group| group.name.as_str()).collect();
    let (rules, warnings) = file.rules(&names, interval_min)?;
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
        warnings,
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
        ("--method", arguments.method.is_some()),
        ("--per", arguments.per.is_some()),
        ("--tolerance", arguments.tolerance.is_some()),
        ("--budget", arguments.budget.is_some()),
        ("--rounds", arguments.rounds.is_some()),
        ("--confidence", arguments.confidence.is_some()),
        ("--replications", arguments.replications.is_some()),
        ("--max-people", arguments.max_people.is_some()),
        ("--max-cost", arguments.max_cost.is_some()),
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
    let (rules, warnings) = file.rules(&names, requirement.interval_min)?;
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
        warnings,
        seed: arguments.seed.unwrap_or(1),
    })
}

/// The shifts of the published plan that the rules name, as far as they are of the plan's days.
pub fn published(input: &Input) -> Result<Vec<PublishedShift>, Failure> {
    let Some(path) = &input.keep else {
        return Ok(Vec::new());
    };
    let days: Vec<Option<usize>> = input.days.iter().map(|(weekday, _)| *weekday).collect();
    shifts::published_shifts(path, &input.groups, &days).map_err(Failure::bad_input)
}
