//! When a run that goes on until it is sure enough is looked at.

use crate::stats::errors_of_looks;

/// The numbers of replications at which the figures are looked at: 100, then half as many again each time, and at last the
/// largest; none that the largest exceeds by less than a hundredth. They are fixed before anything is simulated.
///
/// Whoever looks often, and stops when the figures please, is wrong more often than at a single look. So the probability of
/// an error is spent over the looks, the same part at each: see [`errors_of_looks`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looks(Vec<u64>);

/// Replications of the first look.
pub(super) const FIRST: u64 = 100;

/// Blocks of consecutive replications that a baseline is kept in.
pub const BLOCKS: u64 = 50;

impl Looks {
    /// A single look, after so many replications.
    pub fn once(replications: u64) -> Self {
        Self(vec![replications])
    }

    /// Looks up to the largest number of replications.
    pub fn up_to(largest: u64) -> Self {
        let mut looks = Vec::new();
        let mut next = FIRST;
        // What few replications more would tell is no other look.
        while next + next / 100 < largest {
            looks.push(next);
            next += next.div_ceil(2);
        }
        looks.push(largest);
        Self(looks)
    }

    /// Looks after 10, 15, 20, 30, 40 and all 50 of as many blocks of so many replications each.
    pub fn of_blocks(replications: u64) -> Self {
        Self(
            [10, 15, 20, 30, 40, BLOCKS]
                .map(|blocks| blocks * replications)
                .to_vec(),
        )
    }

    /// The numbers of replications.
    pub fn ends(&self) -> &[u64] {
        &self.0
    }

    /// The one-sided error that a limit may have at each look for `error` of all looks together: see [`errors_of_looks`].
    pub fn errors(&self, error: f64) -> Vec<f64> {
        errors_of_looks(&self.0, error)
    }

    /// The level of an interval at each look, so that the intervals of all looks hold at once with probability `together`,
    /// whichever look ends it.
    pub fn confidence(&self, together: f64) -> Vec<f64> {
        match self.0.as_slice() {
            [_] => vec![together],
            // Each side has half of the error.
            _ => {
                let errors = self.errors((1.0 - together) / 2.0);
                errors.into_iter().map(|error| 1.0 - 2.0 * error).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_spent_whatever_the_largest_number_is() {
        for largest in [2, 102, 152, 10_000, 19_521, 19_716, 20_000, 9_999_999] {
            for error in [0.04, 1e-6] {
                let looks = Looks::up_to(largest);
                let errors = looks.errors(error);
                let part = error / errors.len() as f64;
                let fits = |e: &f64| *e > part * (1.0 - 1e-6) && *e < error * (1.0 + 1e-6);
                assert!(errors.iter().all(fits), "{:?}: {errors:?}", looks.ends());
            }
        }
    }

    #[test]
    fn looks_end_at_the_largest() {
        assert_eq!(Looks::up_to(50).ends(), [50]);
        assert_eq!(Looks::up_to(100).ends(), [100]);
        assert_eq!(Looks::up_to(400).ends(), [100, 150, 225, 338, 400]);
        assert_eq!(Looks::up_to(101).ends(), [101]);
        assert_eq!(Looks::up_to(341).ends(), [100, 150, 225, 341]);
        // Wider than of a single look, narrower than if each look had a part of its own.
        let levels = Looks::up_to(400).confidence(0.95);
        assert!((levels[0] - 0.99).abs() < 1e-9, "{levels:?}");
        assert!(
            levels[1..].iter().all(|l| (0.95..0.99).contains(l)),
            "{levels:?}"
        );
        assert_eq!(Looks::once(200).confidence(0.95), [0.95]);
    }
}
