//! Shifts for targets over the day, and for the best service that a number of people or a cost allows.

#![allow(clippy::unwrap_used)]

mod common;

use acdsim::Control;
use acdsim::kpi::Place;
use acdsim::planning::{self, Per, Question, Status};
use acdsim::scenario::{self, Scenario};
use acdsim::shifts::document::{Objective, ShiftStatus};
use acdsim::shifts::{
    self, Answer, Asked, Calls, Crew, Effort, Required, Rule, productive, violations,
};
use common::command::{acdsim_in, refused_in};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// Eight half-hours of a desk, planned by the quarter.
const DESK: &str = r#"
[scenario]
name = "desk"
open = "08:00-12:00"
interval = "30m"
[run]
replications = 200
[[queues]]
name = "help"
target = "80/20"
[[call_types]]
name = "question"
queue = "help"
volume = [40, 80, 100, 80, 60, 60, 40, 20]
talk = "exp(3m)"
patience = "exp(3m)"
[[groups]]
name = "desk"
skills = ["help"]
staff = 8
[shifts]
grid = "15m"
[[shifts.types]]
name = "two hours"
start = "08:00-10:00"
length = "2h"
[[shifts.types]]
name = "four hours"
start = "08:00"
length = "4h"
breaks = [{ name = "coffee", length = "15m", earliest = "1h", latest = "2h30m" }]
"#;

/// A second queue with a group of its own, who help with the first, and a group that only helps.
const TWO: &str = r#"
[[queues]]
name = "sales"
target = "90/15"
agents = ["sellers"]
[[call_types]]
name = "order"
queue = "sales"
rate = "60/h"
talk = "exp(4m)"
patience = "exp(2m)"
[[groups]]
name = "sellers"
skills = ["sales", "help"]
staff = 5
"#;

fn read(text: &str) -> Scenario {
    let loaded = scenario::parse("test", text, Path::new(""), &[]);
    loaded
        .unwrap_or_else(|e| panic!("{}\n{text}", e.render(false, 100)))
        .scenario
}

/// The scenario of one queue, or of two.
fn desk(queues: usize) -> Scenario {
    match queues {
        1 => read(DESK),
        _ => {
            let two = format!("{DESK}{TWO}");
            let help = "name = \"help\"\n";
            let agents = "agents = [\"desk\", { group = \"sellers\", after = \"30s\" }]\n";
            read(&two.replacen(help, &format!("{help}{agents}"), 1))
        }
    }
}

fn calls(scenario: &Scenario) -> Calls {
    let mut question = Question {
        days: 200,
        budget: 20_000,
        ..Question::of(scenario, Per::Day)
    };
    let of_staff = |place| !matches!(place, Place::Trunk(_));
    question.targets.retain(|target| of_staff(target.place));
    Calls {
        scenario: scenario.clone(),
        question,
        recipe: None,
    }
}

/// With little effort.
fn asked(scenario: &Scenario) -> Asked {
    let rules = scenario.shifts.as_deref().unwrap().clone();
    Asked {
        name: "plan".to_owned(),
        days: vec![(rules.day, Required::Calls(Box::new(calls(scenario))))],
        rules,
        published: Vec::new(),
        most_people: None,
        most_cost: None,
        crews: scenario.groups.iter().map(Crew::of).collect(),
        effort: Effort {
            dives: 3,
            trials: 300,
            nodes: 0,
            seed: 1,
        },
        rounds: 8,
    }
}

fn plan(asked: &Asked) -> Answer {
    let answer = shifts::plan(asked, &Control::default()).unwrap();
    assert_eq!(violations(&answer.task, &answer.plan), []);
    answer
}

#[test]
fn targets_over_the_day_cost_no_more_than_a_requirement_over_the_day() {
    for queues in [1, 2] {
        let scenario = desk(queues);
        let of_day = plan(&asked(&scenario));
        assert_eq!(of_day.shifts.objective, Objective::Day);
        let goals = of_day.shifts.simulated.iter().flat_map(|day| &day.goals);
        for goal in goals {
            let judged = &goal.judged;
            assert!(judged.status < Status::Missed, "{queues} queues: {goal:?}");
            // The formula was fitted to simulations of such plans.
            let (promised, simulated) = (goal.promised.unwrap(), judged.simulated.mean.unwrap());
            let apart = (promised - simulated).abs();
            assert!(
                apart < 0.04,
                "{queues} queues: promised {promised}, simulated {simulated}"
            );
        }
        let bound = of_day.shifts.bound.unwrap();
        assert!(
            bound <= of_day.shifts.cost,
            "{bound}: {}",
            of_day.shifts.cost
        );

        // What `acdsim staff --per day` asks for, covered.
        let calls = calls(&scenario);
        let control = Control::default();
        let staff = planning::simulate(&scenario, &calls.question, &control).unwrap();
        let groups = staff.scenario.groups.iter();
        let agents = groups.map(|group| {
            let cells = group.staff.iter().flat_map(|&n| [n, n]);
            let before = std::iter::repeat_n(0, 32);
            before
                .chain(cells)
                .chain(std::iter::repeat_n(0, 48))
                .collect()
        });
        let required = plan(&Asked {
            days: vec![(None, Required::Agents(agents.collect()))],
            ..asked(&scenario)
        });
        assert_eq!(required.shifts.objective, Objective::Cover);
        assert!(
            of_day.shifts.cost <= required.shifts.cost,
            "{queues} queues: {} for the day, {} for its requirement",
            of_day.shifts.cost,
            required.shifts.cost
        );
    }
}

