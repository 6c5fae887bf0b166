//! The JSON document.

use serde::Serialize;
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

#[cfg(test)]
mod tests {
    use super::*;

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
