//! Systems in which calls wait for an agent.

use super::offered_wait::OfferedWait;
use super::{Error, Patience, above_zero, at_least_zero, fraction, not_too_large};
use crate::scenario::Formula;

/// Calls that arrive at random, wait in the order of their arrival, and are served by equal agents in exponential times.
///
/// What is solved for is not looked at: [`WaitingSystem::least_agents`] ignores `agents`,
/// [`WaitingSystem::largest_calls_per_h`] ignores `calls_per_h`, [`WaitingSystem::largest_aht_s`] ignores `aht_s`.
#[derive(Debug, Clone, PartialEq)]
pub struct WaitingSystem {
    /// Calls per hour; with a limit, attempts.
    pub calls_per_h: f64,
    /// Mean handling time: talk and after-call work.
    pub aht_s: f64,
    /// Agents; need not be whole.
    pub agents: f64,
    /// How long callers wait before they hang up.
    pub patience: Patience,
    /// Waiting places; none is as many as it takes. Only where patience is exponential or endless.
    pub limit: Option<u32>,
}

/// The times that figures refer to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// T of the service levels, 20 s by default.
    pub within_s: f64,
    /// The short-abandon threshold, 5 s by default.
    pub short_s: f64,
    /// The fraction of which [`Performance::wait_percentile_s`] is the wait.
    pub percentile: Option<f64>,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            within_s: 20.0,
            short_s: 5.0,
            percentile: None,
        }
    }
}

/// What a system gives, as plain numbers; the names are those of the key figures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Performance {
    /// Traffic offered: calls × AHT.
    pub erlangs: f64,
    /// Fraction of the offered not answered at once.
    pub delayed: f64,
    /// Abandoned / offered; those who balk have abandoned.
    pub abandonment_rate: f64,
    /// Blocked / attempts: found no waiting place. What is blocked is not offered.
    pub blocking_rate: f64,
    /// Mean wait of the answered; none where nobody is.
    pub asa_s: Option<f64>,
    /// Mean wait of all offered.
    pub mean_wait_s: f64,
    /// Mean wait of the abandoned, those who balk included; none where nobody abandons.
    pub mean_wait_abandoned_s: Option<f64>,
    /// Waiting calls, on average.
    pub queue_length_mean: f64,
    /// Fraction of the agents' time spent with calls.
    pub occupancy: f64,
    /// Busy agents, on average.
    pub carried_erlangs: f64,
    /// The smallest time that the asked fraction of all offered does not wait longer than.
    pub wait_percentile_s: Option<f64>,
    /// 1 − service level, in the order of [`Formula::ALL`]: exact where the level is near 1.
    pub(super) missed: [f64; 6],
}

impl Performance {
    /// The service level by a formula.
    pub fn service_level(&self, formula: Formula) -> f64 {
        1.0 - self.missed(formula)
    }

    /// 1 − service level, exact where the level is near 1.
    pub fn missed(&self, formula: Formula) -> f64 {
        self.missed[formula as usize]
    }
}

impl WaitingSystem {
    /// The same with another number of agents.
    pub fn with_agents(&self, agents: f64) -> Self {
        Self {
            agents,
            ..self.clone()
        }
    }

    /// Traffic offered in erlangs.
    pub fn erlangs(&self) -> f64 {
        self.calls_per_h * self.aht_s / 3600.0
    }

    /// What the system gives.
    ///
    /// # Errors
    /// [`Error::Unstable`] if nobody gives up, there is room for all, and the traffic is no less than the agents;
    /// [`Error::BadInput`].
    pub fn performance(&self, at: &Thresholds) -> Result<Performance, Error> {
        self.check()?;
        at_least_zero("the time of the service level", at.within_s)?;
        at_least_zero("the short-abandon threshold", at.short_s)?;
        if let Some(percentile) = at.percentile {
            fraction("the percentile", percentile)?;
        }
        let wait = OfferedWait::new(self, &[at.within_s, at.short_s])?;
        let abandoned = wait.abandoned();
        let (answered_wait, abandoned_wait) = wait.means();
        let mean_wait = answered_wait + abandoned_wait;
        let per_s = self.calls_per_h / 3600.0 * (1.0 - wait.blocked);
        Ok(Performance {
            erlangs: self.erlangs(),
            delayed: wait.delayed,
            abandonment_rate: abandoned,
            blocking_rate: wait.blocked,
            asa_s: wait.asa(),
            mean_wait_s: mean_wait,
            mean_wait_abandoned_s: (abandoned > 0.0).then(|| abandoned_wait / abandoned),
            queue_length_mean: per_s * mean_wait,
            occupancy: wait.occupancy(),
            carried_erlangs: wait.carried_erlangs(),
            wait_percentile_s: match at.percentile {
                Some(percentile) => wait.percentile(percentile),
                None => None,
            },
            missed: Formula::ALL.map(|(formula, _)| {
                missed(&wait, formula, at.within_s, at.short_s).unwrap_or(f64::NAN)
            }),
        })
    }

    /// Whether the numbers make sense.
    pub(super) fn check(&self) -> Result<(), Error> {
        at_least_zero("the volume", self.calls_per_h)?;
        above_zero("the AHT", self.aht_s)?;
        not_too_large("the number of agents", self.agents)?;
        not_too_large("the traffic", self.erlangs())?;
        if self.limit.is_some() && !self.patience.may_be_limited() {
            return Err(Error::BadInput(
                "a limit of waiting places has a formula only where patience is exponential or callers never hang up"
                    .to_owned(),
            ));
        }
        Ok(())
    }
}

/// 1 − service level by a formula; none where nobody is in its denominator.
///
/// With a(t), b(t) the fractions of the offered that wait longer than t and are then answered, or hang up: what is within T and
/// answered is all that is answered less a(T), and so on. Written so that there is no difference.
pub(super) fn missed(
    wait: &OfferedWait<'_>,
    formula: Formula,
    within: f64,
    short: f64,
) -> Option<f64> {
    let late = wait.after(within);
    let all = wait.after(0.0);
    let answered = wait.at_once + all.answered;
    let short = || wait.after(short).abandoned;
    let (missed, of) = match formula {
        Formula::AnsweredOverOffered => (late.answered + all.abandoned + wait.balked, 1.0),
        Formula::AnsweredOverAnswered => (late.answered, answered),
        Formula::WithAbandons => (late.answered + late.abandoned, 1.0),
        Formula::WithoutEarlyAbandons => {
            (late.answered + late.abandoned, answered + late.abandoned)
        }
        Formula::WithoutShortAbandons => {
            let short = short();
            (late.answered + short, answered + short)
        }
        Formula::ShortAbandonsAsMet => (late.answered + short(), 1.0),
    };
    (of > 0.0).then(|| (missed / of).min(1.0))
}
