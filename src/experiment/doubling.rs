//! A run of twice as many days for as long as its figures ask for more.

use super::{Control, Error, Fold, Replications, Settings};
use crate::engine::Halt;
use crate::kpi::{Collector, Results};
use crate::model::Model;
use crate::routing::Routing;
use std::sync::atomic::Ordering;

/// Simulates a model as [`run`](super::run) does, in the pool of threads that it is called in, and goes on to twice as many
/// days as long as `again` says so of the results. They are those of a run of so many days.
///
/// # Errors
/// Those of [`run`](super::run). When stopped, the results are those of the days before the last doubling, or, where there was
/// none, of the days that are complete.
pub fn run_doubling(
    model: &Model,
    settings: &Settings,
    control: &Control,
    mut again: impl FnMut(&Results) -> bool + Send,
) -> Result<Results, Error> {
    let mut days = match settings.replications {
        Replications::Fixed(days) => days,
        Replications::UntilPrecise { at_most, .. } => at_most,
    };
    let mut fold = Fold {
        model,
        routing: &Routing::new,
        seed: settings.seed,
        control,
        collector: Collector::new(model, Some(days)),
        attempts: 0,
    };
    let mut before: Option<Results> = None;
    loop {
        control.planned.store(days, Ordering::Relaxed);
        let partial = match (fold.up_to(days), before) {
            (Ok(()), _) => false,
            (Err(Halt::Interrupted), Some(mut results)) => {
                results.run.partial = true;
                return Ok(results);
            }
            (Err(Halt::Interrupted), None) if fold.collector.replications() > 0 => true,
            (Err(Halt::Interrupted), None) => return Err(Error::NothingDone("first day")),
            (Err(halt), _) => return Err(halt.into()),
        };
        let results = fold
            .collector
            .results(settings.seed, settings.confidence, partial, &[]);
        if partial || !again(&results) {
            return Ok(results);
        }
        before = Some(results);
        days *= 2;
        fold.collector.double_planned();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::run;

    #[test]
    fn doubled_days_are_those_of_a_run_of_so_many() {
        let text = "[scenario]\nname = \"s\"\nopen = \"08:00-10:00\"\n[[queues]]\nname = \"q\"\n\
                    [[call_types]]\nname = \"c\"\nqueue = \"q\"\nrate = \"60/h\"\ntalk = \"exp(3m)\"\npatience = \"exp(2m)\"\n\
                    [[groups]]\nname = \"g\"\nskills = [\"q\"]\nstaff = 3\n";
        let loaded = crate::scenario::parse("s", text, std::path::Path::new(""), &[]);
        let model = Model::new(&loaded.expect("a scenario").scenario);
        for (first, doublings) in [(3, 5), (25, 2), (40, 1), (100, 2)] {
            let settings = |days| Settings {
                replications: Replications::Fixed(days),
                ..Settings::of(&model)
            };
            let all = first << doublings;
            let again = |results: &Results| results.run.replications < all;
            let doubled = run_doubling(&model, &settings(first), &Control::default(), again);
            let at_once = run(&model, &settings(all), &Control::default(), &[]);
            let json = |results: &Results| serde_json::to_string(results).expect("a document");
            let (doubled, at_once) = (doubled.expect("run"), at_once.expect("run").results);
            assert!(
                json(&doubled) == json(&at_once),
                "{first} days, {doublings} times doubled"
            );
        }
    }
}
