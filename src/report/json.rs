//! The JSON document: written, and read back.

use crate::kpi::{Part, Results, SCHEMA, TargetInfo};
use crate::scenario::{self, Mode, Scenario, ScenarioError};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::io::{self, Write};

/// A document as indented JSON with a newline at the end.
pub fn pretty(document: &impl Serialize) -> String {
    // Serialising to memory fails only for maps whose keys are no text; there are none.
    let mut text = serde_json::to_string_pretty(document).unwrap_or_default();
    text.push('\n');
    text
}

/// The same, written as it is made: the document of a large scenario may not fit into memory as text.
///
/// # Errors
/// Those of `out`.
pub fn write(document: &impl Serialize, mut out: impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut out, document)?;
    out.write_all(b"\n")
}

/// Why a text is no document of a run.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is not JSON.
    #[error("it is not JSON: {0}")]
    NotJson(serde_json::Error),
    /// It is another document.
    #[error(
        "its \"schema\" is {0}, expected \"{SCHEMA}\"; `acdsim run --json` writes such a document"
    )]
    Schema(String),
    /// Something is missing, or of another kind than it should be.
    #[error("it is not a document as `acdsim run --json` writes it: {0}")]
    Unfit(String),
    /// Its scenario cannot be read.
    #[error("its scenario cannot be read")]
    Scenario(#[from] ScenarioError),
}

/// Reads the document of a run, with the scenario that it is about. `name` stands in messages about the scenario.
///
/// # Errors
/// [`ReadError`] where the text was not written by [`write()`], or was changed so that it contradicts itself.
pub fn read(name: &str, text: &[u8]) -> Result<(Results, Scenario), ReadError> {
    #[derive(Deserialize)]
    struct Header {
        schema: Option<serde_json::Value>,
    }
    let text = &*utf8(text);
    let unfit = |e: serde_json::Error| match e.is_data() {
        true => ReadError::Unfit(e.to_string()),
        false => ReadError::NotJson(e),
    };
    let header: Header = serde_json::from_slice(text).map_err(unfit)?;
    match header.schema {
        Some(serde_json::Value::String(schema)) if schema == SCHEMA => {}
        Some(other) => return Err(ReadError::Schema(shortened(&other.to_string()))),
        None => return Err(ReadError::Schema("missing".to_owned())),
    }
    let results: Results = serde_json::from_slice(text).map_err(unfit)?;
    let name = format!("scenario.resolved in {name}");
    let scenario = scenario::from_json(&name, &results.scenario.resolved)?.scenario;
    fits(&results, &scenario).map_err(ReadError::Unfit)?;
    Ok((results, scenario))
}

/// A text as UTF-8 without a byte-order mark: some shells write what they redirect as UTF-16.
fn utf8(text: &[u8]) -> Cow<'_, [u8]> {
    let decoded = |unit: fn([u8; 2]) -> u16| {
        let units = text[2..]
            .chunks_exact(2)
            .map(|pair| unit([pair[0], pair[1]]));
        let letters = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER));
        Cow::Owned(letters.collect::<String>().into_bytes())
    };
    match text {
        [0xef, 0xbb, 0xbf, rest @ ..] => Cow::Borrowed(rest),
        [0xff, 0xfe, ..] => decoded(u16::from_le_bytes),
        [0xfe, 0xff, ..] => decoded(u16::from_be_bytes),
        _ => Cow::Borrowed(text),
    }
}

