//! What the reader makes of a profile: values, references, bounds, and a clear message for everything else.

use acdsim::scenario::stress::{Effect, Lost, Profile, Volume};
use acdsim::scenario::*;
use std::path::Path;
use std::time::Duration;

/// Twelve hours in intervals of an hour.
const DAY: &str = r#"[scenario]
name = "Day"
open = "08:00-20:00"
interval = "1h"
[[trunks]]
name = "main"
lines = 20
[[queues]]
name = "q"
[[queues]]
name = "other"
[[call_types]]
name = "c"
queue = "q"
trunk = "main"
rate = "60/h"
talk = "exp(180s)"
ivr = { time = "30s", contained = 0.2 }
[[call_types]]
name = "d"
queue = "other"
rate = "60/h"
talk = "exp(180s)"
[[groups]]
name = "g"
skills = ["q"]
staff = 4
[[groups]]
name = "h"
skills = ["q", "other"]
staff = 4
"#;

fn profile(text: &str) -> Result<Profile, ScenarioError> {
    let text = format!("{DAY}[stress]\n{text}");
    let loaded = parse("day.toml", &text, Path::new(""), &[])?;
    Ok(*loaded.scenario.stress.expect("there is one"))
}

fn wrong(text: &str) -> String {
    match profile(text) {
        Ok(read) => panic!("nothing is wrong with\n{text}\n{read:?}"),
        Err(error) => error.render(false, 100),
    }
}

const FULL: &str = r#"
name = "A bad day"
stages = "1h:100%, 30m:150.5%, 0s:0%"
loads = [
    { call_types = "d", volume = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] },
]
faults = [
    { kind = "absent", groups = ["g", "h"], share = "33%", at = "10:00", for = "1h30m" },
    { kind = "site_lost", groups = "h", at = "15:00" },
    { kind = "lines_lost", lines = 7, at = "30m", for = "10m" },
    { kind = "lines_lost", share = 0.5, at = "40m", for = "10m" },
    { kind = "ivr_down", at = "2h", for = "1h", mode = "busy" },
    { kind = "containment", at = "4h", for = "1h" },
    { kind = "talk", call_types = ["c", "d"], factor = 1.2 },
]
actions = [
    { kind = "routing", policy = "longest_queue", at = "11:00" },
    { kind = "routing", queue = "q", agents = ["h", { group = "g", after = "30s" }], at = "11:00" },
    { kind = "agents", groups = "g", more = 3, at = "12:00" },
    { kind = "lines", more = 5, at = "12:00" },
    { kind = "containment", contained = "40%", at = "6h" },
]
expect = ["recovery < 45m", " headroom>-5 % ", "lost_extra <= 1e3"]
"#;

#[test]
fn a_profile_says_what_happens_and_when() {
    let read = profile(FULL).unwrap_or_else(|e| panic!("{}", e.render(false, 100)));
    assert_eq!(read.name.as_deref(), Some("A bad day"));
    let stages: Vec<(u64, f64)> = read
        .stages
        .iter()
        .map(|s| (s.duration.as_secs() / 60, s.volume))
        .collect();
    assert_eq!(stages, [(60, 1.0), (30, 1.505), (0, 0.0)]);
    assert_eq!(read.loads[0].call_types, ["d"]);
    assert!(matches!(&read.loads[0].volume, Volume::Recorded(volumes) if volumes[11] == 12.0));
    let times: Vec<(u32, Option<u32>)> = read
        .faults
        .iter()
        .map(|f| (f.from_min, f.until_min))
        .collect();
    assert_eq!(
        times,
        [
            (120, Some(210)),
            (420, None),
            (30, Some(40)),
            (40, Some(50)),
            (120, Some(180)),
            (240, Some(300)),
            (0, None)
        ]
    );
    let all = || vec!["g".to_owned(), "h".to_owned()];
    assert_eq!(
        read.faults[0].effect,
        Effect::Absent {
            groups: all(),
            share: 0.33
        }
    );
    assert_eq!(
        read.faults[2].effect,
        Effect::LinesLost {
            trunks: vec!["main".to_owned()],
            lost: Lost::Lines(7)
        }
    );
    assert_eq!(
        read.faults[4].effect,
        Effect::IvrDown {
            call_types: vec!["c".to_owned()],
            busy: true
        }
    );
    assert_eq!(
        read.faults[5].effect,
        Effect::Containment {
            call_types: vec!["c".to_owned()],
            contained: 0.0
        }
    );
    let Effect::Agents { queue, tiers } = &read.actions[1].effect else {
        panic!("{:?}", read.actions[1]);
    };
    assert_eq!(
        (queue.as_str(), tiers[1].after),
        ("q", Duration::from_secs(30))
    );
    let expected: Vec<(&str, &str, f64)> = read
        .expect
        .iter()
        .map(|of| (of.text.as_str(), of.figure, of.threshold))
        .collect();
    assert_eq!(
        expected,
        [
            ("recovery < 45m", "recovery", 2700.0),
            ("headroom>-5 %", "headroom", -0.05),
            ("lost_extra <= 1e3", "lost_extra", 1000.0)
        ]
    );
}

