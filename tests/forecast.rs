//! `planning::Forecast`: what the formulas expect of a change, beside what is simulated.

#![allow(clippy::unwrap_used)]

mod common;

use acdsim::erlang::{Patience, Thresholds, WaitingSystem};
use acdsim::experiment::{self, Replications, Settings};
use acdsim::kpi::Part;
use acdsim::planning::{Expected, ExpectedFigures, Forecast};
use acdsim::scenario::{self, Formula};
use acdsim::{Control, Model, Results};
use proptest::prelude::*;
use std::path::Path;

/// Two queues, of which one is helped by the agents of the other.
const DAY: &str = include_str!("../scenarios/default.toml");

/// A queue that a formula applies to.
const DESK: &str = r#"
[scenario]
name = "Small desk"
open = "08:00-10:00"
[[queues]]
name = "help"
[[call_types]]
name = "question"
queue = "help"
volume = [20, 40, 0, 10]
talk = "exp(3m)"
patience = "exp(2m)"
[[groups]]
name = "desk"
skills = ["help"]
staff = [3, 5, 5, 3]
"#;

const STEADY: &str = r#"
[run]
mode = "steady"
warm_up = "5h"
length = "4000h"
[scenario]
name = "M/M/3+M"
[[queues]]
name = "q"
[[call_types]]
name = "c"
queue = "q"
rate = "40/h"
talk = "exp(3m)"
patience = "exp(4m)"
[[groups]]
name = "agents"
skills = ["q"]
staff = 3
"#;

fn model(text: &str, sets: &[&str]) -> Model {
    let sets: Vec<String> = sets.iter().map(|set| (*set).to_owned()).collect();
    let loaded = scenario::parse("test", text, Path::new(""), &sets).unwrap();
    Model::new(&loaded.scenario)
}

fn simulated(model: &Model, days: u64) -> Results {
    let settings = Settings {
        replications: Replications::Fixed(days),
        ..Settings::of(model)
    };
    let run = experiment::run(model, &settings, &Control::default(), &[]);
    run.unwrap().results
}

/// By how much something is simulated, and expected, to change.
struct Change {
    what: String,
    simulated: f64,
    expected: f64,
}

/// Service levels of the queues, and occupancies of the groups.
fn changes(days: u64, whatifs: &[&[&str]]) -> Vec<Change> {
    let baseline = model(DAY, &[]);
    let seen = simulated(&baseline, days);
    let forecast = Forecast::new(&baseline, Some(&seen));
    let mut changes = Vec::new();
    for sets in whatifs {
        let whatif = model(DAY, sets);
        let (queues, groups) = (forecast.of(&whatif), forecast.occupancy(&whatif));
        let found = simulated(&whatif, days);
        let mut add = |kpi: &str, before: &Part, after: &Part, expected: Option<f64>| {
            let before_mean = before.get(kpi).mean.unwrap();
            changes.push(Change {
                what: format!("{sets:?}: {kpi} of {}", before.name()),
                simulated: after.get(kpi).mean.unwrap() - before_mean,
                expected: expected.unwrap() - before_mean,
            });
        };
        for (queue, expected) in queues.iter().enumerate() {
            let (before, after) = (&seen.queues[queue], &found.queues[queue]);
            add("service_level", before, after, expected.day.service_level);
        }
        for (group, expected) in groups.into_iter().enumerate() {
            add(
                "occupancy",
                &seen.groups[group],
                &found.groups[group],
                expected,
            );
        }
    }
    changes
}

const MORE_CALLS: &[&str] = &[
    "call_types.service call.volume*=1.1",
    "call_types.sales call.rate*=1.1",
];
const SHORTER: &[&str] = &[
    "call_types.service call.talk=\"lognormal(165s, sd 160s)\"",
    "call_types.sales call.talk=\"gamma(195s, sd 160s)\"",
];

/// A change that counts has the right sign, and is off by a third at most, or by a point.
#[test]
fn on_the_bundled_day_changes_are_expected_as_they_come() {
    let whatifs: [&[&str]; 6] = [
        &["groups.generalists.staff+=1"],
        &["groups.generalists.staff-=1"],
        &["groups.sales team.staff+=1"],
        &["groups.sales team.staff-=1"],
        MORE_CALLS,
        SHORTER,
    ];
    for change in changes(200, &whatifs) {
        let (simulated, expected) = (100.0 * change.simulated, 100.0 * change.expected);
        println!(
            "{}: simulated {simulated:.2}, expected {expected:.2}",
            change.what
        );
        let most = (simulated.abs() / 3.0).max(1.0);
        assert!(
            (expected - simulated).abs() <= most,
            "{}: simulated {simulated:.2} points, expected {expected:.2}",
            change.what
        );
    }
}

