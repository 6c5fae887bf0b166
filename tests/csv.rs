//! CSV files: every figure of the document is in them, and they open everywhere.

#![allow(clippy::unwrap_used)]

mod common;

use acdsim::kpi::Results;
use acdsim::report::{csv as tables, files::Place};
use acdsim::stats::Estimate;
use common::command::command_in;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// A day with everything in it, and names that hurt.
const DAY: &str = r#"
[scenario]
name = "=1+2"
open = "09:00-10:00"
[run]
replications = 4
[[trunks]]
name = "@lines"
lines = 6
max_blocking = "5%"
[[queues]]
name = "-help, \"desk\""
max_abandonment = "5%"
[[queues]]
name = "nobody.calls"
[[call_types]]
name = "question"
queue = "-help, \"desk\""
trunk = "@lines"
rate = "100/h"
patience = "exp(1m)"
talk = "exp(3m)"
redial = { abandoned = 0.5, blocked = 0.8, delay = "exp(5m)" }
[[groups]]
name = "+agents"
skills = ["-help, \"desk\"", "nobody.calls"]
staff = 4
max_occupancy = "90%"
cost_per_hour = 20
"#;

fn written(results: &Results) -> (tempfile::TempDir, HashMap<String, String>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tables");
    let place = Place::given(&path, false);
    place
        .save_folder(&AtomicBool::new(false), |folder| {
            tables::write(results, folder)
        })
        .unwrap();
    let texts = texts(&path);
    (folder, texts)
}

fn texts(folder: &Path) -> HashMap<String, String> {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, std::fs::read_to_string(entry.path()).unwrap())
        })
        .collect()
}

/// The rows of a file by column, with the mark against formulas taken away again.
fn rows(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let plain = |cell: &str| cell.strip_prefix('\'').unwrap_or(cell).to_owned();
    let rows = reader.records().map(Result::unwrap);
    rows.map(|row| {
        let cells = header.iter().zip(&row);
        cells
            .map(|(name, cell)| (name.to_owned(), plain(cell)))
            .collect()
    })
    .collect()
}

fn number(cell: &str) -> Option<f64> {
    (!cell.is_empty()).then(|| cell.parse().unwrap())
}

fn estimate(row: &BTreeMap<String, String>, [mean, low, high, se]: [&str; 4]) -> Estimate {
    let of = |name: &str| number(&row[name]);
    Estimate {
        mean: of(mean),
        ci: of(low).zip(of(high)),
        se: of(se),
    }
}

/// A figure's place: part, name, start and figure.
type Key = [String; 4];

/// Every figure of the document, found by walking through its JSON.
fn figures(results: &Results) -> BTreeMap<Key, Estimate> {
    let document = serde_json::to_value(results).unwrap();
    let mut found = BTreeMap::new();
    let mut part = |list: &str, part: &Value| {
        let name = part["name"].as_str().unwrap_or("");
        let mut add = |start: &str, kpi: String, value: &Value| {
            let key = [list, name, start, &kpi].map(str::to_owned);
            let value = serde_json::from_value(value.clone()).unwrap();
            assert_eq!(found.insert(key, value), None);
        };
        let is_figure = |value: &Value| value.get("se").is_some();
        for (kpi, value) in part.as_object().unwrap() {
            match kpi.as_str() {
                "intervals" => {
                    for interval in value.as_array().unwrap() {
                        for (kpi, value) in interval.as_object().unwrap() {
                            if kpi != "start" {
                                add(interval["start"].as_str().unwrap(), kpi.clone(), value);
                            }
                        }
                    }
                }
                "service_levels" => {
                    for (formula, value) in value.as_object().unwrap() {
                        add("", format!("service_levels.{formula}"), value);
                    }
                }
                "days" => {
                    add("", "days.target_met".to_owned(), &value["target_met"]);
                    for (p, level) in value["service_level"].as_object().unwrap() {
                        let only_mean =
                            serde_json::json!({ "mean": level, "ci": null, "se": null });
                        add("", format!("days.service_level.{p}"), &only_mean);
                    }
                }
                "name" | "target" | "waits" => {}
                _ if is_figure(value) => add("", kpi.clone(), value),
                other => panic!("{other} is neither a figure nor known"),
            }
        }
    };
    part("total", &document["total"]);
    for list in ["queues", "call_types", "groups", "trunks"] {
        for one in document[list].as_array().unwrap() {
            part(list, one);
        }
    }
    found
}

