//! The checker of plans: every rule, broken by one change of a plan that keeps them all, and the cover minute by minute.

use acdsim::scenario;
use acdsim::shifts::{
    Crew, Duty, Horizon, Person, Plan, Rule, Task, Uncovered, uncovered, violations,
};
use std::path::Path;

/// A task for two groups by the rules of a text, which needs nobody.
fn task(rules: &str, days: Vec<Option<usize>>) -> Task {
    let text = format!(
        "[scenario]\nname = \"a\"\n[[queues]]\nname = \"q\"\n[[call_types]]\nname = \"c\"\nqueue = \"q\"\n\
         rate = \"1/h\"\ntalk = \"1m\"\n[[groups]]\nname = \"sales\"\nskills = [\"q\"]\nstaff = 1\n\
         [[groups]]\nname = \"service\"\nskills = [\"q\"]\nstaff = 1\n{rules}"
    );
    let loaded = scenario::parse("test", &text, Path::new(""), &[]);
    let scenario = loaded
        .unwrap_or_else(|e| panic!("{}", e.render(false, 100)))
        .scenario;
    let rules = *scenario.shifts.expect("rules");
    let horizon = Horizon {
        grid_min: rules.grid_min,
        days,
        cyclic: rules.cyclic,
    };
    Task {
        crews: scenario.groups.iter().map(Crew::of).collect(),
        need: vec![vec![0; horizon.cells()]; scenario.groups.len()],
        aims: Vec::new(),
        best_service: false,
        most_cost: None,
        published: Vec::new(),
        horizon,
        rules,
    }
}

const RULES: &str = r#"
[shifts]
most_people = 4

[[shifts.types]]
name = "early"
groups = "sales"
start = "06:00-07:00"
length = ["4h", "8h"]
days = ["mon", "tue", "wed", "thu", "fri"]
breaks = [
    { name = "lunch", length = "30m", earliest = "1h", latest = "2h" },
    { name = "pause", length = "30m", earliest = "1h", latest = "3h", paid = true },
]

[[shifts.types]]
name = "night"
start = "22:00"
length = "8h"
most = 2

[[shifts.contracts]]
name = "full"
groups = "sales"
least_shifts = 2
most_shifts = 5
least_hours = "11h"
most_hours = "16h"
most_people = 3

[[shifts.contracts]]
name = "nights"
groups = "service"
types = "night"
rest = "10h"
same_shift = true
"#;

fn week() -> Vec<Option<usize>> {
    (0..7).map(Some).collect()
}

fn duty(day: usize, start_h: u32, length_h: u32, shift_type: usize, breaks: &[u32]) -> Duty {
    Duty {
        day,
        start_min: start_h * 60,
        length_min: length_h * 60,
        shift_type,
        breaks_min: breaks.to_vec(),
    }
}

/// A plan that keeps the rules: 7:30 h and 3:30 h are paid to the first, 8 h and 8 h to the second.
fn plan() -> Plan {
    Plan {
        people: vec![
            Person {
                crew: 0,
                contract: Some(0),
                duties: vec![
                    duty(0, 6, 8, 0, &[7 * 60, 7 * 60 + 30]),
                    duty(1, 7, 4, 0, &[9 * 60, 10 * 60]),
                ],
            },
            Person {
                crew: 1,
                contract: Some(1),
                duties: vec![duty(0, 22, 8, 1, &[]), duty(6, 22, 8, 1, &[])],
            },
        ],
    }
}

fn found(task: &Task, plan: &Plan) -> Vec<(Rule, Option<usize>)> {
    let found = violations(task, plan).into_iter();
    found
        .map(|violation| (violation.rule, violation.person))
        .collect()
}

fn told(task: &Task, plan: &Plan) -> String {
    let said = violations(task, plan).into_iter();
    let said: Vec<String> = said.map(|violation| violation.to_string()).collect();
    said.join("\n")
}

