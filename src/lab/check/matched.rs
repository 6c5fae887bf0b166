//! Which figures of the scenarios an expectation is about.

use super::expectation::{Expectation, Name, Of, Part, Path, Wrong};
use super::{Baseline, Gate, Lock};
use crate::experiment::NewRouting;
use crate::kpi::{Item, Place, QUANTILES, Reader, Scope, TARGET_MET, Unit};
use crate::model::Model;
use crate::scenario::{Mode, Scenario, nearest, quoted, quoted_list};
use std::collections::HashMap;

/// One figure that an expectation is about.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Match {
    /// Of which part, as in documents.
    pub place: String,
    /// Start of the interval.
    pub start: Option<String>,
    pub kpi: &'static str,
    pub unit: Unit,
    /// Label of the baseline.
    pub baseline: Option<String>,
    pub figure: Figure,
}

/// Where a figure is counted.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Figure {
    /// By days: number of the item that the candidate's reader reads, and side and item of a baseline.
    Daily {
        own: usize,
        other: Option<(usize, usize)>,
    },
    /// By blocks of days, beside a kept baseline: its number among the baselines, and the figure's place in it.
    Locked {
        own: usize,
        lock: usize,
        figure: usize,
    },
    /// A quantile of the waits of the answered, and side and part of a baseline.
    Quantile {
        of: Scope,
        other: Option<(usize, Scope)>,
        p: f64,
    },
}

impl Figure {
    /// The side that it is compared with, if that is simulated.
    pub fn other_side(&self) -> Option<usize> {
        match self {
            Figure::Daily { other, .. } => other.map(|(side, _)| side),
            Figure::Quantile { other, .. } => other.map(|(side, _)| side),
            Figure::Locked { .. } => None,
        }
    }
}

impl Match {
    /// Whether it is a number of days out of all days.
    pub fn counts_days(&self) -> bool {
        self.kpi == TARGET_MET && self.baseline.is_none()
    }
}

impl Part {
    fn of(scope: Scope) -> Self {
        match scope {
            Scope::Total => Part::Total,
            Scope::CallType(_) => Part::CallTypes,
            Scope::Part(Place::Queue(_)) => Part::Queues,
            Scope::Part(Place::Group(_)) => Part::Groups,
            Scope::Part(Place::Trunk(_)) => Part::Trunks,
        }
    }

    /// Names of the parts of this kind.
    fn names(self, scenario: &Scenario) -> Vec<&str> {
        fn names<T>(parts: &[T], name: fn(&T) -> &String) -> Vec<&str> {
            parts.iter().map(|part| name(part).as_str()).collect()
        }
        match self {
            Part::Total => Vec::new(),
            Part::Queues => names(&scenario.queues, |queue| &queue.name),
            Part::CallTypes => names(&scenario.call_types, |of| &of.name),
            Part::Groups => names(&scenario.groups, |group| &group.name),
            Part::Trunks => names(&scenario.trunks, |trunk| &trunk.name),
        }
    }
}

impl Path {
    fn means_part(&self, scenario: &Scenario, scope: Scope) -> bool {
        self.part == Part::of(scope)
            && self.name.as_ref().is_none_or(|name| match scope {
                Scope::Total => true,
                Scope::CallType(i) => name.means(&scenario.call_types[i].name),
                Scope::Part(Place::Queue(i)) => name.means(&scenario.queues[i].name),
                Scope::Part(Place::Group(i)) => name.means(&scenario.groups[i].name),
                Scope::Part(Place::Trunk(i)) => name.means(&scenario.trunks[i].name),
            })
    }

    fn means(&self, scenario: &Scenario, starts: &[String], item: &Item) -> bool {
        let interval = match (&self.interval, item.interval) {
            (None, None) => true,
            // What comes after closing is none of the day's intervals; it can be named.
            (Some(Name::Each), Some(i)) => i + 1 < starts.len(),
            (Some(Name::Only(start)), Some(i)) => starts.get(i) == Some(start),
            _ => false,
        };
        interval && self.kpi == item.kpi && self.means_part(scenario, item.scope)
    }
}

/// Readers of the sides, each of all that the expectations are about.
pub(super) fn readers<'m>(
    models: &'m [(Model, &NewRouting<'_>)],
    expectations: &[Expectation],
) -> Vec<Reader<'m>> {
    let of = |model: &'m Model| {
        let starts = model.scenario.interval_starts();
        Reader::of(model, |item| {
            let mut figures = expectations.iter().map(|expectation| &expectation.figure);
            figures.any(|figure| figure.means(&model.scenario, &starts, item))
        })
    };
    models.iter().map(|(model, _)| of(model)).collect()
}

/// What a figure is called in a file.
fn full_name(place: &str, start: Option<&str>, kpi: &str) -> String {
    match start {
        Some(start) => format!("{place}.intervals[\"{start}\"].{kpi}"),
        None => format!("{place}.{kpi}"),
    }
}

