//! How a ratio changes between two variants of the same days, and how sure that is.

/// Sums from which the change of a ratio Σx/Σy of two daily quantities is estimated, from a to b.
///
/// Kept are the means and the central second moments (Welford 1962) of x and y in a and of their changes from a to b. Where a
/// day is the same in both its changes are 0, so that variants that are alike on every day differ by exactly 0, with a
/// standard error of exactly 0; where they are nearly alike no digits are lost. The number of days is kept once, outside.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct PairedRatio {
    mean: [f64; WIDTH],
    /// The upper triangle, row by row.
    moments: [f64; WIDTH * (WIDTH + 1) / 2],
}

/// x and y in a, and by how much each is more in b.
const WIDTH: usize = 4;

/// A figure in two variants.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Paired {
    /// In the first.
    pub a: f64,
    /// In the second.
    pub b: f64,
    /// b − a, or b less a multiple of a.
    pub difference: f64,
    /// Standard error of the difference; none for a single day.
    pub se: Option<f64>,
    /// That which it would have if the variants had been simulated on different days.
    pub unpaired_se: Option<f64>,
}

impl Paired {
    /// The variance of the unpaired over that of the paired difference: so many times as many days it would take without
    /// pairing. None where the difference is the same on every day, or nothing is known.
    pub fn variance_ratio(&self) -> Option<f64> {
        match (self.se, self.unpaired_se) {
            (Some(se), Some(unpaired)) if se > 0.0 => Some((unpaired / se).powi(2)),
            _ => None,
        }
    }
}

impl PairedRatio {
    /// Adds the `n`-th day (from 1): x and y in each variant.
    pub fn add(&mut self, n: f64, a: (f64, f64), b: (f64, f64)) {
        let day = [a.0, a.1, b.0 - a.0, b.1 - a.1];
        let before: [f64; WIDTH] = std::array::from_fn(|i| day[i] - self.mean[i]);
        for (mean, d) in self.mean.iter_mut().zip(before) {
            *mean += d / n;
        }
        // The range comes first in each zip: it ends a row before a moment of the next is taken.
        let mut moments = self.moments.iter_mut();
        for (i, d) in before.iter().enumerate() {
            for (j, moment) in (i..WIDTH).zip(moments.by_ref()) {
                *moment += d * (day[j] - self.mean[j]);
            }
        }
    }

    /// The ratio in both over `n` days; none where it is not defined in one of them. The standard error is that of the
    /// difference of two ratios of the same days (Cochran 1977, section 6.12): with residuals e = (x − R y) / (Σy/n) of
    /// each day, √(Σ(e_b − e_a)² / (n (n − 1))).
    pub fn estimate(&self, n: u64) -> Option<Paired> {
        self.contrast(n, 1.0)
    }

    /// The same with b − `factor` · a for the difference, so that it can be asked whether b is more than so many times a.
    pub fn contrast(&self, n: u64, factor: f64) -> Option<Paired> {
        let [x, y, more_x, more_y] = self.mean;
        let (y_b, x_b) = (y + more_y, x + more_x);
        if n == 0 || y == 0.0 || y_b == 0.0 {
            return None;
        }
        let (a, b) = (x / y, x_b / y_b);
        // The residuals of a day, as weights of its four numbers. Their means are 0, so that central moments will do.
        let of_b = [1.0 / y_b, -b / y_b, 1.0 / y_b, -b / y_b];
        let of_a = [1.0 / y, -a / y, 0.0, 0.0];
        let of_change = std::array::from_fn(|i| of_b[i] - factor * of_a[i]);
        let n = n as f64;
        let variance =
            |weights| (n >= 2.0).then(|| self.squares(weights).max(0.0) / (n * (n - 1.0)));
        let apart = variance(of_a)
            .zip(variance(of_b))
            .map(|(a, b)| factor * factor * a + b);
        // What is left by rounding of differences that are the same on every day is no error.
        let rounding = 1e-13 * (a.abs() + b.abs());
        let error = |variance: f64| match variance.sqrt() {
            se if se > rounding => se,
            _ => 0.0,
        };
        Some(Paired {
            a,
            b,
            difference: b - factor * a,
            se: variance(of_change).map(error),
            unpaired_se: apart.map(error),
        })
    }

    /// Σx and Σy in b over `n` days.
    pub fn totals_of_b(&self, n: u64) -> (f64, f64) {
        let [x, y, more_x, more_y] = self.mean;
        (n as f64 * (x + more_x), n as f64 * (y + more_y))
    }

    /// The smaller one of the mean denominators.
    pub fn least_denominator(&self) -> f64 {
        let [_, y, _, more_y] = self.mean;
        y.min(y + more_y)
    }