#[test]
fn a_profile_written_out_reads_back_the_same() {
    let text = format!("{DAY}[stress]\n{FULL}");
    let read = |text: &str| {
        parse("day.toml", text, Path::new(""), &[])
            .unwrap_or_else(|e| panic!("{}\n{text}", e.render(false, 100)))
    };
    let first = read(&text).scenario;
    let again = read(&first.to_toml()).scenario;
    assert_eq!(first, again);
    assert_eq!(first.to_json()["stress"], again.to_json()["stress"]);
}

/// Each with the text to whose first place the message must point, and what it must say.
#[test]
fn what_is_wrong_is_said_with_its_place() {
    let faults = |fault: &str| format!("faults = [{fault}]");
    let many = format!("stages = \"{}\"", vec!["0s:100%"; 1001].join(","));
    let endless = "stages = \"1h:100%, 80000h:200%\"".to_owned();
    let cases = [
        (
            String::new(),
            "[stress]",
            "nothing happens in this load test",
        ),
        (
            "stages = \"\"".to_owned(),
            "\"",
            "stage 1, \"\", is no duration and volume",
        ),
        (
            "stages = \"1h\"".to_owned(),
            "\"",
            "stage 1, \"1h\", is no duration and volume",
        ),
        (
            "stages = \"1h:100%, -5m:200%\"".to_owned(),
            "\"",
            "stage 2: \"-5m\" is negative",
        ),
        (
            "stages = \"1h:-20%\"".to_owned(),
            "\"",
            "stage 1: \"-20%\" is negative",
        ),
        (
            "stages = \"1h:150\"".to_owned(),
            "\"",
            "stage 1: 150 is not between 0 and 100",
        ),
        ("stages = \"1h:1e9%\"".to_owned(), "\"", "stage 1: \"1e9%\""),
        ("stages = \"1x:100%\"".to_owned(), "\"", "stage 1: "),
        (
            "stages = [\"1h:100%\", 7]".to_owned(),
            "7]",
            "must be stages of a volume",
        ),
        (
            "stages = [[\"1h:100%\"]]".to_owned(),
            "[\"1h",
            "must be stages of a volume",
        ),
        (many, "\"", "there are more than 1000 of them"),
        (
            endless,
            "\"",
            "stage 2 ends 80001h after opening; the day is open for 12h",
        ),
        (faults("{ kind = \"flood\" }"), "\"flood", "`kind` must be"),
        (faults("{ at = \"10:00\" }"), "{", "a change needs `kind`"),
        (
            faults("{ kind = \"absent\", at = \"07:00\" }"),
            "\"07",
            "\"07:00\" is not within the day, 08:00-20:00",
        ),
        (
            faults("{ kind = \"absent\", at = \"20:00\" }"),
            "\"20",
            "\"20:00\" is not within the day",
        ),
        (
            faults("{ kind = \"absent\", at = \"13h\" }"),
            "\"13h",
            "\"13h\" is not within the day",
        ),
        (
            faults("{ kind = \"absent\", at = \"90s\" }"),
            "\"90s",
            "is no number of whole minutes",
        ),
        (
            faults("{ kind = \"absent\", at = \"-1h\" }"),
            "\"-1h",
            "is negative",
        ),
        (
            faults("{ kind = \"absent\", at = \"2h\", for = \"11h\" }"),
            "\"11h",
            "`for` must end by closing",
        ),
        (
            faults("{ kind = \"absent\", for = \"9999999d\" }"),
            "\"9999999d",
            "`for` must",
        ),
        (
            faults("{ kind = \"absent\", groups = \"x\" }"),
            "\"x",
            "unknown group \"x\"",
        ),
        (
            faults("{ kind = \"absent\", share = \"130%\" }"),
            "\"130",
            "130% is not between 0 and 1",
        ),
        (
            faults("{ kind = \"absent\", lines = 3 }"),
            "3",
            "`lines` is no key of a change of the kind \"absent\"",
        ),
        (
            faults("{ kind = \"lines_lost\", lines = 3, share = 1 }"),
            "3",
            "`share` and `lines` exclude each other",
        ),
        (
            faults("{ kind = \"ivr_down\", call_types = \"d\" }"),
            "\"d",
            "unknown call type with an IVR \"d\"",
        ),
        (
            faults("{ kind = \"talk\" }"),
            "{",
            "a change of the kind \"talk\" needs `factor`",
        ),
        (
            faults("{ kind = \"talk\", factor = 0 }"),
            "0 }",
            "a number above 0",
        ),
        (
            faults("{ kind = \"routing\" }"),
            "{",
            "needs `policy`, or `queue` with `agents`",
        ),
        (
            faults("{ kind = \"routing\", queue = \"other\", agents = [\"g\"] }"),
            "\"g\"]",
            "group \"g\" cannot serve \"other\"",
        ),
        (
            faults("{ kind = \"agents\", more = 99999 }"),
            "99999",
            "there would be too many agents",
        ),
        (
            faults(
                "{ kind = \"absent\", at = \"1h\", for = \"2h\" }, { kind = \"site_lost\", groups = \"h\", at = \"2h\" }",
            ),
            "\"2h\" }]",
            "two changes of the group \"h\" overlap",
        ),
        (
            "loads = [{ call_types = \"c\" }]".to_owned(),
            "{",
            "a load needs `stages` or `volume`",
        ),
        (
            "loads = [{ volume = [1, 2] }]".to_owned(),
            "[1",
            "2 values, but the day has 12 intervals",
        ),
        (
            "loads = [{ stages = \"0s:1%\" }, { call_types = \"d\", stages = \"0s:2%\" }]"
                .to_owned(),
            "\"d\"",
            "the call type \"d\" has two loads",
        ),
        (
            "stage = \"1h:100%\"".to_owned(),
            "stage",
            "did you mean `stages`?",
        ),
    ];
    let mut others = Vec::new();
    for (text, at, says) in cases {
        let found = wrong(&text);
        let before = format!("{DAY}[stress]\n");
        let (line, column) = match text.find(at) {
            Some(column) if !text.is_empty() => (before.lines().count() + 1, column + 1),
            _ => (before.lines().count(), 1),
        };
        let place = format!("day.toml:{line}:{column}]");
        let short: String = text.chars().take(100).collect();
        if !(found.contains(&place) && found.contains(says)) {
            others.push(format!("{short}\nexpected {place} {says}, found\n{found}"));
        }
    }
    assert!(others.is_empty(), "{}", others.join("\n"));
}