/// Larger steps, and several at once: `cargo test --test forecast -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement"]
fn larger_changes_are_expected_as_they_come() {
    let both: Vec<&str> = [MORE_CALLS, SHORTER].concat();
    let whatifs: [&[&str]; 9] = [
        &["groups.generalists.staff+=2"],
        &["groups.generalists.staff-=2"],
        &["call_types.service call.volume*=1.1"],
        &["call_types.sales call.rate*=1.1"],
        &[
            "call_types.service call.volume*=0.8",
            "call_types.sales call.rate*=0.8",
        ],
        &[
            "call_types.service call.volume*=1.2",
            "call_types.sales call.rate*=1.2",
        ],
        &["call_types.service call.patience=\"exp(2m)\""],
        &["groups.generalists.staff+=1", "groups.sales team.staff-=1"],
        &both,
    ];
    for change in changes(1000, &whatifs) {
        let (simulated, expected) = (100.0 * change.simulated, 100.0 * change.expected);
        println!(
            "{}: simulated {simulated:.2}, expected {expected:.2}",
            change.what
        );
    }
}

#[test]
fn where_nothing_changes_the_baseline_is_expected() {
    let baseline = model(DAY, &[]);
    let seen = simulated(&baseline, 20);
    let forecast = Forecast::new(&baseline, Some(&seen));
    let figures = |get: &dyn Fn(&str) -> Option<f64>| ExpectedFigures {
        service_level: get("service_level"),
        asa_s: get("asa_s"),
        abandonment_rate: get("abandonment_rate"),
    };
    for (part, expected) in seen.queues.iter().zip(forecast.of(&baseline)) {
        assert_eq!(expected.day, figures(&|kpi| part.get(kpi).mean));
        let intervals = part.intervals.as_ref().unwrap();
        assert_eq!(expected.intervals.len(), 24);
        for (interval, expected) in intervals.iter().zip(&expected.intervals) {
            assert_eq!(
                *expected,
                figures(&|kpi| interval.get(kpi).mean),
                "{}",
                interval.start
            );
        }
    }
    for (part, expected) in seen.groups.iter().zip(forecast.occupancy(&baseline)) {
        let (found, expected) = (part.get("occupancy").mean.unwrap(), expected.unwrap());
        assert!(
            (found - expected).abs() < 1e-12,
            "{found}, expected {expected}"
        );
    }
}

#[test]
fn only_what_changes_is_expected_to() {
    let baseline = model(DAY, &[]);
    let seen = simulated(&baseline, 20);
    let forecast = Forecast::new(&baseline, Some(&seen));
    let mut staff = vec!["8"; 24];
    staff[10] = "7";
    let whatif = model(
        DAY,
        &[&format!("groups.sales team.staff=[{}]", staff.join(", "))],
    );
    let (before, after) = (forecast.of(&baseline), forecast.of(&whatif));
    for (interval, (before, after)) in before[1]
        .intervals
        .iter()
        .zip(&after[1].intervals)
        .enumerate()
    {
        match interval {
            10 => assert!(after.service_level < before.service_level, "{after:?}"),
            _ => assert_eq!(after, before, "interval {interval}"),
        }
    }
    assert!(after[1].day.service_level < before[1].day.service_level);
}

fn formula(calls_per_h: f64, agents: f64, patience_s: f64) -> ExpectedFigures {
    let system = WaitingSystem {
        calls_per_h,
        aht_s: 180.0,
        agents,
        patience: Patience::exponential(patience_s).unwrap(),
        limit: None,
    };
    let performance = system.performance(&Thresholds::default()).unwrap();
    ExpectedFigures {
        service_level: Some(performance.service_level(Formula::AnsweredOverOffered)),
        asa_s: performance.asa_s,
        abandonment_rate: Some(performance.abandonment_rate),
    }
}

fn assert_near(found: ExpectedFigures, expected: ExpectedFigures, tolerance: f64) {
    let both = [
        (found.service_level, expected.service_level),
        (found.asa_s, expected.asa_s),
        (found.abandonment_rate, expected.abandonment_rate),
    ];
    for (figure, (found, expected)) in both.into_iter().enumerate() {
        let (found, expected) = (found.unwrap(), expected.unwrap());
        assert!(
            (found - expected).abs() <= tolerance,
            "figure {figure}: {found}, expected {expected}"
        );
    }
}

