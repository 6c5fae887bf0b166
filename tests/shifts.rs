//! Plans of shifts against the plans of least cost of small tasks, which are found by trying everything; and why there is none.

mod common;

use acdsim::experiment::Control;
use acdsim::shifts::document::{Reason, ShiftStatus};
use acdsim::shifts::{
    self, Asked, Bound, Effort, Planner, Required, Rule, Shiftwork, Solved, Task, gap, uncovered,
    violations,
};
use common::brute_shifts::{self, gaps, small};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::sync::atomic::AtomicBool;

const GREEDY: Effort = Effort {
    dives: 0,
    trials: 0,
    nodes: 0,
    seed: 1,
};

/// Enough to find the least cost of a small day.
const THOROUGH: Effort = Effort {
    dives: 12,
    trials: 500,
    nodes: 5_000,
    seed: 1,
};

/// The plan and the bound of a task.
fn solve(task: &Task, effort: &Effort) -> (Solved, Bound) {
    let work = Shiftwork::new(task).expect("a small task");
    let mut planner = Planner::new(&work, effort);
    let bound = planner
        .solve(&AtomicBool::new(false))
        .expect("a small program");
    (planner.solved(), bound)
}

/// Whether a plan is what it says, of a task whose plan of least cost is known.
fn judge(
    task: &Task,
    (solved, bound): &(Solved, Bound),
    least: Option<f64>,
) -> Result<(), TestCaseError> {
    // Least numbers of people are the only rule that a plan in want of people breaks.
    let broken = violations(task, &solved.plan);
    let broken: Vec<_> = broken
        .iter()
        .filter(|v| solved.complete || v.rule != Rule::LeastOfType)
        .collect();
    prop_assert!(broken.is_empty(), "{broken:?}");
    let short = uncovered(task, &solved.plan);
    if solved.complete {
        prop_assert!(short.is_empty(), "{short:?}");
    }
    let priced = task.rules.short_cost.is_some();
    let keeps_all = violations(task, &solved.plan).is_empty();
    let is_plan = keeps_all && (priced || short.is_empty());
    prop_assert!(!is_plan || solved.complete || priced, "it is complete");
    if is_plan {
        let cost = solved.plan.cost(task) + gaps(task, &solved.plan);
        prop_assert!(
            (cost - solved.objective).abs() < 1e-6,
            "costs {cost}, said {}",
            solved.objective
        );
    }
    match least {
        Some(least) => {
            prop_assert!(!bound.infeasible, "there is a plan of {least}");
            prop_assert!(
                solved.objective >= least - 1e-9,
                "costs {}, least {least}",
                solved.objective
            );
            let bound = bound.objective.expect("a bound");
            prop_assert!(bound <= least + 1e-6, "bound {bound}, least {least}");
        }
        None => prop_assert!(!is_plan, "{solved:?}"),
    }
    Ok(())
}

