//! The JSON Schema of the scenario file against the reader: it describes every key, and is never stricter.

use acdsim::scenario::schema::{self, Kind, Presence, Section};
use acdsim::scenario::{self, *};
use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| validator(&json_schema()));

fn validator(schema: &Value) -> Validator {
    jsonschema::draft7::new(schema).expect("a schema of draft 7")
}

/// A scenario file as an editor hands it to the schema.
fn as_json(toml: &str) -> Value {
    toml::from_str(toml).unwrap_or_else(|e| panic!("{e}\n{toml}"))
}

/// What the schema has against a scenario.
fn complaints(toml: &str) -> Vec<String> {
    let document = as_json(toml);
    let errors = VALIDATOR.iter_errors(&document);
    errors
        .map(|e| format!("{}: {e}", e.instance_path()))
        .collect()
}

/// Every scenario file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|end| end == "toml") {
            found.push(path);
        }
    }
    found
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn it_is_a_schema_of_draft_7_without_references() {
    let schema = json_schema();
    let valid = jsonschema::meta::validate(&schema);
    assert!(valid.is_ok(), "{valid:?}");
    assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
    // Not every editor follows them.
    assert!(!schema.to_string().contains("$ref"));
}

/// The file to which the first line of the bundled scenarios points.
#[test]
fn the_file_beside_the_scenarios_is_this_schema() {
    let path = root().join("scenarios").join(SCHEMA_FILE);
    let written = std::fs::read_to_string(path).expect("the file is there");
    let expected = acdsim::report::json::pretty(&json_schema());
    assert!(
        written == expected,
        "scenarios/{SCHEMA_FILE} is out of date: cargo run -- schema > scenarios/{SCHEMA_FILE}"
    );
}

#[test]
fn every_bundled_scenario_conforms() {
    let mut scenarios = files(&root().join("scenarios"));
    scenarios.extend(files(&root().join("tests/fixtures")));
    // The files of a gate, of shift rules and of profiles are no scenarios.
    let profiles = root().join("scenarios/stress");
    scenarios.retain(|path| !path.ends_with("regression.toml") && !path.ends_with("week.toml"));
    scenarios.retain(|path| !path.starts_with(&profiles));
    assert!(scenarios.len() >= 8, "only {scenarios:?}");
    for path in scenarios {
        let text = std::fs::read_to_string(&path).expect("a scenario");
        assert_eq!(complaints(&text), [""; 0], "{}", path.display());
    }
}

/// The table that a schema describes, alone or as one of several kinds of values.
fn table_in(schema: &Value) -> &Value {
    let all = schema["anyOf"].as_array().map_or(&[][..], Vec::as_slice);
    let mut tables = all.iter().filter(|one| one["properties"].is_object());
    match schema["properties"].is_object() {
        true => schema,
        false => tables
            .next()
            .unwrap_or_else(|| panic!("no table in {schema:#}")),
    }
}

/// Checks a table and all below it; returns how many keys it has in all.
fn check_table(section: &Section, table: &Value) -> usize {
    let properties = table["properties"].as_object().expect("keys");
    let named: Vec<&str> = properties.keys().map(String::as_str).collect();
    let keys: Vec<&str> = section.keys.iter().map(|key| key.name).collect();
    assert_eq!(named, keys, "{}", section.what);
    assert_eq!(table["additionalProperties"], false, "{}", section.what);
    let required = section
        .keys
        .iter()
        .filter(|key| key.presence == Presence::Required);
    let required: Vec<&str> = required.map(|key| key.name).collect();
    let said = table["required"].as_array().map_or(&[][..], Vec::as_slice);
    assert_eq!(said, required, "{}", section.what);
    let mut count = keys.len();
    for key in section.keys {
        let property = &properties[key.name];
        let about = property["description"].as_str().unwrap_or_default();
        assert!(about.starts_with(key.about), "{}: {about}", key.name);
        if let Presence::Default(text) = key.presence
            && !text.is_empty()
        {
            let default = &property["default"];
            let written = default.as_str().map_or(default.to_string(), str::to_owned);
            assert_eq!(written, text, "{}", key.name);
            assert!(
                validator(property).is_valid(default),
                "{}: {default}",
                key.name
            );
        }
        count += match key.kind {
            Kind::Table(below) => check_table(below, property),
            Kind::Tables(below) => check_table(below, &property["items"]),
            Kind::Series(_) => check_table(&schema::SERIES_FILE, table_in(property)),
            Kind::Random => check_table(&schema::EMPIRICAL, table_in(property)),
            Kind::Agents => check_table(&schema::AGENTS, table_in(&property["items"])),
            Kind::Skills => {
                let table = &property["anyOf"][1]["additionalProperties"];
                check_table(&schema::SKILL, table_in(table))
            }
            _ => 0,
        };
    }
    count
}

