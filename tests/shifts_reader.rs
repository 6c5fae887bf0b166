//! What the reader makes of rules of shifts: values, defaults, references, bounds, and a clear message for everything else.

use std::path::Path;

use acdsim::scenario::*;

/// A scenario with two groups and intervals of half an hour.
const DAY: &str = r#"[scenario]
name = "Day"
[[queues]]
name = "q"
[[call_types]]
name = "c"
queue = "q"
rate = "60/h"
talk = "exp(180s)"
[[groups]]
name = "sales"
skills = ["q"]
staff = 4
[[groups]]
name = "service"
skills = ["q"]
staff = 4
"#;

/// The least rules.
const LEAST: &str = r#"[shifts]
[[shifts.types]]
name = "day"
start = "08:00"
length = "8h"
"#;

/// Rules with every key.
const FULL: &str = r#"[shifts]
grid = "15m"
day = "tue"
cyclic = false
rest = "10h"
shrinkage = "12%"
short_cost = 80
spare_cost = 0.5
most_people = 40
keep = { file = "published.csv", cost_per_change = 3 }
[[shifts.types]]
name = "day"
groups = ["sales", "service"]
start = ["06:00", "07:30-09:00"]
every = "30m"
length = ["4h30m", "8h"]
days = ["mon", "tue", "wed"]
least = 1
most = 20
cost_per_hour = 25
breaks = [
    { name = "coffee", length = "15m", earliest = "1h", latest = "1h30m", paid = true },
    { length = "30m", earliest = "2h" },
    { length = "15m", earliest = "3h", latest = "4h" },
]
[[shifts.types]]
name = "night"
groups = "service"
start = "22:00"
length = "8h"
days = "sun"
[[shifts.contracts]]
name = "full time"
groups = ["sales"]
types = ["day"]
least_shifts = 2
most_shifts = 5
least_hours = "16h"
most_hours = "1d14h"
rest = "12h"
same_shift = true
most_people = 30
[[shifts.contracts]]
name = "any"
[[shifts.premiums]]
name = "night"
hours = "22:00-06:00"
days = ["sat", "sun"]
extra = "25%"
[[shifts.blocks]]
name = "training"
group = "sales"
days = ["mon"]
hours = "10:00-11:30"
people = 7
"#;

fn read(rules: &str) -> Result<Loaded, ScenarioError> {
    parse("day.toml", &format!("{rules}{DAY}"), Path::new(""), &[])
}

fn shown(error: &ScenarioError) -> String {
    error.render_with(false, true, 100)
}

fn good(rules: &str) -> ShiftRules {
    let loaded = read(rules).unwrap_or_else(|e| panic!("{}", shown(&e)));
    assert_eq!(loaded.warnings, Vec::<String>::new());
    let scenario = loaded.scenario;
    let text = scenario.to_toml();
    let again = parse("out.toml", &text, Path::new(""), &[]);
    let again = again
        .unwrap_or_else(|e| panic!("{text}\n{}", shown(&e)))
        .scenario;
    assert_eq!(again, scenario, "{text}");
    assert_eq!(again.to_toml(), text);
    *scenario.shifts.expect("rules")
}

/// The message of each problem with its place, what is there and what helps.
fn problems(rules: &str) -> String {
    let error = read(rules).expect_err(rules);
    told(&error)
}

fn told(error: &ScenarioError) -> String {
    let one = |problem: &Problem| {
        let place = problem.place.as_ref().expect("a place");
        let help = problem
            .help
            .as_ref()
            .map_or(String::new(), |help| format!(" | {help}"));
        format!(
            "{}:{} {} | {}{help}",
            place.line, place.column, problem.message, place.label
        )
    };
    let all: Vec<String> = error.problems().iter().map(one).collect();
    all.join("\n")
}

/// The full rules with one text exchanged.
fn full(from: &str, to: &str) -> String {
    assert_eq!(FULL.matches(from).count(), 1, "{from}");
    FULL.replace(from, to)
}

/// What is said when a line of the full rules is another: for each value in turn.
fn values(line: &str, key: &str, values: &[&str]) -> String {
    let said = values.iter().map(|value| {
        let said = problems(&full(line, &format!("{key} = {value}")));
        format!("{value}: {said}\n")
    });
    said.collect()
}

#[test]
fn everything_that_can_be_written() {
    let rules = good(FULL);
    assert_eq!(
        (rules.grid_min, rules.day, rules.cyclic),
        (15, Some(1), false)
    );
    assert_eq!((rules.rest_min, rules.shrinkage), (600, Some(0.12)));
    assert_eq!((rules.short_cost, rules.spare_cost), (Some(80.0), 0.5));
    assert_eq!(rules.most_people, Some(40));
    let keep = rules.keep.unwrap();
    assert_eq!(
        (keep.file.as_str(), keep.cost_per_change),
        ("published.csv", 3.0)
    );
    let day = &rules.types[0];
    assert_eq!(day.groups, ["sales", "service"]);
    assert_eq!(day.starts_min, [360, 450, 480, 510, 540]);
    assert_eq!(day.lengths_min, [270, 480]);
    assert_eq!(day.days, [true, true, true, false, false, false, false]);
    assert_eq!(
        (day.least, day.most, day.cost_per_hour),
        (1, Some(20), Some(25.0))
    );
    let breaks: Vec<_> = day
        .breaks
        .iter()
        .map(|b| {
            (
                b.name.as_str(),
                b.length_min,
                b.earliest_min,
                b.latest_min,
                b.paid,
            )
        })
        .collect();
    // Names of breaks need not differ.
    assert_eq!(
        breaks,
        [
            ("coffee", 15, 60, 90, true),
            ("break", 30, 120, 120, false),
            ("break", 15, 180, 240, false)
        ]
    );
    assert_eq!(rules.types[1].groups, ["service"]);
    assert_eq!(
        rules.types[1].days,
        [false, false, false, false, false, false, true]
    );
    let full_time = &rules.contracts[0];
    assert_eq!(
        (&full_time.groups[..], &full_time.types[..]),
        (&["sales".to_owned()][..], &["day".to_owned()][..])
    );
    assert_eq!(
        (full_time.shifts, full_time.paid_min),
        ((2, 5), (960, 2280))
    );
    assert_eq!(
        (
            full_time.rest_min,
            full_time.same_shift,
            full_time.most_people
        ),
        (720, true, Some(30))
    );
    let any = &rules.contracts[1];
    assert_eq!((any.groups.len(), any.types.len()), (2, 2));
    assert_eq!((any.shifts, any.paid_min), ((0, 7), (0, 10_080)));
    assert_eq!(
        (any.rest_min, any.same_shift, any.most_people),
        (600, false, None)
    );
    let premium = &rules.premiums[0];
    assert_eq!((premium.hours_min, premium.extra), ((1320, 360), 0.25));
    assert_eq!(
        premium.days,
        [false, false, false, false, false, true, true]
    );
    let block = &rules.blocks[0];
    assert_eq!(
        (block.group.as_str(), block.hours_min, block.people),
        ("sales", (600, 690), 7)
    );
}

