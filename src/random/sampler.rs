//! Random durations from streams.

use super::Stream;
use crate::scenario::Distribution;
use rand_distr::{Distribution as _, Exp1, StandardNormal};

/// The longest duration that is drawn: 100 years. Longer draws are cut to it, so that times never overflow.
pub const MAX_NS: i64 = 100 * 365 * 24 * 3600 * 1_000_000_000;

/// Seconds as whole nanoseconds, rounded to the nearest, cut to 0 … [`MAX_NS`].
#[inline(always)]
pub fn to_ns(seconds: f64) -> i64 {
    // Durations are not negative: the cast cuts off what adding one half made whole, and saturates.
    ((seconds * 1e9 + 0.5) as i64).clamp(0, MAX_NS)
}

/// A [`Distribution`] with its parameters prepared for drawing.
///
/// Exponential, lognormal, Weibull, uniform and hyperexponential draws are increasing in every parameter that
/// stretches them, for the same stream: a longer talk time makes every call longer. Gamma draws (by rejection) are so in
/// the mean, and almost always in the standard deviation.
#[derive(Debug, Clone)]
pub enum Sampler {
    /// Always the same, in seconds.
    Fixed(f64),
    /// Exponential of this mean.
    Exp(f64),
    /// exp(mu + sigma Z).
    Lognormal {
        /// Mean of the logarithm.
        mu: f64,
        /// Standard deviation of the logarithm.
        sigma: f64,
    },
    /// Gamma and Erlang.
    Gamma(rand_distr::Gamma<f64>),
    /// scale · E^(1/shape) of a standard exponential E.
    Weibull {
        /// 1 / shape.
        inverse_shape: f64,
        /// Scale.
        scale_s: f64,
    },
    /// low + width · U.
    Uniform {
        /// Least value.
        low_s: f64,
        /// Largest less least.
        width_s: f64,
    },
    /// Cumulative probability and mean of each phase.
    Hyperexp(Box<[(f64, f64)]>),
    /// Equally likely values.
    Empirical(Box<[f64]>),
    /// Infinite.
    Never,
}

impl Sampler {
    /// Prepares a distribution. Parameters out of range (the scenario reader lets none through) give fixed times.
    pub fn new(distribution: &Distribution) -> Self {
        match *distribution {
            Distribution::Fixed { value_s } => Sampler::Fixed(value_s),
            Distribution::Exp { mean_s } => Sampler::Exp(mean_s),
            Distribution::Lognormal { mean_s, sd_s } if mean_s > 0.0 && sd_s > 0.0 => {
                let variance = (sd_s / mean_s).powi(2).ln_1p();
                Sampler::Lognormal {
                    mu: mean_s.ln() - variance / 2.0,
                    sigma: variance.sqrt(),
                }
            }
            Distribution::Lognormal { mean_s, .. } => Sampler::Fixed(mean_s),
            Distribution::Gamma { mean_s, sd_s } => Self::gamma(mean_s, (mean_s / sd_s).powi(2)),
            Distribution::Erlang { mean_s, k } => Self::gamma(mean_s, f64::from(k)),
            Distribution::Weibull { shape, scale_s } => Sampler::Weibull {
                inverse_shape: 1.0 / shape,
                scale_s,
            },
            Distribution::Uniform { low_s, high_s } => Sampler::Uniform {
                low_s,
                width_s: high_s - low_s,
            },
            Distribution::Hyperexp { ref phases } => {
                let mut sum = 0.0;
                Sampler::Hyperexp(
                    phases
                        .iter()
                        .map(|&(p, mean_s)| {
                            sum += p;
                            (sum, mean_s)
                        })
                        .collect(),
                )
            }
            Distribution::Empirical { ref values_s, .. } => {
                Sampler::Empirical(values_s.clone().into())
            }
            Distribution::Never => Sampler::Never,
        }
    }

    fn gamma(mean_s: f64, shape: f64) -> Self {
        match rand_distr::Gamma::new(shape, mean_s / shape) {
            Ok(gamma) if mean_s > 0.0 && shape.is_finite() => Sampler::Gamma(gamma),
            _ => Sampler::Fixed(mean_s),
        }
    }

    /// True if every draw is 0 s.
    pub fn is_zero(&self) -> bool {
        matches!(self, Sampler::Fixed(0.0))
    }

    /// Draws a duration in seconds (infinite for [`Sampler::Never`]).
    #[inline(always)]
    pub fn sample_s(&self, stream: &mut Stream) -> f64 {
        match self {
            Sampler::Exp(mean_s) => mean_s * exp1(stream),
            // Too long to stand wherever something is drawn.
            _ => self.sample_other_s(stream),
        }
    }

