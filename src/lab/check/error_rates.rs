//! How often a gate is wrong, over many seeds, where it is wrong most easily: with the truth at the threshold. And how often it
//! decides, the farther the truth is away.

use super::*;
use crate::stats::clopper_pearson;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::AtomicU64;

/// A short day of two queues whose agents are chosen at random. `stream` changes who takes a call and nothing else.
fn day(changes: &[&str]) -> Scenario {
    let text = r#"
        [scenario]
        name = "Two hours"
        open = "08:00-10:00"
        interval = "1h"
        busyness_cv = 0.1
        [routing]
        policy = { random = { stream = 0 } }
        [[queues]]
        name = "a"
        target = "80/20"
        [[queues]]
        name = "b"
        target = "80/20"
        [[call_types]]
        name = "a"
        queue = "a"
        rate = "60/h"
        talk = "exp(200s)"
        wrap_up = "20s"
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
    let changes: Vec<String> = changes.iter().map(|change| (*change).to_owned()).collect();
    match crate::scenario::parse("day.toml", text, Path::new(""), &changes) {
        Ok(loaded) => loaded.scenario,
        Err(error) => panic!("{error}"),
    }
}

/// The same in law, but not on any day.
const OTHER_STREAM: &str = "routing.policy={ random = { stream = 1 } }";

/// Verdicts of a gate over seeds.
struct Counts {
    seeds: u64,
    pass: u64,
    fail: u64,
    /// Replications until it was decided or given up, in all.
    replications: u64,
}

/// Runs a gate with each of so many seeds, on all cores.
fn over_seeds(seeds: u64, gate: impl Fn(u64) -> Gate<'static> + Sync) -> Counts {
    let next = AtomicU64::new(1);
    let counts = Mutex::new(Counts {
        seeds,
        pass: 0,
        fail: 0,
        replications: 0,
    });
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed > seeds {
                        break;
                    }
                    let outcome = gate(seed).seed(seed).threads(1).run(&Control::default());
                    let outcome = outcome.expect("the gate runs");
                    let mut counts = counts.lock().expect("no panic");
                    counts.pass += u64::from(outcome.verdict == Verdict::Pass);
                    counts.fail += u64::from(outcome.verdict == Verdict::Fail);
                    counts.replications += outcome.run.replications;
                }
            });
        }
    });
    counts.into_inner().expect("no panic")
}

/// What is surely true of these days.
const TRUE: [&str; 4] = [
    "total.asa_s < 5m",
    "queues.a.service_level > 5%",
    "queues.b.abandonment_rate < 90%",
    "delta queues.a.aht_s <= +60s",
];

/// A case with the truth at the threshold: what is compared, with what, and what is expected. Whether all is true there, so
/// that it must not fail; else one is false, so that it must not pass.
struct Case {
    name: &'static str,
    candidate: &'static [&'static str],
    expect: &'static [&'static str],
    is_true: bool,
    lock: bool,
}

const NO_WORSE: [&str; 5] = [
    "delta queues.a.service_level >= 0pp",
    "delta queues.b.asa_s <= 0s",
    "delta total.abandonment_rate <= 0pp",
    "delta groups.of a.occupancy >= 0pp",
    "delta total.attempts <= 0",
];

const CASES: [Case; 9] = [
    Case {
        name: "five differences at 0, allowed",
        candidate: &[OTHER_STREAM],
        expect: &NO_WORSE,
        is_true: true,
        lock: false,
    },
    Case {
        name: "the same beside a lock",
        candidate: &[OTHER_STREAM],
        expect: &NO_WORSE,
        is_true: true,
        lock: true,
    },
    Case {
        name: "a difference at 0, forbidden",
        candidate: &[OTHER_STREAM],
        expect: &["delta queues.a.service_level > 0pp"],
        is_true: false,
        lock: false,
    },
    Case {
        name: "a wait's difference at 0, forbidden",
        candidate: &[OTHER_STREAM],
        expect: &["delta total.asa_s < 0%"],
        is_true: false,
        lock: false,
    },
    Case {
        name: "the same beside a lock",
        candidate: &[OTHER_STREAM],
        expect: &["delta total.asa_s < 0%"],
        is_true: false,
        lock: true,
    },
    Case {
        name: "a quantile's difference at 0, forbidden",
        candidate: &[OTHER_STREAM],
        expect: &["delta total.wait_p95_s < 0s"],
        is_true: false,
        lock: false,
    },
    Case {
        name: "equivalence at the margin, must not pass",
        candidate: &[OTHER_STREAM, "call_types.a.wrap_up=22s"],
        // The mean of answered calls is as if each were longer by 2 s.
        expect: &["equivalent queues.a.aht_s ± 2s"],
        is_true: false,
        lock: false,
    },
    Case {
        name: "equivalence at the margin, must not fail",
        candidate: &[OTHER_STREAM, "call_types.a.wrap_up=22s"],
        expect: &[
            "equivalent queues.a.aht_s ± 2s",
            "delta queues.a.acw_s <= 2s",
            "delta queues.a.aht_s <= 2s",
            "delta queues.b.aht_s <= 0s",
            "delta queues.b.talk_s >= 0s",
        ],
        is_true: true,
        lock: false,
    },
    Case {
        name: "figures at their exact values, allowed",
        candidate: &[],
        expect: &[
            "total.first_attempts <= 180",
            "call_types.a.first_attempts >= 120",
            "queues.a.talk_s <= 200s",
            "queues.b.talk_s >= 180s",
            "queues.b.aht_s <= 180s",
        ],
        is_true: true,
        lock: false,
    },
];

