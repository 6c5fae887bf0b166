//! A day on which something changes that is not given by interval: lines, the IVR, who serves a queue, the routing policy.

use super::Model;
use crate::scenario::Scenario;

/// How a voice-response unit works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IvrState {
    /// As it should.
    #[default]
    Works,
    /// Callers go straight to the queue.
    Skipped,
    /// Callers hear the busy tone.
    Busy,
}

/// The scenario as it is from a cell on.
///
/// Its parts, their names, the call types' queues and trunk groups, and everything that is given by interval are those of the
/// day: only lines, the IVR, who serves a queue, and the routing policy may differ.
#[derive(Debug, Clone)]
pub struct Phase {
    /// The first cell, which begins with it.
    pub cell: usize,
    /// The compiled scenario.
    pub model: Model,
    /// Groups that are lost as it begins: the calls that their agents talk on are cut. Who is left goes by the staff.
    pub lost: Vec<usize>,
}

impl Phase {
    /// A scenario from a cell on, the state of the IVR of each call type, and the groups that are lost as it begins.
    pub fn new(cell: usize, scenario: &Scenario, ivr: &[IvrState], lost: Vec<usize>) -> Self {
        let mut model = Model::new(scenario);
        for (of, state) in model.call_types.iter_mut().zip(ivr) {
            if let Some(ivr) = &mut of.ivr {
                ivr.state = *state;
                if *state != IvrState::Works {
                    // Who is in it when it goes down goes on to the queue.
                    (ivr.contained_below, ivr.abandoned_below) = (0.0, 0.0);
                }
            }
        }
        Self { cell, model, lost }
    }
}

impl Model {
    /// The model of a day whose scenario changes: the first phase begins with cell 0, or the day begins as it stands. Phases
    /// come in the order of their cells. A steady run has none: they are ignored.
    pub fn with_phases(mut self, phases: Vec<Phase>) -> Self {
        debug_assert!(phases.is_sorted_by(|a, b| a.cell < b.cell));
        if !self.steady {
            self.phases = phases;
        }
        self
    }

    /// Whether calls may be cut.
    pub fn may_cut_calls(&self) -> bool {
        self.phases.iter().any(|phase| !phase.lost.is_empty())
    }
}
