//! What a session leaves for the next one, beside the scenario's file: history and marks.

use super::setting::{History, Mark};
use crate::report::files::{Place, SaveError};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Name and version of the document.
pub const SCHEMA: &str = "acdsim.session/1";

/// The largest file that is read: what is larger was not written here.
const MOST_BYTES: u64 = 64 << 20;

/// What is kept. Serialises to schema [`SCHEMA`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    schema: String,
    /// Of the scenario that the changes are of, as in its results.
    sha256: String,
    history: History,
    marks: Vec<Mark>,
}

impl Kept {
    /// What is to be kept of a scenario.
    pub fn new(sha256: String, history: History, marks: Vec<Mark>) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            sha256,
            history,
            marks,
        }
    }

    /// The file beside a scenario's: `day.session.json` beside `day.toml`.
    pub fn path(scenario: &Path) -> PathBuf {
        scenario.with_extension("session.json")
    }

    /// Reads what was kept beside a scenario's file; nothing where there is none.
    ///
    /// # Errors
    /// Why it is there and cannot be read.
    pub fn read(scenario: &Path) -> Result<Option<Self>, String> {
        let path = Self::path(scenario);
        let name = path.display();
        let failed =
            |why: &dyn std::fmt::Display| format!("cannot read {name}: {why}; it is left as it is");
        match fs::metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(&error)),
            Ok(there) if !there.is_file() || there.len() > MOST_BYTES => {
                return Err(failed(&"it is not what a session has kept"));
            }
            Ok(_) => {}
        }
        let text = fs::read_to_string(&path).map_err(|error| failed(&error))?;
        let kept: Self = serde_json::from_str(&text).map_err(|error| failed(&error))?;
        match kept.schema == SCHEMA {
            true => Ok(Some(kept)),
            false => Err(failed(&format!(
                "it is of another version, {}",
                kept.schema
            ))),
        }
    }

    /// Writes it beside a scenario's file; where there is nothing to keep a file that is there goes.
    ///
    /// # Errors
    /// What the system says.
    pub fn write(&self, scenario: &Path) -> Result<(), SaveError> {
        let path = Self::path(scenario);
        if self.is_empty() {
            // A missing one is as good.
            let _ = fs::remove_file(&path);
            return Ok(());
        }
        let place = Place::given(&path, true);
        place.save_file(|out| serde_json::to_writer(out, self).map_err(io::Error::from))?;
        Ok(())
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.marks.is_empty() && self.history == History::default()
    }

    /// Whether the scenario was another one.
    pub fn is_of_another(&self, sha256: &str) -> bool {
        self.sha256 != sha256
    }

    /// How many changes the what-if has, and how many marks there are, in words.
    pub fn counts(&self) -> (String, String) {
        let number = |n: usize, what: &str| match n {
            1 => format!("1 {what}"),
            n => format!("{n} {what}s"),
        };
        let changes = self.history.now().whatif.len();
        (number(changes, "change"), number(self.marks.len(), "mark"))
    }

    /// History and marks.
    pub fn into_parts(self) -> (History, Vec<Mark>) {
        (self.history, self.marks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::lever::Value;

    #[test]
    fn what_was_kept_comes_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let scenario = folder.path().join("day.toml");
        assert_eq!(Kept::read(&scenario), Ok(None));
        let mut history = History::default();
        history.change(|setting| {
            let path = "groups.a.staff[3]".to_owned();
            setting.whatif.insert(path, Value::Number(4.0));
            setting.whatif.insert(
                "routing.policy".to_owned(),
                Value::Choice("random".to_owned()),
            );
        });
        let kept = Kept::new("abc".to_owned(), history, Vec::new());
        kept.write(&scenario).expect("written");
        assert_eq!(Kept::read(&scenario), Ok(Some(kept)));

        let path = Kept::path(&scenario);
        for (text, expected) in [
            ("{", "EOF"),
            (
                "{\"schema\": \"acdsim.session/9\", \"sha256\": \"\", \"history\": {\"now\": {\"baseline\": {}, \"whatif\": {}}, \"past\": [], \"future\": []}, \"marks\": []}",
                "another version",
            ),
        ] {
            fs::write(&path, text).expect("written");
            let error = Kept::read(&scenario).expect_err("an error");
            assert!(error.contains(expected), "{error}");
        }
        let nothing = Kept::new(String::new(), History::default(), Vec::new());
        nothing.write(&scenario).expect("written");
        assert!(!path.exists());
    }
}
