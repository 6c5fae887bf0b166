//! What the scenario reader makes of a file: values, defaults, references, bounds and remarks.

use std::path::Path;
use std::time::Duration;

use acdsim::scenario::*;

const BASE: &str = "tests/fixtures";

/// The smallest scenario.
const LEAST: &str = r#"
[scenario]
name = "Least"

[[queues]]
name = "service"

[[call_types]]
name = "call"
queue = "service"
rate = "60/h"
talk = "exp(180s)"

[[groups]]
name = "team"
skills = ["service"]
staff = 4
"#;

fn whole_day() -> String {
    std::fs::read_to_string(Path::new(BASE).join("whole_day.toml")).expect("the fixture")
}

fn read(text: &str) -> Result<Loaded, ScenarioError> {
    parse("day.toml", text, Path::new(BASE), &[])
}

fn good(text: &str) -> Scenario {
    read(text)
        .unwrap_or_else(|e| panic!("{}", shown(&e)))
        .scenario
}

fn shown(error: &ScenarioError) -> String {
    error.render_with(false, true, 100)
}

/// The report on a text that is wrong.
fn report(text: &str) -> String {
    match read(text) {
        Ok(_) => panic!("this should be refused:\n{text}"),
        Err(e) => shown(&e),
    }
}

/// The report on the smallest scenario with one line exchanged.
fn report_on(from: &str, to: &str) -> String {
    assert!(LEAST.contains(from), "{from}");
    report(&LEAST.replace(from, to))
}

/// The smallest scenario with a line added to a part.
fn with(part: &str, line: &str) -> String {
    let header = format!("[[{part}]]");
    let one = format!("[{part}]");
    let header = if LEAST.contains(&header) { header } else { one };
    assert!(LEAST.contains(&header), "{header}");
    LEAST.replace(&header, &format!("{header}\n{line}"))
}

/// The one problem of a scenario.
fn only_problem(text: &str) -> Problem {
    let error = read(text).expect_err(text);
    assert_eq!(error.problems().len(), 1, "{}", shown(&error));
    error.problems()[0].clone()
}

fn warnings(text: &str) -> Vec<String> {
    let loaded = read(text).unwrap_or_else(|e| panic!("{}", shown(&e)));
    loaded.warnings
}

#[test]
fn a_whole_day() {
    let loaded = load(&Path::new(BASE).join("whole_day.toml"), &[]).unwrap();
    assert_eq!(loaded.warnings, Vec::<String>::new());
    let s = loaded.scenario;
    assert_eq!((s.open_min, s.close_min, s.interval_min), (480, 1200, 30));
    assert_eq!(s.intervals(), 24);
    let Demand::Volume(volume) = &s.call_types[0].demand else {
        panic!("a volume was written");
    };
    assert_eq!((volume[0], volume[23]), (60.0, 30.0));
    assert_eq!(s.call_types[1].demand, Demand::RatePerHour(vec![40.0; 24]));
    assert_eq!(s.queues[0].tiers.len(), 2);
    assert_eq!(s.queues[0].tiers[1].after, Duration::from_secs(60));
    assert_eq!(s.queues[1].tiers[0].groups, ["sales team"]);
    assert_eq!(s.groups[0].staff[3], 20);
    assert_eq!(s.groups[1].staff, [4; 24]);
    assert_eq!(s.groups[1].skills[1].factor, 1.15);
    let redial = s.call_types[0].redial.as_ref().unwrap();
    assert_eq!(redial.blocked, [0.8, 0.5]);
    assert_eq!(redial.abandoned, [0.4]);
}

