//! `lab::Live`: what-ifs beside a baseline, seen while they are simulated.

#![allow(clippy::unwrap_used)]

use acdsim::experiment::{self, Replications};
use acdsim::lab::{
    self, Amounts, Comparison, Days, Difference, Live, Question, Side, Verdict,
    live::{Settings, Snapshot},
};
use acdsim::{Control, Model, Results, planning, scenario};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Short and busy, with everything that has a headline.
const DESK: &str = r#"
[scenario]
name = "Small desk"
open = "08:00-10:00"

[[trunks]]
name = "line"
lines = 9

[[queues]]
name = "help"
target = "80/20"

[[call_types]]
name = "question"
queue = "help"
trunk = "line"
volume = [20, 40, 30, 10]
talk = "exp(3m)"
wrap_up = "exp(20s)"
patience = "exp(2m)"
redial = { abandoned = 0.4, blocked = 0.8, delay = "exp(5m)" }
cost_per_lost_caller = 10

[[groups]]
name = "desk"
skills = ["help"]
staff = [3, 5, 5, 3]
cost_per_hour = 20
"#;

const STEADY: &str = r#"
[run]
mode = "steady"
warm_up = "1h"
length = "200h"
[scenario]
name = "M/M/2"
[[queues]]
name = "q"
[[call_types]]
name = "c"
queue = "q"
rate = "20/h"
talk = "exp(3m)"
[[groups]]
name = "agents"
skills = ["q"]
staff = 2
"#;

const MORE: &[&str] = &["groups.desk.staff+=1"];
const BUSIER: &[&str] = &["call_types.question.volume*=1.1"];

fn side(label: &str, text: &str, sets: &[&str]) -> Side {
    let sets: Vec<String> = sets.iter().map(|set| (*set).to_owned()).collect();
    let loaded = scenario::parse("test", text, Path::new(""), &sets).unwrap();
    Side {
        label: label.to_owned(),
        scenario: loaded.scenario,
    }
}

fn settings(side: &Side, largest: u64) -> Settings {
    Settings {
        largest,
        threads: Some(2),
        ..Settings::of(&side.scenario)
    }
}

/// What is seen of a what-if.
fn seen(live: &mut Live<'_>, whatif: &Side) -> Vec<Snapshot> {
    let mut snapshots = Vec::new();
    let control = Control::default();
    live.beside(whatif, &control, |snapshot| snapshots.push(snapshot))
        .unwrap();
    snapshots
}

fn compared(sides: [&Side; 2], days: Days, budget: u64) -> Comparison {
    let question = Question {
        margin: Amounts::slight(),
        days,
        budget,
        seed: sides[0].scenario.run.seed,
        confidence: sides[0].scenario.run.confidence,
        threads: Some(1),
    };
    lab::compare(&sides.map(Side::clone), &question, &Control::default()).unwrap()
}

/// The differences of a comparison that a live one has.
fn differences(comparison: &Comparison) -> Vec<Difference> {
    let all = comparison.pairs.iter().chain(&comparison.intervals);
    let quantiles = [
        "wait_p50_s",
        "wait_p80_s",
        "wait_p90_s",
        "wait_p95_s",
        "wait_p99_s",
    ];
    all.filter(|difference| !quantiles.contains(&difference.kpi))
        .cloned()
        .collect()
}

/// Those that are anything but exactly 0, as far as they are defined.
fn differing(comparison: &Comparison) -> Vec<Difference> {
    let mut found = differences(comparison);
    found.retain(|difference| difference.difference.mean.is_some() && !difference.is_nothing());
    found
}

/// Documents, without the warning of a run that has not become precise enough.
fn document(results: &Results) -> serde_json::Value {
    let mut document = serde_json::to_value(results).unwrap();
    document["run"]["warnings"] = serde_json::Value::Null;
    document
}

