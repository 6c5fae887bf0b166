//! How a scenario is run.

use std::time::Duration;

use crate::scenario::fields::Checker;
use crate::scenario::nodes::{self, fraction};
use crate::scenario::schema;
use crate::scenario::tree::Node;
use crate::scenario::types::{Mode, RunSettings};
use crate::scenario::values::ValueError;
use crate::scenario::words::listed;

impl Checker<'_> {
    pub(super) fn run(&mut self, node: &Node) -> Option<RunSettings> {
        let f = self.open(node, &schema::RUN)?;
        let mode = self.word(&f, "mode");
        self.steady = mode == Some(1);
        let replications = self.whole_u32(&f, "replications");
        let max_replications = self.whole_u32(&f, "max_replications");
        let until_precise = self.value(&f, "until_precise", |node| {
            nodes::points(node).and_then(|points| above_zero(points, node))
        });
        let warm_up = self.value(&f, "warm_up", nodes::duration);
        let length = self.value(&f, "length", nodes::duration);
        let seed = self.whole(&f, "seed");
        let confidence = self.value(&f, "confidence", confidence);
        if f.has("until_precise") && f.has("replications") && !self.steady {
            self.find(
                f.span_of("until_precise"),
                "`replications` and `until_precise` exclude each other",
                "which is it: a number of days, or as many as this needs?",
                "leave one of them out; `max_replications` bounds `until_precise`",
            );
        }
        if length == Some(Duration::ZERO) {
            self.find(
                f.span_of("length"),
                "`length` must be above 0",
                "nothing would be observed",
                "write for example \"2000h\"",
            );
        }
        if !self.steady {
            let idle = ["warm_up", "length"].into_iter().filter(|key| f.has(key));
            self.no_effect(&idle.collect::<Vec<_>>(), "a run of days");
        }
        Some(RunSettings {
            mode: match self.steady {
                false => Mode::Day,
                true => Mode::Steady {
                    warm_up: warm_up?,
                    length: length?,
                },
            },
            replications: replications?,
            until_precise,
            max_replications: max_replications?,
            seed: seed?,
            confidence: confidence?,
        })
    }

    /// Remarks on keys that are written in vain.
    pub(super) fn no_effect(&mut self, keys: &[&str], kind: &str) {
        if keys.is_empty() {
            return;
        }
        let have = if keys.len() == 1 { "has" } else { "have" };
        let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
        let keys = listed(&keys, "and");
        self.warnings
            .push(format!("{keys} {have} no effect in {kind}"));
    }
}

fn above_zero(points: f64, node: &Node) -> nodes::Read<f64> {
    match points > 0.0 {
        true => Ok(points),
        false => Err(ValueError::new(
            "a difference above 0",
            "no number of days is as precise as this",
            "write for example \"0.5pp\"",
        )
        .at(node)),
    }
}

fn confidence(node: &Node) -> nodes::Read<f64> {
    let level = fraction(node)?;
    match level > 0.0 && level < 1.0 {
        true => Ok(level),
        false => Err(ValueError::new(
            "a level between 0 and 1",
            "both ends are excluded",
            "write for example 0.95 or \"95%\"",
        )
        .at(node)),
    }
}