#[test]
fn what_is_not_written_has_its_default() {
    let s = good(LEAST);
    assert_eq!((s.open_min, s.close_min, s.interval_min), (480, 1200, 30));
    assert_eq!(s.closing, Closing::Drain);
    assert_eq!(s.run.mode, Mode::Day);
    assert_eq!((s.run.replications, s.run.max_replications), (200, 100_000));
    assert_eq!((s.run.seed, s.run.confidence), (1, 0.95));
    let queue = &s.queues[0];
    assert_eq!(queue.target.to_string(), "80/20");
    assert_eq!(queue.formula, Formula::AnsweredOverOffered);
    assert_eq!(queue.short_abandon, Duration::from_secs(5));
    assert_eq!((queue.priority, queue.limit), (5, None));
    assert_eq!(queue.tiers[0].groups, ["team"]);
    let call_type = &s.call_types[0];
    assert_eq!(call_type.patience, Distribution::Never);
    assert_eq!(call_type.wrap_up, Distribution::Fixed { value_s: 0.0 });
    assert_eq!((call_type.balk, call_type.resolution), (0.0, 1.0));
    assert_eq!(call_type.talk_factor, [1.0; 24]);
    assert_eq!(call_type.volume_is, VolumeIs::FirstAttempts);
    assert!(call_type.ivr.is_none() && call_type.redial.is_none() && call_type.reconnect.is_none());
    assert_eq!(s.groups[0].shrinkage, [0.0; 24]);
    let steady = good(&format!("{LEAST}\n[run]\nmode = \"steady\""));
    let hours = |h: u64| Duration::from_secs(h * 3600);
    assert_eq!(
        steady.run.mode,
        Mode::Steady {
            warm_up: hours(24),
            length: hours(2000)
        }
    );
    let redial = good(&with("call_types", "redial = { delay = \"exp(10m)\" }"));
    let redial = redial.call_types[0].redial.clone().unwrap();
    assert_eq!((redial.abandoned, redial.blocked), (vec![0.0], vec![0.0]));
}

