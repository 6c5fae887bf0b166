//! What an arriving call meets: the wait it is offered, were it patient without end.
//!
//! Baccelli and Hebuterne (1981), Zeltyn and Mandelbaum (2005). With calls at rate λ, n agents at rate μ each, a patience that
//! is longer than x with probability G(x), and H(x) = ∫₀^x G, the offered wait V is 0 while an agent is free, and has for x > 0
//! the density
//!
//! ```text
//! v(x) = κ nμ w(x),   w(x) = exp(λ H(x) − nμ x),   1/κ = 1/B − 1 + nμ ∫₀^∞ w
//! ```
//!
//! where B is Erlang-B of the n agents: their E = 1/B(n − 1) is (1/B − 1) A / n. So agents need not be whole. Those who balk
//! are an atom of patience at 0, that is λ becomes λ(1 − balk) among those who wait.
//!
//! With exponential patience and K waiting places, the call that finds k others waiting is offered a sum of k + 1 exponential
//! times of rates nμ + jθ. Summed over k < K, w is multiplied by Q(K, λ H(x)), the Poisson probability of less than K; this
//! holds for endless patience too, where H(x) = x. The probability of a full queue follows from the product of the rates.
//!
//! w has one maximum: its logarithm is concave, as H is, and as the logarithm of the truncated exponential series is.
//!
//! Of all that is given here, the fractions are of the offered: blocked attempts are left out.

use super::loss::free_odds;
use super::numeric::{Course, bracket, ln_truncated_exponential, root, stirling_error};
use super::patience::{At, Shape};
use super::quadrature::integrate;
use super::{Error, WaitingSystem};

/// Natural logarithm below the maximum of w from which it no longer counts.
const DEPTH: f64 = 46.0;

/// Largest share of an integral that may be wrong.
const SHARE: f64 = 1e-13;

/// Most terms of a series; beyond it integrals are quicker.
const MOST_TERMS: u32 = 2000;

/// Fractions of the offered that wait longer than a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct After {
    /// Answered in the end.
    pub answered: f64,
    /// Hung up in the end; those who balked have not waited.
    pub abandoned: f64,
}

/// Integrals from a time on, each times nμ.
#[derive(Debug, Clone, Copy, Default)]
struct Integrals {
    /// w
    all: f64,
    /// w × those who have gone
    gone: f64,
    /// w × those who are left
    left: f64,
    /// w × those who are left × time: what the answered have waited
    answered_wait: f64,
    /// w × ∫ u dF(u): what those who have gone have waited
    abandoned_wait: f64,
}

/// How it is computed.
#[derive(Debug)]
enum Way {
    /// Nobody waits: no calls, or no waiting places.
    Nobody,
    /// Nobody is served.
    NoAgents,
    /// Nobody gives up, and there is room for all: Erlang-C.
    Endless,
    /// Exponential patience and room for all: Erlang-A.
    Series(Series),
    /// Everything else.
    Integrals(Window, Vec<(f64, Integrals)>),
}

/// Sums over the states with waiting calls, relative to that with all agents busy and none waiting.
#[derive(Debug, Clone, Copy)]
struct Series {
    /// Σ m(j), j ≥ 1, where m(j) = z^j / ((c + 1) … (c + j)), c = nμ/θ
    waiting: f64,
    /// Σ j m(j)
    calls: f64,
    /// Σ m(j) c (1/(c + 1) + … + 1/(c + j))
    answered_wait: f64,
    /// Σ m(j) (1/(c + 1) + … + j/(c + j))
    abandoned_wait: f64,
}

/// Where w counts.
#[derive(Debug, Clone, Copy)]
struct Window {
    from: f64,
    mode: f64,
    to: f64,
    /// ln w at the mode
    highest: f64,
    /// Largest error of an integral, relative.
    share: f64,
}

/// The law of the offered wait.
#[derive(Debug)]
pub(super) struct OfferedWait<'a> {
    system: &'a WaitingSystem,
    way: Way,
    /// λ(1 − balk), per second
    into: f64,
    /// nμ, per second
    out: f64,
    /// nμ − λ(1 − balk)
    slack: f64,
    /// κ(1 − balk), times the largest w
    factor: f64,
    /// Answered at once.
    pub at_once: f64,
    /// Not answered at once.
    pub delayed: f64,
    /// Balked: left at once, as there was no agent free.
    pub balked: f64,
    /// Of all attempts, those that find the queue full.
    pub blocked: f64,
}

