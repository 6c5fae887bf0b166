//! How long callers wait before they hang up.

use super::numeric::{gamma_1p, gamma_pq, normal, poisson, poisson_tail_ratio};
use super::{Error, above_zero, at_least_zero, fraction};
use crate::scenario::Distribution;
use std::sync::Arc;

/// How long callers wait before they hang up: a distribution, and the fraction of those who would have to wait that leave at
/// once (balk). Made once, it is cheap to clone and quick to compute with.
#[derive(Debug, Clone)]
pub struct Patience {
    distribution: Arc<Distribution>,
    balk: f64,
    shape: Shape,
}

/// The distribution as it is computed with.
#[derive(Debug, Clone)]
pub(super) enum Shape {
    Endless,
    Exponential {
        mean: f64,
    },
    Fixed {
        value: f64,
    },
    Uniform {
        low: f64,
        high: f64,
    },
    /// Probability and mean of each.
    Mixture(Arc<[(f64, f64)]>),
    /// Each value once, with the distribution function from it on, and what is lost of the mean up to it.
    Steps(Arc<[Step]>),
    /// Smooth functions that are slow to compute, from a table.
    Smooth(Arc<Table>),
}

#[derive(Debug)]
pub(super) struct Step {
    at: f64,
    fraction: f64,
    lost: f64,
}

/// The distribution at one time: who has hung up, who has not, and how much waiting was lost to hanging up:
/// ∫ F from 0, which is the time less the mean of the smaller of patience and time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct At {
    pub gone: f64,
    pub left: f64,
    pub lost: f64,
}

impl Patience {
    /// Nobody hangs up.
    pub fn endless() -> Self {
        Self {
            distribution: Arc::new(Distribution::Never),
            balk: 0.0,
            shape: Shape::Endless,
        }
    }

    /// Exponential with a mean in seconds.
    ///
    /// # Errors
    /// [`Error::BadInput`] unless the mean is above 0.
    pub fn exponential(mean_s: f64) -> Result<Self, Error> {
        Self::new(&Distribution::Exp { mean_s }, 0.0)
    }

    /// Any distribution, and the fraction of those who would have to wait that leaves at once.
    ///
    /// # Errors
    /// [`Error::BadInput`] if a parameter makes no sense.
    pub fn new(distribution: &Distribution, balk: f64) -> Result<Self, Error> {
        fraction("the fraction that balks", balk)?;
        let positive = |value: f64| above_zero("the mean patience", value);
        let spread = |value: f64| above_zero("the standard deviation of patience", value);
        let shape = match distribution {
            Distribution::Never => Shape::Endless,
            Distribution::Fixed { value_s } => Shape::Fixed {
                value: at_least_zero("the patience", *value_s)?,
            },
            Distribution::Exp { mean_s } => Shape::Exponential {
                mean: positive(*mean_s)?,
            },
            Distribution::Erlang { mean_s, k: 1 } => Shape::Exponential {
                mean: positive(*mean_s)?,
            },
            Distribution::Uniform { low_s, high_s } => {
                let low = at_least_zero("the least patience", *low_s)?;
                match *high_s > low && high_s.is_finite() {
                    true => Shape::Uniform { low, high: *high_s },
                    false if *high_s == low => Shape::Fixed { value: low },
                    false => {
                        return Err(Error::BadInput(format!(
                            "the largest patience, {high_s} s, is below the least, {low} s"
                        )));
                    }
                }
            }
            Distribution::Hyperexp { phases } => {
                let mut total = 0.0;
                for (weight, mean) in phases {
                    total += fraction("the weight of a phase", *weight)?;
                    at_least_zero("the mean of a phase", *mean)?;
                }
                if (total - 1.0).abs() > 1e-9 {
                    return Err(Error::BadInput(format!(
                        "the weights of the phases add up to {total}, not to 1"
                    )));
                }
                Shape::Mixture(phases.iter().map(|(w, m)| (w / total, *m)).collect())
            }
            Distribution::Empirical { values_s, .. } => steps(values_s)?,
            Distribution::Weibull { shape, scale_s } => {
                let shape = above_zero("the shape of the patience", *shape)?;
                let scale = above_zero("the scale of the patience", *scale_s)?;
                let mean = positive(scale * gamma_1p(1.0 / shape))?;
                Shape::Smooth(Arc::new(Table::new(Form::Weibull { mean, shape, scale })))
            }
            Distribution::Lognormal { mean_s, sd_s } => {
                let ratio = spread(*sd_s)? / positive(*mean_s)?;
                let variance = (ratio * ratio).ln_1p();
                Shape::Smooth(Arc::new(Table::new(Form::Lognormal {
                    mean: *mean_s,
                    mu: mean_s.ln() - 0.5 * variance,
                    sigma: variance.sqrt(),
                })))
            }
            Distribution::Gamma { mean_s, sd_s } => {
                let ratio = positive(*mean_s)? / spread(*sd_s)?;
                Shape::Smooth(Arc::new(Table::new(Form::Gamma {
                    mean: *mean_s,
                    shape: ratio * ratio,
                })))
            }
            Distribution::Erlang { mean_s, k } => {
                let shape = above_zero("the number of phases", f64::from(*k))?;
                let mean = positive(*mean_s)?;
                Shape::Smooth(Arc::new(Table::new(Form::Gamma { mean, shape })))
            }
        };
        Ok(Self {
            distribution: Arc::new(distribution.clone()),
            balk,
            shape,
        })
    }