#[test]
fn every_key_of_the_reader_is_described_with_its_default() {
    let count = check_table(&schema::FILE, &json_schema());
    assert!(count > 80, "only {count} keys");
}

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

fn with(part: &str, line: &str) -> String {
    let header = format!("[[{part}]]");
    let one = format!("[{part}]");
    match (LEAST.contains(&header), LEAST.contains(&one)) {
        (true, _) => LEAST.replacen(&header, &format!("{header}\n{line}"), 1),
        (_, true) => LEAST.replacen(&one, &format!("{one}\n{line}"), 1),
        _ => format!("{LEAST}\n[{part}]\n{line}\n"),
    }
}

#[test]
fn what_is_wrong_in_form_does_not_conform() {
    assert_eq!(complaints(LEAST), [""; 0]);
    let replaced = |from: &str, to: &str| {
        assert!(LEAST.contains(from), "{from}");
        LEAST.replace(from, to)
    };
    for wrong in [
        // Misspelt keys, on every level.
        with("queues", "traget = \"80/20\""),
        with(
            "call_types",
            "redial = { abandond = 0.4, delay = \"exp(1m)\" }",
        ),
        with("run", "replication = 5"),
        format!("{LEAST}\n[[trunk]]\nname = \"a\"\nlines = 1\n"),
        replaced(
            "skills = [\"service\"]",
            "skills = { service = { faktor = 1.1 } }",
        ),
        replaced(
            "rate = \"60/h\"",
            "volume = { file = \"v.csv\", colum = \"a\" }",
        ),
        // Keys that are missing.
        replaced("talk = \"exp(180s)\"", ""),
        replaced("rate = \"60/h\"", ""),
        replaced("name = \"Least\"", ""),
        replaced("staff = 4", ""),
        with("call_types", "redial = { abandoned = 0.5 }"),
        replaced("[[queues]]\nname = \"service\"", ""),
        // Keys that exclude each other.
        with("call_types", "volume = 5"),
        // Wrong types, bounds and forms.
        replaced("rate = \"60/h\"", "rate = 60"),
        replaced("rate = \"60/h\"", "volume = \"60/h\""),
        replaced("staff = 4", "staff = \"4\""),
        replaced("staff = 4", "staff = 4.5"),
        replaced("staff = 4", "staff = []"),
        replaced("staff = 4", "staff = -1"),
        replaced("[[queues]]", "[queues]"),
        replaced("\"exp(180s)\"", "180"),
        replaced("\"exp(180s)\"", "\"180\""),
        replaced("\"exp(180s)\"", "\"expo(180s)\""),
        replaced("\"exp(180s)\"", "\"lognormal(180s, 200s)\""),
        replaced("\"exp(180s)\"", "\"never\""),
        replaced("\"exp(180s)\"", "{ empirical = [] }"),
        with("scenario", "closing = \"drian\""),
        with("scenario", "open = \"08:00\""),
        with("scenario", "busyness_cv = 11"),
        with("queues", "target = 80"),
        with("queues", "target = \"80\""),
        with("queues", "service_level = \"answered\""),
        with("queues", "max_asa = 30"),
        with("queues", "priority = 0"),
        with("queues", "agents = \"team\""),
        with("queues", "agents = [{ after = \"5s\" }]"),
        with("call_types", "balk = 5"),
        with("call_types", "balk = \"5pp\""),
        with("run", "until_precise = 0.005"),
        with("run", "seed = 1.5"),
        with("shifts", "rest = \"11h\""),
        with("shifts", "types = [{ name = \"a\", start = \"08:00\" }]"),
        with(
            "shifts",
            "types = [{ name = \"a\", start = 8, length = \"8h\" }]",
        ),
        with(
            "shifts",
            "types = [{ name = \"a\", start = \"08:00\", length = 8 }]",
        ),
        with(
            "shifts",
            "types = [{ name = \"a\", start = \"08:00\", length = \"8h\", days = [\"monday\"] }]",
        ),
        with(
            "shifts",
            "types = [{ name = \"a\", start = \"08:00\", length = \"8h\", breaks = [{ length = \"30m\" }] }]",
        ),
        with(
            "shifts",
            "types = [{ name = \"a\", start = [], length = \"8h\" }]",
        ),
        with(
            "shifts",
            "cyclic = \"yes\"\ntypes = [{ name = \"a\", start = \"08:00\", length = \"8h\" }]",
        ),
        with("stress", "expect = \"headroom > 5%\""),
        with("stress", "expect = [5]"),
        with("stress", "expect = [\"headrom > 5%\"]"),
        with("stress", "expect = [\"headroom = 5%\"]"),
        with("stress", "expect = [\"headroom\"]"),
        with(
            "stress",
            &format!("expect = [{}]", vec!["\"headroom > 5%\""; 101].join(",")),
        ),
    ] {
        assert!(!complaints(&wrong).is_empty(), "this conforms:\n{wrong}");
        assert!(
            scenario::parse("wrong", &wrong, Path::new(""), &[]).is_err(),
            "{wrong}"
        );
    }
}

