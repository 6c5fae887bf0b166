//! A scenario that was changed, as a file: that from which it came, its comments kept.

use super::files::{Place, SaveError};
use crate::experiment::calibrate::Calibration;
use crate::scenario::{Change, Document, Scenario};
use serde_json::Value;
use std::path::Path;

/// Why it was not written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be written.
    #[error(transparent)]
    Save(#[from] SaveError),
    /// What would be written is not what was meant.
    #[error("the scenario is not read back as it is; it was not written")]
    NotTheSame,
}

/// Saves a scenario that was made from a document, by calibration and changes of values, so that it is read back as it is.
/// Returns whether the comments of the document could be kept.
///
/// # Errors
/// [`Error`].
pub fn save(
    scenario: &Scenario,
    from: (&Document, Option<&Calibration>),
    place: &Place,
) -> Result<bool, Error> {
    let (text, has_comments) = text(scenario, from, place.path())?;
    place.save_file(|file| file.write_all(text.as_bytes()))?;
    Ok(has_comments)
}

/// The text that [`save`] writes, for a file at `out`, and whether the comments of the document could be kept.
///
/// # Errors
/// [`Error::NotTheSame`].
pub fn text(
    scenario: &Scenario,
    (document, calibration): (&Document, Option<&Calibration>),
    out: &Path,
) -> Result<(String, bool), Error> {
    let folder = out.parent().unwrap_or(Path::new(""));
    let is_same = |text: &str| {
        let read = Document::parse(&out.display().to_string(), text, folder);
        let read = read.and_then(|document| document.check(&[]));
        read.is_ok_and(|read| content(&read.scenario) == content(scenario))
    };
    let kept = with_comments(scenario, document, calibration, folder);
    let kept = kept.filter(|text| is_same(text));
    let has_comments = kept.is_some();
    // Else a file that only a --set makes valid, for example.
    let text = kept.unwrap_or_else(|| scenario.to_toml());
    if !has_comments && !is_same(&text) {
        return Err(Error::NotTheSame);
    }
    Ok((text, has_comments))
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
