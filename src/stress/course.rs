//! The day on which a profile happens, beside the same day without it: how it goes, when it is over, and how much of it are
//! callers who call again.

use super::day::{Parts, StressedDay};
use super::timeline::{Step, timeline};
use super::windows::{Missed, Windows};
use crate::engine::Tally;
use crate::experiment::{self, Control, Error, Halt, NewRouting, Variants};
use crate::kpi::{Bound, Collector, Results, targets};
use crate::planning::{self, Tolerance};
use crate::routing::Routing;
use crate::scenario::stress::{Change, Profile, Stage, Volume};
use crate::scenario::{Demand, Scenario, clock_text};
use crate::stats::{Estimate, Ratio, student_t, wilson};
use serde::Serialize;
use std::sync::atomic::Ordering;

/// Days, at least, unless fewer are asked for: when a day recovers depends on how many instants are known, each by half an hour.
pub(crate) const FEWEST_DAYS: u64 = 1000;

/// Memory that the days may take.
const KEPT_BYTES: u64 = 512 << 20;

/// How often days are drawn anew for an interval.
const RESAMPLES: u64 = 1000;

/// How a day is simulated and judged.
#[derive(Debug, Clone)]
pub struct Question {
    /// Days, of each variant.
    pub days: u64,
    /// Minutes of the window over which targets are judged at an instant.
    pub window_min: u32,
    /// How far beside its target a figure still counts as held: borderline, as for a staffing.
    pub tolerance: Tolerance,
    /// Seed of all random numbers.
    pub seed: u64,
    /// Level of all intervals.
    pub confidence: f64,
    /// Number of threads; none is one for each core.
    pub threads: Option<usize>,
}

impl Question {
    /// Seed and confidence of a scenario, its days, but at least 1,000, and windows of half an hour.
    pub fn of(scenario: &Scenario) -> Self {
        Self {
            days: u64::from(scenario.run.replications).max(FEWEST_DAYS),
            window_min: 30,
            tolerance: Tolerance::default(),
            seed: scenario.run.seed,
            confidence: scenario.run.confidence,
            threads: None,
        }
    }
}

/// How the day goes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Course {
    /// The profile.
    pub profile: ProfileInfo,
    /// When the targets hold again.
    pub recovery: Recovery,
    /// Attempts per caller.
    pub amplification: Amplification,
    /// How long targets are missed after the cause is over.
    pub missed_after: MissedAfter,
    /// Overload keeps itself up: targets are surely missed at closing on at least half of the days, though without the profile
    /// they are met over the day, and at closing surely on more than half.
    pub self_sustaining: bool,
    /// Lost callers a day, more than without the profile.
    pub lost_extra: Estimate,
    /// Redials and reconnects a day, more than without the profile.
    pub returned_extra: Estimate,
    /// Calls cut a day.
    pub dropped_in_service: Estimate,
    /// The targets in the course of the day.
    pub windows: Vec<JudgedTarget>,
    /// The day, on the grid of the profile.
    pub timeline: Vec<Step>,
    /// The same day without the profile.
    pub timeline_without: Vec<Step>,
    /// All of its figures.
    #[serde(skip)]
    pub with: Results,
    /// Those of the same day without the profile.
    #[serde(skip)]
    pub without: Results,
    /// Fewer days than asked for.
    #[serde(skip)]
    pub partial: bool,
    /// What a reader should know.
    #[serde(skip)]
    pub warnings: Vec<String>,
}

/// What happens on the day.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProfileInfo {
    /// What it is called.
    pub name: Option<String>,
    /// When its cause is over: the last stage above 100 %, or the last fault.
    pub over: String,
    /// The same in minutes after opening.
    #[serde(skip)]
    pub over_min: u32,
    /// Minutes of the windows over which targets are judged.
    pub window_min: u32,
    /// Days simulated of each variant.
    pub days: u64,
}

/// A target over trailing windows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct JudgedTarget {
    /// Which part.
    #[serde(rename = "where")]
    pub place: String,
    /// Which figure.
    pub kpi: &'static str,
    /// Which side of the target is wanted.
    pub bound: Bound,
    /// The target.
    pub target: f64,
    /// The figure over the window that ends so many steps after opening, from 0 on; none where there is nothing to be judged.
    pub values: Vec<Option<f64>>,
    /// The confidence interval of each of them, by itself.
    pub ci: Vec<Option<(f64, f64)>>,
    /// Whether it is missed there.
    pub missed: Vec<bool>,
    /// The figure without the profile.
    pub without: Vec<Option<f64>>,
}

