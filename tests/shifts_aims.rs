//! Plans for aims over the day, and for the best service, against all plans of small tasks.

mod common;

use acdsim::experiment::Control;
use acdsim::planning::{Per, Question};
use acdsim::scenario;
use acdsim::shifts::{
    self, Aim, Asked, Bound, Calls, Crew, Effort, Person, Plan, Planner, Required, Shiftwork,
    Solved, Task, violations,
};
use common::brute_shifts::{self, small};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use std::collections::HashSet;
use std::path::Path;
use std::sync::atomic::AtomicBool;

const GREEDY: Effort = Effort {
    dives: 0,
    trials: 0,
    nodes: 0,
    seed: 1,
};

/// Most people of a plan, so that all plans can be looked at.
const MOST_PEOPLE: u32 = 4;

/// Most different people, for the same reason.
const CHOICES: usize = 22;

/// Numbers that look random (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }

    fn unit(&mut self) -> f64 {
        self.below(1 << 53) as f64 / (1u64 << 53) as f64
    }
}

/// What so many people bring: of one shape or another.
fn table(dice: &mut Dice) -> Vec<f64> {
    let n = 1 + dice.below(6) as usize;
    let scale = [0.01, 1.0, 1.0, 40.0][dice.below(4) as usize];
    let shape = dice.below(7);
    let mut table = vec![0.0; n];
    for at in 0..n {
        let x = at as f64;
        table[at] = match shape {
            // More and more, then less and less.
            0 => 1.0 / (1.0 + (-2.0 * (x - 2.0)).exp()) - 1.0 / (1.0 + 4f64.exp()),
            // Less and less.
            1 => 1.0 - 0.5f64.powf(x),
            // A staircase.
            2 => (x / 2.0).floor(),
            // Up and down.
            3 => x * (3.0 - x) / 2.0,
            // As it comes, rising.
            4 => table[at.max(1) - 1] + dice.unit(),
            // As it comes.
            5 => 2.0 * dice.unit() - 0.5,
            // From something on.
            _ => 1.5 + x,
        };
    }
    table.iter().map(|value| scale * value).collect()
}

/// A task with aims, that needs nobody otherwise, and everything that a person may do in it: its cost and presence.
fn with_aims(mut task: Task, dice: &mut Dice) -> Option<(Task, Vec<Person>)> {
    task.rules.short_cost = None;
    task.rules.spare_cost = 0.0;
    let most = task.rules.most_people.unwrap_or(MOST_PEOPLE);
    task.rules.most_people = Some(most.min(MOST_PEOPLE));
    let needed = dice.below(3) == 0;
    for need in task.need.iter_mut().flatten() {
        *need = (*need).min(u32::from(needed));
    }
    let mut known = HashSet::new();
    let choices: Vec<Person> = brute_shifts::people(&task)
        .into_iter()
        .filter(|person| {
            let plan = Plan {
                people: vec![person.clone()],
            };
            let types: Vec<usize> = person.duties.iter().map(|duty| duty.shift_type).collect();
            known.insert((
                plan.cover(&task),
                plan.cost(&task).to_bits(),
                types,
                person.contract,
            ))
        })
        .collect();
    if choices.is_empty() || choices.len() > CHOICES {
        return None;
    }
    let cells = task.horizon.cells();
    for a in 0..1 + dice.below(3) as usize {
        let both = dice.below(2) == 0;
        let one = dice.below(task.crews.len() as u64) as usize;
        let crews = (0..task.crews.len()).filter(|&crew| both || crew == one);
        let crews: Vec<usize> = crews.collect();
        // The same tables again and again, as those of an hour of some steps.
        let tables: Vec<Vec<f64>> = (0..4).map(|_| table(dice)).collect();
        let worth = (0..cells).map(|cell| match dice.below(4) {
            0 => Vec::new(),
            _ => tables[(cell / 2) % 4].clone(),
        });
        let mut aim = Aim {
            name: format!("aim {a}"),
            day: 0,
            crews,
            worth: worth.collect(),
            wanted: 0.0,
        };
        // What some plan brings.
        let people =
            (0..MOST_PEOPLE).map(|_| choices[dice.below(choices.len() as u64) as usize].clone());
        let plan = Plan {
            people: people.collect(),
        };
        aim.wanted = brought(&task, &aim, &plan) * (0.3 + 0.7 * dice.unit());
        task.aims.push(aim);
    }
    Some((task, choices))
}

/// What a plan brings to an aim.
fn brought(task: &Task, aim: &Aim, plan: &Plan) -> f64 {
    let cover = plan.cover(task);
    (0..task.horizon.cells())
        .map(|cell| aim.of(cell, aim.crews.iter().map(|&crew| cover[crew][cell]).sum()))
        .sum()
}

