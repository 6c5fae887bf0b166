//! The knee of a curve: where it begins to give way.

use serde::Serialize;

/// Points of a curve below which no knee is looked for.
const FEWEST_POINTS: usize = 5;

/// Largest difference D that is still none.
const LEAST_BEND: f64 = 0.05;

/// Steps between two points at which the curve between them is looked at.
const STEPS: usize = 100;

/// A knee.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bend {
    /// Where it is.
    pub x: f64,
    /// The curve there.
    pub y: f64,
    /// The points of the curve beside it.
    pub between: (f64, f64),
}

/// Why a curve has no knee.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoKnee {
    /// There are fewer than five points.
    FewPoints,
    /// It does not fall, or by no more than what was called nothing.
    Flat,
    /// It falls evenly, or ever less steeply.
    NoBend,
}

impl NoKnee {
    /// As in the document.
    pub fn name(self) -> &'static str {
        match self {
            NoKnee::FewPoints => "few_points",
            NoKnee::Flat => "flat",
            NoKnee::NoBend => "no_bend",
        }
    }

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            NoKnee::FewPoints => "there are too few points",
            NoKnee::Flat => "it hardly falls",
            NoKnee::NoBend => "it falls evenly, or ever less",
        }
    }
}

/// The knee of a falling curve by "Kneedle" (Satopää, Albrecht, Irwin, Raghavan 2011): the place that lies farthest above the
/// straight line between the ends.
///
/// 1. `y` is made to fall: the nearest sequence that never rises, by least squares (pool adjacent violators, Ayer et al. 1955).
/// 2. Between the points it is the monotone cubic of Fritsch and Butland (1984), so that the knee need not be a point.
/// 3. Both axes are scaled to 0 … 1 between the ends of the curve (section III of the paper, step 2).
/// 4. The difference is D = x + y − 1 (step 3, for a curve that falls ever more steeply). The knee is where it is largest: there a
///    step along x costs as much of y as it does on average over the whole curve, before that less, after it more.
/// 5. There is a knee if D is larger there than the mean distance of the points along x (step 5, sensitivity S = 1), or than
///    0.05 where that is less: a few precise points tell a bend, too.
///
/// `x` rises. `least_fall` is a fall between the ends that is none. The knee depends on how far the curve is followed: with
/// other ends the straight line is another one.
///
/// # Errors
/// Why there is no knee.
pub fn knee(points: &[(f64, f64)], least_fall: f64) -> Result<Bend, NoKnee> {
    if points.len() < FEWEST_POINTS {
        return Err(NoKnee::FewPoints);
    }
    let x: Vec<f64> = points.iter().map(|point| point.0).collect();
    let y = falling(points.iter().map(|point| point.1));
    let last = x.len() - 1;
    let (length, fall) = (x[last] - x[0], y[0] - y[last]);
    // Not a number is no fall either.
    if fall.is_nan() || fall <= least_fall || length.is_nan() || length <= 0.0 {
        return Err(NoKnee::Flat);
    }
    let difference = |at: f64, value: f64| (at - x[0]) / length + (value - y[last]) / fall - 1.0;
    let slopes = slopes(&x, &y);
    let mut best = (0.0, x[0], y[0], 0);
    for i in 0..last {
        for step in 0..=STEPS {
            let part = step as f64 / STEPS as f64;
            let at = x[i] + part * (x[i + 1] - x[i]);
            let value = between(
                part,
                x[i + 1] - x[i],
                (y[i], y[i + 1]),
                (slopes[i], slopes[i + 1]),
            );
            let above = difference(at, value);
            if above > best.0 {
                best = (above, at, value, i);
            }
        }
    }
    let (above, at, value, i) = best;
    match above > LEAST_BEND.min(1.0 / last as f64) {
        true => Ok(Bend {
            x: at,
            y: value,
            between: (x[i], x[i + 1]),
        }),
        false => Err(NoKnee::NoBend),
    }
}

/// The sequence that never rises and is nearest to this one, by least squares.
fn falling(values: impl Iterator<Item = f64>) -> Vec<f64> {
    // Blocks of equal values: mean and length.
    let mut blocks: Vec<(f64, usize)> = Vec::new();
    for value in values {
        let mut block = (value, 1);
        while let Some(&(mean, n)) = blocks.last().filter(|before| before.0 < block.0) {
            let all = n + block.1;
            block = (
                (mean * n as f64 + block.0 * block.1 as f64) / all as f64,
                all,
            );
            blocks.pop();
        }
        blocks.push(block);
    }
    let blocks = blocks.into_iter();
    blocks
        .flat_map(|(mean, n)| std::iter::repeat_n(mean, n))
        .collect()
}

/// Slopes at the points of a monotone curve: within, the harmonic mean of those beside, weighted by the lengths (Fritsch and
/// Butland 1984, eq. 5), 0 where one of them is; at the ends that of the chord.
fn slopes(x: &[f64], y: &[f64]) -> Vec<f64> {
    let chord = |i: usize| (y[i + 1] - y[i]) / (x[i + 1] - x[i]);
    let last = x.len() - 1;
    let slope = |i: usize| {
        if i == 0 || i == last {
            return chord(i.min(last - 1));
        }
        let (before, after) = (chord(i - 1), chord(i));
        if before * after <= 0.0 {
            return 0.0;
        }
        let (h, next) = (x[i] - x[i - 1], x[i + 1] - x[i]);
        let (w1, w2) = (h + 2.0 * next, 2.0 * h + next);
        (w1 + w2) / (w1 / after + w2 / before)
    };
    (0..=last).map(slope).collect()
}