impl JudgedTarget {
    /// The figure over the window that ends so many steps after opening.
    pub fn figure(&self, step: usize) -> Estimate {
        Estimate {
            mean: self.values[step],
            ci: self.ci[step],
            se: None,
        }
    }
}

/// When the targets hold again.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Recovery {
    /// Minutes from the end of the cause.
    pub minutes: Option<f64>,
    /// Their interval; without an upper end, where it cannot be said that they recover by closing.
    pub ci: Option<(f64, Option<f64>)>,
    /// Share of days that miss a target in the last window before closing.
    pub not_recovered: Estimate,
    /// The same without the profile.
    pub not_recovered_without: Estimate,
    /// Why there are no minutes.
    pub reason: Option<NoRecovery>,
}

/// Why there is no time of recovery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoRecovery {
    /// Nothing fails, and no volume is above today's.
    NothingHappens,
    /// The cause is there until closing.
    UntilClosing,
    /// A target is missed most of the time without the profile, too.
    MissedBefore,
    /// A target is missed until closing.
    NotByClosing,
    /// The scenario has no targets.
    NoTargets,
}

impl NoRecovery {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::NothingHappens => "nothing fails, and no volume is above today's",
            Self::UntilClosing => "what happens lasts until closing",
            Self::MissedBefore => "a target is missed without it, too, most of the time",
            Self::NotByClosing => "a target is missed until closing",
            Self::NoTargets => "the scenario has no targets",
        }
    }
}

/// Attempts per caller.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Amplification {
    /// On the day of the profile.
    pub attempts_per_caller: Estimate,
    /// The same callers, if nobody redialled.
    pub without_redials: Estimate,
    /// The day without the profile.
    pub without_profile: Estimate,
}

/// Minutes for which any target is missed after the cause is over.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MissedAfter {
    /// With what callers do.
    pub minutes: f64,
    /// Their interval.
    pub ci: Option<(f64, f64)>,
    /// The same callers, if nobody redialled.
    pub without_redials: f64,
    /// How many of them are due to redials.
    pub difference: Estimate,
}

/// Simulates the days of a profile, of the same days without it, and of the profile if nobody redialled.
///
/// # Errors
/// Those of a run; [`Error::NothingDone`] when stopped before the second day was complete.
pub fn course(
    scenario: &Scenario,
    profile: &Profile,
    question: &Question,
    control: &Control,
) -> Result<Course, Error> {
    let day = StressedDay::new(scenario, profile);
    let patient = patient(scenario);
    let patient = StressedDay::new(&patient, profile);
    let models = [
        day.model(Parts::NONE),
        day.model(Parts::ALL),
        patient.model(Parts::ALL),
    ];
    let step = day.step_min();
    let steps = day.scenario().intervals();
    let targets = targets(scenario);
    let window = question.window_min.div_ceil(step).max(1) as usize;
    let mut windows = [(); 3].map(|()| Windows::new(&targets, question.tolerance, steps, window));
    let per_day = (3 * targets.len().max(1) * (steps + 1) * size_of::<(f64, f64)>()) as u64;
    let days = question.days.min((KEPT_BYTES / per_day).max(2));
    let mut counts = Counts::default();
    let mut collectors = [&models[0], &models[1]].map(|model| Collector::new(model, Some(days)));
    let routing: &NewRouting<'_> = &Routing::new;
    let sides = models.iter().map(|model| (model, routing)).collect();
    let variants = Variants::new(sides, question.threads)?;
    control.planned.store(3 * days, Ordering::Relaxed);
    let simulated = variants.simulate(&[0, 1, 2], 0..days, question.seed, control, |tallies| {
        for ((windows, model), tally) in windows.iter_mut().zip(&models).zip(tallies) {
            windows.add(model, tally);
        }
        for (collector, tally) in collectors.iter_mut().zip(tallies) {
            collector.add(tally);
        }
        counts.add(tallies);
    });
    let partial = match simulated {
        Ok(()) => false,
        Err(Halt::Interrupted) if windows[0].days() >= 2 => true,
        Err(halt) => return Err(Error::early(halt, false)),
    };
    let results = [0, 1].map(|side: usize| {
        let of = &collectors[side];
        let mut results = of.results(question.seed, question.confidence, partial, &[]);
        planning::beside(&models[side], &mut results);
        results
    });
    let [without, with] = results;
    let few = (days < question.days)
        .then(|| format!("more than {days} days do not fit into memory: so many are simulated"));
    let n = windows[0].days() as u64;
    let pool = experiment::pool(&models[0], question.threads)?;
    let judged = experiment::in_pool(&pool, || {
        Judged::new(&windows, over_min(scenario, profile), step, question)
    });
    let counts = counts.estimates(n, question.confidence);
    Ok(Course {
        profile: ProfileInfo {
            name: profile.name.clone(),
            over: clock_text(scenario.open_min + judged.over_min),
            over_min: judged.over_min,
            window_min: window as u32 * step,
            days: n,
        },
        recovery: judged.recovery(scenario, profile),
        amplification: counts.amplification,
        missed_after: judged.missed_after(),
        self_sustaining: judged.is_self_sustaining(),
        lost_extra: counts.lost_extra,
        returned_extra: counts.returned_extra,
        dropped_in_service: counts.dropped_in_service,
        windows: judged.targets(scenario),
        timeline: timeline(&with),
        timeline_without: timeline(&without),
        with,
        without,
        partial,
        warnings: few.into_iter().chain(judged.warnings(scenario)).collect(),
    })
}