impl<'a> OfferedWait<'a> {
    /// `cuts` are times that will be asked for.
    pub fn new(system: &'a WaitingSystem, cuts: &[f64]) -> Result<Self, Error> {
        Self::with_odds(system, cuts, free_odds)
    }

    /// The same with the odds of a free agent, were there no waiting, from somewhere else: of agents and erlangs.
    pub fn with_odds(
        system: &'a WaitingSystem,
        cuts: &[f64],
        free_odds: impl FnOnce(f64, f64) -> f64,
    ) -> Result<Self, Error> {
        let erlangs = system.erlangs();
        let stays = 1.0 - system.patience.balk();
        let mut wait = Self {
            system,
            way: Way::Nobody,
            into: system.calls_per_h / 3600.0 * stays,
            out: system.agents / system.aht_s,
            slack: (system.agents - erlangs * stays) / system.aht_s,
            factor: 0.0,
            at_once: 1.0,
            delayed: 0.0,
            balked: 0.0,
            blocked: 0.0,
        };
        if erlangs == 0.0 {
            return Ok(wait);
        }
        let endless = matches!(system.patience.shape(), Shape::Endless);
        if system.limit.is_none() && endless && system.agents <= erlangs * stays {
            return Err(Error::Unstable {
                erlangs,
                agents: system.agents,
                least_agents: (erlangs * stays).floor() as u64 + 1,
            });
        }
        if system.agents == 0.0 {
            return wait.without_agents();
        }
        let odds = free_odds(system.agents, erlangs);
        if system.limit == Some(0) {
            wait.blocked = 1.0 / (1.0 + odds);
            return Ok(wait);
        }
        // The sum over the states in which a call that arrives waits, and the scale of it: w at its highest.
        let (states, highest) = match system.patience.shape() {
            Shape::Endless if system.limit.is_none() => {
                wait.way = Way::Endless;
                (wait.out / wait.slack, 0.0)
            }
            Shape::Exponential { mean } if system.limit.is_none() => {
                match series(wait.into * mean, wait.out * mean) {
                    Some(series) => {
                        wait.way = Way::Series(series);
                        (1.0 + series.waiting, 0.0)
                    }
                    None => wait.integrate(cuts),
                }
            }
            _ => wait.integrate(cuts),
        };
        let idle = odds * (-highest).exp();
        let full = match system.limit {
            None => 0.0,
            Some(limit) => (wait.ln_full(f64::from(limit)) - highest).exp(),
        };
        if idle.is_finite() {
            let total = idle + states;
            wait.at_once = idle / total;
            wait.delayed = states / total;
            wait.balked = system.patience.balk() * wait.delayed;
            wait.factor = stays / total;
            wait.blocked = full / (total + full);
        }
        Ok(wait)
    }

    /// Everybody waits until they hang up.
    fn without_agents(mut self) -> Result<Self, Error> {
        self.way = Way::NoAgents;
        (self.at_once, self.delayed) = (0.0, 1.0);
        self.balked = self.system.patience.balk();
        self.blocked = match (self.system.limit, self.system.patience.shape()) {
            (None, _) => 0.0,
            (Some(limit), Shape::Exponential { mean }) => {
                1.0 / (1.0 + super::loss::free_odds(f64::from(limit), self.into * mean))
            }
            (Some(0), _) => 1.0,
            (Some(_), _) => {
                return Err(Error::BadInput(
                    "without agents, and with callers who never hang up, the queue is full for ever"
                        .to_owned(),
                ));
            }
        };
        Ok(self)
    }