    fn sample_other_s(&self, stream: &mut Stream) -> f64 {
        match self {
            Sampler::Fixed(value_s) => *value_s,
            Sampler::Exp(mean_s) => mean_s * exp1(stream),
            Sampler::Lognormal { mu, sigma } => {
                let z: f64 = StandardNormal.sample(stream);
                (mu + sigma * z).exp()
            }
            Sampler::Gamma(gamma) => gamma.sample(stream),
            Sampler::Weibull {
                inverse_shape,
                scale_s,
            } => scale_s * exp1(stream).powf(*inverse_shape),
            Sampler::Uniform { low_s, width_s } => low_s + width_s * stream.unit(),
            Sampler::Hyperexp(phases) => {
                let u = stream.unit();
                let chosen = phases.iter().find(|&&(cumulative, _)| u < cumulative);
                chosen.or(phases.last()).map_or(0.0, |&(_, mean_s)| mean_s) * exp1(stream)
            }
            Sampler::Empirical(values_s) => {
                values_s[(stream.unit() * values_s.len() as f64) as usize]
            }
            Sampler::Never => f64::INFINITY,
        }
    }

    /// Draws a duration in whole nanoseconds.
    #[inline]
    pub fn sample_ns(&self, stream: &mut Stream) -> i64 {
        to_ns(self.sample_s(stream))
    }
}

