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
    /// The time less what is lost: the mean time waited by then, of those whom nobody answers.
    pub waited: f64,
}

impl At {
    fn new(time: f64, gone: f64, left: f64, lost: f64) -> Self {
        Self {
            gone,
            left,
            lost,
            waited: time - lost,
        }
    }

    /// What those who have gone have waited: ∫ u dF(u).
    pub fn waited_by_gone(&self, time: f64) -> f64 {
        match self.lost < self.waited {
            true => time * self.gone - self.lost,
            false => self.waited - time * self.left,
        }
    }
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

    /// The same patience of those who stay, with another fraction of those who do not; cut to 1.
    pub(crate) fn with_balk(&self, balk: f64) -> Self {
        Self {
            balk: balk.clamp(0.0, 1.0),
            ..self.clone()
        }
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
            Shape::Endless => At::new(time, 0.0, 1.0, 0.0),
            Shape::Exponential { mean } => exponential(time, *mean),
            Shape::Fixed { value } => match time < *value {
                true => At::new(time, 0.0, 1.0, 0.0),
                false => At::new(time, 1.0, 0.0, time - value),
            },
            Shape::Uniform { low, high } => {
                let (into, length) = ((time - low).clamp(0.0, high - low), high - low);
                At::new(
                    time,
                    into / length,
                    (high - time).clamp(0.0, length) / length,
                    0.5 * into * into / length + (time - high).max(0.0),
                )
            }
            Shape::Mixture(phases) => {
                let mut sum = At::new(time, 0.0, 0.0, 0.0);
                let mut waited = 0.0;
                for (weight, mean) in phases.iter() {
                    let at = exponential(time, *mean);
                    sum.gone += weight * at.gone;
                    sum.left += weight * at.left;
                    sum.lost += weight * at.lost;
                    waited += weight * at.waited;
                }
                sum.waited = waited;
                sum
            }
            Shape::Steps(steps) => {
                match steps.partition_point(|step| step.at <= time).checked_sub(1) {
                    None => At::new(time, 0.0, 1.0, 0.0),
                    Some(last) => {
                        let step = &steps[last];
                        At::new(
                            time,
                            step.fraction,
                            1.0 - step.fraction,
                            step.lost + step.fraction * (time - step.at),
                        )
                    }
                }
            }
            Shape::Smooth(table) => table.at(time),
        }
    }

    /// Times between which patience differs, beside kinks: its scale, or scales.
    pub(super) fn scales(&self) -> impl Iterator<Item = f64> + '_ {
        let (one, more): (f64, &[(f64, f64)]) = match &self.shape {
            Shape::Exponential { mean } => (*mean, &[]),
            Shape::Smooth(table) => (table.scale, &[]),
            Shape::Mixture(phases) => (0.0, phases),
            _ => (0.0, &[]),
        };
        let all = std::iter::once(one).chain(more.iter().map(|(_, mean)| *mean));
        all.filter(|scale| *scale > 0.0)
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

/// 1/2!, 1/3!, …, as far as they count below one half.
const LOST: [f64; 15] = {
    let mut factors = [0.5; 15];
    let mut k = 1;
    while k < factors.len() {
        factors[k] = factors[k - 1] / (k + 2) as f64;
        k += 1;
    }
    factors
};

