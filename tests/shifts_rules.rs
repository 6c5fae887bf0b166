//! The rules of shifts: the checker of plans against plans that keep them and plans that do not, and the least cost of small
//! tasks by complete enumeration against what is worked out by hand.

mod common;

use acdsim::shifts::{Plan, Rule, Shiftwork, Task, Uncovered, uncovered, violations};
use common::brute_shifts::{best, cost, gaps, least_of_all, people, small, task, week};
use proptest::prelude::*;

/// Asks for so many people of the first group, from one hour of a day to another.
fn needs(task: &mut Task, day: u32, from_h: u32, to_h: u32, people: u32) {
    let cell = |h: u32| ((day * 24 + h) * 60 / task.horizon.grid_min) as usize;
    let cells = cell(from_h)..cell(to_h);
    task.need[0][cells].fill(people);
}

/// A day that needs one person from 08:00 to 16:00.
fn one_from_eight_to_four(shifts: &str) -> Task {
    let mut task = task(&["team"], shifts, vec![None]);
    needs(&mut task, 0, 8, 16, 1);
    task
}

#[track_caller]
fn costs(task: &Task, expected: f64) -> Plan {
    let best = best(task).expect("there is a plan");
    assert!(
        (best.cost - expected).abs() < 1e-9,
        "found {}, expected {expected}: {:?}",
        best.cost,
        best.plan
    );
    let cost = best.plan.cost(task) + gaps(task, &best.plan);
    assert!(
        (cost - expected).abs() < 1e-9,
        "the plan costs {cost}, expected {expected}"
    );
    best.plan
}

const LONG: &str = "
[[shifts.types]]
name = \"long\"
start = \"08:00\"
length = \"8h\"
breaks = { }
";

/// Eight hours with an hour's break, which is not paid.
fn long(window: &str) -> String {
    LONG.replace("{ }", &format!("[{{ length = \"1h\", {window} }}]"))
}

const SHORT: &str = "
[[shifts.types]]
name = \"short\"
start = \"08:00-12:00\"
length = \"4h\"
";

const HOURLY: &str = "grid = \"1h\"\n";

#[test]
fn a_break_is_covered_by_somebody() {
    let window = long("earliest = \"2h\", latest = \"5h\"");
    // Two long shifts with their breaks at different times: 2 × 7 paid hours.
    let plan = costs(&one_from_eight_to_four(&format!("{HOURLY}{window}")), 14.0);
    assert_eq!(plan.people.len(), 2);
    // Two short shifts, from 08:00 and from 12:00, have no breaks.
    let both = format!("{HOURLY}{window}{SHORT}");
    costs(&one_from_eight_to_four(&both), 8.0);
    // Only one of them: a long shift, and a short one in its break.
    costs(&one_from_eight_to_four(&format!("{both}most = 1\n")), 11.0);
    // At two an hour the short ones cost 16, a long and a short one 15, two long ones 14.
    let dear = one_from_eight_to_four(&format!("{both}cost_per_hour = 2\n"));
    let mut dear = dear;
    dear.crews[0].cost_per_hour = Some(1.0);
    costs(&dear, 14.0);
}

#[test]
fn a_break_is_where_nobody_is_needed() {
    let mut task = one_from_eight_to_four(&format!(
        "{HOURLY}{}",
        long("earliest = \"2h\", latest = \"5h\"")
    ));
    needs(&mut task, 0, 13, 14, 0);
    let plan = costs(&task, 7.0);
    assert_eq!(plan.people[0].duties[0].breaks_min, [13 * 60]);
    needs(&mut task, 0, 13, 14, 1);
    needs(&mut task, 0, 14, 15, 0);
    costs(&task, 14.0);
    // One who is paid in the break costs eight hours.
    task.rules.types[0].breaks[0].latest_min = 6 * 60;
    task.rules.types[0].breaks[0].paid = true;
    costs(&task, 8.0);
}

/// Two breaks that may be taken from the same time on are taken one after the other: both are unpaid.
#[test]
fn two_breaks_with_the_same_window() {
    let two = LONG.replace(
        "{ }",
        "[{ length = \"1h\", earliest = \"2h\", latest = \"4h\" }, { length = \"1h\", earliest = \"2h\", latest = \"4h\" }]",
    );
    let mut task = one_from_eight_to_four(&format!("{HOURLY}{two}"));
    needs(&mut task, 0, 10, 12, 0);
    costs(&task, 6.0);
}