#[test]
fn a_stop_has_the_figures_of_a_comparison_of_so_many_days() {
    let (now, more) = (side("now", DESK, &[]), side("more", DESK, MORE));
    let model = Model::new(&now.scenario);
    let mut live = Live::new(now.clone(), &model, settings(&now, 225)).unwrap();
    let snapshots = seen(&mut live, &more);
    let stops: Vec<_> = snapshots.iter().map(|s| (s.days, s.looked)).collect();
    let expected = [
        (10, false),
        (25, false),
        (50, false),
        (100, true),
        (150, true),
        (225, true),
    ];
    assert_eq!(stops, expected);
    for snapshot in &snapshots {
        let found = differences(&snapshot.comparison);
        assert_eq!(snapshot.comparison.run.replications, snapshot.days);
        let expected = compared([&now, &more], Days::Fixed(snapshot.days), 10_000);
        let expected = differences(&expected);
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(&expected) {
            let values = |d: &Difference| {
                let place = (d.place.clone(), d.start.clone(), d.kpi);
                let figures = (d.value_a, d.value_b, d.difference.mean, d.difference.se);
                (place, figures, d.margin, d.variance_ratio, d.joint)
            };
            assert_eq!(values(found), values(expected), "{} days", snapshot.days);
        }
        let run = |model: &Model| {
            let settings = experiment::Settings {
                replications: Replications::UntilPrecise {
                    half_width: 0.0,
                    at_most: snapshot.days,
                },
                ..experiment::Settings::of(model)
            };
            let run = experiment::run(model, &settings, &Control::default(), &[]);
            let mut results = run.unwrap().results;
            planning::beside(model, &mut results);
            document(&results)
        };
        // A run looks at other numbers of days on its way, which changes nothing.
        assert_eq!(
            document(&snapshot.baseline),
            run(&model),
            "{} days",
            snapshot.days
        );
        let other = Model::new(&more.scenario);
        assert_eq!(
            document(&snapshot.whatif),
            run(&other),
            "{} days",
            snapshot.days
        );
    }
}

#[test]
fn a_look_is_judged_as_one_of_a_comparison_that_goes_on_until_it_is_precise() {
    let (now, more) = (side("now", DESK, &[]), side("more", DESK, MORE));
    let model = Model::new(&now.scenario);
    let mut live = Live::new(now.clone(), &model, settings(&now, 225)).unwrap();
    let snapshots = seen(&mut live, &more);
    // Never precise enough: judged at its last look.
    let asked = Amounts {
        rates: Some(1e-9),
        ..Amounts::default()
    };
    let expected = compared([&now, &more], Days::UntilPrecise(asked), 450);
    let last = snapshots.last().unwrap();
    assert_eq!(last.comparison.run.looks, expected.run.looks);
    assert_eq!(
        last.comparison.run.joint_intervals,
        expected.run.joint_intervals
    );
    assert_eq!(differences(&last.comparison), differences(&expected));
    let verdicts = |snapshot: &Snapshot| {
        let all = differences(&snapshot.comparison);
        all.iter().filter(|d| d.verdict != Verdict::Unknown).count()
    };
    assert!(verdicts(last) > 10, "{} are sure", verdicts(last));
}

#[test]
fn early_stops_claim_nothing() {
    let (now, more) = (
        side("now", DESK, &[]),
        side("more", DESK, &["groups.desk.staff+=4"]),
    );
    let model = Model::new(&now.scenario);
    let mut live = Live::new(now.clone(), &model, settings(&now, 100)).unwrap();
    for snapshot in seen(&mut live, &more) {
        let all = differences(&snapshot.comparison);
        let figures = all.iter().filter(|d| d.difference.mean.is_some()).count();
        assert!(figures > 50, "{figures} figures");
        let claims = |d: &&Difference| d.verdict != Verdict::Unknown || d.difference.ci.is_some();
        let claimed = all.iter().filter(claims).count();
        let expected = if snapshot.days < 100 { 0 } else { figures };
        assert_eq!(claimed, expected, "after {} days", snapshot.days);
    }
}

#[test]
fn what_ifs_do_not_know_of_each_other() {
    let now = side("now", DESK, &[]);
    let model = Model::new(&now.scenario);
    let live = || Live::new(now.clone(), &model, settings(&now, 150)).unwrap();
    let mut both = live();
    for whatif in [side("more", DESK, MORE), side("busier", DESK, BUSIER)] {
        let (after, alone) = (seen(&mut both, &whatif), seen(&mut live(), &whatif));
        assert_eq!(after.len(), alone.len());
        for (after, alone) in after.iter().zip(&alone) {
            assert_eq!(after.comparison, alone.comparison);
            assert_eq!(after.baseline, alone.baseline);
            assert_eq!(after.whatif, alone.whatif);
        }
    }
}