#[test]
fn the_best_service_grows_with_people_and_keeps_its_limits() {
    let scenario = desk(2);
    let mut before = 0.0;
    for people in [4, 8, 16, 24] {
        let answer = plan(&Asked {
            most_people: Some(people),
            ..asked(&scenario)
        });
        let shifts = &answer.shifts;
        let service = shifts.service.as_ref().unwrap();
        assert!(
            shifts.people.len() <= people as usize,
            "{people}: {}",
            shifts.people.len()
        );
        let all_in_time: f64 = shifts
            .simulated
            .iter()
            .flat_map(|day| &day.goals)
            .map(|goal| goal.judged.simulated.mean.unwrap_or(0.0))
            .fold(1.0, f64::min);
        assert!(
            all_in_time > before,
            "{people} people: the worst queue has {all_in_time} in time, fewer people {before}"
        );
        before = all_in_time;
        assert!(
            service.share <= service.share_at_most.unwrap() + 1e-6,
            "{service:?}"
        );
        assert!(
            service
                .at_most
                .is_none_or(|most| service.kept <= most + 1e-6),
            "{service:?}"
        );
        assert!(service.simulated <= service.offered, "{service:?}");
        assert_eq!((shifts.bound, shifts.gap), (None, None));
    }
    // With so many the targets are met, and not more are paid than serve somebody.
    assert!(before > 0.85, "{before}");

    let (least, most) = (16.0, 30.0);
    let mut served = Vec::new();
    for cost in [least, most] {
        let answer = plan(&Asked {
            most_cost: Some(cost),
            ..asked(&scenario)
        });
        assert!(answer.shifts.cost <= cost, "{}", answer.shifts.cost);
        served.push(answer.shifts.service.unwrap().simulated);
    }
    assert!(served[0] < served[1], "{served:?}");
}

#[test]
fn a_plan_dearer_than_its_limit_breaks_a_rule() {
    let answer = plan(&Asked {
        most_cost: Some(20.0),
        ..asked(&desk(1))
    });
    let mut task = answer.task.clone();
    task.most_cost = Some(answer.shifts.cost - 1.0);
    let broken = violations(&task, &answer.plan);
    let rules: Vec<Rule> = broken.iter().map(|violation| violation.rule).collect();
    assert_eq!(rules, [Rule::MostCost]);
}

#[test]
fn who_only_helps_keeps_the_scenarios_agents() {
    let mut scenario = desk(2);
    // The sellers take nobody's calls first.
    scenario.queues.retain(|queue| queue.name == "help");
    scenario.call_types.retain(|of| of.queue == "help");
    scenario.groups[1]
        .skills
        .retain(|skill| skill.queue == "help");
    let answer = plan(&asked(&scenario));
    let sellers = answer
        .shifts
        .cover
        .iter()
        .filter(|row| row.group == "sellers");
    let rows: Vec<(u32, u32)> = sellers.map(|row| (row.required, row.covered)).collect();
    assert_eq!(rows.len(), 16, "{rows:?}");
    for (required, covered) in rows {
        assert_eq!(required, 5);
        assert!(covered >= 5, "{covered}");
    }
}

#[test]
fn shrinkage_and_blocks_take_nothing_from_the_service() {
    let plain = plan(&asked(&desk(1)));
    let with = format!(
        "{}\n[[shifts.blocks]]\nname = \"training\"\ngroup = \"desk\"\npeople = 2\nhours = \"09:00-10:00\"\n",
        DESK.replacen("grid = \"15m\"", "grid = \"15m\"\nshrinkage = \"25%\"", 1)
    );
    let answer = plan(&asked(&read(&with)));
    assert!(answer.shifts.status.is_good(), "{:?}", answer.shifts.status);
    assert!(plain.shifts.status.is_good(), "{:?}", plain.shifts.status);
    let hours = |answer: &Answer, share: f64| -> f64 {
        let rows = answer.shifts.cover.iter();
        rows.map(|row| f64::from(productive(row.covered, share)) / 4.0)
            .sum()
    };
    // Two people for an hour are away, a quarter of all, and no more than some rounding is lost.
    let (needed, there) = (hours(&plain, 0.0), hours(&answer, 0.25) - 1.5);
    assert!((there / needed - 1.0).abs() < 0.1, "{there} for {needed}");
}

