//! The search: doubling, bisection, a look around, and the proof.

use super::aims::Aims;
use super::local::{Local, slopes};
use super::point::{Belief, Point};
use super::{LEAST, MOST, Question};
use crate::engine::Halt;
use crate::experiment::{Control, Sample, Watch};
use crate::lab::check::SPENT;
use crate::model::Model;
use crate::scenario::{Mode, Scenario};
use crate::stats::{errors_of_looks, student_t};
use std::sync::atomic::Ordering;

/// Day number 0 of the search; each proof has days of its own from a multiple of it on. No run of the scenario reaches them.
pub(super) const FIRST_DAY: u64 = 1 << 40;

/// Days after which a step is looked at.
const STEP_LOOKS: [u64; 4] = [30, 60, 120, 240];

/// Days of the first look around.
const PILOT_DAYS: u64 = 60;

/// Looks around at most, and proofs.
const PILOTS: usize = 12;
const PROOFS: u64 = 12;

/// Bisection ends at so many times the width asked for: nearer, a line through two points is better.
const COARSE: f64 = 4.0;

/// Points so near to a factor, as a part of it, tell the slopes there.
const NEAR: f64 = 0.15;

/// Half of the width that is proved, as a part of half of that asked for.
const WITHIN: f64 = 0.95;

/// Days of a proof's first look, at least.
const LEAST_DAYS: f64 = 40.0;

/// Looks of a proof, roughly.
const LOOKS: f64 = 8.0;

/// So much of half the width must lie between the breaking point and a factor that is worth testing on: days go with the square of
/// that, and two new factors take two times the days of one.
const FRESH: f64 = 0.65;

/// Figures × days that are kept at once.
const MOST_VALUES: usize = 1 << 21;

/// Part of the budget that is left for what is told of the breaking point; that many days at most.
const LEFT: (f64, f64) = (0.1, 6_000.0);

/// Why the search ended early.
#[derive(Debug)]
pub(super) enum Stop {
    /// It was asked to stop.
    Interrupted,
    /// The budget of days is spent.
    Budget,
    /// It cannot be simulated at all.
    Halt(Halt),
}

/// Where the search came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Course {
    /// An interval was found.
    Between,
    /// Something is missed at the least factor.
    MissedAtLeast,
    /// All holds at the largest.
    HoldsAtMost,
}

/// What a step of the bisection found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Holds,
    Missed,
    Open,
}

pub(super) struct Search<'s> {
    scenario: Scenario,
    pub(super) question: &'s Question,
    control: &'s Control,
    pub aims: Aims,
    pub points: Vec<Point>,
    /// Days simulated.
    pub spent: u64,
    /// Largest factor that was proved to hold, of those below what was proved to be missed.
    held: Vec<f64>,
    /// Least factor that was proved to be missed.
    pub missed: Option<f64>,
    /// What the last factors told.
    pub local: Option<Local>,
    /// Every step so far was proved: where the next one is does not depend on luck.
    is_proved: bool,
}

impl<'s> Search<'s> {
    pub fn new(scenario: &Scenario, question: &'s Question, control: &'s Control) -> Self {
        Self {
            aims: Aims::new(scenario, question),
            scenario: in_short_runs(scenario),
            question,
            control,
            points: Vec::new(),
            spent: 0,
            held: Vec::new(),
            missed: None,
            local: None,
            is_proved: true,
        }
    }

    /// Largest factor that was proved to hold.
    pub fn held(&self) -> Option<f64> {
        let missed = self.missed.unwrap_or(f64::INFINITY);
        let held = self.held.iter().copied().filter(|held| *held < missed);
        held.max_by(f64::total_cmp)
    }

    fn is_narrow(&self) -> bool {
        let narrow = |(held, missed)| missed - held <= self.question.width;
        self.held().zip(self.missed).is_some_and(narrow)
    }

    /// The scenario at a factor.
    pub fn at(&self, factor: f64) -> Scenario {
        self.scenario.with_volume(factor)
    }

    /// The first `days` days of a scenario, from replication `first` on, and the figures of all goals; or fewer where it is too
    /// much for the simulator, and whether it is.
    pub fn sample(
        &mut self,
        scenario: &Scenario,
        first: u64,
        days: u64,
    ) -> Result<(Sample, bool), Stop> {
        let mut sample = Sample::default();
        let planned = self.control.done.load(Ordering::Relaxed) + days;
        self.control.planned.store(planned, Ordering::Relaxed);
        let model = Model::new(scenario);
        let watched = (&model, self.aims.watches.as_slice());
        let simulated = sample.extend(
            days as usize,
            watched,
            (self.question.seed, first),
            self.control,
        );
        self.spent += sample.days() as u64;
        match simulated {
            Ok(()) => Ok((sample, false)),
            Err(Halt::Interrupted) => Err(Stop::Interrupted),
            Err(halt @ Halt::Routing { .. }) => Err(Stop::Halt(halt)),
            Err(_) => Ok((sample, true)),
        }
    }

