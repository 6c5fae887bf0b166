//! Plans that keep to a published one.

mod common;

use acdsim::shifts::{Effort, Planner, PublishedShift, Shiftwork, Solved, Task, violations};
use common::brute_shifts::task;
use std::sync::atomic::AtomicBool;

/// A day that needs two people from 08:00 to 16:00, for which shifts of four hours starting at any hour may be worked.
fn day(cost_per_change: f64) -> Task {
    let shifts = format!(
        "grid = \"1h\"\nkeep = {{ file = \"published.csv\", cost_per_change = {cost_per_change} }}\n[[shifts.types]]\nname = \
         \"four\"\nstart = \"04:00-16:00\"\nlength = \"4h\"\n"
    );
    let mut task = task(&["team"], &shifts, vec![None]);
    task.need[0][8..16].fill(2);
    task
}

fn published(start_h: u32, people: u32) -> PublishedShift {
    PublishedShift {
        crew: 0,
        day: 0,
        start_min: 60 * start_h,
        length_min: 240,
        people,
    }
}

fn solved(task: &Task) -> (Solved, f64) {
    let work = Shiftwork::new(task).expect("few shifts");
    let mut planner = Planner::new(&work, &Effort::default());
    let bound = planner.solve(&AtomicBool::new(false)).expect("few columns");
    let solved = planner.solved();
    assert!(solved.complete);
    assert_eq!(violations(task, &solved.plan), []);
    (solved, bound.objective.expect("a bound"))
}

fn starts(solved: &Solved) -> Vec<u32> {
    let duties = solved.plan.people.iter().flat_map(|person| &person.duties);
    let mut starts: Vec<u32> = duties.map(|duty| duty.start_min / 60).collect();
    starts.sort_unstable();
    starts
}

#[test]
fn what_costs_no_more_is_kept() {
    // One of four plans of least cost, 16 paid hours: two at 08:00, two at 12:00.
    let mut task = day(1.0);
    task.published = vec![published(8, 2), published(12, 2)];
    let (plan, bound) = solved(&task);
    assert_eq!(starts(&plan), [8, 8, 12, 12]);
    assert_eq!((plan.changes, plan.objective, bound), (0, 16.0, 16.0));
}

#[test]
fn a_published_shift_is_given_up_where_keeping_it_costs_more() {
    // From 06:00 to 10:00: to keep it takes another four hours for 10:00 to 12:00.
    for (cost_per_change, kept, objective) in [(3.0, false, 19.0), (5.0, true, 20.0)] {
        let mut task = day(cost_per_change);
        task.published = vec![published(6, 1)];
        let (plan, bound) = solved(&task);
        assert_eq!(
            starts(&plan).contains(&6),
            kept,
            "a change costs {cost_per_change}"
        );
        assert_eq!(
            plan.changes,
            u64::from(!kept),
            "a change costs {cost_per_change}"
        );
        assert_eq!(
            plan.objective, objective,
            "a change costs {cost_per_change}"
        );
        assert!(
            bound <= objective + 1e-6,
            "{bound} is no bound of {objective}"
        );
    }
}

#[test]
fn what_the_rules_no_longer_allow_is_changed() {
    let mut task = day(2.0);
    task.published = vec![published(20, 3), published(8, 1)];
    let (plan, bound) = solved(&task);
    assert_eq!((plan.changes, plan.objective, bound), (3, 22.0, 22.0));
}

#[test]
fn more_people_than_published_are_no_change() {
    let mut task = day(2.0);
    task.published = vec![published(8, 1)];
    let (plan, _) = solved(&task);
    assert_eq!((plan.changes, plan.objective), (0, 16.0));
}