/// An exponential; of mean 0 all have gone.
fn exponential(time: f64, mean: f64) -> At {
    if mean == 0.0 {
        return At::new(time, 1.0, 0.0, time);
    }
    let y = time / mean;
    // y − (1 − e^−y), by its series where the difference would lose digits; then the rest follows from it without one.
    let (gone, left, lost) = match y < 0.5 {
        true => {
            let lost = y * y * LOST.iter().rev().fold(0.0, |sum, c| c - y * sum);
            let gone = y - lost;
            (gone, 1.0 - gone, lost)
        }
        false => {
            let left = (-y).exp();
            let gone = 1.0 - left;
            (gone, left, y - gone)
        }
    };
    At {
        waited: mean * gone,
        ..At::new(time, gone, left, mean * lost)
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
            return At::new(time, 0.0, 1.0, 0.0);
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
                At::new(time, gone, left, lost)
            }
            Form::Lognormal { mean, mu, sigma } => {
                let d = (time.ln() - mu) / sigma;
                let (gone, left) = normal(d);
                let (partial, _) = normal(d - sigma);
                At::new(time, gone, left, (time * gone - mean * partial).max(0.0))
            }
            Form::Gamma { mean, shape } => {
                let x = time * shape / mean;
                let (gone, left) = gamma_pq(shape, x);
                // P(a + 1, x) = P(a, x) − x^a e^−x / Γ(a + 1).
                let density = poisson(shape, x);
                let lost = match x < shape + 1.0 {
                    // The same without the difference, which is small before the mean.
                    true => {
                        let rest = 1.0 + poisson_tail_ratio(shape + 1.0, x);
                        let over = 1.0 / (shape + 1.0);
                        density * time * (1.0 + x * over * rest - shape * over * rest)
                    }
                    false => (time - mean) * gone + mean * density,
                };
                At::new(time, gone, left, lost.max(0.0))
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

/// Coefficients of a polynomial.
const N: usize = 14;

/// Octaves of time in the table, relative to the scale; outside of them the functions are cheap, or seldom asked for.
const OCTAVES: std::ops::Range<i32> = -20..8;

/// Finest division of an octave.
const FINEST: usize = 32;

/// A distribution and its integral as Chebyshev polynomials, from octave to octave: a table is ten times as quick as the
/// special functions, and as exact.
#[derive(Debug)]
pub(super) struct Table {
    form: Form,
    scale: f64,
    /// Of each octave, the first of its pieces and their number; 0 where the function is too steep for polynomials.
    octaves: Vec<(usize, usize)>,
    pieces: Vec<Piece>,
}

/// Over one piece of an octave.
#[derive(Debug)]
struct Piece {
    /// Of who has gone, or of who is left where that is less.
    gone: [f64; N],
    lost: [f64; N],
    is_left: bool,
}

impl Table {
    fn new(form: Form) -> Self {
        let mut table = Self {
            form,
            scale: form.scale(),
            octaves: Vec::with_capacity(OCTAVES.len()),
            pieces: Vec::new(),
        };
        for octave in OCTAVES {
            let from = table.scale * f64::from(octave).exp2();
            let mut number = 1;
            let pieces = loop {
                let width = from / number as f64;
                let pieces = (0..number).map(|i| form.piece(from + i as f64 * width, width));
                match pieces.collect::<Option<Vec<Piece>>>() {
                    Some(pieces) => break pieces,
                    None if number == FINEST => break Vec::new(),
                    None => number *= 2,
                }
            };
            table.octaves.push((table.pieces.len(), pieces.len()));
            table.pieces.extend(pieces);
        }
        table
    }

    fn at(&self, time: f64) -> At {
        let relative = time / self.scale;
        // The exponent of a number from 1 up to 2 is 0.
        let exponent = ((relative.to_bits() >> 52) & 0x7ff) as i32 - 1023;
        let octave = usize::try_from(exponent - OCTAVES.start).ok();
        let Some((first, number)) = octave.and_then(|octave| self.octaves.get(octave)) else {
            return self.form.at(time);
        };
        if *number == 0 {
            return self.form.at(time);
        }
        // From 0 to the number of pieces.
        let place = (relative * f64::from(-exponent).exp2() - 1.0) * *number as f64;
        let index = (place as usize).min(number - 1);
        let piece = &self.pieces[first + index];
        let x = 2.0 * (place - index as f64) - 1.0;
        let (gone, lost) = clenshaw(&piece.gone, &piece.lost, x);
        let (gone, left) = match piece.is_left {
            true => (1.0 - gone, gone),
            false => (gone, 1.0 - gone),
        };
        At::new(time, gone, left, lost)
    }
}

impl Form {
    /// The polynomials from a time on, or nothing if the functions bend too much for them.
    fn piece(&self, from: f64, width: f64) -> Option<Piece> {
        let mut nodes = [[0.0; N]; 2];
        let is_left = self.at(from + 0.5 * width).gone > 0.5;
        for (i, ((gone, lost), x)) in nodes_of(&mut nodes).zip(roots()).enumerate() {
            let at = self.at(from + 0.5 * width * (1.0 + x));
            debug_assert!(i < N);
            *gone = if is_left { at.left } else { at.gone };
            *lost = at.lost;
        }
        let [gone, lost] = nodes.map(|values| coefficients(&values));
        // What is lost is the difference of two times of which each is up to this.
        const COUNTS: f64 = 1e-6;
        let most = (from + width) * self.at(from + width).gone.max(COUNTS);
        let settled = |c: &[f64; N], least: f64| {
            let largest = c.iter().fold(least, |a, b| a.max(b.abs()));
            c[N - 1].abs() + c[N - 2].abs() <= 1e-14 * largest
        };
        (settled(&gone, COUNTS) && settled(&lost, most)).then_some(Piece {
            gone,
            lost,
            is_left,
        })
    }
}

fn nodes_of(nodes: &mut [[f64; N]; 2]) -> impl Iterator<Item = (&mut f64, &mut f64)> {
    let [first, second] = nodes;
    first.iter_mut().zip(second.iter_mut())
}

/// Roots of the Chebyshev polynomial of degree N.
fn roots() -> impl Iterator<Item = f64> {
    (0..N).map(|k| (std::f64::consts::PI * (k as f64 + 0.5) / N as f64).cos())
}

/// Coefficients of the polynomial through values at the roots.
fn coefficients(values: &[f64; N]) -> [f64; N] {
    std::array::from_fn(|j| {
        let angle = std::f64::consts::PI * j as f64 / N as f64;
        let sum: f64 = (0..N)
            .map(|k| values[k] * (angle * (k as f64 + 0.5)).cos())
            .sum();
        let by = if j == 0 { 1.0 } else { 2.0 };
        by * sum / N as f64
    })
}

/// Two sums of Chebyshev polynomials at x (Clenshaw 1955).
fn clenshaw(a: &[f64; N], b: &[f64; N], x: f64) -> (f64, f64) {
    let (mut a1, mut a2, mut b1, mut b2) = (0.0, 0.0, 0.0, 0.0);
    let double = 2.0 * x;
    for j in (1..N).rev() {
        (a1, a2) = (double * a1 - a2 + a[j], a1);
        (b1, b2) = (double * b1 - b2 + b[j], b1);
    }
    (x * a1 - a2 + a[0], x * b1 - b2 + b[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_as_exact_as_the_functions() {
        for form in [
            Form::Weibull {
                mean: 90.0 * gamma_1p(1.0 / 0.6),
                shape: 0.6,
                scale: 90.0,
            },
            Form::Weibull {
                mean: 90.0 * gamma_1p(1.0 / 3.0),
                shape: 3.0,
                scale: 90.0,
            },
            Form::Weibull {
                mean: 90.0 * gamma_1p(1.0 / 20.0),
                shape: 20.0,
                scale: 90.0,
            },
            Form::Lognormal {
                mean: 120.0,
                mu: 4.0,
                sigma: 1.2,
            },
            Form::Lognormal {
                mean: 55.0,
                mu: 4.0,
                sigma: 0.05,
            },
            Form::Gamma {
                mean: 120.0,
                shape: 0.3,
            },
            Form::Gamma {
                mean: 120.0,
                shape: 40.0,
            },
        ] {
            let table = Table::new(form);
            assert!(
                table
                    .octaves
                    .iter()
                    .filter(|(_, number)| *number > 0)
                    .count()
                    > 15,
                "{form:?}"
            );
            for k in -1500..1000 {
                let time = table.scale * (f64::from(k) / 100.0 + 0.003).exp2();
                let (found, expected) = (table.at(time), form.at(time));
                let near = |a: f64, b: f64, of: f64| (a - b).abs() <= 4e-14 * of;
                // Relative to what it is over the octave.
                let octave = form.at(2.0 * time);
                assert!(
                    near(found.gone, expected.gone, octave.gone.max(1e-6))
                        && near(found.left, expected.left, 1.0)
                        && near(found.lost, expected.lost, time * octave.gone.max(1e-6)),
                    "{form:?} at {time}: found {found:?}, expected {expected:?}"
                );
            }
        }
    }

    /// lost is the integral of gone, and its derivative by differences.
    #[test]
    fn what_is_lost_is_the_integral_of_who_has_gone() {
        let forms = [
            Distribution::Weibull {
                shape: 0.6,
                scale_s: 90.0,
            },
            Distribution::Lognormal {
                mean_s: 120.0,
                sd_s: 200.0,
            },
            Distribution::Gamma {
                mean_s: 120.0,
                sd_s: 60.0,
            },
            Distribution::Exp { mean_s: 120.0 },
            Distribution::Uniform {
                low_s: 10.0,
                high_s: 200.0,
            },
            Distribution::Fixed { value_s: 60.0 },
            Distribution::Hyperexp {
                phases: vec![(0.3, 10.0), (0.7, 0.0)],
            },
            Distribution::Empirical {
                values_s: vec![20.0, 3.0, 20.0, 40.0],
                source: String::new(),
            },
        ];
        for distribution in forms {
            let patience = Patience::new(&distribution, 0.0).expect("a patience");
            for time in [0.7, 2.9, 11.0, 35.0, 70.0, 150.0, 900.0] {
                let h = 1e-4 * time;
                let (before, at, after) = (
                    patience.at(time - h),
                    patience.at(time),
                    patience.at(time + h),
                );
                let slope = (after.lost - before.lost) / (2.0 * h);
                assert!(
                    (slope - at.gone).abs() < 1e-6,
                    "{distribution:?} at {time}: {slope}, {at:?}"
                );
                assert!(
                    (at.gone + at.left - 1.0).abs() < 1e-15,
                    "{distribution:?} at {time}: {at:?}"
                );
            }
        }
    }
}