    /// Other figures of a scenario on the first days of the search.
    pub fn other_figures(
        &mut self,
        model: &Model,
        watches: &[Watch],
        days: u64,
    ) -> Result<Sample, Stop> {
        let mut sample = Sample::default();
        let first = (self.question.seed, FIRST_DAY);
        let simulated = sample.extend(days as usize, (model, watches), first, self.control);
        self.spent += sample.days() as u64;
        match simulated {
            Err(Halt::Interrupted) => Err(Stop::Interrupted),
            _ => Ok(sample),
        }
    }

    /// Days that the search may still simulate.
    fn left(&self) -> u64 {
        let budget = self.question.budget as f64;
        let kept = (LEFT.0 * budget).min(LEFT.1);
        ((budget - kept) as u64).saturating_sub(self.spent)
    }

    /// Days that may still be simulated.
    pub fn left_in_all(&self) -> u64 {
        self.question.budget.saturating_sub(self.spent)
    }

    /// Simulates a factor until it has so many days.
    pub fn simulate(&mut self, factor: f64, first: u64, days: u64) -> Result<usize, Stop> {
        let same = |point: &Point| point.factor == factor && point.first == first;
        let number = match self.points.iter().position(same) {
            Some(number) => number,
            None => {
                self.points.push(Point::new(factor, first, &self.aims));
                self.points.len() - 1
            }
        };
        let scenario = self.at(factor);
        let at_once = (MOST_VALUES / self.aims.watches.len().max(1)).max(50) as u64;
        while self.points[number].days < days && !self.points[number].overwhelmed {
            let done = self.points[number].days;
            let more = (days - done).min(at_once);
            if self.left_in_all() < more {
                return Err(Stop::Budget);
            }
            let (sample, overwhelmed) = self.sample(&scenario, first + done, more)?;
            let point = &mut self.points[number];
            point.add(&sample, &self.aims);
            point.overwhelmed = overwhelmed;
        }
        Ok(number)
    }

    /// Finds the interval, as narrow as was asked for unless the budget ends.
    pub fn run(&mut self) -> Result<Course, Stop> {
        let centre = match self.steps()? {
            Ok(centre) => centre,
            Err(course) => return Ok(course),
        };
        let local = self.look_around(centre)?;
        self.prove(local)?;
        Ok(Course::Between)
    }

    // ---- Doubling and bisection ----

    /// Where the breaking point is, roughly; or that there is none.
    fn steps(&mut self) -> Result<Result<f64, Course>, Stop> {
        let (mut low, mut high) = (None, None);
        let mut factor = 1.0;
        while low.is_none() || high.is_none() {
            match self.step(factor)? {
                Step::Open => return Ok(Ok(factor)),
                Step::Holds if factor >= MOST => {
                    return self.hold_at_most();
                }
                Step::Missed if factor <= LEAST => return Ok(Err(Course::MissedAtLeast)),
                Step::Holds => {
                    low = Some(factor);
                    factor = (2.0 * factor).min(MOST);
                }
                Step::Missed => {
                    high = Some(factor);
                    factor = (factor / 2.0).max(LEAST);
                }
            }
        }
        let (mut low, mut high) = (low.unwrap_or(LEAST), high.unwrap_or(MOST));
        while high - low > COARSE * self.question.width {
            let middle = (low + high) / 2.0;
            match self.step(middle)? {
                Step::Open => return Ok(Ok(middle)),
                Step::Holds => low = middle,
                Step::Missed => high = middle,
            }
        }
        let at = |factor| self.points.iter().find(|point| point.factor == factor);
        let root = match (at(low), at(high)) {
            (Some(a), Some(b)) => Local::between(a, b, &self.aims).root,
            _ => f64::INFINITY,
        };
        Ok(Ok(root.clamp(low, high)))
    }

    /// A step at a factor that all steps before it led to.
    fn step(&mut self, factor: f64) -> Result<Step, Stop> {
        // Doubling down to 1 %, then halving a bracket of 5 at most.
        let halvings = (5.0 / (COARSE * self.question.width))
            .log2()
            .ceil()
            .max(0.0);
        let steps = 8.0 + halvings;
        let error = self.alpha() / 8.0 / steps;
        let errors = errors_of_looks(&STEP_LOOKS, error);
        for (days, error) in STEP_LOOKS.into_iter().zip(errors) {
            let point = self.simulate(factor, FIRST_DAY, days)?;
            match self.points[point].belief(&self.aims, error) {
                Belief::Holds => {
                    if self.is_proved {
                        self.held.push(factor);
                    }
                    return Ok(Step::Holds);
                }
                Belief::Missed => {
                    self.miss(factor);
                    return Ok(Step::Missed);
                }
                Belief::SeemsToHold => {
                    self.is_proved = false;
                    return Ok(Step::Holds);
                }
                Belief::Open => {}
            }
        }
        Ok(Step::Open)
    }