/// Prices and premiums that are not whole numbers.
fn in_cents(mut task: Task) -> Task {
    for crew in &mut task.crews {
        crew.cost_per_hour = crew.cost_per_hour.map(|price| price * 21.37);
    }
    for of in &mut task.rules.types {
        of.cost_per_hour = of.cost_per_hour.map(|price| price * 19.99);
    }
    for premium in &mut task.rules.premiums {
        premium.extra = 0.333;
    }
    task.rules.short_cost = task.rules.short_cost.map(|cost| cost * 20.01);
    task
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_day_has_its_least_cost(task in small(false)) {
        let least = brute_shifts::best(&task).map(|best| best.cost);
        let found = solve(&task, &THOROUGH);
        judge(&task, &found, least)?;
        if let Some(least) = least {
            let (solved, bound) = found;
            prop_assert!((solved.objective - least).abs() < 1e-6, "found {}, least {least}, {:?}", solved.objective, bound);
            prop_assert!(solved.complete || task.rules.short_cost.is_some());
            prop_assert!(gap(solved.objective, bound.objective.unwrap_or(0.0)) < 1e-6, "{bound:?} of {least}");
        }
    }

    #[test]
    fn a_day_in_cents_has_its_least_cost(task in small(false).prop_map(in_cents)) {
        let least = brute_shifts::best(&task).map(|best| best.cost);
        let found = solve(&task, &THOROUGH);
        judge(&task, &found, least)?;
        if let Some(least) = least {
            prop_assert!((found.0.objective - least).abs() < 1e-6, "found {}, least {least}", found.0.objective);
        }
    }

    #[test]
    fn a_week_is_between_its_bounds(task in prop_oneof![small(true), small(true).prop_map(in_cents)]) {
        let least = brute_shifts::best(&task).map(|best| best.cost);
        let found = solve(&task, &Effort { trials: 100, ..Effort::default() });
        judge(&task, &found, least)?;
    }

    #[test]
    fn little_effort_keeps_the_rules_and_more_is_never_dearer(task in prop_oneof![small(false), small(true)], seed in 0..4u64) {
        let least = brute_shifts::best(&task).map(|best| best.cost);
        let greedy = solve(&task, &GREEDY);
        judge(&task, &greedy, least)?;
        for (dives, trials, nodes) in [(1, 0, 0), (0, 50, 0), (0, 0, 20), (3, 50, 20)] {
            let effort = Effort { dives, trials, nodes, seed };
            let found = solve(&task, &effort);
            judge(&task, &found, least)?;
            prop_assert!(found.0.objective <= greedy.0.objective + 1e-9, "{} after {}", found.0.objective, greedy.0.objective);
            prop_assert_eq!(&found, &solve(&task, &effort), "the same effort");
        }
    }

    /// For what turns out to be needed, from the plan before.
    #[test]
    fn another_need_is_covered_as_well(
        task in prop_oneof![small(false), small(true)], more in proptest::collection::vec(0..2u32, 48),
    ) {
        let work = Shiftwork::new(&task).expect("a small task");
        let mut planner = Planner::new(&work, &GREEDY);
        let stop = AtomicBool::new(false);
        planner.solve(&stop).expect("a small program");
        let mut after = task.clone();
        let cells = after.need.iter_mut().flatten().zip(more.iter().cycle());
        cells.filter(|(need, _)| **need > 0).for_each(|(need, more)| *need += more);
        planner.solve_again(&after.need, &stop);
        let solved = planner.solved();
        let least = brute_shifts::best(&after).map(|best| best.cost);
        let bound = Bound { objective: Some(0.0), infeasible: false, nodes: 0, failure: None };
        judge(&after, &(solved.clone(), bound), least)?;
        let rules = &task.rules;
        let limits = rules.contracts.iter().map(|contract| contract.most_people).chain(rules.types.iter().map(|of| of.most));
        if least.is_some() && rules.short_cost.or(rules.most_people.map(f64::from)).is_none() && limits.flatten().next().is_none() {
            prop_assert!(solved.complete, "there are people enough");
        }
    }
}

/// How often plans of weeks, which are found by trial, are complete and cost the least: a share that is known not to be all.
#[test]
fn most_weeks_are_found_and_few_are_dear() {
    let mut runner = TestRunner::deterministic();
    let (mut plans, mut complete, mut least_cost, mut within, mut dearer) = (0, 0, 0, 0, 0.0);
    for _ in 0..300 {
        let task = small(true).new_tree(&mut runner).expect("a task").current();
        let Some(least) = brute_shifts::best(&task).map(|best| best.cost) else {
            continue;
        };
        let (solved, _) = solve(&task, &Effort::default());
        plans += 1;
        if !solved.complete && task.rules.short_cost.is_none() {
            continue;
        }
        complete += 1;
        let more = if least > 0.0 {
            solved.objective / least - 1.0
        } else {
            0.0
        };
        least_cost += u32::from(solved.objective <= least + 1e-6);
        within += u32::from(more <= 0.05);
        dearer += more;
    }
    eprintln!(
        "weeks: {complete} of {plans} complete, {least_cost} at least cost, {within} within 5 %, mean excess {:.4}",
        dearer / f64::from(complete)
    );
    assert!(plans > 100, "{plans} have a plan");
    assert!(
        f64::from(complete) >= 0.9 * f64::from(plans),
        "{complete} of {plans}"
    );
    assert!(
        f64::from(within) >= 0.8 * f64::from(plans),
        "{within} of {plans}"
    );
}