#[test]
fn days_of_the_baseline_are_simulated_once() {
    let now = side("now", DESK, &[]);
    let model = Model::new(&now.scenario);
    let mut live = Live::new(now.clone(), &model, settings(&now, 100)).unwrap();
    for (sets, expected) in [(MORE, 200), (BUSIER, 100), (&[][..], 0)] {
        let control = Control::default();
        live.beside(&side("what if", DESK, sets), &control, |_| {})
            .unwrap();
        let done = control.done.load(Ordering::Relaxed);
        assert_eq!(done, expected, "{sets:?}");
        assert_eq!(
            control.planned.load(Ordering::Relaxed),
            expected,
            "{sets:?}"
        );
        assert_eq!(live.days(), 100);
    }
}

#[test]
fn the_baseline_beside_itself_differs_by_nothing() {
    let now = side("now", DESK, &[]);
    let model = Model::new(&now.scenario);
    let mut live = Live::new(now.clone(), &model, settings(&now, 100)).unwrap();
    let control = Control::default();
    let mut stops = 0;
    live.beside(&side("the same", DESK, &[]), &control, |snapshot| {
        stops += 1;
        assert!(Arc::ptr_eq(&snapshot.baseline, &snapshot.whatif));
        assert_eq!(differing(&snapshot.comparison), [] as [Difference; 0]);
    })
    .unwrap();
    assert_eq!((stops, control.done.load(Ordering::Relaxed)), (4, 100));
}

#[test]
fn whoever_stops_it_can_go_on() {
    let (now, more) = (side("now", DESK, &[]), side("more", DESK, MORE));
    let model = Model::new(&now.scenario);
    let live = || Live::new(now.clone(), &model, settings(&now, 225)).unwrap();
    let expected = seen(&mut live(), &more);

    let mut stopped = live();
    let control = Control::default();
    control.stop.store(true, Ordering::Relaxed);
    let nothing = stopped.beside(&more, &control, |_| panic!("it was stopped"));
    let nothing = nothing.unwrap_err().to_string();
    assert_eq!(
        nothing,
        "stopped before the first comparison was complete; there is no result"
    );

    // At a stop, and somewhere after it, on both sides and on one.
    for (whatif, after) in [
        (&more, 50),
        (&now, 110),
        (&more, 230),
        (&more, 120),
        (&more, 0),
    ] {
        let control = Control::default();
        let mut days = Vec::new();
        std::thread::scope(|scope| {
            let watch = scope.spawn(|| {
                while control.done.load(Ordering::Relaxed) < after {
                    std::thread::yield_now();
                }
                control.stop.store(true, Ordering::Relaxed);
            });
            let ended = stopped.beside(whatif, &control, |snapshot| days.push(snapshot.days));
            // It may have been done before it could be stopped.
            control.done.store(u64::MAX, Ordering::Relaxed);
            watch.join().unwrap();
            assert_eq!(ended.is_err(), days.is_empty(), "{days:?}");
        });
        let known = stopped.days();
        assert!(
            days.iter().all(|days| *days <= known),
            "{days:?} of {known}"
        );
    }
    let found = seen(&mut stopped, &more);
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(found.comparison, expected.comparison);
        assert_eq!(
            (&found.baseline, &found.whatif),
            (&expected.baseline, &expected.whatif)
        );
    }
}

#[test]
fn a_steady_run_is_seen_once() {
    let (now, more) = (
        side("now", STEADY, &[]),
        side("more", STEADY, &["groups.agents.staff=3"]),
    );
    let model = Model::new(&now.scenario);
    let mut live = Live::new(now.clone(), &model, settings(&now, 225)).unwrap();
    let [snapshot] = <[Snapshot; 1]>::try_from(seen(&mut live, &more)).unwrap();
    let expected = compared([&now, &more], Days::Fixed(1), 2);
    assert_eq!(differences(&snapshot.comparison), differences(&expected));
    assert_eq!(snapshot.comparison.run, expected.run);
    assert_eq!((snapshot.days, snapshot.looked), (1, true));
    // Once more, and beside itself.
    let again = seen(&mut live, &more);
    assert_eq!(again[0].comparison, snapshot.comparison);
    let same = seen(&mut live, &now);
    assert_eq!(differing(&same[0].comparison), [] as [Difference; 0]);

    let day = side("day", DESK, &[]);
    let error = live.beside(&day, &Control::default(), |_| {}).unwrap_err();
    assert!(matches!(error, lab::Error::Modes { .. }), "{error}");
}

