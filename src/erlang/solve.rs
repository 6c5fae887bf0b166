//! The inverses: agents, volume and AHT from targets.
//!
//! With fewer agents, more calls or longer ones the offered wait grows in the order of likelihood ratios: the ratio of two
//! densities, exp((λ' − λ) H(x) − (n'μ' − nμ) x) beside the atom at 0, grows with x, and so does that of two truncated
//! exponential series with a limit. All service levels are the mean of a function of the offered wait that falls with it, under
//! that law weighted by who is left: at the answer (`answered_over_answered`, and for the ASA), at the earlier of answer and T
//! (`without_early_abandons`), of answer and the short-abandon threshold (`without_short_abandons`), or not weighted at all
//! (the others; abandonment; the wait of all). Weighting by the same function keeps the order. So each of them is monotone in
//! each of the three, as are blocking and occupancy by the order of birth and death processes, and what is solved for has one
//! boundary. (The atom is 1/B(n − 1) over λ; with less than one agent it does not fall with the AHT, which is refused.) With a short-abandon threshold above T two functions are not monotone, and nothing is solved for.

use super::loss::free_odds;
use super::numeric::{Bracket, Course, NoChange, Point, bracket, root, root_within};
use super::offered_wait::OfferedWait;
use super::waiting::missed;
use super::{Error, LARGEST, LEAST, SLACK, Target, WaitingSystem};

/// Traffic per agent up to which the largest volume and AHT are looked for.
const MOST_LOAD: f64 = 1e9;

/// How far below what is allowed agents that are not whole may stay, on the logarithm: integrals are no better.
const NEAR: f64 = 2e-13;

/// Targets that can be missed, as the times to integrate to.
struct Wanted {
    targets: Vec<Target>,
    cuts: Vec<f64>,
}

impl Target {
    /// What must not be exceeded, and how much of it is allowed.
    fn measure(&self, wait: &OfferedWait<'_>) -> f64 {
        match *self {
            Self::ServiceLevel {
                within_s,
                formula,
                short_s,
                ..
            } => missed(wait, formula, within_s, short_s).unwrap_or(1.0),
            Self::Asa { .. } => wait.asa().unwrap_or(f64::INFINITY),
            Self::MeanWait { .. } => {
                let (answered, abandoned) = wait.means();
                answered + abandoned
            }
            Self::Abandonment { .. } => wait.abandoned(),
            Self::Occupancy { .. } => wait.occupancy(),
            Self::Wait { max_s, .. } => {
                let after = wait.after(max_s);
                after.answered + after.abandoned
            }
            Self::Blocking { .. } => wait.blocked,
        }
    }

    fn allowed(&self) -> f64 {
        match *self {
            Self::ServiceLevel { fraction, .. } => 1.0 - fraction,
            Self::Asa { max_s } | Self::MeanWait { max_s } => max_s,
            Self::Abandonment { max } | Self::Occupancy { max } | Self::Blocking { max } => max,
            Self::Wait { percentile, .. } => 1.0 - percentile,
        }
    }

    /// Whether everything is allowed.
    fn is_empty(&self) -> bool {
        !matches!(self, Self::Asa { .. } | Self::MeanWait { .. }) && self.allowed() >= 1.0
    }

    /// The best value, in the words of the target.
    fn best(&self) -> f64 {
        match self {
            Self::ServiceLevel { .. } | Self::Wait { .. } => 1.0,
            _ => 0.0,
        }
    }

    fn times(&self) -> [Option<f64>; 2] {
        match *self {
            Self::ServiceLevel {
                within_s, short_s, ..
            } => [Some(within_s), self.needs_short().then_some(short_s)],
            Self::Wait { max_s, .. } => [Some(max_s), None],
            _ => [None, None],
        }
    }
}