/// All plans that keep the rules and have the people who are needed.
fn all_plans(task: &Task, choices: &[Person]) -> Vec<Plan> {
    let most = task.rules.most_people.expect("a limit") as usize;
    let mut plans = Vec::new();
    let mut open = vec![(Vec::new(), 0)];
    while let Some((chosen, from)) = open.pop() {
        let people = chosen.iter().map(|&i: &usize| choices[i].clone());
        let plan = Plan {
            people: people.collect(),
        };
        if violations(task, &plan).is_empty() && acdsim::shifts::uncovered(task, &plan).is_empty() {
            plans.push(plan);
        }
        if chosen.len() < most {
            open.extend((from..choices.len()).map(|i| ([&chosen[..], &[i]].concat(), i)));
        }
    }
    plans
}

fn solve(task: &Task, effort: &Effort) -> (Solved, Bound) {
    let work = Shiftwork::new(task).expect("a small task");
    let mut planner = Planner::new(&work, effort);
    let bound = planner
        .solve(&AtomicBool::new(false))
        .expect("a small program");
    (planner.solved(), bound)
}

/// Reached but for rounding.
fn is_reached(aim: &Aim, brought: f64) -> bool {
    brought >= aim.wanted - 1e-6 * (1.0 + aim.wanted.abs())
}

/// So many tasks with aims.
fn tasks(seed: u64, most: usize) -> impl Iterator<Item = (Task, Vec<Person>)> {
    let mut runner = TestRunner::deterministic();
    let mut dice = Dice(seed);
    std::iter::from_fn(move || {
        loop {
            let week = dice.below(6) == 0;
            let task = small(week).new_tree(&mut runner).expect("a task").current();
            if let Some(found) = with_aims(task, &mut dice) {
                return Some(found);
            }
        }
    })
    .take(most)
}

#[test]
fn aims_are_reached_for_little_more_than_the_bound() {
    let (mut reachable, mut complete, mut least_cost, mut wrong) = (0, 0, 0, Vec::new());
    let (mut more, mut gap) = (0.0, 0.0);
    for (at, (task, choices)) in tasks(1, 400).enumerate() {
        let (solved, bound) = solve(&task, &Effort::default());
        let of_plan: Vec<f64> = task
            .aims
            .iter()
            .map(|aim| brought(&task, aim, &solved.plan))
            .collect();
        for (of_plan, said) in of_plan.iter().zip(&solved.brought) {
            assert!(
                (of_plan - said).abs() < 1e-9 * (1.0 + of_plan.abs()),
                "{at}: brings {of_plan}, said {said}"
            );
        }
        let reached = task
            .aims
            .iter()
            .zip(&of_plan)
            .all(|(aim, of)| is_reached(aim, *of));
        if solved.complete {
            assert!(reached, "{at}: {of_plan:?} of {:?}", task.aims);
            let cost = solved.plan.cost(&task);
            assert!(
                (solved.objective - cost).abs() < 1e-6,
                "{at}: {} costs {cost}",
                solved.objective
            );
        }
        let plans = all_plans(&task, &choices);
        let reaching = plans.iter().filter(|plan| {
            task.aims
                .iter()
                .all(|aim| is_reached(aim, brought(&task, aim, plan)))
        });
        let least = reaching.map(|plan| plan.cost(&task)).min_by(f64::total_cmp);
        let Some(least) = least else {
            assert!(!solved.complete, "{at}: no plan reaches the aims");
            continue;
        };
        reachable += 1;
        assert!(!bound.infeasible, "{at}: there is a plan for {least}");
        let bound = bound.objective.expect("a bound");
        assert!(
            bound <= least + 1e-6,
            "{at}: bound {bound}, least {least}\n{task:?}"
        );
        if solved.complete {
            complete += 1;
            assert!(
                solved.objective >= least - 1e-6,
                "{at}: {} for {least}",
                solved.objective
            );
            least_cost += u32::from(solved.objective < least + 1e-6);
            if least > 0.0 {
                more += (solved.objective - least) / least;
                gap += (least - bound) / least;
            }
        } else {
            wrong.push((
                at,
                of_plan,
                task.aims.iter().map(|aim| aim.wanted).collect::<Vec<_>>(),
            ));
        }
    }
    let n = f64::from(complete);
    eprintln!(
        "{reachable} can be reached, {complete} are, {least_cost} at the least cost; mean excess {:.4}, mean gap of the least cost {:.4}",
        more / n,
        gap / n
    );
    for wrong in &wrong {
        eprintln!("not reached: {wrong:?}");
    }
    assert!(
        f64::from(complete) >= 0.95 * f64::from(reachable),
        "{complete} of {reachable}"
    );
}

