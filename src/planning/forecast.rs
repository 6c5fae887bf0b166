//! What the formulas expect of a change before it is simulated.

mod figures;
mod moment;

use super::analytic::{Analytic, Calls, When};
use crate::kpi::Results;
use crate::model::Model;
pub use figures::ExpectedFigures;
use figures::{Said, Sum};
use moment::{Moment, measure};

/// What is expected of what-ifs beside a baseline, at once and approximately.
///
/// For each queue and interval of the baseline a formula is fitted to what was simulated: with its volume it has the simulated
/// service level. Of a what-if it is asked the same with the work that the queue's calls are more or less, other agents and
/// another patience. Expected is the simulated figure and the difference of the formula's two answers. So a scenario that no
/// formula applies to, whose queues share agents or whose days differ, is off only in how it answers to the change.
///
/// The agents of a queue are those who take its calls first. What other queues ask of them more, and what helpers take away
/// from the queue, changes with the what-if too. That callers call again more often, or less, is left out.
///
/// Without results of the baseline expected is what the formula itself says, where it applies: see [`Analytic`]. So it is of a
/// what-if whose queues, groups or intervals are others.
///
/// ```
/// use acdsim::planning::Forecast;
/// use acdsim::{Control, Model, Settings, experiment, scenario};
///
/// let model = |changes: &[&str]| {
///     let changes: Vec<String> = changes.iter().map(|change| (*change).to_owned()).collect();
///     let text = "[scenario]\nname = \"Desk\"\nopen = \"08:00-10:00\"\n[run]\nreplications = 50\n\
///                 [[queues]]\nname = \"help\"\n\
///                 [[call_types]]\nname = \"question\"\nqueue = \"help\"\nrate = \"60/h\"\ntalk = \"exp(4m)\"\n\
///                 patience = \"exp(2m)\"\n[[groups]]\nname = \"desk\"\nskills = [\"help\"]\nstaff = 5\n";
///     let loaded = scenario::parse("desk", text, std::path::Path::new(""), &changes)?;
///     Ok::<_, scenario::ScenarioError>(Model::new(&loaded.scenario))
/// };
/// let (baseline, one_more) = (model(&[])?, model(&["groups.desk.staff+=1"])?);
/// let run = experiment::run(&baseline, &Settings::of(&baseline), &Control::default(), &[])?;
/// let expected = Forecast::new(&baseline, Some(&run.results)).of(&one_more);
/// assert!(expected[0].day.service_level > run.results.queues[0].get("service_level").mean);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Forecast {
    parts: Parts,
    /// Of the baseline, if there are results of it.
    seen: Option<Baseline>,
}

/// What is expected of a queue.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Expected {
    /// Over the day, or the steady run.
    pub day: ExpectedFigures,
    /// By interval; none in a steady run.
    pub intervals: Vec<ExpectedFigures>,
}

/// What must be the same for intervals to be set against each other.
#[derive(Debug, Clone, PartialEq)]
struct Parts {
    grid: (usize, i64, bool),
    queues: Vec<String>,
    groups: Vec<String>,
}

/// What is known of a baseline.
#[derive(Debug, Clone)]
struct Baseline {
    /// By interval; one in a steady run.
    moments: Vec<Moment>,
    /// By queue, over the day.
    queues: Vec<ExpectedFigures>,
    /// Agents busy, averaged over the day, by group.
    busy: Vec<Option<f64>>,
}

impl Forecast {
    /// A baseline, and its results where there are any.
    pub fn new(model: &Model, results: Option<&Results>) -> Self {
        let parts = Parts::of(model);
        let fits = |results: &&Results| {
            (results.queues.len(), results.groups.len()) == (parts.queues.len(), parts.groups.len())
        };
        let seen = results.filter(fits).map(|results| {
            let analytic = Analytic::new(model);
            let moments = times(model).into_iter();
            let busy = |(group, part): (usize, &crate::kpi::Part)| {
                Some(part.get("occupancy").mean? * mean_staff(model, group))
            };
            Baseline {
                moments: moments
                    .map(|when| Moment::new(&analytic, when, results))
                    .collect(),
                queues: results.queues.iter().map(ExpectedFigures::of).collect(),
                busy: results.groups.iter().enumerate().map(busy).collect(),
            }
        });
        Self { parts, seen }
    }

    /// What is expected of a what-if: by queue of it.
    pub fn of(&self, whatif: &Model) -> Vec<Expected> {
        let analytic = Analytic::new(whatif);
        let mut expected = match self.counterpart(whatif) {
            Some(baseline) => baseline.expected(&analytic),
            None => (0..whatif.queues.len())
                .map(|queue| by_formula(&analytic, queue))
                .collect(),
        };
        if whatif.steady {
            expected.iter_mut().for_each(|of| of.intervals.clear());
        }
        expected
    }

