//! Special functions to nearly full double precision, and roots of monotone functions.
//!
//! `statrs` has most of them, to some 1e-12 for large arguments: too little for differences of what is near 1.

use std::f64::consts::{LN_2, PI};

/// ln Γ(n + 1) less Stirling's (n + ½) ln n − n + ½ ln 2π; n above 0.
pub fn stirling_error(n: f64) -> f64 {
    if n < 16.0 {
        return gamma_1p(n).ln() - ((n + 0.5) * n.ln() - n + 0.5 * (2.0 * PI).ln());
    }
    // Abramowitz and Stegun (1964), 6.1.41; the next term is below 1e-16.
    const C: [f64; 5] = [
        1.0 / 12.0,
        -1.0 / 360.0,
        1.0 / 1260.0,
        -1.0 / 1680.0,
        1.0 / 1188.0,
    ];
    let x = 1.0 / (n * n);
    (C[0] + x * (C[1] + x * (C[2] + x * (C[3] + x * C[4])))) / n
}

/// Γ(n + 1), n ≥ 0: below 16 by Stirling's formula 16 further on, and back by the recurrence.
pub fn gamma_1p(n: f64) -> f64 {
    if n >= 16.0 {
        return ((n + 0.5) * n.ln() - n + stirling_error(n)).exp() * (2.0 * PI).sqrt();
    }
    let far = n + 16.0;
    let product: f64 = (1..=16).map(|j| n + f64::from(j)).product();
    // Half the power at a time, so that it stays in range.
    let half = far.powf(0.5 * (far + 0.5));
    half * ((stirling_error(far) - far).exp() * half) * (2.0 * PI).sqrt() / product
}

/// x ln(x / m) + m − x, exact where x is near m: Loader (2000), the deviance of the Poisson distribution.
fn deviance(x: f64, m: f64) -> f64 {
    if (x - m).abs() < 0.1 * (x + m) {
        let v = (x - m) / (x + m);
        let mut sum = (x - m) * v;
        let mut term = 2.0 * x * v;
        for j in 1..1000 {
            term *= v * v;
            let next = sum + term / f64::from(2 * j + 1);
            if next == sum {
                break;
            }
            sum = next;
        }
        return sum;
    }
    x * (x / m).ln() + m - x
}

/// ln of m^n e^−m / Γ(n + 1), the Poisson probability continued to n that are not whole; n ≥ 0, m > 0.
pub fn ln_poisson(n: f64, m: f64) -> f64 {
    match n < 16.0 {
        true => n * m.ln() - m - gamma_1p(n).ln(),
        false => -stirling_error(n) - deviance(n, m) - 0.5 * (2.0 * PI * n).ln(),
    }
}

/// m^n e^−m / Γ(n + 1).
pub fn poisson(n: f64, m: f64) -> f64 {
    match n < 16.0 {
        // Of a traffic near 0 the power is exact; the exponential of a logarithm would not be.
        true => m.powf(n) * (-m).exp() / gamma_1p(n),
        false => ln_poisson(n, m).exp(),
    }
}

/// m/(n+1) + m²/((n+1)(n+2)) + …: P(n + 1, m) over the Poisson probability of n; m below n + 1 or not far above.
pub fn poisson_tail_ratio(n: f64, m: f64) -> f64 {
    let (mut sum, mut term, mut k) = (0.0, 1.0, n);
    loop {
        k += 1.0;
        term *= m / k;
        sum += term;
        if term <= sum * 1e-17 {
            return sum;
        }
    }
}

/// Regularised incomplete gamma functions P(a, x) and Q(a, x) = 1 − P, each exact where it is small; a > 0, x ≥ 0.
pub fn gamma_pq(a: f64, x: f64) -> (f64, f64) {
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    if x == f64::INFINITY {
        return (1.0, 0.0);
    }
    // x^a e^−x / Γ(a + 1)
    let density = poisson(a, x);
    if x < a + 1.0 {
        let p = density * (1.0 + poisson_tail_ratio(a, x));
        return (p, 1.0 - p);
    }
    let q = density * a * upper_gamma_fraction(a, x);
    (1.0 - q, q)
}

