//! Running until the figures are precise enough.

mod common;

use acdsim::experiment::{Replications, Settings};
use acdsim::model::Model;

fn until(model: &Model, half_width: f64, at_most: u64) -> acdsim::kpi::Results {
    let replications = Replications::UntilPrecise {
        half_width,
        at_most,
    };
    let settings = Settings {
        replications,
        ..Settings::of(model)
    };
    common::run_with(model, &settings)
}

fn scenario(rate: &str, staff: u32) -> Model {
    common::model(&format!(
        "[scenario]\nname = \"precision\"\n[[queues]]\nname = \"q\"\n\
         [[call_types]]\nname = \"c\"\nqueue = \"q\"\nrate = \"{rate}\"\ntalk = \"exp(180s)\"\npatience = \"exp(60s)\"\n\
         [[groups]]\nname = \"g\"\nskills = [\"q\"]\nstaff = {staff}\n"
    ))
}

/// Blocks of days: 100, then half as many again each time.
#[test]
fn it_ends_at_the_first_block_that_is_precise_enough() {
    let model = scenario("100/h", 6);
    let results = until(&model, 0.003, 100_000);
    let days = results.run.replications;
    let blocks = [100, 150, 225, 338, 507, 761, 1142];
    assert!(blocks.contains(&days), "{days} days");
    let widest = |results: &acdsim::kpi::Results| {
        ["service_level", "abandonment_rate"]
            .map(|kpi| results.queues[0].get(kpi).half_width().expect("days"))
            .into_iter()
            .fold(0.0, f64::max)
    };
    assert!(widest(&results) <= 0.003, "{}", widest(&results));
    let before = blocks
        .iter()
        .rev()
        .find(|&&n| n < days)
        .expect("more than one block");
    let fewer = common::run_with(&model, &common::days(&model, *before));
    assert!(widest(&fewer) > 0.003, "{before} days were enough");
}

#[test]
fn it_says_where_the_limit_ends_it() {
    let results = until(&scenario("100/h", 6), 0.000_01, 120);
    assert_eq!(results.run.replications, 120);
    let warnings = &results.run.warnings;
    assert!(
        warnings.iter().any(|w| w.contains("not reached")),
        "{warnings:?}"
    );
}

/// A hundred days with a call each, all answered at once: that is no certainty of half a point.
#[test]
fn days_that_are_all_alike_are_no_certainty() {
    let results = until(&scenario("0.1/h", 20), 0.005, 100_000);
    assert_eq!(results.queues[0].get("service_level").se, Some(0.0));
    let days = results.run.replications;
    // 1 − 0.025^(1/n) ≤ 0.005 from n = 736 calls on, some 610 days.
    assert_eq!(days, 761, "days");
}