    /// Prepares the integrals; gives that over all, and the logarithm of its scale.
    fn integrate(&mut self, cuts: &[f64]) -> (f64, f64) {
        let window = self.window();
        let mut cuts: Vec<f64> = cuts.iter().copied().filter(|cut| *cut > 0.0).collect();
        cuts.push(0.0);
        cuts.sort_by(|a, b| b.total_cmp(a));
        cuts.dedup();
        let mut after = Vec::with_capacity(cuts.len());
        let (mut sums, mut to) = (Integrals::default(), window.to);
        for cut in cuts {
            let from = cut.max(window.from);
            if from < to {
                sums.add(&self.between(&window, from, to));
                to = from;
            }
            after.push((cut, sums));
        }
        self.way = Way::Integrals(window, after);
        (sums.all, window.highest)
    }

    /// ln w, who is left, and the rate at which ln w grows.
    fn ln_w(&self, time: f64) -> (f64, At, f64) {
        let at = self.system.patience.at(time);
        // The smaller of what is lost and what is waited is the exact one.
        let ln = match at.lost < at.waited {
            true => -self.slack * time - self.into * at.lost,
            false => self.into * at.waited - self.out * time,
        };
        let growth = self.into * at.left;
        match self.system.limit {
            None => (ln, at, growth - self.out),
            Some(limit) => {
                let mean = self.into * at.waited;
                let (full, ratio) = ln_truncated_exponential(f64::from(limit), mean);
                (ln + full, at, growth * ratio - self.out)
            }
        }
    }

    fn window(&self) -> Window {
        let mut mode = 0.0;
        if self.ln_w(0.0).2 > 0.0 {
            let mut high = 1.0 / self.out;
            while self.ln_w(high).2 > 0.0 && high < 1e300 {
                mode = high;
                high *= 2.0;
            }
            // Near enough that ln w is within 1 of its maximum: it is concave.
            for _ in 0..200 {
                if (high - mode) * self.ln_w(mode).2 < 1.0 {
                    break;
                }
                let middle = 0.5 * (mode + high);
                match self.ln_w(middle).2 > 0.0 {
                    true => mode = middle,
                    false => high = middle,
                }
            }
        }
        let highest = self.ln_w(mode).0;
        let counts = |time: f64| self.ln_w(time).0 > highest - DEPTH;
        let from = match counts(0.0) {
            true => 0.0,
            false => edge(mode, mode, 0.0, counts),
        };
        let mut step = 1.0 / self.out;
        let mut inside = mode;
        while counts(mode + step) && step < 1e300 {
            inside = mode + step;
            step *= 2.0;
        }
        let to = edge(mode, inside, mode + step, counts);
        // What rounding leaves of the terms that ln w is the sum of, as the two rules then differ by.
        let at = self.system.patience.at(to);
        let mut terms = self.slack.abs() * to + self.into * at.lost.min(at.waited);
        if self.system.limit.is_some() {
            terms += self.into * at.waited;
        }
        Window {
            from,
            mode,
            to,
            highest,
            share: SHARE.max((200.0 * 8.0 * f64::EPSILON * terms).powf(1.5)),
        }
    }

    /// Integrals between two times, scaled by the largest w.
    fn between(&self, window: &Window, from: f64, to: f64) -> Integrals {
        let f = |time: f64| {
            let (ln, at, _) = self.ln_w(time);
            let w = (ln - window.highest).exp();
            [
                w,
                w * at.gone,
                w * at.left,
                w * at.left * time,
                w * at.waited_by_gone(time),
            ]
        };
        let mut points = vec![from, to];
        for side in [window.to, window.from] {
            let shares = [0.0, 0.0625, 0.1875, 0.4375];
            let at = shares.map(|share| window.mode + share * (side - window.mode));
            points.extend(at.into_iter().filter(|x| *x > from && *x < to));
        }
        points.extend(self.system.patience.kinks(from, to));
        for scale in self.system.patience.scales() {
            // Where all that differs is at the very start; else halving finds it as quickly.
            let mut x = 0.25 * scale;
            if to > 16.0 * scale {
                while x < to {
                    if x > from {
                        points.push(x);
                    }
                    x *= if x < 4.0 * scale { 2.0 } else { 8.0 };
                }
            }
        }
        points.sort_by(f64::total_cmp);
        points.dedup();
        let mut sums = [0.0; 5];
        let middle = points.partition_point(|x| *x < window.mode);
        let smooth = matches!(self.system.patience.shape(), Shape::Smooth(_));
        let piece = |sums: &mut [f64; 5], from: f64, to: f64| match from == 0.0 && smooth {
            false => integrate((from, to), window.share, sums, &f),
            // Patience begins with a power of time, of which a rule for polynomials sees little: with time = to u^4 it does.
            true => integrate((0.0, 1.0), window.share, sums, &|u: f64| {
                let by = u * u * u * to;
                f(by * u).map(|value| 4.0 * by * value)
            }),
        };
        // From the mode outwards, so that what hardly counts is soon seen as such.
        for pair in points[middle.saturating_sub(1)..].windows(2) {
            piece(&mut sums, pair[0], pair[1]);
        }
        for pair in points[..middle.max(1)].windows(2).rev() {
            piece(&mut sums, pair[0], pair[1]);
        }
        let [all, gone, left, answered_wait, abandoned_wait] = sums.map(|sum| sum * self.out);
        Integrals {
            all,
            gone,
            left,
            answered_wait,
            abandoned_wait,
        }
    }