/// Γ(a, x) e^x x^−a as a continued fraction, by the modified method of Lentz (Press et al. 2007, 6.2); x above some a + 1.
pub fn upper_gamma_fraction(a: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / b;
    let mut h = d;
    for i in 1..100_000 {
        let i = f64::from(i);
        let an = -i * (i - a);
        b += 2.0;
        d = an * d + b;
        d = if d.abs() < TINY { TINY } else { d };
        c = b + an / c;
        c = if c.abs() < TINY { TINY } else { c };
        d = 1.0 / d;
        let factor = d * c;
        h *= factor;
        // Two units in the last place: below that it may oscillate for ever.
        if (factor - 1.0).abs() < 4e-16 {
            break;
        }
    }
    h
}

/// ln of 1 + z + … + z^(k−1)/(k−1)! less z: the logarithm of Q(k, z), and Q(k − 1, z) / Q(k, z).
pub fn ln_truncated_exponential(k: f64, z: f64) -> (f64, f64) {
    if z <= 0.0 {
        return (0.0, if k > 1.0 { 1.0 } else { 0.0 });
    }
    // The probability of k − 1, the last term.
    let ln_last = ln_poisson(k - 1.0, z);
    if z < k {
        let p = ln_last.exp() * poisson_tail_ratio(k - 1.0, z);
        let ln = (-p).ln_1p();
        return (ln, 1.0 - (ln_last - ln).exp());
    }
    // The terms fall from the last one down.
    let (mut sum, mut term, mut j) = (1.0, 1.0, k - 1.0);
    while j > 0.0 {
        term *= j / z;
        sum += term;
        j -= 1.0;
        if term <= sum * 1e-17 {
            break;
        }
    }
    (ln_last + sum.ln(), (sum - 1.0) / sum)
}

/// Φ(x) and 1 − Φ(x) of the normal distribution, each exact where it is small.
pub fn normal(x: f64) -> (f64, f64) {
    // erfc(|x|/√2) = Q(½, x²/2).
    let (p, q) = gamma_pq(0.5, 0.5 * x * x);
    match x < 0.0 {
        true => (0.5 * q, 0.5 + 0.5 * p),
        false => (0.5 + 0.5 * p, 0.5 * q),
    }
}

/// A function at a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    pub x: f64,
    pub f: f64,
}

/// Two places between which a monotone function changes sign; either may be the larger.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bracket {
    /// Where it is at most 0.
    pub met: Point,
    /// Where it is above 0.
    pub missed: Point,
}

/// Whether a function grows or falls.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Course {
    Rising,
    Falling,
}

/// The function has one sign in all of the range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum NoChange {
    /// At most 0.
    Met,
    /// Above 0.
    Missed,
}

/// Where a monotone function changes sign, as an x where it is not above 0, the nearest such. Chandrupatla (1997): inverse
/// quadratic where that is safe, halving where not.
pub fn root(bracket: Bracket, f: impl FnMut(f64) -> f64) -> f64 {
    root_within(bracket, 0.0, f)
}