/// Place and start of an item; `starts` are those of the scenario's intervals.
fn place_of(scenario: &Scenario, starts: &[String], item: &Item) -> (String, Option<String>) {
    let start = item.interval.and_then(|i| starts.get(i).cloned());
    (item.scope.name(scenario), start)
}

/// What the figures of a reader are called in a file.
pub(super) fn names(reader: &Reader<'_>) -> Vec<String> {
    let scenario = &reader.model().scenario;
    let starts = scenario.interval_starts();
    let name = |item: &Item| {
        let (place, start) = place_of(scenario, &starts, item);
        full_name(&place, start.as_deref(), item.kpi)
    };
    reader.items().iter().map(name).collect()
}

/// The figures of the candidate that an expectation is about.
pub(super) fn matches(
    gate: &Gate<'_>,
    readers: &[Reader<'_>],
    expectation: &Expectation,
) -> Result<Vec<Match>, Wrong> {
    let path = &expectation.figure;
    let own = readers[0].model();
    let beside = beside(gate, expectation)?;
    if let Some(Beside::Lock(..)) = beside {
        can_be_kept(expectation)?;
    }
    let label = beside.as_ref().map(|beside| match beside {
        Beside::Side(_, label) | Beside::Lock(_, _, label) => (*label).to_owned(),
    });
    let mut found = Vec::new();
    if let Some(p) = quantile(path) {
        for of in own_scopes(own, path) {
            let place = of.name(&own.scenario);
            let other = match &beside {
                Some(Beside::Side(side, label)) => {
                    let other = &readers[*side].model().scenario;
                    let mut scopes = Scope::all(other).into_iter();
                    let counterpart = scopes.find(|scope| scope.name(other) == place);
                    Some((
                        *side,
                        counterpart.ok_or_else(|| missing(path, label, &place))?,
                    ))
                }
                _ => None,
            };
            found.push(Match {
                place,
                start: None,
                kpi: path.kpi,
                unit: path.unit,
                baseline: label.clone(),
                figure: Figure::Quantile { of, other, p },
            });
        }
    } else {
        let starts = own.scenario.interval_starts();
        let beside = match beside {
            Some(Beside::Side(side, label)) => {
                let other = &readers[side].model().scenario;
                if path.interval.is_some() && other.interval_min != own.scenario.interval_min {
                    return Err(other_intervals(path, label));
                }
                let numbers = names(&readers[side]).into_iter().zip(0..).collect();
                Some((Beside::Side(side, label), numbers))
            }
            other => other.map(|beside| (beside, HashMap::new())),
        };
        for (own_item, item) in readers[0].items().iter().enumerate() {
            if !path.means(&own.scenario, &starts, item) {
                continue;
            }
            let (place, start) = place_of(&own.scenario, &starts, item);
            let name = full_name(&place, start.as_deref(), item.kpi);
            let figure = match &beside {
                None => Figure::Daily {
                    own: own_item,
                    other: None,
                },
                Some((Beside::Side(side, label), numbers)) => {
                    let counterpart = numbers.get(&name);
                    let counterpart = counterpart.ok_or_else(|| missing(path, label, &name))?;
                    Figure::Daily {
                        own: own_item,
                        other: Some((*side, *counterpart)),
                    }
                }
                Some((Beside::Lock(number, lock, label), _)) => {
                    let figure = lock.figures.get_index_of(&name);
                    Figure::Locked {
                        own: own_item,
                        lock: *number,
                        figure: figure.ok_or_else(|| not_kept(path, label, &name))?,
                    }
                }
            };
            found.push(Match {
                place,
                start,
                kpi: item.kpi,
                unit: item.unit,
                baseline: label.clone(),
                figure,
            });
        }
    }
    match found.is_empty() {
        true => Err(nothing(path, &own.scenario)),
        false => Ok(found),
    }
}

/// That an expectation's figures can be kept in a file, and that there are any.
pub(super) fn kept(model: &Model, expectation: &Expectation) -> Result<Vec<String>, Wrong> {
    can_be_kept(expectation)?;
    let path = &expectation.figure;
    let starts = model.scenario.interval_starts();
    let reader = Reader::of(model, |item| path.means(&model.scenario, &starts, item));
    match names(&reader) {
        names if names.is_empty() => Err(nothing(path, &model.scenario)),
        names => Ok(names),
    }
}

fn own_scopes<'m>(model: &'m Model, path: &'m Path) -> impl Iterator<Item = Scope> + 'm {
    let all = Scope::all(&model.scenario).into_iter();
    all.filter(|scope| path.means_part(&model.scenario, *scope))
}

fn quantile(path: &Path) -> Option<f64> {
    let mut quantiles = QUANTILES.iter();
    quantiles
        .find(|(name, _)| *name == path.kpi)
        .map(|(_, p)| *p)
}

/// What an expectation compares with.
enum Beside<'g> {
    /// A simulated side, by its number.
    Side(usize, &'g str),
    /// A kept baseline, by its number among the baselines.
    Lock(usize, &'g Lock, &'g str),
}

fn beside<'g>(gate: &'g Gate<'_>, expectation: &Expectation) -> Result<Option<Beside<'g>>, Wrong> {
    let Of::Difference { baseline } = &expectation.of else {
        return Ok(None);
    };
    let whole = |message: String, label: &str, help: &str| Wrong {
        span: expectation.span.clone(),
        message,
        label: label.to_owned(),
        help: help.to_owned(),
    };
    let number = match baseline {
        None => (!gate.baselines.is_empty()).then_some(0).ok_or_else(|| {
            whole(
                "a difference needs a baseline".to_owned(),
                "there is none to compare with",
                "write vs FILE at its end, or name a baseline for all",
            )
        })?,
        Some(named) => {
            let mut labels = gate.baselines.iter().map(|(label, _)| label);
            labels.position(|label| label == named).ok_or_else(|| {
                whole(
                    format!("there is no baseline {}", quoted(named)),
                    "it is compared with one of this name",
                    "add it to the gate under this label",
                )
            })?
        }
    };
    let (label, baseline) = &gate.baselines[number];
    Ok(Some(match baseline {
        Baseline::Lock(lock) => Beside::Lock(number, lock, label),
        Baseline::Scenario(_) => {
            let before = gate.baselines[..number].iter();
            let simulated = before.filter(|(_, of)| matches!(of, Baseline::Scenario(_)));
            Beside::Side(1 + simulated.count(), label)
        }
    }))
}

fn can_be_kept(expectation: &Expectation) -> Result<(), Wrong> {
    let path = &expectation.figure;
    let is_maximum = path.kpi.ends_with("_max") || path.kpi.ends_with("_max_s");
    match is_maximum || path.kpi == TARGET_MET || quantile(path).is_some() {
        true => Err(Wrong {
            span: expectation.span.clone(),
            message: format!("{} is not kept in a lock file", path.kpi),
            label: "a quantile, a maximum and target_met need the days themselves".to_owned(),
            help: "compare with the scenario file of the baseline: vs main.toml".to_owned(),
        }),
        false => Ok(()),
    }
}

fn of_path(path: &Path, message: String, label: &str, help: String) -> Wrong {
    Wrong {
        span: path.spans.0.clone(),
        message,
        label: label.to_owned(),
        help,
    }
}

fn missing(path: &Path, label: &str, name: &str) -> Wrong {
    of_path(
        path,
        format!("{} has no {name}", quoted(label)),
        "it cannot be compared with what is not there",
        "name those that both have, each in an expectation of its own".to_owned(),
    )
}

fn other_intervals(path: &Path, label: &str) -> Wrong {
    Wrong {
        span: path.spans.1.clone(),
        ..of_path(
            path,
            format!("{} has intervals of another length", quoted(label)),
            "those of the same start are not the same time",
            "give both the same interval, in their files or with --set scenario.interval=30m, or compare the whole day"
                .to_owned(),
        )
    }
}

fn not_kept(path: &Path, label: &str, name: &str) -> Wrong {
    of_path(
        path,
        format!("{} has no {name}", quoted(label)),
        "it was not expected when this baseline was made",
        "make it again with --update-baseline, from the state that shall be compared with"
            .to_owned(),
    )
}

/// Why nothing of a scenario is meant.
fn nothing(path: &Path, scenario: &Scenario) -> Wrong {
    let part = path.part.name();
    let names = path.part.names(scenario);
    if let Some(name) = &path.name {
        if names.is_empty() {
            let help = "expect something of another part".to_owned();
            return of_path(
                path,
                format!("the scenario has no {part}"),
                "there is none",
                help,
            );
        }
        if let Name::Only(only) = name
            && !names.contains(&only.as_str())
        {
            let label = match nearest(only, names.iter().copied()) {
                Some(near) => format!("no part has this name; did you mean {}?", quoted(near)),
                None => "no part has this name".to_owned(),
            };
            return of_path(
                path,
                format!("unknown name {} in {part}", quoted(only)),
                &label,
                format!("the {part} of this scenario are {}", quoted_list(&names)),
            );
        }
    }
    if scenario.run.mode != Mode::Day {
        return of_path(
            path,
            format!(
                "a steady run has no {}",
                if path.interval.is_some() {
                    "intervals"
                } else {
                    path.kpi
                }
            ),
            "this is of days",
            "give the scenario days: --set run.mode=day".to_owned(),
        );
    }
    if let Some(Name::Only(start)) = &path.interval {
        let starts = scenario.interval_starts();
        let starts: Vec<&str> = starts.iter().map(String::as_str).collect();
        return Wrong {
            span: path.spans.1.clone(),
            message: format!("no interval starts at {}", quoted(start)),
            label: match nearest(start, starts.iter().copied()) {
                Some(near) => format!("did you mean {}?", quoted(near)),
                None => "there is none".to_owned(),
            },
            help: format!("the intervals start at {}", quoted_list(&starts)),
        };
    }
    of_path(
        path,
        format!("the scenario has no {} {}", part, path.kpi),
        "nothing has a price",
        "give prices, such as cost_per_hour of a group".to_owned(),
    )
}
