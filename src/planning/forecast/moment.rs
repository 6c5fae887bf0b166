//! All queues of a baseline in an interval, and what becomes of them in a what-if.

use super::figures::{ExpectedFigures, Said};
use crate::erlang::{Thresholds, WaitingSystem};
use crate::kpi::{Part, Results};
use crate::model::Model;
use crate::planning::analytic::{Analytic, Calls, When};
use crate::planning::fitted::fitted;
use crate::scenario::Formula;
use crate::stats::Estimate;

/// Rounds in which the help that is given is found.
const ROUNDS: usize = 6;

/// An interval of a baseline, or the whole of a steady run.
#[derive(Debug, Clone)]
pub(super) struct Moment {
    when: When,
    /// Hours that counts are of.
    hours: f64,
    /// By queue; none where nobody calls or is answered.
    queues: Vec<Option<Fit>>,
    /// Agents of each group that are busy with calls that they do not take first: as helpers of a later tier.
    helping: Vec<f64>,
}

/// A queue in an interval.
#[derive(Debug, Clone)]
struct Fit {
    seen: ExpectedFigures,
    /// Attempts offered in the hours, and their handling time, as simulated.
    offered: f64,
    aht_s: f64,
    /// First attempts, handling time and agents of the scenario.
    plain: WaitingSystem,
    /// Number of the tiers that these agents are of.
    tiers: usize,
    /// Traffic with which the formula answers as the simulation did.
    erlangs: f64,
    said: Option<Said>,
    /// Agents busy with its calls, whosesoever.
    carried: f64,
}

/// A queue of a what-if in an interval: the calls and what the formula says of the baseline and of the what-if.
pub(super) struct Change {
    pub seen: ExpectedFigures,
    pub before: (f64, Option<Said>),
    pub after: (f64, Option<Said>),
}

/// A queue of a what-if under way.
struct Now {
    plain: WaitingSystem,
    offered: f64,
    aht_s: f64,
    /// Erlangs that it asks of its agents more than in the baseline.
    more: f64,
}

impl Moment {
    pub(super) fn new(analytic: &Analytic<'_>, when: When, results: &Results) -> Self {
        let model = analytic.model();
        // Counts of a steady run are an hour.
        let hours = if model.steady {
            1.0
        } else {
            model.grid.width_h()
        };
        let parts = (0..model.queues.len()).map(|queue| results.queues.get(queue));
        let queues: Vec<Option<Fit>> = parts
            .enumerate()
            .map(|(queue, part)| Fit::new(analytic, queue, when, &|kpi| at(part?, kpi, when).mean))
            .collect();
        let mut helping: Vec<f64> = (0..model.groups.len())
            .map(|group| {
                let occupancy = results
                    .groups
                    .get(group)
                    .and_then(|part| at(part, "occupancy", when).mean);
                occupancy.unwrap_or(0.0) * staff(model, group, when)
            })
            .collect();
        for (queue, fit) in queues.iter().enumerate() {
            for (group, share) in fit.iter().flat_map(|fit| fit.shares(model, queue, when)) {
                helping[group] -= share * fit.as_ref().map_or(0.0, |fit| fit.carried);
            }
        }
        helping.iter_mut().for_each(|busy| *busy = busy.max(0.0));
        Self {
            when,
            hours,
            queues,
            helping,
        }
    }

    /// What becomes of each queue in a what-if with the same parts, and by how many agents more each group is busy.
    ///
    /// What a queue asks of its agents more, other queues of theirs lack. Helpers are busy with the calls that have waited long
    /// enough to come to them, and so in proportion to these, as far as their own calls leave them time.
    pub(super) fn changed(&self, analytic: &Analytic<'_>) -> (Vec<Option<Change>>, Vec<f64>) {
        let (model, when) = (analytic.model(), self.when);
        let mut now: Vec<Option<Now>> = self.queues.iter().map(|_| None).collect();
        // By queue: agents busy with its calls more than in the baseline; by group: those busy with calls that they take first.
        let mut carried = vec![0.0; self.queues.len()];
        let mut own = vec![0.0; self.helping.len()];
        for (queue, fit) in self.fits() {
            let of = fit.now(analytic, queue, when, self.hours);
            let said = fit.said(analytic, queue, &of, of.more);
            carried[queue] = fit.more_carried(&of, said, self.hours);
            let after = (fit.carried + carried[queue]).max(0.0);
            for (group, share) in fit.shares(model, queue, when) {
                own[group] += share * after;
            }
            now[queue] = Some(of);
        }
        let (helping, helped) = self.help(analytic, &now, &own);
        let mut busier = helping;
        for (queue, fit) in self.fits() {
            for (group, share) in fit.shares(model, queue, when) {
                busier[group] += share * (carried[queue] - helped[queue]);
            }
        }
        let mut changes: Vec<Option<Change>> = self.queues.iter().map(|_| None).collect();
        let asked = busier.clone();
        for (queue, fit) in self.fits() {
            let Some(now) = &now[queue] else {
                continue;
            };
            // What others ask of its agents more, and what helpers take away.
            let shares = || fit.shares(model, queue, when);
            let own = carried[queue] - helped[queue];
            let others: f64 = shares()
                .map(|(group, share)| asked[group] - share * own)
                .sum();
            let said = fit.said(analytic, queue, now, now.more + others - helped[queue]);
            // So many more, or fewer, of its callers give up.
            let more = fit.more_carried(now, said, self.hours) - carried[queue];
            shares().for_each(|(group, share)| busier[group] += share * more);
            changes[queue] = Some(Change {
                seen: fit.seen,
                before: (fit.offered, fit.said),
                after: (now.offered, said),
            });
        }
        (changes, busier)
    }

