//! Properties that hold on every scenario, tested on random ones.

mod common;

use acdsim::engine::{Attempt, AttemptEvent, Cause, Engine, Observer, Tally};
use acdsim::model::Model;
use acdsim::report::json::pretty;
use acdsim::routing::Routing;
use common::identities::{Watch, check_identities};
use common::random_scenario::scenario;
use proptest::prelude::*;
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::AtomicBool;

/// Simulates one day under an observer.
fn observe<O: Observer>(model: &Model, replication: u64, observer: O) -> (O, Tally) {
    let mut engine = Engine::with(model, observer, Routing::default());
    let tally = engine
        .run(
            model.scenario.run.seed,
            replication,
            &AtomicBool::new(false),
        )
        .expect("a day can be simulated")
        .clone();
    (engine.into_observer(), tally)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(1), ..ProptestConfig::default() })]

    /// An engine that has simulated other days, or was interrupted, counts like a new one.
    #[test]
    fn an_engine_can_be_used_again(text in scenario()) {
        let model = common::model(&text);
        let seed = model.scenario.run.seed;
        let (go_on, stop) = (AtomicBool::new(false), AtomicBool::new(true));
        let mut used = Engine::new(&model);
        for day in 0..3 {
            let _ = used.run(seed + 1, day, &stop);
            let again = used.run(seed, day, &go_on).expect("a day can be simulated");
            let mut new = Engine::new(&model);
            prop_assert_eq!(again, new.run(seed, day, &go_on).expect("a day can be simulated"));
        }
    }

    #[test]
    fn identities_hold_and_nobody_breaks_the_rules(text in scenario()) {
        let model = common::model(&text);
        for day in 0..3 {
            let (watch, tally) = observe(&model, day, Watch::new(&model));
            check_identities(&model, &tally)?;
            prop_assert!(watch.violations.is_empty(), "{:#?}", &watch.violations[..watch.violations.len().min(3)]);
            for (g, staffed) in watch.staffed_ns.iter().enumerate() {
                let counted: i128 = tally.groups[g * tally.cells..][..tally.cells].iter().map(|c| c.on_duty.area_ns).sum();
                prop_assert_eq!(*staffed, counted, "staffed time of group {}", g);
                prop_assert!(watch.on_duty[g] == 0, "group {} goes home in the end", g);
            }
        }
    }

    #[test]
    fn the_number_of_threads_changes_nothing(text in scenario()) {
        let model = common::model(&text);
        let one = pretty(&common::run_model(&model, Some(1)));
        let three = pretty(&common::run_model(&model, Some(3)));
        prop_assert_eq!(one, three);
    }
}

/// Wait of every caller of a day.
#[derive(Default)]
struct WaitsOf {
    entered: HashMap<u64, i64>,
    waits: BTreeMap<u64, i64>,
}

impl Observer for WaitsOf {
    fn attempt(&mut self, now: i64, attempt: Attempt, event: AttemptEvent) {
        match event {
            AttemptEvent::Queued { .. } => {
                self.entered.insert(attempt.caller, now);
            }
            AttemptEvent::Answered { .. } => {
                let wait = now - self.entered[&attempt.caller];
                self.waits.insert(attempt.caller, wait);
            }
            _ => {}
        }
    }
}

fn lossless(staff: &[u32], volumes: &[u32], talk: u32, seed: u32) -> String {
    format!(
        "[scenario]\nname = \"lossless\"\nopen = \"08:00-10:00\"\ninterval = \"30m\"\n[run]\nseed = {seed}\n\
         [[queues]]\nname = \"q\"\n[[call_types]]\nname = \"c\"\nqueue = \"q\"\nvolume = {volumes:?}\n\
         talk = \"exp({talk}s)\"\nwrap_up = \"exp(20s)\"\n\
         [[groups]]\nname = \"g\"\nskills = [\"q\"]\nstaff = {staff:?}\n"
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(2), ..ProptestConfig::default() })]

    /// Where nobody is lost and nobody repeats, one more agent never makes anybody wait longer.
    #[test]
    fn one_more_agent_never_raises_a_wait(
        staff in prop::collection::vec(1u32..8, 4),
        volumes in prop::collection::vec(0u32..80, 4),
        talk in 10u32..400,
        seed in any::<u32>(),
        from in 0usize..4,
        intervals in 1usize..4,
    ) {
        let mut more = staff.clone();
        more.iter_mut().skip(from).take(intervals).for_each(|n| *n += 1);
        let (before, after) = (
            common::model(&lossless(&staff, &volumes, talk, seed)),
            common::model(&lossless(&more, &volumes, talk, seed)),
        );
        let (before, _) = observe(&before, 0, WaitsOf::default());
        let (after, _) = observe(&after, 0, WaitsOf::default());
        prop_assert_eq!(before.waits.len(), after.waits.len());
        for (caller, wait) in &after.waits {
            prop_assert!(*wait <= before.waits[caller], "caller {} waits {} instead of {} ns", caller, wait, before.waits[caller]);
        }
    }
}