    /// ln of the probability of a full queue relative to that of all agents busy and none waiting: the product of λ / (nμ + jθ)
    /// over all waiting places.
    fn ln_full(&self, limit: f64) -> f64 {
        let theta = match self.system.patience.shape() {
            Shape::Exponential { mean } => 1.0 / mean,
            _ => return limit * (self.into / self.out).ln(),
        };
        if limit <= 64.0 {
            let mut sum = 0.0;
            let mut product: f64 = 1.0;
            let mut j = 1.0;
            while j <= limit {
                product *= self.into / (self.out + j * theta);
                if !(1e-250..1e250).contains(&product) {
                    sum += product.ln();
                    product = 1.0;
                }
                j += 1.0;
            }
            return sum + product.ln();
        }
        // z^K Γ(c + 1) / Γ(c + K + 1), by Stirling's formula.
        let (c, z) = (self.out / theta, self.into / theta);
        let all = c + limit;
        limit * (z / all).ln() + limit - (c + 0.5) * (limit / c).ln_1p() + stirling_error(c)
            - stirling_error(all)
    }

    /// Who waits longer than a time.
    pub fn after(&self, time: f64) -> After {
        let scaled = |answered: f64, abandoned: f64| After {
            answered: self.factor * answered,
            abandoned: self.factor * abandoned,
        };
        match &self.way {
            Way::Nobody => scaled(0.0, 0.0),
            Way::NoAgents => After {
                answered: 0.0,
                abandoned: (1.0 - self.system.patience.balk()) * self.system.patience.at(time).left,
            },
            Way::Endless => scaled((-self.slack * time).exp() * self.out / self.slack, 0.0),
            Way::Series(from_0) => {
                let Shape::Exponential { mean } = self.system.patience.shape() else {
                    return scaled(0.0, 0.0);
                };
                let (z, c) = (self.into * mean, self.out * mean);
                let (ln, at, _) = self.ln_w(time);
                // Never longer than that from 0.
                let series = match time > 0.0 {
                    true => series(z * at.left, c).unwrap_or(*from_0),
                    false => *from_0,
                };
                let w = ln.exp() / z;
                scaled(w * c * series.waiting, w * series.calls)
            }
            Way::Integrals(window, ready) => {
                let sums = match ready.iter().find(|(cut, _)| *cut == time) {
                    Some((_, sums)) => *sums,
                    None if time >= window.to => Integrals::default(),
                    None => self.between(window, time.max(window.from), window.to),
                };
                let at = self.system.patience.at(time);
                // Those who had not gone by then and have gone since; the smaller of two terms is taken away.
                let gone = match at.gone < 0.5 {
                    true => sums.gone - at.gone * sums.all,
                    false => at.left * sums.all - sums.left,
                };
                // A tabulated patience may leave a trace below 0 far out.
                scaled(sums.left.max(0.0), gone.max(0.0))
            }
        }
    }

    /// Abandoned in the end, those who balked included.
    pub fn abandoned(&self) -> f64 {
        self.balked + self.after(0.0).abandoned
    }