/// The plan of a week with one thing changed, and what is found then.
#[track_caller]
fn breaks(rules: &[Rule], change: impl FnOnce(&mut Task, &mut Plan), message: &str) {
    let (mut task, mut plan) = (task(RULES, week()), plan());
    assert_eq!(told(&task, &plan), "");
    change(&mut task, &mut plan);
    let mut broken: Vec<Rule> = found(&task, &plan).iter().map(|(rule, _)| *rule).collect();
    broken.dedup();
    let said = told(&task, &plan);
    assert_eq!(broken, rules, "{said}");
    assert!(
        said.starts_with(message),
        "found: {said}\nexpected: {message}"
    );
}

#[test]
fn what_is_not_there() {
    breaks(
        &[Rule::Known],
        |_, p| p.people[0].crew = 2,
        "person 1 (no group): group 3 of 2",
    );
    let said = "person 1 (sales): day 1 of 7, type of shift 3 of 2";
    breaks(
        &[Rule::Known],
        |_, p| p.people[0].duties[0].shift_type = 2,
        said,
    );
    let said = "person 1 (sales): day 8 of 7, type of shift 1 of 2";
    breaks(&[Rule::Known], |_, p| p.people[0].duties[1].day = 7, said);
    let said = "person 2 (service): contract 3 of 2";
    breaks(&[Rule::Known], |_, p| p.people[1].contract = Some(2), said);
}

#[test]
fn days_of_a_person() {
    let said = "person 1 (sales): a shift on mon stands behind one on tue";
    breaks(&[Rule::Order], |_, p| p.people[0].duties.reverse(), said);
    let second = |p: &mut Plan| {
        p.people[0].duties[0] = duty(1, 22, 8, 1, &[]);
        p.people[0].duties[1] = duty(1, 7, 4, 0, &[9 * 60, 10 * 60]);
    };
    let said = "person 1 (sales): 2 shifts start on tue";
    breaks(&[Rule::OneADay], |_, p| second(p), said);
}

#[test]
fn start_length_weekday_and_group() {
    let moved = |p: &mut Plan| {
        let duty = &mut p.people[0].duties[0];
        duty.start_min -= 30;
        duty.breaks_min = vec![7 * 60, 7 * 60 + 30];
    };
    let said = "person 1 (sales), mon 05:30-13:30, \"early\": it starts at 06:00, 06:30, 07:00";
    breaks(&[Rule::Start], |_, p| moved(p), said);
    let said = "person 1 (sales), mon 06:00-12:00, \"early\": it takes 6:00 h, not 4:00 h, 8:00 h";
    let shorter = |t: &mut Task, p: &mut Plan| {
        t.rules.contracts[0].paid_min.0 = 0;
        p.people[0].duties[0].length_min = 360;
    };
    breaks(&[Rule::Length], shorter, said);
    let said =
        "person 1 (sales), sat 07:00-11:00, \"early\": it starts on mon, tue, wed, thu, fri only";
    breaks(&[Rule::Weekday], |_, p| p.people[0].duties[1].day = 5, said);
    let group = |t: &mut Task| t.rules.types[1].groups = vec!["sales".into()];
    let said = "person 2 (service), mon 22:00-06:00, \"night\": it is worked by sales only";
    breaks(&[Rule::Group], |t, _| group(t), said);
}

