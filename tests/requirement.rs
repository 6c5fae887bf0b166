//! The requirement by formula: against the formulas by hand, from a scenario and from a CSV file.

use acdsim::erlang::{Patience, Target, Thresholds, WaitingSystem};
use acdsim::experiment::Control;
use acdsim::kpi;
use acdsim::planning::{
    self, Attempts, Bounds, CsvQuestion, ErlangModel, Lag, Method, Per, Question, Recipe, Remark,
    Requirement, Status, Tolerance,
};
use acdsim::scenario::{self, Formula, Scenario, parse_distribution};
use acdsim::{Model, Settings};
use proptest::prelude::*;
use std::path::{Path, PathBuf};

fn scenario(text: &str) -> Scenario {
    let loaded = scenario::parse("test", text, Path::new(""), &[]);
    loaded
        .unwrap_or_else(|e| panic!("{}", e.render(false, 100)))
        .scenario
}

/// One queue of a call type with these keys, from 08:00 on in half-hours.
fn one_queue(volumes: &str, call_type: &str, queue: &str) -> Scenario {
    let hours = volumes.split(',').count() as f64 / 2.0;
    let close = format!(
        "{:02}:{:02}",
        8 + hours as u32,
        30 * (hours.fract() > 0.0) as u32
    );
    scenario(&format!(
        "[scenario]\nname = \"one\"\nopen = \"08:00-{close}\"\ninterval = \"30m\"\n\
         [[queues]]\nname = \"q\"\ntarget = \"80/20\"\n{queue}\n\
         [[call_types]]\nname = \"c\"\nqueue = \"q\"\nvolume = [{volumes}]\n{call_type}\n\
         [[groups]]\nname = \"g\"\nskills = [\"q\"]\nstaff = 1\n"
    ))
}

fn requirement(scenario: &Scenario, recipe: &Recipe) -> Requirement {
    let targets = kpi::targets(scenario);
    Requirement::new(
        &Model::new(scenario),
        &targets,
        Tolerance::default(),
        recipe,
        None,
    )
}

fn agents(requirement: &Requirement) -> Vec<u32> {
    requirement.pools[0]
        .needs
        .iter()
        .map(|need| need.agents)
        .collect()
}

fn level(fraction: f64) -> Target {
    Target::ServiceLevel {
        fraction,
        within_s: 20.0,
        formula: Formula::AnsweredOverOffered,
        short_s: 5.0,
    }
}

fn question(scenario: &Scenario) -> Question {
    Question {
        days: 200,
        budget: 20_000,
        ..Question::of(scenario, Per::Interval)
    }
}

fn by_formula(scenario: &Scenario, question: &Question, recipe: &Recipe) -> planning::Answer {
    planning::by_formula(scenario, question, recipe, &Control::default())
        .expect("it can be simulated")
}

const DAY: &str = "18, 30, 44, 0, 62, 64";

// ---- The least number ----

/// Of each formula the least n meets every target, and n − 1 does not: the performance is computed by the formula, by hand.
#[test]
fn the_least_number_meets_the_targets_and_one_less_does_not() {
    let patiences = [
        ("patience = \"exp(3m)\"", ErlangModel::A, "exp(3m)"),
        ("", ErlangModel::C, "never"),
        (
            "patience = \"lognormal(2m, sd 3m)\"",
            ErlangModel::Patience,
            "lognormal(2m, sd 3m)",
        ),
    ];
    for (key, model, distribution) in patiences {
        let call_type = format!("talk = \"exp(4m)\"\nwrap_up = \"exp(40s)\"\n{key}");
        let scenario = one_queue(DAY, &call_type, "max_abandonment = \"4%\"");
        let found = requirement(&scenario, &Recipe::new(Method::ErlangA));
        let distribution = parse_distribution(distribution, Path::new("")).expect("a distribution");
        let patience = Patience::new(&distribution, 0.0).expect("a patience");
        let targets = [level(0.8), Target::Abandonment { max: 0.04 }];
        for (need, calls) in found.pools[0]
            .needs
            .iter()
            .zip([18., 30., 44., 0., 62., 64.])
        {
            if calls == 0.0 {
                assert_eq!((need.agents, &need.remark), (0, &Some(Remark::NoCalls)));
                continue;
            }
            assert_eq!(need.model, model);
            let system = WaitingSystem {
                calls_per_h: 2.0 * calls,
                aht_s: 280.0,
                agents: f64::from(need.agents),
                patience: patience.clone(),
                limit: None,
            };
            assert_eq!(need.system, system);
            let met = |agents: f64| {
                system
                    .with_agents(agents)
                    .performance(&Thresholds::default())
                    .is_ok_and(|p| targets.iter().all(|target| target.is_met_by(&p)))
            };
            assert!(
                met(f64::from(need.agents)),
                "{model:?}, {calls}: {}",
                need.agents
            );
            assert!(
                !met(f64::from(need.agents) - 1.0),
                "{model:?}, {calls}: {}",
                need.agents
            );
        }
    }
}