#[test]
fn what_goes_on_beyond_midnight() {
    let night = "[[shifts.types]]\nname = \"night\"\nstart = \"22:00\"\nlength = \"8h\"\n";
    let mut cyclic = task(&["team"], &format!("grid = \"2h\"\n{night}"), vec![None]);
    needs(&mut cyclic, 0, 0, 6, 2);
    needs(&mut cyclic, 0, 22, 24, 1);
    costs(&cyclic, 16.0);
    let mut once = cyclic.clone();
    once.horizon.cyclic = false;
    assert!(best(&once).is_none());
    needs(&mut once, 0, 0, 6, 0);
    costs(&once, 8.0);
    // With a quarter on top from 23:00 to 05:00: 8 + 6 × 0.25.
    let premium =
        "[[shifts.premiums]]\nname = \"night\"\nhours = \"23:00-05:00\"\nextra = \"25%\"\n";
    let mut task = task(
        &["team"],
        &format!("grid = \"2h\"\n{night}{premium}"),
        vec![None],
    );
    needs(&mut task, 0, 0, 6, 1);
    costs(&task, 9.5);
    // Only on Sundays: from 00:00 to 05:00, after a Saturday.
    task.rules.premiums[0].days = [false, false, false, false, false, false, true];
    task.horizon.days = vec![Some(5)];
    costs(&task, 9.25);
}

#[test]
fn least_and_most() {
    let mut task = one_from_eight_to_four(&format!("{HOURLY}{SHORT}"));
    costs(&task, 8.0);
    task.rules.most_people = Some(1);
    assert!(best(&task).is_none());
    task.rules.most_people = None;
    task.rules.types[0].least = 3;
    costs(&task, 12.0);
    task.rules.types[0].most = Some(3);
    costs(&task, 12.0);
    needs(&mut task, 0, 8, 16, 2);
    assert!(best(&task).is_none());
}

#[test]
fn more_people_than_a_centre_has() {
    let mut task = one_from_eight_to_four(&format!("{HOURLY}{SHORT}"));
    needs(&mut task, 0, 8, 9, 1_000_000);
    assert!(Shiftwork::new(&task).is_ok());
    needs(&mut task, 0, 9, 10, 1_000_001);
    let refused = Shiftwork::new(&task).err().unwrap_or_default();
    let expected = "1000001 people of a group are needed at once, which is more than 1000000; is the shrinkage too high?";
    assert_eq!(refused, expected);
}

#[test]
fn contracts_of_a_day() {
    let contracts = "[[shifts.contracts]]\nname = \"few\"\nmost_people = 1\nleast_shifts = 3\n\
                     [[shifts.contracts]]\nname = \"none\"\ngroups = \"other\"\n";
    let mut task = task(
        &["team", "other"],
        &format!("{HOURLY}{SHORT}{contracts}"),
        vec![None],
    );
    needs(&mut task, 0, 8, 12, 1);
    costs(&task, 4.0);
    needs(&mut task, 0, 8, 13, 1);
    assert!(best(&task).is_none());
    task.rules.contracts[1].groups.push("team".into());
    costs(&task, 8.0);
}

#[test]
fn more_or_fewer_than_needed() {
    let rules = format!("{HOURLY}spare_cost = 0.5\n{SHORT}");
    let mut task = task(&["team"], &rules, vec![None]);
    needs(&mut task, 0, 9, 10, 1);
    // Four hours, three of which are spare.
    costs(&task, 5.5);
    task.rules.short_cost = Some(6.0);
    costs(&task, 5.5);
    // One hour short.
    task.rules.short_cost = Some(3.0);
    costs(&task, 3.0);
    // Two of three are there, where a third would cost 5.5; four hours with two of them needed cost 4 + 2 × 0.5.
    needs(&mut task, 0, 9, 10, 3);
    needs(&mut task, 0, 10, 11, 2);
    costs(&task, 13.0);
}

/// Eight hours from 08:00.
const DAILY: &str =
    "grid = \"8h\"\n[[shifts.types]]\nname = \"daily\"\nstart = \"08:00\"\nlength = \"8h\"\n";

