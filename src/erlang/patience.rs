//! How long callers wait before they hang up.

use super::Error;
use crate::scenario::Distribution;

/// How long callers wait before they hang up: a distribution, and the fraction of those who would have to wait that leave at
/// once (balk).
#[derive(Debug, Clone, PartialEq)]
pub struct Patience {
    distribution: Distribution,
    balk: f64,
}

impl Patience {
    /// Nobody hangs up.
    pub fn endless() -> Self {
        Self {
            distribution: Distribution::Never,
            balk: 0.0,
        }
    }

    /// Exponential with a mean in seconds.
    ///
    /// # Errors
    /// [`Error::BadInput`] unless the mean is above 0.
    pub fn exponential(mean_s: f64) -> Result<Self, Error> {
        Self::new(&Distribution::Exp { mean_s }, 0.0)
    }

    /// Any distribution, and the fraction that balks.
    ///
    /// # Errors
    /// [`Error::BadInput`] if a parameter makes no sense.
    pub fn new(distribution: &Distribution, balk: f64) -> Result<Self, Error> {
        Ok(Self {
            distribution: distribution.clone(),
            balk,
        })
    }
}