#[test]
fn every_figure_of_the_document_is_in_the_tidy_table() {
    let results = common::run(DAY);
    let (_folder, files) = written(&results);
    let mut expected = figures(&results);
    assert!(expected.len() > 500, "{}", expected.len());
    for row in rows(&files["tidy.csv"]) {
        let key = ["part", "name", "start", "kpi"].map(|column| row[column].clone());
        let found = estimate(&row, ["mean", "ci_low", "ci_high", "se"]);
        assert_eq!(expected.remove(&key), Some(found), "{key:?}");
        let unit = match key[3].as_str() {
            "attempts" | "lost" => "count",
            "asa_s" | "wait_p95_s" => "seconds",
            "occupancy" | "service_levels.with_abandons" | "days.target_met" => "fraction",
            "staffed_h" => "hours",
            "lines_busy_max" => "number",
            "cost" => "money",
            _ => continue,
        };
        assert_eq!(row["unit"], unit, "{key:?}");
    }
    assert_eq!(expected, BTreeMap::new(), "missing from tidy.csv");
}

#[test]
fn the_wide_table_says_the_same() {
    let results = common::run(DAY);
    let (_folder, files) = written(&results);
    let mut expected = figures(&results);
    expected.retain(|key, _| !key[3].contains('.'));
    let table = rows(&files["wide.csv"]);
    // Six parts, each with the whole day, two intervals and what comes after closing.
    assert_eq!(table.len(), 6 * 4);
    for row in &table {
        for kpi in row.keys().filter_map(|name| name.strip_suffix("_ci_low")) {
            let key = [&row["part"], &row["name"], &row["start"], kpi].map(str::to_owned);
            let names = ["", "_ci_low", "_ci_high", "_se"].map(|end| format!("{kpi}{end}"));
            let found = estimate(row, names.each_ref().map(String::as_str));
            let wanted = expected.remove(&key).unwrap_or_default();
            assert_eq!(found, wanted, "{key:?}");
        }
    }
    assert_eq!(expected, BTreeMap::new(), "missing from wide.csv");
}

#[test]
fn targets_waits_and_days_have_tables() {
    let results = common::run(DAY);
    let (_folder, files) = written(&results);
    let targets = rows(&files["targets.csv"]);
    assert_eq!(targets.len(), results.targets.len());
    for (row, target) in targets.iter().zip(&results.targets) {
        assert_eq!(format!("{}.{}", row["part"], row["name"]), target.place);
        assert_eq!(row["kpi"], target.kpi);
        assert_eq!(
            serde_json::json!(row["bound"]),
            serde_json::json!(target.bound)
        );
        assert_eq!(number(&row["threshold"]), Some(target.threshold));
        let found = estimate(row, ["mean", "ci_low", "ci_high", "se"]);
        assert_eq!(found, target.estimate);
        assert_eq!(
            serde_json::json!(row["verdict"]),
            serde_json::json!(target.verdict)
        );
    }

    let mut waits = rows(&files["waits.csv"]).into_iter();
    let mut days = rows(&files["days.csv"]).into_iter();
    for queue in &results.queues {
        let histogram = queue.waits.as_ref().unwrap();
        for bin in 0..histogram.edges_s.len() {
            let row = waits.next().unwrap();
            assert_eq!(row["queue"], queue.name());
            let over = bin.checked_sub(1).map(|below| histogram.edges_s[below]);
            assert_eq!(number(&row["over_s"]), over);
            assert_eq!(number(&row["up_to_s"]), Some(histogram.edges_s[bin]));
            assert_eq!(row["answered"], histogram.answered[bin].to_string());
            assert_eq!(row["abandoned"], histogram.abandoned[bin].to_string());
        }
        for level in &queue.days.as_ref().unwrap().histogram {
            let row = days.next().unwrap();
            assert_eq!(row["queue"], queue.name());
            assert_eq!(number(&row["service_level"]), Some(level.service_level));
            assert_eq!(row["days"], level.days.to_string());
        }
    }
    assert_eq!((waits.next(), days.next()), (None, None));

    let run: Vec<(String, String)> = rows(&files["run.csv"])
        .into_iter()
        .map(|row| (row["key"].clone(), row["value"].clone()))
        .collect();
    for (key, value) in [
        ("scenario", "=1+2"),
        ("mode", "day"),
        ("seed", "1"),
        ("replications", "4"),
        ("confidence", "0.95"),
        ("partial", "false"),
    ] {
        assert!(
            run.contains(&(key.to_owned(), value.to_owned())),
            "{key} {value}: {run:?}"
        );
    }
}

