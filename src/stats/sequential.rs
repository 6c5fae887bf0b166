//! Looking at figures several times without being wrong more often.

use statrs::distribution::{ContinuousCDF, Normal};
use std::f64::consts::PI;

/// Points of the grid on which the distribution of what has not been decided yet is kept; an odd number, for Simpson's rule.
const GRID: usize = 201;

/// How far below 0 that grid begins, in standard deviations.
const TAIL: f64 = 9.0;

/// The one-sided error that each look may have so that all looks together have at most `error`, for looks after so many
/// independent observations.
///
/// The probability that a one-sided limit is passed wrongly is spent in equal parts: error / number of looks at each, of that
/// which has not been spent before (Lan and DeMets 1983, with that spending function). Looks at the same observations rise and
/// fall together, so that each may have more than its part. How much is computed from the joint normal distribution of the looks
/// by recursive integration (Armitage, McPherson and Rowe 1969; Jennison and Turnbull 2000, chapter 19). With few
/// observations the nominal errors are those of Student's distribution in place of the normal one (the same, section 4.4).
///
/// `looks` must rise strictly. The result has its length.
pub fn errors_of_looks(looks: &[u64], error: f64) -> Vec<f64> {
    let part = error / looks.len().max(1) as f64;
    let mut walk = Walk::default();
    let mut errors = Vec::with_capacity(looks.len());
    for &observations in looks {
        let limit = walk.limit(observations as f64, part);
        errors.push(upper_tail(limit / (observations as f64).sqrt()));
        walk.go_on(observations as f64, limit);
    }
    errors
}

fn normal() -> Normal {
    Normal::standard()
}

fn upper_tail(z: f64) -> f64 {
    normal().sf(z)
}

fn density(z: f64) -> f64 {
    (-0.5 * z * z).exp() / (2.0 * PI).sqrt()
}

/// A sum of standard normal observations, looked at now and then, as long as it has not passed a limit.
#[derive(Default)]
struct Walk {
    observations: f64,
    /// Values that the sum may have, with the probability that each stands for; none before the first look, where it is 0.
    points: Vec<(f64, f64)>,
}

impl Walk {
    /// The probability that the next look is the first to find the sum above `limit`.
    fn passing(&self, observations: f64, limit: f64) -> f64 {
        self.sum(observations, limit, upper_tail)
    }

    /// The density of the sum at the next look, as far as no limit was passed before.
    fn density(&self, observations: f64, x: f64) -> f64 {
        self.sum(observations, x, density) / (observations - self.observations).sqrt()
    }

    /// A function of the distance from the sum now to `x` at the next look, in standard deviations, weighted.
    fn sum(&self, observations: f64, x: f64, of: fn(f64) -> f64) -> f64 {
        let deviation = (observations - self.observations).sqrt();
        match self.points.as_slice() {
            [] => of(x / deviation),
            points => points
                .iter()
                .map(|(from, weight)| weight * of((x - from) / deviation))
                .sum(),
        }
    }

    /// The limit that the next look passes with this probability.
    fn limit(&self, observations: f64, probability: f64) -> f64 {
        let scale = observations.sqrt();
        // No fewer pass it if nobody has passed one before.
        let mut limit = scale * normal().inverse_cdf(1.0 - probability);
        // The logarithm of the tail is concave: Newton's steps from above end from above.
        for _ in 0..60 {
            let passing = self.passing(observations, limit);
            let slope = self.density(observations, limit) / passing;
            let step = (passing / probability).ln() / slope;
            limit += step;
            if step.abs() <= 1e-13 * scale {
                break;
            }
        }
        limit
    }