#[test]
fn what_is_not_written_has_its_default() {
    let rules = good(LEAST);
    let expected = ShiftRules {
        grid_min: 30,
        day: None,
        cyclic: true,
        rest_min: 660,
        shrinkage: None,
        short_cost: None,
        spare_cost: 0.0,
        most_people: None,
        keep: None,
        types: vec![ShiftType {
            name: "day".into(),
            groups: vec!["sales".into(), "service".into()],
            starts_min: vec![480],
            lengths_min: vec![480],
            days: [true; 7],
            least: 0,
            most: None,
            cost_per_hour: None,
            breaks: Vec::new(),
        }],
        contracts: Vec::new(),
        premiums: Vec::new(),
        blocks: Vec::new(),
    };
    assert_eq!(rules, expected);
    let premium = good(&format!(
        "{LEAST}[[shifts.premiums]]\nname = \"a\"\nextra = 1\n"
    ));
    assert_eq!(premium.premiums[0].hours_min, (0, 1440));
}

/// Double and triple pay.
#[test]
fn a_premium_of_more_than_the_cost() {
    for (written, extra) in [("\"150%\"", 1.5), ("2", 2.0), ("\"1000%\"", 10.0)] {
        let premium = format!("[[shifts.premiums]]\nname = \"a\"\nextra = {written}\n");
        let rules = good(&format!("{LEAST}{premium}"));
        assert_eq!(rules.premiums[0].extra, extra);
    }
}

#[test]
fn a_contract_that_nobody_has() {
    let night = "[[shifts.types]]\nname = \"night\"\ngroups = \"service\"\nstart = \"22:00\"\nlength = \"8h\"\n";
    let contract = |groups: &str| {
        format!("[[shifts.contracts]]\nname = \"nights\"\ntypes = \"night\"\ngroups = {groups}\n")
    };
    for (groups, expected) in [
        (
            "\"sales\"",
            &["contract \"nights\": none of its groups works any of its types, so nobody has it"][..],
        ),
        ("[\"sales\", \"service\"]", &[]),
    ] {
        let text = format!("{LEAST}{night}{}", contract(groups));
        let loaded = parse("day.toml", &format!("{text}{DAY}"), Path::new(""), &[]).unwrap();
        assert_eq!(loaded.warnings, expected, "{groups}");
        let (_, warnings) = rules(&text)
            .unwrap()
            .rules(&["sales", "service"], 30)
            .unwrap();
        assert_eq!(warnings, expected, "{groups}");
    }
}

/// Everything of which one may write one or several.
#[test]
fn one_or_several() {
    let several = good(
        &LEAST
            .replace("\"08:00\"", "[\"23:59-23:59\", \"8:00 – 9:00\", \"08:30\"]")
            .replace("[shifts]", "[shifts]\ngrid = \"1m\""),
    );
    assert_eq!(several.types[0].starts_min.len(), 62);
    let day = good(
        &LEAST
            .replace("\"08:00\"", "\"00:00-23:59\"")
            .replace("\"8h\"", "\"24h\""),
    );
    assert_eq!(day.types[0].starts_min.len(), 48);
    assert_eq!(day.types[0].lengths_min, [1440]);
    let twice = good(&LEAST.replace("\"8h\"", "[\"8h\", \"480m\", \"4h\"]"));
    assert_eq!(twice.types[0].lengths_min, [240, 480]);
}

#[test]
fn a_scenario_without_groups() {
    let text = DAY.split("[[groups]]").next().unwrap();
    let text = format!("{LEAST}[[shifts.contracts]]\nname = \"a\"\n{text}");
    let scenario = parse("day.toml", &text, Path::new(""), &[])
        .unwrap()
        .scenario;
    let again = parse("out.toml", &scenario.to_toml(), Path::new(""), &[]);
    let again = again.unwrap_or_else(|e| panic!("{}", shown(&e)));
    assert_eq!(again.scenario, scenario);
}