    /// Answered in the end.
    pub fn answered(&self) -> f64 {
        let abandoned = self.abandoned();
        // Whichever has no digits to lose.
        match abandoned < 0.5 {
            true => 1.0 - abandoned,
            false => self.at_once + self.after(0.0).answered,
        }
    }

    /// Busy agents, on average.
    pub fn carried_erlangs(&self) -> f64 {
        self.system.erlangs() * (1.0 - self.blocked) * self.answered()
    }

    /// Fraction of the agents' time spent with calls; 0 without agents.
    pub fn occupancy(&self) -> f64 {
        match self.system.agents > 0.0 {
            true => (self.carried_erlangs() / self.system.agents).min(1.0),
            false => 0.0,
        }
    }

    /// Mean wait of the answered; none where nobody is.
    pub fn asa(&self) -> Option<f64> {
        let answered = self.answered();
        (answered > 0.0).then(|| self.means().0 / answered)
    }

    /// Waits of the answered and of the abandoned, each per offered call.
    pub fn means(&self) -> (f64, f64) {
        let scaled = |by: f64, answered: f64, abandoned: f64| {
            (self.factor * by * answered, self.factor * by * abandoned)
        };
        match &self.way {
            Way::Nobody => (0.0, 0.0),
            Way::NoAgents => (
                0.0,
                (1.0 - self.system.patience.balk()) * self.system.patience.mean(),
            ),
            Way::Endless => scaled(self.out / self.slack / self.slack, 1.0, 0.0),
            Way::Series(sums) => scaled(1.0 / self.into, sums.answered_wait, sums.abandoned_wait),
            Way::Integrals(_, ready) => match ready.last() {
                Some((_, sums)) => scaled(1.0, sums.answered_wait, sums.abandoned_wait),
                None => (0.0, 0.0),
            },
        }
    }

    /// The smallest time that a fraction of all offered does not wait longer than; none where there is no end to it.
    pub fn percentile(&self, fraction: f64) -> Option<f64> {
        let more = 1.0 - fraction;
        let longer = |time: f64| {
            let after = self.after(time);
            after.answered + after.abandoned
        };
        let waiting = longer(0.0);
        if waiting <= more {
            return Some(0.0);
        }
        if let Way::Endless = self.way {
            return (more > 0.0).then(|| (waiting / more).ln() / self.slack);
        }
        if more == 0.0 {
            return self.system.patience.longest();
        }
        let f = |time: f64| (longer(time) / more).ln().clamp(-1e3, 1e3);
        let guess = 1.0 / self.out.max(1e-9);
        let found = bracket(guess, (1e-12, 1e15), Course::Falling, f).ok()?;
        Some(root(found, f))
    }
}

impl Integrals {
    fn add(&mut self, other: &Self) {
        self.all += other.all;
        self.gone += other.gone;
        self.left += other.left;
        self.answered_wait += other.answered_wait;
        self.abandoned_wait += other.abandoned_wait;
    }
}

/// A time just outside of where w counts, between one inside and one outside.
fn edge(mode: f64, mut inside: f64, mut outside: f64, counts: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..60 {
        if (outside - inside).abs() <= 0.1 * (outside - mode).abs() {
            break;
        }
        let middle = 0.5 * (inside + outside);
        match counts(middle) {
            true => inside = middle,
            false => outside = middle,
        }
    }
    outside
}

/// The sums, by adding their terms, all positive; none if there are too many.
fn series(z: f64, c: f64) -> Option<Series> {
    let mut sums = Series {
        waiting: 0.0,
        calls: 0.0,
        answered_wait: 0.0,
        abandoned_wait: 0.0,
    };
    let (mut term, mut answered, mut abandoned) = (1.0, 0.0, 0.0);
    for j in 1..MOST_TERMS {
        let j = f64::from(j);
        let over = 1.0 / (c + j);
        term *= z * over;
        answered += c * over;
        abandoned += j * over;
        sums.waiting += term;
        sums.calls += j * term;
        sums.answered_wait += answered * term;
        sums.abandoned_wait += abandoned * term;
        if term > 1e250 {
            return None;
        }
        // A third more than is left, as the terms fall from here on like a geometric series or faster.
        if j * term <= sums.calls * 1e-17 {
            return Some(sums);
        }
    }
    None
}
