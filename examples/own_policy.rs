//! A routing policy of one's own, against the one that the scenario names: `cargo run --release --example own_policy`.
//!
//! The policy: who serves several queues takes a call of a less urgent one only when another waits behind it. Otherwise a
//! specialist will probably be free soon, and the generalist is kept for those whom nobody else can help.

use acdsim::routing::{AgentId, Choice, Policy, Preference, Routing, View};
use acdsim::{Control, Model, Results, Settings, experiment, scenario};
use std::path::Path;

/// Calls of a less urgent queue that must wait before a generalist takes one.
const PATIENT: u32 = 2;

#[derive(Debug)]
struct SpecialistsFirst;

impl SpecialistsFirst {
    fn may_take(view: &View<'_>, group: usize, queue: usize, waiting: u32) -> bool {
        let is_specialist = view.model.groups[group].serves.len() == 1;
        let is_urgent = view.model.scenario.queues[queue].priority == 1;
        is_specialist || is_urgent || waiting >= PATIENT
    }
}

impl Policy for SpecialistsFirst {
    fn agent_for_call(&mut self, view: &View<'_>, queue: usize) -> Option<Choice> {
        // The call that has just entered is not counted as waiting yet.
        let waiting = view.queues[queue].waiting + 1;
        let choice = Preference.agent_for_call(view, queue)?;
        Self::may_take(view, choice.group, queue, waiting).then_some(choice)
    }

    fn agent_in_tier(&mut self, view: &View<'_>, queue: usize, tier: usize) -> Option<Choice> {
        // Whoever has waited for the tier is not kept waiting longer.
        Preference.agent_in_tier(view, queue, tier)
    }

    fn queue_for_agent(&mut self, view: &View<'_>, group: usize, agent: AgentId) -> Option<usize> {
        let queue = Preference.queue_for_agent(view, group, agent)?;
        Self::may_take(view, group, queue, view.queues[queue].waiting).then_some(queue)
    }
}

/// Simulates the scenario with its own policy and with ours: the same days, the same callers.
fn both() -> Result<(Results, Results), Box<dyn std::error::Error>> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/routing.toml");
    let loaded = scenario::load(&file, &[])?;
    let model = Model::new(&loaded.scenario);
    let (settings, control) = (Settings::of(&model), Control::default());
    let theirs = experiment::run(&model, &settings, &control, &[])?;
    let routing = |_: &Model| Routing::of(SpecialistsFirst);
    let ours = experiment::run_with(&model, &routing, &settings, &control, &[])?;
    Ok((theirs.results, ours.results))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (theirs, ours) = both()?;
    println!("{:<12} {:>10} {:>10}", "queue", "preference", "own policy");
    for (a, b) in theirs.queues.iter().zip(&ours.queues) {
        let level =
            |part: &acdsim::kpi::Part| 100.0 * part.get("service_level").mean.unwrap_or(0.0);
        let name = a.name.as_deref().unwrap_or_default();
        println!("{name:<12} {:>8.1} % {:>8.1} %", level(a), level(b));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use acdsim::lab::Gate;

    /// The same as a gate: it simulates as many days as it takes to be sure.
    #[test]
    fn new_customers_gain_and_nobody_hangs_up_for_it() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/routing.toml");
        let scenario = scenario::load(&file, &[]).expect("it can be read").scenario;
        Gate::new("own policy", scenario.clone())
            .routed_by(&|_| Routing::of(SpecialistsFirst))
            .against("preference", scenario)
            .expect("queues.new.service_level >= 80%")
            .expect("delta queues.new.service_level > +2pp")
            .expect("delta total.abandonment_rate <= +1pp")
            .assert();
    }

    /// What is wanted of the policy, as a test that runs with `cargo test --examples`.
    #[test]
    fn the_same_people_reach_both_targets() {
        let (theirs, ours) = both().expect("the scenario can be simulated");
        let level = |results: &Results, queue: usize| {
            let level = results.queues[queue].get("service_level").mean;
            level.expect("somebody calls")
        };
        let (new, old) = (level(&ours, 0), level(&ours, 1));
        assert!(new > 0.80 && old > 0.70, "new {new}, old {old}");
        let before = level(&theirs, 0);
        assert!(before < 0.80, "the scenario's own policy reaches {before}");
    }
}