impl Wanted {
    /// Targets that allow nothing hold everywhere if they hold in the `hardest` case, and else nowhere: `None`, or the one.
    fn new(targets: &[Target], hardest: &WaitingSystem) -> Result<Result<Self, Target>, Error> {
        if targets.is_empty() {
            return Err(Error::BadInput(
                "nothing can be solved for without a target".to_owned(),
            ));
        }
        let mut wanted = Self {
            targets: Vec::with_capacity(targets.len()),
            cuts: Vec::with_capacity(2 * targets.len()),
        };
        for target in targets {
            target.check()?;
            if target.is_empty() {
                continue;
            }
            if target.allowed() == 0.0 {
                let wait = OfferedWait::new(hardest, &[])?;
                match target.measure(&wait) > 0.0 {
                    true => return Ok(Err(*target)),
                    false => continue,
                }
            }
            wanted.targets.push(*target);
            wanted.cuts.extend(target.times().into_iter().flatten());
        }
        Ok(Ok(wanted))
    }

    /// ln of the measure over what is allowed, of the target that is furthest from being met: at most 0 if all are met.
    fn excess(&self, system: &WaitingSystem, free_odds: impl FnOnce(f64, f64) -> f64) -> f64 {
        const MOST: f64 = 1e3;
        // What is unstable misses everything; the rest has been checked.
        let Ok(wait) = OfferedWait::with_odds(system, &self.cuts, free_odds) else {
            return MOST;
        };
        let over = self
            .targets
            .iter()
            .map(|target| (target.measure(&wait) / target.allowed()).ln());
        over.fold(-MOST, f64::max).min(MOST)
    }
}

/// The odds of a free agent for a number of agents that moves by little: by the recurrence from the last one.
struct Odds {
    agents: f64,
    odds: f64,
}

impl Odds {
    /// The recurrence is run over up to that many agents.
    const NEAR: f64 = 40.0;

    fn at(&mut self, agents: f64, erlangs: f64) -> f64 {
        let near = (agents - self.agents).abs() <= Self::NEAR && self.odds.is_finite();
        // Downwards only where it does not lose digits.
        if !near || (agents < self.agents && (agents < 0.8 * erlangs || agents < 1.0)) {
            self.odds = free_odds(agents, erlangs);
        } else {
            while self.agents < agents {
                self.agents += 1.0;
                self.odds = self.agents / erlangs * (1.0 + self.odds);
            }
            while self.agents > agents {
                self.odds = self.odds * erlangs / self.agents - 1.0;
                self.agents -= 1.0;
            }
        }
        self.agents = agents;
        self.odds
    }
}

impl WaitingSystem {
    /// The smallest whole number of agents from which on every target holds; 0 without calls, else at least 1.
    ///
    /// # Errors
    /// [`Error::Unreachable`], [`Error::BadInput`].
    pub fn least_agents(&self, targets: &[Target]) -> Result<u64, Error> {
        self.least_agents_near(targets, None)
    }

    /// The same, found the sooner the nearer it is to a number, such as that of an interval like this one.
    pub(crate) fn least_agents_near(
        &self,
        targets: &[Target],
        near: Option<f64>,
    ) -> Result<u64, Error> {
        let Some((least, wanted)) = self.for_agents(targets)? else {
            return Ok(0);
        };
        Ok(self.search(least, &wanted, near)?.0.x as u64)
    }

    /// The smallest whole number of agents, and the same not rounded up, which takes less than one after the other.
    pub(crate) fn least_agents_both_near(
        &self,
        targets: &[Target],
        near: Option<f64>,
    ) -> Result<(u64, f64), Error> {
        let Some((least, wanted)) = self.for_agents(targets)? else {
            return Ok((0, 0.0));
        };
        let (met, missed) = self.search(least, &wanted, near)?;
        Ok((met.x as u64, self.between(&wanted, met, missed)))
    }

    /// The same, not rounded up to a whole number; less than a millionth is 0.
    ///
    /// # Errors
    /// Those of [`WaitingSystem::least_agents`].
    pub fn least_agents_fractional(&self, targets: &[Target]) -> Result<f64, Error> {
        Ok(self.least_agents_both_near(targets, None)?.1)
    }