    /// Looks, and goes on if the limit is not passed.
    fn go_on(&mut self, observations: f64, limit: f64) {
        let low = -TAIL * observations.sqrt();
        let step = (limit - low) / (GRID - 1) as f64;
        let points = (0..GRID).map(|i| {
            let simpson = match i {
                0 => 1.0,
                i if i == GRID - 1 => 1.0,
                i if i % 2 == 1 => 4.0,
                _ => 2.0,
            };
            let x = low + i as f64 * step;
            (x, simpson * step / 3.0 * self.density(observations, x))
        });
        self.points = points.collect();
        self.observations = observations;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The probability that one of the looks passes a limit of so many standard deviations, which is given for each.
    fn passing_any(looks: &[u64], limits: &[f64]) -> f64 {
        let mut walk = Walk::default();
        let mut sum = 0.0;
        for (&observations, z) in looks.iter().zip(limits) {
            let observations = observations as f64;
            let limit = z * observations.sqrt();
            sum += walk.passing(observations, limit);
            walk.go_on(observations, limit);
        }
        sum
    }

    #[test]
    fn published_boundaries_have_the_error_that_they_are_published_for() {
        // Jennison and Turnbull (2000), tables 2.1 and 2.3, at 0.05 on two sides: on one side it is half of that, as both are
        // hardly ever passed.
        for (looks, pocock, fleming) in
            [(2u64, 2.178, 1.977), (5, 2.413, 2.040), (10, 2.555, 2.087)]
        {
            let ends: Vec<u64> = (1..=looks).map(|k| 100 * k).collect();
            let constant = vec![pocock; looks as usize];
            let falling: Vec<f64> = (1..=looks)
                .map(|k| fleming * (looks as f64 / k as f64).sqrt())
                .collect();
            for limits in [constant, falling] {
                let error = passing_any(&ends, &limits);
                assert!(
                    (error - 0.025).abs() < 4e-5,
                    "{looks} looks at {limits:?}: error {error}, published for 0.025"
                );
            }
        }
    }

    #[test]
    fn the_errors_of_all_looks_are_the_error_together() {
        for looks in [
            &[100][..],
            &[100, 150, 225, 338, 400],
            &[10, 15, 20, 30, 40, 50],
            &[100, 101],
            &[
                100, 150, 225, 338, 507, 761, 1142, 1713, 2570, 3855, 5783, 8675, 13013, 20000,
            ],
        ] {
            for error in [0.05, 0.01, 1e-4] {
                let errors = errors_of_looks(looks, error);
                assert_eq!(errors.len(), looks.len());
                // Each is at least its part, and they are together at most the sum.
                let part = error / looks.len() as f64;
                assert!(
                    errors
                        .iter()
                        .all(|e| *e > part * (1.0 - 1e-6) && *e <= error * (1.0 + 1e-6)),
                    "{looks:?} {error}: {errors:?}"
                );
                let limits: Vec<f64> = errors
                    .iter()
                    .map(|e| normal().inverse_cdf(1.0 - e))
                    .collect();
                let together = passing_any(looks, &limits);
                assert!(
                    (together / error - 1.0).abs() < 1e-3,
                    "{looks:?}: {together}, expected {error}"
                );
            }
        }
    }

    #[test]
    fn two_looks_follow_the_bivariate_normal() {
        // P(Z₁ ≤ c₁, Z₂ > c₂) by direct integration over Z₁, with correlation √(100/150).
        let errors = errors_of_looks(&[100, 150], 0.05);
        let limits: Vec<f64> = errors
            .iter()
            .map(|e| normal().inverse_cdf(1.0 - e))
            .collect();
        let r = (100.0f64 / 150.0).sqrt();
        let n = 200_000;
        let low = -10.0;
        let width = (limits[0] - low) / f64::from(n);
        let second: f64 = (0..n)
            .map(|i| {
                let z = low + (f64::from(i) + 0.5) * width;
                density(z) * upper_tail((limits[1] - r * z) / (1.0 - r * r).sqrt()) * width
            })
            .sum();
        assert!((errors[0] - 0.025).abs() < 1e-9, "{errors:?}");
        assert!(
            (second - 0.025).abs() < 1e-6,
            "second look {second}, expected 0.025"
        );
    }
}