#[test]
fn other_hours_and_targets_are_said() {
    let now = side("now", DESK, &[]);
    let other = side(
        "other",
        DESK,
        &[
            "scenario.interval=\"60m\"",
            "call_types.question.volume=[60, 40]",
            "groups.desk.staff=[4, 4]",
            "queues.help.target=\"90/10\"",
        ],
    );
    let model = Model::new(&now.scenario);
    let mut live = Live::new(now.clone(), &model, settings(&now, 30)).unwrap();
    let snapshots = seen(&mut live, &other);
    let expected = compared([&now, &other], Days::Fixed(30), 60);
    let last = snapshots.last().unwrap();
    assert_eq!(last.comparison.run.warnings, expected.run.warnings);
    assert_eq!(expected.run.warnings.len(), 2);
    assert!(last.comparison.intervals.is_empty());
    assert_eq!(last.days, 30);
}

#[test]
fn one_day_is_too_few() {
    let now = side("now", DESK, &[]);
    let model = Model::new(&now.scenario);
    let error = Live::new(now.clone(), &model, settings(&now, 1))
        .err()
        .unwrap();
    assert!(matches!(error, lab::Error::TooFewDays), "{error}");
}

/// Two sides that are equal in law, but not on any day: whoever takes a call is chosen at random, by another stream.
const BY_CHANCE: &str = r#"
[scenario]
name = "Two hours"
open = "08:00-10:00"
interval = "1h"
[routing]
policy = { random = { stream = 0 } }
[[queues]]
name = "a"
[[queues]]
name = "b"
[[call_types]]
name = "a"
queue = "a"
rate = "60/h"
talk = "exp(200s)"
patience = "exp(60s)"
redial = { abandoned = "30%", delay = "exp(5m)" }
[[call_types]]
name = "b"
queue = "b"
rate = "30/h"
talk = "lognormal(180s, sd 180s)"
patience = "exp(90s)"
[[groups]]
name = "of a"
skills = ["a"]
staff = 3
[[groups]]
name = "of both"
skills = ["a", "b"]
staff = 3
"#;

/// Over many seeds, how often somebody who watches finds a difference where there is none: see `docs/validation.md`.
#[test]
#[ignore = "takes some minutes"]
fn watching_finds_nothing_where_there_is_nothing() {
    const SEEDS: u64 = 1000;
    let a = side("now", BY_CHANCE, &[]);
    let b = side(
        "other stream",
        BY_CHANCE,
        &["routing.policy={ random = { stream = 1 } }"],
    );
    let model = Model::new(&a.scenario);
    let (mut any, mut one, mut uncorrected, mut looks) = (0u64, 0u64, 0u64, 0);
    for seed in 1..=SEEDS {
        let settings = Settings {
            seed,
            margin: Amounts::default(),
            ..settings(&a, 1000)
        };
        let mut live = Live::new(a.clone(), &model, settings).unwrap();
        let snapshots = seen(&mut live, &b);
        let looked: Vec<&Snapshot> = snapshots.iter().filter(|s| s.looked).collect();
        looks = looked.len();
        let found = |d: &Difference| !matches!(d.verdict, Verdict::Unknown | Verdict::Equivalent);
        let level = |s: &Snapshot| {
            let pairs = s.comparison.pairs.iter();
            let mut levels = pairs.filter(|d| d.place == "total" && d.kpi == "service_level");
            levels.next().unwrap().clone()
        };
        let headlines = |s: &&Snapshot| s.comparison.pairs.iter().any(|d| d.joint && found(d));
        any += u64::from(looked.iter().any(headlines));
        one += u64::from(looked.iter().any(|s| found(&level(s))));
        let by_single_look = |s: &&Snapshot| {
            let d = level(s).difference;
            d.mean.unwrap().abs() > 1.96 * d.se.unwrap()
        };
        uncorrected += u64::from(looked.iter().any(by_single_look));
    }
    let rate = |n: u64| 100.0 * n as f64 / SEEDS as f64;
    println!(
        "{SEEDS} seeds, {looks} looks: any headline {:.1} %, the service level {:.1} %, with 1.96 standard errors {:.1} %",
        rate(any),
        rate(one),
        rate(uncorrected)
    );
    // Three standard errors above 5 %.
    assert!(rate(any) < 7.1, "{:.1} % of {SEEDS} seeds", rate(any));
    assert!(
        rate(uncorrected) > 8.0,
        "without the correction there would be more: {:.1} %",
        rate(uncorrected)
    );
}