    /// The distribution.
    pub fn distribution(&self) -> &Distribution {
        &self.distribution
    }

    /// The fraction that balks.
    pub fn balk(&self) -> f64 {
        self.balk
    }

    /// Its mean, balking left out; infinite where nobody hangs up.
    pub(super) fn mean(&self) -> f64 {
        match &self.shape {
            Shape::Endless => f64::INFINITY,
            Shape::Exponential { mean } => *mean,
            Shape::Fixed { value } => *value,
            Shape::Uniform { low, high } => 0.5 * (low + high),
            Shape::Mixture(phases) => phases.iter().map(|(weight, mean)| weight * mean).sum(),
            Shape::Steps(steps) => steps.last().map_or(0.0, |last| last.at - last.lost),
            Shape::Smooth(table) => table.form.mean(),
        }
    }

    /// The time after which everybody has hung up, if there is one.
    pub(super) fn longest(&self) -> Option<f64> {
        match &self.shape {
            Shape::Fixed { value } => Some(*value),
            Shape::Uniform { high, .. } => Some(*high),
            Shape::Steps(steps) => steps.last().map(|last| last.at),
            _ => None,
        }
    }

    pub(super) fn is_endless(&self) -> bool {
        matches!(self.shape, Shape::Endless)
    }

    /// Whether there is a formula with a limit of waiting places.
    pub(super) fn may_be_limited(&self) -> bool {
        matches!(self.shape, Shape::Endless | Shape::Exponential { .. })
    }

    pub(super) fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Who has hung up after a time of waiting; `time` ≥ 0.
    pub(super) fn at(&self, time: f64) -> At {
        match &self.shape {
            Shape::Endless => At {
                gone: 0.0,
                left: 1.0,
                lost: 0.0,
            },
            Shape::Exponential { mean } => exponential(time, *mean),
            Shape::Fixed { value } => match time < *value {
                true => At {
                    gone: 0.0,
                    left: 1.0,
                    lost: 0.0,
                },
                false => At {
                    gone: 1.0,
                    left: 0.0,
                    lost: time - value,
                },
            },
            Shape::Uniform { low, high } => {
                let (into, length) = ((time - low).clamp(0.0, high - low), high - low);
                At {
                    gone: into / length,
                    left: (high - time).clamp(0.0, length) / length,
                    lost: 0.5 * into * into / length + (time - high).max(0.0),
                }
            }
            Shape::Mixture(phases) => {
                let mut sum = At {
                    gone: 0.0,
                    left: 0.0,
                    lost: 0.0,
                };
                for (weight, mean) in phases.iter() {
                    let at = exponential(time, *mean);
                    sum.gone += weight * at.gone;
                    sum.left += weight * at.left;
                    sum.lost += weight * at.lost;
                }
                sum
            }
            Shape::Steps(steps) => {
                match steps.partition_point(|step| step.at <= time).checked_sub(1) {
                    None => At {
                        gone: 0.0,
                        left: 1.0,
                        lost: 0.0,
                    },
                    Some(last) => {
                        let step = &steps[last];
                        At {
                            gone: step.fraction,
                            left: 1.0 - step.fraction,
                            lost: step.lost + step.fraction * (time - step.at),
                        }
                    }
                }
            }
            Shape::Smooth(table) => table.at(time),
        }
    }

    /// Where the distribution has a kink or a step, above `from` and below `to`.
    pub(super) fn kinks(&self, from: f64, to: f64) -> impl Iterator<Item = f64> + '_ {
        let (few, many): ([f64; 2], &[Step]) = match &self.shape {
            Shape::Fixed { value } => ([*value, f64::NAN], &[]),
            Shape::Uniform { low, high } => ([*low, *high], &[]),
            Shape::Steps(steps) => {
                let start = steps.partition_point(|step| step.at <= from);
                let end = steps.partition_point(|step| step.at < to);
                ([f64::NAN; 2], &steps[start..end.max(start)])
            }
            _ => ([f64::NAN; 2], &[]),
        };
        let few = few.into_iter().filter(move |x| *x > from && *x < to);
        few.chain(many.iter().map(|step| step.at))
    }
}