    /// Σ(w·d)² over the days, d a day's four numbers less their means.
    fn squares(&self, weights: [f64; WIDTH]) -> f64 {
        let mut moments = self.moments.iter();
        let mut sum = 0.0;
        for i in 0..WIDTH {
            for (j, moment) in (i..WIDTH).zip(moments.by_ref()) {
                let times = if i == j { 1.0 } else { 2.0 };
                sum += times * weights[i] * weights[j] * moment;
            }
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Day = (f64, f64);

    fn paired(days: &[(Day, Day)]) -> Paired {
        let mut sums = PairedRatio::default();
        for (n, &(a, b)) in days.iter().enumerate() {
            sums.add((n + 1) as f64, a, b);
        }
        sums.estimate(days.len() as u64).expect("defined")
    }

    #[test]
    fn the_difference_and_its_error_follow_the_textbook() {
        let days = [
            ((8.0, 10.0), (9.0, 10.0)),
            ((15.0, 20.0), (15.0, 20.0)),
            ((3.0, 5.0), (4.0, 5.0)),
        ];
        // By hand: 26/35 and 28/35; residuals (x − R y) · 3/35.
        let residual = |(x, y): Day, r: f64| (x - r * y) * 3.0 / 35.0;
        let (mut together, mut apart) = (0.0f64, 0.0f64);
        for (a, b) in days {
            let (a, b) = (residual(a, 26.0 / 35.0), residual(b, 28.0 / 35.0));
            together += (b - a) * (b - a);
            apart += a * a + b * b;
        }
        let found = paired(&days);
        assert!((found.difference - 2.0 / 35.0).abs() < 1e-15, "{found:?}");
        let (se, unpaired) = (f64::sqrt(together / 6.0), f64::sqrt(apart / 6.0));
        assert!((found.se.expect("known") - se).abs() < 1e-15, "{found:?}");
        let ratio = found.variance_ratio().expect("days differ");
        let expected = (unpaired / se).powi(2);
        assert!((ratio / expected - 1.0).abs() < 1e-12, "{ratio} {expected}");
    }

    #[test]
    fn denominators_may_change_too() {
        let days: [(Day, Day); 4] = [
            ((3.0, 4.0), (2.0, 5.0)),
            ((5.0, 7.0), (5.0, 6.0)),
            ((2.0, 2.0), (3.0, 4.0)),
            ((8.0, 9.0), (8.0, 9.0)),
        ];
        let (a, b, y_a, y_b) = (18.0 / 22.0, 18.0 / 24.0, 22.0 / 4.0, 24.0 / 4.0f64);
        let squares: f64 = days
            .iter()
            .map(|((xa, ya), (xb, yb))| ((xb - b * yb) / y_b - (xa - a * ya) / y_a).powi(2))
            .sum();
        let found = paired(&days);
        assert!((found.a - a).abs() < 1e-15 && (found.b - b).abs() < 1e-15);
        let se = (squares / 12.0).sqrt();
        assert!(
            (found.se.expect("known") - se).abs() < 1e-14,
            "{found:?}, expected {se}"
        );
    }

    #[test]
    fn multiples_are_contrasted_as_if_they_had_been_counted() {
        let days: [(Day, Day); 4] = [
            ((3.0, 4.0), (2.0, 5.0)),
            ((5.0, 7.0), (5.0, 6.0)),
            ((2.0, 2.0), (3.0, 4.0)),
            ((8.0, 9.0), (8.0, 9.0)),
        ];
        let (mut sums, mut scaled) = (PairedRatio::default(), PairedRatio::default());
        for (n, &(a, b)) in (1..).zip(&days) {
            sums.add(f64::from(n), a, b);
            scaled.add(f64::from(n), (1.1 * a.0, a.1), b);
        }
        let (found, expected) = (sums.contrast(4, 1.1), scaled.estimate(4));
        let (found, expected) = (found.expect("defined"), expected.expect("defined"));
        for (found, expected) in [
            (Some(found.difference), Some(expected.difference)),
            (found.se, expected.se),
            (found.unpaired_se, expected.unpaired_se),
        ] {
            let (found, expected) = (found.expect("known"), expected.expect("known"));
            assert!(
                (found - expected).abs() < 1e-14,
                "{found}, expected {expected}"
            );
        }
    }

    #[test]
    fn what_is_alike_on_every_day_differs_by_exactly_nothing() {
        let days: Vec<_> = (1..100)
            .map(|i| (f64::from(i) * 0.1, f64::from(i * i) * 0.7))
            .map(|day| (day, day))
            .collect();
        let found = paired(&days);
        assert_eq!((found.difference, found.se), (0.0, Some(0.0)));
        assert_eq!(found.variance_ratio(), None);
        // As much more on each day: sure.
        let more: Vec<_> = days
            .iter()
            .map(|&(a, _)| ((a.0, 1.0), (a.0 + 3.0, 1.0)))
            .collect();
        let found = paired(&more);
        assert!((found.difference - 3.0).abs() < 1e-12, "{found:?}");
        assert_eq!((found.se, found.variance_ratio()), (Some(0.0), None));
    }

    #[test]
    fn few_days_and_no_denominators() {
        let one = paired(&[((1.0, 2.0), (2.0, 2.0))]);
        assert_eq!((one.difference, one.se, one.unpaired_se), (0.5, None, None));
        let mut none = PairedRatio::default();
        none.add(1.0, (1.0, 2.0), (0.0, 0.0));
        assert_eq!(none.estimate(1), None);
        assert_eq!(PairedRatio::default().estimate(0), None);
    }
}