    /// The queues that are called.
    fn fits(&self) -> impl Iterator<Item = (usize, &Fit)> {
        let queues = self.queues.iter().enumerate();
        queues.filter_map(|(queue, fit)| Some((queue, fit.as_ref()?)))
    }

    /// By how many agents more each group helps, and each queue is helped. `own` are the agents of each group that are busy with
    /// calls that they take first.
    fn help(
        &self,
        analytic: &Analytic<'_>,
        now: &[Option<Now>],
        own: &[f64],
    ) -> (Vec<f64>, Vec<f64>) {
        let mut helping = vec![0.0; self.helping.len()];
        let mut helped = vec![0.0; self.queues.len()];
        // The more help there is, the less is needed: half of the way in each round goes to where both agree.
        for _ in 0..ROUNDS {
            let mut next = vec![0.0; helped.len()];
            for (group, &before) in self.helping.iter().enumerate() {
                let needy = self.fits().filter_map(|(queue, fit)| {
                    let now = now[queue].as_ref()?;
                    let (before, after) =
                        fit.needy(analytic, queue, (now, helped[queue]), group)?;
                    Some((queue, before, after))
                });
                let needy: Vec<(usize, f64, f64)> = needy.collect();
                let needed: f64 = needy.iter().map(|(_, before, _)| before).sum();
                let needs: f64 = needy.iter().map(|(.., after)| after).sum();
                if before > 0.0 && needed > 0.0 && needs > 0.0 {
                    let free = staff(analytic.model(), group, self.when) - own[group];
                    let wanted = (before * (needs / needed)).min(free.max(before)) - before;
                    helping[group] = (helping[group] + wanted) / 2.0;
                    for (queue, _, needs_of) in needy {
                        next[queue] += helping[group] * needs_of / needs;
                    }
                }
            }
            helped = next;
        }
        (helping, helped)
    }
}

impl Fit {
    fn new(
        analytic: &Analytic<'_>,
        queue: usize,
        when: When,
        get: &dyn Fn(&str) -> Option<f64>,
    ) -> Option<Self> {
        let model = analytic.model();
        let above_zero = |kpi| get(kpi).filter(|mean| *mean > 0.0);
        let (offered, aht_s) = (above_zero("offered")?, above_zero("aht_s")?);
        let hours = if model.steady {
            1.0
        } else {
            model.grid.width_h()
        };
        let all = model.queues[queue].tiers.len();
        let has_agents = |tiers: &usize| {
            let mut groups = first_groups(model, queue, *tiers);
            groups.any(|group| staff(model, group, when) > 0.0)
        };
        let tiers = (1..=all).find(has_agents).unwrap_or(all);
        let plain = plain(analytic, queue, when, tiers);
        let system = WaitingSystem {
            calls_per_h: offered / hours,
            aht_s,
            ..plain.clone()
        };
        let seen = ExpectedFigures::from(get);
        let (at, formula) = measure(analytic, queue);
        let erlangs = fitted(system, seen.service_level, &at, formula).erlangs();
        let answered = offered * (1.0 - seen.abandonment_rate.unwrap_or(0.0));
        Some(Self {
            said: Said::of(&with(erlangs, aht_s, &plain), &at, formula),
            carried: answered * aht_s / 3600.0 / hours,
            seen,
            offered,
            aht_s,
            plain,
            tiers,
            erlangs,
        })
    }

    /// The same queue and interval of a what-if.
    fn now(&self, analytic: &Analytic<'_>, queue: usize, when: When, hours: f64) -> Now {
        let plain = plain(analytic, queue, when, self.tiers);
        let times = |now: f64, before: f64| if before > 0.0 { now / before } else { 1.0 };
        let offered = self.offered * times(plain.calls_per_h, self.plain.calls_per_h);
        let aht_s = self.aht_s * times(plain.aht_s, self.plain.aht_s);
        Now {
            more: (offered * aht_s - self.offered * self.aht_s) / 3600.0 / hours,
            plain,
            offered,
            aht_s,
        }
    }

