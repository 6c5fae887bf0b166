//! Plans of shifts for scenarios: whoever is planned is at work, and the targets hold.

mod common;

use acdsim::experiment::{self, Control, Replications, Settings};
use acdsim::kpi::{Part, Results};
use acdsim::model::{Model, Person};
use acdsim::planning::{Attempts, Lag, Method, Per, Question, Recipe, Status};
use acdsim::scenario::{self, Scenario};
use acdsim::shifts::document::{PromisedGoal, ShiftStatus};
use acdsim::shifts::{
    self, Answer, Asked, Calls, Crew, Effort, Required, productive, rosters, written,
};
use common::random_scenario;
use proptest::prelude::*;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Instant;

const MINUTE: i64 = 60_000_000_000;

fn read(text: &str) -> Scenario {
    let loaded = scenario::parse("test", text, Path::new(""), &[]);
    loaded
        .unwrap_or_else(|e| panic!("{}\n{text}", e.render(false, 100)))
        .scenario
}

fn run(model: &Model, days: u64, seed: u64) -> Results {
    let settings = Settings {
        replications: Replications::Fixed(days),
        seed,
        confidence: 0.95,
        threads: None,
    };
    let run = experiment::run(model, &settings, &Control::default(), &[]);
    run.expect("it is simulated").results
}

fn mean(part: &Part, kpi: &str) -> f64 {
    part.kpis[kpi].mean.unwrap_or(f64::NAN)
}

/// How the agents needed are found.
fn formula(method: Method) -> Option<Recipe> {
    Some(Recipe {
        method,
        lag: Lag::None,
        attempts: Attempts::First,
        fractional: false,
    })
}

/// What `acdsim shifts` asks of a scenario with rules of its own, with little effort.
fn asked(scenario: &Scenario, recipe: Option<Recipe>, rounds: u32, seed: u64) -> Asked {
    let rules = scenario.shifts.as_deref().expect("rules").clone();
    let question = Question {
        budget: 20_000,
        days: 200,
        seed,
        ..Question::of(scenario, Per::Interval)
    };
    let calls = Calls {
        scenario: scenario.clone(),
        question,
        recipe,
    };
    Asked {
        name: "plan".to_owned(),
        days: vec![(rules.day, Required::Calls(Box::new(calls)))],
        rules,
        published: Vec::new(),
        most_people: None,
        most_cost: None,
        crews: scenario.groups.iter().map(Crew::of).collect(),
        effort: Effort {
            dives: 2,
            trials: 50,
            nodes: 10,
            seed,
        },
        rounds,
    }
}

fn plan(asked: &Asked) -> Answer {
    shifts::plan(asked, &Control::default()).expect("a plan")
}

fn goals(answer: &Answer) -> impl Iterator<Item = &PromisedGoal> {
    answer.shifts.simulated.iter().flat_map(|day| &day.goals)
}

/// A desk of four hours: half-hours, planned by the quarter.
fn desk(keys: &str, talk: &str, group: &str, rules: &str) -> String {
    format!(
        "[scenario]\nname = \"desk\"\nopen = \"08:00-12:00\"\ninterval = \"30m\"\n[run]\nreplications = 200\n\
         [[queues]]\nname = \"help\"\ntarget = \"80/20\"\n\
         [[call_types]]\nname = \"question\"\nqueue = \"help\"\nvolume = [20, 40, 50, 40, 30, 30, 20, 10]\ntalk = \"{talk}\"\n{keys}\n\
         [[groups]]\nname = \"desk\"\nskills = [\"help\"]\nstaff = 6\n{group}\n\
         [shifts]\ngrid = \"15m\"\n{rules}\n\
         [[shifts.types]]\nname = \"short\"\nstart = \"07:30-10:00\"\nlength = \"2h\"\n\
         [[shifts.types]]\nname = \"long\"\nstart = \"07:45-08:30\"\nlength = [\"3h30m\", \"4h\"]\n\
         breaks = [{{ name = \"coffee\", length = \"15m\", earliest = \"1h\", latest = \"2h30m\" }}]\n"
    )
}