#[test]
fn shifts_of_a_week() {
    let contract = "[[shifts.contracts]]\nname = \"full\"\nleast_shifts = 3\nmost_shifts = 5\n";
    let mut task = task(&["team"], &format!("{DAILY}{contract}"), week());
    for day in 0..7 {
        needs(&mut task, day, 8, 16, 1);
    }
    // Seven shifts: three and four.
    costs(&task, 56.0);
    // Four and four: one more than needed.
    task.rules.contracts[0].shifts.0 = 4;
    costs(&task, 64.0);
    // At most 32 hours: as before. At least 40: five and five.
    task.rules.contracts[0].paid_min.1 = 32 * 60;
    costs(&task, 64.0);
    task.rules.contracts[0].paid_min = (40 * 60, 40 * 60);
    costs(&task, 80.0);
    task.rules.contracts[0].most_people = Some(1);
    assert!(best(&task).is_none());
}

#[test]
fn rest_in_a_week() {
    let both = DAILY
        .replace("\"08:00\"", "[\"08:00\", \"16:00\"]")
        .replace("8h\"\n[", "8h\"\nrest = \"11h\"\nmost_people = 1\n[");
    let mut task = task(
        &["team"],
        &format!("{both}days = [\"mon\", \"tue\"]\n"),
        week(),
    );
    needs(&mut task, 0, 16, 24, 1);
    needs(&mut task, 1, 8, 16, 1);
    // From midnight to 08:00 are eight hours.
    assert!(best(&task).is_none());
    task.rules.rest_min = 8 * 60;
    costs(&task, 16.0);
    task.rules.rest_min = 11 * 60;
    task.rules.most_people = Some(2);
    costs(&task, 16.0);
}

#[test]
fn rest_from_week_to_week() {
    let both = DAILY
        .replace("\"08:00\"", "[\"00:00\", \"16:00\"]")
        .replace("8h\"\n[", "8h\"\nmost_people = 1\n[");
    let mut task = task(
        &["team"],
        &format!("{both}days = [\"sun\", \"mon\"]\n"),
        week(),
    );
    needs(&mut task, 0, 0, 8, 1);
    needs(&mut task, 6, 16, 24, 1);
    assert!(best(&task).is_none());
    task.horizon.cyclic = false;
    costs(&task, 16.0);
    // The same shift all week is not possible then.
    task.horizon.cyclic = true;
    task.rules.most_people = Some(2);
    costs(&task, 16.0);
}

#[test]
fn the_same_shift_all_week() {
    let both = DAILY.replace("\"08:00\"", "[\"08:00\", \"16:00\"]");
    let contract = "[[shifts.contracts]]\nname = \"full\"\nleast_shifts = 2\nsame_shift = true\n";
    let mut task = task(
        &["team"],
        &format!("{both}days = [\"mon\", \"wed\"]\n{contract}"),
        week(),
    );
    needs(&mut task, 0, 8, 16, 1);
    needs(&mut task, 2, 16, 24, 1);
    costs(&task, 32.0);
    task.rules.contracts[0].same_shift = false;
    costs(&task, 16.0);
}

/// The task without limits on numbers of people, so that any people make a plan.
fn without_limits(mut task: Task) -> Task {
    task.rules.most_people = None;
    for of in &mut task.rules.types {
        (of.least, of.most) = (0, None);
    }
    for contract in &mut task.rules.contracts {
        contract.most_people = None;
    }
    task
}

fn plan_of(task: &Task, picks: &[prop::sample::Index]) -> Plan {
    let all = people(task);
    let of = |pick: &prop::sample::Index| all[pick.index(all.len())].clone();
    Plan {
        people: if all.is_empty() {
            Vec::new()
        } else {
            picks.iter().map(of).collect()
        },
    }
}

fn broken(task: &Task, plan: &Plan) -> Vec<Rule> {
    violations(task, plan)
        .iter()
        .map(|violation| violation.rule)
        .collect()
}

fn day_or_week() -> impl Strategy<Value = Task> {
    prop_oneof![small(false), small(true)]
}

