//! What Erlang's formulas say of a queue, as it stands in a result beside the simulated figures.

use serde::{Deserialize, Serialize};

/// What the formulas say of a queue, or of one of its intervals. [`crate::planning::beside`] fills it in.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Formulas {
    /// Of the first attempts alone, as the scenario expects them.
    pub first_attempts: FormulaPair,
    /// Of all attempts, as simulated: first attempts, redials and reconnects.
    pub all_attempts: FormulaPair,
}

/// The two formulas.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FormulaPair {
    /// Erlang-C: nobody gives up.
    pub c: FormulaAnswer,
    /// Erlang-A: callers give up as the scenario says, whatever the distribution of their patience.
    pub a: FormulaAnswer,
}

/// Figures, or why there are none.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum FormulaAnswer {
    /// The figures.
    Figures(FormulaFigures),
    /// There are none.
    None {
        /// Why.
        not_applicable: NotApplicable,
    },
}

impl FormulaAnswer {
    /// The figures, where there are any.
    pub fn figures(&self) -> Option<&FormulaFigures> {
        match self {
            Self::Figures(figures) => Some(figures),
            Self::None { .. } => None,
        }
    }

    /// Why there are none.
    pub fn not_applicable(&self) -> Option<NotApplicable> {
        match self {
            Self::Figures(_) => None,
            Self::None { not_applicable } => Some(*not_applicable),
        }
    }
}

impl From<NotApplicable> for FormulaAnswer {
    fn from(not_applicable: NotApplicable) -> Self {
        Self::None { not_applicable }
    }
}

/// What a formula gives; plain numbers, as they are exact. The names are those of the key figures.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FormulaFigures {
    /// Traffic offered: calls per hour × AHT / 3600 s.
    pub erlangs: f64,
    /// Agents, averaged over the time.
    pub agents: f64,
    /// Service level by the queue's formula and target time.
    pub service_level: f64,
    /// Average speed of answer.
    pub asa_s: f64,
    /// Abandoned / offered.
    pub abandonment_rate: f64,
    /// Fraction of the agents' time spent with calls.
    pub occupancy: f64,
}

/// Why a formula does not apply to a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotApplicable {
    /// Nobody gives up, and as many calls come as can be answered, or more: the queue would grow without end.
    Unstable,
    /// Nobody is there to answer.
    NoAgents,
    /// Nobody calls.
    NoCalls,
    /// Agents of the queue serve other queues, too.
    SharedAgents,
    /// The queue's agents stand in several tiers, or in one that opens after a wait.
    SeveralTiers,
}

impl NotApplicable {
    /// As in the document.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unstable => "unstable",
            Self::NoAgents => "no_agents",
            Self::NoCalls => "no_calls",
            Self::SharedAgents => "shared_agents",
            Self::SeveralTiers => "several_tiers",
        }
    }
}