#[test]
fn without_results_the_formula_speaks_where_it_applies() {
    let baseline = model(DESK, &[]);
    let whatif = model(DESK, &["groups.desk.staff+=1"]);
    let [Expected { day, intervals }] =
        <[Expected; 1]>::try_from(Forecast::new(&baseline, None).of(&whatif)).unwrap();
    assert_near(intervals[0], formula(40.0, 4.0, 120.0), 1e-12);
    assert_near(intervals[1], formula(80.0, 6.0, 120.0), 1e-12);
    assert_eq!(intervals[2], ExpectedFigures::default());
    let level =
        |calls: f64, agents| calls * formula(2.0 * calls, agents, 120.0).service_level.unwrap();
    let expected = (level(20.0, 4.0) + level(40.0, 6.0) + level(10.0, 4.0)) / 70.0;
    assert!((day.service_level.unwrap() - expected).abs() < 1e-12);
    // Agents are shared, and help.
    let shared = model(DAY, &[]);
    let forecast = Forecast::new(&shared, None);
    let nothing = forecast.of(&shared);
    assert!(
        nothing
            .iter()
            .all(|of| of.day == ExpectedFigures::default()),
        "{nothing:?}"
    );
    assert_eq!(forecast.occupancy(&shared), [None, None]);
    // Other parts: as if nothing had been simulated.
    let with_results = Forecast::new(&shared, Some(&simulated(&shared, 2)));
    assert_eq!(
        with_results.of(&whatif),
        Forecast::new(&shared, None).of(&whatif)
    );
    assert_eq!(with_results.occupancy(&whatif), [None]);
}

#[test]
fn of_a_steady_run_the_whole_is_expected() {
    let (baseline, whatif) = (
        model(STEADY, &[]),
        model(STEADY, &["groups.agents.staff+=1"]),
    );
    let forecast = Forecast::new(&baseline, Some(&simulated(&baseline, 1)));
    let [expected] = <[Expected; 1]>::try_from(forecast.of(&whatif)).unwrap();
    assert!(expected.intervals.is_empty());
    // The scenario is what the formula is of.
    assert_near(expected.day, formula(40.0, 4.0, 240.0), 0.6);
    let found = expected.day.service_level.unwrap();
    let level = formula(40.0, 4.0, 240.0).service_level.unwrap();
    assert!((found - level).abs() < 0.005, "{found}, expected {level}");
    let occupancy = forecast.occupancy(&whatif)[0].unwrap();
    let found = simulated(&whatif, 1).groups[0]
        .get("occupancy")
        .mean
        .unwrap();
    assert!(
        (occupancy - found).abs() < 0.005,
        "{occupancy}, simulated {found}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Whatever the scenario and the change, nothing is expected that cannot be.
    #[test]
    fn of_any_scenario_something_sensible_is_expected(
        text in common::random_scenario::scenario(),
        (agents, calls) in (0u32..4, 0.0..3.0f64),
    ) {
        let baseline = model(&text, &[]);
        let seen = simulated(&baseline, 3);
        let mut scenario = baseline.scenario.clone();
        scenario.groups.iter_mut().flat_map(|group| &mut group.staff).for_each(|n| *n = (*n + agents).saturating_sub(2));
        for call_type in &mut scenario.call_types {
            if let scenario::Demand::Volume(volumes) = &mut call_type.demand {
                volumes.iter_mut().for_each(|volume| *volume *= calls);
            }
        }
        let whatif = Model::new(&scenario);
        for forecast in [Forecast::new(&baseline, Some(&seen)), Forecast::new(&baseline, None)] {
            let expected = forecast.of(&whatif);
            prop_assert_eq!(expected.len(), scenario.queues.len());
            for figures in expected.iter().flat_map(|of| of.intervals.iter().chain([&of.day])) {
                let within = |x: Option<f64>, most: f64| x.is_none_or(|x| (0.0..=most).contains(&x));
                prop_assert!(within(figures.service_level, 1.0), "{:?}", figures);
                prop_assert!(within(figures.abandonment_rate, 1.0), "{:?}", figures);
                prop_assert!(within(figures.asa_s, 1e9), "{:?}", figures);
            }
            let occupancy = forecast.occupancy(&whatif);
            prop_assert!(occupancy.iter().flatten().all(|x| (0.0..=1.0).contains(x)), "{:?}", occupancy);
        }
    }
}