#[test]
fn a_profile_of_its_own_is_read_for_a_scenario() {
    let scenario = parse("day.toml", DAY, Path::new(""), &[])
        .expect("a scenario")
        .scenario;
    let file = |text: &str| Document::parse("storm.toml", text, Path::new("")).expect("it is TOML");
    let document = file("[stress]\nstages = \"1h:200%\"\n");
    assert!(document.is_profile());
    let read = ProfileFile::new(document)
        .profile(&scenario)
        .expect("a profile");
    assert_eq!(read.stages[0].volume, 2.0);
    for (text, says) in [
        (
            "[stress]\nfaults = [{ kind = \"absent\", groups = \"nobody\" }]\n",
            "storm.toml:2:39",
        ),
        (
            "[scenario]\nname = \"s\"\n",
            "the file of a profile needs `stress`",
        ),
    ] {
        let error = ProfileFile::new(file(text))
            .profile(&scenario)
            .expect_err(text)
            .render(false, 100);
        assert!(error.contains(says), "{error}");
    }
}

#[test]
fn there_are_only_so_many_changes() {
    let none = "{ kind = \"absent\", at = \"1h\", for = \"0s\" }";
    let faults = |n: usize| format!("faults = [{}]", vec![none; n].join(", "));
    assert_eq!(
        profile(&faults(100)).map(|read| read.faults.len()).ok(),
        Some(100)
    );
    assert!(wrong(&faults(101)).contains("there are 101, at most 100 are allowed"));
}

#[test]
fn a_recorded_day_is_a_column_of_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let rows: String = (0..12)
        .map(|i| format!("{:02}:00,{}\n", 8 + i, 10 * i))
        .collect();
    std::fs::write(
        folder.path().join("storm.csv"),
        format!("start,calls\n{rows}"),
    )
    .expect("written");
    let text = format!(
        "{DAY}[stress]\nloads = [{{ call_types = \"c\", volume = {{ file = \"storm.csv\", column = \"calls\" }} }}]\n"
    );
    let read = parse("day.toml", &text, folder.path(), &[])
        .unwrap_or_else(|e| panic!("{}", e.render(false, 100)));
    let stress = read.scenario.stress.expect("a profile");
    let expected: Vec<f64> = (0..12).map(|i| f64::from(10 * i)).collect();
    assert_eq!(stress.loads[0].volume, Volume::Recorded(expected));
}

/// A recorded day has as many calls as a scenario may have, at most.
#[test]
fn a_recorded_day_has_its_bounds() {
    for volume in ["1e300", "2e8"] {
        let said = wrong(&format!(
            "loads = [{{ call_types = \"c\", volume = {volume} }}]\n"
        ));
        assert!(said.contains("the load test has too many calls"), "{said}");
        assert!(said.contains("at most 1e8 are allowed"), "{said}");
    }
    // Those of all call types together.
    let said = wrong("loads = [{ volume = 5e6 }]\n");
    assert!(said.contains("1.200e8 expected first attempts"), "{said}");
    profile("loads = [{ volume = 4e6 }]\n").unwrap();
}

#[test]
fn one_change_is_no_list() {
    let said = wrong("faults = { kind = \"absent\" }\n");
    assert!(
        said.contains("`faults` must be a list of at most 100 tables"),
        "{said}"
    );
    assert!(!said.contains("1000"), "{said}");
}