/// The scenario, if nobody redialled.
fn patient(scenario: &Scenario) -> Scenario {
    let mut patient = scenario.clone();
    patient
        .call_types
        .iter_mut()
        .for_each(|of| of.redial = None);
    patient
}

/// When the last stage above 100 %, or the last fault, is over, in minutes after opening; closing, where it is not by then.
fn over_min(scenario: &Scenario, profile: &Profile) -> u32 {
    let closing = scenario.close_min - scenario.open_min;
    let faults = profile.faults.iter().filter(|fault| !fault.is_nothing());
    let faults = faults.map(|fault| fault.until_min.unwrap_or(closing));
    let loads = profile.loads.iter().map(|load| match &load.volume {
        Volume::Stages(stages) => above_until(stages, closing),
        Volume::Recorded(volumes) => {
            let of = scenario.call_types.iter();
            let of = of.filter(|of| load.call_types.contains(&of.name));
            let above = of.flat_map(|of| {
                let today = match &of.demand {
                    Demand::Volume(today) => today.clone(),
                    Demand::RatePerHour(rates) => {
                        let hours = f64::from(scenario.interval_min) / 60.0;
                        rates.iter().map(|rate| rate * hours).collect()
                    }
                };
                let last = volumes.iter().zip(&today).rposition(|(new, old)| new > old);
                last.map(|interval| (interval as u32 + 1) * scenario.interval_min)
            });
            above.max().unwrap_or(0)
        }
    });
    let stages = above_until(&profile.stages, closing);
    faults
        .chain(loads)
        .chain([stages])
        .max()
        .unwrap_or(0)
        .min(closing)
}

/// When the last stage ends in which the volume is above today's, in minutes rounded up.
fn above_until(stages: &[Stage], closing: u32) -> u32 {
    let (mut end_s, mut before, mut until) = (0, 1.0, 0);
    for stage in stages {
        end_s += stage.duration.as_secs();
        if stage.volume > 1.0 || (before > 1.0 && !stage.duration.is_zero()) {
            until = end_s.div_ceil(60) as u32;
        }
        before = stage.volume;
    }
    // The last volume stays.
    if before > 1.0 { closing } else { until }
}

/// What is counted of a day, beside its targets.
#[derive(Default)]
struct Counts {
    n: u64,
    /// Attempts per caller with the profile, if nobody redialled, and without the profile.
    attempts: [Ratio; 3],
    lost: Ratio,
    returned: Ratio,
    cut: Ratio,
}

struct CountEstimates {
    amplification: Amplification,
    lost_extra: Estimate,
    returned_extra: Estimate,
    dropped_in_service: Estimate,
}

impl Counts {
    fn add(&mut self, tallies: &[Tally]) {
        self.n += 1;
        let n = self.n as f64;
        let [without, with, patient] = [0, 1, 2].map(|side: usize| {
            let mut day = crate::engine::Contacts::default();
            tallies[side].call_types.iter().for_each(|of| day.add(of));
            day
        });
        let again = |day: &crate::engine::Contacts| (day.redials + day.reconnects) as f64;
        for (ratio, day) in self.attempts.iter_mut().zip([&with, &patient, &without]) {
            let first = day.first_attempts as f64;
            ratio.add(n, first + again(day), first);
        }
        self.lost
            .add(n, with.lost as f64 - without.lost as f64, 1.0);
        self.returned.add(n, again(&with) - again(&without), 1.0);
        self.cut.add(n, with.dropped_in_service as f64, 1.0);
    }