/// RFC 4180, and nothing that a spreadsheet would run.
#[test]
fn the_files_open_everywhere() {
    let results = common::run(DAY);
    let (_folder, files) = written(&results);
    assert_eq!(files.len(), 7);
    for (name, text) in &files {
        assert!(text.ends_with("\r\n"), "{name}");
        assert_eq!(
            text.matches('\n').count(),
            text.matches("\r\n").count(),
            "{name}"
        );
        assert!(text.is_ascii(), "{name}");
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(text.as_bytes());
        for cell in reader.records().flat_map(|row| {
            let row = row.unwrap();
            row.iter().map(str::to_owned).collect::<Vec<_>>()
        }) {
            assert!(!cell.starts_with(['=', '+', '-', '@']), "{name}: {cell}");
        }
    }
    let quoted = "\"'-help, \"\"desk\"\"\"";
    assert!(
        files["targets.csv"].contains(quoted),
        "{}",
        files["targets.csv"]
    );
}

/// Spreadsheets know UTF-8 by its mark; where there is nothing but ASCII it would only be in the way.
#[test]
fn a_mark_stands_before_letters_beyond_ascii() {
    let results = common::run(&DAY.replace("@lines", "Zürich"));
    let (_folder, files) = written(&results);
    for (name, text) in &files {
        assert!(text.starts_with('\u{feff}'), "{name}");
    }
    let names: Vec<String> = rows(&files["targets.csv"])
        .iter()
        .map(|row| row["name"].clone())
        .collect();
    assert!(names.contains(&"Zürich".to_owned()), "{names:?}");
}

#[test]
fn the_command_writes_them_and_says_where() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    std::fs::write(path.join("day.toml"), DAY).unwrap();
    let plain = command_in(path, &["run", "day.toml"]).output().unwrap();
    for (arguments, expected) in [
        (&["run", "day.toml", "--csv"][..], "output/1-2-seed1-csv"),
        (&["run", "day.toml", "--csv"], "output/1-2-seed1-csv-2"),
        (
            &["run", "day.toml", "--csv", "--force"],
            "output/1-2-seed1-csv",
        ),
        (
            &["run", "day.toml", "--csv", "--seed", "7"],
            "output/1-2-seed7-csv",
        ),
        (&["run", "day.toml", "--csv", "tables"], "tables"),
        (&["run", "day.toml", "--csv", "tables", "--force"], "tables"),
    ] {
        let output = command_in(path, arguments).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        let expected_said =
            format!("CSV files: {expected}\n").replace('/', std::path::MAIN_SEPARATOR_STR);
        assert_eq!(said, expected_said, "{arguments:?}");
        assert_eq!(output.status.code(), Some(0));
        if !arguments.contains(&"--seed") {
            assert_eq!(output.stdout, plain.stdout, "{arguments:?}");
        }
        assert_eq!(texts(&path.join(expected)).len(), 7, "{arguments:?}");
    }
    let made: Vec<_> = std::fs::read_dir(path.join("output")).unwrap().collect();
    assert_eq!(made.len(), 3, "{made:?}");

    let both = command_in(path, &["run", "day.toml", "--json", "--csv", "json"]);
    let document: Value = serde_json::from_slice(&{ both }.output().unwrap().stdout).unwrap();
    assert_eq!(document["schema"], "acdsim.result/1");
}