#[test]
fn breaks_of_a_shift() {
    let set = |breaks: &'static [u32]| {
        move |_: &mut Task, p: &mut Plan| p.people[0].duties[0].breaks_min = breaks.to_vec()
    };
    breaks(
        &[Rule::Breaks],
        set(&[420]),
        "person 1 (sales), mon 06:00-14:00, \"early\": 1 breaks, not 2",
    );
    breaks(&[Rule::Breaks], set(&[420, 450, 480]), "person 1");
    let said = "person 1 (sales), mon 06:00-14:00, \"early\": the break \"lunch\" is 06:59-07:29, it starts at 07:00 to 08:00";
    breaks(&[Rule::Window], set(&[419, 450]), said);
    breaks(&[], set(&[480, 510]), "");
    breaks(&[Rule::Window], set(&[481, 540]), "person 1");
    breaks(&[], set(&[480, 540]), "");
    breaks(&[Rule::Window], set(&[480, 541]), "person 1");
    let said = "person 1 (sales), mon 06:00-14:00, \"early\": the break \"pause\" is 07:29-07:59, the one before it ends at 07:30";
    breaks(&[Rule::BreakOrder], set(&[420, 449]), said);
    breaks(&[Rule::BreakOrder], set(&[480, 450]), "person 1");
    let late = |t: &mut Task, p: &mut Plan| {
        t.rules.types[0].breaks[1].latest_min = 480;
        p.people[0].duties[1].breaks_min[1] = 10 * 60 + 31;
    };
    let said = "person 1 (sales), tue 07:00-11:00, \"early\": the break \"pause\" is 10:31-11:01, outside the shift";
    breaks(&[Rule::BreakWithin], late, said);
}

#[test]
fn contracts() {
    breaks(
        &[Rule::Contract],
        |_, p| p.people[0].contract = None,
        "person 1 (sales): no contract",
    );
    let said = "person 1 (sales): the contract \"full\" is of service only";
    breaks(
        &[Rule::ContractGroup],
        |t, _| t.rules.contracts[0].groups = vec!["service".into()],
        said,
    );
    let said = "person 2 (service), mon 22:00, \"night\": the contract \"nights\" has only early";
    breaks(
        &[Rule::ContractType],
        |t, _| t.rules.contracts[1].types = vec!["early".into()],
        said,
    );
    let said = "person 2 (service): 2 shifts, \"nights\" has 3 to 7";
    breaks(
        &[Rule::Shifts],
        |t, _| t.rules.contracts[1].shifts = (3, 7),
        said,
    );
    breaks(
        &[Rule::Shifts],
        |t, _| t.rules.contracts[1].shifts = (0, 1),
        "person 2",
    );
    // The lunch is not paid, the pause is: 7:30 h and 3:30 h.
    let said = "person 1 (sales): 11:00 h paid, \"full\" has 11:01 h to 16:00 h";
    breaks(
        &[Rule::Hours],
        |t, _| t.rules.contracts[0].paid_min.0 = 661,
        said,
    );
    breaks(
        &[Rule::Hours],
        |t, _| t.rules.contracts[0].paid_min.1 = 659,
        "person 1",
    );
    breaks(&[], |t, _| t.rules.contracts[0].paid_min = (660, 660), "");
    let said = "person 1 (sales): the shift of tue is another than that of mon, \"full\" has the same shift all week";
    breaks(
        &[Rule::SameShift],
        |t, _| t.rules.contracts[0].same_shift = true,
        said,
    );
    let twins = |t: &mut Task, p: &mut Plan| {
        t.rules.contracts[0].same_shift = true;
        p.people[0].duties[1] = duty(1, 6, 8, 0, &[8 * 60, 9 * 60]);
    };
    breaks(&[], twins, "");
}

#[test]
fn without_contracts() {
    let mut task = task(RULES, week());
    let mut plan = plan();
    task.rules.contracts.clear();
    assert_eq!(
        found(&task, &plan),
        [(Rule::Contract, Some(1)), (Rule::Contract, Some(2))]
    );
    for person in &mut plan.people {
        person.contract = None;
    }
    assert_eq!(told(&task, &plan), "");
    // Eight hours from shift to shift are less than eleven.
    plan.people[1].duties = vec![duty(0, 22, 8, 1, &[]), duty(1, 14, 8, 1, &[])];
    task.rules.types[1].starts_min = vec![14 * 60, 22 * 60];
    let expected =
        "person 2 (service): 8:00 h from tue 06:00 to tue 14:00, at least 11:00 h of rest";
    assert_eq!(told(&task, &plan), expected);
    plan.people[1].duties = (0..8).map(|day| duty(day % 7, 22, 8, 1, &[])).collect();
    let rules: Vec<Rule> = found(&task, &plan)
        .into_iter()
        .map(|(rule, _)| rule)
        .collect();
    assert_eq!(
        rules,
        [Rule::Order, Rule::OneADay, Rule::Shifts, Rule::TwoAtOnce]
    );
}