    fn miss(&mut self, factor: f64) {
        self.missed = Some(self.missed.map_or(factor, |missed| missed.min(factor)));
    }

    /// The error that is spent in all.
    fn alpha(&self) -> f64 {
        SPENT * (1.0 - self.question.confidence)
    }

    /// Proves that all holds at the largest factor, or finds that something is missed.
    fn hold_at_most(&mut self) -> Result<Result<f64, Course>, Stop> {
        if self.held() == Some(MOST) {
            return Ok(Err(Course::HoldsAtMost));
        }
        let looks = looks(300.0, self.left() as f64);
        let errors = errors_of_looks(&looks, self.alpha() / 8.0);
        for (days, error) in looks.into_iter().zip(errors) {
            let point = self.simulate(MOST, 2 * FIRST_DAY, days)?;
            match self.points[point].belief(&self.aims, error) {
                Belief::Holds => {
                    self.held.push(MOST);
                    return Ok(Err(Course::HoldsAtMost));
                }
                Belief::Missed => {
                    self.miss(MOST);
                    return Ok(Ok(MOST));
                }
                Belief::SeemsToHold | Belief::Open => {}
            }
        }
        Err(Stop::Budget)
    }

    // ---- Looking around ----

    /// Half of the width that shall be proved.
    fn half(&self) -> f64 {
        WITHIN * self.question.width / 2.0
    }

    /// Two factors this far on both sides of a third.
    pub fn around(&self, centre: f64, half: f64) -> (f64, f64) {
        let low = (centre - half).clamp(LEAST, MOST - half);
        (low, (centre + half).clamp(low + half, MOST.max(low + half)))
    }

    /// The breaking point and how much a day tells of it, from days that no proof will use.
    fn look_around(&mut self, mut centre: f64) -> Result<Local, Stop> {
        let half = self.half();
        let mut days = PILOT_DAYS;
        let mut last = None;
        for _ in 0..PILOTS {
            if self.left() < 4 * days {
                break;
            }
            let (low, high) = self.around(centre, half);
            let low = self.simulate(low, FIRST_DAY, days)?;
            let high = self.simulate(high, FIRST_DAY, days)?;
            let local = self.local_at(&[low, high], half);
            self.local = Some(local.clone());
            // A line is believed no farther than this.
            let farthest = (10.0 * half).max(0.25 * centre);
            let root = local
                .root
                .clamp(centre - farthest, centre + farthest)
                .clamp(LEAST, MOST);
            let moved = (root - centre).abs();
            let wanted = self.needed(&local, half, 1.0) / 2.0;
            let affordable = self.left() as f64 / 10.0;
            let wanted = wanted.min(affordable).max(PILOT_DAYS as f64);
            last = Some(local);
            centre = root;
            if moved > 2.0 * half {
                continue;
            }
            if days as f64 >= wanted {
                break;
            }
            days = (wanted.ceil() as u64).min(8 * days);
        }
        let mut local = last.ok_or(Stop::Budget)?;
        local.root = centre;
        Ok(local)
    }

    /// What is known near some points: all factors within twice half the width tell the figure there, and its slope those
    /// farther away too, as that between near factors may be a matter of chance.
    fn local_at(&self, numbers: &[usize], half: f64) -> Local {
        let factors = numbers.iter().map(|&n| self.points[n].factor).sum::<f64>();
        let centre = factors / numbers.len().max(1) as f64;
        let within = |reach: f64| -> Vec<&Point> {
            let near = |point: &&Point| (point.factor - centre).abs() <= reach;
            let mut points: Vec<&Point> = self.points.iter().filter(near).collect();
            points.sort_by(|a, b| a.factor.total_cmp(&b.factor));
            points
        };
        let slopes = slopes(&within((NEAR * centre).max(4.0 * half)), &self.aims);
        Local::through(&within(2.0 * half), slopes, &self.aims)
    }

    /// Days that decide a factor so far from the breaking point with a part of the error.
    fn needed(&self, local: &Local, distance: f64, part: f64) -> f64 {
        let error = part * self.alpha() / (4.0 * LOOKS * self.aims.judged() as f64);
        let quantile = student_t(1.0 - 2.0 * error, 1_000_000);
        (quantile * local.day_error / distance).powi(2)
    }

    // ---- Proof ----