/// A standard exponential draw.
#[inline(always)]
pub(crate) fn exp1(stream: &mut Stream) -> f64 {
    Exp1.sample(stream)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, ReplicationKey, name_hash};

    /// Mean and standard deviation of 200,000 draws lie within 4 standard errors of the distribution's.
    fn assert_moments(distribution: Distribution, mean: f64, sd: f64) {
        let sampler = Sampler::new(&distribution);
        let key = ReplicationKey::new(7, 0).call_type(1);
        let n = 200_000u32;
        let draws: Vec<f64> = (0..n)
            .map(|caller| {
                sampler.sample_s(&mut key.caller(u64::from(caller)).stream(0, 0, Purpose::Talk))
            })
            .collect();
        let count = f64::from(n);
        let got = draws.iter().sum::<f64>() / count;
        let squares: Vec<f64> = draws.iter().map(|x| (x - got).powi(2)).collect();
        let variance = squares.iter().sum::<f64>() / count;
        let fourth = squares.iter().map(|s| (s - variance).powi(2)).sum::<f64>() / count;
        assert!(
            (got - mean).abs() <= 4.0 * (variance / count).sqrt() + 1e-12,
            "{distribution:?}: mean {got}, expected {mean}"
        );
        assert!(
            (variance - sd * sd).abs() <= 4.0 * (fourth / count).sqrt() + 1e-9,
            "{distribution:?}: sd {}, expected {sd}",
            variance.sqrt()
        );
    }

    #[test]
    fn draws_have_the_moments_of_their_distribution() {
        use Distribution::*;
        assert_moments(Fixed { value_s: 60.0 }, 60.0, 0.0);
        assert_moments(Exp { mean_s: 180.0 }, 180.0, 180.0);
        let (mean_s, sd_s) = (180.0, 120.0);
        assert_moments(Lognormal { mean_s, sd_s }, mean_s, sd_s);
        assert_moments(Gamma { mean_s, sd_s }, mean_s, sd_s);
        assert_moments(
            Gamma {
                mean_s,
                sd_s: 300.0,
            },
            mean_s,
            300.0,
        );
        assert_moments(Gamma { mean_s, sd_s: 0.0 }, mean_s, 0.0);
        assert_moments(Erlang { mean_s, k: 4 }, mean_s, 90.0);
        let (low_s, high_s) = (10.0, 40.0);
        assert_moments(Uniform { low_s, high_s }, 25.0, 30.0 / 12f64.sqrt());
        // Weibull of shape 2: mean = scale · Γ(1.5), variance = scale² (1 − Γ(1.5)²)
        let g = std::f64::consts::PI.sqrt() / 2.0;
        let weibull = Weibull {
            shape: 2.0,
            scale_s: 100.0,
        };
        assert_moments(weibull, 100.0 * g, 100.0 * (1.0 - g * g).sqrt());
        let phases = vec![(0.3, 20.0), (0.7, 300.0)];
        let second: f64 = 2.0 * (0.3 * 400.0 + 0.7 * 90_000.0);
        assert_moments(
            Hyperexp { phases },
            216.0,
            (second - 216.0f64.powi(2)).sqrt(),
        );
        let values_s = vec![1.0, 2.0, 6.0];
        let source = String::new();
        assert_moments(Empirical { values_s, source }, 3.0, (14.0f64 / 3.0).sqrt());
    }

    #[test]
    fn long_draws_are_cut_and_short_ones_rounded() {
        assert_eq!(to_ns(f64::INFINITY), MAX_NS);
        assert_eq!(to_ns(-1.0), 0);
        assert_eq!(to_ns(0.000_000_000_6), 1);
    }

    /// The first three callers' draws, as bits. A new version of `rand_distr` that draws in another way moves every
    /// result; it must fail here first. Families that call ln, exp or pow may differ in the last bits between
    /// mathematical libraries, so they get a relative 1e-14; a changed method differs by far more.
    #[test]
    fn draws_are_frozen() {
        use Distribution::*;
        let (mean_s, sd_s) = (180.0, 120.0);
        let (low_s, high_s) = (10.0, 40.0);
        let phases = vec![(0.3, 20.0), (0.7, 300.0)];
        let empirical = Empirical {
            values_s: vec![1.0, 2.0, 6.0],
            source: String::new(),
        };
        let weibull = Weibull {
            shape: 2.0,
            scale_s: 100.0,
        };
        let heavy_gamma = Gamma {
            mean_s,
            sd_s: 300.0,
        };
        let exact = 0.0;
        let library = 1e-14;
        let frozen: [(Distribution, f64, [u64; 3]); 11] = [
            (
                Fixed { value_s: 60.0 },
                exact,
                [
                    0x404e_0000_0000_0000,
                    0x404e_0000_0000_0000,
                    0x404e_0000_0000_0000,
                ],
            ),
            (
                Exp { mean_s },
                exact,
                [
                    0x4056_83ac_b927_7526,
                    0x4010_1028_1dce_03b1,
                    0x4052_6772_c699_2ba2,
                ],
            ),
            (
                Lognormal { mean_s, sd_s },
                library,
                [
                    0x4062_afcc_5ca2_124e,
                    0x4055_4759_bc70_ff31,
                    0x4062_1aa2_5fac_560c,
                ],
            ),
            (
                Gamma { mean_s, sd_s },
                library,
                [
                    0x4063_1feb_4ef0_b2cc,
                    0x4051_e31c_5a3e_013c,
                    0x4062_695d_8984_7e31,
                ],
            ),
            (
                heavy_gamma,
                library,
                [
                    0x4069_23c4_b14c_2680,
                    0x3fba_a2a2_2a61_3d95,
                    0x4031_fa0d_b204_2ab5,
                ],
            ),
            (
                Erlang { mean_s, k: 4 },
                library,
                [
                    0x4064_97a2_fbc6_18d6,
                    0x4058_417c_3836_7403,
                    0x4064_090d_5cf3_a5fb,
                ],
            ),
            (
                weibull,
                library,
                [
                    0x4051_aeed_3e0c_119e,
                    0x402d_df7b_d1bb_bf7e,
                    0x404f_f9cb_eb5a_4372,
                ],
            ),
            (
                Uniform { low_s, high_s },
                exact,
                [
                    0x4038_f5b6_c75a_af42,
                    0x4025_acdb_0957_815a,
                    0x4038_32ef_cd2e_bf8f,
                ],
            ),
            (
                Hyperexp { phases },
                exact,
                [
                    0x4083_ecc8_5f2a_b553,
                    0x4052_ed0b_ca08_82a8,
                    0x402d_b464_89b2_8181,
                ],
            ),
            (
                empirical,
                exact,
                [
                    0x4000_0000_0000_0000,
                    0x3ff0_0000_0000_0000,
                    0x4000_0000_0000_0000,
                ],
            ),
            (
                Never,
                exact,
                [
                    0x7ff0_0000_0000_0000,
                    0x7ff0_0000_0000_0000,
                    0x7ff0_0000_0000_0000,
                ],
            ),
        ];
        let key = ReplicationKey::new(1, 0).call_type(name_hash("billing"));
        let mut moved = String::new();
        for (distribution, tolerance, expected) in frozen {
            let sampler = Sampler::new(&distribution);
            let got = [0, 1, 2].map(|caller| {
                sampler.sample_s(&mut key.caller(caller).stream(0, 0, Purpose::Talk))
            });
            let same = got.iter().zip(expected).all(|(&got, expected)| {
                let expected = f64::from_bits(expected);
                got == expected || (got - expected).abs() <= tolerance * expected
            });
            if !same {
                let got = got.map(f64::to_bits);
                moved += &format!("{distribution:?}: {got:#018x?}\n");
            }
        }
        assert!(
            moved.is_empty(),
            "the draws of a seed moved (a new version of rand or rand_distr?), which changes every published result: \
             keep the old version, or raise STREAM_VERSION and freeze these anew:\n{moved}"
        );
    }
}