#[test]
fn rest_between_shifts() {
    let nights = |t: &mut Task, p: &mut Plan, starts: [u32; 2]| {
        t.rules.types[1].starts_min = vec![starts[0] * 60, starts[1] * 60];
        t.rules.contracts[1].same_shift = false;
        p.people[1].duties = vec![duty(0, starts[0], 8, 1, &[]), duty(1, starts[1], 8, 1, &[])];
    };
    breaks(&[], |t, p| nights(t, p, [22, 16]), "");
    let said = "person 2 (service): 9:00 h from tue 06:00 to tue 15:00, at least 10:00 h of rest";
    breaks(&[Rule::Rest], |t, p| nights(t, p, [22, 15]), said);
    let said =
        "person 2 (service): at tue 05:00 a shift starts, the one before it ends at tue 06:00";
    breaks(&[Rule::TwoAtOnce], |t, p| nights(t, p, [22, 5]), said);
}

#[test]
fn rest_from_week_to_week() {
    // From Monday, 06:00, to Monday, 22:00: 16 hours.
    breaks(&[], |t, _| t.rules.contracts[1].rest_min = 16 * 60, "");
    let said = "person 2 (service): 16:00 h from mon 06:00 to mon 22:00, at least 16:01 h of rest";
    breaks(
        &[Rule::Rest],
        |t, _| t.rules.contracts[1].rest_min = 16 * 60 + 1,
        said,
    );
    let once = |t: &mut Task, _: &mut Plan| {
        t.rules.contracts[1].rest_min = 16 * 60 + 1;
        t.horizon.cyclic = false;
    };
    breaks(&[], once, "");
    let long = |t: &mut Task, p: &mut Plan| {
        t.rules.types[1].starts_min = vec![3 * 60, 22 * 60];
        t.rules.contracts[1].same_shift = false;
        p.people[1].duties[0].start_min = 3 * 60;
    };
    let said =
        "person 2 (service): at mon 03:00 a shift starts, the one before it ends at mon 06:00";
    breaks(&[Rule::TwoAtOnce], long, said);
}

#[test]
fn least_and_most_people() {
    breaks(
        &[Rule::MostPeople],
        |t, _| t.rules.most_people = Some(1),
        "the number of people is 2, at most 1",
    );
    let said = "the number of people with the contract \"full\" is 1, at most 0";
    breaks(
        &[Rule::MostOfContract],
        |t, _| t.rules.contracts[0].most_people = Some(0),
        said,
    );
    let said = "mon, \"night\": the number of people is 1, at most 0";
    breaks(
        &[Rule::MostOfType],
        |t, _| t.rules.types[1].most = Some(0),
        said,
    );
    // Not on Saturday and Sunday, on which nobody may work it.
    let (task, mut plan) = (task(RULES, week()), plan());
    let mut least = task.clone();
    least.rules.types[0].least = 1;
    let expected = "wed, \"early\": the number of people is 0, at least 1\nthu, \"early\": the number of people is 0, at least 1\n\
                    fri, \"early\": the number of people is 0, at least 1";
    assert_eq!(told(&least, &plan), expected);
    let twin = plan.people[1].clone();
    plan.people.push(twin.clone());
    assert_eq!(told(&task, &plan), "");
    plan.people.push(twin);
    let expected = "mon, \"night\": the number of people is 3, at most 2\nsun, \"night\": the number of people is 3, at most 2";
    assert_eq!(told(&task, &plan), expected);
}