/// The same distribution, and the same fraction that balks.
impl PartialEq for Patience {
    fn eq(&self, other: &Self) -> bool {
        self.distribution == other.distribution && self.balk == other.balk
    }
}

/// An exponential; of mean 0 all have gone.
fn exponential(time: f64, mean: f64) -> At {
    if mean == 0.0 {
        return At {
            gone: 1.0,
            left: 0.0,
            lost: time,
        };
    }
    let y = time / mean;
    let gone = -(-y).exp_m1();
    // y − (1 − e^−y), by its series where the difference would lose digits.
    let lost = match y < 0.5 {
        false => y - gone,
        true => {
            let (mut sum, mut term, mut k) = (0.0, y, 1.0);
            loop {
                k += 1.0;
                term *= -y / k;
                sum -= term;
                if term.abs() <= sum * 1e-17 {
                    break sum;
                }
            }
        }
    };
    At {
        gone,
        left: (-y).exp(),
        lost: mean * lost,
    }
}

/// Given values, each equally likely.
fn steps(values: &[f64]) -> Result<Shape, Error> {
    let mut sorted = Vec::with_capacity(values.len());
    for value in values {
        sorted.push(at_least_zero("a patience", *value)?);
    }
    if sorted.is_empty() {
        return Err(Error::BadInput(
            "the patience has no values; at least one is needed".to_owned(),
        ));
    }
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len() as f64;
    let mut steps: Vec<Step> = Vec::new();
    for (i, value) in sorted.iter().enumerate() {
        let fraction = (i + 1) as f64 / n;
        match steps.last_mut() {
            Some(last) if last.at == *value => last.fraction = fraction,
            last => {
                let lost = last.map_or(0.0, |last| last.lost + last.fraction * (value - last.at));
                steps.push(Step {
                    at: *value,
                    fraction,
                    lost,
                });
            }
        }
    }
    Ok(Shape::Steps(steps.into()))
}

/// The smooth distributions.
#[derive(Debug, Clone, Copy)]
enum Form {
    Weibull { mean: f64, shape: f64, scale: f64 },
    Lognormal { mean: f64, mu: f64, sigma: f64 },
    Gamma { mean: f64, shape: f64 },
}

impl Form {
    /// By the definition.
    fn at(&self, time: f64) -> At {
        if time <= 0.0 {
            return At {
                gone: 0.0,
                left: 1.0,
                lost: 0.0,
            };
        }
        match *self {
            Form::Weibull { mean, shape, scale } => {
                // With y = (t / scale)^shape, ∫ e^−u^shape du = t e^−y (1 + y/(a + 1) + …), a = 1 / shape: the lower
                // incomplete gamma function.
                let y = (time / scale).powf(shape);
                let gone = -(-y).exp_m1();
                let left = (-y).exp();
                let a = 1.0 / shape;
                let lost = match y < a + 1.0 {
                    // The mean of a patience below t: e^−y y (shape a …), without a difference.
                    true => time * (gone - left * poisson_tail_ratio(a, y)),
                    false => time - mean * gamma_pq(a, y).0,
                };
                At { gone, left, lost }
            }
            Form::Lognormal { mean, mu, sigma } => {
                let d = (time.ln() - mu) / sigma;
                let (gone, left) = normal(d);
                let (partial, _) = normal(d - sigma);
                At {
                    gone,
                    left,
                    lost: (time * gone - mean * partial).max(0.0),
                }
            }
            Form::Gamma { mean, shape } => {
                let x = time * shape / mean;
                let (gone, left) = gamma_pq(shape, x);
                // P(a + 1, x) = P(a, x) − x^a e^−x / Γ(a + 1).
                let density = poisson(shape, x);
                let lost = (time - mean) * gone + mean * density;
                At {
                    gone,
                    left,
                    lost: lost.max(0.0),
                }
            }
        }
    }

    fn mean(&self) -> f64 {
        match *self {
            Form::Weibull { mean, .. }
            | Form::Lognormal { mean, .. }
            | Form::Gamma { mean, .. } => mean,
        }
    }

    /// A time of the order of the patience.
    fn scale(&self) -> f64 {
        match *self {
            Form::Weibull { scale, .. } => scale,
            Form::Lognormal { mu, .. } => mu.exp(),
            Form::Gamma { mean, .. } => mean,
        }
    }
}

/// A distribution and its integral as Chebyshev polynomials, from octave to octave.
#[derive(Debug)]
pub(super) struct Table {
    form: Form,
}

impl Table {
    fn new(form: Form) -> Self {
        let _ = form.scale();
        Self { form }
    }

    fn at(&self, time: f64) -> At {
        self.form.at(time)
    }
}