    /// Tests factors on both sides of the breaking point on fresh days, again and again until what is proved is narrow.
    fn prove(&mut self, mut local: Local) -> Result<(), Stop> {
        for proof in 1..=PROOFS {
            if self.is_narrow() {
                return Ok(());
            }
            // Half of the error for the first proof, an eighth for the second, half of that for the third, and so on.
            let part = match proof {
                1 => 0.5,
                _ => 0.5f64.powi(proof as i32 + 1),
            };
            let left = self.left() as f64;
            if left < 2.0 * LEAST_DAYS {
                return Err(Stop::Budget);
            }
            // Where the days are too few for the width that was asked for, a wider one is proved.
            let affordable = (self.needed(&local, 1.0, part) / (left / 3.0)).sqrt();
            let half = self.half().max(affordable);
            let known = self.held().zip(self.missed);
            if known.is_some_and(|(held, missed)| missed - held <= 2.0 * affordable) {
                // What is left would prove nothing narrower.
                return Err(Stop::Budget);
            }
            let factors = self.to_prove(&local, half);
            let needed = self.needed(&local, half, part);
            local = self.test(&factors, (proof, part), (needed, half), local)?;
            self.local = Some(local.clone());
        }
        match self.is_narrow() {
            true => Ok(()),
            false => Err(Stop::Budget),
        }
    }

    /// The factors that are tested next.
    fn to_prove(&self, local: &Local, half: f64) -> Vec<f64> {
        let root = local.root.clamp(LEAST, MOST);
        let (low, high) = self.around(root, half);
        // What was proved stands, where the other side takes no more days than both sides would take anew.
        let far = half * FRESH;
        match (self.held(), self.missed) {
            (Some(held), _) if root - held < 2.0 * half - far && root > held => {
                vec![(held + 2.0 * half).min(MOST)]
            }
            (_, Some(missed)) if missed - root < 2.0 * half - far && root < missed => {
                vec![(missed - 2.0 * half).max(LEAST)]
            }
            _ => vec![low, high],
        }
    }

    /// Tests factors on days that nothing was seen of before.
    fn test(
        &mut self,
        factors: &[f64],
        (proof, part): (u64, f64),
        (needed, half): (f64, f64),
        mut local: Local,
    ) -> Result<Local, Stop> {
        let first = (proof + 2) * FIRST_DAY;
        let error = part * self.alpha() / factors.len() as f64;
        let mut most = (8.0 * needed).max(400.0);
        // What happens seldom takes its days, known from the days before.
        let near = |point: &&Point| (point.factor - local.root).abs() < 2.0 * half;
        let of_look = error / LOOKS / 2.0;
        let seldom = self.points.iter().filter(near);
        let seldom = seldom.map(|point| point.days_for_the_seldom(&self.aims, of_look));
        most = most.max(1.5 * seldom.fold(0.0, f64::max));
        let affordable = self.left() as f64 / factors.len() as f64;
        let looks = looks((needed / 2.0).max(LEAST_DAYS), most.min(affordable));
        let errors = errors_of_looks(&looks, error);
        let mut open = factors.to_vec();
        for (days, error) in looks.into_iter().zip(errors) {
            let mut numbers = Vec::new();
            for &factor in &open {
                numbers.push(self.simulate(factor, first, days)?);
            }
            local = self.local_at(&numbers, half);
            self.local = Some(local.clone());
            for &number in &numbers {
                let factor = self.points[number].factor;
                match self.points[number].belief(&self.aims, error) {
                    Belief::Holds => self.held.push(factor),
                    Belief::Missed => self.miss(factor),
                    Belief::SeemsToHold | Belief::Open => continue,
                }
                open.retain(|other| *other != factor);
            }
            // The breaking point is so near to what is open that other factors are decided sooner.
            let is_near = |factor: &f64| (local.root - factor).abs() < half * FRESH;
            let enough = self.needed(&local, half, part);
            if open.is_empty() || days as f64 >= enough && open.iter().any(is_near) {
                break;
            }
        }
        Ok(local)
    }
}

/// Days after which a proof is looked at: half as many again each time.
fn looks(first: f64, most: f64) -> Vec<u64> {
    let mut looks = vec![first.min(most).max(2.0) as u64];
    let mut next = first * 1.5;
    while next < most {
        looks.push(next as u64);
        next *= 1.5;
    }
    looks
}

/// A steady run as runs of a 40th of its length, at least as long as their warm-up: they are independent, as its batches would
/// not quite be, and may be as many as it takes. A scenario of days as it is.
fn in_short_runs(scenario: &Scenario) -> Scenario {
    let mut short = scenario.clone();
    if let Mode::Steady { warm_up, length } = &mut short.run.mode {
        *length = (*length / crate::model::BATCHES as u32).max(*warm_up);
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_is_looked_at_where_it_was_fixed() {
        assert_eq!(looks(40.0, 300.0), [40, 60, 90, 135, 202]);
        assert_eq!(looks(40.0, 30.0), [30]);
        assert_eq!(looks(40.0, 0.0), [2]);
    }
}