/// With abandonment that is false for single callers; in the mean one more agent does help.
#[test]
fn one_more_agent_helps_in_the_mean() {
    let text = |staff: u32| {
        format!(
            "[scenario]\nname = \"mean\"\n[run]\nreplications = 300\n[[queues]]\nname = \"q\"\n\
             [[call_types]]\nname = \"c\"\nqueue = \"q\"\nrate = \"200/h\"\ntalk = \"exp(180s)\"\n\
             patience = \"exp(90s)\"\nredial = {{ abandoned = 0.5, delay = \"exp(5m)\" }}\n\
             [[groups]]\nname = \"g\"\nskills = [\"q\"]\nstaff = {staff}\n"
        )
    };
    let levels: Vec<f64> = (8..14)
        .map(|staff| {
            common::run(&text(staff))
                .total
                .get("service_level")
                .mean
                .expect("calls")
        })
        .collect();
    assert!(
        levels.windows(2).all(|pair| pair[0] < pair[1]),
        "service level by agents: {levels:?}"
    );
}

/// What a caller brings along: arrival, and patience and talk of each attempt.
#[derive(Default)]
struct Draws {
    arrival: HashMap<(usize, u64), i64>,
    patience: HashMap<(usize, u64, u32), i64>,
    talk: HashMap<(usize, u64, u32), i64>,
}

impl Observer for Draws {
    fn attempt(&mut self, now: i64, attempt: Attempt, event: AttemptEvent) {
        let key = (attempt.call_type, attempt.caller, attempt.number);
        match event {
            AttemptEvent::Arrived if attempt.cause == Cause::First => {
                self.arrival.insert((key.0, key.1), now);
            }
            AttemptEvent::Waits { patience_ns } => {
                self.patience.insert(key, patience_ns);
            }
            AttemptEvent::Answered { talk_ns, .. } => {
                self.talk.insert(key, talk_ns);
            }
            _ => {}
        }
    }
}

/// The n-th caller of a type is the same person in two variants that differ in staffing and routing.
#[test]
fn callers_are_the_same_in_every_variant() {
    let text = |staff: u32, priority: u32, agents: &str, extra: &str| {
        format!(
            "[scenario]\nname = \"pair\"\nbusyness_cv = 0.2\n[[queues]]\nname = \"a\"\npriority = {priority}\n{agents}\n\
             [[queues]]\nname = \"b\"\n\
             [[call_types]]\nname = \"a\"\nqueue = \"a\"\nrate = \"150/h\"\ntalk = \"lognormal(180s, sd 150s)\"\n\
             patience = \"exp(60s)\"\nresolution = 0.8\nreconnect = {{ probability = 0.5, delay = \"exp(20m)\" }}\n\
             redial = {{ abandoned = 0.6, delay = \"exp(5m)\" }}\n{extra}\
             [[call_types]]\nname = \"b\"\nqueue = \"b\"\nrate = \"60/h\"\ntalk = \"gamma(200s, sd 150s)\"\n\
             patience = \"weibull(shape 0.8, scale 90s)\"\n\
             [[groups]]\nname = \"one\"\nskills = [\"a\", \"b\"]\nstaff = {staff}\n\
             [[groups]]\nname = \"two\"\nskills = [\"a\"]\nstaff = 3\n"
        )
    };
    let added = "[[call_types]]\nname = \"new\"\nqueue = \"b\"\nrate = \"10/h\"\ntalk = \"60s\"\n";
    let plain = common::model(&text(6, 5, "", ""));
    let variants = [
        text(9, 5, "", ""),
        text(
            6,
            1,
            "agents = [\"two\", { group = \"one\", after = \"30s\" }]",
            "",
        ),
        text(6, 5, "", added),
    ];
    let (plain, _) = observe(&plain, 12, Draws::default());
    for (number, variant) in variants.iter().enumerate() {
        let (other, _) = observe(&common::model(variant), 12, Draws::default());
        // A type that stands between the two moves the index of "b", not its callers.
        let index = |t: usize| if number == 2 && t == 1 { 2 } else { t };
        assert!(
            plain.arrival.len() > 1000,
            "{} callers",
            plain.arrival.len()
        );
        for (&(t, caller), at) in &plain.arrival {
            assert_eq!(
                other.arrival.get(&(index(t), caller)),
                Some(at),
                "arrival of {caller}"
            );
        }
        for (mine, theirs, what) in [
            (&plain.patience, &other.patience, "patience"),
            (&plain.talk, &other.talk, "talk"),
        ] {
            let mut both = 0;
            for (&(t, caller, attempt), value) in mine {
                if let Some(theirs) = theirs.get(&(index(t), caller, attempt)) {
                    assert_eq!(
                        value, theirs,
                        "{what} of caller {caller} of type {t}, attempt {attempt}"
                    );
                    both += 1;
                }
            }
            assert!(
                both > 100,
                "only {both} callers have a {what} in both variants"
            );
        }
    }
}