/// The same, or where the function is no further below 0 than `enough`: its last digits take as long as the first ones.
pub fn root_within(
    Bracket { met, missed }: Bracket,
    enough: f64,
    mut f: impl FnMut(f64) -> f64,
) -> f64 {
    debug_assert!(
        met.f <= 0.0 && missed.f > 0.0,
        "no change of sign: {met:?} {missed:?}"
    );
    if met.f >= -enough {
        return met.x;
    }
    // In the middle of what is enough, so that either side of it is.
    let aim = 0.5 * enough;
    let mut f = |x: f64| f(x) + aim;
    let (mut a, mut fa) = (missed.x, missed.f + aim);
    let (mut b, mut fb) = (met.x, met.f + aim);
    let (mut c, mut fc);
    let mut t = 0.5;
    for _ in 0..200 {
        let x = a + t * (b - a);
        let fx = f(x);
        if (fx > 0.0) == (fa > 0.0) {
            (c, fc) = (a, fa);
        } else {
            (c, fc) = (b, fb);
            (b, fb) = (a, fa);
        }
        (a, fa) = (x, fx);
        let best = if fa.abs() < fb.abs() { a } else { b };
        let tolerance = 2.0 * f64::EPSILON * best.abs() + f64::MIN_POSITIVE;
        let least = 0.5 * tolerance / (b - a).abs();
        if fa.abs() <= aim || least >= 0.5 {
            break;
        }
        let (xi, phi) = ((a - b) / (c - b), (fa - fb) / (fc - fb));
        let inverse = phi * phi < xi && (1.0 - phi) * (1.0 - phi) < 1.0 - xi;
        t = match inverse {
            true => {
                fa / (fb - fa) * fc / (fb - fc)
                    + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
            }
            false => 0.5,
        };
        // Not a number where the function is infinite.
        t = if t.is_nan() {
            0.5
        } else {
            t.clamp(least, 1.0 - least)
        };
    }
    if fa <= aim { a } else { b }
}

/// The bracket of a sign change of a monotone function of a number above 0, from a guess outwards within a range.
///
/// # Errors
/// The sign, where it is the same up to the end of the range.
pub fn bracket(
    guess: f64,
    (least, most): (f64, f64),
    course: Course,
    mut f: impl FnMut(f64) -> f64,
) -> Result<Bracket, NoChange> {
    let mut at = |x: f64| Point { x, f: f(x) };
    let mut from = at(guess);
    let starts_met = from.f <= 0.0;
    let up = starts_met == (course == Course::Rising);
    let mut step = 0.02;
    loop {
        let x = match up {
            true => (from.x * f64::exp(step)).min(most),
            false => (from.x * f64::exp(-step)).max(least),
        };
        let next = at(x);
        match (starts_met, next.f <= 0.0) {
            (true, false) => {
                return Ok(Bracket {
                    met: from,
                    missed: next,
                });
            }
            (false, true) => {
                return Ok(Bracket {
                    met: next,
                    missed: from,
                });
            }
            (true, true) if x == most || x == least => return Err(NoChange::Met),
            (false, false) if x == most || x == least => return Err(NoChange::Missed),
            _ => from = next,
        }
        step = (step * 4.0).min(40.0 * LN_2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A guess that is the root, and one on either side of it; both courses.
    #[test]
    fn roots_are_found_from_any_guess() {
        for guess in [2.0, 1.0, 5.0, 1e-3] {
            for course in [Course::Rising, Course::Falling] {
                let sign = if course == Course::Rising { 1.0 } else { -1.0 };
                let f = |x: f64| sign * (x / 2.0).ln();
                let bracket = bracket(guess, (1e-6, 1e6), course, f).unwrap();
                let found = root(bracket, f);
                assert!(f(found) <= 0.0, "{course:?} from {guess}: {found}");
                assert!(
                    (found - 2.0).abs() < 1e-15,
                    "{course:?} from {guess}: {found}"
                );
                let near = root_within(bracket, 1e-6, f);
                let off = f(near);
                assert!(
                    (-1e-6..=0.0).contains(&off),
                    "{course:?} from {guess}: {off:e}"
                );
            }
        }
        let high = bracket(1.0, (1e-3, 1e3), Course::Rising, |_| 1.0);
        assert_eq!(high, Err(NoChange::Missed));
        let low = bracket(1.0, (1e-3, 1e3), Course::Falling, |_| 0.0);
        assert_eq!(low, Err(NoChange::Met));
    }
}