    /// The what-if, asked so many erlangs more than the baseline.
    fn system(&self, now: &Now, more: f64) -> WaitingSystem {
        with((self.erlangs + more).max(0.0), now.aht_s, &now.plain)
    }

    fn said(&self, analytic: &Analytic<'_>, queue: usize, now: &Now, more: f64) -> Option<Said> {
        let (at, formula) = measure(analytic, queue);
        Said::of(&self.system(now, more), &at, formula)
    }

    /// By how many agents more are busy with its calls, if this is said of it.
    fn more_carried(&self, now: &Now, said: Option<Said>, hours: f64) -> f64 {
        let change = self.said.zip(said).map(|(before, after)| {
            let before = erlangs((self.offered, before), self.aht_s, hours);
            erlangs((now.offered, after), now.aht_s, hours) - before
        });
        change.unwrap_or(0.0)
    }

    /// The groups that take its calls first, each with its share of them.
    fn shares(
        &self,
        model: &Model,
        queue: usize,
        when: When,
    ) -> impl Iterator<Item = (usize, f64)> {
        let groups: Vec<usize> = first_groups(model, queue, self.tiers).collect();
        let of = |group: usize| staff(model, group, when);
        let all: f64 = groups.iter().map(|&group| of(group)).sum();
        let shares: Vec<f64> = groups
            .iter()
            .map(|&group| of(group) / all.max(1.0))
            .collect();
        groups.into_iter().zip(shares)
    }

    /// Erlangs of the calls that wait until a group may help, in the baseline and in the what-if where it is helped by so many
    /// agents more; none if it never does.
    fn needy(
        &self,
        analytic: &Analytic<'_>,
        queue: usize,
        (now, helped): (&Now, f64),
        group: usize,
    ) -> Option<(f64, f64)> {
        let later = analytic.model().queues[queue].tiers.iter().skip(self.tiers);
        let tier = later
            .into_iter()
            .find(|tier| tier.groups.contains(&group))?;
        let at = Thresholds {
            within_s: tier.after_ns as f64 / 1e9,
            short_s: 0.0,
            percentile: None,
        };
        let late = |system: &WaitingSystem| {
            let performance = system.performance(&at).ok()?;
            Some(system.erlangs() * performance.missed(Formula::WithAbandons))
        };
        Some((
            late(&with(self.erlangs, self.aht_s, &self.plain))?,
            late(&self.system(now, now.more - helped))?,
        ))
    }
}

/// A system with another traffic and handling time.
fn with(erlangs: f64, aht_s: f64, system: &WaitingSystem) -> WaitingSystem {
    WaitingSystem {
        calls_per_h: erlangs * 3600.0 / aht_s,
        aht_s,
        ..system.clone()
    }
}

/// Agents busy with calls that were offered in some hours, as far as they do not give up.
fn erlangs((offered, said): (f64, Said), aht_s: f64, hours: f64) -> f64 {
    offered * (1.0 - said.abandonment_rate) * aht_s / 3600.0 / hours
}

/// A figure of a part at a time.
fn at(part: &Part, kpi: &str, when: When) -> Estimate {
    match when {
        When::Day => part.get(kpi),
        When::Interval(cell) => {
            let interval = part.intervals.as_ref().and_then(|all| all.get(cell));
            interval
                .map(|interval| interval.get(kpi))
                .unwrap_or_default()
        }
    }
}

/// By what the service level of a queue is measured.
pub(super) fn measure(analytic: &Analytic<'_>, queue: usize) -> (Thresholds, Formula) {
    let formula = analytic.model().scenario.queues[queue].formula;
    (analytic.thresholds(queue), formula)
}

/// Groups of the first tiers of a queue.
fn first_groups(model: &Model, queue: usize, tiers: usize) -> impl Iterator<Item = usize> + '_ {
    let tiers = model.queues[queue].tiers.iter().take(tiers);
    tiers.flat_map(|tier| tier.groups.iter().copied())
}

/// Agents of a group; a steady run has the same all the time.
fn staff(model: &Model, group: usize, when: When) -> f64 {
    let cell = match when {
        When::Interval(cell) => cell,
        When::Day => 0,
    };
    f64::from(model.groups[group].staff.get(cell).copied().unwrap_or(0))
}

/// First attempts, patience, and the agents of the first tiers with the handling time that is theirs.
fn plain(analytic: &Analytic<'_>, queue: usize, when: When, tiers: usize) -> WaitingSystem {
    let model = analytic.model();
    let seen = analytic.pool(&[queue], when, &analytic.span(when), Calls::First);
    let (mut agents, mut factors) = (0.0, 0.0);
    for group in first_groups(model, queue, tiers) {
        let staff = staff(model, group, when);
        agents += staff;
        factors += staff * model.groups[group].factor[queue];
    }
    let own = if agents > 0.0 { factors / agents } else { 1.0 };
    WaitingSystem {
        agents,
        aht_s: seen.system.aht_s * own / analytic.skill_factor(queue, when),
        ..seen.system
    }
}