/// What a plan brings to each aim, the share that it reaches of the one that lacks most, and all that it brings.
fn service(task: &Task, plan: &Plan) -> (f64, f64) {
    let brought: Vec<f64> = task
        .aims
        .iter()
        .map(|aim| brought(task, aim, plan))
        .collect();
    let shares = task
        .aims
        .iter()
        .zip(&brought)
        .map(|(aim, of)| match is_reached(aim, *of) {
            true => 1.0,
            false => of / aim.wanted,
        });
    (shares.fold(1.0, f64::min), brought.iter().sum())
}

#[test]
fn no_plan_has_a_better_service_than_the_bound() {
    let mut dice = Dice(7);
    let (mut n, mut best_share, mut best_of_all, mut lacks) = (0, 0, 0, 0);
    for (at, (mut task, choices)) in tasks(2, 400).enumerate() {
        for aim in &mut task.aims {
            // More than few people bring; and, as in fact, never less than nothing.
            aim.wanted *= 0.5 + dice.unit();
            let values = aim.worth.iter_mut().flatten();
            values.for_each(|value| *value = value.max(0.0));
        }
        task.best_service = true;
        let plans = all_plans(&task, &choices);
        if dice.below(3) == 0 {
            // A little more than can be reached.
            let most = plans.iter().map(|plan| brought(&task, &task.aims[0], plan));
            let most = most.fold(0.0, f64::max);
            task.aims[0].wanted = most * (1.0 + 0.005 * dice.unit());
        }
        if dice.below(2) == 0 {
            let dearest = plans
                .iter()
                .map(|plan| plan.cost(&task))
                .fold(0.0, f64::max);
            task.most_cost = Some(dearest * (0.3 + 0.7 * dice.unit()));
        }
        let most_cost = task.most_cost.unwrap_or(f64::INFINITY) + 1e-6;
        let work = Shiftwork::new(&task).expect("a small task");
        let mut planner = Planner::new(&work, &Effort::default());
        let bound = planner
            .solve(&AtomicBool::new(false))
            .expect("a small program");
        let solved = planner.solved();
        assert!(
            solved.plan.cost(&task) <= most_cost,
            "{at}: {}",
            solved.plan.cost(&task)
        );
        let (share, all) = service(&task, &solved.plan);
        let known = plans.iter().filter(|plan| plan.cost(&task) <= most_cost);
        let known: Vec<(f64, f64)> = known.map(|plan| service(&task, plan)).collect();
        let Some(of_best) = known.iter().map(|of| of.0).max_by(f64::total_cmp) else {
            continue;
        };
        let bound = bound
            .objective
            .unwrap_or_else(|| panic!("{at}: a bound {bound:?}"));
        let (share_at_most, at_most) = work.best_service(bound, share);
        assert!(
            share_at_most >= of_best - 1e-6,
            "{at}: {share_at_most}, but there is {of_best}"
        );
        let as_good = known.iter().filter(|of| of.0 >= share - 1e-9);
        let most = as_good.map(|of| of.1).fold(0.0, f64::max);
        if let Some(at_most) = at_most {
            assert!(
                at_most >= most - 1e-6 * (1.0 + most),
                "{at}: {at_most}, but there is {most}"
            );
            assert!(
                at_most >= all - 1e-6 * (1.0 + all),
                "{at}: {at_most}, but it brings {all}"
            );
        }
        if !solved.complete {
            continue;
        }
        n += 1;
        best_share += u32::from(share >= of_best - 1e-6);
        lacks += u32::from(of_best < 1.0);
        best_of_all += u32::from(share >= of_best - 1e-6 && all >= most - 1e-6 * (1.0 + most));
    }
    eprintln!(
        "{n} plans, {lacks} cannot reach everything: {best_share} reach the best share, {best_of_all} bring most too"
    );
    assert!(10 * best_share >= 9 * n, "{best_share} of {n}");
}

/// A morning of a group, each hour of which people bring so much to an aim.
fn morning(worth: &[f64], wanted: f64) -> Task {
    let rules =
        "grid = \"1h\"\n[[shifts.types]]\nname = \"half\"\nstart = \"08:00\"\nlength = \"4h\"\n";
    let mut task = brute_shifts::task(&["team"], rules, vec![None]);
    let mut by_cell = vec![Vec::new(); 24];
    by_cell[8..12].fill(worth.to_vec());
    task.aims.push(Aim {
        name: "calls".to_owned(),
        day: 0,
        crews: vec![0],
        worth: by_cell,
        wanted,
    });
    task
}