/// Status, and the reasons with day and start, of a plan for a task's need.
fn explained(task: &Task) -> (ShiftStatus, Vec<String>) {
    let per_day = task.horizon.cells_per_day();
    let of_day = |(day, weekday): (usize, &Option<usize>)| {
        let cells = day * per_day..(day + 1) * per_day;
        let agents = task.need.iter().map(|need| need[cells.clone()].to_vec());
        (*weekday, Required::Agents(agents.collect()))
    };
    let asked = Asked {
        name: "task".to_owned(),
        rules: task.rules.clone(),
        published: Vec::new(),
        most_people: None,
        most_cost: None,
        crews: task.crews.clone(),
        days: task.horizon.days.iter().enumerate().map(of_day).collect(),
        effort: Effort::default(),
        rounds: 0,
    };
    let answer = shifts::plan(&asked, &Control::default()).expect("a plan");
    assert_eq!(answer.task, *task);
    let shown = |reason: &Reason| {
        let parts = [
            reason.day.as_deref(),
            reason.start.as_deref(),
            Some(&reason.rule),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    };
    (
        answer.shifts.status,
        answer.shifts.explanation.iter().map(shown).collect(),
    )
}

#[track_caller]
fn is_explained(task: &Task, status: ShiftStatus, reasons: &[&str]) {
    assert!(brute_shifts::best(task).is_none(), "there is a plan");
    let (found, why) = explained(task);
    assert_eq!(why, reasons);
    assert_eq!(found, status);
}

/// A day of shifts from 08:00 and 12:00 of four hours, and so many people needed from an hour to an hour.
fn day(rules: &str, of_type: &str, need: &[(usize, std::ops::Range<usize>, u32)]) -> Task {
    let text = format!(
        "grid = \"1h\"\n{rules}\n[[shifts.types]]\nname = \"half\"\nstart = [\"08:00\", \"12:00\"]\nlength = \"4h\"\n{of_type}\n"
    );
    let mut task = brute_shifts::task(&["team", "other"], &text, vec![None]);
    for (group, hours, people) in need {
        task.need[*group][hours.clone()].fill(*people);
    }
    task
}

#[test]
fn where_nobody_can_be_at_work() {
    let task = day("", "", &[(0, 7..9, 2), (1, 8..12, 1)]);
    let why = "07:00 2 people of \"team\" needed, but no shift is at work then";
    is_explained(&task, ShiftStatus::Uncovered, &[why]);
    let only = day("", "groups = \"team\"", &[(1, 9..10, 1)]);
    let why = "09:00 1 person of \"other\" needed, but no shift is at work then";
    is_explained(&only, ShiftStatus::Uncovered, &[why]);
}

#[test]
fn where_too_few_people_may_be_at_work() {
    // One in the morning and one in the afternoon are two; the shift may have only one.
    let task = day("", "most = 1", &[(0, 9..10, 1), (0, 13..14, 1)]);
    let both = [
        "09:00 1 person of \"team\" needed",
        "13:00 1 person of \"team\" needed",
        "at most 1 person on the shift \"half\"",
    ];
    is_explained(&task, ShiftStatus::Uncovered, &both);
    let task = day("", "most = 1", &[(0, 9..10, 2)]);
    let one = [
        "09:00 2 people of \"team\" needed",
        "at most 1 person on the shift \"half\"",
    ];
    is_explained(&task, ShiftStatus::Uncovered, &one);
    // Everybody is enough for each group, not for both.
    let task = day(
        "most_people = 3",
        "most = 9",
        &[(0, 9..12, 2), (1, 9..10, 2)],
    );
    let (status, why) = explained(&task);
    assert_eq!(status, ShiftStatus::Uncovered);
    assert_eq!(why.len(), 3, "{why:?}");
    assert!(why[0].ends_with("2 people of \"team\" needed"), "{why:?}");
    assert_eq!(
        why[1..],
        [
            "09:00 2 people of \"other\" needed",
            "at most 3 people in all"
        ]
    );
}

#[test]
fn rules_that_contradict_each_other() {
    // Whatever is needed.
    let task = day("most_people = 2", "least = 3", &[(0, 9..10, 1)]);
    let why = [
        "at least 3 people on the shift \"half\"",
        "at most 2 people in all",
    ];
    is_explained(&task, ShiftStatus::Infeasible, &why);
    let task = day("most_people = 2", "least = 3", &[]);
    is_explained(&task, ShiftStatus::Infeasible, &why);
    // Who is short has a price, but not who is missing of the shift.
    let task = day(
        "most_people = 2\nshort_cost = 5.0",
        "least = 3",
        &[(0, 9..10, 4)],
    );
    is_explained(&task, ShiftStatus::Infeasible, &why);
    let contract = "least = 2\n[[shifts.contracts]]\nname = \"few\"\nmost_people = 1";
    let why = [
        "at least 2 people on the shift \"half\"",
        "shifts, hours and people of the contract \"few\"",
    ];
    is_explained(&day("", contract, &[]), ShiftStatus::Infeasible, &why);
}

#[test]
fn contracts_with_too_few_people() {
    let contract = "[[shifts.contracts]]\nname = \"few\"\nmost_people = 1\ngroups = \"team\"";
    let why = [
        "09:00 2 people of \"team\" needed",
        "shifts, hours and people of the contract \"few\"",
    ];
    is_explained(
        &day("", contract, &[(0, 9..10, 2)]),
        ShiftStatus::Uncovered,
        &why,
    );
    // A group whose people have no contract.
    let (status, found) = explained(&day("", contract, &[(1, 9..10, 1)]));
    assert_eq!(
        (status, found.len()),
        (ShiftStatus::Uncovered, 1),
        "{found:?}"
    );
    // One person who works two days, needed on three.
    let week = "grid = \"8h\"\n[[shifts.types]]\nname = \"daily\"\nstart = \"08:00\"\nlength = \"8h\"\ndays = [\"mon\", \"tue\", \
                \"wed\", \"sun\"]\n[[shifts.contracts]]\nname = \"short week\"\nmost_people = 1\nmost_shifts = 2\n";
    for same in ["", "same_shift = true\n"] {
        let mut task =
            brute_shifts::task(&["team"], &format!("{week}{same}"), brute_shifts::week());
        for day in [0, 1, 6] {
            task.need[0][3 * day + 1] = 1;
        }
        let why = [
            "mon 08:00 1 person of \"team\" needed",
            "tue 08:00 1 person of \"team\" needed",
            "sun 08:00 1 person of \"team\" needed",
            "shifts, hours and people of the contract \"short week\"",
        ];
        is_explained(&task, ShiftStatus::Uncovered, &why);
        task.need[0][19] = 0;
        assert_eq!(explained(&task), (ShiftStatus::Held, Vec::new()), "{same}");
    }
    // A day on which nobody starts.
    let mut task = brute_shifts::task(&["team"], week, brute_shifts::week());
    task.need[0][10] = 1;
    let why = "thu 08:00 1 person of \"team\" needed, but no shift is at work then";
    is_explained(&task, ShiftStatus::Uncovered, &[why]);
}