#[test]
fn an_unknown_reference() {
    insta::assert_snapshot!(report_on("queue = \"service\"", "queue = \"servce\""), @r#"
    error: unknown queue "servce"
        ╭─[day.toml:10:9]
     10 │ queue = "servce"
        ·         ────┬───
        ·             ╰── no queue has this name; did you mean "service"?
        ╰────
      help: the only queue of this scenario is "service"
    "#);
}

#[test]
fn an_unknown_key() {
    insta::assert_snapshot!(report(&with("call_types", "wrapup = \"exp(30s)\"")), @r#"
    error: unknown key "wrapup"
       ╭─[day.toml:9:1]
     9 │ wrapup = "exp(30s)"
       · ───┬──
       ·    ╰── a call type has no such key; did you mean `wrap_up`?
       ╰────
      help: its keys are name, queue, trunk, volume, rate, volume_is, busyness_cv, ivr, patience,
            balk, talk, wrap_up, talk_factor, resolution, reconnect, redial, cost_per_attempt and
            cost_per_lost_caller
    "#);
}

#[test]
fn a_missing_key() {
    insta::assert_snapshot!(report_on("talk = \"exp(180s)\"\n", ""), @r#"
    error: a call type needs `talk`
       ╭─[day.toml:8:1]
     8 │ [[call_types]]
       · ───────┬──────
       ·        ╰── `talk` is missing
       ╰────
      help: `talk`: Talk time, hold included.
    "#);
}

#[test]
fn a_missing_demand() {
    insta::assert_snapshot!(report_on("rate = \"60/h\"\n", ""), @r#"
    error: a call type needs `volume` or `rate`
       ╭─[day.toml:8:1]
     8 │ [[call_types]]
       · ───────┬──────
       ·        ╰── `volume` or `rate` is missing
       ╰────
      help: `volume`: Expected first attempts per interval.
    "#);
}

#[test]
fn a_duration_without_unit() {
    insta::assert_snapshot!(report_on("talk = \"exp(180s)\"", "talk = 180"), @r#"
    error: `talk` must be a random duration
        ╭─[day.toml:12:8]
     12 │ talk = 180
        ·        ─┬─
        ·         ╰── the number 180 has no unit
        ╰────
      help: did you mean "180s"? Units are ms, s, m, h, d
    "#);
}

#[test]
fn a_random_duration_that_is_none() {
    insta::assert_snapshot!(report_on("\"exp(180s)\"", "\"lognormal(180s, 200s)\""), @r#"
    error: `talk` must be a random duration
        ╭─[day.toml:12:8]
     12 │ talk = "lognormal(180s, 200s)"
        ·        ───────────┬───────────
        ·                   ╰── expected "sd …", found "200s"
        ╰────
      help: write for example "lognormal(180s, sd 200s)"
    "#);
}

#[test]
fn a_rate_without_unit() {
    insta::assert_snapshot!(report_on("rate = \"60/h\"", "rate = 60"), @r#"
    error: `rate` must be a rate
        ╭─[day.toml:11:8]
     11 │ rate = 60
        ·        ─┬
        ·         ╰── the number 60 has no unit
        ╰────
      help: did you mean "60/h"?
    "#);
}

#[test]
fn a_fraction_above_one() {
    insta::assert_snapshot!(report(&with("call_types", "balk = 5")), @r#"
    error: `balk` must be a fraction
       ╭─[day.toml:9:8]
     9 │ balk = 5
       ·        ┬
       ·        ╰── 5 is not between 0 and 1
       ╰────
      help: did you mean "5%"? write for example 0.3 or "30%"
    "#);
}

#[test]
fn a_series_of_the_wrong_length() {
    insta::assert_snapshot!(report_on("staff = 4", "staff = [1, 2, 3]"), @r#"
    error: `staff` must have one value per interval
        ╭─[day.toml:17:9]
     17 │ staff = [1, 2, 3]
        ·         ────┬────
        ·             ╰── 3 values, but the day has 24 intervals
        ╰────
      help: the day is 08:00-20:00 by 30 minutes; one value alone holds for the whole day
    "#);
}

#[test]
fn a_csv_file_that_is_missing() {
    insta::assert_snapshot!(report_on(
        "rate = \"60/h\"",
        "volume = { file = \"volume.csv\", column = \"service\" }"
    ), @r#"
    error: `volume` cannot be read
        ╭─[day.toml:11:19]
     11 │ volume = { file = "volume.csv", column = "service" }
        ·                   ──────┬─────
        ·                         ╰── cannot read the CSV file "volume.csv": there is no such file
        ╰────
      help: a CSV file has a header and one row per interval in order; its path is relative to the
            scenario file
    "#);
}

#[test]
fn a_csv_column_that_is_missing() {
    insta::assert_snapshot!(report_on(
        "rate = \"60/h\"",
        "volume = { file = \"volumes.csv\", column = \"servic\" }"
    ), @r#"
    error: `volume` cannot be read
        ╭─[day.toml:11:19]
     11 │ volume = { file = "volumes.csv", column = "servic" }
        ·                   ──────┬──────
        ·                         ╰── "volumes.csv" has no column "servic", only "start", "service", "sales"; did you mean "service"?
        ╰────
      help: a CSV file has a header and one row per interval in order; its path is relative to the
            scenario file
    "#);
}

#[test]
fn a_csv_cell_that_is_no_number() {
    insta::assert_snapshot!(report_on(
        "rate = \"60/h\"",
        "volume = { file = \"several_days.csv\", column = \"bad\", where = { date = \"2003-03-03\" } }"
    ), @r#"
    error: `volume` cannot be read
        ╭─[day.toml:11:19]
     11 │ volume = { file = "several_days.csv", column = "bad", where = { date = "2003-0…
        ·                   ─────────┬────────
        ·                            ╰── several_days.csv, line 4, column 4 ("bad"): "n/a" is not a number of at least 0; write a number, for example 12.5
        ╰────
      help: a CSV file has a header and one row per interval in order; its path is relative to the
            scenario file
    "#);
}

#[test]
fn an_interval_that_does_not_divide_the_day() {
    insta::assert_snapshot!(report(&with("scenario", "interval = \"35m\"")), @r#"
    error: `interval` must divide the day
       ╭─[day.toml:3:12]
     3 │ interval = "35m"
       ·            ──┬──
       ·              ╰── 35 minutes do not divide the 720 minutes of 08:00-20:00
       ╰────
      help: the interval is a grid of whole minutes, for example "30m" or "15m"
    "#);
}

#[test]
fn a_group_without_the_skill() {
    let text = with("queues", "agents = [\"team\", \"others\"]")
        + "[[groups]]\nname = \"others\"\nskills = [\"sales\"]\nstaff = 1\n[[queues]]\nname = \"sales\"\n";
    insta::assert_snapshot!(report(&text), @r#"
    error: group "others" cannot serve "service"
       ╭─[day.toml:6:19]
     6 │ agents = ["team", "others"]
       ·                   ────┬───
       ·                       ╰── this group has no skill "service"
       ╰────
      help: add "service" to the `skills` of the group
    "#);
}

#[test]
fn two_parts_of_one_name() {
    let text = format!("{LEAST}\n[[queues]]\nname = \"service\"\n");
    insta::assert_snapshot!(report(&text), @r#"
    error: two queues have the name "service"
        ╭─[day.toml:20:8]
     20 │ name = "service"
        ·        ────┬────
        ·            ╰── a queue before this one has the same name
        ╰────
      help: the names of one kind of part must differ
    "#);
}

#[test]
fn a_name_that_would_turn_the_line_around() {
    let changed = "name = \"service\u{202e}\"";
    insta::assert_snapshot!(report_on("name = \"service\"", changed), @r#"
    error: `name` must be a name
       ╭─[day.toml:6:8]
     6 │ name = "service�"
       ·        ─────┬────
       ·             ╰── '\u{202e}' is a control character
       ╰────
      help: a name is a text of 1 to 200 characters in quotes, without line breaks

    error: unknown queue "service"
        ╭─[day.toml:10:9]
     10 │ queue = "service"
        ·         ────┬────
        ·             ╰── no queue has this name; did you mean "service�"?
        ╰────
      help: the only queue of this scenario is "service�"

    error: unknown queue "service"
        ╭─[day.toml:16:11]
     16 │ skills = ["service"]
        ·           ────┬────
        ·               ╰── no queue has this name; did you mean "service�"?
        ╰────
      help: the only queue of this scenario is "service�"
    "#);
}

#[test]
fn what_is_no_toml() {
    insta::assert_snapshot!(report_on("name = \"service\"", "name = service"), @r#"
    error: this is not valid TOML
       ╭─[day.toml:6:8]
     6 │ name = service
       ·        ───┬───
       ·           ╰── string values must be quoted, expected literal string
       ╰────
      help: a scenario is a TOML file: texts stand in quotes, a list in [ ], a part starts with
            [[queues]] or the like
    "#);
}

#[test]
fn a_part_in_single_brackets() {
    insta::assert_snapshot!(report_on("[[groups]]", "[groups]"), @r#"
    error: `groups` must be a list of tables
        ╭─[day.toml:14:1]
     14 │ [groups]
        · ────┬───
        ·     ╰── this is a table
        ╰────
      help: start each group with [[groups]]
    "#);
}

#[test]
fn a_very_long_line_is_cut() {
    let line = format!(
        "staff = [{}1.5, {}]",
        "12, ".repeat(1000),
        "13, ".repeat(1000)
    );
    insta::assert_snapshot!(report_on("staff = 4", &line), @r#"
    error: `staff` must be a whole number from 0 to 100000
        ╭─[day.toml:17:4010]
     17 │ …12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 1.5, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13,…
        ·                                          ─┬─
        ·                                           ╰── this is the number 1.5
        ╰────
      help: write a whole number without quotes
    "#);
}

#[test]
fn a_wrong_set() {
    let sets = ["call_types.call.tlak=exp(200s)".to_owned()];
    let error = parse("day.toml", LEAST, Path::new(BASE), &sets).unwrap_err();
    insta::assert_snapshot!(shown(&error), @r#"
    error: unknown key "tlak"
       ╭─[--set:1:17]
     1 │ call_types.call.tlak=exp(200s)
       ·                 ──┬─
       ·                   ╰── a call type has no such key; did you mean `talk`?
       ╰────
      help: its keys are name, queue, trunk, volume, rate, volume_is, busyness_cv, ivr, patience,
            balk, talk, wrap_up, talk_factor, resolution, reconnect, redial, cost_per_attempt and
            cost_per_lost_caller
    "#);
}

#[test]
fn several_problems_are_told_at_once() {
    let text = LEAST
        .replace("rate = \"60/h\"", "rate = \"60/w\"")
        .replace("staff = 4", "staff = -4")
        .replace("queue = \"service\"", "queue = \"sevice\"");
    let error = read(&text).unwrap_err();
    let lines: Vec<usize> = error
        .problems()
        .iter()
        .filter_map(|problem| problem.place.as_ref().map(|place| place.line))
        .collect();
    assert_eq!(lines, [10, 11, 17]);
}

#[test]
fn the_report_in_ascii_has_no_other_signs() {
    let error = read(&with("call_types", "talk_faktor = 1")).unwrap_err();
    assert!(error.render_with(false, false, 80).is_ascii());
    assert!(error.render_with(true, true, 80).contains('\u{1b}'));
    assert!(!error.render_with(false, true, 80).contains('\u{1b}'));
}

#[test]
fn values_within_bounds_only() {
    for (part, line) in [
        ("scenario", "open = \"20:00-08:00\""),
        ("scenario", "open = \"08:00\""),
        ("scenario", "open = 8"),
        ("scenario", "open = \"08:00-24:01\""),
        ("scenario", "interval = \"90s\""),
        ("scenario", "interval = \"0m\""),
        ("scenario", "closing = \"drian\""),
        ("scenario", "busyness_cv = 10.5"),
        ("scenario", "busyness_cv = nan"),
        ("scenario", "busyness_cv = -0.1"),
        ("queues", "target = \"0.8/20\""),
        ("queues", "target = 80"),
        ("queues", "priority = 0"),
        ("queues", "priority = 1001"),
        ("queues", "priority = 1.5"),
        ("queues", "limit = -1"),
        ("queues", "service_level = \"answered\""),
        ("queues", "max_abandonment = \"101%\""),
        ("queues", "max_asa = 30"),
        ("queues", "short_abandon = \"-5s\""),
        ("queues", "agents = []"),
        ("queues", "agents = [[]]"),
        ("queues", "agents = [{ after = \"5s\" }]"),
        ("queues", "agents = [\"team\", \"team\"]"),
        ("queues", "agents = [\"tem\"]"),
        ("queues", "agents = \"team\""),
        ("call_types", "trunk = \"main\""),
        ("call_types", "volume = 5"),
        ("call_types", "volume_is = \"all\""),
        ("call_types", "patience = \"exp(4000d)\""),
        ("call_types", "wrap_up = \"never\""),
        ("call_types", "wrap_up = { empirical = [] }"),
        ("call_types", "wrap_up = { empirical = [-1] }"),
        ("call_types", "wrap_up = { empirical = [inf] }"),
        ("call_types", "talk_factor = 0"),
        ("call_types", "talk_factor = 1e308"),
        ("call_types", "talk_factor = []"),
        (
            "call_types",
            "ivr = { time = \"exp(9s)\", contained = 0.7, abandoned = 0.4 }",
        ),
        ("call_types", "ivr = { contained = 0.7 }"),
        ("call_types", "reconnect = { probability = 0.5 }"),
        ("call_types", "reconnect = { delay = \"exp(1h)\" }"),
        (
            "call_types",
            "reconnect = { probability = 0.5, delay = \"999ms\" }",
        ),
        ("call_types", "redial = { abandoned = 0.5 }"),
        (
            "call_types",
            "redial = { abandoned = [], delay = \"exp(1h)\" }",
        ),
        (
            "call_types",
            "redial = { abandoned = [0.5, 2], delay = \"exp(1h)\" }",
        ),
        ("call_types", "redial = { delay = \"exp(500ms)\" }"),
        (
            "call_types",
            "redial = { delay = \"exp(1h)\", max_attempts = 0 }",
        ),
        ("call_types", "cost_per_attempt = -1"),
        ("call_types", "cost_per_attempt = inf"),
        ("groups", "shrinkage = 1"),
        ("groups", "shrinkage = \"100%\""),
        ("groups", "max_occupancy = 88"),
    ] {
        let problem = only_problem(&with(part, line));
        assert!(problem.place.is_some(), "{line}");
    }
    for (from, to) in [
        ("staff = 4", "staff = 100001"),
        ("staff = 4", "staff = 1000000000"),
        ("staff = 4", "staff = 4.5"),
        ("staff = 4", "staff = \"4\""),
        ("staff = 4", "staff = []"),
        ("skills = [\"service\"]", "skills = []"),
        ("skills = [\"service\"]", "skills = {}"),
        ("skills = [\"service\"]", "skills = { service = 0 }"),
        (
            "skills = [\"service\"]",
            "skills = { service = { factor = 1, priority = 0 } }",
        ),
        (
            "skills = [\"service\"]",
            "skills = { service = { speed = 1 } }",
        ),
        (
            "skills = [\"service\"]",
            "skills = [\"service\", \"service\"]",
        ),
        ("skills = [\"service\"]", "skills = [\"sales\"]"),
        ("rate = \"60/h\"", "rate = \"1e9/h\""),
        ("rate = \"60/h\"", "rate = \"100000000/h\""),
        ("rate = \"60/h\"", "volume = 1e308"),
        ("rate = \"60/h\"", "volume = nan"),
        ("rate = \"60/h\"", "volume = -1"),
        ("rate = \"60/h\"", "rate = \"-1/h\""),
        ("name = \"call\"", "name = \"\""),
        ("name = \"call\"", "name = \"a\\nb\""),
        ("name = \"Least\"", "name = 5"),
    ] {
        let problem = only_problem(&LEAST.replace(from, to));
        assert!(problem.place.is_some(), "{to}");
    }
    let long = format!("name = \"{}\"", "x".repeat(201));
    only_problem(&LEAST.replace("name = \"call\"", &long));
    good(&LEAST.replace("name = \"call\"", &long.replacen('x', "", 1)));
    good(&with(
        "call_types",
        "ivr = { time = \"9s\", contained = 0.7, abandoned = 0.3 }",
    ));
    good(&LEAST.replace("staff = 4", "staff = 4.0"));
    good(&LEAST.replace("staff = 4", "staff = 0"));
}

#[test]
fn how_it_is_run() {
    let run = |line: &str| format!("{LEAST}\n[run]\n{line}\n");
    assert_eq!(
        good(&run("until_precise = \"0.5pp\"")).run.until_precise,
        Some(0.005)
    );
    assert_eq!(good(&run("confidence = \"99%\"")).run.confidence, 0.99);
    assert_eq!(
        good(&run("seed = \"18446744073709551615\"")).run.seed,
        u64::MAX
    );
    assert_eq!(good(&run("seed = 0")).run.seed, 0);
    for line in [
        "until_precise = \"0.5pp\"\nreplications = 100",
        "until_precise = 0.005",
        "until_precise = \"0pp\"",
        "replications = 0",
        "replications = 10000001",
        "confidence = 1",
        "confidence = 0",
        "confidence = 95",
        "seed = -1",
        "seed = 1.5",
        "seed = 18446744073709551615",
        "mode = \"week\"",
        "mode = \"steady\"\nlength = \"0s\"",
        "mode = \"steady\"\nlength = \"11d\"\nwarm_up = 5",
        "mode = \"steady\"\nlength = \"4000d\"",
    ] {
        only_problem(&run(line));
    }
    // 60 calls an hour over 200 years are too many, and durations end at ten.
    let busy = LEAST.replace("60/h", "6000/h");
    only_problem(&format!(
        "{busy}\n[run]\nmode = \"steady\"\nlength = \"3000d\""
    ));
}

#[test]
fn a_steady_run_has_one_value_for_each() {
    let steady = format!("{LEAST}\n[run]\nmode = \"steady\"\n");
    let list = |x: &str| format!("[{}9]", format!("{x}, ").repeat(23));
    for (from, to) in [
        ("staff = 4", format!("staff = {}", list("4"))),
        ("rate = \"60/h\"", format!("volume = {}", list("4"))),
        ("talk = ", format!("talk_factor = {}\ntalk = ", list("4"))),
    ] {
        let problem = only_problem(&steady.replace(from, &to));
        assert!(problem.message.contains("one value"), "{}", problem.message);
    }
    good(&steady.replace("staff = 4", &format!("staff = {}", list("9"))));
    assert_eq!(warnings(&steady), Vec::<String>::new());
    let written = steady.replace(
        "[scenario]",
        "[scenario]\nopen = \"08:00-18:00\"\nclosing = \"cut\"",
    );
    assert_eq!(
        warnings(&written),
        ["`open` and `closing` have no effect in a steady run"]
    );
    // What is as by default is not in vain.
    let default = "[scenario]\nopen = \"08:00-20:00\"\nclosing = \"drain\"\nbusyness_cv = 0";
    let written = steady.replace("[scenario]", default) + "replications = 200\n";
    assert_eq!(warnings(&written), Vec::<String>::new());
    assert_eq!(
        warnings(&format!("{steady}replications = 5\n")),
        ["`replications` has no effect in a steady run"]
    );
    assert_eq!(
        warnings(&format!("{LEAST}\n[run]\nwarm_up = \"1h\"\n")),
        ["`warm_up` has no effect in a run of days"]
    );
}

#[test]
fn what_is_probably_not_meant_is_remarked() {
    let text = format!(
        "{}[[queues]]\nname = \"b\"\nagents = [\"other\"]\n[[queues]]\nname = \"c\"\n\
         [[groups]]\nname = \"other\"\nskills = [\"b\"]\nstaff = 1\n\
         [[groups]]\nname = \"idle\"\nskills = [\"b\"]\nstaff = 1\n",
        LEAST
    );
    assert_eq!(
        warnings(&text),
        [
            "group \"idle\" has the skill \"b\", but is not among that queue's `agents`: it does not serve it",
            "queue \"b\": no call type uses it",
            "queue \"c\": no call type uses it",
            "queue \"c\": no group serves it",
            "group \"idle\" serves no queue",
        ]
    );
}

/// A key that may be left out is not undone by a word.
#[test]
fn no_limit_is_said_by_leaving_the_key_out() {
    for (after, key, says) in [
        (
            "[[queues]]",
            "limit = \"none\"",
            "or leave the key out: no limit",
        ),
        (
            "[[queues]]",
            "max_asa = \"none\"",
            "or leave the key out: no target",
        ),
        (
            "[[queues]]",
            "max_abandonment = \"off\"",
            "or leave the key out: no target",
        ),
        (
            "[[call_types]]",
            "cost_per_attempt = \"free\"",
            "or leave the key out: no cost",
        ),
        (
            "[[call_types]]",
            "redial = { blocked = 1, delay = \"60s\", max_attempts = \"unlimited\" }",
            "or leave the key out: unlimited",
        ),
    ] {
        // On a wide page, so that no line is broken.
        let text = LEAST.replace(after, &format!("{after}\n{key}"));
        let error = read(&text).expect_err("a word is no number");
        let report = error.render_with(false, true, 300);
        assert!(report.contains(says), "{key}: {report}");
    }
    // A number that is wrong is not meant so.
    for key in ["limit = -1", "limit = \"5\"", "priority = \"none\""] {
        let report = report(&LEAST.replace("[[queues]]", &format!("[[queues]]\n{key}")));
        assert!(!report.contains("leave the key out"), "{key}: {report}");
    }
}

#[test]
fn columns_of_csv_files() {
    let volume = |table: &str| LEAST.replace("rate = \"60/h\"", &format!("volume = {table}"));
    let several = "file = \"several_days.csv\", column = \"calls\"";
    let s = good(&volume(&format!(
        "{{ {several}, where = {{ date = 2003-03-03 }} }}"
    )));
    let Demand::Volume(values) = &s.call_types[0].demand else {
        panic!("a volume was written");
    };
    assert_eq!((values[0], values[23]), (10.0, 33.0));
    let s = good(&volume(&format!(
        "{{ {several}, where = {{ date = \"2003-03-04\" }} }}"
    )));
    assert_eq!(
        s.call_types[0].demand,
        Demand::Volume((0..24).map(|i| 50.0 + f64::from(i)).collect())
    );
    for (table, says) in [
        (format!("{{ {several} }}"), "48 rows, but the day has 24"),
        (
            format!("{{ {several}, where = {{ date = \"1999\" }} }}"),
            "column \"date\" holds not \"1999\", but \"2003-03-03\", \"2003-03-04\"",
        ),
        (
            format!("{{ {several}, where = {{ date = 2003-03-04, start = \"08:10\" }} }}"),
            "holds not \"08:10\", but \"08:00\", \"08:30\", \"09:00\", \"09:30\", \"10:00\", \"10:30\", \"11:00\", \
             \"11:30\", \"12:00\", \"12:30\", …",
        ),
        (
            format!("{{ {several}, where = {{ day = 1 }} }}"),
            "has no column \"day\"",
        ),
        (
            format!("{{ {several}, where = 5 }}"),
            "this is the number 5",
        ),
        (
            "{ file = \"volumes.csv\" }".to_owned(),
            "`column` is missing",
        ),
        ("{ file = \".\", column = \"a\" }".to_owned(), "not a file"),
        (
            "{ file = \"ragged.csv\", column = \"calls\" }".to_owned(),
            "ragged.csv, line 3: 3 columns, but the header has 2",
        ),
        (
            "{ file = \"semicolons.csv\", column = \"calls\" }".to_owned(),
            "not by semicolons",
        ),
    ] {
        let report = report(&volume(&table));
        assert!(report.contains(says), "{report}");
    }
    // The grid of the file is checked against the day.
    let late = volume("{ file = \"volumes.csv\", column = \"service\" }")
        .replace("[scenario]", "[scenario]\nopen = \"08:30-20:30\"");
    assert!(
        report(&late).contains("`start` is \"08:00\""),
        "{}",
        report(&late)
    );
}

#[test]
fn csv_files_from_elsewhere() {
    let rows: Vec<String> = (0..24)
        .map(|i| format!("{:02}:{:02},{}", 8 + i / 2, i % 2 * 30, 20 + i))
        .collect();
    let plain = format!("start,n\n{}\n", rows.join("\n"));
    let folder = tempfile::tempdir().unwrap();
    let text = LEAST.replace(
        "rate = \"60/h\"",
        "volume = { file = \"v.csv\", column = \"n\" }",
    );
    let read = |csv: &str| {
        std::fs::write(folder.path().join("v.csv"), csv).unwrap();
        parse("day.toml", &text, folder.path(), &[])
    };
    for csv in [
        plain.clone(),
        plain.replace('\n', "\r\n"),
        format!("\u{feff}{plain}"),
        plain.replace(',', " , "),
        plain.replace('\n', "\n\n"),
    ] {
        let scenario = read(&csv).unwrap().scenario;
        let expected = Demand::Volume((20..44).map(f64::from).collect());
        assert_eq!(scenario.call_types[0].demand, expected, "{csv:?}");
    }
    for (csv, says) in [
        (String::new(), "\"v.csv\" has no header"),
        (plain.replace(',', "\t"), "not by tabs"),
        (plain.replace(",25", ""), "1 column, but the header has 2"),
        (
            plain
                .replace("start,n", "start,n,start")
                .replace(":00,", ":00,1,"),
            "two columns \"start\"",
        ),
        (plain.replace(":00,", ":00:00,"), "times of day as HH:MM"),
        (
            plain.replace("09:", "10:"),
            "the intervals of the day in order",
        ),
    ] {
        let report = shown(&read(&csv).expect_err(says));
        assert!(report.contains(says), "{report}");
    }
}

#[test]
fn likely_slips_get_likely_advice() {
    for (from, to, says) in [
        (
            "\"exp(180s)\"",
            "\"3 minutes\"",
            "\"minutes\" is no unit of time",
        ),
        ("\"exp(180s)\"", "\"exp(3 min)\"", "follows a blank"),
        (
            "name = \"Least\"",
            "name = \"Least\"\ninterval = 15",
            "\"15m\"",
        ),
        (
            "name = \"Least\"",
            "name = \"Least\"\ninterval = \"15\"",
            "\"15m\"",
        ),
        (
            "name = \"service\"",
            "name = \"service\"\ntarget = 0.8",
            "this is the number 0.8",
        ),
        ("rate = \"60/h\"", "volume = \"60/h\"", "rate = \"60/h\""),
        (
            "rate = \"60/h\"",
            "volume = \"volumes.csv\"",
            "{ file = \"volumes.csv\", column = \"…\" }",
        ),
        (
            "staff = 4",
            "staff = \"staff.csv\"",
            "{ file = \"staff.csv\"",
        ),
    ] {
        let report = report_on(from, to);
        assert!(report.contains(says), "{report}");
    }
}

#[test]
fn what_is_wrong_at_the_end_of_a_line_is_said() {
    let report = report_on("\"exp(180s)\"", "\"exp(180s)");
    assert!(report.contains("╰── invalid basic string"), "{report}");
    let report = report_on("talk = \"exp(180s)\"", "talk =");
    assert!(report.contains("╰── "), "{report}");
}

#[test]
fn empirical_durations() {
    let talk = |text: &str| LEAST.replace("talk = \"exp(180s)\"", &format!("talk = {text}"));
    let s = good(&talk("\"empirical(talk.csv, talk)\""));
    assert_eq!(
        s.call_types[0].talk,
        Distribution::Empirical {
            values_s: vec![12.5, 300.0, 0.25, 60.0],
            source: "empirical(talk.csv, talk)".to_owned()
        }
    );
    let s = good(&talk("{ empirical = [1, 2.5, \"3m\"] }"));
    assert_eq!(
        s.call_types[0].talk,
        Distribution::Empirical {
            values_s: vec![1.0, 2.5, 180.0],
            source: String::new()
        }
    );
}

#[test]
fn files_that_cannot_be_read() {
    let says = |path: &Path| shown(&load(path, &[]).unwrap_err());
    assert!(says(Path::new("nowhere.toml")).contains("there is no such file"));
    assert!(says(Path::new("tests")).contains("it is a directory"));
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("latin1.toml");
    std::fs::write(&path, b"[scenario]\nname = \"caf\xe9\"\n").unwrap();
    let error = load(&path, &[]).unwrap_err();
    let place = error.problems()[0].place.clone().unwrap();
    assert_eq!((place.line, place.column), (2, 12));
    assert!(place.label.contains("byte 22"), "{}", place.label);
}

#[test]
fn a_combined_limit() {
    let mut text = LEAST.replace(
        "[scenario]",
        "[scenario]\nopen = \"00:00-24:00\"\ninterval = \"1m\"",
    );
    for i in 0..350 {
        text.push_str(&format!("[[trunks]]\nname = \"t{i}\"\nlines = 1\n"));
    }
    let problem = only_problem(&text);
    assert!(problem.message.contains("too large"), "{}", problem.message);
    let mut text = LEAST.to_owned();
    for i in 0..1001 {
        text.push_str(&format!("[[trunks]]\nname = \"t{i}\"\nlines = 1\n"));
    }
    assert!(only_problem(&text).message.contains("too many trunks"));
}

#[test]
fn a_document_can_be_checked_again_and_again() {
    let document = Document::parse("day.toml", &whole_day(), Path::new(BASE)).unwrap();
    let staff = |set: &str| {
        let loaded = document.check(&[set.to_owned()]).unwrap();
        loaded.scenario.groups[1].staff[0]
    };
    assert_eq!(staff("groups.sales team.staff=7"), 7);
    assert_eq!(staff("groups.sales team.staff+=1"), 5);
    assert_eq!(document.check(&[]).unwrap().scenario.groups[1].staff[0], 4);
}
