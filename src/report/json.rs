//! The JSON document.

use serde::Serialize;

/// A document as indented JSON with a newline at the end.
pub fn pretty(document: &impl Serialize) -> String {
    // Serialising to memory fails only for maps whose keys are no text; there are none.
    let mut text = serde_json::to_string_pretty(document).unwrap_or_default();
    text.push('\n');
    text
}