    /// The number of agents, not rounded up, between the smallest whole one and the next below.
    fn between(&self, wanted: &Wanted, met: Point, missed: Option<Point>) -> f64 {
        let mut trial = self.clone();
        let mut f = |agents: f64| {
            trial.agents = agents;
            wanted.excess(&trial, free_odds)
        };
        if met.x > 1.0 {
            let x = met.x - 1.0;
            let missed = missed.unwrap_or_else(|| Point { x, f: f(x) });
            return match missed.f > 0.0 {
                // Met but for rounding.
                true if met.f > 0.0 => met.x,
                true => root_within(Bracket { met, missed }, NEAR, f),
                // The smallest stable number is not the next whole one: the boundary is that of stability.
                false => missed.x,
            };
        }
        // Less than one agent.
        match bracket(0.5, (LEAST, 1.0), Course::Falling, &mut f) {
            Ok(found) => root(found, f),
            Err(NoChange::Met) => 0.0,
            Err(NoChange::Missed) => met.x,
        }
    }

    /// The smallest number of agents to consider, and what they are to meet; none without calls.
    fn for_agents(&self, targets: &[Target]) -> Result<Option<(f64, Wanted)>, Error> {
        let mut hardest = self.with_agents(1.0);
        hardest.check()?;
        for target in targets {
            target.check()?;
        }
        if self.erlangs() == 0.0 {
            return Ok(None);
        }
        let least = match self.is_endless() {
            true => self.entering_erlangs().floor() + 1.0,
            false => 1.0,
        };
        if least > LARGEST {
            return Err(Error::BadInput(format!(
                "{} erlangs are more than can be solved for; the largest traffic is {LARGEST:e} erlangs",
                self.erlangs()
            )));
        }
        hardest.agents = least;
        match Wanted::new(targets, &hardest)? {
            Ok(wanted) => Ok(Some((least, wanted))),
            Err(target) => Err(Error::Unreachable {
                target: target.to_string(),
                best: target.best(),
                reason: "more agents come as near to it as one likes, but never there".to_owned(),
            }),
        }
    }

    /// Whether calls wait without end, all of them.
    fn is_endless(&self) -> bool {
        self.limit.is_none() && self.patience.is_endless()
    }

    /// Traffic of those who do not balk.
    fn entering_erlangs(&self) -> f64 {
        self.erlangs() * (1.0 - self.patience.balk())
    }

    /// The smallest whole number from `least` on that meets what is wanted: by the secant of the logarithm, kept in the bracket.
    /// It starts near a number, if one is given. With it the next below, which misses, unless that is less than `least`.
    fn search(
        &self,
        least: f64,
        wanted: &Wanted,
        near: Option<f64>,
    ) -> Result<(Point, Option<Point>), Error> {
        let mut trial = self.clone();
        let erlangs = self.erlangs();
        let mut odds = Odds {
            agents: f64::NEG_INFINITY,
            odds: 0.0,
        };
        let mut f = |agents: f64| {
            trial.agents = agents;
            wanted.excess(&trial, |agents, erlangs| odds.at(agents, erlangs))
        };
        let spread = erlangs.sqrt().max(1.0);
        let start = near.filter(|near| near.is_finite() && *near <= LARGEST);
        let start = start.unwrap_or(erlangs + 0.5 * spread);
        let mut agents = start.ceil().max(least);
        let (mut low, mut high): ((f64, f64), (f64, f64)) =
            ((least - 1.0, f64::NAN), (f64::INFINITY, f64::NAN));
        let mut step = 0.0;
        for turn in 0.. {
            let excess = f(agents);
            // The same as `keeps_to`, on the logarithm.
            match excess <= SLACK {
                true => high = (agents, excess),
                false => low = (agents, excess),
            }
            if high.0 - low.0 <= 1.0 {
                break;
            }
            if low.0 >= 4.0 * LARGEST {
                return Err(Error::BadInput(format!(
                    "more than {LARGEST:e} agents would be needed"
                )));
            }
            let secant = low.0 + (high.0 - low.0) * low.1 / (low.1 - high.1);
            let wide = turn > 12 && turn % 2 == 0;
            agents = if secant.is_finite() && !wide {
                // The logarithm bends downwards: the secant is short of the boundary by a little.
                secant.ceil()
            } else if high.0.is_finite() && (low.1.is_finite() || low.0 >= least) {
                (0.5 * (low.0 + high.0)).floor()
            } else {
                // ln P(wait) falls with the load in units of its spread: by about β for a step of β.
                let beta = ((agents - erlangs) / spread).max(0.0);
                let guess = spread * (excess.abs() / (1.0 + beta)).min(4.0);
                step = f64::max(2.0 * step, guess).ceil().max(1.0);
                match excess <= SLACK {
                    true if high.0 - step <= low.0 => low.0 + 1.0,
                    true => high.0 - step,
                    false => low.0 + step,
                }
            };
            agents = agents.clamp(low.0 + 1.0, (high.0 - 1.0).max(low.0 + 1.0));
        }
        let point = |(x, f): (f64, f64)| Point { x, f };
        Ok((point(high), (low.0 >= least).then_some(point(low))))
    }