/// The cubic of Hermite on an interval of length `h`, at a part of it.
fn between(t: f64, h: f64, (y0, y1): (f64, f64), (m0, m1): (f64, f64)) -> f64 {
    let (t2, t3) = (t * t, t * t * t);
    (2.0 * t3 - 3.0 * t2 + 1.0) * y0
        + (t3 - 2.0 * t2 + t) * h * m0
        + (3.0 * t2 - 2.0 * t3) * y1
        + (t3 - t2) * h * m1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(n: usize, from: f64, to: f64, y: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
        let x = (0..n).map(|i| from + (to - from) * i as f64 / (n - 1) as f64);
        x.map(|x| (x, y(x))).collect()
    }

    #[test]
    fn the_knee_of_a_circle_is_at_its_middle() {
        // y = √(1 − x²) falls ever more steeply; farthest from its chord at x = 1/√2.
        for n in [10, 30, 100] {
            let found = knee(&curve(n, 0.0, 1.0, |x| (1.0 - x * x).sqrt()), 0.0).expect("a knee");
            let expected = 0.5f64.sqrt();
            assert!(
                (found.x - expected).abs() < 0.02,
                "{n}: {found:?}, expected {expected}"
            );
            assert!(
                (found.y - expected).abs() < 0.02,
                "{n}: {found:?}, expected {expected}"
            );
            assert!(
                found.between.0 <= found.x && found.x <= found.between.1,
                "{found:?}"
            );
        }
    }

    #[test]
    fn the_knee_of_a_step_that_is_rounded_is_its_upper_bend() {
        // The logistic function from 1 to 0: its slope is the mean one where y (1 − y) = fall · s / length, y near 1.
        for (middle, s) in [(100.0, 8.0), (130.0, 10.0), (180.0, 20.0)] {
            let of = |x: f64| 1.0 / (1.0 + ((x - middle) / s).exp());
            let points = curve(30, 10.0, 300.0, of);
            let fall = of(10.0) - of(300.0);
            let k = fall * s / 290.0;
            let y = 0.5 + (0.25 - k).sqrt();
            let expected = middle - s * (y / (1.0 - y)).ln();
            let found = knee(&points, 0.05).expect("a knee");
            assert!(
                (found.x - expected).abs() < 3.0,
                "{middle}, {s}: {found:?}, expected {expected}"
            );
        }
    }

    #[test]
    fn two_straight_lines_bend_where_they_meet() {
        let of = |x: f64| {
            if x <= 120.0 {
                1.0
            } else {
                1.0 - (x - 120.0) / 180.0
            }
        };
        let found = knee(&curve(30, 10.0, 300.0, of), 0.05).expect("a knee");
        assert!((found.x - 120.0).abs() < 5.0, "{found:?}, expected 120");
        // Where points are few, the curve between them is round.
        let found = knee(&curve(6, 0.0, 300.0, of), 0.05).expect("a knee");
        assert!((found.x - 120.0).abs() < 60.0 / 4.0, "{found:?}");
    }

    #[test]
    fn where_nothing_bends_there_is_no_knee() {
        let straight = curve(30, 10.0, 300.0, |x| 1.0 - x / 300.0);
        assert_eq!(knee(&straight, 0.05), Err(NoKnee::NoBend));
        let wavy = curve(30, 10.0, 300.0, |x| {
            1.0 - x / 300.0 + 0.01 * (x / 7.0).sin()
        });
        assert_eq!(knee(&wavy, 0.05), Err(NoKnee::NoBend));
        let flat = curve(30, 10.0, 300.0, |x| 0.95 + 0.01 * (x / 7.0).sin());
        assert_eq!(knee(&flat, 0.05), Err(NoKnee::Flat));
        let rising = curve(30, 10.0, 300.0, |x| x / 300.0);
        assert_eq!(knee(&rising, 0.0), Err(NoKnee::Flat));
        let ever_less = curve(30, 10.0, 300.0, |x| 10.0 / x);
        assert_eq!(knee(&ever_less, 0.05), Err(NoKnee::NoBend));
        let few = curve(4, 10.0, 300.0, |x| (300.0 - x).sqrt());
        assert_eq!(knee(&few, 0.0), Err(NoKnee::FewPoints));
        let unknown = curve(30, 10.0, 300.0, |_| f64::NAN);
        assert_eq!(knee(&unknown, 0.05), Err(NoKnee::Flat));
        assert_eq!(knee(&[], 0.05), Err(NoKnee::FewPoints));
    }

    #[test]
    fn the_nearest_falling_sequence() {
        let of = |values: &[f64]| falling(values.iter().copied());
        assert_eq!(of(&[3.0, 2.0, 2.0, 1.0]), [3.0, 2.0, 2.0, 1.0]);
        assert_eq!(of(&[1.0, 3.0, 2.0, 0.0]), [2.0, 2.0, 2.0, 0.0]);
        assert_eq!(of(&[5.0, 1.0, 2.0, 6.0]), [5.0, 3.0, 3.0, 3.0]);
        assert_eq!(of(&[]), [0.0; 0]);
    }

    #[test]
    fn the_curve_between_points_keeps_their_order() {
        let (x, y) = ([0.0, 1.0, 3.0, 4.0], [1.0, 1.0, 0.2, 0.0]);
        let slopes = slopes(&x, &y);
        let mut before = f64::INFINITY;
        for i in 0..3 {
            for step in 0..=50 {
                let t = f64::from(step) / 50.0;
                let value = between(
                    t,
                    x[i + 1] - x[i],
                    (y[i], y[i + 1]),
                    (slopes[i], slopes[i + 1]),
                );
                assert!(value <= before + 1e-12, "{i} {t}: {value} after {before}");
                before = value;
            }
        }
    }
}