impl Case {
    fn gate(&self, seed: u64, most: u64) -> Gate<'static> {
        let before = day(&[]);
        let mut gate = Gate::new("candidate", day(self.candidate)).at_most(most);
        for text in self.expect.iter().chain(self.others()) {
            gate = gate.expect(text);
        }
        match self.lock {
            false => gate.against("before", before),
            true => {
                let expected = self.expect.iter().chain(self.others());
                let expected = expected.map(|text| Expected {
                    text: (*text).to_owned(),
                    ..Expected::default()
                });
                let recorder = Gate::new("before", before).expect_all(expected);
                let recorder = recorder.at_most(most).seed(seed).threads(1);
                let lock = recorder.record("lock", &Control::default());
                gate.against_lock("lock", lock.expect("a lock"))
            }
        }
    }

    /// Five are expected at once.
    fn others(&self) -> &'static [&'static str] {
        &TRUE[..5 - self.expect.len()]
    }

    /// Errors over seeds, and the upper 99 % limit of their rate.
    fn errors(&self, (seeds, most): (u64, u64), corrected: bool) -> (u64, f64) {
        let counts = over_seeds(seeds, |seed| {
            let mut gate = self.gate(seed, most);
            gate.is_corrected = corrected;
            gate
        });
        let errors = if self.is_true {
            counts.fail
        } else {
            counts.pass
        };
        let (_, upper) = clopper_pearson(errors, seeds, 0.01);
        println!(
            "| {} | {} | {:.1} % | {:.1} % | {:.0} |",
            self.name,
            if self.is_true { "fail" } else { "pass" },
            100.0 * errors as f64 / seeds as f64,
            100.0 * upper,
            counts.replications as f64 / seeds as f64,
        );
        (errors, upper)
    }
}

/// Days of each side, at most: as many looks as are worth the time.
const MOST: u64 = 2_000;

const ALPHA: f64 = 0.05;

#[test]
#[ignore = "takes minutes: docs/validation.md"]
fn a_gate_is_wrong_no_more_often_than_it_says() {
    println!("| case | error | seen | at most (99 %) | days |\n|---|---|--:|--:|--:|");
    for case in &CASES {
        let (errors, upper) = case.errors((1_000, MOST), true);
        assert!(
            upper <= ALPHA + 0.025,
            "{}: {errors} errors of 1,000, at most {upper}",
            case.name
        );
    }
}

/// The test above is one that can fail: looking without a correction does.
#[test]
#[ignore = "takes minutes: docs/validation.md"]
fn without_the_correction_it_is_wrong_more_often() {
    println!("| case | error | seen | at most (99 %) | days |\n|---|---|--:|--:|--:|");
    for case in [&CASES[0], &CASES[2], &CASES[4]] {
        let (errors, upper) = case.errors((1_000, MOST), false);
        assert!(
            upper > ALPHA + 0.025,
            "{}: only {errors} errors of 1,000, at most {upper}",
            case.name
        );
    }
}

/// The same with few seeds, so that every run of the tests sees a gross error.
#[test]
fn a_gate_is_seldom_wrong() {
    for case in &CASES[..4] {
        let (errors, _) = case.errors((40, 300), true);
        // More than 8 of 40 have a probability below 1e-4 at a rate of 5 %.
        assert!(errors <= 8, "{}: {errors} errors of 40", case.name);
    }
}

#[test]
#[ignore = "takes minutes: docs/validation.md"]
fn the_farther_the_truth_the_sooner_it_decides() {
    println!("| distance | decided | wrongly | days, mean |\n|--:|--:|--:|--:|");
    let mut last = 0.0;
    for distance in [0.25, 0.5, 1.0, 2.0] {
        let counts = over_seeds(200, |_| {
            let points = 0.5 * distance;
            Gate::new("candidate", day(&[OTHER_STREAM]))
                .against("before", day(&[]))
                .expect(&format!("delta total.service_level >= -{points}pp"))
        });
        let decided = (counts.pass + counts.fail) as f64 / counts.seeds as f64;
        println!(
            "| {distance} × 0.5 pp | {:.0} % | {:.1} % | {:.0} |",
            100.0 * decided,
            100.0 * counts.fail as f64 / counts.seeds as f64,
            counts.replications as f64 / counts.seeds as f64
        );
        assert!(
            decided >= last,
            "{distance}: {decided} decided, nearer by {last}"
        );
        // What is true fails at most with α.
        let (_, upper) = clopper_pearson(counts.fail, counts.seeds, 0.01);
        assert!(
            upper <= ALPHA + 0.025,
            "{distance}: {} of what is true failed",
            counts.fail
        );
        last = decided;
    }
    assert!(last > 0.99, "at twice the margin {last} are decided");
}