#[test]
fn a_week_of_days_holds_each_of_them() {
    let scenario = desk(1);
    let mut rules = scenario.shifts.as_deref().unwrap().clone();
    rules.day = None;
    let mut days: Vec<(Option<usize>, Required)> =
        (0..7).map(|day| (Some(day), Required::Closed)).collect();
    let mut busy = scenario.clone();
    busy.name = "busy".to_owned();
    if let scenario::Demand::Volume(volumes) = &mut busy.call_types[0].demand {
        volumes.iter_mut().for_each(|n| *n *= 1.5);
    }
    days[0].1 = Required::Calls(Box::new(calls(&busy)));
    days[3].1 = Required::Calls(Box::new(calls(&scenario)));
    let answer = plan(&Asked {
        days,
        rules,
        ..asked(&scenario)
    });
    let shifts = &answer.shifts;
    assert!(
        shifts.status.is_good(),
        "{:?} {:?}",
        shifts.status,
        shifts.simulated
    );
    let goals: Vec<&str> = shifts
        .simulated
        .iter()
        .map(|day| day.day.as_str())
        .collect();
    assert_eq!(goals, ["mon", "thu"]);
    assert!(shifts.simulated.iter().all(|day| day.goals.len() == 1));
}

#[test]
fn what_no_rules_allow_is_explained() {
    let text = DESK.replacen("grid = \"15m\"", "grid = \"15m\"\nmost_people = 3", 1);
    let answer = plan(&asked(&read(&text)));
    assert_eq!(answer.shifts.status, ShiftStatus::Uncovered);
    let rules: Vec<&str> = answer
        .shifts
        .explanation
        .iter()
        .map(|r| r.rule.as_str())
        .collect();
    assert!(rules.contains(&"at most 3 people in all"), "{rules:?}");
    let of_target = "service level of the queue \"help\" of at least 80 % over the day";
    assert!(rules.contains(&of_target), "{rules:?}");
}

#[test]
fn the_command_says_how_good_the_service_is() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("desk.toml"), DESK).unwrap();
    let run = |more: &[&str]| {
        let few = [
            "shifts",
            "desk.toml",
            "--dives",
            "2",
            "--trials",
            "100",
            "--nodes",
            "0",
        ];
        let output = acdsim_in(folder.path(), &[&few[..], more].concat());
        (
            output.status.code(),
            String::from_utf8(output.stdout).unwrap(),
        )
    };
    let (status, text) = run(&["--max-people", "5"]);
    assert_eq!(status, Some(1), "{text}");
    for part in [
        "missed: With at most 5 people a target is missed; this is the best service that was found.",
        "Of 480 contacts",
        "By the formula",
        "desk: ",
    ] {
        assert!(
            text.replace("\n    ", " ").contains(part),
            "no {part:?} in\n{text}"
        );
    }
    assert!(!text.contains("required"), "{text}");
    let (_, json) = run(&["--max-people", "5", "--json"]);
    let document: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(document["objective"], "service");
    assert_eq!(document["service"]["most_people"], 5);
    assert_eq!(document["simulated"][0]["goals"][0]["start"], Value::Null);
    let (status, json) = run(&["--per", "day", "--json"]);
    assert_eq!(status, Some(0), "{json}");
    let again = run(&["--per", "day", "--json", "--threads", "1"]);
    assert!(
        again.1 == json,
        "another number of threads gives another plan"
    );
}

#[test]
fn limits_that_make_no_sense_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let priced = DESK.replacen("grid = \"15m\"", "grid = \"15m\"\nspare_cost = 3", 1);
    fs::write(folder.path().join("priced.toml"), priced).unwrap();
    fs::write(folder.path().join("desk.toml"), DESK).unwrap();
    for (arguments, expected) in [
        (
            &["shifts", "priced.toml", "--max-people", "5"][..],
            "the rules have a price of missing or spare hours",
        ),
        (
            &["shifts", "desk.toml", "--max-cost", "0"],
            "expected a number above 0",
        ),
        (
            &["shifts", "desk.toml", "--max-people", "0"],
            "0 is not in 1..=1000000",
        ),
        (
            &[
                "shifts",
                "desk.toml",
                "--max-people",
                "5",
                "--max-occupancy",
                "80%",
            ],
            "no target of a queue is given",
        ),
    ] {
        let message = refused_in(folder.path(), arguments);
        assert!(message.contains(expected), "{arguments:?}: {message}");
    }
}