/// Limits of a week do not bind a day.
#[test]
fn a_plan_of_one_day() {
    let task = task(RULES, vec![Some(0)]);
    let mut plan = plan();
    for person in &mut plan.people {
        person.duties.truncate(1);
    }
    assert_eq!(told(&task, &plan), "");
    plan.people[0].duties.clear();
    assert_eq!(found(&task, &plan), [(Rule::OneShift, Some(1))]);
    // Of a day without a weekday every shift is worked.
    let mut sunday = task.clone();
    sunday.horizon.days = vec![Some(6)];
    plan.people[0].duties = vec![duty(0, 6, 8, 0, &[420, 450])];
    assert_eq!(found(&sunday, &plan), [(Rule::Weekday, Some(1))]);
    sunday.horizon.days = vec![None];
    assert_eq!(told(&sunday, &plan), "");
}

fn of(crew: usize, cell: usize, needed: u32, present: u32) -> Uncovered {
    Uncovered {
        crew,
        cell,
        needed,
        present,
    }
}

#[test]
fn cover_of_a_day() {
    let mut task = task(RULES, vec![None]);
    let mut plan = plan();
    plan.people[0].duties.truncate(1);
    plan.people[1].duties.truncate(1);
    // From 06:00 to 14:00, lunch from 07:00, pause from 07:30: cells 12 to 27 without 14 and 15.
    task.need[0][11..29].fill(1);
    let expected = [
        of(0, 11, 1, 0),
        of(0, 14, 1, 0),
        of(0, 15, 1, 0),
        of(0, 28, 1, 0),
    ];
    assert_eq!(uncovered(&task, &plan), expected);
    // From 22:00 to 06:00 of the next day, which is this one.
    task.need[0].fill(0);
    task.need[1][0..12].fill(2);
    task.need[1][43..48].fill(1);
    let mut expected: Vec<Uncovered> = (0..12).map(|cell| of(1, cell, 2, 1)).collect();
    expected.push(of(1, 43, 1, 0));
    assert_eq!(uncovered(&task, &plan), expected);
    task.horizon.cyclic = false;
    let short = uncovered(&task, &plan);
    assert_eq!(
        short[..12],
        (0..12).map(|cell| of(1, cell, 2, 0)).collect::<Vec<_>>()
    );
    assert_eq!(short[12..], expected[12..]);
}

/// Whoever is away for one minute of a cell does not cover it.
#[test]
fn cover_by_the_minute() {
    let mut task = task(RULES, vec![None]);
    let mut plan = plan();
    plan.people[0].duties.truncate(1);
    plan.people[0].duties[0].breaks_min = vec![7 * 60 + 1, 8 * 60];
    task.need[0][12..28].fill(1);
    let expected = [of(0, 14, 1, 0), of(0, 15, 1, 0), of(0, 16, 1, 0)];
    assert_eq!(uncovered(&task, &plan), expected);
}

#[test]
fn cover_of_a_week() {
    let mut task = task(RULES, week());
    // The night from Sunday to Monday covers Monday's first six hours.
    task.need[1][0..12].fill(1);
    task.need[1][44..60].fill(1);
    task.need[1][332..336].fill(1);
    assert_eq!(uncovered(&task, &plan()), []);
    task.horizon.cyclic = false;
    let expected: Vec<Uncovered> = (0..12).map(|cell| of(1, cell, 1, 0)).collect();
    assert_eq!(uncovered(&task, &plan()), expected);
}

/// Whatever stands in a plan, it is looked at.
#[test]
fn absurd_plans() {
    let task = task(RULES, week());
    let mut plan = plan();
    let duty = &mut plan.people[0].duties[0];
    (duty.start_min, duty.breaks_min) = (u32::MAX, vec![u32::MAX; 3]);
    let broken: Vec<Rule> = found(&task, &plan).iter().map(|(rule, _)| *rule).collect();
    assert!(broken.contains(&Rule::Start), "{broken:?}");
    assert_eq!(uncovered(&task, &plan), []);
    assert_eq!(told(&task, &Plan::default()), "");
}