/// At work in each step of the grid from opening on.
fn at_work(people: &[Person], scenario: &Scenario, grid_min: u32) -> Vec<u32> {
    let minutes = (0..scenario.close_min - scenario.open_min).step_by(grid_min as usize);
    let there = |at: i64| {
        let mut spells = people.iter().map(|person| &person.spells);
        let there = spells
            .by_ref()
            .filter(|spells| spells.iter().any(|(from, to)| (*from..*to).contains(&at)));
        there.count() as u32
    };
    // At the start, and just before the end.
    let of = |minute: u32| {
        let (first, last) = (
            i64::from(minute) * MINUTE,
            i64::from(minute + grid_min) * MINUTE - 1,
        );
        assert_eq!(there(first), there(last), "within a step from {minute} min");
        there(first)
    };
    minutes.map(of).collect()
}

/// People on a plan's shifts and not on a break, of them those whom shrinkage and blocks leave, in the rosters, as the staff of
/// the scenario that is written, and on duty in a simulation in which no call goes on beyond a spell.
#[test]
fn whoever_is_planned_is_at_work() {
    for (group, rules) in [
        ("", ""),
        ("shrinkage = \"20%\"", ""),
        ("shrinkage = [0, 0.1, 0.3, 0.5, 0.3, 0.1, 0, 0.2]", ""),
        ("shrinkage = \"50%\"", "shrinkage = \"15%\""),
        (
            "shrinkage = \"10%\"",
            "[[shifts.blocks]]\nname = \"training\"\ngroup = \"desk\"\nhours = \"09:15-10:00\"\npeople = 2",
        ),
    ] {
        let text = desk("patience = \"2m\"", "fixed(1s)", group, rules);
        let scenario = read(&text.replace("[20, 40, 50, 40, 30, 30, 20, 10]", "2"));
        // Four to six agents are asked for, whatever few calls need.
        let mut asked = asked(&scenario, formula(Method::ErlangC), 0, 1);
        if let Required::Calls(calls) = &mut asked.days[0].1 {
            for (i, least) in calls.question.bounds.least[0].iter_mut().enumerate() {
                *least = 4 + (i as u32) % 3;
            }
        }
        let answer = plan(&asked);
        let (task, plan) = (&answer.task, &answer.plan);
        assert_ne!(answer.shifts.status, ShiftStatus::Uncovered);
        let cover = &plan.cover(task)[0][32..48];
        let staff = &written(task, plan, 0, &scenario).groups[0].staff;
        for (cell, (&people, &agents)) in cover.iter().zip(staff).enumerate() {
            let blocks = &scenario.shifts.as_ref().expect("rules").blocks;
            let blocked: u32 = blocks
                .iter()
                .filter(|b| b.is_at(None, 480 + 15 * cell as u32))
                .map(|b| b.people)
                .sum();
            let own = scenario.groups[0].shrinkage[cell / 2];
            let shrinkage = task.rules.shrinkage.unwrap_or(own);
            assert_eq!(
                agents,
                productive(people - blocked, shrinkage),
                "{group} {rules}: cell {cell}"
            );
            let wanted = 4 + (cell as u32 / 2) % 3;
            assert!(agents >= wanted, "{agents} agents, needed {wanted}");
        }
        let people = rosters(task, plan, 0, &scenario);
        let people = people[0].as_ref().expect("planned");
        assert_eq!(&at_work(people, &scenario, 15), staff, "{group} {rules}");

        let finer = scenario.on_grid(15);
        let results = run(&Model::with_rosters(&finer, &[Some(people.clone())]), 20, 1);
        let of_group = results.groups[0].intervals.as_ref().expect("a day");
        for (interval, agents) in of_group.iter().zip(staff) {
            let found = interval.get("staffed_h").mean.expect("a mean");
            let expected = f64::from(*agents) / 4.0;
            assert!(
                (found - expected).abs() < 1e-3,
                "{}: {found} h, expected {expected}",
                interval.start
            );
        }
        // The calls go the same way in both.
        let numbers = run(&Model::new(&written(task, plan, 0, &scenario)), 20, 1);
        for kpi in ["attempts", "answered", "abandoned", "service_level"] {
            assert_eq!(
                mean(&numbers.total, kpi),
                mean(&results.total, kpi),
                "{kpi}"
            );
        }
    }
}

