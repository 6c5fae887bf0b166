//! The outcome as JUnit XML, which build servers read.

use super::{Undecided, words};
use crate::lab::check::{Outcome, Verdict};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use std::io;

/// A suite of one case for each expectation. What is not decided is a failure of type `inconclusive`; skipped, if that shall
/// stop nobody.
///
/// # Errors
/// If it cannot be written.
pub fn junit(outcome: &Outcome, undecided: Undecided, out: &mut dyn io::Write) -> io::Result<()> {
    let mut suite = TestSuite::new(outcome.scenario.label.as_str());
    for judged in &outcome.expectations {
        let failure = |kind: &str| {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_type(kind).set_message(words::seen(judged));
            status
        };
        let status = match (judged.verdict, undecided) {
            (Verdict::Pass, _) => TestCaseStatus::success(),
            (Verdict::Fail, _) => failure("fail"),
            (Verdict::Inconclusive, Undecided::Pass) => {
                let mut status = TestCaseStatus::skipped();
                status.set_message(words::seen(judged));
                status
            }
            (Verdict::Inconclusive, _) => failure("inconclusive"),
        };
        let mut case = TestCase::new(words::title(judged), status);
        case.set_classname(judged.place.as_str());
        let place = judged.file.iter().zip(judged.line);
        for (file, line) in place {
            case.extra.insert("file".into(), file.as_str().into());
            case.extra.insert("line".into(), line.to_string().into());
        }
        suite.add_test_case(case);
    }
    let mut report = Report::new("acdsim check");
    report.add_test_suite(suite);
    report.serialize(out).map_err(io::Error::other)
}
