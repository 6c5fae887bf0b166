//! Which of several variants is best, as far as that is sure.

use crate::kpi::Better;
use serde::Serialize;

/// The variants by a figure, the best first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ranking {
    /// Of what; the figures of everything together are ranked.
    #[serde(rename = "where")]
    pub place: String,
    /// Which figure.
    pub kpi: String,
    /// Every variant.
    pub order: Vec<Rank>,
}

/// A variant's place in a ranking.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rank {
    /// Its label.
    pub side: String,
    /// The figure.
    pub mean: f64,
    /// The best and the worst rank that it can have: 1 + the variants that are surely better, and the number of all less those
    /// that are surely worse.
    pub rank: (usize, usize),
}

/// Ranks the variants. `interval` is that of the difference from the first to the second of two variants, none where it is
/// not known. Where all intervals hold, each variant's true rank is within its range (Al Mohamad, Goeman and van Zwet 2022).
pub fn rank(
    values: &[(String, f64)],
    better: Better,
    interval: impl Fn(usize, usize) -> Option<(f64, f64)>,
) -> Vec<Rank> {
    let surely_better = |one: usize, other: usize| match (interval(other, one), better) {
        (Some((low, _)), Better::High) => low > 0.0,
        (Some((_, high)), Better::Low) => high < 0.0,
        _ => false,
    };
    let n = values.len();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&one, &other| {
        let upwards = values[one].1.total_cmp(&values[other].1);
        if better == Better::High {
            upwards.reverse()
        } else {
            upwards
        }
    });
    let rank = |side: usize| {
        let others = || (0..n).filter(|&other| other != side);
        let above = others().filter(|&other| surely_better(other, side)).count();
        let below = others().filter(|&other| surely_better(side, other)).count();
        Rank {
            side: values[side].0.clone(),
            mean: values[side].1,
            rank: (1 + above, n - below),
        }
    };
    order.into_iter().map(rank).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_sure_shares_ranks() {
        let values = [("a", 0.80), ("b", 0.85), ("c", 0.81)].map(|(n, v)| (n.to_owned(), v));
        // Whoever is 0.03 or more ahead is surely ahead.
        let interval = |one: usize, other: usize| {
            let difference = values[other].1 - values[one].1;
            Some((difference - 0.03, difference + 0.03))
        };
        let ranks = |better| -> Vec<(String, (usize, usize))> {
            let ranks = rank(&values, better, interval).into_iter();
            ranks.map(|rank| (rank.side, rank.rank)).collect()
        };
        let named =
            |ranks: [(&str, (usize, usize)); 3]| ranks.map(|(n, r)| (n.to_owned(), r)).to_vec();
        let expected = named([("b", (1, 1)), ("c", (2, 3)), ("a", (2, 3))]);
        assert_eq!(ranks(Better::High), expected);
        let expected = named([("a", (1, 2)), ("c", (1, 2)), ("b", (3, 3))]);
        assert_eq!(ranks(Better::Low), expected);
    }
}