/// Erlang-C does not see the patience; with it fewer agents are enough for the same level.
#[test]
fn erlang_c_leaves_patience_out_and_needs_more() {
    let scenario = one_queue(DAY, "talk = \"exp(4m)\"\npatience = \"exp(1m)\"", "");
    let c = requirement(&scenario, &Recipe::new(Method::ErlangC));
    let a = requirement(&scenario, &Recipe::new(Method::ErlangA));
    let endless = one_queue(DAY, "talk = \"exp(4m)\"", "");
    let without = requirement(&endless, &Recipe::new(Method::ErlangA));
    assert_eq!(agents(&c), agents(&without));
    assert_eq!((c.models().as_str(), a.models().as_str()), ("c", "a"));
    assert!(
        agents(&c).iter().zip(agents(&a)).all(|(c, a)| *c >= a) && agents(&c) != agents(&a),
        "{:?} {:?}",
        agents(&c),
        agents(&a)
    );
}

/// A limit of waiting calls is in the formula `queue`; contained calls do not come; the largest occupancy of the group counts.
#[test]
fn limit_ivr_and_occupancy_count() {
    let limited = one_queue(
        DAY,
        "talk = \"exp(4m)\"\npatience = \"exp(3m)\"",
        "limit = 5",
    );
    let found = requirement(&limited, &Recipe::new(Method::ErlangA));
    assert_eq!(found.models(), "queue");
    assert_eq!(found.pools[0].needs[0].system.limit, Some(5));

    let contained = one_queue(
        DAY,
        "talk = \"exp(4m)\"\nivr = { time = \"exp(20s)\", contained = 0.3, abandoned = 0.1 }",
        "",
    );
    let calls = requirement(&contained, &Recipe::new(Method::ErlangC)).pools[0].needs[1]
        .system
        .calls_per_h;
    assert!((calls - 2.0 * 30.0 * 0.6).abs() < 1e-9, "{calls}");

    let mut busy = one_queue(DAY, "talk = \"exp(4m)\"\npatience = \"exp(3m)\"", "");
    busy.groups[0].max_occupancy = Some(0.5);
    for need in &requirement(&busy, &Recipe::new(Method::ErlangA)).pools[0].needs {
        let p = need
            .system
            .performance(&Thresholds::default())
            .expect("it is stable");
        assert!(p.occupancy <= 0.5, "{} with {}", p.occupancy, need.agents);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    /// Never unstable; not rounded never above the whole number, nor more than one below it; monotone in the volume.
    #[test]
    fn never_unstable_and_fractional_is_below_whole(
        volume in 0.01f64..2000.0, aht in 1u32..3600, fraction in 0.01f64..0.999, patient in any::<bool>(),
    ) {
        let patience = if patient { "" } else { "patience = \"exp(2m)\"" };
        let mut scenario = one_queue(&format!("{volume}, {}", volume * 1.1), &format!("talk = \"exp({aht}s)\"\n{patience}"), "");
        scenario.queues[0].target.fraction = fraction;
        for method in [Method::ErlangC, Method::ErlangA] {
            let recipe = Recipe { fractional: true, ..Recipe::new(method) };
            let found = requirement(&scenario, &recipe);
            let needs = &found.pools[0].needs;
            for need in needs {
                let p = need.system.performance(&Thresholds::default());
                prop_assert!(p.is_ok(), "{p:?}");
                let exact = need.exact.expect("it was asked");
                let whole = f64::from(need.agents);
                prop_assert!(exact <= whole && exact > whole - 1.0 - 1e-9, "{exact} {whole}");
                if method == Method::ErlangC {
                    prop_assert!(exact >= need.system.erlangs() * (1.0 - 1e-12), "{exact} {}", need.system.erlangs());
                }
            }
            prop_assert!(needs[0].agents <= needs[1].agents);
        }
    }
}

// ---- Lag ----

/// With a service time as long as an interval the lagged requirement is that of the interval before; of half an interval the
/// mean rate is that of two halves, and the largest that of the larger one.
#[test]
fn the_lag_moves_the_peak() {
    let volumes = "10, 20, 60, 20, 10, 0";
    let of = |lag: Lag, talk: &str| {
        let scenario = one_queue(volumes, &format!("talk = \"exp({talk})\""), "");
        requirement(
            &scenario,
            &Recipe {
                lag,
                ..Recipe::new(Method::ErlangC)
            },
        )
    };
    let rates = |found: &Requirement| -> Vec<f64> {
        let needs = found.pools[0].needs.iter();
        needs.map(|need| need.system.calls_per_h / 2.0).collect()
    };
    let near = |found: &Requirement, expected: [f64; 6]| {
        let found = rates(found);
        let same = found
            .iter()
            .zip(expected)
            .all(|(a, b)| (a - b).abs() < 1e-9);
        assert!(same, "{found:?}, expected {expected:?}");
    };
    let whole = of(Lag::Average, "30m");
    near(&whole, [0.0, 10.0, 20.0, 60.0, 20.0, 10.0]);
    near(&of(Lag::Average, "15m"), [5.0, 15.0, 40.0, 40.0, 15.0, 5.0]);
    near(
        &of(Lag::Largest, "15m"),
        [10.0, 20.0, 60.0, 60.0, 20.0, 10.0],
    );
    near(&of(Lag::None, "15m"), [10.0, 20.0, 60.0, 20.0, 10.0, 0.0]);
    // An hour and a quarter: two intervals and a half.
    near(&of(Lag::Average, "75m"), [0.0, 0.0, 5.0, 15.0, 40.0, 40.0]);
    let plain = of(Lag::None, "30m");
    let peak = |found: &Requirement| {
        let agents = agents(found);
        agents.iter().position(|n| Some(n) == agents.iter().max())
    };
    assert_eq!((peak(&plain), peak(&whole)), (Some(2), Some(3)));
    assert_eq!(agents(&plain)[..5], agents(&whole)[1..]);
}

/// On a day whose calls take as long as an interval, the peak's congestion comes an interval later: only the lagged plan of
/// Erlang-A holds there.
#[test]
fn the_simulation_says_that_the_lag_helps() {
    let scenario = one_queue(
        "20, 20, 80, 20, 20, 20",
        "talk = \"exp(25m)\"\npatience = \"exp(5m)\"",
        "",
    );
    let after_the_peak = |lag: Lag| {
        let recipe = Recipe {
            lag,
            ..Recipe::new(Method::ErlangA)
        };
        let answer = by_formula(&scenario, &question(&scenario), &recipe);
        let row = answer
            .staffing
            .intervals
            .iter()
            .find(|row| row.queue.is_some() && row.start == "09:30");
        row.expect("the interval").simulated["service_level"]
            .mean
            .expect("calls come")
    };
    let (plain, lagged) = (after_the_peak(Lag::None), after_the_peak(Lag::Largest));
    assert!(plain < 0.6 && lagged > 0.8, "{plain} {lagged}");
}

// ---- Queues and groups ----

const TWO_QUEUES: &str = "\
[scenario]\nname = \"two\"\nopen = \"08:00-10:00\"\ninterval = \"30m\"\n\
[[queues]]\nname = \"a\"\ntarget = \"80/20\"\n[[queues]]\nname = \"b\"\ntarget = \"90/10\"\n\
[[call_types]]\nname = \"of a\"\nqueue = \"a\"\nvolume = [10, 30, 24, 6]\ntalk = \"exp(3m)\"\npatience = \"exp(2m)\"\n\
[[call_types]]\nname = \"of b\"\nqueue = \"b\"\nvolume = [8, 8, 8, 8]\ntalk = \"exp(5m)\"\npatience = \"exp(2m)\"\n";

/// Groups of their own are staffed apart; a group for both serves one pool that keeps both targets.
#[test]
fn queues_of_the_same_agents_are_one() {
    let apart = scenario(&format!(
        "{TWO_QUEUES}[[groups]]\nname = \"ga\"\nskills = [\"a\"]\nstaff = 3\n[[groups]]\nname = \"gb\"\nskills = [\"b\"]\nstaff = 3\n"
    ));
    let found = requirement(&apart, &Recipe::new(Method::ErlangA));
    assert_eq!(found.pools.len(), 2);
    assert!(found.warnings.is_empty(), "{:?}", found.warnings);

    let together = scenario(&format!(
        "{TWO_QUEUES}[[groups]]\nname = \"g\"\nskills = [\"a\", \"b\"]\nstaff = 3\n"
    ));
    let pooled = requirement(&together, &Recipe::new(Method::ErlangA));
    assert_eq!(pooled.pools.len(), 1);
    assert!(pooled.warnings[0].contains("a, b"), "{:?}", pooled.warnings);
    let need = &pooled.pools[0].needs[0];
    let by_hand = WaitingSystem {
        calls_per_h: 36.0,
        aht_s: (10.0 * 180.0 + 8.0 * 300.0) / 18.0,
        agents: 0.0,
        patience: Patience::exponential(120.0).expect("a patience"),
        limit: None,
    };
    let stricter = Target::ServiceLevel {
        fraction: 0.9,
        within_s: 10.0,
        formula: Formula::AnsweredOverOffered,
        short_s: 5.0,
    };
    let expected = by_hand
        .least_agents(&[level(0.8), stricter])
        .expect("an answer");
    assert_eq!(u64::from(need.agents), expected);
    let alone = found.pools.iter().map(|pool| pool.needs[0].agents);
    assert!(need.agents < alone.sum());
}

/// Agents go to the groups of the first tier as they are in the scenario; one that only helps keeps its agents.
#[test]
fn agents_go_to_the_groups_that_take_the_calls_first() {
    let text = "\
[scenario]\nname = \"tiers\"\nopen = \"08:00-09:00\"\ninterval = \"30m\"\n\
[[queues]]\nname = \"q\"\ntarget = \"80/20\"\nagents = [[\"one\", \"two\"], { group = \"help\", after = \"10s\" }]\n\
[[call_types]]\nname = \"c\"\nqueue = \"q\"\nvolume = [60, 60]\ntalk = \"exp(5m)\"\n\
[[groups]]\nname = \"one\"\nskills = [\"q\"]\nstaff = 6\n[[groups]]\nname = \"two\"\nskills = [\"q\"]\nstaff = 3\n\
[[groups]]\nname = \"help\"\nskills = [\"q\"]\nstaff = 2\n";
    let scenario = scenario(text);
    let recipe = Recipe {
        fractional: true,
        ..Recipe::new(Method::ErlangC)
    };
    let found = requirement(&scenario, &recipe);
    let model = Model::new(&scenario);
    let need = &found.pools[0].needs[0];
    let mut bounds = Bounds::none(&scenario);
    let (staff, exact) = found.staff(&model, &bounds);
    assert_eq!(staff[0][0] + staff[1][0], need.agents);
    let two_thirds = f64::from(need.agents) * 2.0 / 3.0;
    assert!(
        (f64::from(staff[0][0]) - two_thirds).abs() < 1.0,
        "{staff:?}"
    );
    let sum = exact[0][0] + exact[1][0];
    assert!(
        (sum - need.exact.expect("it was asked")).abs() < 1e-9,
        "{exact:?}"
    );
    assert_eq!(staff[2], [2, 2]);
    assert!(found.warnings[0].contains("help"), "{:?}", found.warnings);
    // A group that is fixed leaves the rest to the other one.
    bounds.most[0] = vec![4, 4];
    let (staff, _) = found.staff(&model, &bounds);
    assert_eq!((staff[0][0], staff[0][0] + staff[1][0]), (4, need.agents));
}

// ---- What cannot be met ----

/// 100 % is never reached: staffed to within the tolerance, and said so.
#[test]
fn what_no_number_reaches_is_staffed_within_the_tolerance() {
    let mut scenario = one_queue(DAY, "talk = \"exp(4m)\"\npatience = \"exp(3m)\"", "");
    scenario.queues[0].target.fraction = 1.0;
    let found = requirement(&scenario, &Recipe::new(Method::ErlangA));
    for need in &found.pools[0].needs {
        if need.remark == Some(Remark::NoCalls) {
            continue;
        }
        let Some(Remark::Unreachable { best, .. }) = &need.remark else {
            panic!("{:?}", need.remark);
        };
        assert_eq!(*best, 1.0);
        let expected = need.system.least_agents(&[level(0.99)]).expect("an answer");
        assert_eq!(u64::from(need.agents), expected);
    }
    // Without a target nobody is needed.
    let model = Model::new(&scenario);
    let recipe = Recipe::new(Method::ErlangA);
    let none = Requirement::new(&model, &[], Tolerance::default(), &recipe, None);
    assert!(none.pools[0].needs.iter().all(|need| need.agents == 0));
    assert_eq!(none.pools[0].needs[0].remark, Some(Remark::NoTarget));
}

// ---- The document ----

/// On a flat day that the formula is exact for, promise and simulation agree; the status is judged by the simulation.
#[test]
fn promised_and_simulated_agree_where_the_formula_is_exact() {
    let volumes = ["40"; 20].join(", ");
    let scenario = one_queue(&volumes, "talk = \"exp(3m)\"\npatience = \"exp(2m)\"", "");
    let recipe = Recipe {
        fractional: true,
        ..Recipe::new(Method::ErlangA)
    };
    let answer = by_formula(
        &scenario,
        &Question {
            days: 2000,
            ..question(&scenario)
        },
        &recipe,
    );
    let staffing = &answer.staffing;
    assert_eq!(
        (staffing.method.as_str(), staffing.model.as_str()),
        ("erlang-a", "a")
    );
    assert!(staffing.met, "{:?}", staffing.goals);
    // After the day has begun with nobody in the queue.
    let late = |row: &&planning::Row| row.start.as_str() >= "12:00";
    for row in staffing.intervals.iter().filter(late) {
        match row.queue {
            Some(_) => {
                let (promised, simulated) = (
                    row.promised["service_level"],
                    row.simulated["service_level"].mean.expect("calls come"),
                );
                assert!(
                    (promised - simulated).abs() < 0.015,
                    "{}: {promised} {simulated}",
                    row.start
                );
            }
            None => {
                let (agents, exact) = (
                    row.agents.expect("a group"),
                    row.agents_fractional.expect("asked"),
                );
                assert!(
                    exact <= f64::from(agents) && exact > f64::from(agents) - 1.0,
                    "{agents} {exact}"
                );
                let (promised, simulated) = (
                    row.promised["occupancy"],
                    row.simulated["occupancy"].mean.expect("agents work"),
                );
                assert!(
                    (promised - simulated).abs() < 0.015,
                    "{}: {promised} {simulated}",
                    row.start
                );
            }
        }
    }
    let json = serde_json::to_value(staffing).expect("it is a document");
    let row = &json["intervals"][1];
    assert!(
        row["promised"]["asa_s"].is_number() && row["simulated"]["asa_s"]["mean"].is_number(),
        "{row}"
    );
}

/// Redials make more calls than Erlang-C is told of: its plan by first attempts is missed, that by all attempts needs more.
#[test]
fn the_closing_simulation_tells_that_the_plan_misses() {
    let mut scenario = one_queue(
        "60, 60, 60, 60, 60, 60, 60, 60",
        "talk = \"exp(4m)\"\npatience = \"exp(1m)\"\nresolution = 0.5\n\
         reconnect = { probability = 1.0, delay = \"exp(10m)\" }",
        "",
    );
    scenario.groups[0].staff = vec![10; 8];
    let asked = question(&scenario);
    let first = by_formula(&scenario, &asked, &Recipe::new(Method::ErlangC));
    assert!(!first.staffing.met);
    let missed = |row: &planning::Row| row.status == Some(Status::Missed);
    assert!(first.staffing.intervals.iter().any(missed));
    let all = by_formula(
        &scenario,
        &asked,
        &Recipe {
            attempts: Attempts::All,
            ..Recipe::new(Method::ErlangC)
        },
    );
    let total = |answer: &planning::Answer| answer.scenario.groups[0].staff.iter().sum::<u32>();
    assert!(
        total(&all) > total(&first),
        "{} {}",
        total(&all),
        total(&first)
    );
    assert!(all.staffing.days_used > all.staffing.replications);
}

/// Bounds are kept; where they leave too few for a stable queue the promise is not given, but said why.
#[test]
fn bounds_are_kept_and_an_unstable_queue_is_named() {
    let scenario = one_queue("60, 60", "talk = \"exp(4m)\"", "");
    let mut asked = question(&scenario);
    asked.bounds.most = vec![vec![5, 100]];
    asked.bounds.least = vec![vec![0, 30]];
    let answer = by_formula(&scenario, &asked, &Recipe::new(Method::ErlangC));
    assert_eq!(answer.scenario.groups[0].staff, [5, 30]);
    let row = &answer.staffing.intervals[1];
    assert!(row.promised.is_empty(), "{:?}", row.promised);
    assert!(
        row.reason
            .as_deref()
            .is_some_and(|why| why.contains("at least 9")),
        "{:?}",
        row.reason
    );
    let more = &answer.staffing.intervals[3];
    assert!(
        more.promised["service_level"] > 0.999,
        "{:?}",
        more.promised
    );
}

/// All attempts in each interval are what the simulation counted.
#[test]
fn all_attempts_are_those_of_the_results() {
    let scenario = one_queue(
        "60, 60, 60, 60",
        "talk = \"exp(4m)\"\npatience = \"exp(1m)\"\nredial = { abandoned = 0.9, delay = \"exp(5m)\" }",
        "",
    );
    let model = Model::new(&scenario);
    let run = acdsim::experiment::run(&model, &Settings::of(&model), &Control::default(), &[]);
    let results = run.expect("it can be simulated").results;
    let recipe = Recipe {
        attempts: Attempts::All,
        ..Recipe::new(Method::ErlangC)
    };
    let targets = kpi::targets(&scenario);
    let found = Requirement::new(
        &model,
        &targets,
        Tolerance::default(),
        &recipe,
        Some(&results),
    );
    let intervals = results.queues[0].intervals.as_ref().expect("a day");
    for (need, interval) in found.pools[0].needs.iter().zip(intervals) {
        let attempts = interval.get("attempts").mean.expect("calls come");
        assert!((need.system.calls_per_h - 2.0 * attempts).abs() < 1e-9);
        assert!(attempts > 60.0);
    }
}

// ---- From a CSV file ----

fn csv_question() -> CsvQuestion {
    CsvQuestion {
        targets: vec![level(0.8)],
        thresholds: Thresholds::default(),
        formula: Formula::AnsweredOverOffered,
        patience: Patience::endless(),
        interval_min: None,
        lag: Lag::None,
        fractional: false,
        tolerance: Tolerance::default(),
        shrinkage: 0.0,
    }
}

/// Writes a file of its own for each test.
fn file(name: &str, text: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("requirement");
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join(name);
    std::fs::write(&path, text).expect("a file");
    path
}

#[test]
fn volumes_and_handling_times_of_a_file_are_enough() {
    let path = file(
        "plain.csv",
        "start,calls,aht,queue\n08:00,50,180,a\n08:00,0,,b\n08:30,100,3m30s,a\n08:30,12.5,240s,b\n",
    );
    let plan = planning::from_csv(&path, &csv_question()).expect("a plan");
    assert_eq!((plan.interval_min, plan.met), (30, true));
    assert_eq!(
        (plan.method.as_str(), plan.model.as_str()),
        ("erlang-c", "c")
    );
    let by_hand = |calls_per_h: f64, aht_s: f64| {
        let system = WaitingSystem {
            calls_per_h,
            aht_s,
            agents: 0.0,
            patience: Patience::endless(),
            limit: None,
        };
        system.least_agents(&[level(0.8)]).expect("an answer") as u32
    };
    let agents: Vec<_> = plan
        .intervals
        .iter()
        .map(|row| row.agents.expect("an answer"))
        .collect();
    assert_eq!(
        agents,
        [
            by_hand(100.0, 180.0),
            0,
            by_hand(200.0, 210.0),
            by_hand(25.0, 240.0)
        ]
    );
    let row = &plan.intervals[2];
    assert_eq!(
        (row.start.as_str(), row.queue.as_deref()),
        ("08:30", Some("a"))
    );
    assert!(row.promised["service_level"] >= 0.8);
    assert_eq!(
        plan.agent_hours,
        f64::from(agents.iter().sum::<u32>()) / 2.0
    );

    let asked = CsvQuestion {
        patience: Patience::exponential(60.0).expect("a patience"),
        fractional: true,
        shrinkage: 0.3,
        ..csv_question()
    };
    let impatient = planning::from_csv(&path, &asked).expect("a plan");
    assert_eq!(
        (impatient.method.as_str(), impatient.model.as_str()),
        ("erlang-a", "a")
    );
    for (a, c) in impatient.intervals.iter().zip(&plan.intervals) {
        let (whole, exact) = (
            f64::from(a.agents.expect("n")),
            a.agents_fractional.expect("asked"),
        );
        assert!(a.agents <= c.agents && exact <= whole, "{a:?} {c:?}");
        assert!((a.scheduled.expect("a number") - whole / 0.7).abs() < 1e-12);
    }
    let json = serde_json::to_value(&impatient).expect("a document");
    assert_eq!(json["schema"], "acdsim.staff/1");
    assert!(json["intervals"][0].get("simulated").is_none(), "{json}");
}

/// The lag is that of a scenario with the same volumes.
#[test]
fn the_lag_of_a_file_is_that_of_a_scenario() {
    let volumes = "10, 20, 60, 20, 10, 4";
    let scenario = one_queue(volumes, "talk = \"exp(20m)\"", "");
    let mut text = "start,calls,aht\n".to_owned();
    for (k, n) in volumes.split(", ").enumerate() {
        text += &format!("Mon {:02}:{:02},{n},20m\n", 8 + k / 2, 30 * (k % 2));
    }
    // Another day, on which nobody from Monday is still there.
    text += "Tue 08:00,10,20m\nTue 08:30,20,20m\n";
    let path = file("lag.csv", &text);
    for lag in [Lag::None, Lag::Average, Lag::Largest] {
        let recipe = Recipe {
            lag,
            ..Recipe::new(Method::ErlangC)
        };
        let expected = agents(&requirement(&scenario, &recipe));
        let asked = CsvQuestion {
            lag,
            ..csv_question()
        };
        let plan = planning::from_csv(&path, &asked).expect("a plan");
        let found: Vec<_> = plan
            .intervals
            .iter()
            .map(|row| row.agents.expect("n"))
            .collect();
        assert_eq!(found[..6], expected, "{lag:?}");
        assert_eq!(found[6..], expected[..2], "{lag:?}");
    }
}

#[test]
fn without_starts_the_length_is_asked_for() {
    let path = file("bare.csv", "calls,aht\n50,180\n100,180\n");
    let error = planning::from_csv(&path, &csv_question()).expect_err("no length");
    assert!(error.to_string().contains("no column \"start\""), "{error}");
    let asked = CsvQuestion {
        interval_min: Some(15),
        ..csv_question()
    };
    let plan = planning::from_csv(&path, &asked).expect("a plan");
    assert_eq!(plan.intervals[1].start, "2");
    // The byte-order mark of spreadsheets is no part of the first name.
    let path = file("mark.csv", "\u{feff}calls,aht\n50,180\n");
    assert!(planning::from_csv(&path, &asked).is_ok());
}

/// What is wrong, where, and what was expected.
#[test]
fn errors_of_a_file_have_their_place() {
    for (name, text, expected) in [
        ("a", "", "has no header"),
        (
            "b",
            "calls,aht\n",
            "has no rows; expected one for each interval",
        ),
        (
            "c",
            "start,call,aht\n08:00,1,1\n",
            "has no column \"calls\", only \"start\", \"call\", \"aht\"; did you mean \"call\"?",
        ),
        ("d", "calls;aht\n1;2\n", "separate columns by commas"),
        (
            "e",
            "start,calls,aht\n08:00,50,180\n08:30,many,180\n",
            "line 3, column 2 (\"calls\"): expected the calls of the interval, a number of at least 0, found \"many\"",
        ),
        (
            "f",
            "start,calls,aht\n08:00,-1,180\n08:30,1,180\n",
            "line 2, column 2 (\"calls\")",
        ),
        (
            "g",
            "start,calls,aht\n08:00,\"1,200\",180\n08:30,1,180\n",
            "without separators, such as 1200",
        ),
        (
            "h",
            "start,calls,aht\n08:00,1,3 parsecs\n08:30,1,180\n",
            "line 2, column 3 (\"aht\"): expected the mean handling time above 0, in seconds or with a unit, such as 210 or 3m30s",
        ),
        (
            "i",
            "start,calls,aht\n08:00,1,0\n08:30,1,180\n",
            "line 2, column 3 (\"aht\")",
        ),
        (
            "j",
            "start,calls,aht\n8 o'clock,1,180\n08:30,1,180\n",
            "line 2, column 1 (\"start\"): expected a time of day HH:MM",
        ),
        (
            "k",
            "start,calls,aht\n08:00,1,180\n08:30,1,180\n09:30,1,180\n",
            "line 4: the interval starts at 09:30, but the one before it in line 3 ends at 09:00; expected intervals of 30 minutes",
        ),
        (
            "l",
            "start,calls,aht\n08:00,1,180\n08:00,1,180\n",
            "both start at 08:00",
        ),
        (
            "m",
            "start,calls,aht\n00:00,1,180\n24:00,1,180\n",
            "both start at 00:00",
        ),
        (
            "n",
            "start,calls,aht\n08:00,1,180\n08:30,1\n",
            "line 3: 2 columns, but the header has 3",
        ),
        (
            "o",
            "start,calls,aht\n08:00,1e300,1e300\n08:30,1,180\n",
            "line 2",
        ),
        (
            "p",
            "start,calls,aht\n08:00,nan,180\n08:30,1,180\n",
            "found \"nan\"",
        ),
        ("q", "start,calls,aht\n08:00,1,180\n", "state its length"),
        (
            "r",
            "calls,calls,aht\n1,1,180\n",
            "has two columns \"calls\"",
        ),
    ] {
        let path = file(&format!("wrong-{name}.csv"), text);
        let error = planning::from_csv(&path, &csv_question())
            .expect_err(name)
            .to_string();
        assert!(
            error.contains(expected),
            "{name}: {error}\nexpected {expected}"
        );
        assert!(
            error.contains(&format!("wrong-{name}.csv")),
            "{name}: {error}"
        );
    }
    let missing = planning::from_csv(Path::new("nowhere.csv"), &csv_question());
    let error = missing.expect_err("no file").to_string();
    assert_eq!(
        error,
        "cannot read the CSV file \"nowhere.csv\": there is no such file"
    );
    let path = file("fine.csv", "start,calls,aht\n08:00,1,180\n08:30,1,180\n");
    let untargeted = CsvQuestion {
        targets: Vec::new(),
        ..csv_question()
    };
    assert!(
        planning::from_csv(&path, &untargeted)
            .expect_err("no target")
            .to_string()
            .contains("state a target")
    );
    let shrunk = CsvQuestion {
        shrinkage: 1.0,
        ..csv_question()
    };
    assert!(
        planning::from_csv(&path, &shrunk)
            .expect_err("all away")
            .to_string()
            .contains("below 1")
    );
}

/// Handling times of years with a lag end soon, and nothing overflows.
#[test]
fn extreme_files_end() {
    let mut text = "calls,aht\n".to_owned();
    text += &"1,3652d\n".repeat(20_000);
    let path = file("long.csv", &text);
    for lag in [Lag::Average, Lag::Largest] {
        let asked = CsvQuestion {
            lag,
            interval_min: Some(1440),
            ..csv_question()
        };
        let plan = planning::from_csv(&path, &asked).expect("a plan");
        assert!(plan.intervals[0].agents == Some(0) && plan.intervals[19_999].agents > Some(3652));
    }
}

// ---- How wrong is Erlang-C? ----

/// The tables of `docs/erlang.md`, which has commands for some of their rows; run it by hand:
/// `cargo test --release --test requirement how_wrong -- --ignored --nocapture`
#[test]
#[ignore = "makes the table of docs/erlang.md, in a minute or two"]
fn how_wrong_is_erlang_c() {
    let path = format!("{}/scenarios/single-queue.toml", env!("CARGO_MANIFEST_DIR"));
    let days: [(&str, &[&str]); 5] = [
        (
            "nobody hangs up",
            &["patience=\"never\"", "redial.abandoned=\"0%\""],
        ),
        ("patience 4 min", &["redial.abandoned=\"0%\""]),
        (
            "patience 1 min",
            &["patience=\"exp(1m)\"", "redial.abandoned=\"0%\""],
        ),
        (
            "patience 1 min, 80 % redial",
            &["patience=\"exp(1m)\"", "redial.abandoned=\"80%\""],
        ),
        (
            "patience 1 min, 30 % reconnect",
            &[
                "patience=\"exp(1m)\"",
                "redial.abandoned=\"0%\"",
                "resolution=\"70%\"",
                "reconnect={probability=1.0, delay=\"exp(30m)\"}",
            ],
        ),
    ];
    println!(
        "| day | C, first | C, all | A, first | A, all | simulation | level of C, first | its worst half-hour | missed |"
    );
    for (name, sets) in days {
        let mut changes = vec!["scenario.busyness_cv=0".to_owned()];
        changes.extend(sets.iter().map(|set| format!("call_types.order.{set}")));
        let loaded = scenario::load(Path::new(&path), &changes);
        let loaded = loaded.unwrap_or_else(|e| panic!("{}", e.render(false, 100)));
        let scenario = loaded.scenario;
        let mut asked = question(&scenario);
        asked.targets.retain(|target| target.kpi == "service_level");
        asked.days = 2000;
        asked.budget = 100_000;
        let hours = |answer: &planning::Answer| {
            let staff = answer.scenario.groups[0].staff.iter();
            f64::from(staff.sum::<u32>()) / 2.0
        };
        let plan = |method, attempts| {
            let recipe = Recipe {
                attempts,
                ..Recipe::new(method)
            };
            by_formula(&scenario, &asked, &recipe)
        };
        let c = plan(Method::ErlangC, Attempts::First);
        let simulated = planning::simulate(&scenario, &asked, &Control::default());
        let simulated = simulated.expect("it can be simulated");
        let levels = c
            .staffing
            .goals
            .iter()
            .filter_map(|goal| goal.simulated.mean);
        let day = c.results.queues[0].get("service_level").mean;
        let missed = c
            .staffing
            .goals
            .iter()
            .filter(|goal| goal.status == Status::Missed);
        println!(
            "| {name} | {} | {} | {} | {} | {} | {:.1} % | {:.1} % | {} of 20 |",
            hours(&c),
            hours(&plan(Method::ErlangC, Attempts::All)),
            hours(&plan(Method::ErlangA, Attempts::First)),
            hours(&plan(Method::ErlangA, Attempts::All)),
            hours(&simulated),
            100.0 * day.unwrap_or(1.0),
            100.0 * levels.fold(1.0, f64::min),
            missed.count(),
        );
    }
}
