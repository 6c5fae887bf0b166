//! Whatever a scenario file holds, the reader answers with a scenario or with problems that have a place: it never
//! panics, and never takes long.

use std::path::Path;
use std::time::{Duration, Instant};

use acdsim::scenario::*;
use proptest::prelude::*;

const BASE: &str = "tests/fixtures";

fn whole_day() -> String {
    std::fs::read_to_string(Path::new(BASE).join("whole_day.toml")).expect("the fixture")
}

/// Reads the text; if it is refused, each problem must have a place and the report must be short.
fn read(text: &str, sets: &[String]) -> Result<Loaded, ScenarioError> {
    let result = parse("day.toml", text, Path::new(BASE), sets);
    match &result {
        Ok(loaded) => {
            let again = parse("out.toml", &loaded.scenario.to_toml(), Path::new(BASE), &[]);
            let again = again.unwrap_or_else(|e| panic!("{}", e.render(false, 100)));
            assert_eq!(again.scenario, loaded.scenario);
        }
        Err(error) => {
            assert!(!error.problems().is_empty());
            for problem in error.problems() {
                let place = problem.place.as_ref();
                let place = place.unwrap_or_else(|| panic!("{} has no place", problem.message));
                assert!(place.line <= text.lines().count() + 1);
            }
            assert!(error.problems().len() <= 20);
            let report = error.render_with(false, true, 100);
            assert!(report.len() < 100_000, "{} bytes", report.len());
        }
    }
    result
}

fn refused(text: &str) -> ScenarioError {
    match read(text, &[]) {
        Ok(_) => panic!("this should be refused"),
        Err(error) => error,
    }
}

#[test]
fn every_prefix() {
    let text = whole_day();
    for (end, _) in text.char_indices() {
        let _ = read(&text[..end], &[]);
    }
}

#[test]
fn every_line_left_out_or_doubled() {
    let text = whole_day();
    let lines: Vec<&str> = text.lines().collect();
    for i in 0..lines.len() {
        let mut fewer = lines.clone();
        fewer.remove(i);
        let _ = read(&fewer.join("\n"), &[]);
        let mut more = lines.clone();
        more.insert(i, lines[i]);
        let _ = read(&more.join("\n"), &[]);
    }
}

/// Values that fit nowhere, or nearly.
const HOSTILE: [&str; 36] = [
    "1000000000",
    "-1",
    "0",
    "-0.0",
    "1e308",
    "-1e308",
    "1e-308",
    "nan",
    "-nan",
    "inf",
    "-inf",
    "99999999999999999999999999",
    "true",
    "\"\"",
    "\" \"",
    "\"\\u0000\"",
    "\"0s\"",
    "\"1e308s\"",
    "\"-5s\"",
    "\"99999999999999999999h\"",
    "\"exp(0s)\"",
    "\"never\"",
    "\"hyperexp(1: 0s)\"",
    "\"80/0\"",
    "\"0/h\"",
    "[]",
    "[[]]",
    "[[[[[1]]]]]",
    "[\"\"]",
    "[1, \"a\", []]",
    "{}",
    "{ a = 1 }",
    "{ file = \"\", column = \"\" }",
    "{ file = \"/dev/zero\", column = \"a\" }",
    "2003-03-03",
    "\"\"\"\n\"\"\"",
];

#[test]
fn hostile_values_for_every_key() {
    let text = whole_day();
    let lines: Vec<&str> = text.lines().collect();
    for (i, line) in lines.iter().enumerate() {
        let Some((key, _)) = line.split_once('=') else {
            continue;
        };
        for value in HOSTILE {
            let changed = format!("{key}= {value}");
            let mut lines = lines.clone();
            lines[i] = &changed;
            let _ = read(&lines.join("\n"), &[]);
        }
    }
}

#[test]
fn hostile_values_in_sets() {
    let text = whole_day();
    for path in [
        "run.seed",
        "run.mode",
        "scenario.open",
        "scenario.interval",
        "queues.service.agents",
        "queues.service.agents[0]",
        "queues.service.agents[0].group",
        "call_types.service call.volume",
        "call_types.service call.volume[3]",
        "call_types.service call.redial",
        "call_types.service call.redial.blocked[0]",
        "call_types.service call.talk",
        "groups.generalists.staff[0..24]",
        "groups.generalists.skills.sales",
        "groups.generalists.skills",
        "groups.sales team.skills.service.priority",
        "groups.generalists.name",
    ] {
        for value in HOSTILE {
            for operation in ["=", "+=", "-=", "*="] {
                let _ = read(&text, &[format!("{path}{operation}{value}")]);
                let bare = value.trim_matches('"');
                let _ = read(&text, &[format!("{path}{operation}{bare}")]);
            }
        }
    }
}

#[test]
fn deep_nesting() {
    for depth in [20, 50, 90, 100_000] {
        let lists = format!("a = {}1{}", "[".repeat(depth), "]".repeat(depth));
        let tables = format!("a = {}1{}", "{ b = ".repeat(depth), " }".repeat(depth));
        let dots = format!("a{} = 1", ".b".repeat(depth));
        let header = format!("[a{}]", ".b".repeat(depth));
        for text in [lists, tables, dots, header] {
            refused(&text);
        }
    }
    let dots = format!("a{}", ".b".repeat(70));
    let both = format!("{}1{}", format!("{{ {dots} = ").repeat(70), " }".repeat(70));
    refused(&format!("[{dots}]\n{dots} = {both}"));
}

#[test]
fn many_problems_are_few_words() {
    let text = format!("{}{}", whole_day(), "\nfoo = 1\n[[groups]]\n".repeat(900));
    let error = refused(&text);
    assert_eq!(error.problems().len(), 20);
    assert!(error.render(false, 80).contains("more"));
    let keys: String = (0..50_000).map(|i| format!("k{i} = 1\n")).collect();
    let start = Instant::now();
    refused(&format!("[scenario]\n{keys}"));
    assert!(start.elapsed() < Duration::from_secs(120));
}