    /// The occupancy that is expected of the groups of a what-if, over the day. None without results of the baseline, of a
    /// what-if whose parts are others, and of a group without agents.
    pub fn occupancy(&self, whatif: &Model) -> Vec<Option<f64>> {
        let Some(baseline) = self.counterpart(whatif) else {
            return vec![None; whatif.groups.len()];
        };
        let analytic = Analytic::new(whatif);
        let mut busier = vec![0.0; whatif.groups.len()];
        for moment in &baseline.moments {
            let of_moment = moment.changed(&analytic).1;
            let sum = busier.iter_mut().zip(of_moment);
            sum.for_each(|(sum, busier)| *sum += busier / baseline.moments.len() as f64);
        }
        let groups = baseline.busy.iter().zip(busier).enumerate();
        groups
            .map(|(group, (busy, busier))| {
                let staff = mean_staff(whatif, group);
                let busy = busy.map(|busy| busy + busier);
                busy.filter(|_| staff > 0.0)
                    .map(|busy| (busy / staff).clamp(0.0, 1.0))
            })
            .collect()
    }

    fn counterpart(&self, whatif: &Model) -> Option<&Baseline> {
        let seen = self.seen.as_ref();
        seen.filter(|_| self.parts == Parts::of(whatif))
    }
}

impl Parts {
    fn of(model: &Model) -> Self {
        let scenario = &model.scenario;
        Self {
            grid: (model.grid.cells, model.grid.width_ns, model.steady),
            queues: scenario.queues.iter().map(|of| of.name.clone()).collect(),
            groups: scenario.groups.iter().map(|of| of.name.clone()).collect(),
        }
    }
}

/// The times of a model: its intervals; a steady run is one.
fn times(model: &Model) -> Vec<When> {
    match model.steady {
        true => vec![When::Day],
        false => (0..model.grid.cells).map(When::Interval).collect(),
    }
}

/// Agents of a group, averaged over the day.
fn mean_staff(model: &Model, group: usize) -> f64 {
    let staff = model.groups[group].staff.iter().take(model.grid.cells);
    let (n, sum) = staff.fold((0.0, 0.0), |(n, sum), &of| (n + 1.0, sum + f64::from(of)));
    if n > 0.0 { sum / n } else { 0.0 }
}

impl Baseline {
    fn expected(&self, analytic: &Analytic<'_>) -> Vec<Expected> {
        let mut sums: Vec<(Sum, Sum)> = self.queues.iter().map(|_| Default::default()).collect();
        let mut expected = vec![Expected::default(); self.queues.len()];
        for (moment, when) in self.moments.iter().zip(times(analytic.model())) {
            let (changes, _) = moment.changed(analytic);
            for (queue, change) in changes.into_iter().enumerate() {
                let (before, after) = &mut sums[queue];
                let figures = match change {
                    Some(change) => {
                        before.add(change.before);
                        after.add(change.after);
                        let said = |said| Sum::of(said).figures();
                        change.seen.moved(said(change.before), said(change.after))
                    }
                    // Nobody calls in the baseline.
                    None => {
                        let said = alone(analytic, queue, when);
                        after.add(said);
                        Sum::of(said).figures()
                    }
                };
                expected[queue].intervals.push(figures);
            }
        }
        for ((seen, (before, after)), expected) in self.queues.iter().zip(&sums).zip(&mut expected)
        {
            expected.day = seen.moved(before.figures(), after.figures());
        }
        expected
    }
}

/// Calls of a queue and what the formula says of it by itself.
fn alone(analytic: &Analytic<'_>, queue: usize, when: When) -> (f64, Option<Said>) {
    let seen = analytic.system(queue, when, Calls::First);
    let calls = seen.system.calls_per_h * analytic.model().grid.width_h();
    let (at, formula) = measure(analytic, queue);
    let system = seen.not_applicable.is_none().then_some(&seen.system);
    let said = system.and_then(|system| Said::of(system, &at, formula));
    (calls, said)
}

/// Of a queue without counterpart.
fn by_formula(analytic: &Analytic<'_>, queue: usize) -> Expected {
    let mut day = Sum::default();
    let mut intervals = Vec::new();
    for when in times(analytic.model()) {
        let said = alone(analytic, queue, when);
        day.add(said);
        intervals.push(Sum::of(said).figures());
    }
    Expected {
        day: day.figures(),
        intervals,
    }
}