/// A night that goes on over midnight is at work in the morning of the day that it covers.
#[test]
fn nights_are_at_work_on_both_days() {
    let text = "[scenario]\nname = \"night\"\nopen = \"00:00-24:00\"\ninterval = \"1h\"\n[[queues]]\nname = \"q\"\n\
                [[call_types]]\nname = \"c\"\nqueue = \"q\"\nrate = \"2/h\"\ntalk = \"fixed(1s)\"\n\
                [[groups]]\nname = \"g\"\nskills = [\"q\"]\nstaff = 1\n\
                [shifts]\ngrid = \"30m\"\nCYCLIC\n[[shifts.types]]\nname = \"night\"\nstart = \"20:00\"\nlength = \"10h\"\n\
                [[shifts.types]]\nname = \"day\"\nstart = [\"00:00\", \"06:00\", \"13:00\"]\nlength = \"7h\"\n";
    for (cyclic, by_night) in [("cyclic = true", 1), ("cyclic = false", 0)] {
        let scenario = read(&text.replace("CYCLIC", cyclic));
        let answer = plan(&asked(&scenario, formula(Method::ErlangC), 0, 1));
        let people = rosters(&answer.task, &answer.plan, 0, &scenario);
        let found = at_work(people[0].as_ref().expect("planned"), &scenario, 30);
        let staff = &written(&answer.task, &answer.plan, 0, &scenario).groups[0].staff;
        assert_eq!(&found, staff, "{cyclic}");
        assert!(found.iter().all(|n| *n > 0), "{cyclic}: {found:?}");
        let nights = answer
            .plan
            .people
            .iter()
            .filter(|p| p.duties[0].start_min == 20 * 60)
            .count() as u32;
        let mornings = answer
            .plan
            .people
            .iter()
            .filter(|p| p.duties[0].start_min == 0)
            .count() as u32;
        assert_eq!(
            found[0],
            by_night * nights + mornings,
            "{cyclic}: {:?}",
            answer.plan
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// On a finer grid the same calls come, to the same agents.
    #[test]
    fn a_finer_grid_changes_no_totals(text in random_scenario::scenario(), seed in 0..1000u64) {
        let coarse = read(&text);
        let finer = coarse.on_grid(coarse.interval_min / 2);
        prop_assert_eq!(finer.intervals(), 2 * coarse.intervals());
        let days = 10;
        let [before, after] = [&coarse, &finer].map(|scenario| run(&Model::new(scenario), days, seed));
        for (part, other) in before.parts().zip(after.parts()) {
            for (kpi, figure) in &part.kpis {
                let (a, b) = (figure.mean, other.kpis[kpi].mean);
                let same = match (a, b) {
                    (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs().max(1.0),
                    _ => a == b,
                };
                prop_assert!(same, "{:?} {kpi}: {a:?} and {b:?}\n{text}", part.name);
            }
        }
        for kpi in ["attempts", "answered", "abandoned"] {
            prop_assert_eq!(mean(&before.total, kpi), mean(&after.total, kpi), "{}", kpi);
        }
    }
}

/// Everything that is written by interval is repeated.
#[test]
fn a_finer_grid_has_all_lists() {
    let talk = "patience = \"exp(2m)\"\ntalk_factor = [1, 2, 1, 0.5, 3, 1, 1, 1.5]";
    let text = desk(
        talk,
        "exp(3m)",
        "shrinkage = [0, 0.1, 0.3, 0.5, 0.3, 0.1, 0, 0.2]",
        "",
    );
    let text = text.replace("staff = 6", "staff = [3, 5, 9, 7, 8, 2, 6, 4]");
    for text in [
        text.clone(),
        text.replace("volume =", "rate =").replace(
            "[20, 40, 50, 40, 30, 30, 20, 10]",
            "['40/h', '80/h', '99/h', '80/h', '60/h', '60/h', '40/h', '20/h']",
        ),
    ] {
        let coarse = read(&text);
        let finer = coarse.on_grid(10);
        assert_eq!((finer.interval_min, finer.intervals()), (10, 24));
        assert_eq!(finer.groups[0].staff[..6], [3, 3, 3, 5, 5, 5]);
        assert_eq!(finer.groups[0].shrinkage[3..7], [0.1, 0.1, 0.1, 0.3]);
        assert_eq!(finer.call_types[0].talk_factor[..4], [1.0, 1.0, 1.0, 2.0]);
        let [before, after] = [&coarse, &finer].map(|scenario| run(&Model::new(scenario), 50, 7));
        for kpi in ["attempts", "answered", "abandoned", "service_level"] {
            let (a, b) = (mean(&before.total, kpi), mean(&after.total, kpi));
            assert!((a - b).abs() < 1e-9 * a.max(1.0), "{kpi}: {a} and {b}");
        }
        let [a, b] = [&before, &after].map(|results| mean(&results.groups[0], "staffed_h"));
        assert!((a - b).abs() < 1e-9 * a, "{a} h and {b} h");
    }
}

/// Who is not answered calls again at once, of which the formula knows nothing: it asks for too few.
#[test]
fn what_a_formula_misses_is_repaired() {
    let keys = "patience = \"exp(1m)\"\nredial = { abandoned = 0.95, delay = \"exp(1m)\" }";
    let scenario = read(&desk(keys, "exp(4m)", "", ""));
    let formula = formula(Method::ErlangA);
    let before = plan(&asked(&scenario, formula, 0, 1));
    assert_eq!(
        before.shifts.status,
        ShiftStatus::Missed,
        "{:?}",
        before.shifts.simulated
    );
    assert_eq!(before.shifts.repairs, []);
    let after = plan(&asked(&scenario, formula, 30, 1));
    assert!(after.shifts.status.is_good(), "{:?}", after.shifts.status);
    assert!(goals(&after).all(|goal| goal.judged.status != Status::Missed));
    let repairs = &after.shifts.repairs;
    assert!(!repairs.is_empty());
    for (i, repair) in repairs.iter().enumerate() {
        assert!(repair.to > repair.from, "{repair:?}");
        assert!(
            repair.why.starts_with("help: service level ")
                && repair.why.ends_with(" %, wanted at least 80.0 %"),
            "{repair:?}"
        );
        assert_eq!(
            (repair.group.as_str(), repair.day.as_str()),
            ("desk", "day")
        );
        assert!(i == 0 || repair.round >= repairs[i - 1].round);
    }
    // What was asked for at last is covered, and it costs more.
    let asked_for: u32 = after
        .shifts
        .cover
        .iter()
        .map(|row| row.repaired - row.required)
        .sum();
    assert!(asked_for > 0);
    assert!(
        after
            .shifts
            .cover
            .iter()
            .all(|row| row.covered >= row.repaired)
    );
    assert!(after.shifts.cost > after.shifts.cover_cost);
    assert_eq!(before.shifts.cover_cost, after.shifts.cover_cost);
    assert_eq!(before.shifts.bound, after.shifts.bound);
}

/// Bounds leave too few at 09:00.
#[test]
fn what_cannot_be_met_is_said_with_its_reason() {
    let scenario = read(&desk("patience = \"exp(2m)\"", "exp(3m)", "", ""));
    let mut asked = asked(&scenario, None, 30, 1);
    if let Required::Calls(calls) = &mut asked.days[0].1 {
        calls.question.bounds.most[0][2] = 5;
    }
    let answer = plan(&asked);
    let goal = goals(&answer).find(|goal| goal.judged.start.as_deref() == Some("09:00"));
    let goal = goal.expect("a target at 09:00");
    assert!(goal.judged.reason.is_some(), "{goal:?}");
}

/// Whoever asks to stop, at any time, has a whole plan of all days, simulated on few of them; a repair is whole or is none.
#[test]
fn a_plan_that_is_stopped_is_whole() {
    let keys = "patience = \"exp(1m)\"\nredial = { abandoned = 0.95, delay = \"exp(1m)\" }";
    let scenario = read(&desk(keys, "exp(4m)", "", ""));
    for recipe in [None, formula(Method::ErlangA)] {
        let mut week = asked(&scenario, recipe, 30, 1);
        let (_, day) = week.days.remove(0);
        let Required::Calls(mut calls) = day else {
            panic!("{day:?}");
        };
        (calls.question.days, calls.question.budget) = (300, 5000);
        let of_day = |weekday| match weekday {
            0 | 3 | 6 => Required::Calls(calls.clone()),
            _ => Required::Closed,
        };
        week.days = (0..7)
            .map(|weekday| (Some(weekday), of_day(weekday)))
            .collect();
        let started = Instant::now();
        let whole = plan(&week);
        let time = started.elapsed();
        assert!(!whole.shifts.partial);
        let mut uncovered = 0;
        for part in 0..8 {
            let control = Control::default();
            let answer = thread::scope(|scope| {
                scope.spawn(|| {
                    thread::sleep(time * part / 8);
                    control.stop.store(true, Ordering::Relaxed);
                });
                shifts::plan(&week, &control).expect("a plan")
            });
            let found = &answer.shifts;
            assert_eq!(found.simulated.len(), 3);
            if !found.partial {
                assert_eq!(found, &whole.shifts);
                continue;
            }
            let days = found.simulated.last().expect("a day").replications;
            assert!(days <= 200 || part > 4, "{days} days after {part} parts");
            // Stopped while the first people were found.
            if found.status == ShiftStatus::Uncovered {
                uncovered += 1;
                assert_eq!(found.repairs, []);
            } else {
                assert!(
                    found
                        .cover
                        .iter()
                        .all(|row| row.covered >= row.repaired && row.repaired >= row.required)
                );
            }
        }
        assert!(
            uncovered <= 3,
            "{uncovered} plans do not cover what is required"
        );
    }
}

/// The same question has the same answer, whatever the threads.
#[test]
fn plans_repeat() {
    let scenario = read(&desk(
        "patience = \"exp(2m)\"",
        "exp(3m)",
        "shrinkage = \"10%\"",
        "",
    ));
    let of = |threads| {
        let mut asked = asked(&scenario, None, 5, 3);
        if let Required::Calls(calls) = &mut asked.days[0].1 {
            calls.question.threads = threads;
        }
        let answer = plan(&asked);
        (answer.shifts, answer.plan)
    };
    assert_eq!(of(Some(1)), of(Some(2)));
}

/// Of 100 plans the targets that were called met or borderline hold in an independent long simulation, to the tolerance of a
/// point, on at least 90.
#[test]
#[ignore = "statistical: 100 plans and long simulations of each"]
fn what_is_called_good_is_good_on_other_days() {
    let scenario = read(&desk(
        "patience = \"exp(2m)\"\nredial = { abandoned = 0.3, delay = \"exp(5m)\" }",
        "exp(3m)",
        "shrinkage = \"10%\"",
        "",
    ));
    let (mut hold, mut targets, mut beside, mut called_good) = (0, 0, 0, 0);
    for seed in 1..=100 {
        let answer = plan(&asked(&scenario, None, 30, seed));
        called_good += u32::from(answer.shifts.status.is_good());
        let people = rosters(&answer.task, &answer.plan, 0, &scenario);
        let results = run(
            &Model::with_rosters(&scenario, &people),
            20_000,
            1_000_000 + seed,
        );
        let intervals = results.queues[0].intervals.as_ref().expect("a day");
        let good = goals(&answer).filter(|goal| goal.judged.status != Status::Missed);
        let mut all = true;
        for goal in good {
            let interval = intervals
                .iter()
                .find(|i| Some(&i.start) == goal.judged.start.as_ref());
            let figure = interval
                .expect("its interval")
                .get(&goal.judged.kpi)
                .mean
                .expect("a mean");
            targets += 1;
            if figure < goal.judged.threshold - 0.01 {
                beside += 1;
                all = false;
            }
        }
        hold += u32::from(all);
    }
    eprintln!(
        "{hold} of 100 plans hold; {beside} of {targets} targets do not; {called_good} plans were called good"
    );
    assert!(hold >= 90, "{hold} of 100");
}