    fn estimates(&self, n: u64, confidence: f64) -> CountEstimates {
        let t = student_t(confidence, n.saturating_sub(1));
        let any = (f64::NEG_INFINITY, f64::INFINITY);
        let of = |ratio: &Ratio| ratio.estimate(n, t, any);
        let [with, patient, without] = &self.attempts;
        CountEstimates {
            amplification: Amplification {
                attempts_per_caller: of(with),
                without_redials: of(patient),
                without_profile: of(without),
            },
            lost_extra: of(&self.lost),
            returned_extra: of(&self.returned),
            dropped_in_service: of(&self.cut),
        }
    }
}

/// The day's targets, judged at each instant.
struct Judged<'w> {
    windows: &'w [Windows; 3],
    /// Without the profile, with it, and if nobody redialled.
    missed: [Missed; 3],
    over_min: u32,
    step_min: u32,
    /// Of days drawn anew: when they recover, and how long targets are missed after with and without redials.
    drawn: Vec<(Option<usize>, usize, usize)>,
    confidence: f64,
}

impl<'w> Judged<'w> {
    fn new(windows: &'w [Windows; 3], over_min: u32, step_min: u32, question: &Question) -> Self {
        let over = over_min.div_ceil(step_min) as usize;
        let of = |missed: &[Missed]| {
            let (without, with, patient) = (&missed[0], &missed[1], &missed[2]);
            let after = |of: &Missed| of.count(over + 1..=windows[0].steps(), without);
            (with.recovers(over, without), after(with), after(patient))
        };
        let all: Vec<&Windows> = windows.iter().collect();
        Self {
            missed: [0, 1, 2].map(|side: usize| windows[side].missed()),
            drawn: Windows::resampled(&all, RESAMPLES, question.seed, of),
            windows,
            over_min,
            step_min,
            confidence: question.confidence,
        }
    }

    fn over(&self) -> usize {
        self.over_min.div_ceil(self.step_min) as usize
    }

    fn minutes(&self, steps: usize) -> f64 {
        steps as f64 * f64::from(self.step_min)
    }

    fn recovery(&self, scenario: &Scenario, profile: &Profile) -> Recovery {
        let [without, with, _] = &self.missed;
        let closing = scenario.close_min - scenario.open_min;
        let found = with.recovers(self.over(), without);
        let reason = if self.windows[0].targets().next().is_none() {
            Some(NoRecovery::NoTargets)
        } else if self.over_min == 0 && profile.faults.iter().all(Change::is_nothing) {
            Some(NoRecovery::NothingHappens)
        } else if self.over_min >= closing {
            Some(NoRecovery::UntilClosing)
        } else if without.worst_share(self.over()) > 0.5 {
            Some(NoRecovery::MissedBefore)
        } else if found.is_none() {
            Some(NoRecovery::NotByClosing)
        } else {
            None
        };
        let after = |at: usize| self.minutes(at - self.over());
        let mut drawn: Vec<Option<usize>> = self.drawn.iter().map(|(at, ..)| *at).collect();
        // Never is later than any time.
        drawn.sort_by_key(|at| at.unwrap_or(usize::MAX));
        let at = |p: f64| drawn[quantile(drawn.len(), p)];
        let alpha = 1.0 - self.confidence;
        let ci = || Some((after(at(alpha / 2.0)?), at(1.0 - alpha / 2.0).map(after)));
        let judged = matches!(reason, None | Some(NoRecovery::NotByClosing));
        Recovery {
            minutes: found.filter(|_| reason.is_none()).map(after),
            ci: judged.then(ci).flatten(),
            not_recovered: self.missed_at_closing(1),
            not_recovered_without: self.missed_at_closing(0),
            reason,
        }
    }