#[test]
fn the_report_shows_the_place() {
    let wrong = full("start = \"22:00\"", "start = \"22:10\"");
    insta::assert_snapshot!(shown(&read(&wrong).unwrap_err()), @r#"
        error: `start` must be a multiple of the planning grid of 15m
            ╭─[day.toml:29:9]
         29 │ start = "22:10"
            ·         ───┬───
            ·            ╰── "22:10" lies beside it
            ╰────
          help: set a finer `grid`, or move this
        "#);
}

#[test]
fn keys_that_are_not_known_or_missing() {
    insta::assert_snapshot!(problems("[shifts]\n"), @r#"
        1:1 the section [shifts] needs `types` | `types` is missing | `types`: What a person may work on a day.
        "#);
    insta::assert_snapshot!(problems("[shifts]\ntypes = []\n"), @r#"
        2:9 there are no types of shift | this list is empty | start each type of shift with [[shifts.types]]
        "#);
    insta::assert_snapshot!(problems("[shifts]\ntypes = 5\n"), @r#"
        2:9 `types` must be a list of at most 1000 tables | this is the number 5 | write a list of tables
        "#);
    insta::assert_snapshot!(problems("[shifts]\ntypes = [5]\n"), @r#"
        2:10 a type of shift must be a table | this is the number 5 | its keys are name, groups, start, every, length, days, least, most, cost_per_hour and breaks
        "#);
    insta::assert_snapshot!(problems("shifts = 5\n"), @r#"
        1:10 the section [shifts] must be a table | this is the number 5 | its keys are grid, day, cyclic, rest, shrinkage, short_cost, spare_cost, most_people, keep, types, contracts, premiums and blocks
        "#);
    insta::assert_snapshot!(problems("[[shifts.types]]\n"), @r#"
        1:1 a type of shift needs `name` | `name` is missing | `name`: Name of the type of shift.
        1:1 a type of shift needs `start` | `start` is missing | `start`: When it starts.
        1:1 a type of shift needs `length` | `length` is missing | `length`: Its length, breaks included.
        "#);
    insta::assert_snapshot!(problems(&LEAST.replace("length", "lenght")), @r#"
        2:1 a type of shift needs `length` | `length` is missing | `length`: Its length, breaks included.
        5:1 unknown key "lenght" | a type of shift has no such key; did you mean `length`? | its keys are name, groups, start, every, length, days, least, most, cost_per_hour and breaks
        "#);
    let more = "[[shifts.contracts]]\n[[shifts.premiums]]\n[[shifts.blocks]]\n[shifts.keep]\n";
    insta::assert_snapshot!(problems(&format!("{LEAST}{more}")), @r#"
        6:1 a contract needs `name` | `name` is missing | `name`: Name of the contract.
        7:1 a premium needs `name` | `name` is missing | `name`: Name of the premium.
        7:1 a premium needs `extra` | `extra` is missing | `extra`: How much an hour costs on top, as a share of its cost; several premiums add up.
        8:1 a block needs `name` | `name` is missing | `name`: What it is: training, a meeting, an absence.
        8:1 a block needs `group` | `group` is missing | `group`: The group whose people are away.
        8:1 a block needs `hours` | `hours` is missing | `hours`: From when to when, within a day.
        8:1 a block needs `people` | `people` is missing | `people`: How many people at each time of it.
        9:1 a plan to keep to needs `file` | `file` is missing | `file`: The CSV file of the published plan, as `acdsim shifts --csv` writes it.
        9:1 a plan to keep to needs `cost_per_change` | `cost_per_change` is missing | `cost_per_change`: Cost of each published shift that is not kept.
        "#);
    insta::assert_snapshot!(problems(&LEAST.replace("[shifts]\n", "").replace("\"8h\"", "\"8h\"\nbreaks = [{}]")), @r#"
        5:11 a break needs `length` | `length` is missing | `length`: Its length.
        5:11 a break needs `earliest` | `earliest` is missing | `earliest`: Earliest start after the start of the shift.
        "#);
}

#[test]
fn the_section() {
    let grid = [
        "15",
        "\"0m\"",
        "\"-15m\"",
        "\"20m\"",
        "\"1h\"",
        "\"90s\"",
        "\"10y\"",
        "\"3650d\"",
        "[]",
    ];
    insta::assert_snapshot!(values("grid = \"15m\"", "grid", &grid), @r#"
        15: 2:8 `grid` must be a duration | the number 15 has no unit | did you mean "15m"? Units are m and h
        "0m": 2:8 `grid` must divide the scenario's interval, and a day | this is no time | the planning grid is for example "15m", where the interval is 30 minutes
        "-15m": 2:8 `grid` must be a duration | "-15m" is negative | write a number with its unit (ms, s, m, h, d), for example "90s" or "1m30s"
        "20m": 2:8 `grid` must divide the scenario's interval, and a day | 20m does not divide the interval of 30m | the planning grid is for example "15m", where the interval is 30 minutes
        "1h": 2:8 `grid` must divide the scenario's interval, and a day | 1h does not divide the interval of 30m | the planning grid is for example "15m", where the interval is 30 minutes
        "90s": 2:8 `grid` must be a duration of whole minutes | 90s is no number of whole minutes | write for example "30m" or "8h30m"
        "10y": 2:8 `grid` must be a duration | "y" is no unit of time in "10y" | write a number with its unit (ms, s, m, h, d), for example "90s" or "1m30s"
        "3650d": 2:8 `grid` must divide the scenario's interval, and a day | 87600h does not divide the interval of 30m | the planning grid is for example "15m", where the interval is 30 minutes
        []: 2:8 `grid` must be a duration | this is an empty list | write a number with its unit (ms, s, m, h, d), for example "90s" or "1m30s"
        "#);
    insta::assert_snapshot!(values("day = \"tue\"", "day", &["\"tuesday\"", "2", "[\"mon\"]"]), @r#"
        "tuesday": 3:7 `day` must be "mon", "tue", "wed", "thu", "fri", "sat" or "sun" | this is the text "tuesday"
        2: 3:7 `day` must be "mon", "tue", "wed", "thu", "fri", "sat" or "sun" | this is the number 2
        ["mon"]: 3:7 `day` must be "mon", "tue", "wed", "thu", "fri", "sat" or "sun" | this is a list
        "#);
    insta::assert_snapshot!(values("cyclic = false", "cyclic", &["\"false\"", "0"]), @r#"
        "false": 4:10 `cyclic` must be true or false | this is the text "false" | write it without quotes
        0: 4:10 `cyclic` must be true or false | this is the number 0 | write it without quotes
        "#);
    insta::assert_snapshot!(values("rest = \"10h\"", "rest", &["10", "\"10\"", "\"90s\"", "\"11y\"", "\"4000d\""]), @r#"
        10: 5:8 `rest` must be a duration | the number 10 has no unit | did you mean "10m"? Units are m and h
        "10": 5:8 `rest` must be a duration | "10" has no unit | did you mean "10m"? Units are m and h
        "90s": 5:8 `rest` must be a duration of whole minutes | 90s is no number of whole minutes | write for example "30m" or "8h30m"
        "11y": 5:8 `rest` must be a duration | "y" is no unit of time in "11y" | write a number with its unit (ms, s, m, h, d), for example "90s" or "1m30s"
        "4000d": 5:8 `rest` must be a duration | "4000d" is more than 10 years | the longest duration is 10 years of 365.25 days, "3652.5d"
        "#);
    insta::assert_snapshot!(values("shrinkage = \"12%\"", "shrinkage", &["1", "\"100%\"", "12", "-0.1", "\"12\""]), @r#"
        1: 6:13 `shrinkage` must be a fraction below 1 | nobody would be at work
        "100%": 6:13 `shrinkage` must be a fraction below 1 | nobody would be at work
        12: 6:13 `shrinkage` must be a fraction | 12 is not between 0 and 1 | did you mean "12%"? write for example 0.3 or "30%"
        -0.1: 6:13 `shrinkage` must be a fraction | -0.1 is not between 0 and 1 | write for example 0.3 or "30%"
        "12": 6:13 `shrinkage` must be a fraction | 12 is not between 0 and 1 | did you mean "12%"? write for example 0.3 or "30%"
        "#);
    insta::assert_snapshot!(values("short_cost = 80", "short_cost", &["\"80\"", "-1", "inf", "nan"]), @r#"
        "80": 7:14 `short_cost` must be a number from 0 to 1000000000000 | this is the text "80" | write a number without quotes
        -1: 7:14 `short_cost` must be a number from 0 to 1000000000000 | this is the number -1 | write a number without quotes
        inf: 7:14 `short_cost` must be a number from 0 to 1000000000000 | this is the number inf | write a number without quotes
        nan: 7:14 `short_cost` must be a number from 0 to 1000000000000 | this is the number NaN | write a number without quotes
        "#);
    insta::assert_snapshot!(values("spare_cost = 0.5", "spare_cost", &["-0.5", "1e13"]), @r#"
        -0.5: 8:14 `spare_cost` must be a number from 0 to 1000000000000 | this is the number -0.5 | write a number without quotes
        1e13: 8:14 `spare_cost` must be a number from 0 to 1000000000000 | this is the number 10000000000000 | write a number without quotes
        "#);
    insta::assert_snapshot!(values("most_people = 40", "most_people", &["-1", "0.5", "100001"]), @r#"
        -1: 9:15 `most_people` must be a whole number from 0 to 100000 | this is the number -1 | write a whole number without quotes
        0.5: 9:15 `most_people` must be a whole number from 0 to 100000 | this is the number 0.5 | write a whole number without quotes
        100001: 9:15 `most_people` must be a whole number from 0 to 100000 | this is the number 100001 | write a whole number without quotes
        "#);
    let keep = [
        "5",
        "{}",
        "{ file = \" \", cost_per_change = 1 }",
        "{ file = \"a\", cost_per_change = -1 }",
    ];
    insta::assert_snapshot!(values("keep = { file = \"published.csv\", cost_per_change = 3 }", "keep", &keep), @r#"
        5: 10:8 a plan to keep to must be a table | this is the number 5 | its keys are file and cost_per_change
        {}: 10:8 a plan to keep to needs `file` | `file` is missing | `file`: The CSV file of the published plan, as `acdsim shifts --csv` writes it.
        10:8 a plan to keep to needs `cost_per_change` | `cost_per_change` is missing | `cost_per_change`: Cost of each published shift that is not kept.
        { file = " ", cost_per_change = 1 }: 10:17 `file` must be the name of a file | this is the text " " | write it in quotes; the path is relative to this file
        { file = "a", cost_per_change = -1 }: 10:40 `cost_per_change` must be a number from 0 to 1000000000000 | this is the number -1 | write a number without quotes
        "#);
}

#[test]
fn types_of_shift() {
    insta::assert_snapshot!(values("name = \"day\"", "name", &["\"\"", "5", "\"night\"", "\"a\\nb\""]), @r#"
        "": 12:8 `name` must be a name | this is an empty text | a name is a text of 1 to 200 characters in quotes, without line breaks
        5: 12:8 `name` must be a name | this is the number 5 | a name is a text of 1 to 200 characters in quotes, without line breaks
        "night": 27:8 two types have the name "night" | a type of shift before this one has the same name | the names of one kind of part must differ
        35:10 unknown type "day" | no type has this name | the types of this scenario are "night" and "night"
        "a\nb": 12:8 `name` must be a name | '\n' is a control character | a name is a text of 1 to 200 characters in quotes, without line breaks
        "#);
    let groups = ["\"sale\"", "[\"sales\", \"servce\"]", "[]", "5", "[5]"];
    insta::assert_snapshot!(values("groups = [\"sales\", \"service\"]", "groups", &groups), @r#"
        "sale": 13:10 unknown group "sale" | no group has this name; did you mean "sales"? | the groups of this scenario are "sales" and "service"
        ["sales", "servce"]: 13:20 unknown group "servce" | no group has this name; did you mean "service"? | the groups of this scenario are "sales" and "service"
        []: 13:10 `groups` must be the name of a group, or a list of them | this is an empty list | leave the key out for every group
        5: 13:10 `groups` must be a text | this is the number 5 | write it in quotes
        [5]: 13:11 `groups` must be a text | this is the number 5 | write it in quotes
        "#);
    let start = [
        "8",
        "\"8\"",
        "\"24:00\"",
        "\"08:10\"",
        "\"08:00-\"",
        "\"10:00-08:00\"",
        "\"22:00-02:00\"",
        "[]",
        "[8]",
        "\"8:00-9:00-10:00\"",
        "[\"06:00\", \"06:20-07:00\"]",
    ];
    insta::assert_snapshot!(values("start = [\"06:00\", \"07:30-09:00\"]", "start", &start), @r#"
        8: 14:9 `start` must be a time of day, a span of them, or a list of both | this is the number 8 | write for example "08:00", "07:00-10:00" or ["06:00", "13:00-15:00"]
        "8": 14:9 `start` must be a time of day, a span of them, or a list of both | "8" is no time of day | write for example "08:00", "07:00-10:00" or ["06:00", "13:00-15:00"]
        "24:00": 14:9 `start` must be a time of day, a span of them, or a list of both | "24:00" is no time of day | write for example "08:00", "07:00-10:00" or ["06:00", "13:00-15:00"]
        "08:10": 14:9 `start` must be a multiple of the planning grid of 15m | "08:10" lies beside it | set a finer `grid`, or move this
        "08:00-": 14:9 `start` must be a time of day, a span of them, or a list of both | "" is no time of day | write for example "08:00", "07:00-10:00" or ["06:00", "13:00-15:00"]
        "10:00-08:00": 14:9 `start` must be a time of day, a span of them, or a list of both | 10:00 is after 08:00 | write for example "08:00", "07:00-10:00" or ["06:00", "13:00-15:00"]
        "22:00-02:00": 14:9 `start` must be a time of day, a span of them, or a list of both | 22:00 is after 02:00 | write for example "08:00", "07:00-10:00" or ["06:00", "13:00-15:00"]
        []: 14:9 `start` must be a time of day, a span of them, or a list of both | this is an empty list
        [8]: 14:10 `start` must be a time of day, a span of them, or a list of both | this is the number 8 | write for example "08:00", "07:00-10:00" or ["06:00", "13:00-15:00"]
        "8:00-9:00-10:00": 14:9 `start` must be a time of day, a span of them, or a list of both | "9:00-10:00" is no time of day | write for example "08:00", "07:00-10:00" or ["06:00", "13:00-15:00"]
        ["06:00", "06:20-07:00"]: 14:19 `start` must be a multiple of the planning grid of 15m | "06:20-07:00" lies beside it | set a finer `grid`, or move this
        "#);
    insta::assert_snapshot!(values("every = \"30m\"", "every", &["\"0m\"", "30", "\"20m\"", "\"30\""]), @r#"
        "0m": 15:9 `every` must be a duration above 0 | this is no time
        30: 15:9 `every` must be a duration | the number 30 has no unit | did you mean "30m"? Units are m and h
        "20m": 15:9 `every` must be a multiple of the planning grid of 15m | "20m" lies beside it | set a finer `grid`, or move this
        "30": 15:9 `every` must be a duration | "30" has no unit | did you mean "30m"? Units are m and h
        "#);
    let length = [
        "8",
        "\"0h\"",
        "\"24h15m\"",
        "\"8h10m\"",
        "[]",
        "[\"8h\", 4]",
        "\"90s\"",
        "\"3650d\"",
    ];
    insta::assert_snapshot!(values("length = [\"4h30m\", \"8h\"]", "length", &length), @r#"
        8: 16:10 `length` must be a duration | the number 8 has no unit | did you mean "8m"? Units are m and h
        "0h": 16:10 `length` must be a duration above 0, at most 24 hours | "0h" is no length of a shift
        "24h15m": 16:10 `length` must be a duration above 0, at most 24 hours | "24h15m" is no length of a shift
        "8h10m": 16:10 `length` must be a multiple of the planning grid of 15m | "8h10m" lies beside it | set a finer `grid`, or move this
        []: 16:10 `length` must be a duration, or a list of them | this is an empty list
        ["8h", 4]: 16:17 `length` must be a duration | the number 4 has no unit | did you mean "4m"? Units are m and h
        "90s": 16:10 `length` must be a duration of whole minutes | 90s is no number of whole minutes | write for example "30m" or "8h30m"
        "3650d": 16:10 `length` must be a duration above 0, at most 24 hours | "3650d" is no length of a shift
        "#);
    let days = ["[]", "\"monday\"", "[\"mon\", \"dienstag\"]", "1", "\"\""];
    insta::assert_snapshot!(values("days = [\"mon\", \"tue\", \"wed\"]", "days", &days), @r#"
        []: 17:8 `days` must be a weekday, or a list of them | this is an empty list | leave the key out for every day
        "monday": 17:8 `days` must be "mon", "tue", "wed", "thu", "fri", "sat" or "sun" | this is the text "monday"
        ["mon", "dienstag"]: 17:16 `days` must be "mon", "tue", "wed", "thu", "fri", "sat" or "sun" | this is the text "dienstag"
        1: 17:8 `days` must be "mon", "tue", "wed", "thu", "fri", "sat" or "sun" | this is the number 1
        "": 17:8 `days` must be "mon", "tue", "wed", "thu", "fri", "sat" or "sun" | this is an empty text
        "#);
    insta::assert_snapshot!(values("least = 1", "least", &["21", "-1", "\"1\""]), @r#"
        21: 19:8 `most` must be at least `least` | 20 are fewer than 21
        -1: 18:9 `least` must be a whole number from 0 to 100000 | this is the number -1 | write a whole number without quotes
        "1": 18:9 `least` must be a whole number from 0 to 100000 | this is the text "1" | write a whole number without quotes
        "#);
    insta::assert_snapshot!(values("cost_per_hour = 25", "cost_per_hour", &["-1", "\"25\""]), @r#"
        -1: 20:17 `cost_per_hour` must be a number from 0 to 1000000000000 | this is the number -1 | write a number without quotes
        "25": 20:17 `cost_per_hour` must be a number from 0 to 1000000000000 | this is the text "25" | write a number without quotes
        "#);
}

#[test]
fn breaks() {
    let line = "{ length = \"30m\", earliest = \"2h\" }";
    let with = |values: &[&str]| {
        let said = values
            .iter()
            .map(|value| format!("{value}: {}\n", problems(&full(line, value))));
        said.collect::<String>()
    };
    insta::assert_snapshot!(with(&[
        "{ length = \"0m\", earliest = \"2h\" }",
        "{ length = \"20m\", earliest = \"2h\" }",
        "{ length = 30, earliest = \"2h\" }",
        "{ length = \"30m\", earliest = \"2h\", latest = \"1h\" }",
        "{ length = \"30m\", earliest = \"0m\", latest = \"1h\" }",
        "{ length = \"30m\", earliest = \"5h\" }",
        "{ length = \"30m\", earliest = \"3650d\" }",
        "{ length = \"3650d\", earliest = \"3650d\", latest = \"3650d\" }",
        "{ length = \"3h\", earliest = \"2h\" }",
        "{ length = \"30m\", earliest = \"2h\", paid = \"yes\" }",
        "{ name = \"\", length = \"30m\", earliest = \"2h\" }",
        "{ length = \"30m\" }",
        "5",
    ]), @r#"
        { length = "0m", earliest = "2h" }: 23:16 `length` must be a duration above 0 | this is no time
        { length = "20m", earliest = "2h" }: 23:16 `length` must be a multiple of the planning grid of 15m | "20m" lies beside it | set a finer `grid`, or move this
        { length = 30, earliest = "2h" }: 23:16 `length` must be a duration | the number 30 has no unit | did you mean "30m"? Units are m and h
        { length = "30m", earliest = "2h", latest = "1h" }: 23:49 `latest` must not be before `earliest` | 1h is before 2h | both count from the start of the shift to the start of the break
        { length = "30m", earliest = "0m", latest = "1h" }: 21:10 the break "break" cannot be taken | it starts 1h after the start of the shift at the latest; the breaks before it end 1h15m after it at the earliest | breaks are taken in the order in which they are written
        { length = "30m", earliest = "5h" }: 21:10 the break "break" does not fit into the shift | it may end 5h30m after the start of a shift of 4h30m | write an earlier `latest`; other breaks for other lengths are another type of shift
        { length = "30m", earliest = "3650d" }: 21:10 the break "break" does not fit into the shift | it may end 87600h30m after the start of a shift of 4h30m | write an earlier `latest`; other breaks for other lengths are another type of shift
        { length = "3650d", earliest = "3650d", latest = "3650d" }: 21:10 the break "break" does not fit into the shift | it may end 175200h after the start of a shift of 4h30m | write an earlier `latest`; other breaks for other lengths are another type of shift
        { length = "3h", earliest = "2h" }: 21:10 the break "break" does not fit into the shift | it may end 5h after the start of a shift of 4h30m | write an earlier `latest`; other breaks for other lengths are another type of shift
        { length = "30m", earliest = "2h", paid = "yes" }: 23:47 `paid` must be true or false | this is the text "yes" | write it without quotes
        { name = "", length = "30m", earliest = "2h" }: 23:14 `name` must be a name | this is an empty text | a name is a text of 1 to 200 characters in quotes, without line breaks
        { length = "30m" }: 23:5 a break needs `earliest` | `earliest` is missing | `earliest`: Earliest start after the start of the shift.
        5: 23:5 a break must be a table | this is the number 5 | its keys are name, length, earliest, latest and paid
        "#);
}

#[test]
fn contracts() {
    insta::assert_snapshot!(values("name = \"full time\"", "name", &["\"any\""]), @r#"
        "any": 44:8 two contracts have the name "any" | a contract before this one has the same name | the names of one kind of part must differ
        "#);
    insta::assert_snapshot!(values("groups = [\"sales\"]", "groups", &["\"sale\"", "[]"]), @r#"
        "sale": 34:10 unknown group "sale" | no group has this name; did you mean "sales"? | the groups of this scenario are "sales" and "service"
        []: 34:10 `groups` must be the name of a group, or a list of them | this is an empty list | leave the key out for every group
        "#);
    insta::assert_snapshot!(values("types = [\"day\"]", "types", &["\"nigth\"", "[]", "[\"day\", 1]"]), @r#"
        "nigth": 35:9 unknown type "nigth" | no type has this name; did you mean "night"? | the types of this scenario are "day" and "night"
        []: 35:9 `types` must be the name of a type, or a list of them | this is an empty list | leave the key out for every type
        ["day", 1]: 35:17 `types` must be a text | this is the number 1 | write it in quotes
        "#);
    insta::assert_snapshot!(values("most_shifts = 5", "most_shifts", &["1", "0", "8"]), @r#"
        1: 37:15 `most_shifts` must be at least `least_shifts` | 1 are fewer than 2
        0: 37:15 `most_shifts` must be a whole number from 1 to 7 | this is the number 0 | write a whole number without quotes
        8: 37:15 `most_shifts` must be a whole number from 1 to 7 | this is the number 8 | write a whole number without quotes
        "#);
    insta::assert_snapshot!(values("least_shifts = 2", "least_shifts", &["6", "-1"]), @r#"
        6: 37:15 `most_shifts` must be at least `least_shifts` | 5 are fewer than 6
        -1: 36:16 `least_shifts` must be a whole number from 0 to 7 | this is the number -1 | write a whole number without quotes
        "#);
    insta::assert_snapshot!(values("most_hours = \"1d14h\"", "most_hours", &["\"15h\"", "38", "\"38\""]), @r#"
        "15h": 39:14 `most_hours` must be at least `least_hours` | 15h is less than 16h
        38: 39:14 `most_hours` must be a duration | the number 38 has no unit | did you mean "38m"? Units are m and h
        "38": 39:14 `most_hours` must be a duration | "38" has no unit | did you mean "38m"? Units are m and h
        "#);
    insta::assert_snapshot!(values("rest = \"12h\"", "rest", &["12", "\"90s\""]), @r#"
        12: 40:8 `rest` must be a duration | the number 12 has no unit | did you mean "12m"? Units are m and h
        "90s": 40:8 `rest` must be a duration of whole minutes | 90s is no number of whole minutes | write for example "30m" or "8h30m"
        "#);
    insta::assert_snapshot!(values("same_shift = true", "same_shift", &["1"]), @r#"
        1: 41:14 `same_shift` must be true or false | this is the number 1 | write it without quotes
        "#);
    insta::assert_snapshot!(values("most_people = 30", "most_people", &["-1"]), @r#"
        -1: 42:15 `most_people` must be a whole number from 0 to 100000 | this is the number -1 | write a whole number without quotes
        "#);
    // A type that is wrong itself is not said to be unknown.
    insta::assert_snapshot!(problems(&full("length = [\"4h30m\", \"8h\"]", "length = 8")), @r#"
        16:10 `length` must be a duration | the number 8 has no unit | did you mean "8m"? Units are m and h
        "#);
}

#[test]
fn premiums_and_blocks() {
    let hours = [
        "\"22:00\"",
        "\"00:00-00:00\"",
        "\"08:00-08:00\"",
        "\"24:00-00:00\"",
        "\"22:00-25:00\"",
        "5",
    ];
    insta::assert_snapshot!(values("hours = \"22:00-06:00\"", "hours", &hours), @r#"
        "22:00": 47:9 `hours` must be a span of time | "22:00" is no span of time | write for example "22:00-06:00"; "00:00-24:00" is all day
        "00:00-00:00": 47:9 `hours` must be a span of time | it ends when it starts | write for example "22:00-06:00"; "00:00-24:00" is all day
        "08:00-08:00": 47:9 `hours` must be a span of time | it ends when it starts | write for example "22:00-06:00"; "00:00-24:00" is all day
        "24:00-00:00": 47:9 `hours` must be a span of time | it ends when it starts | write for example "22:00-06:00"; "00:00-24:00" is all day
        "22:00-25:00": 47:9 `hours` must be a span of time | "25:00" is no time of day | write for example "22:00-06:00"; "00:00-24:00" is all day
        5: 47:9 `hours` must be a span of time | this is the number 5 | write for example "22:00-06:00"; "00:00-24:00" is all day
        "#);
    insta::assert_snapshot!(values("extra = \"25%\"", "extra", &["25", "-0.5", "\"1001%\""]), @r#"
        25: 49:9 `extra` must be a fraction | 25 is not between 0 and 10 | did you mean "25%"? write for example 0.3 or "30%"
        -0.5: 49:9 `extra` must be a fraction | -0.5 is not between 0 and 10 | write for example 0.3 or "30%"
        "1001%": 49:9 `extra` must be a fraction | 1001% is not between 0 and 10 | write for example 0.3 or "30%"
        "#);
    insta::assert_snapshot!(values("days = [\"sat\", \"sun\"]", "days", &["[]"]), @r#"
        []: 48:8 `days` must be a weekday, or a list of them | this is an empty list | leave the key out for every day
        "#);
    let hours = [
        "\"22:00-06:00\"",
        "\"10:00-10:00\"",
        "\"10:00-11:40\"",
        "\"10:00\"",
        "5",
    ];
    insta::assert_snapshot!(values("hours = \"10:00-11:30\"", "hours", &hours), @r#"
        "22:00-06:00": 54:9 `hours` must be a span of time within a day | 06:00 is not after 22:00 | write for example "10:00-12:00", at most until 24:00; what goes on after midnight is another block
        "10:00-10:00": 54:9 `hours` must be a span of time within a day | 10:00 is not after 10:00 | write for example "10:00-12:00", at most until 24:00; what goes on after midnight is another block
        "10:00-11:40": 54:9 `hours` must be a multiple of the planning grid of 15m | "10:00-11:40" lies beside it | set a finer `grid`, or move this
        "10:00": 54:9 `hours` must be a span of time within a day | "10:00" is no span of time | write for example "10:00-12:00", at most until 24:00; what goes on after midnight is another block
        5: 54:9 `hours` must be a span of time within a day | this is the number 5 | write for example "10:00-12:00", at most until 24:00; what goes on after midnight is another block
        "#);
    insta::assert_snapshot!(values("group = \"sales\"", "group", &["\"sale\"", "[\"sales\"]"]), @r#"
        "sale": 52:9 unknown group "sale" | no group has this name; did you mean "sales"? | the groups of this scenario are "sales" and "service"
        ["sales"]: 52:9 `group` must be a text | this is a list | write it in quotes
        "#);
    insta::assert_snapshot!(values("people = 7", "people", &["-3", "\"3\""]), @r#"
        -3: 55:10 `people` must be a whole number from 0 to 100000 | this is the number -3 | write a whole number without quotes
        "3": 55:10 `people` must be a whole number from 0 to 100000 | this is the text "3" | write a whole number without quotes
        "#);
    let same = "[[shifts.premiums]]\nname = \"night\"\nextra = 0.1\n[[shifts.blocks]]\nname = \"training\"\ngroup = \"sales\"\nhours = \"10:00-11:00\"\npeople = 1\n";
    insta::assert_snapshot!(problems(&format!("{FULL}{same}")), @r#"
        57:8 two premiums have the name "night" | a premium before this one has the same name | the names of one kind of part must differ
        60:8 two blocks have the name "training" | a block before this one has the same name | the names of one kind of part must differ
        "#);
    // From 24:00 is from 00:00.
    let early =
        good(&full("hours = \"22:00-06:00\"", "hours = \"24:00-06:00\"")).premiums[0].clone();
    assert!(early.is_due(Some(5), 0) && early.is_due(Some(5), 359) && !early.is_due(Some(5), 360));
}

/// The grid must divide a day, for its steps begin at midnight.
#[test]
fn an_interval_that_does_not_divide_a_day() {
    let day = |rules: &str| {
        let day = DAY.replace(
            "[scenario]",
            "[scenario]\nopen = \"08:00-08:14\"\ninterval = \"7m\"",
        );
        parse("day.toml", &format!("{rules}{day}"), Path::new(""), &[])
    };
    insta::assert_snapshot!(told(&day(LEAST).unwrap_err()), @r#"
        1:1 `grid` must divide the scenario's interval, and a day | 7m does not divide the 24 hours of a day | the planning grid is for example "15m", where the interval is 30 minutes
        "#);
    let good = day(&LEAST.replace("[shifts]", "[shifts]\ngrid = \"1m\""));
    assert_eq!(good.unwrap().scenario.shifts.unwrap().grid_min, 1);
}

/// Everything that is wrong is said at once, also where the grid is.
#[test]
fn all_at_once() {
    let wrong = FULL
        .replace("grid = \"15m\"", "grid = \"13m\"")
        .replace("group = \"sales\"", "group = \"sale\"")
        .replace("most_shifts = 5", "most_shifts = 8")
        .replace("least = 1", "least = \"one\"");
    insta::assert_snapshot!(problems(&wrong), @r#"
        2:8 `grid` must divide the scenario's interval, and a day | 13m does not divide the interval of 30m | the planning grid is for example "15m", where the interval is 30 minutes
        18:9 `least` must be a whole number from 0 to 100000 | this is the text "one" | write a whole number without quotes
        37:15 `most_shifts` must be a whole number from 1 to 7 | this is the number 8 | write a whole number without quotes
        52:9 unknown group "sale" | no group has this name; did you mean "sales"? | the groups of this scenario are "sales" and "service"
        "#);
}

const HOSTILE: [&str; 44] = [
    "1000000000",
    "-1",
    "0",
    "-0.0",
    "1e308",
    "1e-308",
    "nan",
    "inf",
    "-inf",
    "99999999999999999999999999",
    "true",
    "\"\"",
    "\" \"",
    "\"\\u0000\"",
    "\"0s\"",
    "\"0m\"",
    "\"1m\"",
    "\"24h\"",
    "\"7d\"",
    "\"3652d\"",
    "\"1e308s\"",
    "\"-5s\"",
    "\"99999999999999999999h\"",
    "\"never\"",
    "\"00:00\"",
    "\"24:00\"",
    "\"00:00-24:00\"",
    "\"00:00-00:00\"",
    "\"00:00-23:59\"",
    "\"23:00-01:00\"",
    "\"-\"",
    "\"–\"",
    "\"mon\"",
    "\"100%\"",
    "[]",
    "[[]]",
    "[[[[[1]]]]]",
    "[\"\"]",
    "[1, \"a\", []]",
    "{}",
    "{ a = 1 }",
    "2003-03-03",
    "\"\"\"\n\"\"\"",
    "[\"00:00-23:59\", \"00:00-23:59\"]",
];

/// Reads the rules; a refusal has places and is short, and what is read reads back the same.
fn look_at(rules: &str) {
    match read(rules) {
        Ok(_) => drop(good(rules)),
        Err(error) => {
            assert!(!error.problems().is_empty() && error.problems().len() <= 20);
            let lines = rules.lines().count() + DAY.lines().count();
            for problem in error.problems() {
                let place = problem.place.as_ref();
                let place = place.unwrap_or_else(|| panic!("{} has no place", problem.message));
                assert!(place.line <= lines + 1);
            }
            assert!(shown(&error).len() < 100_000);
        }
    }
}

#[test]
fn hostile_values_for_every_key() {
    let lines: Vec<&str> = FULL.lines().collect();
    for (i, line) in lines.iter().enumerate() {
        let Some((key, _)) = line.split_once('=') else {
            continue;
        };
        if line.trim_start().starts_with('{') || line.ends_with('[') {
            continue;
        }
        for value in HOSTILE {
            let changed = format!("{key}= {value}");
            let mut lines = lines.clone();
            lines[i] = &changed;
            look_at(&(lines.join("\n") + "\n"));
        }
    }
    for value in HOSTILE {
        for key in ["name", "length", "earliest", "latest", "paid"] {
            let mut pairs = vec![
                ("name", "\"a\""),
                ("length", "\"30m\""),
                ("earliest", "\"2h\""),
            ];
            pairs.retain(|(name, _)| *name != key);
            pairs.push((key, value));
            let pairs: Vec<String> = pairs
                .iter()
                .map(|(key, value)| format!("{key} = {value}"))
                .collect();
            let line = format!("{{ {} }}", pairs.join(", "));
            look_at(&full("{ length = \"30m\", earliest = \"2h\" }", &line));
        }
    }
}

#[test]
fn every_line_left_out_or_doubled() {
    let lines: Vec<&str> = FULL.lines().collect();
    for i in 0..lines.len() {
        let mut fewer = lines.clone();
        fewer.remove(i);
        look_at(&(fewer.join("\n") + "\n"));
        let mut more = lines.clone();
        more.insert(i, lines[i]);
        look_at(&(more.join("\n") + "\n"));
    }
}

/// Long lists are refused, or read at once.
#[test]
fn long_lists() {
    let started = std::time::Instant::now();
    let list = |item: &str, n: usize| format!("[{}]", vec![item; n].join(","));
    insta::assert_snapshot!(problems(&LEAST.replace("\"08:00\"", &list("\"08:00\"", 1_000_000))), @r#"
        4:9 `start` must be a time of day, a span of them, or a list of both | this list has 1000000 entries | write at most 1440 of them
        "#);
    insta::assert_snapshot!(problems(&LEAST.replace("\"8h\"", &list("\"8h\"", 1441))), @r#"
        5:10 `length` must be a duration, or a list of them | this list has 1441 entries | write at most 1440 of them
        "#);
    let groups = format!("\"8h\"\ngroups = {}", list("\"sales\"", 1001));
    insta::assert_snapshot!(problems(&LEAST.replace("\"8h\"", &groups)), @r#"
        6:10 `groups` must be the name of a group, or a list of them | this list has 1001 entries | leave the key out for every group
        "#);
    let types = |n: usize| {
        let types =
            (0..n).map(|i| format!("{{ name = \"{i}\", start = \"08:00\", length = \"8h\" }}"));
        format!(
            "[shifts]\ntypes = [{}]\n",
            types.collect::<Vec<_>>().join(",")
        )
    };
    insta::assert_snapshot!(problems(&types(1001)), @r#"
        2:9 `types` must be a list of at most 1000 tables | this list has 1001 entries
        "#);
    assert_eq!(good(&types(1000)).types.len(), 1000);
    // Each of a thousand types names all minutes of the day a thousand times.
    let starts = list("\"00:00-23:59\"", 1000);
    let types: String = (0..1000)
        .map(|i| format!("[[shifts.types]]\nname = \"{i}\"\nstart = {starts}\nlength = \"8h\"\n"))
        .collect();
    let read = read(&format!("[shifts]\ngrid = \"1m\"\n{types}"));
    assert_eq!(
        read.unwrap().scenario.shifts.unwrap().types[999]
            .starts_min
            .len(),
        1440
    );
    assert!(
        started.elapsed() < std::time::Duration::from_secs(60),
        "{:?}",
        started.elapsed()
    );
}

fn rules(text: &str) -> Result<RulesFile, ScenarioError> {
    RulesFile::read(&Document::parse("rules.toml", text, Path::new("folder"))?)
}

fn is_rules(text: &str) -> bool {
    Document::parse("a.toml", text, Path::new(""))
        .expect("TOML")
        .is_rules()
}

#[test]
fn a_file_of_rules() {
    let day = rules(&format!("scenario = \"monday.toml\"\n{LEAST}")).unwrap();
    assert_eq!(day.scenario.as_deref(), Some("monday.toml"));
    assert_eq!(day.days, None);
    assert_eq!(day.path("monday.toml"), Path::new("folder/monday.toml"));
    let (read, _) = day.rules(&["sales"], 60).unwrap();
    assert_eq!(
        (read.grid_min, &read.types[0].groups[..]),
        (60, &["sales".to_owned()][..])
    );
    let week = rules(&format!(
        "days = {{ mon = \"a.toml\", sun = \"b.toml\" }}\n{LEAST}"
    ))
    .unwrap();
    let days = week.days.unwrap();
    assert_eq!(
        (days[0].as_deref(), days[1].as_deref(), days[6].as_deref()),
        (Some("a.toml"), None, Some("b.toml"))
    );
    assert_eq!(rules(LEAST).unwrap().days, None);
}

#[test]
fn what_is_wrong_with_a_file_of_rules() {
    let said = |text: &str| told(&rules(text).unwrap_err());
    insta::assert_snapshot!(said("scenario = \"a.toml\"\n"), @r#"
        1:1 the file of shift rules needs `shifts` | `shifts` is missing | `shifts`: What people may work.
        "#);
    insta::assert_snapshot!(said(&format!("scenario = \"a.toml\"\ndays = {{ mon = \"a.toml\" }}\n{LEAST}")), @r#"
        1:12 `scenario` and `days` exclude each other | is it a plan of one day, or of a week? | leave one of them out
        "#);
    insta::assert_snapshot!(said(&format!("days = {{}}\n{LEAST}")), @r#"
        1:8 there are no days | this table is empty | write for example { mon = "monday.toml" }
        "#);
    insta::assert_snapshot!(said(&format!("days = {{ monday = \"a.toml\", tue = 5 }}\n{LEAST}")), @r#"
        1:10 unknown key "monday" | the section [days] has no such key | its keys are mon, tue, wed, thu, fri, sat and sun
        1:35 `tue` must be the name of a file | this is the number 5 | write it in quotes; the path is relative to this file
        "#);
    insta::assert_snapshot!(said(&format!("days = {{ mon = \"a.toml\" }}\n{}", LEAST.replace("[shifts]", "[shifts]\nday = \"mon\""))), @r#"
        3:7 `day` is of a plan of one day | this is a plan of a week | leave it out
        "#);
    insta::assert_snapshot!(said("scenari = \"a.toml\"\nshifts = 5"), @r#"
        1:1 unknown key "scenari" | the file of shift rules has no such key; did you mean `scenario`? | its keys are scenario, days and shifts
        "#);
    let wrong = rules("shifts = 5").unwrap().rules(&["sales"], 30);
    insta::assert_snapshot!(told(&wrong.unwrap_err()), @r#"
        1:10 the section [shifts] must be a table | this is the number 5 | its keys are grid, day, cyclic, rest, shrinkage, short_cost, spare_cost, most_people, keep, types, contracts, premiums and blocks
        "#);
    let wrong = rules(&full("group = \"sales\"", "group = \"sale\""))
        .unwrap()
        .rules(&[], 30);
    insta::assert_snapshot!(told(&wrong.unwrap_err()), @r#"
        13:11 unknown group "sales" | no group has this name | the scenario has no groups
        28:10 unknown group "service" | no group has this name | the scenario has no groups
        34:11 unknown group "sales" | no group has this name | the scenario has no groups
        52:9 unknown group "sale" | no group has this name | the scenario has no groups
        "#);
}

#[test]
fn which_files_are_rules() {
    assert!(is_rules(LEAST));
    assert!(is_rules(&format!("scenario = \"a.toml\"\n{LEAST}")));
    assert!(
        is_rules("scenario = \"a.toml\"\n"),
        "rules whose section is missing"
    );
    assert!(is_rules("days = { mon = \"a.toml\" }\n"));
    assert!(!is_rules(&format!("{LEAST}{DAY}")));
    assert!(!is_rules(DAY));
    assert!(!is_rules(""));
    let forgotten = DAY.replace("[scenario]\nname = \"Day\"\n", "");
    assert!(
        !is_rules(&format!("{LEAST}{forgotten}")),
        "a scenario whose name is missing"
    );
}