/// What is too long for a message is cut.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// Whether a result is one of this scenario, so that reports can rely on it.
fn fits(results: &Results, scenario: &Scenario) -> Result<(), String> {
    let steady = scenario.run.mode != Mode::Day;
    let run = &results.run;
    let expected = |what: &str, is_right: bool| match is_right {
        true => Ok(()),
        false => Err(format!("{what} is not what its scenario says")),
    };
    expected("`scenario.name`", results.scenario.name == scenario.name)?;
    expected(
        "`run.mode`",
        run.mode == if steady { "steady" } else { "day" },
    )?;
    if !(run.confidence > 0.0 && run.confidence < 1.0) {
        return Err("`run.confidence` does not lie between 0 and 1".to_owned());
    }
    if run.warnings.iter().any(|w| w.contains(char::is_control)) {
        return Err("`run.warnings` has control characters".to_owned());
    }

    let queues = scenario.queues.iter().map(|queue| queue.name.as_str());
    let types = scenario.call_types.iter().map(|t| t.name.as_str());
    let groups = scenario.groups.iter().map(|group| group.name.as_str());
    let trunks = scenario.trunks.iter().map(|trunk| trunk.name.as_str());
    expected("`queues`", queues.eq(results.queues.iter().map(Part::name)))?;
    expected(
        "`call_types`",
        types.eq(results.call_types.iter().map(Part::name)),
    )?;
    expected("`groups`", groups.eq(results.groups.iter().map(Part::name)))?;
    expected("`trunks`", trunks.eq(results.trunks.iter().map(Part::name)))?;

    let starts = scenario.interval_starts();
    for part in results.parts() {
        let what = |field: &str| match &part.name {
            Some(name) => format!("`{field}` of {name:?}"),
            None => format!("`{field}` of `total`"),
        };
        let found = part.intervals.as_ref();
        let fitting = found.map_or(steady, |intervals| {
            !steady && starts.iter().eq(intervals.iter().map(|i| &i.start))
        });
        expected(&what("intervals"), fitting)?;
        let bins = part.waits.as_ref().is_none_or(|waits| {
            let n = waits.edges_s.len();
            let mut counts = waits.answered.iter().chain(&waits.abandoned);
            let sum = counts.try_fold(0u64, |sum, &count| sum.checked_add(count));
            waits.answered.len() == n && waits.abandoned.len() == n && sum.is_some()
        });
        expected(&what("waits"), bins)?;
        let mut levels = part.days.iter().flat_map(|days| &days.histogram);
        let seen = levels.try_fold(0u64, |sum, level| {
            let is_fraction = (0.0..=1.0).contains(&level.service_level);
            is_fraction.then(|| sum.checked_add(level.days)).flatten()
        });
        expected(
            &what("days"),
            seen.is_some_and(|days| days <= run.replications),
        )?;
    }
    for (queue, part) in scenario.queues.iter().zip(&results.queues) {
        let target = TargetInfo::of(queue);
        let what = format!("`target` of {:?}", part.name());
        expected(&what, part.target.as_ref() == Some(&target))?;
    }
    for target in &results.targets {
        let known = results.parts().any(|part| {
            let name = target.place.split_once('.').map(|(_, name)| name);
            part.name.is_some()
                && name == part.name.as_deref()
                && part.kpis.contains_key(&target.kpi)
        });
        expected("`targets`", known)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_of_any_shell_are_read() {
        let text = "{\"a\": \"ü € 𝄞\"}";
        let utf16 = |mark: u16, bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            std::iter::once(mark)
                .chain(text.encode_utf16())
                .flat_map(bytes)
                .collect()
        };
        let marked = ["\u{feff}", text].concat().into_bytes();
        let written = [text.as_bytes().to_vec(), marked];
        let written = written.into_iter().chain([
            utf16(0xfeff, u16::to_le_bytes),
            utf16(0xfeff, u16::to_be_bytes),
        ]);
        for bytes in written {
            assert_eq!(std::str::from_utf8(&utf8(&bytes)), Ok(text), "{bytes:x?}");
        }
        assert_eq!(*utf8(&[0xff, 0xfe]), *b"");
    }

    /// Takes so many bytes, then there is no room.
    struct Small(usize);

    impl Write for Small {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.0 == 0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            let n = bytes.len().min(self.0);
            self.0 -= n;
            Ok(n)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn written_and_made_are_the_same() {
        let document = serde_json::json!({ "a": [1, 2.5, null], "b": { "c": "d" } });
        let mut out = Vec::new();
        write(&document, &mut out).expect("memory takes everything");
        assert_eq!(String::from_utf8_lossy(&out), pretty(&document));
    }

    /// What is endless as a whole can be written only piece by piece.
    #[test]
    fn a_document_is_written_as_it_is_made() {
        struct Endless;
        impl Serialize for Endless {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_seq(std::iter::repeat(1))
            }
        }
        let error = write(&Endless, Small(1000)).expect_err("it has no end");
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    }
}
