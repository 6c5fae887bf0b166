//! Histograms of durations in logarithmic bins, fine enough for quantiles within 1 %.

use std::sync::LazyLock;

/// Bins per doubling: each is 1.09 % wide.
pub const BINS_PER_OCTAVE: usize = 64;

/// Octaves below one second (the finest bin ends at about 1 ms) and from one second up (to more than 100 years).
const BELOW_1S: usize = 10;
const FROM_1S: usize = 32;
const BINS: usize = 2 + (BELOW_1S + FROM_1S) * BINS_PER_OCTAVE;

/// A histogram of durations in nanoseconds.
///
/// Bin 0 is exactly zero; bin k > 0 ends at (and includes) 2^((k − 1)/64 − 10) seconds, so that every 64th edge is a
/// power of two of a second.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Histogram {
    /// Count by bin, as far as bins were used.
    counts: Vec<u64>,
}

/// Upper edges in nanoseconds, and for each 1/256 of an octave the first bin that may hold it.
struct Bins {
    edges: Vec<i64>,
    first: [u8; 256],
}

static BIN_TABLE: LazyLock<Bins> = LazyLock::new(|| {
    let edge = |k: usize| {
        let exponent = (k as f64 - 1.0) / BINS_PER_OCTAVE as f64 - BELOW_1S as f64;
        (exponent.exp2() * 1e9).round() as i64
    };
    let mut edges: Vec<i64> = (0..BINS).map(edge).collect();
    edges[0] = 0;
    edges[BINS - 1] = i64::MAX;
    let mut first = [0; 256];
    for (slot, bin) in first.iter_mut().enumerate() {
        let fraction = (1.0 + slot as f64 / 256.0).log2();
        *bin = (fraction * BINS_PER_OCTAVE as f64) as u8;
    }
    Bins { edges, first }
});

/// Upper edge of a bin in nanoseconds.
pub fn edge_ns(bin: usize) -> i64 {
    BIN_TABLE.edges[bin.min(BINS - 1)]
}

/// The bin of a duration.
#[inline(always)]
fn bin_of(ns: i64) -> usize {
    if ns <= 0 {
        return 0;
    }
    let table = &*BIN_TABLE;
    // Exponent and leading 8 bits of the mantissa, relative to the finest edge, lead to a bin at or just below.
    let bits = (ns as f64 * (1.024 / 1e6)).to_bits();
    let octave = (bits >> 52) as i64 - 1023;
    if octave < 0 {
        return 1;
    }
    let slot = (bits >> 44) as usize & 0xff;
    let mut bin = octave as usize * BINS_PER_OCTAVE + usize::from(table.first[slot]);
    bin = bin.clamp(1, BINS - 1);
    while ns > table.edges[bin] {
        bin += 1;
    }
    bin
}

impl Histogram {
    /// Counts one duration.
    #[inline(always)]
    pub fn add(&mut self, ns: i64) {
        let bin = bin_of(ns);
        if bin >= self.counts.len() {
            self.counts.resize(bin + 1, 0);
        }
        self.counts[bin] += 1;
    }

    /// Adds another histogram to this one.
    pub fn merge(&mut self, other: &Histogram) {
        if other.counts.len() > self.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine += theirs;
        }
    }

    /// Sets all counts to zero, keeping the memory.
    pub fn clear(&mut self) {
        self.counts.clear();
    }

    /// Number of durations counted.
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Count by bin, as far as bins were used.
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// The smallest duration, in seconds, within which a fraction `p` lies; `None` if nothing was counted.
    ///
    /// Within a bin the durations count as spread evenly, so that the error is well under the bin's 1.09 %.
    pub fn quantile_s(&self, p: f64) -> Option<f64> {
        let total = self.total();
        if total == 0 {
            return None;
        }
        let rank = (p * total as f64).ceil().max(1.0);
        let mut below = 0.0;
        for (bin, &count) in self.counts.iter().enumerate() {
            let count = count as f64;
            if below + count >= rank {
                if bin == 0 {
                    return Some(0.0);
                }
                let (low, high) = (edge_ns(bin - 1) as f64, edge_ns(bin) as f64);
                return Some((low + (high - low) * (rank - below - 0.5) / count) / 1e9);
            }
            below += count;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_duration_lies_in_its_bin() {
        let mut ns = 1i64;
        while ns < 3_200_000_000_000_000_000 {
            for value in [ns - 1, ns, ns + 1] {
                let bin = bin_of(value);
                assert!(value <= edge_ns(bin), "{value} above bin {bin}");
                assert!(
                    bin == 0 || value > edge_ns(bin - 1),
                    "{value} below bin {bin}"
                );
            }
            ns += ns / 300 + 1;
        }
        for bin in 1..BINS - 1 {
            assert_eq!(
                bin_of(edge_ns(bin)),
                bin,
                "an edge belongs to the bin that it ends"
            );
            assert_eq!(bin_of(edge_ns(bin) + 1), bin + 1);
        }
    }

    #[test]
    fn edges_meet_the_powers_of_two_of_a_second() {
        assert_eq!(edge_ns(1 + 10 * 64), 1_000_000_000);
        assert_eq!(edge_ns(1 + 15 * 64), 32_000_000_000);
    }

    #[test]
    fn quantiles_are_within_one_per_cent() {
        let mut histogram = Histogram::default();
        let n = 10_000;
        let value = |i: i64| 20_000_000 * i * i / 1000; // up to 2,000 s, far from uniform
        for i in 1..=n {
            histogram.add(value(i));
        }
        for p in [0.1, 0.5, 0.9, 0.95, 0.99] {
            let exact = value((p * n as f64).ceil() as i64) as f64 / 1e9;
            let got = histogram.quantile_s(p).unwrap();
            assert!(
                (got / exact - 1.0).abs() < 0.01,
                "p = {p}: {got}, expected {exact}"
            );
        }
        assert_eq!(Histogram::default().quantile_s(0.5), None);
    }

    #[test]
    fn zeros_are_exact() {
        let mut histogram = Histogram::default();
        (0..60).for_each(|_| histogram.add(0));
        (0..40).for_each(|_| histogram.add(5_000_000_000));
        assert_eq!(histogram.quantile_s(0.6), Some(0.0));
        assert!(histogram.quantile_s(0.61).unwrap() > 4.9);
    }
}
