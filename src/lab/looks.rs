//! When a run that goes on until it is precise is looked at.

/// The numbers of replications at which the figures are looked at: 100, then half as many again each time, and at last the
/// largest. They are fixed before anything is simulated.
///
/// Whoever looks often, and stops when the figures please, is wrong more often than at a single look. So the probability of
/// an error is spent over the looks, the same part at each (Bonferroni): of intervals at level 1 − α / looks all of all looks
/// hold at once with probability 1 − α, whichever look ends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looks(Vec<u64>);

/// Replications of the first look.
const FIRST: u64 = 100;

impl Looks {
    /// A single look, after so many replications.
    pub fn once(replications: u64) -> Self {
        Self(vec![replications])
    }

    /// Looks up to the largest number of replications.
    pub fn up_to(largest: u64) -> Self {
        let mut looks = Vec::new();
        let mut next = FIRST;
        while next < largest {
            looks.push(next);
            next += next.div_ceil(2);
        }
        looks.push(largest);
        Self(looks)
    }

    /// The numbers of replications.
    pub fn ends(&self) -> &[u64] {
        &self.0
    }

    /// The level of an interval at each look for that of all looks together.
    pub fn confidence(&self, together: f64) -> f64 {
        1.0 - (1.0 - together) / self.0.len() as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_end_at_the_largest() {
        assert_eq!(Looks::up_to(50).ends(), [50]);
        assert_eq!(Looks::up_to(100).ends(), [100]);
        assert_eq!(Looks::up_to(400).ends(), [100, 150, 225, 338, 400]);
        assert!((Looks::up_to(400).confidence(0.95) - 0.99).abs() < 1e-12);
        assert_eq!(Looks::once(200).confidence(0.95), 0.95);
    }
}