/// Every form in which the documentation and the reader's tests write a value.
#[test]
fn what_the_reader_accepts_conforms() {
    let mut accepted = 0;
    for (part, lines) in [
        (
            "scenario",
            &[
                "open = \"8:00 - 20:00\"",
                "open = \"00:00–24:00\"",
                "interval = \"1h\"",
                "closing = \"cut\"",
                "busyness_cv = 0",
                "busyness_cv = 10.0",
            ][..],
        ),
        (
            "run",
            &[
                "until_precise = \"0.5pp\"",
                "until_precise = \" .5 pp \"",
                "confidence = \"99%\"",
                "confidence = 0.9",
                "seed = \"18446744073709551615\"",
                "seed = 0",
                "seed = 3.0",
                "replications = 7",
                "mode = \"steady\"\nlength = \"1000h\"\nwarm_up = \"1d2h3m4s5ms\"",
            ],
        ),
        (
            "stress",
            &[
                "stages = \"1h:100%\"\nexpect = []",
                "expect = [\"headroom > -5%\", \" breaking_point>=130 % \"]",
                "stages = \"1h:100%\"\nexpect = [\"recovery < 1h30m\", \"lost_extra <= 1e3\"]",
                "expect = [\"\"\"\nbreaking_point\n<\n500%\n\"\"\"]",
            ],
        ),
        (
            "queues",
            &[
                "target = \"80/20\"",
                "target = \"80%/20s\"",
                "target = \" 80 % / 1m30s \"",
                "target = \"95% in 24h\"",
                "target = \"0.95 in 24h\"",
                "target = \"99.5/.5\"",
                "short_abandon = \"250ms\"",
                "max_asa = \"1m 30s\"",
                "max_asa = \" 1.5d \"",
                "max_asa = \"5min\"",
                "max_asa = \"5.s\"",
                "max_abandonment = 0.05",
                "max_abandonment = \"5 %\"",
                "max_abandonment = \"0.05\"",
                "max_abandonment = 1",
                "limit = 0",
                "agents = [\"team\"]",
                "agents = [[\"team\"]]",
                "agents = [{ group = \"team\" }]",
                "agents = [{ group = [\"team\"], after = \"0s\" }]",
                "service_level = \"with_abandons\"",
            ],
        ),
        (
            "call_types",
            &[
                "patience = \"never\"",
                "patience = \" never \"",
                "patience = \"60s\"",
                "patience = \"fixed(60s)\"",
                "patience = \"exp( 3m )\"",
                "patience = \"exp (1m30s)\"",
                "patience = \"lognormal(180s,sd 0s)\"",
                "patience = \"gamma(180s, sd 90s)\"",
                "patience = \"erlang(180s, k 3)\"",
                "patience = \"erlang(180s, k +3)\"",
                "patience = \"weibull(shape 9e-1, scale 400s)\"",
                "patience = \"weibull(shape +.9, scale 400s)\"",
                "patience = \"uniform(10s, 30s)\"",
                "patience = \"hyperexp(30%: 20s, 0.7: 5m)\"",
                "patience = \"hyperexp(1: 20s)\"",
                "patience = \"empirical(talk.csv, talk)\"",
                "patience = \"empirical( 'talk.csv' , \\\"talk\\\" )\"",
                "patience = { empirical = [12.5, 40, \"2m\"] }",
                "patience = { empirical = [0], source = \"made up\" }",
                "talk_factor = 1.5",
                "balk = \"1%\"",
                "balk = 1.0",
                "resolution = 0",
                "volume_is = \"first_attempts\"",
                "ivr = { time = \"9s\", contained = \"70%\", abandoned = 0.3 }",
                "reconnect = { probability = 0.5, delay = \"1s\" }",
                "redial = { delay = \"exp(10m)\" }",
                "redial = { abandoned = 0.4, blocked = [0.8, \"50%\"], delay = \"exp(10m)\", max_attempts = 5 }",
                "cost_per_attempt = 0.02",
                "cost_per_lost_caller = 5",
            ],
        ),
        (
            "shifts",
            &[
                "types = [{ name = \"a\", start = \"8:00 - 9:00\", length = \"8h\" }]",
                "types = [{ name = \"a\", start = [\"08:00\", \"09:00–10:00\"], length = [\"8h\", \"4h30m\"], days = \"mon\", groups = \"team\", breaks = [{ length = \"30m\", earliest = \"2h\" }, { length = \"30m\", earliest = \"3h\" }] }]",
                "types = [{ name = \"a\", start = \"08:00\", length = \"8h\", days = [\"mon\"], groups = [\"team\"] }]\ncontracts = [{ name = \"b\", types = [\"a\"] }, { name = \"c\", types = \"a\" }]",
                "grid = \"15m\"\nday = \"sun\"\nshrinkage = \"10%\"\nkeep = { file = \"a.csv\", cost_per_change = 1 }\ntypes = [{ name = \"a\", start = \"08:00\", length = \"24h\" }]",
                "types = [{ name = \"a\", start = \"08:00\", length = \"8h\" }]\npremiums = [{ name = \"a\", hours = \"22:00-06:00\", extra = 1 }]\nblocks = [{ name = \"a\", group = \"team\", hours = \"10:00-24:00\", people = 1 }]",
            ],
        ),
        (
            "groups",
            &[
                "shrinkage = 0.3",
                "shrinkage = \"30%\"",
                "max_occupancy = \"90%\"",
                "cost_per_hour = 1e12",
            ],
        ),
    ] {
        for line in lines {
            let text = with(part, line);
            let read = scenario::parse("good", &text, Path::new("tests/fixtures"), &[]);
            assert!(
                read.is_ok(),
                "the reader: {line}\n{}",
                read.unwrap_err().render(false, 100)
            );
            assert_eq!(complaints(&text), [""; 0], "{line}");
            accepted += 1;
        }
    }
    let list = |item: &str| format!("[{}]", [item; 24].join(", "));
    for (from, to) in [
        ("rate = \"60/h\"", "rate = \" 1 / min \"".to_owned()),
        ("rate = \"60/h\"", "rate = \"0.02/s\"".to_owned()),
        ("rate = \"60/h\"", "rate = \"700/d\"".to_owned()),
        ("rate = \"60/h\"", format!("rate = {}", list("\"60/h\""))),
        ("rate = \"60/h\"", "volume = 12.5".to_owned()),
        ("rate = \"60/h\"", format!("volume = {}", list("12"))),
        ("rate = \"60/h\"", "volume = { file = \"volumes.csv\", column = \"service\" }".to_owned()),
        (
            "rate = \"60/h\"",
            "volume = { file = \"several_days.csv\", column = \"calls\", where = { date = \"2003-03-03\" } }".to_owned(),
        ),
        ("staff = 4", "staff = 4.0".to_owned()),
        ("staff = 4", format!("staff = {}", list("4"))),
        ("skills = [\"service\"]", "skills = { service = 1 }".to_owned()),
        ("skills = [\"service\"]", "skills = { service = { factor = 1.15, priority = 2 } }".to_owned()),
        ("skills = [\"service\"]", "skills = { service = {} }".to_owned()),
        ("\"Least\"", "\" ü – \u{1f600} \"".to_owned()),
        ("[[groups]]", "[[trunks]]\nname = \"t\"\nlines = 5\nmax_blocking = \"1%\"\n[[groups]]".to_owned()),
    ] {
        assert!(LEAST.contains(from), "{from}");
        let text = LEAST.replace(from, &to);
        let read = scenario::parse("good", &text, Path::new("tests/fixtures"), &[]);
        assert!(read.is_ok(), "the reader: {to}\n{}", read.unwrap_err().render(false, 100));
        assert_eq!(complaints(&text), [""; 0], "{to}");
        accepted += 1;
    }
    assert!(accepted > 80);
}

