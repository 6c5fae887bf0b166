//! A scenario that a command has changed, as a file: that from which it came, its comments kept.

use super::{Failure, say};
use crate::experiment::calibrate::Calibration;
use crate::report::files::Place;
use crate::scenario::{Change, Document, Scenario};
use serde_json::Value;
use std::path::Path;

/// Saves a scenario that was made from a document, by calibration and changes of values, so that it is read back as it is.
pub fn save(
    scenario: &Scenario,
    (document, calibration): (&Document, Option<&Calibration>),
    place: &Place,
) -> Result<(), Failure> {
    let out = place.path();
    let folder = out.parent().unwrap_or(Path::new(""));
    let is_same = |text: &str| {
        let read = Document::parse(&out.display().to_string(), text, folder);
        let read = read.and_then(|document| document.check(&[]));
        read.is_ok_and(|read| content(&read.scenario) == content(scenario))
    };
    let kept = with_comments(scenario, document, calibration, folder);
    let text = match kept.filter(|text| is_same(text)) {
        Some(text) => text,
        // A file that only a --set makes valid, for example.
        None => {
            let text = scenario.to_toml();
            if !is_same(&text) {
                return Err(Failure::bad_input(
                    "the scenario is not read back as it is; it was not written",
                ));
            }
            say("note: the comments of the scenario file could not be kept");
            text
        }
    };
    place.save_file(|file| file.write_all(text.as_bytes()))?;
    Ok(())
}

/// The document's text with what has changed; none where it cannot be said so.
fn with_comments(
    scenario: &Scenario,
    document: &Document,
    calibration: Option<&Calibration>,
    folder: &Path,
) -> Option<String> {
    let before = document.check(&[]).ok()?.scenario;
    // First attempts with the remark that they were found, then whatever else differs.
    let mut changes = calibration.map_or(Vec::new(), Calibration::changes);
    changes.extend(Change::between(&before, scenario));
    // Said even where it is the default: by these the figures are made again.
    let run = &scenario.to_json()["run"];
    for key in ["seed", "replications"] {
        if let Some(value) = run.get(key) {
            changes.push(Change::set_in("run", key, value.clone()));
        }
    }
    document.with_changes(&changes, folder).ok()
}

/// All that figures depend on: not where values were read from.
fn content(scenario: &Scenario) -> Value {
    fn without_sources(value: &mut Value) {
        match value {
            Value::Object(table) => {
                table.remove("source");
                table.values_mut().for_each(without_sources);
            }
            Value::Array(list) => list.iter_mut().for_each(without_sources),
            _ => {}
        }
    }
    let mut json = scenario.to_json();
    without_sources(&mut json);
    json
}
