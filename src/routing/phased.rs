//! Policies of a day whose scenario changes: each decides from its instant on, and all see what the agents do.

use super::{AgentId, Choice, Policy, Routing, Status, View};
use crate::model::Model;
use crate::random::ReplicationKey;

/// Policies, each with the instant from which on it decides; the first decides from the start.
#[derive(Debug)]
pub(super) struct Phased {
    parts: Vec<(i64, Routing)>,
    /// That of which the last decision was.
    current: usize,
}

impl Phased {
    /// The policies of a model's phases; none where one policy decides all day.
    pub fn new(model: &Model) -> Option<Self> {
        let mut parts = vec![(0, Routing::of_scenario(model))];
        let mut before = model;
        for phase in &model.phases {
            if differs(before, &phase.model) {
                let at_ns = model.grid.start_ns + model.grid.width_ns * phase.cell as i64;
                parts.push((at_ns, Routing::of_scenario(&phase.model)));
            }
            before = &phase.model;
        }
        let default = parts.iter().all(|(_, routing)| routing.is_default());
        (parts.len() > 1 && !default).then_some(Self { parts, current: 0 })
    }

    #[inline]
    fn now(&mut self, view: &View<'_>) -> &mut Routing {
        let begun = |parts: &[(i64, Routing)], part: usize| {
            parts
                .get(part)
                .is_some_and(|(at_ns, _)| *at_ns <= view.now_ns)
        };
        while begun(&self.parts, self.current + 1) {
            self.current += 1;
        }
        &mut self.parts[self.current].1
    }
}

/// Whether a policy made for one may not do for the other: it may have taken what it needs from the model.
fn differs(a: &Model, b: &Model) -> bool {
    let (a, b) = (&a.scenario, &b.scenario);
    let tiers = a
        .queues
        .iter()
        .zip(&b.queues)
        .any(|(a, b)| a.tiers != b.tiers);
    tiers || a.routing != b.routing
}

impl Policy for Phased {
    fn start(&mut self, model: &Model, key: ReplicationKey) {
        self.current = 0;
        for (_, routing) in &mut self.parts {
            routing.start(model, key);
        }
    }

    fn agent_for_call(&mut self, view: &View<'_>, queue: usize) -> Option<Choice> {
        self.now(view).agent_for_call(view, queue)
    }

    fn agent_in_tier(&mut self, view: &View<'_>, queue: usize, tier: usize) -> Option<Choice> {
        self.now(view).agent_in_tier(view, queue, tier)
    }

    fn queue_for_agent(&mut self, view: &View<'_>, group: usize, agent: AgentId) -> Option<usize> {
        self.now(view).queue_for_agent(view, group, agent)
    }

    fn next_look(&mut self, view: &View<'_>) -> Option<i64> {
        self.now(view).next_look(view)
    }

    fn pair(&mut self, view: &View<'_>) -> Option<(usize, Choice)> {
        self.now(view).pair(view)
    }

    fn agent_is(&mut self, status: Status, agent: AgentId, now_ns: i64) {
        for (_, routing) in &mut self.parts {
            routing.agent_is(status, agent, now_ns);
        }
    }

    fn failure(&self) -> Option<&str> {
        let failures = self
            .parts
            .iter()
            .filter_map(|(_, routing)| routing.failure());
        failures.map(|(_, why)| why.as_str()).next()
    }
}
