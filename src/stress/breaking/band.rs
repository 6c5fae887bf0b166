//! How the days differ: the share of them on which every target holds, by factor.

use super::search::{FIRST_DAY, Search, Stop};
use super::{LEAST, MOST};
use serde::Serialize;

/// Shares of days whose factor is told.
const SHARES: [f64; 3] = [0.95, 0.5, 0.05];

/// Days at each factor.
const DAYS: u64 = 200;

/// Factors that are simulated for each share, at most.
const FACTORS: usize = 7;

/// From one factor to the next where a share is looked for beyond all.
const STRIDE: f64 = 1.15;

/// Up to which volume, in % of today's, every target holds on so many of all days by the day's own figures.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Band {
    /// On 95 % of days; none where that is below 1 % or above 1,000 %.
    pub days_95: Option<f64>,
    /// On half of them.
    pub days_50: Option<f64>,
    /// On 5 %.
    pub days_5: Option<f64>,
}

impl Search<'_> {
    /// Finds the band, by factors near each of its ends.
    pub(super) fn band(&mut self, width: f64) -> Result<Band, Stop> {
        let mut ends = [None; 3];
        for (end, share) in ends.iter_mut().zip(SHARES) {
            for _ in 0..FACTORS {
                let shares = self.shares();
                let bracket = Bracket::new(&shares, share);
                *end = bracket.as_ref().map(|bracket| 100.0 * bracket.factor);
                let next = match bracket {
                    Some(Bracket { low, high, .. }) if high - low <= 2.0 * width => break,
                    Some(Bracket { low, high, .. }) => (low + high) / 2.0,
                    None => beyond(&shares, share),
                };
                if shares.iter().any(|(factor, ..)| *factor == next) {
                    break;
                }
                if self.left_in_all() < DAYS {
                    return Err(Stop::Budget);
                }
                self.simulate(next, FIRST_DAY, DAYS)?;
            }
        }
        let [days_95, days_50, days_5] = ends;
        Ok(Band {
            days_95,
            days_50,
            days_5,
        })
    }

    /// Factors, the share of days that hold all, and the number of days.
    fn shares(&self) -> Vec<(f64, f64, f64)> {
        let some = self
            .points
            .iter()
            .filter(|point| point.days > 0 && (LEAST..=MOST).contains(&point.factor));
        let mut shares: Vec<_> = some
            .map(|point| (point.factor, point.share_held(), point.days as f64))
            .collect();
        shares.sort_by(|a, b| a.0.total_cmp(&b.0));
        shares
    }
}

/// A factor beyond all that were simulated, where they do not cross a share.
fn beyond(shares: &[(f64, f64, f64)], share: f64) -> f64 {
    match falling(shares).last() {
        Some((highest, of)) if *of >= share => (highest * STRIDE).min(MOST),
        _ => shares
            .first()
            .map_or(LEAST, |(least, ..)| (least / STRIDE).max(LEAST)),
    }
}

/// Two factors between which a share is crossed, and where, by a line.
#[derive(Debug, PartialEq)]
struct Bracket {
    low: f64,
    high: f64,
    factor: f64,
}

impl Bracket {
    fn new(shares: &[(f64, f64, f64)], share: f64) -> Option<Self> {
        let falling = falling(shares);
        let high = falling.iter().position(|(_, of)| *of < share)?;
        let (low, above) = falling[high.checked_sub(1)?];
        let (high, below) = falling[high];
        Some(Self {
            low,
            high,
            factor: low + (high - low) * (above - share) / (above - below),
        })
    }
}

/// The monotone regression: the falling sequence nearest to what was seen, by weighted squares, by pooling neighbours that
/// rise (Ayer et al. 1955; Barlow et al. 1972). Factors, values and weights in the order of the factors.
fn falling(seen: &[(f64, f64, f64)]) -> Vec<(f64, f64)> {
    let mut pools: Vec<(f64, f64, usize)> = Vec::new();
    for &(_, value, weight) in seen {
        let mut pool = (value, weight, 1);
        while let Some(&(before, of, number)) = pools.last() {
            if before > pool.0 {
                break;
            }
            pools.pop();
            let weight = of + pool.1;
            pool = (
                (before * of + pool.0 * pool.1) / weight,
                weight,
                number + pool.2,
            );
        }
        pools.push(pool);
    }
    let values = pools
        .into_iter()
        .flat_map(|(value, _, number)| std::iter::repeat_n(value, number));
    seen.iter().map(|of| of.0).zip(values).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rises_is_pooled() {
        let seen = [
            (0.5, 1.0, 10.0),
            (0.9, 0.4, 30.0),
            (1.0, 0.8, 10.0),
            (1.1, 0.2, 10.0),
        ];
        let found = falling(&seen);
        let expected = [(0.5, 1.0), (0.9, 0.5), (1.0, 0.5), (1.1, 0.2)];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_share_is_crossed_by_a_line() {
        let seen = [(0.5, 1.0, 1.0), (1.0, 0.9, 1.0), (2.0, 0.1, 1.0)];
        let found = Bracket::new(&seen, 0.5).expect("it is crossed");
        assert_eq!((found.low, found.high), (1.0, 2.0));
        assert!(
            (found.factor - 1.5).abs() < 1e-12,
            "{found:?}, expected 1.5"
        );
        assert_eq!(Bracket::new(&seen, 0.05), None);
        assert_eq!(Bracket::new(&seen[1..], 0.95), None);
    }
}
