//! Ratio estimators with their standard errors, and confidence intervals.

use serde::{Deserialize, Serialize};
use statrs::distribution::{Beta, ContinuousCDF, Normal, StudentsT};

/// A figure with its uncertainty. All parts are `None` where the figure is not defined.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Point estimate.
    pub mean: Option<f64>,
    /// Confidence interval.
    pub ci: Option<(f64, f64)>,
    /// Standard error.
    pub se: Option<f64>,
}

impl Estimate {
    /// An interval of `mean` ± t·`se` with `df` degrees of freedom, cut to `range`.
    pub fn with_se(mean: f64, se: f64, t: f64, range: (f64, f64)) -> Self {
        let cut = |x: f64| x.clamp(range.0, range.1);
        Self {
            mean: Some(mean),
            ci: Some((cut(mean - t * se), cut(mean + t * se))),
            se: Some(se),
        }
    }

    /// The interval, widened where no spread was seen: that none, or all, of `trials` independent trials succeeded
    /// leaves a probability of up to 1 − (α/2)^(1/trials) for the other case (Clopper and Pearson 1934).
    pub fn certain(&self, trials: Option<u64>, confidence: f64) -> Option<(f64, f64)> {
        let (low, high) = self.ci?;
        let Some(trials) = trials.filter(|_| self.se == Some(0.0)) else {
            return Some((low, high));
        };
        let alpha = 1.0 - confidence;
        let room = 1.0 - (alpha / 2.0).powf(1.0 / trials.max(1) as f64);
        match self.mean {
            Some(0.0) => Some((0.0, room)),
            Some(1.0) => Some((1.0 - room, 1.0)),
            _ => Some((low, high)),
        }
    }

    /// Half the width of the interval.
    pub fn half_width(&self) -> Option<f64> {
        self.ci.map(|(low, high)| (high - low) / 2.0)
    }
}

/// Sums from which the ratio Σx/Σy of two daily quantities is estimated.
///
/// Kept as means and central moments (Welford 1962), so that days that are all alike give a standard error of
/// exactly 0. The number of days is kept once, outside.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Ratio {
    mean_x: f64,
    mean_y: f64,
    xx: f64,
    xy: f64,
    yy: f64,
}

impl Ratio {
    /// Adds the `n`-th day (from 1).
    #[inline]
    pub fn add(&mut self, n: f64, x: f64, y: f64) {
        let (dx, dy) = (x - self.mean_x, y - self.mean_y);
        self.mean_x += dx / n;
        self.mean_y += dy / n;
        let after = y - self.mean_y;
        self.xx += dx * (x - self.mean_x);
        self.xy += dx * after;
        self.yy += dy * after;
    }

    /// Mean of x over the days.
    pub fn mean_x(&self) -> f64 {
        self.mean_x
    }

    /// Mean of y over the days.
    pub fn mean_y(&self) -> f64 {
        self.mean_y
    }

    /// R = Σx/Σy over `n` days, with se = √(Σ(x − R y)² / (n (n − 1))) / (Σy/n) (Cochran 1977, eq. 6.13) and the
    /// interval R ± t·se cut to `range`. `t` is the quantile of [`student_t`] for n − 1.
    pub fn estimate(&self, n: u64, t: f64, range: (f64, f64)) -> Estimate {
        if n == 0 || self.mean_y == 0.0 {
            return Estimate::default();
        }
        let ratio = self.mean_x / self.mean_y;
        if n < 2 {
            return Estimate {
                mean: Some(ratio),
                ..Estimate::default()
            };
        }
        // Σ(x − R y) is zero, so that central moments serve as well as raw ones.
        let squares = self.xx - 2.0 * ratio * self.xy + ratio * ratio * self.yy;
        let n = n as f64;
        let se = (squares.max(0.0) / (n * (n - 1.0))).sqrt() / self.mean_y;
        Estimate::with_se(ratio, se, t, range)
    }
}

/// Two-sided quantile of Student's t with `df` degrees of freedom at the given confidence.
pub fn student_t(confidence: f64, df: u64) -> f64 {
    let p = 0.5 + confidence / 2.0;
    match StudentsT::new(0.0, 1.0, df.max(1) as f64) {
        Ok(t) => t.inverse_cdf(p),
        Err(_) => f64::NAN,
    }
}

/// Wilson's interval for a proportion of `successes` in `n` trials (Wilson 1927).
pub fn wilson(successes: u64, n: u64, confidence: f64) -> Estimate {
    if n == 0 {
        return Estimate::default();
    }
    let z = match Normal::new(0.0, 1.0) {
        Ok(normal) => normal.inverse_cdf(0.5 + confidence / 2.0),
        Err(_) => f64::NAN,
    };
    let (k, n) = (successes as f64, n as f64);
    let p = k / n;
    let centre = (k + z * z / 2.0) / (n + z * z);
    let half = z / (n + z * z) * (n * p * (1.0 - p) + z * z / 4.0).sqrt();
    Estimate {
        mean: Some(p),
        ci: Some(((centre - half).max(0.0), (centre + half).min(1.0))),
        se: Some((p * (1.0 - p) / n).sqrt()),
    }
}

