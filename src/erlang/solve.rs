//! The inverses: agents, volume and AHT from targets.

use super::{Error, Target, WaitingSystem};

impl WaitingSystem {
    /// The smallest whole number of agents from which on every target holds; 0 without calls, else at least 1.
    ///
    /// # Errors
    /// [`Error::Unreachable`], [`Error::BadInput`].
    pub fn least_agents(&self, _targets: &[Target]) -> Result<u64, Error> {
        Err(Error::BadInput("not written yet".to_owned()))
    }

    /// The same, not rounded up to a whole number.
    ///
    /// # Errors
    /// Those of [`WaitingSystem::least_agents`].
    pub fn least_agents_fractional(&self, _targets: &[Target]) -> Result<f64, Error> {
        Err(Error::BadInput("not written yet".to_owned()))
    }

    /// The largest volume up to which every target holds.
    ///
    /// # Errors
    /// [`Error::Unbounded`], [`Error::Unreachable`], [`Error::BadInput`].
    pub fn largest_calls_per_h(&self, _targets: &[Target]) -> Result<f64, Error> {
        Err(Error::BadInput("not written yet".to_owned()))
    }

    /// The longest AHT up to which every target holds.
    ///
    /// # Errors
    /// [`Error::Unbounded`], [`Error::Unreachable`], [`Error::BadInput`].
    pub fn largest_aht_s(&self, _targets: &[Target]) -> Result<f64, Error> {
        Err(Error::BadInput("not written yet".to_owned()))
    }
}