fn picks() -> impl Strategy<Value = Vec<prop::sample::Index>> {
    prop::collection::vec(any::<prop::sample::Index>(), 1..6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn whoever_may_work_breaks_nothing(task in day_or_week(), picks in picks()) {
        let mut task = without_limits(task);
        let plan = plan_of(&task, &picks);
        prop_assert_eq!(broken(&task, &plan), []);
        // What is there is enough, and no more.
        task.need = plan.cover(&task);
        prop_assert_eq!(uncovered(&task, &plan), []);
        for crew in 0..task.crews.len() {
            for cell in 0..task.need[crew].len() {
                let present = task.need[crew][cell];
                task.need[crew][cell] += 1;
                let expected = Uncovered { crew, cell, needed: present + 1, present };
                prop_assert_eq!(uncovered(&task, &plan), [expected]);
                task.need[crew][cell] -= 1;
            }
        }
        for person in &plan.people {
            let (found, expected) = (person.cost(&task), cost(&task, person));
            prop_assert!((found - expected).abs() < 1e-9, "found {}, expected {}: {:?}", found, expected, person);
        }
    }

    /// Of all tours those break nothing that the rules allow.
    #[test]
    fn whoever_may_not_work_is_found(task in day_or_week()) {
        let task = without_limits(task);
        let mut loose = task.clone();
        loose.rules.rest_min = 0;
        for contract in &mut loose.rules.contracts {
            contract.groups = task.crews.iter().map(|crew| crew.name.clone()).collect();
            contract.types = task.rules.types.iter().map(|of| of.name.clone()).collect();
            (contract.shifts, contract.paid_min) = ((0, 7), (0, 7 * 1440));
            (contract.rest_min, contract.same_shift) = (0, false);
        }
        let alone = |person: &acdsim::shifts::Person| Plan { people: vec![person.clone()] };
        let mut found = people(&loose);
        found.retain(|person| broken(&task, &alone(person)).is_empty());
        prop_assert_eq!(found, people(&task));
    }

    #[test]
    fn what_is_changed_is_found(task in day_or_week(), picks in picks(), at in any::<prop::sample::Index>()) {
        let task = without_limits(task);
        let plan = plan_of(&task, &picks);
        prop_assume!(!plan.people.is_empty());
        let who = at.index(plan.people.len());
        let person = &plan.people[who];
        let which = at.index(person.duties.len());
        let duty = &person.duties[which];
        let of = &task.rules.types[duty.shift_type];
        let grid = task.horizon.grid_min;
        let check = |rule: Rule, change: &dyn Fn(&mut Task, &mut Plan)| {
            let (mut task, mut plan) = (task.clone(), plan.clone());
            change(&mut task, &mut plan);
            let found = broken(&task, &plan);
            prop_assert!(found.contains(&rule), "{:?} is not in {:?}: {:?}", rule, found, plan);
            Ok(())
        };
        macro_rules! duty { ($plan:expr) => { $plan.people[who].duties[which] } }
        if !of.starts_min.contains(&(duty.start_min + grid)) {
            check(Rule::Start, &|_, plan| {
                duty!(plan).start_min += grid;
                duty!(plan).breaks_min.iter_mut().for_each(|at| *at += grid);
            })?;
        }
        check(Rule::Start, &|_, plan| duty!(plan).start_min += 1)?;
        check(Rule::Length, &|_, plan| duty!(plan).length_min += of.lengths_min[of.lengths_min.len() - 1])?;
        check(Rule::Known, &|task, plan| duty!(plan).shift_type = task.rules.types.len())?;
        check(Rule::Known, &|task, plan| duty!(plan).day = task.horizon.days.len())?;
        check(Rule::Known, &|task, plan| plan.people[who].crew = task.crews.len())?;
        check(Rule::Group, &|task, _| task.rules.types[duty.shift_type].groups.clear())?;
        if let Some(weekday) = task.horizon.days[duty.day] {
            check(Rule::Weekday, &|task, _| task.rules.types[duty.shift_type].days[weekday] = false)?;
        }
        check(Rule::Breaks, &|_, plan| duty!(plan).breaks_min.push(duty.start_min))?;
        for (i, b) in of.breaks.iter().enumerate() {
            check(Rule::Breaks, &|_, plan| duty!(plan).breaks_min.truncate(of.breaks.len() - 1))?;
            let late = duty.start_min + b.latest_min + grid;
            check(Rule::Window, &|_, plan| duty!(plan).breaks_min[i] = late)?;
            check(Rule::Window, &|_, plan| {
                duty!(plan).breaks_min[i] = (duty.start_min + b.earliest_min).saturating_sub(1);
            })?;
            check(Rule::BreakWithin, &|_, plan| duty!(plan).breaks_min[i] = duty.start_min + duty.length_min)?;
            if i > 0 {
                check(Rule::BreakOrder, &|_, plan| duty!(plan).breaks_min[i] = duty.breaks_min[i - 1])?;
            }
        }
        match person.contract {
            None => check(Rule::Contract, &|_, plan| plan.people[who].contract = Some(0))?,
            Some(contract) => {
                check(Rule::Contract, &|_, plan| plan.people[who].contract = None)?;
                check(Rule::ContractGroup, &|task, _| task.rules.contracts[contract].groups.clear())?;
                check(Rule::ContractType, &|task, _| task.rules.contracts[contract].types.clear())?;
                let with = plan.people.iter().filter(|p| p.contract == Some(contract)).count() as u32;
                check(Rule::MostOfContract, &|task, _| task.rules.contracts[contract].most_people = Some(with - 1))?;
            }
        }
        // One more than the most, one fewer than the least.
        let all = plan.people.len() as u32;
        check(Rule::MostPeople, &|task, plan| {
            task.rules.most_people = Some(all);
            plan.people.push(person.clone());
        })?;
        let duties = plan.people.iter().flat_map(|person| &person.duties);
        let same = duties.filter(|d| (d.shift_type, d.day) == (duty.shift_type, duty.day)).count() as u32;
        check(Rule::MostOfType, &|task, plan| {
            task.rules.types[duty.shift_type].most = Some(same);
            plan.people.push(person.clone());
        })?;
        check(Rule::LeastOfType, &|task, plan| {
            task.rules.types[duty.shift_type].least = same;
            plan.people.remove(who);
        })?;
        if !task.horizon.is_week() {
            return check(Rule::OneShift, &|_, plan| plan.people[who].duties.clear());
        }
        for rule in [Rule::OneADay, Rule::TwoAtOnce] {
            check(rule, &|_, plan| plan.people[who].duties.insert(which, duty.clone()))?;
        }
        if let Some(next) = person.duties.get(which + 1) {
            check(Rule::Order, &|_, plan| plan.people[who].duties.swap(which, which + 1))?;
            let gap = (next.day - duty.day) as u32 * 1440 + next.start_min - duty.start_min - duty.length_min;
            check(Rule::Rest, &|task, _| {
                task.rules.rest_min = gap + 1;
                task.rules.contracts.iter_mut().for_each(|contract| contract.rest_min = gap + 1);
            })?;
        }
        if let Some(contract) = person.contract {
            let shifts = person.duties.len() as u32;
            let paid = person.paid_min(&task);
            check(Rule::Shifts, &|task, _| task.rules.contracts[contract].shifts = (shifts + 1, 7))?;
            check(Rule::Shifts, &|task, _| task.rules.contracts[contract].shifts = (0, shifts - 1))?;
            check(Rule::Hours, &|task, _| task.rules.contracts[contract].paid_min = (paid + 1, 10_080))?;
            check(Rule::Hours, &|task, _| task.rules.contracts[contract].paid_min = (0, paid - 1))?;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Against trying every plan of up to three people, each judged by the checker.
    #[test]
    fn nothing_costs_less(mut task in day_or_week()) {
        // Few people, else there are too many plans.
        prop_assume!(people(&task).len() <= 40);
        for need in task.need.iter_mut().flatten() {
            *need = (*need).min(1);
        }
        let most = 3;
        let (found, tried) = (best(&task), least_of_all(&task, most));
        match (&found, tried) {
            (Some(found), Some(tried)) if found.plan.people.len() <= most => {
                prop_assert!((found.cost - tried).abs() < 1e-9, "found {}, tried {}", found.cost, tried);
            }
            (Some(found), tried) => {
                let tried = tried.unwrap_or(f64::INFINITY);
                prop_assert!(found.cost <= tried + 1e-9, "found {}, tried {}", found.cost, tried);
                prop_assert!(found.plan.people.len() > most, "{:?} was not tried", found.plan);
            }
            (None, tried) => prop_assert_eq!(tried, None),
        }
    }

    /// It ends soon for every small task.
    #[test]
    fn every_small_task_is_solved(task in day_or_week()) {
        if let Some(best) = best(&task) {
            let cost = best.plan.cost(&task) + gaps(&task, &best.plan);
            prop_assert!((cost - best.cost).abs() < 1e-9, "{} and {}", cost, best.cost);
        }
    }
}