/// Limits of a proportion of `successes` in `n` trials, each of which is wrong with probability at most `error` (Clopper and
/// Pearson 1934).
pub fn clopper_pearson(successes: u64, n: u64, error: f64) -> (f64, f64) {
    let (k, others) = (successes as f64, (n - successes.min(n)) as f64);
    let quantile =
        |a: f64, b: f64, p: f64| Beta::new(a, b).map_or(f64::NAN, |beta| beta.inverse_cdf(p));
    let low = match successes {
        0 => 0.0,
        _ => quantile(k, others + 1.0, error),
    };
    let high = match others {
        0.0 => 1.0,
        _ => quantile(k + 1.0, others, 1.0 - error),
    };
    (low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio_of(days: &[(f64, f64)]) -> Ratio {
        let mut ratio = Ratio::default();
        for (i, &(x, y)) in days.iter().enumerate() {
            ratio.add((i + 1) as f64, x, y);
        }
        ratio
    }

    #[test]
    fn the_ratio_and_its_error_follow_the_textbook() {
        let days = [(3.0, 4.0), (5.0, 7.0), (2.0, 2.0), (8.0, 9.0)];
        let (sx, sy): (f64, f64) = (18.0, 22.0);
        let r = sx / sy;
        let squares: f64 = days.iter().map(|(x, y)| (x - r * y).powi(2)).sum();
        let se = (squares / 12.0).sqrt() / (sy / 4.0);
        let got = ratio_of(&days).estimate(4, 2.0, (0.0, 1.0));
        assert!((got.mean.unwrap() - r).abs() < 1e-15);
        assert!((got.se.unwrap() - se).abs() < 1e-15);
        let (low, high) = got.ci.unwrap();
        assert!(
            (low - (r - 2.0 * se)).abs() < 1e-15 && (high - 1f64.min(r + 2.0 * se)).abs() < 1e-15
        );
    }

    #[test]
    fn days_alike_have_no_error_and_few_days_no_interval() {
        let got = ratio_of(&[(0.1, 0.3); 7]).estimate(7, 2.4, (0.0, 1.0));
        assert_eq!(got.se, Some(0.0));
        let one = ratio_of(&[(1.0, 2.0)]).estimate(1, 2.0, (0.0, 1.0));
        assert_eq!((one.mean, one.ci, one.se), (Some(0.5), None, None));
        let empty = ratio_of(&[(0.0, 0.0); 3]).estimate(3, 2.0, (0.0, 1.0));
        assert_eq!(empty, Estimate::default());
    }

    #[test]
    fn none_seen_is_no_certainty() {
        let none = Estimate::with_se(0.0, 0.0, 2.0, (0.0, 1.0));
        let (low, high) = none.certain(Some(3), 0.95).unwrap();
        assert!(low == 0.0 && (high - 0.7076).abs() < 1e-4, "{high}");
        let (_, high) = none.certain(Some(1_000_000), 0.95).unwrap();
        assert!(high < 4e-6);
        let all = Estimate::with_se(1.0, 0.0, 2.0, (0.0, 1.0));
        assert!((all.certain(Some(3), 0.95).unwrap().0 - 0.2924).abs() < 1e-4);
        let some = Estimate::with_se(0.5, 0.1, 2.0, (0.0, 1.0));
        assert_eq!(some.certain(Some(3), 0.95), some.ci);
    }

    #[test]
    fn quantiles_agree_with_tables() {
        for (df, expected) in [
            (1, 12.7062),
            (9, 2.2622),
            (39, 2.0227),
            (199, 1.9720),
            (100_000, 1.9600),
        ] {
            let got = student_t(0.95, df);
            assert!(
                (got - expected).abs() < 1e-3,
                "df {df}: {got}, expected {expected}"
            );
        }
        // Wilson 1927 for 8 of 10 at 95 %: 0.4902 to 0.9433
        let (low, high) = wilson(8, 10, 0.95).ci.unwrap();
        assert!(
            (low - 0.4902).abs() < 1e-4 && (high - 0.9433).abs() < 1e-4,
            "{low} {high}"
        );
        assert_eq!(wilson(0, 0, 0.95), Estimate::default());
    }

    #[test]
    fn clopper_pearson_inverts_the_binomial() {
        use statrs::distribution::{Binomial, DiscreteCDF};
        for (k, n, error) in [
            (8u64, 10u64, 0.025),
            (1, 400, 0.01),
            (399, 400, 1e-5),
            (50, 1000, 0.005),
        ] {
            let (low, high) = clopper_pearson(k, n, error);
            let at_least = 1.0 - Binomial::new(low, n).unwrap().cdf(k - 1);
            let at_most = Binomial::new(high, n).unwrap().cdf(k);
            for found in [at_least, at_most] {
                assert!(
                    (found / error - 1.0).abs() < 1e-4,
                    "{k} of {n}: {found}, expected {error}"
                );
            }
        }
        let (low, high) = clopper_pearson(0, 100, 0.05);
        assert!(
            low == 0.0 && (high - (1.0 - 0.05f64.powf(0.01))).abs() < 1e-9,
            "{high}"
        );
        assert_eq!(clopper_pearson(100, 100, 0.05).1, 1.0);
    }
}