    fn targets(&self, scenario: &Scenario) -> Vec<JudgedTarget> {
        let [without, with, _] = self.windows;
        let targets = with.targets().enumerate();
        let of = targets.map(|(i, target)| {
            let figures = with.estimates(i, self.confidence);
            let without = without.estimates(i, self.confidence);
            JudgedTarget {
                place: target.place.name(scenario),
                kpi: target.kpi,
                bound: target.bound,
                target: target.threshold,
                values: figures.iter().map(|figure| figure.mean).collect(),
                ci: figures.iter().map(|figure| figure.ci).collect(),
                missed: self.missed[1].of(i).to_vec(),
                without: without.iter().map(|figure| figure.mean).collect(),
            }
        });
        of.collect()
    }

    fn missed_after(&self) -> MissedAfter {
        let [without, with, patient] = &self.missed;
        let last = self.windows[0].steps();
        let after = |of: &Missed| self.minutes(of.count(self.over() + 1..=last, without));
        let (with, patient) = (after(with), after(patient));
        let difference = |(_, with, patient): &(Option<usize>, usize, usize)| {
            self.minutes(*with) - self.minutes(*patient)
        };
        let mut drawn: Vec<f64> = self.drawn.iter().map(difference).collect();
        drawn.sort_by(f64::total_cmp);
        let n = drawn.len() as f64;
        let mean = drawn.iter().sum::<f64>() / n;
        let variance = drawn.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0);
        let alpha = 1.0 - self.confidence;
        let at = |p: f64| drawn[quantile(drawn.len(), p)];
        let mut own: Vec<f64> = self.drawn.iter().map(|of| self.minutes(of.1)).collect();
        own.sort_by(f64::total_cmp);
        let own_at = |p: f64| own[quantile(own.len(), p)];
        MissedAfter {
            minutes: with,
            ci: Some((own_at(alpha / 2.0), own_at(1.0 - alpha / 2.0))),
            without_redials: patient,
            difference: Estimate {
                mean: Some(with - patient),
                ci: Some((at(alpha / 2.0), at(1.0 - alpha / 2.0))),
                se: Some(variance.sqrt()),
            },
        }
    }

    /// Share of the days of a variant that miss a target in their last window.
    fn missed_at_closing(&self, side: usize) -> Estimate {
        let of = &self.windows[side];
        let missed = (0..of.days()).filter(|day| of.misses_at_closing(*day));
        wilson(missed.count() as u64, of.days() as u64, self.confidence)
    }

    fn is_self_sustaining(&self) -> bool {
        let surely = |side: usize| self.missed_at_closing(side).ci.unwrap_or((0.0, 1.0));
        let closing = self.windows[0].steps();
        self.over() < closing
            && surely(1).0 >= 0.5
            && surely(0).1 < 0.5
            && !self.windows[0].misses_over_the_day()
    }

    fn warnings(&self, scenario: &Scenario) -> Vec<String> {
        let without = &self.missed[0];
        let mut warnings = Vec::new();
        for (i, target) in self.windows[0].targets().enumerate() {
            let instants: Vec<usize> = without.instants(i, self.over().max(1)).collect();
            if let (Some(first), Some(last)) = (instants.first(), instants.last()) {
                let clock = |at: usize| clock_text(scenario.open_min + at as u32 * self.step_min);
                warnings.push(format!(
                    "{}: {} misses its target without the profile, too, at {} of the instants from {} to {}; these are left out",
                    target.place.name(scenario),
                    target.kpi,
                    instants.len(),
                    clock(*first),
                    clock(*last),
                ));
            }
        }
        warnings
    }
}

/// Place of a quantile among so many sorted values.
fn quantile(n: usize, p: f64) -> usize {
    ((p * n as f64) as usize).min(n.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_cause_is_over_when_its_last_stage_above_today_is() {
        let stage = |minutes: u64, volume: f64| Stage {
            duration: Duration::from_secs(60 * minutes),
            volume,
        };
        let until = |stages: &[Stage]| above_until(stages, 600);
        assert_eq!(until(&[]), 0);
        assert_eq!(until(&[stage(30, 1.0), stage(60, 0.5)]), 0);
        assert_eq!(
            until(&[
                stage(30, 1.0),
                stage(120, 1.5),
                stage(10, 3.0),
                stage(60, 1.0)
            ]),
            220
        );
        // Down by a step.
        assert_eq!(
            until(&[stage(0, 2.0), stage(30, 2.0), stage(0, 1.0), stage(60, 1.0)]),
            30
        );
        assert_eq!(until(&[stage(30, 1.0), stage(0, 2.0)]), 600);
    }
}