    /// The largest volume up to which every target holds.
    ///
    /// # Errors
    /// [`Error::Unbounded`], [`Error::BadInput`].
    pub fn largest_calls_per_h(&self, targets: &[Target]) -> Result<f64, Error> {
        let mut trial = self.clone();
        let per_erlang = 3600.0 / self.aht_s;
        trial.calls_per_h = per_erlang;
        trial.largest(targets, "volume", self.agents * per_erlang, |trial, x| {
            trial.calls_per_h = x;
        })
    }

    /// The longest AHT up to which every target holds.
    ///
    /// # Errors
    /// [`Error::Unbounded`], [`Error::Unreachable`] without agents, [`Error::BadInput`].
    pub fn largest_aht_s(&self, targets: &[Target]) -> Result<f64, Error> {
        let mut trial = self.clone();
        trial.aht_s = 1.0;
        trial.check()?;
        if self.calls_per_h == 0.0 {
            return Err(unbounded(targets, "AHT"));
        }
        if let (true, Some(target)) = (self.agents == 0.0, targets.first()) {
            return Err(Error::Unreachable {
                target: target.to_string(),
                best: 1.0 - target.best(),
                reason: "there are no agents".to_owned(),
            });
        }
        if self.agents < 1.0 {
            return Err(Error::BadInput(format!(
                "with less than one agent ({}) waits need not grow with the AHT, so that it is not solved for",
                self.agents
            )));
        }
        let one_agent = 3600.0 / self.calls_per_h;
        trial.largest(targets, "AHT", self.agents * one_agent, |trial, x| {
            trial.aht_s = x;
        })
    }

    /// The largest number up to which the targets hold; `full` is that of one erlang an agent.
    fn largest(
        mut self,
        targets: &[Target],
        what: &'static str,
        full: f64,
        set: impl Fn(&mut Self, f64),
    ) -> Result<f64, Error> {
        self.check()?;
        if self.agents == 0.0 {
            return Ok(0.0);
        }
        let stable = self.is_endless();
        let stays = 1.0 - self.patience.balk();
        let hardest = match stable {
            true => full / stays * (1.0 - 1e-9),
            false => full * 1e3,
        };
        set(&mut self, hardest);
        let wanted = match Wanted::new(targets, &self)? {
            Ok(wanted) => wanted,
            Err(_) => return Ok(0.0),
        };
        let f = |x: f64| {
            set(&mut self, x);
            wanted.excess(&self, free_odds)
        };
        self_bracket(full, f, what, targets)
    }
}

/// The largest x at which an increasing function is not above 0.
fn self_bracket(
    full: f64,
    mut f: impl FnMut(f64) -> f64,
    what: &'static str,
    targets: &[Target],
) -> Result<f64, Error> {
    let range = (1e-280 * full, MOST_LOAD * full);
    match bracket(0.9 * full, range, Course::Rising, &mut f) {
        Ok(found) => Ok(root(found, f)),
        Err(NoChange::Missed) => Ok(0.0),
        Err(NoChange::Met) => Err(unbounded(targets, what)),
    }
}

fn unbounded(targets: &[Target], what: &'static str) -> Error {
    let all: Vec<String> = targets.iter().map(Target::to_string).collect();
    let hold = if all.len() == 1 { "holds" } else { "hold" };
    Error::Unbounded(format!("{} {hold}", all.join(" and ")), what)
}