/// Whatever the unit, and however little is missing without the last person.
#[test]
fn an_aim_is_reached_however_little_is_missing() {
    let per_person = |each: f64| -> Vec<f64> { (0..6).map(|n| each * f64::from(n)).collect() };
    let last = [0.0, 1.0, 2.0, 2.0001];
    for (worth, wanted, people) in [
        (&per_person(1.0), 8.0005, 3),
        (&per_person(1e-5), 8e-5, 2),
        (&last.to_vec(), 8.0004, 3),
    ] {
        for effort in [GREEDY, Effort::default()] {
            let (solved, bound) = solve(&morning(worth, wanted), &effort);
            assert!(
                solved.complete,
                "{wanted} of {worth:?}: {:?}",
                solved.brought
            );
            assert_eq!(solved.plan.people.len(), people, "{wanted} of {worth:?}");
            assert_eq!(
                bound.objective,
                Some(4.0 * people as f64),
                "{wanted} of {worth:?}"
            );
        }
    }
}

/// What counts as reached is reached for the bound too.
#[test]
fn the_bound_rounds_as_the_plan_does() {
    let task = morning(&[0.0, 1e5, 1e5 + 0.01, 1e5 + 0.02], 4e5 + 0.03);
    let (solved, bound) = solve(&task, &Effort::default());
    assert!(solved.complete);
    assert_eq!((solved.objective, bound.objective), (4.0, Some(4.0)));
}

/// A plan for a day of a single queue whose agents are in two groups.
fn planned(rules: &str, most_people: Option<u32>, rounds: u32) -> shifts::document::Shifts {
    planned_for("target = \"80/20\"", rules, most_people, rounds)
}

fn planned_for(
    target: &str,
    rules: &str,
    most_people: Option<u32>,
    rounds: u32,
) -> shifts::document::Shifts {
    let text = format!(
        r#"
        [scenario]
        name = "day"
        open = "08:00-18:00"
        interval = "30m"
        [[queues]]
        name = "help"
        {target}
        [[call_types]]
        name = "question"
        queue = "help"
        rate = "100/h"
        talk = "exp(4m)"
        patience = "exp(4m)"
        redial = {{ abandoned = "60%", delay = "exp(10m)", max_attempts = 4 }}
        [[groups]]
        name = "one"
        skills = ["help"]
        staff = 5
        [[groups]]
        name = "other"
        skills = ["help"]
        staff = 5
        [shifts]
        grid = "30m"
        [[shifts.types]]
        name = "day"
        start = ["08:00"]
        length = "10h"
        {rules}
        "#
    );
    let loaded = scenario::parse("day", &text, Path::new(""), &[]);
    let scenario = loaded
        .unwrap_or_else(|e| panic!("{}", e.render(false, 100)))
        .scenario;
    let rules = *scenario.shifts.clone().expect("rules");
    let mut question = Question {
        days: 500,
        budget: 2_000,
        ..Question::of(&scenario, Per::Day)
    };
    if target.starts_with("max_asa") {
        // Without the service level that every queue has.
        question.targets.retain(|target| target.kpi == "asa_s");
    }
    let calls = Calls {
        scenario: scenario.clone(),
        question,
        recipe: None,
    };
    let asked = Asked {
        name: "day".to_owned(),
        days: vec![(None, Required::Calls(Box::new(calls)))],
        rules,
        published: Vec::new(),
        crews: scenario.groups.iter().map(Crew::of).collect(),
        most_people,
        most_cost: None,
        effort: Effort {
            dives: 2,
            trials: 50,
            nodes: 0,
            seed: 1,
        },
        rounds,
    };
    shifts::plan(&asked, &Control::default())
        .expect("a plan")
        .shifts
}

/// Whoever is in a meeting is missing from the queue, however many groups serve it.
#[test]
fn who_is_away_brings_nothing() {
    let meeting = "[[shifts.blocks]]\nname = \"meeting\"\ngroup = \"one\"\npeople = 3\nhours = \"08:00-18:00\"";
    let present = |rules: &str| planned(rules, None, 0).people.len();
    let (without, with) = (present(""), present(meeting));
    assert_eq!(with, without + 3, "{without} without the meeting");
}

/// The contacts that the formula counts are those of the simulation to which it is fitted.
#[test]
fn the_formula_counts_as_the_simulation_does() {
    let service = planned("", Some(7), 4).service.expect("a service");
    let off = service.kept / service.simulated - 1.0;
    assert!(
        off.abs() < 0.03,
        "{} for {}",
        service.kept,
        service.simulated
    );
    let reached = service.simulated / service.offered / 0.8;
    assert!(
        (service.share - reached).abs() < 0.03,
        "{} for {reached}",
        service.share
    );
}

/// With a limit of people, contacts are counted, whatever the targets are.
#[test]
fn waits_are_counted_in_contacts() {
    let service = planned_for("max_asa = \"20s\"", "", Some(9), 2)
        .service
        .expect("a service");
    assert!(
        service.kept <= service.offered,
        "{} of {}",
        service.kept,
        service.offered
    );
    let off = service.kept / service.simulated - 1.0;
    assert!(
        off.abs() < 0.03,
        "{} for {}",
        service.kept,
        service.simulated
    );
}