/// Before minutes of simulation, not after.
#[test]
fn a_bad_path_is_refused_before_the_simulation() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    std::fs::write(path.join("day.toml"), DAY).unwrap();
    std::fs::create_dir(path.join("full")).unwrap();
    std::fs::write(path.join("full/mine.txt"), "mine").unwrap();
    for (tail, expected) in [
        (
            &["--csv", "full"][..],
            "the folder full has files in it already; --force",
        ),
        (&["--csv", "day.toml"], "it is a file; name a folder"),
        (&["--csv", "no/where"], "there is no such folder"),
        (&["--csv", ""], "a value is required"),
        (&["--force"], "--csv"),
        (&["--csv", "x", "--explain"], "cannot be used with"),
    ] {
        let mut arguments = vec!["run", "day.toml", "--replications", "10000000"];
        if tail.contains(&"--explain") {
            arguments.truncate(2);
        }
        arguments.extend(tail);
        let output = command_in(path, &arguments)
            .timeout(std::time::Duration::from_secs(20))
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{tail:?}: {said}");
        assert!(said.contains(expected), "{tail:?}: {said}");
    }
    // Counted volumes are calibrated only after that.
    let counted = DAY.replace(
        "rate = \"100/h\"",
        "rate = \"100/h\"\nvolume_is = \"all_attempts\"",
    );
    std::fs::write(path.join("counted.toml"), counted).unwrap();
    let output = command_in(path, &["run", "counted.toml", "--csv", "full"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(texts(&path.join("full")).len(), 1);
}

#[test]
fn a_steady_run_has_no_intervals_and_no_days() {
    let steady = "[run]\nmode = \"steady\"\nwarm_up = \"1h\"\nlength = \"100h\"\n[scenario]\nname = \"s\"\n\
        [[queues]]\nname = \"q\"\n[[call_types]]\nname = \"c\"\nqueue = \"q\"\nrate = \"20/h\"\ntalk = \"exp(3m)\"\n\
        [[groups]]\nname = \"g\"\nskills = [\"q\"]\nstaff = 2\n";
    let (_folder, files) = written(&common::run(steady));
    assert!(
        rows(&files["tidy.csv"])
            .iter()
            .all(|row| row["start"].is_empty())
    );
    assert_eq!(files["days.csv"], "queue,service_level,days\r\n");
    assert!(files["run.csv"].contains("\r\nbatches,40\r\n"));
}

/// Parquet files hold what the CSV files hold, and names as they are.
#[cfg(feature = "parquet")]
#[test]
fn parquet_files_say_the_same() {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::Field;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    std::fs::write(path.join("day.toml"), DAY).unwrap();
    let run = ["run", "day.toml", "--csv", "c", "--parquet"];
    let output = command_in(path, &run).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let parquet = path.join("output/1-2-seed1-parquet");
    for (name, text) in texts(&path.join("c")) {
        let file = parquet.join(name.replace(".csv", ".parquet"));
        let reader = SerializedFileReader::new(std::fs::File::open(file).unwrap()).unwrap();
        let mut expected = rows(&text).into_iter();
        for row in reader.get_row_iter(None).unwrap() {
            let row = row.unwrap();
            let mut expected = expected.next().unwrap();
            for (column, field) in row.get_column_iter() {
                let cell = expected.remove(column).unwrap();
                let same = match field {
                    Field::Str(text) => *text == cell,
                    Field::Double(x) => number(&cell) == Some(*x),
                    Field::Null => cell.is_empty(),
                    other => panic!("{other:?}"),
                };
                assert!(same, "{name} {column}: {field:?}, in the CSV file {cell:?}");
            }
            assert!(expected.is_empty(), "{name}: no column for {expected:?}");
        }
        assert_eq!(expected.next(), None, "{name}");
    }
}