#[test]
fn the_largest_that_is_allowed_is_read_in_time() {
    let names: Vec<String> = (0..1000).map(|i| format!("\"queue {i}\"")).collect();
    let names = names.join(", ");
    let mut text = String::from("[scenario]\nname = \"large\"\n");
    for i in 0..1000 {
        text += &format!(
            "[[queues]]\nname = \"queue {i}\"\n[[groups]]\nname = \"group {i}\"\nskills = [{names}]\nstaff = 1\n\
             [[call_types]]\nname = \"call {i}\"\nqueue = \"queue {i}\"\nrate = \"1/h\"\ntalk = \"60s\"\n"
        );
    }
    let start = Instant::now();
    let loaded = parse("large.toml", &text, Path::new(BASE), &[]).expect("within the limits");
    assert_eq!(loaded.scenario.queues[999].tiers[0].groups.len(), 1000);
    let reading = start.elapsed();
    assert!(reading < Duration::from_secs(120));
    // A million pairs of group and queue; what is done for each must not grow with their number.
    let model = acdsim::model::Model::new(&loaded.scenario);
    assert_eq!(model.groups[999].serves.len(), 1000);
    assert!(start.elapsed() - reading < 5 * reading);
}

#[test]
fn very_long_texts() {
    // Well below the limit of 64 MB, for the sake of an unoptimised parser; time and memory grow in proportion.
    let start = Instant::now();
    let long = "x".repeat(10 << 20);
    for text in [
        format!("[scenario]\nname = \"{long}\"\n"),
        format!("[scenario]\n{long} = 1\n"),
        format!("[scenario]\nname = {long}\n"),
    ] {
        let error = refused(&text);
        assert!(error.render(false, 100).len() < 20_000);
    }
    let brackets = "[".repeat(10 << 20);
    refused(&brackets);
    let commas = format!("a = [{}]", "1,".repeat(4 << 20));
    refused(&commas);
    assert!(start.elapsed() < Duration::from_secs(180));
}

#[test]
fn files_too_large() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("large.toml");
    let file = std::fs::File::create(&path).expect("a file");
    // One line of 100 MB, of which nothing need be read.
    file.set_len(100 << 20).expect("room");
    let error = load(&path, &[]).expect_err("too large");
    assert!(error.render(false, 100).contains("larger than 64 MB"));
    let scenario = whole_day().replace("volumes.csv", "large.toml");
    let error = parse("day.toml", &scenario, dir.path(), &[]).expect_err("too large");
    assert!(error.render(false, 200).contains("larger than 64 MB"));
}

#[test]
fn bytes_that_are_no_text() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("day.toml");
    let text = whole_day();
    for at in (0..text.len()).step_by(97) {
        let mut bytes = text.clone().into_bytes();
        bytes[at] = 0xff;
        std::fs::write(&path, &bytes).expect("written");
        let error = load(&path, &[]).expect_err("not UTF-8");
        let place = error.problems()[0].place.as_ref().expect("a place");
        assert_eq!(place.line, 1 + text[..at].matches('\n').count());
    }
    std::fs::write(
        dir.path().join("volumes.csv"),
        b"start,service\n08:00,\xff\n",
    )
    .expect("written");
    let error = parse("day.toml", &text, dir.path(), &[]).expect_err("not UTF-8");
    assert!(
        error
            .render(false, 200)
            .contains("volumes.csv, line 2: not UTF-8")
    );
}

/// The pieces that scenario files are made of.
fn token() -> impl Strategy<Value = String> {
    let words = [
        "[",
        "]",
        "[[",
        "]]",
        "{",
        "}",
        "=",
        ",",
        ".",
        "\n",
        "#",
        "\"",
        "'",
        "\"\"\"",
        " ",
        "-",
        "..",
        "%",
        "/h",
        "s",
        "exp(",
        ")",
        "name",
        "queue",
        "agents",
        "staff",
        "skills",
        "redial",
        "[[queues]]",
        "[run]",
        "mode = \"steady\"\n",
        "0",
        "1",
        "-1",
        "1e308",
        "nan",
        "\"service\"",
        "\"sales team\"",
        "\u{0}",
        "\u{feff}",
        "é",
        "true",
    ];
    prop_oneof![
        proptest::sample::select(words.to_vec()).prop_map(str::to_owned),
        ".{0,4}"
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn mutated_bytes(edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut bytes = whole_day().into_bytes();
        for (at, byte) in edits {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = read(&String::from_utf8_lossy(&bytes), &[]);
    }

    #[test]
    fn mutated_tokens(edits in proptest::collection::vec((any::<prop::sample::Index>(), 0usize..12, token()), 1..5)) {
        let mut text = whole_day();
        for (at, cut, token) in edits {
            let places: Vec<usize> = text.char_indices().map(|(i, _)| i).collect();
            let start = places[at.index(places.len())];
            let end = places.iter().copied().find(|i| *i >= start + cut).unwrap_or(text.len());
            text.replace_range(start..end, &token);
        }
        let _ = read(&text, &[]);
    }

    #[test]
    fn any_set(path in proptest::collection::vec(token(), 0..8), value in ".{0,8}", part in "(run|scenario|queues.service|call_types.service call|groups.generalists|trunks.main)\\.[a-z_.\\[\\]0-9]{0,12}") {
        let text = whole_day();
        let _ = read(&text, &[format!("{}={value}", path.concat())]);
        let _ = read(&text, &[format!("{part}={value}")]);
        let _ = read(&text, &[format!("{part}*={value}")]);
    }
}