/// The schema of a key.
fn of_key(part: &str, key: &str) -> Validator {
    let schema = json_schema();
    let part = &schema["properties"][part];
    let table = if part["items"].is_object() {
        &part["items"]
    } else {
        part
    };
    validator(&table["properties"][key])
}

/// Texts that are nearly values, or are: pieces of all forms in any order. (U+0085 is a blank to the reader and not in a
/// schema; no keyboard has it.)
fn nearly_a_value() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[0-9]{1,3}(\\.[0-9]{0,2})?|\\.[0-9]",
        3 => "ms|s|m|min|h|d|%|pp|/h|/min|/| in ",
        1 => "never|sd |k |shape |scale |: |, |-|\\+|e",
        1 => "[ \t\u{a0}]",
    ];
    prop::collection::vec(piece, 1..6).prop_map(|pieces| pieces.concat())
}

fn time() -> impl Strategy<Value = String> {
    (
        "[0-9]{1,3}(\\.[0-9]{0,2})?",
        "ms|s|m|min|h|d",
        "[ \t\u{a0}]{0,2}",
        " ?",
    )
        .prop_map(|(number, unit, before, after)| format!("{before}{number}{unit}{after}"))
}

fn nearly_a_random_duration() -> impl Strategy<Value = String> {
    let inner = prop_oneof![
        time(),
        (time(), "sd|k|shape", "[ \t]{1,2}", time())
            .prop_map(|(a, word, gap, b)| format!("{a},{word}{gap}{b}")),
        (time(), "k[ \t]{1,2}\\+?[0-9]{1,3}").prop_map(|(a, k)| format!("{a},{k}")),
        ("[0-9]{1,2}", time(), "[0-9]{1,2}", time())
            .prop_map(|(p, a, q, b)| format!(".{p}:{a},{q}%:{b}")),
        ("1|100 ?%|1\\.0", time()).prop_map(|(p, a)| format!("{p} : {a}")),
        ("\\+?[0-9]{0,2}\\.?[0-9]{0,2}([eE][+-]?[0-9])?", time())
            .prop_map(|(shape, scale)| format!("shape {shape} , scale {scale}")),
        (time(), time()).prop_map(|(a, b)| format!("{a},{b}")),
        nearly_a_value(),
    ];
    let name = "(fixed|exp|lognormal|gamma|erlang|weibull|uniform|hyperexp) ?";
    (name, inner).prop_map(|(name, inner)| format!("{name}({inner})"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    /// Whatever text the reader takes, the schema takes.
    #[test]
    fn it_is_never_stricter_than_the_reader(text in nearly_a_value(), random in nearly_a_random_duration()) {
        static KEYS: LazyLock<[Validator; 6]> = LazyLock::new(|| [
            of_key("queues", "max_asa"),
            of_key("call_types", "rate"),
            of_key("queues", "max_abandonment"),
            of_key("run", "until_precise"),
            of_key("queues", "target"),
            of_key("call_types", "patience"),
        ]);
        let value = json!(text);
        let here = Path::new("");
        let taken = [
            parse_duration(&text).is_ok(),
            parse_rate(&text).is_ok(),
            parse_fraction(&text).is_ok(),
            parse_points(&text).is_ok(),
            parse_target(&text).is_ok(),
            parse_distribution(&text, here).is_ok(),
        ];
        for (taken, key) in taken.into_iter().zip(KEYS.iter()) {
            prop_assert!(!taken || key.is_valid(&value), "{text:?} is refused");
        }
        if parse_distribution(&random, here).is_ok() {
            prop_assert!(KEYS[5].is_valid(&json!(random)), "{random:?} is refused");
        }
    }
}
