//! What holds on every day: the identities of `docs/model.md`, and an observer that looks for what must never happen.

use acdsim::engine::{Agent, AgentEvent, Attempt, AttemptEvent, Contacts, Observer, Tally};
use acdsim::model::Model;
use proptest::prelude::*;
use std::collections::{HashSet, VecDeque};

fn attempts(c: &Contacts) -> u64 {
    c.first_attempts + c.redials + c.reconnects
}

/// Checks the identities of a day.
pub fn check_identities(model: &Model, tally: &Tally) -> Result<(), TestCaseError> {
    for c in &tally.call_types {
        prop_assert_eq!(
            attempts(c),
            c.blocked + c.ivr_contained + c.ivr_abandoned + c.offered
        );
        prop_assert_eq!(c.offered, c.answered + c.abandoned + c.abandoned_at_close);
        prop_assert_eq!(c.callers, c.resolved + c.lost);
        prop_assert!(c.served <= c.callers && c.answered_callers <= c.served);
        prop_assert!(c.first_contact_resolved <= c.answered_callers);
        prop_assert!(c.answered_within <= c.answered && c.answered_at_once <= c.answered_within);
        prop_assert!(c.dropped_in_service <= c.answered);
        prop_assert!(c.short_abandoned <= c.abandoned && c.abandoned_within <= c.abandoned);
        prop_assert!(c.first.offered <= c.first_attempts);
    }
    for c in &tally.queues {
        prop_assert_eq!(attempts(c), c.blocked + c.offered);
        prop_assert_eq!(c.offered, c.answered + c.abandoned + c.abandoned_at_close);
    }
    // Callers are counted once: as many as there were first attempts.
    let sum = |cells: &[Contacts], of: fn(&Contacts) -> u64| cells.iter().map(of).sum::<u64>();
    for cells in tally.call_types.chunks(tally.cells) {
        prop_assert_eq!(sum(cells, |c| c.callers), sum(cells, |c| c.first_attempts));
    }
    for of in [
        (|c: &Contacts| c.offered) as fn(&Contacts) -> u64,
        |c| c.answered,
        |c| c.abandoned,
        |c| c.answered_within,
        |c| c.dropped_in_service,
        |c| c.talk_ns as u64,
        |c| c.wait_answered_ns as u64,
    ] {
        prop_assert_eq!(sum(&tally.call_types, of), sum(&tally.queues, of));
    }
    let waits = |cells: &[Contacts]| -> i128 {
        cells
            .iter()
            .map(|c| c.wait_answered_ns + c.wait_abandoned_ns + c.wait_at_close_ns)
            .sum()
    };
    // Little's law, path by path: the area under the queue length is the sum of the waits.
    let area: i128 = tally.waiting.iter().map(|a| a.area_ns).sum();
    let by_queue: i128 = tally.queues.iter().map(|c| c.waiting.area_ns).sum();
    let by_type: i128 = tally.call_types.iter().map(|c| c.waiting.area_ns).sum();
    prop_assert_eq!(
        (area, area, area),
        (waits(&tally.queues), by_queue, by_type)
    );
    // Busy time is talk and after-call work.
    for cells in tally.groups.chunks(tally.cells) {
        let busy: i128 = cells.iter().map(|g| g.busy.area_ns).sum();
        let work: i128 = cells.iter().map(|g| g.talk_ns + g.acw_ns).sum();
        prop_assert_eq!(busy, work);
        prop_assert!(cells.iter().all(|g| g.busy.area_ns <= g.on_duty.area_ns));
    }
    // Lines that are lost while in use end with their call.
    let phases = || model.phases.iter().map(|phase| &phase.model);
    for (i, cells) in tally.trunks.chunks(tally.cells).enumerate() {
        let most = phases().chain([model]).map(|of| of.trunks[i].lines).max();
        prop_assert!(cells.iter().all(|t| Some(t.busy.max) <= most));
    }
    Ok(())
}

/// Watches queues and agents for what must never happen.
pub struct Watch<'m> {
    model: &'m Model,
    now: i64,
    /// Waiting attempts of each queue in the order of entry.
    waiting: Vec<VecDeque<(Attempt, i64)>>,
    idle: Vec<HashSet<Agent>>,
    pub on_duty: Vec<i128>,
    since: i64,
    pub staffed_ns: Vec<i128>,
    pub violations: Vec<String>,
}

impl<'m> Watch<'m> {
    pub fn new(model: &'m Model) -> Self {
        let groups = model.groups.len();
        Self {
            model,
            now: 0,
            waiting: vec![VecDeque::new(); model.queues.len()],
            idle: vec![HashSet::new(); groups],
            on_duty: vec![0; groups],
            since: 0,
            staffed_ns: vec![0; groups],
            violations: Vec::new(),
        }
    }

    /// Before time moves on: nobody idles while a call waits that they may take.
    fn advance(&mut self, now: i64) {
        if now == self.now {
            return;
        }
        let as_now = self.as_now();
        for (g, group) in as_now.groups.iter().enumerate() {
            self.staffed_ns[g] += self.on_duty[g] * i128::from(now - self.since);
            for serve in &group.serves {
                if let Some((attempt, entered)) = self.waiting[serve.queue].front()
                    && !self.idle[g].is_empty()
                    && self.now - entered >= serve.after_ns
                {
                    self.violations.push(format!(
                        "at {} ns group {g} idles while {attempt:?} waits",
                        self.now
                    ));
                }
            }
        }
        self.since = now;
        self.now = now;
    }

    /// The scenario at this instant.
    fn as_now(&self) -> &'m Model {
        let grid = self.model.grid;
        let begun = |cell: usize| grid.start_ns + grid.width_ns * cell as i64 <= self.now;
        let mut phases = self.model.phases.iter();
        let phase = phases.rfind(|phase| begun(phase.cell));
        phase.map_or(self.model, |phase| &phase.model)
    }

    fn leaves(&mut self, attempt: Attempt, answered: bool) {
        let queue = self.model.call_types[attempt.call_type].queue;
        let place = self.waiting[queue].iter().position(|w| w.0 == attempt);
        if let Some(place) = place {
            if answered && place != 0 {
                self.violations
                    .push(format!("{attempt:?} overtook {:?}", self.waiting[queue][0]));
            }
            self.waiting[queue].remove(place);
        }
    }
}

impl Observer for Watch<'_> {
    fn attempt(&mut self, now: i64, attempt: Attempt, event: AttemptEvent) {
        self.advance(now);
        match event {
            AttemptEvent::Waits { .. } => {
                let queue = self.model.call_types[attempt.call_type].queue;
                self.waiting[queue].push_back((attempt, now));
            }
            AttemptEvent::Abandoned | AttemptEvent::Dropped => self.leaves(attempt, false),
            AttemptEvent::Answered { agent, .. } => {
                self.leaves(attempt, true);
                self.idle[agent.group].remove(&agent);
            }
            _ => {}
        }
    }

    fn agent(&mut self, now: i64, agent: Agent, event: AgentEvent) {
        self.advance(now);
        match event {
            AgentEvent::OnDuty => {
                self.on_duty[agent.group] += 1;
                self.idle[agent.group].insert(agent);
            }
            AgentEvent::Free => {
                self.idle[agent.group].insert(agent);
            }
            AgentEvent::OffDuty => {
                self.on_duty[agent.group] -= 1;
                self.idle[agent.group].remove(&agent);
            }
        }
    }
}
