//! The outcome as annotations that GitHub shows beside the lines of a pull request.

use super::{Undecided, words};
use crate::lab::check::{Outcome, Verdict};
use std::fmt::Write as _;

/// A workflow command for each expectation that is not fulfilled (GitHub, "Workflow commands for GitHub Actions").
pub fn annotations(outcome: &Outcome, undecided: Undecided) -> String {
    let mut out = String::new();
    for judged in &outcome.expectations {
        let level = match (judged.verdict, undecided) {
            (Verdict::Pass, _) => continue,
            (Verdict::Fail, _) | (Verdict::Inconclusive, Undecided::Fail) => "error",
            (Verdict::Inconclusive, Undecided::Apart) => "warning",
            (Verdict::Inconclusive, Undecided::Pass) => "notice",
        };
        let place = judged.file.iter().zip(judged.line);
        let place = place.map(|(file, line)| format!("file={},line={line},", property(file)));
        let title = format!(
            "{}: {}",
            words::shouted(judged.verdict),
            words::title(judged)
        );
        let _ = writeln!(
            out,
            "::{level} {}title={}::{}",
            place.collect::<String>(),
            property(&title),
            data(&words::seen(judged))
        );
    }
    out
}

fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_ends_a_command() {
        assert_eq!(data("80 %\n::error::x"), "80 %25%0A::error::x");
        assert_eq!(property("a:b,c%"), "a%3Ab%2Cc%25");
    }
}
